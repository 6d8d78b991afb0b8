//! Partner shops as the stories need them: with good papers, a place with chairs, and people who sign in.

use fadeline::actions::access::by_command;
use fadeline::domain::role::Role;
use serde_json::{Value, json};

use super::TestApp;
use super::answer::Answer;
use super::clinic::{ALL_DAYS, hours};

/// What a manager writes about a shop whose papers are good for years.
pub(crate) fn papered(name: &str, address: &str, phone: &str) -> Value {
    let good = json!({"valid_until": "2035-12-31"});
    json!({"name": name, "address": address, "phone": phone, "methods": ["laser", "saline"], "wavelengths_nm": [1064, 532],
        "papers": {"licence": good, "inspection": good, "device_licence": good, "insurance": good, "operator_training": good}})
}

/// A shop with a user of its own.
#[derive(Debug, Clone)]
pub(crate) struct Shop {
    pub(crate) id: String,
    pub(crate) site: String,
    pub(crate) token: String,
}

impl TestApp {
    /// A shop that shares its hours, nine to eight on every day, with so many chairs.
    pub(crate) async fn make_shop(&self, name: &str, chairs: u8) -> Shop {
        self.make_shop_with(
            name,
            json!({}),
            json!({"hours": hours(ALL_DAYS, "09:00", "20:00"), "chairs": chairs, "observes_holidays": false}),
        )
        .await
    }

    /// A shop that is asked, and proposes.
    pub(crate) async fn make_shop_on_request(&self, name: &str) -> Shop {
        self.make_shop_with(name, json!({"works": "on_request"}), json!({"chairs": 1})).await
    }

    /// A shop of which more is written.
    pub(crate) async fn make_shop_with(&self, name: &str, more: Value, place: Value) -> Shop {
        let mut details = papered(name, "2 Example Ave", "416-555-0182");
        details.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        details["shop"] = place;
        let id = self.manage("POST", "/partners", details).await.expect(201).id();
        let local: String = name
            .to_lowercase()
            .replace(' ', ".")
            .chars()
            .filter(|c| c.is_ascii_lowercase() || *c == '.')
            .collect();
        let token = self.add_shop_user(&id, &format!("{local}@example.test")).await;
        let site = self.site_of(&id).await;
        Shop { id, site, token }
    }

    pub(crate) async fn site_of(&self, partner: &str) -> String {
        let sites = self.get("/sites?limit=200").await.expect(200);
        sites.item("partner_id", partner)["id"].as_str().unwrap().to_owned()
    }

    /// Adds a user of a shop. Answers their token.
    pub(crate) async fn add_shop_user(&self, partner: &str, email: &str) -> String {
        self.add_user(email, Role::Partner, Some(partner), None).await;
        by_command::create_token(&self.app, email, 3000).await.unwrap()
    }

    /// The patient of a course permits that a shop is told of them. Answers the consent's path.
    pub(crate) async fn disclose(&self, course: &str, partner: &str) -> String {
        let patient = self.patient_of(course).await;
        let consent =
            json!({"kind": "disclosure", "partner_id": partner, "text_version": "2026-1"});
        self.consent(&patient, consent).await
    }

    /// The desk refers a course to a shop, and sends that. Answers the referral.
    pub(crate) async fn refer(
        &self,
        course: &str,
        partner: &str,
        service: &str,
        count: u16,
    ) -> String {
        let referral =
            json!({"course_id": course, "partner_id": partner, "service": service, "count": count});
        let id = self.post("/referrals", referral).await.expect(201).id();
        self.post(&format!("/referrals/{id}/send"), Value::Null).await.expect(200);
        id
    }

    pub(crate) async fn book_at(
        &self,
        shop: &Shop,
        course: &str,
        service: &str,
        start: &str,
    ) -> Answer {
        self.book_with(course, service, start, json!({"site_id": shop.site})).await
    }

    pub(crate) async fn shop_get(&self, shop: &Shop, path: &str) -> Answer {
        self.call(&shop.token, "GET", path, Value::Null).await
    }

    /// A shop says how it is to be told.
    pub(crate) async fn shop_wants(&self, shop: &Shop, wants: Value) {
        let path = format!("/partners/{}/notices", shop.id);
        self.call(&shop.token, "PATCH", &path, wants).await.expect(200);
    }

    /// A referral, as the desk reads it.
    pub(crate) async fn referral(&self, id: &str) -> Answer {
        self.get(&format!("/referrals/{id}")).await.expect(200)
    }

    /// The state of a referral, as the desk reads it.
    pub(crate) async fn referral_status(&self, id: &str) -> String {
        self.referral(id).await.str("status").to_owned()
    }

    pub(crate) async fn shop_does(
        &self,
        shop: &Shop,
        referral: &str,
        verb: &str,
        body: Value,
    ) -> Answer {
        self.call(&shop.token, "POST", &format!("/referrals/{referral}/{verb}"), body).await
    }

    /// A shop accepts a referral, which must be granted.
    pub(crate) async fn accept(&self, shop: &Shop, referral: &str) -> Answer {
        self.shop_does(shop, referral, "accept", Value::Null).await.expect(200)
    }

    pub(crate) async fn shop_sees(&self, shop: &Shop, referral: &str) -> Answer {
        self.call(&shop.token, "GET", &format!("/referrals/{referral}"), Value::Null).await
    }
}
