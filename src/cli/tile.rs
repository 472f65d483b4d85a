//! `kanfang tile`: an equirectangular picture into a pack, or into files that any multires viewer opens.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};

use crate::base::{Cancel, Limits};
use crate::geometry::{Face, Surface};
use crate::imaging::recipe::MaskOutline;
use crate::imaging::{Half, PackIndex, PackSummary, TileFormat, TileRecipe, tile};

/// Tile an equirectangular picture into a cube pyramid.
#[derive(Debug, Args)]
pub struct TileArguments {
    /// The picture: JPEG, PNG, TIFF or WebP, twice as wide as high; with `--half`, its half is.
    input: PathBuf,
    /// Folder to write into; made if it is not there.
    #[arg(long)]
    out: PathBuf,
    /// One `panorama.kfpack`, or files laid out as Pannellum's multires with a `config.json`.
    #[arg(long, value_enum, default_value = "files")]
    layout: Layout,
    /// Edge of a face in pixels; from the picture's width if not given.
    #[arg(long)]
    face: Option<u32>,
    /// Edge of a tile in pixels, a multiple of 16.
    #[arg(long, default_value_t = 512)]
    tile: u32,
    /// 1 (worst) to 100.
    #[arg(long, default_value_t = 85)]
    quality: u8,
    /// Format of the tiles.
    #[arg(long, value_enum, default_value = "jpg")]
    format: Format,
    /// EXIF orientation to undo, 1 to 8.
    #[arg(long, default_value_t = 1)]
    orientation: u8,
    /// Tile this half only: a picture for each eye is in the file, by custom the left one's on top or on the left.
    #[arg(long, value_enum)]
    half: Option<Side>,
    /// Tile what can be read of a damaged JPEG.
    #[arg(long)]
    accept_damaged: bool,
    /// What to hide: a JSON file with outlines, each a list of [yaw, pitch] in degrees.
    #[arg(long)]
    masks: Option<PathBuf>,
    /// Print a summary as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Layout {
    Pack,
    Files,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Jpg,
    Png,
    Webp,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Side {
    Top,
    Bottom,
    Left,
    Right,
}

/// Runs the command.
pub fn run(arguments: &TileArguments) -> anyhow::Result<()> {
    let recipe = TileRecipe {
        format: match arguments.format {
            Format::Jpg => TileFormat::Jpg,
            Format::Png => TileFormat::Png,
            Format::Webp => TileFormat::Webp,
        },
        quality: arguments.quality,
        face: arguments.face,
        tile: arguments.tile,
        orientation: arguments.orientation,
        half: arguments.half.map(|side| match side {
            Side::Top => Half::Top,
            Side::Bottom => Half::Bottom,
            Side::Left => Half::Left,
            Side::Right => Half::Right,
        }),
        accept_damaged: arguments.accept_damaged,
        masks: arguments.masks.as_deref().map(read_masks).transpose()?.unwrap_or_default(),
        ..TileRecipe::default()
    };
    let source = std::fs::read(&arguments.input)
        .with_context(|| format!("cannot read {}", arguments.input.display()))?;
    std::fs::create_dir_all(&arguments.out)
        .with_context(|| format!("cannot make the folder {}", arguments.out.display()))?;
    let shows_progress = std::io::stderr().is_terminal();
    let progress = |part: f32| {
        if shows_progress {
            eprint!("\r{:3.0} %", part * 100.0);
        }
    };
    let mut pack = Vec::new();
    let summary = tile(source, &recipe, &Limits::default(), &Cancel::new(), &progress, &mut pack)
        .with_context(|| format!("{} was not tiled", arguments.input.display()))?;
    if shows_progress {
        eprintln!();
    }
    match arguments.layout {
        Layout::Pack => write_file(&arguments.out.join("panorama.kfpack"), &pack)?,
        Layout::Files => write_files(&arguments.out, &pack, &summary)?,
    }
    print_summary(&summary, arguments.json)
}

fn read_masks(file: &Path) -> anyhow::Result<Vec<MaskOutline>> {
    let text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let outlines: Vec<Vec<[f64; 2]>> = serde_json::from_slice(&text)
        .with_context(|| format!("{} is no list of outlines", file.display()))?;
    let mut masks: Vec<MaskOutline> =
        outlines.iter().map(|outline| Surface::Sphere.whole(outline)).collect();
    masks.sort();
    Ok(masks)
}

#[allow(clippy::print_stdout)]
fn print_summary(summary: &PackSummary, json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        serde_json::to_writer(&mut out, summary)?;
        writeln!(out)?;
    } else {
        writeln!(
            out,
            "{} tiles, faces of {} px in {} levels, {} bytes",
            summary.tiles,
            summary.face,
            summary.levels.len(),
            summary.bytes
        )?;
    }
    Ok(())
}

fn write_file(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// `{level}/{face}{row}_{column}.jpg`, `fallback/{face}.jpg`, `preview.jpg` and `config.json`.
fn write_files(out: &Path, pack: &[u8], summary: &PackSummary) -> anyhow::Result<()> {
    let index = PackIndex::parse(pack)?;
    let extension = index.format.extension();
    for level in 1..=index.pyramid.level_count() {
        std::fs::create_dir_all(out.join(level.to_string()))?;
    }
    let missing = "the pack lacks one of its own parts";
    for (key, &span) in index.pyramid.keys().zip(&index.tiles) {
        let name =
            format!("{}/{}{}_{}.{extension}", key.level, key.face.letter(), key.row, key.column);
        write_file(&out.join(name), index.slice(pack, span).context(missing)?)?;
    }
    std::fs::create_dir_all(out.join("fallback"))?;
    for (face, &span) in Face::ALL.iter().zip(&index.stills) {
        let name = format!("fallback/{}.jpg", face.letter());
        write_file(&out.join(name), index.slice(pack, span).context(missing)?)?;
    }
    write_file(&out.join("preview.jpg"), index.slice(pack, index.preview).context(missing)?)?;
    let config = serde_json::json!({
        "type": "multires",
        "multiRes": {
            "path": "/%l/%s%y_%x",
            "fallbackPath": "/fallback/%s",
            "extension": extension,
            "tileResolution": summary.tile,
            "maxLevel": summary.levels.len(),
            "cubeResolution": summary.face,
        },
        "minYaw": summary.coverage.yaw[0],
        "maxYaw": summary.coverage.yaw[1],
        "minPitch": summary.coverage.pitch[0],
        "maxPitch": summary.coverage.pitch[1],
    });
    write_file(&out.join("config.json"), &serde_json::to_vec_pretty(&config)?)
}
