//! What is planned beside the rows that there are: which wait on, which are no longer true and
//! why, which come back, and which are new. What went out is never planned twice for one time.

use chrono::{DateTime, Duration, Utc};

use super::Planned;
use crate::domain::clinic::reminder::Purpose;
use crate::domain::ids::MessageId;
use crate::domain::messages::message::{Content, Message, MessageKind, MessageStatus, Unsent};
use crate::domain::messages::notice::Standing;
use crate::domain::patient::recipient::Recipient;

/// A visit as its messages see it.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// Its version.
    pub version: i64,
    /// How it stands in calendars.
    pub standing: Standing,
    /// Whether it is still to begin.
    pub to_come: bool,
    /// Whether its patient has said that they come.
    pub confirmed: bool,
    /// What is said of it.
    pub content: &'a Content,
}

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It is no longer true.
    Supersede(MessageId, Unsent),
    /// It must not go out.
    Suppress(MessageId, Unsent),
    /// It goes out after all, or at another time.
    Revive(MessageId, Planned),
    /// It is new.
    Write(Planned),
}

/// What the ledger needs so that it holds what is `planned` at `now`; `rows` are all messages about the visit.
#[must_use]
pub fn reconcile(
    planned: &[Planned],
    rows: &[Message],
    visit: Visit<'_>,
    now: DateTime<Utc>,
) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut kept = Vec::new();
    let rows: Vec<_> = rows.iter().filter(|row| row.kind.is_planned()).collect();
    for one in planned {
        let (keeps, step) = step(one.clone(), &rows, visit, now);
        kept.extend(keeps);
        steps.extend(step);
    }
    let waiting =
        rows.iter().filter(|row| row.status == MessageStatus::Scheduled && !kept.contains(&row.id));
    let mut withdrawn: Vec<_> =
        waiting.map(|row| Step::Supersede(row.id, why(row, planned, visit))).collect();
    // First what goes, so that nothing waits twice in between.
    withdrawn.append(&mut steps);
    withdrawn
}

/// The row that stays for `one`, and what becomes of it.
fn step(
    one: Planned,
    rows: &[&Message],
    visit: Visit<'_>,
    now: DateTime<Utc>,
) -> (Option<MessageId>, Option<Step>) {
    let is_of_it =
        |row: &&&Message| (row.kind, row.channel, &row.lead) == (one.kind, one.channel, &one.lead);
    let of_it: Vec<_> = rows.iter().filter(is_of_it).copied().collect();
    // Sent or given up for this very time, to whichever address: once is enough.
    if of_it.iter().any(|row| is_settled(row) && row.content.starts_at == visit.content.starts_at) {
        return (None, None);
    }
    let here: Vec<_> = of_it
        .into_iter()
        .filter(|row| Recipient::are_same(row.recipient.as_ref(), one.recipient.as_ref()))
        .collect();
    let waiting =
        here.iter().find(|row| row.status == MessageStatus::Scheduled && says_it(row, visit));
    if let Some(waiting) = waiting {
        let changed = (waiting.due_at, &waiting.batch) != (one.due_at, &one.batch);
        let step = match one.unsent {
            Some(why) => Some(Step::Suppress(waiting.id, why)),
            // One that is due already waits for its next try.
            None if changed && waiting.due_at > now && one.due_at > now => {
                Some(Step::Revive(waiting.id, one))
            }
            None => None,
        };
        return (Some(waiting.id), step);
    }
    let one = overdue(one, rows, visit, now);
    let stays_unsent =
        |row: &&Message| one.unsent.is_some() && row.reason == one.unsent && says_it(row, visit);
    if one.due_at <= now || here.iter().any(stays_unsent) {
        return (None, None);
    }
    match here.iter().find(|row| row.session_version == visit.version) {
        Some(row) if one.unsent.is_none() => (Some(row.id), Some(Step::Revive(row.id, one))),
        // It says already that it does not go out, if for another reason.
        Some(_) => (None, None),
        None => (None, Some(Step::Write(one))),
    }
}

/// What is due and could not go out yet goes to the new address, or by the other way, as long as it is of use.
fn overdue(one: Planned, rows: &[&Message], visit: Visit<'_>, now: DateTime<Utc>) -> Planned {
    let waits = |row: &&&Message| {
        let same = (row.kind, &row.lead) == (one.kind, &one.lead)
            && row.status == MessageStatus::Scheduled;
        same && !row.perhaps_sent && row.due_at <= now && says_it(row, visit)
    };
    let of_use = one.due_at <= now && one.useful_until.is_some_and(|until| until > now);
    if of_use && rows.iter().any(|row| waits(&row)) {
        let due_at = now + Duration::seconds(1);
        return Planned { due_at, ..one };
    }
    one
}

