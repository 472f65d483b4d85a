//! Two fisheye pictures back to back, in one file or two: the circles are found, then the lenses are fitted to what
//! both see.
//!
//! No template of a camera is needed: the common rim of two lenses of more than 180° calibrates both.

mod band;
mod circles;
mod coarse;
mod fit;
mod flow;
mod joint;
mod up;

use nalgebra::Matrix3;

use super::attitude::Attitude;
use super::bundle::Link;
use super::error::StitchError;
use super::grey::{Grey, in_order};
use super::judge;
use super::layout::Layout;
use super::level::{Level, level_among};
use super::links::{Circle, Fit, Scene, anchors_in};
use super::photo::Photo;
use super::warp::bicubic;
use crate::base::Cancel;
use crate::geometry::{Lens, Projection};
use crate::imaging::plane::{ColourModel, Picture, Plane};
use circles::Rim;
use coarse::{CLEAR, Guess};
use fit::{Free, Pair};

pub use joint::{Joint, LeftOver};

/// Radii in pixels at which the lenses are fitted, coarse and fine: more than the latter tells nothing more.
const RADII: [f64; 2] = [330.0, 1000.0];
/// Smaller pictures are enlarged to this radius, so that a patch is no larger than the belt that both lenses see.
const ENLARGED: f64 = 700.0;
/// Least share of the rim that must be seen for a picture to count as a fisheye's unasked.
const SUPPORT: f64 = 0.6;
/// Lightest ground around the circles of such a picture, 0 to 1.
const GROUND: f32 = 0.12;

fn fail(detail: &str) -> StitchError {
    StitchError::DualFisheye { detail: detail.to_owned() }
}

/// Whether a picture looks like two circles on a dark ground, side by side or one above the other.
pub fn looks_dual(photo: &Photo) -> bool {
    Split::of(&photo.picture).is_some_and(|split| {
        (0..2).all(|side| {
            let factor = 0.5_f64.min(200.0 / split.size[0].min(split.size[1]) as f64);
            split
                .plane(&photo.picture.planes[0], side)
                .and_then(|plane| circles::find(&reduced(&plane, factor)))
                .is_some_and(|rim| is_clear(&rim))
        })
    })
}

/// Whether two photos look like the two lenses of one camera, a file each.
pub fn look_dual(photos: [&Photo; 2]) -> bool {
    let size = |photo: &Photo| (photo.width(), photo.height());
    size(photos[0]) == size(photos[1])
        && photos.iter().all(|photo| circles::find(&photo.grey).is_some_and(|rim| is_clear(&rim)))
}

/// Whether a photo looks like what one fisheye lens shows, the other one missing.
pub fn looks_single(photo: &Photo) -> bool {
    Split::of(&photo.picture).is_none()
        && circles::find(&photo.grey).is_some_and(|rim| is_clear(&rim))
}

fn is_clear(rim: &Rim) -> bool {
    rim.support > SUPPORT && rim.beyond < GROUND
}

/// Splits the picture and finds the pose and lens of each half.
pub fn lay_out(photo: &Photo, cancel: &Cancel) -> Result<(Vec<Photo>, Layout), StitchError> {
    let split = Split::of(&photo.picture).ok_or_else(|| {
        fail(
            "only one lens is in this picture, or it is neither twice as wide as high nor twice as high as wide; \
             where each lens has a file of its own, give both files",
        )
    })?;
    let halves: Vec<Photo> = (0..2)
        .map(|side| {
            let picture =
                split.half(&photo.picture, side).ok_or_else(|| fail("the picture is too small"))?;
            let name =
                format!("{} ({} lens)", photo.name, if side == 0 { "first" } else { "second" });
            Ok(Photo::of(&name, picture, photo.exif.clone(), f64::INFINITY))
        })
        .collect::<Result<_, StitchError>>()?;
    let layout = lay_out_two([&halves[0], &halves[1]], cancel)?;
    Ok((halves, layout))
}

