//! A patient's case, as the rules of removal see it: the course in question, the skin,
//! and every treatment so far and to come, in all courses of the patient, since skin
//! does not know which course it was treated in. The rules themselves stand in `rules`.

use chrono::{DateTime, NaiveDate, Utc};

use super::record::TestPatchResult;
use super::{CourseDetails, Zone};
use crate::domain::catalogue::measure::{Percent, Wavelength};
use crate::domain::catalogue::service::{Purpose, Treatment};
use crate::domain::ids::{CourseId, DeviceId, PartnerId, SessionId};
use crate::domain::patient::Fitzpatrick;

/// Whether a visit took place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// Completed, or stopped after it began: either way the skin was treated.
    Done,
    /// The patient came and was not treated (rule 30).
    NotDone,
    /// Still to come, or not written up yet.
    ToCome,
}

/// One visit of the patient that was not cancelled, missed or entered in error.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    /// The session.
    pub session_id: SessionId,
    /// Its course.
    pub course_id: CourseId,
    /// What it is to the course.
    pub purpose: Purpose,
    /// What it does to the skin.
    pub treatment: Option<Treatment>,
    /// Whether it is one of the sessions that a course counts.
    pub counts: bool,
    /// With which device.
    pub device_id: Option<DeviceId>,
    /// At which shop, and so with its laser; none at the clinic.
    pub partner_id: Option<PartnerId>,
    /// Its start.
    pub starts_at: DateTime<Utc>,
    /// When it was over, or will be: at its end, or when it was written up if that was sooner.
    pub over_at: DateTime<Utc>,
    /// The day of its start in the clinic's zone.
    pub day: NaiveDate,
    /// Whether it took place.
    pub happened: Happened,
    /// Zones treated, or to be treated; none means that the whole scalp may be.
    pub zones: Vec<Zone>,
    /// Wavelengths used, as far as it is written up.
    pub wavelengths: Vec<Wavelength>,
    /// What it said of a test patch: its own, or the one before it.
    pub reading: Option<TestPatchResult>,
    /// Percent of pigment gone, as it was graded in it.
    pub clearance: Option<Percent>,
}

impl Visit {
    /// Whether `zones` and the zones of this visit have any in common.
    #[must_use]
    pub fn touches(&self, zones: &[Zone]) -> bool {
        self.zones.is_empty()
            || zones.is_empty()
            || self.zones.iter().any(|zone| zones.contains(zone))
    }

    /// What was, or will be, done to the skin; nothing when the patient came and was not treated (rule 30).
    #[must_use]
    pub fn treats(&self) -> Option<Treatment> {
        (self.happened != Happened::NotDone).then_some(self.treatment).flatten()
    }
}

/// Which visits a new time is measured against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facing {
    /// Those before and those after: a new session fits between what is booked.
    BothWays,
    /// Those before, and those of other courses: a session that is moved keeps its distance, and what comes after it in
    /// its own course is dealt with next.
    Backward,
}

/// All that the rules of removal look at.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The course in question.
    pub course_id: CourseId,
    /// What is written about it.
    pub course: CourseDetails,
    /// The patient's skin type, where it was noted.
    pub fitzpatrick: Option<Fitzpatrick>,
    /// The patient's visits in order of start; the one that is being moved is left out.
    pub visits: Vec<Visit>,
    /// Which of them a new time is measured against.
    pub facing: Facing,
}

impl Case {
    /// Whether waits are the longer ones; without a noted type they are not.
    #[must_use]
    pub fn is_darker(&self) -> bool {
        self.fitzpatrick.is_some_and(Fitzpatrick::is_darker)
    }

    /// The visits of the course in question.
    #[must_use]
    pub fn of_course(&self) -> impl DoubleEndedIterator<Item = &Visit> {
        self.visits.iter().filter(|visit| visit.course_id == self.course_id)
    }

    /// When the first consultation of the course was over (rule 12).
    #[must_use]
    pub fn consulted_at(&self) -> Option<DateTime<Utc>> {
        let mut held = self.of_course().filter(|visit| {
            visit.purpose == Purpose::Consultation && visit.happened == Happened::Done
        });
        held.next().map(|visit| visit.over_at)
    }

    /// How many laser sessions of the course are done or to come.
    #[must_use]
    pub fn laser_sessions(&self) -> usize {
        self.of_course()
            .filter(|visit| visit.counts && visit.treats() == Some(Treatment::Laser))
            .count()
    }

    /// With one more visit, in its place.
    #[must_use]
    pub fn with(&self, visit: Visit) -> Self {
        let mut case = self.clone();
        let place = case.visits.partition_point(|other| other.starts_at <= visit.starts_at);
        case.visits.insert(place, visit);
        case
    }

    /// Without one session.
    #[must_use]
    pub fn without(&self, session: SessionId) -> Self {
        let mut case = self.clone();
        case.visits.retain(|visit| visit.session_id != session);
        case
    }

    /// The same, measured against other visits.
    #[must_use]
    pub fn facing(mut self, facing: Facing) -> Self {
        self.facing = facing;
        self
    }
}
