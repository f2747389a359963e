//! The record in words.

pub mod check;
pub mod elsewhere;
pub mod export;
pub mod instance_log;
pub mod words;

use super::{AuditPage, Checkpoint, EntryPage, Filter, Line, Outcome, Tree};
use crate::{
    access::Permission,
    clock::{DAY, Instant},
    context::Context,
    domain_blocks::{AddressRule, Rule, Severity},
    frame::{self, Framed},
    id::{AccountId, InstanceName, RoleId},
    ledger::{
        self, Acting, Answer, Entry, ProvedBy, Sealed, Step,
        deed::{ChosenBy, Deed, Destruction, ExportForm, Masked, Personal, Resetting, Subject},
    },
    mastodon::{database::Limited, settings},
    path,
    problem::{Kind, Problem},
    registrations::RegistrationsMode,
    search::Search,
    store::{
        linked_accounts::{self, Linked},
        operators::{self, Operator},
    },
    ui,
};
use serde_json::Value;

const PAGE: i64 = 50;

fn unreadable(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "audit.read");
    Problem::unavailable("The record cannot be read.", "Try again in a moment.")
}

fn outcome(entry: &Entry) -> Option<Outcome> {
    match (entry.kind.as_str(), entry.outcome) {
        ("intent", None) => Some(Outcome::Open),
        (_, Some(outcome)) => Some(outcome.into()),
        (_, None) => None,
    }
}

fn deed_of(entry: &Entry) -> Option<Deed> {
    entry.document.as_ref().and_then(|document| serde_json::from_value(document["deed"].clone()).ok())
}

fn mode_word(mode: RegistrationsMode) -> &'static str {
    match mode {
        RegistrationsMode::Open => "opened registrations",
        RegistrationsMode::Approved => "set registrations to approval",
        RegistrationsMode::None => "closed registrations",
    }
}

fn review(review: bool) -> &'static str {
    if review { "sign-ups reviewed" } else { "no sign-ups" }
}

