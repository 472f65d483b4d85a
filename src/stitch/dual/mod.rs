//! Two fisheye pictures back to back, in one file or two: the circles are found, then the lenses are fitted to what
//! both see.
//!
//! No template of a camera is needed: the common rim of two lenses of more than 180° calibrates both.

mod align;
mod band;
mod circles;
mod clear;
mod coarse;
mod falloff;
mod fit;
mod flow;
mod joint;
mod learn;
mod nearness;
mod normal;
mod places;
mod plumb;
mod recognise;
mod rim;
mod scale;
mod single;
mod sky;
mod split;
mod straight;
mod up;

use nalgebra::Matrix3;

use super::attitude::angle_between;
use super::bundle::Link;
use super::error::{LensFault, StitchError, unless_cancelled};
use super::grey::in_order;
use super::judge;
use super::layout::Layout;
use super::level::{Level, level_among};
use super::links::{self, Circle, anchors_in};
use super::photo::Photo;
use super::report::LevelledBy;
use super::segments::Detail;
use crate::base::Cancel;
use align::Aligned;
use circles::Rim;
use coarse::CLEAR;
use fit::{AXIS, Free, Pair};
use learn::EXACT;
use plumb::Built;
use rim::Centre;
use scale::{Scale, small};
use split::Split;
use up::Guesses;

pub use falloff::known as falloff;
pub use joint::{Joint, LeftOver};
pub use recognise::{circle, look_dual, looks_dual, looks_single, two_circles};
pub use single::{is_stated, lay_out_one};

/// Radii in pixels at which the lenses are fitted, coarse and fine: more than the latter tells nothing more.
const RADII: [f64; 2] = [330.0, 1000.0];
/// Radius to which smaller pictures are enlarged, ordinarily and where the belt that both lenses see is narrow.
const ENLARGED: [f64; 2] = [700.0, 1200.0];
/// Share of the radius by which rough and exact centres of circles may differ.
const UNLIKE: f64 = 0.0035;
/// Radii in pixels at which lenses are guessed and guesses made good.
const GUESSED: [f64; 2] = [100.0, 200.0];
/// Light that is added before logarithms are taken, so that noise in the dark is none.
const DARK: f32 = 0.02;
/// Least likeness of a guess, as a share of the best one's.
const LIKELY: f64 = 0.5;
/// Fewer agreeing links are not relied on where a larger picture could tell more.
const FEW: usize = 160;
/// Fewest links that two pictures must have in common: of two files, which may be of different shots, and of one.
const FEWEST: [usize; 2] = [12, 4];
/// Pixels within which links agree with a guess around the axis, in pictures of the first of [`ENLARGED`] or smaller.
const AGREEING: f64 = 1.5;
/// Standard deviation of axes beside their circles' centres, a share of the radius, that leaves them free.
const FREE: f64 = 5.0 * AXIS;
/// The same at which they are hardly held, and below which they are in the middle.
const MOSTLY: f64 = 2.0 * AXIS;
const EXACTLY: f64 = 0.0006;
/// Rounds in which edges and links are brought to agree, at most, and the turn (degrees) and the share of the focal length that
/// are as good as none.
const ROUNDS: usize = 20;
const STILL: (f64, f64) = (0.0005, 0.00003);
/// By how much more links may be off around the axis when edges have a say.
const AGAINST: f64 = 1.15;

fn fail(fault: LensFault) -> StitchError {
    StitchError::DualFisheye(fault)
}

/// Splits the picture and finds the pose and lens of each half.
pub fn lay_out(photo: &Photo, cancel: &Cancel) -> Result<(Vec<Photo>, Layout), StitchError> {
    let split = Split::of(&photo.picture).ok_or_else(|| fail(LensFault::Shape))?;
    let halves: Vec<Photo> = (0..2)
        .map(|side| {
            let picture =
                split.half(&photo.picture, side).ok_or_else(|| fail(LensFault::TooSmall))?;
            let name =
                format!("{} ({} lens)", photo.name, if side == 0 { "first" } else { "second" });
            Ok(Photo::of(&name, picture, photo.exif.clone(), f64::INFINITY))
        })
        .collect::<Result<_, StitchError>>()?;
    let layout = placed([&halves[0], &halves[1]], FEWEST[1], cancel)?;
    Ok((halves, layout))
}

