//! Bends two lens pictures so that they meet along the rim, and tells how well they do.

use super::band::{Band, Frame, HALF, follow};
use super::clear::{clear_rows, trim};
use super::flow::{Flow, SPACING};
use super::scale::{bytes, reduced};
use crate::imaging::plane::Plane;
use crate::stitch::grey::in_order;
use crate::stitch::judge::arcmin;
use crate::stitch::mesh::Mesh;
use crate::stitch::patch::{APART, CONTRAST, UNLIKE, root_mean_square};
use crate::stitch::photo::Photo;
use crate::stitch::report::Remark;
use crate::stitch::seam_check::STAND;
use crate::stitch::seams::SeamMap;
use crate::stitch::warp::View;

/// Largest radius in pixels of the pictures that are compared.
const RADIUS: f64 = 480.0;
/// Columns of a belt at that radius, about as many as the rim has pixels; fewer for smaller pictures.
const COLUMNS: f64 = 1800.0;
/// Degrees beyond the shared belt over which a shift dies away.
const FADE: f64 = 35.0;
/// Cells of a mesh along the radius of a circle.
const CELLS: f64 = 70.0;
/// Least shared rows on each side for shifts to be sought, pixels of a belt.
const LEAST: usize = 9;

/// Misalignment that can be seen: minutes of arc (about a pixel and a half of 4096), or pixels of the coarser picture where
/// these are more.
const VISIBLE: (f64, f64) = (8.0, 1.3);
/// Share of the seam that may be seen: told beyond the first, doubted beyond the second.
const MENTIONED: f64 = 0.05;
const TOLERATED: f64 = 0.1;

/// Two lens pictures, ready to be compared along their rims.
pub struct Joint {
    frame: Frame,
    planes: Vec<Plane>,
    factors: [f64; 2],
    columns: usize,
    rows_each: usize,
}

/// How well two lens pictures meet along the seam.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeftOver {
    /// Misalignments where there is something to be compared, minutes of arc, ascending.
    pub off: Vec<f64>,
    /// Places along the seam.
    pub places: usize,
    /// Places at which a person would see the seam.
    pub visible: usize,
    /// Of these the places beneath the camera, where its stand is.
    pub beneath: usize,
}

impl LeftOver {
    /// Shares of the seam that can be seen, 0 to 1: beside the camera, and beneath it.
    fn shares(&self) -> [f64; 2] {
        let beside = self.visible - self.beneath;
        [beside, self.beneath].map(|count| count as f64 / self.places.max(1) as f64)
    }

    /// By how much the seam lessens the confidence, 0 to 1. A stand beneath the camera does not: every camera has one.
    pub fn doubt(&self) -> f64 {
        (TOLERATED / self.shares()[0].max(1e-9)).min(1.0)
    }

    /// What to tell a person of the seam.
    pub fn remark(&self) -> Option<Remark> {
        let [beside, beneath] = self.shares();
        if beside <= MENTIONED {
            return (beneath > MENTIONED).then(|| {
                let message = "beneath the camera the two lenses do not show the same: its stand, or who holds it, is too \
                     near. A mark over the floor covers it";
                Remark::new("stitch-warning-lenses-beneath", message)
            });
        }
        let percent = format!("{:.0}", 100.0 * (beside + beneath));
        let message = format!(
            "the two lenses do not show the same on {percent} % of the seam between them: something was very near to the \
             camera. Look along the seam; keep a metre away next time"
        );
        Some(Remark::new("stitch-warning-lenses", message).with("percent", percent))
    }
}

impl Joint {
    /// Of the first two photos. Their circles are made smaller where the lenses do not show the room clearly.
    pub fn of(photos: &[Photo], views: &mut [View]) -> Self {
        let frame = Frame::between(&views[0].rotation, &views[1].rotation);
        let factors = [0, 1].map(|side: usize| {
            let radius = views[side].circle.map_or(RADIUS, |(_, r)| r);
            (RADIUS / radius).min(1.0)
        });
        let planes = in_order(2, |side| {
            let plane = &photos[side].picture.planes[0];
            bytes(&reduced(plane, factors[side])).unwrap_or_else(|| plane.clone())
        });
        let radius = views[0].circle.map_or(RADIUS, |(_, r)| r * factors[0]);
        let spacing = SPACING as f64;
        let columns = ((COLUMNS * radius / RADIUS / spacing).round().max(40.0) * spacing) as usize;
        let mut joint = Self { frame, planes, factors, columns, rows_each: 0 };
        joint.rows_each = joint.rows_seen(views);
        let bands = joint.bands(views);
        let clear = clear_rows([&bands[0], &bands[1]], joint.rows_each);
        for (view, rows) in views.iter_mut().zip(clear) {
            if rows < joint.rows_each {
                trim(view, (rows as f64 + 0.5) * joint.step());
            }
        }
        joint.rows_each = joint.rows_seen(views);
        joint
    }

