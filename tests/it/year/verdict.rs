//! What is asked of the whole year at its end: nothing that was due waits any more, and each
//! reminder that the model says was due, by its own reckoning, is there, in one state, and went out at its time
//! unless the year knows of something that held it up. And that enough has happened for that to mean anything.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use fadeline::domain::clinic::reminder::Purpose;
use fadeline::domain::messages::message::{
    Audience, Message, MessageKind, MessageStatus, TakenBack, Tells, Unsent,
};
use fadeline::domain::patient::channel::Channel;

use super::Year;
use super::model::{Due, Lead, Truth, due};

/// A reminder that was due.
struct Expected {
    visit: usize,
    lead: Lead,
    start: DateTime<Utc>,
    due: Due,
    channel: Channel,
    to: String,
    /// Whether nothing arrives by any way of the patient's.
    nowhere: bool,
}

impl Year {
    pub(super) async fn judge(&mut self) {
        let mut ledgers = Vec::new();
        for visit in &self.model.visits {
            ledgers.push(self.ledger(&visit.id).await);
        }
        self.is_settled(&ledgers);
        let expected = self.expected();
        self.none_unexpected(&ledgers, &expected);
        for one in &expected {
            self.is_accounted_for(one, &ledgers[one.visit]);
        }
        for (visit, ledger) in ledgers.iter().enumerate() {
            self.is_known_or_asked_for(visit, ledger).await;
        }
        let refused = *self.sky.refused.lock().unwrap();
        self.counts.insert("refused in an outage", refused);
        self.tell();
        self.was_a_year();
    }

    /// Nothing that was due waits, or is under way.
    fn is_settled(&mut self, ledgers: &[Vec<Message>]) {
        for row in ledgers.iter().flatten() {
            let waits = matches!(row.status, MessageStatus::Scheduled | MessageStatus::Sending);
            assert!(
                !waits || row.due_at > self.now,
                "YEAR_SEED={} it still waits: {row:?}",
                self.seed
            );
            if row.kind == MessageKind::Reminder && !waits {
                self.count(match (row.status, row.reason) {
                    (MessageStatus::Sent, _) => "rows sent",
                    (MessageStatus::Delivered, _) => "rows delivered",
                    (MessageStatus::Acknowledged, _) => "rows acknowledged",
                    (MessageStatus::Failed, _) => "rows failed",
                    (MessageStatus::Superseded, Some(Unsent::Moved)) => "rows superseded: moved",
                    (MessageStatus::Superseded, Some(Unsent::Cancelled)) => {
                        "rows superseded: cancelled"
                    }
                    (MessageStatus::Superseded, Some(Unsent::Confirmed)) => {
                        "rows superseded: confirmed"
                    }
                    (MessageStatus::Superseded, _) => "rows superseded: another reason",
                    (_, Some(Unsent::NoConsent)) => "rows suppressed: no consent",
                    (_, Some(Unsent::QuietHours)) => "rows suppressed: quiet hours",
                    (_, Some(Unsent::TooLate)) => "rows suppressed: too late",
                    _ => "rows suppressed: another reason",
                });
            }
        }
    }

    /// Each reminder that was due: at its time the visit stood so, and had done before.
    fn expected(&mut self) -> Vec<Expected> {
        let mut expected = Vec::new();
        for (index, visit) in self.model.visits.iter().enumerate() {
            let starts: BTreeSet<_> = visit.truth.all().map(|truth| truth.start).collect();
            for (start, lead) in
                starts.into_iter().flat_map(|start| Lead::ALL.map(|lead| (start, lead)))
            {
                let due = due(lead, start);
                let at = due.when();
                let stands = |truth: &Truth| {
                    truth.on && truth.start == start && !(lead == Lead::TwoDays && truth.confirmed)
                };
                if at > self.now || !visit.truth.at(at).is_some_and(stands) {
                    continue;
                }
                // Where nothing arrives by any way, it is planned for the rule's, and goes nowhere.
                let way = self.model.way(visit.who, lead.way(), at);
                let nowhere = way.is_none();
                let (channel, to) = way.unwrap_or((lead.way(), String::new()));
                expected.push(Expected { visit: index, lead, start, due, channel, to, nowhere });
            }
        }
        expected
    }

    /// What was taken was due; and of all rows for one visit, lead and time, one was taken.
    fn none_unexpected(&self, ledgers: &[Vec<Message>], expected: &[Expected]) {
        let mut due: BTreeSet<_> =
            expected.iter().map(|one| (one.visit, one.lead, one.start)).collect();
        for (visit, row) in ledgers
            .iter()
            .enumerate()
            .flat_map(|(visit, rows)| rows.iter().map(move |row| (visit, row)))
        {
            let taken =
                self.handed.get(&row.id.to_string()).is_some_and(|handed| handed.whole.is_some());
            if taken && row.kind == MessageKind::Reminder {
                let key = (visit, Lead::read(&row.lead), row.content.starts_at);
                assert!(
                    due.remove(&key),
                    "YEAR_SEED={} nobody expected it, or another like it went: {row:?}",
                    self.seed
                );
            }
        }
    }

