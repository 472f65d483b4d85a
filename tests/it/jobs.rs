//! The queue: histories against a model, and what the console sees of jobs.

use std::collections::BTreeMap;
use std::time::Duration;

use kanfang::auction::people::Role;
use kanfang::base::id::JobId;
use kanfang::base::{Clock, Instant};
use kanfang::catalogue::Database;
use kanfang::catalogue::audience::{Audience, Scope};
use kanfang::catalogue::audit::Actor;
use kanfang::catalogue::events::{self, Event};
use kanfang::catalogue::jobs::{
    self, Beat, Done, Enqueued, Failure, Filter, JobsError, Lease, NewJob, Priority, State,
};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Site, database_url};

pub async fn database() -> (TempDir, Database, String) {
    let folder = tempfile::tempdir().unwrap();
    let url = database_url(&folder).await;
    let database = Database::open(&url).await.unwrap();
    database.migrate().await.unwrap();
    (folder, database, url)
}

pub fn new_job(subject: &str) -> NewJob {
    NewJob {
        kind: "sleep",
        subject: subject.to_owned(),
        recipe: "r".to_owned(),
        payload: json!({ "of": subject }),
        audience: Audience::default(),
        priority: Priority::Normal,
        max_attempts: 3,
        not_before: None,
    }
}

pub async fn enqueue(database: &Database, now: Instant, job: &NewJob) -> Enqueued {
    let mut tx = database.begin().await.unwrap();
    let answer = jobs::enqueue(&mut tx, database.dialect(), now, job).await.unwrap();
    tx.commit().await.unwrap();
    answer
}

async fn finish(database: &Database, now: Instant, lease: &Lease) -> Result<(), JobsError> {
    let mut tx = jobs::begin_to_finish(database, now, lease).await?;
    let done = Done { result: json!({}), lines: Vec::new() };
    let _proof = jobs::finish(&mut tx, database.dialect(), now, lease, &done).await?;
    tx.commit().await?;
    Ok(())
}

const START: Instant = Instant::from_millis(1_900_000_000_000);

#[tokio::test]
async fn the_same_work_is_one_job_and_a_failed_one_waits_again() {
    let (_folder, database, _) = database().await;
    let job = new_job("a");
    let Enqueued::New(id) = enqueue(&database, START, &job).await else { panic!() };
    assert_eq!(enqueue(&database, START, &job).await, Enqueued::Already(id, State::Queued));
    let lease = jobs::claim(&database, START, "w", &["sleep"], 1000).await.unwrap().unwrap();
    let failure = Failure::for_good("step-crashed", "it crashed").with("how", "SIGSEGV");
    let state = jobs::fail(&database, START, &lease, &failure, START).await.unwrap();
    assert_eq!(state, State::Failed);
    assert_eq!(enqueue(&database, START, &job).await, Enqueued::Again(id));
    let stored = jobs::get(&database, Scope::All, id).await.unwrap();
    assert_eq!((stored.state, stored.attempts, stored.reason), (State::Queued, 0, None));
}

#[tokio::test]
async fn a_full_queue_says_so() {
    let (_folder, database, _) = database().await;
    let mut tx = database.begin().await.unwrap();
    let dialect = database.dialect();
    for number in 0..3 {
        let job = new_job(&number.to_string());
        jobs::enqueue_within(&mut tx, dialect, START, &job, 3).await.unwrap();
    }
    let full = jobs::enqueue_within(&mut tx, dialect, START, &new_job("3"), 3).await;
    assert!(matches!(full, Err(JobsError::QueueFull { waiting: 3 })));
    let again = jobs::enqueue_within(&mut tx, dialect, START, &new_job("1"), 3).await;
    assert!(matches!(again, Ok(Enqueued::Already(..))), "known work needs no new place");
}

#[tokio::test]
async fn the_log_of_a_job_keeps_its_newest_lines() {
    let (_folder, database, _) = database().await;
    let id = enqueue(&database, START, &new_job("a")).await.id();
    let lease = jobs::claim(&database, START, "w", &["sleep"], 1000).await.unwrap().unwrap();
    for round in 0..4 {
        let lines = (0..200).map(|n| format!("line {}\u{0}\u{1b}[31m", round * 200 + n)).collect();
        let beat = Beat { lines, ..Beat::default() };
        assert!(!jobs::heartbeat(&database, START, &lease, &beat).await.unwrap());
    }
    let log = jobs::log(&database, id).await.unwrap();
    assert_eq!(log.len(), 500);
    assert_eq!(log.last().unwrap().line, "line 799[31m");
}

