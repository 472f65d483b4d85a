//! Burt and Adelson's pyramids (ACM ToG 2(4), 1983): a picture in bands of detail, each blended over its own width.

/// Planes of floats side by side: three of colour, or one of a mask.
#[derive(Clone, Debug, PartialEq)]
pub struct Raster {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Values, `N` a pixel.
    pub data: Vec<f32>,
    /// Values a pixel.
    pub depth: usize,
}

impl Raster {
    /// All 0.
    pub fn new(width: usize, height: usize, depth: usize) -> Self {
        Self { width, height, depth, data: vec![0.0; width * height * depth] }
    }

    fn row(&self, y: usize) -> &[f32] {
        let length = self.width * self.depth;
        &self.data[y * length..][..length]
    }

    /// Half the size, weighted 1 4 6 4 1; the border is repeated. Sizes must be even.
    pub fn smaller(&self) -> Self {
        let mut out = Self::new(self.width / 2, self.height / 2, self.depth);
        let n = self.depth;
        let mut line = vec![0.0_f32; self.width * n];
        for y in 0..out.height {
            let rows: [&[f32]; 5] = std::array::from_fn(|k| {
                self.row((2 * y + k).saturating_sub(2).min(self.height - 1))
            });
            for (i, value) in line.iter_mut().enumerate() {
                *value =
                    (rows[0][i] + rows[4][i] + 4.0 * (rows[1][i] + rows[3][i]) + 6.0 * rows[2][i])
                        / 16.0;
            }
            let target = &mut out.data[y * out.width * n..][..out.width * n];
            for x in 0..out.width {
                let at = |k: usize| (2 * x + k).saturating_sub(2).min(self.width - 1) * n;
                let places = [at(0), at(1), at(2), at(3), at(4)];
                for c in 0..n {
                    target[x * n + c] = (line[places[0] + c]
                        + line[places[4] + c]
                        + 4.0 * (line[places[1] + c] + line[places[3] + c])
                        + 6.0 * line[places[2] + c])
                        / 16.0;
                }
            }
        }
        out
    }

    /// Adds `sign` times `small`, made twice as large by the same weights.
    pub fn add_larger(&mut self, small: &Self, sign: f32) {
        let n = self.depth;
        let mut line = vec![0.0_f32; small.width * n];
        for y in 0..self.height {
            let here = y / 2;
            if y % 2 == 0 {
                let (a, b, c) = (
                    small.row(here.saturating_sub(1)),
                    small.row(here),
                    small.row((here + 1).min(small.height - 1)),
                );
                for (i, value) in line.iter_mut().enumerate() {
                    *value = (a[i] + 6.0 * b[i] + c[i]) / 8.0;
                }
            } else {
                let (b, c) = (small.row(here), small.row((here + 1).min(small.height - 1)));
                for (i, value) in line.iter_mut().enumerate() {
                    *value = f32::midpoint(b[i], c[i]);
                }
            }
            let target = &mut self.data[y * self.width * n..][..self.width * n];
            for x in 0..small.width {
                let (left, right) = (x.saturating_sub(1) * n, (x + 1).min(small.width - 1) * n);
                for c in 0..n {
                    let (l, m, r) = (line[left + c], line[x * n + c], line[right + c]);
                    target[2 * x * n + c] += sign * (l + 6.0 * m + r) / 8.0;
                    target[(2 * x + 1) * n + c] += sign * (m + r) / 2.0;
                }
            }
        }
    }
}

/// Sums of bands of several pictures, each under its mask.
pub struct Blender {
    colours: Vec<Raster>,
    weights: Vec<Raster>,
}

impl Blender {
    /// For pictures of `width` × `height`, multiples of `2^levels`.
    pub fn new(width: usize, height: usize, levels: usize) -> Self {
        let sized = |depth: usize| {
            (0..=levels).map(|l| Raster::new(width >> l, height >> l, depth)).collect()
        };
        Self { colours: sized(3), weights: sized(1) }
    }

    /// Adds a picture (3 values a pixel) under its mask (1 value a pixel, 0 or 1).
    pub fn add(&mut self, picture: Raster, mask: Raster) {
        let levels = self.colours.len() - 1;
        let (mut picture, mut mask) = (picture, mask);
        for level in 0..=levels {
            let below = (level < levels).then(|| (picture.smaller(), mask.smaller()));
            if let Some((small, _)) = &below {
                picture.add_larger(small, -1.0);
            }
            let (sums, weights) = (&mut self.colours[level].data, &mut self.weights[level].data);
            for ((sum, weight), (value, part)) in sums
                .chunks_exact_mut(3)
                .zip(weights)
                .zip(picture.data.chunks_exact(3).zip(&mask.data))
            {
                if *part > 0.0 {
                    sum[0] += part * value[0];
                    sum[1] += part * value[1];
                    sum[2] += part * value[2];
                    *weight += part;
                }
            }
            if let Some((small, small_mask)) = below {
                (picture, mask) = (small, small_mask);
            }
        }
    }

    /// The blended picture; where no mask reached, 0.
    pub fn finish(mut self) -> Raster {
        for (colour, weight) in self.colours.iter_mut().zip(&self.weights) {
            for (sum, weight) in colour.data.chunks_exact_mut(3).zip(&weight.data) {
                if *weight > 1e-6 {
                    sum.iter_mut().for_each(|v| *v /= weight);
                }
            }
        }
        while self.colours.len() > 1 {
            let small = self.colours.pop();
            if let (Some(small), Some(large)) = (small, self.colours.last_mut()) {
                large.add_larger(&small, 1.0);
            }
        }
        self.colours.pop().unwrap_or_else(|| Raster::new(1, 1, 3))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stitch::dice::Dice;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn blending_conserves_what_is_the_same_in_all(seed: u64, value in 0.0..1.0_f32) {
            let mut dice = Dice(seed);
            let (w, h) = (64, 32);
            let mut blender = Blender::new(w, h, 4);
            let owner: Vec<usize> = (0..w * h).map(|i| (i % w + (dice.bits() % 5) as usize) / 24).collect();
            for label in 0..=owner.iter().copied().max().unwrap_or(0) {
                let mut picture = Raster::new(w, h, 3);
                picture.data.fill(value);
                let mut mask = Raster::new(w, h, 1);
                for (m, o) in mask.data.iter_mut().zip(&owner) {
                    *m = f32::from(u8::from(*o == label));
                }
                blender.add(picture, mask);
            }
            prop_assert!(blender.finish().data.iter().all(|v| (v - value).abs() < 1e-4));
        }
    }

    #[test]
    fn one_picture_comes_back() {
        let mut dice = Dice(2);
        let mut picture = Raster::new(64, 64, 3);
        picture.data.iter_mut().for_each(|v| *v = dice.unit() as f32);
        let mut mask = Raster::new(64, 64, 1);
        mask.data.fill(1.0);
        let mut blender = Blender::new(64, 64, 3);
        blender.add(picture.clone(), mask);
        let back = blender.finish();
        assert!(back.data.iter().zip(&picture.data).all(|(a, b)| (a - b).abs() < 1e-5));
    }
}
