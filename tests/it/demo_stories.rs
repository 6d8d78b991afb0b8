//! The twelve patients of the demo (`docs/domain.md` 6), each as a story: what the
//! desk is told when it tries the next step. What belongs to screening, the waitlist and
//! referrals is told by the issues that build them.

use fadeline::domain::course::Course;
use fadeline::domain::patient::Patient;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, past::done_with, told::served};

const NOW: &str = "2026-11-22T15:00:00Z";

struct Told {
    app: TestApp,
    patient: Patient,
    course: Course,
}

/// Patient `number` of the demo.
async fn patient(number: usize) -> Told {
    let (app, people) = served(NOW).await;
    let (patient, course) = people[number - 1].clone();
    Told { app, patient, course }
}

impl Told {
    fn path(&self) -> String {
        format!("/courses/{}", self.course.id)
    }

    async fn read(&self) -> Answer {
        self.app.get(&self.path()).await.expect(200)
    }

    async fn why_not(&self, service: &str, from: &str, to: &str) -> Answer {
        self.app.slots(&self.course.id.to_string(), service, from, to).await
    }

    /// The best time for a service in some days.
    async fn best(&self, service: &str, from: &str, to: &str) -> String {
        let slots = self.why_not(service, from, to).await;
        slots.starts().first().unwrap_or_else(|| panic!("no time: {}", slots.text)).to_string()
    }

    async fn book(&self, service: &str, start: &str) -> Answer {
        self.app.book(&self.course.id.to_string(), service, start).await
    }
}

/// The last session of a course that was treated, as it is shown.
fn last_done(course: &Answer, service: &str) -> Value {
    let sessions = course.array("sessions");
    sessions
        .iter()
        .rfind(|one| one["service"] == service && one["procedure_status"] == "completed")
        .unwrap()
        .clone()
}

#[tokio::test]
async fn p01_has_had_one_of_two_and_is_offered_the_second_near_the_suggested_day() {
    let told = patient(1).await;
    let course = told.read().await;
    assert_eq!(course.body["progress"], json!({"done": 1, "booked": 0, "planned": 2, "left": 1}));
    assert_eq!(
        (course.str("phase"), &course.body["estimate"]["text"]),
        ("treating", &json!("1 to 2 sessions"))
    );
    let suggested = course.body["next_window"]["suggested"].as_str().unwrap().to_owned();
    let best = told.best("laser_partial", "2026-11-23", "2027-01-15").await;
    let days = (best[..10].parse::<chrono::NaiveDate>().unwrap()
        - suggested.parse::<chrono::NaiveDate>().unwrap())
    .num_days();
    assert!(days.abs() <= 3, "{best} for {suggested}");
    told.book("laser_partial", &best).await.expect(201);
    assert_eq!(told.read().await.body["progress"]["left"], 0);
}

#[tokio::test]
async fn p02_with_tattoo_ink_has_six_of_ten_and_the_rest_are_planned_in_one_step() {
    let told = patient(2).await;
    let course = told.read().await;
    assert_eq!(course.body["progress"], json!({"done": 6, "booked": 1, "planned": 10, "left": 3}));
    assert_eq!(course.body["estimate"]["basis"], "tattoo_ink");
    let plan = told
        .app
        .post(&format!("{}/plan", told.path()), json!({"service": "laser_partial"}))
        .await
        .expect(200);
    let starts: Vec<_> = plan.array("proposals").iter().map(|one| one["start"].clone()).collect();
    assert_eq!(starts.len(), 3, "{}", plan.text);
    let book = json!({"service": "laser_partial", "starts": starts});
    told.app.post(&format!("{}/plan/book", told.path()), book).await.expect(201);
    assert_eq!(
        told.read().await.body["progress"],
        json!({"done": 6, "booked": 4, "planned": 10, "left": 0})
    );
    let more = json!({"service": "laser_partial", "count": 1});
    told.app
        .post(&format!("{}/plan", told.path()), more)
        .await
        .refused(422, &["plan_exceeds_ceiling"]);
}

