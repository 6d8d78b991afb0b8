//! Referrals as the clinic writes and sends them, and reading them: the clinic's people all of
//! them, a shop's its own. What the shop answers stands in `referral_answers`, how one ends in
//! `referral_ends`.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::referral_view::{SeenReferral, commit_referral, seen_referral};
use crate::actions::booking::diaries;
use crate::actions::course::lock;
use crate::actions::referral::change::{complete_if_done, full, lock_referral, save};
use crate::actions::work::catalogue_cache::current;
use crate::actions::work::error::none_of;
use crate::actions::work::page::{Items, Page};
use crate::actions::{Answer, App, Caller, Error, Expected, Found, Result, Work};
use crate::domain::course::rules::at_shop::{ShopTerms, disclosure_consent_missing};
use crate::domain::ids::{CourseId, PartnerId, ReferralId};
use crate::domain::partner::referral::{
    Referral, ReferralStatus, ReferralVerb, Screening, Sessions,
};
use crate::domain::refusal::{Code as Rule, Refusal};
use crate::domain::text::Code;
use crate::domain::time::civil;
use crate::storage::booking::resources;
use crate::storage::course::sessions;
use crate::storage::partner::referrals;
use crate::storage::patient::consents;

/// A referral to be written.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"course_id": "01890000-0000-7000-8000-000000000001", "partner_id": "01890000-0000-7000-8000-000000000002",
    "service": "laser_partial", "count": 3}))]
pub struct NewReferral {
    /// Of which course.
    pub course_id: CourseId,
    /// To which shop.
    pub partner_id: PartnerId,
    /// Code of the service.
    pub service: Code,
    /// How many sessions; 1 unless set.
    #[serde(default)]
    pub count: Sessions,
    /// What the screening came to, where it was done.
    #[serde(default)]
    pub screening: Option<Screening>,
}

/// What can be rewritten.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferralChange {
    /// How many sessions.
    #[serde(default)]
    pub count: Option<Sessions>,
    /// What the screening came to.
    #[serde(default)]
    pub screening: Option<Screening>,
}

/// Writes a referral. The shop knows nothing of it until it is sent; one that cannot be chosen is refused at once.
pub async fn write(app: &App, caller: &Caller, new: NewReferral) -> Result<Answer<SeenReferral>> {
    let mut work = Work::begin(app, caller).await?;
    let course = lock::lock_course(&mut work, new.course_id).await?;
    let service = diaries::service(&mut work.tx, app, new.service.as_str()).await?;
    let referral = Referral {
        id: app.clock.id(),
        version: 1,
        course_id: course.id,
        patient_id: course.patient_id,
        partner_id: new.partner_id,
        service_id: service.id,
        sessions: u16::from(new.count).into(),
        status: ReferralStatus::Draft,
        screening: new.screening,
        reason: None,
        by_booking: false,
        sent_by_booking: false,
        created_at: work.now,
        requested_at: None,
        received_at: None,
        answered_at: None,
        ended_at: None,
    };
    let mut against: Vec<Refusal> = course.details.closed_to_booking().into_iter().collect();
    against.extend(against_shop(&mut work, &referral).await?);
    none_of(against)?;
    referrals::insert(&mut work.tx, &referral).await?;
    work.audit("referral.write", ("referral", referral.id.0), Some(referral.patient_id), None)
        .await?;
    let shown = seen_referral(&mut work, &referral).await?;
    work.commit(Answer::Created(shown)).await
}

/// What speaks against the shop from today on: papers that have expired do not come back by waiting (rule 59).
async fn against_shop(work: &mut Work<'_>, referral: &Referral) -> Result<Vec<Refusal>> {
    let catalogue = current(&mut work.tx, work.app).await?;
    let partner = catalogue.partner(referral.partner_id).ok_or(Error::NotThere("partner"))?;
    let service = catalogue.service(referral.service_id).ok_or(Error::NotThere("service"))?;
    Ok(partner.unfit_for(service, civil::date_of(work.app.zone, work.now)))
}

