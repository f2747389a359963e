//! Times are told in the zone that somebody named, forms read days as they were meant, and who is on duty is said to whom it may.

use crate::support::{House, aged, grant, house, sqlite};
use axum::http::StatusCode;
use howdah::{
    clock::{DAY, HOUR, MINUTE, Timestamp},
    path,
    reports::Category,
    store::grants,
    text::time::Zone,
};

async fn live_in(house: &House, cookie: &str, zone: &str) {
    let form = [("letters", "yes"), ("zone", zone), ("back", "/your-sign-in")];
    let answer = house.post(Some(cookie), "/api/your-sign-in/preferences", &form).await;
    assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.body);
}

/// What stands in the first `<time>` of a page that is told so.
fn told<'a>(page: &'a str, how: &str) -> &'a str {
    let rest = page.split(&format!("data-at=\"{how}\">")).nth(1).unwrap_or_else(|| panic!("no {how}: {page}"));
    rest.split('<').next().unwrap()
}

#[tokio::test]
async fn what_stands_on_a_page_is_told_in_the_zone_that_somebody_named() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let entry = house.get(Some(&owner), "/audit/0").await.body;
    assert!(told(&entry, "whole").ends_with(" UTC"), "{entry}");
    let at = entry.split("datetime=\"").nth(1).unwrap().split('"').next().unwrap();
    let at = Timestamp(at.parse::<jiff::Timestamp>().unwrap().as_millisecond());
    // Three quarters of an hour: nobody takes it for another.
    live_in(&house, &owner, "Asia/Kathmandu").await;
    let zone = Zone::named("Asia/Kathmandu").unwrap();
    let entry = house.get(Some(&owner), "/audit/0").await.body;
    assert_eq!(told(&entry, "whole"), zone.whole(at));
    assert!(entry.contains(" UTC\" data-at=\"whole\""), "UTC on hover: {entry}");
    let list = house.get(Some(&owner), "/audit").await.body;
    assert!(told(&list, "clock").ends_with(" +0545"), "{list}");
    assert!(list.contains(">Asia/Kathmandu<"), "{list}");
    for page in ["/i/harbour", "/i/harbour/reports", "/i/harbour/signups"] {
        assert!(told(&house.get(Some(&owner), page).await.body, "minute").ends_with(" +0545"), "{page}");
    }
    // It is theirs alone.
    let admin = house.sign_in("admin").await;
    assert!(told(&house.get(Some(&admin), "/i/harbour").await.body, "minute").ends_with(" UTC"));
}

