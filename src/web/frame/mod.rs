//! What every page stands on: the page and its layout, style and scripts, forms, and texts in both languages.

pub(super) mod assets;
pub(super) mod error;
pub(super) mod form;
pub(super) mod layout;
pub(super) mod page;
pub(super) mod style;
pub(super) mod terms;
pub(super) mod words;
