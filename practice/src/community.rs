//! A believable community, the same for the same seed and moment: the people of a small harbour town's server, their
//! neighbours on other servers, and the work that waits for their moderators.

pub(crate) mod files;
mod large;
mod words;

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};
use std::path::PathBuf;

/// Stands in every private post that nobody reported: it must appear on no page of a console.
pub const CANARY: &str = "for followers only, please:";
/// The domain of every mail address: none of them may appear in clear.
pub const MAIL_CANARY: &str = "post.example";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// A few hundred accounts.
    Small,
    /// 50,000 accounts.
    Medium,
    /// The largest real server: 900,000 people, 3 million accounts elsewhere.
    Large,
}

/// What decides the community.
#[derive(Clone, Debug)]
pub struct Options {
    pub seed: u64,
    pub size: Size,
    pub domain: String,
    pub now: Timestamp,
    /// Where the files of posts are written; `None` leaves them out.
    pub media: Option<PathBuf>,
}

/// The address of a household, of whom one has an account and three ask for one.
const OF_THE_HOUSEHOLD: &str = "198.51.251.40";

/// Low bits of snowflakes below this are the crowd's, whose accounts and posts are made by SQL: whatever the time of day, they
/// meet none that were written by hand in the same millisecond.
const FOR_THE_CROWD: i64 = 7;

struct Seed<'a> {
    db: &'a mut PgConnection,
    rng: StdRng,
    now: Timestamp,
    options: &'a Options,
    /// Low bits of the next snowflake: ids of one millisecond differ.
    low: i64,
}

#[derive(Clone, Copy)]
struct Person {
    account: i64,
}

fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

fn days(n: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * n)
}

/// Rows of one table, inserted from JSON: columns that are not named take their defaults.
async fn insert(db: &mut PgConnection, table: &'static str, rows: &[Value]) -> Result<()> {
    let Some(first) = rows.first().and_then(Value::as_object) else { return Ok(()) };
    let columns: Vec<String> = first.keys().map(|column| format!("\"{column}\"")).collect();
    let columns = columns.join(", ");
    let sql = format!(
        "insert into {table} ({columns}) select {columns} from jsonb_populate_recordset(null::{table}, $1::jsonb)"
    );
    for part in rows.chunks(2_000) {
        sqlx::query(sqlx::AssertSqlSafe(sql.clone()))
            .bind(json!(part))
            .execute(&mut *db)
            .await
            .with_context(|| format!("rows of {table}"))?;
    }
    Ok(())
}

impl Seed<'_> {
    fn ago(&self, duration: SignedDuration) -> Timestamp {
        self.now.checked_sub(duration).unwrap_or(self.now)
    }

    /// A snowflake that tells its creation time.
    fn id(&mut self, at: Timestamp) -> i64 {
        self.low = if self.low == 0xffff { FOR_THE_CROWD } else { self.low + 1 };
        (at.as_millisecond() << 16) | self.low
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        let at = self.rng.random_range(0..from.len());
        from[at]
    }

    fn between(&mut self, low: i64, high: i64) -> i64 {
        self.rng.random_range(low..=high)
    }

    /// A local account with its login.
    async fn local(&mut self, name: &str, display: &str, bio: &str, created: Timestamp, user: Value) -> Result<Person> {
        let account = self.id(created);
        let at = sql_time(created);
        insert(
            self.db,
            "accounts",
            &[json!({ "id": account, "username": name, "display_name": display, "note": bio, "created_at": at,
                "updated_at": at, "public_key": "", "uri": "", "locked": false, "protocol": 0, "id_scheme": 1,
                "memorial": false, "indexable": false, "inbox_url": "", "outbox_url": "", "shared_inbox_url": "",
                "followers_url": "", "following_url": "", "header_remote_url": "", "avatar_description": "",
                "header_description": "", "show_media": true, "show_media_replies": true, "show_featured": true,
                "feature_approval_policy": 0 })],
        )
        .await?;
        let ip = format!("198.51.{}.{}", self.between(1, 250), self.between(1, 250));
        let mut login = json!({ "account_id": account, "email": format!("{name}@{MAIL_CANARY}"), "created_at": at, "updated_at": at,
            "confirmed_at": at, "approved": true, "disabled": false, "locale": "en", "encrypted_password": "",
            "sign_up_ip": ip, "current_sign_in_at": sql_time(self.now), "settings": "{}", "role_id": null,
            "sign_in_count": 0, "otp_required_for_login": false, "require_tos_interstitial": false });
        for (key, value) in user.as_object().into_iter().flatten() {
            login[key] = value.clone();
        }
        insert(self.db, "users", &[login]).await?;
        self.stats(account, created).await?;
        Ok(Person { account })
    }

    async fn remote(
        &mut self,
        name: &str,
        domain: &str,
        display: &str,
        bio: &str,
        created: Timestamp,
        actor: Option<&str>,
    ) -> Result<Person> {
        let account = self.id(created);
        let at = sql_time(created);
        insert(
            self.db,
            "accounts",
            &[json!({ "id": account, "username": name, "domain": domain, "display_name": display, "note": bio,
                "created_at": at, "updated_at": at, "public_key": "", "uri": format!("https://{domain}/users/{name}"),
                "url": format!("https://{domain}/@{name}"), "actor_type": actor, "locked": false, "protocol": 1, "id_scheme": 0,
                "memorial": false, "indexable": false, "inbox_url": format!("https://{domain}/inbox"), "outbox_url": "",
                "shared_inbox_url": "", "followers_url": "", "following_url": "", "header_remote_url": "",
                "avatar_description": "", "header_description": "", "show_media": true, "show_media_replies": true,
                "show_featured": true, "feature_approval_policy": 0 })],
        )
        .await?;
        self.stats(account, created).await?;
        Ok(Person { account })
    }

    async fn stats(&mut self, account: i64, created: Timestamp) -> Result<()> {
        let at = sql_time(created);
        let (followers, following) = (self.between(0, 240), self.between(0, 180));
        insert(
            self.db,
            "account_stats",
            &[json!({ "account_id": account, "followers_count": followers, "following_count": following,
                "statuses_count": 0, "last_status_at": null, "created_at": at, "updated_at": at })],
        )
        .await
    }

    /// An invitation, made so many minutes ago; `extra` overrides columns.
    async fn invitation(&mut self, owner: i64, made: i64, extra: Value) -> Result<i64> {
        let at = sql_time(self.ago(minutes(made)));
        let mut left = CODE.to_vec();
        let mut code = String::new();
        for _ in 0..8 {
            let last = i64::try_from(left.len()).unwrap_or(1) - 1;
            let place = usize::try_from(self.between(0, last)).unwrap_or(0);
            code.push(char::from(left.swap_remove(place)));
        }
        let mut row = json!({ "user_id": owner, "code": code, "max_uses": null, "uses": 0, "expires_at": null,
            "autofollow": false, "comment": "", "created_at": at, "updated_at": at });
        for (key, value) in extra.as_object().into_iter().flatten() {
            row[key] = value.clone();
        }
        insert(self.db, "invites", &[row]).await?;
        let id = sqlx::query_scalar("select max(id) from invites").fetch_one(&mut *self.db).await?;
        Ok(id)
    }

    /// A post; `extra` overrides columns.
    async fn post(&mut self, person: Person, text: &str, at: Timestamp, extra: Value) -> Result<i64> {
        let id = self.id(at);
        let stamp = sql_time(at);
        let mut row = json!({ "id": id, "account_id": person.account, "text": text, "created_at": stamp, "updated_at": stamp,
            "visibility": 0, "language": "en", "spoiler_text": "", "local": true, "reply": false, "sensitive": false,
            "edited_at": null, "deleted_at": null, "in_reply_to_id": null, "in_reply_to_account_id": null,
            "uri": format!("https://{}/ap/{id}", self.options.domain), "quote_approval_policy": 0 });
        for (key, value) in extra.as_object().into_iter().flatten() {
            row[key] = value.clone();
        }
        insert(self.db, "statuses", &[row]).await?;
        sqlx::query(
            "update account_stats set statuses_count = statuses_count + 1, last_status_at = greatest(last_status_at, $2::timestamp) where account_id = $1",
        )
        .bind(person.account)
        .bind(stamp)
        .execute(&mut *self.db)
        .await?;
        Ok(id)
    }

    async fn picture(
        &mut self,
        person: Person,
        status: i64,
        at: Timestamp,
        description: &str,
        there: bool,
    ) -> Result<()> {
        let id = self.id(at);
        let stamp = sql_time(at);
        let name = format!("{id:x}.png");
        let domain: Option<String> = sqlx::query_scalar("select domain from accounts where id = $1")
            .bind(person.account)
            .fetch_one(&mut *self.db)
            .await?;
        insert(
            self.db,
            "media_attachments",
            &[json!({ "id": id, "account_id": person.account, "status_id": status, "type": 0, "description": description,
                "file_file_name": there.then(|| name.clone()), "file_content_type": there.then_some("image/png"),
                "file_meta": { "original": { "width": 320, "height": 200 } }, "file_storage_schema_version": 1,
                "remote_url": domain.as_ref().map(|domain| format!("https://{domain}/media/{name}")).unwrap_or_default(), "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
                "created_at": stamp, "updated_at": stamp, "processing": 2 })],
        )
        .await?;
        if let (true, Some(folder)) = (there, &self.options.media) {
            files::store(folder, domain.is_some(), id, &name)?;
        }
        Ok(())
    }

    async fn report(
        &mut self,
        from: Person,
        about: Person,
        category: i32,
        comment: &str,
        at: Timestamp,
        extra: Value,
    ) -> Result<i64> {
        let stamp = sql_time(at);
        let mut row = json!({ "account_id": from.account, "target_account_id": about.account, "category": category,
            "comment": comment, "created_at": stamp, "updated_at": stamp, "status_ids": [], "rule_ids": null, "forwarded": false,
            "action_taken_at": null, "action_taken_by_account_id": null, "assigned_account_id": null, "uri": null });
        for (key, value) in extra.as_object().into_iter().flatten() {
            row[key] = value.clone();
        }
        insert(self.db, "reports", &[row]).await?;
        let id = sqlx::query_scalar("select currval('reports_id_seq')").fetch_one(&mut *self.db).await?;
        Ok(id)
    }

    /// A report that was closed, with the log row and, where it led to one, the strike.
    #[expect(clippy::too_many_arguments, reason = "the facts of one row")]
    async fn decided(
        &mut self,
        from: Person,
        about: Person,
        by: Person,
        category: i32,
        comment: &str,
        at: Timestamp,
        strike: Option<(i32, &str)>,
    ) -> Result<()> {
        let closed = sql_time(at.checked_add(minutes(self.between(4, 300))).unwrap_or(at).min(self.now));
        let extra =
            json!({ "action_taken_at": closed, "action_taken_by_account_id": by.account, "updated_at": closed });
        let report = self.report(from, about, category, comment, at, extra).await?;
        if let Some((action, text)) = strike {
            insert(
                self.db,
                "account_warnings",
                &[json!({ "account_id": by.account, "target_account_id": about.account, "action": action, "text": text,
                    "report_id": report, "created_at": closed, "updated_at": closed })],
            )
            .await?;
        }
        insert(
            self.db,
            "admin_action_logs",
            &[json!({ "account_id": by.account, "action": "resolve", "target_type": "Report", "target_id": report,
                "human_identifier": report.to_string(), "created_at": closed, "updated_at": closed })],
        )
        .await
    }
}

