//! The case: what was posted, who reported it, whom it is about, and every decision, on one screen.

use crate::{
    access::{Permission, Role},
    clock::Timestamp,
    frame::{Draft, Frame},
    id::{AccountId, InstanceName, ReportId},
    nouns::permissions::Capability,
    path,
    reports::api,
    reports::{
        AccountCard, Beside, CasePage, Category, ClosedReport, CollectionCard, Decision, EditCard, LinkCard, MediaCard,
        PollCard, PostCard, QueueFilter, QuoteCard, ReportCard, Revealed, service,
    },
    search::Search,
    ui::{self, desk, form, keys, list, live, time},
};
use leptos::prelude::*;

const HAND_OVER: &str = form::action::<api::HandOver>();
const CLAIM_CASE: &str = form::action::<api::ClaimCase>();
const REVEAL: &str = form::action::<api::Reveal>();
const CHANGE_CATEGORY: &str = form::action::<api::ChangeCategory>();
const REVERSE: &str = form::action::<api::Reverse>();
const REOPEN: &str = form::action::<api::Reopen>();
const DECIDE: &str = form::action::<api::Decide>();

#[component]
pub fn Case() -> impl IntoView {
    desk::page(
        desk::Desk::Reports,
        async |asked| service::case(&asked.context, asked.instance(), asked.part("account"), &asked.search).await,
        case_body,
        |_, page| page.account.handle.clone(),
    )
}

/// The case as a page.
pub fn case_body(frame: Frame, page: CasePage) -> AnyView {
    let Some(instance) = frame.instance.as_ref().map(|head| head.name.clone()) else { return ().into_any() };
    let back = list::crumb(format!("{}{}", path::reports(&instance), filter(&page)), "Reports");
    case_and_more(frame, page, back, ().into_any(), ().into_any())
}

/// The case with more below what was posted, and more beside it: the account page. `back` leads to the list it stands in.
pub fn case_and_more(frame: Frame, page: CasePage, back: AnyView, below: AnyView, beside: AnyView) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    let worst = page.open.iter().map(|report| report.category).min_by_key(|category| category.rank());
    let badge = worst.map(|category| view! { <span class=category.badge()>{category.word()}</span> });
    let number = match page.open.len() {
        0 => "no open reports".to_owned(),
        1 => "1 report".to_owned(),
        _ => format!("{} reports, 1 case", page.number()),
    };
    // A note for a colleague comes back also where the case is not this person's to hand over any more.
    let hands_over = !page.colleagues.is_empty() && !page.open.is_empty();
    let note = frame.draft_for(HAND_OVER).filter(|_| !hands_over).map(form::kept);
    // Without a report an appeal, or what was decided, is what one came for.
    let strikes = strikes(&page, &frame);
    let (main_strikes, strikes_beside) =
        if page.open.is_empty() { (Some(strikes), None) } else { (None, Some(strikes)) };
    let our_notes = crate::accounts::page::notes(&instance, page.account.id, &page.our_notes, &frame);
    view! {
        <div class="head">
            {back}
            <h1 class="cut"><bdi>{page.account.handle.clone()}</bdi></h1>
            {badge}
            <span class="badge">{number}</span>
            {desk::timeline(&frame, &[("account", &page.account.id.to_string()), ("instance", instance.as_str())])}
            <span class="end">{holding(&instance, &page, &frame)}</span>
        </div>
        {page.meanwhile.as_ref().map(|since| live::meanwhile(&frame, since, page.deciding.is_some()))}
        {page.handed.clone().map(|note| view! { <p class="note lead good"><bdi>{note}</bdi></p> })}
        {lacking(&page, &frame)}
        {list::untold(&page.untold)}
        {page.partly.clone().map(|partly| view! { <p class="note lead">{partly}</p> })}
        {crate::reviews::page::proposed(&page.proposals)}
        <div class="case">
            <div class="stack">
                {note}
                {deciding(&instance, &page, &frame)}
                {page.revealed.as_ref().map(revealed_card)}
                {posted(&instance, &page, &frame)}
                {reported(&instance, &page, &frame)}
                {main_strikes}
                {latest(&instance, &page, &frame)}
                {below}
            </div>
            <aside class="stack">
                {account_card(&instance, &page, &frame)}
                {strikes_beside}
                {closed(&instance, &page, &frame)}
                {our_notes}
                {notes(&page, &frame)}
                {beside}
                {reported_before(&page, &frame)}
                {page.invitations.as_ref().map(|of| crate::invitations::page::of_account(&instance, page.account.id, of))}
                {on_the_instance(&page)}
            </aside>
        </div>
        {decide_bar(&instance, &page, &frame)}
    }
    .into_any()
}

/// What is lacking for deciding here; an open form says it of its own decision.
fn lacking(page: &CasePage, frame: &Frame) -> AnyView {
    if page.hands_off.is_some() || page.deciding.is_some() {
        return ().into_any();
    }
    let needs: &[Capability] =
        if page.open.is_empty() { &[Capability::Accounts] } else { &[Capability::Reports, Capability::Accounts] };
    form::lacking(frame, needs)
}

/// The filter of the queue that is worked through, as a query.
fn filter(page: &CasePage) -> String {
    Search::parse(&page.search).only(&QueueFilter::KEYS)
}

fn case_of(instance: &InstanceName, page: &CasePage, account: AccountId) -> String {
    format!("{}{}", path::case(instance, account), filter(page))
}

fn holding(instance: &InstanceName, page: &CasePage, frame: &Frame) -> AnyView {
    if page.open.is_empty() {
        return ().into_any();
    }
    let form = |claim: &'static str, words: &'static str, class: &'static str| {
        view! {
            <form method="post" action=CLAIM_CASE class="inline">
                {form::back(&frame.here)}
                <input type="hidden" name="instance" value=instance.to_string() />
                <input type="hidden" name="account" value=page.account.id.to_string() />
                <button class=class name="claim" value=claim data-key=keys::key("x")>{words} " " <span class="key">"x"</span></button>
            </form>
        }
        .into_any()
    };
    let mine = page.holder.as_ref().is_some_and(|holder| holder.you);
    let held = match &page.holder {
        Some(holder) if holder.you => {
            let left = holder.until.map(|until| format!(" · {} left", time::span(until.since(frame.now))));
            view! { <span class="badge accent" title="Ends ten minutes after your last activity here">"assigned to \
            you" {left}</span> {hand_over(instance, page, frame)} }.into_any()
        }
        Some(holder) => {
            view! { <span class="badge warn">"assigned to " {holder.name.clone()} " · " {time::span(frame.now.since(holder.since))}</span> }.into_any()
        }
        None => ().into_any(),
    };
    let button = if !frame.may(Permission::DecideReports) {
        ().into_any()
    } else if mine {
        form("no", "Unassign", "btn quiet")
    } else if page.holder.is_none() {
        form("yes", "Assign to me", "btn")
    } else {
        ().into_any()
    };
    view! { {held} {button} }.into_any()
}

