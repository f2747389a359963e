//! The frame around every desk: rail, header, and the states of a page that is loading or cannot be had.

use super::{
    form, icon,
    keys::{self, Keys, Ring},
    land::Land,
    live::{self, Live},
    time, title,
};
use crate::{
    access::{Permission, Role},
    context::Context,
    frame::{self, Draft, Frame, Framed, InstanceHead, Notice, PageRequest},
    id::InstanceName,
    path,
    problem::{Kind, Problem},
    record::DeedState,
    search::Search,
    session,
};
use axum::http::{StatusCode, request::Parts};
use futures::FutureExt;
use leptos::{prelude::*, tachys::reactive_graph::OwnedView};
use leptos_axum::ResponseOptions;
use leptos_router::hooks::{use_location, use_params_map};

/// Where somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desk {
    Overview,
    Statistics,
    /// All instances beside one another.
    Everywhere,
    Reports,
    Accounts,
    Appeals,
    SignUps,
    Registrations,
    People,
    Audit,
    Reviews,
    DomainBlocks,
    Grants,
    Roles,
    Invitations,
    AccessRequests,
    YourAccount,
    YourSignIn,
    /// At an address where nothing stands.
    Nowhere,
}

/// A page: what it shows is asked for once, and stands in the frame.
pub fn page<T, A, F>(here: Desk, ask: A, body: fn(Frame, T) -> AnyView, title_of: fn(&Frame, &T) -> String) -> AnyView
where
    T: Send + 'static,
    A: FnOnce(PageRequest) -> F + Send + 'static,
    F: Future<Output = Result<Framed<T>, Problem>> + Send + 'static,
{
    page_of(move |_| here, here, ask, body, title_of)
}

/// The same of a page that stands at one desk or another, by what it shows; at `otherwise` where it cannot be shown.
pub fn page_of<T, D, A, F>(
    desk_of: D,
    otherwise: Desk,
    ask: A,
    body: fn(Frame, T) -> AnyView,
    title_of: fn(&Frame, &T) -> String,
) -> AnyView
where
    T: Send + 'static,
    D: FnOnce(&T) -> Desk + Send + 'static,
    A: FnOnce(PageRequest) -> F + Send + 'static,
    F: Future<Output = Result<Framed<T>, Problem>> + Send + 'static,
{
    let params = use_params_map().get_untracked();
    let search = use_location().search.get_untracked();
    let instance = params.get("instance");
    let asked = Context::of_request().map(|context| PageRequest { context, params, search });
    // What a page waits for is tens of kilobytes, which are not to be moved about on the stack.
    shown(desk_of, otherwise, async move { ask(asked?).await }.boxed(), body, title_of, instance)
}

/// The same for an address that may be none of ours, whose instance is not known from its route.
fn shown<T>(
    desk_of: impl FnOnce(&T) -> Desk + Send + 'static,
    otherwise: Desk,
    asked: impl Future<Output = Result<Framed<T>, Problem>> + Send + 'static,
    body: fn(Frame, T) -> AnyView,
    title_of: fn(&Frame, &T) -> String,
    instance: Option<String>,
) -> AnyView
where
    T: Send + 'static,
{
    let location = use_location();
    let (path, search) = (location.pathname.get_untracked(), location.search.get_untracked());
    let context = Context::of_request();
    once(async move {
        let problem = match asked.await {
            Ok(Framed { frame, body: inner }) => {
                // From here on the page is made, and what it makes hangs its keys on this ring.
                let ring = Ring::begin();
                in_their_zone(&frame);
                let (here, name) = (desk_of(&inner), title_of(&frame, &inner));
                let inner = body(frame.clone(), inner);
                return view! { {title(&name)} {around(here, frame, inner, ring)} }.into_any();
            }
            Err(problem) => problem,
        };
        let Ok(context) = context else { return problem_page(problem) };
        let Ok(frame) = frame::alone(&context, instance.as_deref(), &path, &search).await else {
            return problem_page(problem);
        };
        let ring = Ring::begin();
        in_their_zone(&frame);
        set_status(&problem);
        let typed = frame.draft.as_ref().map(form::kept);
        // A list that was narrowed to what it does not know is there without that.
        let whole = (problem.kind == Kind::Invalid && !search.is_empty())
            .then(|| view! { <a class="btn main" href=path.clone()>"Clear the filters"</a> });
        let ahead = problem.review.map(|entry| review_first(&frame, entry));
        let remedy = view! {
            {trouble(&problem)}
            {typed}
            <div class="ways">{ahead}{whole}<a class="btn" href=path::OVERVIEW>"Go to the overview"</a></div>
        };
        view! { {title("Not shown")} {around(otherwise, frame, remedy.into_any(), ring)} }.into_any()
    })
}

