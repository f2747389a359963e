//! Finding an account by handle or id.

use super::{FindPage, Hit};
use crate::{
    access::Permission,
    context::Context,
    frame::{self, Framed},
    id::AccountId,
    path,
    problem::Problem,
    search::Search,
    ui,
};

/// What was typed, as something to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked {
    Id(AccountId),
    Handle(String, Option<String>),
    Nothing,
}

fn parse(text: &str, own_host: Option<&str>) -> Asked {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().map_or(Asked::Nothing, Asked::Id);
    }
    let bare = match url::Url::parse(text) {
        // A profile's address: https://server/@name, or /@name@other seen from ours.
        Ok(url) if matches!(url.scheme(), "http" | "https") => {
            let host = url.host_str().unwrap_or_default().to_owned();
            match url.path().trim_matches('/').strip_prefix('@') {
                Some(name) if name.contains('@') => name.to_owned(),
                Some(name) => format!("{name}@{host}"),
                None => return Asked::Nothing,
            }
        }
        _ => text.trim_start_matches('@').to_owned(),
    };
    match bare.split_once('@') {
        Some((name, domain)) if !name.is_empty() && !domain.is_empty() => {
            let domain = domain.to_lowercase();
            let ours = own_host == Some(domain.as_str());
            Asked::Handle(name.to_owned(), (!ours).then_some(domain))
        }
        Some(_) => Asked::Nothing,
        None if bare.is_empty() => Asked::Nothing,
        None => Asked::Handle(bare, None),
    }
}

pub async fn find(context: &Context, instance: &str, search: &str) -> Result<Framed<FindPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewWork, Some(&instance.name)).await?;
    let parsed = Search::parse(search);
    let typed = parsed.get("q").unwrap_or_default().to_owned();
    let unread = |error: crate::mastodon::database::DatabaseError| {
        Problem::unavailable(format!("{error}, so nothing could be looked up."), "Try again in a moment.")
    };
    let asked = parse(&typed, instance.base.host_str());
    let mut exact = None;
    let mut hits = Vec::new();
    if asked != Asked::Nothing {
        let mut read = instance.database.read().await.map_err(unread)?;
        match &asked {
            Asked::Id(id) => exact = read.account(*id).await.map_err(unread)?.map(|account| account.id),
            Asked::Handle(name, domain) => {
                exact = read.by_handle(name, domain.as_deref()).await.map_err(unread)?;
                if exact.is_none() && domain.is_none() {
                    hits = read.by_prefix(name).await.map_err(unread)?;
                }
            }
            Asked::Nothing => {}
        }
    }
    let page = FindPage {
        asked: typed,
        exact,
        hits: hits
            .into_iter()
            .map(|found| Hit {
                id: found.id,
                handle: format!("@{}", ui::tame(&found.acct)),
                display_name: ui::excerpt(&found.display_name, 80),
                state: found.state.words().into_iter().map(str::to_owned).collect(),
            })
            .collect(),
    };
    frame::build(context, Some(&instance), &path::find(&instance.name), search, page).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_addresses_and_ids_are_told_apart() {
        let own = Some("harbour.example");
        let handle = |name: &str, domain: Option<&str>| Asked::Handle(name.into(), domain.map(str::to_owned));
        assert_eq!(parse(" @wren ", own), handle("wren", None));
        assert_eq!(parse("wren@harbour.example", own), handle("wren", None));
        assert_eq!(parse("@quarry@Night.example", own), handle("quarry", Some("night.example")));
        assert_eq!(parse("https://night.example/@quarry", own), handle("quarry", Some("night.example")));
        assert_eq!(
            parse("https://harbour.example/@quarry@night.example", own),
            handle("quarry", Some("night.example"))
        );
        assert_eq!(parse("117668003950957937", own), Asked::Id(AccountId(117_668_003_950_957_937)));
        for nothing in ["", "@", "@@", "https://night.example/about", "99999999999999999999999"] {
            assert_eq!(parse(nothing, own), Asked::Nothing, "{nothing:?}");
        }
    }
}
