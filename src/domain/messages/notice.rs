//! Which messages a change of a visit needs: what each address, or shop, has seen is compared
//! with what is true now. What was seen and is still true needs none, so a slip that is undone
//! in time is never sent, and of several quick moves only the last does.

use super::message::{Audience, Content, Message, MessageKind, MessageStatus, Tells, Unsent};
use crate::domain::course::session::Session;
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::PartnerId;
use crate::domain::patient::recipient::Recipient;

/// How a visit stands in a patient's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is there.
    There,
    /// It has to be moved first; what was said of it stays until it is.
    Waiting,
    /// It is not there, or no longer.
    Gone,
}

/// How a session of this status stands in a patient's calendar.
#[must_use]
pub fn standing(status: SessionStatus) -> Standing {
    match status {
        SessionStatus::Booked
        | SessionStatus::Arrived
        | SessionStatus::CheckedIn
        | SessionStatus::Fulfilled
        | SessionStatus::Noshow => Standing::There,
        SessionStatus::Pending => Standing::Waiting,
        SessionStatus::Proposed
        | SessionStatus::Cancelled
        | SessionStatus::EnteredInError
        | SessionStatus::Waitlist => Standing::Gone,
    }
}

/// Whether a change from `before` to `after` is one that calendars have to see: of time, length, place, people, or of
/// whether the visit takes place. Each raises SEQUENCE.
#[must_use]
pub fn concerns_calendars(before: &Session, after: &Session) -> bool {
    let seen = |session: &Session| {
        (session.starts_at, session.ends_at, session.place, standing(session.status))
    };
    seen(before) != seen(after)
}

/// Who is told of changes: a patient at an address, or a shop, wherever it reads its messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Party {
    /// A patient's address.
    Patient(Recipient),
    /// A shop.
    Shop(PartnerId),
}

impl Party {
    /// Who was told by `message`.
    #[must_use]
    pub fn told_by(message: &Message) -> Option<Self> {
        match message.kind.audience() {
            Audience::Patient => message.recipient.clone().map(Self::Patient),
            Audience::Shop => message.content.partner_id.map(Self::Shop),
            Audience::Practitioner | Audience::Desk => None,
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Patient(one), Self::Patient(other)) => one.is_same(other),
            (one, other) => one == other,
        }
    }

    /// The kind of message that tells `audience` so.
    #[must_use]
    pub fn kind_for(audience: Audience, tells: Tells) -> MessageKind {
        match (audience, tells) {
            (Audience::Shop, Tells::New) => MessageKind::ShopBooked,
            (Audience::Shop, Tells::Changed) => MessageKind::ShopChanged,
            (Audience::Shop, Tells::Gone) => MessageKind::ShopCancelled,
            (_, Tells::New) => MessageKind::Invite,
            (_, Tells::Changed) => MessageKind::Update,
            (_, Tells::Gone) => MessageKind::Cancel,
        }
    }
}

/// What one party has seen last of a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Who.
    pub party: Party,
    /// Whether the visit is in the calendar there.
    pub there: bool,
    /// Whether that is sure: a try that ended without word may have arrived, or not.
    pub sure: bool,
    /// What was said.
    pub content: Content,
}

/// What each of `audience` has seen last, from the messages of one visit in order. A cancellation that could not be
/// delivered counts: a task says so, and telling it again would only fail again.
#[must_use]
pub fn seen(messages: &[Message], audience: Audience) -> Vec<Seen> {
    let mut seen: Vec<Seen> = Vec::new();
    let given_up = |message: &Message| {
        message.kind.tells() == Some(Tells::Gone) && message.status == MessageStatus::Failed
    };
    for message in messages.iter().filter(|message| message.kind.audience() == audience) {
        let (Some(tells), Some(party)) = (message.kind.tells(), Party::told_by(message)) else {
            continue;
        };
        if !message.is_known() && !given_up(message) {
            continue;
        }
        seen.retain(|one| !one.party.is_same(&party));
        seen.push(Seen {
            party,
            there: tells != Tells::Gone,
            sure: message.is_surely_known(),
            content: message.content.clone(),
        });
    }
    seen
}

/// A message that is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What it tells.
    pub tells: Tells,
    /// The recipient; none where there is no address.
    pub party: Option<Party>,
    /// What it says.
    pub content: Content,
}

/// The messages that are needed when a visit stands so, says `content`, and `party` is to know of it.
#[must_use]
pub fn needed(
    seen: &[Seen],
    standing: Standing,
    content: &Content,
    party: Option<&Party>,
) -> Vec<Notice> {
    if standing == Standing::Waiting {
        return Vec::new();
    }
    let there = standing == Standing::There;
    let is_theirs = |one: &Seen| party.is_some_and(|party| party.is_same(&one.party));
    // Parties that have it and should not: an old address, or all of them once it is cancelled. What is taken back is what they have.
    let mut notices: Vec<_> = seen
        .iter()
        .filter(|one| one.there && !(there && is_theirs(one)))
        .map(|one| Notice {
            tells: Tells::Gone,
            party: Some(one.party.clone()),
            content: one.content.clone(),
        })
        .collect();
    if !there {
        return notices;
    }
    let tells = match seen.iter().find(|one| one.there && is_theirs(one)) {
        Some(one) if one.sure && one.content.says_the_same(content) => return notices,
        Some(_) => Tells::Changed,
        None => Tells::New,
    };
    notices.push(Notice { tells, party: party.cloned(), content: content.clone() });
    notices
}

