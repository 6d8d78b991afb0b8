//! The texts that may stand in a calendar, safe by type: a phrase, a parameter's text, a
//! mailbox and a link. No other text reaches a content line, so no name or note can
//! start one. How lines are put together stands in `content`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use url::Url;

use super::value::Value;

/// A TEXT value: what people wrote, without control characters; its line breaks are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase(String);

impl Phrase {
    /// The phrase that `text` makes: CR, CRLF and LF are each one line break, other control characters are dropped.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        // Most texts have nothing to drop, and a feed is full of them.
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Self(text);
        }
        let mut phrase = String::with_capacity(text.len());
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\r' => {
                    chars.next_if_eq(&'\n');
                    phrase.push('\n');
                }
                // Unicode's own line breaks: some readers end a line at them.
                '\n' | '\u{2028}' | '\u{2029}' => phrase.push('\n'),
                _ if c.is_control() => {}
                _ => phrase.push(c),
            }
        }
        Self(phrase)
    }

    /// The phrase as people read it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing can be seen of it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl Value for Phrase {
    fn write(&self, line: &mut String) {
        let special = |byte: u8| matches!(byte, b'\\' | b';' | b',' | b'\n');
        let mut rest = self.0.as_str();
        while let Some((plain, tail)) =
            rest.bytes().position(special).and_then(|at| rest.split_at_checked(at))
        {
            line.push_str(plain);
            line.push('\\');
            let mut chars = tail.chars();
            match chars.next() {
                Some('\n') | None => line.push('n'),
                Some(special) => line.push(special),
            }
            rest = chars.as_str();
        }
        line.push_str(rest);
    }
}

/// The text of a parameter, such as the name beside an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamText(String);

impl ParamText {
    /// The text of a parameter that `text` makes. There is no way to write a double quote or a line break in one: the
    /// first becomes a single quote, the second goes, as does every control character.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let kept =
            text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}'));
        Self(kept.map(|c| if c == '"' { '\'' } else { c }).collect())
    }

    /// The text as people read it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for ParamText {
    fn write(&self, line: &mut String) {
        let quote = if self.0.contains([':', ';', ',']) { "\"" } else { "" };
        for part in [quote, &self.0, quote] {
            line.push_str(part);
        }
    }
}

/// Why a text may not stand where an address or a link does.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum TextError {
    /// Blanks, control characters, double quotes or angle brackets.
    #[error("an address or a link has no blanks, control characters, quotes or angle brackets")]
    Character,
    /// Not a mailbox.
    #[error("not a mail address such as ada@example.org")]
    Mailbox,
    /// Not a link.
    #[error("not a link that begins with https:, http:, mailto: or tel:")]
    Link,
}

/// `text`, if it holds nothing that could end a value or a line.
fn unbroken(text: String) -> Result<String, TextError> {
    let breaks = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>');
    if text.contains(breaks) { Err(TextError::Character) } else { Ok(text) }
}

/// A mailbox, `ada@example.org`; written as `mailto:ada@example.org`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(String);

impl Address {
    /// The mailbox as people write it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Address {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, TextError> {
        let text = unbroken(text)?;
        match lettre::Address::from_str(&text) {
            Ok(_) => Ok(Self(text)),
            Err(_) => Err(TextError::Mailbox),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Value for Address {
    fn write(&self, line: &mut String) {
        line.push_str("mailto:");
        for c in self.0.chars() {
            // In a mailto these would begin something else (RFC 6068); all others go as they are, as every client expects.
            match c {
                '%' => line.push_str("%25"),
                '?' => line.push_str("%3F"),
                '#' => line.push_str("%23"),
                _ => line.push(c),
            }
        }
    }
}

/// A link that may be shown: https, mailto or tel, and http for a demo on one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link(String);

impl Link {
    /// The link itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Link {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, TextError> {
        let text = unbroken(text)?;
        let url = Url::parse(&text).map_err(|_| TextError::Link)?;
        match url.scheme() {
            "https" | "http" => Ok(Self(text)),
            "mailto" | "tel" if !url.path().is_empty() => Ok(Self(text)),
            _ => Err(TextError::Link),
        }
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Value for Link {
    fn write(&self, line: &mut String) {
        line.push_str(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(value: &impl Value) -> String {
        let mut line = String::new();
        value.write(&mut line);
        line
    }

    #[test]
    fn a_phrase_escapes_what_would_end_it_and_keeps_its_line_breaks() {
        assert_eq!(text_of(&Phrase::new(r"a\b;c,d:e")), r"a\\b\;c\,d:e");
        assert_eq!(text_of(&Phrase::new("a\rb\r\nc\nd\n\re")), r"a\nb\nc\nd\n\ne");
        assert_eq!(text_of(&Phrase::new("a\0b\u{7}c\u{85}d\u{2028}e\tf")), r"abcd\nef");
        assert!(Phrase::new(" \n\0").is_blank());
    }

    #[test]
    fn a_parameter_is_quoted_only_where_it_has_to_be() {
        assert_eq!(text_of(&ParamText::new("Ann \"Bo\" é")), "Ann 'Bo' é");
        assert_eq!(text_of(&ParamText::new("Dr, Who: Q;")), "\"Dr, Who: Q;\"");
        assert_eq!(text_of(&ParamText::new("a\r\nATTACH:http://x/")), "\"aATTACH:http://x/\"");
    }

    #[test]
    fn a_mailbox_is_parsed_and_nothing_else_is_one() {
        let plain = Address::try_from("Ada+x@Example.org".to_owned()).unwrap();
        assert_eq!(text_of(&plain), "mailto:Ada+x@Example.org");
        assert_eq!(
            text_of(&Address::try_from("a%?#b@x.org".to_owned()).unwrap()),
            "mailto:a%25%3F%23b@x.org"
        );
        for junk in [
            "",
            "ada",
            "a b@x.org",
            "a@x.org\r\nX:1",
            "<a@x.org>",
            "\"a\"@x.org",
            "a@x.org,b@x.org",
            "a;b@x.org",
            "mailto:a@x.org",
        ] {
            assert!(Address::try_from(junk.to_owned()).is_err(), "{junk}");
        }
    }

    #[test]
    fn a_link_has_one_of_four_schemes() {
        for link in [
            "https://x.org/v/a?b=c",
            "HTTPS://x.org",
            "http://127.0.0.1:8080/",
            "mailto:a@x.org",
            "tel:+14165550100",
        ] {
            assert_eq!(text_of(&Link::try_from(link.to_owned()).unwrap()), link);
        }
        for junk in [
            "",
            "/v/a",
            "x.org",
            "https://",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "data:text/html,x",
            "tel:",
            "mailto:",
        ] {
            assert_eq!(Link::try_from(junk.to_owned()), Err(TextError::Link), "{junk}");
        }
        for junk in [
            "https://x.org/a b",
            "https://x.org/\r\nX:1",
            "https://x.org/\"",
            "https://x.org/<b>",
            "https://x.org/\u{a0}",
        ] {
            assert_eq!(Link::try_from(junk.to_owned()), Err(TextError::Character), "{junk}");
        }
    }
}
