//! The few kinds of error that the outside tells apart.

/// What went wrong, as far as a caller can act on it. `http/error.rs` alone turns it into a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The input breaks a rule; the caller must change it.
    Invalid,
    /// Nobody has signed in, or the proof is wrong.
    Unauthenticated,
    /// Signed in, but not allowed.
    Forbidden,
    /// There is no such thing, or the caller may not know of it.
    NotFound,
    /// It was there and was withdrawn for good.
    Gone,
    /// The state has moved on, or somebody else was faster.
    Conflict,
    /// A precondition of the request (`If-Match`, `Upload-Offset`) does not hold.
    PreconditionFailed,
    /// More bytes or pixels than allowed.
    TooLarge,
    /// A format or feature that is not supported.
    Unsupported,
    /// A limit of rate or queue is reached; try later.
    Busy,
    /// It took longer than allowed.
    TimedOut,
    /// A dependency (database, store) does not answer.
    Unavailable,
    /// No space left where it must be written.
    StorageFull,
    /// The caller asked to stop.
    Cancelled,
    /// Our own mistake.
    Internal,
}

/// What every error enum of the project tells about itself, so that it can be shown to a person.
pub trait Fault: std::error::Error {
    /// The kind, from which the HTTP status follows.
    fn kind(&self) -> ErrorKind;

    /// A stable name in kebab case, unique in the project: the last part of the problem's `type`
    /// and the key of its text in `viewer/locales/*/errors*.ftl`.
    fn slug(&self) -> &'static str;

    /// Values that the localised text names, by their Fluent argument name.
    fn args(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// The request field at fault, if there is one.
    fn field(&self) -> Option<&str> {
        None
    }
}
