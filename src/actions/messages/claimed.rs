//! A message that was just claimed, looked at once more before it goes out: whether it still may, to
//! that address, and in which language.

use super::{ahead, facts};
use crate::actions::{Result, Work};
use crate::domain::messages::message::{Audience, Message, MessageKind, Tells, Unsent};
use crate::domain::patient::channel::Channel;
use crate::domain::patient::opt_out::OptOutScope;
use crate::domain::patient::recipient::Recipient;
use crate::domain::patient::{Language, Way};
use crate::storage::messages::ledger;
use crate::storage::partner::proposals;
use crate::storage::patient::{dead_ways, patients};

/// Takes back a message that was claimed once more, if it is planned no longer: a change finds what waits, not what is under
/// way, which waits again once its sender has died or was put off. Whether it was taken back.
pub async fn withhold_if_unplanned(work: &mut Work<'_>, message: &Message) -> Result<bool> {
    Ok(message.attempts > 1
        && message.kind.is_planned()
        && ahead::withhold_if_unplanned(work, message).await?)
}

/// A message that was just claimed, as it is to be told now: in the language and the form that the patient wants, unless
/// it may have been seen already; nothing when it is not to go out any more, which is marked.
pub async fn refresh_claimed(work: &mut Work<'_>, message: Message) -> Result<Option<Message>> {
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
            || patient.details.text_phone().is_some_and(|phone| Recipient::Phone(phone).is_same(to))
    };
    let Some(to) = &message.recipient else {
        return Ok(Refreshed::Never(Unsent::NoAddress));
    };
    let there = dead_ways::in_the_way(&mut work.tx, to).await?;
    let refused = reach.refused || there.opted_out == Some(OptOutScope::All);
    let gone = message.kind.tells() == Some(Tells::Gone);
    // An entry is taken back even from an address that gets nothing else.
    let last = gone && message.content.calendar;
    Ok(if there.dead.is_some() {
        Refreshed::Never(Unsent::Unreachable)
    } else if refused && !last {
        Refreshed::Never(Unsent::NoConsent)
    } else if !gone && !theirs(to) {
        Refreshed::Never(Unsent::Readdressed)
    } else {
        let wants = gone || patient.details.calendar_invites;
        let calendar = message.content.calendar && wants;
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
