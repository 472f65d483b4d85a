//! Angles, directions, rotations, and the two pictures of a sphere: equirectangular and cube.
//!
//! Pure mathematics in 64-bit floats; knows no pixels' values, no files and no formats.
//! Axes: x right, y up, z forward. Yaw grows to the right, pitch upwards, both 0 at the centre
//! of the equirectangular picture.

pub mod angle;
pub mod arctangent;
pub mod cube;
pub mod direction;
pub mod equirect;
pub mod flat_polygon;
pub mod floor;
pub mod gaze;
pub mod grid;
pub mod lens;
pub mod polygon;
pub mod rotation;
pub mod surface;

pub use angle::Degrees;
pub use cube::Face;
pub use direction::Direction;
pub use equirect::Equirect;
pub use flat_polygon::FlatPolygon;
pub use grid::{Pyramid, TileKey};
pub use lens::{Lens, Projection};
pub use polygon::SphericalPolygon;
pub use rotation::Rotation;
pub use surface::{Polygon, Surface};
