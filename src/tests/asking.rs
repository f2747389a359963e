//! The public form for access requests: off by default, for strangers, bounded, and read by nobody but the access desk.

use crate::support::{House, house, sqlite};
use axum::http::StatusCode;
use howdah::{
    ledger::Filter,
    store::{Driver, access_requests},
};

const ASK: &str = "/api/ask/access";
const FORM: [(&str, &str); 7] = [
    ("instance", "harbour"),
    ("back", "/i/harbour/ask"),
    ("who", "Petra Wanderer"),
    ("contact", "petra@elsewhere.example"),
    ("organisation", "Choir"),
    ("accounts", "3"),
    ("why", "We sing, and lost our <b>server</b>."),
];

async fn with_form() -> House {
    house(sqlite().await).await.told(|config| config.instances[0].access_form = true).await
}

async fn waiting(house: &House) -> i64 {
    access_requests::waiting(&house.app.store, &"harbour".parse().unwrap(), 1_000).await.unwrap()
}

fn changed(name: &str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    FORM.iter().map(|(key, own)| (*key, if *key == name { value } else { *own })).collect()
}

/// Whoever tells people where to ask finds the address on the desk, or that there is none.
#[tokio::test]
async fn the_desk_says_where_people_ask() {
    for (house, says) in [(with_form().await, Some("/i/harbour/ask")), (house(sqlite().await).await, None)] {
        let owner = house.sign_in("owner").await;
        let page = house.get(Some(&owner), "/i/harbour/access-requests").await.body;
        let address = house.app.config.public_url.join("/i/harbour/ask").unwrap();
        assert_eq!(page.contains(&format!("href=\"{address}\"")), says.is_some(), "{page}");
        assert_eq!(page.contains("The public form is off."), says.is_none(), "{page}");
    }
}

#[tokio::test]
async fn without_a_word_in_the_configuration_there_is_no_form_and_no_instance_is_told_from_none() {
    let closed = house(sqlite().await).await;
    // Each answer has a mark of its own around what it says.
    let said = async |house: &House, address: &str| {
        let page = house.get(None, address).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{address}");
        page.body
            .split("<main")
            .nth(1)
            .and_then(|rest| rest.split("</main>").next())
            .map(str::to_owned)
            .unwrap_or_else(|| panic!("{address}: {}", page.body))
    };
    let page = said(&closed, "/i/harbour/ask").await;
    assert_eq!(page, said(&closed, "/i/nowhere/ask").await);
    closed.post(None, ASK, &FORM).await;
    assert_eq!(waiting(&closed).await, 0);
    let open = with_form().await;
    assert_eq!(said(&open, "/i/nowhere/ask").await, page);
    assert!(page.contains("There is no form") && !page.contains("harbour"), "{page}");
    // Nothing else of an instance is a stranger's.
    for other in ["/i/harbour/ask/more", "/i/harbour", "/i/harbour/access-requests"] {
        let answer = open.get(None, other).await;
        assert!(answer.status != StatusCode::OK && !answer.body.contains("Request access"), "{other}");
    }
}

