//! What a person knows of the lens beforehand.

use super::error::StitchError;
use crate::geometry::Projection;

/// What is known of the lens beforehand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LensChoice {
    /// `None`: found out by the circle that a fisheye draws, or else by what photos share.
    pub projection: Option<Projection>,
    /// Horizontal field of view in degrees, if it is known.
    pub hfov: Option<f64>,
    /// One picture holds two fisheye circles; found out by itself where it is not said.
    pub dual: bool,
}

impl LensChoice {
    /// `auto`, `rectilinear`, `fisheye` or `dual-fisheye`; rectilinear and fisheye with `:` and the horizontal field of
    /// view in degrees (5 to 220) where it is known.
    pub fn parse(text: &str) -> Result<Self, StitchError> {
        let unknown = || StitchError::UnknownLens { value: text.chars().take(40).collect() };
        let (kind, hfov) = match text.split_once(':') {
            Some((kind, hfov)) => {
                let hfov: f64 = hfov.parse().map_err(|_| unknown())?;
                if !(5.0..=220.0).contains(&hfov) {
                    return Err(unknown());
                }
                (kind, Some(hfov))
            }
            None => (text, None),
        };
        let (projection, dual) = match kind {
            "auto" | "" if hfov.is_none() => (None, false),
            "rectilinear" => (Some(Projection::Rectilinear), false),
            "fisheye" => (Some(Projection::Equidistant), false),
            "dual-fisheye" if hfov.is_none() => (None, true),
            _ => return Err(unknown()),
        };
        Ok(Self { projection, hfov, dual })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lenses_are_read_as_the_help_says() {
        let rectilinear = LensChoice::parse("rectilinear:65").unwrap();
        assert_eq!(rectilinear.projection, Some(Projection::Rectilinear));
        assert_eq!(rectilinear.hfov, Some(65.0));
        assert_eq!(LensChoice::parse("auto").unwrap(), LensChoice::default());
        assert!(LensChoice::parse("dual-fisheye").unwrap().dual);
        for wrong in [
            "wobbly",
            "rectilinear:0",
            "rectilinear:NaN",
            "auto:60",
            "dual-fisheye:190",
            "fisheye:",
        ] {
            assert!(LensChoice::parse(wrong).is_err(), "{wrong}");
        }
    }
}
