//! What a reviewer writes when a tour is given back: words, and pins in the pictures.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::tour::{TourDocument, TourError};
use crate::base::Instant;
use crate::base::id::SceneId;

/// Most pins of one remark.
pub const MAX_PINS: usize = 100;
const MAX_PIN_CHARACTERS: usize = 500;
const MAX_TEXT_CHARACTERS: usize = 4_000;

/// A spot of a picture that the reviewer wants changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Pin {
    /// The scene in whose picture it is.
    #[schema(value_type = String)]
    pub scene: SceneId,
    /// Degrees, right positive, −180 to 180.
    pub yaw: f64,
    /// Degrees, up positive, −90 to 90.
    pub pitch: f64,
    /// What is to be done there, 1 to 500 characters.
    pub text: String,
}

/// What a reviewer wrote when returning a tour.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Remark {
    /// When.
    #[schema(value_type = String)]
    pub at: Instant,
    /// Who.
    pub by: String,
    /// The words; may be empty where pins say it all.
    pub text: String,
    /// Spots in the pictures, in the order in which they were set.
    #[serde(default)]
    pub pins: Vec<Pin>,
}

impl Remark {
    /// Trims the words; fails where nothing is said, where it is too long, or where a pin is in no picture of `document`.
    pub fn check(mut self, document: &TourDocument) -> Result<Self, TourError> {
        self.text = self.text.trim().to_owned();
        if self.text.is_empty() && self.pins.is_empty() {
            return Err(TourError::ReasonMissing);
        }
        if self.text.chars().count() > MAX_TEXT_CHARACTERS {
            return Err(TourError::Remark(format!(
                "the remarks have more than {MAX_TEXT_CHARACTERS} characters"
            )));
        }
        if self.pins.len() > MAX_PINS {
            return Err(TourError::Remark(format!("there are more than {MAX_PINS} pins")));
        }
        for (index, pin) in self.pins.iter_mut().enumerate() {
            pin.text = pin.text.trim().to_owned();
            pin.check(document)
                .map_err(|what| TourError::Remark(format!("pin {}: {what}", index + 1)))?;
        }
        Ok(self)
    }
}

impl Pin {
    fn check(&self, document: &TourDocument) -> Result<(), String> {
        if !document.scenes.iter().any(|scene| scene.id == self.scene) {
            return Err(format!("the scene '{}' is not in the tour", self.scene));
        }
        if !(-180.0..=180.0).contains(&self.yaw) || !(-90.0..=90.0).contains(&self.pitch) {
            return Err("yaw must be −180° to 180° and pitch −90° to 90°".to_owned());
        }
        let length = self.text.chars().count();
        if length == 0 || length > MAX_PIN_CHARACTERS {
            return Err(format!("its text must have 1 to {MAX_PIN_CHARACTERS} characters"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::PanoramaId;

    fn tour() -> TourDocument {
        let scene = serde_json::json!({"id": SceneId::new(), "panorama": PanoramaId::new(), "title": "客厅",
            "initial_view": {"yaw": 0.0, "pitch": 0.0, "hfov": 90.0}});
        let scene = serde_json::from_value(scene).unwrap();
        TourDocument { start: None, scenes: vec![scene], plan: None }
    }

    fn remark(text: &str, pins: Vec<Pin>) -> Remark {
        Remark {
            at: Instant::from_millis(0), by: "审核员".to_owned(), text: text.to_owned(), pins
        }
    }

    fn pin(scene: SceneId, yaw: f64, text: &str) -> Pin {
        Pin { scene, yaw, pitch: 0.0, text: text.to_owned() }
    }

    #[test]
    fn words_or_pins_are_needed_and_pins_may_stand_alone() {
        let tour = tour();
        let scene = tour.scenes[0].id;
        assert!(matches!(remark("  ", vec![]).check(&tour), Err(TourError::ReasonMissing)));
        let checked = remark(" ", vec![pin(scene, 30.0, " 请遮挡合影 ")]).check(&tour).unwrap();
        assert_eq!((checked.text.as_str(), checked.pins[0].text.as_str()), ("", "请遮挡合影"));
    }

    #[test]
    fn a_pin_must_be_in_a_picture_of_the_tour_and_say_something() {
        let tour = tour();
        let scene = tour.scenes[0].id;
        for bad in [
            pin(SceneId::new(), 0.0, "x"),
            pin(scene, 181.0, "x"),
            pin(scene, f64::NAN, "x"),
            pin(scene, 0.0, "  "),
            pin(scene, 0.0, &"字".repeat(501)),
        ] {
            assert!(remark("看图", vec![bad]).check(&tour).is_err());
        }
        let many = vec![pin(scene, 0.0, "x"); MAX_PINS + 1];
        assert!(remark("看图", many).check(&tour).is_err());
    }

    #[test]
    fn remarks_from_before_there_were_pins_are_read() {
        let old = r#"{"at":"2026-11-01T08:00:00Z","by":"李","text":"缺阳台"}"#;
        assert!(serde_json::from_str::<Remark>(old).unwrap().pins.is_empty());
    }
}
