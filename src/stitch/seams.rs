//! Which photo is shown where: seams that run where the photos agree.
//!
//! Graph cut (Kwatra et al., SIGGRAPH 2003) by α-expansion (Boykov, Veksler and Zabih, PAMI 23(11), 2001) on a small
//! picture of the sphere. What moved between the photos is then taken whole from one of them. Whether photos agree at a place
//! of it is asked four times as finely: an edge that lies two pixels beside itself would hardly be seen otherwise.

use std::collections::HashMap;
use std::f64::consts::PI;

use nalgebra::Vector3;

use super::error::{StitchError, unless_cancelled};
use super::grey::in_order;
use super::maxflow::Graph;
use super::regions::regions;
use super::warp::Sampler;
use crate::base::Cancel;
use crate::geometry::Equirect;

/// No photo shows this place.
pub const NOBODY: u16 = u16::MAX;
/// A place that a label cannot show.
const NEVER: f32 = 1e4;
/// Cost of a step of seam where both photos are the same, of full scale.
const LENGTH: f32 = 0.004;
/// Points of a place across and down.
pub const FINE: usize = 4;
/// Weight of a photo's quality at a place against differences along seams.
const QUALITY: f32 = 0.012;

/// What a photo that is to be avoided is worse by: a seam runs through what differs rather than leaving it blurred.
const AVOIDED: f32 = 15.0;

/// A photo that could be shown at a place.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    photo: u16,
    /// Encoded R, G, B, 0 to 1.
    colour: [f32; 3],
    /// 0 (centre of the photo, well exposed) to 1.
    cost: f32,
    /// Encoded luma at [`FINE`] × [`FINE`] points of the place, row by row.
    fine: [u8; FINE * FINE],
}

/// The small picture of the sphere and what could be shown at each of its places.
pub struct SeamMap {
    /// Its size.
    pub area: Equirect,
    starts: Vec<u32>,
    candidates: Vec<Candidate>,
    /// The photo shown at each place, or [`NOBODY`].
    pub labels: Vec<u16>,
    /// What it costs more to part two photos (the lower first) at a place.
    dear: HashMap<(usize, [u16; 2]), f32>,
}

/// Two places beside one another that different photos show.
#[derive(Clone, Copy, Debug)]
pub struct Border {
    /// A place, and the one to its right or below it.
    pub places: [usize; 2],
    /// What shows the one and the other.
    pub photos: [u16; 2],
    /// The direction between both.
    pub between: Vector3<f64>,
}

