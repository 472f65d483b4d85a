//! How surely the photos' turns are known: what the links leave open, by the inverse of their normal equations
//! (Triggs et al., "Bundle adjustment: a modern synthesis", 2000, §9).

use std::collections::BTreeSet;

use nalgebra::Matrix3;

use super::bundle::{Bundle, Link};
use super::closing::stays_open;
use super::firm::{Both, firm_pairs, groups, pair};
use super::judge::quantile;
use super::layout::Layout;
use super::lens_guess::lenses_of_groups;
use super::parallax::Parallax;
use super::parallax_bundle::{FLOOR, ParallaxBundle, State};
use super::sway::Sway;
use crate::geometry::lens::LENS_PARAMETERS;

/// The median length of a residual of two parts whose deviation is 1 (Rayleigh's distribution).
const MEDIAN: f64 = 1.177;
/// By how many deviations turns err where a full turn is closed by nothing firm: small things that no deviation tells (how the
/// lens bends, what is near) add up from photo to photo.
const ERRS: f64 = 4.0;
/// What may move beside the turns: focal length, k₁, k₂.
const FREE: [bool; LENS_PARAMETERS] = [true, true, true, false, false];

/// How surely a layout is known, as standard deviations.
#[derive(Clone, Copy, Debug, Default)]
pub struct Surety {
    /// The photo whose turn against all others is known least.
    pub loosest: usize,
    /// How surely, degrees.
    pub turn: f64,
    /// The focal length of the lens that is known least, as a share.
    pub focal: f64,
}

/// How surely the photos' turns and lenses are known; of photos that were not taken from one spot, what is believed of their
/// places and of depth counts, too. Photos that a person, sensors, the pattern of the tripod head or their shading placed
/// are not asked: their links do not hold them.
pub fn surety(layout: &Layout) -> Option<Surety> {
    let asked = asked(layout);
    if asked.len() < 2 {
        return None;
    }
    let firm = firm_pairs(&layout.edges, &layout.fits);
    let links = between(layout, &asked, &firm);
    let rotations: Vec<Matrix3<f64>> = asked.iter().map(|&i| layout.rotations[i]).collect();
    let lenses = lenses_of_groups(&layout.lenses, &layout.lens_of);
    let focals: Vec<f64> = lenses.iter().map(|lens| lens.focal).collect();
    let lens_of: Vec<usize> = asked.iter().map(|&i| layout.lens_of[i]).collect();
    let count = asked.len();
    // Columns of a photo, the information, and the lengths of the links' residuals in deviations.
    let (each, mut normal, sizes) = match &layout.parallax {
        None => {
            let links = &links;
            let bundle = Bundle {
                rotations,
                lenses,
                lens_of: &lens_of,
                links,
                free: FREE,
                softness: 3.0,
                ground: layout.ground,
                believed: &[],
            };
            let size = |link: &Link| Some((link.whitening * bundle.residual(link)?).norm());
            let sizes: Vec<Option<f64>> = links.iter().map(size).collect();
            (3, bundle.information(), sizes)
        }
        Some(parallax) => {
            let centres: Vec<_> = asked.iter().map(|&i| parallax.centres[i]).collect();
            let everyone: Vec<usize> = (0..count).collect();
            let sway = Sway::of(&centres, &rotations, &everyone);
            let parallax = Parallax { centres, ..parallax.clone() };
            let state = State { rotations, lenses, parallax, sway };
            let (links, lens_of) = (&links[..], &lens_of[..]);
            let bundle = ParallaxBundle { lens_of, links, free: FREE, softness: 2.0, floor: FLOOR };
            let sizes = links.iter().map(|link| bundle.size(&state, link)).collect();
            let mut normal = bundle.information(&state);
            normal.fill_upper_triangle_with_lower_triangle();
            (6, normal, sizes)
        }
    };
    let all = spread(sizes.iter().flatten().copied());
    // The common turn is nobody's: it is held. What nothing moves stays as good as unknown.
    let strong = normal.diagonal().max() / count as f64;
    for (a, b) in (0..count).flat_map(|a| (0..count).map(move |b| (a, b))) {
        for axis in 0..3 {
            normal[(each * a + axis, each * b + axis)] += strong;
        }
    }
    for i in 0..normal.nrows() {
        let still = normal[(i, i)] <= 0.0;
        normal[(i, i)] += if still { 1.0 } else { 1e-6 };
    }
    let covariance = normal.cholesky()?.inverse();
    let at = |column: usize| covariance[(column, column)];
    let turn = |photo: usize| -> f64 {
        let own =
            links.iter().zip(&sizes).filter(|(link, _)| photo == link.from || photo == link.to);
        let own = spread(own.filter_map(|(_, size)| *size));
        all.max(own) * (0..3).map(|axis| at(each * photo + axis)).sum::<f64>().sqrt().to_degrees()
    };
    let open = stays_open(&asked, &layout.rotations, |i| &layout.lenses[i], &firm);
    let errs = if open { ERRS } else { 1.0 };
    let (loosest, turn) =
        (0..count).map(|k| (asked[k], turn(k))).max_by(|a, b| a.1.total_cmp(&b.1))?;
    let first =
        covariance.nrows() - usize::from(layout.ground.is_some()) - LENS_PARAMETERS * focals.len();
    let focal = focals.iter().enumerate().filter(|(lens, _)| lens_of.contains(lens));
    let focal = focal
        .map(|(lens, focal)| all * at(first + LENS_PARAMETERS * lens).sqrt() / focal)
        .fold(0.0, f64::max);
    Some(Surety { loosest, turn: errs * turn, focal })
}

