//! The views of the sign-up desk.

use super::{Preview, REASONS, SignUpDecision, SignUpPage, SignUpRow, SignUpsPage, Signal, api, service};
use crate::{
    batches,
    frame::Frame,
    id::InstanceName,
    nouns::permissions::Capability,
    path,
    reports::page::{reveal_form, revealed_card},
    search::Search,
    ui::{self, desk, form, keys, list, live, time},
};
use leptos::prelude::*;

const DECIDE: &str = form::action::<api::Decide>();

#[component]
pub fn SignUps() -> impl IntoView {
    desk::page(
        desk::Desk::SignUps,
        async |asked| service::list(&asked.context, asked.instance(), &asked.search).await,
        list_body,
        |_, page| {
            if page.known { format!("Sign-ups ({})", page.waiting.said()) } else { "Sign-ups".to_owned() }
        },
    )
}

#[component]
pub fn SignUp() -> impl IntoView {
    desk::page(
        desk::Desk::SignUps,
        async |asked| service::sign_up(&asked.context, asked.instance(), asked.part("account"), &asked.search).await,
        one_body,
        |_, page| format!("{} asks to join", page.row.handle),
    )
}

fn list_body(frame: Frame, page: SignUpsPage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    let base = path::signups(&instance);
    let oldest = page
        .waiting
        .oldest
        .map(|oldest| format!(" · oldest {}", time::span(frame.now.since(oldest))))
        .unwrap_or_default();
    let unconfirmed = ui::at_least(page.unconfirmed, page.waiting.more);
    // Kept current with the number of the rail.
    let pending = live::counted(&instance, "signups", page.waiting.said());
    let sentence = if !page.known {
        "queue not known".into_any()
    } else if page.filter.narrows() {
        // The first number is that of the list.
        let matching = ui::at_least(page.matching, page.waiting.more);
        view! { {matching} " matching · " {pending} {format!(" pending · {unconfirmed} unconfirmed")} }.into_any()
    } else {
        view! { {pending} {format!(" pending · {unconfirmed} unconfirmed{oldest}")} }.into_any()
    };
    let cluster = page.cluster.clone().map(|cluster| {
        let all = format!("{base}{}", Search::default().with("alike", &cluster.of.to_string()));
        view! { <p class="note lead">{cluster.sentence}<a class="link" href=all>"View them together"</a></p> }
    });
    let running = batches::page::running(&page.running, frame.now);
    let search = Search::parse(&page.search);
    let together = (page.may_decide
        && page.matching > 1
        && (!page.filter.alike.is_empty() || page.filter.is_by_rule()))
    .then(|| {
        SignUpDecision::ALL
            .into_iter()
            .map(|verdict| {
                let words = format!("{} all {}…", verdict.words(), ui::grouped(page.matching));
                let href = format!(
                    "{base}?{}",
                    [search.with("decide", verdict.name()).trim_start_matches('?'), "all=yes#decide"].join("&")
                );
                view! { <a class="btn" href=href>{words}</a> }
            })
            .collect_view()
    });
    let buttons = (page.may_decide && !page.rows.is_empty()).then(|| {
        view! {
            {list::select_page(&search)}
            <button class="btn" form="chosen" name="decide" value="reject" data-key=keys::key("x")>"Reject selected… " <span class="key">"x"</span></button>
            <button class="btn main" form="chosen" name="decide" value="approve" data-key=keys::key("a")>"Approve selected… " <span class="key">"a"</span></button>
        }
    });
    let list = view! { <div class="card">{table(&instance, &page, &frame)}</div> };
    view! {
        <div class="head">
            <h1>"Sign-ups"</h1>
            <span class="soft">{sentence}</span>
            {live::as_of(&frame)}
            <span class="end">{together}{buttons}</span>
        </div>
        {live::meanwhile(&frame, &page.meanwhile, page.preview.is_some())}
        {filters(&instance, &base, &page)}
        {page.preview.as_ref().map(|preview| preview_panel(&instance, &page, preview, &frame))}
        {cluster}
        {page.silent.iter().map(|says| view! { <p class="note lead">{says.clone()}</p> }).collect_view()}
        {running}
        {if page.rows.is_empty() { empty(&base, &page) } else { list.into_any() }}
        <div class="head foot">
            <span class="soft small">{page.known.then(|| format!("{} of {} shown", page.rows.len(), ui::at_least(page.matching, page.waiting.more)))}</span>
            <span class="soft small">{page.throw_away.clone().map(|list| format!("Disposable email domains: \
            {list}"))}</span>
            <span class="end">{list::further(page.older.as_deref(), "Next page →")}</span>
        </div>
        {crate::batches::page::lately(&instance, &page.lately, frame.now)}
    }
    .into_any()
}

