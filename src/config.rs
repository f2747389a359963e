//! The configuration: `howdah.toml`, with secrets from the environment or from files.
//!
//! Everything wrong is named at once, each with what would be right.

use crate::id::InstanceName;
use ipnet::IpNet;
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
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
    pub redis_url: Option<Secret>,
    pub token: Secret,
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

/// Everything the console is told.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    pub public_url: Url,
    /// Networks of proxies whose word is believed about whom a request comes from.
    pub trusted_proxies: Vec<IpNet>,
    pub hsts: Hsts,
    pub store: Secret,
    pub secret_key: [u8; 32],
    pub checkpoint_file: Option<PathBuf>,
    /// How long what stands sealed in the record can be read, in days; without it for good.
    pub words_kept_days: Option<i64>,
    /// People who can act may leave the second factor out; only where both addresses are loopback.
    pub second_factor_optional: bool,
    pub site: PathBuf,
    /// Mail servers that give addresses to be thrown away, in lower case.
    pub disposable_domains: BTreeSet<String>,
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
    redis_url: Option<String>,
    redis_url_file: Option<PathBuf>,
    redis_url_env: Option<String>,
    token: Option<String>,
    token_file: Option<PathBuf>,
    token_env: Option<String>,
    #[serde(flatten)]
    unknown: BTreeMap<String, toml::Value>,
}

/// Reads and checks a configuration file; `env` looks a variable up.
///
/// # Errors
/// [`Wrong`] names every wrong or missing value, all of them at once.
pub fn load(file: &Path, env: &dyn Fn(&str) -> Option<String>) -> Result<Config, Wrong> {
    let fail = |wrong: Vec<String>| Wrong { file: file.to_owned(), wrong };
    let text = std::fs::read_to_string(file).map_err(|error| {
        fail(vec![format!(
            "cannot be read ({error}); name the right file with --config, or copy the example from the README"
        )])
    })?;
    parse(&text, env).map_err(fail)
}

/// Checks the text of a configuration file.
///
/// # Errors
/// Every wrong or missing value, a line each.
pub fn parse(text: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Config, Vec<String>> {
    let raw: Raw = toml::from_str(text).map_err(|error| vec![format!("is not valid TOML: {error}")])?;
    let mut read = Reader { wrong: Vec::new(), env };

    for key in raw.unknown.keys() {
        read.wrong(format!("`{key}` is not a setting; remove it or correct its spelling"));
    }
    let listen = read.parsed("listen", raw.listen, "127.0.0.1:3000", |text| text.parse::<SocketAddr>().ok());
    let public_url = read.parsed("public_url", raw.public_url, "https://howdah.example.org", |text| web_url(&text));
    let trusted_proxies = raw.trusted_proxies.iter().filter_map(|text| read.network(text)).collect();
    let hsts = match raw.hsts.as_deref() {
        None | Some("host") => Hsts::Host,
        Some("subdomains") => Hsts::Subdomains,
        Some("off") => Hsts::Off,
        Some(other) => {
            read.wrong(format!("`hsts` is “{other}”; it can be \"host\", \"subdomains\" or \"off\""));
            Hsts::Host
        }
    };
    let store = read.secret("store", raw.store, raw.store_file, raw.store_env, true, "sqlite:howdah.db");
    if let Some(store) = &store
        && !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| store.expose().starts_with(scheme))
    {
        read.wrong("`store` must begin with sqlite: or postgres:, for example sqlite:howdah.db".into());
    }
    let secret_key = read.secret("secret_key", None, raw.secret_key_file, raw.secret_key_env, true, "64 hex digits");
    let secret_key = secret_key.and_then(|key| {
        let bytes = decode_hex(key.expose().trim());
        if bytes.is_none() {
            read.wrong("`secret_key` must be 64 hex digits (32 bytes); make one with: openssl rand -hex 32".into());
        }
        bytes
    });
    let second_factor_optional = match raw.second_factor.as_deref() {
        None | Some("required") => false,
        Some("optional") => {
            let public = public_url.as_ref().is_some_and(is_loopback_url);
            let listening = listen.is_some_and(|address| address.ip().is_loopback());
            if public_url.is_some() && listen.is_some() && !(public && listening) {
                read.wrong(
                    "`second_factor = \"optional\"` is accepted only while `listen` and `public_url` are both loopback \
                     (127.0.0.1, ::1, localhost); write \"required\""
                        .into(),
                );
            }
            true
        }
        Some(other) => {
            read.wrong(format!("`second_factor` is “{other}”; it can be \"required\" or \"optional\""));
            false
        }
    };
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
    let disposable_domains = raw.disposable_domains_file.map(|file| read.domains(&file)).unwrap_or_default();
    let wrong = read.wrong;
    match (listen, public_url, store, secret_key) {
        (Some(listen), Some(public_url), Some(store), Some(secret_key)) if wrong.is_empty() => Ok(Config {
            listen,
            public_url,
            trusted_proxies,
            hsts,
            store,
            secret_key,
            checkpoint_file: raw.checkpoint_file,
            words_kept_days: raw.words_kept_days,
            second_factor_optional,
            site: env("HOWDAH_SITE").map(PathBuf::from).or(raw.site).unwrap_or_else(|| "target/site".into()),
            disposable_domains,
            instances,
        }),
        _ => Err(wrong),
    }
}

