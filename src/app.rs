//! Composition root: builds every service from the configuration and runs the server.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::dev::{Server, Service};
use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::Context as _;

use crate::base::Clock;
use crate::blob::{self, Blobs};
use crate::catalogue::Database;
use crate::config::Config;
use crate::http::error::Placed;
use crate::http::tls::Certificate;
use crate::http::tours::gallery::Gallery;
use crate::http::tours::public::Shown;
use crate::http::{self, Context};
use crate::jobs::{Pace, Runner};
use crate::photo::arrival::Plan;
use crate::photo::masks::Masks;
use crate::photo::media::Media;
use crate::photo::sets::Sets;
use crate::photo::steps::{self, Workshop};
use crate::photo::upload::{Rules, Uploads};
use crate::worker::Supervisor;

/// Opens what the configuration names and brings the database up to date.
pub async fn context(config: Config, clock: Clock) -> anyhow::Result<Context> {
    let (database, blobs) = storage(&config).await?;
    let rules = Rules {
        max_file_bytes: config.limits.max_file_bytes,
        max_open: config.uploads.max_open,
        keep_millis: config.uploads.keep_hours * 3_600_000,
        plan: plan(&config),
    };
    let uploads = Uploads::new(database.clone(), blobs.clone(), clock.clone(), rules);
    let media = Media::new(database.clone(), clock.clone(), rules.plan);
    let masks = Masks::new(database.clone(), clock.clone(), rules.plan);
    let sets = Sets::new(database.clone(), clock.clone(), rules.plan);
    let (config, events) = (Arc::new(config), http::events::Hub::default());
    let metrics = http::metrics::Metrics::default();
    let statistics = http::statistics::Counter::default();
    Ok(Context {
        database,
        blobs,
        uploads,
        media,
        masks,
        sets,
        clock,
        config,
        events,
        metrics,
        statistics,
    })
}

/// The database, up to date, and the store.
pub async fn storage(config: &Config) -> anyhow::Result<(Database, Blobs)> {
    std::fs::create_dir_all(&config.data)?;
    let database = Database::open(&config.database_url()).await?;
    database.migrate().await?;
    Ok((database, Blobs::open(&store_settings(config))?))
}

/// Where the store is, as the configuration says.
pub fn store_settings(config: &Config) -> blob::Settings {
    blob::Settings {
        url: config.store_url(),
        endpoint: config.store.endpoint.clone(),
        region: config.store.region.clone(),
        access_key: config.store.access_key.clone(),
        secret_key: config.store.secret_key.clone(),
        cache_bytes: config.store.cache_mib << 20,
    }
}

/// Starts the children that decode media, by what the configuration says.
pub fn supervisor(config: &Config) -> Supervisor {
    Supervisor { strict: config.worker.strict_sandbox, ..Supervisor::default() }
}

fn plan(config: &Config) -> Plan {
    Plan { max_attempts: config.worker.max_attempts, jpeg_quality: config.worker.jpeg_quality }
}

/// A worker with every step that this program knows.
pub fn runner(context: &Context, supervisor: Supervisor) -> anyhow::Result<Runner> {
    let config = &context.config;
    // On the disk of the data folder: what is made here is linked into a local store as it is.
    let scratch = config.data.join("scratch");
    std::fs::create_dir_all(&scratch)?;
    steps::sweep(&scratch, Duration::from_secs(86_400 + config.worker.step_seconds))?;
    let workshop = Workshop {
        database: context.database.clone(),
        clock: context.clock.clone(),
        blobs: context.blobs.clone(),
        supervisor,
        scratch: scratch.canonicalize()?,
        settings: steps::Settings {
            limits: config.limits,
            step_time: Duration::from_secs(config.worker.step_seconds),
            threads: std::thread::available_parallelism().map_or(2, usize::from),
            webp: config.worker.webp,
            models: config.models_folder(),
            plan: plan(config),
        },
    };
    let pace = Pace::new(config.worker.lease_seconds, config.server.drain_seconds);
    let handlers = steps::handlers(&Arc::new(workshop));
    Ok(Runner::new(context.database.clone(), context.clock.clone(), handlers, pace))
}

/// The web server on a socket that is already bound, with TLS where the configuration names a certificate.
pub fn server(context: Context, listener: TcpListener) -> anyhow::Result<Server> {
    let threads = match context.config.server.threads {
        0 => std::thread::available_parallelism().map_or(2, usize::from),
        threads => threads,
    };
    let certificate = Certificate::configured(&context.config)?;
    let is_encrypted = context.config.public_url().starts_with("https://");
    let gallery = web::Data::new(Gallery::new(context.blobs.clone()));
    let shown = web::Data::new(Shown::default());
    let drain = context.config.server.drain_seconds;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(context.clone()))
            .app_data(gallery.clone())
            .app_data(shown.clone())
            .app_data(json_limits())
            .wrap_fn({
                let metrics = context.metrics.clone();
                move |request, service| {
                    let language = http::error::language_of(request.request());
                    let began = Instant::now();
                    let answer = service.call(request);
                    let metrics = metrics.clone();
                    Placed::new(language, async move {
                        let mut answer = answer.await;
                        if let Ok(answer) = &mut answer {
                            http::security::add_headers(answer, is_encrypted);
                            metrics.count(answer, began.elapsed());
                        }
                        answer
                    })
                }
            })
            .configure(http::routes)
            .default_service(web::to(http::pages::problems::nothing_here))
    })
    .workers(threads)
    .shutdown_timeout(drain)
    .client_request_timeout(REQUEST_HEAD)
    .keep_alive(KEEP_ALIVE)
    .disable_signals();
    let Some(certificate) = certificate else { return Ok(server.listen(listener)?.run()) };
    let settings = certificate.server_config()?;
    actix_web::rt::spawn(certificate.keep_fresh());
    Ok(server.listen_rustls_0_23(listener, settings)?.run())
}

/// The server of `/metrics` at an address of its own; `None` where the configuration names none.
pub fn metrics_server(context: &Context) -> anyhow::Result<Option<Server>> {
    let Some(address) = context.config.server.metrics_bind else { return Ok(None) };
    let listener = TcpListener::bind(address)
        .with_context(|| format!("cannot listen on {address} (server.metrics_bind)"))?;
    let context = context.clone();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(context.clone()))
            .configure(http::metrics::own_routes)
            .default_service(web::to(HttpResponse::NotFound))
    });
    Ok(Some(server.workers(1).disable_signals().listen(listener)?.run()))
}

/// How long the head of a request may take to arrive. The framework's 5 s answers 408 to phones on poor networks.
const REQUEST_HEAD: Duration = Duration::from_secs(30);
/// How long an idle connection stays open. The framework's 5 s make a reader who stops to look connect again.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Bodies that are not the JSON which was expected get a problem document too.
fn json_limits() -> web::JsonConfig {
    web::JsonConfig::default()
        .limit(1 << 20)
        .error_handler(|error, _| http::Problem::invalid(error.to_string()).into())
}
