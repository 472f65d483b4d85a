//! Light and shade of one turn: a camera that measures anew for every photo shows a shady side as bright as a sunny one. In
//! one exposure, as photos must have to meet, the shade would be black and the sun burnt out. So the panorama follows the
//! camera part of the way: a gain that changes smoothly over the sphere, the same for all photos, makes dark sides brighter
//! and bright ones darker, and no seam is touched.
//!
//! Only where the camera is known to have measured: by the exposures that EXIF tells, or because photos are equally bright
//! though what they show is not. Exposures that somebody varied at one place tell nothing of the scene.

use nalgebra::Vector3;

use super::bracket::recognise::told_exposure;
use super::gain_field::GainField;
use super::grey::in_order;
use super::photo::Photo;
use super::photometry::{OFFSET, POWER, Tone};
use super::warp::View;

/// Exposures between the lightest and the darkest side, in EV, from which one exposure for all is too little.
const RANGE: f32 = 1.5;
/// Part of the camera's own corrections that is kept, of their logarithms.
const KEPT: f32 = 0.6;
/// Least correlation of gains with what EXIF tells.
const TOLD: f32 = 0.9;
/// Least correlation of gains with the light of what photos show, and least photos, where EXIF tells nothing.
const SEEN: (f32, usize) = (0.9, 8);
/// Width of a photo's say, as a share of its field of view.
const SAY: f64 = 0.45;

/// A gain for every direction.
pub struct Adaptation {
    /// Of each photo: where it looks, the width of its say in radians, natural logarithm of its gain of linear light.
    says: Vec<(Vector3<f64>, f64, f32)>,
}

impl Adaptation {
    /// How the panorama of these photos follows the camera; `None` where it measured once, or that is not known.
    pub fn of(photos: &[Photo], placed: &[usize], views: &[View], tones: &[Tone]) -> Option<Self> {
        let gains: Vec<f32> = placed.iter().map(|&i| tones[i].ev()).collect();
        let extremes = gains.iter().fold([f32::MAX, f32::MIN], |[l, h], g| [l.min(*g), h.max(*g)]);
        if extremes[1] - extremes[0] < RANGE {
            return None;
        }
        let told: Option<Vec<f32>> =
            placed.iter().map(|&i| told_exposure(&photos[i].exif).map(|ev| -ev as f32)).collect();
        let measured = if let Some(told) = told {
            correlation(&gains, &told) > TOLD
        } else {
            let light = in_order(placed.len(), |k| brightness(&photos[placed[k]]));
            let scene: Vec<f32> = light.iter().zip(&gains).map(|(l, g)| l + g).collect();
            placed.len() >= SEEN.1 && correlation(&gains, &scene) > SEEN.0
        };
        let say = |(&i, gain): (&usize, &f32)| {
            let view = &views[i];
            let longer = view.size.0.max(view.size.1) as f64;
            let field = 2.0 * (longer / 2.0 / view.lens.focal).atan();
            (view.rotation.column(2).into_owned(), SAY * field, gain * std::f32::consts::LN_2)
        };
        measured.then(|| Self { says: placed.iter().zip(&gains).map(say).collect() })
    }

    /// Natural logarithm of the gain of encoded values (of `v + 0.055`) in a direction.
    pub fn at(&self, direction: &Vector3<f64>) -> f32 {
        let (mut sum, mut weights) = (0.0, f64::MIN_POSITIVE);
        for (centre, width, gain) in &self.says {
            let weight = (-0.5 * (centre.angle(direction) / width).powi(2)).exp();
            sum += weight * f64::from(*gain);
            weights += weight;
        }
        -KEPT * (sum / weights) as f32 / POWER
    }

    /// Multiplies a photo's field by what it is here.
    pub fn applied(&self, field: Option<&GainField>, view: &View) -> GainField {
        GainField::changed(field, view, |direction| self.at(direction))
    }

    /// By how much at most, in EV.
    pub fn most(&self) -> f32 {
        let of = |(centre, _, _): &(Vector3<f64>, f64, f32)| self.at(centre).abs();
        self.says.iter().map(of).fold(0.0, f32::max) * POWER / std::f32::consts::LN_2
    }
}

/// Mean light of a photo, a power of two.
fn brightness(photo: &Photo) -> f32 {
    let light = |v: &f32| POWER * (v.clamp(0.0, 1.0) + OFFSET).log2();
    photo.grey.data.iter().map(light).sum::<f32>() / photo.grey.data.len().max(1) as f32
}

