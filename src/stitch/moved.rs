//! What moved between the photos: where overlapping photos disagree, and from which of them it was taken.

use super::report::Moved;
use super::seams::{NOBODY, SeamMap};
use crate::geometry::Direction;

/// Difference of encoded values (largest channel) that tone, noise and a little parallax do not explain.
const DIFFERENT: f32 = 0.16;
/// Smallest region, share of the sphere: about 2° × 2°.
const SMALLEST: f64 = 1e-4;
/// Most regions that are told.
const MOST: usize = 40;

/// Regions in which a photo shows something else than the one that was taken, the largest first.
pub fn moved(seams: &SeamMap, name: &dyn Fn(u16) -> String) -> Vec<Moved> {
    let (w, h) = (seams.area.width as usize, seams.area.height as usize);
    // For each place the photo that disagrees most, if any does.
    let mut against = vec![NOBODY; w * h];
    for place in 0..w * h {
        let taken = seams.labels[place];
        let Some((_, shown)) = seams.colours(place).find(|(photo, _)| *photo == taken) else {
            continue;
        };
        let worst = seams
            .colours(place)
            .filter(|(photo, _)| *photo != taken)
            .map(|(photo, other)| {
                let off = shown.iter().zip(&other).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                (off, photo)
            })
            .max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((off, photo)) = worst
            && off > DIFFERENT
        {
            against[place] = photo;
        }
    }
    let thick = opened(&against, w, h);
    regions(&thick, seams)
        .into_iter()
        .take(MOST)
        .map(|(places, share)| {
            let mut sum = nalgebra::Vector3::<f64>::zeros();
            let mut taken: Vec<u16> = Vec::new();
            let mut others: Vec<u16> = Vec::new();
            for &place in &places {
                let d: Direction = seams.area.direction((place % w) as f64, (place / w) as f64);
                sum += nalgebra::Vector3::new(d.x, d.y, d.z);
                taken.push(seams.labels[place]);
                others.push(against[place]);
            }
            let pitch = sum.y.atan2(sum.x.hypot(sum.z)).to_degrees();
            let yaw = sum.x.atan2(sum.z).to_degrees();
            Moved {
                middle: [yaw, pitch],
                share,
                photo: name(commonest(&mut taken)),
                differs_in: name(commonest(&mut others)),
            }
        })
        .collect()
}

/// Without what is thinner than three places: edges that are a little misplaced are no things that moved.
fn opened(against: &[u16], w: usize, h: usize) -> Vec<bool> {
    let hit = |x: usize, y: usize| against[y * w + x % w] != NOBODY;
    let mut core = vec![false; w * h];
    for y in 1..h.saturating_sub(1) {
        for x in 0..w {
            core[y * w + x] = (y - 1..=y + 1).all(|v| (w + x - 1..=w + x + 1).all(|u| hit(u, v)));
        }
    }
    let mut out = vec![false; w * h];
    for y in 1..h.saturating_sub(1) {
        for x in 0..w {
            out[y * w + x] =
                (y - 1..=y + 1).any(|v| (w + x - 1..=w + x + 1).any(|u| core[v * w + u % w]));
        }
    }
    out
}

/// Connected places with their share of the sphere, the largest first. Where something disagrees, something is shown.
fn regions(hit: &[bool], seams: &SeamMap) -> Vec<(Vec<usize>, f64)> {
    let with_share = |places: Vec<usize>| {
        let share = places.iter().map(|place| seams.share(*place)).sum::<f64>();
        (share >= SMALLEST).then_some((places, share))
    };
    let mut out: Vec<_> = seams.regions(hit, false).into_iter().filter_map(with_share).collect();
    out.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0[0].cmp(&b.0[0])));
    out
}

/// The commonest photo, of equals the first.
fn commonest(photos: &mut [u16]) -> u16 {
    photos.sort_unstable();
    let mut best = (0, NOBODY);
    for run in photos.chunk_by(|a, b| a == b).filter(|run| run[0] != NOBODY) {
        if run.len() > best.0 {
            best = (run.len(), run[0]);
        }
    }
    best.1
}
