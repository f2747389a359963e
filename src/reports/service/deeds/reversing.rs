//! A sanction is undone.

use super::{About, about, is_of_account, state_changed, where_it_stood};
use crate::{
    access::Role,
    carry_out::{Carry, Evidence, Trace, carry_out},
    context::Context,
    deeds::ReverseSanction,
    id::AccountId,
    ledger::{Answered, Mark, Warrant},
    mastodon::{
        Instance,
        database::{DatabaseError, LogRow, Read},
        rest::Client,
    },
    problem::{Kind, Problem, malformed_form},
    record,
    reports::{AccountState, Reversal, service::case::cannot_reverse},
    text::Why,
};
use serde_json::json;

pub async fn reverse(
    context: Context,
    instance: String,
    account: String,
    reversal: String,
    state: String,
    why: String,
    back: String,
) -> Result<String, Problem> {
    let About { instance, account, permit, .. } = about(&context, &instance, &account).await?;
    let reversal: Reversal = reversal.parse().map_err(|()| malformed_form())?;
    let state_before: AccountState = serde_json::from_str(&state).map_err(|_| malformed_form())?;
    if let Some(gone) = account.only_closable() {
        return Err(Problem::new(Kind::Invalid, gone, "Nothing was done."));
    }
    if let Some(why) = cannot_reverse(&context, &instance, &account, reversal).await? {
        return Err(Problem::new(
            Kind::Conflict,
            format!("Nothing was done: {why}"),
            "The page shows the current state.",
        ));
    }
    let why = Why::given(&why, context.actor.role == Role::Contractor)?;
    let deed = ReverseSanction {
        instance: instance.name.clone(),
        account: account.id,
        acct: account.acct(),
        reversal,
        state_before,
    };
    let mut done = carry_out(context.clone(), instance.clone(), permit, deed, why).await?;
    if done.facts["no login"] == true {
        done.said.get_or_insert_with(|| record::NO_LOGIN.to_owned());
    }
    done.landed(&where_it_stood(&back, &instance, account.id))
}

impl Carry for ReverseSanction {
    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        state_changed(read, self.account, self.state_before).await
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        client.reverse_sanction(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        let user = read.user_of(self.account).await?;
        let is_own = |row: &&LogRow| is_of_account(row, self.account, user);
        let traced = log.iter().filter(is_own).any(|row| row.action == self.reversal.verb());
        let account = read.account(self.account).await?;
        // Its data may have gone meanwhile: then the suspension is lifted, and nobody is there to come back.
        let no_login = self.reversal == Reversal::Unsuspend
            && account.as_ref().is_some_and(|account| account.domain.is_none() && !account.has_login);
        let state = account.map(|account| account.state);
        let facts = if no_login { json!({ "lifted": traced, "no login": true }) } else { json!({ "lifted": traced }) };
        Ok(Evidence {
            trace: match (traced, no_login) {
                (true, false) => Trace::Whole,
                (true, true) => Trace::Part,
                (false, _) => Trace::None,
            },
            state_is_right: !no_login && state.is_some_and(|state| !self.reversal.applies(state)),
            facts,
            seen: json!({
                "account": state,
                "log rows": log.iter().filter(is_own).map(LogRow::words).collect::<Vec<_>>(),
            }),
        })
    }
}
