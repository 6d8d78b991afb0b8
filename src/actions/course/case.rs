//! Loading the case that the rules of removal look at, who may go past which of them,
//! and from when on a rule would be satisfied once what it asks for is done.

use crate::actions::{Actor, App, Found, Result, Work};
use crate::domain::course::Course;
use crate::domain::course::case::{Case, Facing};
use crate::domain::ids::SessionId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rule_override::Override;
use crate::storage::Tx;
use crate::storage::course::treatments;
use crate::storage::patient::patients;

/// The case of `course`, as it stands in this transaction; `except` is left out of it.
pub(in crate::actions) async fn load(
    tx: &mut Tx,
    app: &App,
    course: &Course,
    except: Option<SessionId>,
) -> Result<Case> {
    let patient = patients::get(tx, course.patient_id).await.found("patient")?;
    let mut visits = treatments::of_patient(tx, course.patient_id, app.zone).await?;
    visits.retain(|visit| Some(visit.session_id) != except);
    Ok(Case {
        course_id: course.id,
        course: course.details.clone(),
        fitzpatrick: patient.details.fitzpatrick,
        visits,
        facing: Facing::BothWays,
    })
}

/// The rules that `actor` may go past, having said why.
pub(in crate::actions) fn pardoned(actor: &Actor, overriding: Option<&Override>) -> Vec<Code> {
    let may = |code: &&Code| overriding.is_some() && code.overridable_by().contains(&actor.role);
    Code::OVERRIDABLE.iter().filter(may).copied().collect()
}

/// Leaves an audit line for each rule that was gone past, with the reason.
pub(in crate::actions) async fn note_overrides(
    work: &mut Work<'_>,
    session: SessionId,
    course: &Course,
    overridden: &[Refusal],
    why: Option<&Override>,
) -> Result<()> {
    let Some(Override { reason }) = why else {
        return Ok(());
    };
    for refusal in overridden {
        let detail = format!("{}: {reason}", refusal.code);
        work.audit("rule.override", ("session", session.0), Some(course.patient_id), Some(detail))
            .await?;
    }
    Ok(())
}