#[tokio::test]
async fn a_heartbeat_and_the_end_of_a_job_do_not_wait_for_each_other() {
    let (_folder, database, _) = database().await;
    enqueue(&database, START, &new_job("a")).await;
    let lease = jobs::claim(&database, START, "w", &["sleep"], 60_000).await.unwrap().unwrap();
    let mut tx = jobs::begin_to_finish(&database, START, &lease).await.unwrap();
    let beat = {
        let (database, lease) = (database.clone(), lease.clone());
        tokio::spawn(async move {
            let beat = Beat { progress: 500, tell: true, ..Beat::default() };
            jobs::heartbeat(&database, START, &lease, &beat).await
        })
    };
    // Long enough for the heartbeat to stand where it has to wait.
    tokio::time::sleep(Duration::from_millis(500)).await;
    // What a step does: first the events of its own, then the end of the job.
    let event =
        Event { kind: "asset", object_id: "a", audience: Audience::default(), data: json!({}) };
    events::append(&mut tx, database.dialect(), START, event).await.unwrap();
    let done = Done { result: json!({}), lines: Vec::new() };
    let _proof = jobs::finish(&mut tx, database.dialect(), START, &lease, &done).await.unwrap();
    tx.commit().await.unwrap();
    assert!(matches!(beat.await.unwrap(), Err(JobsError::LeaseLost { .. })), "it came too late");
    assert_eq!(jobs::get(&database, Scope::All, lease.job.id).await.unwrap().state, State::Done);
}

/// What the queue should hold, kept in the simplest way.
struct Model {
    jobs: BTreeMap<JobId, Expected>,
}

#[derive(Clone, Debug)]
struct Expected {
    subject: String,
    state: State,
    priority: Priority,
    attempts: i64,
    not_before: i64,
    until: i64,
    epoch: i64,
    cancel: bool,
}

impl Model {
    fn take_back_lost(&mut self, now: i64) {
        for job in
            self.jobs.values_mut().filter(|job| job.state == State::Running && job.until <= now)
        {
            job.state = if job.cancel {
                State::Cancelled
            } else if job.attempts >= 3 {
                State::Failed
            } else {
                State::Queued
            };
            job.not_before = now;
        }
    }

    fn claim(&mut self, now: i64, millis: i64) -> Option<JobId> {
        let waits = |job: &Expected| job.state == State::Queued && job.not_before <= now;
        let lost = |job: &Expected| job.state == State::Running && job.until <= now;
        if !self.jobs.values().any(|job| waits(job) || lost(job)) {
            return None;
        }
        self.take_back_lost(now);
        let (id, job) = self
            .jobs
            .iter_mut()
            .filter(|(_, job)| waits(job))
            .min_by_key(|(id, job)| (std::cmp::Reverse(job.priority), job.not_before, **id))?;
        job.state = State::Running;
        job.attempts += 1;
        job.epoch += 1;
        job.until = now + millis;
        Some(*id)
    }

    fn holds(&self, lease: &(Lease, i64), now: i64) -> bool {
        let job = &self.jobs[&lease.0.job.id];
        job.state == State::Running && job.epoch == lease.1 && job.until > now
    }
}

/// Random histories of four workers: every answer and every state must be the model's.
#[tokio::test]
async fn any_history_of_several_workers_is_the_models() {
    let nightly = std::env::var_os("KANFANG_NIGHTLY").is_some();
    let (histories, steps) = if nightly { (1000, 100) } else { (12, 100) };
    let (_folder, database, _) = database().await;
    for seed in 0..histories {
        let mut tx = database.begin().await.unwrap();
        sqlx::query("DELETE FROM jobs").execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        history(&database, seed, steps).await;
    }
}

