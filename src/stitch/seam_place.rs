//! What a person sees at one place of a seam: both photos are drawn around it as the panorama shows them, and one is sought
//! in the other, first in fine patches, then in coarse ones, as things may be far apart.
//!
//! Only what moves across edges can be seen: a shift along an edge changes nothing, and is not counted (structure tensor).
//! Nor is noise, which is smoothed first, nor a lamp or a sky that is burnt out in one of the two.

use nalgebra::{Vector2, Vector3};

use super::around::Around;
use super::drawn::{HALF, directions, patch, smoothed};
use super::patch::{Patch, across_edges, centred, root_mean_square, without_slope};
use super::seam_line::shows;
use super::tangle::tangled;
use super::warp::Sampler;

/// How far a patch is sought, in steps.
pub(super) const REACH: i32 = 8;
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
pub(super) const CONTRAST: f64 = 2.5;
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

/// Whether the line between two photos shows around a direction, where `second` tells what is taken from the second;
/// `None` where there is no line. `step` as for [`compared`].
pub fn line_shows(
    photos: [&Sampler; 2],
    at: &Vector3<f64>,
    step: f64,
    second: impl Fn(&Vector3<f64>) -> bool,
) -> Option<bool> {
    let [a, b] = photos.map(|photo| patch(photo, at, step, HALF).values);
    let taken: Vec<bool> = directions(at, [step; 2], HALF).map(|d| second(&d)).collect();
    shows([&a, &b], &taken)
}

/// A patch of one photo, the same of the other, and more of the other, in which the first is sought.
pub(super) struct Sought {
    pub template: Patch,
    here: Patch,
    around: Around,
}

impl Sought {
    /// What the first photo shows around a direction, sought there in the second.
    pub fn new(first: &Sampler, second: &Sampler, at: &Vector3<f64>, step: f64) -> Option<Self> {
        let [template, here] = [first, second].map(|photo| patch(photo, at, step, HALF));
        let around = Around::of(patch(second, at, step, HALF + REACH).values);
        Some(Self { template: centred(template.values)?, here: centred(here.values)?, around })
    }