/// What somebody did, as a clause that goes on after their name.
fn clause(deed: &Deed) -> String {
    let at = |acct: &str| format!("@{}", ui::tame(acct));
    match deed {
        Deed::DecideCase(deed) => {
            let reports = match deed.reports.len() {
                0 => String::new(),
                number => format!(", {}", ui::count(number, "report", "reports")),
            };
            format!("{} {}{reports}", deed.decision.past(), at(&deed.acct))
        }
        Deed::ReverseSanction(deed) => format!("{} {}", deed.reversal.past(), at(&deed.acct)),
        Deed::ReopenReport(deed) => format!("reopened report {} about {}", deed.report, at(&deed.acct)),
        Deed::ChangeCategory(deed) => {
            format!("moved report {} about {} to {}", deed.report, at(&deed.acct), deed.after.word())
        }
        Deed::HoldCase(deed) if deed.claim => format!("took the case of {}", at(&deed.acct)),
        Deed::HoldCase(deed) => format!("gave back the case of {}", at(&deed.acct)),
        Deed::HandOverCase(deed) => format!("handed the case of {} to {}", at(&deed.acct), ui::tame(&deed.to_name)),
        Deed::SetRegistrations(deed) => mode_word(deed.mode_after).to_owned(),
        Deed::DecideSignUp(deed) => {
            format!("{} {}", if deed.approve { "let in" } else { "refused the sign-up of" }, at(&deed.acct))
        }
        Deed::Reveal(deed) => {
            let what = match deed.what {
                Masked::Email => "the mail address",
                Masked::SignUpAddress => "the address",
                Masked::PrivatePost(_) => "a private post",
                Masked::SeenAddress(_) => "an address",
            };
            format!("revealed {what} of {}", at(&deed.acct))
        }
        Deed::SearchPersonal(deed) => match deed.what {
            Personal::Email(_) => "looked for somebody by mail address".to_owned(),
            Personal::Address(_) => "looked for people by address".to_owned(),
        },
        Deed::RevealMedia(deed) => format!("opened a private file of account {}", deed.account),
        Deed::AddOperator(deed) => format!("added {} as {}", ui::tame(&deed.name), deed.role.name()),
        Deed::DisableOperator(deed) if deed.disabled => format!("ended the access of {}", ui::tame(&deed.name)),
        Deed::DisableOperator(deed) => format!("gave access back to {}", ui::tame(&deed.name)),
        Deed::EndSessions(deed) if deed.session.is_some() => format!("ended a session of {}", ui::tame(&deed.name)),
        Deed::EndSessions(deed) if deed.others => format!("ended the other sessions of {}", ui::tame(&deed.name)),
        Deed::EndSessions(deed) => format!("ended the sessions of {}", ui::tame(&deed.name)),
        Deed::ChangePassword(deed) => match deed.chosen_by {
            ChosenBy::Password => format!("changed the password of {}", ui::tame(&deed.name)),
            ChosenBy::Link => format!("chose a new password for {} by a one-time link", ui::tame(&deed.name)),
        },
        Deed::SetFactor(deed) if deed.replaces => format!("replaced the authenticator of {}", ui::tame(&deed.name)),
        Deed::SetFactor(deed) => format!("set up an authenticator for {}", ui::tame(&deed.name)),
        Deed::NewRecoveryCodes(deed) => format!("made new recovery codes for {}", ui::tame(&deed.name)),
        Deed::ResetSignIn(deed) => {
            let what = match deed.what {
                Resetting::Password => "the password",
                Resetting::Factor => "the second factor",
                Resetting::Both => "the password and the second factor",
            };
            format!("reset {what} of {}", ui::tame(&deed.name))
        }
        Deed::OfferAccess(deed) => format!("offered {} access as {}", ui::tame(&deed.name), deed.role.name()),
        Deed::ChangeOperatorRole(deed) => {
            format!("made {} {}, before {}", ui::tame(&deed.name), deed.after.name(), deed.before.name())
        }
        Deed::BlockDomain(deed) => format!("made a rule for {}: {}", deed.domain, deed.after.words()),
        Deed::ChangeDomainBlock(deed) => format!("changed the rule for {} to {}", deed.domain, deed.after.words()),
        Deed::LiftDomainBlock(deed) => format!("lifted the rule for {} ({})", deed.domain, deed.before.words()),
        Deed::AllowDomain(deed) => format!("allowed {}", deed.domain),
        Deed::DisallowDomain(deed) => format!("took {} off the allowed servers", deed.domain),
        Deed::BlockMailDomain(deed) => format!("made a rule for mail at {}: {}", deed.domain, review(deed.review)),
        Deed::ChangeMailDomainBlock(deed) => {
            format!("changed the rule for mail at {} to {}", deed.domain, review(deed.review_after))
        }
        Deed::LiftMailDomainBlock(deed) => format!("lifted the rule for mail at {}", deed.domain),
        Deed::BlockAddress(deed) => format!("made a rule for {}: {}", deed.network, deed.after.severity.word()),
        Deed::ChangeAddressBlock(deed) => {
            format!("changed the rule for {} to {}", deed.network, deed.after.severity.word())
        }
        Deed::LiftAddressBlock(deed) => format!("lifted the rule for {}", deed.network),
        Deed::ExportRecord(deed) => {
            let form = match deed.form {
                ExportForm::Csv => "as CSV",
                ExportForm::JsonLines => "as JSON Lines",
                ExportForm::Bundle => "as a bundle with proofs",
            };
            format!("exported {} {form}", if deed.filter.is_empty() { "the record" } else { "a part of the record" })
        }
        Deed::DestroyWords(deed) => {
            let what = match deed.because {
                Destruction::Request => "about one subject",
                Destruction::Retention => "that are older than they are kept",
            };
            format!("destroyed the sealed words {what} ({})", ui::count(deed.keys.len(), "key", "keys"))
        }
        Deed::AskGrant(deed) => {
            format!("asked for a grant for {} on {}", ui::tame(&deed.name), deed.scope.places())
        }
        Deed::DecideGrant(deed) if deed.approve => format!("approved a grant for {}", ui::tame(&deed.name)),
        Deed::DecideGrant(deed) => format!("refused a grant for {}", ui::tame(&deed.name)),
        Deed::RevokeGrant(deed) => format!("revoked a grant of {}", ui::tame(&deed.name)),
        Deed::StartGrant(deed) => format!("began the grant of {} on {}", ui::tame(&deed.name), deed.scope.places()),
        Deed::EndGrant(deed) if deed.revoked => format!("ended the revoked grant of {}", ui::tame(&deed.name)),
        Deed::EndGrant(deed) => format!("ended the grant of {}", ui::tame(&deed.name)),
        Deed::LeaveRole(deed) => {
            format!("left the role of {} alone: {}", at(&deed.asked.acct), ui::tame(&deed.found))
        }
        Deed::ExportSheet(deed) => format!("exported the work of {} in {}", ui::tame(&deed.name), deed.month),
        Deed::AssignRole(deed) => {
            let named = |role: Option<RoleId>, name: &Option<String>| {
                crate::roles::called(role, name.as_deref().unwrap_or_default())
            };
            match (deed.before, deed.after) {
                (_, None) => {
                    format!("took the role {} from {}", named(deed.before, &deed.before_name), at(&deed.acct))
                }
                (None, Some(_)) => format!("gave {} the role {}", at(&deed.acct), named(deed.after, &deed.after_name)),
                (Some(_), Some(_)) => format!(
                    "gave {} the role {}, before {}",
                    at(&deed.acct),
                    named(deed.after, &deed.after_name),
                    named(deed.before, &deed.before_name)
                ),
            }
        }
        Deed::IssueInvite(deed) => {
            let uses = ui::count(usize::try_from(deed.max_uses).unwrap_or(0), "use", "uses");
            let request = if deed.request.is_some() { " for an access request" } else { "" };
            format!("issued an invitation with {uses} as {}{request}", at(&deed.acct))
        }
        Deed::RevokeInvite(deed) => format!("revoked invitation {} of {}", deed.invite, at(&deed.acct)),
        Deed::EnterAccessRequest(_) => "wrote down an access request".to_owned(),
        Deed::RefuseAccessRequest(_) => "refused an access request".to_owned(),
        Deed::WriteNote(deed) => format!("wrote a note about {}", at(&deed.acct)),
        Deed::WithdrawNote(deed) => format!("withdrew a note about {}", at(&deed.acct)),
        Deed::DeleteAccount(deed) => format!("had the data of {} deleted at once", at(&deed.acct)),
        Deed::LinkAccount(deed) => format!("linked {}", at(&deed.acct)),
        Deed::UnlinkAccount(deed) => format!("took the link of {} with {} away", ui::tame(&deed.name), at(&deed.acct)),
    }
}

