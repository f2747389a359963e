//! The case page: everything about one account that a decision needs, read at one moment.

use super::{
    decided::Decisions,
    handle, meanwhile, of_staff,
    queue::{cases, filter_of, fits, next_after},
    read_problem, store_problem, words,
};
use crate::{
    access::{self, Denied, Object, Permission, Role, Untouched},
    accounts::service::{NOT_KNOWN, deleted_from_here, our_notes},
    acting::{self, Own},
    clock::{MINUTE, Timestamp},
    context::Context,
    deeds::DecideCase,
    frame::{self, Framed},
    id::{AccountId, InstanceName, OperatorId, RuleId, StatusId},
    invitations::service as invitations,
    ledger::Deed,
    mastodon::{
        Instance,
        database::{
            Account, ClosedRow, CollectionRow, DatabaseError, EditRow, Extra, Foreign, Held, Link, MOST_EDITS,
            MOST_POSTS, MediaRow, NoteRow, OpenReport, PollRow, PostRow, PresetRow, QuoteRow, ReporterRecord, RuleRow,
            ServerFacts, StrikeRow, TaggedRow,
        },
    },
    path,
    problem::{Kind, Problem},
    record,
    reports::{
        AccountCard, Beside, CasePage, Claimant, ClosedReport, CollectionCard, Decision, EditCard, LinkCard,
        MOST_COUNTED, MOST_READ, MediaCard, MoreOf, Note, PollCard, PostCard, Preset, QuoteCard, ReportCard, Revealed,
        Reversal, Strike,
    },
    search::Search,
    store::{case_claims, drafts, operators},
    ui,
};
use futures::FutureExt;
use std::collections::BTreeSet;
use url::Url;

/// Earlier reports, strikes and notes that are listed, the newest; one more of each is read, to know of it.
const MOST_CLOSED: usize = 20;
const MOST_STRIKES: usize = 20;
const MOST_NOTES: usize = 30;

struct Facts {
    account: Account,
    server: Option<ServerFacts>,
    open: Vec<OpenReport>,
    /// How many more there are than a page names, counted up to a limit.
    unread: i64,
    closed: Vec<ClosedRow>,
    records: Vec<ReporterRecord>,
    posts: Vec<PostRow>,
    latest: Vec<PostRow>,
    media: Vec<MediaRow>,
    held: Held,
    collections: Vec<CollectionRow>,
    /// Of the posts that reports name: the account's own, and somebody else's.
    whose: (i64, i64),
    unknown: Vec<Foreign>,
    /// What is there and may not be read.
    hidden: Vec<&'static str>,
    /// What of the account cannot be known for want of a grant.
    untold: Vec<String>,
    strikes: Vec<StrikeRow>,
    /// What strikes were answered with, and when.
    appeals: Vec<(i64, String, Timestamp)>,
    notes: Vec<NoteRow>,
    presets: Vec<PresetRow>,
    rules: Vec<RuleRow>,
}

async fn facts(instance: &Instance, id: AccountId) -> Result<Option<Facts>, DatabaseError> {
    let mut read = instance.database.read().await?;
    let Some(account) = read.account_or_gone(id).await? else { return Ok(None) };
    let server = match &account.domain {
        Some(domain) => Some(read.server(domain).await?),
        None => None,
    };
    let open = read.open_reports(id).await?;
    let unread = if open.len() > MOST_READ {
        read.open_number(id, MOST_COUNTED).await?.saturating_sub(i64::try_from(MOST_READ).unwrap_or(i64::MAX))
    } else {
        0
    };
    let closed = read.closed_reports(id).await?;
    let reporters: BTreeSet<_> = open.iter().map(|report| report.reporter).collect();
    let records = read.reporter_records(&reporters.into_iter().collect::<Vec<_>>()).await?;
    let named: BTreeSet<StatusId> = open.iter().flat_map(|report| report.status_ids.iter().copied()).collect();
    let named: Vec<StatusId> = named.into_iter().collect();
    let posts = read.posts(id, &named).await?;
    let whose = read.whose_posts(id, &named).await?;
    let latest = read.latest_posts(id).await?;
    let shown: BTreeSet<StatusId> = posts.iter().chain(&latest).map(|post| post.id).collect();
    let shown: Vec<StatusId> = shown.into_iter().collect();
    let held = read.held(&shown, None).await?;
    // What was reported comes first: where there is more than is read, other people's files are what is missing.
    let own = posts.iter().chain(&latest).map(|post| post.id);
    let with_files: Vec<StatusId> = own.chain(held.boosted()).collect();
    let media = read.media(&with_files).await?;
    let of_open: Vec<_> = open.iter().map(|report| report.id).collect();
    let of_closed: Vec<_> = closed.iter().map(|report| report.id).collect();
    let collections = read.collections(id, &of_open, &of_closed).await?;
    let unknown = read.unknown_content().to_vec();
    let hidden = read.hidden_content();
    let untold = read.untold(&[Extra::Deletion]).await?;
    let strikes = read.strikes(id).await?;
    let appealed: Vec<i64> = strikes.iter().filter(|strike| strike.appeal.is_some()).map(|strike| strike.id).collect();
    let appeals = read.appeal_texts(&appealed).await?;
    let reports: Vec<_> = open.iter().map(|report| report.id).chain(closed.iter().map(|report| report.id)).collect();
    let notes = read.notes(id, &reports).await?;
    let presets = read.presets().await?;
    let rules = read.rules().await?;
    Ok(Some(Facts {
        account,
        server,
        open,
        unread,
        closed,
        records,
        posts,
        latest,
        media,
        held,
        collections,
        whose,
        unknown,
        hidden,
        untold,
        strikes,
        appeals,
        notes,
        presets,
        rules,
    }))
}

