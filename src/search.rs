//! The query of an address: where every filter, page and dialog lives.

use crate::{
    problem::{Kind, Problem},
    text,
};
use std::str::FromStr;

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

    /// What a filter narrows a list to: one of the values that the list knows, or nothing. Each stands with its words on
    /// the page.
    ///
    /// # Errors
    /// Invalid, with what is accepted: a list that took another value for none would show more than was asked for.
    pub fn one_of(&self, key: &str, accepted: &[(&str, &str)]) -> Result<&str, Problem> {
        let value = self.get(key).unwrap_or_default().trim();
        accepts(key, value, accepted).map(|()| value)
    }

    /// The same of a filter whose values are too many to be listed: numbers and ids. `how` says how one is written.
    ///
    /// # Errors
    /// Invalid, with how a value is written.
    pub fn typed<T: FromStr>(&self, key: &str, how: &str) -> Result<Option<T>, Problem> {
        match self.get(key).map(str::trim) {
            None | Some("") => Ok(None),
            Some(value) => value.parse().map(Some).map_err(|_| unknown(key, value, how)),
        }
    }

    /// Whether a list knows all that its query is narrowed by.
    ///
    /// # Errors
    /// Invalid, with the names that it knows: a list that passes over one shows more than was asked for.
    pub fn knows(&self, keys: &[&str]) -> Result<(), Problem> {
        self.knows_beside(keys, &[])
    }

    /// The same of a list that is asked for more than filters: rows that are ticked, a form that opens.
    ///
    /// # Errors
    /// The same.
    pub fn knows_beside(&self, keys: &[&str], others: &[&str]) -> Result<(), Problem> {
        let known = |key: &str| keys.contains(&key) || others.contains(&key) || NOT_KEPT.contains(&key);
        match self.0.iter().find(|(key, _)| !known(key)) {
            None => Ok(()),
            Some((key, _)) => {
                let what = format!("This page has no filter “{}”, so nothing is shown.", text::excerpt(key, 40));
                let how = match keys {
                    [] => "It has no filters.".to_owned(),
                    keys => {
                        let named: Vec<String> = keys.iter().map(|key| with_words(key, called(key))).collect();
                        format!("Its filters: {}.", named.join(", "))
                    }
                };
                Err(Problem { field: Some(key.clone()), ..Problem::new(Kind::Invalid, what, how) })
            }
        }
    }

    /// These keys of the query and no others, as a query: what goes with a person from a list to what stands in it.
    pub fn only(&self, keys: &[&str]) -> String {
        Self(self.0.iter().filter(|(own, _)| keys.contains(&own.as_str())).cloned().collect()).with("", "")
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
            if own != key && !NOT_KEPT.contains(&own.as_str()) {
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

/// What an address says of one page alone: notices, drafts, and where a list goes on. No filter is called so, for it would be lost
/// with the first link.
pub const NOT_KEPT: [&str; 11] =
    ["draft", "done", "left", "saved", "deleted", "before", "after", "shown", "tick", "by", "on"];

/// What a list is asked for with its ticked rows: what to do about which, or about all.
pub const TICKED: [&str; 3] = ["decide", "who", "all"];

/// So many values are named; a longer list stands on the page.
const MOST_NAMED: usize = 12;

/// Whether a filter knows a value; nothing is always one.
///
/// # Errors
/// Invalid, with what is accepted.
pub fn accepts(key: &str, value: &str, accepted: &[(&str, &str)]) -> Result<(), Problem> {
    if value.is_empty() || accepted.iter().any(|(known, _)| *known == value) {
        return Ok(());
    }
    let shown = text::shown_of(accepted.len(), MOST_NAMED);
    let more = accepted.len() - shown;
    let named = accepted.iter().take(shown).map(|(known, words)| with_words(known, words));
    let named = named.collect::<Vec<_>>().join(", ");
    let how = match (accepted.len(), more) {
        (0, _) => "It has no values here".to_owned(),
        (_, 0) => format!("Accepted values: {named}"),
        (_, more) => format!("Accepted values: {named}, and {more} more in its list"),
    };
    Err(unknown(key, value, &how))
}

/// What the address takes, and the words of the page where they are others.
fn with_words(known: &str, words: &str) -> String {
    if words.to_lowercase() == known { words.to_owned() } else { format!("{known} ({words})") }
}

/// What a filter is called on its page, where its key is not a word for people.
fn called(key: &str) -> &str {
    match key {
        "active" => "last post",
        "alike" => "same text",
        "begins" => "starts with",
        "decide" => "action",
        "decided-by" => "decided by",
        "holder" => "assigned to",
        "inviter" => "joined by invite of",
        "kind" => "action",
        "mail" => "email domain",
        "q" => "words",
        "rule" => "IP rule",
        "sign-ins" => "without sign-ins",
        "under" => "email at or below",
        key => key,
    }
}

/// A value that a filter does not know.
pub fn unknown(key: &str, value: &str, how: &str) -> Problem {
    let (name, value) = (called(key), text::excerpt(value, 40));
    let what = format!("The filter “{name}” doesn’t accept “{value}”, so nothing is shown.");
    Problem { field: Some(key.to_owned()), ..Problem::new(Kind::Invalid, what, format!("{how}.")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_takes_its_own_values_and_names_them_to_whoever_gives_another() {
        let search = Search::parse("?category=spam&age=&who=12&page=x");
        let categories = [("spam", "Spam"), ("violation", "Rules")];
        assert_eq!(search.one_of("category", &categories), Ok("spam"));
        assert_eq!(search.one_of("age", &[("1h", "> 1 h")]), Ok(""), "empty is nothing");
        assert_eq!(search.one_of("origin", &[("local", "Local")]), Ok(""));
        assert_eq!(search.typed("who", "Enter a number"), Ok(Some(12)));
        let refused = Search::parse("category=rules").one_of("category", &categories).map(str::to_owned);
        let said = refused.expect_err("it is none");
        assert_eq!((said.kind, said.field.as_deref()), (Kind::Invalid, Some("category")));
        assert_eq!(said.remedy, "Accepted values: Spam, violation (Rules).");
        assert!(said.what.contains("“rules”"), "{said}");
        let said = search.typed::<i64>("page", "Enter a number").expect_err("it is none");
        assert_eq!(said.remedy, "Enter a number.");
        let said = Search::parse("decided-by=x").one_of("decided-by", &[]).map(str::to_owned).expect_err("it is none");
        assert!(said.what.contains("“decided by”") && said.field.as_deref() == Some("decided-by"), "{said}");
    }

    #[test]
    fn the_name_of_a_filter_is_refused_like_its_value() {
        let keys = ["category", "origin"];
        assert_eq!(Search::parse("?category=spam&before=4&done=2&draft=x").knows(&keys), Ok(()));
        let said = Search::parse("?category=spam&colour=red").knows(&keys).expect_err("it has none");
        assert_eq!((said.kind, said.field.as_deref()), (Kind::Invalid, Some("colour")));
        assert_eq!(said.what, "This page has no filter “colour”, so nothing is shown.");
        assert_eq!(said.remedy, "Its filters: category, origin.");
        assert_eq!(Search::parse("x=1").knows(&[]).expect_err("none").remedy, "It has no filters.");
        assert_eq!(Search::parse("decide=warn&who=1&who=2").knows_beside(&keys, &TICKED), Ok(()));
        let said = Search::parse("who=1").knows(&keys).expect_err("nothing can be ticked there");
        assert_eq!(said.remedy, "Its filters: category, origin.");
    }

    #[test]
    fn only_what_belongs_to_a_list_goes_on() {
        let search = Search::parse("?category=spam&decide=warn&origin=remote&done=4");
        assert_eq!(search.only(&["category", "origin"]), "?category=spam&origin=remote");
        assert_eq!(search.only(&["age"]), "");
    }
}
