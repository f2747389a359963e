//! Pages: each asks its service once, so that it sends to the instance's database what one call of the service sends; and its
//! forms go where their functions are.

use crate::support::{House, house, postgres, sqlite};
use axum::http::StatusCode;
use howdah::{
    access::{Actor, Role},
    accounts,
    context::Context,
    domain_blocks,
    frame::Framed,
    id::OperatorId,
    invitations,
    ledger::Outcome,
    path,
    problem::Problem,
    registrations, reports, roles, sign_in,
};
use leptos::server_fn::ServerFn;
use std::{
    fmt::Debug,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tracing::{
    Dispatch, Event, Subscriber,
    field::{Field, Visit},
    subscriber::DefaultGuard,
};
use tracing_subscriber::{
    Layer,
    layer::{Context as LayerContext, SubscriberExt},
    registry,
};

/// Counts the statements of this thread: those to an instance's database, and those to a store on PostgreSQL. SQLite's are sent by a thread
/// of its own. What is asked of a connection when it is given back is no page's.
#[derive(Clone, Default)]
pub struct Statements(Arc<AtomicUsize>);

/// Whether a statement looks after a connection that was given back.
#[derive(Default)]
struct LooksAfter(bool);

impl Visit for LooksAfter {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let asked = ["pg_catalog.now()", "pg_catalog.current_setting('search_path')"];
        self.0 |= field.name() == "summary" && asked.iter().any(|asked| format!("{value:?}").contains(asked));
    }
}

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _: LayerContext<'_, S>) {
        let mut looks_after = LooksAfter::default();
        event.record(&mut looks_after);
        if event.metadata().target() == "sqlx::query" && !looks_after.0 {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Statements {
    /// Counts until both are dropped. While there is one subscriber alone, whichever thread logs first at some place decides
    /// for all whether anybody listens there; so there are two.
    pub fn count(&self) -> (DefaultGuard, Dispatch) {
        (tracing::subscriber::set_default(registry().with(self.clone())), Dispatch::new(registry()))
    }

    pub fn taken(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }
}

/// A page and its service, called beside it.
async fn both<T>(
    house: &House,
    cookie: &str,
    statements: &Statements,
    address: &str,
    service: impl AsyncFn() -> Result<Framed<T>, Problem>,
) -> (usize, usize) {
    // What is kept in memory for a while is there from here on.
    service().await.unwrap();
    statements.taken();
    service().await.unwrap();
    let of_service = statements.taken();
    let page = house.get(Some(cookie), address).await;
    assert_eq!(page.status, StatusCode::OK, "{address}: {}", page.body);
    (of_service, statements.taken())
}

#[tokio::test]
async fn a_page_calls_its_service_once() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("owner").await;
    let (account, _) = house.case("quarry").await;
    let actor = Actor {
        operator: OperatorId("01owner".into()),
        name: "owner".into(),
        role: Role::Owner,
        grants: Vec::new(),
        session: "a test".into(),
        request: None,
    };
    let context = Context::of_job(house.app.clone(), actor);
    let (at, all) = (&context, "harbour");
    let statements = Statements::default();
    let _counting = statements.count();
    let mut wrong = Vec::new();
    macro_rules! asks_once {
        ($address:expr, $service:expr) => {
            let (of_service, of_page) = both(&house, &cookie, &statements, &$address, async || $service.await).await;
            if of_service == 0 || of_service != of_page {
                wrong.push(format!("{}: {of_page} statements for a page, {of_service} for its service", $address));
            }
        };
    }
    asks_once!("/i/harbour/roles", roles::service::roles(at, all, ""));
    asks_once!("/i/harbour/roles/1", roles::service::role(at, all, "1", ""));
    asks_once!(format!("/i/harbour/reports/{account}"), reports::service::case(at, all, &account, ""));
    asks_once!(format!("/i/harbour/accounts/{account}"), accounts::service::account(at, all, &account, ""));
    asks_once!("/i/harbour/accounts", accounts::service::list(at, all, ""));
    asks_once!("/i/harbour/federation/servers", domain_blocks::service::servers(at, all, ""));
    asks_once!("/i/harbour/registrations", registrations::service::registrations(at, all, ""));
    asks_once!("/i/harbour/federation", domain_blocks::service::rules(at, all, ""));
    asks_once!("/i/harbour/federation/email-domains", domain_blocks::service::email_domains(at, all, ""));
    asks_once!("/i/harbour/invites", invitations::service::list(at, all, ""));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A list asks the store and the instance as often for many lines as for few: each way more to a server is time that somebody
/// waits.
#[tokio::test]
async fn a_list_asks_as_often_for_many_lines_as_for_few() {
    const LISTS: [&str; 9] = [
        "/audit",
        "/audit?who=01owner",
        "/audit?kind=block_address&outcome=succeeded",
        "/audit/timeline?who=01owner",
        "/audit/timeline?server=flood.example",
        "/i/harbour/audit/instance",
        "/i/harbour/federation",
        "/i/harbour/federation/ip-rules",
        "/i/harbour",
    ];
    let house = house(postgres().await).await;
    let owner = house.sign_in("owner").await;
    let block = async |networks: std::ops::Range<i32>| {
        for n in networks {
            let network = format!("198.51.100.{n}");
            let form = [
                ("instance", "harbour"),
                ("network", network.as_str()),
                ("severity", "sign_up_block"),
                ("until", "never"),
                ("why", "a flood"),
            ];
            let answer = house.post(Some(&owner), "/api/domains/address-set", &form).await;
            assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.body);
            assert_eq!(house.outcome("block_address").await, Some(Outcome::Succeeded), "{network}");
        }
    };
    let statements = Statements::default();
    let _counting = statements.count();
    let asked = async |address: &str| {
        let mut asked = 0;
        // What is kept in memory for a while is there at the second time.
        for _ in 0..2 {
            statements.taken();
            let page = house.get(Some(&owner), address).await;
            assert_eq!(page.status, StatusCode::OK, "{address}: {}", page.body);
            asked = statements.taken();
        }
        asked
    };
    let mut numbers: Vec<Vec<usize>> = Vec::new();
    for networks in [1..4, 4..24] {
        block(networks).await;
        let mut of_each = Vec::new();
        for list in LISTS {
            of_each.push(asked(list).await);
        }
        numbers.push(of_each);
    }
    let said = LISTS
        .iter()
        .zip(numbers[0].iter().zip(&numbers[1]))
        .map(|(list, (few, many))| format!("{list}: {few}, {many}"));
    println!("{}", said.clone().collect::<Vec<_>>().join("\n"));
    let wrong: Vec<String> = said
        .zip(numbers[0].iter().zip(&numbers[1]))
        .filter(|(_, (few, many))| few < many)
        .map(|(said, _)| said)
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(numbers[0].iter().all(|few| *few > 0), "nothing was counted");
}

