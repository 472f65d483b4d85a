//! Broken, hostile and merely odd files, built in memory, each with the answer that it must get.

use std::io::Write as _;

use kanfang::photo::probe::TakenFor;
use turbojpeg::{Compressor, Image, PixelFormat};

/// The answer that a file must get.
pub enum Answer {
    /// An error with this slug.
    Error(&'static str),
    /// A report that takes it for this, with at least these warnings.
    Report(TakenFor, &'static [&'static str]),
}

/// One file of the corpus.
pub struct Recipe {
    /// Its name, as somebody would upload it.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What must come of it.
    pub answer: Answer,
}

/// A photo-like picture without a turn: blocks of grey that end differently left and right.
pub fn photo(width: usize, height: usize, channels: usize) -> Vec<u8> {
    let mut pixels = Vec::with_capacity(width * height * channels);
    for y in 0..height {
        for x in 0..width {
            let block = (x / 16 * 37 + y / 16 * 91 + (x / 16) * (y / 16) * 13) % 160;
            let value = (40 + block * 3 / 4 + 60 * x / width) as u8;
            pixels.extend(std::iter::repeat_n(value, channels));
        }
    }
    pixels
}

/// A JPEG of [`photo`].
pub fn jpeg(width: usize, height: usize) -> Vec<u8> {
    let pixels = photo(width, height, 3);
    let image =
        Image { pixels: &pixels[..], width, pitch: 3 * width, height, format: PixelFormat::RGB };
    Compressor::new().unwrap().compress_to_vec(image).unwrap()
}

fn cmyk_jpeg() -> Vec<u8> {
    let pixels = photo(160, 120, 4);
    let image = Image {
        pixels: &pixels[..],
        width: 160,
        pitch: 640,
        height: 120,
        format: PixelFormat::CMYK,
    };
    Compressor::new().unwrap().compress_to_vec(image).unwrap()
}

/// A PNG of [`photo`], with chunks put in before the picture data.
pub fn png(width: usize, height: usize, deep: bool, extra: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(if deep { png::BitDepth::Sixteen } else { png::BitDepth::Eight });
    let mut writer = encoder.write_header().unwrap();
    for (kind, data) in extra {
        writer.write_chunk(png::chunk::ChunkType(**kind), data).unwrap();
    }
    let pixels = photo(width, height, if deep { 6 } else { 3 });
    writer.write_image_data(&pixels).unwrap();
    writer.finish().unwrap();
    bytes
}

fn zlib(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// The JPEG with a segment put in after its start mark.
pub fn with_segment(jpeg: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xFF, marker]);
    bytes.extend(u16::try_from(body.len() + 2).unwrap().to_be_bytes());
    bytes.extend(body);
    bytes.extend(&jpeg[2..]);
    bytes
}

/// Where the frame header's marker code is.
fn frame_at(jpeg: &[u8]) -> usize {
    jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap() + 1
}

fn patched(mut bytes: Vec<u8>, at: usize, values: &[u8]) -> Vec<u8> {
    bytes[at..at + values.len()].copy_from_slice(values);
    bytes
}

