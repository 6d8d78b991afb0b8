//! A shop's list: its visits of some days, each with the packet, and nothing else. The same list
//! for its own users, for a manager who looks at it for them, and for the holder of the shop's link.

use std::collections::HashMap;

use chrono::{DateTime, Days, Duration, FixedOffset, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::shop_views::{ShopVisit, visit_view};
use super::{notifications, packets, partners};
use crate::actions::work::page::{Items, Page};
use crate::actions::{Actor, Answer, App, Caller, Error, Result, Work};
use crate::domain::access::secret::hash_of;
use crate::domain::booking::judge::{from_edge, until_edge};
use crate::domain::course::session::Session;
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{PartnerId, SessionId, UserId};
use crate::domain::partner::packet::Packet;
use crate::domain::patient::Language;
use crate::domain::role::Role;
use crate::domain::time::civil;
use crate::domain::time::civil::Edge;
use crate::storage::partner::links::ShopLink;
use crate::storage::partner::{links, referrals, visits};

/// A visit on a shop's list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ListedVisit {
    /// The visit.
    #[serde(flatten)]
    pub visit: ShopVisit,
    /// What the shop may know of the patient (rule 57); null once they do not permit it any more.
    pub packet: Option<Packet>,
}

/// Which visits a shop's list asks for.
#[derive(Debug, Clone, Copy, Default)]
pub struct VisitsWanted {
    /// From which day or time on; from today on unless set.
    pub from: Option<Edge>,
    /// To which day, included, or before which time; without end unless set.
    pub to: Option<Edge>,
    /// Only in this state.
    pub status: Option<SessionStatus>,
}

/// A page of a shop's visits, in order of start. Each patient who is on it gets an audit line.
pub async fn list(
    app: &App,
    caller: &Caller,
    partner: PartnerId,
    wanted: VisitsWanted,
    page: &Page,
) -> Result<Items<ListedVisit>> {
    let mut work = Work::begin(app, caller).await?;
    let partner = partners::load_partner(&mut work, partner).await?.id;
    let today = civil::day_start(app.zone, civil::date_of(app.zone, work.now));
    let from = wanted.from.map(|edge| from_edge(app.zone, edge)).transpose()?.unwrap_or(today);
    let until = wanted.to.map(|edge| until_edge(app.zone, edge)).transpose()?;
    let wanted = visits::Wanted {
        partner,
        from,
        until: until.unwrap_or(DateTime::UNIX_EPOCH + Duration::days(365 * 230)),
        status: wanted.status,
    };
    let after: (DateTime<Utc>, SessionId) = page.after((wanted.from, SessionId(Uuid::nil())))?;
    let rows = visits::page(&mut work.tx, wanted, after, page.rows()?).await?;
    let found = page.of(rows, |session| (session.starts_at, session.id))?;
    let items = list_sessions(&mut work, partner, found.items).await?;
    let items = Items { items, next: found.next };
    Ok(work.commit(Answer::Is(items)).await?.into_inner())
}

/// What a shop's visits wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitsFor {
    /// The shop's word on a date.
    Answer,
    /// Its report of what was done.
    Report,
}

/// The most visits that are shown as waiting for something.
const MOST_WAITING: i64 = 200;

/// The visits of a shop that wait for it, in order of start, whatever day they are on. Each patient who is among them gets an
/// audit line.
pub async fn waiting(
    app: &App,
    caller: &Caller,
    partner: PartnerId,
    what: WaitsFor,
) -> Result<Vec<ListedVisit>> {
    let mut work = Work::begin(app, caller).await?;
    let partner = partners::load_partner(&mut work, partner).await?.id;
    let rows = rows_waiting(&mut work, partner, what).await?;
    let items = list_sessions(&mut work, partner, rows).await?;
    Ok(work.commit(Answer::Is(items)).await?.into_inner())
}

