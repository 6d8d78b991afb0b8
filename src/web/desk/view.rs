//! What of the desk's page is open, as its address says it: the day, what its columns are, and
//! what the panel shows. Every form carries it along, so that whoever acts stays where they are.

use std::fmt::Write as _;

use chrono::NaiveDate;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::actions::desk::day::By;
use crate::domain::ids::{CourseId, PatientId, PractitionerId, SessionId};
use crate::domain::text::Code;
use crate::domain::time::civil::{Day, When};
use crate::web::frame::form::sent::Form;

/// What the panel shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Open {
    /// The search box alone.
    Nothing,
    /// What was found.
    Found(String),
    /// The form for a new caller, with what was looked for.
    NewCaller(String),
    /// A patient.
    Patient {
        id: PatientId,
        course: Option<CourseId>,
        service: Option<Code>,
        from: Option<NaiveDate>,
        /// Whether every place is looked at, the shops too.
        everywhere: bool,
    },
    /// A session; moving it to `to`, or asking about a no-show.
    Session { id: SessionId, to: Option<When>, with: Option<PractitionerId>, no_show: bool },
}

/// What is open.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct View {
    pub(super) day: NaiveDate,
    pub(super) by: By,
    pub(super) open: Open,
}

impl View {
    /// What `form` says is open; `today` where it names no day.
    pub(super) fn read(form: &Form, today: NaiveDate) -> Self {
        let day = form.read::<NaiveDate>("day").and_then(|day| Day::try_from(day).ok());
        let q = form.get("q");
        let open = if let Some(id) = form.read("session") {
            Open::Session {
                id,
                to: form.read("to"),
                with: form.read("with"),
                no_show: form.has("no-show"),
            }
        } else if let Some(id) = form.read("patient") {
            Open::Patient {
                id,
                course: form.read("course"),
                service: Code::try_from(form.get("service").to_owned()).ok(),
                from: form.read::<NaiveDate>("from").filter(|day| Day::try_from(*day).is_ok()),
                everywhere: form.has("everywhere"),
            }
        } else if form.has("new") {
            Open::NewCaller(q.to_owned())
        } else if q.is_empty() {
            Open::Nothing
        } else {
            Open::Found(q.to_owned())
        };
        Self { day: day.map_or(today, Day::date), by: form.read("by").unwrap_or_default(), open }
    }

    /// The same with something else open.
    pub(super) fn with(&self, open: Open) -> Self {
        Self { open, ..self.clone() }
    }

    /// The session in the panel, to go on from.
    pub(super) fn session(&self, id: SessionId) -> Self {
        self.with(Open::Session { id, to: None, with: None, no_show: false })
    }

    /// Its address.
    pub(super) fn address(&self) -> String {
        let mut address = format!("/desk?day={}", self.day);
        if self.by != By::default() {
            let _ = write!(address, "&by={}", self.by);
        }
        match &self.open {
            Open::Nothing => (),
            Open::NewCaller(q) => {
                address.push_str("&new");
                if !q.is_empty() {
                    let _ = write!(address, "&q={}", utf8_percent_encode(q, NON_ALPHANUMERIC));
                }
            }
            Open::Found(q) => {
                let _ = write!(address, "&q={}", utf8_percent_encode(q, NON_ALPHANUMERIC));
            }
            Open::Patient { id, course, service, from, everywhere } => {
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
            Open::Session { id, no_show, .. } => {
                let _ = write!(address, "&session={id}");
                if *no_show {
                    address.push_str("&no-show");
                }
            }
        }
        address
    }
}
