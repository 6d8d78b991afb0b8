//! The page of a form alone, for a new entry or one that is there.

use askama::Template;

use crate::web::frame::form::spec::FormView;
use crate::web::frame::layout::Layout;

#[derive(Template)]
#[template(path = "manage/entry.html", config = ".askama.toml")]
pub(super) struct EntryPage {
    pub(super) layout: Layout,
    pub(super) back: &'static str,
    pub(super) back_words: &'static str,
    pub(super) title: String,
    pub(super) form: FormView,
}
