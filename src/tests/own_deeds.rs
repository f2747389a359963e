//! Every deed of the console's own, through the service that does it: one entry, one outcome, one transaction. And broken off
//! in its middle, when another process has taken it over, it leaves nothing half done.

use crate::{
    doors::{between, code},
    fence::{closed_elsewhere, whole},
    grants::{kept_by, timed},
    linked::link,
    support::{House, PASSWORD, house, id_of, person, postgres, until},
};
use howdah::{
    access::Role,
    alarms::AlarmKind,
    audit::service::words,
    clock::{DAY, SECOND},
    deeds::{AddOperator, OWN_KINDS},
    grants::{
        Scope,
        service::{Asked, Decider, decided, record},
    },
    id::{GrantId, OperatorId},
    ledger::{Filter, Outcome},
    nouns::policies::Measure,
    operators::service::{self, command_actor},
    reports::Category,
    store::{
        Driver, account_notes,
        alarms::{self, Raised},
        grants,
    },
};
use sqlx::PgPool;
use std::collections::{BTreeMap, BTreeSet};

/// A kind that no service does any more: entries of former versions have it.
const FORMER: &str = "reveal_media";

/// Done by a job that takes its turn again, with tests of their own (`grants`, `processes`, `reviews`): no form to break off.
const BY_JOBS: [&str; 6] = ["start_grant", "end_grant", "leave_role", "commit_sample", "draw_sample", "release_review"];

/// What a deed does to the console's own store.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    /// It changes rows: all in one transaction.
    Writes,
    /// It shows something, and changes nothing.
    Reads,
    /// It destroys keys of the record, which is no part of the rows.
    Destroys,
}

/// What the console's own deeds write, and of each what is theirs: when somebody was last seen, which code was used and who is at
/// some work is written by no deed.
const KEPT: [(&str, &str); 16] = [
    ("operators", "id, name, role, password_hash, totp_secret, disabled_at"),
    ("recovery_codes", "operator, hash"),
    ("web_sessions", "operator, id_hash"),
    ("grants", "id, approved, decided_by, started_at, ended_at, revoked_at"),
    ("grant_roles", "grant_id, instance, state"),
    ("linked_accounts", "operator, instance, account"),
    ("left_tokens", "operator, instance, account"),
    ("setup_links", "hash, role, name"),
    ("reset_links", "hash, operator"),
    ("case_holds", "instance, account, operator, sealed_note"),
    ("account_notes", "id, sealed, withdrawn_at"),
    ("alarms", "id, acknowledged_by, acknowledged_at, acknowledged_entry"),
    ("access_requests", "id, state, sealed_told, sealed_answer"),
    ("policies", "instance, version, operator, policy"),
    ("review_weeks", "week, committed, drawn"),
    ("review_samples", "entry, reviewer, opinion, verdict, settled"),
];

fn pool(house: &House) -> &PgPool {
    let Driver::Postgres(pool) = &house.app.store.driver else { panic!("PostgreSQL was asked for") };
    pool
}

/// Everything that deeds write, table by table.
async fn kept(house: &House) -> BTreeMap<&'static str, Vec<String>> {
    let mut all = BTreeMap::new();
    for (table, columns) in KEPT {
        let sql = format!("select row({columns})::text from {table} order by 1");
        let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(pool(house)).await.unwrap();
        all.insert(table, rows);
    }
    all
}

/// The transactions later than one that wrote what stands there now; sessions are written by requests as well.
async fn transactions_since(house: &House, before: i64) -> BTreeSet<i64> {
    let mut all = BTreeSet::new();
    for (table, _) in KEPT.iter().filter(|(table, _)| *table != "web_sessions") {
        let sql = format!("select distinct xmin::text::bigint from {table} where xmin::text::bigint > $1");
        let found: Vec<i64> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(before).fetch_all(pool(house)).await.unwrap();
        all.extend(found);
    }
    all
}

/// How many intents of a kind there are, and how many outcomes.
async fn entries(house: &House, kind: &str) -> (i64, i64) {
    sqlx::query_as(
        "select count(*) filter (where kind = 'intent'), count(*) filter (where kind = 'outcome') \
         from ledger_entries where deed = $1",
    )
    .bind(kind)
    .fetch_one(pool(house))
    .await
    .unwrap()
}

/// Who and what the deeds are about.
struct Stage {
    house: House,
    owner: String,
    admin: String,
    moderator: String,
    /// Somebody who changes how they sign in.
    own: String,
    /// Somebody who links an account.
    links: String,
    account: String,
    waiting: GrantId,
    running: GrantId,
    request: String,
    note: String,
    subject: String,
    /// A decision of the moderator's that was drawn.
    drawn: String,
    /// One that a reviewer proposed to undo.
    proposed: String,
}

