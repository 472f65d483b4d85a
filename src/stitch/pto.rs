//! Hugin's project files (`.pto`), written and read, so that an expert can go on there.
//!
//! Written: the panorama (`p f2`), a picture a photo (`i`) and control points (`c`). Hugin's distortion
//! `r_src = (a r³ + b r² + c r + 1 − a − b − c) r` counts radii in halves of the shorter side; ours is `k₁`, `k₂` on the
//! ideal radius, so only `b ≈ k₁` is told, and the focal length makes up for `1 − b`. Hugin's axes: yaw right, pitch up,
//! roll clockwise, as ours.

use std::fmt::Write as _;

use super::attitude::Attitude;
use super::error::StitchError;
use super::layout::Layout;
use super::photo::Photo;
use crate::geometry::Projection;

/// Most control points of a pair that are written.
const POINTS: usize = 25;

/// A picture as a project states it.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// File name.
    pub name: String,
    /// Columns and rows.
    pub size: (usize, usize),
    /// Rectilinear (`f0`) or fisheye (`f3`, and `f2`, the circular kind).
    pub projection: Projection,
    /// Horizontal field of view, degrees.
    pub hfov: f64,
    /// Attitude.
    pub attitude: Attitude,
}

/// The project of a layout. Sizes and points are those of the original files.
pub fn write(photos: &[Photo], layout: &Layout, width: usize) -> String {
    let mut out = String::from("# hugin project file, written by Kanfang\n");
    // Writing into a string cannot fail.
    let _ = writeln!(
        out,
        "p f2 w{width} h{} v360 E0 R0 n\"JPEG q93\"\nm g1 i0 f0 m2 p0.00784314\n",
        width / 2
    );
    for &i in &layout.placed {
        let (photo, lens) = (&photos[i], &layout.lenses[i]);
        let pose = Attitude::of(&layout.rotations[i]);
        let (kind, half) = match lens.projection {
            Projection::Rectilinear => (0, lens.focal),
            Projection::Equidistant => (3, lens.focal),
        };
        let shorter = photo.width().min(photo.height()) as f64 / 2.0;
        let b = lens.radial[0] * (shorter / half).powi(2);
        let shift =
            |k: usize, side: usize| (lens.centre[k] - (side as f64 - 1.0) / 2.0) / photo.factor;
        let hfov = lens.hfov(photo.width() as f64);
        let _ = writeln!(
            out,
            "i w{} h{} f{kind} v{hfov:.9} Ra0 Rb0 Rc0 Rd0 Re0 Eev0 Er1 Eb1 r{:.9} p{:.9} y{:.9} TrX0 TrY0 TrZ0 a0 b{b:.9} c0 d{:.6} e{:.6} g0 t0 n\"{}\"",
            photo.original.0,
            photo.original.1,
            pose.roll,
            pose.pitch,
            pose.yaw,
            shift(0, photo.width()),
            shift(1, photo.height()),
            photo.name.replace(['"', '\n', '\r'], "_"),
        );
    }
    out.push('\n');
    for (n, _) in layout.placed.iter().enumerate() {
        let _ = writeln!(out, "v r{n} p{n} y{n}");
    }
    out.push_str("v v0 b0\nv\n\n");
    let mut written = std::collections::BTreeMap::new();
    for link in &layout.links {
        let number: &mut usize = written.entry((link.from, link.to)).or_default();
        let (Ok(a), Ok(b)) =
            (layout.placed.binary_search(&link.from), layout.placed.binary_search(&link.to))
        else {
            continue;
        };
        if *number >= POINTS {
            continue;
        }
        *number += 1;
        let full = |photo: usize, v: f64| (v + 0.5) / photos[photo].factor - 0.5;
        let _ = writeln!(
            out,
            "c n{a} N{b} x{:.3} y{:.3} X{:.3} Y{:.3} t0",
            full(link.from, link.at[0]),
            full(link.from, link.at[1]),
            full(link.to, link.seen[0]),
            full(link.to, link.seen[1])
        );
    }
    out
}

/// The pictures of a project. Values like `v=0` refer to an earlier picture.
pub fn read(text: &str) -> Result<Vec<Image>, StitchError> {
    let mut images: Vec<Image> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let Some(rest) = line.strip_prefix("i ") else { continue };
        let fail =
            |detail: &str| StitchError::Project { line: index + 1, detail: detail.to_owned() };
        let name = rest
            .split_once(" n\"")
            .and_then(|(_, tail)| tail.split_once('"'))
            .map(|(name, _)| name.to_owned())
            .ok_or_else(|| fail("a picture has no name"))?;
        let field = |key: &str, of: &dyn Fn(&Image) -> f64| -> Result<f64, StitchError> {
            let missing = || fail(&format!("the value '{key}' is missing or no number"));
            let token = rest
                .split_whitespace()
                .take_while(|t| !t.starts_with("n\""))
                .find_map(|t| {
                    t.strip_prefix(key).filter(|v| {
                        v.starts_with(|c: char| {
                            c.is_ascii_digit() || c == '-' || c == '=' || c == '.'
                        })
                    })
                })
                .ok_or_else(missing)?;
            match token.strip_prefix('=') {
                Some(other) => {
                    let other: usize = other.parse().map_err(|_| missing())?;
                    images.get(other).map(of).ok_or_else(missing)
                }
                None => token.parse().ok().filter(|v: &f64| v.is_finite()).ok_or_else(missing),
            }
        };
        let projection = match field("f", &|_| 0.0)? as i64 {
            0 => Projection::Rectilinear,
            2 | 3 => Projection::Equidistant,
            _ => return Err(fail("only rectilinear (f0) and fisheye (f2, f3) pictures are read")),
        };
        let size = (field("w", &|i| i.size.0 as f64)?, field("h", &|i| i.size.1 as f64)?);
        if !(1.0..=1e6).contains(&size.0) || !(1.0..=1e6).contains(&size.1) {
            return Err(fail("the size makes no sense"));
        }
        let hfov = field("v", &|i| i.hfov)?;
        if !(0.1..=360.0).contains(&hfov) {
            return Err(fail("the field of view makes no sense"));
        }
        let attitude = Attitude {
            yaw: field("y", &|i| i.attitude.yaw)?,
            pitch: field("p", &|i| i.attitude.pitch)?,
            roll: field("r", &|i| i.attitude.roll)?,
        };
        images.push(Image {
            name,
            size: (size.0 as usize, size.1 as usize),
            projection,
            hfov,
            attitude,
        });
    }
    Ok(images)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_project_is_read() {
        let text = "p f2 w3000\ni w1600 h1200 f0 v90.5 r-1.5 p2 y-170.25 n\"a b.jpg\"\ni w=0 h=0 f0 v=0 r0 p0 y10 n\"b.jpg\"\n";
        let images = read(text).unwrap();
        assert_eq!(images[0].name, "a b.jpg");
        assert_eq!(images[1].size, (1600, 1200));
        assert!(
            (images[1].hfov - 90.5).abs() < 1e-12
                && (images[0].attitude.yaw + 170.25).abs() < 1e-12
        );
        assert!(read("i w10 h10 f0 v90 r0 p0 n\"x\"").is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(i [a-z0-9=. \"-]{0,60}\n){0,4}") {
            let _ = read(&text);
        }
    }
}
