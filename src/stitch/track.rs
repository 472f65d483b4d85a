//! Finds a point of one photo in another to a twentieth of a pixel, once it is known roughly where it is.
//!
//! Inverse compositional Lucas–Kanade (Baker and Matthews, IJCV 56(3), 2004) on a patch that is bent as the poses
//! say, free of brightness and contrast. Each result carries its information matrix: on an edge only the
//! direction across it is known, which is what holds white rooms together.

use nalgebra::{Matrix2, Vector2};

use crate::imaging::plane::Plane;

/// Half the side of a patch.
const HALF: i32 = 7;
const SIDE: usize = (2 * HALF + 1) as usize;
/// Least correlation of the two patches.
const LEAST_CORRELATION: f64 = 0.75;
/// What is not known better than this, however much the patch holds: pixels.
const FLOOR: f64 = 0.06;
/// Noise of a value that is always expected, of 255.
const NOISE: f64 = 1.2;

/// A point found again.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// Column and row.
    pub at: [f64; 2],
    /// Square root of the information matrix, pixels of the picture that it was found in.
    pub whitening: Matrix2<f64>,
    /// How well the point is known in the direction in which it is known least, noise taken off: inverse standard
    /// deviation, pixels. On an edge, 0.
    pub least: f64,
    /// Correlation of the patches, to 1.
    pub correlation: f64,
}

/// Why a point was not found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Miss {
    /// There is nothing to follow, or the patch leaves the picture: it says nothing about the poses.
    Blank,
    /// Something was there to be followed, and it is not where it should be.
    Lost,
}

/// Least deviation of a patch's values, of 255, for its loss to mean something.
const TEXTURE: f64 = 8.0;

/// Columns that are computed side by side: those of a patch, and one that stays 0.
const LANES: usize = SIDE + 1;
type Lanes = [f32; LANES];
/// Bits of a place behind the point.
const FRACTION: u32 = 32;

/// A whole pixel in half of these.
const WHOLE: f32 = 2_147_483_648.0;

/// A patch of the photo that is looked for, row after row.
struct Template {
    /// From the value in its middle.
    values: [Lanes; SIDE],
    /// How values change to the right, a pixel.
    across: [Lanes; SIDE],
    /// And downwards.
    along: [Lanes; SIDE],
}

/// What is asked of the values that a template meets: sums over the patch.
struct Sums {
    value: f64,
    square: f64,
    /// Times the template's value.
    product: f64,
    /// Times the template's slopes.
    slopes: [f64; 2],
}

fn total(lanes: &Lanes) -> f64 {
    lanes.iter().map(|v| f64::from(*v)).sum()
}

impl Template {
    /// The patch around (column, row), which is at least one pixel inside the picture.
    fn of(plane: &Plane, [cx, cy]: [i32; 2]) -> Self {
        let empty = [[0.0; LANES]; SIDE];
        let mut out = Self { values: empty, across: empty, along: empty };
        let (left, right) = ((cx - HALF) as usize, (cx + HALF) as usize);
        let middle = f32::from(plane.row(cy as usize)[cx as usize]);
        for (row, y) in (cy - HALF..=cy + HALF).enumerate() {
            let here = &plane.row(y as usize)[left - 1..right + 2];
            let above = &plane.row(y as usize - 1)[left..=right];
            let below = &plane.row(y as usize + 1)[left..=right];
            for column in 0..SIDE {
                let half = |high: u8, low: u8| (f32::from(high) - f32::from(low)) / 2.0;
                out.values[row][column] = f32::from(here[column + 1]) - middle;
                out.across[row][column] = half(here[column + 2], here[column]);
                out.along[row][column] = half(below[column], above[column]);
            }
        }
        out
    }

    /// Sums of the template itself, its slopes, and products of these: right by right, right by down, down by down.
    fn own(&self) -> (Sums, [f64; 2], [f64; 3]) {
        let with_values = self.sums(|row| self.values[row]);
        let with_across = self.sums(|row| self.across[row]);
        let with_along = self.sums(|row| self.along[row]);
        let products = [with_across.slopes[0], with_across.slopes[1], with_along.slopes[1]];
        (with_values, [with_across.value, with_along.value], products)
    }

