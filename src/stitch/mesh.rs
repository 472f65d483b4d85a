//! Small shifts over a photo on a coarse grid, for parallax that seams alone cannot hide.

use super::grey::in_order;

/// A grid of shifts in pixels, bilinear between its nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Mesh {
    columns: usize,
    rows: usize,
    cell: [f64; 2],
    /// Pixels by which the grid is larger than the picture on each side: what a photo shows at its border may be moved there
    /// from beyond it.
    margin: f64,
    shifts: Vec<[f32; 2]>,
}

/// Nodes along the longer side, and how many more there are on each side of the picture.
const NODES: usize = 33;
const BEYOND: usize = 4;

/// How much a wish counts beside the wish of nodes to be like their neighbours.
const FOLLOWED: f64 = 3.0;
/// How much nodes want to stay where they are.
const REST: f64 = 0.03;
/// How far off a wish loses half of its weight, of the longer side.
const SOFTNESS: f64 = 0.002;
/// How many times as far it may be on a fine grid.
const ROUGHNESS: f64 = 4.0;
/// Rounds of relaxation.
const STEPS: usize = 100;

/// Columns and rows of nodes over a picture and around it, and pixels between them; `fineness` times as many as usual.
fn grid(size: (usize, usize), fineness: usize) -> (usize, usize, f64) {
    let step = size.0.max(size.1) as f64 / ((NODES - 1) * fineness) as f64;
    let nodes = |side: usize| (side as f64 / step).ceil() as usize + 1 + 2 * BEYOND * fineness;
    (nodes(size.0), nodes(size.1), step)
}

/// A wish: at this pixel, shift by so much; the weight says how much it counts.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// Column and row.
    pub at: [f64; 2],
    /// Pixels right and down.
    pub shift: [f64; 2],
    /// Relative weight, > 0.
    pub weight: f64,
}

impl Mesh {
    /// A mesh over `size` pixels whose nodes, also those around the picture, are shifted by `shift`; nodes without an answer
    /// stay.
    pub fn of(size: (usize, usize), shift: impl Fn([f64; 2]) -> Option<[f64; 2]>) -> Self {
        Self::on(size, 1, shift)
    }

    fn on(
        size: (usize, usize),
        fineness: usize,
        shift: impl Fn([f64; 2]) -> Option<[f64; 2]>,
    ) -> Self {
        let (columns, rows, step) = grid(size, fineness);
        let margin = (BEYOND * fineness) as f64 * step;
        let shifts = (0..columns * rows)
            .map(|node| {
                let at = [node % columns, node / columns].map(|k| k as f64 * step - margin);
                shift(at).unwrap_or([0.0; 2]).map(|v| v as f32)
            })
            .collect();
        Self { columns, rows, cell: [step; 2], margin, shifts }
    }

    /// Column and row of a pixel on the grid, within it.
    fn on_grid(&self, pixel: [f64; 2]) -> [f64; 2] {
        let most = [self.columns, self.rows].map(|nodes| nodes as f64 - 1.001);
        std::array::from_fn(|axis| {
            ((pixel[axis] + self.margin) / self.cell[axis]).clamp(0.0, most[axis])
        })
    }

    /// The smooth mesh over `size` pixels that follows the wishes: a membrane (discrete Laplace equation) on springs,
    /// relaxed by successive over-relaxation. Where nobody wishes anything the shift dies away. Wishes far from what
    /// those around them wish lose their weight (Cauchy).
    pub fn fitted(size: (usize, usize), wishes: &[Wish]) -> Self {
        let mut mesh = Self::of(size, |_| None);
        mesh.follow(size, wishes, (REST, SOFTNESS, STEPS));
        mesh
    }

    /// The same on a grid of four times as many nodes along each side: what is wished may change from place to place.
    pub fn fitted_finely(size: (usize, usize), wishes: &[Wish]) -> Self {
        let mut mesh = Self::fitted(size, wishes);
        for fineness in [2, 4] {
            mesh = mesh.plus(&Self::on(size, fineness, |_| None));
            // Springs of smaller areas are weaker; what is far has been relaxed already.
            let rest = REST / (fineness * fineness) as f64;
            mesh.follow(size, wishes, (rest, ROUGHNESS * SOFTNESS, STEPS / 4));
        }
        mesh
    }

    fn follow(
        &mut self,
        size: (usize, usize),
        wishes: &[Wish],
        (rest, softness, steps): (f64, f64, usize),
    ) {
        let softness = softness * size.0.max(size.1) as f64;
        let mut weights: Vec<f64> = wishes.iter().map(|wish| wish.weight).collect();
        for _ in 0..3 {
            self.relax(wishes, &weights, rest, steps);
            for (weight, wish) in weights.iter_mut().zip(wishes) {
                let is = self.moved(wish.at);
                let off =
                    (is[0] - wish.at[0] - wish.shift[0]).hypot(is[1] - wish.at[1] - wish.shift[1]);
                *weight = wish.weight / (1.0 + (off / softness).powi(2));
            }
        }
    }

