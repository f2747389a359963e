//! The queue's filter goes with a person from the queue to a case, to the next one and back; and no list takes a filter that
//! it does not know for none.

use crate::{
    access::PAGES,
    support::{House, house, sqlite},
};
use axum::http::StatusCode;

/// The address of the link before some words, as a browser reads it.
pub fn link(page: &str, words: &str) -> Option<String> {
    let page = whole(page);
    let (before, _) = page.split_once(words)?;
    let (_, href) = before.rsplit_once("href=\"")?;
    Some(href.split('"').next()?.replace("&amp;", "&"))
}

/// A page without the marks that its parts begin and end with.
fn whole(page: &str) -> String {
    page.replace("<!>", "")
}

async fn domain_of(house: &House, case: &str) -> Option<String> {
    let id = case.rsplit('/').next().unwrap().split('?').next().unwrap();
    let sql = "select domain from accounts where id = $1::bigint";
    sqlx::query_scalar(sql).bind(id).fetch_one(&house.instance).await.unwrap()
}

/// The queue's “Next case”, then “Next” of each case, until one comes again.
async fn walked(house: &House, cookie: &str, filter: &str) -> Vec<String> {
    let queue = house.get(Some(cookie), &format!("/i/harbour/reports?{filter}")).await;
    let mut next = link(&queue.body, ">Next case ").expect("a next case");
    let mut seen = Vec::new();
    while !seen.contains(&next) && seen.len() < 200 {
        let case = house.get(Some(cookie), &next).await;
        assert_eq!(case.status, StatusCode::OK, "{next}");
        let body = whole(&case.body);
        let crumb = body.split("<div class=\"head\">").nth(1).and_then(|head| link(head, ">Reports</a>"));
        assert_eq!(crumb, Some(format!("/i/harbour/reports?{filter}")), "the way back keeps {filter}");
        seen.push(next.clone());
        let Some(further) = link(&body, ">Next <") else { break };
        next = further;
    }
    seen
}

#[tokio::test]
async fn next_case_and_the_way_back_keep_the_filter() {
    let house = house(sqlite().await).await;
    house.look().await;
    let owner = house.sign_in("owner").await;
    for origin in ["remote", "local"] {
        let filter = format!("origin={origin}");
        let seen = walked(&house, &owner, &filter).await;
        assert!(seen.len() > 1, "{origin}: {seen:?}");
        for case in &seen {
            assert!(case.ends_with(&format!("?{filter}")), "{case}");
            assert_eq!(domain_of(&house, case).await.is_some(), origin == "remote", "{case}");
        }
    }
    let all = walked(&house, &owner, "category=spam&origin=remote").await;
    assert!(!all.is_empty() && all.iter().all(|case| case.ends_with("?category=spam&origin=remote")), "{all:?}");
    // The rows lead there with it too.
    let queue = whole(&house.get(Some(&owner), "/i/harbour/reports?category=spam").await.body);
    let rows = queue.split("<tbody>").nth(1).unwrap();
    assert!(rows.contains("?category=spam\"><b"), "{rows}");
}