    /// Meets rows of values, [`SIDE`] of them.
    fn sums(&self, mut seen: impl FnMut(usize) -> Lanes) -> Sums {
        let [mut value, mut square, mut product, mut across, mut along] = [[0.0_f32; LANES]; 5];
        for row in 0..SIDE {
            let seen = seen(row);
            for column in 0..LANES {
                let s = seen[column];
                value[column] += s;
                square[column] += s * s;
                product[column] += s * self.values[row][column];
                across[column] += s * self.across[row][column];
                along[column] += s * self.along[row][column];
            }
        }
        Sums {
            value: total(&value),
            square: total(&square),
            product: total(&product),
            slopes: [total(&across), total(&along)],
        }
    }

    /// Meets bilinear values of a plane on a patch around `place`, bent by `bend`; `None` if a corner of it lies outside.
    fn met(&self, plane: &Plane, place: &Vector2<f64>, bend: &Matrix2<f64>) -> Option<Sums> {
        let (right, down) = (bend.column(0), bend.column(1));
        let half = f64::from(HALF);
        let (last_x, last_y) = (plane.width() as f64 - 1.0, plane.height() as f64 - 1.0);
        // A hair inside, for places between the corners are rounded.
        let inside = |u: f64, v: f64| {
            let p = place + right * (u * half) + down * (v * half);
            p.x >= 1e-6 && p.y >= 1e-6 && p.x < last_x - 1e-6 && p.y < last_y - 1e-6
        };
        if ![(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)].iter().all(|&(u, v)| inside(u, v))
        {
            return None;
        }
        let stride = plane.stride();
        let data = plane.from_row(0);
        // Sums of small numbers are exact.
        let middle = plane.row(place.y as usize)[place.x as usize];
        let fixed = |v: f64| (v * f64::from(FRACTION).exp2()) as i64;
        let step = [fixed(right.x), fixed(right.y)];
        // Signed, for that is one instruction.
        let share = |v: i64| (v as u32 >> 1) as i32;
        Some(self.sums(|row| {
            let start = place + down * (row as f64 - half) - right * half;
            let (mut x, mut y) = (fixed(start.x), fixed(start.y));
            let [mut shares_x, mut shares_y] = [[0_i32; LANES]; 2];
            let [mut a, mut b, mut c, mut d] = [[middle; LANES]; 4];
            for column in 0..SIDE {
                let at = (y >> FRACTION) as usize * stride + (x >> FRACTION) as usize;
                let (upper, lower) = (&data[at..at + 2], &data[at + stride..at + stride + 2]);
                (a[column], b[column]) = (upper[0], upper[1]);
                (c[column], d[column]) = (lower[0], lower[1]);
                (shares_x[column], shares_y[column]) = (share(x), share(y));
                (x, y) = (x + step[0], y + step[1]);
            }
            let mut seen = [0.0_f32; LANES];
            for column in 0..LANES {
                let [fx, fy] = [shares_x[column], shares_y[column]].map(|v| v as f32 / WHOLE);
                let [a, b, c, d] = [a[column], b[column], c[column], d[column]].map(f32::from);
                let (upper, lower) = (a + (b - a) * fx, c + (d - c) * fx);
                seen[column] = upper + (lower - upper) * fy - f32::from(middle);
            }
            seen
        }))
    }
}