fn sql_time(at: Timestamp) -> String {
    format!("{at:.6}").trim_end_matches('Z').to_owned()
}

fn seed_of<'a>(db: &'a mut PgConnection, options: &'a Options) -> Seed<'a> {
    Seed { db, rng: StdRng::seed_from_u64(options.seed), now: options.now, options, low: FOR_THE_CROWD }
}

/// Fills an empty schema.
///
/// # Errors
/// If something is there already, or the database refuses.
pub async fn seed(pool: &PgPool, options: &Options) -> Result<()> {
    let mut tx = pool.begin().await?;
    let mut seed = seed_of(&mut tx, options);
    site(&mut seed).await?;
    let staff = staff(&mut seed).await?;
    let people = people(&mut seed).await?;
    let neighbours = neighbours(&mut seed).await?;
    history(&mut seed, &staff, &people).await?;
    cases(&mut seed, &staff, &people, &neighbours).await?;
    waiting(&mut seed).await?;
    match options.size {
        Size::Small => invitations(&mut seed).await?,
        Size::Medium => {
            crowd(&mut seed, &staff).await?;
            invitations(&mut seed).await?;
        }
        // The large community brings its own.
        Size::Large => large::add(&mut tx, options.seed, options.now, &options.domain, 1.0).await?,
    }
    content(&mut seed_of(&mut tx, options)).await?;
    if options.size != Size::Large {
        follows(&mut tx, options.now).await?;
        decided_sign_ups(&mut tx, &staff, options.now).await?;
        activity(&mut tx, options.now).await?;
        in_order_of_time(&mut tx).await?;
    }
    tx.commit().await?;
    sqlx::raw_sql("refresh materialized view instances; analyze").execute(pool).await?;
    Ok(())
}