fn fact_clause(entry: &Entry) -> String {
    match entry.deed.as_str() {
        "signed_in" => match serde_json::from_value(entry.leaf["facts"]["by"].clone()) {
            Ok(ProvedBy::Password) => "signed in with the password alone".to_owned(),
            Ok(ProvedBy::Totp) => "signed in with password and code".to_owned(),
            Ok(ProvedBy::RecoveryCode) => "signed in with password and a recovery code".to_owned(),
            // Entries of before do not say.
            Err(_) => "signed in".to_owned(),
        },
        "signed_out" => "signed out".to_owned(),
        "sign_in_failed" => "failed to sign in".to_owned(),
        "code_failed" => "gave a wrong code after the right password".to_owned(),
        "second_factor_set" => "set up a second factor".to_owned(),
        "denied" => {
            let permission = entry.leaf["facts"]["permission"].as_str().unwrap_or_default().replace('_', " ");
            format!("was refused: {permission}")
        }
        "changed_elsewhere" => elsewhere::clause(entry),
        "batch_begun" => format!("began {}", batch_words(&entry.leaf["facts"])),
        "batch_paused" => format!("paused {}", batch_words(&entry.leaf["facts"])),
        "rows_sealed" => sealed_words(&entry.leaf["facts"]),
        "row_resealed" => {
            let row = match entry.leaf["facts"]["row"].as_str() {
                Some("person") => "the row of a person",
                Some("grant") => "the row of a grant",
                _ => "the row of a linked account",
            };
            format!("took {row} in the store as it stands")
        }
        "head_sealed" => "sealed the head of the record and gave the store an id".to_owned(),
        "record_accepted" => "accepted the record as it stood, decided at the server".to_owned(),
        "token_left" => "could not take back the token of an ended link".to_owned(),
        "token_taken_back" => "took back the token of an ended link after all".to_owned(),
        "registrations_unsettled" => format!("found that not everything visitors meet says {}", settled_word(entry)),
        "registrations_settled" => format!("found that everything visitors meet says {} by now", settled_word(entry)),
        "batch_ended" => format!("came to the end of {}", batch_words(&entry.leaf["facts"])),
        "batch_resumed" => format!("let {} go on", batch_words(&entry.leaf["facts"])),
        other => other.replace('_', " "),
    }
}

/// To what registrations had been set, and by which entry.
fn settled_word(entry: &Entry) -> String {
    let facts = &entry.leaf["facts"];
    let mode = facts["mode"].as_str().and_then(|mode| mode.parse().ok()).map_or("as set", RegistrationsMode::word);
    format!("“{mode}” (entry {})", facts["entry"].as_str().unwrap_or_default())
}

/// How many rows were sealed at the first start of the version that seals them.
fn sealed_words(facts: &Value) -> String {
    let number = |key: &str| facts[key].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
    let refused = match number("refused") {
        0 => String::new(),
        some => format!("; refused {some} that the record does not bear out"),
    };
    format!(
        "sealed the rows of {}, {} and {}{refused}",
        ui::count(number("people"), "person", "people"),
        ui::count(number("grants"), "grant", "grants"),
        ui::count(number("links"), "linked account", "linked accounts"),
    )
}

/// What many at once are, of which kind.
fn batch_words(facts: &Value) -> String {
    let number = facts["number"].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
    match facts["kind"].as_str() {
        Some("decide_sign_up") => format!("a batch of {}", ui::count(number, "sign-up", "sign-ups")),
        Some("decide_case") => format!("a batch of {}", ui::count(number, "case", "cases")),
        Some("domain_import") => format!("an import of {}", ui::count(number, "server rule", "server rules")),
        _ => format!("a batch of {number}"),
    }
}

