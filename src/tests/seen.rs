//! What the console says of registrations and of health is what was asked for and answered: a table each of what stands
//! between it and the instance, and what the page must say.

use crate::support::{
    Front, House, Instead, aged, house, house_of, house_with, postgres, sql, sqlite, until, variable,
};
use axum::http::Method;
use howdah::{
    cli,
    clock::Clock,
    ledger::{Filter, Outcome},
    registrations::service::settle_due,
    seal::Keys,
};
use practice::version::Version;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

const PAGE: &str = "/i/harbour/registrations";
const FROM_APPROVED: &str = "[[\"--- approved\\n\"],[\"--- We are full for the moment.\\n\"]]";

pub async fn set(house: &House, cookie: &str, mode: &str) -> String {
    let message = ("message", "We are full for the moment.");
    let form =
        [("instance", "harbour"), ("mode", mode), message, ("why", "a wave"), ("seen", FROM_APPROVED), ("back", PAGE)];
    let answer = house.post(Some(cookie), "/api/registrations/set", &form).await;
    let location = answer.location.unwrap_or_else(|| panic!("{}", answer.body));
    house.get(Some(cookie), &location).await.body
}

/// A page as it is read: without tags.
pub fn text(page: &str) -> String {
    let mut inside = false;
    let kept: String = page
        .chars()
        .filter(|c| {
            inside = if *c == '<' { true } else { inside };
            let keep = !inside;
            inside = if *c == '>' { false } else { inside };
            keep
        })
        .collect();
    let kept = kept.split_once("Skip to content").map_or(kept.clone(), |(_, page)| page.to_owned());
    kept.replace("&quot;", "\"").replace("&amp;", "&").replace("&#39;", "'").replace("&#x27;", "'")
}

/// Everybody's answers are in Mastodon's caches, and in those in front.
async fn warm(house: &House) {
    let base = &house.config.instances[0].base_url;
    for path in ["/auth/sign_up", "/api/v2/instance", "/api/v1/instance", "/nodeinfo/2.0"] {
        reqwest::get(base.join(path).unwrap()).await.unwrap().bytes().await.unwrap();
    }
}

/// What the record says of the last change besides its outcome, newest first.
async fn noted(house: &House) -> Vec<String> {
    let mut all = Vec::new();
    for kind in ["registrations_settled", "registrations_unsettled"] {
        let filter = howdah::ledger::Filter { kind: Some(kind.to_owned()), limit: 10, ..Default::default() };
        let entries = house.app.ledger.list(&filter).await.unwrap();
        all.extend(entries.into_iter().map(|entry| (entry.index, entry.deed)));
    }
    all.sort();
    all.into_iter().rev().map(|(_, kind)| kind).collect()
}

/// Whether nothing is watched any more: the last change is seen everywhere.
async fn settled(house: &House) -> bool {
    howdah::store::settling::of(&house.app.store, &"harbour".parse().unwrap()).await.unwrap().is_none()
}

/// An own database of the tests' Redis.
async fn redis(number: u8) -> String {
    let url = format!("{}/{number}", variable("HOWDAH_TEST_REDIS").trim_end_matches('/'));
    let mut connection = redis::Client::open(url.as_str()).unwrap().get_multiplexed_async_connection().await.unwrap();
    redis::cmd("FLUSHDB").query_async::<()>(&mut connection).await.unwrap();
    url
}

/// A way to Redis that can be held up.
#[derive(Clone)]
struct Way {
    url: String,
    held: Arc<AtomicBool>,
}

async fn way(number: u8) -> Way {
    let to = variable("HOWDAH_TEST_REDIS");
    let to = to.trim_start_matches("redis://").trim_end_matches('/').to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}/{number}", listener.local_addr().unwrap());
    let held = Arc::new(AtomicBool::new(false));
    let hold = held.clone();
    tokio::spawn(async move {
        loop {
            let (mut here, _) = listener.accept().await.unwrap();
            let (to, hold) = (to.clone(), hold.clone());
            tokio::spawn(async move {
                let mut there = TcpStream::connect(to).await.unwrap();
                let (mut one, mut two) = ([0; 4096], [0; 4096]);
                loop {
                    tokio::select! {
                        read = here.read(&mut one) => {
                            let Ok(read @ 1..) = read else { return };
                            while hold.load(Ordering::SeqCst) {
                                tokio::time::sleep(Duration::from_millis(20)).await;
                            }
                            if there.write_all(&one[..read]).await.is_err() { return }
                        }
                        read = there.read(&mut two) => {
                            let Ok(read @ 1..) = read else { return };
                            if here.write_all(&two[..read]).await.is_err() { return }
                        }
                    }
                }
            });
        }
    });
    Way { url, held }
}

/// A Redis that lets nobody in.
async fn locked() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}/0", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut here, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut asked = [0; 4096];
                while let Ok(1..) = here.read(&mut asked).await {
                    let commands = asked.iter().filter(|byte| **byte == b'*').count();
                    asked = [0; 4096];
                    for _ in 0..commands {
                        let said = b"-NOAUTH Authentication required.\r\n";
                        if here.write_all(said).await.is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
    url
}

fn instead(
    path: &'static str,
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
) -> Instead {
    Instead { method: Method::GET, path, status, headers, body }
}

/// What stands between: what is set up, the change, what the page must and must not say, and the outcome.
struct Between {
    name: &'static str,
    front: fn(&Front),
    mode: &'static str,
    says: &'static [&'static str],
    never: &'static [&'static str],
    outcome: Outcome,
}

