//! The reminders of a patient: each rule by the way that the patient wishes, or that
//! the rule names, or that there is; and, where one cannot go out, a call by the desk (rule 53).

use chrono::{DateTime, Duration, Utc};

use super::Planned;
use crate::domain::clinic::policy::Policy;
use crate::domain::clinic::quiet_hours::QuietHours;
use crate::domain::clinic::reminder::{Purpose, ReminderRule};
use crate::domain::messages::due::{Due, due, useful_until};
use crate::domain::messages::message::{MessageKind, Unsent};
use crate::domain::patient::channel::Channel;
use crate::domain::patient::recipient::Recipient;
use crate::domain::patient::{Email, Phone};
use crate::domain::time::time_zone::Tz;

/// How a patient can be reached.
#[expect(clippy::struct_excessive_bools, reason = "what is refused, and what is dead, by each way")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// By mail there.
    pub email: Option<Email>,
    /// By text message there; none where the clinic sends no texts.
    pub phone: Option<Phone>,
    /// The way that they wish.
    pub preferred: Option<Channel>,
    /// Whether they permit no messages at all.
    pub refused: bool,
    /// Whether they have opted out of mail.
    pub refused_email: bool,
    /// Whether they have opted out of text messages.
    pub refused_sms: bool,
    /// Whether they want no reminders by mail.
    pub no_reminders: bool,
    /// Whether nothing arrives at their address any more.
    pub dead_email: bool,
    /// Whether their number takes no texts.
    pub dead_sms: bool,
}

impl Reach {
    fn at(&self, channel: Channel) -> Option<Recipient> {
        match channel {
            Channel::Email => self.email.clone().map(Recipient::Email),
            Channel::Sms => self.phone.clone().map(Recipient::Phone),
            Channel::Desk => None,
        }
    }

    /// Whether nothing arrives by `channel` any more.
    fn is_dead(&self, channel: Channel) -> bool {
        match channel {
            Channel::Email => self.dead_email,
            Channel::Sms => self.dead_sms,
            Channel::Desk => false,
        }
    }

    /// The way and the address for a message that is meant to go by `channel`: one at which something arrives, if there is any.
    #[must_use]
    pub fn by(&self, channel: Channel) -> (Channel, Option<Recipient>) {
        let ways = [self.preferred, Some(channel), Some(Channel::Email), Some(Channel::Sms)];
        let alive = |way: &Channel| !self.is_dead(*way);
        let mut ways = ways.into_iter().flatten().filter(alive);
        let found = ways.find_map(|way| Some((way, self.at(way)?)));
        found.map_or((channel, None), |(way, to)| (way, Some(to)))
    }

    /// The addresses at which something arrives that may be sent, mail first.
    #[must_use]
    pub fn working(&self) -> Vec<Recipient> {
        let ways = [Channel::Email, Channel::Sms].into_iter();
        ways.filter(|way| !self.is_dead(*way) && !self.refuses(*way))
            .filter_map(|way| self.at(way))
            .collect()
    }

    /// Whether `to` is the patient's own, whatever may be sent there.
    #[must_use]
    pub fn is_current(&self, to: &Recipient) -> bool {
        self.at(to.channel()).is_some_and(|own| own.is_same(to))
    }

    /// Whether `to` is the patient's own, and nothing arrives there any more.
    #[must_use]
    pub fn is_dead_at(&self, to: &Recipient) -> bool {
        self.is_current(to) && self.is_dead(to.channel())
    }

    /// The address that mail would go to, and why none does.
    #[must_use]
    pub fn why_no_mail(&self) -> (Option<Recipient>, Unsent) {
        let to = self.at(Channel::Email);
        let why = if self.refuses(Channel::Email) {
            Unsent::NoConsent
        } else if to.is_some() {
            Unsent::Unreachable
        } else {
            Unsent::NoAddress
        };
        (to, why)
    }

    /// Whether nothing may be sent to them by `channel`.
    #[must_use]
    pub fn refuses(&self, channel: Channel) -> bool {
        self.refused
            || match channel {
                Channel::Email => self.refused_email,
                Channel::Sms => self.refused_sms,
                Channel::Desk => false,
            }
    }
}

/// A visit that is booked, as its reminders see it.
#[derive(Debug, Clone, Copy)]
pub struct Booked<'a> {
    /// Its start.
    pub starts_at: DateTime<Utc>,
    /// The zone in which its wall time was promised.
    pub zone: Tz,
    /// Whether its patient has said that they come.
    pub confirmed: bool,
    /// Whether its course is on hold (rule 73).
    pub on_hold: bool,
    /// Whether its patient has been told something of it.
    pub told: bool,
    /// The reminders that visits of its kind get.
    pub rules: &'a [ReminderRule],
}

