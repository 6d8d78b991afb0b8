//! Whether the promise was kept to a patient: the last that they were told is true, and came before
//! they might have come for nothing; or somebody is asked to tell them.

use chrono::{DateTime, Duration, Utc};
use fadeline::delivery::Post;
use fadeline::domain::patient::channel::Channel;

use super::ways::Ways;
use super::world::{Row, World};
use crate::support::outside::{Down, Try};
use crate::support::toronto;

/// What is true of a session after a change.
#[derive(Debug, Clone, Copy)]
pub(super) struct Truth {
    /// When it is; nothing where it does not take place.
    pub(super) start: Option<DateTime<Utc>>,
    /// A street that has to be named, where the place is what changed.
    pub(super) street: Option<&'static str>,
}

impl Truth {
    pub(super) fn at(start: DateTime<Utc>) -> Self {
        Self { start: Some(start), street: None }
    }

    pub(super) fn off() -> Self {
        Self { start: None, street: None }
    }

    /// Whether somebody who was told this, and nothing after it, knows it.
    fn is_told_by(self, words: &str) -> bool {
        // What was before may be said beside what is.
        let mut words = words.to_owned();
        while let Some(from) = words.find(" (was ") {
            let to = words[from..].find(')').map_or(words.len(), |to| from + to + 1);
            words.replace_range(from..to, "");
        }
        let off = words.contains("ancelled");
        match self.start {
            None => off,
            Some(start) => !off && said(start).iter().any(|when| words.contains(when)),
        }
    }
}

/// How mails and texts say a time.
pub(super) fn said(start: DateTime<Utc>) -> [String; 2] {
    let wall = start.with_timezone(&toronto());
    let half = if wall.format("%P").to_string() == "am" { "a.m." } else { "p.m." };
    ["%b %-d, %-I:%M", "%B %-d, %Y, %-I:%M"].map(|form| format!("{} {half}", wall.format(form)))
}

/// What there is to be judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    pub(super) what: &'static str,
    /// Before when a patient has to know of it: at the earliest time at which they might come.
    pub(super) by: DateTime<Utc>,
    /// Which ways were down from the change on.
    pub(super) down: Down,
    /// Whether it came when a text would not disturb, so that whoever has a way needs no call.
    pub(super) by_day: bool,
    /// Whether it is that the session was booked, of which a patient without a way is phoned as it comes near.
    pub(super) is_booking: bool,
    /// Whether it is told by each way that works.
    pub(super) by_every_way: bool,
}

impl Change {
    /// A change by day, with all ways open.
    pub(super) fn of(what: &'static str, by: DateTime<Utc>) -> Self {
        let down = Down::default();
        Self { what, by, down, by_day: true, is_booking: false, by_every_way: false }
    }

    /// The same at short notice.
    pub(super) fn in_a_hurry(what: &'static str, by: DateTime<Utc>) -> Self {
        Self { by_every_way: true, ..Self::of(what, by) }
    }
}

/// Tasks by which somebody is asked to tell a patient something. One that only asks for a better address does not.
fn is_call((kind, detail): &(String, String), change: Change) -> bool {
    match kind.as_str() {
        "change_to_tell" | "message_late" => true,
        "patient_to_phone" => change.is_booking,
        "message_failed" => !detail.contains("Ask for a"),
        _ => false,
    }
}

/// How it went.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) told: usize,
    pub(super) called: usize,
}

impl World {
    /// Whether texts are sent at all, and whether mail is.
    fn has(&self, channel: Channel, down: Down) -> bool {
        match channel {
            Channel::Email => !down.mail,
            Channel::Sms => !down.texts && self.app.app.profile.texts.is_some(),
            Channel::Desk => false,
        }
    }

    /// What arrived at the addresses that are the patient's now, in order.
    fn heard(&self, row: &Row) -> Vec<Try> {
        let no_mail = matches!(row.ways, Ways::NoMail | Ways::NoMailDeadTexts);
        let theirs =
            |one: &Try| one.taken && (one.to == row.phone || (one.to == row.email && !no_mail));
        self.outside.tries().into_iter().filter(theirs).collect()
    }

    /// Lives on until a patient might come, and a day longer than the session; judges each of them at both times.
    pub(super) async fn see(&self, post: &Post, change: Change) -> Count {
        let starts = self.rows.iter().flat_map(|row| [Some(row.start), row.truth.start]);
        let last = starts.flatten().max().unwrap_or(change.by).max(change.by);
        let over = last + Duration::days(1);
        let mut count = Count::default();
        let mut faults = Vec::new();
        for (moment, first) in [(change.by - Duration::minutes(1), true), (over, false)] {
            self.app.pass_to(post, moment).await;
            for row in &self.rows {
                match self.judge(row, change).await {
                    Ok((told, called)) if first => {
                        count.told += usize::from(told);
                        count.called += usize::from(called);
                    }
                    Ok(_) => (),
                    Err(fault) => faults.push(format!("at {}: {fault}", self.now())),
                }
            }
        }
        assert!(
            faults.is_empty(),
            "{}: {} faults\n{}",
            change.what,
            faults.len(),
            faults.join("\n")
        );
        count
    }

    async fn judge(&self, row: &Row, change: Change) -> Result<(bool, bool), String> {
        let heard = self.heard(row);
        let tasks = self.app.open_tasks(&row.session).await;
        let called = tasks.iter().any(|task| is_call(task, change));
        let is_true = |one: &Try| row.truth.is_told_by(&one.words());
        // A text that reminds says no street, and is not false for that; some word has to have said it.
        let place = |street: &str| heard.iter().any(|one| one.words().contains(street));
        let told = heard.last().is_some_and(is_true) && row.truth.street.is_none_or(place);
        let shown = || {
            let heard: Vec<_> = heard
                .iter()
                .map(|one| format!("{} {}: {}", one.at, one.channel, gist(&one.words())))
                .collect();
            format!(
                "{:?} {:?}, session {} at {}: {heard:#?} {tasks:?}",
                row.ways, row.since, row.session, row.start
            )
        };
        if !told && !called {
            return Err(format!("nothing true came, and nobody is asked to phone: {}", shown()));
        }
        for way in row.ways.working().iter().filter(|way| self.has(**way, change.down)) {
            let last = heard.iter().rfind(|one| one.channel == *way);
            if last.is_none() && change.by_every_way && !called {
                return Err(format!("{way} was told nothing, in a hurry: {}", shown()));
            }
            if last.is_some_and(|one| !is_true(one)) && !called {
                return Err(format!("{way} still says what is no longer so: {}", shown()));
            }
        }
        let works = row.ways.working().iter().any(|way| self.has(*way, change.down));
        let change_alone =
            tasks.iter().any(|(kind, _)| kind == "change_to_tell" || kind == "message_late");
        // What waits for a server that is down goes by no other way; and at night a call may have to do.
        let works = works && change.down == Down::default() && (change.by_day || !called);
        let phoned = called && row.ways == Ways::OutOfMail;
        if works && !told && !phoned {
            return Err(format!("a way works, and nothing true came by it: {}", shown()));
        }
        // Who ended all mail is phoned of each change, whatever texts say (5.9 of the privacy rules).
        if works && change.by_day && change_alone && row.ways != Ways::OutOfMail {
            return Err(format!(
                "a way works, and somebody is asked to phone all the same: {}",
                shown()
            ));
        }
        Ok((told, called))
    }
}

/// The first line of what was said.
fn gist(words: &str) -> &str {
    words.lines().next().unwrap_or_default()
}