const CASES: &[Between] = &[
    Between {
        name: "nothing",
        front: |_| {},
        mode: "none",
        says: &[
            "agrees accepts no sign-ups: “Your registration attempt has been blocked due to a network policy.”",
            "Public API, asked past the caches in frontagrees closed, “We are full for the moment.”",
            "Done and verified",
        ],
        never: &["differs"],
        outcome: Outcome::Succeeded,
    },
    Between {
        name: "the cache of the nginx that Mastodon ships",
        front: Front::keep,
        mode: "none",
        says: &[
            "Public API, asked past the caches in frontagrees closed",
            "Public API, as visitors get itdiffers with approval; a cache in front, by Mastodon’s own header, expires \
            at",
            "saved, but not yet seen everywhere",
        ],
        never: &["Done and verified"],
        outcome: Outcome::Partly,
    },
    Between {
        name: "single-user mode",
        front: |front| {
            front.instead(vec![
                instead("/auth/sign_up", 302, &[("location", "/")], ""),
                instead("/auth/sign_in", 200, &[], "<form action=\"/auth/sign_in\" method=\"post\">"),
                instead(
                    "/api/v2/instance",
                    200,
                    &[("content-type", "application/json")],
                    r#"{"domain":"harbour.example","version":"4.6.5","registrations":{"enabled":false,"approval_required":false,"message":null}}"#,
                ),
            ]);
        },
        mode: "open",
        says: &[
            "Sign-up pagediffers accepts no sign-ups: people are sent to the first page",
            "Mastodon’s copy of the setting expires at",
            "or single-user mode, OMNIAUTH_ONLY or an IP rule for this console can cause that",
            "differs closed",
        ],
        never: &["Done and verified"],
        outcome: Outcome::Partly,
    },
    Between {
        name: "single sign-on alone",
        front: |front| {
            front.instead(vec![
                instead(
                    "/auth/sign_up",
                    302,
                    &[("location", "/auth/sign_in"), ("set-cookie", "_mastodon_session=a; path=/")],
                    "",
                ),
                instead(
                    "/auth/sign_in",
                    200,
                    &[],
                    "<a class=\"btn\" data-method=\"post\" href=\"/auth/auth/openid_connect\">Log in</a>",
                ),
            ]);
        },
        mode: "open",
        says: &[
            "Sign-up pagediffers accepts no sign-ups: people are sent to the sign-in page",
            "OMNIAUTH_ONLY",
            "asked past the caches in frontagrees open",
        ],
        never: &["Done and verified"],
        outcome: Outcome::Partly,
    },
    Between {
        name: "a challenge in front of the pages",
        front: |front| {
            front.instead(vec![instead(
                "/auth/sign_up",
                403,
                &[("cf-mitigated", "challenge"), ("content-type", "text/html")],
                "<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>",
            )]);
        },
        mode: "none",
        says: &["Sign-up pagenot known 403: “Just a moment...”", "asked past the caches in frontagrees closed"],
        never: &["Done and verified", "accepts no sign-ups"],
        outcome: Outcome::Partly,
    },
    Between {
        name: "a page of somebody else with a form",
        front: |front| {
            front.instead(vec![instead(
                "/auth/sign_up",
                200,
                &[],
                "<title>Portal</title><form action=\"/login\" method=\"post\">",
            )]);
        },
        mode: "none",
        says: &["not known a page without a sign-up form: “Portal”"],
        never: &["Done and verified"],
        outcome: Outcome::Partly,
    },
];

#[tokio::test]
async fn what_visitors_meet_is_asked_and_nothing_is_done_before_all_of_it_agrees() {
    for case in CASES {
        let house = house(sqlite().await).await;
        let owner = house.sign_in("owner").await;
        (case.front)(&house.front);
        warm(&house).await;
        let page = text(&set(&house, &owner, case.mode).await);
        for words in case.says {
            assert!(page.contains(words), "{}: {words}\n{page}", case.name);
        }
        for words in case.never.iter().chain(&["reads the setting anew"]) {
            assert!(!page.contains(words), "{}: {words}\n{page}", case.name);
        }
        assert_eq!(house.outcome("set_registrations").await, Some(case.outcome), "{}", case.name);
        assert_eq!(house.open_deeds().await, 0);
    }
}

