//! How far towards its rim a lens shows the room.
//!
//! Beyond what it shows lies the shade of its barrel, or a ring of flare, often far inside the circle's border. There the
//! picture has nothing in common with what the other lens shows in the same directions: along each row of the belt that
//! both see, brightness is compared.

use super::band::Band;
use crate::stitch::warp::View;

/// Light of 0 to 255 that is added before logarithms are taken, so that noise in the dark is none.
const DARK: f32 = 6.0;
/// Least correlation of the best rows for the belt to tell anything.
const PLAIN: f64 = 0.8;
/// Correlation, as a share of the best, below which a row is not clear.
const CLEAR: f64 = 0.55;
/// Share of the columns that must be seen for a row to be judged.
const JUDGED: f64 = 0.12;
/// Rows of the middle that always stay, as a share of half the belt.
const KEPT: f64 = 0.3;

/// How alike both belts are along a row: correlation of the logarithms; `None` where too little is seen.
fn likeness(first: &[f32], second: &[f32]) -> Option<f64> {
    let seen: Vec<[f64; 2]> = first
        .iter()
        .zip(second)
        .filter(|(a, b)| a.is_finite() && b.is_finite())
        .map(|(a, b)| [f64::from((a + DARK).ln()), f64::from((b + DARK).ln())])
        .collect();
    if (seen.len() as f64) < JUDGED * first.len() as f64 {
        return None;
    }
    let count = seen.len() as f64;
    let mean = [0, 1].map(|k| seen.iter().map(|v| v[k]).sum::<f64>() / count);
    let product = |a: usize, b: usize| -> f64 {
        seen.iter().map(|v| (v[a] - mean[a]) * (v[b] - mean[b])).sum()
    };
    Some(product(0, 1) / (product(0, 0) * product(1, 1)).sqrt().max(1e-9))
}

/// Rows from the middle of two belts to the last one that is clear: downwards, where the first lens has its rim, and
/// upwards, where the second has its.
pub fn clear_rows(bands: [&Band; 2], rows_each: usize) -> [usize; 2] {
    let alike: Vec<Option<f64>> =
        (0..bands[0].rows).map(|row| likeness(bands[0].row(row), bands[1].row(row))).collect();
    let best = alike.iter().flatten().copied().fold(0.0, f64::max);
    if best < PLAIN {
        return [rows_each; 2];
    }
    let kept = (KEPT * rows_each as f64).ceil() as usize;
    let is_clear = |value: &Option<f64>| value.is_none_or(|value| value >= CLEAR * best);
    // Where things are so near that even the middle is not alike, rows tell nothing.
    if !alike[rows_each - kept..=rows_each + kept].iter().all(is_clear) {
        return [rows_each; 2];
    }
    [1, -1].map(|towards: i64| {
        let at = |off: usize| alike[(rows_each as i64 + towards * off as i64) as usize];
        let is_dim = |off: &usize| at(*off).is_none_or(|value| value < CLEAR * best);
        let dim = (kept + 1..=rows_each).rev().take_while(is_dim);
        // Rows that nobody can judge are not clear or unclear; they follow those that are judged.
        let judged = dim.filter(|off| at(*off).is_some()).last();
        judged.map_or(rows_each, |off| off - 1)
    })
}

/// Makes the circle smaller, so that it ends where the view looks `beyond` radians behind its lens.
pub fn trim(view: &mut View, beyond: f64) {
    let (sin, cos) = beyond.sin_cos();
    let place = view.lens.project(&nalgebra::Vector3::new(cos, 0.0, -sin));
    if let (Some(place), Some((_, radius))) = (place, &mut view.circle) {
        *radius = radius.min(place[0] - view.lens.centre[0]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Lens, Projection};
    use crate::stitch::dice::Dice;

    const ROWS: usize = 20;

    /// Two belts of the same room; `shade`: from how many rows beyond the middle on each lens shows none of it.
    fn belts(shade: [usize; 2], texture: f32) -> [Band; 2] {
        let mut dice = Dice(11);
        let room: Vec<f32> = (0..400).map(|x| 100.0 + texture * (x as f32 * 0.2).sin()).collect();
        [0, 1].map(|side| {
            let data = (0..=2 * ROWS)
                .flat_map(|row| {
                    let beyond = (row as i64 - ROWS as i64) * [1, -1][side];
                    let hidden = beyond >= shade[side] as i64;
                    let noise: Vec<f32> = room.iter().map(|_| 4.0 * dice.normal() as f32).collect();
                    let light =
                        |(value, noise): (&f32, &f32)| noise + if hidden { 30.0 } else { *value };
                    room.iter().zip(&noise).map(light).collect::<Vec<f32>>()
                })
                .collect();
            Band::from_rows(2 * ROWS + 1, 400, data)
        })
    }

    #[test]
    fn shade_and_flare_are_not_clear() {
        let belts_of = |shade| {
            let [a, b] = belts(shade, 50.0);
            clear_rows([&a, &b], ROWS)
        };
        assert_eq!(belts_of([12, 15]), [11, 14]);
        assert_eq!(belts_of([99, 99]), [ROWS, ROWS]);
    }

    #[test]
    fn a_blank_belt_tells_nothing() {
        let [a, b] = belts([12, 15], 0.0);
        assert_eq!(clear_rows([&a, &b], ROWS), [ROWS, ROWS]);
    }

    #[test]
    fn a_circle_ends_where_the_room_does() {
        let lens = Lens {
            projection: Projection::Equidistant,
            focal: 280.0,
            centre: [500.0, 501.0],
            radial: [0.0; 2],
        };
        let mut view = View {
            lens,
            rotation: nalgebra::Matrix3::identity(),
            size: (1000, 1000),
            circle: Some(([500.0, 500.0], 499.0)),
            shift: None,
        };
        trim(&mut view, 0.1);
        let (_, radius) = view.circle.unwrap();
        assert!((radius - 280.0 * (0.1 + std::f64::consts::FRAC_PI_2)).abs() < 1e-6, "{radius}");
        trim(&mut view, 0.3);
        assert_eq!(view.circle.unwrap().1, radius);
    }
}