/// One entry as a line of the list.
pub fn line(entry: &Entry, who: &str) -> Line {
    let deed = deed_of(entry);
    let what = match (&deed, entry.kind.as_str()) {
        (Some(deed), _) => clause(deed),
        (None, "fact") => fact_clause(entry),
        (None, _) => format!("{} (sealed; it does not open)", entry.deed.replace('_', " ")),
    };
    let why = entry.document.as_ref().and_then(|document| document["why"].as_str()).unwrap_or_default().to_owned();
    Line {
        index: entry.index,
        at: entry.at,
        who: who.to_owned(),
        own_account: None,
        role: entry.leaf["role"].as_str().or(entry.leaf["facts"]["role"].as_str()).map(str::to_owned),
        instance: entry.instance.clone().and_then(|name| InstanceName::try_from(name).ok()),
        what,
        why,
        outcome: outcome(entry),
    }
}

fn acting_of(entry: &Entry) -> Option<Acting> {
    serde_json::from_value(entry.leaf["acting"].clone()).ok()
}

/// The own account that a deed was done as; by its number where it is not linked any more.
fn own_account(linked: &[Linked], entry: &Entry) -> Option<String> {
    let Acting::Own(account) = acting_of(entry)? else { return None };
    let still = linked.iter().find(|linked| {
        linked.account.to_string() == account && Some(linked.instance.as_str()) == entry.instance.as_deref()
    });
    Some(still.map_or_else(|| format!("account {account}"), |linked| format!("@{}", linked.username)))
}

/// As which account a deed was done, in words; `None` where nothing goes to an instance.
fn as_whom(context: &Context, linked: &[Linked], entry: &Entry) -> Option<String> {
    if let Some(own) = own_account(linked, entry) {
        return Some(format!("{own}, their own account"));
    }
    let Acting::Service(account) = acting_of(entry)? else { return None };
    let service = context.app.instances.values().find_map(|instance| {
        let here = Some(instance.name.as_str()) == entry.instance.as_deref();
        instance.pulse().account.clone().filter(|known| here && known.id.to_string() == account)
    });
    let name = service.map_or_else(|| format!("account {account}"), |known| format!("@{}", known.username));
    Some(format!("{name}, the service account"))
}

/// What is said on the page a deed leads to. “Done” only for what was read back; of one that is watched, what is known so far.
pub fn notice_sentence(entry: &Entry, line: &Line, watched: Option<&str>) -> String {
    let mut what = line.what.clone();
    if let Some(first) = what.get(..1) {
        let capital = first.to_uppercase();
        what.replace_range(..1, &capital);
    }
    let others = entry.outcome_facts["others closed"].as_u64().unwrap_or(0);
    let reports = ui::count(usize::try_from(others).unwrap_or(0), "report", "reports");
    let beside = match entry.leaf["facts"]["unread"].as_i64() {
        _ if others == 0 => String::new(),
        Some(unread) if unread > 0 => format!(" Mastodon closed {reports} more, which nobody here has read."),
        _ => format!(" Mastodon closed {reports} more that came in meanwhile."),
    };
    let beside = format!("{beside}{}", accounts_there(entry).unwrap_or_default());
    match line.outcome {
        Some(Outcome::Succeeded) if entry.outcome_facts["goes on"] == true => {
            format!("{what}: accepted. The instance does it in the background; look again in a while.")
        }
        Some(Outcome::Succeeded) => format!("{what}. Done and read back.{beside}"),
        Some(Outcome::Partly) if entry.deed == "set_registrations" => format!(
            "{what}: stored, and not yet seen everywhere. What visitors still meet stands under “What is true now”; the \
             console goes on until it agrees."
        ),
        Some(Outcome::Partly) => format!("{what}: only partly done.{beside}"),
        Some(Outcome::Open) => {
            let so_far = watched.unwrap_or("sent, and not answered.");
            format!("{what}: {so_far} The console goes on looking for two minutes.")
        }
        Some(Outcome::Unknown) => format!("{what}: the state is right, but somebody else may have done it."),
        Some(Outcome::Failed) => format!("{what}: failed, nothing changed."),
        Some(Outcome::Stale) => format!("{what}: overtaken, nothing was sent."),
        Some(Outcome::Refused) => format!("{what}: refused."),
        None => what,
    }
}

/// What had become of the accounts that a rule about a server is for, when the deed was read back.
fn accounts_there(entry: &Entry) -> Option<String> {
    let there: Limited = serde_json::from_value(entry.outcome_facts["accounts there"].clone()).ok()?;
    if there.known == 0 {
        return None;
    }
    let severity = |of: &str| entry.leaf["facts"][of].as_str().and_then(|name| name.parse::<Severity>().ok());
    let first = if there.more { "first " } else { "" };
    let of = format!(
        "the {first}{} known there",
        ui::count(usize::try_from(there.known).unwrap_or(0), "account", "accounts")
    );
    let begun = match severity("after") {
        Some(Severity::Suspend) => Some((there.suspended, "suspended")),
        Some(Severity::Silence) => Some((there.silenced, "limited")),
        Some(Severity::Noop) | None => None,
    };
    let begun = begun.map(|(limited, word)| {
        if limited == there.known && !there.more {
            format!(" All of {of} {word}.")
        } else {
            format!(" {limited} of {of} {word} so far; the instance goes through them in the background.")
        }
    });
    let ended = match severity("before").filter(|before| severity("after").is_none_or(|after| after < *before)) {
        Some(Severity::Suspend) => Some((there.suspended, "suspended")),
        Some(Severity::Silence) => Some((there.silenced, "limited")),
        Some(Severity::Noop) | None => None,
    };
    let ended = ended.filter(|(limited, _)| *limited > 0).map(|(limited, word)| {
        let by_hand = if word == "suspended" { format!(", {} of them by hand", there.by_hand) } else { String::new() };
        format!(" {limited} of {of} still {word}{by_hand}.")
    });
    Some([begun, ended].into_iter().flatten().collect())
}

