//! Looking for people by email or IP address: a reveal, with the right to it, a reason and a budget. What is typed travels in
//! forms and in sealed drafts alone, never in an address.

use super::{
    finding::{Asked, parse},
    hit,
};
use crate::{
    access::{self, Permission},
    accounts::Hit,
    carry_out::{InStore, closed_as_read, opened},
    clock::MINUTE,
    context::{App, Context},
    deeds::{Personal, Reveal, SearchPersonal},
    id::InstanceName,
    ledger::{Answer, Warrant},
    mastodon::{
        Instance,
        database::{AccountHit, DatabaseError, Hidden, MOST_BY_ADDRESS, NEWEST_LOGINS, PendingSignUp},
        waiting::Undecided,
    },
    path,
    problem::Problem,
    reports::{Beside, service::budget},
    store::{drafts, store_problem},
    text::{Email, Why},
    ui,
};
use serde_json::{Value, json};
use std::net::{IpAddr, SocketAddr};
use tokio::time::{Instant, timeout_at};

/// How long what was typed waits for its reason, and what was found can be read.
const SHOWN_FOR: i64 = 10 * MINUTE;

/// What was typed or pasted, without what mail programs, browsers and logs put around an email or an IP address.
fn bare(text: &str) -> String {
    const AROUND: [char; 7] = ['<', '>', '"', '\'', ',', ';', ' '];
    let text = text.trim().replace(['＠', '﹫'], "@").replace("%40", "@");
    let text = text.trim_matches(AROUND);
    text.strip_prefix("mailto:").unwrap_or(text).trim_matches(AROUND).to_owned()
}

/// An address with a port or in brackets is the address.
fn address(text: &str) -> Option<IpAddr> {
    let plain = text.trim_matches(['[', ']']);
    plain.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|with_port| with_port.ip()))
}

/// Whether a text may be somebody's email or IP address, or a part of one: it must not stand in an address of a page.
pub fn is_personal(text: &str) -> bool {
    let text = bare(text);
    if text.contains("://") {
        return false;
    }
    text.split([' ', ',', ';', '<', '>', '"']).any(|word| {
        let digits = word.contains(|c: char| c.is_ascii_digit());
        let of = |also: &str| word.chars().all(|c| c.is_ascii_digit() || also.contains(c));
        word.trim_start_matches('@').contains('@') && (!word.starts_with('@') || word.matches('@').count() > 2)
            || (digits && word.contains('.') && of("./:"))
            || (word.matches(':').count() > 1 && of("abcdefABCDEF:./[]"))
    })
}

/// An email or an IP address, in the form it is looked for.
fn personal(text: &str) -> Result<Personal, Problem> {
    let invalid = |what: String| Err(Problem::invalid("q", what));
    let text = bare(text);
    if text.chars().count() > Email::LONGEST {
        return invalid(format!("This is longer than {} characters. No email address is that long.", Email::LONGEST));
    }
    let (plain, prefix) = match text.split_once('/') {
        Some((plain, prefix)) => (plain, Some(prefix)),
        None => (text.as_str(), None),
    };
    if let Some(address) = address(plain) {
        let whole: u8 = if address.is_ipv4() { 32 } else { 128 };
        let least: u8 = if address.is_ipv4() { 16 } else { 48 };
        let bits = match prefix.map(str::parse::<u8>) {
            None => whole,
            Some(Ok(bits)) if bits <= whole => bits,
            Some(_) => return invalid(format!("“{}” is not an IP range.", ui::excerpt(&text, 60))),
        };
        if bits < least {
            return invalid(format!("/{bits} is too wide a range. Use /{least} or narrower."));
        }
        return Ok(Personal::Address(format!("{address}/{bits}")));
    }
    match text.split_once('@') {
        Some((name, domain))
            if !name.is_empty() && domain.contains('.') && !text.contains([' ', ',', ';', '<', '>', '"']) =>
        {
            Ok(Personal::Email(Email::typed("q", &text.to_lowercase())?))
        }
        _ => invalid("Enter one complete email address or one IP address.".to_owned()),
    }
}

/// Whether somebody may look for people by what is personal.
pub fn may_search(context: &Context, instance: &Instance) -> bool {
    access::permit(&context.actor, Permission::SearchPersonal, Some(&instance.name)).is_ok()
}

/// What is kept about people of one instance is read on its pages alone.
fn of_instance(what: &str, instance: &InstanceName) -> String {
    format!("{what} {instance}")
}

