//! The desk's list of tasks as its page shows it: each with whose it is and how to reach them, about which sessions, at which
//! shop, who has taken it, and whether its time has passed.

use chrono::{DateTime, FixedOffset};
use uuid::Uuid;

use super::tasks::{TaskView, audit_listed, reply_of, task_view};
use crate::actions::work::page::{Items, Page};
use crate::actions::{Answer, App, Caller, Found, Result, Work};
use crate::domain::ids::{SessionId, TaskId};
use crate::domain::patient::Phone;
use crate::domain::patient::phone::Dialled;
use crate::domain::time::civil;
use crate::storage::desk::tasks;
use crate::storage::desk::tasks::{OfSeveral, OnDesk, never};

/// A session that a task is about.
#[derive(Debug, Clone)]
pub struct TaskSession {
    /// Its id.
    pub id: SessionId,
    /// When it is.
    pub start: DateTime<FixedOffset>,
    /// What is done in it, as people call it.
    pub name: String,
}

/// The shop that a task is about.
#[derive(Debug, Clone)]
pub struct TaskShop {
    /// As people call it.
    pub name: String,
    /// How to reach it.
    pub phone: Option<Phone>,
    /// The version of the referral that was looked at.
    pub referral_version: i64,
    /// The time that it proposes, which waits for an answer.
    pub proposed: Option<DateTime<FixedOffset>>,
}

/// A task as the desk's page shows it.
#[derive(Debug, Clone)]
pub struct DeskTask {
    /// The task.
    pub task: TaskView,
    /// Whose it is.
    pub patient: Option<String>,
    /// How to reach them.
    pub phone: Option<Dialled>,
    /// The sessions that it is about.
    pub sessions: Vec<TaskSession>,
    /// The shop that it is about.
    pub shop: Option<TaskShop>,
    /// Who has taken it.
    pub owner: Option<String>,
    /// Whether the caller has taken it.
    pub is_mine: bool,
    /// Whether its time has passed and nobody has done it.
    pub is_overdue: bool,
}

/// The open tasks: first those that have their time, in its order, then the others by age.
pub async fn open(app: &App, caller: &Caller, page: &Page) -> Result<Items<DeskTask>> {
    let after = page.after((DateTime::UNIX_EPOCH, TaskId(Uuid::nil())))?;
    let mut work = Work::begin(app, caller).await?;
    let found = tasks::open(&mut work.tx, after, page.rows()?).await?;
    let found = page.of(found, |row| (row.task.due_at.unwrap_or_else(never), row.task.id))?;
    let several = if found.items.iter().any(|row| !row.task.session_ids.is_empty()) {
        tasks::of_several(&mut work.tx).await?
    } else {
        Vec::new()
    };
    seen(work, found, &several).await
}

/// The tasks that were done, the last one first.
pub async fn done(app: &App, caller: &Caller, page: &Page) -> Result<Items<DeskTask>> {
    let before = page.after((never(), TaskId(Uuid::max())))?;
    let mut work = Work::begin(app, caller).await?;
    let found = tasks::done(&mut work.tx, before, page.rows()?).await?;
    let found = page.of(found, |row| (row.task.done_at.unwrap_or_else(never), row.task.id))?;
    seen(work, found, &[]).await
}

async fn seen(
    mut work: Work<'_>,
    found: Items<OnDesk>,
    several: &[OfSeveral],
) -> Result<Items<DeskTask>> {
    for row in &found.items {
        audit_listed(&mut work, &row.task).await?;
    }
    let shown = found.map(|row| {
        let view = task_view(work.app, row.task.clone(), None);
        desk_task(&work, row, view, several)
    });
    work.done().await?;
    Ok(shown)
}

/// One task, with what was written to us.
pub async fn get(app: &App, caller: &Caller, id: TaskId) -> Result<DeskTask> {
    let mut work = Work::begin(app, caller).await?;
    let row = tasks::one(&mut work.tx, id).await.found("task")?;
    let several = match row.task.patient_id {
        Some(patient) if !row.task.session_ids.is_empty() => {
            tasks::of_patient(&mut work.tx, patient).await?
        }
        _ => Vec::new(),
    };
    let reply = reply_of(&mut work, &row.task).await?;
    work.audit_read("task.read", ("task", id.0), row.task.patient_id, None).await?;
    let view = task_view(app, row.task.clone(), reply);
    let shown = desk_task(&work, row, view, &several);
    work.commit(Answer::Is(())).await?;
    Ok(shown)
}

fn desk_task(work: &Work<'_>, row: OnDesk, task: TaskView, several: &[OfSeveral]) -> DeskTask {
    let shown = |at| civil::shown(work.app.zone, at);
    let names: Vec<_> = row.given_name.into_iter().chain(row.family_name).collect();
    let own = match (row.task.session_id, row.session_at, row.session_name) {
        (Some(id), Some(at), Some(name)) => Some(TaskSession { id, start: shown(at), name }),
        _ => None,
    };
    let listed = several
        .iter()
        .filter(|one| row.task.session_ids.contains(&one.id))
        .map(|one| TaskSession { id: one.id, start: shown(one.starts_at), name: one.name.clone() });
    let shop = row.shop.zip(row.referral_version).map(|(name, referral_version)| TaskShop {
        name,
        phone: row.shop_phone,
        referral_version,
        proposed: row.proposed_at.map(shown),
    });
    DeskTask {
        patient: (!names.is_empty()).then(|| names.join(" ").trim().to_owned()),
        phone: row.phone.map(|phone| Dialled { phone, extension: row.phone_extension }),
        sessions: own.into_iter().chain(listed).collect(),
        shop,
        owner: row.owner_name,
        is_mine: row.task.owner_id == Some(work.caller.actor.user_id),
        is_overdue: row.task.is_overdue(work.now),
        task,
    }
}