#[tokio::test]
async fn what_a_stranger_asks_ends_at_the_access_desk_and_nowhere_else() {
    let house = with_form().await;
    let page = house.get(None, "/i/harbour/ask").await;
    assert_eq!(page.status, StatusCode::OK);
    for told in ["class=\"rail\"", "data-count", "Pending", "Sign out", "Owner"] {
        assert!(!page.body.contains(told), "{told}: {}", page.body);
    }
    let sent = house.post(None, ASK, &FORM).await;
    assert_eq!(sent.location.as_deref(), Some("/i/harbour/ask?sent=yes"), "{}", sent.body);
    let thanks = house.get(None, "/i/harbour/ask?sent=yes").await.body;
    assert!(thanks.contains("Request sent") && !thanks.contains("Petra"), "{thanks}");

    let owner = house.sign_in("owner").await;
    let desk = house.get(Some(&owner), "/i/harbour/access-requests").await.body;
    assert!(desk.contains("Petra Wanderer") && desk.contains("the public form"), "{desk}");
    let one = desk.split("href=\"/i/harbour/access-requests/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let one = house.get(Some(&owner), &format!("/i/harbour/access-requests/{one}")).await.body;
    assert!(one.contains("petra@elsewhere.example") && one.contains("&lt;b&gt;server&lt;/b&gt;"), "{one}");

    // In the record: that something was asked, and nothing of what was said; in the store it is sealed.
    let filter = Filter { kind: Some("access_asked".into()), limit: 5, ..Filter::default() };
    let entries = house.app.ledger.list(&filter).await.unwrap();
    assert_eq!(entries.len(), 1);
    let leaf = entries[0].leaf.to_string();
    assert!(leaf.contains("harbour") && !leaf.contains("Petra") && !leaf.contains("petra"), "{leaf}");
    let audit = house.get(Some(&owner), "/audit?kind=access_asked").await.body;
    assert!(audit.contains("a stranger") && audit.contains("asked for access by the public form"), "{audit}");
    let Driver::Sqlite(pool) = &house.store.store.driver else { panic!("SQLite") };
    let stored: String =
        sqlx::query_scalar("select id || operator || sealed_told from access_requests").fetch_one(pool).await.unwrap();
    assert!(!stored.contains("Petra") && !stored.contains("elsewhere"), "{stored}");
    assert_eq!(house.weather.writes(), 0, "the instance hears nothing of it");
}

#[tokio::test]
async fn what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost() {
    let house = with_form().await;
    let long: &'static str = Box::leak("x".repeat(2_001).into_boxed_str());
    for (field, value, says) in [
        ("who", "  ", "Enter your name."),
        ("contact", "", "Enter where the answer can reach you."),
        ("why", "", "Enter your reasons"),
        ("why", long, "longer than 2000 characters"),
        ("accounts", "0", "Enter a number from 1 to 100."),
        ("accounts", "many", "Enter a number from 1 to 100."),
    ] {
        let answer = house.post(None, ASK, &changed(field, value)).await;
        let to = answer.location.unwrap_or_else(|| panic!("{field}: {}", answer.body));
        assert!(to.starts_with("/i/harbour/ask?draft="), "{to}");
        let page = house.get(None, &to).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(page.body.contains(says) && page.body.contains("value=\"Choir\""), "{field}: {}", page.body);
    }
    assert_eq!(waiting(&house).await, 0);
    // Too large to be read at all.
    let huge: &'static str = Box::leak("y".repeat(70_000).into_boxed_str());
    assert_eq!(house.post(None, ASK, &changed("why", huge)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    // From somebody else's page.
    let request = axum::http::Request::post(ASK)
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(axum::body::Body::from("instance=harbour&who=a&contact=b&why=c&accounts=1"))
        .unwrap();
    assert_eq!(house.ask(request).await.status, StatusCode::FORBIDDEN);
    assert_eq!(waiting(&house).await, 0);
}

/// Of many at once as many get in as there are places, before anything is written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_are_taken_and_no_more() {
    let house = with_form().await;
    let posts = (0..12).map(|_| house.post(None, ASK, &FORM));
    let sent = futures::future::join_all(posts).await;
    let sent = sent.iter().filter(|answer| answer.location.as_deref() == Some("/i/harbour/ask?sent=yes")).count();
    assert!(sent > 0);
    assert_eq!(i64::try_from(sent).unwrap(), waiting(&house).await);
    let filter = Filter { kind: Some("access_asked".into()), limit: 50, ..Filter::default() };
    assert_eq!(house.app.ledger.list(&filter).await.unwrap().len(), sent);
    let most = sent;
    assert_eq!(most, 3, "from one place within a day");
    let refused = house.post(None, ASK, &FORM).await;
    let page = house.get(None, refused.location.as_deref().unwrap_or_default()).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "{}", page.body);
    assert!(page.body.contains("too many requests came in lately") && page.body.contains("We sing"), "{}", page.body);
}

/// A network has thousands of ranges; it has an end of its own, so that one cannot use up everybody's hour.
#[tokio::test]
async fn one_network_does_not_use_up_everybodys_places() {
    let house = house(sqlite().await).await.told(|config| {
        config.instances[0].access_form = true;
        config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    });
    let house = house.await;
    let ask = async |address: String| {
        let request = axum::http::Request::post(ASK)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-forwarded-for", address)
            .body(axum::body::Body::from("instance=harbour&who=a&contact=b&why=c&accounts=1"))
            .unwrap();
        house.ask(request).await.location.as_deref() == Some("/i/harbour/ask?sent=yes")
    };
    for range in 0..20 {
        ask(format!("2001:db8:1:{range:x}::1")).await;
    }
    assert_eq!(waiting(&house).await, 6, "from one network within a day");
    assert!(ask("2001:db8:2::1".to_owned()).await && ask("203.0.113.5".to_owned()).await, "others have their places");
}