/// What is made from here on tells times in the zone that this person named, or their browser.
fn in_their_zone(frame: &Frame) {
    if let Some(zone) = frame.preferences.zone() {
        provide_context(zone);
    }
}

/// What is made of an answer, once. In a closure (`{move || Suspend::new(…)}`) it would be begun again each time Leptos
/// looks whether it is there yet, and its SQL would run two or three times.
pub fn once(made: impl Future<Output = AnyView> + Send + 'static) -> AnyView {
    Suspend::new(async move { OwnedView::new(made.await) }).into_any()
}

/// An address at which nothing stands, in the frame of whoever is signed in.
pub fn nowhere() -> AnyView {
    let missing = async { Err::<Framed<()>, _>(Problem::not_found("This page doesn’t exist.")) };
    let instance = path::instance_of(&use_location().pathname.get_untracked());
    shown(|()| Desk::Nowhere, Desk::Nowhere, missing, |_, ()| ().into_any(), |_, ()| String::new(), instance)
}

/// What failed.
fn trouble(problem: &Problem) -> AnyView {
    view! {
        <h1>{match problem.kind {
            Kind::SignedOut => "Sign in",
            Kind::Forbidden if problem.review.is_some() => "Review first",
            Kind::Forbidden => "No access",
            Kind::NotFound => "Not found",
            Kind::Invalid => "Not understood",
            _ => "Not available",
        }}</h1>
        <p class="note" role="alert">{form::sentence(problem)}</p>
        {request_id(problem).map(|id| view! { <p class="small soft">"Request " {id}</p> })}
    }
    .into_any()
}

/// The way to the review that comes first, and the one past it.
fn review_first(frame: &Frame, entry: i64) -> AnyView {
    view! {
        <form method="post" action=path::LOOK_AHEAD class="inline">
            {form::back(&frame.here)}
            <input type="hidden" name="decision" value=entry.to_string() />
            <a class="btn main" href=path::review(entry)>"Review"</a>
            <button class="btn quiet">"Show it now"</button>
        </form>
    }
    .into_any()
}

/// The id of the request that is answered, where the console failed: whoever runs it finds by that in the log what went wrong.
fn request_id(problem: &Problem) -> Option<String> {
    let parts = use_context::<Parts>().filter(|_| problem.status() >= 500)?;
    session::request_id(&parts.extensions)
}

/// A page that cannot be shown, nor anything around it: what failed and a way on.
pub fn problem_page(problem: Problem) -> AnyView {
    set_status(&problem);
    let signed_out = problem.kind == Kind::SignedOut;
    view! {
        {title("Not shown")}
        <main class="plain">
            {trouble(&problem)}
            <p>
                <a class="btn main" href=if signed_out { path::SIGN_IN } else { path::OVERVIEW }>
                    {if signed_out { "Sign in" } else { "Go to the overview" }}
                </a>
            </p>
        </main>
    }
    .into_any()
}

/// An entry of the record that may be a colleague's: a link for those who read all of it, and the words alone for others.
pub fn entry(frame: &Frame, index: i64, class: &'static str, words: impl IntoView + 'static) -> AnyView {
    if frame.may(Permission::ViewWholeLedger) {
        view! { <a class=class href=path::audit_entry(index)>{words}</a> }.into_any()
    } else {
        view! { <span>{words}</span> }.into_any()
    }
}

/// The way to everything that was done about one, in both logs, for those who read all of the record. What it is about is said by the
/// keys of the timeline.
pub fn timeline(frame: &Frame, about: &[(&str, &str)]) -> AnyView {
    if !frame.may(Permission::ViewWholeLedger) {
        return ().into_any();
    }
    let query = about.iter().fold(Search::default(), |query, (key, value)| Search::parse(&query.with(key, value)));
    view! { <a class="link small" href=format!("{}{}", path::TIMELINE, query.without(&[]))>"Timeline"</a> }.into_any()
}

