//! Opting out of messages by one way, and back in, with the proof kept (rule 53): by text, by
//! the button of a mail program, by the page behind the link, or at the desk. It takes effect at once:
//! what waits is suppressed, and calls are planned in its place.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::messages::catch_up;
use crate::actions::{Answer, App, Caller, Error, Found, Program, Result, Work};
use crate::domain::ids::PatientId;
use crate::domain::messages::message::Unsent;
use crate::domain::patient::opt_out::{OptOut, OptOutBy, OptOutScope};
use crate::domain::patient::recipient::Recipient;
use crate::domain::patient::{Patient, Way};
use crate::domain::text::Line;
use crate::domain::time::civil;
use crate::storage::Tx;
use crate::storage::booking::resources;
use crate::storage::messages::ledger;
use crate::storage::patient::{opt_outs, patients};

/// Nothing more is sent to `recipient`.
pub async fn begin(app: &App, recipient: &Recipient, by: OptOutBy, proof: &str) -> Result<()> {
    let mut work = Work::for_program(app, Program::patient("an unsubscribe button")).await?;
    begin_in(&mut work, recipient, by, proof).await?;
    work.done().await
}

/// The same within a transaction. Locks those who are reached there.
pub(in crate::actions) async fn begin_in(
    work: &mut Work<'_>,
    recipient: &Recipient,
    by: OptOutBy,
    proof: &str,
) -> Result<()> {
    begin_for(work, recipient, OptOutScope::All, by, proof).await
}

/// The same for as much as `scope` says.
pub(in crate::actions) async fn begin_for(
    work: &mut Work<'_>,
    recipient: &Recipient,
    scope: OptOutScope,
    by: OptOutBy,
    proof: &str,
) -> Result<()> {
    let reached = locked(&mut work.tx, recipient).await?;
    if opt_outs::in_force(&mut work.tx, recipient).await? == Some(OptOutScope::Reminders)
        && scope == OptOutScope::All
    {
        opt_outs::end(&mut work.tx, recipient, by, &clipped(proof), work.now).await?;
    }
    let opt_out = OptOut {
        scope,
        id: work.app.clock.opaque(),
        recipient: recipient.clone(),
        begun_by: by,
        proof: clipped(proof),
        begun_at: work.now,
        ended_by: None,
        end_proof: None,
        ended_at: None,
    };
    if !opt_outs::insert(&mut work.tx, &opt_out).await? {
        return Ok(());
    }
    work.note_deed("opt_out.begin");
    for patient in reached {
        work.touch("patient", patient.0, None);
        if scope == OptOutScope::All {
            ledger::suppress_waiting_to(&mut work.tx, patient, recipient, Unsent::NoConsent)
                .await?;
        }
        // An entry in a calendar is taken back, and what waited goes by another way, or is a call.
        catch_up::catch_up_with(work, patient).await?;
    }
    Ok(())
}

/// Messages go to `recipient` again.
pub(in crate::actions) async fn end_in(
    work: &mut Work<'_>,
    recipient: &Recipient,
    by: OptOutBy,
    proof: &str,
) -> Result<()> {
    let reached = locked(&mut work.tx, recipient).await?;
    if !opt_outs::end(&mut work.tx, recipient, by, &clipped(proof), work.now).await? {
        return Ok(());
    }
    work.note_deed("opt_out.end");
    for patient in reached {
        work.touch("patient", patient.0, None);
        if let Some(patient) = patients::get(&mut work.tx, patient).await? {
            // What changed meanwhile is told now.
            catch_up::catch_up(work, &patient).await?;
        }
    }
    Ok(())
}

async fn locked(tx: &mut Tx, recipient: &Recipient) -> Result<Vec<PatientId>> {
    let mut reached = patients::reached_at(tx, recipient).await?;
    reached.sort_unstable();
    resources::lock(tx, reached.iter().map(|patient| (*patient).into())).await?;
    Ok(reached)
}

/// As much of what was said as proves it.
fn clipped(proof: &str) -> String {
    proof.chars().filter(|c| *c != '\0').take(500).collect()
}

