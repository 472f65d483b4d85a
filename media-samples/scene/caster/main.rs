//! Films the flat with light that was baked before: `caster SCENE JOB` writes raw RGB frames to its standard output.
//!
//! The first line of JOB names the lens: `equirectangular WIDTH HEIGHT`, `rectilinear WIDTH HEIGHT FOCAL` or `stereo WIDTH HEIGHT`
//! (both eyes, left on top); each further line is a frame: x y z heading pitch roll exposure. No sample is drawn by chance.

mod embree;
mod lens;
mod scene;
mod shade;
mod texture;
mod tone;
mod vector;

use std::f32::consts::PI;
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use embree::{Hit, NONE, Packet};
use lens::{Camera, Lens};
use scene::Scene;
use shade::{Ray, Shader};
use texture::Encoder;
use tone::{Gain, develop};
use vector::{V, add, dot, mix, scale};

/// Where in a pixel it is looked: a square of four, turned so that no two share a row or a column.
const SPOTS: [(f32, f32); 4] = [(-0.125, -0.375), (0.375, -0.125), (-0.375, 0.125), (0.125, 0.375)];
const THREADS: usize = 2;
/// Radians of the blur that finds the local tone.
const TONE_RADIUS: f32 = 0.157;

struct Frame {
    camera: Camera,
    exposure: f32,
}

fn job(path: &Path) -> (Lens, Vec<Frame>) {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut lines = text.lines();
    let head: Vec<_> = lines.next().unwrap_or_default().split_whitespace().collect();
    let number = |k: usize| -> f32 {
        head[k].parse().unwrap_or_else(|_| panic!("{} is no number", head[k]))
    };
    let (width, height) = (number(1) as usize, number(2) as usize);
    let lens = match head[0] {
        "equirectangular" => Lens::Equirectangular { width, height },
        "rectilinear" => Lens::Rectilinear { width, height, focal: number(3) },
        "stereo" => Lens::Stereo { width, height },
        other => panic!("unknown lens {other}"),
    };
    let frames = lines
        .map(|line| {
            let f: Vec<f32> = line
                .split_whitespace()
                .map(|word| word.parse().unwrap_or_else(|_| panic!("{word} is no number")))
                .collect();
            Frame {
                camera: Camera::new([f[0], f[1], f[2]], f[3], f[4], f[5]),
                exposure: f[6].exp2(),
            }
        })
        .collect();
    (lens, frames)
}

/// Calls `work` for every number below `count` on all threads.
fn spread_over(count: usize, work: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let k = next.fetch_add(1, Ordering::Relaxed);
                    if k >= count {
                        return;
                    }
                    work(k);
                }
            });
        }
    });
}

/// The local tone of a frame, from a small picture of it; of a stereo pair from the left eye's, so that both eyes agree.
fn gain(shader: &Shader, lens: &Lens, frame: &Frame) -> Gain {
    let (width, height) = lens.size();
    let height = if matches!(lens, Lens::Stereo { .. }) { height / 2 } else { height };
    let step = if lens.around() { width as f32 / 256.0 } else { width.max(height) as f32 / 160.0 };
    let (w, h) = ((width as f32 / step).round() as usize, (height as f32 / step).round() as usize);
    let radius = (TONE_RADIUS / lens.spread() / step).round().max(1.0) as usize;
    let light = Mutex::new(vec![[0.0; 3]; w * h]);
    spread_over(h, |row| {
        let across = lens.row((row as f32 + 0.5) * step - 0.5);
        let line: Vec<V> = (0..w)
            .map(|column| {
                let (origin, way) =
                    frame.camera.ray(lens.column((column as f32 + 0.5) * step - 0.5), across);
                scale(
                    shader.see(Ray {
                        origin,
                        way,
                        spread: lens.spread() * step,
                        gone: 0.0,
                        mirrored: true,
                        passes: 0,
                    }),
                    frame.exposure,
                )
            })
            .collect();
        light.lock().unwrap()[row * w..(row + 1) * w].copy_from_slice(&line);
    });
    Gain::new(&light.into_inner().unwrap(), w, h, radius, lens.around())
}

