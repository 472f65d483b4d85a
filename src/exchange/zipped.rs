//! Writes a package as a zip, piece by piece: what was written is taken away by whoever sends it on.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::base::Instant;

/// A zip in the making. The same entries at the same instant give the same bytes.
pub struct Zipped {
    writer: ZipWriter<StreamWriter<Outbox>>,
    outbox: Outbox,
    options: SimpleFileOptions,
}

#[derive(Clone, Default)]
struct Outbox(Arc<Mutex<Vec<u8>>>);

impl Write for Outbox {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Zipped {
    /// Nothing yet; entries are dated `at`.
    pub fn new(at: Instant) -> Self {
        let outbox = Outbox::default();
        let options =
            SimpleFileOptions::default().last_modified_time(date(at)).unix_permissions(0o644);
        Self { writer: ZipWriter::new_stream(outbox.clone()), outbox, options }
    }

    /// Adds a file. Pictures are stored as they are, all else is deflated.
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let is_picture = Path::new(path).extension().is_some_and(|extension| extension == "jpg");
        let method =
            if is_picture { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        self.writer.start_file(path, self.options.compression_method(method))?;
        self.writer.write_all(bytes)
    }

    /// What has been written since the last time.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut *self.outbox.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The rest, with the directory.
    pub fn finish(self) -> io::Result<Vec<u8>> {
        self.writer.finish()?;
        Ok(std::mem::take(&mut *self.outbox.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

fn date(at: Instant) -> DateTime {
    let Ok(local) = at.to_timestamp().in_tz("UTC") else { return DateTime::default() };
    DateTime::from_date_and_time(
        local.year().unsigned_abs(),
        local.month().unsigned_abs(),
        local.day().unsigned_abs(),
        local.hour().unsigned_abs(),
        local.minute().unsigned_abs(),
        local.second().unsigned_abs(),
    )
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;

    #[test]
    fn what_was_added_is_read_back() {
        let at = Instant::from_millis(1_900_000_000_000);
        let mut zipped = Zipped::new(at);
        let mut whole = Vec::new();
        for (path, bytes) in [("说明.txt", b"text".as_slice()), ("a/b.jpg", &[7; 5000])] {
            zipped.add(path, bytes).unwrap();
            whole.extend(zipped.take());
        }
        whole.extend(zipped.finish().unwrap());
        let mut archive = zip::ZipArchive::new(Cursor::new(whole)).unwrap();
        assert_eq!(archive.len(), 2);
        let mut bytes = Vec::new();
        archive.by_name("a/b.jpg").unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, [7; 5000]);
        assert!(archive.by_name("说明.txt").is_ok());
    }
}
