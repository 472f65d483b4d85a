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
