//! The demo's patients and their stories: the twelve of `domain.md` section 6, and
//! those of `others`. A story is a list of visits, each some days from today;
//! `history` finds the times.

use chrono::Duration;
use serde_json::{Value, json};

use super::others::{of_today, others};
use super::{LoadError, read, shops, with};
use crate::clock::Clock;
use crate::domain::course::Course;
use crate::domain::ids::PartnerId;
use crate::domain::patient::Patient;
use crate::domain::patient::consent::{Consent, ConsentStatus};
use crate::storage;
use crate::storage::Tx;

/// How a visit of the past ended; one of the future is booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// As planned.
    Done,
    /// The patient came, but was not treated.
    NotDone,
    /// The patient did not come.
    NoShow,
    /// Called off, days before.
    Cancelled,
    /// Called off the day before.
    CancelledLate,
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
    /// Whether the skin is of a type that waits longer between exposures (Fitzpatrick IV to VI).
    pub(super) darker: bool,
    /// Code of the laser that is used.
    pub(super) laser: &'static str,
    pub(super) visits: Vec<Visit>,
}

pub(super) fn visit(service: &'static str, day: i64) -> Visit {
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
    pub(super) fn ending(self, ending: Ending) -> Self {
        Self { ending, ..self }
    }
    pub(super) fn with(self, extra: Value) -> Self {
        Self { extra, ..self }
    }
    pub(super) fn later(self, days: i64) -> Self {
        Self {
            day: self.day + days,
            ..self
        }
    }
}

/// A patient before they are written: name, language, skin type, course, laser, consents for disclosure, visits.
pub(super) struct Told {
    pub(super) name: (&'static str, &'static str),
    pub(super) language: &'static str,
    pub(super) fitzpatrick: &'static str,
    pub(super) course: Value,
    pub(super) laser: &'static str,
    pub(super) disclosure: Option<PartnerId>,
    /// Whether the laser was consented to though none is fired here.
    pub(super) lasered_elsewhere: bool,
    pub(super) visits: Vec<Visit>,
}

pub(super) fn told(
    name: (&'static str, &'static str),
    fitzpatrick: &'static str,
    course: Value,
    visits: Vec<Visit>,
) -> Told {
    Told {
        name,
        language: "en",
        fitzpatrick,
        course,
        laser: "LASER-OWN-1",
        disclosure: None,
        lasered_elsewhere: false,
        visits,
    }
}

pub(super) fn removal(pigment: &str, depth: &str, zones: &[&str]) -> Value {
    json!({"goal": "remove", "pigment": pigment, "depth": depth, "zones": zones})
}

fn twelve(partners: &[PartnerId; 3]) -> Vec<Told> {
    use Ending::{CancelledLate, NoShow, NotDone};
    let [maple, _, junction] = *partners;
    let line = &["frontal_hairline"];
    // P12: ten sessions six weeks apart, then a review; 14 months hold no more.
    let ten: Vec<i64> = (0..10).map(|n| -419 + 42 * n).collect();
    let mut p12 = vec![
        visit("consultation", -436),
        visit("test_patch", -434).with(json!({"test_patch_result": "acceptable"})),
    ];
    p12.extend(visits("laser_full", &ten));
    p12.push(visit("review", -9).with(json!({"clearance_percent": 70})));
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
                vec![visit("consultation", -20), visit("test_patch", -9)],
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
            // Treated lately enough for the test patch to count for weeks to come (rule 24), whatever the day.
            vec![
                visit("consultation", -150),
                patch(-140),
                visit("laser_partial", -120),
                visit("laser_partial", -75).ending(NoShow),
                visit("laser_partial", -45).ending(NoShow),
                visit("laser_partial", -20).ending(CancelledLate),
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

/// Writes every patient with consents and course, and tells their stories.
pub(super) async fn stories(
    tx: &mut Tx,
    clock: &Clock,
    partners: &[PartnerId; 3],
) -> Result<Vec<Story>, LoadError> {
    let mut stories = Vec::new();
    for (index, told) in twelve(partners)
        .into_iter()
        .chain(others())
        .chain(shops::told(partners))
        .chain(of_today())
        .enumerate()
    {
        // Long enough before the first visit for that to be booked after the course was opened.
        let begun = clock.now()
            + Duration::days(told.visits.iter().map(|visit| visit.day).min().unwrap_or(0) - 21);
        let (given, family) = told.name;
        let email = format!("p{:02}@example.test", index + 1);
        let details = read(
            json!({"given_name": given, "family_name": family, "phone": format!("416-555-{:04}", 100 + index),
            "email": email, "preferred_language": told.language, "fitzpatrick": told.fitzpatrick,
            "preferred_channel": (index % 5 == 4).then_some("sms")}),
        )?;
        let patient = Patient {
            id: clock.id(),
            version: 1,
            details,
        };
        storage::patient::patients::insert(tx, &patient).await?;
        let mut consents = vec![json!({"kind": "messages", "text_version": "2025-1"})];
        let exposes =
            |visit: &Visit| visit.service.starts_with("laser") || visit.service == "test_patch";
        if told.lasered_elsewhere || told.visits.iter().any(exposes) {
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
            storage::patient::consents::insert(tx, &consent).await?;
        }
        let course = Course {
            assessed_at: None,
            id: clock.id(),
            version: 1,
            patient_id: patient.id,
            details: read(told.course)?,
            created_at: begun,
        };
        storage::course::courses::insert(tx, &course).await?;
        stories.push(Story {
            course,
            darker: ["IV", "V", "VI"].contains(&told.fitzpatrick),
            laser: told.laser,
            visits: told.visits,
        });
    }
    Ok(stories)
}
