//! The views of the audit desk.

mod access;
mod timeline;

pub use access::Access;
pub use timeline::Timeline;

use super::{AuditPage, EntryPage, Filter, InstanceLogPage, KINDS, Logged, ROOMS, Tree, api, service};
use crate::{
    access::Permission,
    clock::Timestamp,
    frame::Frame,
    ledger::check::Check,
    path,
    record::{DeedState, Line},
    search::Search,
    ui::{self, desk, form, keys, list, time},
};
use leptos::prelude::*;
use leptos_meta::Meta;
use similar::{ChangeTag, TextDiff};

const CHECK: &str = form::action::<api::Check>();
const CHECKPOINT: &str = form::action::<api::Checkpoint>();
const SAVE: &str = form::action::<api::SaveFilter>();
const DELETE: &str = form::action::<api::DeleteFilter>();

#[component]
pub fn Audit() -> impl IntoView {
    desk::page(
        desk::Desk::Audit,
        async |asked| service::list(&asked.context, &asked.search).await,
        list_body,
        |_, _| "Audit log".to_owned(),
    )
}

#[component]
pub fn Entry() -> impl IntoView {
    desk::page(
        desk::Desk::Audit,
        async |asked| service::entry(&asked.context, asked.part("index"), &asked.search).await,
        entry_body,
        |_, page| format!("Entry {}", page.line.index),
    )
}

fn entries(tree: &Tree) -> String {
    ui::count(usize::try_from(tree.entries).unwrap_or(0), "entry", "entries")
}

fn checkpoint_sentence(tree: &Tree, frame: &Frame) -> AnyView {
    let outside = match &tree.outside {
        Some(place) => format!(", also in {place}"),
        None => ", stored nowhere else: whoever controls the machine could replace it all".to_owned(),
    };
    match &tree.checkpoint {
        Some(checkpoint) => view! {
            <span class="soft">"checkpoint over " {ui::count(usize::try_from(checkpoint.entries).unwrap_or(0), "entry", "entries")} " "
                {time::ago(checkpoint.at, frame.now)} {outside}</span>
        }
        .into_any(),
        None => view! { <span class="soft">"no checkpoint yet"</span> }.into_any(),
    }
}

fn list_body(frame: Frame, page: AuditPage) -> AnyView {
    let check = page.check.as_ref().map(|check| {
        let again = check.last.as_ref().is_some_and(|last| last.entries.is_some());
        view! {
            <form method="post" action=CHECK class="inline">
                {form::back(&frame.here)}
                <button class="btn">"Check now"</button>
                {again.then(|| view! { <button class="btn quiet" name="everything" value="yes">"Check everything \
                again"</button> })}
            </form>
            <form method="post" action=CHECKPOINT class="inline">{form::back(&frame.here)}<button class="btn">"Create \
            checkpoint"</button></form>
        }
    });
    let beside = page.whole.then(|| {
        let of_instance = frame.instance.as_ref().map(|head| {
            view! {
                <a class="chip" href=path::instance_log(&head.name)>"Mastodon’s audit log"</a>
                <a class="chip" href=path::transparency(&head.name)>"Transparency report"</a>
            }
        });
        view! {
            <nav class="chips bar" aria-label="Beside the audit log">
                <a class="chip" href=path::AUDIT aria-current="page">"Audit log"</a>
                <a class="chip" href=path::TIMELINE>"Timeline"</a>
                <a class="chip" href=path::ALARMS>"Alarms"</a>
                {frame.may(Permission::Review).then(|| view! { <a class="chip" href=path::ACCESS>"Access review"</a> })}
                {of_instance}
            </nav>
        }
    });
    let scope = (!page.whole).then(|| view! { <span class="badge">"your own actions"</span> });
    let said = page.said.clone().map(|said| view! { <p class="note lead good" role="status"><bdi>{said}</bdi></p> });
    view! {
        {said}
        <div class="head">
            <h1>"Audit log"</h1>
            <span class="badge">{entries(&page.tree)}</span>
            {scope}
            {checkpoint_sentence(&page.tree, &frame)}
            <span class="end">{check}</span>
        </div>
        {beside}
        {page.check.as_ref().map(|check| checked(check, &frame))}
        {filters(&page)}
        {saved(&page, &frame)}
        {list::left_out(page.left_out)}
        {lines(&page, &frame)}
        <div class="head foot">
            <span class="soft small">{ui::count(page.lines.len(), "entry", "entries")} " shown, newest first"</span>
            <span class="end">{exports(&page)} {list::further(page.older.as_deref(), "Next page →")}</span>
        </div>
    }
    .into_any()
}

