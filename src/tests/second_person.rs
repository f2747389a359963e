//! Whoever approves a grant is another person than who asked: not by name alone.

use crate::support::{House, PASSWORD, house, sqlite};
use axum::http::StatusCode;
use howdah::{
    access::{Actor, Role},
    cli,
    clock::{Clock, DAY, HOUR},
    config::Config,
    deeds::AddOperator,
    http,
    id::OperatorId,
    ledger::Filter,
    operators::service,
    seal::Keys,
};

/// A house with a clock of its own; whether a second factor is optional there.
async fn clocked(optional: bool) -> (House, Clock) {
    let mut house = house(sqlite().await).await;
    let clock = Clock::set(Clock::System.now());
    let config = Config { second_factor_optional: optional, ..house.config.clone() };
    house.app = cli::assemble(config, clock.clone(), Keys::from_secret([7; 32]), house.store.store.clone()).unwrap();
    house.router = http::router(house.app.clone());
    (house, clock)
}

fn owner(name: &str) -> Actor {
    Actor {
        operator: OperatorId(format!("01{name}")),
        name: name.to_owned(),
        role: Role::Owner,
        grants: Vec::new(),
        session: "a session".to_owned(),
        request: None,
    }
}

/// Somebody new, by an owner's hand.
async fn add(house: &House, by: &str, name: &str, role: Role) {
    let hash = house.app.passwords.hash(PASSWORD).await.unwrap();
    let deed = AddOperator { operator: OperatorId(format!("01{name}")), name: name.to_owned(), role };
    service::add(&house.app, owner(by), deed, hash, None, "a test").await.unwrap();
}

/// Asks for a grant; its page.
async fn ask(house: &House, who: &str) -> String {
    let cookie = house.sign_in(who).await;
    let form = [
        ("operator", "01contractor"),
        ("instances[]", "harbour"),
        ("categories[]", "spam"),
        ("ends", "2099-12-31"),
        ("sponsor", "01owner"),
        ("agreement", "T-2"),
        ("back", "/grants/request"),
    ];
    let answer = house.post(Some(&cookie), "/api/grants/ask", &form).await;
    let to = answer.location.unwrap_or_else(|| panic!("{}", answer.body));
    assert!(to.starts_with("/grants/") && !to.contains("draft="), "{to}");
    to.split('?').next().unwrap().to_owned()
}

/// Whether somebody can approve it; what the page, or the refusal, says.
async fn approves(house: &House, who: &str, page: &str) -> (bool, String) {
    let cookie = house.sign_in(who).await;
    let before = house.get(Some(&cookie), page).await.body;
    let id = page.trim_start_matches("/grants/");
    let form = [("grant", id), ("verdict", "approve"), ("why", ""), ("back", page)];
    let to = house.post(Some(&cookie), "/api/grants/decide", &form).await.location.unwrap_or_default();
    if !to.contains("draft=") {
        return (true, before);
    }
    let back = house.get(Some(&cookie), &to).await;
    assert_eq!(back.status, StatusCode::FORBIDDEN, "{}", back.body);
    assert!(!before.contains("value=\"approve\""), "a form that would be refused: {before}");
    (false, back.body)
}

/// What the page of the newest decision's entry says.
async fn entry(house: &House) -> String {
    let filter = Filter { kind: Some("decide_grant".into()), limit: 1, ..Filter::default() };
    let index = house.app.ledger.list(&filter).await.unwrap()[0].index;
    let cookie = house.sign_in("owner").await;
    house.get(Some(&cookie), &format!("/audit/{index}")).await.body
}

#[tokio::test]
async fn somebody_invented_by_the_asker_approves_nothing_for_a_day_and_is_named_for_thirty() {
    let (house, clock) = clocked(true).await;
    add(&house, "owner", "puppet", Role::Owner).await;
    clock.advance(3 * HOUR);
    let grant = ask(&house, "owner").await;
    let (done, said) = approves(&house, "puppet", &grant).await;
    assert!(!done && said.contains("added 3 h ago by the requester"), "{said}");
    clock.advance(20 * HOUR + HOUR - 1);
    assert!(!approves(&house, "puppet", &grant).await.0, "a day is not over");
    clock.advance(DAY + 1);
    let (done, said) = approves(&house, "puppet", &grant).await;
    assert!(done && said.contains("added 2 days ago by the requester"), "{said}");
    assert!(entry(&house).await.contains("added 2 days ago by the requester"));
    clock.advance(28 * DAY + 1);
    let grant = ask(&house, "owner").await;
    let (done, said) = approves(&house, "puppet", &grant).await;
    assert!(done && !said.contains("by the requester"), "thirty days are over: {said}");
    assert!(!entry(&house).await.contains("by the requester"));
}

