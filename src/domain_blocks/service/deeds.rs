//! Rules about servers: made, changed, lifted; and the list of those federated with.

use super::{MANAGE_FEDERATION, able, checked_comment, is_followed, malformed_form, names, read_problem};
use crate::{
    access::Permission,
    carry_out::{Carry, Done, Evidence, Trace, carry_out},
    context::Context,
    deeds::{AllowDomain, BlockDomain, ChangeDomainBlock, DisallowDomain, LiftDomainBlock},
    domain_blocks::{Domain, Listed, Rule, RuleForm, Severity},
    id::{AccountId, RuleNumber},
    ledger::{Answered, Mark, Outcome, Warrant},
    mastodon::{
        Instance,
        database::{DatabaseError, LogRow, MOST_BELOW, Read},
        rest::Client,
    },
    path,
    problem::{Kind, Problem},
    text::Why,
};
use serde_json::json;
use std::sync::Arc;

/// Makes a rule, or changes the one the page showed.
pub async fn set(context: Context, form: RuleForm) -> Result<String, Problem> {
    let instance = context.instance(&form.instance)?.clone();
    context.permit(Permission::ManageBlocks, Some(&instance.name)).await?;
    let seen: Option<(RuleNumber, Rule)> = match form.seen.as_str() {
        "" => None,
        seen => Some(serde_json::from_str(seen).map_err(|_| malformed_form())?),
    };
    let own = instance.own_domains();
    // A rule that is there is named exactly as its row has it, whatever would become of such a name today.
    let domain = match seen {
        None => names::server(&form.domain, &own).map_err(|why| Problem::invalid("domain", why))?,
        Some(_) => Domain::try_from(form.domain.clone()).map_err(|_| malformed_form())?,
    };
    let severity: Severity = form.severity.parse().map_err(|()| Problem::invalid("severity", "Choose a severity."))?;
    let after = Rule {
        severity,
        reject_media: form.reject_media == "yes",
        reject_reports: form.reject_reports == "yes",
        obfuscate: form.obfuscate == "yes",
        public_comment: checked_comment("public_comment", &form.public_comment)?,
        private_comment: checked_comment("private_comment", &form.private_comment)?,
    };
    let why = Why::given(&form.why, true)?;
    let before = seen.as_ref().map(|(_, before)| before);
    if let Some(before) = before.filter(|_| names::is_ours(&domain, &own))
        && !after.is_within(before)
    {
        return Err(Problem::invalid(
            "severity",
            format!("{domain} is or covers this instance’s own domain: its domain block can only be weakened."),
        ));
    }
    // A limit that no longer rejects media is not stricter in Mastodon's order, and meets everybody all the same.
    let harsher = before.is_none_or(|before| !after.is_within(before));
    if names::is_shared(&domain) && harsher && form.sure != "yes" {
        let warning = format!(
            "{domain} hosts many people’s servers: the domain block covers everyone with a subdomain of it. Tick \
            the box to do it anyway."
        );
        return Err(Problem::invalid("sure", warning));
    }
    let now = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        read.domain_block(&domain).await.map_err(read_problem)?
    };
    if let (None, Some(now)) = (&seen, &now) {
        return Err(exists(&domain, now));
    }
    let done = set_rule(&context, &instance, domain.clone(), after, seen, why).await?;
    if matches!(done.outcome, Outcome::Failed | Outcome::Refused) {
        // A 422 with `existing_domain_block`: the page shows that rule, with what was typed as its change.
        let mut read = instance.database.read().await.map_err(read_problem)?;
        if let (None, Some(now)) = (now, read.domain_block(&domain).await.map_err(read_problem)?) {
            return Err(exists(&domain, &now));
        }
    }
    done.landed(&path::server(&instance.name, domain.as_str()))
}

fn exists(domain: &Domain, rule: &Listed) -> Problem {
    Problem::new(
        Kind::Conflict,
        format!("Nothing was done: there already is a domain block for {domain} ({}).", rule.rule.words()),
        "The page shows it; what you typed is kept. Send it again to replace it.",
    )
}