/// A server of one person: whatever is set, nobody can sign up, and there is nothing to wait for.
#[tokio::test]
async fn in_single_user_mode_the_setting_counts_for_nothing_and_nothing_is_watched() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    house.front.instead(vec![
        instead("/auth/sign_up", 302, &[("location", "/auth/sign_in")], ""),
        instead(
            "/auth/sign_in",
            200,
            &[],
            "Your registration attempt has been blocked due to a network policy. <form action=\"/auth/sign_in\" method=\"post\">",
        ),
        instead("/?", 200, &[], r#"<script id="initial-state">{"meta":{"domain":"harbour.example","single_user_mode":true}}"#),
        instead(
            "/api/v2/instance",
            200,
            &[("content-type", "application/json")],
            r#"{"domain":"harbour.example","version":"4.6.5","registrations":{"enabled":false,"approval_required":false,"message":null}}"#,
        ),
    ]);
    let notice = text(&set(&house, &owner, "open").await);
    assert!(notice.contains("in single-user mode nobody can sign up"), "{notice}");
    assert!(!notice.contains("not yet seen everywhere"), "{notice}");
    until("nothing is watched", async || settled(&house).await).await;
    until("that is noted", async || noted(&house).await == ["registrations_unsettled"]).await;
    let page = text(&house.get(Some(&owner), PAGE).await.body);
    for words in [
        "single-user mode (SINGLE_USER_MODE): nobody can sign up, whatever this setting says",
        "Registrations single-user",
        "Settingopen",
        "accepts no sign-ups: “Your registration attempt has been blocked due to a network policy.”; single-user \
        mode, whatever",
        "closed; single-user mode, whatever the setting says",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    for words in ["expires at", "not yet seen everywhere", "looked at", "OMNIAUTH_ONLY"] {
        assert!(!page.contains(words), "{words}\n{page}");
    }
    let overview = text(&house.get(Some(&owner), "/i/harbour").await.body);
    assert!(overview.contains("Registrationssingle-usernobody can sign up; the setting says “open”"), "{overview}");
    assert!(!overview.contains("no moderator has decided anything"), "{overview}");
    // A console that has just been started says it as well.
    let app = cli::assemble(house.config.clone(), Clock::System, Keys::from_secret([7; 32]), house.store.store.clone())
        .unwrap();
    let instance = app.instances.values().next().unwrap();
    instance.probe(app.clock.now()).await;
    assert!(instance.seen().is_none() && instance.is_single_user());
}

#[tokio::test]
async fn an_older_release_sends_people_to_its_first_page() {
    let house = house_of(sqlite().await, Version::V43).await;
    let owner = house.sign_in("owner").await;
    let page = text(&set(&house, &owner, "none").await);
    assert!(page.contains("agrees accepts no sign-ups: people are sent to the first page"), "{page}");
    assert_eq!(house.outcome("set_registrations").await, Some(Outcome::Succeeded));
}

/// A hold is kept by the console alone; what it set stands in another entry, and what of that was not seen is not called done.
#[tokio::test]
async fn an_emergency_is_not_called_done_while_visitors_were_seen_to_get_the_former() {
    let cache = redis(55).await;
    let way = way(55).await;
    let house = house_with(sqlite().await, Version::V46, Some(&cache), Some(way.url.clone())).await;
    let owner = house.sign_in("owner").await;
    warm(&house).await;
    way.held.store(true, Ordering::SeqCst);
    let form = [("instance", "harbour"), ("why", "a wave"), ("version", "0")];
    let pressed = house.post(Some(&owner), "/api/registrations/emergency", &form).await;
    let location = pressed.location.unwrap();
    let notice = text(&house.get(Some(&owner), &location).await.body);
    assert_eq!(house.outcome("set_registrations").await, Some(Outcome::Partly));
    assert!(notice.contains("Pressed emergency") && notice.contains("saved, but not yet seen everywhere"), "{notice}");
    assert!(!notice.contains("Done and verified"), "{notice}");
    // Nor when it is looked for no longer, without having been seen.
    aged(&house.store.store, "update settling set instance = 'elsewhere'").await;
    let later = text(&house.get(Some(&owner), &location).await.body);
    assert!(later.contains("Pressed emergency") && !later.contains("Done and verified"), "{later}");
    aged(&house.store.store, "update settling set instance = 'harbour'").await;
    // Once it was seen, it is done.
    way.held.store(false, Ordering::SeqCst);
    aged(&house.store.store, "update settling set next_at = 0").await;
    settle_due(&house.app).await.unwrap();
    let page = text(&house.get(Some(&owner), &location).await.body);
    assert!(page.contains("Pressed emergency") && !page.contains("not yet seen everywhere"), "{page}");
    // Nor is it where what was set for it has no outcome, or can't be read.
    sql(&house.store.store, "drop trigger ledger_entries_no_update").await.unwrap();
    for taken in [
        "update ledger_entries set intent = -1 where intent = $",
        "update ledger_entries set leaf = x'ff' where idx = $",
    ] {
        let set = Filter { kind: Some("set_registrations".into()), limit: 1, ..Filter::default() };
        let set = house.app.ledger.list(&set).await.unwrap().remove(0);
        sql(&house.store.store, &taken.replace('$', &set.index.to_string())).await.unwrap();
        let page = text(&house.get(Some(&owner), &location).await.body);
        assert!(page.contains("Pressed emergency") && page.contains("not yet seen everywhere"), "{taken}: {page}");
    }
}

/// Where somebody has changed the setting since, nothing is reckoned from our own change: neither when copies expire, nor that something
/// else keeps them, nor that the caches which we cleared agree.
#[tokio::test]
async fn after_a_change_elsewhere_no_copy_is_held_against_ours() {
    let cache = redis(54).await;
    let house = house_with(sqlite().await, Version::V46, Some(&cache), Some(cache.clone())).await;
    let owner = house.sign_in("owner").await;
    warm(&house).await;
    set(&house, &owner, "none").await;
    warm(&house).await;
    for sql in ["--- open\n", "--- approved\n"] {
        let elsewhere = format!("update settings set value = '{sql}' where var = 'registrations_mode'");
        sqlx::query(sqlx::AssertSqlSafe(elsewhere)).execute(&house.instance).await.unwrap();
        let page = text(&house.get(Some(&owner), PAGE).await.body);
        assert!(page.contains("changed outside the console since our last change"), "{page}");
        assert!(page.contains("differs") && page.contains("may predate an outside change"), "{page}");
        for untrue in ["should have expired", "expires at", "something else keeps it", "cachesagrees"] {
            assert!(!page.contains(untrue), "“{untrue}”: {page}");
        }
    }
}

#[tokio::test]
async fn caches_that_could_not_be_told_are_told_until_they_agree_also_after_a_restart() {
    for (number, kept) in [(56, sqlite().await), (57, postgres().await)] {
        let cache = redis(number).await;
        let way = way(number).await;
        let house = house_with(kept, Version::V46, Some(&cache), Some(way.url.clone())).await;
        let owner = house.sign_in("owner").await;
        warm(&house).await;
        way.held.store(true, Ordering::SeqCst);
        let page = text(&set(&house, &owner, "none").await);
        for words in [
            "Sign-up pagediffers accepts sign-ups, after the server rules; Mastodon’s copy of the setting expires at",
            "frontdiffers with approval",
            "cachesnot known could not be cleared at",
            "not yet seen everywhere",
        ] {
            assert!(page.contains(words), "{words}\n{page}");
        }
        assert_eq!(house.outcome("set_registrations").await, Some(Outcome::Partly));
        assert_eq!(noted(&house).await, Vec::<String>::new(), "the outcome says it already");
        // It is still so when the job looks; nothing is claimed, and nothing is forgotten.
        aged(&house.store.store, "update settling set next_at = 0").await;
        settle_due(&house.app).await.unwrap();
        let page = text(&house.get(Some(&owner), PAGE).await.body);
        assert!(
            page.contains("not seen everywhere yet · since") && page.contains("cachesnot known could not be cleared"),
            "{page}"
        );
        // Another process goes on with it, once Redis answers.
        way.held.store(false, Ordering::SeqCst);
        let keys = Keys::from_secret([7; 32]);
        let next = cli::assemble(house.config.clone(), Clock::System, keys, house.store.store.clone()).unwrap();
        aged(&house.store.store, "update settling set next_at = 0").await;
        settle_due(&next).await.unwrap();
        assert_eq!(noted(&house).await, ["registrations_settled"]);
        // What was seen is asked anew after a second.
        until("the page says that all agree", async || {
            let page = text(&house.get(Some(&owner), PAGE).await.body);
            page.contains("agrees accepts no sign-ups: “Your registration attempt")
        })
        .await;
        let page = text(&house.get(Some(&owner), PAGE).await.body);
        assert!(!page.contains("not yet seen everywhere") && !page.contains("differs takes"), "{page}");
        assert!(page.contains("found that all visitors see"), "it stands among the changes: {page}");
        settle_due(&next).await.unwrap();
        assert_eq!(noted(&house).await, ["registrations_settled"], "once");
        // What nobody began is not told of, whoever writes that it was.
        for entry in ["0", "999999", "(select max(idx) from ledger_entries where deed = 'set_registrations')"] {
            aged(
                &house.store.store,
                &format!(
                    "insert into settling (instance, entry, mode, since, tries, next_at, forgotten_at, recorded) \
                     values ('harbour', {entry}, 'none', 0, 0, 0, null, 1)"
                ),
            )
            .await;
            settle_due(&next).await.unwrap();
            assert_eq!(noted(&house).await, ["registrations_settled"], "{entry}");
            aged(&house.store.store, "delete from settling").await;
        }
    }
}

#[tokio::test]
async fn a_redis_that_is_not_mastodons_or_lets_nobody_in_is_no_proof() {
    let other = redis(58).await;
    let locked = locked().await;
    // What the one before still asks for would be kept for the next.
    for (number, url, says, told) in [
        (
            59,
            other,
            "cachesnot known at",
            "this Redis held none of Mastodon’s keys: they had expired, or redis_url points elsewhere",
        ),
        (63, locked, "cachesnot known could not be cleared at", "could not be cleared at"),
    ] {
        let cache = redis(number).await;
        let house = house_with(sqlite().await, Version::V46, Some(&cache), Some(url)).await;
        let owner = house.sign_in("owner").await;
        warm(&house).await;
        // Before it is told anything, what is known of it is said.
        let page = text(&house.get(Some(&owner), PAGE).await.body);
        let redis = house.app.instances.values().next().unwrap().health().redis.clone().unwrap();
        assert_eq!(redis.is_err(), told.starts_with("could not"), "{redis:?}");
        let known =
            redis.err().unwrap_or_else(|| "Redis responds, but nothing that Mastodon caches lies in it".to_owned());
        assert!(page.contains(&format!("nothing cleared since this console started; {known}")), "{known}: {page}");
        let page = text(&set(&house, &owner, "none").await);
        assert!(page.contains("Sign-up pagediffers accepts sign-ups"), "{page}");
        assert!(page.contains(says), "{says}\n{page}");
        let dots = house.get(Some(&owner), PAGE).await.body.matches("class=\"dot good\"").count();
        assert_eq!(dots, 0, "what is not seen everywhere yet is said at once");
        assert_eq!(house.outcome("set_registrations").await, Some(Outcome::Partly));
        // The overview says what the registrations page says.
        house.look().await;
        let overview = text(&house.get(Some(&owner), "/i/harbour").await.body);
        assert!(overview.contains("not yet seen everywhere"), "{overview}");
        assert!(page.contains(told) && overview.contains(told), "{told}\n{overview}\n{page}");
        let invitations = text(&house.get(Some(&owner), "/i/harbour/invites").await.body);
        assert!(
            invitations.contains("Registrations are closed: an invite is the only way in. Visitors saw"),
            "{invitations}"
        );
    }
}

/// What visitors read while closed is asked and compared as well.
#[tokio::test]
async fn the_former_message_is_no_agreement() {
    let cache = redis(61).await;
    let way = way(61).await;
    let house = house_with(sqlite().await, Version::V46, Some(&cache), Some(way.url.clone())).await;
    let owner = house.sign_in("owner").await;
    set(&house, &owner, "none").await;
    until("it is settled", async || settled(&house).await).await;
    warm(&house).await;
    way.held.store(true, Ordering::SeqCst);
    let seen = serde_json::json!([["--- none\n"], ["--- We are full for the moment.\n"]]).to_string();
    let form = [
        ("instance", "harbour"),
        ("mode", "none"),
        ("message", "Closed until *Monday*: see [why](https://harbour.example/why)."),
        ("why", "a date"),
        ("seen", &seen),
        ("back", PAGE),
    ];
    let location = house.post(Some(&owner), "/api/registrations/set", &form).await.location.unwrap();
    let page = text(&house.get(Some(&owner), &location).await.body);
    assert!(page.contains("differs closed, “We are full for the moment.”"), "{page}");
    assert_eq!(house.outcome("set_registrations").await, Some(Outcome::Partly));
    way.held.store(false, Ordering::SeqCst);
    aged(&house.store.store, "update settling set next_at = 0").await;
    settle_due(&house.app).await.unwrap();
    assert_eq!(noted(&house).await, ["registrations_settled"]);
    until("nothing differs on the page", async || {
        let page = text(&house.get(Some(&owner), PAGE).await.body);
        !page.contains("differs") && page.contains("Closed until")
    })
    .await;
}

/// What was cleared while Redis answered says nothing of what the caches hold once nobody can look.
#[tokio::test]
async fn caches_that_nobody_can_look_at_agree_with_nothing() {
    let cache = redis(62).await;
    let way = way(62).await;
    let house = house_with(sqlite().await, Version::V46, Some(&cache), Some(way.url.clone())).await;
    let owner = house.sign_in("owner").await;
    warm(&house).await;
    let page = text(&set(&house, &owner, "none").await);
    assert!(page.contains("cachesagrees"), "{page}");
    way.held.store(true, Ordering::SeqCst);
    until("Redis is known not to answer", async || {
        house.look().await;
        house.app.instances.values().next().unwrap().health().redis.as_ref().is_some_and(Result::is_err)
    })
    .await;
    let page = text(&house.get(Some(&owner), PAGE).await.body);
    assert!(page.contains("cachesnot known") && page.contains(" went at "), "{page}");
}

/// A cache in front makes no new copy while there is nobody to ask: it has no end that could be told.
#[tokio::test]
async fn a_cache_in_front_has_no_end_while_mastodon_is_dead() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    house.front.keep();
    warm(&house).await;
    let page = text(&set(&house, &owner, "none").await);
    assert!(page.contains("a cache in front, by Mastodon’s own header, expires at"), "{page}");
    house.front.dead(true);
    until("the page says so", async || {
        let page = text(&house.get(Some(&owner), PAGE).await.body);
        page.contains("a cache in front keeps it for as long as Mastodon doesn’t answer")
    })
    .await;
    let page = text(&house.get(Some(&owner), PAGE).await.body);
    assert!(!page.contains("a cache in front, by Mastodon’s own header, expires at"), "{page}");
}