/// An account whose open reports are all outside a contractor's grant is not shown.
///
/// # Errors
/// Forbidden, with who may look.
pub fn within(context: &Context, instance: &Instance, open: &[OpenReport]) -> Result<(), Problem> {
    if open.is_empty() || open.iter().any(|report| context.actor.sees(&instance.name, report.category)) {
        return Ok(());
    }
    Err(Problem::new(
        Kind::Forbidden,
        "The open reports about this account are outside your grant.",
        "A moderator, admin or owner of this console handles them.",
    ))
}

/// Why somebody may not decide about an account; `None` where they may. The same rule the deed is refused by. `own` is
/// their own account on the instance, `open` are the reports it is about.
pub fn hands_off(
    context: &Context,
    instance: &Instance,
    account: &Account,
    own: Option<&Own>,
    open: &[OpenReport],
) -> Option<String> {
    let may = |permission| access::permit(&context.actor, permission, Some(&instance.name)).is_ok();
    if !may(Permission::DecideReports) {
        return Some(match context.actor.role {
            Role::Auditor => "Your role can view everything and decide nothing.".to_owned(),
            role => format!("Your role ({}) doesn’t decide here.", role.name()),
        });
    }
    let outside: BTreeSet<&str> = open
        .iter()
        .filter(|report| !context.actor.sees(&instance.name, report.category))
        .map(|report| report.category.word())
        .collect();
    if !outside.is_empty() {
        return Some(Untouched::Outside(outside).words());
    }
    if open.len() > MOST_READ && context.actor.role == Role::Contractor {
        return Some(format!(
            "There are more than {MOST_READ} open reports, too many to check against your grant. A moderator, \
            admin or owner of this console decides this case."
        ));
    }
    if let Some(why) = own.and_then(|own| own.own_case(account.id, open.iter().map(|report| report.reporter))) {
        return Some(why);
    }
    if open.is_empty() && context.actor.role == Role::Contractor {
        return Some(Untouched::NoCase.words());
    }
    if instance.health().acting() == Some(account.id) {
        return Some("This is the account the console acts as. It can’t be moderated from here.".to_owned());
    }
    if let Some(why) = own.and_then(|own| own.outranked_by(account)) {
        return Some(why);
    }
    // Who is linked has been compared by rank; of contractors nobody decides about staff.
    let by_rank = own.is_some() && context.actor.role == Role::Moderator;
    if account.is_staff() && !by_rank && !may(Permission::DecideAboutStaff) {
        return Some(
            "This account belongs to the instance’s staff. An owner or admin of this console decides.".to_owned(),
        );
    }
    None
}

/// Why a contractor may not decide about an account with its case; the same that the deed is refused by.
pub fn untouched(context: &Context, object: &Object) -> Option<String> {
    match access::permit(&context.actor, Permission::DecideReports, object) {
        Err(Denied::Untouched(why)) => Some(why.words()),
        Ok(_) | Err(_) => None,
    }
}

/// Whether it is somebody's own case where there are more open reports than are read: asked for by itself.
pub async fn own_beyond(
    instance: &Instance,
    account: &Account,
    own: Option<&Own>,
    open: &[OpenReport],
) -> Result<Option<String>, DatabaseError> {
    let Some(own) = own.filter(|_| open.len() > MOST_READ) else { return Ok(None) };
    let reported = instance.database.read().await?.has_reported(own.linked.account, account.id).await?;
    Ok(own.own_case(account.id, reported.then_some(own.linked.account)))
}

fn missing() -> Problem {
    Problem::not_found("This account doesn’t exist on the instance.")
}

pub async fn case(context: &Context, instance: &str, account: &str, search: &str) -> Result<Framed<CasePage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewWork, Some(&instance.name)).await?;
    let id: AccountId = account.parse().map_err(|_| missing())?;
    let page = async {
        let (mut page, brought) = tokio::try_join!(
            case_page(context, &instance, id, search).boxed(),
            invitations::of_account(context, &instance, id).boxed(),
        )?;
        // In a case it matters who brought somebody; what else there is stands on the account's own page.
        page.invitations = brought.filter(|of| page.account.has_login && !of.chain.is_empty());
        Ok(page)
    };
    frame::beside(context, &instance, &path::case(&instance.name, id), search, page).await
}

/// Who has claimed the case, and what was written to whoever looks when it was handed to them. Only the holder's own look
/// keeps the case theirs; anybody else's writes nothing.
async fn who_holds(
    context: &Context,
    instance: &Instance,
    id: AccountId,
) -> Result<(Option<Claimant>, Option<String>), Problem> {
    let (app, now) = (&context.app, context.now());
    let claim = case_claims::of(&app.store, &instance.name, id, now).await.map_err(store_problem)?;
    let Some(mut claim) = claim else { return Ok((None, None)) };
    let you = claim.operator == context.actor.operator;
    if you {
        case_claims::touch(&app.store, &instance.name, id, &claim.operator, now).await.map_err(store_problem)?;
        if now.since(claim.seen_at) >= MINUTE / 2 {
            claim.seen_at = now;
        }
    }
    let name_of = async |who: &OperatorId| -> Result<String, Problem> {
        let person = operators::by_id(&app.store, who).await.map_err(store_problem)?;
        Ok(context.actor.told(who, || person.map_or_else(|| "somebody".to_owned(), |person| person.name)))
    };
    let note = claim.note.as_deref().filter(|_| you);
    let handed = match note.and_then(|note| case_claims::open_note(&app.keys, &instance.name, id, note)) {
        Some(note) => Some(format!("{}: {}", name_of(&note.by).await?, note.text)),
        None => None,
    };
    let holder = Claimant {
        name: name_of(&claim.operator).await?,
        you,
        since: claim.since,
        until: Some(claim.seen_at.plus(case_claims::CLAIM_TIME)),
    };
    Ok((Some(holder), handed))
}

