//! Invitations: listed, found, issued, revoked, one or many.

use super::{
    PAGE, arrivals, cannot_issue, chain, issuing, line, link, may_manage, number, read_problem, registrations,
    store_problem,
};
use crate::{
    access::{self, Permission},
    acting, batches,
    carry_out::{Carry, Done, Evidence, Trace, carry_out},
    context::{App, Context},
    deeds::{InBatch, IssueInvite, RevokeInvite},
    frame::{self, Framed},
    id::{AccountId, InviteId},
    invitations::{
        InvitationPage, InvitationsPage, InviteState, IssueForm, MOST_AT_ONCE, MOST_USES, OfAccount, RequestState,
        RevokePreview, Term,
    },
    ledger::{Answer, Answered, Deed, Mark, Outcome, Warrant},
    mastodon::{
        Instance,
        database::{DatabaseError, Extra, InvitationsOf, Invite, InviteWindow, Read, Usable},
        rest::Client,
    },
    nouns::permissions::MANAGE_INVITES,
    path,
    problem::{Kind, Problem, malformed_form},
    search::Search,
    store::access_requests,
    text::Why,
    ui,
};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};

/// The characters of a code: without those that look like others (`app/models/invite.rb`).
const CHARACTERS: &[u8; 57] = b"abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// The length of a code; no character comes twice.
const LENGTH: usize = 8;
/// The longest comment (`app/models/invite.rb`).
const LONGEST_COMMENT: usize = 420;

/// A new code, from this randomness.
fn new_code(rng: &mut impl rand::Rng) -> String {
    rand::seq::index::sample(rng, CHARACTERS.len(), LENGTH).into_iter().map(|at| char::from(CHARACTERS[at])).collect()
}

fn usable(state: Option<InviteState>) -> Usable {
    match state {
        None => Usable::Any,
        Some(InviteState::Usable) => Usable::Yes,
        Some(InviteState::OwnerIsNot) => Usable::OwnerIsNot,
        Some(InviteState::UsedUp) => Usable::UsedUp,
        Some(InviteState::Expired) => Usable::Expired,
    }
}

/// Those of an account, or of everybody.
async fn window(
    read: &mut Read,
    owner: Option<AccountId>,
    usable: Usable,
    before: Option<InviteId>,
    page: usize,
) -> Result<InviteWindow, DatabaseError> {
    match owner {
        Some(owner) => read.invites_of(owner, usable, before, page).await,
        None => read.invites(usable, before, page).await,
    }
}

fn preview(invites: &[Invite], more: bool) -> RevokePreview {
    let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
    for invite in invites {
        *owners.entry(&invite.inviter.username).or_default() += 1;
    }
    let mut owners: Vec<(String, usize)> =
        owners.into_iter().map(|(name, number)| (format!("@{}", ui::tame(name)), number)).collect();
    owners.sort_by_key(|(name, number)| (std::cmp::Reverse(*number), name.clone()));
    let owners_all = owners.len();
    owners.truncate(5);
    RevokePreview {
        invites: invites.iter().map(|invite| invite.id).collect(),
        uses_left: invites.iter().filter_map(|invite| Some(number(invite.max_uses? - invite.uses))).sum(),
        unlimited: invites.iter().filter(|invite| invite.max_uses.is_none()).count(),
        asleep: invites.iter().filter(|invite| invite.inviter.trouble().is_some()).count(),
        owners,
        owners_all,
        more,
    }
}

