//! Booking at a shop is asking it: under which referral a session there is written, and what the
//! booking sends by itself. The rules of the shop were asked before, with all others.

use super::change::save;
use crate::actions::{Error, Result, Work};
use crate::domain::course::rules::at_shop::ShopTerms;
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{CourseId, PatientId, ReferralId, ServiceId};
use crate::domain::partner::referral::{Referral, ReferralStatus, ReferralVerb};
use crate::storage::course::sessions;
use crate::storage::partner::referrals;

/// Under which referral a session at `shop` is to be written, and how it stands until the shop has answered: the one that it
/// has, the first of the course that still asks for one, or a new one. At the clinic none, and booked.
pub(in crate::actions) async fn standing_at(
    work: &mut Work<'_>,
    (course, patient): (CourseId, PatientId),
    service: ServiceId,
    shop: Option<&ShopTerms>,
    kept: Option<ReferralId>,
) -> Result<(Option<ReferralId>, SessionStatus)> {
    let Some(terms) = shop else {
        return Ok((None, SessionStatus::Booked));
    };
    let asks =
        |referral: &Referral| referral.status.takes_sessions() && referral.service_id == service;
    let mut all = referrals::of_course(&mut work.tx, course, terms.partner.id).await?;
    all.retain(asks);
    if let Some(kept) = all.iter().find(|referral| Some(referral.id) == kept) {
        return Ok((Some(kept.id), SessionStatus::Pending));
    }
    for referral in &all {
        let own = sessions::of_referral(&mut work.tx, referral.id).await?;
        if referral.undated(&own) > 0 {
            return Ok((Some(send_draft(work, referral).await?), SessionStatus::Pending));
        }
    }
    // Several that are booked at once are one referral.
    if let Some(begun) = all.iter().rfind(|one| one.by_booking && one.created_at == work.now) {
        let more =
            Referral { version: begun.version + 1, sessions: begun.sessions + 1, ..begun.clone() };
        if !referrals::update(&mut work.tx, &more).await? {
            return Err(Error::Stale);
        }
        return Ok((Some(begun.id), SessionStatus::Pending));
    }
    let referral = Referral {
        id: work.app.clock.id(),
        version: 1,
        course_id: course,
        patient_id: patient,
        partner_id: terms.partner.id,
        service_id: service,
        sessions: 1,
        status: ReferralStatus::Requested,
        screening: None,
        reason: None,
        by_booking: true,
        sent_by_booking: true,
        created_at: work.now,
        requested_at: Some(work.now),
        received_at: None,
        answered_at: None,
        ended_at: None,
    };
    referrals::insert(&mut work.tx, &referral).await?;
    let detail = Some("by a booking".to_owned());
    work.audit("referral.send", ("referral", referral.id.0), Some(patient), detail).await?;
    Ok((Some(referral.id), SessionStatus::Pending))
}

/// A draft is sent by the booking under it, or its shop would not know that it is asked.
async fn send_draft(work: &mut Work<'_>, referral: &Referral) -> Result<ReferralId> {
    if referral.status == ReferralStatus::Draft {
        let next = Referral {
            status: referral.status.after(ReferralVerb::Send, false)?,
            requested_at: Some(work.now),
            sent_by_booking: true,
            ..referral.clone()
        };
        save(work, referral, next, ReferralVerb::Send).await?;
    }
    Ok(referral.id)
}
