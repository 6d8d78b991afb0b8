//! Consents: writing down that a patient gave one, and that they withdrew it.

use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::booking::change::{CONSENT_WITHDRAWN, save};
use crate::actions::messages::notices::Of;
use crate::actions::messages::{catch_up, notices};
use crate::actions::partner::outcomes::withdraw_referral;
use crate::actions::work::catalogue_cache::current;
use crate::actions::work::page::{Items, Page};
use crate::actions::{Answer, App, Caller, Error, Expected, Found, Result, Work};
use crate::domain::course::rules::consent::falls_with;
use crate::domain::course::session::{CancelReason, Session};
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{ConsentId, PartnerId, PatientId, SessionId};
use crate::domain::messages::message::Unsent;
use crate::domain::patient::channel::Channel;
use crate::domain::patient::consent::{Consent, ConsentDetails, ConsentKind, ConsentStatus};
use crate::domain::refusal::Code;
use crate::domain::time::civil;
use crate::storage::booking::{claims, resources};
use crate::storage::catalogue::partners;
use crate::storage::course::sessions;
use crate::storage::idempotency;
use crate::storage::messages::ledger;
use crate::storage::partner::referrals;
use crate::storage::patient::{consents, patients};

/// A consent as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConsentView {
    /// Its id.
    pub id: ConsentId,
    /// Rises with each change.
    pub version: i64,
    /// Whose it is.
    pub patient_id: PatientId,
    /// What was written down.
    #[serde(flatten)]
    pub details: ConsentDetails,
    /// Whether it holds.
    pub status: ConsentStatus,
    /// When it was given.
    pub given_at: DateTime<FixedOffset>,
    /// When it was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<DateTime<FixedOffset>>,
    /// Sessions that were cancelled because it was withdrawn (rule 16).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cancelled_sessions: Vec<SessionId>,
}

fn consent_view(app: &App, consent: Consent) -> ConsentView {
    let Consent { id, version, patient_id, details, status, given_at, withdrawn_at } = consent;
    let shown = |at| civil::shown(app.zone, at);
    ConsentView {
        id,
        version,
        patient_id,
        details,
        status,
        given_at: shown(given_at),
        withdrawn_at: withdrawn_at.map(shown),
        cancelled_sessions: Vec::new(),
    }
}

/// Writes down a consent.
pub async fn give(
    app: &App,
    caller: &Caller,
    patient: PatientId,
    details: ConsentDetails,
) -> Result<Answer<ConsentView>> {
    details.check()?;
    let mut work = Work::begin(app, caller).await?;
    if !patients::exists(&mut work.tx, patient).await? {
        return Err(Error::NotThere("patient"));
    }
    if let Some(partner) = details.partner_id
        && partners::name(&mut work.tx, partner).await?.is_none()
    {
        return Err(Error::NotThere("partner"));
    }
    let consent = Consent {
        id: app.clock.id(),
        version: 1,
        patient_id: patient,
        details,
        status: ConsentStatus::Active,
        given_at: work.now,
        withdrawn_at: None,
    };
    end_replaced(&mut work, &consent).await?;
    consents::insert(&mut work.tx, &consent).await?;
    if consent.details.kind == ConsentKind::Messages
        && let Some(patient) = patients::get(&mut work.tx, patient).await?
    {
        // What was kept from them so far.
        catch_up::readdress(&mut work, &patient).await?;
    }
    if consent.details.kind == ConsentKind::Disclosure
        && let Some(patient) = patients::get(&mut work.tx, patient).await?
    {
        // What was kept from the shop so far.
        for session in sessions::not_over(&mut work.tx, patient.id, work.now).await? {
            notices::queue_for(&mut work, &session, &patient, Of::Shop).await?;
        }
    }
    work.audit(
        "consent.give",
        ("consent", consent.id.0),
        Some(patient),
        Some(consent.details.kind.to_string()),
    )
    .await?;
    work.commit(Answer::Created(consent_view(app, consent))).await
}

/// What a new consent takes the place of: an older one of its kind, for the same partner, ends with it.
async fn end_replaced(work: &mut Work<'_>, new: &Consent) -> Result<()> {
    resources::lock(&mut work.tx, [new.patient_id.into()]).await?;
    let held = consents::active(&mut work.tx, new.patient_id).await?;
    let same = |old: &Consent| {
        (old.details.kind, old.details.partner_id) == (new.details.kind, new.details.partner_id)
    };
    for old in held.into_iter().filter(same) {
        let ended = Consent {
            version: old.version + 1,
            status: ConsentStatus::Inactive,
            withdrawn_at: Some(work.now),
            ..old
        };
        if !consents::update(&mut work.tx, &ended).await? {
            return Err(Error::Stale);
        }
    }
    Ok(())
}

