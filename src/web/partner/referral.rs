//! One referral as its shop sees it: the packet, the dates, what was proposed, and the answers that it allows. A form
//! that was rejected is shown again, filled in, with what is wrong beside it.

use askama::Template;
use chrono::{DateTime, FixedOffset, Utc};

use super::list::date_and_status;
use super::rows;
use super::rows::KnownPatient;
use super::words::Words;
use crate::actions::partner::pages;
use crate::actions::partner::shop_views::{ShopReferral, ShopVisit};
use crate::domain::course::status::{SessionStatus, Verb};
use crate::domain::ids::ReferralId;
use crate::domain::messages::wording;
use crate::domain::partner::referral::ReferralVerb;
use crate::domain::patient::Language;
use crate::web::frame::address::Id;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::control::{Control, focus_first_wrong};
use crate::web::frame::form::field::{Field, Kind};
use crate::web::frame::form::field_error::{FieldError, look_below};
use crate::web::frame::form::sent::{Form, Query};
use crate::web::frame::layout::{Layout, NavItem};
use crate::web::frame::page::{app_page, status_of};
use crate::web::frame::signed_in::SignedIn;
use crate::web::frame::terms::term;

/// An answer that was not accepted, and what is wrong with it.
pub(super) struct Rejected {
    pub(super) answer: Answer,
    pub(super) form: Form,
    pub(super) wrong: Vec<FieldError>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Accept,
    Decline,
    Propose,
    Fail,
}

impl Answer {
    /// The word in the address of the page that says that it was done.
    pub(super) fn done_word(self) -> &'static str {
        match self {
            Self::Accept => "accepted",
            Self::Decline => "declined",
            Self::Propose => "proposed",
            Self::Fail => "failed",
        }
    }
}

/// A form of one control.
struct SmallForm {
    session_id: String,
    about: String,
    control: Control,
    /// Whether it is shown unfolded: a form that was rejected is.
    open: bool,
}

/// A session of the referral.
struct SessionRow {
    words: String,
    report: Option<&'static str>,
    report_address: Option<String>,
    proposal: Option<SmallForm>,
}

