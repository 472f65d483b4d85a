//! Grey pictures in floats, 0 to 1: blur, shrink, sample. Row after row, no padding.

use rayon::prelude::*;

use crate::imaging::plane::Plane;

/// A grey picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Grey {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width × height` values.
    pub data: Vec<f32>,
}

impl Grey {
    /// All values `value`.
    pub fn filled(width: usize, height: usize, value: f32) -> Self {
        Self { width, height, data: vec![value; width * height] }
    }

    /// Row `y` < height.
    pub fn row(&self, y: usize) -> &[f32] {
        &self.data[y * self.width..][..self.width]
    }

    /// The value at a column and row inside the picture.
    pub fn at(&self, x: usize, y: usize) -> f32 {
        self.data[y * self.width + x]
    }

    /// A plane of bytes reduced to about `pixels` pixels by exact area averaging. Also says the factor (≤ 1).
    pub fn reduced(plane: &Plane, pixels: f64) -> (Self, f64) {
        let whole = (plane.width() * plane.height()) as f64;
        let factor = (pixels / whole).sqrt().min(1.0);
        if factor > 0.999 {
            let data = (0..plane.height())
                .flat_map(|y| plane.row(y).iter().map(|&v| f32::from(v) / 255.0))
                .collect();
            return (Self { width: plane.width(), height: plane.height(), data }, 1.0);
        }
        let width = ((plane.width() as f64 * factor).round() as usize).max(1);
        let height = ((plane.height() as f64 * factor).round() as usize).max(1);
        // One factor for both axes, so that pixels stay square; the last row may see a little beyond the border.
        let columns = spans(plane.width(), width, 1.0 / factor);
        let rows = spans(plane.height(), height, 1.0 / factor);
        let mut out = Self::filled(width, height, 0.0);
        let mut line = vec![0.0_f32; plane.width()];
        for (y, (first, weights)) in rows.iter().enumerate() {
            line.fill(0.0);
            for (offset, &weight) in weights.iter().enumerate() {
                for (sum, &value) in line.iter_mut().zip(plane.row(first + offset)) {
                    *sum += weight * f32::from(value);
                }
            }
            for ((first, weights), value) in columns.iter().zip(&mut out.data[y * width..][..width])
            {
                let sum: f32 = weights.iter().zip(&line[*first..]).map(|(w, v)| w * v).sum();
                *value = sum / 255.0;
            }
        }
        (out, factor)
    }

    /// Half the size, mean of 2 × 2.
    pub fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut data = Vec::with_capacity(width * height);
        for y in 0..height {
            let (a, b) = (self.row(2 * y), self.row(2 * y + 1));
            data.extend(
                (0..width).map(|x| (a[2 * x] + a[2 * x + 1] + b[2 * x] + b[2 * x + 1]) * 0.25),
            );
        }
        Self { width, height, data }
    }

    /// Every second pixel of every second row.
    pub fn decimated(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let data =
            (0..height).flat_map(|y| (0..width).map(move |x| self.at(2 * x, 2 * y))).collect();
        Self { width, height, data }
    }

    /// Blurred by a Gaussian of standard deviation `sigma` pixels; the border is repeated.
    pub fn blurred(&self, sigma: f32) -> Self {
        let kernel = gaussian(sigma);
        let radius = kernel.len() - 1;
        let (width, height) = (self.width, self.height);
        let mut out = Self::filled(width, height, 0.0);
        let mut line = vec![0.0_f32; width + 2 * radius];
        for y in 0..height {
            // Down the columns first, into a padded line; then along it.
            let rows: Vec<(&[f32], &[f32])> = (0..=radius)
                .map(|k| (self.row(y.saturating_sub(k)), self.row((y + k).min(height - 1))))
                .collect();
            weighted(&kernel, &rows, &mut line[radius..radius + width]);
            let (first, last) = (line[radius], line[radius + width - 1]);
            line[..radius].fill(first);
            line[radius + width..].fill(last);
            let shifted: Vec<(&[f32], &[f32])> =
                (0..=radius).map(|k| (&line[radius - k..], &line[radius + k..])).collect();
            weighted(&kernel, &shifted, &mut out.data[y * width..][..width]);
        }
        out
    }

    /// Bilinear value; `None` within less than half a pixel of nowhere.
    pub fn sample(&self, x: f32, y: f32) -> Option<f32> {
        if !(x >= 0.0 && y >= 0.0) {
            return None;
        }
        let (left, top) = (x as usize, y as usize);
        if left + 1 >= self.width || top + 1 >= self.height {
            return None;
        }
        let (fx, fy) = (x - left as f32, y - top as f32);
        let at = top * self.width + left;
        let (a, b) = (&self.data[at..at + 2], &self.data[at + self.width..at + self.width + 2]);
        let upper = a[0] + fx * (a[1] - a[0]);
        let lower = b[0] + fx * (b[1] - b[0]);
        Some(upper + fy * (lower - upper))
    }
}

