//! Which photos of a set are exposures of one picture.
//!
//! The pictures decide: two photos belong to a bracket when one can be laid on the other with a small shift, when its
//! values tell those of the other through one rising curve, and when that curve is a step of exposure. EXIF can only
//! sharpen that: photos taken minutes apart are no bracket, and a known difference of exposure must be the seen one.

use super::align::{Alignment, Levels, align};
use super::curve::Curve;
use super::field::Field;
use super::rhythm::{self, Light};
use super::threshold::{Shift, shift};
use crate::container::exif::ExifFacts;
use crate::stitch::grey::{Grey, in_order};
use crate::stitch::photo::Photo;

/// Most exposures of a bracket.
pub const MOST: usize = 9;
/// Longest time between two neighbouring exposures, seconds.
const LONGEST: i64 = 60;
/// Largest shift between two exposures, share of the longer side.
const FARTHEST: f64 = 0.07;
/// Least step that is seen in the pictures alone, EV.
const STEP: f64 = 0.4;
/// Least step that is seen where EXIF says that there is one.
const STEP_TOLD: f64 = 0.2;
/// Least step where EXIF says that there is none (one raw file developed twice).
const STEP_DENIED: f64 = 0.8;
/// Least likeness of the equalised small pictures, 0 to 1.
const LIKENESS: f64 = 0.7;
/// The same where EXIF tells of another exposure within seconds.
const LIKENESS_TOLD: f64 = 0.45;
/// Pairs that are judged at once.
const BATCH: usize = 8;
/// Least share of a picture's values that the other's tell.
const EXPLAINED: f64 = 0.8;
/// Partners of a photo that are looked at closely.
const PARTNERS: usize = 6;

/// A small picture of a photo.
struct Small {
    /// About 256 pixels wide.
    grey: Grey,
    /// Size of `grey` through that of the kept picture.
    scale: f64,
    /// 32 × 24 values, each replaced by its rank, mean 0, length 1; empty for a blank photo.
    ranks: Vec<f32>,
    /// Median value.
    median: f32,
}

const RANKS: (usize, usize) = (32, 24);

impl Small {
    fn of(photo: &Photo) -> Self {
        let longer = photo.grey.width.max(photo.grey.height) as f64;
        let pixels = photo.grey.data.len() as f64 * (256.0 / longer).powi(2);
        let (grey, scale) = Grey::reduced(&photo.picture.planes[0], pixels);
        let mut cells = Vec::with_capacity(RANKS.0 * RANKS.1);
        for row in 0..RANKS.1 {
            for column in 0..RANKS.0 {
                let (x0, x1) = (column * grey.width / RANKS.0, (column + 1) * grey.width / RANKS.0);
                let (y0, y1) = (row * grey.height / RANKS.1, (row + 1) * grey.height / RANKS.1);
                let (mut sum, mut count) = (0.0, 0.0_f32);
                for y in y0..y1.max(y0 + 1).min(grey.height) {
                    for x in x0..x1.max(x0 + 1).min(grey.width) {
                        sum += grey.at(x, y);
                        count += 1.0;
                    }
                }
                cells.push(sum / count.max(1.0));
            }
        }
        let mut sorted = grey.data.clone();
        sorted.sort_by(f32::total_cmp);
        let median = sorted[sorted.len() / 2];
        Self { scale, ranks: ranked(&cells), median, grey }
    }

    fn likeness(&self, other: &Self) -> f64 {
        self.ranks.iter().zip(&other.ranks).map(|(a, b)| f64::from(a * b)).sum()
    }
}

/// Ranks (equal values share one) with mean 0 and length 1.
fn ranked(cells: &[f32]) -> Vec<f32> {
    // Steps of one level of 8 bits are not told apart.
    let coarse: Vec<i32> = cells.iter().map(|v| (v * 128.0).round() as i32).collect();
    let mut sorted = coarse.clone();
    sorted.sort_unstable();
    let ranks: Vec<f32> = coarse
        .iter()
        .map(|v| {
            let below = sorted.partition_point(|s| s < v);
            let up_to = sorted.partition_point(|s| s <= v);
            f32::midpoint(below as f32, up_to as f32)
        })
        .collect();
    let mean = ranks.iter().sum::<f32>() / ranks.len() as f32;
    let length = ranks.iter().map(|r| (r - mean).powi(2)).sum::<f32>().sqrt();
    if length < 1e-3 {
        return Vec::new();
    }
    ranks.iter().map(|r| (r - mean) / length).collect()
}

/// One exposure of a bracket.
#[derive(Clone, Debug)]
pub struct Exposure {
    /// Index of the photo.
    pub photo: usize,
    /// How many stops more light it got than the reference.
    pub ev: f64,
    /// From the reference's pixels to its own; `None` for the reference.
    pub field: Option<Field>,
}

