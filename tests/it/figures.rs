//! The clinic's figures, on the managers' page: as charts, and as the same numbers in tables.

use chrono::Duration;
use serde_json::json;

use crate::manage_users::boss;
use crate::support::{Browser, PASSWORD, TestApp};

#[tokio::test]
async fn the_figures_are_what_happened() {
    let (app, clinic) = TestApp::with_clinic().await;
    let manager = boss(&app).await;
    // Nothing yet: every number is there and none is wrong.
    let empty = manager.page("/manage/figures").await;
    empty.shows(&["no visits", "<svg"]);
    app.rent(&clinic, "2027-01-07T09:00", "2027-01-07T17:00").await;
    // One comes, one does not; another came on New Year's Day, as is told below.
    let (ada, ben) = (app.prepare_course("Ada").await, app.prepare_course("Ben").await);
    let came = app.make_visit(&ada, "review", "2027-01-04T10:00").await;
    let missed = app.make_visit(&ben, "review", "2027-01-04T11:00").await;
    app.wait(Duration::hours(1));
    app.act(&came, "arrive").await.expect(200);
    app.wait(Duration::hours(3));
    app.act(&missed, "no-show").await.expect(200);
    // A course that took 100 days and two sessions, and one whose next session was not booked.
    let done = json!({"outcome": "completed", "zones": ["vertex"], "parameter_sets": [crate::support::past::settings(1064)],
        "endpoint": "frosting", "pain": 4, "eyewear_checked": true});
    let (cyd, dee) = (app.prepare_course("Cyd").await, app.prepare_course("Dee").await);
    for day in ["2026-09-23T10:00", "2027-01-01T10:00"] {
        app.write_past(&cyd, "laser_partial", day, Some(&clinic.owned), done.clone()).await;
    }
    let ended = json!({"status": "completed", "outcome": "cleared"});
    app.patch(&format!("/courses/{cyd}"), ended).await.expect(200);
    app.write_past(&dee, "laser_partial", "2026-10-05T10:00", Some(&clinic.owned), done.clone())
        .await;
    // That browser was left alone for hours, which locks it.
    let manager = Browser::with_password(&app, "second@example.test", PASSWORD).await;
    let page = manager.page("/manage/figures?from=2027-01&months=1").await;
    for row in [
        "<th scope=\"row\">2027-01</th><td class=\"number\">2</td><td class=\"number\">1</td><td class=\"number\">33.3 %</td>",
        // Twenty weekdays of nine hours, New Year's Day left out.
        "0.8 %: 1.4 h of 180.0 h",
        // The rented laser: eight hours of one window, and nothing in it.
        "0.0 %: 0.0 h of 8.0 h",
        "<th scope=\"row\">Remove</th><td class=\"number\">1</td><td class=\"number\">100</td><td class=\"number\">2</td>",
    ] {
        assert!(page.text.contains(row), "{row} in {}", page.text.split("<main").nth(1).unwrap());
    }
    let overdue = page.text.split("Sessions overdue today").nth(1).unwrap();
    assert!(overdue.contains(" in all."), "{overdue}");
    let total: i64 =
        overdue.split(" in all.").next().unwrap().rsplit(' ').next().unwrap().parse().unwrap();
    // Dee's, and Ben's, whose test patches were two months ago; Ada is here, and Cyd is done.
    assert_eq!(total, 2, "{overdue}");
    // Every chart has its table.
    assert_eq!(page.text.matches("<svg").count(), page.text.matches("<details open>").count());
    assert!(!page.text.contains(" style="));
}

#[tokio::test]
async fn months_that_make_no_sense_come_back_with_a_sentence() {
    let app = TestApp::empty().await;
    let manager = boss(&app).await;
    for (query, field) in [
        ("from=January", "from-problem"),
        ("months=0", "months-problem"),
        ("months=x", "months-problem"),
        ("from=2027-01&months=25", "months-problem"),
    ] {
        let page = manager.get(&format!("/manage/figures?{query}")).await.expect(422);
        assert!(page.text.contains(field), "{query}");
    }
    manager.page("/manage/figures?from=2199-12&months=24").await;
    manager.page("/manage/figures?from=1900-01&months=24").await;
}
