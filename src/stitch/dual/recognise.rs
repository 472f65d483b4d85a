//! Whether pictures are those of fisheye lenses: two circles in one, one circle in each of two, or one alone.

use super::circles::{self, Rim};
use super::scale::reduced;
use super::split::Split;
use crate::imaging::plane::Plane;
use crate::stitch::grey::Grey;
use crate::stitch::links::{self, Circle};
use crate::stitch::photo::Photo;

/// Shorter side at which circles are sought, pixels.
const SIDE: f64 = 200.0;
/// Least share of the rim that must be seen for a picture to count as a fisheye's unasked.
const SUPPORT: f64 = 0.6;
/// The same of two circles that are the same in both halves: of each, and on average. Flare hides rims in the dark; what
/// is no circle is seen to a third at most, and not twice in the same place.
const TWINS: [f64; 2] = [0.35, 0.45];
/// Lightest ground around the circles of such a picture, 0 to 1: of any circles, and in flare of two that are the same in
/// both halves.
const GROUND: [f32; 2] = [0.12, 0.4];
/// Least share of the rims that must be seen of two circles of one size on a black ground, and what is black, 0 to 1.
const ON_BLACK: (f64, f32) = (0.45, 0.02);
/// How far the circles of both halves may differ to be the same, as a share of the radius: in place and in radius.
const SAME: [f64; 2] = [0.06, 0.02];
/// Least share of one lens's rim that must be seen where the other lens saw nothing but darkness.
const ALONE: f64 = 0.85;
/// Mean light of 0 to 1 below which a lens saw nothing.
const NIGHT: f32 = 0.03;

/// Whether a picture looks like two circles on a dark ground, side by side or one above the other.
pub fn looks_dual(photo: &Photo) -> bool {
    two_circles(&photo.picture.planes[0]).is_some()
}

/// The circles of two lenses in one picture and how sure each is, 0 to 1, if it looks like that of such a camera; in
/// pixels of the whole picture, the left or upper one first.
pub fn two_circles(luma: &Plane) -> Option<[(Circle, f64); 2]> {
    let split = Split::of_shape(luma.width(), luma.height())?;
    let factor = 0.5_f64.min(SIDE / split.size[0].min(split.size[1]) as f64);
    let grey = |side: usize| Some(reduced(&split.plane(luma, side)?, factor));
    let greys = [grey(0)?, grey(1)?];
    let [first, second] = two_rims([&greys[0], &greys[1]])?;
    let whole = |side: usize, rim: &Rim| {
        let back = split.size[0] as f64 / greys[side].width as f64;
        let (centre, radius) = links::scaled(rim.circle, back);
        let corner = split.corner(side);
        (([centre[0] + corner[0] as f64, centre[1] + corner[1] as f64], radius), rim.support)
    };
    Some([whole(0, &first), whole(1, &second)])
}

fn two_rims(greys: [&Grey; 2]) -> Option<[Rim; 2]> {
    match circles::find_both(greys) {
        [Some(a), Some(b)] if are_of_one_camera(&a, &b) => Some([a, b]),
        [Some(a), _] if is_beside_night(&a, greys[1]) => Some([a, Rim { support: 0.0, ..a }]),
        [_, Some(b)] if is_beside_night(&b, greys[0]) => Some([Rim { support: 0.0, ..b }, b]),
        _ => None,
    }
}

/// Whether both rims are plain, or alike enough without.
fn are_of_one_camera(a: &Rim, b: &Rim) -> bool {
    (is_clear(a) && is_clear(b)) || are_twins(a, b) || are_on_black(a, b)
}

/// Whether two rims are of one size on a ground that is black: a halo on one side, and dark things on the other, hide much of
/// them, and where they are is hardly known.
fn are_on_black(a: &Rim, b: &Rim) -> bool {
    let (support, black) = ON_BLACK;
    [a, b].iter().all(|rim| is_seen(rim, support, black)) && are_of_one_size(a, b)
}

/// Whether two rims are so alike that they are those of one camera, though flare lights the ground around them or darkness
/// hides a part.
fn are_twins(a: &Rim, b: &Rim) -> bool {
    let ((p, r), (q, _)) = (a.circle, b.circle);
    [a, b].iter().all(|rim| is_seen(rim, TWINS[0], GROUND[1]))
        && a.support + b.support > 2.0 * TWINS[1]
        && (p[0] - q[0]).hypot(p[1] - q[1]) < SAME[0] * r
        && are_of_one_size(a, b)
}

