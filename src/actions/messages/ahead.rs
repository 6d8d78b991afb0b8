//! Planning ahead what is sent of a visit: reminders, lists, calls. Rows of the ledger are
//! written, taken back and brought back in the transaction of the change that causes it. Which, and
//! when, is decided in `domain::message_plan`; changes themselves are told by `notices`.

use chrono::{DateTime, Duration, SubsecRound, Utc};

use super::facts::Facts;
use super::{facts, links};
use crate::actions::work::catalogue_cache::current;
use crate::actions::{App, Error, Found, Result, Work};
use crate::domain::clinic::quiet_hours::QuietHours;
use crate::domain::course::status::SessionStatus;
use crate::domain::messages::alarm::with_alarm;
use crate::domain::messages::message::{Audience, Content, Message, MessageStatus, Unsent};
use crate::domain::messages::notice::standing;
use crate::domain::messages::plan::patient::Booked;
use crate::domain::messages::plan::reconcile::{Step, Visit, reconcile};
use crate::domain::messages::plan::shop::AtShop;
use crate::domain::messages::plan::{Planned, patient, shop, staff};
use crate::storage::Tx;
use crate::storage::course::sessions;
use crate::storage::messages::ledger;
use crate::storage::partner::referrals;
use crate::storage::patient::patients;

/// What the ledger needs to hold what is planned of a visit as it is now.
fn steps(app: &App, now: DateTime<Utc>, facts: &Facts<'_>, rows: &[Message]) -> Result<Vec<Step>> {
    let session = facts.session;
    let content = facts.shop_content();
    let visit = Visit {
        version: session.version,
        standing: standing(session.status),
        to_come: session.status == SessionStatus::Booked,
        confirmed: session.confirmed_at.is_some(),
        content: &content,
    };
    let told = rows.iter().any(Message::is_known);
    Ok(reconcile(&all(app, now, facts, told)?, rows, visit, now))
}

/// Makes the ledger hold what is planned of a visit as it is now; `rows` are all messages about it.
pub(super) async fn replan(work: &mut Work<'_>, facts: &Facts<'_>, rows: &[Message]) -> Result<()> {
    for step in steps(work.app, work.now, facts, rows)? {
        match step {
            Step::Supersede(id, why) => {
                ledger::supersede(&mut work.tx, id, why).await?;
            }
            Step::Suppress(id, why) => {
                ledger::suppress(&mut work.tx, id, why).await?;
            }
            Step::Revive(id, planned) => {
                let message = Message { id, ..write(work, facts, planned).await? };
                ledger::revive(&mut work.tx, &message).await?;
            }
            Step::Write(planned) => {
                let message = write(work, facts, planned).await?;
                ledger::insert(&mut work.tx, &message).await?;
            }
        }
    }
    Ok(())
}

/// All that is planned of a visit; `told` if its patient has been told something of it.
fn all(app: &App, now: DateTime<Utc>, facts: &Facts<'_>, told: bool) -> Result<Vec<Planned>> {
    let (session, policy) = (facts.session, &app.policy);
    let mut all = Vec::new();
    if session.status == SessionStatus::Booked {
        let zone =
            app.zone_named(&session.zone).map_err(|error| Error::Fault(error.to_string()))?;
        let booked = Booked {
            starts_at: session.starts_at,
            zone,
            confirmed: session.confirmed_at.is_some(),
            on_hold: facts.on_hold,
            told,
            rules: &facts.rules,
        };
        all.extend(patient::planned(
            booked,
            &facts.reach,
            &QuietHours::from_policy(policy, app.zone),
            policy,
            now,
        ));
        if let Some(to) = &facts.day_list_to {
            let practitioner = session.place.practitioner_id;
            all.push(staff::day_list(practitioner, to, session.starts_at, policy, app.zone));
        }
    }
    if let Some(shop) = &facts.shop {
        let visit = AtShop {
            starts_at: session.starts_at,
            ends_at: session.ends_at,
            status: session.status,
            asked_at: facts.asked_at,
            declined_at: facts.declined_at,
            disclosed: shop.disclosed,
            notices: &shop.notices,
            refused: &shop.refused,
        };
        all.extend(shop::planned(visit, policy, app.zone));
    }
    Ok(all)
}