#[tokio::test]
async fn with_mastodons_redis_it_is_done_at_once() {
    let cache = redis(60).await;
    let house = house_with(sqlite().await, Version::V46, Some(&cache), Some(cache.clone())).await;
    let owner = house.sign_in("owner").await;
    warm(&house).await;
    let page = text(&set(&house, &owner, "none").await);
    assert!(page.contains("Done and verified") && page.contains("keys went at"), "{page}");
    // Told once more, the caches held nothing by then: it is the same Redis all the same.
    let instance = house.app.instances.values().next().unwrap();
    for _ in 0..2 {
        let _told = instance.forget_registrations().await;
    }
    let again = text(&house.get(Some(&owner), PAGE).await.body);
    assert!(again.contains("cachesagrees") && again.contains("and none were there at"), "{again}");
    assert!(!again.contains("points elsewhere"), "{again}");
    assert!(!page.contains("differs"), "{page}");
    assert_eq!(house.outcome("set_registrations").await, Some(Outcome::Succeeded));
    // A reader from before the change fills the cache again: it is noticed, recorded, and put right.
    let mut connection = redis::Client::open(cache).unwrap().get_multiplexed_async_connection().await.unwrap();
    until("it is looked at twice and settled", async || settled(&house).await).await;
    redis::cmd("FLUSHDB").query_async::<()>(&mut connection).await.unwrap();
    assert_eq!(noted(&house).await, Vec::<String>::new());
    // What is copied after the first time is of the new setting: the time told does not slide with each.
    let first = instance.forgotten().unwrap().first.unwrap();
    warm(&house).await;
    let _told = instance.forget_registrations().await;
    let told = instance.forgotten().unwrap();
    assert!(told.went.unwrap().0 > first && told.first == Some(first), "{told:?}");
}

