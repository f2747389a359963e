//! Lists of rules: written out as Mastodon writes them, read in as a difference, and carried out row by row in the
//! background, each row a deed of its own.

use super::{
    PAGE, csv, malformed_form, may_change,
    names::{self, InList},
    page_of, read_problem, store_problem, viewed,
};
use crate::{
    access::{self, Permission},
    batches::{
        Running,
        service::engine::{Task, staged},
    },
    clock::{HOUR, Timestamp},
    context::Context,
    domain_blocks::{
        COSTED, Cost, Difference, Domain, Field, HIDING, ImportHead, ImportPage, ImportRow, ImportState, ImportsPage,
        ListField, Listed, Losses, Reading, ReadingForm, RowState, Rule, Separator, Severity, TicksForm,
    },
    frame::{self, Framed},
    ledger::Progress,
    mastodon::{Instance, database::DatabaseError},
    nouns::domain_imports::Ticks,
    off_thread::{OffThread, off_thread},
    path,
    problem::{Kind, Problem},
    search::Search,
    store::{
        attempts::{self, Limit, Reserved},
        domain_imports::{self, Import, Row},
        operators,
    },
    text::{self, Why},
    ui,
};
use axum::body::Bytes;
use std::{
    cmp::Ordering,
    collections::{BTreeSet, HashMap, HashSet},
    ops::Range,
    sync::Arc,
};

/// Rules read in one go for a list.
const CHUNK: i64 = 5_000;

/// Which list is written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    Blocks,
    Allows,
}

/// A list in Mastodon's own form, byte for byte.
pub async fn export(context: &Context, instance: &str, list: List) -> Result<String, Problem> {
    let instance = viewed(context, instance).await?;
    let mut read = instance.database.read().await.map_err(read_problem)?;
    match list {
        List::Blocks => {
            let mut rules = Vec::new();
            let mut last = 0;
            loop {
                let chunk = read.domain_blocks_after(last, CHUNK).await.map_err(read_problem)?;
                let Some((listed, _)) = chunk.last() else { break };
                last = listed.id;
                rules.extend(chunk);
            }
            off_thread(move |off| csv::blocks(off, &rules)).await
        }
        List::Allows => {
            let mut allowed = Vec::new();
            let mut last = None;
            loop {
                let chunk = read.domain_allows(None, last, CHUNK).await.map_err(read_problem)?;
                let Some(allow) = chunk.last() else { break };
                last = Some(allow.id);
                allowed.extend(chunk);
            }
            allowed.reverse();
            off_thread(move |off| csv::allows(off, &allowed)).await
        }
    }
}

/// Every rule there is, by domain.
async fn all_rules(instance: &Instance) -> Result<HashMap<String, Listed>, Problem> {
    let mut read = instance.database.read().await.map_err(read_problem)?;
    let mut rules = HashMap::new();
    let mut last = 0;
    loop {
        let chunk = read.domain_blocks_after(last, CHUNK).await.map_err(read_problem)?;
        let Some((listed, _)) = chunk.last() else { return Ok(rules) };
        last = listed.id;
        rules.extend(chunk.into_iter().map(|(listed, _)| (listed.domain.clone(), listed)));
    }
}

/// How the rows of a file stand to the rules there are; where two of them contradict each other, neither counts.
fn compare_all(
    _: &OffThread,
    file: csv::File,
    own: &[String],
    rules: &HashMap<String, Listed>,
    source: &str,
) -> Vec<Row> {
    let otherwise = file.reading.otherwise;
    let mut first: HashMap<String, (usize, Option<csv::Asked>)> = HashMap::new();
    let mut rows: Vec<Row> = Vec::with_capacity(file.rows.len());
    for row in file.rows {
        let (mut compared, asks) = compare(row, own, rules, source, otherwise);
        let asked = match asks {
            Asks::Nothing => {
                rows.push(compared);
                continue;
            }
            Asks::Unread => None,
            Asks::This(asked) => Some(asked),
        };
        let line = compared.line;
        match (first.get(&compared.domain), asked) {
            (None, asked) => {
                first.insert(compared.domain.clone(), (rows.len(), asked));
                rows.push(compared);
            }
            // What cannot be used may say the opposite: that a domain block is to go, say.
            (Some((_, None)), None) => rows.push(compared),
            (Some((index, Some(_))), None) => {
                if let Some(row) = rows.get_mut(*index) {
                    contradicted(row, line);
                }
                rows.push(compared);
            }
            (Some((index, None)), asked) => {
                if let Some(unread) = rows.get(*index).map(|row| row.line) {
                    contradicted(&mut compared, unread);
                }
                first.insert(compared.domain.clone(), (rows.len(), asked));
                rows.push(compared);
            }
            (Some((index, Some(before))), Some(asked)) => {
                let same = (before.severity, before.reject_media, before.reject_reports)
                    == (asked.severity, asked.reject_media, asked.reject_reports);
                let mut said =
                    rows.get(*index).map(|row| format!("Line {} already lists it", row.line)).unwrap_or_default();
                if !same {
                    said.push_str(", with different values");
                    if let Some(row) = rows.get_mut(*index)
                        && (row.difference.applies() || row.difference == Difference::Apart)
                    {
                        row.difference = Difference::Apart;
                        row.said = format!("Line {line} has different values. {}", row.said).trim_end().to_owned();
                    }
                }
                said.push('.');
                rows.push(listed(line, compared.domain, Difference::Invalid, said));
            }
        }
    }
    for (at, said) in covered(&rows, &first) {
        if let Some(row) = rows.get_mut(at) {
            (row.difference, row.said) = (Difference::Apart, said);
        }
    }
    rows
}

/// The rows below another one of the list that are not stricter than it: which, and what is said of each. Mastodon creates none
/// below a domain block that is as strict; one created before it would weaken it there
/// (`app/controllers/api/v1/admin/domain_blocks_controller.rb`, `DomainBlock.rule_for`).
fn covered(rows: &[Row], named: &HashMap<String, (usize, Option<csv::Asked>)>) -> Vec<(usize, String)> {
    let above = |row: &Row| {
        let parents = Domain::try_from(row.domain.clone()).ok()?.parents();
        parents
            .iter()
            .filter_map(|parent| rows.get(named.get(parent)?.0))
            .find(|above| matches!(above.difference, Difference::New | Difference::Stricter))
    };
    let said = |row: &Row| {
        let above = above(row)?;
        let (wanted, theirs) = (rule_of(&row.wanted)?, rule_of(&above.wanted)?);
        let (line, domain, words) = (above.line, &above.domain, theirs.words());
        (!wanted.is_stricter_than(&theirs)).then(|| {
            format!("Line {line} is for {domain} ({words}), which is above it, and this is not stricter: one of them is too many.")
        })
    };
    let new = rows.iter().enumerate().filter(|(_, row)| row.difference == Difference::New);
    new.filter_map(|(at, row)| Some((at, said(row)?))).collect()
}

