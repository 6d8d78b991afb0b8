//! What mails and texts that come in share once they are filed: their task for a person, and the
//! end of the work with its audit line.

use crate::actions::{App, Result, Work};
use crate::domain::messages::reply::FiledReply;
use crate::domain::messages::task::{Task, TaskKind};

/// A task about what was filed.
pub(super) fn task(app: &App, filed: &FiledReply, kind: TaskKind, detail: &str) -> Task {
    Task {
        session_id: filed.session_id,
        patient_id: filed.patient_id,
        message_id: filed.message_id,
        reply_id: Some(filed.id),
        ..Task::open(app.clock.id(), kind, detail, filed.received_at)
    }
}

/// Ends the work of filing: the audit says what was made of it.
pub(super) async fn file(mut work: Work<'_>, filed: &FiledReply) -> Result<()> {
    let verdict = filed.verdict;
    let detail = Some(verdict.to_string());
    work.audit("reply.file", ("reply", filed.id.0), filed.patient_id, detail).await?;
    work.done().await?;
    tracing::info!(reply = %filed.id, %verdict, "filed");
    Ok(())
}