/// Pages that tell a time of day, and each entry of the audit log. To somebody who named a zone none is told in another.
#[tokio::test]
async fn no_page_tells_a_time_in_another_zone_than_its_reader_named() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let (case, _) = house.case("windvane").await;
    // Entries whose sentences name instants: a grant, a review of rights, registrations that are held, a change found outside.
    grant(&house.app, "01contractor", Category::ALL.to_vec(), true, true, house.app.clock.now().plus(DAY)).await;
    let review = house.get(Some(&owner), "/audit/access").await.body;
    let field = |name: &str| crate::doors::between(&review, &format!("name=\"{name}\" value=\""), "\"");
    let form = [("at", field("at")), ("and", field("and")), ("seen", field("seen")), ("why", "Looked at all")];
    house.post(Some(&owner), "/api/audit/sign-off", &form).await;
    let page = house.get(Some(&owner), "/i/harbour/registrations").await.body;
    let seen = crate::doors::between(&page, "name=\"seen\" value=\"", "\"").replace("&quot;", "\"");
    let held = [
        ("instance", "harbour"),
        ("mode", "none"),
        ("message", "Back soon."),
        ("why", "a test"),
        ("seen", seen.as_str()),
        ("until", "2099-05-10T08:00"),
        ("then", "approved"),
        ("back", "/i/harbour/registrations"),
    ];
    house.post(Some(&owner), "/api/registrations/set", &held).await;
    live_in(&house, &owner, "Asia/Kathmandu").await;
    let filter = howdah::ledger::Filter { limit: 200, ..Default::default() };
    let entries = house.app.ledger.list(&filter).await.unwrap();
    let mut pages: Vec<String> = entries.iter().map(|entry| format!("/audit/{}", entry.index)).collect();
    let fixed = [
        "/i/harbour",
        "/i/harbour/statistics",
        "/i/harbour/reports",
        "/i/harbour/reports?state=decided",
        "/i/harbour/accounts",
        "/i/harbour/appeals",
        "/i/harbour/signups",
        "/i/harbour/registrations",
        "/i/harbour/registrations/policy",
        "/i/harbour/federation",
        "/i/harbour/federation/ip-rules",
        "/i/harbour/federation/imports",
        "/i/harbour/invites",
        "/i/harbour/audit/instance",
        "/audit",
        "/audit/alarms",
        "/audit/access",
        "/people",
        "/grants",
        "/your-sign-in",
    ];
    pages.extend(fixed.map(str::to_owned));
    pages.extend([format!("/i/harbour/reports/{case}"), format!("/i/harbour/accounts/{case}")]);
    let time = regex::Regex::new(r"\b([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?( [+A-Z]\w*)?").unwrap();
    let (mut told, mut wrong) = (0, Vec::new());
    for page in pages {
        let answer = house.get(Some(&owner), &page).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}");
        // What is stored is shown as it is stored.
        let body = answer.body.split("class=\"leaf\"").next().unwrap_or_default();
        // A week's schedule is written in the zone of the policy, which stands beside it.
        for line in crate::said::text_of(body).lines().filter(|line| !line.contains("Weekly schedule")) {
            for found in time.find_iter(line) {
                match found.as_str().ends_with(" +0545") {
                    true => told += 1,
                    false => wrong.push(format!("{page}: {line}")),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(told > 20, "{told} times were told at all");
}

#[tokio::test]
async fn the_days_of_a_filter_are_those_of_the_zone_it_names() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let now = house.app.clock.now();
    // Where it is another day just now than in UTC, east or west: one of the two always is.
    let utc = Zone::default();
    let far = ["Pacific/Kiritimati", "Pacific/Pago_Pago"];
    let other = far.into_iter().find(|name| Zone::named(name).unwrap().day(now, now) != utc.day(now, now)).unwrap();
    let iso = |zone: &str| {
        let at = jiff::Timestamp::from_millisecond(now.0).unwrap();
        at.to_zoned(jiff::tz::TimeZone::get(zone).unwrap()).date().to_string()
    };
    let entries = async |day: &str, zone: &str| {
        let address = format!("/audit?from={day}&to={day}{zone}");
        let page = house.get(Some(&owner), &address).await;
        assert_eq!(page.status, StatusCode::OK, "{address}: {}", page.body);
        page.body.matches("data-row").count()
    };
    assert!(entries(&iso("UTC"), "").await > 0);
    assert!(entries(&iso(other), &format!("&zone={other}")).await > 0, "{other}");
    assert_eq!(entries(&iso(other), "&zone=UTC").await, 0, "{other}");
    // Without a word about it, it is the person's own.
    live_in(&house, &owner, other).await;
    assert!(entries(&iso(other), "").await > 0);
    for address in ["/audit?from=2026-01-01&zone=Nowhere%2FLand", "/i/harbour/audit/instance?day=2026-01-01&zone=Mars"]
    {
        let refused = house.get(Some(&owner), address).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{address}");
        assert!(refused.body.contains("doesn’t know the time zone"), "{}", refused.body);
    }
}

/// Its last day has 25 hours where it is meant, and ends an hour later than a day of UTC would.
#[tokio::test]
async fn a_grant_ends_with_the_day_where_it_was_asked_for() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let year = 1970 + house.app.clock.now().0 / (365 * DAY + DAY / 4) + 1;
    let berlin = Zone::named("Europe/Berlin").unwrap();
    // The last Sunday of October.
    let day = (25..=31)
        .map(|day| format!("{year}-10-{day}"))
        .find(|day| berlin.day_typed(day).is_some_and(|(from, to)| to.since(from) == 25 * HOUR))
        .unwrap();
    let page = house.get(Some(&owner), path::REQUEST_GRANT).await.body;
    let field = |page: &str| {
        let rest = page.split("name=\"zone\"").nth(1).unwrap_or_else(|| panic!("no zone: {page}"));
        rest.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    assert_eq!(field(&page), "UTC");
    live_in(&house, &owner, "Europe/Berlin").await;
    let page = house.get(Some(&owner), path::REQUEST_GRANT).await.body;
    assert!(field(&page) == "Europe/Berlin" && page.contains(">Europe/Berlin<"), "{page}");
    let ask = async |zone: &str| {
        let form = [
            ("operator", "01contractor"),
            ("back", path::REQUEST_GRANT),
            ("instances[]", "harbour"),
            ("categories[]", "spam"),
            ("ends", &*day),
            ("zone", zone),
            ("sponsor", "01owner"),
            ("agreement", "T-9"),
            ("why", "a test"),
        ];
        house.post(Some(&owner), "/api/grants/ask", &form).await
    };
    let wrong = ask("Nowhere/Land").await;
    let back = house.get(Some(&owner), wrong.location.as_deref().unwrap_or_default()).await;
    assert!(back.body.contains("doesn’t know the time zone “Nowhere/Land”"), "{}", back.body);
    assert!(back.body.contains("value=\"T-9\""), "nothing typed is lost: {}", back.body);
    let asked = ask("Europe/Berlin").await;
    let address = asked.location.clone().unwrap_or_else(|| panic!("{}", asked.body));
    let id = address.trim_start_matches("/grants/").split('?').next().unwrap().to_owned();
    let grant = grants::by_id(&house.app.store, &house.app.keys, &howdah::id::GrantId(id)).await.unwrap().unwrap();
    let (_, after) = berlin.day_typed(&day).unwrap();
    assert_eq!(grant.ends_at, after);
    assert_eq!(after.since(utc_day(&day)), 23 * HOUR);
    let page = house.get(Some(&owner), &address).await.body.replace("<!>", "");
    assert!(page.contains(", Europe/Berlin)") && page.contains("(the end of "), "{page}");
    // To somebody elsewhere it is no end of a day.
    let second = house.sign_in("admin").await;
    let page = house.get(Some(&second), &address).await.body;
    assert!(!page.contains("(the end of "), "{page}");
}

fn utc_day(day: &str) -> Timestamp {
    Zone::default().day_typed(day).unwrap().0
}

#[tokio::test]
async fn who_is_on_duty_is_said_to_those_who_decide_and_to_no_contractor() {
    let house = house(sqlite().await).await;
    grant(&house.app, "01contractor", Category::ALL.to_vec(), true, true, house.app.clock.now().plus(DAY)).await;
    let mut cookies = Vec::new();
    for role in ["owner", "admin", "moderator", "contractor", "auditor"] {
        cookies.push((role, house.sign_in(role).await));
    }
    // Somebody whose password is right, and whose code is still to come, is nobody yet; nor is who left long ago.
    let long_ago = house.app.clock.now().plus(-6 * MINUTE).0;
    aged(&house.app.store, &format!("update web_sessions set seen_at = {long_ago} where operator = '01admin'")).await;
    for (role, cookie) in &cookies {
        if *role == "admin" {
            continue;
        }
        let page = house.get(Some(cookie), "/i/harbour").await.body.replace("<!>", "");
        let card = page.split("<h2>On duty</h2>").nth(1).and_then(|rest| rest.split("</section>").next());
        match *role {
            "owner" | "moderator" => {
                let card = card.unwrap_or_else(|| panic!("{role}: {page}"));
                assert!(card.contains("<li>you</li>") && card.contains("contractor"), "{role}: {card}");
                assert!(!card.contains("auditor") && !card.contains("admin"), "{role}: {card}");
            }
            _ => assert!(card.is_none(), "{role}: {page}"),
        }
    }
    // A contractor whose grant does not cover the instance, or is over, is not on duty there.
    let over = crate::support::grants_taken_back(&house.app, "01contractor").await;
    assert!(over > 0);
    let page = house.get(Some(&cookies[0].1), "/i/harbour").await.body;
    let card = page.split("<h2>On duty</h2>").nth(1).and_then(|rest| rest.split("</section>").next()).unwrap();
    assert!(!card.contains("contractor"), "{card}");
}

/// An instant of the access review is typed by the clock of whoever types it; an address of ours names it in UTC.
#[tokio::test]
async fn an_instant_is_typed_in_the_zone_in_which_it_is_shown() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    for (query, says, zone) in [
        ("?at=2026-01-05T12:00&zone=Europe/Berlin", "5 Jan 2026, 11:00:00 UTC", "Europe/Berlin"),
        ("?at=2026-01-05T12:00Z&zone=Europe/Berlin", "5 Jan 2026, 12:00:00 UTC", "Europe/Berlin"),
        ("?at=2026-01-05T12:00", "5 Jan 2026, 12:00:00 UTC", "UTC"),
    ] {
        let page = house.get(Some(&owner), &format!("/audit/access{query}")).await;
        assert!(page.status == StatusCode::OK && page.body.contains(says), "{query}: {}", page.body);
        // What was typed stays in its zone, whatever the browser's is.
        assert!(page.body.contains(&format!("name=\"zone\" value=\"{zone}\"")), "{query}: {}", page.body);
        assert!(!page.body.contains("data-zone-field"), "{query}: {}", page.body);
    }
    let page = house.get(Some(&owner), "/audit/access").await.body;
    assert!(page.contains("data-zone-field") && !page.contains("At, UTC"), "{page}");
    let wrong = house.get(Some(&owner), "/audit/access?at=2026-01-05T12:00&zone=Nowhere/Land").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.body);
}