/// Somebody else goes on with it, with a note.
fn hand_over(instance: &InstanceName, page: &CasePage, frame: &Frame) -> AnyView {
    if page.colleagues.is_empty() {
        return ().into_any();
    }
    let draft = frame.draft_for(HAND_OVER);
    let typed = |name: &str| draft.and_then(|draft| draft.value(name)).unwrap_or_default().to_owned();
    let chosen = typed("to");
    let options = page
        .colleagues
        .iter()
        .map(|(id, name)| view! { <option value=id.clone() selected=*id == chosen>{name.clone()}</option> })
        .collect_view();
    view! {
        <details class="menu" open=draft.is_some()>
            <summary class="btn quiet">"Hand over…"</summary>
            <form method="post" action=HAND_OVER class="card pad stack">
                {form::back(&frame.here)}
                <input type="hidden" name="instance" value=instance.to_string() />
                <input type="hidden" name="account" value=page.account.id.to_string() />
                <label class="field">"To"<select class="input" name="to">{options}</select></label>
                {form::beside(draft, "to")}
                <label class="field">"Note"<input class="input" name="note" maxlength="500" value=typed("note") placeholder="What they should \
                know" /></label>
                {form::beside(draft, "why")}
                <button class="btn">"Hand over"</button>
            </form>
        </details>
    }
    .into_any()
}

fn posted(instance: &InstanceName, page: &CasePage, frame: &Frame) -> AnyView {
    if page.open.is_empty() && page.posts.is_empty() {
        return ().into_any();
    }
    let deleted = page.posts.iter().filter(|post| post.deleted_at.is_some()).count();
    let summary = match (page.posts.len(), deleted) {
        (0, _) if page.partly.is_some() => "the reported posts can’t be shown".to_owned(),
        (0, _) => "no posts reported".to_owned(),
        (posts, 0) => ui::count(posts, "post", "posts"),
        (posts, deleted) => format!("{} · {deleted} deleted since", ui::count(posts, "post", "posts")),
    };
    let summary = match page.collections.len() {
        0 => summary,
        number => format!("{summary} · {}", ui::count(number, "collection", "collections")),
    };
    // Only where nothing else is named, nor hidden, is it the account that is meant.
    let as_a_whole =
        page.posts.is_empty() && page.collections.is_empty() && page.partly.is_none() && page.not_shown.is_empty();
    let empty = as_a_whole.then(|| {
        view! { <div class="post soft">"The reports are about the whole account. Its latest posts are below."</div> }
    });
    view! {
        <section class="card">
            <header><h2>"Reported content"</h2><span class="soft small end">{summary}</span></header>
            {newest_report(page, frame)}
            {empty}
            {posts(instance, page, frame)}
            {page.collections.iter().map(|one| collection(one, frame)).collect_view()}
            {not_shown(&page.not_shown, page)}
        </section>
    }
    .into_any()
}

/// So many characters of a comment stand before what was posted.
const COMMENT_ABOVE: usize = 200;

/// Whether the only report says all that it says before what was posted.
fn is_said_above(page: &CasePage, report: &ReportCard) -> bool {
    page.open.len() == 1 && page.unread == 0 && report.comment.chars().count() <= COMMENT_ABOVE
}

/// Why it was reported, before what was posted: what the newest report says, and the way to all of them.
fn newest_report(page: &CasePage, frame: &Frame) -> Option<AnyView> {
    let newest = page.open.iter().max_by_key(|report| report.created_at)?;
    let said = match newest.comment.as_str() {
        "" => view! { <span class="soft">"no comment"</span> }.into_any(),
        comment => {
            view! { <span dir="auto" class="said">"“" {ui::excerpt(comment, COMMENT_ABOVE)} "”"</span> }.into_any()
        }
    };
    let class = if is_said_above(page, newest) { "" } else { "two-lines" };
    let all = (page.open.len() > 1)
        .then(|| view! { " · " <a class="link nowrap" href="#reports">{format!("all {} reports", page.number())}</a> });
    // Of more than are read, nobody has seen the newest.
    let first = match page.open.len() {
        _ if page.unread > 0 => "One of the oldest reports, by ",
        1 => "Report by ",
        _ => "Newest report, by ",
    };
    Some(
        view! {
            <div class="post small">
                <p><span class="soft">{first} <bdi>{newest.reporter.clone()}</bdi> " " {time::ago(newest.created_at, frame.now)} {all}</span></p>
                <p class=class>{said}</p>
            </div>
        }
        .into_any(),
    )
}

/// So many posts stand open: with more of them the reports would be off the screen.
const POSTS_SHOWN: usize = 3;

fn posts(instance: &InstanceName, page: &CasePage, frame: &Frame) -> AnyView {
    let (first, rest) = page.posts.split_at(ui::shown_of(page.posts.len(), POSTS_SHOWN));
    let one = |post: &PostCard| one_post(instance, page, post, frame);
    // What somebody asked for in one of them is there to be seen.
    let asked = rest.iter().flat_map(|post| &post.media).any(|media| media.shown.is_some())
        || frame.draft_for(REVEAL).is_some();
    let rest = (!rest.is_empty()).then(|| {
        view! {
            <details open=asked>
                <summary class="post small">{ui::count(rest.len(), "more post", "more posts")}</summary>
                {rest.iter().map(one).collect_view()}
            </details>
        }
    });
    view! { {first.iter().map(one).collect_view()} {rest} }.into_any()
}

/// What is held and not shown, each with the way to where it is.
fn not_shown(said: &[String], page: &CasePage) -> AnyView {
    let rel = "noopener noreferrer external";
    said.iter()
        .map(|said| {
            view! { <div class="post small soft">{said.clone()} " " <a class="link" href=page.there.clone() rel=rel>"View in Mastodon →"</a></div> }
        })
        .collect_view()
        .into_any()
}

