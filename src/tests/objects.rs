//! The matrix over objects: every form and page that is about an account, on every sort of account, as everybody. The forms and
//! pages are those of the lists that no door is missing from; whatever names an account there is asked here.

use crate::{
    access::{FILES, PAGES, WRITES, kind},
    support::{Fault, House, grant, grant_of, house, person, sqlite},
};
use axum::http::StatusCode;
use howdah::{
    access::Role,
    clock::{Clock, DAY},
    config::Secret,
    deeds::InBatch,
    frame::read_draft,
    grants::Scope,
    id::{AccountId, InstanceName, OperatorId},
    problem::Kind,
    reports::Category,
    seal::Keys,
    store::{
        account_notes::{self, Note},
        batches, drafts, grants,
        linked_accounts::Linked,
    },
};

/// Everybody, by name: the roles, and contractors by what their grant includes.
const PEOPLE: [&str; 10] =
    ["owner", "admin", "moderator", "contractor", "spam", "reveal", "sign-ups", "elsewhere", "former", "auditor"];

/// The sorts of accounts.
const OBJECTS: [&str; 10] =
    ["own", "in scope", "mixed", "out of scope", "no case", "staff", "colleague", "waits", "elsewhere", "gone"];

struct Matrix {
    house: House,
    /// A cookie each, in the order of [`PEOPLE`].
    cookies: Vec<String>,
    /// Instance, account and file, in the order of [`OBJECTS`].
    objects: Vec<(&'static str, String, String)>,
    /// Who can be linked, with an account that has reported the first object.
    own: Vec<(&'static str, String)>,
}

async fn run(house: &House, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&house.instance).await.unwrap();
}

async fn text(house: &House, sql: &str) -> String {
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&house.instance).await.unwrap()
}

/// A second instance in the same console, with the tables of one and nobody on it.
async fn with_lagoon(house: House) -> House {
    let url = crate::support::database().await;
    let pool = sqlx::PgPool::connect(&url).await.unwrap();
    practice::schema::create(&pool).await.unwrap();
    let mut config = house.config.clone();
    let mut lagoon = config.instances[0].clone();
    lagoon.name = "lagoon".parse().unwrap();
    lagoon.database_url = Secret::new(url);
    lagoon.base_url = "http://127.0.0.1:9".parse().unwrap();
    config.instances.push(lagoon);
    let keys = Keys::from_secret([7; 32]);
    let app = howdah::cli::assemble(config, Clock::System, keys, house.store.store.clone()).unwrap();
    let house = House { router: howdah::http::router(app.clone()), app, ..house };
    house.look().await;
    house
}

/// Ordinary people with a login and nothing open about them, by id.
async fn ordinary(house: &House, number: usize) -> Vec<String> {
    let found: Vec<String> = sqlx::query_scalar(
        "select a.id::text from accounts a join users u on u.account_id = a.id where u.role_id is null and u.approved \
         and not u.disabled and u.confirmed_at is not null and a.suspended_at is null and a.domain is null \
         and not exists (select from reports r where r.target_account_id = a.id or r.account_id = a.id) \
         order by a.id limit $1",
    )
    .bind(i64::try_from(number).unwrap())
    .fetch_all(&house.instance)
    .await
    .unwrap();
    assert_eq!(found.len(), number);
    found
}

async fn report(house: &House, by: &str, about: &str, category: i32) {
    let sql = format!(
        "insert into reports (account_id, target_account_id, category, created_at, updated_at) \
         values ({by}, {about}, {category}, now(), now())"
    );
    run(house, &sql).await;
}

/// Makes somebody staff of the instance.
async fn moderates(house: &House, account: &str) {
    let role = "select id from user_roles where name = 'Moderator' order by id limit 1";
    run(house, &format!("update users set role_id = ({role}) where account_id = {account}")).await;
}