/// How many deviations the residuals of links are, 1 at least: those that do not fit as well as they should are less sure than
/// they say. Blurs in a clear sky may all be followed to places that are off alike.
fn spread(sizes: impl Iterator<Item = f64>) -> f64 {
    let mut sizes: Vec<f64> = sizes.collect();
    sizes.sort_by(f64::total_cmp);
    (quantile(&sizes, 0.5) / MEDIAN).max(1.0)
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
    let group = groups(&asked, &firm_pairs(&layout.edges, &layout.fits));
    let size = |of: usize| group.values().filter(|other| **other == of).count();
    let most = group.values().copied().max_by_key(|of| (size(*of), std::cmp::Reverse(*of)))?;
    asked.into_iter().find(|photo| group[photo] != most)
}

/// Links between the photos asked for, of pairs that hold one another; photos by their index in `asked`.
fn between(layout: &Layout, asked: &[usize], firm: &BTreeSet<Both>) -> Vec<Link> {
    let index = |photo: usize| asked.iter().position(|i| *i == photo);
    let links = layout.links.iter().filter_map(|link| {
        let (from, to) = (index(link.from)?, index(link.to)?);
        firm.contains(&pair(link.from, link.to)).then_some(Link { from, to, ..*link })
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
        let closed = surety(&ring(0.9)).unwrap().turn;
        let Surety { loosest: photo, turn: open, .. } = surety(&ring(0.2)).unwrap();
        assert!(closed < 0.05, "{closed}");
        assert!(open > 2.5 * closed, "{open} {closed}");
        assert!([0, 7].contains(&photo), "{photo}");
        // Six points close no ring, though all of them were found again.
        let mut layout = ring(0.9);
        (layout.fits[7].tried, layout.fits[7].found) = (6, 6);
        let few = surety(&layout).unwrap().turn;
        assert!((few / open - 1.0).abs() < 0.01, "{few} {open}");
        // So it is where each camera had a place of its own.
        let several = |found: f64| {
            let layout = Layout { parallax: Some(Parallax::none(8)), ..ring(found) };
            surety(&layout).unwrap().turn
        };
        assert!(several(0.9) < 0.15, "{}", several(0.9));
        assert!(several(0.2) > 2.5 * several(0.9), "{} {}", several(0.2), several(0.9));
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
            ground: None,
            believed: &[],
        };
        bundle.solve(20, &crate::base::Cancel::new()).unwrap();
        let told = surety(&layout).unwrap().turn;
        let off = (0..8)
            .map(|i| super::super::attitude::angle_between(&bundle.rotations[i], &truth[i]))
            .fold(0.0, f64::max);
        assert!(off < 4.0 * told && off > 0.25 * told, "{off} {told}");
    }

    #[test]
    fn a_photo_without_firm_links_is_unknown_and_one_set_by_hand_is_not_asked() {
        let mut layout = ring(0.9);
        layout.links.retain(|link| link.from != 3 && link.to != 3);
        let told = surety(&layout).unwrap();
        assert!(told.loosest == 3 && told.turn > 10.0);
        layout.held.push(3);
        assert!(surety(&layout).unwrap().turn < 1.0);
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
