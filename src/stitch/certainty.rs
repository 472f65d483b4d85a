//! How surely the photos' turns are known: what the links leave open, by the inverse of their normal equations
//! (Triggs et al., "Bundle adjustment: a modern synthesis", 2000, §9).

use std::collections::BTreeMap;

use nalgebra::Matrix3;

use super::bundle::{Bundle, Link};
use super::judge::quantile;
use super::layout::{Layout, lenses_of_groups};
use crate::geometry::lens::LENS_PARAMETERS;

/// Of two photos at least this share of the points tried must have been found: what was found of fewer may have slid along
/// an edge, or be there by accident.
const FOUND: f64 = 0.5;
/// Fewest points that hold two photos together.
const FEWEST: usize = 12;
/// Logarithm of the number of false alarms below which features in common cannot be another thing that looks alike.
const FAR_BEYOND_CHANCE: f64 = -40.0;
/// The median length of a residual of two parts whose deviation is 1 (Rayleigh's distribution).
const MEDIAN: f64 = 1.177;
/// What may move beside the turns: focal length, k₁, k₂.
const FREE: [bool; LENS_PARAMETERS] = [true, true, true, false, false];

/// The photo whose turn against all others is known least, and the standard deviation of that, degrees. `None` for photos
/// that were not taken from one spot, where links alone do not tell it. Photos that a person, sensors, the pattern of the
/// tripod head or their shading placed are not asked: their links do not hold them. `lens_of`: which lens each photo
/// was taken with.
pub fn loosest(layout: &Layout, lens_of: &[usize]) -> Option<(usize, f64)> {
    let asked = asked(layout);
    if layout.parallax.is_some() || asked.len() < 2 {
        return None;
    }
    let links = firm(layout, &asked);
    let rotations: Vec<Matrix3<f64>> = asked.iter().map(|&i| layout.rotations[i]).collect();
    let lenses = lenses_of_groups(&layout.lenses, lens_of);
    let lens_of: Vec<usize> = asked.iter().map(|&i| lens_of[i]).collect();
    let count = asked.len();
    let bundle =
        Bundle { rotations, lenses, lens_of: &lens_of, links: &links, free: FREE, softness: 3.0 };
    let size = |link: &Link| Some((link.whitening * bundle.residual(link)?).norm());
    let mut sizes: Vec<f64> = links.iter().filter_map(size).collect();
    sizes.sort_by(f64::total_cmp);
    // Links that do not fit as well as they should are less sure than they say.
    let spread = (quantile(&sizes, 0.5) / MEDIAN).max(1.0);
    let mut normal = bundle.information();
    // The common turn is nobody's: it is held. What nothing moves stays as good as unknown.
    let strong = normal.diagonal().max() / count as f64;
    for (a, b) in (0..count).flat_map(|a| (0..count).map(move |b| (a, b))) {
        for axis in 0..3 {
            normal[(3 * a + axis, 3 * b + axis)] += strong;
        }
    }
    for i in 0..normal.nrows() {
        let moves = i < 3 * count || FREE[(i - 3 * count) % LENS_PARAMETERS];
        normal[(i, i)] += if moves { 1e-6 } else { 1.0 };
    }
    let covariance = normal.cholesky()?.inverse();
    let turn = |photo: usize| -> f64 {
        let at = |axis: usize| covariance[(3 * photo + axis, 3 * photo + axis)];
        spread * (0..3).map(at).sum::<f64>().sqrt().to_degrees()
    };
    (0..count).map(|k| (asked[k], turn(k))).max_by(|a, b| a.1.total_cmp(&b.1))
}

/// Photos that stand where links put them.
fn asked(layout: &Layout) -> Vec<usize> {
    let elsewhere = [&layout.held, &layout.by_sensors, &layout.by_pattern, &layout.by_shade];
    let asked = layout.placed.iter().copied();
    asked.filter(|photo| !elsewhere.iter().any(|list| list.contains(photo))).collect()
}

/// A photo that hangs on most others by too little: between it and them no two photos have features in common that are far
/// beyond chance, and none show each other's points again. Things that repeat (panels of a door) may have led it elsewhere,
/// and where the cameras could move, everything was bent to fit.
pub fn hanging(layout: &Layout) -> Option<usize> {
    let asked = asked(layout);
    let far_beyond_chance = layout.edges.iter().filter(|edge| edge.log_nfa < FAR_BEYOND_CHANCE);
    let found_again = tried_and_found(layout)
        .into_iter()
        .filter(|(_, [tried, found])| *found >= FEWEST && *found as f64 >= FOUND * *tried as f64);
    let firm: Vec<(usize, usize)> = far_beyond_chance
        .map(|edge| (edge.a, edge.b))
        .chain(found_again.map(|(pair, _)| pair))
        .collect();
    let mut group: BTreeMap<usize, usize> = asked.iter().map(|photo| (*photo, *photo)).collect();
    for (a, b) in firm {
        let (Some(&of_a), Some(&of_b)) = (group.get(&a), group.get(&b)) else { continue };
        group.values_mut().filter(|of| **of == of_b).for_each(|of| *of = of_a);
    }
    let size = |of: usize| group.values().filter(|other| **other == of).count();
    let most = group.values().copied().max_by_key(|of| (size(*of), std::cmp::Reverse(*of)))?;
    asked.into_iter().find(|photo| group[photo] != most)
}

