//! The loop of a worker: claim a job, let its handler work beside a heartbeat, end it one way or another.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::{Instant as Monotonic, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::{Report, delay_millis};
use crate::base::Clock;
use crate::base::id::unguessable;
use crate::catalogue::Database;
use crate::catalogue::jobs::{self, Beat, Failure, Finished, JobsError, Lease};

/// What a handler is given.
#[derive(Debug)]
pub struct Task {
    /// The job and the proof that it may be worked on.
    pub lease: Lease,
    /// Where to say what is going on.
    pub report: Report,
}

/// The work of a handler on one task.
pub type Work<'a> = Pin<Box<dyn Future<Output = Result<Finished, Failure>> + Send + 'a>>;

/// Knows how to do one kind of job.
///
/// It finishes the job itself, by [`jobs::finish`] in the transaction that stores the result. Its future
/// may be dropped at any await (cancel, lost lease, stop): what it has begun must end with it.
pub trait Handler: Send + Sync {
    /// The kind of job.
    fn kind(&self) -> &'static str;

    /// Does it.
    fn run<'a>(&'a self, task: &'a Task) -> Work<'a>;
}

/// The times of a runner.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How long a lease lasts without a heartbeat.
    pub lease: Duration,
    /// How often an idle worker looks for work.
    pub look: Duration,
    /// How often progress is stored and a cancel is noticed.
    pub beat: Duration,
    /// How long running work may go on after a stop.
    pub grace: Duration,
}

impl Pace {
    /// The usual times with leases of `lease_seconds` and a grace of `grace_seconds`.
    pub fn new(lease_seconds: u64, grace_seconds: u64) -> Self {
        Self {
            lease: Duration::from_secs(lease_seconds.max(2)),
            look: Duration::from_millis(300),
            beat: Duration::from_millis(700),
            grace: Duration::from_secs(grace_seconds),
        }
    }
}

/// A worker: runs the jobs of its handlers, several at once.
#[derive(Clone)]
pub struct Runner {
    database: Database,
    clock: Clock,
    owner: String,
    handlers: Arc<Vec<Box<dyn Handler>>>,
    pace: Pace,
}

/// How work on a job ended.
enum End {
    Ended(Result<Finished, Failure>),
    Cancelled,
    Lost,
    Stopped,
}

impl Runner {
    /// A worker with a name of its own that no other process has.
    pub fn new(
        database: Database,
        clock: Clock,
        handlers: Vec<Box<dyn Handler>>,
        pace: Pace,
    ) -> Self {
        let owner = format!("{}-{}", std::process::id(), unguessable());
        Self { database, clock, owner, handlers: Arc::new(handlers), pace }
    }

    /// Works `at_once` jobs at a time until `stop`, then waits for them or gives them back.
    pub async fn run(self, at_once: usize, stop: CancellationToken) {
        let slots = (0..at_once).map(|_| tokio::spawn(self.clone().slot(stop.clone())));
        futures_util::future::join_all(slots).await;
    }

    async fn slot(self, stop: CancellationToken) {
        let kinds: Vec<&str> = self.handlers.iter().map(|handler| handler.kind()).collect();
        let millis = self.pace.lease.as_millis() as i64;
        let mut pause = self.pace.look;
        while !stop.is_cancelled() {
            match jobs::claim(&self.database, self.clock.now(), &self.owner, &kinds, millis).await {
                Ok(Some(lease)) => {
                    pause = self.pace.look;
                    self.work(lease, &stop).await;
                    continue;
                }
                Ok(None) => pause = self.pace.look,
                Err(error) => {
                    tracing::warn!(%error, "cannot look for jobs");
                    pause = (pause * 2).min(Duration::from_secs(10));
                }
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = sleep(pause) => {}
            }
        }
    }