/// Finds the pose and lens of two pictures of one fisheye each, back to back.
pub fn lay_out_two(halves: [&Photo; 2], cancel: &Cancel) -> Result<Layout, StitchError> {
    placed(halves, FEWEST[0], cancel)
}

/// The same with so many links at least.
fn placed(halves: [&Photo; 2], fewest: usize, cancel: &Cancel) -> Result<Layout, StitchError> {
    let rough = find_circles(halves)?;
    let exact: Vec<Option<Centre>> =
        in_order(2, |side| rim::centre(&halves[side].picture.planes[0], rough[side]));
    let roughly = Axes { expected: AXIS, blur: [0.0; 2] };
    let &[Some(first), Some(second)] = exact.as_slice() else {
        return fitted(halves, rough, roughly, fewest, cancel);
    };
    let circles = [(first.at, rough[0].1), (second.at, rough[1].1)];
    let exactly = Axes { expected: EXACT, blur: [first.deviation, second.deviation] };
    let found = fitted(halves, circles, exactly, fewest, cancel);
    let moved = |side: usize| {
        let ((a, radius), (b, _)) = (circles[side], rough[side]);
        (a[0] - b[0]).hypot(a[1] - b[1]) / radius
    };
    if moved(0).max(moved(1)) < UNLIKE {
        return found;
    }
    // A soft or cut rim can be taken for something else: what both lenses see decides.
    match (found, fitted(halves, rough, roughly, fewest, cancel)) {
        (Ok(a), Ok(b)) => Ok(if b.links.len() > a.links.len() { b } else { a }),
        (Ok(one), Err(_)) | (Err(_), Ok(one)) => Ok(one),
        (Err(error), Err(_)) => Err(error),
    }
}

/// How near the axes are to the circles' centres.
#[derive(Clone, Copy)]
struct Axes {
    /// Standard deviation as cameras are built, a share of the radius.
    expected: f64,
    /// Standard deviation of each centre as it was found, pixels.
    blur: [f64; 2],
}