/// The reports that were closed before, as far as this person sees their categories.
fn closed_reports(context: &Context, instance: &Instance, facts: &Facts, decisions: &Decisions) -> Vec<ClosedReport> {
    let seen = facts.closed.iter().filter(|row| context.actor.sees(&instance.name, row.category));
    seen.take(MOST_CLOSED)
        .map(|row| ClosedReport {
            id: row.id,
            category: row.category,
            created_at: row.created_at,
            closed_at: row.closed_at,
            closed_by: decisions.who_closed(row),
            comment: ui::tame(&row.comment),
        })
        .collect()
}

fn strikes(instance: &Instance, facts: &Facts, decisions: &Decisions) -> Vec<Strike> {
    let struck = |row| strike(instance, facts, row, decisions.who_struck(facts.account.id, row));
    facts.strikes.iter().take(MOST_STRIKES).map(struck).collect()
}

/// Mastodon's notes about an account.
fn notes(context: &Context, instance: &Instance, facts: &Facts) -> Vec<Note> {
    let note =
        |note: &NoteRow| Note { by: of_staff(context, instance, &note.by), at: note.at, text: ui::tame(&note.text) };
    facts.notes.iter().take(MOST_NOTES).map(note).collect()
}

fn presets(facts: &Facts) -> Vec<Preset> {
    let preset = |row: &PresetRow| Preset { id: row.id, title: row.title.clone(), text: row.text.clone() };
    facts.presets.iter().map(preset).collect()
}

/// What the record says of decisions about an account; nothing is asked where none was taken.
async fn decisions(context: &Context, instance: &Instance, facts: &Facts) -> Result<Decisions, Problem> {
    let decided = !(facts.closed.is_empty() && facts.strikes.is_empty());
    let about: Vec<AccountId> = decided.then_some(facts.account.id).into_iter().collect();
    Decisions::about(context, instance, &about, DecideCase::KIND).await
}

/// How many reports one deed may close: where there are many, as many as the calls that are left allow.
async fn at_once(context: &Context, instance: &Instance, open: usize) -> Result<usize, Problem> {
    if open <= super::deeds::PART {
        return Ok(super::deeds::PART);
    }
    let client = acting::client(&context.app, &context.actor.operator, instance).await.map_err(store_problem)?;
    Ok(client.for_one_deed())
}

/// The page of the case in Mastodon.
fn there(instance: &Instance, facts: &Facts) -> String {
    let there = match facts.open.first() {
        Some(report) => format!("admin/reports/{}", report.id),
        None => format!("admin/accounts/{}", facts.account.id),
    };
    instance.base.join(&there).map_or_else(|_| instance.base.to_string(), |url| url.to_string())
}

