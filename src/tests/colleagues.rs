//! Who works here is no contractor's to know: on no page of theirs stands a colleague's name, or the handle of one on the
//! instance. Who sponsors a grant is named to whom it is for: that is whom they ask.

use crate::{
    access::PAGES,
    linked::linked,
    support::{House, aged, grants_taken_back, house, person, postgres, sqlite},
};
use axum::http::StatusCode;
use howdah::{
    access::{self, Actor, Case, Object, Permission, Role},
    acting,
    clock::DAY,
    deeds::HandOverCase,
    grants::{
        Scope,
        service::{Asked, Decider, decided, record},
    },
    id::{AccountId, OperatorId},
    ledger::{Acting, Filter, Mark, Outcome},
    reports::Category,
    store::{grants, operators},
};
use std::collections::BTreeSet;

/// Who works here, by names that no page says for another reason.
const NAMES: [(&str, &str); 3] =
    [("01owner", "Zephyrine"), ("01admin", "Marmaduke Quill"), ("01moderator", "Ottoline Vex")];
/// Who answers for the contractor.
const SPONSOR: &str = "Barnaby Sponsor";

async fn acts(house: &House, who: &str) -> howdah::access::Actor {
    let person = operators::by_id(&house.app.store, &OperatorId(who.into())).await.unwrap().unwrap();
    acting::actor(&house.app.store, person, "a test".into(), house.app.clock.now()).await.unwrap()
}

/// A grant of everything there is, asked for by one owner and approved by another, with a third as sponsor.
async fn granted(house: &House) {
    let app = &house.app;
    grants_taken_back(app, "01contractor").await;
    let now = app.clock.now();
    let asked = Asked {
        operator: OperatorId("01contractor".into()),
        scope: Scope {
            instances: vec!["harbour".parse().unwrap()],
            categories: Category::ALL.to_vec(),
            sign_ups: true,
            reveal: true,
        },
        starts_at: now,
        ends_at: now.plus(30 * DAY),
        sponsor: OperatorId("01sponsor".into()),
        sponsor_name: SPONSOR.into(),
        agreement: "T-1".into(),
        roles: Vec::new(),
    };
    let (owner, second) = (acts(house, "01owner").await, acts(house, "01second").await);
    let (id, _) = record(app, &owner, asked, "a test").await.unwrap();
    let asked = grants::by_id(&app.store, &app.keys, &id).await.unwrap().unwrap();
    decided(app, &second, asked, true, "a test", Decider::SecondPerson(Default::default())).await.unwrap();
}

/// What stands on a page for people and for programs, its own frame included.
async fn page(house: &House, cookie: &str, path: &str) -> String {
    let mut answer = house.get(Some(cookie), path).await;
    // The way a form comes back, and from the overview on.
    for _ in 0..3 {
        match answer.location.take().filter(|to| to.starts_with('/')) {
            Some(to) => answer = house.get(Some(cookie), &to).await,
            None => break,
        }
    }
    answer.body.replace("<!>", "")
}

fn named<'a>(page: &str, names: &'a [String]) -> Option<&'a String> {
    names.iter().find(|name| page.contains(name.as_str()))
}

