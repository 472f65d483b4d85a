//! The `kanfang` program.

use clap::Parser;

fn main() -> anyhow::Result<()> {
    kanfang::cli::Arguments::parse().run()
}
