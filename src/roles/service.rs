//! What roles there are, who has them, and giving and taking one away.

use super::{
    ChangePage, EVERYONE, InstanceRole, Member, Preview, RolePage, RoleRow, RolesPage, called, effective, is_staff,
    powers,
};
use crate::{
    access::{self, Actor, Object, Permission, Permit},
    acting,
    carry_out::{Carry, Done, Evidence, Trace, carry_out},
    context::{App, Context},
    deeds::AssignRole,
    frame::{self, Framed},
    id::{AccountId, RoleId},
    ledger::{Answered, Ledger, Mark, Warrant},
    mastodon::{
        Instance,
        database::{DatabaseError, Extra, LogRow, Narrowing, Read, read_problem},
        rest::Client,
    },
    nouns::rank::{Holder, Ranks},
    path,
    problem::{Kind, Problem, malformed_form},
    reports::AccountState,
    search::Search,
    store::{linked_accounts, operators},
    text::Why,
    ui,
};
use serde_json::json;
use std::sync::Arc;

/// Members on a page.
const PAGE: usize = 40;

/// What a page showed of a change: the role before with its name, and of the role after the name, the mask, the position
/// and whether it wants a second factor.
type Seen = (Option<(RoleId, String)>, Option<(String, i64, i32, Option<bool>)>);

fn row(role: InstanceRole, members: i64, everyone: &InstanceRole) -> RoleRow {
    RoleRow { effective: effective(Some(&role), everyone), members: (role.id != EVERYONE).then_some(members), role }
}

/// What must be so before roles can be written, a line each.
async fn lacking(instance: &Instance, read: &mut Read) -> Result<Vec<String>, Problem> {
    match instance.database.missing_role_grants(read).await {
        Err(DatabaseError::Elsewhere(why)) => Ok(vec![why.to_owned()]),
        known => known.map_err(read_problem),
    }
}

/// The roles, highest first.
pub async fn roles(context: &Context, instance: &str, search: &str) -> Result<Framed<RolesPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewRoles, Some(&instance.name)).await?;
    Search::parse(search).knows(&[])?;
    let mut read = instance.database.read().await?;
    let everyone = read.everyone().await?;
    let roles = read.roles().await?;
    let page = RolesPage {
        roles: roles.into_iter().map(|(role, members)| row(role, members, &everyone)).collect(),
        missing: lacking(&instance, &mut read).await?,
        untold: read.untold(&[Extra::RoleDetails]).await.map_err(read_problem)?,
    };
    frame::build(context, Some(&instance), &path::roles(&instance.name), search, page).await
}

/// One role and who has it.
pub async fn role(context: &Context, instance: &str, role: &str, search: &str) -> Result<Framed<RolePage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewRoles, Some(&instance.name)).await?;
    let missing = || Problem::not_found(format!("Role {} doesn’t exist on the instance.", ui::excerpt(role, 30)));
    let id: RoleId = role.parse().map_err(|_| missing())?;
    let parsed = Search::parse(search);
    parsed.knows(&[])?;
    let before = parsed.get("before").and_then(|text| text.parse().ok());
    let mut read = instance.database.read().await?;
    let everyone = read.everyone().await?;
    let (found, number) = read.role(id).await?.ok_or_else(missing)?;
    let mut members = Vec::new();
    let mut edge = None;
    if id != EVERYONE {
        let window = read.by_role(id.0, &Narrowing::none(), before, PAGE).await?;
        edge = window.edge;
        let ids: Vec<i64> = window.accounts.iter().map(|account| account.id).collect();
        let with_factor = read.second_factors(&ids).await?;
        members.extend(window.accounts.iter().map(|account| Member {
            account: AccountId(account.id),
            handle: format!("@{}", ui::tame(&account.username)),
            display_name: ui::excerpt(&account.display_name, 60),
            state: account.state.words().into_iter().map(str::to_owned).collect(),
            second_factor: with_factor.contains(&AccountId(account.id)),
        }));
    }
    let base = path::role(&instance.name, id);
    let inherited = if id == EVERYONE { 0 } else { everyone.mask & !found.mask };
    let page = RolePage {
        own: powers(found.mask),
        inherited: powers(inherited),
        row: row(found, number, &everyone),
        members,
        older: edge.map(|edge| format!("{base}{}", parsed.with("before", &edge.to_string()))),
        missing: lacking(&instance, &mut read).await?,
        untold: read.untold(&[Extra::RoleDetails, Extra::Deletion]).await.map_err(read_problem)?,
    };
    frame::build(context, Some(&instance), &base, search, page).await
}

