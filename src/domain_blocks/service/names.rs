//! What somebody typed, understood as a domain or a network, or refused with the reason.

use crate::domain_blocks::Domain;
use std::net::IpAddr;

/// Understands a server's name: trimmed, without scheme and closing slash, in lower case and punycode, as Mastodon would
/// store it (`DomainNormalizable`). `own` are the instance's domains, of its handles and of its pages.
///
/// # Errors
/// A sentence for the field: what is wrong with it, and what would be right.
pub fn server(typed: &str, own: &[String]) -> Result<Domain, String> {
    let own_already = typed.trim().trim_end_matches('/').to_lowercase();
    let name = if own.contains(&own_already) { own_already } else { bare(typed)? };
    if own.iter().any(|own| name == *own || own.rsplit_once(':').is_some_and(|(host, _)| host == name)) {
        return Err(format!("{name} is this instance’s own domain."));
    }
    let domain = checked(&name)?;
    if let Some(own) = own.iter().find(|own| domain.covers(own)) {
        return Err(format!("{domain} covers {own}, this instance’s own domain."));
    }
    suffix(&domain)?;
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
            "That is one person’s address. A rule is for a whole domain: {}.",
            crate::ui::excerpt(domain, 80)
        ));
    }
    let domain = checked(&bare(typed.trim_start_matches('@'))?)?;
    suffix(&domain)?;
    Ok(domain)
}

/// Without what people copy along with a name.
fn bare(typed: &str) -> Result<String, String> {
    let text = typed.trim();
    let lower = text.to_lowercase();
    let text = ["https://", "http://"].iter().find_map(|scheme| lower.strip_prefix(scheme)).unwrap_or(&lower);
    let text = text.strip_suffix('/').unwrap_or(text);
    if text.is_empty() {
        return Err("Name a server, for example night.example.".to_owned());
    }
    if let Some(rest) = text.strip_prefix("*.") {
        return Err(format!(
            "A rule covers everything below a domain by itself: write {}.",
            crate::ui::excerpt(rest, 80)
        ));
    }
    if is_address(text) {
        return Err(format!("{text} is an address, not a server’s name. Addresses have rules of their own."));
    }
    if let Some((host, _)) = text.split_once('/') {
        return Err(format!(
            "That is the address of a page. A rule is for a whole server: {}.",
            crate::ui::excerpt(host, 80)
        ));
    }
    if text.contains('@') {
        return Err("That is an account. A rule is for a whole server: write what stands behind the last @.".to_owned());
    }
    if let Some(rest) = text.strip_suffix('.') {
        return Ok(rest.to_owned());
    }
    Ok(text.to_owned())
}

fn is_address(text: &str) -> bool {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().is_ok() || bare.parse::<super::networks::Network>().is_ok()
}

fn checked(name: &str) -> Result<Domain, String> {
    if let Some((host, port)) = name.rsplit_once(':')
        && port.bytes().all(|b| b.is_ascii_digit())
    {
        return Err(format!("Without the port: {}.", crate::ui::excerpt(host, 80)));
    }
    let ascii = idna::domain_to_ascii(name)
        .map_err(|_| format!("“{}” is not a name a server can have.", crate::ui::excerpt(name, 80)))?;
    Domain::try_from(ascii).map_err(|_| {
        format!(
            "“{}” is not a name a server can have: letters, digits and hyphens between dots.",
            crate::ui::excerpt(name, 80)
        )
    })
}

fn suffix(domain: &Domain) -> Result<(), String> {
    let name = domain.as_str();
    if !name.contains('.') || psl::suffix_str(name).is_some_and(|suffix| suffix == name && known(name)) {
        return Err(format!("{name} is a public suffix: a rule for it would cover everybody’s servers under it."));
    }
    Ok(())
}

/// Whether the list of public suffixes names it; a top level that it does not know is taken as one label.
fn known(name: &str) -> bool {
    psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known())
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
        ] {
            assert_eq!(server(typed, &own()).map(String::from).as_deref(), Ok(stored), "{typed}");
        }
    }

    #[test]
    fn what_must_not_be_blocked_is_refused_with_the_reason() {
        for (typed, reason) in [
            ("", "Name a server"),
            ("harbour.example", "own domain"),
            ("HARBOUR.example/", "own domain"),
            ("social.harbour.example", "own domain"),
            ("example", "covers harbour.example"),
            ("com", "public suffix"),
            ("co.uk", "public suffix"),
            ("github.io", "public suffix"),
            ("localhost", "public suffix"),
            ("192.0.2.7", "is an address"),
            ("[2001:db8::1]", "is an address"),
            ("192.0.2.0/24", "is an address"),
            ("https://night.example/@wren", "whole server: night.example"),
            ("night.example/about", "whole server: night.example"),
            ("wren@night.example", "is an account"),
            ("*.night.example", "write night.example"),
            ("night.example:3000", "Without the port: night.example"),
            ("night..example", "not a name"),
            ("under_score.example", "not a name"),
            ("night example.org", "not a name"),
            (&format!("{}.example", "a".repeat(64)), "not a name"),
            (&"a.".repeat(150), "not a name"),
        ] {
            let refused = server(typed, &own()).expect_err(typed);
            assert!(refused.contains(reason), "{typed}: {refused}");
        }
        assert!(mail("wren@throwaway.example").unwrap_err().contains("throwaway.example"));
        assert_eq!(mail("@THROWAWAY.example").map(String::from).as_deref(), Ok("throwaway.example"));
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
