//! Small squares of two pictures compared, and what of their differences a person sees.

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

/// Correlation of two patches of one size, −1 to 1.
pub fn correlation(a: &Patch, b: &Patch) -> f64 {
    let product: f32 = a.0.iter().zip(&b.0).map(|(p, q)| p * q).sum();
    f64::from(product) / a.0.len() as f64 / (a.1 * b.1).max(1e-9)
}
