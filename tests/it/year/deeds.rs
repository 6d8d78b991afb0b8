//! What people do in the year: the desk books, moves, calls off, steps back and closes; patients
//! confirm, ask for another time, stop messages and change their address. Each is asked of the clinic by its API, and
//! noted in the model when it was granted.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime};
use fadeline::domain::patient::channel::Channel;
use serde_json::{Value, json};

use super::Year;
use super::model::{Log, Reach, Truth, Visit, instant, wall};

/// Something that is to be done.
#[derive(Debug, Clone, Copy)]
pub(super) enum Deed {
    /// Whatever comes to people's minds.
    Something,
    /// The desk steps back.
    Undo(usize),
    /// The desk finds another day for a visit on a day that was closed.
    Rebook(usize),
    /// Something befalls a visit while a message about it is under way.
    Amid(usize),
}

/// When visits begin: the first of the morning, for quiet hours, and the last of the evening, and some in between.
const TIMES: [&str; 16] = [
    "07:00", "07:15", "08:00", "08:15", "08:30", "08:45", "09:30", "09:45", "10:00", "11:15",
    "13:00", "14:30", "16:00", "18:15", "20:30", "21:15",
];

impl Year {
    pub(super) async fn execute(&mut self, deed: Deed) {
        self.count("deeds");
        match deed {
            Deed::Something => self.something().await,
            Deed::Undo(visit) => self.undo(visit).await,
            Deed::Rebook(visit) => {
                if self.model.visits[visit].truth.now().on {
                    if self.chance.percent(70) {
                        self.relocate(visit).await;
                    } else {
                        self.cancel(visit).await;
                    }
                }
            }
            Deed::Amid(visit) => {
                let who = self.model.visits[visit].who;
                match self.chance.below(100) {
                    0..=34 => self.relocate(visit).await,
                    35..=59 => self.cancel(visit).await,
                    60..=69 => self.confirm_by_link(visit).await,
                    70..=79 => self.readdress(who).await,
                    80..=89 => self.opt_out(who).await,
                    _ => self.reassign(visit).await,
                }
            }
        }
    }

    async fn something(&mut self) {
        let who = self.chance.below(self.model.people.len());
        let to_come = self.model.to_come(self.now);
        let roll = self.chance.below(100);
        if roll < 42 || to_come.is_empty() {
            return self.book(who).await;
        }
        let visit = *self.chance.pick(&to_come);
        match roll {
            42..=53 => self.relocate(visit).await,
            54..=57 => self.reassign(visit).await,
            58..=65 => self.cancel(visit).await,
            66..=75 => self.confirm_by_link(visit).await,
            76..=82 => self.answer_by_text(visit).await,
            83..=88 => self.change_mind(who).await,
            89..=91 => self.consent(who).await,
            92..=96 => self.readdress(who).await,
            97 => self.close().await,
            _ => (),
        }
    }

    /// A time that a patient might want: soon, or in some weeks; around a change of the clock whenever one is near.
    fn some_start(&mut self) -> String {
        let today = wall(self.now).date();
        let changes = ["2027-03-14", "2027-11-07"].map(|day| day.parse::<NaiveDate>().unwrap());
        let near = changes.into_iter().find(|day| (0..35).contains(&(*day - today).num_days()));
        let date = match (near, self.chance.below(100)) {
            (Some(change), 0..=39) => change + Duration::days(self.chance.between(-1, 9)),
            (_, 40..=52) => today,
            (_, 53..=69) => today + Duration::days(self.chance.between(1, 3)),
            (_, 70..=84) => today + Duration::days(self.chance.between(3, 9)),
            _ => today + Duration::days(self.chance.between(8, 33)),
        };
        format!("{date}T{}", self.chance.pick(&TIMES))
    }

    async fn book(&mut self, who: usize) {
        let start = self.some_start();
        let course = self.model.people[who].course.clone();
        let answer = self.desk().book(&course, "consultation", &start).await;
        let Ok(id) = answer.created() else {
            self.count("refused");
            return;
        };
        self.count("booked");
        let visit = self.model.visits.len();
        let truth = Truth { start: at(&start), on: true, confirmed: false };
        self.model.known.insert(id.clone(), visit);
        self.model.visits.push(Visit {
            id,
            who,
            truth: Log::begun(self.now, truth.clone()),
            before: vec![Truth { on: false, ..truth }],
            link: None,
        });
        self.perhaps_undo(visit, 4);
        self.agrees(visit).await;
    }