/// The dot beside the instance's name says what its overview says.
pub fn dot_agrees(overview: &str) {
    let well = text(overview).contains("no problems");
    let dots = overview.matches("class=\"dot good\"").count();
    let others = overview.matches("class=\"dot danger\"").count();
    assert!(well != overview.contains(">problems<"), "{}", text(overview));
    assert_eq!((dots > 0, others > 0), (well, !well), "{}", text(overview));
}

/// What is wrong, how it comes about, and what the overview must and must not say.
#[tokio::test]
async fn all_is_well_only_where_mastodon_answers_and_lets_the_console_work() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    house.front.keep();
    warm(&house).await;
    house.look().await;
    let overview = async || {
        let page = house.get(Some(&owner), "/i/harbour").await.body;
        dot_agrees(&page);
        text(&page)
    };
    // As long as nobody has looked for changes elsewhere, nobody knows.
    let page = overview().await;
    assert!(!page.contains("no problems") && page.contains("Outside changesnot checked yet"), "{page}");
    howdah::audit::service::outside_changes::compare(&house.app, house.app.instances.values().next().unwrap())
        .await
        .unwrap();
    let page = overview().await;
    assert!(page.contains("no problems") && page.contains("ServerMastodon 4.6.5"), "{page}");
    // The web is dead, and what was kept is still handed out.
    house.front.dead(true);
    house.look().await;
    let page = overview().await;
    assert!(!page.contains("no problems"), "{page}");
    assert!(
        page.contains("Servera server in front of Mastodon answered in its place (502: “502 Bad Gateway”)"),
        "{page}"
    );
    // Nothing was done that may have been done, and it is said once.
    assert!(!page.contains("has acted") && page.matches("502 Bad Gateway").count() == 1, "{page}");
    assert!(page.contains("whether the token holds is not known while Mastodon does not answer"), "{page}");
    house.front.dead(false);
    house.look().await;
    assert!(overview().await.contains("no problems"));
    let cases: &[(&str, &[&str])] = &[
        (
            "update oauth_access_tokens set scopes = 'read profile admin:read admin:write:accounts admin:write:domain_blocks'",
            &[
                "cannot decide reports: the token lacks the scope admin:write:reports",
                "cannot allow domains: the token lacks the scope admin:write:domain_allows",
                "cannot manage IP rules: the token lacks the scope admin:write:ip_blocks",
            ],
        ),
        (
            "update oauth_access_tokens set scopes = 'read profile admin:read admin:write'; \
             update user_roles set permissions = 1024 + 16 where name = 'Owner'",
            &[
                "cannot manage domain blocks: its role may not manage federation",
                "cannot delete an account’s data: its role may not delete user data",
            ],
        ),
        (
            "update user_roles set permissions = 1024 where name = 'Owner'",
            &["may not manage reports;", "cannot decide reports"],
        ),
        (
            "update user_roles set permissions = 1 where name = 'Owner'; \
             update oauth_access_tokens set revoked_at = now()",
            &["give it a new one in howdah.toml"],
        ),
        (
            "update oauth_access_tokens set revoked_at = null, resource_owner_id = null",
            &["the token is an application’s own"],
        ),
    ];
    for (sql, says) in cases {
        sqlx::raw_sql(sqlx::AssertSqlSafe((*sql).to_owned())).execute(&house.instance).await.unwrap();
        house.look().await;
        let page = overview().await;
        assert!(!page.contains("no problems"), "{sql}\n{page}");
        for words in *says {
            assert!(page.contains(words), "{sql}: {words}\n{page}");
        }
    }
}

