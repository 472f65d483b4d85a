//! A test panorama, and the floor below which no tiler can go.

use std::time::Instant;

use anyhow::Context;
use kanfang::imaging::PackIndex;

/// Waves of all lengths and a little grain: compresses about like a photograph of a furnished room.
pub fn write_source(width: usize, out: &str) -> anyhow::Result<()> {
    let height = width / 2;
    let mut pixels = Vec::with_capacity(width * height * 3);
    let mut noise = 0x9E37_79B9_u32;
    for y in 0..height {
        for x in 0..width {
            let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = (noise >> 28) as f32 - 8.0;
            let turn = u * std::f32::consts::TAU;
            let coarse = (3.0 * turn).sin() * (9.0 * v).cos();
            let texture = (180.0 * turn + 40.0 * (7.0 * v).sin()).sin() * (350.0 * v).sin();
            let edges = if ((u * 48.0) as u32 + (v * 24.0) as u32).is_multiple_of(2) {
                18.0
            } else {
                -18.0
            };
            for tint in [14.0, 0.0, -18.0] {
                let value = 128.0 + tint * coarse + 45.0 * coarse + 14.0 * texture + edges + grain;
                pixels.push(value.clamp(0.0, 255.0) as u8);
            }
        }
    }
    let image = turbojpeg::Image {
        pixels: pixels.as_slice(),
        width,
        pitch: width * 3,
        height,
        format: turbojpeg::PixelFormat::RGB,
    };
    let jpeg = turbojpeg::compress(image, 92, turbojpeg::Subsamp::Sub2x2)?;
    std::fs::write(out, &jpeg).with_context(|| format!("cannot write {out}"))
}

/// Decodes the source and encodes all tiles of the pack again, with one thread, and prints the seconds of both.
#[allow(clippy::print_stdout)]
pub fn print_floor(source: &str, pack: &str) -> anyhow::Result<()> {
    let source = std::fs::read(source)?;
    let start = Instant::now();
    let decoded = turbojpeg::decompress_to_yuv(&source)?;
    let decode = start.elapsed().as_secs_f64();
    drop(decoded);
    let pack = std::fs::read(pack)?;
    let index = PackIndex::parse(&pack)?;
    let mut compressor = turbojpeg::Compressor::new()?;
    compressor.set_quality(i32::from(index.recipe.quality))?;
    let mut encode = 0.0;
    for &span in &index.tiles {
        let tile = turbojpeg::decompress_to_yuv(index.slice(&pack, span).context("no tile")?)?;
        let start = Instant::now();
        compressor.compress_yuv_to_vec(tile.as_deref())?;
        encode += start.elapsed().as_secs_f64();
    }
    println!("{{\"decode\": {decode:.4}, \"encode\": {encode:.4}}}");
    Ok(())
}