async fn tree(context: &Context) -> Result<Tree, Problem> {
    let state = context.app.ledger.tree_state().await.map_err(unreadable)?;
    Ok(Tree {
        entries: state.size,
        root: state.root,
        checkpoint: state.checkpoint.map(|(entries, at, note)| Checkpoint { entries, at, note }),
        outside: state.outside.map(|place| {
            std::path::Path::new(&place)
                .file_name()
                .map_or(place.clone(), |name| format!("the file {}", name.to_string_lossy()))
        }),
    })
}

/// The beginning of a day like `2026-11-23`, UTC.
pub fn day(text: &str) -> Option<Instant> {
    let date: jiff::civil::Date = text.parse().ok()?;
    let at = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Instant(at.timestamp().as_millisecond()))
}

/// What this person may see: everything, or their own deeds.
async fn scope(context: &Context) -> Result<bool, Problem> {
    if crate::access::allows(context.actor.role, Permission::ViewWholeLedger) {
        return Ok(true);
    }
    context.permit(Permission::ViewOwnLedger, None).await.map(|_| false)
}

fn filter(search: &Search) -> Filter {
    let text = |key: &str| search.get(key).unwrap_or_default().to_owned();
    Filter {
        who: text("who"),
        kind: text("kind"),
        outcome: text("outcome"),
        instance: text("instance"),
        account: text("account"),
        from: text("from"),
        to: text("to"),
    }
}

/// What the ledger is asked for: everything that fits, or of that one's own deeds.
fn asked(context: &Context, filter: &Filter, whole: bool, before: Option<i64>, limit: i64) -> ledger::Filter {
    // An account is looked for on the instance named, or on the only one there is.
    let about = filter.account.trim().parse::<AccountId>().ok();
    let on = context.visible().find(|instance| filter.instance.is_empty() || instance.name.as_str() == filter.instance);
    ledger::Filter {
        operator: if whole { Some(filter.who.clone()) } else { Some(context.actor.operator.0.clone()) },
        kind: Some(filter.kind.clone()),
        instance: Some(filter.instance.clone()),
        subject: about
            .zip(on)
            .map(|(account, on)| context.app.ledger.subject(&Subject::Account(on.name.clone(), account))),
        outcome: Some(filter.outcome.clone()),
        from: day(&filter.from),
        to: day(&filter.to).map(|at| at.plus(DAY)),
        before,
        limit,
    }
}

/// What did something that is no person: a command, a migration, or the console itself.
pub fn stranger(id: &str) -> String {
    if id == crate::grants::service::CONSOLE { "Howdah itself".to_owned() } else { format!("the {id}") }
}

/// The name of whoever did something, as the list has it.
pub fn name(people: &[Operator], entry: &Entry) -> String {
    match entry.operator.as_deref() {
        Some(id) => {
            people.iter().find(|person| person.id.0 == id).map_or_else(|| stranger(id), |person| person.name.clone())
        }
        None if entry.deed == "changed_elsewhere" => "somebody elsewhere".to_owned(),
        None if entry.deed == "sign_in_failed" => "a stranger".to_owned(),
        None => "the console itself".to_owned(),
    }
}

pub async fn list(context: &Context, search: &str) -> Result<Framed<AuditPage>, Problem> {
    let whole = scope(context).await?;
    let parsed = Search::parse(search);
    let filter = filter(&parsed);
    let app = &context.app;
    let before = parsed.get("before").and_then(|text| text.parse().ok());
    let asked = asked(context, &filter, whole, before, PAGE + 1);
    let mut entries = app.ledger.list(&asked).await.map_err(unreadable)?;
    let more = entries.len() > usize::try_from(PAGE).unwrap_or(0);
    entries.truncate(usize::try_from(PAGE).unwrap_or(0));
    let people = operators::list(&app.store).await.map_err(unreadable)?;
    let linked = linked_accounts::list(&app.store, &app.keys).await.map_err(unreadable)?;
    let older = entries
        .last()
        .filter(|_| more)
        .map(|last| format!("{}{}", path::AUDIT, parsed.with("before", &last.index.to_string())));
    let may_check = crate::access::allows(context.actor.role, Permission::CheckLedger);
    let page = AuditPage {
        tree: tree(context).await?,
        lines: entries
            .iter()
            .map(|entry| Line { own_account: own_account(&linked, entry), ..line(entry, &name(&people, entry)) })
            .collect(),
        people: if whole {
            people.iter().map(|person| (person.id.0.clone(), person.name.clone())).collect()
        } else {
            Vec::new()
        },
        whole,
        filter,
        older,
        search: search.to_owned(),
        check: may_check.then(|| app.ledger_check.shown()),
    };
    frame::build(context, current(context), path::AUDIT, search, page).await
}

