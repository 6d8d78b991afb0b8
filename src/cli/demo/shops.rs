//! What the demo's shops do: how they want to be told, and what was referred to them. Maple
//! answers fast: one dated, one treated and to be reported, two to be answered. Junction is slow:
//! one dated, one rejected, one whose report is overdue.

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, Utc, Weekday};
use serde_json::{Value, json};

use super::read::{LoadError, read};
use super::session;
use super::story::{Draft, Ending, Story, patient, removal, visit as at_the_clinic};
use crate::actions::App;
use crate::domain::catalogue::service::Service;
use crate::domain::course::session::{Place, Session};
use crate::domain::course::status::{ProcedureStatus, SessionStatus};
use crate::domain::ids::{PartnerId, PractitionerId, RoomId, ServiceId, SessionId, SiteId};
use crate::domain::messages::task::{Task, TaskKind};
use crate::domain::partner::notifications::PartnerNotices;
use crate::domain::partner::referral::{Referral, ReferralStatus, Screening, is_report_overdue};
use crate::domain::patient::lock_box::{Lock, LockDetails, LockedItem};
use crate::domain::time::hours::TimeOfDay;
use crate::domain::time::interval::Interval;
use crate::domain::time::{civil, holidays};
use crate::storage;
use crate::storage::Tx;

/// Whose story is told here alone.
const OURS: usize = 5;

/// The patients who come to the clinic to be referred, after all others.
pub(super) fn patients(partners: &[PartnerId; 3]) -> [Draft; OURS] {
    let [maple, _, junction] = *partners;
    let referred = |name, shop, consulted: i64| Draft {
        disclosure: Some(shop),
        lasered_elsewhere: true,
        ..patient(
            name,
            "II",
            super::read::with(
                removal("smp", "correct", &["frontal_hairline"]),
                json!({"delivery": "partner"}),
            ),
            vec![at_the_clinic("consultation", consulted)],
        )
    };
    let cancelled = |day| at_the_clinic("consultation", day).ending(Ending::Cancelled);
    [
        referred(("Mina", "Fadewell"), maple, -48),
        referred(("Noel", "Shopley"), maple, -12),
        referred(("Opal", "Waiting"), maple, -9),
        Draft {
            visits: vec![cancelled(-45), at_the_clinic("consultation", -33)],
            ..referred(("Quill", "Sentback"), junction, -33)
        },
        referred(("Rue", "Overdue"), junction, -41),
    ]
}

/// A visit at a shop.
struct Visit {
    service: &'static str,
    /// Days from today; the next or the last open day.
    day: i64,
    at: TimeOfDay,
    status: SessionStatus,
    record: Option<Value>,
}

/// What was referred, and what came of it.
struct Referred {
    story: usize,
    shop: PartnerId,
    service: &'static str,
    sessions: i64,
    status: ReferralStatus,
    /// Days ago.
    sent: i64,
    answered: Option<i64>,
    screening: Option<Screening>,
    visits: Vec<Visit>,
}

fn visit(service: &'static str, day: i64, hour: u16, status: SessionStatus) -> Visit {
    Visit { service, day, at: TimeOfDay::hm(hour, 0), status, record: None }
}

