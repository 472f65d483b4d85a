//! The `kanfang` program.

use clap::Parser;

fn main() -> anyhow::Result<std::process::ExitCode> {
    kanfang::cli::Arguments::parse().run()
}
