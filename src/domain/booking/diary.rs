//! The diary: all that was loaded to decide when one service can take place at one
//! site for one patient. Here are the questions that both the search for slots
//! (`availability`) and the judgement of one time (`judge`) ask, so that they
//! cannot disagree about hours, closures, windows or how long anything is taken.

use std::collections::HashMap;

use chrono::{DateTime, Duration, NaiveDate, Utc};

use crate::domain::catalogue::closure::{Closure, ClosureDetails};
use crate::domain::catalogue::device::{Device, RentalWindow};
use crate::domain::catalogue::opening;
use crate::domain::catalogue::opening::Opening;
use crate::domain::catalogue::practitioner::Practitioner;
use crate::domain::catalogue::room::Room;
use crate::domain::catalogue::service::Service;
use crate::domain::catalogue::site::Site;
use crate::domain::clinic::policy::Policy;
use crate::domain::course::case::Case;
use crate::domain::course::laser::Laser;
use crate::domain::course::rules::at_shop::ShopTerms;
use crate::domain::course::rules::{Ask, at_shop};
use crate::domain::course::session::Place;
use crate::domain::ids::{DeviceId, PatientId, PractitionerId, ResourceId, RoomId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::interval::{Interval, merged};
use crate::domain::time::time_zone::Tz;

/// The practitioner, room or device that the caller insists on; what is left out is chosen.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// Only this practitioner.
    pub practitioner: Option<PractitionerId>,
    /// Only this room, even where none is needed.
    pub room: Option<RoomId>,
    /// Only this device, even where none is needed.
    pub device: Option<DeviceId>,
}

/// Everything that decides when `service` can take place at `site`.
#[derive(Debug, Clone)]
pub struct Diary {
    /// The clinic's zone; its days are the days.
    pub zone: Tz,
    /// The clinic's choices.
    pub policy: Policy,
    /// The clock.
    pub now: DateTime<Utc>,
    /// Where.
    pub site: Site,
    /// Whose shop that is, and on which terms; none at the clinic.
    pub shop: Option<ShopTerms>,
    /// What.
    pub service: Service,
    /// The patient.
    pub patient: PatientId,
    /// Their treatments, which the rules of removal ask; none where what happened is told, not decided.
    pub case: Option<Case>,
    /// Rules that the caller may go past, and has said why.
    pub pardoned: Vec<Code>,
    /// What the caller insists on.
    pub wanted: Wanted,
    /// Who may be chosen, in order of preference.
    pub practitioners: Vec<Practitioner>,
    /// Which rooms may be chosen.
    pub rooms: Vec<Room>,
    /// Which devices may be chosen.
    pub devices: Vec<Device>,
    /// When rented devices are here.
    pub windows: Vec<RentalWindow>,
    /// What is closed.
    pub closures: Vec<Closure>,
    /// What is taken, for each resource.
    pub claims: HashMap<ResourceId, Vec<Interval>>,
    /// When those are booked who look like the same person under another record.
    pub look_alikes: Vec<Interval>,
}

/// What is claimed, which decides for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Practitioner or device: from the preparation on.
    AtWork,
    /// Room or patient: from the anaesthetic on.
    Present,
}

/// One resource that a session takes, from when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// What is taken.
    pub resource: ResourceId,
    /// From preparation or anaesthetic to turnaround.
    pub when: Interval,
    /// What to say when it is taken already.
    pub conflict: Code,
}

