//! The demo's patients and their stories: twelve of `domain.md` section 6, and some
//! more so that the calendar looks lived in. A story is a list of visits, each some
//! days from today; `history` finds the times.

use chrono::Duration;
use serde_json::{Value, json};

use super::{LoadError, read, with};
use crate::clock::Clock;
use crate::domain::consent::{Consent, ConsentStatus};
use crate::domain::course::Course;
use crate::domain::ids::PartnerId;
use crate::domain::patient::Patient;
use crate::storage::{self, Tx};

/// How a visit of the past ended; one of the future is booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// As planned.
    Done,
    /// The patient came, but was not treated.
    NotDone,
    /// The patient did not come.
    NoShow,
    /// Called off.
    Cancelled,
}

/// A visit of a story.
pub(super) struct Visit {
    pub(super) service: &'static str,
    /// Days from today.
    pub(super) day: i64,
    pub(super) ending: Ending,
    /// What its record holds beyond the usual.
    pub(super) extra: Value,
}

/// A course with its visits.
pub(super) struct Story {
    pub(super) course: Course,
    pub(super) visits: Vec<Visit>,
}

fn visit(service: &'static str, day: i64) -> Visit {
    Visit {
        service,
        day,
        ending: Ending::Done,
        extra: json!({}),
    }
}

/// Visits with one service on several days.
fn visits(service: &'static str, days: &[i64]) -> Vec<Visit> {
    days.iter().map(|day| visit(service, *day)).collect()
}

impl Visit {
    fn ending(self, ending: Ending) -> Self {
        Self { ending, ..self }
    }
    fn with(self, extra: Value) -> Self {
        Self { extra, ..self }
    }
}

/// A patient before they are written: name, language, skin type, course, consents for disclosure, visits.
struct Told {
    name: (&'static str, &'static str),
    language: &'static str,
    fitzpatrick: &'static str,
    course: Value,
    disclosure: Option<PartnerId>,
    visits: Vec<Visit>,
}

fn told(name: (&'static str, &'static str), fitzpatrick: &'static str, course: Value, visits: Vec<Visit>) -> Told {
    Told {
        name,
        language: "en",
        fitzpatrick,
        course,
        disclosure: None,
        visits,
    }
}

fn removal(pigment: &str, depth: &str, zones: &[&str]) -> Value {
    json!({"goal": "remove", "pigment": pigment, "depth": depth, "zones": zones})
}

fn twelve(partners: &[PartnerId; 3]) -> Vec<Told> {
    use Ending::{Cancelled, NoShow, NotDone};
    let [maple, _, junction] = *partners;
    let line = &["frontal_hairline"];
    // P12: ten sessions six weeks apart, then a review.
    let ten: Vec<i64> = (0..10).map(|n| -428 + 42 * n).collect();
    let mut p12 = vec![
        visit("consultation", -456),
        visit("test_patch", -448).with(json!({"test_patch_result": "acceptable"})),
    ];
    p12.extend(visits("laser_full", &ten));
    p12.push(visit("review", -14).with(json!({"clearance_percent": 70})));
    let patch = |day| visit("test_patch", day).with(json!({"test_patch_result": "acceptable"}));
    vec![
        told(
            ("Alex", "Onehalf"),
            "II",
            removal("smp", "correct", line),
            vec![visit("consultation", -90), patch(-80), visit("laser_partial", -50)],
        ),
        told(
            ("Blue", "Inkwell"),
            "III",
            removal("tattoo_ink", "correct", &["mid_scalp", "vertex"]),
            {
                let mut all = vec![visit("consultation", -400), patch(-390)];
                all.extend(visits("laser_partial", &[-370, -314, -258, -202, -146, -90, 10]));
                all
            },
        ),
        Told {
            language: "fr",
            ..told(
                ("Camille", "Profonde"),
                "II",
                removal("smp", "too_deep", line),
                vec![visit("consultation", -20), visit("test_patch", -9), visit("laser_partial", 12)],
            )
        },
        told(
            ("Deshi", "Patient"),
            "V",
            removal("smp", "correct", &["left_temple", "right_temple"]),
            vec![
                visit("consultation", -130),
                patch(-120),
                visit("laser_partial", -80),
                visit("laser_partial", 3),
            ],
        ),
        told(
            ("Ember", "Denser"),
            "I",
            json!({"goal": "adjust", "pigment": "smp", "depth": "correct", "zones": ["vertex"]}),
            vec![visit("consultation", -30), visit("adjustment", -14), visit("adjustment", 7)],
        ),
        told(
            ("Farah", "Lightly"),
            "IV",
            json!({"goal": "lighten", "pigment": "smp", "depth": "too_shallow", "zones": line}),
            vec![visit("consultation", -45), visit("saline", -28), visit("saline", 14)],
        ),
        told(
            ("Gus", "Later"),
            "II",
            with(removal("smp", "correct", line), json!({"status": "on-hold"})),
            vec![visit("consultation", -12), visit("assessment", -5).ending(NotDone)],
        ),
        Told {
            disclosure: Some(maple),
            ..told(
                ("Hana", "Mapleward"),
                "III",
                with(removal("smp", "correct", line), json!({"delivery": "partner"})),
                vec![visit("consultation", -35), visit("assessment", -33)],
            )
        },
        Told {
            disclosure: Some(junction),
            language: "fr",
            ..told(
                ("Inès", "Réservée"),
                "III",
                with(removal("smp", "unknown", line), json!({"delivery": "partner"})),
                vec![visit("consultation", -25)],
            )
        },
        told(
            ("Jules", "Absent"),
            "II",
            removal("tattoo_ink", "correct", &["occipital"]),
            vec![
                visit("consultation", -200),
                patch(-190),
                visit("laser_partial", -170),
                visit("laser_partial", -110).ending(NoShow),
                visit("laser_partial", -60).ending(NoShow),
                visit("laser_partial", -20).ending(Cancelled),
            ],
        ),
        told(
            ("Kit", "Tender"),
            "IV",
            removal("smp", "too_deep", &["mid_scalp"]),
            vec![
                visit("consultation", -110),
                patch(-100),
                visit("laser_partial", -45)
                    .with(json!({"adverse_events": [{"kind": "blister", "severity": "moderate", "zone": "mid_scalp"}]})),
                visit("review", -16)
                    .with(json!({"adverse_events": [{"kind": "hyperpigmentation", "severity": "severe", "zone": "mid_scalp"}]})),
            ],
        ),
        told(
            ("Lou", "Leaving"),
            "III",
            with(
                removal("tattoo_ink", "too_deep", &["frontal_hairline", "mid_scalp", "vertex"]),
                json!({"status": "completed", "outcome": "partial_residual"}),
            ),
            p12,
        ),
    ]
}

