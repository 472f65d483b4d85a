//! `kanfang export LISTING --as KIND --out FILE`: a tour for another viewer, or as a copy that opens without a server.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use futures_util::TryStreamExt;

use crate::app;
use crate::base::Clock;
use crate::base::id::ListingId;
use crate::config::Config;
use crate::exchange::Kind;
use crate::http::tours::export::{self, Wish};
use crate::http::tours::gallery::Gallery;
use crate::texts::Language;

/// What to export.
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// Id of the listing.
    listing: String,
    /// For which viewer; `offline` is our own, without a server.
    #[arg(long = "as", value_enum)]
    kind: Viewer,
    /// The zip to write; must not exist.
    #[arg(long)]
    out: PathBuf,
    /// The draft instead of the published version.
    #[arg(long)]
    draft: bool,
    /// Language of the package: zh-CN or en.
    #[arg(long, default_value = "zh-CN")]
    lang: String,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Viewer {
    Pannellum,
    Marzipano,
    Psv,
    Offline,
}

impl Viewer {
    fn kind(self) -> Kind {
        match self {
            Self::Pannellum => Kind::Pannellum,
            Self::Marzipano => Kind::Marzipano,
            Self::Psv => Kind::Psv,
            Self::Offline => Kind::Offline,
        }
    }
}

/// Runs the command.
pub fn run(file: Option<&Path>, arguments: &ExportArguments) -> anyhow::Result<()> {
    let config = Config::load(file)?;
    super::start_log(config.server.log_json);
    super::block_on(write(config, arguments))
}

async fn write(config: Config, arguments: &ExportArguments) -> anyhow::Result<()> {
    let listing = ListingId::parse(&arguments.listing)
        .with_context(|| format!("'{}' is no id of a listing", arguments.listing))?;
    let language = Language::from_tag(&arguments.lang)
        .with_context(|| format!("'{}' is neither zh-CN nor en", arguments.lang))?;
    let context = app::context(config, Clock::system()).await?;
    let gallery = Gallery::new(context.blobs.clone());
    let wish = Wish { kind: arguments.kind.kind(), draft: arguments.draft, language };
    let said =
        |problem: crate::http::Problem| anyhow::anyhow!("{}", problem.detail(Language::English));
    let package = export::prepare(&context, &gallery, listing, wish).await.map_err(said)?;
    let out = &arguments.out;
    let mut written = std::fs::File::create_new(out)
        .with_context(|| format!("cannot write {}", out.display()))?;
    let stream = package.stream();
    futures_util::pin_mut!(stream);
    let mut bytes = 0;
    while let Some(chunk) = stream.try_next().await.map_err(said)? {
        written.write_all(&chunk)?;
        bytes += chunk.len();
    }
    written.sync_all()?;
    context.database.close().await;
    super::print(&format!("{}: {bytes} bytes", out.display()));
    Ok(())
}
