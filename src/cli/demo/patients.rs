//! The demo's patients and their stories: the twelve of `docs/domain.md` 6, and
//! those of `others`. A story is a list of visits, each some days from today;
//! `history` finds the times.

use chrono::Duration;
use serde_json::json;

use super::others::{of_today, others};
use super::read::{LoadError, read, with};
use super::shops;
use super::story::{Story, Told, Visit, removal, told, visit, visits};
use crate::clock::Clock;
use crate::domain::course::Course;
use crate::domain::ids::PartnerId;
use crate::domain::patient::Patient;
use crate::domain::patient::consent::{Consent, ConsentStatus};
use crate::storage;
use crate::storage::Tx;

fn twelve(partners: &[PartnerId; 3]) -> Vec<Told> {
    use super::story::Ending::{CancelledLate, NoShow, NotDone};
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
    let told = twelve(partners).into_iter().chain(others()).chain(shops::told(partners));
    for (index, told) in told.chain(of_today()).enumerate() {
        stories.push(write(tx, clock, index, told).await?);
    }
    Ok(stories)
}

async fn write(tx: &mut Tx, clock: &Clock, index: usize, told: Told) -> Result<Story, LoadError> {
    // Long enough before the first visit for that to be booked after the course was opened.
    let first = told.visits.iter().map(|visit| visit.day).min().unwrap_or(0);
    let begun = clock.now() + Duration::days(first - 21);
    let (given, family) = told.name;
    let details = read(json!({"given_name": given, "family_name": family,
        "phone": format!("416-555-{:04}", 100 + index), "email": format!("p{:02}@example.test", index + 1),
        "preferred_language": told.language, "fitzpatrick": told.fitzpatrick,
        "preferred_channel": (index % 5 == 4).then_some("sms")}))?;
    let patient = Patient { id: clock.id(), version: 1, details };
    storage::patient::patients::insert(tx, &patient).await?;
    let exposes =
        |visit: &Visit| visit.service.starts_with("laser") || visit.service == "test_patch";
    let laser = told.lasered_elsewhere || told.visits.iter().any(exposes);
    let disclosure = told.disclosure.map(|shop| json!({"kind": "disclosure", "partner_id": shop}));
    let consents = [
        Some(json!({"kind": "messages"})),
        laser.then(|| json!({"kind": "laser_treatment"})),
        disclosure,
    ];
    for consent in consents.into_iter().flatten() {
        let consent = Consent {
            id: clock.id(),
            version: 1,
            patient_id: patient.id,
            details: read(with(consent, json!({"text_version": "2025-1"})))?,
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
    let darker = ["IV", "V", "VI"].contains(&told.fitzpatrick);
    Ok(Story { course, darker, laser: told.laser, visits: told.visits })
}