/// More patients, one begun every sixteen days.
fn more() -> Vec<Told> {
    const GIVEN: [&str; 24] = [
        "Ari", "Bo", "Cleo", "Dani", "Eli", "Fay", "Gil", "Hari", "Ida", "Jan", "Kai", "Lea", "Mo", "Nia", "Ola", "Pia", "Quin", "Ren",
        "Sol", "Tam", "Uma", "Val", "Wil", "Zoë",
    ];
    const FAMILY: [&str; 6] = ["Sample", "Example", "Placeholder", "Fictif", "Specimen", "Template"];
    (0_i64..)
        .zip(GIVEN)
        .map(|(n, given)| {
            let begun = -380 + n * 16;
            // One in twenty does not come, one in twelve calls off, a few come in vain.
            let ending = |visit: i64| match (n * 5 + visit) % 24 {
                3 => Ending::NoShow,
                8 | 17 => Ending::Cancelled,
                12 => Ending::NotDone,
                _ => Ending::Done,
            };
            let days = [
                ("consultation", 0),
                ("assessment", 4),
                ("test_patch", 7),
                ("laser_partial", 25),
                ("review", 55),
                ("laser_partial", 75),
            ];
            let visits = (0..)
                .zip(days)
                .map(|(index, (service, after))| visit(service, begun + after).ending(ending(index)))
                .collect();
            let family = FAMILY
                .get(usize::try_from(n).unwrap_or(0) % FAMILY.len())
                .copied()
                .unwrap_or("Sample");
            let language = if n % 4 == 0 { "fr" } else { "en" };
            Told {
                language,
                ..told(
                    (given, family),
                    if n % 3 == 0 { "III" } else { "II" },
                    removal("smp", "correct", &["frontal_hairline", "vertex"]),
                    visits,
                )
            }
        })
        .collect()
}

/// Writes every patient with consents and course, and tells their stories.
pub(super) async fn stories(tx: &mut Tx, clock: &Clock, partners: &[PartnerId; 3]) -> Result<Vec<Story>, LoadError> {
    let mut stories = Vec::new();
    for (index, told) in twelve(partners).into_iter().chain(more()).enumerate() {
        let begun = clock.now() + Duration::days(told.visits.iter().map(|visit| visit.day).min().unwrap_or(0) - 7);
        let (given, family) = told.name;
        let email = format!("p{:02}@example.test", index + 1);
        let details = read(
            json!({"given_name": given, "family_name": family, "phone": format!("416-555-{:04}", 100 + index),
            "email": email, "preferred_language": told.language, "fitzpatrick": told.fitzpatrick}),
        )?;
        let patient = Patient {
            id: clock.id(),
            version: 1,
            details,
        };
        storage::patients::insert(tx, &patient).await?;
        let mut consents = vec![json!({"kind": "messages", "text_version": "2025-1"})];
        if told
            .visits
            .iter()
            .any(|visit| visit.service.starts_with("laser") || visit.service == "test_patch")
        {
            consents.push(json!({"kind": "laser_treatment", "text_version": "2025-1"}));
        }
        consents.extend(
            told.disclosure
                .map(|partner| json!({"kind": "disclosure", "partner_id": partner, "text_version": "2025-1"})),
        );
        for details in consents {
            let consent = Consent {
                id: clock.id(),
                version: 1,
                patient_id: patient.id,
                details: read(details)?,
                status: ConsentStatus::Active,
                given_at: begun,
                withdrawn_at: None,
            };
            storage::consents::insert(tx, &consent).await?;
        }
        let course = Course {
            id: clock.id(),
            version: 1,
            patient_id: patient.id,
            details: read(told.course)?,
            created_at: begun,
        };
        storage::courses::insert(tx, &course).await?;
        stories.push(Story {
            course,
            visits: told.visits,
        });
    }
    Ok(stories)
}
