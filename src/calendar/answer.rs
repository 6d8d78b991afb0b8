//! What a patient's calendar answers to an invitation. Its text is bounded and counted
//! before it is parsed. Nothing is moved by the times that it holds; its start only tells
//! whether it answers what is true now. Whether it is to be believed is decided by the caller.

use crate::domain::patient::email::address_key;
use calcard::common::PartialDateTime;
use calcard::common::timezone::Tz as NamedZone;
use calcard::icalendar::{
    ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarParameterName,
    ICalendarProperty,
};
use calcard::{Entry, Parser};
use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, Utc};
use thiserror::Error;

use super::text::Address;
use crate::domain::time::civil;
use crate::domain::time::time_zone::Tz;

/// The most octets of a calendar.
pub const MOST_BYTES: usize = 64 * 1024;
/// The most lines.
const MOST_LINES: usize = 2000;
/// How deep components may lie within components.
const DEEPEST: usize = 8;
/// The most characters of an address or an id.
const LONGEST_NAME: usize = 320;
/// The most characters of a comment.
const LONGEST_COMMENT: usize = 2000;

/// What the calendar sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    /// An answer.
    Reply,
    /// Another time, proposed.
    Counter,
    /// Something that a patient has no reason to send, in capitals; empty where it does not say.
    Other(String),
}

/// What the attendee answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Comes.
    Accepted,
    /// Does not.
    Declined,
    /// May come.
    Tentative,
    /// Sends somebody else.
    Delegated,
    /// Has not decided, or says nothing that has a meaning here.
    Undecided,
}

/// The start that an answer names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// An instant.
    At(DateTime<Utc>),
    /// A wall time in a zone that is known, by whatever name.
    In(NaiveDateTime, Tz),
    /// A wall time in a zone that is not known, or in none.
    Somewhere(NaiveDateTime),
    /// A day.
    On(NaiveDate),
}

impl Start {
    /// Whether it can be `instant`. A wall time in an unknown zone can be any instant at which a clock on earth shows it.
    #[must_use]
    pub fn may_be(self, instant: DateTime<Utc>) -> bool {
        match self {
            Self::At(start) => (start - instant).num_minutes() == 0,
            Self::In(wall, zone) => (wall - civil::wall_of(zone, instant)).num_minutes() == 0,
            Self::Somewhere(wall) => {
                let ahead = (wall - instant.naive_utc()).num_minutes();
                (-12 * 60..=14 * 60).contains(&ahead) && ahead % 15 == 0
            }
            Self::On(day) => (day - instant.date_naive()).num_days().abs() <= 1,
        }
    }
}

/// What a calendar answers about one event. All of it is only what the mail claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// What it sends.
    pub method: Method,
    /// The event's UID, as we wrote it.
    pub uid: String,
    /// The sequence that it answers; many leave it out, which means 0.
    pub sequence: Option<i64>,
    /// The start of what it answers; of a counter-proposal, the one that it proposes.
    pub start: Option<Start>,
    /// When it answered.
    pub stamp: Option<DateTime<Utc>>,
    /// Who answers: an address in small letters, where it is one.
    pub attendee: String,
    /// What.
    pub answer: Answer,
    /// What was written with it. Health information.
    pub comment: Option<String>,
}

/// Why a calendar is not an answer that can be read.
#[derive(Debug, Clone, Copy, Error, PartialEq, Eq)]
pub enum Unclear {
    /// More than 64 kB.
    #[error("the calendar has more than 64 kB")]
    TooLarge,
    /// More than 2,000 lines.
    #[error("the calendar has more than 2,000 lines")]
    TooManyLines,
    /// Components within components without an end.
    #[error("the calendar is nested more than 8 deep")]
    TooDeep,
    /// No event.
    #[error("the calendar holds no event")]
    NoEvent,
    /// An answer is about one event.
    #[error("the calendar holds several events")]
    SeveralEvents,
    /// The event has no UID.
    #[error("the event has no UID")]
    NoUid,
    /// No attendee answers.
    #[error("the event names no attendee")]
    NoAttendee,
    /// An answer is from one attendee, who says one thing.
    #[error("the event names several attendees")]
    SeveralAttendees,
}

