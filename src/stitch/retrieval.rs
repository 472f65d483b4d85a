//! Which photos of a large set are worth comparing, so that matching does not grow with the square of their number.
//!
//! Descriptors are hashed to words by random hyperplanes (Charikar, STOC 2002); photos that share rare words are
//! likely to overlap (tf-idf of Sivic and Zisserman, ICCV 2003, over an inverted file).

use std::collections::{BTreeMap, BTreeSet};

use super::describe::{Feature, LENGTH};
use crate::stitch::dice::Dice;

/// Bits of a word: 4096 words.
const BITS: usize = 12;
/// Independent vocabularies.
const TABLES: usize = 6;
/// Features of a photo that are looked at.
const MOST: usize = 500;

/// For each photo its `each` likeliest partners, as pairs `a < b`.
pub fn likely_pairs(features: &[Vec<Feature>], each: usize) -> BTreeSet<(usize, usize)> {
    let mut dice = Dice(0x5EED);
    let count = features.len();
    let mut mean = [0.0_f32; LENGTH];
    let all = features.iter().map(|f| f.len().min(MOST)).sum::<usize>().max(1) as f32;
    for feature in features.iter().flat_map(|f| f.iter().take(MOST)) {
        mean.iter_mut().zip(&feature.descriptor).for_each(|(m, v)| *m += f32::from(*v) / all);
    }
    let mut scores: Vec<BTreeMap<usize, f32>> = vec![BTreeMap::new(); count];
    for _ in 0..TABLES {
        let planes: Vec<[f32; LENGTH]> =
            (0..BITS).map(|_| std::array::from_fn(|_| dice.normal() as f32)).collect();
        let mut file: Vec<Vec<usize>> = vec![Vec::new(); 1 << BITS];
        for (photo, list) in features.iter().enumerate() {
            for feature in list.iter().take(MOST) {
                let word = planes.iter().fold(0, |word, plane| {
                    let side: f32 = plane
                        .iter()
                        .zip(&feature.descriptor)
                        .zip(&mean)
                        .map(|((p, d), m)| p * (f32::from(*d) - m))
                        .sum();
                    word << 1 | usize::from(side > 0.0)
                });
                file[word].push(photo);
            }
        }
        for list in &mut file {
            list.dedup();
            // A word that is everywhere tells nothing; bounding the list keeps the work near-linear.
            if list.len() < 2 || list.len() > 24.max(count / 5) {
                continue;
            }
            let rarity = (count as f32 / list.len() as f32).ln().max(0.05);
            for (i, &a) in list.iter().enumerate() {
                for &b in &list[i + 1..] {
                    *scores[a].entry(b).or_default() += rarity;
                    *scores[b].entry(a).or_default() += rarity;
                }
            }
        }
    }
    let mut out = BTreeSet::new();
    for (photo, partners) in scores.into_iter().enumerate() {
        let mut order: Vec<(usize, f32)> = partners.into_iter().collect();
        order.sort_by(|x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
        out.extend(
            order.into_iter().take(each).map(|(other, _)| (photo.min(other), photo.max(other))),
        );
    }
    out
}