/// The instance the rail goes on showing on pages about the console itself.
fn current(context: &Context) -> Option<&crate::mastodon::Instance> {
    context.visible().next().map(AsRef::as_ref)
}

pub async fn entry(context: &Context, index: &str, search: &str) -> Result<Framed<EntryPage>, Problem> {
    let whole = scope(context).await?;
    let missing = || Problem::not_found(format!("There is no entry {}.", ui::excerpt(index, 20)));
    let number: i64 = index.parse().map_err(|_| missing())?;
    let detail = context.app.ledger.entry(number).await.map_err(unreadable)?.ok_or_else(missing)?;
    if !whole && detail.entry.operator.as_deref() != Some(context.actor.operator.0.as_str()) {
        return Err(missing());
    }
    let people = operators::list(&context.app.store).await.map_err(unreadable)?;
    let linked = linked_accounts::list(&context.app.store, &context.app.keys).await.map_err(unreadable)?;
    let line =
        Line { own_account: own_account(&linked, &detail.entry), ..line(&detail.entry, &name(&people, &detail.entry)) };
    let acting = as_whom(context, &linked, &detail.entry);
    let deed = deed_of(&detail.entry);
    let sealed = match detail.entry.sealed {
        Sealed::Nothing | Sealed::Opened => None,
        Sealed::Destroyed => Some(
            "What this deed was about is sealed, and its key has been destroyed. The tree is whole all the same.".to_owned(),
        ),
        Sealed::Damaged => Some(
            "What this deed was about is sealed and does not open: the text was changed, or the secret key is another one."
                .to_owned(),
        ),
    };
    let page = EntryPage {
        line,
        acting,
        leaf: detail.leaf_text,
        leaf_hash: detail.leaf_hash,
        outcome_leaf: detail.outcome_leaf,
        before_after: deed.as_ref().map_or_else(|| elsewhere::fields(&detail.entry), before_after),
        details: detail.entry.document.as_ref().map(|document| pairs(&readable(&document["deed"]))).unwrap_or_default(),
        seen: detail.seen.as_ref().map(answers).unwrap_or_default(),
        proof: context.app.ledger.proof(number).await.map_err(unreadable)?.map(|proof| proof.path),
        tree: tree(context).await?,
        sealed,
    };
    frame::build(context, current(context), &path::audit_entry(number), search, page).await
}

/// A deed without what nobody reads here: the mail address or IP that was looked for, the code of an invitation, and keyed
/// hashes. Opening the entry is no reveal.
fn readable(deed: &Value) -> Value {
    let mut shown = deed.clone();
    if let Some(fields) = shown.as_object_mut() {
        match deed["deed"].as_str() {
            Some("search_personal") => {
                let kind = deed["what"].as_object().and_then(|what| what.keys().next()).cloned().unwrap_or_default();
                fields.insert("what".to_owned(), Value::String(kind.replace('_', " ")));
            }
            Some("issue_invite") => fields.retain(|key, _| key != "code"),
            Some("reveal") if deed["what"]["seen_address"].is_string() => {
                fields.insert("what".to_owned(), Value::String("seen address".to_owned()));
            }
            Some("decide_sign_up") => fields.retain(|key, _| !matches!(key.as_str(), "mail" | "address" | "words")),
            _ => {}
        }
    }
    shown
}

/// What was answered to each step of a deed, and what was read back, for reading.
fn answers(seen: &Value) -> Vec<(String, String)> {
    let steps = seen["steps"].as_array().cloned().unwrap_or_default();
    let mut lines: Vec<(String, String)> = steps
        .into_iter()
        .map(|step| {
            // What an older version wrote is shown as it stands.
            let Ok(step) = serde_json::from_value::<Step>(step.clone()) else {
                return ("step".to_owned(), step.to_string());
            };
            let answer = match step.answer {
                Answer::Accepted { .. } => "accepted".to_owned(),
                Answer::Refused { status, message } => format!("refused, {status}: {message}"),
                // Nothing was to be sent: it was asked, and said something else.
                Answer::NotSent { why } if step.what == settings::ASKED => why,
                Answer::NotSent { why } => format!("not sent: {why}"),
                Answer::Lost { why } => format!("no answer: {why}"),
            };
            (step.what, answer)
        })
        .collect();
    if seen["closed by reading"] == true {
        lines.push(("closed".to_owned(), "by reading, after its process had ended".to_owned()));
    }
    lines.extend(pairs(&seen["seen"]));
    lines
}