fn empty(base: &str, page: &SignUpsPage) -> AnyView {
    let filtered = page.waiting.number + page.unconfirmed > 0;
    view! {
        <div class="card pad empty">
            {if !page.known {
                view! { <p>"The queue is not known: the instance’s database has not been read yet. The \
                console retries every few seconds."</p> }.into_any()
            } else if filtered {
                view! { <p>"No sign-ups match these filters. "<a class="link" href=base.to_owned()>"Show all pending \
                sign-ups"</a></p> }.into_any()
            } else {
                view! { <p>"No pending sign-ups. While registrations require approval, new ones appear here \
                within seconds."</p> }.into_any()
            }}
        </div>
    }
    .into_any()
}

fn filters(instance: &InstanceName, base: &str, page: &SignUpsPage) -> AnyView {
    let search = Search::parse(&page.search);
    let chip = |key: &'static str, value: &str, words: String, current: &str| {
        list::chip(base, &search, key, value, words, current)
    };
    let filter = &page.filter;
    let number = |number: usize| if page.known { ui::at_least(number, page.waiting.more) } else { "?".to_owned() };
    let pending = live::counted(instance, "signups", number(page.waiting.number));
    let mut chips = vec![
        {
            let on = filter.state.is_empty() && filter.alike.is_empty() && !filter.is_by_rule();
            view! { <a class="chip" href=base.to_owned() aria-current=on.then_some("true")>"Pending " {pending}</a> }
                .into_any()
        },
        chip("state", "unconfirmed", format!("Unconfirmed {}", number(page.unconfirmed)), &filter.state),
        chip("state", "invited", format!("By invite {}", number(page.invited)), &filter.state),
    ];
    if !filter.alike.is_empty() {
        chips.push(list::chip_off(base, &search, "alike", "nearly the same text"));
    }
    if !filter.under.is_empty() {
        chips.push(list::chip_off(base, &search, "under", &format!("email at or below {}", ui::tame(&filter.under))));
    }
    if !filter.rule.is_empty() {
        let network =
            page.network.as_deref().unwrap_or("an IP address under a rule that was deleted, or that you can’t see");
        chips.push(list::chip_off(base, &search, "rule", &format!("signed up from {network}")));
    }
    let newest = filter.order == "newest";
    let order = format!("{base}{}", search.with("order", if newest { "" } else { "newest" }));
    let choose = |name: &'static str, label: &'static str, values: &[(String, usize)], current: &str| {
        let options = values
            .iter()
            .map(|(value, number)| {
                view! { <option value=value.clone() selected=value == current>{format!("{value} ({number})")}</option> }
            })
            .collect_view();
        view! { <select class="chip" name=name aria-label=label><option value="">{label}</option>{options}</select> }
            .into_any()
    };
    let chosen = [&filter.state, &filter.alike, &filter.under, &filter.rule, &filter.language, &filter.mail];
    view! {
        {form::fold(chosen.into_iter().filter(|value| !value.is_empty()).count())}
        <form method="get" action=base.to_owned() class="chips bar">
            {chips}
            <span class="gap"></span>
            {list::kept_of(&search, &["state", "alike", "under", "rule", "order"])}
            {choose("language", "Any language", &page.languages, &filter.language)}
            {choose("mail", "Any email domain", &page.mails, &filter.mail)}
            <button class="chip">"Apply"</button>
            <a class="chip" href=order>{if newest { "Newest first" } else { "Oldest first" }}</a>
        </form>
    }
    .into_any()
}

fn table(instance: &InstanceName, page: &SignUpsPage, frame: &Frame) -> AnyView {
    let kept = Search::parse(&page.search);
    let keep = list::kept_of(&kept, &["state", "language", "mail", "alike", "under", "rule", "order", "before"]);
    view! {
        <form id="chosen" method="get" action=format!("{}#decide", path::signups(instance))>
            {keep}
            <table class="list">
                <thead><tr>
                    {page.may_decide.then(|| view! { <th><span class="heard">"Select"</span></th> })}
                    <th>"Account"</th><th class="num">"Pending for"</th><th>"Reasons for joining"</th><th class="wide">"Email"</th><th>"Signals"</th>
                </tr></thead>
                <tbody>{page.rows.iter().map(|row| sign_up_row(instance, row, page.may_decide.then_some(&kept), frame)).collect_view()}</tbody>
            </table>
        </form>
    }
    .into_any()
}

