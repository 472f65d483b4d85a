//! How far a listing's tour is, as far as the auction must know.

use serde::{Deserialize, Serialize};

/// State of the tour of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediaState {
    /// There is none.
    NoTour,
    /// Somebody works on one.
    Draft,
    /// One waits for review.
    Submitted,
    /// One is approved or published.
    Approved,
}

impl MediaState {
    /// Whether the announcement may go out as far as media are concerned.
    pub const fn is_ready(self) -> bool {
        matches!(self, Self::Approved)
    }

    /// Stable name, as in JSON.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::NoTour => "no_tour",
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
        }
    }
}
