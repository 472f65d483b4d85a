//! Ways between nodes of which only the places on the earth are known.

use std::collections::HashMap;

use super::marzipano::id_of;
use super::script::Value;
use crate::exchange::angles::wrapped;

/// Where nodes stand on the earth: longitude, latitude in radians, height in metres. With `positionMode: 'gps'` ways have no
/// angles of their own (`plugins/virtual-tour`): a way lies in the direction of the node that it leads to, north in the middle.
#[derive(Debug, Default)]
pub struct Standing(HashMap<String, [f64; 3]>);

/// Mean radius of the earth, metres.
const EARTH: f64 = 6_371_009.0;

impl Standing {
    /// Of Photo Sphere Viewer's nodes those whose `gps` is a place.
    pub fn of(nodes: &[&Value]) -> Self {
        let known = nodes.iter().filter_map(|node| {
            let place = node.get("gps").map(Value::list)?;
            let number = |index: usize| place.get(index).and_then(Value::number);
            let (longitude, latitude) = (number(0)?, number(1)?);
            let possible = longitude.abs() <= 180.0 && latitude.abs() <= 90.0;
            let height = number(2).unwrap_or(0.0);
            let place = [longitude.to_radians(), latitude.to_radians(), height];
            (possible && height.is_finite()).then_some((id_of(node.get("id")?)?, place))
        });
        Self(known.collect())
    }

    /// Yaw of north where the node's place is known.
    pub fn north(&self, id: &str) -> Option<f64> {
        self.0.get(id).map(|_| 0.0)
    }

    /// Yaw and pitch from one node to another, degrees: the first bearing of the great circle between them.
    pub fn way(&self, from: &str, to: &str) -> Option<(f64, f64)> {
        let ([west, south, low], [east, north, high]) = (self.0.get(from)?, self.0.get(to)?);
        let turn = east - west;
        let right = turn.sin() * north.cos();
        let ahead = south.cos() * north.sin() - south.sin() * north.cos() * turn.cos();
        // The haversine form keeps its digits for nodes that are a few metres apart.
        let half = ((north - south) / 2.0).sin().powi(2)
            + south.cos() * north.cos() * (turn / 2.0).sin().powi(2);
        let distance = 2.0 * EARTH * half.sqrt().min(1.0).asin();
        if distance < 1e-3 {
            return None;
        }
        let pitch = (high - low).atan2(distance).to_degrees();
        Some((wrapped(right.atan2(ahead).to_degrees()), pitch.clamp(-90.0, 90.0)))
    }
}