/// How far a check is, and what the last one found.
fn checked(check: &Check, frame: &Frame) -> AnyView {
    let running = check.running.map(|(read, of)| {
        let number = |entries: i64| usize::try_from(entries).unwrap_or(0);
        let said = format!("Checking: {} of {} read.", ui::grouped(number(read)), ui::count(number(of), "entry", "entries"));
        view! {
            <Meta http_equiv="refresh" content="2" />
            <p class="note lead" role="status"><span>{said}</span> <progress max=of value=read aria-label="Progress of the \
            check"></progress>
                <a class="link" href=frame.here.clone()>"Refresh"</a></p>
        }
    });
    let last = check.last.as_ref().map(|last| {
        let (class, role) = if last.whole { ("note lead good", "status") } else { ("note lead danger", "alert") };
        let found = match (last.whole, last.entries) {
            (true, _) => "The audit log is intact",
            (false, Some(_)) => "The audit log has been altered",
            (false, None) => "Not checked",
        };
        let said = format!("{found}: {}.", last.said.join("; "));
        view! { <p class=class role=role><span>"Checked " {time::ago(last.at, frame.now)} ". " {said}</span></p> }
    });
    view! { {running} {last} }.into_any()
}

fn filters(page: &AuditPage) -> AnyView {
    let filter = &page.filter;
    let search = Search::parse(&Search::parse(&page.search).only(&Filter::KEYS));
    let people = page.people.clone();
    let instances = page.instances.iter().map(|(name, title)| (name.to_string(), title.clone())).collect::<Vec<_>>();
    let kinds = KINDS.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect::<Vec<_>>();
    let outcomes = DeedState::RECORDED
        .iter()
        .map(|outcome| (outcome.name().to_owned(), outcome.word().to_owned()))
        .collect::<Vec<_>>();
    let several = [
        chosen(&search, "who", &filter.who, &people),
        chosen(&search, "instance", &filter.instance, &instances),
        chosen(&search, "kind", &filter.kind, &kinds),
        chosen(&search, "outcome", &filter.outcome, &outcomes),
    ];
    let folded = [&filter.q, &filter.from, &filter.to];
    let in_force = filter.outcome.len() + folded.iter().filter(|text| !text.is_empty()).count();
    let more = if in_force == 0 { "More filters".to_owned() } else { format!("More filters ({in_force})") };
    let named = [&filter.who, &filter.instance, &filter.kind].into_iter().map(Vec::len).sum::<usize>();
    let active = named + in_force + usize::from(!filter.account.is_empty());
    view! {
        <div>
        {form::fold(active)}
        <form method="get" action=path::AUDIT class="chips bar">
            {page.whole.then(|| choice("who", "Who", ("Anyone", "or another person"), &people, &filter.who))}
            {(page.instances.len() > 1).then(|| choice("instance", "Instance", ("All instances", "or another instance"), &instances, &filter.instance))}
            {kind_choice(&filter.kind)}
            <input class="chip" name="account" aria-label="Account: handle or ID" placeholder="@name or ID" autocomplete="off" value=filter.account.clone() />
            <details class="unfold" open={in_force > 0}>
                <summary class="chip">{more}</summary>
                <div class="chips">
                    {choice("outcome", "Outcome", ("Any outcome", "or another outcome"), &outcomes, &filter.outcome)}
                    <input class="chip" name="q" aria-label="Part of a name or an action" placeholder="Name or action" autocomplete="off" value=filter.q.clone() />
                    <label class="small soft">"From " <input class="chip" type="date" name="from" aria-label="From this day" value=filter.from.clone() /></label>
                    <label class="small soft">"to " <input class="chip" type="date" name="to" aria-label="To this day" value=filter.to.clone() /></label>
                    {time::zone_field(None)}{time::zone_word()}
                </div>
            </details>
            <button class="btn">"Apply"</button>
            <a class="btn quiet" href=path::AUDIT>"All"</a>
            {list::kept_of(&search, &Filter::CHIPS)}
        </form>
        </div>
        <div class="chips">
            {several}
            {timeline_link(filter)}
            {list::chip(path::AUDIT, &search, "console", "no", "Without the console’s own".to_owned(), &filter.console)}
            {list::chip(path::AUDIT, &search, "sign-ins", "no", "Without sign-ins".to_owned(), &filter.sign_ins)}
            {(filter.folds() || !filter.batches.is_empty()).then(|| list::chip(path::AUDIT, &search, "batches", "each", "Each entry of batches".to_owned(), &filter.batches))}
            {(!filter.batch.is_empty()).then(|| list::chip_off(path::AUDIT, &search, "batch", "Entries of one batch"))}
        </div>
    }
    .into_any()
}

