//! A photo at a glance: in few pixels, how light and how blue it is.

use super::grey::Grey;
use super::photo::Photo;
use crate::imaging::plane::ColourModel;

/// A photo in few pixels.
pub struct Glance {
    /// Luma, 0 to 1.
    pub grey: Grey,
    /// Cb and Cr, 0 to 1, each of its own size; `None` of a photo without colours or in R, G, B.
    chroma: Option<[Grey; 2]>,
}

impl Glance {
    /// A photo reduced to about so many pixels.
    pub fn of(photo: &Photo, pixels: f64) -> Self {
        let planes = &photo.picture.planes;
        let reduced = |k: usize| Grey::reduced(&planes[k], pixels).0;
        let chroma = match photo.picture.model {
            ColourModel::YCbCr => Some([reduced(1), reduced(2)]),
            ColourModel::Grey | ColourModel::Rgb => None,
        };
        Self { grey: reduced(0), chroma }
    }

    /// How light a pixel is: the logarithm of its luma.
    pub fn light(&self, x: usize, y: usize) -> f32 {
        (self.grey.at(x, y) + 0.02).ln()
    }

    /// How much more blue than red a pixel is, of its light.
    pub fn blue(&self, x: usize, y: usize) -> f32 {
        let Some([cb, cr]) = &self.chroma else { return 0.0 };
        let at = |plane: &Grey| {
            let (x, y) = (x * plane.width / self.grey.width, y * plane.height / self.grey.height);
            plane.at(x, y) - 128.0 / 255.0
        };
        // B − R by the weights of ITU-T T.871.
        (1.772 * at(cb) - 1.402 * at(cr)) / (3.0 * self.grey.at(x, y) + 0.05)
    }
}
