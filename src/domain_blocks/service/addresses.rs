//! Rules about addresses: never one that shuts out everybody, never unwarned one that shuts out the console.

use super::{
    LATELY, MANAGE_BLOCKS, PAGE, able, checked_comment,
    deeds::of_rows,
    malformed_form, may_change, meets,
    networks::{self, Network},
    page_of, read_problem, viewed, waiting_under,
};
use crate::{
    access::Permission,
    carry_out::{Carry, Evidence, carry_out},
    clock::{DAY, MINUTE, Timestamp},
    context::Context,
    deeds::{BlockAddress, ChangeAddressBlock, LiftAddressBlock},
    domain_blocks::{AddressForm, AddressRule, AddressSeverity, AddressesPage, ListedAddress, sure_of},
    frame::{self, Framed},
    id::{AccountId, RuleNumber},
    ledger::{Answered, Mark, Warrant},
    mastodon::{
        Instance,
        database::{self, DatabaseError, Read},
        rest::Client,
    },
    path,
    problem::Problem,
    search::Search,
    text::Why,
};
use ipnet::IpNet;
use std::net::IpAddr;

pub async fn addresses(context: &Context, instance: &str, search: &str) -> Result<Framed<AddressesPage>, Problem> {
    let instance = viewed(context, instance).await?;
    let parsed = Search::parse(search);
    let before = parsed.get("before").and_then(|id| id.parse().ok());
    let mut read = instance.database.read().await.map_err(read_problem)?;
    let (rules, more) = page_of(read.address_blocks(before, PAGE + 1).await.map_err(read_problem)?);
    drop(read);
    let here = path::addresses(&instance.name);
    let older =
        rules.last().filter(|_| more).map(|last| format!("{here}{}", parsed.with("before", &last.id.to_string())));
    let waiting = waiting_under(&instance, rules.iter().map(|rule| rule.id), |id, person| {
        let network = rules.iter().find(|rule| rule.id == id).and_then(|rule| rule.network.parse::<IpNet>().ok());
        network.is_some_and(|network| person.address.as_ref().is_some_and(|address| address.is_within(&network)))
    });
    let page = AddressesPage {
        rules,
        waiting,
        older,
        may_change: may_change(context),
        own: networks::own().iter().map(ToString::to_string).collect(),
    };
    frame::build(context, Some(&instance), &here, search, page).await
}

/// When a rule is to end, as the form says it: in so many days, never, or as it is.
fn until(text: &str, before: Option<&AddressRule>, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
    match text {
        "" | "never" => Ok(None),
        "keep" => Ok(before.and_then(|before| before.until)),
        days => days
            .parse::<i64>()
            .ok()
            .filter(|days| (1..=3_660).contains(days))
            .map(|days| Some(now.plus(days * DAY)))
            .ok_or_else(|| Problem::invalid("until", "A rule ends after 1 to 3,660 days, or never.")),
    }
}

/// What must be known before the rule is made; said once, carried out when sent again with `sure`. `None` where there is
/// nothing to say.
async fn warned(
    context: &Context,
    instance: &Instance,
    network: &Network,
    severity: AddressSeverity,
) -> Result<Option<String>, Problem> {
    let mut said = Vec::new();
    if severity == AddressSeverity::NoAccess
        && let Some(own) = networks::own().into_iter().find(|own| network.contains(*own))
    {
        said.push(format!(
            "{network} holds {own}, from which this console may reach the instance: the rule would lock the console out, \
             and only somebody on the server could lift it."
        ));
    }
    let asker = context.address.network();
    if asker.parse::<IpNet>().or_else(|_| asker.parse::<IpAddr>().map(IpNet::from)).is_ok_and(|own| network.meets(&own))
    {
        said.push(format!("It holds the address you come from, {asker}."));
    }
    if let Some(nobodys) = database::no_visitors().find(|nobodys| network.meets(nobodys)) {
        said.push(format!(
            "It holds addresses of {nobodys}, which no visitor has: where the instance sees them, its proxy does not pass \
             visitors’ addresses on, and the rule is for everybody."
        ));
    }
    if let Some(proxy) = context.app.config.trusted_proxies.iter().find(|proxy| network.meets(proxy)) {
        said.push(format!("It holds {proxy}, the proxy before this console."));
    }
    said.extend(network.wide());
    let met = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        read.met_by_address(&network.to_string(), context.now().plus(-LATELY)).await
    };
    said.extend(meets(met, "asked from there", "with a browser session from there")?);
    Ok((!said.is_empty()).then(|| said.join(" ")))
}

