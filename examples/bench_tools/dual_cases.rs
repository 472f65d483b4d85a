//! Pictures of cameras with two fisheye lenses with known poses, and how near the stitcher comes to them.

use std::path::Path;

use anyhow::{Context, Result};
use kanfang::base::{Cancel, Limits};
use kanfang::geometry::Lens;
use kanfang::stitch::attitude::{Attitude, angle_between};
use kanfang::stitch::dice::Dice;
use kanfang::stitch::{Photo, dual};
use nalgebra::{Matrix3, Vector3};

use super::photos::dual::TwoLenses;
use super::{Poses, Recipe, Rgb, write};

/// One picture of a camera with two fisheye lenses: `layout=dual side=1024 high=SIDE share=0.48 field=195 k1=0 k2=0
/// k3=0 tilt=0 roll=0 quarter=0 hold=0 decentre=0 axis=0 dark=0 ev=0 vignette=0.3 flare=0 noise=1 stacked=0 near=0 baseline=0.03 seed=1`.
/// `share`: radius through side; `tilt`, `roll`: how askew the lenses are, degrees; `quarter`: the lenses lie on
/// opposite sides (Theta); `hold`: how askew the camera is held, degrees; `decentre`: pixels; `axis`: how far axes are
/// beside the centres of their circles, share of the radius; `dark`, `ev`: exposure of both
/// and of the second beside it, EV; `near`: half the width of
/// the room, metres; 0 is far away.
pub(super) fn render(sphere: &Rgb, out: &Path, recipe: &Recipe) -> Result<()> {
    let n = |name: &str, usual: f64| recipe.number(name, usual);
    let side = n("side", 1024.0)?;
    let high = n("high", side)?;
    let seed = n("seed", 1.0)? as u64;
    let mut dice = Dice(seed);
    let mut noisy = |size: f64| (dice.unit() * 2.0 - 1.0) * size;
    let (tilt, roll, quarter) = (n("tilt", 0.0)?, n("roll", 0.0)?, n("quarter", 0.0)?);
    let (hold, decentre) = (n("hold", 0.0)?, n("decentre", 0.0)?);
    let camera = Attitude { yaw: n("yaw", 0.0)?, pitch: noisy(hold), roll: noisy(hold) };
    let turns = [0.0, 180.0].map(|yaw| {
        let side = if yaw == 0.0 { 90.0 * quarter } else { -90.0 * quarter };
        Attitude { yaw: yaw + noisy(tilt), pitch: noisy(tilt), roll: side + noisy(roll) }
    });
    let rotations = turns.map(|turn| camera.matrix() * turn.matrix());
    let near = n("near", 0.0)?;
    let radius = n("share", 0.48)? * side;
    let decentre = [0, 1].map(|_| [noisy(decentre), noisy(decentre)]);
    let axis = n("axis", 0.0)? * radius;
    let two = TwoLenses {
        side: [side as usize, high as usize],
        stacked: n("stacked", 0.0)? > 0.0,
        radius,
        field: n("field", 195.0)?,
        radial: [n("k1", 0.0)?, n("k2", 0.0)?, n("k3", 0.0)?],
        decentre,
        askew: [0, 1].map(|_| [noisy(axis), noisy(axis)]),
        rotations,
        ev: [n("dark", 0.0)?, n("dark", 0.0)? + n("ev", 0.0)?],
        vignette: n("vignette", 0.3)?,
        flare: n("flare", 0.0)?,
        noise: n("noise", 1.0)?,
        seed,
        room: (near > 0.0).then_some([near, 0.8 * near, 1.3 * near]),
        baseline: n("baseline", 0.03)?,
    };
    write(&out.join("dual.jpg"), &two.picture(sphere), None)?;
    let hfov = (side / two.focal()).to_degrees();
    let mut truth = Poses::new(hfov);
    for (rotation, name) in rotations.iter().zip(["first lens", "second lens"]) {
        truth.poses.insert(format!("dual.jpg ({name})"), Attitude::of(rotation));
    }
    std::fs::write(out.join("truth.json"), serde_json::to_string_pretty(&truth)?)?;
    Ok(())
}

/// What is drawn for a random case: each value is as likely as the others of its line.
const DRAWN: [(&str, &[f64]); 17] = [
    ("field", &[190.0, 195.0, 195.0, 200.0, 205.0, 210.0]),
    ("side", &[1024.0, 1024.0, 1536.0]),
    ("share", &[0.45, 0.48, 0.49]),
    ("k1", &[0.0, -0.02, -0.05, 0.02]),
    ("k2", &[0.0, 0.0, 0.01]),
    ("tilt", &[0.3, 0.5, 1.0]),
    ("roll", &[0.3, 0.5, 1.0]),
    ("quarter", &[0.0, 0.0, 1.0]),
    ("hold", &[0.0, 2.0, 5.0]),
    ("decentre", &[0.0, 3.0, 8.0]),
    ("dark", &[0.0, -0.5, 0.3]),
    ("ev", &[0.0, 0.3, -0.5]),
    ("vignette", &[0.0, 0.3, 0.5]),
    ("flare", &[0.0, 0.0, 0.2]),
    ("noise", &[0.5, 1.0, 2.0]),
    ("stacked", &[0.0, 0.0, 0.0, 1.0]),
    ("near", &[0.0, 2.0, 2.0, 3.0]),
];
/// Distances of the lenses, metres.
const BASELINES: [f64; 3] = [0.01, 0.02, 0.03];

