//! The forms of every page. A form is described by its fields; a field filled with what was typed, and
//! with what is wrong about that, is a control; controls that belong together are a group.

pub(in crate::web) mod control;
pub(in crate::web) mod field;
pub(in crate::web) mod group;
pub(in crate::web) mod json;
mod paint;
pub(in crate::web) mod sent;
pub(in crate::web) mod spec;
pub(in crate::web) mod wrong;