    /// The desk may see that it slipped.
    fn perhaps_undo(&mut self, visit: usize, percent: usize) {
        if self.chance.percent(percent) {
            let at = self.now + Duration::seconds(self.chance.between(20, 175));
            self.plan(at, Deed::Undo(visit));
        }
    }

    fn changed(&mut self, visit: usize, truth: Truth) {
        let visit = &mut self.model.visits[visit];
        visit.before.push(visit.truth.now().clone());
        visit.truth.set(self.now, truth);
    }

    async fn relocate(&mut self, visit: usize) {
        let start = self.some_start();
        let id = self.model.visits[visit].id.clone();
        let before = self.model.visits[visit].truth.now().clone();
        if self.desk().move_to(&id, &start).await.status != 200 {
            self.count("refused");
            return;
        }
        self.count("moved");
        let confirmed = before.confirmed && before.start == at(&start);
        self.changed(visit, Truth { start: at(&start), on: true, confirmed });
        self.perhaps_undo(visit, 15);
        self.agrees(visit).await;
    }

    /// The same time, with another practitioner or in another room.
    async fn reassign(&mut self, visit: usize) {
        let truth = self.model.visits[visit].truth.now().clone();
        let place = if self.chance.percent(50) {
            json!({"practitioner_id": self.chance.pick(&self.practitioners)})
        } else {
            json!({"room_id": self.chance.pick(&self.rooms)})
        };
        let mut body = json!({"start": wall(truth.start).format("%Y-%m-%dT%H:%M").to_string()});
        body.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
        let path = format!("/sessions/{}/reschedule", self.model.visits[visit].id);
        if self.desk().post(&path, body).await.status != 200 {
            self.count("refused");
            return;
        }
        self.count("reassigned");
        self.changed(visit, truth);
        self.agrees(visit).await;
    }

    async fn cancel(&mut self, visit: usize) {
        let id = self.model.visits[visit].id.clone();
        let truth = self.model.visits[visit].truth.now().clone();
        if self.desk().cancel(&id).await.status != 200 {
            self.count("refused");
            return;
        }
        self.count("cancelled");
        self.changed(visit, Truth { on: false, ..truth });
        self.perhaps_undo(visit, 20);
        self.agrees(visit).await;
    }

    async fn undo(&mut self, visit: usize) {
        let id = self.model.visits[visit].id.clone();
        if self.desk().act(&id, "undo").await.status != 200 {
            self.count("refused");
            return;
        }
        self.count("undone");
        let visit_there = &mut self.model.visits[visit];
        let (now, back) = (visit_there.truth.now().clone(), visit_there.before.pop().unwrap());
        // Back at another time, what was said of that time holds again; what was answered since to the same time stays.
        let confirmed = if now.start == back.start { now.confirmed } else { back.confirmed };
        visit_there.truth.set(self.now, Truth { confirmed, ..back });
        self.agrees(visit).await;
    }

    /// The site is closed for a day or two; visits on them have to be moved, which the desk does one after the other.
    async fn close(&mut self) {
        let to_come = self.model.to_come(self.now);
        let first = if self.chance.percent(70) && !to_come.is_empty() {
            let visit = *self.chance.pick(&to_come);
            wall(self.model.visits[visit].truth.now().start).date()
        } else {
            wall(self.now).date() + Duration::days(self.chance.between(2, 25))
        };
        let last = first + Duration::days(self.chance.between(0, 1));
        let closure = json!({"site_id": self.site, "first_day": first, "last_day": last, "reason": "Inventory"});
        self.desk().manage("POST", "/closures", closure).await.expect(201);
        self.count("closed");
        for visit in self.model.to_come(self.now) {
            if (first..=last).contains(&wall(self.model.visits[visit].truth.now().start).date()) {
                self.count("visits on closed days");
                let at = self.now + Duration::minutes(self.chance.between(1, 90));
                self.plan(at, Deed::Rebook(visit));
            }
        }
    }