    /// Rows on each side of the middle that both lenses see: by the smaller field.
    fn rows_seen(&self, views: &[View]) -> usize {
        let reach = [0, 1].map(|side: usize| {
            let view = &views[side];
            let ray = view.circle.and_then(|(_, radius)| {
                view.lens.unproject([view.lens.centre[0] + radius, view.lens.centre[1]])
            });
            ray.map_or(0.0, |ray| -ray.z.asin())
        });
        (reach[0].min(reach[1]).clamp(0.0, 0.5) / self.step()) as usize
    }

    fn step(&self) -> f64 {
        std::f64::consts::TAU / self.columns as f64
    }

    fn bands(&self, views: &[View]) -> Vec<Band> {
        (0..2)
            .map(|side| {
                let view = &views[side];
                let factor = self.factors[side];
                let size = (self.planes[side].width(), self.planes[side].height());
                let small = view.scaled(size, factor);
                Band::of(&small, &self.planes[side], &self.frame, self.columns, self.rows_each)
            })
            .collect()
    }

    /// Gives both views a mesh that brings what both see to the middle.
    pub fn bend(&self, views: &mut [View]) {
        if self.rows_each < LEAST {
            return;
        }
        let bands = self.bands(views);
        let flow = Flow::between(&bands[0], &bands[1], self.rows_each);
        let edge = self.rows_each as f64 * self.step();
        let meshes: Vec<Mesh> = in_order(2, |side| {
            let view = &views[side];
            let radius = view.circle.map_or(view.size.1 as f64 / 2.0, |(_, r)| r);
            // The second lens looks down in the frame of the belt.
            let sign = if side == 0 { 1.0 } else { -1.0 };
            Mesh::with_cells(view.size, radius / CELLS, |pixel| {
                let Some(ray) = view.lens.unproject(pixel) else { return [0.0; 2] };
                let (around, above) = self.frame.angles(&(view.rotation * ray));
                let beyond = ((sign * above - edge).to_degrees() / FADE).clamp(0.0, 1.0);
                let fade = (1.0 - beyond).powi(2) * (1.0 + 2.0 * beyond);
                let by = flow.at(around, above).map(|v| -0.5 * sign * fade * v);
                let there = self.frame.direction(around + by[0], above + by[1]);
                match view.lens.project(&view.rotation.tr_mul(&there)) {
                    Some(moved) => [moved[0] - pixel[0], moved[1] - pixel[1]],
                    None => [0.0; 2],
                }
            })
        });
        for (view, mesh) in views.iter_mut().zip(meshes) {
            view.shift = Some(mesh);
        }
    }

    /// What is left where the seam runs.
    pub fn left_over(&self, views: &[View], seams: &SeamMap) -> LeftOver {
        let bands = self.bands(views);
        let path = self.path(seams);
        let last = 2.0 * (self.rows_each as f64);
        let coarser = views.iter().map(|view| view.lens.focal).fold(f64::INFINITY, f64::min);
        let limit = VISIBLE.0.max(arcmin(VISIBLE.1, coarser));
        let found: Vec<Option<(Option<f64>, bool)>> = in_order(path.len(), |at| {
            let (around, above) = path[at];
            let y = self.rows_each as f64 - above / self.step();
            let margin = f64::from(HALF) + 1.0;
            if y < margin || y > last - margin {
                return None;
            }
            let place = [around / self.step(), y];
            let (a, b) = (bands[0].patch(place[0], y)?, bands[1].patch(place[0], y)?);
            if a.1.max(b.1) < CONTRAST {
                return None;
            }
            let difference = root_mean_square(a.0.iter().zip(&b.0).map(|(a, b)| a - b));
            let shift = follow(&bands[0], &bands[1], place, [0.0; 2], 8.0);
            let Some(shift) = shift.filter(|shift| shift.correlation > 0.6) else {
                return Some((None, difference > UNLIKE));
            };
            // As far as it is known: along an edge it is not.
            let inverse =
                (shift.information + nalgebra::Matrix2::identity() * 0.5).try_inverse()?;
            let by = nalgebra::Vector2::new(shift.by[0], shift.by[1]);
            let known = (inverse * shift.information * by).norm();
            let off = (known * self.step()).to_degrees() * 60.0;
            Some((Some(off), off > limit && difference > APART))
        });
        let mut off: Vec<f64> = found.iter().flatten().filter_map(|(off, _)| *off).collect();
        off.sort_by(f64::total_cmp);
        let visible: Vec<&(f64, f64)> = path
            .iter()
            .zip(&found)
            .filter(|(_, found)| matches!(found, Some((_, true))))
            .map(|(place, _)| place)
            .collect();
        let lowest = -STAND.to_radians().cos();
        let is_beneath = |place: &&&(f64, f64)| self.frame.direction(place.0, place.1).y < lowest;
        let beneath = visible.iter().filter(is_beneath).count();
        LeftOver { off, places: path.len(), visible: visible.len(), beneath }
    }

