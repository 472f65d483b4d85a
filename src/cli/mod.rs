//! The commands, one thin file each.

pub mod backup;
pub mod check;
pub mod detect;
pub mod export;
pub mod fsck;
pub mod import;
pub mod probe;
pub mod serve;
pub mod signing_key;
pub mod stitch;
pub mod tile;
pub mod verify;
pub mod worker;
pub mod worker_child;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// 看房: view court-auctioned property remotely.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Arguments {
    /// Configuration file; `kanfang.toml` where it is there.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the site, with a worker inside unless the configuration says otherwise.
    Serve,
    /// Tile an equirectangular picture into a cube pyramid.
    Tile(tile::TileArguments),
    /// Stitch overlapping photos into a panorama.
    Stitch(stitch::StitchArguments),
    /// Look for faces, number plates and papers in a panorama; prints proposals as JSON, hides nothing.
    Detect(detect::DetectArguments),
    /// Say what a picture file is and what it is taken for.
    Probe(probe::Probe),
    /// Try what the configuration names: database, store, disk, clock. Fails if one fails.
    Check {
        /// Print the result as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Check that database and store keep what was promised. Reads only; the site may run.
    Fsck {
        /// Read and hash every byte.
        #[arg(long)]
        deep: bool,
        /// Print the result as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Save database and objects to a folder while the site runs; a second time only what is new.
    Backup {
        /// An empty folder, or an earlier backup.
        folder: PathBuf,
        /// Print the result as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Bring a backup into an empty installation, on either database and store.
    Restore {
        /// The backup.
        folder: PathBuf,
        /// Print the result as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take jobs from the database until Ctrl-C or SIGTERM.
    Worker {
        /// Jobs at once; 0: as the configuration says.
        #[arg(long, default_value_t = 0)]
        jobs: usize,
    },
    /// Check that a published tour is what the court signed, with all its pictures if asked.
    VerifyManifest(verify::VerifyArguments),
    /// Pack a tour for another viewer, or to be opened without a server.
    Export(export::ExportArguments),
    /// Take a project of the Marzipano Tool, Pannellum or Photo Sphere Viewer apart: panoramas and a tour.
    Import(import::ImportArguments),
    /// Show the keys that sign what is published.
    SigningKey {
        /// Retire the key in use and make a new one first. What the old one signed stays valid.
        #[arg(long)]
        rotate: bool,
    },
    /// One media step, shut in; started by a worker.
    #[command(hide = true)]
    WorkerChild,
}

impl Arguments {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let file = self.config.as_deref();
        match self.command {
            Command::Detect(arguments) => detect::run(file, &arguments).map(|()| ExitCode::SUCCESS),
            Command::Probe(probe) => probe.run().map(|()| ExitCode::SUCCESS),
            Command::Tile(arguments) => tile::run(&arguments).map(|()| ExitCode::SUCCESS),
            Command::Stitch(arguments) => Ok(stitch::run(&arguments)),
            Command::Serve => serve::run(file).map(|()| ExitCode::SUCCESS),
            Command::Check { json } => check::run(file, json),
            Command::Fsck { deep, json } => fsck::run(file, deep, json),
            Command::Backup { folder, json } => backup::save(file, &folder, json),
            Command::Restore { folder, json } => backup::load(file, &folder, json),
            Command::Worker { jobs } => worker::run(file, jobs).map(|()| ExitCode::SUCCESS),
            Command::VerifyManifest(arguments) => verify::run(&arguments),
            Command::Export(arguments) => export::run(file, &arguments).map(|()| ExitCode::SUCCESS),
            Command::Import(arguments) => Ok(import::run(&arguments)),
            Command::SigningKey { rotate } => {
                signing_key::run(file, rotate).map(|()| ExitCode::SUCCESS)
            }
            Command::WorkerChild => worker_child::run(),
        }
    }
}

/// Runs a command's future to its end.
fn block_on<T>(work: impl Future<Output = T>) -> T {
    actix_web::rt::System::new().block_on(work)
}

/// A line of a command's result.
#[allow(clippy::print_stdout)] // this is what standard output is for
fn print(line: &str) {
    println!("{line}");
}

/// Log lines to standard error, filtered by `RUST_LOG` (`info` if unset).
fn start_log(json: bool) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,sqlx=warn,actix_server=warn"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second call (in tests) finds the log already started; that is fine.
    let _already_started = if json { builder.json().try_init() } else { builder.try_init() };
}

/// Resolves on Ctrl-C or SIGTERM.
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = signal(SignalKind::interrupt());
    let terminate = signal(SignalKind::terminate());
    let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