/// A document as names and values, for reading.
fn pairs(value: &Value) -> Vec<(String, String)> {
    let shown = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    };
    match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.replace('_', " "), shown(value))).collect(),
        Value::Null => Vec::new(),
        other => vec![("value".to_owned(), shown(other))],
    }
}

fn before_after(deed: &Deed) -> Vec<(String, String, String)> {
    let row = |name: &str, before: String, after: String| (name.to_owned(), before, after);
    let raw = |rows: &[Option<String>]| match rows {
        [] => "no row".to_owned(),
        rows => rows.iter().map(|row| row.clone().unwrap_or_else(|| "NULL".to_owned())).collect::<Vec<_>>().join(" / "),
    };
    match deed {
        Deed::SetRegistrations(deed) => vec![
            row("registrations", raw(&deed.mode_before), format!("--- {}", deed.mode_after.stored())),
            row("message", raw(&deed.message_before), deed.message_after.clone()),
        ],
        Deed::DecideCase(deed) => vec![
            row("account", state_words(deed.state_before), deed.decision.words().to_owned()),
            row("open reports", deed.reports.len().to_string(), "0".to_owned()),
        ],
        Deed::DecideSignUp(deed) => {
            let after = if deed.approve { "let in" } else { "refused and deleted" };
            vec![row("sign-up", "waiting".to_owned(), after.to_owned())]
        }
        Deed::ReverseSanction(deed) => {
            vec![row("account", state_words(deed.state_before), deed.reversal.words().to_owned())]
        }
        Deed::ChangeCategory(deed) => {
            vec![row("category", deed.before.word().to_owned(), deed.after.word().to_owned())]
        }
        Deed::ReopenReport(_) => vec![row("report", "closed".to_owned(), "open".to_owned())],
        Deed::HoldCase(deed) => {
            let held = if deed.held_before.is_some() { "held" } else { "nobody’s" };
            vec![row("case", held.to_owned(), if deed.claim { "held" } else { "nobody’s" }.to_owned())]
        }
        Deed::HandOverCase(deed) => {
            vec![row("case", "held".to_owned(), format!("held by {}", ui::tame(&deed.to_name)))]
        }
        Deed::ChangeOperatorRole(deed) => {
            vec![row("role", deed.before.name().to_owned(), deed.after.name().to_owned())]
        }
        Deed::DisableOperator(deed) => {
            let word = |ended: bool| if ended { "ended" } else { "running" }.to_owned();
            vec![row("access", word(!deed.disabled), word(deed.disabled))]
        }
        Deed::Reveal(_)
        | Deed::RevealMedia(_)
        | Deed::SearchPersonal(_)
        | Deed::OfferAccess(_)
        | Deed::ExportRecord(_)
        | Deed::ExportSheet(_)
        | Deed::AddOperator(_)
        | Deed::EndSessions(_)
        | Deed::DestroyWords(_)
        | Deed::WriteNote(_) => Vec::new(),
        Deed::ChangePassword(_) => vec![row("password", "the one before".to_owned(), "a new one".to_owned())],
        Deed::SetFactor(deed) => {
            let before = if deed.replaces { "another authenticator" } else { "none" };
            vec![row("second factor", before.to_owned(), "an authenticator".to_owned())]
        }
        Deed::NewRecoveryCodes(_) => {
            vec![row("recovery codes", "those before".to_owned(), "new ones".to_owned())]
        }
        Deed::ResetSignIn(deed) => {
            let password = row("password", "the one before".to_owned(), "none; a one-time link".to_owned());
            let factor = row("second factor", "the one before".to_owned(), "set up at the next sign-in".to_owned());
            match deed.what {
                Resetting::Password => vec![password],
                Resetting::Factor => vec![factor],
                Resetting::Both => vec![password, factor],
            }
        }
        Deed::WithdrawNote(_) => vec![row("note", "shown".to_owned(), "withdrawn".to_owned())],
        Deed::DeleteAccount(_) => {
            vec![row("data", "kept for 30 days".to_owned(), "deleted at once".to_owned())]
        }
        Deed::AskGrant(deed) => vec![
            row("grant", "none".to_owned(), deed.scope.words()),
            row("from", String::new(), ui::time::absolute(Instant(deed.starts))),
            row("until", String::new(), ui::time::absolute(Instant(deed.ends))),
        ],
        Deed::DecideGrant(deed) => {
            let after = if deed.approve { "approved" } else { "refused" };
            let mut rows = vec![row("grant", "asked for".to_owned(), format!("{after}: {}", deed.scope.words()))];
            let second = &deed.second_person;
            if !second.said.is_empty() {
                rows.push(row("second person", String::new(), ui::tame(&second.said)));
            }
            if second.factor_waived {
                rows.push(row("their second factor", String::new(), "none, and none was asked for".to_owned()));
            }
            rows
        }
        Deed::RevokeGrant(deed) => {
            vec![row("until", ui::time::absolute(Instant(deed.ends)), "revoked at once".to_owned())]
        }
        Deed::LeaveRole(deed) => {
            vec![row("role", deed.asked.role_name.clone(), deed.found.clone())]
        }
        Deed::StartGrant(_) => vec![row("grant", "to come".to_owned(), "running".to_owned())],
        Deed::EndGrant(_) => vec![row("grant", "running".to_owned(), "over".to_owned())],
        Deed::IssueInvite(_) => vec![row("invitation", "none".to_owned(), "usable".to_owned())],
        Deed::RevokeInvite(deed) => {
            let used = match deed.max_uses {
                Some(most) => format!("{} of {most} uses", deed.uses),
                None => format!("{} uses, no limit", deed.uses),
            };
            vec![row("invitation", used, "ended".to_owned())]
        }
        Deed::EnterAccessRequest(_) => vec![row("access request", "none".to_owned(), "waiting".to_owned())],
        Deed::RefuseAccessRequest(_) => vec![row("access request", "waiting".to_owned(), "refused".to_owned())],
        Deed::BlockDomain(deed) => rules(None, Some(&deed.after)),
        Deed::ChangeDomainBlock(deed) => rules(Some(&deed.before), Some(&deed.after)),
        Deed::LiftDomainBlock(deed) => rules(Some(&deed.before), None),
        Deed::AllowDomain(_) => vec![row("federation", "not allowed".to_owned(), "allowed".to_owned())],
        Deed::DisallowDomain(_) => vec![row("federation", "allowed".to_owned(), "not allowed".to_owned())],
        Deed::BlockMailDomain(deed) => vec![row("rule", "none".to_owned(), review(deed.review).to_owned())],
        Deed::ChangeMailDomainBlock(deed) => {
            vec![row("rule", review(deed.review_before).to_owned(), review(deed.review_after).to_owned())]
        }
        Deed::LiftMailDomainBlock(deed) => vec![row("rule", review(deed.review_before).to_owned(), "none".to_owned())],
        Deed::BlockAddress(deed) => addresses(None, Some(&deed.after)),
        Deed::ChangeAddressBlock(deed) => addresses(deed.before.as_ref(), Some(&deed.after)),
        Deed::LiftAddressBlock(deed) => addresses(deed.before.as_ref(), None),
        Deed::AssignRole(deed) => {
            let named = |role: Option<RoleId>, name: &Option<String>| match role {
                None => "none".to_owned(),
                Some(role) => {
                    format!("{} ({role})", crate::roles::called(Some(role), name.as_deref().unwrap_or_default()))
                }
            };
            vec![row("role", named(deed.before, &deed.before_name), named(deed.after, &deed.after_name))]
        }
        Deed::LinkAccount(deed) => {
            vec![row("own account", "none".to_owned(), format!("@{}", ui::tame(&deed.acct)))]
        }
        Deed::UnlinkAccount(deed) => {
            vec![row("own account", format!("@{}", ui::tame(&deed.acct)), "none".to_owned())]
        }
    }
}