#[tokio::test]
async fn no_page_of_a_contractors_names_a_colleague() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let app = &house.app;
        person(app, "second", Role::Owner).await;
        person(app, "sponsor", Role::Admin).await;
        granted(&house).await;
        let mut names: Vec<String> = vec!["Second Signature".into()];
        let mut rename = "update operators set name = 'Second Signature' where id = '01second'; \
            update operators set name = 'Barnaby Sponsor' where id = '01sponsor'"
            .to_owned();
        for (id, name) in NAMES {
            rename.push_str(&format!("; update operators set name = '{name}' where id = '{id}'"));
            names.push(name.to_owned());
        }
        // They sign in by what they are called to begin with: only what pages say is another.
        aged(&app.store, &rename).await;
        let (moderator, contractor) = (house.sign_in("moderator").await, house.sign_in("contractor").await);
        linked(&house, &moderator, "jonastran").await;
        let moderator = house.sign_in("moderator").await;

        // A colleague holds one case, gave up another with a note, decided a third, wrote about a fourth; the instance has
        // assigned a fifth to one, and a note by one stands there about a sixth.
        let cases: Vec<String> = sqlx::query_scalar(
            "select distinct target_account_id::text from reports r join accounts a on a.id = r.target_account_id \
             left join users u on u.account_id = a.id where action_taken_at is null and u.role_id is null order by 1 limit 8",
        )
        .fetch_all(&house.instance)
        .await
        .unwrap();
        let hold = async |cookie: &str, account: &str| {
            let back = format!("/i/harbour/reports/{account}");
            let form = [("instance", "harbour"), ("account", account), ("claim", "yes"), ("back", back.as_str())];
            house.post(Some(cookie), "/api/reports/hold", &form).await
        };
        hold(&moderator, &cases[0]).await;
        hold(&moderator, &cases[1]).await;
        let form = [
            ("instance", "harbour"),
            ("account", cases[1].as_str()),
            ("to", "01contractor"),
            ("note", "Knows the history."),
            ("back", "/"),
        ];
        house.post(Some(&moderator), "/api/reports/hand-over", &form).await;
        assert_eq!(house.outcome("hand_over_case").await, Some(Outcome::Succeeded));
        let reports: String = sqlx::query_scalar(
            "select string_agg(id::text, ',' order by id) from reports where target_account_id = $1::text::bigint \
             and action_taken_at is null",
        )
        .bind(&cases[2])
        .fetch_one(&house.instance)
        .await
        .unwrap();
        let form = [
            ("instance", "harbour"),
            ("account", cases[2].as_str()),
            ("decision", "silence"),
            ("reports", reports.as_str()),
            ("state", crate::support::NO_SANCTION),
            ("text", "Please read the rules."),
            ("why", "a test"),
            ("back", "/"),
        ];
        house.post(Some(&moderator), "/api/reports/decide", &form).await;
        assert_eq!(house.outcome("decide_case").await, Some(Outcome::Succeeded));
        // Somebody reports them anew: their former decision is shown with the case.
        let anew = "insert into reports (account_id, target_account_id, category, created_at, updated_at) \
            select account_id, target_account_id, 0, now(), now() from reports where target_account_id = $1::text::bigint limit 1";
        sqlx::query(anew).bind(&cases[2]).execute(&house.instance).await.unwrap();
        for account in [&cases[3], &cases[2]] {
            let form = [("instance", "harbour"), ("account", account), ("text", "Knows them."), ("back", "/")];
            house.post(Some(&moderator), "/api/accounts/note", &form).await;
        }
        let there = "update reports set assigned_account_id = (select id from accounts where username = 'jonastran' and domain is null) \
            where target_account_id = $1::text::bigint and action_taken_at is null";
        sqlx::query(there).bind(&cases[4]).execute(&house.instance).await.unwrap();
        house.look().await;

        // Whoever is staff of the instance, but for the account that the console itself acts as.
        let staff: Vec<String> = sqlx::query_scalar(
            "select '@' || a.username from accounts a join users u on u.account_id = a.id join user_roles r on r.id = u.role_id \
             where r.id > 0 and a.domain is null and a.username <> 'harbourmaster' \
             and not exists (select from reports o where (o.target_account_id = a.id or o.account_id = a.id)) order by 1",
        )
        .fetch_all(&house.instance)
        .await
        .unwrap();
        assert!(staff.contains(&"@jonastran".to_owned()), "{staff:?}");
        names.extend(staff);

        let mut pages: Vec<String> = PAGES.iter().map(|(_, address)| (*address).to_owned()).collect();
        pages.extend(
            [
                "/i/harbour/reports?state=decided",
                "/i/harbour/reports?state=decided&decided-by=contractor",
                "/i/harbour/reports?decide=resolve&all=yes",
                "/i/harbour/reports?holder=contractor",
                "/grants/01contractor/timesheet",
                "/grants/01contractor/timesheet.csv",
            ]
            .map(str::to_owned),
        );
        let whose = grants::open(&app.store, &app.keys, "01contractor", app.clock.now()).await.unwrap();
        pages.extend(whose.iter().map(|grant| format!("/grants/{}", grant.id)));
        for account in &cases {
            pages.push(format!("/i/harbour/reports/{account}"));
            pages.push(format!("/i/harbour/accounts/{account}"));
            pages.push(format!("/i/harbour/signups/{account}"));
        }
        let all = Filter { limit: 1_000, ..Filter::default() };
        pages.extend(app.ledger.list(&all).await.unwrap().iter().map(|entry| format!("/audit/{}", entry.index)));

        let owner = house.sign_in("owner").await;
        let mut seen = BTreeSet::new();
        for path in &pages {
            let body = page(&house, &contractor, path).await;
            if let Some(name) = named(&body, &names) {
                let at = body.find(name.as_str()).unwrap();
                let from = (0..=at.saturating_sub(120)).rev().find(|at| body.is_char_boundary(*at)).unwrap_or(0);
                panic!("{path} names {name}: …{}", &body[from..at + name.len()]);
            }
            // Everybody else is told: otherwise nothing was tried.
            let body = page(&house, &owner, path).await;
            seen.extend(names.iter().filter(|name| body.contains(name.as_str())).cloned());
        }
        for name in NAMES.iter().map(|(_, name)| *name).chain(["Second Signature", "@jonastran"]) {
            assert!(seen.contains(name), "no page of an owner's names {name}");
        }
        // What they are told instead, and what they need.
        let case = |account: &str| format!("/i/harbour/reports/{account}");
        assert!(page(&house, &contractor, &case(&cases[0])).await.contains("assigned to somebody on the team"));
        assert!(page(&house, &contractor, &case(&cases[1])).await.contains("Knows the history."));
        let grant = page(&house, &contractor, &format!("/grants/{}", whose[0].id)).await;
        assert!(grant.contains(SPONSOR), "{grant}");

        // Nor does a form that comes back, in its words or in what can be chosen.
        for (path, more) in [
            ("/api/reports/hold", vec![("claim", "yes")]),
            ("/api/reports/hand-over", vec![("to", "01moderator"), ("note", "x")]),
            (
                "/api/reports/decide",
                vec![("decision", "resolve"), ("reports", "1"), ("state", crate::support::NO_SANCTION)],
            ),
        ] {
            for account in &cases[..2] {
                let back = case(account);
                let form = [vec![("instance", "harbour"), ("account", account), ("back", back.as_str())], more.clone()]
                    .concat();
                let answer = house.sent(&contractor, path, &form).await;
                assert_eq!(named(&answer.body, &names), None, "{path}: {}", answer.body);
            }
        }
        let refused = hold(&contractor, &cases[0]).await.location.unwrap();
        let answer = house.get(Some(&contractor), &refused).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(answer.body.contains("this case is assigned to somebody on the team"), "{}", answer.body);
    }
}