impl Stage {
    /// A grant of everything, asked for and not decided.
    async fn asks(house: &House, who: &str, starts: i64) -> Result<GrantId, howdah::problem::Problem> {
        let actor = command_actor();
        let now = house.app.clock.now();
        let asked = Asked {
            operator: OperatorId(format!("01{who}")),
            scope: Scope {
                instances: vec!["harbour".parse().unwrap()],
                categories: Category::ALL.to_vec(),
                sign_ups: false,
                reveal: false,
            },
            starts_at: now.plus(starts),
            ends_at: now.plus(30 * DAY),
            sponsor: actor.operator.clone(),
            sponsor_name: actor.name.clone(),
            agreement: "T-1".to_owned(),
            roles: Vec::new(),
        };
        record(&house.app, &actor, asked, "a test").await.map(|(id, _)| id)
    }

    async fn decides(house: &House, id: &GrantId) -> Result<(), howdah::problem::Problem> {
        let asked = grants::by_id(&house.app.store, &house.app.keys, id).await.unwrap().unwrap();
        decided(&house.app, &command_actor(), asked, true, "a test", Decider::AtServer).await.map(drop)
    }

    async fn new() -> Self {
        let house = timed(house(postgres().await).await).await;
        let app = &house.app;
        app.ledger.seal_rows_once().await.unwrap();
        kept_by(app, "a process").await.unwrap();
        for (name, role) in [
            ("victim", Role::Moderator),
            ("changes", Role::Moderator),
            ("own", Role::Auditor),
            ("links", Role::Moderator),
            ("unlinks", Role::Moderator),
            ("hired", Role::Contractor),
            ("waits", Role::Contractor),
            ("revoked", Role::Contractor),
        ] {
            person(app, name, role).await;
        }
        let (owner, admin) = (house.sign_in("owner").await, house.sign_in("admin").await);
        let (moderator, own) = (house.sign_in("moderator").await, house.sign_in("own").await);
        let links = house.sign_in("links").await;
        house.sign_in("victim").await;
        let unlinks = house.sign_in("unlinks").await;
        link(&house, &unlinks, "mirakost").await;

        // Grants at each of their steps; what is due at once is done.
        let running = Self::asks(&house, "revoked", 0).await.unwrap();
        Self::decides(&house, &running).await.unwrap();
        kept_by(app, "a process").await.unwrap();
        let waiting = Self::asks(&house, "waits", DAY).await.unwrap();
        let (account, _) = house.case("windvane").await;
        let form = [("instance", "harbour"), ("account", account.as_str()), ("text", "Knows them."), ("back", "/")];
        house.post(Some(&moderator), "/api/accounts/note", &form).await;
        let on = "harbour".parse().unwrap();
        let notes = account_notes::about(&app.store, &app.keys, &on, account.parse().unwrap()).await.unwrap();
        let note = notes[0].id.clone();
        let form = [("instance", "harbour"), ("account", account.as_str()), ("claim", "yes"), ("back", "/")];
        house.post(Some(&moderator), "/api/reports/hold", &form).await;
        let request = id_of(&enter(&house, &admin).await);
        let filter = Filter { kind: Some("write_note".into()), limit: 1, ..Filter::default() };
        let entry = app.ledger.list(&filter).await.unwrap()[0].index;
        let subject = words::subject_of(app, entry).await.unwrap();
        house.sign_in("hired").await;
        let form = [("instance", "harbour"), ("account", account.as_str()), ("what", "email"), ("why", "a test")];
        house.post(Some(&moderator), "/api/reports/reveal", &form).await;
        let filter = Filter { kind: Some("reveal".into()), limit: 1, ..Filter::default() };
        let drawn = app.ledger.list(&filter).await.unwrap()[0].index;
        let names = crate::reviews::two(&house).await;
        let name = names.iter().find(|name| *name != "windvane").unwrap();
        let (_, proposed) = crate::reviews::decide(&house, &moderator, name, "silence", "a ring").await;
        for (entry, sort) in [(drawn, "reveals"), (proposed, "reports")] {
            sqlx::query(
                "insert into review_samples (entry, week, operator, sort, subject) \
                 select idx, '2026-11-23', operator, $2, subject from ledger_entries where idx = $1",
            )
            .bind(entry)
            .bind(sort)
            .execute(pool(&house))
            .await
            .unwrap();
            crate::support::seal_sample(&house.app, entry).await;
        }
        let (drawn, proposed) = (drawn.to_string(), proposed.to_string());
        let form = [("decision", proposed.as_str()), ("opinion", "warn"), ("back", "/")];
        house.post(Some(&owner), "/api/reviews/opinion", &form).await;
        let form = [("decision", proposed.as_str()), ("verdict", "reverse"), ("why", "too much"), ("back", "/")];
        house.post(Some(&owner), "/api/reviews/judge", &form).await;
        let now = app.clock.now();
        let alarm = Raised {
            kind: AlarmKind::AtServer,
            cause: "a test".to_owned(),
            operator: None,
            instance: None,
            about: None,
            first_at: now,
            last_at: now,
            number: 1,
            adds: true,
            usual: None,
            entries: vec![0],
        };
        alarms::raise(&app.store, &alarm, now).await.unwrap();
        Self {
            owner,
            admin,
            moderator,
            own,
            links,
            account,
            waiting,
            running,
            request,
            note,
            subject,
            drawn,
            proposed,
            house,
        }
    }