/// Gives the whole answer the problem's status.
pub fn set_status(problem: &Problem) {
    if let Some(options) = use_context::<ResponseOptions>()
        && let Ok(status) = StatusCode::from_u16(problem.status())
    {
        options.set_status(status);
    }
}

fn around(here: Desk, frame: Frame, inner: AnyView, ring: Ring) -> AnyView {
    // That somebody was signed out before is no failure of this page.
    if let Some(draft) = frame.draft.as_ref().filter(|draft| draft.problem.kind != Kind::SignedOut) {
        set_status(&draft.problem);
    }
    let letters = frame.preferences.letters;
    let zone = frame.preferences.zone().map(|zone| zone.name().to_owned());
    let (session, at) = (frame.session.clone(), frame.instance.as_ref().map(|head| head.name.to_string()));
    let rail = rail(here, &frame);
    let top = top(here, &frame);
    // The search field has no room for words beside it.
    let here_alone = |draft: &Draft| draft.problem.field.is_none() && !ring.is_said();
    let loose = frame.draft.clone().filter(|draft| here_alone(draft) || draft.target == path::LOOK_UP).map(|draft| {
        view! { <p class="note lead" role="alert">{form::sentence(&draft.problem)}</p> }
    });
    // The overview has no form that could be filled in again.
    let typed =
        frame.draft.as_ref().filter(|draft| here == Desk::Overview && draft.target != path::LOOK_UP).map(form::kept);
    let notice = frame.notice.clone().map(notice);
    let untold = untold(&frame);
    let contradiction = frame.contradiction.clone().map(|what| {
        view! {
            <p class="note lead danger" role="alert">
                <strong>"The audit log contradicts itself: "</strong>{what}
                ". Nothing is signed and no action can start until an owner has decided on the server (howdah \
                audit verify, howdah audit accept). You can still close registrations."
            </p>
        }
    });
    let recovery = frame.recovery_codes_left.map(recovery_code_used);
    let old = frame.waiting_is_old.clone().map(|why| view! { <p class="note lead">{why}</p> });
    view! {
        <a class="skip" href="#main">"Skip to content"</a>
        <div class="frame" data-root=ring.mark() data-letters=(!letters).then_some("off") data-zone=zone>
            {rail}
            <div class="side">
                {top}
                <main class="page" id="main">{contradiction}{recovery}{notice}{untold}{loose}{typed}{old}{inner}</main>
            </div>
        </div>
        <Keys mark=ring.mark() keys=ring.keys() letters=letters />
        <Land />
        <Live name=session at=at />
    }
    .into_any()
}

/// What came of own actions that were not confirmed when this person was answered, until they have seen it; and a place where it is
/// said on an open page.
fn untold(frame: &Frame) -> AnyView {
    let open = |notice: &Notice| {
        view! {
            <p class="small soft pending"><span class="dot"></span><span>{time::retold(&notice.sentence, notice.at)}</span>
                <a class="link nowrap" href=path::audit_entry(notice.index)>"entry " {notice.index}</a></p>
        }
    };
    let closed = |one: &Notice| {
        view! {
            <div class=class_of(one.outcome) role="status">
                <span>"Outcome of your action " {time::ago(one.at, frame.now)} ": " {time::retold(&one.sentence, one.at)}</span>
                <form method="post" action=path::TOLD class="inline">
                    {form::back(&frame.here)}
                    <input type="hidden" name="entry" value=one.index.to_string() />
                    <a class="btn quiet small" href=path::audit_entry(one.index)>"Entry " {one.index}</a>
                    <button class="btn quiet small" aria-label=format!("Dismiss the outcome of entry {}", one.index)>"Dismiss"</button>
                </form>
            </div>
        }
    };
    let newest = frame.untold.closed.iter().map(|one| one.index).max().unwrap_or(0);
    let more = frame.untold.more.then(|| {
        let more = path::with(path::AUDIT, "sign-ins", "no");
        view! { <p class="small soft">"There are older ones. " <a class="link" href=more>"Audit log"</a></p> }
    });
    view! {
        {frame.untold.closed.iter().map(closed).collect_view()}
        {frame.untold.open.iter().map(open).collect_view()}
        {more}
        <div aria-live="polite" data-outcomes=newest data-words="Show in a new tab" data-target="_blank"></div>
    }
    .into_any()
}

