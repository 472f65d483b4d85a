//! The zip of a project: untrusted, so every bound is checked before anything is unpacked.
//!
//! Nothing is ever written under a name of the zip: its paths are keys to look things up by.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};

use zip::ZipArchive;

use super::error::ImportError;
use super::finding::quoted;
use crate::base::limits::mebibytes;

/// What a zip may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Most entries.
    pub entries: u64,
    /// Most bytes of all files, unpacked.
    pub unpacked: u64,
    /// Most bytes of one file, unpacked.
    pub file: u64,
    /// Most times that a file of more than [`SMALL`] bytes may be larger than it is packed.
    pub ratio: u64,
    /// Deepest folder.
    pub depth: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { entries: 80_000, unpacked: 8 << 30, file: 1 << 30, ratio: 200, depth: 16 }
    }
}

/// Below this size nobody minds how densely a file is packed.
pub const SMALL: u64 = 1 << 20;
/// Longest path, bytes.
const MOST_PATH: usize = 512;
/// Size of the record at the end of a zip, and of its longest comment (APPNOTE 6.3.10 §4.3.16).
const END_RECORD: u64 = 22;
const LONGEST_COMMENT: u64 = 0xffff;

/// A file of the zip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    index: usize,
    size: u64,
}

/// Which files a zip has.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    files: BTreeMap<String, Entry>,
    /// Paths in lower case, for tools that wrote names otherwise than they are.
    lower: BTreeMap<String, String>,
}

impl Listing {
    fn new(files: BTreeMap<String, Entry>) -> Self {
        let lower = files.keys().map(|path| (path.to_lowercase(), path.clone())).collect();
        Self { files, lower }
    }

    /// The paths of all files with their sizes, in order.
    pub fn files(&self) -> impl Iterator<Item = (&str, u64)> {
        self.files.iter().map(|(path, entry)| (path.as_str(), entry.size))
    }

    /// The path of the file that is meant by `path`: the same, or one that differs in upper and lower case.
    pub fn path_of(&self, path: &str) -> Option<&str> {
        if let Some((path, _)) = self.files.get_key_value(path) {
            return Some(path);
        }
        self.lower.get(&path.to_lowercase()).map(String::as_str)
    }
}

/// A zip whose directory was found sound.
pub struct Archive<R> {
    zip: ZipArchive<R>,
    listing: Listing,
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the directory and checks every entry of it.
    pub fn open(mut reader: R, bounds: &Bounds) -> Result<Self, ImportError> {
        let found = entry_count(&mut reader)?;
        if found > bounds.entries {
            return Err(ImportError::TooManyEntries { found, most: bounds.entries });
        }
        let zip = ZipArchive::new(reader).map_err(unreadable)?;
        if zip.len() as u64 > bounds.entries {
            let found = zip.len() as u64;
            return Err(ImportError::TooManyEntries { found, most: bounds.entries });
        }
        let (mut files, mut unpacked) = (BTreeMap::new(), 0_u64);
        for index in 0..zip.len() {
            let entry = zip.by_index_data(index).map_err(unreadable)?;
            let path = decoded(entry.name_raw());
            let name = quoted(&path);
            let Some(path) = allowed(&path, bounds.depth) else {
                return Err(ImportError::Path { entry: name });
            };
            if entry.is_symlink() {
                return Err(ImportError::Link { entry: name });
            }
            if entry.is_dir() || path.is_empty() || path.starts_with("__MACOSX/") {
                continue;
            }
            if entry.encrypted() {
                return Err(ImportError::Encrypted { entry: name });
            }
            let (size, packed) = (entry.size(), entry.compressed_size());
            if size > bounds.file {
                let (size, most) = (mebibytes(size), mebibytes(bounds.file));
                return Err(ImportError::EntryTooLarge { entry: name, size, most });
            }
            let ratio = size / packed.max(1);
            if size > SMALL && ratio > bounds.ratio {
                return Err(ImportError::Ratio { entry: name, ratio, most: bounds.ratio });
            }
            unpacked = unpacked.saturating_add(size);
            if unpacked > bounds.unpacked {
                let (size, most) = (mebibytes(unpacked), mebibytes(bounds.unpacked));
                return Err(ImportError::TooLarge { size, most });
            }
            files.insert(path, Entry { index, size });
        }
        Ok(Self { zip, listing: Listing::new(files) })
    }

