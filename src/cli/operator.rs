//! `howdah operator …`

use super::app;
use crate::{
    access::Role,
    clock::Timestamp,
    config::Config,
    deeds::AddOperator,
    grants::Scope,
    id::{InstanceName, OperatorId},
    linked_accounts,
    operators::service::{self, resets},
    problem::Problem,
    reports::Category,
    sign_in::service::{names_of, password_problem},
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
        /// Where a contractor works: a grant of all reports there begins at once.
        #[arg(long)]
        instance: Option<InstanceName>,
        /// The end of that grant: a day (its end, UTC) or an instant like 2026-12-31T17:00:00Z.
        #[arg(long)]
        until: Option<String>,
    },
    /// List who may sign in.
    List,
    /// Print a one-time link with which somebody chooses a new password; the one they have holds no more.
    Recover {
        name: String,
        /// Take their second factor away too: the next sign-in sets up a new one.
        #[arg(long)]
        factor: bool,
    },
    /// End every session of somebody.
    EndSessions { name: String },
    /// End somebody's access, with their sessions, grants and links.
    End {
        name: String,
        /// Why it ends.
        #[arg(long)]
        reason: String,
    },
    /// Take somebody's second factor away: the next sign-in, by password alone, sets up a new one.
    ResetFactor { name: String },
    /// Take the link between somebody and their own account on an instance away.
    Unlink {
        name: String,
        #[arg(long)]
        instance: InstanceName,
    },
}

pub fn instant(text: &str) -> anyhow::Result<Timestamp> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Ok(Timestamp(at.as_millisecond()));
    }
    let day: jiff::civil::Date =
        text.parse().with_context(|| format!("“{text}” is neither a day (2026-12-31) nor an instant"))?;
    let end = day.tomorrow()?.to_zoned(jiff::tz::TimeZone::UTC)?;
    Ok(Timestamp(end.timestamp().as_millisecond()))
}

/// Asks for somebody's password, and refuses one that will not do.
fn password(config: &Config, name: &str) -> anyhow::Result<String> {
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
    match password_problem(&password, &names_of(config, name)) {
        Some(problem) => bail!(problem),
        None => Ok(password),
    }
}

/// A problem for the person at the terminal.
pub fn said(problem: Problem) -> anyhow::Error {
    anyhow::anyhow!("{} {}", problem.what, problem.remedy)
}

pub async fn run(config: Config, command: Operator) -> anyhow::Result<()> {
    let app = app(config).await?;
    match command {
        Operator::Add { name, role, instance, until } => {
            let until = until.as_deref().map(instant).transpose()?;
            if until.is_some_and(|until| until <= app.clock.now()) {
                bail!("--until is in the past.");
            }
            let place = match (role, &instance, until) {
                (Role::Contractor, Some(instance), Some(until)) => Some((instance.clone(), until)),
                (Role::Contractor, ..) => bail!(
                    "A contractor needs a place and an end: give --instance NAME and --until DATE. \
                     For a grant that an owner approves, offer access on the console’s People page."
                ),
                (_, None, None) => None,
                (..) => {
                    bail!("--instance and --until are for a contractor; the rights of {} have no end.", role.name())
                }
            };
            if let Some((instance, _)) = &place
                && !app.instances.contains_key(instance)
            {
                bail!("There is no instance “{instance}” in the configuration.");
            }
            if operators::by_name(&app.store, &name).await?.is_some() {
                bail!("Somebody is called {name} already.");
            }
            let hash = app.passwords.hash(&password(&app.config, &name)?).await?;
            let deed = AddOperator { operator: OperatorId(crate::id::fresh()), name: name.trim().to_owned(), role };
            let id = deed.operator.clone();
            service::add(&app, service::command_actor(), deed, hash, None, "howdah operator add")
                .await
                .map_err(said)?;
            if let Some((instance, until)) = place {
                let scope = Scope {
                    instances: vec![instance],
                    categories: Category::ALL.to_vec(),
                    sign_ups: false,
                    reveal: false,
                };
                let grant = super::grant::ask(&app, id, scope, None, until, String::new()).await?;
                super::grant::approve(&app, &grant).await?;
            }
            say!("{} may sign in as {}.", name.trim(), role.name());
        }
        Operator::Recover { name, factor } => {
            let link = resets::recover_at_server(&app, &name, factor).await.map_err(said)?;
            say!(
                "{name} cannot sign in any more with the former password. Within three days, open this once to choose another:\n  {link}"
            );
            if factor {
                say!("The next sign-in sets up a new second factor.");
            }
        }
        Operator::EndSessions { name } => {
            resets::end_sessions_at_server(&app, &name).await.map_err(said)?;
            say!("Every session of {name} has ended.");
        }
        Operator::End { name, reason } => {
            service::end_at_server(&app, &name, &reason).await.map_err(said)?;
            say!("The access of {name} has ended, with every session, grant and link of theirs.");
        }
        Operator::ResetFactor { name } => {
            if resets::reset_factor_at_server(&app, &name).await.map_err(said)? {
                say!("The second factor of {name} holds no more. The next sign-in sets up a new one; let it be soon.");
            } else {
                say!("{name} has no second factor. Nothing was changed.");
            }
        }
        Operator::Unlink { name, instance } => {
            let revoked = linked_accounts::service::unlink_at_server(&app, &name, &instance)
                .await
                .map_err(|problem| anyhow::anyhow!("{} {}", problem.what, problem.remedy))?;
            say!("{name} acts on {instance} through the service account from now on.");
            if !revoked {
                say!("The instance did not take the token back; it may still hold there.");
            }
        }
        Operator::List => {
            for person in operators::list(&app.store).await? {
                let state = if person.may_sign_in() { "may sign in" } else { "ended" };
                say!("{:<24} {:<12} {state}", person.name, person.role.name());
            }
        }
    }
    Ok(())
}
