//! A patient's story in the demo: who they are, their course, and the visits that it tells.

use crate::domain::course::Course;
use crate::domain::ids::PartnerId;
use serde_json::{Value, json};

/// How a visit of the past ended; one of the future is booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// As planned.
    Done,
    /// The patient came, but was not treated.
    NotDone,
    /// The patient did not come.
    NoShow,
    /// Cancelled, days before.
    Cancelled,
    /// Cancelled the day before.
    CancelledLate,
}

/// A visit of a story.
pub(super) struct Visit {
    pub(super) service: &'static str,
    /// Days from today.
    pub(super) day: i64,
    pub(super) ending: Ending,
    /// What its record holds beyond the usual.
    pub(super) extra: Value,
}

/// A course with its visits.
pub(super) struct Story {
    pub(super) course: Course,
    /// Whether the skin is of a type that waits longer between exposures (Fitzpatrick IV to VI).
    pub(super) darker: bool,
    /// Code of the laser that is used.
    pub(super) laser: &'static str,
    pub(super) visits: Vec<Visit>,
}

/// A visit with the usual result.
pub(super) fn visit(service: &'static str, day: i64) -> Visit {
    let extra = match service {
        "test_patch" => json!({"test_patch_result": "acceptable"}),
        "review" => json!({"clearance_percent": 60}),
        _ => json!({}),
    };
    Visit { service, day, ending: Ending::Done, extra }
}

/// Visits with one service on several days.
pub(super) fn visits(service: &'static str, days: &[i64]) -> Vec<Visit> {
    days.iter().map(|day| visit(service, *day)).collect()
}

/// Visits with several services.
pub(super) fn path(visits: &[(&'static str, i64)]) -> Vec<Visit> {
    visits.iter().map(|(service, day)| visit(service, *day)).collect()
}

impl Visit {
    pub(super) fn ending(self, ending: Ending) -> Self {
        Self { ending, ..self }
    }
    pub(super) fn with(self, extra: Value) -> Self {
        Self { extra, ..self }
    }
}

/// A patient before they are written: name, language, skin type, course, laser, consents for disclosure, visits.
pub(super) struct Draft {
    pub(super) name: (&'static str, &'static str),
    pub(super) language: &'static str,
    pub(super) fitzpatrick: &'static str,
    pub(super) course: Value,
    pub(super) laser: &'static str,
    pub(super) disclosure: Option<PartnerId>,
    /// Whether the laser was consented to though none is fired here.
    pub(super) lasered_elsewhere: bool,
    pub(super) visits: Vec<Visit>,
}

pub(super) fn patient(
    name: (&'static str, &'static str),
    fitzpatrick: &'static str,
    course: Value,
    visits: Vec<Visit>,
) -> Draft {
    Draft {
        name,
        language: "en",
        fitzpatrick,
        course,
        laser: "LASER-OWN-1",
        disclosure: None,
        lasered_elsewhere: false,
        visits,
    }
}

pub(super) fn removal(pigment: &str, depth: &str, zones: &[&str]) -> Value {
    json!({"goal": "remove", "pigment": pigment, "depth": depth, "zones": zones})
}