#[tokio::test]
async fn what_is_done_in_a_case_keeps_the_filter_too() {
    let house = house(sqlite().await).await;
    house.look().await;
    let owner = house.sign_in("owner").await;
    let queue = house.get(Some(&owner), "/i/harbour/reports?category=spam").await.body;
    let case = link(&queue, ">Next case ").unwrap();
    let account = case.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
    let hold = [("instance", "harbour"), ("account", &account), ("claim", "yes"), ("back", &case)];
    let held = house.post(Some(&owner), "/api/reports/hold", &hold).await;
    let to = held.location.unwrap();
    assert!(to.starts_with(&case) && to.contains("done="), "{to}");
    // An address of somebody else's is not gone to.
    for back in ["https://evil.example/", "//evil.example", "/i/harbour/reports/1?category=spam"] {
        let form = [("instance", "harbour"), ("account", account.as_str()), ("claim", "no"), ("back", back)];
        let to = house.post(Some(&owner), "/api/reports/hold", &form).await.location.unwrap();
        assert!(to.starts_with(&format!("/i/harbour/reports/{account}?done=")) || to.contains("draft="), "{to}");
        assert!(!to.starts_with("//") && !to.starts_with("https"), "{to}");
    }
    // The buttons, the form and what comes after it.
    let page = whole(&house.get(Some(&owner), &format!("{case}&decide=resolve")).await.body);
    assert_eq!(link(&page, ">Cancel").as_deref(), Some(case.as_str()));
    let form = page.split("action=\"/api/reports/decide\"").nth(1).unwrap().split("</form>").next().unwrap();
    let field = |name: &str| {
        let (_, rest) =
            form.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{name}: {form}"));
        rest.split('"').next().unwrap().replace("&quot;", "\"").replace("&amp;", "&")
    };
    let names = ["instance", "account", "decision", "reports", "unread", "state", "next", "back"];
    let values: Vec<(&str, String)> = names.iter().map(|name| (*name, field(name))).collect();
    let fields: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let done = house.post(Some(&owner), "/api/reports/decide", &fields).await.location.unwrap();
    assert!(done.starts_with(&format!("/i/harbour/reports/{}?category=spam&done=", field("next"))), "{done}");
    // With nothing left under it, back to the queue.
    let last: Vec<(&str, &str)> =
        fields.iter().filter(|(name, _)| *name != "next").copied().chain([("next", "")]).collect();
    let other = house.get(Some(&owner), &done).await;
    assert_eq!(other.status, StatusCode::OK);
    let refused = house.post(Some(&owner), "/api/reports/decide", &last).await.location.unwrap();
    assert!(
        refused.contains("category=spam") && refused.contains("draft="),
        "what was closed is not closed twice: {refused}"
    );
}

/// What a filter is called where its key is no word.
const CALLED: [(&str, &str); 7] = [
    ("inviter", "joined by invite of"),
    ("holder", "assigned to"),
    ("decided-by", "decided by"),
    ("active", "last post"),
    ("alike", "same text"),
    ("rule", "IP rule"),
    ("kind", "action"),
];

/// Every list with its filters: a value each that it does not know, and one that it names instead.
const FILTERS: [(&str, &str, &str); 27] = [
    ("/i/harbour/reports", "state", "Open, Assigned to me, Unassigned, Decided"),
    ("/i/harbour/reports", "category", "spam, legal, rules"),
    ("/i/harbour/reports", "origin", "Local, Remote"),
    ("/i/harbour/reports", "age", "1 day"),
    ("/i/harbour/reports", "holder", "owner"),
    ("/i/harbour/reports", "decided-by", "owner"),
    ("/i/harbour/reports?state=decided", "category", "legal"),
    ("/i/harbour/accounts", "origin", "Local, Remote"),
    ("/i/harbour/accounts", "state", "Suspended"),
    ("/i/harbour/accounts", "active", "Posted this week"),
    ("/i/harbour/accounts", "role", ""),
    ("/i/harbour/accounts", "inviter", "an account ID"),
    ("/i/harbour/signups", "state", "Pending, Unconfirmed, By invite"),
    ("/i/harbour/signups", "order", "Newest first"),
    ("/i/harbour/signups", "alike", "an account ID"),
    ("/i/harbour/signups", "rule", "the number of an IP rule"),
    ("/i/harbour/federation", "list", "Allowed domains"),
    ("/i/harbour/federation", "severity", "None, Limited, Suspended"),
    ("/i/harbour/federation", "media", "Rejects media"),
    ("/i/harbour/invites", "state", "available, inactive"),
    ("/i/harbour/invites", "owner", "an account ID"),
    ("/i/harbour/access-requests", "state", "Pending, Invited, Rejected, Expired"),
    ("/i/harbour/audit/instance", "day", "2026-11-23"),
    ("/audit", "kind", "decisions"),
    ("/audit", "outcome", "done, partly done"),
    ("/audit", "instance", "harbour"),
    ("/audit", "from", "2026-11-23"),
];

