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
    listed: BTreeSet<String>,
    excepted: BTreeSet<String>,
}

impl ThrowAway {
    /// Lines that begin with `#` are left out.
    pub fn read(name: &str, changed: Option<Timestamp>, text: &str) -> Self {
        let mut list = Self { name: name.to_owned(), changed, ..Self::default() };
        for line in text.lines().map(|line| line.trim().to_lowercase()) {
            let bare = |line: &str| line.trim().trim_start_matches("*.").trim_end_matches('.').to_owned();
            match line.strip_prefix('!') {
                _ if line.is_empty() || line.starts_with('#') => {}
                Some(name) => {
                    list.excepted.insert(bare(name));
                }
                None => {
                    list.listed.insert(bare(&line));
                }
            }
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
}
