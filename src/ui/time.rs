//! Timestamps: relative on sight, absolute on hover, in the time zone of whoever looks and in UTC. Reckoned from the page's one
//! now. Where somebody named no zone of their own, the browser adds its own (`ui::land`); without scripts it is UTC.

pub use crate::text::time::*;

use crate::clock::Timestamp;
use jiff::tz::TimeZone;
use leptos::prelude::*;

/// The time zone that somebody named for themselves: provided by the page that is made for them.
#[derive(Clone)]
pub struct Zone(TimeZone);

impl Zone {
    /// By its name in the IANA database, as this machine has it.
    pub fn named(name: &str) -> Option<Self> {
        TimeZone::get(name).ok().map(Self)
    }

    fn told(&self, at: Timestamp, format: &str) -> Option<String> {
        let at = jiff::Timestamp::from_millisecond(at.0).ok()?;
        Some(at.to_zoned(self.0.clone()).strftime(format).to_string())
    }
}

/// `Tue 24 Nov 2026, 10:12:08 CET · 2026-11-24 09:12:08 UTC`, without the first half where no zone was named.
fn hover(at: Timestamp) -> String {
    let own = use_context::<Zone>().and_then(|zone| zone.told(at, "%a %-d %b %Y, %H:%M:%S %Z"));
    own.map_or_else(|| absolute(at), |own| format!("{own} · {}", absolute(at)))
}

/// `10:12 CET`, or `09:12 UTC`: of when a page is.
pub fn minute(at: Timestamp) -> impl IntoView {
    let own = use_context::<Zone>().and_then(|zone| zone.told(at, "%H:%M %Z"));
    let said = own.unwrap_or_else(|| format!("{} UTC", clock(at).chars().take(5).collect::<String>()));
    view! { <time datetime=machine(at) title=hover(at)>{said}</time> }
}

/// `12 min ago`, with the instant in UTC on hover.
pub fn ago(at: Timestamp, now: Timestamp) -> impl IntoView {
    view! { <time datetime=machine(at) title=hover(at)>{relative(at, now)}</time> }
}

/// `12 min`, with the instant in UTC on hover; `in 2 h` for what is ahead of our clock.
pub fn age(at: Timestamp, now: Timestamp) -> impl IntoView {
    let said = if at <= now { span(now.since(at)) } else { relative(at, now) };
    view! { <time datetime=machine(at) title=hover(at)>{said}</time> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_told_in_the_zone_that_somebody_named_and_in_utc() {
        let at = Timestamp(1_795_511_528_000);
        let told = |zone: Option<&str>| {
            Owner::new().with(|| {
                if let Some(zone) = zone.and_then(Zone::named) {
                    provide_context(zone);
                }
                (hover(at), minute(at).to_html().contains("10:12 CET"))
            })
        };
        assert_eq!(told(None), ("2026-11-24 09:12:08 UTC".to_owned(), false));
        let own = "Tue 24 Nov 2026, 10:12:08 CET · 2026-11-24 09:12:08 UTC".to_owned();
        assert_eq!(told(Some("Europe/Berlin")), (own, true));
        assert!(Zone::named("Nowhere/Land").is_none() && Zone::named("").is_none());
    }
}