    fn is_accounted_for(&mut self, one: &Expected, ledger: &[Message]) {
        let visit = &self.model.visits[one.visit];
        let at = one.due.when();
        let theirs = |row: &&Message| {
            row.kind == MessageKind::Reminder
                && Lead::read(&row.lead) == one.lead
                && row.content.starts_at == one.start
        };
        let rows: Vec<_> = ledger.iter().filter(theirs).collect();
        let told = format!(
            "YEAR_SEED={} {:?} to {} at {at}: {visit:#?} {rows:#?}",
            self.seed, one.lead, one.to
        );
        assert!(!rows.is_empty(), "it was never planned: {told}");
        let purpose = [Purpose::Prepare, Purpose::Confirm, Purpose::Remind][one.lead as usize];
        assert!(rows.iter().all(|row| row.content.purpose == Some(purpose)), "{told}");
        let done = |row: &&&Message| {
            !matches!(row.status, MessageStatus::Superseded | MessageStatus::Suppressed)
        };
        let settled = rows.iter().filter(done).count();
        assert!(settled <= 1, "it is in two states: {told}");
        let handed: Vec<_> =
            rows.iter().filter_map(|row| self.handed.get(&row.id.to_string())).collect();
        let first = handed.iter().flat_map(|handed| handed.taken()).min();
        let tried = handed
            .iter()
            .flat_map(|handed| &handed.tries)
            .any(|(then, fate)| *then < first.unwrap_or(self.now) || !fate.is_taken());
        let outage = self.sky.outage(one.channel, at).is_some();
        let died = self
            .died_unsaid
            .iter()
            .any(|(then, to)| *to == one.to && *then >= at && *then <= one.start);
        let held_up = tried || outage || died;
        let behind = waits_for_a_change(one, ledger);
        let refused = one.nowhere || self.model.unreminded_at(visit.who, &one.to, at);
        let skipped = matches!(one.due, Due::Skipped(_));
        let mut notes = vec!["reminders due"];
        if matches!(one.due, Due::Moved(_)) {
            notes.push("moved out of quiet hours");
        }
        let crosses = |change: &str| {
            let change: DateTime<Utc> = change.parse().unwrap();
            at < change && change <= one.start
        };
        if crosses("2027-03-14T07:00:00Z") {
            notes.push("due before the clock goes forward, for a visit after it");
        } else if crosses("2027-11-07T06:00:00Z") {
            notes.push("due before the clock goes back, for a visit after it");
        }
        if refused || skipped {
            assert!(first.is_none() && settled == 0, "it is not to be sent: {told}");
            notes.push(if refused {
                "due to nobody who permits it"
            } else {
                "skipped for quiet hours"
            });
            // What says already that it does not go out need not say so again for another reason.
            let says = |row: &&Message| match row.reason {
                Some(Unsent::QuietHours) => skipped,
                Some(Unsent::NoConsent) if !one.nowhere => {
                    self.model.unreminded_since(visit.who, &one.to, visit.truth.begun_at())
                }
                _ => refused,
            };
            assert!(rows.iter().any(says), "it does not say why: {told}");
        } else if let Some(first) = first {
            notes.push(if first == at {
                "gone on the minute"
            } else {
                assert!(held_up || behind, "it is late, and nothing held it up: {told}");
                "gone late"
            });
        } else {
            assert!(held_up || behind, "it is lost, and nothing held it up: {told}");
            notes.push("held up until it was of no use");
            let last = rows.iter().max_by_key(|row| (row.session_version, row.id)).unwrap();
            let since = |so: &dyn Fn(&Truth) -> bool| visit.truth.ever_since(at, so);
            let dead = self.model.dead.contains_key(&one.to);
            let readdressed = self.model.people[visit.who].reach.ever_since(at, |reach| {
                reach.address(one.channel) != Some(&one.to)
                    || reach.prefers.is_some_and(|way| way != one.channel)
            });
            let right = match (last.status, last.reason) {
                (_, Some(Unsent::NoConsent)) => self.model.unreminded_since(visit.who, &one.to, at),
                (_, Some(Unsent::Moved)) => since(&|truth| truth.start != one.start),
                (_, Some(Unsent::Cancelled)) => since(&|truth| !truth.on),
                (_, Some(Unsent::Confirmed)) => {
                    one.lead == Lead::TwoDays && since(&|truth| truth.confirmed)
                }
                (_, Some(Unsent::Readdressed)) => readdressed || dead,
                (_, Some(Unsent::Unreachable)) => dead,
                (MessageStatus::Failed, _)
                | (_, Some(Unsent::TooLate | Unsent::QuietHours | Unsent::JustTold)) => true,
                _ => false,
            };
            assert!(right, "it did not go out for a reason that is none: {told}");
        }
        for note in notes {
            self.count(note);
        }
    }

