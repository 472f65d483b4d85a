//! Dependencies point downwards: the floors of `ARCHITECTURE.md`, read from the `use` lines.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use syn::visit::Visit;

/// Each module's floor. A module may use modules of its own floor and below.
const FLOORS: [(&str, u32); 25] = [
    ("base", 0),
    ("geometry", 0),
    ("auction", 1),
    ("codec", 1),
    ("config", 1),
    ("container", 1),
    ("detect", 1),
    ("exchange", 1),
    ("imaging", 1),
    ("passwords", 1),
    ("proof", 1),
    ("stitch", 1),
    ("texts", 1),
    ("blob", 2),
    ("catalogue", 2),
    ("compute", 2),
    ("jobs", 2),
    ("worker", 2),
    ("live", 3),
    ("photo", 3),
    ("upkeep", 3),
    ("video", 3),
    ("http", 4),
    ("app", 4),
    ("clockwork", 4),
];

/// Crates that only one module may name.
const OWNERS: [(&str, &[&str]); 5] = [
    ("sqlx", &["catalogue"]),
    ("object_store", &["blob"]),
    ("ffmpeg_next", &["codec"]),
    ("rten", &["detect"]),
    ("actix_web", &["http", "app", "cli"]),
];

/// The three journeys never use one another.
const JOURNEYS: [&str; 3] = ["photo", "video", "live"];

#[derive(Default)]
struct Paths(Vec<Vec<String>>);

impl Paths {
    fn add(&mut self, prefix: &[String], tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => {
                let mut prefix = prefix.to_vec();
                prefix.push(path.ident.to_string());
                self.add(&prefix, &path.tree);
            }
            syn::UseTree::Name(name) => self.push(prefix, name.ident.to_string()),
            syn::UseTree::Rename(rename) => self.push(prefix, rename.ident.to_string()),
            syn::UseTree::Glob(_) => self.0.push(prefix.to_vec()),
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.add(prefix, tree));
            }
        }
    }

    fn push(&mut self, prefix: &[String], last: String) {
        let mut path = prefix.to_vec();
        path.push(last);
        self.0.push(path);
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        syn::visit::visit_path(self, path);
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn faults_of(module: &str, file: &str, text: &str) -> Vec<String> {
    let floors: BTreeMap<&str, u32> = FLOORS.into_iter().collect();
    let mut paths = Paths::default();
    paths.visit_file(&syn::parse_file(text).unwrap());
    let mut faults = Vec::new();
    for path in paths.0 {
        let Some(first) = path.first() else { continue };
        for (name, owners) in OWNERS {
            if first == name && !owners.contains(&module) {
                faults.push(format!("{file} names {name}, which only {owners:?} may"));
            }
        }
        let Some(target) = path.get(1).filter(|_| first == "crate") else { continue };
        let Some(&above) = floors.get(target.as_str()) else { continue };
        if floors.get(module).is_some_and(|&floor| floor < above) {
            faults.push(format!("{file} looks up from {module} to {target}"));
        }
        let both = JOURNEYS.contains(&module) && JOURNEYS.contains(&target.as_str());
        if both && module != target {
            faults.push(format!("{file}: the journeys {module} and {target} must not meet"));
        }
    }
    faults
}

#[test]
fn modules_use_only_their_own_floor_and_those_below() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 10);
    let mut faults = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&root).unwrap();
        let module = inside.iter().next().unwrap().to_string_lossy().replace(".rs", "");
        let text = std::fs::read_to_string(&file).unwrap();
        faults.extend(faults_of(&module, &inside.display().to_string(), &text));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_check_sees_what_it_must_see() {
    let upwards = "use crate::{base::Cancel, http::Problem};";
    assert_eq!(faults_of("imaging", "x.rs", upwards).len(), 1);
    assert_eq!(faults_of("photo", "x.rs", "fn f() { crate::live::go() }").len(), 1);
    assert_eq!(faults_of("photo", "x.rs", "fn f() { sqlx::query(\"\"); }").len(), 1);
    assert_eq!(faults_of("http", "x.rs", upwards).len(), 0);
}
