//! The ledger as it is shown: what was sent, or will be, to whom, and its outcome.

use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::work::page::{Items, Page};
use crate::actions::{Answer, App, Caller, Error, Found, Result, Work};
use crate::domain::clinic::reminder::Purpose;
use crate::domain::ids::{MessageId, PatientId, ReferralId, SessionId};
use crate::domain::messages::message::{Message, MessageKind, MessageStatus, Reply, Unsent};
use crate::domain::patient::Language;
use crate::domain::patient::channel::Channel;
use crate::domain::patient::recipient::Recipient;
use crate::domain::time::civil;
use crate::storage::course::sessions;
use crate::storage::messages::ledger;
use crate::storage::partner::referrals;
use crate::storage::patient::patients;

/// A message.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MessageView {
    /// Its id.
    pub id: MessageId,
    /// The session that it tells of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// About which referral, at a partner's shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referral_id: Option<ReferralId>,
    /// The version of the session that it tells of.
    pub session_version: i64,
    /// Whose session.
    pub patient_id: PatientId,
    /// What it is for.
    pub kind: MessageKind,
    /// How it goes out.
    pub channel: Channel,
    /// How long before the visit a reminder is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead: Option<String>,
    /// What a reminder is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// Whom it goes to; none where there is no address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Recipient>,
    /// In which language.
    pub language: Language,
    /// iCalendar's SEQUENCE.
    pub sequence: i64,
    /// Start of the visit that it tells of.
    pub visit_start: DateTime<FixedOffset>,
    /// When it is due.
    pub due_at: DateTime<FixedOffset>,
    /// When it is tried next, while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_try_at: Option<DateTime<FixedOffset>>,
    /// What became of it.
    pub status: MessageStatus,
    /// When the mail server, or the provider of texts, took it.
    pub sent_at: Option<DateTime<FixedOffset>>,
    /// What it is known by there: its Message-ID, or the provider's own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<String>,
    /// When it reached the telephone, as the provider says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<DateTime<FixedOffset>>,
    /// How often it was tried.
    pub attempts: i64,
    /// What the last try failed of.
    pub last_error: Option<String>,
    /// Why it was suppressed or superseded.
    pub suppressed_reason: Option<Unsent>,
    /// What the patient's calendar answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Reply>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<DateTime<FixedOffset>>,
    /// When it was written.
    pub created_at: DateTime<FixedOffset>,
}

fn message_view(app: &App, message: Message) -> MessageView {
    let shown = |at| civil::shown(app.zone, at);
    MessageView {
        id: message.id,
        session_id: message.session_id,
        referral_id: message.referral_id,
        session_version: message.session_version,
        patient_id: message.patient_id,
        kind: message.kind,
        channel: message.channel,
        lead: Some(message.lead)
            .filter(|lead| message.kind == MessageKind::Reminder && !lead.is_empty()),
        purpose: message.content.purpose,
        recipient: message.recipient,
        language: message.language,
        sequence: message.sequence,
        visit_start: shown(message.content.starts_at),
        due_at: shown(message.due_at),
        next_try_at: (message.status == MessageStatus::Scheduled).then(|| shown(message.try_at)),
        status: message.status,
        sent_at: message.sent_at.map(shown),
        provider_id: message.provider_id,
        delivered_at: message.delivered_at.map(shown),
        attempts: message.attempts,
        last_error: message.last_error,
        suppressed_reason: message.reason,
        answer: message.answer,
        answered_at: message.answered_at.map(shown),
        created_at: shown(message.created_at),
    }
}

/// Whose messages a list asks for.
#[derive(Debug, Clone, Copy)]
pub enum MessagesWanted {
    /// Those about one session.
    Session(SessionId),
    /// Those about one referral and its sessions.
    Referral(ReferralId),
    /// Those to one patient.
    Patient(PatientId),
}

/// A page of the ledger, oldest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    wanted: MessagesWanted,
    page: &Page,
) -> Result<Items<MessageView>> {
    let after = page.after(MessageId(uuid::Uuid::nil()))?;
    let mut work = Work::begin(app, caller).await?;
    let (patient, found) = match wanted {
        MessagesWanted::Session(session) => {
            let patient = sessions::patient_of(&mut work.tx, session).await.found("session")?;
            (patient, ledger::page(&mut work.tx, session, after, page.rows()?).await?)
        }
        MessagesWanted::Referral(referral) => {
            let found = referrals::get(&mut work.tx, None, referral).await.found("referral")?;
            let rows =
                ledger::page_of_referral(&mut work.tx, referral, after, page.rows()?).await?;
            (found.patient_id, rows)
        }
        MessagesWanted::Patient(patient) => {
            if !patients::exists(&mut work.tx, patient).await? {
                return Err(Error::NotThere("patient"));
            }
            let found = ledger::page_of_patient(&mut work.tx, patient, after, page.rows()?).await?;
            (patient, found)
        }
    };
    work.audit_read("message.list", ("patient", patient.0), Some(patient), None).await?;
    let items = page.of(found, |message| message.id)?.map(|message| message_view(app, message));
    Ok(work.commit(Answer::Is(items)).await?.into_inner())
}
