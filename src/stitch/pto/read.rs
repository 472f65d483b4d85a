//! Reads a project: pictures with their poses and lenses, the width of the panorama.

use super::lens::HuginLens;
use crate::geometry::Projection;
use crate::stitch::attitude::Attitude;
use crate::stitch::error::StitchError;

/// A project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Project {
    /// Its pictures.
    pub images: Vec<Image>,
    /// Columns of the whole sphere at the resolution that the project wants, if it says so.
    pub width: Option<usize>,
}

/// A picture as a project states it; sizes, lens and pose are those of the picture as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// File, as the project names it.
    pub name: String,
    /// Its lens.
    pub lens: HuginLens,
    /// Attitude.
    pub attitude: Attitude,
    /// Left, right, top, bottom of the square around a circular fisheye's picture, pixels (`f2` with `S`).
    pub circle: Option<[f64; 4]>,
}

impl Image {
    /// The file without its folder.
    pub fn file_name(&self) -> &str {
        self.name.rsplit(['/', '\\']).next().unwrap_or(&self.name)
    }
}

/// Largest number of pictures.
const MOST: usize = 4000;

/// A line's fields by their keys; `=N` refers to an earlier picture.
struct Line<'a> {
    number: usize,
    text: &'a str,
}

impl Line<'_> {
    fn fail(&self, detail: impl Into<String>) -> StitchError {
        StitchError::Project { line: self.number, detail: detail.into() }
    }

    /// The text behind a key, outside of the name.
    fn token(&self, key: &str) -> Option<&str> {
        let value = |t: &str| {
            t.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '=' | '.'))
        };
        self.text
            .split_whitespace()
            .take_while(|t| !t.starts_with("n\""))
            .find_map(|t| t.strip_prefix(key).filter(|v| value(v)))
    }

    fn number(
        &self,
        key: &str,
        earlier: &[Image],
        of: &dyn Fn(&Image) -> f64,
    ) -> Result<Option<f64>, StitchError> {
        let wrong = || self.fail(format!("the value of '{key}' is no number"));
        let Some(token) = self.token(key) else { return Ok(None) };
        let value = match token.strip_prefix('=') {
            Some(other) => {
                let other: usize = other.parse().map_err(|_| wrong())?;
                earlier.get(other).map(of).ok_or_else(wrong)?
            }
            None => token.parse().map_err(|_| wrong())?,
        };
        if f64::is_finite(value) { Ok(Some(value)) } else { Err(wrong()) }
    }
}

/// Reads a project. Only rectilinear and fisheye pictures are known, without translation and shear.
pub fn read(text: &str) -> Result<Project, StitchError> {
    let mut project = Project::default();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if let Some(text) = line.strip_prefix("i ") {
            if project.images.len() >= MOST {
                return Err(StitchError::Project {
                    line: number,
                    detail: format!("more than {MOST} pictures"),
                });
            }
            let image = image(&Line { number, text }, &project.images)?;
            project.images.push(image);
        } else if let Some(text) = line.strip_prefix("p ") {
            project.width = width(&Line { number, text })?;
        }
    }
    if project.images.is_empty() {
        let detail = "it names no picture".to_owned();
        return Err(StitchError::Project { line: 1, detail });
    }
    Ok(project)
}

/// Columns of the whole sphere: those of an equirectangular picture through its share of 360°.
fn width(line: &Line) -> Result<Option<usize>, StitchError> {
    let get = |key: &str| line.number(key, &[], &|_| 0.0);
    let (Some(w), Some(v)) = (get("w")?, get("v")?) else { return Ok(None) };
    let whole = w * 360.0 / v;
    let equirectangular = get("f")?.is_none_or(|f| f == 2.0);
    Ok((equirectangular && (64.0..=65_536.0).contains(&whole)).then_some(whole.round() as usize))
}

