//! A partner: an outside shop with the papers that it must hold (`docs/domain.md` 2.6), what it offers,
//! and how it works with the clinic. Its hours are those of its site, its chairs are rooms there;
//! whether a patient may be told about, and how, stands in `rules::at_shop` and `packet`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::service::{Method, Service};
use crate::domain::catalogue::measure::Wavelength;
use crate::domain::codes::codes;
use crate::domain::ids::PartnerId;
use crate::domain::patient::{Language, Phone};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::text::{Line, yes};
use crate::domain::time::civil::{Day, spoken_day};
use crate::domain::time::hours::WeeklyHours;

codes! {
    /// How a shop works with the clinic.
    Works in "snake_case" {
        /// It shares its hours: the desk books straight into them, and the shop confirms.
        SharedHours,
        /// It is asked, and proposes a time itself.
        OnRequest,
    }
}

/// A paper that a shop must hold: a licence, an inspection, an insurance, a training.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"number": "T-12345", "dated": "2026-03-01", "valid_until": "2027-02-28"}))]
pub struct Paper {
    /// Its number, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Line>,
    /// When it was issued, or the inspection took place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<Day>,
    /// What came of it, such as `pass`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Line>,
    /// Its last day.
    pub valid_until: Day,
}

/// The papers of a shop; one that is not on file is as good as expired.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Papers {
    /// The city's licence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licence: Option<Paper>,
    /// The last inspection by the health unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspection: Option<Paper>,
    /// The medical device licence of its laser; asked for laser work alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_licence: Option<Paper>,
    /// Its insurance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insurance: Option<Paper>,
    /// The training of its operators; asked for treatments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator_training: Option<Paper>,
}

/// The place of a new shop.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewShop {
    /// Its weekly hours, local time; needed where it shares them.
    pub hours: WeeklyHours,
    /// How many can be treated there at once; 1 unless set.
    #[schema(minimum = 1, maximum = 50)]
    pub chairs: Option<u8>,
    /// Whether it closes on Ontario's public holidays; it does unless set.
    pub observes_holidays: Option<bool>,
}

/// What a manager writes about a partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Fictional Maple Fade Laser", "address": "1 Example Ave, Toronto, ON", "phone": "416-555-0181",
    "methods": ["laser"], "wavelengths_nm": [1064, 532], "works": "shared_hours",
    "papers": {"licence": {"number": "T-12345", "valid_until": "2027-12-31"}, "inspection": {"dated": "2026-03-01", "result": "pass", "valid_until": "2027-02-28"},
        "device_licence": {"valid_until": "2027-12-31"}, "insurance": {"valid_until": "2027-12-31"}, "operator_training": {"valid_until": "2027-12-31"}},
    "shop": {"hours": [{"weekday": "tue", "opens": "11:00", "closes": "19:00"}], "chairs": 2}}))]
pub struct PartnerDetails {
    /// What people call it.
    pub name: Line,
    /// The street address.
    pub address: Line,
    /// Its telephone.
    pub phone: Phone,
    /// The person to ask for.
    #[serde(default)]
    pub contact: Option<Line>,
    /// The languages spoken there.
    #[serde(default)]
    #[sqlx(json(nullable))]
    pub languages: Option<Vec<Language>>,
    /// How it treats; what is done without a method, such as a consultation, every shop may do.
    #[serde(default)]
    #[sqlx(json(nullable))]
    pub methods: Option<Vec<Method>>,
    /// The wavelengths of its lasers, nanometres.
    #[serde(default)]
    #[sqlx(json(nullable))]
    pub wavelengths_nm: Option<Vec<Wavelength>>,
    /// How it works with the clinic; by shared hours unless set.
    #[serde(default)]
    pub works: Option<Works>,
    /// The papers that it holds.
    #[serde(default)]
    #[sqlx(json(nullable))]
    pub papers: Option<Papers>,
    /// Whether it can be referred to at all.
    #[serde(default = "yes")]
    pub active: bool,
    /// Its place, when it is new; changed later as any other site and its rooms are.
    #[serde(default, skip_serializing)]
    #[sqlx(skip)]
    #[schema(write_only)]
    pub shop: Option<NewShop>,
}

/// A partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Partner {
    /// Its id.
    pub id: PartnerId,
    /// Rises with each change.
    pub version: i64,
    /// What was written about it.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub details: PartnerDetails,
}

impl Partner {
    /// Whether the shop names its times itself.
    #[must_use]
    pub fn proposes(&self) -> bool {
        self.details.works == Some(Works::OnRequest)
    }

