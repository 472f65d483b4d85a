//! Connected parts of a map.

/// Parts of the places that are set and touch one another, in the order of their first places, each from its first place
/// outwards. `around`: the neighbours of a place.
pub fn regions(places: &[bool], around: impl Fn(usize) -> [Option<usize>; 4]) -> Vec<Vec<usize>> {
    let mut seen = vec![false; places.len()];
    let mut out = Vec::new();
    for start in 0..places.len() {
        if !places[start] || seen[start] {
            continue;
        }
        seen[start] = true;
        let mut region = vec![start];
        let mut next = 0;
        while next < region.len() {
            for other in around(region[next]).into_iter().flatten() {
                if places[other] && !seen[other] {
                    seen[other] = true;
                    region.push(other);
                }
            }
            next += 1;
        }
        out.push(region);
    }
    out
}
