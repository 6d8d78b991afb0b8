//! From when on a rule would be satisfied once what it asks for is done at its next free time.

use super::diaries;
use super::diaries::Search;
use crate::actions::work::catalogue_cache::current;
use crate::actions::{Result, Work};
use crate::domain::booking::availability;
use crate::domain::catalogue::service::{Purpose, Treatment};
use crate::domain::course::rules::test_patch;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::civil;
use chrono::{DateTime, Days, Duration, NaiveDate, Utc};

/// `refusals` of `search`, those that wait for a consultation or a test patch with the first day on which they
/// would be satisfied if that took place at its next free time.
pub(in crate::actions) async fn with_prerequisites(
    work: &mut Work<'_>,
    search: &Search,
    asked: NaiveDate,
    mut refusals: Vec<Refusal>,
) -> Result<Vec<Refusal>> {
    let waits = |code| move |refusal: &Refusal| refusal.code == code && refusal.earliest.is_none();
    let no_consultation = refusals.iter().any(waits(Code::ConsultationRequired));
    let no_patch = refusals.iter().any(waits(Code::TestPatchRequired));
    let Some(case) = search.case.clone().filter(|_| no_consultation || no_patch) else {
        return Ok(refusals);
    };
    let (now, zone, policy) = (work.now, work.app.zone, &work.app.policy);
    let mut ready = now;
    if let Some(consulted) =
        refusals.iter().find(|refusal| refusal.code == Code::ConsultationRequired)
    {
        let cooling = Duration::hours(policy.cooling_off_hours.into());
        let day = match consulted.earliest {
            Some(day) => Some(civil::day_start(zone, day)),
            None => {
                next_free(work, search, Purpose::Consultation, now).await?.map(|end| end + cooling)
            }
        };
        let Some(day) = day else { return Ok(refusals) };
        ready = day;
        give(&mut refusals, Code::ConsultationRequired, civil::date_of(zone, ready));
    }
    if no_patch && let Some(patched) = next_free(work, search, Purpose::TestPatch, ready).await? {
        let day = civil::date_of(zone, patched) + test_patch::wait(&case, policy);
        // An old test patch may still do sooner than the day that was asked for.
        let renewed = case.visits.iter().any(|visit| visit.treatment == Some(Treatment::TestPatch));
        let day = if renewed { day.max(asked) } else { day };
        give(&mut refusals, Code::TestPatchRequired, day);
    }
    Ok(refusals)
}

fn give(refusals: &mut [Refusal], code: Code, day: NaiveDate) {
    for refusal in refusals.iter_mut().filter(|refusal| refusal.code == code) {
        refusal.earliest = refusal.earliest.or(Some(day));
    }
}

/// When the next free visit of a purpose would be over, from `from` on, as far as resources go.
async fn next_free(
    work: &mut Work<'_>,
    search: &Search,
    purpose: Purpose,
    from: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    let catalogue = current(&mut work.tx, work.app).await?;
    let Some(service) = catalogue
        .services
        .iter()
        .find(|service| service.purpose() == purpose && service.details.active)
    else {
        return Ok(None);
    };
    let wanted = crate::domain::booking::diary::Wanted {
        device: search.wanted.device.filter(|_| service.is_laser()),
        ..Default::default()
    };
    let search = Search { service: service.clone(), wanted, case: None, ..search.clone() };
    let first = civil::date_of(work.app.zone, from);
    let last = first + Days::new(28);
    let mut ends = Vec::new();
    for mut diary in diaries::open(work, &search).await? {
        diaries::fill(&mut work.tx, &mut diary, first, last, search.except).await?;
        let slots = availability::find(&diary, first, last).slots;
        ends.extend(slots.iter().find(|slot| slot.start >= from).map(|slot| slot.end));
    }
    Ok(ends.into_iter().min())
}
