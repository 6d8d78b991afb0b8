//! What a course needs next, seen from the desk: a consultation, then a test patch where a laser
//! is meant, then the treatment that its goal asks for. Whether it may be booked, the rules say.

use super::Goal;
use crate::domain::catalogue::service::{Purpose, Service, Treatment};

/// What of a course counts here: the services of its sessions that are done or to come, in order of time.
#[must_use]
pub fn next_service<'a>(goal: Goal, had: &[&Service], all: &'a [Service]) -> Option<&'a Service> {
    let bookable = || all.iter().filter(|service| service.details.active);
    let of = |purpose| bookable().find(move |service| service.purpose() == purpose);
    let has = |purpose| had.iter().any(|service| service.purpose() == purpose);
    let wanted = match goal {
        Goal::Remove => Treatment::Laser,
        Goal::Lighten | Goal::Fade => Treatment::Lightening,
        Goal::Adjust => Treatment::Adjustment,
    };
    let treats = |service: &&Service| service.treatment() == Some(wanted);
    // What was done last is done again, whatever came before it in another book.
    if let Some(last) = had.iter().rev().copied().find(treats) {
        return bookable()
            .find(|service| service.id == last.id)
            .or_else(|| bookable().find(treats));
    }
    if !has(Purpose::Consultation)
        && let Some(consultation) = of(Purpose::Consultation)
    {
        return Some(consultation);
    }
    if wanted == Treatment::Laser
        && !has(Purpose::TestPatch)
        && let Some(patch) = of(Purpose::TestPatch)
    {
        return Some(patch);
    }
    bookable().find(treats)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::ServiceId;
    use serde_json::json;

    fn service(code: &str, method: Option<&str>) -> Service {
        let details = json!({"code": code, "name": code, "duration_minutes": 30, "skill": "consultation", "method": method});
        Service {
            id: ServiceId(uuid::Uuid::new_v4()),
            version: 1,
            details: serde_json::from_value(details).unwrap(),
        }
    }

    #[test]
    fn a_removal_is_talked_about_then_tried_then_done_and_done_again() {
        let all = [
            service("consultation", None),
            service("test_patch", Some("laser")),
            service("laser_partial", Some("laser")),
            service("laser_full", Some("laser")),
            service("saline", Some("saline")),
        ];
        let [talk, patch, partial, full, saline] = &all;
        let next = |goal, had: &[&Service]| {
            next_service(goal, had, &all).unwrap().details.code.to_string()
        };
        assert_eq!(next(Goal::Remove, &[]), "consultation");
        assert_eq!(next(Goal::Remove, &[talk]), "test_patch");
        assert_eq!(next(Goal::Remove, &[talk, patch]), partial.details.code.as_str());
        assert_eq!(
            next(Goal::Remove, &[full]),
            "laser_full",
            "what was done last, though nothing is written of before"
        );
        assert_eq!(
            next(Goal::Lighten, &[talk]),
            saline.details.code.as_str(),
            "no test patch without a laser"
        );
    }

    #[test]
    fn where_nothing_is_offered_nothing_is_next() {
        assert_eq!(next_service(Goal::Adjust, &[], &[]), None);
    }
}
