//! The commands, one thin file each.

pub mod serve;
pub mod worker;
pub mod worker_child;

use std::path::PathBuf;

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
    /// Take jobs from the database until Ctrl-C or SIGTERM.
    Worker {
        /// Jobs at once; 0: as the configuration says.
        #[arg(long, default_value_t = 0)]
        jobs: usize,
    },
    /// One media step, shut in; started by a worker.
    #[command(hide = true)]
    WorkerChild,
}

impl Arguments {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Serve => serve::run(self.config.as_deref()),
            Command::Worker { jobs } => worker::run(self.config.as_deref(), jobs),
            Command::WorkerChild => worker_child::run(),
        }
    }
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
