//! The words of the managers' pages: days, deadlines, roles, and what codes mean.

use chrono::NaiveDate;

use crate::domain::messages::message::{MessageKind, MessageStatus, Unsent};
use crate::domain::role::Role;
use crate::web::frame::layout::role_name;
use crate::web::frame::text::title_words;

/// A day, `Mon 4 Jan 2027`.
pub(super) fn day(date: NaiveDate) -> String {
    date.format("%a %-d %b %Y").to_string()
}

pub(super) fn role(role: Role) -> String {
    title_words(role_name(role))
}

/// What is said today of something that ends on `last`: nothing while that is far ahead.
pub(super) fn until(what: &str, last: NaiveDate, today: NaiveDate) -> Option<(String, bool)> {
    let left = (last - today).num_days();
    match left {
        ..0 => Some((format!("{what} expired on {}", day(last)), true)),
        0..=60 => Some((format!("{what} ends on {}, in {left} days", day(last)), false)),
        _ => None,
    }
}

/// How long before a session, `48h`, in words.
pub(super) fn lead(text: &str) -> String {
    let units = [('d', "days"), ('h', "hours"), ('m', "minutes")];
    let said = units.iter().find_map(|(unit, words)| {
        text.strip_suffix(*unit).map(|number| format!("{number} {words}"))
    });
    said.unwrap_or_else(|| text.to_owned())
}

pub(super) fn message_kind(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Invite => "Invitation",
        MessageKind::Update => "Change of the visit",
        MessageKind::Cancel => "Cancellation",
        MessageKind::Plan => "List of the dates",
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

pub(super) fn message_status(status: MessageStatus) -> &'static str {
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
pub(super) fn unsent_reason(why: Unsent) -> &'static str {
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
        Unsent::Unreachable => "nothing arrives at that address or number",
        Unsent::JustTold => "the patient had just been told of the session",
    }
}

/// The action of a line of the audit.
pub(super) fn audit_action(action: &str) -> String {
    let known = match action {
        "patient.read" => "Read the record",
        "patient.found" => "Found in a search",
        "patient.register" => "Registered the patient",
        "patient.change" => "Changed the patient’s details",
        "patient.ways" => "Saw how the patient can be reached",
        "patient.mend_way" => "Noted that messages arrive again",
        "patient.merge" => "Merged two records",
        "patient.merge_undone" => "Undid the merge of two records",
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
        "rule.spoken_as" => "Spoke for a physician",
        "slots.search" => "Looked for free times",
        "consent.list" => "Read the consents",
        "task.read" => "Read a task",
        "task.list" => "Saw a task in a list",
        "task.done" => "Completed a task",
        "task.reopen" => "Reopened a task",
        "task.take" => "Took a task",
        "task.give_back" => "Gave a task back",
        _ => "",
    };
    if known.is_empty() { title_words(action) } else { known.to_owned() }
}
