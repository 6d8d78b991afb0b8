//! One verb, one function: begin, load, decide, store, audit, commit. `api` (and the
//! pages) call these and nothing below; the rules are in `domain`, the SQL in `storage`.

pub mod access;
pub mod booking;
pub mod calendar;
pub mod catalogue;
pub mod course;
pub mod desk;
pub mod incoming;
pub mod manage;
pub mod messages;
pub mod partner;
pub mod patient;
pub mod referral;
pub mod work;

pub use crate::storage::Hindrance;

pub use self::work::app::{App, Parts};
pub use self::work::caller::{Actor, Answer, Caller, Expected, Program};
pub use self::work::error::{Error, Result};
pub use self::work::unit_of_work::Work;
