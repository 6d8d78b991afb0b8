//! The doors of `packet_only` that are pages: a shop's own people open and try everything there, in
//! both languages, and every octet that they are answered is kept to be looked through.

use std::collections::BTreeSet;

use fadeline::domain::role::Role;
use serde_json::json;

use crate::packet_only::Left;
use crate::support::{Browser, Shop, TestApp, fields};

/// Opens every page of the shop and sends every form, refused, which changes nothing. Answers the routes that were used.
pub(crate) async fn look(
    app: &TestApp,
    shop: &Shop,
    referrals: &[&str],
    left: &mut Left,
) -> BTreeSet<String> {
    let browser = Browser::of_new(app, Role::Partner, Some(&shop.id)).await;
    let mut used = BTreeSet::new();
    let notices = format!("/partners/{}/notices", shop.id);
    for language in ["fr", "en"] {
        app.call(&shop.token, "PATCH", &notices, json!({"language": language})).await.expect(200);
        for query in
            ["", "?from=2026-11-15", "?from=2027-01-01", "?show=to-answer", "?show=to-report"]
        {
            left.keep("the shop's list", &browser.page(&format!("/partner{query}")).await);
        }
        left.keep("its addresses", &browser.page("/partner/calendar").await);
        used.extend(["/partner", "/partner/calendar"].map(str::to_owned));
        for id in referrals {
            let path = format!("/partner/referrals/{id}");
            left.keep("a referral", &browser.page(&path).await);
            used.insert("/partner/referrals/{id}".to_owned());
            for verb in ["accept", "decline", "propose", "fail"] {
                let fields = [("version", "0"), ("reason", "No."), ("start", "2027-02-01T10:00")];
                let refused = browser.send_amiss(&format!("{path}/{verb}"), &fields).await;
                left.keep("an answer that is refused", &refused);
                used.insert(format!("/partner/referrals/{{id}}/{verb}"));
            }
            let seen = app.shop_sees(shop, id).await.expect(200);
            let version = seen.body["version"].to_string();
            for visit in seen.array("visits") {
                let path = format!("{path}/report/{}", visit["id"].as_str().unwrap());
                left.keep("a report", &browser.page(&path).await);
                let typed = "outcome=completed&wavelength_nm.0=755&fluence_j_cm2.0=2&spot_mm.0=4\
                    &pulse_width.0=6&pulse_width_unit.0=ns&frequency_hz.0=2&pulse_count.0=3&passes.0=1";
                let whole = [vec![("version", version.as_str())], fields(typed)].concat();
                for typed in [&whole[..2], &whole, &[]] {
                    left.keep("a report that is refused", &browser.send_amiss(&path, typed).await);
                }
                used.insert("/partner/referrals/{id}/report/{visit}".to_owned());
            }
        }
    }
    used
}

/// The same, and what makes and revokes addresses too: every route that there is.
pub(crate) async fn look_at_all(app: &TestApp, shop: &Shop, referrals: &[&str], left: &mut Left) {
    let mut used = look(app, shop, referrals, left).await;
    let browser = Browser::of_new(app, Role::Partner, Some(&shop.id)).await;
    let page = browser.page("/partner/calendar").await;
    let fields = [("id", page.control("id")), ("version", page.control("version"))];
    left.keep(
        "another calendar",
        &browser.post("/partner/calendar/make", &fields).await.expect(201),
    );
    left.keep(
        "revoking what is no more",
        &browser.send_amiss("/partner/calendar/revoke", &fields).await,
    );
    left.keep(
        "another link",
        &browser.post("/partner/links", &[("label", "Page")]).await.expect(201),
    );
    let links = app.shop_get(shop, &format!("/partners/{}/links", shop.id)).await.expect(200);
    let link = links.item("label", "Page");
    let (id, version) = (link["id"].as_str().unwrap(), link["version"].to_string());
    left.keep(
        "revoking a link",
        &browser
            .post("/partner/links/revoke", &[("id", id), ("version", &version)])
            .await
            .expect(303),
    );
    used.extend(
        [
            "/partner/calendar/make", "/partner/calendar/revoke", "/partner/links",
            "/partner/links/revoke",
        ]
        .map(str::to_owned),
    );
    // Every page that there is was opened: a new one has to be added above.
    let routes = include_str!("../../src/web/partner/mod.rs");
    let routes: BTreeSet<_> =
        routes.split('"').filter(|text| text.starts_with("/partner")).map(str::to_owned).collect();
    assert_eq!(routes, used);
}
