//! Tiling, judged against pictures whose truth is known, and against real ones.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use kanfang::base::{Cancel, Fault, Limits};
use kanfang::geometry::{Degrees, Direction, Equirect, Face, cube};
use kanfang::imaging::recipe::Pose;
use kanfang::imaging::{Crop, ImagingError, PackIndex, TileFormat, TileRecipe, tile};

const WIDTH: u32 = 1024;
const FACE: u32 = 320;

/// A grey pattern defined in every direction: waves along several axes, the finest at `finest` of the
/// source's Nyquist frequency.
struct Pattern {
    waves: Vec<(Direction, f64, f64)>,
}

impl Pattern {
    fn new(finest: f64) -> Self {
        let nyquist = f64::from(WIDTH) / 2.0;
        let waves = (0..6)
            .map(|index| {
                let axis = Direction::from_yaw_pitch(
                    Degrees(f64::from(index) * 67.0),
                    Degrees(f64::from(index) * 31.0 - 80.0),
                );
                let frequency = nyquist * finest * (1.0 - 0.13 * f64::from(index));
                (axis, frequency, f64::from(index))
            })
            .collect();
        Self { waves }
    }

    fn at(&self, direction: Direction) -> f64 {
        let Direction { x, y, z } = direction;
        let length = (x * x + y * y + z * z).sqrt();
        let sum: f64 = self
            .waves
            .iter()
            .map(|(axis, frequency, phase)| {
                let along = (axis.x * x + axis.y * y + axis.z * z) / length;
                (frequency * along + phase).sin()
            })
            .sum();
        128.0 + 100.0 * sum / self.waves.len() as f64
    }

    /// The pattern as an equirectangular PNG.
    fn png(&self) -> Vec<u8> {
        let picture = Equirect { width: WIDTH, height: WIDTH / 2 };
        let image = image::GrayImage::from_fn(picture.width, picture.height, |x, y| {
            let direction = picture.direction(f64::from(x), f64::from(y));
            image::Luma([self.at(direction).round().clamp(0.0, 255.0) as u8])
        });
        let mut bytes = Vec::new();
        image.write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png).unwrap();
        bytes
    }
}

fn pack_of(source: Vec<u8>, recipe: &TileRecipe) -> Result<Vec<u8>, ImagingError> {
    let mut out = Vec::new();
    tile(source, recipe, &Limits::default(), &Cancel::new(), &|_| (), &mut out)?;
    Ok(out)
}

fn lossless(pose: Option<Pose>) -> TileRecipe {
    TileRecipe {
        format: TileFormat::Png,
        face: Some(FACE),
        tile: FACE,
        stills: false,
        pose,
        ..TileRecipe::default()
    }
}

/// The green component of a face's only tile, row by row.
fn face_of(pack: &[u8], face: Face) -> Vec<f64> {
    let index = PackIndex::parse(pack).unwrap();
    let (start, length) = index.find(1, face, 0, 0).unwrap();
    let bytes = &pack[start as usize..][..length as usize];
    let tile = image::load_from_memory(bytes).unwrap().into_rgb8();
    assert_eq!(tile.dimensions(), (FACE, FACE));
    tile.pixels().map(|pixel| f64::from(pixel.0[1])).collect()
}

struct Quality {
    psnr: f64,
    border_psnr: f64,
    shift: f64,
}

/// Compares a face with the truth; the shift is the least-squares solution of difference = gradient · shift.
fn judge(pixels: &[f64], face: Face, truth: impl Fn(Direction) -> f64) -> Quality {
    let edge = FACE as usize;
    let place = |index: usize| cube::pixel_centre(index as u32, FACE);
    let step = 2.0 / f64::from(FACE);
    let (mut all, mut border, mut border_count) = (0.0, 0.0, 0.0);
    let (mut xx, mut xy, mut yy, mut xd, mut yd) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for y in 0..edge {
        for x in 0..edge {
            let (a, b) = (place(x), place(y));
            let difference = pixels[y * edge + x] - truth(face.direction(a, b));
            all += difference * difference;
            if x.min(y).min(edge - 1 - x).min(edge - 1 - y) < 4 {
                border += difference * difference;
                border_count += 1.0;
            }
            let slope = |da: f64, db: f64| {
                (truth(face.direction(a + da, b + db)) - truth(face.direction(a - da, b - db)))
                    / 2.0
            };
            let (gx, gy) = (slope(step, 0.0), slope(0.0, step));
            xx += gx * gx;
            xy += gx * gy;
            yy += gy * gy;
            xd += gx * difference;
            yd += gy * difference;
        }
    }
    let psnr =
        |squares: f64, count: f64| 10.0 * (255.0 * 255.0 * count / squares.max(1e-9)).log10();
    let determinant = xx * yy - xy * xy;
    let shift_x = (xd * yy - yd * xy) / determinant;
    let shift_y = (yd * xx - xd * xy) / determinant;
    Quality {
        psnr: psnr(all, (edge * edge) as f64),
        border_psnr: psnr(border, border_count),
        shift: shift_x.hypot(shift_y),
    }
}

