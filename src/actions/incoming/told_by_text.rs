//! What a text that comes in is about: whose its number is, which visit they were told of last,
//! and which others they were told of by text and have not answered.

use chrono::{DateTime, Utc};

use crate::actions::Result;
use crate::domain::course::session::Session;
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::PatientId;
use crate::domain::messages::message::{Message, MessageKind};
use crate::domain::messages::notice::{Standing, standing};
use crate::domain::patient::channel::Channel;
use crate::domain::patient::recipient::Recipient;
use crate::domain::patient::{Language, Patient, Phone};
use crate::storage::Tx;
use crate::storage::course::sessions;
use crate::storage::messages::ledger;
use crate::storage::patient::patients;

/// Whom a text is from, and about which visit.
pub(super) struct About {
    pub(super) phone: Option<Phone>,
    pub(super) patients: Vec<PatientId>,
    /// The last message that went to the number.
    pub(super) message: Option<Message>,
    pub(super) session: Option<Session>,
}

/// Whose a number is, and about which visit they are likely to write: the one that they were told of last, if it is still to
/// come; else the next one, if the number is one patient's alone.
pub(super) async fn about(tx: &mut Tx, now: DateTime<Utc>, phone: Option<Phone>) -> Result<About> {
    let Some(number) = phone.clone() else {
        return Ok(About { phone, patients: Vec::new(), message: None, session: None });
    };
    let patients = patients::reached_at(tx, &Recipient::Phone(number.clone())).await?;
    let message = ledger::last_text(tx, &number)
        .await?
        .filter(|message| patients.contains(&message.patient_id));
    let told = match message.as_ref().and_then(|message| message.session_id) {
        Some(session) => sessions::get(tx, session).await?.map(|listed| listed.session),
        None => None,
    };
    let to_come =
        |session: &Session| session.starts_at > now && standing(session.status) != Standing::Gone;
    let session = match (told.filter(to_come), patients.as_slice()) {
        (Some(session), _) => Some(session),
        (None, [only]) => sessions::not_over(tx, *only, now).await?.into_iter().find(to_come),
        (None, _) => None,
    };
    let message = message.filter(|message| {
        session.as_ref().is_some_and(|session| Some(session.id) == message.session_id)
    });
    Ok(About { phone, patients, message, session })
}

/// The visits, in order of time, that those at the number were reminded of by text for the time at which they still are, and
/// have not confirmed.
pub(super) async fn unconfirmed(
    tx: &mut Tx,
    about: &About,
    now: DateTime<Utc>,
) -> Result<Vec<Session>> {
    let mut open = Vec::new();
    for patient in &about.patients {
        for session in sessions::not_over(tx, *patient, now).await? {
            let can_be_confirmed = session.status == SessionStatus::Booked
                && session.starts_at > now
                && session.confirmed_at.is_none();
            if can_be_confirmed && was_told(tx, &session, about.phone.as_ref()).await? {
                open.push(session);
            }
        }
    }
    open.sort_by_key(|session| (session.starts_at, session.id));
    Ok(open)
}

/// Whether a reminder of a visit at its very time went to this number.
async fn was_told(tx: &mut Tx, session: &Session, phone: Option<&Phone>) -> Result<bool> {
    let told = |row: &Message| {
        row.kind == MessageKind::Reminder
            && row.channel == Channel::Sms
            && row.sent_at.is_some()
            && row.recipient.as_ref().and_then(Recipient::phone) == phone
            && row.content.starts_at == session.starts_at
    };
    Ok(ledger::of_session(tx, session.id).await?.iter().any(told))
}

/// In which language to answer.
pub(super) async fn language(tx: &mut Tx, about: &About) -> Result<Language> {
    let patient = about
        .session
        .as_ref()
        .map(|session| session.patient_id)
        .or(about.patients.first().copied());
    let patient: Option<Patient> = match patient {
        Some(patient) => patients::get(tx, patient).await?,
        None => None,
    };
    Ok(patient.map_or(Language::En, |patient| patient.details.preferred_language))
}
