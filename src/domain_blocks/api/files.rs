//! Lists as files: taken in by an ordinary upload, given out as Mastodon writes them.

use crate::{
    context::{App, Context},
    domain_blocks::service::{self, List},
    id::InstanceName,
    path,
    problem::{Kind, Problem},
    session::Signed,
    store::drafts,
    stream, text,
};
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use futures::StreamExt;
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, timeout, timeout_at};

/// 20,000 rows with long comments are smaller; more is not read.
const LARGEST_FILE: usize = 8 * 1024 * 1024;
/// Files that come slowly would keep everybody else's out.
const PATIENCE: Patience = Patience { idle: Duration::from_secs(10), in_all: Duration::from_secs(60) };

/// How long a file may take.
#[derive(Clone, Copy)]
struct Patience {
    /// Without anything of it.
    idle: Duration,
    in_all: Duration,
}

/// The rules about servers as `domain_blocks.csv`, or the allowed servers as `domain_allows.csv`.
pub async fn export(
    State(app): State<Arc<App>>,
    Extension(signed): Extension<Signed>,
    Path((instance, file)): Path<(String, String)>,
) -> Response {
    let list = match file.as_str() {
        "domain_blocks.csv" => List::Blocks,
        "domain_allows.csv" => List::Allows,
        _ => return (StatusCode::NOT_FOUND, "This list doesn’t exist.\n").into_response(),
    };
    match service::export(&Context::of(app, signed), &instance, list).await {
        Ok(text) => stream::file(text, stream::CSV, &file),
        Err(problem) => stream::no_file(&problem),
    }
}

/// Takes a list in: what it would do is shown on a page of its own. A file cannot be given back by a form, so only the
/// reason is.
pub async fn upload(
    State(app): State<Arc<App>>,
    Extension(signed): Extension<Signed>,
    Path(instance): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let context = Context::of(app, signed);
    // Before anything of it is read.
    let (kept, unread) = match service::may_keep(&context, &instance).await {
        Ok(counted) => match context.app.uploads.place_of(&context.actor.operator) {
            Some(_reading) => (take_in(&context, &instance, &headers, body).await, None),
            None => (Err(counted.give_back(&context).await.err().unwrap_or_else(busy)), Some(body)),
        },
        Err(problem) => (Err(problem), Some(body)),
    };
    if let Some(body) = unread {
        pass_by(body).await;
    }
    match kept {
        Ok(to) => Redirect::to(&to).into_response(),
        Err(problem) => give_back(&context, &instance, problem).await,
    }
}

fn busy() -> Problem {
    Problem::new(
        Kind::TooMany,
        "The file was not read: the console is busy with other files.",
        "Choose it again in a few seconds.",
    )
}

/// Why a body did not come whole.
#[derive(Debug, PartialEq, Eq)]
enum Broken {
    TooLarge,
    TooSlow,
    /// Whoever sent it went away, or sent something else than was said.
    Off,
}

/// A body, piece by piece, as far as it comes on: `take` is given each.
async fn whole(body: Body, patience: Patience, mut take: impl FnMut(&[u8])) -> Result<(), Broken> {
    let end = Instant::now() + patience.in_all;
    let mut pieces = body.into_data_stream();
    let mut passed = 0;
    loop {
        let next = timeout_at(end, timeout(patience.idle, pieces.next())).await;
        // Pieces that are there whenever they are asked for let no time-out pass by itself.
        let (Ok(Ok(next)), false) = (next, Instant::now() >= end) else { return Err(Broken::TooSlow) };
        let Some(piece) = next else { return Ok(()) };
        let piece = piece.map_err(|error| {
            tracing::info!(%error, "domains.upload");
            Broken::Off
        })?;
        passed += piece.len();
        if passed > LARGEST_FILE {
            return Err(Broken::TooLarge);
        }
        take(&piece);
    }
}

/// Lets what nobody reads go by, without keeping any of it: a browser shows no answer that comes while it still sends.
async fn pass_by(body: Body) {
    // Nobody asks what it was.
    let _passed = whole(body, PATIENCE, |_| ()).await;
}

async fn take_in(context: &Context, instance: &str, headers: &HeaderMap, body: Body) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    whole(body, PATIENCE, |piece| bytes.extend_from_slice(piece)).await.map_err(|broken| {
        let says = match broken {
            Broken::TooLarge => "The file is larger than 8 MB. Choose a smaller one.".to_owned(),
            Broken::TooSlow => format!(
                "The upload was too slow and was stopped: nothing arrived for {} seconds, or not everything \
                within {}. Try a better connection or a smaller file.",
                PATIENCE.idle.as_secs(),
                PATIENCE.in_all.as_secs(),
            ),
            Broken::Off => "The upload was incomplete. Choose the file again.".to_owned(),
        };
        Problem::invalid("file", says)
    })?;
    let (name, bytes) = file_of(headers, Bytes::from(bytes)).await?;
    service::keep(context, instance, &name, bytes).await
}

