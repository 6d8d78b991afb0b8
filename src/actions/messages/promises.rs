//! Who will be told of a session, by which way and when, as the desk says it before and after a
//! change: what waits to go out, whom somebody has to phone, and by which ways a patient is reached.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{catch_up, facts};
use crate::actions::{Answer, App, Caller, Found, Result, Work};
use crate::domain::codes::codes;
use crate::domain::ids::{PatientId, SessionId};
use crate::domain::messages::message::{Audience, Message, MessageStatus};
use crate::domain::messages::task::TaskKind;
use crate::domain::patient::channel::Channel;
use crate::domain::patient::recipient::Recipient;
use crate::domain::patient::{Patient, Way};
use crate::storage::booking::resources;
use crate::storage::messages::{ledger, tasks};
use crate::storage::patient::{dead_ways, patients};

/// A message about a change that waits to go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The recipient.
    pub to: Recipient,
    /// When.
    pub due_at: DateTime<Utc>,
}

/// What is promised about a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Promises {
    /// What goes out, soonest first.
    pub waiting: Vec<Waiting>,
    /// What somebody has to say on the telephone.
    pub call: Option<String>,
}

/// A way by which a patient can be reached, or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WayState {
    /// Messages go there.
    Works(Recipient),
    /// There is no address of this kind, or the clinic sends none.
    None,
    /// The patient wants none.
    Refused,
    /// Nothing arrives there, for this reason.
    Dead(Recipient, String),
}

codes! {
    /// Whether messages go by a way.
    WayStatus in "snake_case" {
        /// They do.
        Works,
        /// There is no address of this kind, or the clinic sends none.
        None,
        /// The patient wants none.
        Refused,
        /// Nothing arrives there.
        Dead,
    }
}

/// A way as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WayView {
    /// Mail, or texts.
    pub channel: Way,
    /// Whether messages go there.
    pub status: WayStatus,
    /// The address or number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Recipient>,
    /// Why nothing arrives there, as the mail server or the provider said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The ways by which a patient can be reached, mail first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WayList {
    /// The ways.
    pub items: Vec<WayView>,
}

impl From<Ways> for WayList {
    fn from(ways: Ways) -> Self {
        let shown = |channel, state| {
            let (status, recipient, reason) = match state {
                WayState::Works(to) => (WayStatus::Works, Some(to), None),
                WayState::None => (WayStatus::None, None, None),
                WayState::Refused => (WayStatus::Refused, None, None),
                WayState::Dead(to, reason) => (WayStatus::Dead, Some(to), Some(reason)),
            };
            WayView { channel, status, recipient, reason }
        };
        Self { items: vec![shown(Way::Email, ways.email), shown(Way::Sms, ways.sms)] }
    }
}

/// The ways by which a patient can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ways {
    /// Mail.
    pub email: WayState,
    /// Texts.
    pub sms: WayState,
}

impl Ways {
    /// The address that a change goes to first.
    #[must_use]
    pub fn first(&self) -> Option<&Recipient> {
        [&self.email, &self.sms].into_iter().find_map(|way| match way {
            WayState::Works(to) => Some(to),
            WayState::None | WayState::Refused | WayState::Dead(..) => None,
        })
    }
}

/// What is promised about a session; a call that is asked for counts until it is made.
pub(in crate::actions) async fn promised(work: &mut Work<'_>, id: SessionId) -> Result<Promises> {
    let rows = ledger::of_session(&mut work.tx, id).await?;
    let waits = |row: &&Message| {
        matches!(row.status, MessageStatus::Scheduled | MessageStatus::Sending)
            && row.kind.audience() == Audience::Patient
            && row.kind.tells().is_some()
    };
    let mut waiting: Vec<Waiting> = rows
        .iter()
        .filter(waits)
        .filter_map(|row| Some(Waiting { to: row.recipient.clone()?, due_at: row.try_at }))
        .collect();
    waiting.sort_by_key(|one| one.due_at);
    let call = tasks::open_of_session(&mut work.tx, id, TaskKind::ChangeToTell).await?;
    Ok(Promises { waiting, call: call.map(|task| task.detail) })
}

/// The ways by which a patient can be reached.
pub async fn of_patient(app: &App, caller: &Caller, id: PatientId) -> Result<Ways> {
    let mut work = Work::begin(app, caller).await?;
    let patient = patients::get(&mut work.tx, id).await.found("patient")?;
    let ways = ways_of(&mut work, &patient).await?;
    work.audit_read("patient.ways", ("patient", id.0), Some(id), None).await?;
    work.done().await?;
    Ok(ways)
}

/// Notes that messages arrive again where nothing did: the patient's mailbox or telephone is mended. What they were not told is
/// told there. Answers all their ways.
pub async fn mend(app: &App, caller: &Caller, id: PatientId, way: Way) -> Result<Answer<WayList>> {
    let mut work = Work::begin(app, caller).await?;
    let patient = patients::get(&mut work.tx, id).await.found("patient")?;
    let to = match way {
        Way::Email => patient.details.email.clone().map(Recipient::Email),
        Way::Sms => Some(Recipient::Phone(patient.details.phone.clone())),
    };
    if let Some(to) = to
        && dead_ways::mend(&mut work.tx, &to, work.now).await?
    {
        // All who are reached there hear of what they were not told.
        let mut reached = patients::reached_at(&mut work.tx, &to).await?;
        reached.sort_unstable();
        resources::lock(&mut work.tx, reached.iter().map(|patient| (*patient).into())).await?;
        for patient in reached {
            catch_up::catch_up_with(&mut work, patient).await?;
        }
    }
    let detail = Some(way.to_string());
    work.audit("patient.mend_way", ("patient", id.0), Some(id), detail).await?;
    let shown = WayList::from(ways_of(&mut work, &patient).await?);
    work.commit(Answer::Is(shown)).await
}

/// The same for those who have read the patient.
pub(in crate::actions) async fn ways_of(work: &mut Work<'_>, patient: &Patient) -> Result<Ways> {
    let reach = facts::reach(&mut work.tx, work.app, patient).await?;
    let (mail, texts) =
        (reach.email.clone().map(Recipient::Email), reach.phone.clone().map(Recipient::Phone));
    let mut states = Vec::new();
    for (channel, to) in [(Channel::Email, mail), (Channel::Sms, texts)] {
        let dead = facts::in_the_way(&mut work.tx, to.clone()).await?.dead;
        states.push(match (to, dead) {
            (None, _) => WayState::None,
            (Some(_), _) if reach.refuses(channel) => WayState::Refused,
            (Some(to), Some(dead)) => WayState::Dead(to, dead),
            (Some(to), None) => WayState::Works(to),
        });
    }
    let sms = states.pop().unwrap_or(WayState::None);
    let email = states.pop().unwrap_or(WayState::None);
    Ok(Ways { email, sms })
}