    /// Works on one job to whatever end.
    async fn work(&self, lease: Lease, stop: &CancellationToken) {
        let Some(handler) = self.handlers.iter().find(|handler| handler.kind() == lease.job.kind)
        else {
            return;
        };
        let task = Task { lease, report: Report::default() };
        let job = &task.lease.job;
        tracing::info!(job = %job.id, kind = %job.kind, attempt = job.attempts, "job begins");
        let end = {
            let work = AssertUnwindSafe(handler.run(&task)).catch_unwind();
            tokio::select! {
                result = work => End::Ended(result.unwrap_or_else(|_| Err(panicked()))),
                end = self.keep(&task) => end,
                () = self.patience(stop) => End::Stopped,
            }
        };
        if let Err(error) = self.conclude(&task, end).await {
            tracing::warn!(job = %job.id, %error, "the end of the job could not be stored");
        }
    }

    /// Renews the lease and stores what is reported, until there is a reason to stop.
    async fn keep(&self, task: &Task) -> End {
        let mut renewed = Monotonic::now();
        let mut stored = 0;
        loop {
            sleep(self.pace.beat).await;
            let asked = Monotonic::now();
            let (progress, left) = task.report.state();
            let lines = task.report.lines_for_beat();
            let preview = task.report.take_preview();
            let tell = progress - stored >= 5 || preview.is_some();
            let due = renewed.elapsed() >= self.pace.lease / 3;
            let answer = if tell || due || !lines.is_empty() {
                let now = self.clock.now();
                let eta = left.map(|left| now.plus_millis(left));
                let beat = Beat { progress, eta, lines, preview, tell };
                let answer = self
                    .within_lease(renewed, jobs::heartbeat(&self.database, now, &task.lease, &beat))
                    .await;
                if matches!(answer, Some(Ok(_))) {
                    task.report.beat_stored();
                    (renewed, stored) = (asked, progress);
                }
                answer
            } else {
                self.within_lease(renewed, jobs::asked_to_stop(&self.database, &task.lease)).await
            };
            match answer {
                Some(Ok(true)) => return End::Cancelled,
                Some(Ok(false)) => {}
                None | Some(Err(JobsError::LeaseLost { .. })) => return End::Lost,
                Some(Err(error)) => {
                    tracing::warn!(job = %task.lease.job.id, %error, "the heartbeat failed");
                    if renewed.elapsed() >= self.pace.lease {
                        return End::Lost;
                    }
                }
            }
        }
    }

    /// The answer of the database, or `None` when it takes longer than the lease lasts.
    async fn within_lease<T>(
        &self,
        renewed: Monotonic,
        answer: impl Future<Output = T>,
    ) -> Option<T> {
        tokio::select! {
            answer = answer => Some(answer),
            () = sleep_until(renewed + self.pace.lease) => None,
        }
    }

    /// Ends some time after a stop.
    async fn patience(&self, stop: &CancellationToken) {
        stop.cancelled().await;
        sleep(self.pace.grace).await;
    }

    async fn conclude(&self, task: &Task, end: End) -> Result<(), JobsError> {
        let (lease, job, now) = (&task.lease, &task.lease.job, self.clock.now());
        match end {
            End::Ended(Ok(_)) => tracing::info!(job = %job.id, kind = %job.kind, "job done"),
            End::Ended(Err(failure)) => {
                // What the step said last explains the failure best: store it first.
                let lines = task.report.take_lines();
                if !lines.is_empty() {
                    let progress = task.report.state().0;
                    let beat = Beat { progress, lines, ..Beat::default() };
                    jobs::heartbeat(&self.database, now, lease, &beat).await?;
                }
                let retry_at = now.plus_millis(delay_millis(job.attempts, rand::random()));
                let state = jobs::fail(&self.database, now, lease, &failure, retry_at).await?;
                tracing::warn!(job = %job.id, kind = %job.kind, slug = %failure.reason.slug,
                    reason = %failure.reason.text, state = state.as_str(), "job failed");
            }
            End::Cancelled => {
                jobs::stop_as_cancelled(&self.database, now, lease).await?;
                tracing::info!(job = %job.id, "job cancelled");
            }
            End::Lost => tracing::warn!(job = %job.id, "the lease was lost; the work was dropped"),
            End::Stopped => {
                jobs::give_back(&self.database, now, lease).await?;
                tracing::info!(job = %job.id, "job given back");
            }
        }
        Ok(())
    }
}

fn panicked() -> Failure {
    Failure::for_now("internal", "the worker's own code panicked; see its log")
}
