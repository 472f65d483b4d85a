//! What one exposure a photo does not explain: a sky that is burnt out in one of two photos, glare, a colour cast that changes
//! across a photo. Each photo gets a smooth field of gains by which it meets its neighbours along the seams.
//!
//! The fields of all photos are solved together: differences along the seams are to vanish, and what does that is spread into
//! the photos as a membrane would (Pérez, Gangnet and Blake, ACM ToG 22(3), 2003, with the boundary free on both sides).

use nalgebra::Vector3;

use super::error::{StitchError, unless_cancelled};
use super::grey::in_order;
use super::photometry::OFFSET;
use super::seams::SeamMap;
use super::warp::View;
use crate::base::Cancel;

/// Nodes across the longer and the shorter side of a photo.
const NODES: [usize; 2] = [11, 8];
/// Most places along seams that are compared.
const MOST: usize = 24_000;
/// Stiffness of the membrane, and of the springs that hold it at no change: their ratio is the square of how far, in nodes, a
/// difference at the seam is felt.
const STIFF: f32 = 0.4;
const HELD: f32 = 0.02;
/// Difference of encoded values that is no longer taken for one of light, once the fields are about right.
const OTHER: f32 = 0.06;
/// Largest logarithm of a gain of encoded values.
const LARGEST: f32 = 0.35;
/// Root mean square of what the fields change along the seams of a photo, of encoded values, below which nobody sees it: then
/// light was the same for all, and what is left is noise.
const NOTHING: f32 = 1.3 / 255.0;
/// Places to each side of a seam that are compared.
const AROUND: isize = 2;

/// Gains of encoded values (of `v + 0.055`) across a photo.
#[derive(Clone, Debug, PartialEq)]
pub struct GainField {
    columns: usize,
    /// R, G, B of each node, row after row.
    gains: Vec<[f32; 3]>,
    /// Nodes a pixel.
    scale: [f32; 2],
}

impl GainField {
    /// A photo's field, or none so far, times the exponential of `change` in the direction of each node.
    pub fn changed(
        field: Option<&Self>,
        view: &View,
        change: impl Fn(&Vector3<f64>) -> f32,
    ) -> Self {
        let [columns, rows] = nodes(view.size);
        let scale = scale(view, [columns, rows]);
        let middle = [view.size.0 as f64 / 2.0 - 0.5, view.size.1 as f64 / 2.0 - 0.5];
        let gains = (0..columns * rows).map(|node| {
            let place = [node % columns, node / columns];
            let pixel: [f64; 2] =
                std::array::from_fn(|k| f64::from(place[k] as f32 / scale[k].max(1e-9)));
            // Outside of a fisheye's circle there is nothing: as at its rim.
            let ray = (0..10).find_map(|step| {
                let share = 1.0 - 0.1 * f64::from(step);
                let inwards = |k: usize| middle[k] + share * (pixel[k] - middle[k]);
                view.lens.unproject([inwards(0), inwards(1)])
            });
            let before = field.map_or([1.0; 3], |field| field.gains[node]);
            let factor = ray.map_or(1.0, |ray| change(&(view.rotation * ray)).exp());
            before.map(|gain| gain * factor)
        });
        Self { columns, gains: gains.collect(), scale }
    }

    /// Factors of R, G, B at a pixel.
    pub fn at(&self, x: f32, y: f32) -> [f32; 3] {
        let rows = self.gains.len() / self.columns;
        let ([left, top], [fx, fy]) =
            cell([x * self.scale[0], y * self.scale[1]], [self.columns, rows]);
        let node = top * self.columns + left;
        let [a, b] = [self.gains[node], self.gains[node + 1]];
        let [c, d] = [self.gains[node + self.columns], self.gains[node + self.columns + 1]];
        std::array::from_fn(|k| {
            let (upper, lower) = (a[k] + fx * (b[k] - a[k]), c[k] + fx * (d[k] - c[k]));
            upper + fy * (lower - upper)
        })
    }
}

/// The node at or before a place of the grid, and how far beyond it the place is.
fn cell(place: [f32; 2], size: [usize; 2]) -> ([usize; 2], [f32; 2]) {
    let held: [f32; 2] = std::array::from_fn(|k| place[k].max(0.0).min(size[k] as f32 - 1.0));
    let node: [usize; 2] = std::array::from_fn(|k| (held[k] as usize).min(size[k] - 2));
    (node, std::array::from_fn(|k| held[k] - node[k] as f32))
}

/// Four nodes with their shares.
type Spot = [(u32, f32); 4];

/// A place that two photos show beside a seam.
struct Common {
    photos: [u16; 2],
    spots: [Spot; 2],
    /// Difference of the logarithms of `v + 0.055`, the first photo's less the second's.
    difference: [f32; 3],
    /// Mean of `v + 0.055`: what the logarithms are worth in encoded values.
    light: f32,
}

