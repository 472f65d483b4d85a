//! What a set of photos may cost: how much of each is kept, how many threads work, how wide the panorama gets. Decided
//! from the headers, before anything is decoded, so that memory stays within a budget.
//!
//! The sums are upper estimates of what the steps hold at once (`docs/stitching.md` lists them); they were compared
//! with what the program took at most for sets of 4 to 120 photos.

use turbojpeg::Subsamp;

use super::compose::tile_bytes;
use super::error::StitchError;
use super::photo::{Photo, WORKING_PIXELS};
use super::seams::FINE;
use crate::base::Limits;
use crate::imaging::decode::{self, Wanted};
use crate::imaging::header::Header;

/// A file of the set as far as its header tells.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its header.
    pub header: Header,
    /// Length of the file.
    pub bytes: u64,
}

impl Stored {
    /// Reads the header of a whole file, within limits.
    pub fn read(name: &str, file: &[u8], limits: &Limits) -> Result<Self, StitchError> {
        let fail = |fault| StitchError::Photo { name: name.to_owned(), fault };
        Ok(Self { header: Header::read(file, limits).map_err(fail)?, bytes: file.len() as u64 })
    }
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Most pixels kept of each photo.
    pub most_pixels: f64,
    /// Threads, and so photos that are decoded at once.
    pub threads: usize,
    /// Columns of the widest panorama that is made unasked.
    pub widest: usize,
}

/// Widest panorama that is made unasked, where memory allows.
pub const WIDEST: usize = 8192;
/// No panorama is made narrower than this unasked.
const NARROWEST: usize = 2048;
/// The program, its libraries and the stacks of its threads, bytes.
const PROGRAM: f64 = 16e6;
/// Pixels below which no photo is reduced.
const LEAST_PIXELS: f64 = 6e5;
/// The allocator's waste.
const WASTE: f64 = 1.08;

impl Plan {
    /// The plan that keeps most of the photos within `budget` bytes of memory on up to `threads` threads, for a panorama
    /// of `width` columns (as the photos allow if `None`).
    pub fn of(
        files: &[Stored],
        width: Option<usize>,
        threads: usize,
        budget: u64,
    ) -> Result<Self, StitchError> {
        let widths = match width {
            Some(width) => vec![width],
            None => vec![WIDEST, 6144, 4096, 3072, NARROWEST],
        };
        let mut least = f64::INFINITY;
        for &widest in &widths {
            let ideal = Photo::most_pixels(Some(widest), files.len());
            let mut most_pixels = ideal;
            // Half of the ideal is seen in the picture; then rather a thread less, then less of the photos.
            let floors = [(threads, ideal * 0.5), (1, ideal * 0.5), (1, LEAST_PIXELS)];
            for (threads, floor) in floors {
                loop {
                    let plan = Self { most_pixels, threads, widest };
                    let need = plan.need(files, width.is_some());
                    if need <= budget as f64 {
                        return Ok(plan);
                    }
                    least = least.min(need);
                    if most_pixels <= floor.max(LEAST_PIXELS) {
                        break;
                    }
                    most_pixels = (most_pixels * 0.85).max(LEAST_PIXELS);
                }
            }
        }
        Err(StitchError::TooMuchMemory {
            need_mib: (least as u64 >> 20) + 1,
            limit_mib: budget >> 20,
        })
    }

