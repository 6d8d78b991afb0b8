//! What a patient's calendar is sent about one visit: an invitation or an update, a
//! cancellation, and the file to download. How they travel by mail is not decided here; the
//! event itself stands in `event`.

use super::content::Block;
use super::event::{Event, Status};
use super::text::{Address, ParamText};

/// Who invites: the clinic, from one fixed address that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organizer {
    /// The clinic's display name.
    pub label: String,
    /// The address that invitations come from; it never changes for a visit.
    pub address: Address,
}

/// The invitation to a visit, or an update of one: the same UID and a higher sequence or a later stamp.
#[must_use]
pub fn request(event: &Event, organizer: &Organizer, attendee: &Address) -> String {
    let mut component = event.component(event.status);
    event.put_details(&mut component);
    put_people(&mut component, organizer, attendee);
    // No "propose new time" in Outlook: a proposal would not be seen.
    component.property("X-MICROSOFT-DISALLOW-COUNTER", &"TRUE");
    event.put_alarms(&mut component);
    event.calendar(Some("REQUEST"), component)
}

/// The cancellation of a visit. It may go to an address that is no longer the patient's, so it holds nothing but what a
/// calendar needs to take the visit out.
#[must_use]
pub fn cancel(event: &Event, organizer: &Organizer, attendee: &Address) -> String {
    let mut component = event.component(Status::Cancelled);
    put_people(&mut component, organizer, attendee);
    event.calendar(Some("CANCEL"), component)
}

/// The visit as a file that a patient opens with a calendar. It names no attendee, or the calendar would answer.
#[must_use]
pub fn download(event: &Event) -> String {
    let mut component = event.component(event.status);
    event.put_details(&mut component);
    if event.status != Status::Cancelled {
        event.put_alarms(&mut component);
    }
    event.calendar(None, component)
}

/// Puts in who invites and who is invited. The patient is an address and nothing more.
fn put_people(event: &mut Block, organizer: &Organizer, attendee: &Address) {
    event.property_with(
        "ORGANIZER",
        &[("CN", &ParamText::new(&organizer.label))],
        &organizer.address,
    );
    let params = ["INDIVIDUAL", "REQ-PARTICIPANT", "NEEDS-ACTION", "TRUE"].map(ParamText::new);
    let [kind, role, answer, asked] = &params;
    let params = [("CUTYPE", kind), ("ROLE", role), ("PARTSTAT", answer), ("RSVP", asked)];
    event.property_with("ATTENDEE", &params, attendee);
}
