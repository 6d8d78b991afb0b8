//! A site's address changes; a consent is withdrawn; a shop does not do what it was to do; a rented
//! laser goes away; the law changes the clock.

use chrono::{DateTime, Duration, FixedOffset, Utc};
use fadeline::actions::booking::time_check;
use serde_json::{Value, json};

use super::verdict::{Change, Truth};
use super::world::{World, at};
use crate::support::outside::Down;
use crate::support::{Shop, TestApp, toronto};

const START: &str = "2027-01-19T10:00";

/// One laser, one patient at a time: nine a day, from a day of January on.
fn one_by_one(n: usize, first_day: usize) -> String {
    format!("2027-01-{}T{:02}:00", first_day + n / 9, 9 + n % 9)
}

#[tokio::test]
async fn whoever_comes_to_a_site_that_has_moved_is_told_where_or_is_phoned() {
    let mut world = World::usual().await.told_of(START).await;
    world.pass_to("2027-01-05T11:00").await;
    world.clear_the_desk().await;
    let path = format!("/sites/{}", world.clinic.site);
    world.app.set(&path, json!({"address": "12 Elm Street"})).await;
    for row in &mut world.rows {
        row.truth.street = Some("12 Elm Street");
    }
    world.see(&world.post, Change::of("another address", at(START))).await;
}

/// A world in which all have a session with a laser, one after the other, from a day of January on.
async fn lasered(first_day: usize, laser: impl Fn(&World) -> String) -> World {
    let mut world = World::usual().await;
    world.register().await;
    let with = json!({"device_id": laser(&world)});
    for n in 0..world.rows.len() {
        world.app.prepare(&world.rows[n].course).await;
        world.book(n, "laser_partial", &one_by_one(n, first_day), with.clone()).await;
    }
    world.tell_all().await;
    world
}

#[tokio::test]
async fn whoever_withdraws_the_consent_to_treatment_is_told_that_it_is_off_or_is_phoned() {
    let mut world = lasered(19, |world| world.clinic.owned.clone()).await;
    let mut consents = Vec::new();
    for row in &world.rows {
        consents.push(world.app.consent_to_laser(&row.course).await);
    }
    world.pass_to("2027-01-05T11:00").await;
    world.clear_the_desk().await;
    for (row, consent) in world.rows.iter_mut().zip(consents) {
        let withdrawn = world.app.delete(&consent).await.expect(200);
        assert_eq!(withdrawn.body["cancelled_sessions"], json!([row.session]));
        row.truth = Truth::off();
    }
    world.see(&world.post, Change::of("consent withdrawn", at("2027-01-19T09:00"))).await;
}

/// A world in which all have a session with a rented laser, on three days, whose windows are then removed.
async fn without_the_rented_laser() -> World {
    let mut windows = Vec::new();
    let mut world = World::usual().await;
    world.register().await;
    for day in 19..22 {
        let (from, to) = (format!("2027-01-{day}T08:00"), format!("2027-01-{day}T20:00"));
        windows.push(world.app.rent(&world.clinic, &from, &to).await);
    }
    let with = json!({"device_id": world.clinic.rented});
    for n in 0..world.rows.len() {
        world.app.prepare(&world.rows[n].course).await;
        world.book(n, "laser_partial", &one_by_one(n, 19), with.clone()).await;
    }
    world.tell_all().await;
    world.pass_to("2027-01-05T11:00").await;
    world.clear_the_desk().await;
    for window in windows {
        let path = format!("/devices/{}/rental-windows/{window}", world.clinic.rented);
        world.app.manage("DELETE", &path, Value::Null).await.expect(200);
    }
    for row in &world.rows {
        assert_eq!(world.app.status_of(&row.session).await, "pending");
    }
    world
}

#[tokio::test]
async fn whose_laser_went_away_is_told_of_the_new_time_or_is_phoned() {
    let mut world = without_the_rented_laser().await;
    world.pass_to("2027-01-06T11:00").await;
    for n in 0..world.rows.len() {
        let start = one_by_one(n, 26);
        let to = json!({"start": start, "device_id": world.clinic.owned});
        world.relocate(n, &start, to).await;
    }
    world.see(&world.post, Change::of("rebooked", at("2027-01-19T09:00"))).await;
}

/// The desk did not get round to it.
#[tokio::test]
async fn whose_laser_went_away_and_who_was_never_moved_is_somebodys_task() {
    let mut world = without_the_rented_laser().await;
    world.pass_to("2027-01-19T08:59").await;
    for row in std::mem::take(&mut world.rows) {
        let tasks = world.app.open_tasks(&row.session).await;
        assert!(!tasks.is_empty(), "{row:?} will come for a laser that is not there");
    }
}

