//! The demo's data from the inside: whatever day it is loaded on, it keeps the product's
//! own rules of time and place.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, Utc};
use fadeline::actions::booking::diaries;
use fadeline::actions::booking::diaries::Search;
use fadeline::actions::{Program, Work};
use fadeline::domain::booking::diary::Wanted;
use fadeline::domain::booking::{availability, judge};
use fadeline::domain::course::case::{Case, Facing};
use fadeline::domain::course::status::{Outcome, ProcedureStatus, SessionStatus};
use fadeline::domain::ids::ResourceId;
use fadeline::domain::time::interval::Interval;
use fadeline::domain::time::{civil, holidays};
use fadeline::storage::Db;
use fadeline::storage::booking::claims::Except;
use fadeline::storage::course::{sessions, treatments};

use crate::support::told::{Told, day, told, was_done};
use crate::support::toronto;

/// A Sunday, both days on which the clock changes, a leap day, and noon of a working Thursday.
pub(crate) const DAYS: [&str; 5] = [
    "2026-11-22T15:00:00Z", "2027-03-14T06:30:00Z", "2027-11-07T05:30:00Z", "2028-02-29T23:00:00Z",
    "2027-01-07T17:00:00Z",
];

pub(crate) fn count(sessions: &[&sessions::Listed], status: SessionStatus) -> usize {
    sessions.iter().filter(|one| one.session.status == status).count()
}

#[tokio::test]
async fn about_180_sessions_span_fourteen_months_back_and_ten_weeks_ahead() {
    for now in DAYS {
        let told = told(now).await;
        assert!((165..=195).contains(&told.sessions.len()), "{now}: {}", told.sessions.len());
        // What shops treat is theirs to report, and stands apart.
        let own = || told.sessions.iter().filter(|one| one.session.referral_id.is_none());
        let past: Vec<_> = own().filter(|one| one.session.starts_at <= told.now).collect();
        let to_come = own().count() - past.len();
        assert!((8..=30).contains(&to_come), "{now}: {to_come} to come");
        let per_mille = |status| count(&past, status) * 1000 / past.len();
        let not_done = past
            .iter()
            .filter(|one| one.session.procedure_status == ProcedureStatus::NotDone)
            .count()
            * 1000
            / past.len();
        let shares = (
            per_mille(SessionStatus::Fulfilled) - not_done,
            per_mille(SessionStatus::Noshow),
            per_mille(SessionStatus::Cancelled),
            not_done,
        );
        assert!((820..=860).contains(&shares.0), "{now}: {shares:?}");
        assert!(
            (40..=60).contains(&shares.1) && (70..=95).contains(&shares.2),
            "{now}: {shares:?}"
        );
        assert!((20..=45).contains(&shares.3), "{now}: {shares:?}");
        for one in own() {
            let ended = one.session.status.is_terminal();
            assert!(ended == (one.session.starts_at <= told.now), "{now}: {:?}", one.session);
            assert!(
                ended || one.session.status == SessionStatus::Booked,
                "{now}: {:?}",
                one.session
            );
            assert!(!ended || one.session.ends_at < told.now, "{now}: {:?}", one.session);
            assert!((-75..=440).contains(&told.ago(one)), "{now}: {}", told.ago(one));
        }
    }
}

#[tokio::test]
async fn nobody_and_nothing_is_in_two_places_at_once() {
    for now in DAYS {
        let told = told(now).await;
        let mut taken: BTreeMap<ResourceId, Vec<Interval>> = BTreeMap::new();
        for one in told.sessions.iter().filter(|one| one.session.status != SessionStatus::Cancelled)
        {
            let (session, service) = (&one.session, told.service(one));
            let until = session.ends_at + service.turnaround();
            let at_work = Interval::new(session.starts_at - service.preparation(), until).unwrap();
            let present = Interval::new(session.starts_at - service.arrival(), until).unwrap();
            taken.entry(session.place.practitioner_id.into()).or_default().push(at_work);
            taken.entry(session.patient_id.into()).or_default().push(present);
            let room = session.place.room_id.map(|room| (room.into(), present));
            let device = session.place.device_id.map(|device| (device.into(), at_work));
            for (resource, span) in room.into_iter().chain(device) {
                taken.entry(resource).or_default().push(span);
            }
        }
        for spans in taken.values_mut() {
            spans.sort_unstable();
            assert!(spans.windows(2).all(|pair| !pair[0].overlaps(pair[1])), "{now}: {spans:?}");
        }
    }
}

