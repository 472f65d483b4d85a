//! Where a patch is sought: its correlation with any part of a larger square, quickly.

use super::patch::Patch;

/// A square of values in which a patch is sought everywhere: sums over any part of it are at hand.
pub(super) struct Around {
    /// Less their mean; 0 where one is not a number.
    values: Vec<f32>,
    /// Of all values above and to the left of each corner: how many are not numbers, their sum, and that of their squares.
    sums: Vec<[f64; 3]>,
    side: usize,
}

impl Around {
    pub(super) fn of(mut values: Vec<f32>) -> Self {
        let side = values.len().isqrt();
        let (sum, count) = values
            .iter()
            .filter(|v| v.is_finite())
            .fold((0.0, 0.0_f32), |(sum, count), v| (sum + v, count + 1.0));
        let mean = sum / count.max(1.0);
        let corners = side + 1;
        let mut sums = vec![[0.0; 3]; corners * corners];
        for row in 0..side {
            let mut line = [0.0; 3];
            for column in 0..side {
                let value = &mut values[row * side + column];
                let missing = !value.is_finite();
                *value = if missing { 0.0 } else { *value - mean };
                let v = f64::from(*value);
                let own = [f64::from(u8::from(missing)), v, v * v];
                line = std::array::from_fn(|k| line[k] + own[k]);
                let above = sums[row * corners + column + 1];
                sums[(row + 1) * corners + column + 1] =
                    std::array::from_fn(|k| above[k] + line[k]);
            }
        }
        Self { values, sums, side }
    }

    /// Correlation of a patch with the values from a column and row on, −1 to 1; `None` where one of these is not a number.
    pub(super) fn correlation(&self, patch: &Patch, [left, top]: [usize; 2]) -> Option<f64> {
        let edge = patch.0.len().isqrt();
        let corner = |x: usize, y: usize| self.sums[(top + y) * (self.side + 1) + left + x];
        let corners = [corner(0, 0), corner(edge, 0), corner(0, edge), corner(edge, edge)];
        let [missing, sum, squares] =
            [0, 1, 2].map(|k| corners[3][k] - corners[1][k] - corners[2][k] + corners[0][k]);
        if missing > 0.5 {
            return None;
        }
        // The patch is without its mean: that of the values falls out of the product.
        let row = |y: usize| {
            let (mine, theirs) = (
                &patch.0[y * edge..][..edge],
                &self.values[(top + y) * self.side + left..][..edge],
            );
            mine.iter().zip(theirs).map(|(a, b)| a * b).sum::<f32>()
        };
        let product = f64::from((0..edge).map(row).sum::<f32>());
        let count = patch.0.len() as f64;
        let deviation = (squares / count - (sum / count).powi(2)).max(0.0).sqrt();
        Some(product / count / (patch.1 * deviation).max(1e-9))
    }
}

#[cfg(test)]
mod tests {
    use super::super::patch::{centred, correlation};
    use super::*;

    #[test]
    fn a_patch_is_as_alike_everywhere_as_if_it_were_cut_out() {
        let mut dice = crate::stitch::dice::Dice(19);
        let mut values: Vec<f32> = (0..31 * 31).map(|_| 200.0 + 9.0 * dice.unit() as f32).collect();
        values[31 * 30 + 30] = f32::NAN;
        let cut = |left: usize, top: usize| -> Vec<f32> {
            (0..15).flat_map(|row| values[(top + row) * 31 + left..][..15].to_vec()).collect()
        };
        let patch = centred(cut(3, 5)).unwrap();
        let around = Around::of(values.clone());
        for (left, top) in [(0, 0), (3, 5), (9, 2), (15, 16), (16, 16)] {
            let expected = centred(cut(left, top)).map(|other| correlation(&patch, &other));
            match (around.correlation(&patch, [left, top]), expected) {
                (Some(found), Some(expected)) => assert!((found - expected).abs() < 1e-4),
                (found, expected) => assert_eq!(found, expected),
            }
        }
    }
}
