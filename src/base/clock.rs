//! Time as the catalogue keeps it, and a clock that tests can turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant in UTC with millisecond resolution: BIGINT in the database, RFC 3339 in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// From milliseconds since 1970-01-01T00:00:00Z.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// This instant moved by `millis` milliseconds (negative: into the past), saturating.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// As a `jiff` timestamp; instants outside jiff's range are clamped to it.
    pub fn to_timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }
}

impl From<jiff::Timestamp> for Instant {
    fn from(timestamp: jiff::Timestamp) -> Self {
        Self(timestamp.as_millisecond())
    }
}

impl std::fmt::Display for Instant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.to_timestamp())
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let timestamp: jiff::Timestamp = text.parse().map_err(serde::de::Error::custom)?;
        Ok(timestamp.into())
    }
}

/// Where "now" comes from. The system's clock in the program, a hand-turned one in tests.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands still at `start` until [`Clock::advance`] turns it.
    pub fn manual(start: Instant) -> Self {
        Self(Some(Arc::new(AtomicI64::new(start.as_millis()))))
    }

    /// The present instant.
    pub fn now(&self) -> Instant {
        match &self.0 {
            None => jiff::Timestamp::now().into(),
            Some(millis) => Instant(millis.load(Ordering::SeqCst)),
        }
    }

    /// Turns a manual clock by `millis`; the system's clock does not move.
    pub fn advance(&self, millis: i64) {
        if let Some(now) = &self.0 {
            now.fetch_add(millis, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_rfc_3339_in_json() {
        let instant = Instant::from_millis(1_585_533_600_123);
        let json = serde_json::to_string(&instant).unwrap();
        assert_eq!(json, "\"2020-03-30T02:00:00.123Z\"");
        assert_eq!(serde_json::from_str::<Instant>(&json).unwrap(), instant);
    }

    #[test]
    fn a_manual_clock_moves_only_when_turned() {
        let clock = Clock::manual(Instant::from_millis(10));
        assert_eq!(clock.now(), clock.now());
        clock.advance(5);
        assert_eq!(clock.now().as_millis(), 15);
    }
}