    fn relax(&mut self, wishes: &[Wish], weights: &[f64], rest: f64, steps: usize) {
        let (columns, rows) = (self.columns, self.rows);
        let mut sums = vec![[0.0_f64; 3]; columns * rows];
        for (wish, weight) in wishes.iter().zip(weights) {
            let [u, v] = self.on_grid(wish.at);
            let (c, r) = (u as usize, v as usize);
            let (fu, fv) = (u - c as f64, v - r as f64);
            for (dc, dr, part) in [
                (0, 0, (1.0 - fu) * (1.0 - fv)),
                (1, 0, fu * (1.0 - fv)),
                (0, 1, (1.0 - fu) * fv),
                (1, 1, fu * fv),
            ] {
                let sum = &mut sums[(r + dr) * columns + c + dc];
                let weight = FOLLOWED * weight * part;
                sum[0] += weight * wish.shift[0];
                sum[1] += weight * wish.shift[1];
                sum[2] += weight;
            }
        }
        let mut shifts: Vec<[f64; 2]> =
            self.shifts.iter().map(|shift| shift.map(f64::from)).collect();
        for _ in 0..steps {
            for r in 0..rows {
                for c in 0..columns {
                    let at = r * columns + c;
                    let mut around = [0.0; 2];
                    let mut number = 0.0;
                    let mut add = |other: usize| {
                        around[0] += shifts[other][0];
                        around[1] += shifts[other][1];
                        number += 1.0;
                    };
                    if c > 0 {
                        add(at - 1);
                    }
                    if c + 1 < columns {
                        add(at + 1);
                    }
                    if r > 0 {
                        add(at - columns);
                    }
                    if r + 1 < rows {
                        add(at + columns);
                    }
                    let total = number + sums[at][2] + rest;
                    for axis in 0..2 {
                        let wanted = (around[axis] + sums[at][axis]) / total;
                        shifts[at][axis] += 1.5 * (wanted - shifts[at][axis]);
                    }
                }
            }
        }
        self.shifts = shifts.into_iter().map(|s| s.map(|v| v as f32)).collect();
    }

    /// Both shifts together, on the grid of the other; the meshes belong to the same picture.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let shifts = other.shifts.iter().enumerate().map(|(node, shift)| {
            let at = [node % other.columns, node / other.columns];
            let at: [f64; 2] = std::array::from_fn(|k| at[k] as f64 * other.cell[k] - other.margin);
            let moved = self.moved(at);
            std::array::from_fn(|k| shift[k] + (moved[k] - at[k]) as f32)
        });
        Self { shifts: shifts.collect(), ..*other }
    }

    /// The pixel that is moved to `pixel`.
    pub fn unmoved(&self, pixel: [f64; 2]) -> [f64; 2] {
        let mut from = pixel;
        // Shifts change slowly: each step is many times nearer.
        for _ in 0..4 {
            let moved = self.moved(from);
            from = std::array::from_fn(|axis| from[axis] + pixel[axis] - moved[axis]);
        }
        from
    }

    /// The mesh over `size` pixels with nodes `cell` pixels apart whose shifts `shift` tells.
    pub fn with_cells(
        size: (usize, usize),
        cell: f64,
        shift: impl Fn([f64; 2]) -> [f64; 2] + Sync + Send,
    ) -> Self {
        let columns = (size.0 as f64 / cell).ceil() as usize + 1;
        let rows = (size.1 as f64 / cell).ceil() as usize + 1;
        let shifts = in_order(columns * rows, |node| {
            let (c, r) = (node % columns, node / columns);
            shift([c as f64 * cell, r as f64 * cell]).map(|v| v as f32)
        });
        Self { columns, rows, cell: [cell; 2], margin: 0.0, shifts }
    }

    /// A pixel after its shift.
    pub fn moved(&self, pixel: [f64; 2]) -> [f64; 2] {
        let [u, v] = self.on_grid(pixel);
        let (c, r) = (u as usize, v as usize);
        let (fu, fv) = (u - c as f64, v - r as f64);
        let at = r * self.columns + c;
        std::array::from_fn(|axis| {
            let s = |k: usize| f64::from(self.shifts[k][axis]);
            let upper = s(at) + fu * (s(at + 1) - s(at));
            let lower =
                s(at + self.columns) + fu * (s(at + self.columns + 1) - s(at + self.columns));
            pixel[axis] + upper + fv * (lower - upper)
        })
    }

    /// The same mesh on a picture scaled by `factor`.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let shifts = self.shifts.iter().map(|s| s.map(|v| v * factor as f32)).collect();
        let (cell, margin) = (self.cell.map(|c| c * factor), self.margin * factor);
        Self { cell, margin, shifts, ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mesh_goes_where_it_is_wished_and_rests_elsewhere() {
        let wishes: Vec<Wish> = (0..40)
            .map(|i| Wish {
                at: [100.0 + f64::from(i % 8) * 20.0, 100.0 + f64::from(i / 8) * 20.0],
                shift: [3.0, -1.0],
                weight: 4.0,
            })
            .collect();
        let mesh = Mesh::fitted((1600, 1200), &wishes);
        let near = mesh.moved([170.0, 140.0]);
        assert!((near[0] - 173.0).abs() < 0.7 && (near[1] - 139.0).abs() < 0.4, "{near:?}");
        let far = mesh.moved([1500.0, 1100.0]);
        assert!((far[0] - 1500.0).abs() < 0.3);
    }
}
