//! Repeated requests: what was answered under a key is answered again. Answers of
//! deeds are kept by `Work::commit`; refusals, which leave nothing else, here.

use chrono::Duration;

use super::unit_of_work::Repeat;
use crate::actions::{Actor, App, Error, Result};
use crate::domain::refusal::Code;
use crate::storage::repeats;
use crate::storage::repeats::Answered;

/// How long answers are kept.
const KEPT: Duration = Duration::days(7);

/// Forgets answers that nobody will ask for again. Called now and then.
pub async fn forget_old(app: &App) -> Result<()> {
    let mut tx = app.db.begin().await?;
    repeats::forget(&mut tx, app.clock.now() - KEPT).await?;
    Ok(tx.commit().await?)
}

/// What was answered under this key before; a key used for another request is refused.
pub async fn recall(app: &App, actor: &Actor, repeat: &Repeat) -> Result<Option<Answered>> {
    let mut tx = app.db.read().await?;
    let answered = repeats::get(&mut tx, actor.user_id, &repeat.key).await?;
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
    };
    let mut tx = app.db.begin().await?;
    if let Some(earlier) = repeats::get(&mut tx, actor.user_id, &repeat.key).await? {
        return same(repeat, earlier);
    }
    match repeats::insert(&mut tx, actor.user_id, &repeat.key, &answered, app.clock.now()).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(answered)
        }
        Err(crate::storage::Error::Duplicate) => {
            tx.rollback().await?;
            recall(app, actor, repeat).await?.ok_or(Error::AnsweredMeanwhile)
        }
        Err(error) => Err(error.into()),
    }
}