fn sign_up_row(instance: &InstanceName, row: &SignUpRow, choosable: Option<&Search>, frame: &Frame) -> AnyView {
    let reason = if row.reason.is_empty() { "—".to_owned() } else { row.reason.clone() };
    let first = row.signals.first().map(signal);
    let more = (row.signals.len() > 1).then(|| view! { <span class="soft small">" +" {row.signals.len() - 1}</span> });
    let unconfirmed = row.deleted_on.map(|at| {
        view! { <span class="badge warn" title="Mastodon deletes the sign-up then, unless the email address is \
        confirmed">"deleted \
        " {time::day(at, frame.now)}</span> }
    });
    let choose = choosable.map(|kept| list::tick(kept, &row.account.to_string(), format!("Select {}", row.handle)));
    view! {
        <tr data-row=keys::row()>
            {choose}
            <td class="nowrap"><a href=path::sign_up(instance, row.account)><b class="cut handle"><bdi>{row.handle.clone()}</bdi></b></a></td>
            <td class="num soft nowrap">{time::age(row.asked_at, frame.now)}</td>
            <td class="full fill"><div class="cut"><bdi>{reason}</bdi></div></td>
            <td class="nowrap wide"><span class="mask">{row.mail.clone()}</span></td>
            <td class="nowrap full">{unconfirmed} {first} {more}</td>
        </tr>
    }
    .into_any()
}

fn signal(signal: &Signal) -> AnyView {
    if signal.good {
        view! { <span class="badge good" title=signal.evidence.clone()>{signal.word.clone()}</span> }.into_any()
    } else {
        view! { <span class="signal" title=signal.evidence.clone()><span class="dot"></span>{signal.word.clone()}</span> }.into_any()
    }
}

/// What happens, before it does.
fn consequence(verdict: SignUpDecision, people: &[SignUpRow]) -> Vec<String> {
    let unconfirmed = people.iter().filter(|person| !person.confirmed).count();
    let number = people.len();
    match verdict {
        SignUpDecision::Approve => {
            let who = if number == 1 { "them".to_owned() } else { format!("{number} people") };
            let mut lines = vec![format!("Approves {who}. Mastodon sends a welcome email an hour later.")];
            if unconfirmed > 0 {
                lines.push(format!(
                    "{unconfirmed} have not confirmed their email address: no email is sent before they do."
                ));
            }
            lines
        }
        SignUpDecision::Reject => vec![
            format!(
                "Mastodon deletes {} at once and sends no email. This can’t be undone.",
                if number == 1 { "them".to_owned() } else { format!("all {number}") }
            ),
            "Their usernames and email addresses become available again. The console keeps keyed hashes for 180 \
            days, to recognize them if they come back."
                .to_owned(),
        ],
    }
}

fn preview_panel(instance: &InstanceName, page: &SignUpsPage, preview: &Preview, frame: &Frame) -> AnyView {
    let leave = format!("{}{}", path::signups(instance), Search::parse(&page.search).without(&["decide"]));
    if preview.people.is_empty() {
        return view! {
            <section class="card panel lead" id="decide"><div class="body">
                <p>"No sign-ups selected. Tick some, or highlight a row with j and select it with the space bar."</p>
                <p><a class="btn" href=leave>"Back to the list"</a></p>
            </div></section>
        }
        .into_any();
    }
    let who = preview.people.iter().map(|person| person.account.to_string()).collect::<Vec<_>>().join(",");
    let number = preview.people.len();
    let exceptions = preview.people.iter().filter(|person| match preview.verdict {
        SignUpDecision::Approve => person.signals.iter().any(|signal| !signal.good),
        SignUpDecision::Reject => person.signals.iter().any(|signal| signal.good) || person.signals.is_empty(),
    });
    let exceptions: Vec<_> = exceptions.take(10).collect();
    let odd = (!exceptions.is_empty()).then(|| {
        let words = match preview.verdict {
            SignUpDecision::Approve => "Check these first: there are signals against them.",
            SignUpDecision::Reject => "Check these first: there are no signals against them.",
        };
        view! {
            <div class="small"><p><b>{words}</b></p>
                <ul class="plain-list">{exceptions.into_iter().map(|person| view! {
                    <li><a class="link" href=path::sign_up(instance, person.account)><bdi>{person.handle.clone()}</bdi></a> " " {person.signals.iter().map(|signal| signal.word.clone()).collect::<Vec<_>>().join(", ")}</li>
                }).collect_view()}</ul>
            </div>
        }
    });
    // Spread evenly over the choice: five that stand for all.
    let step = (number / 5).max(1);
    let sample = preview.people.iter().step_by(step).take(5).map(|person| {
        view! { <li><bdi>{person.handle.clone()}</bdi> ": " <bdi>{if person.reason.is_empty() { "no reason".to_owned() } else { person.reason.clone() }}</bdi></li> }
    });
    let gone = (preview.gone > 0)
        .then(|| view! { <p class="note">{format!("{} of those selected are no longer pending and are left out.", preview.gone)}</p> });
    let refused = preview.refused.clone().map(|why| view! { <p class="note danger">{why}</p> });
    let title = format!("{} {}", preview.verdict.words(), ui::count(number, "sign-up", "sign-ups"));
    view! {
        <section class="card panel lead" id="decide">
            <header><h2>{title.clone()}</h2><a class="btn quiet small end" href=leave>"Cancel"</a></header>
            <div class="body stack">
                {gone}
                {preview.part.clone().map(|part| view! { <p class="note">{part}</p> })}
                {refused}
                <ul class="plain-list small">{sample.collect_view()}</ul>
                {odd}
                {preview.refused.is_none().then(|| decide_form(instance, &who, preview.verdict, &preview.people, "", title, frame))}
            </div>
        </section>
    }
    .into_any()
}