/// The reminders of a visit, those included whose time has passed, and the call that takes the place of what cannot go out.
#[must_use]
pub fn planned(
    visit: Booked<'_>,
    reach: &Reach,
    quiet: &QuietHours,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Vec<Planned> {
    let mut all: Vec<Planned> = Vec::new();
    for rule in visit.rules {
        if visit.confirmed && rule.purpose == Purpose::Confirm {
            continue;
        }
        let reminder = reminder(visit, *rule, reach, quiet, policy);
        let same =
            |other: &Planned| (other.channel, &other.lead) == (reminder.channel, &reminder.lead);
        if !all.iter().any(same) {
            all.push(reminder);
        }
    }
    let untold = !visit.told && reach.working().is_empty();
    let call = (!visit.confirmed && !visit.on_hold).then(|| call(&all, untold, now)).flatten();
    all.extend(call);
    all
}

fn reminder(
    visit: Booked<'_>,
    rule: ReminderRule,
    reach: &Reach,
    quiet: &QuietHours,
    policy: &Policy,
) -> Planned {
    let (channel, recipient) = reach.by(rule.channel);
    let (due_at, is_quiet) = match due(rule.lead, visit.starts_at, visit.zone, quiet, policy) {
        Due::At(at) => (at, false),
        Due::Quiet(at) => (at, true),
    };
    let unsent = if visit.on_hold {
        Some(Unsent::OnHold)
    } else if reach.refuses(channel) || (channel == Channel::Email && reach.no_reminders) {
        Some(Unsent::NoConsent)
    } else if recipient.is_none() {
        let dead = reach.dead_email || reach.dead_sms;
        Some(if dead { Unsent::Unreachable } else { Unsent::NoAddress })
    } else if is_quiet {
        Some(Unsent::QuietHours)
    } else {
        None
    };
    Planned {
        kind: MessageKind::Reminder,
        channel,
        lead: rule.lead.to_string(),
        recipient,
        purpose: Some(rule.purpose),
        due_at,
        useful_until: Some(useful_until(rule.lead, visit.starts_at, due_at, policy)),
        batch: None,
        unsent,
    }
}

/// The call for what cannot go out: when the patient would have been asked to confirm, else with the first that is lost; at
/// once where all of that has passed and nothing told them of the visit.
fn call(reminders: &[Planned], untold: bool, now: DateTime<Utc>) -> Option<Planned> {
    let is_lost = |one: &&Planned| match one.unsent {
        Some(Unsent::NoConsent | Unsent::NoAddress | Unsent::Unreachable) => true,
        // A patient who was never asked whether they come is phoned.
        Some(Unsent::QuietHours) => one.purpose == Some(Purpose::Confirm),
        _ => false,
    };
    let lost = reminders.iter().filter(is_lost);
    let to_come = lost.clone().filter(|one| one.due_at > now);
    let first = to_come.min_by_key(|one| (one.purpose != Some(Purpose::Confirm), one.due_at));
    if first.is_none() && untold {
        return Some(Planned::task(MessageKind::PhoneCall, now + Duration::seconds(1)));
    }
    // What has passed keeps a call that is planned already from being taken back.
    let first = first.or_else(|| lost.max_by_key(|one| one.due_at))?;
    Some(Planned::task(MessageKind::PhoneCall, first.due_at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clinic::reminder::standard;
    use crate::domain::time::time_zone::toronto;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn both() -> Reach {
        Reach {
            email: Some("ada@example.test".to_owned().try_into().unwrap()),
            phone: Some("416 555 0123".to_owned().try_into().unwrap()),
            ..Reach::default()
        }
    }

    /// What is planned at nine on 1 March for a visit on 15 March at ten.
    fn plan(reach: &Reach, confirmed: bool, on_hold: bool) -> Vec<String> {
        let (policy, rules) = (Policy::default(), standard());
        let visit = Booked {
            starts_at: utc("2027-03-15T14:00:00Z"),
            zone: toronto(),
            confirmed,
            on_hold,
            told: false,
            rules: &rules,
        };
        let quiet = QuietHours::from_policy(&policy, toronto());
        let shown = |one: Planned| {
            let unsent = one.unsent.map(|why| format!(" {why}")).unwrap_or_default();
            format!(
                "{}{} {} {}{unsent}",
                one.kind,
                one.lead,
                one.channel,
                one.due_at.format("%d %H:%M")
            )
        };
        planned(visit, reach, &quiet, &policy, utc("2027-03-01T14:00:00Z"))
            .into_iter()
            .map(shown)
            .collect()
    }

    #[test]
    fn each_reminder_goes_by_the_way_of_its_rule_unless_the_patient_wishes_another() {
        let usual =
            ["reminder7d email 08 15:00", "reminder48h email 13 14:00", "reminder2h sms 15 12:00"];
        assert_eq!(plan(&both(), false, false), usual);
        let by_text = Reach { preferred: Some(Channel::Sms), ..both() };
        let texts =
            ["reminder7d sms 08 15:00", "reminder48h sms 13 14:00", "reminder2h sms 15 12:00"];
        assert_eq!(plan(&by_text, false, false), texts);
        let no_mail = Reach { email: None, ..both() };
        assert_eq!(plan(&no_mail, false, false), texts);
    }

    #[test]
    fn who_has_confirmed_is_not_asked_again() {
        assert_eq!(
            plan(&both(), true, false),
            ["reminder7d email 08 15:00", "reminder2h sms 15 12:00"]
        );
    }

    #[test]
    fn who_permits_no_messages_is_phoned_when_they_would_have_been_asked() {
        let refused = Reach { refused: true, ..both() };
        assert_eq!(
            plan(&refused, false, false),
            [
                "reminder7d email 08 15:00 no_consent",
                "reminder48h email 13 14:00 no_consent",
                "reminder2h sms 15 12:00 no_consent",
                "phone_call desk 13 14:00"
            ]
        );
        let no_texts = Reach { refused_sms: true, ..both() };
        let planned = plan(&no_texts, false, false);
        assert_eq!(
            planned[2..],
            ["reminder2h sms 15 12:00 no_consent", "phone_call desk 15 12:00"]
        );
        assert_eq!(plan(&Reach::default(), false, false)[3], "phone_call desk 13 14:00");
        assert_eq!(
            plan(&refused, true, false).len(),
            2,
            "who has said that they come needs no call"
        );
    }

    #[test]
    fn reminders_of_a_course_on_hold_stop_and_nobody_is_phoned() {
        let planned = plan(&both(), false, true);
        assert!(
            planned.len() == 3 && planned.iter().all(|one| one.ends_with("on_hold")),
            "{planned:?}"
        );
    }
}