fn collection(one: &CollectionCard, frame: &Frame) -> AnyView {
    let named = (one.reports > 1).then(|| view! { <span>{format!("cited in {} reports", one.reports)}</span> });
    let others = one.of_somebody_else.then(|| view! { <span class="badge warn">"by another account"</span> });
    view! {
        <div class="post">
            <p><span class="badge">"collection"</span> " " <b><bdi lang=ui::lang(one.language.as_deref())>{one.name.clone()}</bdi></b></p>
            {lines(&one.description, one.language.as_deref())}
            <p class="small"><bdi>{one.people.clone()}</bdi></p>
            <div class="meta">
                {time::ago(one.created_at, frame.now)}
                {one.language.clone().map(|language| view! { <span>{language}</span> })}
                {named}
                {others}
            </div>
        </div>
    }
    .into_any()
}

/// A text that strangers wrote, line by line, in the language that it says it is in.
fn lines(text: &str, language: Option<&str>) -> AnyView {
    let lang = ui::lang(language);
    text.split('\n')
        .filter(|line| !line.trim().is_empty())
        .map(|line| view! { <p dir="auto" lang=lang.clone() class="said">{line.to_owned()}</p> })
        .collect_view()
        .into_any()
}

fn warning(spoiler: &str, language: Option<&str>) -> Option<AnyView> {
    let lang = ui::lang(language);
    (!spoiler.is_empty()).then(|| {
        view! { <p><span class="badge">"content warning"</span>" “"<bdi lang=lang>{spoiler.to_owned()}</bdi>"”"</p> }.into_any()
    })
}

fn poll(poll: &PollCard, language: Option<&str>, frame: &Frame) -> AnyView {
    let lang = ui::lang(language);
    let ends = poll.ends.map(|at| {
        let word = if at <= frame.now { "ended " } else { "ends " };
        view! { " · " {word} {time::ago(at, frame.now)} }
    });
    let options = poll.options.iter().map(|(option, votes)| {
        let votes = votes.map(|votes| ui::count(usize::try_from(votes).unwrap_or(0), "vote", "votes"));
        view! { <li><bdi lang=lang.clone()>{option.clone()}</bdi> {votes.map(|votes| view! { <span class="soft">" · " {votes}</span> })}</li> }
    });
    let word = if poll.multiple { "poll, multiple choice" } else { "poll" };
    view! {
        <div class="small"><span class="badge">{word}</span> <span class="soft">{ends}</span>
            <ul class="plain-list">{options.collect_view()}</ul></div>
    }
    .into_any()
}

/// A link with its preview: never a link of ours, and nothing of its page is loaded.
fn link(link: &LinkCard, page: &CasePage) -> AnyView {
    let rel = "noopener noreferrer external";
    let by = (!link.by.is_empty()).then(|| view! { <span class="soft">" · " <bdi>{link.by.join(", ")}</bdi></span> });
    let title = (!link.title.is_empty() || !link.by.is_empty())
        .then(|| view! { <p dir="auto" class="said"><b><bdi>{link.title.clone()}</bdi></b>{by}</p> });
    let of = link.page.as_ref().map(|(host, address)| {
        view! { <p class="said soft">"its preview is of " <b><bdi>{host.clone()}</bdi></b> ": " <bdi>{address.clone()}</bdi></p> }
    });
    let said = (!link.words.is_empty()).then(|| {
        view! { <div class="meta"><span>{link.words.join(" · ")} " " <a class="link" href=page.there.clone() rel=rel>"View in Mastodon →"</a></span></div> }
    });
    view! {
        <blockquote class="quote small">
            <p class="said"><span class="soft">"links to "</span><b><bdi>{link.host.clone()}</bdi></b><span class="soft">": "<bdi>{link.address.clone()}</bdi></span></p>
            {of}
            {title}
            {(!link.description.is_empty()).then(|| lines(&link.description, None))}
            {said}
        </blockquote>
    }
    .into_any()
}

/// What a post quotes or boosts, with everything that this holds.
fn quote(verb: &'static str, quote: &QuoteCard, instance: &InstanceName, page: &CasePage, frame: &Frame) -> AnyView {
    let rel = "noopener noreferrer external";
    let said = (!quote.words.is_empty()).then(|| {
        view! { <span>{quote.words.join(" · ")} " " <a class="link" href=page.there.clone() rel=rel>"View in Mastodon →"</a></span> }
    });
    view! {
        <blockquote class="quote">
            <div class="small soft">{verb} " " <bdi>{quote.by.clone().unwrap_or_else(|| "a post".to_owned())}</bdi>
                {quote.created_at.map(|at| view! { " · " {time::ago(at, frame.now)} })}</div>
            {warning(&quote.spoiler, None)}
            {quote.text.as_deref().map(|text| lines(text, None))}
            {quote.poll.as_ref().map(|one| poll(one, None, frame))}
            {quote.links.iter().map(|one| link(one, page)).collect_view()}
            {linked_collections(&quote.collections)}
            {quote.quote.as_deref().map(|one| self::quote("quotes", one, instance, page, frame))}
            {quote.media.iter().map(|media| one_file(instance, page, media, frame)).collect_view()}
            {said.map(|said| view! { <div class="meta">{said}</div> })}
        </blockquote>
    }
    .into_any()
}

fn linked_collections(said: &[String]) -> AnyView {
    said.iter().map(|one| view! { <p class="small soft"><bdi>{one.clone()}</bdi></p> }).collect_view().into_any()
}

fn edits(edits: &[EditCard], language: Option<&str>, frame: &Frame) -> AnyView {
    if edits.is_empty() {
        return ().into_any();
    }
    let one = |edit: &EditCard| {
        view! {
            <div class="quote small">
                <div class="soft">"as of " {time::whole(edit.at)} " · " {time::ago(edit.at, frame.now)}</div>
                {warning(&edit.spoiler, language)}
                {lines(&edit.text, language)}
                {(!edit.words.is_empty()).then(|| view! { <p class="soft"><bdi>{edit.words.join(" · ")}</bdi></p> })}
            </div>
        }
    };
    view! {
        <details open="">
            <summary class="small">{ui::count(edits.len(), "earlier version", "earlier versions")}</summary>
            {edits.iter().map(one).collect_view()}
        </details>
    }
    .into_any()
}

