//! Rules 24 to 26: before a laser session, a small exposure with the same device shows
//! how the skin reacts; it is waited for and read (`docs/domain.md` 1.7). The wavelength is
//! known when the session is written up, and asked there (`record`).

use chrono::Days;

use super::Ask;
use super::goal::asks_for_laser_gates;
use crate::domain::catalogue::service::Treatment;
use crate::domain::clinic::policy::Policy;
use crate::domain::course::case::{Case, Happened, Visit};
use crate::domain::course::laser::Laser;
use crate::domain::course::record::TestPatchResult;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::civil::spoken_day;

fn is_asked(ask: &Ask) -> bool {
    ask.treatment() == Some(Treatment::Laser) && asks_for_laser_gates(ask)
}

/// The test patches with `laser` that were done or are to come.
fn patches<'a>(case: &'a Case, laser: Laser<'a>) -> impl DoubleEndedIterator<Item = &'a Visit> {
    case.visits
        .iter()
        .filter(move |visit| visit.treats() == Some(Treatment::TestPatch) && laser.is_of(visit))
}

/// What was last said of `patch`: in its own record, or at a later visit that looked at it again.
fn reading(case: &Case, patch: &Visit) -> Option<TestPatchResult> {
    let later = case.visits.iter().filter(|visit| {
        visit.happened == Happened::Done
            && visit.treatment != Some(Treatment::TestPatch)
            && visit.starts_at > patch.starts_at
    });
    later.filter_map(|visit| visit.reading).next_back().or(patch.reading)
}

/// The test patches with `laser` that went well, newest last.
pub(super) fn accepted<'a>(
    case: &'a Case,
    laser: Laser<'a>,
) -> impl DoubleEndedIterator<Item = &'a Visit> {
    patches(case, laser).filter(|patch| {
        patch.happened == Happened::Done
            && reading(case, patch) == Some(TestPatchResult::Acceptable)
    })
}

/// How long a test patch is waited for, days.
#[must_use]
pub fn wait(case: &Case, policy: &Policy) -> Days {
    let days = if case.is_darker() {
        policy.test_patch_wait_days_darker
    } else {
        policy.test_patch_wait_days
    };
    Days::new(days.into())
}

/// Rule 24: no test patch with `laser` vouches for a laser session. One does for as long as the
/// policy says; each laser session within that time renews it, or no course could be finished.
#[must_use]
pub fn test_patch_required(ask: &Ask, laser: Laser<'_>) -> Option<Refusal> {
    if !is_asked(ask) {
        return None;
    }
    let (case, name, valid) = (ask.case, laser.name(), ask.policy.test_patch_valid_days);
    let before = |visit: &&Visit| visit.starts_at < ask.start;
    if let Some(patch) = accepted(case, laser).rfind(before) {
        let sessions = case.visits.iter().filter(|visit| visit.treats() == Some(Treatment::Laser));
        let last = sessions
            .filter(before)
            .filter(|visit| visit.starts_at > patch.starts_at)
            .map(|visit| visit.day)
            .max();
        let last = last.unwrap_or(patch.day);
        return (last + Days::new(valid.into()) < ask.day).then(|| {
            Refusal::new(
                Code::TestPatchRequired,
                format!(
                    "The last laser exposure was on {}; after {valid} days a new test patch with {name} is needed.",
                    spoken_day(last)
                ),
            )
        });
    }
    let unread =
        patches(case, laser).rfind(|patch| patch.reading != Some(TestPatchResult::Reaction));
    let message = match unread.map(|patch| (patch.happened, spoken_day(patch.day))) {
        Some((Happened::ToCome, day)) => {
            format!(
                "The test patch with {name} is booked for {day}; it has to be done and found acceptable first."
            )
        }
        Some((_, day)) => format!(
            "The test patch with {name} of {day} was not found acceptable yet; note its result first."
        ),
        None => format!("A test patch with {name} is needed first."),
    };
    let earliest = unread.map(|patch| patch.day + wait(case, ask.policy));
    Some(Refusal::new(Code::TestPatchRequired, message).with_earliest(earliest))
}

/// Rule 25: the test patch has not waited long enough, in days of the clinic's zone.
#[must_use]
pub fn test_patch_wait(ask: &Ask, laser: Laser<'_>) -> Option<Refusal> {
    if !is_asked(ask) {
        return None;
    }
    let wait = wait(ask.case, ask.policy);
    let patch = patches(ask.case, laser)
        .rfind(|patch| patch.starts_at <= ask.start && ask.day < patch.day + wait)?;
    let from = patch.day + wait;
    let skin = if ask.case.is_darker() { " for this skin type" } else { "" };
    Some(
        Refusal::new(
            Code::TestPatchWait,
            format!(
                "The test patch of {} is waited for {} days{skin}; the laser session can be from {} on.",
                spoken_day(patch.day),
                (from - patch.day).num_days(),
                spoken_day(from)
            ),
        )
        .with_earliest(Some(from)),
    )
}

/// Rule 26: the last test patch went badly and has not been found acceptable since.
#[must_use]
pub fn test_patch_adverse(ask: &Ask) -> Option<Refusal> {
    if !is_asked(ask) {
        return None;
    }
    let read = ask.case.visits.iter().filter(|visit| visit.happened == Happened::Done);
    let (day, result) = read.filter_map(|visit| Some((visit.day, visit.reading?))).next_back()?;
    let what = match result {
        TestPatchResult::Acceptable => return None,
        TestPatchResult::Reaction => "a reaction",
        TestPatchResult::ColourChange => "a change of colour",
    };
    Some(Refusal::new(
        Code::TestPatchAdverse,
        format!(
            "The test patch showed {what} ({}); no laser session until a physician's review finds it acceptable.",
            spoken_day(day)
        ),
    ))
}
