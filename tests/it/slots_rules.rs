//! Slots and the rules of removal: on the random calendars of `slots_model`, with a random
//! case, no time is proposed that booking refuses, and none is left out that it accepts.

use crate::support::toronto;
use std::collections::BTreeSet;

use chrono::{DateTime, Duration, TimeZone, Utc};
use fadeline::domain::booking::availability::find;
use fadeline::domain::booking::diary::{Diary, Wanted};
use fadeline::domain::booking::judge::judge;
use fadeline::domain::catalogue::service::{Purpose, Treatment};
use fadeline::domain::course::Zone;
use fadeline::domain::course::case::{Case, Facing, Happened, Visit};
use fadeline::domain::course::record::TestPatchResult;
use fadeline::domain::ids::{CourseId, SessionId};
use fadeline::domain::time::civil;
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use crate::slots_world::{World, world};

/// A visit: hours from the first midnight, what it was, what became of it, with which device, how it was read.
type Rough = (i64, u8, u8, u8, u8);

fn visit(diary: &Diary, world: &World, (hour, what, became, device, read): Rough) -> Visit {
    let starts_at = world.minute(hour * 60);
    let (purpose, treatment) = match what {
        0 | 1 => (Purpose::Consultation, None),
        2..=4 => (Purpose::TestPatch, Some(Treatment::TestPatch)),
        5 => (Purpose::Visit, Some(Treatment::Lightening)),
        6 => (Purpose::Visit, Some(Treatment::Adjustment)),
        _ => (Purpose::Visit, Some(Treatment::Laser)),
    };
    let lasered = treatment.is_some_and(Treatment::is_exposure);
    Visit {
        session_id: SessionId(Uuid::from_u128(1)),
        course_id: CourseId(Uuid::from_u128(u128::from(became > 250))),
        purpose,
        treatment,
        counts: treatment.is_some() && purpose == Purpose::Visit,
        device_id: diary
            .devices
            .get(usize::from(device) % diary.devices.len().max(1))
            .filter(|_| lasered)
            .map(|one| one.id),
        partner_id: None,
        starts_at,
        over_at: starts_at + Duration::minutes(45),
        day: civil::date_of(toronto(), starts_at),
        happened: match became {
            _ if starts_at > diary.now => Happened::ToCome,
            0..=20 => Happened::NotDone,
            _ => Happened::Done,
        },
        zones: match read {
            0..=60 => vec![Zone::Occipital],
            _ => vec![Zone::Vertex],
        },
        wavelengths: Vec::new(),
        reading: match read {
            _ if purpose != Purpose::TestPatch => None,
            0..=10 => None,
            11..=20 => Some(TestPatchResult::Reaction),
            _ => Some(TestPatchResult::Acceptable),
        },
        clearance: None,
    }
}

fn case(diary: &Diary, world: &World, goal: u8, skin: u8, visits: &[Rough]) -> Case {
    let goal = ["remove", "remove", "lighten", "adjust"][usize::from(goal % 4)];
    let mut visits: Vec<_> = visits.iter().map(|rough| visit(diary, world, *rough)).collect();
    visits.sort_by_key(|visit| visit.starts_at);
    Case {
        course_id: CourseId(Uuid::nil()),
        course: serde_json::from_value(
            json!({"goal": goal, "pigment": "tattoo_ink", "depth": "correct", "zones": ["vertex"]}),
        )
        .unwrap(),
        fitzpatrick: serde_json::from_value(json!(["II", "V"][usize::from(skin % 2)])).unwrap(),
        visits,
        facing: Facing::BothWays,
    }
}

/// Hours from the first midnight: any, or as many days before a day of the range as some rule counts.
fn hour() -> impl Strategy<Value = i64> {
    let waits = proptest::sample::select(vec![14_i64, 28, 42, 42, 42, 56, 56, 180]);
    let telling =
        (0_i64..4, waits, 0_i64..24).prop_map(|(day, wait, hour)| (day - wait) * 24 + hour);
    prop_oneof![1 => -2600_i64..400, 3 => telling]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_time_is_proposed_that_a_rule_forbids_and_none_is_left_out_that_all_allow(
        world in world(), goal in any::<u8>(), skin in any::<u8>(), prepared in 0_u8..4,
        visits in proptest::collection::vec((hour(), 0_u8..16, any::<u8>(), any::<u8>(), any::<u8>()), 0..7),
    ) {
        let mut diary = world.diary(Wanted::default());
        // Most have been consulted and tested, or hardly any laser could be booked at all.
        let mut visits = visits;
        if prepared > 0 {
            visits.push((-1500, 0, 100, 0, 100));
            visits.extend((0..3).map(|device| (-1400, 2, 100, device, 100)));
        }
        diary.case = Some(case(&diary, &world, goal, skin, &visits));
        let found = find(&diary, world.first, world.last());
        let proposed: BTreeSet<DateTime<Utc>> = found.slots.iter().map(|slot| slot.start).collect();
        // What is booked on the day itself is asked by the day when times are searched, and by the clock when one is judged.
        let busy: BTreeSet<_> = diary.case.iter().flat_map(|case| &case.visits).map(|visit| visit.day).collect();
        let end = toronto().from_local_datetime(&(world.last() + Duration::days(1)).and_hms_opt(0, 0, 0).unwrap()).unwrap().to_utc();
        for start in (0..).step_by(15).map(|n| world.minute(n)).take_while(|start| *start < end) {
            let judged = judge(&diary, start);
            if proposed.contains(&start) {
                prop_assert!(judged.is_ok(), "{}: {:?}", start, judged);
            } else if !busy.contains(&civil::date_of(toronto(), start)) {
                prop_assert!(judged.is_err(), "{} is left out", start);
            }
        }
        prop_assert!(!proposed.is_empty() || !found.refused.is_empty(), "it says why");
    }
}
