//! A mail address or an IP on its way to somebody who gave a reason.

use crate::{
    deeds::{Masked, Reveal},
    id::AccountId,
    ledger::Warrant,
    seal::Keys,
};
use ipnet::IpNet;
use std::net::IpAddr;

/// Personal data whose clear text needs a warrant. Its debug output and its display show nothing.
#[derive(Clone, PartialEq, Eq, Hash)]
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
            Masked::Email | Masked::SignUpAddress | Masked::SeenAddress(_) => Some(&self.0),
            Masked::PrivatePost(_) => None,
        }
    }

    /// A keyed hash that stays when the clear text is gone; mail addresses are taken as Mastodon compares them, without
    /// capitals, dots and `+tag` in the name (`app/helpers/email_helper.rb`).
    pub fn keyed(&self, keys: &Keys) -> String {
        let text = match self.0.to_lowercase().split_once('@') {
            Some((name, domain)) => {
                let name = name.split('+').next().unwrap_or_default().replace('.', "");
                format!("{name}@{domain}")
            }
            None => self.range().0,
        };
        keys.hash("hidden", text.as_bytes())
    }

    /// A keyed hash of exactly this, of one account: its name in a form, where the clear text must not stand, and equal ones
    /// must not be told from it.
    pub fn exactly(&self, keys: &Keys, account: AccountId) -> String {
        keys.hash("hidden, exactly", format!("{account}:{}", self.0).as_bytes())
    }

    /// The server of a mail address: it is on the mask too.
    pub fn domain(&self) -> Option<String> {
        self.0.rsplit_once('@').map(|(_, domain)| domain.to_lowercase())
    }

    /// What counts as the same address: an IPv4 address itself, the /64 of an IPv6 one.
    pub fn range(&self) -> Self {
        let plain = self.0.split('/').next().unwrap_or_default();
        Self(match plain.parse::<IpAddr>() {
            Ok(IpAddr::V6(ip)) if ip.to_ipv4_mapped().is_none() => {
                let [a, b, c, d, ..] = ip.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
            _ => plain.to_owned(),
        })
    }

    /// Whether a network holds the address.
    pub fn is_within(&self, network: &IpNet) -> bool {
        self.address().is_some_and(|ip| network.contains(&ip))
    }

    /// Which of some networks hold the address.
    pub fn within(&self, networks: &[(i64, IpNet)]) -> Vec<i64> {
        let Some(ip) = self.address() else { return Vec::new() };
        networks.iter().filter(|(_, network)| network.contains(&ip)).map(|(id, _)| *id).collect()
    }

    fn address(&self) -> Option<IpAddr> {
        self.0.split('/').next()?.parse().ok()
    }

    /// Whether no visitor has such an address: it is the instance's own, or of a network behind its proxy.
    pub fn is_of_no_visitor(&self) -> bool {
        self.address().is_some_and(|ip| super::no_visitors().any(|network| network.contains(&ip.to_canonical())))
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

    #[test]
    fn an_address_that_no_visitor_has_is_known() {
        for (clear, of_no_visitor) in [
            ("127.0.0.1", true),
            ("10.1.2.3", true),
            ("172.18.0.1", true),
            ("192.168.1.1", true),
            ("100.64.0.9", true),
            ("169.254.1.1", true),
            ("0.0.0.0", true),
            ("::1", true),
            ("fd00::1", true),
            ("fe80::1", true),
            ("::ffff:10.0.0.1", true),
            ("172.32.0.1", false),
            ("203.0.113.7", false),
            ("2001:db8::1", false),
            ("odd", false),
        ] {
            assert_eq!(Hidden::new(clear.into()).is_of_no_visitor(), of_no_visitor, "{clear}");
        }
        let network: IpNet = "203.0.113.0/24".parse().unwrap();
        assert!(Hidden::new("203.0.113.7".into()).is_within(&network));
        assert!(!Hidden::new("203.0.114.7".into()).is_within(&network));
        assert!(!Hidden::new("2001:db8::1".into()).is_within(&network));
    }

    #[test]
    fn what_is_the_same_has_the_same_hash() {
        let keys = Keys::from_secret([7; 32]);
        let hash = |text: &str| Hidden::new(text.into()).keyed(&keys);
        assert_eq!(hash("Jo.nas+spam@Example.org"), hash("jonas@example.org"));
        assert_ne!(hash("jonas@example.org"), hash("jonas@example.net"));
        assert_eq!(hash("2001:db8:1:2::3"), hash("2001:db8:1:2:9::7"));
        assert_ne!(hash("2001:db8:1:2::3"), hash("2001:db8:1:3::3"));
        assert_ne!(hash("203.0.113.7"), hash("203.0.113.8"));
    }
}
