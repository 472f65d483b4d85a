//! Sums up for a person: which photos are in the picture and how sure that is, which are not and why.

use std::collections::BTreeMap;

use super::attitude::Attitude;
use super::compose::Panorama;
use super::flaws::is_blank;
use super::judge::{arcmin, known_residual, photo_fits, quantile};
use super::layout::Layout;
use super::photo::Photo;
use super::photometry::Tone;
use super::remarks;
use super::report::{LeftOut, LevelledBy, Overlap, Placed, PlacedBy, Remark, Report, Verdict};
use super::seams::NOBODY;

/// Confidence up to which a panorama is not called complete.
pub(super) const DOUBTFUL: f64 = 0.5;
/// Share of the picture that blurred photos may show before it is not called complete.
const SOFT: f64 = 0.2;
/// How sure a photo's place is that a person gives, at least.
const HELD: f64 = 0.7;
/// How sure it is that one stands right that a gimbal places, at most.
const SENSED: f64 = 0.8;

/// What the finished picture itself shows of how well it fits.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// By how much it lessens the confidence, 0 to 1.
    pub doubt: f64,
    /// How far each photo's place can be relied on, 0 to 1.
    pub trusts: Vec<f64>,
    /// Whether each photo is blurred.
    pub blurred: Vec<bool>,
    /// Photos without features whose place nothing proves that both they and their neighbours show.
    pub unproven: Vec<usize>,
}

/// The report of a finished panorama, without what only the pipeline knows.
pub(super) fn report(
    photos: &[Photo],
    layout: &Layout,
    tones: &[Tone],
    panorama: &Panorama,
    misaligned: &[f64],
    seen: Seen,
) -> Report {
    let name = |i: usize| photos[i].name.clone();
    let fits = photo_fits(layout, photos.len());
    let mut shown = vec![0.0; photos.len()];
    let area = panorama.seams.area;
    let (w, h) = (area.width as usize, area.height as usize);
    for (place, label) in panorama.seams.labels.iter().enumerate() {
        if *label != NOBODY {
            let weight = (((place / w) as f64 + 0.5) / h as f64 * std::f64::consts::PI).sin();
            shown[usize::from(*label)] +=
                weight / (w as f64 * h as f64 * 2.0 / std::f64::consts::PI);
        }
    }
    let placed = layout
        .placed
        .iter()
        .map(|&i| Placed {
            photo: name(i),
            attitude: Attitude::of(&layout.rotations[i]),
            hfov: layout.lenses[i].hfov(photos[i].width() as f64),
            exposure: tones[i].ev(),
            features: layout.feature_counts[i],
            shown: shown[i],
            by: if layout.by_sensors.contains(&i) {
                PlacedBy::Sensors
            } else if layout.by_pattern.contains(&i) {
                PlacedBy::Pattern
            } else if layout.held.contains(&i) && fits[i].confidence() < HELD {
                PlacedBy::Hand
            } else {
                PlacedBy::Picture
            },
        })
        .collect();
    let left_out: Vec<LeftOut> = (0..photos.len())
        .filter(|i| layout.placed.binary_search(i).is_err())
        .map(|i| match layout.duplicates.iter().find(|(twin, _)| *twin == i) {
            Some((_, kept)) => LeftOut {
                photo: name(i),
                reason: Remark::new(
                    "stitch-left-twin",
                    format!("it shows the same as '{}'", name(*kept)),
                )
                .with("name", name(*kept)),
                on_purpose: true,
            },
            None => LeftOut {
                photo: name(i),
                reason: why_left_out(i, &photos[i], seen.blurred[i], layout),
                on_purpose: false,
            },
        })
        .collect();
    let mut warnings = Vec::new();
    let mut disagreeing = Vec::new();
    let mut confidence = 1.0_f64;
    let trusts = seen.trusts;
    for &i in &layout.placed {
        if layout.by_pattern.contains(&i) {
            // It may well be right, and nothing proves it.
            confidence = confidence.min(DOUBTFUL);
            let message = format!(
                "'{}' is placed by the pattern of the tripod head, not by the picture: look at its borders",
                name(i)
            );
            warnings.push(Remark::new("stitch-warning-by-pattern", message).with("name", name(i)));
            continue;
        }
        if layout.by_sensors.contains(&i) {
            confidence = confidence.min(SENSED);
            if seen.unproven.contains(&i) {
                confidence = confidence.min(DOUBTFUL);
                warnings.push(remarks::sensed_elsewhere(name(i)));
            }
            continue;
        }
        if seen.unproven.contains(&i) {
            confidence = confidence.min(DOUBTFUL);
            let message = format!(
                "'{}' shows hardly anything but a blank surface and is placed by its shading: look at its borders",
                name(i)
            );
            warnings.push(Remark::new("stitch-warning-by-shade", message).with("name", name(i)));
            continue;
        }
        let sure = fits[i].confidence().min(trusts[i]);
        if layout.held.contains(&i) {
            confidence = confidence.min(sure.max(HELD));
            continue;
        }
        confidence = confidence.min(sure);
        if sure < 0.6 && trusts[i] < fits[i].confidence() {
            disagreeing.push(i);
        } else if sure < 0.6 {
            let percent = format!("{:.0}", 100.0 * fits[i].share());
            let message = format!(
                "'{}' is held by {} points only ({percent} % of those tried): look at its borders",
                name(i),
                fits[i].found
            );
            warnings.push(
                Remark::new("stitch-warning-few-points", message)
                    .with("name", name(i))
                    .with("count", fits[i].found)
                    .with("percent", percent),
            );
        }
    }
    warnings.extend(remarks::by_sensors(layout.by_sensors.len()));
    warnings.extend(remarks::disagreeing(disagreeing.into_iter().map(name).collect()));
    let soft: Vec<usize> = layout.placed.iter().copied().filter(|&i| seen.blurred[i]).collect();
    if soft.iter().map(|&i| shown[i]).sum::<f64>() > SOFT * shown.iter().sum::<f64>() {
        confidence = confidence.min(DOUBTFUL);
    }
    warnings.extend(remarks::blurred(soft.into_iter().map(name).collect()));
    let p95 = quantile(misaligned, 0.95);
    confidence *= seen.doubt;
    let overlaps = overlaps(photos, layout);
    let verdict = if left_out.iter().all(|l| l.on_purpose) && confidence > DOUBTFUL {
        Verdict::Complete
    } else {
        Verdict::Partial
    };
    Report {
        verdict,
        confidence,
        placed,
        left_out,
        reprojection_error_px: layout.error,
        misalignment_arcmin: [quantile(misaligned, 0.5), p95],
        brackets: Vec::new(),
        overlaps,
        gaps: Vec::new(),
        warnings,
        verticals: 0,
        levelled_by: LevelledBy::default(),
        heading: None,
        moved: Vec::new(),
        seam_difference: [0.0; 2],
        seams_visible: [0.0; 3],
        filled: 0.0,
        mark: None,
        seconds: BTreeMap::new(),
    }
}