/// Sets a row apart, because of another line for the same name that cannot be used.
fn contradicted(row: &mut Row, line: i64) {
    if row.difference.applies() || row.difference == Difference::Apart {
        row.difference = Difference::Apart;
        row.said =
            format!("Line {line} lists it too, and can’t be used as it stands. {}", row.said).trim_end().to_owned();
    }
}

/// What a row asks for.
enum Asks {
    /// It names nothing that could have a rule.
    Nothing,
    /// It names a server, and what it asks for was not understood.
    Unread,
    This(csv::Asked),
}

/// A row about which nothing is to be done.
fn listed(line: i64, domain: String, difference: Difference, said: String) -> Row {
    Row { domain, difference, said, ..Row::empty(line) }
}

/// What a list's line means where there is a domain block: what differs, and what of the list is left out. Comments of ours stay.
fn beside_ours(wanted: &mut Rule, before: &Rule, asked: &csv::Asked) -> (Difference, String) {
    wanted.private_comment.clone_from(&before.private_comment);
    let mut said = Vec::new();
    if !before.public_comment.is_empty() {
        if !asked.public_comment.is_empty() && asked.public_comment != before.public_comment {
            said.push(format!(
                "Our public comment stays. The list says: “{}”.",
                ui::excerpt(&asked.public_comment, 80)
            ));
        }
        wanted.public_comment.clone_from(&before.public_comment);
    }
    if !asked.private_comment.is_empty() && asked.private_comment != before.private_comment {
        let ours = if before.private_comment.is_empty() { "We have no" } else { "Our" };
        let stays = if before.private_comment.is_empty() { "" } else { " stays" };
        said.push(format!("{ours} private comment{stays}; the list’s is left out."));
    }
    if wanted.severity == Severity::Noop && !wanted.reject_media && !wanted.reject_reports {
        said.push("The list doesn’t limit it.".to_owned());
    }
    let difference = match wanted.strictness(before) {
        Some(Ordering::Equal) => Difference::Same,
        Some(Ordering::Greater) => Difference::Stricter,
        Some(Ordering::Less) => Difference::Weaker,
        None => {
            let (ours, theirs) = (before.words(), wanted.words());
            let both = format!("Neither is the stricter: ours is “{ours}”, the list’s “{theirs}”.");
            said.insert(0, both);
            Difference::Different
        }
    };
    (difference, said.join(" "))
}

/// The same where there is none yet: one above it may cover it, or keep Mastodon from creating it.
fn of_no_rule_yet(
    wanted: &mut Rule,
    domain: &Domain,
    rules: &HashMap<String, Listed>,
    asked: &csv::Asked,
    source: &str,
) -> (Difference, String) {
    wanted.private_comment = match asked.private_comment.as_str() {
        "" => format!("Imported from {source}"),
        noted => format!("{noted}\nImported from {source}"),
    };
    let above = domain.parents().into_iter().find_map(|parent| rules.get(&parent));
    if wanted.severity == Severity::Noop && !wanted.reject_media && !wanted.reject_reports {
        (Difference::Same, "The list doesn’t limit it, and there is no domain block.".to_owned())
    } else {
        match above.filter(|above| !wanted.is_stricter_than(&above.rule)) {
            None => (Difference::New, String::new()),
            Some(Listed { domain, rule, .. }) if wanted.strictness(rule).is_some() => {
                (Difference::Same, format!("The domain block for {domain} ({}) covers it.", rule.words()))
            }
            // Mastodon takes only a stricter one (`app/controllers/api/v1/admin/domain_blocks_controller.rb`).
            Some(Listed { domain, rule, .. }) => {
                let (above, theirs) = (rule.words(), wanted.words());
                let said = format!(
                    "The domain block for {domain} ({above}) is above it, and the list’s ({theirs}) is not stricter: \
                     Mastodon creates none below it."
                );
                (Difference::Invalid, said)
            }
        }
    }
}

