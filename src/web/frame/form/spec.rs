//! A form that is written as JSON: what is sent becomes what an action reads, and what comes back of it
//! becomes sentences beside the fields, with everything still filled in.

use askama::Template;
use serde_json::Value;

use super::field::Field;
use super::group::Part;
use super::json::{from_json, to_json, typed};
use super::paint::painted;
use super::sent::Form;
use super::wrong::{Wrong, beside_fields, sentence};
use crate::actions::{Error, Expected};

/// A form, filled. It is written into a page as it is.
#[derive(Template)]
#[template(path = "form/form.html", config = ".askama.toml")]
pub(in crate::web) struct FormView {
    pub(in crate::web) action: String,
    pub(super) version: Option<i64>,
    pub(super) parts: Vec<Part>,
    pub(super) problems: Vec<String>,
    pub(in crate::web) button: &'static str,
}

/// A form that can be shown.
pub(in crate::web) struct FormSpec {
    pub(in crate::web) action: String,
    pub(in crate::web) button: &'static str,
    pub(in crate::web) fields: Vec<Field>,
    /// The field that is meant when something is taken.
    pub(in crate::web) unique: &'static str,
}

impl FormSpec {
    /// What was typed into it; rows that stayed empty are left out.
    pub(in crate::web) fn typed(&self, form: &Form) -> Form {
        typed(&self.fields, form)
    }

    /// What was typed as it is written; or all that makes no sense.
    pub(in crate::web) fn read(&self, typed: &Form) -> Result<Value, Vec<Wrong>> {
        to_json(&self.fields, typed)
    }

    /// Empty.
    pub(in crate::web) fn empty(&self) -> FormView {
        self.with_wrong(&Form::default(), None, &[])
    }

    /// Filled with `there`, which is of the version given.
    pub(in crate::web) fn filled(&self, there: &Value, version: Option<i64>) -> FormView {
        self.with_wrong(&from_json(&self.fields, there), version, &[])
    }

    /// Filled, with what is wrong.
    pub(in crate::web) fn with_wrong(
        &self,
        typed: &Form,
        version: Option<i64>,
        wrong: &[Wrong],
    ) -> FormView {
        let (parts, problems) = painted(&self.fields, typed, wrong, None);
        FormView { action: self.action.clone(), version, parts, problems, button: self.button }
    }

    /// Filled with what was typed, beside what another user has written meanwhile.
    pub(in crate::web) fn with_newer(&self, typed: &Form, there: &Value, version: i64) -> FormView {
        let now = from_json(&self.fields, there);
        let (parts, _) = painted(&self.fields, typed, &[], Some(&now));
        FormView {
            action: self.action.clone(),
            version: Some(version),
            parts,
            problems: vec![
                "Somebody else changed this meanwhile. What you typed is kept, and where something else stands now, it is said beside it. \
                 Saving again puts yours in its place."
                    .to_owned(),
            ],
            button: self.button,
        }
    }

    /// What an action has against what was sent, in sentences; or the error itself, where it is not about that.
    fn wrong(&self, error: Error) -> Result<Vec<Wrong>, Error> {
        match error {
            Error::Taken(words) => Ok(vec![Wrong::with(self.unique, sentence(&words))]),
            error => beside_fields(error, field_of, sentence, |refusal| refusal.message),
        }
    }

    /// What came of it.
    pub(in crate::web) fn outcome<T>(&self, result: Result<T, Error>) -> Outcome<T> {
        match result {
            Ok(done) => Outcome::Done(done),
            Err(Error::Stale) => Outcome::Stale,
            Err(error) => match self.wrong(error) {
                Ok(wrong) => Outcome::Wrong(wrong),
                Err(error) => Outcome::Failed(error),
            },
        }
    }
}

/// The field that a pointer is about, which is its path.
fn field_of(pointer: &str) -> String {
    match pointer.trim_start_matches(['/', '-']) {
        // The command line calls it so.
        "partner" => "partner_id".to_owned(),
        path => path.to_owned(),
    }
}

/// The version that a form was filled with; without one that can be read, it fits none.
pub(in crate::web) fn expected(form: &Form) -> Expected {
    Expected::Versions(form.read("version").into_iter().collect())
}

/// What comes of what was sent.
pub(in crate::web) enum Outcome<T> {
    /// It was done.
    Done(T),
    /// It was not, for these reasons.
    Wrong(Vec<Wrong>),
    /// Another user changed it first.
    Stale,
    /// No form can mend it.
    Failed(Error),
}
