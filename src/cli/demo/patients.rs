//! The demo's patients and their stories: the twelve of `docs/domain.md` 6, and
//! those of `others`. A story is a list of visits, each some days from today;
//! `history` finds the times.

use chrono::Duration;
use serde_json::json;

use super::more_patients::{of_today, others};
use super::read::{LoadError, read, with};
use super::shops;
use super::story::{Draft, Story, Visit, path, patient, removal, visit, visits};
use crate::clock::Clock;
use crate::domain::course::Course;
use crate::domain::ids::PartnerId;
use crate::domain::patient::Patient;
use crate::domain::patient::consent::{Consent, ConsentStatus};
use crate::storage;
use crate::storage::Tx;

fn twelve(partners: &[PartnerId; 3]) -> Vec<Draft> {
    use super::story::Ending::{CancelledLate, NoShow, NotDone};
    let [maple, _, junction] = *partners;
    let line = &["frontal_hairline"];
    // P02: six of ten sessions.
    let mut inked = path(&[("consultation", -400), ("test_patch", -390)]);
    inked.extend(visits("laser_partial", &[-370, -314, -258, -202, -146, -90, 10]));
    // P12: ten sessions six weeks apart, then a review; 14 months hold no more.
    let ten: Vec<i64> = (0..10).map(|n| -419 + 42 * n).collect();
    let mut left = path(&[("consultation", -436), ("test_patch", -434)]);
    left.extend(visits("laser_full", &ten));
    left.push(visit("review", -9).with(json!({"clearance_percent": 70})));
    let effect = |service, day, kind: &str, severity: &str| {
        let event = json!({"kind": kind, "severity": severity, "zone": "mid_scalp"});
        visit(service, day).with(json!({"adverse_events": [event]}))
    };
    let at_shop = |course| with(course, json!({"delivery": "partner"}));
    vec![
        patient(
            ("Alex", "Onehalf"),
            "II",
            removal("smp", "correct", line),
            path(&[("consultation", -90), ("test_patch", -80), ("laser_partial", -50)]),
        ),
        patient(
            ("Blue", "Inkwell"),
            "III",
            removal("tattoo_ink", "correct", &["mid_scalp", "vertex"]),
            inked,
        ),
        Draft {
            language: "fr",
            ..patient(
                ("Camille", "Profonde"),
                "II",
                removal("smp", "too_deep", line),
                vec![visit("consultation", -20), visit("test_patch", -9).with(json!({}))],
            )
        },
        patient(
            ("Deshi", "Patient"),
            "V",
            removal("smp", "correct", &["left_temple", "right_temple"]),
            path(&[
                ("consultation", -130),
                ("test_patch", -120),
                ("laser_partial", -80),
                ("laser_partial", 3),
            ]),
        ),
        patient(
            ("Ember", "Denser"),
            "I",
            json!({"goal": "adjust", "pigment": "smp", "depth": "correct", "zones": ["vertex"]}),
            path(&[("consultation", -30), ("adjustment", -14), ("adjustment", 7)]),
        ),
        patient(
            ("Farah", "Lightly"),
            "IV",
            json!({"goal": "lighten", "pigment": "smp", "depth": "too_shallow", "zones": line}),
            path(&[("consultation", -45), ("saline", -28), ("saline", 14)]),
        ),
        patient(
            ("Gus", "Later"),
            "II",
            with(removal("smp", "correct", line), json!({"status": "on-hold"})),
            vec![visit("consultation", -12), visit("assessment", -5).ending(NotDone)],
        ),
        Draft {
            disclosure: Some(maple),
            ..patient(
                ("Hana", "Mapleward"),
                "III",
                at_shop(removal("smp", "correct", line)),
                path(&[("consultation", -35), ("assessment", -33)]),
            )
        },
        Draft {
            disclosure: Some(junction),
            language: "fr",
            ..patient(
                ("Inès", "Réservée"),
                "III",
                at_shop(removal("smp", "unknown", line)),
                vec![visit("consultation", -25)],
            )
        },
        patient(
            ("Jules", "Absent"),
            "II",
            removal("tattoo_ink", "correct", &["occipital"]),
            // Treated lately enough for the test patch to count for weeks to come (rule 24), whatever the day.
            vec![
                visit("consultation", -150),
                visit("test_patch", -140),
                visit("laser_partial", -120),
                visit("laser_partial", -75).ending(NoShow),
                visit("laser_partial", -45).ending(NoShow),
                visit("laser_partial", -20).ending(CancelledLate),
            ],
        ),
        patient(
            ("Kit", "Tender"),
            "IV",
            removal("smp", "too_deep", &["mid_scalp"]),
            vec![
                visit("consultation", -110),
                visit("test_patch", -100),
                effect("laser_partial", -45, "blister", "moderate"),
                effect("review", -16, "hyperpigmentation", "severe"),
            ],
        ),
        patient(
            ("Lou", "Leaving"),
            "III",
            with(
                removal("tattoo_ink", "too_deep", &["frontal_hairline", "mid_scalp", "vertex"]),
                json!({"status": "completed", "outcome": "partial_residual"}),
            ),
            left,
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
    let drafts = twelve(partners).into_iter().chain(others()).chain(shops::patients(partners));
    for (index, draft) in drafts.chain(of_today()).enumerate() {
        stories.push(write(tx, clock, index, draft).await?);
    }
    Ok(stories)
}

async fn write(tx: &mut Tx, clock: &Clock, index: usize, draft: Draft) -> Result<Story, LoadError> {
    // Long enough before the first visit for that to be booked after the course was opened.
    let first = draft.visits.iter().map(|visit| visit.day).min().unwrap_or(0);
    let begun = clock.now() + Duration::days(first - 21);
    let (given, family) = draft.name;
    let details = read(json!({"given_name": given, "family_name": family,
        "phone": format!("416-555-{:04}", 100 + index), "email": format!("p{:02}@example.test", index + 1),
        "preferred_language": draft.language, "fitzpatrick": draft.fitzpatrick,
        "preferred_channel": (index % 5 == 4).then_some("sms")}))?;
    let patient = Patient { id: clock.id(), version: 1, details };
    storage::patient::patients::insert(tx, &patient).await?;
    let exposes =
        |visit: &Visit| visit.service.starts_with("laser") || visit.service == "test_patch";
    let laser = draft.lasered_elsewhere || draft.visits.iter().any(exposes);
    let disclosure = draft.disclosure.map(|shop| json!({"kind": "disclosure", "partner_id": shop}));
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
        details: read(draft.course)?,
        created_at: begun,
    };
    storage::course::courses::insert(tx, &course).await?;
    let darker = ["IV", "V", "VI"].contains(&draft.fitzpatrick);
    Ok(Story { course, darker, laser: draft.laser, visits: draft.visits })
}
