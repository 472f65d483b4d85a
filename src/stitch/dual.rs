//! Two fisheye pictures back to back in one file: the circles are found, then the lenses are fitted to what both see.
//!
//! No template of a camera is needed: the common rim of two lenses of more than 180° calibrates both.

use nalgebra::{Matrix2, Matrix3, Vector3};

use super::attitude::Attitude;
use super::bundle::{Bundle, Link, without_outliers};
use super::error::StitchError;
use super::grey::Grey;
use super::judge;
use super::layout::Layout;
use super::links::{Circle, Scene, anchors_in};
use super::photo::{Photo, shrunk};
use crate::base::Cancel;
use crate::geometry::{Lens, Projection};
use crate::imaging::plane::{ColourModel, Picture, Plane};

/// Fields of view that are tried, degrees across a circle.
const FIELDS: (f64, f64, f64) = (176.0, 216.0, 2.0);

fn fail(detail: &str) -> StitchError {
    StitchError::DualFisheye { detail: detail.to_owned() }
}

/// Whether a picture looks like two circles side by side: wide, dark in the corners and between the circles.
pub fn looks_dual(photo: &Photo) -> bool {
    let ratio = photo.width() as f64 / photo.height() as f64;
    if !(1.7..2.1).contains(&ratio) {
        return false;
    }
    let g = &photo.grey;
    let dark = |fx: f64, fy: f64| {
        let (x, y) = ((fx * (g.width - 1) as f64) as usize, (fy * (g.height - 1) as f64) as usize);
        g.at(x, y) < 0.09
    };
    [(0.01, 0.02), (0.99, 0.02), (0.01, 0.98), (0.99, 0.98), (0.5, 0.02), (0.5, 0.98)]
        .iter()
        .filter(|p| dark(p.0, p.1))
        .count()
        >= 5
}