/// Finds the pose and lens of two pictures of one fisheye each, back to back.
pub fn lay_out_two(halves: [&Photo; 2], cancel: &Cancel) -> Result<Layout, StitchError> {
    let circles = find_circles(halves)?;
    let greys: Vec<Grey> = (0..2)
        .map(|side| {
            let (small, _) = small(halves[side], circles[side].1, 100.0);
            small.blurred(1.2)
        })
        .collect();
    let smaller = |side: usize| {
        let factor = greys[side].width as f64 / halves[side].width() as f64;
        (circles[side].0.map(|v| (v + 0.5) * factor - 0.5), circles[side].1 * factor)
    };
    let guesses = coarse::guesses([&greys[0], &greys[1]], [smaller(0), smaller(1)], 4);
    let points: Vec<Vec<[f32; 2]>> =
        (0..2).map(|side| rim_anchors(halves[side], circles[side])).collect();
    let scenes: Vec<Scale> =
        RADII.iter().map(|radius| Scale::of(halves, circles, &points, *radius)).collect();
    // The guess of which most is found again.
    let tried: Vec<(Pair, Vec<Link>, Vec<Fit>)> = in_order(guesses.len(), |at| {
        let pair = Pair::guessed(&guesses[at], circles).scaled(scenes[0].factor);
        let (fits, links) = scenes[0].links(&pair, 14.0, 250);
        (pair, links, fits)
    });
    let best = tried.into_iter().max_by_key(|(_, links, _)| links.len());
    let (mut pair, mut links, mut fits) = best.ok_or_else(|| fail("the picture is too small"))?;
    let mut factor = scenes[0].factor;
    for (round, level) in [(0, 0), (1, 0), (2, 1), (3, 1)] {
        if cancel.is_cancelled() {
            return Err(StitchError::Cancelled);
        }
        if round > 0 {
            let level = &scenes[level];
            pair = pair.scaled(level.factor / factor);
            factor = level.factor;
            (fits, links) = level.links(&pair, if round == 1 { 12.0 } else { 9.0 }, 700);
        }
        if links.len() < 12 {
            return Err(fail(
                "the two lenses have too little in common along their rims to be fitted together: the picture is no \
                 dual fisheye, was cut, or shows hardly anything but blank walls there",
            ));
        }
        if round == 0 {
            pair.solve(&links, Free::Pose, 20);
            pair.learn_scatter(&links);
        }
        for _ in 0..3 {
            pair.solve(&links, if round == 0 { Free::Pose } else { Free::All }, 15);
            pair.learn_scatter(&links);
        }
    }
    let links: Vec<Link> = pair.agreeing(&links).iter().map(|l| enlarged(l, factor)).collect();
    let pair = pair.scaled(1.0 / factor);
    let mut layout = Layout {
        rotations: vec![Matrix3::identity(), pair.rotation],
        lenses: pair.lenses.to_vec(),
        placed: vec![0, 1],
        others: Vec::new(),
        links,
        fits,
        edges: Vec::new(),
        error: 0.0,
        circles: circles.iter().map(|(c, r)| (*c, r * CLEAR)).collect(),
        rejected: Vec::new(),
        duplicates: Vec::new(),
        feature_counts: points.iter().map(Vec::len).collect(),
    };
    let mut off: Vec<f64> = (0..layout.links.len())
        .filter_map(|i| judge::known_residual(&layout, i).map(|(r, _)| r.norm()))
        .collect();
    off.sort_by(f64::total_cmp);
    layout.error = judge::quantile(&off, 0.5);
    Ok(layout)
}

/// Which way is up for two lens pictures that are laid out.
pub fn level(photos: &[Photo], layout: &Layout) -> Level {
    let guesses = match photos {
        [first, second] => up::guesses([first, second], layout),
        _ => Vec::new(),
    };
    level_among(
        photos,
        &layout.placed,
        &layout.rotations,
        &layout.lenses,
        &layout.circles,
        &guesses,
    )
}

