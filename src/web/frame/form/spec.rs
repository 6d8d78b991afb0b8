//! A form that is written as JSON: what is sent becomes what an action reads, and what the action refuses becomes
//! sentences beside the fields, with everything still filled in.

use askama::Template;
use serde_json::Value;

use super::field::Field;
use super::field_error::{FieldError, errors_at_fields, field_at, sentence};
use super::group::Part;
use super::json::{from_json, to_json, typed};
use super::parts::form_parts;
use super::sent::Form;
use crate::actions::{Error, Expected, Result};

/// A form, filled. It is written into a page as it is.
#[derive(Template)]
#[template(path = "form/form.html", config = ".askama.toml")]
pub(in crate::web) struct FormView {
    action: String,
    version: Option<i64>,
    parts: Vec<Part>,
    problems: Vec<String>,
    button: &'static str,
}

/// A form that can be shown and read.
pub(in crate::web) struct FormSpec {
    pub(in crate::web) action: String,
    pub(in crate::web) button: &'static str,
    pub(in crate::web) fields: Vec<Field>,
    /// The field whose value must be unique: an error that something is taken is about it.
    pub(in crate::web) unique: &'static str,
}

/// What was sent and not accepted.
pub(in crate::web) struct Rejected {
    typed: Form,
    /// The version that the form was filled with, so that a change by another user is noticed when it is sent again.
    version: i64,
    reason: Reason,
}

enum Reason {
    Wrong(Vec<FieldError>),
    /// Another user changed it first.
    Stale,
}

/// What a form led to, or the form to be shown again.
pub(in crate::web) type Submitted<T> = std::result::Result<T, Rejected>;

impl FormSpec {
    /// Reads what was sent and hands it to `action`. The outer error is one that no form can mend.
    pub(in crate::web) async fn submit<T>(
        &self,
        form: &Form,
        action: impl AsyncFnOnce(Value) -> Result<T>,
    ) -> Result<Submitted<T>> {
        let typed = typed(&self.fields, form);
        let version = form.parse("version").unwrap_or_default();
        match to_json(&self.fields, &typed) {
            Ok(json) => self.outcome(action(json).await, typed, version),
            Err(wrong) => Ok(Err(Rejected { typed, version, reason: Reason::Wrong(wrong) })),
        }
    }

    /// What the action answered to what was typed.
    pub(in crate::web) fn outcome<T>(
        &self,
        result: Result<T>,
        typed: Form,
        version: i64,
    ) -> Result<Submitted<T>> {
        let reason = match result {
            Ok(done) => return Ok(Ok(done)),
            Err(Error::Stale) => Reason::Stale,
            Err(Error::Taken(words)) => {
                Reason::Wrong(vec![FieldError::at_field(self.unique, sentence(&words))])
            }
            Err(error) => Reason::Wrong(errors_at_fields(error, field_at, sentence, |refusal| {
                refusal.message
            })?),
        };
        Ok(Err(Rejected { typed, version, reason }))
    }

    /// The form of something new: empty, or as it was sent and rejected.
    pub(in crate::web) fn blank(&self, rejected: Option<&Rejected>) -> FormView {
        self.filled(&Value::Null, None, rejected)
    }

    /// The form filled with `there`, of the version given; or as it was sent and rejected.
    pub(in crate::web) fn filled(
        &self,
        there: &Value,
        version: Option<i64>,
        rejected: Option<&Rejected>,
    ) -> FormView {
        let there = from_json(&self.fields, there);
        let Some(Rejected { typed, version: sent, reason }) = rejected else {
            return self.form_view(&there, version, &[], None);
        };
        match reason {
            Reason::Wrong(wrong) => self.form_view(typed, version.map(|_| *sent), wrong, None),
            Reason::Stale if version.is_none() => self.form_view(typed, None, &[], None),
            Reason::Stale => self.form_view(typed, version, &[], Some(&there)),
        }
    }

    /// The form with `typed` in it, and beside that `newer`, which another user has saved meanwhile.
    fn form_view(
        &self,
        typed: &Form,
        version: Option<i64>,
        wrong: &[FieldError],
        newer: Option<&Form>,
    ) -> FormView {
        let (parts, mut problems) = form_parts(&self.fields, typed, wrong, newer);
        if newer.is_some() {
            problems = vec![
                "Somebody else changed this meanwhile. What you typed is kept, and where something else stands now, it is said beside it. \
                 Saving again puts yours in its place."
                    .to_owned(),
            ];
        }
        FormView { action: self.action.clone(), version, parts, problems, button: self.button }
    }
}

/// The version that a form was filled with. A form without one matches no version.
pub(in crate::web) fn expected(form: &Form) -> Expected {
    Expected::Versions(form.parse("version").into_iter().collect())
}