/// Pearson's coefficient; 0 where one of the two does not change.
fn correlation(a: &[f32], b: &[f32]) -> f32 {
    let mean = |v: &[f32]| v.iter().sum::<f32>() / v.len().max(1) as f32;
    let (p, q) = (mean(a), mean(b));
    let of = |f: fn(f32, f32) -> f32| a.iter().zip(b).map(|(a, b)| f(a - p, b - q)).sum::<f32>();
    let (both, first, second) = (of(|a, b| a * b), of(|a, _| a * a), of(|_, b| b * b));
    if first * second > 0.0 { both / (first * second).sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::seam_check::tests::view;
    use super::*;
    use crate::container::exif::ExifFacts;
    use crate::imaging::plane::{ColourModel, Picture, Plane};

    const PHOTOS: usize = 10;
    /// EV that the scene gets lighter from one side to the other.
    fn scene(i: usize) -> f32 {
        3.0 * (i as f32 / PHOTOS as f32 * std::f32::consts::TAU).cos()
    }

    /// A full turn of photos whose exposures were corrected by `gains` (EV), each as light as given.
    fn turn(
        gains: impl Fn(usize) -> f32,
        light: impl Fn(usize) -> f32,
        told: bool,
    ) -> Option<Adaptation> {
        let photos: Vec<Photo> = (0..PHOTOS)
            .map(|i| {
                let encoded = 0.3 * (light(i) / POWER).exp2();
                let exif = ExifFacts {
                    exposure_seconds: told.then(|| f64::from(-gains(i)).exp2() / 100.0),
                    iso: Some(100),
                    ..ExifFacts::default()
                };
                let plane = Plane::filled(8, 6, ((encoded - OFFSET) * 255.0).round() as u8);
                let picture = Picture { planes: vec![plane], model: ColourModel::Grey };
                Photo::of(&i.to_string(), picture, exif, 1e9)
            })
            .collect();
        let placed: Vec<usize> = (0..PHOTOS).collect();
        let views: Vec<View> = placed.iter().map(|i| view(36.0 * *i as f64)).collect();
        let tones: Vec<Tone> =
            placed.iter().map(|i| Tone { gain: [gains(*i).exp2(); 3], ..Tone::NONE }).collect();
        Adaptation::of(&photos, &placed, &views, &tones)
    }

    fn ahead(yaw: f64) -> Vector3<f64> {
        view(yaw).rotation.column(2).into_owned()
    }

    #[test]
    fn a_dark_side_gets_brighter_and_a_light_one_darker() {
        // What the camera exposed shortly because it is light has to be made lighter to fit the others.
        for told in [true, false] {
            let found = turn(scene, |_| 0.0, told).unwrap();
            let ev = |yaw: f64| found.at(&ahead(yaw)) * POWER / std::f32::consts::LN_2;
            assert!((-1.8..-1.0).contains(&ev(0.0)), "{}", ev(0.0));
            assert!((1.0..1.8).contains(&ev(180.0)), "{}", ev(180.0));
            assert!(ev(90.0).abs() < 0.2);
            assert!((1.0..1.8).contains(&found.most()));
        }
    }

    #[test]
    fn photos_that_meet_are_changed_alike() {
        let found = turn(scene, |_| 0.0, true).unwrap();
        let views = [view(36.0), view(72.0)];
        let fields = views.each_ref().map(|view| found.applied(None, view));
        for yaw in [48.0, 54.0, 60.0] {
            let [p, q] = [0, 1].map(|k: usize| {
                let pixel = views[k].look(&ahead(yaw)).unwrap();
                fields[k].at(pixel[0] as f32, pixel[1] as f32)[1]
            });
            assert!((p / q - 1.0).abs() < 0.004, "{p} {q}");
        }
    }

    #[test]
    fn exposures_that_somebody_varied_tell_nothing() {
        let varied = |i: usize| [1.5, -1.0, 0.2, -1.8, 0.9, 0.0, -0.6, 1.7, -1.2, 0.4][i];
        assert!(turn(varied, |i| -varied(i), false).is_none());
        assert!(turn(|i| 0.2 * scene(i), |_| 0.0, true).is_none(), "little is left as it is");
    }
}
