//! What the desk says on the telephone where no message tells a patient, or a shop, of a change.

use chrono::{DateTime, Utc};

use super::message::{Audience, Content, Message, MessageKind, Tells};
use super::telling::Call;
use super::wording;
use crate::domain::patient::Language;
use crate::domain::patient::channel::Channel;
use crate::domain::time::civil;
use crate::domain::time::time_zone::Tz;

/// A time as the desk says it: `Thu Feb 11, 4:45 p.m.`
fn spoken(zone: Tz, at: DateTime<Utc>) -> String {
    let wall = civil::wall_of(zone, at);
    let language = Language::En;
    let [weekday, day] =
        [wording::short_weekday, wording::short_day].map(|said| said(language, wall));
    format!("{weekday} {day}, {}", wording::time(language, wall))
}

/// Until when a call has to be made: before the patient might come, at the old time or at the new one.
#[must_use]
pub fn due_at(call: &Call, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let times = [&call.from, &call.to].into_iter().flatten().map(|one| one.starts_at);
    times.filter(|at| *at > now).min()
}

/// A time ends in a point already where it says a.m.
fn sentence(text: &str) -> String {
    text.replace("m..", "m.")
}

/// A sentence for the desk: whom to phone, by when, and what has changed. `zone` is the clinic's.
#[must_use]
pub fn detail(name: &str, call: &Call, zone: Tz, now: DateTime<Utc>) -> String {
    detail_of_calls(name, std::slice::from_ref(call), zone, now)
}

fn detail_of_calls(name: &str, calls: &[Call], zone: Tz, now: DateTime<Utc>) -> String {
    let due = calls.iter().filter_map(|call| due_at(call, now)).min();
    let before = due.map(|at| format!(" before {}", spoken(zone, at))).unwrap_or_default();
    let changes: Vec<_> = calls.iter().map(|call| change(call, zone)).collect();
    sentence(&format!("Phone {name}{before}: {}.", changes.join("; ")))
}

fn change(call: &Call, zone: Tz) -> String {
    let said = |content: &Content| spoken(zone, content.starts_at);
    match (&call.from, &call.to) {
        (Some(from), Some(to)) if from.starts_at != to.starts_at => {
            format!("the appointment moved from {} to {}", said(from), said(to))
        }
        (Some(from), Some(to)) if from.place != to.place => {
            format!("the appointment on {} is now at {}", said(to), to.place)
        }
        (_, Some(to)) => format!("the appointment on {} takes place", said(to)),
        (Some(from), None) => format!("the appointment on {} is cancelled", said(from)),
        (None, None) => "the appointment is cancelled".to_owned(),
    }
}

/// The same for what a message tells of a change, or reminds of; nothing for others.
#[must_use]
pub fn detail_of(name: &str, message: &Message, zone: Tz, now: DateTime<Utc>) -> Option<String> {
    if message.kind == MessageKind::Reminder {
        let start = spoken(zone, message.content.starts_at);
        let words = format!("Phone {name} to remind them of the appointment on {start}.");
        return Some(sentence(&words));
    }
    Some(detail(name, &told_by(message)?, zone, now))
}

/// The same for what one mail tells of several appointments; nothing if it tells of none.
#[must_use]
pub fn detail_of_list(
    name: &str,
    messages: &[Message],
    zone: Tz,
    now: DateTime<Utc>,
) -> Option<String> {
    let calls: Vec<_> = messages.iter().filter_map(told_by).collect();
    (!calls.is_empty()).then(|| detail_of_calls(name, &calls, zone, now))
}

fn told_by(message: &Message) -> Option<Call> {
    let gone = message.kind.tells()? == Tells::Gone;
    let known = |starts_at| Content { starts_at, ..message.content.clone() };
    Some(Call {
        from: if gone { Some(message.content.clone()) } else { message.content.was.map(known) },
        to: (!gone).then(|| message.content.clone()),
    })
}

/// The same for a message that has not gone out; `name` is the patient's, or the shop's.
#[must_use]
pub fn unsent_detail(name: &str, message: &Message, zone: Tz, now: DateTime<Utc>) -> String {
    let way = match message.channel {
        Channel::Sms => "text",
        Channel::Email | Channel::Desk => "email",
    };
    let reason = format!("The {way} has not gone out.");
    if let Some(detail) = detail_of(name, message, zone, now) {
        return format!("{detail} {reason}");
    }
    let start = spoken(zone, message.content.starts_at);
    sentence(&match (message.kind, message.kind.audience()) {
        (MessageKind::ShopDay, _) => {
            format!("Phone {name} and read out its list of the next day. {reason}")
        }
        (_, Audience::Practitioner) => {
            format!("Give the practitioner the list of the next day. {reason}")
        }
        _ => format!("Phone {name} about the appointment on {start}. {reason}"),
    })
}