/// The circles of both pictures. One that cannot be seen (a dark night) is taken to be like the other.
fn find_circles(halves: [&Photo; 2]) -> Result<[Circle; 2], StitchError> {
    let found: Vec<Option<Rim>> = in_order(2, |side| circles::find(&halves[side].grey));
    let size = |side: usize| [halves[side].width() as f64, halves[side].height() as f64];
    let full = |side: usize, rim: &Rim| {
        let up = 1.0 / halves[side].grey_factor;
        (rim.circle.0.map(|v| (v + 0.5) * up - 0.5), rim.circle.1 * up)
    };
    let alike = |side: usize, (_, radius): Circle| {
        (size(side).map(|v| (v - 1.0) / 2.0), radius * size(side)[0] / size(1 - side)[0])
    };
    let sure = |rim: &&Rim| rim.support > 0.3;
    match (found[0].as_ref().filter(sure), found[1].as_ref().filter(sure)) {
        (Some(a), Some(b)) => {
            let (a, b) = (full(0, a), full(1, b));
            if (a.1 / b.1).ln().abs() > 0.12 {
                return Err(fail("the circles of the two lenses differ in size"));
            }
            Ok([a, b])
        }
        (Some(a), None) => Ok([full(0, a), alike(1, full(0, a))]),
        (None, Some(b)) => Ok([alike(0, full(1, b)), full(1, b)]),
        (None, None) => Err(fail("no bright circle on a dark ground was found in either half")),
    }
}

/// Where a picture is split.
struct Split {
    stacked: bool,
    size: [usize; 2],
}

impl Split {
    /// Side by side or one above the other, by the shape; `None` for other shapes.
    fn of(picture: &Picture) -> Option<Self> {
        let (w, h) = (picture.width(), picture.height());
        let ratio = w as f64 / h as f64;
        if (1.55..2.5).contains(&ratio) {
            Some(Self { stacked: false, size: [w / 2, h] })
        } else if (0.4..0.645).contains(&ratio) {
            Some(Self { stacked: true, size: [w, h / 2] })
        } else {
            None
        }
    }

    fn plane(&self, plane: &Plane, side: usize) -> Option<Plane> {
        let (w, h) = if self.stacked {
            (plane.width(), plane.height() / 2)
        } else {
            (plane.width() / 2, plane.height())
        };
        let (left, top) = if self.stacked { (0, side * h) } else { (side * w, 0) };
        let bytes =
            (top..top + h).flat_map(|y| plane.row(y)[left..left + w].iter().copied()).collect();
        Plane::from_bytes(w, h, w, bytes)
    }

    fn half(&self, picture: &Picture, side: usize) -> Option<Picture> {
        let planes = picture
            .planes
            .iter()
            .map(|plane| self.plane(plane, side))
            .collect::<Option<Vec<_>>>()?;
        let model = if planes.len() == 1 { ColourModel::Grey } else { picture.model };
        Some(Picture { planes, model })
    }
}

fn reduced(plane: &Plane, factor: f64) -> Grey {
    let pixels = (plane.width() * plane.height()) as f64 * factor * factor;
    Grey::reduced(plane, pixels).0
}

/// Luma at which the circle has at most `wanted` pixels of radius, and its factor.
fn small(half: &Photo, radius: f64, wanted: f64) -> (Grey, f64) {
    let factor = (wanted / radius).min(1.0);
    (reduced(&half.picture.planes[0], factor), factor)
}

/// Points worth following near the rim.
fn rim_anchors(photo: &Photo, (centre, radius): Circle) -> Vec<[f32; 2]> {
    let up = 1.0 / photo.grey_factor as f32;
    anchors_in(&photo.grey, 110)
        .into_iter()
        .map(|p| p.map(|v| (v + 0.5) * up - 0.5))
        .filter(|p| {
            let (dx, dy) = (f64::from(p[0]) - centre[0], f64::from(p[1]) - centre[1]);
            dx.hypot(dy) > 0.65 * radius
        })
        .collect()
}

