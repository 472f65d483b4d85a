//! Judges a layout: how well photos fit, which do not, what nothing shows.

use std::collections::BTreeMap;

use super::attitude::angle_between;
use super::bundle::Link;
use super::compose::Panorama;
use super::layout::Layout;
use super::photo::Photo;
use super::report::{Gap, Remark};
use super::seams::{NOBODY, SeamMap};
use crate::geometry::Lens;
use nalgebra::Vector2;

/// How a placed photo fits its neighbours.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PhotoFit {
    /// Points tried to or from it.
    pub tried: usize,
    /// Points found.
    pub found: usize,
    /// Features that agree with those of placed neighbours.
    pub features: usize,
}

/// So many agreeing features are beyond doubt, whatever the exact links say (parallax, moiré, swaying leaves).
const MANY: usize = 24;

/// Share of points that would be found by accident in a wrong place.
const ACCIDENT: f64 = 0.08;

impl PhotoFit {
    /// Share of points found, 1 if none was tried.
    pub fn share(&self) -> f64 {
        if self.tried == 0 { 1.0 } else { self.found as f64 / self.tried as f64 }
    }

    /// By how many standard deviations more points were found than accident would find.
    pub fn surprise(&self) -> f64 {
        let n = self.tried as f64;
        (self.found as f64 - ACCIDENT * n) / (ACCIDENT * (1.0 - ACCIDENT) * n).sqrt().max(0.5)
    }

    /// Points should have been found and no more were than by accident: it is in the wrong place.
    pub fn contradicts(&self) -> bool {
        // Features that agree may be far away while everything near has moved: then hardly anything is found again.
        let nothing = self.tried >= 60 && self.found < 8;
        let little = (self.tried >= 16 && self.surprise() < 3.0) || self.found < 8;
        nothing || (self.features < MANY && little)
    }

    /// How sure it is that the photo is in its place, 0 to 1.
    pub fn confidence(&self) -> f64 {
        let enough = (self.found as f64 / 24.0).min(1.0);
        let sure = ((self.surprise() - 2.0) / 8.0).clamp(0.0, 1.0);
        let by_features = (self.features as f64 / (3 * MANY) as f64).min(1.0) * 0.95;
        ((0.2 + 0.8 * enough) * (0.2 + 0.8 * sure)).max(by_features)
    }
}

/// Points tried and links kept, by photo.
pub fn photo_fits(layout: &Layout, count: usize) -> Vec<PhotoFit> {
    let mut fits = vec![PhotoFit::default(); count];
    for fit in &layout.fits {
        for photo in [fit.from, fit.to] {
            fits[photo].tried += fit.tried;
        }
    }
    for link in &layout.links {
        fits[link.from].found += 1;
        fits[link.to].found += 1;
    }
    for edge in &layout.edges {
        let both = [edge.a, edge.b].iter().all(|i| layout.placed.binary_search(i).is_ok());
        if both && edge.log_nfa < -15.0 {
            fits[edge.a].features += edge.agreeing.len();
            fits[edge.b].features += edge.agreeing.len();
        }
    }
    fits
}

/// Takes photos out of the layout that contradict their neighbours, worst first.
pub fn without_contradicting(layout: &mut Layout, count: usize) {
    loop {
        let fits = photo_fits(layout, count);
        let worst = layout
            .placed
            .iter()
            .copied()
            .filter(|i| !layout.held.contains(i))
            .filter(|&i| fits[i].contradicts())
            .min_by(|&i, &j| fits[i].surprise().total_cmp(&fits[j].surprise()));
        let Some(worst) = worst else { return };
        layout.placed.retain(|&i| i != worst);
        layout.rejected.push(worst);
        layout.links.retain(|link| link.from != worst && link.to != worst);
        layout.fits.retain(|fit| fit.from != worst && fit.to != worst);
    }
}

/// Photos nearer than this are the same view, degrees.
const SAME_VIEW: f64 = 0.2;

/// Sets photos aside that show the same view at the same exposure as an earlier one. Brackets stay.
pub fn without_duplicates(layout: &mut Layout, photos: &[Photo]) {
    let light = |i: usize| {
        let grey = &photos[i].grey;
        grey.data.iter().sum::<f32>() / grey.data.len().max(1) as f32
    };
    let mut kept: Vec<usize> = Vec::new();
    for &i in &layout.placed {
        let twin = kept.iter().copied().find(|&k| {
            // The light last: it is the slowest to tell.
            (layout.lenses[i].focal / layout.lenses[k].focal - 1.0).abs() < 0.02
                && photos[i].picture.width() == photos[k].picture.width()
                && angle_between(&layout.rotations[i], &layout.rotations[k]) < SAME_VIEW
                && (light(i) / light(k).max(1e-6)).ln().abs() < 0.1
        });
        match twin {
            Some(k) => layout.duplicates.push((i, k)),
            None => kept.push(i),
        }
    }
    let placed = |i: &usize| kept.binary_search(i).is_ok();
    layout.links.retain(|link| placed(&link.from) && placed(&link.to));
    layout.fits.retain(|fit| placed(&fit.from) && placed(&fit.to));
    layout.placed = kept;
}

