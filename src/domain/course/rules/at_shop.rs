//! Rules 56, 59 and 62, asked of every session at a partner's shop: the patient permits that this
//! very shop is told, its papers are good on that day, it does what is asked, and it has reported
//! what it did before. What is left to the shop stands in `partner::referral`.

use chrono::NaiveDate;

use crate::domain::catalogue::partner::Partner;
use crate::domain::catalogue::service::Service;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::civil::spoken_day;

/// A shop, as a patient who is to be treated there sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopTerms {
    /// The shop.
    pub partner: Partner,
    /// Whether the patient permits that it is told of them.
    pub disclosed: bool,
    /// The day of a session of theirs there whose report is overdue.
    pub overdue: Option<NaiveDate>,
    /// Whether the referral to it is on hold.
    pub on_hold: bool,
    /// Whether it named the time itself.
    pub proposed: bool,
}

/// Rule 56: no shop is told of a patient who has not permitted this very one. Not to be overridden.
#[must_use]
pub fn disclosure_consent_missing(terms: &ShopTerms) -> Option<Refusal> {
    (!terms.disclosed).then(|| {
        Refusal::new(
            Code::DisclosureConsentMissing,
            format!(
                "The patient has not consented that {} is told of them; ask, and note a disclosure consent that names it.",
                terms.partner.details.name
            ),
        )
    })
}

/// Rule 62: a shop that has not said what it did last gets no next session of that patient.
#[must_use]
pub fn report_overdue(terms: &ShopTerms) -> Option<Refusal> {
    let day = terms.overdue?;
    let name = &terms.partner.details.name;
    let words = format!(
        "{name} has not reported what was done on {}; ask for its report first.",
        spoken_day(day)
    );
    Some(Refusal::new(Code::ReportOverdue, words))
}

/// A shop that works on request names the time itself.
#[must_use]
pub fn shop_proposes(terms: &ShopTerms) -> Option<Refusal> {
    let asks = terms.partner.proposes() && !terms.proposed;
    asks.then(|| {
        let name = &terms.partner.details.name;
        let words = format!("{name} works on request: send a referral, and it proposes a time.");
        Refusal::new(Code::ShopProposes, words)
    })
}

/// What is on hold gets no dates.
#[must_use]
pub fn referral_on_hold(terms: &ShopTerms) -> Option<Refusal> {
    terms.on_hold.then(|| {
        let words =
            format!("The referral to {} is on hold; resume it first.", terms.partner.details.name);
        Refusal::new(Code::ReferralNotAllowedFrom("on-hold"), words)
    })
}

/// Everything that speaks against `service` at this shop on `day`.
#[must_use]
pub fn refusals(terms: &ShopTerms, service: &Service, day: NaiveDate) -> Vec<Refusal> {
    let mut refusals = terms.partner.unfit_for(service, day);
    refusals.extend(disclosure_consent_missing(terms));
    refusals.extend(report_overdue(terms));
    refusals.extend(shop_proposes(terms));
    refusals.extend(referral_on_hold(terms));
    refusals
}