pub async fn list(context: &Context, instance: &str, search: &str) -> Result<Framed<InvitationsPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewInvitations, Some(&instance.name)).await?;
    let may_manage = may_manage(context, &instance);
    let parsed = Search::parse(search);
    parsed.knows_beside(&["state", "owner"], &["new", "revoke"])?;
    let base = path::invitations(&instance.name);
    let state = parsed.one_of("state", &InviteState::ALL.map(|state| (state.name(), state.words())))?.parse().ok();
    let owner: Option<AccountId> = parsed.typed("owner", "Enter an account ID")?;
    let before = parsed.get("before").and_then(|id| id.parse().ok());
    let mut read = instance.database.read().await.map_err(read_problem)?;
    let shown = window(&mut read, owner, usable(state), before, PAGE).await.map_err(read_problem)?;
    let owner = match owner {
        Some(owner) => {
            let inviter = read.inviter(owner).await.map_err(read_problem)?;
            let handle = inviter.map_or_else(|| "nobody".to_owned(), |inviter| ui::tame(&inviter.username));
            Some((owner, format!("@{handle}")))
        }
        None => None,
    };
    let preview = if may_manage && parsed.get("revoke") == Some("all") {
        let owner = owner.as_ref().map(|(id, _)| *id);
        let all = window(&mut read, owner, Usable::GoesOn, None, MOST_AT_ONCE + 1).await.map_err(read_problem)?;
        let more = all.invites.len() > MOST_AT_ONCE || all.looked_to.is_some();
        let first = all.invites.get(..MOST_AT_ONCE).unwrap_or(&all.invites);
        Some(preview(first, more))
    } else {
        None
    };
    // A form that came back is shown again wherever it stood.
    let asked = parsed.get("new").or(parsed.get("draft")).is_some();
    let issuing = if may_manage && asked { Some(issuing(context, &instance, &mut read).await?) } else { None };
    let untold = read.untold(&[Extra::Deletion, Extra::RoleDetails]).await.map_err(read_problem)?;
    drop(read);
    let waiting = access_requests::waiting(&context.app.store, &instance.name, 1_000).await.map_err(store_problem)?;
    let page = InvitationsPage {
        rows: shown.invites.iter().map(line).collect(),
        state,
        owner,
        edge: shown.looked_to,
        older: shown.edge.map(|edge| format!("{base}{}", parsed.with("before", &edge.to_string()))),
        registrations: registrations(&instance),
        waiting: number(waiting),
        preview,
        issuing,
        running: batches::service::running(context, &instance, RevokeInvite::KIND).await?,
        may_manage,
        search: search.to_owned(),
        untold,
    };
    frame::build(context, Some(&instance), &base, search, page).await
}

pub async fn invitation(
    context: &Context,
    instance: &str,
    invite: &str,
    search: &str,
) -> Result<Framed<InvitationPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewInvitations, Some(&instance.name)).await?;
    let missing = || Problem::not_found("This invite doesn’t exist on this instance.");
    let id: InviteId = invite.parse().map_err(|_| missing())?;
    let parsed = Search::parse(search);
    parsed.knows(&[])?;
    let here = path::invitation(&instance.name, id);
    let mut read = instance.database.read().await.map_err(read_problem)?;
    let invite = read.invite(id).await.map_err(read_problem)?.ok_or_else(missing)?;
    let arrivals = arrivals(&mut read, &invite, &here, &parsed).await.map_err(read_problem)?;
    let untold = read.untold(&[Extra::Deletion, Extra::RoleDetails]).await.map_err(read_problem)?;
    drop(read);
    let app = &context.app;
    let request = access_requests::by_invite(&app.store, &app.keys, &instance.name, id).await.map_err(store_problem)?;
    let may_manage = may_manage(context, &instance);
    let page = InvitationPage {
        line: line(&invite),
        link: link(context, &instance, &invite),
        arrivals,
        registrations: registrations(&instance),
        request: request.map(|request| request.id),
        preview: (may_manage && invite.goes_on()).then(|| preview(std::slice::from_ref(&invite), false)),
        untold,
        may_manage,
    };
    frame::build(context, Some(&instance), &here, search, page).await
}

/// The code in what was typed: a code, or a link that ends with one; `None` for what cannot be a code.
fn code_in(text: &str) -> Option<&str> {
    let code = text.rsplit_once("/invite/").map_or(text, |(_, code)| code).trim_end_matches('/');
    let fits = (4..=64).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then_some(code)
}

pub async fn look_up(context: Context, instance: String, q: String) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    context.permit(Permission::ViewInvitations, Some(&instance.name)).await?;
    let typed = q.trim();
    if typed.is_empty() {
        return Ok(path::invitations(&instance.name));
    }
    let mut read = instance.database.read().await.map_err(read_problem)?;
    let handle = typed.strip_prefix('@');
    if handle.is_none()
        && let Some(code) = code_in(typed)
        && let Some(invite) = read.invite_by_code(code).await.map_err(read_problem)?
    {
        return Ok(path::invitation(&instance.name, invite.id));
    }
    let name = handle.unwrap_or(typed);
    let (name, domain) = name.split_once('@').map_or((name, None), |(name, domain)| (name, Some(domain)));
    let ours = domain.is_none_or(|domain| instance.own_domains().contains(&domain.to_lowercase()));
    if ours && let Some(account) = read.by_handle(name, None).await.map_err(read_problem)? {
        return Ok(path::invitations_of(&instance.name, account));
    }
    Err(Problem::invalid(
        "q",
        "No invite has this code, and no account here has this handle. Codes are case-sensitive.",
    ))
}

