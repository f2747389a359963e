//! `howdah operator …`

use super::app;
use crate::{
    access::Role,
    clock::Instant,
    config::Config,
    id::{InstanceName, OperatorId},
    ledger::deed::AddOperator,
    linked_accounts,
    operators::service,
    sign_in::service::password_problem,
    store::operators,
};
use anyhow::{Context as _, bail};
use clap::Subcommand;
use std::io::{IsTerminal, Read};

#[derive(Subcommand)]
pub enum Operator {
    /// Add somebody. The password is asked for, or read from standard input.
    Add {
        name: String,
        /// owner, admin, moderator, contractor or auditor
        #[arg(long)]
        role: Role,
        /// The only instance of a contractor.
        #[arg(long)]
        instance: Option<InstanceName>,
        /// The end of a contractor's grant: a day (its end, UTC) or an instant like 2026-12-31T17:00:00Z.
        #[arg(long)]
        until: Option<String>,
    },
    /// List who may sign in.
    List,
    /// Take the link between somebody and their own account on an instance away.
    Unlink {
        name: String,
        #[arg(long)]
        instance: InstanceName,
    },
}

fn instant(text: &str) -> anyhow::Result<Instant> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Ok(Instant(at.as_millisecond()));
    }
    let day: jiff::civil::Date =
        text.parse().with_context(|| format!("“{text}” is neither a day (2026-12-31) nor an instant"))?;
    let end = day.tomorrow()?.to_zoned(jiff::tz::TimeZone::UTC)?;
    Ok(Instant(end.timestamp().as_millisecond()))
}

fn password() -> anyhow::Result<String> {
    let password = if std::io::stdin().is_terminal() {
        let password = rpassword::prompt_password("Password: ")?;
        if rpassword::prompt_password("Again: ")? != password {
            bail!("The two passwords differ.");
        }
        password
    } else {
        let mut text = String::new();
        std::io::stdin().take(4096).read_to_string(&mut text)?;
        text.trim_end_matches(['\r', '\n']).to_owned()
    };
    match password_problem(&password) {
        Some(problem) => bail!(problem),
        None => Ok(password),
    }
}

pub async fn run(config: Config, command: Operator) -> anyhow::Result<()> {
    let app = app(config).await?;
    match command {
        Operator::Add { name, role, instance, until } => {
            let until = until.as_deref().map(instant).transpose()?;
            if until.is_some_and(|until| until <= app.clock.now()) {
                bail!("--until is in the past.");
            }
            if operators::by_name(&app.store, &name).await?.is_some() {
                bail!("Somebody is called {name} already.");
            }
            let hash = app.passwords.hash(&password()?).await?;
            let deed = AddOperator {
                operator: OperatorId(ulid::Ulid::generate().to_string()),
                name: name.trim().to_owned(),
                role,
                instance,
                until: until.map(|at| at.0),
            };
            service::add(&app, service::command_actor(), deed, hash, "howdah operator add")
                .await
                .map_err(|problem| anyhow::anyhow!("{} {}", problem.what, problem.way_on))?;
            println!("{} may sign in as {}.", name.trim(), role.name());
        }
        Operator::Unlink { name, instance } => {
            let revoked = linked_accounts::service::unlink_at_server(&app, &name, &instance)
                .await
                .map_err(|problem| anyhow::anyhow!("{} {}", problem.what, problem.way_on))?;
            println!("{name} acts on {instance} through the service account from now on.");
            if !revoked {
                println!("The instance did not take the token back; it may still hold there.");
            }
        }
        Operator::List => {
            for person in operators::list(&app.store).await? {
                let state = if person.may_sign_in(app.clock.now()) { "may sign in" } else { "ended" };
                println!("{:<24} {:<12} {state}", person.name, person.role.name());
            }
        }
    }
    Ok(())
}
