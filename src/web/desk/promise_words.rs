//! Who will be told, by which way and when, as the desk reads it before and after a change; in red
//! where nobody will be.

use chrono::{DateTime, Duration, Utc};

use crate::actions::messages::promises::{Promises, Waiting, WayState, Ways};
use crate::domain::messages::wording;
use crate::domain::patient::Language;
use crate::domain::patient::recipient::Recipient;
use crate::domain::time::civil;
use crate::domain::time::time_zone::Tz;

/// A line about who is told.
pub(super) struct PromiseLine {
    /// Whether nobody is told, or somebody has to phone.
    pub(super) missing: bool,
    pub(super) words: String,
}

fn told(words: String) -> PromiseLine {
    PromiseLine { missing: false, words }
}

fn missing(words: String) -> PromiseLine {
    PromiseLine { missing: true, words }
}

/// What goes out after a change, or whom to phone.
pub(super) fn promised(promises: &Promises, now: DateTime<Utc>, zone: Tz) -> Vec<PromiseLine> {
    let mut lines: Vec<_> = promises.call.iter().cloned().map(missing).collect();
    // An entry for the calendar that waits for its turn is no answer to what was just changed.
    let soon = promises.waiting.iter().filter(|one| one.due_at - now < Duration::days(1));
    lines.extend(soon.map(|one| told(waiting(one, now, zone))));
    lines
}

fn waiting(one: &Waiting, now: DateTime<Utc>, zone: Tz) -> String {
    let way = match &one.to {
        Recipient::Email(email) => format!("Email to {email}"),
        Recipient::Phone(phone) => format!("Text to {phone}"),
    };
    let minutes = (one.due_at - now).num_minutes();
    match minutes {
        ..=0 => format!("{way}: on its way"),
        1 => format!("{way} in a minute"),
        2..=59 => format!("{way} in {minutes} minutes"),
        _ => {
            let time = wording::time(Language::En, civil::wall_of(zone, one.due_at));
            format!("{way} at {time}")
        }
    }
}

/// By which way a patient would hear of a change, and what is in the way of the others.
pub(super) fn ways(ways: &Ways) -> Vec<PromiseLine> {
    let mut lines = Vec::new();
    match ways.first() {
        Some(Recipient::Email(email)) => {
            lines.push(told(format!("Changes go by email to {email}.")));
        }
        Some(Recipient::Phone(phone)) => {
            let why = match &ways.email {
                WayState::None => "No email",
                WayState::Refused => "Wants no email",
                WayState::Dead(..) | WayState::Works(_) => "Email does not arrive",
            };
            lines.push(told(format!("{why}: changes go by text to {phone}.")));
        }
        None => lines.push(missing(nothing_goes(ways))),
    }
    for way in [&ways.email, &ways.sms] {
        match way {
            WayState::Dead(Recipient::Email(email), _) => {
                lines.push(missing(format!(
                    "Email to {email} does not arrive. Ask for another address."
                )));
            }
            WayState::Dead(Recipient::Phone(phone), _) => {
                lines.push(missing(format!("{phone} takes no texts. Ask for a mobile number.")));
            }
            WayState::Works(_) | WayState::None | WayState::Refused => {}
        }
    }
    lines
}

fn nothing_goes(ways: &Ways) -> String {
    match (&ways.email, &ways.sms) {
        (WayState::Refused, WayState::Refused) => {
            "Wants no messages: nothing will be sent. Phone them about each change.".to_owned()
        }
        (WayState::None, _) => {
            "No email: nothing will be sent. Add one, or phone them about each change.".to_owned()
        }
        _ => "Nothing will be sent. Phone them about each change.".to_owned(),
    }
}
