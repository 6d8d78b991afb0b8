//! Reading the audit of a patient's record, which is itself such a read.

use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::actions::work::page::{Items, Page};
use crate::actions::{Answer, App, Caller, Error, Result, Work};
use crate::domain::ids::{AuditId, PatientId, UserId};
use crate::domain::time::civil;
use crate::storage::audit;
use crate::storage::patient::patients;

/// A line of the audit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditLine {
    /// Its id; ids rise with time.
    pub id: AuditId,
    /// When.
    pub at: DateTime<FixedOffset>,
    /// Who.
    pub user_id: Option<UserId>,
    /// Their name at the time.
    pub user: String,
    /// Their role at the time.
    pub role: String,
    /// Whose record.
    pub patient_id: Option<PatientId>,
    /// What was done.
    #[schema(example = "session.book")]
    pub action: String,
    /// To what kind of thing.
    #[schema(example = "session")]
    pub subject: String,
    /// To which.
    pub subject_id: Option<Uuid>,
    /// What else matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// A page of who read or changed what of a patient's record, oldest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    patient: PatientId,
    page: &Page,
) -> Result<Items<AuditLine>> {
    let after = page.after(AuditId(Uuid::nil()))?;
    let mut work = Work::begin(app, caller).await?;
    if !patients::exists(&mut work.tx, patient).await?
        && patients::merged_into(&mut work.tx, patient).await?.is_none()
    {
        return Err(Error::NotThere("patient"));
    }
    let lines = audit::page(&mut work.tx, patient, after, page.rows()?).await?;
    work.audit_read("audit.read", ("patient", patient.0), Some(patient), None).await?;
    let items = page.of(lines, |line| line.id)?.map(|line| {
        let audit::Line {
            id,
            at,
            user_id,
            user_name,
            role,
            patient_id,
            action,
            subject,
            subject_id,
            detail,
        } = line;
        AuditLine {
            id,
            at: civil::shown(app.zone, at),
            user_id,
            user: user_name,
            role,
            patient_id,
            action,
            subject,
            subject_id,
            detail,
        }
    });
    Ok(work.commit(Answer::Is(items)).await?.into_inner())
}
