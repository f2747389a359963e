//! A mail address or an IP on its way to somebody who gave a reason.

use crate::ledger::{
    Warrant,
    deed::{Masked, Reveal},
};

/// Personal data whose clear text needs a warrant. Its debug output and its display show nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(String);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[hidden]")
    }
}

impl Hidden {
    pub(super) fn new(text: String) -> Self {
        Self(text)
    }

    /// The clear text, for the deed that was recorded for it.
    pub fn reveal(&self, warrant: &Warrant<Reveal>) -> Option<&str> {
        match warrant.deed().what {
            Masked::Email | Masked::SignUpAddress => Some(&self.0),
            Masked::PrivatePost(_) => None,
        }
    }

    /// `j•••@example.org`, `203.0.•.•`, `2001:db8:•`
    pub fn masked(&self) -> String {
        if let Some((name, domain)) = self.0.split_once('@') {
            let first = name.chars().next().map(String::from).unwrap_or_default();
            return format!("{first}•••@{domain}");
        }
        let plain = self.0.split('/').next().unwrap_or_default();
        if plain.contains(':') {
            let groups: Vec<&str> = plain.split(':').take(2).collect();
            return format!("{}:•", groups.join(":"));
        }
        let parts: Vec<&str> = plain.split('.').collect();
        match parts.as_slice() {
            [a, b, _, _] => format!("{a}.{b}.•.•"),
            _ => "•••".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_keeps_little() {
        for (clear, masked) in [
            ("jonas.tran@example.org", "j•••@example.org"),
            ("203.0.113.7", "203.0.•.•"),
            ("2001:db8:1:2::3/128", "2001:db8:•"),
            ("odd", "•••"),
        ] {
            assert_eq!(Hidden::new(clear.into()).masked(), masked);
        }
        assert_eq!(format!("{:?}", Hidden::new("jonas@example.org".into())), "[hidden]");
    }
}
