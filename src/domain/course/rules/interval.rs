//! Rules 27 to 32: how close two treatments of the same skin may be, in days of the
//! clinic's zone. Skin heals by zone (rule 29), whichever course or site treated it;
//! who came and was not treated waits for nothing (rule 30).

use chrono::{Days, NaiveDate};

use super::{Ask, goal};
use crate::domain::catalogue::service::Treatment;
use crate::domain::clinic::policy::Policy;
use crate::domain::course::case::{Case, Facing, Happened, Visit};
use crate::domain::refusal::{Code, Refusal, Warning};
use crate::domain::time::civil::spoken_day;

/// How long the skin rests between two treatments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rest {
    /// Which rule asks for it.
    pub code: Code,
    /// At least, days.
    pub least_days: u16,
    /// As suggested, days.
    pub suggested_days: u16,
}

impl Rest {
    /// At least.
    #[must_use]
    pub fn least(self) -> Days {
        Days::new(self.least_days.into())
    }

    /// As suggested.
    #[must_use]
    pub fn suggested(self) -> Days {
        Days::new(self.suggested_days.into())
    }
}

/// The rest between `earlier` and `later` on the same zone; none where no rule asks for any. A test
/// patch begins no rest, it is waited for (rule 25).
#[must_use]
pub fn rest(case: &Case, policy: &Policy, earlier: Treatment, later: Treatment) -> Option<Rest> {
    use Treatment::{Adjustment, Laser, Lightening, TestPatch};
    let (code, least, suggested) = match (earlier, later) {
        (TestPatch, _) | (Laser | Adjustment, TestPatch) | (Adjustment, Laser | Lightening) => {
            return None;
        }
        // Rule 27; what only lightens irritates skin as much, so it waits for it too.
        (Laser, Laser | Lightening) => {
            let least = if case.is_darker() {
                policy.laser_interval_days_darker
            } else {
                policy.laser_interval_days
            };
            (Code::IntervalTooShort, least, policy.laser_suggested_days)
        }
        // Rule 31.
        (Lightening, Laser | TestPatch) => (
            Code::IntervalTooShort,
            policy.lightening_interval_days,
            policy.lightening_interval_days,
        ),
        (Lightening, Lightening | Adjustment) => (
            Code::IntervalTooShort,
            policy.lightening_interval_days,
            policy.lightening_suggested_days,
        ),
        // Rule 32.
        (Laser, Adjustment) => (Code::AreaHealing, policy.healing_days, policy.healing_days),
        (Adjustment, Adjustment) => {
            (Code::AreaHealing, policy.adjustment_interval_days, policy.adjustment_suggested_days)
        }
    };
    Some(Rest { code, least_days: least, suggested_days: suggested.max(least) })
}

/// A visit that is too near, with the first day that is not.
struct TooNear<'a> {
    visit: &'a Visit,
    rest: Rest,
    clear_from: NaiveDate,
}

/// The visits that a treatment on `day` would be too near to.
fn too_near<'a>(
    ask: &Ask<'a>,
    treatment: Treatment,
    day: NaiveDate,
) -> impl Iterator<Item = TooNear<'a>> {
    let (case, policy, start) = (ask.case, ask.policy, ask.start);
    let same_day = day == ask.day;
    case.visits.iter().filter_map(move |visit| {
        let other = visit.treats().filter(|_| visit.touches(&case.course.zones))?;
        // On one day, the clock says which is first.
        let is_before =
            visit.day < day || (visit.day == day && (!same_day || visit.starts_at <= start));
        let (rest, near) = if is_before {
            let rest = rest(case, policy, other, treatment)?;
            (rest, day < visit.day + rest.least())
        } else if case.facing == Facing::BothWays || visit.course_id != case.course_id {
            let rest = rest(case, policy, treatment, other)?;
            (rest, visit.day < day + rest.least())
        } else {
            return None;
        };
        // Past a later visit, it is that visit which is rested from.
        let after = self::rest(case, policy, other, treatment);
        let clear_from = visit.day + after.map_or(Days::new(1), Rest::least);
        near.then_some(TooNear { visit, rest, clear_from })
    })
}

/// The first day from `day` on that is too near to nothing.
#[must_use]
pub fn first_clear_day(ask: &Ask, treatment: Treatment, day: NaiveDate) -> NaiveDate {
    let mut day = day;
    // Each step passes a visit for good, so this ends.
    while let Some(later) =
        too_near(ask, treatment, day).map(|near| near.clear_from).max().filter(|later| day < *later)
    {
        day = later;
    }
    day
}

fn refused(ask: &Ask, code: Code) -> Option<Refusal> {
    // A laser that an adjustment does not need at all is not refused for its day as well.
    if goal::adjust_needs_no_laser(ask).is_some() {
        return None;
    }
    let treatment = ask.treatment()?;
    let near = too_near(ask, treatment, ask.day).filter(|near| near.rest.code == code);
    let TooNear { visit, rest, .. } =
        near.max_by_key(|near| (near.rest.least_days, near.clear_from))?;
    let earliest = first_clear_day(ask, treatment, ask.day);
    let (days, other) = (rest.least_days, spoken_day(visit.day));
    let skin = if ask.case.is_darker() && days == ask.policy.laser_interval_days_darker {
        " for this skin type"
    } else {
        ""
    };
    let when = match (visit.happened, visit.starts_at <= ask.start) {
        (Happened::ToCome, true) => format!("a treatment is booked for {other}"),
        (Happened::ToCome, false) => format!("the next treatment is booked for {other}"),
        _ => format!("it was treated on {other}"),
    };
    let message = format!(
        "This skin rests at least {days} days{skin}, and {when}; {} can be from {} on.",
        ask.name(),
        spoken_day(earliest)
    );
    Some(Refusal::new(code, message).with_earliest(Some(earliest)))
}

/// Rules 27 and 31: laser after laser, anything after saline or a chemical fade.
#[must_use]
pub fn interval_too_short(ask: &Ask) -> Option<Refusal> {
    refused(ask, Code::IntervalTooShort)
}

/// Rule 32: an adjustment after a laser, or after another adjustment.
#[must_use]
pub fn area_healing(ask: &Ask) -> Option<Refusal> {
    refused(ask, Code::AreaHealing)
}

/// Rule 28: allowed, but sooner after the treatment before than suggested.
#[must_use]
pub fn interval_below_suggested(ask: &Ask) -> Option<Warning> {
    let suggested = suggested_day(ask)?;
    (ask.day < suggested).then(|| Warning {
        code: Code::IntervalBelowSuggested,
        message: format!(
            "Allowed, but {} is suggested from {} on: treatments that are further apart clear better.",
            ask.name(),
            spoken_day(suggested)
        ),
    })
}

/// The day that is suggested for a treatment, from the last visit before `ask` that asks for a rest.
#[must_use]
pub fn suggested_day(ask: &Ask) -> Option<NaiveDate> {
    let treatment = ask.treatment()?;
    let before = ask.case.visits.iter().filter(|visit| visit.starts_at < ask.start);
    before
        .filter(|visit| visit.touches(&ask.case.course.zones))
        .filter_map(|visit| {
            Some(visit.day + rest(ask.case, ask.policy, visit.treats()?, treatment)?.suggested())
        })
        .max()
}
