//! What a person sees at one place of a seam: both photos are drawn around it as the panorama shows them, and one is sought
//! in the other, first in fine patches, then in coarse ones, as things may be far apart.
//!
//! Only what moves across edges can be seen: a shift along an edge changes nothing, and is not counted (structure tensor).
//! Nor is noise, which is smoothed first, nor a lamp or a sky that is burnt out in one of the two.

use nalgebra::{Vector2, Vector3};

use super::patch::{Patch, across_edges, centred, fineness, order, root_mean_square};
use super::seam_line::shows;
use super::warp::Sampler;

/// Half the side of a patch, and how far it is sought, both in steps.
pub const HALF: i32 = 7;
const REACH: i32 = 8;
/// Steps of coarse patches, in fine ones.
const COARSE: f64 = 3.0;
/// Misalignment that can be seen, in steps: pixels of the panorama, or of one of 4096 columns.
const VISIBLE: f64 = 1.3;
/// Root mean square difference of smoothed patches, of 255, that can be seen: of the same thing that is apart, and of one that
/// is far apart.
const APART: f64 = 3.8;
const FAR_APART: f64 = 9.0;
/// The same of what is nowhere alike (a wall where the other photo has a window, glare, the hand that holds the camera), smoothed
/// three times: a little of it must not be noise.
const UNLIKE: f64 = 4.5;
/// Least deviation of a smoothed patch's values, of 255, for a break in it to be seen.
const CONTRAST: f64 = 2.5;
/// Least correlation of what is the same in fine and coarse patches.
const ALIKE: [f64; 2] = [0.8, 0.75];
/// By how much the correlation must be better elsewhere than here for the thing to be elsewhere: of a faint difference, and of
/// one above [`STRONG`], which noise does not make.
const BETTER: [f64; 2] = [0.1, 0.015];
const STRONG: f64 = 8.0;
/// Most that the contrasts of the same thing in two photos differ, as a ratio.
const RATIO: f64 = 2.5;
/// What is uneasy: shares of the limits [`VISIBLE`] and [`BETTER`], and of those for differences.
const UNEASY: [f64; 2] = [0.6, 0.75];
/// Share of a patch from which on what is burnt out in one photo only hides whether both meet, and the difference from which on
/// that shows.
const BURNT: f64 = 0.15;
const BURNT_APART: f64 = 7.0;

/// What is seen at a place where there is something to be compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Seen {
    /// Nobody sees that there are two photos.
    Meets,
    /// Hardly anybody sees it, but it does not quite meet: a seam is better led elsewhere.
    Uneasy,
    /// A person sees it.
    Broken,
    /// What one photo shows is nowhere in the other: it moved (waves, people), or something stands before it. Whether a
    /// person sees that depends on where the line between them runs.
    Unlike,
    /// It does not meet, but among leaves, grass or gravel: nobody sees that, nor does it say that both belong there.
    Tangled,
    /// One photo is burnt out where the other shows something: nobody can tell.
    Burnt,
}

/// Order of edges ([`order`]) below which what surrounds a place is a tangle in which no break is seen, and below which the place
/// itself may be in it: so small a patch has some order by chance.
const TANGLED: [f64; 2] = [0.25, 0.25];
const IN_TANGLE: [f64; 2] = [0.5, 0.35];
/// Fineness from which on a patch may be a tangle.
const FINE: f64 = 0.2;
/// Most that two tangles differ without a border between them: means, of 255, and contrasts, as a ratio.
const SAME_TANGLE: [f64; 2] = [16.0, 1.7];

/// What a photo shows on a square, and which of its pixels are burnt out.
struct Drawn {
    values: Vec<f32>,
    burnt: Vec<bool>,
}