/// Since when, and by whom: what was refused or overtaken since has changed nothing.
#[tokio::test]
async fn what_was_not_done_is_no_change() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    set(&house, &owner, "none").await;
    // It was seen as it is not any more, again and again.
    for _ in 0..6 {
        let form = [
            ("instance", "harbour"),
            ("mode", "open"),
            ("message", "We are full for the moment."),
            ("why", "late"),
            ("seen", FROM_APPROVED),
            ("back", PAGE),
        ];
        house.post(Some(&owner), "/api/registrations/set", &form).await;
        assert_eq!(house.outcome("set_registrations").await, Some(Outcome::Stale));
    }
    let page = text(&house.get(Some(&owner), PAGE).await.body);
    assert!(page.contains("by owner · “a wave”"), "{page}");
    for words in ["changed outside the console", "never changed through this console"] {
        assert!(!page.contains(words), "{words}: {page}");
    }
}

#[tokio::test]
async fn nobody_is_said_to_have_done_nothing_before_that_was_asked() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    for sql in [
        "update admin_action_logs set created_at = now() - interval '9 days'",
        "update settings set value = E'--- open\n' where var = 'registrations_mode'",
    ] {
        sqlx::raw_sql(sql).execute(&house.instance).await.unwrap();
    }
    // The setting was just read, and nothing else.
    house.get(Some(&owner), PAGE).await;
    let overview = text(&house.get(Some(&owner), "/i/harbour").await.body);
    assert!(overview.contains("Registrationsopen") && !overview.contains("no moderator has decided"), "{overview}");
    house.look().await;
    let overview = text(&house.get(Some(&owner), "/i/harbour").await.body);
    assert!(overview.contains("no moderator has decided anything on this instance for 9 days"), "{overview}");
}

