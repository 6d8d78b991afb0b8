//! Whose name a user has on a list before them already: a page that keeps itself up to date
//! looks at the same names again and again, and the audit says once an hour that it does.

use super::read_log;
use crate::actions::{App, Caller, Result};
use crate::domain::ids::PatientId;
use crate::storage::audit;

/// Leaves an audit line for each of `patients` whose name `caller` has before them on a list, unless there is one of the last hour.
pub(in crate::actions) async fn audit_listed(
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