/// Keeps something for this person for some minutes, under an id that nobody can guess.
async fn keep(context: &Context, what: &str, instance: &InstanceName, text: &str) -> Result<String, Problem> {
    let (app, owner, what) = (&context.app, Some(&context.actor.operator), of_instance(what, instance));
    Ok(drafts::keep_for(&app.store, &app.keys, owner, &what, text, context.now(), SHOWN_FOR).await?)
}

async fn kept(context: &Context, what: &str, instance: &InstanceName, id: &str) -> Result<Option<String>, Problem> {
    let what = of_instance(what, instance);
    let (app, owner) = (&context.app, Some(&context.actor.operator));
    let draft = drafts::read(&app.store, &app.keys, id, owner, context.now()).await?;
    Ok(draft.filter(|draft| draft.path == what).map(|draft| draft.text))
}

/// What was typed into the search field, for the form that asks for the reason.
pub async fn asked(context: &Context, instance: &InstanceName, id: Option<&str>) -> Result<String, Problem> {
    match id {
        Some(id) => Ok(kept(context, "ask", instance, id).await?.unwrap_or_default()),
        None => Ok(String::new()),
    }
}

/// What a search found, and by what it was looked for.
pub async fn found(context: &Context, instance: &InstanceName, id: &str) -> Result<(String, Vec<Hit>), Problem> {
    kept(context, "search", instance, id)
        .await?
        .and_then(|text| serde_json::from_str(&text).ok())
        .ok_or_else(|| Problem::not_found("Search results are shown for ten minutes, only to the person who searched."))
}

/// Sends the search field on to where it leads: to an account, to those of a name, or to the form that asks for a reason.
pub async fn look_up(context: Context, instance: String, q: String) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    context.permit(Permission::ViewWork, Some(&instance.name)).await?;
    let typed = q.trim();
    if typed.chars().count() > Email::LONGEST {
        return Err(Problem::invalid("q", format!("This is longer than {} characters. Shorten it.", Email::LONGEST)));
    }
    if !is_personal(typed) {
        return Ok(path::with(&path::search(&instance.name), "q", typed));
    }
    if let Asked::Handle(name, domain, _) = parse(typed, &instance.own_domains()) {
        // name@server may be a handle as well; that tells nobody anything.
        let mut read = instance.database.read().await?;
        if let Some(account) = read.by_handle(&name, domain.as_deref()).await? {
            return Ok(path::account(&instance.name, account));
        }
    }
    context
        .permit(Permission::SearchPersonal, Some(&instance.name))
        .await
        .map_err(|denied| Problem { what: format!("No account has this handle. {}", denied.what), ..denied })?;
    let id = keep(&context, "ask", &instance.name, typed).await?;
    Ok(path::with(&path::search(&instance.name), "ask", &id))
}

/// Looks for people by an email or an IP address, with a reason; what is found stands under an id for some minutes.
pub async fn search(context: Context, instance: String, q: String, why: String) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    let permit = context.permit(Permission::SearchPersonal, Some(&instance.name)).await?;
    let what = personal(&q)?;
    let said = "Enter a reason: this search is a reveal, and the audit log needs to say why.";
    let why = Why::needed("why", &why, said)?;
    budget::take_one(&context).await?;
    let app = &context.app;
    let deed = SearchPersonal { instance: instance.name.clone(), what };
    let warrant = opened(app, permit, deed, why).await?;
    let found = match instance.database.read().await {
        Ok(mut read) => read.by_personal(&warrant).await,
        Err(error) => Err(error),
    };
    let (facts, answer) = match &found {
        Ok(found) => (
            json!({ "found": found.len() }),
            Answer::Accepted { body: json!({ "accounts": found.iter().map(|found| found.id).collect::<Vec<_>>() }) },
        ),
        Err(error) => (json!({}), Answer::NotSent { why: error.to_string() }),
    };
    let answered = closed_as_read(app, warrant, answer, facts).await?;
    let hits: Vec<Hit> = found?.iter().map(|found| hit(&context, found)).collect();
    if let [only] = hits.as_slice() {
        return Ok(path::done(&path::account(&instance.name, only.id), answered.index()));
    }
    let asked = match answered.deed().what {
        Personal::Email(_) => "this email address",
        Personal::Address(_) => "this IP address",
    };
    keep_found(&context, &instance.name, asked, &hits).await
}