/// How a row stands to the rules there are, and what it asks for.
fn compare(
    row: csv::Row,
    own: &[String],
    rules: &HashMap<String, Listed>,
    source: &str,
    otherwise: Option<Severity>,
) -> (Row, Asks) {
    let line = i64::try_from(row.line).unwrap_or(i64::MAX);
    let as_written = || names::as_written(&row.domain, 300);
    // A name that would be refused is compared all the same where there is a rule of exactly this name; ours never is.
    let there = Domain::try_from(row.domain.trim().to_owned())
        .ok()
        .filter(|there| rules.contains_key(there.as_str()) && !names::is_ours(there, own));
    let understood = match (names::in_list(&row.domain, own), there) {
        (InList::Refused(why), Some(there)) => InList::Apart(there, why),
        (understood, _) => understood,
    };
    let (domain, mut apart) = match understood {
        InList::Plain(domain) => (domain, None),
        InList::Apart(domain, why) => (domain, Some(why)),
        InList::Shared(domain) => {
            let why = format!("A domain block for {domain} covers everyone with a subdomain of it.");
            (domain, Some(why))
        }
        InList::Hidden => {
            let said = "The publisher of the list obfuscated the name.".to_owned();
            return (listed(line, as_written(), Difference::Hidden, said), Asks::Nothing);
        }
        InList::Refused(why) => return (listed(line, as_written(), Difference::Invalid, why), Asks::Nothing),
    };
    let asked = match row.asked {
        Ok(asked) => asked,
        Err(why) => {
            let said = format!("{}.", text::capital(&why));
            return (listed(line, domain.into(), Difference::Invalid, said), Asks::Unread);
        }
    };
    let comments = [&asked.public_comment, &asked.private_comment];
    if comments.iter().any(|comment| comment.to_lowercase().contains("canary")) {
        apart.get_or_insert_with(|| "The comment says “canary”: a trap for people who import lists unread.".to_owned());
    }
    if let Some(word) = comments.iter().find_map(|comment| csv::taken_back(comment)) {
        apart.get_or_insert_with(|| format!("The comment says “{word}”: it may be meant to undo a domain block."));
    }
    let Some(severity) = asked.severity.or(otherwise) else {
        let said = match apart {
            Some(why) => format!("No severity given. {why}"),
            None => "No severity given.".to_owned(),
        };
        return (listed(line, domain.into(), Difference::Unclear, said), Asks::This(asked));
    };
    let now = rules.get(domain.as_str());
    let before = now.map(|now| &now.rule);
    // What the list does not say stays as it is, and so does what was written here.
    let kept = |said: Option<bool>, own: fn(&Rule) -> bool| said.unwrap_or_else(|| before.is_some_and(own));
    let mut wanted = Rule {
        severity,
        reject_media: kept(asked.reject_media, |rule| rule.reject_media),
        reject_reports: kept(asked.reject_reports, |rule| rule.reject_reports),
        obfuscate: before.map_or(asked.obfuscate == Some(true), |rule| rule.obfuscate),
        public_comment: asked.public_comment.clone(),
        private_comment: String::new(),
    };
    let (mut difference, mut said) = match before {
        Some(before) => beside_ours(&mut wanted, before, &asked),
        None => of_no_rule_yet(&mut wanted, &domain, rules, &asked, source),
    };
    if let Some(why) = apart.filter(|_| difference.applies()) {
        difference = Difference::Apart;
        said = format!("{why} {said}").trim_end().to_owned();
    }
    let theirs = before.map(|_| with_theirs(&wanted, &asked, source)).filter(|theirs| *theirs != wanted);
    let row = Row {
        theirs: theirs.and_then(|theirs| serde_json::to_string(&theirs).ok()).unwrap_or_default(),
        seen: now.and_then(|now| serde_json::to_string(now).ok()).unwrap_or_default(),
        wanted: serde_json::to_string(&wanted).unwrap_or_default(),
        ..listed(line, domain.into(), difference, said)
    };
    (row, Asks::This(asked))
}

/// A rule with what the list says in the place of what we wrote: its comments, as far as it has any, and whether the name is
/// hidden.
fn with_theirs(wanted: &Rule, asked: &csv::Asked, source: &str) -> Rule {
    let or = |theirs: &str, ours: &str| if theirs.is_empty() { ours.to_owned() } else { theirs.to_owned() };
    Rule {
        public_comment: or(&asked.public_comment, &wanted.public_comment),
        private_comment: match asked.private_comment.as_str() {
            "" => wanted.private_comment.clone(),
            noted => format!("{noted}\nImported from {source}"),
        },
        obfuscate: asked.obfuscate.unwrap_or(wanted.obfuscate),
        ..wanted.clone()
    }
}

/// Whether a row would begin to suspend a server.
fn suspends(row: &Row) -> bool {
    let seen = seen_of(&row.seen).map(|seen| seen.rule);
    (row.difference.applies() || row.difference == Difference::Apart)
        && rule_of(&row.wanted).is_some_and(|wanted| wanted.begins_to_suspend(seen.as_ref()))
}

/// Says of each row that begins to suspend, whose lines are given, which servers known here it would be the rule for, and whether that cuts follows of
/// people here; what is not known counts as yes. The longest name counts, so that a server with a rule of its own costs
/// nothing. Whom it costs, and how much, is counted for the rows that are shown ([`costs_shown`]): for all of a long list that
/// takes many seconds.
async fn priced(
    instance: &Instance,
    mut rows: Vec<Row>,
    suspending: Arc<HashSet<i64>>,
    ruled: Arc<HashMap<String, Listed>>,
) -> Result<Vec<Row>, Problem> {
    if suspending.is_empty() {
        return Ok(rows);
    }
    let known = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        read.server_names(MOST_KNOWN).await.map_err(read_problem)?
    };
    let all_known = i64::try_from(known.len()).is_ok_and(|number| number < MOST_KNOWN);
    let of_lines = suspending.clone();
    let (returned, names, lines) = off_thread(move |_| {
        let suspending: HashMap<&str, i64> =
            rows.iter().filter(|row| of_lines.contains(&row.line)).map(|row| (row.domain.as_str(), row.line)).collect();
        let (mut names, mut lines) = (Vec::new(), Vec::new());
        for name in known {
            let mut rest = name.as_str();
            let line = loop {
                if let Some(line) = suspending.get(rest) {
                    break Some(*line);
                }
                match rest.split_once('.') {
                    Some((_, above)) if !ruled.contains_key(rest) => rest = above,
                    _ => break None,
                }
            };
            if let Some(line) = line {
                names.push(name);
                lines.push(line);
            }
        }
        (rows, names, lines)
    })
    .await?;
    rows = returned;
    let cutting = cutting(instance, &names, &lines).await?;
    let mut there: HashMap<i64, Vec<String>> = HashMap::new();
    for (name, line) in names.into_iter().zip(lines) {
        there.entry(line).or_default().push(name);
    }
    for row in rows.iter_mut().filter(|row| suspending.contains(&row.line)) {
        let mut there = there.remove(&row.line).unwrap_or_default();
        // Where not all servers were looked through, others may be below it.
        let more = there.len() > COSTED || !all_known;
        row.cuts = cutting.contains(&row.line) || !all_known;
        if there.is_empty() && all_known {
            continue;
        }
        there.truncate(COSTED);
        let cost = Cost { there, more, ..Cost::default() };
        row.cost = serde_json::to_string(&cost).unwrap_or_default();
    }
    Ok(rows)
}

/// From so many on, going through all follows takes longer than looking at the first accounts of each server, of which most have
/// a tie.
const MANY_FOLLOWS: i64 = 500_000;

