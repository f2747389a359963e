//! What is shown is what the console wrote: a row that somebody else changed or took away is named, never believed, and takes
//! no page with it.

use crate::{
    domains::{read_in, ticks},
    support::{House, house, postgres, sql, sqlite},
};
use axum::http::StatusCode;
use howdah::{batches::service::engine, domain_blocks::service::OfImport, store::domain_imports};

const LIST: &str = "domain,severity\na.test,suspend\nb.test,suspend\nc.test,suspend\n";

async fn blocked(house: &House) -> Vec<String> {
    sqlx::query_scalar(
        "select domain from domain_blocks where domain like '%.test' or domain like '%.example' order by 1",
    )
    .fetch_all(&house.instance)
    .await
    .unwrap()
}

async fn work(house: &House) {
    let instance = house.app.instances.values().next().unwrap();
    while engine::work::<OfImport>(&house.app, instance, "one", 10).await.unwrap() > 0 {}
}

#[tokio::test]
async fn a_row_of_a_preview_that_was_changed_is_refused_and_never_sealed_again() {
    for kept in [sqlite().await, postgres().await] {
        for (change, says) in [
            ("update domain_import_rows set domain = 'innocent.example' where line = 2", "1 row changed"),
            ("update domain_import_rows set difference = 'hidden' where line = 2", "1 row changed"),
            ("update domain_import_rows set difference = 'nonsense' where line = 2", "1 row changed"),
            ("update domain_import_rows set said = 'Nobody minds.' where line = 2", "1 row changed"),
            ("update domain_import_rows set entry = 1 where line = 2", "1 row changed"),
            ("delete from domain_import_rows where line = 3", "1 row deleted"),
        ] {
            let house = house(match &kept.store.driver {
                howdah::store::Driver::Sqlite(_) => sqlite().await,
                howdah::store::Driver::Postgres(_) => postgres().await,
            })
            .await;
            let before = blocked(&house).await;
            let (cookie, owner) = (house.sign_in("admin").await, house.sign_in("owner").await);
            let import = read_in(&house, &cookie, LIST).await;
            let there = format!("/i/harbour/federation/imports/{import}");
            sql(&house.app.store, change).await.unwrap();
            let page = house.get(Some(&cookie), &there).await;
            assert_eq!(page.status, StatusCode::OK, "{change}: {}", page.body);
            assert!(page.body.contains(says) && page.body.contains("not by the console"), "{change}: {}", page.body);
            assert!(!page.body.contains("innocent") && !page.body.contains("Nobody minds"), "{change}: {}", page.body);
            for all in ["new:no", "new:yes"] {
                ticks(&house, &cookie, &import, "import-tick", &[("all", all)]).await;
            }
            let begun = ticks(&house, &cookie, &import, "import-start", &[("why", "a list")]).await.location.unwrap();
            let back = house.get(Some(&cookie), &begun).await.body;
            assert!(back.contains("Nothing was done"), "{change}: {back}");
            work(&house).await;
            assert_eq!(blocked(&house).await, before, "{change}");
            let refused = house.app.store.look_for_refused().await.unwrap();
            assert!(refused.iter().any(|row| row.row.contains(&import)), "{change}: {refused:?}");
            let overview = house.get(Some(&owner), "/i/harbour").await.body;
            assert!(overview.contains(&import), "{change}: {overview}");
        }
    }
}

