//! A mail that came back: what can be made of it, and nothing that cannot be trusted. A
//! calendar's answer never moves or cancels a visit; at most it makes work for a person.

use chrono::{DateTime, Duration, Utc};

use super::message::{Message, MessageKind};
use crate::domain::codes::codes;
use crate::domain::ids::{MessageId, PatientId, ReplyId, SessionId};

codes! {
    /// What was made of a mail that came back.
    Verdict in "snake_case" {
        /// The patient's calendar accepted: noted in the ledger.
        Accepted,
        /// It accepted with a question mark: noted as such, nothing to do.
        Tentative,
        /// It says nothing that decides: nothing changes.
        Undecided,
        /// It declined: a task.
        Declined,
        /// It sends somebody else: a task.
        Delegated,
        /// It proposed another time, or something else that only a person can answer: a task.
        Counter,
        /// It answers what has changed since.
        Stale,
        /// It names a visit that is not there.
        UnknownVisit,
        /// It answers for an address that was not invited: a task.
        UnknownAttendee,
        /// The sender could not be shown to be the address it answers for: a task, and nothing is believed.
        Unverified,
        /// An automatic answer; never answered.
        Automatic,
        /// A mail server gave up a message after all: a task.
        Bounced,
        /// A mail server has not delivered a message yet and goes on trying.
        Delayed,
        /// Too large, too deep or too broken to read: a task.
        Unreadable,
        /// Words of a person: a task.
        Words,
        /// A mail from the patient's own address: no more of them.
        MailStop,
        /// A text: the patient comes.
        TextConfirmed,
        /// A text: the patient asks for another time; answered with some, and a task.
        TextChange,
        /// A text: no more of them.
        TextStop,
        /// A text: CANCEL, which ends texts and may mean the visit too: a task.
        TextCancel,
        /// A text: messages again.
        TextStart,
        /// A text: who is this, and how to call; answered.
        TextHelp,
        /// The public page: a consultation is asked for: a task.
        Wish,
    }
}

impl Verdict {
    /// Whether a person has to look at it.
    #[must_use]
    pub fn needs_a_person(self) -> bool {
        match self {
            Self::Declined
            | Self::Delegated
            | Self::Counter
            | Self::UnknownAttendee
            | Self::Unverified
            | Self::Unreadable
            | Self::Bounced
            | Self::Words
            | Self::TextChange
            | Self::TextCancel
            | Self::Wish => true,
            Self::Accepted
            | Self::Tentative
            | Self::Undecided
            | Self::Stale
            | Self::UnknownVisit
            | Self::Automatic
            | Self::Delayed
            | Self::MailStop
            | Self::TextConfirmed
            | Self::TextStop
            | Self::TextStart
            | Self::TextHelp => false,
        }
    }
}

/// A calendar's answer, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// The patient comes.
    Accepted,
    /// The patient may come.
    Tentative,
    /// The patient does not come.
    Declined,
    /// Somebody else is to come.
    Delegated,
    /// The patient wants another time.
    Counter,
    /// Nothing was decided.
    Undecided,
}

/// A calendar's answer beside what it answers.
#[derive(Debug, Clone, Copy)]
pub struct Claimed<'a> {
    /// What it says.
    pub answer: Answered,
    /// Its SEQUENCE; 0 when it names none.
    pub sequence: Option<i64>,
    /// Whether it names a start that is not the message's, which a counter-proposal may.
    pub names_another_start: bool,
    /// Its DTSTAMP.
    pub stamp: Option<DateTime<Utc>>,
    /// Whether the sender is the address it answers for, and our own mail server vouches for that.
    pub verified: bool,
    /// The newest message that went to that address about the visit; nothing when none did.
    pub message: Option<&'a Message>,
}

/// How far the clock of a calendar may be off, its zone included, before it is no clock at all.
const CLOCKS_DIFFER: Duration = Duration::days(1);

/// What is made of a calendar's answer. Who cannot be shown to be the patient is not believed, whatever they say.
#[must_use]
pub fn judged(claimed: Claimed<'_>) -> Verdict {
    let Some(message) = claimed.message else {
        return Verdict::UnknownAttendee;
    };
    if !claimed.verified {
        return Verdict::Unverified;
    }
    let older = claimed.sequence.unwrap_or(0) < message.sequence;
    let before = |stamp: Option<DateTime<Utc>>| {
        claimed.stamp.zip(stamp).is_some_and(|(now, before)| now < before)
    };
    let overtaken = before(message.answer_stamp) || before(Some(message.stamp - CLOCKS_DIFFER));
    let of_another = claimed.names_another_start && claimed.answer != Answered::Counter;
    if older || overtaken || of_another || message.kind == MessageKind::Cancel {
        return Verdict::Stale;
    }
    match claimed.answer {
        Answered::Accepted => Verdict::Accepted,
        Answered::Tentative => Verdict::Tentative,
        Answered::Declined => Verdict::Declined,
        Answered::Delegated => Verdict::Delegated,
        Answered::Counter => Verdict::Counter,
        Answered::Undecided => Verdict::Undecided,
    }
}