/// Changes a referral: how many sessions it asks for, or what the screening came to.
pub async fn change(
    app: &App,
    caller: &Caller,
    id: ReferralId,
    expected: &Expected,
    to: Value,
) -> Result<Answer<SeenReferral>> {
    let to: ReferralChange = serde_path_to_error::deserialize(to).map_err(|error| {
        let pointer =
            error.path().iter().fold(String::new(), |pointer, part| format!("{pointer}/{part}"));
        Error::invalid(pointer, error.inner().to_string())
    })?;
    let mut work = Work::begin(app, caller).await?;
    let current = lock_referral(&mut work, id, expected).await?;
    if !current.status.takes_sessions() {
        let words = format!("A referral that is {} is not changed any more.", current.status);
        return Err(Error::refused(Rule::ReferralNotAllowedFrom(current.status.into()), words));
    }
    let next = Referral {
        sessions: to.count.map_or(current.sessions, |count| u16::from(count).into()),
        screening: to.screening.or(current.screening),
        version: current.version + 1,
        ..current.clone()
    };
    let own = sessions::of_referral(&mut work.tx, id).await?;
    let taken =
        usize::try_from(current.sessions).unwrap_or(0).saturating_sub(current.undated(&own));
    if usize::try_from(next.sessions).unwrap_or(0) < taken {
        return Err(full(&next).about("/count").into());
    }
    if !referrals::update(&mut work.tx, &next).await? {
        return Err(Error::Stale);
    }
    work.audit("referral.change", ("referral", id.0), Some(next.patient_id), None).await?;
    complete_if_done(&mut work, next).await?;
    commit_referral(work, id).await
}

/// Sends a referral. Nothing leaves without the patient's consent that names this shop (rule 56).
pub async fn send(
    app: &App,
    caller: &Caller,
    id: ReferralId,
    expected: &Expected,
) -> Result<Answer<SeenReferral>> {
    let mut work = Work::begin(app, caller).await?;
    let current = lock_referral(&mut work, id, expected).await?;
    if current.status.is_asked() && current.sent_by_booking && !current.by_booking {
        // A date under it has sent it already; a sender finds it so, once.
        let sent =
            Referral { version: current.version + 1, sent_by_booking: false, ..current.clone() };
        if !referrals::update(&mut work.tx, &sent).await? {
            return Err(Error::Stale);
        }
        return commit_referral(work, id).await;
    }
    let status = current.status.after(ReferralVerb::Send, false)?;
    let course = lock::lock_course(&mut work, current.course_id).await?;
    let mut against: Vec<Refusal> = course.details.closed_to_booking().into_iter().collect();
    against.extend(against_shop(&mut work, &current).await?);
    against.extend(disclosure_consent_missing(&terms(&mut work, &current).await?));
    none_of(against)?;
    let next = Referral { status, requested_at: Some(work.now), ..current.clone() };
    save(&mut work, &current, next, ReferralVerb::Send).await?;
    commit_referral(work, id).await
}

/// The terms of the shop that a referral goes to.
pub(super) async fn terms(work: &mut Work<'_>, referral: &Referral) -> Result<ShopTerms> {
    let catalogue = current(&mut work.tx, work.app).await?;
    let partner = catalogue.partner(referral.partner_id).ok_or(Error::NotThere("partner"))?;
    Ok(ShopTerms {
        partner: partner.clone(),
        disclosed: consents::is_disclosed(&mut work.tx, referral.patient_id, referral.partner_id)
            .await?,
        overdue: None,
        on_hold: false,
        proposed: false,
    })
}

