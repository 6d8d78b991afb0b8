//! The store: SQL in the open, one file for one thing, plain functions on a
//! transaction. Nothing is decided here; which engine runs is known to `engine` alone.

pub mod audit;
pub mod catalogue;
pub mod claims;
pub mod closures;
pub mod consents;
pub mod courses;
pub mod demo;
pub mod demo_mailbox;
pub mod desk;
pub mod devices;
pub mod engine;
pub mod feeds;
pub mod figures;
pub mod history;
pub mod holds;
pub mod locks;
pub mod messages;
pub mod opt_outs;
pub mod partner_notices;
pub mod partners;
pub mod patients;
pub mod practitioners;
pub mod proposals;
pub mod readiness;
pub mod referrals;
pub mod repeats;
pub mod replies;
pub mod resources;
pub mod rooms;
pub mod services;
pub mod sessions;
pub mod settlement;
pub mod shop_links;
pub mod shop_visits;
pub mod sign_ins;
pub mod sites;
pub mod tasks;
pub mod tokens;
pub mod treatments;
pub mod users;
pub mod visit_links;

pub use engine::{Db, Error, Hindrance, Result, Tx};
