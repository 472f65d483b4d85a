//! Runners: many at once, stopped, killed and frozen.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use kanfang::base::Clock;
use kanfang::catalogue::Database;
use kanfang::catalogue::audience::Scope;
use kanfang::catalogue::audit::{self, Actor};
use kanfang::catalogue::jobs::{self, Done, Failure, Filter, NewJob, State};
use kanfang::jobs::{Handler, Pace, Runner, Task, Work};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::jobs::{database, enqueue, new_job};

/// Takes `millis` of the payload for its work, then finishes.
struct Sleeper {
    database: Database,
    clock: Clock,
    millis: u64,
}

impl Handler for Sleeper {
    fn kind(&self) -> &'static str {
        "sleep"
    }

    fn run<'a>(&'a self, task: &'a Task) -> Work<'a> {
        Box::pin(async move {
            for part in 0..10 {
                tokio::time::sleep(Duration::from_millis(self.millis / 10)).await;
                task.report.progress(f64::from(part + 1) / 10.0);
            }
            task.report.log("slept");
            let now = self.clock.now();
            let mut tx = jobs::begin_to_finish(&self.database, now, &task.lease)
                .await
                .map_err(|error| Failure::from_fault(&error))?;
            let done =
                Done { result: json!({"by": std::process::id()}), lines: task.report.take_lines() };
            let finished = jobs::finish(&mut tx, self.database.dialect(), now, &task.lease, &done)
                .await
                .map_err(|error| Failure::from_fault(&error))?;
            tx.commit().await.map_err(|error| Failure::for_now("internal", error.to_string()))?;
            Ok(finished)
        })
    }
}

fn runner(database: &Database, millis: u64, pace: Pace) -> Runner {
    let clock = Clock::system();
    let sleeper = Sleeper { database: database.clone(), clock: clock.clone(), millis };
    Runner::new(database.clone(), clock, vec![Box::new(sleeper)], pace)
}

const FAST: Pace = Pace {
    // Long against a beat: on a machine that is busy with other tests a beat may come seconds late.
    lease: Duration::from_secs(4),
    look: Duration::from_millis(40),
    beat: Duration::from_millis(80),
    grace: Duration::from_millis(0),
};

async fn wait_for_the_end(
    database: &Database,
    number: usize,
    patience: Duration,
) -> Vec<jobs::Job> {
    let deadline = tokio::time::Instant::now() + patience;
    loop {
        let page = jobs::list(database, Scope::All, &Filter::default(), None, 1000).await.unwrap();
        let ended = page
            .items
            .iter()
            .filter(|job| !matches!(job.state, State::Queued | State::Running))
            .count();
        if ended == number {
            return page.items;
        }
        assert!(tokio::time::Instant::now() < deadline, "{ended} of {number} ended");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// How often each job was done, by the audit log that is written in the same transaction.
async fn completions(database: &Database) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    let mut after = 0;
    loop {
        let page = audit::page(database, after, 1000).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.seq;
        for entry in page.iter().filter(|entry| entry.action == "job.done") {
            *times.entry(entry.object_id.clone()).or_default() += 1;
        }
    }
    assert_eq!(audit::verify(database).await.unwrap().broken, None);
    times
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_workers_do_every_job_once() {
    let (_folder, database, _) = database().await;
    for number in 0..40 {
        enqueue(&database, Clock::system().now(), &new_job(&number.to_string())).await;
    }
    let stop = CancellationToken::new();
    let workers: Vec<_> = (0..3)
        .map(|_| {
            tokio::spawn(
                runner(&database, 20, Pace { lease: Duration::from_secs(20), ..FAST })
                    .run(2, stop.clone()),
            )
        })
        .collect();
    let items = wait_for_the_end(&database, 40, Duration::from_secs(60)).await;
    stop.cancel();
    for worker in workers {
        worker.await.unwrap();
    }
    assert!(
        items
            .iter()
            .all(|job| job.state == State::Done && job.attempts == 1 && job.progress == 1000)
    );
    let times = completions(&database).await;
    assert_eq!(times.len(), 40);
    assert!(times.values().all(|times| *times == 1));
    assert_eq!(jobs::log(&database, items[0].id).await.unwrap().last().unwrap().line, "slept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_gives_the_job_back_and_a_cancel_ends_it() {
    // No lease runs out here, however slow the machine is.
    let pace = Pace { lease: Duration::from_secs(60), ..FAST };
    let (_folder, database, _) = database().await;
    let id = enqueue(&database, Clock::system().now(), &new_job("long")).await.id();
    let is = async |state: State| {
        for _ in 0..200 {
            if jobs::get(&database, Scope::All, id).await.unwrap().state == state {
                return;
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        panic!("the job did not become {state:?}");
    };
    let stop = CancellationToken::new();
    let worker = tokio::spawn(runner(&database, 60_000, pace).run(1, stop.clone()));
    is(State::Running).await;
    stop.cancel();
    worker.await.unwrap();
    let job = jobs::get(&database, Scope::All, id).await.unwrap();
    assert_eq!((job.state, job.attempts), (State::Queued, 0));

    let stop = CancellationToken::new();
    let worker = tokio::spawn(runner(&database, 60_000, pace).run(1, stop.clone()));
    is(State::Running).await;
    let now = Clock::system().now();
    jobs::cancel(&database, now, Scope::All, id, &Actor::system("test")).await.unwrap();
    is(State::Cancelled).await;
    stop.cancel();
    worker.await.unwrap();
}

/// Not a test: the body of the worker processes that other tests start, kill and freeze.
#[test]
#[ignore = "started by other tests as a process of its own"]
fn worker_process() {
    let Ok(url) = std::env::var("KANFANG_TEST_WORKER") else { return };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.unwrap().block_on(async {
        let database = Database::open(&url).await.unwrap();
        runner(&database, 250, FAST).run(2, CancellationToken::new()).await;
    });
}

fn start_worker(url: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["running_jobs::worker_process", "--exact", "--ignored"])
        .env("KANFANG_TEST_WORKER", url)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// QUALITY R1 and R10 in small: workers are killed and frozen for twice a lease while they work.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_and_frozen_workers_lose_no_job_and_do_none_twice() {
    let (_folder, database, url) = database().await;
    let (number, blows) =
        if std::env::var_os("KANFANG_NIGHTLY").is_some() { (400, 200) } else { (24, 8) };
    for subject in 0..number {
        let job = NewJob { max_attempts: 1000, ..new_job(&subject.to_string()) };
        enqueue(&database, Clock::system().now(), &job).await;
    }
    let mut dice = StdRng::seed_from_u64(7);
    let mut workers: Vec<Child> = (0..3).map(|_| start_worker(&url)).collect();
    for _ in 0..blows {
        tokio::time::sleep(Duration::from_millis(dice.random_range(50..400))).await;
        let at = dice.random_range(0..workers.len());
        let pid = Pid::from_raw(workers[at].id() as i32);
        if dice.random_bool(0.5) {
            kill(pid, Signal::SIGKILL).unwrap();
            workers[at].wait().unwrap();
            workers[at] = start_worker(&url);
        } else {
            kill(pid, Signal::SIGSTOP).unwrap();
            tokio::time::sleep(FAST.lease * 2).await;
            kill(pid, Signal::SIGCONT).unwrap();
        }
    }
    let items = wait_for_the_end(&database, number, Duration::from_secs(300)).await;
    for mut worker in workers {
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
    assert!(items.iter().all(|job| job.state == State::Done));
    let times = completions(&database).await;
    assert_eq!(times.len(), number);
    assert!(times.values().all(|times| *times == 1), "{times:?}");
}
