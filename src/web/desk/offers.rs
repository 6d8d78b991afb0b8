//! Times that the desk can offer, each as a button; the goals of a course; and a template as HTML for the panel.

use askama::Template;

use crate::actions::desk::offers::Offer;
use crate::actions::{Error, Result};
use crate::domain::course::Goal;
use crate::web::frame::text::date_and_time;

/// What patients want, as the desk says it.
pub(super) const GOALS: [(Goal, &str); 4] = [
    (Goal::Remove, "removed"),
    (Goal::Lighten, "lighter"),
    (Goal::Fade, "faded"),
    (Goal::Adjust, "corrected"),
];

/// `template` as HTML, to be set into the page.
pub(super) fn rendered(template: &impl Template) -> Result<String> {
    template.render().map_err(|error| Error::Fault(error.to_string()))
}

/// A time as a button.
pub(super) struct OfferButton {
    pub(super) start: String,
    pub(super) practitioner_id: String,
    pub(super) room_id: String,
    pub(super) device_id: String,
    pub(super) site_id: String,
    pub(super) words: String,
    pub(super) place: String,
    pub(super) why: String,
}

pub(super) fn offer_buttons(offers: Vec<Offer>) -> Vec<OfferButton> {
    let button = |Offer { slot, place }: Offer| OfferButton {
        start: slot.start.to_rfc3339(),
        practitioner_id: slot.practitioner_id.to_string(),
        room_id: slot.room_id.map(|id| id.to_string()).unwrap_or_default(),
        device_id: slot.device_id.map(|id| id.to_string()).unwrap_or_default(),
        site_id: slot.site_id.to_string(),
        words: date_and_time(slot.start),
        place,
        why: slot.why,
    };
    offers.into_iter().map(button).collect()
}
