//! The colour of what a ray meets: baked light times the surface's picture, panes, mirrors and gloss.

use std::f32::consts::{PI, TAU};

use crate::embree::Hit;
use crate::scene::{Kind, Material, Room, Scene, Triangle};
use crate::texture::Map;
use crate::vector::{V, add, along, dot, grey, mix, mul, scale, sub, unit};

/// Surfaces smoother than this show a ray's mirror image; rougher ones the blurred room.
const MIRROR: f32 = 0.13;
/// Panes and gauzes that one ray passes at most.
const PASSES: u8 = 12;
/// Metres from a room's box within which its reflections still count.
const BLEND: f32 = 0.4;
/// Roughness of the blurred copies of each room, and how many pixels wide and high they are.
const BLURS: [(f32, usize); 3] = [(0.2, 64), (0.32, 48), (1.0, 24)];
/// Surfaces rougher than this send back what arrives, without a direction.
const DULL: f32 = 0.42;
const STEP: f32 = 2e-4;
/// Width of the picture of a room that is blurred.
const SHARP: usize = 128;

/// A ray with what it has gone through.
#[derive(Clone, Copy)]
pub struct Ray {
    pub origin: V,
    pub way: V,
    /// Radians that the pixel spans.
    pub spread: f32,
    /// Metres before the origin.
    pub gone: f32,
    /// Whether it has been mirrored.
    pub mirrored: bool,
    pub passes: u8,
}

/// What the middle of a room sees all round, ever more blurred.
struct Surroundings {
    low: V,
    high: V,
    eye: V,
    blurs: [Map; 3],
}

pub struct Shader<'a> {
    scene: &'a Scene,
    rooms: Vec<Surroundings>,
}

/// Share of light that a pane of index 1.42 reflects.
fn pane(cos: f32) -> f32 {
    let g = (1.42f32 * 1.42 - 1.0 + cos * cos).sqrt();
    let a = (g - cos) / (g + cos);
    let b = (cos * (g + cos) - 1.0) / (cos * (g - cos) + 1.0);
    0.5 * a * a * (1.0 + b * b)
}

impl<'a> Shader<'a> {
    pub fn new(scene: &'a Scene) -> Self {
        let mut shader = Self { scene, rooms: Vec::new() };
        shader.rooms = scene.rooms.iter().map(|room| shader.surroundings(room)).collect();
        shader
    }

    fn surroundings(&self, room: &Room) -> Surroundings {
        let (width, height, fine) = (SHARP, SHARP / 2, 3);
        let mut sharp = Map { width, height, pixels: Vec::with_capacity(width * height) };
        for k in 0..width * height {
            let mut sum = [0.0; 3];
            for s in 0..fine * fine {
                let off = |n: usize| (n as f32 + 0.5) / fine as f32;
                let way = direction(
                    ((k % width) as f32 + off(s % fine)) / width as f32,
                    ((k / width) as f32 + off(s / fine)) / height as f32,
                );
                let ray = Ray {
                    origin: room.eye,
                    way,
                    spread: TAU / (width * fine) as f32,
                    gone: 0.0,
                    mirrored: true,
                    passes: 0,
                };
                sum = add(sum, self.see(ray).map(|c| c.min(30.0)));
            }
            sharp.pixels.push(scale(sum, 1.0 / (fine * fine) as f32));
        }
        let sharp = halved(&sharp);
        let (width, height) = (sharp.width, sharp.height);
        let middle = |k: usize| {
            direction(
                ((k % width) as f32 + 0.5) / width as f32,
                ((k / width) as f32 + 0.5) / height as f32,
            )
        };
        let ways: Vec<V> = (0..width * height).map(middle).collect();
        let blurs = BLURS.map(|(roughness, size)| {
            // Phong's lobe about the mirrored ray that is as wide as that of GGX.
            let power = (0.5 / roughness.powi(4)).max(1.0);
            let pixels = (0..size * size)
                .map(|k| {
                    blurred(
                        &sharp,
                        &ways,
                        unit(Map::octahedron_way(k % size, k / size, size)),
                        power,
                    )
                })
                .collect();
            Map { width: size, height: size, pixels }
        });
        Surroundings { low: room.low, high: room.high, eye: room.eye, blurs }
    }