/// The kinds of actions, room by room.
fn kind_choice(values: &[String]) -> AnyView {
    let first = if values.is_empty() { "All actions" } else { "or another action" };
    let kept = (!values.is_empty()).then(|| view! { <input type="hidden" name="kind" value=values.join(",") /> });
    let room = |(room, kinds): &(&'static str, &'static [(&'static str, &'static str)])| {
        let kinds = kinds.iter().filter(|(kind, _)| !values.iter().any(|value| value == kind));
        view! { <optgroup label=*room>{kinds.map(|(kind, words)| view! { <option value=*kind>{*words}</option> }).collect_view()}</optgroup> }
    };
    view! {
        {kept}
        <select class="chip" name="kind" aria-label="Action"><option value="">{first}</option>{ROOMS.iter().map(room).collect_view()}</select>
    }
    .into_any()
}

/// A field that adds a value to those that the list is narrowed to; each of these is let go of beside it.
fn choice(
    name: &'static str,
    label: &'static str,
    (all, another): (&'static str, &'static str),
    options: &[(String, String)],
    values: &[String],
) -> AnyView {
    let first = if values.is_empty() { all } else { another };
    let kept = (!values.is_empty()).then(|| view! { <input type="hidden" name=name value=values.join(",") /> });
    let options = options
        .iter()
        .filter(|(value, _)| !values.contains(value))
        .map(|(value, words)| view! { <option value=value.clone()>{words.clone()}</option> })
        .collect_view();
    view! { {kept} <select class="chip" name=name aria-label=label><option value="">{first}</option>{options}</select> }
        .into_any()
}

/// What the list is narrowed to, each to be let go of.
fn chosen(search: &Search, key: &'static str, values: &[String], options: &[(String, String)]) -> AnyView {
    let word = |value: &String| {
        options.iter().find(|(own, _)| own == value).map_or_else(|| value.clone(), |(_, words)| words.clone())
    };
    values
        .iter()
        .map(|value| {
            let others: Vec<&str> = values.iter().filter(|own| *own != value).map(String::as_str).collect();
            let href = format!("{}{}", path::AUDIT, search.with(key, &others.join(",")));
            view! { <a class="chip" href=href aria-current="true">{format!("{} ×", word(value))}</a> }
        })
        .collect_view()
        .into_any()
}

/// The way to everything about the one that the list is narrowed to.
fn timeline_link(filter: &Filter) -> AnyView {
    let instance = filter.instance.first().filter(|_| filter.instance.len() == 1);
    let one = match (filter.account.as_str(), filter.batch.as_str(), filter.who.as_slice()) {
        ("", "", [who]) => Some(("who", who.as_str())),
        ("", "", _) => None,
        ("", batch, _) => Some(("batch", batch)),
        (account, ..) => Some(("account", account)),
    };
    let Some((key, value)) = one else { return ().into_any() };
    let mut query = Search::parse(&Search::default().with(key, value));
    if let Some(instance) = instance {
        query = Search::parse(&query.with("instance", instance));
    }
    view! { <a class="chip" href=format!("{}{}", path::TIMELINE, query.without(&[]))>"Timeline"</a> }.into_any()
}

