//! Rules about addresses: never one that shuts out everybody, never unwarned one that shuts out the console.

use super::{
    LATELY, MANAGE_BLOCKS, NOT_COUNTED, PAGE, able, checked_comment,
    deeds::of_rows,
    malformed_form, may_change,
    networks::{self, Network},
    page_of, read_problem, viewed, waiting_for, waiting_under,
};
use crate::{
    access::{self, Permission},
    accounts::service::kept_network,
    carry_out::{Carry, Evidence, carry_out},
    clock::{DAY, MINUTE, Timestamp},
    context::Context,
    deeds::{BlockAddress, ChangeAddressBlock, LiftAddressBlock},
    domain_blocks::{AddressRule, AddressSeverity, IpRuleForm, IpRulesPage, ListedAddress, Proposed, sure_of},
    frame::{self, Framed},
    id::{AccountId, RuleNumber},
    ledger::{Answered, Mark, Warrant},
    mastodon::{
        Instance,
        database::{self, DatabaseError, Met, Read},
        rest::Client,
    },
    path,
    problem::Problem,
    search::Search,
    text::Why,
    ui,
};
use ipnet::IpNet;
use std::net::IpAddr;

pub async fn ip_rules(context: &Context, instance: &str, search: &str) -> Result<Framed<IpRulesPage>, Problem> {
    let instance = viewed(context, instance).await?;
    let parsed = Search::parse(search);
    parsed.knows_beside(&[], &["of"])?;
    let before = parsed.get("before").and_then(|id| id.parse().ok());
    let mut read = instance.database.read().await.map_err(read_problem)?;
    let (rules, more) = page_of(read.address_blocks(before, PAGE + 1).await.map_err(read_problem)?);
    drop(read);
    let here = path::ip_rules(&instance.name);
    let older =
        rules.last().filter(|_| more).map(|last| format!("{here}{}", parsed.with("before", &last.id.to_string())));
    let waiting = may_see_who_waits(context, &instance).then(|| {
        let networks: Vec<(i64, IpNet)> =
            rules.iter().filter_map(|rule| Some((rule.id, rule.network.parse().ok()?))).collect();
        waiting_under(&instance, rules.iter().map(|rule| rule.id), |person| match &person.address {
            Some(address) => address.within(&networks),
            None => Vec::new(),
        })
    });
    let waiting = waiting.flatten();
    let name = kept_network(context, &instance.name, parsed.get("of")).await?;
    let network = name.parse::<Network>().ok().filter(|_| may_see_who_waits(context, &instance));
    let proposed = Proposed {
        waiting: network.and_then(|network| network.to_string().parse::<IpNet>().ok()).and_then(|network| {
            waiting_for(&instance, |person| person.address.as_ref().is_some_and(|address| address.is_within(&network)))
        }),
        name,
    };
    let page = IpRulesPage {
        proposed,
        rules,
        waiting,
        older,
        may_change: may_change(context),
        own: networks::own().iter().map(ToString::to_string).collect(),
    };
    frame::build(context, Some(&instance), &here, search, page).await
}

/// Whether somebody may know who waits under a rule about addresses: it tells more of an address than its mask does, so it is
/// for whoever decides about them.
fn may_see_who_waits(context: &Context, instance: &Instance) -> bool {
    access::permit(&context.actor, Permission::DecideSignUps, Some(&instance.name)).is_ok()
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
            .ok_or_else(|| Problem::invalid("until", "An IP rule expires after 1 to 3,660 days, or never.")),
    }
}

/// Numbers of people from a network are said from here on, and rounded down to one of these.
const STEPS: [i64; 9] = [5, 10, 20, 50, 100, 200, 500, 1_000, 10_000];

/// “fewer than 5 members”, “20 or more members”
fn about(number: i64, what: &str) -> String {
    match STEPS.into_iter().rev().find(|step| *step <= number) {
        Some(step) => format!("{} or more {what}", ui::grouped(usize::try_from(step).unwrap_or(0))),
        None => format!("fewer than {} {what}", STEPS[0]),
    }
}

/// Whom a rule would meet, in a sentence, so that nobody can be found by it: whoever may make rules could otherwise try
/// networks until one person is left, without the reason, the budget and the entry that a search by address asks for. Few and
/// none are the same, and where all of them are few nothing is said.
fn meets_there(met: Result<Met, DatabaseError>) -> Result<Option<String>, Problem> {
    let met = match met {
        Ok(met) => met,
        Err(DatabaseError::Slow) => return Ok(Some(NOT_COUNTED.to_owned())),
        Err(error) => return Err(read_problem(error)),
    };
    if [met.members, met.waiting, met.recent].into_iter().all(|number| number < STEPS[0]) {
        return Ok(None);
    }
    let mut sentence = format!(
        "{} signed up, signed in or have a session from this range, as far as Mastodon’s records go (a year by default); {} come from it; {} within the last 30 days came from it.",
        about(met.members, "members"),
        about(met.waiting, "pending or unconfirmed sign-ups"),
        about(met.recent, "sign-ups"),
    );
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Ok(Some(sentence))
}

