//! The forms of the desk for servers, mail domains and addresses.

pub mod files;

use super::{EmailDomainForm, IpRuleForm, ReadingForm, RuleForm, TicksForm};
use crate::problem::Problem;
use leptos::prelude::*;

/// Makes a rule about a server, or changes the one the page showed.
#[server(prefix = "/api/domains", endpoint = "set")]
pub async fn set(#[server(flatten)] form: RuleForm) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::set(context, form)).await
}

#[server(prefix = "/api/domains", endpoint = "lift")]
pub async fn lift(
    instance: String,
    domain: String,
    #[server(default)] seen: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::lift(context, instance, domain, seen, why)).await
}

#[server(prefix = "/api/domains", endpoint = "allow")]
pub async fn allow(instance: String, domain: String, #[server(default)] why: String) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::allow(context, instance, domain, why)).await
}

#[server(prefix = "/api/domains", endpoint = "disallow")]
pub async fn disallow(
    instance: String,
    domain: String,
    #[server(default)] id: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::disallow(context, instance, domain, id, why)).await
}

/// Makes a rule about a mail domain, or changes the one the page showed.
#[server(prefix = "/api/domains", endpoint = "mail-set")]
pub async fn set_email_domain(#[server(flatten)] form: EmailDomainForm) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::set_email_domain(context, form)).await
}

#[server(prefix = "/api/domains", endpoint = "mail-lift")]
pub async fn lift_email_domain(
    instance: String,
    domain: String,
    #[server(default)] seen: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::lift_email_domain(context, instance, domain, seen, why)).await
}

/// Makes a rule about addresses, or changes the one the page showed.
#[server(prefix = "/api/domains", endpoint = "address-set")]
pub async fn set_ip_rule(#[server(flatten)] form: IpRuleForm) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::set_ip_rule(context, form)).await
}

#[server(prefix = "/api/domains", endpoint = "address-lift")]
pub async fn lift_ip_rule(
    instance: String,
    network: String,
    #[server(default)] seen: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::lift_ip_rule(context, instance, network, seen, why)).await
}

/// Carries out the rows of an import that are ticked.
#[server(prefix = "/api/domains", endpoint = "import-start")]
pub async fn start(#[server(flatten)] form: TicksForm) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::start(context, form)).await
}

/// Keeps what is ticked on a page of an import; nothing is done yet.
#[server(prefix = "/api/domains", endpoint = "import-tick")]
pub async fn tick(#[server(flatten)] form: TicksForm) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::tick(context, form)).await
}

/// Reads the file of an import anew, as somebody says its columns are to be understood.
#[server(prefix = "/api/domains", endpoint = "import-read")]
pub async fn read_anew(#[server(flatten)] form: ReadingForm) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::read_anew(context, form)).await
}

/// Pauses an import, or goes on with it.
#[server(prefix = "/api/domains", endpoint = "import-pause")]
pub async fn pause(instance: String, import: String, #[server(default)] pause: String) -> Result<(), Problem> {
    let pause = pause == "yes";
    crate::context::form_action(|context| super::service::pause(context, instance, import, pause)).await
}

/// Tries once more what an import has not done.
#[server(prefix = "/api/domains", endpoint = "import-again")]
pub async fn again(instance: String, import: String) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::ask_again(context, instance, import)).await
}
