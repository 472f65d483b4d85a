//! Straight edges of a picture: regions of like gradient direction, fitted by a line
//! (after von Gioi et al., "LSD", PAMI 32(4), 2010, without its a contrario test).

use nalgebra::{Matrix3, Vector3};

use super::grey::Grey;
use super::links::Circle;
use super::photo::Photo;

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

    /// The same segment in the picture scaled by `factor`.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let scale = |p: [f64; 2]| p.map(|v| (v + 0.5) * factor - 0.5);
        Self { from: scale(self.from), to: scale(self.to) }
    }
}

/// How straight things run in a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// As straight lines: ordinary lenses.
    Straight,
    /// As arcs: fisheyes. The ends are those of a parabola; a line would lie beside them.
    Bowed,
}

/// In which size of a photo edges are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Half the working size: long edges, of things that are built.
    Halved,
    /// The working size: short ones, too.
    Working,
}

/// Least gradient, of full scale.
const GRADIENT: f32 = 0.008;
/// Directions of one region differ by at most this: cosine of 14°.
const ALIKE: f32 = 0.97;

/// Segments of a photo in pixels of its kept picture, at least as long as the share `shortest` of its shorter side. Of a
/// fisheye's, those within a circle of a centre and a radius.
pub fn of_photo(
    photo: &Photo,
    detail: Detail,
    shortest: f64,
    course: Course,
    circle: Option<Circle>,
) -> Vec<Segment> {
    let halved;
    let (grey, scale) = match detail {
        Detail::Halved => {
            halved = photo.grey.halved();
            (&halved, 0.5 * photo.grey_factor)
        }
        Detail::Working => (&photo.grey, photo.grey_factor),
    };
    let inside = |p: [f64; 2]| {
        circle.is_none_or(|(centre, radius)| (p[0] - centre[0]).hypot(p[1] - centre[1]) < radius)
    };
    segments(grey, grey.width.min(grey.height) as f64 * shortest, course)
        .into_iter()
        .map(|segment| segment.scaled(1.0 / scale))
        .filter(|segment| inside(segment.from) && inside(segment.to))
        .collect()
}

/// Segments at least `shortest` pixels long.
pub fn segments(grey: &Grey, shortest: f64, course: Course) -> Vec<Segment> {
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
            out.extend(fit(&region, &size, w, course).filter(|s| s.length() >= shortest));
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

fn fit(region: &[u32], size: &[f32], width: usize, course: Course) -> Option<Segment> {
    let place = |i: u32| [f64::from(i % width as u32), f64::from(i / width as u32)];
    let weighted = || region.iter().map(|&i| (place(i), f64::from(size[i as usize])));
    let (mut sum, mut cx, mut cy) = (0.0, 0.0, 0.0);
    for (p, weight) in weighted() {
        sum += weight;
        cx += weight * p[0];
        cy += weight * p[1];
    }
    (cx, cy) = (cx / sum, cy / sum);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (p, weight) in weighted() {
        xx += weight * (p[0] - cx).powi(2);
        xy += weight * (p[0] - cx) * (p[1] - cy);
        yy += weight * (p[1] - cy).powi(2);
    }
    let angle = 0.5 * (2.0 * xy).atan2(xx - yy);
    let (sin, cos) = angle.sin_cos();
    let mut across = (xx * sin * sin - 2.0 * xy * sin * cos + yy * cos * cos) / sum;
    // Along the line and across it, from the middle of weight.
    let turned = |p: [f64; 2]| {
        let (x, y) = (p[0] - cx, p[1] - cy);
        [x * cos + y * sin, y * cos - x * sin]
    };
    let (low, high) = region
        .iter()
        .map(|&i| turned(place(i))[0])
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), along| {
            (low.min(along), high.max(along))
        });
    let parabola = match course {
        Course::Straight => Vector3::zeros(),
        Course::Bowed => {
            // In units of the length, so that the powers are of one size.
            let unit = (high - low).max(1.0);
            let (mut normal, mut right) = (Matrix3::zeros(), Vector3::zeros());
            for (p, weight) in weighted() {
                let [along, aside] = turned(p);
                let powers = Vector3::new(1.0, along / unit, (along / unit).powi(2));
                normal += powers * powers.transpose() * weight;
                right += powers * (aside * weight);
            }
            let found: Vector3<f64> = normal.cholesky()?.solve(&right);
            // What the parabola explains is no width.
            across = (across - found.dot(&right) / sum).max(0.0);
            Vector3::new(found[0], found[1] / unit, found[2] / (unit * unit))
        }
    };
    // Wide regions are shading, not edges.
    if across.sqrt() > 1.6 {
        return None;
    }
    let end = |along: f64| {
        let aside = parabola.dot(&Vector3::new(1.0, along, along * along));
        [cx + along * cos - aside * sin, cy + along * sin + aside * cos]
    };
    Some(Segment { from: end(low), to: end(high) })
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
        for course in [Course::Straight, Course::Bowed] {
            let found = segments(&grey, 20.0, course);
            let best = found.iter().max_by(|a, b| a.length().total_cmp(&b.length())).unwrap();
            assert!(best.length() > 75.0);
            let slope = (best.to[0] - best.from[0]) / (best.to[1] - best.from[1]);
            assert!((slope - 0.2).abs() < 0.01, "{slope}");
        }
    }

    #[test]
    fn the_ends_of_a_bowed_edge_lie_on_it() {
        // The rim of a disc of 300 pixels, seen for 20° or so.
        let mut grey = Grey::filled(160, 160, 0.2);
        let outside = |x: f64, y: f64| (x + 200.0).hypot(y - 80.0) - 300.0;
        for y in 0..160 {
            for x in 0..160 {
                let d = outside(x as f64, y as f64) as f32;
                grey.data[y * 160 + x] = 0.2 + 0.6 / (1.0 + (d * 4.0).exp());
            }
        }
        let found = segments(&grey, 20.0, Course::Bowed);
        let best = found.iter().max_by(|a, b| a.length().total_cmp(&b.length())).unwrap();
        assert!(best.length() > 70.0, "{}", best.length());
        let off = [best.from, best.to].map(|[x, y]| outside(x, y));
        assert!(off.iter().all(|off| off.abs() < 0.15), "{off:?}");
    }
}
