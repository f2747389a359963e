//! Nothing that Mastodon, a file or a person can fill in changes a page: the same pages are made of harmless texts and of
//! hostile ones, as every role, and must have the same elements with the same attributes.

use crate::{
    access::WRITES,
    support::{House, Kept, grant, house, person, sqlite},
};
use axum::{
    body::Body,
    http::{Request, header},
};
use howdah::{
    access::Role,
    cli,
    clock::{Clock, DAY},
    http,
    ledger::Filter,
    reports::Category,
    seal::Keys,
    store::Driver,
};
use html5ever::{
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer,
        states::RawKind::{Rawtext, Rcdata, ScriptData},
    },
};
use sqlx::{AssertSqlSafe, PgPool};
use std::{cell::RefCell, collections::BTreeMap, path::Path};

/// Ends whatever it can stand in, and begins an element and an attribute that no page has.
const HOSTILE: &str = "a'\"><x-evil evil=1></title></textarea></script></style></option></select></svg></bdi></dd></div></table>-->\
    <form action=/api/session/end data-key=j><x-evil evil=1 data-key=j>\u{202E}b &lt;x-evil&gt;\u{2066} ]]> c";

/// The same without what makes it hostile, as long and with the same words.
fn harmless() -> String {
    HOSTILE.chars().map(|c| if "<>\"'&=/;-]".contains(c) { 'a' } else { c }).collect()
}

/// The tags of a page in their order, with the names of their attributes. (The tree follows from them: text in between
/// makes no element.)
#[derive(Default)]
struct Tags {
    tags: RefCell<Vec<String>>,
    wrong: RefCell<Vec<String>>,
}

impl TokenSink for Tags {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let Token::TagToken(tag) = token else { return TokenSinkResult::Continue };
        let mut text = if tag.kind == TagKind::EndTag { format!("</{}", tag.name) } else { format!("<{}", tag.name) };
        for attribute in &tag.attrs {
            let (name, value) = (attribute.name.local.to_string(), attribute.value.to_string());
            text.push_str(&format!(" {name}"));
            if name == "evil" {
                self.wrong.borrow_mut().push(format!("an attribute: {text}"));
            }
            if matches!(name.as_str(), "href" | "src" | "action" | "formaction" | "poster")
                && !leads_well(&name, &value)
            {
                self.wrong.borrow_mut().push(format!("{name} leads to {value}"));
            }
            if tag.name.to_string() == "meta" && name == "content" && value.contains("evil") {
                self.wrong.borrow_mut().push(format!("a meta element says {value}"));
            }
        }
        if tag.name.starts_with("x-") {
            self.wrong.borrow_mut().push(format!("an element: {text}"));
        }
        self.tags.borrow_mut().push(text + ">");
        match (tag.kind, &*tag.name) {
            (TagKind::StartTag, "title" | "textarea") => TokenSinkResult::RawData(Rcdata),
            (TagKind::StartTag, "style" | "xmp" | "iframe" | "noembed" | "noframes" | "noscript") => {
                TokenSinkResult::RawData(Rawtext)
            }
            (TagKind::StartTag, "script") => TokenSinkResult::RawData(ScriptData),
            _ => TokenSinkResult::Continue,
        }
    }
}

/// Forms and files stay here; links may lead to pages elsewhere, and to nothing that runs.
fn leads_well(attribute: &str, to: &str) -> bool {
    let ours = to.starts_with('/') && !to.starts_with("//") || to.starts_with('#') || to.starts_with('?');
    ours || attribute == "href"
        && ["http://", "https://", "otpauth://totp/"].iter().any(|scheme| to.starts_with(scheme))
}

fn tags_of(page: &str) -> (Vec<String>, Vec<String>) {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(page));
    let tokenizer = Tokenizer::new(Tags::default(), Default::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    (tokenizer.sink.tags.take(), tokenizer.sink.wrong.take())
}

#[test]
fn a_page_that_was_broken_out_of_is_seen() {
    let broken =
        |title: &str| tags_of(&format!("<html><head><title>{title}</title></head><body><p>b</p></body></html>"));
    let (well, wrong) = broken(&harmless());
    assert!(wrong.is_empty() && well.len() == 10, "{well:?}");
    let (tags, wrong) = broken(HOSTILE);
    assert!(tags != well && wrong.iter().any(|wrong| wrong.contains("<x-evil")), "{wrong:?}");
    assert_eq!(tags_of("<a href='javascript:alert(1)'>").1.len(), 1);
}

