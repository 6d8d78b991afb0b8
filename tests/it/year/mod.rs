//! A year in seconds: a clinic of forty patients with the clock moved by hand through 365 days,
//! both clock changes among them, while servers refuse, fall silent and go away and nodes die in the middle of
//! a step. Whatever happens, each reminder ends in one state, goes out once, and is true when it does. All that
//! is chosen follows from a seed, which is printed: `YEAR_SEED=7 cargo test --test it year -- --nocapture` lives it again.

mod deeds;
mod model;
mod nodes;
mod sky;
mod verdict;
mod watch;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use fadeline::delivery::step::Outcome;
use fadeline::domain::messages::message::{Message, MessageStatus};
use fadeline::domain::patient::channel::Channel;
use fadeline::storage::messages::ledger;
use serde_json::json;

use self::deeds::{Deed, number};
use self::model::{Log, Model, Person, Reach};
use self::nodes::Node;
use self::sky::Sky;
use self::watch::Handed;
use crate::support::chance::Chance;
use crate::support::clinic::{ALL_DAYS, hours};
use crate::support::{TestApp, database, toronto};

/// How many patients the clinic has.
const PATIENTS: usize = 40;
/// How many deeds the year has.
const DEEDS: usize = 900;
/// And how often more, before either change of the clock.
const MORE: usize = 60;

/// The year.
struct Year {
    now: DateTime<Utc>,
    nodes: Vec<Node>,
    sky: Arc<Sky>,
    model: Model,
    queue: BTreeMap<(DateTime<Utc>, usize), Deed>,
    queued: usize,
    chance: Chance,
    seed: u64,
    counts: BTreeMap<&'static str, usize>,
    /// What was handed to the servers, by the row of the ledger.
    handed: BTreeMap<String, Handed>,
    /// When a node died on its way to an address, before it said of which message.
    died_unsaid: Vec<(DateTime<Utc>, String)>,
    /// What the provider will say became of a text.
    reports: BTreeMap<(DateTime<Utc>, String), &'static str>,
    /// How many addresses and texts there were.
    fresh: usize,
    site: String,
    practitioners: Vec<String>,
    rooms: Vec<String>,
}

/// The requirement, to the letter.
#[tokio::test(flavor = "multi_thread")]
async fn in_a_year_of_mishaps_each_reminder_ends_in_one_state_and_none_is_sent_twice_untrue_or_at_night()
 {
    let seed =
        std::env::var("YEAR_SEED").map_or(1, |seed| seed.parse().expect("YEAR_SEED is a number"));
    eprintln!("YEAR_SEED={seed}");
    let mut year = Year::begun(seed).await;
    year.pass().await;
    year.judge().await;
}

impl Year {
    async fn begun(seed: u64) -> Self {
        let app = TestApp::empty().await;
        let clinic = app.make_clinic_open(hours(ALL_DAYS, "07:00", "22:00")).await;
        let room =
            json!({"site_id": clinic.site, "name": "Consult B", "capabilities": ["consultation"]});
        let room = app.manage("POST", "/rooms", room).await.expect(201).id();
        let now = app.app.clock.now();
        let end = now + Duration::days(365);
        let sky = Arc::new(Sky::new(seed, app.app.clone(), now, end - Duration::days(4)));
        let mut apps = Vec::new();
        if database::postgres().is_some() {
            apps.push(app.node(toronto()).await);
        }
        apps.insert(0, app);
        let mut nodes = Vec::new();
        for app in apps {
            nodes.push(Node::start(app, &sky));
        }
        let mut year = Self {
            now,
            nodes,
            sky,
            model: Model::default(),
            queue: BTreeMap::new(),
            queued: 0,
            chance: Chance::of(seed, "deeds"),
            seed,
            counts: BTreeMap::new(),
            handed: BTreeMap::new(),
            died_unsaid: Vec::new(),
            reports: BTreeMap::new(),
            fresh: PATIENTS,
            site: clinic.site,
            practitioners: vec![clinic.noor, clinic.theo],
            rooms: vec![clinic.consult, room],
        };
        year.register().await;
        // All year, and more in the weeks before the clock changes.
        for (first_day, days, deeds) in [(0, 360, DEEDS), (45, 24, MORE), (283, 24, MORE)] {
            for _ in 0..deeds {
                // Never on a minute, when something planned may be due: what is first then cannot be told.
                let at = Duration::minutes(first_day * 1440 + year.chance.between(0, days * 1440))
                    + Duration::seconds(17);
                year.plan(now + at, Deed::Something);
            }
        }
        year
    }