/// The case of an account, for its own page and for the account's.
///
/// # Errors
/// Not found, or if the instance or the console's own store does not answer.
pub async fn case_page(
    context: &Context,
    instance: &Instance,
    id: AccountId,
    search: &str,
) -> Result<CasePage, Problem> {
    record::not_before_review(context, &instance.name, id).await?;
    let parsed = Search::parse(search);
    let filter = filter_of(context, &parsed).await?;
    let revision = frame::revision(context, instance, &instance.open_reports.snapshot());
    let own = async {
        // Whoever decides nothing has nothing compared.
        if access::allows(context.actor.role, Permission::DecideReports) {
            acting::own(context, instance).await
        } else {
            Ok(None)
        }
    };
    let facts = async { facts(instance, id).await.map_err(read_problem)?.ok_or_else(missing) };
    let (facts, own, all) = tokio::try_join!(facts.boxed(), own.boxed(), cases(context, instance).boxed())?;
    if !context.knows(instance, &facts.account, &facts.open) {
        return Err(missing());
    }
    within(context, instance, &facts.open)?;

    let now = context.now();
    let (holder, handed) = who_holds(context, instance, id).await?;
    let colleagues = if holder.as_ref().is_some_and(|holder| holder.you) {
        super::deeds::colleagues(context, instance, &facts.account, &facts.open).await?
    } else {
        Vec::new()
    };
    let beyond = own_beyond(instance, &facts.account, own.as_ref(), &facts.open).await.map_err(read_problem)?;
    let at_once = at_once(context, instance, facts.open.len()).await?;
    let object = context.case(instance, &facts.account, &facts.open, own.as_ref()).await?;
    let may = |permission| access::permit(&context.actor, permission, &object);
    let touched = may(Permission::ViewWork).is_ok();
    if !touched && !context.is_public(instance, facts.account.joining()) {
        return Err(missing());
    }
    let revealed = revealed(context, &parsed, &instance.name, id).await?;
    let mut our_notes = our_notes(context, instance, id, &object).await?;
    // About an account whose row is gone nothing is written any more.
    our_notes.may_write &= !facts.account.gone;
    let shown = parsed.get("show");
    let posts = |rows: &[PostRow], reported: bool| -> Vec<PostCard> {
        rows.iter().map(|row| post(instance, &facts, row, reported, touched, shown)).collect()
    };
    let named: BTreeSet<StatusId> = facts.posts.iter().map(|post| post.id).collect();
    let latest: Vec<PostRow> = facts.latest.iter().filter(|post| !named.contains(&post.id)).cloned().collect();
    let decisions = decisions(context, instance, &facts).await?;
    let next = next_after(&all, Some(id), |case| fits(case, &filter, now));
    let mut card = account_card(&facts, reversals(context, instance, &facts.account).await?);
    if context.actor.role == Role::Contractor {
        // In a case that is theirs to touch it is told why nothing is to be decided; who works there, and as what, is not.
        card.staff = card.staff.filter(|_| touched).map(|_| "staff".to_owned());
    }
    let deciding = parsed.one_of("decide", &Decision::ALL.map(|one| (one.name(), one.words())))?.parse().ok();
    let reasons = match deciding {
        Some(_) => super::reasons(context, &instance.name).await?,
        None => Vec::new(),
    };
    Ok(CasePage {
        meanwhile: (!facts.open.is_empty()).then(|| {
            let open: Vec<_> = facts.open.iter().take(MOST_READ).map(|report| report.id).collect();
            meanwhile::of_case(instance, revision, id, &open, holder.is_some())
        }),
        account: if touched { card } else { card.public() },
        open: open_reports(context, instance, &facts, own.as_ref(), holder.as_ref()),
        unread: facts.unread,
        at_once,
        closed: closed_reports(context, instance, &facts, &decisions),
        posts: posts(&facts.posts, true),
        collections: facts.collections.iter().filter(|row| row.open > 0).map(collection).collect(),
        collections_before: facts.collections.iter().filter(|row| row.open == 0).map(collection).collect(),
        untold: if facts.account.state.untold { facts.untold.clone() } else { Vec::new() },
        not_shown: not_shown(&facts),
        latest: posts(&latest, false),
        strikes: if touched { strikes(instance, &facts, &decisions) } else { Vec::new() },
        more: MoreOf {
            strikes: facts.strikes.len() > MOST_STRIKES,
            notes: facts.notes.len() > MOST_NOTES,
            closed: facts.closed.len() > MOST_CLOSED,
        },
        notes: if touched { notes(context, instance, &facts) } else { Vec::new() },
        our_notes,
        presets: presets(&facts),
        rules: facts.rules.iter().filter(|rule| rule.live).map(|rule| (rule.id, ui::excerpt(&rule.text, 90))).collect(),
        holder,
        handed,
        colleagues,
        hands_off: hands_off(context, instance, &facts.account, own.as_ref(), &facts.open)
            .or(beyond)
            .or_else(|| untouched(context, &object)),
        may_reveal: may(Permission::Reveal).is_ok(),
        deciding,
        reasons,
        next,
        revealed,
        there: there(instance, &facts),
        search: search.to_owned(),
        partly: partly(&facts),
        proposals: crate::reviews::service::proposed(context, &instance.name, id).await?,
        invitations: None,
    })
}

