//! Rules about mail domains at sign-up.

use super::{
    LATELY, MANAGE_BLOCKS, PAGE, able, deeds::of_rows, malformed_form, may_change, meets, names, page_of, read_problem,
    viewed, waiting_for, waiting_under,
};
use crate::{
    access::Permission,
    carry_out::{Carry, Evidence, carry_out},
    context::Context,
    deeds::{BlockMailDomain, ChangeMailDomainBlock, LiftMailDomainBlock},
    domain_blocks::{Domain, EmailDomainForm, EmailDomainsPage, MailRule, Proposed, sure_of},
    frame::{self, Framed},
    id::{AccountId, RuleNumber},
    ledger::{Answered, Mark, Warrant},
    mastodon::{
        Instance,
        database::{DatabaseError, Read},
        rest::Client,
    },
    path,
    problem::{Kind, Problem},
    search::Search,
    signups::covers_large_mail_server,
    text::Why,
    ui,
};

pub async fn email_domains(
    context: &Context,
    instance: &str,
    search: &str,
) -> Result<Framed<EmailDomainsPage>, Problem> {
    let instance = viewed(context, instance).await?;
    let parsed = Search::parse(search);
    parsed.knows_beside(&["q"], &["domain"])?;
    let text = parsed.get("q").unwrap_or_default().trim().to_owned();
    let before = parsed.get("before").and_then(|id| id.parse().ok());
    let wanted = Some(text.as_str()).filter(|text| !text.is_empty());
    let mut read = instance.database.read().await.map_err(read_problem)?;
    let (rules, more) = page_of(read.mail_domain_blocks(wanted, before, PAGE + 1).await.map_err(read_problem)?);
    drop(read);
    let here = path::email_domains(&instance.name);
    let older =
        rules.last().filter(|_| more).map(|last| format!("{here}{}", parsed.with("before", &last.id.to_string())));
    let read: Vec<(i64, Domain)> =
        rules.iter().filter_map(|rule| Some((rule.id, Domain::try_from(rule.domain.clone()).ok()?))).collect();
    let waiting = waiting_under(&instance, rules.iter().map(|rule| rule.id), |person| match person.email.domain() {
        Some(domain) => read.iter().filter(|(_, rule)| rule.covers(&domain)).map(|(id, _)| *id).collect(),
        None => Vec::new(),
    });
    let proposed = match parsed.get("domain").map(names::mail) {
        Some(Ok(domain)) => Proposed {
            waiting: waiting_for(&instance, |person| person.email.domain().is_some_and(|own| domain.covers(&own))),
            name: domain.into(),
        },
        Some(Err(_)) | None => Proposed::default(),
    };
    let page = EmailDomainsPage { proposed, text, rules, waiting, older, may_change: may_change(context) };
    frame::build(context, Some(&instance), &here, search, page).await
}

/// Makes a rule, or changes the one the page showed (`seen`: its id and whether it asked for review).
pub async fn set_email_domain(context: Context, form: EmailDomainForm) -> Result<String, Problem> {
    let instance = context.instance(&form.instance)?.clone();
    let permit = context.permit(Permission::ManageBlocks, Some(&instance.name)).await?;
    let (review, seen) = (form.review == "yes", form.seen.as_str());
    // A rule that is there is named exactly as its row has it.
    let domain = match seen {
        "" => names::mail(&form.domain).map_err(|why| Problem::invalid("domain", why))?,
        _ => Domain::try_from(form.domain.clone()).map_err(|_| malformed_form())?,
    };
    if !domain.is_well_formed() {
        // The API cannot change such a rule: it goes and comes again, and this one would not.
        return Err(Problem::new(
            Kind::Invalid,
            format!(
                "Nothing was done: Mastodon would delete the block of “{}”, and accept no new one for this name.",
                ui::excerpt(domain.as_str(), 80)
            ),
            "Delete it, and block the correct name.",
        ));
    }
    let why = Why::given(&form.why, true)?;
    able(&context, &instance, MANAGE_BLOCKS, "manage blocks").await?;
    let name = instance.name.clone();
    if seen.is_empty() || !review {
        warned(&context, &instance, &domain, review, &form).await?;
    }
    let done = if seen.is_empty() {
        let now = {
            let mut read = instance.database.read().await.map_err(read_problem)?;
            read.mail_domain_block(&domain).await.map_err(read_problem)?
        };
        if let Some(now) = now {
            let words = if now.review { "sign-ups with approval" } else { "sign-ups blocked" };
            return Err(Problem::invalid(
                "domain",
                format!("{domain} is already blocked: {words}. Change it in the list."),
            ));
        }
        let deed = BlockMailDomain { instance: name, domain, review };
        carry_out(context.clone(), instance.clone(), permit, deed, why).await?
    } else {
        let (id, review_before): (RuleNumber, bool) = serde_json::from_str(seen).map_err(|_| malformed_form())?;
        let deed = ChangeMailDomainBlock { instance: name, domain, id, review_before, review_after: review };
        carry_out(context.clone(), instance.clone(), permit, deed, why).await?
    };
    done.landed(&path::email_domains(&instance.name))
}

