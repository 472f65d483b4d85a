//! Small squares of two pictures compared, and what of their differences a person sees.

use nalgebra::{Complex, ComplexField, Matrix2, Vector2};

/// Root mean square difference of two patches, of 255 and without their means, that can be seen where they are apart.
pub const APART: f64 = 8.0;
/// The same where nothing alike is found nearby (glare, the hand that holds the camera).
pub const UNLIKE: f64 = 14.0;
/// Least deviation of a patch's values, of 255, for a break in it to be seen.
pub const CONTRAST: f64 = 8.0;

/// The values of a patch less their mean, and their deviation.
pub type Patch = (Vec<f32>, f64);

/// Values less their mean, and their deviation; `None` where one is not a number.
pub fn centred(mut values: Vec<f32>) -> Option<Patch> {
    let count = values.len() as f32;
    let mean = values.iter().sum::<f32>() / count;
    if !mean.is_finite() {
        return None;
    }
    values.iter_mut().for_each(|v| *v -= mean);
    let spread = (values.iter().map(|v| v * v).sum::<f32>() / count).sqrt();
    Some((values, f64::from(spread)))
}

/// Root mean square of values.
pub fn root_mean_square(values: impl ExactSizeIterator<Item = f32>) -> f64 {
    let count = values.len();
    let square: f32 = values.map(|v| v * v).sum();
    f64::from(square / count as f32).sqrt()
}

/// Length of a shift, columns and rows, as far as squares of values show it: along an edge nothing of it is seen (structure
/// tensor).
pub fn across_edges(squares: &[&[f32]], shift: &Vector2<f64>) -> f64 {
    let tensor = slopes_squared(squares);
    let most = tensor.symmetric_eigenvalues().max().max(1e-9);
    (shift.dot(&(tensor * shift)) / most).sqrt()
}

/// Structure tensor of squares of values: the sum of the outer products of slopes, over two steps each.
pub fn slopes_squared(squares: &[&[f32]]) -> Matrix2<f64> {
    let mut tensor = Matrix2::zeros();
    for values in squares {
        let side = values.len().isqrt();
        for y in 1..side - 1 {
            for x in 1..side - 1 {
                let at = |x: usize, y: usize| f64::from(values[y * side + x]);
                let slope = Vector2::new(at(x + 1, y) - at(x - 1, y), at(x, y + 1) - at(x, y - 1));
                tensor += slope * slope.transpose();
            }
        }
    }
    tensor
}

/// How far the edges of a square of values run in one direction, and in two that are square to one another, 0 to 1: little of
/// both are leaves, grass and gravel.
pub fn order(values: &[f32]) -> [f64; 2] {
    slopes(values).map(Complex::norm)
}

/// By how much more edges of a square of values lie than stand, −1 to 1.
pub fn lying(values: &[f32]) -> f64 {
    -slopes(values)[0].re
}

/// Directions of slopes, doubled and taken four times, in the mean.
fn slopes(values: &[f32]) -> [Complex<f64>; 2] {
    let side = values.len().isqrt();
    let mut sums = [Complex::new(0.0, 0.0); 2];
    let mut whole = 0.0;
    for y in 1..side - 1 {
        for x in 1..side - 1 {
            let at = |x: usize, y: usize| f64::from(values[y * side + x]);
            let slope = Complex::new(at(x + 1, y) - at(x - 1, y), at(x, y + 1) - at(x, y - 1));
            let size = slope.norm();
            if size > 0.0 {
                let direction = slope / size;
                sums[0] += size * direction.powi(2);
                sums[1] += size * direction.powi(4);
                whole += size;
            }
        }
    }
    sums.map(|sum| sum / whole.max(1e-9))
}

/// How quickly values change: the mean square slope of a square of values as a share of their variance. 0.1 is a gentle slope
/// across all of it, 0.5 is leaves.
pub fn fineness(patch: &Patch) -> f64 {
    let side = patch.0.len().isqrt();
    let mut sum = 0.0;
    for y in 1..side - 1 {
        for x in 1..side - 1 {
            let at = |x: usize, y: usize| f64::from(patch.0[y * side + x]);
            sum += (at(x + 1, y) - at(x - 1, y)).powi(2) + (at(x, y + 1) - at(x, y - 1)).powi(2);
        }
    }
    sum / 4.0 / ((side - 2) * (side - 2)) as f64 / (patch.1 * patch.1).max(1e-9)
}

/// Takes the plane out of a square of values that comes nearest to them.
pub fn without_slope(values: &mut [f32]) {
    let side = values.len().isqrt();
    let middle = (side as f32 - 1.0) / 2.0;
    let from_middle = |k: usize| [(k % side) as f32 - middle, (k / side) as f32 - middle];
    let mean = values.iter().sum::<f32>() / values.len() as f32;
    let (mut slope, mut squares) = ([0.0_f32; 2], 0.0_f32);
    for (k, value) in values.iter().enumerate() {
        let [x, y] = from_middle(k);
        (slope, squares) = ([slope[0] + x * value, slope[1] + y * value], squares + x * x);
    }
    let slope = slope.map(|sum| sum / squares.max(1e-9));
    for (k, value) in values.iter_mut().enumerate() {
        let [x, y] = from_middle(k);
        *value -= mean + slope[0] * x + slope[1] * y;
    }
}

/// Correlation of two patches of one size, −1 to 1.
pub fn correlation(a: &Patch, b: &Patch) -> f64 {
    let product: f32 = a.0.iter().zip(&b.0).map(|(p, q)| p * q).sum();
    f64::from(product) / a.0.len() as f64 / (a.1 * b.1).max(1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stitch::dice::Dice;

    fn square(value: impl Fn(usize, usize) -> f32) -> Vec<f32> {
        (0..15 * 15).map(|k| value(k % 15, k / 15)).collect()
    }

    #[test]
    fn leaves_have_no_order_and_are_fine_where_lines_and_tiles_have_one() {
        let mut dice = Dice(3);
        let noise: Vec<f32> = (0..15 * 15).map(|_| 60.0 * dice.unit() as f32).collect();
        let leaves = square(|x, y| {
            let near = [(0, 0), (1, 0), (0, 1), (1, 1)];
            near.iter().map(|(u, v)| noise[(y + v).min(14) * 15 + (x + u).min(14)]).sum::<f32>()
        });
        let lines = square(|x, y| if (x + y) % 6 < 3 { 0.0 } else { 90.0 });
        let tiles = square(|x, y| if x % 8 == 0 || y % 8 == 0 { 0.0 } else { 90.0 });
        let slope = square(|x, y| (x + 2 * y) as f32);
        let loose = order(&leaves);
        assert!(loose[0] < 0.25 && loose[1] < 0.25, "{loose:?}");
        assert!(order(&lines)[0] > 0.6 && order(&tiles)[1] > 0.3 && order(&slope)[0] > 0.99);
        assert!(lying(&square(|_, y| (y % 5) as f32)) > 0.9);
        assert!(lying(&square(|x, _| (x % 5) as f32)) < -0.9);
        let mut plane = slope.clone();
        without_slope(&mut plane);
        assert!(plane.iter().all(|v| v.abs() < 1e-3), "{plane:?}");
        let fine = |values: Vec<f32>| fineness(&centred(values).unwrap());
        assert!(fine(leaves) > 0.3 && fine(slope) < 0.1);
    }
}