fn decide_form(
    instance: &InstanceName,
    who: &str,
    verdict: SignUpDecision,
    people: &[SignUpRow],
    next: &str,
    words: String,
    frame: &Frame,
) -> AnyView {
    let draft = frame.draft_for(DECIDE);
    let typed = |name: &str| draft.and_then(|draft| draft.value(name)).unwrap_or_default().to_owned();
    let reasons = (verdict == SignUpDecision::Reject).then(|| {
        const SAYS: &str = "Common reasons; what is written below is added";
        form::reasons_of(draft, "reason", SAYS, REASONS.into_iter(), Some("None of these"))
    });
    let button = if verdict == SignUpDecision::Reject { "btn danger" } else { "btn main" };
    view! {
        <form method="post" action=DECIDE class="stack">
            {form::above(draft)}
            {form::back(&frame.here)}
            {form::acting(frame, &[Capability::Accounts])}
            <input type="hidden" name="instance" value=instance.to_string() />
            <input type="hidden" name="who" value=who.to_owned() />
            <input type="hidden" name="verdict" value=verdict.name() />
            <input type="hidden" name="next" value=next.to_owned() />
            <ul class="plain-list small">{consequence(verdict, people).into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
            {reasons}
            <label class="field" for="why">"Internal reason" <span class="small soft">"saved in the audit log, \
            seen by the team"</span></label>
            <input class="input" id="why" name="why" maxlength="400" value=typed("why") />
            {form::beside(draft, "why")}
            <div><button class=button disabled=frame.lacks(&[Capability::Accounts])>{words}</button></div>
        </form>
    }
    .into_any()
}

fn one_body(frame: Frame, page: SignUpPage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    let row = &page.row;
    let here = path::sign_up(&instance, row.account);
    let reason = if page.reason.trim().is_empty() {
        view! { <p class="soft">"No reason given."</p> }.into_any()
    } else {
        view! { <p dir="auto" lang=ui::lang(row.language.as_deref()) class="said">{page.reason.clone()}</p> }.into_any()
    };
    let signals = (!row.signals.is_empty()).then(|| {
        view! {
            <section class="card">
                <header><h2>"Signals"</h2><span class="soft small end">"hints, never a decision"</span></header>
                {row.signals.iter().map(|one| evidence(&instance, one, &frame)).collect_view()}
            </section>
        }
    });
    let draft_verdict =
        frame.draft_for(DECIDE).and_then(|draft| draft.value("verdict")).and_then(|verdict| verdict.parse().ok());
    let next = page.next.map(|next| next.to_string()).unwrap_or_default();
    let deciding = draft_verdict.or(page.deciding).filter(|_| page.may_decide).map(|verdict| {
        let words = format!("{} {}", verdict.words(), row.handle);
        view! {
            <section class="card panel" id="decide">
                <header><h2>{words.clone()}</h2><a class="btn quiet small end" href=here.clone()>"Cancel"</a></header>
                <div class="body">{decide_form(&instance, &row.account.to_string(), verdict, std::slice::from_ref(row), &next, words, &frame)}</div>
            </section>
        }
    });
    view! {
        <div class="head">
            {list::crumb(path::signups(&instance), "Sign-ups")}
            <h1 class="cut"><bdi>{row.handle.clone()}</bdi></h1>
            <span class="soft">"signed up " {time::ago(row.asked_at, frame.now)}</span>
        </div>
        <div class="case">
            <div class="stack">
                {deciding}
                {page.revealed.as_ref().map(revealed_card)}
                <section class="card"><header><h2>"Reasons for joining"</h2></header><div class="post">{reason}</div></section>
                {signals}
            </div>
            {request(&instance, &frame, &page)}
        </div>
        {decide_bar(&here, &instance, &page)}
    }
    .into_any()
}

/// What is known of somebody who asked, the personal of it masked.
fn request(instance: &InstanceName, frame: &Frame, page: &SignUpPage) -> AnyView {
    let row = &page.row;
    let confirmed = match (row.confirmed, row.deleted_on) {
        (true, _) => view! { "confirmed" }.into_any(),
        (false, Some(at)) => view! { <span class="badge warn">"not confirmed"</span> " Mastodon deletes the \
        sign-up on " {time::day(at, frame.now)} }
        .into_any(),
        (false, None) => view! { <span class="badge warn">"not confirmed"</span> }.into_any(),
    };
    let masked = |name: &'static str, what: &'static str, value: String| {
        let shown = if page.may_reveal {
            view! {
                <details class="menu">
                    <summary class="mask" title="Reveal, with a reason">{value}</summary>
                    <div class="card pad">{reveal_form(instance, row.account, frame, what.to_owned(), "Reveal \
                    once")}</div>
                </details>
            }
            .into_any()
        } else {
            view! { <span class="mask">{value}</span> }.into_any()
        };
        view! { <dt>{name}</dt><dd>{shown}</dd> }.into_any()
    };
    let rel = "noopener noreferrer external";
    view! {
        <aside class="stack">
            <section class="card">
                <header><h2>"Sign-up"</h2></header>
                <div class="body"><dl class="facts">
                    {masked("Email", "email", row.mail.clone())}
                    <dt>"Email status"</dt><dd>{confirmed}</dd>
                    {page.address.clone().map(|address| masked("IP address", "address", address))}
                    {row.language.clone().map(|language| view! { <dt>"Language"</dt><dd>{language}</dd> })}
                    <dt>"Account"</dt><dd><a class="link" href=path::account(instance, row.account)>"view"</a></dd>
                </dl></div>
            </section>
            <section class="card">
                <header><h2>"Only in Mastodon"</h2></header>
                <div class="body small"><a class="link" href=page.there.clone() rel=rel>"Confirm an email \
                address, resend the confirmation link →"</a></div>
            </section>
        </aside>
    }
    .into_any()
}

fn evidence(instance: &InstanceName, one: &Signal, frame: &Frame) -> AnyView {
    let others = (!one.others.is_empty()).then(|| {
        view! {
            <p class="small soft">"Also: "
                {one.others.iter().map(|(account, handle)| view! { <a class="link" href=path::sign_up(instance, *account)><bdi>{handle.clone()}</bdi></a> " " }).collect_view()}
            </p>
        }
    });
    let entry =
        one.entry.map(|index| view! { " " {desk::entry(frame, index, "link small", view! { "entry " {index} })} });
    view! { <div class="post">{signal(one)} <p class="small">{one.evidence.clone()}{entry}</p>{others}</div> }
        .into_any()
}

fn decide_bar(here: &str, instance: &InstanceName, page: &SignUpPage) -> AnyView {
    let next = page.next.map(|next| {
        view! { <a class="btn" href=path::sign_up(instance, next) data-key=keys::key("n")>"Next " <span class="key">"n"</span></a> }
    });
    if !page.may_decide {
        return view! { <div class="decide"><span class="soft">"You can view sign-ups, but not decide them."</span><span class="end">{next}</span></div> }.into_any();
    }
    let button = |verdict: SignUpDecision, key: &'static str, class: &'static str| {
        let href = format!("{here}?decide={}#why", verdict.name());
        let current = (page.deciding == Some(verdict)).then_some("true");
        view! { <a class=class href=href data-key=keys::key(key) aria-current=current>{verdict.words()} " " <span class="key">{key}</span></a> }
    };
    view! {
        <div class="decide" role="group" aria-label="Decide">
            {button(SignUpDecision::Approve, "a", "btn main")}
            {button(SignUpDecision::Reject, "x", "btn danger")}
            <span class="end">{next}</span>
        </div>
    }
    .into_any()
}
