//! Writing up what was done in a session at the clinic, by its practitioner, and correcting it afterwards, with a
//! reason. The form is that of `web::record`; a form that is rejected is shown again, filled in.

use askama::Template;
use axum::response::Response;

use super::commands::expected;
use super::course::{results, settings};
use super::words::{STALE, hours_of, state_words};
use crate::actions::desk::attend;
use crate::actions::desk::correct::{Correction, correct};
use crate::actions::desk::write_up::{WriteUp, write_up};
use crate::actions::{Error, Result};
use crate::domain::ids::SessionId;
use crate::domain::patient::Language;
use crate::domain::refusal::Refusal;
use crate::domain::rule_override::Override;
use crate::domain::text::Reason;
use crate::domain::time::civil::spoken_day;
use crate::web::frame::address::Id;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::control::{Control, errors_of_page};
use crate::web::frame::form::field::{Field, Kind};
use crate::web::frame::form::field_error::{FieldError, field_errors, required_text, text_problem};
use crate::web::frame::form::group::Group;
use crate::web::frame::form::sent::Form;
use crate::web::frame::layout::{Layout, NavItem};
use crate::web::frame::page::{app_page, redirect, status_of};
use crate::web::frame::signed_in::SignedIn;
use crate::web::record::{form_of_record, is_incomplete, read_record, record_groups, with_unasked};

/// The clinic's own people read English.
const EN: Language = Language::En;

#[derive(Template)]
#[template(path = "desk/record.html", config = ".askama.toml")]
struct RecordPage {
    layout: Layout,
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
    /// None where there is nothing to write up yet.
    groups: Option<Vec<Group>>,
    /// Why it is corrected, or why a rule is overridden.
    why: Option<Control>,
    send: &'static str,
}

pub(super) async fn record_page(user: SignedIn, Id(id): Id<SessionId>) -> PageResult {
    let session = write_up(&user.app, &user.caller(), id).await?;
    Ok(record_page_with(&user, session, None))
}

/// What was typed and not accepted, and what is wrong with it.
struct Rejected {
    wrong: Vec<FieldError>,
    /// Whether the user may override what was refused.
    can_override: bool,
}

fn record_page_with(
    user: &SignedIn,
    session: WriteUp,
    rejected: Option<(&Form, &Rejected)>,
) -> Response {
    let (writes, corrects) = (session.can_be_written(), session.can_be_corrected());
    let there = session.session.record.as_ref().map(form_of_record).unwrap_or_default();
    let (form, wrong, can_override) = match rejected {
        Some((form, rejected)) => (form, rejected.wrong.as_slice(), rejected.can_override),
        None => (&there, Default::default(), false),
    };
    // What was typed too early is shown as well, or it would be lost.
    let groups = (writes || corrects || rejected.is_some())
        .then(|| record_groups(EN, session.treatment, &session.wavelengths, form, wrong));
    let why = reason_field(corrects, can_override || form.has("why"))
        .map(|field| field.control(form, wrong));
    let controls: Vec<_> = groups.iter().flatten().flat_map(Group::controls).chain(&why).collect();
    let problems = errors_of_page(EN, wrong, &controls);
    let own = &session.session;
    let page = RecordPage {
        layout: Layout::new(user, NavItem::Day),
        heading: if corrects { "Correct what was written up" } else { "Write up the session" },
        back: format!("/desk?day={}&session={}", own.start.date_naive(), own.id),
        path: format!("/desk/sessions/{}/record", own.id),
        version: own.version,
        name: session.patient,
        when: format!("{}, {}", spoken_day(own.start.date_naive()), hours_of(own)),
        what: session.service,
        state: state_words(own),
        before: session.before.as_ref().map(settings).unwrap_or_default(),
        written: own
            .record
            .as_ref()
            .map(|record| [settings(record), results(record)].concat())
            .unwrap_or_default(),
        problems,
        groups,
        why,
        send: if corrects { "Correct it" } else { "Write it up" },
    };
    app_page(status_of(rejected.is_some()), &page)
}

/// The field for the reason of a correction, or of overriding a rule.
fn reason_field(corrects: bool, overrides: bool) -> Option<Field> {
    let reason = |label, hint| Field::new("why", label, Kind::Area).max_length(4000).hint(hint);
    match (corrects, overrides) {
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
    }
}

/// Writes up what was done, or corrects it.
pub(super) async fn write_record(user: SignedIn, Id(id): Id<SessionId>, form: Form) -> PageResult {
    match save_record(&user, id, &form).await? {
        Ok(address) => Ok(redirect(&address)),
        Err(rejected) => {
            let session = write_up(&user.app, &user.caller(), id).await?;
            Ok(record_page_with(&user, session, Some((&form, &rejected))))
        }
    }
}

/// The address of the session on its day, or what is in the way.
type Saved = std::result::Result<String, Rejected>;

/// Writes up what `form` says, or corrects what is there. Answers the address of the session on its day, or what is in
/// the way.
async fn save_record(user: &SignedIn, id: SessionId, form: &Form) -> Result<Saved> {
    let (app, caller) = (&user.app, user.caller());
    let session = write_up(app, &caller, id).await?;
    let corrects = session.can_be_corrected();
    let read = read_record(EN, form);
    let mut wrong = read.record.as_ref().err().cloned().unwrap_or_default();
    let why = Reason::try_from(form.get("why")).map(Some).or_else(|error| {
        match (form.get("why"), corrects) {
            ("", false) => Ok(None),
            ("", true) => Err(FieldError::at_field("why", required_text(EN))),
            _ => Err(FieldError::at_field("why", text_problem(EN, &error))),
        }
    });
    wrong.extend(why.as_ref().err().cloned());
    let (Ok(record), Ok(why), []) = (&read.record, why, wrong.as_slice()) else {
        return Ok(Err(Rejected { wrong, can_override: false }));
    };
    let mut record = match &session.session.record {
        Some(there) => with_unasked(record.clone(), there, session.treatment),
        None => record.clone(),
    };
    record.overriding = why.clone().map(|reason| Override { reason });
    let expected = expected(form);
    let done = match (corrects, why) {
        (true, Some(reason)) => {
            let to = Correction { reason, record: Some(record), status: None };
            correct(app, &caller, id, &expected, to).await.map(|_| "corrected")
        }
        _ => attend::complete(app, &caller, id, &expected, record).await.map(|_| "written-up"),
    };
    let error = match done {
        Ok(word) => {
            let day = session.session.start.date_naive();
            return Ok(Ok(format!("/desk?day={day}&session={id}&done={word}")));
        }
        Err(error) => error,
    };
    let (incomplete, can_override) = (is_incomplete(&error), can_override(user, &error));
    let wrong = field_errors(error, STALE, |refusal| refusal.message)?;
    Ok(Err(Rejected { wrong: read.in_form(EN, form, wrong, incomplete), can_override }))
}

/// Whether the user may override everything that was refused.
fn can_override(user: &SignedIn, error: &Error) -> bool {
    let may = |refusal: &Refusal| refusal.overridable_by.contains(&user.role());
    matches!(error, Error::Refused(all) | Error::Explained(all, _) if all.iter().all(may))
}
