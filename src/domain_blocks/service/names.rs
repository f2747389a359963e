//! What somebody typed, understood as a domain or a network, or refused with the reason.

use crate::domain_blocks::Domain;
use std::net::IpAddr;

/// Understands a server's name: trimmed, without scheme and closing slash, in lower case and punycode, as Mastodon would
/// store it (`DomainNormalizable`). `own` are the instance's domains, of its handles and of its pages.
///
/// # Errors
/// A sentence for the field: what is wrong with it, and what would be right.
pub fn server(typed: &str, own: &[String]) -> Result<Domain, String> {
    let domain = not_ours(typed, own)?;
    match suffix(&domain) {
        Err(why) if !is_shared(&domain) => Err(why),
        _ => Ok(domain),
    }
}

/// Whether everybody who has a name under it would come under a rule for it, and somebody’s it is: a host like `github.io`, not
/// a registry like `co.uk`.
pub fn is_shared(domain: &Domain) -> bool {
    section(domain.as_str()) == Some(psl::Type::Private)
}

/// Of which part of the list of public suffixes a name is: as one of them, or with all below it as some (`*.sch.uk`).
fn section(name: &str) -> Option<psl::Type> {
    let of = |name: &str| {
        let suffix = psl::suffix(name.as_bytes()).filter(|suffix| suffix.is_known() && *suffix == name);
        suffix.and_then(|suffix| suffix.typ())
    };
    of(name).or_else(|| of(&format!("any.{name}")))
}

/// What a list says of a server's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InList {
    Plain(Domain),
    /// It could have a rule, and somebody has to look first: why.
    Apart(Domain, String),
    /// As for [`InList::Apart`]: everybody who has a name under it would come under the rule.
    Shared(Domain),
    /// Signs stand for letters that whoever published the list left out.
    Hidden,
    /// No rule can be made for it: why.
    Refused(String),
}

/// Understands a name in somebody's list, as [`server`] does; nobody typed it, so more is asked of it.
pub fn in_list(text: &str, own: &[String]) -> InList {
    let text = text.trim();
    let below = text.strip_prefix("*.").or_else(|| text.strip_prefix('.'));
    let typed = below.unwrap_or(text);
    if typed.contains('*') && typed.contains(['\\', '^', '$', '(', '[', '|', '+', '/']) {
        return InList::Refused("It is a pattern, not a domain.".to_owned());
    }
    if typed.contains(['*', '•', '●', '█', '…']) && !typed.contains(char::is_whitespace) {
        return InList::Hidden;
    }
    let domain = match not_ours(typed, own) {
        Ok(domain) => domain,
        Err(why) => return InList::Refused(why),
    };
    if is_shared(&domain) {
        return InList::Shared(domain);
    }
    if let Err(why) = suffix(&domain) {
        return InList::Refused(why);
    }
    let hosts = || own.iter().map(|own| own.split(':').next().unwrap_or_default());
    if let Some(ours) =
        hosts().find(|ours| Domain::try_from((*ours).to_owned()).is_ok_and(|ours| ours.covers(domain.as_str())))
    {
        let why = format!("It is a subdomain of {ours}, our own domain.");
        return InList::Apart(domain, why);
    }
    if let Some(why) = nobody(&domain, hosts()) {
        return InList::Apart(domain, why.to_owned());
    }
    if is_mixed(&domain) {
        let why = "The name mixes letters of several alphabets: it may not be the one it looks like.".to_owned();
        return InList::Apart(domain, why);
    }
    if below.is_some() {
        let why = format!("The list only names subdomains; a domain block covers {domain} itself as well.");
        return InList::Apart(domain, why);
    }
    InList::Plain(domain)
}