fn referrals([maple, _, junction]: [PartnerId; 3], first: usize) -> Vec<Referred> {
    use ReferralStatus as R;
    use SessionStatus as S;
    let referred = |story, shop, service, status, visits| Referred {
        story,
        shop,
        service,
        sessions: 1,
        status,
        sent: 10,
        answered: Some(9),
        screening: Some(Screening::Clear),
        visits,
    };
    let set = json!({"wavelength_nm": 1064, "fluence_j_cm2": 3.0, "spot_mm": 4.0, "pulse_width": 6.0, "pulse_width_unit": "ns", "frequency_hz": 2.0,
        "pulse_count": 12, "passes": 1});
    let patched = Visit {
        record: Some(
            json!({"outcome": "completed", "zones": ["frontal_hairline"], "parameter_sets": [set], "endpoint": "frosting", "pain": 3,
            "eyewear_checked": true, "test_patch_result": "acceptable"}),
        ),
        ..visit("test_patch", -30, 12, S::Fulfilled)
    };
    let asked = |story, sent, day, hour| Referred {
        sent,
        answered: None,
        ..referred(
            story,
            maple,
            "test_patch",
            R::Requested,
            vec![visit("test_patch", day, hour, S::Pending)],
        )
    };
    vec![
        referred(7, maple, "assessment", R::Accepted, vec![visit("assessment", 4, 13, S::Booked)]),
        referred(
            8,
            junction,
            "consultation",
            R::Accepted,
            vec![visit("consultation", 5, 15, S::Booked)],
        ),
        Referred {
            sent: 40,
            answered: Some(39),
            ..referred(first, maple, "test_patch", R::Completed, vec![patched])
        },
        Referred {
            sessions: 2,
            ..referred(
                first,
                maple,
                "laser_partial",
                R::Accepted,
                vec![visit("laser_partial", -1, 14, S::Booked)],
            )
        },
        asked(first + 1, 1, 6, 12),
        asked(first + 2, 0, 8, 16),
        Referred {
            sent: 28,
            answered: Some(21),
            ..referred(first + 3, junction, "test_patch", R::Rejected, Vec::new())
        },
        Referred {
            sent: 30,
            answered: Some(24),
            ..referred(
                first + 4,
                junction,
                "test_patch",
                R::Accepted,
                vec![visit("test_patch", -9, 15, S::Booked)],
            )
        },
    ]
}

/// Writes what the shops want, and what was referred to them.
pub(super) async fn play(
    tx: &mut Tx,
    app: &App,
    partners: &[PartnerId; 3],
    stories: &[Story],
) -> Result<(), LoadError> {
    let [maple, _, junction] = *partners;
    for (partner, wants) in [
        (
            maple,
            json!({"email": "maple@example.test", "phone": "416-555-0181", "day_list_by": "email", "before_by": "sms", "changes_by": "email"}),
        ),
        (
            junction,
            json!({"email": "junction@example.test", "language": "fr", "day_list_by": "email", "changes_by": "email"}),
        ),
    ] {
        let notices = PartnerNotices { partner_id: partner, version: 1, details: read(wants)? };
        storage::partner::notifications::insert(tx, &notices).await?;
    }
    let services =
        storage::catalogue::services::page(tx, ServiceId(uuid::Uuid::nil()), 100).await?;
    for referred in referrals(*partners, stories.len().saturating_sub(OURS)) {
        refer(tx, app, &referred, &services, stories).await?;
    }
    locked(tx, app, stories).await
}

/// P09 locks medicines, on which the result of the screening rests.
async fn locked(tx: &mut Tx, app: &App, stories: &[Story]) -> Result<(), LoadError> {
    let Some(story) = stories.get(8) else {
        return Ok(());
    };
    let lock = Lock {
        id: app.clock.id(),
        version: 1,
        patient_id: story.course.patient_id,
        details: LockDetails { item: LockedItem::Medication, partner_id: None },
        begun_at: story.course.created_at,
        ended_at: None,
    };
    Ok(storage::patient::lock_box::insert(tx, &lock).await?)
}

async fn refer(
    tx: &mut Tx,
    app: &App,
    referred: &Referred,
    services: &[Service],
    stories: &[Story],
) -> Result<(), LoadError> {
    let missing = || LoadError::NoTime(referred.service.to_owned());
    let course = &stories.get(referred.story).ok_or_else(missing)?.course;
    let named = |code: &str| services.iter().find(|service| service.details.code.as_str() == code);
    let now = app.clock.now();
    let sent = now - Duration::days(referred.sent) - Duration::hours(2);
    let answered = referred.answered.map(|days| now - Duration::days(days));
    let referral = Referral {
        id: app.clock.id(),
        version: 1,
        course_id: course.id,
        patient_id: course.patient_id,
        partner_id: referred.shop,
        service_id: named(referred.service).ok_or_else(missing)?.id,
        sessions: referred.sessions,
        status: referred.status,
        screening: referred.screening,
        reason: match referred.status {
            ReferralStatus::Rejected => Some(read(json!("No time before spring."))?),
            _ => None,
        },
        by_booking: false,
        sent_by_booking: false,
        created_at: sent,
        requested_at: Some(sent),
        received_at: answered,
        answered_at: answered,
        ended_at: answered.filter(|_| referred.status.is_terminal()),
    };
    storage::partner::referrals::insert(tx, &referral).await?;
    if referred.status == ReferralStatus::Rejected {
        let detail = "The shop declined this referral. Find another place, and tell the patient.";
        task(tx, app, &referral, None, TaskKind::ReferralDeclined, detail).await?;
    }
    for visit in &referred.visits {
        let service = named(visit.service).ok_or_else(missing)?;
        dated(tx, app, &referral, visit, service, sent).await?;
    }
    Ok(())
}