pub async fn issue(context: Context, instance: String, form: IssueForm) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    let permit = context.permit(Permission::ManageInvitations, Some(&instance.name)).await?;
    let request = match form.request.as_str() {
        "" => None,
        id => Some(super::requests::waiting(&context, &instance, id).await?),
    };
    let max_uses: i32 = form
        .uses
        .trim()
        .parse()
        .ok()
        .filter(|uses| (1..=MOST_USES).contains(uses))
        .ok_or_else(|| Problem::invalid("uses", format!("An invite can be used 1 to {MOST_USES} times.")))?;
    let term: Term = form.term.parse().map_err(|()| Problem::invalid("term", "Choose when it expires."))?;
    let comment = match &request {
        // What stands on the instance names the request and nobody.
        Some(request) => format!("Access request {}", request.id),
        None => form.comment.trim().to_owned(),
    };
    if comment.chars().count() > LONGEST_COMMENT || comment.contains('\0') {
        return Err(Problem::invalid("comment", format!("The comment is longer than {LONGEST_COMMENT} characters.")));
    }
    let why = Why::given(&form.why, false)?;
    if request.is_none() && why.is_empty() {
        return Err(Problem::invalid("why", "Enter a reason for the team and the audit log."));
    }
    let inviter = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        super::inviter(&context, &instance, &mut read).await?
    };
    if let Some(refused) = cannot_issue(inviter.as_ref()) {
        return Err(Problem::new(Kind::Conflict, format!("No invite was created. {refused}"), ""));
    }
    let Some(inviter) = inviter else {
        return Err(Problem::unavailable(
            "The console doesn’t know yet which account it acts as.",
            "Try again in a moment.",
        ));
    };
    let back = request.as_ref().map(|request| path::access_request(&instance.name, &request.id));
    let deed = IssueInvite {
        instance: instance.name.clone(),
        account: inviter.id(),
        acct: inviter.username.clone(),
        code: new_code(&mut crate::seal::rng()),
        max_uses,
        expires_at: term.end(context.now()).map(|at| at.0),
        comment,
        request: request.map(|request| request.id),
    };
    let done = carry_out(context, instance.clone(), permit, deed, why).await?;
    let issued = done.facts["invite"].as_str().and_then(|id| id.parse().ok());
    let to = back.unwrap_or_else(|| match issued {
        Some(id) => path::invitation(&instance.name, id),
        None => path::invitations(&instance.name),
    });
    done.landed(&to)
}

/// The deed about an invitation that goes on.
fn revoking(instance: &Instance, invite: &Invite) -> RevokeInvite {
    RevokeInvite {
        instance: instance.name.clone(),
        invite: invite.id,
        account: invite.inviter.id(),
        acct: invite.inviter.username.clone(),
        uses: invite.uses,
        max_uses: invite.max_uses,
    }
}

/// Why an invitation is nothing to revoke any more, in a sentence; `None` while it goes on.
fn over(invite: Option<&Invite>) -> Option<String> {
    match invite {
        None => Some("the invite no longer exists: its owner was deleted in the meantime".to_owned()),
        Some(invite) if invite.expired => Some("it was deactivated or expired in the meantime".to_owned()),
        Some(invite) if invite.used_up() => {
            Some("it was used up in the meantime: nobody else can sign up with it".to_owned())
        }
        Some(_) => None,
    }
}

