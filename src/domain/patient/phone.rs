//! A telephone number, as people write and paste it: one idea of it for every door. What is read are digits and the signs
//! that people put between them; a letter is a slip of the hand and refused, and an extension is kept beside the number.

use std::fmt;

use serde::Deserialize;
use thiserror::Error;

use crate::domain::text::{checked_text, is_hidden};

checked_text! {
    /// A telephone number in E.164, `+16473510061`.
    #[schema(value_type = String, max_length = 40, examples("(416) 555-0123", "+14165550123"))]
    Phone, PhoneError, |text| {
        let Dialled { phone, extension } = Dialled::try_from(text)?;
        match extension {
            // An extension that cannot be kept is never dropped without a word.
            Some(_) => Err(PhoneError::Extension),
            None => Ok(phone.0),
        }
    }
}

checked_text! {
    /// The extension of a telephone number behind a switchboard: digits.
    #[schema(value_type = String, min_length = 1, max_length = 10, pattern = "^[0-9]+$")]
    Extension, PhoneError, |text| {
        let text = text.trim();
        let fits = (1..=10).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| text.to_owned()).ok_or(PhoneError::NoExtension)
    }
}

/// A number as it is dialled: the number, and its extension if it has one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Dialled {
    /// The number.
    pub phone: Phone,
    /// Its extension.
    pub extension: Option<Extension>,
}

/// Why a text is no telephone number.
#[derive(Debug, Clone, Copy, Error, PartialEq, Eq)]
pub enum PhoneError {
    /// There are letters in it.
    #[error("has a letter in it: write the number with digits only, an extension after \"ext.\"")]
    Letters,
    /// It cannot be called.
    #[error("not a telephone number that can be called from Canada")]
    NotANumber,
    /// It has an extension, where none can be kept.
    #[error("has an extension, which cannot be kept here: write the number alone")]
    Extension,
    /// The extension is none.
    #[error("an extension has 1 to 10 digits")]
    NoExtension,
}

/// The words that people write before an extension, in both languages.
const EXTENSION_WORDS: [&str; 10] =
    ["extension", "ext", "extn", "xtn", "x", "poste", "post", "local", "interne", "int"];

/// How many characters a number has at most, hidden ones left out.
const MOST_CHARS: usize = 40;

/// What is left of a pasted number: no hidden characters, one kind of hyphen, of blank and of digit, lower case, no `tel:`.
#[must_use]
pub(super) fn tidied(text: &str) -> String {
    let text: String = text.chars().filter(|c| !is_hidden(*c)).filter_map(plain).collect();
    let text = text.trim();
    text.strip_prefix("tel:").unwrap_or(text).trim().to_owned()
}

/// A character as it is read; nothing for a control character that separates nothing.
fn plain(c: char) -> Option<char> {
    Some(match c {
        '\u{2010}'..='\u{2015}'
        | '\u{2212}'
        | '\u{fe58}'
        | '\u{fe63}'
        | '\u{ff0d}'
        | '\u{2043}' => '-',
        '\u{ff0b}' => '+',
        '\u{ff08}' => '(',
        '\u{ff09}' => ')',
        '\u{ff0e}' | '\u{b7}' | '\u{2024}' => '.',
        '\u{2044}' | '\u{2215}' | '\u{ff0f}' => '/',
        c if c.is_whitespace() => ' ',
        c if c.is_control() => return None,
        c => digit(c).unwrap_or_else(|| c.to_ascii_lowercase()),
    })
}

/// The digit that a sign of another script stands for.
fn digit(c: char) -> Option<char> {
    const ZEROS: [u32; 6] = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0a66, 0xff10];
    let code = u32::from(c);
    let value =
        ZEROS.iter().find_map(|zero| code.checked_sub(*zero).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
}

/// The number and its extension, in a text that is tidied.
fn without_extension(text: &str) -> (&str, Option<&str>) {
    let closed = text.trim_end_matches([')', ']', ' ', '.']);
    let head = closed.trim_end_matches(|c: char| c.is_ascii_digit());
    let (_, digits) = closed.split_at(head.len());
    let before = head.trim_end_matches([' ', '.', ':', '=', '#']);
    let marked = head.get(before.len()..).is_some_and(|signs| signs.contains('#'))
        || before.ends_with([',', ';']);
    let number = before.trim_end_matches(char::is_alphabetic);
    let word = before.get(number.len()..).unwrap_or_default();
    let is_extension = if word.is_empty() { marked } else { EXTENSION_WORDS.contains(&word) };
    if !is_extension || digits.is_empty() {
        return (text, None);
    }
    (number.trim_end_matches([' ', ',', ';', '(', '[', '.', '/', '-']), Some(digits))
}

impl TryFrom<&str> for Dialled {
    type Error = PhoneError;

