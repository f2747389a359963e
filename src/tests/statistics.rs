//! What came and went each day: counted in the background, drawn from memory, and not said where it is not known.

use crate::support::{House, Instead, house, sqlite};
use axum::http::{Method, StatusCode};
use howdah::{
    clock::{DAY, Timestamp},
    mastodon::database::{DAYS, Day, Logged},
    registrations::RegistrationsMode,
};
use std::collections::BTreeMap;

async fn counted(house: &House) -> Vec<Day> {
    let instance = &house.app.instances[&"harbour".parse().unwrap()];
    instance.count(house.app.clock.now()).await;
    let statistics = instance.statistics().unwrap();
    assert_eq!(statistics.trouble, None);
    statistics.counted.days.clone()
}

async fn sql(house: &House, text: &'static str) {
    sqlx::query(text).execute(&house.instance).await.unwrap();
}

/// The same by reading everything there is.
async fn by_hand(house: &House) -> BTreeMap<i64, (i64, Logged)> {
    let mut days: BTreeMap<i64, (i64, Logged)> = BTreeMap::new();
    let opened: Vec<i64> = sqlx::query_scalar("select (extract(epoch from created_at) * 1000)::bigint from reports")
        .fetch_all(&house.instance)
        .await
        .unwrap();
    for at in opened {
        days.entry(at.div_euclid(DAY)).or_default().0 += 1;
    }
    let rows: Vec<(String, i64, Option<i64>)> = sqlx::query_as(
        "select l.action || l.target_type, (extract(epoch from l.created_at) * 1000)::bigint, \
         (extract(epoch from r.created_at) * 1000)::bigint from admin_action_logs l \
         left join reports r on l.target_type = 'Report' and r.id = l.target_id",
    )
    .fetch_all(&house.instance)
    .await
    .unwrap();
    let mut took: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (what, at, made) in rows {
        let day = at.div_euclid(DAY);
        let logged = &mut days.entry(day).or_default().1;
        match what.as_str() {
            "resolveReport" => {
                logged.closed += 1;
                took.entry(day).or_default().extend(made.map(|made| at - made));
            }
            "reopenReport" => logged.reopened += 1,
            "approveUser" => logged.approved += 1,
            "rejectUser" => logged.rejected += 1,
            _ => {}
        }
    }
    for (day, mut took) in took {
        took.sort_unstable();
        let (low, high) = (took.get((took.len().max(1) - 1) / 2), took.get(took.len() / 2));
        days.entry(day).or_default().1.took = low.zip(high).map(|(low, high)| (low + high) / 2);
    }
    days
}

/// Appeals that are decided carry the same words, and count for nothing here.
const MADE: [&str; 3] = [
    "insert into admin_action_logs (account_id, action, target_type, target_id, created_at, updated_at) \
     select (select min(id) from accounts where id > 0), a.action, a.target, 1, at, at from (values ('approve', 'User', 3), \
     ('reject', 'User', 2), ('approve', 'Appeal', 5), ('reopen', 'Report', 1)) a (action, target, many), \
     lateral (select now() at time zone 'utc' - n * interval '30 hours' as at from generate_series(1, many) n) t",
    "insert into reports (account_id, target_account_id, created_at, updated_at, action_taken_at) \
     select min(id), max(id), now() at time zone 'utc' - interval '50 hours', now(), now() from accounts where id > 0",
    "insert into admin_action_logs (account_id, action, target_type, target_id, created_at, updated_at) \
     select target_account_id, 'resolve', 'Report', id, created_at + interval '7 hours', now() from reports order by id desc limit 1",
];

#[tokio::test]
async fn each_day_is_counted_as_reading_everything_would() {
    let house = house(sqlite().await).await;
    for text in MADE {
        sql(&house, text).await;
    }
    let days = counted(&house).await;
    let by_hand = by_hand(&house).await;
    assert_eq!(i64::try_from(days.len()).unwrap(), DAYS);
    let today = house.app.clock.now().0.div_euclid(DAY);
    assert_eq!(days.last().map(|day| day.at), Some(Timestamp(today * DAY)));
    for day in &days {
        let (opened, logged) = by_hand.get(&day.at.0.div_euclid(DAY)).copied().unwrap_or_default();
        assert_eq!(
            (day.opened, day.logged.map(|logged| Logged { took: None, ..logged })),
            (Some(opened), Some(Logged { took: None, ..logged })),
            "{day:?}"
        );
        let took = day.logged.and_then(|logged| logged.took);
        assert_eq!(took.is_some(), logged.took.is_some(), "{day:?}");
        // A database counts in microseconds.
        assert!(took.zip(logged.took).is_none_or(|(took, own)| (took - own).abs() <= 1), "{day:?}, {logged:?}");
    }
    let sum = |of: fn(&Logged) -> i64| days.iter().filter_map(|day| day.logged.as_ref()).map(of).sum::<i64>();
    assert!(
        sum(|logged| logged.closed) > 0 && sum(|logged| logged.approved) >= 3 && sum(|logged| logged.rejected) >= 2
    );
    let open: i64 = sqlx::query_scalar("select count(*) from reports where action_taken_at is null")
        .fetch_one(&house.instance)
        .await
        .unwrap();
    let instance = &house.app.instances[&"harbour".parse().unwrap()];
    assert_eq!(instance.statistics().unwrap().counted.open, open);

    // So many ids that the days before are not read are not known, and not none.
    sql(
        &house,
        "update reports set id = id + 500000 where id = (select id from reports order by created_at desc limit 1)",
    )
    .await;
    let days = counted(&house).await;
    assert!(days.iter().all(|day| day.opened.is_none() && day.logged.is_some()), "{days:?}");
}

