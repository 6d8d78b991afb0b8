//! Queueing what a patient is told of a visit: rows of the ledger, written in the
//! transaction of the change. What was still waiting to go out and is no longer true is
//! superseded. Wording and sending are the business of `messages`.

use chrono::{DateTime, Duration, SubsecRound, Utc};

use super::catalogue_kept::current;
use super::{Error, Result, Work};
use crate::domain::consent::{ConsentKind, ConsentStatus};
use crate::domain::ids::SessionId;
use crate::domain::message::{Channel, Content, Message, MessageKind, MessageStatus, Unsent};
use crate::domain::notice::{self, Notice, Standing, standing};
use crate::domain::patient::{Email, Patient};
use crate::domain::policy::Policy;
use crate::domain::session::Session;
use crate::domain::visit_link::{LinkKey, hash_of};
use crate::storage::{self, Tx, consents, messages, patients, sessions, visit_links};

/// Queues what is to be told of `session` as it is now. Call it after each change that concerns calendars.
pub(super) async fn queue(work: &mut Work<'_>, session: &Session) -> Result<()> {
    let patient = patients::get(&mut work.tx, session.patient_id)
        .await?
        .ok_or(Error::NotThere("patient"))?;
    queue_for(work, session, &patient).await
}

/// The same, for a patient who was just read or changed.
pub(super) async fn queue_for(work: &mut Work<'_>, session: &Session, patient: &Patient) -> Result<()> {
    // Nobody has heard of a session that was booked in this very transaction.
    let earlier = if session.version == 1 {
        Vec::new()
    } else {
        messages::lock_waiting(&mut work.tx, session.id).await?;
        messages::of_session(&mut work.tx, session.id).await?
    };
    let standing = standing(session.status);
    let content = Content::of(session, place(work, session).await?, patient.details.calendar_invites);
    let address = patient.details.email.as_ref();
    let needed = notice::needed(&notice::seen(&earlier), standing, &content, address);
    for waiting in earlier.iter().filter(|message| message.status == MessageStatus::Scheduled) {
        let why = notice::why_superseded(standing, &needed, waiting, address);
        messages::supersede(&mut work.tx, waiting.id, why).await?;
    }
    // What is over is past telling.
    if needed.is_empty() || session.ends_at <= work.now {
        return Ok(());
    }
    let permitted = permitted(&mut work.tx, &work.app.policy, patient).await?;
    let mut stamp = earlier.iter().map(|message| message.stamp).max();
    for notice in needed {
        let unsent = match &notice.recipient {
            None => Some(Unsent::NoAddress),
            Some(_) if !permitted => Some(Unsent::NoConsent),
            Some(_) => None,
        };
        let message = written(work, session, patient, notice, next_stamp(work.now, stamp), unsent);
        stamp = Some(message.stamp);
        if let Some(recipient) = message.recipient.as_ref().filter(|_| message.kind != MessageKind::Cancel) {
            link(work, session.id, recipient).await?;
        }
        messages::insert(&mut work.tx, &message).await?;
    }
    Ok(())
}

fn written(work: &Work<'_>, session: &Session, patient: &Patient, notice: Notice, stamp: DateTime<Utc>, unsent: Option<Unsent>) -> Message {
    let due_at = work.now + work.app.policy.message_grace();
    Message {
        id: work.app.clock.id(),
        session_id: session.id,
        uid: session.uid,
        session_version: session.version,
        patient_id: patient.id,
        kind: notice.kind,
        channel: Channel::Email,
        lead: String::new(),
        recipient: notice.recipient,
        language: patient.details.preferred_language,
        sequence: session.sequence,
        stamp,
        content: notice.content,
        status: if unsent.is_some() {
            MessageStatus::Suppressed
        } else {
            MessageStatus::Scheduled
        },
        reason: unsent,
        due_at,
        try_at: due_at,
        attempts: 0,
        claimed_until: None,
        perhaps_sent: false,
        last_error: None,
        sent_at: None,
        answer: None,
        answered_at: None,
        answer_stamp: None,
        created_at: work.now,
    }
}

/// DTSTAMP has whole seconds, and what is newer has a later one.
fn next_stamp(now: DateTime<Utc>, last: Option<DateTime<Utc>>) -> DateTime<Utc> {
    let now = now.trunc_subsecs(0);
    last.map_or(now, |last| now.max(last + Duration::seconds(1)))
}

