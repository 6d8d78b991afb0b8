//! How lines are broken: after 75 octets at most, as RFC 5545 asks, and never inside a
//! character. The `icalendar` crate (0.17.17) may leave 76 octets on a line, so what it wrote
//! is put together again and broken again.

use std::borrow::Cow;

/// The most octets that a line may have, its end not counted.
const LINE: usize = 75;

/// What ends a line.
const CRLF: &str = "\r\n";

/// `text` with all its lines broken here, wherever they were broken before.
pub(super) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / LINE);
    let mut rest = text;
    while !rest.is_empty() {
        let (line, after) = first_line(rest);
        fold(&line, &mut out);
        out.push_str(CRLF);
        rest = after;
    }
    out
}

/// The first line of `text` as it was before it was broken, and what follows it.
fn first_line(text: &str) -> (Cow<'_, str>, &str) {
    let (head, mut rest) = text.split_once(CRLF).unwrap_or((text, ""));
    let mut line = Cow::Borrowed(head);
    while let Some(more) = rest.strip_prefix(' ') {
        let (piece, after) = more.split_once(CRLF).unwrap_or((more, ""));
        line.to_mut().push_str(piece);
        rest = after;
    }
    (line, rest)
}

/// Breaks `line` into lines of at most 75 octets, each but the first behind a blank, and never inside a character.
fn fold(line: &str, out: &mut String) {
    let (mut rest, mut room) = (line, LINE);
    while rest.len() > room {
        let (head, tail) = rest.split_at(rest.floor_char_boundary(room));
        out.push_str(head);
        out.push_str(CRLF);
        out.push(' ');
        (rest, room) = (tail, LINE - 1);
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use icalendar::parser::Property;
    use proptest::prelude::*;

    /// A line as the crate writes it, folded.
    fn text_of(value: &str) -> String {
        folded(&Property::new_ref("X", value).to_string())
    }

    #[test]
    fn a_line_of_75_octets_stays_whole_and_no_piece_is_longer() {
        let line = |octets: usize| "a".repeat(octets);
        assert_eq!(text_of(&line(73)), format!("X:{}\r\n", line(73)));
        assert_eq!(text_of(&line(74)), format!("X:{}\r\n a\r\n", line(73)));
        // The icalendar crate leaves 76 octets on the last line of this one.
        assert_eq!(text_of(&line(148)), format!("X:{}\r\n {}\r\n a\r\n", line(73), line(74)));
    }

    proptest! {
        #[test]
        fn folding_splits_no_character_and_loses_none(texts in prop::collection::vec("[a \u{e9}\u{65e5}\u{1f600}]{0,400}", 0..4)) {
            let crates: String = texts.iter().map(|text| Property::new_ref("X", text).to_string()).collect();
            let out = folded(&crates);
            prop_assert!(out.split(CRLF).all(|line| line.len() <= LINE));
            let lines: String = texts.iter().flat_map(|text| ["X:", text.as_str(), CRLF]).collect();
            prop_assert_eq!(out.replace("\r\n ", ""), lines);
            prop_assert_eq!(folded(&out), out, "what is folded stays as it is");
        }
    }
}
