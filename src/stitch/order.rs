//! The order of taking: who turns a camera on a tripod turns it by about the same step each time. Where photos around one
//! that could not be placed keep a step, it stands about where the step says.

use std::borrow::Borrow;

use nalgebra::{Matrix3, Rotation3, Vector3};

use super::attitude::exponential;
use super::bracket::recognise::second;
use super::photo::Photo;

/// Photos before and after the one in question whose steps are looked at.
const NEAR: usize = 6;
/// Largest difference between two steps that are the same, degrees, and as a share of the step.
const UNEVEN: [f64; 2] = [7.0, 0.25];
/// Steps between neighbours of a ring, degrees.
const STEPS: std::ops::Range<f64> = 8.0..100.0;
/// Fewest steps that are the same.
const KNOWN: usize = 3;
/// Most photos in a row that are missing.
const MISSING: usize = 6;

/// Photos in the order in which they were taken: by their clock where all tell it, by the numbers in their names where these
/// differ in nothing else, else as they came.
pub fn taken<P: Borrow<Photo>>(photos: &[P]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..photos.len()).collect();
    let times: Option<Vec<i64>> = photos.iter().map(|p| second(&p.borrow().exif)).collect();
    let names: Vec<&str> = photos.iter().map(|p| p.borrow().name.as_str()).collect();
    if let Some(times) = times {
        order.sort_by_key(|&i| (times[i], i));
    } else if let Some(numbers) = numbered(&names) {
        order.sort_by_key(|&i| (numbers[i], i));
    }
    order
}

/// The last number in each name, where the names are the same but for that; a shell puts 10 before 2.
fn numbered(names: &[&str]) -> Option<Vec<u64>> {
    let digit = |c: char| c.is_ascii_digit();
    let parts = names.iter().map(|name| {
        let end = name.rfind(digit)? + 1;
        let start = name[..end].trim_end_matches(digit).len();
        Some((&name[..start], &name[end..], name[start..end].parse().ok()?))
    });
    let parts: Vec<(&str, &str, u64)> = parts.collect::<Option<_>>()?;
    let around = |&(before, after, _): &(_, _, u64)| (before, after);
    let alike = parts.windows(2).all(|pair| around(&pair[0]) == around(&pair[1]));
    alike.then(|| parts.iter().map(|part| part.2).collect())
}

/// A turn as axis times angle, radians.
pub fn log(turn: &Matrix3<f64>) -> Vector3<f64> {
    Rotation3::from_matrix_unchecked(*turn).scaled_axis()
}

fn uneven(step: &Vector3<f64>) -> f64 {
    UNEVEN[0].max(UNEVEN[1] * step.norm().to_degrees())
}

/// The step that most others repeat, and how many they are. `step`: from a position to the next, in the camera's frame, where
/// both are known.
fn usual(
    near: std::ops::Range<usize>,
    step: impl Fn(usize) -> Option<Vector3<f64>>,
) -> Option<(Vector3<f64>, usize)> {
    let steps: Vec<Vector3<f64>> =
        near.clone().filter(|at| near.contains(&(at + 1))).filter_map(step).collect();
    let same = |a: &Vector3<f64>| -> Vec<Vector3<f64>> {
        steps.iter().filter(|b| (a - *b).norm().to_degrees() < uneven(a)).copied().collect()
    };
    // Rings of other heights begin with another step.
    let kept = steps.iter().map(same).max_by_key(Vec::len)?;
    let mean = kept.iter().sum::<Vector3<f64>>() / kept.len() as f64;
    let known = kept.len() >= KNOWN && STEPS.contains(&mean.norm().to_degrees());
    known.then_some((mean, kept.len()))
}

/// What is known when photos are guessed.
pub struct Known<'a> {
    /// Photos in the order of taking.
    pub order: &'a [usize],
    /// Camera to world; only those of `placed` mean something.
    pub rotations: &'a [Matrix3<f64>],
    /// Photos that are placed, ascending.
    pub placed: &'a [usize],
    /// Photos that hang together, but not with those that are placed.
    pub group: &'a [usize],
    /// Camera to the frame of that group.
    pub own: &'a [Matrix3<f64>],
}

/// Where a photo may stand.
#[derive(Clone, Debug, Default)]
pub struct Guesses {
    /// Camera to world: one place, or the end of a ring and the beginning of the next.
    pub turns: Vec<Matrix3<f64>>,
    /// Whether it is the place between two photos that are placed, to which equal steps lead.
    pub between: bool,
}

