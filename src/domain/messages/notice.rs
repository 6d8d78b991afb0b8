//! What each address, number or shop has seen of a visit, and which messages a change of it needs
//! at its shop. What was seen and is still true needs none, so a slip that is undone in time is
//! never sent, and of several quick moves only the last is. What its patient is told stands in `telling`.

use super::message::{
    Audience, Content, Message, MessageKind, MessageStatus, TakenBack, Tells, Unsent,
};
use crate::domain::course::session::Session;
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::PartnerId;
use crate::domain::patient::channel::Channel;
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
    /// A patient's address or number.
    Patient(Recipient),
    /// A patient whom the desk phones.
    Phoned,
    /// A shop.
    Shop(PartnerId),
}

impl Party {
    /// Who was told by `message`.
    #[must_use]
    pub fn told_by(message: &Message) -> Option<Self> {
        match message.kind.audience() {
            Audience::Patient if message.channel == Channel::Desk => Some(Self::Phoned),
            Audience::Patient => message.recipient.clone().map(Self::Patient),
            Audience::Shop => message.content.partner_id.map(Self::Shop),
            Audience::Practitioner | Audience::Desk => None,
        }
    }

    /// Whether both are the same address, telephone or shop.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
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
#[expect(clippy::struct_excessive_bools, reason = "each is another question about one party")]
pub struct Seen {
    /// Who.
    pub party: Party,
    /// Whether the visit takes place, as they know.
    pub there: bool,
    /// Whether their calendar holds an entry that came from us.
    pub holds: bool,
    /// Whether that is sure: a try that ended without word may have arrived, or not.
    pub sure: bool,
    /// What was said.
    pub content: Content,
    /// Whether a cancellation that went there was given up: telling it again would only fail again.
    pub lost: bool,
}

/// What each of `audience` has seen last, from the messages of one visit in order; a reminder says when it is, too. A shop's
/// cancellation that could not be delivered counts: a task says so.
#[must_use]
pub fn seen(messages: &[Message], audience: Audience) -> Vec<Seen> {
    let mut seen: Vec<Seen> = Vec::new();
    let given_up = |message: &Message| {
        message.kind.tells() == Some(Tells::Gone) && message.status == MessageStatus::Failed
    };
    let said = |message: &Message| match message.kind {
        MessageKind::Reminder => Some(Tells::Changed),
        kind => kind.tells(),
    };
    for message in messages.iter().filter(|message| message.kind.audience() == audience) {
        let (Some(tells), Some(party)) = (said(message), Party::told_by(message)) else {
            continue;
        };
        if given_up(message) && audience == Audience::Patient {
            if let Some(one) = seen.iter_mut().find(|one| one.party.is_same(&party)) {
                one.lost = true;
            }
            continue;
        }
        if !message.is_known() && !given_up(message) {
            continue;
        }
        let at = seen.iter().position(|one| one.party.is_same(&party));
        let before = at.map(|at| seen.remove(at));
        let held = before.as_ref().is_some_and(|before| before.holds);
        let with_entry = message.content.calendar;
        let taken_back = message.content.taken_back.filter(|why| *why != TakenBack::Cancelled);
        let ended = taken_back == Some(TakenBack::EntriesEnded);
        // What takes back an entry alone says nothing new of the visit, so it is no later word than the one before.
        let place = at.filter(|_| taken_back.is_some()).unwrap_or(seen.len());
        let one = Seen {
            party,
            there: tells != Tells::Gone || ended,
            holds: if tells == Tells::Gone { held && !with_entry } else { held || with_entry },
            sure: message.is_surely_known(),
            content: message.content.clone(),
            lost: false,
        };
        seen.insert(place, one);
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

/// The messages that are needed for shops when a visit stands so, says `content`, and `party` is to know of it.
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
    let (tells, was) = match seen.iter().find(|one| one.there && is_theirs(one)) {
        Some(one) if one.sure && one.content.says_the_same(content, Audience::Shop) => {
            return notices;
        }
        Some(one) => (Tells::Changed, Some(one.content.starts_at)),
        None => (Tells::New, None),
    };
    let was = was.filter(|was| *was != content.starts_at);
    notices.push(Notice {
        tells,
        party: party.cloned(),
        content: Content { was, ..content.clone() },
    });
    notices
}

/// Why what was still to go out is no longer true: `is_theirs` unless it went to an address that is no longer the party's,
/// and `is_needed` if something else is told instead.
#[must_use]
pub fn why_superseded(standing: Standing, is_theirs: bool, is_needed: bool) -> Unsent {
    match standing {
        Standing::Gone => Unsent::Cancelled,
        Standing::Waiting => Unsent::Pending,
        Standing::There if !is_theirs => Unsent::Readdressed,
        Standing::There if !is_needed => Unsent::Undone,
        Standing::There => Unsent::Moved,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Duration};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn shop(number: u128) -> Party {
        Party::Shop(PartnerId(Uuid::from_u128(number)))
    }

    fn content(day: i64) -> Content {
        let now = DateTime::UNIX_EPOCH;
        let content = Content::of_referral(now, "America/Toronto".to_owned(), Uuid::nil().into());
        content.at(now + Duration::days(day), Duration::minutes(45))
    }

    /// What each shop knows once it has read these.
    fn delivered(mut seen: Vec<Seen>, notices: &[Notice]) -> Vec<Seen> {
        for notice in notices {
            let Some(party) = notice.party.clone() else {
                continue;
            };
            seen.retain(|one| one.party != party);
            let there = notice.tells != Tells::Gone;
            let content = notice.content.clone();
            seen.push(Seen { party, there, holds: false, sure: true, content, lost: false });
        }
        seen
    }

    #[test]
    fn what_was_seen_and_is_still_true_needs_no_message() {
        let maple = shop(1);
        let seen = delivered(Vec::new(), &needed(&[], Standing::There, &content(1), Some(&maple)));
        assert_eq!(needed(&seen, Standing::There, &content(1), Some(&maple)), []);
        assert_eq!(needed(&seen, Standing::Waiting, &content(2), Some(&maple)), []);
        assert_eq!(
            needed(&[], Standing::Gone, &content(1), Some(&maple)),
            [],
            "no shop was told of it"
        );
    }

    proptest! {
        /// Whatever happens to a visit, and whichever of its states are sent, once the last one is: its own shop knows just
        /// what is true, every other that it is gone, and none hears of a session that it never had.
        #[test]
        fn after_any_story_each_shop_knows_just_what_is_true(
            story in prop::collection::vec((0..4_i64, 0..3_u8, 0..3_usize, any::<bool>()), 1..12)
        ) {
            let shops = [Some(shop(1)), Some(shop(2)), None];
            let mut seen = Vec::new();
            let last = story.len() - 1;
            for (turn, (day, standing, at, sent)) in story.into_iter().enumerate() {
                let standing = [Standing::There, Standing::Gone, Standing::Waiting][usize::from(standing)];
                let at = shops[at].clone();
                let notices = needed(&seen, standing, &content(day), at.as_ref());
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
                    prop_assert_eq!(Some(&one.party), at.as_ref());
                    prop_assert!(one.content.says_the_same(&content(day), Audience::Shop));
                }
                let there = seen.iter().any(|one| one.there);
                prop_assert_eq!(there, standing == Standing::There && at.is_some());
            }
        }
    }
}