/// Rule 16: what depends on a consent falls with it. Answers the sessions that were cancelled.
async fn cancel_dependent(work: &mut Work<'_>, consent: &Consent) -> Result<Vec<SessionId>> {
    let catalogue = current(&mut work.tx, work.app).await?;
    let mut fallen = Vec::new();
    for one in sessions::to_come(&mut work.tx, consent.patient_id).await? {
        let session = one.session;
        let service = catalogue.services.iter().find(|service| service.id == session.service_id);
        let service = service.ok_or(Error::NotThere("service"))?;
        if !falls_with(consent.details.kind, service, session.status) {
            continue;
        }
        let next = Session {
            status: SessionStatus::Cancelled,
            cancel_reason: Some(CancelReason::ConsentWithdrawn),
            rebook_reason: None,
            ..session.clone()
        };
        claims::release_session(&mut work.tx, session.id).await?;
        fallen.push(save(work, &session, next, CONSENT_WITHDRAWN).await?.id);
    }
    Ok(fallen)
}

/// What was referred to a shop that may be told no more is taken back, with all that has not begun; the shop is told that it
/// was, and nothing else. Answers the sessions that were cancelled.
async fn withdraw_from_shop(
    work: &mut Work<'_>,
    patient: PatientId,
    partner: PartnerId,
) -> Result<Vec<SessionId>> {
    let mut gone = Vec::new();
    for referral in referrals::of_patient(&mut work.tx, patient, Some(partner)).await? {
        idempotency::forget_of_shop(&mut work.tx, partner, referral.id).await?;
    }
    for referral in referrals::open_of(&mut work.tx, patient, partner).await? {
        let id = referral.id;
        // Read before, since what is cancelled is not live any more.
        let before = sessions::of_referral(&mut work.tx, id).await?;
        withdraw_referral(work, referral, None, CancelReason::ConsentWithdrawn).await?;
        for session in sessions::of_referral(&mut work.tx, id).await? {
            let was_live = before.iter().any(|old| old.id == session.id && old.status.is_live());
            if was_live && !session.status.is_live() {
                gone.push(session.id);
            }
        }
    }
    Ok(gone)
}

/// A page of a patient's consents, withdrawn ones included.
pub async fn list(
    app: &App,
    caller: &Caller,
    patient: PatientId,
    page: &Page,
) -> Result<Items<ConsentView>> {
    let after = page.after(ConsentId(uuid::Uuid::nil()))?;
    let mut work = Work::begin(app, caller).await?;
    if !patients::exists(&mut work.tx, patient).await? {
        return Err(Error::NotThere("patient"));
    }
    let found = consents::page(&mut work.tx, patient, after, page.rows()?).await?;
    work.audit_read("consent.list", ("patient", patient.0), Some(patient), None).await?;
    let items = page.of(found, |consent| consent.id)?.map(|consent| consent_view(app, consent));
    Ok(work.commit(Answer::Is(items)).await?.into_inner())
}

/// Withdraws a consent; it stays, inactive.
pub async fn withdraw(
    app: &App,
    caller: &Caller,
    patient: PatientId,
    id: ConsentId,
    expected: &Expected,
) -> Result<Answer<ConsentView>> {
    let mut work = Work::begin(app, caller).await?;
    resources::lock(&mut work.tx, [patient.into()]).await?;
    let current = consents::get(&mut work.tx, patient, id).await.found("consent")?;
    expected.check(current.version)?;
    if current.status == ConsentStatus::Inactive {
        return Err(Error::refused(Code::ConsentNotActive, "This consent was withdrawn before."));
    }
    let consent = Consent {
        version: current.version + 1,
        status: ConsentStatus::Inactive,
        withdrawn_at: Some(work.now),
        ..current
    };
    if !consents::update(&mut work.tx, &consent).await? {
        return Err(Error::Stale);
    }
    work.note_deed("consent.withdraw");
    if consent.details.kind == ConsentKind::Messages {
        for channel in [Channel::Email, Channel::Sms] {
            ledger::suppress_waiting(&mut work.tx, patient, channel, Unsent::NoConsent).await?;
        }
    }
    let mut cancelled_sessions = cancel_dependent(&mut work, &consent).await?;
    if let Some(partner) = consent.details.partner_id {
        cancelled_sessions.extend(withdraw_from_shop(&mut work, patient, partner).await?);
    }
    // Entries are taken back, calls take the place of what is not sent, and a shop is told no more.
    catch_up::catch_up_with(&mut work, patient).await?;
    work.audit(
        "consent.withdraw",
        ("consent", id.0),
        Some(patient),
        Some(consent.details.kind.to_string()),
    )
    .await?;
    let shown = ConsentView { cancelled_sessions, ..consent_view(app, consent) };
    work.commit(Answer::Is(shown)).await
}
