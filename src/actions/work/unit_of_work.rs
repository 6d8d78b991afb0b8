//! A piece of work: who asks, the transaction it happens in, the audit lines it
//! leaves there, and the answer that is kept with it when the request carries an
//! `Idempotency-Key`, so that deed and answer are committed together or not at all.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::read_log;
use crate::actions::{App, Error, Result};
use crate::domain::ids::{PartnerId, PatientId, UserId};
use crate::domain::role::Role;
use crate::storage;
use crate::storage::repeats::Answered;
use crate::storage::{Tx, audit, repeats};

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// What they are to the clinic.
    pub role: Role,
    /// Whose shop they belong to.
    pub partner_id: Option<PartnerId>,
}

impl Actor {
    /// Whose shop's things alone they see: their own shop's for its people, any for the clinic's.
    #[must_use]
    pub fn own_shop(&self) -> Option<PartnerId> {
        // Somebody of a shop who belongs to none sees nothing.
        (self.role == Role::Partner).then(|| self.partner_id.unwrap_or(PartnerId(Uuid::nil())))
    }
}

/// The key and the hash of a request that may be repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// The client's `Idempotency-Key`.
    pub key: String,
    /// Hash of method, path and body.
    pub fingerprint: String,
}

/// Who asks, and under which key.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// Under which key, if any.
    pub repeat: Option<Repeat>,
}

/// The versions that the caller expects a thing to have (`If-Match`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Expected {
    /// Any.
    #[default]
    Any,
    /// One of these.
    Versions(Vec<i64>),
}

impl Expected {
    /// Refuses a thing that has changed since the caller read it.
    pub fn check(&self, version: i64) -> Result<()> {
        match self {
            Self::Versions(versions) if !versions.contains(&version) => Err(Error::Stale),
            _ => Ok(()),
        }
    }
}

/// What an action answers: the thing, and whether it is new.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer<T> {
    /// As it is, or as it is now.
    Is(T),
    /// It was not there before.
    Created(T),
}

impl<T> Answer<T> {
    /// The thing itself.
    pub fn into_inner(self) -> T {
        match self {
            Self::Is(thing) | Self::Created(thing) => thing,
        }
    }

    /// The HTTP status it is kept and sent under.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Is(_) => 200,
            Self::Created(_) => 201,
        }
    }

    fn thing(&self) -> &T {
        match self {
            Self::Is(thing) | Self::Created(thing) => thing,
        }
    }
}

/// Work under way. Dropped without `commit`, nothing of it happened.
pub struct Work<'a> {
    /// The app.
    pub app: &'a App,
    /// Who asks.
    pub caller: &'a Caller,
    /// Its transaction.
    pub tx: Tx,
    /// The time at which it happens.
    pub now: DateTime<Utc>,
}

impl<'a> Work<'a> {
    /// Begins work that may write. Reading a patient's record writes too: its audit line.
    pub async fn begin(app: &'a App, caller: &'a Caller) -> Result<Self> {
        let tx = app.db.begin().await?;
        Ok(Self { app, caller, tx, now: app.clock.now() })
    }

    /// Begins work that reads what is nobody's record.
    pub async fn look(app: &'a App, caller: &'a Caller) -> Result<Self> {
        let tx = app.db.read().await?;
        Ok(Self { app, caller, tx, now: app.clock.now() })
    }

    /// Leaves an audit line (rule 64). If it cannot be written, the work fails.
    pub async fn audit(
        &mut self,
        action: &str,
        subject: (&str, Uuid),
        patient: Option<PatientId>,
        detail: Option<String>,
    ) -> Result<()> {
        let line = self.line(action, subject, patient, detail);
        Ok(audit::insert(&mut self.tx, &line).await?)
    }

    /// An audit line about this work.
    fn line(
        &self,
        action: &str,
        subject: (&str, Uuid),
        patient: Option<PatientId>,
        detail: Option<String>,
    ) -> audit::Line {
        let actor = &self.caller.actor;
        audit::Line {
            id: self.app.clock.id(),
            at: self.now,
            user_id: Some(actor.user_id),
            user_name: actor.name.clone(),
            role: actor.role.to_string(),
            patient_id: patient,
            action: action.to_owned(),
            subject: subject.0.to_owned(),
            subject_id: Some(subject.1),
            detail,
        }
    }

    /// Ends work that only read a patient's record. What was read is not shown before its audit line is kept.
    pub async fn seen(
        self,
        action: &str,
        subject: (&str, Uuid),
        patient: PatientId,
        detail: Option<String>,
    ) -> Result<()> {
        let (app, line) = (self.app, self.line(action, subject, Some(patient), detail));
        self.tx.rollback().await?;
        read_log::note(app, line).await
    }

    /// Makes the work last, and with it the answer to the request's key.
    pub async fn commit<T: Serialize>(self, answer: Answer<T>) -> Result<Answer<T>> {
        let kept = serde_json::to_string(answer.thing());
        self.commit_keeping(answer, kept).await
    }

    /// The same for an answer with a secret, which is shown once and stored nowhere: a repeat is answered `kept`.
    pub async fn commit_secret<T: Serialize>(
        self,
        answer: Answer<T>,
        kept: &T,
    ) -> Result<Answer<T>> {
        self.commit_keeping(answer, serde_json::to_string(kept)).await
    }

    async fn commit_keeping<T>(
        mut self,
        answer: Answer<T>,
        kept: serde_json::Result<String>,
    ) -> Result<Answer<T>> {
        if let Some(repeat) = &self.caller.repeat {
            let body = kept.map_err(|error| Error::Fault(error.to_string()))?;
            let answered = Answered {
                fingerprint: repeat.fingerprint.clone(),
                status: answer.status().into(),
                body,
            };
            match repeats::insert(
                &mut self.tx,
                self.caller.actor.user_id,
                &repeat.key,
                &answered,
                self.now,
            )
            .await
            {
                Ok(()) => (),
                Err(storage::Error::Duplicate) => {
                    self.tx.rollback().await?;
                    return Err(Error::AnsweredMeanwhile);
                }
                Err(error) => return Err(error.into()),
            }
        }
        self.tx.commit().await?;
        self.app.note_commit();
        Ok(answer)
    }
}