fn enlarged(link: &Link, factor: f64) -> Link {
    let back = |v: f64| (v + 0.5) / factor - 0.5;
    Link {
        at: link.at.map(back),
        seen: link.seen.map(back),
        whitening: link.whitening * factor,
        ..*link
    }
}

/// `plane` enlarged by cubic convolution where a rim is; elsewhere black.
fn enlarged_rim(plane: &Plane, factor: f64, (centre, radius): Circle) -> Plane {
    let (w, h) =
        ((plane.width() as f64 * factor) as usize, (plane.height() as f64 * factor) as usize);
    let rows = in_order(h, |y| {
        let v = (y as f64 + 0.5) / factor - 0.5;
        let mut row = vec![0; w];
        for (x, value) in row.iter_mut().enumerate() {
            let u = (x as f64 + 0.5) / factor - 0.5;
            let distance = (u - centre[0]).hypot(v - centre[1]) / radius;
            if (0.6..1.03).contains(&distance) {
                *value = bicubic(plane, u as f32, v as f32).round().clamp(0.0, 255.0) as u8;
            }
        }
        row
    });
    Plane::from_bytes(w, h, w, rows.concat()).unwrap_or_else(|| plane.clone())
}

/// Both pictures at one size, with the points to follow.
struct Scale {
    factor: f64,
    planes: Vec<Plane>,
    points: Vec<Vec<[f32; 2]>>,
    circles: Vec<Circle>,
}

impl Scale {
    fn of(
        halves: [&Photo; 2],
        circles: [Circle; 2],
        points: &[Vec<[f32; 2]>],
        radius: f64,
    ) -> Self {
        let factor = (radius / circles[0].1.max(circles[1].1))
            .min(1.0)
            .max(radius.min(ENLARGED) / circles[0].1.max(circles[1].1));
        let planes = in_order(2, |side| {
            let plane = &halves[side].picture.planes[0];
            if factor > 1.001 {
                return enlarged_rim(plane, factor, circles[side]);
            }
            if factor > 0.999 {
                return plane.clone();
            }
            let grey = reduced(plane, factor);
            let bytes =
                grey.data.iter().map(|v| (v * 255.0).round().clamp(0.0, 255.0) as u8).collect();
            Plane::from_bytes(grey.width, grey.height, grey.width, bytes)
                .unwrap_or_else(|| plane.clone())
        });
        let scale = |v: f64| (v + 0.5) * factor - 0.5;
        Self {
            factor,
            planes,
            points: points
                .iter()
                .map(|list| list.iter().map(|p| p.map(|v| scale(f64::from(v)) as f32)).collect())
                .collect(),
            circles: circles.iter().map(|(c, r)| (c.map(scale), r * factor * CLEAR)).collect(),
        }
    }

    fn links(&self, pair: &Pair, reach: f64, most: usize) -> (Vec<Fit>, Vec<Link>) {
        let scene = Scene {
            planes: self.planes.iter().collect(),
            lenses: pair.lenses.to_vec(),
            rotations: &[Matrix3::identity(), pair.rotation],
            anchors: &self.points,
            circles: &self.circles,
            most,
        };
        scene.links(&[0, 1], reach)
    }
}

impl Pair {
    fn guessed(guess: &Guess, circles: [Circle; 2]) -> Self {
        let radius = circles[0].1.max(circles[1].1);
        let mean = f64::midpoint(circles[0].1, circles[1].1);
        let focal = mean / (guess.field / 2.0).to_radians();
        let lens =
            |centre| Lens { projection: Projection::Equidistant, focal, centre, radial: [0.0; 2] };
        Self {
            lenses: [lens(circles[0].0), lens(circles[1].0)],
            rotation: Attitude { yaw: 180.0, pitch: 0.0, roll: guess.roll }.matrix(),
            centres: [circles[0].0, circles[1].0],
            radius,
            scatter: [0.01 * radius; 2],
        }
    }
}
