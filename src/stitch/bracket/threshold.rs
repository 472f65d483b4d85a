//! First guess of how far two exposures are shifted: median threshold bitmaps (G. Ward, "Fast, robust image registration
//! for compositing high dynamic range photographs from hand-held exposures", Journal of Graphics Tools 8(2), 2003).
//!
//! A picture cut at its median looks the same at every exposure that does not clip there.

use crate::stitch::grey::Grey;

/// Values this near to the threshold are noise.
const DOUBT: f32 = 0.015;
/// Levels above the finest: the shift may be 2^LEVELS − 1 pixels of the grey.
const LEVELS: usize = 4;

/// A shift that makes two exposures agree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    /// Pixels right and down from the first picture to the second.
    pub by: [i32; 2],
    /// Share of the pixels that disagree among those without doubt, 0 to 1; 0.5 is chance.
    pub disagreement: f64,
    /// Share of the pixels without doubt.
    pub certain: f64,
}

/// Which pixels are above a threshold, and which are so without doubt.
struct Bitmap {
    width: usize,
    height: usize,
    above: Vec<bool>,
    certain: Vec<bool>,
}

impl Bitmap {
    fn of(grey: &Grey, share: f64) -> Self {
        let mut sorted = grey.data.clone();
        sorted.sort_by(f32::total_cmp);
        let threshold = sorted[((sorted.len() - 1) as f64 * share) as usize];
        Self {
            width: grey.width,
            height: grey.height,
            above: grey.data.iter().map(|v| *v > threshold).collect(),
            certain: grey.data.iter().map(|v| (v - threshold).abs() > DOUBT).collect(),
        }
    }

    /// Pixels that disagree, and pixels compared, when the other is moved by a shift.
    fn compare(&self, other: &Self, by: [i32; 2]) -> (usize, usize) {
        let (mut differ, mut count) = (0, 0);
        for y in 0..self.height as i32 {
            let v = y + by[1];
            if v < 0 || v >= other.height as i32 {
                continue;
            }
            for x in 0..self.width as i32 {
                let u = x + by[0];
                if u < 0 || u >= other.width as i32 {
                    continue;
                }
                let (a, b) =
                    (y as usize * self.width + x as usize, v as usize * other.width + u as usize);
                if self.certain[a] && other.certain[b] {
                    count += 1;
                    differ += usize::from(self.above[a] != other.above[b]);
                }
            }
        }
        (differ, count)
    }
}

/// The value at a share of the sorted values of a picture.
fn quantile(grey: &Grey, share: f64) -> f32 {
    let mut sorted = grey.data.clone();
    sorted.sort_by(f32::total_cmp);
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}

/// The shift between two pictures of the same size; `None` when no threshold lies within what both show.
pub fn shift(first: &Grey, second: &Grey) -> Option<Shift> {
    // Ward's other percentiles for pictures whose median is clipped.
    let share = [0.5, 0.3, 0.7, 0.17, 0.83, 0.08, 0.92].into_iter().find(|share| {
        [first, second].iter().all(|grey| (0.03..0.96).contains(&quantile(grey, *share)))
    })?;
    let mut levels = vec![(first.clone(), second.clone())];
    for _ in 0..LEVELS {
        let last = &levels[levels.len() - 1];
        if last.0.width < 24 || last.0.height < 24 {
            break;
        }
        levels.push((last.0.halved(), last.1.halved()));
    }
    let mut found = Shift { by: [0, 0], disagreement: 1.0, certain: 0.0 };
    for (a, b) in levels.iter().rev() {
        let (one, two) = (Bitmap::of(a, share), Bitmap::of(b, share));
        let middle = found.by.map(|v| 2 * v);
        let mut best: Option<(f64, i32, Shift)> = None;
        for dy in -1..=1 {
            for dx in -1..=1 {
                let by = [middle[0] + dx, middle[1] + dy];
                let (differ, count) = one.compare(&two, by);
                let certain = count as f64 / (one.width * one.height) as f64;
                let shift =
                    Shift { by, disagreement: differ as f64 / count.max(1) as f64, certain };
                let far = dx.abs() + dy.abs();
                if best.is_none_or(|(score, least, _)| (shift.disagreement, far) < (score, least)) {
                    best = Some((shift.disagreement, far, shift));
                }
            }
        }
        found = best?.2;
    }
    (found.certain > 0.05).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stitch::dice::Dice;

    fn scene(shift: [usize; 2], gain: f32) -> Grey {
        let mut dice = Dice(3);
        let noise = Grey {
            width: 200,
            height: 160,
            data: (0..200 * 160).map(|_| dice.unit() as f32).collect(),
        }
        .blurred(4.0);
        let mut out = Grey::filled(160, 120, 0.0);
        for y in 0..120 {
            for x in 0..160 {
                let v = 0.5 + 8.0 * (noise.at(x + 20 - shift[0], y + 20 - shift[1]) - 0.5);
                out.data[y * 160 + x] = (v * gain).clamp(0.0, 1.0);
            }
        }
        out
    }

    #[test]
    fn a_shift_is_found_under_another_exposure() {
        let found = shift(&scene([0, 0], 0.5), &scene([9, 5], 1.4)).unwrap();
        assert_eq!(found.by, [9, 5]);
        assert!(found.disagreement < 0.05, "{found:?}");
    }

    #[test]
    fn a_blank_picture_tells_nothing() {
        assert!(shift(&Grey::filled(64, 64, 0.5), &Grey::filled(64, 64, 0.7)).is_none());
    }
}
