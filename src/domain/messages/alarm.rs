//! When a message that is still unsent becomes a task for the desk: by the clock of the visit, not
//! by the number of tries.

use chrono::{DateTime, Duration, Utc};

use super::message::{Audience, Message, MessageKind, Tells};
use crate::domain::clinic::policy::Policy;
use crate::domain::patient::channel::Channel;

/// How near a visit is whose change has to be told within the hour.
const NEAR: Duration = Duration::hours(48);
/// How long before a message is of no use any more its task comes at the latest.
const LATEST: Duration = Duration::hours(2);
/// How long any message is given before it is a task.
const LEAST: Duration = Duration::minutes(10);

/// When `message` becomes a task if it is still unsent then; never for what is a task itself, or answers at once.
#[must_use]
pub fn alarm_at(message: &Message, policy: &Policy) -> Option<DateTime<Utc>> {
    let told = message.kind.tells().is_some() || message.kind.is_planned();
    let by_desk = message.channel == Channel::Desk || message.kind.audience() == Audience::Desk;
    if !told || by_desk {
        return None;
    }
    let (due_at, end) = (message.due_at, of_use_until(message));
    let near = message.kind.tells().is_some() && end - due_at < NEAR;
    Some(if near {
        let hour = due_at + Duration::minutes(i64::from(policy.unsent_task_minutes));
        hour.min(end - Duration::minutes(30)).max(due_at + LEAST)
    } else {
        (end - LATEST).max(due_at + LEAST)
    })
}

/// `message` with its alarm.
#[must_use]
pub fn with_alarm(message: Message, policy: &Policy) -> Message {
    Message { alarm_at: alarm_at(&message, policy), ..message }
}

/// Until when a message is of use: a change until the patient might come, at the old time or at the new one.
fn of_use_until(message: &Message) -> DateTime<Utc> {
    if let Some(until) = message.useful_until {
        return until;
    }
    let content = &message.content;
    let starts = match message.kind {
        // A report is asked for after the visit.
        MessageKind::ShopReport => return message.due_at + NEAR,
        kind if kind.tells() == Some(Tells::Gone) => [Some(content.starts_at), None],
        _ => [Some(content.starts_at), content.was],
    };
    let to_come = starts.into_iter().flatten().filter(|at| *at > message.due_at);
    to_come.min().unwrap_or(content.ends_at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::messages::message::Content;
    use crate::domain::patient::Language;
    use uuid::Uuid;

    fn alarm(kind: MessageKind, due: &str, start: &str, was: Option<&str>) -> String {
        let utc = |text: &str| format!("2027-02-{text}:00Z").parse::<DateTime<Utc>>().unwrap();
        let due_at = utc(due);
        let content = Content {
            was: was.map(utc),
            ..Content::of_referral(due_at, "America/Toronto".to_owned(), Uuid::nil().into())
        };
        let content = content.at(utc(start), Duration::minutes(45));
        let message = Message {
            kind,
            useful_until: (kind == MessageKind::Reminder).then(|| utc(start)),
            ..Message::waiting(
                Uuid::nil().into(),
                Uuid::nil().into(),
                Language::En,
                content,
                due_at,
            )
        };
        let at = alarm_at(&message, &Policy::default());
        at.map(|at| at.format("%dT%H:%M").to_string()).unwrap_or_default()
    }

    #[test]
    fn a_change_of_a_near_visit_is_a_task_after_an_hour_and_of_a_far_one_two_hours_before() {
        use MessageKind::{Answer, Cancel, PhoneCall, Reminder, Update};
        assert_eq!(alarm(Cancel, "01T14:00", "02T15:00", None), "01T15:00");
        assert_eq!(alarm(Cancel, "01T14:00", "08T15:00", None), "08T13:00");
        assert_eq!(alarm(Update, "01T14:00", "20T15:00", Some("02T15:00")), "01T15:00");
        assert_eq!(alarm(Update, "01T14:00", "01T14:50", None), "01T14:20", "while there is time");
        assert_eq!(alarm(Update, "01T14:00", "01T14:20", None), "01T14:10");
        assert_eq!(alarm(Reminder, "01T14:00", "08T15:00", None), "08T13:00");
        assert_eq!(alarm(Reminder, "01T14:00", "01T15:00", None), "01T14:10");
        assert_eq!(alarm(PhoneCall, "01T14:00", "08T15:00", None), "");
        assert_eq!(alarm(Answer, "01T14:00", "08T15:00", None), "");
    }
}