/// For each form of a page its id, or its address, and where Enter in one of its fields sends it instead: the browser presses the
/// first button in the page that is of the form, wherever it stands.
pub fn pressed_by_enter(page: &str) -> Vec<(String, Option<String>)> {
    let attribute = |tag: &str, name: &str| {
        let value = tag.split_once(&format!(" {name}=\""))?.1;
        value.split('"').next().map(str::to_owned)
    };
    let mut forms: Vec<(String, Option<String>)> = Vec::new();
    let (mut within, mut pressed) = (None, std::collections::BTreeMap::new());
    for tag in page.split('<').filter_map(|rest| rest.split('>').next()) {
        match tag.split([' ', '>']).next() {
            Some("form") => {
                let name = attribute(tag, "id").or_else(|| attribute(tag, "action")).unwrap_or_default();
                within = Some(name.clone());
                forms.push((name, None));
            }
            Some("/form") => within = None,
            Some("button") if attribute(tag, "type").is_none_or(|kind| kind == "submit") => {
                if let Some(form) = attribute(tag, "form").or_else(|| within.clone()) {
                    pressed.entry(form).or_insert_with(|| attribute(tag, "formaction"));
                }
            }
            _ => {}
        }
    }
    for (form, to) in &mut forms {
        *to = pressed.get(form).cloned().flatten();
    }
    forms
}

#[test]
fn enter_presses_the_first_button_of_a_form_wherever_it_stands() {
    let page = "<button form=\"a\" formaction=\"/tick\">Up</button><form id=\"a\" action=\"/do\"><input><button>Do</button></form>\
                <form action=\"/b\"><button>B</button><button formaction=\"/c\">C</button></form>";
    let entered = pressed_by_enter(page);
    assert_eq!(entered, [("a".to_owned(), Some("/tick".to_owned())), ("/b".to_owned(), None)]);
}

/// Everything below a folder of sources.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(sources(&path)) } else { found.push(path) }
    }
    found
}

/// A form whose address is written a second time goes to nowhere once the first is changed.
#[test]
fn a_page_asks_the_function_for_the_address_of_its_form() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let of_a_page = |path: &Path| {
        let parts: Vec<_> = path.strip_prefix(&root).unwrap().iter().filter_map(|part| part.to_str()).collect();
        parts.iter().any(|part| ["page.rs", "page", "ui", "frame", "frame.rs", "app.rs"].contains(part))
    };
    let pages: Vec<PathBuf> = sources(&root).into_iter().filter(|path| of_a_page(path)).collect();
    assert!(pages.len() > 30, "{pages:?}");
    for page in pages {
        let written = std::fs::read_to_string(&page).unwrap().contains("\"/api/");
        assert!(!written, "{} writes the address of a form: take form::action::<api::…>()", page.display());
    }
    assert_eq!(path::LOOK_UP, accounts::api::LookUp::PATH);
    assert_eq!(path::SET_THEME, sign_in::api::SetTheme::PATH);
    assert_eq!(path::SIGN_OUT, sign_in::api::SignOut::PATH);
    assert_eq!(path::TOLD, howdah::audit::api::Told::PATH);
    assert_eq!(path::LOOK_AHEAD, howdah::reviews::api::LookAhead::PATH);
}

/// A filter of such a name would be dropped by every link of its list.
#[test]
fn no_filter_is_called_as_what_goes_with_no_link() {
    let filters = howdah::signups::SignUpFilter::KEYS
        .iter()
        .chain(&howdah::audit::Filter::KEYS)
        .chain(&howdah::reports::QueueFilter::KEYS);
    let lost: Vec<_> = filters.filter(|key| howdah::search::NOT_KEPT.contains(key)).collect();
    assert!(lost.is_empty(), "{lost:?}");
}
