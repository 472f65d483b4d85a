//! A job and its parts.

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::base::Instant;
use crate::base::id::JobId;
use crate::catalogue::CatalogueError;
use crate::catalogue::audience::Audience;

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for a worker, perhaps until a later attempt.
    Queued,
    /// A worker has a lease on it.
    Running,
    /// Finished; the result is stored.
    Done,
    /// Given up, with a reason; somebody may press "retry".
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

impl State {
    /// As in the database and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether a worker does it now, or will.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }

    /// From its name; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Cancelled]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// What is done first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// What only makes a good thing better (smaller tiles).
    Low,
    /// What somebody will need.
    Normal,
    /// What somebody waits for at a screen (probing an upload).
    High,
}

impl Priority {
    pub(super) const fn rank(self) -> i64 {
        match self {
            Self::Low => 0,
            Self::Normal => 10,
            Self::High => 20,
        }
    }
}

/// Work to be done.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// What is to be done: `probe`, `tile`, `tile_webp` …
    pub kind: &'static str,
    /// To what: the id of an asset, panorama …
    pub subject: String,
    /// What distinguishes two jobs of one kind on one subject: the hash of everything that the result
    /// depends on. The same (kind, subject, recipe) is never two jobs.
    pub recipe: String,
    /// What the step needs to know.
    pub payload: serde_json::Value,
    /// Who may see it.
    pub audience: Audience,
    /// What is done first.
    pub priority: Priority,
    /// Attempts before it counts as failed, at least 1.
    pub max_attempts: i64,
    /// Not to be begun before this instant.
    pub not_before: Option<Instant>,
}

/// What came of asking for a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// A new job.
    New(JobId),
    /// It had failed or had been cancelled, and waits again with all its attempts.
    Again(JobId),
    /// It waits, runs or is done already.
    Already(JobId, State),
}

impl Enqueued {
    /// The job's id.
    pub const fn id(self) -> JobId {
        match self {
            Self::New(id) | Self::Again(id) | Self::Already(id, _) => id,
        }
    }
}

/// Why a job or an attempt failed, so that a person understands it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Stable name in kebab case: the key of the localised text.
    pub slug: String,
    /// Values that the localised text names.
    pub args: BTreeMap<String, String>,
    /// The reason in English.
    pub text: String,
}

/// Why an attempt failed, and whether another could succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// For people.
    pub reason: Reason,
    /// Whether the same work may succeed later (a full disk, a killed child), or never (a broken file).
    pub again: bool,
}

impl Failure {
    /// The input itself is at fault: trying again would give the same.
    pub fn for_good(slug: &str, text: impl Into<String>) -> Self {
        Self::new(slug, text, false)
    }

    /// The surroundings are at fault: trying again may help.
    pub fn for_now(slug: &str, text: impl Into<String>) -> Self {
        Self::new(slug, text, true)
    }

    fn new(slug: &str, text: impl Into<String>, again: bool) -> Self {
        let reason = Reason { slug: slug.to_owned(), args: BTreeMap::new(), text: text.into() };
        Self { reason, again }
    }

    /// Adds a value that the localised text names.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.reason.args.insert(name.to_owned(), value.to_string());
        self
    }

    /// From any error of the project: its slug and arguments are those of the text.
    pub fn from_fault(fault: &impl crate::base::Fault) -> Self {
        use crate::base::ErrorKind;
        let again = matches!(
            fault.kind(),
            ErrorKind::Busy
                | ErrorKind::TimedOut
                | ErrorKind::Unavailable
                | ErrorKind::StorageFull
                | ErrorKind::Internal
        );
        let mut failure = Self::new(fault.slug(), fault.to_string(), again);
        for (name, value) in fault.args() {
            failure = failure.with(name, value);
        }
        failure
    }
}

