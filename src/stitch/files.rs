//! Which file of a set became part of which photo: several files may have been fused into one.

use nalgebra::{Matrix3, Vector3};

use super::attitude::{Attitude, align};
use super::bracket::{Bracket, Member};
use super::error::StitchError;
use super::layout::Layout;
use super::photo::Photo;
use super::pipeline::Stitched;
use super::report::{FusedBracket, FusedFile, LeftOut, Placed, Remark, Verdict};
use crate::geometry::Lens;

/// A file of the set.
#[derive(Clone, Debug)]
pub struct SetFile {
    /// Its name.
    pub name: String,
    /// The photo that shows it; `None` if it was set aside.
    pub photo: Option<usize>,
    /// Whether the photo stands where this file does; the other files of a bracket were laid on it.
    pub leads: bool,
    /// From the file's camera to the photo's: how the hand moved between exposures.
    pub turn: Matrix3<f64>,
}

impl SetFile {
    /// One that no photo shows.
    fn of_none(name: String) -> Self {
        Self { name, photo: None, leads: false, turn: Matrix3::identity() }
    }
}

/// A file of the set that cannot be read, and is left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Unreadable {
    /// Its place among the files, from 0.
    pub place: usize,
    /// Its name.
    pub name: String,
    /// What is wrong with it, and what to do.
    pub why: String,
}

/// What could be read of the files, with their places; the others join the `unreadable`.
///
/// # Errors
/// The first file that cannot be read where fewer than two others are left, and whatever has nothing to do with a file.
pub fn readable<T>(
    read: impl IntoIterator<Item = (usize, Result<T, StitchError>)>,
    unreadable: &mut Vec<Unreadable>,
) -> Result<Vec<(usize, T)>, StitchError> {
    let (mut kept, mut first) = (Vec::new(), None);
    for (place, result) in read {
        match result {
            Ok(found) => kept.push((place, found)),
            Err(StitchError::Photo { name, fault }) => {
                unreadable.push(Unreadable { place, name: name.clone(), why: fault.to_string() });
                first.get_or_insert(StitchError::Photo { name, fault });
            }
            Err(other) => return Err(other),
        }
    }
    match first {
        Some(error) if kept.len() < 2 => Err(error),
        _ => Ok(kept),
    }
}

/// Tells of the files that could not be read.
pub fn tell_unreadable(made: &mut Stitched, unreadable: &[Unreadable]) {
    let mut unreadable = unreadable.to_vec();
    unreadable.sort_by_key(|file| file.place);
    for Unreadable { place, name, why } in unreadable {
        made.files.insert(place.min(made.files.len()), SetFile::of_none(name.clone()));
        made.report.left_out.push(LeftOut {
            photo: name,
            reason: Remark::new("stitch-left-unreadable", format!("it cannot be read: {why}")),
            on_purpose: false,
        });
        made.report.verdict = Verdict::Partial;
    }
}

/// The photos that are not set aside.
pub fn without(photos: Vec<Photo>, set_aside: &[String]) -> Result<Vec<Photo>, StitchError> {
    if let Some(name) = set_aside.iter().find(|name| photos.iter().all(|p| p.name != **name)) {
        let detail = format!("'{name}' is set aside, and there is no such photo in the set");
        return Err(StitchError::Setting { detail });
    }
    Ok(photos.into_iter().filter(|photo| !set_aside.contains(&photo.name)).collect())
}

/// Every photo is one file.
pub fn of_photos(photos: &[Photo]) -> Vec<SetFile> {
    let file = |(photo, p): (usize, &Photo)| SetFile {
        name: p.name.clone(),
        photo: Some(photo),
        leads: true,
        turn: Matrix3::identity(),
    };
    photos.iter().enumerate().map(file).collect()
}