/// A ray of a pixel with what it hit.
type Spot = (V, V, Option<Hit>);

/// Looks along eight rays at once.
fn looked(scene: &Scene, rays: [(V, V); 8]) -> [Spot; 8] {
    let mut packet = Packet::new();
    for (k, (origin, way)) in rays.iter().enumerate() {
        for axis in 0..3 {
            packet.origin[axis][k] = origin[axis];
            packet.way[axis][k] = way[axis];
        }
    }
    scene.tree.cast_packet(&mut packet);
    std::array::from_fn(|k| {
        let hit = (packet.geometry[k] != NONE).then(|| Hit {
            triangle: packet.triangle[k],
            distance: packet.far[k],
            u: packet.u[k],
            v: packet.v[k],
        });
        (rays[k].0, rays[k].1, hit)
    })
}

/// Whether two rays meet one surface, as far as a pixel's edges are concerned.
fn alike(shader: &Shader, a: &Spot, b: &Spot) -> bool {
    match (&a.2, &b.2) {
        (None, None) => true,
        (Some(a), Some(b)) if a.triangle == b.triangle => true,
        (Some(a), Some(b)) => {
            let ((thing, normal), (other, facing)) = (shader.surface(a), shader.surface(b));
            thing == other
                && dot(normal, facing) > 0.97
                && (a.distance / b.distance - 1.0).abs() < 0.03
        }
        _ => false,
    }
}

/// The rays of every pixel of a row: two, and four where an edge runs through it or between it and a neighbour.
fn row_of_spots(
    scene: &Scene,
    shader: &Shader,
    camera: &Camera,
    columns: &[[(f32, f32); 4]],
    rows: [lens::Row; 4],
) -> Vec<[Option<Spot>; 4]> {
    let width = columns.len();
    let mut out: Vec<[Option<Spot>; 4]> = vec![[None; 4]; width];
    let look = |pixels: &[usize], pair: [usize; 2], out: &mut Vec<[Option<Spot>; 4]>| {
        for four in pixels.chunks(4) {
            let place = |k: usize| (four[(k / 2).min(four.len() - 1)], pair[k % 2]);
            let found = looked(
                scene,
                std::array::from_fn(|k| {
                    let (x, s) = place(k);
                    camera.ray(columns[x][s], rows[s])
                }),
            );
            for (k, spot) in found.into_iter().enumerate() {
                let (x, s) = place(k);
                out[x][s] = Some(spot);
            }
        }
    };
    look(&(0..width).collect::<Vec<_>>(), [0, 3], &mut out);
    let pair = |x: usize| out[x][0].as_ref().zip(out[x][3].as_ref());
    let through = |x: usize| pair(x).is_some_and(|(a, b)| !alike(shader, a, b));
    let between = |x: usize| {
        x + 1 < width
            && pair(x).zip(pair(x + 1)).is_some_and(|((a, _), (b, _))| !alike(shader, a, b))
    };
    let edges: Vec<bool> = (0..width).map(between).collect();
    let more: Vec<usize> =
        (0..width).filter(|&x| edges[x] || (x > 0 && edges[x - 1]) || through(x)).collect();
    look(&more, [1, 2], &mut out);
    out
}

