//! Queueing what is told of a change of a visit, to its patient and to its shop: rows of the
//! ledger, written in the transaction of the change. What was still waiting to go out and is no
//! longer true is superseded. What is planned ahead stands in `planned`; wording and sending in `messages`.

use chrono::{DateTime, Duration, SubsecRound, Utc};

use super::catalogue_kept::current;
use super::facts::{self, Facts};
use super::{App, Error, Result, Work, links, planned};
use crate::domain::message::{Audience, Channel, Content, Message, MessageKind, MessageStatus, Tells, Unsent};
use crate::domain::notice::{self, Notice, Party, Standing, standing};
use crate::domain::patient::Patient;
use crate::domain::recipient::Recipient;
use crate::domain::session::Session;
use crate::storage::{Tx, messages, patients, sessions, visit_links};

/// Queues what is to be told of `session` as it is now: of its change, if it `changed` in a way that concerns calendars, and
/// what is planned ahead. Call it after each change.
pub(super) async fn queue(work: &mut Work<'_>, session: &Session, changed: bool) -> Result<()> {
    let patient = patients::get(&mut work.tx, session.patient_id)
        .await?
        .ok_or(Error::NotThere("patient"))?;
    queue_for(&mut work.tx, work.app, work.now, session, &patient, changed).await
}

/// The same, for a patient who was just read or changed.
pub(super) async fn queue_for(
    tx: &mut Tx,
    app: &App,
    now: DateTime<Utc>,
    session: &Session,
    patient: &Patient,
    changed: bool,
) -> Result<()> {
    let catalogue = current(tx, app).await?;
    let facts = facts::load(tx, app, &catalogue, session, patient).await?;
    let mut rows = rows(tx, session, now).await?;
    if changed {
        tell_patient(tx, app, now, &facts, &mut rows).await?;
        tell_shop(tx, app, now, &facts, &mut rows).await?;
    }
    planned::replan(tx, app, now, &facts, &rows).await
}

/// The rows about a session, locked so that nobody begins to send one meanwhile.
pub(super) async fn rows(tx: &mut Tx, session: &Session, now: DateTime<Utc>) -> Result<Vec<Message>> {
    // Nobody has heard of a session that was booked in this very transaction.
    if session.version == 1 && session.created_at == now {
        return Ok(Vec::new());
    }
    messages::lock_waiting(tx, session.id).await?;
    Ok(messages::of_session(tx, session.id).await?)
}

async fn tell_patient(tx: &mut Tx, app: &App, now: DateTime<Utc>, facts: &Facts<'_>, rows: &mut Vec<Message>) -> Result<()> {
    let party = facts.patient.details.email.clone().map(|email| Party::Patient(email.into()));
    let content = facts.content();
    let needed = superseded(tx, facts, rows, Audience::Patient, &content, party.as_ref()).await?;
    // What is over is past telling.
    if facts.session.ends_at <= now {
        return Ok(());
    }
    for notice in needed {
        let recipient = match &notice.party {
            Some(Party::Patient(recipient)) => Some(recipient.clone()),
            _ => None,
        };
        let unsent = match &recipient {
            None => Some(Unsent::NoAddress),
            Some(recipient) if facts.reach.refuses(recipient.channel()) => Some(Unsent::NoConsent),
            Some(_) => None,
        };
        if let Some(recipient) = recipient.as_ref().filter(|_| notice.tells != Tells::Gone) {
            links::open(tx, app, now, facts.session.id, recipient).await?;
        }
        let way = (Channel::Email, recipient);
        write(
            tx,
            app,
            now,
            facts,
            rows,
            Party::kind_for(Audience::Patient, notice.tells),
            way,
            &notice,
            unsent,
        )
        .await?;
    }
    Ok(())
}

