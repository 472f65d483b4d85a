//! Which file of a set became part of which photo: several files may have been fused into one.

use nalgebra::{Matrix3, Vector3};

use super::attitude::{Attitude, align};
use super::bracket::{Bracket, Member};
use super::layout::Layout;
use super::photo::Photo;
use super::report::{FusedBracket, FusedFile, LeftOut, Placed, Report};
use crate::geometry::Lens;

/// A file of the set.
#[derive(Clone, Debug)]
pub struct SetFile {
    /// Its name.
    pub name: String,
    /// The photo that shows it.
    pub photo: usize,
    /// Whether the photo stands where this file does; the other files of a bracket were laid on it.
    pub leads: bool,
    /// From the file's camera to the photo's: how the hand moved between exposures.
    pub turn: Matrix3<f64>,
}

/// Every photo is one file.
pub fn of_photos(photos: &[Photo]) -> Vec<SetFile> {
    let file = |(photo, p): (usize, &Photo)| SetFile {
        name: p.name.clone(),
        photo,
        leads: true,
        turn: Matrix3::identity(),
    };
    photos.iter().enumerate().map(file).collect()
}

/// The files of a set in the order in which they were given, `brackets` of which were fused.
pub fn of_brackets(photos: &[Photo], brackets: &[Bracket], layout: &Layout) -> Vec<SetFile> {
    let mut out: Vec<(usize, SetFile)> = Vec::new();
    let taken: std::collections::BTreeSet<usize> =
        brackets.iter().flat_map(|b| b.members.iter().map(|m| m.file)).collect();
    let count = photos.len() - brackets.len() + taken.len();
    let mut free = (0..count).filter(|file| !taken.contains(file));
    for (photo, own) in of_photos(photos).into_iter().enumerate() {
        match brackets.iter().find(|b| b.photo == photo) {
            Some(bracket) => out.extend(bracket.members.iter().map(|member| {
                let turn = turn(member, &layout.lenses[photo], &photos[photo]);
                let leads = member.field.is_none();
                (member.file, SetFile { name: member.name.clone(), photo, leads, turn })
            })),
            None => out.extend(free.next().map(|file| (file, own))),
        }
    }
    out.sort_by_key(|(file, _)| *file);
    out.into_iter().map(|(_, file)| file).collect()
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
    let photos = files.iter().map(|f| f.photo + 1).max().unwrap_or(0);
    let mut out = vec![0; photos];
    for (file, number) in files.iter().zip(1_u16..) {
        if file.leads {
            out[file.photo] = number;
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

/// Rewrites a report that speaks of photos into one that speaks of the files.
pub fn tell(report: &mut Report, files: &[SetFile], brackets: &[Bracket], photos: &[Photo]) {
    if brackets.is_empty() {
        return;
    }
    let of = |name: &str| brackets.iter().find(|b| photos[b.photo].name == name);
    report.brackets = fused(brackets, photos);
    let placed = std::mem::take(&mut report.placed);
    for own in placed {
        let Some(bracket) = of(&own.photo) else {
            report.placed.push(own);
            continue;
        };
        for member in &bracket.members {
            let turn = files
                .iter()
                .find(|f| f.photo == bracket.photo && f.name == member.name)
                .map_or_else(Matrix3::identity, |f| f.turn);
            report.placed.push(Placed {
                photo: member.name.clone(),
                attitude: Attitude::of(&(own.attitude.matrix() * turn)),
                exposure: own.exposure - member.ev as f32,
                ..own.clone()
            });
        }
    }
    let left_out = std::mem::take(&mut report.left_out);
    for own in left_out {
        match of(&own.photo) {
            Some(bracket) => report.left_out.extend(
                bracket.members.iter().map(|m| LeftOut { photo: m.name.clone(), ..own.clone() }),
            ),
            None => report.left_out.push(own),
        }
    }
}
