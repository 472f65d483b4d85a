//! From lines of writing to papers and plates.
//!
//! Lines that stand close to one another are one thing. A paper has at least two lines that are longer than high and run the same
//! way; what looks like letters but is a pattern of cloth, a dial or the front of a packet has not. A row of short upright lines
//! is a shelf of books, and one short line below the horizon may be a number plate. Rules, not a network: what each costs and
//! saves on rooms is in `docs/masks.md`.

use super::finding::Finding;
use super::looks::View;
use super::rectangle::Rectangle;
use super::text::Line;
use crate::auction::masks::MaskKind;

/// Lines belong together that are not farther apart than this many times the height of the higher one.
const REACH: f64 = 2.2;
/// How far beyond its lines a paper is taken to go, in heights of a line.
const MARGIN: f64 = 0.8;
/// A line of several signs is at least this many times as long as high.
const LONG: f64 = 2.2;
/// Lines of one paper run the same way within this many degrees, …
const AGREE: f64 = 10.0;
/// … and are at least this part of all that stands there.
const SHARE: f64 = 0.4;
/// The backs of books: upright, and the middle one of them not longer than this many times its height.
const BACK: f64 = 7.0;
/// Farther down nothing is upright in a view, degrees.
const STANDING: f64 = -70.0;
/// No paper reaches farther from its middle, degrees: a newspaper at arm's length.
const WIDEST: f64 = 20.0;
/// Length over height of a number plate's line (GA 36: 440 × 140 mm, its signs 90 mm high).
const PLATE: std::ops::RangeInclusive<f64> = 2.6..=6.0;
/// Plates are seen from above, and not right below.
const PLATE_PITCH: std::ops::RangeInclusive<f64> = -45.0..=-2.0;
/// Its signs are not higher than this, radians: nobody stands nearer than three metres to a car that a sphere shows whole.
const PLATE_TALLEST: f64 = 0.035;
/// A single line must be surer than one of several.
const PLATE_SCORE: f64 = 0.72;

/// How a group of lines is judged.
#[derive(Clone, Copy, Debug)]
pub struct Judge<'model> {
    /// The name of the model that found the lines.
    pub model: &'model str,
    /// Lines that are lower than this, in radians, cannot be read; 0: any line counts.
    pub legible: f64,
    /// Whether everything that may be something is taken, to be looked at more closely.
    pub loose: bool,
}

impl Judge<'_> {
    /// What the lines of a view are parts of.
    pub fn findings(&self, lines: &[Line], look: &impl View) -> Vec<Finding> {
        let heights = self.legible * look.focal()..=look.highest_line();
        let lines: Vec<Line> =
            lines.iter().copied().filter(|line| heights.contains(&line.place.height)).collect();
        groups(&lines)
            .into_iter()
            .filter_map(|group| {
                let kind = self.kind(&group, look)?;
                let found = finding(&group, kind, self.model, look)?;
                let too_wide = |found: &Finding| {
                    found.on_sphere().is_some_and(|polygon| polygon.reach().0 > WIDEST)
                };
                (self.loose || !too_wide(&found)).then_some(found)
            })
            .collect()
    }

    fn kind(&self, group: &[Line], look: &impl View) -> Option<MaskKind> {
        if self.loose {
            return Some(MaskKind::Paper);
        }
        let pitch = look.pitch(around(group)?.middle);
        if let [line] = group {
            // A photo may have been taken close by, and be held anyhow.
            let seen_as_plate = pitch.is_none_or(|pitch| {
                PLATE_PITCH.contains(&pitch) && line.place.height <= PLATE_TALLEST * look.focal()
            });
            let plate = PLATE.contains(&shape(line))
                && seen_as_plate
                && line.place.along[0] > 0.8
                && line.score >= PLATE_SCORE;
            return plate.then_some(MaskKind::Plate);
        }
        let standing = pitch.is_none_or(|pitch| pitch > STANDING);
        let paper = has_lines(group) && !(standing && is_shelf(group));
        paper.then_some(MaskKind::Paper)
    }
}

/// Length over height.
fn shape(line: &Line) -> f64 {
    line.place.length / line.place.height
}