/// Carries one rule out, with everything that is checked before: the service account's role, the rule above it, and who
/// may cut follows.
pub(super) async fn set_rule(
    context: &Context,
    instance: &Arc<Instance>,
    domain: Domain,
    after: Rule,
    seen: Option<(RuleNumber, Rule)>,
    why: Why,
) -> Result<Done, Problem> {
    able(context, instance, MANAGE_FEDERATION, "manage federation").await?;
    if seen.is_none() {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        let above = read.domain_blocks_of(&domain.parents()).await.map_err(read_problem)?;
        if let Some(nearest) = above.first().filter(|nearest| !after.is_stricter_than(&nearest.rule)) {
            let what = match after.strictness(&nearest.rule) {
                Some(_) => format!("already covers {domain}"),
                None => "is neither stricter nor weaker than this one".to_owned(),
            };
            return Err(Problem::invalid(
                "severity",
                format!(
                    "The domain block for {} ({}) {what}. Mastodon only accepts a stricter one for a subdomain.",
                    nearest.domain,
                    nearest.rule.words()
                ),
            ));
        }
    }
    let before = seen.as_ref().map(|(_, before)| before);
    let followed = after.begins_to_suspend(before) && {
        let there = {
            let mut read = instance.database.read().await.map_err(read_problem)?;
            there(&mut read, &domain).await.map_err(read_problem)?
        };
        match there {
            Some(there) => is_followed(instance, &there).await.map_err(read_problem)?,
            // What is not known counts as yes.
            None => true,
        }
    };
    let permission = if followed { Permission::SuspendFollowedDomain } else { Permission::ManageBlocks };
    let permit = context.permit(permission, Some(&instance.name)).await?;
    let name = instance.name.clone();
    match seen {
        None => {
            let deed = BlockDomain { instance: name, domain, after, followed };
            carry_out(context.clone(), instance.clone(), permit, deed, why).await
        }
        Some((id, before)) => {
            let deed = ChangeDomainBlock { instance: name, domain, id, before, after, followed };
            carry_out(context.clone(), instance.clone(), permit, deed, why).await
        }
    }
}

/// A server and all known below it: what a rule for it covers; `None` where there are too many to look at.
async fn there(read: &mut Read, domain: &Domain) -> Result<Option<Vec<String>>, DatabaseError> {
    let below = read.servers_below(domain).await?;
    if below.len() > MOST_BELOW {
        return Ok(None);
    }
    let mut there = vec![domain.to_string()];
    there.extend(below.into_iter().map(|(domain, _)| domain));
    Ok(Some(there))
}

pub async fn lift(
    context: Context,
    instance: String,
    domain: String,
    seen: String,
    why: String,
) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    let permit = context.permit(Permission::ManageBlocks, Some(&instance.name)).await?;
    let domain = Domain::try_from(domain).map_err(|_| malformed_form())?;
    let (id, before): (RuleNumber, Rule) = serde_json::from_str(&seen).map_err(|_| malformed_form())?;
    let why = Why::given(&why, true)?;
    able(&context, &instance, MANAGE_FEDERATION, "manage federation").await?;
    let deed = LiftDomainBlock { instance: instance.name.clone(), domain: domain.clone(), id, before };
    let done = carry_out(context.clone(), instance.clone(), permit, deed, why).await?;
    done.landed(&path::server(&instance.name, domain.as_str()))
}

pub async fn allow(context: Context, instance: String, domain: String, why: String) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    let permit = context.permit(Permission::ManageBlocks, Some(&instance.name)).await?;
    let domain = names::server(&domain, &instance.own_domains()).map_err(|why| Problem::invalid("domain", why))?;
    let why = Why::given(&why, true)?;
    able(&context, &instance, MANAGE_FEDERATION, "manage federation").await?;
    let deed = AllowDomain { instance: instance.name.clone(), domain: domain.clone() };
    let done = carry_out(context.clone(), instance.clone(), permit, deed, why).await?;
    done.landed(&path::server(&instance.name, domain.as_str()))
}

pub async fn disallow(
    context: Context,
    instance: String,
    domain: String,
    id: String,
    why: String,
) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    // Mastodon then deletes what it holds of the server, as after a suspension.
    let permit = context.permit(Permission::SuspendFollowedDomain, Some(&instance.name)).await?;
    let domain = Domain::try_from(domain).map_err(|_| malformed_form())?;
    let id = id.parse().map_err(|_| malformed_form())?;
    let why = Why::given(&why, true)?;
    able(&context, &instance, MANAGE_FEDERATION, "manage federation").await?;
    let deed = DisallowDomain { instance: instance.name.clone(), domain: domain.clone(), id };
    let done = carry_out(context.clone(), instance.clone(), permit, deed, why).await?;
    done.landed(&path::server(&instance.name, domain.as_str()))
}

/// Evidence for a deed about one row: the log rows that only this deed can have left, and whether the state is right.
pub(super) fn of_rows(log: &[LogRow], kind: &str, wanted: &[(&str, Option<i64>)], state_is_right: bool) -> Evidence {
    // The same account may do others at the same time.
    let is_of = |row: &LogRow, id: Option<i64>| row.target_type == kind && Some(row.target_id) == id;
    let own = || log.iter().filter(|row| wanted.iter().any(|(_, id)| is_of(row, *id)));
    let is_traced = |(action, id): &&(&str, Option<i64>)| own().any(|row| row.action == *action && is_of(row, *id));
    let traced = wanted.iter().filter(is_traced).count();
    Evidence {
        trace: match traced {
            0 => Trace::None,
            some if some < wanted.len() => Trace::Part,
            _ => Trace::Whole,
        },
        state_is_right,
        facts: json!({ "log rows": traced }),
        seen: json!({ "log rows": own().map(LogRow::words).collect::<Vec<_>>() }),
    }
}