impl SeamMap {
    /// The borders between photos, row by row; the last row, around straight down, has none of its own.
    pub fn borders(&self) -> impl Iterator<Item = Border> + '_ {
        let (width, height) = (self.area.width as usize, self.area.height as usize);
        (0..width * (height - 1)).flat_map(move |here| {
            let (column, row) = (here % width, here / width);
            let right = row * width + (column + 1) % width;
            [(right, 0.5, 0.0), (here + width, 0.0, 0.5)].into_iter().filter_map(
                move |(there, dx, dy)| {
                    let photos = [here, there].map(|place| self.labels[place]);
                    if photos[0] == photos[1] || photos.contains(&NOBODY) {
                        return None;
                    }
                    let d = self.area.direction(column as f64 + dx, row as f64 + dy);
                    let between = Vector3::new(d.x, d.y, d.z);
                    Some(Border { places: [here, there], photos, between })
                },
            )
        })
    }

    /// What the photos that see a place show there: photo and encoded R, G, B.
    pub(super) fn colours(&self, place: usize) -> impl Iterator<Item = (u16, [f32; 3])> + '_ {
        let range = self.starts[place] as usize..self.starts[place + 1] as usize;
        self.candidates[range].iter().map(|c| (c.photo, c.colour))
    }

    /// Collects the candidates and gives each place to the best of them.
    pub fn new(
        area: Equirect,
        samplers: &[(usize, Sampler)],
        cancel: &Cancel,
    ) -> Result<Self, StitchError> {
        let width = area.width as usize;
        let rows = in_order(area.height as usize, |y| {
            let mut counts = Vec::with_capacity(width);
            let mut row = Vec::new();
            if cancel.is_cancelled() {
                return (vec![0_u32; width], row);
            }
            for x in 0..width {
                let d = area.direction(x as f64, y as f64);
                let world = Vector3::new(d.x, d.y, d.z);
                let before = row.len();
                for (photo, sampler) in samplers {
                    let view = sampler.view();
                    let Some(pixel) = view.look(&world) else { continue };
                    let margin = view.margin(pixel);
                    let (colour, fine) = detail(sampler, &area, [x as f64, y as f64], pixel);
                    let burnt = colour.iter().copied().fold(0.0, f32::max) > 0.985;
                    let cost = (1.0 - margin).powi(2) + if burnt { 0.3 } else { 0.0 };
                    row.push(Candidate { photo: *photo as u16, colour, cost, fine });
                }
                counts.push((row.len() - before) as u32);
            }
            (counts, row)
        });
        if cancel.is_cancelled() {
            return Err(StitchError::Cancelled);
        }
        let mut starts = vec![0_u32];
        // In one piece, so that rows go as they are copied.
        let mut candidates = Vec::with_capacity(rows.iter().map(|(_, row)| row.len()).sum());
        for (counts, row) in rows {
            for count in counts {
                starts.push(starts[starts.len() - 1] + count);
            }
            candidates.extend_from_slice(&row);
        }
        let mut map = Self { area, starts, candidates, labels: Vec::new(), dear: HashMap::new() };
        map.give_to_best();
        Ok(map)
    }

    /// Gives each place to the best of its candidates.
    fn give_to_best(&mut self) {
        let places = 0..self.starts.len() - 1;
        let best = |place: usize| self.at(place).iter().min_by(|a, b| a.cost.total_cmp(&b.cost));
        self.labels = places.map(|place| best(place).map_or(NOBODY, |c| c.photo)).collect();
    }

    /// Begins anew with the `blurred` of all photos only where no other shows a place.
    pub fn avoid(&mut self, blurred: &[bool]) {
        if !blurred.contains(&true) {
            return;
        }
        for candidate in &mut self.candidates {
            if blurred[usize::from(candidate.photo)] {
                candidate.cost += AVOIDED;
            }
        }
        self.give_to_best();
    }

    fn at(&self, place: usize) -> &[Candidate] {
        &self.candidates[self.starts[place] as usize..self.starts[place + 1] as usize]
    }

    fn candidate(&self, place: usize, photo: u16) -> Option<&Candidate> {
        self.at(place).iter().find(|c| c.photo == photo)
    }

    /// Whether a photo shows a place.
    pub fn shows(&self, place: usize, photo: u16) -> bool {
        self.candidate(place, photo).is_some()
    }

    /// Cost of showing `a` at `p` beside `b` at `q`.
    fn seam(&self, p: usize, q: usize, a: u16, b: u16) -> f32 {
        if a == b {
            return 0.0;
        }
        let between = |place: usize| match (self.candidate(place, a), self.candidate(place, b)) {
            (Some(x), Some(y)) => disagree(x, y),
            // One of them is not seen here: its border. A seam along it is no worse than a large difference.
            _ => 0.35,
        };
        let cost = LENGTH + between(p) + between(q);
        if self.dear.is_empty() {
            return cost;
        }
        let pair = [a.min(b), a.max(b)];
        let more = |place: usize| self.dear.get(&(place, pair)).copied().unwrap_or(0.0);
        cost + more(p) + more(q)
    }

    /// Makes it dearer to part two photos at a place.
    pub fn part_dearly(&mut self, place: usize, [a, b]: [u16; 2], more: f32) {
        *self.dear.entry((place, [a.min(b), a.max(b)])).or_default() += more;
    }

    /// The places at most so many columns and rows from a place: over the side of the map, not over the poles.
    pub fn around(&self, place: usize, reach: usize) -> impl Iterator<Item = usize> + use<> {
        let (width, height) = (self.area.width as usize, self.area.height as usize);
        let (column, row) = (place % width, place / width);
        (row.saturating_sub(reach)..=(row + reach).min(height - 1)).flat_map(move |row| {
            (0..=2 * reach).map(move |right| row * width + (column + width + right - reach) % width)
        })
    }

    /// Regions of places that touch side by side, over the side of the map and, if that is wanted, to the other side of a
    /// pole; in the order of their first places, each from its first place outwards.
    pub fn regions(&self, places: &[bool], over_poles: bool) -> Vec<Vec<usize>> {
        let (width, height) = (self.area.width as usize, self.area.height as usize);
        regions(places, |place| {
            let (column, row) = (place % width, place / width);
            let side = |step: usize| row * width + (column + step) % width;
            let across = over_poles.then(|| side(width / 2));
            let above = if row > 0 { Some(place - width) } else { across };
            let below = if row + 1 < height { Some(place + width) } else { across };
            [Some(side(1)), Some(side(width - 1)), above, below]
        })
    }

    /// The share of the sphere that a place is.
    pub fn share(&self, place: usize) -> f64 {
        let (width, height) = (f64::from(self.area.width), f64::from(self.area.height));
        let row = (place / self.area.width as usize) as f64;
        ((row + 0.5) / height * PI).sin() / (width * height * 2.0 / PI)
    }

    /// Improves the seams, label by label, `rounds` times at most.
    pub fn improve(
        &mut self,
        photos: &[usize],
        rounds: usize,
        cancel: &Cancel,
    ) -> Result<(), StitchError> {
        for _ in 0..rounds {
            if self.improve_once(photos, None, cancel)? * 2000 < self.labels.len() {
                break;
            }
        }
        Ok(())
    }

    /// One round of improvements, of some places alone if they are given; returns how many changed.
    pub fn improve_once(
        &mut self,
        photos: &[usize],
        only: Option<&[bool]>,
        cancel: &Cancel,
    ) -> Result<usize, StitchError> {
        let mut changed = 0;
        for &photo in photos {
            unless_cancelled(cancel)?;
            changed += self.expand(photo as u16, only);
        }
        Ok(changed)
    }

    /// One α-expansion, of some places alone if they are given; returns how many places changed.
    fn expand(&mut self, label: u16, only: Option<&[bool]>) -> usize {
        let (width, height) = (self.area.width as usize, self.area.height as usize);
        let mut node_of = vec![u32::MAX; self.labels.len()];
        let mut places = Vec::new();
        for place in 0..self.labels.len() {
            let free = only.is_none_or(|only| only[place]);
            if free && self.labels[place] != label && self.candidate(place, label).is_some() {
                node_of[place] = places.len() as u32;
                places.push(place);
            }
        }
        if places.is_empty() {
            return 0;
        }
        let mut graph = Graph::new(places.len());
        // The sink's side takes the new label.
        for (node, &place) in places.iter().enumerate() {
            let row = place / width;
            let weight = latitude(row, height);
            let cost = |photo: u16| {
                self.candidate(place, photo).map_or(NEVER, |c| QUALITY * weight * c.cost)
            };
            graph.add_terminal(node, cost(label), cost(self.labels[place]));
            let column = place % width;
            let right = row * width + (column + 1) % width;
            let left = row * width + (column + width - 1) % width;
            let below = (row + 1 < height).then(|| place + width);
            let above = (row > 0).then(|| place - width);
            for (other, forward, strength) in [
                (Some(right), true, 1.0),
                (below, true, weight),
                (Some(left), false, 1.0),
                (above, false, weight),
            ] {
                let Some(other) = other else { continue };
                if self.labels[other] == NOBODY {
                    continue;
                }
                let (mine, theirs) = (self.labels[place], self.labels[other]);
                let peer = node_of[other];
                if peer == u32::MAX {
                    // The neighbour keeps its label (or has the new one already).
                    let keep = strength * self.seam(place, other, mine, theirs);
                    let take = strength * self.seam(place, other, label, theirs);
                    graph.add_terminal(node, take, keep);
                } else if forward {
                    // E(0,0)=A, E(0,1)=B (other takes), E(1,0)=C (this takes), E(1,1)=0.
                    let a = strength * self.seam(place, other, mine, theirs);
                    let b = strength * self.seam(place, other, mine, label);
                    let c = strength * self.seam(place, other, label, theirs);
                    // Kolmogorov and Zabih 2004: E = A + (C−A) x + (−C) y + (B + C − A) (1−x) y, truncated.
                    graph.add_terminal(node, c - a, 0.0);
                    graph.add_terminal(peer as usize, -c, 0.0);
                    graph.add_edge(node, peer as usize, (b + c - a).max(0.0), 0.0);
                }
            }
        }
        graph.cut();
        let mut changed = 0;
        for (node, &place) in places.iter().enumerate() {
            if graph.on_sink_side(node) {
                self.labels[place] = label;
                changed += 1;
            }
        }
        changed
    }

    /// Mean difference of the photos along the seams, 0 to 1, and the largest.
    pub fn along_seams(&self) -> (f32, f32) {
        let (width, height) = (self.area.width as usize, self.area.height as usize);
        let (mut sum, mut count, mut most) = (0.0, 0.0, 0.0_f32);
        for row in 0..height {
            for column in 0..width {
                let p = row * width + column;
                for q in [
                    Some(row * width + (column + 1) % width),
                    (row + 1 < height).then(|| p + width),
                ]
                .into_iter()
                .flatten()
                {
                    let (a, b) = (self.labels[p], self.labels[q]);
                    if a != b && a != NOBODY && b != NOBODY {
                        let step = (self.seam(p, q, a, b) - LENGTH) / 2.0;
                        sum += step;
                        count += 1.0;
                        most = most.max(step);
                    }
                }
            }
        }
        (if count > 0.0 { sum / count } else { 0.0 }, most)
    }
}