    fn try_from(text: &str) -> Result<Self, PhoneError> {
        let text = tidied(text);
        if text.chars().count() > MOST_CHARS {
            return Err(PhoneError::NotANumber);
        }
        let (number, extension) = without_extension(&text);
        if number.chars().any(char::is_alphabetic) {
            return Err(PhoneError::Letters);
        }
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let signs = number.chars().filter(|c| !c.is_ascii_digit());
        if signs.clone().any(|c| !" ()[]-./+".contains(c)) || number.rfind('+') > Some(1) {
            return Err(PhoneError::NotANumber);
        }
        let dialled = if number.contains('+') { format!("+{digits}") } else { digits };
        let parsed = phonenumber::parse(Some(phonenumber::country::CA), dialled);
        let parsed = parsed.map_err(|_| PhoneError::NotANumber)?;
        if !parsed.is_valid() {
            return Err(PhoneError::NotANumber);
        }
        Ok(Self {
            phone: Phone(parsed.format().mode(phonenumber::Mode::E164).to_string()),
            extension: extension.map(Extension::try_from).transpose()?,
        })
    }
}

impl TryFrom<String> for Dialled {
    type Error = PhoneError;
    fn try_from(text: String) -> Result<Self, PhoneError> {
        Self::try_from(text.as_str())
    }
}

/// As people read it: `+14165550123 ext. 45`.
impl fmt::Display for Dialled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.extension {
            Some(extension) => write!(f, "{} ext. {extension}", self.phone),
            None => self.phone.fmt(f),
        }
    }
}

impl Dialled {
    /// The address of a link that calls it (RFC 3966), behind `tel:`.
    #[must_use]
    pub fn link(&self) -> String {
        match &self.extension {
            Some(extension) => format!("{};ext={extension}", self.phone),
            None => self.phone.to_string(),
        }
    }
}

impl Phone {
    /// Loads the numbering plans, which takes the first call about 0.1 s; done at start.
    pub fn warm_up() {
        let _ = Self::try_from("416 555 0100");
    }
}

/// The digits of a telephone number, or of a part of one, in what was typed into a search: nothing where it is no number.
#[must_use]
pub fn digits_of(text: &str) -> Option<String> {
    if let Ok(dialled) = Dialled::try_from(text) {
        return Some(String::from(dialled.phone));
    }
    let text = tidied(text);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let plain = text.chars().all(|c| c.is_ascii_digit() || " ()[]-./+".contains(c));
    (plain && !digits.is_empty()).then_some(digits)
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
    fn a_pasted_number_is_read_whatever_stands_between_its_digits() {
        for spelling in [
            "416\u{2011}555\u{2011}0123",
            "416\u{2013}555\u{2212}0123",
            "\u{202a}416-555-0123\u{202c}",
            "\u{200e}(416)\u{a0}555\u{2009}0123\u{feff}",
            "tel:+14165550123",
            "TEL: 416/555/0123",
            "[416] 555.0123",
            "(+1) 416 555 0123",
            "\u{ff14}\u{ff11}\u{ff16} 555 0123",
            "416\t555\n0123",
        ] {
            assert_eq!(phone(spelling).as_deref(), Some("+14165550123"), "{spelling:?}");
        }
    }

    #[test]
    fn a_letter_in_a_number_is_refused_and_the_sentence_says_what_to_do() {
        for slip in ["416 555 O123", "416-555-l234", "1-800-FLOWERS", "416 555 0123 home"] {
            let error = Dialled::try_from(slip).unwrap_err();
            assert_eq!(error, PhoneError::Letters, "{slip}");
        }
        assert!(PhoneError::Letters.to_string().contains("digits only"));
    }

    #[test]
    fn an_extension_in_any_usual_spelling_is_kept_beside_the_number() {
        for spelling in [
            "416-555-0123 ext. 45",
            "416-555-0123 x45",
            "416-555-0123x45",
            "416-555-0123 X 45",
            "416-555-0123;ext=45",
            "tel:+14165550123;ext=45",
            "(416) 555-0123 poste 45",
            "(416) 555-0123, POSTE: 45",
            "(416) 555-0123 (ext. 45)",
            "416 555 0123 #45",
            "416 555 0123 ext #45",
            "416 555 0123, 45",
            "416 555 0123 extension 45",
            "416 555 0123 Extn. 45",
            "416 555 0123 local 45",
            "416 555 0123 \u{200b}ext.\u{a0}45",
        ] {
            let dialled = Dialled::try_from(spelling).unwrap();
            assert_eq!(dialled.to_string(), "+14165550123 ext. 45", "{spelling:?}");
            assert_eq!(dialled.link(), "+14165550123;ext=45");
            assert_eq!(Phone::try_from(spelling), Err(PhoneError::Extension), "{spelling:?}");
        }
        for none in ["416-555-0123 ext.", "416-555-0123 ext 12345678901", "416-555-0123 y45"] {
            assert!(Dialled::try_from(none).is_err(), "{none}");
        }
    }

    #[test]
    fn a_search_takes_a_whole_number_or_the_digits_of_a_part() {
        assert_eq!(digits_of("tel:416/555/0142").as_deref(), Some("+14165550142"));
        assert_eq!(digits_of("555\u{2011}0142").as_deref(), Some("5550142"));
        assert_eq!(digits_of("ada 0142"), None);
        assert_eq!(digits_of("-"), None);
    }
}
