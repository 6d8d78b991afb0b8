//! Queueing what is told of a change of a visit, to its patient and to its shop: rows of the
//! ledger, written in the transaction of the change. What was still waiting to go out and is no
//! longer true is superseded. What a patient is told is decided in `domain::messages::telling`; what is
//! planned ahead stands in `ahead`, and wording and sending in `delivery`.

use chrono::{DateTime, Duration, Utc};

use super::facts::Facts;
use super::{ahead, calls, facts, links};
use crate::actions::work::catalogue_cache::current;
use crate::actions::{Found, Result, Work};
use crate::domain::clinic::quiet_hours::QuietHours;
use crate::domain::course::session::Session;
use crate::domain::course::status::SessionStatus;
use crate::domain::messages::alarm;
use crate::domain::messages::message::{
    Audience, Content, Message, MessageKind, MessageStatus, Tells, Unsent,
};
use crate::domain::messages::notice;
use crate::domain::messages::notice::{Notice, Party, Standing, standing};
use crate::domain::messages::telling::{
    self, Belief, Change, Moment, Telling, Told, is_waiting_for,
};
use crate::domain::patient::Patient;
use crate::storage::Tx;
use crate::storage::catalogue::Catalogue;
use crate::storage::course::sessions;
use crate::storage::messages::ledger;
use crate::storage::patient::patients;