/// What no text of a stranger's ever reaches, or what decides which row is which.
fn is_left_alone(table: &str, column: &str) -> bool {
    table.starts_with("oauth_")
        || matches!(table, "schema_migrations" | "ar_internal_metadata" | "settings")
        || column.ends_with("_type")
        || (table, column) == ("accounts", "domain")
}

async fn columns_of(instance: &PgPool, sql: &'static str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(instance).await.unwrap()
}

/// Writes a text into every field of text that the instance has.
async fn fill(instance: &PgPool, text: &str) {
    let columns: Vec<(String, String, Option<i32>)> = sqlx::query_as(
        "select c.table_name::text, c.column_name::text, c.character_maximum_length::int from information_schema.columns c \
         join information_schema.tables t using (table_schema, table_name) \
         where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.data_type in ('text', 'character varying') \
         order by 1, 2",
    )
    .fetch_all(instance)
    .await
    .unwrap();
    assert!(columns.len() > 80, "{columns:?}");
    let with_id: Vec<String> =
        columns_of(instance, "select table_name::text from information_schema.columns where column_name = 'id'").await;
    for (table, column, longest) in columns {
        // A table that only joins two others has no id.
        let row = if with_id.contains(&table) { "id" } else { "abs(hashtext(ctid::text))" };
        if is_left_alone(&table, &column) {
            continue;
        }
        let value = if column.ends_with("url") || column.ends_with("uri") {
            format!("case {row} % 2 when 0 then 'https://evil.example/' when 1 then 'javascript:alert(1)//' end || $1")
        } else {
            "$1".to_owned()
        };
        let longest = longest.unwrap_or(10_000);
        let put = |value: String| {
            let sql = format!(
                "update {table} set {column} = left({value}, {longest}) where {column} is not null and {column} <> ''"
            );
            sqlx::query(AssertSqlSafe(sql)).bind(text).execute(instance)
        };
        if put(value.clone()).await.is_err() {
            // One of each only.
            put(format!("{row} || {value} || {row}")).await.unwrap_or_else(|error| panic!("{table}.{column}: {error}"));
        }
    }
    let yaml = format!("--- {}\n", serde_json::to_string(text).unwrap());
    sqlx::query("update settings set value = $1 where var in ('site_title', 'site_short_description', 'closed_registrations_message')")
        .bind(yaml)
        .execute(instance)
        .await
        .unwrap();
    // Among what is pressed is an emergency: it closes, and finds nothing to close the second time.
    sqlx::query("update settings set value = '--- approved' where var = 'registrations_mode'")
        .execute(instance)
        .await
        .unwrap();
}

/// As much of a text as a name has room for.
fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

/// A console of its own over the same instance.
async fn console(of: &House, store: Kept, text: &str) -> House {
    let app = cli::assemble(of.config.clone(), Clock::System, Keys::from_secret([7; 32]), store.store.clone()).unwrap();
    for role in Role::ALL {
        person(&app, role.name(), role).await;
    }
    person(&app, &short(text), Role::Moderator).await;
    grant(&app, "01contractor", Category::ALL.to_vec(), true, true, app.clock.now().plus(36_500 * DAY)).await;
    House {
        router: http::router(app.clone()),
        app,
        instance: of.instance.clone(),
        weather: of.weather.clone(),
        front: of.front.clone(),
        store,
        config: of.config.clone(),
        _files: tempfile::TempDir::new().unwrap(),
        _site: tempfile::TempDir::new().unwrap(),
    }
}

/// What is the same for both consoles.
struct Ids {
    cases: Vec<(String, String)>,
    remote: String,
    sign_up: String,
    role: String,
    invite: String,
    media: (String, String),
}