/// The rows that cut follows, of names of servers and the row each comes under; where that took too long, all of them that are
/// not known to cut none.
async fn cutting(instance: &Instance, names: &[String], rows: &[i64]) -> Result<HashSet<i64>, Problem> {
    if names.is_empty() {
        return Ok(HashSet::new());
    }
    // A read each: one that takes too long ends its transaction.
    let at_first = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        let follows = read.follows_about().await.map_err(read_problem)?;
        if follows >= MANY_FOLLOWS { read.tied_at_first(names, rows).await } else { Ok(HashSet::new()) }
    };
    let mut cutting = match at_first {
        Ok(found) => found,
        Err(DatabaseError::Slow) => return Ok(rows.iter().copied().collect()),
        Err(error) => return Err(read_problem(error)),
    };
    let left = names.iter().zip(rows).filter(|(_, row)| !cutting.contains(row));
    let (names, rows): (Vec<String>, Vec<i64>) = left.map(|(name, row)| (name.clone(), *row)).unzip();
    if names.is_empty() {
        return Ok(cutting);
    }
    // Half of them each.
    let half = names.len().div_ceil(2);
    let tied = async |range: Range<usize>| match (names.get(range.clone()), rows.get(range)) {
        (Some([]) | None, _) | (_, None) => Ok(HashSet::new()),
        (Some(names), Some(rows)) => {
            match instance.database.read().await.map_err(read_problem)?.tied(names, rows).await {
                Err(DatabaseError::Slow) => Ok(rows.iter().copied().collect()),
                found => found.map_err(read_problem),
            }
        }
    };
    let (first, second) = tokio::try_join!(tied(0..half), tied(half..names.len()))?;
    cutting.extend(first);
    cutting.extend(second);
    Ok(cutting)
}

/// Whom the rows of a page cost, by line: counted now, but for lists of a former version, which counted when they were read.
/// What cannot be counted now stays uncounted, and the page is shown all the same.
async fn costs_shown(instance: &Instance, rows: &[Row]) -> HashMap<i64, Cost> {
    let kept = |row: &Row| serde_json::from_str::<Cost>(&row.cost).ok().map(|cost| (row.line, cost));
    let mut costs: HashMap<i64, Cost> = rows.iter().filter_map(kept).collect();
    let uncounted = costs.iter().filter(|(_, cost)| cost.losses.is_none());
    let (names, lines): (Vec<String>, Vec<i64>) =
        uncounted.flat_map(|(line, cost)| cost.there.iter().map(|name| (name.clone(), *line))).unzip();
    if names.is_empty() {
        return costs;
    }
    let counted = async { instance.database.read().await?.costs(&names, &lines).await };
    let mut counted = match counted.await {
        Ok(counted) => counted,
        Err(error) => {
            tracing::info!(%error, "domain_imports.uncounted");
            return costs;
        }
    };
    for (line, cost) in costs.iter_mut().filter(|(_, cost)| cost.losses.is_none() && !cost.there.is_empty()) {
        // Nobody is known there, and nobody loses anything.
        let nobody = || Cost { losses: Some(Losses::default()), ..Cost::default() };
        let Cost { losses, more, most, .. } = counted.remove(line).unwrap_or_else(nobody);
        (cost.losses, cost.more, cost.most) = (losses, cost.more || more, most);
    }
    costs
}

/// So many files of one person are read within an hour, …
const FILES: Limit = Limit::Within { window: HOUR, most: 30 };
/// … and so many of everybody.
const FILES_IN_ALL: Limit = Limit::Within { window: HOUR, most: 120 };

/// What a file was counted for before anything of it was read.
#[must_use = "a file that is not read after all is not counted"]
pub struct Counted([Reserved; 2]);

impl Counted {
    /// Counts it no more: nobody looked at it.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn give_back(self, context: &Context) -> Result<(), Problem> {
        for one in self.0 {
            one.give_back(&context.app.store).await.map_err(store_problem)?;
        }
        Ok(())
    }
}

/// Whether somebody may have a list read now: asked, and counted, before anything of it is.
///
/// # Errors
/// Forbidden, or too many, with how long to wait.
pub async fn may_keep(context: &Context, instance: &str) -> Result<Counted, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ManageBlocks, Some(&instance.name)).await?;
    let own = context.reserve("files", "files", FILES).await?;
    let app = &context.app;
    let everybody = app.keys.hash("files of everybody", b"");
    let in_all = attempts::reserve(&app.store, &everybody, FILES_IN_ALL, context.now()).await.map_err(store_problem)?;
    match in_all {
        Ok(in_all) => Ok(Counted([own, in_all])),
        Err(wait) => {
            own.give_back(&app.store).await.map_err(store_problem)?;
            Err(Problem::new(
                Kind::TooMany,
                "Nothing was done: the console has reached its limit of files an hour.",
                format!("Try again in {} minutes.", (wait.seconds() + 59) / 60),
            ))
        }
    }
}

/// Reads a list and keeps it, compared with the rules there are. Nothing is done yet.
///
/// # Errors
/// If the whole file cannot be used: with the reason, for the field.
pub async fn keep(context: &Context, instance: &str, file: &str, bytes: Bytes) -> Result<String, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ManageBlocks, Some(&instance.name)).await?;
    let file = match ui::excerpt(file, 80) {
        name if name.is_empty() => "a file without a name".to_owned(),
        name => name,
    };
    let (text, encoding) =
        off_thread(move |off| csv::decoded(off, &bytes)).await?.map_err(|why| Problem::invalid("file", why))?;
    compared(context, &instance, file, text, encoding.to_owned(), None, None).await?.ok_or_else(changed_meanwhile)
}

/// Reads the file of a preview anew, as somebody says. It becomes a preview of its own in the place of the former, so that
/// nobody begins what a page of before showed.
pub async fn read_anew(context: Context, form: ReadingForm) -> Result<String, Problem> {
    let (instance, import) = changed(&context, &form.instance, &form.import).await?;
    goes_on(&context, &import)?;
    if import.state != ImportState::Preview {
        return Err(changed_meanwhile());
    }
    let kept = domain_imports::file(&context.app.store, &import.id).await.map_err(store_problem)?.ok_or_else(former)?;
    let reading: Reading = serde_json::from_str(&kept.reading).map_err(|_| former())?;
    let told = told(&form, &reading)?;
    let text: String = serde_json::from_str(&kept.text).map_err(store_problem)?;
    compared(&context, &instance, import.file.clone(), text, reading.encoding, Some(told), Some(&import))
        .await?
        .ok_or_else(changed_meanwhile)
}