/// A handle of this instance, as somebody typed it.
fn local_name(typed: &str, own: &[String]) -> Result<String, String> {
    let bare = typed.trim().trim_start_matches('@');
    let (name, domain) = bare.split_once('@').map_or((bare, None), |(name, domain)| (name, Some(domain)));
    if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-')) {
        return Err(format!("“{}” is not a handle. Enter it as @name.", ui::excerpt(typed, 60)));
    }
    match domain {
        Some(domain) if !own.contains(&domain.to_lowercase()) => Err(format!(
            "@{} is on another server: only users of this instance can have a role.",
            ui::excerpt(bare, 80)
        )),
        _ => Ok(name.to_owned()),
    }
}

/// `none`, or the id of a role.
fn chosen(role: &str) -> Result<Option<RoleId>, String> {
    match role {
        "none" => Ok(None),
        id => id.parse().map(Some).map_err(|_| "Choose a role, or “No role”.".to_owned()),
    }
}

/// Who gets what, before it is done.
pub async fn change(context: &Context, instance: &str, search: &str) -> Result<Framed<ChangePage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewRoles, Some(&instance.name)).await?;
    let parsed = Search::parse(search);
    let text = |key: &str| parsed.get(key).unwrap_or_default().trim().to_owned();
    let acting = acting::acting(context, &instance).await?;
    let mut read = instance.database.read().await?;
    let mut page = ChangePage {
        who: text("who"),
        role: text("role"),
        roles: read.roles().await?.into_iter().map(|(role, _)| role).collect(),
        now: None,
        preview: None,
        wrong: None,
        missing: lacking(&instance, &mut read).await?,
        untold: read.untold(&[Extra::RoleDetails, Extra::Deletion]).await.map_err(read_problem)?,
    };
    page.roles.retain(|role| role.id != EVERYONE);
    match previewed(&instance, acting, &mut read, &page.who, &page.role).await? {
        Ok((now, preview)) => {
            (page.now, page.preview) = (now, preview);
            if let Some(preview) = page.preview.as_mut().filter(|preview| preview.locked) {
                preview.works_here = works_here(context, &instance, preview.account).await?;
            }
        }
        Err(wrong) => page.wrong = Some(wrong),
    }
    frame::build(context, Some(&instance), &path::change_role(&instance.name), search, page).await
}

/// Who of this console acts as an account, in a sentence; `None` where nobody does.
async fn works_here(context: &Context, instance: &Instance, account: AccountId) -> Result<Option<String>, Problem> {
    if instance.health().acting() == Some(account) {
        return Ok(Some(
            "This is the account the console itself acts as. Its actions, sign-ups and blocks keep working; calls \
            made as a person are refused, and nobody can sign in to it before two-factor authentication is set \
            up."
            .to_owned(),
        ));
    }
    let (store, keys) = (&context.app.store, &context.app.keys);
    let linked = linked_accounts::list(store, keys).await?;
    let Some(linked) = linked.into_iter().find(|one| one.instance == instance.name && one.account == account) else {
        return Ok(None);
    };
    let person = operators::by_id(store, &linked.operator).await?;
    let name = person.map_or_else(|| "Somebody".to_owned(), |person| ui::tame(&person.name));
    Ok(Some(format!(
        "{name} acts as this account through the console. Their decisions keep working; they can’t link it again \
        before they have set up two-factor authentication."
    )))
}

type Previewed = Result<(Option<String>, Option<Preview>), (String, String)>;

async fn previewed(
    instance: &Instance,
    acting: Option<AccountId>,
    read: &mut Read,
    who: &str,
    role: &str,
) -> Result<Previewed, DatabaseError> {
    if who.is_empty() {
        return Ok(Ok((None, None)));
    }
    let beside = |field: &str, why: String| Ok(Err((field.to_owned(), why)));
    let name = match local_name(who, &instance.own_domains()) {
        Ok(name) => name,
        Err(why) => return beside("who", why),
    };
    let Some(account) = read.by_handle(&name, None).await? else {
        return beside(
            "who",
            format!("There is no account @{} here. Enter the complete handle.", ui::excerpt(&name, 60)),
        );
    };
    let Some(holder) = read.holder(account).await? else {
        return beside(
            "who",
            format!("@{} has no login: it isn’t a person’s account, or it was deleted.", ui::tame(&name)),
        );
    };
    let has = called(holder.role_id, holder.role.as_ref().map_or("", |role| &role.name));
    let now = format!(
        "@{} currently has {}.",
        ui::tame(&holder.username),
        if holder.role.is_some() { format!("the role {has}") } else { "no role".to_owned() }
    );
    if role.is_empty() {
        return Ok(Ok((Some(now), None)));
    }
    let after = match chosen(role) {
        Ok(after) => after,
        Err(why) => return beside("role", why),
    };
    let Some(acting) = acting else {
        return beside("who", "The console doesn’t know yet which account it acts as on the instance.".to_owned());
    };
    let ranks = read.ranks(acting, account, after).await?;
    Ok(Ok((Some(now), Some(preview(&ranks, after, &holder)))))
}

