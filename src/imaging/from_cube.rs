//! Six faces of a cube as one equirectangular picture: the way back from tiles.
//!
//! Each face gets a border of what its neighbours show, so that the kernel needs no other face and no edge is seen.

use rayon::prelude::*;

use super::kernel::{TAPS, split, weights};
use super::plane::Picture;
use crate::geometry::cube::pixel_at;
use crate::geometry::equirect::Equirect;
use crate::geometry::{Direction, Face};

/// Pixels around each face: half of the kernel.
const BORDER: usize = TAPS / 2;

/// The faces of a cube, R, G, B of each pixel.
pub struct Faces {
    edge: usize,
    rgb: [Vec<u8>; 6],
}

/// Bytes that faces of `edge` pixels and a picture of `width` columns made of them take together.
pub fn memory(edge: u32, width: u32) -> u64 {
    let (edge, width) = (u64::from(edge) + 2 * BORDER as u64, u64::from(width));
    3 * (6 * edge * edge + width * width / 2)
}

impl Faces {
    /// Black faces of `edge` pixels, at least 1.
    pub fn new(edge: u32) -> Self {
        let edge = edge.max(1) as usize;
        let size = 3 * (edge + 2 * BORDER).pow(2);
        Self { edge, rgb: std::array::from_fn(|_| vec![0; size]) }
    }

    /// Pixels along an edge.
    pub fn edge(&self) -> u32 {
        self.edge as u32
    }

    fn place(&self, column: usize, row: usize) -> usize {
        3 * ((row + BORDER) * (self.edge + 2 * BORDER) + column + BORDER)
    }

    /// Puts the part of an RGB picture that begins at (`from`) and has at most `size` pixels onto a face at (`to`); what
    /// goes beyond its edge is left out.
    pub fn paste(
        &mut self,
        face: Face,
        picture: &Picture,
        from: (usize, usize),
        size: (usize, usize),
        to: (usize, usize),
    ) {
        let columns = size.0.min(self.edge.saturating_sub(to.0));
        let columns = columns.min(picture.width().saturating_sub(from.0));
        let rows = size.1.min(self.edge.saturating_sub(to.1));
        let rows = rows.min(picture.height().saturating_sub(from.1));
        for row in 0..rows {
            let place = self.place(to.0, to.1 + row);
            let out = &mut self.rgb[face.index()][place..place + 3 * columns];
            for (component, plane) in picture.planes.iter().take(3).enumerate() {
                let line = &plane.row(from.1 + row)[from.0..from.0 + columns];
                for (pixel, value) in out.chunks_exact_mut(3).zip(line) {
                    pixel[component] = *value;
                }
            }
        }
    }

    /// Turns a face by half a turn.
    pub fn turn(&mut self, face: Face) {
        let pixels = &mut self.rgb[face.index()];
        pixels.reverse();
        for pixel in pixels.chunks_exact_mut(3) {
            pixel.reverse();
        }
    }

    /// The sphere as `width` × `width / 2` pixels, R, G, B of each. Where that is clearly fewer pixels than the faces have,
    /// four samples make a pixel.
    pub fn equirect(mut self, width: u32) -> Vec<u8> {
        self.fill_borders();
        let picture = Equirect { width, height: width / 2 };
        let fine = self.edge as f64 * std::f64::consts::PI > 1.1 * f64::from(width);
        let offsets: &[f64] = if fine { &[-0.25, 0.25] } else { &[0.0] };
        let count = (offsets.len() * offsets.len()) as i32;
        let table = weights();
        let mut rgb = vec![0; 3 * width as usize * (width / 2) as usize];
        rgb.par_chunks_exact_mut(3 * width as usize).enumerate().for_each(|(row, out)| {
            for (column, pixel) in out.chunks_exact_mut(3).enumerate() {
                let mut sums = [0_i32; 3];
                for v in offsets {
                    for u in offsets {
                        let direction = picture.direction(column as f64 + u, row as f64 + v);
                        let sample = self.sample(direction, table);
                        for (sum, value) in sums.iter_mut().zip(sample) {
                            *sum += i32::from(value);
                        }
                    }
                }
                for (value, sum) in pixel.iter_mut().zip(sums) {
                    *value = ((sum + count / 2) / count) as u8;
                }
            }
        });
        rgb
    }

    fn sample(&self, direction: Direction, table: &[[i16; TAPS]]) -> [u8; 3] {
        let (face, a, b) = Face::locate(direction);
        let pixels = &self.rgb[face.index()];
        let last = (self.edge + 2 * BORDER - TAPS) as i32;
        let at = |a: f64| {
            let (first, phase) = split(pixel_at(a, self.edge as u32));
            ((first + BORDER as i32).clamp(0, last) as usize, &table[phase])
        };
        let ((left, across), (top, down)) = (at(a), at(b));
        let stride = 3 * (self.edge + 2 * BORDER);
        let mut sums = [1_i64 << 21; 3];
        for (tap, &weight) in down.iter().enumerate() {
            let line = &pixels[(top + tap) * stride + 3 * left..][..3 * TAPS];
            let mut row = [1_i32 << 7; 3];
            for (pixel, &weight) in line.chunks_exact(3).zip(across) {
                for (sum, &value) in row.iter_mut().zip(pixel) {
                    *sum += i32::from(weight) * (i32::from(value) - 128);
                }
            }
            for (sum, row) in sums.iter_mut().zip(row) {
                *sum += i64::from(weight) * i64::from(row >> 8);
            }
        }
        sums.map(|sum| ((sum >> 22) + 128).clamp(0, 255) as u8)
    }

