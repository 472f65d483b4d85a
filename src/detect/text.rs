//! Lines of writing in a view, by a network that says of every pixel how likely writing is there.
//!
//! The network is trained to mark the cores of lines; a line is the core's rectangle grown by its area over its outline
//! (Liao et al., "Real-time Scene Text Detection with Differentiable Binarization", arXiv:1911.08947, §3.4).

use super::error::DetectError;
use super::network::{Map, Network};
use super::rectangle::Rectangle;
use super::sphere::Shot;

/// From this likelihood on a pixel belongs to a line.
const PIXEL: f32 = 0.3;
/// A line's pixels must be as likely as this in the mean.
const LINE: f64 = 0.55;
/// By how much of area over outline a core grows.
const GROWTH: f64 = 1.6;
/// Least pixels of a core.
const LEAST: usize = 12;
/// Most lines of one view.
const MOST: usize = 400;

/// A line of writing.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Where, in pixels of the view.
    pub place: Rectangle,
    /// How sure the network is, 0 to 1.
    pub score: f64,
}

/// The lines in a view.
pub fn lines(network: &Network, shot: &Shot) -> Result<Vec<Line>, DetectError> {
    let (height, width) = (shot.height, shot.width);
    let size = height * width;
    // Blue first, −1 to 1, as it was trained.
    let mut input = Vec::with_capacity(3 * size);
    for colour in [2, 1, 0] {
        for value in &shot.rgb[colour * size..(colour + 1) * size] {
            input.push(value / 127.5 - 1.0);
        }
    }
    let maps = network.run(input, [height, width])?;
    Ok(maps.first().map_or_else(Vec::new, |map| in_map(map, width as f64)))
}

/// The lines in a map of likelihoods over a view of `width` pixels.
fn in_map(map: &Map, width: f64) -> Vec<Line> {
    let scale = width / map.width.max(1) as f64;
    let likely = map.channel(0);
    let mut taken = vec![false; likely.len()];
    let mut lines = Vec::new();
    for start in 0..likely.len() {
        if taken[start] || likely[start] < PIXEL || lines.len() == MOST {
            continue;
        }
        let core = core(map, start, &mut taken);
        if core.len() < LEAST {
            continue;
        }
        let sum: f64 = core.iter().map(|&at| f64::from(likely[at])).sum();
        let score = sum / core.len() as f64;
        let corners: Vec<[f64; 2]> = core.iter().flat_map(|&at| pixel(at, map.width)).collect();
        if let Some(place) = Rectangle::around(&corners).filter(|_| score >= LINE) {
            let growth = GROWTH * place.area() / (2.0 * (place.length + place.height));
            let grown = place.grown(growth);
            let place = Rectangle {
                middle: grown.middle.map(|value| value * scale),
                length: grown.length * scale,
                height: grown.height * scale,
                ..grown
            };
            lines.push(Line { place, score });
        }
    }
    lines
}

/// The four corners of a pixel.
fn pixel(at: usize, width: usize) -> [[f64; 2]; 4] {
    let (x, y) = ((at % width) as f64, (at / width) as f64);
    [[x, y], [x + 1.0, y], [x + 1.0, y + 1.0], [x, y + 1.0]]
}

/// All likely pixels that hang together with `start`.
fn core(map: &Map, start: usize, taken: &mut [bool]) -> Vec<usize> {
    let likely = map.channel(0);
    let (width, height) = (map.width as i64, map.height as i64);
    let mut core = vec![start];
    taken[start] = true;
    let mut next = 0;
    while let Some(&at) = core.get(next) {
        next += 1;
        let (x, y) = (at as i64 % width, at as i64 / width);
        for (dx, dy) in [(-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1)] {
            let (x, y) = (x + dx, y + dy);
            if (0..width).contains(&x) && (0..height).contains(&y) {
                let other = (y * width + x) as usize;
                if !taken[other] && likely[other] >= PIXEL {
                    taken[other] = true;
                    core.push(other);
                }
            }
        }
    }
    core
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A map of 60×40 with a likely bar of 30×4 and a doubtful one below it.
    fn map() -> Map {
        let values = (0..40 * 60)
            .map(|at| {
                let (x, y) = (at % 60, at / 60);
                match (x, y) {
                    (10..40, 8..12) => 0.9,
                    (10..40, 25..29) => 0.35,
                    _ => 0.0,
                }
            })
            .collect();
        Map::new(40, 60, values)
    }

    #[test]
    fn a_line_is_where_the_map_is_likely() {
        let found = in_map(&map(), 120.0);
        assert_eq!(found.len(), 1, "{found:?}");
        let Line { place, score } = found[0];
        assert!((score - 0.9).abs() < 1e-3);
        // Twice as large as in the map, and grown by 1.6 × 120 / 68.
        let growth = 1.6 * 120.0 / 68.0;
        assert!((place.length - 2.0 * (30.0 + 2.0 * growth)).abs() < 1e-6, "{place:?}");
        assert!((place.middle[0] - 50.0).abs() < 1e-6 && (place.middle[1] - 20.0).abs() < 1e-6);
    }

    #[test]
    fn specks_are_no_lines() {
        let mut values = vec![0.0; 400];
        values[45] = 1.0;
        values[46] = 1.0;
        assert!(in_map(&Map::new(20, 20, values), 20.0).is_empty());
    }
}
