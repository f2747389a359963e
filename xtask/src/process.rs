//! Running programs, and ending what was started.

use anyhow::{Context, Result, bail};
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// The folder of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(|| ".".into(), Path::to_path_buf)
}

/// Runs a program to its end, showing what it prints.
pub fn run(program: &str, arguments: &[&str]) -> Result<()> {
    let status =
        Command::new(program).args(arguments).status().with_context(|| format!("{program} cannot be started"))?;
    if !status.success() {
        bail!("{program} {} failed", arguments.join(" "));
    }
    Ok(())
}

/// Whether a program is on the machine.
pub fn exists(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// A loopback port that nobody uses.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Says what is being done, and how long it took.
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("· {what} …");
    let began = Instant::now();
    let result = work()?;
    println!("  {what}: {:.1} s", began.elapsed().as_secs_f32());
    Ok(result)
}

static STARTED: Mutex<Vec<u32>> = Mutex::new(Vec::new());
static ENDING: AtomicBool = AtomicBool::new(false);

/// A program in the background; it is told to stop when this goes, or when we are told to.
pub struct Background {
    pub child: Child,
}

impl Background {
    pub fn start(command: &mut Command) -> Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command.spawn().with_context(|| format!("{program} cannot be started"))?;
        STARTED.lock().unwrap_or_else(PoisonError::into_inner).push(child.id());
        Ok(Self { child })
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        tell_to_stop(self.child.id());
        let until = Instant::now() + Duration::from_secs(10);
        while Instant::now() < until {
            if !matches!(self.child.try_wait(), Ok(None)) {
                STARTED.lock().unwrap_or_else(PoisonError::into_inner).retain(|id| *id != self.child.id());
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        if let Err(error) = self.child.kill() {
            eprintln!("process {} could not be ended: {error}", self.child.id());
        }
    }
}

fn tell_to_stop(id: u32) {
    // SIGTERM, by id: the programs end what they started themselves.
    let _told = Command::new("kill").arg(id.to_string()).stderr(std::process::Stdio::null()).status();
}

/// Ctrl-C and SIGTERM end everything that was started.
pub fn end_all_when_told() -> Result<()> {
    ctrlc::set_handler(|| {
        ENDING.store(true, Ordering::SeqCst);
        for id in STARTED.lock().unwrap_or_else(PoisonError::into_inner).iter().rev() {
            tell_to_stop(*id);
        }
    })?;
    Ok(())
}

pub fn told_to_end() -> bool {
    ENDING.load(Ordering::SeqCst)
}
