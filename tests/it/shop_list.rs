//! A shop's own view: its list of today and the coming days, behind a sign-in or a link, for
//! its own users alone.

use serde_json::{Value, json};

use crate::referrals::referable;

/// A shop's link: its list without a sign-in, until it is revoked.
#[tokio::test]
async fn a_shops_link_opens_its_own_list_and_nothing_once_it_is_revoked() {
    let (app, shop, course) = referable().await;
    let booked = app.book_at(&shop, &course, "consultation", "2027-01-05T10:00").await.expect(201);
    let links = format!("/partners/{}/links", shop.id);
    let made =
        app.call(&shop.token, "POST", &links, json!({"label": "The till"})).await.expect(201);
    let path = format!("/shop/{}", made.str("url").rsplit('/').next().unwrap());
    let listed = app.shop_get(&shop, &links).await.expect(200);
    assert!(listed.items()[0].get("url").is_none(), "the address is shown once");
    let page = app.open(&path).await.expect(200);
    page.shows(&[
        "Harbour Light", "Ada Sample", "10:00 a.m.", "Tuesday, January 5, 2027", "vertex",
    ]);
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert_eq!(page.headers["referrer-policy"], "no-referrer");
    let later = app.open(&format!("{path}?from=2027-02-01")).await.expect(200);
    later.shows(&["Nothing is referred to you"]);
    later.hides(&["Ada"]);
    app.open(&format!("{path}?from=junk")).await.expect(404);
    app.open("/shop/guessed").await.expect(404);
    let patient = booked.str("patient_id").to_owned();
    let audit = app.manager_get(&format!("/audit?patient_id={patient}&limit=200")).await;
    let by_link = audit
        .items()
        .iter()
        .any(|line| line["user"] == "the shop's link “The till”" && line["action"] == "visit.list");
    assert!(by_link, "{}", audit.text);
    app.call(&shop.token, "DELETE", &format!("{links}/{}", made.id()), Value::Null)
        .await
        .expect(204);
    app.open(&path).await.expect(404);
    // A user who may not sign in any more keeps no way in.
    let made =
        app.call(&shop.token, "POST", &links, json!({"label": "The tablet"})).await.expect(201);
    let path = format!("/shop/{}", made.str("url").rsplit('/').next().unwrap());
    fadeline::actions::access::by_command::set_active(
        &app.app, "harbour.light@example.test", false,
    )
    .await
    .unwrap();
    app.open(&path).await.expect(404);
}

/// Point 7: several users, and none in two shops.
#[tokio::test]
async fn a_shop_has_several_users_and_nobody_belongs_to_two() {
    let (app, shop, course) = referable().await;
    let other = app.make_shop("Other Light", 1).await;
    let second = app.add_shop_user(&shop.id, "second@example.test").await;
    let id = app.refer(&course, &shop.id, "consultation", 1).await;
    for token in [&shop.token, &second] {
        app.call(token, "GET", &format!("/referrals/{id}"), Value::Null).await.expect(200);
    }
    let twice = fadeline::actions::access::by_command::NewUser {
        email: "Second@Example.test".to_owned().try_into().unwrap(),
        name: "Second".try_into().unwrap(),
        role: fadeline::domain::role::Role::Partner,
        partner_id: Some(fadeline::domain::ids::PartnerId(other.id.parse().unwrap())),
        practitioner_id: None,
        password: None,
    };
    let refused =
        fadeline::actions::access::by_command::add(&app.app, twice).await.unwrap_err().to_string();
    assert_eq!(
        refused,
        "second@example.test belongs to Harbour Light already; one person belongs to one shop"
    );
}

#[tokio::test]
async fn a_shops_list_is_of_today_and_the_coming_days_unless_it_asks_for_others() {
    let (app, shop, course) = referable().await;
    for start in ["2027-01-04T12:00", "2027-01-05T10:00", "2027-01-07T10:00"] {
        app.book_at(&shop, &course, "review", start).await.expect(201);
    }
    app.advance_to("2027-01-06T05:00:00Z").await;
    let list = async |query: &str| {
        let path = format!("/partners/{}/visits{query}", shop.id);
        let list = app.shop_get(&shop, &path).await.expect(200);
        let days: Vec<_> = list
            .items()
            .iter()
            .map(|one| one["start"].as_str().unwrap()[..10].to_owned())
            .collect();
        days
    };
    assert_eq!(list("").await, ["2027-01-07"]);
    assert_eq!(list("?from=2027-01-01&to=2027-01-05").await, ["2027-01-04", "2027-01-05"]);
    assert_eq!(list("?from=2027-01-01&status=booked").await, Vec::<String>::new());
    assert_eq!(list("?from=2027-01-01&limit=1").await, ["2027-01-04"]);
    let requested = app.shop_get(&shop, "/referrals?status=rejected").await.expect(200);
    assert!(requested.items().is_empty());
}
