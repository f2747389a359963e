//! The address a request comes from: the peer's, or what a trusted proxy says of it.

use axum::{
    extract::ConnectInfo,
    http::{HeaderMap, request::Parts},
};
use ipnet::IpNet;
use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
};

/// The client's address, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress {
    ip: IpAddr,
    /// Whether it is the client's own, and not that of something that many come through.
    known: bool,
}

impl ClientAddress {
    /// The address of work that nobody asked for from elsewhere.
    pub const HERE: Self = Self { ip: IpAddr::V4(Ipv4Addr::LOCALHOST), known: true };

    /// The address behind a request.
    pub fn of(parts: &Parts, proxies: &Proxies) -> Self {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(peer)| peer.ip().to_canonical());
        proxies.client(peer, &parts.headers)
    }

    /// What attempts are counted by: the address, or the /64 of an IPv6 one. `None` if people cannot be told apart by it.
    pub fn range(self) -> Option<String> {
        self.known.then(|| network(self.ip))
    }

    /// What one network counts by where many of its ranges may be one person's: the address, or the /48 of an IPv6 one, as
    /// providers give it to a single customer. `None` if people cannot be told apart by it.
    pub fn site(self) -> Option<String> {
        self.known.then(|| match self.ip.to_canonical() {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => {
                let [a, b, c, ..] = ip.segments();
                format!("{a:x}:{b:x}:{c:x}::/48")
            }
        })
    }

    /// The same for the record, which says where something came from even if many come from there.
    pub fn network(self) -> String {
        network(self.ip)
    }
}

/// An IPv4 address, or the /64 of an IPv6 one.
pub fn network(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// How many peers are named in the log because they send headers that are not believed.
const MOST_SAID: usize = 16;

/// The proxies that are believed, and what was said of the others.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    trusted: Arc<[IpNet]>,
    /// What stands between this machine, or container, and the world: whoever comes from there was sent on by it.
    gateways: Arc<[IpAddr]>,
    said: Arc<Mutex<BTreeSet<IpAddr>>>,
}

impl Proxies {
    pub fn new(trusted: &[IpNet]) -> Self {
        let routes = std::fs::read_to_string("/proc/net/route").unwrap_or_default();
        Self { trusted: trusted.into(), gateways: gateways(&routes).into(), said: Arc::default() }
    }

    /// Whether what this peer says of others is believed.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.trusted.iter().any(|network| network.contains(&peer))
    }

    /// What is trusted, for the log.
    pub fn words(&self) -> String {
        if self.trusted.is_empty() {
            return "none: every request is from the address it comes from".to_owned();
        }
        self.trusted.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }

    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddress {
        let given: Vec<&str> = HEADERS.into_iter().filter(|name| headers.contains_key(*name)).collect();
        let (named, sent) = (self.trusts(peer), !given.is_empty());
        match (named, sent) {
            (true, true) => {}
            (true, false) => {
                self.say(peer, |peer| {
                    tracing::warn!(%peer, "proxy.silent: a trusted proxy does not say whom it asks for (X-Forwarded-For, Forwarded or X-Real-IP): limits go by name and browser alone");
                });
                return ClientAddress { ip: peer, known: false };
            }
            (false, true) => {
                self.say(peer, |peer| {
                    tracing::warn!(%peer, headers = given.join(", "), "proxy.unnamed: requests with forwarding headers come through a peer that `trusted_proxies` does not name; they are not believed. If it is your proxy, name it");
                });
                // A stranger who makes them up comes from outside, and is counted by the address.
                return ClientAddress { ip: peer, known: !is_near(peer) };
            }
            (false, false) if self.gateways.contains(&peer) => {
                self.say(peer, |peer| {
                    tracing::warn!(%peer, "proxy.gateway: requests come from this machine's own gateway, so people cannot be told apart by their addresses: limits go by name and browser alone. Put a proxy in front and name it in `trusted_proxies`");
                });
                return ClientAddress { ip: peer, known: false };
            }
            (false, false) => return ClientAddress { ip: peer, known: true },
        }
        // Which of the headers the proxy writes is not known, and it hands on those it does not write: where they
        // disagree, somebody made one up, and all who do that are counted together.
        let mut said: Vec<IpAddr> = Vec::new();
        for hops in [forwarded_for(headers), forwarded(headers), real_ip(headers)].into_iter().flatten() {
            match self.behind(&hops) {
                Behind::Client(ip) => said.push(ip),
                // The next proxy's address says nothing against what that proxy says.
                Behind::Proxy(ip) if given.len() == 1 => said.push(ip),
                Behind::Proxy(_) => {}
                Behind::Unclear => return ClientAddress { ip: peer, known: true },
            }
        }
        match said.first() {
            Some(ip) if said.iter().all(|other| other == ip) => ClientAddress { ip: *ip, known: true },
            _ => ClientAddress { ip: peer, known: true },
        }
    }

    /// From the right end: the first address that is not a trusted proxy's. What stands left of it anybody can write.
    fn behind(&self, hops: &[Option<IpAddr>]) -> Behind {
        let mut nearest = None;
        for hop in hops.iter().rev() {
            match hop {
                None => return Behind::Unclear,
                Some(ip) if self.trusts(*ip) => nearest = Some(*ip),
                Some(ip) => return Behind::Client(*ip),
            }
        }
        nearest.map_or(Behind::Unclear, Behind::Proxy)
    }

    fn say(&self, peer: IpAddr, words: impl Fn(IpAddr)) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.len() < MOST_SAID && said.insert(peer) {
            words(peer);
        }
    }
}

