//! Fadeline plans, books and tracks the removal of scalp micropigmentation.
//! The rooms and the arrows between them are drawn in `docs/architecture.md`.

pub mod actions;
pub mod api;
pub mod calendar;
pub mod cli;
pub mod clock;
pub mod delivery;
pub mod domain;
pub mod storage;
pub mod web;
