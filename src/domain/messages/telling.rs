//! What a patient is told when a visit of theirs changes: by the way that told them before if it
//! still works, else by the next that does (mail, then text), at short notice by all of them; and
//! where no way works, a call. Rule 53, and 44, 44a and 5.9 of `docs/calendars.md`.

use chrono::{DateTime, Duration, Utc};

use super::message::{Audience, Content, Message, MessageKind, TakenBack, Tells, Unsent};
use super::notice::{Party, Seen, Standing};
use crate::domain::clinic::policy::Policy;
use crate::domain::clinic::quiet_hours::QuietHours;
use crate::domain::messages::plan::patient::Reach;
use crate::domain::patient::channel::Channel;
use crate::domain::patient::recipient::Recipient;
use crate::domain::time::civil;

/// What a patient believes of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belief<'a> {
    /// They know nothing of it yet.
    Unknown,
    /// It does not take place.
    Gone,
    /// It takes place so.
    There(&'a Content),
}

/// A visit as it stands after a change.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// How it stands.
    pub standing: Standing,
    /// What is true of it now.
    pub content: &'a Content,
    /// What its patient believed before, where no message told them anything.
    pub before: Belief<'a>,
    /// Whether it was booked together with others: its dates are told by a list to read.
    pub planned: bool,
    /// From when its calendar entry is sent; in the past for one that is not planned.
    pub entry_from: DateTime<Utc>,
}

/// When a change is told.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// Now.
    pub now: DateTime<Utc>,
    /// The clinic's quiet hours.
    pub quiet: &'a QuietHours,
    /// The clinic's choices.
    pub policy: &'a Policy,
}

/// A message that is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What it tells.
    pub kind: MessageKind,
    /// By which way.
    pub channel: Channel,
    /// The recipient; none where there is no address.
    pub recipient: Option<Recipient>,
    /// What it says.
    pub content: Content,
    /// When it goes out.
    pub due_at: DateTime<Utc>,
    /// Why it does not.
    pub unsent: Option<Unsent>,
}

/// A call that is needed, since no way reaches the patient in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What the patient believes; nothing where they believe that it is cancelled.
    pub from: Option<Content>,
    /// What is true; nothing where the visit is cancelled.
    pub to: Option<Content>,
}

/// What a change needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Telling {
    /// The messages.
    pub messages: Vec<Told>,
    /// The call.
    pub call: Option<Call>,
}

/// What a patient is told of `change` who has `seen` this, and can be reached so.
#[must_use]
pub fn telling(seen: &[Seen], change: Change<'_>, reach: &Reach, moment: Moment<'_>) -> Telling {
    let mut teller = Teller {
        seen,
        change,
        reach,
        moment,
        belief: belief(seen.iter(), change.before),
        told: Telling::default(),
        reached: Vec::new(),
        needs_call: false,
    };
    match change.standing {
        Standing::Waiting => return teller.told,
        Standing::There => teller.tell_of_visit(),
        Standing::Gone => teller.tell_of_end(),
    }
    teller.finish()
}

/// What the patient believes: what they were told last, by whichever way.
fn belief<'a>(seen: impl Iterator<Item = &'a Seen>, before: Belief<'a>) -> Belief<'a> {
    // An entry that was taken back for another reason leaves them knowing of the visit.
    let still_known = |one: &Seen| {
        let why = one.content.taken_back;
        one.there || matches!(why, Some(TakenBack::Readdressed | TakenBack::MailEnded))
    };
    match seen.last() {
        Some(one) if still_known(one) => Belief::There(&one.content),
        Some(_) => Belief::Gone,
        None => before,
    }
}

struct Teller<'a> {
    seen: &'a [Seen],
    change: Change<'a>,
    reach: &'a Reach,
    moment: Moment<'a>,
    belief: Belief<'a>,
    told: Telling,
    /// The ways by which the patient knows, or will.
    reached: Vec<Channel>,
    needs_call: bool,
}

