//! How much darker two lenses are towards their rims.
//!
//! Both see their common belt near the rim, equally dark: it tells nothing of a falloff that ends there, which is left as a dark
//! band along the joint. But what a picture shows grows lighter outwards about as often as darker, mostly by little, and a
//! falloff darkens everywhere (Zheng, Yu, Kang, Lin and Kambhamettu, "Single-image vignetting correction using radial
//! gradient symmetry", CVPR 2008). So the changes from step to step outwards are fitted, edges counting little. A sky that is
//! lighter at the horizon looks the same, though not on all sides: each sector is asked for itself, and no more is
//! believed than most of them tell.

use crate::stitch::grey::{Grey, in_order};
use crate::stitch::links::Circle;
use crate::stitch::photo::Photo;
use crate::stitch::photometry::{self, Known, TELLING};
use crate::stitch::warp::View;

/// Sectors of each picture, and rays of each.
const SECTORS: usize = 8;
const RAYS: usize = 60;
/// Steps outwards, and the shares of the circle's radius between which they are.
const STEPS: usize = 38;
const RANGE: [f64; 2] = [0.2, 0.96];
/// Radius of the circles in the pictures that are looked at, pixels.
const RADIUS: f64 = 120.0;
/// Least share of a sector's steps that must be neither black nor burnt out.
const SEEN: f64 = 0.4;
/// Changes beyond this, natural logarithms, count less: first, and then.
const SOFT: [f64; 2] = [0.1, 0.03];
/// This share of the sectors has to tell at least the darkness that is believed.
const AGREEING: f64 = 0.7;
/// Less darkness at the rim than this may be the scene's, and more is not undone; natural logarithms. Thirteen pictures and
/// cameras without a falloff seemed to have 0.11 at most, of eleven with one all had 0.45 and more but one, which seemed to
/// have none.
const DARKNESS: [f64; 2] = [0.3, 1.2];
/// How many common places a step counts as.
const WEIGHT: f64 = 40.0;

/// What is known of the falloff of both lenses, which are of one make; nothing where it is not plain.
pub fn known(photos: &[Photo], views: &[View], circles: &[Circle]) -> Vec<Known> {
    let (Some(view), Some((_, radius))) = (views.first(), circles.first()) else {
        return Vec::new();
    };
    let changes =
        in_order(photos.len(), |side| changes(&photos[side], &views[side], circles[side]));
    let changes: Vec<Vec<Change>> = changes.into_iter().flatten().collect();
    let Some(darkness) = falloff(&changes) else { return Vec::new() };
    let corner = (view.size.0 as f64).hypot(view.size.1 as f64) / 2.0;
    (1..=STEPS)
        .map(|step| {
            let [of_circle, of_corner] = [1.0, radius / corner].map(|v| (share(step) * v).powi(2));
            let value = darkness * of_circle * of_circle;
            Known { lens: 0, slopes: [of_corner, of_corner * of_corner], value, weight: WEIGHT }
        })
        .collect()
}

/// A step outwards: by how much the fourth power of the share of the radius grows, and the logarithm of the light.
type Change = (f64, f64);

/// The falloff at the rim, `ln V = falloff · r⁴`, negative: more bends than fisheyes' falloffs have are the scene's.
fn falloff(sectors: &[Vec<Change>]) -> Option<f64> {
    let mut each: Vec<f64> = sectors
        .iter()
        .filter(|changes| changes.len() as f64 > SEEN * (STEPS * RAYS) as f64)
        .map(|changes| fitted(changes))
        .collect();
    if each.len() < SECTORS {
        return None;
    }
    each.sort_by(f64::total_cmp);
    let most = each[(each.len() as f64 * AGREEING) as usize];
    let darkness = fitted(&sectors.concat()).max(most).max(-DARKNESS[1]);
    (darkness < -DARKNESS[0]).then_some(darkness)
}

/// Robust least squares by weights that ebb.
fn fitted(changes: &[Change]) -> f64 {
    let mut falloff = 0.0;
    for soft in SOFT {
        for _ in 0..12 {
            let (mut along, mut all) = (0.0, 1e-9);
            for (growth, change) in changes {
                let weight = 1.0 / (1.0 + ((growth * falloff - change) / soft).powi(2));
                along += weight * growth * change;
                all += weight * growth * growth;
            }
            falloff = along / all;
        }
    }
    falloff
}

/// Share of the radius of a step.
fn share(step: usize) -> f64 {
    RANGE[0] + (RANGE[1] - RANGE[0]) * step as f64 / STEPS as f64
}

/// By how much the fourth power of the share of the radius grows in the step that ends there.
fn growth(step: usize) -> f64 {
    share(step).powi(4) - share(step - 1).powi(4)
}

/// The changes of each sector of a picture.
fn changes(photo: &Photo, view: &View, (_, radius): Circle) -> Vec<Vec<Change>> {
    let plane = &photo.picture.planes[0];
    let pixels = (plane.width() * plane.height()) as f64 * (RADIUS / radius).min(1.0).powi(2);
    let grey = Grey::reduced(plane, pixels).0;
    let scale = grey.width as f64 / plane.width() as f64;
    let centre = view.lens.centre;
    let light = |share: f64, around: f64| {
        let (sin, cos) = around.sin_cos();
        let far = share * radius;
        let [x, y] =
            [centre[0] + far * cos, centre[1] + far * sin].map(|v| (v + 0.5) * scale - 0.5);
        let value = grey.sample(x as f32, y as f32)?;
        TELLING.contains(&value).then(|| f64::from(photometry::light(value)))
    };
    (0..SECTORS)
        .map(|sector| {
            let mut out = Vec::new();
            for ray in 0..RAYS {
                let turn = (sector * RAYS + ray) as f64 / (SECTORS * RAYS) as f64;
                let mut before = None;
                for step in 0..=STEPS {
                    let here = light(share(step), turn * std::f64::consts::TAU);
                    if let (Some(before), Some(here)) = (before, here) {
                        out.push((growth(step), here - before));
                    }
                    before = here;
                }
            }
            out
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stitch::dice::Dice;

    /// Sectors of a scene of edges and noise with such a falloff; `sloping` of them grow darker outwards by themselves.
    fn sectors(falloff: f64, sloping: usize) -> Vec<Vec<Change>> {
        let mut dice = Dice(7);
        (0..2 * SECTORS)
            .map(|sector| {
                (0..RAYS * STEPS)
                    .map(|k| {
                        let step = 1 + k % STEPS;
                        let squares = share(step).powi(2) - share(step - 1).powi(2);
                        let own = if sector < sloping { -1.5 * squares } else { 0.0 };
                        let edge = if dice.unit() < 0.15 { dice.normal() * 0.8 } else { 0.0 };
                        let scene = own + edge + 0.01 * dice.normal();
                        (growth(step), growth(step) * falloff + scene)
                    })
                    .collect()
            })
            .collect()
    }

    #[test]
    fn a_falloff_is_told_between_edges() {
        let darkness = falloff(&sectors(-0.7, 0)).unwrap();
        assert!((darkness + 0.7).abs() < 0.05, "{darkness}");
        assert_eq!(falloff(&sectors(0.0, 0)), None);
    }

    #[test]
    fn a_sky_that_is_darker_above_is_none() {
        // In a quarter of the sectors, and in more than half.
        assert_eq!(falloff(&sectors(0.0, 4)), None);
        assert_eq!(falloff(&sectors(0.0, 9)), None);
        let darkness = falloff(&sectors(-0.7, 4)).unwrap();
        assert!((darkness + 0.7).abs() < 0.1, "{darkness}");
    }
}