/// One's own filters, and the form that keeps the present one.
fn saved(page: &AuditPage, frame: &Frame) -> AnyView {
    let present = Search::parse(&page.search).only(&Filter::KEYS);
    let draft = frame.draft_for(SAVE);
    let own = page
        .saved
        .iter()
        .map(|(name, search)| {
            let current = (*search == present).then_some("true");
            view! { <a class="chip" href=format!("{}{search}", path::AUDIT) aria-current=current><bdi>{name.clone()}</bdi></a> }
        })
        .collect_view();
    let delete = page.saved.iter().find(|(_, search)| *search == present).map(|(name, _)| {
        view! {
            <form method="post" action=DELETE class="inline">
                {form::back(&frame.here)}
                <input type="hidden" name="name" value=name.clone() />
                <button class="btn quiet">"Delete the filter “" <bdi>{name.clone()}</bdi> "”"</button>
            </form>
        }
    });
    let save = (!present.is_empty() && delete.is_none() && page.wrong.is_none()).then(|| {
        let typed = draft.and_then(|draft| draft.value("name")).unwrap_or_default().to_owned();
        view! {
            <form method="post" action=SAVE class="inline">
                {form::back(&frame.here)}
                <input type="hidden" name="search" value=present.clone() />
                <input class="chip" name="name" maxlength="60" aria-label="Name of this filter" placeholder="Name" autocomplete="off" value=typed />
                <button class="btn quiet">"Save filter"</button>
                {form::beside(draft, "name")}
            </form>
        }
    });
    if page.saved.is_empty() && save.is_none() {
        return ().into_any();
    }
    view! { <div class="chips">{own} {delete} {save}</div> }.into_any()
}

fn outcome(line: &Line) -> AnyView {
    outcome_badge(line.outcome)
}

/// What a deed came to; what is told and was not done by anybody here has nothing of the sort.
pub fn outcome_badge(outcome: Option<DeedState>) -> AnyView {
    match outcome {
        Some(outcome) => view! { <span class=outcome.badge()>{outcome.word()}</span> }.into_any(),
        None => ().into_any(),
    }
}