fn area<'line>(lines: impl IntoIterator<Item = &'line Line>) -> f64 {
    lines.into_iter().map(|line| line.place.area()).sum()
}

/// Whether two or more long lines run the same way and are a good part of the whole.
fn has_lines(group: &[Line]) -> bool {
    let least = AGREE.to_radians().cos();
    let long = || group.iter().filter(|line| shape(line) >= LONG);
    long().any(|one| {
        let agrees = |other: &&Line| {
            let (a, b) = (one.place.along, other.place.along);
            (a[0] * b[0] + a[1] * b[1]).abs() >= least
        };
        long().filter(agrees).count() >= 2 && area(long().filter(agrees)) >= SHARE * area(group)
    })
}

/// Whether most of what is written is written upright, one short line beside the other, as on the backs of books.
fn is_shelf(group: &[Line]) -> bool {
    let upright: Vec<&Line> =
        group.iter().filter(|line| line.place.along[1].abs() > 0.8 && shape(line) > 1.7).collect();
    let mut shapes: Vec<f64> = upright.iter().map(|line| shape(line)).collect();
    shapes.sort_by(f64::total_cmp);
    let short = shapes.get(shapes.len() / 2).is_some_and(|middle| *middle < BACK);
    short && shapes.len() >= 3 && area(upright) > 0.5 * area(group)
}

/// Lines that hang together, each with all others by steps to a near one.
fn groups(lines: &[Line]) -> Vec<Vec<Line>> {
    let mut of: Vec<usize> = (0..lines.len()).collect();
    for one in 0..lines.len() {
        for other in 0..one {
            let (a, b) = (&lines[one].place, &lines[other].place);
            if of[one] != of[other] && a.gap(b) <= REACH * a.height.max(b.height) {
                let (from, to) = (of[one], of[other]);
                of.iter_mut().filter(|group| **group == from).for_each(|group| *group = to);
            }
        }
    }
    let mut groups: Vec<(usize, Vec<Line>)> = Vec::new();
    for (line, group) in lines.iter().zip(of) {
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, members)) => members.push(*line),
            None => groups.push((group, vec![*line])),
        }
    }
    groups.into_iter().map(|(_, members)| members).collect()
}

/// The rectangle around all lines, its sides along the longest of them.
fn around(group: &[Line]) -> Option<Rectangle> {
    let corners: Vec<[f64; 2]> = group.iter().flat_map(|line| line.place.corners()).collect();
    let longest = group.iter().max_by(|a, b| a.place.length.total_cmp(&b.place.length))?;
    Some(Rectangle::with_side(&corners, longest.place.along))
}

