//! Bends photos a little so that what two of them show meets in the middle.
//!
//! First by what is known of where the cameras were and how far things are, then by what the links still miss.

use nalgebra::{Matrix2, Vector2, Vector3};

use super::judge::arcmin;
use super::layout::Layout;
use super::mesh::{Mesh, Wish};
use super::warp::View;

/// Rounds in which the photos approach one another.
const ROUNDS: usize = 4;

/// Gives every placed photo a mesh.
pub fn bend(layout: &Layout, views: &mut [View]) {
    let known: Vec<Option<Mesh>> =
        (0..views.len()).map(|photo| by_places(layout, &views[photo], photo)).collect();
    for (view, mesh) in views.iter_mut().zip(&known) {
        view.shift.clone_from(mesh);
    }
    for _ in 0..ROUNDS {
        let wishes = wishes(layout, views, &known);
        for ((view, wishes), known) in views.iter_mut().zip(wishes).zip(&known) {
            if wishes.is_empty() {
                continue;
            }
            let rest = Mesh::fitted(view.size, &wishes);
            view.shift = Some(known.as_ref().map_or(rest.clone(), |known| known.plus(&rest)));
        }
    }
}

/// How a photo must be bent to look as if taken from the panorama's place.
fn by_places(layout: &Layout, view: &View, photo: usize) -> Option<Mesh> {
    layout.placed.binary_search(&photo).ok()?;
    if !layout.is_near() {
        return None;
    }
    let to_camera = |direction: &Vector3<f64>| match &layout.parallax {
        Some(parallax) => Some(parallax.to_camera(photo, direction)),
        None => Some(layout.ground?.seen_by(&view.rotation, direction)),
    };
    Some(Mesh::of(view.size, |pixel| {
        let direction = view.rotation * view.lens.unproject(pixel)?;
        let ray = to_camera(&direction)?;
        let seen = view.lens.project(&view.rotation.tr_mul(&ray))?;
        Some([seen[0] - pixel[0], seen[1] - pixel[1]])
    }))
}

/// The direction in which a bent photo shows a pixel.
fn direction(view: &View, pixel: [f64; 2]) -> Option<Vector3<f64>> {
    let straight = view.shift.as_ref().map_or(pixel, |mesh| mesh.unmoved(pixel));
    Some(view.rotation * view.lens.unproject(straight)?)
}

/// Misalignments of all links where the photos are bent as in `views`, minutes of arc, ascending; along an edge nothing is
/// known, and nothing counts.
pub fn left_over(layout: &Layout, views: &[View]) -> Vec<f64> {
    let off = layout.links.iter().filter_map(|link| {
        let (from, to) = (&views[link.from], &views[link.to]);
        let shown = to.project(&direction(from, link.at)?)?;
        let residual = Vector2::new(shown[0] - link.seen[0], shown[1] - link.seen[1]);
        Some(arcmin(link.known(&residual)?.norm(), to.lens.focal))
    });
    let mut off: Vec<f64> = off.collect();
    off.sort_by(f64::total_cmp);
    off
}

/// What each photo should be shifted by, beyond what is known, for its links to meet half way from where they are now.
fn wishes(layout: &Layout, views: &[View], known: &[Option<Mesh>]) -> Vec<Vec<Wish>> {
    let mut wishes: Vec<Vec<Wish>> = vec![Vec::new(); views.len()];
    for link in &layout.links {
        let (from, to) = (&views[link.from], &views[link.to]);
        let (Some(a), Some(b)) = (direction(from, link.at), direction(to, link.seen)) else {
            continue;
        };
        let middle = a + b;
        let information = link.whitening.tr_mul(&link.whitening);
        let Some(inverse) = (information + Matrix2::identity() * 0.3).try_inverse() else {
            continue;
        };
        let trust = inverse * information;
        for (photo, view, seen) in [(link.from, from, link.at), (link.to, to, link.seen)] {
            let Some(p) = view.lens.project(&view.rotation.tr_mul(&middle)) else { continue };
            let moved = |mesh: &Option<Mesh>| mesh.as_ref().map_or(p, |mesh| mesh.moved(p));
            let (now, base) = (moved(&view.shift), moved(&known[photo]));
            // Along an edge nothing is known: there it stays as it is.
            let step = trust * Vector2::new(seen[0] - now[0], seen[1] - now[1]);
            let shift = [now[0] + step.x - base[0], now[1] + step.y - base[1]];
            wishes[photo].push(Wish { at: p, shift, weight: 1.0 });
        }
    }
    wishes
}