#[tokio::test]
async fn what_an_import_says_of_itself_is_proved() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("admin").await;
        let shown =
            async |import: &str| house.get(Some(&cookie), &format!("/i/harbour/federation/imports/{import}")).await;
        for change in [
            "update domain_imports set suspends = 77",
            "update domain_imports set suspends_accounts = 77",
            "update domain_imports set note = 'Told by somebody.'",
        ] {
            let import = read_in(&house, &cookie, LIST).await;
            assert_eq!(shown(&import).await.status, StatusCode::OK);
            sql(&house.app.store, change).await.unwrap();
            assert_eq!(shown(&import).await.status, StatusCode::NOT_FOUND, "{change}");
            sql(&house.app.store, "delete from domain_import_rows; delete from domain_imports").await.unwrap();
        }
        let import = read_in(&house, &cookie, LIST).await;
        let change = "update domain_import_files set reading = replace(reading, '3 rows', '9 rows')";
        sql(&house.app.store, change).await.unwrap();
        let page = shown(&import).await.body;
        assert!(page.contains("was changed, not by the console") && !page.contains("9 rows"), "{page}");
        let begun = ticks(&house, &cookie, &import, "import-start", &[("why", "a list")]).await.location.unwrap();
        assert!(begun.contains("draft="), "{begun}");
        // What the work waits for, said by the console, holds.
        let import = read_in(&house, &cookie, LIST).await;
        domain_imports::note(&house.app.store, &import, "The instance does not answer.").await.unwrap();
        assert!(shown(&import).await.body.contains("The instance does not answer."));
    }
}

/// A store of before has rows without what was added: they go on, and what was left out is not believed.
#[tokio::test]
async fn a_row_that_a_former_version_proved_goes_on() {
    use howdah::seal::Field;
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("admin").await;
        let import = read_in(&house, &cookie, LIST).await;
        let rows = domain_imports::rows(&house.app.store, &import).await.unwrap();
        for row in &rows {
            let mut fields: Vec<Field<'_>> = vec![
                import.as_str().into(),
                row.line.into(),
                (&row.domain).into(),
                row.difference.name().into(),
                (&row.seen).into(),
                (&row.wanted).into(),
                (&row.theirs).into(),
                (&row.cost).into(),
            ];
            fields.extend([row.cuts, row.ticked, row.by_hand, row.replaces].map(Field::Truth));
            fields.push(0.into());
            let mac = house.app.keys.row_mac("domain_import_rows", &fields);
            let former =
                format!("update domain_import_rows set mac = '{mac}', said = 'forged' where line = {}", row.line);
            sql(&house.app.store, &former).await.unwrap();
        }
        let read = domain_imports::rows(&house.app.store, &import).await.unwrap();
        assert!(read.iter().all(|row| !row.refused && row.said.is_empty() && row.ticked), "{read:?}");
        ticks(&house, &cookie, &import, "import-start", &[("why", "a list")]).await;
        work(&house).await;
        let read = domain_imports::rows(&house.app.store, &import).await.unwrap();
        assert!(read.iter().all(|row| row.state == howdah::domain_blocks::RowState::Done), "{read:?}");
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_read_takes_no_page_with_it() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let (owner, moderator) = (house.sign_in("owner").await, house.sign_in("moderator").await);
        let store = &house.app.store;
        let now = house.app.clock.now().0;
        let pages = ["/i/harbour", "/i/harbour/reports", "/i/harbour/invites", "/i/harbour/signups"];
        let held = format!(
            "insert into case_holds (instance, account, operator, since, seen_at) values ('harbour', 'zzz', '01owner', {now}, {now})"
        );
        let request = "insert into access_requests (id, instance, operator, accounts, sealed_told, state, created_at) \
            values ('01DAMAGED', 'harbour', '01owner', 3, 'not to be opened', 'waiting', 1)";
        for (change, undo, named) in [
            (held.as_str(), "delete from case_holds where account = 'zzz'", "whose a case of harbour is"),
            (request, "delete from access_requests where id = '01DAMAGED'", "the access request 01DAMAGED"),
        ] {
            sql(store, change).await.unwrap();
            for page in pages {
                for who in [&owner, &moderator] {
                    let answer = house.get(Some(who), page).await;
                    let fails = answer.body.contains("does not answer");
                    assert!(answer.status == StatusCode::OK && !fails, "{page} after {change}: {}", answer.body);
                }
            }
            let refused = store.look_for_refused().await.unwrap();
            assert!(refused.iter().any(|row| row.row == named), "{change}: {refused:?}");
            assert!(house.get(Some(&owner), "/i/harbour").await.body.contains(named), "{change}");
            sql(store, undo).await.unwrap();
            assert_eq!(store.refused().await.unwrap(), [], "{undo}");
        }
    }
}
