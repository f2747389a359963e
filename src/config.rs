//! The configuration: `howdah.toml`, with secrets from the environment or from files.
//!
//! Everything wrong is named at once, each with what would be right.

mod postgres;
pub mod redis;

use crate::{clock::Timestamp, id::InstanceName, nouns::throw_away::ThrowAway};
use ipnet::IpNet;
use serde::{Deserialize, de::DeserializeOwned};
use std::{
    collections::BTreeMap,
    fmt,
    io::Read,
    net::{IpAddr, SocketAddr},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};
use url::Url;

/// Text that never appears in logs or debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// One instance the console looks after.
#[derive(Clone, Debug)]
pub struct InstanceConfig {
    pub name: InstanceName,
    pub title: String,
    pub base_url: Url,
    pub media_base_url: Url,
    pub database_url: Secret,
    /// Where the few writes go, if `database_url` leads to a copy.
    pub database_write_url: Option<Secret>,
    /// Whether statements may be prepared by name: no pooler stands between that hands a session to several connections. Mastodon's own
    /// word for it (`PREPARED_STATEMENTS`, `config/database.yml`).
    pub prepared_statements: bool,
    pub redis_url: Option<Secret>,
    pub token: Secret,
    /// A release newer than all that the console was tried with, on which it may act all the same: `4.8`.
    pub untried_release: Option<String>,
    /// Whether strangers find a form here to ask the staff for access; off unless said otherwise.
    pub access_form: bool,
}

/// For whom browsers are told to use nothing but TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hsts {
    Off,
    /// For the console's own host.
    Host,
    /// For everything under the console's host as well.
    Subdomains,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Log {
    /// For people to read.
    #[default]
    Text,
    /// A JSON object a line.
    Json,
}

/// Everything the console is told.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    pub public_url: Url,
    /// Networks of proxies whose word is believed about whom a request comes from.
    pub trusted_proxies: Vec<IpNet>,
    pub hsts: Hsts,
    pub log: Log,
    /// Where metrics are served; nowhere unless configured.
    pub metrics_listen: Option<SocketAddr>,
    pub store: Secret,
    pub secret_key: [u8; 32],
    pub checkpoint_file: Option<PathBuf>,
    /// How long what stands sealed in the record can be read, in days; without it for good.
    pub words_kept_days: Option<i64>,
    /// People who can act may leave the second factor out; only where both addresses are loopback.
    pub second_factor_optional: bool,
    pub site: PathBuf,
    /// Mail servers that give addresses to be thrown away.
    pub throw_away: ThrowAway,
    pub instances: Vec<InstanceConfig>,
}

/// All that is wrong with a configuration, each line complete.
#[derive(Debug, thiserror::Error)]
#[error("{}:\n{}", .file.display(), .wrong.iter().map(|line| format!("  - {line}")).collect::<Vec<_>>().join("\n"))]
pub struct Wrong {
    file: PathBuf,
    pub wrong: Vec<String>,
}

#[derive(Deserialize)]
struct Raw {
    listen: Option<String>,
    public_url: Option<String>,
    #[serde(default)]
    trusted_proxies: Vec<String>,
    hsts: Option<String>,
    log: Option<String>,
    metrics_listen: Option<String>,
    store: Option<String>,
    store_file: Option<PathBuf>,
    store_env: Option<String>,
    secret_key_file: Option<PathBuf>,
    secret_key_env: Option<String>,
    checkpoint_file: Option<PathBuf>,
    words_kept_days: Option<i64>,
    second_factor: Option<String>,
    site: Option<PathBuf>,
    disposable_domains_file: Option<PathBuf>,
    #[serde(default)]
    instance: Vec<RawInstance>,
    #[serde(flatten)]
    unknown: BTreeMap<String, toml::Value>,
}

#[derive(Deserialize)]
struct RawInstance {
    name: Option<String>,
    title: Option<String>,
    base_url: Option<String>,
    media_base_url: Option<String>,
    database_url: Option<String>,
    database_url_file: Option<PathBuf>,
    database_url_env: Option<String>,
    database_write_url: Option<String>,
    database_write_url_file: Option<PathBuf>,
    database_write_url_env: Option<String>,
    redis_url: Option<String>,
    redis_url_file: Option<PathBuf>,
    redis_url_env: Option<String>,
    token: Option<String>,
    token_file: Option<PathBuf>,
    token_env: Option<String>,
    untried_release: Option<String>,
    prepared_statements: Option<bool>,
    access_form: Option<bool>,
    #[serde(flatten)]
    unknown: BTreeMap<String, toml::Value>,
}