fn recovery_code_used(left: usize) -> impl IntoView {
    let left = match left {
        0 => "None are left".to_owned(),
        left => format!("{} left", super::count(left, "is", "are")),
    };
    view! {
        <p class="note lead" role="status">"You signed in with a recovery code, which is now used up. " {left} ". If it wasn’t you, \
        tell an owner of this console at once."</p>
    }
}

fn class_of(outcome: DeedState) -> &'static str {
    match outcome {
        DeedState::Succeeded | DeedState::Later => "note lead good",
        DeedState::Partly | DeedState::Unknown | DeedState::Unseen | DeedState::Stale | DeedState::Open => "note lead",
        DeedState::Failed | DeedState::Refused => "note lead danger",
    }
}

fn notice(notice: Notice) -> impl IntoView {
    view! {
        <p class=class_of(notice.outcome) role="status">
            <span>{time::retold(&notice.sentence, notice.at)}</span>
            <a class="soft nowrap" href=path::audit_entry(notice.index)>"entry " {notice.index}</a>
        </p>
    }
}

fn rail(here: Desk, frame: &Frame) -> AnyView {
    view! {
        <nav class="rail" aria-label="Main">
            <a class="brand" href=path::OVERVIEW>{icon::brand()} "Howdah"</a>
            {desks(here, frame)}
        </nav>
    }
    .into_any()
}

/// A desk in the rail. A number that is not known has its place all the same: `count` is what the stream calls it, and the
/// number.
fn link(
    here: Desk,
    desk: Desk,
    href: String,
    icon: impl IntoView + 'static,
    name: &'static str,
    count: Option<(Option<String>, String)>,
) -> AnyView {
    // The statistics are reached from the overview, and stand under it.
    let current = match here {
        Desk::Statistics if desk == Desk::Overview => Some("true"),
        here => (desk == here).then_some("page"),
    };
    let count = count.map(|(what, number)| view! { <span class="count" data-count=what>{number}</span> });
    view! {
        <a href=href aria-current=current>{icon.into_any()}<span>{name}</span>{count}</a>
    }
    .into_any()
}

/// The desks that this person may go to.
fn desks(here: Desk, frame: &Frame) -> Vec<AnyView> {
    let mut links = Vec::new();
    if frame.instances.len() > 1 {
        links.push(link(here, Desk::Everywhere, path::OVERVIEW.to_owned(), icon::brand(), "All instances", None));
    }
    if let Some(instance) = &frame.instance {
        links.extend(work(here, frame, instance));
        links.push(view! { <div class="sep">"Administration"</div> }.into_any());
        links.extend(administration(here, frame, &instance.name));
    }
    if frame.may(Permission::ManageOperators) {
        links.push(link(here, Desk::People, path::PEOPLE.to_owned(), icon::people(), "People", None));
    }
    let grants = match frame.role {
        _ if frame.may(Permission::ViewGrants) => Some("Grants"),
        Role::Contractor => Some("Your grants"),
        Role::Owner | Role::Admin | Role::Moderator | Role::Auditor => None,
    };
    links.extend(grants.map(|name| link(here, Desk::Grants, path::GRANTS.to_owned(), icon::grants(), name, None)));
    let reviews = frame.reviews.filter(|waiting| *waiting > 0).map(|waiting| (None, super::grouped(waiting)));
    links.push(link(here, Desk::Reviews, path::REVIEWS.to_owned(), icon::reviews(), "Reviews", reviews));
    links.push(link(here, Desk::Audit, path::AUDIT.to_owned(), icon::audit(), "Audit log", None));
    links
}

/// The desks of an instance at which people are decided about, with what waits there.
fn work(here: Desk, frame: &Frame, instance: &InstanceHead) -> Vec<AnyView> {
    let name = &instance.name;
    let kept = |what: &'static str, number: &Option<String>| {
        Some((Some(live::count(name, what)), number.clone().unwrap_or_default()))
    };
    let mut links = vec![link(here, Desk::Overview, path::overview(name), icon::overview(), "Overview", None)];
    if frame.may(Permission::ViewWork) {
        let waiting = kept("reports", &instance.waiting);
        links.push(link(here, Desk::Reports, path::reports(name), icon::reports(), "Reports", waiting));
    }
    if frame.may(Permission::ViewAppeals) {
        let waiting = kept("appeals", &frame.appeals);
        links.push(link(here, Desk::Appeals, path::appeals(name), icon::appeals(), "Appeals", waiting));
    }
    if frame.may(Permission::ViewSignUps) {
        let waiting = kept("signups", &frame.sign_ups);
        links.push(link(here, Desk::SignUps, path::signups(name), icon::sign_ups(), "Sign-ups", waiting));
    }
    if frame.may(Permission::ManageInvitations) {
        let waiting = kept("requests", &frame.requests);
        let href = path::access_requests(name);
        links.push(link(here, Desk::AccessRequests, href, icon::access_requests(), "Access requests", waiting));
    }
    if frame.may(Permission::ViewWork) {
        links.push(link(here, Desk::Accounts, path::accounts(name), icon::accounts(), "Accounts", None));
    }
    links
}