/// Where the visit is, as a street address.
async fn place(work: &mut Work<'_>, session: &Session) -> Result<String> {
    let catalogue = current(&mut work.tx, work.app).await?;
    let site = catalogue.sites.iter().find(|site| site.id == session.place.site_id);
    Ok(site.ok_or(Error::NotThere("site"))?.details.address.to_string())
}

/// Whether the patient may be written to (rule 53): not after withdrawing the consent to messages, and only with a
/// recorded one where the clinic asks for it.
async fn permitted(tx: &mut Tx, policy: &Policy, patient: &Patient) -> storage::Result<bool> {
    let given = consents::of_kind(tx, patient.id, ConsentKind::Messages).await?;
    Ok(match given.last() {
        Some(consent) => consent.status == ConsentStatus::Active,
        None => !policy.messages_need_recorded_consent,
    })
}

/// A message that was just claimed, as it is to be told now: in the language and the form that the patient wants, unless
/// somebody may have seen it already; nothing when it is not to go out any more, which is marked.
pub async fn still_to_be_told(tx: &mut Tx, policy: &Policy, message: Message) -> storage::Result<Option<Message>> {
    let Some(patient) = patients::get(tx, message.patient_id).await? else {
        return Ok(Some(message));
    };
    let address = patient.details.email.as_ref().map(Email::lowered);
    let readdressed = message.kind != MessageKind::Cancel && message.recipient.as_ref().map(Email::lowered) != address;
    let why = if !permitted(tx, policy, &patient).await? {
        Some(Unsent::NoConsent)
    } else if readdressed {
        Some(Unsent::Readdressed)
    } else {
        None
    };
    if let Some(why) = why {
        messages::suppress(tx, message.id, why).await?;
        return Ok(None);
    }
    let mut told = message.clone();
    if message.attempts == 1 && !message.perhaps_sent {
        told.language = patient.details.preferred_language;
        told.content.calendar = patient.details.calendar_invites;
    }
    if told != message {
        messages::reword(tx, &told).await?;
    }
    Ok(Some(told))
}

/// Lets the link that goes to `recipient` open the page about the visit.
async fn link(work: &mut Work<'_>, session: SessionId, recipient: &Email) -> Result<()> {
    let key = link_key(work).await?;
    let hash = hash_of(&key.secret(session, recipient));
    Ok(visit_links::insert(&mut work.tx, &hash, session, recipient, work.now).await?)
}

/// The clinic's key; the first that needs it makes it. It is kept in memory only once it was read, since what a
/// transaction writes may never come to be.
async fn link_key(work: &mut Work<'_>) -> Result<LinkKey> {
    if let Some(key) = work.app.link_key.get() {
        return Ok(key.clone());
    }
    if let Some(key) = visit_links::key(&mut work.tx).await? {
        return Ok(work.app.link_key.get_or_init(|| key).clone());
    }
    visit_links::insert_key(&mut work.tx, &LinkKey::new(rand::random())).await?;
    let key = visit_links::key(&mut work.tx).await?;
    key.ok_or_else(|| Error::Fault("the key of links is gone".to_owned()))
}

/// Tells the calendars of a patient whose address or consent changed: each visit to come is
/// taken back from an old address and sent to the new one, and links that went to the old one open nothing any more.
pub(super) async fn readdress(work: &mut Work<'_>, patient: &Patient) -> Result<()> {
    let address = patient.details.email.as_ref();
    visit_links::revoke_others(&mut work.tx, patient.id, address).await?;
    for current in sessions::not_over(&mut work.tx, patient.id, work.now).await? {
        let standing = standing(current.status);
        if let Some(address) = address.filter(|_| standing != Standing::Gone) {
            link(work, current.id, address).await?;
        }
        let earlier = messages::of_session(&mut work.tx, current.id).await?;
        let content = Content::of(&current, place(work, &current).await?, patient.details.calendar_invites);
        let mut waiting = earlier.iter().filter(|message| message.status == MessageStatus::Scheduled);
        let here = |message: &Message| message.recipient.as_ref().map(Email::lowered) == address.map(Email::lowered);
        let settled = notice::needed(&notice::seen(&earlier), standing, &content, address).is_empty() && waiting.clone().count() == 0;
        // What waits for this very address goes out by itself.
        if settled || waiting.any(|message| message.kind != MessageKind::Cancel && here(message)) {
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
        queue_for(work, &next, patient).await?;
        work.audit("session.readdress", ("session", next.id.0), Some(patient.id), None)
            .await?;
    }
    Ok(())
}