impl Known<'_> {
    /// Camera to world of the photo at a position, where it is placed.
    fn rotation(&self, at: usize) -> Option<Matrix3<f64>> {
        let photo = *self.order.get(at)?;
        self.placed.binary_search(&photo).ok().map(|_| self.rotations[photo])
    }

    /// The turn from a position to the next in the camera's frame, where both are placed or of the group.
    fn step(&self, at: usize) -> Option<Vector3<f64>> {
        let grouped = |at: usize| {
            let photo = self.order.get(at)?;
            self.group.contains(photo).then(|| self.own[*photo])
        };
        let placed = || Some((self.rotation(at)?, self.rotation(at + 1)?));
        let (from, to) = placed().or_else(|| Some((grouped(at)?, grouped(at + 1)?)))?;
        Some(log(&(from.transpose() * to)))
    }

    /// Where the photo at a position of the order may stand.
    pub fn guesses(&self, position: usize) -> Guesses {
        let near = position.saturating_sub(NEAR)..(position + NEAR + 1).min(self.order.len());
        let Some((step, known)) = usual(near, |at| self.step(at)) else {
            return Guesses::default();
        };
        let rotation = |at: usize| self.rotation(at);
        let before = (1..=MISSING.min(position)).find_map(|i| Some((i, rotation(position - i)?)));
        let after = (1..=MISSING).find_map(|i| Some((i, rotation(position + i)?)));
        if let (Some((i, a)), Some((j, b))) = (before, after)
            && i + j <= MISSING + 1
        {
            let turn = log(&(a.transpose() * b));
            let round = turn.normalize() * std::f64::consts::TAU;
            // The same turn the other way round, or once more around.
            let each = [turn, turn - round, turn + round]
                .map(|turn| turn / (i + j) as f64)
                .into_iter()
                .min_by(|p, q| (p - step).norm().total_cmp(&(q - step).norm()));
            if let Some(each) =
                each.filter(|each| (each - step).norm().to_degrees() < uneven(&step))
            {
                return Guesses { turns: vec![a * exponential(&(each * i as f64))], between: true };
            }
        }
        // The end of a ring, or the beginning of one: a run on that side must be long enough.
        if known <= KNOWN {
            return Guesses::default();
        }
        let one = before.filter(|(i, _)| *i <= 2).map(|(i, a)| a * exponential(&(step * i as f64)));
        let other =
            after.filter(|(j, _)| *j <= 2).map(|(j, b)| b * exponential(&(-step * j as f64)));
        Guesses { turns: one.into_iter().chain(other).collect(), between: false }
    }
}

#[cfg(test)]
mod tests {
    use super::super::attitude::{Attitude, angle_between};
    use super::*;

    fn ring(steps: &[f64]) -> Vec<Matrix3<f64>> {
        let mut yaw = 0.0;
        let turn = |step: &f64| {
            let turn = Attitude { yaw, pitch: -12.0, roll: 0.5 }.matrix();
            yaw += step;
            turn
        };
        steps.iter().map(turn).collect()
    }

    fn without(missing: &[usize], count: usize) -> Vec<usize> {
        (0..count).filter(|i| !missing.contains(i)).collect()
    }

    fn known<'a>(
        order: &'a [usize],
        rotations: &'a [Matrix3<f64>],
        placed: &'a [usize],
    ) -> Known<'a> {
        Known { order, rotations, placed, group: &[], own: &[] }
    }

    #[test]
    fn numbers_in_names_tell_the_order() {
        assert_eq!(numbered(&["P10.jpg", "P9.jpg", "P010.jpg"]), Some(vec![10, 9, 10]));
        assert_eq!(numbered(&["图12（左）.png", "图3（左）.png"]), Some(vec![12, 3]));
        assert_eq!(numbered(&["P10.jpg", "Q9.jpg"]), None);
        assert_eq!(numbered(&["P10.jpg", "P.jpg"]), None);
        assert_eq!(numbered(&["P1.jpg", "P99999999999999999999999.jpg"]), None);
        assert_eq!(numbered(&[]), Some(Vec::new()));
    }

    #[test]
    fn a_ring_tells_where_missing_photos_stand() {
        let rotations = ring(&[45.0; 8]);
        let order: Vec<usize> = (0..8).collect();
        for missing in [vec![3], vec![3, 4], vec![7]] {
            let placed = without(&missing, 8);
            for &photo in &missing {
                let found = known(&order, &rotations, &placed).guesses(photo);
                assert_eq!(found.turns.len(), 1, "{missing:?}");
                assert_eq!(found.between, photo != 7);
                assert!(angle_between(&found.turns[0], &rotations[photo]) < 1e-6);
            }
        }
    }

    #[test]
    fn half_a_ring_may_be_missing() {
        // From the second to the seventh it is shorter the other way.
        let rotations = ring(&[45.0; 12]);
        let placed = without(&[2, 3, 4, 5, 6], 12);
        let order: Vec<usize> = (0..12).collect();
        let found = known(&order, &rotations, &placed).guesses(4);
        assert!(angle_between(&found.turns[0], &rotations[4]) < 1e-6);
    }

    #[test]
    fn steps_within_what_hangs_together_count() {
        let rotations = ring(&[30.0; 7]);
        let order: Vec<usize> = (0..7).collect();
        let alone = known(&order, &rotations, &[0, 1, 2, 3]);
        assert!(alone.guesses(4).turns.is_empty());
        let tilt = Attitude { yaw: 77.0, pitch: 40.0, roll: 20.0 }.matrix();
        let own: Vec<Matrix3<f64>> = rotations.iter().map(|turn| tilt * turn).collect();
        let found = Known { group: &[4, 5, 6], own: &own, ..alone }.guesses(4);
        assert!(angle_between(&found.turns[0], &rotations[4]) < 1e-6);
    }

    #[test]
    fn an_uneven_ring_tells_nothing() {
        let order: Vec<usize> = (0..8).collect();
        let placed = without(&[3], 8);
        let uneven = ring(&[20.0, 45.0, 67.0, 82.0, 98.0, 40.0, 61.0, 33.0]);
        assert!(known(&order, &uneven, &placed).guesses(3).turns.is_empty());
        // A new ring begins: after the one before, or before the one after.
        let gap = ring(&[45.0, 45.0, 45.0, 80.0, 45.0, 45.0, 45.0, 45.0]);
        assert_eq!(known(&order, &gap, &placed).guesses(3).turns.len(), 2);
    }
}