/// Width of a place in its row, as a share of one at the equator.
fn latitude(row: usize, height: usize) -> f32 {
    (((row as f32 + 0.5) / height as f32) * std::f32::consts::PI).sin().max(0.02)
}

/// What a photo shows at a place: its colour, and luma point by point.
fn detail(
    sampler: &Sampler,
    area: &Equirect,
    [column, row]: [f64; 2],
    pixel: [f64; 2],
) -> ([f32; 3], [u8; FINE * FINE]) {
    const COUNT: usize = FINE * FINE;
    let beside = |dx: f64, dy: f64| {
        let d = area.direction(column + dx, row + dy);
        let there = sampler.view().project(&Vector3::new(d.x, d.y, d.z)).unwrap_or(pixel);
        [0, 1].map(|axis| ((there[axis] - pixel[axis]) / (dx + dy)) as f32)
    };
    let (right, below) = (beside(0.5, 0.0), beside(0.0, 0.5));
    let at = |k: usize| [k % FINE, k / FINE].map(|v| (v as f32 + 0.5) / FINE as f32 - 0.5);
    let place = |axis: usize| {
        std::array::from_fn::<f32, COUNT, _>(|k| {
            let [dx, dy] = at(k);
            pixel[axis] as f32 + dx * right[axis] + dy * below[axis]
        })
    };
    let mut rgb = [[0.0_f32; COUNT]; 3];
    sampler.row(&place(0), &place(1), rgb.each_mut().map(|v| &mut v[..]));
    let colour = rgb.map(|v| v.iter().map(|v| v.clamp(0.0, 1.0)).sum::<f32>() / COUNT as f32);
    let fine = std::array::from_fn(|k| {
        let luma = 0.299 * rgb[0][k] + 0.587 * rgb[1][k] + 0.114 * rgb[2][k];
        (luma.clamp(0.0, 1.0) * 255.0).round() as u8
    });
    (colour, fine)
}

