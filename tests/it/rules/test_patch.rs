//! Rules 24 to 26: the test patch comes first, is waited for, and has gone well.

use serde_json::json;

use super::{Story, course, earliest};
use crate::support::past::patch_with;

async fn consulted(now: &str) -> Story {
    let story = Story::begins(now).await;
    story.consulted("2026-06-01T10:00").await;
    story
}

#[tokio::test]
async fn test_patch_required_refuses_without_one_with_this_device() {
    let story = consulted("2027-01-04T14:00:00Z").await;
    // It could be done today.
    story
        .refused_until("laser_partial", "2027-01-20T10:00", "test_patch_required", "2027-01-18")
        .await;
    // One with the other laser does not do.
    story
        .app
        .write_past(
            &story.course,
            "test_patch",
            "2026-12-01T10:00",
            Some(&story.clinic.rented),
            patch_with(755),
        )
        .await;
    story.refused("laser_partial", "2027-01-20T10:00", "test_patch_required").await;
    // Nor does one whose result is not noted.
    let mut unread = patch_with(1064);
    unread.as_object_mut().unwrap().remove("test_patch_result");
    story.past("test_patch", "2026-12-02T10:00", unread).await;
    let refused = story.refused("laser_partial", "2027-01-20T10:00", "test_patch_required").await;
    assert!(refused.str("detail").contains("note its result first"), "{}", refused.text);
}

#[tokio::test]
async fn test_patch_required_refuses_while_the_patch_is_only_booked_and_says_from_when_on() {
    let story = consulted("2027-01-04T14:00:00Z").await;
    story.book("test_patch", "2027-01-08T10:00").await.expect(201);
    story
        .refused_until("laser_partial", "2027-02-20T10:00", "test_patch_required", "2027-01-22")
        .await;
}

#[tokio::test]
async fn test_patch_required_lets_through_with_a_good_one_and_each_session_renews_it() {
    let story = consulted("2027-01-04T14:00:00Z").await;
    story.patched("2026-12-01T10:00").await;
    story.book("laser_partial", "2027-01-20T10:00").await.expect(201);
    // 193 days after the patch, but 143 after the session.
    story.book("laser_partial", "2027-06-12T10:00").await.expect(201);
}

#[tokio::test]
async fn test_patch_required_at_its_boundary_across_a_clock_change() {
    // 180 days from Saturday 2026-10-17 are Thursday 2027-04-15, over both changes of the clock.
    let story = consulted("2027-01-04T14:00:00Z").await;
    story.patched("2026-10-17T23:00").await;
    let refused = story.refused("laser_partial", "2027-04-16T00:00", "test_patch_required").await;
    assert!(refused.str("detail").contains("after 180 days"), "{}", refused.text);
    assert_eq!(
        earliest(&refused, "test_patch_required"),
        "2027-04-16",
        "a new patch can be done well before"
    );
    story.book("laser_partial", "2027-04-15T23:00").await.expect(201);
}

#[tokio::test]
async fn test_patch_required_is_overridden_by_practitioner_and_manager() {
    let story = consulted("2027-01-04T14:00:00Z").await;
    story.overridden_by_role("test_patch_required", "laser_partial", "2027-01-20T10:00").await;
}

#[tokio::test]
async fn test_patch_wait_refuses_before_the_patch_has_waited() {
    let story = consulted("2027-01-04T14:00:00Z").await;
    story.patched("2027-01-02T10:00").await;
    story.refused_until("laser_partial", "2027-01-08T10:00", "test_patch_wait", "2027-01-16").await;
    let slots = story.app.slots(&story.course, "laser_partial", "2027-01-05", "2027-01-20").await;
    assert!(slots.why_not().contains(&"test_patch_wait"));
    assert_eq!(slots.in_order()[0], "2027-01-16T00:00:00-05:00");
    let why = slots.array("refused").iter().find(|one| one["code"] == "test_patch_wait");
    assert_eq!(why.unwrap()["earliest"], "2027-01-16");
}

#[tokio::test]
async fn test_patch_wait_lets_through_after_it() {
    let story = consulted("2027-01-04T14:00:00Z").await;
    story.patched("2026-12-20T10:00").await;
    story.book("laser_partial", "2027-01-05T10:00").await.expect(201);
}

#[tokio::test]
async fn test_patch_wait_at_its_boundary_across_a_clock_change_and_longer_for_darker_skin() {
    // From 23:00 on Tuesday 2027-03-02, 14 days of Toronto end at midnight of the 16th: the change is on the 14th.
    let story = consulted("2027-03-03T14:00:00Z").await;
    story.patched("2027-03-02T23:00").await;
    story.refused("laser_partial", "2027-03-15T23:00", "test_patch_wait").await;
    story.book("laser_partial", "2027-03-16T00:00").await.expect(201);
    for skin in ["IV", "V", "VI"] {
        let course = course("remove", "smp");
        let darker = Story::of("2027-03-03T14:00:00Z", course, skin).await;
        darker.consulted("2026-06-01T10:00").await;
        darker.patched("2027-03-02T23:00").await;
        let refused = darker.refused("laser_partial", "2027-03-29T23:00", "test_patch_wait").await;
        assert!(refused.str("detail").contains("28 days for this skin type"), "{}", refused.text);
        darker.book("laser_partial", "2027-03-30T00:00").await.expect(201);
    }
}

#[tokio::test]
async fn test_patch_wait_is_overridden_by_practitioner_and_manager() {
    let story = consulted("2027-01-04T14:00:00Z").await;
    story.patched("2027-01-02T10:00").await;
    story.overridden_by_role("test_patch_wait", "laser_partial", "2027-01-08T10:00").await;
}

#[tokio::test]
async fn test_patch_adverse_refuses_after_a_reaction_or_a_change_of_colour_whoever_asks() {
    for (result, words) in [("reaction", "a reaction"), ("colour_change", "a change of colour")] {
        let story = consulted("2027-01-04T14:00:00Z").await;
        let mut record = patch_with(1064);
        record["test_patch_result"] = json!(result);
        story.past("test_patch", "2026-12-01T10:00", record).await;
        let refused = story.book("laser_partial", "2027-01-20T10:00").await.expect(422);
        assert!(refused.codes().contains(&"test_patch_adverse"), "{}", refused.text);
        assert!(refused.str("detail").contains(words), "{}", refused.text);
        let reason = json!({"override": {"reason": "The patient wants it all the same."}});
        let manager =
            story.book_as(&story.app.manager, "laser_partial", "2027-01-20T10:00", reason).await;
        manager.refused(422, &["test_patch_adverse"]);
    }
}

#[tokio::test]
async fn test_patch_adverse_lets_through_once_a_review_finds_it_acceptable() {
    let story = consulted("2027-01-04T14:00:00Z").await;
    let mut record = patch_with(1064);
    record["test_patch_result"] = json!("reaction");
    story.past("test_patch", "2026-12-01T10:00", record).await;
    let seen = json!({"outcome": "completed", "test_patch_result": "acceptable", "note": "Healed without a trace."});
    story.past("review", "2026-12-20T10:00", seen).await;
    story.book("laser_partial", "2027-01-20T10:00").await.expect(201);
}
