//! The size of the largest real server, by the SQL beside this file: 900,000 people, 3 million accounts elsewhere, seven
//! years of reports. What people look at is still the hand-written community, which is there already when this begins; its
//! reports, blocks and logins have the lowest numbers, and only Mastodon's log is put in order with the rest.

use super::words;
use anyhow::{Context, Result};
use jiff::Timestamp;
use sqlx::PgConnection;
use std::time::Instant;

const SQL: &str = include_str!("large.sql");
/// What a part of it begins with.
const PART: &str = "-- part: ";
/// The part after which the plan is made: what is wanted, and the words for it.
const PLAN: &str = "the plan";

/// Adds everything; `scale` 1 is the whole size.
///
/// # Errors
/// If the hand-written community is not there, or the database refuses.
pub(super) async fn add(db: &mut PgConnection, seed: u64, now: Timestamp, domain: &str, scale: f64) -> Result<()> {
    // Sorting and building indexes in memory, for this transaction alone.
    sqlx::raw_sql("set local work_mem = '256MB'; set local maintenance_work_mem = '768MB'; set local jit = off")
        .execute(&mut *db)
        .await?;
    for part in SQL.split(PART).skip(1) {
        let (name, statements) = part.split_once('\n').context("a part of large.sql has no name")?;
        let began = Instant::now();
        sqlx::raw_sql(statements).execute(&mut *db).await.with_context(|| format!("large.sql, {name}"))?;
        if name == PLAN {
            plan(db, seed, now, domain, scale).await?;
        }
        eprintln!("{name}: {:.0} s", began.elapsed().as_secs_f32());
    }
    Ok(())
}

