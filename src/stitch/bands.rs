//! Burt and Adelson's pyramids (ACM ToG 2(4), 1983): a picture in bands of detail, each blended over its own width.
//!
//! Planes lie apart and every loop runs along rows, so that the compiler works on several pixels at once.

/// A plane of floats, row after row.
#[derive(Clone, Debug, PartialEq)]
pub struct Raster {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width × height` values.
    pub data: Vec<f32>,
}

impl Raster {
    /// All 0.
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height, data: vec![0.0; width * height] }
    }

    /// Row `y` < height.
    pub fn row(&self, y: usize) -> &[f32] {
        &self.data[y * self.width..][..self.width]
    }

    /// Row `y` < height, to be written.
    pub fn row_mut(&mut self, y: usize) -> &mut [f32] {
        &mut self.data[y * self.width..][..self.width]
    }

    /// Half the size, weighted 1 4 6 4 1; the border is repeated. Sizes must be even.
    pub fn smaller(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut data = Vec::with_capacity(width * height);
        // Two values more at each end, so that no pixel is a special case.
        let mut line = vec![0.0_f32; self.width + 4];
        for y in 0..height {
            let rows: [&[f32]; 5] = std::array::from_fn(|k| {
                self.row((2 * y + k).saturating_sub(2).min(self.height - 1))
            });
            let middle = &mut line[2..self.width + 2];
            for ((((value, &a), &b), (&c, &d)), &e) in middle
                .iter_mut()
                .zip(rows[0])
                .zip(rows[1])
                .zip(rows[2].iter().zip(rows[3]))
                .zip(rows[4])
            {
                *value = (a + e + 4.0 * (b + d) + 6.0 * c) * (1.0 / 16.0);
            }
            let (first, last) = (line[2], line[self.width + 1]);
            line[..2].fill(first);
            line[self.width + 2..].fill(last);
            data.extend(
                line.chunks_exact(2)
                    .zip(line[2..].chunks_exact(2))
                    .zip(line[4..].chunks_exact(2))
                    .map(|((a, b), c)| {
                        (a[0] + c[0] + 4.0 * (a[1] + b[1]) + 6.0 * b[0]) * (1.0 / 16.0)
                    }),
            );
        }
        Self { width, height, data }
    }

    /// Adds `factor` times the plane of half the size, made as large as this one.
    pub fn add_larger(&mut self, small: &Self, factor: f32) {
        let mut line = vec![0.0_f32; small.width + 2];
        let mut coarse = vec![0.0_f32; self.width];
        for y in 0..self.height {
            small.larger_row(y, &mut line, &mut coarse);
            let row = self.row_mut(y);
            row.iter_mut().zip(&coarse).for_each(|(value, &more)| *value += factor * more);
        }
    }

    /// Writes row `y` of this plane made twice as large by the same weights into `out`, 2 × width values; `line` is
    /// scratch of width + 2 values.
    fn larger_row(&self, y: usize, line: &mut [f32], out: &mut [f32]) {
        let here = y / 2;
        let below = self.row((here + 1).min(self.height - 1));
        let middle = &mut line[1..=self.width];
        if y.is_multiple_of(2) {
            let above = self.row(here.saturating_sub(1));
            for (((value, &a), &b), &c) in
                middle.iter_mut().zip(above).zip(self.row(here)).zip(below)
            {
                *value = (a + 6.0 * b + c) * 0.125;
            }
        } else {
            for ((value, &b), &c) in middle.iter_mut().zip(self.row(here)).zip(below) {
                *value = 0.5 * (b + c);
            }
        }
        line[0] = line[1];
        line[self.width + 1] = line[self.width];
        for (((pair, &l), &m), &r) in
            out.chunks_exact_mut(2).zip(&line[..]).zip(&line[1..]).zip(&line[2..])
        {
            pair[0] = (l + 6.0 * m + r) * 0.125;
            pair[1] = 0.5 * (m + r);
        }
    }
}

/// Sums of bands of several pictures, each under its mask.
pub struct Blender {
    colours: Vec<[Raster; 3]>,
    weights: Vec<Raster>,
}

impl Blender {
    /// For pictures of `width` × `height`, multiples of `2^levels`.
    pub fn new(width: usize, height: usize, levels: usize) -> Self {
        let sized = |level: usize| Raster::new(width >> level, height >> level);
        Self {
            colours: (0..=levels).map(|l| std::array::from_fn(|_| sized(l))).collect(),
            weights: (0..=levels).map(sized).collect(),
        }
    }

    /// Adds a picture (R, G, B) under its mask (0 or 1), its corner at column and row `at`. Sizes and `at` are multiples
    /// of `2^levels`; towards the borders of the picture the mask should be 0 for as far as the coarsest band reaches.
    pub fn add(&mut self, picture: [Raster; 3], mask: Raster, at: [usize; 2]) {
        let levels = self.weights.len() - 1;
        let (mut picture, mut mask) = (picture, mask);
        let mut line = vec![0.0_f32; mask.width + 2];
        let mut coarse = vec![0.0_f32; mask.width];
        for level in 0..=levels {
            let (left, top) = (at[0] >> level, at[1] >> level);
            let (width, height) = (mask.width, mask.height);
            let below = (level < levels)
                .then(|| (std::array::from_fn(|c| picture[c].smaller()), mask.smaller()));
            let small: Option<&[Raster; 3]> = below.as_ref().map(|(small, _)| small);
            for y in 0..height {
                let parts = mask.row(y);
                for c in 0..3 {
                    let sums = &mut self.colours[level][c].row_mut(top + y)[left..left + width];
                    let values = picture[c].row(y);
                    if let Some(small) = small {
                        let coarse = &mut coarse[..width];
                        small[c].larger_row(y, &mut line[..width / 2 + 2], coarse);
                        for (((sum, &part), &value), &rest) in
                            sums.iter_mut().zip(parts).zip(values).zip(&*coarse)
                        {
                            *sum += part * (value - rest);
                        }
                    } else {
                        for ((sum, &part), &value) in sums.iter_mut().zip(parts).zip(values) {
                            *sum += part * value;
                        }
                    }
                }
                let weights = &mut self.weights[level].row_mut(top + y)[left..left + width];
                weights.iter_mut().zip(parts).for_each(|(weight, &part)| *weight += part);
            }
            if let Some((small, small_mask)) = below {
                (picture, mask) = (small, small_mask);
            }
        }
    }

    /// The blended picture; where no mask reached, 0.
    pub fn finish(mut self) -> [Raster; 3] {
        for (colours, weights) in self.colours.iter_mut().zip(&self.weights) {
            for colour in colours {
                for (sum, &weight) in colour.data.iter_mut().zip(&weights.data) {
                    *sum = if weight > 1e-6 { *sum / weight } else { *sum };
                }
            }
        }
        while self.colours.len() > 1 {
            let small = self.colours.pop();
            if let (Some(small), Some(large)) = (small, self.colours.last_mut()) {
                for (small, large) in small.iter().zip(large) {
                    large.add_larger(small, 1.0);
                }
            }
        }
        self.colours.pop().unwrap_or_else(|| std::array::from_fn(|_| Raster::new(1, 1)))
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
                let picture = std::array::from_fn(|c| {
                    let mut plane = Raster::new(w, h);
                    plane.data.fill(value * (1.0 - 0.2 * c as f32));
                    plane
                });
                let mut mask = Raster::new(w, h);
                for (m, o) in mask.data.iter_mut().zip(&owner) {
                    *m = f32::from(u8::from(*o == label));
                }
                blender.add(picture, mask, [0, 0]);
            }
            for (c, plane) in blender.finish().iter().enumerate() {
                let wanted = value * (1.0 - 0.2 * c as f32);
                prop_assert!(plane.data.iter().all(|v| (v - wanted).abs() < 1e-4));
            }
        }
    }

    fn noise(seed: u64, width: usize, height: usize) -> [Raster; 3] {
        let mut dice = Dice(seed);
        std::array::from_fn(|_| {
            let mut plane = Raster::new(width, height);
            plane.data.iter_mut().for_each(|v| *v = dice.unit() as f32);
            plane
        })
    }

    #[test]
    fn one_picture_comes_back() {
        let picture = noise(2, 64, 64);
        let mut mask = Raster::new(64, 64);
        mask.data.fill(1.0);
        let mut blender = Blender::new(64, 64, 3);
        blender.add(picture.clone(), mask, [0, 0]);
        let back = blender.finish();
        for (a, b) in back.iter().zip(&picture) {
            assert!(a.data.iter().zip(&b.data).all(|(a, b)| (a - b).abs() < 1e-5));
        }
    }

    /// A mask may be cut to where it is not 0, with room for the coarsest band: nothing changes.
    #[test]
    fn a_cut_picture_is_blended_as_the_whole_one() {
        let (size, levels) = (192, 3);
        let [whole, other] = [noise(5, size, size), noise(6, size, size)];
        let owned = |x: usize, y: usize| (88..104).contains(&x) && (90..100).contains(&y);
        let masked = |own: bool, from: usize, size: usize| {
            let mut mask = Raster::new(size, size);
            for (at, value) in mask.data.iter_mut().enumerate() {
                let inside = owned(from + at % size, from + at / size);
                *value = f32::from(u8::from(inside == own));
            }
            mask
        };
        let mut uncut = Blender::new(size, size, levels);
        uncut.add(other.clone(), masked(false, 0, size), [0, 0]);
        uncut.add(whole.clone(), masked(true, 0, size), [0, 0]);
        let (from, side) = (56, 80);
        let cut = whole.each_ref().map(|plane| {
            let mut out = Raster::new(side, side);
            for y in 0..side {
                out.row_mut(y).copy_from_slice(&plane.row(from + y)[from..from + side]);
            }
            out
        });
        let mut blender = Blender::new(size, size, levels);
        blender.add(other, masked(false, 0, size), [0, 0]);
        blender.add(cut, masked(true, from, side), [from, from]);
        for (a, b) in uncut.finish().iter().zip(&blender.finish()) {
            assert!(a.data.iter().zip(&b.data).all(|(a, b)| (a - b).abs() < 2e-3));
        }
    }
}