    /// Bytes held at most. `asked`: the width was given, so photos may have to be shrunk for it once more.
    fn need(&self, files: &[Stored], asked: bool) -> f64 {
        let threads = self.threads as f64;
        let wanted = Wanted { rgb: false, accept_damaged: false };
        let (mut kept, mut luma, mut grey, mut decoding) = (0.0, 0.0, 0.0, 0.0_f64);
        for file in files {
            let stored = f64::from(file.header.width) * f64::from(file.header.height);
            let pixels = stored.min(1.1 * self.most_pixels);
            kept += pixels
                * match file.header.jpeg.map(|jpeg| jpeg.subsamp) {
                    Some(Subsamp::None) => 3.0,
                    Some(Subsamp::Sub2x2 | Subsamp::Gray) | None => 1.6,
                    Some(_) => 2.1,
                };
            luma += pixels;
            grey += 4.0 * pixels.min(WORKING_PIXELS);
            let decode = decode::memory(&file.header, wanted, self.most_pixels) + file.bytes;
            // Beside it the plane that is being shrunk, in floats.
            decoding = decoding.max(decode as f64 + 5.0 * pixels);
        }
        let count = files.len() as f64;
        // Descriptors, and the links between photos that overlap, of which there are up to 24.
        let features = count * 4e5 + count * count.min(24.0) * 9e3;
        // Scale space of one photo a thread; later tracking on halves.
        let layout = (threads * 58.0 * WORKING_PIXELS.min(luma / count.max(1.0))).max(0.3 * luma);
        let width = self.widest as f64;
        let panorama = 1.5 * width * width;
        let seams = {
            let side = (width / 8.0).clamp(256.0, 768.0);
            let seen_by = (0.22 * count).max(count.min(4.0));
            // Some of it twice while rows are put together, and one graph of an expansion.
            side * side / 2.0 * (seen_by * 36.0 * 1.25 + 90.0)
                + (2.3 * (FINE * FINE) as f64 * seen_by * side * side / 2.0).min(kept)
        };
        let shrunk = if asked { 0.52 * kept } else { 0.0 };
        // A tile a thread, and a band of tiles that are done.
        let blend = (threads + 1.5) * tile_bytes(self.widest) as f64;
        let encoded = 0.5 * width * width;
        let phases = [
            threads * decoding,
            features + layout,
            features + shrunk + seams.max(panorama + blend.max(encoded)),
        ];
        let most = phases.into_iter().fold(0.0, f64::max);
        PROGRAM + WASTE * (kept + grey + most)
    }

    /// Runs `work` on as many threads as the plan has.
    pub fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        match rayon::ThreadPoolBuilder::new().num_threads(self.threads).build() {
            Ok(pool) => pool.install(work),
            // No more threads are to be had: then on those that there are.
            Err(_) => work(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::header::SourceFormat;

    fn files(count: usize, width: u32, height: u32) -> Vec<Stored> {
        let header = Header {
            format: SourceFormat::Jpeg,
            width,
            height,
            icc: None,
            jpeg: None,
            embedded: None,
        };
        vec![Stored { header, bytes: 4 << 20 }; count]
    }

    const GIB: u64 = 1 << 30;

    #[test]
    fn a_small_set_is_kept_whole_and_a_large_one_is_reduced() {
        let plan = Plan::of(&files(12, 1600, 1200), Some(4096), 2, GIB).unwrap();
        assert!(plan.most_pixels > 1600.0 * 1200.0 && plan.threads == 2);
        let plan = Plan::of(&files(120, 4000, 3000), None, 2, 3 * GIB / 2).unwrap();
        assert!(plan.most_pixels < 2e6 && plan.widest == WIDEST);
        assert!(plan.need(&files(120, 4000, 3000), false) <= 1.5 * GIB as f64);
    }

    #[test]
    fn less_memory_never_allows_more() {
        let files = files(60, 8000, 6000);
        let mut before: Option<Plan> = None;
        for mib in (400..6000).step_by(100) {
            let Ok(plan) = Plan::of(&files, None, 4, mib << 20) else {
                assert!(before.is_none());
                continue;
            };
            if let Some(before) = before {
                assert!(plan.widest >= before.widest);
                if plan.widest == before.widest {
                    assert!(plan.threads >= before.threads);
                }
            }
            assert!(plan.need(&files, false) <= (mib << 20) as f64);
            before = Some(plan);
        }
        assert!(before.is_some());
    }

    #[test]
    fn what_cannot_be_is_refused_with_what_it_needs() {
        let files = files(120, 8000, 6250);
        let Err(StitchError::TooMuchMemory { need_mib, limit_mib: 200 }) =
            Plan::of(&files, None, 2, 200 << 20)
        else {
            panic!("200 MiB are too few");
        };
        assert!(Plan::of(&files, None, 2, need_mib << 20).is_ok());
        assert!(Plan::of(&files, None, 2, (need_mib - 1) << 20).is_err());
    }
}
