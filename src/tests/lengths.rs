//! What somebody signed in can put into the record has an end: every text, every leaf, every refusal.

use crate::{
    access::WRITES,
    engine::{Database, on_both},
    ledger::{NOW, case, instance, ledger, ledger_of, may, may_about, whole},
    support::{House, house, postgres, sqlite},
};
use axum::http::StatusCode;
use howdah::{
    access::{Permission, Role},
    clock::{Clock, MINUTE},
    deeds::{DecideCase, Masked, Reveal, SetRegistrations},
    id::{AccountId, OperatorId, ReportId},
    ledger::{Acting, Answer, Fact, Filter, LARGEST_LEAF, LedgerError, Mark, NotOpened, Outcome, Step, Verdict},
    registrations::RegistrationsMode,
    store::drafts,
    text::{Hashed, Why},
};
use serde_json::json;

async fn largest(db: &Database) -> usize {
    usize::try_from(db.number("select cast(max(length(leaf)) as bigint) from ledger_entries").await).unwrap()
}

/// Taking a case and giving it back over and over changes nothing, and grows the record no further than by so many a minute.
#[tokio::test]
async fn a_case_is_taken_and_given_back_so_often_and_no_more() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (account, _) = house.case("windvane").await;
    let mut refused = None;
    for number in 0..64 {
        let claim = if number % 2 == 0 { "yes" } else { "no" };
        let form =
            [("instance", "harbour"), ("account", account.as_str()), ("claim", claim), ("back", "/i/harbour/reports")];
        let to = house.post(Some(&cookie), "/api/reports/hold", &form).await.location.unwrap();
        if to.contains("draft=") {
            refused = Some((number, house.get(Some(&cookie), &to).await));
            break;
        }
    }
    let (number, page) = refused.expect("it has an end");
    assert_eq!(number, 60);
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.body.contains("you’ve reached your limit of case assignments"), "{}", page.body);
    let filter = Filter { kind: Some("hold_case".into()), limit: 500, ..Filter::default() };
    assert_eq!(house.app.ledger.list(&filter).await.unwrap().len(), 60);
}

/// A NUL, which PostgreSQL keeps in no text, is refused or passed over beside its field, and is never a fault.
#[tokio::test]
async fn a_nul_in_any_field_is_no_fault() {
    let house = house(postgres().await).await;
    let owner = house.sign_in("owner").await;
    for (action, fields) in WRITES {
        for (field, _) in fields.iter().filter(|(field, _)| *field != "instance") {
            let form: Vec<(&str, &str)> =
                fields.iter().map(|(key, value)| (*key, if key == field { "a\0b" } else { *value })).collect();
            let answer = house.post(Some(&owner), action, &form).await;
            let page = match &answer.location {
                Some(to) => house.get(Some(&owner), to).await.status,
                None => answer.status,
            };
            assert!(
                !matches!(page, StatusCode::INTERNAL_SERVER_ERROR | StatusCode::SERVICE_UNAVAILABLE),
                "{action} {field}: {page}"
            );
        }
        for (field, text) in [("why", "a\0b"), ("text", "a\0b"), ("name", "a\0b"), ("back", "/i/harbour\0")] {
            let form = [fields, &[(field, text)]].concat();
            let answer = house.post(Some(&owner), action, &form).await;
            let page = match &answer.location {
                Some(to) => house.get(Some(&owner), to).await.status,
                None => answer.status,
            };
            assert!(
                !matches!(page, StatusCode::INTERNAL_SERVER_ERROR | StatusCode::SERVICE_UNAVAILABLE),
                "{action} {field}: {page}"
            );
        }
    }
}

async fn a_case_of_many_reports_fits_and_no_leaf_is_without_end(db: &Database) {
    let ledger = ledger(db);
    let acting = || Acting::Service("109999".into());
    // 500 reports, and the longest text in letters that take the most room.
    let many = DecideCase {
        reports: (0..500).map(|n| ReportId(110_000_000_000_000_000 + n)).collect(),
        text: "\u{1F418}".repeat(20_000),
        ..case(1)
    };
    let why = Why::typed("why", &"\u{1F418}".repeat(500)).unwrap();
    let warrant =
        ledger.open(may_about(Permission::DecideReports, 1), many, why, acting(), Mark::default()).await.unwrap();
    let steps = (0..500).map(|n| Step {
        what: format!("POST resolve, report {n}"),
        answer: Answer::Refused { status: 422, message: "m".repeat(2_000) },
    });
    let answered = warrant.answered(steps.collect());
    let verdict = Verdict { outcome: Outcome::Partly, facts: json!({}), seen: json!({ "rows": "r".repeat(400_000) }) };
    ledger.close(&answered, &verdict).await.unwrap();
    assert!(largest(db).await <= LARGEST_LEAF);
    let seen = ledger.entry(0).await.unwrap().unwrap().seen.unwrap();
    assert!(seen["seen"]["too large to keep"].as_str().unwrap().contains("500 steps"), "{seen}");

    let before = db.number("select count(*) from ledger_entries").await;
    let too_large = |error: &NotOpened| matches!(error, NotOpened::Unwritable(LedgerError::TooLarge(_)));
    let reveal = Reveal {
        instance: instance(),
        account: AccountId(1),
        acct: "x".repeat(400_000),
        what: Masked::SeenAddress(Hashed::kept("x")),
    };
    let refused = ledger.open(may_about(Permission::Reveal, 1), reveal, "why", Acting::Console, Mark::default()).await;
    assert!(too_large(&refused.unwrap_err()));
    let rows = SetRegistrations {
        instance: instance(),
        mode_before: vec![Some("x".repeat(400_000))],
        message_before: vec![],
        mode_after: RegistrationsMode::None,
        message_after: String::new(),
        by: None,
        pressed: false,
    };
    let refused = ledger.open(may(Permission::CloseRegistrations), rows, "why", acting(), Mark::default()).await;
    assert!(too_large(&refused.unwrap_err()));
    // What would stand in clear is bounded by the last line of all.
    let fact = Fact::SignedOut { operator: OperatorId("01ANN".into()), session: "x".repeat(LARGEST_LEAF) };
    assert!(ledger.fact(fact).await.is_err());
    assert_eq!(db.number("select count(*) from ledger_entries").await, before);
    assert_eq!(db.number("select count(*) from open_deeds").await, 0);
    whole(db).await;
}