    /// Around each face: what its neighbours show there.
    fn fill_borders(&mut self) {
        let edge = self.edge as u32;
        let outside = |place: i32| place < 0 || place >= edge as i32;
        let all = -(BORDER as i32)..edge as i32 + BORDER as i32;
        let mut found = Vec::new();
        for face in Face::ALL {
            for row in all.clone() {
                // Inside rows only their ends are outside.
                let columns: Vec<i32> = if outside(row) {
                    all.clone().collect()
                } else {
                    all.clone().filter(|column| outside(*column)).take(2 * BORDER).collect()
                };
                for column in columns {
                    let centre =
                        |place: i32| 2.0 * (f64::from(place) + 0.5) / f64::from(edge) - 1.0;
                    let direction = face.direction(centre(column), centre(row));
                    let place = 3
                        * ((row + BORDER as i32) as usize * (self.edge + 2 * BORDER)
                            + (column + BORDER as i32) as usize);
                    found.push((face, place, self.between(direction)));
                }
            }
        }
        for (face, place, pixel) in found {
            self.rgb[face.index()][place..place + 3].copy_from_slice(&pixel);
        }
    }

    /// The colour in a direction, between the four nearest pixels of one face.
    fn between(&self, direction: Direction) -> [u8; 3] {
        let (face, a, b) = Face::locate(direction);
        let last = self.edge as f64 - 1.0;
        let (x, y) = (
            pixel_at(a, self.edge as u32).clamp(0.0, last),
            pixel_at(b, self.edge as u32).clamp(0.0, last),
        );
        let (left, top) = (x.floor(), y.floor());
        let (right, bottom) = ((left + 1.0).min(last), (top + 1.0).min(last));
        let pixels = &self.rgb[face.index()];
        std::array::from_fn(|component| {
            let at =
                |x: f64, y: f64| f64::from(pixels[self.place(x as usize, y as usize) + component]);
            let mixed = |a: f64, b: f64, share: f64| a + (b - a) * share;
            let upper = mixed(at(left, top), at(right, top), x - left);
            let lower = mixed(at(left, bottom), at(right, bottom), x - left);
            mixed(upper, lower, y - top).round() as u8
        })
    }
}

/// The width of the panorama that keeps the detail of faces of `edge` pixels: at their middle a pixel is as wide as theirs,
/// and cutting it into a cube gives faces of that edge again.
pub fn width_for_face(edge: u32) -> u32 {
    let exact = f64::from(edge) * std::f64::consts::PI;
    (exact.ceil() as u32).next_multiple_of(64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Pyramid;
    use crate::geometry::cube::pixel_centre;
    use crate::imaging::plane::{ColourModel, Plane};

    /// A colour that changes slowly with the direction.
    fn colour(direction: Direction) -> [f64; 3] {
        let Direction { x, y, z } = direction;
        let length = (x * x + y * y + z * z).sqrt();
        let wave = |a: f64, b: f64| {
            127.5 + 60.0 * (9.0 * a / length).sin() + 60.0 * (7.0 * b / length).cos()
        };
        [wave(x, y), wave(y, z), wave(z, x)]
    }

    fn painted(edge: u32) -> Faces {
        let mut faces = Faces::new(edge);
        for face in Face::ALL {
            let planes = (0..3).map(|component| {
                let mut plane = Plane::filled(edge as usize, edge as usize, 0);
                for row in 0..edge {
                    for column in 0..edge {
                        let at =
                            face.direction(pixel_centre(column, edge), pixel_centre(row, edge));
                        plane.row_mut(row as usize)[column as usize] =
                            colour(at)[component].round() as u8;
                    }
                }
                plane
            });
            let picture = Picture { planes: planes.collect(), model: ColourModel::Rgb };
            let size = (edge as usize, edge as usize);
            faces.paste(face, &picture, (0, 0), size, (0, 0));
        }
        faces
    }

    fn worst(rgb: &[u8], width: u32) -> f64 {
        let picture = Equirect { width, height: width / 2 };
        let mut worst = 0.0_f64;
        for (place, pixel) in rgb.chunks_exact(3).enumerate() {
            let (row, column) = (place as u32 / width, place as u32 % width);
            let wanted = colour(picture.direction(f64::from(column), f64::from(row)));
            for (value, wanted) in pixel.iter().zip(wanted) {
                worst = worst.max((f64::from(*value) - wanted).abs());
            }
        }
        worst
    }

    #[test]
    fn every_direction_keeps_its_colour_also_across_edges_and_at_poles() {
        assert!(worst(&painted(96).equirect(320), 320) < 2.0);
        assert!(worst(&painted(300).equirect(320), 320) < 2.0, "reduced");
    }

    #[test]
    fn two_half_turns_change_nothing_and_one_does() {
        let plain = painted(64).equirect(192);
        let mut turned = painted(64);
        turned.turn(Face::Up);
        let once = painted_and_turned();
        turned.turn(Face::Up);
        assert_eq!(turned.equirect(192), plain);
        assert_ne!(once, plain);
    }

    fn painted_and_turned() -> Vec<u8> {
        let mut faces = painted(64);
        faces.turn(Face::Up);
        faces.equirect(192)
    }

    #[test]
    fn the_width_gives_the_same_faces_again() {
        for edge in (32..5200).step_by(32) {
            let width = width_for_face(edge);
            assert_eq!(Pyramid::face_for_width(width), edge);
            assert!(
                width % 64 == 0 && f64::from(width) < f64::from(edge) * std::f64::consts::PI + 64.0
            );
        }
    }
}
