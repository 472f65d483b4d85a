//! What the lenses may be like before any pose is known.

use super::fisheye::{self, amid};
use super::focal::FocalSearch;
use super::lens_choice::LensChoice;
use super::links::Circle;
use super::photo::Photo;
use crate::geometry::{Lens, Projection};

/// Focal lengths that differ by no more, as a share, are the same.
const ALIKE: f64 = 0.05;

/// Most focal lengths that are stated and tried.
const MOST_HINTS: usize = 4;
/// So many times as many matches must agree on several focal lengths as on one, where nobody says that there are several.
const CLEARLY: f64 = 1.2;

/// A guess of the lenses.
pub struct Guess {
    /// The same of all.
    pub projection: Projection,
    /// The focal length of each photo as a share of its longer side.
    pub shares: Vec<f64>,
}

impl Guess {
    /// A lens for each of the groups of `lens_of`, its focal length multiplied by `factor`.
    pub fn lenses(
        &self,
        photos: &[Photo],
        circles: &[Circle],
        lens_of: &[usize],
        factor: f64,
    ) -> Vec<Lens> {
        let groups = lens_of.iter().max().map_or(0, |most| most + 1);
        let first = (0..groups).filter_map(|group| lens_of.iter().position(|g| *g == group));
        let lens = |photo: usize| {
            let (w, h) = (photos[photo].width(), photos[photo].height());
            let focal = factor * self.shares[photo] * w.max(h) as f64;
            amid(Lens::centred(self.projection, focal, w, h), circles.get(photo))
        };
        first.map(lens).collect()
    }
}

/// Photos taken with the same lens, as far as they say: same size, same camera, same focal length.
pub fn lens_groups(photos: &[Photo]) -> Vec<usize> {
    let key = |photo: &Photo| {
        let exif = &photo.exif;
        let rounded = |number: Option<f64>| number.map(|number| (number * 10.0).round() as u64);
        // What is zoomed by computing has the same focal length otherwise.
        let zoomed = (exif.focal_length_35mm, rounded(exif.digital_zoom));
        let lens = (exif.model.clone(), rounded(exif.focal_length_mm), zoomed);
        (photo.width(), photo.height(), lens)
    };
    let mut keys = Vec::new();
    let number = |photo| {
        let key = key(photo);
        keys.iter().position(|k| *k == key).unwrap_or_else(|| {
            keys.push(key);
            keys.len() - 1
        })
    };
    photos.iter().map(number).collect()
}

/// The lens of each group, of the lenses of all photos.
pub fn lenses_of_groups(lenses: &[Lens], lens_of: &[usize]) -> Vec<Lens> {
    let groups = lens_of.iter().max().map_or(0, |most| most + 1);
    (0..groups).map(|group| lenses[lens_of.iter().position(|g| *g == group).unwrap_or(0)]).collect()
}

/// The focal length of each photo as photos of the same lens tell it among themselves; `None` where there is but one lens.
fn measured(photos: &[Photo], search: &FocalSearch) -> Option<Vec<Option<f64>>> {
    let lens_of = lens_groups(photos);
    let most = lens_of.iter().max().filter(|most| **most > 0)?;
    let shares: Vec<Option<f64>> = (0..=*most)
        .map(|group| search.estimate(|pair| [pair.a, pair.b].iter().all(|&i| lens_of[i] == group)))
        .collect();
    Some(lens_of.iter().map(|&group| shares[group]).collect())
}

/// What the lenses may be like, the likeliest first.
pub fn guesses(
    photos: &[Photo],
    search: &FocalSearch,
    circles: &[Circle],
    choice: LensChoice,
) -> Vec<Guess> {
    let projection = choice.projection.unwrap_or(Projection::Rectilinear);
    let longer = |photo: &Photo| photo.width().max(photo.height()) as f64;
    let all = |projection, share| Guess { projection, shares: vec![share; photos.len()] };
    if let Some(field) = choice.hfov.filter(|_| !circles.is_empty()) {
        let shares = fisheye::of_field(field, photos, circles);
        return vec![Guess { projection: Projection::Equidistant, shares }];
    }
    if let Some(hfov) = choice.hfov {
        let photo = &photos[0];
        let focal = Lens::focal_for(projection, hfov, photo.width() as f64);
        return vec![all(projection, focal / longer(photo))];
    }
    let fish = |share| all(Projection::Equidistant, share);
    if !circles.is_empty() {
        let shares = fisheye::of_circles(search, photos, circles);
        let guess = |shares| Guess { projection: Projection::Equidistant, shares };
        return shares.map(guess).into_iter().collect();
    }
    let by = |hint: fn(&Photo) -> Option<f64>| -> Vec<Option<f64>> {
        photos.iter().map(|photo| Some(hint(photo)? / longer(photo))).collect()
    };
    let stated = [by(Photo::focal_hint), by(Photo::zoomed_hint)];
    let different = |hints: &mut dyn Iterator<Item = f64>| {
        let mut hints: Vec<f64> = hints.collect();
        hints.sort_by(f64::total_cmp);
        hints.dedup_by(|a, b| (*a / *b - 1.0).abs() < ALIKE);
        hints
    };
    let mut hints = different(&mut stated.iter().flatten().flatten().copied());
    hints.truncate(MOST_HINTS);
    let mut ordinary =
        search.best(projection, &hints).map(|(share, agreeing)| (all(projection, share), agreeing));
    if projection == Projection::Rectilinear {
        let one = ordinary.as_ref().map(|(guess, _)| guess.shares[0]);
        // Several lenses: what each camera says, if it is not worse than one for all; what pictures tell, if it is better.
        let several = |own: &Vec<_>| different(&mut own.iter().flatten().copied()).len() > 1;
        let told = stated.into_iter().filter(several).map(|own| (own, 1.0));
        let by_pictures = measured(photos, search).map(|own| (own, CLEARLY));
        for (own, times) in told.chain(by_pictures) {
            let Some(usual) = one.or(own.iter().flatten().next().copied()) else { continue };
            let shares: Vec<f64> = own.iter().map(|own| own.unwrap_or(usual)).collect();
            let agreeing = search.support(projection, &shares);
            let before = ordinary.as_ref().map_or(0, |(_, agreeing)| *agreeing);
            if agreeing > 0 && agreeing as f64 >= times * before as f64 {
                ordinary = Some((Guess { projection, shares }, agreeing));
            }
        }
    }
    let instead = match choice.projection {
        None => fisheye::instead(search, &hints, ordinary.as_ref().map(|found| found.1)),
        Some(_) => None,
    };
    instead.map(fish).into_iter().chain(ordinary.map(|(guess, _)| guess)).collect()
}