/// A job as it is now. Its JSON is what the API and the events show.
#[derive(Clone, Debug, Serialize)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What is to be done.
    pub kind: String,
    /// To what.
    pub subject: String,
    /// The listing that it is for.
    pub listing: Option<String>,
    /// Who may see it.
    #[serde(skip)]
    pub audience: Audience,
    /// What everything depends on.
    #[serde(skip)]
    pub recipe: String,
    /// What the step needs to know.
    #[serde(skip)]
    pub payload: serde_json::Value,
    /// Where it stands.
    pub state: State,
    /// Attempts begun so far.
    pub attempts: i64,
    /// Attempts before it counts as failed.
    pub max_attempts: i64,
    /// Not to be begun before this instant.
    pub not_before: Instant,
    /// Thousandths done, 0–1000.
    pub progress: i64,
    /// When it will probably be done.
    pub eta: Option<Instant>,
    /// Somebody asked to stop it.
    pub cancel_requested: bool,
    /// Why it failed, or why the last attempt did.
    pub reason: Option<Reason>,
    /// What came out of it.
    pub result: Option<serde_json::Value>,
    /// When it was asked for.
    pub created_at: Instant,
    /// When the last attempt began.
    pub started_at: Option<Instant>,
    /// When it was done, failed or cancelled.
    pub finished_at: Option<Instant>,
    /// What there is to see while it runs, in the form of its kind. Large: told where one job is asked for.
    #[serde(skip)]
    pub preview: Option<serde_json::Value>,
    /// Number of the lease: grows by one with each claim.
    #[serde(skip)]
    pub(super) epoch: i64,
}

impl Job {
    /// The job's payload as the type that its kind has.
    pub fn payload<T: serde::de::DeserializeOwned>(&self) -> Result<T, CatalogueError> {
        serde_json::from_value(self.payload.clone())
            .map_err(|error| corrupt("jobs.payload", error.to_string()))
    }

    pub(super) fn from_row(row: &AnyRow) -> Result<Self, CatalogueError> {
        let id: String = row.try_get("id")?;
        let state: String = row.try_get("state")?;
        let payload: String = row.try_get("payload")?;
        let instant = |column: &str| -> Result<Option<Instant>, sqlx::Error> {
            Ok(row.try_get::<Option<i64>, _>(column)?.map(Instant::from_millis))
        };
        let audience = Audience::from_row(row)?;
        Ok(Self {
            id: JobId::parse(&id).ok_or_else(|| corrupt("jobs.id", id))?,
            kind: row.try_get("kind")?,
            subject: row.try_get("subject")?,
            listing: audience.listing.map(|id| id.to_string()),
            audience,
            recipe: row.try_get("recipe")?,
            payload: json("jobs.payload", &payload)?,
            state: State::parse(&state).ok_or_else(|| corrupt("jobs.state", state))?,
            attempts: row.try_get("attempts")?,
            max_attempts: row.try_get("max_attempts")?,
            not_before: Instant::from_millis(row.try_get("not_before")?),
            progress: row.try_get("progress")?,
            eta: instant("eta")?,
            cancel_requested: row.try_get::<i64, _>("cancel_requested")? != 0,
            reason: reason(row)?,
            result: match row.try_get::<Option<String>, _>("result")? {
                Some(text) => Some(json("jobs.result", &text)?),
                None => None,
            },
            created_at: Instant::from_millis(row.try_get("created_at")?),
            started_at: instant("started_at")?,
            finished_at: instant("finished_at")?,
            preview: match row.try_get::<Option<String>, _>("preview")? {
                Some(text) => Some(json("jobs.preview", &text)?),
                None => None,
            },
            epoch: row.try_get("lease_epoch")?,
        })
    }
}

fn reason(row: &AnyRow) -> Result<Option<Reason>, CatalogueError> {
    let Some(slug) = row.try_get::<Option<String>, _>("reason_slug")? else { return Ok(None) };
    let args: Option<String> = row.try_get("reason_args")?;
    let text: Option<String> = row.try_get("reason_text")?;
    Ok(Some(Reason {
        slug,
        args: args.map_or(Ok(BTreeMap::new()), |args| json("jobs.reason_args", &args))?,
        text: text.unwrap_or_default(),
    }))
}

fn json<T: serde::de::DeserializeOwned>(
    place: &'static str,
    text: &str,
) -> Result<T, CatalogueError> {
    serde_json::from_str(text).map_err(|error| corrupt(place, error.to_string()))
}

pub(super) fn corrupt(place: &'static str, reason: String) -> CatalogueError {
    CatalogueError::Corrupt { place, reason }
}
