//! One referral as its shop sees it: the packet, the dates, what was proposed, and the answers that
//! it allows. A form that failed is on it again, filled in, with what was wrong beside it.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, FixedOffset, Utc};

use super::list::date;
use super::path::{Which, which};
use super::rows;
use super::words::Words;
use crate::actions::access::browsers::Person;
use crate::actions::partner::pages;
use crate::actions::partner::views::{ShopReferral, ShopVisit};
use crate::actions::{App, Error};
use crate::domain::course::status::{SessionStatus, Verb};
use crate::domain::ids::ReferralId;
use crate::domain::messages::wording;
use crate::domain::partner::referral::ReferralVerb;
use crate::domain::patient::Language;
use crate::web::frame::error::error_page;
use crate::web::frame::form::control::{Control, focus_first_wrong};
use crate::web::frame::form::field::{Field, Kind};
use crate::web::frame::form::sent::{Asked, Form};
use crate::web::frame::form::wrong::{Wrong, look_below};
use crate::web::frame::layout::{Here, Shell};
use crate::web::frame::page::shown_with_scripts;
use crate::web::frame::terms::term;

/// What a shop tried and did not get.
pub(super) struct Failed {
    pub(super) tried: Tried,
    pub(super) form: Form,
    pub(super) wrong: Vec<Wrong>,
}

/// Which of the forms it was.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tried {
    Accept,
    Decline,
    Propose,
    Fail,
}

/// A form of one control.
struct Small {
    session_id: String,
    about: String,
    control: Control,
    /// Whether it is shown unfolded: what was tried is.
    open: bool,
}

/// A date under the referral.
struct Visit {
    words: String,
    report: Option<&'static str>,
    report_address: Option<String>,
    proposal: Option<Small>,
}