#[tokio::test]
async fn booking_would_say_yes_to_every_session_but_for_its_own_claims() {
    for now in DAYS {
        let told = told(now).await;
        let caller = Program::own("a story").caller();
        let mut work = Work::look(&told.app, &caller).await.unwrap();
        for one in told.sessions.iter().filter(|one| one.session.status != SessionStatus::Cancelled)
        {
            let session = &one.session;
            // A shop that is asked named its time itself.
            let proposed = session.referral_id.is_some();
            let (patient, course) =
                told.people.iter().find(|(_, course)| course.id == session.course_id).unwrap();
            let case = Case {
                course_id: course.id,
                course: course.details.clone(),
                fitzpatrick: patient.details.fitzpatrick,
                visits: treatments::of_patient(&mut work.tx, patient.id, toronto()).await.unwrap(),
                facing: Facing::Backward,
            };
            let case = case.without(session.id);
            let search = Search {
                patient: session.patient_id,
                service: told.service(one).clone(),
                site: Some(session.place.site_id),
                wanted: Wanted {
                    practitioner: Some(session.place.practitioner_id),
                    room: session.place.room_id,
                    device: session.place.device_id,
                },
                prefer: None,
                except: Except { session: Some(session.id), hold: None },
                case: Some(case),
                pardoned: Vec::new(),
                proposed,
            };
            work.now = session.created_at;
            let mut diaries = diaries::open(&mut work, &search).await.unwrap();
            let date = day(session.starts_at);
            diaries::fill(&mut work.tx, &mut diaries[0], date, date, search.except).await.unwrap();
            assert_eq!(
                judge::judge(&diaries[0], session.starts_at).map(|granted| granted.place),
                Ok(session.place),
                "{now}: {session:?}"
            );
            let wall =
                civil::wall_of(toronto(), session.starts_at).format("%Y-%m-%dT%H:%M").to_string();
            assert_eq!((&session.local_start, session.zone.as_str()), (&wall, "America/Toronto"));
        }
    }
}