#[derive(Template)]
#[template(path = "partner/referral.html", config = ".askama.toml")]
struct ReferralPage {
    layout: Layout,
    words: &'static Words,
    path: String,
    version: i64,
    patient: KnownPatient,
    asked: String,
    status: String,
    undated: String,
    days: Vec<(&'static str, String)>,
    reason: Option<String>,
    note: Option<&'static str>,
    problems: Vec<String>,
    kept: Vec<(&'static str, String)>,
    visits: Vec<SessionRow>,
    proposals: Vec<String>,
    can_accept: bool,
    first_time: Option<SmallForm>,
    decline: Option<SmallForm>,
    fail: Option<SmallForm>,
}

pub(super) async fn referral_page(
    user: SignedIn,
    Id(id): Id<ReferralId>,
    Query(query): Query,
) -> PageResult {
    referral_page_with(&user, id, &query, None).await
}

/// The page as it is now, with an answer that was not accepted.
pub(super) async fn referral_page_with(
    user: &SignedIn,
    id: ReferralId,
    query: &Form,
    rejected: Option<&Rejected>,
) -> PageResult {
    let (front, referral) = pages::referral(&user.app, &user.caller(), id).await?;
    let layout = Layout::for_shop(user, NavItem::Partner, front.language);
    let words = Words::for_language(front.language);
    let mut page = page_of_referral(layout, words, &referral, user.app.clock.now(), rejected);
    match rejected {
        Some(rejected) => page.show_rejected(rejected),
        None => page.note = done_note(words, query),
    }
    Ok(app_page(status_of(rejected.is_some()), &page))
}

/// What the address says was just done.
fn done_note(words: &Words, query: &Form) -> Option<&'static str> {
    let notes = [
        ("accepted", words.accepted),
        ("declined", words.declined),
        ("proposed", words.proposed),
        ("failed", words.failed),
        ("reported", words.reported),
    ];
    notes.into_iter().find(|(name, _)| query.has(name)).map(|(_, note)| note)
}

fn page_of_referral(
    layout: Layout,
    words: &'static Words,
    referral: &ShopReferral,
    now: DateTime<Utc>,
    rejected: Option<&Rejected>,
) -> ReferralPage {
    let language = words.language;
    let (status, path) = (referral.status, format!("/partner/referrals/{}", referral.id));
    let waits = referral
        .visits
        .iter()
        .any(|visit| visit.status == SessionStatus::Pending && visit.start > now);
    let can_answer = status.is_asked() || (status.is_under_way() && waits);
    let can_propose = status.after(ReferralVerb::Propose, false).is_ok();
    let can_fail = status.after(ReferralVerb::Fail, false).is_ok();
    let has_undated = can_propose && referral.undated > 0;
    let row = |visit: &ShopVisit| SessionRow {
        words: date_and_status(language, visit),
        report: rows::report_state(language, visit),
        report_address: can_be_reported(referral, visit, now)
            .then(|| format!("{path}/report/{}", visit.id)),
        proposal: (can_propose && is_to_come(visit, now)).then(|| {
            let about = date_and_status(language, visit);
            proposal_form(words, &visit.id.to_string(), about, rejected)
        }),
    };
    ReferralPage {
        layout,
        words,
        version: referral.version,
        patient: rows::known_patient(language, referral.packet.as_ref()),
        asked: words.service_and_count(&referral.service, referral.count),
        status: status_words(language, referral),
        undated: if has_undated { words.undated(referral.undated) } else { String::new() },
        days: days(words, referral),
        reason: referral.reason.as_ref().map(ToString::to_string),
        note: None,
        problems: Vec::new(),
        kept: Vec::new(),
        visits: referral.visits.iter().map(row).collect(),
        proposals: proposals(language, referral),
        can_accept: can_answer,
        first_time: (has_undated && !waits)
            .then(|| proposal_form(words, "", String::new(), rejected)),
        decline: can_answer.then(|| reason_form(words, Answer::Decline, rejected)),
        fail: can_fail.then(|| reason_form(words, Answer::Fail, rejected)),
        path,
    }
}

impl ReferralPage {
    /// What was wrong, at the head of the page unless it is shown beside a control; and what was typed, where the
    /// referral no longer has the form.
    fn show_rejected(&mut self, rejected: &Rejected) {
        let small = [&self.first_time, &self.decline, &self.fail].into_iter().flatten();
        let of_sessions = self.visits.iter().filter_map(|visit| visit.proposal.as_ref());
        let shown = small.chain(of_sessions).any(|small| small.open);
        let whole = rejected.wrong.iter().filter(|one| one.field.is_none() || !shown);
        self.problems = whole.map(|one| one.words.clone()).collect();
        if self.problems.is_empty() {
            self.problems.push(look_below(self.words.language).to_owned());
        }
        if !shown {
            self.kept = kept(self.words, &rejected.form);
        }
    }
}

fn proposals(language: Language, referral: &ShopReferral) -> Vec<String> {
    let proposals = referral.proposals.iter().map(|one| {
        let status = term(language, &one.status.to_string());
        format!("{}: {status}", day_and_time(language, one.start))
    });
    proposals.collect()
}

fn is_to_come(visit: &ShopVisit, now: DateTime<Utc>) -> bool {
    matches!(visit.status, SessionStatus::Pending | SessionStatus::Booked) && visit.start > now
}

/// Whether a report of a session is accepted: the session has begun, and its record is not written yet.
pub(super) fn can_be_reported(
    referral: &ShopReferral,
    visit: &ShopVisit,
    now: DateTime<Utc>,
) -> bool {
    let taken =
        referral.status.is_asked() || referral.status.after(ReferralVerb::Report, false).is_ok();
    taken && visit.start <= now && visit.status.after(Verb::Report).is_ok()
}

fn status_words(language: Language, referral: &ShopReferral) -> String {
    let status = term(language, &referral.status.to_string());
    match referral.business_status {
        Some(where_it_is) => format!("{status}, {}", term(language, &where_it_is.to_string())),
        None => status,
    }
}

fn days(words: &Words, referral: &ShopReferral) -> Vec<(&'static str, String)> {
    let days = [
        (words.sent, referral.requested_at),
        (words.received, referral.received_at),
        (words.answered, referral.answered_at),
    ];
    days.into_iter()
        .filter_map(|(what, at)| Some((what, day_and_time(words.language, at?))))
        .collect()
}

fn day_and_time(language: Language, at: DateTime<FixedOffset>) -> String {
    let wall = at.naive_local();
    format!("{}, {}", wording::day(language, wall), wording::time(language, wall))
}

/// The form that proposes a time for the session with `id`, or for one that has no date.
fn proposal_form(words: &Words, id: &str, about: String, rejected: Option<&Rejected>) -> SmallForm {
    let rejected =
        rejected.filter(|one| one.answer == Answer::Propose && one.form.get("session_id") == id);
    let field =
        Field::new("start", words.other_time, Kind::Moment).hint(words.clinic_time).required();
    SmallForm {
        session_id: id.to_owned(),
        about,
        open: rejected.is_some(),
        control: control(&field, &format!("p{id}"), rejected),
    }
}

/// The form for the reason of declining, or of not finishing.
fn reason_form(words: &Words, answer: Answer, rejected: Option<&Rejected>) -> SmallForm {
    let rejected = rejected.filter(|one| one.answer == answer);
    let form = if answer == Answer::Decline { "decline" } else { "fail" };
    let field = Field::new("reason", words.reason, Kind::Area)
        .max_length(4000)
        .hint(words.reason_hint)
        .required();
    SmallForm {
        session_id: String::new(),
        about: String::new(),
        open: rejected.is_some(),
        control: control(&field, form, rejected),
    }
}

/// The control in the form called `form`, with what was typed there and rejected.
fn control(field: &Field, form: &str, rejected: Option<&Rejected>) -> Control {
    let mut control = match rejected {
        Some(rejected) => field.control(&rejected.form, &rejected.wrong),
        None => field.control(&Form::default(), &[]),
    }
    .within(form);
    focus_first_wrong(std::iter::once(&mut control));
    control
}

/// What was typed into a form that the referral no longer has.
fn kept(words: &Words, form: &Form) -> Vec<(&'static str, String)> {
    [("start", words.other_time), ("reason", words.reason)]
        .into_iter()
        .map(|(name, label)| (label, form.get(name).to_owned()))
        .filter(|(_, text)| !text.is_empty())
        .collect()
}
