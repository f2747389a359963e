//! Mail servers that give addresses to be thrown away, as a list of the operator's names them.

use crate::clock::Timestamp;
use std::collections::BTreeSet;

/// The list: a domain a line, which stands for everything below it as well; `!name` is an exception.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThrowAway {
    /// What its file is called.
    pub name: String,
    /// When its file was changed last.
    pub changed: Option<Timestamp>,
    /// Lines that name no mail server.
    pub not_understood: usize,
    listed: BTreeSet<String>,
    excepted: BTreeSet<String>,
}

/// The name of a mail server as mail addresses have it; `None` for what is none.
fn mail_server(named: &str) -> Option<String> {
    let bare = named.trim().trim_start_matches('@').trim_start_matches("*.").trim_matches('.');
    let ascii = idna::domain_to_ascii(bare).ok()?;
    let is_label =
        |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    let is_name = ascii.split('.').all(is_label) && ascii.contains('.');
    let of_everybody = psl::suffix(ascii.as_bytes())
        .is_some_and(|suffix| suffix.is_known() && suffix == ascii.as_str() && suffix.typ() == Some(psl::Type::Icann));
    (is_name && !of_everybody).then_some(ascii)
}

impl ThrowAway {
    /// What follows a `#` is left out. A name may stand as people write it: with `@`, `*.` or a dot before it, or in Unicode. What is no
    /// name of a mail server is counted, and so is a name under which everybody could have one, like `co.uk`.
    pub fn read(name: &str, changed: Option<Timestamp>, text: &str) -> Self {
        let mut list = Self { name: name.to_owned(), changed, ..Self::default() };
        for line in text.trim_start_matches('\u{feff}').lines() {
            let line = line.split('#').next().unwrap_or_default().trim().to_lowercase();
            if line.is_empty() {
                continue;
            }
            let (named, excepted) = line.strip_prefix('!').map_or((&*line, false), |named| (named, true));
            match mail_server(named) {
                Some(server) if excepted => list.excepted.insert(server),
                Some(server) => list.listed.insert(server),
                None => {
                    list.not_understood += 1;
                    false
                }
            };
        }
        list
    }

    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    pub fn len(&self) -> usize {
        self.listed.len()
    }

    /// The line under which a mail domain falls: the longest name counts, of what is listed and of what is excepted.
    pub fn line_for<'a>(&self, domain: &'a str) -> Option<&'a str> {
        let mut rest = domain;
        loop {
            if self.excepted.contains(rest) {
                return None;
            }
            if self.listed.contains(rest) {
                return Some(rest);
            }
            rest = rest.split_once('.')?.1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_counts_and_exceptions_are_kept() {
        let list =
            ThrowAway::read("list.txt", None, "# mail\n\nQuickbox.example\n*.wild.example.\n!fine.quickbox.example\n");
        for (domain, line) in [
            ("quickbox.example", Some("quickbox.example")),
            ("a.b.quickbox.example", Some("quickbox.example")),
            ("fine.quickbox.example", None),
            ("very.fine.quickbox.example", None),
            ("wild.example", Some("wild.example")),
            ("notquickbox.example", None),
            ("example", None),
        ] {
            assert_eq!(list.line_for(domain), line, "{domain}");
        }
        assert!(!list.is_empty() && list.len() == 2);
    }

    #[test]
    fn a_name_is_read_as_people_write_it_and_what_is_none_is_counted() {
        let list = ThrowAway::read(
            "list.txt",
            None,
            "\u{feff}first.example\n@at.example\nspaced.example   # a comment\n.lead.example\nbücher.example\n\
             http://url.example/\nuser@mailbox.example\n// slashes.example\nmany.example other.example\nco.uk\nexample\n",
        );
        for name in ["first.example", "at.example", "spaced.example", "lead.example", "xn--bcher-kva.example"] {
            assert_eq!(list.line_for(name), Some(name), "{name}");
        }
        for name in ["shop.co.uk", "url.example", "mailbox.example", "slashes.example", "many.example", "other.example"]
        {
            assert_eq!(list.line_for(name), None, "{name}");
        }
        assert_eq!((list.len(), list.not_understood), (5, 6));
    }
}
