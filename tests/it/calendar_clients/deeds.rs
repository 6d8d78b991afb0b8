//! What happens in a story: to its sessions, to its patient's address and wishes, and to their mailbox.

use chrono::{Duration, NaiveDate};
use serde_json::{Value, json};

use super::{Session, Story};
use crate::support::toronto;

impl Story {
    pub(super) async fn something(&mut self) {
        match self.chance.below(100) {
            0..=21 => self.book().await,
            22..=25 => self.plan().await,
            26..=46 => self.relocate().await,
            47..=60 => self.cancel().await,
            61..=69 => self.readdress().await,
            70..=75 => self.turn_entries().await,
            76..=82 => self.opt().await,
            83..=85 => self.press_unsubscribe().await,
            86..=90 => self.kill_or_mend().await,
            91..=94 => self.turn_consent().await,
            _ => (),
        }
        if self.chance.percent(15) {
            let soon = self.now() + Duration::seconds(self.chance.between(5, 170));
            self.app.pass_to(&self.post, soon).await;
            self.read_mails().await;
            self.undo().await;
        }
        let wait = match self.chance.below(100) {
            // Within the grace time: the next deed may take it back.
            0..=29 => Duration::seconds(self.chance.between(5, 100)),
            30..=79 => Duration::minutes(self.chance.between(4, 60)),
            80..=94 => Duration::hours(self.chance.between(2, 40)),
            _ => Duration::days(self.chance.between(2, 9)),
        };
        if wait < Duration::minutes(3) {
            let to = self.now() + wait;
            self.app.pass_to(&self.post, to).await;
            self.read_mails().await;
        } else {
            self.settle(wait).await;
        }
    }

    fn some_start(&mut self) -> String {
        let today: NaiveDate = self.now().with_timezone(&toronto()).date_naive();
        let day = today + Duration::days(self.chance.between(1, 45));
        let minute = self.chance.pick(&["00", "15", "30", "45"]);
        format!("{day}T{:02}:{minute}", self.chance.between(9, 16))
    }

    /// A session that takes place and has not begun.
    async fn some_session(&mut self) -> Option<Session> {
        let mut live = Vec::new();
        for session in self.sessions.clone() {
            if self.truth(&session.id).await.is_some_and(|(start, _)| start > self.now()) {
                live.push(session);
            }
        }
        if live.is_empty() { None } else { Some(self.chance.pick(&live).clone()) }
    }

    async fn book(&mut self) {
        let start = self.some_start();
        let booked = self.app.book(&self.course, "consultation", &start).await;
        let Ok(id) = booked.created() else {
            return;
        };
        self.count("booked");
        self.tell(format!("booked for {start}: {id} {}", booked.str("uid")));
        self.sessions.push(Session { id, uid: booked.str("uid").to_owned(), planned: false });
    }

    async fn plan(&mut self) {
        let mut from = self.some_start();
        from.truncate(10);
        let wanted = json!({"service": "laser_partial", "count": 3, "from": from});
        let path = format!("/courses/{}/plan", self.course);
        let proposed = self.app.post(&path, wanted).await;
        if proposed.status != 200 {
            self.tell(format!("no plan: {}", proposed.text));
            return;
        }
        let starts: Vec<_> =
            proposed.list("proposals").iter().map(|one| one["start"].clone()).collect();
        let booking = json!({"service": "laser_partial", "starts": starts});
        let booked = self.app.post(&format!("{path}/book"), booking).await;
        if booked.status != 201 {
            self.tell(format!("no plan was booked: {}", booked.text));
            return;
        }
        self.count("planned");
        for session in booked.array("sessions") {
            let text = |field: &str| session[field].as_str().unwrap().to_owned();
            self.tell(format!("planned for {}: {} {}", text("start"), text("id"), text("uid")));
            self.sessions.push(Session {
                id: text("id"),
                uid: text("uid"),
                planned: starts.len() > 1,
            });
        }
    }

    async fn relocate(&mut self) {
        let Some(session) = self.some_session().await else {
            return;
        };
        let start = self.some_start();
        if self.app.move_to(&session.id, &start).await.status == 200 {
            self.count("moved");
            self.tell(format!("moved {} to {start}", session.uid));
        }
    }