/// A world in which all have a session at a shop, which accepted it.
async fn at_a_shop() -> (World, Shop, Vec<(String, String)>) {
    let mut world = World::usual().await;
    let shop = world.app.make_shop("Harbour Light", 40).await;
    world.register().await;
    let mut referrals = Vec::new();
    for n in 0..world.rows.len() {
        let row = &mut world.rows[n];
        let consent = world.app.disclose(&row.course, &shop.id).await;
        let booked = world.app.book_at(&shop, &row.course, "consultation", START).await.expect(201);
        (row.session, row.start) = (booked.id(), at(START));
        row.truth = Truth::at(at(START));
        referrals.push((booked.str("referral_id").to_owned(), consent));
    }
    (world, shop, referrals)
}

async fn accepted(world: &World, shop: &Shop, referrals: &[(String, String)]) {
    for (referral, _) in referrals {
        world.app.accept(shop, referral).await;
    }
    world.tell_all().await;
    world.pass_to("2027-01-05T11:00").await;
    world.clear_the_desk().await;
}

#[tokio::test]
async fn whom_a_shop_cannot_treat_after_all_is_told_so_or_is_phoned() {
    let (mut world, shop, referrals) = at_a_shop().await;
    accepted(&world, &shop, &referrals).await;
    for (row, (referral, _)) in world.rows.iter_mut().zip(&referrals) {
        let why = json!({"reason": "The laser broke."});
        world.app.shop_does(&shop, referral, "fail", why).await.expect(200);
        world.app.session(&row.session).await.has(json!({"cancel_reason": "declined_by_shop"}));
        row.truth = Truth::off();
    }
    world.see(&world.post, Change::of("the shop cannot", at(START))).await;
}

#[tokio::test]
async fn whoever_withdraws_the_consent_that_names_the_shop_is_told_that_it_is_off_or_is_phoned() {
    let (mut world, shop, referrals) = at_a_shop().await;
    accepted(&world, &shop, &referrals).await;
    for (row, (_, consent)) in world.rows.iter_mut().zip(&referrals) {
        world.app.delete(consent).await.expect(200);
        assert_eq!(world.app.status_of(&row.session).await, "cancelled");
        row.truth = Truth::off();
    }
    world.see(&world.post, Change::of("the shop may not know", at(START))).await;
}

/// What was never agreed is told to nobody; that another way is to be found is a task.
#[tokio::test]
async fn whom_a_shop_declines_before_anybody_was_told_hears_nothing_and_is_somebodys_task() {
    let (world, shop, referrals) = at_a_shop().await;
    world.tell_all().await;
    for (referral, _) in &referrals {
        world
            .app
            .shop_does(&shop, referral, "reject", json!({"reason": "Full."}))
            .await
            .expect(200);
    }
    world.pass_to("2027-01-20T10:00").await;
    for row in &world.rows {
        let heard = world
            .outside
            .tries()
            .into_iter()
            .filter(|one| one.to == row.email || one.to == row.phone);
        assert_eq!(heard.count(), 0, "{row:?}");
        let tasks = world.app.get(&format!("/tasks?patient_id={}", row.patient)).await.expect(200);
        tasks.item("kind", "referral_declined");
    }
}

/// The wall time stays, so what they were told stays true; a calendar has to have the other instant.
#[tokio::test]
async fn whose_instant_a_new_law_moves_comes_at_the_wall_time_that_they_were_told() {
    const WINTER: &str = "2027-11-10T10:00";
    let mut world = World::usual().await.told_of(WINTER).await;
    world.pass_to("2027-10-20T11:00").await;
    world.clear_the_desk().await;
    let change: DateTime<Utc> = "2027-11-07T06:00:00Z".parse().unwrap();
    let law = toronto().with_law(change, FixedOffset::west_opt(4 * 3600).unwrap());
    let new: TestApp = world.app.node(law).await;
    time_check::apply(&new.app).await.unwrap();
    world.outside = world.outside.from(&new);
    world.post = world.outside.post(Down::default());
    // The old node keeps the database until the end.
    let _old = std::mem::replace(&mut world.app, new);
    let by = at(WINTER) - Duration::hours(1);
    let count = world.see(&world.post, Change::of("another law", by)).await;
    assert!(count.told > 15, "{count:?}");
    for row in &world.rows {
        let mails = world.outside.mails(&row.email);
        let Some(last) = mails.iter().rfind(|mail| mail.calendar.is_some()) else {
            continue;
        };
        if last.line("METHOD") == "REQUEST" {
            let zone = &last.calendar.as_ref().unwrap().1;
            let dead = world.outside.refuses(&row.email);
            assert!(dead || !zone.contains("TZOFFSETTO:-0500"), "{row:?} {zone}");
        }
    }
}
