//! Colour profiles: what is foreign is converted to sRGB, what is sRGB already is left alone.

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use super::error::ImagingError;

/// A profile that says something else than sRGB, ready to convert with.
pub struct ForeignProfile(ColorProfile);

/// Differences up to this many of 255 levels are rounding of the profile, not another colour space.
const SAME_COLOUR: u8 = 2;

impl ForeignProfile {
    /// Judges an embedded profile by what it does to a few colours. `None` for sRGB under any name, for profiles of
    /// other colour spaces than RGB, and for broken ones: those pictures are shown as sRGB, as browsers do.
    pub fn of(icc: &[u8]) -> Option<Self> {
        let profile = ColorProfile::new_from_slice(icc).ok()?;
        if profile.color_space != DataColorSpace::Rgb {
            return None;
        }
        let probe: Vec<u8> = [0_u8, 40, 128, 200, 255]
            .iter()
            .flat_map(|&r| {
                [0_u8, 90, 255].iter().flat_map(move |&g| [0_u8, 160, 255].map(move |b| [r, g, b]))
            })
            .flatten()
            .collect();
        let foreign = Self(profile);
        let mut converted = probe.clone();
        foreign.convert(&mut converted).ok()?;
        let differs = probe
            .iter()
            .zip(&converted)
            .any(|(before, after)| before.abs_diff(*after) > SAME_COLOUR);
        differs.then_some(foreign)
    }

    /// The profile of colours that are named by numbers (ITU-T H.273), as ICC bytes; `None` for those of sRGB, for
    /// unspecified and for unknown ones.
    pub fn encoded(primaries: u16, transfer: u16) -> Option<Vec<u8>> {
        let profile = match (primaries, transfer) {
            (9, 16) => ColorProfile::new_bt2020_pq(),
            (9, 18) => ColorProfile::new_bt2020_hlg(),
            (9, _) => ColorProfile::new_bt2020(),
            (12, 16) => ColorProfile::new_display_p3_pq(),
            (12, _) => ColorProfile::new_display_p3(),
            _ => return None,
        };
        profile.encode().ok()
    }

    /// Converts 8-bit RGB triples to sRGB in place (perceptual intent, the profile's own white).
    pub fn convert(&self, rgb: &mut [u8]) -> Result<(), ImagingError> {
        let srgb = ColorProfile::new_srgb();
        let failed = |error: moxcms::CmsError| ImagingError::Corrupt {
            detail: format!("its colour profile cannot be used ({error})"),
        };
        let transform = self
            .0
            .create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, TransformOptions::default())
            .map_err(failed)?;
        let mut before = vec![0; 3 * 4096];
        for chunk in rgb.chunks_mut(before.len()) {
            let before = &mut before[..chunk.len()];
            before.copy_from_slice(chunk);
            transform.transform(before, chunk).map_err(failed)?;
        }
        Ok(())
    }
}
