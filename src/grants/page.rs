//! The views of the grants desk.

use super::{
    AskPage, Card, GrantPage, GrantsPage, Place, RoleCard, State, Timesheet as MonthOfWork, Work, api, service, sum,
};
use crate::{
    access::Permission,
    clock::Timestamp,
    frame::{Draft, Frame},
    id::RoleId,
    path,
    reports::{Category, Decision},
    text::time as utc,
    ui::{self, desk, form, keys, list, time},
};
use leptos::prelude::*;

const ASK: &str = form::action::<api::Ask>();
const DECIDE: &str = form::action::<api::Decide>();
const REVOKE: &str = form::action::<api::Revoke>();

#[component]
pub fn Grants() -> impl IntoView {
    desk::page(
        desk::Desk::Grants,
        async |asked| service::list(&asked.context, &asked.search).await,
        list_body,
        |_, _| "Grants".to_owned(),
    )
}

#[component]
pub fn Request() -> impl IntoView {
    desk::page(
        desk::Desk::Grants,
        async |asked| service::ask_page(&asked.context, &asked.search).await,
        ask_body,
        |_, _| "Request a grant".to_owned(),
    )
}

#[component]
pub fn Grant() -> impl IntoView {
    desk::page(
        desk::Desk::Grants,
        async |asked| service::grant(&asked.context, asked.part("grant"), &asked.search).await,
        grant_body,
        |_, page| format!("Grant of {}", page.grant.name),
    )
}

#[component]
pub fn Timesheet() -> impl IntoView {
    desk::page(
        desk::Desk::Grants,
        async |asked| service::timesheet(&asked.context, asked.part("operator"), &asked.search).await,
        sheet_body,
        |_, page| format!("Timesheet of {}, {}", page.name, page.month),
    )
}

fn list_body(frame: Frame, page: GrantsPage) -> AnyView {
    let own = page.own.is_some();
    let runs = page.open.iter().any(|grant| grant.state == State::Running);
    let nothing = (own && !runs).then(|| {
        view! {
            <p class="note lead" role="status">"You have no active grant, so you can’t open anything on an \
            instance. Ask the sponsor of your work. Your own actions are listed under Audit log."</p>
        }
    });
    let ask = page.may_ask.then(|| view! { <a class="btn main" href=path::REQUEST_GRANT>"Request a grant"</a> });
    let sheet = page.own.as_ref().map(|id| view! { <a class="btn" href=path::timesheet(id)>"Your timesheet"</a> });
    let waiting: Vec<&Card> = page.open.iter().filter(|grant| grant.state == State::Asked).collect();
    let others: Vec<&Card> = page.open.iter().filter(|grant| grant.state != State::Asked).collect();
    let asked = (!waiting.is_empty()).then(|| {
        view! {
            <section class="card lead panel"><header><h2>"Pending"</h2><span class="soft small end">"a second person has \
            to approve it"</span></header>
                {table(&waiting, &frame)}</section>
        }
    });
    let people = (!page.contractors.is_empty()).then(|| {
        view! {
            <aside class="stack"><section class="card"><header><h2>"Contractors"</h2></header>
                <table class="list"><tbody>{page.contractors.iter().map(|(id, name, runs)| view! {
                    <tr data-row=keys::row()>
                        <td class="full"><b><bdi>{name.clone()}</bdi></b> " " {(!runs).then(|| view! { <span class="badge">"no active \
                        grant"</span> })}</td>
                        <td class="num nowrap"><a class="link" href=path::timesheet(id)>"Timesheet"</a></td>
                    </tr>
                }).collect_view()}</tbody></table>
            </section></aside>
        }
    });
    let class = if people.is_some() { "two" } else { "stack" };
    let closed: Vec<&Card> = page.closed.iter().collect();
    let empty = "No active or scheduled grants. A grant gives a contractor access to certain work, on certain \
    instances, until a certain day.";
    view! {
        <div class="head">
            <h1>{if own { "Your grants" } else { "Grants" }}</h1>
            <span class="soft">{ui::count(others.len(), "active or scheduled grant", "active or scheduled grants")}</span>
            <span class="end">{sheet}{ask}</span>
        </div>
        {nothing}
        {asked}
        <div class=class>
            <div class="stack">
                <section class="card"><header><h2>"Active and scheduled"</h2></header>
                    {if others.is_empty() { view! { <p class="pad soft">{empty}</p> }.into_any() } else { table(&others, &frame) }}
                </section>
                <section class="card"><header><h2>"Past"</h2></header>
                    {if closed.is_empty() { view! { <p class="pad soft">"Nothing yet. Ended, rejected and revoked \
                    grants are kept here."</p> }.into_any() } else { table(&closed, &frame) }}
                </section>
                <div class="head foot"><span class="end">{list::further(page.older.as_deref(), "Next page →")}</span></div>
            </div>
            {people}
        </div>
    }
    .into_any()
}