/// Photos that are exposures of one picture.
#[derive(Clone, Debug)]
pub struct Group {
    /// The best exposed, whose place the fused photo takes.
    pub reference: usize,
    /// All, the darkest first.
    pub exposures: Vec<Exposure>,
}

/// Light that EXIF says reached the sensor, as a power of two; `None` where it does not say all.
pub fn told_exposure(exif: &ExifFacts) -> Option<f64> {
    let (seconds, iso) = (exif.exposure_seconds?, f64::from(exif.iso.filter(|iso| *iso > 0)?));
    // Phones have one aperture and may not tell it.
    let aperture = exif.f_number.unwrap_or(1.0);
    let ev = (seconds * iso / (aperture * aperture)).log2();
    ev.is_finite().then_some(ev)
}

/// When a photo was taken, seconds of its camera's clock.
pub fn second(exif: &ExifFacts) -> Option<i64> {
    let time = exif.captured_at.as_ref()?.civil()?;
    Some(jiff::tz::Offset::UTC.to_timestamp(time).ok()?.as_second())
}

/// The brackets of a set, by their first photo.
pub fn recognise(photos: &[Photo]) -> Vec<Group> {
    let small = in_order(photos.len(), |i| Small::of(&photos[i]));
    let pairs = likely(photos, &small);
    if pairs.is_empty() {
        return Vec::new();
    }
    let mut group_of: Vec<usize> = (0..photos.len()).collect();
    // The likeliest first, some at once: what hangs together already is not compared again.
    for batch in pairs.chunks(BATCH) {
        let open: Vec<(usize, usize)> =
            batch.iter().copied().filter(|&(a, b)| may_join(&group_of, a, b)).collect();
        let judged = in_order(open.len(), |k| judge(photos, &small, [open[k].0, open[k].1]));
        for ((a, b), found) in open.into_iter().zip(judged) {
            if found.is_some() && may_join(&group_of, a, b) {
                let (one, two) = (group_of[a], group_of[b]);
                group_of.iter_mut().filter(|g| **g == two).for_each(|g| *g = one);
            }
        }
    }
    let mut groups: Vec<Vec<usize>> = (0..photos.len())
        .map(|g| (0..photos.len()).filter(|&i| group_of[i] == g).collect::<Vec<_>>())
        .filter(|list| list.len() >= 2)
        .collect();
    groups.sort();
    let laid = in_order(groups.len(), |k| laid(photos, &small, &groups[k]));
    let mut groups: Vec<Group> = laid.into_iter().flatten().collect();
    let light = |(photo, small): (&Photo, &Small)| Light {
        size: (photo.width(), photo.height()),
        median: small.median,
        quality: well_exposed(small),
    };
    let lights: Vec<Light> = photos.iter().zip(&small).map(light).collect();
    rhythm::complete(&mut groups, &lights);
    let told: Vec<Option<f64>> = photos.iter().map(|photo| told_exposure(&photo.exif)).collect();
    without_accidents(&mut groups, &told);
    groups
}

/// Keeps the groups that a camera makes: photos one after the other, such as EXIF tells of, or such as were exposed in
/// the same steps as another group (a turn at each exposure). What remains are walls that look alike.
fn without_accidents(groups: &mut Vec<Group>, told: &[Option<f64>]) {
    let kept: Vec<bool> = groups
        .iter()
        .map(|group| {
            let photos = || group.exposures.iter().map(|e| e.photo);
            let span = photos().max().unwrap_or(0) - photos().min().unwrap_or(0) + 1;
            // One in each gap may not have been recognised.
            let one_after_the_other = span < 2 * group.exposures.len();
            let stated: Option<Vec<f64>> = photos().map(|photo| told[photo]).collect();
            let by_exif = stated.is_some_and(|stated| {
                let least = stated.iter().copied().fold(f64::MAX, f64::min);
                stated.iter().any(|ev| ev - least > STEP_TOLD)
            });
            let others = groups.iter().filter(|other| other.reference != group.reference);
            one_after_the_other
                || by_exif
                || others.into_iter().any(|other| same_steps(group, other))
        })
        .collect();
    let mut kept = kept.into_iter();
    groups.retain(|_| kept.next().unwrap_or(true));
}

/// Whether two groups were exposed in the same steps.
fn same_steps(one: &Group, other: &Group) -> bool {
    let darkest = |group: &Group| group.exposures.first().map_or(0.0, |e| e.ev);
    let (from, to) = (darkest(one), darkest(other));
    one.exposures.len() == other.exposures.len()
        && one
            .exposures
            .iter()
            .zip(&other.exposures)
            .all(|(a, b)| ((a.ev - from) - (b.ev - to)).abs() < rhythm::UNEVEN)
}

