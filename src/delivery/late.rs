//! What is still unsent when its visit comes near, or was given up, becomes a task for the desk:
//! by the clock of the visit, not by the number of tries.

use chrono::{DateTime, Utc};

use super::error::Result;
use super::post::{DELIVERY, Post};
use crate::actions::Work;
use crate::domain::clinic::reminder::Purpose;
use crate::domain::messages::call;
use crate::domain::messages::message::{Audience, Message, Unsent};
use crate::domain::messages::task::{Task, TaskKind};
use crate::storage::catalogue::partners;
use crate::storage::messages::{tasks, unsent};
use crate::storage::patient::patients;

/// How many tasks one step makes at most; the next step makes the rest.
const AT_ONCE: i64 = 200;

/// Makes a task of each message that should have gone out by `now`, those of one list together. How many.
pub(super) async fn raise(post: &Post, now: DateTime<Utc>) -> Result<usize> {
    let mut tx = post.app.db.read().await?;
    let waiting = unsent::next_alarm(&mut tx).await?.is_some_and(|at| at <= now);
    tx.rollback().await?;
    if !waiting {
        return Ok(0);
    }
    let mut work = Work::for_program(&post.app, DELIVERY).await?;
    let rows = unsent::alarmed(&mut work.tx, now, AT_ONCE).await?;
    let mut lists: Vec<Option<String>> = Vec::new();
    let mut raised = 0;
    for row in &rows {
        if !unsent::end_alarm(&mut work.tx, row.id).await? {
            continue;
        }
        let of_list = row.batch.is_some() && lists.contains(&row.batch);
        lists.push(row.batch.clone());
        // Each visit has its own task; a list of a day is one.
        if of_list && row.kind.tells().is_none() {
            continue;
        }
        add_task(&mut work, row).await?;
        raised += 1;
    }
    work.done().await?;
    Ok(raised)
}

/// Leaves a task for a message that was tried, or should have asked whether the patient comes, and is of no use any more.
pub(super) async fn note_withheld(work: &mut Work<'_>, row: &Message, why: Unsent) -> Result<()> {
    let was_tried = row.attempts > 1 && matches!(why, Unsent::Past | Unsent::TooLate);
    let asks = row.content.purpose == Some(Purpose::Confirm) && why != Unsent::JustTold;
    if !was_tried && !asks {
        return Ok(());
    }
    if tasks::is_open_of_message(&mut work.tx, row.id).await? {
        return Ok(());
    }
    add_task(work, row).await
}

async fn add_task(work: &mut Work<'_>, row: &Message) -> Result<()> {
    let name = name(work, row).await?;
    let detail = call::unsent_detail(&name, row, work.app.zone, work.now);
    let task = Task {
        session_id: row.session_id,
        patient_id: Some(row.patient_id),
        referral_id: row.referral_id,
        message_id: Some(row.id),
        due_at: Some(row.content.starts_at).filter(|at| *at > work.now),
        ..Task::open(work.app.clock.id(), TaskKind::MessageLate, detail, work.now)
    };
    tasks::insert(&mut work.tx, &task).await?;
    tracing::warn!(message = %row.id, kind = %row.kind, "still unsent; the desk has a task");
    Ok(())
}

async fn name(work: &mut Work<'_>, row: &Message) -> Result<String> {
    if row.kind.audience() == Audience::Shop
        && let Some(partner) = row.content.partner_id
    {
        let name = partners::name(&mut work.tx, partner).await?;
        return Ok(name.map_or_else(|| "the shop".to_owned(), |name| name.to_string()));
    }
    let patient = patients::get(&mut work.tx, row.patient_id).await?;
    Ok(patient.map(|patient| patient.details.full_name()).unwrap_or_default())
}
