//! The query of an address: where every filter, page and dialog lives.

/// The pairs of a query, as they were typed; absent and empty are the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search(Vec<(String, String)>);

impl Search {
    pub fn parse(search: &str) -> Self {
        let search = search.strip_prefix('?').unwrap_or(search);
        // No database keeps a NUL character, and nobody types one.
        let kept = |(key, value): (String, String)| (key, value.replace('\0', "\u{FFFD}"));
        let pairs = form_urlencoded::parse(search.as_bytes()).into_owned().map(kept);
        Self(pairs.filter(|(_, value)| !value.is_empty()).collect())
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own == key).map(|(_, value)| value.as_str())
    }

    /// Every value of a key, in their order.
    pub fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(own, _)| own == key).map(|(_, value)| value.as_str())
    }

    /// The same query without these keys.
    pub fn without(&self, keys: &[&str]) -> String {
        let kept = self.0.iter().filter(|(own, _)| !keys.contains(&own.as_str())).cloned().collect();
        Self(kept).with("", "")
    }

    /// The same query with `key` set to `value`, or without it where that is empty. Notices and drafts do not travel on.
    pub fn with(&self, key: &str, value: &str) -> String {
        let mut encoded = form_urlencoded::Serializer::new(String::new());
        for (own, kept) in &self.0 {
            if own != key && !matches!(own.as_str(), "draft" | "done" | "before" | "after" | "shown" | "by" | "on") {
                encoded.append_pair(own, kept);
            }
        }
        if !value.is_empty() {
            encoded.append_pair(key, value);
        }
        let text = encoded.finish();
        if text.is_empty() { text } else { format!("?{text}") }
    }
}
