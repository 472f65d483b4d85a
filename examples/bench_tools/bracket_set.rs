//! Exposure brackets for rendered sets: steps of exposure, a hand that moves between them, a person who walks, EXIF.

use kanfang::stitch::attitude::Attitude;
use kanfang::stitch::dice::Dice;

use super::photos::{Rgb, Shot};

/// How each view is exposed.
pub struct Exposures {
    /// Exposures a view; 1: no bracket.
    pub count: usize,
    /// Stops between two.
    pub step: f64,
    /// Farthest turn between two exposures about each axis, degrees.
    pub hand: f64,
    /// Whether somebody walks through the picture.
    pub moving: bool,
    /// Whether the files say how they were taken.
    pub exif: bool,
    /// Share of the views that are bracketed; the others are taken once.
    pub share: f64,
}

impl Exposures {
    /// The shots of one view, the middle exposure first as cameras do, and the sphere that each sees.
    pub fn of(&self, shot: &Shot, view: usize, sphere: &Rgb) -> Vec<(Shot, Rgb)> {
        if self.count == 1 || (view as f64 * self.share).fract() + self.share < 1.0 - 1e-9 {
            return vec![(*shot, sphere.clone())];
        }
        let mut dice = Dice(shot.seed.wrapping_mul(77) + 5);
        (0..self.count)
            .map(|k| {
                let mut hand = || {
                    let part = if k == 0 { 0.0 } else { self.hand };
                    (dice.unit() * 2.0 - 1.0) * part
                };
                let a = shot.attitude;
                let attitude = Attitude {
                    yaw: a.yaw + hand(),
                    pitch: a.pitch + hand(),
                    roll: a.roll + hand(),
                };
                let ev = shot.ev + self.stops(k);
                let seed = shot.seed + 100_000 * (k as u64 + 1);
                let mut seen = sphere.clone();
                if self.moving {
                    let yaw = shot.attitude.yaw + 8.0 * (k as f64 - 1.0);
                    person(&mut seen, yaw);
                }
                (Shot { attitude, ev, seed, ..*shot }, seen)
            })
            .collect()
    }

    /// 0, −1, +1, −2, +2… steps.
    fn stops(&self, k: usize) -> f64 {
        let side = if k % 2 == 1 { -1.0 } else { 1.0 };
        side * self.step * k.div_ceil(2) as f64
    }

    /// An APP1 segment with EXIF for an exposure.
    pub fn exif(&self, shot: &Shot, view: usize, k: usize) -> Option<Vec<u8>> {
        let seconds = 0.01 * 2.0_f64.powf(shot.ev);
        let time = view * 12 + k;
        self.exif.then(|| segment(seconds, time))
    }
}

/// Paints somebody standing at a yaw: 1.7 m tall, 3 m away.
fn person(sphere: &mut Rgb, yaw: f64) {
    let degree = sphere.width as f64 / 360.0;
    let (middle, height) = ((yaw + 180.0) * degree, sphere.height as f64);
    let body = |v: f64| {
        if v < -0.8 {
            2.2
        } else if v < 0.1 {
            4.5
        } else {
            3.2
        }
    };
    for y in (height * 0.48) as usize..(height * 0.66) as usize {
        let v = (y as f64 / height - 0.57) / 0.09;
        let half = body(v) * degree;
        for x in (middle - half) as i64..(middle + half) as i64 {
            let at = (y * sphere.width + x.rem_euclid(sphere.width as i64) as usize) * 3;
            let stripe = ((x / 9) + (y as i64 / 14)) % 2 == 0;
            let colour = if v < -0.8 {
                [205, 160, 130]
            } else if stripe {
                [150, 40, 45]
            } else {
                [60, 60, 90]
            };
            sphere.data[at..at + 3].copy_from_slice(&colour);
        }
    }
}

/// A little-endian TIFF structure with exposure time, sensitivity, f-number and time (CIPA DC-008).
fn segment(seconds: f64, time: usize) -> Vec<u8> {
    const ENTRIES: u16 = 4;
    let exif_at = 8 + 2 + 12 + 4;
    let data_at = exif_at + 2 + 12 * u32::from(ENTRIES) + 4;
    let mut tiff = b"II*\0".to_vec();
    let short = |out: &mut Vec<u8>, v: u16| out.extend(v.to_le_bytes());
    let long = |out: &mut Vec<u8>, v: u32| out.extend(v.to_le_bytes());
    let entry = |out: &mut Vec<u8>, tag: u16, kind: u16, count: u32, value: u32| {
        short(out, tag);
        short(out, kind);
        long(out, count);
        long(out, value);
    };
    long(&mut tiff, 8);
    short(&mut tiff, 1);
    entry(&mut tiff, 0x8769, 4, 1, exif_at);
    long(&mut tiff, 0);
    short(&mut tiff, ENTRIES);
    entry(&mut tiff, 0x829A, 5, 1, data_at);
    entry(&mut tiff, 0x829D, 5, 1, data_at + 8);
    entry(&mut tiff, 0x8827, 3, 1, 200);
    entry(&mut tiff, 0x9003, 2, 20, data_at + 16);
    long(&mut tiff, 0);
    long(&mut tiff, (seconds * 1e6).round() as u32);
    long(&mut tiff, 1_000_000);
    long(&mut tiff, 8);
    long(&mut tiff, 1);
    let (hour, minute, second) = (10 + time / 3600, time / 60 % 60, time % 60);
    tiff.extend(format!("2026:05:04 {hour:02}:{minute:02}:{second:02}\0").bytes());
    let mut out = vec![0xFF, 0xE1];
    out.extend((tiff.len() as u16 + 8).to_be_bytes());
    out.extend(b"Exif\0\0");
    out.extend(tiff);
    out
}
