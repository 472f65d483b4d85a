//! Integration tests: the real server, a real database and a real store, one module a subject.

mod architecture;
mod bad_media;
mod blobs;
mod clients;
mod crash;
mod embedding;
mod events;
mod exchange;
mod files;
mod film_truth;
mod ground_truth;
mod heic;
mod hotspots;
mod importing;
mod jobs;
mod journey;
mod listing_fixture;
mod listings;
mod masks;
mod nadir_mark;
mod other_day;
mod pages;
mod photo_masks;
#[path = "../photos/mod.rs"]
mod photos;
mod plan_picture;
mod proof;
mod proposals;
mod real_media;
mod review;
mod running_jobs;
#[allow(dead_code)] // each subject uses what it needs
mod s3;
mod sets;
mod shot_list;
mod sign_in;
mod small_disk;
mod sounds;
mod statistics;
mod stereo;
mod stitching;
#[allow(dead_code)] // each subject uses what it needs
mod support;
mod tiling;
mod tls;
mod tus;
mod two_lenses;
mod upkeep;
mod uploads;
mod videos;
mod worker;
