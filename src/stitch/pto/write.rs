//! Writes a layout as a project: the panorama (`p`), a picture a photo (`i`), what is free (`v`), control points (`c`).

use std::fmt::Write as _;

use super::lens::HuginLens;
use super::orientation::{quarters, to_upright, turn, turned_size};
use crate::geometry::{Lens, Projection};
use crate::stitch::attitude::Attitude;
use crate::stitch::layout::Layout;
use crate::stitch::photo::Photo;

/// Most control points of a pair that are written.
const POINTS: usize = 25;

/// The project of a layout for a panorama of `width` columns. Sizes and points are those of the original files.
pub fn write(photos: &[Photo], layout: &Layout, width: usize) -> String {
    let mut out = String::from("# hugin project file, written by Kanfang\n");
    // Writing into a string cannot fail.
    let _ = writeln!(
        out,
        "p f2 w{width} h{} v360 E0 R0 n\"TIFF_m c:LZW\"\nm g1 i0 f0 m2 p0.00784314\n",
        width / 2
    );
    for &i in &layout.placed {
        let (photo, lens) = (&photos[i], &layout.lenses[i]);
        let turns = quarters(photo.exif.orientation);
        let stored = turned_size(photo.original, turns);
        let full = lens.scaled(1.0 / photo.factor);
        let back = (4 - turns) % 4;
        let centre = to_upright(full.centre, photo.original, back);
        let (hugin, _) = HuginLens::of(&Lens { centre, ..full }, stored);
        let pose = Attitude::of(&(layout.rotations[i] * turn(turns)));
        let kind = match (lens.projection, layout.circles.get(i)) {
            (Projection::Rectilinear, _) => 0,
            (Projection::Equidistant, Some(_)) => 2,
            (Projection::Equidistant, None) => 3,
        };
        let [a, b, c] = hugin.distortion;
        let _ = write!(
            out,
            "i w{} h{} f{kind} v{:.9} Ra0 Rb0 Rc0 Rd0 Re0 Eev0 Er1 Eb1 r{:.9} p{:.9} y{:.9} TrX0 TrY0 TrZ0 Tpy0 Tpp0 j0 a{a:.9} b{b:.9} c{c:.9} d{:.6} e{:.6} g0 t0 Va1 Vb0 Vc0 Vd0 Vx0 Vy0 Vm5",
            stored.0,
            stored.1,
            hugin.hfov,
            pose.roll,
            pose.pitch,
            pose.yaw,
            hugin.shift[0],
            hugin.shift[1],
        );
        if let Some((middle, radius)) = layout.circles.get(i).filter(|c| c.1 < 1e6) {
            let full = middle.map(|v| (v + 0.5) / photo.factor - 0.5);
            let (at, r) = (to_upright(full, photo.original, back), radius / photo.factor);
            let side = |v: f64| v.round() as i64;
            let _ = write!(
                out,
                " S{},{},{},{}",
                side(at[0] - r),
                side(at[0] + r),
                side(at[1] - r),
                side(at[1] + r)
            );
        }
        let _ = writeln!(out, " n\"{}\"", photo.name.replace(['"', '\n', '\r'], "_"));
    }
    out.push('\n');
    for (n, _) in layout.placed.iter().enumerate() {
        let _ = writeln!(out, "v r{n} p{n} y{n}");
    }
    out.push_str("v v0 b0\nv\n\n");
    points(&mut out, photos, layout);
    out
}

fn points(out: &mut String, photos: &[Photo], layout: &Layout) {
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
        let full = |index: usize, at: [f64; 2]| {
            let photo = &photos[index];
            let back = (4 - quarters(photo.exif.orientation)) % 4;
            to_upright(at.map(|v| (v + 0.5) / photo.factor - 0.5), photo.original, back)
        };
        let (one, two) = (full(link.from, link.at), full(link.to, link.seen));
        let _ = writeln!(
            out,
            "c n{a} N{b} x{:.3} y{:.3} X{:.3} Y{:.3} t0",
            one[0], one[1], two[0], two[1]
        );
    }
}