#[tokio::test]
async fn what_a_filter_does_not_know_is_refused_with_what_it_takes() {
    let house = house(sqlite().await).await;
    house.look().await;
    let owner = house.sign_in("owner").await;
    for (page, key, named) in FILTERS {
        let joint = if page.contains('?') { '&' } else { '?' };
        let answer = house.get(Some(&owner), &format!("{page}{joint}{key}=never-heard-of")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{page} {key}");
        let said = crate::seen::text(&answer.body);
        let called = CALLED.iter().find(|(own, _)| *own == key).map_or(key, |(_, words)| *words);
        let sentence = format!("The filter “{called}” doesn’t accept “never-heard-of”");
        let takes = ["Accepted values: ", "Enter "].iter().any(|words| said.contains(words));
        assert!(said.contains(&sentence) && takes, "{page} {key}: {said}");
        // A value that has another word on the page stands before it: “violation (rules)”.
        assert!(named.split(", ").all(|named| said.contains(named)), "{page} {key} names {named}: {said}");
        assert!(!answer.body.contains("<tr data-row"), "{page} {key}: nothing is listed");
        // Without it the list is there.
        let empty = house.get(Some(&owner), &format!("{page}{joint}{key}=")).await;
        assert_eq!(empty.status, StatusCode::OK, "{page} {key}");
    }
}

/// Pages that list nothing that could be narrowed, by their routes.
const NO_LISTS: [&str; 26] = [
    "/",
    "/i/{instance}",
    "/i/{instance}/reports/{account}",
    "/i/{instance}/accounts/{account}",
    "/i/{instance}/signups/{account}",
    "/i/{instance}/registrations",
    "/i/{instance}/registrations/policy",
    "/i/{instance}/federation/server",
    "/i/{instance}/roles/change",
    "/i/{instance}/ask",
    "/i/{instance}/access-requests/{request}",
    "/i/{instance}/your-account",
    "/audit/{index}",
    "/reviews/{entry}",
    "/grants/{grant}",
    "/grants/request",
    "/people/change",
    "/people/reset",
    "/your-sign-in",
    "/keys",
    "/sign-in",
    "/sign-in/code",
    "/sign-in/enrol",
    "/sign-in/new-password",
    "/sign-in/recovery-codes",
    "/set-up",
];

#[tokio::test]
async fn a_list_refuses_a_filter_of_a_name_that_it_does_not_know() {
    let house = house(sqlite().await).await;
    house.look().await;
    let owner = house.sign_in("owner").await;
    let mut asked = 0;
    for (route, address) in PAGES {
        let joint = if address.contains('?') { '&' } else { '?' };
        let answer = house.get(Some(&owner), &format!("{address}{joint}colour=red")).await;
        if NO_LISTS.contains(&route) {
            assert!(!answer.body.contains("This page has no filter"), "{route} is a list: take it out of NO_LISTS");
            continue;
        }
        asked += 1;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{route} takes a filter that it does not know");
        let said = crate::seen::text(&answer.body);
        assert!(said.contains("This page has no filter “colour”, so nothing is shown."), "{route}: {said}");
        assert!(said.contains("Its filters: ") || said.contains("It has no filters."), "{route}: {said}");
        assert!(!answer.body.contains("<tr data-row"), "{route}: nothing is listed");
    }
    assert_eq!(asked + NO_LISTS.len(), PAGES.len());
}

/// Attributes of a page by their name, as a browser reads them.
fn attributes(page: &str, name: &str) -> Vec<String> {
    let start = format!(" {name}=\"");
    let values = page.split(&start).skip(1).filter_map(|rest| rest.split('"').next());
    values.map(|value| value.replace("&amp;", "&").replace("&quot;", "\"")).collect()
}

/// Where a page leads to: its links, and each form that filters it, with all its fields filled in.
fn ways(page: &str) -> Vec<String> {
    let mut ways = attributes(page, "href");
    for form in page.split("<form").skip(1) {
        let form = form.split("</form>").next().unwrap_or_default();
        let (head, fields) = form.split_once('>').unwrap_or_default();
        let Some(action) = attributes(head, "action").pop().filter(|_| head.contains("method=\"get\"")) else {
            continue;
        };
        let mut names = attributes(fields, "name");
        // What is pressed for ticked rows stands outside of their form.
        if head.contains("id=\"chosen\"") {
            names.extend(page.contains("form=\"chosen\"").then(|| "decide".to_owned()));
        }
        names.sort();
        names.dedup();
        let query = names.iter().map(|name| format!("{name}=1")).collect::<Vec<_>>().join("&");
        ways.push(format!("{}?{query}", action.split(['?', '#']).next().unwrap_or_default()));
    }
    ways
}

/// An address without what differs from object to object: the kind of page, and the names in its query.
fn kind_of_way(way: &str) -> Option<String> {
    let way = way.split('#').next()?;
    let (path, query) = way.split_once('?').unwrap_or((way, ""));
    let fits = |route: &&str| {
        let (wanted, parts) = (route.split('/'), path.split('/'));
        wanted.clone().count() == parts.clone().count()
            && wanted.zip(parts).all(|(wanted, part)| wanted == part || (wanted.starts_with('{') && !part.is_empty()))
    };
    // The one that names most of it.
    let route = PAGES.iter().map(|(route, _)| *route).filter(fits).min_by_key(|route| route.matches('{').count())?;
    let mut names: Vec<&str> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    names.sort_unstable();
    names.dedup();
    Some(format!("{route}?{}", names.join("&")))
}

#[tokio::test]
async fn every_way_that_a_page_draws_is_known_where_it_leads() {
    let house = house(sqlite().await).await;
    house.look().await;
    let owner = house.sign_in("owner").await;
    let mut waits: Vec<String> = PAGES.iter().map(|(_, address)| (*address).to_owned()).collect();
    let mut seen = std::collections::BTreeSet::new();
    while let Some(way) = waits.pop() {
        let Some(kind) = kind_of_way(&way) else { continue };
        // A page with one name in its query more is another one, until it is asked in too many ways.
        if seen.len() >= 600 || !seen.insert(kind) {
            continue;
        }
        let answer = house.get(Some(&owner), way.split('#').next().unwrap_or_default()).await;
        let said = crate::seen::text(&answer.body);
        assert!(!said.contains("This page has no filter"), "{way}: {said}");
        waits.extend(ways(&answer.body));
    }
    assert!(seen.len() > 80, "{seen:?}");
}

/// The plans of statements are asked for by hand, and seldom: a filter that its page knows no more ends the walk half way.
#[tokio::test]
async fn every_address_that_plans_are_asked_for_is_there() {
    let source = include_str!("../../xtask/src/plans.rs");
    let between =
        |begin: &str| -> Vec<&str> { source.split(begin).skip(1).filter_map(|rest| rest.split('"').next()).collect() };
    let filters = between("    \"?").into_iter().map(|filter| format!("/i/harbour/accounts?{filter}"));
    let others = between("    \"/i/harbour/").into_iter().map(|rest| format!("/i/harbour/{rest}"));
    let house = house(sqlite().await).await;
    house.look().await;
    let owner = house.sign_in("owner").await;
    let mut asked = 0;
    for address in filters.chain(others) {
        let address = address.replace("ROLE", "3").replace("DOMAIN", "night.example");
        let address = address.replace("INVITER", "1").replace("BY", "harbourmaster");
        let answer = house.get(Some(&owner), &address).await;
        assert!(matches!(answer.status.as_u16(), 200 | 302), "{address}: {}", answer.status);
        asked += 1;
    }
    assert!(asked > 35, "{asked}");
}

/// The boxes of a list, and how many of them are ticked.
fn ticks(page: &str) -> (usize, usize) {
    let boxes = page.split("<td class=\"tick\"><input").skip(1).map(|rest| rest.split('>').next().unwrap());
    let boxes: Vec<&str> = boxes.collect();
    (boxes.len(), boxes.iter().filter(|one| one.contains(" checked")).count())
}

/// All rows of a page are ticked with one press, without scripts too, and none again with another.
#[tokio::test]
async fn a_page_of_a_list_is_selected_at_once() {
    let house = house(sqlite().await).await;
    house.look().await;
    let owner = house.sign_in("owner").await;
    for list in [
        "/i/harbour/reports?origin=remote&",
        "/i/harbour/signups?order=newest&",
        "/i/harbour/accounts?origin=remote&",
        "/i/harbour/search?q=a&",
    ] {
        let page = house.get(Some(&owner), list).await.body;
        let (rows, ticked) = ticks(&page);
        assert!(rows > 1 && ticked == 0, "{list}: {rows}, {ticked}");
        assert!(page.contains("form=\"chosen\" name=\"tick\" value=\"page\""), "{list}: {page}");
        let all = house.get(Some(&owner), &format!("{list}tick=page")).await;
        assert_eq!((all.status, ticks(&all.body)), (StatusCode::OK, (rows, rows)), "{list}");
        assert!(all.body.contains("name=\"tick\" value=\"none\""), "{list}: {}", all.body);
        let none = house.get(Some(&owner), &format!("{list}all=yes&tick=none")).await.body;
        assert_eq!(ticks(&none), (rows, 0), "{list}");
    }
    // It is of this page alone: no link carries it to another.
    let page = house.get(Some(&owner), "/i/harbour/signups?tick=page").await.body;
    assert!(!page.split("href=\"").skip(1).any(|rest| rest.split('"').next().unwrap().contains("tick=")), "{page}");
}

/// The first number above a list is that of the list, and those of what waits are kept current beside the rail's.
#[tokio::test]
async fn the_head_counts_what_is_listed() {
    let house = house(sqlite().await).await;
    house.look().await;
    let owner = house.sign_in("owner").await;
    let head = async |page: &str| {
        let page = house.get(Some(&owner), page).await.body;
        let head = page.split("<div class=\"head\">").nth(1).unwrap().split("</div>").next().unwrap();
        crate::seen::text(head)
    };
    let shown = async |page: &str| {
        let page = crate::seen::text(&house.get(Some(&owner), page).await.body);
        let (before, _) = page.split_once(" shown").unwrap();
        before.rsplit_once(" of ").unwrap().1.to_owned()
    };
    for list in
        ["/i/harbour/reports?category=spam", "/i/harbour/reports?state=unheld", "/i/harbour/signups?state=unconfirmed"]
    {
        let (head, matching) = (head(list).await, shown(list).await);
        assert!(head.contains(&format!("{matching} matching · ")), "{list}: {matching} in {head}");
    }
    assert!(head("/i/harbour/reports").await.contains(" open cases · oldest "));
    let decided = head("/i/harbour/reports?state=decided").await;
    assert!(decided.contains("decided, latest first") && !decided.contains("open case"), "{decided}");
    for (page, count) in [("reports", "reports"), ("signups", "signups"), ("appeals", "appeals")] {
        let page = house.get(Some(&owner), &format!("/i/harbour/{page}")).await.body;
        let places = page.matches(&format!("data-count=\"harbour {count}\"")).count();
        assert!(places >= if count == "appeals" { 2 } else { 3 }, "{count}: {places} in {page}");
    }
}
