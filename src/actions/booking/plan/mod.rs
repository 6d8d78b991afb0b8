//! Planning a whole course: dates are proposed, searched, and booked all or none.

pub mod book;
pub mod propose;
pub mod search;
