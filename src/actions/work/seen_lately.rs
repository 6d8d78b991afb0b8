//! Whose name somebody has on a list before them already: a page that keeps itself up to date
//! looks at the same names again and again, and the audit says once an hour that it does.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};

use super::read_log;
use crate::actions::{App, Caller, Result};
use crate::domain::ids::{PatientId, UserId};
use crate::storage::audit;

/// How long one line speaks for the looks that follow it.
const LINE_FOR: Duration = Duration::hours(1);
/// How many are remembered; beyond that the eldest are forgotten, and noted anew.
const REMEMBERED: usize = 50_000;

/// Who saw whom, and when that was noted.
#[derive(Debug, Default)]
pub struct SeenLately(Mutex<HashMap<(UserId, PatientId), DateTime<Utc>>>);

impl SeenLately {
    /// Those of `patients` of whom it is not noted that `user` sees them.
    fn unnoted(
        &self,
        user: UserId,
        patients: Vec<PatientId>,
        now: DateTime<Utc>,
    ) -> Vec<PatientId> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = |patient: &PatientId| {
            seen.get(&(user, *patient))
                .is_some_and(|at| now - *at < LINE_FOR && *at <= now)
        };
        patients
            .into_iter()
            .filter(|patient| !noted(patient))
            .collect()
    }

    fn note(&self, user: UserId, patients: &[PatientId], now: DateTime<Utc>) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() + patients.len() > REMEMBERED {
            seen.retain(|_, at| now - *at < LINE_FOR);
        }
        if seen.len() + patients.len() > REMEMBERED {
            seen.clear();
        }
        seen.extend(patients.iter().map(|patient| ((user, *patient), now)));
    }
}

/// Leaves an audit line for each of `patients` whose name `caller` has before them on a list, unless there is one of the last hour.
pub(in crate::actions) async fn listed(
    app: &App,
    caller: &Caller,
    action: &str,
    patients: Vec<PatientId>,
) -> Result<()> {
    let (actor, now) = (&caller.actor, app.clock.now());
    let patients = app.seen_lately.unnoted(actor.user_id, patients, now);
    if patients.is_empty() {
        return Ok(());
    }
    let line = |patient: &PatientId| audit::Line {
        id: app.clock.id(),
        at: now,
        user_id: Some(actor.user_id),
        user_name: actor.name.clone(),
        role: actor.role.to_string(),
        patient_id: Some(*patient),
        action: action.to_owned(),
        subject: "patient".to_owned(),
        subject_id: Some(patient.0),
        detail: None,
    };
    read_log::note_all(app, patients.iter().map(line).collect()).await?;
    app.seen_lately.note(actor.user_id, &patients, now);
    Ok(())
}
