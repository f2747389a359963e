//! The address of a Redis: what of it is understood, and what is refused by its name rather than left out unsaid.

use url::Url;

/// What the driver understands after the question mark of a socket's address.
const OF_A_SOCKET: [&str; 4] = ["user", "pass", "db", "protocol"];
/// What is understood after the question mark of any other address.
const OF_A_SERVER: [&str; 4] = ["protocol", "sentinel", "sentinel_user", "sentinel_password"];

/// Sentinels that know which of several servers is the primary now, as an address names them: its host is what they call
/// the primary (`REDIS_SENTINEL_MASTER`), and each `sentinel` is one of them (`REDIS_SENTINELS`).
#[derive(Clone, PartialEq, Eq)]
pub struct Sentinels {
    /// What they call the primary.
    pub primary: String,
    /// The address of each, with its user and password.
    pub at: Vec<String>,
}

fn parsed(url: &str) -> Option<Url> {
    Url::parse(url).ok()
}

/// The value behind a name after the question mark.
fn asked(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// The host and port of a sentinel, which listens on 26379 unless something else is said.
fn place(text: &str) -> Option<Url> {
    let mut url = parsed(&format!("redis://{text}"))?;
    let alone = url.username().is_empty() && url.password().is_none() && url.path().is_empty() && url.query().is_none();
    if !alone || url.host_str().is_none_or(str::is_empty) || text.contains(',') {
        return None;
    }
    if url.port().is_none() {
        url.set_port(Some(26_379)).ok()?;
    }
    Some(url)
}

/// The sentinels that an address names; `None` where it leads to a server.
pub fn sentinels(url: &str) -> Option<Sentinels> {
    let url = parsed(url)?;
    let (user, password) = (asked(&url, "sentinel_user"), asked(&url, "sentinel_password"));
    let mut at = Vec::new();
    for (_, text) in url.query_pairs().filter(|(key, _)| key == "sentinel") {
        let mut sentinel = place(&text)?;
        sentinel.set_username(user.as_deref().unwrap_or_default()).ok()?;
        sentinel.set_password(password.as_deref()).ok()?;
        at.push(sentinel.into());
    }
    (!at.is_empty()).then(|| Sentinels { primary: url.host_str().unwrap_or_default().to_owned(), at })
}

/// What is wrong with an address, a clause each.
pub(super) fn wrong(url: &str) -> Vec<String> {
    let socket = ["redis+unix://", "unix://"].iter().any(|kind| url.starts_with(kind));
    if !socket && !["redis://", "rediss://"].iter().any(|kind| url.starts_with(kind)) {
        return vec!["must begin with redis://, rediss:// or unix://".to_owned()];
    }
    let Some(url) = parsed(url) else {
        return vec!["is not understood; in a password, write what is no letter or digit as %23 and so on".to_owned()];
    };
    let mut wrong = Vec::new();
    let understood = if socket { OF_A_SOCKET } else { OF_A_SERVER };
    for (key, value) in url.query_pairs() {
        if !understood.contains(&&*key) {
            // A misspelt `password` has one behind it: the name alone is said.
            wrong.push(format!("has `{key}`, which is not understood here; take it out"));
        } else if key == "sentinel" && place(&value).is_none() {
            wrong.push(
                "has a `sentinel` that is no host and port; write one each, as sentinel=10.0.0.1:26379".to_owned(),
            );
        }
    }
    if url.host_str().is_some_and(|host| host.contains(',')) {
        wrong.push(
            "names several hosts, as for Redis Cluster, which is not supported; name one, or sentinels with `sentinel`"
                .to_owned(),
        );
    }
    let named = asked(&url, "sentinel").is_some();
    if named && url.scheme() == "rediss" {
        wrong.push(
            "has `sentinel` with rediss://; sentinels with TLS are not supported: name the primary’s own address"
                .to_owned(),
        );
    }
    if named && url.port().is_some() {
        wrong.push(
            "has `sentinel` and a port; with sentinels the host is what they call the primary, and has none".to_owned(),
        );
    }
    if !named && ["sentinel_user", "sentinel_password"].iter().any(|key| asked(&url, key).is_some()) {
        wrong.push("says who asks the sentinels, and names none; add sentinel=10.0.0.1:26379".to_owned());
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_understood_is_refused_by_its_name() {
        for right in [
            "redis://127.0.0.1:6379",
            "redis://:secret@127.0.0.1:6379/3?protocol=resp3",
            "rediss://howdah:secret@cache.example.org:6380/0",
            "unix:///run/redis/redis.sock?user=howdah&pass=secret&db=0",
            "redis+unix:///run/redis/redis.sock",
            "redis://howdah:secret@mymaster/0?sentinel=10.0.0.1:26379&sentinel=sentinel.example.org&sentinel_password=x",
        ] {
            assert_eq!(wrong(right), Vec::<String>::new(), "{right}");
        }
        for (url, words) in [
            ("http://127.0.0.1", "must begin with redis://"),
            ("redis+sentinel://10.0.0.1/mymaster", "must begin with redis://"),
            ("redis://10.0.0.1:6379,10.0.0.2:6379", "not understood"),
            ("redis://one,two/0", "Redis Cluster"),
            ("redis://127.0.0.1/0?pasword=secret", "`pasword`"),
            ("redis://mymaster/0?sentinels=10.0.0.1:26379", "`sentinels`"),
            ("redis://mymaster/0?sentinel=10.0.0.1:26379,10.0.0.2:26379", "a `sentinel` that is no host"),
            ("redis://mymaster/0?sentinel=", "a `sentinel` that is no host"),
            ("rediss://mymaster/0?sentinel=10.0.0.1:26379", "sentinels with TLS"),
            ("redis://mymaster:6379/0?sentinel=10.0.0.1:26379", "and a port"),
            ("redis://mymaster/0?sentinel_password=secret", "names none"),
            ("unix:///run/redis.sock?sentinel=10.0.0.1:26379", "`sentinel`, which is not understood"),
        ] {
            let said = wrong(url).join("\n");
            assert!(said.contains(words), "{url}: {said}");
            assert!(!said.contains("secret"), "{url}: {said}");
        }
    }

    #[test]
    fn sentinels_are_asked_under_their_own_password() {
        assert!(sentinels("redis://:secret@127.0.0.1:6379/0").is_none());
        let of = sentinels(
            "redis://howdah:secret@mymaster/2?sentinel=10.0.0.1:26380&sentinel=b.example&sentinel_password=x%23",
        )
        .unwrap_or_else(|| panic!("none"));
        assert_eq!(of.primary, "mymaster");
        assert_eq!(of.at, ["redis://:x%23@10.0.0.1:26380", "redis://:x%23@b.example:26379"]);
    }
}
