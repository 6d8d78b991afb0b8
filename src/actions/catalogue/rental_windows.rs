//! Rental windows: when a rented device is on site. Removing one makes the sessions
//! booked in it `pending`, on the list of those to be rebooked (rule 37).

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::actions::booking::change::{WINDOW_REMOVED, save};
use crate::actions::course::session_view::{SessionView, session_view};
use crate::actions::work::page::{Items, Page};
use crate::actions::{Answer, App, Caller, Error, Found, Result, Work};
use crate::domain::booking::judge::starts_at;
use crate::domain::catalogue::device::{Device, RentalWindow};
use crate::domain::course::session::{RebookReason, Session};
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{DeviceId, RentalWindowId};
use crate::domain::messages::task::{Task, TaskKind};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::civil;
use crate::domain::time::civil::When;
use crate::storage;
use crate::storage::booking::resources;
use crate::storage::catalogue::devices;
use crate::storage::course::sessions;
use crate::storage::messages::tasks;

/// The longest window.
const LONGEST: Duration = Duration::days(31);

/// A window to be added.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"start": "2027-03-18T09:00", "end": "2027-03-18T17:00"}))]
pub struct NewWindow {
    /// Delivery.
    pub start: When,
    /// Collection.
    pub end: When,
}

/// A window as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WindowView {
    /// Its id.
    pub id: RentalWindowId,
    /// The device.
    pub device_id: DeviceId,
    /// Delivery.
    pub start: DateTime<FixedOffset>,
    /// Collection.
    pub end: DateTime<FixedOffset>,
}

/// What removing a window did.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WindowRemoved {
    /// The sessions that are to be rebooked.
    pub rebook: Vec<SessionView>,
}

fn window_view(app: &App, window: RentalWindow) -> WindowView {
    let RentalWindow { id, device_id, starts_at, ends_at } = window;
    WindowView {
        id,
        device_id,
        start: civil::shown(app.zone, starts_at),
        end: civil::shown(app.zone, ends_at),
    }
}

async fn rented(work: &mut Work<'_>, id: DeviceId) -> Result<Device> {
    let device = devices::get(&mut work.tx, id).await.found("device")?;
    if !device.is_rented() {
        return Err(Error::refused(
            Code::NotRented,
            format!("{} is owned; only a rented device has rental windows.", device.details.code),
        ));
    }
    Ok(device)
}

/// Adds a window.
pub async fn add(
    app: &App,
    caller: &Caller,
    device: DeviceId,
    new: NewWindow,
) -> Result<Answer<WindowView>> {
    let ((starts_at, _), (ends_at, _)) =
        (starts_at(app.zone, new.start)?, starts_at(app.zone, new.end)?);
    if ends_at <= starts_at || LONGEST < ends_at - starts_at {
        return Err(Refusal::new(
            Code::WindowLength,
            "A rental window ends after it begins, within 31 days.",
        )
        .into());
    }
    let mut work = Work::begin(app, caller).await?;
    let device = rented(&mut work, device).await?;
    let window = RentalWindow { id: app.clock.id(), device_id: device.id, starts_at, ends_at };
    devices::insert_window(&mut work.tx, &window).await.map_err(|error| match error {
        storage::Error::Duplicate => {
            Error::Taken("there is a rental window that begins then already".to_owned())
        }
        other => other.into(),
    })?;
    work.audit("rental_window.add", ("device", device.id.0), None, None).await?;
    work.commit(Answer::Created(window_view(app, window))).await
}

/// A page of the windows of a device, in order of time.
pub async fn list(
    app: &App,
    caller: &Caller,
    device: DeviceId,
    page: &Page,
) -> Result<Items<WindowView>> {
    let after: (DateTime<Utc>, RentalWindowId) =
        page.after((DateTime::UNIX_EPOCH, RentalWindowId(Uuid::nil())))?;
    let mut work = Work::look(app, caller).await?;
    devices::get(&mut work.tx, device).await.found("device")?;
    let windows = devices::windows_page(&mut work.tx, device, after, page.rows()?).await?;
    Ok(page
        .of(windows, |window| (window.starts_at, window.id))?
        .map(|window| window_view(app, window)))
}

/// A window, and the sessions that would have to be rebooked without it.
pub async fn booked_in(
    app: &App,
    caller: &Caller,
    device: DeviceId,
    id: RentalWindowId,
) -> Result<(WindowView, Vec<SessionView>)> {
    let mut work = Work::begin(app, caller).await?;
    let window = devices::window(&mut work.tx, device, id).await.found("rental window")?;
    let whole = window.interval().ok_or(Error::NotThere("rental window"))?;
    let booked = sessions::booked_with(&mut work.tx, device, whole).await?;
    let patients: BTreeSet<_> = booked.iter().map(|listed| listed.session.patient_id).collect();
    for patient in patients {
        work.audit_read("session.list", ("patient", patient.0), Some(patient), None).await?;
    }
    work.done().await?;
    let booked = booked.into_iter().map(|listed| session_view(app, listed)).collect();
    Ok((window_view(app, window), booked))
}

/// The patient still has the time, so somebody finds another one with them, or phones before they come.
async fn ask_to_move(work: &mut Work<'_>, session: &Session) -> Result<()> {
    if tasks::is_open(&mut work.tx, session.id, TaskKind::VisitToMove).await? {
        return Ok(());
    }
    let detail = "The laser for this session is no longer rented. Find another time, and phone the patient before they come.";
    let task = Task {
        session_id: Some(session.id),
        patient_id: Some(session.patient_id),
        due_at: Some(session.starts_at),
        ..Task::open(work.app.clock.id(), TaskKind::VisitToMove, detail, work.now)
    };
    Ok(tasks::insert(&mut work.tx, &task).await?)
}

/// Removes a window. Its booked sessions become `pending` and keep their time until they are moved.
pub async fn remove(
    app: &App,
    caller: &Caller,
    device: DeviceId,
    id: RentalWindowId,
) -> Result<Answer<WindowRemoved>> {
    let mut work = Work::begin(app, caller).await?;
    let window = devices::window(&mut work.tx, device, id).await.found("rental window")?;
    let whole = window.interval().ok_or(Error::NotThere("rental window"))?;
    // The patients first, in id order, then the device: in between no session can slip in or move.
    let seen = sessions::booked_with(&mut work.tx, device, whole).await?;
    resources::lock(&mut work.tx, seen.iter().map(|listed| listed.session.patient_id.into()))
        .await?;
    resources::lock(&mut work.tx, [device.into()]).await?;
    work.note_deed("rental_window.remove");
    devices::delete_window(&mut work.tx, id).await?;
    let mut rebook = Vec::new();
    for listed in sessions::booked_with(&mut work.tx, device, whole).await? {
        let current = listed.session;
        let next = Session {
            status: SessionStatus::Pending,
            rebook_reason: Some(RebookReason::RentalWindowRemoved),
            ..current.clone()
        };
        save(&mut work, &current, next, WINDOW_REMOVED).await?;
        ask_to_move(&mut work, &current).await?;
        rebook.extend(
            sessions::get(&mut work.tx, current.id).await?.map(|listed| session_view(app, listed)),
        );
    }
    work.audit("rental_window.remove", ("device", device.0), None, None).await?;
    work.commit(Answer::Is(WindowRemoved { rebook })).await
}