/// Why nobody can have a server of this name, or the list was not made to be read in unseen. Lists have such names in them so
/// that it shows who reads them in without looking.
fn nobody<'a>(domain: &Domain, mut own: impl Iterator<Item = &'a str>) -> Option<&'static str> {
    const RESERVED: &str = "The name is reserved: nobody can have a server there. Lists use such names as traps.";
    // RFC 2606 and 6761, 6762 (`local`), 9476 (`alt`), 8375 and 3172 (`arpa`), and ICANN's `internal`.
    let labels: Vec<&str> = domain.as_str().split('.').collect();
    let top = labels.last().copied().unwrap_or_default();
    if matches!(top, "invalid" | "localhost" | "local" | "internal" | "alt" | "arpa") {
        return Some(RESERVED);
    }
    if let [.., "example", "com" | "net" | "org"] = labels[..] {
        return Some(RESERVED);
    }
    // Where the instance itself has such a name, those beside it are its neighbours.
    let tried_out = |own: &str| {
        own.parse::<IpAddr>().is_ok() || matches!(own.rsplit('.').next(), Some("test" | "example" | "localhost"))
    };
    if matches!(top, "test" | "example") && !own.any(tried_out) {
        return Some(RESERVED);
    }
    if labels.contains(&"canary") || labels.windows(3).any(|labels| labels == ["delete", "this", "line"]) {
        return Some("The name is a trap for people who import lists unread.");
    }
    // RFC 1123. Mastodon takes it all the same; a bullet may have been glued to it.
    if labels.iter().any(|label| label.starts_with('-') || label.ends_with('-')) {
        return Some("No part of a domain starts or ends with a hyphen: it may not be the one the list means.");
    }
    (labels.len() > 6).then_some("The name reads like a sentence, not like a domain.")
}

/// As [`server`], public suffixes included.
fn not_ours(typed: &str, own: &[String]) -> Result<Domain, String> {
    let own_already = typed.trim().trim_end_matches('/').to_lowercase();
    let name = if own.contains(&own_already) { own_already } else { bare(typed)? };
    if own.iter().any(|own| name == *own || own.rsplit_once(':').is_some_and(|(host, _)| host == name)) {
        return Err(format!("{name} is this instance’s own domain."));
    }
    let domain = checked(&name)?;
    if let Some(own) = own.iter().find(|own| domain.covers(own)) {
        return Err(format!("{domain} covers {own}, this instance’s own domain."));
    }
    Ok(domain)
}

/// Understands a mail domain: what stands behind the @ of an address, or a whole address.
///
/// # Errors
/// A sentence for the field.
pub fn mail(typed: &str) -> Result<Domain, String> {
    let typed = typed.trim();
    if let Some((name, domain)) = typed.rsplit_once('@')
        && !name.is_empty()
    {
        return Err(format!(
            "That is an email address or an account. Enter a domain: {}.",
            crate::ui::excerpt(domain, 80)
        ));
    }
    let domain = checked(&bare(typed.trim_start_matches('@'))?)?;
    match suffix(&domain) {
        Err(why) if !is_shared(&domain) => Err(why),
        _ => Ok(domain),
    }
}

/// Without what people copy along with a name.
fn bare(typed: &str) -> Result<String, String> {
    let text = typed.trim();
    let lower = text.to_lowercase();
    let (scheme, text) = lower.split_once("://").map_or((None, lower.as_str()), |(scheme, rest)| (Some(scheme), rest));
    let text = text.strip_suffix('/').unwrap_or(text);
    let copied = matches!(scheme, None | Some("https" | "http"));
    if text.is_empty() && copied {
        return Err("Enter a domain, for example night.example.".to_owned());
    }
    if text.trim_start_matches("*.").contains('*') {
        return Err(format!(
            "“{}” is no whole name: whoever published it has put stars in the place of letters. Find out the name first.",
            crate::ui::excerpt(text, 80)
        ));
    }
    if let Some(rest) = text.strip_prefix("*.") {
        return Err(format!("A domain block always covers subdomains: enter {}.", crate::ui::excerpt(rest, 80)));
    }
    if is_address(text) {
        return Err(format!("{text} is an IP address, not a domain. Use IP rules for that."));
    }
    if !copied || text.contains('/') || scheme.is_some() && text.contains('@') {
        let host = text.split('/').next().unwrap_or_default();
        return Err(match host.rsplit('@').next().and_then(host_of) {
            Some(host) => format!("That is a URL. Enter a domain: {host}."),
            None => "That is a URL. Enter the domain alone.".to_owned(),
        });
    }
    if text.contains('@') && !text.contains('|') {
        return Err("That is an account. Enter the domain: the part after the last @.".to_owned());
    }
    if let Some(rest) = text.strip_suffix('.') {
        return Ok(rest.to_owned());
    }
    Ok(text.to_owned())
}

/// A name that a link has: as it stands there, or in the form that it would be kept in.
pub fn linked(name: &str) -> Option<Domain> {
    let lower = name.trim().to_lowercase();
    Domain::try_from(lower.clone()).ok().filter(Domain::is_well_formed).or_else(|| checked(&lower).ok())
}

/// The name in the host of a URL, without what keeps people from following it (`night[.]example`).
fn host_of(host: &str) -> Option<String> {
    let host = host.replace("[.]", ".");
    let name = host.split(':').next().unwrap_or_default();
    Domain::try_from(name.to_owned()).ok().filter(|name| name.is_well_formed() && name.as_str().contains('.'))?;
    Some(crate::ui::excerpt(name, 80))
}