/// Sums of pairs of rows, each pair weighted; the first pair is one row twice and counts once. In pieces that stay in
/// registers from the first weight to the last.
fn weighted(kernel: &[f32], rows: &[(&[f32], &[f32])], out: &mut [f32]) {
    const PIECE: usize = 16;
    let whole = out.len() / PIECE * PIECE;
    for (at, piece) in out[..whole].chunks_exact_mut(PIECE).enumerate() {
        let at = at * PIECE;
        let mut sums = [0.0_f32; PIECE];
        let first = &rows[0].0[at..at + PIECE];
        (0..PIECE).for_each(|i| sums[i] = kernel[0] * first[i]);
        for (&weight, (a, b)) in kernel.iter().zip(rows).skip(1) {
            let (a, b) = (&a[at..at + PIECE], &b[at..at + PIECE]);
            (0..PIECE).for_each(|i| sums[i] += weight * (a[i] + b[i]));
        }
        piece.copy_from_slice(&sums);
    }
    for (at, value) in out.iter_mut().enumerate().skip(whole) {
        let pairs = kernel.iter().zip(rows).skip(1);
        *value = pairs.fold(kernel[0] * rows[0].0[at], |sum, (weight, (a, b))| {
            sum + weight * (a[at] + b[at])
        });
    }
}

/// The half of a symmetric Gaussian kernel from its middle outwards, with the sum of the whole 1.
pub fn gaussian(sigma: f32) -> Vec<f32> {
    let radius = (3.5 * sigma).ceil().max(1.0) as usize;
    let mut kernel: Vec<f32> =
        (0..=radius).map(|k| (-((k * k) as f32) / (2.0 * sigma * sigma)).exp()).collect();
    let sum = kernel[0] + 2.0 * kernel[1..].iter().sum::<f32>();
    kernel.iter_mut().for_each(|value| *value /= sum);
    kernel
}

/// For each of `count` target pixels, `step` source pixels wide: the first source pixel and the weights.
fn spans(source: usize, count: usize, step: f64) -> Vec<(usize, Vec<f32>)> {
    (0..count)
        .map(|index| {
            let start = (index as f64 * step).min(source as f64 - 1.0);
            let end = ((index + 1) as f64 * step).min(source as f64);
            let first = start.floor() as usize;
            let last = (end.ceil() as usize).clamp(first + 1, source);
            let covered: Vec<f64> = (first..last)
                .map(|at| (end.min((at + 1) as f64) - start.max(at as f64)).max(0.0))
                .collect();
            let sum: f64 = covered.iter().sum();
            (first, covered.iter().map(|c| (c / sum) as f32).collect())
        })
        .collect()
}

/// Runs `work` for each index on the pool; results stay in order, so threads change nothing.
pub fn in_order<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    (0..count).into_par_iter().map(work).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blur_and_shrink_keep_a_constant() {
        let grey = Grey::filled(33, 21, 0.4);
        assert!(grey.blurred(1.6).data.iter().all(|v| (v - 0.4).abs() < 1e-6));
        let plane = Plane::filled(100, 70, 51);
        let (small, factor) = Grey::reduced(&plane, 1000.0);
        assert!((factor - (1000.0_f64 / 7000.0).sqrt()).abs() < 1e-12);
        assert!(small.data.iter().all(|v| (v - 0.2).abs() < 1e-6));
    }

    #[test]
    fn sampling_is_linear() {
        let data = (0..20).map(|i| (i % 5) as f32).collect();
        let grey = Grey { width: 5, height: 4, data };
        assert_eq!(grey.sample(1.25, 1.5), Some(1.25));
        assert_eq!(grey.sample(4.1, 1.0), None);
    }
}