/// The directions of a square of so many steps to each side of a direction, row after row.
fn directions(middle: &Vector3<f64>, step: f64, half: i32) -> impl Iterator<Item = Vector3<f64>> {
    let across = Vector3::new(middle.z, 0.0, -middle.x);
    let right = across.try_normalize(1e-9).unwrap_or_else(Vector3::x);
    let (middle, down) = (*middle, right.cross(middle));
    (-half..=half).flat_map(move |v| {
        (-half..=half)
            .map(move |u| middle + right * (f64::from(u) * step) + down * (f64::from(v) * step))
    })
}

/// Whether the line between two photos shows around a direction, where `second` tells what is taken from the second;
/// `None` where there is no line. `step` as for [`compared`].
pub fn line_shows(
    photos: [&Sampler; 2],
    at: &Vector3<f64>,
    step: f64,
    second: impl Fn(&Vector3<f64>) -> bool,
) -> Option<bool> {
    let [a, b] = photos.map(|photo| patch(photo, at, step, HALF).values);
    let taken: Vec<bool> = directions(at, step, HALF).map(|d| second(&d)).collect();
    shows([&a, &b], &taken)
}

/// What a photo shows around a direction: values of 255 on a square of so many steps to each side, smoothed.
fn patch(sampler: &Sampler, middle: &Vector3<f64>, step: f64, half: i32) -> Drawn {
    // One more to each side, for smoothing.
    let reach = half + 1;
    let wide = (2 * reach + 1) as usize;
    let (x, y): (Vec<f32>, Vec<f32>) = directions(middle, step, reach)
        .map(|world| sampler.view().look(&world).unwrap_or([f64::NAN; 2]))
        .map(|[x, y]| (x as f32, y as f32))
        .unzip();
    let mut colours: [Vec<f32>; 3] = std::array::from_fn(|_| vec![0.0; x.len()]);
    sampler.row(&x, &y, colours.each_mut().map(Vec::as_mut_slice));
    let [red, green, blue] = &colours;
    let channel = |v: f32| v.clamp(0.0, 1.0) * 255.0;
    let raw: Vec<f32> = (0..x.len())
        .map(|k| {
            if x[k].is_nan() {
                f32::NAN
            } else {
                (channel(red[k]) + 2.0 * channel(green[k]) + channel(blue[k])) / 4.0
            }
        })
        .collect();
    let burnt = (1..wide - 1)
        .flat_map(|row| (1..wide - 1).map(move |column| row * wide + column))
        .map(|at| sampler.burnt([x[at], y[at]]))
        .collect();
    Drawn { values: smoothed(&raw), burnt }
}

/// A square of values after a binomial filter of 3 × 3, smaller by one to each side.
fn smoothed(values: &[f32]) -> Vec<f32> {
    let wide = values.len().isqrt();
    let line = |at: usize| values[at - 1] + 2.0 * values[at] + values[at + 1];
    (1..wide - 1)
        .flat_map(|row| (1..wide - 1).map(move |column| row * wide + column))
        .map(|at| (line(at - wide) + 2.0 * line(at) + line(at + wide)) / 16.0)
        .collect()
}

/// A patch of one photo, the same of the other, and more of the other, in which the first is sought.
struct Sought {
    template: Patch,
    here: Patch,
    around: Around,
}

impl Sought {
    fn new(first: &Sampler, second: &Sampler, middle: &Vector3<f64>, step: f64) -> Option<Self> {
        let [template, here] = [first, second].map(|sampler| patch(sampler, middle, step, HALF));
        let around = Around::of(patch(second, middle, step, HALF + REACH).values);
        Some(Self { template: centred(template.values)?, here: centred(here.values)?, around })
    }

    /// How alike the template is to what the other photo shows so many steps to the right and down.
    fn alike(&self, by: [i32; 2]) -> Option<f64> {
        self.around.correlation(&self.template, by.map(|steps| (REACH + steps) as usize))
    }

