//! Kanfang (看房): a media server with which a court lets bidders view an auctioned property remotely.
//!
//! `ARCHITECTURE.md` is the map: floors of modules, each importing only the floors below it.

pub mod app;
pub mod auction;
pub mod base;
pub mod blob;
pub mod catalogue;
pub mod cli;
pub mod clockwork;
pub mod codec;
pub mod config;
pub mod container;
pub mod detect;
pub mod exchange;
pub mod geometry;
pub mod http;
pub mod imaging;
pub mod jobs;
pub mod passwords;
pub mod photo;
pub mod proof;
pub mod stitch;
pub mod texts;
pub mod upkeep;
pub mod worker;