/// Roles, rules, settings, presets, blocks.
async fn site(seed: &mut Seed<'_>) -> Result<()> {
    let at = sql_time(seed.ago(days(900)));
    let role = |id: Option<i64>, name: &str, position: i32, permissions: i64| {
        let mut row = json!({ "name": name, "position": position, "permissions": permissions, "color": "", "highlighted": id.is_none(),
            "require_2fa": false, "collection_limit": 10, "created_at": at, "updated_at": at });
        if let Some(id) = id {
            row["id"] = json!(id);
        }
        row
    };
    insert(seed.db, "user_roles", &[role(Some(-99), "", -1, 65_536)]).await?;
    let named =
        [role(None, "Moderator", 10, 1_049_884), role(None, "Admin", 100, 2_031_612), role(None, "Owner", 1000, 1)];
    for row in named {
        insert(seed.db, "user_roles", &[row]).await?;
    }
    for (priority, (text, hint)) in words::RULES.iter().enumerate() {
        insert(
            seed.db,
            "rules",
            &[json!({ "text": text, "hint": hint, "priority": priority, "created_at": at, "updated_at": at })],
        )
        .await?;
    }
    for (title, text) in words::PRESETS {
        insert(
            seed.db,
            "account_warning_presets",
            &[json!({ "title": title, "text": text, "created_at": at, "updated_at": at })],
        )
        .await?;
    }
    for (var, value) in [
        ("registrations_mode", "--- approved\n"),
        ("site_title", "--- Harbour\n"),
        ("site_short_description", "--- A small server for a small harbour town\n"),
        ("site_contact_email", "--- hello@harbour.example\n"),
        ("closed_registrations_message", "--- We are full for the moment.\n"),
    ] {
        insert(seed.db, "settings", &[json!({ "var": var, "value": value, "created_at": at, "updated_at": at })])
            .await?;
    }
    for (domain, severity) in [("shopnest.example", 0), ("rage.example", 1), ("mirror.example", 2)] {
        insert(seed.db, "domain_blocks", &[json!({ "domain": domain, "severity": severity, "reject_media": severity == 2,
            "reject_reports": false, "obfuscate": false, "public_comment": "", "private_comment": "", "created_at": at, "updated_at": at })]).await?;
    }
    Ok(())
}

struct Staff {
    owner: Person,
    moderators: Vec<Person>,
}

async fn staff(seed: &mut Seed<'_>) -> Result<Staff> {
    let roles: Vec<(String, i64)> =
        sqlx::query_as("select name, id from user_roles where id > 0 order by id").fetch_all(&mut *seed.db).await?;
    let role = |name: &str| roles.iter().find(|(own, _)| own == name).map(|(_, id)| *id);
    let created = seed.ago(days(880));
    let owner = seed
        .local("harbourmaster", "Harbour master", "Keeps the lights on.", created, json!({ "role_id": role("Owner") }))
        .await?;
    let created = seed.ago(days(860));
    seed.local(
        "mirakost",
        "Mira Kost",
        "Admin here. Boats, bread, moderation.",
        created,
        json!({ "role_id": role("Admin") }),
    )
    .await?;
    let mut moderators = Vec::new();
    for (name, display, bio) in [
        ("jonastran", "Jonas Tran", "Moderator, evenings."),
        ("adwoaosei", "Adwoa Osei", "Moderator. Ask me about tides."),
        ("leabrandt", "Lea Brandt", "Moderator on weekends."),
    ] {
        let created = seed.ago(days(700));
        moderators.push(seed.local(name, display, bio, created, json!({ "role_id": role("Moderator") })).await?);
    }
    let created = seed.ago(days(650));
    seed.local(
        "tomweil",
        "Tom Weil",
        "Used to moderate here.",
        created,
        json!({ "role_id": role("Moderator"), "disabled": true }),
    )
    .await?;
    let user: i64 = sqlx::query_scalar("select id from users where account_id = $1")
        .bind(owner.account)
        .fetch_one(&mut *seed.db)
        .await?;
    let at = sql_time(seed.ago(days(30)));
    insert(
        seed.db,
        "oauth_applications",
        &[json!({ "name": "Howdah", "uid": "practice-howdah", "secret": "practice-secret",
        "redirect_uri": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read profile admin:read admin:write", "superapp": false,
        "confidential": true, "created_at": at, "updated_at": at })],
    )
    .await?;
    let token = format!("practice-{:032x}", seed.rng.random::<u128>());
    insert(
        seed.db,
        "oauth_access_tokens",
        &[json!({ "token": token, "application_id": 1, "resource_owner_id": user,
        "scopes": "read profile admin:read admin:write", "created_at": at })],
    )
    .await?;
    Ok(Staff { owner, moderators })
}

async fn people(seed: &mut Seed<'_>) -> Result<Vec<Person>> {
    let mut people = Vec::new();
    for index in 0..280usize {
        let name = format!(
            "{}{}",
            words::NAMES[index % words::NAMES.len()],
            if index < words::NAMES.len() { String::new() } else { format!("_{}", index / words::NAMES.len()) }
        );
        let display = match index % 9 {
            0 => format!("{} 🌊", capital(&name)),
            1 => String::new(),
            2 => "🐚🐚".to_owned(),
            _ => capital(&name),
        };
        let bio = seed.pick(words::BIOS).to_owned();
        // More people came in the last weeks than before: the curve has a shape.
        let age = if index % 3 == 0 { seed.between(1, 29) } else { seed.between(30, 800) };
        let created = days(age) + minutes(seed.between(0, 1000));
        let created = seed.ago(created);
        let person = seed.local(&name, &display, &bio, created, json!({})).await?;
        let posts = seed.between(1, 9);
        let mut last: Option<i64> = None;
        for number in 0..posts {
            let (language, text) =
                words::POSTS[usize::try_from(seed.between(0, words::POSTS.len() as i64 - 1)).unwrap_or(0)];
            let at = minutes(seed.between(5, age.min(60) * 1440));
            let at = seed.ago(at);
            let visibility = seed.pick(&["0", "0", "0", "1", "2", "3"]).parse::<i32>().unwrap_or(0);
            let text = if visibility >= 2 { format!("{CANARY} {text}") } else { text.to_owned() };
            let mut extra = json!({ "language": language, "visibility": visibility });
            if number == 2 {
                extra["spoiler_text"] = json!("long");
                extra["sensitive"] = json!(true);
            }
            if number == 3 {
                extra["edited_at"] = json!(sql_time(seed.ago(minutes(3))));
            }
            if let (Some(last), 4) = (last, number) {
                extra["in_reply_to_id"] = json!(last);
                extra["in_reply_to_account_id"] = json!(person.account);
                extra["reply"] = json!(true);
            }
            let status = seed.post(person, &text, at, extra).await?;
            last = Some(status);
            if visibility < 2 && index % 7 == 0 && number == 0 {
                seed.picture(person, status, at, "A view over the harbour in the evening", true).await?;
            }
        }
        people.push(person);
    }
    Ok(people)
}