    /// Which files it has.
    pub fn listing(&self) -> &Listing {
        &self.listing
    }

    /// A whole file of at most `most` bytes.
    pub fn read(&mut self, path: &str, most: u64) -> Result<Vec<u8>, ImportError> {
        let name = || quoted(path);
        let damaged = |reason: String| ImportError::Damaged { entry: quoted(path), reason };
        let entry =
            *self.listing.files.get(path).ok_or_else(|| damaged("it is not there".to_owned()))?;
        if entry.size > most {
            let (size, most) = (mebibytes(entry.size), mebibytes(most));
            return Err(ImportError::EntryTooLarge { entry: name(), size, most });
        }
        let file = self.zip.by_index(entry.index).map_err(|error| damaged(error.to_string()))?;
        let mut bytes = Vec::new();
        // Whatever the directory says: not a byte more than it says is kept.
        file.take(entry.size + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| damaged(error.to_string()))?;
        if bytes.len() as u64 != entry.size {
            return Err(damaged("its size is not the stated one".to_owned()));
        }
        Ok(bytes)
    }
}

/// How many entries the zip says that it has, before its directory is read.
fn entry_count(reader: &mut (impl Read + Seek)) -> Result<u64, ImportError> {
    let failed = |error: std::io::Error| ImportError::Zip { reason: error.to_string() };
    let length = reader.seek(SeekFrom::End(0)).map_err(failed)?;
    let tail_length = length.min(END_RECORD + LONGEST_COMMENT + 20);
    reader.seek(SeekFrom::Start(length - tail_length)).map_err(failed)?;
    let mut tail = Vec::new();
    reader.take(tail_length).read_to_end(&mut tail).map_err(failed)?;
    let end = memchr::memmem::rfind(&tail, b"PK\x05\x06");
    let missing = || ImportError::Zip { reason: "it breaks off before its end".to_owned() };
    let end = end.ok_or_else(missing)?;
    let count = tail.get(end + 10..end + 12).ok_or_else(missing)?;
    let count = u16::from_le_bytes([count[0], count[1]]);
    // 20 bytes before it: where the record with larger numbers is, if there is one (§4.3.15).
    let locator = end.checked_sub(20).and_then(|at| tail.get(at..end));
    let large = match locator.and_then(|locator| locator.strip_prefix(b"PK\x06\x07")) {
        Some(locator) => locator.get(4..12),
        None => None,
    };
    let Some(place) = large.and_then(|place| place.try_into().ok()).map(u64::from_le_bytes) else {
        return Ok(u64::from(count));
    };
    let mut record = [0; 40];
    reader.seek(SeekFrom::Start(place)).map_err(failed)?;
    if reader.read_exact(&mut record).is_err() || !record.starts_with(b"PK\x06\x06") {
        // Something stands before the zip, so that places are not where they are stated. The directory will tell.
        return Ok(u64::from(count));
    }
    let [.., a, b, c, d, e, f, g, h] = record;
    Ok(u64::from_le_bytes([a, b, c, d, e, f, g, h]))
}

/// A name in UTF-8, or in GBK as Chinese Windows writes it.
fn decoded(raw: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(raw) {
        return text.to_owned();
    }
    let (text, _, _) = encoding_rs::GBK.decode(raw);
    text.into_owned()
}

/// A path inside the project with `/` between its parts; `None` for one that is not allowed.
fn allowed(path: &str, depth: usize) -> Option<String> {
    let path = path.replace('\\', "/");
    let is_drive = path.as_bytes().get(1) == Some(&b':');
    if path.len() > MOST_PATH || path.starts_with('/') || is_drive || path.contains('\0') {
        return None;
    }
    let parts: Vec<&str> =
        path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    (parts.len() <= depth && !parts.contains(&"..")).then(|| parts.join("/"))
}

fn unreadable(error: zip::result::ZipError) -> ImportError {
    ImportError::Zip { reason: quoted(&error.to_string()) }
}