/// Residual of a link in pixels of its second photo, as far as the link knows it: along an edge it is 0.
pub fn known_residual(layout: &Layout, index: usize) -> Option<(Vector2<f64>, &Lens)> {
    let link = &layout.links[index];
    let (from, to) = (&layout.lenses[link.from], &layout.lenses[link.to]);
    let mut world = layout.rotations[link.from] * from.unproject(link.at)?;
    if let Some(parallax) = &layout.parallax {
        let direction = parallax.from_middle(link.from, &world);
        world = parallax.to_camera(link.to, &direction);
    } else if let Some(ground) = &layout.ground {
        world =
            ground.seen_from(&world, [link.from, link.to].map(|photo| &layout.rotations[photo]));
    }
    let seen = to.project(&(layout.rotations[link.to].tr_mul(&world)))?;
    let residual = Vector2::new(seen[0] - link.seen[0], seen[1] - link.seen[1]);
    Some((link.known(&residual)?, to))
}

/// Misalignment that hardly anybody sees: minutes of arc, or pixels of the kept pictures where these are coarser.
const UNSEEN: [f64; 2] = [5.0, 1.5];

/// Misalignment that hardly anybody sees, in pixels of a lens.
pub fn unseen(lens: &Lens) -> f64 {
    let [minutes, pixels] = UNSEEN;
    pixels.max((minutes / 60.0).to_radians() * lens.focal)
}

/// Counts the points that meet as far as anyone can see among all that were `found`, outliers of the fit included: a fit
/// to a tenth of a pixel calls points outliers that are half a pixel off.
pub fn count_agreeing(layout: &mut Layout, found: Vec<Link>) {
    let kept = std::mem::replace(&mut layout.links, found);
    let mut agreeing: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (index, link) in layout.links.iter().enumerate() {
        if let Some((residual, lens)) = known_residual(layout, index) {
            *agreeing.entry((link.from, link.to)).or_default() +=
                usize::from(residual.norm() < unseen(lens));
        }
    }
    for fit in &mut layout.fits {
        fit.agreeing = agreeing.get(&(fit.from, fit.to)).copied().unwrap_or(0);
    }
    layout.links = kept;
}

/// What so many pixels at the middle of a lens are, minutes of arc; `focal`: its focal length, pixels.
pub fn arcmin(pixels: f64, focal: f64) -> f64 {
    (pixels / focal).to_degrees() * 60.0
}

/// Misalignments of all links in minutes of arc, ascending.
pub fn misalignments(layout: &Layout) -> Vec<f64> {
    let mut out: Vec<f64> = (0..layout.links.len())
        .filter_map(|i| known_residual(layout, i).map(|(r, lens)| arcmin(r.norm(), lens.focal)))
        .collect();
    out.sort_by(f64::total_cmp);
    out
}

