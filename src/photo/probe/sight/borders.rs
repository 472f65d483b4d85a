//! Black bars along the edges, also such with something drawn into them (a ruler, a date, marks).

use super::super::report::Borders;
use super::Grey;

/// A bar is at most this part of the side.
const WIDEST: f32 = 0.3;
/// A line belongs to a bar when its median is at most this dark.
const DARK: u8 = 24;
/// A bar ends with a step that is this many times the usual difference of two lines.
const STEP: f32 = 3.0;

/// Counts the lines of each bar.
pub fn find(grey: &Grey) -> Borders {
    let rows: Vec<u8> = (0..grey.height).map(|y| median(grey.row(y).iter().copied())).collect();
    let columns: Vec<u8> =
        (0..grey.width).map(|x| median((0..grey.height).map(|y| grey.at(x, y)))).collect();
    let row_step = |y: usize| {
        mean_difference(grey.row(y).iter().copied().zip(grey.row(y - 1).iter().copied()))
    };
    let column_step =
        |x: usize| mean_difference((0..grey.height).map(|y| (grey.at(x, y), grey.at(x - 1, y))));
    let (top, bottom) = ends(&rows, row_step);
    let (left, right) = ends(&columns, column_step);
    Borders { top, right, bottom, left }
}

/// Lines of the bar at the start and at the end.
fn ends(medians: &[u8], step: impl Fn(usize) -> f32) -> (u32, u32) {
    let most = (medians.len() as f32 * WIDEST) as usize;
    let mut usual: Vec<f32> = (1..16).map(|part| step(medians.len() * part / 16)).collect();
    usual.sort_by(f32::total_cmp);
    let usual = usual[usual.len() / 2].max(1.0);
    let leading = |dark: usize| dark > 0 && dark <= most;
    let first = medians.iter().take_while(|&&median| median <= DARK).count();
    let last = medians.iter().rev().take_while(|&&median| median <= DARK).count();
    // The row between the two may be mixed by the scaling: look one line further.
    let sharp = |line: usize| {
        (line..(line + 2).min(medians.len())).any(|line| line > 0 && step(line) > STEP * usual)
    };
    let start = if leading(first) && sharp(first) { first } else { 0 };
    let end =
        if leading(last) && sharp((medians.len() - last).saturating_sub(1)) { last } else { 0 };
    (start as u32, end as u32)
}

fn median(values: impl Iterator<Item = u8>) -> u8 {
    let mut counts = [0_u32; 256];
    let mut all = 0;
    for value in values {
        counts[usize::from(value)] += 1;
        all += 1;
    }
    let mut seen = 0;
    let at = counts.iter().position(|count| {
        seen += count;
        2 * seen >= all
    });
    at.unwrap_or(0) as u8
}

fn mean_difference(pairs: impl Iterator<Item = (u8, u8)>) -> f32 {
    let (sum, count) = pairs
        .fold((0_u64, 0_u64), |(sum, count), (a, b)| (sum + u64::from(a.abs_diff(b)), count + 1));
    sum as f32 / count.max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::super::drawing::{draw, speckle};
    use super::*;

    #[test]
    fn bars_with_marks_in_them_are_counted() {
        let letterboxed = draw(400, 220, |x, y| match y {
            0..20 if x % 100 < 5 => 200.0,
            0..20 => 0.0,
            _ => 90.0 + 100.0 * speckle(x / 8, y / 8),
        });
        assert_eq!(find(&letterboxed), Borders { top: 20, ..Borders::default() });
    }

    #[test]
    fn dark_pictures_have_no_bars() {
        assert_eq!(find(&draw(400, 200, |_, _| 5.0)), Borders::default());
        let fading = draw(400, 200, |_, y| y as f32);
        assert_eq!(find(&fading), Borders::default());
    }
}
