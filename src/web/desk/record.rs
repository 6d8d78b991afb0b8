//! Writing up what was done in a session at the clinic, by whoever treats; and correcting it
//! afterwards, with a reason. The form is that of `web::record`; what fails comes back filled in.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::commands::{expected, session_of};
use super::course::{came_of_it, settings};
use super::words::{STALE, hours_of, state};
use crate::actions::access::browsers::Person;
use crate::actions::desk::attend;
use crate::actions::desk::correct::{Correction, correct};
use crate::actions::desk::write_up::{WriteUp, write_up};
use crate::actions::{App, Error, Result};
use crate::domain::ids::SessionId;
use crate::domain::overriding::Override;
use crate::domain::patient::Language;
use crate::domain::refusal::Refusal;
use crate::domain::text::Reason;
use crate::domain::time::civil::spoken_day;
use crate::web::frame::error::error_page;
use crate::web::frame::form::control::{Control, said_above};
use crate::web::frame::form::field::{Field, Kind};
use crate::web::frame::form::group::Group;
use crate::web::frame::form::sent::Form;
use crate::web::frame::form::wrong::{Wrong, all_wrong, needed, text_problem};
use crate::web::frame::layout::{Here, Shell};
use crate::web::frame::page::{Named, shown_with_scripts};
use crate::web::record::{filled, groups, is_incomplete, read, with_unasked};

/// The clinic's own people read English.
const EN: Language = Language::En;

#[derive(Template)]
#[template(path = "desk/record.html", config = ".askama.toml")]
struct Page {
    shell: Shell,
    heading: &'static str,
    back: String,
    path: String,
    version: i64,
    name: String,
    when: String,
    what: String,
    state: String,
    before: Vec<String>,
    written: Vec<String>,
    problems: Vec<String>,
    /// Nothing where there is nothing to write up yet.
    groups: Option<Vec<Group>>,
    /// Why it is corrected, or why a rule is gone past.
    why: Option<Control>,
    send: &'static str,
}

/// The page.
pub(super) async fn page(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
) -> Response {
    match session_of(id) {
        Ok(id) => drawn(&app, &person, id, None).await,
        Err(error) => error_page(error),
    }
}

/// What was typed in vain, and what is wrong with it.
struct Tried<'a> {
    form: &'a Form,
    wrong: Vec<Wrong>,
    /// Whether what stands against it can be gone past, by whoever typed it.
    can_go_past: bool,
}

async fn drawn(app: &App, person: &Person, id: SessionId, tried: Option<&Tried<'_>>) -> Response {
    match write_up(app, &person.caller(), id).await {
        Ok(session) => shown(app, person, session, tried),
        Err(error) => error_page(error),
    }
}

fn shown(app: &App, person: &Person, session: WriteUp, tried: Option<&Tried<'_>>) -> Response {
    let (writes, corrects) = (session.can_be_written(), session.can_be_corrected());
    let status = tried.map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    let there = session.session.record.as_ref().map(filled).unwrap_or_default();
    let (form, wrong, can_go_past) = match tried {
        Some(tried) => (tried.form, tried.wrong.as_slice(), tried.can_go_past),
        None => (&there, Default::default(), false),
    };
    // What was typed too early is shown as well, or it would be lost.
    let groups = (writes || corrects || tried.is_some())
        .then(|| groups(EN, session.treatment, &session.wavelengths, form, wrong));
    let reason = |label, hint| Field::new("why", label, Kind::Area).max_length(4000).hint(hint);
    let why = match (corrects, can_go_past || form.has("why")) {
        (true, _) => Some(
            reason(
                "Why it is corrected",
                "In ten characters or more; it is kept with what was there before",
            )
            .required(),
        ),
        (false, true) => Some(reason(
            "Why it is recorded all the same",
            "In ten characters or more; it stands in the audit",
        )),
        (false, false) => None,
    };
    let why = why.map(|field: Field| field.filled(form, wrong));
    let controls: Vec<_> = groups.iter().flatten().flat_map(Group::controls).chain(&why).collect();
    let problems = said_above(EN, wrong, &controls);
    let own = &session.session;
    let page = Page {
        shell: Shell::of(app, person, Here::Day),
        heading: if corrects { "Correct what was written up" } else { "Write up the session" },
        back: format!("/desk?day={}&session={}", own.start.date_naive(), own.id),
        path: format!("/desk/sessions/{}/record", own.id),
        version: own.version,
        name: session.patient,
        when: format!("{}, {}", spoken_day(own.start.date_naive()), hours_of(own)),
        what: session.service,
        state: state(own),
        before: session.before.as_ref().map(settings).unwrap_or_default(),
        written: own
            .record
            .as_ref()
            .map(|record| [settings(record), came_of_it(record)].concat())
            .unwrap_or_default(),
        problems,
        groups,
        why,
        send: if corrects { "Correct it" } else { "Write it up" },
    };
    shown_with_scripts(status, &page)
}

