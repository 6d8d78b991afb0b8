//! Calls that the desk makes where no message tells of a change: one open task for a visit, whose
//! words follow what is true, done by a person alone; and a row of the ledger for each, which says
//! what the patient is told on the telephone.

use super::ahead;
use super::facts::Facts;
use crate::actions::{Found, Result, Work};
use crate::domain::ids::PartnerId;
use crate::domain::messages::call;
use crate::domain::messages::message::{Content, Message, MessageKind, MessageStatus, Tells};
use crate::domain::messages::notice::{Notice, Standing, standing};
use crate::domain::messages::task::{Task, TaskKind};
use crate::domain::messages::telling::Call;
use crate::domain::patient::channel::Channel;
use crate::storage::catalogue::partners;
use crate::storage::messages::tasks;

/// Keeps the call about a visit true: asks for one where `call` is needed, and says what has changed since in one that is
/// still to be made. A change that was taken back before anyone could have phoned needs none.
pub(super) async fn keep_up(
    work: &mut Work<'_>,
    facts: &Facts<'_>,
    rows: &mut Vec<Message>,
    call: Option<Call>,
) -> Result<()> {
    let open =
        tasks::open_of_session(&mut work.tx, facts.session.id, TaskKind::ChangeToTell).await?;
    let Some(open) = open else {
        if let Some(call) = call {
            note_in_ledger(work, facts, rows, &call).await?;
            return ask_to_phone(work, facts, &call).await;
        }
        return Ok(());
    };
    let told = rows.iter().filter(|row| is_call(row) && row.created_at >= open.created_at);
    let first = told.min_by_key(|row| (row.created_at, row.id));
    let there = standing(facts.session.status) == Standing::There;
    let now_so = there.then(|| facts.content());
    let from = match (first, &call) {
        (Some(first), _) => before(first),
        (None, Some(call)) => call.from.clone(),
        (None, None) => return Ok(()),
    };
    if let Some(call) = &call {
        note_in_ledger(work, facts, rows, call).await?;
    }
    let taken_back = match (&from, &now_so) {
        (Some(from), Some(now_so)) => {
            (from.starts_at, &from.place) == (now_so.starts_at, &now_so.place)
        }
        (None, None) => true,
        _ => false,
    };
    if taken_back && open.created_at + work.app.policy.message_grace() >= work.now {
        return Ok(tasks::settle_one(&mut work.tx, open.id, work.now).await?);
    }
    let call = Call { from, to: now_so };
    let (detail, due_at) = (detail(work, facts, &call), call::due_at(&call, work.now));
    Ok(tasks::reword(&mut work.tx, open.id, &detail, due_at).await?)
}

fn is_call(row: &Message) -> bool {
    row.channel == Channel::Desk && row.kind.tells().is_some()
}

/// What the patient believed before a call was asked for.
fn before(row: &Message) -> Option<Content> {
    match row.kind.tells() {
        Some(Tells::New) => None,
        Some(Tells::Gone) => Some(row.content.clone()),
        _ => Some(Content {
            starts_at: row.content.was.unwrap_or(row.content.starts_at),
            ..row.content.clone()
        }),
    }
}

async fn ask_to_phone(work: &mut Work<'_>, facts: &Facts<'_>, call: &Call) -> Result<()> {
    let task = Task {
        session_id: Some(facts.session.id),
        patient_id: Some(facts.patient.id),
        due_at: call::due_at(call, work.now),
        ..Task::open(
            work.app.clock.id(),
            TaskKind::ChangeToTell,
            detail(work, facts, call),
            work.now,
        )
    };
    Ok(tasks::insert(&mut work.tx, &task).await?)
}

fn detail(work: &Work<'_>, facts: &Facts<'_>, call: &Call) -> String {
    call::detail(&facts.patient.details.full_name(), call, work.app.zone, work.now)
}

/// The row that says what the patient is told on the telephone. It counts as told: what changes later is told on top of it.
async fn note_in_ledger(
    work: &mut Work<'_>,
    facts: &Facts<'_>,
    rows: &mut Vec<Message>,
    call: &Call,
) -> Result<()> {
    let (kind, content) = match (&call.from, &call.to) {
        (Some(from), Some(to)) => {
            let content = Content { was: Some(from.starts_at), calendar: false, ..to.clone() };
            (MessageKind::Update, content)
        }
        (None, Some(to)) => (MessageKind::Invite, Content { calendar: false, ..to.clone() }),
        (from, None) => {
            let content = from.clone().unwrap_or_else(|| facts.content());
            (MessageKind::Cancel, Content { calendar: false, taken_back: None, ..content })
        }
    };
    let message = Message {
        kind,
        channel: Channel::Desk,
        stamp: ahead::next_stamp(work.now, rows),
        content,
        status: MessageStatus::Sent,
        sent_at: Some(work.now),
        ..facts.message(work.app, work.now)
    };
    rows.push(ahead::insert_or_revive(work, rows, message).await?);
    Ok(())
}

/// A call to a shop that cannot be sent what changed; one that is still to be made says the newest.
pub(super) async fn ask_to_phone_shop(
    work: &mut Work<'_>,
    facts: &Facts<'_>,
    partner: PartnerId,
    notice: &Notice,
) -> Result<()> {
    let name = partners::name(&mut work.tx, partner).await.found("partner")?;
    let told = Call {
        from: (notice.tells != Tells::New).then(|| notice.content.clone()),
        to: (notice.tells != Tells::Gone).then(|| notice.content.clone()),
    };
    let detail = call::detail(&name.to_string(), &told, work.app.zone, work.now);
    let due_at = call::due_at(&told, work.now);
    if let Some(open) = tasks::open_of_shop(&mut work.tx, facts.session.id, partner).await? {
        return Ok(tasks::reword(&mut work.tx, open.id, &detail, due_at).await?);
    }
    let task = Task {
        session_id: Some(facts.session.id),
        patient_id: Some(facts.patient.id),
        referral_id: facts.session.referral_id,
        partner_id: Some(partner),
        due_at,
        ..Task::open(work.app.clock.id(), TaskKind::ShopToPhone, detail, work.now)
    };
    Ok(tasks::insert(&mut work.tx, &task).await?)
}
