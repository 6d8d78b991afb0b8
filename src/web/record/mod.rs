//! The form of a treatment record, with which a shop reports and the clinic writes up its own sessions: its controls,
//! reading what was typed, and showing a record that is there already. Each page decides what it does with the record.

mod controls;
mod filled;
mod reading;
mod words;

pub(super) use self::controls::record_groups;
pub(super) use self::filled::{form_of_record, with_unasked};
pub(super) use self::reading::{is_incomplete, read_record};
