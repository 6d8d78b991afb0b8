//! At short notice, at night, while the mail server is down, and in a clinic without texts.

use chrono::{DateTime, Timelike, Utc};
use fadeline::domain::patient::channel::Channel;

use super::verdict::Change;
use super::world::{World, at};
use crate::support::outside::Down;
use crate::support::toronto;

/// What the desk does to all of them.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Moves(&'static str),
    Cancels,
}

impl World {
    async fn does(&mut self, deed: Deed) {
        match deed {
            Deed::Moves(to) => self.move_all(to).await,
            Deed::Cancels => self.cancel_all("clinic_request").await,
        }
    }
}

/// All have a session at `start`, of which the desk changes its mind at `now`; before `by` they might come for nothing.
async fn changed_at(now: &str, start: &str, deed: Deed) -> (World, DateTime<Utc>) {
    let mut world = World::usual().await.told_of(start).await;
    world.pass_to(now).await;
    world.clear_the_desk().await;
    world.does(deed).await;
    let new = world.rows[0].truth.start.unwrap_or_else(|| at(start));
    (world, at(start).min(new))
}

/// No text goes out in quiet hours.
fn nobody_is_disturbed(world: &World) {
    for text in world.outside.tries().into_iter().filter(|one| one.channel == Channel::Sms) {
        let hour = text.at.with_timezone(&toronto()).hour();
        assert!((8..21).contains(&hour), "{text:?}");
    }
}

#[tokio::test]
async fn at_short_notice_by_day_each_way_that_works_tells_it() {
    for (now, start, deed) in [
        ("2027-01-05T14:00", "2027-01-06T11:00", Deed::Moves("2027-01-12T14:00")),
        ("2027-01-05T14:00", "2027-01-06T11:00", Deed::Cancels),
        // To a time that is near.
        ("2027-01-05T14:00", "2027-01-19T11:00", Deed::Moves("2027-01-06T12:00")),
        // Hours and less before it.
        ("2027-01-06T09:00", "2027-01-06T11:00", Deed::Moves("2027-01-06T16:00")),
        ("2027-01-06T10:20", "2027-01-06T11:00", Deed::Cancels),
    ] {
        let (world, by) = changed_at(now, start, deed).await;
        let change = Change::in_a_hurry("short notice by day", by);
        let count = world.see(&world.post, change).await;
        assert!(count.told >= 16, "{now} {start} {deed:?}: {count:?}");
    }
}

#[tokio::test]
async fn in_the_evening_texts_wait_for_the_morning_of_a_session_that_is_not_early() {
    for deed in [Deed::Moves("2027-01-12T14:00"), Deed::Cancels] {
        let (world, by) = changed_at("2027-01-05T21:30", "2027-01-06T11:00", deed).await;
        world.see(&world.post, Change::in_a_hurry("in the evening", by)).await;
        nobody_is_disturbed(&world);
    }
}

#[tokio::test]
async fn in_the_evening_before_an_early_session_who_would_be_texted_is_phoned() {
    for (now, start) in [
        ("2027-01-05T21:30", "2027-01-06T09:00"),
        ("2027-01-06T07:30", "2027-01-06T09:00"),
        ("2027-01-06T07:30", "2027-01-06T08:15"),
    ] {
        for deed in [Deed::Moves("2027-01-12T14:00"), Deed::Cancels] {
            let (world, by) = changed_at(now, start, deed).await;
            let change = Change { by_day: false, ..Change::in_a_hurry("before an early one", by) };
            let count = world.see(&world.post, change).await;
            assert!(count.called >= 10, "{now} {start} {deed:?}: {count:?}");
            nobody_is_disturbed(&world);
        }
    }
}

/// A mail server that refuses every connection from the change on.
#[tokio::test]
async fn while_the_mail_server_is_down_who_is_not_told_in_time_is_somebodys_task() {
    let down = Down { mail: true, texts: false };
    for (start, deed) in [
        ("2027-01-06T11:00", Deed::Moves("2027-01-12T14:00")),
        ("2027-01-06T11:00", Deed::Cancels),
        ("2027-01-19T11:00", Deed::Moves("2027-01-21T14:00")),
        ("2027-01-19T11:00", Deed::Cancels),
        ("2027-01-19T11:00", Deed::Moves("2027-01-06T14:00")),
    ] {
        let (world, by) = changed_at("2027-01-04T15:00", start, deed).await;
        let post = world.outside.post(down);
        world.see(&post, Change { down, ..Change::of("no mail server", by) }).await;
    }
}

#[tokio::test]
async fn while_the_mail_server_is_down_who_was_just_booked_is_somebodys_task() {
    let down = Down { mail: true, texts: false };
    for start in ["2027-01-05T16:00", "2027-01-19T10:00"] {
        let mut world = World::usual().await;
        world.post = world.outside.post(down);
        let world = world.told_of(start).await;
        let booked =
            Change { down, is_booking: true, ..Change::of("booked without mail", at(start)) };
        world.see(&world.post, booked).await;
    }
}

/// It was down for an afternoon: what was late arrived, and who was reached in good time needs no call any more.
#[tokio::test]
async fn what_was_late_and_arrived_in_good_time_is_nobodys_task_any_more() {
    let down = Down { mail: true, texts: false };
    let (world, by) =
        changed_at("2027-01-04T15:00", "2027-01-06T11:00", Deed::Moves("2027-01-12T14:00")).await;
    let post = world.outside.post(down);
    world.app.pass_to(&post, at("2027-01-04T19:00")).await;
    let mut late = 0;
    for row in &world.rows {
        let tasks = world.app.open_tasks(&row.session).await;
        late += usize::from(tasks.iter().any(|(kind, _)| kind == "message_late"));
    }
    assert!(late >= 8, "only {late} were late");
    world.see(&world.post, Change::of("mail came back", by)).await;
}

#[tokio::test]
async fn in_a_clinic_without_texts_who_has_no_mail_is_phoned() {
    for deed in [Deed::Moves("2027-01-21T14:00"), Deed::Cancels] {
        let mut world = World::without_texts().await.told_of("2027-01-19T10:00").await;
        world.pass_to("2027-01-05T11:00").await;
        world.clear_the_desk().await;
        world.does(deed).await;
        let count = world.see(&world.post, Change::of("no texts", at("2027-01-19T10:00"))).await;
        assert!(count.told >= 8 && count.called >= 10, "{count:?}");
    }
}
