//! Loading the packet that a shop sees (rule 57): here alone is a patient's record read for a
//! shop, and only while the patient permits that it is told. What is in it stands in `domain::packet`.

use crate::actions::course::case;
use crate::actions::work::catalogue_cache::current;
use crate::actions::{App, Found, Result};
use crate::domain::ids::{LockId, PartnerId, ReferralId};
use crate::domain::partner::packet::Packet;
use crate::domain::partner::referral::{Referral, ReferralStatus};
use crate::storage::Tx;
use crate::storage::course::courses;
use crate::storage::partner::referrals;
use crate::storage::patient::consents::is_disclosed;
use crate::storage::patient::{lock_box, patients};

/// The packet of a referral; nothing before it was sent, once it came to nothing, or once the patient does not permit it any
/// more; of one that is done, whom the shop treated.
pub(super) async fn packet_of(
    tx: &mut Tx,
    app: &App,
    referral: &Referral,
) -> Result<Option<Packet>> {
    if !referral.was_sent() || !is_disclosed(tx, referral.patient_id, referral.partner_id).await? {
        return Ok(None);
    }
    match referral.status {
        ReferralStatus::Completed => Ok(Some(preview(tx, app, referral).await?.once_done())),
        status if status.is_terminal() => Ok(None),
        _ => preview(tx, app, referral).await.map(Some),
    }
}

/// The packet as it would be, for the clinic's own eyes.
pub(super) async fn preview(tx: &mut Tx, app: &App, referral: &Referral) -> Result<Packet> {
    let patient = patients::get(tx, referral.patient_id).await.found("patient")?;
    let course = courses::get(tx, referral.course_id).await.found("course")?;
    let case = case::load(tx, app, &course, None).await?;
    let catalogue = current(tx, app).await?;
    let method = catalogue.service(referral.service_id).and_then(|service| service.details.method);
    let locks =
        lock_box::page(tx, referral.patient_id, LockId(uuid::Uuid::nil()), i64::MAX).await?;
    Ok(Packet::for_partner(
        &patient,
        &case,
        referral.screening,
        method,
        referral.partner_id,
        &locks,
    ))
}

/// The packet of the referral that a message to `partner` is about; nothing where there is none to be told.
pub async fn of_message(
    tx: &mut Tx,
    app: &App,
    partner: Option<PartnerId>,
    referral: Option<ReferralId>,
) -> Result<Option<Packet>> {
    let (Some(partner), Some(id)) = (partner, referral) else {
        return Ok(None);
    };
    match referrals::get(tx, Some(partner), id).await? {
        Some(referral) => packet_of(tx, app, &referral).await,
        None => Ok(None),
    }
}