    /// The patients: some without mail, some who prefer a way, in both languages; the last two share a telephone.
    async fn register(&mut self) {
        for who in 0..PATIENTS {
            let reach = Reach {
                email: (who % 6 != 5).then(|| format!("p{who}@example.test")),
                phone: number(who.min(PATIENTS - 2)),
                prefers: match who % 8 {
                    3 => Some(Channel::Sms),
                    6 => Some(Channel::Email),
                    _ => None,
                },
                refused: false,
            };
            let language = if who % 3 == 1 { "fr" } else { "en" };
            let patient = json!({"given_name": format!("P{who}"), "family_name": "Sample", "phone": reach.phone, "email": reach.email,
                "preferred_channel": reach.prefers, "preferred_language": language, "duplicate_ok": true});
            let id = self.desk().post("/patients", patient).await.expect(201).id();
            let course = self.desk().open_course_for(&id).await;
            let reach = Log::begun(self.now, reach);
            self.model.people.push(Person { id, course, reach, consent: None });
        }
    }

    /// Some node's desk.
    fn desk(&mut self) -> &TestApp {
        let node = self.chance.below(2) % self.nodes.len();
        &self.nodes[node].app
    }

    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    fn plan(&mut self, at: DateTime<Utc>, deed: Deed) {
        // One at a time.
        let mut at = at;
        while self.queue.range((at, 0)..=(at, usize::MAX)).next().is_some() {
            at += Duration::seconds(1);
        }
        self.queued += 1;
        self.queue.insert((at, self.queued), deed);
    }

    /// A call of the provider of texts.
    async fn provider_calls(&mut self, path: &str, fields: &[(&str, &str)]) {
        let answer = self.desk().provider_calls(path, fields, None).await;
        assert!(answer.status < 300, "{path}: {}", answer.text);
    }

    /// A text from a patient.
    async fn text(&mut self, from: &str, words: &str) {
        self.fresh += 1;
        let sid = format!("SMin{}", self.fresh);
        let fields =
            [("From", from), ("To", "+15005550006"), ("Body", words), ("MessageSid", &sid)];
        self.provider_calls("/texts/incoming", &fields).await;
    }

    /// Lives through it, from one thing that happens to the next.
    async fn pass(&mut self) {
        let end = self.now + Duration::days(365);
        let mut stuck = false;
        loop {
            let due = self.nodes[0].next_due().await;
            // What is due but waits for another message is asked for again when that is tried, or let go of.
            let due =
                if stuck { self.next_after_now().await } else { due.map(|due| due.max(self.now)) };
            let deed = self.queue.keys().next().map(|(at, _)| *at);
            let report = self.reports.keys().next().map(|(at, _)| *at);
            let next =
                [due, deed, report, self.sky.next_change(self.now)].into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next <= end) else {
                break;
            };
            self.now = next;
            for node in &mut self.nodes {
                node.move_to(next);
            }
            self.deliver().await;
            stuck = self.nodes[0].next_due().await.is_some_and(|due| due <= self.now);
            while let Some(report) =
                self.reports.first_entry().filter(|report| report.key().0 <= next)
            {
                let ((_, row), status) = report.remove_entry();
                let sid = format!("SM{}", row.replace('-', ""));
                let fields = [("MessageSid", sid.as_str()), ("MessageStatus", status)];
                self.provider_calls(&format!("/texts/status/{row}"), &fields).await;
            }
            while let Some(deed) = self.queue.first_entry().filter(|deed| deed.key().0 <= next) {
                let deed = deed.remove();
                self.execute(deed).await;
                stuck = false;
            }
        }
    }

    /// When something is tried next, or a claim ends, after this moment.
    async fn next_after_now(&self) -> Option<DateTime<Utc>> {
        let mut next = Vec::new();
        let lately = self.now - Duration::days(3);
        for visit in self
            .model
            .visits
            .iter()
            .filter(|visit| visit.truth.now().start.max(visit.truth.set_at()) > lately)
        {
            let rows = self.ledger(&visit.id).await;
            next.extend(rows.into_iter().filter_map(|row| match row.status {
                MessageStatus::Scheduled => Some(row.try_at),
                MessageStatus::Sending => row.claimed_until,
                _ => None,
            }));
        }
        next.into_iter().filter(|at| *at > self.now).min()
    }

    /// All that the clinic keeps of its messages about a visit.
    async fn ledger(&self, visit: &str) -> Vec<Message> {
        let mut tx = self.nodes[0].app.app.db.read().await.unwrap();
        let rows = ledger::of_session(&mut tx, visit.parse().unwrap()).await.unwrap();
        tx.rollback().await.unwrap();
        rows
    }

    /// Sends all that is due, by all nodes at once, until there is nothing more.
    async fn deliver(&mut self) {
        loop {
            let now = self.now;
            let outcomes: Vec<Option<Outcome>> = match self.nodes.as_mut_slice() {
                [one] => vec![one.ring(now).await],
                [one, two] => {
                    let both = tokio::join!(one.ring(now), two.ring(now));
                    vec![both.0, both.1]
                }
                _ => unreachable!("one node, or two"),
            };
            self.watch().await;
            if outcomes.iter().all(|outcome| outcome.is_some_and(|outcome| outcome.is_nothing())) {
                break;
            }
        }
    }
}
