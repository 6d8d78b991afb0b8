//! The recipient of a message: an email address or a telephone number. Kept as text; what
//! begins with a plus sign is a telephone.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::channel::Channel;
use super::{Email, Phone};
use crate::domain::kept_as_text::{kept_as_text, text_schema};

/// The recipient of a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Recipient {
    /// By mail.
    Email(Email),
    /// By text message.
    Phone(Phone),
}

/// Neither an address nor a number.
#[derive(Debug, Error)]
#[error("neither an email address nor a telephone number")]
pub struct RecipientError;

impl Recipient {
    /// As addresses are compared: mail knows no case, and both spellings of a domain are one.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Email(email) => email.lowered(),
            Self::Phone(phone) => phone.as_str().to_owned(),
        }
    }

    /// Whether both are the same box or telephone.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.key() == other.key()
    }

    /// The same for two that may be missing.
    #[must_use]
    pub fn are_same(one: Option<&Self>, other: Option<&Self>) -> bool {
        match (one, other) {
            (Some(one), Some(other)) => one.is_same(other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }

    /// How it is reached.
    #[must_use]
    pub fn channel(&self) -> Channel {
        match self {
            Self::Email(_) => Channel::Email,
            Self::Phone(_) => Channel::Sms,
        }
    }

    /// The email address, if it is one.
    #[must_use]
    pub fn email(&self) -> Option<&Email> {
        match self {
            Self::Email(email) => Some(email),
            Self::Phone(_) => None,
        }
    }

    /// The telephone number, if it is one.
    #[must_use]
    pub fn phone(&self) -> Option<&Phone> {
        match self {
            Self::Email(_) => None,
            Self::Phone(phone) => Some(phone),
        }
    }
}

kept_as_text!(Recipient);

text_schema!(
    Recipient,
    "An email address, or a telephone number in E.164",
    examples(["ada@example.test", "+14165550123"])
);

impl From<Email> for Recipient {
    fn from(email: Email) -> Self {
        Self::Email(email)
    }
}
impl From<Phone> for Recipient {
    fn from(phone: Phone) -> Self {
        Self::Phone(phone)
    }
}
impl TryFrom<String> for Recipient {
    type Error = RecipientError;
    fn try_from(text: String) -> Result<Self, RecipientError> {
        if !text.contains('@') {
            return Phone::try_from(text).map(Self::Phone).map_err(|_| RecipientError);
        }
        // It was checked when it came in; what was taken then is shown, whatever is taken today.
        Ok(Self::Email(Email::as_kept(text)))
    }
}
impl From<Recipient> for String {
    fn from(recipient: Recipient) -> Self {
        recipient.to_string()
    }
}
impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // As mail goes there, so that what is written down is compared as it stands.
            Self::Email(email) => f.write_str(&email.delivered()),
            Self::Phone(phone) => phone.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back_as_what_it_was() {
        for (text, channel) in [
            ("Ada@example.test", Channel::Email),
            ("+14165550123", Channel::Sms),
            ("+tag@example.test", Channel::Email),
        ] {
            let recipient = Recipient::try_from(text.to_owned()).unwrap();
            assert_eq!((recipient.to_string().as_str(), recipient.channel()), (text, channel));
        }
        assert!(Recipient::try_from("nobody".to_owned()).is_err());
        let [a, b] = ["Ada@Example.test", "ada@example.test"]
            .map(|text| Recipient::try_from(text.to_owned()).unwrap());
        assert!(a.is_same(&b));
    }
}
