//! What the clinic's own people are told of a visit: the list of the next day, by mail, for
//! each practitioner who wants it.

use chrono::{DateTime, Days, Utc};

use super::Planned;
use crate::domain::clinic::policy::Policy;
use crate::domain::ids::PractitionerId;
use crate::domain::messages::message::MessageKind;
use crate::domain::patient::Email;
use crate::domain::patient::channel::Channel;
use crate::domain::time::civil;
use crate::domain::time::time_zone::Tz;

/// The line of a booked visit in its practitioner's list, which goes out on the evening before; `zone` is the clinic's.
#[must_use]
pub fn day_list(
    practitioner: PractitionerId,
    to: &Email,
    starts_at: DateTime<Utc>,
    policy: &Policy,
    zone: Tz,
) -> Planned {
    let day = civil::date_of(zone, starts_at);
    let due_at = policy.staff_day_list_at.on(day - Days::new(1), zone);
    Planned {
        channel: Channel::Email,
        recipient: Some(to.clone().into()),
        useful_until: Some(starts_at),
        batch: Some(format!("day:{practitioner}:{day}")),
        ..Planned::task(MessageKind::DayList, due_at)
    }
}
