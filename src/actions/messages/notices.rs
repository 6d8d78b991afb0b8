//! Queueing what is told of a change of a visit, to its patient and to its shop: rows of the
//! ledger, written in the transaction of the change. What was still waiting to go out and is no
//! longer true is superseded. What is planned ahead stands in `planned`; wording and sending in `messages`.

use chrono::{DateTime, Duration, SubsecRound, Utc};

use super::facts::Facts;
use super::{ahead, facts, links};
use crate::actions::work::catalogue_cache::current;
use crate::actions::{Error, Found, Result, Work};
use crate::domain::course::session::{CancelReason, Session};
use crate::domain::ids::SessionId;
use crate::domain::messages::message::{
    Audience, Content, Message, MessageKind, MessageStatus, Tells, Unsent,
};
use crate::domain::messages::notice;
use crate::domain::messages::notice::{Notice, Party, Standing, standing};
use crate::domain::messages::task::{Task, TaskKind};
use crate::domain::patient::channel::Channel;
use crate::domain::patient::recipient::Recipient;
use crate::domain::patient::{Language, Patient, Way};
use crate::storage::Tx;
use crate::storage::course::sessions;
use crate::storage::messages::{ledger, tasks, visit_links};
use crate::storage::partner::proposals;
use crate::storage::patient::patients;

/// Who may have something to hear of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::actions) enum Of {
    /// No party: only what is planned ahead may be different.
    Plans,
    /// The shop: how it is told, or of whom, is different.
    Shop,
    /// All: the visit itself is different.
    Visit,
    /// All: it was booked in this very transaction, so no party has heard of it.
    Booking,
}

/// Queues what is to be told of `session` as it is now, and what is planned ahead. Call it after each change.
pub(in crate::actions) async fn queue(
    work: &mut Work<'_>,
    session: &Session,
    of: Of,
) -> Result<()> {
    let patient = patients::get(&mut work.tx, session.patient_id).await.found("patient")?;
    queue_for(work, session, &patient, of).await
}

