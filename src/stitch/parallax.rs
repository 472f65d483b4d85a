//! Cameras that were not quite in one place: where each was, and how far away things are.
//!
//! With this the photos are drawn as they would be seen from one place, so that what they have in common meets again.
//! Depth is a smooth map ([`Depth`]): enough for walls and floors; what stands in front of them is left to the mesh
//! and to the seams.

use nalgebra::{Matrix3, Vector3};

use super::depth::Depth;

/// Places of the cameras and a rough map of the scene.
#[derive(Clone, Debug)]
pub struct Parallax {
    /// Where each camera was, by photo, in units of the typical depth; the middle is the panorama's place.
    pub centres: Vec<Vector3<f64>>,
    /// Inverse depth by direction, in its own frame.
    pub depth: Depth,
    /// World to the frame of `depth`.
    pub frame: Matrix3<f64>,
}

impl Parallax {
    /// All in one place.
    pub fn none(count: usize) -> Self {
        Self {
            centres: vec![Vector3::zeros(); count],
            depth: Depth::flat(),
            frame: Matrix3::identity(),
        }
    }

    /// Turns the world.
    pub fn turn(&mut self, turn: &Matrix3<f64>) {
        self.centres.iter_mut().for_each(|centre| *centre = turn * *centre);
        self.frame *= turn.transpose();
    }

    /// Distance from camera `photo` along the unit vector `ray` to what it meets.
    pub fn distance(&self, photo: usize, ray: &Vector3<f64>) -> f64 {
        self.met(photo, ray).0
    }

    /// [`Self::distance`] with the nodes that tell it and the share of each ([`Depth::around`]).
    pub fn met(&self, photo: usize, ray: &Vector3<f64>) -> (f64, [(usize, f64); 4]) {
        let centre = &self.centres[photo];
        let along = centre.dot(ray);
        let beside = along * along - centre.norm_squared();
        let from = |distance: f64| {
            let nodes = Depth::around(&(self.frame * (centre + ray * distance)));
            let inverse = self.depth.inverse_at(&nodes);
            let square = beside + 1.0 / (inverse * inverse);
            ((square.max(0.0).sqrt() - along).max(0.05), nodes)
        };
        // The direction from the middle depends a little on the distance; it settles at once.
        from(from(1.0).0)
    }

    /// The direction in which the middle sees what camera `photo` sees along the unit vector `ray`.
    pub fn from_middle(&self, photo: usize, ray: &Vector3<f64>) -> Vector3<f64> {
        (self.centres[photo] + ray * self.distance(photo, ray)).normalize()
    }

    /// The direction in which camera `photo` sees what the middle sees along the unit vector `direction`.
    pub fn to_camera(&self, photo: usize, direction: &Vector3<f64>) -> Vector3<f64> {
        let inverse = self.depth.inverse(&(self.frame * direction));
        direction - self.centres[photo] * inverse
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stitch::attitude::exponential;
    use proptest::prelude::*;

    fn scene() -> Parallax {
        let mut parallax = Parallax::none(1);
        parallax.centres[0] = Vector3::new(0.03, -0.02, 0.01);
        for (node, value) in parallax.depth.nodes.iter_mut().enumerate() {
            *value = 0.3 * (node as f64 * 0.7).sin();
        }
        parallax
    }

    proptest! {
        #[test]
        fn to_the_camera_and_back(x in -1.0..1.0_f64, y in -0.8..0.8_f64, z in 0.3..1.0_f64) {
            let parallax = scene();
            let direction = Vector3::new(x, y, z).normalize();
            let ray = parallax.to_camera(0, &direction).normalize();
            prop_assert!((parallax.from_middle(0, &ray) - direction).norm() < 2e-3);
        }
    }

    #[test]
    fn the_world_may_turn() {
        let mut parallax = scene();
        let direction = Vector3::new(0.3, 0.2, 0.9).normalize();
        let seen = parallax.to_camera(0, &direction);
        let turn = exponential(&Vector3::new(0.2, 1.0, -0.3));
        parallax.turn(&turn);
        assert!((parallax.to_camera(0, &(turn * direction)) - turn * seen).norm() < 1e-12);
    }
}
