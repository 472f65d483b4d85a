//! A small square of the panorama as one photo shows it.

use nalgebra::Vector3;

use super::warp::Sampler;

/// Half the side of a patch, in steps.
pub const HALF: i32 = 7;

/// What a photo shows on a square: its values, and which of its pixels are burnt out.
pub(super) struct Drawn {
    pub values: Vec<f32>,
    pub burnt: Vec<bool>,
}

/// To the right and down on the sphere at a direction.
pub(super) fn frame(middle: &Vector3<f64>) -> [Vector3<f64>; 2] {
    let across = Vector3::new(middle.z, 0.0, -middle.x);
    let right = across.try_normalize(1e-9).unwrap_or_else(Vector3::x);
    [right, right.cross(middle)]
}

/// The directions of a square of so many steps to each side of a direction, row after row; how long steps to the right and
/// down are.
pub(super) fn directions(
    middle: &Vector3<f64>,
    step: [f64; 2],
    half: i32,
) -> impl Iterator<Item = Vector3<f64>> {
    let (middle, [right, down]) = (*middle, frame(middle));
    (-half..=half).flat_map(move |v| {
        (-half..=half).map(move |u| {
            middle + right * (f64::from(u) * step[0]) + down * (f64::from(v) * step[1])
        })
    })
}

/// What a photo shows around a direction: values of 255 on a square of so many steps to each side, smoothed.
pub(super) fn patch(sampler: &Sampler, middle: &Vector3<f64>, step: f64, half: i32) -> Drawn {
    stretched(sampler, middle, [step; 2], half)
}

/// [`patch`] with steps to the right and down that differ.
pub(super) fn stretched(
    sampler: &Sampler,
    middle: &Vector3<f64>,
    step: [f64; 2],
    half: i32,
) -> Drawn {
    // One more to each side, for smoothing.
    let reach = half + 1;
    let wide = (2 * reach + 1) as usize;
    let (x, y): (Vec<f32>, Vec<f32>) = directions(middle, step, reach)
        .map(|world| sampler.view().look(&world).unwrap_or([f64::NAN; 2]))
        .map(|[x, y]| (x as f32, y as f32))
        .unzip();
    let mut colours: [Vec<f32>; 3] = std::array::from_fn(|_| vec![0.0; x.len()]);
    sampler.row(&x, &y, colours.each_mut().map(Vec::as_mut_slice));
    let [red, green, blue] = &colours;
    let channel = |v: f32| v.clamp(0.0, 1.0) * 255.0;
    let raw: Vec<f32> = (0..x.len())
        .map(|k| {
            if x[k].is_nan() {
                f32::NAN
            } else {
                (channel(red[k]) + 2.0 * channel(green[k]) + channel(blue[k])) / 4.0
            }
        })
        .collect();
    let burnt = (1..wide - 1)
        .flat_map(|row| (1..wide - 1).map(move |column| row * wide + column))
        .map(|at| sampler.burnt([x[at], y[at]]))
        .collect();
    Drawn { values: smoothed(&raw), burnt }
}

/// A square of values after a binomial filter of 3 × 3, smaller by one to each side.
pub(super) fn smoothed(values: &[f32]) -> Vec<f32> {
    let wide = values.len().isqrt();
    let line = |at: usize| values[at - 1] + 2.0 * values[at] + values[at + 1];
    (1..wide - 1)
        .flat_map(|row| (1..wide - 1).map(move |column| row * wide + column))
        .map(|at| (line(at - wide) + 2.0 * line(at) + line(at + wide)) / 16.0)
        .collect()
}
