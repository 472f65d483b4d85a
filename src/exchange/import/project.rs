//! Finds the project in a zip and reads it.

use std::collections::{HashMap, HashSet};
use std::io::{Read, Seek};

use serde::{Deserialize, Serialize};

use super::archive::Archive;
use super::error::ImportError;
use super::films;
use super::finding::{Finding, quoted};
use super::html;
use super::script::{self, Script, Value};
use super::source::{Folder, Source};
use super::words;
use super::{marzipano, pannellum, psv};
use crate::auction::hotspots::MAX_HOTSPOTS;
use crate::auction::tour::{MAX_LINKS, MAX_SCENES, MAX_TITLE_CHARACTERS};
use crate::exchange::{Scene, Tour};

/// Most bytes of a file that is searched for settings.
const MOST_SETTINGS: u64 = 16 << 20;
/// Most files that are searched, and most bytes of them together.
const MOST_FILES: usize = 400;
const MOST_SEARCHED: u64 = 64 << 20;

/// A program whose projects are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tool {
    /// The Marzipano Tool.
    Marzipano,
    /// Pannellum.
    Pannellum,
    /// Photo Sphere Viewer.
    Psv,
}

impl Tool {
    const ALL: [Self; 3] = [Self::Marzipano, Self::Pannellum, Self::Psv];

    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Marzipano => "marzipano",
            Self::Pannellum => "pannellum",
            Self::Psv => "psv",
        }
    }

    /// The name that people know.
    pub fn title(self) -> &'static str {
        match self {
            Self::Marzipano => "Marzipano",
            Self::Pannellum => "Pannellum",
            Self::Psv => "Photo Sphere Viewer",
        }
    }

    /// How many scenes a value has, if it is this tool's settings; else 0.
    fn scenes_in(self, value: &Value) -> usize {
        match self {
            Self::Marzipano => marzipano::scenes_in(value),
            Self::Pannellum => pannellum::scenes_in(value),
            Self::Psv => psv::scenes_in(value),
        }
    }

    fn read(self, value: &Value, folder: Folder<'_>) -> Reading {
        match self {
            Self::Marzipano => marzipano::read(value, folder),
            Self::Pannellum => pannellum::read(value, folder),
            Self::Psv => psv::read(value, folder),
        }
    }
}

/// What a tool's reader understood.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// What is shown, if it says so.
    pub title: String,
    /// Id of the first scene.
    pub start: String,
    /// Scenes, with their pixels where those are there. Reasons for the lack of them are among the findings.
    pub scenes: Vec<(Scene, Option<Source>)>,
    /// What there is to tell.
    pub findings: Vec<Finding>,
}

/// A project that was understood: its tour, where the pixels are, and what is left behind.
#[derive(Clone, Debug)]
pub struct Project {
    /// Whose it is.
    pub tool: Tool,
    /// Scenes with names, views, ways and notes; ids are the project's own.
    pub tour: Tour,
    /// The pixels of each scene.
    pub sources: Vec<Source>,
    /// What is left behind.
    pub findings: Vec<Finding>,
}

/// A value of a file that is some tool's settings.
struct Candidate {
    tool: Tool,
    file: String,
    value: Value,
    scenes: usize,
}

impl Project {
    /// Finds the project of a zip and reads it. Decodes no picture.
    pub fn read<R: Read + Seek>(archive: &mut Archive<R>) -> Result<Self, ImportError> {
        let mut candidates = Vec::new();
        let mut mistake = None;
        let mut searched = 0;
        for (path, size) in files_to_search(archive) {
            searched += size;
            if searched > MOST_SEARCHED {
                break;
            }
            let bytes = archive.read(&path, MOST_SETTINGS)?;
            match scripts_of(&path, &bytes) {
                Ok(scripts) => {
                    for script in scripts {
                        if let Some(error) = &script.mistake {
                            mistake.get_or_insert((path.clone(), error.to_string()));
                        }
                        candidates.extend(best_of(&path, script));
                    }
                }
                Err(error) => {
                    mistake.get_or_insert((path.clone(), error.to_string()));
                }
            }
        }
        // The most scenes; then what lies higher up. The order of the files decides what is left.
        candidates.sort_by_key(|found| {
            (std::cmp::Reverse(found.scenes), found.file.matches('/').count())
        });
        let others = candidates.len().saturating_sub(1);
        let Some(chosen) = candidates.into_iter().next() else {
            return Err(match mistake {
                Some((file, reason)) => ImportError::Unreadable { file: quoted(&file), reason },
                None => ImportError::NoProject,
            });
        };
        let folder = Folder::of(archive.listing(), &chosen.file);
        let mut reading = chosen.tool.read(&chosen.value, folder);
        if others > 0 {
            let finding = Finding::new("import-others").with("file", &chosen.file);
            reading.findings.push(finding.with("count", others));
        }
        let mut project = finish(chosen.tool, reading)?;
        films::read_captions(archive, &mut project.tour, &mut project.findings);
        Ok(project)
    }
}

