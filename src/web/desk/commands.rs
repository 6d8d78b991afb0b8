//! What the desk does: each command reads its form, calls one action, and leads back to the day, with what was done;
//! or shows the page again with the reasons and with all that was typed.

use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;

use super::day::{day_page_with, refused_page};
use super::new_caller::patient_from_form;
use super::view::{Caller, Open, PatientQuery, View};
use super::words::{Problem, TwoPeople, is_same_patient_alone, problem_from};
use crate::actions::booking::book::book;
use crate::actions::booking::cancel::{Cancellation, cancel};
use crate::actions::booking::new_session::NewSession;
use crate::actions::booking::reschedule::{AlsoMoved, NewTime, reschedule};
use crate::actions::desk::attend;
use crate::actions::desk::undo::undo;
use crate::actions::messages::promises;
use crate::actions::patient::courses::NewCourse;
use crate::actions::patient::{consents, courses, patients};
use crate::actions::{Error, Expected, Result};
use crate::domain::ids::{PatientId, SessionId};
use crate::domain::patient::consent::{ConsentDetails, ConsentKind};
use crate::domain::patient::{NewPatient, Way};
use crate::domain::rule_override::Override;
use crate::domain::text::{Code, Line, Reason};
use crate::domain::time::civil::When;
use crate::web::frame::address::Id;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::sent::Form;
use crate::web::frame::page::{redirect, status_of};
use crate::web::frame::signed_in::SignedIn;

/// The versions that a form was made for.
pub(super) fn expected(form: &Form) -> Expected {
    form.parse("version").map_or(Expected::Any, |version| Expected::Versions(vec![version]))
}

/// Back to the page with `view` open, and a word of what was done.
fn done(view: &View, word: &str) -> Response {
    redirect(&format!("{}&done={word}", view.address()))
}