#[tokio::test]
async fn what_somebody_sets_for_themselves_is_said_to_be_kept() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let form = [("letters", "yes"), ("zone", "Europe/Berlin"), ("back", "/your-sign-in")];
    let kept = house.sent(&owner, "/api/your-sign-in/preferences", &form).await.body;
    let (before, _) = kept.split_once("Time zone and keyboard shortcuts are saved.").expect("it is said");
    assert!(before.rsplit_once('<').unwrap().1.contains("role=\"status\""), "and read out");
    assert!(!house.get(Some(&owner), "/your-sign-in").await.body.contains("are saved."));
}

/// Where somebody named no zone, a browser's script says the browser's: pages are made in it, and no script tells them anew.
#[tokio::test]
async fn a_browser_says_its_zone() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let here = format!("theme=dark; {owner}; zone=Asia/Kathmandu");
    let list = house.get(Some(&here), "/audit").await.body;
    assert!(told(&list, "clock").ends_with(" +0545") && list.contains("data-zone=\"Asia/Kathmandu\""), "{list}");
    let review = house.get(Some(&here), "/audit/access").await.body;
    assert!(review.contains("name=\"zone\" value=\"Asia/Kathmandu\""), "{review}");
    // It is no choice of theirs: the field of their own is as empty as before.
    let yours = house.get(Some(&here), "/your-sign-in").await.body;
    assert!(!yours.contains("value=\"Asia/Kathmandu\""), "{yours}");
    for nothing in ["Nowhere/Land", "", "../../etc/passwd"] {
        let list = house.get(Some(&format!("{owner}; zone={nothing}")), "/audit").await.body;
        assert!(told(&list, "clock").ends_with(" UTC") && !list.contains("data-zone=\""), "{nothing}: {list}");
    }
    live_in(&house, &owner, "Pacific/Marquesas").await;
    let list = house.get(Some(&here), "/audit").await.body;
    assert!(told(&list, "clock").ends_with(" -0930"), "what they named counts first: {list}");
}