/// What was done.
pub(super) async fn send(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    form: Form,
) -> Response {
    let id = match session_of(id) {
        Ok(id) => id,
        Err(error) => return error_page(error),
    };
    match written(&app, &person, id, &form).await {
        Ok(Ok(there)) => Redirect::to(&there).into_response(),
        Ok(Err(tried)) => drawn(&app, &person, id, Some(&tried)).await,
        Err(error) => error_page(error),
    }
}

/// Writes up what `form` says, or corrects what is there: where it is seen, on its own day, or what is in the way.
async fn written<'f>(
    app: &App,
    person: &Person,
    id: SessionId,
    form: &'f Form,
) -> Result<std::result::Result<String, Tried<'f>>> {
    let caller = person.caller();
    let session = write_up(app, &caller, id).await?;
    let corrects = session.can_be_corrected();
    let read = read(EN, form);
    let mut wrong = read.record.as_ref().err().cloned().unwrap_or_default();
    let why = match Reason::try_from(form.get("why")) {
        Ok(why) => Some(why),
        Err(_) if form.get("why").is_empty() && !corrects => None,
        Err(_) if form.get("why").is_empty() => {
            wrong.push(Wrong::with("why", needed(EN)));
            None
        }
        Err(error) => {
            wrong.push(Wrong::with("why", text_problem(EN, &error)));
            None
        }
    };
    let mut can_go_past = false;
    if let (Ok(record), []) = (&read.record, wrong.as_slice()) {
        let mut record = match &session.session.record {
            Some(there) => with_unasked(record.clone(), there, session.treatment),
            None => record.clone(),
        };
        record.overriding = why.clone().map(|reason| Override { reason });
        let done = match (corrects, why) {
            (true, Some(reason)) => {
                let to = Correction { reason, record: Some(record), status: None };
                correct(app, &caller, id, &expected(form), to).await.map(|_| "corrected")
            }
            _ => attend::complete(app, &caller, id, &expected(form), record)
                .await
                .map(|_| "written-up"),
        };
        let error = match done {
            Ok(word) => {
                let day = session.session.start.date_naive();
                return Ok(Ok(format!("/desk?day={day}&session={id}&done={word}")));
            }
            Err(error) => error,
        };
        let incomplete = is_incomplete(&error);
        can_go_past = may_go_past(person, &error);
        wrong =
            read.beside(EN, form, all_wrong(error, STALE, |refusal| refusal.message)?, incomplete);
    }
    Ok(Err(Tried { form, wrong, can_go_past }))
}

/// Whether everything that is refused can be gone past by whoever asked.
fn may_go_past(person: &Person, error: &Error) -> bool {
    let may = |refusal: &Refusal| refusal.overridable_by.contains(&person.role());
    matches!(error, Error::Refused(all) | Error::Explained(all, _) if all.iter().all(may))
}