/// The desks at which an instance is run.
fn administration(here: Desk, frame: &Frame, name: &InstanceName) -> Vec<AnyView> {
    let mut links = Vec::new();
    if frame.may(Permission::ViewRegistrations) {
        let short = |state: &str| state.replace(" required", "");
        let state = frame.registrations.as_deref().map(|state| (None, short(state)));
        let href = path::registrations(name);
        links.push(link(here, Desk::Registrations, href, icon::registrations(), "Registrations", state));
    }
    if frame.may(Permission::ViewBlocks) {
        links.push(link(here, Desk::DomainBlocks, path::domains(name), icon::domain_blocks(), "Federation", None));
    }
    if frame.may(Permission::ViewRoles) {
        links.push(link(here, Desk::Roles, path::roles(name), icon::roles(), "Roles", None));
    }
    if frame.may(Permission::ViewInvitations) {
        links.push(link(here, Desk::Invitations, path::invitations(name), icon::invitations(), "Invites", None));
    }
    links
}

/// Who is here and as whom, and what is theirs: folded behind their name.
fn own_menu(here: Desk, frame: &Frame) -> AnyView {
    let initials: String = frame
        .operator
        .split_whitespace()
        .filter_map(|word| word.chars().next())
        .take(2)
        .flat_map(char::to_uppercase)
        .collect();
    let own = frame.instance.as_ref().filter(|_| frame.may(Permission::LinkAccount)).map(|head| {
        let words = match &frame.acting {
            Some(handle) => format!("Your account {handle}"),
            None => "Link your account".to_owned(),
        };
        let current = (here == Desk::YourAccount).then_some("page");
        view! { <a href=path::your_account(&head.name) aria-current=current>{words}</a> }
    });
    let sign_in_current = (here == Desk::YourSignIn).then_some("page");
    let theme = |value: &'static str, words: &'static str| {
        view! { <button class="btn small" name="theme" value=value>{words}</button> }
    };
    view! {
        <details class="menu own">
            <summary class="btn quiet">
                <span class="face" aria-hidden="true">{initials}</span>
                <span class="cut wide">{frame.operator.clone()}</span>
                <span class="heard">"Your menu"</span>
            </summary>
            <div class="card">
                <p class="body"><b class="cut">{frame.operator.clone()}</b><span class="soft small">{frame.role.name()}</span></p>
                {own}
                <a href=path::YOUR_SIGN_IN aria-current=sign_in_current>"Your sign-in"</a>
                <form method="post" action=path::SET_THEME class="body line" aria-label="Theme">
                    {form::back(&frame.here)}
                    <span class="small soft">"Theme"</span>
                    {theme("light", "Light")} {theme("dark", "Dark")} {theme("auto", "Auto")}
                </form>
                <form method="post" action=path::SIGN_OUT class="body ruled">
                    <button class="btn small">"Sign out"</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}

/// The same desk on another instance, or the overview where this person may not go to it there. A page of the console itself
/// stays, and what stands around it changes.
fn same_desk(here: Desk, head: &InstanceHead) -> String {
    let name = &head.name;
    let (right, there) = match here {
        Desk::Statistics => (Permission::ViewRegistrations, path::statistics(name)),
        Desk::Reports => (Permission::ViewWork, path::reports(name)),
        Desk::Accounts => (Permission::ViewWork, path::accounts(name)),
        Desk::Appeals => (Permission::ViewAppeals, path::appeals(name)),
        Desk::SignUps => (Permission::ViewSignUps, path::signups(name)),
        Desk::Registrations => (Permission::ViewRegistrations, path::registrations(name)),
        Desk::DomainBlocks => (Permission::ViewBlocks, path::domains(name)),
        Desk::Roles => (Permission::ViewRoles, path::roles(name)),
        Desk::Invitations => (Permission::ViewInvitations, path::invitations(name)),
        Desk::AccessRequests => (Permission::ViewInvitations, path::access_requests(name)),
        Desk::YourAccount => (Permission::LinkAccount, path::your_account(name)),
        Desk::People => return path::with(path::PEOPLE, "on", name.as_str()),
        Desk::Grants => return path::with(path::GRANTS, "on", name.as_str()),
        Desk::Audit => return path::with(path::AUDIT, "on", name.as_str()),
        Desk::Reviews => return path::with(path::REVIEWS, "on", name.as_str()),
        Desk::YourSignIn => return path::with(path::YOUR_SIGN_IN, "on", name.as_str()),
        Desk::Overview | Desk::Everywhere | Desk::Nowhere => return path::overview(name),
    };
    if head.may.contains(&right) { there } else { path::overview(name) }
}

/// An instance in the switcher: where it leads, what waits there, and whether it is well.
fn instance_link(here: Desk, frame: &Frame, head: &InstanceHead) -> AnyView {
    let current = frame.instance.as_ref().is_some_and(|own| own.name == head.name);
    let (dot, state) = dot(head);
    let waiting = match &head.waiting {
        Some(number) if number == "1" => "1 open case".to_owned(),
        Some(number) => format!("{number} open cases"),
        None => "not known".to_owned(),
    };
    view! {
        <a href=same_desk(here, head) aria-current=current.then_some("true")>
            <span class=dot title=state></span><span class="cut">{head.title.clone()}</span>
            <span class="soft small nowrap end">{(head.well != Some(true)).then(|| format!("{state} · "))} {waiting}</span>
        </a>
    }
    .into_any()
}

fn dot(head: &InstanceHead) -> (&'static str, &'static str) {
    match head.well {
        Some(true) => ("dot good", "well"),
        Some(false) => ("dot danger", "something needs a look"),
        None => ("dot", "not checked yet"),
    }
}

fn top(here: Desk, frame: &Frame) -> AnyView {
    let Some(instance) = frame.instance.clone() else {
        return view! { <header class="top">
            {frame.instances.iter().map(|head| view! { <a class="btn quiet" href=path::overview(&head.name)>{head.title.clone()}</a> }).collect_view()}
            {own_menu(here, frame)}
        </header> }.into_any();
    };
    let (dot, state) = dot(&instance);
    let shown = view! { <span class=dot title=state></span><span class="cut">{instance.title.clone()}</span> };
    let switcher = if frame.instances.len() > 1 {
        view! {
            <details class="menu switcher">
                <summary class="btn quiet">{shown}</summary>
                <div class="card">{frame.instances.iter().map(|head| instance_link(here, frame, head)).collect_view()}</div>
            </details>
        }
        .into_any()
    } else {
        view! { <a class="btn quiet switcher" href=path::overview(&instance.name)>{shown}</a> }.into_any()
    };
    let typed = frame.draft_for(path::LOOK_UP).and_then(|draft| draft.value("q")).map(str::to_owned);
    let label = if frame.may(Permission::SearchPersonal) {
        "Search: handle, server, #report, ID, profile or post URL, email or IP address"
    } else {
        "Search: handle, server, #report, ID, profile or post URL"
    };
    let registrations = frame.registrations.clone().map(|state| {
        view! { <span class="wide badge">"Registrations " {state}</span> }
    });
    let unguarded = frame.second_factor_optional.then(
        || view! { <span class="wide badge" title="Allowed on a loopback address only">"no second factor"</span> },
    );
    view! {
        <header class="top">
            {switcher}
            <form class="search" role="search" aria-label="Search" action=path::LOOK_UP method="post">
                {form::back(&frame.here)}
                <input type="hidden" name="instance" value=instance.name.to_string() />
                <input type="search" name="q" autocomplete="off" aria-label=label title=label placeholder="Search" data-key-focus=keys::key("/") value=typed />
                <span class="key" aria-hidden="true">"/"</span>
            </form>
            {registrations}
            {unguarded}
            <a class="btn quiet wide end" href=path::with(path::KEYS, "back", &frame.here) data-key=keys::key("?") aria-label="Keys"><span class="key">"?"</span></a>
            {own_menu(here, frame)}
        </header>
    }
    .into_any()
}
