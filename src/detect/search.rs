//! The search: views all around at a moderate resolution, then a closer look at what may be something.

use super::error::DetectError;
use super::faces::{Face, faces};
use super::finding::{Finding, once};
use super::looks::{Look, View, around};
use super::models::{Task, recognised};
use super::network::Network;
use super::papers::Judge;
use super::photo::Photo;
use super::sphere::{Shot, Sphere};
use super::text::lines;
use crate::auction::masks::MaskKind;
use crate::base::Cancel;
use crate::geometry::Degrees;
use crate::imaging::ImagingError;

/// Pixels a radian of the first views: half of what a sphere 8192 wide has.
const FIRST: f64 = 652.0;
/// Pixels a radian of a closer look.
const CLOSE: f64 = 1304.0;
/// A closer look pays where the picture has this many times the pixels of the first.
const PAYS: f64 = 1.3;
/// How likely a face must be to be looked at again, and to be proposed.
const FACE: [f64; 2] = [0.22, 0.40];
/// A face of which the first view had this many pixels needs no closer look.
const LARGE_FACE: f64 = 40.0;
/// Pixels of the source that a line must be high to be read.
const LEGIBLE: f64 = 6.0;
/// How much a closer look at writing shows at least, degrees: seen alone, a line is taken for several or for none.
const AROUND: f64 = 30.0;
/// Most closer looks of each kind.
const MOST_CLOSER: usize = 40;
/// How much of the work the first views are.
const FIRST_PART: f64 = 0.75;

/// The installed models.
pub struct Detector {
    faces: Option<Network>,
    text: Option<Network>,
}

impl Detector {
    /// From the files of models, each with its name.
    ///
    /// # Errors
    /// [`DetectError::NoModel`] without any, [`DetectError::UnknownModel`] for a file that is none of the known ones.
    pub fn new(files: Vec<(String, Vec<u8>)>) -> Result<Self, DetectError> {
        let mut detector = Self { faces: None, text: None };
        for (name, bytes) in files {
            let network = Network::load(recognised(&bytes, &name)?, bytes)?;
            match network.known.task {
                Task::Faces => detector.faces = Some(network),
                Task::Text => detector.text = Some(network),
            }
        }
        if detector.faces.is_none() && detector.text.is_none() {
            return Err(DetectError::NoModel);
        }
        Ok(detector)
    }

