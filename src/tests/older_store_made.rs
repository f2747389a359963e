//! Makes the stores that [`crate::older_store`] opens. It is run once, by hand, by the version whose stores they are:
//! `HOWDAH_OLDER_STORE=FOLDER … cargo test … -- --ignored an_older_store_is_made`.

use crate::{
    engine::{Database, Engine},
    support::{self, House, Kept, PASSWORD},
};
use howdah::{
    access::{Actor, Permission, Role, permit},
    cli,
    clock::{Clock, DAY, HOUR},
    config::Secret,
    context::App,
    grants,
    id::{AccountId, InstanceName, OperatorId},
    ledger::{
        Acting, Answer, Elsewhere, Fact, Mark, Outcome, Stage, Step, Verdict,
        deed::{self, Act, Subject},
    },
    reports::Category,
    seal::Keys,
    store::{linked_accounts, linked_accounts::Linked, operators, recovery_codes},
};
use serde_json::{Value, json};
use std::path::PathBuf;

const ENDED: [Outcome; 6] =
    [Outcome::Succeeded, Outcome::Partly, Outcome::Failed, Outcome::Unknown, Outcome::Stale, Outcome::Refused];

fn actor(app: &App, role: Role) -> Actor {
    let _ = app;
    Actor {
        operator: OperatorId(format!("01{}", role.name())),
        name: role.name().to_owned(),
        role,
        grants: Vec::new(),
        session: "0123456789abcdef".into(),
    }
}

/// One deed from its document, closed as the `turn` says; every tenth stays open.
async fn done<D: Act + serde::de::DeserializeOwned>(
    app: &App,
    permission: Permission,
    turn: &mut usize,
    fields: Value,
) {
    let deed: D = serde_json::from_value(fields).unwrap();
    let permit = permit(&actor(app, Role::Owner), permission, deed.instance()).unwrap();
    let acting = match (deed.instance(), *turn % 3) {
        (None, _) => Acting::Console,
        (Some(_), 0) => Acting::Own("110000000000000001".into()),
        (Some(_), _) => Acting::Service("110000000000000000".into()),
    };
    let mark = Mark { log: 40 + *turn as i64, strike: 7 };
    let warrant = app.ledger.open(permit, deed, &format!("reason {turn}, “quoted”"), acting, mark).await.unwrap();
    let steps = vec![Step { what: format!("POST step {turn}"), answer: Answer::Accepted { body: json!({}) } }];
    let outcome = ENDED[*turn % ENDED.len()];
    let answered = if outcome == Outcome::Stale { warrant.unsent("overtaken") } else { warrant.answered(steps) };
    let verdict = Verdict { outcome, facts: json!({ "others closed": *turn % 2 }), seen: json!({ "seen": *turn }) };
    app.ledger.close(&answered, &verdict).await.unwrap();
    *turn += 1;
}

macro_rules! done {
    ($app:ident, $turn:ident, $($deed:ident $permission:ident $fields:tt;)+) => {
        $(done::<deed::$deed>($app, Permission::$permission, &mut $turn, json!($fields)).await;)+
    };
}