/// What a form says of how a file is to be read. With another separator the columns are others: they are found anew.
fn told(form: &ReadingForm, reading: &Reading) -> Result<csv::Told, Problem> {
    let separator: Separator = form.separator.parse().map_err(|()| malformed_form())?;
    let otherwise = match form.otherwise.as_str() {
        "" => None,
        severity => Some(severity.parse().map_err(|()| malformed_form())?),
    };
    if separator != reading.separator {
        return Ok(csv::Told { separator, columns: None, otherwise });
    }
    let mut places = Vec::new();
    for (part, typed) in ListField::ALL.into_iter().zip(form.columns()) {
        if typed.is_empty() {
            continue;
        }
        let place = typed.parse::<usize>().ok().filter(|place| (1..=reading.columns.len()).contains(place));
        let place = place.ok_or_else(malformed_form)? - 1;
        if places.iter().any(|(_, own)| *own == place) {
            return Err(Problem::invalid("columns", "Each column can only be used once."));
        }
        places.push((part, place));
    }
    if !places.iter().any(|(part, _)| *part == ListField::Domain) {
        return Err(Problem::invalid("columns", "Choose the column with the domains."));
    }
    Ok(csv::Told { separator, columns: Some((form.header == "yes", places)), otherwise })
}

pub(super) fn former() -> Problem {
    Problem::new(
        Kind::Conflict,
        "An earlier version of the console read this list and guessed what it didn’t know, or what is kept of it was \
         changed, not by the console.",
        "Import the file again.",
    )
}

/// How the file of a preview was read; `None` where a former version did, or somebody else changed what is kept of it.
async fn reading(context: &Context, import: &Import) -> Result<Option<Reading>, Problem> {
    let file = domain_imports::file(&context.app.store, &import.id).await.map_err(store_problem)?;
    let reading = file.and_then(|file| serde_json::from_str::<Reading>(&file.reading).ok());
    Ok(reading.filter(|reading| reading.priced))
}

/// What a former version made of a list is not carried out: it took `False` for yes.
async fn understood(context: &Context, import: &Import) -> Result<(), Problem> {
    let understood = if import.state == ImportState::Preview {
        reading(context, import).await?.is_some()
    } else {
        domain_imports::has_file(&context.app.store, &import.id).await.map_err(store_problem)?
    };
    if understood { Ok(()) } else { Err(former()) }
}

/// Rows of an import that are not what the console wrote, and rows that are gone.
fn not_ours(import: &Import, rows: &[Row]) -> (i64, i64) {
    let number = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX);
    let refused = rows.iter().filter(|row| row.refused).count();
    (number(refused), (import.rows - number(rows.len())).max(0))
}

/// Reads a text, compares it with the rules there are, and keeps it as a preview, in the place of a former one if there is
/// one; `None` if that is no preview any more.
async fn compared(
    context: &Context,
    instance: &Instance,
    file: String,
    text: String,
    encoding: String,
    told: Option<csv::Told>,
    instead_of: Option<&Import>,
) -> Result<Option<String>, Problem> {
    let rules = Arc::new(all_rules(instance).await?);
    let ruled = rules.clone();
    let own = instance.own_domains();
    let now = context.now();
    let source = format!("{file}, {}", text::time::day(now, Timestamp(0)));
    let called = file.clone();
    let read = move |off: &OffThread| {
        let read = csv::read(off, &text, &encoding, &called, told.as_ref())?;
        let mut reading = read.reading.clone();
        let rows = compare_all(off, read, &own, &rules, &source);
        let unusable = rows.iter().filter(|row| row.difference == Difference::Invalid).count();
        if unusable * 2 > rows.len() {
            reading.doubts.push("More than half of its rows can’t be used.".to_owned());
        }
        let suspending: HashSet<i64> = rows.iter().filter(|row| suspends(row)).map(|row| row.line).collect();
        Ok((reading, rows, suspending, text))
    };
    let (mut reading, mut rows, suspending, text) =
        off_thread(read).await?.map_err(|why: String| Problem::invalid("file", why))?;
    if instance.health().domain.is_none() {
        // Without it our own name is not known to be ours.
        reading.doubts.push("The instance hasn’t yet said which domain its handles use.".to_owned());
    }
    let begins = |row: &&Row| row.difference.applies() && suspending.contains(&row.line);
    let names: Vec<String> = rows.iter().filter(begins).map(|row| row.domain.clone()).collect();
    let (suspends, suspends_accounts) = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        read.accounts_known_on(&names).await.map_err(read_problem)?
    };
    known_below(instance, &mut rows).await?;
    let rows = possible_names(instance, rows).await?;
    let mut rows = priced(instance, rows, Arc::new(suspending), ruled).await?;
    if reading.is_certain() {
        for row in rows.iter_mut().filter(|row| row.difference.is_ticked() && !row.cuts) {
            row.ticked = true;
        }
    }
    let import = Import {
        id: crate::id::fresh().to_lowercase(),
        instance: instance.name.clone(),
        operator: context.actor.operator.clone(),
        file,
        rows: i64::try_from(rows.len()).unwrap_or(i64::MAX),
        suspends,
        suspends_accounts,
        created_at: now,
        state: ImportState::Preview,
        // The reason is for the list, however it is read.
        why: instead_of.map(|former| former.why.clone()).unwrap_or_default(),
        note: String::new(),
        lines: Vec::new(),
        which: Vec::new(),
    };
    // As JSON, because PostgreSQL keeps no NUL character.
    let text = serde_json::to_string(&text).map_err(store_problem)?;
    let kept = domain_imports::File { text, reading: serde_json::to_string(&reading).map_err(store_problem)? };
    let inserted =
        domain_imports::insert(&context.app.store, &import, &rows, &kept, instead_of.map(|former| former.id.as_str()))
            .await;
    Ok(inserted.map_err(store_problem)?.then(|| path::domain_import(&instance.name, &import.id)))
}

/// For so many of them it is asked whom they would reach here.
const LOOKED_BELOW: usize = 20;

/// Says of rows set apart which servers known here they would reach.
async fn known_below(instance: &Instance, rows: &mut [Row]) -> Result<(), Problem> {
    let apart = rows.iter_mut().filter(|row| row.difference == Difference::Apart);
    let mut read = instance.database.read().await.map_err(read_problem)?;
    for row in apart.take(LOOKED_BELOW) {
        let Ok(domain) = Domain::try_from(row.domain.clone()) else { continue };
        let below = read.servers_below(&domain).await.map_err(read_problem)?;
        let names: Vec<&str> = below.iter().take(3).map(|(name, _)| name.as_str()).collect();
        let more = if below.len() > names.len() { " and others" } else { "" };
        if !names.is_empty() {
            row.said.push_str(&format!(" Known subdomains here: {}{more}.", names.join(", ")));
        }
    }
    Ok(())
}