fn span(grant: &Card, frame: &Frame) -> String {
    let zone = frame.preferences.zone().unwrap_or_default();
    format!("{} to {}", zone.day(grant.starts_at, frame.now), zone.whole(grant.ends_at))
}

/// “25 Nov to 31 Dec”: the last day is the one that the grant ends with.
fn days(grant: &Card, now: Timestamp) -> impl IntoView + use<> {
    view! { {time::day(grant.starts_at, now)} " to " {time::day(grant.ends_at.plus(-1), now)} }
}

fn badge(grant: &Card) -> impl IntoView + use<> {
    view! { <span class=grant.state.badge()>{grant.state.word()}</span> }
}

fn table(grants: &[&Card], frame: &Frame) -> AnyView {
    let row = |grant: &&Card| {
        view! {
            <tr data-row=keys::row()>
                <td class="nowrap"><a href=path::grant(&grant.id)><b class="cut handle"><bdi>{grant.name.clone()}</bdi></b></a></td>
                <td class="nowrap">{grant.scope.places()}</td>
                <td>{badge(grant)}</td>
                <td class="full fill"><div class="two-lines">{grant.scope.words()}</div></td>
                <td class="full soft"><span class="nowrap" title=span(grant, frame)>{days(grant, frame.now)}</span></td>
            </tr>
        }
    };
    view! {
        <table class="list">
            <thead><tr><th>"Contractor"</th><th>"Instance"</th><th>"Status"</th><th>"Scope"</th><th>"Period"</th></tr></thead>
            <tbody>{grants.iter().map(row).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// Where and what a grant is for: instances, categories, further rights, and roles there.
fn scope_fields(draft: Option<&Draft>, page: &AskPage) -> AnyView {
    let typed = |name: &str| draft.and_then(|draft| draft.value(name)).unwrap_or_default().to_owned();
    let alone = page.places.len() == 1;
    let instances = page
        .places
        .iter()
        .map(|place| {
            let checked = alone || ticked(draft, "instances", place.name.as_str());
            view! { <label class="check"><input type="checkbox" name="instances[]" value=place.name.to_string() checked=checked />{place.title.clone()}</label> }
        })
        .collect_view();
    let readable = page.places.iter().filter_map(|place| place.roles.as_ref().map(|roles| (place, roles)));
    let roles = readable.enumerate().map(|(row, (place, roles))| role_row(draft, row, place, roles)).collect_view();
    let unread = page
        .places
        .iter()
        .filter(|place| place.roles.is_none())
        .map(|place| view! { <p class="small soft">{place.title.clone()} ": its roles can’t be read now"</p> })
        .collect_view();
    let categories = Category::ALL
        .into_iter()
        .map(|category| {
            let checked = draft.is_none() || ticked(draft, "categories", category.name());
            view! { <label class="check"><input type="checkbox" name="categories[]" value=category.name() checked=checked />{category.word()}</label> }
        })
        .collect_view();
    let yes = |name: &'static str, words: &'static str| {
        view! { <label class="check"><input type="checkbox" name=name value="yes" checked=typed(name) == "yes" />{words}</label> }
    };
    view! {
        <fieldset class="rules pad"><legend class="small soft">"Instances"</legend>{instances}{form::beside(draft, "instances")}</fieldset>
        <fieldset class="rules pad"><legend class="small soft">"Reports"</legend>{categories}{form::beside(draft, "categories")}</fieldset>
        <fieldset class="rules pad"><legend class="small soft">"Also"</legend>
            {yes("sign_ups", "decide sign-ups")}
            {yes("reveal", "reveal email addresses, IP addresses and private posts, with a reason \
            each time")}
        </fieldset>
        <fieldset class="rules pad"><legend class="small soft">"Role on the instance during the \
        grant, if the work needs one"</legend>
            {roles}{unread}
            {form::beside(draft, "roles")}
        </fieldset>
    }
    .into_any()
}

/// The first and the last day of a grant, where they are meant.
fn day_fields(draft: Option<&Draft>) -> AnyView {
    let typed = |name: &str| draft.and_then(|draft| draft.value(name)).unwrap_or_default().to_owned();
    view! {
        {time::zone_field(draft)}
        <label class="field" for="starts">"First day" <span class="small soft">"leave empty to \
        start on approval"</span></label>
        <input class="input" id="starts" name="starts" type="date" value=typed("starts") />
        {form::beside(draft, "starts")}
        <label class="field" for="ends">"Last day" <span class="small soft">"the grant ends with \
        this day"</span></label>
        <input class="input" id="ends" name="ends" type="date" required="" value=typed("ends") />
        {form::beside(draft, "ends")}
        <p class="small soft">"Both days in the time zone " {time::zone_word()}</p>
        {form::beside(draft, "zone")}
    }
    .into_any()
}

fn ask_body(frame: Frame, page: AskPage) -> AnyView {
    if page.contractors.is_empty() {
        return view! {
            <div class="head">{list::crumb(path::GRANTS, "Grants")}<h1>"Request a grant"</h1></div>
            <div class="card pad empty"><p>"There are no contractors yet. An owner offers somebody access as \
            contractor under People; then you can request a grant."</p></div>
        }
        .into_any();
    }
    let draft = frame.draft_for(ASK);
    let typed = |name: &str| draft.and_then(|draft| draft.value(name)).unwrap_or_default().to_owned();
    let chosen = draft.map_or_else(|| page.chosen.clone(), |_| typed("operator"));
    let options = |list: &[(crate::id::OperatorId, String)], chosen: &str| {
        list.iter()
            .map(|(id, name)| view! { <option value=id.to_string() selected=id.0 == chosen>{name.clone()}</option> })
            .collect_view()
    };
    view! {
        <div class="head">{list::crumb(path::GRANTS, "Grants")}<h1>"Request a grant"</h1></div>
        <div class="two">
            <section class="card">
                <form method="post" action=ASK class="body stack">
                    {form::above(draft)}
                    {form::back(&frame.here)}
                    <label class="field" for="operator">"Contractor"</label>
                    <select class="input" id="operator" name="operator">{options(&page.contractors, &chosen)}</select>
                    {form::beside(draft, "operator")}
                    {scope_fields(draft, &page)}
                    {day_fields(draft)}
                    <label class="field" for="sponsor">"Sponsor" <span class="small soft">"who is responsible for \
                    the work"</span></label>
                    <select class="input" id="sponsor" name="sponsor">{options(&page.sponsors, &typed("sponsor"))}</select>
                    {form::beside(draft, "sponsor")}
                    <label class="field" for="agreement">"Agreement" <span class="small soft">"number or title, \
                    shown on every timesheet"</span></label>
                    <input class="input" id="agreement" name="agreement" maxlength="200" required="" value=typed("agreement") />
                    {form::beside(draft, "agreement")}
                    {form::why(draft, "why", "saved in the audit log", false)}
                    <div><button class="btn main">"Request grant"</button></div>
                </form>
            </section>
            <aside class="stack"><p class="soft small">"A request gives no access. Another owner approves it, or \
            rejects it with a reason. Grants start and end automatically; cases still assigned to the contractor \
            then return to the queue."</p></aside>
        </div>
    }
    .into_any()
}

/// An account and its role on one instance; neither is needed.
fn role_row(draft: Option<&Draft>, row: usize, place: &Place, roles: &[(RoleId, String)]) -> AnyView {
    let typed = |name: &str| nth(draft, name, row).unwrap_or_default();
    let chosen = typed("roles");
    let options = roles
        .iter()
        .map(|(id, name)| view! { <option value=id.to_string() selected=id.to_string() == chosen>{name.clone()}</option> })
        .collect_view();
    view! {
        <input type="hidden" name="places[]" value=place.name.to_string() />
        <label class="field">"Account on " {place.title.clone()}
            <input class="input" name="accounts[]" maxlength="64" autocomplete="off" placeholder="@name" value=typed("accounts") /></label>
        <label class="field">"Role there"<select class="input" name="roles[]"><option value="none">"none"</option>{options}</select></label>
    }
    .into_any()
}

/// One of several fields with one name, in a form that came back.
fn nth(draft: Option<&Draft>, name: &str, row: usize) -> Option<String> {
    draft?.list(name).nth(row).map(str::to_owned)
}

/// Whether a box of several with one name was ticked in a form that came back.
fn ticked(draft: Option<&Draft>, name: &str, value: &str) -> bool {
    draft.is_some_and(|draft| draft.list(name).any(|typed| typed == value))
}

fn grant_body(frame: Frame, page: GrantPage) -> AnyView {
    let grant = &page.grant;
    let by = |what: &Option<(String, Timestamp)>| match what {
        Some((who, at)) => view! { {who.clone()} ", " {time::whole(*at)} }.into_any(),
        None => "no one yet".into_any(),
    };
    let decided = match grant.state {
        State::Refused => "Rejected by",
        _ => "Approved by",
    };
    let revoked = grant.revoked.clone().map(|(who, at)| {
        view! { <dt>"Revoked by"</dt><dd>{who} ", " {time::whole(at)}</dd> }
    });
    let agreement = match grant.agreement.as_str() {
        "" => "none".to_owned(),
        text => ui::tame(text),
    };
    // Before it began there is nothing to say of it, and of one that runs nothing of its end.
    let noted = |at: Option<Timestamp>| at.map_or_else(|| "not recorded".into_any(), |at| time::whole(at).into_any());
    let (begun, ended) = match grant.state {
        State::Asked | State::Missed | State::Refused | State::ToCome => (None, None),
        State::Running => (Some(noted(grant.began_at)), None),
        State::Over => (Some(noted(grant.began_at)), Some(noted(grant.ended_at))),
        State::Revoked => {
            let at = |at: Timestamp| time::whole(at).into_any();
            (grant.began_at.map(at), grant.ended_at.map(at))
        }
    };
    view! {
        <div class="head">
            {list::crumb(path::GRANTS, "Grants")}
            <h1><bdi>{grant.name.clone()}</bdi></h1>
            {badge(grant)}
            <span class="end"><a class="btn quiet" href=path::timesheet(&grant.operator)>"Timesheet"</a></span>
        </div>
        <div class="two">
            <div class="stack">
                <section class="card">
                    <header><h2>"Scope"</h2></header>
                    <div class="body"><dl class="facts">
                        <dt>"Instance"</dt><dd>{grant.scope.places()}</dd>
                        <dt>"Scope"</dt><dd>{grant.scope.words()}</dd>
                        <dt>"From"</dt><dd>{time::whole(grant.starts_at)}</dd>
                        <dt>"Until"</dt><dd>{time::whole(grant.ends_at)} {time::end_of(grant.ends_at, frame.now)}</dd>
                        <dt>"Sponsor"</dt><dd><bdi>{grant.sponsor.clone()}</bdi></dd>
                        <dt>"Agreement"</dt><dd class="said"><bdi>{agreement}</bdi></dd>
                        <dt>"Requested by"</dt><dd>{grant.asked_by.clone()} ", " {time::whole(grant.asked_at)}</dd>
                        <dt>{decided}</dt><dd>{by(&grant.decided)} {grant.decided.is_some().then(|| second_person(&page))}</dd>
                        {revoked}
                        {begun.map(|at| view! { <dt>"Started"</dt><dd>{at}</dd> })}
                        {ended.map(|at| view! { <dt>"Ended"</dt><dd>{at}</dd> })}
                    </dl></div>
                </section>
                {roles(&page, &frame)}
                {entries(&page, &frame)}
            </div>
            <aside class="stack">{decision(&page, &frame)}{revocation(&page, &frame)}</aside>
        </div>
    }
    .into_any()
}

/// What is to be known of whoever decides, or decided.
fn second_person(page: &GrantPage) -> AnyView {
    let tied = (!page.tied.is_empty()).then(|| view! { <p class="small warn"><bdi>{ui::tame(&page.tied)}</bdi></p> });
    let waived =
        page.factor_waived.then(|| view! { <p class="small soft">"Has no second factor: it is optional here."</p> });
    view! { {tied}{waived} }.into_any()
}

fn roles(page: &GrantPage, frame: &Frame) -> AnyView {
    if page.roles.is_empty() {
        return ().into_any();
    }
    let entry = |words: &'static str, index: Option<i64>| {
        index.map(|index| view! { {desk::entry(frame, index, "link", view! { {words} " " {index} })} " " })
    };
    let row = |role: &RoleCard| {
        let asked = &role.asked;
        let former = (!role.former.is_empty()).then(|| format!("before: {}", role.former));
        view! {
            <div class="post stack">
                <p><a class="link" href=path::account(&asked.instance, asked.account)>"@"<bdi>{ui::tame(&asked.acct)}</bdi></a>
                    " on " {asked.instance.to_string()} ": " <b><bdi>{asked.role_name.clone()}</bdi></b> " "
                    <span class=role.state.badge()>{role.state.word()}</span></p>
                {(!role.said.is_empty()).then(|| view! { <p class="small warn"><bdi>{role.said.clone()}</bdi></p> })}
                <p class="small soft">{former} " " {entry("assigned by entry", role.given_entry)}{entry("removed by \
                entry", role.taken_entry)}</p>
            </div>
        }
    };
    view! {
        <section class="card">
            <header><h2>"Role on the instance"</h2><span class="soft small end">"during the grant"</span></header>
            {page.roles.iter().map(row).collect_view()}
        </section>
    }
    .into_any()
}

fn decision(page: &GrantPage, frame: &Frame) -> AnyView {
    if page.grant.state != State::Asked || !frame.may(Permission::ViewGrants) {
        return ().into_any();
    }
    if let Some(why) = &page.not_decided_here {
        return view! { <p class="note">{why.clone()}</p> }.into_any();
    }
    let grant = &page.grant;
    let draft = |verdict: &str| frame.draft_for(DECIDE).filter(|draft| draft.value("verdict") == Some(verdict));
    let (approve, refuse) = (draft("approve"), draft("refuse"));
    let fields = || {
        view! {
            {form::back(&frame.here)}
            <input type="hidden" name="grant" value=grant.id.to_string() />
        }
    };
    view! {
        <section class="card panel">
            <header><h2>"Approve or reject"</h2></header>
            // A form each: Enter in a reason does what that is the reason of.
            <form method="post" action=DECIDE class="body stack">
                {form::above(approve)}
                {fields()}
                <input type="hidden" name="verdict" value="approve" />
                <p class="small">{grant.name.clone()} " gets this on " {grant.scope.places()} " until " {time::whole(grant.ends_at)} "."</p>
                {second_person(page)}
                {form::why(approve, "why", "optional", false)}
                <button class="btn main">"Approve for " {grant.name.clone()}</button>
            </form>
            <form method="post" action=DECIDE class="body stack ruled">
                {form::above(refuse)}
                {fields()}
                <input type="hidden" name="verdict" value="refuse" />
                {form::why(refuse, "why-refuse", "seen by the team", true)}
                <button class="btn danger long">"Reject: " {grant.name.clone()} " gets no access"</button>
            </form>
        </section>
    }
    .into_any()
}

fn revocation(page: &GrantPage, frame: &Frame) -> AnyView {
    if !page.may_revoke {
        return ().into_any();
    }
    let draft = frame.draft_for(REVOKE);
    let grant = &page.grant;
    let (title, words) = match grant.state {
        State::Asked => ("Withdraw", format!("Withdraw the request for {}", grant.name)),
        State::ToCome => ("Revoke", format!("Revoke: {} gets no access", grant.name)),
        _ => ("Revoke", format!("Revoke: {} loses access at once", grant.name)),
    };
    view! {
        <section class="card">
            <header><h2>{title}</h2></header>
            <form method="post" action=REVOKE class="body stack">
                {form::above(draft)}
                {form::back(&frame.here)}
                <input type="hidden" name="grant" value=grant.id.to_string() />
                {form::why(draft, "revoke-why", "saved in the audit log", true)}
                <button class="btn danger long">{words}</button>
            </form>
        </section>
    }
    .into_any()
}

fn entries(page: &GrantPage, frame: &Frame) -> AnyView {
    if page.entries.is_empty() {
        return ().into_any();
    }
    let row = |line: &crate::record::Line| {
        let outcome = line.outcome.map(|outcome| view! { <span class=outcome.badge()>{outcome.word()}</span> });
        view! {
            <tr data-row=keys::row()>
                <td class="nowrap">{time::ago(line.at, frame.now)}</td>
                <td class="nowrap"><a href=path::audit_entry(line.index)><b>{line.who.clone()}</b></a></td>
                <td class="full fill words"><div class="cut"><bdi>{time::retold(&line.what, line.at)}</bdi> <span class="soft">{(!line.why.is_empty()).then(|| format!(" “{}”", line.why))}</span></div></td>
                <td>{outcome}</td>
            </tr>
        }
    };
    view! {
        <section class="card">
            <header><h2>"Audit log"</h2><span class="soft small end">"newest first"</span></header>
            <table class="list"><tbody>{page.entries.iter().map(row).collect_view()}</tbody></table>
        </section>
    }
    .into_any()
}

/// What was done on one day of the month, or in all of it.
fn day_row(day: String, work: &Work) -> AnyView {
    let number = |label: &'static str, number: u32| {
        view! { <td class="num" data-label=label>{(number > 0).then(|| number.to_string())}</td> }
    };
    let clock = |at: Option<Timestamp>| at.map(|at| utc::clock(at).chars().take(5).collect::<String>());
    let decided = Decision::ALL
        .into_iter()
        .filter(|decision| work.of(*decision) > 0)
        .map(|decision| format!("{} {}", work.of(decision), decision.words().to_lowercase()))
        .collect::<Vec<_>>()
        .join(", ");
    view! {
        <tr data-row=keys::row()>
            <td class="mono nowrap">{day}</td>
            <td class="mono nowrap num" data-label="first">{clock(work.first)}</td>
            <td class="mono nowrap num" data-label="last">{clock(work.last)}</td>
            <td class="full" title=decided.clone()>{(work.cases() > 0).then(|| format!("{}: {decided}", work.cases()))}</td>
            {number("approved", work.let_in)}
            {number("rejected", work.refused)}
            {number("reveals", work.reveals)}
            {number("handed over", work.handed_over)}
            {number("other", work.other)}
            {number("not done", work.not_done)}
        </tr>
    }
    .into_any()
}

/// The table of a month's days.
fn day_by_day(page: &MonthOfWork) -> AnyView {
    if page.days.is_empty() {
        view! { <p class="pad soft">"No actions in this month. Days with actions in the audit log are listed \
        here."</p> }
        .into_any()
    } else {
        view! {
            <table class="list">
                <thead><tr><th>"Day"</th><th class="num">"First"</th><th class="num">"Last"</th><th>"Cases decided"</th><th class="num">"Sign-ups \
                approved"</th><th class="num">"Sign-ups \
                rejected"</th><th class="num">"Reveals"</th><th class="num">"Handed over"</th><th class="num">"Other"</th><th class="num">"Not done"</th></tr></thead>
                <tbody>
                    {page.days.iter().map(|(day, work)| day_row(day.clone(), work)).collect_view()}
                    {day_row("total".to_owned(), &Work { first: None, last: None, ..page.total.clone() })}
                </tbody>
            </table>
        }
        .into_any()
    }
}

/// The grants that were in force in a month.
fn active(page: &MonthOfWork) -> AnyView {
    if page.grants.is_empty() {
        view! { <p class="pad soft">"No grant was active in this month."</p> }.into_any()
    } else {
        // A timesheet is in UTC, whoever reads it.
        let whole = |at| utc::Zone::default().whole(at);
        page.grants
            .iter()
            .map(|grant| {
                let agreement = match grant.agreement.as_str() {
                    "" => "no agreement named".to_owned(),
                    text => format!("agreement {}", ui::tame(text)),
                };
                view! {
                    <div class="post stack">
                        <p><a class="link" href=path::grant(&grant.id)>{grant.scope.places()}</a> " " {badge(grant)}</p>
                        <p class="small">{grant.scope.words()}</p>
                        <p class="small soft">{whole(grant.starts_at)} " to " {whole(grant.ends_at)}</p>
                        <p class="small"><bdi>{agreement}</bdi> ", sponsor " <bdi>{grant.sponsor.clone()}</bdi></p>
                    </div>
                }
            })
            .collect_view()
            .into_any()
    }
}

fn sheet_body(_: Frame, page: MonthOfWork) -> AnyView {
    let here = path::timesheet(&page.operator);
    let month = |name: &str| path::with(&here, "month", name);
    let cut = page.cut.then(|| {
        view! { <p class="note lead">"This month has more entries than a timesheet can hold: the oldest are not \
        counted."</p> }
    });
    let export = page.may_export.then(|| {
        view! { <a class="btn" href=path::timesheet_csv(&page.operator, &page.month) download="">"Export CSV"</a> }
    });
    view! {
        <div class="head">
            {list::crumb(path::GRANTS, "Grants")}
            <h1><bdi>{page.name.clone()}</bdi> ", " {page.month.clone()}</h1>
            <span class="soft">{sum(&page.total)}</span>
            <span class="end">
                <a class="btn quiet" href=month(&page.before)>"← " {page.before.clone()}</a>
                {page.after.as_deref().map(|after| view! { <a class="btn quiet" href=month(after)>{after.to_owned()} " →"</a> })}
                {export}
            </span>
        </div>
        {cut}
        <div class="stack">
            <section class="card"><header><h2>"Day by day"</h2><span class="soft small end">"from the audit log, \
            times in UTC"</span></header>{day_by_day(&page)}</section>
            <section class="card"><header><h2>"Active grants"</h2></header>{active(&page)}</section>
        </div>
        <p class="soft small head foot">"Only actions that were done and verified are counted. “Not done” are \
        actions that were started and then refused, not sent or failed, or whose outcome is unknown."</p>
    }
    .into_any()
}
