//! Calling a session off. It keeps its row and its UID; what it claimed is free.

use serde::Deserialize;
use utoipa::ToSchema;

use super::change::{commit_session, lock_session, save};
use crate::actions::course::session_view::SessionView;
use crate::actions::{Answer, App, Caller, Expected, Result, Work};
use crate::domain::course::session::{CancelReason, Session};
use crate::domain::course::status::Verb;
use crate::domain::ids::SessionId;
use crate::storage::booking::claims;

/// Why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "patient_request"}))]
pub struct Cancellation {
    /// Why.
    pub reason: CancelReason,
}

/// Cancels a session.
pub async fn cancel(
    app: &App,
    caller: &Caller,
    id: SessionId,
    expected: &Expected,
    why: Cancellation,
) -> Result<Answer<SessionView>> {
    let mut work = Work::begin(app, caller).await?;
    let current = lock_session(&mut work, id, expected).await?.session;
    let status = current.after(Verb::Cancel, work.now, &app.policy, app.zone)?;
    let next =
        Session { status, cancel_reason: Some(why.reason), rebook_reason: None, ..current.clone() };
    claims::release_session(&mut work.tx, id).await?;
    save(&mut work, &current, next, "cancel").await?;
    commit_session(work, id, None).await
}