fn one_post(instance: &InstanceName, page: &CasePage, post: &PostCard, frame: &Frame) -> AnyView {
    let language = post.language.as_deref();
    let text = match &post.text {
        Some(text) => lines(text, language),
        None => private_post(instance, page, post, frame),
    };
    let media = post.media.iter().map(|media| one_file(instance, page, media, frame)).collect_view();
    let counts = (post.boosts > 0)
        .then(|| view! { <span>{ui::count(usize::try_from(post.boosts).unwrap_or(0), "boost", "boosts")}</span> });
    view! {
        <div class="post">
            {warning(&post.spoiler, language)}
            {text}
            {post.poll.as_ref().map(|one| poll(one, language, frame))}
            {post.links.iter().map(|one| link(one, page)).collect_view()}
            {linked_collections(&post.collections)}
            {post.quote.as_ref().map(|one| quote("quotes", one, instance, page, frame))}
            {post.boost.as_ref().map(|one| quote("boosts", one, instance, page, frame))}
            {media}
            {edits(&post.edits, language, frame)}
            {not_shown(&post.not_shown, page)}
            <div class="meta">
                {time::ago(post.created_at, frame.now)}
                <span>{post.visibility.clone()}</span>
                {post.language.clone().map(|language| view! { <span>{language}</span> })}
                {counts}
                {post.reply_to.clone().map(|to| view! { <span>"reply to "<bdi>{to}</bdi></span> })}
                {post.edited_at.map(|at| view! { <span class="badge warn">"edited " {time::ago(at, frame.now)}</span> })}
                {post.deleted_at.map(|at| view! { <span class="badge danger">"deleted " {time::ago(at, frame.now)}</span> })}
            </div>
        </div>
    }
    .into_any()
}

fn private_post(instance: &InstanceName, page: &CasePage, post: &PostCard, frame: &Frame) -> AnyView {
    let words =
        format!("This post is {}. Revealing it takes a reason, which goes into the audit log.", post.visibility);
    if !page.may_reveal {
        return view! { <div class="cover">{words}</div> }.into_any();
    }
    view! {
        <details class="cover-open">
            <summary class="cover">{words}</summary>
            {reveal_form(instance, page.account.id, frame, format!("post:{}", post.id), "Reveal once")}
        </details>
    }
    .into_any()
}

/// Asks for the reason that a reveal needs.
pub fn reveal_form(
    instance: &InstanceName,
    account: AccountId,
    frame: &Frame,
    what: String,
    words: &'static str,
) -> AnyView {
    let draft = frame.draft_for(REVEAL).filter(|draft| draft.value("what") == Some(what.as_str()));
    let why = draft.and_then(|draft| draft.value("why")).unwrap_or_default().to_owned();
    let id = format!("why-{what}");
    view! {
        <form method="post" action=REVEAL class="reveal">
            {form::back(&frame.here)}
            <input type="hidden" name="instance" value=instance.to_string() />
            <input type="hidden" name="account" value=account.to_string() />
            <input type="hidden" name="what" value=what />
            <label class="field" for=id.clone()>"Internal reason"</label>
            <input class="input" id=id name="why" required="" maxlength="500" value=why placeholder="Saved in the audit \
            log" />
            {form::beside(draft, "why")}
            <button class="btn">{words}</button>
        </form>
    }
    .into_any()
}

fn one_file(instance: &InstanceName, page: &CasePage, media: &MediaCard, frame: &Frame) -> AnyView {
    let described = if media.description.is_empty() {
        "no description".to_owned()
    } else {
        format!("described as “{}”", media.description)
    };
    if let Some(missing) = &media.missing {
        let rel = "noopener noreferrer external";
        return view! {
            <div class="cover">
                {media.kind.clone()} " · " {described} " · " {missing.clone()} " "
                <a class="link" href=page.there.clone() rel=rel>"View in Mastodon →"</a>
            </div>
        }
        .into_any();
    }
    if let Some(address) = &media.shown {
        let alt = media.description.clone();
        let address = address.clone();
        return match media.kind.as_str() {
            "image" => view! { <img class="shown" src=address alt=alt /> }.into_any(),
            "audio" => view! { <audio class="shown" controls="" preload="none" src=address></audio> }.into_any(),
            _ => view! { <video class="shown" controls="" preload="none" src=address></video> }.into_any(),
        };
    }
    let here = path::case(instance, page.account.id);
    let show = format!("{here}{}", Search::parse(&page.search).with("show", &media.id.to_string()));
    let _ = frame;
    view! {
        <a class="cover" href=show data-key=keys::key("i")>
            <bdi>{media.kind.clone()} " hidden · " {described} {media.fetched.then_some(" · loaded when shown")}</bdi>
            <span class="key">"i"</span>
        </a>
    }
    .into_any()
}

/// How many reports of a case stand on one page.
const REPORTS_SHOWN: usize = 50;

fn reported(instance: &InstanceName, page: &CasePage, frame: &Frame) -> AnyView {
    if page.open.is_empty() {
        return ().into_any();
    }
    let search = Search::parse(&page.search);
    let from = search.get("from").and_then(|id| id.parse::<ReportId>().ok());
    let begin = from.and_then(|from| page.open.iter().position(|report| report.id >= from)).unwrap_or(0);
    let shown: Vec<&ReportCard> = page.open.iter().skip(begin).take(REPORTS_SHOWN).collect();
    let part = shown.len() < page.open.len();
    let which = part.then(|| {
        let all = page.number();
        let unread =
            if page.unread == 0 { String::new() } else { format!("; only the oldest {} are shown", page.open.len()) };
        let words = format!("{} to {} of {all}, oldest first{unread}", begin + 1, begin + shown.len());
        view! { <span class="soft small end">{words}</span> }
    });
    let further = page.open.get(begin + REPORTS_SHOWN).map(|next| {
        let here = path::case(instance, page.account.id);
        let href = format!("{here}{}#reports", search.with("from", &next.id.to_string()));
        view! { <div class="post"><a class="btn" href=href>"More reports →"</a></div> }
    });
    view! {
        <section class="card" id="reports">
            <header><h2>"Reports"</h2>{which}</header>
            {shown.iter().map(|report| one_report(instance, page, report, frame)).collect_view()}
            {further}
        </section>
    }
    .into_any()
}

