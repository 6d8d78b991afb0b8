//! What every page is made with: layout, style and scripts, forms, errors, and texts in both languages.

pub(super) mod address;
pub(super) mod assets;
pub(super) mod errors;
pub(super) mod form;
pub(super) mod layout;
pub(super) mod page;
pub(super) mod signed_in;
pub(super) mod style;
pub(super) mod terms;
pub(super) mod text;