/// Whether a rule meets more people than the one before: it does more, or lasts longer. What has no rule before, or one that
/// is not understood, meets all it names.
fn reaches_further(after: &AddressRule, before: Option<&AddressRule>) -> bool {
    before.is_none_or(|before| {
        let longer = match (after.until, before.until) {
            (None, Some(_)) => true,
            (Some(after), Some(before)) => after > before,
            (_, None) => false,
        };
        after.severity > before.severity || longer
    })
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
            "{network} includes {own}, which this console may use to reach the instance: the rule would lock the \
            console out, and only somebody on the server could undo that."
        ));
    }
    let asker = context.address.network();
    if asker.parse::<IpNet>().or_else(|_| asker.parse::<IpAddr>().map(IpNet::from)).is_ok_and(|own| network.meets(&own))
    {
        said.push(format!("It includes your own IP address, {asker}."));
    }
    if let Some(nobodys) = database::no_visitors().find(|nobodys| network.meets(nobodys)) {
        said.push(format!(
            "It includes {nobodys}, which no visitor has: if the instance sees visitors there, its proxy doesn’t \
            pass their IP addresses on, and the rule affects everyone."
        ));
    }
    if let Some(proxy) = context.app.config.trusted_proxies.iter().find(|proxy| network.meets(proxy)) {
        said.push(format!("It includes {proxy}, the proxy in front of this console."));
    }
    said.extend(network.wide());
    let met = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        read.met_by_address(&network.to_string(), context.now().plus(-LATELY)).await
    };
    said.extend(meets_there(met)?);
    Ok((!said.is_empty()).then(|| said.join(" ")))
}

/// Makes a rule, or changes the one the page showed (`seen`: its id and what it said).
pub async fn set_ip_rule(context: Context, form: IpRuleForm) -> Result<String, Problem> {
    let instance = context.instance(&form.instance)?.clone();
    let permit = context.permit(Permission::ManageBlocks, Some(&instance.name)).await?;
    let network: Network = form.network.parse().map_err(|why: String| Problem::invalid("network", why))?;
    let severity: AddressSeverity =
        form.severity.parse().map_err(|()| Problem::invalid("severity", "Choose a rule."))?;
    let seen: Option<(RuleNumber, Option<AddressRule>)> = match form.seen.as_str() {
        "" => None,
        seen => Some(serde_json::from_str(seen).map_err(|_| malformed_form())?),
    };
    let before = seen.as_ref().and_then(|(_, before)| before.as_ref());
    let after = AddressRule {
        severity,
        comment: checked_comment("comment", &form.comment)?,
        until: until(&form.until, before, context.now())?,
    };
    let further = reaches_further(&after, before);
    // What is there can be made milder and shorter, however wide it is.
    if let Some(why) = network.too_wide().filter(|_| further) {
        return Err(Problem::invalid("network", why));
    }
    let why = Why::given(&form.why, true)?;
    if further
        && form.sure != sure_of(&form.network, severity.name())
        && let Some(warning) = warned(&context, &instance, &network, severity).await?
    {
        return Err(Problem::invalid("sure", format!("{warning} Tick the box to do it anyway.")));
    }
    able(&context, &instance, MANAGE_BLOCKS, "manage blocks").await?;
    let (name, network) = (instance.name.clone(), network.to_string());
    let done = match seen {
        None => {
            let now = {
                let mut read = instance.database.read().await.map_err(read_problem)?;
                read.address_block(&network).await.map_err(read_problem)?
            };
            if now.is_some() {
                return Err(Problem::invalid(
                    "network",
                    format!("There already is an IP rule for {network}. Change it in the list."),
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
    done.landed(&path::ip_rules(&instance.name))
}

pub async fn lift_ip_rule(
    context: Context,
    instance: String,
    network: String,
    seen: String,
    why: String,
) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    let permit = context.permit(Permission::ManageBlocks, Some(&instance.name)).await?;
    let network: Network = network.parse().map_err(|_| malformed_form())?;
    let (id, before): (RuleNumber, Option<AddressRule>) = serde_json::from_str(&seen).map_err(|_| malformed_form())?;
    let why = Why::given(&why, true)?;
    able(&context, &instance, MANAGE_BLOCKS, "manage blocks").await?;
    let deed = LiftAddressBlock { instance: instance.name.clone(), network: network.to_string(), id, before };
    let done = carry_out(context.clone(), instance.clone(), permit, deed, why).await?;
    done.landed(&path::ip_rules(&instance.name))
}

/// The rule of this number must be about the network that the deed names, and say what was seen.
fn changed(now: Option<&ListedAddress>, network: &str, before: Option<&AddressRule>) -> Option<String> {
    match now {
        None => Some("somebody else deleted the IP rule in the meantime, or it expired".to_owned()),
        Some(now) if now.network.parse::<Network>() != network.parse() || now.rule.as_ref() != before => {
            Some("somebody else changed the IP rule in the meantime".to_owned())
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
        Ok(now.map(|_| "somebody else created an IP rule for it in the meantime".to_owned()))
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
        let now = read.address_block_numbered(self.id).await?;
        Ok(changed(now.as_ref(), &self.network, self.before.as_ref()))
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        client.change_address_block(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        let right = as_meant(read.address_block_numbered(self.id).await?.as_ref(), &self.after);
        Ok(of_rows(&log, "IpBlock", &[("update", Some(self.id.0))], right))
    }
}

impl Carry for LiftAddressBlock {
    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        let now = read.address_block_numbered(self.id).await?;
        Ok(changed(now.as_ref(), &self.network, self.before.as_ref()))
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        client.lift_address_block(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        let gone = read.address_block_numbered(self.id).await?.is_none();
        Ok(of_rows(&log, "IpBlock", &[("destroy", Some(self.id.0))], gone))
    }
}
