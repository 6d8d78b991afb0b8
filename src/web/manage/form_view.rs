//! A manager's form on its page: what is sent becomes what is written, and what comes back of it
//! becomes sentences beside the fields, with everything still filled in.

use serde_json::Value;

use super::fields::{Field, Problem, Typed};
use super::shown::{Shown, shown};
use super::words::sentence;
use crate::actions::{Error, Expected};
use crate::domain::refusal::Refusal;
use crate::web::frame::form::Form;

/// A form, filled.
pub(super) struct FormView {
    pub(super) action: String,
    pub(super) version: Option<i64>,
    pub(super) parts: Vec<Shown>,
    pub(super) problems: Vec<String>,
    pub(super) button: &'static str,
}

/// A form that can be shown.
pub(super) struct Sheet {
    pub(super) action: String,
    pub(super) button: &'static str,
    pub(super) fields: Vec<Field>,
    /// The field that is meant when something is taken.
    pub(super) unique: &'static str,
}

impl Sheet {
    /// Filled with `typed`, and nothing wrong.
    pub(super) fn filled(&self, typed: &Typed, version: Option<i64>) -> FormView {
        self.with(typed, version, &[])
    }

    /// Filled with `there`, which is a thing of the version given.
    pub(super) fn of(&self, there: &Value, version: Option<i64>) -> FormView {
        self.filled(&Typed::of_json(&self.fields, there), version)
    }

    /// Filled, with what is wrong.
    pub(super) fn with(
        &self,
        typed: &Typed,
        version: Option<i64>,
        problems: &[Problem],
    ) -> FormView {
        let (parts, problems) = shown(&self.fields, typed, problems, None);
        FormView {
            action: self.action.clone(),
            version,
            parts,
            problems,
            button: self.button,
        }
    }

    /// Filled with what was typed, beside what somebody else has written meanwhile.
    pub(super) fn overtaken(&self, typed: &Typed, there: &Value, version: i64) -> FormView {
        let now = Typed::of_json(&self.fields, there);
        let (parts, _) = shown(&self.fields, typed, &[], Some(&now));
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
    pub(super) fn problems(&self, error: Error) -> Result<Vec<Problem>, Error> {
        match error {
            Error::Invalid { pointer, detail } => {
                let at = pointer.trim_start_matches(['/', '-']);
                // The command line calls it so.
                let at = if at == "partner" { "partner_id" } else { at };
                Ok(vec![Problem::at(at, sentence(&detail))])
            }
            Error::Refused(all) | Error::Explained(all, _) => {
                Ok(all.into_iter().map(of_refusal).collect())
            }
            Error::Taken(words) => Ok(vec![Problem::at(self.unique, sentence(&words))]),
            other => Err(other),
        }
    }
}

/// A refusal as a sentence, beside the field that it is about.
fn of_refusal(refusal: Refusal) -> Problem {
    let at = refusal.field.unwrap_or_default();
    Problem::at(at.trim_start_matches('/'), refusal.message)
}

/// The version that a form was filled with; without one that can be read, it fits none.
pub(super) fn expected(form: &Form) -> Expected {
    Expected::Versions(form.read("version").into_iter().collect())
}

/// What was `written`, if it is sound, given to `deed`; with what comes back.
pub(super) enum Came<T> {
    /// It was done.
    Done(T),
    /// It was not, for these reasons.
    Wrong(Vec<Problem>),
    /// Somebody else was first.
    Overtaken,
    /// Something else is the matter.
    Failed(Error),
}

impl Sheet {
    /// What came of it.
    pub(super) fn came<T>(&self, result: Result<T, Error>) -> Came<T> {
        match result {
            Ok(done) => Came::Done(done),
            Err(Error::Stale) => Came::Overtaken,
            Err(error) => match self.problems(error) {
                Ok(problems) => Came::Wrong(problems),
                Err(error) => Came::Failed(error),
            },
        }
    }
}