/// The default gateways in a table as Linux shows it: columns of hexadecimal numbers, an address beginning with its last byte.
fn gateways(routes: &str) -> Vec<IpAddr> {
    routes
        .lines()
        .filter_map(|line| {
            let mut columns = line.split_whitespace().skip(1);
            let (destination, gateway) = (columns.next()?, columns.next()?);
            let gateway = u32::from_str_radix(gateway, 16).ok()?;
            (destination == "00000000" && gateway != 0).then(|| Ipv4Addr::from(gateway.to_le_bytes()).into())
        })
        .collect()
}

enum Behind {
    Client(IpAddr),
    /// Nobody but trusted proxies; the leftmost asked by itself.
    Proxy(IpAddr),
    /// Something that is no address stands where one must.
    Unclear,
}

const HEADERS: [&str; 3] = ["x-forwarded-for", "forwarded", "x-real-ip"];

/// Whether a peer is of this machine or of a network that the world cannot reach: then it may be a proxy of our own.
fn is_near(peer: IpAddr) -> bool {
    match peer {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            // 100.64.0.0/10 is shared address space (RFC 6598), which some container networks use.
            let shared = first == 100 && (64..128).contains(&second);
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || shared
        }
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// An address with or without a port, as proxies write it.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = match text.strip_prefix('[') {
        Some(rest) => {
            let (inside, after) = rest.split_once(']')?;
            let is_port = after.is_empty() || after.strip_prefix(':').is_some_and(is_port);
            return is_port.then(|| inside.parse().ok().map(|ip: std::net::Ipv6Addr| IpAddr::V6(ip).to_canonical()))?;
        }
        None => text,
    };
    IpAddr::from_str(bare)
        .ok()
        .or_else(|| {
            let (ip, port) = bare.split_once(':')?;
            is_port(port).then(|| ip.parse::<Ipv4Addr>().ok().map(IpAddr::V4))?
        })
        .map(|ip| ip.to_canonical())
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

type Hops = Vec<Option<IpAddr>>;

/// `X-Forwarded-For`: all lines of it are one list.
fn forwarded_for(headers: &HeaderMap) -> Option<Hops> {
    let mut lines = headers.get_all("x-forwarded-for").iter().peekable();
    lines.peek()?;
    Some(
        lines
            .flat_map(|line| match line.to_str() {
                Ok(line) => line.split(',').map(address).collect(),
                Err(_) => vec![None],
            })
            .collect(),
    )
}

/// `X-Real-IP` has one value.
fn real_ip(headers: &HeaderMap) -> Option<Hops> {
    let lines: Vec<_> = headers.get_all("x-real-ip").iter().collect();
    match lines.as_slice() {
        [] => None,
        [one] => Some(vec![one.to_str().ok().and_then(address)]),
        _ => Some(vec![None]),
    }
}

/// `Forwarded` (RFC 7239). A line that is not of its grammar is of no use as a whole: a quotation mark that somebody left
/// open would swallow what the proxy wrote after it.
fn forwarded(headers: &HeaderMap) -> Option<Hops> {
    let mut lines = headers.get_all("forwarded").iter().peekable();
    lines.peek()?;
    Some(lines.flat_map(|line| line.to_str().ok().and_then(elements).unwrap_or_else(|| vec![None])).collect())
}