fn lines(page: &AuditPage, frame: &Frame) -> AnyView {
    if let Some(wrong) = &page.wrong {
        desk::set_status(wrong);
        return view! { <p class="note lead danger" role="alert">{form::sentence(wrong)}</p> }.into_any();
    }
    if page.lines.is_empty() && page.left_out {
        return ().into_any();
    }
    if page.lines.is_empty() {
        return view! { <div class="card pad empty"><p>"No entries match. Every action and every reveal is listed \
        here."</p></div> }
        .into_any();
    }
    let several = page.instances.len() > 1;
    let on = |line: &Line| {
        let shown = line.instance.as_ref().map(|name| {
            let known = page.instances.iter().find(|(own, _)| own == name);
            known.map_or_else(|| name.to_string(), |(_, title)| title.clone())
        });
        view! { <td class="soft">{shown.unwrap_or_default()}</td> }
    };
    let row = |line: &Line| {
        let role = line
            .role
            .clone()
            .filter(|role| role == "contractor")
            .map(|role| view! { " " <span class="badge">{role}</span> });
        let of_batch = line.begins.as_ref().map(|id| {
            view! { " " <a href=path::with(path::AUDIT, "batch", id)>"Its entries"</a> }
        });
        let own = line.own_account.clone().map(|own| view! { <span class="soft small">" as " {own}</span> });
        view! {
            <tr data-row=keys::row()>
                <td class="mono nowrap">{time::day(line.at, frame.now)} " " {time::clock(line.at)}</td>
                <td class="name"><a href=entry_link(line)><b>{line.who.clone()}</b></a>{own}{role}</td>
                <td class="full most"><bdi>{time::retold(&line.what, line.at)}</bdi>{of_batch}</td>
                {several.then(|| on(line))}
                <td class="full fill"><div class="cut soft"><bdi>{line.why.clone()}</bdi></div></td>
                <td>{outcome(line)}</td>
                <td class="mono soft num wide">{line.index}</td>
            </tr>
        }
    };
    view! {
        <div class="card"><table class="list">
            <thead><tr><th>"When"</th><th>"Who"</th><th>"Action"</th>{several.then(|| view! { <th>"Instance"</th> })}<th>"Internal \
            reason"</th><th>"Outcome"</th><th class="num wide">"Entry"</th></tr></thead>
            <tbody>{page.lines.iter().map(row).collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}

/// The entry of a line, or the review that comes before it.
fn entry_link(line: &Line) -> String {
    if line.in_review { path::review(line.index) } else { path::audit_entry(line.index) }
}

/// The list as a file, for whoever may export: narrowed as the page is.
fn exports(page: &AuditPage) -> AnyView {
    if page.check.is_none() {
        return ().into_any();
    }
    let query = Search::parse(&page.search).without(&["before", "draft", "done"]);
    let without = (page.in_review > 0).then(|| {
        let them = ui::count(page.in_review, "entry", "entries");
        view! { <span class="small soft">{format!("without the {them} you are to review")}</span> }
    });
    view! {
        {without}
        <a class="btn quiet" href=format!("{}{query}", path::AUDIT_CSV) download="">"Export CSV"</a>
        <a class="btn quiet" href=format!("{}{query}", path::AUDIT_JSON_LINES) download="">"Export JSON Lines"</a>
    }
    .into_any()
}

fn facts(title: &'static str, pairs: &[(String, String)]) -> AnyView {
    if pairs.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="card"><header><h2>{title}</h2></header><div class="body"><dl class="facts">
            {pairs.iter().map(|(name, value)| view! { <dt>{name.clone()}</dt><dd class="said"><bdi>{value.clone()}</bdi></dd> }).collect_view()}
        </dl></div></section>
    }
    .into_any()
}

/// So long a comparison may take; what then is not told apart stands as replaced.
const COMPARED_WITHIN: std::time::Duration = std::time::Duration::from_millis(50);

/// One side of a change, with the words marked that the other one does not have. Where nothing stood before, or nothing after,
/// there is nothing to compare.
fn difference(before: &str, after: &str, side: ChangeTag) -> AnyView {
    let whole = if side == ChangeTag::Delete { before } else { after };
    if before.is_empty() || after.is_empty() || before == after {
        return view! { {whole.to_owned()} }.into_any();
    }
    let compared = TextDiff::configure().timeout(COMPARED_WITHIN).diff_words(before, after);
    // Words that follow one another are marked as one.
    let mut parts: Vec<(bool, String)> = Vec::new();
    for change in compared.iter_all_changes().filter(|change| [ChangeTag::Equal, side].contains(&change.tag())) {
        let marked = change.tag() != ChangeTag::Equal;
        match parts.last_mut().filter(|(last, _)| *last == marked) {
            Some((_, text)) => text.push_str(change.value()),
            None => parts.push((marked, change.value().to_owned())),
        }
    }
    let part = |(marked, text): (bool, String)| match (marked, side) {
        (false, _) | (true, ChangeTag::Equal) => view! { {text} }.into_any(),
        (true, ChangeTag::Delete) => view! { <del>{text}</del> }.into_any(),
        (true, ChangeTag::Insert) => view! { <ins>{text}</ins> }.into_any(),
    };
    parts.into_iter().map(part).collect_view().into_any()
}

/// What an entry changed, line by line.
fn changes(page: &EntryPage) -> AnyView {
    // What was not done has no after, and what is not known to be done is only meant.
    let (title, after) = match page.line.outcome {
        Some(DeedState::Succeeded | DeedState::Later) | None => ("Before and after", "After"),
        Some(DeedState::Partly | DeedState::Open | DeedState::Unknown | DeedState::Unseen) => {
            ("Before, and intended", "Intended")
        }
        Some(DeedState::Failed | DeedState::Stale | DeedState::Refused) => ("Intended, and not done", "Intended"),
    };
    let at = page.line.at;
    if page.before_after.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="card"><header><h2>{title}</h2></header>
            <table><thead><tr><th>"Action"</th><th>"Before"</th><th>{after}</th></tr></thead><tbody>
                {page.before_after.iter().map(|(name, before, after)| (name, time::alone(before, at), time::alone(after, at))).map(|(name, before, after)| view! { <tr><td>{name.clone()}</td><td class="soft said"><bdi>{difference(&before, &after, ChangeTag::Delete)}</bdi></td><td class="said"><bdi>{difference(&before, &after, ChangeTag::Insert)}</bdi></td></tr> }).collect_view()}
            </tbody></table>
        </section>
    }
    .into_any()
}

