//! Calendars as they take mail in: models of Gmail, Outlook, Apple and Thunderbird, from what their
//! makers and users have written of them. None was asked: a model shows that our mails are right for a
//! calendar that does so, not that a calendar does so.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Utc};

use super::{Mail, toronto};

/// Which calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Client {
    /// Adds only what is a REQUEST; looks past a lower SEQUENCE; says that something was removed whether it had it or not.
    Gmail,
    /// Takes the first event of the first child of a mail; goes by SEQUENCE, then by DTSTAMP; remembers what was cancelled.
    Outlook,
    /// Goes by SEQUENCE, then by DTSTAMP; cannot open a CANCEL for what it does not have.
    Apple,
    /// While an invitation is not answered, one with the same SEQUENCE changes nothing; a CANCEL deletes, whichever its version.
    Thunderbird,
}

/// An event of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) uid: String,
    pub(crate) sequence: i64,
    pub(crate) stamp: String,
    pub(crate) start: DateTime<Utc>,
    pub(crate) end: DateTime<Utc>,
    pub(crate) organizer: String,
    pub(crate) attendee: String,
}

/// What a mail carries for a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scheduled {
    pub(crate) method: String,
    pub(crate) events: Vec<Event>,
}

impl Scheduled {
    /// What `mail` carries; nothing where it is only to be read.
    pub(crate) fn of(mail: &Mail) -> Option<Self> {
        let (method, text) = mail.calendar.as_ref()?;
        let unfolded = text.replace("\r\n ", "");
        let inside = unfolded.split("BEGIN:VEVENT").skip(1);
        let events = inside.map(|rest| event(rest.split("END:VEVENT").next().unwrap())).collect();
        let head = unfolded.split("BEGIN:VEVENT").next().unwrap();
        let said = head.lines().find_map(|line| line.strip_prefix("METHOD:")).unwrap_or_default();
        assert_eq!(said, method, "the header and the calendar say the same");
        Some(Self { method: method.clone(), events })
    }
}

fn event(text: &str) -> Event {
    // What is inside an alarm is not the event's.
    let own = text.split("BEGIN:VALARM").next().unwrap();
    let line = |name: &str| {
        let lines = own.lines().filter_map(|line| line.split_once(':'));
        let mut lines = lines.filter(|(key, _)| key.split(';').next() == Some(name));
        let (key, value) = lines.next().unwrap_or_else(|| panic!("no {name} in {text}"));
        assert!(lines.next().is_none(), "{name} twice in {text}");
        (key.to_owned(), value.to_owned())
    };
    let instant = |name: &str| {
        let (key, value) = line(name);
        if let Some(utc) = value.strip_suffix('Z') {
            return NaiveDateTime::parse_from_str(utc, "%Y%m%dT%H%M%S").unwrap().and_utc();
        }
        assert!(key.ends_with(";TZID=America/Toronto"), "{key}");
        let wall = NaiveDateTime::parse_from_str(&value, "%Y%m%dT%H%M%S").unwrap();
        fadeline::domain::time::civil::resolve(toronto(), wall).bound()
    };
    let address = |name: &str| line(name).1.trim_start_matches("mailto:").to_lowercase();
    Event {
        uid: line("UID").1,
        sequence: line("SEQUENCE").1.parse().unwrap(),
        stamp: line("DTSTAMP").1,
        start: instant("DTSTART"),
        end: instant("DTEND"),
        organizer: address("ORGANIZER"),
        attendee: address("ATTENDEE"),
    }
}

/// What a mail did to a calendar, as its owner sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Did {
    Added,
    Changed,
    Removed,
    /// It was older than what is there.
    Ignored,
    /// It says that something is gone which was never there, or shows a mail that cannot be opened.
    Puzzled,
}

/// The calendar of one address.
#[derive(Debug, Clone)]
pub(crate) struct Calendar {
    pub(crate) client: Client,
    address: String,
    entries: BTreeMap<String, Event>,
    /// What was taken out, as it was known last.
    gone: BTreeMap<String, Event>,
}

impl Calendar {
    pub(crate) fn all_of(address: &str) -> [Self; 4] {
        [Client::Gmail, Client::Outlook, Client::Apple, Client::Thunderbird].map(|client| Self {
            client,
            address: address.to_lowercase(),
            entries: BTreeMap::new(),
            gone: BTreeMap::new(),
        })
    }

