//! What is asked of every mail when it arrives, and of every calendar once all is told.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, FixedOffset, Utc};
use fadeline::domain::patient::channel::Channel;
use fadeline::storage::messages::ledger;

use super::Story;
use crate::support::Mail;
use crate::support::clients::{Calendar, Did, Event, Scheduled};
use crate::support::outside::Try;

/// From when to when an entry is.
type Span = (DateTime<Utc>, DateTime<Utc>);

impl Story {
    /// Start and end of a session that takes place, as the clinic says.
    pub(super) async fn truth(&self, id: &str) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let shown = self.app.session(id).await;
        let at = |field: &str| shown.str(field).parse::<DateTime<FixedOffset>>().unwrap().to_utc();
        (shown.str("status") == "booked").then(|| (at("start"), at("end")))
    }

    /// Lets so much time pass; then all that was to be told is told, and every calendar is looked at.
    pub(super) async fn settle(&mut self, wait: Duration) {
        // In steps, so that each mail is read while what it says can still be compared.
        let to = self.now() + wait;
        while self.now() < to {
            let next = (self.now() + Duration::hours(12)).min(to);
            self.app.pass_to(&self.post, next).await;
            self.read_mails().await;
        }
        self.look_at_calendars().await;
    }

    /// Reads what has come since.
    pub(super) async fn read_mails(&mut self) {
        let tries = self.outside.tries();
        let new: Vec<_> = tries[self.read..].to_vec();
        self.read = tries.len();
        for one in new.into_iter().filter(|one| one.channel == Channel::Email && one.taken) {
            self.read_mail(&one).await;
        }
    }

    async fn read_mail(&mut self, one: &Try) {
        let mail = Mail::read(&one.raw);
        let is_reminder = one.raw.contains("List-Unsubscribe");
        let in_use = self.email.as_ref() == Some(&one.to);
        self.tell(format!(
            "{} <- {:?} {}",
            one.to,
            mail.calendar.as_ref().map(|(method, _)| method),
            mail.subject
        ));
        if is_reminder && !mail.subject.contains("Reminder") && !mail.subject.contains("confirm") {
            self.fail("only a reminder offers to end reminders");
        }
        if is_reminder {
            self.last_link = Some(mail.link());
        }
        let says_cancelled = mail.subject.contains("ancelled") || mail.text.contains("ancelled");
        let Some(session) = self.session_of(&one.row).await else {
            // A list of several, of which each line says what is true of its own.
            return self.count("lists");
        };
        let truth = self.truth(&session).await;
        if says_cancelled {
            if truth.is_some() {
                self.fail("it says that a session is cancelled which takes place");
            }
            if !in_use {
                self.fail(
                    "it says to an address that is no longer used that a session is cancelled",
                );
            }
        }
        if let Some(scheduled) = Scheduled::of(&mail) {
            self.take_in(&one.to, &mail, &scheduled, truth, in_use);
        }
    }

    /// The session that a row of the ledger is about; nothing where a mail is made of several rows.
    async fn session_of(&self, row: &str) -> Option<String> {
        let mut tx = self.app.app.db.read().await.unwrap();
        let row = ledger::get(&mut tx, row.parse().unwrap()).await.unwrap();
        tx.rollback().await.unwrap();
        Some(row?.session_id.unwrap().to_string())
    }

    fn take_in(
        &mut self,
        to: &str,
        mail: &Mail,
        scheduled: &Scheduled,
        truth: Option<(DateTime<Utc>, DateTime<Utc>)>,
        in_use: bool,
    ) {
        let [event] = scheduled.events.as_slice() else {
            self.fail("a mail has one event");
        };
        self.rises(to, event);
        let calendars = self.calendars.entry(to.to_owned()).or_insert_with(|| Calendar::all_of(to));
        let before: Vec<_> =
            calendars.iter().map(|one| one.shows().get(&event.uid).copied()).collect();
        let did: Vec<_> = calendars.iter_mut().map(|one| (one.client, one.receive(mail))).collect();
        for (client, did) in &did {
            let wanted: &[Did] = match scheduled.method.as_str() {
                "REQUEST" => &[Did::Added, Did::Changed],
                "CANCEL" => &[Did::Removed],
                _ => &[],
            };
            if !did.iter().all(|did| wanted.contains(did)) {
                self.fail(&format!("{client:?} of {to}: {did:?} by {}", scheduled.method));
            }
        }
        if scheduled.method == "REQUEST" {
            self.count("REQUEST");
            let said = Some((event.start, event.end));
            if truth != said {
                self.fail(&format!("it invites to {said:?}, and true is {truth:?}"));
            }
            if !in_use || !self.wants_mail() || !self.entries {
                self.fail("an invitation to whoever does not want it");
            }
            if before.iter().all(|had| *had == said) {
                self.fail("it asks again about what has not changed");
            }
        } else {
            self.count("CANCEL");
            match (in_use, truth) {
                (false, _) => self.count("CANCEL to an address that is no longer used"),
                (true, None) => self.count("CANCEL of a session that is off"),
                (true, Some(_)) => {
                    self.count("CANCEL of a session that stands, to an address in use");
                    if self.entries && self.wants_mail() {
                        self.fail("an entry is taken out that its owner wants");
                    }
                }
            }
        }
    }

    /// The version of an event rises with each mail to an address.
    fn rises(&mut self, to: &str, event: &Event) {
        let version = (event.sequence, event.stamp.clone());
        let key = (to.to_owned(), event.uid.clone());
        if let Some((sequence, stamp)) = self.versions.insert(key, version.clone())
            && (version.0 < sequence || version.1 <= stamp)
        {
            self.fail(&format!("{version:?} after {:?}", (sequence, stamp)));
        }
    }

    /// Every calendar at an address in use shows what the clinic says; every other, nothing that is to come.
    async fn look_at_calendars(&mut self) {
        let now = self.now();
        let (mut truths, mut next) = (BTreeMap::new(), None);
        for session in self.sessions.clone() {
            let truth = self.truth(&session.id).await.filter(|(start, _)| *start > now);
            if let Some(truth) = truth {
                next = next.into_iter().chain([truth.0]).min();
                truths.insert(session.uid.clone(), (truth, session.planned));
            }
        }
        for (address, calendars) in self.calendars.clone() {
            if self.lost.contains(&address) || self.outside.refuses(&address) {
                continue;
            }
            let in_use = self.email.as_ref() == Some(&address) && self.wants_mail() && self.entries;
            for calendar in calendars {
                self.count("looked at");
                self.look_at(&address, &calendar, &truths, next, in_use);
            }
        }
    }

    fn look_at(
        &self,
        address: &str,
        calendar: &Calendar,
        truths: &BTreeMap<String, (Span, bool)>,
        next: Option<DateTime<Utc>>,
        in_use: bool,
    ) {
        let (now, client) = (self.now(), calendar.client);
        for (uid, shown) in calendar.shows().into_iter().filter(|(_, (start, _))| *start > now) {
            if !in_use {
                self.fail(&format!("{client:?} of {address} still shows {uid} {shown:?}"));
            }
            let truth = truths.get(&uid).map(|(truth, _)| *truth);
            if truth != Some(shown) {
                self.fail(&format!(
                    "{client:?} of {address} shows {uid} {shown:?}, and true is {truth:?}"
                ));
            }
        }
        for (uid, (truth, planned)) in truths.iter().filter(|_| in_use) {
            // Of a plan, the next one, and whichever is two weeks away or less.
            let due = !planned
                || Some(truth.0) == next
                || truth.0 - now < Duration::days(14) - Duration::minutes(5);
            if due && !calendar.has(uid) {
                self.fail(&format!("{client:?} of {address} does not show {uid} {truth:?}"));
            }
        }
    }
}