/// How far a lens puts things inside of its circle from where the true one has them: the root of the mean square over half
/// the sphere, degrees.
fn bent_off(lens: &Lens, truth: &Lens) -> f64 {
    let (mut sum, mut all) = (0.0, 0.0);
    for degrees in 1..=90 {
        let (sin, cos) = f64::from(degrees).to_radians().sin_cos();
        let there = truth.project(&Vector3::new(sin, 0.0, cos));
        let ray = there.and_then(|there| lens.unproject(there));
        let seen = ray.map_or(180.0, |ray| ray.z.clamp(-1.0, 1.0).acos().to_degrees());
        sum += sin * (seen - f64::from(degrees)).powi(2);
        all += sin;
    }
    (sum / all).sqrt()
}

/// Lays out `count` random cases from seed `first` on and prints one JSON object each: how far the turn between the
/// lenses is off and how far the layout takes it to be, degrees; then a summary. Words with a `=` among the spheres
/// (`axis=0.005`) hold for all cases. `bent`: how far a lens's inside is off; `level`: how far up is; degrees.
#[allow(clippy::print_stdout)]
pub fn run(folder: &str, first: u64, count: u64, spheres: &[&str]) -> Result<()> {
    let (fixed, spheres): (Vec<&str>, Vec<&str>) =
        spheres.iter().copied().partition(|word| word.contains('='));
    anyhow::ensure!(!spheres.is_empty(), "no sphere to draw from");
    let (mut off, mut bends): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    for seed in first..first + count {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9));
        let sphere = spheres[dice.bits() as usize % spheres.len()];
        let mut pick = |values: &[f64]| values[(dice.unit() * values.len() as f64) as usize];
        let mut words: Vec<String> =
            DRAWN.iter().map(|(name, values)| format!("{name}={}", pick(values))).collect();
        words.push(format!("baseline={}", pick(&BASELINES)));
        words.push(format!("seed={seed}"));
        words.extend(fixed.iter().map(|word| (*word).to_owned()));
        let given: Vec<&str> =
            std::iter::once("layout=dual").chain(words.iter().map(String::as_str)).collect();
        let out = format!("{folder}/{seed}");
        super::render(sphere, &out, &given)?;
        let out = Path::new(&out);
        let truth: Poses = serde_json::from_slice(&std::fs::read(out.join("truth.json"))?)?;
        let drawn = |name: &str| -> Result<f64> {
            let word =
                words.iter().rev().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
            Ok(word.context("not drawn")?.parse()?)
        };
        let bend = [drawn("k1")?, drawn("k2")?];
        let focal = drawn("side")? / truth.hfov.to_radians();
        let turn = |name: &str| -> Result<Matrix3<f64>> {
            Ok(truth.poses.get(&format!("dual.jpg ({name})")).context("no truth")?.matrix())
        };
        let first = turn("first lens")?;
        let truth = first.transpose() * turn("second lens")?;
        let bytes = std::fs::read(out.join("dual.jpg"))?;
        let photo = Photo::read("dual.jpg", bytes, f64::INFINITY, &Limits::default())?;
        let began = std::time::Instant::now();
        let recognised = dual::looks_dual(&photo);
        let found = dual::lay_out(&photo, &Cancel::new());
        let mut line = serde_json::json!({
            "seed": seed,
            "sphere": sphere,
            "recipe": words.join(" "),
            "recognised": recognised,
            "seconds": began.elapsed().as_secs_f64(),
        });
        match found {
            Ok((photos, layout)) if recognised => {
                let between = layout.rotations[0].transpose() * layout.rotations[1];
                off.push(angle_between(&between, &truth));
                line["off"] = angle_between(&between, &truth).into();
                line["uncertain"] = layout.uncertain.into();
                let found = layout.lenses[0];
                let bent = bent_off(&found, &Lens { focal, radial: bend, ..found });
                bends.push(bent);
                line["bent"] = bent.into();
                let up = layout.rotations[0].tr_mul(&dual::level(&photos, &layout).0.up);
                line["level"] = up.angle(&first.tr_mul(&Vector3::y())).to_degrees().into();
            }
            Ok(_) => off.push(180.0),
            Err(error) => {
                off.push(180.0);
                line["error"] = error.to_string().into();
            }
        }
        println!("{line}");
    }
    off.sort_by(f64::total_cmp);
    bends.sort_by(f64::total_cmp);
    let of = |list: &[f64], share: f64| {
        list.get((list.len().saturating_sub(1) as f64 * share) as usize).copied()
    };
    let at = |share: f64| of(&off, share);
    let summary = serde_json::json!({
        "cases": off.len(),
        "within_0.05": off.iter().filter(|off| **off <= 0.05).count(),
        "median": at(0.5),
        "p90": at(0.9),
        "bent_median": of(&bends, 0.5),
        "bent_p90": of(&bends, 0.9),
        "lost": off.iter().filter(|off| **off >= 180.0).count(),
    });
    println!("{summary}");
    Ok(())
}