fn are_of_one_size(a: &Rim, b: &Rim) -> bool {
    (a.circle.1 / b.circle.1).ln().abs() < SAME[1]
}

/// Whether a rim is plain and the other lens, which `other` shows, saw nothing: one side of the camera lay in the dark.
fn is_beside_night(rim: &Rim, other: &Grey) -> bool {
    let light = other.data.iter().sum::<f32>() / other.data.len().max(1) as f32;
    is_seen(rim, ALONE, GROUND[0]) && light < NIGHT
}

/// Whether two photos look like the two lenses of one camera, a file each.
pub fn look_dual(photos: [&Photo; 2]) -> bool {
    let size = |photo: &Photo| (photo.width(), photo.height());
    if size(photos[0]) != size(photos[1]) {
        return false;
    }
    let factor = 0.5_f64.min(SIDE / photos[0].width().min(photos[0].height()) as f64);
    let [a, b] = photos.map(|photo| reduced(&photo.picture.planes[0], factor));
    match circles::find_both([&a, &b]) {
        [Some(a), Some(b)] => are_of_one_camera(&a, &b),
        _ => false,
    }
}

/// Whether a photo that does not look like two lenses looks like what one fisheye lens shows, the other one missing.
pub fn looks_single(photo: &Photo) -> bool {
    circles::find(&photo.grey).is_some_and(|rim| is_clear(&rim))
}

/// The circle that one fisheye lens draws on a photo, if it is plain, pixels of the kept picture.
pub fn circle(photo: &Photo) -> Option<Circle> {
    let grey = &photo.grey;
    // Beside a circle corners are dark: most photos need no closer look.
    let patch = (grey.width.min(grey.height) / 25).max(1);
    let dark = [(0, 0), (1, 0), (0, 1), (1, 1)].into_iter().filter(|(right, low)| {
        let (x, y) = (right * (grey.width - patch), low * (grey.height - patch));
        let sum: f32 = (0..patch * patch).map(|k| grey.at(x + k % patch, y + k / patch)).sum();
        sum < GROUND[0] * (patch * patch) as f32
    });
    if dark.count() < 3 {
        return None;
    }
    let rim = circles::find(grey).filter(is_clear)?;
    Some(links::scaled(rim.circle, 1.0 / photo.grey_factor))
}

fn is_clear(rim: &Rim) -> bool {
    is_seen(rim, SUPPORT, GROUND[0])
}

