//! Calendars that go out: one session as an event, and feeds.

pub mod event;
pub mod feeds;
pub mod fetch;