fn is_address(text: &str) -> bool {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().is_ok() || bare.parse::<super::networks::Network>().is_ok()
}

fn checked(name: &str) -> Result<Domain, String> {
    if let Some((host, port)) = name.rsplit_once(':')
        && !port.is_empty()
        && port.bytes().all(|b| b.is_ascii_digit())
    {
        if is_address(host) {
            return Err(format!("{host} is an IP address, not a domain. Use IP rules for that."));
        }
        return Err(format!("Leave out the port: {}.", crate::ui::excerpt(host, 80)));
    }
    // Before anything is made of it: what is left out or replaced on the way to punycode would make it another name.
    if name.contains(|c: char| c.is_control() || c.is_whitespace()) || crate::ui::tame(name) != name {
        return Err(format!(
            "“{}” is not a valid domain: it contains a space or an invisible character.",
            as_written(name, 80)
        ));
    }
    if let Some(sign) = name.chars().find(|c| is_sign(*c)) {
        return Err(format!(
            "“{}” is not a valid domain: it contains “{sign}”, which no domain has.",
            crate::ui::excerpt(name, 80)
        ));
    }
    // Browsers and servers read such a name as an IP address, whole or not (WHATWG URL, “ends in a number”).
    let last = name.rsplit('.').next().unwrap_or_default();
    let hexadecimal = last.strip_prefix("0x").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_hexdigit()));
    if !last.is_empty() && (hexadecimal || last.bytes().all(|b| b.is_ascii_digit())) {
        return Err(format!("{} ends in a number, as no domain does.", crate::ui::excerpt(name, 80)));
    }
    let ascii = idna::domain_to_ascii(name)
        .map_err(|_| format!("“{}” is not a valid domain.", crate::ui::excerpt(name, 80)))?;
    if !is_the_same(name, &ascii) {
        return Err(format!(
            "“{}” is not a valid domain: it contains lookalike characters. It would become {}.",
            crate::ui::excerpt(name, 80),
            crate::ui::excerpt(&ascii, 80)
        ));
    }
    Domain::try_from(ascii).ok().filter(Domain::is_well_formed).ok_or_else(|| {
        format!(
            "“{}” is not a valid domain: use letters, digits and hyphens between dots.",
            crate::ui::excerpt(name, 80)
        )
    })
}

/// Whether a sign is none of a name's: the dashes, quotation marks, slashes and operators that word processors put in the place
/// of others. IDNA 2008 has none of them (RFC 5892), and nobody can have such a name.
fn is_sign(c: char) -> bool {
    matches!(c,
        '\u{A1}'..='\u{A9}' | '\u{AB}'..='\u{B1}' | '\u{B4}' | '\u{B6}' | '\u{B8}' | '\u{BB}' | '\u{BF}' | '\u{D7}' | '\u{F7}'
        | '\u{2010}'..='\u{205E}' | '\u{2190}'..='\u{22FF}' | '\u{2E00}'..='\u{2E7F}')
}

/// Whether a part of a name has letters of several alphabets that look alike: it may be read as another name.
fn is_mixed(domain: &Domain) -> bool {
    let alphabet = |c: char| match c {
        'a'..='z' | '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => Some('a'),
        '\u{370}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}' => Some('\u{3B1}'),
        '\u{400}'..='\u{52F}' => Some('\u{430}'),
        '\u{530}'..='\u{58F}' => Some('\u{561}'),
        _ => None,
    };
    let (letters, _) = idna::domain_to_unicode(domain.as_str());
    letters.split('.').any(|label| {
        let mut there = label.chars().filter_map(alphabet);
        there.next().is_some_and(|first| there.any(|other| other != first))
    })
}

/// Whether a name is the instance's own, or covers it.
pub fn is_ours(domain: &Domain, own: &[String]) -> bool {
    let lower = domain.as_str().to_lowercase();
    own.iter().any(|own| {
        let host = own.rsplit_once(':').map_or(own.as_str(), |(host, _)| host);
        *own == lower || [own.as_str(), host].iter().any(|own| *own == lower || own.ends_with(&format!(".{lower}")))
    })
}

