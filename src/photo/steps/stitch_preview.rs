//! What a person sees while a set is stitched: where the photos look, then which photo is shown where.

use std::sync::Mutex;

use base64::Engine as _;
use serde_json::{Value, json};

use crate::stitch::onlooker::{Onlooker, Sketch, painted};
use crate::stitch::seams::SeamMap;
use crate::worker::guest::Speaker;

/// Columns of the small map of seams.
const WIDTH: u32 = 360;

/// Speaks for the stitcher.
#[derive(Debug)]
pub struct Preview {
    speaker: Speaker,
    shown: Mutex<Value>,
}

impl Preview {
    /// Over the child's line to its parent.
    pub fn new(speaker: Speaker) -> Self {
        Self { speaker, shown: Mutex::new(json!({})) }
    }

    fn show(&self, name: &str, value: Value, done: f64) {
        let mut shown = self.shown.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        shown[name] = value;
        self.speaker.preview(shown.clone());
        self.speaker.progress(done);
    }
}

impl Onlooker for Preview {
    fn layout(&self, layout: &Sketch) {
        let placed: Vec<Value> = layout
            .placed
            .iter()
            .map(|(photo, attitude)| json!({ "photo": photo, "attitude": attitude }))
            .collect();
        self.show("layout", json!({ "placed": placed, "overlaps": layout.overlaps }), 0.6);
    }

    fn seams(&self, map: &SeamMap) {
        let (width, height, pixels) = painted(map);
        let Some(picture) = image::RgbImage::from_raw(width, height, pixels) else { return };
        let small = image::imageops::resize(
            &picture,
            WIDTH,
            WIDTH * height / width,
            image::imageops::FilterType::Nearest,
        );
        let mut png = std::io::Cursor::new(Vec::new());
        if small.write_to(&mut png, image::ImageFormat::Png).is_ok() {
            let text = base64::engine::general_purpose::STANDARD.encode(png.into_inner());
            self.show("seams", json!(format!("data:image/png;base64,{text}")), 0.75);
        }
    }

    fn blended(&self) {
        self.speaker.progress(0.88);
    }
}
