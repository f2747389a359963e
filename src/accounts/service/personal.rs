//! Looking for people by email or IP address: a reveal, with the right to it, a reason and a budget. What is typed travels in
//! forms and in sealed drafts alone, never in an address.

use super::{Asked, hit, parse};
use crate::{
    access::{self, Permission},
    accounts::Hit,
    carry_out::InStore,
    carry_out::{closed_as_read, opened},
    clock::MINUTE,
    context::{App, Context},
    deeds::{Personal, SearchPersonal},
    id::InstanceName,
    ledger::Answer,
    mastodon::Instance,
    path,
    problem::Problem,
    reports::service::budget,
    store::{drafts, store_problem},
    text::{Email, Why},
    ui,
};
use serde_json::json;
use std::net::{IpAddr, SocketAddr};

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
        return Ok(path::with(&path::find(&instance.name), "q", typed));
    }
    if let Asked::Handle(name, domain) = parse(typed, &instance.own_domains()) {
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
    Ok(path::with(&path::find(&instance.name), "ask", &id))
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
    let asked = match answered.deed().what {
        Personal::Email(_) => "this email address",
        Personal::Address(_) => "this IP address",
    };
    let text = serde_json::to_string(&(asked, &hits)).map_err(store_problem)?;
    let id = keep(&context, "search", &instance.name, &text).await?;
    Ok(path::with(&path::find(&instance.name), "found", &id))
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