#[tokio::test]
async fn what_is_not_counted_or_not_published_is_said_so() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let page = async || house.get(Some(&owner), "/i/harbour/statistics").await.body.replace("<!>", "");
    let first = page().await;
    assert!(first.contains("are not counted yet") && !first.contains("Reports opened and closed"), "{first}");
    // The instance's own answer about its weeks, of which the first is today alone.
    counted(&house).await;
    let drawn = page().await;
    assert!(drawn.contains("Active people by week") && drawn.contains("Week from"), "{drawn}");
    let weeks = drawn.split("<h2>Active people by week").nth(1).unwrap().split("</section>").next().unwrap();
    assert_eq!(weeks.matches("scope=\"row\"").count(), 11, "{weeks}");
    for (title, columns) in [
        ("Reports opened and closed", 2),
        ("Open reports at the end of the day", 1),
        ("Time until a report is closed", 1),
        ("Sign-ups approved and rejected", 2),
        ("Sign-ups a day", 1),
    ] {
        let card = drawn.split(&format!("<h2>{title}</h2>")).nth(1).unwrap_or_else(|| panic!("{title}: {drawn}"));
        let card = card.split("</section>").next().unwrap();
        // All that is drawn stands in a table, and beside the axis in numbers.
        assert_eq!(card.matches("<td class=\"num\">").count(), 30 * columns, "{title}");
        // Where nothing was, that is said in the place of an empty picture.
        let picture = card.contains("role=\"img\"") && card.contains("class=\"axis");
        assert!(picture || card.contains("None in this time."), "{title}: {card}");
    }
    let hidden =
        Instead { method: Method::GET, path: "/api/v1/instance/activity", status: 404, headers: &[], body: "" };
    house.front.instead(vec![hidden]);
    counted(&house).await;
    assert!(page().await.contains("Not known: the instance doesn’t publish its activity."));
    let broken = Instead {
        method: Method::GET,
        path: "/api/v1/instance/activity",
        status: 200,
        headers: &[],
        body: "{\"no\":1}",
    };
    house.front.instead(vec![broken]);
    counted(&house).await;
    assert!(page().await.contains("its answer about its activity (200) can’t be read"));

    // What was counted stays, and says that it is old.
    sql(&house, "alter table reports rename to elsewhere").await;
    let instance = &house.app.instances[&"harbour".parse().unwrap()];
    let before = instance.statistics().unwrap().counted.clone();
    instance.count(house.app.clock.now()).await;
    assert_eq!(instance.statistics().unwrap().counted, before);
    assert!(page().await.contains("Could not be counted again: "));
}

/// Its totals are of the whole instance.
#[tokio::test]
async fn no_contractor_sees_the_statistics_or_the_way_to_them() {
    let house = house(sqlite().await).await;
    counted(&house).await;
    for (role, status) in [("owner", 200), ("admin", 200), ("moderator", 200), ("auditor", 200), ("contractor", 403)] {
        let cookie = house.sign_in(role).await;
        assert_eq!(house.get(Some(&cookie), "/i/harbour/statistics").await.status, status, "{role}");
        let overview = house.get(Some(&cookie), "/i/harbour").await.body;
        assert_eq!(overview.contains("/i/harbour/statistics"), status == 200, "{role}");
    }
}

#[tokio::test]
async fn who_could_sign_up_is_a_band_of_what_the_record_knows() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let instance = house.app.instances[&"harbour".parse().unwrap()].clone();
    let context = howdah::context::Context::of_job(house.app.clone(), howdah::operators::service::command_actor());
    let from = house.app.clock.now().plus(-30 * DAY);
    let stays = howdah::registrations::service::stays(&context, &instance, from).await.unwrap();
    // Nobody changed anything: what is now is known since it was read, and nothing before.
    assert_eq!(stays.first().map(|stay| (stay.from, stay.mode)), Some((from, None)));
    let now = stays.last().unwrap().mode;
    assert!(now.is_some() && stays.len() == 2, "{stays:?}");

    let page = house.get(Some(&owner), "/i/harbour/registrations").await.body;
    let seen = page.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().replace("&quot;", "\"");
    let form = [("instance", "harbour"), ("mode", "none"), ("message", ""), ("why", "a wave"), ("seen", &*seen)];
    let answer = house.sent(&owner, "/api/registrations/set", &form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    house.look().await;
    let stays = howdah::registrations::service::stays(&context, &instance, from).await.unwrap();
    assert_eq!(stays.last().map(|stay| stay.mode), Some(Some(RegistrationsMode::None)), "{stays:?}");
    let drawn = house.get(Some(&owner), "/i/harbour/statistics").await.body.replace("<!>", "");
    let band = drawn.split("<h2>Registrations</h2>").nth(1).unwrap();
    assert!(band.contains("not known, ") && band.contains("closed, "), "{band}");
}

/// Where it is not known who could sign up, nobody says that nothing changed.
#[tokio::test]
async fn what_is_not_known_of_registrations_has_no_number() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let page = crate::seen::text(&house.get(Some(&owner), "/i/harbour/statistics").await.body);
    assert!(page.contains("Registrationsknown since ") && !page.contains("0 changes"), "{page}");
}