/// So many names of servers are looked through for those that were hidden.
const MOST_KNOWN: i64 = 200_000;

/// Says of hidden names which servers known here they could be: Mastodon puts a star in the place of each letter
/// (`DomainBlock#public_domain`), so that the length stays.
async fn possible_names(instance: &Instance, mut rows: Vec<Row>) -> Result<Vec<Row>, Problem> {
    if !rows.iter().any(|row| row.difference == Difference::Hidden) {
        return Ok(rows);
    }
    let known = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        read.server_names(MOST_KNOWN).await.map_err(read_problem)?
    };
    off_thread(move |_| {
        let mut by_length: HashMap<usize, Vec<&str>> = HashMap::new();
        for name in &known {
            by_length.entry(name.len()).or_default().push(name);
        }
        for row in rows.iter_mut().filter(|row| row.difference == Difference::Hidden) {
            let hidden = row.domain.to_lowercase();
            let fits = |name: &&&str| {
                hidden
                    .bytes()
                    .zip(name.bytes())
                    .all(|(hidden, letter)| hidden == letter || hidden == b'*' && letter != b'.')
            };
            let found: Vec<&str> =
                by_length.get(&hidden.len()).into_iter().flatten().filter(fits).take(4).copied().collect();
            if let Some(names) = found.get(..found.len().min(3)).filter(|names| !names.is_empty()) {
                let more = if found.len() > 3 { " or others" } else { "" };
                row.said.push_str(&format!(" Possible matches known here: {}{more}.", names.join(", ")));
            }
        }
        rows
    })
    .await
}

/// Who read an import in.
async fn by(context: &Context, import: &Import) -> Result<String, Problem> {
    let by = operators::by_id(&context.app.store, &import.operator).await.map_err(store_problem)?;
    Ok(by.map_or_else(|| "somebody".to_owned(), |person| person.name))
}

async fn head(context: &Context, import: &Import) -> Result<ImportHead, Problem> {
    Ok(ImportHead {
        id: import.id.clone(),
        file: import.file.clone(),
        by: by(context, import).await?,
        at: import.created_at,
        state: import.state,
        rows: import.rows,
        done: match import.state {
            ImportState::Running | ImportState::Paused => {
                Some(domain_imports::progress(&context.app.store, &import.id).await.map_err(store_problem)?)
            }
            ImportState::Preview | ImportState::Done => None,
        },
    })
}

/// The imports of an instance that are not at their end, for those who see domain blocks.
pub async fn running(context: &Context, instance: &Instance) -> Result<Vec<Running>, Problem> {
    if access::permit(&context.actor, Permission::ViewBlocks, Some(&instance.name)).is_err() {
        return Ok(Vec::new());
    }
    let mut running = Vec::new();
    for import in domain_imports::list(&context.app.store, &instance.name, PAGE).await.map_err(store_problem)? {
        if !matches!(import.state, ImportState::Running | ImportState::Paused) {
            continue;
        }
        let selected: i64 = import.lines.iter().map(|(from, to)| to - from + 1).sum();
        let rows = usize::try_from(if selected == 0 { import.rows } else { selected }).unwrap_or(0);
        running.push(Running {
            there: path::domain_import(&instance.name, &import.id),
            what: format!("Import of {} from {}", ui::count(rows, "row", "rows"), import.file),
            who: by(context, &import).await?,
            since: import.created_at,
            paused: import.state == ImportState::Paused,
        });
    }
    Ok(running)
}

pub async fn imports(context: &Context, instance: &str, search: &str) -> Result<Framed<ImportsPage>, Problem> {
    let instance = viewed(context, instance).await?;
    Search::parse(search).knows(&[])?;
    let mut heads = Vec::new();
    for import in domain_imports::list(&context.app.store, &instance.name, PAGE).await.map_err(store_problem)? {
        heads.push(head(context, &import).await?);
    }
    let page = ImportsPage { imports: heads, may_change: may_change(context) };
    frame::build(context, Some(&instance), &path::domain_imports(&instance.name), search, page).await
}

fn ticks_of<'a>(rows: impl Iterator<Item = &'a Row>) -> Ticks {
    let mut ticks = Ticks::default();
    for row in rows {
        ticks += Ticks {
            rows: 1,
            ticked: row.ticked.into(),
            cutting: row.cuts.into(),
            cutting_ticked: (row.cuts && row.ticked).into(),
            left_out: (row.by_hand && !row.ticked).into(),
        };
    }
    ticks
}

async fn found(context: &Context, instance: &Instance, id: &str) -> Result<Import, Problem> {
    domain_imports::by_id(&context.app.store, &instance.name, id)
        .await
        .map_err(store_problem)?
        .ok_or_else(|| Problem::not_found("This import doesn’t exist on this instance."))
}