/// How many there shall be of what, and what people are called and say.
async fn plan(db: &mut PgConnection, seed: u64, now: Timestamp, domain: &str, scale: f64) -> Result<()> {
    // Salts are added to the seed: one seed must not run into the next.
    let seed = i64::try_from(seed % 1_000_000_000).unwrap_or(0) * 1_000;
    sqlx::query(
        "insert into measure select $1, $2, $3, $4, \
         greatest(0, 900000 * $2 - (select count(*) from users))::int, \
         greatest(0, 3000000 * $2 - 3000 * $2 - (select count(*) from accounts where domain is not null))::int, \
         (20000 * $2)::int, (3000 * $2)::int, \
         greatest(0, 300000 * $2 - (select count(*) from reports))::int, \
         greatest(0, 2000 * $2 - (select count(*) from reports where action_taken_at is null))::int, \
         greatest(0, 5000 * $2 - (select count(*) from users where not approved))::int, (3000000 * $2)::int, \
         greatest(0, 20000 * $2 - (select count(*) from domain_blocks))::int, \
         (select max(id) from users), (select max(id) from reports)",
    )
    .bind(seed)
    .bind(scale)
    .bind(now.as_millisecond())
    .bind(domain)
    .execute(&mut *db)
    .await?;
    let (post_languages, posts): (Vec<&str>, Vec<&str>) = words::POSTS.iter().copied().unzip();
    sqlx::query("insert into vocabulary values ($1, $2, $3, $4, $5, $6, $7)")
        .bind(words::NAMES)
        .bind(NOUNS)
        .bind(LOOKS)
        .bind(words::BIOS)
        .bind(posts)
        .bind(post_languages)
        .bind(words::COMMENTS)
        .execute(&mut *db)
        .await?;
    sqlx::query("insert into phrases values ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(ADVERTS)
        .bind(ATTACKS)
        .bind(REASONS)
        .bind(TAILS)
        .bind(SHORT_REASONS)
        .bind(SPAM_REASONS)
        .bind(AGENTS)
        .bind(super::CANARY)
        .bind(super::MAIL_CANARY)
        .execute(&mut *db)
        .await?;
    Ok(())
}

/// The second half of a name: letters only, and none that is a first half too.
const NOUNS: &[&str] = &[
    "acorn", "amber", "anvil", "apple", "arrow", "aspen", "badger", "barley", "basil", "beacon", "birch", "bramble",
    "brook", "canvas", "cedar", "chalk", "clover", "cobalt", "comet", "copper", "coral", "cotton", "cricket",
    "crystal", "daisy", "dune", "echo", "ember", "falcon", "feather", "fern", "flint", "forest", "fox", "garnet",
    "ginger", "glacier", "granite", "grove", "hazel", "heather", "hollow", "honey", "ivory", "ivy", "jasper",
    "juniper", "lantern", "larch", "laurel", "lemon", "lilac", "linen", "lotus", "maple", "meadow", "mint", "moss",
    "nettle", "nutmeg", "oak", "olive", "onyx", "opal", "orchid", "pebble", "pepper", "pine", "plum", "poppy",
    "prairie", "quartz", "quill", "rain", "raven", "reed", "river", "robin", "rowan", "rye", "saffron", "sage", "sky",
    "slate", "sparrow", "spruce", "stone", "thistle", "thyme", "timber", "tulip", "velvet", "violet", "walnut",
    "willow", "winter",
];

/// What servers are called before their second half.
const LOOKS: &[&str] = &[
    "autumn", "bold", "brave", "bright", "broad", "calm", "clear", "clever", "cloudy", "cold", "common", "cosy",
    "curious", "dear", "deep", "early", "evening", "fair", "far", "fine", "first", "free", "fresh", "gentle", "glad",
    "golden", "good", "grand", "great", "green", "happy", "hidden", "high", "humble", "indigo", "jolly", "kind",
    "late", "light", "little", "lively", "long", "lucky", "merry", "misty", "modern", "narrow", "neat", "new",
    "nimble", "noble", "north", "odd", "old", "open", "plain", "proud", "pure", "quick", "quiet", "rare", "ready",
    "round", "royal", "rural", "silent", "silver", "simple", "slow", "small", "smooth", "snowy", "soft", "south",
    "steady", "still", "sunny", "sweet", "swift", "tall", "tender", "tidy", "tiny", "upper", "urban", "vast", "warm",
    "west", "wide", "wild", "wise", "young",
];

const ADVERTS: &[&str] = &[
    "Limited offer, only today!",
    "Double your coins while you sleep",
    "I lost 12 kilos with this one tea",
    "Cheap shoes, original, free delivery",
    "Get 1,000 followers in a day",
    "Schnell und ohne Schufa: Kredit bis 50.000",
    "Travail à domicile, 300 € par jour",
    "Gana dinero desde casa, pregúntame cómo",
    "今すぐ登録して無料ポイントを受け取ろう",
];

const ATTACKS: &[&str] = &[
    "Nobody asked you. Nobody ever will.",
    "People like you should not be allowed near the water.",
    "Go back where you came from.",
    "Everybody knows what you did. I have screenshots.",
    "Look at this idiot, and tell him what you think of him.",
    "Du gehörst hier nicht her, und das weißt du.",
    "On sait où tu habites.",
    "Qué asco de gente, de verdad.",
    "消えろ。",
    "Still waiting for an answer. I can wait all night.",
    "Send your fees to the official account of the rowing club: me.",
];

/// Why somebody would like to come, by people who thought about it.
const REASONS: &[&str] = &[
    "I moved to the harbour in spring and would like to follow what is going on here.",
    "A friend told me about this place. I am a nurse and post about gardening.",
    "Looking for a quieter server. I have been on a large one for three years and miss knowing people.",
    "I study marine biology and want to share our survey of the estuary.",
    "I draw comics about my cat and would like to find other people who draw.",
    "My old server is closing at the end of the month, and several of its people are here already.",
    "I teach maths and write about teaching it. No politics, promise.",
    "I am blind and was told that people here describe their pictures.",
    "Ich betreibe den kleinen Buchladen am Kai und möchte Veranstaltungen ankündigen.",
    "Ich suche nach meinem Umzug Anschluss und schreibe über Fahrräder und Brot.",
    "Unser Chor hat keinen Platz im Netz mehr, und hier singen schon drei von uns.",
    "Je suis bénévole à la bibliothèque du port et je voudrais annoncer nos ateliers.",
    "J’écris des nouvelles et je cherche des lectrices et des lecteurs patients.",
    "Soy enfermera en el hospital comarcal y me gustaría leer a gente de la zona.",
    "Dejo la otra red por razones que ya se imaginan; escribo sobre cine antiguo.",
    "Sou pescador reformado e conto histórias do mar.",
    "Sono una traduttrice e cerco un posto tranquillo dove parlare di parole.",
    "Ik fotografeer bruggen en sluizen en zoek mensen die dat ook mooi vinden.",
    "Szukam spokojnego miejsca, piszę o górach i o psach.",
    "Переїхала сюди минулого року, шукаю місцевих людей і новини порту.",
    "港町の写真を撮っています。静かな場所を探しています。",
    "Liman kentinde yaşıyorum, kuşlar hakkında yazıyorum.",
    "أكتب عن البحر وأبحث عن مجتمع هادئ.",
];

const TAILS: &[&str] = &[
    "Thank you for running this.",
    "I have read the rules.",
    "I post a few times a week.",
    "My account elsewhere will move here.",
    "I can help with translations if you need any.",
    "No hurry.",
    "My partner is here already.",
    "I found you through a post about the ferry.",
    "Mostly reading at first.",
    "Danke!",
    "Merci d’avance.",
    "Gracias.",
    "よろしくお願いします。",
];

const SHORT_REASONS: &[&str] = &[
    "hello",
    "hi",
    "let me in",
    "test",
    "social media",
    "to make friends",
    "just want to look around",
    "my friends are here",
    "news",
    "because",
    "I like it",
    "Freunde",
    "pour voir",
    "para mirar",
    "友達がいる",
    ".",
    "asdf",
    "why do you ask",
];

const SPAM_REASONS: &[&str] = &[
    "BEST CASINO BONUS visit my profile",
    "growth marketing expert, interested in networking",
    "We offer quality backlinks for your business, contact on telegram",
    "digital agency looking for partners",
    "I sell original documents, fast delivery",
    "crypto signals every day, join free",
    "SEO services cheap price",
    "online pharmacy no prescription",
];

/// What people sign in with.
const AGENTS: &[&str] = &[
    "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X)",
    "Mastodon/Android",
];

#[cfg(test)]
mod tests {
    use super::super::{CANARY, MAIL_CANARY, Options, Size, seed};
    use super::*;
    use sqlx::PgPool;

    /// A fiftieth of everything, by the same SQL.
    const SCALE: f64 = 0.02;

    /// The hand-written community and nothing else yet, on a new database of the tests' PostgreSQL.
    async fn hand_written(seed_number: u64, now: Timestamp) -> PgPool {
        let pool = super::super::tests::empty().await;
        let options =
            Options { seed: seed_number, size: Size::Small, domain: "harbour.example".into(), now, media: None };
        seed(&pool, &options).await.expect("a community");
        // A large one is made without the small one's invitations: it brings its own.
        sqlx::raw_sql("update users set invite_id = null where invite_id is not null; delete from invites")
            .execute(&pool)
            .await
            .expect("no invitations");
        pool
    }

    async fn enlarge(pool: &PgPool, seed_number: u64, now: Timestamp, scale: f64) {
        let mut tx = pool.begin().await.expect("PostgreSQL answers");
        add(&mut tx, seed_number, now, "harbour.example", scale).await.expect("the rest");
        tx.commit().await.expect("the rest");
    }

    async fn number(pool: &PgPool, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(pool).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Every index and constraint in the database's own words.
    async fn rules_of_tables(pool: &PgPool) -> Vec<String> {
        sqlx::query_scalar(
            "select indexdef from pg_indexes where schemaname = 'public' union all \
             select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint \
             where connamespace = 'public'::regnamespace order by 1",
        )
        .fetch_all(pool)
        .await
        .expect("the catalogue")
    }

    #[tokio::test]
    async fn counts_and_skews_are_those_of_a_large_server() {
        let now = Timestamp::now();
        let pool = hand_written(1, now).await;
        let rules = rules_of_tables(&pool).await;
        let open = number(&pool, "select count(*) from reports where action_taken_at is null").await;
        let pending = number(&pool, "select count(*) from users where not approved").await;
        let written = number(&pool, "select max(id) from reports").await;
        enlarge(&pool, 1, now, SCALE).await;

        assert_eq!(rules_of_tables(&pool).await, rules, "the schema is as it was");
        for (sql, wanted) in [
            ("select count(*) from users", 18_000),
            ("select count(*) from accounts where domain is not null", 60_000),
            ("select count(*) from reports", 6_000),
            ("select count(*) from reports where action_taken_at is null", open.max(40)),
            ("select count(*) from users where not approved", pending.max(100)),
            ("select count(*) from user_invite_requests", pending.max(100)),
            ("select count(*) from admin_action_logs", 60_000),
            ("select count(*) from domain_blocks", 400),
        ] {
            assert_eq!(number(&pool, sql).await, wanted, "{sql}");
        }
        for (sql, least) in [
            // Few servers have most accounts.
            (
                "select max(c) * 100 / sum(c)::bigint from (select count(*) as c from accounts where domain is not null group by domain) s",
                10,
            ),
            ("select count(*) from (select domain from accounts where domain is not null group by domain) s", 350),
            // Most reported people are reported once, one very often.
            (
                "select count(*) filter (where c = 1) * 100 / count(*) from (select count(*) as c from reports group by target_account_id) s",
                80,
            ),
            ("select max(c) from (select count(*) as c from reports group by target_account_id) s", 150),
            // The worst day has many times the reports of an ordinary one.
            (
                "select max(c) / percentile_disc(0.5) within group (order by c) from (select count(*) as c from reports group by created_at::date) s",
                5,
            ),
            // Some reporters are mostly right, others mostly not.
            (
                "select count(*) from (select r.account_id, count(*) as c, count(*) filter (where exists (select from account_warnings w \
              where w.target_account_id = r.target_account_id and w.created_at >= r.created_at)) as good from reports r group by 1) s \
              where c >= 5 and good * 10 >= c * 6",
                5,
            ),
            (
                "select count(*) from (select r.account_id, count(*) as c, count(*) filter (where exists (select from account_warnings w \
              where w.target_account_id = r.target_account_id and w.created_at >= r.created_at)) as good from reports r group by 1) s \
              where c >= 5 and good * 10 <= c * 4",
                5,
            ),
            ("select count(*) from account_warnings", 1_500),
            ("select count(*) from appeals", 20),
            ("select count(*) from statuses", 8_000),
            ("select count(*) from follows", 8_000),
            ("select count(*) from login_activities", 5_000),
            ("select count(*) from session_activations", 4_000),
            ("select count(distinct user_id) from invites", 100),
            ("select count(*) from users where invite_id is not null", 100),
            ("select count(*) from account_moderation_notes", 300),
            ("select count(distinct r.name) from users u join user_roles r on r.id = u.role_id", 4),
            ("select count(distinct action || target_type) from admin_action_logs", 9),
            // A rush: one /24, one mail domain, reasons alike.
            (
                "select max(c) from (select count(*) as c from users where not approved and family(sign_up_ip) = 4 \
              group by network(set_masklen(sign_up_ip, 24)), split_part(email, '@', 2)) s",
                15,
            ),
        ] {
            let found = number(&pool, sql).await;
            assert!(found >= least, "{sql}: {found}, less than {least}");
        }
        for never in [
            "select count(*) from reports where (action_taken_at is null) <> (action_taken_by_account_id is null)",
            "select count(*) from reports where action_taken_at < created_at or created_at > now() at time zone 'utc' or account_id = target_account_id",
            "select count(*) from admin_action_logs l join admin_action_logs m on m.id = l.id + 1 where m.created_at < l.created_at",
            "select count(*) from accounts where id >> 16 <> floor(extract(epoch from created_at) * 1000)::bigint",
            "select count(*) from statuses where id >> 16 <> floor(extract(epoch from created_at) * 1000)::bigint",
            "select count(*) from users u join accounts a on a.id = u.account_id where a.domain is not null",
            "select count(*) from users where approved and id in (select user_id from user_invite_requests)",
        ] {
            assert_eq!(number(&pool, never).await, 0, "{never}");
        }
        let early: i64 = sqlx::query_scalar(
            "select count(*) from reports r join accounts a on a.id in (r.target_account_id, r.account_id) \
             where r.id > $1 and r.created_at < a.created_at",
        )
        .bind(written)
        .fetch_one(&pool)
        .await
        .expect("a count");
        assert_eq!(early, 0, "nobody reports or is reported before being there");
    }

    #[tokio::test]
    async fn it_is_made_at_any_time_of_day() {
        for clock in ["2026-01-01T00:00:00Z", "2026-06-15T08:11:22.333501Z", "2026-10-25T12:00:00.999999Z"] {
            let now: Timestamp = clock.parse().expect("a moment");
            let pool = hand_written(5, now).await;
            enlarge(&pool, 5, now, SCALE / 4.0).await;
            assert!(number(&pool, "select count(*) from accounts").await > 10_000, "at {clock}");
        }
    }

    #[tokio::test]
    async fn what_must_never_be_seen_can_be_told_by_its_mark() {
        let now = Timestamp::now();
        let pool = hand_written(2, now).await;
        enlarge(&pool, 2, now, SCALE).await;
        let private = "from statuses s where s.visibility > 1 and not exists \
            (select from reports r where r.target_account_id = s.account_id and s.id = any (r.status_ids))";
        for (sql, none) in [
            (format!("select count(*) {private} and s.text like '%{CANARY}%'"), false),
            (format!("select count(*) {private} and s.text not like '%{CANARY}%'"), true),
            (format!("select count(*) from statuses where visibility < 2 and text like '%{CANARY}%'"), true),
            (format!("select count(*) from users where email like '%{MAIL_CANARY}'"), false),
            (format!("select count(*) from users where email not like '%{MAIL_CANARY}'"), true),
        ] {
            let found: i64 =
                sqlx::query_scalar(sqlx::AssertSqlSafe(sql.clone())).fetch_one(&pool).await.expect("a count");
            assert_eq!(found == 0, none, "{sql}: {found}");
        }
    }

    #[tokio::test]
    async fn one_seed_makes_one_community() {
        const PRINT: &str = "select md5(string_agg(line, '/' order by line)) from ( \
            select md5(a::text) as line from accounts a union all select md5(u::text) from users u \
            union all select md5(r::text) from reports r union all select md5(w::text) from account_warnings w \
            union all select md5(l::text) from admin_action_logs l union all select md5(s::text) from statuses s \
            union all select md5(b::text) from domain_blocks b) lines";
        let now = Timestamp::now();
        let mut prints = Vec::new();
        for seed_number in [3, 3, 4] {
            let pool = hand_written(seed_number, now).await;
            enlarge(&pool, seed_number, now, SCALE / 4.0).await;
            let print: String = sqlx::query_scalar(PRINT).fetch_one(&pool).await.expect("a print");
            prints.push(print);
        }
        assert_eq!(prints[0], prints[1]);
        assert_ne!(prints[1], prints[2]);
    }
}