    /// What the patient of a visit was told last is true, or somebody is still asked to tell them.
    async fn is_known_or_asked_for(&mut self, visit: usize, ledger: &[Message]) {
        let id = self.model.visits[visit].id.clone();
        let truth = self.model.visits[visit].truth.now().clone();
        let tells = |row: &&Message| {
            let told = row.kind.tells().is_some() || row.kind == MessageKind::Reminder;
            told && row.kind.audience() == Audience::Patient && row.channel != Channel::Desk
        };
        let waits = |row: &Message| {
            matches!(row.status, MessageStatus::Scheduled | MessageStatus::Sending)
                && (row.kind.tells().is_some() || row.kind == MessageKind::PhoneCall)
        };
        // What takes an entry back from a calendar and says that the visit stands tells nothing new of it.
        let stands =
            |row: &Message| row.content.taken_back.is_some_and(|why| why != TakenBack::Cancelled);
        let heard = ledger.iter().filter(tells).filter(|row| !stands(row));
        let last = heard
            .filter_map(|row| {
                let taken = self.handed.get(&row.id.to_string())?.taken().max()?;
                Some((taken, row))
            })
            .max_by_key(|(taken, row)| (*taken, row.stamp));
        let knows = last.is_some_and(|(_, row)| {
            let gone = row.kind.tells() == Some(Tells::Gone);
            gone != truth.on && (gone || row.content.starts_at == truth.start)
        });
        // A patient who has said that they come knows when.
        if knows || (truth.on && truth.confirmed) || ledger.iter().any(waits) {
            return self.count("know what is true");
        }
        if last.is_none() && !truth.on {
            return self.count("never heard of what was called off");
        }
        let tasks = self.desk().get(&format!("/tasks?session_id={id}&limit=200")).await.expect(200);
        let asked = tasks.items().iter().any(|task| {
            let kind = task["kind"].as_str().unwrap();
            let detail = task["detail"].as_str().unwrap();
            ["change_to_tell", "message_late", "patient_to_phone"].contains(&kind)
                || (kind == "message_failed" && !detail.contains("Ask for a"))
        });
        assert!(
            asked,
            "YEAR_SEED={} they know something else, and nobody is asked to phone: {:#?} {ledger:#?} {}",
            self.seed, self.model.visits[visit], tasks.text
        );
        self.count("to be phoned");
    }

    fn tell(&self) {
        eprintln!(
            "YEAR_SEED={}, {} nodes, {} visits",
            self.seed,
            self.nodes.len(),
            self.model.visits.len()
        );
        for (what, times) in &self.counts {
            eprintln!("{times:>6} {what}");
        }
    }

    /// Enough has happened.
    fn was_a_year(&self) {
        for (what, least) in [
            ("booked", 150),
            ("moved", 30),
            ("reassigned", 5),
            ("cancelled", 20),
            ("undone", 3),
            ("closed", 2),
            ("confirmed by link", 5),
            ("confirmed by text", 3),
            ("opted out", 5),
            ("opted in", 3),
            ("consents withdrawn", 3),
            ("readdressed", 10),
            ("reminders due", 250),
            ("gone on the minute", 150),
            ("gone late", 10),
            ("moved out of quiet hours", 20),
            ("skipped for quiet hours", 5),
            ("due to nobody who permits it", 5),
            ("due before the clock goes forward, for a visit after it", 5),
            ("due before the clock goes back, for a visit after it", 5),
            ("crashes between claim and taking", 10),
            ("crashes between taking and mark", 10),
            ("of these, after a crash", 5),
            ("refused in an outage", 10),
            ("deeds amid trouble", 10),
            ("rows superseded: moved", 10),
            ("rows superseded: cancelled", 10),
            ("rows superseded: confirmed", 3),
            ("know what is true", 150),
            ("to be phoned", 10),
        ] {
            let times = self.counts.get(what).copied().unwrap_or_default();
            assert!(times >= least, "only {times} × {what}: that proves little");
        }
    }
}

/// Whether a change of the visit was still to be told first (rule 43), within its grace time, or held up itself; or whether the
/// patient was told of it so lately that nobody reminds them yet.
fn waits_for_a_change(one: &Expected, ledger: &[Message]) -> bool {
    let at = one.due.when();
    ledger.iter().any(|row| {
        let first = row.kind.tells().is_some() && row.created_at <= at;
        let told = matches!(row.kind, MessageKind::Invite | MessageKind::Update);
        let apart = if told { Duration::hours(1) } else { Duration::zero() };
        let theirs = row.channel == one.channel || (told && row.channel != Channel::Desk);
        let went = row.sent_at.map_or(row.created_at + Duration::hours(50), |sent| sent);
        // One that could not go out until it was of no use was waited for too.
        let waited = row.status != MessageStatus::Suppressed || row.reason == Some(Unsent::Past);
        first && theirs && went + apart > at && waited
    })
}
