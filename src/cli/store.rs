//! `howdah store …`

use super::app;
use crate::{
    config::Config,
    context::App,
    id::{GrantId, InstanceName},
    ledger::{About, Compared, Resealed},
    operators::service::command_actor,
    store::{grants, linked_accounts, operators},
};
use anyhow::{Context as _, bail};
use clap::Subcommand;

#[derive(Subcommand)]
pub enum Store {
    /// Show the rows that give rights and are refused, beside what the record says of them; and take those named as they stand.
    Reseal {
        /// Take the row of this person as it stands: role, password, second factor.
        #[arg(long)]
        operator: Vec<String>,
        /// Take the row of this grant as it stands.
        #[arg(long)]
        grant: Vec<String>,
        /// Take the link of this person as it stands; needs --instance.
        #[arg(long, requires = "instance")]
        link: Option<String>,
        #[arg(long, requires = "link")]
        instance: Option<InstanceName>,
    },
}

pub async fn run(config: Config, command: Store) -> anyhow::Result<()> {
    let Store::Reseal { operator, grant, link, instance } = command;
    let app = app(config).await?;
    let nothing_named = operator.is_empty() && grant.is_empty() && link.is_none();
    for name in &operator {
        reseal_person(&app, name).await?;
    }
    for id in &grant {
        reseal_grant(&app, &GrantId(id.clone())).await?;
    }
    if let Some((name, instance)) = link.zip(instance) {
        reseal_link(&app, &name, &instance).await?;
    }
    if nothing_named {
        show(&app).await?;
    }
    Ok(())
}

/// Each row that is refused, and what the record says of each row that differs from it.
async fn show(app: &App) -> anyhow::Result<()> {
    let refused = app.store.refused().await?;
    let Compared { differences, not_known, .. } = app.ledger.compare_rows().await?;
    for row in &refused {
        say!("refused: {} {}", row.row, row.wrong.words());
    }
    for difference in &differences {
        let entry = difference.entry.map(|entry| format!(" (entry {entry})")).unwrap_or_default();
        say!("differs: {}{entry}", difference.what);
    }
    for what in &not_known {
        say!("not known: {what}");
    }
    if refused.is_empty() {
        say!("Every row that gives rights is as the console wrote it.");
    } else {
        say!(
            "Nobody gets anything by a row that is refused. To take one as it stands: --operator NAME, --grant ID, or \
             --link NAME --instance INSTANCE. Sessions, set-up links and recovery codes are never taken: make new ones."
        );
    }
    Ok(())
}

/// What the record says of it, before it is taken.
async fn beside(app: &App, about: &About) -> anyhow::Result<()> {
    for difference in app.ledger.compare_rows().await?.differences {
        if difference.about == *about {
            say!("{}", difference.what);
        }
    }
    Ok(())
}

async fn person(app: &App, name: &str) -> anyhow::Result<operators::Stored> {
    let mut found = operators::stored(&app.store).await?;
    found.retain(|person| person.name.to_lowercase() == name.trim().to_lowercase());
    match found.len() {
        0 => bail!("Nobody is called {name}."),
        1 => found.pop().context("somebody"),
        _ => bail!("Several rows say that they are {name}; take all but one away first."),
    }
}

async fn reseal_person(app: &App, name: &str) -> anyhow::Result<()> {
    let person = person(app, name).await?;
    beside(app, &About::Person(Some(person.id.clone()))).await?;
    let row = Resealed::Person { operator: person.id, role: person.role.clone(), disabled: person.disabled };
    taken(app, row).await?;
    let state = if person.disabled { "access ended" } else { "may sign in" };
    let factor = if person.factor { "with the second factor" } else { "without a second factor" };
    say!("The person {} is taken as the row stands: {}, {state}, {factor}.", person.name, person.role);
    say!("Whoever changed the row may have changed the password in it too: howdah operator recover sets a new one.");
    Ok(())
}

async fn reseal_grant(app: &App, id: &GrantId) -> anyhow::Result<()> {
    let grant = grants::stored(&app.store).await?.into_iter().find(|grant| grant.id == *id);
    let grant = grant.with_context(|| format!("There is no grant {id}."))?;
    beside(app, &About::Grant(id.clone())).await?;
    let row = Resealed::Grant {
        grant: grant.id,
        operator: grant.operator,
        scope: grant.scope,
        starts: grant.starts_at.0,
        ends: grant.ends_at.0,
        roles: grant.roles,
        approved: grant.approved,
        revoked: grant.revoked,
    };
    taken(app, row).await?;
    say!("The grant {id} is taken as the row stands.");
    Ok(())
}

async fn reseal_link(app: &App, name: &str, instance: &InstanceName) -> anyhow::Result<()> {
    let person = person(app, name).await?;
    let links = linked_accounts::stored(&app.store).await?;
    let link = links.into_iter().find(|link| link.operator == person.id && link.instance == instance.as_str());
    let link = link.with_context(|| format!("{name} has linked no account on {instance}."))?;
    beside(app, &About::Link(link.operator.clone(), link.instance.clone())).await?;
    taken(app, Resealed::Link { operator: link.operator, instance: link.instance }).await?;
    say!("The linked account of {name} on {instance} is taken as the row stands: account {}.", link.account);
    Ok(())
}

async fn taken(app: &App, row: Resealed) -> anyhow::Result<()> {
    if !app.ledger.reseal(command_actor().operator, row).await? {
        bail!("The row is gone.");
    }
    Ok(())
}