/// Looks for the patch around the whole pixel `at` of `from` near `guess` in `to`. `bend` maps steps in `from` to
/// steps in `to` (its columns are where one pixel right and one pixel down go).
pub fn track(
    from: &Plane,
    at: [usize; 2],
    to: &Plane,
    guess: [f64; 2],
    bend: &Matrix2<f64>,
    reach: f64,
) -> Result<Found, Miss> {
    let (cx, cy) = (at[0] as i32, at[1] as i32);
    let border = HALF + 1;
    if cx < border
        || cy < border
        || cx + border >= from.width() as i32
        || cy + border >= from.height() as i32
    {
        return Err(Miss::Blank);
    }
    let template = Template::of(from, [cx, cy]);
    let (own, slopes, [xx, xy, yy]) = template.own();
    let information = Matrix2::new(xx, xy, xy, yy);
    let count = (SIDE * SIDE) as f64;
    let mean = own.value / count;
    let spread = (own.square / count - mean * mean).max(0.0).sqrt();
    if spread < 1.5 {
        return Err(Miss::Blank);
    }
    let miss = if spread < TEXTURE { Miss::Blank } else { Miss::Lost };
    // A little of the identity, so that along an edge nothing moves.
    let steady = information + Matrix2::identity() * (0.02 * information.trace() + 1e-6);
    let inverse = steady.try_inverse().ok_or(Miss::Blank)?;
    let mut place = Vector2::new(guess[0], guess[1]);
    let (mut correlation, mut gain) = (0.0, 1.0);
    for round in 0..12 {
        let seen = template.met(to, &place, bend).ok_or(Miss::Blank)?;
        let seen_mean = seen.value / count;
        let square = (seen.square - seen_mean * seen.value).max(0.0);
        let product = seen.product - seen_mean * own.value;
        let seen_spread = (square / count).sqrt();
        if seen_spread < 1.0 {
            return Err(miss);
        }
        correlation = product / count / seen_spread / spread;
        // By regression, so that noise in `seen` does not count as contrast.
        gain = product / square;
        let pull = |axis: usize| {
            gain * (seen.slopes[axis] - seen_mean * slopes[axis])
                - (own.slopes[axis] - mean * slopes[axis])
        };
        let right = Vector2::new(pull(0), pull(1));
        let step = bend * (inverse * right);
        if step.norm() < 0.01 && round > 0 {
            break;
        }
        place -= step;
        if (place - Vector2::new(guess[0], guess[1])).norm() > reach {
            return Err(miss);
        }
    }
    if correlation < LEAST_CORRELATION || !(0.1..10.0).contains(&gain) {
        return Err(miss);
    }
    let error = spread * spread * (1.0 - correlation * correlation).max(0.0);
    // Neighbouring pixels err together: a quarter of the information.
    let sigma2 = (error + NOISE * NOISE) * 4.0;
    let whitening =
        bounded_root(&(information / sigma2)) * bend.try_inverse().ok_or(Miss::Blank)?;
    // Noise has slopes, too, half its variance each: what they seem to tell along an edge is nothing. Half of what the
    // patches differ by is the noise of this one; twice what it tells is taken off, for it varies.
    let told = information - Matrix2::identity() * (count * error / 2.0);
    let least = (told.symmetric_eigenvalues().min().max(0.0) / sigma2).sqrt();
    Ok(Found { at: [place.x, place.y], whitening, least, correlation })
}

/// Square root of an information matrix to which [`FLOOR`] of uncertainty is added in every direction.
fn bounded_root(information: &Matrix2<f64>) -> Matrix2<f64> {
    let eigen = information.symmetric_eigen();
    let strength = eigen.eigenvalues.map(|l| {
        let l = l.max(0.0);
        (l / (1.0 + l * FLOOR * FLOOR)).sqrt()
    });
    Matrix2::from_diagonal(&strength) * eigen.eigenvectors.transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene(shift: [f64; 2], gain: f64, edge: bool) -> Plane {
        let mut plane = Plane::filled(80, 80, 0);
        for y in 0..80 {
            for x in 0..80 {
                let (u, v) = (x as f64 - shift[0], y as f64 - shift[1]);
                let wave = if edge {
                    60.0 * ((u - 40.0) / 2.0).tanh()
                } else {
                    40.0 * (u * 0.31).sin() + 30.0 * (v * 0.27 + u * 0.1).cos()
                };
                plane.row_mut(y)[x] = (100.0 + gain * wave).round() as u8;
            }
        }
        plane
    }

    #[test]
    fn a_shift_is_found_under_another_exposure() {
        let found = track(
            &scene([0.0; 2], 1.0, false),
            [40, 40],
            &scene([1.37, -0.62], 0.6, false),
            [40.0, 40.0],
            &Matrix2::identity(),
            4.0,
        )
        .unwrap();
        assert!(
            (found.at[0] - 41.37).abs() < 0.05 && (found.at[1] - 39.38).abs() < 0.05,
            "{found:?}"
        );
        assert!(found.correlation > 0.98);
    }

    #[test]
    fn an_edge_tells_nothing_along_itself() {
        let found = track(
            &scene([0.0; 2], 1.0, true),
            [40, 40],
            &scene([0.8, 0.0], 1.0, true),
            [40.0, 40.0],
            &Matrix2::identity(),
            4.0,
        )
        .unwrap();
        assert!((found.at[0] - 40.8).abs() < 0.05);
        let across = (found.whitening * Vector2::new(1.0, 0.0)).norm();
        let along = (found.whitening * Vector2::new(0.0, 1.0)).norm();
        assert!(across > 5.0 && along < 0.05 * across, "{across} {along}");
        assert!(found.least < 0.05 * across, "{}", found.least);
    }
}
