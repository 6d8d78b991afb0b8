//! The packet: what a partner's shop may know of a patient who was referred to it (rule 57), and
//! what is left out of it because the patient locked it (rule 58). Every answer, page, mail and
//! text to a shop is made of this and of the referral's own dates, and of nothing else.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::referral::Screening;
use crate::domain::catalogue::service::{Method, Treatment};
use crate::domain::course::case::{Case, Happened};
use crate::domain::course::record::TestPatchResult;
use crate::domain::course::{Depth, Goal, Pigment, Zone};
use crate::domain::ids::PartnerId;
use crate::domain::patient::lock_box::{Lock, LockedItem};
use crate::domain::patient::phone::Dialled;
use crate::domain::patient::{Extension, Fitzpatrick, Language, Patient, Phone};
use crate::domain::words::words;

words! {
    /// That something was left out of a packet, and not what (rule 58).
    #[must_use]
    pub fn withheld: "some information withheld at the patient's request"
        | "certains renseignements ne sont pas communiqués, à la demande du patient"
}

/// What a shop may know of a patient. What is null was not noted, or is withheld.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Packet {
    /// Given and family name.
    pub name: String,
    /// Telephone.
    pub phone: Option<Phone>,
    /// The extension behind that number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_extension: Option<Extension>,
    /// Parts of the scalp.
    pub zones: Option<Vec<Zone>>,
    /// What the patient wants.
    pub goal: Option<Goal>,
    /// What was put into the scalp.
    pub pigment: Option<Pigment>,
    /// How deep it sits.
    pub depth: Option<Depth>,
    /// Skin type.
    pub fitzpatrick: Option<Fitzpatrick>,
    /// What the screening came to.
    pub screening: Option<Screening>,
    /// What the last test patch showed.
    pub test_patch: Option<TestPatchResult>,
    /// The day of the last laser exposure, wherever it was.
    pub last_laser: Option<NaiveDate>,
    /// The method that is asked for.
    pub method: Option<Method>,
    /// Says that something is withheld, and not what.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "some information withheld at the patient's request")]
    pub withheld: Option<&'static str>,
}

impl Packet {
    /// Of `patient`, whose course and treatments are `case`, for `partner`.
    #[must_use]
    pub fn for_partner(
        patient: &Patient,
        case: &Case,
        screening: Option<Screening>,
        method: Option<Method>,
        partner: PartnerId,
        locks: &[Lock],
    ) -> Self {
        let locked = |item| {
            let holds = |lock: &Lock| lock.details.item == item && lock.holds_against(partner);
            locks.iter().any(holds)
        };
        let open = |item| !locked(item);
        let details = &patient.details;
        let done = || case.visits.iter().filter(|visit| visit.happened == Happened::Done);
        let read = done().filter_map(|visit| visit.reading).next_back();
        let exposed = done().filter(|visit| visit.treatment.is_some_and(Treatment::is_exposure));
        let anything = locks.iter().any(|lock| lock.holds_against(partner));
        Self {
            name: details.full_name(),
            phone: Some(details.phone.clone()).filter(|_| open(LockedItem::Phone)),
            phone_extension: details.phone_extension.clone().filter(|_| open(LockedItem::Phone)),
            zones: Some(case.course.zones.clone()).filter(|_| open(LockedItem::Zones)),
            goal: Some(case.course.goal).filter(|_| open(LockedItem::Goal)),
            pigment: Some(case.course.pigment).filter(|_| open(LockedItem::Pigment)),
            depth: Some(case.course.depth).filter(|_| open(LockedItem::Depth)),
            fitzpatrick: details.fitzpatrick.filter(|_| open(LockedItem::Fitzpatrick)),
            screening: screening
                .filter(|_| open(LockedItem::Screening) && open(LockedItem::Medication)),
            test_patch: read.filter(|_| open(LockedItem::TestPatch)),
            last_laser: exposed
                .map(|visit| visit.day)
                .next_back()
                .filter(|_| open(LockedItem::LastLaser)),
            method,
            withheld: anything.then(|| withheld(Language::En)),
        }
    }

    /// The telephone as it is dialled.
    #[must_use]
    pub fn dialled(&self) -> Option<Dialled> {
        let phone = self.phone.clone()?;
        Some(Dialled { phone, extension: self.phone_extension.clone() })
    }

    /// What is left of it once all was done: whom the shop treated, as its own records say; what becomes of them later is none
    /// of its business.
    #[must_use]
    pub fn once_done(self) -> Self {
        Self {
            name: self.name,
            phone: None,
            phone_extension: None,
            zones: None,
            goal: None,
            pigment: None,
            depth: None,
            fitzpatrick: None,
            screening: None,
            test_patch: None,
            last_laser: None,
            method: self.method,
            withheld: None,
        }
    }
}
