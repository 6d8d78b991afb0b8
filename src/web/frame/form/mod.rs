//! The forms of every page. A form is described by its fields. A field with what was typed and what is wrong with
//! that is a control; controls that belong together are a group.

pub(in crate::web) mod control;
pub(in crate::web) mod field;
pub(in crate::web) mod field_error;
pub(in crate::web) mod group;
pub(in crate::web) mod json;
mod parts;
pub(in crate::web) mod sent;
pub(in crate::web) mod spec;