/// Reads a calendar, `declared` being the method that the mail says it has, and `us` the address that invites.
pub(super) fn read(octets: &[u8], declared: Option<&str>, us: &str) -> Result<Reply, Unclear> {
    if octets.len() > MOST_BYTES {
        return Err(Unclear::TooLarge);
    }
    let text = unfolded(octets);
    within_limits(&text)?;
    let components = components(&text);
    let is_event = |one: &&ICalendarComponent| one.component_type == ICalendarComponentType::VEvent;
    let mut events = components.iter().filter(is_event);
    let event = events.next().ok_or(Unclear::NoEvent)?;
    if events.next().is_some() {
        return Err(Unclear::SeveralEvents);
    }
    let method =
        components.iter().find_map(|one| text_of(one.property(&ICalendarProperty::Method)?));
    let uid = event.property(&ICalendarProperty::Uid).and_then(text_of).ok_or(Unclear::NoUid)?;
    let (attendee, answer) = one_who_answers(event, us)?;
    let number = |entry: &ICalendarEntry| {
        entry.values.first().and_then(calcard::icalendar::ICalendarValue::as_integer)
    };
    let moment =
        |entry: &ICalendarEntry| entry.values.first()?.as_partial_date_time().and_then(instant);
    let comment = event.property(&ICalendarProperty::Comment).and_then(text_of);
    Ok(Reply {
        method: method_of(method.as_deref().or(declared).unwrap_or_default()),
        uid: bounded(&uid, LONGEST_NAME).ok_or(Unclear::NoUid)?,
        sequence: event.property(&ICalendarProperty::Sequence).and_then(number),
        start: event.property(&ICalendarProperty::Dtstart).and_then(start),
        stamp: event.property(&ICalendarProperty::Dtstamp).and_then(moment),
        attendee,
        answer,
        comment: comment.and_then(|comment| bounded(&comment, LONGEST_COMMENT)),
    })
}

/// `text` without control characters but line breaks, no longer than `most` characters; nothing, if nothing is left.
pub(super) fn bounded(text: &str, most: usize) -> Option<String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = text.chars().filter(|c| *c == '\n' || !c.is_control()).take(most).collect();
    let kept = kept.trim();
    (!kept.is_empty()).then(|| kept.to_owned())
}

/// The content lines, whatever ends them. They are unfolded as octets, since some fold inside a character.
fn unfolded(octets: &[u8]) -> String {
    let octets = octets.strip_prefix("\u{feff}".as_bytes()).unwrap_or(octets);
    let mut lines = Vec::with_capacity(octets.len());
    let mut rest = octets.iter().copied().peekable();
    while let Some(octet) = rest.next() {
        match octet {
            b'\r' | b'\n' => {
                if octet == b'\r' {
                    rest.next_if_eq(&b'\n');
                }
                if rest.next_if(|next| matches!(next, b' ' | b'\t')).is_none() {
                    lines.push(b'\n');
                }
            }
            0 => {}
            _ => lines.push(octet),
        }
    }
    lines.push(b'\n');
    String::from_utf8_lossy(&lines).into_owned()
}

/// Counts lines and nesting, before a parser sees them.
fn within_limits(text: &str) -> Result<(), Unclear> {
    let mut depth = 0_usize;
    for (number, line) in text.lines().enumerate() {
        if number >= MOST_LINES {
            return Err(Unclear::TooManyLines);
        }
        let name = line.split([':', ';']).next().unwrap_or_default().trim();
        if name.eq_ignore_ascii_case("BEGIN") {
            depth += 1;
        } else if name.eq_ignore_ascii_case("END") {
            depth = depth.saturating_sub(1);
        }
        if depth > DEEPEST {
            return Err(Unclear::TooDeep);
        }
    }
    Ok(())
}

/// Everything that can be read of the text; of what cannot, nothing.
fn components(text: &str) -> Vec<ICalendarComponent> {
    let mut parser = Parser::new(text);
    let mut components = Vec::new();
    // Each turn reads a line at least.
    for _ in 0..=MOST_LINES {
        match parser.entry() {
            Entry::ICalendar(calendar) => components.extend(calendar.components),
            Entry::Eof => break,
            _ => {}
        }
    }
    components
}

fn text_of(entry: &ICalendarEntry) -> Option<String> {
    entry.values.first()?.as_text().map(str::to_owned)
}

fn method_of(text: &str) -> Method {
    match text.trim().to_ascii_uppercase().as_str() {
        "REPLY" => Method::Reply,
        "COUNTER" => Method::Counter,
        other => Method::Other(bounded(other, 40).unwrap_or_default()),
    }
}