/// Keeps what was found, and gives the address it can be read at.
async fn keep_found(context: &Context, instance: &InstanceName, asked: &str, hits: &[Hit]) -> Result<String, Problem> {
    let text = serde_json::to_string(&(asked, hits)).map_err(store_problem)?;
    let id = keep(context, "search", instance, &text).await?;
    Ok(path::with(&path::search(instance), "found", &id))
}

/// Whom else a revealed email or IP address leads to, as it was read.
pub struct Others {
    from_there: Result<Vec<AccountHit>, DatabaseError>,
    of_domain: Result<(Vec<AccountHit>, bool), DatabaseError>,
    address: Option<Hidden>,
    /// What counts as the same address, as it was revealed.
    network: Option<String>,
    domain: Option<String>,
}

impl Others {
    /// Reads them for a reveal that was recorded: a part of it, for those who may search by what is personal. `None` for all
    /// others, and where the account has neither. What is not there `until` then is not known.
    pub async fn read(
        context: &Context,
        instance: &Instance,
        warrant: &Warrant<Reveal>,
        address: Option<Hidden>,
        domain: Option<String>,
        until: Instant,
    ) -> Option<Self> {
        if !may_search(context, instance) || (address.is_none() && domain.is_none()) {
            return None;
        }
        // Each in a transaction of its own, both at once: one that takes too long leaves the other.
        let from_there = async {
            let Some(address) = &address else { return Ok(Vec::new()) };
            instance.database.read().await?.from_there(warrant, address).await
        };
        let of_domain = async {
            let Some(domain) = &domain else { return Ok((Vec::new(), false)) };
            instance.database.read().await?.of_domain(warrant, domain).await
        };
        let (from_there, of_domain) = tokio::join!(timeout_at(until, from_there), timeout_at(until, of_domain));
        let (from_there, of_domain) =
            (from_there.unwrap_or(Err(DatabaseError::Slow)), of_domain.unwrap_or(Err(DatabaseError::Slow)));
        let network = address.as_ref().and_then(|address| address.range().reveal(warrant).map(str::to_owned));
        Some(Self { from_there, of_domain, address, network, domain })
    }

    /// In clear: how many.
    pub fn facts(&self) -> Value {
        let number = |found: Option<usize>| found.map_or(Value::Null, |number| json!(number));
        json!({
            "others from the address": number(self.from_there.as_ref().ok().map(Vec::len)),
            "others of the email domain": number(self.of_domain.as_ref().ok().map(|(found, _)| found.len())),
        })
    }

    /// Who they are, for the sealed part of the entry.
    pub fn accounts(&self) -> Value {
        let ids =
            |found: Option<&Vec<AccountHit>>| found.into_iter().flatten().map(|found| found.id).collect::<Vec<_>>();
        json!({
            "from the address": ids(self.from_there.as_ref().ok()),
            "of the email domain": ids(self.of_domain.as_ref().ok().map(|(found, _)| found)),
        })
    }
}

/// What is said beside a revealed email or IP address: how many others, the way to them, and to a rule that would keep more of
/// them out.
///
/// # Errors
/// If the console's own store does not answer.
pub async fn beside(context: &Context, instance: &Instance, others: Others) -> Result<Vec<Beside>, Problem> {
    let name = &instance.name;
    let makes_rules = access::permit(&context.actor, Permission::ManageBlocks, Some(name)).is_ok();
    let sees_waiting = access::permit(&context.actor, Permission::DecideSignUps, Some(name)).is_ok();
    let list = instance.signups.snapshot();
    let wait = |meets: &dyn Fn(&PendingSignUp) -> bool| {
        (sees_waiting && list.at.is_some()).then(|| Undecided::of(list.rows.iter().filter(|person| meets(person))))
    };
    let mut said = Vec::new();
    if let Some(address) = &others.address {
        let range = address.range();
        let waiting = wait(&|person| person.address.as_ref().is_some_and(|own| own.range() == range));
        let (words, list) = told(
            context,
            name,
            others.from_there.map(|found| (found, false)),
            "from this IP address",
            "this IP address",
        )
        .await?;
        let nobodys = address.is_of_no_visitor();
        let words = if nobodys {
            format!(
                "{words} No visitor has such an IP address: the instance’s proxy may not pass visitors’ IP addresses on."
            )
        } else {
            words
        };
        let block = match &others.network {
            Some(network) if makes_rules && !nobodys => {
                let id = keep(context, "network", name, network).await?;
                Some(("Block this IP range…".to_owned(), path::with(&path::ip_rules(name), "of", &id)))
            }
            Some(_) | None => None,
        };
        said.push(Beside { words: with_waiting(words, "An IP rule", waiting), list, block });
    }
    if let Some(domain) = &others.domain {
        let waiting = wait(&|person| person.email.domain().as_ref() == Some(domain));
        let (words, list) =
            told(context, name, others.of_domain, "with this email domain", "this email domain").await?;
        let block = makes_rules.then(|| {
            (format!("Block {}…", ui::tame(domain)), path::with(&path::email_domains(name), "domain", domain))
        });
        said.push(Beside { words: with_waiting(words, "An email domain block", waiting), list, block });
    }
    Ok(said)
}