    async fn post(&self, cookie: &str, path: &str, fields: &[(&str, &str)]) -> String {
        let form = [fields, &[("back", "/")]].concat();
        self.house.post(Some(cookie), path, &form).await.location.unwrap_or_default()
    }

    /// Sets an authenticator; the secret, whatever came of it.
    async fn set_factor(&self) -> String {
        let begun = self.post(&self.own, "/api/your-sign-in/begin-factor", &[("present", PASSWORD)]).await;
        assert!(begun.contains("setting="), "{begun}");
        let page = self.house.get(Some(&self.own), &begun).await.body;
        let secret = between(&page, "<code>", "<").replace(' ', "");
        let id = begun.split("setting=").nth(1).unwrap();
        let typed = code(&secret, &self.house.app.clock);
        self.post(&self.own, "/api/your-sign-in/set-factor", &[("setting", id), ("code", &typed)]).await;
        secret
    }

    /// Does it, whatever comes of it: through the service that people reach, or the job.
    async fn does(&self, kind: &str, secret: &mut String) {
        let (house, app) = (&self.house, &self.house.app);
        let on = [("instance", "harbour"), ("account", self.account.as_str())];
        let about = |more: &[(&'static str, &'static str)]| [&on[..], more].concat();
        let who = |id: &'static str| [("operator", id), ("why", "a test")];
        let get = async |cookie: &str, path: &str| drop(house.get(Some(cookie), path).await);
        match kind {
            "hand_over_case" => {
                drop(
                    self.post(&self.moderator, "/api/reports/hand-over", &about(&[("to", "01admin"), ("note", "x")]))
                        .await,
                );
            }
            "search_personal" => {
                let form = [("instance", "harbour"), ("q", "nobody@nowhere.example"), ("why", "a test")];
                drop(self.post(&self.moderator, "/api/accounts/search", &form).await);
            }
            "reveal" => {
                let form = about(&[("what", "email"), ("why", "a test")]);
                drop(self.post(&self.moderator, "/api/reports/reveal", &form).await);
            }
            "add_operator" => {
                let hash = app.passwords.hash(PASSWORD).await.unwrap();
                let deed =
                    AddOperator { operator: OperatorId("01new".into()), name: "new".into(), role: Role::Auditor };
                let _tried = service::add(app, command_actor(), deed, hash, None, "a test").await;
            }
            "disable_operator" => {
                let form = [&who("01victim")[..], &[("disabled", "yes")]].concat();
                drop(self.post(&self.owner, "/api/people/disable", &form).await);
            }
            "end_sessions" => drop(self.post(&self.owner, "/api/people/end-sessions", &who("01victim")).await),
            "offer_access" => {
                let form = [("name", "Somebody New"), ("role", "moderator"), ("why", "a test")];
                drop(self.post(&self.owner, "/api/people/offer", &form).await);
            }
            "change_operator_role" => {
                let form = [&who("01changes")[..], &[("role", "auditor"), ("seen", "moderator")]].concat();
                drop(self.post(&self.owner, "/api/people/role", &form).await);
            }
            "export_record" => get(&self.owner, "/audit/export.csv?kind=start_grant").await,
            "sign_off_access" => {
                let page = house.get(Some(&self.owner), "/audit/access").await.body;
                let value = |name: &str| between(&page, &format!("name=\"{name}\" value=\""), "\"").to_owned();
                let (at, seen) = (between(&page, "name=\"at\" value=\"2", "\"").to_owned(), value("seen"));
                let form = [("at", format!("2{at}")), ("seen", seen), ("why", "all of it".to_owned())];
                let form: Vec<(&str, &str)> = form.iter().map(|(key, value)| (*key, value.as_str())).collect();
                drop(self.post(&self.owner, "/api/audit/sign-off", &form).await);
            }
            "look_ahead" => {
                drop(self.post(&self.owner, "/api/reviews/look", &[("decision", self.drawn.as_str())]).await);
            }
            "settle_proposal" => {
                let form = [("decision", self.proposed.as_str()), ("why", "it stands")];
                drop(self.post(&self.admin, "/api/reviews/decline", &form).await);
            }
            "give_opinion" => {
                let form = [("decision", self.drawn.as_str()), ("opinion", "enough")];
                drop(self.post(&self.owner, "/api/reviews/opinion", &form).await);
            }
            "judge_decision" => {
                let form = [("decision", self.drawn.as_str()), ("verdict", "agree")];
                drop(self.post(&self.owner, "/api/reviews/judge", &form).await);
            }
            "export_sheet" => get(&self.owner, "/grants/01hired/timesheet.csv").await,
            "ask_grant" => drop(Self::asks(house, "contractor", DAY).await),
            "decide_grant" => drop(Self::decides(house, &self.waiting).await),
            "revoke_grant" => {
                drop(self.post(&self.owner, "/api/grants/revoke", &[("grant", &self.running.0), ("why", "x")]).await);
            }
            "enter_access_request" => drop(enter(house, &self.admin).await),
            "refuse_access_request" => {
                let form = [("instance", "harbour"), ("request", self.request.as_str()), ("answer", "Not now.")];
                drop(self.post(&self.admin, "/api/access-requests/refuse", &form).await);
            }
            "write_note" => drop(self.post(&self.moderator, "/api/accounts/note", &about(&[("text", "Again.")])).await),
            "withdraw_note" => {
                let form = [&on[..], &[("note", self.note.as_str())]].concat();
                drop(self.post(&self.moderator, "/api/accounts/withdraw-note", &form).await);
            }
            "acknowledge_alarm" => {
                let open = alarms::list(&app.store, true, None, 1).await.unwrap();
                let form = [("alarm", open[0].id.as_str()), ("why", "looked at")];
                drop(self.post(&self.owner, "/api/alarms/acknowledge", &form).await);
            }
            "link_account" => drop(link(house, &self.links, "jonastran").await),
            "unlink_account" => {
                let form = [("instance", "harbour"), ("operator", "01unlinks"), ("why", "a test")];
                drop(self.post(&self.owner, "/api/people/unlink", &form).await);
            }
            "change_password" => {
                let form =
                    [("present", PASSWORD), ("password", "a long night shift"), ("repeat", "a long night shift")];
                drop(self.post(&self.moderator, "/api/your-sign-in/password", &form).await);
            }
            "set_factor" => *secret = self.set_factor().await,
            "new_recovery_codes" => {
                // A code is used once, and in its time.
                app.clock.advance(31 * SECOND);
                let typed = code(secret, &app.clock);
                let form = [("present", PASSWORD), ("code", typed.as_str())];
                drop(self.post(&self.own, "/api/your-sign-in/recovery-codes", &form).await);
            }
            "reset_sign_in" => {
                drop(self.post(&self.owner, "/api/people/reset", &who("01changes")).await);
            }
            "change_policy" => {
                let mut form = vec![
                    ("instance", "harbour"),
                    ("version", "0"),
                    ("zone", "UTC"),
                    ("otherwise", "approved"),
                    ("stay", "60"),
                    ("tolerance", "120"),
                    ("why", "a test"),
                ];
                for measure in Measure::ALL {
                    form.extend([("measure[]", measure.key()), ("enter[]", ""), ("leave[]", ""), ("to[]", "approved")]);
                }
                drop(self.post(&self.owner, "/api/registrations/policy", &form).await);
            }
            "destroy_words" => drop(words::destroy_at_server(app, &self.subject, "a test".into()).await),
            other => panic!("{other} is done by nothing here: give it its service"),
        }
    }
}