/// Who may have something to hear of a change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::actions) enum Of<'a> {
    /// No party: only what is planned ahead may be different.
    Plans,
    /// The shop: how it is told, or of whom, is different.
    Shop,
    /// All: the visit itself is different; what it was before, where a change of it is the reason.
    Visit(Option<&'a Session>),
    /// All: the address of its site is different; what it was.
    Place(&'a str),
    /// All: it was booked in this very transaction, so no party has heard of it.
    Booking,
    /// The same, together with others of its course.
    Plan,
}

/// Queues what is to be told of `session` as it is now, and what is planned ahead. Call it after each change.
pub(in crate::actions) async fn queue(
    work: &mut Work<'_>,
    session: &Session,
    of: Of<'_>,
) -> Result<()> {
    let patient = patients::get(&mut work.tx, session.patient_id).await.found("patient")?;
    queue_for(work, session, &patient, of).await
}

/// The same, for a patient who was just read or changed.
pub(in crate::actions) async fn queue_for(
    work: &mut Work<'_>,
    session: &Session,
    patient: &Patient,
    of: Of<'_>,
) -> Result<()> {
    let catalogue = current(&mut work.tx, work.app).await?;
    queue_by(work, &catalogue, session, patient, of).await
}

/// The same, by the catalogue as this very transaction has it.
pub(super) async fn queue_by(
    work: &mut Work<'_>,
    catalogue: &Catalogue,
    session: &Session,
    patient: &Patient,
    of: Of<'_>,
) -> Result<()> {
    let facts = facts::load(&mut work.tx, work.app, catalogue, session, patient).await?;
    let mut rows = match of {
        Of::Booking | Of::Plan => Vec::new(),
        Of::Plans | Of::Shop | Of::Visit(_) | Of::Place(_) => rows(&mut work.tx, session).await?,
    };
    if matches!(of, Of::Visit(_) | Of::Place(_) | Of::Booking | Of::Plan) {
        tell_patient(work, &facts, &mut rows, of).await?;
    }
    if of != Of::Plans {
        tell_shop(work, &facts, &mut rows).await?;
    }
    ahead::replan(work, &facts, &rows).await
}

/// The rows about a session, locked so that no node begins to send one meanwhile.
pub(super) async fn rows(tx: &mut Tx, session: &Session) -> Result<Vec<Message>> {
    ledger::lock_waiting(tx, session.id).await?;
    Ok(ledger::of_session(tx, session.id).await?)
}

async fn tell_patient(
    work: &mut Work<'_>,
    facts: &Facts<'_>,
    rows: &mut Vec<Message>,
    of: Of<'_>,
) -> Result<()> {
    let wanted = telling_of(work, facts, rows, of).await?;
    let standing = standing(facts.session.status);
    let mut needed = wanted.messages;
    for row in rows.iter_mut().filter(|row| waits_for_patient(row)) {
        if let Some(at) = needed.iter().position(|one| is_waiting_for(row, one)) {
            let one = needed.remove(at);
            advance(work, row, one.due_at).await?;
            continue;
        }
        let theirs = row.recipient.as_ref().is_some_and(|to| facts.reach.is_current(to));
        let why = notice::why_superseded(standing, theirs, !needed.is_empty());
        supersede(work, row, why).await?;
    }
    // What is over is past telling.
    if facts.session.ends_at <= work.now {
        return Ok(());
    }
    for one in needed {
        if let Some(to) = one.recipient.as_ref().filter(|_| one.kind.tells() != Some(Tells::Gone)) {
            links::open(work, facts.session.id, to).await?;
        }
        if one.kind == MessageKind::Plan {
            links::open_feed(work, facts.patient.id).await?;
        }
        let batch = batch_of(facts, &one);
        write(work, facts, rows, one, batch).await?;
    }
    calls::keep_up(work, facts, rows, wanted.call).await
}

async fn supersede(work: &mut Work<'_>, row: &mut Message, why: Unsent) -> Result<()> {
    ledger::supersede(&mut work.tx, row.id, why).await?;
    (row.status, row.reason) = (MessageStatus::Superseded, Some(why));
    Ok(())
}

/// What the patient of a visit is to be told, `rows` being all messages about it.
pub(super) async fn telling_of(
    work: &mut Work<'_>,
    facts: &Facts<'_>,
    rows: &[Message],
    of: Of<'_>,
) -> Result<Telling> {
    let (content, session) = (facts.content(), facts.session);
    let planned = of == Of::Plan || rows.iter().any(|row| row.kind == MessageKind::Plan);
    let entry_from = if planned { entry_from(work, session).await? } else { work.now };
    let known = match of {
        Of::Visit(Some(before)) => Some(Content {
            zone: before.zone.clone(),
            starts_at: before.starts_at,
            ends_at: before.ends_at,
            place: facts.place_of(before.place.site_id),
            ..content.clone()
        }),
        Of::Place(old) => Some(Content { place: old.to_owned(), ..content.clone() }),
        _ => None,
    };
    let before = match (of, &known) {
        // What still waits out its grace has been told to nobody, and reaches nobody.
        (Of::Visit(Some(_)) | Of::Place(_), _)
            if rows.iter().any(|row| is_fresh(row, work.now)) =>
        {
            Belief::Unknown
        }
        (Of::Visit(Some(before)), Some(known)) => believed(before, known),
        (Of::Place(_), Some(known)) => believed(session, known),
        _ => Belief::Unknown,
    };
    let change = Change {
        standing: standing(session.status),
        content: &content,
        before,
        planned,
        entry_from,
    };
    let quiet = QuietHours::from_policy(&work.app.policy, work.app.zone);
    let moment = Moment { now: work.now, quiet: &quiet, policy: &work.app.policy };
    let seen = notice::seen(rows, Audience::Patient);
    Ok(telling::telling(&seen, change, &facts.reach, moment))
}

/// Whether a row waits to tell a patient for the first time, and could not have gone out yet.
fn is_fresh(row: &Message, now: DateTime<Utc>) -> bool {
    waits_for_patient(row) && now <= row.due_at + Duration::minutes(1)
}

/// What the patient of a visit believed that was told by nobody but the person who booked it.
fn believed<'a>(before: &Session, known: &'a Content) -> Belief<'a> {
    match before.status {
        SessionStatus::Proposed | SessionStatus::Waitlist => Belief::Unknown,
        SessionStatus::Pending if before.awaits_shop() => Belief::Unknown,
        SessionStatus::Cancelled | SessionStatus::EnteredInError => Belief::Gone,
        _ => Belief::There(known),
    }
}

/// From when the calendar entry of a planned visit is sent: at once if it is the next of its course.
async fn entry_from(work: &mut Work<'_>, session: &Session) -> Result<DateTime<Utc>> {
    let ahead = Duration::days(i64::from(work.app.policy.plan_entry_days));
    let from = session.starts_at - ahead;
    if work.app.policy.plan_entries_at_once || from <= work.now {
        return Ok(work.now);
    }
    let next = sessions::first_live(&mut work.tx, session.course_id, work.now).await?;
    let is_next = next.is_none_or(|next| next == session.id);
    Ok(if is_next { work.now } else { from })
}

/// Whether a row waits to tell the patient of a change.
pub(super) fn waits_for_patient(row: &Message) -> bool {
    row.status == MessageStatus::Scheduled
        && row.kind.audience() == Audience::Patient
        && row.kind.tells().is_some()
}

