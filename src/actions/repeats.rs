//! Repeated requests: what was answered under a key is answered again. Answers of
//! deeds are kept by `Work::commit`; refusals, which leave nothing else, here.

use super::work::Repeat;
use super::{Actor, App, Error, Result};
use crate::domain::refusal::Code;
use crate::storage::repeats::{self, Answered};

/// What was answered under this key before; a key used for another request is refused.
pub async fn recall(app: &App, actor: &Actor, repeat: &Repeat) -> Result<Option<Answered>> {
    let mut tx = app.db.read().await?;
    let answered = repeats::get(&mut tx, actor.user_id, &repeat.key).await?;
    match answered {
        Some(answered) if answered.fingerprint != repeat.fingerprint => Err(Error::refused(
            Code::IdempotencyKeyReused,
            "This Idempotency-Key was used for another request; use a new one.",
        )),
        answered => Ok(answered),
    }
}

/// Keeps a refusal under its key, unless the key was answered meanwhile; the answer that counts.
pub async fn keep(app: &App, actor: &Actor, repeat: &Repeat, status: u16, body: &str) -> Result<Answered> {
    let answered = Answered {
        fingerprint: repeat.fingerprint.clone(),
        status: status.into(),
        body: body.to_owned(),
    };
    let mut tx = app.db.begin().await?;
    if let Some(earlier) = repeats::get(&mut tx, actor.user_id, &repeat.key).await? {
        return Ok(earlier);
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
