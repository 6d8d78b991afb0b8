//! What people at the desk have to do: the list, one of them with what was written to us,
//! and that it was done.

use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::work::page::{Items, Page};
use crate::actions::{Answer, App, Caller, Error, Expected, Found, Result, Work};
use crate::domain::ids::{MessageId, PatientId, ReferralId, SessionId, TaskId, UserId};
use crate::domain::messages::reply::{FiledReply, Verdict};
use crate::domain::messages::task::{Task, TaskKind};
use crate::domain::time::civil;
use crate::storage::messages::{replies, tasks};

/// A task.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskView {
    /// Its id.
    pub id: TaskId,
    /// Rises with each change.
    pub version: i64,
    /// What kind of thing is to be done.
    pub kind: TaskKind,
    /// What is to be done, in a sentence.
    pub detail: String,
    /// About which session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// The patient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient_id: Option<PatientId>,
    /// About which message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    /// About which referral.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referral_id: Option<ReferralId>,
    /// What was written to us; of one task, not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<ReplyView>,
    /// When it arose.
    pub created_at: DateTime<FixedOffset>,
    /// When it was done.
    pub done_at: Option<DateTime<FixedOffset>>,
    /// The user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done_by: Option<UserId>,
}

/// What was written to us.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReplyView {
    /// When it was read.
    pub received_at: DateTime<FixedOffset>,
    /// What was made of it.
    pub verdict: Verdict,
    /// The sender that it names.
    pub sender: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// What was written, the beginning of it.
    pub body: Option<String>,
}

fn task_view(app: &App, task: Task, reply: Option<FiledReply>) -> TaskView {
    let shown = |at| civil::shown(app.zone, at);
    TaskView {
        id: task.id,
        version: task.version,
        kind: task.kind,
        detail: task.detail,
        session_id: task.session_id,
        patient_id: task.patient_id,
        message_id: task.message_id,
        referral_id: task.referral_id,
        reply: reply.map(|reply| ReplyView {
            received_at: shown(reply.received_at),
            verdict: reply.verdict,
            sender: reply.sender,
            subject: reply.subject,
            body: reply.body,
        }),
        created_at: shown(task.created_at),
        done_at: task.done_at.map(shown),
        done_by: task.done_by,
    }
}

/// A page of tasks, oldest first: the open ones, or all.
pub async fn list(
    app: &App,
    caller: &Caller,
    open_only: bool,
    page: &Page,
) -> Result<Items<TaskView>> {
    let after = page.after(TaskId(uuid::Uuid::nil()))?;
    let mut work = Work::begin(app, caller).await?;
    let found = tasks::page(&mut work.tx, open_only, after, page.rows()?).await?;
    let found = page.of(found, |task| task.id)?;
    for task in &found.items {
        if let Some(patient) = task.patient_id {
            work.audit_read("task.list", ("task", task.id.0), Some(patient), None).await?;
        }
    }
    let items = found.map(|task| task_view(app, task, None));
    Ok(work.commit(Answer::Is(items)).await?.into_inner())
}

/// One task, with what was written to us.
pub async fn get(app: &App, caller: &Caller, id: TaskId) -> Result<Answer<TaskView>> {
    let mut work = Work::begin(app, caller).await?;
    let task = tasks::get(&mut work.tx, id).await.found("task")?;
    let shown = whole(&mut work, task).await?;
    work.audit_read("task.read", ("task", id.0), shown.patient_id, None).await?;
    work.commit(Answer::Is(shown)).await
}

/// Notes that a task was done. One that was done already stays as it is.
pub async fn mark_done(
    app: &App,
    caller: &Caller,
    id: TaskId,
    expected: &Expected,
) -> Result<Answer<TaskView>> {
    let mut work = Work::begin(app, caller).await?;
    let task = tasks::get(&mut work.tx, id).await.found("task")?;
    expected.check(task.version)?;
    if task.done_at.is_none()
        && !tasks::mark_done(&mut work.tx, id, task.version, caller.actor.user_id, work.now).await?
    {
        return Err(Error::Stale);
    }
    work.audit("task.done", ("task", id.0), task.patient_id, None).await?;
    let task = tasks::get(&mut work.tx, id).await.found("task")?;
    let shown = whole(&mut work, task).await?;
    work.commit(Answer::Is(shown)).await
}

async fn whole(work: &mut Work<'_>, task: Task) -> Result<TaskView> {
    let reply = match task.reply_id {
        Some(reply) => replies::get(&mut work.tx, reply).await?,
        None => None,
    };
    Ok(task_view(work.app, task, reply))
}
