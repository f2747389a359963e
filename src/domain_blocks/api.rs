//! The doors of the desk for servers, mail domains and addresses.

#![expect(clippy::too_many_arguments, reason = "a server function has an argument for each field of its form")]

#[cfg(feature = "ssr")]
pub mod files;

use super::{AddressesPage, ImportPage, ImportsPage, MailPage, RulesPage, ServerPage, ServersPage};
use crate::{frame::Framed, problem::Problem};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[server(prefix = "/api/domains", endpoint = "rules", input = GetUrl)]
pub async fn rules(instance: String, search: String) -> Result<Framed<RulesPage>, Problem> {
    super::service::rules(&crate::context::Context::of_request()?, &instance, &search).await
}

#[server(prefix = "/api/domains", endpoint = "servers", input = GetUrl)]
pub async fn servers(instance: String, search: String) -> Result<Framed<ServersPage>, Problem> {
    super::service::servers(&crate::context::Context::of_request()?, &instance, &search).await
}

#[server(prefix = "/api/domains", endpoint = "server", input = GetUrl)]
pub async fn server(instance: String, search: String) -> Result<Framed<ServerPage>, Problem> {
    super::service::server(&crate::context::Context::of_request()?, &instance, &search).await
}

/// Makes a rule about a server, or changes the one the page showed.
#[server(prefix = "/api/domains", endpoint = "set")]
pub async fn set(
    instance: String,
    domain: String,
    #[server(default)] severity: String,
    #[server(default)] reject_media: String,
    #[server(default)] reject_reports: String,
    #[server(default)] obfuscate: String,
    #[server(default)] public_comment: String,
    #[server(default)] private_comment: String,
    #[server(default)] why: String,
    #[server(default)] seen: String,
) -> Result<(), Problem> {
    let form = super::RuleForm {
        instance,
        domain,
        severity,
        reject_media,
        reject_reports,
        obfuscate,
        public_comment,
        private_comment,
        why,
        seen,
    };
    crate::context::door(|context| super::service::set(context, form)).await
}

#[server(prefix = "/api/domains", endpoint = "lift")]
pub async fn lift(
    instance: String,
    domain: String,
    #[server(default)] seen: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::door(|context| super::service::lift(context, instance, domain, seen, why)).await
}

#[server(prefix = "/api/domains", endpoint = "allow")]
pub async fn allow(instance: String, domain: String, #[server(default)] why: String) -> Result<(), Problem> {
    crate::context::door(|context| super::service::allow(context, instance, domain, why)).await
}

#[server(prefix = "/api/domains", endpoint = "disallow")]
pub async fn disallow(
    instance: String,
    domain: String,
    #[server(default)] id: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::door(|context| super::service::disallow(context, instance, domain, id, why)).await
}

#[server(prefix = "/api/domains", endpoint = "mail", input = GetUrl)]
pub async fn mail_domains(instance: String, search: String) -> Result<Framed<MailPage>, Problem> {
    super::service::mail_domains(&crate::context::Context::of_request()?, &instance, &search).await
}

/// Makes a rule about a mail domain, or changes the one the page showed.
#[server(prefix = "/api/domains", endpoint = "mail-set")]
pub async fn set_mail(
    instance: String,
    domain: String,
    #[server(default)] review: String,
    #[server(default)] seen: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    let review = review == "yes";
    crate::context::door(|context| super::service::set_mail(context, instance, domain, review, seen, why)).await
}

#[server(prefix = "/api/domains", endpoint = "mail-lift")]
pub async fn lift_mail(
    instance: String,
    domain: String,
    #[server(default)] seen: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::door(|context| super::service::lift_mail(context, instance, domain, seen, why)).await
}

#[server(prefix = "/api/domains", endpoint = "addresses", input = GetUrl)]
pub async fn addresses(instance: String, search: String) -> Result<Framed<AddressesPage>, Problem> {
    super::service::addresses(&crate::context::Context::of_request()?, &instance, &search).await
}

/// Makes a rule about addresses, or changes the one the page showed.
#[server(prefix = "/api/domains", endpoint = "address-set")]
pub async fn set_address(
    instance: String,
    network: String,
    #[server(default)] severity: String,
    #[server(default)] comment: String,
    #[server(default)] until: String,
    #[server(default)] sure: String,
    #[server(default)] why: String,
    #[server(default)] seen: String,
) -> Result<(), Problem> {
    let form = super::AddressForm { instance, network, severity, comment, until, sure, why, seen };
    crate::context::door(|context| super::service::set_address(context, form)).await
}

#[server(prefix = "/api/domains", endpoint = "address-lift")]
pub async fn lift_address(
    instance: String,
    network: String,
    #[server(default)] seen: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::door(|context| super::service::lift_address(context, instance, network, seen, why)).await
}

#[server(prefix = "/api/domains", endpoint = "imports", input = GetUrl)]
pub async fn imports(instance: String, search: String) -> Result<Framed<ImportsPage>, Problem> {
    super::service::imports(&crate::context::Context::of_request()?, &instance, &search).await
}

#[server(prefix = "/api/domains", endpoint = "import", input = GetUrl)]
pub async fn import(instance: String, import: String, search: String) -> Result<Framed<ImportPage>, Problem> {
    super::service::import(&crate::context::Context::of_request()?, &instance, &import, &search).await
}

/// Begins to carry an import out.
#[server(prefix = "/api/domains", endpoint = "import-start")]
pub async fn start(
    instance: String,
    import: String,
    #[server(default)] which: Vec<String>,
    #[server(default)] apart: Vec<String>,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::door(|context| super::service::start(context, instance, import, which, apart, why)).await
}

/// Reads the file of an import anew, as somebody says its columns are to be understood.
#[server(prefix = "/api/domains", endpoint = "import-read")]
pub async fn read_anew(
    instance: String,
    import: String,
    #[server(default)] separator: String,
    #[server(default)] header: String,
    #[server(default)] domain: String,
    #[server(default)] severity: String,
    #[server(default)] reject_media: String,
    #[server(default)] reject_reports: String,
    #[server(default)] public_comment: String,
    #[server(default)] obfuscate: String,
    #[server(default)] private_comment: String,
    #[server(default)] otherwise: String,
) -> Result<(), Problem> {
    let columns = [domain, severity, reject_media, reject_reports, public_comment, obfuscate, private_comment];
    let form = super::ReadingForm { instance, import, separator, header, columns, otherwise };
    crate::context::door(|context| super::service::read_anew(context, form)).await
}

/// Pauses an import, or goes on with it.
#[server(prefix = "/api/domains", endpoint = "import-pause")]
pub async fn pause(instance: String, import: String, #[server(default)] pause: String) -> Result<(), Problem> {
    let pause = pause == "yes";
    crate::context::door(|context| super::service::pause(context, instance, import, pause)).await
}

/// Tries once more what an import has not done.
#[server(prefix = "/api/domains", endpoint = "import-again")]
pub async fn again(instance: String, import: String) -> Result<(), Problem> {
    crate::context::door(|context| super::service::ask_again(context, instance, import)).await
}
