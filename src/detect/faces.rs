//! Faces in a view, by a network that says of every fourth pixel how likely a face has its middle there, and how large it is
//! (Xu et al., "CenterFace: Joint Face Detection and Alignment Using Face as Point", arXiv:1911.03599, §3).

use super::error::DetectError;
use super::network::{Map, Network};
use super::sphere::Shot;

/// Pixels from one cell of the maps to the next.
const CELL: f64 = 4.0;
/// Two faces that share more than this part of both together are one.
const SAME: f64 = 0.3;
/// Most faces of one view.
const MOST: usize = 200;

/// A face.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Face {
    /// Its middle in pixels of the view.
    pub middle: [f64; 2],
    /// Width and height in pixels.
    pub size: [f64; 2],
    /// How sure the network is, 0 to 1.
    pub score: f64,
}

impl Face {
    /// How much of both together two faces share.
    fn shared(&self, other: &Self) -> f64 {
        let overlap = |axis: usize| {
            let low = |face: &Self| face.middle[axis] - face.size[axis] / 2.0;
            let high = |face: &Self| face.middle[axis] + face.size[axis] / 2.0;
            (high(self).min(high(other)) - low(self).max(low(other))).max(0.0)
        };
        let both = overlap(0) * overlap(1);
        let area = |face: &Self| face.size[0] * face.size[1];
        both / (area(self) + area(other) - both).max(1e-9)
    }

    /// The corners of its box, larger by a quarter: hair and ears are a face too.
    pub fn corners(&self) -> [[f64; 2]; 4] {
        let [half_width, half_height] = self.size.map(|side| side * 0.625);
        let [x, y] = self.middle;
        [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]
            .map(|[u, v]| [x + u * half_width, y + v * half_height])
    }
}

/// The faces in a view that are at least as likely as `least`, the likeliest first.
pub fn faces(network: &Network, shot: &Shot, least: f64) -> Result<Vec<Face>, DetectError> {
    let size = [shot.height, shot.width];
    let maps = network.run(shot.rgb.clone(), size)?;
    Ok(match &maps[..] {
        [likely, scale, offset, ..] => in_maps(likely, scale, offset, least),
        _ => Vec::new(),
    })
}

fn in_maps(likely: &Map, scale: &Map, offset: &Map, least: f64) -> Vec<Face> {
    let (heights, widths) = (scale.channel(0), scale.channel(1));
    let (down, right) = (offset.channel(0), offset.channel(1));
    let mut found = Vec::new();
    for (at, &score) in likely.channel(0).iter().enumerate() {
        let score = f64::from(score);
        let (Some(&height), Some(&width)) = (heights.get(at), widths.get(at)) else { continue };
        let (Some(&down), Some(&right)) = (down.get(at), right.get(at)) else { continue };
        if score < least {
            continue;
        }
        let (column, row) = ((at % likely.width) as f64, (at / likely.width) as f64);
        let middle = [column + f64::from(right) + 0.5, row + f64::from(down) + 0.5];
        let side = |log: f32| f64::from(log).min(10.0).exp() * CELL;
        let (middle, size) = (middle.map(|value| value * CELL), [side(width), side(height)]);
        found.push(Face { middle, size, score });
    }
    found.sort_by(|one: &Face, other| other.score.total_cmp(&one.score));
    let mut kept: Vec<Face> = Vec::new();
    for face in found {
        if kept.len() < MOST && kept.iter().all(|other| face.shared(other) < SAME) {
            kept.push(face);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maps(cells: &[(usize, f32)]) -> [Map; 3] {
        let mut likely = vec![0.0; 16 * 16];
        for &(at, score) in cells {
            likely[at] = score;
        }
        // 40 wide and 60 high everywhere, a quarter of a cell to the right.
        let mut scale = vec![(60.0_f32 / 4.0).ln(); 256];
        scale.extend(vec![(40.0_f32 / 4.0).ln(); 256]);
        let mut offset = vec![0.0; 256];
        offset.extend(vec![0.25; 256]);
        [likely, scale, offset].map(|values| Map::new(16, 16, values))
    }

    #[test]
    fn a_face_has_its_middle_and_its_size() {
        let [likely, scale, offset] = maps(&[(5 * 16 + 8, 0.9), (5 * 16 + 9, 0.7), (0, 0.2)]);
        let found = in_maps(&likely, &scale, &offset, 0.3);
        assert_eq!(found.len(), 1, "the neighbour is the same face: {found:?}");
        let Face { middle, size, score } = found[0];
        assert!((middle[0] - 4.0 * 8.75).abs() < 1e-4 && (middle[1] - 4.0 * 5.5).abs() < 1e-4);
        assert!((size[0] - 40.0).abs() < 1e-3 && (size[1] - 60.0).abs() < 1e-3);
        assert!((score - 0.9).abs() < 1e-6);
        assert!((found[0].corners()[2][0] - middle[0] - 25.0).abs() < 1e-3);
    }

    #[test]
    fn two_faces_stay_two() {
        let [likely, scale, offset] = maps(&[(5 * 16 + 1, 0.9), (5 * 16 + 14, 0.8)]);
        assert_eq!(in_maps(&likely, &scale, &offset, 0.3).len(), 2);
    }
}
