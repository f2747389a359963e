//! What the running console knows of its own work. Names of ours and numbers: nothing here is about people.

use crate::{clock::Timestamp, id::InstanceName};
use prometheus_client::metrics::{family::Family, histogram::Histogram};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tracing::{Instrument, Span};

/// Does a piece of work under its span, and says there at its end how it went and how long it took.
pub async fn told<T>(span: Span, work: impl Future<Output = T>, outcome: impl FnOnce(&T) -> &'static str) -> T {
    let started = std::time::Instant::now();
    // On the heap: futures within futures are moved by the stack, and there is not so much of it.
    let done = Box::pin(work).instrument(span.clone()).await;
    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    span.in_scope(|| tracing::debug!(outcome = outcome(&done), milliseconds, "ended"));
    done
}

/// How often something happened, by so many labels. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Counted<const N: usize>(Arc<Mutex<BTreeMap<[String; N], u64>>>);

impl<const N: usize> Default for Counted<N> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<const N: usize> Counted<N> {
    /// It happened once more.
    pub fn count(&self, labels: [&str; N]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *all.entry(labels.map(str::to_owned)).or_default() += 1;
    }

    /// All that has happened since the start.
    pub fn all(&self) -> Vec<([String; N], u64)> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|(labels, number)| (labels.clone(), *number)).collect()
    }
}

/// Bounds of the histogram of requests, in seconds: what is felt as at once, as slow, and as too long.
const BOUNDS: [f64; 10] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Histograms of seconds, by route.
pub type Seconds = Family<[(&'static str, String); 1], Histogram>;

/// The requests that were answered.
#[derive(Clone)]
pub struct Requests {
    counted: Counted<3>,
    seconds: Seconds,
}

impl Default for Requests {
    fn default() -> Self {
        Self { counted: Counted::default(), seconds: Seconds::new_with_constructor(|| Histogram::new(BOUNDS)) }
    }
}

impl Requests {
    /// One more was answered, by the route that it is for.
    pub fn count(&self, method: &str, route: &str, status: u16, took: Duration) {
        self.counted.count([method, route, &status.to_string()]);
        self.seconds.get_or_create(&[("route", route.to_owned())]).observe(took.as_secs_f64());
    }

    /// How many, by method, route and status.
    pub fn counted(&self) -> Vec<([String; 3], u64)> {
        self.counted.all()
    }

    /// How long they took until their answers began.
    pub fn seconds(&self) -> Seconds {
        self.seconds.clone()
    }
}

/// So many errors of a job one after the other are told on the overview: one alone may be a moment's.
const TOLD_AFTER: u32 = 3;

/// Which job: its name, and the instance it works for where there is one of it for each.
pub type JobName = (&'static str, Option<InstanceName>);

/// How one run of a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Well,
    /// It said itself that it could not be done.
    Failed,
    Panicked,
    /// It was not through within its time and was given up.
    Hung,
}

impl Ended {
    /// Every one of them, for lists.
    pub const ALL: [Self; 4] = [Self::Well, Self::Failed, Self::Panicked, Self::Hung];

    /// Its word in the log and in the metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Failed => "failed",
            Self::Panicked => "panicked",
            Self::Hung => "hung",
        }
    }

    /// Whether the job itself has fallen over, and is begun again only after a pause.
    pub fn is_a_fall(self) -> bool {
        matches!(self, Self::Panicked | Self::Hung)
    }
}

/// What is known of one job.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// When the run that goes on now was begun, and the latest by which it ends or is given up.
    pub under_way: Option<(Timestamp, Timestamp)>,
    pub last_well: Option<Timestamp>,
    /// How the last run ended.
    pub last: Option<Ended>,
    /// Runs since the start, by how they ended, in the order of [`Ended::ALL`].
    pub runs: [u64; 4],
    /// Runs since the last that ended well.
    pub in_a_row: u32,
}

impl Seen {
    /// Runs since the start, by how they ended.
    pub fn by_end(&self) -> impl Iterator<Item = (Ended, u64)> + use<> {
        Ended::ALL.into_iter().zip(self.runs)
    }
}

/// What is known of every job of this process. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Jobs(Arc<Mutex<BTreeMap<JobName, Seen>>>);

