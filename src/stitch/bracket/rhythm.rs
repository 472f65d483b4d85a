//! Blank walls and ceilings in a set of brackets: where every view before and after was exposed in the same steps, in the
//! same order, the exposures that show nothing to be laid on each other belong together too.
//!
//! Nothing is believed that the brightness of the pictures contradicts.

use super::curve::exposed;
use super::field::Field;
use super::recognise::{Exposure, Group};

/// Fewest whole brackets that make a rhythm.
const KNOWN: usize = 3;
/// Largest difference of the steps of two brackets, EV.
pub const UNEVEN: f64 = 0.4;
/// Largest difference of the median brightness from what the step asks for, 0 to 1.
const UNLIKE: f32 = 0.12;

/// What the rhythm must know of a photo.
#[derive(Clone, Copy, Debug)]
pub struct Light {
    /// Columns and rows of the kept picture.
    pub size: (usize, usize),
    /// Median value, 0 to 1.
    pub median: f32,
    /// How well it is exposed, 0 to 1.
    pub quality: f64,
}

/// Completes brackets, and adds such as nothing was recognised of, by the rhythm of the others.
pub fn complete(groups: &mut Vec<Group>, lights: &[Light]) {
    let Some(rhythm) = Rhythm::of(groups) else { return };
    let length = rhythm.steps.len();
    for start in (rhythm.phase..lights.len().saturating_sub(length - 1)).step_by(length) {
        let slot = start..start + length;
        let touching: Vec<usize> = (0..groups.len())
            .filter(|&g| groups[g].exposures.iter().any(|e| slot.contains(&e.photo)))
            .collect();
        let known = match touching.as_slice() {
            [] => None,
            [only] if groups[*only].exposures.iter().all(|e| slot.contains(&e.photo)) => {
                Some(*only)
            }
            _ => continue,
        };
        if known.is_some_and(|g| groups[g].exposures.len() == length) {
            continue;
        }
        let reference = known.map_or_else(
            || slot.clone().max_by(|a, b| lights[*a].quality.total_cmp(&lights[*b].quality)),
            |g| Some(groups[g].reference),
        );
        let Some(reference) = reference else { continue };
        let mut exposures = known.map_or_else(
            || vec![Exposure { photo: reference, ev: 0.0, field: None }],
            |g| groups[g].exposures.clone(),
        );
        for photo in slot {
            if exposures.iter().any(|e| e.photo == photo) {
                continue;
            }
            let ev = rhythm.steps[photo - start] - rhythm.steps[reference - start];
            if fits(&lights[reference], &lights[photo], ev) {
                let field = Field::shift(lights[reference].size, [0.0; 2]);
                exposures.push(Exposure { photo, ev, field: Some(field) });
            }
        }
        // A view of which nothing was recognised is believed whole or not at all.
        if exposures.len() < length && known.is_none() {
            continue;
        }
        exposures.sort_by(|a, b| a.ev.total_cmp(&b.ev).then(a.photo.cmp(&b.photo)));
        match known {
            Some(g) => groups[g].exposures = exposures,
            None => groups.push(Group { reference, exposures }),
        }
    }
    groups.sort_by_key(|g| g.exposures.iter().map(|e| e.photo).min());
}

/// Whether the second photo is as bright as the step asks for; what is clipped may be brighter or darker still.
fn fits(reference: &Light, other: &Light, ev: f64) -> bool {
    let expected = exposed(reference.median, ev as f32);
    reference.size == other.size && (other.median - expected).abs() < UNLIKE
}

struct Rhythm {
    /// First photo of a bracket, less than its length.
    phase: usize,
    /// Exposure of each photo of a bracket against its first, EV.
    steps: Vec<f64>,
}

impl Rhythm {
    /// The rhythm of the whole brackets, if they have one: neighbours in order, of one length, in the same steps.
    fn of(groups: &[Group]) -> Option<Self> {
        let mut whole: Vec<(usize, Vec<f64>)> = Vec::new();
        let length = groups.iter().map(|g| g.exposures.len()).max()?;
        for group in groups.iter().filter(|g| g.exposures.len() == length) {
            let first = group.exposures.iter().map(|e| e.photo).min()?;
            let step =
                |k: usize| group.exposures.iter().find(|e| e.photo == first + k).map(|e| e.ev);
            let steps: Option<Vec<f64>> = (0..length).map(step).collect();
            let steps = steps?;
            whole.push((first, steps.iter().map(|ev| ev - steps[0]).collect()));
        }
        let (first, steps) = whole.first()?.clone();
        let phase = first % length;
        let same = whole.iter().all(|(first, other)| {
            first % length == phase && steps.iter().zip(other).all(|(a, b)| (a - b).abs() < UNEVEN)
        });
        (same && length >= 2 && whole.len() >= KNOWN).then_some(Self { phase, steps })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bracket(first: usize) -> Group {
        let exposure = |k: usize, ev: f64| Exposure {
            photo: first + k,
            ev,
            field: (k > 0).then(|| Field::shift((8, 6), [0.0; 2])),
        };
        Group {
            reference: first,
            exposures: vec![exposure(1, -2.0), exposure(0, 0.0), exposure(2, 2.0)],
        }
    }

    fn lights(medians: &[f32]) -> Vec<Light> {
        medians
            .iter()
            .map(|&median| Light { size: (8, 6), median, quality: f64::from(median) })
            .collect()
    }

    #[test]
    fn a_blank_view_is_completed_by_the_rhythm() {
        let one = [0.5, exposed(0.5, -2.0), exposed(0.5, 2.0)];
        let medians = [one, one, one, one].concat();
        let mut groups = vec![bracket(0), bracket(3), bracket(9)];
        complete(&mut groups, &lights(&medians));
        assert_eq!(groups.len(), 4);
        assert_eq!(groups[2].exposures.iter().map(|e| e.photo).collect::<Vec<_>>(), [7, 6, 8]);
        // Brightness that does not fit: the view stays what it is.
        let other = [one, one, [0.5, 0.5, 0.5], one].concat();
        let mut groups = vec![bracket(0), bracket(3), bracket(9)];
        complete(&mut groups, &lights(&other));
        assert_eq!(groups.len(), 3);
    }

    #[test]
    fn two_brackets_are_no_rhythm() {
        let one = [0.5, exposed(0.5, -2.0), exposed(0.5, 2.0)];
        let mut groups = vec![bracket(0), bracket(3)];
        complete(&mut groups, &lights(&[one, one, one].concat()));
        assert_eq!(groups.len(), 2);
    }
}