/// A chart by the hour of the day has the hours that its rows are told by.
#[tokio::test]
async fn the_hours_of_a_chart_are_those_of_its_rows() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    for zone in ["", "Asia/Kathmandu"] {
        live_in(&house, &owner, zone).await;
        let page = house.get(Some(&owner), "/audit/timeline?who=01owner").await.body;
        let name = if zone.is_empty() { "UTC" } else { zone };
        assert!(page.contains(&format!("by hour of the day ({name})")), "{page}");
        let rows: std::collections::BTreeSet<&str> =
            page.split("data-at=\"clock\">").skip(1).filter_map(|rest| rest.get(..2)).collect();
        let table = page.split("class=\"as-table\"").nth(1).unwrap().split("</table>").next().unwrap();
        let drawn: std::collections::BTreeSet<&str> =
            table.split("<th scope=\"row\">").skip(1).filter_map(|rest| rest.get(..2)).collect();
        assert_eq!(rows, drawn, "{zone}: {page}");
    }
}

/// A timesheet is by days of UTC, and nothing on it is told by another clock.
#[tokio::test]
async fn a_timesheet_has_one_clock() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    grant(&house.app, "01contractor", Category::ALL.to_vec(), true, true, house.app.clock.now().plus(DAY)).await;
    live_in(&house, &owner, "Asia/Kathmandu").await;
    let page = house.get(Some(&owner), "/grants/01contractor/timesheet").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let main = crate::seen::text(page.body.split("<main").nth(1).unwrap());
    assert!(main.contains(" UTC to ") && !main.contains("+0545"), "{main}");
}
