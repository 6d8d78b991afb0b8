//! A visit as a patient sees it: the entry for a calendar, the download of one, and the
//! page behind the link that mails carry. Nothing here says what is done in the visit.

use chrono::{DateTime, Duration, Utc};
use thiserror::Error;
use uuid::Uuid;

use crate::actions::messages::links;
use crate::actions::work::catalogue_cache::current;
use crate::actions::work::read_log;
use crate::actions::{Answer, App, Caller, Error as Refused, Result, Work};
use crate::calendar::event::{Event, Status};
use crate::calendar::text::{Link, TextError};
use crate::calendar::{invite, links as calendars};
use crate::domain::access::secret::hash_of;
use crate::domain::course::session::Session;
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::SessionId;
use crate::domain::messages::notice::{Standing, standing};
use crate::domain::patient::Language;
use crate::domain::patient::opt_out::OptOutScope;
use crate::domain::patient::recipient::Recipient;
use crate::domain::role::Role;
use crate::domain::time::time_zone::UnknownTimeZone;
use crate::storage::Tx;
use crate::storage::audit::Line;
use crate::storage::course::sessions;
use crate::storage::messages::visit_links;
use crate::storage::partner::proposals;
use crate::storage::patient::{opt_outs, patients};

/// What the audit calls the one who opens a link.
pub(in crate::actions) const LINK: &str = "the patient's link";

/// Why a visit cannot be written into a calendar.
#[derive(Debug, Error)]
pub enum Unwritten {
    /// Its zone is not in the data that the program carries.
    #[error(transparent)]
    Zone(#[from] UnknownTimeZone),
    /// An address that calendars do not take.
    #[error(transparent)]
    Text(#[from] TextError),
}

impl From<Unwritten> for Refused {
    fn from(error: Unwritten) -> Self {
        Self::Fault(error.to_string())
    }
}

/// What an entry tells of a visit.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields of Event, by the same names")]
pub struct Told<'a> {
    pub uid: Uuid,
    pub sequence: i64,
    pub stamp: DateTime<Utc>,
    pub created: DateTime<Utc>,
    pub changed: DateTime<Utc>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub zone: &'a str,
    pub place: &'a str,
    pub language: Language,
    pub status: Status,
    pub link: Option<&'a str>,
}

/// The entry for a calendar that tells it.
pub fn event(app: &App, told: &Told<'_>) -> std::result::Result<Event, Unwritten> {
    Ok(Event {
        uid: told.uid,
        sequence: told.sequence,
        stamp: told.stamp,
        created: told.created,
        last_modified: told.changed,
        start: told.starts_at,
        end: told.ends_at,
        zone: app.zone_named(told.zone)?,
        status: told.status,
        language: told.language,
        label: app.profile.label.to_string(),
        place: told.place.to_owned(),
        phone: app.profile.phone.to_string(),
        arrive_early_minutes: Some(app.policy.be_early_minutes).filter(|minutes| *minutes > 0),
        manage: told.link.map(|link| Link::try_from(link.to_owned())).transpose()?,
        video: None,
    })
}

/// A visit as its page shows it.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Its entry for a calendar.
    pub event: Event,
    /// Whether it takes place.
    pub takes_place: bool,
    /// Its calendar as a file; nothing where it does not take place.
    pub calendar: Option<String>,
    /// The address that opens Google's calendar with it.
    pub google: String,
    /// The address that opens Outlook's.
    pub outlook: String,
}

async fn session_event(
    tx: &mut Tx,
    app: &App,
    session: &Session,
    link: Option<&str>,
) -> Result<Visit> {
    let patient =
        patients::get(tx, session.patient_id).await?.ok_or(Refused::NotThere("patient"))?;
    let catalogue = current(tx, app).await?;
    let site = catalogue.sites.iter().find(|site| site.id == session.place.site_id);
    let place = site.ok_or(Refused::NotThere("site"))?.details.address.clone();
    let told = Told {
        uid: session.uid,
        sequence: session.sequence,
        stamp: session.updated_at,
        created: session.created_at,
        changed: session.updated_at,
        starts_at: session.starts_at,
        ends_at: session.ends_at,
        zone: &session.zone,
        place: place.as_str(),
        language: patient.details.preferred_language,
        status: entry_status(session.status),
        link,
    };
    let event = event(app, &told)?;
    let takes_place = standing(session.status) != Standing::Gone;
    Ok(Visit {
        takes_place,
        calendar: takes_place.then(|| invite::download(&event)),
        google: calendars::google(&event),
        outlook: calendars::outlook(&event),
        event,
    })
}