/// Splits the picture and finds the pose and lens of each half.
pub fn lay_out(photo: &Photo, cancel: &Cancel) -> Result<(Vec<Photo>, Layout), StitchError> {
    let halves: Vec<Photo> = (0..2)
        .map(|side| {
            let picture =
                half(&photo.picture, side).ok_or_else(|| fail("the picture is too small"))?;
            let name =
                format!("{} ({})", photo.name, if side == 0 { "left lens" } else { "right lens" });
            Ok(Photo::of(&name, picture, photo.exif.clone(), f64::INFINITY))
        })
        .collect::<Result<_, StitchError>>()?;
    let circles: Vec<Circle> = halves
        .iter()
        .map(|half| {
            circle(half)
                .ok_or_else(|| fail("no bright circle on a dark ground was found in each half"))
        })
        .collect::<Result<_, _>>()?;
    let (mut lenses, mut rotations) = coarse(&halves, &circles)?;
    let mut links: Vec<Link> = Vec::new();
    let mut fits = Vec::new();
    let points: Vec<Vec<[f32; 2]>> = halves.iter().map(rim_anchors).collect();
    let smaller = f64::min(1.0, 700.0 / halves[0].width() as f64);
    // From coarse to fine: first the lenses are off by degrees, and the far is nearer in a small picture.
    for (round, factor) in [smaller, smaller, 1.0, 1.0].into_iter().enumerate() {
        let pictures: Vec<Picture> = halves.iter().map(|p| shrunk(&p.picture, factor)).collect();
        let scale = |v: f64| (v + 0.5) * factor - 0.5;
        let scaled: Vec<Circle> = circles.iter().map(|(c, r)| (c.map(scale), r * factor)).collect();
        let here: Vec<Vec<[f32; 2]>> = points
            .iter()
            .map(|list| list.iter().map(|p| p.map(|v| scale(f64::from(v)) as f32)).collect())
            .collect();
        let scene = Scene {
            planes: pictures.iter().map(|p| &p.planes[0]).collect(),
            lenses: lenses.iter().map(|lens| lens.scaled(factor)).collect(),
            rotations: &rotations,
            anchors: &here,
            circles: &scaled,
            most: 500,
        };
        (fits, links) = scene.links(&[0, 1], if round == 0 { 14.0 } else { 8.0 }, cancel);
        for link in &mut links {
            let back = |v: f64| (v + 0.5) / factor - 0.5;
            (link.at, link.seen) = (link.at.map(back), link.seen.map(back));
            link.whitening *= factor;
        }
        if links.len() < 12 {
            return Err(fail(
                "the two lenses have too little in common along their rims to be fitted together",
            ));
        }
        // Both lenses are of one make: only together do their rims tell the focal length, so they share one lens
        // here, and what the right one sees is moved as if its axis were the left one's. A shifted axis is a
        // turned lens, nearly: only the turn is fitted. Distortion comes once the rest is right.
        let shift: [f64; 2] = std::array::from_fn(|k| circles[0].0[k] - circles[1].0[k]);
        let moved = |photo: usize, p: [f64; 2]| {
            if photo == 1 { [p[0] + shift[0], p[1] + shift[1]] } else { p }
        };
        let shared: Vec<Link> = links
            .iter()
            .map(|l| Link { at: moved(l.from, l.at), seen: moved(l.to, l.seen), ..*l })
            .collect();
        let mut stages = vec![[false; 5], [true, false, false, false, false]];
        if round > 0 {
            stages.push([true, true, false, false, false]);
        }
        let mut kept = shared.clone();
        for free in stages {
            let mut bundle = Bundle {
                rotations: rotations.clone(),
                lenses: vec![lenses[0]],
                lens_of: &[0, 0],
                links: &kept,
                free,
                softness: 1.5,
            };
            bundle.solve(25, cancel)?;
            rotations.clone_from(&bundle.rotations);
            lenses = vec![bundle.lenses[0], Lens { centre: circles[1].0, ..bundle.lenses[0] }];
            let fewer = without_outliers(&bundle, &kept);
            kept = fewer;
        }
        links = kept
            .into_iter()
            .map(|l| {
                let back = |photo: usize, p: [f64; 2]| {
                    if photo == 1 { [p[0] - shift[0], p[1] - shift[1]] } else { p }
                };
                Link { at: back(l.from, l.at), seen: back(l.to, l.seen), ..l }
            })
            .collect();
    }
    let counts = vec![0; 2];
    let mut layout = Layout {
        parallax: None,
        rotations,
        lenses,
        placed: vec![0, 1],
        others: Vec::new(),
        links,
        fits,
        edges: Vec::new(),
        error: 0.0,
        circles: circles.iter().map(|(c, r)| (*c, r * 0.985)).collect(),
        rejected: Vec::new(),
        duplicates: Vec::new(),
        feature_counts: counts,
        held: Vec::new(),
        by_pattern: Vec::new(),
    };
    let mut off: Vec<f64> = (0..layout.links.len())
        .filter_map(|i| judge::known_residual(&layout, i).map(|(r, _)| r.norm()))
        .collect();
    off.sort_by(f64::total_cmp);
    layout.error = judge::quantile(&off, 0.5);
    Ok((halves, layout))
}

/// Points all over a picture, closer than elsewhere: only those near the rim will be seen twice.
fn rim_anchors(photo: &Photo) -> Vec<[f32; 2]> {
    let up = 1.0 / photo.grey_factor as f32;
    anchors_in(&photo.grey, 110).into_iter().map(|p| p.map(|v| (v + 0.5) * up - 0.5)).collect()
}

fn half(picture: &Picture, side: usize) -> Option<Picture> {
    let planes = picture
        .planes
        .iter()
        .map(|plane| {
            let width = plane.width() / 2;
            let bytes = (0..plane.height())
                .flat_map(|y| plane.row(y)[side * width..][..width].iter().copied())
                .collect();
            Plane::from_bytes(width, plane.height(), width, bytes)
        })
        .collect::<Option<Vec<_>>>()?;
    Some(Picture {
        planes,
        model: if picture.planes.len() == 1 { ColourModel::Grey } else { picture.model },
    })
}

