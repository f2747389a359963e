//! How people have the console for themselves: what helps their hands and eyes, and gives nobody a right.

use crate::text::time::Zone;

/// Of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// Letters press what carries them (WCAG 2.1.4: they can be switched off).
    pub letters: bool,
    /// The name of a time zone of the IANA database; `None` for the browser's own.
    pub zone: Option<String>,
    /// The zone that this browser says it is in, for whoever named none.
    pub browser: Option<Zone>,
}

impl Default for Preferences {
    fn default() -> Self {
        Self { letters: true, zone: None, browser: None }
    }
}

impl Preferences {
    /// The time zone that they named, as long as this machine knows it, or their browser's.
    pub fn zone(&self) -> Option<Zone> {
        self.zone.as_deref().and_then(Zone::named).or_else(|| self.browser.clone())
    }
}
