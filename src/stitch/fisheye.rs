//! Whether the photos of a set were taken with a fisheye: it draws a circle on a dark ground, or what photos share agrees
//! on no ordinary lens.

use super::describe::Feature;
use super::dual::circle;
use super::focal::FocalSearch;
use super::grey::in_order;
use super::links::Circle;
use super::photo::Photo;
use crate::geometry::{Lens, Projection};

/// Share of the photos whose circle must be seen.
const SEEN: f64 = 0.6;
/// Part of the circle's radius that is shown, and within which features count: the rim is dark, and the same in all photos.
const SHOWN: f64 = 0.985;
const WITHIN: f64 = 0.96;
/// Fields of view of a circle, degrees.
const ACROSS: [f64; 6] = [160.0, 170.0, 180.0, 185.0, 195.0, 210.0];
/// The usual one.
const USUAL: f64 = 185.0;
/// Matches that must agree on a fisheye for each that agrees on an ordinary lens: of forty sets with ordinary lenses at most 0.7
/// did, of fisheyes 2.5 and more.
const BETTER: f64 = 1.25;

/// Circles outside of which the photos show nothing, pixels of the kept pictures; empty for ordinary photos.
pub fn circles(photos: &[Photo]) -> Vec<Circle> {
    let found = in_order(photos.len(), |i| circle(&photos[i]));
    let seen: Vec<(usize, Circle)> =
        found.iter().enumerate().filter_map(|(i, circle)| Some((i, (*circle)?))).collect();
    if (seen.len() as f64) < SEEN * photos.len() as f64 || seen.is_empty() {
        return Vec::new();
    }
    // Against a dark wall the rim cannot be seen: there it is where it is in the others.
    let mut shares: Vec<[f64; 3]> = seen
        .iter()
        .map(|(i, ([x, y], r))| {
            let (w, h) = (photos[*i].width() as f64, photos[*i].height() as f64);
            [x / w, y / h, r / w.max(h)]
        })
        .collect();
    let usual = [0, 1, 2].map(|k| {
        shares.sort_by(|a, b| a[k].total_cmp(&b[k]));
        shares[shares.len() / 2][k]
    });
    let circles = found.iter().zip(photos).map(|(circle, photo)| {
        let (w, h) = (photo.width() as f64, photo.height() as f64);
        let (centre, radius) =
            circle.unwrap_or(([usual[0] * w, usual[1] * h], usual[2] * w.max(h)));
        (centre, SHOWN * radius)
    });
    circles.collect()
}

/// Takes out the features of rims.
pub fn without_rims(features: &mut [Vec<Feature>], circles: &[Circle]) {
    for (features, (centre, radius)) in features.iter_mut().zip(circles) {
        features.retain(|feature| {
            let (x, y) = (f64::from(feature.point.x), f64::from(feature.point.y));
            (x - centre[0]).hypot(y - centre[1]) < radius * WITHIN / SHOWN
        });
    }
}

/// Focal lengths (share of the longer side) of fisheyes that draw such circles and see so many degrees across.
pub fn of_field(field: f64, photos: &[Photo], circles: &[Circle]) -> Vec<f64> {
    let longer = photos.iter().map(|photo| photo.width().max(photo.height()) as f64);
    circles.iter().zip(longer).map(|(circle, longer)| focal(field, circle) / longer).collect()
}

/// The same of the field of view on which most matches agree.
pub fn of_circles(search: &FocalSearch, photos: &[Photo], circles: &[Circle]) -> Option<Vec<f64>> {
    let guesses = ACROSS.map(|field| of_field(field, photos, circles));
    let support = |shares: &Vec<f64>| search.support(Projection::Equidistant, shares);
    let judged = guesses.into_iter().map(|shares| (support(&shares), shares));
    judged
        .filter(|(support, _)| *support > 0)
        .max_by_key(|(support, _)| *support)
        .map(|best| best.1)
}

/// About what the focal length of each lens is that draws such circles, pixels; `lens_of`: which lens each photo was taken
/// with. Empty without circles.
pub fn believed(circles: &[Circle], lens_of: &[usize]) -> Vec<f64> {
    let lenses = lens_of.iter().max().map_or(0, |most| most + 1);
    let circle = |lens| circles.get(lens_of.iter().position(|of| *of == lens)?);
    (0..lenses).filter_map(|lens| Some(focal(USUAL, circle(lens)?))).collect()
}

/// The lens with its axis in the middle of the circle that it draws.
pub fn amid(lens: Lens, circle: Option<&Circle>) -> Lens {
    Lens { centre: circle.map_or(lens.centre, |(centre, _)| *centre), ..lens }
}

/// Focal length of a fisheye that sees so many degrees across its circle, pixels.
fn focal(field: f64, (_, shown): &Circle) -> f64 {
    Lens::focal_for(Projection::Equidistant, field, 2.0 * shown / SHOWN)
}

/// Focal length (share of the longer side) of a fisheye without a circle, if clearly more matches agree on it than on the
/// ordinary lens (`other`: how many).
pub fn instead(search: &FocalSearch, hints: &[f64], other: Option<usize>) -> Option<f64> {
    let least = other.map_or(0.0, |agreeing| BETTER * agreeing as f64);
    let found = search.best(Projection::Equidistant, hints);
    found.filter(|(_, agreeing)| *agreeing as f64 > least).map(|(share, _)| share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_tells_where_the_axis_is_and_about_how_long_the_lens() {
        // 100 pixels from the middle of pictures of 1000 x 700; the second lens draws half as large.
        let circles = [([600.0, 350.0], SHOWN * 300.0), ([600.0, 350.0], SHOWN * 150.0)];
        let plain = Lens::centred(Projection::Equidistant, 200.0, 1000, 700);
        assert_eq!(amid(plain, Some(&circles[0])).centre, [600.0, 350.0]);
        assert_eq!(amid(plain, None), plain);
        let focals = believed(&circles, &[0, 1, 0]);
        assert!((focals[0] - 300.0 / (USUAL / 2.0).to_radians()).abs() < 1e-9);
        assert!((focals[0] / focals[1] - 2.0).abs() < 1e-9 && focals.len() == 2);
        assert!(believed(&[], &[0, 0]).is_empty());
    }
}
