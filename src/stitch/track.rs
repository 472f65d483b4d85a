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

/// Bilinear values of a plane on a patch around `place`, bent by `bend`; `None` if a corner of it lies outside.
fn look(plane: &Plane, place: &Vector2<f64>, bend: &Matrix2<f64>) -> Option<[f64; SIDE * SIDE]> {
    let (right, down) = (bend.column(0), bend.column(1));
    let half = f64::from(HALF);
    let (last_x, last_y) = (plane.width() as f64 - 1.0, plane.height() as f64 - 1.0);
    // A hair inside, for places between the corners are rounded.
    let inside = |u: f64, v: f64| {
        let p = place + right * (u * half) + down * (v * half);
        p.x >= 1e-6 && p.y >= 1e-6 && p.x < last_x - 1e-6 && p.y < last_y - 1e-6
    };
    if ![(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)].iter().all(|&(u, v)| inside(u, v)) {
        return None;
    }
    let stride = plane.stride();
    let data = plane.from_row(0);
    let mut out = [0.0; SIDE * SIDE];
    for (dy, values) in (-HALF..=HALF).zip(out.chunks_exact_mut(SIDE)) {
        let start = place + down * f64::from(dy) - right * half;
        for (column, value) in values.iter_mut().enumerate() {
            let p = start + right * column as f64;
            let (left, top) = (p.x as i32, p.y as i32);
            let (fx, fy) = (p.x - f64::from(left), p.y - f64::from(top));
            let at = top as usize * stride + left as usize;
            let (a, b) = (&data[at..at + 2], &data[at + stride..at + stride + 2]);
            let upper = f64::from(a[0]) * (1.0 - fx) + f64::from(a[1]) * fx;
            let lower = f64::from(b[0]) * (1.0 - fx) + f64::from(b[1]) * fx;
            *value = upper * (1.0 - fy) + lower * fy;
        }
    }
    Some(out)
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
    let mut template = [0.0_f64; SIDE * SIDE];
    let mut slopes = [[0.0_f64; 2]; SIDE * SIDE];
    let mut information = Matrix2::zeros();
    for (row, dy) in (-HALF..=HALF).enumerate() {
        let y = (cy + dy) as usize;
        let (above, here, below) = (from.row(y - 1), from.row(y), from.row(y + 1));
        for (column, dx) in (-HALF..=HALF).enumerate() {
            let x = (cx + dx) as usize;
            let k = row * SIDE + column;
            template[k] = f64::from(here[x]);
            let slope = [
                (f64::from(here[x + 1]) - f64::from(here[x - 1])) / 2.0,
                (f64::from(below[x]) - f64::from(above[x])) / 2.0,
            ];
            slopes[k] = slope;
            information += Matrix2::new(
                slope[0] * slope[0],
                slope[0] * slope[1],
                slope[0] * slope[1],
                slope[1] * slope[1],
            );
        }
    }
    let count = (SIDE * SIDE) as f64;
    let mean = template.iter().sum::<f64>() / count;
    let spread = (template.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count).sqrt();
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
        let seen = look(to, &place, bend).ok_or(Miss::Blank)?;
        let seen_mean = seen.iter().sum::<f64>() / count;
        let (mut square, mut product) = (0.0, 0.0);
        for (s, t) in seen.iter().zip(&template) {
            square += (s - seen_mean).powi(2);
            product += (s - seen_mean) * (t - mean);
        }
        let seen_spread = (square / count).sqrt();
        if seen_spread < 1.0 {
            return Err(miss);
        }
        correlation = product / count / seen_spread / spread;
        // By regression, so that noise in `seen` does not count as contrast.
        gain = product / square;
        let mut right = Vector2::zeros();
        for ((s, t), slope) in seen.iter().zip(&template).zip(&slopes) {
            let error = gain * (s - seen_mean) - (t - mean);
            right += Vector2::new(slope[0], slope[1]) * error;
        }
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
