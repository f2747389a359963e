//! Filters that somebody keeps for themselves.

use crate::{
    access::Permission,
    audit::Filter,
    context::Context,
    path,
    problem::{Kind, Problem},
    search::Search,
    store::saved_filters::{self, MOST},
    text::Narrowing,
};

const LONGEST_NAME: usize = 60;

/// What is said on the page that a form of one's own filters leads to: only what is so there.
pub fn said(search: &Search, saved: &[(String, String)]) -> Option<String> {
    let is_kept = |name: &str| saved.iter().any(|(own, _)| own == name);
    let shown = search.only(&Filter::KEYS);
    match (search.get("saved"), search.get("deleted")) {
        (Some(name), _) if saved.iter().any(|(own, filter)| own == name && *filter == shown) => {
            Some(format!("Filter “{name}” saved."))
        }
        (None, Some(name)) if !is_kept(name) => Some(format!("You have no filter “{name}” any more.")),
        _ => None,
    }
}

/// Keeps the filter of a page under a name.
pub async fn keep(context: Context, name: String, search: String) -> Result<String, Problem> {
    context.permit(Permission::ViewOwnLedger, None).await?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.contains('\0') {
        return Err(Problem::invalid("name", format!("Enter a name of 1 to {LONGEST_NAME} characters.")));
    }
    // The keys of the filter and no others: a page or a draft is no filter.
    let search = Narrowing::typed("name", &Search::parse(&search).only(&Filter::KEYS))?;
    if search.is_empty() {
        return Err(Problem::invalid("name", "Choose a filter first: nothing is narrowed yet."));
    }
    let kept = saved_filters::keep(&context.app.store, &context.actor.operator, name, search.as_str()).await?;
    if !kept {
        return Err(Problem::new(
            Kind::Invalid,
            format!("Nothing was saved: you have {MOST} filters already."),
            "Delete one first.",
        ));
    }
    Ok(path::with(&format!("{}{search}", path::AUDIT), "saved", name))
}

/// Deletes one of one's own.
pub async fn delete(context: Context, name: String) -> Result<String, Problem> {
    context.permit(Permission::ViewOwnLedger, None).await?;
    let name = name.trim();
    saved_filters::delete(&context.app.store, &context.actor.operator, name).await?;
    Ok(path::with(path::AUDIT, "deleted", name))
}
