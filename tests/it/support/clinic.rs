//! A small clinic, made through the API as a manager would: two practitioners, two
//! rooms, an owned laser and one that is rented on Thursdays.

use serde_json::{Value, json};

use super::TestApp;

/// The ids of what was made.
pub(crate) struct Clinic {
    pub(crate) site: String,
    /// Talks and fires both lasers, Monday to Saturday.
    pub(crate) noor: String,
    /// Talks and fires the owned laser, on Mondays only.
    pub(crate) theo: String,
    pub(crate) consult: String,
    pub(crate) treatment: String,
    pub(crate) owned: String,
    pub(crate) rented: String,
}

/// The same hours on several weekdays.
pub(crate) fn hours(days: &[&str], opens: &str, closes: &str) -> Value {
    days.iter().map(|day| json!({"weekday": day, "opens": opens, "closes": closes})).collect()
}

pub(crate) const WEEKDAYS: &[&str] = &["mon", "tue", "wed", "thu", "fri"];
pub(crate) const ALL_DAYS: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl TestApp {
    async fn make(&self, path: &str, body: Value) -> String {
        self.manage("POST", path, body).await.expect(201).id()
    }

    /// A clinic open from nine to six on weekdays.
    pub(crate) async fn make_clinic(&self) -> Clinic {
        self.make_clinic_open(hours(WEEKDAYS, "09:00", "18:00")).await
    }

    /// A clinic with other hours, in which each practitioner works as long as it is open.
    pub(crate) async fn make_clinic_open(&self, hours: Value) -> Clinic {
        for (code, minutes, more) in [
            ("consultation", 45, json!({"skill": "consultation", "room": "consultation"})),
            ("assessment", 30, json!({"skill": "consultation", "room": "consultation"})),
            ("review", 20, json!({"skill": "consultation", "room": "consultation"})),
            ("test_patch", 30, json!({"skill": "laser", "method": "laser"})),
            (
                "saline",
                60,
                json!({"skill": "saline", "method": "saline", "counts": true, "room": "consultation"}),
            ),
            (
                "adjustment",
                120,
                json!({"skill": "adjustment", "method": "adjustment", "counts": true, "room": "consultation"}),
            ),
            ("laser_partial", 45, json!({"skill": "laser", "method": "laser", "counts": true})),
            (
                "laser_full",
                75,
                json!({"skill": "laser", "method": "laser", "counts": true, "anaesthetic_minutes": 45, "preparation_minutes": 15}),
            ),
        ] {
            let mut service = json!({"code": code, "name": code, "duration_minutes": minutes, "turnaround_minutes": 15});
            service.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            self.make("/services", service).await;
        }
        let site = self
            .make(
                "/sites",
                json!({"kind": "clinic", "name": "Hayden", "address": "59 Hayden Street", "hours": hours}),
            )
            .await;
        let consult = self
            .make(
                "/rooms",
                json!({"site_id": site, "name": "Consult A", "capabilities": ["consultation"]}),
            )
            .await;
        let treatment = self
            .make(
                "/rooms",
                json!({"site_id": site, "name": "Treatment 1", "capabilities": ["laser_controlled_area"]}),
            )
            .await;
        let device = |code: &str, ownership: &str| {
            let range = |min: f64, max: f64| json!({"min": min, "max": max});
            let mode = |nm: u16| {
                json!({"wavelength_nm": nm, "fluence_j_cm2": range(0.5, 10.0), "spot_mm": range(2.0, 8.0),
                "frequency_hz": range(1.0, 10.0), "pulse_width": range(6.0, 6.0), "pulse_width_unit": "ns"})
            };
            let modes = if ownership == "owned" {
                json!([mode(1064), mode(532)])
            } else {
                json!([mode(755)])
            };
            json!({"site_id": site, "code": code, "name": code, "ownership": ownership, "licence_valid_until": "2029-01-01",
                "service_due_on": "2028-12-31", "modes": modes})
        };
        let owned = self.make("/devices", device("LASER-OWN-1", "owned")).await;
        let rented = self.make("/devices", device("LASER-RENT-1", "rented")).await;
        let noor = json!({"site_id": site, "name": "Noor", "skills": ["consultation", "laser", "saline", "adjustment"], "hours": hours,
            "device_authorisations": [{"device_id": owned}, {"device_id": rented}],
            "credentials": [{"kind": "laser certificate", "expires_on": "2028-06-30"}]});
        let noor = self.make("/practitioners", noor).await;
        let mondays: Value = hours
            .as_array()
            .unwrap()
            .iter()
            .filter(|span| span["weekday"] == "mon")
            .cloned()
            .collect();
        let theo = json!({"site_id": site, "name": "Theo", "skills": ["consultation", "laser"], "hours": mondays,
            "device_authorisations": [{"device_id": owned, "expires_on": "2027-12-31"}]});
        let theo = self.make("/practitioners", theo).await;
        Clinic { site, noor, theo, consult, treatment, owned, rented }
    }

    /// Another room to talk in.
    pub(crate) async fn make_room(&self, clinic: &Clinic, name: &str) -> String {
        let room = json!({"site_id": clinic.site, "name": name, "capabilities": ["consultation"]});
        self.make("/rooms", room).await
    }

    /// A window in which the rented laser is here.
    pub(crate) async fn rent(&self, clinic: &Clinic, start: &str, end: &str) -> String {
        self.make(
            &format!("/devices/{}/rental-windows", clinic.rented),
            json!({"start": start, "end": end}),
        )
        .await
    }

    /// Closes something: `{"site_id": …}`, `{"practitioner_id": …}`, or everything.
    pub(crate) async fn close(&self, what: Value, first_day: &str, last_day: &str) -> String {
        let mut closure =
            json!({"first_day": first_day, "last_day": last_day, "reason": "Inventory"});
        closure.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
        self.make("/closures", closure).await
    }
}
