//! What is asked of each message at the moment at which a server takes it: that it is true
//! then, goes to where its patient is reached and permits it, not at night, and that it was not taken before,
//! unless it could not be known.

use chrono::{DateTime, Duration, Utc};
use fadeline::domain::messages::message::{Audience, Message, MessageKind};
use fadeline::domain::patient::channel::Channel;
use fadeline::storage::messages::ledger;

use super::Year;
use super::deeds::Deed;
use super::model::{Lead, due, is_quiet, said};
use super::sky::{Fate, Try};
use crate::support::chance::Chance;

/// What the servers saw of one row of the ledger.
#[derive(Debug, Default)]
pub(super) struct Handed {
    pub(super) tries: Vec<(DateTime<Utc>, Fate)>,
    /// To the octet, once it was taken.
    pub(super) whole: Option<String>,
}

impl Handed {
    pub(super) fn taken(&self) -> impl Iterator<Item = DateTime<Utc>> {
        self.tries.iter().filter(|(_, fate)| fate.is_taken()).map(|(at, _)| *at)
    }
}

impl Year {
    /// Looks at all that was tried just now.
    pub(super) async fn watch(&mut self) {
        let (opted_out, others): (Vec<_>, Vec<_>) =
            self.sky.tries().into_iter().partition(|one| one.fate == Fate::OptedOut);
        for one in others {
            self.watch_one(one).await;
        }
        // The clinic learns it last of all.
        for one in opted_out {
            let to = one.to.clone();
            self.watch_one(one).await;
            self.model.opt(&to, true, self.now);
        }
    }

    async fn watch_one(&mut self, one: Try) {
        assert_eq!(one.at, self.now);
        self.count(match one.fate {
            Fate::Taken => "taken",
            Fate::Silent => "taken in silence",
            Fate::DiesAfter => "crashes between taking and mark",
            Fate::DiesBefore => "crashes between claim and taking",
            Fate::Lost => "lost",
            Fate::NotNow | Fate::Busy => "not now",
            Fate::Never => "never",
            Fate::OptedOut => "opted out at the provider",
        });
        let Some(id) = one.row.clone() else {
            self.died_unsaid.push((one.at, one.to));
            return;
        };
        let row = self.row(&id).await;
        let visit = self.model.known[&row.session_id.unwrap().to_string()];
        let told =
            format!("YEAR_SEED={} {}: {row:?} {:?}", self.seed, self.now, self.model.visits[visit]);
        let handed = self.handed.entry(id.clone()).or_default();
        let before = handed.tries.iter().rev().find(|(_, fate)| fate.is_taken()).copied();
        handed.tries.push((one.at, one.fate));
        if one.fate.is_taken() {
            if let Some(whole) = handed.whole.replace(one.whole.clone()) {
                let unheard = before.is_some_and(|(_, fate)| fate != Fate::Taken);
                assert!(unheard, "sent twice, though it was said to be taken: {told}");
                assert_eq!(whole, one.whole, "sent twice, and not the same: {told}");
                self.count("sent twice, as nobody could know");
                if before.unwrap().1 == Fate::DiesAfter {
                    self.count("of these, after a crash");
                }
            }
            self.is_true(visit, &row, &one, &told);
            self.link(visit, &one);
        }
        if one.fate == Fate::Never && row.kind.audience() == Audience::Patient {
            self.model.dead.entry(one.to.clone()).or_insert(self.now);
        }
        self.aftermath(visit, &row, &one, &id);
    }

    pub(super) async fn row(&self, id: &str) -> Message {
        let mut tx = self.nodes[0].app.app.db.read().await.unwrap();
        let row = ledger::get(&mut tx, id.parse().unwrap()).await.unwrap().unwrap();
        tx.rollback().await.unwrap();
        row
    }

    /// None for a time that is no longer true, none to whom it is not for, none at night.
    fn is_true(&mut self, visit: usize, row: &Message, one: &Try, told: &str) {
        let (who, truth) =
            (self.model.visits[visit].who, self.model.visits[visit].truth.now().clone());
        assert_eq!(row.channel, one.channel, "{told}");
        let died = |at: DateTime<Utc>| self.now - at <= Duration::minutes(5);
        let was_under_way = self.handed[&row.id.to_string()]
            .tries
            .iter()
            .any(|(at, fate)| matches!(fate, Fate::DiesAfter | Fate::DiesBefore) && died(*at))
            || self.died_unsaid.iter().any(|(at, to)| *to == one.to && died(*at));
        match row.kind {
            MessageKind::Reminder => (),
            // A change that came while its sender lay dead is told by the message after it, in order.
            MessageKind::Invite | MessageKind::Update if !was_under_way => (),
            _ => return,
        }
        assert!(!self.model.refused_at(who, &one.to, self.now), "it is not permitted: {told}");
        assert!(truth.on && row.content.starts_at == truth.start, "it is not true: {told}");
        let gist = one.gist.replace('û', "u");
        assert!(
            said(truth.start).iter().any(|when| gist.contains(when)),
            "it says something else: {gist} {told}"
        );
        let theirs = self.model.people[who].reach.now().address(one.channel) == Some(&one.to);
        assert!(theirs, "it is not where the patient is reached: {told}");
        if row.kind != MessageKind::Reminder {
            return;
        }
        self.count("reminders taken");
        let lead = Lead::read(&row.lead);
        let wanted = !self.model.unreminded_at(who, &one.to, self.now);
        assert!(wanted, "no reminder is wanted there: {told}");
        assert!(!is_quiet(self.now), "it comes at night: {told}");
        assert!(lead != Lead::TwoDays || !truth.confirmed, "that was confirmed: {told}");
        let due = due(lead, truth.start).when();
        assert!(
            due <= self.now && self.now <= lead.useful_until(truth.start, due),
            "{due}: {told}"
        );
    }

    fn link(&mut self, visit: usize, one: &Try) {
        let text = match one.channel {
            Channel::Email => crate::support::mail::Mail::read(&one.whole).text,
            _ => one.whole.clone(),
        };
        if let Some(at) = text.find("/a/") {
            let link = text[at..].split(|c: char| c.is_whitespace()).next().unwrap();
            let link = link.split('/').take(3).collect::<Vec<_>>().join("/");
            self.model.visits[visit].link = Some((link, one.to.clone()));
        }
    }

    /// What follows from a try: trouble draws deeds, and a provider reports.
    fn aftermath(&mut self, visit: usize, row: &Message, one: &Try, id: &str) {
        let nth = self.handed[id].tries.len();
        let mut chance = Chance::of(self.seed, &format!("after {} {} {nth}", one.to, one.gist));
        if one.fate != Fate::Taken && row.kind == MessageKind::Reminder && chance.percent(45) {
            let at = self.now + Duration::seconds(chance.between(1, 280));
            self.count("deeds amid trouble");
            self.plan(at, Deed::Amid(visit));
        }
        if one.channel == Channel::Sms && one.fate.is_taken() && chance.percent(40) {
            let status = if chance.percent(6) { "undelivered" } else { "delivered" };
            self.count(if status == "delivered" {
                "reported delivered"
            } else {
                "reported undelivered"
            });
            let at = self.now + Duration::seconds(chance.between(2, 400));
            self.reports.insert((at, id.to_owned()), status);
        }
    }
}
