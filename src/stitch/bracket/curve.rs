//! How the values of one exposure become those of another: a rising curve, found from what both show (the
//! comparametric relation of S. Mann, "Comparametric equations", IEEE Trans. Image Processing 9(8), 2000).

/// Values of the first picture that share a sample of the curve.
const BINS: usize = 48;
/// Fewest pairs of values for a sample.
const FEWEST: usize = 12;
/// Share of the pairs that may be of things that moved.
const MOVED: f64 = 0.15;
/// Values beyond these hold no more light, or only noise, 0 to 1.
pub const USABLE: std::ops::Range<f32> = 0.035..0.955;

/// A rising curve from encoded values (0 to 1) of one exposure to those of another.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Value of the first picture, ascending; value of the second.
    knots: Vec<[f32; 2]>,
    /// How many stops more light the second picture got; negative for less.
    pub ev: f64,
    /// Share of the second picture's variation that the first picture tells through the curve, to 1.
    pub explained: f64,
}

impl Curve {
    /// The curve through pairs of values. `None` where fewer than 100 pairs are left or the first picture is blank.
    pub fn through(pairs: &[[f32; 2]]) -> Option<Self> {
        if pairs.len() < 100 {
            return None;
        }
        let mut bins: Vec<Vec<[f32; 2]>> = vec![Vec::new(); BINS];
        for pair in pairs {
            bins[((pair[0] * BINS as f32) as usize).min(BINS - 1)].push(*pair);
        }
        // Medians, so that what moved does not count; then pooled until they rise (Ayer et al. 1955).
        let mut pools: Vec<(f64, f64, f64)> = Vec::new();
        for bin in bins.iter_mut().filter(|bin| bin.len() >= FEWEST) {
            let weight = bin.len() as f64;
            let mean = bin.iter().map(|p| f64::from(p[0])).sum::<f64>() / weight;
            bin.sort_by(|p, q| p[1].total_cmp(&q[1]));
            pools.push((mean, f64::from(bin[bin.len() / 2][1]), weight));
        }
        if pools.len() < 2 {
            return None;
        }
        let knots = rising(&pools);
        let ev = stops(pairs)?;
        let mut curve = Self { knots, ev, explained: 0.0 };
        curve.explained = curve.share_explained(pairs);
        Some(curve)
    }

    /// The value of the second picture for one of the first; beyond the ends it goes on by the difference of exposure.
    pub fn value(&self, v: f32) -> f32 {
        let (first, last) = (self.knots[0], self.knots[self.knots.len() - 1]);
        if v <= first[0] {
            return first[1] * v.max(0.0) / first[0].max(1e-6);
        }
        if v >= last[0] {
            return exposed(v, self.ev as f32).max(last[1]).min(1.0);
        }
        let after = self.knots.partition_point(|k| k[0] <= v).clamp(1, self.knots.len() - 1);
        let (a, b) = (self.knots[after - 1], self.knots[after]);
        a[1] + (b[1] - a[1]) * (v - a[0]) / (b[0] - a[0]).max(1e-6)
    }

    /// Without the pairs that fit worst: they are of things that moved.
    fn share_explained(&self, pairs: &[[f32; 2]]) -> f64 {
        let mut seconds: Vec<f32> = pairs.iter().map(|p| p[1]).collect();
        seconds.sort_by(f32::total_cmp);
        let median = seconds[seconds.len() / 2];
        let mut each: Vec<[f32; 2]> = pairs
            .iter()
            .map(|p| [(p[1] - self.value(p[0])).abs(), (p[1] - median).abs()])
            .collect();
        each.sort_by(|a, b| a[0].total_cmp(&b[0]));
        each.truncate((each.len() as f64 * (1.0 - MOVED)) as usize);
        let sum = |k: usize| each.iter().map(|e| f64::from(e[k])).sum::<f64>();
        1.0 - sum(0) / (sum(1) + 1e-9)
    }
}

/// An sRGB value (0 to 1) as if it had got `ev` stops more light; by the power part of IEC 61966-2-1.
pub fn exposed(v: f32, ev: f32) -> f32 {
    use crate::stitch::photometry::{OFFSET, POWER};
    ((v + OFFSET) * (ev / POWER).exp2() - OFFSET).clamp(0.0, 1.0)
}

/// Medians of neighbouring samples that do not rise are put together.
fn rising(pools: &[(f64, f64, f64)]) -> Vec<[f32; 2]> {
    let mut out: Vec<(f64, Vec<f64>, f64)> = Vec::new();
    for &(at, value, weight) in pools {
        out.push((value, vec![at], weight));
        while out.len() > 1 && out[out.len() - 1].0 < out[out.len() - 2].0 {
            if let (Some(b), Some(a)) = (out.pop(), out.last_mut()) {
                a.0 = (a.0 * a.2 + b.0 * b.2) / (a.2 + b.2);
                a.1.extend(b.1);
                a.2 += b.2;
            }
        }
    }
    out.into_iter()
        .flat_map(|(value, places, _)| places.into_iter().map(move |at| [at as f32, value as f32]))
        .collect()
}

/// The median difference of exposure of the pairs that are well exposed in both.
fn stops(pairs: &[[f32; 2]]) -> Option<f64> {
    use crate::stitch::photometry::{OFFSET, POWER};
    let mut each: Vec<f32> = pairs
        .iter()
        .filter(|p| p.iter().all(|v| (0.08..0.92).contains(v)))
        .map(|p| POWER * ((p[1] + OFFSET) / (p[0] + OFFSET)).log2())
        .collect();
    if each.len() < 50 {
        return None;
    }
    each.sort_by(f32::total_cmp);
    Some(f64::from(each[each.len() / 2]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stitch::dice::Dice;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_step_of_exposure_is_found(ev in -3.0..3.0_f64, seed in 0_u64..50) {
            let mut dice = Dice(seed);
            let pairs: Vec<[f32; 2]> = (0..3000)
                .map(|i| {
                    let v = dice.unit() as f32;
                    // One in ten moved.
                    let w = if i % 10 == 0 { dice.unit() as f32 } else { exposed(v, ev as f32) };
                    [v, w]
                })
                .collect();
            let curve = Curve::through(&pairs).unwrap();
            prop_assert!((curve.ev - ev).abs() < 0.08, "{} {ev}", curve.ev);
            prop_assert!((curve.value(0.3) - exposed(0.3, ev as f32)).abs() < 0.03);
            prop_assert!((0..100).all(|i| curve.value(i as f32 / 100.0) <= curve.value((i + 1) as f32 / 100.0) + 1e-5));
        }
    }

    #[test]
    fn unrelated_pictures_are_not_explained() {
        let mut dice = Dice(1);
        let pairs: Vec<[f32; 2]> =
            (0..3000).map(|_| [dice.unit() as f32, dice.unit() as f32]).collect();
        assert!(Curve::through(&pairs).unwrap().explained < 0.3);
    }
}
