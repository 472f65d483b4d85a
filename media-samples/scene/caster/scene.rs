//! The file of the flat that `scene/casting.py` writes: triangles, materials, pictures, light.

use std::path::Path;

use crate::embree::{Hit, Tree};
use crate::texture::{Decoder, Map, Picture};
use crate::vector::{V, cross, dot, sub, unit};

/// What happens to a ray at a surface.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Kind {
    Opaque,
    /// A clear pane: reflects by Fresnel's law, lets the rest through.
    Glass,
    /// A pane of which a part is milk.
    Frosted,
    /// Lets `clear` of the light through, everywhere or where its cover picture says.
    Gauze,
}

pub struct Material {
    pub kind: Kind,
    pub base: V,
    pub roughness: f32,
    pub metallic: f32,
    pub coat: f32,
    pub emission: V,
    pub clear: f32,
    pub picture: Option<usize>,
    pub cover: Option<usize>,
    /// Rows of the map from the surface's UV to the picture's.
    place: [[f32; 3]; 2],
}

pub struct Triangle {
    pub corners: [V; 3],
    pub normals: [V; 3],
    pub uv: [[f32; 2]; 3],
    /// Texels of the light map.
    pub light: [[f32; 2]; 3],
    pub material: u32,
    pub two_sided: bool,
    pub thing: u32,
    /// Place in [`Scene::corner_light`] of a finely meshed thing's light.
    pub corner_light: Option<usize>,
    /// Units of the picture's square a metre.
    pub density: f32,
}

impl Triangle {
    fn weighted<const N: usize>(values: &[[f32; N]; 3], hit: &Hit) -> [f32; N] {
        let first = 1.0 - hit.u - hit.v;
        std::array::from_fn(|k| values[0][k] * first + values[1][k] * hit.u + values[2][k] * hit.v)
    }

    pub fn point(&self, hit: &Hit) -> V {
        Self::weighted(&self.corners, hit)
    }

    /// The normal that shading uses.
    pub fn normal(&self, hit: &Hit) -> V {
        unit(Self::weighted(&self.normals, hit))
    }

    /// The side that is the front.
    pub fn facing(&self) -> V {
        unit(cross(sub(self.corners[1], self.corners[0]), sub(self.corners[2], self.corners[0])))
    }

    /// A value between those at the corners.
    pub fn between(values: &[V; 3], hit: &Hit) -> V {
        Self::weighted(values, hit)
    }

    pub fn light_at(&self, hit: &Hit) -> [f32; 2] {
        Self::weighted(&self.light, hit)
    }
}

/// A room as a box, with the point from which its reflections are taken.
pub struct Room {
    pub low: V,
    pub high: V,
    pub eye: V,
}

pub struct Scene {
    pub tree: Tree,
    pub triangles: Vec<Triangle>,
    pub materials: Vec<Material>,
    pub pictures: Vec<Picture>,
    /// Front and back at the three corners.
    pub corner_light: Vec<[[V; 3]; 2]>,
    pub front: Map,
    pub back: Map,
    pub sky: Map,
    pub rooms: Vec<Room>,
    pub decoder: Decoder,
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn bytes(&mut self, count: usize) -> &[u8] {
        let (head, tail) = self.0.split_at(count);
        self.0 = tail;
        head
    }

    fn ints(&mut self, count: usize) -> Vec<u32> {
        self.bytes(count * 4)
            .chunks_exact(4)
            .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect()
    }

    fn floats(&mut self, count: usize) -> Vec<f32> {
        self.ints(count).into_iter().map(f32::from_bits).collect()
    }

    fn map(&mut self, width: usize, height: usize) -> Map {
        let pixels =
            self.floats(width * height * 3).chunks_exact(3).map(|c| [c[0], c[1], c[2]]).collect();
        Map { width, height, pixels }
    }
}

const MATERIAL: usize = 20;

fn material(f: &[f32]) -> Material {
    let named = |k: f32| (k >= 0.0).then_some(k as usize);
    Material {
        kind: [Kind::Opaque, Kind::Glass, Kind::Frosted, Kind::Gauze][f[0] as usize],
        base: [f[1], f[2], f[3]],
        roughness: f[4],
        metallic: f[5],
        coat: f[6],
        emission: [f[7], f[8], f[9]],
        clear: f[10],
        picture: named(f[11]),
        cover: named(f[12]),
        place: [[f[13], f[14], f[15]], [f[16], f[17], f[18]]],
    }
}