/// The colour of a pixel: every surface in it is shaded once, panes and mirrors ray by ray.
fn pixel(
    scene: &Scene,
    shader: &Shader,
    spots: &[Option<Spot>; 4],
    spread: f32,
    exposure: f32,
    tone: (f32, f32),
    encoder: &Encoder,
) -> V {
    let (mut sum, mut all) = ([0.0; 3], 0.0);
    let mut left: [bool; 4] = std::array::from_fn(|k| spots[k].is_some());
    for first in 0..4 {
        if !left[first] {
            continue;
        }
        let Some(spot) = &spots[first] else { continue };
        let ray =
            Ray { origin: spot.0, way: spot.1, spread, gone: 0.0, mirrored: false, passes: 0 };
        let (light, count) = match &spot.2 {
            None => (scene.sky.around(spot.1), 1.0),
            Some(hit) if shader.passes_or_mirrors(hit.triangle) => (shader.shade(ray, hit), 1.0),
            Some(hit) => {
                let (mut count, mut same, mut middle) = (0.0, true, (0.0, 0.0, 0.0));
                for s in first..4 {
                    let Some(other) =
                        spots[s].as_ref().filter(|other| left[s] && alike(shader, spot, other))
                    else {
                        continue;
                    };
                    let Some(there) = &other.2 else { continue };
                    left[s] = false;
                    count += 1.0;
                    same &= there.triangle == hit.triangle;
                    middle = (middle.0 + there.u, middle.1 + there.v, middle.2 + there.distance);
                }
                // On one triangle, in the middle of all that is seen of it.
                let there = if same {
                    Hit {
                        u: middle.0 / count,
                        v: middle.1 / count,
                        distance: middle.2 / count,
                        ..*hit
                    }
                } else {
                    *hit
                };
                (shader.shade(ray, &there), count)
            }
        };
        left[first] = false;
        sum = add(sum, scale(develop(scale(light, exposure), tone, encoder), count));
        all += count;
    }
    scale(sum, 1.0 / f32::max(all, 1.0))
}

/// An even pattern of thresholds that keeps smooth walls from showing steps of brightness.
fn threshold(x: usize, y: usize) -> f32 {
    (52.982_918 * (0.067_110_56 * x as f32 + 0.005_837_15 * y as f32).fract()).fract()
}

fn render(
    scene: &Scene,
    shader: &Shader,
    lens: &Lens,
    frame: &Frame,
    encoder: &Encoder,
) -> Vec<u8> {
    let (width, height) = lens.size();
    let gain = gain(shader, lens, frame);
    let eyes = if matches!(lens, Lens::Stereo { .. }) { 2 } else { 1 };
    let columns: Vec<_> =
        (0..width).map(|x| SPOTS.map(|(dx, _)| lens.column(x as f32 + dx))).collect();
    let rows: Vec<_> = (0..height).map(|_| Mutex::new(Vec::new())).collect();
    spread_over(height, |y| {
        let down = ((y as f32 + 0.5) / height as f32 * eyes as f32).fract();
        // Towards the poles of a sphere pixels crowd: there every second or fourth is looked at.
        let crowd = if lens.around() { 1.0 / ((0.5 - down) * PI).cos() } else { 1.0 };
        let step = if crowd < 2.0 {
            1
        } else if crowd < 4.0 {
            2
        } else {
            4
        };
        let chosen: Vec<_> = columns.iter().copied().step_by(step).collect();
        let spots = row_of_spots(
            scene,
            shader,
            &frame.camera,
            &chosen,
            SPOTS.map(|(_, dy)| lens.row(y as f32 + dy)),
        );
        let colours: Vec<V> = spots
            .iter()
            .enumerate()
            .map(|(k, spots)| {
                let tone = gain.at(((k * step) as f32 + 0.5) / width as f32, down);
                pixel(scene, shader, spots, lens.spread(), frame.exposure, tone, encoder)
            })
            .collect();
        let mut line = Vec::with_capacity(width * 3);
        for x in 0..width {
            let (k, share) = (x / step, (x % step) as f32 / step as f32);
            let colour = mix(colours[k], colours[(k + 1) % colours.len()], share);
            let lift = threshold(x, y);
            line.extend(colour.map(|c| (c.clamp(0.0, 1.0) * 255.0 + lift) as u8));
        }
        *rows[y].lock().unwrap() = line;
    });
    rows.into_iter().flat_map(|row| row.into_inner().unwrap()).collect()
}

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    let [_, scene, list] = arguments.as_slice() else { panic!("usage: caster SCENE JOB") };
    let scene = Scene::read(Path::new(scene));
    let (lens, frames) = job(Path::new(list));
    let shader = Shader::new(&scene);
    let encoder = Encoder::new();
    let mut out = std::io::stdout().lock();
    for frame in &frames {
        out.write_all(&render(&scene, &shader, &lens, frame, &encoder))
            .unwrap_or_else(|error| panic!("standard output: {error}"));
    }
}