    /// A patient who has a message about a visit presses its button.
    async fn confirm_by_link(&mut self, visit: usize) {
        let Some((link, _)) = self.model.visits[visit].link.clone() else {
            return;
        };
        let truth = self.model.visits[visit].truth.now().clone();
        let start = truth.start.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let answer =
            self.desk().send_form(&format!("{link}/confirm"), &[("start", &start)], &[]).await;
        if answer.status == 303 && answer.header("location").ends_with("?confirmed") {
            assert!(truth.on, "only what takes place can be confirmed");
            self.count("confirmed by link");
            self.model.visits[visit].truth.set(self.now, Truth { confirmed: true, ..truth });
        }
        self.agrees(visit).await;
    }

    /// C or R, or words, from the telephone of a patient with a visit to come. Which visit that is about is the clinic's guess.
    async fn answer_by_text(&mut self, visit: usize) {
        let who = self.model.visits[visit].who;
        let phone = self.model.people[who].reach.now().phone.clone();
        let words = *self.chance.pick(&["C", "C", "Oui", "R", "Is there parking?"]);
        self.text(&phone, words).await;
        let theirs = |visit: &usize| {
            self.model.people[self.model.visits[*visit].who].reach.now().phone == phone
        };
        let mut changed = 0;
        for visit in self.model.to_come(self.now).into_iter().filter(theirs).collect::<Vec<_>>() {
            let path = format!("/sessions/{}", self.model.visits[visit].id);
            let shown = self.desk().get(&path).await.expect(200);
            let (confirmed, truth) = (
                !shown.body["confirmed_at"].is_null(),
                self.model.visits[visit].truth.now().clone(),
            );
            if confirmed != truth.confirmed {
                changed += 1;
                assert_eq!(confirmed, words != "R", "{words:?}");
                self.count(if confirmed { "confirmed by text" } else { "asked for another time" });
                self.model.visits[visit].truth.set(self.now, Truth { confirmed, ..truth });
            }
        }
        assert!(changed <= 1 || words != "R", "{words:?} is said of one visit");
    }

    /// A patient stops messages, or one who did has them again, so that never too many do without.
    async fn change_mind(&mut self, who: usize) {
        let out: Vec<_> = self
            .model
            .opted_out
            .iter()
            .filter(|(_, log)| *log.now())
            .map(|(to, _)| to.clone())
            .collect();
        if out.len() < 3 || (out.len() < 7 && self.chance.percent(50)) {
            return self.opt_out(who).await;
        }
        let to = self.chance.pick(&out).clone();
        let reached = |reach: &Reach| reach.phone == to || reach.email.as_ref() == Some(&to);
        if to.starts_with('+') {
            self.text(&to, "START").await;
        } else if let Some(person) =
            self.model.people.iter().position(|one| reached(one.reach.now()))
        {
            self.wish(person, "email", true).await;
        } else {
            return;
        }
        self.count("opted in");
        self.model.opt(&to, false, self.now);
    }

    async fn opt_out(&mut self, who: usize) {
        let Reach { email, phone, .. } = self.model.people[who].reach.now().clone();
        let to = match (self.chance.below(4), email) {
            (0 | 1, _) | (_, None) => {
                let words = *self.chance.pick(&["STOP", "Arrêt", "stop please"]);
                self.text(&phone, words).await;
                phone
            }
            (2, Some(email)) => {
                self.wish(who, "email", false).await;
                email
            }
            (_, Some(email)) => {
                let theirs = |visit: &&Visit| {
                    visit.link.as_ref().is_some_and(|(_, to)| *to == email)
                        && visit.truth.now().start > self.now
                };
                let Some((link, _)) =
                    self.model.visits.iter().find(theirs).and_then(|visit| visit.link.clone())
                else {
                    return;
                };
                // The button of a mail program.
                let press = [("List-Unsubscribe", "One-Click")];
                self.desk()
                    .send_form(&format!("{link}/unsubscribe"), &press, &[])
                    .await
                    .expect(204);
                self.count("ended reminders");
                return self.model.end_reminders(&email, self.now);
            }
        };
        self.count("opted out");
        self.model.opt(&to, true, self.now);
    }