/// The same, for a patient who was just read or changed.
pub(in crate::actions) async fn queue_for(
    work: &mut Work<'_>,
    session: &Session,
    patient: &Patient,
    of: Of,
) -> Result<()> {
    let catalogue = current(&mut work.tx, work.app).await?;
    let facts = facts::load(&mut work.tx, work.app, &catalogue, session, patient).await?;
    let mut rows = match of {
        Of::Booking => Vec::new(),
        Of::Plans | Of::Shop | Of::Visit => rows(&mut work.tx, session).await?,
    };
    if matches!(of, Of::Visit | Of::Booking) {
        tell_patient(work, &facts, &mut rows).await?;
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
) -> Result<()> {
    let party = facts.patient.details.email.clone().map(|email| Party::Patient(email.into()));
    let content = facts.content();
    let needed =
        supersede_others(work, facts, rows, Audience::Patient, &content, party.as_ref()).await?;
    // What is over is past telling.
    if facts.session.ends_at <= work.now {
        return Ok(());
    }
    let out_of_reach = facts.reach.email.is_none() || facts.reach.refuses(Channel::Email);
    if out_of_reach
        && called_off_by_us(facts.session)
        && !tasks::is_open(&mut work.tx, facts.session.id, TaskKind::PatientToPhone).await?
    {
        add_phone_task(work, facts).await?;
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
            links::open(work, facts.session.id, recipient).await?;
        }
        let way = (Channel::Email, recipient);
        write(
            work,
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

pub(super) async fn tell_shop(
    work: &mut Work<'_>,
    facts: &Facts<'_>,
    rows: &mut Vec<Message>,
) -> Result<()> {
    let party = facts.shop.as_ref().map(|shop| Party::Shop(shop.notices.partner_id));
    if party.is_none() && rows.iter().all(|row| row.kind.audience() != Audience::Shop) {
        return Ok(());
    }
    let content = facts.shop_content();
    let needed =
        supersede_others(work, facts, rows, Audience::Shop, &content, party.as_ref()).await?;
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
        let unsent =
            if (notice.tells != Tells::Gone && !shop.disclosed) || shop.refused.contains(&by) {
                Some(Unsent::NoConsent)
            } else {
                recipient.is_none().then_some(Unsent::NoAddress)
            };
        let way = (by.into(), recipient);
        write(
            work,
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

/// Whether a visit was cancelled by the clinic, so that its patient may not know.
fn called_off_by_us(session: &Session) -> bool {
    matches!(session.cancel_reason, Some(CancelReason::ClinicRequest | CancelReason::Other))
}

/// A task for the desk, where a patient would come to a visit that is no more and cannot be told so by mail (rule 53).
async fn add_phone_task(work: &mut Work<'_>, facts: &Facts<'_>) -> Result<()> {
    let detail =
        "This visit was called off, and its patient gets no mail. Phone them before they come.";
    let task = Task {
        session_id: Some(facts.session.id),
        patient_id: Some(facts.patient.id),
        ..Task::open(work.app.clock.id(), TaskKind::PatientToPhone, detail, work.now)
    };
    Ok(tasks::insert(&mut work.tx, &task).await?)
}

/// What `audience` is to be told; what still waits to tell it something else is superseded.
async fn supersede_others(
    work: &mut Work<'_>,
    facts: &Facts<'_>,
    rows: &mut [Message],
    audience: Audience,
    content: &Content,
    party: Option<&Party>,
) -> Result<Vec<Notice>> {
    // What waits for a shop's answer is on the shop's list; the patient is not told before it is agreed.
    let standing = match audience {
        Audience::Shop if facts.session.awaits_shop() => Standing::There,
        _ => standing(facts.session.status),
    };
    let needed = notice::needed(&notice::seen(rows, audience), standing, content, party);
    let waiting = |row: &&mut Message| {
        row.status == MessageStatus::Scheduled
            && row.kind.audience() == audience
            && row.kind.tells().is_some()
    };
    for row in rows.iter_mut().filter(waiting) {
        let why = notice::why_superseded(standing, &needed, row, party);
        ledger::supersede(&mut work.tx, row.id, why).await?;
        row.status = MessageStatus::Superseded;
        row.reason = Some(why);
    }
    Ok(needed)
}

async fn write(
    work: &mut Work<'_>,
    facts: &Facts<'_>,
    rows: &mut Vec<Message>,
    kind: MessageKind,
    (channel, recipient): (Channel, Option<Recipient>),
    notice: &Notice,
    unsent: Option<Unsent>,
) -> Result<()> {
    let last = rows.iter().filter(|row| row.kind.tells().is_some()).map(|row| row.stamp).max();
    let due_at = work.now + work.app.policy.message_grace();
    let message = Message {
        kind,
        channel,
        recipient,
        stamp: next_stamp(work.now, last),
        content: notice.content.clone(),
        due_at,
        try_at: due_at,
        ..facts.message(work.app, work.now)
    }
    .suppressed_if(unsent);
    rows.push(ahead::insert_or_revive(&mut work.tx, rows, message).await?);
    Ok(())
}

/// DTSTAMP has whole seconds, and what is newer has a later one.
fn next_stamp(now: DateTime<Utc>, last: Option<DateTime<Utc>>) -> DateTime<Utc> {
    let now = now.trunc_subsecs(0);
    last.map_or(now, |last| now.max(last + Duration::seconds(1)))
}

/// A message that was just claimed, as it is to be told now: in the language and the form that the patient wants, unless
/// it may have been seen already; nothing when it is not to go out any more, which is marked.
pub async fn refresh_claimed(work: &mut Work<'_>, message: Message) -> Result<Option<Message>> {
    if message.attempts > 1
        && message.kind.is_planned()
        && ahead::withhold_if_unplanned(work, &message).await?
    {
        return Ok(None);
    }
    let refreshed = match message.kind.audience() {
        Audience::Practitioner | Audience::Desk => return Ok(Some(message)),
        Audience::Shop => refreshed_for_shop(work, &message).await?,
        Audience::Patient => {
            if message.kind == MessageKind::Proposal
                && !proposals::is_open(&mut work.tx, &message).await?
            {
                ledger::supersede(&mut work.tx, message.id, Unsent::Done).await?;
                return Ok(None);
            }
            refreshed_for_patient(work, &message).await?
        }
    };
    match refreshed {
        Refreshed::Same => Ok(Some(message)),
        Refreshed::In(language, calendar) => {
            reword(work, message, language, calendar).await.map(Some)
        }
        Refreshed::Never(why) => {
            ledger::withhold(&mut work.tx, message.id, why).await?;
            Ok(None)
        }
    }
}

/// How a message that was claimed goes out now.
enum Refreshed {
    /// As it is.
    Same,
    /// In this language, with or without the calendar entry.
    In(Language, bool),
    /// Not at all.
    Never(Unsent),
}

async fn refreshed_for_shop(work: &mut Work<'_>, message: &Message) -> Result<Refreshed> {
    let Some(partner) = message.content.partner_id else {
        return Ok(Refreshed::Same);
    };
    let shop = facts::shop(&mut work.tx, work.app, message.patient_id, partner).await?;
    let wants = &shop.notices.details;
    let by = match message.channel {
        Channel::Sms => Way::Sms,
        Channel::Email | Channel::Desk => Way::Email,
    };
    let theirs = |to: &Recipient| wants.recipient(by).is_some_and(|now| now.is_same(to));
    // That something no longer takes place names no patient.
    let nameless =
        message.kind.tells() == Some(Tells::Gone) || message.kind == MessageKind::ShopWithdrawn;
    Ok(if (!shop.disclosed && !nameless) || shop.refused.contains(&by) {
        Refreshed::Never(Unsent::NoConsent)
    } else if !message.recipient.as_ref().is_some_and(theirs) {
        // The address was corrected: the old one is a stranger's.
        Refreshed::Never(Unsent::Readdressed)
    } else {
        Refreshed::In(wants.language, false)
    })
}

async fn refreshed_for_patient(work: &mut Work<'_>, message: &Message) -> Result<Refreshed> {
    let Some(patient) = patients::get(&mut work.tx, message.patient_id).await? else {
        return Ok(Refreshed::Same);
    };
    let reach = facts::reach(&mut work.tx, work.app, &patient).await?;
    let theirs = |to: &Recipient| {
        let email = patient.details.email.clone().map(Recipient::Email);
        email.is_some_and(|email| email.is_same(to))
            || Recipient::Phone(patient.details.phone.clone()).is_same(to)
    };
    let refused = match &message.recipient {
        Some(to) => reach.refused || facts::has_opted_out(&mut work.tx, to).await?,
        None => true,
    };
    let gone = message.kind.tells() == Some(Tells::Gone);
    Ok(if refused {
        Refreshed::Never(Unsent::NoConsent)
    } else if !gone && !message.recipient.as_ref().is_some_and(theirs) {
        Refreshed::Never(Unsent::Readdressed)
    } else {
        let calendar = message.kind.tells().is_some() && patient.details.calendar_invites;
        Refreshed::In(patient.details.preferred_language, calendar)
    })
}

async fn reword(
    work: &mut Work<'_>,
    message: Message,
    language: Language,
    calendar: bool,
) -> Result<Message> {
    let mut told = message.clone();
    if message.attempts == 1 && !message.perhaps_sent {
        told.language = language;
        told.content.calendar = calendar;
    }
    if told != message {
        ledger::reword(&mut work.tx, &told).await?;
    }
    Ok(told)
}

/// Tells the calendars of a patient whose address or consent changed: each visit to come is taken back from an old address
/// and sent to the new one, what is planned is planned again, and links that went to an old address open nothing any more.
pub(in crate::actions) async fn readdress(work: &mut Work<'_>, patient: &Patient) -> Result<()> {
    let email = patient.details.email.clone().map(Recipient::Email);
    let phone = Recipient::Phone(patient.details.phone.clone());
    visit_links::revoke_others(&mut work.tx, patient.id, email.as_ref(), &phone).await?;
    for told in catch_up(work, patient).await? {
        work.audit("session.readdress", ("session", told.0), Some(patient.id), None).await?;
    }
    Ok(())
}

/// Brings what a patient was told up to what is true, and plans again. Which visits something was told of.
pub(in crate::actions) async fn catch_up(
    work: &mut Work<'_>,
    patient: &Patient,
) -> Result<Vec<SessionId>> {
    let email = patient.details.email.clone().map(Recipient::Email);
    let mut told = Vec::new();
    for current in sessions::not_over(&mut work.tx, patient.id, work.now).await? {
        let standing = standing(current.status);
        if let Some(email) = email.as_ref().filter(|_| standing != Standing::Gone) {
            links::open(work, current.id, email).await?;
        }
        if !is_untold(work, &current, patient, email.as_ref()).await? {
            queue_for(work, &current, patient, Of::Plans).await?;
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
        work.touch_session(&next);
        queue_for(work, &next, patient, Of::Visit).await?;
        told.push(next.id);
    }
    Ok(told)
}

/// Whether something about a visit has to be told to an address that it was not told to, and does not wait to be already.
async fn is_untold(
    work: &mut Work<'_>,
    session: &Session,
    patient: &Patient,
    email: Option<&Recipient>,
) -> Result<bool> {
    let rows = ledger::of_session(&mut work.tx, session.id).await?;
    let catalogue = current(&mut work.tx, work.app).await?;
    let content =
        facts::load(&mut work.tx, work.app, &catalogue, session, patient).await?.content();
    let waits = |row: &&Message| {
        row.status == MessageStatus::Scheduled
            && row.kind.audience() == Audience::Patient
            && row.kind.tells().is_some()
    };
    let mut waiting = rows.iter().filter(waits);
    let here = |row: &Message| match (&row.recipient, email) {
        (Some(to), Some(email)) => to.is_same(email),
        (to, email) => to.is_none() && email.is_none(),
    };
    let party = email.cloned().map(Party::Patient);
    let seen = notice::seen(&rows, Audience::Patient);
    let settled = notice::needed(&seen, standing(session.status), &content, party.as_ref())
        .is_empty()
        && waiting.clone().count() == 0;
    // What waits for this very address goes out by itself.
    Ok(!(settled || waiting.any(|row| row.kind.tells() != Some(Tells::Gone) && here(row))))
}
