//! The rules of the auction: who may do what, and in which order. No SQL, no HTTP.

pub mod access;
pub mod people;
pub mod tour;