#[test]
fn the_cube_agrees_with_the_shared_vectors() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/cube.json");
    let file: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() > 100);
    let picture = Equirect { width: 8192, height: 4096 };
    for case in cases {
        let number = |name: &str| case[name].as_f64().unwrap();
        let letter = case["face"].as_str().unwrap().chars().next().unwrap();
        let direction = Face::from_letter(letter).unwrap().direction(number("a"), number("b"));
        assert!((direction.pitch().0 - number("pitch")).abs() < 1e-7, "{case}");
        if number("pitch").abs() < 89.999 {
            let turn = Degrees(direction.yaw().0 - number("yaw")).wrapped().0;
            assert!(turn.abs() < 1e-7, "{case}");
            let (u, v) = picture.position(direction);
            assert!((v - number("v")).abs() < 1e-5, "{case}");
            let around = (u - number("u")).rem_euclid(8192.0);
            assert!(around.min(8192.0 - around) < 1e-5, "{case}");
        }
    }
}

#[test]
fn an_easy_pattern_comes_out_at_the_floor_of_eight_bits() {
    let pattern = Pattern::new(0.25);
    let pack = pack_of(pattern.png(), &lossless(None)).unwrap();
    for face in Face::ALL {
        let quality = judge(&face_of(&pack, face), face, |direction| pattern.at(direction));
        println!(
            "{face:?}: {:.2} dB, border {:.2} dB, shift {:.4} px",
            quality.psnr, quality.border_psnr, quality.shift
        );
        assert!(quality.psnr > 54.3, "{face:?}: {:.2} dB", quality.psnr);
        assert!(
            quality.border_psnr > quality.psnr - 0.5,
            "{face:?}: border {:.2} dB",
            quality.border_psnr
        );
        assert!(quality.shift < 0.01, "{face:?}: {:.4} px", quality.shift);
    }
}

#[test]
fn detail_near_the_limit_survives_without_shift() {
    let pattern = Pattern::new(0.9);
    let pack = pack_of(pattern.png(), &lossless(None)).unwrap();
    for face in Face::ALL {
        let quality = judge(&face_of(&pack, face), face, |direction| pattern.at(direction));
        println!(
            "{face:?}: {:.2} dB, border {:.2} dB, shift {:.4} px",
            quality.psnr, quality.border_psnr, quality.shift
        );
        assert!(quality.psnr > 24.0, "{face:?}: {:.2} dB", quality.psnr);
        assert!(quality.shift < 0.01, "{face:?}: {:.4} px", quality.shift);
    }
}

#[test]
fn a_tilted_camera_is_levelled() {
    let pattern = Pattern::new(0.25);
    let pose = Pose { yaw: Degrees(20.0), pitch: Degrees(-12.0), roll: Degrees(7.0) };
    let back = pose.rotation().unwrap().inverse();
    let pack = pack_of(pattern.png(), &lossless(Some(pose))).unwrap();
    for face in Face::ALL {
        let quality =
            judge(&face_of(&pack, face), face, |direction| pattern.at(back.apply(direction)));
        assert!(quality.psnr > 53.0, "{face:?}: {:.2} dB", quality.psnr);
        assert!(quality.shift < 0.01, "{face:?}: {:.4} px", quality.shift);
    }
}

#[test]
fn the_same_input_gives_the_same_bytes_on_any_number_of_threads() {
    let source = Pattern::new(0.5).png();
    let recipe = TileRecipe { tile: 128, ..TileRecipe::default() };
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| pack_of(source.clone(), &recipe).unwrap())
    };
    let one = with(1);
    assert!(one == with(3));
    let index = PackIndex::parse(&one).unwrap();
    index.verify(&one).unwrap();
    assert_eq!(index.pyramid.levels, [80, 160, 320]);
    assert_eq!(index.stills.len(), 6);
}