#[tokio::test]
async fn p03_waits_for_the_test_patch_and_then_needs_its_result() {
    let told = patient(3).await;
    let course = told.read().await;
    course.has(json!({"phase": "test-patch", "depth": "too_deep"}));
    let refused = told.book("laser_partial", "2026-11-25T10:00").await.expect(422);
    assert!(
        refused.codes().contains(&"test_patch_wait")
            && refused.codes().contains(&"test_patch_required"),
        "{}",
        refused.text
    );
    // The result is noted at a review, and then the fortnight is all that counts.
    let review = told.best("review", "2026-11-23", "2026-11-27").await;
    let review = told.book("review", &review).await.expect(201);
    told.app.wait(chrono::Duration::days(5));
    let id = review.id();
    told.app.act(&id, "arrive").await.expect(200);
    told.app.act(&id, "check-in").await.expect(200);
    let seen = json!({"outcome": "completed", "test_patch_result": "acceptable"});
    told.app.complete(&id, seen).await.expect(200);
    let patch = last_done(&told.read().await, "test_patch")["start"].as_str().unwrap()[..10]
        .parse::<chrono::NaiveDate>()
        .unwrap();
    let slots = told.why_not("laser_partial", "2026-11-28", "2026-12-31").await;
    assert!(
        slots.in_order()[0][..10].parse::<chrono::NaiveDate>().unwrap()
            >= patch + chrono::Days::new(14),
        "{}",
        slots.text
    );
    told.book("laser_partial", slots.starts()[0]).await.expect(201);
}

#[tokio::test]
async fn p04_with_darker_skin_waits_eight_weeks_and_gets_no_532_nm() {
    let told = patient(4).await;
    let course = told.read().await;
    let booked =
        course.array("sessions").iter().find(|one| one["status"] == "booked").unwrap().clone();
    let (last, next) = (last_done(&course, "laser_partial"), booked["start"].as_str().unwrap());
    let day = |text: &str| text[..10].parse::<chrono::NaiveDate>().unwrap();
    assert!((day(next) - day(last["start"].as_str().unwrap())).num_days() >= 56);
    let window = &course.body["next_window"];
    assert_eq!(*window, Value::Null, "both sessions are done or booked");
    let early = day(next) + chrono::Days::new(43);
    let refused = told.book("laser_partial", &format!("{early}T10:00")).await.expect(422);
    assert!(refused.str("detail").contains("56 days for this skin type"), "{}", refused.text);
    let until = next.parse::<chrono::DateTime<chrono::FixedOffset>>().unwrap().to_utc();
    told.app.wait(until - told.app.app.clock.now());
    let id = booked["id"].as_str().unwrap();
    told.app.act(id, "arrive").await.expect(200);
    told.app.act(id, "check-in").await.expect(200);
    let mut green = done_with(532);
    green["parameter_sets"][0]["fluence_j_cm2"] = json!(1.5);
    let path = format!("/sessions/{id}/complete");
    let refused = told.app.call(&told.app.practitioner, "POST", &path, green).await.expect(422);
    assert!(refused.codes().contains(&"wavelength_skin_type"), "{}", refused.text);
    told.app.call(&told.app.practitioner, "POST", &path, done_with(1064)).await.expect(200);
}

#[tokio::test]
async fn p05_is_adjusted_without_any_laser() {
    let told = patient(5).await;
    let course = told.read().await;
    course.has(json!({"goal": "adjust", "estimate": null}));
    told.book("laser_partial", "2026-11-24T10:00").await.expect(422);
    let why = told.why_not("laser_partial", "2026-11-23", "2026-11-27").await;
    assert_eq!(why.why_not(), ["adjust_needs_no_laser"]);
    let booked =
        course.array("sessions").iter().find(|one| one["status"] == "booked").unwrap().clone();
    let day = booked["start"].as_str().unwrap()[..10].parse::<chrono::NaiveDate>().unwrap();
    let soon = day + chrono::Days::new(5);
    let why = told.why_not("adjustment", &soon.to_string(), &soon.to_string()).await;
    assert_eq!(why.why_not(), ["area_healing"], "ten days between two adjustments");
}

