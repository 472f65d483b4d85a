//! What `script/bench` needs besides the program.
//!
//! `bench_tools source WIDTH OUT.jpg` writes a textured panorama (quality 92, 4:2:0).
//! `bench_tools floor IN.jpg PACK` prints `{"decode": seconds, "encode": seconds}` of one thread.
//! `bench_tools photos SPHERE FOLDER [NAME=VALUE…]` renders a photo set with known poses (`truth.json`).
//! `bench_tools judge TRUTH POSES [SPHERE PANORAMA [PROVENANCE.png]]` compares with the truth and prints JSON.
//! `bench_tools calibrate FOLDER FIRST COUNT [lenses=mixed|lenses=fisheye] SPHERES…` stitches random sets and prints the verdict beside the truth.
//! `bench_tools dual FOLDER FIRST COUNT SPHERES…` lays out random dual-fisheye pictures and prints how far they are off.
//! `bench_tools cancel FOLDER TRIES [WIDTH]` stops stitching at random moments and prints how long that takes.
//! `bench_tools transcode VIDEO OUT.mp4 THREADS` converts a video as the worker does and prints `{"seconds": …}` and what was made.
//! `bench_tools listings DATABASE NUMBER` fills an empty database with public listings.

mod cancel;
mod listings;
mod panorama;
mod photos;
mod video;

use anyhow::bail;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["source", width, out] => panorama::write_source(width.parse()?, out),
        ["floor", source, pack] => panorama::print_floor(source, pack),
        ["photos", sphere, out, ref recipe @ ..] => photos::render(sphere, out, recipe),
        ["judge", truth, poses] => photos::judge(truth, poses, None),
        ["judge", truth, poses, sphere, panorama, ref more @ ..] => {
            let made = photos::Made { sphere, panorama, provenance: more.first().copied() };
            photos::judge(truth, poses, Some(&made))
        }
        ["calibrate", folder, first, count, ref words @ ..] if !words.is_empty() => {
            photos::calibrate::run(folder, first.parse()?, count.parse()?, words)
        }
        ["dual", folder, first, count, ref spheres @ ..] if !spheres.is_empty() => {
            photos::dual_cases::run(folder, first.parse()?, count.parse()?, spheres)
        }
        ["cancel", folder, tries] => cancel::measure(folder, tries.parse()?, None),
        ["cancel", folder, tries, width] => {
            cancel::measure(folder, tries.parse()?, Some(width.parse()?))
        }
        ["transcode", source, out, threads] => video::transcode(source, out, threads.parse()?),
        ["listings", database, number] => listings::fill(database, number.parse()?),
        _ => bail!(
            "usage: bench_tools source WIDTH OUT.jpg | floor IN.jpg PACK | listings DATABASE NUMBER"
        ),
    }
}