async fn tell_shop(tx: &mut Tx, app: &App, now: DateTime<Utc>, facts: &Facts<'_>, rows: &mut Vec<Message>) -> Result<()> {
    let party = facts.shop.as_ref().map(|shop| Party::Shop(shop.notices.partner_id));
    if party.is_none() && rows.iter().all(|row| row.kind.audience() != Audience::Shop) {
        return Ok(());
    }
    let content = facts.shop_content();
    let needed = superseded(tx, facts, rows, Audience::Shop, &content, party.as_ref()).await?;
    if facts.session.ends_at <= now {
        return Ok(());
    }
    for notice in needed {
        let Some(Party::Shop(partner)) = notice.party else { continue };
        let shop = facts::shop(tx, facts.session.patient_id, partner).await?;
        let Some(by) = shop.notices.details.changes_by else { continue };
        let recipient = shop.notices.details.recipient(by);
        let unsent = if notice.tells != Tells::Gone && !shop.disclosed {
            Some(Unsent::NoConsent)
        } else {
            recipient.is_none().then_some(Unsent::NoAddress)
        };
        let way = (by.into(), recipient);
        write(
            tx,
            app,
            now,
            facts,
            rows,
            Party::kind_for(Audience::Shop, notice.tells),
            way,
            &notice,
            unsent,
        )
        .await?;
    }
    Ok(())
}

/// What `audience` is to be told; what still waits to tell it something else is superseded.
async fn superseded(
    tx: &mut Tx,
    facts: &Facts<'_>,
    rows: &mut [Message],
    audience: Audience,
    content: &Content,
    party: Option<&Party>,
) -> Result<Vec<Notice>> {
    let standing = standing(facts.session.status);
    let needed = notice::needed(&notice::seen(rows, audience), standing, content, party);
    let waiting =
        |row: &&mut Message| row.status == MessageStatus::Scheduled && row.kind.audience() == audience && row.kind.tells().is_some();
    for row in rows.iter_mut().filter(waiting) {
        let why = notice::why_superseded(standing, &needed, row, party);
        messages::supersede(tx, row.id, why).await?;
        row.status = MessageStatus::Superseded;
        row.reason = Some(why);
    }
    Ok(needed)
}

#[expect(clippy::too_many_arguments, reason = "all that a row is made of, named where it is made")]
async fn write(
    tx: &mut Tx,
    app: &App,
    now: DateTime<Utc>,
    facts: &Facts<'_>,
    rows: &mut Vec<Message>,
    kind: MessageKind,
    (channel, recipient): (Channel, Option<Recipient>),
    notice: &Notice,
    unsent: Option<Unsent>,
) -> Result<()> {
    let last = rows.iter().filter(|row| row.kind.tells().is_some()).map(|row| row.stamp).max();
    let due_at = now + app.policy.message_grace();
    let message = Message {
        kind,
        channel,
        recipient,
        stamp: next_stamp(now, last),
        content: notice.content.clone(),
        status: if unsent.is_some() {
            MessageStatus::Suppressed
        } else {
            MessageStatus::Scheduled
        },
        reason: unsent,
        due_at,
        try_at: due_at,
        ..facts.message(app, now)
    };
    rows.push(planned::put(tx, rows, message).await?);
    Ok(())
}

/// DTSTAMP has whole seconds, and what is newer has a later one.
fn next_stamp(now: DateTime<Utc>, last: Option<DateTime<Utc>>) -> DateTime<Utc> {
    let now = now.trunc_subsecs(0);
    last.map_or(now, |last| now.max(last + Duration::seconds(1)))
}