/// The grid of one photo within the unknowns.
#[derive(Clone, Copy)]
struct Grid {
    first: usize,
    columns: usize,
    rows: usize,
}

impl Grid {
    fn spot(&self, pixel: [f64; 2], view: &View) -> Spot {
        let scale = scale(view, [self.columns, self.rows]);
        let place = [pixel[0] as f32 * scale[0], pixel[1] as f32 * scale[1]];
        let ([left, top], [fx, fy]) = cell(place, [self.columns, self.rows]);
        let node = (self.first + top * self.columns + left) as u32;
        let below = node + self.columns as u32;
        [
            (node, (1.0 - fx) * (1.0 - fy)),
            (node + 1, fx * (1.0 - fy)),
            (below, (1.0 - fx) * fy),
            (below + 1, fx * fy),
        ]
    }
}

/// Columns and rows of the grid over a photo.
fn nodes((w, h): (usize, usize)) -> [usize; 2] {
    if w >= h { NODES } else { [NODES[1], NODES[0]] }
}

/// Nodes a pixel of a view.
fn scale(view: &View, nodes: [usize; 2]) -> [f32; 2] {
    let size = [view.size.0, view.size.1];
    std::array::from_fn(|k| (nodes[k] as f32 - 1.0) / (size[k] as f32 - 1.0).max(1.0))
}

/// The fields of the `placed` photos, by photo; `None` for all where nobody would see the change. `views` are those of the
/// pictures that the fields will be applied to.
pub fn solve(
    seams: &SeamMap,
    views: &[View],
    placed: &[usize],
    cancel: &Cancel,
) -> Result<Vec<Option<GainField>>, StitchError> {
    let mut grids: Vec<Option<Grid>> = vec![None; views.len()];
    let mut unknowns = 0;
    for &photo in placed {
        let [columns, rows] = nodes(views[photo].size);
        grids[photo] = Some(Grid { first: unknowns, columns, rows });
        unknowns += columns * rows;
    }
    let common = common(seams, views, &grids);
    let fields = solved(&common, &grids, unknowns, cancel)?;
    if worst(&common, &fields, views.len()) < NOTHING {
        return Ok(vec![None; views.len()]);
    }
    let fields = (0..views.len())
        .map(|photo| {
            let grid = grids[photo]?;
            let own = &fields[grid.first..][..grid.columns * grid.rows];
            let gains = own.iter().map(|v| v.map(|v| v.clamp(-LARGEST, LARGEST).exp())).collect();
            let scale = scale(&views[photo], [grid.columns, grid.rows]);
            Some(GainField { columns: grid.columns, gains, scale })
        })
        .collect();
    Ok(fields)
}

/// What pairs of photos show beside their seams.
fn common(seams: &SeamMap, views: &[View], grids: &[Option<Grid>]) -> Vec<Common> {
    let (w, h) = (seams.area.width as usize, seams.area.height as usize);
    let mut wanted: Vec<(usize, [u16; 2])> = Vec::new();
    let around = || (-AROUND..=AROUND).step_by(AROUND as usize);
    for border in seams.borders() {
        let [a, b] = border.photos;
        let (column, row) = ((border.places[0] % w) as isize, (border.places[0] / w) as isize);
        for down in around() {
            let row = row + down;
            if !(0..h as isize).contains(&row) {
                continue;
            }
            for right in around() {
                let column = (column + right).rem_euclid(w as isize);
                wanted.push((row as usize * w + column as usize, [a.min(b), a.max(b)]));
            }
        }
    }
    wanted.sort_unstable();
    wanted.dedup();
    let every = wanted.len().div_ceil(MOST).max(1);
    let wanted: Vec<_> = wanted.into_iter().step_by(every).collect();
    let found = in_order(wanted.len(), |at| {
        let (place, pair) = wanted[at];
        let colour = |photo: u16| seams.colours(place).find(|(other, _)| *other == photo);
        let [(_, first), (_, second)] = [colour(pair[0])?, colour(pair[1])?];
        let d = seams.area.direction((place % w) as f64, (place / w) as f64);
        let world = Vector3::new(d.x, d.y, d.z);
        let spot = |photo: u16| {
            let photo = usize::from(photo);
            Some(grids[photo]?.spot(views[photo].look(&world)?, &views[photo]))
        };
        // As shown: what is above white is white.
        let shown = |v: f32| v.clamp(0.0, 1.0) + OFFSET;
        let light = (0..3).map(|k| shown(first[k]) + shown(second[k])).sum::<f32>() / 6.0;
        let difference = std::array::from_fn(|k| (shown(first[k]) / shown(second[k])).ln());
        Some(Common { photos: pair, spots: [spot(pair[0])?, spot(pair[1])?], difference, light })
    });
    found.into_iter().flatten().collect()
}