    /// What it shows: each entry with its start and end.
    pub(crate) fn shows(&self) -> BTreeMap<String, (DateTime<Utc>, DateTime<Utc>)> {
        self.entries.values().map(|one| (one.uid.clone(), (one.start, one.end))).collect()
    }

    pub(crate) fn has(&self, uid: &str) -> bool {
        self.entries.contains_key(uid)
    }

    /// Takes a mail in. What it did, for each event that the calendar looked at.
    pub(crate) fn receive(&mut self, mail: &Mail) -> Vec<Did> {
        let Some(scheduled) = Scheduled::of(mail) else {
            return Vec::new();
        };
        if self.client == Client::Outlook && !lies_first(&mail.raw) {
            return vec![Did::Puzzled];
        }
        let looked_at = match self.client {
            Client::Outlook => 1,
            Client::Gmail | Client::Apple | Client::Thunderbird => usize::MAX,
        };
        let events = scheduled.events.into_iter().take(looked_at);
        events.map(|event| self.take(&scheduled.method, event)).collect()
    }

    fn take(&mut self, method: &str, event: Event) -> Did {
        // Who is not invited, or is invited by somebody else than before, is shown a mail and no button.
        let known = self.entries.get(&event.uid).or_else(|| self.gone.get(&event.uid)).cloned();
        let other = known.as_ref().is_some_and(|known| known.organizer != event.organizer);
        if event.attendee != self.address || other {
            return Did::Puzzled;
        }
        match (method, self.entries.contains_key(&event.uid)) {
            ("REQUEST", there) => {
                if known.as_ref().is_some_and(|known| !self.is_newer(&event, known, there)) {
                    return Did::Ignored;
                }
                self.gone.remove(&event.uid);
                self.entries.insert(event.uid.clone(), event);
                if there { Did::Changed } else { Did::Added }
            }
            ("CANCEL", true) => {
                let known = known.unwrap();
                let anyway = self.client == Client::Thunderbird;
                if !anyway && (event.sequence, &event.stamp) < (known.sequence, &known.stamp) {
                    return Did::Ignored;
                }
                self.entries.remove(&event.uid);
                self.gone.insert(event.uid.clone(), event);
                Did::Removed
            }
            // A CANCEL for what is not there; or PUBLISH, which is no method of an invitation.
            _ => Did::Puzzled,
        }
    }

    /// Whether a REQUEST is newer than what is there, or than what was taken out.
    fn is_newer(&self, event: &Event, known: &Event, there: bool) -> bool {
        let (new, old) = ((event.sequence, &event.stamp), (known.sequence, &known.stamp));
        match (self.client, there) {
            (Client::Gmail, true) => event.sequence >= known.sequence,
            // What was cancelled comes back by a higher SEQUENCE alone.
            (Client::Gmail | Client::Outlook | Client::Apple, false) => {
                event.sequence > known.sequence
            }
            (Client::Outlook | Client::Apple, true) => new > old,
            // One that is not answered stays as it is until SEQUENCE rises; what was deleted is forgotten.
            (Client::Thunderbird, true) => event.sequence > known.sequence,
            (Client::Thunderbird, false) => true,
        }
    }
}

/// Whether the calendar part lies in the first child of a mixed mail, which is an alternative: nowhere else does Outlook look.
fn lies_first(raw: &str) -> bool {
    let parsed = mail_parser::MessageParser::default().parse(raw.as_bytes()).unwrap();
    let kind = |index: usize| {
        let part = &parsed.parts[index];
        let kind = mail_parser::MimeHeaders::content_type(part);
        kind.map(|kind| {
            format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_lowercase()
        })
    };
    let children = |index: usize| match &parsed.parts[index].body {
        mail_parser::PartType::Multipart(children) => {
            children.iter().map(|child| usize::try_from(*child).unwrap()).collect()
        }
        _ => Vec::new(),
    };
    let Some(first) = children(0).first().copied() else {
        return false;
    };
    let parts: Vec<_> = children(first).into_iter().filter_map(kind).collect();
    kind(0).as_deref() == Some("multipart/mixed")
        && kind(first).as_deref() == Some("multipart/alternative")
        && parts.iter().any(|part| part == "text/calendar")
}
