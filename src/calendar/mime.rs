//! The header fields and the parts of a mail, found under limits before anything else looks at
//! them; what lies beyond a limit is left out. `mail-parser` decodes fields, charsets and
//! encodings. The walk over the parts is ours: a mail within the mail is not its sender's word,
//! so it is not opened; a field counts only under its very name; and nesting is counted, where
//! the crate keeps mails within mails without an end (20,000 of them overflow the stack).

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::parsers::MessageStream;
use mail_parser::{ContentType, HeaderValue};

/// The most octets that are looked at of header fields, and of each part.
pub(super) const MOST_BYTES: usize = 256 * 1024;
/// How deep parts may lie within parts.
const DEEPEST: usize = 8;
/// How many parts of a mail are looked at.
const MOST_PARTS: usize = 64;

/// The header fields of a mail or of a part.
#[derive(Debug)]
pub(super) struct Head<'m>(Vec<(&'m [u8], &'m [u8])>);

impl<'m> Head<'m> {
    /// The fields in these lines. A name is what stands before the colon, to the letter: a more lenient reading would
    /// find fields that the clinic's mail server did not see when it judged the mail.
    fn read(lines: &'m [u8]) -> Self {
        let lines = beginning(lines);
        let mut fields = Vec::new();
        let mut rest = lines;
        while !rest.is_empty() {
            let mut end = line_end(rest);
            while matches!(rest.get(end), Some(b' ' | b'\t')) {
                end += line_end(rest.get(end..).unwrap_or_default());
            }
            let (field, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            if let Some((name, value)) =
                field.iter().position(|b| *b == b':').and_then(|at| field.split_at_checked(at))
            {
                fields.push((name, value.get(1..).unwrap_or_default()));
            }
            rest = after;
        }
        Self(fields)
    }

    /// The values of all fields of this name, as they stand there.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &'m [u8]> {
        let named =
            self.0.iter().filter(move |(field, _)| field.eq_ignore_ascii_case(name.as_bytes()));
        named.map(|(_, value)| *value)
    }

    /// The fields of this name at the top, as [`Self::texts`] reads them: those with no field `end` between them and the first.
    pub(super) fn leading(&self, name: &str, end: &str) -> Vec<String> {
        let is = |field: &[u8], name: &str| field.eq_ignore_ascii_case(name.as_bytes());
        let from_first = self.0.iter().skip_while(|(field, _)| !is(field, name));
        let before_end = from_first.take_while(|(field, _)| !is(field, end));
        before_end.filter(|(field, _)| is(field, name)).map(|(_, value)| unfolded(value)).collect()
    }

    /// The values of all fields of this name, unfolded, without blanks around.
    pub(super) fn texts(&self, name: &str) -> impl Iterator<Item = String> {
        self.all(name).map(unfolded)
    }

    /// The first field of this name as text, its encoded words decoded.
    pub(super) fn decoded(&self, name: &str) -> Option<String> {
        let value = MessageStream::new(self.all(name).next()?).parse_unstructured();
        value.into_text().map(Cow::into_owned)
    }

    /// What the part holds; text, where it says nothing.
    fn content_type(&self) -> Option<ContentType<'m>> {
        MessageStream::new(self.all("Content-Type").next()?)
            .parse_content_type()
            .into_content_type()
    }
}

/// The value of a field on one line, without blanks around.
fn unfolded(value: &[u8]) -> String {
    let unfolded: Vec<u8> = value.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
    String::from_utf8_lossy(&unfolded).trim().to_owned()
}

/// As much of `octets` as is looked at.
fn beginning(octets: &[u8]) -> &[u8] {
    octets.get(..MOST_BYTES).unwrap_or(octets)
}

/// A part that has no parts of its own.
#[derive(Debug)]
pub(super) struct Part<'m> {
    kind: ContentType<'m>,
    encoding: String,
    body: &'m [u8],
}

impl Part<'_> {
    /// Whether it is of this type, `text/calendar`.
    pub(super) fn is(&self, kind: &str) -> bool {
        full(&self.kind).eq_ignore_ascii_case(kind)
    }

    /// A parameter of its type.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.kind.attribute(name)
    }

    /// The beginning of its octets, decoded: in UTF-8, if it says in what charset they are.
    pub(super) fn octets(&self) -> Cow<'_, [u8]> {
        let body = beginning(self.body);
        let octets = match self.encoding.as_str() {
            "base64" => {
                let digit = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
                let mut digits: Vec<u8> = body.iter().copied().filter(digit).collect();
                if body.len() < self.body.len() {
                    // Half a group at the cut says nothing.
                    digits.truncate(digits.len() - digits.len() % 4);
                }
                base64_decode(&digits).map(Cow::Owned)
            }
            "quoted-printable" => quoted_printable_decode(body).map(Cow::Owned),
            _ => None,
        };
        let octets = octets.unwrap_or(Cow::Borrowed(body));
        let charset =
            self.param("charset").filter(|charset| !charset.eq_ignore_ascii_case("utf-8"));
        match charset.and_then(|charset| charset_decoder(charset.as_bytes())) {
            Some(decode) => Cow::Owned(decode(&octets).into_bytes()),
            None => octets,
        }
    }
}