/// Whether two photos are in two groups that are one bracket at most.
fn may_join(group_of: &[usize], a: usize, b: usize) -> bool {
    let (one, two) = (group_of[a], group_of[b]);
    one != two && group_of.iter().filter(|g| **g == one || **g == two).count() <= MOST
}

/// Pairs that may be two exposures of one picture, most alike first.
fn likely(photos: &[Photo], small: &[Small]) -> Vec<(usize, usize)> {
    let times: Vec<Option<i64>> = photos.iter().map(|p| second(&p.exif)).collect();
    let each = in_order(photos.len(), |a| {
        let mut partners: Vec<(f64, usize)> = (0..photos.len())
            .filter(|&b| {
                let apart = match (times[a], times[b]) {
                    (Some(s), Some(t)) => (s - t).abs() > LONGEST,
                    _ => false,
                };
                a != b
                    && !apart
                    && photos[a].width() == photos[b].width()
                    && photos[a].height() == photos[b].height()
            })
            .map(|b| (small[a].likeness(&small[b]), b))
            .filter(|&(likeness, b)| {
                let soon =
                    matches!((times[a], times[b]), (Some(s), Some(t)) if (s - t).abs() <= 10);
                let told = |i: usize| told_exposure(&photos[i].exif);
                let step = matches!((told(a), told(b)), (Some(x), Some(y)) if (x - y).abs() > 0.3);
                likeness >= if soon && step { LIKENESS_TOLD } else { LIKENESS }
            })
            .collect();
        partners.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
        partners.truncate(PARTNERS);
        partners
    });
    let mut out: Vec<(f64, usize, usize)> = Vec::new();
    for (a, partners) in each.into_iter().enumerate() {
        for (likeness, b) in partners {
            out.push((likeness, a.min(b), a.max(b)));
        }
    }
    out.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    out.dedup_by_key(|pair| (pair.1, pair.2));
    out.into_iter().map(|(_, a, b)| (a, b)).collect()
}

/// The step of exposure from one photo to another, if they are exposures of one picture.
fn judge(photos: &[Photo], small: &[Small], [a, b]: [usize; 2]) -> Option<f64> {
    let guess = coarse(small, a, b)?;
    let rough = Field::shift(
        (photos[a].width(), photos[a].height()),
        guess.by.map(|v| f64::from(v) / small[a].scale),
    );
    // What cannot be a bracket at a glance is not looked at closely.
    let glance = relation(small, a, b, &rough)?;
    if glance.explained < 0.5 || !is_step(photos, a, b, glance.ev, 0.5) {
        return None;
    }
    let levels = [Levels::of(&photos[a]), Levels::of(&photos[b])];
    let found = align(&photos[a], &photos[b], [&levels[0], &levels[1]], &guess, small[a].scale)?;
    let size = (photos[a].width(), photos[a].height());
    if !found.is_sure() || found.field.largest(size) > FARTHEST * size.0.max(size.1) as f64 {
        return None;
    }
    let curve = relation(small, a, b, &found.field)?;
    (curve.explained >= EXPLAINED && is_step(photos, a, b, curve.ev, 1.0)).then_some(curve.ev)
}

fn coarse(small: &[Small], a: usize, b: usize) -> Option<Shift> {
    shift(&small[a].grey, &small[b].grey).filter(|s| s.disagreement < 0.25)
}

/// Whether a seen step of exposure is one of a bracket.
fn is_step(photos: &[Photo], a: usize, b: usize, seen: f64, share: f64) -> bool {
    match (told_exposure(&photos[a].exif), told_exposure(&photos[b].exif)) {
        (Some(one), Some(two)) if (two - one).abs() < 0.15 => seen.abs() >= share * STEP_DENIED,
        (Some(one), Some(two)) => seen * (two - one) > 0.0 && seen.abs() >= share * STEP_TOLD,
        _ => seen.abs() >= share * STEP,
    }
}

/// How the values of a photo become those of another that is laid on it.
fn relation(small: &[Small], a: usize, b: usize, field: &Field) -> Option<Curve> {
    let (one, two) = (&small[a].grey, &small[b].grey);
    let field = field.scaled(small[a].scale);
    let mut pairs = Vec::with_capacity(one.data.len() / 2);
    for y in 0..one.height {
        for x in (y % 2..one.width).step_by(2) {
            let to = field.moved([x as f64, y as f64]);
            if let Some(v) = two.sample(to[0] as f32, to[1] as f32) {
                pairs.push([one.at(x, y), v]);
            }
        }
    }
    Curve::through(&pairs)
}

/// Share of a photo that is neither black nor burnt out.
fn well_exposed(small: &Small) -> f64 {
    let good = small.grey.data.iter().filter(|v| (0.06..0.94).contains(*v)).count();
    good as f64 / small.grey.data.len().max(1) as f64
}