fn capital(name: &str) -> String {
    let plain = name.split('_').next().unwrap_or_default();
    let mut chars = plain.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

async fn neighbours(seed: &mut Seed<'_>) -> Result<Vec<Person>> {
    let mut neighbours = Vec::new();
    for (index, domain) in words::SERVERS.iter().enumerate() {
        for number in 0..9usize {
            let name = format!("{}{}", words::NAMES[(index * 5 + number * 3) % words::NAMES.len()], index);
            let created = days(seed.between(3, 600));
            let created = seed.ago(created);
            let bio = "<p>Out at sea. <a href=\"https://sea.example\">sea.example</a></p>";
            let person = seed.remote(&name, domain, &capital(&name), bio, created, None).await?;
            let (language, text) = words::POSTS[(index + number) % words::POSTS.len()];
            let at = minutes(seed.between(30, 20_000));
            let at = seed.ago(at);
            seed.post(person, &format!("<p>{text}</p>"), at, json!({ "language": language, "local": false,
                "uri": format!("https://{domain}/s/{name}/{number}"), "url": format!("https://{domain}/@{name}/{number}") })).await?;
            neighbours.push(person);
        }
    }
    Ok(neighbours)
}

/// What waits: a harassment case, a spam wave, rules broken, legal trouble, hostile text, and the rest of a day.
async fn cases(seed: &mut Seed<'_>, staff: &Staff, people: &[Person], neighbours: &[Person]) -> Result<()> {
    let m = minutes;
    // One person hunted by another, reported by several, one of them a server's own moderators.
    let quarry =
        seed.remote("quarry", "night.example", "quarry", "<p>stone, mostly</p>", seed.ago(days(9)), None).await?;
    let remote_post = |n: i64| json!({ "local": false, "uri": format!("https://night.example/s/{n}"), "url": format!("https://night.example/@quarry/{n}") });
    let first = seed.post(quarry, "<p>Everyone keeps asking where she lives. It is not a secret: her address is 14 Mill Lane. Be there at nine and bring friends.</p>", seed.ago(m(40)), remote_post(1)).await?;
    sqlx::query("update statuses set deleted_at = $2::timestamp where id = $1")
        .bind(first)
        .bind(sql_time(seed.ago(m(10))))
        .execute(&mut *seed.db)
        .await?;
    let mut covered = remote_post(2);
    covered["spoiler_text"] = json!("for those who missed it");
    covered["sensitive"] = json!(true);
    let second = seed.post(quarry, "<p>Here it is again.</p>", seed.ago(m(35)), covered).await?;
    seed.picture(quarry, second, seed.ago(m(35)), "a house front with number plate", false).await?;
    let third = seed.post(quarry, "<p>she has it coming</p>", seed.ago(m(31)), remote_post(3)).await?;
    let wren = people[0];
    seed.report(
        wren,
        quarry,
        1500,
        "This is my real address. Please hurry, I have told the police as well.",
        seed.ago(m(24)),
        json!({ "status_ids": [first, second] }),
    )
    .await?;
    seed.report(
        people[1],
        quarry,
        2000,
        "doxxing",
        seed.ago(m(20)),
        json!({ "status_ids": [first, third], "rule_ids": [1] }),
    )
    .await?;
    let tidepool =
        seed.remote("tidepool.example", "tidepool.example", "", "", seed.ago(days(400)), Some("Application")).await?;
    seed.report(
        tidepool,
        quarry,
        0,
        "We have suspended this person's other account @quarry2 with us.",
        seed.ago(m(12)),
        json!({ "status_ids": [third], "uri": "https://tidepool.example/reports/1" }),
    )
    .await?;
    let at = sql_time(seed.ago(days(5)));
    insert(seed.db, "account_moderation_notes", &[json!({ "account_id": staff.moderators[0].account, "target_account_id": quarry.account,
        "content": "Second warning. If it happens again go straight to suspension.", "created_at": at, "updated_at": at })]).await?;
    seed.decided(
        people[2],
        quarry,
        staff.moderators[0],
        0,
        "follows me around",
        seed.ago(days(5)),
        Some((3000, "Limited for following people around.")),
    )
    .await?;

    // A local person harassing another in replies, with a private post among the reported ones.
    let lantern = seed.local("lantern_fell", "Lantern", "out after dark", seed.ago(days(40)), json!({})).await?;
    let mut statuses = Vec::new();
    for (n, text) in
        ["nobody would miss you if you just left", "still here?", "I know which ferry you take"].iter().enumerate()
    {
        let extra = json!({ "in_reply_to_account_id": people[3].account, "reply": true, "visibility": if n == 2 { 3 } else { 0 } });
        statuses.push(seed.post(lantern, text, seed.ago(m(60 - 5 * n as i64)), extra).await?);
    }
    seed.report(
        people[3],
        lantern,
        2000,
        "Second evening in a row, and now in private messages",
        seed.ago(m(25)),
        json!({ "status_ids": statuses, "rule_ids": [1] }),
    )
    .await?;
    seed.report(
        people[4],
        lantern,
        0,
        "bullying my friend",
        seed.ago(m(22)),
        json!({ "status_ids": [statuses[0]], "assigned_account_id": staff.moderators[0].account }),
    )
    .await?;

    // A spam wave: twenty-three accounts within an hour, one link, many reporters.
    for number in 0..23i64 {
        let name = format!("deals4u_{}", 7_700 + number);
        let created = seed.ago(m(110 - 2 * number));
        let spammer =
            seed.local(&name, "Best Deals", "Limited offer!", created, json!({ "sign_up_ip": "203.0.113.77" })).await?;
        let mut posts = Vec::new();
        for n in 0..3i64 {
            let text =
                format!("Limited offer! Double your coins today at https://crypto-harbour.example/?r={number}{n}");
            posts.push(seed.post(spammer, &text, seed.ago(m(70 - number - n)), json!({})).await?);
        }
        for reporter in 0..(1 + number % 3) {
            let from = people[usize::try_from(10 + number * 3 + reporter).unwrap_or(10)];
            seed.report(
                from,
                spammer,
                1000,
                if reporter == 0 { "" } else { "crypto spam again" },
                seed.ago(m(50 - number)),
                json!({ "status_ids": posts }),
            )
            .await?;
        }
    }

    // Hostile text from a hostile server, and everything that tries to break a page.
    let hostile = seed
        .remote(
            "b\u{0131}gfish",
            "rage.example",
            "\u{202E}drowssap ruoy epyt\u{202C}",
            "<p>hi<script>alert(1)</script><img src=x onerror=alert(2)></p>",
            seed.ago(days(2)),
            None,
        )
        .await?;
    let bad = seed.post(hostile, "<p>look <a href=\"javascript:alert(1)\">here</a><script>document.title='x'</script> &lt;b&gt; pay\u{200B}pal</p><style>body{display:none}</style>", seed.ago(m(200)), json!({ "local": false, "uri": "https://rage.example/s/1" })).await?;
    let long = format!("</textarea><script>alert(3)</script> {}", "This went on and on. ".repeat(220));
    seed.report(people[5], hostile, 0, &long, seed.ago(m(180)), json!({ "status_ids": [bad, 42] })).await?;

    // The rest of a day.
    let mut index = 30;
    for (handle, category, comment, text, age) in words::CASES {
        let person = match handle.split_once('@') {
            Some((name, domain)) => {
                seed.remote(name, domain, &capital(name), "<p>hello</p>", seed.ago(days(80)), None).await?
            }
            None => seed.local(handle, &capital(handle), "new around here", seed.ago(days(60)), json!({})).await?,
        };
        let at = seed.ago(m(age + 30));
        let extra = if handle.contains('@') {
            json!({ "local": false, "uri": format!("https://remote.example/{handle}"), "url": format!("https://remote.example/{handle}") })
        } else {
            json!({})
        };
        let post = seed.post(person, text, at, extra).await?;
        if index % 4 == 0 && !handle.contains('@') {
            seed.picture(person, post, at, "A photograph of a crowded pier", true).await?;
        }
        let rules = if *category == 2000 { json!([2]) } else { Value::Null };
        let from = people[index % people.len()];
        index += 3;
        seed.report(
            from,
            person,
            *category,
            comment,
            seed.ago(m(*age)),
            json!({ "status_ids": [post], "rule_ids": rules }),
        )
        .await?;
        if index % 2 == 0 {
            let by = staff.moderators[index % 3];
            seed.decided(
                neighbours[index % neighbours.len()],
                person,
                by,
                *category,
                "earlier trouble",
                seed.ago(days(20)),
                (index % 4 == 0).then_some((0, "Please be kinder.")),
            )
            .await?;
        }
    }
    // Somebody reports a moderator, and the queue has one about ten posts.
    seed.report(
        people[7],
        staff.moderators[1],
        0,
        "She closed my report without reading it",
        seed.ago(m(300)),
        json!({}),
    )
    .await?;
    let chatty = seed.local("windvane", "Windvane", "turns a lot", seed.ago(days(100)), json!({})).await?;
    let mut ten = Vec::new();
    for n in 0..10i64 {
        ten.push(
            seed.post(
                chatty,
                &format!("Part {} of my thread about the council", n + 1),
                seed.ago(m(400 - n)),
                json!({}),
            )
            .await?,
        );
    }
    seed.report(
        people[8],
        chatty,
        2000,
        "all of these",
        seed.ago(m(390)),
        json!({ "status_ids": ten, "rule_ids": [3] }),
    )
    .await?;
    // Sanctions in force: suspended with its data's last day ahead, limited, media hidden, frozen.
    for (name, sql) in [
        ("gonesoon", "update accounts set suspended_at = $2::timestamp, suspension_origin = 0 where id = $1"),
        ("quietly", "update accounts set silenced_at = $2::timestamp where id = $1"),
        ("veiled", "update accounts set sensitized_at = $2::timestamp where id = $1"),
        ("frozen", "update users set disabled = $2::timestamp is not null where account_id = $1"),
    ] {
        let person = seed.local(name, &capital(name), "", seed.ago(days(300)), json!({})).await?;
        let action = match name {
            "gonesoon" => 4000,
            "quietly" => 3000,
            "veiled" => 2000,
            _ => 1000,
        };
        seed.decided(
            people[9],
            person,
            staff.moderators[2],
            0,
            "broke rule 2",
            seed.ago(days(6)),
            Some((action, "You broke rule 2.")),
        )
        .await?;
        // Mastodon gives strike and sanction in one go (`app/models/admin/account_action.rb`).
        let struck = "select to_char(max(created_at), 'YYYY-MM-DD\"T\"HH24:MI:SS.US') from account_warnings \
            where target_account_id = $1";
        let at: String = sqlx::query_scalar(struck).bind(person.account).fetch_one(&mut *seed.db).await?;
        sqlx::query(sql).bind(person.account).bind(&at).execute(&mut *seed.db).await?;
        if action == 4000 {
            insert(
                seed.db,
                "account_deletion_requests",
                &[json!({ "account_id": person.account, "created_at": at, "updated_at": at })],
            )
            .await?;
        }
        if action == 3000 {
            let strike: i64 =
                sqlx::query_scalar("select max(id) from account_warnings").fetch_one(&mut *seed.db).await?;
            insert(
                seed.db,
                "appeals",
                &[json!({ "account_id": person.account, "account_warning_id": strike,
                "text": "It was a joke among friends.", "created_at": at, "updated_at": at })],
            )
            .await?;
        }
    }
    Ok(())
}

/// Somebody whose posts hold everything a post can hold: a poll, a link with its preview, a quoted post, two edits; and, where
/// the release has them, a collection that is reported and that a post links to.
async fn content(seed: &mut Seed<'_>) -> Result<()> {
    let m = minutes;
    let is_there = "select to_regclass($1) is not null";
    let quotes: bool = sqlx::query_scalar(is_there).bind("quotes").fetch_one(&mut *seed.db).await?;
    let collections: bool = sqlx::query_scalar(is_there).bind("collections").fetch_one(&mut *seed.db).await?;
    let person = |name: &str| format!("select id from accounts where domain is null and username = '{name}'");
    let mut people = Vec::new();
    for name in [words::NAMES[0], words::NAMES[1], "windvane"] {
        let account = sqlx::query_scalar(sqlx::AssertSqlSafe(person(name))).fetch_one(&mut *seed.db).await?;
        people.push(Person { account });
    }
    let lowwater = seed.local("lowwater", "Low Water", "what the tide brings", seed.ago(days(70)), json!({})).await?;
    let at = seed.ago(m(95));
    let asked = seed.post(lowwater, "Tell me, harbour:", at, json!({})).await?;
    insert(
        seed.db,
        "polls",
        &[json!({ "account_id": lowwater.account, "status_id": asked, "options": ["Drown the new harbour master", "Let her swim"],
            "cached_tallies": [3, 1], "votes_count": 4, "voters_count": 4, "multiple": false, "hide_totals": false, "lock_version": 0,
            "expires_at": sql_time(seed.now.checked_add(days(1)).unwrap_or(seed.now)), "created_at": sql_time(at), "updated_at": sql_time(at) })],
    )
    .await?;
    sqlx::query("update statuses set poll_id = (select max(id) from polls) where id = $1")
        .bind(asked)
        .execute(&mut *seed.db)
        .await?;
    let edited = seed
        .post(
            lowwater,
            "A lovely evening at the harbour.",
            seed.ago(m(90)),
            json!({ "edited_at": sql_time(seed.ago(m(40))) }),
        )
        .await?;
    // The first edit keeps what was there before it; the newest row is the post as it stands (`app/models/status.rb`, `snapshot!`).
    for (text, at) in [
        ("The new harbour master lives above the bakery, second floor.", 90),
        ("The new harbour master lives above the bakery.", 60),
        ("A lovely evening at the harbour.", 40),
    ] {
        let at = sql_time(seed.ago(m(at)));
        insert(
            seed.db,
            "status_edits",
            &[json!({ "status_id": edited, "account_id": lowwater.account, "text": text, "spoiler_text": "", "sensitive": false,
                "ordered_media_attachment_ids": [], "media_descriptions": [], "poll_options": null, "created_at": at, "updated_at": at })],
        )
        .await?;
    }
    let at = seed.ago(m(88));
    let linking =
        seed.post(lowwater, "Sign here and she goes: https://sign.lowwater.example/go?to=1", at, json!({})).await?;
    insert(
        seed.db,
        "preview_cards",
        &[json!({ "url": "https://petitions.lowwater.example/harbour-master/out", "title": "Out with the harbour master",
            "description": "Four hundred have signed already.", "image_file_name": "crowd.png", "type": 0, "html": "",
            "author_name": "", "author_url": "", "provider_name": "Lowwater Petitions", "provider_url": "", "width": 400,
            "height": 200, "embed_url": "", "image_description": "", "language": "en", "created_at": sql_time(at),
            "updated_at": sql_time(at) })],
    )
    .await?;
    let card: i64 = sqlx::query_scalar("select max(id) from preview_cards").fetch_one(&mut *seed.db).await?;
    insert(
        seed.db,
        "preview_cards_statuses",
        &[json!({ "preview_card_id": card, "status_id": linking, "url": "https://sign.lowwater.example/go?to=1" })],
    )
    .await?;
    let mut named = vec![asked, edited, linking];
    if quotes {
        let theirs = seed
            .post(people[2], "I am the new harbour master and I am glad to be here.", seed.ago(m(100)), json!({}))
            .await?;
        let at = seed.ago(m(85));
        let quoting = seed.post(lowwater, "Not for long.", at, json!({})).await?;
        let id = seed.id(at);
        insert(
            seed.db,
            "quotes",
            &[json!({ "id": id, "account_id": lowwater.account, "status_id": quoting, "quoted_status_id": theirs,
                "quoted_account_id": people[2].account, "state": 1, "legacy": false, "created_at": sql_time(at), "updated_at": sql_time(at) })],
        )
        .await?;
        named.push(quoting);
    }
    let report = seed
        .report(
            people[0],
            lowwater,
            0,
            "The poll, what it quotes, and what it said before",
            seed.ago(m(70)),
            json!({ "status_ids": named }),
        )
        .await?;
    if collections {
        let at = seed.ago(m(80));
        let (collection, stamp) = (seed.id(at), sql_time(at));
        insert(
            seed.db,
            "collections",
            &[json!({ "id": collection, "account_id": lowwater.account, "name": "People to drown", "description": "In this order.",
                "discoverable": true, "sensitive": false, "local": true, "item_count": 2, "created_at": stamp, "updated_at": stamp })],
        )
        .await?;
        for (position, person) in (1i64..).zip(&people[1..]) {
            let id = seed.id(at);
            insert(
                seed.db,
                "collection_items",
                &[json!({ "id": id, "collection_id": collection, "account_id": person.account, "position": position, "state": 1,
                    "created_at": stamp, "updated_at": stamp })],
            )
            .await?;
        }
        let uri = format!("https://{}/ap/users/{}/collections/{collection}", seed.options.domain, lowwater.account);
        insert(
            seed.db,
            "tagged_objects",
            &[json!({ "status_id": linking, "ap_type": "FeaturedCollection", "object_type": "Collection",
                "object_id": collection, "uri": uri, "created_at": stamp, "updated_at": stamp })],
        )
        .await?;
        insert(
            seed.db,
            "collection_reports",
            &[json!({ "report_id": report, "collection_id": collection, "created_at": stamp, "updated_at": stamp })],
        )
        .await?;
    }
    Ok(())
}

/// The characters of an invitation's code (`app/models/invite.rb`).
const CODE: &[u8] = b"abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// Invitations of people who have been here for a while, and who came with them.
async fn invitations(seed: &mut Seed<'_>) -> Result<()> {
    // Login, age in minutes; the oldest first. Whoever waits, is suspended or frozen brought nobody.
    const PEOPLE: &str = "select u.id, (extract(epoch from $1::timestamp - u.created_at) / 60)::bigint from users u \
        join accounts a on a.id = u.account_id where u.approved and not u.disabled and a.suspended_at is null \
        and a.username not like 'sailor%' and a.username not like 'deals4u%' order by u.created_at, u.id";
    let now = sql_time(seed.now);
    let people: Vec<(i64, i64)> = sqlx::query_as(PEOPLE).bind(&now).fetch_all(&mut *seed.db).await?;
    let mut guests: Vec<(i64, i64)> = Vec::new();
    for (number, (owner, age)) in (0i64..).zip(people.iter().step_by(4).take(36).copied()) {
        let made = (age - seed.between(600, 40_000)).max(2_000);
        // Later arrivals that nobody else brought.
        let wanted = if number % 5 == 4 { 0 } else { seed.between(0, 6) };
        let mut came = Vec::new();
        for (user, since) in people.iter().rev().copied() {
            let free = since < made && user != owner && !guests.iter().any(|(taken, _)| *taken == user);
            if free && (user + number) % 3 == 0 && i64::try_from(came.len()).unwrap_or(wanted) < wanted {
                came.push(user);
            }
        }
        let uses = i64::try_from(came.len()).unwrap_or(0);
        let most = match number % 4 {
            0 => None,
            1 if uses > 0 => Some(uses),
            _ => Some([5, 10, 25][usize::try_from(number % 3).unwrap_or(0)].max(uses)),
        };
        let ends = match number % 3 {
            0 => None,
            1 => Some(seed.now.checked_add(days(seed.between(1, 30))).unwrap_or(seed.now)),
            _ => Some(seed.ago(minutes(1_000))),
        };
        let comment =
            ["", "for the choir", "Lesekreis", "", "from the other server"][usize::try_from(number % 5).unwrap_or(0)];
        let extra = json!({ "max_uses": most, "uses": uses, "expires_at": ends.map(sql_time), "autofollow": number % 5 == 4,
            "comment": comment });
        let invite = seed.invitation(owner, made, extra).await?;
        guests.extend(came.into_iter().map(|user| (user, invite)));
    }
    for (user, invite) in &guests {
        sqlx::query("update users set invite_id = $2 where id = $1")
            .bind(user)
            .bind(invite)
            .execute(&mut *seed.db)
            .await?;
    }
    // Owners who are not functional: their invitations sleep.
    let asleep: Vec<i64> = sqlx::query_scalar(
        "select u.id from users u join accounts a on a.id = u.account_id where a.username in ('gonesoon', 'frozen') order by u.id",
    )
    .fetch_all(&mut *seed.db)
    .await?;
    for owner in asleep {
        seed.invitation(owner, 30_000, json!({})).await?;
    }
    Ok(())
}

/// People who asked to join: each with their own words, but for one ring (one range, one burst, the same words) and one
/// household, which shares an address and nothing else.
async fn waiting(seed: &mut Seed<'_>) -> Result<()> {
    let (mut whole, mut ring, mut household) = (words::REASONS.iter(), 0, words::HOUSEHOLD.iter());
    sqlx::query("update users set sign_up_ip = $1::inet where account_id = (select id from accounts where username = 'wren' and domain is null)")
        .bind(OF_THE_HOUSEHOLD)
        .execute(&mut *seed.db)
        .await?;
    for index in 0..60usize {
        let name = format!("{}{}", words::NAMES[(index * 7) % words::NAMES.len()], 2_000 + index);
        let mut created = minutes(seed.between(10, 8_000));
        let mut login = json!({ "approved": false });
        let reason = if index % 7 == 3 {
            ring += 1;
            created = minutes(95 - i64::try_from(ring)?);
            login["sign_up_ip"] = json!(format!("198.51.252.{}", 130 + ring));
            words::RING[ring % words::RING.len()].to_owned()
        } else if let (0, Some(own)) = (index % 18, household.next()) {
            login["sign_up_ip"] = json!(OF_THE_HOUSEHOLD);
            (*own).to_owned()
        } else if let (0, Some(own)) = (index % 4, whole.next()) {
            (*own).to_owned()
        } else {
            let part = |of: &[&'static str]| of[index % of.len()];
            format!("{} {} {}", part(words::ASKERS), part(words::WHYS), part(words::POSTING))
        };
        let created = seed.ago(created);
        login["confirmed_at"] = if index % 6 == 5 { Value::Null } else { json!(sql_time(created)) };
        let person = seed.local(&name, "", "", created, login).await?;
        let user: i64 = sqlx::query_scalar("select id from users where account_id = $1")
            .bind(person.account)
            .fetch_one(&mut *seed.db)
            .await?;
        let at = sql_time(created);
        insert(
            seed.db,
            "user_invite_requests",
            &[json!({ "user_id": user, "text": reason, "created_at": at, "updated_at": at })],
        )
        .await?;
    }
    Ok(())
}

/// Who follows whom across servers: what a rule about a friendly one would cut.
async fn follows(db: &mut PgConnection, now: Timestamp) -> Result<()> {
    let sql = "with here as (select a.id, row_number() over (order by a.id) as n from accounts a join users u on u.account_id = a.id \
           where u.approved order by a.id limit 300), \
         there as (select id, row_number() over (order by id) as n from accounts where domain = any($1)) \
         insert into follows (account_id, target_account_id, created_at, updated_at) \
         select here.id, there.id, $2::timestamp, $2::timestamp from here, there where (here.n * 7 + there.n * 3) % 97 = 0 \
         union all \
         select there.id, here.id, $2::timestamp, $2::timestamp from here, there where (here.n * 5 + there.n * 11) % 127 = 0";
    sqlx::query(sql).bind(words::FRIENDLY_SERVERS).bind(sql_time(now)).execute(db).await?;
    Ok(())
}

/// Who was let in and who was not, in the last weeks. Of whoever was rejected nothing is left but the row of the log
/// (`app/controllers/api/v1/admin/accounts_controller.rb`).
async fn decided_sign_ups(db: &mut PgConnection, staff: &Staff, now: Timestamp) -> Result<()> {
    let moderators: Vec<i64> = staff.moderators.iter().map(|moderator| moderator.account).collect();
    let approved = "insert into admin_action_logs (account_id, action, target_type, target_id, human_identifier, created_at, updated_at) \
         select ($2::bigint[])[1 + u.id / 4 % 3], 'approve', 'User', u.id, a.username, at, at from users u \
         join accounts a on a.id = u.account_id, lateral (select u.created_at + (20 + u.id % 300) * interval '1 minute' as at) decided \
         where u.approved and u.role_id is null and a.username not like 'deals4u%' and u.id % 4 <> 0 \
         and u.created_at > $1::timestamp - interval '29 days' and at < $1::timestamp - interval '1 day'";
    let rejected = "insert into admin_action_logs (account_id, action, target_type, target_id, human_identifier, created_at, updated_at) \
         select ($2::bigint[])[1 + n % 3], 'reject', 'User', 900000 + n, 'offer' || (3000 + n), at, at \
         from (select n, $1::timestamp - (n * 17 + 26) * interval '1 hour' as at from generate_series(0, 39) n) gone";
    for sql in [approved, rejected] {
        sqlx::query(sql).bind(sql_time(now)).bind(&moderators).execute(&mut *db).await?;
    }
    Ok(())
}

/// Who signed in on which day of the last twelve weeks: about half of everybody in a week.
async fn activity(db: &mut PgConnection, now: Timestamp) -> Result<()> {
    let sql = "insert into practice.activity (day, kind, user_id) \
         select ($1::timestamp - d * interval '1 day')::date, kind, u.id from users u, generate_series(1, 84) d, \
         lateral (select 'logins' as kind where (u.id * 31 + d * 7) % 11 = 0 and u.created_at < $1::timestamp - d * interval '1 day' \
         union all select 'registrations' where u.created_at::date = ($1::timestamp - d * interval '1 day')::date) did \
         where u.approved and u.id < 2000 on conflict do nothing";
    sqlx::query(sql).bind(sql_time(now)).execute(db).await?;
    Ok(())
}

/// Tables whose rows are written in another order than that of time, with the columns that name their rows, and what
/// Mastodon's log calls them.
const OUT_OF_ORDER: [(&str, &[&str], &str); 4] = [
    (
        "users",
        &[
            "user_invite_requests.user_id",
            "invites.user_id",
            "oauth_applications.owner_id",
            "oauth_access_tokens.resource_owner_id",
            "oauth_access_grants.resource_owner_id",
            "session_activations.user_id",
            "login_activities.user_id",
            "webauthn_credentials.user_id",
            "practice.activity.user_id",
        ],
        "User",
    ),
    ("reports", &["report_notes.report_id", "collection_reports.report_id", "account_warnings.report_id"], "Report"),
    ("account_warnings", &["appeals.account_warning_id"], "AccountWarning"),
    ("invites", &["users.invite_id"], "Invite"),
];

/// Ids ascend with time, as on a real server: what happened within a time is found by them.
async fn in_order_of_time(db: &mut PgConnection) -> Result<()> {
    // A key and what names it change one after the other.
    sqlx::query("set local session_replication_role = replica").execute(&mut *db).await?;
    for (table, named_by, kind) in OUT_OF_ORDER {
        let mut statements = vec![format!(
            "create temporary table placed on commit drop as \
             select id, row_number() over (order by created_at, id) as place from {table}"
        )];
        // The new ids are put beside the former ones first, so that none meets another.
        let placed = |table: &str, column: &str, and: &str| {
            let new = format!("update {table} t set {column} = -p.place from placed p where p.id = t.{column}{and}");
            [new, format!("update {table} t set {column} = -{column} where {column} < 0{and}")]
        };
        statements.extend(placed(table, "id", ""));
        for named in named_by {
            let (table, column) = named.rsplit_once('.').context("a table and a column")?;
            // Not every release has each of them.
            let there: bool =
                sqlx::query_scalar("select to_regclass($1) is not null").bind(table).fetch_one(&mut *db).await?;
            if !there {
                continue;
            }
            statements.extend(placed(table, column, ""));
        }
        let logged = format!(" and t.target_type = '{kind}'");
        statements.extend(placed("admin_action_logs", "target_id", &logged));
        statements.push("drop table placed".to_owned());
        for sql in statements {
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *db).await?;
        }
    }
    for sql in [
        "set local session_replication_role = origin",
        // A report is named by its number.
        "update admin_action_logs set human_identifier = target_id::text where target_type = 'Report'",
        "update admin_action_logs l set id = -placed.place from (select id, row_number() over (order by created_at, id) as place \
         from admin_action_logs) placed where placed.id = l.id",
        "update admin_action_logs set id = -id",
    ] {
        sqlx::query(sql).execute(&mut *db).await?;
    }
    Ok(())
}

/// A year of decided reports by the different moderators.
async fn history(seed: &mut Seed<'_>, staff: &Staff, people: &[Person]) -> Result<()> {
    // Oldest first: ids ascend with time, as on a real server.
    for number in (0..240i64).rev() {
        let from = people[usize::try_from(seed.between(0, 60)).unwrap_or(0)];
        let about = people[usize::try_from(seed.between(100, 250)).unwrap_or(100)];
        let by =
            if number % 11 == 0 { staff.owner } else { staff.moderators[usize::try_from(number % 3).unwrap_or(0)] };
        let category = [0, 1000, 2000, 0][usize::try_from(number % 4).unwrap_or(0)];
        let strike = (number % 3 == 0).then_some((0, "Please read the rules again."));
        let at = seed.ago(days(2 + number * 3 / 2));
        let comment = seed.pick(words::COMMENTS);
        seed.decided(from, about, by, category, comment, at, strike).await?;
    }
    Ok(())
}

/// The size of a town: 50,000 accounts and 5,000 reports, by SQL.
async fn crowd(seed: &mut Seed<'_>, staff: &Staff) -> Result<()> {
    let now = sql_time(seed.now);
    let sql = "insert into accounts (id, username, domain, display_name, note, created_at, updated_at, uri, url, protocol) \
        select floor(extract(epoch from at) * 1000)::bigint << 16, 'sailor' || n, \
        case when n % 5 < 2 then null else 'fleet' || (n % 40) || '.example' end, 'Sailor ' || n, '', at, at, \
        case when n % 5 < 2 then '' else 'https://fleet.example/' || n end, null, case when n % 5 < 2 then 0 else 1 end \
        from (select n, $1::timestamp - n * interval '11 minutes' as at from generate_series(1, 49000) n) s";
    sqlx::query(sql).bind(&now).execute(&mut *seed.db).await?;
    for sql in [
        "insert into users (account_id, email, created_at, updated_at, confirmed_at, approved, encrypted_password, locale, settings) \
         select id, username || '@post.example', created_at, created_at, created_at, true, '', 'en', '{}' from accounts \
         where username like 'sailor%' and domain is null",
        "insert into account_stats (account_id, created_at, updated_at, followers_count, following_count, statuses_count) \
         select id, created_at, created_at, (id >> 20) % 200, (id >> 21) % 200, 1 from accounts where username like 'sailor%'",
        "insert into statuses (id, account_id, text, created_at, updated_at, visibility, language, local, uri) \
         select id + 1, id, 'A quiet day on the water, seen from ' || display_name, created_at, created_at, 0, 'en', domain is null, \
         'https://fleet.example/s/' || id from accounts where username like 'sailor%'",
    ] {
        sqlx::query(sql).execute(&mut *seed.db).await?;
    }
    let sql = "insert into reports (account_id, target_account_id, category, comment, created_at, updated_at, status_ids, \
        action_taken_at, action_taken_by_account_id) \
        select f.id, t.id, (array[0, 1000, 2000, 1000])[1 + n % 4], 'Report number ' || n, at, at, array[t.id + 1], \
        case when n % 12 = 0 then null else at + interval '40 minutes' end, case when n % 12 = 0 then null else $2::bigint end \
        from (select n, $1::timestamp - n * interval '2 hours' as at from generate_series(1, 4800) n) r \
        join (select id, row_number() over (order by id) as k from accounts where username like 'sailor%') t on t.k = 1 + (n * 37) % 48000 \
        join (select id, row_number() over (order by id) as k from accounts where username like 'sailor%') f on f.k = 1 + (n * 53) % 48000";
    sqlx::query(sql).bind(&now).bind(staff.moderators[0].account).execute(&mut *seed.db).await?;
    sqlx::query(
        "insert into admin_action_logs (account_id, action, target_type, target_id, human_identifier, created_at, updated_at) \
         select action_taken_by_account_id, 'resolve', 'Report', id, id::text, action_taken_at, action_taken_at \
         from reports where action_taken_at is not null and comment like 'Report number%'",
    )
    .execute(&mut *seed.db)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A database of a test's own on the tests' PostgreSQL, with Mastodon's tables.
    pub(super) async fn empty() -> PgPool {
        let admin = std::env::var("HOWDAH_TEST_POSTGRES")
            .expect("HOWDAH_TEST_POSTGRES is not set; run the tests with: cargo xtask test --only unit");
        let name = format!("community{:032x}", rand::random::<u128>());
        let pool = PgPool::connect(&admin).await.expect("PostgreSQL answers");
        sqlx::query(sqlx::AssertSqlSafe(format!("create database {name}"))).execute(&pool).await.expect("a database");
        let (base, _) = admin.rsplit_once('/').expect("a database in the address");
        let pool = PgPool::connect(&format!("{base}/{name}")).await.expect("PostgreSQL answers");
        crate::schema::create(&pool).await.expect("tables");
        pool
    }

    /// Moments of a day, with what a database rounds up and what it rounds down.
    const CLOCKS: [&str; 6] = [
        "2026-01-01T00:00:00Z",
        "2026-03-29T01:00:00.000499Z",
        "2026-06-15T08:11:22.333501Z",
        "2026-10-25T12:00:00.999999Z",
        "2026-11-26T15:47:00.5Z",
        "2028-02-29T23:59:59.999Z",
    ];

    #[tokio::test]
    async fn a_community_is_made_at_any_time_of_day() {
        let pool = empty().await;
        for clock in CLOCKS {
            let now: Timestamp = clock.parse().expect("a moment");
            for size in [Size::Small, Size::Medium] {
                let made = Options { seed: 1, size, domain: "harbour.example".into(), now, media: None };
                seed(&pool, &made).await.unwrap_or_else(|error| panic!("{size:?} at {clock}: {error:#}"));
                let wrong: i64 = sqlx::query_scalar(
                    "select (select count(*) from accounts where id >> 16 <> floor(extract(epoch from created_at) * 1000)::bigint) \
                     + (select count(*) from statuses where id >> 16 <> floor(extract(epoch from created_at) * 1000)::bigint)",
                )
                .fetch_one(&pool)
                .await
                .expect("a count");
                assert_eq!(wrong, 0, "{size:?} at {clock}: ids tell when a row was made");
                let backwards: i64 = sqlx::query_scalar(
                    "select (select count(*) from (select created_at < lag(created_at) over (order by id) as back from admin_action_logs) l where back) \
                     + (select count(*) from (select created_at < lag(created_at) over (order by id) as back from invites) i where back) \
                     + (select count(*) from (select created_at < lag(created_at) over (order by id) as back from users) u where back) \
                     + (select count(*) from (select created_at < lag(created_at) over (order by id) as back from reports) r where back) \
                     + (select count(*) from (select created_at < lag(created_at) over (order by id) as back from account_warnings) w where back) \
                     + (select count(*) from invites where user_id not in (select id from users)) \
                     + (select count(*) from appeals where account_warning_id not in (select id from account_warnings)) \
                     + (select count(*) from users where invite_id is not null and invite_id not in (select id from invites))",
                )
                .fetch_one(&pool)
                .await
                .expect("a count");
                assert_eq!(backwards, 0, "{size:?} at {clock}: ids ascend with time");
                let shown: (i64, i64, i64) = sqlx::query_as(
                    "select count(*) filter (where action = 'approve'), count(*) filter (where action = 'reject'), \
                     (select count(distinct day) from practice.activity where kind = 'logins') from admin_action_logs",
                )
                .fetch_one(&pool)
                .await
                .expect("counts");
                assert!(shown.0 > 20 && shown.1 == 40 && shown.2 == 84, "{size:?} at {clock}: {shown:?}");
                sqlx::raw_sql(
                    "do $$ begin execute (select 'truncate ' || string_agg(format('%I', tablename), ', ') || ' restart identity' \
                     from pg_tables where schemaname = 'public' and tablename <> 'schema_migrations'); end $$; truncate practice.activity",
                )
                .execute(&pool)
                .await
                .expect("empty tables");
            }
        }
    }
}
