//! Referrals: written and sent by the clinic, answered and reported on by the shop. Both read them
//! here; a shop sees its own alone, and of each patient the packet alone.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::actions::partner::answers::{Acceptance, NewProposal, Rejection};
use crate::actions::partner::outcomes::{Report, Withdrawal};
use crate::actions::partner::referral_view::SeenReferral;
use crate::actions::partner::referrals::{NewReferral, ReferralChange, ReferralsWanted};
use crate::actions::partner::{answers, outcomes, referrals};
use crate::actions::work::page::{Items, Page};
use crate::actions::{App, Caller};
use crate::api::extract::{IfMatch, Json, Path, Query, SomeJson};
use crate::api::problem::Problem;
use crate::api::respond::Reply;
use crate::domain::course::record::TreatmentRecord;
use crate::domain::ids::{CourseId, PartnerId, ReferralId, SessionId};
use crate::domain::partner::referral::ReferralStatus;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Wanted {
    /// Only to this shop.
    #[param(value_type = Option<Uuid>)]
    partner_id: Option<PartnerId>,
    /// Only of this course.
    #[param(value_type = Option<Uuid>)]
    course_id: Option<CourseId>,
    /// Only in this state.
    status: Option<ReferralStatus>,
    /// How many items at most; 50 unless set.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next` of the page before.
    after: Option<String>,
}

/// Referrals, oldest first. What a shop's users read here, or one by one, it has received.
#[utoipa::path(get, path = "/referrals", operation_id = "list_referrals", tag = "Referrals", params(Wanted), responses((status = 200, body = Items<SeenReferral>)))]
pub(in crate::api) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Reply<Items<SeenReferral>> {
    let Wanted { partner_id, course_id, status, limit, after } = wanted;
    let wanted = ReferralsWanted { partner_id, course_id, status };
    Ok(referrals::list(&app, &caller, wanted, &Page { limit, after }).await?.into())
}

/// Writes a referral. The shop knows nothing of it until it is sent.
#[utoipa::path(post, path = "/referrals", operation_id = "write_referral", tag = "Referrals", request_body = NewReferral, responses((status = 201, body = SeenReferral)))]
pub(in crate::api) async fn write(
    State(app): State<App>,
    caller: Caller,
    Json(new): Json<NewReferral>,
) -> Reply<SeenReferral> {
    Ok(referrals::write(&app, &caller, new).await?.into())
}

/// One referral.
#[utoipa::path(get, path = "/referrals/{id}", operation_id = "get_referral", tag = "Referrals", params(("id" = ReferralId, Path)), responses((status = 200, body = SeenReferral)))]
pub(in crate::api) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ReferralId>,
) -> Reply<SeenReferral> {
    Ok(referrals::get(&app, &caller, id).await?.into())
}

/// Changes how many sessions a referral asks for, or what the screening came to.
#[utoipa::path(patch, path = "/referrals/{id}", operation_id = "change_referral", tag = "Referrals", params(("id" = ReferralId, Path)), request_body = ReferralChange, responses((status = 200, body = SeenReferral)))]
pub(in crate::api) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ReferralId>,
    IfMatch(expected): IfMatch,
    Json(to): Json<Value>,
) -> Reply<SeenReferral> {
    Ok(referrals::change(&app, &caller, id, &expected, to).await?.into())
}

/// Sends a referral: never without the patient's consent that names this shop.
#[utoipa::path(post, path = "/referrals/{id}/send", operation_id = "send_referral", tag = "Referrals", params(("id" = ReferralId, Path)), responses((status = 200, body = SeenReferral)))]
pub(in crate::api) async fn send(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ReferralId>,
    IfMatch(expected): IfMatch,
) -> Reply<SeenReferral> {
    Ok(referrals::send(&app, &caller, id, &expected).await?.into())
}

/// The shop accepts a referral, and the dates that wait under it; or the clinic takes what the shop proposes. A manager answers for the clinic, and for the shop with `for_shop`.
#[utoipa::path(post, path = "/referrals/{id}/accept", operation_id = "accept_referral", tag = "Referrals", params(("id" = ReferralId, Path)), request_body = Option<Acceptance>, responses((status = 200, body = SeenReferral)))]
pub(in crate::api) async fn accept(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ReferralId>,
    IfMatch(expected): IfMatch,
    SomeJson(by): SomeJson<Acceptance>,
) -> Reply<SeenReferral> {
    Ok(answers::accept(&app, &caller, id, &expected, by).await?.into())
}

/// The shop rejects a referral, or dates that were added to it; or the clinic declines what the shop proposes.
#[utoipa::path(post, path = "/referrals/{id}/reject", operation_id = "reject_referral", tag = "Referrals", params(("id" = ReferralId, Path)), request_body = Rejection, responses((status = 200, body = SeenReferral)))]
pub(in crate::api) async fn reject(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ReferralId>,
    IfMatch(expected): IfMatch,
    Json(why): Json<Rejection>,
) -> Reply<SeenReferral> {
    Ok(answers::reject(&app, &caller, id, &expected, why).await?.into())
}

