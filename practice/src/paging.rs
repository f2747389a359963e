//! Pages by id, newest first (`app/models/concerns/paginable.rb`, `app/controllers/concerns/api/pagination.rb`).

use crate::server::{Call, Failure, to_i};
use std::collections::BTreeMap;

/// Which page is wanted.
pub struct Page {
    pub limit: i64,
    pub below: Option<i64>,
    pub above: Option<i64>,
    /// The page right above `above`, not the newest one.
    pub upward: bool,
}

impl Page {
    /// Reads the parameters of a page.
    pub fn read(call: &Call, default: i64, most: i64) -> Self {
        let limit = call.text("limit").map_or(default, |text| to_i(&text).abs().min(most));
        let min = call.id("min_id");
        Self { limit, below: call.id("max_id"), above: min.or(call.id("since_id")), upward: min.is_some() }
    }

    /// The `Link` header: `kept` parameters are repeated, in the order of their names.
    ///
    /// # Errors
    /// A page of nothing, whose last row Mastodon asks for its id all the same.
    pub fn links(&self, call: &Call, kept: &[&str], ids: &[i64]) -> Result<Option<String>, Failure> {
        if self.limit == 0 {
            return Err(Failure::Broken);
        }
        let full = i64::try_from(ids.len()).is_ok_and(|count| count == self.limit);
        Ok(links(call, kept, ids, full))
    }
}

/// The links to the neighbouring pages; the next one only if there is to be one.
pub fn links(call: &Call, kept: &[&str], ids: &[i64], next: bool) -> Option<String> {
    let address = |key: &str, id: i64| {
        let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for name in kept {
            match name.strip_suffix("[]") {
                Some(list) => {
                    let items = call.texts(list);
                    if !items.is_empty() {
                        parameters.insert((*name).to_owned(), items);
                    }
                }
                None => {
                    if let Some(value) = call.scalar(name) {
                        parameters.insert((*name).to_owned(), vec![value]);
                    }
                }
            }
        }
        parameters.insert(key.to_owned(), vec![id.to_string()]);
        let pairs = parameters.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("{}{}?{query}", call.practice.base(), call.path)
    };
    let mut out = Vec::new();
    if let (Some(last), true) = (ids.last(), next) {
        out.push(format!("<{}>; rel=\"next\"", address("max_id", *last)));
    }
    if let Some(first) = ids.first() {
        out.push(format!("<{}>; rel=\"prev\"", address("min_id", *first)));
    }
    (!out.is_empty()).then(|| out.join(", "))
}
