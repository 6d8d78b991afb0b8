//! The store: SQL in the open, one file for one thing, plain functions on a
//! transaction. Nothing is decided here; which engine runs is known to `engine` alone.

pub mod access;
pub mod audit;
pub mod booking;
pub mod catalogue;
pub mod course;
pub mod deeds;
pub mod demo;
pub mod desk;
pub mod engine;
pub mod idempotency;
pub mod manage;
pub mod messages;
pub mod partner;
pub mod patient;
pub mod readiness;

pub use self::engine::{Db, Error, Hindrance, Result, Tx};
