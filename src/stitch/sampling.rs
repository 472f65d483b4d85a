//! Looks up runs of places that lie well inside a picture: no borders, all places computed side by side, then the
//! pixels one after the other. Weights are tabled at 256 phases between two pixels.

use crate::imaging::plane::Plane;

/// Most places of a run.
pub const RUN: usize = 64;
/// Phases between two pixels.
const PHASES: f32 = 256.0;

/// Keys's cubic convolution with a = −½ (IEEE ASSP 29(6), 1981).
pub fn cubic(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        -0.5 * t + t2 - 0.5 * t3,
        1.0 - 2.5 * t2 + 1.5 * t3,
        0.5 * t + 2.0 * t2 - 1.5 * t3,
        -0.5 * t2 + 0.5 * t3,
    ]
}

/// [`cubic`] at every phase.
#[derive(Clone)]
pub struct Cubics(Vec<[f32; 4]>);

impl Default for Cubics {
    fn default() -> Self {
        Self((0..=PHASES as usize).map(|i| cubic(i as f32 / PHASES)).collect())
    }
}

/// Whether all places (columns and rows of the first plane, whose size is given) can be looked up by this module. Places
/// that are not numbers cannot.
pub fn inside(x: &[f32], y: &[f32], width: usize, height: usize) -> bool {
    let (right, bottom) = (width as f32 - 4.0, height as f32 - 4.0);
    // Counted to the end, which goes side by side.
    let within = |values: &[f32], last: f32| {
        values.iter().filter(|v| (2.0..=last).contains(*v)).count() == values.len()
    };
    within(x, right) && within(y, bottom)
}

/// Where each place is: an index into the plane and the phases between its pixels.
struct Spots {
    at: [u32; RUN],
    across: [u32; RUN],
    down: [u32; RUN],
}

impl Spots {
    /// `before`: pixels left of and above a place at which what is looked up begins; `scale`: of this plane to the first.
    #[inline]
    fn new(x: &[f32], y: &[f32], plane: &Plane, scale: [f32; 2], before: i32) -> Self {
        let mut out = Self { at: [0; RUN], across: [0; RUN], down: [0; RUN] };
        let stride = plane.stride() as i32;
        let offset = before * (stride + 1);
        let spots = out.at.iter_mut().zip(&mut out.across).zip(&mut out.down);
        for (((at, across), down), (&x, &y)) in spots.zip(x.iter().zip(y)) {
            let (u, v) = ((x + 0.5) * scale[0] - 0.5, (y + 0.5) * scale[1] - 0.5);
            let (left, top) = (u as i32, v as i32);
            *across = ((u - left as f32) * PHASES + 0.5) as i32 as u32;
            *down = ((v - top as f32) * PHASES + 0.5) as i32 as u32;
            *at = (top * stride + left - offset) as u32;
        }
        out
    }
}

/// Values between the pixels by cubic convolution, of at most [`RUN`] places that are [`inside`].
pub fn values(cubics: &Cubics, plane: &Plane, x: &[f32], y: &[f32], out: &mut [f32]) {
    let spots = Spots::new(x, y, plane, [1.0; 2], 1);
    let (data, stride) = (plane.from_row(0), plane.stride());
    let last = cubics.0.len() - 1;
    for (((value, &at), &across), &down) in
        out.iter_mut().zip(&spots.at).zip(&spots.across).zip(&spots.down)
    {
        let (wx, wy) = (&cubics.0[last.min(across as usize)], &cubics.0[last.min(down as usize)]);
        let block = &data[at as usize..][..3 * stride + 4];
        // Down the columns first: four sums side by side.
        let mut sums = [0.0_f32; 4];
        for (row, &weight) in wy.iter().enumerate() {
            let v = &block[row * stride..][..4];
            (0..4).for_each(|k| sums[k] += weight * f32::from(v[k]));
        }
        *value = wx[0] * sums[0] + wx[1] * sums[1] + wx[2] * sums[2] + wx[3] * sums[3];
    }
}

/// Values less 128 of two planes of the same size, bilinear, of at most [`RUN`] places that are [`inside`] the first
/// plane of a picture; `scale`: of the two planes to that one.
pub fn differences(
    planes: [&Plane; 2],
    scale: [f32; 2],
    x: &[f32],
    y: &[f32],
    out: [&mut [f32]; 2],
) {
    let spots = Spots::new(x, y, planes[0], scale, 0);
    let stride = planes[0].stride();
    let data = planes.map(|plane| plane.from_row(0));
    let [first, second] = out;
    for ((((one, other), &at), &across), &down) in
        first.iter_mut().zip(second).zip(&spots.at).zip(&spots.across).zip(&spots.down)
    {
        let (fx, fy) = (across as i32, down as i32);
        let mix = |data: &[u8]| {
            let block = &data[at as usize..][..stride + 2];
            let (upper, lower) = (&block[..2], &block[stride..][..2]);
            let line = |v: &[u8]| i32::from(v[0]) * (256 - fx) + i32::from(v[1]) * fx;
            (line(upper) * (256 - fy) + line(lower) * fy) as f32 * (1.0 / 65_536.0) - 128.0
        };
        (*one, *other) = (mix(data[0]), mix(data[1]));
    }
}