/// The layout by these circles.
fn fitted(
    halves: [&Photo; 2],
    circles: [Circle; 2],
    axes: Axes,
    fewest: usize,
    cancel: &Cancel,
) -> Result<Layout, StitchError> {
    let starts = starts(halves, circles);
    let points: Vec<Vec<[f32; 2]>> =
        (0..2).map(|side| rim_anchors(halves[side], circles[side])).collect();
    let scene = |radius: f64, enlarged: f64| Scale::of(halves, circles, &points, radius, enlarged);
    let coarse = scene(RADII[0], ENLARGED[0]);
    let mut fine = scene(RADII[1], ENLARGED[0]);
    // The guess by which most is found again where it should be.
    let best = |scene: &Scale| {
        let tried: Vec<(Pair, Vec<Link>, usize)> = in_order(starts.len(), |at| {
            let mut pair = starts[at].pair(circles).scaled(scene.factor);
            let (_, links) = scene.links(&pair, 14.0, 250);
            pair.solve(&links, Free::Pose, 10);
            let within = AGREEING * (pair.radius / ENLARGED[0]).max(1.0);
            let agreeing = links.iter().filter(|link| pair.meets(link, within)).count();
            (pair, links, agreeing)
        });
        tried.into_iter().max_by_key(|(_, _, agreeing)| *agreeing)
    };
    let found = |scene: &Scale| best(scene).ok_or_else(|| fail(LensFault::TooSmall));
    let (mut start, mut links, mut agreeing) = found(&coarse)?;
    let narrow = agreeing < FEW;
    // The belt that both see may be narrow: narrower than a patch of the small pictures.
    if narrow {
        (start, links, agreeing) = found(&fine)?;
    }
    if agreeing < FEW && fine.factor * circles[0].1 < 0.9 * ENLARGED[1] {
        let larger = scene(ENLARGED[1], ENLARGED[1]);
        let tried = found(&larger)?;
        // What is near moves too far in a large picture.
        if tried.2 > agreeing {
            fine = larger;
            (start, links, _) = tried;
        }
    }
    let scene = if narrow { &fine } else { &coarse };
    unless_cancelled(cancel)?;
    // Circles tell where the axes are, mostly; they are let go where little fits and far more does without them.
    let tried = links;
    let mostly = Pair { axis: MOSTLY, ..start.clone() };
    let (mut pair, mut links) = settled(scene, mostly.clone(), &tried);
    if links.len() < FEW {
        // Few points scatter, and then what is expected of the turn may hold it where it is not.
        let others = [Pair { straight: 0.0, ..mostly }, Pair { axis: FREE, ..start }];
        for other in in_order(2, |at| settled(scene, others[at].clone(), &tried)) {
            if other.1.len() as f64 > 1.15 * links.len() as f64 {
                (pair, links) = other;
            }
        }
    }
    let small = scene.factor;
    let long = straight::edges(halves, circles, Detail::Halved);
    pair.radial = straight::radial(&long, &pair.scaled(1.0 / small));
    // What both lenses see tells the bend, too, the wider their belt.
    pair.solve(&links, Free::Lenses, 15);
    let factor = fine.factor;
    pair = pair.scaled(factor / small);
    pair.blur = axes.blur.map(|blur| blur * factor);
    let follow = |pair: &Pair| {
        let (fits, links) = fine.links(pair, 9.0, 700);
        if links.len() < fewest { Err(fail(LensFault::NothingInCommon)) } else { Ok((fits, links)) }
    };
    let (_, links) = follow(&pair)?;
    for _ in 0..4 {
        pair.solve(&links, Free::All, 15);
        pair.learn_scatter(&links);
        pair.learn_axis(&links, axes.expected);
    }
    unless_cancelled(cancel)?;
    let (fits, links) = follow(&pair)?;
    // Not before the lenses are nearly right: it would take their errors for its own.
    pair.expect_nearness();
    // What links and edges tell of the axes by themselves says how near the circles' centres they are.
    pair.axis = FREE;
    let fit = |pair: &mut Pair| {
        pair.solve(&links, Free::All, 15);
        pair.learn_scatter(&links);
        pair.learn_nearness(&links);
    };
    fit(&mut pair);
    let alone = pair.clone();
    let larger = factor.max(1.0);
    let own = pair.scaled(1.0 / larger);
    let edges = fine.traced(&straight::edges(halves, circles, Detail::Working), halves, &own);
    let mut built = Built::of(&edges, &own);
    // The valley in which edges and links agree is long and bent.
    for _ in 0..ROUNDS {
        unless_cancelled(cancel)?;
        let before = (pair.rotation, pair.lenses[0].focal);
        let plumb = built.plumb(&pair.scaled(1.0 / larger));
        pair.plumb = plumb.map(|plumb| plumb.scaled(larger));
        fit(&mut pair);
        let turned = angle_between(&before.0, &pair.rotation);
        if turned < STILL.0 && (pair.lenses[0].focal / before.1).ln().abs() < STILL.1 {
            break;
        }
    }
    // Edges that contradict what both lenses see are not of a building.
    if pair.doubt > AGAINST * alone.doubt {
        pair = alone;
        fit(&mut pair);
    }
    pair.learn_axis(&links, axes.expected);
    // How near things are is told better once the axes are known.
    if pair.axis < EXACTLY {
        pair.expect_nearness();
    }
    for _ in 0..3 {
        fit(&mut pair);
    }
    let mut layout = laid_out(&pair, &links, factor, circles);
    layout.fits = fits;
    layout.feature_counts = points.iter().map(Vec::len).collect();
    Ok(layout)
}

/// The layout in the pictures themselves, of which the pair and its links are `factor` as large.
fn laid_out(pair: &Pair, links: &[Link], factor: f64, circles: [Circle; 2]) -> Layout {
    let agreeing = pair.agreeing(links);
    let uncertain = pair.deviation(&agreeing);
    let links: Vec<Link> = agreeing.iter().map(|l| enlarged(l, factor)).collect();
    let pair = pair.scaled(1.0 / factor);
    let mut layout = Layout {
        links,
        held: Vec::new(),
        uncertain,
        ..Layout::of_poses(
            vec![Matrix3::identity(), pair.rotation],
            pair.lenses.to_vec(),
            vec![0, 1],
            circles.iter().map(|(c, r)| (*c, r * CLEAR)).collect(),
        )
    };
    let mut off: Vec<f64> = (0..layout.links.len())
        .filter_map(|i| judge::known_residual(&layout, i).map(|(r, _)| r.norm()))
        .collect();
    off.sort_by(f64::total_cmp);
    layout.error = judge::quantile(&off, 0.5);
    layout
}

