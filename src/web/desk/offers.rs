//! Times that the desk can offer, each as a button, and what several parts of the desk's panel share:
//! the goals of a course, and a template written out as text.

use askama::Template;

use crate::actions::desk::panel::Offer;
use crate::actions::{Error, Result};
use crate::domain::course::Goal;

/// What patients want, as the desk says it.
pub(super) const GOALS: [(Goal, &str); 4] = [
    (Goal::Remove, "removed"),
    (Goal::Lighten, "lighter"),
    (Goal::Fade, "faded"),
    (Goal::Adjust, "corrected"),
];

/// `template` as text, to be set into the page.
pub(super) fn written(template: &impl Template) -> Result<String> {
    template.render().map_err(|error| Error::Fault(error.to_string()))
}

/// A time as a button.
pub(super) struct Time {
    pub(super) start: String,
    pub(super) practitioner_id: String,
    pub(super) room_id: String,
    pub(super) device_id: String,
    pub(super) site_id: String,
    pub(super) words: String,
    pub(super) place: String,
    pub(super) why: String,
}

/// An offer as a button.
pub(super) fn time(offer: Offer) -> Time {
    let slot = offer.slot;
    Time {
        start: slot.start.to_rfc3339(),
        practitioner_id: slot.practitioner_id.to_string(),
        room_id: slot.room_id.map(|id| id.to_string()).unwrap_or_default(),
        device_id: slot.device_id.map(|id| id.to_string()).unwrap_or_default(),
        site_id: slot.site_id.to_string(),
        words: at(slot.start),
        place: offer.place,
        why: slot.why,
    }
}

/// A time as the desk says it.
pub(super) fn at(start: chrono::DateTime<chrono::FixedOffset>) -> String {
    start.format("%a %-d %b %Y, %H:%M").to_string()
}