/// Files that may hold settings, the likeliest first.
fn files_to_search<R: Read + Seek>(archive: &Archive<R>) -> Vec<(String, u64)> {
    let is_code = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let ending = name.rsplit_once('.').map(|(_, ending)| ending);
        let viewers =
            ["three", "jquery", "pannellum", "libpannellum", "marzipano", "screenfull", "bowser"];
        let is_viewer = path.contains("node_modules/")
            || name.contains(".min.")
            || viewers.iter().any(|viewer| name.strip_suffix(".js") == Some(viewer));
        matches!(ending, Some("json" | "js" | "mjs" | "html" | "htm")) && !is_viewer
    };
    let mut files: Vec<(String, u64)> = archive
        .listing()
        .files()
        .filter(|(path, size)| is_code(path) && *size <= MOST_SETTINGS)
        .map(|(path, size)| (path.to_owned(), size))
        .collect();
    files.sort_by_key(|(path, _)| path.matches('/').count());
    files.truncate(MOST_FILES);
    files
}

fn scripts_of(path: &str, bytes: &[u8]) -> Result<Vec<Script>, script::ScriptError> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => std::borrow::Cow::Borrowed(text),
        // Old Chinese tools write GBK.
        Err(_) => encoding_rs::GBK.decode(bytes).0,
    };
    let is_page =
        path.to_ascii_lowercase().ends_with("html") || path.to_ascii_lowercase().ends_with("htm");
    if is_page {
        html::scripts(&text).into_iter().map(script::read).collect()
    } else {
        Ok(vec![script::read(&text)?])
    }
}

/// The best settings of a script for any tool.
fn best_of(path: &str, script: Script) -> Option<Candidate> {
    let mut names = Names::new(&script.bindings);
    let roots: Vec<Value> = script
        .bindings
        .iter()
        .map(|(_, value)| value)
        .chain(&script.calls)
        .map(|root| names.resolved(root, 0))
        .collect();
    let mut best: Option<(Tool, usize, &Value)> = None;
    let mut waiting: Vec<&Value> = roots.iter().rev().collect();
    while let Some(value) = waiting.pop() {
        for tool in Tool::ALL {
            let scenes = tool.scenes_in(value);
            if scenes > best.map_or(0, |(_, most, _)| most) {
                best = Some((tool, scenes, value));
            }
        }
        waiting.extend(value.children());
    }
    let (tool, scenes, value) = best?;
    Some(Candidate { tool, file: path.to_owned(), value: value.clone(), scenes })
}

/// Names of a script and what they stand for.
struct Names<'a> {
    values: HashMap<&'a str, &'a Value>,
    /// How many more values may be put in the place of names: a few lines can stand for a billion values.
    left: usize,
}

impl<'a> Names<'a> {
    fn new(bindings: &'a [(String, Value)]) -> Self {
        let values = bindings.iter().map(|(name, value)| (name.as_str(), value)).collect();
        Self { values, left: script::MOST_VALUES }
    }

