//! Scales equirectangular planes down without aliasing.
//!
//! Lanczos-3 stretched to the new sampling. Rows go on around the sphere, and beyond a pole the picture goes on
//! at the opposite yaw, so neither the back seam nor the poles show in smaller levels.

use rayon::prelude::*;

use super::kernel::Stretched;
use super::plane::Plane;

/// Taps are padded to a multiple of this.
const LANES: usize = 8;

/// Scales a plane that shows the whole sphere to `width` × `height`.
pub fn resize(plane: &Plane, width: usize, height: usize) -> Plane {
    let columns = Stretched::new(plane.width(), width, width);
    let rows = Stretched::new(plane.height(), height, height);
    let mut out = Plane::filled(width, height, 0);
    let lead = columns.first.iter().min().map_or(0, |&first| (-first).max(0) as usize);
    let trail = columns.taps + lead;
    out.bytes_mut().par_chunks_mut(width).enumerate().for_each_init(
        || (vec![0_i16; lead + plane.width() + trail], vec![0_u8; plane.width()]),
        |(line, crossed), (y, out_row)| {
            let (first, weights) = (rows.first[y], &rows.weights[y * rows.taps..][..rows.taps]);
            let body = &mut line[lead..][..plane.width()];
            // Every tap loses half a step of 1/128 by truncation.
            body.fill(rows.taps as i16 / 2);
            for (tap, &weight) in weights.iter().enumerate().filter(|(_, weight)| **weight != 0) {
                accumulate(body, row_on_sphere(plane, first + tap as i32, crossed), weight);
            }
            wrap_around(line, lead, plane.width());
            for ((value, &first), weights) in out_row
                .iter_mut()
                .zip(&columns.first)
                .zip(columns.weights.chunks_exact(columns.taps))
            {
                let start = (first + lead as i32) as usize;
                *value = weighted(&line[start..start + columns.taps], weights);
            }
        },
    );
    out
}

/// The row at `y`, which may lie beyond a pole: then the mirrored row half a turn on, put into `crossed`.
pub(super) fn row_on_sphere<'row>(
    plane: &'row Plane,
    y: i32,
    crossed: &'row mut [u8],
) -> &'row [u8] {
    let height = plane.height() as i32;
    if (0..height).contains(&y) {
        return plane.row(y as usize);
    }
    let mirrored = if y < 0 { -1 - y } else { 2 * height - 1 - y };
    let row = plane.row(mirrored.clamp(0, height - 1) as usize);
    let half = row.len() / 2;
    let (left, right) = crossed.split_at_mut(row.len() - half);
    left.copy_from_slice(&row[half..]);
    right.copy_from_slice(&row[..half]);
    crossed
}

/// Adds `weight`/2¹⁵ of a row to sums in steps of 1/128 around mid-grey.
#[inline]
fn accumulate(sums: &mut [i16], row: &[u8], weight: i16) {
    for (sum, &sample) in sums.iter_mut().zip(row) {
        let wide = ((i16::from(sample) - 128) << 8) as i32;
        *sum = sum.wrapping_add(((wide * i32::from(weight)) >> 16) as i16);
    }
}

fn wrap_around(line: &mut [i16], lead: usize, width: usize) {
    for x in 0..lead {
        line[lead - 1 - x] = line[lead + width - 1 - x % width];
    }
    for x in lead + width..line.len() {
        line[x] = line[x - width];
    }
}

#[inline]
fn weighted(samples: &[i16], weights: &[i16]) -> u8 {
    let mut sum = 1 << 21;
    for (samples, weights) in samples.chunks_exact(LANES).zip(weights.chunks_exact(LANES)) {
        for (&sample, &weight) in samples.iter().zip(weights) {
            sum += i32::from(sample) * i32::from(weight);
        }
    }
    ((sum >> 22) + 128).clamp(0, 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_picture_stays_flat() {
        for value in [0, 1, 77, 128, 254, 255] {
            let small = resize(&Plane::filled(64, 32, value), 24, 12);
            assert!((0..12).all(|y| small.row(y).iter().all(|&sample| sample == value)));
        }
    }

    #[test]
    fn halving_shifts_nothing() {
        let mut plane = Plane::filled(256, 128, 0);
        for y in 0..128 {
            for (x, value) in plane.row_mut(y).iter_mut().enumerate() {
                let yaw = (x as f64 + 0.5) / 256.0 * std::f64::consts::TAU;
                *value = (128.0 + 100.0 * (5.0 * yaw).sin()).round() as u8;
            }
        }
        let half = resize(&plane, 128, 64);
        for y in 8..56 {
            for (x, &value) in half.row(y).iter().enumerate() {
                let yaw = (x as f64 + 0.5) / 128.0 * std::f64::consts::TAU;
                assert!((f64::from(value) - (128.0 + 100.0 * (5.0 * yaw).sin())).abs() < 1.5);
            }
        }
    }
}
