//! A layout from poses and lenses that are given (a Hugin project): nothing is sought, everything is checked.

use nalgebra::Matrix3;

use super::error::StitchError;
use super::grey::in_order;
use super::judge::{count_agreeing, known_residual};
use super::layout::Layout;
use super::lens_guess::lens_groups;
use super::links::{Circle, MOST, Scene, anchors};
use super::photo::Photo;
use super::pto::Project;
use super::pto::orientation::{quarters, to_upright, turn, turned_size};
use crate::base::Cancel;
use crate::geometry::{Lens, Projection};

/// How far from where the poses say points are sought, pixels of the kept pictures.
const REACH: f64 = 12.0;
/// A circle that cuts nothing off, pixels.
const EVERYTHING: f64 = 1e9;

/// The layout that a project states. Photos are told by their file names; those that it does not name are not placed.
pub fn lay_out_given(
    photos: &[Photo],
    project: &Project,
    cancel: &Cancel,
) -> Result<Layout, StitchError> {
    let mut rotations = vec![Matrix3::identity(); photos.len()];
    let mut lenses = Vec::with_capacity(photos.len());
    let mut circles: Vec<Circle> = Vec::with_capacity(photos.len());
    let mut placed = Vec::new();
    for (index, photo) in photos.iter().enumerate() {
        let image = project.images.iter().find(|image| image.file_name() == photo.name);
        let Some(image) = image else {
            lenses.push(Lens::centred(
                Projection::Rectilinear,
                photo.width() as f64,
                photo.width(),
                photo.height(),
            ));
            circles.push(([0.0; 2], EVERYTHING));
            continue;
        };
        let turns = quarters(photo.exif.orientation);
        let stored = turned_size(photo.original, turns);
        if stored != image.lens.size {
            return Err(StitchError::Setting {
                detail: format!(
                    "'{}' has {} × {} pixels, the project says {} × {}: it belongs to other files",
                    photo.name, stored.0, stored.1, image.lens.size.0, image.lens.size.1
                ),
            });
        }
        let (lens, _) = image.lens.ours();
        let centre = to_upright(lens.centre, stored, turns);
        lenses.push(Lens { centre, ..lens }.scaled(photo.factor));
        circles.push(image.circle.map_or(([0.0; 2], EVERYTHING), |[left, right, top, bottom]| {
            let middle = [f64::midpoint(left, right) - 0.5, f64::midpoint(top, bottom) - 0.5];
            let at = to_upright(middle, stored, turns).map(|v| (v + 0.5) * photo.factor - 0.5);
            (at, (right - left).min(bottom - top) / 2.0 * photo.factor)
        }));
        rotations[index] = image.attitude.matrix() * turn(turns).transpose();
        placed.push(index);
    }
    if placed.len() < 2 {
        let detail = "the project names fewer than two of the photos".to_owned();
        return Err(StitchError::Setting { detail });
    }
    if circles.iter().all(|c| c.1 >= EVERYTHING) {
        circles.clear();
    }
    let mut layout = Layout::of_poses(rotations, lenses, placed, circles);
    layout.lens_of = lens_groups(photos);
    check(photos, &mut layout, cancel)?;
    Ok(layout)
}

/// Follows points between the photos, so that the report can say how well the given poses fit.
fn check(photos: &[Photo], layout: &mut Layout, cancel: &Cancel) -> Result<(), StitchError> {
    let points: Vec<Vec<[f32; 2]>> = in_order(photos.len(), |index| {
        if layout.placed.binary_search(&index).is_err() {
            return Vec::new();
        }
        let up = 1.0 / photos[index].grey_factor as f32;
        anchors(&photos[index].grey).into_iter().map(|p| p.map(|v| (v + 0.5) * up - 0.5)).collect()
    });
    let scene = Scene {
        planes: photos.iter().map(|p| &p.picture.planes[0]).collect(),
        lenses: layout.lenses.clone(),
        rotations: &layout.rotations,
        anchors: &points,
        circles: &layout.circles,
        most: MOST,
    };
    let (fits, links) = scene.links(&layout.placed, REACH, cancel);
    if cancel.is_cancelled() {
        return Err(StitchError::Cancelled);
    }
    layout.feature_counts = points.iter().map(Vec::len).collect();
    (layout.fits, layout.links) = (fits, links.clone());
    count_agreeing(layout, links);
    let (mut sum, mut count) = (0.0, 0.0);
    for index in 0..layout.links.len() {
        if let Some((residual, _)) = known_residual(layout, index) {
            sum += residual.norm_squared();
            count += 1.0;
        }
    }
    layout.error = (sum / f64::max(count, 1.0)).sqrt();
    Ok(())
}
