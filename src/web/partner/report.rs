//! The report of one visit: the form of the treatment record, with only what the treatment has, and
//! sending it. What fails comes back filled in.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::list::date;
use super::path::{WhichVisit, expected, which_visit};
use super::referral::can_be_reported;
use super::refused::wrong;
use super::rows;
use super::words::Words;
use crate::actions::access::browsers::Person;
use crate::actions::partner::ends::Report;
use crate::actions::partner::pages::Front;
use crate::actions::partner::views::{ShopReferral, ShopVisit};
use crate::actions::partner::{ends, pages};
use crate::actions::{App, Error};
use crate::web::frame::error::error_page;
use crate::web::frame::form::control::said_above;
use crate::web::frame::form::group::Group;
use crate::web::frame::form::sent::Form;
use crate::web::frame::form::wrong::Wrong;
use crate::web::frame::layout::{Here, Shell};
use crate::web::frame::page::shown_with_scripts;
use crate::web::record::{groups, is_incomplete, read};

#[derive(Template)]
#[template(path = "partner_report.html", config = ".askama.toml")]
struct Page {
    shell: Shell,
    words: &'static Words,
    back: String,
    path: String,
    version: i64,
    name: String,
    when: String,
    facts: Vec<String>,
    withheld: Option<&'static str>,
    problems: Vec<String>,
    /// Nothing where there is nothing to report.
    groups: Option<Vec<Group>>,
}

/// The page.
pub(super) async fn page(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    named: WhichVisit,
) -> Response {
    let (id, visit) = match which_visit(named) {
        Ok(which) => which,
        Err(error) => return error_page(error),
    };
    let (front, referral) = match pages::referral(&app, &person.caller(), id).await {
        Ok(found) => found,
        Err(error) => return error_page(error),
    };
    match referral.visits.iter().find(|one| one.id == visit) {
        Some(visit) => shown(&app, &person, &front, &referral, visit, None),
        None => error_page(Error::NotThere("visit")),
    }
}

/// The form, and what was typed into it in vain.
fn shown(
    app: &App,
    person: &Person,
    front: &Front,
    referral: &ShopReferral,
    visit: &ShopVisit,
    tried: Option<(&Form, &[Wrong])>,
) -> Response {
    let words = Words::of(front.language);
    let empty = Form::default();
    let (form, wrong) = tried.unwrap_or((&empty, &[]));
    let wanted = tried.is_some() || can_be_reported(referral, visit, app.clock.now());
    let groups =
        wanted.then(|| groups(front.language, referral.treatment, &front.wavelengths, form, wrong));
    let controls: Vec<_> = groups.iter().flatten().flat_map(Group::controls).collect();
    let problems = said_above(front.language, wrong, &controls);
    let packet = referral.packet.as_ref();
    let back = format!("/partner/referrals/{}", referral.id);
    let page = Page {
        shell: Shell::for_shop(app, person, Here::Partner, front.language),
        words,
        path: format!("{back}/report/{}", visit.id),
        back,
        version: referral.version,
        name: rows::name(front.language, packet),
        when: date(front.language, visit),
        facts: packet.map(|packet| rows::facts(front.language, packet)).unwrap_or_default(),
        withheld: rows::withheld(front.language, packet),
        problems,
        groups,
    };
    let status = if tried.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    shown_with_scripts(status, &page)
}

/// The report.
pub(super) async fn send(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    named: WhichVisit,
    form: Form,
) -> Response {
    let (id, session) = match which_visit(named) {
        Ok(which) => which,
        Err(error) => return error_page(error),
    };
    let caller = person.caller();
    let front = match pages::front(&app, &caller).await {
        Ok(front) => front,
        Err(error) => return error_page(error),
    };
    let words = Words::of(front.language);
    let read = read(front.language, &form);
    let wrong = match &read.record {
        Ok(record) => {
            let report = Report { session_id: Some(session), record: record.clone() };
            match ends::report(&app, &caller, id, &expected(&form), report).await {
                Ok(_) => {
                    return Redirect::to(&format!("/partner/referrals/{id}?reported"))
                        .into_response();
                }
                Err(error) => {
                    let incomplete = is_incomplete(&error);
                    wrong(words, &front.wavelengths, error)
                        .map(|wrong| read.beside(front.language, &form, wrong, incomplete))
                }
            }
        }
        Err(wrong) => Ok(wrong.clone()),
    };
    let wrong = match wrong {
        Ok(wrong) => wrong,
        Err(error) => return error_page(error),
    };
    // As it is now, which is what the form is sent again to.
    let (front, referral) = match pages::referral(&app, &caller, id).await {
        Ok(found) => found,
        Err(error) => return error_page(error),
    };
    match referral.visits.iter().find(|one| one.id == session) {
        Some(visit) => shown(&app, &person, &front, &referral, visit, Some((&form, &wrong))),
        None => error_page(Error::NotThere("visit")),
    }
}