/// An opt-out as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OptOutView {
    /// By which way nothing is sent.
    pub channel: Way,
    /// The address or number.
    pub recipient: Recipient,
    /// How much is not sent.
    pub scope: OptOutScope,
    /// How it came.
    pub begun_by: OptOutBy,
    /// What was said.
    pub proof: String,
    /// When.
    pub begun_at: DateTime<FixedOffset>,
    /// How its end came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<OptOutBy>,
    /// What was said then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_proof: Option<String>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<FixedOffset>>,
}

/// Every opt-out of a patient's address and number, oldest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OptOuts {
    /// The opt-outs.
    pub items: Vec<OptOutView>,
}

/// What the desk writes down when a patient wants no messages by one way, or wants them again.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"channel": "sms", "wanted": false, "said": "By telephone: no texts, please."}))]
pub struct Wish {
    /// By which way.
    pub channel: Way,
    /// Whether they want messages.
    pub wanted: bool,
    /// How much is not wanted: `reminders` alone, or `all` unless said otherwise.
    #[serde(default)]
    pub scope: Option<OptOutScope>,
    /// What they said, as proof.
    pub said: Line,
}

/// The opt-outs of a patient.
pub async fn list(app: &App, caller: &Caller, patient: PatientId) -> Result<OptOuts> {
    let mut work = Work::begin(app, caller).await?;
    let shown = opt_outs_of(&mut work, patient).await?;
    work.audit_read("opt_out.list", ("patient", patient.0), Some(patient), None).await?;
    Ok(work.commit(Answer::Is(shown)).await?.into_inner())
}

/// Writes down what a patient wants. Answers all their opt-outs.
pub async fn wish(
    app: &App,
    caller: &Caller,
    patient: PatientId,
    wish: Wish,
) -> Result<Answer<OptOuts>> {
    let mut work = Work::begin(app, caller).await?;
    let known = patients::get(&mut work.tx, patient).await.found("patient")?;
    let recipient = match wish.channel {
        Way::Email => known.details.email.map(Recipient::Email),
        Way::Sms => known.details.text_phone().map(Recipient::Phone),
    };
    let recipient = recipient
        .ok_or_else(|| Error::invalid("/channel", "the patient has no address of that kind"))?;
    if wish.wanted {
        end_in(&mut work, &recipient, OptOutBy::Desk, wish.said.as_str()).await?;
    } else {
        let scope = wish.scope.unwrap_or(OptOutScope::All);
        begin_for(&mut work, &recipient, scope, OptOutBy::Desk, wish.said.as_str()).await?;
    }
    let detail = format!("{} {}", wish.channel, if wish.wanted { "wanted" } else { "not wanted" });
    work.audit("opt_out.wish", ("patient", patient.0), Some(patient), Some(detail)).await?;
    let shown = opt_outs_of(&mut work, patient).await?;
    work.commit(Answer::Is(shown)).await
}

async fn opt_outs_of(work: &mut Work<'_>, patient: PatientId) -> Result<OptOuts> {
    let Patient { details, .. } = patients::get(&mut work.tx, patient).await.found("patient")?;
    let addresses = [details.email.map(Recipient::Email), Some(Recipient::Phone(details.phone))];
    let mut items = Vec::new();
    for recipient in addresses.into_iter().flatten() {
        let found = opt_outs::of_recipient(&mut work.tx, &recipient).await?;
        let shown = |at| civil::shown(work.app.zone, at);
        items.extend(found.into_iter().map(|one| OptOutView {
            channel: if one.recipient.phone().is_some() { Way::Sms } else { Way::Email },
            recipient: one.recipient,
            scope: one.scope,
            begun_by: one.begun_by,
            proof: one.proof,
            begun_at: shown(one.begun_at),
            ended_by: one.ended_by,
            end_proof: one.end_proof,
            ended_at: one.ended_at.map(shown),
        }));
    }
    items.sort_by_key(|one| one.begun_at);
    Ok(OptOuts { items })
}
