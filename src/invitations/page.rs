//! The views of invitations and access requests.

mod asking;
mod invites;
mod requests;

pub use asking::AskAccess;
pub use invites::{Invitation, Invitations};
pub use requests::{AccessRequest, AccessRequests};

use super::{Arrivals, Came, Issuing, MOST_USES, OfAccount, Term, api};
use crate::{
    frame::{Draft, Frame},
    id::{AccountId, InstanceName},
    nouns::permissions::Capability,
    path,
    ui::{self, form, keys, time},
};
use leptos::prelude::*;

const ISSUE: &str = form::action::<api::Issue>();
const REVOKE: &str = form::action::<api::Revoke>();

/// The two lists of the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tab {
    Invitations,
    Requests,
}

/// The way from one list to the other.
fn tabs(instance: &InstanceName, here: Tab, waiting: usize) -> AnyView {
    let tab = |tab: Tab, href: String, words: String| {
        view! { <a class="chip" href=href aria-current=(tab == here).then_some("page")>{words}</a> }.into_any()
    };
    let requests = if waiting == 0 { "Access requests".to_owned() } else { format!("Access requests {waiting}") };
    view! {
        <nav class="chips bar" aria-label="Lists">
            {tab(Tab::Invitations, path::invitations(instance), "Invites".to_owned())}
            {tab(Tab::Requests, path::access_requests(instance), requests)}
        </nav>
    }
    .into_any()
}

fn hidden(instance: &InstanceName, here: &str) -> AnyView {
    view! { {form::back(here)} <input type="hidden" name="instance" value=instance.to_string() /> }.into_any()
}

fn typed(draft: Option<&Draft>, name: &str, otherwise: &str) -> String {
    draft.and_then(|draft| draft.value(name)).unwrap_or(otherwise).to_owned()
}

/// A line of an access request, in both of its forms.
struct Field {
    name: &'static str,
    words: &'static str,
    beside: &'static str,
    longest: &'static str,
    required: bool,
    /// Whoever types about somebody else is not offered what they typed about another.
    autocomplete: Option<&'static str>,
}

impl Field {
    fn view(self, draft: Option<&Draft>) -> AnyView {
        let Self { name, words, beside, longest, required, autocomplete } = self;
        view! {
            <label class="field" for=name>{words} <span class="soft small">{beside}</span></label>
            <input class="input" id=name name=name maxlength=longest required=required autocomplete=autocomplete value=typed(draft, name, "") />
            {form::beside(draft, name)}
        }
        .into_any()
    }
}

/// The link to hand over, as text to be copied.
fn link_card(link: &str) -> AnyView {
    view! {
        <section class="card">
            <header><h2>"Invite link to pass on"</h2></header>
            <div class="body stack">
                <p><code class="mono link-text">{link.to_owned()}</code></p>
                <p class="small soft">"Anyone with the link can sign up with it. It stays here for those \
                who manage invites, and is never in the audit log."</p>
            </div>
        </section>
    }
    .into_any()
}

/// The form of a new invitation; for a request its uses are what was asked for, and its comment names the request.
fn issue_form(instance: &InstanceName, frame: &Frame, issuing: &Issuing, request: Option<(&str, usize)>) -> AnyView {
    if let Some(refused) = &issuing.refused {
        return view! { <p class="note">{format!("No invite can be created. {refused}")}</p> }.into_any();
    }
    let id = request.map(|(id, _)| id).unwrap_or_default();
    let draft = frame.draft_for(ISSUE).filter(|draft| draft.value("request").unwrap_or_default() == id);
    let chosen = typed(draft, "term", Term::Week.name());
    let terms = Term::ALL
        .into_iter()
        .map(|term| view! { <option value=term.name() selected=term.name() == chosen>{term.words()}</option> })
        .collect_view();
    let uses = request.map_or(1, |(_, accounts)| accounts).to_string();
    let comment = match request {
        Some(_) => {
            view! { <p class="small soft">"Its comment on the instance contains the number of this request, and \
            no name."</p> }
            .into_any()
        }
        None => view! {
            <label class="field" for="comment">"Comment" <span class="soft small">"on the instance, visible to \
            its staff; no names or email addresses"</span></label>
            <input class="input" id="comment" name="comment" maxlength="420" value=typed(draft, "comment", "") />
            {form::beside(draft, "comment")}
        }
        .into_any(),
    };
    view! {
        <form method="post" action=ISSUE class="stack">
            {form::above(draft)}
            {hidden(instance, &frame.here)}
            <input type="hidden" name="request" value=id.to_owned() />
            {form::lacking(frame, &[Capability::Invitations])}
            <p class="small">"Created as " <b><bdi>{issuing.handle.clone()}</bdi></b> ". " {issuing.consequence.clone()}</p>
            <label class="field" for="uses">"Number of uses"</label>
            <input class="input" id="uses" name="uses" type="number" min="1" max=MOST_USES required="" value=typed(draft, "uses", &uses) />
            {form::beside(draft, "uses")}
            <label class="field" for="term">"Expires"</label>
            <select class="input" id="term" name="term">{terms}</select>
            {form::beside(draft, "term")}
            {comment}
            {form::why(draft, "issue-why", "saved in the audit log; no names", request.is_none())}
            <div><button class="btn main" disabled=frame.lacks(&[Capability::Invitations])>"Create invite"</button></div>
        </form>
    }
    .into_any()
}

