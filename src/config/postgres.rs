//! The address of a PostgreSQL: what of it is understood, and what is refused by its name rather than left out unsaid.

use std::path::Path;
use url::Url;

/// What may stand after the question mark, as the driver understands it; it leaves everything else out.
const UNDERSTOOD: [&str; 11] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "options",
];

/// What is wrong with an address, a clause each. `read` reads a file, and says how it is to be closed if others can read it.
pub(super) fn wrong(url: &str, read: &dyn Fn(&Path) -> std::io::Result<Option<String>>) -> Vec<String> {
    if !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
        return vec!["must begin with postgres://".to_owned()];
    }
    let Ok(url) = Url::parse(url) else {
        return vec!["is not understood; in a password, write what is no letter or digit as %23 and so on".to_owned()];
    };
    let mut wrong = Vec::new();
    let asked = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    if url.host_str().map(str::to_owned).into_iter().chain(asked("host")).any(|host| host.contains(',')) {
        wrong.push(
            "names several hosts; name one (of a copy in database_url, of the primary in database_write_url)"
                .to_owned(),
        );
    }
    for (key, value) in url.query_pairs() {
        match &*key {
            "passfile" => wrong.push(
                "has `passfile`, which is not read from an address; name the file in the variable PGPASSFILE"
                    .to_owned(),
            ),
            "sslmode" => {
                let modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
                if !modes.contains(&&*value) {
                    wrong.push(format!("has an `sslmode` that is none; it can be {}", modes.join(", ")));
                }
            }
            "port" if value.parse::<u16>().is_err() => wrong.push("has a `port` that is no number of one".to_owned()),
            "hostaddr" if value.parse::<std::net::IpAddr>().is_err() => {
                wrong.push("has a `hostaddr` that is no address; a name goes into `host`".to_owned());
            }
            "sslrootcert" | "sslcert" | "sslkey" => match read(Path::new(&*value)) {
                Err(error) => wrong.push(format!("names as `{key}` a file that cannot be read: {error}")),
                Ok(Some(mend)) if key == "sslkey" => {
                    wrong.push(format!("names an `sslkey` that is not private: {mend}"))
                }
                Ok(_) => {}
            },
            known if UNDERSTOOD.contains(&known) || known.starts_with("options[") => {}
            // A misspelt `password` has one behind it: the name alone is said.
            unknown => wrong.push(format!("has `{unknown}`, which is not understood here; take it out")),
        }
    }
    for (one, other) in [("sslcert", "sslkey"), ("sslkey", "sslcert")] {
        if asked(one).is_some() && asked(other).is_none() {
            wrong.push(format!("has `{one}` without `{other}`; a client certificate needs both"));
        }
    }
    if asked("sslcert").is_some() && matches!(asked("sslmode").as_deref(), None | Some("disable" | "allow" | "prefer"))
    {
        wrong.push("has `sslcert`, but an `sslmode` that may go without TLS; write sslmode=verify-full".to_owned());
    }
    wrong
}

/// The server and the database that an address leads to.
pub(super) fn place(url: &str) -> Option<(String, u16, String)> {
    let url = Url::parse(url).ok()?;
    let asked = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let host = asked("hostaddr").or_else(|| asked("host")).or_else(|| url.host_str().map(str::to_owned))?;
    let port = asked("port").and_then(|port| port.parse().ok()).or(url.port()).unwrap_or(5432);
    Some((
        super::machine(&host),
        port,
        asked("dbname").unwrap_or_else(|| url.path().trim_start_matches('/').to_owned()),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(url: &str) -> String {
        wrong(url, &|file| match file.to_str() {
            Some("/closed") => Ok(None),
            Some("/open") => Ok(Some("others can read it (mode 644): chmod 600 /open".to_owned())),
            _ => Err(std::io::ErrorKind::NotFound.into()),
        })
        .join("\n")
    }

    #[test]
    fn what_is_not_understood_is_refused_by_its_name() {
        let at = "postgres://howdah:secret@db.example.org/mastodon";
        for right in [
            "",
            "?sslmode=verify-full&sslrootcert=/open",
            "?host=/run/postgresql&port=5433",
            "?sslmode=verify-full&sslcert=/open&sslkey=/closed",
        ] {
            assert_eq!(said(&format!("{at}{right}")), "", "{right}");
        }
        for (query, words) in [
            ("?passfile=/closed", "PGPASSFILE"),
            ("?target_session_attrs=read-write", "`target_session_attrs`, which is not understood"),
            ("?channel_binding=require", "`channel_binding`"),
            ("?sslmode=full", "`sslmode` that is none"),
            ("?sslmode=verify-full&sslrootcert=/none", "as `sslrootcert` a file that cannot be read"),
            ("?sslmode=verify-full&sslcert=/open&sslkey=/open", "chmod 600 /open"),
            ("?sslmode=verify-full&sslcert=/open", "`sslcert` without `sslkey`"),
            ("?sslcert=/open&sslkey=/closed", "may go without TLS"),
            ("?host=a,b", "several hosts"),
            ("?hostaddr=db.example.org", "no address"),
            ("?port=x", "`port`"),
        ] {
            let said = said(&format!("{at}{query}"));
            assert!(said.contains(words), "{query}: {said}");
            assert!(!said.contains("secret"), "{query}: {said}");
        }
    }

    #[test]
    fn two_sockets_are_two_places() {
        let of = |query: &str| place(&format!("postgres://howdah@localhost/mastodon{query}"));
        assert_ne!(of("?host=/run/one"), of("?host=/run/two"));
        assert_eq!(of("?dbname=mastodon"), of(""));
        assert_eq!(of("?port=5432"), of(""));
    }
}