    /// The shift in steps, and by how much more alike both are with it, where fine patches surely show the same.
    pub fn found(&self) -> Option<(Vector2<f64>, f64)> {
        let [a, b] = [self.template.1, self.here.1];
        let ratio = a.max(b) / a.min(b).max(1e-9);
        let (shift, alike, better) = self.shift()?;
        (alike > ALIKE[0] && ratio < RATIO).then_some((shift, better))
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

/// Where to compare two photos at a direction: beside it, as near as can be, where one of them ends nearer than a patch
/// reaches. Seams run along borders, and what does not meet there is no less seen.
pub(super) fn beside(photos: [&Sampler; 2], at: &Vector3<f64>, step: f64) -> Option<Vector3<f64>> {
    let reach = f64::from(HALF + 1);
    let whole = |middle: &Vector3<f64>| {
        directions(middle, [reach * step; 2], 1)
            .all(|d| photos.iter().all(|photo| photo.view().look(&d).is_some()))
    };
    let near =
        [0.4, 0.8, 1.2].into_iter().flat_map(|far| directions(at, [far * reach * step; 2], 1));
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
    compare(first, second, at, step, false).map(|(seen, _)| seen)
}

/// As [`compared`], with the first sought in the second, also where they meet; `None` where something is burnt out, too.
pub(super) fn compared_and_sought(
    first: &Sampler,
    second: &Sampler,
    at: &Vector3<f64>,
    step: f64,
) -> Option<(Seen, Sought)> {
    let (seen, fine) = compare(first, second, at, step, true)?;
    Some((seen, fine?))
}

/// What is seen, and the fine patches where it takes them to tell, or where they are `wanted`.
fn compare(
    first: &Sampler,
    second: &Sampler,
    at: &Vector3<f64>,
    step: f64,
    wanted: bool,
) -> Option<(Seen, Option<Sought>)> {
    let drawn = [first, second].map(|sampler| patch(sampler, at, step, HALF));
    let in_one = drawn[0].burnt.iter().zip(&drawn[1].burnt).filter(|(a, b)| a != b).count();
    let in_one = in_one as f64 / drawn[0].burnt.len() as f64;
    let means = drawn
        .each_ref()
        .map(|drawn| f64::from(drawn.values.iter().sum::<f32>()) / drawn.values.len() as f64);
    let [template, here] = drawn.map(|drawn| centred(drawn.values));
    let (template, here) = (template?, here?);
    let mut differences: Vec<f32> = template.0.iter().zip(&here.0).map(|(a, b)| a - b).collect();
    // What changes as slowly as that is blended away.
    without_slope(&mut differences);
    let most = template.1.max(here.1);
    let apart = Apart { size: root_mean_square(differences.iter().copied()), differences };
    if in_one > BURNT {
        return (apart.size > BURNT_APART).then_some((Seen::Burnt, None));
    }
    if most < CONTRAST {
        return None;
    }
    let meets = apart.size <= UNEASY[1] * APART;
    if meets && !wanted {
        return Some((Seen::Meets, None));
    }
    let around = Around::of(patch(second, at, step, HALF + REACH).values);
    let fine = Sought { template, here, around };
    if meets {
        return Some((Seen::Meets, Some(fine)));
    }
    let seen = match apart.seen(&fine, || Sought::new(first, second, at, COARSE * step)) {
        Seen::Broken | Seen::Unlike | Seen::Uneasy
            if tangled(
                [(first, &fine.template, means[0]), (second, &fine.here, means[1])],
                at,
                step,
            ) =>
        {
            Seen::Tangled
        }
        seen => seen,
    };
    Some((seen, Some(fine)))
}

/// How two patches differ: root mean square, and value by value.
struct Apart {
    size: f64,
    differences: Vec<f32>,
}

impl Apart {
    fn seen(&self, fine: &Sought, coarse: impl Fn() -> Option<Sought>) -> Seen {
        // Beyond a limit it is broken, beyond a share of it uneasy.
        let grade = |value: f64, limit: f64, share: f64| match value {
            v if v > limit => Seen::Broken,
            v if v > share * limit => Seen::Uneasy,
            _ => Seen::Meets,
        };
        let seen = if let Some((shift, better)) = fine.found() {
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

    /// What is seen 8° below the horizon when the second photo is said to be turned by so many pixels, of a ground whose
    /// values at places to the right and ahead, in heights of the camera, are these.
    fn seen_on_ground(value: impl Fn(f64, f64) -> f64, off: [f64; 2]) -> Option<Seen> {
        let down: f64 = -8.0;
        let ahead = view(0.0, down);
        let ground = picture(|x, y| {
            let ray = ahead.lens.unproject([x as f64, y as f64]).map(|ray| ahead.rotation * ray);
            let met = ray.filter(|ray| ray.y < -0.01).map(|ray| ray / -ray.y);
            met.map_or(200.0, |met| value(met.x, met.z))
        });
        let [yaw, pitch] = off.map(|pixels| (pixels / 400.0_f64).to_degrees());
        let views = [ahead, view(yaw, down + pitch)];
        let samplers = views.each_ref().map(|view| Sampler::new(&ground, view, &Tone::NONE));
        let (sine, cosine) = down.to_radians().sin_cos();
        compared(&samplers[0], &samplers[1], &Vector3::new(0.0, sine, cosine), STEP)
    }

    #[test]
    fn a_lawn_is_a_tangle_pressed_flat_and_planks_are_not() {
        let mut dice = crate::stitch::dice::Dice(5);
        let grid: Vec<f64> = (0..400 * 400).map(|_| 160.0 * dice.unit()).collect();
        let lawn = |x: f64, z: f64| {
            let (u, v) = ((x / 0.1 + 200.0).clamp(0.0, 398.0), (z / 0.1).clamp(0.0, 398.0));
            let (c, r) = (u as usize, v as usize);
            let (fu, fv) = (u.fract(), v.fract());
            let row = |r: usize| grid[r * 400 + c] * (1.0 - fu) + grid[r * 400 + c + 1] * fu;
            40.0 + row(r) * (1.0 - fv) + row(r + 1) * fv
        };
        assert_eq!(seen_on_ground(lawn, [0.0, 0.0]), Some(Seen::Meets));
        assert_eq!(seen_on_ground(lawn, [5.0, 3.0]), Some(Seen::Tangled));
        let planks = |_: f64, z: f64| if (z / 0.4).fract() < 0.5 { 60.0 } else { 180.0 };
        assert_eq!(seen_on_ground(planks, [0.0, 2.0]), Some(Seen::Broken));
    }

    #[test]
    fn what_changes_slowly_is_blended_away() {
        // A shift of six pixels is a slope of values across all of a patch.
        let cloud = |shift: f64| {
            picture(move |x, _| 128.0 - 100.0 * ((x as f64 - 300.0 + shift) / 12.0).cos())
        };
        assert_eq!(seen([&cloud(-3.0), &cloud(3.0)], [0.0, 0.0]), Some(Seen::Meets));
    }
}