/// A message that was just claimed, as it is to be told now: in the language and the form that the patient wants, unless
/// somebody may have seen it already; nothing when it is not to go out any more, which is marked.
pub async fn still_to_be_told(tx: &mut Tx, app: &App, message: Message) -> Result<Option<Message>> {
    if message.attempts > 1 && message.kind.is_planned() && planned::taken_back(tx, app, &message).await? {
        return Ok(None);
    }
    let why = match message.kind.audience() {
        Audience::Practitioner | Audience::Desk => None,
        Audience::Shop => {
            let disclosed = match message.content.partner_id {
                Some(partner) => facts::shop(tx, message.patient_id, partner).await?.disclosed,
                None => false,
            };
            (!disclosed && message.kind.tells() != Some(Tells::Gone)).then_some(Unsent::NoConsent)
        }
        Audience::Patient => {
            let Some(patient) = patients::get(tx, message.patient_id).await? else {
                return Ok(Some(message));
            };
            let reach = facts::reach(tx, app, &patient).await?;
            let theirs = |to: &Recipient| {
                let email = patient.details.email.clone().map(Recipient::Email);
                email.is_some_and(|email| email.is_same(to)) || Recipient::Phone(patient.details.phone.clone()).is_same(to)
            };
            let refused = match &message.recipient {
                Some(to) => reach.refused || facts::has_opted_out(tx, to).await?,
                None => true,
            };
            let readdressed = message.kind.tells() != Some(Tells::Gone) && !message.recipient.as_ref().is_some_and(theirs);
            if refused {
                Some(Unsent::NoConsent)
            } else if readdressed {
                Some(Unsent::Readdressed)
            } else {
                return reworded(tx, message, &patient).await.map(Some);
            }
        }
    };
    if let Some(why) = why {
        messages::withhold(tx, message.id, why).await?;
        return Ok(None);
    }
    Ok(Some(message))
}

async fn reworded(tx: &mut Tx, message: Message, patient: &Patient) -> Result<Message> {
    let mut told = message.clone();
    if message.attempts == 1 && !message.perhaps_sent {
        told.language = patient.details.preferred_language;
        told.content.calendar = message.kind.tells().is_some() && patient.details.calendar_invites;
    }
    if told != message {
        messages::reword(tx, &told).await?;
    }
    Ok(told)
}

/// Tells the calendars of a patient whose address or consent changed: each visit to come is taken back from an old address
/// and sent to the new one, what is planned is planned anew, and links that went to an old address open nothing any more.
pub(super) async fn readdress(work: &mut Work<'_>, patient: &Patient) -> Result<()> {
    let email = patient.details.email.clone().map(Recipient::Email);
    let phone = Recipient::Phone(patient.details.phone.clone());
    visit_links::revoke_others(&mut work.tx, patient.id, email.as_ref(), &phone).await?;
    for current in sessions::not_over(&mut work.tx, patient.id, work.now).await? {
        let standing = standing(current.status);
        if let Some(email) = email.as_ref().filter(|_| standing != Standing::Gone) {
            links::open(&mut work.tx, work.app, work.now, current.id, email).await?;
        }
        if !untold(work, &current, patient, email.as_ref()).await? {
            queue_for(&mut work.tx, work.app, work.now, &current, patient, false).await?;
            continue;
        }
        let next = Session {
            version: current.version + 1,
            sequence: current.sequence + 1,
            updated_at: work.now,
            ..current
        };
        if !sessions::update(&mut work.tx, &next).await? {
            return Err(Error::Stale);
        }
        queue_for(&mut work.tx, work.app, work.now, &next, patient, true).await?;
        work.audit("session.readdress", ("session", next.id.0), Some(patient.id), None)
            .await?;
    }
    Ok(())
}

/// Whether something about a visit has to be told to an address that it was not told to, and does not wait to be already.
async fn untold(work: &mut Work<'_>, session: &Session, patient: &Patient, email: Option<&Recipient>) -> Result<bool> {
    let rows = messages::of_session(&mut work.tx, session.id).await?;
    let catalogue = current(&mut work.tx, work.app).await?;
    let content = facts::load(&mut work.tx, work.app, &catalogue, session, patient).await?.content();
    let waits =
        |row: &&Message| row.status == MessageStatus::Scheduled && row.kind.audience() == Audience::Patient && row.kind.tells().is_some();
    let mut waiting = rows.iter().filter(waits);
    let here = |row: &Message| match (&row.recipient, email) {
        (Some(to), Some(email)) => to.is_same(email),
        (to, email) => to.is_none() && email.is_none(),
    };
    let party = email.cloned().map(Party::Patient);
    let seen = notice::seen(&rows, Audience::Patient);
    let settled = notice::needed(&seen, standing(session.status), &content, party.as_ref()).is_empty() && waiting.clone().count() == 0;
    // What waits for this very address goes out by itself.
    Ok(!(settled || waiting.any(|row| row.kind.tells() != Some(Tells::Gone) && here(row))))
}
