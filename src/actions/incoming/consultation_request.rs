//! A caller who is not known here asks for a consultation on the public page: what they wrote is filed,
//! and the desk has a task. No patient is looked up, so nothing tells who is one; one telephone makes one
//! task a day.

use std::net::IpAddr;

use chrono::{Days, Duration, NaiveDate};

use super::reply_task;
use super::reply_task::file;
use crate::actions::messages::links;
use crate::actions::work::mail_reach;
use crate::actions::{App, Program, Result, Work};
use crate::domain::access::form_stamp;
use crate::domain::access::form_stamp::BadStamp;
use crate::domain::access::visit_link::LinkKey;
use crate::domain::messages::reply::{FiledReply, Verdict};
use crate::domain::messages::task::{Task, TaskKind};
use crate::domain::patient::phone::Dialled;
use crate::domain::patient::{Email, Language, Phone};
use crate::domain::text::{Line, Wish};
use crate::domain::time::civil;
use crate::storage::messages::{replies, tasks};

/// A caller of the public page.
const PAGE: Program = Program::patient("the public page");
/// What the form is called in its stamp, and in what is filed.
const FORM: &str = "consultation";

/// A request for a consultation.
#[derive(Debug, Clone)]
pub struct NewWish {
    /// Their name.
    pub name: Line,
    /// Where they can be called, with the extension.
    pub dialled: Dialled,
    /// Where they can be written to.
    pub email: Option<Email>,
    /// What they wrote.
    pub wish: Wish,
    /// The language of the page that they filled in.
    pub language: Language,
}

/// What becomes of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It was taken.
    Taken,
    /// It was filled in faster than anybody types.
    TooSoon,
    /// It lay open too long, or is no form of ours.
    TooOld,
}

/// Whether our mail server can send to the address that they gave, if they gave one.
#[must_use]
pub fn can_be_written_to(app: &App, new: &NewWish) -> bool {
    mail_reach::check(app, "/email", new.email.as_ref()).is_ok()
}

/// The stamp of a form that is opened now.
pub async fn stamp(app: &App) -> Result<String> {
    Ok(form_stamp::stamp(&links::key_at_hand(app).await?, FORM, app.clock.now()))
}

/// The stamp of a form that is shown again: its own, as long as that may still count, or a new one.
pub async fn stamp_again(app: &App, own: &str) -> Result<String> {
    match form_stamp::check(&links::key_at_hand(app).await?, FORM, own, app.clock.now()) {
        Ok(()) | Err(BadStamp::TooSoon) => Ok(own.to_owned()),
        Err(BadStamp::Forged | BadStamp::TooOld) => stamp(app).await,
    }
}

/// Counts a form that was sent from an address; too many have to wait.
pub fn count(app: &App, from: Option<IpAddr>) -> Result<()> {
    app.guard.count_wish(from)
}

/// Takes a wish: what was written is filed, and the desk has a task. The second of one telephone within a day makes none, and is
/// answered like the first.
pub async fn send(app: &App, new: &NewWish, stamp: &str) -> Result<Sent> {
    let key = links::key_at_hand(app).await?;
    let now = app.clock.now();
    match form_stamp::check(&key, FORM, stamp, now) {
        Ok(()) => (),
        Err(BadStamp::TooSoon) => return Ok(Sent::TooSoon),
        Err(BadStamp::Forged | BadStamp::TooOld) => return Ok(Sent::TooOld),
    }
    let today = civil::date_of(app.zone, now);
    let yesterday = today.checked_sub_days(Days::new(1)).unwrap_or(today);
    let filed = FiledReply {
        id: app.clock.id(),
        mailbox_key: filed_as(&key, &new.dialled.phone, today),
        received_at: now,
        sender: Some(sender(new)),
        subject: None,
        body: Some(new.wish.to_string()),
        verdict: Verdict::Wish,
        message_id: None,
        session_id: None,
        patient_id: None,
    };
    let mut work = Work::for_program(app, PAGE).await?;
    let keys = [filed_as(&key, &new.dialled.phone, yesterday), filed.mailbox_key.clone()];
    let known = replies::is_filed(&mut work.tx, keys, now - Duration::days(1)).await?;
    // The key itself decides between two that come at once.
    if known || !replies::insert(&mut work.tx, &filed).await? {
        work.abandon().await?;
        return Ok(Sent::Taken);
    }
    tasks::insert(&mut work.tx, &task(app, new.language, &filed)).await?;
    file(work, &filed).await?;
    Ok(Sent::Taken)
}

/// What a wish of a telephone on a day is filed under: the number cannot be read off it.
fn filed_as(key: &LinkKey, phone: &Phone, day: NaiveDate) -> String {
    format!("{FORM}:{day}:{}", key.signed(FORM, phone.as_str()))
}

fn sender(new: &NewWish) -> String {
    let all = [new.name.to_string(), new.dialled.to_string()]
        .into_iter()
        .chain(new.email.as_ref().map(Email::to_string));
    all.collect::<Vec<_>>().join(", ")
}

fn task(app: &App, language: Language, filed: &FiledReply) -> Task {
    let detail = match language {
        Language::En => {
            "New consultation request from the public page. Phone them. Nothing is booked yet."
        }
        Language::Fr => {
            "New consultation request from the public page, in French. Phone them. Nothing is booked yet."
        }
    };
    reply_task::task(app, filed, TaskKind::ConsultationWished, detail)
}