async fn write(work: &mut Work<'_>, facts: &Facts<'_>, planned: Planned) -> Result<Message> {
    let audience = planned.kind.audience();
    if let Some(recipient) = planned.recipient.as_ref().filter(|_| audience == Audience::Patient) {
        links::open(work, facts.session.id, recipient).await?;
    }
    let content = match audience {
        Audience::Shop | Audience::Desk => facts.shop_content(),
        Audience::Patient | Audience::Practitioner => {
            Content { calendar: false, ..facts.content() }
        }
    };
    let language = match (audience, &facts.shop) {
        (Audience::Shop, Some(shop)) => shop.notices.details.language,
        _ => facts.patient.details.preferred_language,
    };
    let message = Message {
        language,
        stamp: work.now.trunc_subsecs(0),
        content,
        ..facts.message(work.app, work.now)
    };
    Ok(with_alarm(planned.into_message(message), &work.app.policy))
}

/// Writes `message`, or brings back the row that says the same of this version and never went out. As it stands then.
pub(in crate::actions) async fn insert_or_revive(
    work: &mut Work<'_>,
    rows: &[Message],
    message: Message,
) -> Result<Message> {
    let message = with_alarm(message, &work.app.policy);
    let key = |row: &Message| {
        let recipient = row.recipient.as_ref().map(ToString::to_string);
        (row.session_version, row.kind, row.channel, row.lead.clone(), recipient)
    };
    let there = rows.iter().find(|row| key(row) == key(&message));
    let Some(there) = there else {
        ledger::insert(&mut work.tx, &message).await?;
        return Ok(message);
    };
    let message = Message { id: there.id, ..message };
    if message.status == MessageStatus::Scheduled {
        ledger::revive(&mut work.tx, &message).await?;
    }
    Ok(message)
}

/// DTSTAMP has whole seconds, and what is newer than the `rows` about a visit has a later one.
pub(super) fn next_stamp(now: DateTime<Utc>, rows: &[Message]) -> DateTime<Utc> {
    let now = now.trunc_subsecs(0);
    let last = rows.iter().filter(|row| row.kind.tells().is_some()).map(|row| row.stamp).max();
    last.map_or(now, |last| now.max(last + Duration::seconds(1)))
}

/// Takes back a planned message that is under way, if it is planned no longer. Whether it was taken back.
pub(super) async fn withhold_if_unplanned(work: &mut Work<'_>, message: &Message) -> Result<bool> {
    let Some(id) = message.session_id else {
        return withhold_referral_if_unplanned(&mut work.tx, message).await;
    };
    let session = sessions::get(&mut work.tx, id).await.found("session")?.session;
    let patient = patients::get(&mut work.tx, session.patient_id).await.found("patient")?;
    let catalogue = current(&mut work.tx, work.app).await?;
    let facts = facts::load(&mut work.tx, work.app, &catalogue, &session, &patient).await?;
    let waiting = Message { status: MessageStatus::Scheduled, ..message.clone() };
    let steps = steps(work.app, work.app.clock.now(), &facts, &[waiting])?;
    for step in steps {
        match step {
            Step::Supersede(id, why) => return Ok(ledger::supersede(&mut work.tx, id, why).await?),
            Step::Suppress(id, why) => return Ok(ledger::suppress(&mut work.tx, id, why).await?),
            Step::Revive(..) | Step::Write(_) => (),
        }
    }
    Ok(false)
}

/// The same for what is about a referral that had no dates: once it was answered, or has dates, it is said no more.
async fn withhold_referral_if_unplanned(tx: &mut Tx, message: &Message) -> Result<bool> {
    let Some(id) = message.referral_id else {
        return Ok(false);
    };
    let waits =
        referrals::get(tx, None, id).await?.is_some_and(|referral| referral.status.is_asked());
    let dated = sessions::of_referral(tx, id).await?.iter().any(|session| session.status.is_live());
    if waits && !dated {
        return Ok(false);
    }
    Ok(ledger::supersede(tx, message.id, Unsent::Done).await?)
}