    /// What a surface of that roughness at `point` shows of the rooms along `way`; None far from any room.
    fn reflected(&self, point: V, way: V, roughness: f32) -> Option<V> {
        let (mut sum, mut weights) = ([0.0; 3], 0.0);
        for room in &self.rooms {
            let away: f32 = (0..3)
                .map(|k| (room.low[k] - point[k]).max(point[k] - room.high[k]).max(0.0))
                .fold(0.0, f32::max);
            let weight = 1.0 - away / BLEND;
            if weight <= 0.0 {
                continue;
            }
            let inside: V =
                std::array::from_fn(|k| point[k].clamp(room.low[k] + 0.01, room.high[k] - 0.01));
            let length = (0..3)
                .map(|k| {
                    let wall = if way[k] > 0.0 { room.high[k] } else { room.low[k] };
                    if way[k].abs() < 1e-6 { f32::INFINITY } else { (wall - inside[k]) / way[k] }
                })
                .fold(f32::INFINITY, f32::min);
            let seen = sub(along(inside, way, length), room.eye);
            let blur =
                BLURS.iter().position(|(r, _)| *r + 0.06 >= roughness).unwrap_or(BLURS.len() - 1);
            sum = along(sum, room.blurs[blur].octahedron(seen), weight);
            weights += weight;
        }
        (weights > 0.0).then(|| scale(sum, 1.0 / weights))
    }

    /// The light that comes along a ray.
    pub fn see(&self, ray: Ray) -> V {
        match self.scene.tree.cast(ray.origin, ray.way, STEP) {
            None => self.scene.sky.around(ray.way),
            Some(hit) => self.shade(ray, &hit),
        }
    }

    /// Whether a surface needs each of its rays followed on its own.
    pub fn passes_or_mirrors(&self, triangle: u32) -> bool {
        let material =
            &self.scene.materials[self.scene.triangles[triangle as usize].material as usize];
        material.kind != Kind::Opaque || (material.roughness < MIRROR && material.metallic > 0.5)
    }

    /// A number that tells surfaces apart, and the direction that they face.
    pub fn surface(&self, hit: &Hit) -> (u32, V) {
        let triangle = &self.scene.triangles[hit.triangle as usize];
        (triangle.thing, triangle.normal(hit))
    }

    /// The light that a surface sends back along a ray.
    pub fn shade(&self, ray: Ray, hit: &Hit) -> V {
        let triangle = &self.scene.triangles[hit.triangle as usize];
        let material = &self.scene.materials[triangle.material as usize];
        let point = triangle.point(hit);
        let front = dot(triangle.facing(), ray.way) < 0.0;
        let normal = {
            let n = triangle.normal(hit);
            if front { n } else { scale(n, -1.0) }
        };
        let cos = (-dot(normal, ray.way)).clamp(0.02, 1.0);
        let distance = ray.gone + hit.distance;
        let base =
            self.colour(triangle, material, hit, distance * ray.spread / cos.max(0.08).sqrt());
        let behind = || {
            if ray.passes >= PASSES {
                return [0.0; 3];
            }
            self.see(Ray { origin: point, gone: distance, passes: ray.passes + 1, ..ray })
        };
        let mirrored = || {
            let way = along(ray.way, normal, 2.0 * cos);
            self.see(Ray { origin: point, way, gone: distance, mirrored: true, ..ray })
        };
        match material.kind {
            Kind::Glass | Kind::Frosted => {
                let share = pane(cos);
                // Looked at squarely a pane shows so little of the room that a blurred image does.
                let reflection = if ray.mirrored {
                    [0.0; 3]
                } else if share > 0.10 {
                    mirrored()
                } else {
                    self.reflected(point, along(ray.way, normal, 2.0 * cos), 0.0)
                        .unwrap_or([0.0; 3])
                };
                let clear =
                    along(scale(mul(behind(), material.base), 1.0 - share), reflection, share);
                if material.kind == Kind::Glass {
                    return clear;
                }
                mix(clear, mul([0.69, 0.787, 0.787], self.light(triangle, hit, front)), 0.9)
            }
            Kind::Gauze => {
                let clear = match material.cover {
                    Some(cover) => {
                        let [u, v] = self.scene.uv(triangle, hit);
                        // The cover is a plain number; the picture was decoded as if it were sRGB.
                        1.0 - crate::texture::srgb(
                            self.scene.pictures[cover].read(
                                u,
                                v,
                                distance * ray.spread * triangle.density,
                                &self.scene.decoder,
                            )[0],
                        )
                    }
                    None => material.clear,
                };
                let cloth = mul(base, self.light(triangle, hit, front));
                if clear < 0.004 { cloth } else { mix(cloth, behind(), clear) }
            }
            Kind::Opaque => {
                let light = self.light(triangle, hit, front);
                let edge = (1.0 - cos).powi(5);
                let f0 = mix([0.04; 3], base, material.metallic);
                let gloss = f0.map(|f| f + ((1.0 - material.roughness).max(f) - f) * edge);
                let coat = material.coat * (0.04 + 0.96 * edge);
                let kept = (1.0 - material.metallic) * (1.0 - gloss[1].min(0.9)) * (1.0 - coat);
                let mut out = add(material.emission, scale(mul(base, light), kept));
                if ray.mirrored && material.metallic < 0.5 {
                    return out;
                }
                if material.roughness > DULL && material.metallic < 0.5 {
                    return add(out, mul(light, gloss.map(|g| g + coat)));
                }
                let smooth = material.roughness < MIRROR;
                if smooth && !ray.mirrored {
                    let image = mirrored();
                    return add(out, mul(image, gloss.map(|g| g + coat)));
                }
                let way = along(ray.way, normal, 2.0 * cos);
                if let Some(image) = self.reflected(point, way, material.roughness) {
                    // Where little light arrives, little of the room is seen either.
                    let free = self
                        .reflected(point, normal, 1.0)
                        .map_or(1.0, |open| (grey(light) / grey(open).max(1e-3)).clamp(0.0, 1.0));
                    let occluded = if material.metallic > 0.5 { 1.0 } else { free };
                    out = add(out, scale(mul(image, gloss.map(|g| g + coat)), occluded));
                }
                out
            }
        }
    }