fn finding(group: &[Line], kind: MaskKind, model: &str, look: &impl View) -> Option<Finding> {
    let mut heights: Vec<f64> = group.iter().map(|line| line.place.height).collect();
    heights.sort_by(f64::total_cmp);
    let margin = MARGIN * heights.get(heights.len() / 2)?;
    let place = around(group)?.grown(margin);
    let weight: f64 = group.iter().map(|line| line.place.area()).sum();
    let sure: f64 = group.iter().map(|line| line.score * line.place.area()).sum();
    let corners = place.corners().map(|corner| look.place(corner)).to_vec();
    let confidence = (sure / weight.max(1e-9)).clamp(0.0, 1.0);
    let surface = look.surface();
    Some(Finding { kind, confidence, model: model.to_owned(), corners, surface })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::looks::Look;
    use crate::geometry::Degrees;

    const JUDGE: Judge<'static> = Judge { model: "test", legible: 0.0, loose: false };

    fn look(pitch: f64) -> Look {
        Look::new([20.0, pitch], Degrees(60.0), Degrees(60.0), 600.0)
    }

    fn line(middle: [f64; 2], length: f64, height: f64, upright: bool) -> Line {
        let along = if upright { [0.0, 1.0] } else { [1.0, 0.0] };
        Line { place: Rectangle { middle, along, length, height }, score: 0.8 }
    }

    #[test]
    fn lines_below_one_another_are_a_paper() {
        let mut lines: Vec<Line> = (0..4)
            .map(|row| line([200.0, 100.0 + 30.0 * f64::from(row)], 160.0, 14.0, false))
            .collect();
        lines.push(line([600.0, 500.0], 160.0, 14.0, false));
        let found = JUDGE.findings(&lines, &look(0.0));
        let papers: Vec<&Finding> =
            found.iter().filter(|one| one.kind == MaskKind::Paper).collect();
        assert_eq!(papers.len(), 1, "{found:?}");
        let polygon = papers[0].on_sphere().unwrap();
        for at in [[125.0, 95.0], [275.0, 195.0]] {
            let at = look(0.0).direction(at);
            let length = (at.x * at.x + at.y * at.y + at.z * at.z).sqrt();
            let at =
                crate::geometry::Direction { x: at.x / length, y: at.y / length, z: at.z / length };
            assert!(polygon.covers(at, Degrees(0.0)));
        }
    }

    #[test]
    fn a_shelf_of_books_is_none() {
        let backs: Vec<Line> = (0..6)
            .map(|book| line([200.0 + 28.0 * f64::from(book), 300.0], 90.0, 18.0, true))
            .collect();
        assert!(JUDGE.findings(&backs, &look(0.0)).is_empty());
        // Straight below it may be a sheet that was laid down askew, and a sheet of long lines may lie askew anywhere.
        assert_eq!(JUDGE.findings(&backs, &look(-80.0)).len(), 1);
        let askew: Vec<Line> = (0..6)
            .map(|row| line([200.0 + 28.0 * f64::from(row), 300.0], 180.0, 18.0, true))
            .collect();
        assert_eq!(JUDGE.findings(&askew, &look(-40.0)).len(), 1);
    }

    #[test]
    fn what_has_no_lines_is_none() {
        // A dial, a pattern of cloth: single signs, or long ones that run anyhow.
        let signs: Vec<Line> = (0..8)
            .map(|sign| line([200.0 + 22.0 * f64::from(sign), 300.0], 18.0, 15.0, false))
            .collect();
        assert!(JUDGE.findings(&signs, &look(0.0)).is_empty());
        let petals: Vec<Line> = (0..8)
            .map(|petal| {
                let turn = f64::from(petal) * 0.39;
                let along = [turn.sin(), turn.cos()];
                let middle = [300.0 + 20.0 * f64::from(petal), 300.0];
                Line { place: Rectangle { middle, along, length: 40.0, height: 15.0 }, score: 0.9 }
            })
            .collect();
        assert!(JUDGE.findings(&petals, &look(0.0)).is_empty());
        // Two cushions, taken for letters.
        let cushions =
            [line([200.0, 300.0], 260.0, 90.0, false), line([200.0, 400.0], 260.0, 90.0, false)];
        assert!(JUDGE.findings(&cushions, &look(0.0)).is_empty());
    }

    #[test]
    fn one_short_line_below_the_horizon_is_a_plate() {
        let kinds = |line: Line, pitch: f64| -> Vec<MaskKind> {
            JUDGE.findings(&[line], &look(pitch)).iter().map(|one| one.kind).collect()
        };
        let middle = [340.0, 340.0];
        assert_eq!(kinds(line(middle, 80.0, 20.0, false), -12.0), [MaskKind::Plate]);
        assert!(kinds(line(middle, 80.0, 20.0, false), 12.0).is_empty());
        assert!(kinds(line(middle, 300.0, 20.0, false), -12.0).is_empty());
        assert!(kinds(line(middle, 80.0, 20.0, true), -12.0).is_empty());
    }

    #[test]
    fn what_nobody_can_read_is_left_alone() {
        let lines: Vec<Line> = (0..4)
            .map(|row| line([200.0, 100.0 + 8.0 * f64::from(row)], 60.0, 4.0, false))
            .collect();
        let strict = Judge { legible: 5.0 / 600.0, ..JUDGE };
        assert!(strict.findings(&lines, &look(0.0)).is_empty());
        assert_eq!(JUDGE.findings(&lines, &look(0.0)).len(), 1);
    }
}
