//! The settlement figures: per shop and month, as JSON and as comma-separated values.

use serde_json::{Value, json};

use crate::referrals::referable;
use crate::support::TestApp;

#[tokio::test]
async fn what_shops_were_asked_and_did_is_counted_month_by_month() {
    let app = TestApp::empty().await;
    let (shop, course) = referable(&app).await;
    let other = app.shop("=Other, \"Light\"", 1).await;
    app.disclose(&course, &other.id).await;
    // January: three sessions asked of Harbour, accepted two days later, two of them treated, one of these reported late.
    let three = app.refer(&course, &shop.id, "consultation", 3).await;
    app.until("2027-01-06T14:00:00Z").await;
    for start in ["2027-01-08T10:00", "2027-01-12T10:00", "2027-02-10T10:00"] {
        app.book_at(&shop, &course, "consultation", start).await.expect(201);
    }
    app.shop_does(&shop, &three, "accept", Value::Null).await.expect(200);
    app.until("2027-01-08T18:00:00Z").await;
    app.shop_does(&shop, &three, "report", json!({"outcome": "completed"})).await.expect(200);
    app.until("2027-01-20T18:00:00Z").await;
    app.shop_does(&shop, &three, "report", json!({"outcome": "completed"})).await.expect(200);
    // The other shop says no.
    let one = app.refer(&course, &other.id, "consultation", 1).await;
    app.shop_does(&other, &one, "reject", json!({"reason": "Full."})).await.expect(200);
    // February: the third is not reported at all.
    app.until("2027-02-20T18:00:00Z").await;
    let figures =
        app.manage("GET", "/settlement?from=2027-01&to=2027-02", Value::Null).await.expect(200);
    let of = |partner: &str, month: &str| {
        let found = figures
            .items()
            .iter()
            .find(|one| one["partner_id"] == json!(partner) && one["month"] == month);
        found.unwrap_or_else(|| panic!("nothing of {month}: {}", figures.text)).clone()
    };
    let january = of(&shop.id, "2027-01");
    let counts = ["referred", "accepted", "declined", "done", "overdue"]
        .map(|field| january[field].as_i64().unwrap());
    assert_eq!(counts, [3, 3, 0, 2, 1], "{january}");
    assert_eq!(
        (&january["median_days_to_answer"], &january["median_days_to_treatment"]),
        (&json!(2.0), &json!(6.0))
    );
    let february = of(&shop.id, "2027-02");
    assert_eq!(
        (&february["done"], &february["overdue"], &february["median_days_to_answer"]),
        (&json!(0), &json!(1), &Value::Null)
    );
    let declined = of(&other.id, "2027-01");
    assert_eq!(
        (&declined["declined"], &declined["partner"]),
        (&json!(1), &json!("=Other, \"Light\""))
    );
    // The same for a table, in which no name is a formula.
    let csv =
        app.manage("GET", "/settlement.csv?from=2027-01&to=2027-02", Value::Null).await.expect(200);
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    let lines: Vec<_> = csv.text.lines().collect();
    assert_eq!(lines.len(), 4, "{}", csv.text);
    assert!(lines[0].starts_with("month,partner,partner_id,referred"));
    assert!(lines.iter().any(|line| line.contains("\"'=Other, \"\"Light\"\"\"")), "{}", csv.text);
    assert!(
        lines.iter().any(|line| line.starts_with("2027-01,Harbour Light,")
            && line.ends_with(",3,3,0,2,1,2.0,6.0")),
        "{}",
        csv.text
    );
    // A shop sees its own figures.
    let own = app
        .call(&shop.token, "GET", "/settlement?from=2027-01&to=2027-02", Value::Null)
        .await
        .expect(200);
    assert!(
        own.items().iter().all(|one| one["partner_id"] == json!(shop.id)) && own.items().len() == 2
    );
    for range in ["?from=2027-02&to=2027-01", "?from=1990-01&to=2027-01"] {
        let refused =
            app.manage("GET", &format!("/settlement{range}"), Value::Null).await.expect(422);
        assert_eq!(refused.codes(), ["range_too_long"]);
    }
    app.manage("GET", "/settlement?from=January", Value::Null).await.expect(400);
}