fn one_report(instance: &InstanceName, page: &CasePage, report: &ReportCard, frame: &Frame) -> AnyView {
    let comment = if is_said_above(page, report) {
        ().into_any()
    } else if report.comment.is_empty() {
        view! { <p class="soft">"no comment"</p> }.into_any()
    } else {
        // A long one scrolls in its place: what stands below must not be pushed off the screen.
        let long = report.comment.chars().count() > 600;
        let class = if long { "said scroll" } else { "said" };
        view! { <p dir="auto" class=class tabindex=long.then_some("0")>{report.comment.clone()}</p> }.into_any()
    };
    let rules =
        report.rules.iter().map(|rule| view! { <p class="small soft"><bdi>{rule.clone()}</bdi></p> }).collect_view();
    let category = if page.hands_off.is_none() {
        category_form(instance, page, report, frame)
    } else {
        view! { <span class=report.category.badge()>{report.category.word()}</span> }.into_any()
    };
    view! {
        <div class="post">
            <div class="by">
                <a href=path::account(instance, report.reporter_id)><b><bdi>{report.reporter.clone()}</bdi></b></a>
                <span class="soft small">{report.record.clone()} " · " {time::ago(report.created_at, frame.now)}
                    {report.forwarded.then_some(" · forwarded")}
                    {report.assigned.clone().map(|to| format!(" · assigned on the instance to {to}"))}
                </span>
                {category}
            </div>
            {comment}
            {rules}
        </div>
    }
    .into_any()
}

fn category_form(instance: &InstanceName, page: &CasePage, report: &ReportCard, frame: &Frame) -> AnyView {
    let options = Category::ALL
        .into_iter()
        .map(|category| {
            view! { <option value=category.name() selected=category == report.category>{category.word()}</option> }
        })
        .collect_view();
    let rules = page
        .rules
        .iter()
        .map(|(id, text)| {
            let checked = report.rule_ids.contains(id);
            view! { <label class="check"><input type="checkbox" name="rules[]" value=id.to_string() checked=checked /><bdi>{text.clone()}</bdi></label> }
        })
        .collect_view();
    let seen = serde_json::to_string(&(report.category, &report.rule_ids)).unwrap_or_default();
    view! {
        <details class="menu end">
            <summary class=report.category.badge() title="Change category">{report.category.word()} " ▾"</summary>
            <form method="post" action=CHANGE_CATEGORY class="card pad stack">
                {form::back(&frame.here)}
                <input type="hidden" name="instance" value=instance.to_string() />
                <input type="hidden" name="account" value=page.account.id.to_string() />
                <input type="hidden" name="report" value=report.id.to_string() />
                <input type="hidden" name="seen" value=seen />
                <label class="field">"Category"<select class="input" name="category">{options}</select></label>
                <fieldset class="rules"><legend class="small soft">"Server rules, for the category “rules” \
                only"</legend>{rules}</fieldset>
                <button class="btn" disabled=frame.lacks(&[Capability::Reports])>"Change category"</button>
            </form>
        </details>
    }
    .into_any()
}

fn latest(instance: &InstanceName, page: &CasePage, frame: &Frame) -> AnyView {
    if page.latest.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="card">
            <header><h2>"Latest public posts"</h2><span class="soft small end">"public and unlisted, no boosts"</span></header>
            {page.latest.iter().map(|post| one_post(instance, page, post, frame)).collect_view()}
        </section>
    }
    .into_any()
}

/// What was revealed just now.
pub fn revealed_card(revealed: &Revealed) -> AnyView {
    view! {
        <section class="card revealed" aria-live="polite">
            <header><h2>{revealed.what.clone()}</h2><span class="soft small end">"shown once; recorded in the \
            audit log"</span></header>
            <div class="post"><p dir="auto" class="said">{revealed.value.clone()}</p></div>
            {revealed.beside.iter().map(beside).collect_view()}
        </section>
    }
    .into_any()
}

/// Whom else a revealed address leads to.
fn beside(beside: &Beside) -> AnyView {
    let list = beside.list.clone().map(|list| view! { " " <a class="link" href=list>"View them"</a> });
    let block = beside.block.clone().map(|(words, href)| view! { " " <a class="link" href=href>{words}</a> });
    view! { <div class="post small">{beside.words.clone()} {list} {block}</div> }.into_any()
}

/// What is known of an account at a glance.
fn account_facts(instance: &InstanceName, page: &CasePage, frame: &Frame) -> AnyView {
    let account = &page.account;
    let decides = account.pending && frame.may(Permission::ViewSignUps);
    let young = frame.now.since(account.since) < 14 * crate::clock::DAY;
    let mut state = account.state.words();
    state.extend(account.left_without_login.then_some("no login: nobody can use it"));
    let data = account.deleted_on.map(|at| match account.being_deleted {
        true => view! { <span class="soft">" · its data is being deleted"</span> }.into_any(),
        false => {
            view! { <span class="soft">" · data will be deleted on " {time::day(at, frame.now)}</span> }.into_any()
        }
    });
    let rate = {
        let days = (frame.now.since(account.since) / crate::clock::DAY).max(1);
        account.posts / days
    };
    let posts = if rate > 0 {
        format!("{}, {rate} a day", ui::grouped(usize::try_from(account.posts).unwrap_or(0)))
    } else {
        ui::grouped(usize::try_from(account.posts).unwrap_or(0))
    };
    let followers = ui::count(usize::try_from(account.followers).unwrap_or(0), "follower", "followers");
    view! {
        <dl class="facts">
            <dt>"Joined"</dt>
            <dd>{time::age(account.since, frame.now)} {young.then(|| view! { " " <span class="badge warn">"new"</span> })}
                {account.last_active.map(|at| view! { <span class="soft">" · last post " {time::ago(at, frame.now)}</span> })}</dd>
            <dt>"Followers here"</dt>
            <dd>{followers}</dd>
            <dt>"Posts"</dt>
            <dd>{posts}</dd>
            {account.server.clone().map(|server| view! { <dt>"Server"</dt><dd><bdi>{server}</bdi></dd> })}
            {account.staff.clone().map(|role| view! { <dt>"Role"</dt><dd><span class="badge accent">{role}</span></dd> })}
            <dt>"Status"</dt>
            <dd>{if state.is_empty() { "no limits".to_owned() } else { state.join(", ") }}
                {data}
                {account.memorial.then(|| view! { " " <span class="badge warn">"in memoriam"</span> })}
                {account.moved.then(|| view! { " " <span class="badge">"moved to another account"</span> })}
                {account.pending.then(|| view! { " " <span class="badge warn">"pending review"</span> })}
                {decides.then(|| view! { " " <a class="link" href=path::sign_up(instance, account.id)>"Decide the sign-up"</a> })}
                {account.unconfirmed.then(|| view! { " " <span class="badge warn">"email unconfirmed"</span> })}</dd>
            {masked(instance, page, frame, "Email", "email", account)}
            {masked(instance, page, frame, "IP address", "address", account)}
        </dl>
    }
    .into_any()
}