/// Where the lenses may stand, likeliest first.
fn starts(halves: [&Photo; 2], circles: [Circle; 2]) -> Vec<Aligned> {
    let reduced = |radius: f64| {
        [0, 1].map(|side| {
            let (small, _) = small(halves[side], circles[side].1, radius);
            let factor = small.width as f64 / halves[side].width() as f64;
            (small.blurred(1.2), links::scaled(circles[side], factor))
        })
    };
    let [a, b] = reduced(GUESSED[0]);
    let guesses = coarse::guesses([&a.0, &b.0], [a.1, b.1], 4);
    let [mut a, mut b] = reduced(GUESSED[1]);
    for value in a.0.data.iter_mut().chain(&mut b.0.data) {
        *value = (*value + DARK).ln();
    }
    let mut out: Vec<Aligned> = Vec::new();
    for guess in guesses.iter().filter(|guess| guess.score > LIKELY * guesses[0].score) {
        if out.iter().any(|aligned| aligned.covers(guess)) {
            continue;
        }
        let aligned = Aligned::of([&a.0, &b.0], [a.1, b.1], guess);
        if out.iter().all(|other| !other.is_like(&aligned)) {
            out.push(aligned);
        }
    }
    out
}

/// The pair fitted in small pictures, and the links that are found by it.
fn settled(scene: &Scale, mut pair: Pair, links: &[Link]) -> (Pair, Vec<Link>) {
    for _ in 0..4 {
        pair.solve(links, Free::Pose, 15);
        pair.learn_scatter(links);
    }
    pair.straight = 1.0;
    let (_, links) = scene.links(&pair, 12.0, 700);
    for _ in 0..3 {
        pair.solve(&links, Free::Lenses, 15);
        pair.learn_scatter(&links);
    }
    let (_, links) = scene.links(&pair, 4.0, 500);
    (pair, links)
}

/// Which way is up for two lens pictures that are laid out, and what says so.
pub fn level(photos: &[Photo], layout: &Layout) -> (Level, LevelledBy) {
    let guesses = match photos {
        [first, second] => up::guesses([first, second], layout),
        _ => Guesses { up: Vec::new(), by_sky: false },
    };
    let Layout { placed, rotations, lenses, circles, .. } = layout;
    let found = level_among(photos, placed, rotations, lenses, circles, &guesses.up);
    let by = match found.verticals {
        0 if guesses.by_sky => LevelledBy::Sky,
        0 => LevelledBy::Cameras,
        _ => LevelledBy::Verticals,
    };
    (found, by)
}

/// The circles of both pictures, roughly. One that cannot be seen (a dark night) is taken to be like the other.
fn find_circles(halves: [&Photo; 2]) -> Result<[Circle; 2], StitchError> {
    let found = circles::find_both([&halves[0].grey, &halves[1].grey]);
    let size = |side: usize| [halves[side].width() as f64, halves[side].height() as f64];
    let full = |side: usize, rim: &Rim| links::scaled(rim.circle, 1.0 / halves[side].grey_factor);
    let alike = |side: usize, (_, radius): Circle| {
        (size(side).map(|v| (v - 1.0) / 2.0), radius * size(side)[0] / size(1 - side)[0])
    };
    let sure = |rim: &&Rim| rim.support > 0.3;
    match (found[0].as_ref().filter(sure), found[1].as_ref().filter(sure)) {
        (Some(a), Some(b)) => {
            let (a, b) = (full(0, a), full(1, b));
            if (a.1 / b.1).ln().abs() > 0.12 {
                return Err(fail(LensFault::CirclesDiffer));
            }
            Ok([a, b])
        }
        (Some(a), None) => Ok([full(0, a), alike(1, full(0, a))]),
        (None, Some(b)) => Ok([alike(0, full(1, b)), full(1, b)]),
        (None, None) => Err(fail(LensFault::NoCircle)),
    }
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
