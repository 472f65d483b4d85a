//! Packages of tours: what is in them, who gets them, and that nothing is in them which masks hide.

use std::io::{Cursor, Read};

use kanfang::auction::people::Role;
use serde_json::{Value, json};
use zip::ZipArchive;

use crate::hotspots;
use crate::support::Site;

fn text(archive: &mut ZipArchive<Cursor<Vec<u8>>>, name: &str) -> String {
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}