pub async fn revoke(context: Context, instance: String, invites: String, why: String) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    context.permit(Permission::ManageInvitations, Some(&instance.name)).await?;
    let ids: Vec<i64> = invites
        .split(',')
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().map_err(|_| malformed_form()))
        .collect::<Result<_, _>>()?;
    if ids.is_empty() || ids.len() > MOST_AT_ONCE {
        return Err(malformed_form());
    }
    let why = Why::needed(
        "why",
        &why,
        "Enter a reason: the audit log is the only place that will explain why the link stopped working.",
    )?;
    let found = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        read.invites_among(&ids).await.map_err(read_problem)?
    };
    if let [id] = ids[..] {
        let invite = found.first();
        if let Some(over) = over(invite) {
            return Err(Problem::new(
                Kind::Conflict,
                format!("Nothing was done: {over}."),
                "The page shows the current state.",
            ));
        }
        let invite = invite.ok_or_else(malformed_form)?;
        let deed = revoking(&instance, invite);
        let done = carry(context, instance.clone(), deed, why).await?;
        return done.landed(&path::invitation(&instance.name, InviteId(id)));
    }
    let deeds: Vec<InBatch> = found
        .iter()
        .filter(|invite| over(Some(invite)).is_none())
        .map(|invite| InBatch::RevokeInvite(revoking(&instance, invite)))
        .collect();
    if deeds.is_empty() {
        return Err(Problem::new(
            Kind::Conflict,
            "Nothing was done: all of these have expired or are used up.",
            "The page shows the current state.",
        ));
    }
    batches::service::begin(&context, &instance, deeds, why).await
}

/// Revokes one, for somebody or for their batch.
///
/// # Errors
/// Those of the permit and of the deed.
pub async fn carry(context: Context, instance: Arc<Instance>, deed: RevokeInvite, why: Why) -> Result<Done, Problem> {
    let permit = context.permit(Permission::ManageInvitations, Some(&instance.name)).await?;
    // Written by SQL, so nobody else asks (`app/policies/invite_policy.rb`); of a linked account it is asked with the deed.
    let own = acting::linked(&context.app, &context.actor, &instance.name).await?;
    let acting = instance.health().account.clone();
    if let Some(acting) = acting.filter(|acting| own.is_none() && !acting.can(MANAGE_INVITES))
        && acting.id != deed.account
    {
        return Err(Problem::new(
            Kind::Forbidden,
            format!(
                "Mastodon would not let @{} deactivate somebody else’s invite: its role lacks “Manage Invites”.",
                ui::tame(&acting.username)
            ),
            "Add the permission to its role on the instance.",
        ));
    }
    carry_out(context, instance, permit, deed, why).await
}

/// What the pages of an account say about invitations; nothing about one without a login, and nothing to whoever may not
/// view them.
pub async fn of_account(
    context: &Context,
    instance: &Instance,
    account: AccountId,
) -> Result<Option<OfAccount>, Problem> {
    if access::permit(&context.actor, Permission::ViewInvitations, Some(&instance.name)).is_err() {
        return Ok(None);
    }
    let mut read = instance.database.read().await.map_err(read_problem)?;
    let found = read.invitations_of(account).await.map_err(read_problem)?;
    let (chain, goes_on) = chain::chain(&context.app, instance, &mut read, account).await?;
    // Of whoever has no login any more it is known from before alone.
    let found =
        found.or_else(|| (!chain.is_empty()).then_some(InvitationsOf { came_with: None, go_on: 0, owns_any: false }));
    Ok(found.map(|found| OfAccount {
        came_with: found.came_with.map(|(invite, by, name)| (invite, by, format!("@{}", ui::tame(&name)))),
        go_on: if found.go_on >= 100 { "100+".to_owned() } else { found.go_on.to_string() },
        owns_any: found.owns_any,
        chain,
        goes_on,
    }))
}

