//! The times that the desk offers: the best on different days, with whom and where as people call them.

use chrono::{Duration, NaiveDate};

use crate::actions::booking::slots::SlotView;
use crate::actions::{Error, Result};
use crate::domain::ids::{DeviceId, PractitionerId, RoomId};
use crate::domain::time::civil::Day;
use crate::storage::catalogue::Catalogue;

/// How many times are offered at once.
pub(super) const OFFERED: usize = 3;
/// How far apart two offers of one day are, at least.
const APART: Duration = Duration::hours(2);

/// A time that is offered.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The time, with what it would take.
    pub slot: SlotView,
    /// With whom and where, as people call them.
    pub place: String,
}

/// The best of `slots` on different days; where there are too few days, times of one day that are hours apart.
pub(super) fn spread(slots: &[SlotView]) -> Vec<SlotView> {
    let mut chosen: Vec<SlotView> = Vec::new();
    let other_day =
        |one: &SlotView, other: &SlotView| one.start.date_naive() != other.start.date_naive();
    let hours_apart = |one: &SlotView, other: &SlotView| (one.start - other.start).abs() >= APART;
    let rules: [fn(&SlotView, &SlotView) -> bool; 2] = [other_day, hours_apart];
    for fits in rules {
        for slot in slots {
            if chosen.len() < OFFERED && chosen.iter().all(|other| fits(slot, other)) {
                chosen.push(slot.clone());
            }
        }
    }
    chosen
}

pub(super) fn offers(catalogue: &Catalogue, slots: &[SlotView]) -> Vec<Offer> {
    let offer = |slot: SlotView| Offer {
        place: place(catalogue, slot.practitioner_id, slot.room_id, slot.device_id),
        slot,
    };
    spread(slots).into_iter().map(offer).collect()
}

pub(super) fn place(
    catalogue: &Catalogue,
    practitioner: PractitionerId,
    room: Option<RoomId>,
    device: Option<DeviceId>,
) -> String {
    let people = catalogue.practitioners.iter().find(|one| one.id == practitioner);
    let rooms = catalogue.rooms.iter().find(|one| Some(one.id) == room);
    let devices = catalogue.devices.iter().find(|one| Some(one.id) == device);
    let names = [
        people.map(|one| one.details.name.to_string()),
        rooms.map(|one| one.details.name.to_string()),
        devices.map(|one| one.details.code.to_string()),
    ];
    names.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

pub(super) fn day(date: NaiveDate) -> Result<Day> {
    Day::try_from(date).map_err(|error| Error::Fault(error.to_string()))
}
