//! What is planned beside the rows that there are: which wait on, which are no longer true and
//! why, which come back, and which are new. What went out is never planned twice for one time.

use chrono::{DateTime, Utc};

use super::Planned;
use crate::domain::ids::MessageId;
use crate::domain::message::{Content, Message, MessageKind, MessageStatus, Unsent};
use crate::domain::notice::Standing;
use crate::domain::reminder::Purpose;

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
pub fn reconcile(planned: &[Planned], rows: &[Message], visit: Visit<'_>, now: DateTime<Utc>) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut kept = Vec::new();
    let rows: Vec<_> = rows.iter().filter(|row| row.kind.is_planned()).collect();
    for one in planned.iter().cloned() {
        let of_it: Vec<_> = rows
            .iter()
            .copied()
            .filter(|row| (row.kind, row.channel, &row.lead) == (one.kind, one.channel, &one.lead))
            .collect();
        // Sent or given up for this very time, to whichever address: once is enough.
        if of_it
            .iter()
            .any(|row| is_settled(row) && row.content.starts_at == visit.content.starts_at)
        {
            continue;
        }
        let mut here = of_it.iter().filter(|row| is_same_recipient(row, &one));
        if let Some(waiting) = here
            .clone()
            .find(|row| row.status == MessageStatus::Scheduled && says_it(row, visit))
        {
            kept.push(waiting.id);
            match one.unsent {
                Some(why) => steps.push(Step::Suppress(waiting.id, why)),
                // One that is due already waits for its next try.
                None if waiting.due_at != one.due_at && waiting.due_at > now && one.due_at > now => {
                    steps.push(Step::Revive(waiting.id, one));
                }
                None => (),
            }
            continue;
        }
        let stays_unsent = |row: &&&Message| one.unsent.is_some() && row.reason == one.unsent && says_it(row, visit);
        if one.due_at <= now || here.clone().any(|row| stays_unsent(&row)) {
            continue;
        }
        match here.find(|row| row.session_version == visit.version) {
            Some(row) if one.unsent.is_none() => {
                kept.push(row.id);
                steps.push(Step::Revive(row.id, one));
            }
            // It says already that it does not go out, if for another reason.
            Some(_) => (),
            None => steps.push(Step::Write(one)),
        }
    }
    let waiting = rows
        .iter()
        .filter(|row| row.status == MessageStatus::Scheduled && !kept.contains(&row.id));
    let mut withdrawn: Vec<_> = waiting.map(|row| Step::Supersede(row.id, why(row, planned, visit))).collect();
    // First what goes, so that nothing waits twice in between.
    withdrawn.append(&mut steps);
    withdrawn
}

fn is_settled(row: &Message) -> bool {
    let skipped = matches!(row.reason, Some(Unsent::QuietHours | Unsent::TooLate | Unsent::Past));
    row.is_known() || row.status == MessageStatus::Failed || skipped
}

fn is_same_recipient(row: &Message, one: &Planned) -> bool {
    match (&row.recipient, &one.recipient) {
        (Some(old), Some(new)) => old.is_same(new),
        (old, new) => old.is_none() && new.is_none(),
    }
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
        Standing::There if row.content.starts_at != visit.content.starts_at || !says_it(row, visit) => Unsent::Moved,
        Standing::There if !visit.to_come => Unsent::Done,
        Standing::There if visit.confirmed && asks => Unsent::Confirmed,
        Standing::There if planned.iter().any(|one| (one.kind, &one.lead) == (row.kind, &row.lead)) => Unsent::Readdressed,
        Standing::There => Unsent::Unwanted,
    }
}
