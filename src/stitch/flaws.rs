//! Photos in which nothing can be found again: blank surfaces, and blur. It tells what to take again.
//!
//! A blurred photo loses little by being blurred once more (Crete et al., "The blur effect: perception and estimation with
//! a new no-reference perceptual blur metric", 2007).

use super::error::StitchError;
use super::grey::{Grey, in_order};
use super::photo::Photo;
use super::remarks::some_of;

/// Fewer features than this are found on blank surfaces.
const FEW: usize = 40;
/// Columns up to which a photo is reduced so that noise, which has features of its own, no longer counts.
const COLUMNS: usize = 80;
/// Differences of neighbours there (95 %, of 1) that shade alone makes.
const SHADE: f32 = 0.012;
/// Standard deviations of the two blurs, pixels of the working size: the first takes noise away.
const BLURS: [f32; 2] = [1.2, 2.4];
/// A photo is blurred of whose gradients the second blur takes no more than this; photos by many cameras have 0.3 to 0.55,
/// a clear sky 0.23, what was blurred by 3 pixels 0.17.
const BLURRED: f64 = 0.2;

/// Whether a photo with so many features shows hardly anything but a blank surface.
pub fn is_blank(photo: &Photo, features: usize) -> bool {
    features < FEW || is_flat(photo)
}

/// Whether a photo shows shade alone.
fn is_flat(photo: &Photo) -> bool {
    let mut small = photo.grey.halved();
    while small.width > COLUMNS {
        small = small.halved();
    }
    let steps = (1..small.height).flat_map(|y| {
        let (above, row) = (small.row(y - 1), small.row(y));
        (1..small.width).map(move |x| (row[x] - row[x - 1]).abs().max((row[x] - above[x]).abs()))
    });
    let mut steps: Vec<f32> = steps.collect();
    steps.sort_by(f32::total_cmp);
    steps.get(steps.len() * 95 / 100).is_none_or(|step| *step < SHADE)
}

/// Which photos are blurred, in one direction at least; blank surfaces are not.
pub fn blurred(photos: &[Photo]) -> Vec<bool> {
    in_order(photos.len(), |i| lost_by_blur(&photos[i].grey) < BLURRED && !is_flat(&photos[i]))
}

/// The share of its gradients that a picture loses by being blurred, 0 to 1: across or down, whichever is less.
fn lost_by_blur(grey: &Grey) -> f64 {
    let once = grey.blurred(BLURS[0]);
    let twice = once.blurred(BLURS[1]);
    let energy = |grey: &Grey| {
        let mut sums = [1e-9_f64; 2];
        for y in 1..grey.height {
            let (above, row) = (grey.row(y - 1), grey.row(y));
            for x in 1..grey.width {
                sums[0] += f64::from((row[x] - row[x - 1]).powi(2));
                sums[1] += f64::from((row[x] - above[x]).powi(2));
            }
        }
        sums
    };
    let (before, after) = (energy(&once), energy(&twice));
    [0, 1].map(|axis| 1.0 - (after[axis] / before[axis]).sqrt()).into_iter().fold(1.0, f64::min)
}

/// Why no two of the photos fit together: most are blank, a third is blurred, or they were taken from different spots.
/// `features`: how many each has.
pub fn nothing_overlaps(photos: &[Photo], features: &[usize]) -> StitchError {
    let count = photos.len();
    let blurred = blurred(photos);
    let names: Vec<String> =
        photos.iter().zip(&blurred).filter(|(_, is)| **is).map(|(p, _)| p.name.clone()).collect();
    if names.len() * 3 >= count {
        return StitchError::Blurred { count, blurred: names.len(), names: some_of(&names) };
    }
    let blank = photos.iter().zip(features).filter(|(photo, own)| is_blank(photo, **own)).count();
    if blank * 2 > count {
        return StitchError::Blank { count, blank };
    }
    let reason = "what they show does not fit together from one standpoint".to_owned();
    StitchError::NothingOverlaps { count, reason }
}

#[cfg(test)]
mod tests {
    use super::super::dice::Dice;
    use super::*;
    use crate::container::exif::ExifFacts;
    use crate::imaging::plane::{ColourModel, Picture, Plane};

    /// A photo whose pixels are what `light` says, with noise.
    fn photo(name: &str, light: impl Fn(f64, f64) -> f64) -> Photo {
        let mut dice = Dice(7);
        let mut plane = Plane::filled(320, 240, 0);
        for y in 0..240 {
            for (x, value) in plane.row_mut(y).iter_mut().enumerate() {
                *value = (light(x as f64, y as f64) + 3.0 * dice.normal()) as u8;
            }
        }
        let picture = Picture { planes: vec![plane], model: ColourModel::Grey };
        Photo::of(name, picture, ExifFacts::default(), 1e6)
    }

    fn wall(name: &str) -> Photo {
        photo(name, |x, y| 200.0 + 0.05 * x - 0.03 * y)
    }

    /// Tiles with edges so many pixels wide.
    fn tiles(name: &str, soft: f64) -> Photo {
        let edge = move |v: f64| ((v / 20.0).sin() * 20.0 / soft).tanh();
        photo(name, move |x, y| 120.0 + 80.0 * edge(x) * edge(y))
    }

    #[test]
    fn walls_are_blank_though_noise_has_features() {
        assert!(is_blank(&wall("a"), 500));
        assert!(is_blank(&tiles("a", 1.0), 12));
        assert!(!is_blank(&tiles("a", 1.0), 500));
    }

    #[test]
    fn what_keeps_photos_from_fitting_is_told() {
        let walls: Vec<Photo> = ["a", "b", "c"].map(wall).into();
        let told = nothing_overlaps(&walls, &[300; 3]);
        assert!(matches!(told, StitchError::Blank { count: 3, blank: 3 }), "{told}");
        let half = [("a", 1.0), ("b", 15.0), ("c", 1.0), ("d", 15.0)];
        let half: Vec<Photo> = half.map(|(name, soft)| tiles(name, soft)).into();
        let StitchError::Blurred { count: 4, blurred: 2, names } =
            nothing_overlaps(&half, &[300; 4])
        else {
            panic!("{:?}", half.iter().map(|photo| lost_by_blur(&photo.grey)).collect::<Vec<_>>());
        };
        assert_eq!(names, "b, d");
        let sharp: Vec<Photo> = ["a", "b"].map(|name| tiles(name, 1.0)).into();
        let told = nothing_overlaps(&sharp, &[300; 2]);
        assert!(matches!(told, StitchError::NothingOverlaps { count: 2, .. }), "{told}");
    }
}