/// Those visits, without whose they are.
pub(super) async fn rows_waiting(
    work: &mut Work<'_>,
    partner: PartnerId,
    what: WaitsFor,
) -> Result<Vec<Session>> {
    Ok(match what {
        WaitsFor::Answer => {
            visits::to_answer(&mut work.tx, partner, work.now, MOST_WAITING).await?
        }
        WaitsFor::Report => {
            visits::to_report(&mut work.tx, partner, work.now, MOST_WAITING).await?
        }
    })
}

/// `sessions` as their shop's list has them, with an audit line for each.
async fn list_sessions(
    work: &mut Work<'_>,
    partner: PartnerId,
    sessions: Vec<Session>,
) -> Result<Vec<ListedVisit>> {
    let app = work.app;
    let mut items = Vec::new();
    // Several visits of one referral have one packet.
    let mut known = HashMap::new();
    for session in sessions {
        if let Some(id) = session.referral_id.filter(|id| !known.contains_key(id)) {
            let packet = match referrals::get(&mut work.tx, Some(partner), id).await? {
                Some(referral) => packets::packet_of(&mut work.tx, app, &referral).await?,
                None => None,
            };
            known.insert(id, packet);
        }
        let packet = session.referral_id.and_then(|id| known.get(&id)).cloned().flatten();
        work.audit_read("visit.list", ("session", session.id.0), Some(session.patient_id), None)
            .await?;
        items.push(ListedVisit { visit: visit_view(app, &session), packet });
    }
    Ok(items)
}

/// What the page behind a shop's link shows.
#[derive(Debug)]
pub struct OpenedList {
    /// The shop's name.
    pub name: String,
    /// The language that it reads.
    pub language: Language,
    /// From which day it shows.
    pub from: DateTime<FixedOffset>,
    /// The visits.
    pub visits: Vec<ListedVisit>,
}

/// How many days the page behind a link shows at once.
const DAYS_SHOWN: u64 = 14;

/// The days that a page shows which begins with `from`, or today: its first moment, and which visits those are.
pub(super) fn days(app: &App, from: Option<civil::Day>) -> (DateTime<Utc>, VisitsWanted) {
    let first = from.map_or_else(|| civil::date_of(app.zone, app.clock.now()), civil::Day::date);
    let begins = civil::day_start(app.zone, first);
    let ends =
        civil::day_start(app.zone, first.checked_add_days(Days::new(DAYS_SHOWN)).unwrap_or(first));
    let at = |instant| Some(Edge::Time(civil::When::At(civil::shown(app.zone, instant))));
    let wanted = VisitsWanted { from: at(begins), to: at(ends), status: None };
    (begins, wanted)
}

/// The list behind a shop's link, from `from` on, or today; nothing for a wrong or revoked one.
pub async fn behind_link(app: &App, secret: &str, from: Option<civil::Day>) -> Result<OpenedList> {
    let mut tx = app.db.read().await?;
    let link =
        links::by_hash(&mut tx, &hash_of(secret)).await?.filter(|link| link.revoked_at.is_none());
    tx.rollback().await?;
    let link = link.ok_or(Error::NotThere("page"))?;
    let caller = holder(&link);
    let name =
        partners::get(app, &caller, link.partner_id).await?.into_inner().details.name.to_string();
    let (begins, wanted) = days(app, from);
    let page = Page { limit: Some(200), after: None };
    let notices = notifications::get(app, &caller, link.partner_id).await?.into_inner();
    Ok(OpenedList {
        name,
        language: notices.details.language,
        from: civil::shown(app.zone, begins),
        visits: list(app, &caller, link.partner_id, wanted, &page).await?.items,
    })
}

/// The holder of a shop's link acts for that shop; who they are is not known, so the audit names the link.
fn holder(link: &ShopLink) -> Caller {
    Caller::new(Actor {
        user_id: UserId(link.id.0),
        name: format!("the shop's link “{}”", link.label),
        role: Role::Partner,
        partner_id: Some(link.partner_id),
    })
}