pub async fn import(context: &Context, instance: &str, id: &str, search: &str) -> Result<Framed<ImportPage>, Problem> {
    let instance = viewed(context, instance).await?;
    let parsed = Search::parse(search);
    parsed.knows(&["show"])?;
    let import = found(context, &instance, id).await?;
    let store = &context.app.store;
    let parts: Vec<(&str, &str)> = Difference::ALL
        .map(|one| (one.name(), one.word()))
        .into_iter()
        .chain(RowState::ALL.map(|one| (one.name(), one.word())))
        .chain([
            (domain_imports::CUTS, "cut follows, or not known"),
            (domain_imports::BY_HAND, "selected or deselected by hand"),
        ])
        .collect();
    let show = parsed.one_of("show", &parts)?.to_owned();
    let after = parsed.get("after").and_then(|line| line.parse().ok()).unwrap_or(0);
    let mut all = domain_imports::rows(store, &import.id).await.map_err(store_problem)?;
    import.refuse_put_back(&mut all);
    let number =
        |wanted: &dyn Fn(&Row) -> bool| i64::try_from(all.iter().filter(|row| wanted(row)).count()).unwrap_or(i64::MAX);
    let differences = Difference::ALL.map(|one| (one, number(&|row| row.difference == one))).to_vec();
    let states = RowState::ALL.map(|one| (one, number(&|row| row.state == one))).to_vec();
    let ticks = Difference::ALL.map(|one| (one, ticks_of(all.iter().filter(|row| row.difference == one)))).to_vec();
    let (changed, missing) = not_ours(&import, &all);
    let listed = all.iter().filter(|row| row.line > after && domain_imports::is_of(row, &show));
    let listed = listed.take(usize::try_from(PAGE + 1).unwrap_or(usize::MAX)).cloned().collect();
    let (rows, more) = page_of(listed);
    let preview = import.state == ImportState::Preview;
    let mut costs = if preview { costs_shown(&instance, &rows).await } else { HashMap::new() };
    let here = path::domain_import(&instance.name, &import.id);
    let further =
        rows.last().filter(|_| more).map(|last| format!("{here}{}", parsed.with("after", &last.line.to_string())));
    let reading = if preview { reading(context, &import).await? } else { None };
    let tickable = preview && reading.is_some();
    let ticked = if tickable { domain_imports::ticked_of(store, &all) } else { String::new() };
    let page = ImportPage {
        reading,
        ticks,
        ticked,
        may_tick: tickable && may_change(context) && goes_on(context, &import).is_ok(),
        head: head(context, &import).await?,
        differences,
        states,
        changed,
        missing,
        suspends_known: (import.suspends, import.suspends_accounts),
        show,
        rows: rows.iter().map(|row| shown(row, tickable, costs.remove(&row.line))).collect(),
        further,
        here: format!("{here}?{}", search.trim_start_matches('?')),
        search: search.to_owned(),
        why: import.why,
        note: import.note,
        may_change: may_change(context),
    };
    frame::build(context, Some(&instance), &here, search, page).await
}

pub(super) fn rule_of(text: &str) -> Option<Rule> {
    serde_json::from_str(text).ok()
}

pub(super) fn seen_of(text: &str) -> Option<Listed> {
    serde_json::from_str(text).ok()
}

const FIELDS: [&str; 6] =
    ["Domain block", "Reject media", "Reject reports", HIDING, "Public comment", "Private comment"];

/// Every part of a rule: what it is now, and what it would be.
fn fields(now: Option<&Rule>, then: &Rule) -> Vec<Field> {
    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let comment = |text: &str| if text.is_empty() { "none".to_owned() } else { format!("“{}”", ui::tame(text)) };
    let says = |rule: &Rule| {
        [
            rule.severity.word().to_owned(),
            yes(rule.reject_media),
            yes(rule.reject_reports),
            yes(rule.obfuscate),
            comment(&rule.public_comment),
            comment(&rule.private_comment),
        ]
    };
    let now = match now.map(says) {
        Some(now) => now.map(Some),
        None => Default::default(),
    };
    FIELDS.into_iter().zip(now).zip(says(then)).map(|((name, now), then)| Field { name, now, then }).collect()
}

/// Whether somebody can tick a row: it would change something.
fn may_tick(row: &Row) -> bool {
    !row.wanted.is_empty() && (row.difference.applies() || row.difference == Difference::Apart) || changes_words(row)
}

/// Whether a row limits nothing otherwise than our rule, and could only change its comments.
fn changes_words(row: &Row) -> bool {
    row.difference == Difference::Same && !row.theirs.is_empty()
}

/// What the list says in the place of what we wrote, where that differs.
fn theirs_say(row: &Row) -> Vec<Field> {
    let Some((ours, theirs)) = rule_of(&row.wanted).zip(rule_of(&row.theirs)) else { return Vec::new() };
    let differs = |field: &Field| field.now.as_ref() != Some(&field.then);
    fields(Some(&ours), &theirs).into_iter().filter(differs).collect()
}

fn shown(row: &Row, tickable: bool, cost: Option<Cost>) -> ImportRow {
    let seen = seen_of(&row.seen).map(|seen| seen.rule);
    // Where there is no rule and none comes, there is nothing to show beside what is said.
    let none_comes = seen.is_none() && !row.difference.applies() && row.difference != Difference::Apart;
    let then = rule_of(row.asked()).filter(|_| !none_comes);
    ImportRow {
        line: row.line,
        domain: row.domain.clone(),
        letters: names::shown(&row.domain),
        difference: row.difference,
        fields: then.map(|then| fields(seen.as_ref(), &then)).unwrap_or_default(),
        said: row.said.clone(),
        cost,
        may_tick: tickable && may_tick(row),
        ticked: row.ticked,
        theirs: (!row.theirs.is_empty()).then_some(row.replaces),
        theirs_say: theirs_say(row),
        state: row.state,
        entry: row.entry,
    }
}

async fn changed(context: &Context, instance: &str, id: &str) -> Result<(Arc<Instance>, Import), Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ManageBlocks, Some(&instance.name)).await?;
    let import = found(context, &instance, id).await?;
    Ok((instance, import))
}

fn changed_meanwhile() -> Problem {
    Problem::new(
        Kind::Conflict,
        "Nothing was done: the import has changed since the page was shown.",
        "Check it and decide again.",
    )
}

/// The rows of a preview, as a form ticks them: those it showed, and all of a difference. Those that cut follows, those set
/// apart and those that change words alone are ticked by themselves.
fn ticked(form: &TicksForm, mut rows: Vec<Row>) -> Result<Vec<Row>, Problem> {
    let lines = |texts: &mut dyn Iterator<Item = &str>| -> Result<BTreeSet<i64>, Problem> {
        texts.map(|line| line.parse().map_err(|_| malformed_form())).collect()
    };
    let shown = lines(&mut form.shown.split(',').filter(|line| !line.is_empty()))?;
    let (on, theirs) =
        (lines(&mut form.row.iter().map(String::as_str))?, lines(&mut form.theirs.iter().map(String::as_str))?);
    let all = match form.all.split_once(':') {
        None => None,
        Some((difference, tick)) => {
            let difference = difference.parse::<Difference>().ok().filter(|difference| difference.applies());
            Some((difference.ok_or_else(malformed_form)?, tick == "yes"))
        }
    };
    if !on.union(&theirs).all(|line| shown.contains(line)) {
        return Err(malformed_form());
    }
    rows.retain_mut(|row| {
        let before = row.clone();
        if shown.contains(&row.line) && may_tick(row) {
            row.replaces = !row.theirs.is_empty() && theirs.contains(&row.line);
            let tick = if changes_words(row) { row.replaces } else { on.contains(&row.line) };
            if tick != row.ticked {
                (row.ticked, row.by_hand) = (tick, true);
            }
        }
        if let Some((difference, tick)) = all
            && row.difference == difference
            && may_tick(row)
            && !(tick && row.cuts)
        {
            (row.ticked, row.by_hand) = (tick, true);
        }
        *row != before
    });
    Ok(rows)
}

