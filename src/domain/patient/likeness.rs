//! How names are compared: by search, which forgives marks, case, blanks and one letter, and by whoever asks whether two
//! records are one person. Engines fold differently, so the program folds, and keeps what it folded.

use std::collections::BTreeSet;

use crate::domain::text::is_hidden;

/// Words of at least so many letters forgive one that is wrong.
pub const FORGIVING: usize = 5;
/// The longest word that is looked at letter by letter.
const LONGEST: usize = 30;

/// `text` as names are compared: lower case, no accents, no apostrophes, one blank where a hyphen, a dot or a comma stood.
#[must_use]
pub fn folded(text: &str) -> String {
    let text: String = text.chars().filter(|c| !is_hidden(*c) && !c.is_control()).collect();
    let text = deunicode::deunicode(&text).to_lowercase();
    let text: String = text.chars().filter(|c| !matches!(c, '\'' | '`' | '"')).collect();
    text.split(|c: char| c.is_whitespace() || matches!(c, '-' | ',' | '.' | ';' | '/' | '(' | ')'))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// `text` folded, in one word: `Van Kirk`, `VanKirk` and `van-kirk` are one.
#[must_use]
pub fn glued(text: &str) -> String {
    folded(text).replace(' ', "")
}

/// The other spellings of what German writes with two dots: `Müller` is `Mueller`, and the other way round.
fn german(text: &str) -> Vec<String> {
    let spelled: String = text
        .chars()
        .map(|c| match c {
            'ä' | 'Ä' => "ae".to_owned(),
            'ö' | 'Ö' | 'ø' | 'Ø' => "oe".to_owned(),
            'ü' | 'Ü' => "ue".to_owned(),
            'å' | 'Å' => "aa".to_owned(),
            other => other.to_string(),
        })
        .collect();
    let folded = glued(text);
    let short = folded.replace("ae", "a").replace("oe", "o").replace("ue", "u");
    let mut all = vec![glued(&spelled), short];
    all.retain(|one| *one != folded);
    all
}

/// What search looks through: the names as they are spoken, glued, and in their other spellings, then `more`.
#[must_use]
pub fn search_text(given: &str, family: &str, more: &[&str]) -> String {
    let mut words = vec![folded(&format!("{given} {family} {given}"))];
    for name in [given, family] {
        let (glued, apart) = (glued(name), folded(name));
        if glued != apart {
            words.push(glued);
        }
        words.extend(german(name));
    }
    words.extend(more.iter().map(|text| folded(text)));
    words.retain(|word| !word.is_empty());
    words.join(" ")
}

/// Both names in one word each, by which two records are found to have the same.
#[must_use]
pub fn name_key(given: &str, family: &str) -> String {
    format!("{} {}", glued(given), glued(family))
}

/// The words of names that forgive a letter: each word, and each name glued.
fn forgiving_words(given: &str, family: &str) -> BTreeSet<String> {
    let mut words: BTreeSet<String> = [given, family]
        .iter()
        .flat_map(|name| [glued(name)].into_iter().chain(german(name)))
        .collect();
    words.extend(folded(&format!("{given} {family}")).split(' ').map(str::to_owned));
    words.retain(|word| word.chars().count() >= FORGIVING);
    words
}

/// By what a word with one letter wrong is found: itself, and itself without each of its letters. Two words that are one letter
/// apart share one of these.
#[must_use]
pub fn keys_of_word(word: &str) -> BTreeSet<String> {
    let letters: Vec<char> = word.chars().take(LONGEST).collect();
    let without = |at: usize| {
        letters.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, c)| *c).collect::<String>()
    };
    let mut keys: BTreeSet<String> = (0..letters.len()).map(without).collect();
    keys.insert(letters.iter().collect());
    keys
}

/// By what names with one letter wrong are found.
#[must_use]
pub fn keys_of_names(given: &str, family: &str) -> BTreeSet<String> {
    forgiving_words(given, family).iter().flat_map(|word| keys_of_word(word)).collect()
}

