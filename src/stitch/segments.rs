//! Straight edges of a picture: regions of like gradient direction, fitted by a line
//! (after von Gioi et al., "LSD", PAMI 32(4), 2010, without its a contrario test).

use super::grey::Grey;

/// A straight edge in pixels of its picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// One end.
    pub from: [f64; 2],
    /// The other end.
    pub to: [f64; 2],
}

impl Segment {
    /// Pixels from end to end.
    pub fn length(&self) -> f64 {
        (self.to[0] - self.from[0]).hypot(self.to[1] - self.from[1])
    }
}

/// Least gradient, of full scale.
const GRADIENT: f32 = 0.008;
/// Directions of one region differ by at most this: cosine of 14°.
const ALIKE: f32 = 0.97;

/// Segments at least `shortest` pixels long.
pub fn segments(grey: &Grey, shortest: f64) -> Vec<Segment> {
    let (w, h) = (grey.width, grey.height);
    if w < 8 || h < 8 {
        return Vec::new();
    }
    let smooth = grey.blurred(0.8);
    let mut slope = vec![[0.0_f32; 2]; w * h];
    let mut size = vec![0.0_f32; w * h];
    for y in 1..h - 1 {
        for x in 1..w - 1 {
            let g = [
                smooth.at(x + 1, y) - smooth.at(x - 1, y),
                smooth.at(x, y + 1) - smooth.at(x, y - 1),
            ];
            let norm = (g[0] * g[0] + g[1] * g[1]).sqrt();
            if norm > GRADIENT {
                slope[y * w + x] = [g[0] / norm, g[1] / norm];
                size[y * w + x] = norm;
            }
        }
    }
    let order = strongest_first(&size);
    let mut used = vec![false; w * h];
    let mut out = Vec::new();
    let mut region: Vec<u32> = Vec::new();
    for start in order {
        if used[start as usize] {
            continue;
        }
        region.clear();
        region.push(start);
        used[start as usize] = true;
        let mut mean = slope[start as usize];
        let mut next = 0;
        while next < region.len() {
            let at = region[next] as usize;
            next += 1;
            let norm = (mean[0] * mean[0] + mean[1] * mean[1]).sqrt().max(1e-9);
            let direction = [mean[0] / norm, mean[1] / norm];
            for offset in [
                -(w as isize) - 1,
                -(w as isize),
                1 - w as isize,
                -1,
                1,
                w as isize - 1,
                w as isize,
                w as isize + 1,
            ] {
                let other = (at as isize + offset) as usize;
                if other >= w * h || used[other] || size[other] == 0.0 {
                    continue;
                }
                if slope[other][0] * direction[0] + slope[other][1] * direction[1] > ALIKE {
                    used[other] = true;
                    region.push(other as u32);
                    mean = [mean[0] + slope[other][0], mean[1] + slope[other][1]];
                }
            }
        }
        if region.len() as f64 > shortest {
            out.extend(fit(&region, &size, w).filter(|s| s.length() >= shortest));
        }
    }
    out
}

/// Pixels that are more than nothing, in coarse steps from the strongest down, within a step as they lie.
fn strongest_first(size: &[f32]) -> Vec<u32> {
    let step = |value: f32| ((value * 200.0) as usize).min(511);
    let mut starts = [0_usize; 513];
    for &value in size.iter().filter(|value| **value > 0.0) {
        starts[512 - step(value)] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    let mut order = vec![0; starts[512]];
    for (at, &value) in size.iter().enumerate().filter(|(_, value)| **value > 0.0) {
        let place = &mut starts[511 - step(value)];
        order[*place] = at as u32;
        *place += 1;
    }
    order
}

fn fit(region: &[u32], size: &[f32], width: usize) -> Option<Segment> {
    let place = |i: u32| [f64::from(i % width as u32), f64::from(i / width as u32)];
    let (mut sum, mut cx, mut cy) = (0.0, 0.0, 0.0);
    for &i in region {
        let (p, weight) = (place(i), f64::from(size[i as usize]));
        sum += weight;
        cx += weight * p[0];
        cy += weight * p[1];
    }
    (cx, cy) = (cx / sum, cy / sum);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for &i in region {
        let (p, weight) = (place(i), f64::from(size[i as usize]));
        xx += weight * (p[0] - cx).powi(2);
        xy += weight * (p[0] - cx) * (p[1] - cy);
        yy += weight * (p[1] - cy).powi(2);
    }
    let angle = 0.5 * (2.0 * xy).atan2(xx - yy);
    let (sin, cos) = angle.sin_cos();
    // Wide regions are shading, not edges.
    let across = (xx * sin * sin - 2.0 * xy * sin * cos + yy * cos * cos) / sum;
    if across.sqrt() > 1.6 {
        return None;
    }
    let along = region.iter().map(|&i| (place(i)[0] - cx) * cos + (place(i)[1] - cy) * sin);
    let (low, high) =
        along.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), t| (l.min(t), h.max(t)));
    Some(Segment { from: [cx + low * cos, cy + low * sin], to: [cx + high * cos, cy + high * sin] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edge_of_a_half_plane_is_one_segment() {
        let mut grey = Grey::filled(120, 90, 0.2);
        for y in 0..90 {
            for x in 0..120 {
                let d = (x as f32 - 60.0) - 0.2 * (y as f32 - 45.0);
                grey.data[y * 120 + x] = 0.2 + 0.6 / (1.0 + (-d * 2.0).exp());
            }
        }
        let found = segments(&grey, 20.0);
        let best = found.iter().max_by(|a, b| a.length().total_cmp(&b.length())).unwrap();
        assert!(best.length() > 75.0);
        let slope = (best.to[0] - best.from[0]) / (best.to[1] - best.from[1]);
        assert!((slope - 0.2).abs() < 0.01, "{slope}");
    }
}
