//! What the team writes down about an account: for the team, in the console's own store. Mastodon's notes stay Mastodon's.

use super::malformed_form;
use crate::{
    access::{self, Object, Permission, Permit, Role},
    acting,
    carry_out::{InStore, recorded},
    context::{App, Context},
    deeds::{WithdrawNote, WriteNote},
    id::{AccountId, OperatorId},
    mastodon::{Instance, database::Account},
    nouns::notes::{OurNote, OurNotes},
    path,
    problem::{Kind, Problem},
    reports::service::where_it_stood,
    store::{
        account_notes::{self, Note},
        operators,
    },
    text, ui,
};
use std::sync::Arc;

/// The account a note is about, with the permit for it: notes are for those who decide.
async fn about(context: &Context, instance: &str, account: &str) -> Result<(Arc<Instance>, Account, Permit), Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::DecideReports, Some(&instance.name)).await?;
    let id: AccountId = account.parse().map_err(|_| malformed_form())?;
    let (account, open) = {
        let mut read = instance.database.read().await?;
        (read.account(id).await?, read.open_reports(id).await?)
    };
    let account = account.ok_or_else(|| Problem::not_found("This account no longer exists on the instance."))?;
    let own = acting::own(context, &instance).await?;
    let object = context.case(&instance, &account, &open, own.as_ref()).await?;
    let permit = context.permit(Permission::DecideReports, &object).await?;
    if !may_read(context, &object).await? {
        return Err(Problem::new(Kind::Forbidden, "Your role can’t read or write notes about this account.", ""));
    }
    Ok((instance, account, permit))
}

/// Whether somebody may read what the team wrote about an account: nobody about their own, and a contractor about the open
/// cases that a grant gives them to decide.
pub async fn may_read(context: &Context, object: &Object) -> Result<bool, Problem> {
    let Some((instance, account)) = object.account() else { return Ok(false) };
    let own = acting::linked(&context.app, &context.actor, instance).await?;
    let works = context.actor.role != Role::Contractor
        || (access::permit(&context.actor, Permission::DecideReports, Some(instance)).is_ok()
            && access::permit(&context.actor, Permission::ViewWork, object).is_ok());
    Ok(works && own.is_none_or(|own| own.account != account))
}

pub async fn write_note(
    context: Context,
    instance: String,
    account: String,
    text: String,
    back: String,
) -> Result<String, Problem> {
    let (instance, account, permit) = about(&context, &instance, &account).await?;
    let text = text::Note::needed("text", &text.replace("\r\n", "\n"), "Write something first.")?;
    let note = Note {
        id: crate::id::fresh(),
        operator: context.actor.operator.clone(),
        text: Some(text.to_string()),
        created_at: context.now(),
        withdrawn: None,
    };
    let deed = WriteNote {
        instance: instance.name.clone(),
        account: account.id,
        acct: account.acct(),
        note: note.id.clone(),
        text,
    };
    let app = context.app.clone();
    let (keys, on, about, note) = (&app.keys, &instance.name, account.id, &note);
    let entry = recorded(&app, permit, deed, "", |store| async move {
        account_notes::insert(&store, keys, on, about, note).await.map(|()| true)
    })
    .await?;
    Ok(at_the_notes(&back, &instance, account.id, entry))
}

/// Whether somebody may take a note back: who wrote it, and an owner.
pub fn may_withdraw(context: &Context, note: &Note) -> bool {
    note.operator == context.actor.operator || context.actor.role == Role::Owner
}

pub async fn withdraw_note(
    context: Context,
    instance: String,
    account: String,
    note: String,
    back: String,
) -> Result<String, Problem> {
    let (instance, account, permit) = about(&context, &instance, &account).await?;
    let app = context.app.clone();
    let found = account_notes::by_id(&app.store, &app.keys, &note).await?;
    let found = found.ok_or_else(|| Problem::not_found("This note doesn’t exist."))?;
    if !may_withdraw(&context, &found) {
        return Err(Problem::new(
            Kind::Forbidden,
            "Only the author of a note or an owner can withdraw it.",
            "Ask one of them.",
        ));
    }
    let deed =
        WithdrawNote { instance: instance.name.clone(), account: account.id, acct: account.acct(), note: note.clone() };
    let (by, now) = (context.actor.operator.clone(), context.now());
    let (on, about, note, by) = (&instance.name, account.id, &note, &by);
    let done = recorded(&app, permit, deed, "", |store| async move {
        account_notes::withdraw(&store, on, about, note, by, now).await
    })
    .await?;
    if done.is_some() {
        Ok(at_the_notes(&back, &instance, account.id, done))
    } else {
        Err(Problem::new(Kind::Conflict, "The note has already been withdrawn.", "Reload the page."))
    }
}

/// Back to the notes, with what came of it.
fn at_the_notes(back: &str, instance: &Instance, account: AccountId, entry: Option<i64>) -> String {
    let to = where_it_stood(back, instance, account);
    let to = entry.map_or_else(|| to.clone(), |entry| path::done(&to, entry));
    format!("{to}#notes")
}

/// What the team wrote about an account, as far as this person may read it.
///
/// # Errors
/// If the console's own store does not answer.
pub async fn our_notes(
    context: &Context,
    instance: &Instance,
    id: AccountId,
    object: &Object,
) -> Result<OurNotes, Problem> {
    if !may_read(context, object).await? {
        return Ok(OurNotes::default());
    }
    let app = &context.app;
    let notes = account_notes::about(&app.store, &app.keys, &instance.name, id).await?;
    let people = operators::list(&app.store).await?;
    let name = |id: &OperatorId| {
        let person = people.iter().find(|person| person.id == *id);
        context.actor.told(id, || person.map_or_else(|| "somebody".to_owned(), |person| person.name.clone()))
    };
    let notes = notes
        .iter()
        .map(|note| OurNote {
            id: note.id.clone(),
            by: name(&note.operator),
            at: note.created_at,
            text: note.text.as_deref().map(ui::tame).unwrap_or_default(),
            withdrawn: note.withdrawn.as_ref().map(|(at, by)| (*at, name(by))),
            may_withdraw: note.withdrawn.is_none() && may_withdraw(context, note),
        })
        .collect();
    Ok(OurNotes { notes, may_write: access::permit(&context.actor, Permission::DecideReports, object).is_ok() })
}

impl InStore for WriteNote {
    async fn was_done(&self, app: &App, _: i64) -> sqlx::Result<Option<bool>> {
        Ok(Some(account_notes::by_id(&app.store, &app.keys, &self.note).await?.is_some()))
    }
}

impl InStore for WithdrawNote {
    async fn was_done(&self, app: &App, _: i64) -> sqlx::Result<Option<bool>> {
        let found = account_notes::by_id(&app.store, &app.keys, &self.note).await?;
        // That it is withdrawn, another deed before may have done.
        Ok(found.filter(|note| note.withdrawn.is_none()).map(|_| false))
    }
}