async fn dated(
    tx: &mut Tx,
    app: &App,
    referral: &Referral,
    visit: &Visit,
    service: &Service,
    sent: DateTime<Utc>,
) -> Result<(), LoadError> {
    let (zone, clock) = (app.zone, &app.clock);
    let today = civil::date_of(zone, clock.now());
    let starts_at = visit.at.on(open_day(today + Duration::days(visit.day), visit.day < 0), zone);
    let mut session = Session {
        referral_id: Some(referral.id),
        status: visit.status,
        record: visit.record.clone().map(read).transpose()?,
        ..Session::booked(
            (clock.id(), clock.opaque()),
            (referral.course_id, referral.patient_id),
            service,
            place(tx, referral.partner_id).await?,
            starts_at,
            zone,
            sent,
        )
    };
    let mut changes = vec![("book", sent)];
    if session.record.is_some() {
        session.procedure_status = ProcedureStatus::Completed;
        session.updated_at = session.ends_at + Duration::hours(3);
        changes.push(("report", session.updated_at));
    }
    let when = Interval::new(starts_at - service.arrival(), session.ends_at + service.turnaround())
        .ok_or_else(|| LoadError::NoTime(visit.service.to_owned()))?;
    let mut claims = vec![(session.patient_id.into(), when)];
    claims.extend(session.place.room_id.map(|room| (room.into(), when)));
    session::write(tx, clock, &session, &changes, &claims).await?;
    if is_report_overdue(&session, &app.policy, clock.now()) {
        let detail = "The shop has not reported what was done. Phone the shop. Until it reports, the patient's next session there cannot be booked.";
        task(tx, app, referral, Some(session.id), TaskKind::ReportOverdue, detail).await?;
    }
    Ok(())
}

/// What the desk has to do about a referral.
async fn task(
    tx: &mut Tx,
    app: &App,
    referral: &Referral,
    session: Option<SessionId>,
    kind: TaskKind,
    detail: &str,
) -> Result<(), LoadError> {
    let task = Task {
        session_id: session,
        patient_id: Some(referral.patient_id),
        referral_id: Some(referral.id),
        ..Task::open(app.clock.id(), kind, detail, app.clock.now())
    };
    Ok(storage::messages::tasks::insert(tx, &task).await?)
}

/// The first chair of a shop.
async fn place(tx: &mut Tx, shop: PartnerId) -> Result<Place, LoadError> {
    let nil = uuid::Uuid::nil();
    let missing = || LoadError::NoTime("a shop".to_owned());
    let sites = storage::catalogue::sites::page(tx, SiteId(nil), 100).await?;
    let site = sites
        .into_iter()
        .find(|site| site.details.partner_id == Some(shop))
        .ok_or_else(missing)?
        .id;
    let people = storage::catalogue::practitioners::page(tx, PractitionerId(nil), 100).await?;
    let rooms = storage::catalogue::rooms::page(tx, RoomId(nil), 100).await?;
    Ok(Place {
        site_id: site,
        practitioner_id: people
            .iter()
            .find(|one| one.details.site_id == site)
            .ok_or_else(missing)?
            .id,
        room_id: rooms.iter().find(|room| room.details.site_id == site).map(|room| room.id),
        device_id: None,
    })
}

/// The first day from `day` on, or back from it, that the shops are open: Tuesday to Saturday, no holiday.
fn open_day(mut day: NaiveDate, back: bool) -> NaiveDate {
    while matches!(day.weekday(), Weekday::Sun | Weekday::Mon) || holidays::on(day, true).is_some()
    {
        day = if back { day - Days::new(1) } else { day + Days::new(1) };
    }
    day
}