#[tokio::test]
async fn looking_is_not_being_there() {
    let house = house(sqlite().await).await;
    let seen = "select u.current_sign_in_at::text from users u join oauth_access_tokens t on t.resource_owner_id = u.id \
        order by t.id limit 1";
    let long_ago = "update users set current_sign_in_at = now() - interval '20 days'";
    sqlx::query(long_ago).execute(&house.instance).await.unwrap();
    let before: String = sqlx::query_scalar(seen).fetch_one(&house.instance).await.unwrap();
    for _ in 0..3 {
        house.look().await;
    }
    let after: String = sqlx::query_scalar(seen).fetch_one(&house.instance).await.unwrap();
    assert_eq!(before, after, "Mastodon can see that nobody moderates");
    // Where the instance does not tell of the token, it is asked as an app asks, once a day.
    house.front.instead(vec![instead("/oauth/token/info", 404, &[], r#"{"error":"Not Found"}"#)]);
    house.front.asked();
    let app = cli::assemble(house.config.clone(), Clock::System, Keys::from_secret([7; 32]), house.store.store.clone())
        .unwrap();
    let instance = app.instances.values().next().unwrap();
    for _ in 0..5 {
        instance.probe(app.clock.now()).await;
    }
    assert_eq!(instance.health().token, None);
    assert!(instance.health().account.is_some() && !instance.health().scopes_known);
    let asked = house.front.asked();
    let whole = asked.iter().filter(|asked| asked.contains("verify_credentials")).count();
    // Five without a token, to see that Mastodon is there, and one with it.
    assert_eq!(whole, 6, "{asked:?}");
}

#[tokio::test]
async fn open_registrations_that_nobody_looks_after_are_named() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let overview = async || {
        house.look().await;
        text(&house.get(Some(&owner), "/i/harbour").await.body)
    };
    let run = async |sql: &str| {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&house.instance).await.unwrap();
    };
    run("update admin_action_logs set created_at = now() - interval '9 days'").await;
    assert!(!overview().await.contains("no moderator has decided"), "they are not open");
    run("update settings set value = E'--- open\n' where var = 'registrations_mode'").await;
    let page = overview().await;
    assert!(
        page.contains("Registrations are open, and no moderator has decided anything on this instance for 9 days"),
        "{page}"
    );
    // Somebody in Mastodon's own pages.
    run("update admin_action_logs set created_at = now() where id = (select max(id) from admin_action_logs where account_id <> \
         (select id from accounts where username = 'harbourmaster' and domain is null))")
    .await;
    assert!(!overview().await.contains("no moderator has decided"));
    run("update admin_action_logs set created_at = now() - interval '9 days'").await;
    assert!(overview().await.contains("no moderator has decided"));
    // Somebody here.
    let (account, reports) = house.case("windvane").await;
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "resolve"),
        ("reports", reports.as_str()),
        ("state", crate::support::NO_SANCTION),
    ];
    let done = house.post(Some(&owner), "/api/reports/decide", &form).await;
    assert!(done.location.unwrap().contains("done="));
    run("update admin_action_logs set created_at = now() - interval '9 days'").await;
    assert!(!overview().await.contains("no moderator has decided"));
}

/// What is said at a button: whether it can be pressed.
fn pressable(page: &str, words: &str) -> bool {
    let buttons = page.split("<button").skip(1).filter_map(|button| button.split("</button>").next());
    let found: Vec<(&str, &str)> = buttons.filter_map(|button| button.split_once('>')).collect();
    let button = found.iter().find(|(_, said)| text(said).contains(words));
    let (tag, _) = button.unwrap_or_else(|| panic!("no button “{words}”: {found:?}"));
    !tag.contains("disabled")
}

/// The page of a form, what is said there when the token has no scope for it, and its button.
const FORMS: &[(&str, &str, &str)] = &[
    ("reports/{case}", "decide reports here: the token lacks the scope admin:write:reports.", ""),
    (
        "reports/{case}?decide=resolve",
        "decide reports here: the token lacks the scope admin:write:reports.",
        "Resolve 1 report",
    ),
    (
        "reports/{case}?decide=suspend",
        "moderate accounts and sign-ups here: the token lacks the scope admin:write:accounts.",
        "Suspend @",
    ),
    (
        "reports?decide=resolve&who={case}",
        "decide reports here: the token lacks the scope admin:write:reports.",
        "Mark as resolved: 1 case",
    ),
    (
        "signups/{waiting}?decide=approve",
        "moderate accounts and sign-ups here: the token lacks the scope admin:write:accounts.",
        "Approve",
    ),
    (
        "federation/server?name=night.example",
        "manage domain blocks here: the token lacks the scope admin:write:domain_blocks.",
        "Limit night.example",
    ),
    (
        "federation/email-domains",
        "manage email domain blocks here: the token lacks the scope admin:write:email_domain_blocks.",
        "Block email domain",
    ),
    ("federation/ip-rules", "manage IP rules here: the token lacks the scope admin:write:ip_blocks.", "Create rule"),
];