impl Jobs {
    fn all(&self) -> MutexGuard<'_, BTreeMap<JobName, Seen>> {
        // Each change is whole after every panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A run begins, and ends or is given up by `latest`.
    pub fn begin(&self, job: &JobName, now: Timestamp, latest: Timestamp) {
        self.all().entry(job.clone()).or_default().under_way = Some((now, latest));
    }

    /// A run has ended; gives how many in a row have not ended well.
    pub fn end(&self, job: &JobName, now: Timestamp, ended: Ended) -> u32 {
        let mut all = self.all();
        let seen = all.entry(job.clone()).or_default();
        seen.under_way = None;
        seen.last = Some(ended);
        if let Some(at) = Ended::ALL.iter().position(|one| *one == ended) {
            seen.runs[at] += 1;
        }
        match ended {
            Ended::Well => {
                seen.last_well = Some(now);
                seen.in_a_row = 0;
            }
            Ended::Failed | Ended::Panicked | Ended::Hung => seen.in_a_row += 1,
        }
        seen.in_a_row
    }

    /// Everything that is known, by name.
    pub fn seen(&self) -> Vec<(JobName, Seen)> {
        self.all().iter().map(|(name, seen)| (name.clone(), seen.clone())).collect()
    }

    /// What does not go on as it should, a sentence each: of an instance, and of the console itself.
    pub fn troubles(&self, instance: &InstanceName, now: Timestamp) -> Vec<String> {
        let concerns = |of: &Option<InstanceName>| of.as_ref().is_none_or(|of| of == instance);
        let all = self.all();
        all.iter()
            .filter(|((_, of), _)| concerns(of))
            .filter_map(|((name, _), seen)| trouble(name, seen, now))
            .collect()
    }
}

fn trouble(name: &str, seen: &Seen, now: Timestamp) -> Option<String> {
    // One that holds its thread cannot even be given up.
    if let Some((began, latest)) = seen.under_way
        && now > latest
    {
        return Some(format!("{name} has not come back for {} s", now.since(began) / 1000));
    }
    let times = match seen.in_a_row {
        1 => "once".to_owned(),
        times => format!("{times} times in a row"),
    };
    match seen.last? {
        Ended::Well => None,
        Ended::Failed => (seen.in_a_row >= TOLD_AFTER).then(|| format!("{name} failed {times}")),
        Ended::Panicked => Some(format!("{name} broke off {times} and is begun again after a pause")),
        Ended::Hung => Some(format!("{name} did not come to an end {times} and is begun again after a pause")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: fn(i64) -> Timestamp = Timestamp;

    #[test]
    fn what_has_fallen_is_told_until_it_comes_back() {
        let (jobs, harbour) =
            (Jobs::default(), InstanceName::try_from("harbour".to_owned()).unwrap_or_else(|why| panic!("{why}")));
        let name: JobName = ("sweep", None);
        let said = |now| jobs.troubles(&harbour, AT(now)).join("\n");
        jobs.begin(&name, AT(0), AT(60_000));
        assert_eq!(said(60_000), "");
        assert_eq!(said(75_000), "sweep has not come back for 75 s");
        assert_eq!(jobs.end(&name, AT(76_000), Ended::Panicked), 1);
        assert_eq!(said(76_000), "sweep broke off once and is begun again after a pause");
        assert_eq!(jobs.end(&name, AT(77_000), Ended::Hung), 2);
        assert_eq!(said(77_000), "sweep did not come to an end 2 times in a row and is begun again after a pause");
        assert_eq!(jobs.end(&name, AT(78_000), Ended::Well), 0);
        assert_eq!(said(78_000), "");
        for (times, told) in [(1, false), (2, false), (3, true)] {
            assert_eq!(jobs.end(&name, AT(79_000), Ended::Failed), times);
            assert_eq!(said(79_000).contains("sweep failed 3 times in a row"), told);
        }
        let (_, seen) = jobs.seen().remove(0);
        assert_eq!((seen.runs, seen.last_well), ([1, 3, 1, 1], Some(AT(78_000))));
    }

    #[test]
    fn what_is_of_another_instance_is_told_there() {
        let name = |text: &str| InstanceName::try_from(text.to_owned()).unwrap_or_else(|why| panic!("{why}"));
        let jobs = Jobs::default();
        jobs.end(&("pulse", Some(name("other"))), AT(0), Ended::Panicked);
        assert!(jobs.troubles(&name("harbour"), AT(0)).is_empty());
        assert_eq!(jobs.troubles(&name("other"), AT(0)).len(), 1);
    }
}
