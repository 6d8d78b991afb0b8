//! The ledger of messages.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::actions::messages::ledger;
use crate::actions::messages::ledger::{MessageView, MessagesWanted};
use crate::actions::work::page::{Items, Page};
use crate::actions::{App, Caller};
use crate::api::extract::Query;
use crate::api::problem::Problem;
use crate::api::respond::Reply;
use crate::domain::ids::{PatientId, ReferralId, SessionId};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Wanted {
    /// About which session; this or `patient_id`.
    #[param(value_type = Option<Uuid>)]
    session_id: Option<SessionId>,
    /// About which referral and its sessions.
    #[param(value_type = Option<Uuid>)]
    referral_id: Option<ReferralId>,
    /// To which patient.
    #[param(value_type = Option<Uuid>)]
    patient_id: Option<PatientId>,
    /// How many items at most; 50 unless set.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next` of the page before.
    after: Option<String>,
}

/// Every message that was sent, or will be, about a session, about a referral or to a patient, oldest first.
#[utoipa::path(get, path = "/messages", operation_id = "list_messages", tag = "Messages", params(Wanted), responses((status = 200, body = Items<MessageView>)))]
pub(in crate::api) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Reply<Items<MessageView>> {
    let Wanted { session_id, referral_id, patient_id, limit, after } = wanted;
    let wanted = match (session_id, referral_id, patient_id) {
        (Some(session), None, None) => MessagesWanted::Session(session),
        (None, Some(referral), None) => MessagesWanted::Referral(referral),
        (None, None, Some(patient)) => MessagesWanted::Patient(patient),
        _ => {
            return Err(Problem::unreadable(
                "In the query: name one of session_id, referral_id and patient_id.",
            ));
        }
    };
    Ok(ledger::list(&app, &caller, wanted, &Page { limit, after }).await?.into())
}
