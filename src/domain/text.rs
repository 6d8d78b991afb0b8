//! Text that people type, bounded and clean by type: trimmed, not empty, no control
//! characters, never longer than its column. What a phone or an email address is
//! stands in `patient`.

use thiserror::Error;

/// Why a text is refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum TextError {
    /// Nothing but blanks.
    #[error("must not be empty")]
    Empty,
    /// Shorter than its limit, in characters.
    #[error("must be at least {0} characters long")]
    TooShort(usize),
    /// Longer than its limit, in characters.
    #[error("must not be longer than {0} characters")]
    TooLong(usize),
    /// A control character, such as NUL.
    #[error("must not contain control characters")]
    Control,
}

fn clean(text: &str, min: usize, max: usize, lines: bool) -> Result<String, TextError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    let length = text.chars().count();
    if length < min {
        return Err(TextError::TooShort(min));
    }
    if length > max {
        return Err(TextError::TooLong(max));
    }
    if text.chars().any(|c| c.is_control() && !(lines && matches!(c, '\n' | '\r' | '\t'))) {
        return Err(TextError::Control);
    }
    Ok(text.to_owned())
}

/// Declares a text that is checked: `check` answers it as it is kept, or why it is refused.
macro_rules! checked_text {
    ($(#[$meta:meta])* $name:ident, $error:ty, $check:expr) => {
        #[derive(
            Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, sqlx::Type, utoipa::ToSchema,
        )]
        #[serde(try_from = "String", into = "String")]
        #[sqlx(transparent)]
        $(#[$meta])*
        pub struct $name(String);

        impl $name {
            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl TryFrom<&str> for $name {
            type Error = $error;
            fn try_from(text: &str) -> Result<Self, $error> {
                let check: fn(&str) -> Result<String, $error> = $check;
                check(text).map(Self)
            }
        }
        impl TryFrom<String> for $name {
            type Error = $error;
            fn try_from(text: String) -> Result<Self, $error> {
                Self::try_from(text.as_str())
            }
        }
        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
pub(crate) use checked_text;

macro_rules! text {
    ($($(#[$meta:meta])* $name:ident($min:tt..=$max:tt, lines: $lines:tt)),+ $(,)?) => {$(
        checked_text! {
            $(#[$meta])*
            #[schema(value_type = String, min_length = $min, max_length = $max)]
            $name, TextError, |text| clean(text, $min, $max, $lines)
        }
    )+};
}

text! {
    /// A name or another single line, at most 200 characters.
    Line(1..=200, lines: false),
    /// A note, at most 4,000 characters, several lines allowed.
    Note(1..=4000, lines: true),
    /// What a caller who is not a patient yet wishes, at most 2,000 characters.
    Wish(1..=2000, lines: true),
    /// Why a user went past a rule, or corrected a record: 10 to 2,000 characters.
    Reason(10..=2000, lines: true),
}

checked_text! {
    /// What the trade calls a thing: `LASER-OWN-1`, `laser_full`.
    #[schema(value_type = String, min_length = 1, max_length = 40, pattern = "^[A-Za-z0-9_-]+$")]
    Code, CodeError, |text| {
        let fits = (1..=40).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        fits.then(|| text.to_owned()).ok_or(CodeError)
    }
}

/// Why a text is not a code.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("a code has 1 to 40 letters, digits, - or _")]
pub struct CodeError;

/// `text` as search compares it: lower case, no accents, one blank between words.
#[must_use]
pub fn folded(text: &str) -> String {
    deunicode::deunicode(text).to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a character has no shape of its own: it orders, joins or fills, and nobody sees that it is there.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// `true`, for fields that are so unless said otherwise.
pub(crate) fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_is_trimmed_and_bounded() {
        assert_eq!(Line::try_from("  Ann ").unwrap().as_str(), "Ann");
        assert_eq!(Line::try_from(" "), Err(TextError::Empty));
        assert_eq!(Line::try_from("a\nb"), Err(TextError::Control));
        assert_eq!(Line::try_from("a\0b"), Err(TextError::Control));
        assert_eq!(Line::try_from("<b>".repeat(3000)), Err(TextError::TooLong(200)));
        assert!(Line::try_from("é".repeat(200)).is_ok(), "characters are counted, not bytes");
        assert!(Note::try_from("two\nlines").is_ok());
    }

    #[test]
    fn search_folds_case_accents_and_ligatures() {
        assert_eq!(folded("  Éloïse  LE BŒUF "), "eloise le boeuf");
    }

    #[test]
    fn codes_have_no_blanks() {
        assert!(Code::try_from("LASER-OWN-1".to_owned()).is_ok());
        for junk in ["", "a b", "é", "../x"] {
            assert!(Code::try_from(junk.to_owned()).is_err(), "{junk}");
        }
    }
}
