//! Reported files, streamed by the console from the instance's own addresses only: bounded in size and kind, never from a
//! remote server.

use crate::{
    access::{self, Permission},
    context::App,
    http::Signed,
    id::{AccountId, InstanceName, MediaId},
    mastodon::database::MediaRow,
};
use axum::{
    Extension,
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use std::{sync::Arc, time::Duration};
use url::Url;

/// The largest file that is passed on, in bytes.
const LARGEST_FILE: u64 = 100 * 1024 * 1024;
/// Kinds a browser shows without running anything.
const KINDS: [&str; 13] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "video/mp4",
    "video/webm",
    "video/quicktime",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "audio/x-wav",
    "audio/mp4",
];

/// `<media base>/[cache/]media_attachments/files/<id in threes>/original/<name>` (`config/initializers/paperclip.rb`).
pub fn address(base: &Url, media: &MediaRow) -> Option<Url> {
    let name = media.file_name.as_ref()?;
    let digits = format!("{:09}", media.id.0);
    let head = digits.len() % 3;
    let mut groups: Vec<&str> = Vec::new();
    if head > 0 {
        groups.push(&digits[..head]);
    }
    let rest = &digits[head..];
    groups.extend((0..rest.len() / 3).map(|part| &rest[part * 3..part * 3 + 3]));
    let mut url = base.clone();
    {
        let mut segments = url.path_segments_mut().ok()?;
        segments.pop_if_empty();
        if media.remote {
            segments.push("cache");
        }
        segments.extend(["media_attachments", "files"]).extend(groups).extend(["original", name.as_str()]);
    }
    Some(url)
}

fn refused(status: StatusCode, why: &'static str) -> Response {
    (status, why).into_response()
}

/// One file of a public or unlisted post of the account.
pub async fn stream(
    State(app): State<Arc<App>>,
    Extension(signed): Extension<Signed>,
    Path((instance, account, media)): Path<(String, String, String)>,
) -> Response {
    let missing = || refused(StatusCode::NOT_FOUND, "There is no such file.\n");
    let (Ok(name), Ok(account), Ok(media)) =
        (instance.parse::<InstanceName>(), account.parse::<AccountId>(), media.parse::<MediaId>())
    else {
        return missing();
    };
    let Some(instance) = app.instances.get(&name) else { return missing() };
    if access::permit(&signed.actor, Permission::ViewWork, Some(&name)).is_err() {
        return missing();
    }
    let found = match instance.database.read().await {
        Ok(mut read) => read.media_of(account, media).await,
        Err(error) => Err(error),
    };
    let found = match found {
        Ok(Some(found)) => found,
        Ok(None) => return missing(),
        Err(_) => return refused(StatusCode::SERVICE_UNAVAILABLE, "The instance’s database does not answer.\n"),
    };
    let Some(url) = address(&instance.media_base, &found) else {
        return refused(StatusCode::NOT_FOUND, "The instance has no copy of this file.\n");
    };
    let Ok(client) = client() else {
        return refused(StatusCode::SERVICE_UNAVAILABLE, "The file cannot be fetched.\n");
    };
    let answer = match client.get(url.clone()).send().await {
        // Storage may send us on once, but only between the instance's own two addresses.
        Ok(answer) if answer.status().is_redirection() => {
            let to = answer
                .headers()
                .get("location")
                .and_then(|value| value.to_str().ok())
                .and_then(|text| url.join(text).ok())
                .filter(|to| {
                    to.host_str() == instance.base.host_str() || to.host_str() == instance.media_base.host_str()
                });
            match to {
                Some(to) => client.get(to).send().await,
                None => {
                    return refused(
                        StatusCode::BAD_GATEWAY,
                        "The instance sends us elsewhere for it, and the console follows nowhere.\n",
                    );
                }
            }
        }
        other => other,
    };
    let answer = match answer {
        Ok(answer) if answer.status().is_success() => answer,
        Ok(_) => return refused(StatusCode::NOT_FOUND, "The instance has no copy of this file.\n"),
        Err(_) => return refused(StatusCode::BAD_GATEWAY, "The instance does not answer for this file.\n"),
    };
    let kind = answer
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| KINDS.into_iter().find(|kind| value.split(';').next() == Some(*kind)));
    let Some(kind) = kind else {
        return refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "This kind of file is not shown here.\n");
    };
    if answer.content_length().is_some_and(|length| length > LARGEST_FILE) {
        return refused(StatusCode::BAD_GATEWAY, "The file is larger than 100 MB and is not shown here.\n");
    }
    let mut left = LARGEST_FILE;
    let body = answer.bytes_stream().map(move |chunk| match chunk {
        Ok(chunk) => {
            left =
                left.checked_sub(chunk.len() as u64).ok_or_else(|| std::io::Error::other("the file is too large"))?;
            Ok(chunk)
        }
        Err(_) => Err(std::io::Error::other("the file broke off")),
    });
    let mut response = Body::from_stream(body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .connect_timeout(Duration::from_millis(1_500))
        .read_timeout(Duration::from_secs(5))
        .redirect(reqwest::redirect::Policy::none())
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::StatusId;

    #[test]
    fn an_address_is_built_as_mastodon_stores_files() {
        let row = |id, remote| MediaRow {
            id: MediaId(id),
            status: StatusId(1),
            kind: 0,
            description: String::new(),
            file_name: Some("a b.png".into()),
            content_type: None,
            remote,
            public: true,
        };
        let base = Url::parse("https://files.example/system").ok();
        let of = |row: &MediaRow| base.as_ref().and_then(|base| address(base, row)).map(String::from);
        assert_eq!(
            of(&row(117_668_003_950_957_937, false)).as_deref(),
            Some("https://files.example/system/media_attachments/files/117/668/003/950/957/937/original/a%20b.png")
        );
        assert_eq!(
            of(&row(1_234, true)).as_deref(),
            Some("https://files.example/system/cache/media_attachments/files/000/001/234/original/a%20b.png")
        );
    }
}