async fn history(database: &Database, seed: u64, steps: usize) {
    let mut dice = StdRng::seed_from_u64(seed);
    let clock = Clock::manual(START);
    let mut model = Model { jobs: BTreeMap::new() };
    // What each worker believes to hold: a zombie keeps believing.
    let mut leases: Vec<(Lease, i64)> = Vec::new();
    for step in 0..steps {
        let now = clock.now();
        let at = now.as_millis();
        let believed =
            (!leases.is_empty()).then(|| leases[dice.random_range(0..leases.len())].clone());
        let some_job =
            model.jobs.keys().nth(dice.random_range(0..model.jobs.len().max(1))).copied();
        match dice.random_range(0..10) {
            0 | 1 => {
                let subject = dice.random_range(0..6).to_string();
                let priority =
                    [Priority::Low, Priority::Normal, Priority::High][dice.random_range(0..3)];
                let job = NewJob { priority, ..new_job(&subject) };
                let id = enqueue(database, now, &job).await.id();
                let fresh = Expected {
                    subject: subject.clone(),
                    state: State::Queued,
                    priority,
                    attempts: 0,
                    not_before: at,
                    until: 0,
                    epoch: 0,
                    cancel: false,
                };
                let known =
                    model.jobs.iter().find(|(_, job)| job.subject == subject).map(|(id, _)| *id);
                match known {
                    None => drop(model.jobs.insert(id, fresh)),
                    Some(known) => {
                        assert_eq!(known, id, "seed {seed} step {step}");
                        let job = model.jobs.get_mut(&known).unwrap();
                        if matches!(job.state, State::Failed | State::Cancelled) {
                            *job = Expected { epoch: job.epoch, until: job.until, ..fresh };
                        }
                    }
                }
            }
            2..=4 => {
                let lease =
                    jobs::claim(database, now, &format!("worker-{}", step % 4), &["sleep"], 1000)
                        .await
                        .unwrap();
                let expected = model.claim(at, 1000);
                assert_eq!(
                    lease.as_ref().map(|lease| lease.job.id),
                    expected,
                    "seed {seed} step {step}"
                );
                if let Some(lease) = lease {
                    let epoch = model.jobs[&lease.job.id].epoch;
                    leases.push((lease, epoch));
                }
            }
            5 => clock.advance(dice.random_range(1..900)),
            6 => {
                let Some(lease) = believed else { continue };
                let holds = model.holds(&lease, at);
                let beat = Beat { progress: 500, ..Beat::default() };
                let answer = jobs::heartbeat(database, now, &lease.0, &beat).await;
                assert_eq!(answer.is_ok(), holds, "seed {seed} step {step}");
                if holds {
                    let job = model.jobs.get_mut(&lease.0.job.id).unwrap();
                    job.until = at + 1000;
                    assert_eq!(answer.unwrap(), job.cancel);
                }
            }
            7 => {
                let Some(lease) = believed else { continue };
                let holds = model.holds(&lease, at);
                let answer = finish(database, now, &lease.0).await;
                assert_eq!(answer.is_ok(), holds, "seed {seed} step {step}");
                if holds {
                    model.jobs.get_mut(&lease.0.job.id).unwrap().state = State::Done;
                }
            }
            8 => {
                let Some(lease) = believed else { continue };
                let holds = model.holds(&lease, at);
                let (give_back, again) = (dice.random_bool(0.3), dice.random_bool(0.5));
                let answer = if give_back {
                    jobs::give_back(database, now, &lease.0).await.map(|()| State::Queued)
                } else {
                    let failure = if again {
                        Failure::for_now("x", "x")
                    } else {
                        Failure::for_good("x", "x")
                    };
                    jobs::fail(database, now, &lease.0, &failure, now.plus_millis(300)).await
                };
                assert_eq!(answer.is_ok(), holds, "seed {seed} step {step}");
                if holds {
                    let job = model.jobs.get_mut(&lease.0.job.id).unwrap();
                    if give_back {
                        job.attempts -= 1;
                        job.not_before = at;
                        job.state = State::Queued;
                    } else {
                        job.state =
                            if again && job.attempts < 3 { State::Queued } else { State::Failed };
                        job.not_before = at + 300;
                    }
                }
            }
            _ => {
                let Some(id) = some_job else { continue };
                let job = model.jobs.get_mut(&id).unwrap();
                let actor = Actor::system("test");
                if dice.random_bool(0.5) {
                    let answer = jobs::retry(database, now, Scope::All, id, &actor).await;
                    let may = matches!(job.state, State::Failed | State::Cancelled);
                    assert_eq!(answer.is_ok(), may, "seed {seed} step {step}");
                    if may {
                        (job.state, job.attempts, job.not_before, job.cancel) =
                            (State::Queued, 0, at, false);
                    }
                } else {
                    let answer = jobs::cancel(database, now, Scope::All, id, &actor).await;
                    let may = matches!(job.state, State::Queued | State::Running);
                    assert_eq!(answer.is_ok(), may, "seed {seed} step {step}");
                    if may {
                        job.cancel = true;
                        if job.state == State::Queued {
                            job.state = State::Cancelled;
                        }
                    }
                }
            }
        }
        let page = jobs::list(database, Scope::All, &Filter::default(), None, 100).await.unwrap();
        let stored: BTreeMap<JobId, (State, i64)> =
            page.items.iter().map(|job| (job.id, (job.state, job.attempts))).collect();
        let expected: BTreeMap<JobId, (State, i64)> =
            model.jobs.iter().map(|(id, job)| (*id, (job.state, job.attempts))).collect();
        assert_eq!(stored, expected, "seed {seed} step {step}");
    }
}

