//! What of the desk's page is open, as its address says: the day, what its columns are, and what the panel shows.
//! Every form carries it along, so that the user stays where they are.

use std::fmt::Write as _;

use chrono::NaiveDate;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::actions::desk::day::By;
use crate::actions::desk::proposed::Rather;
use crate::domain::ids::{CourseId, PatientId, PractitionerId, SessionId};
use crate::domain::patient::duplicate::Candidate;
use crate::domain::text::Code;
use crate::domain::time::civil::{Day, When};
use crate::web::frame::form::sent::Form;
use crate::web::frame::signed_in::SignedIn;

/// What the panel shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Open {
    /// The search box alone.
    Nothing,
    /// The patients that a search finds.
    Search(String),
    /// The form for a new caller.
    NewCaller(Caller),
    Patient(PatientQuery),
    Session(SessionQuery),
}

/// A caller who is to be registered: what was searched for, and who is known already and may be the same person.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Caller {
    pub(super) q: String,
    pub(super) known: Vec<Candidate>,
}

impl Caller {
    /// The form filled with what was searched for.
    pub(super) fn found_by(q: &str) -> Self {
        Self { q: q.to_owned(), known: Vec::new() }
    }

    /// The form with those who may be the same person.
    pub(super) fn known_as(known: Vec<Candidate>) -> Self {
        Self { q: String::new(), known }
    }
}

/// A patient, and which times are wanted.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PatientQuery {
    pub(super) id: PatientId,
    pub(super) course: Option<CourseId>,
    pub(super) service: Option<Code>,
    pub(super) from: Option<NaiveDate>,
    /// Whether every place is looked at, the shops too.
    pub(super) everywhere: bool,
}

impl PatientQuery {
    pub(super) fn new(id: PatientId, course: Option<CourseId>) -> Self {
        Self { id, course, service: None, from: None, everywhere: false }
    }

    pub(super) fn rather(&self) -> Rather {
        Rather {
            service: self.service.clone(),
            from: self.from,
            course: self.course,
            everywhere: self.everywhere,
        }
    }
}

/// A session; moving it to `to`, or asking about a no-show.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SessionQuery {
    pub(super) id: SessionId,
    pub(super) to: Option<When>,
    pub(super) with: Option<PractitionerId>,
    pub(super) no_show: bool,
}

/// What is open.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct View {
    pub(super) day: NaiveDate,
    pub(super) by: By,
    pub(super) open: Open,
}

impl View {
    /// What `form` says is open; today where it names no day.
    pub(super) fn from_form(user: &SignedIn, form: &Form) -> Self {
        let day = form.parse::<NaiveDate>("day").and_then(|day| Day::try_from(day).ok());
        let q = form.get("q");
        let open = if let Some(id) = form.parse("session") {
            Open::Session(SessionQuery {
                id,
                to: form.parse("to"),
                with: form.parse("with"),
                no_show: form.has("no-show"),
            })
        } else if let Some(id) = form.parse("patient") {
            Open::Patient(PatientQuery {
                id,
                course: form.parse("course"),
                service: Code::try_from(form.get("service").to_owned()).ok(),
                from: form.parse::<NaiveDate>("from").filter(|day| Day::try_from(*day).is_ok()),
                everywhere: form.has("everywhere"),
            })
        } else if form.has("new") {
            Open::NewCaller(Caller::found_by(q))
        } else if q.is_empty() {
            Open::Nothing
        } else {
            Open::Search(q.to_owned())
        };
        let day = day.map_or_else(|| user.today(), Day::date);
        Self { day, by: form.parse("by").unwrap_or_default(), open }
    }

    /// The same with something else open.
    pub(super) fn with(&self, open: Open) -> Self {
        Self { open, ..self.clone() }
    }

    /// The same with a session open.
    pub(super) fn session(&self, id: SessionId) -> Self {
        self.with(Open::Session(SessionQuery { id, to: None, with: None, no_show: false }))
    }

    /// The same with a patient open.
    pub(super) fn patient(&self, id: PatientId, course: Option<CourseId>) -> Self {
        self.with(Open::Patient(PatientQuery::new(id, course)))
    }

    /// Its address.
    pub(super) fn address(&self) -> String {
        let mut address = format!("/desk?day={}", self.day);
        if self.by != By::default() {
            let _ = write!(address, "&by={}", self.by);
        }
        match &self.open {
            Open::Nothing => (),
            Open::NewCaller(Caller { q, .. }) => {
                address.push_str("&new");
                if !q.is_empty() {
                    let _ = write!(address, "&q={}", utf8_percent_encode(q, NON_ALPHANUMERIC));
                }
            }
            Open::Search(q) => {
                let _ = write!(address, "&q={}", utf8_percent_encode(q, NON_ALPHANUMERIC));
            }
            Open::Patient(PatientQuery { id, course, service, from, everywhere }) => {
                let _ = write!(address, "&patient={id}");
                if *everywhere {
                    address.push_str("&everywhere");
                }
                let more = [
                    ("course", course.map(|it| it.to_string())),
                    ("service", service.as_ref().map(ToString::to_string)),
                    ("from", from.map(|it| it.to_string())),
                ];
                for (name, text) in more {
                    if let Some(text) = text {
                        let _ = write!(address, "&{name}={text}");
                    }
                }
            }
            Open::Session(SessionQuery { id, no_show, .. }) => {
                let _ = write!(address, "&session={id}");
                if *no_show {
                    address.push_str("&no-show");
                }
            }
        }
        address
    }
}
