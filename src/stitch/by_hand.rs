//! What a person says of a set: control points between photos, edges that stand upright, photos set aside.
//!
//! Two control points of a pair tell how its photos are turned to each other: such a pair is believed whatever the
//! pictures say, so that a pair without anything to find again is placed.

use nalgebra::{Matrix2, Matrix3, Vector3};

use super::attitude::{Attitude, align};
use super::bracket::Bracket;
use super::bundle::Link;
use super::describe::{Feature, LENGTH};
use super::detect::Point;
use super::error::StitchError;
use super::graph::{Edge, Rays};
use super::layout::Layout;
use super::level::Level;
use super::matching::Match;
use super::photo::Photo;

/// One thing that two photos show. Pixels of the upright originals; the middle of the first pixel is 0, 0.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlPoint {
    /// File name of one photo.
    pub a: String,
    /// Column and row there.
    pub at: [f64; 2],
    /// File name of another.
    pub b: String,
    /// Column and row there.
    pub seen: [f64; 2],
}

/// Where the horizon is.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Horizon {
    /// The panorama as levelled by itself is turned by so many degrees: the middle up, then clockwise.
    Turned {
        /// Degrees by which the middle is raised.
        #[serde(default)]
        pitch: f64,
        /// Degrees by which the picture is turned clockwise.
        #[serde(default)]
        roll: f64,
    },
    /// These edges stand upright.
    Verticals(Vec<Vertical>),
}

/// An upright edge in one photo. Pixels of the upright original.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vertical {
    /// File name of the photo.
    pub photo: String,
    /// Column and row of one end.
    pub from: [f64; 2],
    /// Column and row of the other.
    pub to: [f64; 2],
}

/// Standard deviation of a point that a person set, pixels of the original.
const HAND: f64 = 1.5;

/// A control point in pixels of the kept pictures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tie {
    /// Index of one photo.
    pub a: usize,
    /// Column and row there.
    pub at: [f64; 2],
    /// Index of the other, larger than `a`.
    pub b: usize,
    /// Column and row there.
    pub seen: [f64; 2],
    /// Pixels of the kept picture of `b` through pixels of its original.
    factor: f64,
}

impl Tie {
    /// The link for bundle adjustment.
    pub fn link(&self) -> Link {
        let sigma = (HAND * self.factor).max(0.5);
        Link {
            from: self.a,
            to: self.b,
            at: self.at,
            seen: self.seen,
            whitening: Matrix2::identity() / sigma,
        }
    }
}

/// The photo that shows a file, and a pixel of the file's original in the photo's kept picture.
fn find(
    name: &str,
    at: [f64; 2],
    photos: &[Photo],
    brackets: &[Bracket],
) -> Result<(usize, [f64; 2]), StitchError> {
    let wrong = |detail: String| StitchError::Setting { detail };
    let member = brackets
        .iter()
        .find_map(|b| Some((b.photo, b.members.iter().find(|m| m.name == name)?.field.as_ref())));
    let own = photos.iter().position(|p| p.name == name).map(|photo| (photo, None));
    let (photo, field) =
        member.or(own).ok_or_else(|| wrong(format!("there is no photo '{name}' in the set")))?;
    let size = photos[photo].original;
    if !(0.0..size.0 as f64).contains(&at[0]) || !(0.0..size.1 as f64).contains(&at[1]) {
        return Err(wrong(format!(
            "column {}, row {} are outside of '{name}', which has {} × {} pixels",
            at[0], at[1], size.0, size.1
        )));
    }
    let kept = at.map(|v| (v + 0.5) * photos[photo].factor - 0.5);
    Ok(match field {
        // Shifts change slowly: what the field does here it does there.
        Some(field) => {
            let to = field.moved(kept);
            (photo, [2.0 * kept[0] - to[0], 2.0 * kept[1] - to[1]])
        }
        None => (photo, kept),
    })
}

/// The control points as the layout needs them.
pub fn ties(
    points: &[ControlPoint],
    photos: &[Photo],
    brackets: &[Bracket],
) -> Result<Vec<Tie>, StitchError> {
    let mut out = Vec::with_capacity(points.len());
    for point in points {
        let (a, at) = find(&point.a, point.at, photos, brackets)?;
        let (b, seen) = find(&point.b, point.seen, photos, brackets)?;
        if a == b {
            let detail = format!("a control point joins '{}' with itself", point.a);
            return Err(StitchError::Setting { detail });
        }
        let (one, two) = ((a, at), (b, seen));
        let ((a, at), (b, seen)) = if a < b { (one, two) } else { (two, one) };
        out.push(Tie { a, at, b, seen, factor: photos[b].factor });
    }
    Ok(out)
}