/// Lets a row that waits go out earlier: its turn has come.
pub(super) async fn advance(
    work: &mut Work<'_>,
    row: &mut Message,
    due_at: DateTime<Utc>,
) -> Result<()> {
    if due_at < row.due_at && row.attempts == 0 {
        (row.due_at, row.try_at) = (due_at, due_at);
        row.alarm_at = alarm::alarm_at(row, &work.app.policy);
        ledger::revive(&mut work.tx, row).await?;
    }
    Ok(())
}

/// What goes out together: words about several visits of one patient, which were changed at once, are one message to read.
fn batch_of(facts: &Facts<'_>, one: &Told) -> Option<String> {
    let together = !one.content.calendar && one.unsent.is_none();
    let (patient, due_at) = (facts.patient.id, one.due_at.timestamp_micros());
    together.then(|| format!("told:{patient}:{due_at}"))
}

pub(super) async fn tell_shop(
    work: &mut Work<'_>,
    facts: &Facts<'_>,
    rows: &mut Vec<Message>,
) -> Result<()> {
    let party = facts.shop.as_ref().map(|shop| Party::Shop(shop.notices.partner_id));
    if party.is_none() && rows.iter().all(|row| row.kind.audience() != Audience::Shop) {
        return Ok(());
    }
    let needed = needed_of_shop(work, facts, rows, party.as_ref()).await?;
    if facts.session.ends_at <= work.now {
        return Ok(());
    }
    for notice in needed {
        let Some(Party::Shop(partner)) = notice.party else {
            continue;
        };
        let shop = facts::shop(&mut work.tx, work.app, facts.session.patient_id, partner).await?;
        let Some(by) = shop.notices.details.changes_by else {
            continue;
        };
        let recipient = shop.notices.details.recipient(by);
        let unsent = if notice.tells != Tells::Gone && !shop.disclosed {
            Some(Unsent::NoConsent)
        } else if recipient.is_none() {
            Some(Unsent::NoAddress)
        } else {
            shop.refused.contains(&by).then_some(Unsent::NoConsent)
        };
        // What the patient does not permit is nobody's call. What a shop that was told before cannot be sent is one, and at short
        // notice all that it cannot be sent; else it has its page.
        let permitted = notice.tells == Tells::Gone || shop.disclosed;
        let short = Duration::hours(i64::from(work.app.policy.short_notice_hours));
        let is_near = notice.content.starts_at - work.now < short;
        if unsent.is_some() && permitted && (notice.tells != Tells::New || is_near) {
            calls::ask_to_phone_shop(work, facts, partner, &notice).await?;
        }
        let told = Told {
            kind: Party::kind_for(Audience::Shop, notice.tells),
            channel: by.into(),
            recipient,
            content: notice.content,
            due_at: work.now + work.app.policy.message_grace(),
            unsent,
        };
        write(work, facts, rows, told, None).await?;
    }
    Ok(())
}

/// What the shop of a visit is to be told; what still waits to tell it something else is superseded.
async fn needed_of_shop(
    work: &mut Work<'_>,
    facts: &Facts<'_>,
    rows: &mut [Message],
    party: Option<&Party>,
) -> Result<Vec<Notice>> {
    // What waits for a shop's answer is on the shop's list; the patient is not told before it is agreed.
    let standing =
        if facts.session.awaits_shop() { Standing::There } else { standing(facts.session.status) };
    let content = facts.shop_content();
    let needed = notice::needed(&notice::seen(rows, Audience::Shop), standing, &content, party);
    let waiting = |row: &&mut Message| {
        row.status == MessageStatus::Scheduled
            && row.kind.audience() == Audience::Shop
            && row.kind.tells().is_some()
    };
    for row in rows.iter_mut().filter(waiting) {
        let theirs =
            party.is_some_and(|party| Party::told_by(row).is_some_and(|told| told.is_same(party)));
        let why = notice::why_superseded(standing, theirs, !needed.is_empty());
        supersede(work, row, why).await?;
    }
    Ok(needed)
}

async fn write(
    work: &mut Work<'_>,
    facts: &Facts<'_>,
    rows: &mut Vec<Message>,
    told: Told,
    batch: Option<String>,
) -> Result<()> {
    let message = Message {
        kind: told.kind,
        channel: told.channel,
        recipient: told.recipient,
        stamp: ahead::next_stamp(work.now, rows),
        content: told.content,
        due_at: told.due_at,
        try_at: told.due_at,
        batch,
        ..facts.message(work.app, work.now)
    }
    .suppressed_if(told.unsent);
    rows.push(ahead::insert_or_revive(work, rows, message).await?);
    Ok(())
}
