//! Looks for what has to be hidden in a panorama or a photo: faces, number plates, papers with writing.
//!
//! Pixels in, proposals out: no files, no network, no catalogue. Two trained networks look at perspective views of the
//! sphere ([`looks`]), since both were trained on ordinary photographs; what they find is put back onto the sphere, joined
//! across views ([`finding`]) and judged ([`papers`]). A proposal hides nothing: a person decides. How good it is:
//! `docs/masks.md`.

mod error;
mod faces;
mod finding;
mod looks;
pub mod models;
mod network;
mod papers;
mod photo;
mod rectangle;
mod search;
mod sphere;
mod text;

pub use error::DetectError;
pub use finding::Finding;
pub use models::{KnownModel, Task};
pub use photo::Photo;
pub use search::Detector;
pub use sphere::Sphere;
