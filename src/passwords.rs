//! Argon2id, off the async threads: two workers, each with one piece of memory that it keeps, and a short queue before them.

use crate::problem::Problem;
use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use subtle::ConstantTimeEq;
use tokio::sync::{mpsc, oneshot};

/// How many are at work at once; each keeps 19 MiB.
const WORKERS: usize = 2;
/// How many wait behind those; whoever comes then is told to come again.
const WAITING: usize = 16;
/// So many of these places strangers do not get: those whom the console knows are not shut out by a full queue.
const KEPT: usize = 4;

/// Whose password is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Of anybody who says a name.
    Stranger,
    /// Of somebody signed in, in a browser that has signed in before, with a one-time link, or at the server.
    Known,
}

/// The memory of one worker.
type Memory = Vec<Block>;
type Job = Box<dyn FnOnce(&mut Memory) + Send>;

/// Checks and hashes passwords, a few at a time.
#[derive(Clone)]
pub struct Passwords {
    /// The workers begin with the first password: most commands need none.
    queue: Arc<OnceLock<mpsc::Sender<Job>>>,
    /// The hash of a password nobody has: what a name that does not exist is checked against.
    nobody: Arc<str>,
}

impl Passwords {
    pub fn new() -> Result<Self, Problem> {
        let nobody = hash(&mut Memory::new(), &format!("{:032x}", crate::seal::random::<u128>()))?;
        Ok(Self { queue: Arc::default(), nobody: nobody.into() })
    }

    /// The PHC string of a password.
    ///
    /// # Errors
    /// Unavailable, if hashing fails or too many wait.
    pub async fn hash(&self, password: &str) -> Result<String, Problem> {
        let password = password.to_owned();
        self.at_work(Whose::Known, move |memory| hash(memory, &password)).await?
    }

    /// Whether the password is the one behind `hash`; as slow for a person who does not exist.
    ///
    /// # Errors
    /// Unavailable, if too many wait.
    pub async fn verify(&self, whose: Whose, hash: Option<&str>, password: &str) -> Result<bool, Problem> {
        let exists = hash.is_some();
        let hash = hash.unwrap_or(&self.nobody).to_owned();
        let password = password.to_owned();
        let right = self.at_work(whose, move |memory| is_right(memory, &hash, &password)).await?;
        Ok(right && exists)
    }

    /// Waits for a worker, in a queue that has an end.
    async fn at_work<T: Send + 'static>(
        &self,
        whose: Whose,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |memory| {
            // Whoever went away while waiting costs nothing.
            if !answer.is_closed() {
                let _ = answer.send(work(memory));
            }
        });
        let queue = self.queue.get_or_init(workers);
        if whose == Whose::Stranger && queue.capacity() <= KEPT {
            return Err(busy());
        }
        queue.try_send(job).map_err(|_| busy())?;
        answered.await.map_err(|_| busy())
    }
}

fn busy() -> Problem {
    Problem::unavailable(
        "Too many passwords are being checked right now, so this one was not.",
        "Wait ten seconds and send it again.",
    )
}

/// Starts the workers; they end with the last handle to the queue.
fn workers() -> mpsc::Sender<Job> {
    let (queue, jobs) = mpsc::channel::<Job>(WAITING);
    let jobs = Arc::new(Mutex::new(jobs));
    for number in 1..=WORKERS {
        let jobs = jobs.clone();
        let started = std::thread::Builder::new().name(format!("passwords-{number}")).spawn(move || {
            let mut memory = Memory::new();
            loop {
                let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
                match job {
                    Some(job) => job(&mut memory),
                    None => return,
                }
            }
        });
        if let Err(error) = started {
            tracing::error!(%error, "passwords.worker");
        }
    }
    queue
}

/// The memory for these parameters: it grows to what they need once, and stays.
fn blocks<'a>(memory: &'a mut Memory, params: &Params) -> &'a mut [Block] {
    let needed = params.block_count();
    if memory.len() < needed {
        memory.resize(needed, Block::new());
    }
    &mut memory[..needed]
}

