//! Bends photos a little so that what two of them show meets in the middle.
//!
//! First by what is known of where the cameras were and how far things are, then by what the links still miss.

use nalgebra::{Matrix2, Vector2, Vector3};

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
    let parallax = layout.parallax.as_ref()?;
    layout.placed.binary_search(&photo).ok()?;
    Some(Mesh::of(view.size, |pixel| {
        let direction = view.rotation * view.lens.unproject(pixel)?;
        let ray = parallax.to_camera(photo, &direction);
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
        Some((link.known(&residual)?.norm() / to.lens.focal).to_degrees() * 60.0)
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
    use super::*;
    use crate::geometry::{Lens, Projection};

    #[test]
    fn bent_photos_meet_where_the_links_say() {
        let lens = Lens::centred(Projection::Rectilinear, 500.0, 800, 600);
        let rotations =
            [0.0, 30.0].map(|yaw| Attitude { yaw, pitch: 0.0, roll: 0.0 }.matrix()).to_vec();
        let mut layout = Layout::of_poses(rotations.clone(), vec![lens; 2], vec![0, 1], Vec::new());
        for k in 0..400 {
            let at = [300.0 + 20.0 * f64::from(k % 20), 30.0 + 28.0 * f64::from(k / 20)];
            let ray = rotations[1].tr_mul(&(rotations[0] * lens.unproject(at).unwrap()));
            let Some([x, y]) = lens.project(&ray).filter(|p| p[0] > 0.0) else { continue };
            // What is farther down is nearer.
            let seen = [x + 6.0 * at[1] / 600.0, y];
            let whitening = Matrix2::identity() * 5.0;
            layout.links.push(Link { from: 0, to: 1, at, seen, whitening });
        }
        let straight =
            View { lens, rotation: rotations[0], size: (800, 600), circle: None, shift: None };
        let other = View { rotation: rotations[1], ..straight.clone() };
        let mut views = vec![straight, other];
        let before = left_over(&layout, &views);
        assert_eq!(before.len(), layout.links.len());
        let alike = before.iter().zip(misalignments(&layout)).all(|(a, b)| (a - b).abs() < 1e-9);
        assert!(alike, "nothing is bent yet");
        bend(&layout, &mut views);
        let most = [&before, &left_over(&layout, &views)].map(|off| quantile(off, 0.95));
        assert!(most[0] > 30.0 && most[1] < 0.15 * most[0], "{most:?}");
    }
}
