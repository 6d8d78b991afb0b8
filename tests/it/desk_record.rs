//! Writing up a session at the clinic by its page: what was done is in the course's history, what the
//! rules refuse stands beside its control with everything still typed, and a correction has a reason.

use fadeline::domain::role::Role;
use serde_json::{Value, json};

use crate::rules::{Story, course};
use crate::support::past::{done_with, patch_with, settings};
use crate::support::{Answer, Browser, borrowed};

/// What a practitioner types for a completed session.
const TYPED: [(&str, &str); 12] = [
    ("outcome", "completed"),
    ("zones", "vertex"),
    ("wavelength_nm.0", "1064"),
    ("fluence_j_cm2.0", "2.5"),
    ("spot_mm.0", "4"),
    ("pulse_width.0", "6"),
    ("pulse_width_unit.0", "ns"),
    ("frequency_hz.0", "2"),
    ("pulse_count.0", "300"),
    ("passes.0", "1"),
    ("endpoint", "frosting"),
    ("pain", "4"),
];

/// Those, with `more`, which stand for those of the same name.
fn typed<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let left = TYPED.iter().filter(|(name, _)| more.iter().all(|(own, _)| own != name));
    left.chain(more).copied().collect()
}

/// A patient of that skin who is checked in for the laser, and the page by which it is written up.
async fn checked_in(skin: &str) -> (Story, String, String) {
    let story = Story::of("2027-01-04T14:00:00Z", course("remove", "smp"), skin).await;
    story.consulted("2026-06-01T10:00").await;
    story.past("test_patch", "2026-11-01T10:00", patch_with(1064)).await;
    story.app.consent_to_laser(&story.course).await;
    let session = story.book("laser_partial", "2027-01-04T10:00").await.expect(201).id();
    for verb in ["arrive", "check-in"] {
        story.app.act(&session, verb).await.expect(200);
    }
    let page = format!("/desk/sessions/{session}/record");
    (story, session, page)
}

async fn record(story: &Story, session: &str) -> Value {
    story.app.session(session).await.body["record"].clone()
}

/// The version that the form on `page` was made for.
fn version(page: &Answer) -> &str {
    let (_, rest) = page.text.split_once("name=\"version\" value=\"").unwrap();
    rest.split('"').next().unwrap()
}

#[tokio::test]
async fn who_treats_writes_a_session_up_from_the_panel_and_it_counts_in_the_course() {
    let (story, session, path) = checked_in("II").await;
    let browser = Browser::of_new(&story.app, Role::Practitioner, None).await;
    let panel = browser.page(&format!("/desk?session={session}")).await;
    panel.shows(&[&path, "Write up"]);
    let page = browser.page(&path).await;
    page.shows(&["Last time: 1064 nm"]); // what the patch was done with stands there
    let now = version(&page).to_owned();
    let done = browser.post(&path, &typed(&[("eyewear_checked", "on"), ("version", &now)])).await;
    assert!(done.leads_to().ends_with("done=written-up"), "{}", done.text);
    assert_eq!(record(&story, &session).await["parameter_sets"][0]["fluence_j_cm2"], 2.5);
    let course = story.app.course(&story.course).await;
    assert_eq!(course.body["progress"]["done"], 1);
    let panel = browser.follow(&done).await;
    assert!(
        panel.says("Written up.") && panel.says("data-key=\"undo\""),
        "a slip can be taken back"
    );
}

#[tokio::test]
async fn the_desk_neither_sees_nor_sends_the_form() {
    let (story, session, path) = checked_in("II").await;
    let browser = Browser::of_new(&story.app, Role::FrontDesk, None).await;
    let panel = browser.page(&format!("/desk?session={session}")).await;
    assert!(!panel.says(&path));
    browser.get(&path).await.expect(403);
    browser.post(&path, &typed(&[("eyewear_checked", "on")])).await.expect(403);
    assert_eq!(record(&story, &session).await, Value::Null);
}

#[tokio::test]
async fn what_the_rules_refuse_stands_beside_its_control_and_nothing_typed_is_lost() {
    let (story, session, path) = checked_in("II").await;
    let browser = Browser::of_new(&story.app, Role::Practitioner, None).await;
    // The eyewear was not ticked, and no laser of the clinic has so much energy.
    let fields = typed(&[("fluence_j_cm2.0", "99"), ("note", "<b>Slept badly</b>")]);
    let refused = browser.send_amiss(&path, &fields).await;
    refused.shows(&["id=\"fluence-j-cm2-0-problem\"", "J/cm² at 1064 nm"]);
    refused.shows(&["id=\"eyewear-checked-problem\""]);
    refused.shows(&["value=\"99\"", "&#60;b&#62;Slept badly"]);
    // What makes no sense at all is said in the same way.
    let fields = typed(&[("pain", "eleven"), ("outcome", "")]);
    let refused = browser.send_amiss(&path, &fields).await;
    refused.shows(&["id=\"pain-problem\"", "id=\"outcome-problem\"", "value=\"eleven\""]);
    assert_eq!(record(&story, &session).await, Value::Null);
}