/// Why fewer posts are shown than the reports name.
fn partly(facts: &Facts) -> Option<String> {
    let named: BTreeSet<_> = facts.open.iter().flat_map(|report| &report.status_ids).collect();
    let (own, others) = facts.whose;
    let count = |number: i64| usize::try_from(number).unwrap_or(0);
    let posts = |number: usize, rest: &str, rests: &str| match number {
        0 => None,
        1 => Some(format!("1 post cited in the reports {rest}")),
        many => Some(format!("{} posts cited in the reports {rests}", ui::grouped(many))),
    };
    let gone = named.len().saturating_sub(count(own) + count(others));
    let beyond = count(own).saturating_sub(facts.posts.len());
    let said: Vec<String> = [
        posts(gone, "is no longer in the database.", "are no longer in the database."),
        posts(count(others), "is by another account and not shown here.", "are by other accounts and not shown here."),
        posts(
            beyond,
            &format!("is not shown: only the oldest {MOST_POSTS} are."),
            &format!("are not shown: only the oldest {MOST_POSTS} are."),
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// What the reports hold, or may hold, and is not shown: named, so that nobody takes it for nothing.
fn not_shown(facts: &Facts) -> Vec<String> {
    let mut said = Vec::new();
    if !facts.hidden.is_empty() {
        said.push(format!(
            "{} can’t be shown: the console’s database role lacks a privilege on this instance (howdah instance grants).",
            facts.hidden.join(", ")
        ));
    }
    if !facts.unknown.is_empty() {
        let names: Vec<&str> = facts.unknown.iter().map(|foreign| foreign.0.as_str()).collect();
        said.push(format!(
            "This instance stores more with reports and posts than this console knows of: {}.",
            names.join(", ")
        ));
    }
    for report in facts.open.iter().take(MOST_READ) {
        if let Some(number) = report.unknown_category {
            said.push(format!(
                "Report {} has a category this console doesn’t know ({number}); it is listed under “other”.",
                report.id
            ));
        }
    }
    said
}

fn collection(row: &CollectionRow) -> CollectionCard {
    let number = usize::try_from(row.number).unwrap_or(0);
    let names: Vec<String> = row.people.iter().map(|acct| format!("@{}", ui::tame(acct))).collect();
    let more = number.saturating_sub(names.len());
    let more = if more == 0 { String::new() } else { format!(" and {} more", ui::grouped(more)) };
    let people = ui::count(number, "person", "people");
    let away = match usize::try_from(row.away).unwrap_or(0) {
        0 => String::new(),
        away => format!("; {} declined or left", ui::count(away, "person", "people")),
    };
    CollectionCard {
        name: ui::tame(&row.name),
        description: words::plain_text(&row.description, row.remote),
        language: row.language.clone(),
        people: if names.is_empty() {
            format!("{people}{away}")
        } else {
            format!("{people}: {}{more}{away}", names.join(", "))
        },
        created_at: row.created_at,
        reports: usize::try_from(if row.open > 0 { row.open } else { row.reports }).unwrap_or(0),
        of_somebody_else: !row.own,
    }
}

/// A poll, where its post is open.
fn poll(row: &PollRow) -> Option<PollCard> {
    let options = row.options.as_ref()?;
    Some(PollCard {
        options: options.iter().map(|(option, votes)| (ui::tame(option), *votes)).collect(),
        multiple: row.multiple,
        ends: row.ends,
    })
}

/// The longest address that is shown whole.
const LONGEST_ADDRESS: usize = 300;

/// The server that an address leads to, as a browser would understand it.
fn host(address: &str) -> Option<String> {
    Url::parse(address).ok()?.host_str().map(ui::tame)
}

fn link(row: &Link) -> LinkCard {
    let text = |text: &str| words::plain_text(text, false);
    let elsewhere = row.page != row.address;
    let words = [words::preview_kind(row.kind), row.picture.then(|| "with a picture, not shown here".to_owned())];
    LinkCard {
        host: host(&row.address).unwrap_or_else(|| "unknown server".to_owned()),
        address: ui::excerpt(&row.address, LONGEST_ADDRESS),
        page: elsewhere.then(|| {
            (host(&row.page).unwrap_or_else(|| "another page".to_owned()), ui::excerpt(&row.page, LONGEST_ADDRESS))
        }),
        title: text(&row.title),
        description: ui::excerpt(&row.description, 400),
        by: [&row.provider, &row.author].into_iter().filter(|name| !name.is_empty()).map(|name| text(name)).collect(),
        words: words.into_iter().flatten().collect(),
    }
}

/// A collection that a post links to, in a sentence; of anything else that is linked, that it is not known here.
fn tagged(row: &TaggedRow) -> Result<String, String> {
    if let Some((name, by, number)) = &row.collection {
        let people = ui::count(usize::try_from(*number).unwrap_or(0), "person", "people");
        return Ok(format!("links to the collection “{}” of @{}, {people}", ui::tame(name), ui::tame(by)));
    }
    let at = row.uri.as_deref().map(|uri| format!(", at {}", ui::excerpt(uri, LONGEST_ADDRESS))).unwrap_or_default();
    Err(if row.is_collection {
        format!("links to a collection that doesn’t exist on this instance{at}")
    } else {
        format!("links to something this console doesn’t know ({}){at}", ui::excerpt(&row.kind, 60))
    })
}

/// The collections that an open post links to, and the rest of what is linked, a clause each.
fn things(held: &Held, status: StatusId) -> (Vec<String>, Vec<String>) {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for row in held.tagged.iter().filter(|row| row.status == status) {
        match tagged(row) {
            Ok(said) => known.push(said),
            Err(said) => unknown.push(said),
        }
    }
    (known, unknown)
}

/// What a post quotes or boosts.
fn quote(row: &QuoteRow, held: &Held) -> QuoteCard {
    let mut words: Vec<String> = row.state.and_then(words::quote_state).into_iter().collect();
    let is_boost = row.state.is_none();
    let quoted = row.quoted.as_ref();
    match quoted {
        None => words.push("it doesn’t exist on this instance".to_owned()),
        Some(quoted) => {
            if quoted.deleted {
                words.push("deleted since".to_owned());
            }
            if quoted.text.is_none() {
                words.push(format!("{}: not shown here", words::visibility(quoted.visibility)));
            }
            if quoted.edited && quoted.text.is_some() {
                words.push("edited since; the earlier text is not shown here".to_owned());
            }
            // Those of a boosted post that is open stand below it.
            if quoted.files > 0 && !(is_boost && quoted.text.is_some()) {
                let files = usize::try_from(quoted.files).unwrap_or(0);
                words.push(format!("with {}, not shown here", ui::count(files, "file", "files")));
            }
        }
    }
    let plain = |text: &Option<String>, remote: bool| text.as_ref().map(|text| words::plain_text(text, remote));
    // What stands in a quoted post that may not be read was not asked for.
    let readable = quoted.filter(|quoted| quoted.text.is_some()).map(|quoted| quoted.id);
    let (collections, unknown) = readable.map(|id| things(held, id)).unwrap_or_default();
    words.extend(unknown);
    let in_turn = readable.and_then(|id| held.quotes.iter().find(|quote| quote.status == id));
    if in_turn.is_some() && !is_boost {
        words.push("quotes another post, not shown here".to_owned());
    }
    QuoteCard {
        by: row.by.as_ref().map(|acct| format!("@{}", ui::tame(acct))),
        spoiler: quoted.and_then(|quoted| plain(&quoted.spoiler, quoted.remote)).unwrap_or_default(),
        text: quoted.and_then(|quoted| plain(&quoted.text, quoted.remote)),
        created_at: quoted.map(|quoted| quoted.created_at),
        poll: readable.and_then(|id| held.polls.iter().find(|poll| poll.status == id)).and_then(poll),
        links: readable.map(|id| links(held, id)).unwrap_or_default(),
        collections,
        media: Vec::new(),
        quote: in_turn.filter(|_| is_boost).map(|row| Box::new(quote(row, held))),
        words,
    }
}

/// The links of a post, where it is open.
fn links(held: &Held, status: StatusId) -> Vec<LinkCard> {
    held.links.iter().filter(|row| row.status == status).filter_map(|row| row.link.as_ref()).map(link).collect()
}

/// The versions before the one that stands: Mastodon keeps the newest too.
fn earlier<'a>(facts: &'a Facts, row: &PostRow) -> Vec<&'a EditRow> {
    let mut versions: Vec<&EditRow> = facts.held.edits.iter().filter(|edit| edit.status == row.id).collect();
    if versions.len() <= MOST_EDITS + 1 {
        versions.pop();
    }
    versions
}

fn edit(row: &EditRow, remote: bool) -> EditCard {
    let mut said = Vec::new();
    if !row.poll.is_empty() {
        let options: Vec<String> = row.poll.iter().map(|option| format!("“{}”", ui::tame(option))).collect();
        said.push(format!("poll: {}", options.join(", ")));
    }
    if row.files > 0 {
        said.push(format!("with {}", ui::count(usize::try_from(row.files).unwrap_or(0), "file", "files")));
    }
    let descriptions = row.descriptions.iter().filter(|text| !text.trim().is_empty());
    said.extend(descriptions.map(|text| format!("a file described as “{}”", ui::tame(text))));
    said.extend(row.sensitive.then(|| "marked as sensitive".to_owned()));
    said.extend(row.quoted.then(|| "with a quoted post".to_owned()));
    EditCard {
        at: row.at,
        spoiler: row.spoiler.as_ref().map(|text| words::plain_text(text, remote)).unwrap_or_default(),
        text: row.text.as_ref().map(|text| words::plain_text(text, remote)).unwrap_or_default(),
        words: said,
    }
}

/// What else a private post holds, which opens with its text.
pub fn besides(status: StatusId, held: &Held, remote: bool) -> Vec<String> {
    let in_brackets =
        |words: &[String]| if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) };
    let asks = |card: &PollCard| {
        let options: Vec<String> = card.options.iter().map(|(option, _)| format!("“{option}”")).collect();
        format!("Poll: {}", options.join(", "))
    };
    let leads = |card: &LinkCard| {
        let page = card.page.as_ref().map(|(host, page)| format!(", a preview of {host}: {page}")).unwrap_or_default();
        let said = [card.title.clone(), card.by.join(", "), card.description.clone()];
        let said: Vec<String> = said.into_iter().filter(|part| !part.is_empty()).collect();
        format!("Links to {}: {}{page}{}\n{}", card.host, card.address, in_brackets(&card.words), said.join(" · "))
    };
    let own = held.polls.iter().filter(|row| row.status == status);
    let mut parts: Vec<String> = own.filter_map(poll).map(|card| asks(&card)).collect();
    parts.extend(links(held, status).iter().map(leads));
    let (known, unknown) = things(held, status);
    parts.extend(known.iter().chain(&unknown).map(|said| format!("It {said}.")));
    let of_another = |card: &QuoteCard, verb: &str| {
        let by = card.by.as_ref().map(|by| format!(" of {by}")).unwrap_or_default();
        let said = std::iter::once(&card.spoiler).chain(&card.text).map(String::as_str);
        let said: Vec<&str> = said.filter(|text| !text.is_empty()).collect();
        let said = if said.is_empty() { String::new() } else { format!(": {}", said.join("\n")) };
        let mut parts = vec![format!("{verb} a post{by}{}{said}", in_brackets(&card.words))];
        parts.extend(card.poll.iter().map(|card| format!("In it: {}", asks(card))));
        parts.extend(card.links.iter().map(|card| format!("In it: {}", leads(card))));
        parts.extend(card.collections.iter().map(|said| format!("In it: It {said}.")));
        parts
    };
    for row in held.quotes.iter().filter(|row| row.status == status) {
        parts.extend(of_another(&quote(row, held), "Quotes"));
    }
    for row in held.boosts.iter().filter(|row| row.status == status) {
        let mut card = quote(row, held);
        let files = row.quoted.as_ref().filter(|quoted| quoted.text.is_some()).map_or(0, |quoted| quoted.files);
        if files > 0 {
            let files = usize::try_from(files).unwrap_or(0);
            card.words.push(format!("with {}, not shown here", ui::count(files, "file", "files")));
        }
        parts.extend(of_another(&card, "Boosts"));
        if let Some(card) = &card.quote {
            parts.extend(of_another(card, "Quotes").iter().map(|said| format!("In it: {said}")));
        }
    }
    // The newest version is the post as it stands.
    let before = held.edits.len().saturating_sub(1);
    for row in held.edits.iter().take(before.min(MOST_EDITS)) {
        let card = edit(row, remote);
        let text = if card.spoiler.is_empty() { card.text } else { format!("{}\n{}", card.spoiler, card.text) };
        parts.push(format!("Before, from {}{}: {text}", ui::time::absolute(card.at), in_brackets(&card.words)));
    }
    parts
}

