//! Photos of blank walls, ceilings and skies, in which there is nothing to find again, placed by the gimbal of a drone or the
//! pattern of the tripod head.
//!
//! They stand where sensors or the order of taking say; where what little their brightness changes goes on better nearby, there.
//! Photos that hang together, but with nothing else (a picture on a white wall), are placed as one. That is believed only
//! where, exposure and falloff evened out, brightness goes on smoothly into all neighbours. In doubt they stay out.

use nalgebra::Matrix3;

use super::error::StitchError;
use super::guided::{ALIKE, Guess, GuessedBy, Guide};
use super::layout::Layout;
use super::photo::Photo;
use super::photometry;
use super::shade::Shading;
use crate::base::Cancel;

/// Photos with more features are not blank: that they fit nowhere is a reason.
const BLANK: usize = 120;
/// How far nine of ten places of an overlap may differ, natural logarithms of light.
const ROUGH: f64 = 0.2;
/// Fewest common places with a neighbour, and fewest neighbours; one where the order of taking says the place from both sides,
/// none where sensors do: skies may share but a rim.
const COMMON: usize = 40;
const NEIGHBOURS: usize = 2;

/// Places blank photos by sensors or the pattern; `layout.by_sensors` and `layout.by_pattern` say which.
pub fn place(photos: &[Photo], layout: &mut Layout, cancel: &Cancel) -> Result<(), StitchError> {
    // Some that were placed so before may have been taken out again.
    layout.by_pattern.retain(|photo| layout.placed.binary_search(photo).is_ok());
    // A photo beside one that was just placed may be placed in the next round.
    for _ in 0..2 {
        let shading = Shading {
            photos,
            lenses: &layout.lenses,
            rotations: &layout.rotations,
            placed: &layout.placed,
        };
        let guide = Guide::new(&shading, cancel);
        let groups = lost(layout, &guide);
        if groups.is_empty() {
            break;
        }
        let mut found = Vec::new();
        for group in groups {
            // Within a group photos stand as they did before.
            let own = match group.len() {
                1 => vec![Matrix3::identity(); photos.len()],
                _ => layout.rotations.clone(),
            };
            let guesses = guide.guesses(&group, &own);
            let sensed = guesses.iter().any(|guess| guess.by == GuessedBy::Sensors);
            // Their own verticals say better how they stand than shading does.
            let tilted: Vec<Guess> =
                guesses.iter().filter(|guess| guess.by == GuessedBy::Order).copied().collect();
            let by_shade = guide.by_shade(&group, &own, &tilted).into_iter().take(1);
            let between = guesses.iter().any(|guess| guess.between);
            let alike = by_shade.filter(|(score, _)| *score > ALIKE).map(|(_, turn)| turn);
            let all: Vec<Matrix3<f64>> =
                alike.chain(guesses.iter().map(|guess| guess.turn)).collect();
            for turn in all {
                let turned: Vec<(usize, Matrix3<f64>)> =
                    group.iter().map(|&photo| (photo, turn * own[photo])).collect();
                let fewest = match (sensed, between) {
                    (true, _) => 0,
                    (_, true) => 1,
                    _ => NEIGHBOURS,
                };
                if go_on(photos, layout, &turned, fewest, cancel)? {
                    found.push((sensed, turned));
                    break;
                }
            }
        }
        for (sensed, turned) in found {
            let by = if sensed { &mut layout.by_sensors } else { &mut layout.by_pattern };
            for (photo, turn) in turned {
                by.push(photo);
                layout.rotations[photo] = turn;
                layout.placed.push(photo);
                layout.rejected.retain(|other| *other != photo);
            }
        }
        layout.placed.sort_unstable();
        layout.by_pattern.sort_unstable();
        layout.by_sensors.sort_unstable();
    }
    layout.others.iter_mut().for_each(|other| {
        other.photos.retain(|photo| layout.placed.binary_search(photo).is_err());
    });
    layout.others.retain(|other| !other.photos.is_empty());
    Ok(())
}

/// Blank photos that are not placed, such as sensors place, and photos that hang together but not with those that are placed.
fn lost(layout: &Layout, guide: &Guide) -> Vec<Vec<usize>> {
    let is_lost = |photo: &usize| {
        layout.placed.binary_search(photo).is_err()
            && layout.duplicates.iter().all(|(twin, _)| twin != photo)
    };
    let groups = layout.others.iter().filter(|other| other.photos.len() > 1);
    let mut out: Vec<Vec<usize>> = groups
        .map(|other| other.photos.iter().copied().filter(is_lost).collect())
        .filter(|group: &Vec<usize>| !group.is_empty())
        .collect();
    let grouped = out.concat();
    let is_guessed = |photo: &usize| layout.feature_counts[*photo] < BLANK || guide.is_told(*photo);
    let blank = (0..layout.rotations.len())
        .filter(is_lost)
        .filter(|photo| is_guessed(photo) && !grouped.contains(photo));
    out.extend(blank.map(|photo| vec![photo]));
    out
}

/// Whether photos turned so go on smoothly into all placed photos that they would overlap, `fewest` at least.
fn go_on(
    photos: &[Photo],
    layout: &Layout,
    turned: &[(usize, Matrix3<f64>)],
    fewest: usize,
    cancel: &Cancel,
) -> Result<bool, StitchError> {
    let mut views = layout.views(photos);
    let mut placed = layout.placed.clone();
    for (photo, turn) in turned {
        views[*photo].rotation = *turn;
        placed.push(*photo);
    }
    placed.sort_unstable();
    let tones = photometry::solve(photos, &placed, &views, &layout.lens_of, &[], cancel)?;
    let light = |i: usize, pixel: [f64; 2]| {
        let factor = photos[i].grey_factor;
        let [x, y] = pixel.map(|p| ((p + 0.5) * factor - 0.5) as f32);
        let value = photos[i].grey.sample(x, y).filter(|v| (0.06..0.97).contains(v))?;
        let tone = &tones[i];
        let square = views[i].radius(pixel).powi(2);
        let gain: f32 = tone.gain.iter().map(|gain| gain.ln()).sum::<f32>() / 3.0;
        let falloff = tone.falloff[0] * square + tone.falloff[1] * square * square;
        Some(f64::from(photometry::light(value) + gain - falloff))
    };
    let grid = |of: usize, side: usize| (of / 2..side).step_by(of);
    let mut neighbours = 0;
    for (&other, (photo, turn)) in
        layout.placed.iter().flat_map(|other| turned.iter().map(move |turned| (other, turned)))
    {
        let (w, h) = (photos[*photo].width(), photos[*photo].height());
        let mut off: Vec<f64> = grid(h.div_ceil(24), h)
            .flat_map(|y| grid(w.div_ceil(32), w).map(move |x| [x as f64, y as f64]))
            .filter_map(|pixel| {
                let ray = views[*photo].lens.unproject(pixel)?;
                let there = views[other].look(&(turn * ray))?;
                Some((light(*photo, pixel)? - light(other, there)?).abs())
            })
            .collect();
        if off.len() < COMMON {
            continue;
        }
        off.sort_by(f64::total_cmp);
        if off[off.len() * 9 / 10] > ROUGH {
            return Ok(false);
        }
        neighbours += 1;
    }
    Ok(neighbours >= fewest)
}