/// A progressive frame of this size with `scans` scans and no data.
fn progressive(width: u16, height: u16, scans: usize) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xC2, 0, 17, 8];
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes.extend([3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
    for _ in 0..scans {
        bytes.extend([0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 1, 0]);
    }
    bytes.extend([0xFF, 0xD9]);
    bytes
}

/// IHDR with other sizes and a right check sum.
fn png_of_size(width: u32, height: u32) -> Vec<u8> {
    let mut chunk = b"IHDR".to_vec();
    chunk.extend(width.to_be_bytes());
    chunk.extend(height.to_be_bytes());
    chunk.extend([8, 2, 0, 0, 0]);
    let mut sum = flate2::Crc::new();
    sum.update(&chunk);
    chunk.extend(sum.sum().to_be_bytes());
    patched(png(32, 32, false, &[]), 12, &chunk)
}

/// An EXIF segment whose directory is followed by itself.
fn exif_loop() -> Vec<u8> {
    let mut tiff = b"Exif\0\0II*\0\x08\0\0\0".to_vec();
    tiff.extend([1, 0]);
    tiff.extend([0x0F, 0x01, 2, 0, 4, 0, 0, 0, b'C', b'a', b'm', 0]);
    tiff.extend(8_u32.to_le_bytes());
    tiff
}

/// As many entries as a segment holds, all pointing to the same long text.
fn exif_amplifier() -> Vec<u8> {
    let mut tiff = b"Exif\0\0II*\0\x08\0\0\0".to_vec();
    let entries = 5000_u16;
    tiff.extend(entries.to_le_bytes());
    for entry in 0..entries {
        tiff.extend(entry.to_le_bytes());
        tiff.extend([2, 0]);
        tiff.extend(60_000_u32.to_le_bytes());
        tiff.extend(0_u32.to_le_bytes());
    }
    tiff.extend([0; 4]);
    tiff
}

fn xmp_bomb() -> Vec<u8> {
    let mut packet =
        b"http://ns.adobe.com/xap/1.0/\0<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>".to_vec();
    for (name, of) in ('b'..='j').zip('a'..='i') {
        packet.extend(format!("<!ENTITY {name} '{}'>", format!("&{of};").repeat(10)).bytes());
    }
    packet.extend(b"]><x>&j;</x>");
    packet
}

/// `ftyp` and `meta` boxes that say a brand and a size.
fn heif(brand: &[u8; 4]) -> Vec<u8> {
    let boxed = |kind: &[u8; 4], body: &[u8]| {
        let mut bytes = u32::try_from(body.len() + 8).unwrap().to_be_bytes().to_vec();
        bytes.extend(kind);
        bytes.extend(body);
        bytes
    };
    let mut ftyp = brand.to_vec();
    ftyp.extend([0; 4]);
    ftyp.extend(brand);
    let mut size = vec![0; 4];
    size.extend(4032_u32.to_be_bytes());
    size.extend(3024_u32.to_be_bytes());
    let mut meta = vec![0; 4];
    meta.extend(boxed(b"iprp", &boxed(b"ipco", &boxed(b"ispe", &size))));
    [boxed(b"ftyp", &ftyp), boxed(b"meta", &meta)].concat()
}

/// The whole corpus.
pub fn all() -> Vec<Recipe> {
    use Answer::{Error, Report};
    use TakenFor::{FlatPhoto, Unsupported};
    let plain = jpeg(320, 240);
    let frame = frame_at(&plain);
    let middle = plain.len() / 2;
    let mut corpus = Vec::new();
    let mut add = |name, bytes, answer| corpus.push(Recipe { name, bytes, answer });

    add("nothing.jpg", Vec::new(), Error("file-empty"));
    add("zeros.jpg", vec![0; 4096], Error("file-not-a-picture"));
    add("start-mark-only.jpg", vec![0xFF, 0xD8], Error("picture-header-broken"));
    add("cut-in-header.jpg", plain[..frame + 4].to_vec(), Error("picture-header-broken"));
    add("cut-in-half.jpg", plain[..middle].to_vec(), Error("picture-truncated"));
    add(
        "cut-in-half.png",
        {
            let whole = png(320, 240, false, &[]);
            whole[..whole.len() / 2].to_vec()
        },
        Error("picture-truncated"),
    );
    add("bad-codes.jpg", patched(plain.clone(), middle, &[0xFE; 400]), Error("picture-corrupt"));
    add(
        "no-pixels.jpg",
        patched(plain.clone(), frame + 4, &[0, 0, 0, 0]),
        Error("picture-header-broken"),
    );
    add(
        "zero-length-segment.jpg",
        [&[0xFF, 0xD8, 0xFF, 0xE0, 0, 0][..], &plain[2..]].concat(),
        Error("picture-header-broken"),
    );
    add(
        "flipped-bit.png",
        {
            let mut whole = png(320, 240, false, &[]);
            let at = whole.len() / 2;
            whole[at] ^= 0x10;
            whole
        },
        Error("picture-corrupt"),
    );

    add(
        "bomb.jpg",
        patched(plain.clone(), frame + 4, &[0xFF; 4]),
        Error("picture-too-many-pixels"),
    );
    add("bomb.png", png_of_size(65_535, 65_535), Error("picture-too-many-pixels"));
    add("endless.png", png_of_size(u32::MAX, 8), Error("picture-header-broken"));
    add("thin-bomb.png", png_of_size(2_000_000_000, 1), Error("picture-too-many-pixels"));
    add("scan-bomb.jpg", progressive(2000, 1000, 5000), Error("picture-too-many-scans"));
    add("memory-bomb.jpg", progressive(30_000, 15_000, 4), Error("picture-needs-too-much-memory"));
    let zeros = vec![0; 64 << 20];
    add(
        "profile-bomb.png",
        png(320, 240, false, &[(b"iCCP", [&b"p\0\0"[..], &zlib(&zeros)].concat())]),
        Report(FlatPhoto, &["probe-warning-icc-unread"]),
    );
    add(
        "text-bomb.png",
        png(320, 240, false, &[(b"zTXt", [&b"t\0\0"[..], &zlib(&zeros)].concat())]),
        Report(FlatPhoto, &[]),
    );
    add(
        "xmp-bomb.png",
        png(
            320,
            240,
            false,
            &[(b"iTXt", [&b"XML:com.adobe.xmp\0\x01\0\0\0"[..], &zlib(&zeros)].concat())],
        ),
        Report(FlatPhoto, &["probe-warning-xmp-unread"]),
    );

    add(
        "really-a.jpg",
        png(320, 240, false, &[]),
        Report(FlatPhoto, &["probe-warning-name-differs"]),
    );
    add("inks.jpg", cmyk_jpeg(), Report(FlatPhoto, &["probe-warning-cmyk"]));
    add("deep.png", png(320, 240, true, &[]), Report(FlatPhoto, &["probe-warning-deep"]));
    add("twelve-bit.jpg", patched(plain.clone(), frame + 3, &[12]), Report(Unsupported, &[]));
    add("lossless.jpg", patched(plain.clone(), frame, &[0xC3]), Report(Unsupported, &[]));
    add("arithmetic.jpg", patched(plain.clone(), frame, &[0xC9]), Report(Unsupported, &[]));
    add(
        "two-to-one.jpg",
        jpeg(640, 320),
        Report(FlatPhoto, &["probe-warning-two-to-one-no-sphere"]),
    );

    add(
        "exif-loop.jpg",
        with_segment(&plain, 0xE1, &exif_loop()),
        Report(FlatPhoto, &["probe-warning-exif-damaged"]),
    );
    add(
        "exif-amplifier.jpg",
        with_segment(&plain, 0xE1, &exif_amplifier()),
        Report(FlatPhoto, &[]),
    );
    add(
        "exif-garbage.jpg",
        with_segment(&plain, 0xE1, b"Exif\0\0garbage"),
        Report(FlatPhoto, &["probe-warning-exif-unread"]),
    );
    add(
        "xmp-entities.jpg",
        with_segment(&plain, 0xE1, &xmp_bomb()),
        Report(FlatPhoto, &["probe-warning-xmp-unread"]),
    );
    add(
        "profile-garbage.jpg",
        with_segment(&plain, 0xE2, b"ICC_PROFILE\0\x01\x01garbage"),
        Report(FlatPhoto, &["probe-warning-icc-unread"]),
    );

    add(
        "page.jpg",
        b"<!doctype html><script>alert(1)</script>".to_vec(),
        Error("file-not-a-picture"),
    );
    add(
        "page-with-picture.jpg",
        [&b"<html><!--"[..], &plain].concat(),
        Error("file-not-a-picture"),
    );
    add(
        "drawing.png",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>".to_vec(),
        Error("file-not-a-picture"),
    );
    add("paper.jpg", b"%PDF-1.7\n%".to_vec(), Error("file-not-a-picture"));
    add("archive.jpg", b"PK\x03\x04rest".to_vec(), Error("file-not-a-picture"));
    add(
        "picture-with-page.jpg",
        with_segment(&plain, 0xFE, b"<html><script>alert(1)</script>"),
        Report(FlatPhoto, &[]),
    );
    add(
        "picture-and-archive.jpg",
        [&plain[..], b"PK\x03\x04rest"].concat(),
        Report(FlatPhoto, &["probe-warning-trailing"]),
    );
    add(
        "page.gif",
        b"GIF89a=1;/*\0\0\0*/<script>alert(1)</script>".to_vec(),
        Report(Unsupported, &[]),
    );
    add("phone.heic", heif(b"heic"), Report(Unsupported, &[]));
    add("phone.avif", heif(b"avif"), Report(Unsupported, &[]));
    add("film.mp4", b"\0\0\0\x18ftypisom\0\0\0\0mp41avc1".to_vec(), Report(Unsupported, &[]));
    corpus
}
