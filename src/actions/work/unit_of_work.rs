//! A piece of work: who asks, the transaction that it happens in, the audit lines and the deed
//! that it leaves there, and the answer that is kept with it when the request carries an
//! `Idempotency-Key`. All of it is committed together or not at all.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::caller::{Caller, Program};
use super::read_log;
use crate::actions::{Answer, App, Error, Result};
use crate::domain::course::session::{Place, Session};
use crate::domain::ids::{DeedId, PatientId};
use crate::domain::time::interval::Interval;
use crate::storage;
use crate::storage::deeds::{Deed, Touched};
use crate::storage::idempotency::Answered;
use crate::storage::{Tx, audit, deeds, idempotency};

/// The lines of an override belong to the deed that they allow, and do not name it.
const OVERRIDE: &str = "rule.override";

/// The transaction of a piece of work. Statements run in it; it is ended by [`Work`] alone.
pub struct OpenTx(Tx);

impl Deref for OpenTx {
    type Target = Tx;
    fn deref(&self) -> &Tx {
        &self.0
    }
}

impl DerefMut for OpenTx {
    fn deref_mut(&mut self) -> &mut Tx {
        &mut self.0
    }
}

/// Work under way. Dropped before one of its ends, nothing of it happened.
pub struct Work<'a> {
    /// The app.
    pub app: &'a App,
    /// Who asks; for a program's own work, the program.
    pub caller: Cow<'a, Caller>,
    /// Its transaction.
    pub tx: OpenTx,
    /// The time at which it happens.
    pub now: DateTime<Utc>,
    /// The id of the deed, should it become one.
    deed: DeedId,
    verb: Option<String>,
    touched: BTreeSet<Touched>,
}

impl<'a> Work<'a> {
    /// Begins work that may write. Reading a patient's record writes too: its audit line.
    pub async fn begin(app: &'a App, caller: &'a Caller) -> Result<Self> {
        Ok(Self::over(app, Cow::Borrowed(caller), app.db.begin().await?))
    }

    /// Begins work that no user asks for.
    pub async fn for_program(app: &'a App, program: Program) -> Result<Self> {
        Ok(Self::over(app, Cow::Owned(program.caller()), app.db.begin().await?))
    }

    /// Begins work that reads what belongs to no patient's record.
    pub async fn look(app: &'a App, caller: &'a Caller) -> Result<Self> {
        Ok(Self::over(app, Cow::Borrowed(caller), app.db.read().await?))
    }

    fn over(app: &'a App, caller: Cow<'a, Caller>, tx: Tx) -> Self {
        Self {
            app,
            caller,
            tx: OpenTx(tx),
            now: app.clock.now(),
            deed: app.clock.id(),
            verb: None,
            touched: BTreeSet::new(),
        }
    }

    /// Goes on as another part of the program: a mailbox files what a patient's calendar answers.
    pub fn act_as(&mut self, program: Program) {
        self.caller = Cow::Owned(program.caller());
    }

    /// The id under which the deed is kept, once it is one.
    #[must_use]
    pub fn deed_id(&self) -> DeedId {
        self.deed
    }