struct Reader<'a> {
    wrong: Vec<String>,
    env: &'a dyn Fn(&str) -> Option<String>,
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

    /// A list of domains, one a line; lines that begin with `#` are left out.
    fn domains(&mut self, file: &Path) -> BTreeSet<String> {
        match std::fs::read_to_string(file) {
            Ok(text) => text
                .lines()
                .map(|line| line.trim().to_lowercase())
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
                .collect(),
            Err(error) => {
                self.wrong(format!("`disposable_domains_file` ({}) cannot be read: {error}", file.display()));
                BTreeSet::new()
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
                    self.wrong(format!(
                        "`{key}` is “{text}”, which is not understood; for example {key} = \"{example}\""
                    ));
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
            (Some(text), None, None) => Some(Secret::new(text)),
            (None, Some(path), None) => match std::fs::read_to_string(&path) {
                Ok(text) => Some(Secret::new(text.trim())),
                Err(error) => {
                    self.wrong(format!("`{key}_file` ({}) cannot be read: {error}", path.display()));
                    None
                }
            },
            (None, None, Some(variable)) => match (self.env)(&variable) {
                Some(text) if !text.is_empty() => Some(Secret::new(text)),
                _ => {
                    self.wrong(format!("`{key}_env` names the variable {variable}, which is not set"));
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

    fn instance(&mut self, at: &str, raw: RawInstance, into: &mut Vec<InstanceConfig>) {
        let before = self.wrong.len();
        for key in raw.unknown.keys() {
            self.wrong(format!("`{key}` is not a setting of an instance; remove it or correct its spelling"));
        }
        let name = self.parsed("name", raw.name, "harbour", |text| text.parse::<InstanceName>().ok());
        if let Some(name) = &name
            && into.iter().any(|other| other.name == *name)
        {
            self.wrong("`name` is used by another instance too; each needs its own".into());
        }
        let base_url = self.parsed("base_url", raw.base_url, "https://social.example.org", |text| web_url(&text));
        let media_base_url = match (raw.media_base_url, &base_url) {
            (None, Some(base)) => base.join("system").ok(),
            (None, None) => None,
            (given, _) => self.parsed("media_base_url", given, "https://files.example.org", |text| web_url(&text)),
        };
        let database_url = self.secret(
            "database_url",
            raw.database_url,
            raw.database_url_file,
            raw.database_url_env,
            true,
            "postgres://howdah@db.example.org/mastodon",
        );
        if let Some(url) = &database_url
            && !(url.expose().starts_with("postgres://") || url.expose().starts_with("postgresql://"))
        {
            self.wrong("`database_url` must begin with postgres://".into());
        }
        let redis_url = self.secret(
            "redis_url",
            raw.redis_url,
            raw.redis_url_file,
            raw.redis_url_env,
            false,
            "redis://127.0.0.1:6379",
        );
        if let Some(url) = &redis_url
            && !(url.expose().starts_with("redis://") || url.expose().starts_with("rediss://"))
        {
            self.wrong("`redis_url` must begin with redis:// or rediss://".into());
        }
        let token =
            self.secret("token", raw.token, raw.token_file, raw.token_env, true, "the service account's access token");
        for line in &mut self.wrong[before..] {
            line.insert_str(0, &format!("instance {at}: "));
        }
        if let (Some(name), Some(base_url), Some(media_base_url), Some(database_url), Some(token)) =
            (name, base_url, media_base_url, database_url, token)
        {
            let title =
                raw.title.or_else(|| base_url.host_str().map(str::to_owned)).unwrap_or_else(|| name.to_string());
            into.push(InstanceConfig { name, title, base_url, media_base_url, database_url, redis_url, token });
        }
    }
}

fn web_url(text: &str) -> Option<Url> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty())
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
        assert_eq!((config.trusted_proxies.len(), config.hsts), (0, Hsts::Host));
        assert!(!format!("{config:?}").contains("t0ken"), "a secret in debug output");
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
    fn every_wrong_value_is_named_at_once() {
        let text = r#"
            listen = "three thousand"
            store = "mysql:x"
            secret_key_env = "NOT_SET"
            second_factor = "sometimes"
            trusted_proxies = ["localhost", "0.0.0.0/0"]
            hsts = "always"
            listne = 1
            [[instance]]
            name = "No Spaces"
            base_url = "ftp://x"
            database_url = "mysql://x"
            token = "a"
            token_env = "B"
        "#;
        let wrong = parse(text, &env).expect_err("nothing in it is right");
        insta::assert_snapshot!(wrong.join("\n"));
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