/// Where an entry stands in the tree, and its leaves as they are stored.
fn position(frame: &Frame, page: &EntryPage) -> AnyView {
    let outcome_leaf = page.outcome_leaf.clone().map(|(index, leaf)| {
        view! { <div class="post"><h2>"Leaf " {index} ": the outcome"</h2><pre class="leaf">{leaf}</pre></div> }
    });
    view! {
        <aside class="stack">
            <section class="card">
                <header><h2>"Position in the log"</h2></header>
                <div class="body stack small">
                    <p>{entries(&page.tree)} " in the tree. " {checkpoint_sentence(&page.tree, frame)}</p>
                    <p>"Hash of this leaf"</p><code class="hash">{page.leaf_hash.clone()}</code>
                    <p>"Root"</p><code class="hash">{page.tree.root.clone()}</code>
                    {page.proof.as_ref().map(|proof| view! {
                        <details><summary class="soft">"The " {proof.len()} " hashes that connect the two"</summary>
                            {proof.iter().map(|hash| view! { <code class="hash">{hash.clone()}</code> }).collect_view()}
                        </details>
                    })}
                </div>
            </section>
            <section class="card">
                <details>
                    <summary class="pad">"As stored"</summary>
                    <div class="post"><pre class="leaf">{page.leaf.clone()}</pre></div>
                    {outcome_leaf}
                </details>
            </section>
        </aside>
    }
    .into_any()
}

fn entry_body(frame: Frame, page: EntryPage) -> AnyView {
    let why = (!page.line.why.is_empty()).then(|| view! { <p class="quote"><bdi>{page.line.why.clone()}</bdi></p> });
    view! {
        <div class="head">
            {list::crumb(path::AUDIT, "Audit log")}
            <h1>"Entry " {page.line.index}</h1>
            {outcome(&page.line)}
        </div>
        <div class="two">
            <div class="stack">
                <section class="card">
                    <header><h2>{page.line.who.clone()} " · " <bdi>{time::retold(&page.line.what, page.line.at)}</bdi></h2></header>
                    <div class="body stack">
                        {why}
                        <dl class="facts">
                            <dt>"When"</dt><dd>{time::whole(page.line.at)}</dd>
                            {page.acting.clone().map(|acting| view! { <dt>"Acting as"</dt><dd>{acting}</dd> })}
                            {page.line.role.clone().map(|role| view! { <dt>"Role at the time"</dt><dd>{role}</dd> })}
                            <dt>"Instance"</dt><dd>{page.line.instance.clone().map_or_else(|| "the console \
                            itself".to_owned(), |name| name.to_string())}</dd>
                            {page.request.clone().map(|id| view! { <dt>"Request"</dt><dd><code>{id}</code></dd> })}
                        </dl>
                    </div>
                </section>
                {page.sealed.clone().map(|sealed| view! { <p class="note">{sealed}</p> })}
                {changes(&page)}
                {facts("Action", &page.details)}
                {facts("Verified state", &page.seen)}
            </div>
            {position(&frame, &page)}
        </div>
    }
    .into_any()
}

#[component]
pub fn InstanceLog() -> impl IntoView {
    desk::page(
        desk::Desk::Audit,
        async |asked| service::instance_log::page(&asked.context, asked.instance(), &asked.search).await,
        instance_log_body,
        |_, _| "Mastodon’s audit log".to_owned(),
    )
}

/// Mastodon's words for what its staff does (`app/models/admin/action_log_filter.rb`).
const ACTIONS: [&str; 30] = [
    "approve",
    "assigned_to_self",
    "change_email",
    "change_role",
    "confirm",
    "create",
    "destroy",
    "disable",
    "disable_2fa",
    "enable",
    "memorialize",
    "promote",
    "demote",
    "publish",
    "reject",
    "remove_avatar",
    "remove_header",
    "reopen",
    "resend",
    "reset_password",
    "resolve",
    "sensitive",
    "silence",
    "suspend",
    "unassigned",
    "unblock_email",
    "unsensitive",
    "unsilence",
    "unsuspend",
    "update",
];

fn instance_log_body(frame: Frame, page: InstanceLogPage) -> AnyView {
    let Some(head) = frame.instance.clone() else { return ().into_any() };
    let base = path::instance_log(&head.name);
    let further = page.further.clone().map(|(at, href)| {
        view! {
            <p class="note lead">"No more entries since " {time::whole(at)} ". The search stopped there."
                <a class="link" href=href>"Search further back →"</a></p>
        }
    });
    view! {
        <div class="head">
            {list::crumb(path::AUDIT, "Audit log")}
            <h1>"Mastodon’s audit log"</h1>
            <span class="soft">{head.title.clone()} ": what its staff did, here and elsewhere. It never includes \
            settings, notes and invites."</span>
        </div>
        {list::untold(&page.untold)}
        {instance_log_filters(&base, &page)}
        {list::left_out(page.left_out)}
        {logged(&head.name, &page, &frame)}
        {further}
        <div class="head foot">
            <span class="soft small">{ui::count(page.rows.len(), "row", "rows")} " shown, newest first"</span>
            <span class="end">{list::further(page.older.as_deref(), "Next page →")}</span>
        </div>
    }
    .into_any()
}

