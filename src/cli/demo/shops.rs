//! What the demo's shops do: who works there, how they want to be told, and the two visits
//! that are to come there, of patients who permitted that.

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde_json::{Value, json};

use super::patients::Story;
use super::{LoadError, read};
use crate::clock::Clock;
use crate::domain::civil;
use crate::domain::holidays;
use crate::domain::hours::TimeOfDay;
use crate::domain::ids::{PartnerId, ServiceId, SiteId};
use crate::domain::interval::Interval;
use crate::domain::partner_notices::PartnerNotices;
use crate::domain::practitioner::Practitioner;
use crate::domain::room::Room;
use crate::domain::session::{Place, Session};
use crate::domain::status::{ProcedureStatus, SessionStatus};
use crate::domain::time_zone::Tz;
use crate::storage::claims::Claimant;
use crate::storage::history::Change;
use crate::storage::{self, Tx};

/// A shop with the visit that is to come there.
struct Told {
    who: &'static str,
    notices: Value,
    /// Whose visit, among the stories.
    story: usize,
    service: &'static str,
    days_ahead: u64,
    at: TimeOfDay,
}

/// Writes what the shops need, and their visits.
pub(super) async fn play(tx: &mut Tx, clock: &Clock, zone: Tz, partners: &[PartnerId; 3], stories: &[Story]) -> Result<(), LoadError> {
    let [maple, _, junction] = *partners;
    let shops = [
        (
            maple,
            Told {
                who: "Mika Maple",
                notices: json!({"email": "maple@example.test", "phone": "416-555-0181", "day_list_by": "email", "before_by": "sms", "changes_by": "email"}),
                story: 7,
                service: "assessment",
                days_ahead: 4,
                at: TimeOfDay::hm(13, 0),
            },
        ),
        (
            junction,
            Told {
                who: "Jo Junction",
                notices: json!({"email": "junction@example.test", "language": "fr", "day_list_by": "email", "changes_by": "email"}),
                story: 8,
                service: "consultation",
                days_ahead: 5,
                at: TimeOfDay::hm(15, 0),
            },
        ),
    ];
    for (partner, told) in shops {
        let notices = PartnerNotices {
            partner_id: partner,
            version: 1,
            details: read(told.notices.clone())?,
        };
        storage::partner_notices::insert(tx, &notices).await?;
        let place = place(tx, clock, partner, told.who).await?;
        visit(tx, clock, zone, &told, place, stories).await?;
    }
    Ok(())
}

/// Who works at the shop, and in which room.
async fn place(tx: &mut Tx, clock: &Clock, partner: PartnerId, who: &str) -> Result<Place, LoadError> {
    let sites = storage::sites::page(tx, SiteId(uuid::Uuid::nil()), 100).await?;
    let site = sites.into_iter().find(|site| site.details.partner_id == Some(partner));
    let site = site.ok_or_else(|| LoadError::NoTime(who.to_owned()))?;
    let practitioner = Practitioner {
        id: clock.id(),
        version: 1,
        details: read(json!({"site_id": site.id, "name": who, "skills": ["consultation", "laser"], "hours": site.details.hours}))?,
    };
    storage::practitioners::insert(tx, &practitioner).await?;
    let room = Room {
        id: clock.id(),
        version: 1,
        details: read(json!({"site_id": site.id, "name": "Chair 1", "capabilities": ["consultation", "treatment"]}))?,
    };
    storage::rooms::insert(tx, &room).await?;
    Ok(Place {
        site_id: site.id,
        practitioner_id: practitioner.id,
        room_id: Some(room.id),
        device_id: None,
    })
}

async fn visit(tx: &mut Tx, clock: &Clock, zone: Tz, told: &Told, place: Place, stories: &[Story]) -> Result<(), LoadError> {
    let missing = || LoadError::NoTime(told.who.to_owned());
    let course = &stories.get(told.story).ok_or_else(missing)?.course;
    let services = storage::services::page(tx, ServiceId(uuid::Uuid::nil()), 100).await?;
    let service = services.into_iter().find(|service| service.details.code.as_str() == told.service);
    let service = service.ok_or_else(missing)?;
    let starts_at = told
        .at
        .on(open_day(civil::date_of(zone, clock.now()) + Days::new(told.days_ahead)), zone);
    let ends_at = starts_at + service.duration();
    let session = Session {
        id: clock.id(),
        uid: clock.opaque(),
        sequence: 0,
        version: 1,
        course_id: course.id,
        patient_id: course.patient_id,
        service_id: service.id,
        place,
        status: SessionStatus::Booked,
        procedure_status: ProcedureStatus::Preparation,
        local_start: civil::wall_of(zone, starts_at).format("%Y-%m-%dT%H:%M").to_string(),
        zone: zone.name().to_owned(),
        starts_at,
        ends_at,
        cancel_reason: None,
        rebook_reason: None,
        record: None,
        confirmed_at: None,
        created_at: clock.now() - chrono::Duration::days(10),
        updated_at: clock.now() - chrono::Duration::days(10),
    };
    storage::sessions::insert(tx, &session).await?;
    let booked = Change {
        id: clock.id(),
        at: session.created_at,
        change: "book".to_owned(),
        before: None,
    };
    storage::history::insert(tx, &booked, session.id, None).await?;
    let when = Interval::new(starts_at - service.arrival(), ends_at + service.turnaround()).ok_or_else(missing)?;
    let resources = [
        Some(course.patient_id.into()),
        Some(place.practitioner_id.into()),
        place.room_id.map(Into::into),
    ];
    for resource in resources.into_iter().flatten() {
        storage::claims::insert(tx, clock.id(), resource, Claimant::Session(session.id), when).await?;
    }
    Ok(())
}

/// The first day from `day` on that the shops are open: Tuesday to Saturday, no holiday.
fn open_day(mut day: NaiveDate) -> NaiveDate {
    while matches!(day.weekday(), Weekday::Sun | Weekday::Mon) || holidays::on(day, true).is_some() {
        day = day + Days::new(1);
    }
    day
}