/// Two rules about a server, line by line where they differ.
fn rules(before: Option<&Rule>, after: Option<&Rule>) -> Vec<(String, String, String)> {
    let lines = |rule: Option<&Rule>| match rule {
        Some(rule) => [
            rule.words(),
            rule.public_comment.clone(),
            rule.private_comment.clone(),
            if rule.obfuscate { "obscured" } else { "in full" }.to_owned(),
        ],
        None => ["none", "", "", ""].map(str::to_owned),
    };
    ["rule", "public comment", "private comment", "name in public lists"]
        .into_iter()
        .zip(lines(before).into_iter().zip(lines(after)))
        .filter(|(_, (before, after))| before != after)
        .map(|(name, (before, after))| (name.to_owned(), before, after))
        .collect()
}

fn addresses(before: Option<&AddressRule>, after: Option<&AddressRule>) -> Vec<(String, String, String)> {
    let words = |rule: Option<&AddressRule>| match rule {
        Some(rule) => {
            let until =
                rule.until.map_or_else(|| "for good".to_owned(), |at| format!("until {}", ui::time::absolute(at)));
            format!("{}, {until}, “{}”", rule.severity.word(), rule.comment)
        }
        None => "none".to_owned(),
    };
    vec![("rule".to_owned(), words(before), words(after))]
}

fn state_words(state: crate::reports::AccountState) -> String {
    let words = state.words();
    if words.is_empty() { "no sanction".to_owned() } else { words.join(", ") }
}

pub async fn checkpoint(context: Context) -> Result<String, Problem> {
    context.permit(Permission::CheckLedger, None).await?;
    context.app.ledger.checkpoint().await.map_err(|error| {
        tracing::error!(%error, "checkpoint");
        Problem::new(Kind::Unavailable, format!("No checkpoint was taken: {error}."), "See the log of the server.")
    })?;
    Ok(path::AUDIT.to_owned())
}