/// The addresses of the elements of one line; `None` if it is not of the grammar.
fn elements(line: &str) -> Option<Hops> {
    let mut hops = Hops::new();
    let mut rest = line.trim();
    let mut of_element: Option<Option<IpAddr>> = None;
    loop {
        // An element may be empty, and so may a pair.
        if !rest.is_empty() && !rest.starts_with([',', ';']) {
            let (name, after) = rest.split_once('=')?;
            if name.is_empty() || !name.bytes().all(is_token) {
                return None;
            }
            let (value, after) = value(after)?;
            if name.eq_ignore_ascii_case("for") {
                // Twice in one element is against the grammar.
                if of_element.is_some() {
                    return None;
                }
                of_element = Some(address(&value));
            }
            rest = after.trim_start();
        }
        match rest.chars().next() {
            None => {
                hops.push(of_element.flatten());
                return Some(hops);
            }
            Some(',') => hops.push(of_element.take().flatten()),
            Some(';') => {}
            Some(_) => return None,
        }
        rest = rest[1..].trim_start();
    }
}

/// A token or a quoted string, and what stands after it.
fn value(text: &str) -> Option<(String, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let mut value = String::new();
        let mut escaped = false;
        for (at, c) in quoted.char_indices() {
            match c {
                _ if escaped => {
                    value.push(c);
                    escaped = false;
                }
                '\\' => escaped = true,
                '"' => return Some((value, &quoted[at + 1..])),
                c => value.push(c),
            }
        }
        return None;
    }
    // An IPv6 address must be quoted, and so must a port; many programs write them without all the same.
    let end = text.find([',', ';', '"', ' ', '\t']).unwrap_or(text.len());
    let (value, after) = text.split_at(end);
    (!value.is_empty()).then(|| (value.to_owned(), after))
}

