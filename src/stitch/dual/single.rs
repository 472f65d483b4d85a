//! One fisheye lens alone: a part of the sphere, if somebody says how wide it sees.
//!
//! Two lenses tell that of each other by the rim that both see; one lens tells it of nothing. A guess would bend what a
//! bidder measures by eye, so there is none.

use nalgebra::Matrix3;

use super::{CLEAR, circles};
use crate::geometry::{Lens, Projection};
use crate::stitch::error::StitchError;
use crate::stitch::layout::Layout;
use crate::stitch::lens_choice::LensChoice;
use crate::stitch::photo::Photo;

/// Least share of the rim that must be seen where a person says that it is a fisheye's.
const SUPPORT: f64 = 0.3;

/// Whether somebody says of a photo that it is one fisheye's and how wide that sees, and a circle is there.
pub fn is_stated(photo: &Photo, lens: LensChoice) -> bool {
    lens.projection == Some(Projection::Equidistant)
        && lens.hfov.is_some()
        && circles::find(&photo.grey).is_some_and(|rim| rim.support > SUPPORT)
}

/// The lens of the photo, which sees `field` degrees across its circle; it looks ahead.
pub fn lay_out_one(photo: &Photo, field: Option<f64>) -> Result<Layout, StitchError> {
    let field = field.ok_or(StitchError::OneLens)?;
    let rim = circles::find(&photo.grey).ok_or(StitchError::OneLens)?;
    let full = |value: f64| value / photo.grey_factor;
    let centre = rim.circle.0.map(|value| full(value + 0.5) - 0.5);
    let radius = full(rim.circle.1);
    let focal = Lens::focal_for(Projection::Equidistant, field, 2.0 * radius);
    let lens = Lens {
        centre,
        ..Lens::centred(Projection::Equidistant, focal, photo.width(), photo.height())
    };
    Ok(Layout::of_poses(
        vec![Matrix3::identity()],
        vec![lens],
        vec![0],
        vec![(centre, radius * CLEAR)],
    ))
}
