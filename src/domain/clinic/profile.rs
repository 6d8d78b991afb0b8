//! What the clinic calls itself in mails and calendars (F24): a neutral name, since the
//! name of a clinic alone can tell what a patient is treated for, and how to reach it.

use std::fmt;

use thiserror::Error;
use url::Url;

use crate::domain::patient::Email;
use crate::domain::text::{Line, TextError};

/// The clinic as patients read of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClinicProfile {
    /// The neutral name, `Hayden St Clinic`.
    pub label: Line,
    /// The telephone number as it is printed.
    pub phone: Line,
    /// The one address that mail comes from and is answered to; calendars know visits by it, so it stays the same.
    pub mail_from: Email,
    /// Whether the mail server takes addresses with letters beyond ASCII before the @ (SMTPUTF8).
    pub smtputf8: bool,
    /// Where patients reach this service.
    pub public_url: PublicUrl,
    /// How it sends text messages, if it does.
    pub texts: Option<Texts>,
}

/// How a clinic sends text messages.
#[derive(Clone, PartialEq, Eq)]
pub struct Texts {
    /// What the provider signs its call-backs with.
    pub secret: String,
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Texts")
    }
}

impl ClinicProfile {
    /// The clinic of `docs/domain.md` (F24 and 2.3), at an address on this machine.
    pub fn standard() -> Result<Self, ProfileError> {
        Ok(Self {
            label: Line::try_from("Hayden St Clinic")?,
            phone: Line::try_from("(647) 351-0061")?,
            mail_from: Email::try_from("appointments@clinic.invalid".to_owned())
                .map_err(|_| ProfileError::MailFrom)?,
            smtputf8: false,
            public_url: "http://127.0.0.1:8080".parse()?,
            texts: None,
        })
    }
}

/// Why a clinic cannot call itself so.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ProfileError {
    /// The label or the phone.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The address that mail comes from.
    #[error("not an email address")]
    MailFrom,
    /// The address of this service.
    #[error("not an address such as https://visits.example.ca")]
    PublicUrl,
}

/// `https://visits.example.ca`: where patients reach this service, without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// The address of `path`, which begins with a slash.
    #[must_use]
    pub fn to(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl std::str::FromStr for PublicUrl {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Self, ProfileError> {
        let url = Url::parse(text.trim()).map_err(|_| ProfileError::PublicUrl)?;
        let plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() || !plain {
            return Err(ProfileError::PublicUrl);
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_the_service_is_one_that_a_path_can_follow() {
        let url: PublicUrl = "https://visits.example.ca/".parse().unwrap();
        assert_eq!(url.to("/a/x"), "https://visits.example.ca/a/x");
        for junk in [
            "",
            "visits.example.ca",
            "ftp://x",
            "https://user:pw@x.ca",
            "https://x.ca/?q=1",
            "javascript:alert(1)",
        ] {
            assert!(junk.parse::<PublicUrl>().is_err(), "{junk}");
        }
        assert!(ClinicProfile::standard().is_ok());
    }
}
