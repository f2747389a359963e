//! Several instances in one console: which one somebody works on, and that nothing is taken for another’s.

use crate::{
    seen::text,
    support::{House, house, sqlite, with_lagoon},
};
use axum::http::StatusCode;

/// The cookie by which a browser is known to have been at an instance last.
async fn at(house: &House, session: &str, path: &str) -> String {
    let answer = house.get(Some(session), path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    let set = answer.cookies.iter().find(|cookie| cookie.starts_with("instance="));
    let (id, _) = session.split_once("; ").unwrap_or((session, ""));
    match set {
        Some(cookie) => format!("{id}; {}", cookie.split(';').next().unwrap_or_default()),
        None => session.to_owned(),
    }
}

#[tokio::test]
async fn the_instance_one_works_on_stays_until_one_changes_it() {
    let house = with_lagoon(house(sqlite().await).await).await;
    house.look().await;
    let owner = house.sign_in("owner").await;
    let search = |body: &str| {
        let form = body.split("role=\"search\"").nth(1).unwrap();
        let field = form.split("name=\"instance\" value=\"").nth(1).unwrap();
        field.split('"').next().unwrap().to_owned()
    };
    // (where somebody was, what stands around the pages of the console itself)
    let mut browser = owner.clone();
    for (visited, around) in [
        ("/i/lagoon", "lagoon"),
        ("/i/lagoon/reports", "lagoon"),
        ("/i/harbour/federation", "harbour"),
        ("/audit?on=lagoon", "lagoon"),
        ("/people?on=nowhere", "lagoon"),
        ("/i/harbour/accounts", "harbour"),
    ] {
        browser = at(&house, &browser, visited).await;
        for page in ["/audit", "/people", "/grants", "/your-sign-in", "/grants/request", "/nothing-here"] {
            let answer = house.get(Some(&browser), page).await;
            assert_eq!(search(&answer.body), around, "{page} after {visited}");
            assert!(answer.body.contains(&format!("href=\"/i/{around}/reports\"")), "{page} after {visited}");
        }
    }
    // A browser that was nowhere yet: the first of the configuration.
    assert_eq!(search(&house.get(Some(&owner), "/audit").await.body), "harbour");
    // What a cookie says is no right.
    let contractor = format!("{}; instance=lagoon", house.sign_in("contractor").await);
    let theirs = house.get(Some(&contractor), "/audit").await;
    assert_eq!(search(&theirs.body), "harbour");
    assert!(!theirs.body.contains("lagoon"), "{}", theirs.body);
}

#[tokio::test]
async fn the_switcher_marks_where_one_is_and_keeps_the_desk() {
    let house = with_lagoon(house(sqlite().await).await).await;
    house.look().await;
    let owner = house.sign_in("owner").await;
    for (page, there) in [
        ("/i/harbour/reports", "/i/lagoon/reports"),
        ("/i/harbour/signups", "/i/lagoon/signups"),
        ("/i/harbour/federation/email-domains", "/i/lagoon/federation"),
        ("/i/harbour/registrations", "/i/lagoon/registrations"),
        ("/i/harbour", "/i/lagoon"),
        ("/audit", "/audit?on=lagoon"),
        ("/grants", "/grants?on=lagoon"),
    ] {
        let body = house.get(Some(&owner), page).await.body;
        let switcher = body.split("switcher").nth(1).unwrap().split("</details>").next().unwrap();
        let (harbour, lagoon) = switcher.split_once("lagoon.example").unwrap();
        // In the order of the configuration, and what waits in each.
        assert!(harbour.contains("aria-current=\"true\"") && harbour.contains(" open cases"), "{page}: {switcher}");
        assert!(switcher.contains(&format!("href=\"{there}\"")), "{page}: {switcher}");
        assert!(lagoon.contains("0 open cases") && !lagoon.contains("aria-current"), "{page}: {switcher}");
        assert!(lagoon.contains("something needs a look"), "{page}: {switcher}");
    }
}

#[tokio::test]
async fn several_instances_have_an_overview_of_all() {
    let house = with_lagoon(house(sqlite().await).await).await;
    let owner = house.sign_in("owner").await;
    let before = text(&house.get(Some(&owner), "/").await.body);
    assert!(before.contains("All instances") && before.contains("not known"), "{before}");
    house.look().await;
    let body = house.get(Some(&owner), "/").await.body;
    let rows = body.split("<tbody>").nth(1).unwrap();
    let (harbour, lagoon) = rows.split_once("href=\"/i/lagoon\"").unwrap();
    assert!(harbour.contains("href=\"/i/harbour/reports\""), "{rows}");
    assert!(lagoon.contains("Server:") && lagoon.contains("Admin API:"), "{rows}");
    // Whose grant covers one is shown that one.
    let contractor = house.sign_in("contractor").await;
    assert_eq!(house.get(Some(&contractor), "/").await.location.as_deref(), Some("/i/harbour"));
}

#[tokio::test]
async fn the_record_says_on_which_instance_and_can_be_narrowed_to_it() {
    let house = with_lagoon(house(sqlite().await).await).await;
    house.look().await;
    let owner = house.sign_in("owner").await;
    let (account, _) = house.case("quarry").await;
    let reveal = [("instance", "harbour"), ("account", &account), ("what", "email"), ("why", "the same ring")];
    let done = house.post(Some(&owner), "/api/reports/reveal", &reveal).await;
    assert!(done.location.is_some(), "{}", done.body);
    let list = async |query: &str| house.get(Some(&owner), &format!("/audit{query}")).await;
    let all = list("").await;
    assert!(text(&all.body).contains("ActionInstanceInternal reason"), "{}", text(&all.body));
    let number = |body: &str| body.matches("<tr data-row").count();
    // (the query, whether it finds the reveal, what it says instead)
    for (query, found, says) in [
        ("?instance=harbour&kind=reveal", true, ""),
        ("?instance=lagoon&kind=reveal", false, "No entries match"),
        ("?instance=harbour&account=@quarry@night.example", true, ""),
        ("?instance=harbour&account=quarry@night.example", true, ""),
        ("?instance=lagoon&account=@quarry@night.example", false, "doesn’t exist on that instance"),
        ("?account=@quarry@night.example", false, "Choose the instance first"),
        ("?account=1", false, "Choose the instance first"),
        ("?instance=harbour&account=@nobody_at_all", false, "doesn’t exist on that instance"),
        ("?instance=atlantis", false, "“instance” doesn’t accept “atlantis”"),
        ("?kind=pirouette", false, "“action” doesn’t accept “pirouette”"),
        ("?outcome=splendid", false, "“outcome” doesn’t accept “splendid”"),
        ("?who=nobody", false, "“who” doesn’t accept “nobody”"),
        ("?from=yesterday", false, "Enter a date, like"),
        ("?to=2026-13-01", false, "Enter a date, like"),
    ] {
        let page = list(query).await;
        let said = text(&page.body);
        assert_eq!(number(&page.body) > 0, found, "{query}: {said}");
        assert!(says.is_empty() || said.contains(says), "{query}: {said}");
        let refused = !found && !says.starts_with("No entries");
        assert_eq!(page.status == StatusCode::UNPROCESSABLE_ENTITY, refused, "{query}: {}", page.status);
        // The file is narrowed as the page is, or not made at all.
        let file = house.get(Some(&owner), &format!("/audit/export.csv{query}")).await;
        assert_eq!(file.status.is_success(), !refused, "{query}: {}", file.body);
    }
}

/// What stands on one instance is reached by no form and no page that names another, and by nobody who may not change rules
/// there: an import, its ticks, an access request, a batch.
#[tokio::test]
async fn a_form_that_names_another_instance_reaches_nothing_of_this_one() {
    let house = with_lagoon(house(sqlite().await).await).await;
    house.look().await;
    let owner = house.sign_in("owner").await;
    let import = crate::domains::read_in(&house, &owner, "domain,severity\nnew.example,suspend\n").await;
    let form = [
        ("instance", "harbour"),
        ("accounts", "1"),
        ("who", "Nora"),
        ("organisation", ""),
        ("contact", ""),
        ("why", "runs a library"),
        ("back", "/i/harbour/access-requests"),
    ];
    let to = house.post(Some(&owner), "/api/access-requests/enter", &form).await.location.unwrap();
    let request = crate::support::id_of(&to);
    let state = async || {
        let store = &house.app.store;
        let found = howdah::store::domain_imports::rows(store, &import).await.unwrap();
        let ticked: Vec<bool> = found.iter().map(|row| row.ticked).collect();
        let waits = howdah::store::access_requests::by_id(store, &house.app.keys, &request).await.unwrap().unwrap();
        (ticked, waits.state)
    };
    let before = state().await;
    let page = format!("/federation/imports/{import}");
    let people = ["owner", "admin", "moderator", "auditor", "contractor"];
    let mut refused = 0;
    for who in people {
        let cookie = house.sign_in(who).await;
        let may = matches!(who, "owner" | "admin");
        for on in ["lagoon", "harbour"] {
            for (path, fields) in crate::access::WRITES {
                let about = if fields.iter().any(|(name, _)| *name == "import") {
                    ("import", import.as_str())
                } else if fields.iter().any(|(name, _)| *name == "request") {
                    ("request", request.as_str())
                } else {
                    continue;
                };
                if may && on == "harbour" {
                    continue;
                }
                let mut form: Vec<(&str, &str)> =
                    fields.iter().copied().filter(|(name, _)| *name != "instance" && *name != about.0).collect();
                form.extend([("instance", on), about]);
                let answer = house.post(Some(&cookie), path, &form).await;
                let status = match answer.location {
                    Some(to) => house.get(Some(&cookie), &to).await.status.as_u16(),
                    None => answer.status.as_u16(),
                };
                assert!(status == 404 || (status == 403 && !may), "{who}, {path} on {on}: {status}");
                refused += 1;
            }
        }
        let elsewhere = house.get(Some(&cookie), &format!("/i/lagoon{page}")).await.status;
        assert!(elsewhere == 404 || elsewhere == 403, "{who} reads it under another name: {elsewhere}");
        let here = house.get(Some(&cookie), &format!("/i/harbour{page}")).await.status;
        assert_eq!(here == 200, who != "contractor", "{who}");
    }
    assert_eq!(refused, 2 * 7 + 3 * 2 * 7, "every form about an import or a request");
    assert_eq!(state().await, before, "something of it was changed");
}

/// A sheet of somebody's work is theirs, and of those who may see grants; as a file it is handed to those who check the record.
#[tokio::test]
async fn a_sheet_is_its_persons_and_theirs_who_see_grants() {
    let house = house(sqlite().await).await;
    for (who, reads_others, is_handed_others) in [
        ("owner", true, true),
        ("admin", true, false),
        ("auditor", true, true),
        ("moderator", false, false),
        ("contractor", false, false),
    ] {
        let cookie = house.sign_in(who).await;
        for whose in ["01owner", "01moderator", "01contractor", "nobody"] {
            for (file, others) in [("timesheet", reads_others), ("timesheet.csv", is_handed_others)] {
                let status = house.get(Some(&cookie), &format!("/grants/{whose}/{file}")).await.status.as_u16();
                let own = whose == format!("01{who}");
                let expected = match (own || others, whose) {
                    (false, _) => 403,
                    (true, "nobody") => 404,
                    (true, _) => 200,
                };
                assert_eq!(status, expected, "{who} asks for {file} of {whose}");
            }
        }
    }
}
