//! What every rule of removal is asked: this service, for this case, on that day.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::catalogue::service::{Service, Treatment};
use crate::domain::clinic::policy::Policy;
use crate::domain::course::case::Case;
use crate::domain::time::civil;
use crate::domain::time::time_zone::Tz;

/// One question: may `service` take place for this case on that day?
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The patient's treatments.
    pub case: &'a Case,
    /// The clinic's choices.
    pub policy: &'a Policy,
    /// The clinic's zone; its days are counted.
    pub zone: Tz,
    /// What.
    pub service: &'a Service,
    /// When.
    pub start: DateTime<Utc>,
    /// The day of `start`.
    pub day: NaiveDate,
}

impl<'a> Ask<'a> {
    /// The question for a start.
    #[must_use]
    pub fn at(
        case: &'a Case,
        policy: &'a Policy,
        zone: Tz,
        service: &'a Service,
        start: DateTime<Utc>,
    ) -> Self {
        let day = civil::date_of(zone, start);
        Self { case, policy, zone, service, start, day }
    }

    /// The question for the end of a day, when whatever that day allows is allowed.
    #[must_use]
    pub fn on(
        case: &'a Case,
        policy: &'a Policy,
        zone: Tz,
        service: &'a Service,
        day: NaiveDate,
    ) -> Self {
        let start =
            civil::day_start(zone, day.succ_opt().unwrap_or(day)) - chrono::Duration::seconds(1);
        Self { case, policy, zone, service, start, day }
    }

    /// What the service does to the skin.
    #[must_use]
    pub fn treatment(&self) -> Option<Treatment> {
        self.service.treatment()
    }

    /// The service as people call it.
    pub(super) fn name(&self) -> &'a str {
        self.service.details.name.as_str()
    }
}