/// The person a case is about.
pub fn account_card(instance: &InstanceName, page: &CasePage, frame: &Frame) -> AnyView {
    let account = &page.account;
    let only = account.only_closable.clone().map(|why| view! { <p class="small soft">{why}</p> });
    if account.gone {
        return view! {
            <section class="card">
                <header><h2><bdi>{account.handle.clone()}</bdi></h2></header>
                <div class="body">{only}</div>
            </section>
        }
        .into_any();
    }
    let initial: String = account
        .display_name
        .chars()
        .chain(account.acct.chars())
        .find(|c| c.is_alphanumeric())
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default();
    let note = (!account.note.is_empty())
        .then(|| view! { <div class="small soft bio" dir="auto">"“"{ui::excerpt(&account.note, 160)}"”"</div> });
    view! {
        <section class="card">
            <div class="body person">
                <span class="face big" aria-hidden="true">{initial}</span>
                <div class="grow">
                    <b class="cut"><bdi>{account.display_name.clone()}</bdi></b>
                    <div class="soft cut"><a href=path::account(instance, account.id)><bdi>{account.handle.clone()}</bdi></a></div>
                    {note}
                    {only}
                </div>
            </div>
            <div class="body ruled">
                {account_facts(instance, page, frame)}
                {reversals(instance, page, frame)}
            </div>
        </section>
    }
    .into_any()
}

fn masked(
    instance: &InstanceName,
    page: &CasePage,
    frame: &Frame,
    name: &'static str,
    what: &'static str,
    account: &AccountCard,
) -> AnyView {
    let value = if what == "email" { account.email.clone() } else { account.address.clone() };
    let Some(value) = value else { return ().into_any() };
    let shown = if page.may_reveal {
        view! {
            <details class="menu">
                <summary class="mask" title="Reveal, with a reason">{value}</summary>
                <div class="card pad">{reveal_form(instance, page.account.id, frame, what.to_owned(), "Reveal \
                once")}</div>
            </details>
        }
        .into_any()
    } else {
        view! { <span class="mask">{value}</span> }.into_any()
    };
    view! { <dt>{name}</dt><dd>{shown}</dd> }.into_any()
}

fn reversals(instance: &InstanceName, page: &CasePage, frame: &Frame) -> AnyView {
    if page.hands_off.is_some() || page.account.reversals.is_empty() {
        return frame.draft_for(REVERSE).map(form::kept).into_any();
    }
    let state = serde_json::to_string(&page.account.state).unwrap_or_default();
    let contractor = frame.role == Role::Contractor;
    page.account
        .reversals
        .iter()
        .map(|&reversal| {
            let draft = frame
                .draft_for(REVERSE)
                .filter(|draft| draft.value("reversal") == Some(reversal.verb()));
            let why = draft.and_then(|draft| draft.value("why")).unwrap_or_default().to_owned();
            view! {
                <details class="undo" open=draft.is_some()>
                    <summary class="btn quiet small">{reversal.words()} "…"</summary>
                    <form method="post" action=REVERSE class="stack">
                        {form::back(&frame.here)}
                        <input type="hidden" name="instance" value=instance.to_string() />
                        <input type="hidden" name="account" value=page.account.id.to_string() />
                        <input type="hidden" name="reversal" value=reversal.verb() />
                        <input type="hidden" name="state" value=state.clone() />
                        <label class="field">"Internal reason"<input class="input" name="why" maxlength="500" required=contractor value=why placeholder="Saved in the audit \
                        log" /></label>
                        {form::beside(draft, "why")}
                        {form::lacking(frame, &[Capability::Accounts])}
                        <button class="btn" disabled=frame.lacks(&[Capability::Accounts])>{reversal.words()} ": " <bdi>{page.account.handle.clone()}</bdi></button>
                    </form>
                </details>
            }
        })
        .collect_view()
        .into_any()
}

/// “12”, or “the newest 20” of more.
fn newest(number: usize, more: bool) -> String {
    if more { format!("latest {number}") } else { number.to_string() }
}

fn strikes(page: &CasePage, frame: &Frame) -> AnyView {
    if page.strikes.is_empty() {
        return ().into_any();
    }
    let rel = "noopener noreferrer external";
    let waiting = page.strikes.iter().filter(|strike| strike.waits).count();
    let waiting = (waiting > 0)
        .then(|| view! { <span class="badge warn">{ui::count(waiting, "appeal pending", "appeals pending")}</span> });
    view! {
        <section class="card">
            <header><h2>"Strikes"</h2>{waiting}<span class="soft small end">{newest(page.strikes.len(), page.more.strikes)}</span></header>
            {page.strikes.iter().map(|strike| view! {
                <div class="post small">
                    <b>{strike.action.clone()}</b> <span class="soft">" by " {strike.by.clone()} " · " {time::ago(strike.at, frame.now)}
                    {strike.appeal.clone().filter(|_| !strike.waits).map(|appeal| format!(" · {appeal}"))}</span>
                    {strike.waits.then(|| view! { " " <span class="badge warn">"appeal pending"</span> })}
                    {strike.there.clone().map(|there| view! { " " <a class="link" href=there target="_blank" rel=rel title="Needs a role with \
                    “Manage Appeals”, or the account itself">{if strike.waits { "Decide in Mastodon →" } else { "View in Mastodon →" }}</a> })}
                    {(!strike.text.is_empty()).then(|| view! { <p dir="auto">{ui::excerpt(&strike.text, 200)}</p> })}
                    {strike.answered.clone().map(|(text, at)| view! {
                        <blockquote class="quote"><span class="soft">"appealed " {time::ago(at, frame.now)}</span><p dir="auto" class="said">{text}</p></blockquote>
                    })}
                </div>
            }).collect_view()}
        </section>
    }
    .into_any()
}

fn notes(page: &CasePage, frame: &Frame) -> AnyView {
    if page.notes.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="card">
            <header><h2>"Moderation notes"</h2><span class="soft small end">"from Mastodon" {page.more.notes.then(|| format!(", {}", newest(page.notes.len(), true)))}</span></header>
            {page.notes.iter().map(|note| view! {
                <div class="post small"><b>{note.by.clone()}</b> <span class="soft">" " {time::ago(note.at, frame.now)}</span><p dir="auto" class="said">{note.text.clone()}</p></div>
            }).collect_view()}
        </section>
    }
    .into_any()
}