/// Reads and checks a configuration file; `env` looks a variable up.
///
/// # Errors
/// [`Wrong`] names every wrong or missing value, all of them at once.
pub fn load(file: &Path, env: &dyn Fn(&str) -> Option<String>) -> Result<Config, Wrong> {
    let fail = |wrong: Vec<String>| Wrong { file: file.to_owned(), wrong };
    let (text, seen_by) = read_file(file).map_err(|error| {
        fail(vec![format!(
            "cannot be read ({error}); name the right file with --config, or copy the example from the README"
        )])
    })?;
    let (config, holds_secrets) = read(&text, env);
    let exposed = match seen_by {
        Some(mend) if holds_secrets => Some(format!("it holds secrets, and {mend}")),
        Some(_) | None => None,
    };
    match (config, exposed) {
        (Ok(config), None) => Ok(config),
        (Ok(_), Some(exposed)) => Err(fail(vec![exposed])),
        (Err(wrong), exposed) => Err(fail(wrong.into_iter().chain(exposed).collect())),
    }
}

/// The text of a file, and whether somebody else than the console can read it: then the command that mends that. Where root
/// owns a file and the console does not run as root, it reads it by its group.
fn read_file(path: &Path) -> std::io::Result<(String, Option<String>)> {
    let mut file = std::fs::File::open(path)?;
    let about = file.metadata()?;
    let as_root = std::fs::metadata("/proc/self").map_or(true, |process| process.uid() == 0);
    let private = if about.uid() == 0 && !as_root { 0o640 } else { 0o600 };
    let mode = about.mode() & 0o777;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let open = mode & !private & 0o077 != 0;
    Ok((text, open.then(|| format!("others can read it (mode {mode:o}): chmod {private:o} {}", path.display()))))
}

/// Checks the text of a configuration file.
///
/// # Errors
/// Every wrong or missing value, a line each.
pub fn parse(text: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Config, Vec<String>> {
    read(text, env).0
}

/// Reads a configuration, and whether there are secrets in the text itself.
fn read(text: &str, env: &dyn Fn(&str) -> Option<String>) -> (Result<Config, Vec<String>>, bool) {
    let mut read = Reader { wrong: Vec::new(), env, holds_secrets: false };
    match toml::from_str(text) {
        Ok(raw) => (checked(raw, &mut read), read.holds_secrets),
        // What cannot be understood may be a secret.
        Err(error) => (Err(broken(text, &error)), true),
    }
}

/// Where a file is broken. The error's own words are not for anybody's eyes: they show the line, and there may be a secret
/// in it.
fn broken(text: &str, error: &toml::de::Error) -> Vec<String> {
    let place = |span: Option<std::ops::Range<usize>>| {
        let before = span.and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        format!("line {}, column {}", before.matches('\n').count() + 1, line.chars().count() + 1)
    };
    let Ok(table) = DeTable::parse(text) else {
        return vec![format!("is not valid TOML at {}", place(error.span()))];
    };
    // A value is of the wrong kind: each is tried by itself.
    let mut wrong = Vec::new();
    let mut misfit = |key: &Spanned<DeString<'_>>, fits: bool| {
        if !fits {
            let (key, place) = (key.get_ref(), place(Some(key.span())));
            wrong.push(format!("`{key}` at {place} has a value of the wrong kind; see the example in the README"));
        }
    };
    for (key, value) in table.get_ref() {
        match value.get_ref() {
            DeValue::Array(instances) if key.get_ref() == "instance" => {
                for (key, value) in instances.iter().filter_map(|one| one.get_ref().as_table()).flatten() {
                    misfit(key, fits::<RawInstance>(key, value));
                }
            }
            _ => misfit(key, fits::<Raw>(key, value)),
        }
    }
    if wrong.is_empty() {
        wrong.push(format!("a value has the wrong kind at {}", place(error.span())));
    }
    wrong
}

/// Whether a setting has the kind of value it needs.
fn fits<T: DeserializeOwned>(key: &Spanned<DeString<'_>>, value: &Spanned<DeValue<'_>>) -> bool {
    let mut one = DeTable::new();
    one.insert(key.clone(), value.clone());
    T::deserialize(toml::Deserializer::from(Spanned::new(0..0, one))).is_ok()
}