/// As what something revealed is kept until it is shown: of this instance alone.
pub(super) fn shown_as(instance: &InstanceName) -> String {
    format!("reveal {instance}")
}

/// What was revealed about an account just now, to this person: it is taken out, and shown once.
pub async fn revealed(
    context: &Context,
    search: &Search,
    instance: &InstanceName,
    account: AccountId,
) -> Result<Option<Revealed>, Problem> {
    let Some(shown) = search.get("shown") else { return Ok(None) };
    // Whoever may not look any more is not shown what they had looked for before.
    if access::permit(&context.actor, Permission::Reveal, Some(instance)).is_err() {
        return Ok(None);
    }
    let app = &context.app;
    let draft = drafts::take(&app.store, &app.keys, shown, Some(&context.actor.operator), context.now())
        .await
        .map_err(store_problem)?;
    Ok(draft
        .filter(|draft| draft.path == shown_as(instance))
        .and_then(|draft| serde_json::from_str::<(AccountId, String, String, Vec<Beside>)>(&draft.text).ok())
        .filter(|(about, ..)| *about == account)
        .map(|(_, what, value, beside)| Revealed { what, value, beside }))
}

/// What of an account's sanctions can be taken back: what Mastodon does, and somebody may come back by.
async fn reversals(context: &Context, instance: &Instance, account: &Account) -> Result<Vec<Reversal>, Problem> {
    let mut possible = Vec::new();
    for reversal in Reversal::ALL.into_iter().filter(|reversal| reversal.applies(account.state)) {
        if cannot_reverse(context, instance, account, reversal).await?.is_none() {
            possible.push(reversal);
        }
    }
    Ok(possible)
}

