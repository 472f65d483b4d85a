//! What the rules of masks refuse.

use super::masks::MOST_MASKS;
use crate::base::{ErrorKind, Fault};

/// A rule of masks says no.
#[derive(Debug, thiserror::Error)]
pub enum MaskError {
    /// A mask that cannot be one.
    #[error("mask {mask}: {what}")]
    Mask {
        /// Number in the list, from 1.
        mask: usize,
        /// What is wrong.
        what: String,
    },
    /// More than [`MOST_MASKS`].
    #[error("{count} masks; a picture has at most {MOST_MASKS}")]
    TooMany {
        /// How many were given.
        count: usize,
    },
    /// Proposals that nobody has decided on.
    #[error("{count} proposed masks are not decided: confirm or reject each")]
    Undecided {
        /// How many.
        count: usize,
    },
    /// The pictures with the present masks are still being made.
    #[error("{count} pictures are still being made with their masks: wait, or look at the jobs")]
    Pending {
        /// How many.
        count: usize,
    },
    /// Masks that no reviewer has looked at.
    #[error("{count} masks were not looked at: look at each before the tour is approved")]
    Unseen {
        /// How many.
        count: usize,
    },
    /// Neither a panorama nor a photo nor a plan.
    #[error("it is no panorama, photo or plan, or not checked yet: such a file has no masks")]
    NoPicture,
    /// The picture is to be taken for something else, on which its masks would mean other places.
    #[error("{count} masks hide something in it: lift them before it is taken for something else")]
    OtherSurface {
        /// How many.
        count: usize,
    },
    /// The person may not.
    #[error("you may not {step} masks of this listing")]
    NotAllowed {
        /// `draw` or `check`.
        step: &'static str,
    },
    /// One person may not do both.
    #[error("whoever changed a mask may not check it: ask a colleague (four-eyes rule)")]
    SamePerson,
}

impl Fault for MaskError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Mask { .. } | Self::TooMany { .. } => ErrorKind::Invalid,
            Self::Undecided { .. }
            | Self::Pending { .. }
            | Self::Unseen { .. }
            | Self::NoPicture
            | Self::OtherSurface { .. } => ErrorKind::Conflict,
            Self::NotAllowed { .. } | Self::SamePerson => ErrorKind::Forbidden,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::Mask { .. } => "mask-wrong",
            Self::TooMany { .. } => "masks-too-many",
            Self::Undecided { .. } => "masks-undecided",
            Self::Pending { .. } => "masks-pending",
            Self::Unseen { .. } => "masks-unseen",
            Self::NoPicture => "masks-no-picture",
            Self::OtherSurface { .. } => "masks-other-surface",
            Self::NotAllowed { .. } => "masks-not-allowed",
            Self::SamePerson => "mask-same-person",
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Mask { mask, what } => vec![("mask", mask.to_string()), ("what", what.clone())],
            Self::TooMany { count }
            | Self::Undecided { count }
            | Self::Pending { count }
            | Self::Unseen { count }
            | Self::OtherSurface { count } => vec![("count", count.to_string())],
            Self::NotAllowed { step } => vec![("step", (*step).to_owned())],
            Self::NoPicture | Self::SamePerson => Vec::new(),
        }
    }
}