/// Nor does what they did themselves: of before no colleague was theirs to choose, there are cases that they handed over.
#[tokio::test]
async fn no_own_entry_of_a_contractor_names_a_colleague() {
    let house = house(sqlite().await).await;
    let app = &house.app;
    let (account, _) = house.case("windvane").await;
    let deed = serde_json::json!({ "instance": "harbour", "account": account.parse::<AccountId>().unwrap(), "acct": "windvane",
        "to": "01admin", "to_name": "Marmaduke Quill", "note": "Knows the history." });
    let deed: HandOverCase = serde_json::from_value(deed).unwrap();
    let then = Actor { role: Role::Moderator, ..acts(&house, "01contractor").await };
    let about = Object::Case(deed.instance.clone(), deed.account, Case::default());
    let permit = access::permit(&then, Permission::DecideReports, about).unwrap();
    let warrant = app.ledger.open(permit, deed, "", Acting::Console, Mark::default()).await.unwrap();
    let answered = warrant.answered(Vec::new());
    app.ledger.close(&answered, &crate::ledger::succeeded()).await.unwrap();
    let entry = answered.index();
    let (contractor, owner) = (house.sign_in("contractor").await, house.sign_in("owner").await);
    let pages = ["/audit".to_owned(), format!("/audit/{entry}"), format!("/i/harbour/accounts/{account}")];
    for path in &pages {
        let whole = page(&house, &owner, path).await;
        assert!(whole.contains("to Marmaduke Quill"), "everybody else is told: {path}: {whole}");
        let theirs = page(&house, &contractor, path).await;
        assert!(!theirs.contains("Marmaduke") && theirs.contains("to somebody on the team"), "{path}: {theirs}");
    }
    let notice = page(&house, &contractor, &format!("/i/harbour/reports?done={entry}")).await;
    assert!(!notice.contains("Marmaduke") && notice.contains("to somebody on the team"), "{notice}");
}
