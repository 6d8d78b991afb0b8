//! What a shop, and the desk, is told of a referral that has no dates: that it was sent, that it
//! waits for an answer, that it no longer stands. Once it has sessions, each is told for itself,
//! in `notices` and `planned`. Rows of the ledger, written in the transaction of the change.

use chrono::{DateTime, Utc};

use crate::actions::messages::facts;
use crate::actions::{Result, Work};
use crate::domain::messages::alarm::with_alarm;
use crate::domain::messages::message::{Content, Message, MessageKind, MessageStatus, Unsent};
use crate::domain::partner::referral::{ProposalStatus, Referral, ReferralStatus};
use crate::domain::patient::Language;
use crate::domain::patient::channel::Channel;
use crate::domain::patient::recipient::Recipient;
use crate::domain::time::business_day;
use crate::storage::course::sessions;
use crate::storage::messages::ledger;
use crate::storage::partner::proposals;

/// Whether the shop is asked from this moment on, or was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::actions) enum Asked {
    /// Whatever it was asked before is asked once more.
    Anew,
    /// As before.
    Still,
}

/// Queues what is to be told of `referral` as it is now, and takes back what is no longer true.
pub(in crate::actions) async fn queue(
    work: &mut Work<'_>,
    referral: &Referral,
    asked: Asked,
) -> Result<()> {
    let own = sessions::of_referral(&mut work.tx, referral.id).await?;
    let proposed = proposals::of_referral(&mut work.tx, referral.id).await?;
    let dated = own.iter().any(|session| session.status.is_live());
    // A shop that has proposed something waits for us.
    let waits_for_us = proposed.iter().any(|one| one.status == ProposalStatus::Open);
    let asks = referral.status.is_asked() && !dated && !waits_for_us;
    let rows = ledger::of_referral(&mut work.tx, referral.id).await?;
    let waiting = || rows.iter().filter(|row| row.status == MessageStatus::Scheduled);
    if asks && (asked == Asked::Still || waiting().next().is_some()) {
        return Ok(());
    }
    let cancelled =
        matches!(referral.status, ReferralStatus::Cancelled | ReferralStatus::EnteredInError);
    for row in waiting() {
        let why = if cancelled { Unsent::Cancelled } else { Unsent::Done };
        ledger::supersede(&mut work.tx, row.id, why).await?;
    }
    if asks { ask(work, referral, &rows).await } else { Ok(()) }
}

/// Tells the shop that a referral was taken back which it knew of; of a date that is cancelled with it, and of what a booking
/// made, each session tells for itself.
pub(super) async fn tell_withdrawn(work: &mut Work<'_>, referral: &Referral) -> Result<()> {
    let own = sessions::of_referral(&mut work.tx, referral.id).await?;
    let rows = ledger::of_referral(&mut work.tx, referral.id).await?;
    let told = rows.iter().any(|row| row.kind == MessageKind::ShopReferred && row.is_known())
        || !own.is_empty();
    let dated = own.iter().any(|session| session.status.is_live() && session.starts_at > work.now);
    if referral.was_sent() && told && !dated && !referral.by_booking {
        let due = work.now + work.app.policy.message_grace();
        queue_to_shop(work, referral, MessageKind::ShopWithdrawn, "", due).await?;
    }
    Ok(())
}

/// Tells the shop at once, again after a business day, and the desk after two (rule 60).
async fn ask(work: &mut Work<'_>, referral: &Referral, rows: &[Message]) -> Result<()> {
    let (policy, zone, now) = (&work.app.policy, work.app.zone, work.now);
    let after = |days| business_day::after(zone, now, days, policy.observe_civic_holiday);
    let (soon, again) = (now + policy.message_grace(), after(policy.shop_waiting_business_days));
    let silent = after(policy.shop_silent_business_days);
    let known = rows.iter().any(|row| row.kind == MessageKind::ShopReferred && row.is_known());
    if known {
        queue_to_shop(work, referral, MessageKind::ShopWaiting, "anew", soon).await?;
    } else {
        queue_to_shop(work, referral, MessageKind::ShopReferred, "", soon).await?;
    }
    queue_to_shop(work, referral, MessageKind::ShopWaiting, "", again).await?;
    let desk = row(
        work,
        referral,
        MessageKind::ShopSilent,
        "",
        (Channel::Desk, None),
        Language::En,
        silent,
    );
    Ok(ledger::insert(&mut work.tx, &desk).await?)
}

async fn queue_to_shop(
    work: &mut Work<'_>,
    referral: &Referral,
    kind: MessageKind,
    lead: &str,
    due: DateTime<Utc>,
) -> Result<()> {
    let shop =
        facts::shop(&mut work.tx, work.app, referral.patient_id, referral.partner_id).await?;
    let wants = &shop.notices.details;
    let Some(by) = wants.changes_by else {
        return Ok(());
    };
    let recipient = wants.recipient(by);
    let permitted =
        (shop.disclosed || kind == MessageKind::ShopWithdrawn) && !shop.refused.contains(&by);
    let unsent = match (permitted, &recipient) {
        (false, _) => Some(Unsent::NoConsent),
        (true, None) => Some(Unsent::NoAddress),
        (true, Some(_)) => None,
    };
    let message = row(work, referral, kind, lead, (by.into(), recipient), wants.language, due)
        .suppressed_if(unsent);
    Ok(ledger::insert(&mut work.tx, &with_alarm(message, &work.app.policy)).await?)
}

fn row(
    work: &Work<'_>,
    referral: &Referral,
    kind: MessageKind,
    lead: &str,
    (channel, recipient): (Channel, Option<Recipient>),
    language: Language,
    due_at: DateTime<Utc>,
) -> Message {
    let content =
        Content::of_referral(work.now, work.app.zone.name().to_owned(), referral.partner_id);
    Message {
        referral_id: Some(referral.id),
        session_version: referral.version,
        kind,
        channel,
        lead: lead.to_owned(),
        recipient,
        due_at,
        try_at: due_at,
        ..Message::waiting(work.app.clock.id(), referral.patient_id, language, content, work.now)
    }
}
