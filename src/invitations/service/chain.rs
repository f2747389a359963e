//! Who invited whom, as far back as it is known: from the instance where it still says so, else from what was seen of it before.

use super::{
    super::{Link, Others},
    read_problem, store_problem,
};
use crate::{
    context::App,
    id::{AccountId, InstanceName},
    mastodon::{
        Instance,
        database::{DatabaseError, Read, Stands},
    },
    problem::Problem,
    store::{
        Store,
        invited::{self, Invited},
    },
    ui,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tokio::time::Instant as Tick;

/// A chain is followed so far.
const LONGEST: usize = 8;
/// Of those whom somebody invited the newest so many are looked at.
const MOST_OTHERS: usize = 200;
/// Logins that are looked at in one go.
const SLICE: i64 = 2_000;
/// The newest logins, which are looked at each time: whoever invites many and goes at once is among them.
const NEWEST: i64 = 2_000;
/// Slices beside the newest in one look …
const SLICES: usize = 25;
/// … unless they take as long.
const LONG_ENOUGH: Duration = Duration::from_secs(1);

/// Those whom some people invited, and how all of them stand now.
#[derive(Default)]
pub struct Families {
    invited: BTreeMap<AccountId, Vec<AccountId>>,
    stand: BTreeMap<AccountId, Stands>,
    most: usize,
}

impl Families {
    /// Of each the newest so many.
    ///
    /// # Errors
    /// If the store or the instance's database does not answer.
    pub async fn read(
        store: &Store,
        instance: &InstanceName,
        read: &mut Read,
        inviters: &BTreeSet<AccountId>,
        most: usize,
    ) -> Result<Self, Problem> {
        if inviters.is_empty() {
            return Ok(Self::default());
        }
        // One more, to know of it, and one that is meant and not counted.
        let invited = invited::by_each(store, instance, inviters, most + 2).await.map_err(store_problem)?;
        let all: BTreeSet<i64> = invited.values().flatten().chain(inviters).map(|account| account.0).collect();
        let stand = read.standing_of(&all.into_iter().collect::<Vec<_>>()).await.map_err(read_problem)?;
        let stand = stand.into_iter().map(|stands| (AccountId(stands.account), stands)).collect();
        Ok(Self { invited, stand, most })
    }

    /// What became of those whom somebody invited, but one.
    pub fn others(&self, inviter: AccountId, but: AccountId) -> Others {
        let mut others = Others::default();
        for account in self.invited.get(&inviter).into_iter().flatten().filter(|account| **account != but) {
            if others.number == self.most {
                others.more = true;
                break;
            }
            others.number += 1;
            match self.stand.get(account) {
                Some(stands) if stands.suspended => others.suspended += 1,
                None | Some(Stands { gone: Some(true), .. }) => others.gone += 1,
                Some(stands) if stands.silenced => others.limited += 1,
                Some(Stands { gone: Some(false), .. }) => {}
                Some(Stands { gone: None, .. }) => others.untold += 1,
            }
        }
        others
    }

    /// Whether it was looked at how one of the inviters stands, and whom else they invited.
    pub fn looked_at(&self, inviter: AccountId) -> bool {
        self.invited.contains_key(&inviter)
    }

    /// How one of the inviters stands, where that was looked at and there is anything to say.
    pub fn word(&self, inviter: AccountId) -> Option<&'static str> {
        self.invited.get(&inviter)?;
        match self.stand.get(&inviter) {
            None => Some("gone"),
            Some(stands) if stands.suspended => Some("suspended"),
            Some(stands) if stands.gone == Some(true) => Some("deleted"),
            Some(stands) if stands.silenced => Some("limited"),
            Some(stands) if stands.gone.is_none() => Some("not known whether deleted"),
            Some(_) => None,
        }
    }
}

