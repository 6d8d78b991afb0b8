//! The names of a person: cleaned of what nobody sees, and split as people mean them when they are typed in one line.

use crate::domain::text::{TextError, checked_text, is_hidden};

/// How many characters a name has at most.
const MOST_CHARS: usize = 200;

checked_text! {
    /// A given name, or the only one that a person has: one character at least that can be seen.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    GivenName, TextError, |text| match bounded(text)? {
        name if name.is_empty() => Err(TextError::Empty),
        name => Ok(name),
    }
}

checked_text! {
    /// A family name; empty for who has one name alone.
    #[derive(Default)]
    #[schema(value_type = String, max_length = 200)]
    FamilyName, TextError, |text| bounded(text)
}

/// `text` as a name is kept; empty where nothing of it can be seen.
fn bounded(text: &str) -> Result<String, TextError> {
    let name = cleaned(text);
    if name.chars().count() > MOST_CHARS {
        return Err(TextError::TooLong(MOST_CHARS));
    }
    let seen = name.chars().any(|c| !c.is_whitespace() && !is_mark(c));
    Ok(if seen { name } else { String::new() })
}

/// `text` without what nobody sees, and with one blank where there were several or a line's end.
#[must_use]
pub fn cleaned(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = letters.next() {
        let next = letters.peek().copied().unwrap_or(' ');
        if c.is_whitespace() || matches!(c, '\u{2028}' | '\u{2029}') || c == '\u{2800}' {
            kept.push(' ');
        } else if c.is_control() || (is_hidden(c) && !(is_joiner(c) && is_joined(before, next))) {
            continue;
        } else {
            kept.push(c);
        }
        before = c;
    }
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The two signs that say how letters join, which Persian and the scripts of India need within a word.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

fn is_joined(before: char, next: char) -> bool {
    let needs = |c: char| ('\u{600}'..'\u{1000}').contains(&c) && !c.is_ascii_punctuation();
    needs(before) && needs(next)
}

/// Whether a character only marks the letter before it.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Words that begin a family name, however they are written.
const PARTICLES: [&str; 31] = [
    "de", "del", "dela", "della", "delle", "dei", "degli", "di", "da", "das", "dos", "du", "des",
    "van", "vande", "vanden", "vander", "von", "vom", "zu", "zum", "zur", "la", "le", "los", "las",
    "al", "el", "bin", "ibn", "bint",
];
/// Words that begin a family name where they are written small; written large they are names of their own.
const SMALL_PARTICLES: [&str; 13] =
    ["ben", "do", "lo", "der", "den", "ter", "ten", "te", "af", "av", "y", "e", "i"];
/// What stands behind a name.
const SUFFIXES: [&str; 10] = ["jr", "sr", "ii", "iii", "iv", "2nd", "3rd", "4th", "fils", "père"];

fn bare(word: &str) -> String {
    word.trim_matches(['.', ',']).to_lowercase()
}

fn is_suffix(word: &str) -> bool {
    SUFFIXES.contains(&bare(word).as_str())
}

fn is_particle(word: &str) -> bool {
    let small = word.to_lowercase();
    PARTICLES.contains(&small.as_str())
        || SMALL_PARTICLES.contains(&word)
        || matches!(small.as_str(), "st" | "st." | "ste" | "ste." | "saint" | "sainte")
        // O' Brien, typed with a blank.
        || matches!(small.as_str(), "o'" | "o\u{2019}" | "d'" | "d\u{2019}" | "l'" | "l\u{2019}" | "mac" | "mc")
}

/// The words of `text` and the suffixes at its end, apart; a name is never all suffix.
fn words_and_suffix(text: &str) -> (Vec<&str>, Vec<&str>) {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let mut suffix = Vec::new();
    while words.len() > 1 && words.last().is_some_and(|word| is_suffix(word)) {
        suffix.extend(words.pop());
    }
    suffix.reverse();
    (words, suffix)
}

fn joined(parts: &[&[&str]]) -> String {
    parts.concat().join(" ")
}

/// Given and family name of a name that was typed in one line: `Smith, John`, `Maria de la Cruz`, `John Smith Jr.`, `Sukarno`.
#[must_use]
pub fn split(text: &str) -> (String, String) {
    let text = cleaned(text);
    let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let (ends, parts): (Vec<&str>, Vec<&str>) = match parts.split_first() {
        Some((first, rest)) => {
            // Suffixes behind a comma of their own: `Smith, John, Jr.` and `John Smith, Jr.`.
            let (ends, rest): (Vec<&str>, Vec<&str>) =
                rest.iter().copied().partition(|part| is_suffix(part));
            (ends, std::iter::once(*first).chain(rest).collect())
        }
        None => return (String::new(), String::new()),
    };
    match parts.as_slice() {
        [family, given @ ..] if !given.is_empty() => {
            let (family, own) = words_and_suffix(family);
            let given = given.join(" ");
            let (given, more) = words_and_suffix(&given);
            (joined(&[&given]), joined(&[&family, &own, &more, &ends]))
        }
        [whole] => {
            let (words, own) = words_and_suffix(whole);
            let (given, family) = words.split_at(family_begins(&words));
            match family {
                // A name alone, with what may stand behind it.
                [] => (joined(&[given]), joined(&[&own, &ends])),
                family => (joined(&[given]), joined(&[family, &own, &ends])),
            }
        }
        _ => (String::new(), String::new()),
    }
}

/// The place at which the family name begins: the last word, with the particles before it. A name alone has none.
fn family_begins(words: &[&str]) -> usize {
    let mut at = words.len().saturating_sub(1).max(1).min(words.len());
    let word = |at: usize| words.get(at).copied().unwrap_or_default();
    while at > 1 && is_particle(word(at - 1)) {
        at -= 1;
        // `Ortega y Gasset`: what `y` joins is one name.
        if matches!(word(at), "y" | "e" | "i") && at > 1 {
            at -= 1;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_in_one_line_is_split_as_people_mean_it() {
        for (typed, given, family) in [
            ("John Smith", "John", "Smith"),
            ("Smith, John", "John", "Smith"),
            ("Smith,John", "John", "Smith"),
            ("John Smith Jr.", "John", "Smith Jr."),
            ("John Smith, Jr.", "John", "Smith Jr."),
            ("Smith, John, Jr.", "John", "Smith Jr."),
            ("Smith Jr., John", "John", "Smith Jr."),
            ("Smith, John Jr", "John", "Smith Jr"),
            ("John Smith III", "John", "Smith III"),
            ("Henry III", "Henry", "III"),
            ("Maria de la Cruz", "Maria", "de la Cruz"),
            ("de la Cruz, Maria", "Maria", "de la Cruz"),
            ("James van Kirk", "James", "van Kirk"),
            ("James Van Kirk", "James", "Van Kirk"),
            ("Ludwig von Mises", "Ludwig", "von Mises"),
            ("Walther von der Vogelweide", "Walther", "von der Vogelweide"),
            ("Khalid bin Walid", "Khalid", "bin Walid"),
            ("Omar al-Bashir", "Omar", "al-Bashir"),
            ("Omar al Bashir", "Omar", "al Bashir"),
            ("Conan O'Brien", "Conan", "O'Brien"),
            ("Conan O' Brien", "Conan", "O' Brien"),
            ("Jill St. John", "Jill", "St. John"),
            ("José Ortega y Gasset", "José", "Ortega y Gasset"),
            ("Mary Ann Smith", "Mary Ann", "Smith"),
            ("Jean-Luc Picard", "Jean-Luc", "Picard"),
            ("Picard, Jean-Luc", "Jean-Luc", "Picard"),
            ("Van Morrison", "Van", "Morrison"),
            ("Ben Ali", "Ben", "Ali"),
            ("Sukarno", "Sukarno", ""),
            ("Sukarno,", "Sukarno", ""),
            (", John", "John", ""),
            ("  Ann \t Lee ", "Ann", "Lee"),
            ("محمد علي", "محمد", "علي"),
            ("", "", ""),
            (",", "", ""),
        ] {
            let (a, b) = split(typed);
            assert_eq!((a.as_str(), b.as_str()), (given, family), "{typed}");
        }
    }

    #[test]
    fn what_nobody_sees_goes_and_a_name_has_something_to_see() {
        let given = |text: &str| GivenName::try_from(text).map(String::from);
        assert_eq!(given("\u{202e}evil").as_deref(), Ok("evil"));
        assert_eq!(given("A\u{0}d\u{200b}a\u{2069}\u{200d}").as_deref(), Ok("Ada"));
        assert_eq!(given("Jean\n  Luc").as_deref(), Ok("Jean Luc"));
        for unseen in ["", " ", "\u{200b}", "\u{3164}", "\u{2800}", "\u{301}", "\u{7}\u{202e}"] {
            assert_eq!(given(unseen), Err(TextError::Empty), "{unseen:?}");
        }
        assert_eq!(given(&"é".repeat(201)), Err(TextError::TooLong(200)));
        assert_eq!(FamilyName::try_from("\u{3164}").unwrap().as_str(), "");
        // What Persian writes within a word stays.
        let persian = "محمد\u{200c}رضا";
        assert_eq!(given(persian).as_deref(), Ok(persian));
    }
}
