//! Rules about mail domains at sign-up.

use super::{MANAGE_BLOCKS, PAGE, able, deeds::of_rows, may_change, misread, names, page_of, unread, viewed};
use crate::{
    access::Permission,
    carry_out::{Carry, Evidence, carry_out},
    context::Context,
    deeds::{BlockMailDomain, ChangeMailDomainBlock, LiftMailDomainBlock},
    domain_blocks::{Domain, MailPage, MailRule},
    frame::{self, Framed},
    id::{AccountId, RuleNumber},
    ledger::{Answered, Mark, Warrant},
    mastodon::{
        Instance,
        database::{DatabaseError, Read},
        rest::Client,
    },
    path,
    problem::Problem,
    search::Search,
    text::Why,
};

pub async fn mail_domains(context: &Context, instance: &str, search: &str) -> Result<Framed<MailPage>, Problem> {
    let instance = viewed(context, instance).await?;
    let parsed = Search::parse(search);
    let text = parsed.get("q").unwrap_or_default().trim().to_owned();
    let before = parsed.get("before").and_then(|id| id.parse().ok());
    let wanted = Some(text.as_str()).filter(|text| !text.is_empty());
    let mut read = instance.database.read().await.map_err(unread)?;
    let (rules, more) = page_of(read.mail_domain_blocks(wanted, before, PAGE + 1).await.map_err(unread)?);
    drop(read);
    let here = path::mail_domains(&instance.name);
    let older =
        rules.last().filter(|_| more).map(|last| format!("{here}{}", parsed.with("before", &last.id.to_string())));
    let page = MailPage { text, rules, older, may_change: may_change(context) };
    frame::build(context, Some(&instance), &here, search, page).await
}

/// Makes a rule, or changes the one the page showed (`seen`: its id and whether it asked for review).
pub async fn set_mail(
    context: Context,
    instance: String,
    domain: String,
    review: bool,
    seen: String,
    why: String,
) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    let permit = context.permit(Permission::ManageBlocks, Some(&instance.name)).await?;
    let domain = names::mail(&domain).map_err(|why| Problem::invalid("domain", why))?;
    let why = Why::given(&why, true)?;
    able(&context, &instance, MANAGE_BLOCKS, "manage blocks").await?;
    let name = instance.name.clone();
    let done = if seen.is_empty() {
        let now = {
            let mut read = instance.database.read().await.map_err(unread)?;
            read.mail_domain_block(&domain).await.map_err(unread)?
        };
        if let Some(now) = now {
            let words = if now.review { "sign-ups reviewed" } else { "no sign-ups" };
            return Err(Problem::invalid(
                "domain",
                format!("There is a rule for {domain} already: {words}. Change it in the list."),
            ));
        }
        let deed = BlockMailDomain { instance: name, domain, review };
        carry_out(context.clone(), instance.clone(), permit, deed, why).await?
    } else {
        let (id, review_before): (RuleNumber, bool) = serde_json::from_str(&seen).map_err(|_| misread())?;
        let deed = ChangeMailDomainBlock { instance: name, domain, id, review_before, review_after: review };
        carry_out(context.clone(), instance.clone(), permit, deed, why).await?
    };
    done.landed(&path::mail_domains(&instance.name))
}

pub async fn lift_mail(
    context: Context,
    instance: String,
    domain: String,
    seen: String,
    why: String,
) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    let permit = context.permit(Permission::ManageBlocks, Some(&instance.name)).await?;
    let domain = Domain::try_from(domain).map_err(|_| misread())?;
    let (id, review_before): (RuleNumber, bool) = serde_json::from_str(&seen).map_err(|_| misread())?;
    let why = Why::given(&why, true)?;
    able(&context, &instance, MANAGE_BLOCKS, "manage blocks").await?;
    let deed = LiftMailDomainBlock { instance: instance.name.clone(), domain, id, review_before };
    let done = carry_out(context.clone(), instance.clone(), permit, deed, why).await?;
    done.landed(&path::mail_domains(&instance.name))
}

fn changed(now: Option<&MailRule>, id: RuleNumber, review: bool) -> Option<String> {
    match now {
        None => Some("somebody else lifted the rule meanwhile".to_owned()),
        Some(now) if now.id != id.0 || now.review != review => {
            Some("somebody else changed the rule meanwhile".to_owned())
        }
        Some(_) => None,
    }
}

impl Carry for BlockMailDomain {
    async fn overtaken(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        let now = read.mail_domain_block(&self.domain).await?;
        Ok(now.map(|_| "somebody else made a rule for it meanwhile".to_owned()))
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, hand: &Client) -> Answered<Self> {
        hand.block_mail_domain(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        let now = read.mail_domain_block(&self.domain).await?;
        let right = now.as_ref().is_some_and(|now| now.review == self.review);
        Ok(of_rows(&log, "EmailDomainBlock", &[("create", now.map(|now| now.id))], right))
    }
}

impl Carry for ChangeMailDomainBlock {
    async fn overtaken(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        let now = read.mail_domain_block(&self.domain).await?;
        Ok(changed(now.as_ref(), self.id, self.review_before))
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, hand: &Client) -> Answered<Self> {
        hand.change_mail_domain_block(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        let now = read.mail_domain_block(&self.domain).await?;
        let right = now.as_ref().is_some_and(|now| now.review == self.review_after);
        let wanted = [("destroy", Some(self.id.0)), ("create", now.map(|now| now.id))];
        Ok(of_rows(&log, "EmailDomainBlock", &wanted, right))
    }
}

impl Carry for LiftMailDomainBlock {
    async fn overtaken(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        let now = read.mail_domain_block(&self.domain).await?;
        Ok(changed(now.as_ref(), self.id, self.review_before))
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, hand: &Client) -> Answered<Self> {
        hand.lift_mail_domain_block(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        let gone = read.mail_domain_block(&self.domain).await?.is_none();
        Ok(of_rows(&log, "EmailDomainBlock", &[("destroy", Some(self.id.0))], gone))
    }
}