    /// Why `service` may not be done there on `day`: a paper that is not on file or has expired by then (rule 59), a method
    /// that it does not offer, or an end of the work with it.
    #[must_use]
    pub fn unfit_for(&self, service: &Service, day: NaiveDate) -> Vec<Refusal> {
        let name = &self.details.name;
        if !self.details.active {
            let words = format!("The clinic no longer works with {name}.");
            return vec![Refusal::new(Code::PartnerNotEligible, words)];
        }
        let mut refusals = Vec::new();
        let lacking: Vec<_> = self
            .asked_for(service)
            .into_iter()
            .filter_map(|(what, paper)| lacks(what, paper, day))
            .collect();
        if !lacking.is_empty() {
            let words =
                format!("{name} cannot be chosen for {}: {}.", spoken_day(day), lacking.join(", "));
            refusals.push(Refusal::new(Code::PartnerNotEligible, words));
        }
        let offered = self.details.methods.as_deref().unwrap_or_default();
        if service.details.method.is_some_and(|method| !offered.contains(&method)) {
            let words = format!("{name} does not offer {}.", service.details.name);
            refusals.push(Refusal::new(Code::NotOfferedByPartner, words));
        }
        refusals
    }

    fn asked_for(&self, service: &Service) -> Vec<(&'static str, Option<&Paper>)> {
        let papers = self.details.papers.as_ref();
        let paper = |of: fn(&Papers) -> Option<&Paper>| papers.and_then(of);
        let mut asked = vec![
            ("licence", paper(|papers| papers.licence.as_ref())),
            ("inspection", paper(|papers| papers.inspection.as_ref())),
            ("insurance", paper(|papers| papers.insurance.as_ref())),
        ];
        if service.is_laser() {
            asked.push(("device licence", paper(|papers| papers.device_licence.as_ref())));
        }
        if service.details.method.is_some() {
            asked.push(("operator training", paper(|papers| papers.operator_training.as_ref())));
        }
        asked
    }
}

/// What is wrong with a paper on `day`.
fn lacks(what: &str, paper: Option<&Paper>, day: NaiveDate) -> Option<String> {
    match paper {
        None => Some(format!("its {what} is not on file")),
        Some(paper) if paper.valid_until.date() < day => {
            let expired = spoken_day(paper.valid_until.date());
            Some(format!("its {what} expired on {expired}"))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shop(papers: &serde_json::Value) -> Partner {
        let details = json!({"name": "Maple", "address": "1 Example Ave", "phone": "416-555-0181", "methods": ["laser"], "papers": papers});
        Partner {
            id: PartnerId(uuid::Uuid::nil()),
            version: 1,
            details: serde_json::from_value(details).unwrap(),
        }
    }

    fn service(code: &str, method: &serde_json::Value) -> Service {
        let details = json!({"code": code, "name": code, "duration_minutes": 45, "skill": "laser", "method": method});
        Service {
            id: crate::domain::ids::ServiceId(uuid::Uuid::nil()),
            version: 1,
            details: serde_json::from_value(details).unwrap(),
        }
    }

    #[test]
    fn papers_are_looked_at_on_the_day_of_the_session_and_every_lack_is_named() {
        let until = |day: &str| json!({"valid_until": day});
        let maple = shop(
            &json!({"licence": until("2027-12-31"), "inspection": until("2027-03-14"), "insurance": until("2027-12-31"),
            "device_licence": until("2027-12-31")}),
        );
        let laser = service("laser_partial", &json!("laser"));
        let said = |day: &str| -> Vec<_> {
            maple
                .unfit_for(&laser, day.parse().unwrap())
                .into_iter()
                .map(|one| one.message)
                .collect()
        };
        assert_eq!(
            said("2027-03-15"),
            [
                "Maple cannot be chosen for Monday 15 March 2027: its inspection expired on Sunday 14 March 2027, its operator training is not on file."
            ]
        );
        assert_eq!(
            said("2027-03-14"),
            [
                "Maple cannot be chosen for Sunday 14 March 2027: its operator training is not on file."
            ]
        );
        let talk = service("consultation", &json!(null));
        assert!(
            maple.unfit_for(&talk, "2027-03-14".parse().unwrap()).is_empty(),
            "nobody is treated in a talk"
        );
    }

    #[test]
    fn a_shop_does_what_it_offers_and_nothing_once_it_is_out_of_use() {
        let until = json!({"valid_until": "2030-01-01"});
        let papers = json!({"licence": until, "inspection": until, "insurance": until, "device_licence": until, "operator_training": until});
        let mut maple = shop(&papers);
        let day = "2027-03-15".parse().unwrap();
        let codes = |shop: &Partner, service: &Service| -> Vec<_> {
            shop.unfit_for(service, day).into_iter().map(|one| one.code).collect()
        };
        assert!(codes(&maple, &service("laser_partial", &json!("laser"))).is_empty());
        assert_eq!(
            codes(&maple, &service("saline", &json!("saline"))),
            [Code::NotOfferedByPartner]
        );
        maple.details.active = false;
        assert_eq!(
            codes(&maple, &service("laser_partial", &json!("laser"))),
            [Code::PartnerNotEligible]
        );
    }
}