/// Why what was still to go out is no longer true.
#[must_use]
pub fn why_superseded(
    standing: Standing,
    needed: &[Notice],
    waiting: &Message,
    party: Option<&Party>,
) -> Unsent {
    let is_theirs =
        || party.is_some_and(|party| Party::told_by(waiting).is_some_and(|old| old.is_same(party)));
    match standing {
        Standing::Gone => Unsent::Cancelled,
        Standing::Waiting => Unsent::Pending,
        Standing::There if !is_theirs() => Unsent::Readdressed,
        Standing::There if needed.is_empty() => Unsent::Undone,
        Standing::There => Unsent::Moved,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Duration};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn email(name: &str) -> Party {
        Party::Patient(format!("{name}@example.test").try_into().unwrap())
    }

    fn content(day: i64) -> Content {
        let starts_at = DateTime::UNIX_EPOCH + Duration::days(day);
        Content {
            starts_at,
            ends_at: starts_at + Duration::minutes(45),
            zone: "America/Toronto".to_owned(),
            place: "59 Hayden Street".to_owned(),
            practitioner_id: Uuid::nil().into(),
            room_id: None,
            calendar: true,
            partner_id: None,
            purpose: None,
            words: None,
            awaits: false,
        }
    }

    /// A calendar at each address, as a patient's program would keep it.
    fn delivered(mut seen: Vec<Seen>, notices: &[Notice]) -> Vec<Seen> {
        for notice in notices {
            let Some(party) = notice.party.clone() else {
                continue;
            };
            seen.retain(|one| one.party != party);
            let there = notice.tells != Tells::Gone;
            seen.push(Seen { party, there, sure: true, content: notice.content.clone() });
        }
        seen
    }

    #[test]
    fn what_was_seen_and_is_still_true_needs_no_message() {
        let ada = email("ada");
        let seen = delivered(Vec::new(), &needed(&[], Standing::There, &content(1), Some(&ada)));
        assert_eq!(needed(&seen, Standing::There, &content(1), Some(&ada)), []);
        assert_eq!(needed(&seen, Standing::Waiting, &content(2), Some(&ada)), []);
        assert_eq!(
            needed(&[], Standing::Gone, &content(1), Some(&ada)),
            [],
            "nobody was told of it"
        );
    }

    #[test]
    fn a_new_address_is_invited_and_the_old_one_is_told_that_it_is_off() {
        let (old, new) = (email("old"), email("new"));
        let seen = delivered(Vec::new(), &needed(&[], Standing::There, &content(1), Some(&old)));
        let kinds: Vec<_> = needed(&seen, Standing::There, &content(1), Some(&new))
            .into_iter()
            .map(|notice| (notice.tells, notice.party.unwrap()))
            .collect();
        assert_eq!(kinds, [(Tells::Gone, old), (Tells::New, new)]);
    }

    proptest! {
        /// Whatever happens to a visit, and whichever of its states are sent, once the last one is: the patient's own
        /// address has just what is true, every other has nothing, and none hears of a session that its patient does not have.
        #[test]
        fn after_any_story_each_calendar_holds_just_what_is_true(
            story in prop::collection::vec((0..4_i64, 0..3_u8, 0..3_usize, any::<bool>()), 1..12)
        ) {
            let addresses = [Some(email("a")), Some(email("b")), None];
            let mut seen = Vec::new();
            let last = story.len() - 1;
            for (turn, (day, standing, address, sent)) in story.into_iter().enumerate() {
                let standing = [Standing::There, Standing::Gone, Standing::Waiting][usize::from(standing)];
                let address = addresses[address].clone();
                let notices = needed(&seen, standing, &content(day), address.as_ref());
                for notice in &notices {
                    let has = seen.iter().any(|one: &Seen| one.there && Some(&one.party) == notice.party.as_ref());
                    prop_assert_eq!(has, notice.tells != Tells::New);
                }
                if !sent && turn < last {
                    continue;
                }
                seen = delivered(seen, &notices);
                if standing == Standing::Waiting {
                    continue;
                }
                for one in seen.iter().filter(|one| one.there) {
                    prop_assert_eq!(standing, Standing::There);
                    prop_assert_eq!(Some(&one.party), address.as_ref());
                    prop_assert_eq!(&one.content, &content(day));
                }
                let there = seen.iter().any(|one| one.there);
                prop_assert_eq!(there, standing == Standing::There && address.is_some());
            }
        }
    }
}