impl Teller<'_> {
    fn tell_of_visit(&mut self) {
        self.take_back_entries();
        let mut unaware = Vec::new();
        for way in self.reach.working() {
            match self.seen_by(&way).filter(|one| one.there) {
                // True there, but not the last word that the patient had: it is said again.
                Some(one) if one.sure && self.is_still_true(&one.content) && !self.is_news() => {
                    let (holds, said) = (one.holds, one.content.clone());
                    self.reached.push(way.channel());
                    self.keep_entry(&way, holds, said);
                }
                Some(one) => {
                    let (holds, said) = (one.holds, one.content.clone());
                    self.tell_changed(&way, holds, said);
                }
                None => unaware.push(way),
            }
        }
        let all = self.is_short_notice() && self.is_news();
        for way in unaware {
            let is_first =
                self.reached.is_empty() && (self.is_news() || !self.is_known_elsewhere());
            // Mail has the calendar entry and the link, so it is sent once there is mail.
            if all || is_first || way.channel() == Channel::Email {
                self.tell_unaware(&way);
            }
        }
        if self.reached.is_empty() && self.reach.working().is_empty() {
            self.tell_no_way();
        }
    }

    fn tell_of_end(&mut self) {
        let mut unaware = self.reach.working();
        for one in self.seen.iter().filter(|one| one.there) {
            let Party::Patient(to) = &one.party else {
                continue;
            };
            let works = unaware.iter().position(|way| way.is_same(to));
            if self.is_lost_at(one, to) {
                continue;
            }
            // An entry is taken back even where nothing else may be sent, so that no calendar keeps it.
            if works.is_some() || one.holds {
                self.take_back(one, TakenBack::Cancelled);
            }
            if let Some(at) = works {
                unaware.remove(at);
                self.reached.push(to.channel());
            }
        }
        // A call that is still to be made keeps no message from going out.
        let told = self.seen.iter().filter(|one| one.party != Party::Phoned);
        let ((Belief::There(known), _) | (_, Belief::There(known))) =
            (self.belief, belief(told, self.change.before))
        else {
            return;
        };
        let known = Content { taken_back: Some(TakenBack::Cancelled), ..known.clone() };
        for way in unaware {
            if self.reached.is_empty() || self.is_short_notice() {
                let told = Content { calendar: false, ..known.clone() };
                self.push(MessageKind::Cancel, &way, told);
                self.reached.push(way.channel());
            }
        }
        if self.reached.is_empty() {
            self.needs_call = true;
            self.push_unsent(MessageKind::Cancel, Content { calendar: false, ..known });
        }
    }

    /// Takes entries back from addresses that get nothing more of a visit which stands.
    fn take_back_entries(&mut self) {
        for one in self.seen.iter().filter(|one| one.there && one.holds) {
            let Party::Patient(to) = &one.party else {
                continue;
            };
            if !self.reach.is_current(to) {
                self.take_back(one, TakenBack::Readdressed);
            } else if self.reach.refuses(to.channel()) {
                self.take_back(one, TakenBack::MailEnded);
            }
        }
    }

    /// An address that knows what is true: whether its calendar has the entry that its owner wants.
    fn keep_entry(&mut self, way: &Recipient, holds: bool, said: Content) {
        if way.channel() != Channel::Email || holds == self.change.content.calendar {
            return;
        }
        if holds {
            let content =
                Content { calendar: true, taken_back: Some(TakenBack::EntriesEnded), ..said };
            self.push(MessageKind::Cancel, way, content);
        } else {
            self.push_entry(way);
        }
    }

    fn tell_changed(&mut self, way: &Recipient, holds: bool, said: Content) {
        let wants = self.change.content.calendar && way.channel() == Channel::Email;
        if holds && !wants {
            // Not wanted any more, and not to be left with the old time.
            self.keep_entry(way, holds, said);
        }
        let with_entry = wants && (holds || self.is_entry_due());
        self.push(MessageKind::Update, way, self.content(with_entry));
        self.reached.push(way.channel());
        if wants && !with_entry {
            self.push_entry(way);
        }
    }

    fn tell_unaware(&mut self, way: &Recipient) {
        let wants = self.change.content.calendar && way.channel() == Channel::Email;
        let kind = match self.belief {
            // What was told by nobody but a person is new to every address.
            Belief::There(known) if !self.is_still_true(known) && !self.seen.is_empty() => {
                MessageKind::Update
            }
            Belief::Unknown | Belief::Gone | Belief::There(_) if self.change.planned => {
                MessageKind::Plan
            }
            Belief::Unknown | Belief::Gone | Belief::There(_) => MessageKind::Invite,
        };
        let with_entry = wants && self.is_entry_due() && kind != MessageKind::Plan;
        self.push(kind, way, self.content(with_entry));
        self.reached.push(way.channel());
        if wants && !with_entry {
            self.push_entry(way);
        }
    }

    fn tell_no_way(&mut self) {
        if !self.is_news() {
            return;
        }
        let kind = match self.belief {
            Belief::There(_) => MessageKind::Update,
            Belief::Unknown | Belief::Gone => MessageKind::Invite,
        };
        self.needs_call = self.belief != Belief::Unknown;
        self.push_unsent(kind, self.content(false));
    }

    /// The calendar entry of a visit that was told in words, when its turn comes.
    fn push_entry(&mut self, way: &Recipient) {
        let due_at = self.change.entry_from.max(self.grace());
        let content = Content { was: None, ..self.content(true) };
        self.told.messages.push(Told {
            kind: MessageKind::Invite,
            channel: way.channel(),
            recipient: Some(way.clone()),
            content,
            due_at,
            unsent: None,
        });
    }

    fn take_back(&mut self, one: &Seen, why: TakenBack) {
        if let Party::Patient(to) = &one.party
            && !self.reach.is_dead_at(to)
            && !self.is_lost_at(one, to)
        {
            let content =
                Content { calendar: one.holds, taken_back: Some(why), ..one.content.clone() };
            self.push(MessageKind::Cancel, to, content);
        }
    }

    /// A text waits for the morning; at short notice, and where the visit is early, it is a call.
    fn push(&mut self, kind: MessageKind, to: &Recipient, content: Content) {
        let (grace, quiet) = (self.grace(), self.moment.quiet);
        let is_quiet = to.channel() == Channel::Sms && quiet.is_quiet(grace);
        let due_at = if is_quiet { quiet.morning_after(grace) } else { grace };
        let too_late = is_quiet
            && self.soonest().is_some_and(|at| at < self.too_late_on_the_morning_of(due_at));
        self.needs_call |= too_late;
        self.told.messages.push(Told {
            kind,
            channel: to.channel(),
            recipient: Some(to.clone()),
            content,
            due_at,
            unsent: too_late.then_some(Unsent::QuietHours),
        });
    }

    /// Until when on that morning a visit is too early for a text of that morning to be read in time.
    fn too_late_on_the_morning_of(&self, morning: DateTime<Utc>) -> DateTime<Utc> {
        let zone = self.moment.quiet.zone;
        self.moment.policy.text_too_late_before.on(civil::date_of(zone, morning), zone)
    }

    /// A row that says why nothing goes out.
    fn push_unsent(&mut self, kind: MessageKind, content: Content) {
        let (to, why) = self.reach.why_no_mail();
        self.told.messages.push(Told {
            kind,
            channel: Channel::Email,
            recipient: to,
            content,
            due_at: self.grace(),
            unsent: Some(why),
        });
    }

    fn content(&self, calendar: bool) -> Content {
        let was = match self.belief {
            Belief::There(known) if known.starts_at != self.change.content.starts_at => {
                Some(known.starts_at)
            }
            Belief::There(_) | Belief::Unknown | Belief::Gone => None,
        };
        Content { calendar, was, ..self.change.content.clone() }
    }

    fn finish(mut self) -> Telling {
        // A patient who ended all mail is told by text, and phoned (5.9).
        let by_text =
            |one: &Told| one.channel == Channel::Sms && one.kind.tells() != Some(Tells::New);
        let needs_call =
            self.needs_call || (self.reach.refused_email && self.told.messages.iter().any(by_text));
        let is_believed = match self.change.standing {
            Standing::Gone => self.belief == Belief::Gone,
            Standing::There | Standing::Waiting => !self.is_news(),
        };
        if needs_call && !is_believed {
            let from = match self.belief {
                Belief::There(known) => Some(known.clone()),
                Belief::Unknown | Belief::Gone => None,
            };
            let to = (self.change.standing == Standing::There).then(|| self.change.content.clone());
            self.told.call = Some(Call { from, to });
        }
        self.told
    }

    /// Whether a cancellation to an address that is no longer the patient's came back: another one would, too.
    fn is_lost_at(&self, one: &Seen, to: &Recipient) -> bool {
        one.lost && !self.reach.is_current(to)
    }

    fn seen_by(&self, way: &Recipient) -> Option<&Seen> {
        self.seen.iter().find(|one| matches!(&one.party, Party::Patient(to) if to.is_same(way)))
    }

    fn is_still_true(&self, said: &Content) -> bool {
        said.says_the_same(self.change.content, Audience::Patient)
    }

    fn is_news(&self) -> bool {
        match self.belief {
            Belief::There(known) => !self.is_still_true(known),
            Belief::Unknown | Belief::Gone => true,
        }
    }

    /// Whether a way of the patient's that takes nothing any more told them what is true.
    fn is_known_elsewhere(&self) -> bool {
        let theirs = |one: &Seen| match &one.party {
            Party::Patient(to) => self.reach.is_current(to),
            Party::Phoned | Party::Shop(_) => false,
        };
        let knows = |one: &&Seen| {
            let ended = one.content.taken_back == Some(TakenBack::MailEnded);
            (one.there || ended) && one.sure && self.is_still_true(&one.content)
        };
        self.seen.iter().filter(knows).any(theirs)
    }

    fn is_entry_due(&self) -> bool {
        self.change.entry_from <= self.grace()
    }

    fn grace(&self) -> DateTime<Utc> {
        self.moment.now + self.moment.policy.message_grace()
    }

    /// The first time at which the patient may come: that which they believe, or the true one.
    fn soonest(&self) -> Option<DateTime<Utc>> {
        let known = match self.belief {
            Belief::There(known) => Some(known.starts_at),
            Belief::Unknown | Belief::Gone => None,
        };
        let now_so =
            (self.change.standing == Standing::There).then_some(self.change.content.starts_at);
        [known, now_so].into_iter().flatten().filter(|at| *at > self.moment.now).min()
    }

    fn is_short_notice(&self) -> bool {
        let short = Duration::hours(i64::from(self.moment.policy.short_notice_hours));
        self.soonest().is_some_and(|at| at - self.moment.now < short)
    }
}

/// Whether a message that waits is one that is needed.
#[must_use]
pub fn is_waiting_for(waiting: &Message, needed: &Told) -> bool {
    let is_gone = |kind: MessageKind| kind.tells() == Some(Tells::Gone);
    let (content, other) = (&waiting.content, &needed.content);
    needed.unsent.is_none()
        && waiting.channel == needed.channel
        && Recipient::are_same(waiting.recipient.as_ref(), needed.recipient.as_ref())
        // A first word and a change of it say the same to one who has seen neither.
        && is_gone(waiting.kind) == is_gone(needed.kind)
        && (content.calendar, content.taken_back) == (other.calendar, other.taken_back)
        && content.says_the_same(other, Audience::Patient)
}