#[tokio::test]
async fn a_form_says_what_is_lacking_before_it_is_sent() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let (case, _) = house.case("lowwater").await;
    let waiting: String = sqlx::query_scalar(
        "select account_id::text from users where not approved and confirmed_at is not null order by id limit 1",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    for (scopes, lacking) in [("read profile admin:read", true), ("read profile admin:read admin:write", false)] {
        let sql = format!("update oauth_access_tokens set scopes = '{scopes}'");
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&house.instance).await.unwrap();
        house.look().await;
        for (path, says, button) in FORMS {
            let path = path.replace("{case}", &case).replace("{waiting}", &waiting);
            let page = house.get(Some(&owner), &format!("/i/harbour/{path}")).await.body;
            let said = format!("You can’t {says}");
            assert_eq!(text(&page).contains(&said), lacking, "{path}: {said}\n{}", text(&page));
            assert!(button.is_empty() || pressable(&page, button) != lacking, "{path}: {button}");
        }
    }
    // What is not known is not held against anybody.
    house.front.instead(vec![instead("/oauth/token/info", 404, &[], r#"{"error":"Not Found"}"#)]);
    sqlx::raw_sql("update oauth_access_tokens set scopes = 'read profile admin:read'")
        .execute(&house.instance)
        .await
        .unwrap();
    house.look().await;
    let page = house.get(Some(&owner), &format!("/i/harbour/reports/{case}?decide=resolve")).await.body;
    assert!(!text(&page).contains("You can’t") && pressable(&page, "Resolve 1 report"), "{}", text(&page));
}

/// A change whose entry can’t be read now is looked at again; the job says that it failed, and goes on with the others.
#[tokio::test]
async fn a_change_that_cannot_be_read_is_said_and_looked_at_again() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    set(&house, &owner, "none").await;
    let store = &house.store.store;
    let sql = async |text: &str| crate::support::sql(store, text).await.unwrap();
    until("what was set is seen", async || settling(&house).await.is_none()).await;
    let filter = howdah::ledger::Filter { kind: Some("set_registrations".into()), limit: 1, ..Default::default() };
    let entry = house.app.ledger.list(&filter).await.unwrap()[0].index;
    let long_ago = howdah::clock::Timestamp(0);
    for instance in ["aaa", "harbour", "zzz"] {
        let on = instance.parse().unwrap();
        let mode = howdah::nouns::registrations::RegistrationsMode::None;
        howdah::store::settling::begin(store, &on, entry, mode, long_ago, long_ago).await.unwrap();
        howdah::store::settling::recorded(store, &on, entry).await.unwrap();
    }
    sql("alter table ledger_keys rename to gone").await;
    let said = settle_due(&house.app).await;
    assert!(said.is_err(), "nobody is told");
    sql("alter table gone rename to ledger_keys").await;
    let left = settling(&house).await.expect("it is not given up");
    assert!(left.tries == 1 && left.next_at > left.since, "{left:?}");
    assert_eq!(noted(&house).await, Vec::<String>::new(), "and nothing is claimed of it");
    sql("update settling set next_at = 0").await;
    settle_due(&house.app).await.unwrap();
    assert_eq!(settling(&house).await, None, "it is looked at again");
    assert_eq!(noted(&house).await, ["registrations_settled"]);
    let others = howdah::store::settling::due(store, howdah::clock::Timestamp(i64::MAX / 2)).await.unwrap();
    assert_eq!(others, [], "no others are kept waiting by it");
}

async fn settling(house: &House) -> Option<howdah::store::settling::Settling> {
    howdah::store::settling::of(&house.store.store, &"harbour".parse().unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_day_that_is_not_over_is_no_drop() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    // Many a day but for the one that has just begun.
    let day = "(extract(epoch from now() at time zone 'utc')::bigint / 86400)";
    let sql = format!(
        "delete from accounts where domain is null and (id >> 16) / 86400000 = {day}; \
         insert into accounts (id, username, created_at, updated_at) select \
         ((({day} - d) * 86400000) << 16) + 7000 + n, 'day_' || d || '_' || n, now(), now() \
         from generate_series(1, 40) d, generate_series(1, 50) n; \
         insert into accounts (id, username, created_at, updated_at) values (({day} * 86400000) << 16, 'today', now(), now())"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&house.instance).await.unwrap();
    house.look().await;
    for page in ["/i/harbour", PAGE] {
        let page = house.get(Some(&owner), page).await.body;
        let chart = page.split("class=\"chart\"").nth(1).unwrap().split("</section>").next().unwrap();
        let bars: Vec<&str> = chart.split("<rect").skip(1).collect();
        let unfinished: Vec<bool> = bars.iter().map(|bar| bar.contains("class=\"bar unfinished\"")).collect();
        assert_eq!(unfinished.iter().position(|is| *is), Some(29), "the last one alone: {chart}");
        assert!(bars[29].contains(" so far, sign-ups: 1<"), "{}", bars[29]);
        // Beside those made here, whoever the community itself has on that day, by the time of day.
        let number = bars[28].split(", sign-ups: ").nth(1).and_then(|rest| rest.split('<').next()?.parse::<i64>().ok());
        assert!(!bars[28].contains("so far") && number.is_some_and(|number| number >= 50), "{}", bars[28]);
        // Under the bars, and in the table beside them.
        assert_eq!(text(chart).matches(" so far").count(), 3, "{}", text(chart));
    }
}

/// What stands in the row of the message for visitors, what the page of somebody who may only read says, and what not.
const MESSAGES: [(&str, &str, &str); 7] = [
    ("delete from settings where var = 'closed_registrations_message'", "No message is set.", "can’t be read"),
    (
        "insert into settings (var, value) values ('closed_registrations_message', null)",
        "No message is set.",
        "can’t be read",
    ),
    (
        "update settings set value = E'--- \\'\\'\\n' where var = 'closed_registrations_message'",
        "No message is set.",
        "can’t be read",
    ),
    (
        "update settings set value = E'--- Full.\\n' where var = 'closed_registrations_message'",
        "Full.",
        "No message is set",
    ),
    (
        "update settings set value = E'--- [Full\\n' where var = 'closed_registrations_message'",
        "The stored message can’t be read",
        "No message is set",
    ),
    (
        "update settings set value = E'--- !ruby/object:Full {}\\n' where var = 'closed_registrations_message'",
        "The stored message can’t be read",
        "No message is set",
    ),
    ("alter table settings rename to not_read", "database", "No message is set"),
];

#[tokio::test]
async fn no_message_is_set_only_where_that_was_read() {
    let house = house(sqlite().await).await;
    let auditor = house.sign_in("auditor").await;
    for (rows, says, not) in MESSAGES {
        sqlx::raw_sql(sqlx::AssertSqlSafe(rows.to_owned())).execute(&house.instance).await.unwrap();
        let page = text(&house.get(Some(&auditor), PAGE).await.body);
        assert!(page.contains(says) && !page.contains(not), "{rows}: {page}");
    }
}