async fn site_with_a_failed_job() -> (Site, JobId) {
    let site = Site::start().await;
    let database = &site.context.database;
    let now = site.context.clock.now();
    let audience = Audience { court: Some(site.court), agency: Some(site.agency), listing: None };
    let id = enqueue(database, now, &NewJob { audience, ..new_job("x") }).await.id();
    let lease = jobs::claim(database, now, "w", &["sleep"], 1000).await.unwrap().unwrap();
    let beat = Beat { lines: vec!["before the end".to_owned()], ..Beat::default() };
    jobs::heartbeat(database, now, &lease, &beat).await.unwrap();
    let failure = Failure::for_good("step-timed-out", "too long").with("seconds", 600);
    jobs::fail(database, now, &lease, &failure, now).await.unwrap();
    (site, id)
}

#[tokio::test]
async fn the_console_sees_why_a_job_failed_and_tries_again() {
    let (site, id) = site_with_a_failed_job().await;
    let agency = site.agency_user().await;
    let list: Value = agency.get("/api/v1/jobs?state=failed").await.json().await.unwrap();
    assert_eq!(list["items"][0]["id"], id.to_string());
    assert_eq!(list["next"], Value::Null);
    let job: Value = agency.get(&format!("/api/v1/jobs/{id}?lang=zh")).await.json().await.unwrap();
    assert_eq!(job["state"], "failed");
    assert_eq!(job["reason"]["slug"], "step-timed-out");
    assert!(job["reason"]["text"].as_str().unwrap().contains("600 秒"), "{job}");
    assert_eq!(job["log"][0]["line"], "before the end");
    let english: Value =
        agency.get(&format!("/api/v1/jobs/{id}?lang=en")).await.json().await.unwrap();
    assert!(english["reason"]["text"].as_str().unwrap().contains("600 seconds"), "{english}");

    let again = agency.post(&format!("/api/v1/jobs/{id}/retry"), &json!({})).await;
    assert_eq!(again.status(), 200);
    let twice = agency.post(&format!("/api/v1/jobs/{id}/retry"), &json!({})).await;
    assert_eq!(twice.status(), 409);
    let problem: Value = twice.json().await.unwrap();
    assert_eq!(problem["slug"], "job-state");
    let stopped = agency.post(&format!("/api/v1/jobs/{id}/cancel"), &json!({})).await;
    assert_eq!(stopped.json::<Value>().await.unwrap()["state"], "cancelled");
}

#[tokio::test]
async fn jobs_of_others_are_not_there() {
    let (site, id) = site_with_a_failed_job().await;
    let path = format!("/api/v1/jobs/{id}");
    assert_eq!(site.anonymous().get(&path).await.status(), 401);
    let stranger = {
        let mut tx = site.context.database.begin().await.unwrap();
        let tenant = kanfang::catalogue::identity::NewTenant {
            kind: kanfang::auction::people::TenantKind::Agency,
            name: "another".to_owned(),
            code: "another".to_owned(),
            quota_bytes: 1,
        };
        let id = kanfang::catalogue::identity::add_tenant(&mut tx, START, &tenant).await.unwrap();
        tx.commit().await.unwrap();
        site.user(Some(id), &[Role::AgencyMember]).await
    };
    assert_eq!(stranger.get(&path).await.status(), 404);
    let list: Value = stranger.get("/api/v1/jobs").await.json().await.unwrap();
    assert_eq!(list["items"], json!([]));
    assert_eq!(stranger.post(&format!("{path}/retry"), &json!({})).await.status(), 404);
    let auditor = site.court_user(&[Role::Auditor]).await;
    assert_eq!(auditor.get(&path).await.status(), 403);
    let officer = site.court_user(&[Role::FieldOfficer]).await;
    assert_eq!(officer.get(&path).await.status(), 200);
    assert_eq!(officer.post(&format!("{path}/cancel"), &json!({})).await.status(), 403);
}
