//! What a shop, and the desk, is told of a referral that has no dates yet: that it was sent, that
//! it waits for an answer, that it no longer stands. Once it has sessions, each is told for itself,
//! in `notices` and `planned`. Rows of the ledger, written in the transaction of the change.

use chrono::{DateTime, SubsecRound, Utc};

use super::facts;
use super::{Result, Work};
use crate::domain::business_day;
use crate::domain::message::{Channel, Content, Message, MessageKind, MessageStatus, Unsent};
use crate::domain::patient::Language;
use crate::domain::recipient::Recipient;
use crate::domain::referral::{Referral, ReferralStatus};
use crate::storage::{messages, sessions};

/// Queues what is to be told of `next`, which was `current`, and takes back what is no longer true.
pub(super) async fn queue(work: &mut Work<'_>, current: &Referral, next: &Referral) -> Result<()> {
    let own = sessions::of_referral(&mut work.tx, next.id).await?;
    let undated = next.status.is_asked() && own.iter().all(|session| !session.status.is_live());
    let why = match next.status {
        status if status.is_terminal() && status != ReferralStatus::Rejected => Unsent::Cancelled,
        _ => Unsent::Done,
    };
    let waiting = messages::waiting_of_referral(&mut work.tx, next.id).await?;
    if !undated {
        for row in &waiting {
            messages::supersede(&mut work.tx, row.id, why).await?;
        }
    }
    // Of what a booking made, each session tells for itself.
    let was_told = current.was_sent() && own.is_empty() && !next.by_booking;
    if undated && waiting.is_empty() && !current.status.is_asked() {
        ask(work, next).await?;
    } else if next.status == ReferralStatus::Cancelled && was_told && !waiting.iter().any(|row| row.kind == MessageKind::ShopReferred) {
        let due = work.now + work.app.policy.message_grace();
        to_shop(work, next, MessageKind::ShopWithdrawn, due).await?;
    }
    Ok(())
}

/// Tells the shop at once, again after a business day, and the desk after two (rule 60).
async fn ask(work: &mut Work<'_>, referral: &Referral) -> Result<()> {
    let (policy, zone, now) = (&work.app.policy, work.app.zone, work.now);
    let after = |days| business_day::after(zone, now, days, policy.observe_civic_holiday);
    let (soon, again) = (now + policy.message_grace(), after(policy.shop_waiting_business_days));
    let silent = after(policy.shop_silent_business_days);
    to_shop(work, referral, MessageKind::ShopReferred, soon).await?;
    to_shop(work, referral, MessageKind::ShopWaiting, again).await?;
    let language = Language::En;
    let desk = row(work, referral, MessageKind::ShopSilent, (Channel::Desk, None), language, silent);
    Ok(messages::insert(&mut work.tx, &desk).await?)
}

async fn to_shop(work: &mut Work<'_>, referral: &Referral, kind: MessageKind, due: DateTime<Utc>) -> Result<()> {
    let shop = facts::shop(&mut work.tx, work.app, referral.patient_id, referral.partner_id).await?;
    let wants = &shop.notices.details;
    let Some(by) = wants.changes_by else { return Ok(()) };
    let recipient = wants.recipient(by);
    let permitted = (shop.disclosed || kind == MessageKind::ShopWithdrawn) && !shop.refused.contains(&by);
    let unsent = match (permitted, &recipient) {
        (false, _) => Some(Unsent::NoConsent),
        (true, None) => Some(Unsent::NoAddress),
        (true, Some(_)) => None,
    };
    let message = Message {
        status: if unsent.is_some() {
            MessageStatus::Suppressed
        } else {
            MessageStatus::Scheduled
        },
        reason: unsent,
        ..row(work, referral, kind, (by.into(), recipient), wants.language, due)
    };
    Ok(messages::insert(&mut work.tx, &message).await?)
}

fn row(
    work: &Work<'_>,
    referral: &Referral,
    kind: MessageKind,
    (channel, recipient): (Channel, Option<Recipient>),
    language: Language,
    due_at: DateTime<Utc>,
) -> Message {
    let zone = work.app.zone.name().to_owned();
    Message {
        id: work.app.clock.id(),
        session_id: None,
        referral_id: Some(referral.id),
        uid: None,
        session_version: referral.version,
        patient_id: referral.patient_id,
        kind,
        channel,
        lead: String::new(),
        recipient,
        language,
        sequence: 0,
        stamp: work.now.trunc_subsecs(0),
        content: Content::of_referral(work.now, zone, referral.partner_id),
        status: MessageStatus::Scheduled,
        reason: None,
        due_at,
        try_at: due_at,
        useful_until: None,
        batch: None,
        attempts: 0,
        claimed_until: None,
        perhaps_sent: false,
        last_error: None,
        sent_at: None,
        provider_id: None,
        delivered_at: None,
        answer: None,
        answered_at: None,
        answer_stamp: None,
        created_at: work.now,
    }
}
