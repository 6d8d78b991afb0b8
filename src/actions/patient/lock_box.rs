//! The lock-box: writing down what a patient forbids to tell, and lifting it. What that does to
//! the packet stands in `domain::packet`.

use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::actions::work::page::{Items, Page};
use crate::actions::{Answer, App, Caller, Error, Expected, Found, Result, Work};
use crate::domain::ids::{LockId, PatientId};
use crate::domain::patient::lock_box::{Lock, LockDetails};
use crate::domain::refusal::Code;
use crate::domain::time::civil;
use crate::storage::catalogue::partners;
use crate::storage::idempotency;
use crate::storage::partner::referrals;
use crate::storage::patient::{lock_box, patients};

/// A lock as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LockView {
    /// Its id.
    pub id: LockId,
    /// Rises with each change.
    pub version: i64,
    /// Whose.
    pub patient_id: PatientId,
    /// What was written down.
    #[serde(flatten)]
    pub details: LockDetails,
    /// When it began.
    pub begun_at: DateTime<FixedOffset>,
    /// When the patient lifted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<FixedOffset>>,
}

fn lock_view(app: &App, lock: &Lock) -> LockView {
    let shown = |at| civil::shown(app.zone, at);
    LockView {
        id: lock.id,
        version: lock.version,
        patient_id: lock.patient_id,
        details: lock.details,
        begun_at: shown(lock.begun_at),
        ended_at: lock.ended_at.map(shown),
    }
}

/// Writes down what a patient forbids to tell.
pub async fn lock(
    app: &App,
    caller: &Caller,
    patient: PatientId,
    details: LockDetails,
) -> Result<Answer<LockView>> {
    let mut work = Work::begin(app, caller).await?;
    if !patients::exists(&mut work.tx, patient).await? {
        return Err(Error::NotThere("patient"));
    }
    if let Some(partner) = details.partner_id
        && partners::name(&mut work.tx, partner).await?.is_none()
    {
        return Err(Error::NotThere("partner"));
    }
    let lock = Lock {
        id: app.clock.id(),
        version: 1,
        patient_id: patient,
        details,
        begun_at: work.now,
        ended_at: None,
    };
    lock_box::insert(&mut work.tx, &lock).await?;
    // What shops were answered before is not to be answered again.
    for referral in referrals::of_patient(&mut work.tx, patient, lock.details.partner_id).await? {
        idempotency::forget_of_shop(&mut work.tx, referral.partner_id, referral.id).await?;
    }
    let detail = Some(lock.details.item.to_string());
    work.audit("lock.begin", ("lock", lock.id.0), Some(patient), detail).await?;
    work.commit(Answer::Created(lock_view(app, &lock))).await
}

/// A page of a patient's locks, those that were lifted included.
pub async fn list(
    app: &App,
    caller: &Caller,
    patient: PatientId,
    page: &Page,
) -> Result<Items<LockView>> {
    let after = page.after(LockId(Uuid::nil()))?;
    let mut work = Work::begin(app, caller).await?;
    if !patients::exists(&mut work.tx, patient).await? {
        return Err(Error::NotThere("patient"));
    }
    let found = lock_box::page(&mut work.tx, patient, after, page.rows()?).await?;
    work.audit_read("lock.list", ("patient", patient.0), Some(patient), None).await?;
    let items = page.of(found, |lock| lock.id)?.map(|lock| lock_view(app, &lock));
    Ok(work.commit(Answer::Is(items)).await?.into_inner())
}

/// Lifts a lock; it stays, with when.
pub async fn lift(
    app: &App,
    caller: &Caller,
    patient: PatientId,
    id: LockId,
    expected: &Expected,
) -> Result<Answer<LockView>> {
    let mut work = Work::begin(app, caller).await?;
    let current = lock_box::get(&mut work.tx, patient, id).await.found("lock")?;
    expected.check(current.version)?;
    if current.ended_at.is_some() {
        return Err(Error::refused(Code::LockLifted, "This lock was lifted before."));
    }
    let lock = Lock { version: current.version + 1, ended_at: Some(work.now), ..current };
    if !lock_box::update(&mut work.tx, &lock).await? {
        return Err(Error::Stale);
    }
    work.audit("lock.end", ("lock", id.0), Some(patient), Some(lock.details.item.to_string()))
        .await?;
    work.commit(Answer::Is(lock_view(app, &lock))).await
}