fn state(holder: &Holder) -> AccountState {
    AccountState::of([holder.disabled, holder.sensitized, holder.silenced, holder.suspended], holder.deleted)
}

/// The page's half of a change, from the very facts that the rules look at.
fn preview(ranks: &Ranks, after: Option<RoleId>, target: &Holder) -> Preview {
    let handle = format!("@{}", ui::tame(&target.username));
    let difference = ranks.difference();
    let wants = ranks.after.as_ref().unwrap_or(&ranks.everyone).require_2fa == Some(true);
    let locked = wants && !target.second_factor;
    let mut notes = vec!["Takes effect with the next request. Nobody is emailed or signed out.".to_owned()];
    let was_staff = is_staff(effective(target.role.as_ref(), &ranks.everyone));
    if was_staff && !difference.lost.is_empty() {
        notes.push(format!(
            "Reports assigned to {handle}, and invites and webhooks created by {handle}, stay as they are."
        ));
        notes.push("An open live connection keeps what it could see until it reconnects.".to_owned());
    }
    if let Some(after) = &ranks.after {
        if after.highlighted {
            notes
                .push(format!("{} is shown as a badge on the profile; cached pages may take minutes.", after.called()));
        }
        let own = ranks.actor.as_ref().and_then(|actor| actor.role.as_ref()).map(|role| role.position);
        if own == Some(after.position) {
            notes.push(
                "This is the console’s own priority: afterwards only a higher account can change or remove it."
                    .to_owned(),
            );
        }
    }
    let seen: Seen = (
        target.role_id.map(|id| (id, target.role.as_ref().map(|role| role.name.clone()).unwrap_or_default())),
        ranks.after.as_ref().map(|role| (role.name.clone(), role.mask, role.position, role.require_2fa)),
    );
    Preview {
        account: target.account,
        handle,
        display_name: ui::excerpt(&target.display_name, 60),
        state: state(target).words().into_iter().map(str::to_owned).collect(),
        before: target.role.clone(),
        after: ranks.after.clone(),
        difference,
        locked,
        works_here: None,
        notes,
        refused: ranks.refusal(after).map(|refusal| (refusal.field.to_owned(), refusal.why)),
        seen: serde_json::to_string(&seen).unwrap_or_default(),
    }
}

/// Gives a role, or takes it away: what the page showed, by the rules of rank.
pub async fn assign(
    context: Context,
    instance: String,
    account: String,
    role: String,
    why: String,
    seen: String,
) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    // Whoever may not even take one away is told so before anything else.
    let permission = if role == "none" { Permission::TakeRolesAway } else { Permission::ManageRoles };
    context.permit(permission, Some(&instance.name)).await?;
    let after = chosen(&role).map_err(|why| Problem::invalid("role", why))?;
    let why = Why::given(&why, true)?;
    let account: AccountId = account.parse().map_err(|_| malformed_form())?;
    let permit = context.permit(permission, Object::Account(instance.name.clone(), account)).await?;
    let (before, showed): Seen = serde_json::from_str(&seen).map_err(|_| malformed_form())?;
    let (holder, now) = {
        let mut read = instance.database.read().await.map_err(undone)?;
        let holder = read.holder(account).await.map_err(undone)?;
        let now = match after {
            Some(id) => read.role(id).await.map_err(undone)?.map(|(role, _)| role),
            None => None,
        };
        (holder, now)
    };
    let holder = holder.ok_or_else(|| {
        Problem::invalid("who", "This account has no login here: only users of this instance can have a role.")
    })?;
    let showed_name = showed.as_ref().map(|(name, ..)| name.clone());
    if let (Some(now), Some((_, mask, position, factor))) = (&now, &showed)
        && (now.mask, now.position, now.require_2fa) != (*mask, *position, *factor)
    {
        return Err(Problem::new(
            Kind::Conflict,
            format!("Nothing was done: the role {} was changed after you opened the page.", now.called()),
            "The page shows its current permissions. What you typed is kept; decide again.",
        ));
    }
    if after.is_some() != showed.is_some() {
        // The page showed no such role; whether there is one now is for the rules to say.
        return Err(match now {
            None if after.is_some() => {
                Problem::invalid("role", format!("Role {role} no longer exists on the instance."))
            }
            _ => malformed_form(),
        });
    }
    let deed = AssignRole {
        instance: instance.name.clone(),
        account,
        user: holder.user,
        acct: holder.username,
        before: before.as_ref().map(|(id, _)| *id),
        before_name: before.as_ref().map(|(_, name)| name.clone()),
        after,
        after_name: showed_name,
    };
    let shown_on = after.or(deed.before).filter(|role| *role != EVERYONE);
    let done = assign_by_rank(&context, &instance, permit, deed, why).await?;
    let to = shown_on.map_or_else(|| path::roles(&instance.name), |role| path::role(&instance.name, role));
    done.landed(&to)
}