/// A name as it stands there, with what would not be seen in it: another name must not be shown in its place.
pub fn as_written(name: &str, longest: usize) -> String {
    let mut seen = String::new();
    for c in name.chars() {
        let mut own = [0; 4];
        let unseen =
            c != ' ' && (c.is_control() || c.is_whitespace() || crate::ui::tame(c.encode_utf8(&mut own)).is_empty());
        if unseen {
            seen.push_str(&format!("‹U+{:04X}›", u32::from(c)));
        } else {
            seen.push(c);
        }
    }
    crate::ui::excerpt(&seen, longest)
}

/// Whether punycode says label for label what stood there.
fn is_the_same(name: &str, ascii: &str) -> bool {
    if name == ascii {
        return true;
    }
    let (unicode, _) = idna::domain_to_unicode(ascii);
    name.split('.').count() == ascii.split('.').count()
        && name
            .split('.')
            .zip(ascii.split('.'))
            .zip(unicode.split('.'))
            .all(|((name, ascii), unicode)| name == ascii || name == unicode)
}

fn suffix(domain: &Domain) -> Result<(), String> {
    let name = domain.as_str();
    if !name.contains('.') || section(name).is_some() {
        return Err(format!("{name} is a public suffix: a domain block would cover everyone’s servers under it."));
    }
    Ok(())
}