impl Carry for IssueInvite {
    const MAY_COME_LATER: bool = false;

    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        Ok(cannot_issue(read.inviter(self.account).await?.as_ref()))
    }

    async fn send(warrant: Warrant<Self>, context: &Context, instance: &Instance, client: &Client) -> Answered<Self> {
        if let Some(request) = &warrant.deed().request {
            let app = &context.app;
            match access_requests::by_id(&app.store, &app.keys, request).await {
                Ok(Some(found)) if found.state == RequestState::Waiting => {}
                Ok(_) => return warrant.unsent("somebody else decided the request in the meantime"),
                Err(error) => return warrant.unsent(format!("the console’s own database can’t be reached: {error}")),
            }
        }
        if let Some(why) = client.consent_is_gone().await {
            return warrant.unsent(why);
        }
        let answered = instance.issue_invite(warrant).await;
        // While the request is still locked: a second invitation for it must find it answered.
        let invite: Option<InviteId> = answered.steps().first().and_then(|step| match &step.answer {
            Answer::Accepted { body } => serde_json::from_value(body["invite"].clone()).ok(),
            _ => None,
        });
        if let (Some(request), Some(invite)) = (answered.deed().request.clone(), invite) {
            let (app, by) = (&context.app, &context.actor.operator);
            let set = access_requests::set_invited(&app.store, &request, invite, Some(by), context.now());
            if let Err(error) = set.await {
                tracing::error!(%error, request, "invitations.answered");
            }
        }
        answered
    }

    /// The code is this deed's alone: whatever has it is what it made.
    async fn evidence(&self, _: Mark, _: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let found = read.invite_by_code(&self.code).await?;
        let right = found.as_ref().is_some_and(|invite| invite.inviter.id() == self.account);
        Ok(Evidence {
            trace: if right { Trace::Whole } else { Trace::None },
            state_is_right: right,
            facts: json!({ "invite": found.map(|invite| invite.id) }),
            seen: json!({ "there": right }),
        })
    }

    /// The request is answered.
    async fn afterwards(&self, app: &App, intent: i64, outcome: Outcome) -> sqlx::Result<()> {
        let Some(request) = &self.request else { return Ok(()) };
        if !matches!(outcome, Outcome::Succeeded | Outcome::Partly | Outcome::Unknown) {
            return Ok(());
        }
        let other = |error: &dyn std::fmt::Display| sqlx::Error::Protocol(error.to_string());
        let Some(instance) = app.instances.get(&self.instance) else { return Ok(()) };
        let mut read = instance.database.read().await.map_err(|error| other(&error))?;
        let found = read.invite_by_code(&self.code).await.map_err(|error| other(&error))?;
        let Some(invite) = found else { return Ok(()) };
        let entry = app.ledger.entry(intent).await.map_err(|error| other(&error))?;
        let by = entry.and_then(|detail| detail.entry.operator).map(crate::id::OperatorId);
        access_requests::set_invited(&app.store, request, invite.id, by.as_ref(), app.clock.now()).await.map(|_| ())
    }
}

impl Carry for RevokeInvite {
    const MAY_COME_LATER: bool = false;

    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        Ok(over(read.invite(self.invite).await?.as_ref()))
    }

    async fn send(warrant: Warrant<Self>, _: &Context, instance: &Instance, client: &Client) -> Answered<Self> {
        if let Some(why) = client.consent_is_gone().await {
            return warrant.unsent(why);
        }
        instance.revoke_invite(warrant).await
    }

    /// Mastodon logs nothing of it: only the answer of our own write is a trace.
    async fn evidence(&self, _: Mark, _: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let found = read.invite(self.invite).await?;
        let ended = found.as_ref().is_none_or(|invite| invite.expired);
        Ok(Evidence {
            trace: Trace::None,
            state_is_right: ended,
            facts: json!({ "ended": ended }),
            seen: json!({ "uses": found.map(|invite| invite.uses) }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn a_code_has_eight_different_characters_that_look_like_no_others() {
        let mut rng = rand::rngs::StdRng::seed_from_u64(7);
        let mut all = std::collections::BTreeSet::new();
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..2_000 {
            let code = new_code(&mut rng);
            let different: std::collections::BTreeSet<char> = code.chars().collect();
            assert_eq!((code.len(), different.len()), (8, 8), "{code}");
            assert!(code.chars().all(|c| c.is_ascii_alphanumeric() && !"01IlO".contains(c)), "{code}");
            all.extend(different);
            assert!(seen.insert(code), "the same code twice");
        }
        assert_eq!(all.len(), 57);
    }

    #[test]
    fn a_code_is_found_in_a_link() {
        assert_eq!(code_in("aBcDeF23"), Some("aBcDeF23"));
        assert_eq!(code_in("https://harbour.example/invite/aBcDeF23"), Some("aBcDeF23"));
        assert_eq!(code_in("https://harbour.example/invite/aBcDeF23/"), Some("aBcDeF23"));
        for other in ["", "@wren", "a b", "wren@harbour.example", "https://harbour.example/about"] {
            assert_eq!(code_in(other), None, "{other}");
        }
    }
}
