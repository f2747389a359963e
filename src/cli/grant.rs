//! `howdah grant …`

use super::{
    app,
    operator::{instant, said},
};
use crate::{
    clock::Timestamp,
    config::Config,
    context::App,
    grants::{
        Scope,
        service::{self, Asked},
    },
    id::{GrantId, InstanceName, OperatorId},
    operators::service::command_actor,
    reports::Category,
    store::{grants, operators},
    ui::time,
};
use anyhow::{Context as _, bail};
use clap::Subcommand;

#[derive(Subcommand)]
pub enum Grant {
    /// Request a contractor's grant. An owner approves it on the console's Grants page.
    Ask {
        /// The contractor's name.
        name: String,
        /// Where; may be given several times.
        #[arg(long, required = true)]
        instance: Vec<InstanceName>,
        /// Reports of which categories: other, spam, legal, violation; may be given several times. Without it all.
        #[arg(long)]
        category: Vec<String>,
        /// Sign-ups may be decided.
        #[arg(long)]
        sign_ups: bool,
        /// Masked things may be revealed, with a reason.
        #[arg(long)]
        reveal: bool,
        /// The beginning: a day or an instant like 2026-12-01T08:00:00Z; without it now.
        #[arg(long)]
        from: Option<String>,
        /// The end: a day (its end, UTC) or an instant.
        #[arg(long)]
        until: String,
        /// The reference of the agreement.
        #[arg(long, default_value = "")]
        agreement: String,
    },
    /// Approve a grant that was requested, where a console has one owner only.
    Approve { id: String },
    /// List what is not over.
    List,
}

/// Asks for a grant, as the command line.
pub async fn ask(
    app: &App,
    operator: OperatorId,
    scope: Scope,
    from: Option<Timestamp>,
    until: Timestamp,
    agreement: String,
) -> anyhow::Result<GrantId> {
    let actor = command_actor();
    let asked = Asked {
        operator,
        scope,
        starts_at: from.unwrap_or_else(|| app.clock.now()),
        ends_at: until,
        sponsor: actor.operator.clone(),
        sponsor_name: actor.name.clone(),
        agreement,
        roles: Vec::new(),
    };
    service::record(app, &actor, asked, "at the server").await.map(|(id, _)| id).map_err(said)
}

/// Approves a grant, as the command line.
pub async fn approve(app: &App, id: &GrantId) -> anyhow::Result<()> {
    let grant = grants::by_id(&app.store, &app.keys, id).await?.with_context(|| format!("There is no grant {id}."))?;
    service::decided(app, &command_actor(), grant, true, "at the server", service::Decider::AtServer)
        .await
        .map(|_| ())
        .map_err(said)
}

pub async fn run(config: Config, command: Grant) -> anyhow::Result<()> {
    let app = app(config).await?;
    match command {
        Grant::Ask { name, instance, category, sign_ups, reveal, from, until, agreement } => {
            let person = operators::by_name(&app.store, &name).await?;
            let person = person.with_context(|| format!("Nobody is called {name}."))?;
            let mut categories = Vec::new();
            for word in &category {
                match word.parse::<Category>() {
                    Ok(category) => categories.push(category),
                    Err(()) => bail!("“{word}” is no category: other, spam, legal or violation."),
                }
            }
            if categories.is_empty() {
                categories = Category::ALL.to_vec();
            }
            let scope = Scope { instances: instance, categories, sign_ups, reveal };
            let from = match from.as_deref() {
                Some(text) => Some(match crate::text::time::day_typed(text) {
                    Some(day) => day,
                    None => instant(text)?,
                }),
                None => None,
            };
            let id = ask(&app, person.id, scope, from, instant(&until)?, agreement).await?;
            say!("{id} waits for approval.");
        }
        Grant::Approve { id } => {
            let id = GrantId(id);
            approve(&app, &id).await?;
            say!("{id} is approved.");
        }
        Grant::List => {
            let people = operators::list(&app.store).await?;
            let now = app.clock.now();
            for grant in grants::open(&app.store, &app.keys, "", now).await? {
                let name =
                    people.iter().find(|person| person.id == grant.operator).map_or("", |person| person.name.as_str());
                say!(
                    "{} {name:<24} {:<18} on {} until {}",
                    grant.id,
                    grant.state(now).word(),
                    grant.scope.places(),
                    time::absolute(grant.ends_at)
                );
            }
        }
    }
    Ok(())
}
