//! A visit as a patient's calendar shows it: a neutral phrase, a time, an address and how to
//! change it, and nothing about what it is for. Which properties an invitation adds stands in
//! `invite`; other people's calendars are in `feed`.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::content::Content;
use super::text::{Link, ParamText, Phrase};
use super::times::Times;
use super::vtimezone;
use super::words::words;
use crate::domain::patient::Language;
use crate::domain::time::time_zone::Tz;

/// Whether the visit takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
        Phrase::new(words(self.language).appointment(&self.label))
    }

    /// Where it takes place: the address, or the link of a video visit, since few calendars show that from elsewhere.
    #[must_use]
    pub fn location(&self) -> Phrase {
        Phrase::new(
            self.video
                .as_ref()
                .map_or(self.place.as_str(), Link::as_str),
        )
    }

    /// What else is to be known, a line each.
    #[must_use]
    pub fn description(&self) -> Phrase {
        let words = words(self.language);
        let early = self.arrive_early_minutes.filter(|minutes| *minutes > 0);
        let phone = Some(self.phone.trim()).filter(|phone| !phone.is_empty());
        let lines = [
            early.map(|minutes| words.arrive(minutes)),
            self.video
                .as_ref()
                .map(|link| words.video_at(link.as_str())),
            self.manage.as_ref().map(|link| words.manage(link.as_str())),
            phone.map(|phone| words.telephone(phone)),
        ];
        Phrase::new(lines.into_iter().flatten().collect::<Vec<_>>().join("\n"))
    }

    /// Writes the zone, if the times need it, and the event up to where its people stand.
    pub(super) fn open(&self, content: &mut Content, status: Status) {
        let times = Times::new(self.zone, self.start, self.end);
        if times.in_zone() {
            vtimezone::write(content, self.zone, self.start, self.end);
        }
        content.begin("VEVENT");
        content.property("UID", &self.uid);
        content.property("DTSTAMP", &self.stamp);
        content.property("CREATED", &self.created);
        content.property("LAST-MODIFIED", &self.last_modified);
        content.property("SEQUENCE", &self.sequence.max(0));
        times.write(content, &ParamText::new(self.zone.name()));
        content.property("SUMMARY", &self.summary());
        content.property("STATUS", &status.code());
        content.property("CLASS", &"PRIVATE");
        content.property("TRANSP", &"OPAQUE");
    }

    /// Writes where it takes place and what else is to be known.
    pub(super) fn details(&self, content: &mut Content) {
        for (name, phrase) in [
            ("LOCATION", self.location()),
            ("DESCRIPTION", self.description()),
        ] {
            if !phrase.is_blank() {
                content.property(name, &phrase);
            }
        }
        if let Some(link) = &self.video {
            let params = ["URI", "VIDEO", words(self.language).video()].map(ParamText::new);
            let [uri, video, label] = &params;
            content.property_with(
                "CONFERENCE",
                &[("VALUE", uri), ("FEATURE", video), ("LABEL", label)],
                link,
            );
        }
    }

    /// Ends the event, with an alarm a day and one two hours before where they are asked for.
    pub(super) fn close(&self, content: &mut Content, alarms: bool) {
        for trigger in ["-P1D", "-PT2H"].into_iter().filter(|_| alarms) {
            content.begin("VALARM");
            content.property("ACTION", &"DISPLAY");
            content.property("TRIGGER", &trigger);
            content.property("DESCRIPTION", &self.summary());
            content.end("VALARM");
        }
        content.end("VEVENT");
    }
}
