//! The form of a treatment record, which a shop reports with and the clinic writes up its own
//! sessions with: its controls, reading what was typed, and showing a record that is there already.
//! What is done with the record stands with the page that asks for it.

mod controls;
mod filled;
mod reading;
mod words;

pub(super) use self::controls::groups;
pub(super) use self::filled::{filled, with_unasked};
pub(super) use self::reading::{is_incomplete, read};