/// The one who answers, and what. The organizer, whom some list among the attendees, is looked past, and twins are one.
fn one_who_answers(event: &ICalendarComponent, us: &str) -> Result<(String, Answer), Unclear> {
    let organizer = event.property(&ICalendarProperty::Organizer).and_then(who);
    let invites = |name: &str| name.eq_ignore_ascii_case(us) || organizer.as_deref() == Some(name);
    let mut answers = Vec::new();
    for attendee in event.properties(&ICalendarProperty::Attendee) {
        answers.push((who(attendee).ok_or(Unclear::NoAttendee)?, what(attendee)));
    }
    if answers.iter().any(|(name, _)| !invites(name)) {
        answers.retain(|(name, _)| !invites(name));
    }
    let mut answers = answers.into_iter();
    let (name, mut answer) = answers.next().ok_or(Unclear::NoAttendee)?;
    for (other, said) in answers {
        if other != name {
            return Err(Unclear::SeveralAttendees);
        }
        answer = match (answer, said) {
            (before, now) if before == now || now == Answer::Undecided => before,
            (Answer::Undecided, now) => now,
            // Two answers of one person: a person has to ask which.
            _ => return Err(Unclear::SeveralAttendees),
        };
    }
    Ok((name, answer))
}

/// Who answers. Apple writes an address of its own kind and puts that of the mail beside it.
fn who(attendee: &ICalendarEntry) -> Option<String> {
    let value = text_of(attendee)?;
    let value = value.trim();
    let mailto =
        value.split_at_checked(7).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("mailto:"));
    let beside =
        attendee.parameter(&ICalendarParameterName::Email).and_then(|email| email.as_text());
    let mailbox = match (mailto, beside) {
        (Some((_, mailbox)), _) => percent_decoded(mailbox),
        (None, Some(mailbox)) => mailbox.to_owned(),
        (None, None) => value.to_owned(),
    };
    bounded(&address_key(&mailbox), LONGEST_NAME)
        .filter(|who| Address::try_from(who.clone()).is_ok() || !who.contains('@'))
}

fn what(attendee: &ICalendarEntry) -> Answer {
    let answer =
        attendee.parameter(&ICalendarParameterName::Partstat).and_then(|answer| answer.as_text());
    match answer.unwrap_or_default().to_ascii_uppercase().as_str() {
        "ACCEPTED" => Answer::Accepted,
        "DECLINED" => Answer::Declined,
        "TENTATIVE" => Answer::Tentative,
        "DELEGATED" => Answer::Delegated,
        _ => Answer::Undecided,
    }
}

/// The text that `%40` and the like stand for.
fn percent_decoded(text: &str) -> String {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((octet, tail)) = rest.split_first() {
        let digits =
            tail.get(..2).filter(|two| *octet == b'%' && two.iter().all(u8::is_ascii_hexdigit));
        let escaped =
            digits.and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        octets.push(escaped.unwrap_or(*octet));
        rest = if escaped.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    String::from_utf8(octets).unwrap_or_else(|_| text.to_owned())
}

fn date(time: &PartialDateTime) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(time.year?.into(), time.month?.into(), time.day?.into())
}

fn wall(time: &PartialDateTime) -> Option<NaiveDateTime> {
    date(time)?.and_hms_opt(
        time.hour?.into(),
        time.minute?.into(),
        time.second.unwrap_or_default().into(),
    )
}

/// The start, as far as it can be read: a zone may be named as IANA, Windows or another program names it, or as nobody
/// does. None makes an answer unreadable.
fn start(entry: &ICalendarEntry) -> Option<Start> {
    let time = entry.values.first()?.as_partial_date_time()?;
    let Some(wall) = wall(time) else {
        return date(time).map(Start::On);
    };
    if let Some(instant) = instant(time) {
        return Some(Start::At(instant));
    }
    let named = entry.parameter(&ICalendarParameterName::Tzid).and_then(|zone| zone.as_text());
    Some(match named.and_then(zone) {
        Some(zone) => Start::In(wall, zone),
        None => Start::Somewhere(wall),
    })
}

/// The zone of a name, by our own data; only what the name stands for is the parser's word.
fn zone(name: &str) -> Option<Tz> {
    let known = |name: &str| name.parse().ok();
    known(name).or_else(|| known(&name.parse::<NamedZone>().ok()?.name()?))
}

/// The instant that a DTSTAMP names, which has to be in UTC.
fn instant(time: &PartialDateTime) -> Option<DateTime<Utc>> {
    let wall = wall(time)?;
    let offset = Duration::hours(time.tz_hour?.into())
        + Duration::minutes(time.tz_minute.unwrap_or_default().into());
    let utc = wall.checked_add_signed(if time.tz_minus { offset } else { -offset })?;
    Some(utc.and_utc())
}