/// Why something that was done to an account cannot be taken back, or nobody would come back by it. Whose data was deleted from
/// here is known by the record alone: its rows do not say so up to 4.6.
pub async fn cannot_reverse(
    context: &Context,
    instance: &Instance,
    account: &Account,
    reversal: Reversal,
) -> Result<Option<String>, Problem> {
    if let Some(why) = account.only_closable().or_else(|| account.cannot_reverse(reversal)) {
        return Ok(Some(why.to_owned()));
    }
    if account.domain.is_some() || !account.data_is_gone() {
        return Ok(None);
    }
    Ok(match deleted_from_here(context, instance, account.id).await {
        Ok(None) => None,
        Ok(Some(entry)) => {
            Some(format!("its data was deleted from this console, entry {entry}, and nothing of it comes back."))
        }
        Err(_) => Some(format!("{NOT_KNOWN}.")),
    })
}

fn account_card(facts: &Facts, reversals: Vec<Reversal>) -> AccountCard {
    let account = &facts.account;
    let handle = handle(account.id, &account.acct());
    let name = ui::excerpt(&account.display_name, 80);
    let server = account.domain.as_ref().zip(facts.server.as_ref()).map(|(domain, server)| {
        let rule = match &server.block {
            None => "no domain block".to_owned(),
            Some((of, severity)) if of == domain => words::severity(*severity),
            Some((of, severity)) => format!("{} through {of}", words::severity(*severity)),
        };
        let known = match server.accounts {
            Some(number) => ui::count(usize::try_from(number).unwrap_or(0), "account known", "accounts known"),
            None => "accounts not counted yet".to_owned(),
        };
        format!("{} · {known} · {rule}", ui::tame(domain))
    });
    AccountCard {
        id: account.id,
        acct: account.acct(),
        display_name: if name.trim().is_empty() { ui::tame(&account.username) } else { name },
        note: words::plain_text(&account.note, account.domain.is_some()),
        has_login: account.has_login,
        since: account.created_at,
        last_active: account.last_status_at,
        followers: account.followers,
        posts: account.statuses,
        server,
        state: account.state,
        only_closable: account.only_closable().map(str::to_owned),
        gone: account.gone,
        reversals,
        left_without_login: account.is_left_without_login(),
        deleted_on: account.deleted_on,
        being_deleted: account.is_being_deleted(),
        memorial: account.memorial,
        moved: account.moved,
        staff: account.is_staff().then(|| account.role.as_ref().map(|(name, ..)| name.clone()).unwrap_or_default()),
        email: account.email.as_ref().map(|email| email.masked()),
        address: account.sign_up_ip.as_ref().map(|ip| ip.masked()),
        pending: account.pending,
        unconfirmed: account.unconfirmed,
        handle,
    }
}

/// The open reports as they are shown. What the console assigned on the instance for whoever has the case is told by that.
fn open_reports(
    context: &Context,
    instance: &Instance,
    facts: &Facts,
    own: Option<&Own>,
    holder: Option<&Claimant>,
) -> Vec<ReportCard> {
    let linked = own.filter(|_| holder.is_some_and(|holder| holder.you)).map(|own| own.linked.account);
    let service = instance.health().acting().filter(|_| holder.is_some());
    let card = |report: &OpenReport| {
        let assigned = report.assigned.as_ref().filter(|(to, _)| linked != Some(*to) && service != Some(*to));
        report_card(facts, report, assigned.map(|(_, name)| of_staff(context, instance, name)))
    };
    facts.open.iter().take(MOST_READ).map(card).collect()
}

fn report_card(facts: &Facts, report: &OpenReport, assigned: Option<String>) -> ReportCard {
    let record = facts.records.iter().find(|record| record.account == report.reporter);
    let place = match (&report.reporter_domain, report.from_server) {
        (Some(_), true) => "sent by its moderators".to_owned(),
        (Some(domain), false) => ui::tame(domain),
        (None, _) => "local".to_owned(),
    };
    let before = match record {
        Some(record) if record.earlier > 0 => {
            let many = if record.earlier >= 100 { "100+".to_owned() } else { record.earlier.to_string() };
            format!("{place} · {many} earlier reports, {} upheld", record.right)
        }
        _ => format!("{place} · first report"),
    };
    let rule = |id: &RuleId| {
        facts
            .rules
            .iter()
            .find(|rule| rule.id == *id)
            .map_or_else(|| format!("rule {id}"), |rule| ui::excerpt(&rule.text, 160))
    };
    let reporter = match (&report.reporter_domain, report.from_server) {
        (Some(domain), true) => ui::tame(domain),
        _ => format!("@{}", ui::tame(&report.reporter_acct)),
    };
    ReportCard {
        id: report.id,
        reporter,
        reporter_id: report.reporter,
        record: before,
        category: report.category,
        rules: report.rule_ids.iter().map(rule).collect(),
        rule_ids: report.rule_ids.clone(),
        comment: ui::tame(&report.comment),
        forwarded: report.forwarded,
        created_at: report.created_at,
        assigned,
    }
}