#[cfg(test)]
mod tests {
    use super::super::attitude::Attitude;
    use super::super::bundle::Link;
    use super::super::judge::{misalignments, quantile};
    use super::super::parallax::Parallax;
    use super::*;
    use crate::geometry::{Lens, Projection};

    /// Two photos 30° apart, and a grid of points in the first with the rays on which they lie.
    fn pair() -> (Layout, Vec<View>, Vec<([f64; 2], Vector3<f64>)>) {
        let lens = Lens::centred(Projection::Rectilinear, 500.0, 800, 600);
        let rotations =
            [0.0, 30.0].map(|yaw| Attitude { yaw, pitch: 0.0, roll: 0.0 }.matrix()).to_vec();
        let first =
            View { lens, rotation: rotations[0], size: (800, 600), circle: None, shift: None };
        let second = View { rotation: rotations[1], ..first.clone() };
        let points = (0..400).map(|k| {
            let at = [300.0 + 26.0 * f64::from(k % 20), 10.0 + 30.0 * f64::from(k / 20)];
            (at, rotations[0] * lens.unproject(at).unwrap().normalize())
        });
        let points = points.collect();
        let layout = Layout::of_poses(rotations, vec![lens; 2], vec![0, 1], Vec::new());
        (layout, vec![first, second], points)
    }

    fn link(at: [f64; 2], seen: [f64; 2]) -> Link {
        Link { from: 0, to: 1, at, seen, whitening: Matrix2::identity() * 5.0 }
    }

    #[test]
    fn bent_photos_meet_where_the_links_say() {
        let (mut layout, mut views, points) = pair();
        for (at, ray) in points {
            let Some([x, y]) = views[1].project(&ray).filter(|p| p[0] > 0.0) else { continue };
            // What is farther down is nearer.
            layout.links.push(link(at, [x + 6.0 * at[1] / 600.0, y]));
        }
        let before = left_over(&layout, &views);
        assert_eq!(before.len(), layout.links.len());
        let alike = before.iter().zip(misalignments(&layout)).all(|(a, b)| (a - b).abs() < 1e-9);
        assert!(alike, "nothing is bent yet");
        bend(&layout, &mut views);
        let most = [&before, &left_over(&layout, &views)].map(|off| quantile(off, 0.95));
        assert!(most[0] > 30.0 && most[1] < 0.15 * most[0], "{most:?}");
    }

    #[test]
    fn borders_are_bent_as_far_as_the_places_say() {
        let (mut layout, mut views, points) = pair();
        // Seen from the middle the borders lie a hundred pixels beyond the pictures.
        let mut parallax = Parallax::none(2);
        parallax.centres = vec![Vector3::new(0.08, 0.02, -0.05), Vector3::new(-0.06, -0.03, -0.08)];
        for (at, ray) in points {
            let seen = parallax.to_camera(1, &parallax.from_middle(0, &ray));
            let Some([x, y]) = views[1].look(&seen) else { continue };
            layout.links.push(link(at, [x, y]));
        }
        layout.parallax = Some(parallax);
        assert!(layout.links.len() > 100 && quantile(&misalignments(&layout), 0.95) < 0.1);
        bend(&layout, &mut views);
        let off = left_over(&layout, &views);
        assert!(quantile(&off, 0.95) < 1.0, "{:?}", off.last());
    }
}
