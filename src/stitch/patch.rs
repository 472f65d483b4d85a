//! Small squares of two pictures compared, and what of their differences a person sees.

use nalgebra::{Matrix2, Vector2};

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
    let most = tensor.symmetric_eigenvalues().max().max(1e-9);
    (shift.dot(&(tensor * shift)) / most).sqrt()
}

/// Correlation of two patches of one size, −1 to 1.
pub fn correlation(a: &Patch, b: &Patch) -> f64 {
    let product: f32 = a.0.iter().zip(&b.0).map(|(p, q)| p * q).sum();
    f64::from(product) / a.0.len() as f64 / (a.1 * b.1).max(1e-9)
}
