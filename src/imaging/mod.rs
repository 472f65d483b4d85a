//! Pixels: decode within limits, colour to sRGB, equirectangular to cube faces, tiles, the pack.
//!
//! Bytes in, bytes out: no files, no network, no async. Everything takes [`crate::base::Limits`] and a
//! [`crate::base::Cancel`] token. The same input and recipe give the same bytes on every machine:
//! kernels compute in integers, coordinates in IEEE 754 basic operations.

pub mod colour;
pub mod decode;
pub mod encode;
pub mod error;
pub mod from_cube;
pub mod half;
pub mod halve;
pub mod header;
pub mod heif;
pub mod kernel;
pub mod lanes;
pub mod mask;
mod mask_fill;
pub mod mask_flat;
pub mod orient;
pub mod pack;
pub mod panorama;
pub mod plane;
pub mod poles;
pub mod pyramid;
pub mod recipe;
pub mod resize;
pub mod sides;
pub mod small;
pub mod sphere;
pub mod vector;

pub use error::ImagingError;
pub use half::{Eye, Half};
pub use pack::PackIndex;
pub use panorama::{PackSummary, tile};
pub use recipe::{Crop, TileFormat, TileRecipe};
