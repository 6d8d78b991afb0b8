//! The twelve patients of the demo, from the inside: each stands where their story says, whatever day
//! it is loaded on, and each permitted what was done.

use chrono::Duration;
use fadeline::domain::course::status::SessionStatus;
use fadeline::domain::course::{CourseOutcome, CourseStatus, Delivery, Goal, Pigment, estimate};
use fadeline::domain::ids::ConsentId;
use fadeline::domain::patient::consent::ConsentKind;
use fadeline::storage::patient::consents;
use uuid::Uuid;

use crate::demo_data::{DAYS, count};
use crate::support::told::{Told, told, was_done};

#[tokio::test]
async fn the_twelve_stories_hold_on_every_day() {
    for now in DAYS {
        the_twelve_stand(&told(now).await);
    }
}

/// Each of the twelve patients stands where their story says.
pub(crate) fn the_twelve_stand(told: &Told) {
    let now = told.now;
    let treated =
        |number| told.patient(number).2.iter().filter(|one| one.counts && was_done(one)).count();
    let planned = |number| {
        let details = &told.patient(number).1.details;
        details
            .planned_sessions
            .map(u16::from)
            .or(estimate::range(details).map(|(most, _)| most))
            .unwrap()
    };
    let to_come = |number| count(&told.patient(number).2, SessionStatus::Booked);

    assert_eq!(
        (treated(1), planned(1), to_come(1)),
        (1, 2, 0),
        "{now}: P01 is due for the second of two"
    );
    let last = told.patient(1).2.into_iter().rfind(|one| one.counts).unwrap();
    assert!(told.ago(last) >= 42, "{now}: P01's interval is over");
    assert_eq!((treated(2), planned(2)), (6, 10), "{now}: P02");
    assert_eq!(told.patient(2).1.details.pigment, Pigment::TattooInk);
    let patch = told
        .patient(3)
        .2
        .into_iter()
        .find(|one| one.service_code.as_str() == "test_patch")
        .unwrap();
    // Nine days ago, or the nearest day that was not closed.
    assert!((7..=11).contains(&told.ago(patch)), "{now}: P03 waits since {}", told.ago(patch));
    assert_eq!(
        patch.session.record.as_ref().unwrap().test_patch_result,
        None,
        "{now}: P03's patch is not read yet"
    );
    let skin: Option<&str> = told.patient(4).0.details.fitzpatrick.map(Into::into);
    assert_eq!(skin, Some("V"), "{now}: P04");
    let (_, adjust, visits) = told.patient(5);
    assert!(
        adjust.details.goal == Goal::Adjust
            && visits.iter().all(|one| !told.service(one).is_laser()),
        "{now}: P05"
    );
    assert_eq!(told.patient(6).1.details.goal, Goal::Lighten, "{now}: P06");
    assert_eq!(
        (told.patient(7).1.details.status, to_come(7)),
        (CourseStatus::OnHold, 0),
        "{now}: P07"
    );
    assert_eq!(told.patient(8).1.details.delivery, Delivery::Partner, "{now}: P08");
    let (_, _, missed) = told.patient(10);
    assert_eq!(
        (count(&missed, SessionStatus::Noshow), count(&missed, SessionStatus::Cancelled)),
        (2, 1),
        "{now}: P10"
    );
    let late = missed.iter().find(|one| one.session.status == SessionStatus::Cancelled).unwrap();
    assert!(
        late.session.starts_at - late.session.updated_at < Duration::hours(48),
        "{now}: P10 called off late"
    );
    let events: Vec<_> = told
        .patient(11)
        .2
        .iter()
        .filter_map(|one| one.session.record.as_ref())
        .flat_map(|record| &record.adverse_events)
        .collect();
    assert_eq!(
        events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(),
        ["blister", "hyperpigmentation"],
        "{now}: P11"
    );
    let (_, left, visits) = told.patient(12);
    assert_eq!(treated(12), 10, "{now}: P12");
    assert_eq!(
        (left.details.status, left.details.outcome),
        (CourseStatus::Completed, Some(CourseOutcome::PartialResidual)),
        "{now}: P12"
    );
    let clearance =
        visits.last().unwrap().session.record.as_ref().unwrap().clearance_percent.map(u16::from);
    assert_eq!((clearance, to_come(12)), (Some(70), 0), "{now}: P12");
}

#[tokio::test]
async fn everybody_permitted_messages_and_whoever_meets_the_laser_permitted_that() {
    let told = told(DAYS[0]).await;
    let mut tx = told.app.db.read().await.unwrap();
    for (index, (patient, course)) in told.people.iter().enumerate() {
        let given = consents::page(&mut tx, patient.id, ConsentId(Uuid::nil()), 10).await.unwrap();
        let kinds: Vec<_> = given.iter().map(|consent| consent.details.kind).collect();
        assert!(kinds.contains(&ConsentKind::Messages));
        let laser = told.of(course).iter().any(|one| told.service(one).is_laser());
        // A patient who is sent to a shop's laser permitted it too, whether they have been there or not.
        assert_eq!(
            kinds.contains(&ConsentKind::LaserTreatment),
            laser || (31..36).contains(&index),
            "{patient:?}"
        );
        assert_eq!(
            kinds.contains(&ConsentKind::Disclosure),
            [8, 9].contains(&(index + 1)) || (31..36).contains(&index),
            "{patient:?}"
        );
    }
}
