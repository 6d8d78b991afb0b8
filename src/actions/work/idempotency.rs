//! Repeated requests: what was answered under a key is answered again. Answers of
//! deeds are kept by `Work::commit`; refusals, which leave nothing else, here.

use chrono::Duration;

use super::caller::Repeat;
use crate::actions::{Actor, App, Error, Program, Result, Work};
use crate::domain::refusal::Code;
use crate::storage::idempotency;
use crate::storage::idempotency::Answered;

/// How long answers are kept.
const KEPT: Duration = Duration::days(7);

/// Forgets answers that will not be asked for again. Called now and then.
pub async fn forget_old(app: &App) -> Result<()> {
    let mut work = Work::for_program(app, Program::own("repeats")).await?;
    idempotency::forget(&mut work.tx, app.clock.now() - KEPT).await?;
    work.done().await
}

/// What was answered under this key before; a key used for another request is refused.
pub async fn recall(app: &App, actor: &Actor, repeat: &Repeat) -> Result<Option<Answered>> {
    let mut tx = app.db.read().await?;
    let answered = idempotency::get(&mut tx, actor.user_id, &repeat.key).await?;
    answered.map(|answered| same(repeat, answered)).transpose()
}

/// `answered`, if it was this request that it answered.
fn same(repeat: &Repeat, answered: Answered) -> Result<Answered> {
    if answered.fingerprint == repeat.fingerprint {
        return Ok(answered);
    }
    let words = "This Idempotency-Key was used for another request; use a new one.";
    Err(Error::refused(Code::IdempotencyKeyReused, words))
}

/// Keeps a refusal under its key, unless the key was answered meanwhile; the answer that counts.
pub async fn keep(
    app: &App,
    actor: &Actor,
    repeat: &Repeat,
    status: u16,
    body: &str,
) -> Result<Answered> {
    let answered = Answered {
        fingerprint: repeat.fingerprint.clone(),
        status: status.into(),
        body: body.to_owned(),
        deed_id: None,
    };
    let mut work = Work::for_program(app, Program::own("repeats")).await?;
    if let Some(earlier) = idempotency::get(&mut work.tx, actor.user_id, &repeat.key).await? {
        return same(repeat, earlier);
    }
    match idempotency::insert(&mut work.tx, actor.user_id, &repeat.key, &answered, app.clock.now())
        .await
    {
        Ok(()) => {
            work.done().await?;
            Ok(answered)
        }
        Err(crate::storage::Error::Duplicate) => {
            work.abandon().await?;
            recall(app, actor, repeat).await?.ok_or(Error::AnsweredMeanwhile)
        }
        Err(error) => Err(error.into()),
    }
}