/// Points tried and found of each two photos, the lower number first.
fn tried_and_found(layout: &Layout) -> BTreeMap<(usize, usize), [usize; 2]> {
    let mut out: BTreeMap<(usize, usize), [usize; 2]> = BTreeMap::new();
    for fit in &layout.fits {
        let sums = out.entry((fit.from.min(fit.to), fit.from.max(fit.to))).or_default();
        *sums = [sums[0] + fit.tried, sums[1] + fit.found];
    }
    out
}

/// Links between the photos asked for, of pairs in which most points were found; photos by their index in `asked`.
fn firm(layout: &Layout, asked: &[usize]) -> Vec<Link> {
    let tried = tried_and_found(layout);
    let index = |photo: usize| asked.iter().position(|i| *i == photo);
    let links = layout.links.iter().filter_map(|link| {
        let [tried, found] = *tried.get(&(link.from.min(link.to), link.from.max(link.to)))?;
        let firm = found as f64 >= FOUND * tried as f64;
        let (from, to) = (index(link.from)?, index(link.to)?);
        firm.then_some(Link { from, to, ..*link })
    });
    links.collect()
}

#[cfg(test)]
mod tests {
    use super::super::attitude::Attitude;
    use super::super::graph::Edge;
    use super::super::links::Fit;
    use super::*;
    use crate::geometry::{Lens, Projection};
    use crate::stitch::dice::Dice;
    use nalgebra::Matrix2;

    /// Eight photos all around, neighbours linked by points with the deviation 1; of the last pair only a share was found.
    fn ring(found: f64) -> Layout {
        let lens = Lens::centred(Projection::Rectilinear, 400.0, 800, 600);
        let rotations: Vec<_> = (0..8)
            .map(|i| Attitude { yaw: 45.0 * f64::from(i), pitch: 0.0, roll: 0.0 }.matrix())
            .collect();
        let mut layout =
            Layout::of_poses(rotations.clone(), vec![lens; 8], (0..8).collect(), Vec::new());
        layout.held.clear();
        let mut dice = Dice(7);
        for a in 0..8 {
            let b = (a + 1) % 8;
            let mut count = 0;
            while count < 60 {
                let at = [dice.unit() * 799.0, dice.unit() * 599.0];
                let ray = rotations[b].transpose() * rotations[a] * lens.unproject(at).unwrap();
                let Some(seen) = lens.project(&ray) else { continue };
                if (0.0..799.0).contains(&seen[0]) && (0.0..599.0).contains(&seen[1]) {
                    let seen = seen.map(|v| v + dice.normal());
                    layout.links.push(Link {
                        from: a,
                        to: b,
                        at,
                        seen,
                        whitening: Matrix2::identity(),
                    });
                    count += 1;
                }
            }
            let tried = if a == 7 { (60.0 / found) as usize } else { 60 };
            layout.fits.push(Fit { from: a, to: b, tried, found: 60, agreeing: 60 });
        }
        layout
    }

    #[test]
    fn a_ring_that_hardly_closes_is_known_less() {
        let closed = loosest(&ring(0.9), &[0; 8]).unwrap().1;
        let (photo, open) = loosest(&ring(0.2), &[0; 8]).unwrap();
        assert!(closed < 0.05, "{closed}");
        assert!(open > 2.5 * closed, "{open} {closed}");
        assert!([0, 7].contains(&photo), "{photo}");
    }

    #[test]
    fn what_is_known_is_how_far_the_noise_turns_it() {
        // The same ring adjusted to noise: turns are off by about what is told.
        let layout = ring(0.9);
        let truth = layout.rotations.clone();
        let mut bundle = Bundle {
            rotations: truth.clone(),
            lenses: vec![layout.lenses[0]],
            lens_of: &[0; 8],
            links: &layout.links,
            free: FREE,
            softness: 3.0,
        };
        bundle.solve(20, &crate::base::Cancel::new()).unwrap();
        let told = loosest(&layout, &[0; 8]).unwrap().1;
        let off = (0..8)
            .map(|i| super::super::attitude::angle_between(&bundle.rotations[i], &truth[i]))
            .fold(0.0, f64::max);
        assert!(off < 4.0 * told && off > 0.25 * told, "{off} {told}");
    }

    #[test]
    fn a_photo_without_firm_links_is_unknown_and_one_set_by_hand_is_not_asked() {
        let mut layout = ring(0.9);
        layout.links.retain(|link| link.from != 3 && link.to != 3);
        let (photo, turn) = loosest(&layout, &[0; 8]).unwrap();
        assert!(photo == 3 && turn > 10.0);
        layout.held.push(3);
        assert!(loosest(&layout, &[0; 8]).unwrap().1 < 1.0);
    }

    #[test]
    fn a_photo_that_nothing_firm_ties_to_the_others_hangs() {
        let mut layout = ring(0.9);
        assert!(hanging(&layout).is_none());
        layout.fits.iter_mut().filter(|fit| [fit.from, fit.to].contains(&3)).for_each(|fit| {
            fit.tried = 4 * fit.found;
        });
        assert_eq!(hanging(&layout), Some(3));
        // Leaves are hardly found again, and yet features of theirs are far beyond chance.
        let edge = |log_nfa| Edge {
            a: 2,
            b: 3,
            rotation: Matrix3::identity(),
            agreeing: Vec::new(),
            log_nfa,
        };
        layout.edges = vec![edge(-15.0)];
        assert_eq!(hanging(&layout), Some(3));
        layout.edges = vec![edge(-130.0)];
        assert!(hanging(&layout).is_none());
    }
}
