//! iCalendar, out and in: invitations, downloads, feeds and add-to-calendar links on the way
//! out, a calendar's answer on the way in. What is written is a pure function of what is
//! handed in. Who may see a feed, and how mail travels, is decided elsewhere.

pub mod answer;
pub mod authentication;
pub mod bounce;
pub mod cache;
mod content;
pub mod entry;
pub mod event;
pub mod feed;
mod folding;
pub mod invite;
pub mod links;
mod mime;
pub mod reply;
#[cfg(test)]
mod tests;
pub mod text;
mod times;
mod value;
mod vtimezone;
mod words;
