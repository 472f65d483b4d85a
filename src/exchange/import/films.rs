//! Videos of marks that are in the zip, and their captions: WebVTT files that the mark names or that lie beside the video.

use std::collections::HashMap;
use std::io::{Read, Seek};

use super::archive::Archive;
use super::finding::Finding;
use super::html::Shown;
use super::source::{Folder, Place};
use crate::auction::hotspots::MAX_VIDEOS;
use crate::exchange::captions::{self, CaptionError};
use crate::exchange::model::Film;
use crate::exchange::{Note, Tour};

/// Most bytes of a file of captions: 200 cues of 200 characters take a fifth.
const MOST_CAPTIONS: u64 = 1 << 20;
/// Most files of captions that are read.
const MOST_FILES: usize = 100;
/// What a file with moving pictures is called.
const ENDINGS: [&str; 4] = ["mp4", "m4v", "mov", "webm"];
/// Letters of the digest with which our own export tells files of captions of one video apart.
const DIGEST: usize = 8;

/// The videos of a mark that are in the zip, each once, as many as a hotspot may have; and whether others are left behind.
pub fn films(
    scene: &str,
    name: &str,
    shown: impl Iterator<Item = Shown>,
    folder: Folder<'_>,
    findings: &mut Vec<Finding>,
) -> (Vec<Film>, bool) {
    let (mut films, mut left): (Vec<Film>, bool) = (Vec::new(), false);
    for Shown { address, track } in shown {
        let Place::Here(path) = folder.find(&address) else {
            left = true;
            continue;
        };
        if !ending(&path).is_some_and(|ending| ENDINGS.contains(&ending.as_str())) {
            left = true;
        } else if films.iter().all(|film| film.path != path) {
            if films.len() == MAX_VIDEOS {
                let finding = Finding::new("import-too-many-films").with("scene", scene);
                findings.push(finding.with("name", name));
                break;
            }
            let track = track.and_then(|address| match folder.find(&address) {
                Place::Here(path) => Some(path),
                Place::Remote(file) | Place::Missing(file) => {
                    let finding = Finding::new("import-captions-missing").with("scene", scene);
                    findings.push(finding.with("name", name).with("file", file));
                    None
                }
            });
            films.push(Film { path, track, cues: Vec::new() });
        }
    }
    (films, left)
}

/// Reads the captions of all videos. What cannot be read is told, and costs only itself.
pub fn read_captions<R: Read + Seek>(
    archive: &mut Archive<R>,
    tour: &mut Tour,
    findings: &mut Vec<Finding>,
) {
    if tour.scenes.iter().all(|scene| scene.notes.iter().all(|note| note.films.is_empty())) {
        return;
    }
    let beside = beside(archive);
    let mut read = 0;
    for scene in &mut tour.scenes {
        let title = scene.title.as_str();
        for Note { title: name, films, .. } in &mut scene.notes {
            for film in films {
                let told =
                    |slug: &str| Finding::new(slug).with("scene", title).with("name", &*name);
                let file = match film.track.take() {
                    Some(file) => file,
                    None => match beside.get(stem(&film.path)).map(Vec::as_slice) {
                        Some([file]) => file.clone(),
                        Some(_) => {
                            findings.push(told("import-captions-several"));
                            continue;
                        }
                        None => continue,
                    },
                };
                if read == MOST_FILES {
                    findings.push(Finding::new("import-captions-most").with("most", MOST_FILES));
                    return;
                }
                read += 1;
                match cues(archive, &file) {
                    Ok(cues) => film.cues = cues,
                    Err(error) => {
                        let finding = told(error.slug()).with("file", &file);
                        findings.push(finding.with("number", error.number()));
                    }
                }
            }
        }
    }
}

fn cues<R: Read + Seek>(
    archive: &mut Archive<R>,
    file: &str,
) -> Result<Vec<crate::auction::captions::Cue>, CaptionError> {
    let bytes = archive.read(file, MOST_CAPTIONS).map_err(|_| CaptionError::NoFile)?;
    captions::read(std::str::from_utf8(&bytes).map_err(|_| CaptionError::NoFile)?)
}

/// The files of captions by the video beside which they lie, as its path without ending.
fn beside<R: Read + Seek>(archive: &Archive<R>) -> HashMap<String, Vec<String>> {
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    for (path, _) in archive.listing().files() {
        if ending(path).as_deref() != Some("vtt") {
            continue;
        }
        let stem = stem(path);
        let own = stem.rsplit_once('-').filter(|(_, digest)| {
            digest.len() == DIGEST && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        if let Some((video, _)) = own {
            found.entry(video.to_owned()).or_default().push(path.to_owned());
        }
        found.entry(stem.to_owned()).or_default().push(path.to_owned());
    }
    found
}

fn ending(path: &str) -> Option<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase())
}

fn stem(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{told, zip};
    use super::super::project::Project;

    const SPHERE: &str = "'type': 'equirectangular', 'panorama': 'a.jpg'";

    fn project(mark: &str, files: &[(&str, &str)]) -> Project {
        let text = format!(
            "pannellum.viewer('p', {{'default': {{'firstScene': 'a'}}, 'scenes': {{'a': {{{SPHERE}, 'title': '厨房', \
             'hotSpots': [{{'yaw': 0, 'pitch': 0, 'text': '滴水', {mark}}}]}}}}}})"
        );
        let own = [("index.js", text.as_str()), ("a.jpg", "x"), ("videos/b.mp4", "x")];
        let files = own.iter().chain(files);
        let files: Vec<_> =
            files.map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
        Project::read(&mut zip(&files)).unwrap()
    }

    const VTT: &str = "WEBVTT\n\n00:00.500 --> 00:01.000\n滴水声\n";

    #[test]
    fn captions_beside_a_video_are_read() {
        for path in ["videos/b.vtt", "videos/b-0123abcd.vtt"] {
            let project = project("'video': 'videos/b.mp4'", &[(path, VTT)]);
            assert_eq!(told(&project), Vec::<&str>::new());
            let film = &project.tour.scenes[0].notes[0].films[0];
            assert_eq!((film.path.as_str(), film.cues.len()), ("videos/b.mp4", 1));
            assert_eq!((film.cues[0].start, film.cues[0].text.as_str()), (0.5, "滴水声"));
        }
    }

    #[test]
    fn captions_that_cannot_be_read_are_told_and_the_video_stays() {
        for (files, slug) in [
            (vec![("videos/b.vtt", "滴水")], "import-captions-none"),
            (vec![("videos/b.vtt", "WEBVTT\n\n0:0.5 -> 1\n滴水\n")], "import-captions-time"),
            (
                vec![("videos/b.vtt", "WEBVTT\n\n00:02.000 --> 00:01.000\n滴水\n")],
                "import-captions-cue",
            ),
            (
                vec![("videos/b-0123abcd.vtt", VTT), ("videos/b-0123abce.vtt", VTT)],
                "import-captions-several",
            ),
        ] {
            let project = project("'video': 'videos/b.mp4'", &files);
            assert_eq!(told(&project), [slug]);
            assert!(project.tour.scenes[0].notes[0].films[0].cues.is_empty());
        }
    }

    #[test]
    fn what_is_no_video_of_the_zip_is_left_behind() {
        for address in ["https://example.cn/b.mp4", "videos/c.mp4", "index.js"] {
            let project = project(&format!("'video': '{address}'"), &[]);
            assert_eq!(told(&project), ["import-media"], "{address}");
        }
    }
}