/// One referral. What a shop reads it has received, from then on.
pub async fn get(app: &App, caller: &Caller, id: ReferralId) -> Result<Answer<SeenReferral>> {
    receive(app, caller, Some(id), ReferralsWanted::default()).await?;
    let mut work = Work::begin(app, caller).await?;
    let own = caller.actor.own_shop();
    let referral = referrals::get(&mut work.tx, own, id).await.found("referral")?;
    work.audit_read("referral.read", ("referral", id.0), Some(referral.patient_id), None).await?;
    commit_referral(work, id).await
}

/// Notes that a shop has seen what was sent to it and is about to be read, if it is the shop that reads: in a transaction of its
/// own and under the patients' locks, so that a shop which looks often is in no one's way.
async fn receive(
    app: &App,
    caller: &Caller,
    one: Option<ReferralId>,
    wanted: ReferralsWanted,
) -> Result<()> {
    let Some(own) = caller.actor.own_shop() else {
        return Ok(());
    };
    if wanted.status.is_some_and(|status| status != ReferralStatus::Requested) {
        return Ok(());
    }
    let requested = referrals::Wanted {
        partner: Some(own),
        course: wanted.course_id,
        status: Some(ReferralStatus::Requested),
        sent_only: true,
    };
    let mut look = Work::look(app, caller).await?;
    let mut unseen = match one {
        Some(id) => referrals::get(&mut look.tx, Some(own), id).await?.into_iter().collect(),
        None => {
            referrals::page(&mut look.tx, requested, ReferralId(Uuid::nil()), MOST_RECEIVED).await?
        }
    };
    look.abandon().await?;
    unseen.retain(|referral| referral.status == ReferralStatus::Requested);
    if unseen.is_empty() {
        return Ok(());
    }
    let caller = caller.without_key();
    let mut work = Work::begin(app, &caller).await?;
    let patients: BTreeSet<_> = unseen.iter().map(|referral| referral.patient_id.into()).collect();
    resources::lock(&mut work.tx, patients).await?;
    for referral in unseen {
        let Some(found) = referrals::get(&mut work.tx, Some(own), referral.id).await? else {
            continue;
        };
        if found.status != ReferralStatus::Requested {
            continue;
        }
        let next = Referral {
            status: found.status.after(ReferralVerb::Receive, false)?,
            received_at: Some(work.now),
            version: found.version + 1,
            ..found
        };
        if !referrals::update(&mut work.tx, &next).await? {
            return Err(Error::Stale);
        }
        work.audit("referral.receive", ("referral", next.id.0), Some(next.patient_id), None)
            .await?;
    }
    work.done().await
}

/// How many referrals are received at once at most; the next look receives the rest.
const MOST_RECEIVED: i64 = 50;

/// Which referrals a list asks for.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReferralsWanted {
    /// Only to this shop.
    pub partner_id: Option<PartnerId>,
    /// Only of this course.
    pub course_id: Option<CourseId>,
    /// Only in this state.
    pub status: Option<ReferralStatus>,
}

/// A page of referrals, oldest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    asked: ReferralsWanted,
    page: &Page,
) -> Result<Items<SeenReferral>> {
    let after = page.after(ReferralId(Uuid::nil()))?;
    let own = caller.actor.own_shop();
    if own.is_some() && asked.partner_id.is_some_and(|partner| Some(partner) != own) {
        return Err(Error::NotThere("partner"));
    }
    let wanted = referrals::Wanted {
        partner: own.or(asked.partner_id),
        course: asked.course_id,
        status: asked.status,
        sent_only: own.is_some(),
    };
    receive(app, caller, None, asked).await?;
    let mut work = Work::begin(app, caller).await?;
    let found =
        page.of(referrals::page(&mut work.tx, wanted, after, page.rows()?).await?, |one| one.id)?;
    let mut items = Vec::new();
    for referral in found.items {
        work.audit_read(
            "referral.list",
            ("referral", referral.id.0),
            Some(referral.patient_id),
            None,
        )
        .await?;
        items.push(seen_referral(&mut work, &referral).await?);
    }
    let items = Items { items, next: found.next };
    Ok(work.commit(Answer::Is(items)).await?.into_inner())
}
