//! How far away things are, roughly: a smooth map of inverse depth over the sphere.

use std::f64::consts::{FRAC_PI_2, PI, TAU};

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

/// `atan2` to 3e-8 (Abramowitz and Stegun, 4.4.49), which is all that a rough map needs: it is looked up more than all
/// else.
fn angle(y: f64, x: f64) -> f64 {
    let (across, up) = (x.abs(), y.abs());
    let ratio = across.min(up) / across.max(up).max(f64::MIN_POSITIVE);
    // Pairs of terms beside one another, so that no term waits for all others.
    let square = ratio * ratio;
    let fourth = square * square;
    let low =
        (1.0 - 0.333_331_452_8 * square) + (0.199_935_508_5 - 0.142_088_994_4 * square) * fourth;
    let high = (0.106_562_639_3 - 0.075_289_640_0 * square)
        + (0.042_909_613_8 - 0.016_165_736_7 * square) * fourth;
    let eighth = fourth * fourth;
    let shortest = ratio * (low + (high + 0.002_866_225_7 * eighth) * eighth);
    let quarter = if up > across { FRAC_PI_2 - shortest } else { shortest };
    let half = if x < 0.0 { PI - quarter } else { quarter };
    half.copysign(y)
}

impl Depth {
    /// Everything at a distance of 1.
    pub fn flat() -> Self {
        Self { nodes: vec![0.0; NODES] }
    }

    /// The four nodes around a direction (any length) and their weights, which sum up to 1.
    pub fn around(direction: &Vector3<f64>) -> [(usize, f64); 4] {
        let (yaw, pitch) =
            (angle(direction.x, direction.z), angle(direction.y, direction.xz().norm()));
        let u = (yaw / TAU + 0.5) * COLUMNS as f64;
        let v = (0.5 - pitch / PI) * (ROWS - 1) as f64;
        // Both at least 0, so that cutting off is rounding down.
        let (c, top) = (u as u32, (v as u32).min(ROWS as u32 - 2));
        let (fu, fv) = (u - f64::from(c), v - f64::from(top));
        let (left, top) = (c as usize % COLUMNS, top as usize);
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
        self.inverse_at(&Self::around(direction))
    }

    /// Inverse depth between nodes, each with its share.
    pub fn inverse_at(&self, nodes: &[(usize, f64); 4]) -> f64 {
        nodes.iter().map(|(node, share)| share * self.nodes[*node]).sum::<f64>().exp()
    }

    /// Pairs of neighbouring nodes and how alike they are: 1 for neighbours 15° apart, more for nearer ones.
    pub fn bonds() -> Vec<(usize, usize, f64)> {
        let mut out = Vec::with_capacity(2 * NODES);
        for row in 0..ROWS {
            let pitch = PI * (0.5 - row as f64 / (ROWS - 1) as f64);
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
        fn angles_are_those_of_atan2(x in -1.0..1.0_f64, y in -1.0..1.0_f64) {
            for (y, x) in [(y, x), (y, 0.0), (0.0, x), (y, y), (y, -y)] {
                prop_assert!((angle(y, x) - y.atan2(x)).abs() < 3e-8, "{y} {x}");
            }
        }

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