/// STATUS of a session in a calendar.
#[must_use]
pub fn entry_status(status: SessionStatus) -> Status {
    match (standing(status), status) {
        (Standing::There, _) => Status::Confirmed,
        (Standing::Waiting, _)
        | (Standing::Gone, SessionStatus::Proposed | SessionStatus::Waitlist) => Status::Tentative,
        (Standing::Gone, _) => Status::Cancelled,
    }
}

/// One session as a calendar, for staff. One that does not take place is in no calendar.
pub async fn download(app: &App, caller: &Caller, id: SessionId) -> Result<String> {
    let mut work = Work::begin(app, caller).await?;
    let session =
        sessions::get(&mut work.tx, id).await?.ok_or(Refused::NotThere("session"))?.session;
    let calendar = session_event(&mut work.tx, app, &session, None).await?.calendar;
    let calendar = calendar.ok_or(Refused::NotThere("visit to put into a calendar"))?;
    work.audit_read("session.calendar", ("session", id.0), Some(session.patient_id), None).await?;
    Ok(work.commit(Answer::Is(calendar)).await?.into_inner())
}

/// What a patient's link opens.
#[expect(clippy::struct_excessive_bools, reason = "what a page offers is one yes or no for each")]
#[derive(Debug, Clone)]
pub struct Opened {
    /// The visit.
    pub visit: Visit,
    /// The session.
    pub session: Session,
    /// The address that the link went to.
    pub recipient: Recipient,
    /// Whether its patient can answer: it is booked and still to come.
    pub can_answer: bool,
    /// Another time that is proposed, if one is.
    pub proposed: Option<DateTime<Utc>>,
    /// Whether nothing is sent to that address any more.
    pub opted_out: bool,
    /// Whether they want no reminders there, but what changes.
    pub no_reminders: bool,
    /// Whether the skin is treated in it, which asks for more preparation than a talk.
    pub treats: bool,
}

/// The session behind a link, and the address that the link went to; nothing once it is long over, or the address is no
/// longer the patient's.
pub(in crate::actions) async fn session_behind(
    tx: &mut Tx,
    app: &App,
    now: DateTime<Utc>,
    secret: &str,
) -> Result<(Session, Recipient)> {
    let (id, recipient) =
        visit_links::behind(tx, &hash_of(secret)).await?.ok_or(Refused::NotThere("page"))?;
    let open_for = Duration::days(i64::from(app.policy.visit_link_days));
    let session = sessions::get(tx, id).await?.map(|listed| listed.session);
    let session = session.filter(|session| now <= session.ends_at + open_for);
    Ok((session.ok_or(Refused::NotThere("page"))?, recipient))
}

/// The visit that a patient's link opens. The holder of the link is not known by name, so the audit says that it was the link.
pub async fn behind_link(app: &App, secret: &str) -> Result<Opened> {
    let now = app.clock.now();
    let mut tx = app.db.read().await?;
    let (session, recipient) = session_behind(&mut tx, app, now, secret).await?;
    let link = app.profile.public_url.to(&links::path(secret));
    let visit = session_event(&mut tx, app, &session, Some(&link)).await?;
    let stopped = opt_outs::in_force(&mut tx, &recipient).await?;
    let proposed = proposals::open_for(&mut tx, now, &session).await?.filter(|start| *start > now);
    let catalogue = current(&mut tx, app).await?;
    let treats =
        catalogue.service(session.service_id).is_some_and(|service| service.treatment().is_some());
    tx.rollback().await?;
    let audit = Line {
        id: app.clock.id(),
        at: now,
        user_id: None,
        user_name: LINK.to_owned(),
        role: Role::Patient.to_string(),
        patient_id: Some(session.patient_id),
        action: "visit.read".to_owned(),
        subject: "session".to_owned(),
        subject_id: Some(session.id.0),
        detail: None,
    };
    read_log::note(app, audit).await?;
    Ok(Opened {
        can_answer: session.status == SessionStatus::Booked && session.starts_at > now,
        visit,
        session,
        recipient,
        proposed,
        opted_out: stopped == Some(OptOutScope::All),
        no_reminders: stopped == Some(OptOutScope::Reminders),
        treats,
    })
}
