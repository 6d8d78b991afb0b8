//! Booked, moved, cancelled for every reason, by the desk and by the patient; and undone after it
//! was told.

use chrono::{DateTime, FixedOffset};
use fadeline::domain::clinic::policy::Policy;

use super::verdict::{Change, Count, Truth};
use super::ways::Ways;
use super::world::{Row, World, at, patient_policy};
use crate::support::{MONDAY, profile};

/// Two weeks ahead, so that no reminder has gone yet.
const START: &str = "2027-01-19T10:00";

/// How many patients are told by a message, and how many are to be phoned: those whom none reaches, and those who ended all
/// mail, of whom a text alone is not believed to be read.
fn reached() -> Count {
    let cases = Ways::cases();
    let told = cases.iter().filter(|(ways, _)| !ways.working().is_empty()).count();
    let ended = cases.iter().filter(|(ways, _)| *ways == Ways::OutOfMail).count();
    Count { told, called: cases.len() - told + ended }
}

#[tokio::test]
async fn whoever_is_booked_hears_of_it_or_is_phoned() {
    for start in [START, "2027-01-05T16:00", "2027-01-04T12:00"] {
        let world = World::usual().await.told_of(start).await;
        let booked = Change { is_booking: true, ..Change::of("booked", at(start)) };
        let count = world.see(&world.post, booked).await;
        assert!(count.told >= reached().told, "{start}: {count:?}");
    }
}

#[tokio::test]
async fn whoever_is_moved_by_the_desk_hears_of_it_or_is_phoned() {
    for (what, to) in
        [("moved to later", "2027-01-21T14:00"), ("moved to sooner", "2027-01-12T14:00")]
    {
        let mut world = World::usual().await.told_of(START).await;
        world.pass_to("2027-01-05T11:00").await;
        world.clear_the_desk().await;
        world.move_all(to).await;
        let change = Change::of(what, at(START).min(at(to)));
        assert_eq!(world.see(&world.post, change).await, reached(), "{what}");
    }
}

/// After the reminders of the old time, one of which went by text to whoever wants texts.
#[tokio::test]
async fn whoever_was_reminded_of_the_old_time_hears_of_the_new_one_by_the_same_way() {
    let to = "2027-01-27T14:00";
    let mut world = World::usual().await.told_of(START).await;
    world.pass_to("2027-01-17T11:00").await;
    let texted = |row: &&Row| row.ways == Ways::PrefersTexts;
    let row = world.rows.iter().find(texted).unwrap();
    assert!(!world.outside.arrived(&row.phone).is_empty(), "a text reminded them");
    world.clear_the_desk().await;
    world.move_all(to).await;
    let change = Change::of("moved after the reminders", at(START));
    assert_eq!(world.see(&world.post, change).await, reached());
}

async fn cancelled_for(reason: &'static str) {
    let mut world = World::usual().await.told_of(START).await;
    world.pass_to("2027-01-05T11:00").await;
    world.clear_the_desk().await;
    world.cancel_all(reason).await;
    let change = Change::of(reason, at(START));
    assert_eq!(world.see(&world.post, change).await, reached(), "{reason}");
}

/// One story for each reason, so that they run side by side.
macro_rules! cancelled {
    ($($name:ident for $reason:literal),+ $(,)?) => {
        $(
            #[tokio::test]
            async fn $name() {
                cancelled_for($reason).await;
            }
        )+
    };
}

cancelled! {
    whoever_asked_to_cancel_hears_that_it_is_or_is_phoned for "patient_request",
    whom_the_clinic_cancels_hears_of_it_or_is_phoned for "clinic_request",
    who_was_booked_by_mistake_hears_that_it_is_cancelled_or_is_phoned for "booked_by_mistake",
    who_is_cancelled_for_a_withdrawn_consent_hears_of_it_or_is_phoned for "consent_withdrawn",
    who_is_cancelled_as_unwell_hears_of_it_or_is_phoned for "unwell",
    who_is_cancelled_for_another_reason_hears_of_it_or_is_phoned for "other",
    whom_a_shop_declined_by_telephone_hears_of_it_or_is_phoned for "declined_by_shop",
}

/// A patient who takes another time on the page behind the link of a message.
#[tokio::test]
async fn whoever_moves_on_their_page_is_told_what_they_took_or_is_phoned() {
    let mut world = World::usual().await.told_of(START).await;
    world.pass_to("2027-01-05T11:00").await;
    world.clear_the_desk().await;
    let mut moved = Vec::new();
    for row in std::mem::take(&mut world.rows) {
        let heard = world.outside.tries().into_iter().rfind(|one| {
            one.taken && (one.to == row.email || one.to == row.phone) && one.words().contains("/a/")
        });
        let Some(words) = heard.map(|one| one.words()) else {
            continue;
        };
        let link =
            words[words.find("/a/").unwrap()..].split_whitespace().next().unwrap().to_owned();
        if let Some(start) = take_another_time(&world, &link).await {
            let shown = world.app.session(&row.session).await.str("start").to_owned();
            assert_eq!(shown.parse::<DateTime<FixedOffset>>().unwrap(), start);
            moved.push(Row { truth: Truth::at(start.to_utc()), ..row });
        }
    }
    assert!(moved.len() > 12, "only {} took another time", moved.len());
    let first = moved.iter().filter_map(|row| row.truth.start).min().unwrap();
    world.rows = moved;
    world.see(&world.post, Change::of("moved by the patient", first.min(at(START)))).await;
}