fn closed(instance: &InstanceName, page: &CasePage, frame: &Frame) -> AnyView {
    if page.closed.is_empty() {
        return ().into_any();
    }
    let row = |report: &ClosedReport| {
        let reopen = page.hands_off.is_none().then(|| {
            view! {
                <form method="post" action=REOPEN class="inline">
                    {form::back(&frame.here)}
                    <input type="hidden" name="instance" value=instance.to_string() />
                    <input type="hidden" name="account" value=page.account.id.to_string() />
                    <input type="hidden" name="report" value=report.id.to_string() />
                    <button class="btn quiet small" disabled=frame.lacks(&[Capability::Reports]) title="Reopen this \
                    report">"Reopen"</button>
                </form>
            }
        });
        view! {
            <div class="post small by">
                <span class=report.category.badge()>{report.category.word()}</span>
                <span class="grow">"resolved " {time::ago(report.closed_at, frame.now)} <span class="soft">" by " {report.closed_by.clone()}</span>
                    {(!report.comment.is_empty()).then(|| view! { <br /><span class="soft" dir="auto">{ui::excerpt(&report.comment, 90)}</span> })}</span>
                {reopen}
            </div>
        }
    };
    view! {
        <section class="card">
            <header><h2>"Earlier reports"</h2><span class="soft small end">{newest(page.closed.len(), page.more.closed)}</span></header>
            {page.closed.iter().map(row).collect_view()}
        </section>
    }
    .into_any()
}

/// Collections whose reports are closed.
fn reported_before(page: &CasePage, frame: &Frame) -> AnyView {
    if page.collections_before.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="card">
            <header><h2>"Collections reported before"</h2></header>
            {page.collections_before.iter().map(|one| collection(one, frame)).collect_view()}
        </section>
    }
    .into_any()
}

fn on_the_instance(page: &CasePage) -> AnyView {
    let rel = "noopener noreferrer external";
    view! {
        <section class="card">
            <header><h2>"Only in Mastodon"</h2></header>
            <div class="body small stack">
                <a class="link" href=page.there.clone() rel=rel>"Delete or mark posts, reset a password, decide \
                an appeal →"</a>
            </div>
        </section>
    }
    .into_any()
}

/// Decisions that stand under the thumb.
const ON_A_PHONE: [Decision; 3] = [Decision::Resolve, Decision::Warn, Decision::Suspend];

/// Whether a decision would change anything, and Mastodon's own page offers it (`Account::refuses`): what is in force already is
/// taken back and not given once more.
fn is_offered(decision: Decision, page: &CasePage) -> bool {
    let state = page.account.state;
    match decision {
        Decision::Resolve => !page.open.is_empty(),
        _ if page.account.only_closable.is_some() => false,
        _ if state.suspended || state.deleted || page.account.pending => false,
        // Only people with a login here can be locked out of it.
        Decision::Disable if !page.account.has_login => false,
        _ => !decision.is_in_force(state),
    }
}

/// A sign-up that waits is decided on its own page.
fn sign_up_decisions(instance: &InstanceName, page: &CasePage, frame: &Frame) -> Option<AnyView> {
    (page.account.pending && frame.may(Permission::DecideSignUps)).then(|| {
        let to =
            |verdict: &str| format!("{}#why", path::with(&path::sign_up(instance, page.account.id), "decide", verdict));
        // Where there are reports, its letter assigns the case.
        let reject = match page.open.as_slice() {
            [] => view! { <a class="btn danger" href=to("reject") data-key=keys::key("x")>"Reject " <span class="key">"x"</span></a> }
                .into_any(),
            _ => view! { <a class="btn danger" href=to("reject")>"Reject"</a> }.into_any(),
        };
        view! {
            <a class="btn main" href=to("approve") data-key=keys::key("a")>"Approve " <span class="key">"a"</span></a>
            {reject}
        }
        .into_any()
    })
}

fn decide_bar(instance: &InstanceName, page: &CasePage, frame: &Frame) -> AnyView {
    let next = page.next.map(|next| {
        view! { <a class="btn main" href=case_of(instance, page, next) data-key=keys::key("n")>"Next " <span class="key">"n"</span></a> }
    });
    if let Some(why) = &page.hands_off {
        return view! { <div class="decide"><span class="soft">{why.clone()}</span><span class="end">{next}</span></div> }.into_any();
    }
    let here = path::case(instance, page.account.id);
    let search = Search::parse(&page.search);
    let possible: Vec<Decision> = Decision::ALL.into_iter().filter(|decision| is_offered(*decision, page)).collect();
    let href = |decision: Decision| format!("{here}{}#why", search.with("decide", decision.name()));
    let class = |decision: Decision| if decision == Decision::Suspend { "btn danger" } else { "btn" };
    let current = |decision: Decision| (page.deciding == Some(decision)).then_some("true");
    let buttons = possible
        .iter()
        .map(|&decision| {
            let class = if ON_A_PHONE.contains(&decision) { class(decision).to_owned() } else { format!("{} later", class(decision)) };
            view! { <a class=class href=href(decision) data-key=keys::key(decision.key()) aria-current=current(decision)>{decision.words()} " " <span class="key">{decision.key()}</span></a> }
        })
        .collect_view();
    // Where there is no room for all, the others are in a menu.
    let later: Vec<Decision> = possible.into_iter().filter(|decision| !ON_A_PHONE.contains(decision)).collect();
    let more = (!later.is_empty()).then(|| {
        let links = later.into_iter().map(|decision| {
            view! { <a href=href(decision) aria-current=current(decision)>{decision.words()}</a> }
        });
        view! { <details class="menu more"><summary class="btn">"More"</summary><div class="card">{links.collect_view()}</div></details> }
    });
    let hint = match page.open.len() {
        _ if page.account.pending => "the sign-up is pending".to_owned(),
        0 => "the user is emailed unless you switch it off".to_owned(),
        1 => "resolves 1 report".to_owned(),
        _ if page.unread > 0 => format!("a sanction resolves all {}", page.number()),
        _ => format!("resolves {} reports", page.number()),
    };
    let suspended = page.account.state.suspended.then(|| {
        view! { <span class="soft">"Suspended: undo the suspension to do anything else."</span> }
    });
    view! {
        <div class="decide" role="group" aria-label="Decide">
            {sign_up_decisions(instance, page, frame)}
            {buttons}
            {more}
            {suspended}
            <span class="end"><span class="soft small hint">{hint}</span>{next}</span>
        </div>
    }
    .into_any()
}