#[test]
fn a_cropped_panorama_is_grey_where_it_shows_nothing() {
    let white = image::RgbImage::from_pixel(400, 200, image::Rgb([255; 3]));
    let mut source = Vec::new();
    white.write_to(&mut Cursor::new(&mut source), image::ImageFormat::Png).unwrap();
    let crop = Crop { full_width: WIDTH, full_height: WIDTH / 2, left: 312, top: 156 };
    let recipe = TileRecipe { crop: Some(crop), ..lossless(None) };
    let pack = pack_of(source, &recipe).unwrap();
    let middle = (FACE as usize / 2) * (FACE as usize + 1);
    assert!(face_of(&pack, Face::Front)[middle] > 250.0);
    for face in [Face::Back, Face::Up, Face::Down] {
        assert!(face_of(&pack, face)[middle] < 60.0);
    }
    let coverage = PackIndex::parse(&pack).unwrap().coverage;
    assert!(
        (coverage.yaw[0] + 70.3125).abs() < 1e-9 && (coverage.pitch[1] - 35.15625).abs() < 1e-9
    );
}

#[test]
fn bad_input_is_refused_with_its_reason() {
    let slug = |source: Vec<u8>, recipe: &TileRecipe| pack_of(source, recipe).unwrap_err().slug();
    let recipe = TileRecipe::default();
    assert_eq!(slug(Vec::new(), &recipe), "image-empty");
    assert_eq!(slug(b"GIF89a and so on".to_vec(), &recipe), "image-format-unknown");
    let mut jpeg = Vec::new();
    let noise = image::RgbImage::from_fn(512, 256, |x, y| {
        image::Rgb([(x * y) as u8, (x ^ y) as u8, y as u8])
    });
    noise.write_to(&mut Cursor::new(&mut jpeg), image::ImageFormat::Jpeg).unwrap();
    jpeg.truncate(jpeg.len() / 2);
    match pack_of(jpeg.clone(), &recipe).unwrap_err() {
        ImagingError::Truncated { percent } => assert!((30..70).contains(&percent), "{percent} %"),
        other => panic!("{other}"),
    }
    let accepting = TileRecipe { accept_damaged: true, ..TileRecipe::default() };
    assert!(pack_of(jpeg, &accepting).is_ok());
    let mut square = Vec::new();
    image::RgbImage::new(300, 300)
        .write_to(&mut Cursor::new(&mut square), image::ImageFormat::Png)
        .unwrap();
    assert_eq!(slug(square.clone(), &recipe), "image-not-equirectangular");
    square.truncate(60);
    assert!(pack_of(square, &recipe).is_err());
    let wrong = TileRecipe { tile: 100, ..TileRecipe::default() };
    assert_eq!(slug(Pattern::new(0.1).png(), &wrong), "tile-recipe-invalid");
    let small = Limits { max_pixels: 1000, ..Limits::default() };
    let refused =
        tile(Pattern::new(0.1).png(), &recipe, &small, &Cancel::new(), &|_| (), &mut Vec::new());
    assert_eq!(refused.unwrap_err().slug(), "image-too-many-pixels");
}

#[test]
fn a_cancelled_run_stops() {
    let cancel = Cancel::new();
    cancel.cancel();
    let source = Pattern::new(0.1).png();
    let stopped =
        tile(source, &TileRecipe::default(), &Limits::default(), &cancel, &|_| (), &mut Vec::new());
    assert!(matches!(stopped, Err(ImagingError::Cancelled)));
}

fn tile_real_panoramas(most_bytes: u64) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/equirect");
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.metadata().unwrap().len() <= most_bytes);
    paths.sort();
    let recipe = TileRecipe { face: Some(256), stills: false, ..TileRecipe::default() };
    for path in paths {
        match pack_of(std::fs::read(&path).unwrap(), &recipe) {
            Ok(pack) => PackIndex::parse(&pack).unwrap().verify(&pack).unwrap(),
            Err(ImagingError::NotEquirectangular { .. } | ImagingError::UnknownFormat { .. }) => {}
            Err(other) => panic!("{}: {other}", path.display()),
        }
    }
}

#[test]
fn real_panoramas_are_tiled() {
    tile_real_panoramas(600 << 10);
}

#[test]
#[ignore = "minutes: tiles every real panorama"]
fn all_real_panoramas_are_tiled() {
    tile_real_panoramas(u64::MAX);
}
