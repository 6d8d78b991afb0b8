//! What the desk does: each reads its form, calls one action, and leads back to the day, with
//! what it came to; or shows the page again with the reasons and with all that was typed.

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDate;

use super::day::{drawn, refused, view_of};
use super::new_caller::caller_of;
use super::view::{Open, View};
use super::words::Problem;
use crate::actions::access::browsers::Person;
use crate::actions::booking::book::book as book_session;
use crate::actions::booking::cancel::Cancellation;
use crate::actions::booking::new_session::NewSession;
use crate::actions::booking::reschedule::{AlsoMoved, NewTime};
use crate::actions::booking::{cancel as cancel_session, reschedule};
use crate::actions::desk::{attend, undo as undo_session};
use crate::actions::patient::courses::NewCourse;
use crate::actions::patient::{consents, courses, patients};
use crate::actions::{App, Error, Expected};
use crate::domain::ids::{PatientId, SessionId};
use crate::domain::patient::consent::{ConsentDetails, ConsentKind};
use crate::domain::text::{Code, Line};
use crate::domain::time::civil::When;
use crate::web::frame::error::error_page;
use crate::web::frame::form::sent::Form;
use crate::web::frame::page::{Named, named};

/// Back to the page with `view` open, and a word of what was done.
fn onward(view: &View, word: &str) -> Response {
    Redirect::to(&format!("{}&done={word}", view.address())).into_response()
}

/// The versions that a form was made for.
pub(super) fn expected(form: &Form) -> Expected {
    form.read("version").map_or(Expected::Any, |version| Expected::Versions(vec![version]))
}

/// The session that an address names.
pub(super) fn session_of(name: Named) -> Result<SessionId, Error> {
    named(name).parse().map_err(|_| Error::NotThere("session"))
}

/// Books one of the times that were offered.
pub(super) async fn book(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    form: Form,
) -> Response {
    let view = view_of(&app, &form);
    let (Some(course_id), Ok(service), Some(start)) = (
        form.read("course_id"),
        Code::try_from(form.get("service").to_owned()),
        form.read::<When>("start"),
    ) else {
        return error_page(Error::NotThere("time"));
    };
    let new = NewSession {
        course_id,
        service: service.clone(),
        start,
        site_id: form.read("site_id"),
        practitioner_id: form.read("practitioner_id"),
        room_id: form.read("room_id"),
        device_id: form.read("device_id"),
        hold_id: None,
        overriding: None,
    };
    match book_session(&app, &person.caller(), new).await {
        Ok(answer) => {
            let session = answer.into_inner();
            let day = session.start.date_naive();
            onward(&View { day, ..view.session(session.id) }, "booked")
        }
        Err(error) => refused(&app, &person, &again(&view, &form, service), &form, error).await,
    }
}

/// The patient whose form led here, with the times that are left.
fn again(view: &View, form: &Form, service: Code) -> View {
    match form.read("patient") {
        Some(id) => view.with(Open::Patient {
            id,
            course: form.read("course_id"),
            service: Some(service),
            from: form.read::<NaiveDate>("from"),
            everywhere: false,
        }),
        None => view.clone(),
    }
}

/// The patient is here.
pub(super) async fn check_in(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    form: Form,
) -> Response {
    let view = view_of(&app, &form);
    let id = match session_of(id) {
        Ok(id) => id,
        Err(error) => return error_page(error),
    };
    match attend::receive(&app, &person.caller(), id, &expected(&form)).await {
        Ok((_, missing)) => {
            onward(&view.session(id), if missing.is_empty() { "checked-in" } else { "arrived" })
        }
        Err(error) => refused(&app, &person, &view.session(id), &form, error).await,
    }
}

/// The patient did not come.
pub(super) async fn no_show(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    form: Form,
) -> Response {
    let view = view_of(&app, &form);
    let id = match session_of(id) {
        Ok(id) => id,
        Err(error) => return error_page(error),
    };
    match attend::no_show(&app, &person.caller(), id, &expected(&form), form.has("excused")).await {
        Ok(_) => onward(&view.session(id), "no-show"),
        Err(error) => refused(&app, &person, &view.session(id), &form, error).await,
    }
}

/// The session does not take place.
pub(super) async fn cancel(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    form: Form,
) -> Response {
    let view = view_of(&app, &form);
    let (id, reason) = match (session_of(id), form.read("reason")) {
        (Ok(id), Some(reason)) => (id, reason),
        (Err(error), _) => return error_page(error),
        (Ok(id), None) => {
            let error = Error::invalid("/reason", "says why it is called off");
            return refused(&app, &person, &view.session(id), &form, error).await;
        }
    };
    match cancel_session::cancel(
        &app,
        &person.caller(),
        id,
        &expected(&form),
        Cancellation { reason },
    )
    .await
    {
        Ok(_) => onward(&view.session(id), "called-off"),
        Err(error) => refused(&app, &person, &view.session(id), &form, error).await,
    }
}