/// By how much two photos differ at a place: in its colour as a whole, and in what they show within it. A thin line that
/// lies beside itself leaves the whole as it is.
fn disagree(a: &Candidate, b: &Candidate) -> f32 {
    const COUNT: i32 = (FINE * FINE) as i32;
    let sum = |c: &Candidate| c.fine.iter().map(|&v| i32::from(v)).sum::<i32>();
    let mean = (sum(a) - sum(b)) / COUNT;
    let apart = |(a, b): (&u8, &u8)| (i32::from(*a) - i32::from(*b) - mean).abs();
    let within = a.fine.iter().zip(&b.fine).map(apart).sum::<i32>();
    difference(&a.colour, &b.colour) + within as f32 / (255 * COUNT) as f32
}

fn difference(a: &[f32; 3], b: &[f32; 3]) -> f32 {
    let sum: f32 =
        a.iter().zip(b).map(|(a, b)| (a.clamp(0.0, 1.0) - b.clamp(0.0, 1.0)).abs()).sum();
    sum / 3.0
}

#[cfg(test)]
mod tests {
    use super::super::photometry::Tone;
    use super::super::seam_check::tests::{picture, view};
    use super::*;

    #[test]
    fn what_is_avoided_is_shown_only_where_nothing_else_is() {
        let views = [view(0.0), view(20.0)];
        let pictures = views.each_ref().map(picture);
        let samplers: Vec<(usize, Sampler)> =
            (0..2).map(|i| (i, Sampler::new(&pictures[i], &views[i], &Tone::NONE))).collect();
        let area = Equirect { width: 128, height: 64 };
        let mut seams = SeamMap::new(area, &samplers, &Cancel::default()).unwrap();
        let needless = |seams: &SeamMap| {
            let shown = (0..seams.labels.len()).filter(|place| seams.labels[*place] == 1);
            shown.filter(|place| seams.shows(*place, 0)).count()
        };
        let before = needless(&seams);
        seams.avoid(&[false, true]);
        assert_eq!(needless(&seams), 0);
        // Where both differ a little less beside a border, the seam runs there.
        seams.improve(&[0, 1], 2, &Cancel::default()).unwrap();
        assert!(before > 100 && needless(&seams) * 4 < before, "{before} {}", needless(&seams));
        assert!(seams.labels.contains(&1));
    }
}