/// The circle by its left, right, upper and lower ends: columns and rows of which a fair part is not dark.
fn circle(photo: &Photo) -> Option<Circle> {
    let g = &photo.grey;
    let bright = |x: usize, y: usize| g.at(x, y) > 0.07;
    let share = 0.10;
    let columns: Vec<usize> = (0..g.width)
        .filter(|&x| {
            (0..g.height).filter(|&y| bright(x, y)).count() as f64 > share * g.height as f64
        })
        .collect();
    let rows: Vec<usize> = (0..g.height)
        .filter(|&y| (0..g.width).filter(|&x| bright(x, y)).count() as f64 > share * g.width as f64)
        .collect();
    let (left, right, top, bottom) =
        (*columns.first()?, *columns.last()?, *rows.first()?, *rows.last()?);
    // A chord of a tenth of the picture lies this far from the centre, in radii.
    let chord = (1.0_f64 - share * share).sqrt();
    let (w, h) = ((right - left) as f64 / chord, (bottom - top) as f64 / chord);
    let radius = w.max(h) / 2.0;
    if radius < 0.3 * g.width.min(g.height) as f64 || (w / h - 1.0).abs() > 0.2 {
        return None;
    }
    let up = 1.0 / photo.grey_factor;
    let full = |v: f64| (v + 0.5) * up - 0.5;
    let radius = radius.min(0.515 * g.width.min(g.height) as f64) * up;
    Some(([full((left + right) as f64 / 2.0), full((top + bottom) as f64 / 2.0)], radius))
}

/// Field of view and roll of the second lens by the correlation of what both see along the rim.
fn coarse(
    halves: &[Photo],
    circles: &[Circle],
) -> Result<(Vec<Lens>, Vec<Matrix3<f64>>), StitchError> {
    let small: Vec<Grey> = halves.iter().map(|p| p.grey.blurred(2.0)).collect();
    let factor = halves[0].grey_factor;
    let look = |side: usize, lens: &Lens, ray: &Vector3<f64>| -> Option<f32> {
        let p = lens.project(ray)?;
        let (c, r) = circles[side];
        if (p[0] - c[0]).hypot(p[1] - c[1]) > 0.98 * r {
            return None;
        }
        small[side]
            .sample(((p[0] + 0.5) * factor - 0.5) as f32, ((p[1] + 0.5) * factor - 0.5) as f32)
    };
    let mut best = (-1.0, Vec::new(), Vec::new());
    let mut field = FIELDS.0;
    while field <= FIELDS.1 {
        let lenses: Vec<Lens> = circles
            .iter()
            .map(|(c, r)| Lens {
                projection: Projection::Equidistant,
                focal: r / (field / 2.0).to_radians(),
                centre: *c,
                radial: [0.0; 2],
            })
            .collect();
        for step in 0..72 {
            // Quarter turns are how cameras are built; a few degrees beside them how they are assembled.
            let roll = f64::from(step / 18) * 90.0 + (f64::from(step % 18) - 8.5) * 0.7;
            let back = Attitude { yaw: 180.0, pitch: 0.0, roll }.matrix();
            let mut samples: Vec<(f64, f64)> = Vec::new();
            for theta in [86.0, 88.0, 90.0, 92.0, 94.0_f64] {
                for phi in 0..180 {
                    let (s, c) = (f64::from(phi) * 2.0).to_radians().sin_cos();
                    let (st, ct) = theta.to_radians().sin_cos();
                    let ray = Vector3::new(st * c, st * s, ct);
                    if let (Some(a), Some(b)) =
                        (look(0, &lenses[0], &ray), look(1, &lenses[1], &(back.tr_mul(&ray))))
                    {
                        samples.push((f64::from(a), f64::from(b)));
                    }
                }
            }
            let value = correlation(&samples) * (samples.len() as f64 / 250.0).min(1.0);
            if value > best.0 {
                best = (value, lenses.clone(), vec![Matrix3::identity(), back]);
            }
        }
        field += FIELDS.2;
    }
    if best.0 < 0.3 {
        return Err(fail(
            "what the two lenses see along their rims is not alike: the picture is no dual fisheye, or was cut",
        ));
    }
    Ok((best.1, best.2))
}

fn correlation(samples: &[(f64, f64)]) -> f64 {
    if samples.len() < 60 {
        return -1.0;
    }
    let n = samples.len() as f64;
    let (ma, mb) = (
        samples.iter().map(|s| s.0).sum::<f64>() / n,
        samples.iter().map(|s| s.1).sum::<f64>() / n,
    );
    let mut sums = Matrix2::zeros();
    for (a, b) in samples {
        let (a, b) = (a - ma, b - mb);
        sums += Matrix2::new(a * a, a * b, a * b, b * b);
    }
    sums[(0, 1)] / (sums[(0, 0)] * sums[(1, 1)]).sqrt().max(1e-12)
}
