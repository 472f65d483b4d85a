//! Whether a change from one photo to the other shows in the finished picture.
//!
//! Two photos of a post before a hedge differ beside the post, yet where the seam follows the post's border nobody sees it: the
//! picture has a border there anyway. So what lies on both sides of the line is compared as it is shown, each side by its own
//! photo, with what either photo shows there alone: the line is seen where the picture changes more across it than both do.

use super::drawn::HALF;

/// By how much more values must change across the line, as a factor and of 255, than in either photo.
const MORE: f64 = 1.15;
const BEYOND: f64 = 2.0;
/// Most that two photos differ in brightness, of 255, which blending takes away.
const BLENDED: f32 = 8.0;
/// Pixels to each side of the line that are compared with one another.
const APART: usize = 2;
/// Fewest pairs that say something.
const FEWEST: usize = 8;

/// Whether the line between two photos shows: `values` are what both show around a place (squares of 2 [`HALF`] + 1), and
/// `second` where the picture is taken from the second. `None` where the line is not there.
pub fn shows(values: [&[f32]; 2], second: &[bool]) -> Option<bool> {
    let side = (2 * HALF + 1) as usize;
    let apart = values[0].iter().zip(values[1]).map(|(a, b)| a - b).sum::<f32>();
    let blended = (apart / second.len() as f32).clamp(-BLENDED, BLENDED);
    // As shown, with and without what blending takes away, and of each photo alone.
    let mut squares = [0.0_f64; 4];
    let mut pairs = 0;
    for y in 0..side {
        for x in 0..side {
            let here = y * side + x;
            let right = (x + APART < side).then_some(here + APART);
            let below = (y + APART < side).then_some(here + APART * side);
            for there in [right, below].into_iter().flatten() {
                if second[here] == second[there] {
                    continue;
                }
                let (first, other) = if second[here] { (there, here) } else { (here, there) };
                let shown = values[0][first] - values[1][other];
                let [a, b] = [0, 1].map(|k| values[k][first] - values[k][other]);
                for (sum, change) in squares.iter_mut().zip([shown, shown - blended, a, b]) {
                    *sum += f64::from(change * change);
                }
                pairs += 1;
            }
        }
    }
    let [shown, blended, a, b] = squares.map(|sum| (sum / f64::from(pairs).max(1.0)).sqrt());
    (pairs as usize >= FEWEST).then_some(shown.min(blended) > MORE * a.max(b) + BEYOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = (2 * HALF + 1) as usize;

    fn square(value: impl Fn(usize, usize) -> f32) -> Vec<f32> {
        (0..SIDE * SIDE).map(|k| value(k % SIDE, k / SIDE)).collect()
    }

    /// The right half is taken from the second photo.
    fn right() -> Vec<bool> {
        (0..SIDE * SIDE).map(|k| k % SIDE > SIDE / 2).collect()
    }

    #[test]
    fn an_edge_that_breaks_shows_and_one_that_goes_on_does_not() {
        let edge = |at: usize| square(move |_, y| if y < at { 60.0 } else { 180.0 });
        assert_eq!(shows([&edge(7), &edge(7)], &right()), Some(false));
        assert_eq!(shows([&edge(7), &edge(10)], &right()), Some(true));
    }

    #[test]
    fn a_line_along_a_border_of_the_scene_does_not_show() {
        // A post, and a hedge beside it, of which both photos show another part.
        let hedge =
            |x: usize, y: usize, shift: usize| ((x * 7 + (y + shift) * 13) % 11) as f32 * 6.0;
        let photo = |shift: usize| {
            square(move |x, y| if x <= SIDE / 2 { 200.0 } else { hedge(x, y, shift) })
        };
        assert_eq!(shows([&photo(0), &photo(5)], &right()), Some(false));
        // Half of a person, and a wall.
        let (person, wall) = (square(|_, y| 40.0 + 3.0 * y as f32), square(|_, _| 200.0));
        assert_eq!(shows([&person, &wall], &right()), Some(true));
    }

    #[test]
    fn without_a_line_nothing_is_said() {
        let square = square(|x, y| (x * y) as f32);
        assert_eq!(shows([&square, &square], &vec![true; SIDE * SIDE]), None);
    }
}
