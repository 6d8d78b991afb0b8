//! Correcting what has ended (rule 49): with a role and a reason; what was there before
//! stays in the session's history, and the audit says who and why.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::attend::check_record;
use crate::actions::booking::change::{commit_session, lock_session, save};
use crate::actions::course::session_view::SessionView;
use crate::actions::{Answer, App, Caller, Expected, Found, Result, Work};
use crate::domain::course::record::TreatmentRecord;
use crate::domain::course::session::Session;
use crate::domain::course::status::{ProcedureStatus, SessionStatus};
use crate::domain::ids::{SessionId, UserId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::role::Role;
use crate::domain::text::Reason;
use crate::domain::time::civil;
use crate::storage::booking::claims;
use crate::storage::course::history::Before;
use crate::storage::course::{history, sessions};

/// What was wrong, and why it is known to be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The pain score was written down wrong.", "record": {"outcome": "not-done", "reason": "Sunburn"}}))]
pub struct Correction {
    /// Why, in ten characters or more.
    pub reason: Reason,
    /// What was done in truth; of a fulfilled session.
    #[serde(default)]
    pub record: Option<TreatmentRecord>,
    /// What became of the appointment in truth.
    #[serde(default)]
    pub status: Option<TrueStatus>,
}

/// What became of an appointment in truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TrueStatus {
    /// It never should have been written; a manager says so.
    EnteredInError,
    /// The patient came after all; from a no-show.
    Arrived,
}

/// Corrects a session that has ended.
pub async fn correct(
    app: &App,
    caller: &Caller,
    id: SessionId,
    expected: &Expected,
    to: Correction,
) -> Result<Answer<SessionView>> {
    let mut work = Work::begin(app, caller).await?;
    let current = lock_session(&mut work, id, expected).await?.session;
    let next = corrected(&current, &to, caller.actor.role)?;
    if let Some(record) = &to.record {
        check_record(&mut work, &current, record).await?;
    }
    if next.status == SessionStatus::EnteredInError {
        claims::release_session(&mut work.tx, id).await?;
    }
    save(&mut work, &current, next, "correct").await?;
    let why = Some(to.reason.to_string());
    work.audit("session.correction_reason", ("session", id.0), Some(current.patient_id), why)
        .await?;
    commit_session(work, id, None).await
}

/// `current` as it was in truth, or why it cannot have been.
fn corrected(
    current: &Session,
    to: &Correction,
    role: Role,
) -> std::result::Result<Session, Refusal> {
    let no = |message: &str| Refusal::new(Code::NotCorrectable, message);
    match (&to.record, to.status) {
        (Some(record), None) if current.status == SessionStatus::Fulfilled => Ok(Session {
            procedure_status: ProcedureStatus::ended_as(record.outcome),
            record: Some(record.clone()),
            ..current.clone()
        }),
        (Some(_), None) => Err(no("Only a fulfilled session has a record to correct.")),
        (None, Some(TrueStatus::Arrived)) if current.status == SessionStatus::Noshow => {
            Ok(Session { status: SessionStatus::Arrived, ..current.clone() })
        }
        (None, Some(TrueStatus::Arrived)) => Err(no("Only a no-show can turn out to have come.")),
        (None, Some(TrueStatus::EnteredInError)) if role != Role::Manager => {
            Err(no("Only a manager takes a session back as entered in error."))
        }
        (None, Some(TrueStatus::EnteredInError))
            if current.status != SessionStatus::EnteredInError =>
        {
            Ok(Session {
                status: SessionStatus::EnteredInError,
                cancel_reason: None,
                rebook_reason: None,
                ..current.clone()
            })
        }
        (None, Some(TrueStatus::EnteredInError)) => Err(no("It is entered in error already.")),
        (None, None) | (Some(_), Some(_)) => {
            Err(no("A correction gives either the record or the status."))
        }
    }
}

/// One change of a session.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangeView {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: DateTime<FixedOffset>,
    /// Who; none for what the demo tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// What was done: `book`, `reschedule`, `complete`, `correct`, …
    pub change: String,
    /// Whether it was undone since.
    pub undone: bool,
    /// What was there before; nothing for the booking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Before>,
}

/// Every change of a session with what was before it, oldest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct History {
    /// The changes.
    pub items: Vec<ChangeView>,
    /// Always null: there is but one page.
    pub next: Option<String>,
}

/// The history of a session.
pub async fn history(app: &App, caller: &Caller, id: SessionId) -> Result<Answer<History>> {
    let mut work = Work::begin(app, caller).await?;
    let patient = sessions::patient_of(&mut work.tx, id).await.found("session")?;
    let changes = history::all(&mut work.tx, id).await?;
    work.audit_read("session.history", ("session", id.0), Some(patient), None).await?;
    let items = changes.into_iter().map(|change| ChangeView {
        id: change.change.id,
        at: civil::shown(app.zone, change.at),
        user_id: change.user_id,
        change: change.change.change,
        undone: change.undone,
        before: change.change.before,
    });
    let items = items.collect();
    work.commit(Answer::Is(History { items, next: None })).await
}
