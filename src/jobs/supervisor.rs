//! Watches over the jobs: one that panics or does not come to an end is told, counted, and begun again after a pause that
//! grows. A job is never begun while a run of it goes on.

use crate::{
    clock::Clock,
    telemetry::{Ended, JobName, Jobs},
};
use futures::FutureExt;
use std::{panic::AssertUnwindSafe, time::Duration};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument;

/// No pause is longer, however often a job has fallen, unless its period is.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// … nor longer than so many of its periods.
const MOST_PERIODS: u32 = 12;

/// Something that is done again and again while the process runs.
pub trait Job: Send + 'static {
    /// What it is called in the log, in the metrics and on the overview, and for which instance it works.
    fn name(&self) -> JobName;

    /// How often it is begun; one that takes longer is begun when it is through.
    fn period(&self) -> Duration;

    /// Comes back when there is something to do before its time.
    fn called(&mut self) -> impl Future<Output = ()> + Send {
        std::future::pending()
    }

    /// Within this a run ends, or it is given up as hung.
    fn longest(&self) -> Duration {
        Duration::from_secs(120)
    }

    /// How long it rests at most after it fell, however often.
    fn longest_pause(&self) -> Duration {
        LONGEST_PAUSE
    }

    /// One run. What it began on an instance or in the store goes on by itself where the run is given up.
    fn work(&mut self) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// All jobs of a process.
pub struct Supervisor {
    clock: Clock,
    seen: Jobs,
    told: CancellationToken,
    tasks: TaskTracker,
}

impl Supervisor {
    /// One that watches over nothing yet; `seen` is told how the runs go.
    pub fn new(clock: Clock, seen: Jobs) -> Self {
        Self { clock, seen, told: CancellationToken::new(), tasks: TaskTracker::new() }
    }

    /// Begins a job and keeps it going.
    pub fn keep(&self, job: impl Job) {
        self.tasks.spawn(keep(job, self.clock.clone(), self.seen.clone(), self.told.clone()));
    }

    /// No run is begun any more; those under way go on to their end.
    pub fn stop(&self) {
        self.told.cancel();
        self.tasks.close();
    }

    /// Waits until the last run has ended, after [`Self::stop`].
    pub async fn ended(&self) {
        self.tasks.wait().await;
    }
}

async fn keep(mut job: impl Job, clock: Clock, seen: Jobs, told: CancellationToken) {
    let (name, period, longest, longest_pause) = (job.name(), job.period(), job.longest(), job.longest_pause());
    let mut tick = interval(period);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut falls = 0;
    loop {
        tokio::select! {
            biased;
            () = told.cancelled() => return,
            _ = tick.tick() => {}
            () = job.called() => {}
        }
        let ended = run(&mut job, &name, longest, &clock, &seen).await;
        falls = if ended.is_a_fall() { falls + 1 } else { 0 };
        if falls > 0 {
            tokio::select! {
                () = told.cancelled() => return,
                () = sleep(pause(period, falls, longest_pause)) => {}
            }
        }
    }
}

async fn run(job: &mut impl Job, name: &JobName, longest: Duration, clock: &Clock, seen: &Jobs) -> Ended {
    let (job_name, instance) = name;
    let instance = instance.as_ref().map(tracing::field::display);
    let span = tracing::info_span!("job", name = job_name, instance);
    let now = clock.now();
    seen.begin(name, now, now.plus(i64::try_from(longest.as_millis()).unwrap_or(i64::MAX)));
    let started = std::time::Instant::now();
    let work = timeout(longest, AssertUnwindSafe(Box::pin(job.work())).catch_unwind()).instrument(span.clone());
    let worked = work.await;
    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    let _in = span.enter();
    let ended = match worked {
        Ok(Ok(Ok(()))) => Ended::Well,
        Ok(Ok(Err(error))) => {
            tracing::error!(%error, "job.failed");
            Ended::Failed
        }
        // Its last words are in the log already.
        Ok(Err(_)) => Ended::Panicked,
        Err(_) => Ended::Hung,
    };
    let in_a_row = seen.end(name, clock.now(), ended);
    let outcome = ended.word();
    if ended.is_a_fall() {
        tracing::error!(outcome, milliseconds, in_a_row, "job.fell");
    } else {
        tracing::debug!(outcome, milliseconds, "job");
    }
    ended
}

