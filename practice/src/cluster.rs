//! A private PostgreSQL cluster from the binaries found on the machine: in a folder of its own, on loopback.

use anyhow::{Context, Result, bail};
use std::{
    io::Write,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// A running cluster; stops when dropped.
pub struct Cluster {
    server: Child,
    port: u16,
    user: Option<String>,
}

/// Where `initdb` and `postgres` are.
fn binaries() -> Result<PathBuf> {
    place_of(&["initdb", "postgres"])
}

/// The first place that has all of these.
fn place_of(programs: &[&str]) -> Result<PathBuf> {
    let mut places: Vec<PathBuf> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        let mut found: Vec<PathBuf> = versions.flatten().map(|entry| entry.path().join("bin")).collect();
        found.sort();
        places.extend(found.into_iter().rev());
    }
    places.into_iter().find(|place| programs.iter().all(|program| place.join(program).is_file())).with_context(|| {
        format!("PostgreSQL’s {} were not found; on Debian: apt-get install postgresql", programs.join(" and "))
    })
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// PostgreSQL refuses to run as root: another user of the machine does it.
fn as_user(user: Option<&String>, program: &Path) -> Command {
    match user {
        Some(user) => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", user, "--regid", "nogroup", "--clear-groups", "--"]).arg(program);
            command
        }
        None => Command::new(program),
    }
}

impl Cluster {
    /// Starts the cluster in a folder, making it if there is none. `throwaway` leaves out what survives a power cut.
    ///
    /// # Errors
    /// In words: what is missing, or what PostgreSQL said.
    pub fn start(folder: &Path, throwaway: bool) -> Result<Self> {
        Self::start_with(folder, throwaway, &[])
    }

    /// The same with settings of PostgreSQL's own, as `postgresql.conf` has them.
    ///
    /// # Errors
    /// In words: what is missing, or what PostgreSQL said.
    pub fn start_with(folder: &Path, throwaway: bool, settings: &[String]) -> Result<Self> {
        let binaries = binaries()?;
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let folder = folder.canonicalize()?;
        let user = is_root().then(|| "nobody".to_owned());
        if let Some(user) = &user {
            let done = Command::new("chown").arg("-R").arg(format!("{user}:nogroup")).arg(&folder).status()?;
            if !done.success() {
                bail!("{} cannot be given to the user {user}, under whom PostgreSQL must run", folder.display());
            }
        }
        let data = folder.join("data");
        if !data.join("PG_VERSION").is_file() {
            let output = as_user(user.as_ref(), &binaries.join("initdb"))
                .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-D"])
                .arg(&data)
                .current_dir("/")
                .output()
                .context("initdb cannot be started")?;
            if !output.status.success() {
                bail!("initdb failed: {}", String::from_utf8_lossy(&output.stderr));
            }
        }
        Self::run(&folder, user, throwaway, settings)
    }

    /// Starts a copy of this cluster in another folder that follows it, so many seconds late.
    ///
    /// # Errors
    /// In words: what is missing, or what PostgreSQL said.
    pub fn standby(&self, folder: &Path, seconds: u32) -> Result<Self> {
        let folder = folder.canonicalize()?;
        let user = is_root().then(|| "nobody".to_owned());
        let data = folder.join("data");
        let port = self.port.to_string();
        let output = Command::new(place_of(&["pg_basebackup"])?.join("pg_basebackup"))
            .args(["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-R", "-c", "fast", "-X", "stream", "-D"])
            .arg(&data)
            .current_dir("/")
            .output()
            .context("pg_basebackup cannot be started")?;
        if !output.status.success() {
            bail!("pg_basebackup failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        let mut conf = std::fs::OpenOptions::new().append(true).open(data.join("postgresql.auto.conf"))?;
        writeln!(conf, "recovery_min_apply_delay = '{seconds}s'")?;
        if let Some(user) = &user {
            let done = Command::new("chown").arg("-R").arg(format!("{user}:nogroup")).arg(&folder).status()?;
            if !done.success() {
                bail!("{} cannot be given to the user {user}", folder.display());
            }
        }
        Self::run(&folder, user, true, &[])
    }

    /// Starts what a folder holds, and waits for it.
    fn run(folder: &Path, user: Option<String>, throwaway: bool, settings: &[String]) -> Result<Self> {
        let binaries = binaries()?;
        let data = folder.join("data");
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = std::fs::File::create(folder.join("postgres.log"))?;
        let mut command = as_user(user.as_ref(), &binaries.join("postgres"));
        command.arg("-D").arg(&data).args(["-p", &port.to_string(), "-k", ""]).args([
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "max_connections=200",
            "-c",
            "timezone=UTC",
        ]);
        if throwaway {
            command.args(["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]);
        }
        for setting in settings {
            command.args(["-c", setting]);
        }
        let server = command
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("postgres cannot be started")?;
        let mut cluster = Self { server, port, user };
        cluster.wait(folder)?;
        Ok(cluster)
    }

    /// The address of a database in a cluster that another process runs in this folder.
    pub fn running(folder: &Path, database: &str) -> Option<String> {
        // The lines of the file: process, folder, start, port.
        let text = std::fs::read_to_string(folder.join("data/postmaster.pid")).ok()?;
        let mut lines = text.lines();
        let process = lines.next()?.trim();
        let port: u16 = lines.nth(2)?.trim().parse().ok()?;
        let alive = Path::new("/proc").join(process).exists();
        alive.then(|| format!("postgres://postgres@127.0.0.1:{port}/{database}"))
    }

    fn wait(&mut self, folder: &Path) -> Result<()> {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            // The log of this very start: the file was made anew above.
            let log = std::fs::read_to_string(folder.join("postgres.log")).unwrap_or_default();
            // A standby accepts “read-only connections”.
            let ready = log.contains("ready to accept connections") || log.contains("ready to accept read-only");
            if ready {
                return Ok(());
            }
            let ended = self.server.try_wait()?.is_some();
            if ended || Instant::now() > until {
                bail!("postgres did not start: {}", log.lines().rev().take(5).collect::<Vec<_>>().join(" / "));
            }
            sleep(Duration::from_millis(50));
        }
    }

    /// The address of a database in it.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // SIGINT: the fast shutdown, clients are disconnected. The signal must come from the server's own user or root.
        let pid = self.server.id().to_string();
        let told = Command::new("kill").args(["-INT", &pid]).status();
        if !told.is_ok_and(|status| status.success()) {
            eprintln!("postgres ({pid}, user {:?}) could not be told to stop", self.user);
            return;
        }
        if let Err(error) = self.server.wait() {
            eprintln!("postgres ({pid}) could not be waited for: {error}");
        }
    }
}