/// Whoever invited an account, who invited them, and so on; and whether it goes on further than is followed.
///
/// # Errors
/// If the store or the instance's database does not answer.
pub async fn chain(
    app: &App,
    instance: &Instance,
    read: &mut Read,
    account: AccountId,
) -> Result<(Vec<Link>, bool), Problem> {
    let mut steps: Vec<(AccountId, Invited)> = Vec::new();
    let mut met = BTreeSet::from([account]);
    let mut of = account;
    let goes_on = loop {
        let Some(step) = step(app, instance, read, of).await? else { break false };
        // Rows written by hand can go round.
        if !met.insert(step.inviter) {
            break false;
        }
        if steps.len() == LONGEST {
            break true;
        }
        let inviter = step.inviter;
        steps.push((of, step));
        of = inviter;
    };
    let inviters: BTreeSet<AccountId> = steps.iter().map(|(_, step)| step.inviter).collect();
    let families = Families::read(&app.store, &instance.name, read, &inviters, MOST_OTHERS).await?;
    let link = |(invited, step): (AccountId, Invited)| Link {
        account: step.inviter,
        handle: format!("@{}", ui::tame(&step.name)),
        word: families.word(step.inviter),
        remembered: step.gone_at.is_some(),
        others: families.others(step.inviter, invited),
    };
    Ok((steps.into_iter().map(link).collect(), goes_on))
}

async fn step(app: &App, instance: &Instance, read: &mut Read, account: AccountId) -> Result<Option<Invited>, Problem> {
    let there = read.inviter_of(account).await.map_err(read_problem)?;
    if let Some(there) = there {
        return Ok(Some(Invited {
            account,
            login: there.login,
            inviter: AccountId(there.inviter),
            name: there.name,
            gone_at: None,
        }));
    }
    let kept = invited::of(&app.store, &instance.name, account).await.map_err(store_problem)?;
    // The instance does not say so any more, whether or not that was seen yet.
    Ok(kept.map(|kept| Invited { gone_at: kept.gone_at.or(Some(app.clock.now())), ..kept }))
}

/// Why it could not be looked.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error(transparent)]
    Instance(#[from] DatabaseError),
    #[error("the console's store: {0}")]
    Store(#[from] sqlx::Error),
}

/// Keeps who invited whom before the instance forgets it: of the newest logins each time, and of the others some at a time,
/// round and round. How many rows were written.
///
/// # Errors
/// If the instance's database or the store does not answer; what was looked at is kept, and the next look goes on past what
/// could not be.
pub async fn look(app: &App, instance: &Instance) -> Result<usize, Trouble> {
    let (store, name, began) = (&app.store, &instance.name, Tick::now());
    let newest = instance.database.read().await?.login_below(NEWEST).await?;
    let mut looked = slice(app, instance, newest, i64::MAX).await;
    let mut above = invited::position(store, name).await?;
    for _ in 0..SLICES {
        let next = instance.database.read().await?.logins_above(above, SLICE).await?;
        // What is above is looked at each time.
        let Some(to) = next.filter(|_| above < newest) else {
            invited::looked_to(store, name, 0).await?;
            break;
        };
        let more = slice(app, instance, above, to).await;
        // Also past one that fails: it must not keep those beyond it waiting, and has its turn again with the next round.
        above = to;
        invited::looked_to(store, name, above).await?;
        let failed = more.is_err();
        looked = looked.and_then(|written| Ok(written + more?));
        if failed || began.elapsed() >= LONG_ENOUGH {
            break;
        }
    }
    looked
}

/// Compares a range of logins with what was kept of it.
async fn slice(app: &App, instance: &Instance, above: i64, to: i64) -> Result<usize, Trouble> {
    let there = instance.database.read().await?.invited_between(above, to).await?;
    let kept = invited::between(&app.store, &instance.name, above, to).await?;
    let mut kept: BTreeMap<AccountId, Invited> = kept.into_iter().map(|one| (one.account, one)).collect();
    let mut changed = Vec::new();
    for one in there {
        let now = Invited {
            account: AccountId(one.account),
            login: one.login,
            inviter: AccountId(one.inviter),
            name: one.name,
            gone_at: None,
        };
        if kept.remove(&now.account).as_ref() != Some(&now) {
            changed.push(now);
        }
    }
    let at = app.clock.now();
    changed.extend(kept.into_values().filter(|one| one.gone_at.is_none()).map(|mut one| {
        one.gone_at = Some(at);
        one
    }));
    invited::keep(&app.store, &instance.name, &changed, at).await?;
    Ok(changed.len())
}