/// How long a job rests that fell so many times in a row: twice as long each time, up to a bound.
fn pause(period: Duration, falls: u32, longest: Duration) -> Duration {
    let periods = 2u32.saturating_pow(falls).min(MOST_PERIODS);
    period.saturating_mul(periods).min(longest.max(period))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };
    use tokio::sync::Notify;

    /// What a job of the tests does with its first two runs; the third ends well.
    #[derive(Clone, Copy)]
    enum First {
        Panics,
        Hangs,
        Fails,
    }

    struct Falling {
        first: First,
        runs: Arc<AtomicU32>,
        third: Arc<Notify>,
    }

    impl Job for Falling {
        fn name(&self) -> JobName {
            ("falling", None)
        }

        fn period(&self) -> Duration {
            Duration::from_millis(5)
        }

        fn longest(&self) -> Duration {
            Duration::from_millis(20)
        }

        async fn work(&mut self) -> anyhow::Result<()> {
            if self.runs.fetch_add(1, Ordering::SeqCst) >= 2 {
                self.third.notify_one();
                return Ok(());
            }
            match self.first {
                First::Panics => panic!("a fault of the tests"),
                First::Hangs => std::future::pending().await,
                First::Fails => anyhow::bail!("not now"),
            }
        }
    }

    #[tokio::test]
    async fn one_that_panics_or_hangs_is_counted_and_comes_back() {
        for (first, failed, panicked, hung) in
            [(First::Panics, 0, 2, 0), (First::Hangs, 0, 0, 2), (First::Fails, 2, 0, 0)]
        {
            let seen = Jobs::default();
            let jobs = Supervisor::new(Clock::set(Timestamp(7)), seen.clone());
            let third = Arc::new(Notify::new());
            jobs.keep(Falling { first, runs: Arc::default(), third: third.clone() });
            third.notified().await;
            jobs.stop();
            jobs.ended().await;
            let (name, seen) = seen.seen().remove(0);
            assert_eq!(name, ("falling", None));
            assert_eq!((&seen.runs[1..], seen.in_a_row), ([failed, panicked, hung].as_slice(), 0), "{seen:?}");
            assert!(seen.runs[0] >= 1 && seen.last_well == Some(Timestamp(7)), "{seen:?}");
        }
    }

    struct Slow {
        begun: Arc<Notify>,
        go_on: Arc<Notify>,
        through: Arc<AtomicU32>,
    }

    impl Job for Slow {
        fn name(&self) -> JobName {
            ("slow", None)
        }

        fn period(&self) -> Duration {
            Duration::from_millis(1)
        }

        async fn work(&mut self) -> anyhow::Result<()> {
            self.begun.notify_one();
            self.go_on.notified().await;
            self.through.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }
    }

    #[tokio::test]
    async fn what_is_under_way_when_told_to_stop_comes_to_its_end_and_nothing_is_begun_after() {
        let jobs = Supervisor::new(Clock::System, Jobs::default());
        let slow = Slow { begun: Arc::default(), go_on: Arc::default(), through: Arc::default() };
        let (begun, go_on, through) = (slow.begun.clone(), slow.go_on.clone(), slow.through.clone());
        jobs.keep(slow);
        begun.notified().await;
        jobs.stop();
        assert!(futures::poll!(Box::pin(jobs.ended())).is_pending(), "a run is under way");
        go_on.notify_one();
        jobs.ended().await;
        assert_eq!(through.load(Ordering::SeqCst), 1);
    }

    struct Called {
        call: Arc<Notify>,
        ran: Arc<Notify>,
    }

    impl Job for Called {
        fn name(&self) -> JobName {
            ("called", None)
        }

        fn period(&self) -> Duration {
            Duration::from_secs(3600)
        }

        async fn called(&mut self) {
            self.call.notified().await;
        }

        async fn work(&mut self) -> anyhow::Result<()> {
            self.ran.notify_one();
            Ok(())
        }
    }

    #[tokio::test]
    async fn one_that_is_called_does_not_wait_for_its_time() {
        let jobs = Supervisor::new(Clock::System, Jobs::default());
        let called = Called { call: Arc::default(), ran: Arc::default() };
        let (call, ran) = (called.call.clone(), called.ran.clone());
        jobs.keep(called);
        ran.notified().await;
        call.notify_one();
        ran.notified().await;
        jobs.stop();
        jobs.ended().await;
    }

    #[test]
    fn the_pause_grows_to_a_bound() {
        let second = Duration::from_secs(1);
        let pauses: Vec<u64> = (1..6).map(|falls| pause(second, falls, LONGEST_PAUSE).as_secs()).collect();
        assert_eq!(pauses, [2, 4, 8, 12, 12]);
        assert_eq!(pause(60 * second, 40, LONGEST_PAUSE), LONGEST_PAUSE);
        assert_eq!(pause(600 * second, 1, LONGEST_PAUSE), 600 * second);
        assert_eq!(pause(5 * second, 40, 10 * second), 10 * second, "a bound of the job's own");
    }
}