    /// The value with names replaced by what they stand for, as far as that is known.
    fn resolved(&mut self, value: &Value, depth: u32) -> Value {
        if depth > script::MOST_DEEP {
            return Value::Other;
        }
        match value {
            Value::Name(name) => {
                let known = self.values.get(name.as_str()).copied();
                match known.filter(|_| self.left > 0) {
                    Some(known) => self.resolved(known, depth + 1),
                    None => value.clone(),
                }
            }
            Value::List(items) => Value::List(self.all(items, depth)),
            Value::Call { name, arguments } => {
                Value::Call { name: name.clone(), arguments: self.all(arguments, depth) }
            }
            Value::Object(entries) => {
                let mut resolved = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    resolved.push((key.clone(), self.resolved(value, depth + 1)));
                }
                self.left = self.left.saturating_sub(entries.len());
                Value::Object(resolved)
            }
            Value::Joined(pieces) => joined(self.all(pieces, depth)),
            Value::Function { parameters, result } => {
                // A parameter hides what has its name outside.
                let hidden: Vec<_> = parameters
                    .iter()
                    .filter_map(|name| self.values.remove_entry(name.as_str()))
                    .collect();
                let result = Box::new(self.resolved(result, depth + 1));
                self.values.extend(hidden);
                Value::Function { parameters: parameters.clone(), result }
            }
            other => other.clone(),
        }
    }

    fn all(&mut self, values: &[Value], depth: u32) -> Vec<Value> {
        self.left = self.left.saturating_sub(values.len());
        let mut resolved = Vec::with_capacity(values.len());
        for value in values {
            resolved.push(self.resolved(value, depth + 1));
        }
        resolved
    }
}

/// A text where all pieces are known.
fn joined(pieces: Vec<Value>) -> Value {
    let mut merged: Vec<Value> = Vec::new();
    for piece in pieces {
        let piece = match piece {
            Value::Number(number) => Value::Text(number.to_string()),
            Value::Joined(inner) => {
                merged.extend(inner);
                continue;
            }
            piece => piece,
        };
        merged.push(piece);
    }
    if merged.iter().all(|piece| matches!(piece, Value::Text(_))) {
        return Value::Text(merged.iter().filter_map(Value::text).collect());
    }
    Value::Joined(merged)
}

/// Leaves out what our tours cannot hold, and tells it.
fn finish(tool: Tool, reading: Reading) -> Result<Project, ImportError> {
    let Reading { title, start, scenes, mut findings } = reading;
    let mut kept = HashSet::new();
    let count = scenes.len();
    let (mut tour_scenes, mut sources) = (Vec::new(), Vec::new());
    for (mut scene, source) in scenes {
        let Some(source) = source else { continue };
        if tour_scenes.len() == MAX_SCENES {
            findings.push(Finding::new("import-too-many-scenes").with("most", MAX_SCENES));
            break;
        }
        if !kept.insert(scene.id.clone()) {
            findings.push(Finding::new("import-twice").with("scene", &scene.title));
            continue;
        }
        scene.title = words::line(&words::from_html(&scene.title).text, MAX_TITLE_CHARACTERS);
        if scene.title.is_empty() {
            scene.title = (tour_scenes.len() + 1).to_string();
        }
        tour_scenes.push(scene);
        sources.push(source);
    }
    for scene in &mut tour_scenes {
        let own = scene.id.clone();
        scene.links.retain(|link| {
            let leads = kept.contains(&link.target) && link.target != own;
            if !leads {
                let finding = Finding::new("import-link-nowhere").with("scene", &scene.title);
                findings.push(finding.with("target", &link.target));
            }
            leads
        });
        if scene.links.len() > MAX_LINKS || scene.notes.len() > MAX_HOTSPOTS {
            findings.push(Finding::new("import-too-many-marks").with("scene", &scene.title));
            scene.links.truncate(MAX_LINKS);
            scene.notes.truncate(MAX_HOTSPOTS);
        }
    }
    if tour_scenes.is_empty() {
        let lacks =
            |finding: &Finding| finding.args.get("file").or(finding.args.get("address")).cloned();
        let example = findings.iter().find_map(lacks).unwrap_or_default();
        return Err(ImportError::NoScenes { scenes: count, example });
    }
    let start = if kept.contains(&start) { start } else { tour_scenes[0].id.clone() };
    let title = words::line(&words::from_html(&title).text, MAX_TITLE_CHARACTERS);
    for scene in findings.iter_mut().filter_map(|finding| finding.args.get_mut("scene")) {
        *scene = quoted(&words::line(&words::from_html(scene).text, MAX_TITLE_CHARACTERS));
    }
    // Many projects say the same of every mark.
    let mut told = HashSet::new();
    findings.retain(|finding| told.insert((finding.slug.clone(), finding.args.clone())));
    let tour = Tour { title, author: String::new(), start, scenes: tour_scenes };
    Ok(Project { tool, tour, sources, findings })
}
