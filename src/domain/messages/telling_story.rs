//! Any story of a visit, told by `telling` and kept as the ledger keeps it: the promise holds after
//! each change whose messages are sent.

use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;
use uuid::Uuid;

use super::message::{Audience, Content, Message, MessageKind, MessageStatus, TakenBack, Tells};
use super::notice::{Party, Standing, seen};
use super::plan::patient::Reach;
use super::telling::{Belief, Change, Moment, Telling, telling};
use crate::domain::clinic::policy::Policy;
use crate::domain::clinic::quiet_hours::QuietHours;
use crate::domain::patient::channel::Channel;
use crate::domain::patient::recipient::Recipient;
use crate::domain::patient::{Email, Language};
use crate::domain::time::time_zone::toronto;

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn email(name: &str) -> Email {
    format!("{name}@example.test").try_into().unwrap()
}

fn reach(email: Option<Email>, texts: bool) -> Reach {
    let phone = texts.then(|| "416 555 0123".to_owned().try_into().unwrap());
    Reach { email, phone, ..Reach::default() }
}

/// A visit, its patient, and the rows about it.
struct Story {
    now: DateTime<Utc>,
    start: DateTime<Utc>,
    standing: Standing,
    reach: Reach,
    entries: bool,
    planned: bool,
    rows: Vec<Message>,
    version: i64,
}

impl Story {
    fn begun(reach: Reach) -> Self {
        Self {
            now: utc("2027-03-01T15:00:00Z"),
            start: utc("2027-03-15T14:00:00Z"),
            standing: Standing::There,
            reach,
            entries: true,
            planned: false,
            rows: Vec::new(),
            version: 1,
        }
    }

    fn content(&self) -> Content {
        let content = Content {
            calendar: self.entries,
            ..Content::of_referral(self.now, "America/Toronto".to_owned(), Uuid::nil().into())
        };
        content.at(self.start, Duration::minutes(45))
    }

    /// What the change to what is true now needs, as rows that wait; a call is made at once.
    fn tell(&mut self, before: Belief<'_>) -> Telling {
        let policy = Policy::default();
        let quiet = QuietHours::from_policy(&policy, toronto());
        let content = self.content();
        let change = Change {
            standing: self.standing,
            content: &content,
            before,
            planned: self.planned,
            entry_from: if self.planned { self.start - Duration::days(14) } else { self.now },
        };
        let moment = Moment { now: self.now, quiet: &quiet, policy: &policy };
        let told = telling(&seen(&self.rows, Audience::Patient), change, &self.reach, moment);
        self.version += 1;
        for row in self.rows.iter_mut().filter(|row| row.status == MessageStatus::Scheduled) {
            row.status = MessageStatus::Superseded;
        }
        for one in &told.messages {
            let row = self.row(one.kind, one.channel, one.recipient.clone(), one.content.clone());
            self.rows.push(row.suppressed_if(one.unsent));
        }
        if let Some(call) = &told.call {
            let kind = if call.to.is_some() { MessageKind::Update } else { MessageKind::Cancel };
            let content = call.to.clone().or_else(|| call.from.clone()).unwrap_or(content.clone());
            let row = self.row(kind, Channel::Desk, None, Content { calendar: false, ..content });
            self.rows.push(Message { status: MessageStatus::Sent, ..row });
        }
        told
    }

    fn row(
        &self,
        kind: MessageKind,
        channel: Channel,
        recipient: Option<Recipient>,
        content: Content,
    ) -> Message {
        let id = Uuid::from_u128(self.rows.len() as u128).into();
        Message {
            kind,
            channel,
            recipient,
            session_version: self.version,
            ..Message::waiting(id, Uuid::nil().into(), Language::En, content, self.now)
        }
    }

    fn send(&mut self) {
        for row in self.rows.iter_mut().filter(|row| row.status == MessageStatus::Scheduled) {
            row.status = MessageStatus::Sent;
        }
    }

