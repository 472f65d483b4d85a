//! Renders an equirectangular picture as the faces of a cube at all sizes that a pack needs.

use std::borrow::Cow;
use std::f64::consts::PI;
use std::sync::Arc;

use rayon::prelude::*;

use super::encode::FacePlanes;
use super::halve::halve;
use super::plane::{ColourModel, Picture, Plane};
use super::resize::resize;
use super::sphere::{Reductions, Sphere};
use super::{poles, sides};
use crate::geometry::{Face, Rotation};

/// A source may be this much finer than the faces need before it is scaled down.
const SLACK: f64 = 1.15;

/// The pixels of one plane of a face: `count` along each edge; `edge` is how many would fit exactly
/// (half the face for chroma, so not always a whole number).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaceGrid {
    /// Pixels along an edge.
    pub count: usize,
    /// The edge in pixels.
    pub edge: f64,
}

impl FaceGrid {
    /// The grid of plane `index` of a picture with this colour model, for faces of `face` pixels.
    pub fn of_plane(model: ColourModel, index: usize, face: u32) -> Self {
        if model == ColourModel::YCbCr && index > 0 {
            Self { count: face.div_ceil(2) as usize, edge: f64::from(face) / 2.0 }
        } else {
            Self { count: face as usize, edge: f64::from(face) }
        }
    }
}

impl FaceGrid {
    /// Whether the pixels lie symmetrically to the centre, as the fast kernels need.
    fn is_symmetric(self) -> bool {
        self.count as f64 == self.edge
    }
}

/// A picture that shrinks as ever smaller faces are asked for. Ask for the largest first.
pub struct Source {
    picture: Picture,
    rotation: Option<Rotation>,
    reductions: Arc<Reductions>,
}

impl Source {
    /// Takes a picture of the whole sphere. `rotation` maps its directions to those of the cube.
    pub fn new(mut picture: Picture, rotation: Option<Rotation>) -> Self {
        for plane in &mut picture.planes {
            let (width, height) =
                (plane.width().next_multiple_of(8), plane.height().next_multiple_of(2));
            if (width, height) != (plane.width(), plane.height()) {
                *plane = resize(plane, width, height);
            }
        }
        Self { picture, rotation, reductions: Arc::default() }
    }

    /// What its planes mean.
    pub fn model(&self) -> ColourModel {
        self.picture.model
    }

    /// Plane `index` at a resolution that suits faces of this grid.
    pub fn fit(&mut self, index: usize, grid: FaceGrid) -> Cow<'_, Plane> {
        let needed = PI * grid.edge;
        let plane = &mut self.picture.planes[index];
        while plane.width() as f64 / 2.0 >= needed * 0.995
            && plane.width().is_multiple_of(16)
            && plane.height().is_multiple_of(4)
        {
            *plane = halve(plane);
        }
        let width = if plane.width() as f64 > needed * SLACK {
            ((needed * 1.005) as usize).next_multiple_of(8)
        } else {
            plane.width()
        };
        let height = if plane.height() as f64 > needed / 2.0 * SLACK {
            ((needed * 1.005) as usize).next_multiple_of(8) / 2
        } else {
            plane.height()
        };
        if (width, height) == (plane.width(), plane.height()) {
            Cow::Borrowed(plane)
        } else {
            Cow::Owned(resize(plane, width, height))
        }
    }

    /// Renders faces of `face` pixels: those of `part`, in order.
    pub fn render(&mut self, face: u32, part: Part) -> Vec<FacePlanes> {
        let model = self.model();
        let back = self.rotation.map(Rotation::inverse);
        let mut faces: Vec<FacePlanes> =
            part.faces().iter().map(|_| FacePlanes { planes: Vec::new(), model, top: 0 }).collect();
        for index in 0..self.picture.planes.len() {
            let grid = FaceGrid::of_plane(model, index, face);
            let reductions = self.reductions.clone();
            let plane = self.fit(index, grid);
            let rendered = if back.is_none() && grid.is_symmetric() {
                match part {
                    Part::Sides => sides::render(&plane, grid.count),
                    Part::Poles => poles::render(&plane, grid.count, &reductions),
                }
            } else {
                let sphere = Sphere::new(&plane, &reductions);
                part.faces().iter().map(|&face| render_face(&sphere, face, grid, back)).collect()
            };
            for (out, plane) in faces.iter_mut().zip(rendered) {
                out.planes.push(plane);
            }
        }
        faces
    }
}

/// Faces that are rendered and encoded together, so that not all six must be held at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// f r b l.
    Sides,
    /// u d.
    Poles,
}

impl Part {
    /// Both, in the order of the faces.
    pub const ALL: [Self; 2] = [Self::Sides, Self::Poles];

    /// Its faces in order.
    pub fn faces(self) -> &'static [Face] {
        match self {
            Self::Sides => &Face::ALL[..4],
            Self::Poles => &Face::ALL[4..],
        }
    }
}

fn render_face(sphere: &Sphere, face: Face, grid: FaceGrid, back: Option<Rotation>) -> Plane {
    let mut out = Plane::filled(grid.count, grid.count, 0);
    let place = |index: usize| 2.0 * (index as f64 + 0.5) / grid.edge - 1.0;
    out.bytes_mut().par_chunks_mut(grid.count).enumerate().for_each(|(y, row)| {
        for (x, value) in row.iter_mut().enumerate() {
            let direction = face.direction(place(x), place(y));
            *value = sphere.sample(back.map_or(direction, |back| back.apply(direction)));
        }
    });
    out
}
