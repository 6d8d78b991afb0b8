//! What the catalogue holds: six kinds of thing that a manager writes, lists and
//! changes in the same way. What each kind is stands in `domain`; this says how each
//! is stored and what of it would make no sense. The verbs are in `catalogue`.

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::actions::messages::replan::Whose;
use crate::domain::catalogue::closure::{Closure, ClosureDetails};
use crate::domain::catalogue::device::{Device, DeviceDetails};
use crate::domain::catalogue::practitioner::{Practitioner, PractitionerDetails};
use crate::domain::catalogue::room::{Room, RoomDetails};
use crate::domain::catalogue::service::{Service, ServiceDetails};
use crate::domain::catalogue::site::{Site, SiteDetails, SiteKind};
use crate::domain::ids::{ClosureId, DeviceId, PractitionerId, RoomId, ServiceId, SiteId};
use crate::domain::patient::Email;
use crate::domain::refusal::{Code, Refusal};
use crate::storage;
use crate::storage::Tx;

/// A thing of the catalogue.
pub trait Entry: Serialize + Clone + Send + Sync {
    /// Its id.
    type Id: From<Uuid> + Into<Uuid> + Copy + Serialize + DeserializeOwned + Send;
    /// What a manager writes about it.
    type Details: Serialize + DeserializeOwned + Send;
    /// What it is called in answers and in the audit.
    const NOUN: &'static str;

    /// The thing with these parts.
    fn made(id: Self::Id, version: i64, details: Self::Details) -> Self;
    /// Its id.
    fn id(&self) -> Self::Id;
    /// Rises with each change.
    fn version(&self) -> i64;
    /// What was written about it.
    fn details(&self) -> &Self::Details;
    /// Where mail goes because of `details`, if any does.
    fn email(details: &Self::Details) -> Option<&Email>;
    /// What of `details` would make no sense.
    fn faults(details: &Self::Details) -> Vec<Refusal>;
    /// Whose messages have to be planned again when it becomes `details`.
    fn replans(&self, details: &Self::Details) -> Option<Whose>;
    /// Writes a new one.
    fn insert(tx: &mut Tx, entry: &Self) -> impl Future<Output = storage::Result<()>> + Send;
    /// Writes a changed one. Whether it was one version older.
    fn update(tx: &mut Tx, entry: &Self) -> impl Future<Output = storage::Result<bool>> + Send;
    /// The one with this id.
    fn get(tx: &mut Tx, id: Self::Id)
    -> impl Future<Output = storage::Result<Option<Self>>> + Send;
    /// Those after `after`, in order of id.
    fn page(
        tx: &mut Tx,
        after: Self::Id,
        limit: i64,
    ) -> impl Future<Output = storage::Result<Vec<Self>>> + Send;
}

macro_rules! entry {
    ($($kind:ident, $id:ident, $details:ident, $storage:ident, $noun:literal, $email:expr, $faults:expr, $replans:expr;)+) => {$(
        impl From<$id> for Uuid {
            fn from(id: $id) -> Self {
                id.0
            }
        }
        impl Entry for $kind {
            type Id = $id;
            type Details = $details;
            const NOUN: &'static str = $noun;

            fn made(id: $id, version: i64, details: $details) -> Self {
                Self { id, version, details }
            }
            fn id(&self) -> $id {
                self.id
            }
            fn version(&self) -> i64 {
                self.version
            }
            fn details(&self) -> &$details {
                &self.details
            }
            fn email(details: &$details) -> Option<&Email> {
                let email: fn(&$details) -> Option<&Email> = $email;
                email(details)
            }
            fn faults(details: &$details) -> Vec<Refusal> {
                let faults: fn(&$details) -> Option<Refusal> = $faults;
                faults(details).into_iter().collect()
            }
            fn replans(&self, details: &$details) -> Option<Whose> {
                let replans: fn(&Self, &$details) -> Option<Whose> = $replans;
                replans(self, details)
            }
            async fn insert(tx: &mut Tx, entry: &Self) -> storage::Result<()> {
                storage::catalogue::$storage::insert(tx, entry).await
            }
            async fn update(tx: &mut Tx, entry: &Self) -> storage::Result<bool> {
                storage::catalogue::$storage::update(tx, entry).await
            }
            async fn get(tx: &mut Tx, id: $id) -> storage::Result<Option<Self>> {
                storage::catalogue::$storage::get(tx, id).await
            }
            async fn page(tx: &mut Tx, after: $id, limit: i64) -> storage::Result<Vec<Self>> {
                storage::catalogue::$storage::page(tx, after, limit).await
            }
        }
    )+};
}

entry! {
    Site, SiteId, SiteDetails, sites, "site", |_| None, site_faults, |old, new| replans_site(old, new);
    Practitioner, PractitionerId, PractitionerDetails, practitioners, "practitioner", |details| details.day_list_to.as_ref(), |_| None,
        |old, new| (old.details.day_list_to != new.day_list_to).then_some(Whose::Practitioner(old.id));
    Room, RoomId, RoomDetails, rooms, "room", |_| None, |_| None, |_, _| None;
    Device, DeviceId, DeviceDetails, devices, "device", |_| None, device_faults, |_, _| None;
    Service, ServiceId, ServiceDetails, services, "service", |_| None, service_faults,
        |old, new| (old.details.reminders != new.reminders).then_some(Whose::Service(old.id));
    Closure, ClosureId, ClosureDetails, closures, "closure", |_| None, |_| None, |_, _| None;
}

/// Another address is told to all who come there; another shop is another place.
fn replans_site(old: &Site, new: &SiteDetails) -> Option<Whose> {
    if old.details.partner_id == new.partner_id {
        (old.details.address != new.address).then_some(Whose::ComingTo(old.id))
    } else {
        Some(Whose::Site(old.id))
    }
}

fn site_faults(details: &SiteDetails) -> Option<Refusal> {
    let fits = (details.kind == SiteKind::Partner) == details.partner_id.is_some();
    (!fits).then(|| {
        Refusal::new(
            Code::SitePartner,
            "A partner's shop names its partner_id; the clinic's own site has none.",
        )
    })
}

fn device_faults(details: &DeviceDetails) -> Option<Refusal> {
    let negative = details.day_cost_cents.is_some_and(|cents| cents < 0);
    negative.then(|| Refusal::new(Code::NegativeCost, "day_cost_cents is not below zero."))
}

fn service_faults(details: &ServiceDetails) -> Option<Refusal> {
    let ServiceDetails {
        duration_minutes,
        anaesthetic_minutes,
        preparation_minutes,
        turnaround_minutes,
        price_cents,
        ..
    } = details;
    let total: u16 =
        [duration_minutes, anaesthetic_minutes, preparation_minutes, turnaround_minutes]
            .map(|length| u16::from(*length))
            .iter()
            .sum();
    if price_cents.is_some_and(|cents| cents < 0) {
        return Some(Refusal::new(Code::NegativeCost, "price_cents is not below zero."));
    }
    let sound = u16::from(*duration_minutes) >= 1 && total <= 1440;
    (!sound).then(|| {
        Refusal::new(
            Code::ServiceLength,
            "A service takes at least one minute, and with anaesthetic, preparation and turnaround at most 1,440.",
        )
    })
}