async fn enter(house: &House, cookie: &str) -> String {
    let form = [
        ("instance", "harbour"),
        ("accounts", "1"),
        ("who", "Nora"),
        ("organisation", ""),
        ("contact", ""),
        ("why", "runs a library"),
        ("back", "/"),
    ];
    house.post(Some(cookie), "/api/access-requests/enter", &form).await.location.unwrap_or_default()
}

/// In an order in which each finds what it needs.
const ORDER: [(&str, Does); 31] = [
    ("search_personal", Does::Reads),
    ("reveal", Does::Reads),
    ("export_record", Does::Reads),
    ("export_sheet", Does::Reads),
    ("sign_off_access", Does::Reads),
    ("look_ahead", Does::Reads),
    ("give_opinion", Does::Writes),
    ("judge_decision", Does::Writes),
    ("settle_proposal", Does::Writes),
    ("hand_over_case", Does::Writes),
    ("write_note", Does::Writes),
    ("withdraw_note", Does::Writes),
    ("enter_access_request", Does::Writes),
    ("refuse_access_request", Does::Writes),
    ("acknowledge_alarm", Does::Writes),
    ("ask_grant", Does::Writes),
    ("decide_grant", Does::Writes),
    ("revoke_grant", Does::Writes),
    ("link_account", Does::Writes),
    ("unlink_account", Does::Writes),
    ("change_policy", Does::Writes),
    ("add_operator", Does::Writes),
    ("offer_access", Does::Writes),
    ("change_operator_role", Does::Writes),
    ("reset_sign_in", Does::Writes),
    ("end_sessions", Does::Writes),
    ("disable_operator", Does::Writes),
    ("set_factor", Does::Writes),
    ("new_recovery_codes", Does::Writes),
    ("change_password", Does::Writes),
    ("destroy_words", Does::Destroys),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_is_one_entry_one_outcome_and_one_transaction_or_nothing() {
    let all: BTreeSet<&str> = OWN_KINDS.iter().copied().collect();
    let tried: BTreeSet<&str> = ORDER.iter().map(|(kind, _)| *kind).chain(BY_JOBS).chain([FORMER]).collect();
    assert_eq!(tried, all, "each kind there is, and no other");
    let stage = Stage::new().await;
    let house = &stage.house;
    let mut secret = String::new();
    for (kind, does) in ORDER {
        if does == Does::Writes {
            is_broken_off(&stage, kind, &mut secret).await;
        }
        let (before, (intents, outcomes)) = (kept(house).await, entries(house, kind).await);
        let transaction: i64 = sqlx::query_scalar("select txid_current()").fetch_one(pool(house)).await.unwrap();
        stage.does(kind, &mut secret).await;
        assert_eq!(entries(house, kind).await, (intents + 1, outcomes + 1), "{kind}: one entry, and its outcome");
        assert_eq!(house.outcome(kind).await, Some(Outcome::Succeeded), "{kind}");
        let written = transactions_since(house, transaction).await;
        match does {
            Does::Writes => {
                assert_ne!(kept(house).await, before, "{kind} changed nothing");
                assert!(written.len() <= 1, "{kind} wrote in more than one transaction: {written:?}");
            }
            Does::Reads | Does::Destroys => {
                assert_eq!(kept(house).await, before, "{kind}");
                assert!(written.is_empty(), "{kind}");
            }
        }
        assert_eq!(house.open_deeds().await, 0, "{kind}");
        whole(house).await;
    }
    assert_eq!(house.app.ledger.contradiction(), None);
}

/// Another process takes the deed over while this one waits for its tables: nothing of it is written, and it has not succeeded.
async fn is_broken_off(stage: &Stage, kind: &str, secret: &mut String) {
    // In this database, by a deed that locks what it may write.
    const WAITS: &str = "select count(*) from pg_stat_activity where datname = current_database() \
        and wait_event_type = 'Lock' and state = 'active' and query like '%lock table operators%'";
    let house = &stage.house;
    let (before, (intents, _)) = (kept(house).await, entries(house, kind).await);
    let mut held = pool(house).begin().await.unwrap();
    sqlx::query("lock table account_notes in share row exclusive mode").execute(&mut *held).await.unwrap();
    let takes_over = async {
        until(kind, async || sqlx::query_scalar::<_, i64>(WAITS).fetch_one(pool(house)).await.unwrap() > 0).await;
        sqlx::query("update open_deeds set lease = 'another process'").execute(pool(house)).await.unwrap();
        held.commit().await.unwrap();
    };
    tokio::join!(stage.does(kind, secret), takes_over);
    assert_eq!(kept(house).await, before, "{kind}: something of it is done");
    closed_elsewhere(house).await;
    let (now, outcomes) = entries(house, kind).await;
    assert_eq!((now, outcomes), (intents + 1, intents + 1), "{kind}: one entry, and its outcome");
    assert_ne!(house.outcome(kind).await, Some(Outcome::Succeeded), "{kind}");
    assert_eq!(kept(house).await, before, "{kind}: something of it is done");
    whole(house).await;
}