fn is_settled(row: &Message) -> bool {
    let skipped = matches!(row.reason, Some(Unsent::QuietHours | Unsent::TooLate | Unsent::Past));
    // What may have arrived and waits for its next try is still to be said, by that row.
    let known = row.is_known() && row.status != MessageStatus::Scheduled;
    known || row.status == MessageStatus::Failed || skipped
}

fn says_it(row: &Message, visit: Visit<'_>) -> bool {
    row.content.is_for_the_same(&Content {
        partner_id: row.content.partner_id.and(visit.content.partner_id),
        ..visit.content.clone()
    })
}

/// Why a row that waits is not among what is planned.
fn why(row: &Message, planned: &[Planned], visit: Visit<'_>) -> Unsent {
    let asks = row.content.purpose == Some(Purpose::Confirm) || row.kind == MessageKind::PhoneCall;
    match visit.standing {
        Standing::Gone => Unsent::Cancelled,
        Standing::Waiting => Unsent::Pending,
        Standing::There
            if row.content.starts_at != visit.content.starts_at || !says_it(row, visit) =>
        {
            Unsent::Moved
        }
        Standing::There if !visit.to_come => Unsent::Done,
        Standing::There if visit.confirmed && asks => Unsent::Confirmed,
        Standing::There
            if planned.iter().any(|one| (one.kind, &one.lead) == (row.kind, &row.lead)) =>
        {
            Unsent::Readdressed
        }
        Standing::There => Unsent::Unwanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clinic::policy::Policy;
    use crate::domain::clinic::quiet_hours::QuietHours;
    use crate::domain::clinic::reminder::standard;
    use crate::domain::ids::MessageId;
    use crate::domain::messages::plan::patient::{Booked, Reach, planned};
    use crate::domain::patient::Language;
    use crate::domain::patient::channel::Channel;
    use crate::domain::time::time_zone::toronto;
    use proptest::prelude::*;
    use uuid::Uuid;

    /// A visit and its rows, kept as the store keeps them.
    struct Story {
        now: DateTime<Utc>,
        version: i64,
        start: DateTime<Utc>,
        cancelled: bool,
        confirmed: bool,
        reach: Reach,
        rows: Vec<Message>,
        sent: Vec<(DateTime<Utc>, String)>,
    }

    type Key = (i64, MessageKind, Channel, String, Option<String>);

    fn key(row: &Message) -> Key {
        let recipient = row.recipient.as_ref().map(ToString::to_string);
        (row.session_version, row.kind, row.channel, row.lead.clone(), recipient)
    }

    impl Story {
        fn begun() -> Self {
            let now: DateTime<Utc> = "2027-03-01T14:00:00Z".parse().unwrap();
            Self {
                now,
                version: 1,
                start: now + Duration::days(14),
                cancelled: false,
                confirmed: false,
                reach: Reach {
                    email: Some("ada@example.test".to_owned().try_into().unwrap()),
                    phone: Some("416 555 0123".to_owned().try_into().unwrap()),
                    ..Reach::default()
                },
                rows: Vec::new(),
                sent: Vec::new(),
            }
        }

        fn content(&self) -> Content {
            Content {
                starts_at: self.start,
                ends_at: self.start + Duration::minutes(45),
                zone: "America/Toronto".to_owned(),
                place: "59 Hayden Street".to_owned(),
                practitioner_id: Uuid::nil().into(),
                room_id: None,
                calendar: false,
                partner_id: None,
                purpose: None,
                words: None,
                awaits: false,
                was: None,
                taken_back: None,
                booked_at: None,
            }
        }

        fn planned(&self) -> Vec<Planned> {
            if self.cancelled || self.start <= self.now {
                return Vec::new();
            }
            let (policy, rules) = (Policy::default(), standard());
            let visit = Booked {
                starts_at: self.start,
                zone: toronto(),
                confirmed: self.confirmed,
                on_hold: false,
                told: true,
                rules: &rules,
            };
            planned(
                visit,
                &self.reach,
                &QuietHours::from_policy(&policy, toronto()),
                &policy,
                self.now,
            )
        }

        fn row(&self, planned: Planned) -> Message {
            let id = MessageId(Uuid::now_v7());
            let nil = Uuid::nil();
            planned.into_message(Message {
                session_id: Some(nil.into()),
                uid: Some(nil),
                session_version: self.version,
                ..Message::waiting(id, nil.into(), Language::En, self.content(), self.now)
            })
        }

        /// Does what the steps say, as the store does.
        fn reconciled(&mut self) {
            let content = self.content();
            let visit = Visit {
                version: self.version,
                standing: if self.cancelled { Standing::Gone } else { Standing::There },
                to_come: self.start > self.now,
                confirmed: self.confirmed,
                content: &content,
            };
            for step in reconcile(&self.planned(), &self.rows, visit, self.now) {
                match step {
                    Step::Supersede(id, why) | Step::Suppress(id, why) => {
                        let suppressed = matches!(step, Step::Suppress(..));
                        let row = self.rows.iter_mut().find(|row| row.id == id).unwrap();
                        assert_eq!(
                            row.status,
                            MessageStatus::Scheduled,
                            "only what waits is taken back"
                        );
                        row.status = if suppressed {
                            MessageStatus::Suppressed
                        } else {
                            MessageStatus::Superseded
                        };
                        row.reason = Some(why);
                    }
                    Step::Revive(id, planned) => {
                        let again = self.row(planned);
                        let row = self.rows.iter_mut().find(|row| row.id == id).unwrap();
                        assert!(!row.is_known(), "what went out does not come back");
                        assert_eq!(key(row), key(&again));
                        *row = Message { id, ..again };
                    }
                    Step::Write(planned) => {
                        let row = self.row(planned);
                        assert!(
                            self.rows.iter().all(|other| key(other) != key(&row)),
                            "the database would refuse {row:?}"
                        );
                        self.rows.push(row);
                    }
                }
            }
        }

        fn delivered(&mut self) {
            for row in &mut self.rows {
                if row.status == MessageStatus::Scheduled && row.due_at <= self.now {
                    row.status = MessageStatus::Sent;
                    self.sent.push((row.content.starts_at, format!("{} {}", row.kind, row.lead)));
                }
            }
        }
    }

    proptest! {
        /// Whatever happens to a visit: what waits is what is planned and still to come, no row is written that the database
        /// would refuse, and nothing goes out twice for one time.
        #[test]
        fn after_any_story_what_waits_is_what_is_true(deeds in prop::collection::vec((0_u8..8, 1_i64..72), 1..30)) {
            let mut story = Story::begun();
            story.reconciled();
            for (deed, hours) in deeds {
                match deed {
                    0 | 1 => story.now += Duration::hours(hours),
                    2 => {
                        story.start = story.now + Duration::hours(hours * 4);
                        story.confirmed = false;
                        story.version += 1;
                    }
                    3 => {
                        story.cancelled = !story.cancelled;
                        story.version += 1;
                    }
                    4 => {
                        story.confirmed = !story.confirmed;
                        story.version += 1;
                    }
                    5 => story.reach.refused_email = !story.reach.refused_email,
                    6 => story.reach.preferred = [None, Some(Channel::Sms), Some(Channel::Email)][usize::try_from(hours % 3).unwrap()],
                    _ => {
                        let address = ["ada@example.test", "eve@example.test"][usize::try_from(hours % 2).unwrap()];
                        story.reach.email = Some(address.to_owned().try_into().unwrap());
                    }
                }
                if deed < 2 {
                    story.delivered();
                } else {
                    story.reconciled();
                }
                let settled = |one: &Planned| {
                    let told = (story.start, format!("{} {}", one.kind, one.lead));
                    story.sent.contains(&told)
                };
                let mut due: Vec<_> = story
                    .planned()
                    .into_iter()
                    .filter(|one| one.kind == MessageKind::Reminder && one.unsent.is_none() && one.due_at > story.now && !settled(one))
                    .map(|one| (one.lead, one.channel))
                    .collect();
                let waits = |row: &&Message| row.status == MessageStatus::Scheduled && row.kind == MessageKind::Reminder;
                let mut waiting: Vec<_> = story.rows.iter().filter(waits).map(|row| (row.lead.clone(), row.channel)).collect();
                due.sort();
                waiting.sort();
                prop_assert_eq!(waiting, due, "at {}", story.now);
                let mut sent = story.sent.clone();
                sent.sort();
                sent.dedup();
                prop_assert_eq!(sent.len(), story.sent.len(), "{:?}", story.sent);
            }
        }
    }
}
