//! Thins points so that they cover the whole picture.
//!
//! Adaptive non-maximal suppression (Brown, Szeliski and Winder, CVPR 2005): a point's rank is the radius within
//! which nothing is clearly stronger. Here by buckets of a grid, which is linear in the number of points.

use super::detect::Point;

/// A point gives way to one that is stronger by this factor.
const CLEARLY: f32 = 1.1;

/// The indices of the `wanted` best spread points, best first.
pub fn spread(points: &[Point], width: usize, height: usize, wanted: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&a, &b| points[b].strength.total_cmp(&points[a].strength).then(a.cmp(&b)));
    // Nobody needs to know which of the weakest 10,000 is best spread.
    order.truncate(wanted * 8 + 1000);
    let cell = ((width * height) as f32 / wanted.max(1) as f32).sqrt().max(2.0);
    let (columns, rows) = ((width as f32 / cell) as usize + 1, (height as f32 / cell) as usize + 1);
    let mut grid: Vec<Vec<usize>> = vec![Vec::new(); columns * rows];
    let bucket = |point: &Point| {
        (
            ((point.x / cell).max(0.0) as usize).min(columns - 1),
            ((point.y / cell).max(0.0) as usize).min(rows - 1),
        )
    };
    let mut radii: Vec<(f32, usize)> = Vec::with_capacity(order.len());
    for &index in &order {
        let point = &points[index];
        let (column, row) = bucket(point);
        let mut nearest = f32::INFINITY;
        // Rings of buckets outwards until nothing nearer can come. Stronger points are in the grid already.
        for ring in 0..columns.max(rows) {
            if ring > 0 && (ring as f32 - 1.0) * cell > nearest.sqrt() || ring > 12 {
                break;
            }
            let (left, right) = (column.saturating_sub(ring), (column + ring).min(columns - 1));
            for y in row.saturating_sub(ring)..=(row + ring).min(rows - 1) {
                for x in left..=right {
                    let border = y.abs_diff(row) == ring || x.abs_diff(column) == ring;
                    if !border {
                        continue;
                    }
                    for &other in &grid[y * columns + x] {
                        let other = &points[other];
                        if other.strength > CLEARLY * point.strength {
                            let square = (other.x - point.x).powi(2) + (other.y - point.y).powi(2);
                            nearest = nearest.min(square);
                        }
                    }
                }
            }
        }
        grid[row * columns + column].push(index);
        radii.push((nearest, index));
    }
    radii.sort_by(|a, b| {
        b.0.total_cmp(&a.0)
            .then(points[b.1].strength.total_cmp(&points[a.1].strength))
            .then(a.1.cmp(&b.1))
    });
    radii.into_iter().take(wanted).map(|(_, index)| index).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weak_corner_of_the_picture_is_not_forgotten() {
        let point = |x, y, strength| Point { x, y, sigma: 2.0, strength, octave: 0, level: 1 };
        let mut points: Vec<Point> = (0..100_i32)
            .map(|i| point((i % 10) as f32, (i / 10) as f32, 1.15_f32.powi(i)))
            .collect();
        points.push(point(90.0, 90.0, 0.01));
        let kept = spread(&points, 100, 100, 5);
        assert!(kept.contains(&100));
    }
}