/// The files of a set in the order of `names`; some were fused, some set aside.
pub fn of_set(
    names: &[String],
    photos: &[Photo],
    brackets: &[Bracket],
    layout: &Layout,
) -> Vec<SetFile> {
    let mut known: Vec<SetFile> = Vec::new();
    for (photo, own) in of_photos(photos).into_iter().enumerate() {
        match brackets.iter().find(|b| b.photo == photo) {
            Some(bracket) => known.extend(bracket.members.iter().map(|member| SetFile {
                name: member.name.clone(),
                photo: Some(photo),
                leads: member.field.is_none(),
                turn: turn(member, &layout.lenses[photo], &photos[photo]),
            })),
            None => known.push(own),
        }
    }
    names
        .iter()
        .map(|name| match known.iter().position(|file| file.name == *name) {
            // Taken out, so that two files of one name stay two.
            Some(at) => known.remove(at),
            None => SetFile::of_none(name.clone()),
        })
        .collect()
}

/// The turn that the member's field of shifts is, seen through the lens.
fn turn(member: &Member, lens: &Lens, photo: &Photo) -> Matrix3<f64> {
    let Some(field) = &member.field else { return Matrix3::identity() };
    let (w, h) = (photo.width() as f64 - 1.0, photo.height() as f64 - 1.0);
    let rays: Vec<(Vector3<f64>, Vector3<f64>, f64)> = (1..8)
        .flat_map(|y| (1..8).map(move |x| [w * f64::from(x) / 8.0, h * f64::from(y) / 8.0]))
        .filter_map(|at| Some((lens.unproject(field.moved(at))?, lens.unproject(at)?, 1.0)))
        .collect();
    align(&rays).unwrap_or_else(Matrix3::identity)
}

/// Numbers of the files (from 1) that stand for the photos, for the map of where pixels come from.
pub fn numbers(files: &[SetFile]) -> Vec<u16> {
    let photos = files.iter().filter_map(|f| Some(f.photo? + 1)).max().unwrap_or(0);
    let mut out = vec![0; photos];
    for (file, number) in files.iter().zip(1_u16..) {
        if let Some(photo) = file.photo.filter(|_| file.leads) {
            out[photo] = number;
        }
    }
    out
}

/// What the report says of the brackets.
pub fn fused(brackets: &[Bracket], photos: &[Photo]) -> Vec<FusedBracket> {
    let file = |m: &Member| FusedFile { photo: m.name.clone(), ev: (m.ev * 100.0).round() / 100.0 };
    brackets
        .iter()
        .map(|b| FusedBracket {
            photo: photos[b.photo].name.clone(),
            files: b.members.iter().map(file).collect(),
            moved: b.moved,
        })
        .collect()
}

/// Makes a report that speaks of photos speak of the files.
pub fn tell(made: &mut Stitched, brackets: &[Bracket], photos: &[Photo]) {
    let (report, files) = (&mut made.report, &made.files);
    report.brackets = fused(brackets, photos);
    let of = |name: &str| brackets.iter().find(|b| photos[b.photo].name == name);
    for own in std::mem::take(&mut report.placed) {
        let Some(bracket) = of(&own.photo) else {
            report.placed.push(own);
            continue;
        };
        for member in &bracket.members {
            let turn = files
                .iter()
                .find(|f| f.photo == Some(bracket.photo) && f.name == member.name)
                .map_or_else(Matrix3::identity, |f| f.turn);
            report.placed.push(Placed {
                photo: member.name.clone(),
                attitude: Attitude::of(&(own.attitude.matrix() * turn)),
                exposure: own.exposure - member.ev as f32,
                ..own.clone()
            });
        }
    }
    for own in std::mem::take(&mut report.left_out) {
        match of(&own.photo) {
            Some(bracket) => report.left_out.extend(
                bracket.members.iter().map(|m| LeftOut { photo: m.name.clone(), ..own.clone() }),
            ),
            None => report.left_out.push(own),
        }
    }
    report.left_out.extend(files.iter().filter(|f| f.photo.is_none()).map(|file| LeftOut {
        photo: file.name.clone(),
        reason: Remark::new("stitch-left-set-aside", "it was set aside on purpose"),
        on_purpose: true,
    }));
}
