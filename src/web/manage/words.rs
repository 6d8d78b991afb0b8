//! The words of the managers' pages: sentences out of what actions answer, moments as people write
//! them, and what codes mean.

use chrono::{DateTime, FixedOffset, NaiveDate};

use crate::domain::messages::message::{MessageKind, MessageStatus, Unsent};
use crate::domain::role::Role;

/// A moment, `Mon 4 Jan 2027, 09:00`.
pub(super) fn moment(at: DateTime<FixedOffset>) -> String {
    at.format("%a %-d %b %Y, %H:%M").to_string()
}

/// A day, `Mon 4 Jan 2027`.
pub(super) fn day(date: NaiveDate) -> String {
    date.format("%a %-d %b %Y").to_string()
}

/// A code as words: `laser_controlled_area` is `laser controlled area`.
pub(super) fn code(code: &(impl ToString + ?Sized)) -> String {
    code.to_string().replace(['_', '-', '.'], " ")
}

/// A code as words that begin a line.
pub(super) fn title(of: &(impl ToString + ?Sized)) -> String {
    let words = code(of);
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}

/// A role.
pub(super) fn role(role: Role) -> String {
    title(match role {
        Role::FrontDesk => "front desk",
        Role::Practitioner => "practitioner",
        Role::Manager => "manager",
        Role::Partner => "partner shop",
        Role::Patient => "patient",
    })
}

/// What a day that something lasts until says today: nothing while it is far.
pub(super) fn until(what: &str, last: NaiveDate, today: NaiveDate) -> Option<(String, bool)> {
    let left = (last - today).num_days();
    match left {
        ..0 => Some((format!("{what} expired on {}", day(last)), true)),
        0..=60 => Some((format!("{what} ends on {}, in {left} days", day(last)), false)),
        _ => None,
    }
}

/// How long before a visit, `48h`, as people say it.
pub(super) fn lead(text: &str) -> String {
    let units = [('d', "days"), ('h', "hours"), ('m', "minutes")];
    let said = units.iter().find_map(|(unit, words)| {
        text.strip_suffix(*unit).map(|number| format!("{number} {words}"))
    });
    said.unwrap_or_else(|| text.to_owned())
}

/// What a message is for.
pub(super) fn kind(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Invite => "Invitation",
        MessageKind::Update => "Change of the visit",
        MessageKind::Cancel => "Cancellation",
        MessageKind::Reminder => "Reminder",
        MessageKind::Answer => "Answer to a text message",
        MessageKind::PhoneCall => "Call by the desk",
        MessageKind::ShopBooked => "To the shop: new visit",
        MessageKind::ShopChanged => "To the shop: visit changed",
        MessageKind::ShopCancelled => "To the shop: visit called off",
        MessageKind::ShopDay => "To the shop: list of the day",
        MessageKind::ShopSoon => "To the shop: visit is near",
        MessageKind::ShopWaiting => "To the shop: waits for an answer",
        MessageKind::ShopReport => "To the shop: report overdue",
        MessageKind::ShopSilent => "For the desk: shop does not answer",
        MessageKind::ShopOverdue => "For the desk: shop has not reported",
        MessageKind::ShopReferred => "To the shop: new referral",
        MessageKind::ShopWithdrawn => "To the shop: referral withdrawn",
        MessageKind::Proposal => "Another time proposed by the shop",
        MessageKind::DayList => "List of the day for who treats",
    }
}

/// What became of a message.
pub(super) fn status(status: MessageStatus) -> &'static str {
    match status {
        MessageStatus::Scheduled => "Waits",
        MessageStatus::Sending => "Under way",
        MessageStatus::Sent => "Sent",
        MessageStatus::Delivered => "Reached the telephone",
        MessageStatus::Failed => "Failed",
        MessageStatus::Suppressed => "Not sent",
        MessageStatus::Superseded => "Overtaken",
        MessageStatus::Acknowledged => "Answered",
    }
}

/// Why a message was not sent.
pub(super) fn unsent(why: Unsent) -> &'static str {
    match why {
        Unsent::NoAddress => "there is no address",
        Unsent::NoConsent => "the patient does not permit it",
        Unsent::QuietHours => "it would have fallen into quiet hours",
        Unsent::TooLate => "it could not go out in time",
        Unsent::Confirmed => "the patient has said that they come",
        Unsent::OnHold => "the course is on hold",
        Unsent::Done => "it was no longer needed",
        Unsent::Unwanted => "it is wanted no longer, or at another time",
        Unsent::Moved => "the visit changed before it went out",
        Unsent::Cancelled => "the visit was called off before it went out",
        Unsent::Undone => "what it told was undone before it went out",
        Unsent::Readdressed => "the address changed before it went out",
        Unsent::Pending => "the visit has to be moved first",
        Unsent::Past => "the visit was over before it could go out",
    }
}

/// What was done, of a line of the audit.
pub(super) fn deed(action: &str) -> String {
    let known = match action {
        "patient.read" => "Read the record",
        "patient.found" => "Found in a search",
        "patient.register" => "Registered the patient",
        "patient.change" => "Changed the patient’s details",
        "session.book" => "Booked a session",
        "session.read" => "Read a session",
        "session.list" => "Saw a session in a list",
        "session.history" => "Read the history of a session",
        "session.calendar" => "Took the calendar entry of a session",
        "course.read" => "Read a course",
        "course.open" => "Opened a course",
        "course.change" => "Changed a course",
        "course.plan" => "Planned a course",
        "course.plan_book" => "Booked a planned course",
        "message.list" => "Read the messages",
        "audit.read" => "Read who looked at the record",
        "visit.read" => "Opened the link to the visit",
        "visit.list" => "Saw a visit in the shop’s list",
        "rule.override" => "Went past a rule",
        "slots.search" => "Looked for free times",
        "consent.list" => "Read the consents",
        "task.read" => "Read a task",
        "task.list" => "Saw a task in a list",
        _ => "",
    };
    if known.is_empty() { title(action) } else { known.to_owned() }
}