/// The first time that the page offers, taken; nothing where the page is not the patient's any more.
async fn take_another_time(world: &World, link: &str) -> Option<DateTime<FixedOffset>> {
    let asked = world.app.press(&format!("{link}/change"), &[]).await;
    if asked.status == 404 {
        return None;
    }
    let page = asked.expect(303).header("location").to_owned();
    let page = world.app.open(&page).await.expect(200).text;
    let offer = page.split("/move\"").nth(1).expect("a time is offered");
    let offer = offer.split("name=\"start\" value=\"").nth(1).unwrap();
    let offer = offer.split('"').next().unwrap().replace("&#43;", "+");
    let taken = world.app.press(&format!("{link}/move"), &[("start", &offer)]).await;
    assert!(!taken.expect(303).header("location").ends_with("?changed"), "{offer}");
    Some(offer.parse().unwrap())
}

/// A change that was told at once, and then taken back.
async fn undone(what: &'static str, does: impl AsyncFn(&mut World)) {
    let policy = Policy { message_grace_minutes: 0, ..patient_policy() };
    let mut world = World::of(MONDAY, policy, profile()).await.told_of(START).await;
    world.pass_to("2027-01-05T11:00").await;
    world.clear_the_desk().await;
    does(&mut world).await;
    world.pass_to("2027-01-05T11:01").await;
    for row in &mut world.rows {
        world.app.act(&row.session, "undo").await.expect(200);
        row.truth = Truth::at(at(START));
    }
    let count = world.see(&world.post, Change::of(what, at(START))).await;
    // Who had been told before, by whichever way, knows what is true again.
    assert!(count.told >= reached().told, "{what}: {count:?}");
}

#[tokio::test]
async fn a_move_that_was_told_and_then_undone_is_told_as_it_was_or_is_a_call() {
    undone("a move undone", async |world| world.move_all("2027-01-21T14:00").await).await;
}

#[tokio::test]
async fn a_cancellation_that_was_told_and_then_undone_is_told_as_it_was_or_is_a_call() {
    undone("a cancellation undone", async |world| world.cancel_all("clinic_request").await).await;
}

#[tokio::test]
async fn a_booking_that_was_told_and_then_undone_is_told_to_be_off_or_is_a_call() {
    let policy = Policy { message_grace_minutes: 0, undo_minutes: 60, ..patient_policy() };
    let mut world = World::of(MONDAY, policy, profile()).await.told_of(START).await;
    world.clear_the_desk().await;
    for row in &mut world.rows {
        // What happened since the booking is nothing that could be undone.
        world.app.act(&row.session, "undo").await.expect(200);
        assert_eq!(world.app.status_of(&row.session).await, "cancelled");
        row.truth = Truth::off();
    }
    let count = world.see(&world.post, Change::of("a booking undone", at(START))).await;
    assert_eq!(count.told, reached().told);
}

/// What the desk is to say follows what is true, from what the patient believes; only a person's word that it was said ends it.
#[tokio::test]
async fn a_call_stays_one_call_until_somebody_has_made_it() {
    let mut world = World::usual().await.told_of(START).await;
    world.clear_the_desk().await;
    world.rows.retain(|row| row.ways == Ways::OutOfBoth);
    let say = async |world: &World| {
        let mut said = Vec::new();
        for row in &world.rows {
            let calls = world.app.open_tasks(&row.session).await;
            let mut calls = calls.into_iter().filter(|(kind, _)| kind == "change_to_tell");
            let first = calls.next().map(|(_, words)| words).unwrap_or_default();
            assert!(calls.next().is_none(), "one call for a session");
            said.push(first);
        }
        said
    };
    let all_say = |said: Vec<String>, words: &str| {
        assert!(said.iter().all(|one| one.contains(words)), "{words} is not in {said:#?}");
    };
    world.pass_to("2027-01-05T11:00").await;
    world.move_all("2027-01-21T14:00").await;
    all_say(
        say(&world).await,
        "before Tue Jan 19, 10:00 a.m.: the appointment moved from Tue Jan 19, 10:00 a.m. to Thu Jan 21, 2:00 p.m.",
    );
    world.pass_to("2027-01-06T11:00").await;
    world.move_all("2027-01-12T15:00").await;
    all_say(
        say(&world).await,
        "before Tue Jan 12, 3:00 p.m.: the appointment moved from Tue Jan 19, 10:00 a.m. to Tue Jan 12, 3:00 p.m.",
    );
    world.pass_to("2027-01-07T11:00").await;
    world.cancel_all("clinic_request").await;
    all_say(say(&world).await, "the appointment on Tue Jan 19, 10:00 a.m. is cancelled");
    world.pass_to("2027-01-20T11:00").await;
    all_say(say(&world).await, "the appointment on Tue Jan 19, 10:00 a.m. is cancelled");
    world.clear_the_desk().await;
    assert!(say(&world).await.iter().all(String::is_empty));
}
