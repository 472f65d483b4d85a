//! How much time of looking one address may report: no more than twenty people can look at once.
//!
//! An account for each address and listing, in this process's memory only. It holds [`MOST`], fills with [`PACE`] times
//! the time that passes, and pays for what is reported. Whoever reports more is refused.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::base::Instant;

/// Milliseconds of looking that pass in one millisecond behind one address at most.
const PACE: i64 = 20;
/// What an account holds: half a minute of twenty people.
const MOST: i64 = 600_000;
/// The least that a report costs, so that empty ones are bounded too: four a second.
const LEAST: i64 = 5_000;
/// Accounts that are kept at most, so that nobody fills the memory with addresses.
const ACCOUNTS: usize = 100_000;

/// The accounts of one process.
#[derive(Debug)]
pub struct Credit {
    key: [u8; 32],
    accounts: Mutex<HashMap<[u8; 32], (i64, Instant)>>,
}

impl Default for Credit {
    fn default() -> Self {
        Self { key: rand::random(), accounts: Mutex::default() }
    }
}

impl Credit {
    /// Pays for `millis` of looking that `who` reports; false where that is more than can be.
    pub fn spend(&self, who: &str, millis: u64, now: Instant) -> bool {
        let name = *blake3::keyed_hash(&self.key, who.as_bytes()).as_bytes();
        let cost = i64::try_from(millis).unwrap_or(MOST + 1).max(LEAST);
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if accounts.len() >= ACCOUNTS && !accounts.contains_key(&name) {
            return false;
        }
        let (held, at) = accounts.get(&name).copied().unwrap_or((MOST, now));
        let held = filled(held, at, now);
        let pays = cost <= held;
        accounts.insert(name, (if pays { held - cost } else { held }, now));
        pays
    }

    /// Forgets the accounts that are full again.
    pub fn tidy(&self, now: Instant) {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.retain(|_, (held, at)| filled(*held, *at, now) < MOST);
    }
}

fn filled(held: i64, at: Instant, now: Instant) -> i64 {
    let passed = now.as_millis().saturating_sub(at.as_millis()).clamp(0, MOST);
    (held + passed * PACE).min(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_people_behind_an_address_are_let_through_and_more_are_not() {
        let (credit, mut now) = (Credit::default(), Instant::from_millis(0));
        for _ in 0..100 {
            now = now.plus_millis(30_000);
            for _ in 0..20 {
                assert!(credit.spend("office", 30_000, now));
            }
            assert!(!credit.spend("office", 30_000, now));
            assert!(credit.spend("elsewhere", 30_000, now));
        }
    }

    #[test]
    fn empty_reports_cost_too_and_full_accounts_are_forgotten() {
        let (credit, now) = (Credit::default(), Instant::from_millis(0));
        let heard = (0..1000).filter(|_| credit.spend("a", 0, now)).count();
        assert_eq!(heard, 120);
        credit.tidy(now.plus_millis(29_000));
        assert_eq!(credit.accounts.lock().unwrap().len(), 1);
        credit.tidy(now.plus_millis(30_000));
        assert_eq!(credit.accounts.lock().unwrap().len(), 0);
    }

    #[test]
    fn a_clock_that_is_set_back_gives_nothing() {
        let credit = Credit::default();
        assert!(credit.spend("a", 600_000, Instant::from_millis(1_000_000)));
        assert!(!credit.spend("a", 5_000, Instant::from_millis(0)));
    }
}
