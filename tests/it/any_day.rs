//! The demo on any day: at each of these starts it loads, its twelve stories stand, its day can be
//! worked, and the desk's five flows, the practitioner's record and the patient's page have what they need.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, Duration, FixedOffset, NaiveDate, Utc, Weekday};
use fadeline::domain::course::Course;
use fadeline::domain::patient::Patient;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::runtime::Handle;

use crate::demo_patients::the_twelve_stand;
use crate::support::past::done_with;
use crate::support::told::{day, told};
use crate::support::{Answer, TestApp};

/// Fifty starts in two years; what each is in Toronto stands beside it.
const STARTS: [&str; 50] = [
    "2026-11-26T15:30:00Z", // Thu 10:30
    "2026-11-30T01:00:00Z", // Sun 20:00
    "2026-12-01T04:59:00Z", // Mon 23:59, the month's last minute
    "2026-12-01T15:30:00Z", // Tue 10:30
    "2026-12-12T10:10:00Z", // Sat 05:10
    "2026-12-20T16:00:00Z", // Sun 11:00
    "2026-12-23T22:55:00Z", // Wed 17:55, five minutes before the clinic closes
    "2026-12-24T13:00:00Z", // Thu 08:00, a short day of the rented laser
    "2026-12-25T17:00:00Z", // Fri 12:00, Christmas
    "2026-12-28T02:30:00Z", // Sun 21:30, between holidays
    "2026-12-31T21:00:00Z", // Thu 16:00
    "2027-01-01T05:00:00Z", // Fri 00:00, New Year
    "2027-01-04T14:00:00Z", // Mon 09:00
    "2027-01-16T20:59:00Z", // Sat 15:59, a minute before the clinic closes
    "2027-01-31T14:30:00Z", // Sun 09:30, a month's last day
    "2027-02-01T14:00:00Z", // Mon 09:00, a month's first
    "2027-02-11T23:30:00Z", // Thu 18:30
    "2027-02-15T15:00:00Z", // Mon 10:00, Family Day
    "2027-03-01T04:30:00Z", // Sun 23:30
    "2027-03-13T19:00:00Z", // Sat 14:00, the day before the clock goes forward
    "2027-03-14T06:30:00Z", // Sun 01:30, half an hour before it does
    "2027-03-14T07:00:00Z", // Sun 03:00, just when it has
    "2027-03-15T12:59:00Z", // Mon 08:59, the day after
    "2027-03-25T07:00:00Z", // Thu 03:00
    "2027-03-26T17:00:00Z", // Fri 13:00, Good Friday
    "2027-04-30T16:15:00Z", // Fri 12:15, a month's last day
    "2027-05-24T20:40:00Z", // Mon 16:40, Victoria Day
    "2027-06-09T10:00:00Z", // Wed 06:00
    "2027-07-01T02:00:00Z", // Wed 22:00
    "2027-07-01T15:11:00Z", // Thu 11:11, Canada Day, and no rented laser
    "2027-07-17T14:00:00Z", // Sat 10:00
    "2027-08-02T14:00:00Z", // Mon 10:00, Civic Holiday
    "2027-08-31T19:00:00Z", // Tue 15:00, a month's last day
    "2027-09-06T11:00:00Z", // Mon 07:00, Labour Day
    "2027-09-21T18:45:00Z", // Tue 14:45
    "2027-10-11T13:00:00Z", // Mon 09:00, Thanksgiving
    "2027-11-07T03:00:00Z", // Sat 23:00, the night in which the clock goes back
    "2027-11-07T05:30:00Z", // Sun 01:30, for the first time
    "2027-11-07T06:30:00Z", // Sun 01:30, for the second time
    "2027-11-08T15:00:00Z", // Mon 10:00, the day after
    "2027-12-03T22:00:00Z", // Fri 17:00
    "2027-12-18T14:59:00Z", // Sat 09:59, a minute before the clinic opens
    "2027-12-26T15:00:00Z", // Sun 10:00, Boxing Day
    "2028-02-28T18:00:00Z", // Mon 13:00
    "2028-02-29T23:00:00Z", // Tue 18:00, a leap day, as the clinic closes
    "2028-04-14T13:15:00Z", // Fri 09:15, Good Friday
    "2028-05-20T20:01:00Z", // Sat 16:01
    "2028-07-01T03:45:00Z", // Fri 23:45
    "2028-08-16T06:00:00Z", // Wed 02:00
    "2028-11-05T05:59:00Z", // Sun 01:59, a minute before the clock goes back
];