async fn give_back(context: &Context, instance: &str, problem: Problem) -> Response {
    let text = serde_json::to_string(&(&problem, "")).unwrap_or_default();
    let owner = Some(&context.actor.operator);
    let kept = drafts::keep(&context.app.store, &context.app.keys, owner, "upload", &text, context.now()).await;
    match (kept, instance.parse::<InstanceName>()) {
        (Ok(draft), Ok(instance)) => {
            Redirect::to(&path::with(&path::domain_imports(&instance), "draft", &draft)).into_response()
        }
        _ => stream::no_file(&problem),
    }
}

/// The one file of an upload: its name and its bytes.
async fn file_of(headers: &HeaderMap, body: Bytes) -> Result<(String, Bytes), Problem> {
    let none = || Problem::invalid("file", "Choose a CSV file, as exported by Mastodon.");
    let boundary = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| multer::parse_boundary(kind).ok())
        .ok_or_else(none)?;
    let body = futures::stream::once(async { Ok::<_, std::convert::Infallible>(body) });
    let mut parts = multer::Multipart::new(body, boundary);
    let broken = |error: multer::Error| {
        tracing::info!(%error, "domains.upload");
        Problem::invalid("file", "The upload was incomplete. Choose the file again.")
    };
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        if part.name() == Some("file") {
            let name = part.file_name().unwrap_or_default().to_owned();
            let bytes = part.bytes().await.map_err(broken)?;
            return match (bytes.is_empty(), name.as_str()) {
                (false, _) => Ok((name, bytes)),
                // So a browser sends a form in which no file was chosen.
                (true, "") => Err(none()),
                (true, named) => Err(Problem::invalid(
                    "file",
                    format!(
                        "“{}” is empty: there is not one row in it. Choose another file.",
                        text::excerpt(named, 80)
                    ),
                )),
            };
        }
    }
    Err(none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use futures::stream;
    use std::convert::Infallible;

    const LONG: Duration = Duration::from_secs(600);
    const SHORT: Duration = Duration::from_millis(50);

    async fn read(body: Body, idle: Duration, in_all: Duration) -> Result<usize, Broken> {
        let mut length = 0;
        whole(body, Patience { idle, in_all }, |piece| length += piece.len()).await.map(|()| length)
    }

    fn pieces(number: usize, size: usize) -> Body {
        Body::from_stream(stream::iter(0..number).map(move |_| Ok::<_, Infallible>(vec![b'x'; size])))
    }

    #[tokio::test]
    async fn an_empty_file_is_told_from_none() {
        let sent = async |name: &str, bytes: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("multipart/form-data; boundary=x"));
            let body = format!(
                "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{bytes}\r\n--x--\r\n"
            );
            file_of(&headers, Bytes::from(body)).await.map(|(name, _)| name).map_err(|problem| problem.what)
        };
        assert_eq!(sent("list.csv", "night.example").await, Ok("list.csv".to_owned()));
        let said = sent("list.csv", "").await.unwrap_err();
        assert!(said.contains("“list.csv” is empty"), "{said}");
        let said = sent("", "").await.unwrap_err();
        assert!(said.starts_with("Choose a CSV file"), "{said}");
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_on_is_ended() {
        let never = || Body::from_stream(stream::pending::<Result<Vec<u8>, Infallible>>());
        assert_eq!(read(never(), SHORT, LONG).await, Err(Broken::TooSlow));
        assert_eq!(read(never(), LONG, SHORT).await, Err(Broken::TooSlow));
        // Each piece in time, and never all of them: with a wait between, and without.
        let dripping = stream::repeat(()).then(|()| async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Ok::<_, Infallible>(vec![b'x'])
        });
        assert_eq!(read(Body::from_stream(dripping), LONG, SHORT).await, Err(Broken::TooSlow));
        let at_once = stream::repeat(()).map(|()| Ok::<_, Infallible>(Vec::new()));
        assert_eq!(read(Body::from_stream(at_once), LONG, SHORT).await, Err(Broken::TooSlow));
        assert_eq!(read(pieces(5, 1_000), LONG, LONG).await, Ok(5_000));
        assert_eq!(read(pieces(9, 1024 * 1024), LONG, LONG).await, Err(Broken::TooLarge));
        let cut = stream::iter([Ok(vec![b'x']), Err(std::io::Error::other("cut"))]);
        assert_eq!(read(Body::from_stream(cut), LONG, LONG).await, Err(Broken::Off));
    }
}
