//! What the statistics show: all of it from memory and our own record.

use super::StatisticsPage;
use crate::{
    access::Permission,
    clock::{DAY, Timestamp},
    context::Context,
    frame::{self, Framed},
    mastodon::database::DAYS,
    path,
    problem::Problem,
    registrations::service::stays,
    search::Search,
};

/// The numbers of an instance over thirty days. They are of the whole instance, so they are for those who see its registrations,
/// and for no contractor.
pub async fn statistics(context: &Context, instance: &str, search: &str) -> Result<Framed<StatisticsPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewRegistrations, Some(&instance.name)).await?;
    Search::parse(search).knows(&[])?;
    let from = Timestamp((context.now().0.div_euclid(DAY) - DAYS + 1) * DAY);
    let page = StatisticsPage {
        counted: instance.statistics(),
        sign_ups: instance.health().sign_ups.clone(),
        registrations: stays(context, &instance, from).await?,
        from,
    };
    frame::build(context, Some(&instance), &path::statistics(&instance.name), search, page).await
}
