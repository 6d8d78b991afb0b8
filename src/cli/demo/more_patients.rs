//! More patients than the twelve of `docs/domain.md` 6, so that the calendar looks lived in:
//! one begins every 19 days, some miss a visit and come again.

use serde_json::json;

use super::story::{Draft, Ending, Visit, patient, removal, visit};

const GIVEN: [&str; 19] = [
    "Ari", "Bo", "Cleo", "Dani", "Eli", "Fay", "Gil", "Hari", "Ida", "Jan", "Kai", "Lea", "Mo",
    "Nia", "Ola", "Pia", "Quin", "Ren", "Zoë",
];
const FAMILY: [&str; 6] = ["Sample", "Example", "Placeholder", "Fictif", "Specimen", "Template"];
const SKIN: [&str; 5] = ["II", "III", "I", "IV", "II"];

/// The others, in the order in which they began.
pub(super) fn others() -> Vec<Draft> {
    // Counts every visit of all of them, so that the shares of endings hold over all.
    let mut turn = 0;
    GIVEN
        .into_iter()
        .zip(FAMILY.into_iter().cycle())
        .zip(SKIN.into_iter().cycle())
        .zip(0_i64..)
        .map(|((name, skin), n)| {
            let (course, path) = match n % 8 {
                3 => (
                    json!({"goal": "adjust", "pigment": "smp", "depth": "correct", "zones": ["mid_scalp"]}),
                    &ADJUSTED,
                ),
                6 => (
                    json!({"goal": "fade", "pigment": "smp", "depth": "too_shallow", "zones": ["left_side", "right_side"]}),
                    &FADED,
                ),
                _ if skin == "IV" => (removal("smp", "correct", &["frontal_hairline", "left_temple"]), &DARKER),
                1 | 5 => (removal("smp", "too_deep", &["frontal_hairline", "mid_scalp", "vertex"]), &WHOLE),
                _ => (removal("smp", "correct", &["frontal_hairline", "vertex"]), &PARTIAL),
            };
            Draft {
                language: if n % 4 == 0 { "fr" } else { "en" },
                // A laser is tested before it is used, so a patient who begins with the rented one stays with it.
                laser: if n % 5 == 2 { "LASER-RENT-1" } else { "LASER-OWN-1" },
                ..patient(name, skin, course, visits(path, -372 + 19 * n, &mut turn))
            }
        })
        .collect()
}

/// How many come for the first time today, so that the day that the demo begins with has something to do.
pub(super) const TODAY: usize = 5;

/// Those who come for the first time today, or on the next open day.
pub(super) fn of_today() -> [Draft; TODAY] {
    let first = |name, zone: &str| {
        patient(name, "II", removal("smp", "unknown", &[zone]), vec![visit("consultation", 0)])
    };
    [
        first(("Sol", "Firstcall"), "vertex"),
        first(("Tam", "Newcomer"), "frontal_hairline"),
        first(("Uma", "Walkin"), "mid_scalp"),
        first(("Val", "Greeting"), "left_temple"),
        first(("Wen", "Hello"), "occipital"),
    ]
}

/// Services of a course with the days from its beginning.
type Path = [(&'static str, i64)];

const PARTIAL: &Path = &[
    ("consultation", 0),
    ("assessment", 4),
    ("test_patch", 7),
    ("laser_partial", 25),
    ("review", 57),
    ("laser_partial", 75),
];
const WHOLE: &Path = &[
    ("consultation", 0),
    ("assessment", 3),
    ("test_patch", 8),
    ("laser_full", 27),
    ("review", 59),
    ("laser_full", 78),
];
const DARKER: &Path = &[
    ("consultation", 0),
    ("test_patch", 7),
    ("laser_partial", 40),
    ("review", 72),
    ("laser_partial", 101),
];
const ADJUSTED: &Path =
    &[("consultation", 0), ("adjustment", 14), ("adjustment", 35), ("review", 65)];
const FADED: &Path =
    &[("consultation", 0), ("assessment", 5), ("chemical", 20), ("chemical", 55), ("review", 85)];

/// The visits along `path`. What came to nothing is tried again a week later, and all that follows waits for it.
fn visits(path: &Path, begun: i64, turn: &mut u32) -> Vec<Visit> {
    let mut late = 0;
    let mut all = Vec::new();
    for (service, after) in path {
        let ending = ending(service, *turn);
        *turn += 1;
        let day = begun + after + late;
        let first = visit(service, day);
        if ending == Ending::Done || first.day >= 0 {
            all.push(first);
            continue;
        }
        late += 7;
        all.extend([first.ending(ending), visit(service, day + 7)]);
    }
    all
}

/// One visit in sixteen is missed, one in eight cancelled, and a few are not treated by the laser.
fn ending(service: &str, turn: u32) -> Ending {
    match turn % 48 {
        8 | 24 | 40 => Ending::NoShow,
        2 | 13 | 21 | 30 | 37 | 45 => Ending::Cancelled,
        5 | 17 | 33 if service.starts_with("laser") => Ending::NotDone,
        _ => Ending::Done,
    }
}