    /// The surface's own colour where `span` metres fall on a pixel.
    fn colour(&self, triangle: &Triangle, material: &Material, hit: &Hit, span: f32) -> V {
        match material.picture {
            None => material.base,
            Some(picture) => {
                let [u, v] = self.scene.uv(triangle, hit);
                self.scene.pictures[picture].read(
                    u,
                    v,
                    span * triangle.density,
                    &self.scene.decoder,
                )
            }
        }
    }

    /// Baked light on one side of a surface.
    fn light(&self, triangle: &Triangle, hit: &Hit, front: bool) -> V {
        if let Some(place) = triangle.corner_light {
            let sides = &self.scene.corner_light[place];
            return Triangle::between(&sides[usize::from(!front && triangle.two_sided)], hit);
        }
        let [x, y] = triangle.light_at(hit);
        if front || !triangle.two_sided {
            self.scene.front.read(x, y)
        } else {
            self.scene.back.read(x, y)
        }
    }
}

/// Direction of a place on an equirectangular picture, 0..1 across and down, north in the middle.
fn direction(u: f32, v: f32) -> V {
    let ((sy, cy), (sp, cp)) = (((u - 0.5) * TAU).sin_cos(), ((0.5 - v) * PI).sin_cos());
    [sy * cp, cy * cp, sp]
}

/// The same at half the size.
fn halved(map: &Map) -> Map {
    let (width, height) = (map.width / 2, map.height / 2);
    let four = |k: usize| {
        let corner = k / width * 2 * map.width + k % width * 2;
        [0, 1, map.width, map.width + 1]
            .iter()
            .fold([0.0; 3], |sum, step| along(sum, map.pixels[corner + step], 0.25))
    };
    Map { width, height, pixels: (0..width * height).map(four).collect() }
}

/// The mean about a direction, weighted with a power of the cosine; `ways` are the directions of the picture's pixels.
fn blurred(sharp: &Map, ways: &[V], way: V, power: f32) -> V {
    let (mut sum, mut weights) = ([0.0; 3], 0.0);
    let narrowest = (1e-4_f32).powf(1.0 / power);
    for (k, &there) in ways.iter().enumerate() {
        let cos = dot(there, way);
        if cos > narrowest {
            // Rows near the poles are shorter.
            let weight = (there[0] * there[0] + there[1] * there[1]).sqrt() * cos.powf(power);
            sum = along(sum, sharp.pixels[k], weight);
            weights += weight;
        }
    }
    scale(sum, 1.0 / weights.max(1e-6))
}