/// Makes a rule, or changes the one the page showed (`seen`: its id and what it said).
pub async fn set_address(context: Context, form: AddressForm) -> Result<String, Problem> {
    let instance = context.instance(&form.instance)?.clone();
    let permit = context.permit(Permission::ManageBlocks, Some(&instance.name)).await?;
    let network: Network = form.network.parse().map_err(|why: String| Problem::invalid("network", why))?;
    let severity: AddressSeverity =
        form.severity.parse().map_err(|()| Problem::invalid("severity", "Choose what the rule does."))?;
    let seen: Option<(RuleNumber, Option<AddressRule>)> = match form.seen.as_str() {
        "" => None,
        seen => Some(serde_json::from_str(seen).map_err(|_| malformed_form())?),
    };
    let before = seen.as_ref().and_then(|(_, before)| before.as_ref());
    // What is there can be made milder, however wide it is.
    if let Some(why) = network.too_wide()
        && before.is_none_or(|before| severity > before.severity)
    {
        return Err(Problem::invalid("network", why));
    }
    // A rule that is there is named exactly as its row has it: SQL can leave bits of a host in it.
    let named = if seen.is_some() { form.network.clone() } else { network.to_string() };
    let after = AddressRule {
        severity,
        comment: checked_comment("comment", &form.comment)?,
        until: until(&form.until, before, context.now())?,
    };
    let why = Why::given(&form.why, true)?;
    if form.sure != sure_of(&form.network, severity.name())
        && before.is_none_or(|before| severity > before.severity)
        && let Some(warning) = warned(&context, &instance, &network, severity).await?
    {
        return Err(Problem::invalid("sure", format!("{warning} Tick the box to make it all the same.")));
    }
    able(&context, &instance, MANAGE_BLOCKS, "manage blocks").await?;
    let (name, network) = (instance.name.clone(), named);
    let done = match seen {
        None => {
            let now = {
                let mut read = instance.database.read().await.map_err(read_problem)?;
                read.address_block(&network).await.map_err(read_problem)?
            };
            if now.is_some() {
                return Err(Problem::invalid(
                    "network",
                    format!("There is a rule for {network} already. Change it in the list."),
                ));
            }
            let deed = BlockAddress { instance: name, network, after };
            carry_out(context.clone(), instance.clone(), permit, deed, why).await?
        }
        Some((id, before)) => {
            let deed = ChangeAddressBlock { instance: name, network, id, before, after };
            carry_out(context.clone(), instance.clone(), permit, deed, why).await?
        }
    };
    done.landed(&path::addresses(&instance.name))
}

pub async fn lift_address(
    context: Context,
    instance: String,
    network: String,
    seen: String,
    why: String,
) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    let permit = context.permit(Permission::ManageBlocks, Some(&instance.name)).await?;
    if network.parse::<Network>().is_err() {
        return Err(malformed_form());
    }
    let (id, before): (RuleNumber, Option<AddressRule>) = serde_json::from_str(&seen).map_err(|_| malformed_form())?;
    let why = Why::given(&why, true)?;
    able(&context, &instance, MANAGE_BLOCKS, "manage blocks").await?;
    let deed = LiftAddressBlock { instance: instance.name.clone(), network, id, before };
    let done = carry_out(context.clone(), instance.clone(), permit, deed, why).await?;
    done.landed(&path::addresses(&instance.name))
}

fn changed(now: Option<&ListedAddress>, id: RuleNumber, before: Option<&AddressRule>) -> Option<String> {
    match now {
        None => Some("somebody else lifted the rule meanwhile, or it ran out".to_owned()),
        Some(now) if now.id != id.0 || now.rule.as_ref() != before => {
            Some("somebody else changed the rule meanwhile".to_owned())
        }
        Some(_) => None,
    }
}

/// Whether a rule is as it was meant. Its end is sent as seconds from now, so it may lie a little beside.
fn as_meant(now: Option<&ListedAddress>, after: &AddressRule) -> bool {
    now.and_then(|now| now.rule.as_ref()).is_some_and(|rule| {
        let ends_alike = match (rule.until, after.until) {
            (Some(now), Some(meant)) => now.since(meant).abs() < MINUTE,
            (now, meant) => now == meant,
        };
        rule.severity == after.severity && rule.comment == after.comment && ends_alike
    })
}

impl Carry for BlockAddress {
    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        let now = read.address_block(&self.network).await?;
        Ok(now.map(|_| "somebody else made a rule for it meanwhile".to_owned()))
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        client.block_address(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        let now = read.address_block(&self.network).await?;
        let right = as_meant(now.as_ref(), &self.after);
        Ok(of_rows(&log, "IpBlock", &[("create", now.map(|now| now.id))], right))
    }
}

impl Carry for ChangeAddressBlock {
    // Up to 4.6 a change that is not valid is answered with 200 and not stored.
    const ANSWER_PROVES: bool = false;

    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        let now = read.address_block(&self.network).await?;
        Ok(changed(now.as_ref(), self.id, self.before.as_ref()))
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        client.change_address_block(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        // By its number: bits of a host that SQL left in it go with the first change.
        let right = as_meant(read.address_block_numbered(self.id).await?.as_ref(), &self.after);
        Ok(of_rows(&log, "IpBlock", &[("update", Some(self.id.0))], right))
    }
}

impl Carry for LiftAddressBlock {
    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        let now = read.address_block(&self.network).await?;
        Ok(changed(now.as_ref(), self.id, self.before.as_ref()))
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        client.lift_address_block(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        let gone = read.address_block(&self.network).await?.is_none();
        Ok(of_rows(&log, "IpBlock", &[("destroy", Some(self.id.0))], gone))
    }
}