impl Diary {
    /// The question that the rules of removal are asked for `start`.
    #[must_use]
    pub fn ask(&self, start: DateTime<Utc>) -> Option<Ask<'_>> {
        Some(Ask::at(self.case.as_ref()?, &self.policy, self.zone, &self.service, start))
    }

    /// The question for whatever is allowed on `day` at all.
    #[must_use]
    pub fn ask_on(&self, day: NaiveDate) -> Option<Ask<'_>> {
        Some(Ask::on(self.case.as_ref()?, &self.policy, self.zone, &self.service, day))
    }

    /// What the shop's own rules have against `day`; nothing at the clinic, or where what happened is told.
    #[must_use]
    pub fn refusals_of_shop(&self, day: NaiveDate) -> Vec<Refusal> {
        match (&self.shop, &self.case) {
            (Some(terms), Some(_)) => at_shop::refusals(terms, &self.service, day),
            _ => Vec::new(),
        }
    }

    /// Refuses a start at which somebody is booked who looks like the same person under another record.
    #[must_use]
    pub fn same_patient_elsewhere(&self, start: DateTime<Utc>) -> Option<Refusal> {
        let claim = self.claim(Taken::Present, start)?;
        let clashes = self.look_alikes.iter().any(|busy| busy.overlaps(claim));
        clashes.then(|| {
            Refusal::new(
                Code::PossibleSamePatient,
                "Somebody with the same name and the same number, email or date of birth has a session at that time. If they are two people, say so as the reason; if not, open the other record.",
            )
        })
    }

    /// Whether the caller goes past this refusal.
    #[must_use]
    pub fn pardons(&self, refusal: &Refusal) -> bool {
        self.pardoned.contains(&refusal.code)
    }

    /// The laser of the shop, where the visit is at one; the clinic's are devices.
    #[must_use]
    pub fn laser_of_shop(&self) -> Option<Laser<'_>> {
        self.shop.as_ref().map(|terms| Laser::Shop(&terms.partner))
    }

    /// Whether the shop named the time itself, so that its weekly hours are not asked.
    #[must_use]
    pub fn is_proposed(&self) -> bool {
        self.shop.as_ref().is_some_and(|terms| terms.proposed)
    }

    /// Whether a room is taken at all; at a shop that is its chair, if it has any.
    #[must_use]
    pub fn needs_room(&self) -> bool {
        if self.shop.is_some() {
            return !self.rooms.is_empty();
        }
        self.service.room().is_some() || self.wanted.room.is_some()
    }

    /// Whether a device is taken at all; which laser a shop uses is its own business.
    #[must_use]
    pub fn needs_device(&self) -> bool {
        self.shop.is_none() && (self.service.is_laser() || self.wanted.device.is_some())
    }

    /// How long before a start, and how long from the start on, something is claimed (rule 34).
    #[must_use]
    pub fn claimed_around(&self, taken: Taken) -> (Duration, Duration) {
        let before = match taken {
            Taken::AtWork => self.service.preparation(),
            Taken::Present => self.service.arrival(),
        };
        (before, self.service.duration() + self.service.turnaround())
    }

    /// The claim of a session that starts at `start`.
    #[must_use]
    pub fn claim(&self, taken: Taken, start: DateTime<Utc>) -> Option<Interval> {
        let (before, after) = self.claimed_around(taken);
        Interval::new(start - before, start + after)
    }

    /// What a session at `place` claims when it starts at `start`.
    #[must_use]
    pub fn claims_of(&self, place: Place, start: DateTime<Utc>) -> Vec<Claim> {
        let mut wanted =
            vec![(ResourceId::from(self.patient), Taken::Present, Code::ConflictPatient)];
        if self.shop.is_none() {
            // Who treats at a shop is its own business: it has as much room as it has chairs.
            wanted.push((place.practitioner_id.into(), Taken::AtWork, Code::ConflictPractitioner));
        }
        wanted.extend(place.room_id.map(|room| (room.into(), Taken::Present, Code::ConflictRoom)));
        wanted.extend(
            place.device_id.map(|device| (device.into(), Taken::AtWork, Code::ConflictDevice)),
        );
        let claim = |(resource, taken, conflict)| {
            Some(Claim { resource, when: self.claim(taken, start)?, conflict })
        };
        wanted.into_iter().filter_map(claim).collect()
    }

    /// What is taken of `resource`.
    pub fn taken(&self, resource: impl Into<ResourceId>) -> &[Interval] {
        self.claims.get(&resource.into()).map_or(&[], Vec::as_slice)
    }

    /// When the site is open, and who and what is to be had there.
    #[must_use]
    pub fn opening(&self) -> Opening<'_> {
        Opening {
            zone: self.zone,
            policy: &self.policy,
            site: &self.site,
            closures: &self.closures,
        }
    }

    /// When the rented `device` can be used: its windows without set-up and tear-down (rule 36).
    #[must_use]
    pub fn windows_of(&self, device: &Device) -> Vec<Interval> {
        opening::windows_of(device, &self.windows, &self.policy)
    }

    /// `hours_on` of the days `first` to `last` and the day on either side, joined where days touch.
    pub fn over(
        &self,
        first: NaiveDate,
        last: NaiveDate,
        hours_on: impl Fn(NaiveDate) -> Vec<Interval>,
    ) -> Vec<Interval> {
        let first = first.pred_opt().unwrap_or(first);
        let last = last.succ_opt().unwrap_or(last);
        merged(first.iter_days().take_while(|day| *day <= last).flat_map(hours_on).collect())
    }

    /// Whether any closure that was loaded is `of` a thing.
    pub fn closes_any(&self, of: impl Fn(&ClosureDetails) -> bool) -> bool {
        self.closures.iter().any(|closure| of(&closure.details))
    }

    /// Why `closure` takes something of one kind away on `date`, for a sentence.
    pub fn reason_of(&self, date: NaiveDate, of: impl Fn(&ClosureDetails) -> bool) -> Option<&str> {
        self.closures
            .iter()
            .find(|closure| of(&closure.details) && closure.on(date, self.zone).is_some())
            .map(|closure| closure.details.reason.as_str())
    }
}
