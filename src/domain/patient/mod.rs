//! A patient: the person, how to reach them, and the skin type that laser rules ask
//! for. Consents stand in `consent`, care in `course`.

pub mod channel;
pub mod consent;
pub mod lock_box;
pub mod opt_out;
pub mod recipient;

use lettre::Address;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use self::channel::Channel;
use crate::domain::codes::codes;
use crate::domain::ids::PatientId;
use crate::domain::kept_as_text::text_schema;
use crate::domain::text;
use crate::domain::text::{Line, checked_text, yes};
use crate::domain::time::civil::Day;

codes! {
    /// The language in which a patient is written to.
    Language in "snake_case" { En, Fr }
}

codes! {
    /// A way to reach a patient.
    Way in "snake_case" { Email, Sms }
}

impl From<Way> for Channel {
    fn from(way: Way) -> Self {
        match way {
            Way::Email => Self::Email,
            Way::Sms => Self::Sms,
        }
    }
}

checked_text! {
    /// A telephone number in E.164, `+16473510061`.
    #[schema(value_type = String, max_length = 40, examples("(416) 555-0123", "+14165550123"))]
    Phone, PhoneError, |text| {
        if text.chars().count() > 40 {
            return Err(PhoneError);
        }
        let number = phonenumber::parse(Some(phonenumber::country::CA), text.trim());
        let number = number.map_err(|_| PhoneError)?;
        let written = || number.format().mode(phonenumber::Mode::E164).to_string();
        number.is_valid().then(written).ok_or(PhoneError)
    }
}

/// Not a telephone number.
#[derive(Debug, Error)]
#[error("not a telephone number that can be called from Canada")]
pub struct PhoneError;

impl Phone {
    /// Loads the numbering plans, which takes the first call about 0.1 s; done at start.
    pub fn warm_up() {
        let _ = Self::try_from("416 555 0100");
    }
}

checked_text! {
    /// An email address that our mailer can send to.
    #[schema(value_type = String, format = "email", max_length = 254)]
    Email, EmailError, |text| {
        let text = text.trim();
        // What is longer cannot be delivered (RFC 5321), and control characters have no place in a header.
        let fits = text.len() <= 254 && !text.chars().any(char::is_control);
        let reaches = fits && text.parse::<Address>().is_ok();
        reaches.then(|| text.to_owned()).ok_or(EmailError)
    }
}

/// Not an email address.
#[derive(Debug, Error)]
#[error("not an email address")]
pub struct EmailError;

impl Email {
    /// The address as sign-ins compare it.
    #[must_use]
    pub fn lowered(&self) -> String {
        self.0.to_lowercase()
    }
}

/// Fitzpatrick skin type, I (always burns) to VI (never burns). Written `"IV"`; `4` is read too.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type,
)]
#[serde(try_from = "RawFitzpatrick", into = "&'static str")]
#[sqlx(type_name = "text")]
#[expect(missing_docs, reason = "a roman numeral says it all")]
pub enum Fitzpatrick {
    I,
    II,
    III,
    IV,
    V,
    VI,
}

impl Fitzpatrick {
    /// Whether the skin is of a type that waits longer and takes less (IV to VI).
    #[must_use]
    pub fn is_darker(self) -> bool {
        self >= Self::IV
    }
}

text_schema!(
    Fitzpatrick,
    "Fitzpatrick skin type, I to VI",
    enum_values(Some(["I", "II", "III", "IV", "V", "VI"]))
);

#[derive(Deserialize)]
#[serde(untagged)]
enum RawFitzpatrick {
    Number(u8),
    Text(String),
}

/// Not a skin type.
#[derive(Debug, Error)]
#[error("a Fitzpatrick skin type is I, II, III, IV, V or VI")]
pub struct FitzpatrickError;

