//! The practice instance as a program.

use anyhow::{Context, Result};
use clap::{Parser, Subcommand, ValueEnum};
use practice::{
    cache::Cache, cluster::Cluster, community, jobs, rate_limit::Limits, schema, server, tick, version::Version,
};
use serde_json::json;
use sqlx::{
    ConnectOptions, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{io::Read, net::SocketAddr, path::PathBuf, str::FromStr, sync::Arc};
use tokio::{net::TcpListener, signal::unix::SignalKind};
use tracing_subscriber::EnvFilter;

/// A practice Mastodon instance.
#[derive(Parser)]
#[command(name = "practice", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, ValueEnum)]
enum Release {
    #[value(name = "4.3")]
    V43,
    #[value(name = "4.4")]
    V44,
    #[value(name = "4.5")]
    V45,
    #[value(name = "4.6")]
    V46,
    #[value(name = "4.7")]
    V47,
}

impl From<Release> for Version {
    fn from(release: Release) -> Self {
        match release {
            Release::V43 => Self::V43,
            Release::V44 => Self::V44,
            Release::V45 => Self::V45,
            Release::V46 => Self::V46,
            Release::V47 => Self::V47,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Size {
    Small,
    Medium,
    Large,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the instance; prints one line of JSON with its addresses when it is ready.
    Serve {
        /// The folder of its own cluster and of the files of posts.
        #[arg(long)]
        data: Option<PathBuf>,
        /// A database to use instead of a cluster of its own.
        #[arg(long)]
        database: Option<String>,
        #[arg(long)]
        redis: Option<String>,
        #[arg(long, default_value = "127.0.0.1:3001")]
        listen: SocketAddr,
        /// The web domain; by default the address it listens on.
        #[arg(long)]
        domain: Option<String>,
        /// Addresses begin with https, as behind a proxy.
        #[arg(long)]
        https: bool,
        #[arg(long, default_value = "4.6")]
        mastodon: Release,
        /// Only the tables, no community.
        #[arg(long)]
        empty: bool,
        #[arg(long, default_value = "small")]
        size: Size,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// A thousand times as many calls as Mastodon allows.
        #[arg(long)]
        lift_limits: bool,
    },
    /// Move the practice clock: what Mastodon would have done in that time is done now.
    Tick {
        #[arg(long)]
        data: Option<PathBuf>,
        #[arg(long)]
        database: Option<String>,
        #[arg(long)]
        redis: Option<String>,
        /// How much time passes: 90m, 12h, 31d, 2w.
        #[arg(long, value_parser = tick::duration)]
        by: std::time::Duration,
    },
    /// A throw-away cluster for tests; prints its address, and stops when its input ends.
    Postgres {
        #[arg(long)]
        data: PathBuf,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    // `RUST_LOG=practice=info` prints every call.
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).with_env_filter(filter).init();
    match Cli::parse().command {
        Command::Serve { data, database, redis, listen, domain, https, mastodon, empty, size, seed, lift_limits } => {
            let version = Version::from(mastodon);
            let cluster = match (&database, &data) {
                (Some(_), _) => None,
                (None, Some(data)) => Some(Cluster::start(&data.join("postgres"), false)?),
                (None, None) => anyhow::bail!("give --data FOLDER or --database URL"),
            };
            let url = match (&database, &cluster) {
                (Some(url), _) => url.clone(),
                (None, Some(cluster)) => own_database(cluster).await?,
                (None, None) => unreachable!("one of the two was given"),
            };
            // A large community is made by statements of minutes: no news worth printing each of them.
            let options = PgConnectOptions::from_str(&url)?.disable_statement_logging();
            let pool = PgPoolOptions::new().max_connections(16).connect_with(options).await;
            let pool = pool.context("the database does not answer")?;
            let media = data.map(|data| data.join("media"));
            // The recorded requests name their host; a practice address is plain http on loopback.
            let https = https || domain.is_some();
            let domain = domain.unwrap_or_else(|| listen.to_string());
            let there = if schema::exists(&pool).await? { schema::version(&pool).await? } else { None };
            if let Some(other) = there.filter(|there| *there != version) {
                anyhow::bail!(
                    "the tables here are of Mastodon {}, not {}: say --mastodon with that release, or take another folder",
                    other.number(),
                    version.number()
                );
            }
            if !schema::exists(&pool).await? {
                schema::create_as(&pool, version).await?;
                if !empty {
                    let options = community::Options {
                        seed,
                        size: match size {
                            Size::Small => community::Size::Small,
                            Size::Medium => community::Size::Medium,
                            Size::Large => community::Size::Large,
                        },
                        domain: domain.clone(),
                        now: jiff::Timestamp::now(),
                        media: media.clone(),
                    };
                    schema::before_seed(&pool, version).await?;
                    community::seed(&pool, &options).await?;
                    schema::seeded(&pool, version).await?;
                }
            }
            if schema::version(&pool).await? != Some(version) {
                anyhow::bail!(
                    "the tables there are not those of Mastodon {}; use another folder or database",
                    version.number()
                );
            }
            schema::own(&pool).await?;
            tick::remember(&pool, &domain, https).await?;
            let cache = cache(redis.as_deref()).await?;
            let token = service_token(&pool).await?;
            let limits = if lift_limits { Limits::lifted() } else { Limits::default() };
            let practice = server::Practice { pool, cache, domain, limits, media, https };
            let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
            println!(
                "{}",
                json!({ "address": format!("http://{listen}"), "database": url, "redis": redis, "token": token })
            );
            let instance = Arc::new(server::Instance::new(Arc::new(practice), version));
            // What was left undone when it stopped.
            jobs::start(&instance);
            let router = server::router_of(instance).into_make_service_with_connect_info::<SocketAddr>();
            axum::serve(listener, router).with_graceful_shutdown(until_told()).await?;
            drop(cluster);
        }
        Command::Tick { data, database, redis, by } => {
            let (url, cluster) = match (database, data) {
                (Some(url), _) => (url, None),
                (None, Some(data)) => match Cluster::running(&data.join("postgres"), "mastodon") {
                    Some(url) => (url, None),
                    None => {
                        let cluster = Cluster::start(&data.join("postgres"), false)?;
                        (own_database(&cluster).await?, Some(cluster))
                    }
                },
                (None, None) => anyhow::bail!("give --data FOLDER or --database URL"),
            };
            let pool = PgPool::connect(&url).await.context("the database does not answer")?;
            let done = tick::tick(pool, cache(redis.as_deref()).await?, by).await?;
            println!("{}", serde_json::to_string(&done)?);
            drop(cluster);
        }
        Command::Postgres { data } => {
            let cluster = Cluster::start(&data, true)?;
            println!("{}", cluster.url("postgres"));
            let ended = tokio::task::spawn_blocking(|| {
                let mut rest = Vec::new();
                // The end of input is the signal; what it says is of no interest.
                let _ = std::io::stdin().read_to_end(&mut rest);
            });
            tokio::select! {
                () = until_told() => {}
                _ = ended => {}
            }
            drop(cluster);
            std::process::exit(0);
        }
    }
    Ok(())
}

async fn cache(redis: Option<&str>) -> Result<Option<Cache>> {
    match redis {
        Some(url) => Ok(Some(Cache::connect(url).await.context("Redis does not answer")?)),
        None => Ok(None),
    }
}

async fn own_database(cluster: &Cluster) -> Result<String> {
    let admin = PgPool::connect(&cluster.url("postgres")).await?;
    let there: bool = sqlx::query_scalar("select exists (select from pg_database where datname = 'mastodon')")
        .fetch_one(&admin)
        .await?;
    if !there {
        sqlx::query("create database mastodon").execute(&admin).await?;
    }
    Ok(cluster.url("mastodon"))
}

/// The token of the service account, where there is a community.
async fn service_token(pool: &PgPool) -> Result<Option<String>> {
    let token = sqlx::query_scalar(
        "select t.token from oauth_access_tokens t join oauth_applications a on a.id = t.application_id \
         where a.name = 'Howdah' and t.revoked_at is null order by t.id limit 1",
    )
    .fetch_optional(pool)
    .await?;
    Ok(token)
}

async fn until_told() {
    let terminated = async {
        if let Ok(mut signal) = tokio::signal::unix::signal(SignalKind::terminate()) {
            signal.recv().await;
        }
    };
    tokio::select! {
        () = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