/// The pairs that overlap.
pub(super) fn overlaps(photos: &[Photo], layout: &Layout) -> Vec<Overlap> {
    let mut pairs: BTreeMap<(usize, usize), (usize, usize, Vec<f64>)> = BTreeMap::new();
    for fit in &layout.fits {
        let entry = pairs.entry((fit.from.min(fit.to), fit.from.max(fit.to))).or_default();
        entry.0 += fit.tried;
        entry.1 += fit.found;
    }
    for (index, link) in layout.links.iter().enumerate() {
        if let Some((residual, lens)) = known_residual(layout, index) {
            let entry = pairs.entry((link.from.min(link.to), link.from.max(link.to))).or_default();
            entry.2.push(arcmin(residual.norm(), lens.focal));
        }
    }
    pairs
        .into_iter()
        .map(|((a, b), (tried, found, mut off))| {
            off.sort_by(f64::total_cmp);
            Overlap {
                a: photos[a].name.clone(),
                b: photos[b].name.clone(),
                points: found,
                found: found as f64 / tried.max(1) as f64,
                misalignment: quantile(&off, 0.5),
            }
        })
        .collect()
}

fn why_left_out(i: usize, photo: &Photo, blurred: bool, layout: &Layout) -> Remark {
    if !blurred && is_blank(photo, layout.feature_counts[i]) {
        return Remark::new(
            "stitch-left-blank",
            "it shows hardly anything but a blank surface: take it again from the same spot with a wider view, so that an edge, a door or furniture is in it",
        );
    }
    if layout.rejected.contains(&i) {
        return Remark::new(
            "stitch-left-contradicts",
            "where it should overlap the others it shows something else: it was taken from another spot or something large moved",
        );
    }
    if blurred {
        return Remark::new(
            "stitch-left-blurred",
            "it is blurred: hold the camera still or use a tripod, and take it again",
        );
    }
    if let Some(group) = layout.others.iter().find(|c| c.photos.len() > 1 && c.photos.contains(&i))
    {
        let count = group.photos.len() - 1;
        let message = format!(
            "it hangs together with {count} other photos but not with the panorama: it belongs to another room or a photo between them is missing"
        );
        return Remark::new("stitch-left-other-group", message).with("count", count);
    }
    Remark::new(
        "stitch-left-alone",
        "nothing in it was found again in the others: it belongs elsewhere, or it overlaps them by too little",
    )
}
