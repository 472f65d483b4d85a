//! Where poses begin: of several guesses of the lenses the one with which most photos are placed.

use super::coarse::{Coarse, Start};
use super::error::StitchError;
use super::lens_guess::{Guess, lens_groups};
use super::other_lens::{Lenses, nearly_alike, other_lenses, told_apart};
use crate::base::Cancel;

/// Up to so many photos other focal lengths are tried where some cannot be placed, and which, as shares of the first.
const FEW: usize = 8;
const OTHERS: [f64; 4] = [0.8, 1.25, 0.6, 0.4];
/// So many times as many matches agree where as many photos are placed better.
const BETTER: f64 = 1.05;

/// Poses and lenses from the first of `guesses` with which all photos are placed, or else from the one with which most are;
/// `None` where no two photos can be placed.
pub fn begun(
    state: &Coarse,
    guesses: &[Guess],
    cancel: &Cancel,
) -> Result<Option<Start>, StitchError> {
    let mut best: Option<Start> = None;
    for guess in guesses {
        let start = from(state, guess, cancel)?;
        if best.as_ref().is_none_or(|best| start.placed() > best.placed()) {
            best = Some(start);
        }
        if best.as_ref().is_some_and(|best| best.placed() == state.photos.len()) {
            break;
        }
    }
    Ok(best.filter(|best| best.placed() >= 2))
}

fn from(state: &Coarse, guess: &Guess, cancel: &Cancel) -> Result<Start, StitchError> {
    let lens_of = lens_groups(state.photos);
    let solved = |factor: f64| {
        let lenses = guess.lenses(state.photos, state.circles, &lens_of, factor);
        state.solved(lens_of.clone(), lenses, cancel)
    };
    let mut start = solved(1.0)?;
    if state.known {
        return Ok(start);
    }
    // Of few photos the first guess of the lens may be so far off that some are not recognised.
    if state.photos.len() <= FEW && (2..state.photos.len()).contains(&start.placed()) {
        for factor in OTHERS {
            let other = solved(factor)?;
            if other.placed() > start.placed() {
                start = other;
            }
        }
    }
    // As long as photos are placed, or agree, that do not with the lens that they were thought to have.
    'better: loop {
        for lenses in [other_lenses, nearly_alike] {
            let Some(Lenses { lens_of, lenses }) = lenses(state, &start, cancel) else { continue };
            let other = state.solved(lens_of, lenses, cancel)?;
            if is_better(&other, &start) {
                start = other;
                continue 'better;
            }
        }
        return Ok(start);
    }
}

/// Whether more photos are placed, or as many by clearly more matches with other lenses.
fn is_better(other: &Start, start: &Start) -> bool {
    let agreeing =
        |start: &Start| start.edges.iter().map(|edge| edge.agreeing.len()).sum::<usize>();
    other.placed() > start.placed()
        || (other.placed() == start.placed()
            && agreeing(other) as f64 > BETTER * agreeing(start) as f64
            && told_apart(other, start))
}