impl TryFrom<RawFitzpatrick> for Fitzpatrick {
    type Error = FitzpatrickError;
    fn try_from(raw: RawFitzpatrick) -> Result<Self, FitzpatrickError> {
        let text = match raw {
            RawFitzpatrick::Number(n) => n.to_string(),
            RawFitzpatrick::Text(text) => text.trim().to_uppercase(),
        };
        match text.as_str() {
            "I" | "1" => Ok(Self::I),
            "II" | "2" => Ok(Self::II),
            "III" | "3" => Ok(Self::III),
            "IV" | "4" => Ok(Self::IV),
            "V" | "5" => Ok(Self::V),
            "VI" | "6" => Ok(Self::VI),
            _ => Err(FitzpatrickError),
        }
    }
}
impl From<Fitzpatrick> for &'static str {
    fn from(skin: Fitzpatrick) -> Self {
        match skin {
            Fitzpatrick::I => "I",
            Fitzpatrick::II => "II",
            Fitzpatrick::III => "III",
            Fitzpatrick::IV => "IV",
            Fitzpatrick::V => "V",
            Fitzpatrick::VI => "VI",
        }
    }
}

/// What the desk writes about a patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"given_name": "Ada", "family_name": "Sample", "phone": "(416) 555-0123", "email": "ada@example.test", "preferred_language": "en"}))]
pub struct PatientDetails {
    /// Given name.
    pub given_name: Line,
    /// Family name.
    pub family_name: Line,
    /// Telephone, any usual Canadian spelling; kept as E.164.
    pub phone: Phone,
    /// Email address.
    #[serde(default)]
    pub email: Option<Email>,
    /// Language for messages; English unless said otherwise.
    #[serde(default = "english")]
    pub preferred_language: Language,
    /// Date of birth.
    #[serde(default)]
    pub date_of_birth: Option<Day>,
    /// Skin type.
    #[serde(default)]
    pub fitzpatrick: Option<Fitzpatrick>,
    /// Whether mail about visits comes with an entry for the patient's calendar; yes unless they want none.
    #[serde(default = "yes")]
    pub calendar_invites: bool,
    /// The way by which they wish to be reminded: `email` or `sms`; as the clinic does it unless set.
    #[serde(default)]
    pub preferred_channel: Option<Way>,
}

fn english() -> Language {
    Language::En
}

/// A patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Patient {
    /// Their id.
    pub id: PatientId,
    /// Rises with each change.
    pub version: i64,
    /// What was written about them.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub details: PatientDetails,
}

impl PatientDetails {
    /// What search by name or email looks through.
    #[must_use]
    pub fn search_text(&self) -> String {
        let Self { given_name, family_name, email, .. } = self;
        let email = email.as_ref().map(Email::as_str).unwrap_or_default();
        text::folded(&format!("{given_name} {family_name} {given_name} {email}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(text: &str) -> Option<String> {
        Phone::try_from(text.to_owned()).ok().map(String::from)
    }

    #[test]
    fn any_usual_canadian_spelling_is_one_number() {
        for spelling in [
            "4165550123",
            "416-555-0123",
            "(416) 555-0123",
            "416.555.0123",
            "+1 416 555 0123",
            "1 (416) 555 0123",
            " 1-416-555-0123 ",
        ] {
            assert_eq!(phone(spelling).as_deref(), Some("+14165550123"), "{spelling}");
        }
        assert_eq!(phone("(647) 351 0061").as_deref(), Some("+16473510061"));
        assert_eq!(phone("+44 20 7946 0958").as_deref(), Some("+442079460958"));
        for junk in ["", "911", "555-0123", "call me", "4165550123456789", "+1 000 000 0000"] {
            assert_eq!(phone(junk), None, "{junk}");
        }
    }

    #[test]
    fn skin_types_are_read_as_numerals_of_either_kind() {
        let read = |json: &str| serde_json::from_str::<Fitzpatrick>(json).ok();
        assert_eq!(read("\"iv\""), Some(Fitzpatrick::IV));
        assert_eq!(read("4"), Some(Fitzpatrick::IV));
        assert_eq!(serde_json::to_string(&Fitzpatrick::IV).unwrap(), "\"IV\"");
        assert!(read("0").is_none() && read("7").is_none() && read("\"VII\"").is_none());
        assert!(Fitzpatrick::III < Fitzpatrick::IV);
    }

    #[test]
    fn an_email_address_cannot_carry_a_header() {
        let read = |text: &str| Email::try_from(text.to_owned()).is_ok();
        assert!(read("ada@example.test"));
        for junk in [
            "ada",
            "ada@",
            "@example.test",
            "ada@example.test\r\nBcc: x@example.test",
            "a b@example.test",
        ] {
            assert!(!read(junk), "{junk}");
        }
    }
}