async fn link(house: &House, operator: &str, account: &str) {
    let linked = Linked {
        operator: OperatorId(format!("01{operator}")),
        instance: "harbour".parse().unwrap(),
        account: account.parse().unwrap(),
        username: format!("own-{operator}"),
        token: Secret::new("a token"),
        linked_at: house.app.clock.now(),
    };
    crate::support::link(&house.app, &linked).await;
}

/// A file of a public post of theirs, and a note of the team about them.
async fn with_a_file(house: &House, account: &str) -> String {
    let sql = format!(
        "with s as (insert into statuses (id, account_id, text, visibility, created_at, updated_at) \
         select max(id) + 1, {account}, 'A boat.', 0, now(), now() from statuses returning id) \
         insert into media_attachments (id, account_id, status_id, type, file_file_name, file_content_type, remote_url, created_at, updated_at) \
         select (select max(id) + 1 from media_attachments), {account}, s.id, 0, 'a.png', 'image/png', '', now(), now() from s \
         returning id::text"
    );
    let media = text(house, &sql).await;
    let note = Note {
        id: format!("note{account}"),
        operator: OperatorId("01somebody".into()),
        text: Some("Knows the canaryword.".into()),
        created_at: house.app.clock.now(),
        withdrawn: None,
    };
    let instance: InstanceName = "harbour".parse().unwrap();
    let id: AccountId = account.parse().unwrap();
    account_notes::insert(&house.app.store, &house.app.keys, &instance, id, &note).await.unwrap();
    media
}

async fn matrix() -> Matrix {
    let house = with_lagoon(house(sqlite().await).await).await;
    let now = house.app.clock.now();
    for name in ["spam", "reveal", "sign-ups", "elsewhere", "former"] {
        person(&house.app, name, Role::Contractor).await;
    }
    let ends = now.plus(DAY);
    grant(&house.app, "01spam", vec![Category::Spam], false, false, ends).await;
    grant(&house.app, "01reveal", vec![Category::Spam], false, true, ends).await;
    grant(&house.app, "01sign-ups", Vec::new(), true, true, ends).await;
    let former = grant(&house.app, "01former", Category::ALL.to_vec(), true, true, ends).await;
    assert!(grants::revoke(&house.app.store, &former, &OperatorId("01owner".into()), now).await.unwrap());
    let lagoon = vec!["lagoon".parse().unwrap()];
    let scope = Scope { instances: lagoon, categories: Category::ALL.to_vec(), sign_ups: true, reveal: true };
    grant_of(&house.app, "01elsewhere", scope, ends).await;
    let mut accounts = ordinary(&house, 16).await.into_iter();
    let mut next = || accounts.next().unwrap();
    let (reporter, own, inside, mixed, outside, none, staff, colleague) =
        (next(), next(), next(), next(), next(), next(), next(), next());
    let waits = text(
        &house,
        "select a.id::text from accounts a join users u on u.account_id = a.id where not u.approved order by a.id limit 1",
    )
    .await;
    for (about, category) in [
        (&own, 1000),
        (&inside, 1000),
        (&mixed, 1000),
        (&mixed, 1500),
        (&outside, 1500),
        (&staff, 1000),
        (&colleague, 1000),
    ] {
        report(&house, &reporter, about, category).await;
    }
    moderates(&house, &staff).await;
    let mut linkable = Vec::new();
    for name in &PEOPLE[..8] {
        let account = next();
        report(&house, &account, &own, 1000).await;
        moderates(&house, &account).await;
        linkable.push((*name, account));
    }
    link(&house, "former", &colleague).await;
    let mut cookies = Vec::new();
    for name in PEOPLE {
        cookies.push(house.sign_in(name).await);
    }
    let mut objects = Vec::new();
    for account in [own, inside, mixed, outside, none, staff, colleague, waits] {
        let media = with_a_file(&house, &account).await;
        objects.push(("harbour", account, media));
    }
    objects.push(("lagoon", objects[1].1.clone(), objects[1].2.clone()));
    objects.push(("harbour", "1".to_owned(), "1".to_owned()));
    for _ in 0..2 {
        house.look().await;
    }
    // A file that may be looked at is asked for, and not understood.
    house.weather.set(Fault::FileOfAnotherKind);
    Matrix { house, cookies, objects, own: linkable }
}