fn hash(memory: &mut Memory, password: &str) -> Result<String, Problem> {
    let fail = |error: &dyn std::fmt::Display| {
        Problem::unavailable(format!("The password could not be hashed: {error}."), "Try again.")
    };
    let params = Params::default();
    let salt = crate::seal::random::<[u8; 16]>();
    let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(password.as_bytes(), &salt, &mut out, blocks(memory, &params))
        .map_err(|error| fail(&error))?;
    let hash = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).map_err(|error| fail(&error))?,
        salt: Some(Salt::new(&salt).map_err(|error| fail(&error))?),
        hash: Some(Output::new(&out).map_err(|error| fail(&error))?),
    };
    Ok(hash.to_string())
}

fn is_right(memory: &mut Memory, hash: &str, password: &str) -> bool {
    matches(memory, hash, password).unwrap_or(false)
}

/// `None` for a hash that is not one.
fn matches(memory: &mut Memory, hash: &str, password: &str) -> Option<bool> {
    let hash = PasswordHash::new(hash).ok()?;
    let (salt, right) = (hash.salt.as_ref()?, hash.hash.as_ref()?);
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let version = Version::try_from(hash.version?).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let mut out = vec![0; right.as_ref().len()];
    Argon2::new(algorithm, version, params.clone())
        .hash_password_into_with_memory(password.as_bytes(), salt, &mut out, blocks(memory, &params))
        .ok()?;
    Some(out.ct_eq(right.as_ref()).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::{PasswordHasher, PasswordVerifier};

    #[test]
    fn hashes_are_those_of_the_crate() {
        let mut memory = Memory::new();
        let own = hash(&mut memory, "correct horse").unwrap();
        let parsed = PasswordHash::new(&own).unwrap();
        assert!(Argon2::default().verify_password(b"correct horse", &parsed).is_ok(), "{own}");
        let theirs: PasswordHash = Argon2::default().hash_password(b"battery staple").unwrap();
        assert!(is_right(&mut memory, &theirs.to_string(), "battery staple"));
        assert!(!is_right(&mut memory, &theirs.to_string(), "battery stable"));
        assert!(!is_right(&mut memory, "not a hash", ""));
        assert_eq!(memory.len(), Params::default().block_count(), "one piece of memory, whatever is asked");
    }

    #[tokio::test]
    async fn the_queue_has_an_end_and_opens_again() {
        let passwords = Passwords::new().unwrap();
        let stored = passwords.hash("correct horse").await.unwrap();
        let asked = (0..200).map(|_| passwords.verify(Whose::Known, Some(&stored), "wrong"));
        let answers = futures::future::join_all(asked).await;
        let checked = answers.iter().filter(|answer| matches!(answer, Ok(false))).count();
        let refused = answers.iter().filter(|answer| answer.is_err()).count();
        assert!((WAITING..=WAITING + WORKERS).contains(&checked), "{checked} were checked");
        assert_eq!(checked + refused, 200);
        let again = passwords.verify(Whose::Stranger, Some(&stored), "correct horse").await;
        assert!(again.unwrap(), "the queue is empty again");
    }

    #[tokio::test]
    async fn strangers_do_not_fill_the_queue() {
        let passwords = Passwords::new().unwrap();
        let stored = passwords.hash("correct horse").await.unwrap();
        let wrong = (0..200).map(|_| passwords.verify(Whose::Stranger, Some(&stored), "wrong"));
        let right = passwords.verify(Whose::Known, Some(&stored), "correct horse");
        let (wrong, right) = futures::future::join(futures::future::join_all(wrong), right).await;
        assert!(wrong.iter().any(Result::is_err), "more came than there are places");
        assert!(right.unwrap(), "there was a place for somebody known");
    }
}