fn checked(raw: Raw, read: &mut Reader<'_>) -> Result<Config, Vec<String>> {
    let env = read.env;

    for key in raw.unknown.keys() {
        read.wrong(format!("`{key}` is not a setting; remove it or correct its spelling"));
    }
    let listen = read.parsed("listen", raw.listen, "127.0.0.1:3000", |text| text.parse::<SocketAddr>().ok());
    let public_url = read.parsed("public_url", raw.public_url, "https://howdah.example.org", |text| web_url(&text));
    let trusted_proxies = raw.trusted_proxies.iter().filter_map(|text| read.network(text)).collect();
    let hsts = read.hsts(raw.hsts.as_deref());
    let log = read.log(raw.log.as_deref());
    let metrics_listen = raw.metrics_listen.and_then(|text| {
        read.parsed("metrics_listen", Some(text), "127.0.0.1:9184", |text| text.parse::<SocketAddr>().ok())
    });
    if metrics_listen.is_some() && metrics_listen == listen {
        read.wrong("`metrics_listen` is the same as `listen`; metrics need a listener of their own".into());
    }
    let store = read.secret("store", raw.store, raw.store_file, raw.store_env, true, "sqlite:howdah.db");
    match store.as_ref().map(Secret::expose) {
        None => {}
        Some(sqlite) if sqlite.starts_with("sqlite:") => {}
        Some(postgres) if ["postgres:", "postgresql:"].iter().any(|scheme| postgres.starts_with(scheme)) => {
            read.postgres("store", postgres);
        }
        Some(_) => read.wrong("`store` must begin with sqlite: or postgres:, for example sqlite:howdah.db".into()),
    }
    let secret_key = read.secret("secret_key", None, raw.secret_key_file, raw.secret_key_env, true, "64 hex digits");
    let secret_key = secret_key.and_then(|key| {
        let bytes = decode_hex(key.expose().trim());
        if bytes.is_none() {
            read.wrong("`secret_key` must be 64 hex digits (32 bytes); make one with: openssl rand -hex 32".into());
        }
        bytes
    });
    let second_factor_optional = read.second_factor(raw.second_factor.as_deref(), public_url.as_ref(), listen);
    if raw.words_kept_days.is_some_and(|days| days < 90) {
        // Keys are made by the quarter, and work in hand must be read back.
        read.wrong("`words_kept_days` must be 90 at the least; leave it out to keep sealed words for good".into());
    }
    if let Some(url) = &public_url
        && url.scheme() == "http"
        && !is_loopback_url(url)
    {
        read.wrong("`public_url` must begin with https:// unless it is a loopback address".into());
    }
    if raw.instance.is_empty() {
        read.wrong("no [[instance]] is there; add one with name, base_url, database_url and token".into());
    }
    let mut instances: Vec<InstanceConfig> = Vec::new();
    for (index, instance) in raw.instance.into_iter().enumerate() {
        let at = instance.name.clone().unwrap_or_else(|| format!("number {}", index + 1));
        read.instance(&at, instance, &mut instances);
    }
    let throw_away = raw.disposable_domains_file.map(|file| read.throw_away(&file)).unwrap_or_default();
    let wrong = std::mem::take(&mut read.wrong);
    match (listen, public_url, store, secret_key) {
        (Some(listen), Some(public_url), Some(store), Some(secret_key)) if wrong.is_empty() => Ok(Config {
            listen,
            public_url,
            trusted_proxies,
            hsts,
            log,
            metrics_listen,
            store,
            secret_key,
            checkpoint_file: raw.checkpoint_file,
            words_kept_days: raw.words_kept_days,
            second_factor_optional,
            site: env("HOWDAH_SITE").map(PathBuf::from).or(raw.site).unwrap_or_else(|| "target/site".into()),
            throw_away,
            instances,
        }),
        _ => Err(wrong),
    }
}

struct Reader<'a> {
    wrong: Vec<String>,
    env: &'a dyn Fn(&str) -> Option<String>,
    /// Whether a secret stood in the configuration itself.
    holds_secrets: bool,
}

