//! What a partner's shop is told of a visit there: the list of the next day, a word before
//! each visit by choice, what waits for its answer, and a report that is overdue. And the desk's
//! task when a shop stays silent (rule 60). Changes stand in `notice`.

use chrono::{DateTime, Days, Duration, Utc};

use super::Planned;
use crate::domain::clinic::policy::Policy;
use crate::domain::course::status::SessionStatus;
use crate::domain::messages::message::{MessageKind, Unsent};
use crate::domain::partner::notifications::PartnerNotices;
use crate::domain::patient::Way;
use crate::domain::time::time_zone::Tz;
use crate::domain::time::{business_day, civil};

/// A visit at a shop.
#[derive(Debug, Clone, Copy)]
pub struct AtShop<'a> {
    /// Its start.
    pub starts_at: DateTime<Utc>,
    /// Its end.
    pub ends_at: DateTime<Utc>,
    /// Where it stands.
    pub status: SessionStatus,
    /// Since when it waits for the shop's answer, if it does.
    pub asked_at: Option<DateTime<Utc>>,
    /// When the clinic declined what the shop proposed instead, if it did.
    pub declined_at: Option<DateTime<Utc>>,
    /// Whether the patient permits that this shop is told (rule 56).
    pub disclosed: bool,
    /// How the shop wants to be told.
    pub notices: &'a PartnerNotices,
    /// The ways by which it wants nothing any more.
    pub refused: &'a [Way],
}

impl AtShop<'_> {
    /// One for the shop, by the way that it wants.
    fn tells(&self, kind: MessageKind, by: Way, due_at: DateTime<Utc>) -> Planned {
        let recipient = self.notices.details.recipient(by);
        let unsent = if self.disclosed && !self.refused.contains(&by) {
            recipient.is_none().then_some(Unsent::NoAddress)
        } else {
            Some(Unsent::NoConsent)
        };
        Planned { channel: by.into(), recipient, unsent, ..Planned::task(kind, due_at) }
    }

    /// The list of the next day, and the word before the visit.
    fn before(&self, policy: &Policy, zone: Tz) -> Vec<Planned> {
        let (wants, shop) = (&self.notices.details, self.notices.partner_id);
        let useful_until = Some(self.starts_at);
        let list = wants.day_list_by.map(|by| {
            let day = civil::date_of(zone, self.starts_at);
            let at = wants.day_list_at.unwrap_or(policy.shop_day_list_at);
            let tells = self.tells(MessageKind::ShopDay, by, at.on(day - Days::new(1), zone));
            Planned { batch: Some(format!("shop-day:{shop}:{day}")), useful_until, ..tells }
        });
        let soon = wants.before_by.map(|by| {
            let minutes = wants.before_minutes.unwrap_or(i64::from(policy.shop_before_minutes));
            let due_at = self.starts_at - Duration::minutes(minutes);
            Planned { useful_until, ..self.tells(MessageKind::ShopSoon, by, due_at) }
        });
        list.into_iter().chain(soon).collect()
    }

    /// What waits for the shop's answer since the same moment, and is due at `due_at`, is asked for together; at once
    /// where the clinic declined another time.
    fn waiting(&self, by: Way, due_at: DateTime<Utc>, policy: &Policy) -> Vec<Planned> {
        let useful_until = Some(self.starts_at);
        let tells =
            |due_at| Planned { useful_until, ..self.tells(MessageKind::ShopWaiting, by, due_at) };
        let declined = self.declined_at.map(|at| Planned {
            lead: "declined".to_owned(),
            ..tells(at + policy.message_grace())
        });
        let batch = format!("shop-waiting:{}:{}", self.notices.partner_id, due_at.timestamp());
        declined.into_iter().chain([Planned { batch: Some(batch), ..tells(due_at) }]).collect()
    }
}

