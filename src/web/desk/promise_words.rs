//! Who will be told, by which way and when, as the desk reads it before and after a change; in red
//! where nobody will be.

use chrono::{DateTime, Duration, Utc};

use crate::actions::messages::promises::{Promises, Waiting, WayState, Ways};
use crate::domain::clinic::policy::Policy;
use crate::domain::ids::PatientId;
use crate::domain::messages::wording;
use crate::domain::patient::recipient::Recipient;
use crate::domain::patient::{Language, Way};
use crate::domain::time::civil;
use crate::domain::time::time_zone::Tz;

/// A line about who is told.
pub(super) struct PromiseLine {
    /// Whether nobody is told, or somebody has to phone.
    pub(super) missing: bool,
    pub(super) words: String,
    /// Where the desk says that messages arrive there again.
    pub(super) mend: Option<String>,
}

fn told(words: String) -> PromiseLine {
    PromiseLine { missing: false, words, mend: None }
}

fn missing(words: String) -> PromiseLine {
    PromiseLine { missing: true, words, mend: None }
}

/// When a change is told by one way, and when by all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notice {
    Usual,
    Short,
}

impl Notice {
    /// The notice that a change of a session that starts at `start` gives.
    pub(super) fn of(start: DateTime<Utc>, now: DateTime<Utc>, policy: &Policy) -> Self {
        let short = Duration::hours(i64::from(policy.short_notice_hours));
        if start - now < short { Self::Short } else { Self::Usual }
    }
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
pub(super) fn ways(patient: PatientId, ways: &Ways, notice: Notice) -> Vec<PromiseLine> {
    let first = match (&ways.email, &ways.sms) {
        (WayState::Works(email), WayState::Works(phone)) if notice == Notice::Short => {
            told(format!("So close to it, changes go by email to {email} and by text to {phone}."))
        }
        (WayState::Works(email), _) => told(format!("Changes go by email to {email}.")),
        (in_the_way, WayState::Works(phone)) => {
            let why = match in_the_way {
                WayState::None => "No email",
                WayState::Refused => "Wants no email",
                WayState::Dead(..) | WayState::Works(_) => "Email does not arrive",
            };
            told(format!("{why}: changes go by text to {phone}."))
        }
        _ => missing(nothing_goes(ways)),
    };
    let dead = [(Way::Email, &ways.email), (Way::Sms, &ways.sms)];
    let dead = dead.into_iter().filter_map(|(way, state)| match state {
        WayState::Dead(to, _) => Some(nothing_arrives(patient, way, to)),
        WayState::Works(_) | WayState::None | WayState::Refused => None,
    });
    std::iter::once(first).chain(dead).collect()
}

fn nothing_arrives(patient: PatientId, way: Way, to: &Recipient) -> PromiseLine {
    let words = match to {
        Recipient::Email(email) => {
            format!("Email to {email} does not arrive. Ask for another address.")
        }
        Recipient::Phone(phone) => format!("{phone} takes no texts. Ask for a mobile number."),
    };
    let mend = Some(format!("/desk/patients/{patient}/ways/{way}/mend"));
    PromiseLine { mend, ..missing(words) }
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
