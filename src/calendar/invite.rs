//! What a patient's calendar is sent about one visit: an invitation or an update, a
//! cancellation, and the file to download. How they travel by mail is not decided here; the
//! event itself stands in `event`.

use super::content::Content;
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

/// Enough for one visit.
const ROOM: usize = 4096;

/// The invitation to a visit, or an update of one: the same UID and a higher sequence or a later stamp.
#[must_use]
pub fn request(event: &Event, organizer: &Organizer, attendee: &Address) -> String {
    let mut content = Content::calendar(Some("REQUEST"), ROOM);
    event.open(&mut content, event.status);
    event.details(&mut content);
    people(&mut content, organizer, attendee);
    // No "propose new time" in Outlook: nobody would see the proposal.
    content.property("X-MICROSOFT-DISALLOW-COUNTER", &"TRUE");
    event.close(&mut content, true);
    content.finish()
}

/// The cancellation of a visit. It may go to an address that is no longer the patient's, so it holds nothing but what a
/// calendar needs to take the visit out.
#[must_use]
pub fn cancel(event: &Event, organizer: &Organizer, attendee: &Address) -> String {
    let mut content = Content::calendar(Some("CANCEL"), ROOM);
    event.open(&mut content, Status::Cancelled);
    people(&mut content, organizer, attendee);
    event.close(&mut content, false);
    content.finish()
}

/// The visit as a file that a patient opens with a calendar. It names nobody, or the calendar would answer.
#[must_use]
pub fn download(event: &Event) -> String {
    let mut content = Content::calendar(None, ROOM);
    event.open(&mut content, event.status);
    event.details(&mut content);
    event.close(&mut content, event.status != Status::Cancelled);
    content.finish()
}

/// Who invites and who is invited. The patient is an address and nothing more.
fn people(content: &mut Content, organizer: &Organizer, attendee: &Address) {
    content.property_with(
        "ORGANIZER",
        &[("CN", &ParamText::new(&organizer.label))],
        &organizer.address,
    );
    let params = ["INDIVIDUAL", "REQ-PARTICIPANT", "NEEDS-ACTION", "TRUE"].map(ParamText::new);
    let [kind, role, answer, asked] = &params;
    let params = [
        ("CUTYPE", kind),
        ("ROLE", role),
        ("PARTSTAT", answer),
        ("RSVP", asked),
    ];
    content.property_with("ATTENDEE", &params, attendee);
}
