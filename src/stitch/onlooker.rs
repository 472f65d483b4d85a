//! Somebody who watches while photos are stitched.

use super::attitude::Attitude;
use super::layout::Layout;
use super::photo::Photo;
use super::report::Overlap;
use super::seams::{NOBODY, SeamMap};

/// Told what there is as soon as it is there.
pub trait Onlooker: std::fmt::Debug + Send + Sync {
    /// The photos have their places.
    fn layout(&self, layout: &Sketch);
    /// It is decided which photo is shown where.
    fn seams(&self, map: &SeamMap);
    /// The picture is blended.
    fn blended(&self);
}

/// Where photos look, before anything is rendered.
#[derive(Clone, Debug)]
pub struct Sketch {
    /// Names and attitudes of the photos that are placed.
    pub placed: Vec<(String, Attitude)>,
    /// Pairs that overlap.
    pub overlaps: Vec<Overlap>,
}

impl Sketch {
    /// Of a layout.
    pub(super) fn of(photos: &[Photo], layout: &Layout) -> Self {
        let place = |&i: &usize| (photos[i].name.clone(), Attitude::of(&layout.rotations[i]));
        let placed = layout.placed.iter().map(place).collect();
        Self { placed, overlaps: super::summary::overlaps(photos, layout) }
    }
}

/// The map of seams as a small picture: colours that tell neighbours apart, white where nobody shows anything.
/// Answers width, height and R, G, B of each place.
pub fn painted(map: &SeamMap) -> (u32, u32, Vec<u8>) {
    let colour = |label: &u16| -> [u8; 3] {
        if *label == NOBODY {
            return [255; 3];
        }
        // Hues a golden angle apart: neighbours in number, which are neighbours on the sphere, differ most.
        let hue = f64::from(*label) * 137.508;
        [0.0, 120.0, 240.0].map(|at| {
            let wave = f64::midpoint((hue + at).to_radians().cos(), 1.0);
            (90.0 + 140.0 * wave) as u8
        })
    };
    let pixels = map.labels.iter().flat_map(colour).collect();
    (map.area.width, map.area.height, pixels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Cancel;
    use crate::geometry::Equirect;

    #[test]
    fn a_map_of_nothing_is_white() {
        let map = SeamMap::new(Equirect { width: 8, height: 4 }, &[], &Cancel::new()).unwrap();
        let (width, height, pixels) = painted(&map);
        assert_eq!((width, height, pixels.len()), (8, 4, 96));
        assert!(pixels.iter().all(|&value| value == 255));
    }
}
