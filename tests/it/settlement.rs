//! The settlement figures: per shop and month, as JSON and as comma-separated values.

use serde_json::json;

use crate::referrals::referable;
use crate::support::answer::has;

#[tokio::test]
async fn what_shops_were_asked_and_did_is_counted_month_by_month() {
    let (app, shop, course) = referable().await;
    let other = app.make_shop("=Other, \"Light\"", 1).await;
    app.disclose(&course, &other.id).await;
    // January: three sessions asked of Harbour, accepted two days later, two of them treated, one of these reported late.
    let three = app.refer(&course, &shop.id, "consultation", 3).await;
    app.advance_to("2027-01-06T14:00:00Z").await;
    for start in ["2027-01-08T10:00", "2027-01-12T10:00", "2027-02-10T10:00"] {
        app.book_at(&shop, &course, "consultation", start).await.expect(201);
    }
    app.accept(&shop, &three).await;
    app.advance_to("2027-01-08T18:00:00Z").await;
    app.shop_does(&shop, &three, "report", json!({"outcome": "completed"})).await.expect(200);
    app.advance_to("2027-01-20T18:00:00Z").await;
    app.shop_does(&shop, &three, "report", json!({"outcome": "completed"})).await.expect(200);
    // The other shop says no.
    let one = app.refer(&course, &other.id, "consultation", 1).await;
    app.shop_does(&other, &one, "reject", json!({"reason": "Full."})).await.expect(200);
    // February: the third is not reported at all.
    app.advance_to("2027-02-20T18:00:00Z").await;
    let figures = app.manager_get("/settlement?from=2027-01&to=2027-02").await.expect(200);
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
    has(&january, json!({"median_days_to_answer": 2.0, "median_days_to_treatment": 6.0}));
    let february = of(&shop.id, "2027-02");
    has(&february, json!({"done": 0, "overdue": 1, "median_days_to_answer": null}));
    let declined = of(&other.id, "2027-01");
    has(&declined, json!({"declined": 1, "partner": "=Other, \"Light\""}));
    // The same for a table, in which no name is a formula.
    let csv = app.manager_get("/settlement.csv?from=2027-01&to=2027-02").await.expect(200);
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
    let own = app.shop_get(&shop, "/settlement?from=2027-01&to=2027-02").await.expect(200);
    assert!(
        own.items().iter().all(|one| one["partner_id"] == json!(shop.id)) && own.items().len() == 2
    );
    for range in ["?from=2027-02&to=2027-01", "?from=1990-01&to=2027-01"] {
        app.manager_get(&format!("/settlement{range}")).await.refused(422, &["range_too_long"]);
    }
    app.manager_get("/settlement?from=January").await.expect(400);
}