    /// The shift that makes both most alike, in steps, how alike, and by how much more than without it.
    fn shift(&self) -> Option<(Vector2<f64>, f64, f64)> {
        let mut best: Option<([i32; 2], f64)> = None;
        for v in -REACH..=REACH {
            for u in -REACH..=REACH {
                let Some(alike) = self.alike([u, v]) else { continue };
                if best.is_none_or(|(_, most)| alike > most) {
                    best = Some(([u, v], alike));
                }
            }
        }
        let (by, alike) = best?;
        // Between two steps: the top of the parabola through three of them.
        let between = |axis: usize| {
            let near = |d: i32| {
                let mut by = by;
                by[axis] += d;
                (by[axis].abs() <= REACH).then(|| self.alike(by)).flatten()
            };
            let (Some(a), Some(b)) = (near(-1), near(1)) else { return 0.0 };
            (0.5 * (a - b) / (a - 2.0 * alike + b).min(-1e-9)).clamp(-0.5, 0.5)
        };
        let shift = Vector2::new(f64::from(by[0]) + between(0), f64::from(by[1]) + between(1));
        Some((shift, alike, alike - self.alike([0, 0])?))
    }
}

/// A square of values in which a patch is sought everywhere: sums over any part of it are at hand.
struct Around {
    /// Less their mean; 0 where one is not a number.
    values: Vec<f32>,
    /// Of all values above and to the left of each corner: how many are not numbers, their sum, and that of their squares.
    sums: Vec<[f64; 3]>,
    side: usize,
}

impl Around {
    fn of(mut values: Vec<f32>) -> Self {
        let side = values.len().isqrt();
        let (sum, count) = values
            .iter()
            .filter(|v| v.is_finite())
            .fold((0.0, 0.0_f32), |(sum, count), v| (sum + v, count + 1.0));
        let mean = sum / count.max(1.0);
        let corners = side + 1;
        let mut sums = vec![[0.0; 3]; corners * corners];
        for row in 0..side {
            let mut line = [0.0; 3];
            for column in 0..side {
                let value = &mut values[row * side + column];
                let missing = !value.is_finite();
                *value = if missing { 0.0 } else { *value - mean };
                let v = f64::from(*value);
                let own = [f64::from(u8::from(missing)), v, v * v];
                line = std::array::from_fn(|k| line[k] + own[k]);
                let above = sums[row * corners + column + 1];
                sums[(row + 1) * corners + column + 1] =
                    std::array::from_fn(|k| above[k] + line[k]);
            }
        }
        Self { values, sums, side }
    }

    /// Correlation of a patch with the values from a column and row on, −1 to 1; `None` where one of these is not a number.
    fn correlation(&self, patch: &Patch, [left, top]: [usize; 2]) -> Option<f64> {
        let edge = patch.0.len().isqrt();
        let corner = |x: usize, y: usize| self.sums[(top + y) * (self.side + 1) + left + x];
        let corners = [corner(0, 0), corner(edge, 0), corner(0, edge), corner(edge, edge)];
        let [missing, sum, squares] =
            [0, 1, 2].map(|k| corners[3][k] - corners[1][k] - corners[2][k] + corners[0][k]);
        if missing > 0.5 {
            return None;
        }
        // The patch is without its mean: that of the values falls out of the product.
        let row = |y: usize| {
            let (mine, theirs) = (
                &patch.0[y * edge..][..edge],
                &self.values[(top + y) * self.side + left..][..edge],
            );
            mine.iter().zip(theirs).map(|(a, b)| a * b).sum::<f32>()
        };
        let product = f64::from((0..edge).map(row).sum::<f32>());
        let count = patch.0.len() as f64;
        let deviation = (squares / count - (sum / count).powi(2)).max(0.0).sqrt();
        Some(product / count / (patch.1 * deviation).max(1e-9))
    }
}

/// Whether edges run less in one direction, and in two that are square to one another, than these limits.
fn is_loose(values: &[f32], limits: [f64; 2]) -> bool {
    order(values).iter().zip(limits).all(|(order, limit)| *order < limit)
}