/// A character of a token (RFC 9110).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue, Request};
    use proptest::prelude::*;

    fn client(trusted: &[&str], peer: &str, sent: &[(&str, &str)]) -> ClientAddress {
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        let mut parts = Request::new(()).into_parts().0;
        parts.extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 4711)));
        for (name, value) in sent {
            let name: HeaderName = name.parse().unwrap();
            parts.headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        ClientAddress::of(&parts, &Proxies::new(&trusted))
    }

    #[test]
    fn only_a_named_proxy_is_believed_and_only_from_the_right_end() {
        let near = ["127.0.0.0/8", "10.0.0.0/8", "2001:db8:1::/48"];
        type Headers<'a> = &'a [(&'a str, &'a str)];
        let cases: &[(&str, Headers<'_>, Option<&str>)] = &[
            ("127.0.0.1", &[("x-forwarded-for", "203.0.113.5")], Some("203.0.113.5")),
            ("::ffff:127.0.0.1", &[("x-forwarded-for", "203.0.113.5")], Some("203.0.113.5")),
            // What stands left of the proxy's own word is anybody's.
            ("127.0.0.1", &[("x-forwarded-for", "198.51.100.9, 203.0.113.5")], Some("203.0.113.5")),
            ("127.0.0.1", &[("x-forwarded-for", "198.51.100.9, 203.0.113.5, 10.1.2.3")], Some("203.0.113.5")),
            (
                "127.0.0.1",
                &[("x-forwarded-for", "198.51.100.9"), ("x-forwarded-for", "203.0.113.5")],
                Some("203.0.113.5"),
            ),
            ("127.0.0.1", &[("x-forwarded-for", "10.1.2.3, 10.1.2.4")], Some("10.1.2.3")),
            ("127.0.0.1", &[("x-forwarded-for", "203.0.113.5:4711")], Some("203.0.113.5")),
            ("127.0.0.1", &[("x-forwarded-for", "[2001:db8::7]:4711")], Some("2001:db8:0:0::/64")),
            ("127.0.0.1", &[("x-forwarded-for", "[2001:db8::7]")], Some("2001:db8:0:0::/64")),
            ("127.0.0.1", &[("x-forwarded-for", "2001:db8::7")], Some("2001:db8:0:0::/64")),
            ("127.0.0.1", &[("x-forwarded-for", "::ffff:203.0.113.5")], Some("203.0.113.5")),
            ("127.0.0.1", &[("forwarded", "for=203.0.113.5")], Some("203.0.113.5")),
            ("127.0.0.1", &[("forwarded", "FOR=\"203.0.113.5:80\";proto=https;by=10.0.0.1")], Some("203.0.113.5")),
            (
                "127.0.0.1",
                &[("forwarded", "for=198.51.100.9, for=\"[2001:db8::7]:47\" ; host=\"a,b;c\"")],
                Some("2001:db8:0:0::/64"),
            ),
            (
                "127.0.0.1",
                &[("forwarded", "for=198.51.100.9"), ("forwarded", "proto=http;for=203.0.113.5")],
                Some("203.0.113.5"),
            ),
            ("127.0.0.1", &[("x-real-ip", "203.0.113.5")], Some("203.0.113.5")),
            // nginx with both; the inner of two proxies names the outer one.
            (
                "127.0.0.1",
                &[("x-real-ip", "203.0.113.5"), ("x-forwarded-for", "1.2.3.4, 203.0.113.5")],
                Some("203.0.113.5"),
            ),
            (
                "127.0.0.1",
                &[("x-real-ip", "10.0.0.7"), ("x-forwarded-for", "203.0.113.5, 10.0.0.7")],
                Some("203.0.113.5"),
            ),
            // Made up by whoever asks, and handed on: all of them are counted together.
            ("127.0.0.1", &[("forwarded", "for=198.51.100.9"), ("x-forwarded-for", "203.0.113.5")], Some("127.0.0.1")),
            ("127.0.0.1", &[("x-real-ip", "198.51.100.9"), ("x-forwarded-for", "203.0.113.5")], Some("127.0.0.1")),
            ("127.0.0.1", &[("x-real-ip", "198.51.100.9"), ("x-real-ip", "203.0.113.5")], Some("127.0.0.1")),
            ("127.0.0.1", &[("x-forwarded-for", "203.0.113.5, unknown")], Some("127.0.0.1")),
            ("127.0.0.1", &[("x-forwarded-for", "203.0.113.5,")], Some("127.0.0.1")),
            ("127.0.0.1", &[("x-forwarded-for", "")], Some("127.0.0.1")),
            ("127.0.0.1", &[("x-forwarded-for", "203.0.113.5:http")], Some("127.0.0.1")),
            ("127.0.0.1", &[("x-forwarded-for", "203.0.113.5:99999")], Some("127.0.0.1")),
            ("127.0.0.1", &[("x-forwarded-for", "[203.0.113.5]")], Some("127.0.0.1")),
            ("127.0.0.1", &[("x-forwarded-for", "[2001:db8::7]x")], Some("127.0.0.1")),
            ("127.0.0.1", &[("x-forwarded-for", "203.0.113.5\u{e4}")], Some("127.0.0.1")),
            ("127.0.0.1", &[("forwarded", "for=_hidden")], Some("127.0.0.1")),
            ("127.0.0.1", &[("forwarded", "proto=https")], Some("127.0.0.1")),
            ("127.0.0.1", &[("forwarded", "for=198.51.100.9;for=203.0.113.5")], Some("127.0.0.1")),
            // An open quotation mark does not swallow what the proxy says.
            ("127.0.0.1", &[("forwarded", "for=198.51.100.9;x=\", for=203.0.113.5")], Some("127.0.0.1")),
            ("127.0.0.1", &[("forwarded", "for=198.51.100.9;x=\", for=\"203.0.113.5\"")], Some("127.0.0.1")),
            (
                "127.0.0.1",
                &[("forwarded", "for=198.51.100.9;x=\"\\, for=\"203.0.113.5\";proto=\"http\"")],
                Some("127.0.0.1"),
            ),
            // A trusted proxy that says nothing: nobody can be told apart.
            ("127.0.0.1", &[], None),
            // Peers that are not named.
            ("203.0.113.80", &[("x-forwarded-for", "198.51.100.9")], Some("203.0.113.80")),
            ("203.0.113.80", &[], Some("203.0.113.80")),
            ("172.18.0.2", &[("x-forwarded-for", "198.51.100.9")], None),
            ("172.18.0.2", &[("forwarded", "for=198.51.100.9")], None),
            ("100.64.3.4", &[("x-real-ip", "198.51.100.9")], None),
            ("fd00::2", &[("x-real-ip", "198.51.100.9")], None),
            ("172.18.0.2", &[], Some("172.18.0.2")),
            ("2001:db8:1::5", &[("x-forwarded-for", "203.0.113.5")], Some("203.0.113.5")),
        ];
        for (peer, sent, range) in cases {
            assert_eq!(client(&near, peer, sent).range().as_deref(), *range, "{peer} {sent:?}");
        }
        // With nobody named, loopback is as good as any other.
        let made_up = [("x-forwarded-for", "198.51.100.9")];
        assert_eq!(client(&[], "127.0.0.1", &made_up).range(), None);
        assert_eq!(client(&[], "127.0.0.1", &made_up).network(), "127.0.0.1");
        assert_eq!(client(&[], "127.0.0.1", &[]).range().as_deref(), Some("127.0.0.1"));
    }

    #[test]
    fn the_gateway_is_nobody_in_particular() {
        let routes = "Iface\tDestination\tGateway \tFlags\tRefCnt\n\
            eth0\t00000000\t010011AC\t0003\t0\neth0\t000011AC\t00000000\t0001\t0\nnonsense\n";
        let gateway: IpAddr = "172.17.0.1".parse().unwrap();
        assert_eq!(gateways(routes), [gateway]);
        let proxies = Proxies { gateways: vec![gateway].into(), ..Proxies::default() };
        assert_eq!(proxies.client(gateway, &HeaderMap::new()).range(), None);
        assert!(proxies.client("172.17.0.2".parse().unwrap(), &HeaderMap::new()).range().is_some());
        let named = Proxies { trusted: vec!["172.17.0.1/32".parse().unwrap()].into(), ..proxies };
        let mut headers = HeaderMap::new();
        headers.insert("x-real-ip", HeaderValue::from_static("203.0.113.5"));
        assert_eq!(named.client(gateway, &headers).range().as_deref(), Some("203.0.113.5"));
    }

    #[test]
    fn each_strange_peer_is_said_once_and_not_without_end() {
        let proxies = Proxies::new(&[]);
        let mut said = 0;
        for number in 0..100u32 {
            for _ in 0..2 {
                let peer = IpAddr::V4(Ipv4Addr::from(0xCB00_7100 + number));
                let count = std::cell::Cell::new(0);
                proxies.say(peer, |_| count.set(count.get() + 1));
                said += count.get();
            }
        }
        assert_eq!(said, MOST_SAID);
    }

    proptest! {
        /// Whatever a client writes into the header that the proxy appends to, the proxy's word holds.
        #[test]
        fn nothing_a_client_writes_changes_what_the_proxy_appended(made_up in "[ -~]{0,60}") {
            let sent = format!("{made_up}, 203.0.113.5");
            let found = client(&["127.0.0.1/32"], "127.0.0.1", &[("x-forwarded-for", &sent)]);
            prop_assert_eq!(found.range(), Some("203.0.113.5".to_owned()));
        }

        /// In `Forwarded` it holds, or nobody's does.
        #[test]
        fn nothing_a_client_writes_into_forwarded_is_believed(
            made_up in "(for=|[ -~]){0,40}",
            theirs in prop::sample::select(vec!["for=203.0.113.5", "for=\"203.0.113.5\"", "for=\"203.0.113.5:1\";proto=\"https\""]),
        ) {
            let sent = format!("{made_up}, {theirs}");
            let found = client(&["127.0.0.1/32"], "127.0.0.1", &[("forwarded", &sent)]);
            prop_assert!(matches!(found.range().as_deref(), Some("203.0.113.5" | "127.0.0.1")), "{:?}", found);
        }

        /// Nor into a header that the proxy only hands on.
        #[test]
        fn another_header_changes_nothing_for_the_worse(
            name in prop::sample::select(vec!["forwarded", "x-real-ip"]),
            made_up in "(for=)?[ -~]{0,40}",
        ) {
            let sent = [(name, made_up.as_str()), ("x-forwarded-for", "203.0.113.5")];
            let found = client(&["127.0.0.1/32"], "127.0.0.1", &sent);
            prop_assert!(matches!(found.range().as_deref(), Some("203.0.113.5" | "127.0.0.1")), "{:?}", found);
        }
    }
}