/// The verdict about a form: whether it was refused, and how.
async fn form(matrix: &Matrix, person: usize, path: &str, fields: &[(&str, String)]) -> &'static str {
    let house = &matrix.house;
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = house.post(Some(&matrix.cookies[person]), path, &fields).await;
    let location = answer.location.unwrap_or_else(|| panic!("{path}: {} {}", answer.status, answer.body));
    let Some((_, id)) = location.split_once("draft=") else { return "yes" };
    let id = id.split('&').next().unwrap();
    let (app, whose) = (&house.app, OperatorId(format!("01{}", PEOPLE[person])));
    let draft = drafts::take(&app.store, &app.keys, id, Some(&whose), app.clock.now()).await.unwrap().unwrap();
    let (problem, _) = read_draft(&draft.text).unwrap();
    let said = |words: &str| problem.what.contains(words);
    match problem.kind {
        // The object is theirs, and what is on it is not.
        Kind::Forbidden if said("Only the author of a note") => "part",
        Kind::Forbidden => "no",
        Kind::NotFound => "gone",
        Kind::Invalid if said("Nothing in this batch can be done") || said("no login here") => "gone",
        Kind::Conflict
            if said("in the meantime") || said("the sign-up no longer exists") || said("none of them is pending") =>
        {
            "gone"
        }
        Kind::Invalid | Kind::Conflict | Kind::TooMany => "yes",
        Kind::SignedOut | Kind::Unavailable => panic!("{path} as {}: {problem}", PEOPLE[person]),
    }
}