/// What follows a command: the page with `view` open. After a success it says what was done, and may show another day.
async fn answer(
    user: &SignedIn,
    view: &View,
    form: &Form,
    result: Result<(&'static str, Option<NaiveDate>)>,
) -> PageResult {
    match result {
        Ok((word, day)) => Ok(done(&View { day: day.unwrap_or(view.day), ..view.clone() }, word)),
        Err(error) => refused_page(user, view, form, error).await,
    }
}

/// Books one of the times that were offered.
pub(super) async fn book_session(user: SignedIn, form: Form) -> PageResult {
    let view = View::from_form(&user, &form);
    let (Some(course_id), Ok(service), Some(start)) = (
        form.parse("course_id"),
        Code::try_from(form.get("service").to_owned()),
        form.parse::<When>("start"),
    ) else {
        return Err(Error::NotThere("time").into());
    };
    let new = NewSession {
        site_id: form.parse("site_id"),
        practitioner_id: form.parse("practitioner_id"),
        room_id: form.parse("room_id"),
        device_id: form.parse("device_id"),
        overriding: two_people(&form),
        ..NewSession::at(course_id, service.clone(), start)
    };
    match book(&user.app, &user.caller(), new).await {
        Ok(answer) => {
            let session = answer.into_inner();
            let day = session.start.date_naive();
            Ok(done(&View { day, ..view.session(session.id) }, "booked"))
        }
        Err(error) => {
            let view = with_times(&view, &form, service);
            refused_but_for_two_people(&user, &view, &form, "/desk/book".to_owned(), error).await
        }
    }
}

/// Why a time is taken although somebody of the same name is booked then: two people.
fn two_people(form: &Form) -> Option<Override> {
    let reason = Reason::try_from(form.get("why")).ok()?;
    Some(Override { reason })
}

/// The page after a command was refused; where only somebody of the same name is in the way, with a way on.
async fn refused_but_for_two_people(
    user: &SignedIn,
    view: &View,
    form: &Form,
    action: String,
    error: Error,
) -> PageResult {
    let alone = is_same_patient_alone(&error);
    let mut problem = problem_from(error)?;
    problem.two_people = alone.then(|| TwoPeople {
        action,
        fields: form.pairs().iter().filter(|(name, _)| name != "why").cloned().collect(),
    });
    day_page_with(user, view, "", form, Some(problem)).await
}

/// `view` with the patient whose form led here, and the times that are left.
fn with_times(view: &View, form: &Form, service: Code) -> View {
    match form.parse("patient") {
        Some(id) => view.with(Open::Patient(PatientQuery {
            service: Some(service),
            from: form.parse::<NaiveDate>("from"),
            ..PatientQuery::new(id, form.parse("course_id"))
        })),
        None => view.clone(),
    }
}

/// Notes that the patient is here.
pub(super) async fn check_in(user: SignedIn, Id(id): Id<SessionId>, form: Form) -> PageResult {
    let view = View::from_form(&user, &form).session(id);
    let received = attend::receive(&user.app, &user.caller(), id, &expected(&form)).await;
    let result = received
        .map(|(_, missing)| (if missing.is_empty() { "checked-in" } else { "arrived" }, None));
    answer(&user, &view, &form, result).await
}

/// Notes that the patient did not come.
pub(super) async fn mark_no_show(user: SignedIn, Id(id): Id<SessionId>, form: Form) -> PageResult {
    let view = View::from_form(&user, &form).session(id);
    let excused = form.has("excused");
    let noted = attend::no_show(&user.app, &user.caller(), id, &expected(&form), excused).await;
    answer(&user, &view, &form, noted.map(|_| ("no-show", None))).await
}

/// Cancels a session.
pub(super) async fn cancel_session(
    user: SignedIn,
    Id(id): Id<SessionId>,
    form: Form,
) -> PageResult {
    let view = View::from_form(&user, &form).session(id);
    let cancelled = match form.parse("reason") {
        Some(reason) => {
            let why = Cancellation { reason };
            cancel(&user.app, &user.caller(), id, &expected(&form), why).await
        }
        None => Err(Error::invalid("/reason", "says why it is called off")),
    };
    answer(&user, &view, &form, cancelled.map(|_| ("called-off", None))).await
}

/// Moves a session, and those after it that were shown to move with it.
pub(super) async fn move_session(user: SignedIn, Id(id): Id<SessionId>, form: Form) -> PageResult {
    let view = View::from_form(&user, &form).session(id);
    let start = form.parse::<When>("start").ok_or(Error::NotThere("time"))?;
    let also = form.values("also").filter_map(|pair| {
        let (session, start) = pair.split_once(' ')?;
        Some(AlsoMoved { session_id: session.parse().ok()?, start: start.parse().ok()? })
    });
    let to = NewTime {
        practitioner_id: form.parse("with"),
        also: also.collect(),
        overriding: two_people(&form),
        ..NewTime::to(start)
    };
    let moved = reschedule(&user.app, &user.caller(), id, &expected(&form), to).await;
    if let Err(error) = moved {
        let action = format!("/desk/sessions/{id}/move");
        return refused_but_for_two_people(&user, &view, &form, action, error).await;
    }
    let result = moved.map(|moved| ("moved", Some(moved.into_inner().session.start.date_naive())));
    answer(&user, &view, &form, result).await
}

/// Undoes the last change of a session.
pub(super) async fn undo_change(user: SignedIn, Id(id): Id<SessionId>, form: Form) -> PageResult {
    let view = View::from_form(&user, &form).session(id);
    let undone = undo(&user.app, &user.caller(), id, &expected(&form)).await;
    let result = undone.map(|session| ("undone", Some(session.into_inner().start.date_naive())));
    answer(&user, &view, &form, result).await
}

/// Registers a new caller and opens a course for them.
pub(super) async fn register_patient(user: SignedIn, form: Form) -> PageResult {
    let view = View::from_form(&user, &form).with(Open::NewCaller(Caller::default()));
    let Ok(details) = patient_from_form(&form) else {
        let sentences = vec!["Look at what is marked below.".to_owned()];
        let problem = Problem::new(status_of(true), sentences);
        return day_page_with(&user, &view, "", &form, Some(problem)).await;
    };
    let new = NewPatient { details, duplicate_ok: form.has("duplicate_ok") };
    match patients::register(&user.app, &user.caller(), new).await {
        Ok(patient) => begin_course(&user, &view, &form, patient.into_inner().id).await,
        Err(Error::PossibleDuplicate(known)) => {
            let view = view.with(Open::NewCaller(Caller::known_as(known)));
            let sentences = vec!["Already here? See below.".to_owned()];
            let problem = Problem::new(StatusCode::CONFLICT, sentences);
            day_page_with(&user, &view, "", &form, Some(problem)).await
        }
        Err(error) => refused_page(&user, &view, &form, error).await,
    }
}

/// Opens another course for a patient.
pub(super) async fn open_course(user: SignedIn, form: Form) -> PageResult {
    let view = View::from_form(&user, &form);
    let patient = form.parse("patient").ok_or(Error::NotThere("patient"))?;
    begin_course(&user, &view, &form, patient).await
}

async fn begin_course(user: &SignedIn, view: &View, form: &Form, patient: PatientId) -> PageResult {
    let goal = if form.get("goal").is_empty() { "remove" } else { form.get("goal") };
    let fields = serde_json::json!({"patient_id": patient, "goal": goal});
    let fields = fields.as_object().cloned().unwrap_or_default();
    let opened = match NewCourse::try_from(fields) {
        Ok(new) => courses::open(&user.app, &user.caller(), new).await,
        Err(error) => Err(Error::invalid("/goal", error.to_string())),
    };
    answer(user, &view.patient(patient, None), form, opened.map(|_| ("registered", None))).await
}

/// Notes that messages arrive again at an address or number of a patient.
pub(super) async fn mend_way(
    user: SignedIn,
    Id((id, way)): Id<(PatientId, Way)>,
    form: Form,
) -> PageResult {
    let view = View::from_form(&user, &form);
    let view = if form.has("session") { view } else { view.patient(id, None) };
    let mended = promises::mend(&user.app, &user.caller(), id, way).await;
    answer(&user, &view, &form, mended.map(|_| ("mended", None))).await
}

/// Records that the patient of a session consented to the laser.
pub(super) async fn record_consent(
    user: SignedIn,
    Id(id): Id<SessionId>,
    form: Form,
) -> PageResult {
    let view = View::from_form(&user, &form).session(id);
    let patient = form.parse("patient").ok_or(Error::NotThere("patient"))?;
    let given = match Line::try_from(form.get("text_version")) {
        Ok(text_version) => {
            let kind = ConsentKind::LaserTreatment;
            let details = ConsentDetails { kind, partner_id: None, text_version };
            consents::give(&user.app, &user.caller(), patient, details).await
        }
        Err(error) => Err(Error::invalid("/the version of the text", error.to_string())),
    };
    answer(&user, &view, &form, given.map(|_| ("consented", None))).await
}