#[tokio::test]
async fn a_rule_of_the_record_is_gone_past_with_a_reason_alone() {
    let (story, session, path) = checked_in("V").await;
    let browser = Browser::of_new(&story.app, Role::Practitioner, None).await;
    let page = browser.page(&path).await;
    assert!(!page.says("name=\"why\""), "nobody is asked why before anything is against it");
    let fields = typed(&[("wavelength_nm.0", "532"), ("eyewear_checked", "on")]);
    let refused = browser.send_amiss(&path, &fields).await;
    refused.shows(&["Fitzpatrick V", "name=\"why\""]);
    let short = [fields.as_slice(), &[("why", "so")]].concat();
    let refused = browser.send_amiss(&path, &short).await;
    refused.shows(&["At least 10 characters"]);
    let fields =
        [fields.as_slice(), &[("why", "A physician saw the patient and agreed.")]].concat();
    browser.post(&path, &fields).await.expect(303);
    assert_eq!(record(&story, &session).await["parameter_sets"][0]["wavelength_nm"], 532);
}

#[tokio::test]
async fn a_record_is_corrected_in_the_same_form_filled_with_what_was_written_and_with_a_reason() {
    let (story, session, path) = checked_in("II").await;
    let browser = Browser::of_new(&story.app, Role::Practitioner, None).await;
    let events = [
        ("eyewear_checked", "on"),
        ("kind.0", "blistering"),
        ("severity.0", "mild"),
        ("zone.0", "vertex"),
    ];
    browser.post(&path, &typed(&events)).await.expect(303);
    let page = browser.page(&path).await;
    page.shows(&[
        "value=\"2.5\"", "value=\"300\"", "value=\"blistering\"", "name=\"why\"",
        "Correct what was written up",
    ]);
    let now = version(&page).to_owned();
    let changed = typed(&[("eyewear_checked", "on"), ("pain", "7"), ("version", &now)]);
    let refused = browser.send_amiss(&path, &changed).await;
    refused.shows(&["id=\"why-problem\"", "value=\"7\""]);
    let changed =
        [changed.as_slice(), &[("why", "The pain score was written down wrong.")]].concat();
    browser.post(&path, &changed).await.expect(303);
    assert_eq!(record(&story, &session).await["pain"], 7);
    // Who opened the form before that decides again.
    let late = browser.send_amiss(&path, &changed).await;
    late.shows(&["Somebody changed it a moment ago"]);
    let history = story.app.get(&format!("/sessions/{session}/history")).await.expect(200);
    assert_eq!(history.items().last().unwrap()["before"]["record"]["pain"], 4, "{}", history.text);
    // One of days ago leads back to its own day, where it is seen.
    story.app.wait(chrono::Duration::days(3));
    browser.sign_in().await;
    let later = browser.page(&path).await;
    let mut again = changed.clone();
    again.retain(|(name, _)| *name != "version");
    again.push(("version", version(&later)));
    let done = browser.post(&path, &again).await;
    assert!(done.leads_to().starts_with("/desk?day=2027-01-04&"), "{}", done.leads_to());
}

#[tokio::test]
async fn what_is_not_checked_in_has_nothing_to_write_up() {
    let (story, session, path) = checked_in("II").await;
    let later = story.book("consultation", "2027-01-05T10:00").await.expect(201).id();
    let browser = Browser::of_new(&story.app, Role::Practitioner, None).await;
    let waiting = format!("/desk/sessions/{later}/record");
    let page = browser.page(&waiting).await;
    page.shows(&["nothing to write up now"]);
    page.hides(&["name=\"outcome\""]);
    let refused = browser.send_amiss(&waiting, &[("outcome", "completed")]).await;
    refused.shows(&["the patient is checked in first"]);
    browser.get(&path.replace(&session, "0000")).await.expect(404);
}

#[tokio::test]
async fn a_correction_keeps_all_that_was_written_however_much_it_is() {
    let (story, session, path) = checked_in("II").await;
    let mut full = done_with(1064);
    full["parameter_sets"] = json!(vec![settings(1064); 45]);
    full["adverse_events"] = json!(
        ["redness", "blistering", "oedema"].map(|kind| json!({"kind": kind, "severity": "mild"}))
    );
    let complete = format!("/sessions/{session}/complete");
    story.app.call(&story.app.practitioner, "POST", &complete, full.clone()).await.expect(200);
    let browser = Browser::of_new(&story.app, Role::Practitioner, None).await;
    let page = browser.page(&path).await;
    let mut fields = page.filled(&path);
    fields.retain(|(name, _)| name != "pain" && name != "why");
    fields.push(("pain".to_owned(), "7".to_owned()));
    fields.push(("why".to_owned(), "The pain score was written down wrong.".to_owned()));
    let fields = borrowed(&fields);
    browser.post(&path, &fields).await.expect(303);
    full["pain"] = json!(7);
    assert_eq!(record(&story, &session).await, full);
}

#[tokio::test]
async fn a_correction_keeps_what_the_form_of_the_treatment_does_not_ask_for() {
    let (story, _, _) = checked_in("II").await;
    let mut there = patch_with(1064);
    there["clearance_percent"] = json!(10);
    there["eyewear_checked"] = json!(false);
    there["outcome"] = json!("stopped");
    let session = story.past("test_patch", "2026-11-03T10:00", there.clone()).await;
    let path = format!("/desk/sessions/{session}/record");
    let browser = Browser::of_new(&story.app, Role::Practitioner, None).await;
    let mut fields = browser.page(&path).await.filled(&path);
    fields.retain(|(name, _)| name != "why");
    fields.push(("why".to_owned(), "Nothing was wrong, to see that nothing changes.".to_owned()));
    let fields = borrowed(&fields);
    browser.post(&path, &fields).await.expect(303);
    assert_eq!(record(&story, &session).await, there);
}