/// What Mastodon will do on its own, before it is asked to.
fn consequences(decision: Decision, page: &CasePage, now: Timestamp) -> Vec<String> {
    let account = &page.account;
    let open = page.open.len();
    let reports = ui::count(open, "open report", "open reports");
    let mut lines = Vec::new();
    match decision {
        Decision::Resolve if page.unread > 0 => lines.push(format!(
            "Resolves the oldest {reports}, one by one, within the rate limit. Nothing happens to {}, and the \
            case stays open.",
            account.handle
        )),
        Decision::Resolve => lines.push(format!("Resolves {reports}. Nothing happens to {}.", account.handle)),
        Decision::Warn => {
            lines.push("Records a strike. Nothing else changes for the account.".to_owned());
            if open > 0 {
                lines.push(format!("Resolves {reports}."));
            }
        }
        Decision::Sensitive => lines.push("All their media are marked as sensitive until this is undone.".to_owned()),
        Decision::Silence => {
            lines.push("Hidden from everyone who doesn’t follow them, until this is undone.".to_owned())
        }
        Decision::Suspend => {
            if account.has_login {
                // Mastodon keeps it for 30 days (`app/models/account_deletion_request.rb`); a second suspension begins them anew.
                let day = time::day_said(now.plus(30 * crate::clock::DAY), now);
                lines.push(format!(
                    "The account becomes inaccessible. This can be undone for 30 days; its data will be deleted \
                    on {day}."
                ));
                lines.push("Their email address can’t be used to sign up again.".to_owned());
            } else {
                lines.push(
                    "The account becomes inaccessible here. Follows between it and people here are lost permanently."
                        .to_owned(),
                );
            }
        }
        Decision::Disable => lines.push("They can’t log in. Their posts stay.".to_owned()),
    }
    if matches!(decision, Decision::Resolve | Decision::Warn) && open > page.at_once {
        lines.push(format!(
            "Each report costs a call, and one action may use a third of the calls left: {} are resolved now, the \
            other {} in the background, a few at a time; new reports stay open. A page shows the progress.",
            page.at_once,
            open - page.at_once
        ));
    }
    if !matches!(decision, Decision::Resolve | Decision::Warn) {
        lines.push(if page.unread > 0 {
            format!("Resolves all {} open reports, including those nobody here has read.", page.number())
        } else if open > 0 {
            format!("Resolves {reports}. Reports that come in by then are shown to you first.")
        } else {
            "Records a strike.".to_owned()
        });
    }
    if decision != Decision::Resolve {
        lines.push(if account.has_login {
            "Emails the user, unless you switch it off below.".to_owned()
        } else {
            format!("No message: {} has no login here.", account.handle)
        });
    }
    lines
}

/// The message that comes with a decision, where somebody reads it.
fn told(decision: Decision, page: &CasePage, draft: Option<&Draft>) -> AnyView {
    let typed = |name: &str| draft.and_then(|draft| draft.value(name)).unwrap_or_default().to_owned();
    // Nobody reads a message who has no login here; a warning is nothing but its words, which then stand in the strike alone.
    let is_told = decision != Decision::Resolve && (page.account.has_login || decision == Decision::Warn);
    let (label, hint) = match page.account.has_login {
        true => ("Message to the user", "The user reads exactly this."),
        false => ("Text of the strike", "The team reads this with the strike; the user isn’t told."),
    };
    if !is_told {
        return ().into_any();
    }
    let chosen = typed("preset");
    let presets = page
        .presets
        .iter()
        .map(|preset| {
            let id = preset.id.to_string();
            let selected = id == chosen;
            view! { <option value=id selected=selected>{if preset.title.is_empty() { ui::excerpt(&preset.text, 60) } else { preset.title.clone() }}</option> }
        })
        .collect_view();
    let mail_off = draft.is_some() && typed("mail").is_empty();
    view! {
        <label class="field" for="preset">{if page.account.has_login { "Warning preset, added above your message" } else { "Warning preset, added above your text" }}</label>
        <select class="input" id="preset" name="preset"><option value="">"none"</option>{presets}</select>
        <label class="field" for="text">{label}</label>
        {form::text_area("text", "text", "4", &typed("text"), hint)}
        {form::beside(draft, "text")}
        {page.account.has_login.then(|| view! {
            <label class="check"><input type="checkbox" name="mail" value="yes" checked=!mail_off />"Send it by \
            email"</label>
        })}
    }
    .into_any()
}

fn deciding(instance: &InstanceName, page: &CasePage, frame: &Frame) -> AnyView {
    let draft = frame.draft_for(DECIDE);
    let decision = draft.and_then(|draft| draft.value("decision")).and_then(|name| name.parse().ok()).or(page.deciding);
    let decision = decision.filter(|decision| is_offered(*decision, page));
    let (Some(decision), None) = (decision, &page.hands_off) else {
        // What was typed is there to be read also where it can be sent no more.
        return draft.map(form::kept).into_any();
    };
    let reports = page.open.iter().map(|report| report.id.to_string()).collect::<Vec<_>>().join(",");
    let state = serde_json::to_string(&page.account.state).unwrap_or_default();
    let next = page.next.map(|next| next.to_string()).unwrap_or_default();
    let words = match decision {
        Decision::Resolve => format!("Resolve {}", ui::count(page.open.len(), "report", "reports")),
        other => format!("{} {}", other.words(), page.account.handle),
    };
    let button = if decision == Decision::Suspend { "btn danger" } else { "btn main" };
    let back = path::with(&case_of(instance, page, page.account.id), "decide", decision.name());
    view! {
        <section class="card panel" id="decide">
            <header>
                <h2>{decision.words()} ": " <bdi>{page.account.handle.clone()}</bdi></h2>
                <a class="btn quiet small end" href=case_of(instance, page, page.account.id)>"Cancel"</a>
            </header>
            <form method="post" action=DECIDE class="body stack">
                {form::above(draft)}
                {form::back(&back)}
                <input type="hidden" name="instance" value=instance.to_string() />
                <input type="hidden" name="account" value=page.account.id.to_string() />
                <input type="hidden" name="decision" value=decision.name() />
                <input type="hidden" name="reports" value=reports />
                <input type="hidden" name="unread" value=page.unread.to_string() />
                <input type="hidden" name="state" value=state />
                <input type="hidden" name="next" value=next />
                {form::acting(frame, decision.needs(!page.open.is_empty()))}
                <ul class="plain-list small">{consequences(decision, page, frame.now).into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
                {told(decision, page, draft)}
                {form::why_of(draft, "why", "saved in the audit log, seen by the team", &page.reasons)}
                <div><button class=button disabled=frame.lacks(decision.needs(!page.open.is_empty()))>{words}</button></div>
            </form>
        </section>
    }
    .into_any()
}