    /// What was told, as `kind by way`, with `+` where a calendar entry goes with it.
    fn told(&mut self) -> Vec<String> {
        let told = self.tell(Belief::Unknown);
        let shown = |one: &super::telling::Told| {
            let entry = if one.content.calendar { "+" } else { "" };
            let why = one.unsent.map(|why| format!(" {why}")).unwrap_or_default();
            let at = one.due_at.with_timezone(&toronto()).format("%H:%M");
            let at = if one.due_at - self.now > Duration::minutes(3) {
                format!(" {at}")
            } else {
                String::new()
            };
            format!("{} {}{entry}{why}{at}", one.kind, one.channel)
        };
        let mut lines: Vec<_> = told.messages.iter().map(shown).collect();
        lines.extend(told.call.map(|_| "call".to_owned()));
        lines
    }
}

#[test]
fn a_change_goes_by_the_way_that_told_it_and_by_the_next_where_that_is_gone() {
    let mut story = Story::begun(reach(Some(email("ada")), true));
    assert_eq!(story.told(), ["invite email+"]);
    story.send();
    story.start += Duration::days(1);
    assert_eq!(story.told(), ["update email+"]);
    story.send();
    story.reach.dead_email = true;
    assert!(story.told().is_empty(), "nothing has changed that they were not told");
    story.start += Duration::days(1);
    assert_eq!(story.told(), ["update sms"]);
    story.send();
    story.reach.refused_sms = true;
    story.standing = Standing::Gone;
    assert_eq!(story.told(), ["cancel email unreachable", "call"]);
}

#[test]
fn at_short_notice_every_way_tells_it_and_an_early_visit_is_a_call_at_night() {
    let mut story = Story::begun(reach(Some(email("ada")), true));
    story.told();
    story.send();
    story.now = utc("2027-03-15T02:00:00Z"); // 22:00 on the evening before, clocks changed
    story.start = utc("2027-03-17T14:00:00Z");
    assert_eq!(story.told(), ["update email+", "update sms 08:00"]);
    let mut early = Story::begun(reach(Some(email("ada")), true));
    early.start = utc("2027-03-15T13:30:00Z");
    early.told();
    early.send();
    early.now = utc("2027-03-15T02:00:00Z");
    early.start = utc("2027-03-17T14:00:00Z");
    assert_eq!(early.told(), ["update email+", "update sms quiet_hours 08:00", "call"]);
}

#[test]
fn an_entry_is_taken_back_once_when_entries_or_all_mail_end_and_when_the_address_changes() {
    let begun = || {
        let mut story = Story::begun(reach(Some(email("ada")), true));
        story.told();
        story.send();
        story
    };
    let mut entries = begun();
    entries.entries = false;
    assert_eq!(entries.told(), ["cancel email+"]);
    entries.send();
    assert!(entries.told().is_empty(), "once");
    entries.start += Duration::days(1);
    assert_eq!(entries.told(), ["update email"], "and then in words");
    let mut mail = begun();
    mail.reach.refused_email = true;
    assert_eq!(mail.told(), ["cancel email+"]);
    mail.send();
    assert!(mail.told().is_empty(), "once");
    mail.start += Duration::days(1);
    assert_eq!(mail.told(), ["update sms", "call"], "by text, and by telephone");
    let mut moved = begun();
    moved.reach.email = Some(email("new"));
    assert_eq!(moved.told(), ["cancel email+", "invite email+"]);
}

#[test]
fn a_plan_is_a_list_to_read_and_entries_come_in_their_turn() {
    let mut story = Story::begun(reach(Some(email("ada")), true));
    story.planned = true;
    story.start = utc("2027-05-15T14:00:00Z");
    assert_eq!(story.told(), ["plan email", "invite email+ 10:00"]);
    let entry = story.rows.pop().unwrap();
    story.send();
    story.rows.push(entry);
    // What changes before the entry has gone is told in words alone.
    story.start += Duration::days(1);
    assert_eq!(story.told(), ["update email", "invite email+ 10:00"]);
    let entry = story.rows.pop().unwrap();
    story.send();
    story.rows.push(entry);
    story.standing = Standing::Gone;
    assert_eq!(story.told(), ["cancel email"], "no CANCEL without a REQUEST");
}

