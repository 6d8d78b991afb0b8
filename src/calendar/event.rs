//! A visit as a patient's calendar shows it: a neutral phrase, a time, an address and how to
//! change it, and nothing about what it is for. Which properties an invitation adds stands in
//! `invite`; other people's calendars are in `feed`.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::content::{Block, Content};
use super::text::{Link, ParamText, Phrase};
use super::times::Times;
use super::vtimezone;
use super::words::Words;
use crate::domain::patient::Language;
use crate::domain::time::time_zone::Tz;

/// Whether the visit takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// It does.
    Confirmed,
    /// It is not certain yet.
    Tentative,
    /// It does not.
    Cancelled,
}

impl Status {
    /// As a calendar spells it.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Confirmed => "CONFIRMED",
            Self::Tentative => "TENTATIVE",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// A visit as its patient's calendar gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// A random id, the same for the visit's whole life and in every calendar.
    pub uid: Uuid,
    /// 0 at first; rises with each change of time, length or status.
    pub sequence: i64,
    /// When this state of it was written; later for each one, or calendars ignore it.
    pub stamp: DateTime<Utc>,
    /// When it was booked.
    pub created: DateTime<Utc>,
    /// When it was changed last.
    pub last_modified: DateTime<Utc>,
    /// When it starts.
    pub start: DateTime<Utc>,
    /// When it ends, after its start.
    pub end: DateTime<Utc>,
    /// The zone in which its times are shown.
    pub zone: Tz,
    /// Whether it takes place.
    pub status: Status,
    /// The language of its words.
    pub language: Language,
    /// The clinic's display name, which is to be neutral itself.
    pub label: String,
    /// The street address; no department, no room.
    pub place: String,
    /// The clinic's telephone number, as people read it.
    pub phone: String,
    /// How long before to be there.
    pub arrive_early_minutes: Option<u16>,
    /// Where the patient can change it.
    pub manage: Option<Link>,
    /// Where a video visit takes place.
    pub video: Option<Link>,
}

impl Event {
    /// What it is called.
    #[must_use]
    pub fn summary(&self) -> Phrase {
        Phrase::new(Words::for_language(self.language).appointment(&self.label))
    }

    /// Where it takes place: the address, or the link of a video visit, since few calendars show that from elsewhere.
    #[must_use]
    pub fn location(&self) -> Phrase {
        Phrase::new(self.video.as_ref().map_or(self.place.as_str(), Link::as_str))
    }

    /// What else is to be known, a line each.
    #[must_use]
    pub fn description(&self) -> Phrase {
        let words = Words::for_language(self.language);
        let early = self.arrive_early_minutes.filter(|minutes| *minutes > 0);
        let phone = Some(self.phone.trim()).filter(|phone| !phone.is_empty());
        let lines = [
            early.map(|minutes| words.arrive(minutes)),
            self.video.as_ref().map(|link| words.video_at(link.as_str())),
            self.manage.as_ref().map(|link| words.manage(link.as_str())),
            phone.map(|phone| words.telephone(phone)),
        ];
        Phrase::new(lines.into_iter().flatten().collect::<Vec<_>>().join("\n"))
    }

    /// The event up to where its people stand.
    pub(super) fn component(&self, status: Status) -> Block {
        let mut event = Block::new("VEVENT");
        event.property("UID", &self.uid);
        event.property("DTSTAMP", &self.stamp);
        event.property("CREATED", &self.created);
        event.property("LAST-MODIFIED", &self.last_modified);
        event.property("SEQUENCE", &self.sequence.max(0));
        self.times().put(&mut event, &ParamText::new(self.zone.name()));
        event.property("SUMMARY", &self.summary());
        event.property("STATUS", &status.code());
        event.property("CLASS", &"PRIVATE");
        event.property("TRANSP", &"OPAQUE");
        event
    }

    /// Puts into it where it takes place and what else is to be known.
    pub(super) fn put_details(&self, event: &mut Block) {
        for (name, phrase) in [("LOCATION", self.location()), ("DESCRIPTION", self.description())] {
            if !phrase.is_blank() {
                event.property(name, &phrase);
            }
        }
        if let Some(link) = &self.video {
            let params =
                ["URI", "VIDEO", Words::for_language(self.language).video].map(ParamText::new);
            let [uri, video, label] = &params;
            event.property_with(
                "CONFERENCE",
                &[("VALUE", uri), ("FEATURE", video), ("LABEL", label)],
                link,
            );
        }
    }

    /// Puts into it an alarm a day and one two hours before.
    pub(super) fn put_alarms(&self, event: &mut Block) {
        for trigger in ["-P1D", "-PT2H"] {
            let mut alarm = Block::new("VALARM");
            alarm.property("ACTION", &"DISPLAY");
            alarm.property("TRIGGER", &trigger);
            alarm.property("DESCRIPTION", &self.summary());
            event.hold(alarm);
        }
    }

    /// The calendar with nothing but this event, and the zone if its times need it.
    pub(super) fn calendar(&self, method: Option<&'static str>, event: Block) -> String {
        let mut content = Content::calendar(method);
        if self.times().in_zone() {
            content.hold(vtimezone::component(self.zone, self.start, self.end));
        }
        content.hold(event);
        content.finish()
    }

    fn times(&self) -> Times {
        Times::new(self.zone, self.start, self.end)
    }
}
