//! A patient: the person, how to reach them, and the skin type that laser rules ask
//! for. Consents stand in `consent`, care in `course`.

pub mod channel;
pub mod consent;
pub mod duplicate;
pub mod email;
pub mod likeness;
pub mod lock_box;
pub mod merge;
pub mod name;
pub mod opt_out;
pub mod phone;
pub mod recipient;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use self::channel::Channel;
pub use self::email::{Email, EmailError};
use self::name::{FamilyName, GivenName};
use self::phone::Dialled;
pub use self::phone::{Extension, Phone, PhoneError};
use crate::domain::codes::codes;
use crate::domain::ids::PatientId;
use crate::domain::kept_as_text::text_schema;
use crate::domain::text::yes;
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
#[serde(from = "Written", deny_unknown_fields)]
#[schema(example = json!({"given_name": "Ada", "family_name": "Sample", "phone": "(416) 555-0123", "email": "ada@example.test", "preferred_language": "en"}))]
pub struct PatientDetails {
    /// Given name, or the only one that they have.
    pub given_name: GivenName,
    /// Family name, with what stands before or behind it; empty for who has one name alone.
    #[serde(default)]
    pub family_name: FamilyName,
    /// Telephone, any usual Canadian spelling, with its extension if it has one; kept as E.164.
    pub phone: Phone,
    /// The extension behind the telephone number. No text is sent to a number that has one.
    #[serde(default)]
    pub phone_extension: Option<Extension>,
    /// Email address; kept as typed.
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

/// The same as it is sent: the extension may stand in the number, and a caller may say that a likeness was looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    given_name: GivenName,
    #[serde(default)]
    family_name: FamilyName,
    phone: Dialled,
    #[serde(default)]
    phone_extension: Option<Extension>,
    #[serde(default)]
    email: Option<Email>,
    #[serde(default = "english")]
    preferred_language: Language,
    #[serde(default)]
    date_of_birth: Option<Day>,
    #[serde(default)]
    fitzpatrick: Option<Fitzpatrick>,
    #[serde(default = "yes")]
    calendar_invites: bool,
    #[serde(default)]
    preferred_channel: Option<Way>,
    #[serde(default)]
    duplicate_ok: bool,
}

impl From<Written> for PatientDetails {
    fn from(written: Written) -> Self {
        Self {
            given_name: written.given_name,
            family_name: written.family_name,
            phone: written.phone.phone,
            phone_extension: written.phone_extension.or(written.phone.extension),
            email: written.email,
            preferred_language: written.preferred_language,
            date_of_birth: written.date_of_birth,
            fitzpatrick: written.fitzpatrick,
            calendar_invites: written.calendar_invites,
            preferred_channel: written.preferred_channel,
        }
    }
}

/// A patient to be registered.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(from = "Written")]
pub struct NewPatient {
    /// What is written about them.
    #[serde(flatten)]
    pub details: PatientDetails,
    /// Registers them although somebody like them is known: families share numbers.
    #[serde(default)]
    pub duplicate_ok: bool,
}

impl From<Written> for NewPatient {
    fn from(written: Written) -> Self {
        Self { duplicate_ok: written.duplicate_ok, details: written.into() }
    }
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
    /// Both names, as they are spoken.
    #[must_use]
    pub fn full_name(&self) -> String {
        full_name(self.given_name.as_str(), self.family_name.as_str())
    }

    /// The telephone as it is dialled.
    #[must_use]
    pub fn dialled(&self) -> Dialled {
        Dialled { phone: self.phone.clone(), extension: self.phone_extension.clone() }
    }

    /// The number that texts can go to: none behind a switchboard.
    #[must_use]
    pub fn text_phone(&self) -> Option<Phone> {
        self.phone_extension.is_none().then(|| self.phone.clone())
    }

    /// What search by name or email looks through.
    #[must_use]
    pub fn search_text(&self) -> String {
        let email = self.email.as_ref().map(Email::as_str).unwrap_or_default();
        // Both spellings of a domain find it.
        let sent_to = self.email.as_ref().map(Email::delivered).filter(|sent_to| sent_to != email);
        let email = [email, sent_to.as_deref().unwrap_or_default()];
        likeness::search_text(self.given_name.as_str(), self.family_name.as_str(), &email)
    }

    /// By what records of the same names are found.
    #[must_use]
    pub fn name_key(&self) -> String {
        likeness::name_key(self.given_name.as_str(), self.family_name.as_str())
    }
}

impl Dialled {
    /// The number as people read it in their language.
    #[must_use]
    pub fn in_words(&self, language: Language) -> String {
        match (&self.extension, language) {
            (Some(extension), Language::Fr) => format!("{} poste {extension}", self.phone),
            _ => self.to_string(),
        }
    }
}

/// Two names, or the one that there is, as they are spoken.
#[must_use]
pub fn full_name(given: &str, family: &str) -> String {
    format!("{given} {family}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skin_types_are_read_as_numerals_of_either_kind() {
        let read = |json: &str| serde_json::from_str::<Fitzpatrick>(json).ok();
        assert_eq!(read("\"iv\""), Some(Fitzpatrick::IV));
        assert_eq!(read("4"), Some(Fitzpatrick::IV));
        assert_eq!(serde_json::to_string(&Fitzpatrick::IV).unwrap(), "\"IV\"");
        assert!(read("0").is_none() && read("7").is_none() && read("\"VII\"").is_none());
        assert!(Fitzpatrick::III < Fitzpatrick::IV);
    }
}