async fn refusals_are_gathered(db: &Database) {
    let clock = Clock::set(NOW);
    let ledger = ledger_of(&db.store, "p1", &clock);
    let denied = |who: &str, permission| Fact::Denied {
        operator: OperatorId(who.into()),
        role: Role::Auditor,
        permission,
        instance: None,
        own: None,
    };
    for _ in 0..50 {
        ledger.fact(denied("01ANN", Permission::ManageOperators)).await.unwrap();
    }
    assert_eq!(ledger.tree_state().await.unwrap().size, 1);
    ledger.fact(denied("01ANN", Permission::ViewGrants)).await.unwrap();
    ledger.fact(denied("01BEN", Permission::ManageOperators)).await.unwrap();
    assert_eq!(ledger.tree_state().await.unwrap().size, 3, "another right, another person");
    clock.advance(10 * MINUTE);
    ledger.fact(denied("01ANN", Permission::ManageOperators)).await.unwrap();
    assert_eq!(ledger.tree_state().await.unwrap().size, 4);
    whole(db).await;
}

on_both!(a_case_of_many_reports_fits_and_no_leaf_is_without_end, refusals_are_gathered);

async fn entries(house: &House) -> i64 {
    house.app.ledger.tree_state().await.unwrap().size
}

#[tokio::test]
async fn two_hundred_forbidden_pages_are_one_entry() {
    let house = house(sqlite().await).await;
    let moderator = house.sign_in("moderator").await;
    let before = entries(&house).await;
    for _ in 0..200 {
        assert_eq!(house.get(Some(&moderator), "/i/harbour/roles").await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(entries(&house).await - before, 1);
    let filter = Filter { kind: Some("denied".into()), limit: 10, ..Filter::default() };
    assert_eq!(house.app.ledger.list(&filter).await.unwrap().len(), 1);
}

type Fields = &'static [(&'static str, &'static str)];

/// Every door that takes a reason, or another text that goes into the record.
const FORMS: [(&str, &str, Fields); 15] = [
    ("/api/people/offer", "why", &[("name", "new"), ("role", "auditor")]),
    ("/api/people/disable", "why", &[("operator", "01auditor"), ("disabled", "yes")]),
    ("/api/people/role", "why", &[("operator", "01auditor"), ("role", "moderator"), ("seen", "auditor")]),
    ("/api/people/end-sessions", "why", &[("operator", "01auditor"), ("session", "")]),
    ("/api/people/end-sessions", "session", &[("operator", "01auditor")]),
    ("/api/registrations/set", "why", &[("instance", "harbour"), ("mode", "none"), ("seen", "[[],[]]")]),
    ("/api/reports/reverse", "why", &[("instance", "harbour"), ("reversal", "unsilence"), ("state", NONE)]),
    ("/api/reports/reveal", "why", &[("instance", "harbour"), ("what", "email")]),
    ("/api/reports/hand-over", "note", &[("instance", "harbour"), ("to", "01admin")]),
    ("/api/accounts/note", "text", &[("instance", "harbour")]),
    ("/api/accounts/look-up", "q", &[("instance", "harbour")]),
    ("/api/accounts/search", "q", &[("instance", "harbour"), ("why", "a test")]),
    ("/api/accounts/search", "why", &[("instance", "harbour"), ("q", "windvane@post.example")]),
    ("/api/domains/allow", "why", &[("instance", "harbour"), ("domain", "friend.example")]),
    ("/api/invitations/revoke", "why", &[("instance", "harbour"), ("invites", "1")]),
];
const NONE: &str = crate::support::NO_SANCTION;

#[tokio::test]
async fn no_text_of_a_form_goes_into_the_record_without_end() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let (account, _) = house.case("windvane").await;
    let long = format!("{}@post.example", "x".repeat(30_000));
    for (action, field, others) in FORMS {
        let before = entries(&house).await;
        let mut form: Vec<(&str, &str)> = others.to_vec();
        form.extend([("account", account.as_str()), ("back", "/i/harbour"), (field, long.as_str())]);
        let answer = house.post(Some(&owner), action, &form).await;
        assert!(!answer.status.is_server_error(), "{action}: {}", answer.status);
        if let Some(to) = answer.location {
            let page = house.get(Some(&owner), &to).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{action} {field}: {to}");
            let id = to.split("draft=").nth(1).unwrap();
            let (store, keys, now) = (&house.app.store, &house.app.keys, house.app.clock.now());
            let kept = drafts::read(store, keys, id, Some(&OperatorId("01owner".into())), now).await.unwrap().unwrap();
            let (problem, _) = howdah::frame::read_draft(&kept.text).unwrap();
            assert!(problem.what.contains("is longer than"), "{action} {field}: {}", problem.what);
            assert_eq!(problem.field.as_deref(), Some(field), "{action}");
        } else {
            assert!(answer.status.is_client_error(), "{action} {field}: {}", answer.status);
        }
        assert_eq!(entries(&house).await, before, "{action} {field}: something went into the record");
    }
}