#[cfg(test)]
impl Listing {
    /// A zip with these files.
    pub fn of(paths: &[&str]) -> Self {
        let entry = |(index, path): (usize, &&str)| ((*path).to_owned(), Entry { index, size: 1 });
        Self::new(paths.iter().enumerate().map(entry).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use proptest::prelude::*;
    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    use super::*;

    fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn open(bytes: &[u8]) -> Result<Archive<Cursor<&[u8]>>, ImportError> {
        Archive::open(Cursor::new(bytes), &Bounds::default())
    }

    fn slug(bytes: &[u8]) -> &'static str {
        use crate::base::Fault;
        open(bytes).map_or_else(|error| error.slug(), |_| "none")
    }

    #[test]
    fn files_are_found_by_their_paths() {
        let bytes = zipped(&[
            ("app-files\\data.js", b"1"),
            ("./Tiles/客厅.JPG", b"22"),
            ("__MACOSX/x", b""),
        ]);
        let mut archive = open(&bytes).unwrap();
        let files: Vec<_> = archive.listing().files().collect();
        assert_eq!(files, [("Tiles/客厅.JPG", 2), ("app-files/data.js", 1)]);
        assert_eq!(archive.listing().path_of("tiles/客厅.jpg"), Some("Tiles/客厅.JPG"));
        assert_eq!(archive.read("app-files/data.js", 10).unwrap(), b"1");
        assert!(archive.read("app-files/data.js", 0).is_err());
        assert!(archive.read("nowhere", 10).is_err());
    }

    #[test]
    fn names_in_gbk_are_read() {
        assert_eq!(decoded(b"\xbf\xcd\xcc\xfc.jpg"), "客厅.jpg");
        assert_eq!(decoded("客厅.jpg".as_bytes()), "客厅.jpg");
    }

    #[test]
    fn hostile_zips_are_refused_by_name() {
        assert_eq!(slug(b"PK\x03\x04 and nothing more"), "import-zip");
        assert_eq!(slug(b""), "import-zip");
        for path in ["../up", "a/../../b", "/etc/passwd", "C:\\x", "a\\..\\b"] {
            assert_eq!(slug(&zipped(&[(path, b"x")])), "import-path", "{path}");
        }
        assert_eq!(slug(&zipped(&[(&"a/".repeat(20), b"")])), "import-path");
        let bomb = zipped(&[("data.js", &vec![b' '; 3 << 20])]);
        assert_eq!(slug(&bomb), "import-ratio");
        let whole = zipped(&[("a.txt", b"text"), ("b.txt", b"more")]);
        for cut in 1..whole.len() {
            assert_ne!(slug(&whole[..cut]), "none", "{cut}");
        }
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.add_symlink("link.js", "/etc/passwd", SimpleFileOptions::default()).unwrap();
        assert_eq!(slug(&writer.finish().unwrap().into_inner()), "import-link");
    }

    #[test]
    fn too_many_entries_are_refused_before_they_are_read() {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        for number in 0..100_000 {
            writer.start_file(format!("{number}"), stored).unwrap();
        }
        let bytes = writer.finish().unwrap().into_inner();
        assert_eq!(slug(&bytes), "import-too-many-entries");
    }

    #[test]
    fn a_file_that_lies_about_its_size_is_damaged() {
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("data.js", stored).unwrap();
        writer.write_all(&[b'x'; 5000]).unwrap();
        let mut bytes = writer.finish().unwrap().into_inner();
        let directory = memchr::memmem::rfind(&bytes, b"PK\x01\x02").unwrap();
        bytes[directory + 24..directory + 28].copy_from_slice(&10_u32.to_le_bytes());
        let mut archive = open(&bytes).unwrap();
        assert!(archive.read("data.js", 1 << 20).is_err());
    }

    proptest! {
        #[test]
        fn changed_bytes_never_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
            let mut bytes = zipped(&[("a/data.js", b"var a = 1"), ("b.jpg", &[7; 300])]);
            for (place, byte) in changes {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            if let Ok(mut archive) = open(&bytes) {
                let paths: Vec<String> = archive.listing().files().map(|(path, _)| path.to_owned()).collect();
                for path in paths {
                    let _any_answer = archive.read(&path, 1 << 20);
                }
            }
        }

        #[test]
        fn no_path_leads_out(path in "[a./\\\\:房]{0,12}") {
            if let Some(path) = allowed(&path, 16) {
                prop_assert!(!path.starts_with('/') && path.split('/').all(|part| part != ".."));
            }
        }
    }
}