/// What is about an instance or hands something out: the rows of authority are made by the console's own doors.
async fn deeds(app: &App) {
    let mut turn = 0;
    let role = json!({ "instance": "harbour", "account": "110000000000000042", "user": 42, "acct": "lea", "role": "3",
        "role_name": "Moderator" });
    let rule = json!({ "severity": "suspend", "reject_media": true, "reject_reports": false, "obfuscate": false,
        "public_comment": "spam", "private_comment": "seen on a list" });
    let milder = json!({ "severity": "silence", "reject_media": false, "reject_reports": true, "obfuscate": true,
        "public_comment": "", "private_comment": "" });
    let address = json!({ "severity": "sign_up_block", "comment": "many sign-ups", "until": 1_900_000_000_000i64 });
    let state = json!({ "disabled": false, "sensitized": true, "silenced": false, "suspended": false });
    done!(app, turn,
        DecideCase DecideReports { "instance": "harbour", "account": "110000000000000042", "acct": "loud@far.example",
            "decision": "silence", "reports": ["17", "18"], "unread": 3, "state_before": state, "text": "Please stop.",
            "preset": "2", "send_email": true };
        DecideCase DecideAboutStaff { "instance": "harbour", "account": "110000000000000043", "acct": "staff",
            "decision": "resolve", "reports": ["19"], "state_before": state, "text": "", "preset": null, "send_email": false };
        ReverseSanction DecideReports { "instance": "harbour", "account": "110000000000000042", "acct": "loud@far.example",
            "reversal": "unsilence", "state_before": state };
        ReopenReport DecideReports { "instance": "harbour", "account": "110000000000000042", "acct": "loud", "report": "17" };
        ChangeCategory DecideReports { "instance": "harbour", "account": "110000000000000042", "acct": "loud", "report": "17",
            "before": "other", "after": "violation", "rules_before": [], "rules_after": ["1", "2"] };
        HoldCase DecideReports { "instance": "harbour", "account": "110000000000000042", "acct": "loud", "reports": ["17"],
            "claim": true, "held_before": null };
        HoldCase DecideReports { "instance": "harbour", "account": "110000000000000042", "acct": "loud", "reports": ["17"],
            "claim": false, "held_before": "01moderator" };
        HandOverCase DecideReports { "instance": "harbour", "account": "110000000000000042", "acct": "loud",
            "to": "01admin", "to_name": "admin", "note": "you know them" };
        SetRegistrations OpenRegistrations { "instance": "harbour", "mode_before": ["--- none\n", null],
            "message_before": [], "mode_after": "open", "message_after": "" };
        SetRegistrations CloseRegistrations { "instance": "harbour", "mode_before": ["--- open\n"],
            "message_before": ["--- ''\n"], "mode_after": "none", "message_after": "Back on Monday." };
        SetRegistrations CloseRegistrations { "instance": "harbour", "mode_before": ["--- open\n"],
            "message_before": ["--- ''\n"], "mode_after": "approved", "message_after": "" };
        DecideSignUp DecideSignUps { "instance": "harbour", "account": "110000000000000044", "user": 44, "acct": "new_one",
            "approve": true, "confirmed": false, "mail": "aa", "address": "bb", "words": "cc" };
        DecideSignUp DecideSignUps { "instance": "harbour", "account": "110000000000000045", "user": 45, "acct": "new_two",
            "approve": false, "confirmed": true, "mail": "aa", "address": null, "words": null };
        SearchPersonal SearchPersonal { "instance": "harbour", "what": { "email": "someone@post.example" } };
        SearchPersonal SearchPersonal { "instance": "harbour", "what": { "address": "198.51.100.0/24" } };
        Reveal Reveal { "instance": "harbour", "account": "110000000000000042", "acct": "loud", "what": "email" };
        Reveal Reveal { "instance": "harbour", "account": "110000000000000042", "acct": "loud", "what": "sign_up_address" };
        Reveal Reveal { "instance": "harbour", "account": "110000000000000042", "acct": "loud",
            "what": { "private_post": "112000000000000001" } };
        Reveal Reveal { "instance": "harbour", "account": "110000000000000042", "acct": "loud", "what": { "seen_address": "dd" } };
        RevealMedia Reveal { "instance": "harbour", "account": "110000000000000042", "media": "9" };
        BlockDomain SuspendFollowedDomain { "instance": "harbour", "domain": "bad.example", "after": rule, "followed": true };
        BlockDomain ManageBlocks { "instance": "harbour", "domain": "mild.example", "after": milder, "followed": false };
        ChangeDomainBlock SuspendFollowedDomain { "instance": "harbour", "domain": "mild.example", "id": "4",
            "before": milder, "after": rule, "followed": true };
        LiftDomainBlock ManageBlocks { "instance": "harbour", "domain": "bad.example", "id": "3", "before": rule };
        AllowDomain ManageBlocks { "instance": "harbour", "domain": "friends.example" };
        DisallowDomain SuspendFollowedDomain { "instance": "harbour", "domain": "friends.example", "id": "5" };
        BlockMailDomain ManageBlocks { "instance": "harbour", "domain": "throwaway.example", "review": true };
        ChangeMailDomainBlock ManageBlocks { "instance": "harbour", "domain": "throwaway.example", "id": "6",
            "review_before": true, "review_after": false };
        LiftMailDomainBlock ManageBlocks { "instance": "harbour", "domain": "throwaway.example", "id": "6", "review_before": false };
        BlockAddress ManageBlocks { "instance": "harbour", "network": "203.0.113.0/24", "after": address };
        ChangeAddressBlock ManageBlocks { "instance": "harbour", "network": "203.0.113.0/24", "id": "7", "before": null, "after": address };
        LiftAddressBlock ManageBlocks { "instance": "harbour", "network": "203.0.113.0/24", "id": "7", "before": address };
        ExportRecord CheckLedger { "form": "csv", "filter": "" };
        ExportRecord CheckLedger { "form": "json_lines", "filter": "kind=reveal" };
        ExportRecord CheckLedger { "form": "bundle", "filter": "from=2026-11-01" };
        ExportSheet CheckLedger { "operator": "01contractor", "name": "contractor", "month": "2026-11" };
        LeaveRole DecideGrants { "grant": "01NOGRANT", "asked": role, "found": "Owner" };
        AssignRole ManageRoles { "instance": "harbour", "account": "110000000000000042", "user": 42, "acct": "lea",
            "before": null, "before_name": null, "after": "3", "after_name": "Moderator" };
        AssignRole ManageRoles { "instance": "harbour", "account": "110000000000000042", "user": 42, "acct": "lea",
            "before": "3", "before_name": "Moderator", "after": "4", "after_name": "Admin" };
        AssignRole TakeRolesAway { "instance": "harbour", "account": "110000000000000042", "user": 42, "acct": "lea",
            "before": "4", "before_name": "Admin", "after": null, "after_name": null };
        IssueInvite ManageInvitations { "instance": "harbour", "account": "110000000000000000", "acct": "howdah", "code": "SeCrEt",
            "max_uses": 1, "expires_at": 1_900_000_000_000i64, "comment": "for a friend", "request": null };
        IssueInvite ManageInvitations { "instance": "harbour", "account": "110000000000000000", "acct": "howdah", "code": "OtHeR",
            "max_uses": 3, "expires_at": null, "comment": "", "request": "01REQUEST" };
        RevokeInvite ManageInvitations { "instance": "harbour", "invite": "8", "account": "110000000000000000", "acct": "howdah",
            "uses": 1, "max_uses": 3 };
        EnterAccessRequest ManageInvitations { "instance": "harbour", "request": "01REQUEST", "accounts": 3 };
        RefuseAccessRequest ManageInvitations { "instance": "harbour", "request": "01REQUEST" };
        WriteNote DecideReports { "instance": "harbour", "account": "110000000000000042", "acct": "loud", "note": "01NOTE",
            "text": "said to be calmer now" };
        WithdrawNote DecideReports { "instance": "harbour", "account": "110000000000000042", "acct": "loud", "note": "01NOTE" };
        DeleteAccount DeleteAccounts { "instance": "harbour", "account": "110000000000000042", "acct": "loud", "due": 1_800_000_000_000i64 };
    );
}

