//! Whether two halves show the same scene, as the eyes of a stereo picture do.

use super::Grey;

/// Cells on a side of the shrunk halves.
const CELLS: usize = 48;
/// Cells by which one eye may be shifted against the other.
const SHIFT: i32 = 2;

/// Correlation of the upper and the lower half, −1 to 1.
pub fn top_bottom(grey: &Grey) -> f32 {
    let half = grey.height / 2;
    let upper = grey.shrunk((0, 0, grey.width, half), CELLS, CELLS);
    let lower = grey.shrunk((0, grey.height - half, grey.width, half), CELLS, CELLS);
    likeness(upper, lower)
}

/// Correlation of the left and the right half, −1 to 1.
pub fn left_right(grey: &Grey) -> f32 {
    let half = grey.width / 2;
    let left = grey.shrunk((0, 0, half, grey.height), CELLS, CELLS);
    let right = grey.shrunk((grey.width - half, 0, half, grey.height), CELLS, CELLS);
    likeness(left, right)
}

/// Best correlation over small shifts. The mean of each row is taken out: sky above ground is alike everywhere.
fn likeness(mut one: Vec<f32>, mut other: Vec<f32>) -> f32 {
    for row in one.chunks_exact_mut(CELLS).chain(other.chunks_exact_mut(CELLS)) {
        let mean = row.iter().sum::<f32>() / CELLS as f32;
        row.iter_mut().for_each(|value| *value -= mean);
    }
    (-SHIFT..=SHIFT).map(|shift| correlation(&one, &other, shift)).fold(-1.0, f32::max)
}

fn correlation(one: &[f32], other: &[f32], shift: i32) -> f32 {
    let (mut products, mut ones, mut others) = (0.0, 0.0, 0.0);
    for (left, right) in one.chunks_exact(CELLS).zip(other.chunks_exact(CELLS)) {
        for (x, a) in left.iter().enumerate() {
            let Some(b) = usize::try_from(x as i32 + shift).ok().and_then(|x| right.get(x)) else {
                continue;
            };
            products += a * b;
            ones += a * a;
            others += b * b;
        }
    }
    // Without any structure nothing is alike: a deviation of two grey levels is noise.
    let floor = 4.0 * (CELLS * CELLS) as f32;
    if ones < floor || others < floor { 0.0 } else { products / (ones * others).sqrt() }
}

#[cfg(test)]
mod tests {
    use super::super::drawing::{draw, speckle};
    use super::*;

    #[test]
    fn eyes_are_alike_and_strangers_are_not() {
        let scene = |x: usize, y: usize| 255.0 * speckle(x / 10, y / 10);
        let stereo = draw(480, 480, |x, y| scene(x + if y < 240 { 0 } else { 4 }, y % 240));
        assert!(top_bottom(&stereo) > 0.8, "{}", top_bottom(&stereo));
        assert!(left_right(&stereo) < 0.3);
        let photo = draw(480, 480, scene);
        assert!(top_bottom(&photo) < 0.3);
        let sky_and_ground = draw(480, 240, |_, y| y as f32);
        assert!(left_right(&sky_and_ground).abs() < 0.01);
    }
}
