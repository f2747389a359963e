//! Addresses and networks: read, and kept from locking out the console or half the world.

use ipnet::IpNet;
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// An address with the length of its prefix, host bits cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl FromStr for Network {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let malformed = || {
            format!(
                "“{}” is not an IP address or range: enter 203.0.113.7, 203.0.113.0/24 or 2001:db8::/48.",
                crate::ui::excerpt(text, 60)
            )
        };
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().map_err(|_| malformed())?;
        let longest = |address: IpAddr| if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => {
                prefix.parse::<u8>().ok().filter(|prefix| *prefix <= longest(address)).ok_or_else(malformed)?
            }
            None => longest(address),
        };
        // An IPv4 address in an IPv6 coat is the IPv4 address to Mastodon's visitors, and so is a range of them.
        let (address, prefix) = match (address.to_canonical(), prefix.checked_sub(96)) {
            (inner @ IpAddr::V4(_), Some(prefix)) if address.is_ipv6() => (inner, prefix),
            _ => (address, prefix),
        };
        Ok(Self { address: cleared(address, prefix), prefix })
    }
}

fn cleared(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & mask))
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask))
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl Network {
    pub fn contains(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.address.is_ipv4() && cleared(address, self.prefix) == self.address
    }

    /// Whether it and another have addresses in common.
    pub fn meets(&self, other: &IpNet) -> bool {
        IpNet::new(self.address, self.prefix).is_ok_and(|own| own.contains(other) || other.contains(&own))
    }

    /// Why no rule may be so wide, if it may not.
    pub fn too_wide(&self) -> Option<String> {
        let shortest = if self.address.is_ipv4() { 8 } else { 32 };
        (self.prefix < shortest).then(|| {
            format!(
                "{self} is too large a part of the internet. Use /{shortest} or narrower{}.",
                if self.prefix == 0 { "; /0 is everyone" } else { "" }
            )
        })
    }

    /// What somebody should know before making a rule for it, if anything.
    pub fn wide(&self) -> Option<String> {
        let usual = if self.address.is_ipv4() { 16 } else { 48 };
        (self.prefix < usual).then(|| format!("{self} is very wide: it covers whole providers with all their users."))
    }
}

/// The addresses from which this console may reach the instance, as far as this machine knows: loopback, and those of its
/// interfaces. Behind address translation the instance sees another one.
pub fn own() -> Vec<IpAddr> {
    let mut own = vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    match if_addrs::get_if_addrs() {
        Ok(interfaces) => own.extend(interfaces.iter().map(if_addrs::Interface::ip)),
        Err(error) => tracing::warn!(%error, "own_addresses"),
    }
    own.sort_unstable();
    own.dedup();
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap_or_else(|why| panic!("{why}"))
    }

    #[test]
    fn networks_are_read_and_cleared() {
        for (typed, read) in [
            ("203.0.113.77", "203.0.113.77/32"),
            (" 203.0.113.77/24 ", "203.0.113.0/24"),
            ("2001:DB8::7", "2001:db8::7/128"),
            ("2001:db8::7/32", "2001:db8::/32"),
            ("::ffff:203.0.113.77", "203.0.113.77/32"),
            ("::ffff:203.0.113.77/120", "203.0.113.0/24"),
            ("::ffff:0:0/96", "0.0.0.0/0"),
            ("::ffff:203.0.113.77/95", "::fffe:0:0/95"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("::/0", "::/0"),
        ] {
            assert_eq!(network(typed).to_string(), read);
        }
        for wrong in
            ["", "203.0.113", "203.0.113.0/33", "203.0.113.0/-1", "2001:db8::/129", "night.example", "1.2.3.4/"]
        {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_widest_are_refused_and_the_wide_are_warned_of() {
        for (typed, refused, warned) in [
            ("0.0.0.0/0", true, true),
            ("10.0.0.0/7", true, true),
            ("10.0.0.0/8", false, true),
            ("10.1.0.0/15", false, true),
            ("10.1.0.0/16", false, false),
            ("::/0", true, true),
            ("2001::/31", true, true),
            ("2001:db8::/32", false, true),
            ("2001:db8::/47", false, true),
            ("2001:db8::/48", false, false),
        ] {
            assert_eq!(network(typed).too_wide().is_some(), refused, "{typed}");
            assert_eq!(network(typed).wide().is_some(), warned, "{typed}");
        }
    }

    #[test]
    fn a_network_knows_what_it_holds() {
        assert!(network("127.0.0.0/8").contains("127.0.0.1".parse().unwrap()));
        assert!(!network("128.0.0.0/8").contains("127.0.0.1".parse().unwrap()));
        assert!(!network("::/32").contains("0.0.0.1".parse().unwrap()));
        assert!(own().contains(&IpAddr::V4(Ipv4Addr::LOCALHOST)));
    }
}
