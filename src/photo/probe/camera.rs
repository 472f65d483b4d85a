//! 360° cameras by maker and model, and the sizes in which they leave two fisheye pictures unstitched.
//!
//! Sizes as the makers publish them. The picture itself decides; the name only supports what is seen.

/// A family of 360° cameras.
pub struct Camera360 {
    /// Name to show.
    pub name: &'static str,
    /// The model contains this, lower case; an empty text fits every model of the maker.
    model: &'static str,
    /// The maker contains this, lower case.
    maker: &'static str,
    /// Sizes of its unstitched stills and streams.
    pub unstitched: &'static [(u32, u32)],
}

const CAMERAS: &[Camera360] = &[
    // Stitches in the camera; streams over USB and raw files are unstitched.
    Camera360 {
        name: "Ricoh Theta",
        maker: "ricoh",
        model: "theta",
        unstitched: &[(1280, 720), (1920, 1080), (7296, 3648)],
    },
    Camera360 {
        name: "Samsung Gear 360 (2016)",
        maker: "samsung",
        model: "sm-c200",
        unstitched: &[(7776, 3888), (3840, 1920)],
    },
    Camera360 {
        name: "Samsung Gear 360 (2017)",
        maker: "samsung",
        model: "sm-r210",
        unstitched: &[(5472, 2736), (4096, 2048)],
    },
    Camera360 {
        name: "GoPro Fusion",
        maker: "gopro",
        model: "fusion",
        unstitched: &[(3104, 3000), (2704, 2624)],
    },
    Camera360 { name: "GoPro Max", maker: "gopro", model: "max", unstitched: &[] },
    Camera360 {
        name: "Insta360 X4",
        maker: "insta360",
        model: "x4",
        unstitched: &[(11_904, 5952), (5888, 2944)],
    },
    Camera360 {
        name: "Insta360 X3",
        maker: "insta360",
        model: "x3",
        unstitched: &[(11_968, 5984), (5952, 2976)],
    },
    Camera360 {
        name: "Insta360 ONE",
        maker: "insta360",
        model: "one",
        unstitched: &[(6080, 3040), (6912, 3456)],
    },
    Camera360 {
        name: "Insta360 Air",
        maker: "insta360",
        model: "air",
        unstitched: &[(3008, 1504), (1920, 960)],
    },
    Camera360 {
        name: "Insta360 Nano",
        maker: "insta360",
        model: "nano",
        unstitched: &[(3040, 1520)],
    },
    Camera360 { name: "Insta360", maker: "insta360", model: "", unstitched: &[] },
    Camera360 { name: "Insta360", maker: "arashi vision", model: "", unstitched: &[] },
    Camera360 { name: "Xiaomi Mi Sphere", maker: "xiaoyi", model: "", unstitched: &[(6912, 3456)] },
    Camera360 {
        name: "Xiaomi Mi Sphere",
        maker: "xiaomi",
        model: "mjxj",
        unstitched: &[(6912, 3456)],
    },
    Camera360 { name: "Kodak Pixpro SP360", maker: "kodak", model: "sp360", unstitched: &[] },
    Camera360 { name: "LG 360 CAM", maker: "lg", model: "r105", unstitched: &[] },
    Camera360 {
        name: "Kandao QooCam",
        maker: "kandao",
        model: "",
        unstitched: &[(7680, 3840), (8192, 4096)],
    },
];

/// The camera with this maker and model.
pub fn find(maker: Option<&str>, model: Option<&str>) -> Option<&'static Camera360> {
    let maker = maker.unwrap_or_default().to_ascii_lowercase();
    let model = model.unwrap_or_default().to_ascii_lowercase();
    CAMERAS.iter().find(|camera| {
        (maker.contains(camera.maker) || model.contains(camera.maker))
            && model.contains(camera.model)
    })
}

/// One of the two files of a GoPro Fusion, by the name that the camera gives them.
pub fn is_fusion_half(file_name: &str) -> bool {
    let name = file_name.to_ascii_uppercase();
    ["GPFR", "GPBK", "GF", "GB"].iter().any(|prefix| {
        name.split(['_', ' ', '-']).any(|part| {
            let digits =
                part.strip_prefix(prefix).map(|rest| rest.split('.').next().unwrap_or_default());
            digits.is_some_and(|digits| {
                matches!(digits.len(), 4 | 6) && digits.bytes().all(|byte| byte.is_ascii_digit())
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cameras_are_known_by_maker_and_model() {
        assert_eq!(find(Some("SAMSUNG"), Some("SM-R210")).unwrap().name, "Samsung Gear 360 (2017)");
        assert_eq!(find(Some("RICOH"), Some("RICOH THETA S")).unwrap().name, "Ricoh Theta");
        assert!(find(Some("Apple"), Some("iPhone 5")).is_none());
        assert!(find(None, None).is_none());
        assert!(is_fusion_half("GPFR7152.JPG") && !is_fusion_half("GPS.jpg"));
    }
}
