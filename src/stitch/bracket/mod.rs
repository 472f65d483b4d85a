//! Exposure brackets: photos of one view at several exposures become one photo before anything is stitched.
//!
//! `recognise` finds them (by the pictures, sharpened by EXIF; `rhythm` those of blank walls), `align` lays hand-held exposures on each other, `fuse`
//! takes every place from the exposures that show it best, `ghosts` keeps what moved to one exposure.

pub mod align;
pub mod curve;
pub mod field;
pub mod fuse;
pub mod ghosts;
pub mod recognise;
pub mod rhythm;
pub mod threshold;

use field::Field;
use fuse::{Layer, fuse};
use recognise::{Group, recognise};

use super::error::StitchError;
use super::photo::Photo;
use crate::base::Cancel;

/// A file that became part of a fused photo.
#[derive(Clone, Debug)]
pub struct Member {
    /// Index of the file in the set as it was given.
    pub file: usize,
    /// Its name.
    pub name: String,
    /// How many stops more light it got than the reference.
    pub ev: f64,
    /// From the fused photo's pixels to its own; `None` for the reference.
    pub field: Option<Field>,
}

/// A photo that was fused of several files.
#[derive(Clone, Debug)]
pub struct Bracket {
    /// Index of the fused photo.
    pub photo: usize,
    /// Its files, the darkest first.
    pub members: Vec<Member>,
    /// Largest share of an exposure that was not used because something had moved, 0 to 1.
    pub moved: f64,
}

/// Fuses the brackets of a set. The photos come back in the order of their first files.
pub fn fuse_brackets(
    photos: Vec<Photo>,
    cancel: &Cancel,
) -> Result<(Vec<Photo>, Vec<Bracket>), StitchError> {
    let groups = recognise(&photos);
    if groups.is_empty() {
        return Ok((photos, Vec::new()));
    }
    let mut files: Vec<Option<Photo>> = photos.into_iter().map(Some).collect();
    let mut out = Vec::new();
    let mut brackets = Vec::new();
    for file in 0..files.len() {
        let group = groups.iter().find(|g| g.exposures.iter().any(|e| e.photo == file));
        match group {
            Some(group) if files[file].is_some() => {
                let (photo, mut bracket) = fused(group, &mut files, cancel)?;
                bracket.photo = out.len();
                brackets.push(bracket);
                out.push(photo);
            }
            _ => out.extend(files[file].take()),
        }
    }
    Ok((out, brackets))
}

/// Fuses one bracket; its photos are given up one by one.
fn fused(
    group: &Group,
    files: &mut [Option<Photo>],
    cancel: &Cancel,
) -> Result<(Photo, Bracket), StitchError> {
    let mut layers = Vec::with_capacity(group.exposures.len());
    let mut members = Vec::with_capacity(group.exposures.len());
    let mut kept = None;
    let mut reference = 0;
    for exposure in &group.exposures {
        let Some(mut photo) = files.get_mut(exposure.photo).and_then(Option::take) else {
            continue;
        };
        members.push(Member {
            file: exposure.photo,
            name: photo.name.clone(),
            ev: exposure.ev,
            field: exposure.field.clone(),
        });
        let picture = std::mem::replace(
            &mut photo.picture,
            crate::imaging::plane::Picture {
                planes: Vec::new(),
                model: crate::imaging::plane::ColourModel::Grey,
            },
        );
        if exposure.photo == group.reference {
            reference = layers.len();
            kept = Some(photo);
        }
        layers.push(Layer { picture, field: exposure.field.clone() });
    }
    let Some(photo) = kept else {
        return Err(StitchError::TooFewPhotos { count: members.len() });
    };
    let made = fuse(layers, reference, cancel)?;
    let bracket = Bracket { photo: 0, members, moved: made.moved };
    Ok((photo.with_picture(made.picture), bracket))
}

#[cfg(test)]
mod tests {
    use super::curve::exposed;
    use super::*;
    use crate::container::exif::ExifFacts;
    use crate::imaging::plane::{ColourModel, Picture, Plane};
    use crate::stitch::dice::Dice;
    use crate::stitch::grey::Grey;

    /// A window of a drawn wall, `left` and `top` pixels off, at an exposure.
    fn photo(name: &str, left: usize, top: usize, ev: f32) -> Photo {
        let (w, h) = (900, 460);
        let mut dice = Dice(11);
        let mut wall = Grey::filled(w, h, 0.45);
        for _ in 0..900 {
            let (x, y) = ((dice.unit() * 880.0) as usize, (dice.unit() * 440.0) as usize);
            let (dx, dy) =
                ((4.0 + dice.unit() * 26.0) as usize, (4.0 + dice.unit() * 26.0) as usize);
            let value = 0.15 + 0.6 * dice.unit() as f32;
            for v in y..(y + dy).min(h) {
                wall.data[v * w + x..v * w + (x + dx).min(w)].fill(value);
            }
        }
        let wall = wall.blurred(0.8);
        let mut noise = Dice(name.len() as u64 + 1000 * left as u64);
        let mut plane = Plane::filled(400, 300, 0);
        for y in 0..300 {
            for (x, value) in plane.row_mut(y).iter_mut().enumerate() {
                let v = exposed(wall.at(x + left, y + top), ev) * 255.0 + noise.normal() as f32;
                *value = v.round().clamp(0.0, 255.0) as u8;
            }
        }
        let picture = Picture { planes: vec![plane], model: ColourModel::Grey };
        Photo::of(name, picture, ExifFacts::default(), 1e9)
    }

    #[test]
    fn a_hand_held_bracket_is_found_and_fused() {
        let photos = vec![
            photo("other", 480, 20, 0.0),
            photo("middle", 40, 30, 0.0),
            photo("dark", 43, 28, -2.0),
            photo("bright", 36, 33, 1.5),
        ];
        let (fused, brackets) = fuse_brackets(photos, &Cancel::new()).unwrap();
        assert_eq!(fused.len(), 2);
        assert_eq!(brackets.len(), 1);
        let found: Vec<(&str, f64)> =
            brackets[0].members.iter().map(|m| (m.name.as_str(), m.ev)).collect();
        assert_eq!(found.iter().map(|f| f.0).collect::<Vec<_>>(), ["dark", "middle", "bright"]);
        assert_eq!(fused[brackets[0].photo].name, "middle");
        assert!((found[0].1 + 2.0).abs() < 0.15 && (found[2].1 - 1.5).abs() < 0.15, "{found:?}");
        let field = brackets[0].members[0].field.as_ref().unwrap();
        let to = field.moved([200.0, 150.0]);
        assert!((to[0] - 197.0).abs() < 0.2 && (to[1] - 152.0).abs() < 0.2, "{to:?}");
    }

    #[test]
    fn what_is_no_bracket_stays_as_it_is() {
        // The same view twice, and an ordinary neighbour at another exposure.
        let photos = vec![
            photo("one", 40, 30, 0.0),
            photo("twin", 41, 30, 0.05),
            photo("neighbour", 190, 40, -1.5),
            photo("far", 480, 20, 1.0),
        ];
        let (photos, brackets) = fuse_brackets(photos, &Cancel::new()).unwrap();
        assert!(brackets.is_empty() && photos.len() == 4);
    }
}