/// What must be known before the rule is made: whom it meets. Said once, carried out when sent again with `sure`; where nearly
/// everybody has such an address, with the domain typed once more.
async fn warned(
    context: &Context,
    instance: &Instance,
    domain: &Domain,
    review: bool,
    form: &EmailDomainForm,
) -> Result<(), Problem> {
    let own = instance.own_domains();
    let much = if names::is_ours(domain, &own) {
        Some(format!("{domain} is or covers this instance’s own domain."))
    } else if covers_large_mail_server(domain) {
        Some(format!(
            "{domain} is a large email provider, or receives for one: people all over the world have an address there."
        ))
    } else {
        None
    };
    let once_more = form.once_more.trim().to_lowercase() == domain.as_str();
    let words_needed = much.is_some() && !review;
    // What was said of another name, or of a milder rule, is no answer to this.
    if form.sure == sure_of(&form.domain, if review { "review" } else { "refuse" }) && (once_more || !words_needed) {
        return Ok(());
    }
    let shared = names::is_shared(domain)
        .then(|| format!("{domain} is shared by many people: the block covers everyone with a subdomain of it."));
    let met = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        read.met_by_mail(domain, context.now().plus(-LATELY)).await
    };
    let met = meets(met, "would be covered", "with email there")?;
    let said: Vec<String> = much.into_iter().chain(shared).chain(met).collect();
    if said.is_empty() {
        return Ok(());
    }
    let (field, remedy) = match words_needed {
        true => ("once_more", format!("Tick the box and repeat {domain} to do it anyway.")),
        false => ("sure", "Tick the box to do it anyway.".to_owned()),
    };
    Err(Problem::invalid(field, format!("{} {remedy}", said.join(" "))))
}

pub async fn lift_email_domain(
    context: Context,
    instance: String,
    domain: String,
    seen: String,
    why: String,
) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    let permit = context.permit(Permission::ManageBlocks, Some(&instance.name)).await?;
    let domain = Domain::try_from(domain).map_err(|_| malformed_form())?;
    let (id, review_before): (RuleNumber, bool) = serde_json::from_str(&seen).map_err(|_| malformed_form())?;
    let why = Why::given(&why, true)?;
    able(&context, &instance, MANAGE_BLOCKS, "manage blocks").await?;
    let deed = LiftMailDomainBlock { instance: instance.name.clone(), domain, id, review_before };
    let done = carry_out(context.clone(), instance.clone(), permit, deed, why).await?;
    done.landed(&path::email_domains(&instance.name))
}

fn changed(now: Option<&MailRule>, id: RuleNumber, review: bool) -> Option<String> {
    match now {
        None => Some("somebody else deleted the email domain block in the meantime".to_owned()),
        Some(now) if now.id != id.0 || now.review != review => {
            Some("somebody else changed the email domain block in the meantime".to_owned())
        }
        Some(_) => None,
    }
}

impl Carry for BlockMailDomain {
    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        let now = read.mail_domain_block(&self.domain).await?;
        Ok(now.map(|_| "somebody else blocked the email domain in the meantime".to_owned()))
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        client.block_mail_domain(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        let now = read.mail_domain_block(&self.domain).await?;
        let right = now.as_ref().is_some_and(|now| now.review == self.review);
        Ok(of_rows(&log, "EmailDomainBlock", &[("create", now.map(|now| now.id))], right))
    }
}

impl Carry for ChangeMailDomainBlock {
    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        let now = read.mail_domain_block(&self.domain).await?;
        Ok(changed(now.as_ref(), self.id, self.review_before))
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        client.change_mail_domain_block(warrant).await
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
    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        let now = read.mail_domain_block(&self.domain).await?;
        Ok(changed(now.as_ref(), self.id, self.review_before))
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        client.lift_mail_domain_block(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        let gone = read.mail_domain_block(&self.domain).await?.is_none();
        Ok(of_rows(&log, "EmailDomainBlock", &[("destroy", Some(self.id.0))], gone))
    }
}
