//! What partner shops are told, and when: the day before, two hours before, at once when
//! something changes, and never more than the packet. How they set it.

use serde_json::json;

use crate::support::TestApp;

/// The partner of the stories.
async fn partner_of(app: &TestApp) -> String {
    app.call(&app.partner, "GET", "/me", serde_json::Value::Null)
        .await
        .expect(200)
        .str("partner_id")
        .to_owned()
}

#[tokio::test]
async fn a_shop_sets_its_own_address_ways_and_times_and_sees_no_other_shops() {
    let app = TestApp::empty().await;
    let partner = partner_of(&app).await;
    let path = format!("/partners/{partner}/notices");
    let unset = app.call(&app.partner, "GET", &path, serde_json::Value::Null).await.expect(200);
    assert_eq!(
        (&unset.body["day_list_by"], &unset.body["before_by"]),
        (&json!("email"), &json!(null))
    );
    let no_number = app
        .call(&app.partner, "PATCH", &path, json!({"before_by": "sms"}))
        .await
        .expect(422);
    assert_eq!(no_number.codes(), ["no_such_way"]);
    let set = json!({"email": "day@maple.example.test", "phone": "416 555 0181", "before_by": "sms", "before_minutes": 90, "day_list_at": "17:30"});
    let set = app.call(&app.partner, "PATCH", &path, set).await.expect(200);
    assert_eq!((set.body["version"].as_i64(), set.str("phone")), (Some(1), "+14165550181"));
    app.call(&app.manager, "PATCH", &path, json!({"language": "fr"})).await.expect(200);
    let other = "/partners/01890000-0000-7000-8000-000000000001/notices";
    app.call(&app.partner, "GET", other, serde_json::Value::Null).await.expect(404);
    app.call(&app.partner, "PATCH", other, json!({})).await.expect(404);
}
