//! Reading sessions: one, or a page of them. Each patient whose session is shown gets
//! an audit line.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};

use super::session_view::{SessionView, view};
use crate::actions::work::page::{Items, Page};
use crate::actions::{Answer, App, Caller, Error, Result, Work};
use crate::domain::booking::judge::{from_edge, until_edge};
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{SessionId, SiteId};
use crate::domain::time::civil::Edge;
use crate::storage::course::sessions;
use crate::storage::course::sessions::Wanted;

/// One session.
pub async fn get(app: &App, caller: &Caller, id: SessionId) -> Result<Answer<SessionView>> {
    let mut work = Work::begin(app, caller).await?;
    let listed = sessions::get(&mut work.tx, id).await?.ok_or(Error::NotThere("session"))?;
    work.audit_read("session.read", ("session", id.0), Some(listed.session.patient_id), None)
        .await?;
    work.commit(Answer::Is(view(app, listed))).await
}

/// Which sessions a list asks for; all of every time unless set.
#[derive(Debug, Clone, Copy, Default)]
pub struct SessionsWanted {
    /// From which day or time on.
    pub from: Option<Edge>,
    /// To which day, included, or before which time.
    pub to: Option<Edge>,
    /// Only at this site.
    pub site_id: Option<SiteId>,
    /// Only in this state.
    pub status: Option<SessionStatus>,
}

/// The sessions wanted, in order of start.
pub async fn list(
    app: &App,
    caller: &Caller,
    wanted: SessionsWanted,
    page: &Page,
) -> Result<Items<SessionView>> {
    let SessionsWanted { from, to, site_id, status } = wanted;
    let from =
        from.map(|edge| from_edge(app.zone, edge)).transpose()?.unwrap_or(DateTime::UNIX_EPOCH);
    let until = to
        .map(|edge| until_edge(app.zone, edge))
        .transpose()?
        .unwrap_or(DateTime::UNIX_EPOCH + Duration::days(365 * 230));
    let wanted = Wanted { from, until, site: site_id, status };
    let after: (DateTime<Utc>, SessionId) =
        page.after((wanted.from, SessionId(uuid::Uuid::nil())))?;
    let mut work = Work::begin(app, caller).await?;
    let rows = sessions::page(&mut work.tx, wanted, after, page.rows()?).await?;
    let found = page.of(rows, |listed| (listed.session.starts_at, listed.session.id))?;
    let patients: BTreeSet<_> =
        found.items.iter().map(|listed| listed.session.patient_id).collect();
    for patient in patients {
        work.audit_read("session.list", ("patient", patient.0), Some(patient), None).await?;
    }
    let items = found.map(|listed| view(app, listed));
    Ok(work.commit(Answer::Is(items)).await?.into_inner())
}
