//! Work outside a request. A job says what one run of it does and how often; all of them are watched over in one place.

mod alarms;
mod batches;
mod clock;
mod grants;
mod held;
mod ledger;
mod linked_accounts;
mod registrations;
mod reviews;
mod seen;
mod snapshots;
mod sought;
mod statistics;
mod supervisor;
mod sweep;
mod tidy;

pub use sought::look_for_unseen;
pub use supervisor::{Job, Supervisor};
pub use sweep::sweep;
pub use tidy::Tidy;

use crate::{batches::service::OfBatch, clock::Timestamp, context::App, domain_blocks::service::OfImport};
use std::sync::Arc;

/// Starts everything that goes on by itself. It goes on until the supervisor is told to stop. `newest` is when the newest entry of
/// the audit log was written, before this process wrote any.
pub fn start(app: &Arc<App>, newest: Option<Timestamp>) -> Supervisor {
    let jobs = Supervisor::new(app.clock.clone(), app.jobs.clone());
    for instance in app.instances.values() {
        jobs.keep(seen::Waiting::new(app, instance));
        jobs.keep(seen::Probe::new(app, instance));
        jobs.keep(batches::Worker::<OfImport>::new(app, instance));
        jobs.keep(batches::Worker::<OfBatch>::new(app, instance));
        jobs.keep(snapshots::Snapshots::new(app, instance));
        jobs.keep(statistics::Counting::new(app, instance));
    }
    jobs.keep(grants::Rights::new(app));
    jobs.keep(grants::Roles::new(app));
    jobs.keep(grants::ByRecord::new(app));
    jobs.keep(clock::Clock::new(app));
    jobs.keep(held::Holders::new(app));
    jobs.keep(ledger::Leases::new(app));
    jobs.keep(sweep::Sweep::new(app));
    jobs.keep(sought::Looking::new(app));
    jobs.keep(ledger::Checkpoints::new(app));
    jobs.keep(ledger::Refused::new(app));
    jobs.keep(ledger::Check::new(app));
    jobs.keep(alarms::Alarms::new(app));
    jobs.keep(linked_accounts::LeftTokens::new(app));
    jobs.keep(linked_accounts::Gone::new(app));
    jobs.keep(registrations::Settling::new(app));
    jobs.keep(reviews::Sampling::new(app));
    jobs.keep(registrations::Policies::new(app));
    jobs.keep(tidy::Tidy::new(app, newest));
    jobs
}