    async fn wish(&mut self, who: usize, channel: &str, wanted: bool) {
        let path = format!("/patients/{}/opt-outs", self.model.people[who].id);
        let wish = json!({"channel": channel, "wanted": wanted, "said": "By telephone."});
        self.desk().post(&path, wish).await.expect(200);
    }

    /// The consent to messages, which may never have been written down: withdrawn, or given.
    async fn consent(&mut self, who: usize) {
        let refusing = |person: &usize| self.model.people[*person].reach.now().refused;
        let refused: Vec<_> = (0..self.model.people.len()).filter(refusing).collect();
        let held =
            |person: &usize| self.model.people[*person].consent.is_some() && !refusing(person);
        let held: Vec<_> = (0..self.model.people.len()).filter(held).collect();
        let who = match (refused.len(), held.as_slice()) {
            (3.., _) => *self.chance.pick(&refused),
            (_, [_, ..]) if self.chance.percent(60) => *self.chance.pick(&held),
            _ => who,
        };
        let path = format!("/patients/{}/consents", self.model.people[who].id);
        let reach = self.model.people[who].reach.now().clone();
        let held = self.model.people[who].consent.clone().filter(|_| !reach.refused);
        let refused = if let Some(id) = held {
            let call = format!("{path}/{id}");
            let token = self.desk().desk.clone();
            self.desk().call(&token, "DELETE", &call, Value::Null).await.expect(200);
            self.count("consents withdrawn");
            true
        } else {
            let consent = json!({"kind": "messages", "text_version": "1"});
            let id = self.desk().post(&path, consent).await.expect(201).id();
            self.model.people[who].consent = Some(id);
            self.count("consents given");
            false
        };
        self.model.people[who].reach.set(self.now, Reach { refused, ..reach });
    }

    /// Another address, another number, none, or another wish.
    async fn readdress(&mut self, who: usize) {
        let mut reach = self.model.people[who].reach.now().clone();
        self.fresh += 1;
        let change = match self.chance.below(10) {
            0..=3 => {
                reach.email = Some(format!("p{who}.{}@example.test", self.fresh));
                json!({"email": reach.email})
            }
            4 => {
                reach.email = None;
                json!({"email": null})
            }
            5..=6 => {
                reach.phone = number(self.fresh);
                json!({"phone": reach.phone})
            }
            7..=8 => {
                reach.prefers =
                    *self.chance.pick(&[Some(Channel::Email), Some(Channel::Sms), None]);
                json!({"preferred_channel": reach.prefers})
            }
            _ => {
                json!({"preferred_language": self.chance.pick(&["en", "fr"]), "calendar_invites": self.chance.percent(70)})
            }
        };
        let path = format!("/patients/{}", self.model.people[who].id);
        let token = self.desk().desk.clone();
        self.desk().call(&token, "PATCH", &path, change).await.expect(200);
        self.count("readdressed");
        self.model.people[who].reach.set(self.now, reach);
    }

    /// The model and the clinic say the same of a visit.
    async fn agrees(&mut self, visit: usize) {
        let path = format!("/sessions/{}", self.model.visits[visit].id);
        let shown = self.desk().get(&path).await.expect(200);
        let there = Truth {
            start: shown.str("start").parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc(),
            on: shown.str("status") == "booked",
            confirmed: !shown.body["confirmed_at"].is_null(),
        };
        let truth = self.model.visits[visit].truth.now();
        let there = Truth {
            // A cancelled visit keeps its confirmation, of which no message tells.
            confirmed: if there.on { there.confirmed } else { truth.confirmed },
            ..there
        };
        assert_eq!(&there, truth, "{}", shown.text);
    }
}

/// The instant of a wall time as it is asked for.
fn at(start: &str) -> DateTime<chrono::Utc> {
    let (date, time) = start.split_once('T').unwrap();
    let time = NaiveTime::parse_from_str(time, "%H:%M").unwrap();
    instant(date.parse::<NaiveDate>().unwrap().and_time(time))
}

/// A telephone number of its own.
pub(super) fn number(n: usize) -> String {
    let area = [416, 647, 905, 613, 519, 705][n / 100];
    format!("+1{area}55501{:02}", n % 100)
}
