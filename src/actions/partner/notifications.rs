//! How a partner's shop wants to be told: read and set by the shop's own users, or by a
//! manager for it. What is planned for its visits follows at once.

use std::collections::BTreeSet;

use serde_json::Value;

use super::partners;
use crate::actions::messages::notices;
use crate::actions::messages::notices::Of;
use crate::actions::work::catalogue_cache::current;
use crate::actions::work::error::none_of;
use crate::actions::work::mail_reach;
use crate::actions::work::merge_patch::patched;
use crate::actions::{Answer, App, Caller, Error, Expected, Found, Result, Work};
use crate::domain::ids::PartnerId;
use crate::domain::partner::notifications::{PartnerNotices, PartnerNoticesDetails};
use crate::storage::booking::resources;
use crate::storage::course::sessions;
use crate::storage::partner::notifications;
use crate::storage::patient::patients;

/// How a shop wants to be told.
pub async fn get(app: &App, caller: &Caller, partner: PartnerId) -> Result<Answer<PartnerNotices>> {
    let mut work = Work::look(app, caller).await?;
    Ok(Answer::Is(load_notices(&mut work, partner).await?))
}

/// The shop's settings; another shop's are not there.
async fn load_notices(work: &mut Work<'_>, partner: PartnerId) -> Result<PartnerNotices> {
    let partner = partners::load_partner(work, partner).await?.id;
    let set = notifications::get(&mut work.tx, partner).await?;
    Ok(set.unwrap_or_else(|| PartnerNotices::unset(partner)))
}

/// Changes how a shop wants to be told.
pub async fn change(
    app: &App,
    caller: &Caller,
    partner: PartnerId,
    expected: &Expected,
    patch: Value,
) -> Result<Answer<PartnerNotices>> {
    let mut work = Work::begin(app, caller).await?;
    let before = load_notices(&mut work, partner).await?;
    expected.check(before.version)?;
    let details: PartnerNoticesDetails = patched(&before.details, &patch)?;
    none_of(PartnerNoticesDetails::faults(&details))?;
    mail_reach::check(app, "/email", details.email.as_ref())?;
    let sites: BTreeSet<_> = current(&mut work.tx, app)
        .await?
        .sites
        .iter()
        .filter(|site| site.details.partner_id == Some(partner))
        .map(|site| site.id)
        .collect();
    let mut touched = Vec::new();
    for site in &sites {
        touched.extend(sessions::live_at(&mut work.tx, *site).await?);
    }
    let locks: BTreeSet<_> = touched.iter().map(|session| session.patient_id.into()).collect();
    resources::lock(&mut work.tx, locks).await?;
    let after = PartnerNotices { partner_id: partner, version: before.version + 1, details };
    let written = match before.version {
        0 => notifications::insert(&mut work.tx, &after).await?,
        _ => notifications::update(&mut work.tx, &after).await?,
    };
    if !written {
        return Err(Error::Stale);
    }
    for session in touched {
        // Read again under the lock.
        let session = sessions::get(&mut work.tx, session.id).await?.map(|listed| listed.session);
        let Some(session) = session.filter(|session| sites.contains(&session.place.site_id)) else {
            continue;
        };
        let patient = patients::get(&mut work.tx, session.patient_id).await.found("patient")?;
        let _now = work.now;
        notices::queue_for(&mut work, &session, &patient, Of::Shop).await?;
    }
    work.audit("partner.notices", ("partner", partner.0), None, None).await?;
    work.commit(Answer::Is(after)).await
}
