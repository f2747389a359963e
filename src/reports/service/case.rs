//! The case page: everything about one account that a decision needs, read at one moment.

use super::{
    queue::{cases, next_after},
    store_problem, unread, words,
};
use crate::{
    access::{self, Denied, Object, Permission, Role, Untouched},
    acting::{self, Own},
    clock::{Instant, MINUTE},
    context::Context,
    frame::{self, Framed},
    id::{AccountId, RuleId, StatusId},
    mastodon::{
        Instance,
        database::{
            Account, CollectionRow, DatabaseError, EditRow, Foreign, MOST_EDITS, MOST_POSTS, MediaRow, OpenReport,
            PollRow, PostRow, QuoteRow, ReporterRecord, RuleRow, ServerFacts, StrikeRow,
        },
    },
    path,
    problem::{Kind, Problem},
    reports::{
        AccountCard, CasePage, ClosedReport, CollectionCard, EditCard, Holder, MOST_COUNTED, MOST_READ, MediaCard,
        MoreOf, Note, PollCard, PostCard, Preset, QuoteCard, ReportCard, Revealed, Strike,
    },
    search::Search,
    store::{case_holds, drafts, operators},
    ui,
};
use std::collections::BTreeSet;

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
    closed: Vec<crate::mastodon::database::ClosedRow>,
    records: Vec<ReporterRecord>,
    posts: Vec<PostRow>,
    latest: Vec<PostRow>,
    media: Vec<MediaRow>,
    polls: Vec<PollRow>,
    quotes: Vec<QuoteRow>,
    edits: Vec<EditRow>,
    collections: Vec<CollectionRow>,
    /// Of the posts that reports name: the account's own, and somebody else's.
    whose: (i64, i64),
    unknown: Vec<Foreign>,
    /// What is there and may not be read.
    hidden: Vec<&'static str>,
    strikes: Vec<StrikeRow>,
    notes: Vec<crate::mastodon::database::NoteRow>,
    presets: Vec<crate::mastodon::database::PresetRow>,
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
    let media = read.media(&shown).await?;
    let polls = read.polls(&shown, None).await?;
    let quotes = read.quotes(&shown, None).await?;
    let edits = read.edits(&shown, None).await?;
    let of_open: Vec<_> = open.iter().map(|report| report.id).collect();
    let collections = read.collections(id, &of_open).await?;
    let unknown = read.unknown_of_reports().await?;
    let hidden = read.hidden_content();
    let strikes = read.strikes(id).await?;
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
        polls,
        quotes,
        edits,
        collections,
        whose,
        unknown,
        hidden,
        strikes,
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
        "A moderator, admin or owner of this console looks at them.",
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
            Role::Auditor => "You read everything and decide nothing.".to_owned(),
            role => format!("As {} you do not decide here.", role.name()),
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
            "There are more than {MOST_READ} open reports, too many to see whether all are in your grant. A moderator, admin or owner of this console decides this case."
        ));
    }
    if let Some(why) = own.and_then(|own| own.own_case(account.id, open.iter().map(|report| report.reporter))) {
        return Some(why);
    }
    if open.is_empty() && context.actor.role == Role::Contractor {
        return Some(Untouched::NoCase.words());
    }
    if instance.pulse().acting() == Some(account.id) {
        return Some("This is the account the console itself acts as. Nobody decides about it from here.".to_owned());
    }
    if let Some(why) = own.and_then(|own| own.outranked_by(account)) {
        return Some(why);
    }
    // Who is linked has been compared by rank; of contractors nobody decides about staff.
    let by_rank = own.is_some() && context.actor.role == Role::Moderator;
    if account.is_staff() && !by_rank && !may(Permission::DecideAboutStaff) {
        return Some(
            "This is a member of the instance’s staff. An owner or admin of this console decides about them."
                .to_owned(),
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
///
/// # Errors
/// If the instance's database does not answer.
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
    Problem::not_found("There is no such account on this instance.")
}

pub async fn case(context: &Context, instance: &str, account: &str, search: &str) -> Result<Framed<CasePage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewWork, Some(&instance.name)).await?;
    let id: AccountId = account.parse().map_err(|_| missing())?;
    let page = case_page(context, &instance, id, search).await?;
    frame::build(context, Some(&instance), &path::case(&instance.name, id), search, page).await
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
    let facts = facts(instance, id).await.map_err(unread)?.ok_or_else(missing)?;
    within(context, instance, &facts.open)?;
    let parsed = Search::parse(search);
    let app = &context.app;
    // Whoever decides nothing has nothing compared.
    let own = if access::allows(context.actor.role, Permission::DecideReports) {
        acting::own(context, instance).await?
    } else {
        None
    };

    let now = context.now();
    let mut hold = case_holds::holder(&app.store, &instance.name, id, now).await.map_err(store_problem)?;
    // Only the holder's own look keeps the case theirs; anybody else's writes nothing.
    if let Some(own) = hold.as_mut().filter(|hold| hold.operator == context.actor.operator) {
        case_holds::touch(&app.store, &instance.name, id, &own.operator, now).await.map_err(store_problem)?;
        if now.since(own.seen_at) >= MINUTE / 2 {
            own.seen_at = now;
        }
    }
    let handed = hold
        .as_ref()
        .filter(|hold| hold.operator == context.actor.operator)
        .and_then(|hold| app.keys.open_text("case note", &id.to_string(), hold.note.as_deref()?));
    let holder = match hold {
        Some(hold) => {
            let person = operators::by_id(&app.store, &hold.operator).await.map_err(store_problem)?;
            Some(Holder {
                name: person.map_or_else(|| "somebody".to_owned(), |person| person.name),
                you: hold.operator == context.actor.operator,
                since: hold.since,
                until: Some(hold.seen_at.plus(case_holds::LEASE)),
            })
        }
        None => None,
    };
    let colleagues = if holder.as_ref().is_some_and(|holder| holder.you) {
        super::deeds::colleagues(context, instance, &facts.account, &facts.open).await?
    } else {
        Vec::new()
    };
    let beyond = own_beyond(instance, &facts.account, own.as_ref(), &facts.open).await.map_err(unread)?;
    let at_once = if facts.open.len() > super::deeds::PART {
        let hand = acting::client(app, &context.actor.operator, instance).await.map_err(store_problem)?;
        hand.for_one_deed()
    } else {
        super::deeds::PART
    };
    let object = context.case(instance, &facts.account, &facts.open, own.as_ref()).await?;
    let may = |permission| access::permit(&context.actor, permission, &object);
    let touched = may(Permission::ViewWork).is_ok();
    let revealed = revealed(context, &parsed, id).await?;
    let shown = parsed.get("show");
    let posts = |rows: &[PostRow], reported: bool| -> Vec<PostCard> {
        rows.iter().map(|row| post(instance, &facts, row, reported, touched, shown)).collect()
    };
    let named: BTreeSet<StatusId> = facts.posts.iter().map(|post| post.id).collect();
    let latest: Vec<PostRow> = facts.latest.iter().filter(|post| !named.contains(&post.id)).cloned().collect();
    let next = next_after(&cases(context, instance).await?, Some(id));
    let there = match facts.open.first() {
        Some(report) => format!("admin/reports/{}", report.id),
        None => format!("admin/accounts/{id}"),
    };
    Ok(CasePage {
        account: if touched { account_card(&facts) } else { account_card(&facts).public() },
        open: facts.open.iter().take(MOST_READ).map(|report| report_card(&facts, report)).collect(),
        unread: facts.unread,
        at_once,
        closed: facts
            .closed
            .iter()
            .filter(|row| context.actor.sees(&instance.name, row.category))
            .take(MOST_CLOSED)
            .map(|row| ClosedReport {
                id: row.id,
                category: row.category,
                created_at: row.created_at,
                closed_at: row.closed_at,
                closed_by: row.closed_by.clone().map_or_else(|| "nobody known".to_owned(), |name| format!("@{name}")),
                comment: ui::tame(&row.comment),
            })
            .collect(),
        posts: posts(&facts.posts, true),
        collections: facts.collections.iter().map(collection).collect(),
        not_shown: not_shown(&facts),
        latest: posts(&latest, false),
        strikes: facts.strikes.iter().filter(|_| touched).take(MOST_STRIKES).map(strike).collect(),
        more: MoreOf {
            strikes: facts.strikes.len() > MOST_STRIKES,
            notes: facts.notes.len() > MOST_NOTES,
            closed: facts.closed.len() > MOST_CLOSED,
        },
        notes: facts
            .notes
            .iter()
            .filter(|_| touched)
            .take(MOST_NOTES)
            .map(|note| Note { by: format!("@{}", note.by), at: note.at, text: ui::tame(&note.text) })
            .collect(),
        presets: facts
            .presets
            .iter()
            .map(|preset| Preset { id: preset.id, title: preset.title.clone(), text: preset.text.clone() })
            .collect(),
        rules: facts.rules.iter().filter(|rule| rule.live).map(|rule| (rule.id, ui::excerpt(&rule.text, 90))).collect(),
        holder,
        handed,
        colleagues,
        hands_off: hands_off(context, instance, &facts.account, own.as_ref(), &facts.open)
            .or(beyond)
            .or_else(|| untouched(context, &object)),
        may_reveal: may(Permission::Reveal).is_ok(),
        deciding: parsed.get("decide").and_then(|name| name.parse().ok()),
        next,
        revealed,
        there: instance.base.join(&there).map_or_else(|_| instance.base.to_string(), |url| url.to_string()),
        search: search.to_owned(),
        partly: partly(&facts),
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
        1 => Some(format!("1 post named in the reports {rest}")),
        many => Some(format!("{} posts named in the reports {rests}", ui::grouped(many))),
    };
    let gone = named.len().saturating_sub(count(own) + count(others));
    let beyond = count(own).saturating_sub(facts.posts.len());
    let said: Vec<String> = [
        posts(gone, "is no longer in the database.", "are no longer in the database."),
        posts(count(others), "is by somebody else and not shown here.", "are by others and not shown here."),
        posts(
            beyond,
            &format!("is not shown: the oldest {MOST_POSTS} are."),
            &format!("are not shown: the oldest {MOST_POSTS} are."),
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
            "The console may not read {} on this instance, so none are shown: its database role lacks a grant (howdah instance grants).",
            facts.hidden.join(", ")
        ));
    }
    if !facts.unknown.is_empty() {
        let names: Vec<&str> = facts.unknown.iter().map(|foreign| foreign.0.as_str()).collect();
        said.push(format!("This instance keeps more with reports than this console knows of: {}.", names.join(", ")));
    }
    for report in facts.open.iter().take(MOST_READ) {
        if let Some(number) = report.unknown_category {
            said.push(format!(
                "Report {} has a category that this console does not know ({number}); it stands under “other” here.",
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
    CollectionCard {
        name: ui::tame(&row.name),
        description: words::plain_text(&row.description, row.remote),
        language: row.language.clone(),
        people: if names.is_empty() { people } else { format!("{people}: {}{more}", names.join(", ")) },
        created_at: row.created_at,
        reports: usize::try_from(row.reports).unwrap_or(0),
        of_somebody_else: !row.own,
    }
}

fn quote(row: &QuoteRow) -> QuoteCard {
    let mut words: Vec<String> = words::quote_state(row.state).into_iter().collect();
    let quoted = row.quoted.as_ref();
    match quoted {
        None => words.push("the instance does not have it, or not any more".to_owned()),
        Some(quoted) => {
            if quoted.deleted {
                words.push("deleted since".to_owned());
            }
            if quoted.text.is_none() {
                words.push(format!("{}: not shown here", words::visibility(quoted.visibility)));
            }
            if quoted.files > 0 {
                let files = usize::try_from(quoted.files).unwrap_or(0);
                words.push(format!("with {}, not shown here", ui::count(files, "file", "files")));
            }
        }
    }
    let plain = |text: &Option<String>, remote: bool| text.as_ref().map(|text| words::plain_text(text, remote));
    QuoteCard {
        by: row.by.as_ref().map(|acct| format!("@{}", ui::tame(acct))),
        spoiler: quoted.and_then(|quoted| plain(&quoted.spoiler, quoted.remote)).unwrap_or_default(),
        text: quoted.and_then(|quoted| plain(&quoted.text, quoted.remote)),
        created_at: quoted.map(|quoted| quoted.created_at),
        words,
    }
}

/// The versions before the one that stands: Mastodon keeps the newest too.
fn earlier<'a>(facts: &'a Facts, row: &PostRow) -> Vec<&'a EditRow> {
    let mut versions: Vec<&EditRow> = facts.edits.iter().filter(|edit| edit.status == row.id).collect();
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
    EditCard {
        at: row.at,
        spoiler: row.spoiler.as_ref().map(|text| words::plain_text(text, remote)).unwrap_or_default(),
        text: row.text.as_ref().map(|text| words::plain_text(text, remote)).unwrap_or_default(),
        words: said,
    }
}

/// What else a private post holds, which opens with its text.
pub fn besides(polls: &[PollRow], quotes: &[QuoteRow], edits: &[EditRow], remote: bool) -> Vec<String> {
    let mut parts = Vec::new();
    for poll in polls {
        let options = poll.options.iter().flatten().map(|(option, _)| format!("“{}”", ui::tame(option)));
        parts.push(format!("Poll: {}", options.collect::<Vec<_>>().join(", ")));
    }
    for row in quotes {
        let card = quote(row);
        let by = card.by.map(|by| format!(" of {by}")).unwrap_or_default();
        let text = card.text.map(|text| format!(": {text}")).unwrap_or_default();
        let said = if card.words.is_empty() { String::new() } else { format!(" ({})", card.words.join(", ")) };
        parts.push(format!("Quotes a post{by}{said}{text}"));
    }
    // The newest version is the post as it stands.
    let before = edits.len().saturating_sub(1);
    for row in edits.iter().take(before.min(MOST_EDITS)) {
        let card = edit(row, remote);
        let said = if card.words.is_empty() { String::new() } else { format!(" ({})", card.words.join(", ")) };
        let text = if card.spoiler.is_empty() { card.text } else { format!("{}\n{}", card.spoiler, card.text) };
        parts.push(format!("Before, from {}{said}: {text}", ui::time::absolute(card.at)));
    }
    parts
}

/// What was revealed about an account just now, to this person: it is taken out, and shown once.
///
/// # Errors
/// If the console's own store does not answer.
pub async fn revealed(context: &Context, search: &Search, account: AccountId) -> Result<Option<Revealed>, Problem> {
    let Some(shown) = search.get("shown") else { return Ok(None) };
    let app = &context.app;
    let draft = drafts::take(&app.store, &app.keys, shown, Some(&context.actor.operator), context.now())
        .await
        .map_err(store_problem)?;
    Ok(draft
        .filter(|draft| draft.path == "reveal")
        .and_then(|draft| serde_json::from_str::<(AccountId, String, String)>(&draft.text).ok())
        .filter(|(about, ..)| *about == account)
        .map(|(_, what, value)| Revealed { what, value }))
}

fn account_card(facts: &Facts) -> AccountCard {
    let account = &facts.account;
    let server_itself = if account.id.0 < 0 { " (the server itself)" } else { "" };
    let handle = format!("@{}{server_itself}", ui::tame(&account.acct()));
    let name = ui::excerpt(&account.display_name, 80);
    let server = account.domain.as_ref().zip(facts.server.as_ref()).map(|(domain, server)| {
        let rule = match &server.block {
            None => "no block".to_owned(),
            Some((of, severity)) if of == domain => words::severity(*severity).to_owned(),
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
        local: account.has_login,
        since: account.created_at,
        last_active: account.last_status_at,
        followers: account.followers,
        posts: account.statuses,
        server,
        state: account.state,
        only_closable: account.only_closable().map(str::to_owned),
        gone: account.gone,
        data_is_gone: account.data_is_gone(),
        deleted_on: account.deleted_on,
        staff: account.is_staff().then(|| account.role.as_ref().map(|(name, ..)| name.clone()).unwrap_or_default()),
        email: account.email.as_ref().map(|email| email.masked()),
        address: account.sign_up_ip.as_ref().map(|ip| ip.masked()),
        pending: account.pending,
        unconfirmed: account.unconfirmed,
        handle,
    }
}

fn report_card(facts: &Facts, report: &OpenReport) -> ReportCard {
    let record = facts.records.iter().find(|record| record.account == report.reporter);
    let place = match (&report.reporter_domain, report.from_server) {
        (Some(_), true) => "sent by its moderators".to_owned(),
        (Some(domain), false) => ui::tame(domain),
        (None, _) => "local".to_owned(),
    };
    let before = match record {
        Some(record) if record.earlier > 0 => {
            let many = if record.earlier >= 100 { "100+".to_owned() } else { record.earlier.to_string() };
            format!("{place} · {many} earlier, {} right", record.right)
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
        assigned: report.assigned.as_ref().map(|(_, name)| format!("@{name}")),
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
    let media = facts.media.iter().filter(|media| media.status == row.id).map(|media| {
        let mine = shown == Some(media.id.to_string().as_str());
        MediaCard {
            id: media.id,
            kind: words::media_kind(media.kind),
            description: if media.public { ui::excerpt(&media.description, 200) } else { String::new() },
            shown: (mine && media.public && touched).then(|| path::media(&instance.name, facts.account.id, media.id)),
            fetched: media.file_name.is_none(),
            missing: if !touched {
                Some("a contractor looks at the files of open cases within the grant".to_owned())
            } else if !media.public {
                Some("of a private post: look at it on the instance itself".to_owned())
            } else if media.file_name.is_none() && !media.remote {
                Some("the instance has no copy of it".to_owned())
            } else {
                None
            },
        }
    });
    let poll = facts.polls.iter().find(|poll| poll.status == row.id);
    let quoted = facts.quotes.iter().find(|quote| quote.status == row.id);
    let versions = earlier(facts, row);
    let open = row.text.is_some();
    let mut not_shown = Vec::new();
    if !open {
        let mut held = Vec::new();
        if poll.is_some() {
            held.push("a poll".to_owned());
        }
        if quoted.is_some() {
            held.push("a quoted post".to_owned());
        }
        if !versions.is_empty() {
            held.push(number_of_versions(versions.len()));
        }
        if !held.is_empty() {
            not_shown.push(format!("It also holds {}: opened with it.", held.join(", ")));
        }
    }
    if versions.len() > MOST_EDITS {
        not_shown.push(format!("Of its earlier versions the first {MOST_EDITS} are shown."));
    }
    PostCard {
        id: row.id,
        poll: poll.and_then(|poll| {
            let options = poll.options.as_ref()?;
            Some(PollCard {
                options: options.iter().map(|(option, votes)| (ui::tame(option), *votes)).collect(),
                multiple: poll.multiple,
                ends: poll.ends,
            })
        }),
        quote: quoted.filter(|_| open).map(quote),
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
        media: media.collect(),
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

fn strike(row: &StrikeRow) -> Strike {
    let appeal = match (row.overruled, row.appeal) {
        (true, _) | (_, Some(Some(true))) => Some("lifted by appeal".to_owned()),
        (_, Some(Some(false))) => Some("appeal refused".to_owned()),
        (_, Some(None)) => Some("appeal waits".to_owned()),
        (false, None) => None,
    };
    Strike {
        action: words::strike(row.action).to_owned(),
        by: row.by.clone().map_or_else(|| "nobody known".to_owned(), |name| format!("@{name}")),
        at: Instant(row.created_at.0),
        text: ui::tame(&row.text),
        appeal,
    }
}