fn instance_log_filters(base: &str, page: &InstanceLogPage) -> AnyView {
    let filter = &page.filter;
    let actions = ACTIONS
        .iter()
        .map(|action| {
            let selected = *action == filter.action;
            view! { <option value=*action selected=selected>{action.replace('_', " ")}</option> }
        })
        .collect_view();
    let chosen = [&filter.who, &filter.action, &filter.day];
    view! {
        {form::fold(chosen.into_iter().filter(|value| !value.is_empty()).count())}
        <form method="get" action=base.to_owned() class="chips bar">
            <input class="chip" name="who" aria-label="By this account" placeholder="@name" value=filter.who.clone() />
            <select class="chip" name="action" aria-label="Action"><option value="">"All actions"</option>{actions}</select>
            <input class="chip" type="date" name="day" aria-label="On this day" value=filter.day.clone() />
            {time::zone_field(None)}{time::zone_word()}
            <button class="btn">"Apply"</button>
            <a class="btn quiet" href=base.to_owned()>"All"</a>
        </form>
    }
    .into_any()
}

/// What no entry of ours is the cause of; of what was before there were any that says nothing, and what an entry is about whose
/// words do not open may be its doing.
fn outside(began: Option<Timestamp>, row: &Logged) -> AnyView {
    if let Some(entry) = row.perhaps {
        let said = format!("not known: the words of entry {entry} don’t open");
        return view! { <a class="badge" href=path::audit_entry(entry)>{said}</a> }.into_any();
    }
    if began.is_some_and(|began| row.at < began) {
        return view! { <span class="soft small">"before this console"</span> }.into_any();
    }
    view! { <span class="badge">"outside the console"</span> }.into_any()
}

fn logged(instance: &crate::id::InstanceName, page: &InstanceLogPage, frame: &Frame) -> AnyView {
    if page.rows.is_empty() && page.left_out && !page.nobody {
        return ().into_any();
    }
    if page.rows.is_empty() {
        let said = if page.nobody {
            "There is no local account with that name."
        } else {
            "No entries match. Mastodon adds one for every staff action, through this console or not."
        };
        return view! { <div class="card pad empty"><p>{said}</p></div> }.into_any();
    }
    let row = |row: &Logged| {
        let target = view! { <bdi>{row.target.clone()}</bdi> };
        let target = match row.about {
            Some(about) => view! { <a href=path::account(instance, about)>{target}</a> }.into_any(),
            None => target.into_any(),
        };
        let changes = (!row.changes.is_empty()).then(|| {
            view! { <ul class="plain-list small">{row.changes.iter().map(|line| view! { <li><bdi>{line.clone()}</bdi></li> }).collect_view()}</ul> }
        });
        let whose = match row.ours {
            Some(entry) => {
                view! { <a class="badge good" href=path::audit_entry(entry)>"through this console, entry " {entry}</a> }
                    .into_any()
            }
            None => outside(page.began, row),
        };
        view! {
            <tr data-row=keys::row()>
                <td class="mono nowrap">{time::day(row.at, frame.now)} " " {time::clock(row.at)}</td>
                <td><b><bdi>{row.by.clone()}</bdi></b></td>
                <td>{row.action.clone()}</td>
                <td class="full fill"><div class="cut"><span class="soft">{row.kind.clone()} " "</span>{target}</div>{changes}</td>
                <td class="full">{whose}</td>
                <td class="mono soft num wide">{row.id}</td>
            </tr>
        }
    };
    view! {
        <div class="card"><table class="list">
            <thead><tr><th>"When"</th><th>"Who"</th><th>"Action"</th><th>"Target"</th><th>"Details"</th><th class="num wide">"ID"</th></tr></thead>
            <tbody>{page.rows.iter().map(row).collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}