/// Whether each word that was looked for is found: as it is in `search`, or one letter off a word of the names.
#[must_use]
pub fn forgives(query: &str, search: &str, given: &str, family: &str) -> bool {
    let names = forgiving_words(given, family);
    let found = |word: &str| {
        search.contains(word)
            || (word.chars().count() + 1 >= FORGIVING
                && names.iter().any(|name| distance(name, word) <= 1))
    };
    query.split(' ').all(found)
}

/// Whether two records have the same names, or names of which one is one letter off.
#[must_use]
pub fn same_names(a: (&str, &str), b: (&str, &str)) -> bool {
    distance(&glued(a.0), &glued(b.0)) + distance(&glued(a.1), &glued(b.1)) <= 1
}

/// How many slips of the hand apart two words are: a letter too many, too few, another, or two that are exchanged. More than
/// one is two.
fn distance(one: &str, other: &str) -> usize {
    if one == other {
        return 0;
    }
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (long, short) = if one.len() >= other.len() { (&one, &other) } else { (&other, &one) };
    if long.len() - short.len() > 1 {
        return 2;
    }
    let same = long.iter().zip(short.iter()).take_while(|(x, y)| x == y).count();
    let (long, short) =
        (long.get(same..).unwrap_or_default(), short.get(same..).unwrap_or_default());
    let added = matches!(long, [_, rest @ ..] if rest == short);
    let another = matches!((long, short), ([_, rest @ ..], [_, tail @ ..]) if rest == tail);
    let exchanged = match (long.split_at_checked(2), short.split_at_checked(2)) {
        (Some(([first, second], rest)), Some((swapped, tail))) => {
            *swapped == [*second, *first] && rest == tail
        }
        _ => false,
    };
    if added || another || exchanged { 1 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_folds_case_accents_ligatures_and_what_joins_names() {
        assert_eq!(folded("  Éloïse  LE BŒUF "), "eloise le boeuf");
        assert_eq!(folded("O’Brien-Quux"), "obrien quux");
        assert_eq!(folded("Smith, John"), "smith john");
        assert_eq!(glued("Van Kirk"), glued("van‑kirk"));
        let text = search_text("Jean-Luc", "Müller", &["jl@example.test"]);
        for word in ["jean", "luc", "jeanluc", "muller", "mueller", "jl@example test"] {
            assert!(text.contains(word), "{word} in {text}");
        }
        assert!(search_text("Karl", "Mueller", &[]).contains("muller"));
    }

    #[test]
    fn one_slip_of_the_hand_is_one() {
        for (a, b, apart) in [
            ("smith", "smith", 0),
            ("smith", "smyth", 1),
            ("smith", "smth", 1),
            ("smith", "smitth", 1),
            ("smith", "simth", 1),
            ("smith", "smiht", 1),
            ("smith", "msith", 1),
            ("smith", "smyht", 2),
            ("smith", "sm", 2),
            ("ab", "ba", 1),
            ("", "a", 1),
            ("", "ab", 2),
        ] {
            assert_eq!(distance(a, b), apart, "{a} {b}");
            assert_eq!(distance(b, a), apart, "{b} {a}");
            if apart == 1 && a.len() >= FORGIVING {
                assert!(!keys_of_word(a).is_disjoint(&keys_of_word(b)), "{a} {b}");
            }
        }
    }

    #[test]
    fn two_people_with_one_number_are_not_one_for_their_family_name() {
        assert!(same_names(("Ada", "Sample"), ("ada", "Sàmple")));
        assert!(same_names(("Ada", "Sample"), ("Ada", "Sampel")));
        assert!(same_names(("Jean Luc", "Picard"), ("Jean-Luc", "Picard")));
        assert!(!same_names(("Ada", "Sample"), ("Ida", "Sampel")), "one of them, not both");
        assert!(!same_names(("Mary", "Sample"), ("Ada", "Sample")));
        assert!(!same_names(("Sukarno", ""), ("Sukarno", "Sample")));
    }
}