    async fn cancel(&mut self) {
        let Some(session) = self.some_session().await else {
            return;
        };
        if self.app.cancel(&session.id).await.status == 200 {
            self.count("cancelled");
            self.tell(format!("cancelled {}", session.uid));
        }
    }

    /// Steps back, wherever that can still be done.
    async fn undo(&mut self) {
        for session in self.sessions.clone().into_iter().rev() {
            if self.app.act(&session.id, "undo").await.status == 200 {
                self.count("undone");
                self.tell(format!("undone {}", session.uid));
                return;
            }
        }
    }

    async fn readdress(&mut self) {
        let old = self.email.clone();
        let new = match self.chance.below(10) {
            0..=5 => Some(format!("ada{}@example.test", self.addresses.len())),
            6..=7 => Some(self.chance.pick(&self.addresses).clone()),
            _ => None,
        };
        if new == old {
            return;
        }
        if let Some(old) = old.filter(|old| self.outside.refuses(old)) {
            self.lost.insert(old);
        }
        // An address that is dead, or was, is not taken again: what its calendar holds is not known.
        if new.as_ref().is_some_and(|new| self.lost.contains(new)) {
            return;
        }
        self.tell(format!("the address is {new:?}"));
        self.app.change_patient(&self.patient, json!({"email": new})).await;
        // What is not wanted is kept with the address.
        let wishes =
            self.app.get(&format!("/patients/{}/opt-outs", self.patient)).await.expect(200);
        self.no_mail = wishes.items().iter().any(|one| {
            one["channel"] == "email"
                && one["scope"] == "all"
                && one["ended_at"].is_null()
                && new.as_deref() == one["recipient"].as_str()
        });
        if let Some(new) = new.clone().filter(|new| !self.addresses.contains(new)) {
            self.addresses.push(new);
        }
        self.email = new;
    }

    async fn turn_entries(&mut self) {
        self.entries = !self.entries;
        self.tell(format!("entries: {}", self.entries));
        self.app.change_patient(&self.patient, json!({"calendar_invites": self.entries})).await;
    }

    async fn opt(&mut self) {
        if self.email.is_none() {
            return;
        }
        let (wanted, scope) = match (self.no_mail, self.chance.below(3)) {
            (true, _) => (true, "all"),
            (false, 0) => (false, "reminders"),
            (false, _) => (false, "all"),
        };
        self.no_mail = !wanted && scope == "all";
        self.tell(format!("mail ({scope}) wanted: {wanted}"));
        let wish = json!({"channel": "email", "wanted": wanted, "scope": scope, "said": "Please."});
        self.app.post(&format!("/patients/{}/opt-outs", self.patient), wish).await.expect(200);
    }

    /// The button that a mail program shows beside a reminder ends reminders, and nothing else.
    async fn press_unsubscribe(&mut self) {
        let Some(link) = self.last_link.take() else {
            return;
        };
        let pressed = [("List-Unsubscribe", "One-Click")];
        let answer = self.app.press(&format!("{link}/unsubscribe"), &pressed).await;
        self.tell(format!("the button of a reminder was pressed: {}", answer.status));
        self.count("unsubscribed");
    }

    async fn kill_or_mend(&mut self) {
        let Some(email) = self.email.clone() else {
            return;
        };
        if !self.outside.refuses(&email) {
            self.tell(format!("{email} is dead"));
            return self.outside.refuse(&email, "550 5.1.1 no such user");
        }
        self.outside.accept(&email);
        let path = format!("/patients/{}/ways/email/mend", self.patient);
        self.app.post(&path, Value::Null).await.expect(200);
        self.count("mended");
        self.tell(format!("{email} is mended"));
    }

    async fn turn_consent(&mut self) {
        if let Some(consent) = self.consent.take() {
            self.withdrawn = true;
            self.tell("consent to messages withdrawn".to_owned());
            self.app.delete(&consent).await.expect(200);
        } else {
            self.withdrawn = false;
            self.tell("consent to messages given".to_owned());
            self.consent = Some(self.app.consent_to_messages(&self.patient).await);
        }
    }
}