fn ticked_elsewhere() -> Problem {
    Problem::new(
        Kind::Conflict,
        "Nothing was done: the selection was changed in another window or by somebody else.",
        "The page shows the current selection. Check it and decide again.",
    )
}

/// Keeps what was ticked on a page of a preview, nothing is begun; what is ticked then ([`domain_imports::ticked`]).
async fn keep_ticks(context: &Context, import: &Import, form: &TicksForm) -> Result<String, Problem> {
    goes_on(context, import)?;
    if import.state != ImportState::Preview {
        return Err(changed_meanwhile());
    }
    understood(context, import).await?;
    let store = &context.app.store;
    let rows = domain_imports::rows(store, &import.id).await.map_err(store_problem)?;
    // What was ticked elsewhere meanwhile is not what the page showed.
    if form.ticked != domain_imports::ticked_of(store, &rows) {
        return Err(ticked_elsewhere());
    }
    let rows = ticked(form, rows)?;
    let why = Why::typed("why", &form.why)?;
    if rows.is_empty() && import.why == why.as_str() {
        return Ok(form.ticked.clone());
    }
    let kept = domain_imports::tick(store, &import.id, &form.ticked, &rows, why.as_str()).await;
    kept.map_err(store_problem)?.ok_or_else(ticked_elsewhere)
}

/// Keeps what was ticked on a page of a preview, and shows that page again, or the next.
pub async fn tick(context: Context, form: TicksForm) -> Result<String, Problem> {
    let (instance, import) = changed(&context, &form.instance, &form.import).await?;
    keep_ticks(&context, &import, &form).await?;
    let here = path::domain_import(&instance.name, &import.id);
    let may_follow = form.then == path::domain_imports(&instance.name) || form.then.starts_with(&format!("{here}?"));
    Ok(if may_follow { form.then } else { here })
}

/// Begins to carry out the rows that are ticked, those of the page the form stands on included, as the person who presses.
pub async fn start(context: Context, form: TicksForm) -> Result<String, Problem> {
    let (instance, import) = changed(&context, &form.instance, &form.import).await?;
    let seen = keep_ticks(&context, &import, &form).await?;
    let why = Why::given(&form.why, true)?;
    let rows = domain_imports::rows(&context.app.store, &import.id).await.map_err(store_problem)?;
    if not_ours(&import, &rows) != (0, 0) {
        return Err(Problem::new(
            Kind::Conflict,
            "Nothing was done: rows of this list were changed or deleted, not by the console.",
            "Import the file again.",
        ));
    }
    if !rows.iter().any(|row| row.ticked) {
        return Err(Problem::invalid("row", "Select the rows to import."));
    }
    // Without the entry it is a preview still.
    match domain_imports::begin(&context.app.store, &import.id, &seen, why.as_str()).await.map_err(store_problem)? {
        None | Some(0) => return Err(ticked_elsewhere()),
        Some(_) => recorded(&context, Progress::Begun, &import).await?,
    }
    context.app.begun.send_replace(());
    Ok(path::domain_import(&instance.name, &import.id))
}

/// Rows are carried out in the name and with the rights of whoever read the list in: nobody else sets them in motion.
fn goes_on(context: &Context, import: &Import) -> Result<(), Problem> {
    if import.operator == context.actor.operator {
        return Ok(());
    }
    Err(Problem::new(
        Kind::Forbidden,
        "Somebody else imported this list, and rows are carried out in that person’s name.",
        "Ask them to resume it, or import the list yourself.",
    ))
}

/// The kind of an import in the record.
const KIND: &str = "domain_import";

/// What the record calls an import.
pub(super) fn task(import: &Import) -> Task {
    Task {
        id: import.id.clone(),
        instance: import.instance.clone(),
        operator: import.operator.clone(),
        kind: KIND.to_owned(),
        number: import.rows,
    }
}

/// Puts into the record that an import was begun, paused or let go on.
async fn recorded(context: &Context, stage: Progress, import: &Import) -> Result<(), Problem> {
    staged(&context.app, stage, Some(&context.actor), &task(import)).await
}

/// Whether an import has rows that were not done and can be.
async fn any_failed(context: &Context, import: &Import) -> Result<bool, Problem> {
    let rows = domain_imports::rows(&context.app.store, &import.id).await.map_err(store_problem)?;
    Ok(rows.iter().any(|row| row.state == RowState::Failed && !row.refused))
}

/// Pauses the work, or goes on with it.
pub async fn pause(context: Context, instance: String, id: String, pause: bool) -> Result<String, Problem> {
    let (instance, import) = changed(&context, &instance, &id).await?;
    let (from, to) =
        if pause { (ImportState::Running, ImportState::Paused) } else { (ImportState::Paused, ImportState::Running) };
    if !pause {
        goes_on(&context, &import)?;
    }
    if import.state != from {
        return Err(changed_meanwhile());
    }
    if !pause {
        understood(&context, &import).await?;
    }
    recorded(&context, if pause { Progress::Paused } else { Progress::Resumed }, &import).await?;
    let note = if pause { format!("Paused by {}.", context.actor.name) } else { String::new() };
    if !domain_imports::change_state(&context.app.store, &import.id, from, to, &import.why, &note)
        .await
        .map_err(store_problem)?
    {
        return Err(changed_meanwhile());
    }
    context.app.begun.send_replace(());
    Ok(path::domain_import(&instance.name, &import.id))
}

/// Tries once more what was not done.
pub async fn ask_again(context: Context, instance: String, id: String) -> Result<String, Problem> {
    let (instance, import) = changed(&context, &instance, &id).await?;
    goes_on(&context, &import)?;
    if import.state != ImportState::Done || !any_failed(&context, &import).await? {
        return Err(changed_meanwhile());
    }
    understood(&context, &import).await?;
    recorded(&context, Progress::Resumed, &import).await?;
    if matches!(domain_imports::again(&context.app.store, &import.id).await.map_err(store_problem)?, None | Some(0)) {
        return Err(changed_meanwhile());
    }
    context.app.begun.send_replace(());
    Ok(path::domain_import(&instance.name, &import.id))
}