/// Logarithms of the gains of all nodes.
fn solved(
    common: &[Common],
    grids: &[Option<Grid>],
    unknowns: usize,
    cancel: &Cancel,
) -> Result<Vec<[f32; 3]>, StitchError> {
    let mut fields = vec![[0.0_f32; 3]; unknowns];
    for round in 0..4 {
        // Wide at first, so that a sky that is burnt out is no outlier.
        let other = if round < 2 { 5.0 * OTHER } else { OTHER };
        let weights: Vec<f32> = common
            .iter()
            .map(|c| {
                let left = left(c, &fields).map(|v| v * c.light);
                let square = left.iter().map(|v| v * v).sum::<f32>() / 3.0;
                c.light * c.light / (1.0 + square / (other * other)).powi(2)
            })
            .collect();
        fields = conjugate_gradients(common, &weights, grids, fields, cancel)?;
    }
    Ok(fields)
}

/// Root mean square of what the fields change along the seams of the photo where that is most, in encoded values.
fn worst(common: &[Common], fields: &[[f32; 3]], photos: usize) -> f32 {
    let mut sums = vec![[0.0_f32; 2]; photos];
    for c in common {
        let left = left(c, fields);
        let square = (0..3).map(|k| ((c.difference[k] - left[k]) * c.light).powi(2)).sum::<f32>();
        for photo in c.photos {
            let [sum, count] = &mut sums[usize::from(photo)];
            *sum += square / 3.0;
            *count += 1.0;
        }
    }
    sums.iter().map(|[sum, count]| (sum / count.max(1.0)).sqrt()).fold(0.0, f32::max)
}

/// The difference that is left under the fields.
fn left(common: &Common, fields: &[[f32; 3]]) -> [f32; 3] {
    let [first, second] = common.spots.map(|spot| value(&spot, fields));
    std::array::from_fn(|k| common.difference[k] + first[k] - second[k])
}

fn value(spot: &Spot, fields: &[[f32; 3]]) -> [f32; 3] {
    let mut sum = [0.0; 3];
    for (node, share) in spot {
        (0..3).for_each(|k| sum[k] += share * fields[*node as usize][k]);
    }
    sum
}

/// Adds the membrane's and the springs' pull on `fields` to `out`.
fn pull(grids: &[Option<Grid>], fields: &[[f32; 3]], out: &mut [[f32; 3]]) {
    for grid in grids.iter().flatten() {
        for row in 0..grid.rows {
            for column in 0..grid.columns {
                let here = grid.first + row * grid.columns + column;
                (0..3).for_each(|k| out[here][k] += HELD * fields[here][k]);
                let right = (column + 1 < grid.columns).then_some(here + 1);
                let below = (row + 1 < grid.rows).then_some(here + grid.columns);
                for there in [right, below].into_iter().flatten() {
                    for k in 0..3 {
                        let tension = STIFF * (fields[here][k] - fields[there][k]);
                        out[here][k] += tension;
                        out[there][k] -= tension;
                    }
                }
            }
        }
    }
}