async fn facts(app: &App) {
    let harbour: InstanceName = "harbour".parse().unwrap();
    let operator = OperatorId("01moderator".into());
    let now = app.clock.now();
    for stage in [Stage::Begun, Stage::Paused, Stage::Resumed] {
        let (operator, instance) = ((stage != Stage::Paused).then(|| operator.clone()), harbour.clone());
        let kind = "decide_sign_up".to_owned();
        app.ledger.fact(Fact::Batch { stage, operator, instance, kind, number: 12 }).await.unwrap();
    }
    for taken_back in [false, true] {
        let (operator, instance) = (operator.clone(), harbour.clone());
        app.ledger.fact(Fact::Token { operator, instance, taken_back }).await.unwrap();
    }
    app.ledger
        .fact(Fact::ChangedElsewhere(Box::new(Elsewhere {
            instance: harbour.clone(),
            subject: Subject::Setting(harbour.clone(), "site_title".into()),
            part: "settings",
            from: now.plus(-HOUR),
            to: now,
            now: "ee".into(),
            sealed: json!({ "name": "site_title", "before": "Harbour", "after": "The harbour" }),
        })))
        .await
        .unwrap();
}

/// People, grants, links and sessions as the console itself makes them.
async fn rows(house: &House) {
    let app = &*house.app;
    let harbour: InstanceName = "harbour".parse().unwrap();
    for (name, role) in
        [("second", Role::Owner), ("dana", Role::Moderator), ("mila", Role::Moderator), ("karl", Role::Contractor)]
    {
        support::person(app, name, role).await;
    }
    let owner = house.sign_in("owner").await;
    for (path, fields) in [
        ("/api/people/disable", vec![("operator", "01dana"), ("disabled", "yes"), ("why", "left the team")]),
        (
            "/api/people/role",
            vec![("operator", "01mila"), ("role", "admin"), ("seen", "moderator"), ("why", "grew into it")],
        ),
        ("/api/people/offer", vec![("name", "noor"), ("role", "moderator"), ("why", "starts on Monday")]),
        ("/api/people/end-sessions", vec![("operator", "01mila"), ("session", ""), ("why", "lost her phone")]),
    ] {
        let answer = house.post(Some(&owner), path, &fields).await;
        assert!(answer.location.as_deref().is_some_and(|to| !to.contains("draft=")), "{path}: {:?}", answer.location);
    }
    let now = app.clock.now();
    let revoked = support::grant(app, "01karl", vec![Category::Spam], true, true, now.plus(30 * DAY)).await;
    grants::service::keep_rights(app, "01PROCESS").await.unwrap();
    let fields = [("grant", revoked.0.as_str()), ("why", "the work is done")];
    let answer = house.post(Some(&owner), "/api/grants/revoke", &fields).await;
    assert!(answer.location.as_deref().is_some_and(|to| !to.contains("draft=")), "{:?}", answer.location);
    grants::service::keep_rights(app, "01PROCESS").await.unwrap();
    support::grant(app, "01karl", vec![Category::Legal], false, true, now.plus(36_500 * DAY)).await;
    grants::service::keep_rights(app, "01PROCESS").await.unwrap();

    // Two links, one of them gone again.
    for (who, account) in [("01moderator", 110_000_000_000_000_101), ("01admin", 110_000_000_000_000_102)] {
        let linked = Linked {
            operator: OperatorId(who.into()),
            instance: harbour.clone(),
            account: AccountId(account),
            username: format!("{}_there", &who[2..]),
            token: Secret::new("a token of nobody"),
            linked_at: now,
        };
        let link = deed::LinkAccount {
            instance: harbour.clone(),
            operator: linked.operator.clone(),
            name: who[2..].to_owned(),
            account: linked.account,
            acct: linked.username.clone(),
        };
        let permit = permit(&actor(app, who[2..].parse().unwrap()), Permission::LinkAccount, Some(&harbour)).unwrap();
        let warrant = app.ledger.open(permit, link.clone(), "", Acting::Console, Mark::default()).await.unwrap();
        assert!(linked_accounts::keep(&app.store, &app.keys, &linked).await.unwrap());
        let verdict = Verdict { outcome: Outcome::Succeeded, facts: json!({}), seen: json!({}) };
        app.ledger.close(&warrant.answered(Vec::new()), &verdict).await.unwrap();
        if who == "01admin" {
            let unlink = deed::UnlinkAccount {
                instance: harbour.clone(),
                operator: link.operator,
                name: link.name,
                account: link.account,
                acct: link.acct,
            };
            let permit = howdah::access::permit(&actor(app, Role::Owner), Permission::ManageOperators, None).unwrap();
            let warrant =
                app.ledger.open(permit, unlink, "asked for it", Acting::Console, Mark::default()).await.unwrap();
            let next = now.plus(DAY);
            assert!(
                linked_accounts::delete(&app.store, &linked.operator, &harbour, "01LEFT", now, next).await.unwrap()
            );
            app.ledger.close(&warrant.answered(Vec::new()), &verdict).await.unwrap();
        }
    }

    // A second factor with its recovery codes.
    let second = OperatorId("01second".into());
    let sealed = app.keys.seal_text("totp", &second.0, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").unwrap();
    operators::set_totp(&app.store, &second, Some(&sealed)).await.unwrap();
    let codes: Vec<String> = ["aaaabbbbccccdddd", "eeeeffffgggghhhh"]
        .iter()
        .map(|code| app.keys.hash("recovery code", format!("{second}:{code}").as_bytes()))
        .collect();
    recovery_codes::replace_all(&app.store, &second, &codes).await.unwrap();
    app.ledger.fact(Fact::SecondFactorSet { operator: second }).await.unwrap();

    // Sessions, one of them over; somebody who mistyped; a stranger; somebody who was refused.
    for role in ["admin", "moderator", "contractor", "auditor"] {
        let cookie = house.sign_in(role).await;
        if role == "auditor" {
            house.post(Some(&cookie), "/api/session/end", &[]).await;
        }
        if role == "contractor" {
            house.get(Some(&cookie), "/people").await;
        }
    }
    house.post(None, "/api/sign-in/password", &[("name", "owner"), ("password", "a wrong password")]).await;
    house.post(None, "/api/sign-in/password", &[("name", "nobody"), ("password", PASSWORD)]).await;
}

async fn made(engine: Engine, folder: &std::path::Path) {
    let database = Database::new(engine).await;
    let kept = Kept { store: database.store.clone(), url: database.url.clone(), _folder: None };
    let mut house = support::house(kept).await;
    let checkpoints = folder.join(format!("{engine:?}.checkpoints").to_lowercase());
    house.config.checkpoint_file = Some(checkpoints);
    house.app =
        cli::assemble(house.config.clone(), Clock::System, Keys::from_secret([7; 32]), database.store.clone()).unwrap();
    house.router = howdah::http::router(house.app.clone());
    house.look().await;
    rows(&house).await;
    house.app.ledger.checkpoint().await.unwrap();
    deeds(&house.app).await;
    house.app.ledger.checkpoint().await.unwrap();
    facts(&house.app).await;
    house.app.ledger.checkpoint().await.unwrap();
    let kinds = database.number("select count(distinct deed) from ledger_entries where kind = 'intent'").await;
    let there = database.texts("select distinct deed from ledger_entries where kind = 'intent' order by 1").await;
    assert_eq!(kinds, 45, "{there:?}");
    match engine {
        Engine::Sqlite => {
            database.run("pragma wal_checkpoint(truncate); vacuum; pragma wal_checkpoint(truncate)").await.unwrap();
            std::fs::copy(database.file(), folder.join("sqlite.db")).unwrap();
        }
        Engine::Postgres => {
            let dump = std::process::Command::new("pg_dump")
                .args(["--inserts", "--no-owner", "--no-privileges", &database.url])
                .output()
                .unwrap();
            assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
            let text = String::from_utf8(dump.stdout).unwrap();
            // What only psql understands.
            let kept: Vec<&str> = text.lines().filter(|line| !line.contains("restrict ")).collect();
            std::fs::write(folder.join("postgres.sql"), kept.join("\n") + "\n").unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "makes files; see the head of this file"]
async fn an_older_store_is_made() {
    let folder = PathBuf::from(std::env::var("HOWDAH_OLDER_STORE").expect("a folder"));
    std::fs::create_dir_all(&folder).unwrap();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        made(engine, &folder).await;
    }
}