/// What a deed was for is not the rule alone: what has become of the accounts that it is about, beside the evidence.
async fn with_accounts(evidence: Evidence, domain: &Domain, read: &mut Read) -> Result<Evidence, DatabaseError> {
    let mut there = vec![domain.to_string()];
    there.extend(read.servers_below(domain).await?.into_iter().take(MOST_BELOW).map(|(below, _)| below));
    let mut evidence = evidence;
    evidence.facts["accounts there"] = json!(read.limited_there(&there).await?);
    Ok(evidence)
}

/// What is different in a rule, in a clause.
fn changed(now: Option<&Listed>, id: RuleNumber, before: &Rule) -> Option<String> {
    match now {
        None => Some("somebody else undid the domain block in the meantime".to_owned()),
        Some(now) if now.id != id.0 => Some("somebody else replaced the domain block in the meantime".to_owned()),
        Some(now) if now.rule != *before => {
            Some(format!("somebody else changed the domain block in the meantime; it is now “{}”", now.rule.words()))
        }
        Some(_) => None,
    }
}

/// A suspension that was said to cut nobody’s follows must still cut nobody’s.
async fn now_followed(read: &mut Read, domain: &Domain, followed: bool) -> Result<Option<String>, DatabaseError> {
    if followed {
        return Ok(None);
    }
    let followed = match there(read, domain).await? {
        Some(there) => read.is_followed(&there).await?.unwrap_or(true),
        None => true,
    };
    Ok(followed.then(|| format!("people here have started to follow accounts on {domain}")))
}

impl Carry for BlockDomain {
    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        if let Some(now) = read.domain_block(&self.domain).await? {
            return Ok(Some(format!(
                "somebody else created a domain block for it in the meantime ({})",
                now.rule.words()
            )));
        }
        if self.after.begins_to_suspend(None) {
            return now_followed(read, &self.domain, self.followed).await;
        }
        Ok(None)
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        client.block_domain(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        let now = read.domain_block(&self.domain).await?;
        let right = now.as_ref().is_some_and(|now| now.rule == self.after);
        let evidence = of_rows(&log, "DomainBlock", &[("create", now.map(|now| now.id))], right);
        with_accounts(evidence, &self.domain, read).await
    }
}

impl Carry for ChangeDomainBlock {
    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        let now = read.domain_block(&self.domain).await?;
        if let Some(what) = changed(now.as_ref(), self.id, &self.before) {
            return Ok(Some(what));
        }
        if self.after.begins_to_suspend(Some(&self.before)) {
            return now_followed(read, &self.domain, self.followed).await;
        }
        Ok(None)
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        client.change_domain_block(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        // By its number: a name that Mastodon would write otherwise is written so with the first change.
        let right = read.domain_block_numbered(self.id).await?.is_some_and(|now| now.rule == self.after);
        let evidence = of_rows(&log, "DomainBlock", &[("update", Some(self.id.0))], right);
        with_accounts(evidence, &self.domain, read).await
    }
}

impl Carry for LiftDomainBlock {
    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        let now = read.domain_block(&self.domain).await?;
        Ok(changed(now.as_ref(), self.id, &self.before))
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        client.lift_domain_block(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        let gone = read.domain_block(&self.domain).await?.is_none();
        let evidence = of_rows(&log, "DomainBlock", &[("destroy", Some(self.id.0))], gone);
        with_accounts(evidence, &self.domain, read).await
    }
}

impl Carry for AllowDomain {
    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        let now = read.domain_allow(&self.domain).await?;
        Ok(now.map(|_| "somebody else allowed it in the meantime".to_owned()))
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        client.allow_domain(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        let now = read.domain_allow(&self.domain).await?;
        let there = now.is_some();
        Ok(of_rows(&log, "DomainAllow", &[("create", now.map(|now| now.id))], there))
    }
}

impl Carry for DisallowDomain {
    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        Ok(match read.domain_allow(&self.domain).await? {
            None => Some("somebody else disallowed it in the meantime".to_owned()),
            Some(now) if now.id != self.id.0 => Some("somebody else allowed it again in the meantime".to_owned()),
            Some(_) => None,
        })
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        client.disallow_domain(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        let gone = read.domain_allow(&self.domain).await?.is_none();
        Ok(of_rows(&log, "DomainAllow", &[("destroy", Some(self.id.0))], gone))
    }
}