/// Whether a photo shows leaves, grass, gravel or the like, of a patch and what surrounds it.
fn is_tangle(patch: &Patch, around: impl Fn() -> Vec<f32>) -> bool {
    fineness(patch) > FINE && is_loose(&patch.0, IN_TANGLE) && is_loose(&around(), TANGLED)
}

/// Where to compare two photos at a direction: beside it, as near as can be, where one of them ends nearer than a patch
/// reaches. Seams run along borders, and what does not meet there is no less seen.
fn beside(photos: [&Sampler; 2], at: &Vector3<f64>, step: f64) -> Option<Vector3<f64>> {
    let reach = f64::from(HALF + 1);
    let whole = |middle: &Vector3<f64>| {
        directions(middle, reach * step, 1)
            .all(|d| photos.iter().all(|photo| photo.view().look(&d).is_some()))
    };
    let near = [0.4, 0.8, 1.2].into_iter().flat_map(|far| directions(at, far * reach * step, 1));
    std::iter::once(*at).chain(near).map(|d| d.normalize()).find(whole)
}

/// As [`compared`], beside a border of one of the photos where it ends nearer than is compared.
pub fn compared_beside(
    first: &Sampler,
    second: &Sampler,
    at: &Vector3<f64>,
    step: f64,
) -> Option<Seen> {
    let place = beside([first, second], at, step)?;
    let seen = compared(first, second, &place, step)?;
    // Beside the place only a part of what lies there is compared: it may be apart though it is not found again.
    let half_seen = seen == Seen::Unlike && place != at.normalize();
    Some(if half_seen { Seen::Broken } else { seen })
}

/// Compares two photos around the direction `at`; `None` where there is nothing to be compared. `step` is the angle between
/// two pixels of what is shown, radians.
pub fn compared(first: &Sampler, second: &Sampler, at: &Vector3<f64>, step: f64) -> Option<Seen> {
    let drawn = [first, second].map(|sampler| patch(sampler, at, step, HALF));
    let in_one = drawn[0].burnt.iter().zip(&drawn[1].burnt).filter(|(a, b)| a != b).count();
    let in_one = in_one as f64 / drawn[0].burnt.len() as f64;
    let means = drawn
        .each_ref()
        .map(|drawn| f64::from(drawn.values.iter().sum::<f32>()) / drawn.values.len() as f64);
    let [template, here] = drawn.map(|drawn| centred(drawn.values));
    let (template, here) = (template?, here?);
    let apart: Vec<f32> = template.0.iter().zip(&here.0).map(|(a, b)| a - b).collect();
    let most = template.1.max(here.1);
    let ratio = most / template.1.min(here.1).max(1e-9);
    let size = root_mean_square(apart.iter().copied());
    if in_one > BURNT {
        return (size > BURNT_APART).then_some(Seen::Burnt);
    }
    if most < CONTRAST {
        return None;
    }
    if size <= UNEASY[1] * APART {
        return Some(Seen::Meets);
    }
    let around = Around::of(patch(second, at, step, HALF + REACH).values);
    let fine = Sought { template, here, around };
    let apart = Apart { size, differences: apart };
    Some(match apart.seen(&fine, ratio, || Sought::new(first, second, at, COARSE * step)) {
        Seen::Broken | Seen::Unlike | Seen::Uneasy
            if ratio < SAME_TANGLE[1]
                && (means[0] - means[1]).abs() < SAME_TANGLE[0]
                && is_tangle(&fine.template, || patch(first, at, step, HALF + REACH).values)
                && is_tangle(&fine.here, || patch(second, at, step, HALF + REACH).values) =>
        {
            Seen::Tangled
        }
        seen => seen,
    })
}

/// How two patches differ: root mean square, and value by value.
struct Apart {
    size: f64,
    differences: Vec<f32>,
}