    /// Leaves an audit line of a change (rule 64), and notes what it touched. If the line cannot be
    /// written, the work fails.
    pub async fn audit(
        &mut self,
        action: &str,
        subject: (&'static str, Uuid),
        patient: Option<PatientId>,
        detail: Option<String>,
    ) -> Result<()> {
        if action != OVERRIDE {
            self.note_deed(action);
        }
        self.touch(subject.0, subject.1, None);
        if let Some(patient) = patient {
            self.touch("patient", patient.0, None);
        }
        self.audit_read(action, subject, patient, detail).await
    }

    /// Leaves an audit line of reading a record, or of a refusal: nothing was changed.
    pub async fn audit_read(
        &mut self,
        action: &str,
        subject: (&'static str, Uuid),
        patient: Option<PatientId>,
        detail: Option<String>,
    ) -> Result<()> {
        let line = self.audit_line(action, subject, patient, detail);
        Ok(audit::insert(&mut self.tx, &line).await?)
    }

    /// Notes that the work is a deed, where no audit line says so.
    pub fn note_deed(&mut self, verb: &str) {
        self.verb.get_or_insert_with(|| verb.to_owned());
    }

    /// Notes that the work touches a thing, and the time for which it does.
    pub fn touch(&mut self, kind: &'static str, id: Uuid, when: Option<Interval>) {
        self.touched.insert(Touched { kind, id, when });
    }

    /// Notes that the work touches a session: its course, and who and what it takes, for its time.
    pub fn touch_session(&mut self, session: &Session) {
        let when = Interval::new(session.starts_at, session.ends_at);
        self.touch("session", session.id.0, when);
        self.touch("course", session.course_id.0, when);
        self.touch_place(session.place, when);
    }

    /// Notes that the work touches a place: the site, and who and what is taken there.
    pub fn touch_place(&mut self, place: Place, when: Option<Interval>) {
        self.touch("site", place.site_id.0, when);
        self.touch("practitioner", place.practitioner_id.0, when);
        if let Some(room) = place.room_id {
            self.touch("room", room.0, when);
        }
        if let Some(device) = place.device_id {
            self.touch("device", device.0, when);
        }
    }

    /// An audit line about this work.
    fn audit_line(
        &self,
        action: &str,
        subject: (&'static str, Uuid),
        patient: Option<PatientId>,
        detail: Option<String>,
    ) -> audit::Line {
        let actor = &self.caller.actor;
        audit::Line {
            id: self.app.clock.id(),
            at: self.now,
            user_id: actor.user(),
            user_name: actor.name.clone(),
            role: self.caller.audited_as().to_owned(),
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
        subject: (&'static str, Uuid),
        patient: PatientId,
        detail: Option<String>,
    ) -> Result<()> {
        let (app, line) = (self.app, self.audit_line(action, subject, Some(patient), detail));
        self.abandon().await?;
        read_log::note(app, line).await
    }

    /// Ends work of which nothing is to last.
    pub async fn abandon(self) -> Result<()> {
        Ok(self.tx.0.rollback().await?)
    }

    /// Makes the work last, and with it the answer to the request's key.
    pub async fn commit<T: Serialize>(self, answer: Answer<T>) -> Result<Answer<T>> {
        let kept = serde_json::to_string(answer.thing());
        self.commit_keeping(answer, kept).await
    }

    /// Makes work last that answers nothing.
    pub async fn done(self) -> Result<()> {
        self.commit(Answer::Is(())).await.map(|_| ())
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
        let deed = self.write_deed().await?;
        if let Some(repeat) = &self.caller.repeat {
            let answered = Answered {
                fingerprint: repeat.fingerprint.clone(),
                status: answer.status().into(),
                body: kept.map_err(|error| Error::Fault(error.to_string()))?,
                deed_id: deed,
            };
            let (user, now) = (self.caller.actor.user_id, self.now);
            match idempotency::insert(&mut self.tx, user, &repeat.key, &answered, now).await {
                Ok(()) => (),
                Err(storage::Error::Duplicate) => {
                    self.abandon().await?;
                    return Err(Error::AnsweredMeanwhile);
                }
                Err(error) => return Err(error.into()),
            }
        }
        self.tx.0.commit().await?;
        if let Some(deed) = deed {
            self.caller.left.note(deed);
            self.app.note_commit();
        }
        Ok(answer)
    }

    /// Writes the deed and what it touched, where something was changed.
    async fn write_deed(&mut self) -> Result<Option<DeedId>> {
        let Some(verb) = self.verb.take() else {
            return Ok(None);
        };
        let deed = Deed {
            id: self.deed,
            at: self.now,
            user_id: self.caller.actor.user(),
            actor: self.caller.actor.name.clone(),
            verb,
            idempotency_key: self.caller.repeat.as_ref().map(|repeat| repeat.key.clone()),
        };
        deeds::insert(&mut self.tx, &deed).await?;
        let touched = said_once(std::mem::take(&mut self.touched));
        deeds::insert_touched(&mut self.tx, deed.id, &touched).await?;
        Ok(Some(deed.id))
    }
}

/// What was touched; a thing that is known with its time is not named without it.
fn said_once(touched: BTreeSet<Touched>) -> Vec<Touched> {
    let timed: BTreeSet<_> =
        touched.iter().filter(|one| one.when.is_some()).map(|one| (one.kind, one.id)).collect();
    let said = |one: &Touched| one.when.is_some() || !timed.contains(&(one.kind, one.id));
    touched.into_iter().filter(said).collect()
}