    /// The names of the models.
    pub fn models(&self) -> Vec<&'static str> {
        let of = |network: &Option<Network>| network.as_ref().map(|network| network.known.name);
        [of(&self.faces), of(&self.text)].into_iter().flatten().collect()
    }

    /// All that is found, the surest first. `progress` is called with values from 0 to 1.
    pub fn search(
        &self,
        sphere: &Sphere,
        cancel: &Cancel,
        progress: &dyn Fn(f64),
    ) -> Result<Vec<Finding>, DetectError> {
        let first = FIRST.min(sphere.resolution());
        let looks = around(first);
        let (mut seen_faces, mut written) = (Vec::new(), Vec::new());
        for (index, look) in looks.iter().enumerate() {
            stop_if(cancel)?;
            let shot = sphere.shoot(*look);
            if let Some(network) = &self.faces {
                seen_faces.extend(faces_of(network, &shot, look, FACE[0])?);
            }
            if let Some(network) = &self.text {
                let judge = Judge { model: network.known.name, legible: 0.0, loose: true };
                written.extend(judge.findings(&lines(network, &shot)?, look));
            }
            progress(FIRST_PART * (index + 1) as f64 / looks.len() as f64);
        }
        let size = |finding: &Finding| finding.polygon().map_or(0.0, |polygon| polygon.share());
        let seen_faces = once(seen_faces, |finding| finding.confidence);
        let written = once(written, size);
        let count = seen_faces.len().min(MOST_CLOSER) + written.len().min(MOST_CLOSER);
        let mut done = 0;
        let mut step = || {
            done += 1;
            progress(FIRST_PART + (1.0 - FIRST_PART) * f64::from(done) / count.max(1) as f64);
        };
        let mut found = Vec::new();
        for face in seen_faces.into_iter().take(MOST_CLOSER) {
            stop_if(cancel)?;
            found.extend(self.closer_face(sphere, face, first)?);
            step();
        }
        let mut papers = Vec::new();
        for region in written.into_iter().take(MOST_CLOSER) {
            stop_if(cancel)?;
            papers.extend(self.closer_text(sphere, &region)?);
            step();
        }
        found.extend(once(papers, size));
        found.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
        Ok(found)
    }

    /// All that is found in a photo, the surest first. One look: nothing larger than what is looked at is handed out of it.
    pub fn search_photo(&self, photo: &Photo) -> Result<Vec<Finding>, DetectError> {
        let mut found = Vec::new();
        if let Some(network) = &self.faces {
            found.extend(faces_of(network, photo.shot(), photo, FACE[1])?);
        }
        if let Some(network) = &self.text {
            let legible = LEGIBLE / photo.focal();
            let judge = Judge { model: network.known.name, legible, loose: false };
            found.extend(judge.findings(&lines(network, photo.shot())?, photo));
        }
        let mut found = once(found, |finding| finding.confidence);
        found.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
        Ok(found)
    }

    /// The face once more, larger, if it was small.
    fn closer_face(
        &self,
        sphere: &Sphere,
        face: Finding,
        first: f64,
    ) -> Result<Option<Finding>, DetectError> {
        let sure = |face: &Finding| face.confidence >= FACE[1];
        let (Some(network), Some(polygon)) = (&self.faces, face.on_sphere()) else {
            return Ok(None);
        };
        let reach = polygon.reach();
        let large = 2.0 * reach.radians() * first > LARGE_FACE;
        if large || sphere.resolution() < PAYS * first {
            return Ok(Some(face).filter(sure));
        }
        let side = Degrees((reach.0 * 8.0).clamp(6.0, 60.0));
        let middle = [polygon.middle().yaw().0, polygon.middle().pitch().0];
        let look = Look::new(middle, side, side, sphere.resolution().min(CLOSE));
        let again = faces(network, &sphere.shoot(look), FACE[0])?;
        let found = again.into_iter().map(|again| Finding {
            confidence: again.score,
            corners: again.corners().map(|corner| look.angles(corner)).to_vec(),
            ..face.clone()
        });
        // The one that was seen before, not another beside it.
        let same = |found: &Finding| {
            found.on_sphere().is_some_and(|found| {
                found.middle().angle_to(polygon.middle()).0 < found.reach().0.max(reach.0)
            })
        };
        Ok(found.into_iter().find(same).filter(sure))
    }

    /// What the writing in a region is part of, seen as large as the picture allows.
    fn closer_text(&self, sphere: &Sphere, region: &Finding) -> Result<Vec<Finding>, DetectError> {
        let (Some(network), Some(polygon)) = (&self.text, region.on_sphere()) else {
            return Ok(Vec::new());
        };
        let side = Degrees((polygon.reach().0 * 2.6).clamp(AROUND, 90.0));
        let middle = [polygon.middle().yaw().0, polygon.middle().pitch().0];
        let look = Look::new(middle, side, side, sphere.resolution().min(CLOSE));
        let legible = LEGIBLE / sphere.resolution();
        let judge = Judge { model: network.known.name, legible, loose: false };
        Ok(judge.findings(&lines(network, &sphere.shoot(look))?, &look))
    }
}

/// The faces in a view that are at least as likely as `least`.
fn faces_of(
    network: &Network,
    shot: &Shot,
    view: &impl View,
    least: f64,
) -> Result<Vec<Finding>, DetectError> {
    let finding = |face: Face| Finding {
        kind: MaskKind::Face,
        confidence: face.score,
        model: network.known.name.to_owned(),
        corners: face.corners().map(|corner| view.place(corner)).to_vec(),
        surface: view.surface(),
    };
    Ok(faces(network, shot, least)?.into_iter().map(finding).collect())
}

fn stop_if(cancel: &Cancel) -> Result<(), DetectError> {
    if cancel.is_cancelled() { Err(ImagingError::Cancelled.into()) } else { Ok(()) }
}