fn with_waiting(words: String, rule: &str, waiting: Option<Undecided>) -> String {
    match waiting.filter(|waiting| waiting.number() > 0) {
        Some(waiting) => format!("{words} {rule} would have covered {}.", waiting.said()),
        None => words,
    }
}

/// How many others, and the way to them.
async fn told(
    context: &Context,
    instance: &InstanceName,
    found: Result<(Vec<AccountHit>, bool), DatabaseError>,
    how: &str,
    asked: &str,
) -> Result<(String, Option<String>), Problem> {
    let Ok((mut found, older)) = found else {
        return Ok((format!("Not known how many others are {how}: it could not be counted within two seconds."), None));
    };
    let among = match older {
        true => format!(", among the newest {} logins", ui::grouped(usize::try_from(NEWEST_LOGINS).unwrap_or(0))),
        false => String::new(),
    };
    let more = found.len() > MOST_BY_ADDRESS;
    found.truncate(MOST_BY_ADDRESS);
    let number = match found.len() {
        0 => return Ok((format!("Nobody else {how}{among}, as far as Mastodon keeps it."), None)),
        1 => "1 other account".to_owned(),
        some if more => format!("More than {some} other accounts"),
        some => format!("{some} other accounts"),
    };
    let hits: Vec<Hit> = found.iter().map(|found| hit(context, found)).collect();
    let list = keep_found(context, instance, asked, &hits).await?;
    Ok((format!("{number} {how}{among}."), Some(list)))
}

/// The network that somebody revealed and goes on to make a rule about; empty after ten minutes.
///
/// # Errors
/// If the console's own store does not answer.
pub async fn kept_network(context: &Context, instance: &InstanceName, id: Option<&str>) -> Result<String, Problem> {
    match id {
        Some(id) => Ok(kept(context, "network", instance, id).await?.unwrap_or_default()),
        None => Ok(String::new()),
    }
}

// What was shown or not shown to somebody whose process died leaves no trace.
impl InStore for SearchPersonal {
    async fn was_done(&self, _: &App, _: i64) -> sqlx::Result<Option<bool>> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_personal_is_looked_for_whole() {
        let address = |text: &str| Ok(Personal::Address(text.to_owned()));
        let email = |text: &str| Email::typed("q", text).map(Personal::Email);
        assert_eq!(personal(" Jonas@Post.Example "), email("jonas@post.example"));
        assert_eq!(personal("<mailto:jonas@post.example>"), personal("mailto:jonas@post.example"));
        assert_eq!(personal("203.0.113.7"), address("203.0.113.7/32"));
        assert_eq!(personal("203.0.113.7:443"), address("203.0.113.7/32"));
        assert_eq!(personal("[2001:db8::1]:443"), address("2001:db8::1/128"));
        assert_eq!(personal("2001:db8::/64"), address("2001:db8::/64"));
        for text in [
            "0.0.0.0/0",
            "203.0.113.7/99",
            "Jonas <jonas@post.example>",
            "203.0.113.7, 203.0.113.8",
            "203.0.113",
            "jonas@post",
            "wren",
            "",
        ] {
            assert!(personal(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_may_be_personal_stands_in_no_address() {
        for text in [
            "jonas@post.example",
            "Jonas <jonas@post.example>",
            "jonas＠post.example",
            "jonas%40post.example",
            "mailto:jonas@post.example",
            "jonas@po",
            "jonas@",
            "203.0.113.7",
            "203.0.113.",
            "203.0.113.0/24",
            "203.0.113.7:443",
            "2001:db8::1",
            "[2001:db8::1]:443",
            "::ffff:203.0.113.7",
        ] {
            assert!(is_personal(text), "{text}");
        }
        for text in
            ["wren", "@wren", "wren_2", "@wren@night.example", "https://night.example/@wren", "117668003950957937", ""]
        {
            assert!(!is_personal(text), "{text}");
        }
    }
}
