//! The first page of a shop: what waits for its answer, then today and the coming two weeks, each
//! visit with the packet; or only what is to be answered, or to be reported, on whatever day.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;

use super::rows::{DayOfRows, Lead, by_day};
use super::shop::{around, first_day};
use super::words::Words;
use super::{list_words, rows};
use crate::actions::access::browsers::Person;
use crate::actions::partner::pages;
use crate::actions::partner::pages::{ShopList, Shown};
use crate::actions::partner::views::{ShopReferral, ShopVisit};
use crate::actions::{App, Error};
use crate::domain::course::status::SessionStatus;
use crate::domain::messages::wording;
use crate::domain::patient::Language;
use crate::domain::time::civil;
use crate::web::frame::error::error_page;
use crate::web::frame::form::sent::{Asked, Form};
use crate::web::frame::layout::{Here, Shell};
use crate::web::frame::page::shown_with_scripts;
use crate::web::frame::terms::term;

/// A request that waits for an answer.
struct Request {
    address: String,
    name: String,
    phone: Option<String>,
    asked: String,
    sent: String,
    facts: Vec<String>,
    withheld: Option<&'static str>,
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
#[template(path = "partner.html", config = ".askama.toml")]
struct Page {
    shell: Shell,
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
fn wanted(asked: &Form) -> Result<(Filter, Shown), Error> {
    match asked.get("show") {
        "" => Ok((Filter::All, Shown::Days(first_day(asked)?))),
        "to-answer" => Ok((Filter::ToAnswer, Shown::ToAnswer)),
        "to-report" => Ok((Filter::ToReport, Shown::ToReport)),
        _ => Err(Error::NotThere("page")),
    }
}

/// The page.
pub(super) async fn page(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Asked(asked): Asked,
) -> Response {
    let (filter, wanted) = match wanted(&asked) {
        Ok(wanted) => wanted,
        Err(error) => return error_page(error),
    };
    match pages::list(&app, &person.caller(), wanted).await {
        Ok(list) => shown_with_scripts(StatusCode::OK, &filled(&app, &person, filter, &list)),
        Err(error) => error_page(error),
    }
}

fn filled(app: &App, person: &Person, filter: Filter, list: &ShopList) -> Page {
    let language = list.front.language;
    let words = Words::of(language);
    let first = list.from.date_naive();
    let (earlier, later) = around(first);
    Page {
        shell: Shell::for_shop(app, person, Here::Partner, language),
        words,
        listed: list_words::ListWords::of(language),
        name: list.front.name.clone(),
        filter,
        to_answer: list.to_answer,
        to_report: list.to_report,
        from: wording::day(language, list.from.naive_local()),
        first,
        is_today: first == civil::date_of(app.zone, app.clock.now()),
        earlier,
        later,
        requests: list.requests.iter().map(|one| request(language, words, one)).collect(),
        days: by_day(language, &list.visits, |visit| leads_to(words, visit)),
    }
}

fn request(language: Language, words: &Words, one: &ShopReferral) -> Request {
    let packet = one.packet.as_ref();
    Request {
        address: format!("/partner/referrals/{}", one.id),
        name: rows::name(language, packet),
        phone: rows::phone(packet),
        asked: format!("{}, {}", term(language, one.service.as_str()), words.sessions(one.count)),
        sent: one
            .requested_at
            .map(|at| wording::day(language, at.naive_local()))
            .unwrap_or_default(),
        facts: packet.map(|packet| rows::facts(language, packet)).unwrap_or_default(),
        withheld: rows::withheld(language, packet),
        dates: one.visits.iter().map(|visit| date(language, visit)).collect(),
    }
}

/// A visit's day and hours, and where it stands.
pub(super) fn date(language: Language, visit: &ShopVisit) -> String {
    let day = wording::day(language, visit.start.naive_local());
    let status = term(language, &visit.status.to_string());
    format!("{day}, {}: {status}", rows::hours(language, visit))
}

/// Where a visit leads: to its report once it is due, else to its referral.
fn leads_to(words: &Words, visit: &ShopVisit) -> Option<Lead> {
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