#[test]
fn a_patient_whom_nothing_reaches_is_phoned_about_each_change_and_not_about_the_booking() {
    let mut story = Story::begun(reach(None, false));
    assert_eq!(story.told(), ["invite email no_address"]);
    let booked = story.content();
    story.start += Duration::days(1);
    let told = story.tell(Belief::There(&booked));
    assert!(told.call.is_some_and(|call| call.from == Some(booked)));
    story.standing = Standing::Gone;
    assert_eq!(story.told(), ["cancel email no_address", "call"]);
}

proptest! {
    /// Whatever happens to a visit and to its patient's ways, and whichever of its states are sent: once the last one is,
    /// either a way that works has told what is true, or the desk has a call; and no calendar that can be reached holds
    /// what is not true, or what its owner does not want.
    #[test]
    fn after_any_story_the_patient_knows_what_is_true_or_is_phoned(
        story in prop::collection::vec(
            (0..3_i64, 0..3_u8, 0..3_usize, any::<[bool; 6]>(), 0..72_i64, any::<bool>()), 1..12),
        planned in any::<bool>(),
    ) {
        let addresses = [Some(email("a")), Some(email("b")), None];
        let mut run = Story::begun(reach(None, false));
        run.planned = planned;
        let mut known: Option<Content> = None;
        for (day, standing, at, [texts, ended, stopped, dead, entries, refused], hours, sent) in story {
            let before = known.clone();
            run.standing = [Standing::There, Standing::There, Standing::Gone][usize::from(standing)];
            run.start = utc("2027-03-15T14:00:00Z") + Duration::days(day);
            run.entries = entries;
            run.reach = Reach {
                refused: refused && ended,
                refused_email: ended,
                refused_sms: stopped,
                dead_email: dead,
                ..reach(addresses[at].clone(), texts)
            };
            run.now = (run.now + Duration::hours(hours)).min(utc("2027-03-15T13:00:00Z"));
            let told = run.tell(before.as_ref().map_or(Belief::Unknown, Belief::There));
            for one in told.messages.iter().filter(|one| one.unsent.is_none()) {
                let to = one.recipient.clone().unwrap();
                let gone = one.kind.tells() == Some(Tells::Gone);
                prop_assert!(run.reach.is_current(&to) || gone, "{to} is a stranger's");
                prop_assert!(!run.reach.refuses(to.channel()) || (gone && one.content.calendar), "{to} wants nothing");
            }
            if !sent {
                continue;
            }
            run.send();
            let seen = seen(&run.rows, Audience::Patient);
            let truth = run.content();
            for one in seen.iter().filter(|one| one.holds) {
                let Party::Patient(to) = &one.party else { panic!("a calendar of no address") };
                if run.reach.dead_email && run.reach.is_current(to) {
                    continue;
                }
                prop_assert_eq!(run.standing, Standing::There);
                prop_assert!(run.entries && run.reach.is_current(to) && !run.reach.refuses(Channel::Email));
                prop_assert_eq!(one.content.starts_at, truth.starts_at);
            }
            let is_true = |one: &super::notice::Seen| {
                one.there == (run.standing == Standing::There)
                    && (!one.there || one.content.says_the_same(&truth, Audience::Patient))
            };
            let ways = run.reach.working();
            // The last word that reached them is true; one that takes back an entry alone leaves it so.
            let entry_alone = |one: &super::notice::Seen| {
                one.content.taken_back.is_some_and(|why| why != TakenBack::Cancelled)
                    && run.standing == Standing::There
                    && one.content.says_the_same(&truth, Audience::Patient)
            };
            let knows = seen.last().is_some_and(|one| is_true(one) || entry_alone(one));
            // A person told them, and it is still so; or nobody ever did.
            let by_person = seen.is_empty() && run.standing == Standing::There
                && before.as_ref().is_some_and(|before| before.says_the_same(&truth, Audience::Patient));
            let never_knew = seen.is_empty() && before.is_none();
            prop_assert!(knows || by_person || never_knew && (ways.is_empty() || run.standing == Standing::Gone),
                "{:?} {:?}", run.standing, seen);
            known = (run.standing == Standing::There).then_some(truth);
        }
    }
}