/// A form of the list, about one account, such that it is refused or not understood, and not carried out.
fn filled(path: &str, fields: &[(&'static str, &str)], instance: &str, account: &str) -> Vec<(&'static str, String)> {
    let about = |name: &str, value: &str| match (path, name) {
        (_, "instance") => instance.to_owned(),
        (_, "account") => account.to_owned(),
        // More than one is done in the background, which nobody runs here.
        (_, "who") => format!("{account},2"),
        (_, "verdict") => "approve".to_owned(),
        ("/api/reports/decide-many", "seen") => format!("[[\"{account}\",[\"1\"]]]"),
        ("/api/accounts/decide-many", "seen") => value.replace("\"1\"", &format!("\"{account}\"")),
        // A role that nobody has: it is seen that theirs is another one.
        ("/api/roles/assign", "seen") => {
            value.replace("[null,", "[[\"999999\",\"Nobody\"],").replace("\"1\"", "\"999999\"")
        }
        (_, "report") => "not a number".to_owned(),
        (_, "claim") => "no".to_owned(),
        ("/api/accounts/note", "text") | ("/api/reports/reveal", "why") => String::new(),
        (_, "note") => format!("note{account}"),
        _ => value.to_owned(),
    };
    fields.iter().map(|(name, value)| (*name, about(name, value))).collect()
}

/// What a page says of an account: whether it is shown, and what of it this person may read and do there.
async fn page(matrix: &Matrix, person: usize, path: &str) -> String {
    let answer = matrix.house.get(Some(&matrix.cookies[person]), path).await;
    match kind(&answer) {
        "ok" => {}
        "forbidden" => return "no".to_owned(),
        "not_found" => return "gone".to_owned(),
        other => panic!("{path} as {}: {other}", PEOPLE[person]),
    }
    let mut shown = "yes".to_owned();
    for (mark, found) in [
        ("+decide", "role=\"group\" aria-label=\"Decide\""),
        ("+reveal", "action=\"/api/reports/reveal\""),
        ("+note", "action=\"/api/accounts/note\""),
        ("+notes", "canaryword"),
    ] {
        if answer.body.contains(found) {
            shown.push_str(mark);
        }
    }
    shown
}

async fn file(matrix: &Matrix, person: usize, path: &str) -> String {
    match matrix.house.get(Some(&matrix.cookies[person]), path).await.status {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "yes",
        StatusCode::FORBIDDEN => "no",
        StatusCode::NOT_FOUND => "gone",
        other => panic!("{path} as {}: {other}", PEOPLE[person]),
    }
    .to_owned()
}

/// A question that is asked about every object as everybody.
#[derive(Clone, Copy)]
enum Asked {
    Form(&'static str, &'static [(&'static str, &'static str)], &'static str),
    Page(&'static str),
    File(&'static str),
}

impl Asked {
    fn name(self) -> String {
        match self {
            Self::Form(path, _, "") => format!("POST {path}"),
            Self::Form(path, _, what) => format!("POST {path} {what}"),
            Self::Page(path) | Self::File(path) => format!("GET {path}"),
        }
    }

    async fn cell(self, matrix: &Matrix, person: usize, object: usize) -> String {
        let (instance, account, media) = &matrix.objects[object];
        match self {
            Self::Form(path, fields, what) => {
                let mut fields = filled(path, fields, instance, account);
                for field in fields.iter_mut().filter(|(name, _)| *name == "what") {
                    what.clone_into(&mut field.1);
                }
                form(matrix, person, path, &fields).await.to_owned()
            }
            Self::Page(path) => {
                let path = path.replace("harbour", instance).replace("/1", &format!("/{account}"));
                page(matrix, person, &path).await
            }
            Self::File(path) => {
                let path = path
                    .replace("harbour", instance)
                    .replace("reports/1/media/1", &format!("reports/{account}/media/{media}"));
                file(matrix, person, &path).await
            }
        }
    }
}

/// Everything of the lists that names an account; a door that is new and does so is in it by itself.
fn asked() -> Vec<Asked> {
    let mut asked = Vec::new();
    let about_one = PAGES.iter().filter(|(route, _)| route.contains("{account}"));
    asked.extend(about_one.map(|(_, address)| Asked::Page(address)));
    asked.extend(FILES.iter().filter(|path| path.contains("/media/")).map(|path| Asked::File(path)));
    for (path, fields) in &WRITES {
        let names = |wanted: &str| fields.iter().any(|(name, _)| *name == wanted);
        if *path == "/api/reports/reveal" {
            asked.extend(["email", "address", "seen:0", "post:1"].map(|what| Asked::Form(path, fields, what)));
        } else if names("account") || names("who") || path.ends_with("/decide-many") {
            asked.push(Asked::Form(path, fields, ""));
        }
    }
    asked
}

/// Whose accounts get into a batch of all of them.
async fn batch(matrix: &Matrix, person: usize, path: &str, fields: &[(&str, String)]) -> String {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (app, cookie) = (&matrix.house.app, &matrix.cookies[person]);
    let to = matrix.house.post(Some(cookie), path, &fields).await.location.unwrap();
    let Some(id) = to.strip_prefix("/i/harbour/batches/") else { return "none".to_owned() };
    let mut names = Vec::new();
    for item in batches::items(&app.store, &app.keys, id).await.unwrap() {
        let account = match item.deed {
            InBatch::DecideCase(deed) => deed.account,
            InBatch::DecideSignUp(deed) => deed.account,
            other => panic!("{other:?}"),
        };
        let at = matrix.objects.iter().position(|(_, id, _)| *id == account.to_string()).unwrap();
        names.push(OBJECTS[at]);
    }
    names.join(", ")
}

async fn batches_of_all(matrix: &Matrix, lines: &mut Vec<String>) {
    let here = matrix.objects.iter().filter(|(instance, ..)| *instance == "harbour");
    let all: Vec<&str> = here.map(|(_, account, _)| account.as_str()).collect();
    let seen: Vec<(&str, [&str; 1])> = all.iter().map(|account| (*account, ["1"])).collect();
    let decide = [
        ("instance", "harbour".to_owned()),
        ("seen", serde_json::to_string(&seen).unwrap()),
        ("decision", "resolve".to_owned()),
    ];
    let state: serde_json::Value = serde_json::from_str(crate::support::NO_SANCTION).unwrap();
    let seen: Vec<_> = all.iter().map(|account| (*account, [(); 0], state.clone())).collect();
    let warn = [
        ("instance", "harbour".to_owned()),
        ("seen", serde_json::to_string(&seen).unwrap()),
        ("decision", "warn".to_owned()),
        ("text", "a test".to_owned()),
    ];
    let sign_ups = [("instance", "harbour".to_owned()), ("who", all.join(",")), ("verdict", "approve".to_owned())];
    for (person, name) in PEOPLE.iter().enumerate() {
        let cases = batch(matrix, person, "/api/reports/decide-many", &decide).await;
        let people = batch(matrix, person, "/api/signups/decide", &sign_ups).await;
        let accounts = batch(matrix, person, "/api/accounts/decide-many", &warn).await;
        lines.push(format!("  {name:<11} cases: {cases}; accounts: {accounts}; sign-ups: {people}"));
    }
}

#[tokio::test]
async fn every_form_and_page_on_every_object_as_everybody() {
    let mut matrix = matrix().await;
    let asked = asked();
    assert!(asked.len() > 15, "{}", asked.len());
    let mut cells = vec![vec![vec![String::new(); OBJECTS.len()]; PEOPLE.len()]; asked.len()];
    let mut lines = Vec::new();
    // Nobody is linked: role and grant decide.
    for (question, asked) in asked.iter().enumerate() {
        for (person, row) in cells[question].iter_mut().enumerate() {
            for (object, cell) in row.iter_mut().enumerate().skip(1) {
                *cell = asked.cell(&matrix, person, object).await;
            }
        }
    }
    lines.push("A batch of all, nobody linked".to_owned());
    batches_of_all(&matrix, &mut lines).await;
    // Everybody but the auditor with an account of their own, which has reported the first object.
    for (name, account) in std::mem::take(&mut matrix.own) {
        link(&matrix.house, name, &account).await;
        // A new link ends the sessions from before.
        let person = PEOPLE.iter().position(|person| *person == name).unwrap();
        matrix.cookies[person] = matrix.house.sign_in(name).await;
    }
    for (question, asked) in asked.iter().enumerate() {
        for (person, row) in cells[question].iter_mut().enumerate() {
            row[0] = asked.cell(&matrix, person, 0).await;
        }
    }
    lines.push("A batch of all, everybody linked as one who reported “own”".to_owned());
    batches_of_all(&matrix, &mut lines).await;
    let mut table = Vec::new();
    for (question, asked) in asked.iter().enumerate() {
        table.push(asked.name());
        for (person, name) in PEOPLE.iter().enumerate() {
            let row: Vec<String> = OBJECTS
                .iter()
                .enumerate()
                .map(|(at, object)| format!("{object}: {}", cells[question][person][at]))
                .collect();
            table.push(format!("  {name:<11} {}", row.join(" | ")));
        }
    }
    table.extend(lines);
    insta::assert_snapshot!(table.join("\n"));
    assert_eq!(matrix.house.weather.writes(), 0, "something reached the instance");
    let ids: Vec<&str> = matrix.objects.iter().map(|(_, account, _)| account.as_str()).collect();
    let staff = format!("select count(role_id)::text from users where account_id in ({})", ids.join(", "));
    assert_eq!(text(&matrix.house, &staff).await, "1", "a role was given or taken away");
    assert_eq!(matrix.house.open_deeds().await, 0);
}