/// How many starts are looked at side by side.
const AT_ONCE: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_can_be_worked_from_any_day_and_hour_on() {
    let mut tried = stream::iter(STARTS)
        .map(|now| async move {
            let here = Handle::current();
            // On a thread of its own: loading is work for a whole core.
            let work = move || here.block_on(worked(now));
            (now, tokio::task::spawn_blocking(work).await)
        })
        .buffer_unordered(AT_ONCE);
    let mut failed = BTreeMap::new();
    while let Some((now, done)) = tried.next().await {
        if let Err(error) = done {
            let words = error.into_panic();
            let plain = words.downcast_ref::<&str>().map(ToString::to_string);
            let words = words.downcast_ref::<String>().cloned().or(plain);
            failed.insert(now, words);
        }
    }
    assert!(failed.is_empty(), "not from any day on: {failed:#?}");
}

/// One start, from loading to the last flow; the clock is moved on the way.
async fn worked(now: &str) {
    let told = told(now).await;
    the_twelve_stand(&told);
    let (app, people) = told.served().await;
    let demo = Demo { app, people };
    let first = demo.there_is_a_day_to_work().await;
    demo.any_date_of_a_course_of_eight_can_be_swapped().await;
    demo.a_caller_has_a_page_and_can_be_moved().await;
    let treated = demo.a_caller_is_found_and_booked(&first).await;
    demo.a_patient_is_checked_in(&first).await;
    demo.a_no_show_is_offered_three_times(&first).await;
    demo.a_session_is_written_up(&treated).await;
    demo.a_course_of_eight_is_booked().await;
}

/// The demo under work.
struct Demo {
    app: TestApp,
    /// P01 first.
    people: Vec<(Patient, Course)>,
}

fn at(value: &Value) -> DateTime<Utc> {
    let at: DateTime<FixedOffset> = value.as_str().unwrap().parse().unwrap();
    at.to_utc()
}

/// The dates of a plan, each with how many others there are.
fn swaps(plan: &Answer) -> Vec<(NaiveDate, usize)> {
    let proposals = plan.body["proposals"].as_array();
    let proposals = proposals.unwrap_or_else(|| panic!("{}", plan.text));
    let others = |one: &Value| one["alternatives"].as_array().unwrap().len();
    proposals.iter().map(|one| (day(at(&one["start"])), others(one))).collect()
}

impl Demo {
    fn now(&self) -> DateTime<Utc> {
        self.app.app.clock.now()
    }

    /// The day it is, and so many days later.
    fn dates(&self, days: u64) -> (String, String) {
        let today = day(self.now());
        (today.to_string(), (today + Days::new(days)).to_string())
    }

    fn wait_until(&self, instant: DateTime<Utc>) {
        self.app.wait(instant - self.now());
    }

    /// Free times of a course, the best first.
    async fn times(&self, course: &str, service: &str, days: u64) -> Vec<Value> {
        let (from, to) = self.dates(days);
        let slots = self.app.slots(course, service, &from, &to).await;
        assert!(slots.items().len() >= 3, "{service}: {}", slots.text);
        slots.items().to_vec()
    }

    /// The sessions of the first day with any to come, which is at hand and has enough to do.
    async fn there_is_a_day_to_work(&self) -> Vec<Value> {
        let (from, to) = self.dates(14);
        let path = format!("/sessions?from={from}&to={to}&status=booked&limit=200");
        let booked = self.app.get(&path).await.expect(200);
        let mut days: BTreeMap<NaiveDate, Vec<Value>> = BTreeMap::new();
        for one in booked.items() {
            if one.get("referral_id").is_none() && at(&one["start"]) > self.now() {
                let of_day = days.entry(day(at(&one["start"]))).or_default();
                of_day.push(one.clone());
            }
        }
        let counts: Vec<_> = days.iter().map(|(day, all)| (*day, all.len())).collect();
        let (first, mut sessions) = days.pop_first().expect("nothing is to come");
        assert!((first - day(self.now())).num_days() <= 4 && sessions.len() >= 2, "{counts:?}");
        sessions.sort_by_key(|one| at(&one["start"]));
        sessions
    }

    /// P10, of whose course eight sessions or more are left: how it is planned, and how many those are.
    async fn long_course(&self) -> (String, Value) {
        let path = format!("/courses/{}", self.people[9].1.id);
        let course = self.app.get(&path).await.expect(200);
        let left = course.body["progress"]["left"].clone();
        assert!(left.as_u64() >= Some(8), "{}", course.text);
        (format!("{path}/plan"), left)
    }

    async fn any_date_of_a_course_of_eight_can_be_swapped(&self) {
        let (path, left) = self.long_course().await;
        for weekdays in [json!([]), json!(["tue"])] {
            let wanted = json!({"service": "laser_partial", "count": left, "weekdays": weekdays});
            let plan = self.app.post(&path, wanted).await.expect(200);
            let dates = swaps(&plan);
            assert!(dates.len() >= 8, "{weekdays}: {}", plan.text);
            assert!(dates.iter().all(|(_, others)| *others == 2), "{weekdays}: {dates:?}");
            let is_as_wished =
                |day: &NaiveDate| weekdays == json!([]) || day.weekday() == Weekday::Tue;
            assert!(dates.iter().all(|(day, _)| is_as_wished(day)), "{dates:?}");
        }
    }

