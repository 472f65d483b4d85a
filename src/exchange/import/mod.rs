//! Import: projects of the Marzipano Tool, Pannellum and Photo Sphere Viewer as tours of ours.
//!
//! A zip is opened within bounds (`archive`), its settings are read without executing anything (`script`, `cursor`, `html`),
//! each tool's words become ours (`marzipano`, `pannellum`, `psv`), and what could not be carried over is told (`finding`).
//! `compose` makes the panorama of a scene. In the server all of this runs in the worker's child. No network, no files but
//! the zip.

pub mod archive;
pub mod compose;
mod cursor;
pub mod draft;
pub mod error;
mod films;
pub mod finding;
#[cfg(test)]
mod fixture;
pub mod html;
mod literals;
mod marzipano;
mod pannellum;
pub mod project;
mod psv;
mod psv_adapters;
pub mod script;
pub mod source;
mod standing;
mod words;

pub use archive::{Archive, Bounds};
pub use compose::{Made, compose};
pub use error::ImportError;
pub use finding::Finding;
pub use project::{Project, Tool};