#[tokio::test]
async fn whoever_was_changed_by_the_asker_or_by_the_askers_people_is_no_second_person() {
    let (house, clock) = clocked(true).await;
    // By a role: a colleague of long made owner for this.
    clock.advance(40 * DAY);
    let owner_cookie = house.sign_in("owner").await;
    let role = [("operator", "01moderator"), ("role", "owner"), ("seen", "moderator"), ("back", "/people")];
    house.post(Some(&owner_cookie), "/api/people/role", &role).await;
    let grant = ask(&house, "owner").await;
    let (done, said) = approves(&house, "moderator", &grant).await;
    assert!(!done && said.contains("given a role") && said.contains("by the requester"), "{said}");
    // By a third: the asker's invention invents another.
    add(&house, "owner", "first", Role::Owner).await;
    add(&house, "first", "second", Role::Owner).await;
    let (done, said) = approves(&house, "second", &grant).await;
    assert!(!done && said.contains("by first, who was added under 1 min ago by the requester"), "{said}");
    // The other way round: the asker is the invention of whoever approves.
    add(&house, "owner", "asking", Role::Admin).await;
    let theirs = ask(&house, "asking").await;
    let (done, said) = approves(&house, "owner", &theirs).await;
    assert!(!done && said.contains("the requester was added under 1 min ago by the person deciding"), "{said}");
    // Two inventions of a third.
    let (done, said) = approves(&house, "first", &theirs).await;
    assert!(
        !done && said.contains("added under 1 min ago by owner; the requester was added under 1 min ago by owner"),
        "{said}"
    );
    // By access given back.
    clock.advance(2 * DAY);
    let owner_cookie = house.sign_in("owner").await;
    for disabled in ["yes", "no"] {
        let form = [("operator", "01first"), ("disabled", disabled), ("back", "/people")];
        house.post(Some(&owner_cookie), "/api/people/disable", &form).await;
    }
    let (done, said) = approves(&house, "first", &grant).await;
    assert!(!done && said.contains("given access back"), "{said}");
    // Whoever is nobody's invention approves; and refusing somebody a grant is no less a decision.
    assert!(approves(&house, "second", &grant).await.0, "a day is over");
}

#[tokio::test]
async fn a_second_person_has_a_second_factor_of_their_own_where_one_is_asked_for() {
    let (house, _) = clocked(true).await;
    add(&house, "owner", "other", Role::Owner).await;
    let app = house.app.clone();
    let (mut strict, clock) = (house, Clock::set(app.clock.now().plus(2 * DAY)));
    let grant = ask(&strict, "owner").await;
    let before = strict.outcome("decide_grant").await;
    // Signed in where none was asked for.
    let waived = |app: &std::sync::Arc<howdah::context::App>, optional: bool| {
        let config = Config { second_factor_optional: optional, ..app.config.clone() };
        let keys = Keys::from_secret([7; 32]);
        let app = cli::assemble(config, clock.clone(), keys, app.store.clone()).unwrap();
        (app.clone(), http::router(app))
    };
    (strict.app, strict.router) = waived(&app, true);
    let cookie = strict.sign_in("other").await;
    (strict.app, strict.router) = waived(&app, false);
    // A session from then is none any more: whoever decides has set up a factor of their own at the door.
    let page = strict.get(Some(&cookie), &grant).await;
    assert!(page.location.as_deref().is_some_and(|to| to.starts_with("/sign-in")), "{:?} {}", page.location, page.body);
    let id = grant.trim_start_matches("/grants/");
    let form = [("grant", id), ("verdict", "approve"), ("back", grant.as_str())];
    let refused = strict.post(Some(&cookie), "/api/grants/decide", &form).await;
    assert!(!refused.status.is_success(), "{}", refused.status);
    assert_eq!(strict.outcome("decide_grant").await, before, "nothing was decided");
    // Where it is optional, that half is waived, and said.
    (strict.app, strict.router) = waived(&app, true);
    let (done, said) = approves(&strict, "other", &grant).await;
    assert!(done && said.contains("it is optional here"), "{said}");
    assert!(entry(&strict).await.contains("none, and none was required"));
    let cookie = strict.sign_in("owner").await;
    let page = strict.get(Some(&cookie), &grant).await.body;
    assert!(page.contains("it is optional here") && page.contains("added 2 days ago by the requester"), "{page}");
}

/// What stands beside an entry is anybody's who can write the store; the entry itself is not.
#[tokio::test]
async fn a_changed_column_makes_no_second_person() {
    for hide in
        ["operator = 'command'", "operator = null", "subject = 'x'", "deed = 'x'", "outcome = 'failed'", "at = 0"]
    {
        let (house, clock) = clocked(true).await;
        add(&house, "owner", "puppet", Role::Owner).await;
        clock.advance(HOUR);
        let grant = ask(&house, "owner").await;
        let hide = format!(
            "update ledger_entries set {hide} where subject = (select subject from operators where id = '01puppet')"
        );
        crate::engine::past_triggers(&house.store.store.driver, &hide).await.unwrap();
        let (done, said) = approves(&house, "puppet", &grant).await;
        assert!(!done, "{hide}: {said}");
    }
}