fn image(line: &Line, earlier: &[Image]) -> Result<Image, StitchError> {
    let name = line
        .text
        .split_once(" n\"")
        .and_then(|(_, tail)| tail.split_once('"'))
        .map(|(name, _)| name.to_owned())
        .ok_or_else(|| line.fail("a picture has no name"))?;
    let get = |key: &str, of: &dyn Fn(&Image) -> f64| line.number(key, earlier, of);
    let need = |key: &str, of: &dyn Fn(&Image) -> f64| {
        get(key, of)?.ok_or_else(|| line.fail(format!("the value '{key}' is missing")))
    };
    let kind =
        need("f", &|i| if i.lens.projection == Projection::Rectilinear { 0.0 } else { 3.0 })?;
    let projection = match kind as i64 {
        0 => Projection::Rectilinear,
        2 | 3 => Projection::Equidistant,
        _ => {
            return Err(
                line.fail("only rectilinear (f0) and fisheye (f2, f3) pictures can be stitched")
            );
        }
    };
    let size = (need("w", &|i| i.lens.size.0 as f64)?, need("h", &|i| i.lens.size.1 as f64)?);
    if !(1.0..=1e6).contains(&size.0) || !(1.0..=1e6).contains(&size.1) {
        return Err(line.fail("the size makes no sense"));
    }
    let hfov = need("v", &|i| i.lens.hfov)?;
    let widest = if projection == Projection::Rectilinear { 179.0 } else { 400.0 };
    if !(0.1..=widest).contains(&hfov) {
        return Err(line.fail("the field of view makes no sense"));
    }
    let attitude = Attitude {
        yaw: need("y", &|i| i.attitude.yaw)?,
        pitch: need("p", &|i| i.attitude.pitch)?,
        roll: need("r", &|i| i.attitude.roll)?,
    };
    let or_zero = |key: &str, of: &dyn Fn(&Image) -> f64| Ok(get(key, of)?.unwrap_or(0.0));
    let distortion = [
        or_zero("a", &|i| i.lens.distortion[0])?,
        or_zero("b", &|i| i.lens.distortion[1])?,
        or_zero("c", &|i| i.lens.distortion[2])?,
    ];
    let shift = [or_zero("d", &|i| i.lens.shift[0])?, or_zero("e", &|i| i.lens.shift[1])?];
    for key in ["TrX", "TrY", "TrZ", "g", "t"] {
        if or_zero(key, &|_| 0.0)?.abs() > 1e-9 {
            return Err(line.fail(format!(
                "'{key}' is not 0: pictures that were moved or sheared cannot be stitched"
            )));
        }
    }
    if distortion.iter().any(|v: &f64| v.abs() > 1.0)
        || shift.iter().any(|v| v.abs() > size.0.max(size.1))
    {
        return Err(line.fail("the distortion makes no sense"));
    }
    let size = (size.0 as usize, size.1 as usize);
    let circle = (kind as i64 == 2).then(|| {
        let crop = line.token("S").map(|t| t.split(',').filter_map(|v| v.parse().ok()).collect());
        let inside = [
            (size.0 as f64 - size.0.min(size.1) as f64) / 2.0,
            f64::midpoint(size.0 as f64, size.0.min(size.1) as f64),
            (size.1 as f64 - size.0.min(size.1) as f64) / 2.0,
            f64::midpoint(size.1 as f64, size.0.min(size.1) as f64),
        ];
        crop.and_then(|v: Vec<f64>| <[f64; 4]>::try_from(v).ok())
            .filter(|v| v.iter().all(|x| x.is_finite()) && v[1] > v[0] && v[3] > v[2])
            .unwrap_or(inside)
    });
    let lens = HuginLens { projection, size, hfov, distortion, shift };
    Ok(Image { name, lens, attitude, circle })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_project_is_read() {
        let text = "p f2 w3000 h1500 v360  n\"TIFF_m\"\ni w1600 h1200 f0 v90.5 r-1.5 p2 y-170.25 a0.01 b-0.02 c0 d3 e-4 S10,20,30,40 n\"x/a b.jpg\"\ni w=0 h=0 f=0 v=0 r0 p0 y10 a=0 b=0 c=0 d=0 e=0 n\"b.jpg\"\n";
        let project = read(text).unwrap();
        let images = &project.images;
        assert_eq!(project.width, Some(3000));
        assert_eq!(images[0].file_name(), "a b.jpg");
        assert_eq!(images[1].lens, images[0].lens);
        assert_eq!(images[1].lens.distortion, [0.01, -0.02, 0.0]);
        assert!((images[0].attitude.yaw + 170.25).abs() < 1e-12 && images[0].circle.is_none());
        assert!(read("i w10 h10 f0 v90 r0 p0 n\"x\"").is_err());
        assert!(read("i w10 h10 f0 v90 r0 p0 y0 TrX0.4 n\"x\"").is_err());
        assert!(read("i w10 h10 f4 v90 r0 p0 y0 n\"x\"").is_err());
    }

    #[test]
    fn a_circle_is_read() {
        let text = "i w800 h600 f2 v190 r0 p0 y0 S100,700,0,600 n\"x\"\n";
        assert_eq!(read(text).unwrap().images[0].circle, Some([100.0, 700.0, 0.0, 600.0]));
        let text = "i w800 h600 f2 v190 r0 p0 y0 n\"x\"\n";
        assert_eq!(read(text).unwrap().images[0].circle, Some([100.0, 700.0, 0.0, 600.0]));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "([ip] [a-z0-9=. \"SvwhTrX,-]{0,60}\n){0,4}") {
            let _ = read(&text);
        }
    }
}
