//! The ways of a patient, in every state that they can be in, and since when.

use fadeline::domain::patient::channel::Channel;
use serde_json::{Value, json};

use super::world::{Row, World};

/// By which ways a patient can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ways {
    Both,
    PrefersTexts,
    /// Mail alone: the telephone has no texts, or they were ended.
    OutOfTexts,
    DeadTexts,
    /// Texts alone.
    NoMail,
    OutOfMail,
    DeadMail,
    /// None.
    OutOfBoth,
    Withdrawn,
    DeadBoth,
    DeadMailOutOfTexts,
    NoMailDeadTexts,
    /// All that a change goes by, but fewer mails.
    OutOfReminders,
    EntriesOff,
}

/// Since when they are so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Since {
    /// Before the session was booked.
    Before,
    /// After the patient was told that it is.
    Told,
}

impl Ways {
    pub(super) const ALL: [Self; 14] = [
        Self::Both,
        Self::PrefersTexts,
        Self::OutOfTexts,
        Self::DeadTexts,
        Self::NoMail,
        Self::OutOfMail,
        Self::DeadMail,
        Self::OutOfBoth,
        Self::Withdrawn,
        Self::DeadBoth,
        Self::DeadMailOutOfTexts,
        Self::NoMailDeadTexts,
        Self::OutOfReminders,
        Self::EntriesOff,
    ];

    /// Each state with each time since when it makes a difference.
    pub(super) fn cases() -> Vec<(Self, Since)> {
        let twice = |ways: &Self| !matches!(ways, Self::Both | Self::PrefersTexts);
        let before = Self::ALL.into_iter().map(|ways| (ways, Since::Before));
        let told = Self::ALL.into_iter().filter(twice).map(|ways| (ways, Since::Told));
        before.chain(told).collect()
    }

    /// The ways by which a message arrives.
    pub(super) fn working(self) -> &'static [Channel] {
        match self {
            Self::Both | Self::PrefersTexts | Self::OutOfReminders | Self::EntriesOff => {
                &[Channel::Email, Channel::Sms]
            }
            Self::OutOfTexts | Self::DeadTexts => &[Channel::Email],
            Self::NoMail | Self::OutOfMail | Self::DeadMail => &[Channel::Sms],
            Self::OutOfBoth
            | Self::Withdrawn
            | Self::DeadBoth
            | Self::DeadMailOutOfTexts
            | Self::NoMailDeadTexts => &[],
        }
    }
}

impl World {
    /// Brings a patient's ways into their state.
    pub(super) async fn set_ways(&self, row: &Row) {
        let wish = |channel: &str, scope: &str| json!({"channel": channel, "wanted": false, "scope": scope, "said": "By telephone."});
        let no_mail = [wish("email", "all")];
        let no_texts = [wish("sms", "all")];
        let (changes, wishes): (Option<Value>, Vec<Value>) = match row.ways {
            Ways::Both | Ways::DeadTexts | Ways::DeadMail | Ways::DeadBoth | Ways::Withdrawn => {
                (None, Vec::new())
            }
            Ways::PrefersTexts => (Some(json!({"preferred_channel": "sms"})), Vec::new()),
            Ways::OutOfTexts | Ways::DeadMailOutOfTexts => (None, no_texts.into()),
            Ways::OutOfMail => (None, no_mail.into()),
            Ways::OutOfBoth => (None, no_mail.into_iter().chain(no_texts).collect()),
            Ways::NoMail | Ways::NoMailDeadTexts => (Some(json!({"email": null})), Vec::new()),
            Ways::OutOfReminders => (None, vec![wish("email", "reminders")]),
            Ways::EntriesOff => (Some(json!({"calendar_invites": false})), Vec::new()),
        };
        let app = &self.app;
        if let Some(change) = changes {
            app.change_patient(&row.patient, change).await;
        }
        for wish in wishes {
            let path = format!("/patients/{}/opt-outs", row.patient);
            app.post(&path, wish).await.expect(200);
        }
        if row.ways == Ways::Withdrawn {
            let consent = app.consent_to_messages(&row.patient).await;
            app.delete(&consent).await.expect(200);
        }
        if matches!(row.ways, Ways::DeadMail | Ways::DeadBoth | Ways::DeadMailOutOfTexts) {
            self.outside.refuse(&row.email, "550 5.1.1 no such user");
        }
        if matches!(row.ways, Ways::DeadTexts | Ways::DeadBoth | Ways::NoMailDeadTexts) {
            self.outside.refuse(&row.phone, "21614");
        }
    }
}
