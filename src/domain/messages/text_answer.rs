//! What a patient's text message says, as far as a program may read it: a few words that
//! stand alone, and everything else is for a person. What is done about it is not here.

/// What a text message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// They come.
    Confirm,
    /// They want another time.
    Change,
    /// They want no more text messages.
    Stop,
    /// They want them again after all.
    Start,
    /// They ask who writes, and how it is stopped.
    Help,
    /// Words for a person. CANCEL, END, QUIT, ANNULER, NO and NON are among them: they may mean the visit as well as the messages.
    Other,
}

/// How many words a message may have that begins with STOP and is taken for one.
const SHORT: usize = 5;

/// What `text` says. Case, accents, and whatever stands around the words make no difference.
#[must_use]
pub fn said(text: &str) -> Said {
    let text = folded(text);
    // One word more than matters is enough to know that there are too many.
    let words: Vec<&str> =
        text.split(' ').filter(|word| !word.is_empty()).take(SHORT + 1).collect();
    match words.as_slice() {
        ["c" | "y" | "yes" | "oui" | "o" | "ok" | "confirm" | "confirmed" | "confirme"]
        | ["je", "confirme"]
        | ["i", "confirm"] => Said::Confirm,
        ["r" | "reschedule" | "change" | "changer" | "reporter" | "deplacer"] => Said::Change,
        ["start" | "unstop" | "reprendre" | "debut"] => Said::Start,
        ["help" | "aide" | "info"] => Said::Help,
        // "Stop texting me please" is a no like any other. "Stop by at noon?" is none, and is taken for one all the same: better
        // one opt-out too many, which START takes back, than one too few.
        [
            "stop" | "stopall" | "arret" | "arreter" | "arretez" | "unsubscribe" | "desabonner"
            | "desabonnement",
            ..,
        ] if words.len() <= SHORT => Said::Stop,
        _ => Said::Other,
    }
}

/// `text` in lower case without accents; what is neither letter nor digit becomes a blank.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // Apostrophes, accents that stand by themselves, and what cannot be seen are within words.
            '\''
            | '’'
            | '\u{ad}'
            | '\u{300}'..='\u{36f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{fe0f}'
            | '\u{feff}' => {}
            // Latin letters, the wide ones among them. Those of other scripts are not spelled out: `お` is no O for oui.
            '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{ff01}'..='\u{ff5e}'
                if c.is_alphanumeric() =>
            {
                let plain = deunicode::deunicode_char(c).unwrap_or_default();
                folded.extend(
                    plain
                        .chars()
                        .filter(char::is_ascii_alphanumeric)
                        .map(|c| c.to_ascii_lowercase()),
                );
            }
            c if c.is_alphanumeric() => folded.push(c),
            _ => folded.push(' '),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WORDS: &[(Said, &[&str])] = &[
        (
            Said::Confirm,
            &[
                "C",
                "Y",
                "YES",
                "OUI",
                "O",
                "OK",
                "CONFIRM",
                "CONFIRMED",
                "CONFIRME",
                "JE CONFIRME",
                "I CONFIRM",
            ],
        ),
        (Said::Change, &["R", "RESCHEDULE", "CHANGE", "CHANGER", "REPORTER", "DEPLACER"]),
        (Said::Start, &["START", "UNSTOP", "REPRENDRE", "DEBUT"]),
        (Said::Help, &["HELP", "AIDE", "INFO"]),
        (
            Said::Stop,
            &[
                "STOP",
                "STOPALL",
                "STOP ALL",
                "ARRET",
                "ARRETER",
                "ARRETEZ",
                "UNSUBSCRIBE",
                "DESABONNER",
                "DESABONNEMENT",
            ],
        ),
    ];

    #[test]
    fn each_word_means_what_it_says_as_people_type_it() {
        for (meaning, words) in WORDS {
            for word in *words {
                assert_eq!(said(word), *meaning, "{word}");
            }
        }
        for (text, meaning) in [
            ("ok 👍", Said::Confirm),
            ("« Confirmé »", Said::Confirm),
            ("Oui.\r\n", Said::Confirm),
            ("je  confirme !", Said::Confirm),
            ("Ｙ", Said::Confirm),
            ("Déplacer svp", Said::Other),
            ("de\u{301}placer", Said::Change),
            ("“Stop”", Said::Stop),
            ("ARRÊT", Said::Stop),
            ("arre\u{302}tez", Said::Stop),
            ("Désabonnement", Said::Stop),
            ("début", Said::Start),
            ("Help?", Said::Help),
        ] {
            assert_eq!(said(text), meaning, "{text}");
        }
    }

    #[test]
    fn a_stop_is_heard_in_a_short_sentence_and_not_in_a_long_one() {
        for text in [
            "STOP texting me please",
            "stop, don't text me anymore",
            "Arrêtez de m’écrire",
            "stop by at noon?",
            "Stop!!! 🛑🛑 Stop",
        ] {
            assert_eq!(said(text), Said::Stop, "{text}");
        }
        for text in [
            "stop by the pharmacy before I come?",
            "please stop",
            "should I stop my cream",
            "stopped",
            "nonstop",
        ] {
            assert_eq!(said(text), Said::Other, "{text}");
        }
    }

    #[test]
    fn what_may_mean_the_visit_is_for_a_person() {
        for text in [
            "CANCEL",
            "END",
            "QUIT",
            "ANNULER",
            "NO",
            "NON",
            "yes but later",
            "Y/N",
            "c r",
            "1",
            "",
            "  ",
            "👍",
            "?!",
            "お",
            "О",
            "오",
            "好",
            "ok\u{0}ok",
        ] {
            assert_eq!(said(text), Said::Other, "{text}");
        }
    }

    #[test]
    fn a_message_of_any_length_is_read() {
        assert_eq!(said(&"stop ".repeat(2_000)), Said::Other);
        assert_eq!(said(&"👍🏽é".repeat(5_000)), Said::Other);
        assert_eq!(
            said(&format!("{}yes{}", " ".repeat(10_000), "!".repeat(10_000))),
            Said::Confirm
        );
    }

    proptest! {
        #[test]
        fn anything_at_all_can_be_read(text in proptest::collection::vec(any::<char>(), 0..100)) {
            let _ = said(&String::from_iter(text));
        }

        #[test]
        fn decoration_changes_no_meaning(
            before in "[ \t\r\n\"'«»“”‘’.,;:!?()*_👍🙏✅\u{a0}\u{200b}-]{0,8}",
            between in "[ \u{a0}]{1,3}",
            after in "[ \t\r\n\"'«»“”‘’.,;:!?()*_👍🙏✅\u{a0}\u{200b}-]{0,8}",
            upper in any::<u32>(),
        ) {
            for (meaning, word) in WORDS.iter().flat_map(|(meaning, words)| words.iter().map(move |word| (meaning, word))) {
                let cased: String = (0..).zip(word.chars()).map(|(at, c)| if upper >> at & 1 == 1 { c } else { c.to_ascii_lowercase() }).collect();
                let text = format!("{before}{}{after}", cased.replace(' ', &between));
                prop_assert_eq!(said(&text), *meaning, "{}", text);
            }
        }
    }
}