/// What the shop is told, and the desk of the shop; `zone` is the clinic's.
#[must_use]
pub fn planned(visit: AtShop<'_>, policy: &Policy, zone: Tz) -> Vec<Planned> {
    let asked_for = |days| {
        let asked_at = visit.asked_at?;
        Some(business_day::after(zone, asked_at, days, policy.observe_civic_holiday))
    };
    let still_open = matches!(
        visit.status,
        SessionStatus::Booked | SessionStatus::Arrived | SessionStatus::CheckedIn
    );
    let report_due =
        still_open.then(|| visit.ends_at + Duration::days(i64::from(policy.shop_report_days)));
    let mut all = Vec::new();
    if visit.status == SessionStatus::Booked {
        all.extend(visit.before(policy, zone));
    }
    if let Some(by) = visit.notices.details.changes_by {
        let due_at = asked_for(policy.shop_waiting_business_days);
        all.extend(due_at.into_iter().flat_map(|at| visit.waiting(by, at, policy)));
        all.extend(report_due.map(|at| visit.tells(MessageKind::ShopReport, by, at)));
    }
    all.extend(report_due.map(|at| Planned::task(MessageKind::ShopOverdue, at)));
    let silent = asked_for(policy.shop_silent_business_days);
    all.extend(silent.map(|at| Planned::task(MessageKind::ShopSilent, at)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::PartnerId;
    use crate::domain::partner::notifications::PartnerNoticesDetails;
    use crate::domain::time::time_zone::toronto;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn lines(
        details: PartnerNoticesDetails,
        status: SessionStatus,
        disclosed: bool,
    ) -> Vec<String> {
        let notices =
            PartnerNotices { details, ..PartnerNotices::unset(PartnerId(uuid::Uuid::nil())) };
        let visit = AtShop {
            // Monday 15 March at ten, asked for on Friday the 5th at nine.
            starts_at: utc("2027-03-15T14:00:00Z"),
            ends_at: utc("2027-03-15T14:45:00Z"),
            status,
            asked_at: (status == SessionStatus::Pending).then(|| utc("2027-03-05T14:00:00Z")),
            declined_at: None,
            disclosed,
            notices: &notices,
            refused: &[],
        };
        planned(visit, &Policy::default(), toronto())
            .into_iter()
            .map(|one| {
                let unsent = one.unsent.map(|why| format!(" {why}")).unwrap_or_default();
                format!("{} {} {}{unsent}", one.kind, one.channel, one.due_at.format("%d %H:%M"))
            })
            .collect()
    }

    fn maple() -> PartnerNoticesDetails {
        PartnerNoticesDetails {
            email: Some("maple@example.test".to_owned().try_into().unwrap()),
            phone: Some("416 555 0181".to_owned().try_into().unwrap()),
            before_by: Some(Way::Sms),
            ..PartnerNoticesDetails::default()
        }
    }

    #[test]
    fn a_shop_hears_the_day_before_at_four_two_hours_before_and_when_its_report_is_overdue() {
        assert_eq!(
            lines(maple(), SessionStatus::Booked, true),
            [
                "shop_day email 14 20:00",
                "shop_soon sms 15 12:00",
                "shop_report email 20 14:45",
                "shop_overdue desk 20 14:45"
            ]
        );
        assert!(lines(maple(), SessionStatus::Fulfilled, true).is_empty());
        assert_eq!(
            lines(PartnerNoticesDetails::default(), SessionStatus::Booked, true)[0],
            "shop_day email 14 20:00 no_address"
        );
    }

    #[test]
    fn what_waits_for_an_answer_is_said_after_one_business_day_and_a_task_after_two() {
        // The clock changes in between, on the 14th; these are days before it.
        assert_eq!(
            lines(maple(), SessionStatus::Pending, true),
            ["shop_waiting email 08 14:00", "shop_silent desk 09 14:00"]
        );
    }

    #[test]
    fn a_shop_hears_of_nobody_who_has_not_permitted_it() {
        let told = lines(maple(), SessionStatus::Booked, false);
        let to_shop = |one: &&String| !one.contains(" desk ");
        assert!(told.iter().filter(to_shop).count() == 3, "{told:?}");
        assert!(told.iter().filter(to_shop).all(|one| one.ends_with("no_consent")), "{told:?}");
    }
}
