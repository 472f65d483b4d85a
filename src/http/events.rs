//! `/api/v1/events`: Server-Sent Events (HTML Living Standard §9.2) of what changes, resumable by `Last-Event-ID`.
//!
//! One look into the events table a process, however many listen; a listener that falls behind
//! reads from the table what it missed. Several servers on one database need nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Mutex, broadcast};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::SignedIn;
use super::error::language_of;
use super::jobs::{localise, scope_of};
use super::{Context, Problem};
use crate::base::ErrorKind;
use crate::catalogue::audience::Scope;
use crate::catalogue::events::{self, Stored};
use crate::catalogue::{CatalogueError, Database};
use crate::texts::Language;

/// How often the table is looked into while somebody listens.
const LOOK: Duration = Duration::from_millis(350);
/// How often a silent connection gets a comment, so that proxies keep it and dead ones are noticed.
const BEAT: Duration = Duration::from_secs(15);
/// How long a connection lasts; the browser comes back by itself and is asked again who it is.
const LIFE: Duration = Duration::from_mins(10);
/// Most listeners of one process.
const MOST: usize = 1000;
/// Events that a slow listener may be behind before it reads the table itself.
const BEHIND: usize = 256;
const PAGE: i64 = 200;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/events", web::get().to(listen));
}

/// Looks into the table for all listeners of this process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Hub(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    sender: broadcast::Sender<Arc<Stored>>,
    looking: AtomicBool,
    starting: Mutex<()>,
    listeners: AtomicUsize,
    closing: CancellationToken,
}

impl Default for Hub {
    fn default() -> Self {
        let (sender, _) = broadcast::channel(BEHIND);
        Self(Arc::new(Inner {
            sender,
            looking: AtomicBool::new(false),
            starting: Mutex::new(()),
            listeners: AtomicUsize::new(0),
            closing: CancellationToken::new(),
        }))
    }
}

/// A place among the listeners, free again when dropped.
struct Place(Hub);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.0.listeners.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Hub {
    /// Ends all connections, so that a server that stops need not wait for them.
    pub fn close(&self) {
        self.0.closing.cancel();
    }

    fn place(&self) -> Result<Place, Problem> {
        let before = self.0.listeners.fetch_add(1, Ordering::SeqCst);
        let place = Place(self.clone());
        if before >= MOST {
            return Err(Problem::plain(ErrorKind::Busy, "too-many-listeners"));
        }
        Ok(place)
    }

    /// From now on every event is received; earlier ones are in the table.
    async fn subscribe(
        &self,
        database: &Database,
    ) -> Result<broadcast::Receiver<Arc<Stored>>, CatalogueError> {
        let _one_at_a_time = self.0.starting.lock().await;
        let receiver = self.0.sender.subscribe();
        if !self.0.looking.load(Ordering::SeqCst) {
            // Known before anybody reads the table, so that nothing falls between the two.
            let (_, newest) = events::range(database).await?;
            self.0.looking.store(true, Ordering::SeqCst);
            actix_web::rt::spawn(self.clone().look(database.clone(), newest));
        }
        Ok(receiver)
    }

    async fn look(self, database: Database, mut last: i64) {
        loop {
            sleep(LOOK).await;
            if self.0.sender.receiver_count() == 0 {
                let _nobody_begins_now = self.0.starting.lock().await;
                if self.0.sender.receiver_count() == 0 {
                    self.0.looking.store(false, Ordering::SeqCst);
                    return;
                }
            }
            match events::page(&database, Scope::All, last, PAGE).await {
                Ok(found) => {
                    for event in found {
                        last = event.seq;
                        let _nobody_listens = self.0.sender.send(Arc::new(event));
                    }
                }
                Err(error) => tracing::warn!(%error, "cannot look for events"),
            }
        }
    }
}

/// What changes, as it happens, as Server-Sent Events.
#[utoipa::path(get, path = "/api/v1/events", tag = "jobs",
    params(("Last-Event-ID" = Option<i64>, Header, description = "Number of the last event that was seen")),
    responses((status = 200, content_type = "text/event-stream",
        description = "event: job|asset|upload|listing|tour, data: the changed object, id: its number. \
        `event: reset` says that events were missed for good: read everything again"),
        (status = 429, description = "Too many listeners")))]
pub(super) async fn listen(
    who: SignedIn,
    context: web::Data<Context>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&who)?;
    let place = context.events.place()?;
    let receiver = context.events.subscribe(&context.database).await?;
    let (oldest, newest) = events::range(&context.database).await?;
    let seen = request
        .headers()
        .get("Last-Event-ID")
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.trim().parse::<i64>().ok());
    // Numbers above the newest come from another database (a restored backup): begin anew.
    let missed = seen.is_some_and(|seen| seen + 1 < oldest || seen > newest);
    let opening =
        if missed { "retry: 2000\nevent: reset\ndata: {}\n\n" } else { "retry: 2000\n\n" };
    let listener = Listener {
        database: context.database.clone(),
        scope,
        language: language_of(&request),
        last: if missed { newest } else { seen.unwrap_or(newest) },
        opening: Some(opening),
        catching_up: true,
        receiver,
        ends: Instant::now() + LIFE,
        place,
    };
    let body = stream::unfold(listener, |mut listener| async {
        let piece = listener.next().await?;
        Some((Ok::<_, std::convert::Infallible>(piece), listener))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header(("Cache-Control", "no-store"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(body))
}

struct Listener {
    database: Database,
    scope: Scope,
    language: Language,
    last: i64,
    opening: Option<&'static str>,
    catching_up: bool,
    receiver: broadcast::Receiver<Arc<Stored>>,
    ends: Instant,
    place: Place,
}

impl Listener {
    /// The next bytes, or `None` to end the connection.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(opening) = self.opening.take() {
            return Some(Bytes::from_static(opening.as_bytes()));
        }
        let closing = self.place.0.0.closing.clone();
        loop {
            if self.catching_up {
                let found = events::page(&self.database, self.scope, self.last, PAGE).await.ok()?;
                let Some(newest) = found.last() else {
                    self.catching_up = false;
                    continue;
                };
                self.last = newest.seq;
                return Some(
                    found.iter().map(|event| self.written(event)).collect::<String>().into(),
                );
            }
            let received = tokio::select! {
                () = closing.cancelled() => return None,
                () = sleep_until(self.ends) => return None,
                received = timeout(BEAT, self.receiver.recv()) => received,
            };
            match received {
                Err(_) => return Some(Bytes::from_static(b": still here\n\n")),
                Ok(Ok(event)) => {
                    if event.seq > self.last && self.scope.sees(&event.audience) {
                        self.last = event.seq;
                        return Some(self.written(&event).into());
                    }
                }
                Ok(Err(RecvError::Lagged(_))) => self.catching_up = true,
                Ok(Err(RecvError::Closed)) => return None,
            }
        }
    }

    fn written(&self, event: &Stored) -> String {
        let mut data = event.data.clone();
        if event.kind == "job"
            && let Ok(mut document) = serde_json::from_str(&data)
        {
            localise(&mut document, self.language);
            data = document.to_string();
        }
        // JSON text of ours holds no line break, which would end the field.
        format!("id: {}\nevent: {}\ndata: {data}\n\n", event.seq, event.kind)
    }
}