/// A quantile of ascending values; 0 for none.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    sorted
        .get(((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or(0.0)
}

/// Whether the photos go all around, so that their fields of view must add up to a full turn.
pub fn closes(seams: &SeamMap) -> bool {
    let width = seams.area.width as usize;
    (0..width)
        .all(|column| seams.labels.iter().skip(column).step_by(width).any(|label| *label != NOBODY))
}

/// Connected parts of the sphere that nobody shows, largest first, those below 0.1 % left out.
pub fn gaps(panorama: &Panorama) -> Vec<Gap> {
    let seams = &panorama.seams;
    let width = seams.area.width as usize;
    let unseen: Vec<bool> = seams.labels.iter().map(|label| *label == NOBODY).collect();
    let mut out = Vec::new();
    // Beyond a pole lies the other side.
    for places in seams.regions(&unseen, true) {
        let (mut share, mut sum, mut steepest) = (0.0, nalgebra::Vector3::zeros(), 0.0f64);
        for place in places {
            let d = seams.area.direction((place % width) as f64, (place / width) as f64);
            steepest = steepest.max(d.y.abs());
            sum += nalgebra::Vector3::new(d.x, d.y, d.z) * seams.share(place);
            share += seams.share(place);
        }
        if share < 0.001 {
            continue;
        }
        let pitch = sum.y.atan2(sum.x.hypot(sum.z)).to_degrees();
        let yaw = if pitch.abs() > 75.0 { 0.0 } else { sum.x.atan2(sum.z).to_degrees() };
        out.push(describe(yaw, pitch, steepest > POLE, share));
    }
    out.sort_by(|a, b| b.share.total_cmp(&a.share));
    out
}

/// Sine of the pitch above which a direction is straight up or down.
const POLE: f64 = 0.999;

/// A gap around `yaw`, `pitch`. One beside the pole that the photos do show is told by its direction: another photo straight
/// down, or a mark there, would not close it.
fn describe(yaw: f64, pitch: f64, holds_pole: bool, share: f64) -> Gap {
    let above = if holds_pole { 60.0 } else { 75.0 };
    let (place, advice) = if pitch > above {
        (
            Remark::new("stitch-gap-ceiling", "nothing looks at the ceiling"),
            Remark::new(
                "stitch-advice-ceiling",
                "take one photo straight up (or two, a quarter turn apart)",
            ),
        )
    } else if pitch < -above {
        (
            Remark::new("stitch-gap-floor", "nothing looks at the floor under the tripod"),
            Remark::new(
                "stitch-advice-floor",
                "take one photo straight down, the tripod moved aside, or let it be covered by the court's mark",
            ),
        )
    } else {
        let (yaw, pitch) = (format!("{yaw:.0}"), format!("{pitch:.0}"));
        let towards = |slug: &str, message| {
            Remark::new(slug, message).with("yaw", &yaw).with("pitch", &pitch)
        };
        (
            towards(
                "stitch-gap-side",
                format!("nothing shows what is at yaw {yaw}°, pitch {pitch}°"),
            ),
            towards(
                "stitch-advice-side",
                format!(
                    "take a photo towards yaw {yaw}°, pitch {pitch}° that overlaps its neighbours by a third"
                ),
            ),
        )
    };
    Gap { place, middle: [yaw, pitch], share, advice }
}

#[cfg(test)]
mod tests {
    use super::super::links::Fit;
    use super::*;
    use crate::base::Cancel;
    use crate::geometry::{Equirect, Projection};
    use nalgebra::Matrix2;

    #[test]
    fn a_gap_beside_what_is_straight_down_is_told_by_its_direction() {
        let told = |pitch, holds_pole| describe(-163.0, pitch, holds_pole, 0.01).place.slug;
        assert_eq!(told(-61.0, false), "stitch-gap-side");
        assert_eq!(told(-61.0, true), "stitch-gap-floor");
        // A ring around what one photo straight down shows.
        assert_eq!(told(-89.0, false), "stitch-gap-floor");
        assert_eq!(told(80.0, false), "stitch-gap-ceiling");
        assert_eq!(told(62.0, true), "stitch-gap-ceiling");
        assert_eq!(told(20.0, false), "stitch-gap-side");
    }

    #[test]
    fn points_agree_as_far_as_anyone_can_see() {
        let lens = Lens::centred(Projection::Rectilinear, 500.0, 800, 600);
        let mut layout = Layout::of_poses(
            vec![nalgebra::Matrix3::identity(); 2],
            vec![lens; 2],
            vec![0, 1],
            Vec::new(),
        );
        layout.fits = vec![Fit { from: 0, to: 1, tried: 9, found: 4, agreeing: 0 }];
        let link = |off: f64| Link {
            from: 0,
            to: 1,
            at: [300.0, 200.0],
            seen: [300.0 + off, 200.0],
            whitening: Matrix2::identity() * 10.0,
        };
        // A pixel and a half is hardly seen, where pixels are coarser than five minutes of arc.
        count_agreeing(&mut layout, vec![link(0.0), link(1.4), link(1.7), link(9.0)]);
        assert_eq!(layout.fits[0].agreeing, 2);
        assert!(layout.links.is_empty());
        // Of fine pixels more may be off.
        layout.lenses = vec![Lens { focal: 2000.0, ..lens }; 2];
        count_agreeing(&mut layout, vec![link(0.0), link(1.4), link(1.7), link(9.0)]);
        assert_eq!(layout.fits[0].agreeing, 3);
    }

    #[test]
    fn a_ring_closes_only_where_every_column_is_shown() {
        let area = Equirect { width: 8, height: 4 };
        let mut seams = SeamMap::new(area, &[], &Cancel::default()).unwrap();
        assert!(!closes(&seams));
        seams.labels[8..16].fill(0);
        assert!(closes(&seams));
        seams.labels[11] = NOBODY;
        assert!(!closes(&seams));
        seams.labels[27] = 1;
        assert!(closes(&seams));
    }
}
