//! What people at the desk have to do: the list, one of them with what was written to us, who takes
//! it, and that it was done.

use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::work::page::{Items, Page};
use crate::actions::{Answer, App, Caller, Error, Expected, Found, Result, Work};
use crate::domain::ids::{MessageId, PatientId, ReferralId, SessionId, TaskId, UserId};
use crate::domain::messages::reply::{FiledReply, Verdict};
use crate::domain::messages::task::{Task, TaskKind};
use crate::domain::time::civil;
use crate::storage::course::sessions;
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
    /// About which sessions, where it is about several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub session_ids: Vec<SessionId>,
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
    /// Until when it has to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<FixedOffset>>,
    /// The user who has taken it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<UserId>,
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

/// Which tasks are listed.
#[derive(Debug, Clone, Copy, Default)]
pub struct TasksWanted {
    /// Whether those that were done are left out.
    pub open_only: bool,
    /// Whose.
    pub patient: Option<PatientId>,
    /// About which session, alone or among others.
    pub session: Option<SessionId>,
}

pub(super) fn task_view(app: &App, task: Task, reply: Option<FiledReply>) -> TaskView {
    let shown = |at| civil::shown(app.zone, at);
    TaskView {
        id: task.id,
        version: task.version,
        kind: task.kind,
        detail: task.detail,
        session_id: task.session_id,
        session_ids: task.session_ids,
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
        due_at: task.due_at.map(shown),
        owner_id: task.owner_id,
        created_at: shown(task.created_at),
        done_at: task.done_at.map(shown),
        done_by: task.done_by,
    }
}

/// A page of tasks, oldest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    wanted: TasksWanted,
    page: &Page,
) -> Result<Items<TaskView>> {
    let after = page.after(TaskId(uuid::Uuid::nil()))?;
    let mut work = Work::begin(app, caller).await?;
    let found = page.of(load(&mut work, wanted, after, page.rows()?).await?, |task| task.id)?;
    for task in &found.items {
        audit_listed(&mut work, task).await?;
    }
    let items = found.map(|task| task_view(app, task, None));
    Ok(work.commit(Answer::Is(items)).await?.into_inner())
}

async fn load(
    work: &mut Work<'_>,
    wanted: TasksWanted,
    after: TaskId,
    rows: i64,
) -> Result<Vec<Task>> {
    let TasksWanted { open_only, patient, session } = wanted;
    // A task about sessions is about those of its own patient, which is quicker to look for.
    let whose = match session {
        Some(id) => sessions::patient_of(&mut work.tx, id).await?,
        None => patient,
    };
    match whose {
        Some(id) if patient.is_none_or(|wanted| wanted == id) => {
            Ok(tasks::page_of_patient(&mut work.tx, (id, session), open_only, after, rows).await?)
        }
        None if session.is_none() => Ok(tasks::page(&mut work.tx, open_only, after, rows).await?),
        _ => Ok(Vec::new()),
    }
}

/// Leaves the audit line of a task that is seen in a list.
pub(super) async fn audit_listed(work: &mut Work<'_>, task: &Task) -> Result<()> {
    match task.patient_id {
        Some(patient) => {
            work.audit_read("task.list", ("task", task.id.0), Some(patient), None).await
        }
        None => Ok(()),
    }
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
    let (mut work, task) = begin(app, caller, id, expected).await?;
    if task.done_at.is_none()
        && !tasks::mark_done(&mut work.tx, id, task.version, caller.actor.user_id, work.now).await?
    {
        return Err(Error::Stale);
    }
    finish(work, &task, "task.done").await
}

/// Opens a task again that was done. One that is open stays as it is.
pub async fn reopen(
    app: &App,
    caller: &Caller,
    id: TaskId,
    expected: &Expected,
) -> Result<Answer<TaskView>> {
    let (mut work, task) = begin(app, caller, id, expected).await?;
    if task.done_at.is_some() && !tasks::mark_open(&mut work.tx, id, task.version).await? {
        return Err(Error::Stale);
    }
    finish(work, &task, "task.reopen").await
}

/// Notes that the caller takes a task, whoever had it; whoever has taken it gives it back. One that was done stays as it is.
pub async fn take(
    app: &App,
    caller: &Caller,
    id: TaskId,
    expected: &Expected,
) -> Result<Answer<TaskView>> {
    let (mut work, task) = begin(app, caller, id, expected).await?;
    let me = caller.actor.user_id;
    let owner = (task.owner_id != Some(me)).then_some(me);
    if task.done_at.is_none() && !tasks::set_owner(&mut work.tx, id, task.version, owner).await? {
        return Err(Error::Stale);
    }
    finish(work, &task, if owner.is_some() { "task.take" } else { "task.give_back" }).await
}

async fn begin<'a>(
    app: &'a App,
    caller: &'a Caller,
    id: TaskId,
    expected: &Expected,
) -> Result<(Work<'a>, Task)> {
    let mut work = Work::begin(app, caller).await?;
    let task = tasks::get(&mut work.tx, id).await.found("task")?;
    expected.check(task.version)?;
    Ok((work, task))
}

async fn finish(mut work: Work<'_>, was: &Task, action: &str) -> Result<Answer<TaskView>> {
    work.audit(action, ("task", was.id.0), was.patient_id, None).await?;
    let task = tasks::get(&mut work.tx, was.id).await.found("task")?;
    let shown = whole(&mut work, task).await?;
    work.commit(Answer::Is(shown)).await
}

async fn whole(work: &mut Work<'_>, task: Task) -> Result<TaskView> {
    Ok(task_view(work.app, task.clone(), reply_of(work, &task).await?))
}

/// What was written to us, where the task is about that.
pub(super) async fn reply_of(work: &mut Work<'_>, task: &Task) -> Result<Option<FiledReply>> {
    match task.reply_id {
        Some(reply) => Ok(replies::get(&mut work.tx, reply).await?),
        None => Ok(None),
    }
}