/// Those who came, and how they fared.
fn arrivals(instance: &InstanceName, arrivals: &Arrivals, uses: usize, frame: &Frame) -> AnyView {
    let row = |came: &Came| {
        let state = if came.state.is_empty() {
            view! { <span class="soft">"no limits"</span> }.into_any()
        } else {
            view! { <span class="badge warn">{came.state.join(", ")}</span> }.into_any()
        };
        let many = |number: usize, one: &str, more: &str| {
            if number >= 100 { format!("100+ {more}") } else { ui::count(number, one, more) }
        };
        let against = match (came.reports, came.strikes) {
            (0, 0) => "nothing".to_owned(),
            (reports, 0) => many(reports, "report", "reports"),
            (0, strikes) => many(strikes, "strike", "strikes"),
            (reports, strikes) => {
                format!("{}, {}", many(reports, "report", "reports"), many(strikes, "strike", "strikes"))
            }
        };
        view! {
            <tr data-row=keys::row()>
                <td class="full fill"><div class="cut"><a href=path::account(instance, came.account)><b><bdi>{came.handle.clone()}</bdi></b></a></div></td>
                <td class="num soft nowrap">{time::ago(came.at, frame.now)}</td>
                <td class="nowrap">{state}</td>
                <td class="nowrap">{against}</td>
            </tr>
        }
    };
    let gone = arrivals.gone.filter(|gone| *gone > 0).map(|gone| {
        let words = ui::count(gone, "more use without an account", "more uses without an account");
        view! { <span class="soft small">{format!("{words}: rejected or deleted since")}</span> }
    });
    let edge = arrivals.edge.map(|edge| {
        view! { <span class="soft small">"searched back to those who joined " {time::ago(edge, frame.now)}</span> }
    });
    let further = arrivals.further.clone().map(|further| {
        view! { <a class="btn" href=further>{if arrivals.edge.is_some() { "Search further back →" } else { "Next page →" }}</a> }
    });
    let list = if arrivals.people.is_empty() {
        let words = match (uses, arrivals.further.is_some()) {
            (0, _) => "Nobody has signed up with it yet. Accounts are listed here once they do.",
            (_, true) => "Nobody found who signed up with it, as far back as was searched.",
            (_, false) => "Nobody who signed up with it is here any more.",
        };
        view! { <p class="pad soft">{words}</p> }.into_any()
    } else {
        view! {
            <table class="list">
                <thead><tr><th>"Account"</th><th class="num">"Joined"</th><th>"Status"</th><th>"Sanctions"</th></tr></thead>
                <tbody>{arrivals.people.iter().map(row).collect_view()}</tbody>
            </table>
        }
        .into_any()
    };
    let foot = (gone.is_some() || edge.is_some() || further.is_some())
        .then(|| view! { <div class="head foot pad">{gone}{edge}<span class="end">{further}</span></div> });
    view! {
        <section class="card">
            <header><h2>"Signed up with it"</h2><span class="soft small end">{ui::count(uses, "use", "uses")}</span></header>
            {list}
            {foot}
        </section>
    }
    .into_any()
}

/// What an account has to do with invitations, for its own page.
pub fn of_account(instance: &InstanceName, account: AccountId, of: &OfAccount) -> AnyView {
    let remembered = of.came_with.is_none() && !of.chain.is_empty();
    let came = match &of.came_with {
        Some((invite, by, handle)) => view! {
            <a class="link" href=path::invitation(instance, *invite)>"an invite"</a> " of "
            <a class="link" href=path::account(instance, *by)><bdi>{handle.clone()}</bdi></a>
        }
        .into_any(),
        None if remembered => view! { "an unknown invite of the past, seen by this console before" }.into_any(),
        None => view! { "none known" }.into_any(),
    };
    let chain = of.chain.iter().enumerate().map(|(step, link)| {
        let who = match link.word {
            Some("gone") => view! { <bdi>{link.handle.clone()}</bdi> }.into_any(),
            _ => view! { <a class="link" href=path::account(instance, link.account)><bdi>{link.handle.clone()}</bdi></a> }.into_any(),
        };
        let word = link.word.map(|word| view! { " " <span class="badge warn">{word}</span> });
        let others = link.others.words().map(|words| {
            let list = path::invited_by(instance, link.account);
            view! { <br /><a class="link small" href=list>{format!("{words}, as seen by this console")}</a> }
        });
        // The first step stands above; of the others it is said here whose word it is.
        let before = (step > 0 && link.remembered).then_some(" as seen by this console before");
        view! { <dt>"Invited by"</dt><dd>{who} {word} {before} {others}</dd> }
    });
    let goes_on = of.goes_on.then(|| view! { <dt>"Further back"</dt><dd class="soft small">"more than is shown"</dd> });
    let owns = if of.owns_any {
        let words = if of.go_on == "0" { "all expired or used up".to_owned() } else { format!("{} active", of.go_on) };
        view! { <a class="link" href=path::invitations_of(instance, account)>{words}</a> }.into_any()
    } else {
        view! { "none" }.into_any()
    };
    view! {
        <section class="card">
            <header><h2>"Invites"</h2></header>
            <div class="body"><dl class="facts">
                <dt>"Signed up with"</dt><dd>{came}</dd>
                {chain.collect_view()}
                {goes_on}
                <dt>"Own invites"</dt><dd>{owns}</dd>
            </dl></div>
        </section>
    }
    .into_any()
}