/// Solves for the fields under given weights of the places, from a first guess on. All channels have the same matrix.
fn conjugate_gradients(
    common: &[Common],
    weights: &[f32],
    grids: &[Option<Grid>],
    mut fields: Vec<[f32; 3]>,
    cancel: &Cancel,
) -> Result<Vec<[f32; 3]>, StitchError> {
    let add = |spots: &[Spot; 2], by: [f32; 3], out: &mut [[f32; 3]]| {
        for (spot, sign) in spots.iter().zip([1.0, -1.0]) {
            for (node, share) in spot {
                (0..3).for_each(|k| out[*node as usize][k] += sign * share * by[k]);
            }
        }
    };
    let product = |x: &[[f32; 3]]| {
        let mut out = vec![[0.0_f32; 3]; x.len()];
        pull(grids, x, &mut out);
        for (c, weight) in common.iter().zip(weights) {
            let [first, second] = c.spots.map(|spot| value(&spot, x));
            add(&c.spots, std::array::from_fn(|k| weight * (first[k] - second[k])), &mut out);
        }
        out
    };
    let dot = |a: &[[f32; 3]], b: &[[f32; 3]]| {
        let mut sum = [0.0_f64; 3];
        for (a, b) in a.iter().zip(b) {
            (0..3).for_each(|k| sum[k] += f64::from(a[k] * b[k]));
        }
        sum
    };
    let mut rest = product(&fields);
    rest.iter_mut().flatten().for_each(|v| *v = -*v);
    for (c, weight) in common.iter().zip(weights) {
        add(&c.spots, c.difference.map(|d| -weight * d), &mut rest);
    }
    let mut direction = rest.clone();
    let mut square = dot(&rest, &rest);
    let enough = square.map(|s| s * 1e-6 + 1e-12);
    for _ in 0..80 {
        unless_cancelled(cancel)?;
        if (0..3).all(|k| square[k] <= enough[k]) {
            break;
        }
        let moved = product(&direction);
        let across = dot(&direction, &moved);
        let step: [f32; 3] = std::array::from_fn(|k| (square[k] / across[k].max(1e-30)) as f32);
        for (((field, rest), direction), moved) in
            fields.iter_mut().zip(&mut rest).zip(&direction).zip(&moved)
        {
            for k in 0..3 {
                field[k] += step[k] * direction[k];
                rest[k] -= step[k] * moved[k];
            }
        }
        let before = std::mem::replace(&mut square, dot(&rest, &rest));
        let keep: [f32; 3] = std::array::from_fn(|k| (square[k] / before[k].max(1e-30)) as f32);
        for (direction, rest) in direction.iter_mut().zip(&rest) {
            (0..3).for_each(|k| direction[k] = rest[k] + keep[k] * direction[k]);
        }
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::super::photometry::Tone;
    use super::super::seam_check::tests::view;
    use super::super::warp::Sampler;
    use super::*;
    use crate::geometry::Equirect;
    use crate::imaging::plane::{ColourModel, Picture, Plane};

    /// A grey sky, and the same burnt out in its upper half.
    fn sky(burnt: u8) -> Picture {
        let mut plane = Plane::filled(600, 400, 200);
        (0..200).for_each(|y| plane.row_mut(y).fill(burnt));
        Picture { planes: vec![plane], model: ColourModel::Grey }
    }

    fn fields(second: &Picture, views: &[View]) -> Vec<Option<GainField>> {
        let first = sky(200);
        let samplers = [
            (0, Sampler::new(&first, &views[0], &Tone::NONE)),
            (1, Sampler::new(second, &views[1], &Tone::NONE)),
        ];
        let seams =
            SeamMap::new(Equirect { width: 256, height: 128 }, &samplers, &Cancel::default())
                .unwrap();
        solve(&seams, views, &[0, 1], &Cancel::default()).unwrap()
    }

    #[test]
    fn photos_of_one_light_are_left_alone() {
        assert_eq!(fields(&sky(200), &[view(0.0), view(35.0)]), vec![None, None]);
        assert_eq!(fields(&sky(201), &[view(0.0), view(35.0)]), vec![None, None]);
    }

    #[test]
    fn a_sky_that_is_burnt_out_in_one_photo_meets_at_the_seam_and_stays_far_from_it() {
        let views = [view(0.0), view(35.0)];
        let burnt = sky(250);
        let found = fields(&burnt, &views);
        let (a, b) = (found[0].as_ref().unwrap(), found[1].as_ref().unwrap());
        let pictures = [sky(200), burnt];
        let value = |k: usize, x: f64, y: f64| {
            let field = [a, b][k];
            let sampler =
                Sampler::new(&pictures[k], &views[k], &Tone::NONE).with_field(Some(field));
            sampler.rgb([x, y])[1] * 255.0
        };
        // The seam is half way between both, above the middle.
        let world = super::super::attitude::Attitude { yaw: 17.5, pitch: 8.0, roll: 0.0 }
            .matrix()
            .column(2)
            .into_owned();
        let [p, q] = [0, 1].map(|k: usize| views[k].look(&world).unwrap());
        assert!((value(0, p[0], p[1]) - value(1, q[0], q[1])).abs() < 6.0);
        // What was alike stays alike, and so does what is far away.
        let below = super::super::attitude::Attitude { yaw: 17.5, pitch: -12.0, roll: 0.0 }
            .matrix()
            .column(2)
            .into_owned();
        let [p, q] = [0, 1].map(|k: usize| views[k].look(&below).unwrap());
        assert!((value(0, p[0], p[1]) - value(1, q[0], q[1])).abs() < 6.0);
        assert!(
            (value(1, 590.0, 20.0) - 250.0).abs()
                < 0.6 * (value(1, p[0], 60.0) - 250.0).abs().max(20.0)
        );
    }

    #[test]
    fn nothing_is_read_beyond_the_grid() {
        let field = GainField {
            columns: 2,
            gains: vec![[1.0; 3], [2.0; 3], [1.0; 3], [2.0; 3]],
            scale: [0.1; 2],
        };
        assert_eq!(field.at(-5.0, -5.0), [1.0; 3]);
        assert_eq!(field.at(5.0, 99.0), [1.5; 3]);
        assert_eq!(field.at(99.0, f32::NAN), [2.0; 3]);
    }
}