/// Whether more than a share of a rim is seen on a ground that is darker than `ground`.
fn is_seen(rim: &Rim, support: f64, ground: f32) -> bool {
    rim.support > support && rim.beyond < ground
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::exif::ExifFacts;
    use crate::imaging::plane::{ColourModel, Picture};
    use crate::stitch::dice::Dice;

    /// Two discs of stripes of so much light, side by side or one above the other, in flare of so much and noise.
    fn picture(light: [f64; 2], flare: f64, stacked: bool) -> Plane {
        let (w, h) = if stacked { (400, 800) } else { (800, 400) };
        let mut dice = Dice(9);
        let mut plane = Plane::filled(w, h, 0);
        for y in 0..h {
            for x in 0..w {
                let side = usize::from(if stacked { y >= 400 } else { x >= 400 });
                let (u, v) = ((x % 400) as f64 - 201.0, (y % 400) as f64 - 198.0);
                let d = u.hypot(v);
                let inside = (186.0 - d + 0.5).clamp(0.0, 1.0);
                // Dark things stand at one side.
                let dim = if u < -40.0 { 0.15 } else { 1.0 };
                let stripes = dim * (0.6 + 0.4 * (u * 0.06).sin() * (v * 0.05).cos());
                let halo = flare * (-12.0 * (d / 186.0 - 1.0).abs()).exp();
                let linear = light[side] * stripes * inside + halo;
                let value = 255.0 * linear.powf(1.0 / 2.2) + dice.normal();
                plane.row_mut(y)[x] = value.round().clamp(0.0, 255.0) as u8;
            }
        }
        plane
    }

    #[test]
    fn two_files_of_a_camera_are_seen_through_the_flare_around_their_circles() {
        let seen = |plane: &Plane| {
            let photos = [0, 400].map(|left| {
                let rows = (0..400).flat_map(|y| plane.row(y)[left..left + 400].to_vec());
                let plane = Plane::from_bytes(400, 400, 400, rows.collect()).unwrap();
                let picture = Picture { planes: vec![plane], model: ColourModel::Grey };
                Photo::of("lens", picture, ExifFacts::default(), 1e6)
            });
            look_dual([&photos[0], &photos[1]])
        };
        assert!(seen(&picture([0.5, 0.4], 0.0, false)));
        // Brighter than the ground around a circle may be that says it alone.
        let flare = picture([0.5, 0.4], 0.1, false);
        assert!(f32::from(flare.row(198)[392]) > 255.0 * GROUND[0]);
        assert!(seen(&flare));
        // Stripes without circles.
        let mut plane = Plane::filled(800, 400, 0);
        for y in 0..400 {
            for x in 0..800 {
                plane.row_mut(y)[x] = if (x / 60 + y / 80) % 2 == 0 { 60 } else { 150 };
            }
        }
        assert!(!seen(&plane));
    }

    fn is_found(plane: &Plane, stacked: bool) -> bool {
        two_circles(plane).is_some_and(|circles| {
            circles.iter().enumerate().all(|(side, ((centre, radius), _))| {
                let corner = if stacked { [0.0, 400.0] } else { [400.0, 0.0] };
                let wanted = [0, 1].map(|k| [201.0, 198.0][k] + side as f64 * corner[k]);
                (centre[0] - wanted[0]).hypot(centre[1] - wanted[1]) < 6.0
                    && (radius - 186.0).abs() < 6.0
            })
        })
    }

    #[test]
    fn two_circles_are_seen_in_the_light_and_in_the_dark_with_flare() {
        for stacked in [false, true] {
            assert!(is_found(&picture([0.5, 0.4], 0.0, stacked), stacked));
            assert!(is_found(&picture([0.12, 0.08], 0.03, stacked), stacked));
        }
    }

    #[test]
    fn one_side_in_the_dark_is_still_a_picture_of_two_lenses() {
        assert!(two_circles(&picture([0.4, 0.0], 0.0, false)).is_some());
    }

    #[test]
    fn on_black_rims_that_are_half_hidden_are_enough() {
        // As found in a dark office where a lamp lights one side of each lens's barrel.
        let rim = |x, y, radius, support| Rim { circle: ([x, y], radius), support, beyond: 0.0 };
        let [a, b] = [rim(105.1, 93.6, 94.3, 0.54), rim(95.9, 99.4, 94.6, 0.63)];
        assert!(are_of_one_camera(&a, &b));
        let on_grey = |rim: Rim| Rim { beyond: 0.05, ..rim };
        assert!(!are_of_one_camera(&on_grey(a), &on_grey(b)), "it may be anything");
        assert!(!are_of_one_camera(&rim(105.1, 93.6, 91.0, 0.54), &b), "of another size");
        assert!(!are_of_one_camera(&rim(105.1, 93.6, 94.3, 0.4), &b), "hardly seen");
    }

    #[test]
    fn bars_above_and_below_two_circles_do_not_hide_them() {
        let wide = picture([0.5, 0.4], 0.0, false);
        let mut plane = Plane::filled(800, 600, 2);
        (0..400).for_each(|y| plane.row_mut(y + 100).copy_from_slice(wide.row(y)));
        let [((first, _), _), ((second, _), _)] = two_circles(&plane).unwrap();
        assert!((first[0] - 201.0).hypot(first[1] - 298.0) < 6.0, "{first:?}");
        assert!((second[0] - 601.0).hypot(second[1] - 298.0) < 6.0, "{second:?}");
    }

    #[test]
    fn one_circle_in_the_middle_of_such_a_frame_is_one() {
        let half = picture([0.5, 0.4], 0.0, false);
        let mut plane = Plane::filled(560, 400, 2);
        (0..400).for_each(|y| plane.row_mut(y)[80..480].copy_from_slice(&half.row(y)[..400]));
        assert!(two_circles(&plane).is_none());
        let picture = Picture { planes: vec![plane], model: ColourModel::Grey };
        assert!(looks_single(&Photo::of("one", picture, ExifFacts::default(), 1e6)));
    }

    #[test]
    fn an_ordinary_picture_and_noise_are_none() {
        let mut plane = Plane::filled(800, 400, 0);
        let mut dice = Dice(3);
        for y in 0..400 {
            for x in 0..800 {
                let shelf = if (x / 90 + y / 130) % 2 == 0 { 60.0 } else { 150.0 };
                plane.row_mut(y)[x] = (shelf + 40.0 * dice.unit()) as u8;
            }
        }
        assert!(two_circles(&plane).is_none());
    }
}