/// A mail, opened.
#[derive(Debug)]
pub(super) struct Opened<'m> {
    /// Its header fields.
    pub(super) head: Head<'m>,
    /// What it holds as a whole, `multipart/mixed`.
    pub(super) kind: Option<String>,
    /// Its parts in order, as far as they lie within the limits. Mails within the mail are left closed.
    pub(super) parts: Vec<Part<'m>>,
}

/// Opens a mail, however long it is.
pub(super) fn open(mail: &[u8]) -> Opened<'_> {
    let (head, body) = split_head(mail);
    let kind = head.content_type();
    let whole = kind.as_ref().map(full);
    let mut parts = Vec::new();
    walk(&head, kind, body, 0, &mut parts);
    Opened { head, kind: whole, parts }
}

/// The groups of fields in `text` that blank lines part from one another, as a delivery report has them.
pub(super) fn field_groups(text: &[u8]) -> Vec<Head<'_>> {
    let (mut groups, mut rest) = (Vec::new(), text);
    while !rest.is_empty() && groups.len() < MOST_PARTS {
        let (head, after) = split_head(rest);
        groups.push(head);
        rest = after;
    }
    groups
}

/// The addresses in a field.
pub(super) fn addresses(field: &[u8]) -> Vec<String> {
    match MessageStream::new(field).parse_address() {
        HeaderValue::Address(list) => {
            list.iter().map(|one| one.address.as_deref().unwrap_or_default().to_owned()).collect()
        }
        _ => Vec::new(),
    }
}

/// The message ids in a field, without their brackets.
pub(super) fn ids(field: &[u8]) -> Vec<String> {
    match MessageStream::new(field).parse_id() {
        HeaderValue::Text(id) => vec![id.into_owned()],
        HeaderValue::TextList(ids) => ids.into_iter().map(Cow::into_owned).collect(),
        _ => Vec::new(),
    }
}

fn full(kind: &ContentType<'_>) -> String {
    format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_ascii_lowercase()
}

fn walk<'m>(
    head: &Head<'m>,
    kind: Option<ContentType<'m>>,
    body: &'m [u8],
    depth: usize,
    parts: &mut Vec<Part<'m>>,
) {
    let kind = kind.unwrap_or_else(|| ContentType {
        c_type: "text".into(),
        c_subtype: Some("plain".into()),
        attributes: None,
    });
    let boundary =
        kind.attribute("boundary").filter(|_| kind.ctype().eq_ignore_ascii_case("multipart"));
    let Some(boundary) = boundary.filter(|boundary| !boundary.is_empty()) else {
        let encoding =
            head.texts("Content-Transfer-Encoding").next().unwrap_or_default().to_ascii_lowercase();
        if parts.len() < MOST_PARTS {
            parts.push(Part { kind, encoding, body });
        }
        return;
    };
    if depth == DEEPEST {
        return;
    }
    for part in between(body, boundary.as_bytes()).into_iter().take(MOST_PARTS) {
        let (head, body) = split_head(part);
        walk(&head, head.content_type(), body, depth + 1, parts);
    }
}

/// How long the first line is, its end counted.
fn line_end(text: &[u8]) -> usize {
    text.iter().position(|b| *b == b'\n').map_or(text.len(), |at| at + 1)
}

/// The header fields and what follows the blank line behind them.
fn split_head(text: &[u8]) -> (Head<'_>, &[u8]) {
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let end = at + line_end(rest);
        if matches!(text.get(at..end), Some(b"\r\n" | b"\n")) {
            let (head, body) =
                (text.get(..at).unwrap_or_default(), text.get(end..).unwrap_or_default());
            return (Head::read(head), body);
        }
        at = end;
    }
    (Head::read(text), &[])
}

/// What stands between the lines `--boundary`.
fn between<'m>(body: &'m [u8], boundary: &[u8]) -> Vec<&'m [u8]> {
    let (mut parts, mut begun, mut at) = (Vec::new(), None, 0);
    while let Some(rest) = body.get(at..).filter(|rest| !rest.is_empty()) {
        let end = at + line_end(rest);
        let line = body.get(at..end).unwrap_or_default().trim_ascii_end();
        if let Some(tail) = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary))
            && matches!(tail, b"" | b"--")
        {
            parts.extend(begun.and_then(|from| body.get(from..at)));
            begun = tail.is_empty().then_some(end);
            if begun.is_none() {
                return parts;
            }
        }
        at = end;
    }
    // A mail that was cut short.
    parts.extend(begun.and_then(|from| body.get(from..)));
    parts
}
