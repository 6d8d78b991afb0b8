//! The alphabet of text messages, GSM 03.38 with its extension table: how long a text is in
//! it, and the nearest spelling of what it lacks. One character outside of it makes a phone
//! network send the whole text in UCS-2, in which a segment holds 70 characters instead of
//! 160. The words of a message are not here.

/// How many septets one text message holds.
pub const SEGMENT: usize = 160;

/// What takes one septet, besides letters and digits of ASCII. Of the control characters the line feed alone: the carriage
/// return and the form feed are in the tables, but no text that is written here needs them.
const BASIC: &str = "@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";
/// What takes an escape and then one septet.
const EXTENSION: &str = "^{}\\[~]|€";

fn width(c: char) -> Option<usize> {
    if c.is_ascii_alphanumeric() || BASIC.contains(c) {
        Some(1)
    } else {
        EXTENSION.contains(c).then_some(2)
    }
}

/// How many septets `text` takes; nothing when a character is not in the alphabet.
#[must_use]
pub fn septets(text: &str) -> Option<usize> {
    text.chars().map(width).sum()
}

/// `text` in the alphabet alone: what is not in it becomes its nearest plain spelling, or `?` where there is none.
#[must_use]
pub fn spelled(text: &str) -> String {
    let mut spelled = String::with_capacity(text.len());
    for c in text.chars() {
        if width(c).is_some() {
            spelled.push(c);
        } else if !c.is_control() {
            match deunicode::deunicode_char(c) {
                Some(plain) => {
                    spelled.extend(plain.chars().filter(|c| !c.is_control()).map(in_alphabet));
                }
                None => spelled.push('?'),
            }
        }
    }
    spelled
}

/// The backtick is the one visible character of ASCII that the alphabet lacks.
fn in_alphabet(c: char) -> char {
    match c {
        '`' => '\'',
        c if width(c).is_some() => c,
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::{collection, sample};

    fn alphabet() -> Vec<char> {
        let ascii = ('0'..='9').chain('A'..='Z').chain('a'..='z');
        BASIC.chars().chain(EXTENSION.chars()).chain(ascii).collect()
    }

    #[test]
    fn the_tables_hold_each_character_once() {
        let alphabet = alphabet();
        let once: std::collections::HashSet<_> = alphabet.iter().collect();
        assert_eq!(once.len(), alphabet.len());
        // 128 codes without the escape, the carriage return, and the 62 letters and digits.
        assert_eq!(BASIC.chars().count(), 128 - 2 - 62);
        assert_eq!(EXTENSION.chars().count(), 9);
    }

    #[test]
    fn what_is_in_the_extension_table_counts_twice() {
        for (text, length) in [
            ("", Some(0)),
            ("See you at 10:30!", Some(17)),
            ("Été à Gaspé, où ça?", None),
            ("déjà à ÇÉ", Some(9)),
            ("€5 [a]", Some(9)),
            ("a\nb", Some(3)),
            ("a\r\nb", None),
            ("fenêtre", None),
        ] {
            assert_eq!(septets(text), length, "{text}");
        }
        assert_eq!(septets(&"é".repeat(SEGMENT)), Some(SEGMENT));
    }

    #[test]
    fn what_the_alphabet_lacks_is_spelled_plainly_and_the_rest_stays() {
        for (text, plain) in [
            ("é è à ù ì ò Ç É ñ ä ö ü ß", "é è à ù ì ò Ç É ñ ä ö ü ß"),
            ("ê û î ô ç œ Œ À Ê", "e u i o c oe OE A E"),
            ("l’été – à 10\u{a0}h\u{202f}30…", "l'été - à 10 h 30..."),
            ("“Ann” — ‘Bo’", "\"Ann\" -- 'Bo'"),
            ("e\u{301}te\u{301}", "ete"),
            ("`", "'"),
            ("a\r\n\tb\u{7}\0", "a\nb"),
            ("\u{e000}", "?"),
        ] {
            assert_eq!(spelled(text), plain, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_spelled_fits_and_stays_as_it_is(text in collection::vec(any::<char>(), 0..100)) {
            let plain = spelled(&String::from_iter(text));
            prop_assert!(septets(&plain).is_some());
            prop_assert_eq!(spelled(&plain), plain);
        }

        #[test]
        fn a_text_that_fits_is_left_alone(text in collection::vec(sample::select(alphabet()), 0..200)) {
            let text = String::from_iter(text);
            prop_assert!(septets(&text).is_some());
            prop_assert_eq!(spelled(&text), text);
        }
    }
}