/// A mail that came back, a text or a wish, as it was filed.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct FiledReply {
    /// Its id.
    pub id: ReplyId,
    /// The mailbox's own name for it.
    pub mailbox_key: String,
    /// When it was read.
    pub received_at: DateTime<Utc>,
    /// The sender that it claims.
    pub sender: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// What was written, the beginning of it. Health information.
    pub body: Option<String>,
    /// What was made of it.
    pub verdict: Verdict,
    /// The message that it answers.
    pub message_id: Option<MessageId>,
    /// The session that it is about.
    pub session_id: Option<SessionId>,
    /// Who wrote it.
    pub patient_id: Option<PatientId>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::PractitionerId;
    use crate::domain::messages::message::Content;
    use crate::domain::patient::Language;
    use proptest::prelude::*;
    use uuid::Uuid;

    const ANSWERS: [(Answered, Verdict); 6] = [
        (Answered::Accepted, Verdict::Accepted),
        (Answered::Tentative, Verdict::Tentative),
        (Answered::Declined, Verdict::Declined),
        (Answered::Delegated, Verdict::Delegated),
        (Answered::Counter, Verdict::Counter),
        (Answered::Undecided, Verdict::Undecided),
    ];

    fn at() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    /// A message of this kind and sequence, to which something was answered at `answered` by the calendar's own clock.
    fn told(kind: MessageKind, sequence: i64, answered: Option<DateTime<Utc>>) -> Message {
        let (id, patient) = (MessageId(Uuid::nil()), PatientId(Uuid::nil()));
        let content = Content {
            practitioner_id: PractitionerId(Uuid::nil()),
            ..Content::of_referral(at(), "America/Toronto".to_owned(), Uuid::nil().into())
        };
        let waiting = Message::waiting(id, patient, Language::En, content, at());
        Message { kind, sequence, answer_stamp: answered, ..waiting }
    }

    fn claimed(message: &Message, answer: Answered) -> Claimed<'_> {
        Claimed {
            answer,
            sequence: Some(message.sequence),
            names_another_start: false,
            stamp: Some(at() + Duration::hours(1)),
            verified: true,
            message: Some(message),
        }
    }

    #[test]
    fn each_answer_is_what_it_says_and_a_person_is_asked_where_one_has_to_decide() {
        let message = told(MessageKind::Update, 2, None);
        for (answer, verdict) in ANSWERS {
            assert_eq!(judged(claimed(&message, answer)), verdict);
            let asks =
                matches!(answer, Answered::Declined | Answered::Delegated | Answered::Counter);
            assert_eq!(verdict.needs_a_person(), asks, "{verdict}");
        }
    }

    #[test]
    fn what_answers_something_older_or_else_is_stale() {
        let (first, moved) =
            (told(MessageKind::Invite, 0, None), told(MessageKind::Update, 1, None));
        let answered = told(MessageKind::Update, 1, Some(at() + Duration::hours(1)));
        let off = told(MessageKind::Cancel, 1, None);
        for (answer, verdict) in ANSWERS {
            let of = |message| claimed(message, answer);
            let none = |message| Claimed { sequence: None, ..of(message) };
            assert_eq!(judged(none(&first)), verdict, "none means 0");
            assert_eq!(judged(none(&moved)), Verdict::Stale, "none means 0");
            assert_eq!(judged(Claimed { sequence: Some(0), ..of(&moved) }), Verdict::Stale);
            assert_eq!(judged(of(&off)), Verdict::Stale);
            let before = Claimed { stamp: Some(at() + Duration::minutes(59)), ..of(&answered) };
            assert_eq!(judged(before), Verdict::Stale, "older than the answer before");
            assert_eq!(judged(of(&answered)), verdict);
            let long_before = Claimed { stamp: Some(at() - Duration::days(2)), ..of(&moved) };
            assert_eq!(judged(long_before), Verdict::Stale, "older than what it answers");
            let slow_clock = Claimed { stamp: Some(at() - Duration::hours(5)), ..of(&moved) };
            assert_eq!(judged(slow_clock), verdict, "a clock in another zone");
            let another = judged(Claimed { names_another_start: true, ..of(&moved) });
            let proposes = answer == Answered::Counter;
            assert_eq!(another, if proposes { verdict } else { Verdict::Stale });
        }
    }

    proptest! {
        /// Whatever a mail claims, who is not shown to be the patient is not believed.
        #[test]
        fn nobody_is_believed_who_is_not_shown_to_be_the_patient(
            answer in prop::sample::select(ANSWERS.to_vec()),
            sequence in prop::option::of(-3..9_i64),
            minutes in prop::option::of(-5000..5000_i64),
            names_another_start in any::<bool>(),
            was_invited in any::<bool>(),
        ) {
            let message = told(MessageKind::Invite, 0, None);
            let stamp = minutes.map(|minutes| at() + Duration::minutes(minutes));
            let claimed = Claimed {
                answer: answer.0, sequence, names_another_start, stamp, verified: false,
                message: was_invited.then_some(&message),
            };
            let verdict = if was_invited { Verdict::Unverified } else { Verdict::UnknownAttendee };
            prop_assert_eq!(judged(claimed), verdict);
        }
    }
}
