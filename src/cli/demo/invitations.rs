//! What the demo's patients and shops were told already: each visit to come was invited when it was
//! booked, so moving one sends an update and cancelling it a cancellation. The mails
//! themselves are of the past, so they are not in the mailbox.

use std::collections::HashMap;

use super::read::LoadError;
use crate::actions::App;
use crate::domain::catalogue::site::Site;
use crate::domain::ids::SiteId;
use crate::domain::messages::message::{Content, Message, MessageKind, MessageStatus};
use crate::domain::patient::recipient::Recipient;
use crate::storage;
use crate::storage::Tx;

/// Writes the invitations of all visits to come as sent, and that their shops know of them.
pub(super) async fn write(tx: &mut Tx, app: &App) -> Result<(), LoadError> {
    let clock = &app.clock;
    let sites: HashMap<SiteId, Site> =
        storage::catalogue::sites::page(tx, SiteId(uuid::Uuid::nil()), 100)
            .await?
            .into_iter()
            .map(|site| (site.id, site))
            .collect();
    for session in storage::course::sessions::live_from(tx, clock.now()).await? {
        let Some(patient) = storage::patient::patients::get(tx, session.patient_id).await? else {
            continue;
        };
        let Some(site) = sites.get(&session.place.site_id) else {
            continue;
        };
        let sent_at = session.created_at + app.policy.message_grace();
        let content = Content::about_session(&session, site.details.address.to_string(), true);
        let language = patient.details.preferred_language;
        let message = Message {
            session_id: Some(session.id),
            referral_id: session.referral_id,
            uid: Some(session.uid),
            session_version: session.version,
            kind: MessageKind::Invite,
            recipient: patient.details.email.map(Recipient::Email),
            sequence: session.sequence,
            status: MessageStatus::Sent,
            due_at: sent_at,
            try_at: sent_at,
            attempts: 1,
            sent_at: Some(sent_at),
            ..Message::waiting(clock.id(), patient.id, language, content, session.created_at)
        };
        // No message tells of a time that is not agreed.
        if !session.awaits_shop() {
            storage::messages::ledger::insert(tx, &message).await?;
        }
        let Some(partner_id) = site.details.partner_id else {
            continue;
        };
        let Some(notices) = storage::partner::notifications::get(tx, partner_id).await? else {
            continue;
        };
        let to_shop = Message {
            id: clock.id(),
            kind: MessageKind::ShopBooked,
            recipient: notices.details.email.map(Recipient::Email),
            language: notices.details.language,
            content: Content {
                calendar: false,
                partner_id: Some(partner_id),
                ..message.content.clone()
            },
            ..message
        };
        storage::messages::ledger::insert(tx, &to_shop).await?;
    }
    Ok(())
}