impl Apart {
    fn seen(&self, fine: &Sought, ratio: f64, coarse: impl Fn() -> Option<Sought>) -> Seen {
        // Beyond a limit it is broken, beyond a share of it uneasy.
        let grade = |value: f64, limit: f64, share: f64| match value {
            v if v > limit => Seen::Broken,
            v if v > share * limit => Seen::Uneasy,
            _ => Seen::Meets,
        };
        let seen = if let Some((shift, alike, better)) = fine.shift()
            && alike > ALIKE[0]
            && ratio < RATIO
        {
            let elsewhere = BETTER[usize::from(self.size > STRONG)];
            let across = across_edges(&[&fine.template.0, &fine.here.0], &shift);
            grade((across / VISIBLE).min(better / elsewhere), 1.0, UNEASY[0])
        } else if let Some((shift, alike, _)) = coarse().and_then(|coarse| coarse.shift())
            && alike > ALIKE[1]
            && shift.norm() > f64::from(HALF) / COARSE
        {
            grade(self.size, FAR_APART, UNEASY[1])
        } else {
            // What is finer than three steps may be noise.
            let left = smoothed(&smoothed(&self.differences));
            match grade(root_mean_square(left.into_iter()), UNLIKE, UNEASY[1]) {
                Seen::Broken => Seen::Unlike,
                seen => seen,
            }
        };
        match seen {
            Seen::Broken | Seen::Unlike if self.size <= APART => Seen::Uneasy,
            seen => seen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Lens, Projection};
    use crate::imaging::plane::{ColourModel, Picture, Plane};
    use crate::stitch::attitude::Attitude;
    use crate::stitch::patch::correlation;
    use crate::stitch::photometry::Tone;
    use crate::stitch::warp::View;

    const STEP: f64 = 1.0 / 400.0;

    fn view(yaw: f64, pitch: f64) -> View {
        View {
            lens: Lens::centred(Projection::Rectilinear, 400.0, 601, 401),
            rotation: Attitude { yaw, pitch, roll: 0.0 }.matrix(),
            size: (601, 401),
            circle: None,
            shift: None,
        }
    }

    fn picture(value: impl Fn(usize, usize) -> f64) -> Picture {
        let mut plane = Plane::filled(601, 401, 0);
        for y in 0..401 {
            for (x, pixel) in plane.row_mut(y).iter_mut().enumerate() {
                *pixel = value(x, y).clamp(0.0, 255.0) as u8;
            }
        }
        Picture { planes: vec![plane], model: ColourModel::Grey }
    }

    /// What is seen ahead when the second photo is said to be turned by so many pixels to the right and up.
    fn seen(pictures: [&Picture; 2], off: [f64; 2]) -> Option<Seen> {
        let [yaw, pitch] = off.map(|pixels| (pixels / 400.0_f64).to_degrees());
        let views = [view(0.0, 0.0), view(yaw, pitch)];
        let samplers = [0, 1].map(|i| Sampler::new(pictures[i], &views[i], &Tone::NONE));
        compared(&samplers[0], &samplers[1], &Vector3::z(), STEP)
    }

    /// A soft upright edge.
    fn edge(x: usize, _: usize) -> f64 {
        128.0 + 60.0 * ((x as f64 - 300.0) / 2.0).tanh()
    }

    #[test]
    fn only_what_moves_across_an_edge_is_seen() {
        let edge = picture(edge);
        let visible = |off| seen([&edge, &edge], off) == Some(Seen::Broken);
        let meets = |off| seen([&edge, &edge], off) == Some(Seen::Meets);
        assert!(meets([0.0, 0.0]) && meets([0.7, 0.0]));
        assert!(visible([2.0, 0.0]) && visible([-5.0, 0.0]));
        assert!(meets([0.0, 5.0]), "along the edge");
    }

    #[test]
    fn what_lies_along_the_border_of_a_photo_is_compared_beside_it() {
        let upright = picture(edge);
        let views = [0.0, 0.3].map(|yaw| view(yaw, 0.0));
        let samplers = views.each_ref().map(|view| Sampler::new(&upright, view, &Tone::NONE));
        let at = |up: f64| Vector3::new(0.0, up / 400.0, 1.0).normalize();
        // Both end 200 pixels above the middle; 0.3° are two pixels.
        for up in [180.0, 196.0] {
            let seen = compared_beside(&samplers[0], &samplers[1], &at(up), STEP);
            assert_eq!(seen, Some(Seen::Broken), "{up}");
        }
        assert_eq!(compared_beside(&samplers[0], &samplers[1], &at(215.0), STEP), None);
    }

    #[test]
    fn noise_is_no_break_and_a_blank_wall_is_nothing() {
        let mut dice = crate::stitch::dice::Dice(7);
        let noise: Vec<f64> = (0..601 * 401).map(|_| 20.0 * (dice.unit() - 0.5)).collect();
        let noisy = picture(|x, y| edge(x, y) + noise[y * 601 + x]);
        assert_eq!(seen([&picture(edge), &noisy], [0.0, 0.0]), Some(Seen::Meets));
        let wall = picture(|_, _| 180.0);
        assert_eq!(seen([&wall, &wall], [3.0, 0.0]), None);
    }

    #[test]
    fn what_is_burnt_out_in_one_photo_only_is_told_apart() {
        let bright = picture(|x, y| edge(x, y) + 120.0);
        assert_eq!(seen([&picture(edge), &bright], [0.0, 0.0]), Some(Seen::Burnt));
    }

    #[test]
    fn other_things_are_seen() {
        let lying = picture(|x, y| edge(y + 100, x));
        assert_eq!(seen([&picture(edge), &lying], [0.0, 0.0]), Some(Seen::Unlike));
    }

    #[test]
    fn a_patch_is_as_alike_everywhere_as_if_it_were_cut_out() {
        let mut dice = crate::stitch::dice::Dice(19);
        let mut values: Vec<f32> = (0..31 * 31).map(|_| 200.0 + 9.0 * dice.unit() as f32).collect();
        values[31 * 30 + 30] = f32::NAN;
        let cut = |left: usize, top: usize| -> Vec<f32> {
            (0..15).flat_map(|row| values[(top + row) * 31 + left..][..15].to_vec()).collect()
        };
        let patch = centred(cut(3, 5)).unwrap();
        let around = Around::of(values.clone());
        for (left, top) in [(0, 0), (3, 5), (9, 2), (15, 16), (16, 16)] {
            let expected = centred(cut(left, top)).map(|other| correlation(&patch, &other));
            match (around.correlation(&patch, [left, top]), expected) {
                (Some(found), Some(expected)) => assert!((found - expected).abs() < 1e-4),
                (found, expected) => assert_eq!(found, expected),
            }
        }
    }

    #[test]
    fn patches_at_the_poles_are_defined() {
        let (picture, view) = (picture(edge), view(0.0, 0.0));
        let sampler = Sampler::new(&picture, &view, &Tone::NONE);
        let up = patch(&sampler, &Vector3::y(), 1e-3, HALF);
        assert!(up.values.iter().all(|v| v.is_nan()));
    }

    #[test]
    fn among_leaves_nobody_sees_a_break_and_nothing_is_proved() {
        let mut dice = crate::stitch::dice::Dice(11);
        let noise: Vec<f64> = (0..601 * 401).map(|_| 120.0 * dice.unit()).collect();
        let leaves = picture(|x, y| {
            let near = [(0, 0), (1, 0), (0, 1), (1, 1)];
            let sum: f64 =
                near.iter().map(|(u, v)| noise[(y + v).min(400) * 601 + (x + u).min(600)]).sum();
            40.0 + sum / 3.0
        });
        assert_eq!(seen([&leaves, &leaves], [0.0, 0.0]), Some(Seen::Meets));
        assert_eq!(seen([&leaves, &leaves], [6.0, 4.0]), Some(Seen::Tangled));
        let edge = picture(edge);
        assert_eq!(seen([&leaves, &edge], [0.0, 0.0]), Some(Seen::Unlike));
    }
}
