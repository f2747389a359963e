//! What waits, as the numbers around a page say it and as an open page is told of it: never anything else.

use super::build::{appeals_waiting, may_view, said_waiting};
use crate::{
    access::Permission,
    context::Context,
    mastodon::{Instance, database::OpenReport, waiting::Snapshot},
};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The reports of a list that this person sees.
pub fn seen<'a>(
    context: &'a Context,
    instance: &'a Instance,
    list: &'a Snapshot<OpenReport>,
) -> impl Iterator<Item = &'a OpenReport> {
    list.rows.iter().filter(|report| context.actor.sees(&instance.name, report.category))
}

/// How a page of reports learns what came and went since it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// Where it asks.
    pub address: String,
    /// The mark of the reports that it was made of.
    pub revision: String,
}

/// The mark of the reports that this person sees: another one says that what a page shows of them is not all any more. It is
/// keyed, so that nobody can try out what it was made of; and who has a report is no part of it for whoever is not told.
pub fn revision(context: &Context, instance: &Instance, list: &Snapshot<OpenReport>) -> String {
    let told = context.actor.is_told_names();
    let mut hasher = DefaultHasher::new();
    for report in seen(context, instance, list) {
        let assigned = report.assigned.as_ref().map(|(id, _)| told.then_some(id.0));
        (report.id.0, report.target.0, report.category.name(), assigned).hash(&mut hasher);
    }
    let mut mark = context.app.keys.hash("revision of reports", &hasher.finish().to_be_bytes());
    mark.truncate(16);
    mark
}

/// What waits on every instance that this person may see, a line each: “harbour reports 12”; and the mark of the reports.
pub fn numbers(context: &Context) -> Vec<String> {
    let mut lines = Vec::new();
    for instance in context.visible() {
        let name = &instance.name;
        let mut say = |what: &str, said: Option<String>| {
            if let Some(said) = said {
                lines.push(format!("{name} {what} {said}"));
            }
        };
        let may = |permission| may_view(context, instance, permission);
        if may(Permission::ViewWork) {
            say("reports", said_waiting(context, instance));
            say("revision", Some(revision(context, instance, &instance.open_reports.snapshot())));
        }
        if may(Permission::ViewSignUps) {
            say("signups", instance.sign_ups_waiting().map(|waiting| waiting.said()));
        }
        if may(Permission::ViewAppeals) {
            say("appeals", appeals_waiting(instance));
        }
    }
    lines
}