#[tokio::test]
async fn p06_wanted_removal_by_saline_was_refused_and_is_lightened_now() {
    let told = patient(6).await;
    let wanted = json!({"patient_id": told.patient.id, "goal": "remove", "pigment": "smp", "zones": ["occipital"]});
    let wanted = told.app.post("/courses", wanted).await.expect(201).id();
    let refused = told.app.book(&wanted, "saline", "2026-11-24T10:00").await.expect(422);
    assert!(refused.str("detail").contains("Change the goal to lighten"), "{}", refused.text);
    let best = told.best("saline", "2027-01-04", "2027-02-28").await;
    told.book("saline", &best).await.expect(201);
}

#[tokio::test]
async fn p07_is_deferred_with_the_course_on_hold_and_nothing_is_booked_in_it() {
    let told = patient(7).await;
    assert_eq!(told.read().await.str("status"), "on-hold");
    told.book("consultation", "2026-11-24T10:00").await.refused(422, &["course_not_open"]);
    told.app.patch(&told.path(), json!({"status": "active"})).await.expect(200);
    let best = told.best("assessment", "2026-11-23", "2026-11-27").await;
    told.book("assessment", &best).await.expect(201);
}

#[tokio::test]
async fn p08_goes_to_a_partner_and_still_needs_a_test_patch_before_a_laser_here() {
    let told = patient(8).await;
    let course = told.read().await;
    course.has(json!({"delivery": "partner", "phase": "quoted"}));
    told.book("laser_partial", "2026-11-24T10:00").await.refused(422, &["test_patch_required"]);
}

#[tokio::test]
async fn p09_is_not_assessed_yet_so_no_plan_is_booked() {
    let told = patient(9).await;
    let course = told.read().await;
    assert_eq!(
        (course.str("phase"), &course.body["estimate"]["basis"]),
        ("assessing", &json!("unknown"))
    );
    let starts = json!({"service": "laser_partial", "starts": ["2026-12-15T10:00"]});
    let refused = told.app.post(&format!("{}/plan/book", told.path()), starts).await.expect(422);
    assert!(refused.codes().contains(&"assessment_required"), "{}", refused.text);
}

#[tokio::test]
async fn p10_missed_two_and_called_one_off_and_none_of_them_counts_or_begins_a_wait() {
    let told = patient(10).await;
    let course = told.read().await;
    assert_eq!(
        (&course.body["progress"]["done"], &course.body["progress"]["booked"]),
        (&json!(1), &json!(0))
    );
    let thursdays = json!({"service": "laser_partial", "count": 1, "weekdays": ["thu"]});
    let plan = told.app.post(&format!("{}/plan", told.path()), thursdays).await.expect(200);
    let start = plan.body["proposals"][0]["start"]
        .as_str()
        .unwrap_or_else(|| panic!("{}", plan.text))
        .to_owned();
    told.book("laser_partial", &start).await.expect(201);
}

#[tokio::test]
async fn p11_had_a_blister_and_then_darker_skin_and_the_record_shows_both() {
    let told = patient(11).await;
    let course = told.read().await;
    let treated = last_done(&course, "laser_partial");
    assert_eq!(treated["record"]["adverse_events"][0]["kind"], "blister");
    let reviewed = last_done(&course, "review");
    assert_eq!(reviewed["record"]["adverse_events"][0]["severity"], "severe");
    assert_eq!(course.body["progress"]["done"], 1);
    // Fitzpatrick IV: eight weeks from the session.
    let day = treated["start"].as_str().unwrap()[..10].parse::<chrono::NaiveDate>().unwrap();
    assert_eq!(course.body["next_window"]["from"], json!(day + chrono::Days::new(56)));
}

#[tokio::test]
async fn p12_ended_with_seventy_percent_after_ten_sessions_and_nothing_more_is_booked() {
    let told = patient(12).await;
    let course = told.read().await;
    course.has(json!({"status": "completed", "outcome": "partial_residual"}));
    assert_eq!(course.body["progress"], json!({"done": 10, "booked": 0, "planned": 10, "left": 0}));
    course.has(json!({"phase": null, "next_window": null}));
    assert_eq!(last_done(&course, "review")["record"]["clearance_percent"], 70);
    told.book("review", "2026-11-24T10:00").await.refused(422, &["course_not_open"]);
}