/// The shop proposes another time, or the first one where it works on request.
#[utoipa::path(post, path = "/referrals/{id}/propose", operation_id = "propose_referral_time", tag = "Referrals", params(("id" = ReferralId, Path)), request_body = NewProposal, responses((status = 200, body = SeenReferral)))]
pub(in crate::api) async fn propose(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ReferralId>,
    IfMatch(expected): IfMatch,
    Json(new): Json<NewProposal>,
) -> Reply<SeenReferral> {
    Ok(answers::propose(&app, &caller, id, &expected, new).await?.into())
}

/// What a shop reports of one visit.
#[derive(Serialize, ToSchema)]
pub(super) struct VisitReport {
    /// Of which visit; the first that is over and not reported unless set.
    session_id: Option<SessionId>,
    /// What was done, as the clinic records its own sessions.
    #[serde(flatten)]
    record: TreatmentRecord,
}

/// The shop reports what was done: the same record as at the clinic.
#[utoipa::path(post, path = "/referrals/{id}/report", operation_id = "report_referral", tag = "Referrals", params(("id" = ReferralId, Path)), request_body = VisitReport, responses((status = 200, body = SeenReferral)))]
pub(in crate::api) async fn report(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ReferralId>,
    IfMatch(expected): IfMatch,
    Json(body): Json<Value>,
) -> Reply<SeenReferral> {
    let report = read_report(body)?;
    Ok(outcomes::report(&app, &caller, id, &expected, report).await?.into())
}

/// The record, which takes no field that it does not know, and beside it the visit.
fn read_report(mut body: Value) -> Result<Report, Problem> {
    let named = body.as_object_mut().and_then(|fields| fields.remove("session_id"));
    let session_id = named
        .map(|id| {
            serde_json::from_value(id)
                .map_err(|error| Problem::invalid("/session_id", error.to_string()))
        })
        .transpose()?
        .flatten();
    let record = serde_path_to_error::deserialize(body).map_err(|error| {
        let pointer = crate::actions::work::merge_patch::pointer(error.path());
        Problem::invalid(pointer, error.inner().to_string())
    })?;
    Ok(Report { session_id, record })
}

/// The clinic takes a referral back; what has not begun is called off.
#[utoipa::path(post, path = "/referrals/{id}/cancel", operation_id = "cancel_referral", tag = "Referrals", params(("id" = ReferralId, Path)), request_body = Option<Withdrawal>, responses((status = 200, body = SeenReferral)))]
pub(in crate::api) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ReferralId>,
    IfMatch(expected): IfMatch,
    SomeJson(why): SomeJson<Withdrawal>,
) -> Reply<SeenReferral> {
    Ok(outcomes::cancel(&app, &caller, id, &expected, why).await?.into())
}

/// A referral is put on hold: no more dates until it is resumed.
#[utoipa::path(post, path = "/referrals/{id}/hold", operation_id = "hold_referral", tag = "Referrals", params(("id" = ReferralId, Path)), request_body = Option<Withdrawal>, responses((status = 200, body = SeenReferral)))]
pub(in crate::api) async fn hold(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ReferralId>,
    IfMatch(expected): IfMatch,
    SomeJson(why): SomeJson<Withdrawal>,
) -> Reply<SeenReferral> {
    Ok(outcomes::hold(&app, &caller, id, &expected, why).await?.into())
}

/// A referral goes on.
#[utoipa::path(post, path = "/referrals/{id}/resume", operation_id = "resume_referral", tag = "Referrals", params(("id" = ReferralId, Path)), responses((status = 200, body = SeenReferral)))]
pub(in crate::api) async fn resume(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ReferralId>,
    IfMatch(expected): IfMatch,
) -> Reply<SeenReferral> {
    Ok(outcomes::resume(&app, &caller, id, &expected).await?.into())
}

/// The shop cannot finish what it had accepted.
#[utoipa::path(post, path = "/referrals/{id}/fail", operation_id = "fail_referral", tag = "Referrals", params(("id" = ReferralId, Path)), request_body = Rejection, responses((status = 200, body = SeenReferral)))]
pub(in crate::api) async fn fail(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ReferralId>,
    IfMatch(expected): IfMatch,
    Json(why): Json<Rejection>,
) -> Reply<SeenReferral> {
    Ok(outcomes::fail(&app, &caller, id, &expected, why).await?.into())
}

/// A referral never should have been written: it is kept, and its shop sees it no more.
#[utoipa::path(post, path = "/referrals/{id}/entered-in-error", operation_id = "mark_referral_in_error", tag = "Referrals", params(("id" = ReferralId, Path)), request_body = Rejection, responses((status = 200, body = SeenReferral)))]
pub(in crate::api) async fn mark_error(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ReferralId>,
    IfMatch(expected): IfMatch,
    Json(why): Json<Rejection>,
) -> Reply<SeenReferral> {
    Ok(outcomes::mark_error(&app, &caller, id, &expected, why).await?.into())
}