#[tokio::test]
async fn consultation_test_patch_and_laser_come_in_order_and_far_enough_apart() {
    for now in DAYS {
        let told = told(now).await;
        for (patient, course) in &told.people {
            let sessions = told.of(course);
            let darker = patient
                .details
                .fitzpatrick
                .is_some_and(|skin| ["IV", "V", "VI"].contains(&skin.into()));
            let before = |service: &str, one: &sessions::Listed| {
                let done = sessions
                    .iter()
                    .filter(|other| other.service_code.as_str() == service && was_done(other));
                done.map(|other| other.session.starts_at)
                    .filter(|at| *at < one.session.starts_at)
                    .max()
            };
            let wait = |since: Option<DateTime<Utc>>, one: &sessions::Listed| {
                Some((day(one.session.starts_at) - day(since?)).num_days())
            };
            // What was cancelled or missed exposed no skin, but was booked by the same rules.
            for one in &sessions {
                let laser = ["laser_partial", "laser_full"]
                    .into_iter()
                    .filter_map(|code| before(code, one))
                    .max();
                let story = format!(
                    "{now}: {} {}",
                    patient.details.email.clone().unwrap(),
                    one.session.local_start
                );
                match one.service_code.as_str() {
                    "consultation" => {}
                    "test_patch" => {
                        assert!(wait(before("consultation", one), one) >= Some(1), "{story}");
                    }
                    "laser_partial" | "laser_full" => {
                        assert!(
                            wait(before("test_patch", one), one)
                                >= Some(if darker { 28 } else { 14 }),
                            "{story}"
                        );
                        assert!(
                            wait(laser, one)
                                .is_none_or(|days| days >= if darker { 56 } else { 42 }),
                            "{story}"
                        );
                    }
                    "saline" => assert!(
                        wait(before("saline", one), one).is_none_or(|days| days >= 28),
                        "{story}"
                    ),
                    "adjustment" => assert!(
                        wait(before("adjustment", one), one).is_none_or(|days| days >= 10),
                        "{story}"
                    ),
                    _ => assert!(wait(before("consultation", one), one).is_some(), "{story}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn what_was_done_is_recorded_within_the_limits_of_its_laser() {
    for now in DAYS {
        let told = told(now).await;
        let mut lasers = BTreeMap::new();
        for one in &told.sessions {
            let session = &one.session;
            assert_eq!(
                session.record.is_some(),
                session.status == SessionStatus::Fulfilled,
                "{now}: {session:?}"
            );
            let Some(record) = &session.record else {
                continue;
            };
            if session.procedure_status == ProcedureStatus::NotDone {
                assert!(
                    record.outcome == Outcome::NotDone && record.reason.is_some(),
                    "{now}: {session:?}"
                );
                continue;
            }
            assert_eq!(record.outcome, Outcome::Completed);
            let Some(device) = session.place.device_id else {
                continue;
            };
            let device = &told.devices[&device].details;
            *lasers.entry(device.code.to_string()).or_insert(0) += 1;
            assert!(
                record.endpoint.is_some()
                    && record.pain.is_some()
                    && record.eyewear_checked == Some(true),
                "{session:?}"
            );
            assert!(!record.parameter_sets.is_empty());
            for set in &record.parameter_sets {
                let mode = device
                    .modes
                    .iter()
                    .find(|mode| mode.wavelength_nm == u16::from(set.wavelength_nm))
                    .unwrap();
                for (value, limits) in [
                    (set.fluence_j_cm2, mode.fluence_j_cm2),
                    (set.spot_mm, mode.spot_mm),
                    (set.frequency_hz, mode.frequency_hz),
                    (set.pulse_width, mode.pulse_width),
                ] {
                    assert!(
                        (limits.min..=limits.max).contains(&f64::from(value)),
                        "{now}: {set:?}"
                    );
                }
                assert_eq!(set.pulse_width_unit, mode.pulse_width_unit);
            }
        }
        assert!(lasers["LASER-OWN-1"] > 20 && lasers["LASER-RENT-1"] > 3, "{now}: {lasers:?}");
    }
}

#[tokio::test]
async fn each_thing_is_written_down_before_what_follows_from_it() {
    for now in DAYS {
        let told = told(now).await;
        for (_, course) in &told.people {
            for one in told.of(course) {
                let session = &one.session;
                assert!(course.created_at <= session.created_at, "{now}: {session:?}");
                assert!(
                    session.created_at < session.starts_at && session.created_at < told.now,
                    "{now}: {session:?}"
                );
                assert!(
                    (session.created_at..=told.now).contains(&session.updated_at),
                    "{now}: {session:?}"
                );
                let called_off = session.status == SessionStatus::Cancelled;
                assert!(
                    !called_off || session.updated_at < session.starts_at,
                    "{now}: {session:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn the_weeks_to_come_have_room_for_every_service_on_most_weekdays() {
    for now in DAYS {
        let told = told(now).await;
        let caller = Program::own("a story").caller();
        let mut work = Work::look(&told.app, &caller).await.unwrap();
        let today = day(told.now);
        let days: Vec<_> = today
            .iter_days()
            .skip(1)
            .take(28)
            .filter(|day| {
                day.weekday().number_from_monday() < 6 && holidays::on(*day, true).is_none()
            })
            .collect();
        for service in told.services.values() {
            let search = Search::of(told.people[0].0.id, service.clone());
            let mut diaries = diaries::open(&mut work, &search).await.unwrap();
            diaries::fill(
                &mut work.tx,
                &mut diaries[0],
                today,
                today + Days::new(30),
                search.except,
            )
            .await
            .unwrap();
            let roomy = days
                .iter()
                .filter(|day| availability::find(&diaries[0], **day, **day).slots.len() >= 8)
                .count();
            assert!(
                roomy * 10 >= days.len() * 8,
                "{now}: {} on {roomy} of {} days",
                service.details.code,
                days.len()
            );
        }
    }
}

#[tokio::test]
async fn the_same_day_tells_the_same_stories_and_every_record_is_marked() {
    let lines = |told: &Told| {
        let line = |one: &sessions::Listed| {
            let patient = told
                .people
                .iter()
                .find(|(patient, _)| patient.id == one.session.patient_id)
                .unwrap();
            format!(
                "{} {} {} {}",
                one.session.local_start,
                one.service_code,
                one.session.status,
                patient.0.details.family_name
            )
        };
        told.sessions.iter().map(line).collect::<BTreeSet<_>>()
    };
    let (one, other) = (told(DAYS[0]).await, told(DAYS[0]).await);
    assert_eq!(lines(&one), lines(&other));
    let unmarked = "SELECT (SELECT COUNT(*) FROM sites WHERE NOT is_demo) + (SELECT COUNT(*) FROM practitioners WHERE NOT is_demo)
        + (SELECT COUNT(*) FROM rooms WHERE NOT is_demo) + (SELECT COUNT(*) FROM devices WHERE NOT is_demo)
        + (SELECT COUNT(*) FROM partners WHERE NOT is_demo) + (SELECT COUNT(*) FROM users WHERE NOT is_demo)
        + (SELECT COUNT(*) FROM patients WHERE NOT is_demo) + (SELECT COUNT(*) FROM courses WHERE NOT is_demo)
        + (SELECT COUNT(*) FROM sessions WHERE NOT is_demo)";
    let unmarked: i64 = match &one.app.db {
        Db::Sqlite { read, .. } => sqlx::query_scalar(unmarked).fetch_one(read).await.unwrap(),
        Db::Postgres(pool) => sqlx::query_scalar(unmarked).fetch_one(pool).await.unwrap(),
    };
    assert_eq!(unmarked, 0);
}
