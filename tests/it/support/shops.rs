//! Partner shops as the stories need them: with good papers, a place with chairs, and people who sign in.

use fadeline::actions::access::by_command;
use fadeline::actions::access::by_command::NewUser;
use fadeline::domain::ids::PartnerId;
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

/// A shop with somebody who signs in for it.
#[derive(Debug, Clone)]
pub(crate) struct Shop {
    pub(crate) id: String,
    pub(crate) site: String,
    pub(crate) token: String,
}

impl TestApp {
    /// A shop that shares its hours, nine to eight on every day, with so many chairs.
    pub(crate) async fn shop(&self, name: &str, chairs: u8) -> Shop {
        self.shop_with(
            name,
            json!({}),
            json!({"hours": hours(ALL_DAYS, "09:00", "20:00"), "chairs": chairs, "observes_holidays": false}),
        )
        .await
    }

    /// A shop that is asked, and proposes.
    pub(crate) async fn shop_on_request(&self, name: &str) -> Shop {
        self.shop_with(name, json!({"works": "on_request"}), json!({"chairs": 1})).await
    }

    /// A shop of which more is written.
    pub(crate) async fn shop_with(&self, name: &str, more: Value, place: Value) -> Shop {
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
        let token = self.shop_user(&id, &format!("{local}@example.test")).await;
        let site = self.site_of(&id).await;
        Shop { id, site, token }
    }

    /// The place of a shop.
    pub(crate) async fn site_of(&self, partner: &str) -> String {
        let sites = self.get("/sites?limit=200").await.expect(200);
        let theirs =
            sites.items().iter().find(|site| site["partner_id"] == json!(partner)).cloned();
        theirs.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// Somebody who signs in for a shop. Answers their token.
    pub(crate) async fn shop_user(&self, partner: &str, email: &str) -> String {
        let user = NewUser {
            email: email.to_owned().try_into().unwrap(),
            name: "Somebody".try_into().unwrap(),
            role: Role::Partner,
            partner_id: Some(PartnerId(partner.parse().unwrap())),
            password: None,
        };
        by_command::add(&self.app, user).await.unwrap();
        by_command::create_token(&self.app, email, 3000).await.unwrap()
    }

    /// The patient of a course permits that a shop is told of them. Answers the consent's path.
    pub(crate) async fn disclose(&self, course: &str, partner: &str) -> String {
        let patient =
            self.get(&format!("/courses/{course}")).await.expect(200).str("patient_id").to_owned();
        let path = format!("/patients/{patient}/consents");
        let consent =
            json!({"kind": "disclosure", "partner_id": partner, "text_version": "2026-1"});
        let id = self.post(&path, consent).await.expect(201).id();
        format!("{path}/{id}")
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

    /// The desk books at a shop.
    pub(crate) async fn book_at(
        &self,
        shop: &Shop,
        course: &str,
        service: &str,
        start: &str,
    ) -> Answer {
        self.book_with(course, service, start, json!({"site_id": shop.site})).await
    }

    /// A shop does something with a referral.
    pub(crate) async fn shop_does(
        &self,
        shop: &Shop,
        referral: &str,
        verb: &str,
        body: Value,
    ) -> Answer {
        self.call(&shop.token, "POST", &format!("/referrals/{referral}/{verb}"), body).await
    }

    /// What a shop sees of a referral.
    pub(crate) async fn shop_sees(&self, shop: &Shop, referral: &str) -> Answer {
        self.call(&shop.token, "GET", &format!("/referrals/{referral}"), Value::Null).await
    }
}
