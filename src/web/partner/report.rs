//! The report of one session: the form of the treatment record, with only what the treatment has, and sending it. A
//! form that is rejected is shown again, filled in.

use askama::Template;

use super::list::date_and_status;
use super::referral::can_be_reported;
use super::refusals::refusal_errors;
use super::rows;
use super::rows::KnownPatient;
use super::words::Words;
use crate::actions::Error;
use crate::actions::partner::outcomes::Report;
use crate::actions::partner::{outcomes, pages};
use crate::domain::ids::{ReferralId, SessionId};
use crate::web::frame::address::Id;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::control::errors_of_page;
use crate::web::frame::form::field_error::FieldError;
use crate::web::frame::form::group::Group;
use crate::web::frame::form::sent::Form;
use crate::web::frame::form::spec::expected;
use crate::web::frame::layout::{Layout, NavItem};
use crate::web::frame::page::{app_page, redirect, status_of};
use crate::web::frame::signed_in::SignedIn;
use crate::web::record::{is_incomplete, read_record, record_groups};

#[derive(Template)]
#[template(path = "partner/report.html", config = ".askama.toml")]
struct ReportPage {
    layout: Layout,
    words: &'static Words,
    back: String,
    path: String,
    version: i64,
    patient: KnownPatient,
    when: String,
    problems: Vec<String>,
    /// None where there is nothing to report.
    groups: Option<Vec<Group>>,
}

type OfSession = Id<(ReferralId, SessionId)>;

pub(super) async fn report_page(user: SignedIn, Id((id, session)): OfSession) -> PageResult {
    report_page_with(&user, id, session, None).await
}

/// The form as the referral is now, with what was typed and rejected.
async fn report_page_with(
    user: &SignedIn,
    id: ReferralId,
    session: SessionId,
    rejected: Option<(&Form, &[FieldError])>,
) -> PageResult {
    let (front, referral) = pages::referral(&user.app, &user.caller(), id).await?;
    let visit = referral.visits.iter().find(|one| one.id == session);
    let visit = visit.ok_or(Error::NotThere("visit"))?;
    let empty = Form::default();
    let (form, wrong) = rejected.unwrap_or((&empty, &[]));
    let language = front.language;
    let has_form = rejected.is_some() || can_be_reported(&referral, visit, user.app.clock.now());
    let groups = has_form
        .then(|| record_groups(language, referral.treatment, &front.wavelengths, form, wrong));
    let controls: Vec<_> = groups.iter().flatten().flat_map(Group::controls).collect();
    let back = format!("/partner/referrals/{}", referral.id);
    let page = ReportPage {
        layout: Layout::for_shop(user, NavItem::Partner, language),
        words: Words::for_language(language),
        path: format!("{back}/report/{}", visit.id),
        back,
        version: referral.version,
        patient: rows::known_patient(language, referral.packet.as_ref()),
        when: date_and_status(language, visit),
        problems: errors_of_page(language, wrong, &controls),
        groups,
    };
    Ok(app_page(status_of(rejected.is_some()), &page))
}

/// Sends the report.
pub(super) async fn send_report(
    user: SignedIn,
    Id((id, session)): OfSession,
    form: Form,
) -> PageResult {
    let (app, caller) = (&user.app, user.caller());
    let front = pages::front(app, &caller).await?;
    let read = read_record(front.language, &form);
    let wrong = match &read.record {
        Ok(record) => {
            let report = Report { session_id: Some(session), record: record.clone() };
            match outcomes::report(app, &caller, id, &expected(&form), report).await {
                Ok(_) => return Ok(redirect(&format!("/partner/referrals/{id}?reported"))),
                Err(error) => {
                    let incomplete = is_incomplete(&error);
                    let words = Words::for_language(front.language);
                    let wrong = refusal_errors(words, &front.wavelengths, error)?;
                    read.in_form(front.language, &form, wrong, incomplete)
                }
            }
        }
        Err(wrong) => wrong.clone(),
    };
    report_page_with(&user, id, session, Some((&form, &wrong))).await
}
