//! Reported files: streamed from the instance's own addresses alone, of posts that may be seen, to people who may look.

use crate::support::{Fault, House, house, sqlite};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt;
use tower::ServiceExt;

/// A file of the practice community: its account, its id. `remote` ones have no copy yet.
async fn a_file(house: &House, remote: bool) -> (i64, i64) {
    sqlx::query_as(
        "select s.account_id, m.id from media_attachments m join statuses s on s.id = m.status_id \
         where (m.remote_url <> '') = $1 and s.visibility = 0 and s.deleted_at is null order by m.id limit 1",
    )
    .bind(remote)
    .fetch_one(&house.instance)
    .await
    .unwrap()
}

async fn ask(house: &House, cookie: Option<&str>, path: &str) -> (StatusCode, Option<String>, Vec<u8>) {
    let mut request = Request::get(path);
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    let answer = house.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = answer.status();
    let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).map(str::to_owned);
    (status, kind, answer.into_body().collect().await.unwrap().to_bytes().to_vec())
}

const PNG: &[u8] = b"\x89PNG\r\n";

#[tokio::test]
async fn a_file_is_streamed_to_who_may_look() {
    let house = house(sqlite().await).await;
    let (account, media) = a_file(&house, false).await;
    let path = format!("/i/harbour/reports/{account}/media/{media}");
    // A contractor looks at those of an open case.
    let closed = "update reports set action_taken_at = now() where target_account_id = $1 and action_taken_at is null";
    sqlx::query(closed).bind(account).execute(&house.instance).await.unwrap();
    let cookie = house.sign_in("contractor").await;
    assert_eq!(ask(&house, Some(&cookie), &path).await.0, StatusCode::NOT_FOUND);
    let page = house.get(Some(&cookie), &format!("/i/harbour/reports/{account}")).await.body;
    assert!(!page.contains("?show="), "{page}");
    sqlx::query(
        "insert into reports (account_id, target_account_id, created_at, updated_at) \
         select id, $1, now(), now() from accounts where id <> $1 order by id limit 1",
    )
    .bind(account)
    .execute(&house.instance)
    .await
    .unwrap();
    for role in ["owner", "admin", "moderator", "contractor", "auditor"] {
        let cookie = house.sign_in(role).await;
        let (status, kind, bytes) = ask(&house, Some(&cookie), &path).await;
        assert_eq!((status, kind.as_deref()), (StatusCode::OK, Some("image/png")), "{role}");
        assert!(bytes.starts_with(PNG), "{role}");
    }
    assert_ne!(ask(&house, None, &path).await.0, StatusCode::OK, "nobody in particular");
    let cookie = house.sign_in("moderator").await;
    for elsewhere in [
        format!("/i/nowhere/reports/{account}/media/{media}"),
        format!("/i/harbour/reports/{}/media/{media}", account + 1),
        format!("/i/harbour/reports/{account}/media/{}", media + 1),
        format!("/i/harbour/reports/{account}/media/..%2F..%2Fetc"),
    ] {
        assert_eq!(ask(&house, Some(&cookie), &elsewhere).await.0, StatusCode::NOT_FOUND, "{elsewhere}");
    }
    // The same post made private: its file is nobody's to see here.
    sqlx::query(
        "update statuses set visibility = 2 where id = (select status_id from media_attachments where id = $1)",
    )
    .bind(media)
    .execute(&house.instance)
    .await
    .unwrap();
    assert_eq!(ask(&house, Some(&cookie), &path).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_the_instance_has_no_copy_of_is_fetched_by_the_instance() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (account, media) = a_file(&house, true).await;
    let path = format!("/i/harbour/reports/{account}/media/{media}");
    let page = house.get(Some(&cookie), &format!("/i/harbour/reports/{account}")).await;
    assert!(page.body.contains("loaded when shown"), "{}", page.body);
    let (status, kind, bytes) = ask(&house, Some(&cookie), &path).await;
    assert_eq!((status, kind.as_deref()), (StatusCode::OK, Some("image/png")));
    assert!(bytes.starts_with(PNG));
    // From now on there is a copy, and it lies under `cache/`.
    let page = house.get(Some(&cookie), &format!("/i/harbour/reports/{account}")).await;
    assert!(!page.body.contains("loaded when shown"));
    assert_eq!(ask(&house, Some(&cookie), &path).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_file_from_elsewhere_or_of_another_kind_is_refused_in_words() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (account, media) = a_file(&house, false).await;
    let path = format!("/i/harbour/reports/{account}/media/{media}");
    for (fault, status, words) in [
        (Fault::FileElsewhere, StatusCode::BAD_GATEWAY, "follows nowhere"),
        (Fault::FileInCircles, StatusCode::BAD_GATEWAY, "follows nowhere"),
        (Fault::FileOfAnotherKind, StatusCode::UNSUPPORTED_MEDIA_TYPE, "This kind of file"),
        (Fault::FileTooLarge, StatusCode::BAD_GATEWAY, "larger than 100 MB"),
    ] {
        house.weather.set(fault);
        let (answered, _, body) = ask(&house, Some(&cookie), &path).await;
        assert_eq!(answered, status, "{fault:?}");
        assert!(String::from_utf8_lossy(&body).contains(words), "{fault:?}");
    }
}