/// Adds the points to the features, and says which belong together, by pairs of photos.
pub fn matched(ties: &[Tie], features: &mut [Vec<Feature>]) -> Vec<(usize, usize, Vec<Match>)> {
    let mut out: Vec<(usize, usize, Vec<Match>)> = Vec::new();
    for tie in ties {
        let mut add = |photo: usize, at: [f64; 2]| {
            let (x, y) = (at[0] as f32, at[1] as f32);
            let point = Point { x, y, sigma: 1.0, strength: 1.0, octave: 0, level: 0 };
            features[photo].push(Feature { point, angle: 0.0, descriptor: [0; LENGTH] });
            features[photo].len() - 1
        };
        let found = Match { a: add(tie.a, tie.at), b: add(tie.b, tie.seen), ratio: 0.0 };
        match out.iter_mut().find(|(a, b, _)| (*a, *b) == (tie.a, tie.b)) {
            Some((_, _, list)) => list.push(found),
            None => out.push((tie.a, tie.b, vec![found])),
        }
    }
    out
}

/// Puts the pairs with at least two points in the place of what was found between their photos.
pub fn believe(edges: &mut Vec<Edge>, pairs: &[(usize, usize, Vec<Match>)], rays: &[Rays]) {
    for (a, b, matches) in pairs {
        let seen: Vec<(Vector3<f64>, Vector3<f64>, f64)> = matches
            .iter()
            .filter_map(|m| {
                Some((*rays.get(*a)?.get(m.a)?.as_ref()?, *rays.get(*b)?.get(m.b)?.as_ref()?, 1.0))
            })
            .collect();
        let Some(rotation) = (seen.len() >= 2).then(|| align(&seen)).flatten() else { continue };
        let mut agreeing = matches.clone();
        if let Some(at) = edges.iter().position(|e| (e.a, e.b) == (*a, *b)) {
            agreeing.extend(edges.remove(at).agreeing);
        }
        // Beyond all doubt: log₁₀ of the number of false alarms.
        edges.push(Edge { a: *a, b: *b, rotation, agreeing, log_nfa: -1000.0 });
    }
}

/// Photos that hang on at least two points set by hand.
pub fn held(ties: &[Tie], count: usize) -> Vec<usize> {
    (0..count)
        .filter(|photo| ties.iter().filter(|t| t.a == *photo || t.b == *photo).count() >= 2)
        .collect()
}

/// Up as the given edges say, from up as it was found.
pub fn upright_by(
    verticals: &[Vertical],
    found: Level,
    photos: &[Photo],
    brackets: &[Bracket],
    layout: &Layout,
) -> Result<Level, StitchError> {
    let mut normals = Vec::new();
    for edge in verticals {
        let (photo, from) = find(&edge.photo, edge.from, photos, brackets)?;
        let (_, to) = find(&edge.photo, edge.to, photos, brackets)?;
        if layout.placed.binary_search(&photo).is_err() {
            continue;
        }
        let lens = &layout.lenses[photo];
        let (Some(one), Some(two)) = (lens.unproject(from), lens.unproject(to)) else { continue };
        if let Some(normal) = one.cross(&two).try_normalize(1e-4) {
            normals.push(layout.rotations[photo] * normal);
        }
    }
    if normals.is_empty() {
        return Ok(found);
    }
    // Perpendicular to all normals; what they leave open stays as it was found.
    let mut sum = Matrix3::zeros();
    for normal in &normals {
        sum += normal * normal.transpose();
    }
    sum -= found.up * found.up.transpose() * (1e-3 * normals.len() as f64);
    let eigen = sum.symmetric_eigen();
    let axis: Vector3<f64> = eigen.eigenvectors.column(eigen.eigenvalues.imin()).into_owned();
    let up = if axis.dot(&found.up) < 0.0 { -axis } else { axis };
    Ok(Level { up, verticals: normals.len(), guessed: false })
}

/// The turn that a given pitch and roll are.
pub fn turned(pitch: f64, roll: f64) -> Matrix3<f64> {
    Attitude { yaw: 0.0, pitch, roll }.matrix()
}
