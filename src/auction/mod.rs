//! The rules of the auction: who may do what, and in which order. No SQL, no HTTP.

pub mod access;
pub mod case_number;
pub mod corrections;
pub mod days;
pub mod facts;
pub mod guards;
pub mod hotspots;
pub mod mask_carry;
pub mod mask_error;
pub mod masks;
pub mod media;
pub mod money;
pub mod next_round;
pub mod other_day;
pub mod people;
pub mod plan;
pub mod property_kind;
pub mod remarks;
pub mod round_error;
pub mod rounds;
pub mod rules;
pub mod shot_list;
pub mod tour;
pub mod tour_changes;
pub mod transitions;
pub mod visibility;