impl Scene {
    /// Reads the file; stops the program with a message where it cannot.
    pub fn read(path: &Path) -> Self {
        let bytes =
            std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut file = Reader(&bytes);
        assert_eq!(file.bytes(8), b"KFSCENE1", "{}: not a scene", path.display());
        let head = file.ints(9);
        let [count, materials, pictures, width, height, sky_width, sky_height, rooms, lit] =
            <[u32; 9]>::try_from(head).unwrap().map(|k| k as usize);
        let corners = file.floats(count * 9);
        let normals = file.floats(count * 9);
        let uv = file.floats(count * 6);
        let light = file.floats(count * 6);
        let (material_of, two_sided, thing) =
            (file.ints(count), file.ints(count), file.ints(count));
        let places = file.ints(count);
        let corner_light = file
            .floats(lit * 18)
            .chunks_exact(18)
            .map(|f| {
                std::array::from_fn(|side| {
                    std::array::from_fn(|corner| {
                        std::array::from_fn(|c| f[side * 9 + corner * 3 + c])
                    })
                })
            })
            .collect();
        let materials: Vec<_> =
            file.floats(materials * MATERIAL).chunks_exact(MATERIAL).map(material).collect();
        let decoder = Decoder::new();
        let pictures = (0..pictures)
            .map(|_| {
                let head = file.ints(3);
                let (w, h) = (head[0] as usize, head[1] as usize);
                let pixels =
                    file.bytes(w * h * 3).chunks_exact(3).map(|c| [c[0], c[1], c[2]]).collect();
                Picture::new(w, h, pixels, head[2] == 1, &decoder)
            })
            .collect();
        let (front, back) = (file.map(width, height), file.map(width, height));
        let sky = file.map(sky_width, sky_height);
        let rooms = file
            .floats(rooms * 9)
            .chunks_exact(9)
            .map(|f| Room {
                low: [f[0], f[1], f[2]],
                high: [f[3], f[4], f[5]],
                eye: [f[6], f[7], f[8]],
            })
            .collect();
        let three = |v: &[f32], k: usize| -> [V; 3] {
            std::array::from_fn(|c| std::array::from_fn(|d| v[k * 9 + c * 3 + d]))
        };
        let two = |v: &[f32], k: usize| -> [[f32; 2]; 3] {
            std::array::from_fn(|c| [v[k * 6 + c * 2], v[k * 6 + c * 2 + 1]])
        };
        let triangles: Vec<_> = (0..count)
            .map(|k| {
                let mut triangle = Triangle {
                    corners: three(&corners, k),
                    normals: three(&normals, k),
                    uv: two(&uv, k),
                    light: two(&light, k),
                    material: material_of[k],
                    two_sided: two_sided[k] == 1,
                    thing: thing[k],
                    corner_light: usize::try_from(places[k] as i32).ok(),
                    density: 0.0,
                };
                let place = &materials[triangle.material as usize].place;
                triangle.uv = triangle
                    .uv
                    .map(|[u, v]| [0, 1].map(|r| place[r][0] * u + place[r][1] * v + place[r][2]));
                triangle.density = density(&triangle);
                triangle
            })
            .collect();
        let tree = Tree::new(&triangles.iter().map(|t| t.corners).collect::<Vec<_>>());
        Self {
            tree,
            triangles,
            materials,
            pictures,
            corner_light,
            front,
            back,
            sky,
            rooms,
            decoder,
        }
    }

    pub fn uv(&self, triangle: &Triangle, hit: &Hit) -> [f32; 2] {
        Triangle::weighted(&triangle.uv, hit)
    }
}

/// Square root of the picture's area on a triangle by the triangle's own.
fn density(triangle: &Triangle) -> f32 {
    let (a, b) = (
        sub(triangle.corners[1], triangle.corners[0]),
        sub(triangle.corners[2], triangle.corners[0]),
    );
    let normal = cross(a, b);
    let area = dot(normal, normal).sqrt();
    let [p, q, r] = triangle.uv;
    let picture = ((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])).abs();
    (picture / area.max(1e-12)).sqrt()
}