    /// Weeks later too, all of it in one step.
    async fn a_course_of_eight_is_booked(&self) {
        self.any_date_of_a_course_of_eight_can_be_swapped().await;
        let (path, left) = self.long_course().await;
        let wanted = json!({"service": "laser_partial", "count": left});
        let plan = self.app.post(&path, wanted).await.expect(200);
        let whole = json!({"service": "laser_partial", "starts": plan.body["proposals"]});
        let booked = self.app.post(&format!("{path}/book"), whole).await.expect(201);
        let count = booked.array("sessions").len();
        assert_eq!(json!(count), left);
    }

    /// P01 is found by the digits of a telephone and has three times; the best after the first day is booked.
    async fn a_caller_is_found_and_booked(&self, first: &[Value]) -> Value {
        let (patient, course) = &self.people[0];
        let found = self.app.get("/patients?q=5550100").await.expect(200);
        assert_eq!(found.items().len(), 1, "{}", found.text);
        assert_eq!(found.items()[0]["id"], json!(patient.id));
        let course = course.id.to_string();
        let over = at(&first.last().unwrap()["start"]) + Duration::hours(2);
        let times = self.times(&course, "laser_partial", 42).await;
        let best = times.iter().find(|one| at(&one["start"]) > over);
        let start = best.unwrap()["start"].as_str().unwrap();
        let booked = self.app.book(&course, "laser_partial", start).await;
        booked.expect(201).body
    }

    /// A new caller is booked, moved within the day and the column, and reads of it on a page that ends messages.
    async fn a_caller_has_a_page_and_can_be_moved(&self) {
        let course = self.app.open_course("Ada").await;
        let patient = self.app.course(&course).await;
        let consents = format!("/patients/{}/consents", patient.str("patient_id"));
        let consent = json!({"kind": "messages", "text_version": "1"});
        self.app.post(&consents, consent).await.expect(201);
        let best = &self.times(&course, "consultation", 14).await[0];
        let start = best["start"].as_str().unwrap();
        let booked = self.app.book(&course, "consultation", start).await.expect(201);
        let id = booked.str("id");
        let (date, column) = (day(at(&best["start"])).to_string(), booked.str("practitioner_id"));
        let more = format!("&session_id={id}&practitioner_id={column}");
        let others = self.app.slots_with(&course, "consultation", &date, &date, &more).await;
        let other = others.starts().into_iter().find(|other| *other != start);
        let other = other.unwrap_or_else(|| panic!("no other hour on {date}: {}", others.text));
        self.app.move_to(id, other).await.expect(200);
        self.app.act(id, "undo").await.expect(200);
        self.app.send_after_grace().await;
        let mails = self.app.mails().await;
        let hers = mails.iter().find(|mail| mail.to.contains("ada@"));
        let link = hers.expect("no mail about the visit").link();
        let page = self.app.open(&link).await.expect(200);
        page.shows(&["Unsubscribe from messages"]);
        let stop = format!("{link}/messages/stop");
        self.app.press(&stop, &[]).await.expect(303);
        let page = self.app.open(&link).await.expect(200);
        page.hides(&["Unsubscribe from messages"]);
    }

    async fn a_patient_is_checked_in(&self, first: &[Value]) {
        let first = first.first().unwrap();
        self.wait_until(at(&first["start"]) - Duration::minutes(15));
        let id = first["id"].as_str().unwrap();
        self.app.act(id, "arrive").await.expect(200);
        let undone = self.app.act(id, "undo").await.expect(200);
        assert_eq!(undone.str("status"), "booked");
    }

    async fn a_no_show_is_offered_three_times(&self, first: &[Value]) {
        let last = first.last().unwrap();
        self.wait_until(at(&last["start"]) + Duration::minutes(20));
        let missed = self.app.act(last["id"].as_str().unwrap(), "no-show").await;
        assert_eq!(missed.expect(200).str("status"), "noshow");
        let course = last["course_id"].as_str().unwrap();
        self.times(course, last["service"].as_str().unwrap(), 28).await;
    }

    async fn a_session_is_written_up(&self, treated: &Value) {
        self.wait_until(at(&treated["start"]));
        let id = treated["id"].as_str().unwrap();
        self.app.act(id, "arrive").await.expect(200);
        self.app.act(id, "check-in").await.expect(200);
        let mut record = done_with(1064);
        record["zones"] = json!(["frontal_hairline"]);
        let path = format!("/sessions/{id}/complete");
        let practitioner = &self.app.practitioner;
        let written = self.app.call(practitioner, "POST", &path, record).await;
        assert_eq!(written.expect(200).str("status"), "fulfilled");
    }
}