impl Reader<'_> {
    fn wrong(&mut self, line: String) {
        self.wrong.push(line);
    }

    /// An address or a network of proxies.
    fn network(&mut self, text: &str) -> Option<IpNet> {
        let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        match network {
            Ok(network) if network.prefix_len() == 0 => {
                self.wrong(format!(
                    "`trusted_proxies` names “{text}”, which is everybody: then anybody says for themselves where they come \
                     from; name your proxy alone"
                ));
                None
            }
            Ok(network) => Some(network.trunc()),
            Err(_) => {
                self.wrong(format!(
                    "`trusted_proxies` has “{text}”, which is neither an address nor a network; for example \
                     trusted_proxies = [\"127.0.0.1\", \"172.18.0.0/16\"]"
                ));
                None
            }
        }
    }

    fn throw_away(&mut self, file: &Path) -> ThrowAway {
        match std::fs::read_to_string(file) {
            Ok(text) => {
                let changed = std::fs::metadata(file).and_then(|about| about.modified()).ok();
                let changed = changed.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
                let changed = changed.and_then(|since| i64::try_from(since.as_millis()).ok()).map(Timestamp);
                let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                ThrowAway::read(&name, changed, &text)
            }
            Err(error) => {
                self.wrong(format!("`disposable_domains_file` ({}) cannot be read: {error}", file.display()));
                ThrowAway::default()
            }
        }
    }

    fn parsed<T>(
        &mut self,
        key: &str,
        value: Option<String>,
        example: &str,
        parse: impl Fn(String) -> Option<T>,
    ) -> Option<T> {
        match value {
            None => {
                self.wrong(format!("`{key}` is missing; for example {key} = \"{example}\""));
                None
            }
            Some(text) => {
                let parsed = parse(text.clone());
                if parsed.is_none() {
                    // What stands before an @ in an address may be a password.
                    let shown = if text.contains('@') { String::new() } else { format!(" is “{text}”, which") };
                    self.wrong(format!("`{key}`{shown} is not understood; for example {key} = \"{example}\""));
                }
                parsed
            }
        }
    }

    fn secret(
        &mut self,
        key: &str,
        value: Option<String>,
        file: Option<PathBuf>,
        variable: Option<String>,
        needed: bool,
        example: &str,
    ) -> Option<Secret> {
        match (value, file, variable) {
            (Some(text), None, None) => {
                // The address of a database without a password in it is no secret.
                let open = |url: Url| url.password().is_none() && !url.query().is_some_and(|q| q.contains("password"));
                self.holds_secrets |= key == "token" || !Url::parse(&text).is_ok_and(open);
                Some(Secret::new(text))
            }
            (None, Some(path), None) => match read_file(&path) {
                Ok((text, None)) => Some(Secret::new(text.trim())),
                Ok((_, Some(mend))) => {
                    self.wrong(format!("`{key}_file`: {mend}"));
                    None
                }
                Err(error) => {
                    // What does not look like a file may be the secret itself.
                    let shown = if path.is_absolute() { format!(" ({})", path.display()) } else { String::new() };
                    self.wrong(format!("`{key}_file`{shown} cannot be read: {error}"));
                    None
                }
            },
            (None, None, Some(variable)) => match (self.env)(&variable) {
                Some(text) if !text.is_empty() => Some(Secret::new(text)),
                _ => {
                    // The same with what does not look like a variable.
                    let name = variable.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'_');
                    let shown = if name { format!(" {variable}") } else { String::new() };
                    self.wrong(format!("`{key}_env` names the variable{shown}, which is not set"));
                    None
                }
            },
            (None, None, None) => {
                if needed {
                    self.wrong(format!(
                        "`{key}` is missing; give {key}_file, {key}_env{} (for example {example})",
                        if key == "secret_key" { "" } else { " or the value itself" },
                    ));
                }
                None
            }
            _ => {
                self.wrong(format!("`{key}` is given more than once; keep one of {key}, {key}_file and {key}_env"));
                None
            }
        }
    }

    /// The address of a web server.
    fn web(&mut self, key: &str, value: Option<String>, example: &str) -> Option<Url> {
        if value.as_deref().is_some_and(is_socket) {
            self.wrong(format!(
                "`{key}` names a Unix socket, which is not spoken to; name the address of the proxy before it, as people’s \
                 browsers have it"
            ));
            return None;
        }
        self.parsed(key, value, example, |text| web_url(&text))
    }

    /// The address of an instance's PostgreSQL.
    fn postgres(&mut self, key: &str, url: &str) {
        for why in postgres::wrong(url, &|file| read_file(file).map(|(_, exposed)| exposed)) {
            self.wrong(format!("`{key}` {why}"));
        }
    }

    fn hsts(&mut self, given: Option<&str>) -> Hsts {
        match given {
            None | Some("host") => Hsts::Host,
            Some("subdomains") => Hsts::Subdomains,
            Some("off") => Hsts::Off,
            Some(other) => {
                self.wrong(format!("`hsts` is “{other}”; it can be \"host\", \"subdomains\" or \"off\""));
                Hsts::Host
            }
        }
    }

    fn log(&mut self, given: Option<&str>) -> Log {
        match given {
            None | Some("text") => Log::Text,
            Some("json") => Log::Json,
            Some(other) => {
                self.wrong(format!("`log` is “{other}”; it can be \"text\" or \"json\""));
                Log::Text
            }
        }
    }

    /// Whether the second factor may be missing.
    fn second_factor(&mut self, given: Option<&str>, public: Option<&Url>, listen: Option<SocketAddr>) -> bool {
        match given {
            None | Some("required") => false,
            Some("optional") => {
                let open = public.is_some_and(|url| !is_loopback_url(url))
                    || listen.is_some_and(|address| !address.ip().is_loopback());
                if public.is_some() && listen.is_some() && open {
                    self.wrong(
                        "`second_factor = \"optional\"` is accepted only while `listen` and `public_url` are both loopback \
                         (127.0.0.1, ::1, localhost); write \"required\""
                            .into(),
                    );
                }
                true
            }
            Some(other) => {
                self.wrong(format!("`second_factor` is “{other}”; it can be \"required\" or \"optional\""));
                false
            }
        }
    }

    /// That a database is no other instance's as well.
    fn own_database(&mut self, key: &str, url: &Secret, others: &[InstanceConfig]) {
        self.postgres(key, url.expose());
        let Some(place) = postgres::place(url.expose()) else { return };
        let same = |other: &&InstanceConfig| {
            let theirs = [Some(&other.database_url), other.database_write_url.as_ref()];
            theirs.into_iter().flatten().any(|url| postgres::place(url.expose()).as_ref() == Some(&place))
        };
        if let Some(other) = others.iter().find(same) {
            let other = &other.name;
            self.wrong(format!("`{key}` is the database of instance {other} already; each server has its own"));
        }
    }

    fn instance(&mut self, at: &str, mut raw: RawInstance, into: &mut Vec<InstanceConfig>) {
        let before = self.wrong.len();
        for key in raw.unknown.keys() {
            self.wrong(format!("`{key}` is not a setting of an instance; remove it or correct its spelling"));
        }
        let name = self.parsed("name", raw.name.take(), "harbour", |text| text.parse::<InstanceName>().ok());
        if let Some(name) = &name
            && into.iter().any(|other| other.name == *name)
        {
            self.wrong("`name` is used by another instance too; each needs its own".into());
        }
        let (base_url, media_base_url) = self.addresses(&mut raw, into);
        let (database_url, database_write_url) = self.databases(&mut raw, into);
        let redis_url = self.secret(
            "redis_url",
            raw.redis_url,
            raw.redis_url_file,
            raw.redis_url_env,
            false,
            "redis://127.0.0.1:6379",
        );
        for why in redis_url.iter().flat_map(|url| redis::wrong(url.expose())) {
            self.wrong(format!("`redis_url` {why}"));
        }
        let token =
            self.secret("token", raw.token, raw.token_file, raw.token_env, true, "the service account's access token");
        if raw.untried_release.as_deref().is_some_and(|text| !is_release(text)) {
            self.wrong("`untried_release` is a release in two numbers, for example \"4.8\"; correct it".into());
        }
        for line in &mut self.wrong[before..] {
            line.insert_str(0, &format!("instance {at}: "));
        }
        if let (Some(name), Some(base_url), Some(media_base_url), Some(database_url), Some(token)) =
            (name, base_url, media_base_url, database_url, token)
        {
            let title =
                raw.title.or_else(|| base_url.host_str().map(str::to_owned)).unwrap_or_else(|| name.to_string());
            into.push(InstanceConfig {
                name,
                title,
                base_url,
                media_base_url,
                database_url,
                database_write_url,
                prepared_statements: raw.prepared_statements.unwrap_or(false),
                redis_url,
                token,
                untried_release: raw.untried_release,
                access_form: raw.access_form.unwrap_or(false),
            });
        }
    }

    /// Where an instance answers, and where its files lie.
    fn addresses(&mut self, raw: &mut RawInstance, others: &[InstanceConfig]) -> (Option<Url>, Option<Url>) {
        let base_url = self.web("base_url", raw.base_url.take(), "https://social.example.org");
        let same = |url: &Url| others.iter().find(|other| server_of(&other.base_url) == server_of(url));
        if let Some(other) = base_url.as_ref().and_then(same) {
            let other = &other.name;
            self.wrong(format!("`base_url` is the server of instance {other} already; a server has one name here"));
        }
        let media_base_url = match (raw.media_base_url.take(), &base_url) {
            (None, Some(base)) => base.join("system").ok(),
            (None, None) => None,
            (given, _) => self.web("media_base_url", given, "https://files.example.org"),
        };
        // The token goes to the one, and private files come from the other.
        for (key, url) in [("base_url", &base_url), ("media_base_url", &media_base_url)] {
            if url.as_ref().is_some_and(|url| url.scheme() == "http" && !is_loopback_url(url)) {
                self.wrong(format!("`{key}` must begin with https:// unless it is a loopback address"));
            }
        }
        (base_url, media_base_url)
    }

    /// The database that is read, and the one that is written where that is another.
    fn databases(&mut self, raw: &mut RawInstance, others: &[InstanceConfig]) -> (Option<Secret>, Option<Secret>) {
        let database_url = self.secret(
            "database_url",
            raw.database_url.take(),
            raw.database_url_file.take(),
            raw.database_url_env.take(),
            true,
            "postgres://howdah@db.example.org/mastodon",
        );
        let database_write_url = self.secret(
            "database_write_url",
            raw.database_write_url.take(),
            raw.database_write_url_file.take(),
            raw.database_write_url_env.take(),
            false,
            "postgres://howdah@primary.example.org/mastodon",
        );
        if database_write_url.is_some() && database_write_url == database_url {
            self.wrong("`database_write_url` is the same as `database_url`; leave it out".into());
        }
        for (key, url) in [("database_url", &database_url), ("database_write_url", &database_write_url)] {
            if let Some(url) = url {
                self.own_database(key, url, others);
            }
        }
        (database_url, database_write_url)
    }
}