    /// Where the seam runs: an angle above for each step around.
    fn path(&self, seams: &SeamMap) -> Vec<(f64, f64)> {
        const BINS: usize = 720;
        let mut bins = vec![(0.0_f64, 0.0_f64); BINS];
        for border in seams.borders() {
            let (around, above) = self.frame.angles(&border.between);
            let bin = (around / std::f64::consts::TAU * BINS as f64) as usize % BINS;
            bins[bin].0 += above;
            bins[bin].1 += 1.0;
        }
        bins.iter()
            .enumerate()
            .filter(|(_, bin)| bin.1 > 0.0)
            .map(|(at, bin)| {
                ((at as f64 + 0.5) / BINS as f64 * std::f64::consts::TAU, bin.0 / bin.1)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::exif::ExifFacts;
    use crate::geometry::{Lens, Projection};
    use crate::imaging::plane::{ColourModel, Picture};
    use crate::stitch::attitude::Attitude;
    use nalgebra::Vector3;

    /// Metres from the middle of the room to what is seen, and between the lenses.
    const ROOM: (f64, f64) = (1.2, 0.04);

    /// Two lenses back to back in a round room, and what they show; the first one sees `shade` of the radius only.
    fn camera(shade: f64) -> (Vec<Photo>, Vec<View>) {
        let lens = Lens {
            projection: Projection::Equidistant,
            focal: 140.0,
            centre: [250.0, 250.0],
            radial: [0.0; 2],
        };
        let turns = [0.0, 180.0].map(|yaw| Attitude { yaw, pitch: 0.0, roll: 0.0 }.matrix());
        let photo = |side: usize| {
            let from = turns[side].column(2) * (ROOM.1 / 2.0);
            let mut plane = Plane::filled(501, 501, 0);
            for y in 0..501 {
                for x in 0..501 {
                    let off = (x as f64 - 250.0).hypot(y as f64 - 250.0) / 245.0;
                    let Some(ray) = lens.unproject([x as f64, y as f64]) else { continue };
                    if off > if side == 0 { shade } else { 1.0 } {
                        continue;
                    }
                    let ray = turns[side] * ray;
                    // Where it meets the sphere around the middle.
                    let along = from.dot(&ray);
                    let reach =
                        (along * along + ROOM.0 * ROOM.0 - from.norm_squared()).sqrt() - along;
                    let p: Vector3<f64> = (from + ray * reach) / ROOM.0;
                    let value = 120.0
                        + 40.0 * (17.0 * p.x + 9.0 * p.y).sin()
                        + 40.0 * (14.0 * p.y - 11.0 * p.z).sin()
                        + 25.0 * (21.0 * p.z + 6.0 * p.x).sin();
                    plane.row_mut(y)[x] = value as u8;
                }
            }
            let picture = Picture { planes: vec![plane], model: ColourModel::Grey };
            Photo::of(&side.to_string(), picture, ExifFacts::default(), f64::INFINITY)
        };
        let view = |side: usize| View {
            lens,
            rotation: turns[side],
            size: (501, 501),
            circle: Some(([250.0, 250.0], 244.0)),
            shift: None,
        };
        ([0, 1].map(photo).into(), [0, 1].map(view).into())
    }

    /// Mean difference of what both lenses show along the middle of the belt, of 255.
    fn difference(joint: &Joint, views: &[View]) -> f64 {
        let bands = joint.bands(views);
        let middle = bands[0].rows / 2;
        let pairs = bands[0].row(middle).iter().zip(bands[1].row(middle));
        let off: Vec<f64> = pairs.map(|(a, b)| f64::from((a - b).abs())).collect();
        off.iter().sum::<f64>() / off.len() as f64
    }

    #[test]
    fn what_is_near_is_bent_to_meet() {
        let (photos, mut views) = camera(1.0);
        let joint = Joint::of(&photos, &mut views);
        let before = difference(&joint, &views);
        joint.bend(&mut views);
        let after = difference(&joint, &views);
        assert!(before > 8.0 && after < 0.4 * before, "{before} {after}");
    }

    #[test]
    fn shade_within_the_circle_is_cut_off() {
        let (photos, mut views) = camera(0.95);
        Joint::of(&photos, &mut views);
        let [first, second] = [0, 1].map(|side: usize| views[side].circle.unwrap().1);
        assert!((first - 0.95 * 245.0).abs() < 3.0 && second == 244.0, "{first} {second}");
    }

    #[test]
    fn a_stand_beneath_the_camera_is_told_and_does_not_make_it_doubtful() {
        let stand = LeftOver { off: vec![1.0], places: 100, visible: 20, beneath: 18 };
        assert_eq!(stand.doubt(), 1.0);
        assert_eq!(stand.remark().unwrap().slug, "stitch-warning-lenses-beneath");
        let hand = LeftOver { beneath: 0, ..stand };
        assert!(hand.doubt() < 0.6);
        let remark = hand.remark().unwrap();
        assert_eq!(
            (remark.slug.as_str(), remark.args["percent"].as_str()),
            ("stitch-warning-lenses", "20")
        );
    }
}