#[derive(Template)]
#[template(path = "partner_referral.html", config = ".askama.toml")]
struct Page {
    shell: Shell,
    words: &'static Words,
    path: String,
    version: i64,
    name: String,
    phone: Option<String>,
    withheld: Option<&'static str>,
    facts: Vec<String>,
    asked: String,
    status: String,
    undated: String,
    days: Vec<(&'static str, String)>,
    reason: Option<String>,
    note: Option<&'static str>,
    problems: Vec<String>,
    kept: Vec<(&'static str, String)>,
    visits: Vec<Visit>,
    proposals: Vec<String>,
    can_accept: bool,
    first_time: Option<Small>,
    decline: Option<Small>,
    fail: Option<Small>,
}

/// The page.
pub(super) async fn page(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    named: Which,
    Asked(asked): Asked,
) -> Response {
    match which(named) {
        Ok(id) => shown(&app, &person, id, &asked, None).await,
        Err(error) => error_page(error),
    }
}

/// The page as it is now, with what was tried in vain.
pub(super) async fn shown(
    app: &App,
    person: &Person,
    id: ReferralId,
    asked: &Form,
    failed: Option<Failed>,
) -> Response {
    let (front, referral) = match pages::referral(app, &person.caller(), id).await {
        Ok(found) => found,
        Err(error) => return error_page(error),
    };
    let status = if failed.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let shell = Shell::for_shop(app, person, Here::Partner, front.language);
    let page = filled(shell, front.language, &referral, app.clock.now(), asked, failed.as_ref());
    shown_with_scripts(status, &page)
}

/// What the address says was just done.
fn note(words: &Words, asked: &Form) -> Option<&'static str> {
    let notes = [
        ("accepted", words.accepted),
        ("declined", words.declined),
        ("proposed", words.proposed),
        ("failed", words.failed),
        ("reported", words.reported),
    ];
    notes.into_iter().find(|(name, _)| asked.has(name)).map(|(_, note)| note)
}

fn filled(
    shell: Shell,
    language: Language,
    referral: &ShopReferral,
    now: DateTime<Utc>,
    asked: &Form,
    failed: Option<&Failed>,
) -> Page {
    let words = Words::of(language);
    let packet = referral.packet.as_ref();
    let status = referral.status;
    let waits = referral
        .visits
        .iter()
        .any(|visit| visit.status == SessionStatus::Pending && visit.start > now);
    let can_answer = status.is_asked() || (status.is_under_way() && waits);
    let can_propose = status.after(ReferralVerb::Propose, false).is_ok();
    let new = |id: &str, about: String| proposal(words, id, about, failed);
    let first_time =
        (can_propose && referral.undated > 0 && !waits).then(|| new("", String::new()));
    let visits: Vec<_> = referral
        .visits
        .iter()
        .map(|visit| Visit {
            words: date(language, visit),
            report: rows::report(language, visit),
            report_address: can_be_reported(referral, visit, now)
                .then(|| format!("/partner/referrals/{}/report/{}", referral.id, visit.id)),
            proposal: (can_propose && is_to_come(visit, now))
                .then(|| new(&visit.id.to_string(), date(language, visit))),
        })
        .collect();
    let decline = can_answer.then(|| reason(words, Tried::Decline, failed));
    let fail =
        status.after(ReferralVerb::Fail, false).is_ok().then(|| reason(words, Tried::Fail, failed));
    let mut page = Page {
        shell,
        words,
        path: format!("/partner/referrals/{}", referral.id),
        version: referral.version,
        name: rows::name(language, packet),
        phone: rows::phone(packet),
        withheld: rows::withheld(language, packet),
        facts: packet.map(|packet| rows::facts(language, packet)).unwrap_or_default(),
        asked: format!(
            "{}, {}",
            term(language, referral.service.as_str()),
            words.sessions(referral.count)
        ),
        status: standing(language, referral),
        undated: if can_propose && referral.undated > 0 {
            words.undated(referral.undated)
        } else {
            String::new()
        },
        days: days(language, words, referral),
        reason: referral.reason.as_ref().map(ToString::to_string),
        note: note(words, asked).filter(|_| failed.is_none()),
        problems: Vec::new(),
        kept: Vec::new(),
        visits,
        proposals: referral
            .proposals
            .iter()
            .map(|one| {
                let status = term(language, &one.status.to_string());
                format!("{}: {status}", moment(language, one.start))
            })
            .collect(),
        can_accept: can_answer,
        first_time,
        decline,
        fail,
    };
    if let Some(failed) = failed {
        let shown = [&page.first_time, &page.decline, &page.fail].into_iter().flatten();
        let shown = shown
            .chain(page.visits.iter().filter_map(|visit| visit.proposal.as_ref()))
            .any(|small| small.open);
        // What is wrong with a control stands beside it, as long as the referral still has that form.
        let whole = failed.wrong.iter().filter(|one| one.field.is_none() || !shown);
        page.problems = whole.map(|one| one.words.clone()).collect();
        if page.problems.is_empty() {
            page.problems.push(look_below(language).to_owned());
        }
        if !shown {
            page.kept = kept(words, &failed.form);
        }
    }
    page
}

fn is_to_come(visit: &ShopVisit, now: DateTime<Utc>) -> bool {
    matches!(visit.status, SessionStatus::Pending | SessionStatus::Booked) && visit.start > now
}

/// Whether a report of a visit is taken: it has begun, and nobody has said what was done.
pub(super) fn can_be_reported(
    referral: &ShopReferral,
    visit: &ShopVisit,
    now: DateTime<Utc>,
) -> bool {
    let taken =
        referral.status.is_asked() || referral.status.after(ReferralVerb::Report, false).is_ok();
    taken && visit.start <= now && visit.status.after(Verb::Report).is_ok()
}

fn standing(language: Language, referral: &ShopReferral) -> String {
    let status = term(language, &referral.status.to_string());
    match referral.business_status {
        Some(where_it_is) => format!("{status}, {}", term(language, &where_it_is.to_string())),
        None => status,
    }
}

fn days(language: Language, words: &Words, referral: &ShopReferral) -> Vec<(&'static str, String)> {
    let days = [
        (words.sent, referral.requested_at),
        (words.received, referral.received_at),
        (words.answered, referral.answered_at),
    ];
    days.into_iter().filter_map(|(what, at)| Some((what, moment(language, at?)))).collect()
}

/// A day and a time.
fn moment(language: Language, at: DateTime<FixedOffset>) -> String {
    let wall = at.naive_local();
    format!("{}, {}", wording::day(language, wall), wording::time(language, wall))
}

/// The form that proposes a time for the visit with `id`, or for one that has no date.
fn proposal(words: &Words, id: &str, about: String, failed: Option<&Failed>) -> Small {
    let tried = failed
        .filter(|failed| failed.tried == Tried::Propose && failed.form.get("session_id") == id);
    let field =
        Field::new("start", words.other_time, Kind::Moment).hint(words.clinic_time).required();
    Small {
        session_id: id.to_owned(),
        about,
        open: tried.is_some(),
        control: typed(&field, &format!("p{id}"), tried),
    }
}

/// The form that says why not.
fn reason(words: &Words, what: Tried, failed: Option<&Failed>) -> Small {
    let tried = failed.filter(|failed| failed.tried == what);
    let form = if what == Tried::Decline { "decline" } else { "fail" };
    let field = Field::new("reason", words.reason, Kind::Area)
        .max_length(4000)
        .hint(words.reason_hint)
        .required();
    Small {
        session_id: String::new(),
        about: String::new(),
        open: tried.is_some(),
        control: typed(&field, form, tried),
    }
}

/// The control in the form called `form`, with what was typed there in vain.
fn typed(field: &Field, form: &str, tried: Option<&Failed>) -> Control {
    let mut control = match tried {
        Some(failed) => field.filled(&failed.form, &failed.wrong),
        None => field.filled(&Form::default(), &[]),
    }
    .within(form);
    focus_first_wrong(std::iter::once(&mut control));
    control
}

/// What was typed into a form that is no more.
fn kept(words: &Words, form: &Form) -> Vec<(&'static str, String)> {
    [("start", words.other_time), ("reason", words.reason)]
        .into_iter()
        .map(|(name, label)| (label, form.get(name).to_owned()))
        .filter(|(_, text)| !text.is_empty())
        .collect()
}

/// The page after something failed: as a form that says why, or as an apology where no form can mend it.
pub(super) async fn again(
    app: &App,
    person: &Person,
    id: ReferralId,
    tried: Tried,
    form: Form,
    wrong: Result<Vec<Wrong>, Error>,
) -> Response {
    match wrong {
        Ok(wrong) => {
            shown(app, person, id, &Form::default(), Some(Failed { tried, form, wrong })).await
        }
        Err(error) => error_page(error),
    }
}