fn undone(error: DatabaseError) -> Problem {
    Problem::unavailable(format!("{error}, so nothing was done."), "What you typed is kept. Try again in a moment.")
}

/// The console itself, where it does by itself what somebody decided before.
pub fn console_actor() -> Actor {
    Actor { session: "background".to_owned(), ..Ledger::command_actor("console") }
}

/// Gives or takes a role in the background, for a grant that somebody decided: the console acts in its own name, by the
/// same rules of rank, and with an entry like any other.
///
/// # Errors
/// [`Kind::Unavailable`] is worth another attempt; [`Kind::Conflict`] means that role or account are not as the deed says,
/// or somebody is at work on the account; [`Kind::Invalid`] and [`Kind::Forbidden`] that the rules or the database role
/// forbid it.
pub async fn assign_for_grant(
    app: &Arc<App>,
    instance: &Arc<Instance>,
    deed: AssignRole,
    why: impl Into<Why>,
) -> Result<Done, Problem> {
    let context = Context::of_job(app.clone(), console_actor());
    let object = Object::Account(instance.name.clone(), deed.account);
    let permit = access::permit(&context.actor, Permission::ManageRoles, object)
        .map_err(|denied| Problem::new(Kind::Forbidden, format!("Nothing was done: {denied}."), "Ask an owner."))?;
    assign_by_rank(&context, instance, permit, deed, why).await
}

/// Carries a change of role out, if the rules of rank and the database role allow it: both are looked at before any intent.
async fn assign_by_rank(
    context: &Context,
    instance: &Arc<Instance>,
    permit: Permit,
    deed: AssignRole,
    why: impl Into<Why>,
) -> Result<Done, Problem> {
    let acting = acting::acting(context, instance).await?.ok_or_else(acting::unknown)?;
    let (ranks, missing) = {
        let mut read = instance.database.read().await.map_err(undone)?;
        let ranks = read.ranks(acting, deed.account, deed.after).await.map_err(undone)?;
        (ranks, instance.database.missing_role_grants(&mut read).await.map_err(undone)?)
    };
    if !missing.is_empty() {
        return Err(Problem::new(
            Kind::Forbidden,
            "Nothing was done: the console’s database role may not assign roles on the instance.",
            format!("In the instance’s PostgreSQL: {}", missing.join(" ")),
        ));
    }
    // Where the role is not what was seen any more, the deed is opened and closed as overtaken: the record shows both.
    let stale = ranks.target.as_ref().is_some_and(|target| target.role_id != deed.before);
    if let Some(refusal) = ranks.refusal(deed.after).filter(|_| !stale) {
        return Err(Problem::invalid(refusal.field, refusal.why));
    }
    carry_out(context.clone(), instance.clone(), permit, deed, why).await
}

impl Carry for AssignRole {
    const MAY_COME_LATER: bool = false;

    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        let Some(target) = read.holder(self.account).await?.filter(|target| target.user == self.user) else {
            return Ok(Some("the account has no login any more".to_owned()));
        };
        if target.role_id != self.before {
            let name = |name: &Option<String>| name.clone().unwrap_or_default();
            return Ok(Some(format!(
                "you saw {}, and it has since been changed to {}",
                called(self.before, &name(&self.before_name)),
                called(target.role_id, target.role.as_ref().map_or("", |role| &role.name))
            )));
        }
        let Some(after) = self.after else { return Ok(None) };
        match read.role(after).await? {
            None => Ok(Some("the role was deleted in the meantime".to_owned())),
            Some((role, _)) if Some(&role.name) != self.after_name.as_ref() => {
                Ok(Some(format!("the role was renamed in the meantime; it is now “{}”", role.called())))
            }
            Some(_) => Ok(None),
        }
    }

    async fn send(warrant: Warrant<Self>, _: &Context, instance: &Instance, client: &Client) -> Answered<Self> {
        if let Some(why) = client.consent_is_gone().await {
            return warrant.unsent(why);
        }
        instance.assign_role(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        let own = || log.iter().filter(|row| row.target_type == "User" && row.target_id == self.user);
        let logged = own().filter(|row| row.action == "change_role").count();
        let now = read.holder(self.account).await?;
        let held = now.as_ref().and_then(|holder| holder.role_id);
        let right = now.is_some() && held.filter(|role| *role != EVERYONE) == self.after;
        Ok(Evidence {
            trace: match (logged, right) {
                (0, _) => Trace::None,
                // It was logged, and the role is another one: somebody changed it again.
                (_, false) => Trace::Part,
                (_, true) => Trace::Whole,
            },
            state_is_right: right,
            facts: json!({ "log rows": logged, "read back": held }),
            seen: json!({ "log rows": own().map(LogRow::words).collect::<Vec<_>>() }),
        })
    }
}
