//! The first page of a shop: the referrals that wait for its answer, then today and the coming two weeks, each session
//! with the packet; or only what is to be answered, or to be reported, on any day.

use askama::Template;
use axum::http::StatusCode;
use chrono::NaiveDate;

use super::linked_list::{around, first_day};
use super::rows::{DayOfRows, KnownPatient, Lead, by_day};
use super::words::Words;
use super::{list_words, rows};
use crate::actions::partner::pages;
use crate::actions::partner::pages::Shown;
use crate::actions::partner::shop_views::{ShopReferral, ShopVisit};
use crate::actions::{Error, Result};
use crate::domain::course::status::SessionStatus;
use crate::domain::messages::wording;
use crate::domain::patient::Language;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::sent::{Form, Query};
use crate::web::frame::layout::{Layout, NavItem};
use crate::web::frame::page::app_page;
use crate::web::frame::signed_in::SignedIn;
use crate::web::frame::terms::term;

/// A referral that waits for an answer.
struct Request {
    address: String,
    patient: KnownPatient,
    asked: String,
    sent: String,
    dates: Vec<String>,
}

/// Which of the three lists it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Filter {
    All,
    ToAnswer,
    ToReport,
}

#[derive(Template)]
#[template(path = "partner/list.html", config = ".askama.toml")]
struct ListPage {
    layout: Layout,
    words: &'static Words,
    listed: &'static list_words::ListWords,
    name: String,
    filter: Filter,
    to_answer: usize,
    to_report: usize,
    from: String,
    first: NaiveDate,
    is_today: bool,
    earlier: NaiveDate,
    later: NaiveDate,
    requests: Vec<Request>,
    days: Vec<DayOfRows>,
}

/// What a query asks for.
fn wanted(query: &Form) -> Result<(Filter, Shown)> {
    match query.get("show") {
        "" => Ok((Filter::All, Shown::Days(first_day(query)?))),
        "to-answer" => Ok((Filter::ToAnswer, Shown::ToAnswer)),
        "to-report" => Ok((Filter::ToReport, Shown::ToReport)),
        _ => Err(Error::NotThere("page")),
    }
}

pub(super) async fn list_page(user: SignedIn, Query(query): Query) -> PageResult {
    let (filter, wanted) = wanted(&query)?;
    let list = pages::list(&user.app, &user.caller(), wanted).await?;
    let language = list.front.language;
    let words = Words::for_language(language);
    let first = list.from.date_naive();
    let (earlier, later) = around(first);
    let page = ListPage {
        layout: Layout::for_shop(&user, NavItem::Partner, language),
        words,
        listed: list_words::ListWords::for_language(language),
        name: list.front.name,
        filter,
        to_answer: list.to_answer,
        to_report: list.to_report,
        from: wording::day(language, list.from.naive_local()),
        first,
        is_today: first == user.today(),
        earlier,
        later,
        requests: list.requests.iter().map(|one| request(words, one)).collect(),
        days: by_day(language, &list.visits, |visit| lead_of(words, visit)),
    };
    Ok(app_page(StatusCode::OK, &page))
}

fn request(words: &Words, one: &ShopReferral) -> Request {
    let language = words.language;
    Request {
        address: format!("/partner/referrals/{}", one.id),
        patient: rows::known_patient(language, one.packet.as_ref()),
        asked: words.service_and_count(&one.service, one.count),
        sent: one
            .requested_at
            .map(|at| wording::day(language, at.naive_local()))
            .unwrap_or_default(),
        dates: one.visits.iter().map(|visit| date_and_status(language, visit)).collect(),
    }
}

/// The day, hours and status of a session.
pub(super) fn date_and_status(language: Language, visit: &ShopVisit) -> String {
    let day = wording::day(language, visit.start.naive_local());
    let status = term(language, &visit.status.to_string());
    format!("{day}, {}: {status}", rows::hours(language, visit))
}

/// Where the row of a session leads: to its report once that is due, else to its referral.
fn lead_of(words: &Words, visit: &ShopVisit) -> Option<Lead> {
    let referral = visit.referral_id?;
    Some(if visit.report_due {
        Lead {
            address: format!("/partner/referrals/{referral}/report/{}", visit.id),
            words: words.record,
        }
    } else {
        Lead {
            address: format!("/partner/referrals/{referral}"),
            words: if visit.status == SessionStatus::Pending { words.answer } else { words.look },
        }
    })
}
