//! What a partner's shop is shown, by whatever door: its referrals and its visits, each made of the
//! packet, of dates that it gave or was given, and of its own words. Nothing else of a record is
//! in these types, so nothing else can be shown.

use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;

use super::packets;
use crate::actions::work::catalogue_cache::current;
use crate::actions::{App, Error, Result};
use crate::domain::catalogue::service::Treatment;
use crate::domain::course::session::Session;
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{PartnerId, ProposalId, ReferralId, SessionId};
use crate::domain::partner::packet::Packet;
use crate::domain::partner::referral::{
    BusinessStatus, Proposal, ProposalStatus, Referral, ReferralStatus, awaits_report,
    is_report_overdue,
};
use crate::domain::text::{Code, Note};
use crate::domain::time::civil;
use crate::storage::Tx;
use crate::storage::course::sessions;
use crate::storage::partner::proposals;

/// A referral as its shop sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ShopReferral {
    /// Its id.
    pub id: ReferralId,
    /// Rises with each change.
    pub version: i64,
    /// To which shop: the caller's own.
    pub partner_id: PartnerId,
    /// Where it stands.
    pub status: ReferralStatus,
    /// Where it is, once it was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_status: Option<BusinessStatus>,
    /// Code of the service that is asked for.
    pub service: Code,
    /// What is done to the skin in it, which tells what a report of it needs; the API names the service alone.
    #[serde(skip)]
    pub treatment: Option<Treatment>,
    /// How many sessions are asked for.
    pub count: i64,
    /// How many of them have no date.
    pub undated: usize,
    /// What the shop may know of the patient (rule 57); null once they do not permit it any more.
    pub packet: Option<Packet>,
    /// Its dates, in order of time.
    pub visits: Vec<ShopVisit>,
    /// Times that the shop proposed.
    pub proposals: Vec<ProposalView>,
    /// Why the shop rejected it, or could not finish it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Note>,
    /// When it was sent.
    pub requested_at: Option<DateTime<FixedOffset>>,
    /// When the shop first saw it.
    pub received_at: Option<DateTime<FixedOffset>>,
    /// When the shop answered.
    pub answered_at: Option<DateTime<FixedOffset>>,
}

/// A visit as its shop sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ShopVisit {
    /// Its id, for a proposal or a report.
    pub id: SessionId,
    /// Under which referral.
    pub referral_id: Option<ReferralId>,
    /// Where it stands.
    pub status: SessionStatus,
    /// Its start.
    pub start: DateTime<FixedOffset>,
    /// Its end.
    pub end: DateTime<FixedOffset>,
    /// Whether its report is due.
    pub report_due: bool,
    /// Whether that is late (rule 62).
    pub report_overdue: bool,
}

/// A time that a shop proposed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProposalView {
    /// Its id.
    pub id: ProposalId,
    /// For which visit; none where it had no time yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// The start.
    pub start: DateTime<FixedOffset>,
    /// What became of it.
    pub status: ProposalStatus,
    /// When it was made.
    pub created_at: DateTime<FixedOffset>,
}

/// `proposal` as it is shown.
pub(super) fn proposal_view(app: &App, proposal: &Proposal) -> ProposalView {
    let shown = |at| civil::shown(app.zone, at);
    ProposalView {
        id: proposal.id,
        session_id: proposal.session_id,
        start: shown(proposal.starts_at),
        status: proposal.status,
        created_at: shown(proposal.created_at),
    }
}

/// `session` as its shop sees it.
pub(super) fn visit_view(app: &App, session: &Session) -> ShopVisit {
    let (now, shown) = (app.clock.now(), |at| civil::shown(app.zone, at));
    ShopVisit {
        id: session.id,
        referral_id: session.referral_id,
        status: session.status,
        start: shown(session.starts_at),
        end: shown(session.ends_at),
        report_due: awaits_report(session, now),
        report_overdue: is_report_overdue(session, &app.policy, now),
    }
}

/// `referral` as its shop sees it.
pub(super) async fn referral_view(
    tx: &mut Tx,
    app: &App,
    referral: &Referral,
) -> Result<ShopReferral> {
    let own = sessions::of_referral(tx, referral.id).await?;
    let proposed = proposals::of_referral(tx, referral.id).await?;
    let catalogue = current(tx, app).await?;
    let service = catalogue.service(referral.service_id).ok_or(Error::NotThere("service"))?;
    let shown = |at: Option<DateTime<chrono::Utc>>| at.map(|at| civil::shown(app.zone, at));
    // What the clinic wrote when it took a referral back is not the shop's to read.
    let theirs = matches!(referral.status, ReferralStatus::Rejected | ReferralStatus::Failed);
    Ok(ShopReferral {
        id: referral.id,
        version: referral.version,
        partner_id: referral.partner_id,
        status: referral.status,
        business_status: referral.business_status(&own, &app.policy, app.clock.now()),
        service: service.details.code.clone(),
        treatment: service.treatment(),
        count: referral.sessions,
        undated: referral.undated(&own),
        packet: packets::packet_of(tx, app, referral).await?,
        visits: own
            .iter()
            .filter(|session| session.status != SessionStatus::EnteredInError)
            .map(|session| visit_view(app, session))
            .collect(),
        proposals: proposed.iter().map(|one| proposal_view(app, one)).collect(),
        reason: referral.reason.clone().filter(|_| theirs),
        requested_at: shown(referral.requested_at),
        received_at: shown(referral.received_at),
        answered_at: shown(referral.answered_at),
    })
}
