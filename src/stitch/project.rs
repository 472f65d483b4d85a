//! Our own project files: what a person says of a set, as TOML, so that a run can be repeated and corrected.
//!
//! ```toml
//! photos = ["a.jpg", "b.jpg", "c.jpg"]   # beside this file; may be left out when they are named elsewhere
//! set_aside = ["c.jpg"]                  # not to be in the picture, on purpose
//! lens = "rectilinear:65"
//! width = 8192
//! nadir_mark = "court.png"               # or "plain"; nadir_degrees = 12 covers what was photographed, too
//!
//! [horizon.turned]                       # or: [[horizon.verticals]] photo = "a.jpg", from = [10, 20], to = [12, 700]
//! pitch = 1.5
//! roll = -0.4
//!
//! [[points]]                             # the same thing in two photos, pixels of the upright originals
//! a = "a.jpg"
//! at = [812.0, 410.0]
//! b = "b.jpg"
//! seen = [120.5, 402.0]
//! ```

use serde::{Deserialize, Serialize};

use super::by_hand::{ControlPoint, Horizon};
use super::error::StitchError;

/// A project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SetProject {
    /// File names of the photos.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<String>,
    /// File names of photos that shall not be in the picture.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub set_aside: Vec<String>,
    /// What is known of the lens, as on the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lens: Option<String>,
    /// Columns of the whole sphere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<usize>,
    /// Where the horizon is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub horizon: Option<Horizon>,
    /// What covers the place straight down: a PNG beside this file, or `plain`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nadir_mark: Option<String>,
    /// How far it reaches from there, degrees; as far as no photo shows the floor if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nadir_degrees: Option<f64>,
    /// The same thing in two photos.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<ControlPoint>,
}

/// Reads a project.
pub fn read(text: &str) -> Result<SetProject, StitchError> {
    toml::from_str(text).map_err(|error| {
        let line = error
            .span()
            .map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
        StitchError::SetProject { line, detail: error.message().to_owned() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_read_and_mistakes_are_named() {
        let text = "photos = [\"a.jpg\"]\nset_aside = [\"c.jpg\"]\n[horizon.turned]\npitch = 1.5\n[[points]]\na = \"a.jpg\"\nat = [1, 2]\nb = \"b.jpg\"\nseen = [3.5, 4]\n";
        let project = read(text).unwrap();
        assert_eq!(project.horizon, Some(Horizon::Turned { pitch: 1.5, roll: 0.0 }));
        assert_eq!(project.points[0].seen, [3.5, 4.0]);
        assert_eq!(project.set_aside, ["c.jpg"]);
        let again = read(&toml::to_string(&project).unwrap()).unwrap();
        assert_eq!(again, project);
        match read("photos = [\"a\"]\nphoto = 3\n") {
            Err(StitchError::SetProject { line: 2, detail }) => assert!(detail.contains("photo")),
            other => panic!("{other:?}"),
        }
        let text = "[[horizon.verticals]]\nphoto = \"a\"\nfrom = [1, 2]\nto = [1, 90]\n";
        assert!(matches!(read(text).unwrap().horizon, Some(Horizon::Verticals(v)) if v.len() == 1));
    }
}