fn post(
    instance: &Instance,
    facts: &Facts,
    row: &PostRow,
    reported: bool,
    touched: bool,
    shown: Option<&str>,
) -> PostCard {
    let remote = facts.account.domain.is_some();
    let file = |media: &MediaRow| {
        let mine = shown == Some(media.id.to_string().as_str());
        MediaCard {
            id: media.id,
            kind: words::media_kind(media.kind),
            description: if media.public { ui::excerpt(&media.description, 200) } else { String::new() },
            shown: (mine && media.public && touched).then(|| path::media(&instance.name, facts.account.id, media.id)),
            fetched: media.file_name.is_none(),
            missing: if !touched {
                Some("contractors only view files of open cases in their grant".to_owned())
            } else if !media.public {
                Some("of a private post: view it in Mastodon".to_owned())
            } else if media.file_name.is_none() && !media.remote {
                Some("not stored on the instance".to_owned())
            } else {
                None
            },
        }
    };
    let files = |status: StatusId| facts.media.iter().filter(move |media| media.status == status).map(file);
    let held = &facts.held;
    let asked = held.polls.iter().find(|poll| poll.status == row.id);
    let quoted = held.quotes.iter().find(|quote| quote.status == row.id);
    let boosted = held.boosts.iter().find(|boost| boost.status == row.id);
    let versions = earlier(facts, row);
    let linked = held.links.iter().filter(|link| link.status == row.id).count();
    let tagged: Vec<&TaggedRow> = held.tagged.iter().filter(|tagged| tagged.status == row.id).collect();
    let open = row.text.is_some();
    let mut not_shown = Vec::new();
    if !open {
        let collections = tagged.iter().filter(|row| row.is_collection).count();
        let others = tagged.len() - collections;
        let not_known = |what: &str| format!("{what} this console doesn’t know");
        let parts = [
            asked.map(|_| "a poll".to_owned()),
            quoted.map(|_| "a quoted post".to_owned()),
            boosted.map(|_| "a boosted post".to_owned()),
            (linked > 0).then(|| ui::count(linked, "link with a preview", "links with previews")),
            (collections > 0).then(|| ui::count(collections, "link to a collection", "links to collections")),
            (others > 0).then(|| ui::count(others, &not_known("link to something"), &not_known("links to things"))),
            (!versions.is_empty()).then(|| number_of_versions(versions.len())),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if !parts.is_empty() {
            not_shown.push(format!("It also holds {}, revealed with it.", parts.join(", ")));
        }
    }
    let (collections, unknown) = if open { things(held, row.id) } else { Default::default() };
    not_shown.extend(unknown.iter().map(|said| format!("It {said}.")));
    if versions.len() > MOST_EDITS {
        not_shown.push(format!("Only the first {MOST_EDITS} earlier versions are shown."));
    }
    PostCard {
        id: row.id,
        poll: asked.and_then(poll),
        quote: quoted.filter(|_| open).map(|row| quote(row, held)),
        boost: boosted.filter(|_| open).map(|row| {
            let readable = row.quoted.as_ref().filter(|quoted| quoted.text.is_some());
            let media = readable.map(|quoted| files(quoted.id).collect::<Vec<_>>()).unwrap_or_default();
            QuoteCard { media, ..quote(row, held) }
        }),
        links: links(held, row.id),
        collections,
        edits: versions.iter().filter(|_| open).take(MOST_EDITS).map(|row| edit(row, remote)).collect(),
        not_shown,
        text: row.text.as_ref().map(|text| words::plain_text(text, remote)),
        spoiler: row.spoiler.as_ref().map(|text| words::plain_text(text, remote)).unwrap_or_default(),
        language: row.language.clone(),
        visibility: words::visibility(row.visibility),
        created_at: row.created_at,
        edited_at: row.edited_at,
        deleted_at: row.deleted_at,
        reply_to: row.reply_to.as_ref().map(|acct| format!("@{}", ui::tame(acct))),
        boosts: row.boosts,
        replies: row.replies,
        media: files(row.id).collect(),
        reported,
    }
}

fn number_of_versions(number: usize) -> String {
    if number > MOST_EDITS {
        format!("more than {MOST_EDITS} earlier versions")
    } else {
        ui::count(number, "earlier version", "earlier versions")
    }
}

fn strike(instance: &Instance, facts: &Facts, row: &StrikeRow, by: String) -> Strike {
    let appeal = match (row.overruled, row.appeal) {
        (true, _) | (_, Some(Some(true))) => Some("appeal approved".to_owned()),
        (_, Some(Some(false))) => Some("appeal rejected".to_owned()),
        (_, Some(None)) => Some("appeal pending".to_owned()),
        (false, None) => None,
    };
    Strike {
        action: words::strike(row.action).to_owned(),
        by,
        at: Timestamp(row.created_at.0),
        text: ui::tame(&row.text),
        appeal,
        waits: row.appeal == Some(None) && !row.overruled,
        answered: facts
            .appeals
            .iter()
            .find(|(strike, ..)| *strike == row.id)
            .map(|(_, text, at)| (ui::tame(text), *at)),
        there: instance.base.join(&format!("/disputes/strikes/{}", row.id)).ok().map(|url| url.to_string()),
    }
}
