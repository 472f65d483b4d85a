//! How far away things are, roughly: a smooth map of inverse depth over the sphere.

use nalgebra::Vector3;

/// Nodes around the sphere.
const COLUMNS: usize = 24;
/// Nodes from pole to pole, both included.
const ROWS: usize = 13;
/// Number of nodes.
pub const NODES: usize = COLUMNS * ROWS;

/// Logarithms of inverse depths at the nodes of a grid of yaw and pitch, bilinear between them. Depth has no unit: what
/// is typical of the scene is about 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Depth {
    /// Row after row from the zenith down, yaw −180° first.
    pub nodes: Vec<f64>,
}

impl Depth {
    /// Everything at a distance of 1.
    pub fn flat() -> Self {
        Self { nodes: vec![0.0; NODES] }
    }

    /// The four nodes around a direction (any length) and their weights, which sum up to 1.
    pub fn around(direction: &Vector3<f64>) -> [(usize, f64); 4] {
        let (yaw, pitch) =
            (direction.x.atan2(direction.z), direction.y.atan2(direction.x.hypot(direction.z)));
        let u = (yaw / std::f64::consts::TAU + 0.5) * COLUMNS as f64;
        let v = (0.5 - pitch / std::f64::consts::PI) * (ROWS - 1) as f64;
        let (c, r) = (u.floor(), v.floor().clamp(0.0, (ROWS - 2) as f64));
        let (fu, fv) = (u - c, v - r);
        let (left, top) = ((c.max(0.0) as usize) % COLUMNS, r as usize);
        let right = (left + 1) % COLUMNS;
        [
            (top * COLUMNS + left, (1.0 - fu) * (1.0 - fv)),
            (top * COLUMNS + right, fu * (1.0 - fv)),
            ((top + 1) * COLUMNS + left, (1.0 - fu) * fv),
            ((top + 1) * COLUMNS + right, fu * fv),
        ]
    }

    /// Inverse depth in a direction, > 0.
    pub fn inverse(&self, direction: &Vector3<f64>) -> f64 {
        let log: f64 = Self::around(direction).iter().map(|(node, w)| w * self.nodes[*node]).sum();
        log.exp()
    }

    /// Pairs of neighbouring nodes and how alike they are: 1 for neighbours 15° apart, more for nearer ones.
    pub fn bonds() -> Vec<(usize, usize, f64)> {
        let mut out = Vec::with_capacity(2 * NODES);
        for row in 0..ROWS {
            let pitch = std::f64::consts::PI * (0.5 - row as f64 / (ROWS - 1) as f64);
            for column in 0..COLUMNS {
                let node = row * COLUMNS + column;
                let next = row * COLUMNS + (column + 1) % COLUMNS;
                out.push((node, next, 1.0 / pitch.cos().max(0.1)));
                if row + 1 < ROWS {
                    out.push((node, node + COLUMNS, 1.0));
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn weights_are_shares_and_depth_is_continuous(x in -1.0..1.0_f64, y in -1.0..1.0_f64, z in -1.0..1.0_f64) {
            let d = Vector3::new(x, y, z);
            prop_assume!(d.norm() > 0.1);
            let around = Depth::around(&d);
            prop_assert!((around.iter().map(|(_, w)| w).sum::<f64>() - 1.0).abs() < 1e-9);
            prop_assert!(around.iter().all(|(node, w)| *node < NODES && (-1e-9..=1.0 + 1e-9).contains(w)));
            let nodes = (0..NODES).map(|i| if i < COLUMNS { 0.3 } else { ((i * 37) % 11) as f64 / 11.0 }).collect();
            let depth = Depth { nodes };
            let near = depth.inverse(&(d + Vector3::new(1e-6, -1e-6, 1e-6)));
            // Near a pole yaw turns quickly.
            prop_assume!(d.x.hypot(d.z) > 0.05);
            prop_assert!((near - depth.inverse(&d)).abs() < 1e-3);
        }
    }
}
