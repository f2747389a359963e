//! An instance's stored files, fetched from its own addresses only: bounded in size and kind, never from a remote server.

use super::database::MediaRow;
use crate::clock::{MINUTE, Timestamp};
use futures::{Stream, StreamExt};
use reqwest::{Response, header};
use std::{
    collections::VecDeque,
    io,
    sync::{Mutex, PoisonError},
    time::Duration,
};
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
/// `/media_proxy` takes so many calls from one address in ten minutes (`config/initializers/rack_attack.rb`).
const PROXY_CALLS: usize = 30;
const PROXY_WINDOW: i64 = 10 * MINUTE;

/// Why a file cannot be had, in words for the person who asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    #[error("The instance has no copy of this file and could not get one.")]
    Missing,
    #[error("The instance sends us elsewhere for it, and the console follows nowhere.")]
    Elsewhere,
    #[error("The instance does not answer for this file.")]
    Silent,
    #[error(
        "The place where the instance keeps this file refuses it ({0}): it is private there, or does not let this console in."
    )]
    Refused(u16),
    #[error("The place where the instance keeps this file failed ({0}); whether it has the file is not known.")]
    Failed(u16),
    #[error("This kind of file is not shown here.")]
    Kind,
    #[error("The file is larger than 100 MB and is not shown here.")]
    TooLarge,
    #[error("The instance fetches no more than 30 files in ten minutes for us. Try again in a few minutes.")]
    Limited,
}

/// A file on its way: what it is, and its bytes.
pub struct File<S> {
    pub kind: &'static str,
    pub bytes: S,
}

/// The files of one instance.
pub struct Files {
    base: Url,
    media_base: Url,
    http: reqwest::Client,
    proxied: Mutex<VecDeque<Timestamp>>,
}

impl Files {
    pub fn new(base: Url, media_base: Url) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_millis(1_500))
            .read_timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            // Its bytes are handed on and counted as they come.
            .no_gzip()
            .user_agent(concat!("Howdah/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { base, media_base, http, proxied: Mutex::default() })
    }

    /// Fetches a file. What the instance has no copy of, it is asked to fetch from the file's origin.
    pub async fn fetch(
        &self,
        media: &MediaRow,
        now: Timestamp,
    ) -> Result<File<impl Stream<Item = io::Result<impl Into<axum::body::Bytes> + use<>>> + use<>>, FileError> {
        let url = match stored(&self.media_base, media) {
            Some(url) => url,
            None => {
                self.may_proxy(now)?;
                self.base.join(&format!("/media_proxy/{}/original", media.id)).map_err(|_| FileError::Missing)?
            }
        };
        let mut answer = self.get(&url).await?;
        // Storage may send us on once, but only between the instance's own two addresses.
        if answer.status().is_redirection() {
            let to = answer
                .headers()
                .get(header::LOCATION)
                .and_then(|value| value.to_str().ok())
                .and_then(|text| url.join(text).ok())
                .filter(|to| to.origin() == self.base.origin() || to.origin() == self.media_base.origin())
                .ok_or(FileError::Elsewhere)?;
            answer = self.get(&to).await?;
            if answer.status().is_redirection() {
                return Err(FileError::Elsewhere);
            }
        }
        if answer.status() == reqwest::StatusCode::TOO_MANY_REQUESTS {
            return Err(FileError::Limited);
        }
        match answer.status().as_u16() {
            200..300 => {}
            404 | 410 => return Err(FileError::Missing),
            status if answer.status().is_client_error() => return Err(FileError::Refused(status)),
            status => return Err(FileError::Failed(status)),
        }
        let kind = answer
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| KINDS.into_iter().find(|kind| value.split(';').next() == Some(*kind)))
            .ok_or(FileError::Kind)?;
        if answer.content_length().is_some_and(|length| length > LARGEST_FILE) {
            return Err(FileError::TooLarge);
        }
        let mut left = LARGEST_FILE;
        let bytes = answer.bytes_stream().map(move |chunk| {
            let chunk = chunk.map_err(|_| io::Error::other("the file broke off"))?;
            left = left.checked_sub(chunk.len() as u64).ok_or_else(|| io::Error::other("the file is too large"))?;
            Ok(chunk)
        });
        Ok(File { kind, bytes })
    }

    async fn get(&self, url: &Url) -> Result<Response, FileError> {
        self.http.get(url.clone()).send().await.map_err(|_| FileError::Silent)
    }

    /// Counts a call of `/media_proxy`, so that the limit is never run into for the whole address.
    fn may_proxy(&self, now: Timestamp) -> Result<(), FileError> {
        let mut calls = self.proxied.lock().unwrap_or_else(PoisonError::into_inner);
        while calls.front().is_some_and(|at| now.since(*at) >= PROXY_WINDOW) {
            calls.pop_front();
        }
        if calls.len() >= PROXY_CALLS {
            return Err(FileError::Limited);
        }
        calls.push_back(now);
        Ok(())
    }
}

/// `<media base>/[cache/]media_attachments/files/<id in threes>/original/<name>` (`config/initializers/paperclip.rb`);
/// `None` where the instance has no copy.
fn stored(base: &Url, media: &MediaRow) -> Option<Url> {
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
        if media.cached {
            segments.push("cache");
        }
        segments.extend(["media_attachments", "files"]).extend(groups).extend(["original", name.as_str()]);
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{MediaId, StatusId};

    fn row(id: i64, cached: bool, name: Option<&str>) -> MediaRow {
        MediaRow {
            id: MediaId(id),
            status: StatusId(1),
            kind: 0,
            description: String::new(),
            file_name: name.map(str::to_owned),
            remote: cached,
            cached,
            public: true,
        }
    }

    #[test]
    fn an_address_is_built_as_mastodon_stores_files() {
        let base: Url = "https://files.example/system".parse().unwrap();
        let of = |row: &MediaRow| stored(&base, row).map(String::from);
        assert_eq!(
            of(&row(117_668_003_950_957_937, false, Some("a b.png"))).as_deref(),
            Some("https://files.example/system/media_attachments/files/117/668/003/950/957/937/original/a%20b.png")
        );
        assert_eq!(
            of(&row(1_234, true, Some("a.png"))).as_deref(),
            Some("https://files.example/system/cache/media_attachments/files/000/001/234/original/a.png")
        );
        assert_eq!(of(&row(1_234, true, None)), None);
    }

    #[test]
    fn the_proxy_is_asked_thirty_times_in_ten_minutes() {
        let base: Url = "https://social.example".parse().unwrap();
        let files = Files::new(base.clone(), base).unwrap();
        let start = Timestamp(1_000_000);
        for _ in 0..30 {
            assert_eq!(files.may_proxy(start), Ok(()));
        }
        assert_eq!(files.may_proxy(start.plus(PROXY_WINDOW - 1)), Err(FileError::Limited));
        assert_eq!(files.may_proxy(start.plus(PROXY_WINDOW)), Ok(()));
    }
}