async fn one(instance: &PgPool, sql: &'static str) -> String {
    sqlx::query_scalar(sql).fetch_one(instance).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

async fn ids(instance: &PgPool) -> Ids {
    let cases = sqlx::query_as(
        "select target_account_id::text, string_agg(id::text, ',' order by id) from reports where action_taken_at is null \
         group by target_account_id order by count(*) desc, 1 limit 2",
    )
    .fetch_all(instance)
    .await
    .unwrap();
    let media: (String, String) = sqlx::query_as(
        "select s.account_id::text, m.id::text from media_attachments m join statuses s on s.id = m.status_id \
         join reports r on r.target_account_id = s.account_id and r.action_taken_at is null and s.id = any(r.status_ids) \
         where s.visibility = 0 and s.deleted_at is null order by m.id limit 1",
    )
    .fetch_one(instance)
    .await
    .unwrap();
    Ids {
        cases,
        remote: one(instance, "select id::text from accounts where domain is not null order by id limit 1").await,
        sign_up: one(
            instance,
            "select account_id::text from users where not approved and confirmed_at is not null order by id limit 1",
        )
        .await,
        role: one(instance, "select id::text from user_roles where id > 0 order by position desc limit 1").await,
        invite: one(instance, "select id::text from invites order by id limit 1").await,
        media,
    }
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// What people type and upload, each leaving something behind that pages show; the pages it is on.
async fn type_in(house: &House, ids: &Ids, text: &str) -> Vec<(String, String)> {
    let owner = house.sign_in("owner").await;
    let mut pages = Vec::new();
    let case = &ids.cases[0].0;
    let seen = serde_json::to_string(&[(&ids.cases[1].0, ids.cases[1].1.split(',').collect::<Vec<_>>())]).unwrap();
    let here = format!("/i/harbour/accounts/{case}");
    let name: String = text.chars().skip(5).take(60).collect();
    type Fields<'a> = Vec<(&'a str, &'a str)>;
    let forms: [(&str, &str, Fields<'_>); 9] = [
        (
            "note",
            "/api/accounts/note",
            vec![("instance", "harbour"), ("account", case), ("text", text), ("back", &here)],
        ),
        (
            "request",
            "/api/access-requests/enter",
            vec![
                ("instance", "harbour"),
                ("who", text),
                ("organisation", text),
                ("contact", text),
                ("why", text),
                ("accounts", "3"),
            ],
        ),
        (
            "grant",
            "/api/grants/ask",
            vec![
                ("operator", "01contractor"),
                ("instances[]", "harbour"),
                ("categories[]", "spam"),
                ("ends", "2099-12-31"),
                ("sponsor", "01admin"),
                ("agreement", text),
                ("why", text),
            ],
        ),
        ("offer", "/api/people/offer", vec![("name", &name), ("role", "moderator"), ("back", "/people")]),
        (
            "disable",
            "/api/people/disable",
            vec![("operator", "01admin"), ("disabled", "yes"), ("why", text), ("back", "/people")],
        ),
        (
            "enable",
            "/api/people/disable",
            vec![("operator", "01admin"), ("disabled", "no"), ("why", text), ("back", "/people")],
        ),
        (
            "batch",
            "/api/reports/decide-many",
            vec![
                ("instance", "harbour"),
                ("seen", &seen),
                ("decision", "resolve"),
                ("why", text),
                ("back", "/i/harbour/reports"),
            ],
        ),
        (
            "reveal",
            "/api/reports/reveal",
            vec![("instance", "harbour"), ("account", case), ("what", "email"), ("why", text), ("back", &here)],
        ),
        ("look up", "/api/accounts/look-up", vec![("instance", "harbour"), ("q", text), ("back", "/i/harbour")]),
    ];
    for (label, action, fields) in forms {
        let to = house.post(Some(&owner), action, &fields).await.location;
        pages.push((format!("after {label}"), to.unwrap_or_else(|| panic!("{action} leads nowhere"))));
    }
    // A list of somebody's: the name of the file, and its rows.
    let quoted = text.replace('"', "\"\"");
    let rows = format!(
        "#domain,#severity,#public_comment\r\n\"{quoted}\",suspend,\"{quoted}\"\r\nnew.example,silence,\"{quoted}\"\r\nodd.example,\"{quoted}\",\r\n"
    );
    let name = text.replace('"', "%22").replace('\\', "");
    let body = format!(
        "--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n{rows}\r\n--line--\r\n"
    );
    let request = Request::post("/i/harbour/federation/upload")
        .header(header::ACCEPT, "text/html")
        .header("sec-fetch-site", "same-origin")
        .header(header::COOKIE, &owner)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=line")
        .body(Body::from(body))
        .unwrap();
    let to = house.ask(request).await.location.unwrap();
    assert!(to.starts_with("/i/harbour/federation/imports/"), "{to}");
    pages.push(("import".to_owned(), to));
    // Forms that are not carried out, given back with a text in every field.
    for (number, (action, fields)) in
        WRITES.into_iter().enumerate().filter(|(_, (action, _))| *action != "/api/audit/check")
    {
        let back = back_of(action);
        let mut form: Vec<(&str, &str)> = fields
            .iter()
            .filter(|(key, _)| !FREE.contains(key))
            .map(|(key, value)| (*key, if *key == "instance" { *value } else { text }))
            .collect();
        form.extend(FREE.into_iter().map(|key| (key, text)));
        form.push(("back", &back));
        if let Some(to) = house.post(Some(&owner), action, &form).await.location {
            pages.push((format!("{action} {number}"), to));
        }
    }
    pages
}

/// Fields into which anything can be typed.
const FREE: [&str; 14] = [
    "why",
    "text",
    "q",
    "message",
    "comment",
    "public_comment",
    "private_comment",
    "organisation",
    "contact",
    "answer",
    "agreement",
    "voucher",
    "voucher_name",
    "note",
];

/// The page that a door's form stands on.
fn back_of(action: &str) -> String {
    let (_, room) = action.split_at("/api/".len());
    match room.split('/').next().unwrap_or_default() {
        "people" => "/people".to_owned(),
        "audit" => "/audit".to_owned(),
        "grants" => "/grants/request".to_owned(),
        "domains" => "/i/harbour/federation/server?name=nowhere.example".to_owned(),
        "batches" => "/i/harbour/reports".to_owned(),
        "your-sign-in" => "/your-sign-in".to_owned(),
        room => format!("/i/harbour/{room}"),
    }
}

/// Everything that an address may carry in its query.
const KEYS: [&str; 47] = [
    "deleted",
    "saved",
    "after",
    "all",
    "back",
    "before",
    "begins",
    "begun",
    "decide",
    "decided-by",
    "found",
    "from",
    "left",
    "look",
    "month",
    "name",
    "new",
    "owner",
    "q",
    "revoke",
    "show",
    "state",
    "who",
    "role",
    "outcome",
    "origin",
    "kind",
    "instance",
    "domain",
    "to",
    "subject",
    "severity",
    "order",
    "operator",
    "media",
    "mail",
    "list",
    "language",
    "inviter",
    "holder",
    "day",
    "category",
    "alike",
    "age",
    "active",
    "action",
    "account",
];

/// Every page that is about nothing in particular: what it is called here, and its address.
fn pages(text: &str) -> Vec<(String, String)> {
    let about_text = format!("/i/harbour/search?q={}", encoded(text));
    [
        "/",
        "/i/harbour",
        "/i/harbour/statistics",
        "/i/harbour/ask",
        "/i/harbour/reports",
        "/i/harbour/reports?state=decided",
        "/i/harbour/accounts",
        "/i/harbour/accounts?origin=remote",
        "/i/harbour/appeals",
        "/i/harbour/appeals?state=decided",
        "/i/harbour/signups",
        "/i/harbour/signups?decide=reject&all=yes",
        "/i/harbour/registrations",
        "/i/harbour/registrations/policy?replay=30",
        "/i/harbour/registrations/policy?template=3",
        "/i/harbour/federation",
        "/i/harbour/federation?list=allows",
        "/i/harbour/federation/servers",
        "/i/harbour/federation/server?name=shopnest.example",
        "/i/harbour/federation/email-domains",
        "/i/harbour/federation/ip-rules",
        "/i/harbour/federation/imports",
        "/i/harbour/roles",
        "/i/harbour/roles/change",
        "/i/harbour/invites",
        "/i/harbour/invites?new=yes",
        "/i/harbour/access-requests",
        "/i/harbour/access-requests?new=yes",
        "/i/harbour/your-account",
        "/i/harbour/audit/instance",
        "/i/harbour/transparency",
        "/audit",
        "/audit/access",
        "/audit/alarms",
        "/audit/timeline",
        "/audit/timeline?who=01moderator",
        "/reviews",
        "/reviews/0",
        "/people",
        "/grants",
        "/grants/request",
        "/grants/01contractor/timesheet",
        "/keys",
        "/sign-in",
        "/sign-in/code",
        "/sign-in/enrol",
        "/sign-in/recovery-codes",
        "/sign-in/new-password",
        "/set-up",
        "/your-sign-in",
        "/people/change?who=01moderator",
        "/people/reset?who=01moderator",
        &about_text,
    ]
    .iter()
    .map(|page| (page.replace(&encoded(text), "{text}"), (*page).to_owned()))
    .collect()
}

/// Every page about something that the instance has.
fn pages_of(ids: &Ids) -> Vec<(String, String)> {
    let case = &ids.cases[0].0;
    let (author, media) = &ids.media;
    let mut pages = vec![
        format!("/i/harbour/reports/{case}?decide=warn"),
        format!("/i/harbour/reports/{author}?show={media}"),
        format!("/i/harbour/reports?decide=resolve&who={case}"),
        format!("/i/harbour/accounts/{}", ids.remote),
        format!("/i/harbour/signups/{}", ids.sign_up),
        format!("/i/harbour/signups/{}?decide=reject", ids.sign_up),
        format!("/i/harbour/roles/{}", ids.role),
        format!("/i/harbour/roles/change?who={}&role={}", ids.cases[1].0, ids.role),
        format!("/i/harbour/invites/{}", ids.invite),
        "/audit/0".to_owned(),
        "/i/harbour/batches/none".to_owned(),
        "/i/harbour/federation/imports/none".to_owned(),
        "/i/harbour/access-requests/none".to_owned(),
        "/grants/none".to_owned(),
    ];
    for (account, _) in &ids.cases {
        pages.push(format!("/i/harbour/reports/{account}"));
        pages.push(format!("/i/harbour/accounts/{account}"));
    }
    pages.into_iter().map(|page| (page.clone(), page)).collect()
}

/// Addresses with a text in them where something else belongs.
fn strange_pages(ids: &Ids, text: &str) -> Vec<(String, String)> {
    let hostile = encoded(text);
    let case = &ids.cases[0].0;
    [
        format!("/i/harbour/search?q=%40{hostile}"),
        format!("/i/harbour/federation/server?name={hostile}"),
        format!("/i/harbour/roles/change?who={hostile}&role={hostile}"),
        format!("/i/harbour/reports/{case}?decide={hostile}&show={hostile}"),
        format!("/i/{hostile}/reports"),
        format!("/i/{hostile}/nowhere"),
        format!("/i/harbour/reports/{hostile}"),
        format!("/i/harbour/signups/{hostile}"),
        format!("/i/harbour/federation/imports/{hostile}"),
        format!("/audit/{hostile}"),
        format!("/grants/{hostile}"),
        format!("/grants/{hostile}/timesheet"),
        format!("/nowhere/{hostile}?a={hostile}"),
        format!("/i/harbour/federation/export/{hostile}"),
        format!("/set-up?link={hostile}&draft={hostile}"),
        format!("/sign-in/new-password?link={hostile}&draft={hostile}"),
        format!("/your-sign-in?setting={hostile}&shown={hostile}&draft={hostile}"),
        format!("/people/reset?who=01{hostile}"),
        format!("/sign-in?back={hostile}&draft={hostile}"),
        format!("/sign-in?back=/{hostile}"),
    ]
    .into_iter()
    .map(|page| (page.replace(&hostile, "{text}"), page))
    .collect()
}

/// The routes of the console that none of these pages is at.
fn routes_not_among(pages: &[(String, String)]) -> Vec<String> {
    let routes = include_str!("../app.rs").split("path=path!(\"").skip(1).filter_map(|rest| rest.split('"').next());
    let fits = |route: &str, page: &str| {
        let page = page.split('?').next().unwrap_or_default();
        let (route, page): (Vec<_>, Vec<_>) = (route.split('/').collect(), page.split('/').collect());
        route.len() == page.len()
            && route.iter().zip(&page).all(|(route, page)| route.starts_with(':') || route == page)
    };
    routes.filter(|route| !pages.iter().any(|(_, page)| fits(route, page))).map(str::to_owned).collect()
}

type Seen = BTreeMap<(String, String), Vec<String>>;

/// The newest entry of each kind: what it is called here, and its address.
async fn entries(house: &House) -> Vec<(String, String)> {
    let newest = Filter { limit: 400, ..Filter::default() };
    let mut kinds = BTreeMap::new();
    for entry in house.app.ledger.list(&newest).await.unwrap() {
        kinds.entry((entry.kind, entry.deed)).or_insert(entry.index);
    }
    kinds.into_iter().map(|((kind, deed), index)| (format!("{kind} {deed}"), format!("/audit/{index}"))).collect()
}

/// Fetches every page as everybody; the tags of each, and what is wrong whatever else it says.
async fn look(house: &House, ids: &Ids, text: &str) -> (Seen, Vec<String>) {
    house.look().await;
    let typed = type_in(house, ids, text).await;
    let mut cookies = BTreeMap::new();
    for who in ["owner", "admin", "moderator", "contractor", "auditor"] {
        cookies.insert(who, house.sign_in(who).await);
    }
    let everywhere = pages(text);
    let strange = strange_pages(ids, text);
    let mut asked: Vec<(&str, String, String)> = Vec::new();
    for (label, page) in typed.into_iter().chain(strange).chain(entries(house).await) {
        asked.push(("owner", label, page));
    }
    let of_ids = pages_of(ids);
    let known: Vec<(String, String)> = everywhere.into_iter().chain(of_ids).collect();
    assert_eq!(routes_not_among(&known), Vec::<String>::new(), "pages that nobody looked at");
    for who in ["owner", "admin", "moderator", "contractor", "auditor", "nobody"] {
        asked.extend(known.iter().map(|(label, page)| (who, label.clone(), page.clone())));
    }
    // Every key of an address, a few at a time.
    let hostile = encoded(text);
    for (label, page) in known.iter().filter(|(_, page)| !page.contains('?') && page.matches('/').count() < 4) {
        for (number, keys) in KEYS.chunks(15).enumerate() {
            let keys: Vec<String> = keys.iter().map(|key| format!("{key}={hostile}")).collect();
            asked.push(("owner", format!("{label} with keys {number}"), format!("{page}?{}", keys.join("&"))));
        }
    }
    let (mut seen, mut wrong) = (Seen::new(), Vec::new());
    let (mut shown, mut titles) = (0, 0);
    let mut see = |who: &str, label: &str, body: &str| {
        let (tags, faults) = tags_of(body);
        wrong.extend(faults.into_iter().map(|fault| format!("{who} {label}: {fault}")));
        shown += usize::from(body.contains("evil"));
        let title = body.split("<title>").nth(1).and_then(|rest| rest.split("· Howdah").next());
        titles += usize::from(title.is_some_and(|title| title.contains("evil")));
        seen.insert((who.to_owned(), label.to_owned()), tags);
    };
    // One after the other: what stands in the record depends on what was asked for before.
    for (who, label, page) in asked {
        let body = house.get(cookies.get(who).map(String::as_str), &page).await.body;
        see(who, &label, &body);
    }
    // What cannot be done now stands on the overview where its form names no page.
    let Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
    sqlx::raw_sql("alter table open_deeds rename to gone").execute(pool).await.unwrap();
    let form = [("operator", "01admin"), ("disabled", "yes"), ("why", text), (text, text), ("instance", "harbour")];
    let kept = house.sent(&cookies["owner"], "/api/people/disable", &form).await;
    assert!(kept.body.contains("Send it again"), "{}", kept.body);
    see("owner", "a form on the overview", &kept.body);
    // Where the console's own store does not answer, the answer itself carries the form.
    sqlx::raw_sql("alter table drafts rename to gone_too").execute(pool).await.unwrap();
    let form = [("operator", "01admin"), ("disabled", "yes"), ("why", text), (text, text), ("back", text)];
    let echo = house.post(cookies.get("owner").map(String::as_str), "/api/people/disable", &form).await;
    assert!(echo.body.contains("Send it again"), "{}", echo.body);
    see("owner", "a form in the answer", &echo.body);
    assert!(shown > 40 && titles > 2, "the text stands on {shown} pages and in {titles} titles only");
    (seen, wrong)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_text_of_anybody_changes_a_page() {
    let base = house(sqlite().await).await;
    let ids = ids(&base.instance).await;
    let twin = harmless();
    let mut looked = Vec::new();
    for text in [twin.as_str(), HOSTILE] {
        fill(&base.instance, text).await;
        let console = console(&base, sqlite().await, text).await;
        looked.push(look(&console, &ids, text).await);
    }
    let (hostile, mut wrong) = looked.pop().unwrap();
    let (harmless, _) = looked.pop().unwrap();
    for (page, expected) in &harmless {
        let Some(found) = hostile.get(page) else {
            wrong.push(format!("{page:?} was seen with harmless texts only"));
            continue;
        };
        if let Some(at) = (0..expected.len().max(found.len())).find(|at| expected.get(*at) != found.get(*at)) {
            let around =
                |tags: &[String]| tags.iter().skip(at.saturating_sub(3)).take(6).cloned().collect::<Vec<_>>().join("");
            wrong.push(format!("{page:?} differs:\n    {}\n    {}", around(expected), around(found)));
        }
    }
    assert!(harmless.len() > 400, "{} pages", harmless.len());
    let shown: Vec<_> = wrong.iter().take(60).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} of {} pages and more:\n{}", wrong.len(), harmless.len(), shown.join("\n"));
}

/// What a key may press carries the mark of this very answer, and the island is told it with the keys there are.
#[tokio::test]
async fn keys_press_what_the_answer_was_made_with() {
    let house = house(sqlite().await).await;
    let moderator = house.sign_in("moderator").await;
    let mut marks = Vec::new();
    for (path, keys) in
        [("/i/harbour/reports", vec!["/", "?", "n", "w"]), ("/i/harbour/reports", vec![]), ("/audit", vec![])]
    {
        let page = house.get(Some(&moderator), path).await.body;
        let values = |name: &str| -> Vec<String> {
            let attribute = format!(" {name}=\"");
            let parts = page.split(attribute.as_str()).skip(1);
            parts.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
        };
        let root = values("data-root");
        assert_eq!(root.len(), 1, "{page}");
        let mark = root[0].clone();
        assert_eq!(mark.len(), 32);
        assert!(values("data-row").iter().all(|row| *row == mark) && !values("data-row").is_empty(), "{path}");
        let pressed: Vec<String> = values("data-key").into_iter().chain(values("data-key-focus")).collect();
        assert!(pressed.iter().all(|key| key.ends_with(&format!("-{mark}"))), "{pressed:?}");
        let props = values("data-props").concat();
        assert!(props.contains(&mark), "{props}");
        for key in keys {
            assert!(pressed.contains(&format!("{key}-{mark}")), "{key}: {pressed:?}");
            assert!(props.contains(&format!("&quot;{key}&quot;")), "{key}: {props}");
        }
        let end = page.split("action=\"/api/session/end\"").nth(1).and_then(|rest| rest.split("</form>").next());
        assert!(end.is_some_and(|form| !form.contains("data-key")), "signing out has no key");
        assert!(!marks.contains(&mark), "no two answers have the same");
        marks.push(mark);
    }
}

/// The sources of the console without its tests: path and text.
fn sources() -> Vec<(String, String)> {
    fn gather(folder: &Path, to: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("src/tests") {
                    gather(&path, to);
                }
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                to.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 100);
    found
}

/// What prints as it is given, and the files that may: each escapes first, or prints nothing of anybody's.
const RAW: [(&str, &[&str]); 12] = [
    // `leptos_meta` escapes no title on the server.
    ("<Title", &["ui/title.rs"]),
    ("Title text", &["ui/title.rs"]),
    ("leptos_meta::Title", &["ui/title.rs"]),
    ("inner_html", &["app.rs", "ui/form.rs", "sign_in/page/codes.rs"]),
    ("<textarea", &["ui/form.rs", "http/forms.rs"]),
    ("<script", &["app.rs", "reports/service/words.rs", "sign_in/service/yours.rs", "ui/form.rs"]),
    ("<style", &[]),
    ("<noscript", &["domain_blocks/page/imports.rs"]),
    ("<iframe", &[]),
    ("srcdoc", &[]),
    // Of Markdown, where it is shown as text.
    ("Html(", &["http/plain.rs", "registrations/page/markdown.rs"]),
    // A body that may be asked again after its end.
    ("Body::from_stream", &["stream.rs"]),
];

#[test]
fn what_prints_raw_stands_in_one_place() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        // What a unit test sends is printed nowhere.
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (raw, allowed) in RAW {
            if text.contains(raw) && !allowed.iter().any(|file| path.ends_with(&format!("src/{file}"))) {
                wrong.push(format!("{raw} in {path}"));
            }
        }
        // Meta elements say nothing that anybody typed.
        for meta in text.split("<Meta ").skip(1) {
            let meta = meta.split("/>").next().unwrap_or_default();
            if !(meta.starts_with("http_equiv=\"refresh\" content=\"") && meta.matches('"').count() == 4) {
                wrong.push(format!("<Meta {meta} in {path}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