/// Lays all exposures of a bracket on its best one.
fn laid(photos: &[Photo], small: &[Small], members: &[usize]) -> Option<Group> {
    let mut order = members.to_vec();
    order.sort_by(|&a, &b| small[a].median.total_cmp(&small[b].median).then(a.cmp(&b)));
    // The best exposed; of two as good, the one nearer to the middle grey.
    let score = |i: usize| {
        let grey = 0.2 * f64::from((small[i].median - 0.45).abs());
        well_exposed(&small[i]) - grey
    };
    let reference = order.iter().copied().max_by(|&a, &b| score(a).total_cmp(&score(b)))?;
    let levels: Vec<Levels> = order.iter().map(|&i| Levels::of(&photos[i])).collect();
    let middle = order.iter().position(|&i| i == reference)?;
    let mut exposures: Vec<Option<Exposure>> = vec![None; order.len()];
    exposures[middle] = Some(Exposure { photo: reference, ev: 0.0, field: None });
    // From the reference outwards: what is too far from it is laid on its neighbour.
    let outwards = (middle + 1..order.len()).map(|k| (k, k - 1));
    let inwards = (0..middle).rev().map(|k| (k, k + 1));
    for (k, neighbour) in outwards.chain(inwards) {
        let direct = step(photos, small, &order, &levels, (middle, k));
        let size = (photos[reference].width(), photos[reference].height());
        exposures[k] = direct
            .map(|(field, ev)| Exposure { photo: order[k], ev, field: Some(field) })
            .or_else(|| {
                let before = exposures[neighbour].clone()?;
                let (field, ev) = step(photos, small, &order, &levels, (neighbour, k))?;
                let field = match &before.field {
                    Some(first) => first.followed_by(&field, size),
                    None => field,
                };
                Some(Exposure { photo: order[k], ev: before.ev + ev, field: Some(field) })
            });
    }
    // An exposure that cannot be laid on the others stays a photo of its own.
    let exposures: Vec<Exposure> = exposures.into_iter().flatten().collect();
    (exposures.len() >= 2).then_some(Group { reference, exposures })
}

fn step(
    photos: &[Photo],
    small: &[Small],
    order: &[usize],
    levels: &[Levels],
    (from, to): (usize, usize),
) -> Option<(Field, f64)> {
    let (a, b) = (order[from], order[to]);
    let guess = coarse(small, a, b)?;
    let found: Alignment =
        align(&photos[a], &photos[b], [&levels[from], &levels[to]], &guess, small[a].scale)
            .filter(Alignment::is_sure)?;
    let curve = relation(small, a, b, &found.field)?;
    Some((found.field, curve.ev))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(exposures: &[(usize, f64)]) -> Group {
        let exposures =
            exposures.iter().map(|&(photo, ev)| Exposure { photo, ev, field: None }).collect();
        Group { reference: 0, exposures }
    }

    fn kept(groups: &[&[(usize, f64)]], told: &[Option<f64>]) -> Vec<usize> {
        let mut groups: Vec<Group> = groups.iter().map(|exposures| group(exposures)).collect();
        for (number, group) in groups.iter_mut().enumerate() {
            group.reference = number;
        }
        without_accidents(&mut groups, told);
        groups.iter().map(|group| group.reference).collect()
    }

    #[test]
    fn walls_that_look_alike_are_no_bracket() {
        let alike: &[&[(usize, f64)]] = &[
            &[(0, -1.1), (9, -0.2), (3, 0.0), (6, 1.2)],
            &[(7, -0.5), (1, 0.0), (4, 1.5), (10, 2.1)],
            &[(5, -0.7), (11, 0.0), (8, 1.6)],
        ];
        assert!(kept(alike, &[None; 12]).is_empty());
        // The camera says that it changed the exposure.
        let told: Vec<Option<f64>> = (0..12).map(|photo| Some(f64::from(photo / 3))).collect();
        assert_eq!(kept(alike, &told), [0, 1, 2]);
        // The camera says that it did not.
        assert!(kept(alike, &[Some(4.0); 12]).is_empty());
    }

    #[test]
    fn brackets_come_one_after_the_other_or_in_rounds() {
        let rows: &[&[(usize, f64)]] = &[&[(0, -2.0), (1, 0.0), (2, 2.0)], &[(3, -2.0), (5, 2.0)]];
        assert_eq!(kept(rows, &[None; 6]), [0, 1]);
        let rounds: &[&[(usize, f64)]] =
            &[&[(0, -2.1), (4, 0.0), (8, 1.9)], &[(1, 0.0), (5, 2.0), (9, 3.8)]];
        assert_eq!(kept(rounds, &[None; 12]), [0, 1]);
    }
}
