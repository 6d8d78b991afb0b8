//! A referral as the clinic's own people are shown it, with the packet as the shop sees it, and
//! the one place where it is decided whose view a caller gets.

use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;

use super::shop_views::{ProposalView, ShopReferral, proposal_view};
use super::{packets, shop_views};
use crate::actions::course::session_view::{SessionView, session_view};
use crate::actions::referral::change::current as current_referral;
use crate::actions::work::catalogue_cache::current;
use crate::actions::{Answer, Error, Result, Work};
use crate::domain::ids::{CourseId, PartnerId, PatientId, ReferralId};
use crate::domain::partner::packet::Packet;
use crate::domain::partner::referral::{BusinessStatus, Referral, ReferralStatus, Screening};
use crate::domain::text::{Code, Note};
use crate::domain::time::civil;
use crate::storage::course::sessions;
use crate::storage::partner::proposals;
use crate::storage::patient::consents;

/// A referral as the clinic sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReferralView {
    /// Its id.
    pub id: ReferralId,
    /// Rises with each change.
    pub version: i64,
    /// Of which course.
    pub course_id: CourseId,
    /// Of whom.
    pub patient_id: PatientId,
    /// To which shop.
    pub partner_id: PartnerId,
    /// Where it stands.
    pub status: ReferralStatus,
    /// Where it is, once it was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_status: Option<BusinessStatus>,
    /// Code of the service that is asked for.
    pub service: Code,
    /// How many sessions are asked for.
    pub count: i64,
    /// How many of them have no date.
    pub undated: usize,
    /// What the screening came to, where it was noted.
    pub screening: Option<Screening>,
    /// What the shop sees of the patient, or would.
    pub packet: Packet,
    /// Whether the patient permits that the shop is told (rule 56).
    pub disclosed: bool,
    /// Its sessions, in order of time.
    pub sessions: Vec<SessionView>,
    /// Times that the shop proposed.
    pub proposals: Vec<ProposalView>,
    /// Why it was rejected, failed, cancelled or put on hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Note>,
    /// When it was written.
    pub created_at: DateTime<FixedOffset>,
    /// When it was sent.
    pub requested_at: Option<DateTime<FixedOffset>>,
    /// When the shop first saw it.
    pub received_at: Option<DateTime<FixedOffset>>,
    /// When the shop answered.
    pub answered_at: Option<DateTime<FixedOffset>>,
    /// When it ended.
    pub ended_at: Option<DateTime<FixedOffset>>,
}

/// A referral as the caller may see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum SeenReferral {
    /// As the clinic sees it.
    Clinic(Box<ReferralView>),
    /// As its shop sees it.
    Shop(Box<ShopReferral>),
}

/// `referral` as the caller may see it.
pub(super) async fn seen_referral(
    work: &mut Work<'_>,
    referral: &Referral,
) -> Result<SeenReferral> {
    if work.caller.actor.own_shop().is_some() {
        let view = shop_views::referral_view(&mut work.tx, work.app, referral).await?;
        return Ok(SeenReferral::Shop(Box::new(view)));
    }
    let app = work.app;
    let own = sessions::of_referral(&mut work.tx, referral.id).await?;
    let proposed = proposals::of_referral(&mut work.tx, referral.id).await?;
    let catalogue = current(&mut work.tx, app).await?;
    let service = catalogue.service(referral.service_id).ok_or(Error::NotThere("service"))?;
    let shown = |at: Option<DateTime<chrono::Utc>>| at.map(|at| civil::shown(app.zone, at));
    let mut listed = Vec::new();
    for session in &own {
        listed.extend(sessions::get(&mut work.tx, session.id).await?);
    }
    let view = ReferralView {
        id: referral.id,
        version: referral.version,
        course_id: referral.course_id,
        patient_id: referral.patient_id,
        partner_id: referral.partner_id,
        status: referral.status,
        business_status: referral.business_status(&own, &app.policy, work.now),
        service: service.details.code.clone(),
        count: referral.sessions,
        undated: referral.undated(&own),
        screening: referral.screening,
        packet: packets::preview(&mut work.tx, app, referral).await?,
        disclosed: consents::is_disclosed(&mut work.tx, referral.patient_id, referral.partner_id)
            .await?,
        sessions: listed.into_iter().map(|one| session_view(app, one)).collect(),
        proposals: proposed.iter().map(|one| proposal_view(app, one)).collect(),
        reason: referral.reason.clone(),
        created_at: civil::shown(app.zone, referral.created_at),
        requested_at: shown(referral.requested_at),
        received_at: shown(referral.received_at),
        answered_at: shown(referral.answered_at),
        ended_at: shown(referral.ended_at),
    };
    Ok(SeenReferral::Clinic(Box::new(view)))
}

/// Commits, with the referral as it is now for an answer.
pub(super) async fn commit_referral(
    mut work: Work<'_>,
    id: ReferralId,
) -> Result<Answer<SeenReferral>> {
    let referral = current_referral(&mut work, id).await?;
    let shown = seen_referral(&mut work, &referral).await?;
    work.commit(Answer::Is(shown)).await
}