/// The same in Unicode, where that differs.
pub fn shown(domain: &str) -> Option<String> {
    let (unicode, result) = idna::domain_to_unicode(domain);
    (result.is_ok() && unicode != domain).then_some(unicode)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn own() -> Vec<String> {
        vec!["harbour.example".to_owned(), "social.harbour.example".to_owned()]
    }

    #[test]
    fn names_are_understood_as_mastodon_stores_them() {
        for (typed, stored) in [
            (" Night.Example ", "night.example"),
            ("BÜCHER.example", "xn--bcher-kva.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("https://night.example/", "night.example"),
            ("night.example/", "night.example"),
            ("night.example.", "night.example"),
            ("www.news.example", "www.news.example"),
            ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
            ("harbour.example.org", "harbour.example.org"),
            ("not-harbour.example", "not-harbour.example"),
            ("GitHub.io", "github.io"),
        ] {
            assert_eq!(server(typed, &own()).map(String::from).as_deref(), Ok(stored), "{typed}");
        }
    }

    #[test]
    fn what_must_not_be_blocked_is_refused_with_the_reason() {
        for (typed, reason) in [
            ("", "Enter a domain"),
            ("harbour.example", "own domain"),
            ("HARBOUR.example/", "own domain"),
            ("social.harbour.example", "own domain"),
            ("example", "covers harbour.example"),
            ("com", "public suffix"),
            ("co.uk", "public suffix"),
            ("localhost", "public suffix"),
            ("192.0.2.7", "is an IP address"),
            ("[2001:db8::1]", "is an IP address"),
            ("192.0.2.0/24", "is an IP address"),
            ("192.0.2.7:3000", "192.0.2.7 is an IP address"),
            ("[2001:db8::1]:3000", "is an IP address"),
            ("10.0.1", "ends in a number"),
            ("1.2.3.4.5", "ends in a number"),
            ("night.0x7f", "ends in a number"),
            ("3232235521", "ends in a number"),
            ("https://night.example/@wren", "Enter a domain: night.example"),
            ("night.example/about", "Enter a domain: night.example"),
            ("wren@night.example", "is an account"),
            ("hxxps://night[.]example", "Enter a domain: night.example"),
            ("hxxps://night[.]example/about", "Enter a domain: night.example"),
            ("wss://night.example", "Enter a domain: night.example"),
            ("https://user:word@night.example/", "Enter a domain: night.example"),
            ("ftp://", "Enter the domain alone"),
            ("blockedhosts:", "not a valid domain"),
            ("@@||night.example^", "not a valid domain"),
            ("*.night.example", "enter night.example"),
            ("***.night.example", "put stars in the place of letters"),
            ("*.n***t.example", "put stars in the place of letters"),
            ("night.example:3000", "Leave out the port: night.example"),
            ("night..example", "not a valid domain"),
            ("under_score.example", "not a valid domain"),
            ("night example.org", "not a valid domain"),
            ("ni\u{ad}ght.example", "invisible"),
            ("ni\tght.example", "invisible"),
            ("night.exam\u{200b}ple", "invisible"),
            ("\u{ff4e}ight.example", "lookalike"),
            ("night\u{3002}test.example", "lookalike"),
            ("night\u{2013}hawk.example", "contains “–”, which no domain has"),
            ("night\u{2212}hawk.example", "which no domain has"),
            ("night\u{2019}s.example", "which no domain has"),
            ("night\u{2215}hawk.example", "which no domain has"),
            (&format!("{}.example", "a".repeat(64)), "not a valid domain"),
            (&"a.".repeat(150), "not a valid domain"),
        ] {
            let refused = server(typed, &own()).expect_err(typed);
            assert!(refused.contains(reason), "{typed}: {refused}");
        }
        assert!(mail("co.uk").unwrap_err().contains("public suffix"));
        assert_eq!(mail("github.io").map(String::from).as_deref(), Ok("github.io"));
        assert!(mail("wren@throwaway.example").unwrap_err().contains("throwaway.example"));
        assert_eq!(mail("@THROWAWAY.example").map(String::from).as_deref(), Ok("throwaway.example"));
    }

    #[test]
    fn a_name_in_a_list_is_plain_apart_hidden_or_refused() {
        let said = |text: &str, own: &[String]| match in_list(text, own) {
            InList::Plain(domain) => format!("plain {domain}"),
            InList::Apart(domain, why) => format!("apart {domain}: {why}"),
            InList::Shared(domain) => format!("shared {domain}"),
            InList::Hidden => "hidden".to_owned(),
            InList::Refused(why) => format!("refused: {why}"),
        };
        for (text, expected) in [
            ("Night.test", "plain night.test"),
            ("https://night.test/", "plain night.test"),
            ("harbour.example.art", "plain harbour.example.art"),
            ("harbour.example", "refused: harbour.example is this instance’s own"),
            ("Social.Harbour.Example.", "refused: social.harbour.example is this instance’s own"),
            ("example", "refused: example covers harbour.example"),
            ("old.harbour.example", "apart old.harbour.example: It is a subdomain of harbour.example"),
            ("x.social.harbour.example", "apart x.social.harbour.example: It is a subdomain of"),
            ("harbourer.example", "plain harbourer.example"),
            ("*.wild.test", "apart wild.test: The list only names subdomains"),
            (".wild.test", "apart wild.test: The list only names subdomains"),
            ("*.co.uk", "refused: co.uk is a public suffix"),
            ("w***d.test", "hidden"),
            ("***", "hidden"),
            ("██.test", "hidden"),
            ("github.io", "shared github.io"),
            ("someone.github.io", "plain someone.github.io"),
            ("co.uk", "refused: co.uk is a public suffix"),
            ("cf", "refused: cf is a public suffix"),
            ("dni.invalid", "apart dni.invalid: The name is reserved"),
            ("www.example.com", "apart www.example.com: The name is reserved"),
            ("printer.local", "apart printer.local: The name is reserved"),
            ("canary.list.test", "apart canary.list.test: The name is a trap"),
            ("delete.this.line.of.test", "apart delete.this.line.of.test: The name is a trap"),
            ("you.should.have.read.all.this.test", "apart you.should.have.read.all.this.test: The name reads like"),
            ("ni\u{ad}ght.test", "refused: “ni‹U+00AD›ght.test” is not a valid domain"),
            ("", "refused: Enter a domain"),
        ] {
            let said = said(text, &own());
            assert!(said.starts_with(expected), "{text}: {said}");
        }
        // Names for trying things out are neighbours only of an instance that has one.
        let real = ["mastodon.art".to_owned()];
        assert!(said("night.test", &real).contains("reserved") && said("night.example", &real).contains("reserved"));
        assert_eq!(said("night.art", &real), "plain night.art");
        assert!(said("art", &real).contains("covers mastodon.art"));
    }

    #[test]
    fn our_own_name_is_known_in_every_form() {
        let domain = |text: &str| Domain::try_from(text.to_owned()).unwrap();
        for (name, ours) in [
            ("harbour.example", true),
            ("Harbour.Example", true),
            ("example", true),
            ("night.example", false),
            ("x.harbour.example", false),
            ("our.example", false),
        ] {
            assert_eq!(is_ours(&domain(name), &own()), ours, "{name}");
        }
        assert!(is_ours(&domain("localhost"), &["localhost:3000".to_owned()]));
    }

    proptest! {
        #[test]
        fn what_is_understood_is_understood_again_as_the_same(typed in "\\PC{0,40}") {
            if let Ok(domain) = server(&typed, &own()) {
                prop_assert_eq!(server(domain.as_str(), &own()), Ok(domain));
            }
        }

        #[test]
        fn capitals_make_no_difference(name in "[a-z][a-z0-9]{0,8}\\.[a-z][a-z0-9]{1,8}\\.(example|test)") {
            prop_assert_eq!(server(&name.to_uppercase(), &own()), server(&name, &own()));
        }
    }
}