/// Moves a session, and those after it that were shown to move with it.
pub(super) async fn move_to(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    form: Form,
) -> Response {
    let view = view_of(&app, &form);
    let (id, start) = match (session_of(id), form.read::<When>("start")) {
        (Ok(id), Some(start)) => (id, start),
        (Err(error), _) => return error_page(error),
        (Ok(_), None) => return error_page(Error::NotThere("time")),
    };
    let also = form.all("also").filter_map(|pair| {
        let (session, start) = pair.split_once(' ')?;
        Some(AlsoMoved { session_id: session.parse().ok()?, start: start.parse().ok()? })
    });
    let to = NewTime {
        start,
        site_id: None,
        practitioner_id: form.read("with"),
        room_id: None,
        device_id: None,
        also: also.collect(),
        preview: false,
        overriding: None,
    };
    match reschedule::reschedule(&app, &person.caller(), id, &expected(&form), to).await {
        Ok(moved) => {
            let day = moved.into_inner().session.start.date_naive();
            onward(&View { day, ..view.session(id) }, "moved")
        }
        Err(error) => refused(&app, &person, &view.session(id), &form, error).await,
    }
}

/// Takes the last change of a session back.
pub(super) async fn undo(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    form: Form,
) -> Response {
    let view = view_of(&app, &form);
    let id = match session_of(id) {
        Ok(id) => id,
        Err(error) => return error_page(error),
    };
    match undo_session::undo(&app, &person.caller(), id, &expected(&form)).await {
        Ok(session) => {
            let day = session.into_inner().start.date_naive();
            onward(&View { day, ..view.session(id) }, "undone")
        }
        Err(error) => refused(&app, &person, &view.session(id), &form, error).await,
    }
}

/// Registers a new caller and opens a course for them.
pub(super) async fn register(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    form: Form,
) -> Response {
    let view = view_of(&app, &form).with(Open::NewCaller(String::new()));
    let Ok(details) = caller_of(&form) else {
        let problem = Problem {
            sentences: vec!["Look at what is marked below.".to_owned()],
            status: axum::http::StatusCode::UNPROCESSABLE_ENTITY,
        };
        return drawn(&app, &person, &view, "", &form, Some(problem)).await;
    };
    match patients::register(&app, &person.caller(), details).await {
        Ok(patient) => begin_course(&app, &person, &view, &form, patient.into_inner().id).await,
        Err(error) => refused(&app, &person, &view, &form, error).await,
    }
}

/// Opens another course.
pub(super) async fn open_course(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    form: Form,
) -> Response {
    let view = view_of(&app, &form);
    match form.read("patient") {
        Some(patient) => begin_course(&app, &person, &view, &form, patient).await,
        None => error_page(Error::NotThere("patient")),
    }
}

async fn begin_course(
    app: &App,
    person: &Person,
    view: &View,
    form: &Form,
    patient: PatientId,
) -> Response {
    let goal = if form.get("goal").is_empty() { "remove" } else { form.get("goal") };
    let fields = serde_json::json!({"patient_id": patient, "goal": goal});
    let fields = fields.as_object().cloned().unwrap_or_default();
    let there = view.with(Open::Patient {
        id: patient,
        course: None,
        service: None,
        from: None,
        everywhere: false,
    });
    let opened = match NewCourse::try_from(fields) {
        Ok(new) => courses::open(app, &person.caller(), new).await,
        Err(error) => Err(Error::invalid("/goal", error.to_string())),
    };
    match opened {
        Ok(_) => onward(&there, "registered"),
        Err(error) => refused(app, person, &there, form, error).await,
    }
}

/// Writes down that the patient of a session consented to the laser.
pub(super) async fn consent(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    form: Form,
) -> Response {
    let view = view_of(&app, &form);
    let (id, patient) = match (session_of(id), form.read("patient")) {
        (Ok(id), Some(patient)) => (id, patient),
        (Err(error), _) => return error_page(error),
        (Ok(_), None) => return error_page(Error::NotThere("patient")),
    };
    let given = match Line::try_from(form.get("text_version")) {
        Ok(text_version) => {
            let details = ConsentDetails {
                kind: ConsentKind::LaserTreatment,
                partner_id: None,
                text_version,
            };
            consents::give(&app, &person.caller(), patient, details).await
        }
        Err(error) => Err(Error::invalid("/the version of the text", error.to_string())),
    };
    match given {
        Ok(_) => onward(&view.session(id), "consented"),
        Err(error) => refused(&app, &person, &view.session(id), &form, error).await,
    }
}