/// Whether an address is one of a Unix socket, in any of the ways that servers and proxies write one.
fn is_socket(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    text.starts_with('/')
        || ["unix:", "http+unix:", "https+unix:", "http://unix:", "https://unix:"]
            .iter()
            .any(|kind| text.starts_with(kind))
}

/// Whether it is a release in two numbers.
fn is_release(text: &str) -> bool {
    text.split_once('.').is_some_and(|(major, minor)| [major, minor].iter().all(|part| part.parse::<u16>().is_ok()))
}

fn web_url(text: &str) -> Option<Url> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .filter(|url| url.username().is_empty() && url.password().is_none())
}

/// One spelling of a host's name; this machine has several. A path to a socket stays as it is.
fn machine(host: &str) -> String {
    let name = if host.starts_with('/') { host.to_owned() } else { host.to_lowercase() };
    match name.trim_end_matches('.') {
        "127.0.0.1" | "::1" | "[::1]" | "localhost" => "localhost".to_owned(),
        name => name.to_owned(),
    }
}

/// The server that a web address leads to, however it is spelled.
fn server_of(url: &Url) -> (Option<String>, Option<u16>) {
    (url.host_str().map(machine), url.port_or_known_default())
}

fn is_loopback_url(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn decode_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[index * 2..index * 2 + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    const GOOD: &str = r#"
        listen = "127.0.0.1:3000"
        public_url = "http://127.0.0.1:3000"
        store = "sqlite:howdah.db"
        secret_key_env = "KEY"
        second_factor = "optional"
        [[instance]]
        name = "harbour"
        base_url = "https://harbour.example"
        database_url_env = "DB"
        token_env = "TOKEN"
    "#;

    fn env(name: &str) -> Option<String> {
        match name {
            "KEY" => Some("ab".repeat(32)),
            "DB" => Some("postgres://localhost/mastodon".into()),
            "TOKEN" => Some("t0ken".into()),
            _ => None,
        }
    }

    #[test]
    fn a_good_one_is_read() {
        let config = parse(GOOD, &env).unwrap_or_else(|wrong| panic!("{wrong:?}"));
        assert_eq!(config.instances[0].media_base_url.as_str(), "https://harbour.example/system");
        assert_eq!(config.instances[0].title, "harbour.example");
        assert_eq!(config.instances[0].untried_release, None);
        let allowed =
            parse(&format!("{GOOD}\nuntried_release = \"4.8\""), &env).unwrap_or_else(|wrong| panic!("{wrong:?}"));
        assert_eq!(allowed.instances[0].untried_release.as_deref(), Some("4.8"));
        for wrong in ["4", "4.8.1", "yes", "4.x"] {
            let wrong = parse(&format!("{GOOD}\nuntried_release = \"{wrong}\""), &env).expect_err(wrong);
            assert!(
                wrong.iter().any(|line| line.contains("`untried_release` is a release in two numbers")),
                "{wrong:?}"
            );
        }
        for socket in
            ["unix:/run/mastodon/web.sock", "http://unix:/run/mastodon/web.sock", "http+unix://%2Frun%2Fweb.sock"]
        {
            let text = GOOD.replace("https://harbour.example", socket);
            assert_ne!(text, GOOD);
            let wrong = parse(&text, &env).expect_err(socket);
            assert!(wrong.iter().any(|line| line.contains("`base_url` names a Unix socket")), "{wrong:?}");
        }
        assert_eq!((config.trusted_proxies.len(), config.hsts), (0, Hsts::Host));
        assert_eq!((config.log, config.metrics_listen), (Log::Text, None));
        assert!(!format!("{config:?}").contains("t0ken"), "a secret in debug output");
    }

    /// However its address and its database are spelled, a server is one instance.
    #[test]
    fn a_server_has_one_name() {
        let second = |base_url: &str, database: &str| {
            let text = format!(
                "{GOOD}\n[[instance]]\nname = \"lagoon\"\nbase_url = \"{base_url}\"\ndatabase_url = \"{database}\"\n\
                 token = \"another\""
            );
            parse(&text, &env).err().unwrap_or_default().join("\n")
        };
        assert_eq!(second("https://lagoon.example", "postgres://localhost/lagoon"), "");
        for same in [
            "https://harbour.example",
            "https://harbour.example./",
            "https://HARBOUR.example:443",
            "https://harbour.example/x",
        ] {
            let said = second(same, "postgres://localhost/lagoon");
            assert!(said.contains("is the server of instance harbour already"), "{same}: {said}");
        }
        for same in [
            "postgres://localhost/mastodon",
            "postgresql://howdah:word@LOCALHOST:5432/mastodon?sslmode=disable",
            "postgres://127.0.0.1/mastodon",
            "postgres://elsewhere/other?host=localhost&dbname=mastodon",
        ] {
            let said = second("https://lagoon.example", same);
            assert!(said.contains("is the database of instance harbour already"), "{same}: {said}");
        }
        assert_eq!(second("https://harbour.example:3000", "postgres://localhost:5433/mastodon"), "", "another server");
    }

    #[test]
    fn proxies_are_addresses_or_networks() {
        let text = format!(
            "trusted_proxies = [\"127.0.0.1\", \"172.18.3.4/16\", \"fd00::/8\"]\nhsts = \"subdomains\"\n{GOOD}"
        );
        let config = parse(&text, &env).unwrap_or_else(|wrong| panic!("{wrong:?}"));
        let named: Vec<String> = config.trusted_proxies.iter().map(ToString::to_string).collect();
        assert_eq!(named, ["127.0.0.1/32", "172.18.0.0/16", "fd00::/8"]);
        assert_eq!(config.hsts, Hsts::Subdomains);
    }

    #[test]
    fn metrics_have_a_listener_of_their_own() {
        let text = format!("log = \"json\"\nmetrics_listen = \"[::1]:9184\"\n{GOOD}");
        let config = parse(&text, &env).unwrap_or_else(|wrong| panic!("{wrong:?}"));
        assert_eq!((config.log, config.metrics_listen), (Log::Json, "[::1]:9184".parse().ok()));
        let same = parse(&format!("metrics_listen = \"127.0.0.1:3000\"\n{GOOD}"), &env).expect_err("taken");
        assert_eq!(same, ["`metrics_listen` is the same as `listen`; metrics need a listener of their own"]);
    }

    #[test]
    fn every_wrong_value_is_named_at_once() {
        let text = r#"
            listen = "three thousand"
            store = "mysql:x"
            secret_key_env = "NOT_SET"
            second_factor = "sometimes"
            trusted_proxies = ["localhost", "0.0.0.0/0"]
            hsts = "always"
            log = "xml"
            metrics_listen = "9184"
            listne = 1
            [[instance]]
            name = "No Spaces"
            base_url = "ftp://x"
            database_url = "mysql://x"
            database_write_url = "postgres://a,b/mastodon?passfile=/etc/pass&sslkey=key.pem&target_session_attrs=any"
            token = "a"
            token_env = "B"
        "#;
        let wrong = parse(text, &env).expect_err("nothing in it is right");
        insta::assert_snapshot!(wrong.join("\n"));
    }

    #[test]
    fn an_instance_is_asked_by_https_or_on_loopback() {
        for (url, right) in [
            ("https://harbour.example", true),
            ("http://127.0.0.1:3001", true),
            ("http://[::1]:3001", true),
            ("http://localhost:3001", true),
            ("http://harbour.example", false),
            ("http://10.0.0.5:3000", false),
            ("http://web:3000", false),
            ("http://localhost.example", false),
            ("http://[::ffff:10.0.0.5]", false),
        ] {
            for (key, text) in [
                ("base_url", GOOD.replace("https://harbour.example", url)),
                ("media_base_url", format!("{GOOD}\nmedia_base_url = \"{url}\"")),
            ] {
                let said = parse(&text, &env).err().unwrap_or_default().join("\n");
                assert_eq!(said.is_empty(), right, "{key} = {url}: {said}");
                assert!(right || said.contains(&format!("`{key}` must begin with https://")), "{url}: {said}");
            }
        }
    }

    /// A file with some mode, in a folder of its own.
    fn file(folder: &Path, name: &str, text: &str, mode: u32) -> PathBuf {
        let file = folder.join(name);
        std::fs::write(&file, text).expect("a file");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).expect("its mode");
        file
    }

    #[test]
    fn files_with_secrets_that_others_can_read_are_refused_with_what_mends_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let inline = GOOD.replace("token_env = \"TOKEN\"", "token = \"t0ken-in-clear\"");
        let keyed = |key: &Path| {
            let files = GOOD.replace("secret_key_env = \"KEY\"", &format!("secret_key_file = \"{}\"", key.display()));
            files.replace("token_env = \"TOKEN\"", &format!("token_file = \"{}\"", key.display()))
        };
        for (mode, right) in
            [(0o600, true), (0o400, true), (0o640, false), (0o644, false), (0o604, false), (0o620, false)]
        {
            let said = |text: &str, mode: u32| {
                let config = file(folder.path(), "howdah.toml", text, mode);
                let said = load(&config, &env).err().map(|wrong| wrong.wrong.join("\n")).unwrap_or_default();
                let mended = said.split("chmod 600 ").skip(1).filter_map(|rest| rest.lines().next());
                for mended in mended.map(PathBuf::from).collect::<Vec<_>>() {
                    std::fs::set_permissions(mended, std::fs::Permissions::from_mode(0o600)).expect("what it says");
                }
                assert!(!said.contains("t0ken"), "{said}");
                assert!(said.is_empty() || load(&config, &env).is_ok(), "what it says mends it: {said}");
                said
            };
            assert_eq!(said(&inline, mode).is_empty(), right, "{mode:o}");
            assert_eq!(said(GOOD, mode), "", "nothing secret stands in it");
            let key = file(folder.path(), "secret.key", &"ab".repeat(32), mode);
            let both = said(&keyed(&key), 0o644);
            assert_eq!(both.contains("`secret_key_file`") && both.contains("`token_file`"), !right, "{mode:o}: {both}");
        }
    }

    #[test]
    fn a_broken_file_is_named_by_line_and_never_shown() {
        for (text, place) in [
            ("listen = \"127.0.0.1:3000\"\ntoken = hush-hush\n", "line 2, column"),
            ("hush-hush\n", "line 1, column"),
            ("a = 1\n[[instance]]\n  token = \"hush-hush\n", "line 3, column"),
            ("token = \"hush-hush\"\ntoken = \"hush-hush\"\n", "line 2, column 1"),
            ("\n\nsecret_key_file = [\"hush-hush\"]\n", "`secret_key_file` at line 3, column 1"),
            (
                "listen = 1\n[[instance]]\nname = \"a\"\n token = { hush = \"hush-hush\" }\n",
                "`token` at line 4, column 2",
            ),
            ("instance = \"hush-hush\"\n", "`instance` at line 1, column 1"),
            ("instance = [\"hush-hush\"]\n", "line 1, column"),
        ] {
            let said = parse(text, &env).expect_err(text).join("\n");
            assert!(said.contains(place), "{text}: {said}");
            assert!(!said.contains("hush-hush"), "{text}: {said}");
        }
    }

    #[test]
    fn a_secret_in_the_wrong_place_is_not_shown() {
        for (right, wrong) in [
            ("token_env = \"TOKEN\"", "token_env = \"hush-hush\""),
            ("token_env = \"TOKEN\"", "token_file = \"hush-hush\""),
            ("database_url_env = \"DB\"", "database_url_file = \"postgres://howdah:hush-hush@db/mastodon\""),
            ("database_url_env = \"DB\"", "database_url = \"mysql://howdah:hush-hush@db/mastodon\""),
            ("database_url_env = \"DB\"", "database_url = \"postgres://howdah@db/mastodon?passwort=hush-hush\""),
            ("store = \"sqlite:howdah.db\"", "store = \"mysql://howdah:hush-hush@db/howdah\""),
            ("secret_key_env = \"KEY\"", "secret_key_file = \"hush-hush\""),
            ("base_url = \"https://", "base_url = \"https://:hush-hush@"),
            ("base_url = \"https://", "base_url = \"https://howdah:hush-hush@"),
            ("public_url = \"http://", "public_url = \"http://howdah:hush-hush@"),
        ] {
            let text = GOOD.replace(right, wrong);
            assert_ne!(text, GOOD);
            let said = parse(&text, &env).expect_err(wrong).join("\n");
            assert!(!said.contains("hush-hush"), "{wrong}: {said}");
        }
    }

    #[test]
    fn the_second_factor_is_optional_on_loopback_only() {
        let outside = GOOD.replace("http://127.0.0.1:3000", "https://howdah.example.org");
        let wrong = parse(&outside, &env).expect_err("the public address is not loopback");
        assert!(wrong[0].contains("accepted only while"), "{wrong:?}");
        let listening = GOOD.replace("\"127.0.0.1:3000\"", "\"0.0.0.0:3000\"");
        assert!(parse(&listening, &env).is_err());
    }
}
