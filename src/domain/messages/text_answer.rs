//! What a patient's text message says, as far as a program may read it: an answer with nothing
//! around it but politeness, and a wish for no more messages. Everything else is for a person.
//! What is done about it is not here.

/// What a text message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// They come.
    Confirm,
    /// They want another time.
    Change,
    /// They want no more text messages.
    Stop,
    /// CANCEL alone: providers take it for a stop, and the patient may mean the visit.
    Cancel,
    /// They want them again after all.
    Start,
    /// They ask who writes, and how it is stopped.
    Help,
    /// Words for a person. NO and NON are among them.
    Other,
}

/// What the provider of texts says that one asked for. It has done its own part by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptOutType {
    /// No more texts.
    Stop,
    /// Texts again.
    Start,
    /// Who writes.
    Help,
}

impl OptOutType {
    /// The type of this name, if it is one.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "STOP" => Some(Self::Stop),
            "START" => Some(Self::Start),
            "HELP" => Some(Self::Help),
            _ => None,
        }
    }
}

/// The most words of a message that are looked at; one that is longer is for a person.
const MOST_WORDS: usize = 12;
/// How many words a message may have that begins with STOP and is taken for one.
const SHORT: usize = 5;

/// Answers, by what they mean, with lines between them. All words are as [`folded`] writes them.
const ANSWERS: &[(Said, &str)] = &[
    (
        Said::Confirm,
        "c|y|yes|yep|yeah|yup|oui|o|ok|okay|confirm|confirmed|confirme|confirmer|i confirm|\
         je confirme|ill be there|i will be there|je serai la|jy serai|daccord|cest bon|\
         cest confirme",
    ),
    (
        Said::Change,
        "r|reschedule|change|changer|reporter|deplacer|i need to reschedule|need to reschedule|\
         i want to reschedule|id like to reschedule|i would like to reschedule|can i reschedule|\
         can we reschedule|i need to change|can i change|je veux changer|je voudrais changer|\
         jaimerais changer|je dois changer|je veux reporter|je voudrais reporter|\
         je dois reporter|puis je changer",
    ),
    (Said::Start, "start|unstop|reprendre|debut"),
    (Said::Help, "help|aide|info|help me"),
    (
        Said::Stop,
        "stop|stopall|stop all|arret|arrete|arretes|arreter|arretez|cessez|end|quit|revoke|\
         optout|opt out|opt me out|i want to opt out|id like to opt out|unsubscribe|\
         unsubscribe me|i want to unsubscribe|remove me|remove me from your list|\
         remove me from this list|remove me from the list|take me off your list|\
         take me off this list|take me off the list|no more texts|no more messages|\
         no more text messages|do not text me|dont text me|do not text me anymore|\
         dont text me anymore|do not text me again|dont text me again|desabonner|me desabonner|\
         desabonnement|desabonnez moi|desinscription|desinscrivez moi|me desinscrire|retirez moi|\
         retirez moi de la liste|retirez moi de votre liste|plus de textos|plus de messages",
    ),
];

/// What may stand around an answer and changes nothing.
const POLITE: &str = "please|pls|plz|kindly|thanks|thanks a lot|thanks so much|many thanks|thank you|\
     thank you so much|thank you very much|thx|thanx|ty|merci|merci beaucoup|merci bien|\
     mille mercis|svp|stp|sil vous plait|sil te plait|hi|hello|hey|hi there|hello there|\
     good morning|good afternoon|good evening|bonjour|bonsoir|salut|allo|great|perfect|parfait|\
     super|excellent|good|sounds good|see you|see you then|see you there|see you soon|see ya|\
     you then|ill see you then|cu|a bientot|a plus|have a good day|have a great day|\
     have a nice day|good day|bonne journee|bonne soiree";
/// What may stand behind a yes or a wish for another time alone.
const VISIT: &str = "my appointment|the appointment|mon rendez vous|le rendez vous|mon rdv";

/// What a sentence that is a stop begins with, and what may stand before it.
const STOPS: &str =
    "stop|stopall|arret|arrete|arreter|arretez|cessez|unsubscribe|desabonner|desabonnement";
const BEFORE_STOP: &str = "please|pls|plz|svp|can|could|you|just|ok|hi|hello|bonjour";
/// What a message that begins with STOP must not be about: it is no wish about messages then, unless it names them.
const OTHER_MATTERS: &str =
    "appointment|appt|rendez|rdv|visit|cream|creme|medication|medicine|pills|taking|using|smoking";
const MESSAGES: &str = "text|texts|texting|message|messages|messaging|sms|reminder|reminders|texto|textos|rappel|\
     rappels|ecrire";

/// What `text` says. Case, accents, and whatever stands around the words make no difference.
#[must_use]
pub fn said(text: &str) -> Said {
    let text = folded(text);
    // One word more than matters is enough to know that there are too many.
    let words: Vec<&str> =
        text.split(' ').filter(|word| !word.is_empty()).take(MOST_WORDS + 1).collect();
    match words.as_slice() {
        ["cancel" | "annuler"] => Said::Cancel,
        words if words.len() <= MOST_WORDS => match answer(words) {
            Some(said) => said,
            None if begins_with_stop(words) => Said::Stop,
            None => Said::Other,
        },
        _ => Said::Other,
    }
}

/// Whether a text asks for no more messages, with nothing around that but politeness.
#[must_use]
pub fn is_plain_stop(text: &str) -> bool {
    let text = folded(text);
    let words: Vec<&str> =
        text.split(' ').filter(|word| !word.is_empty()).take(MOST_WORDS + 1).collect();
    words.len() <= MOST_WORDS && answer(&words) == Some(Said::Stop)
}

/// Whether a text that was taken for a stop may mean something else: it is no plain one, and names no messages.
#[must_use]
pub fn may_mean_more(text: &str) -> bool {
    let folded = folded(text);
    let mut words = folded.split(' ').filter(|word| !word.is_empty());
    !is_plain_stop(text) && !words.any(|word| phrases(MESSAGES).any(|one| one == word))
}

/// The one thing that `words` answer: all of them are answers or politeness. A stop among other answers is a stop; two
/// other answers that differ are none.
fn answer(words: &[&str]) -> Option<Said> {
    let (mut rest, mut found, mut of_visit) = (words, None, false);
    while !rest.is_empty() {
        let answers = ANSWERS
            .iter()
            .flat_map(|(said, all)| phrases(all).map(move |phrase| (Some(*said), phrase)));
        let around = phrases(POLITE).chain(phrases(VISIT)).map(|phrase| (None, phrase));
        let all = answers.chain(around);
        let fitting = all.filter_map(|(said, phrase)| Some((said, after(rest, phrase)?)));
        let (said, after) = fitting.min_by_key(|(_, after)| after.len())?;
        of_visit |= phrases(VISIT).any(|phrase| self::after(rest, phrase) == Some(after));
        rest = after;
        found = match (found, said) {
            (None, said) => said,
            (Some(before), Some(now)) if before != now => {
                Some([before, now].into_iter().find(|one| *one == Said::Stop)?)
            }
            (before, _) => before,
        };
    }
    found.filter(|said| !of_visit || matches!(said, Said::Confirm | Said::Change))
}

/// The phrases of a list, between whose entries there are lines.
fn phrases(list: &str) -> impl Iterator<Item = &str> {
    list.split('|')
}

/// What follows `phrase` at the beginning of `words`.
fn after<'w, 't>(words: &'w [&'t str], phrase: &str) -> Option<&'w [&'t str]> {
    phrase.split(' ').try_fold(words, |rest, expected| {
        let (word, rest) = rest.split_first()?;
        (*word == expected).then_some(rest)
    })
}

/// "Stop texting me please" is a no like any other, and so is "please stop texting me". "Stop by at noon?" is none, and is
/// taken for one all the same: better one opt-out too many, which START takes back, than one too few.
fn begins_with_stop(words: &[&str]) -> bool {
    let at = words.iter().position(|word| !phrases(BEFORE_STOP).any(|one| one == *word));
    let rest = words.get(at.unwrap_or(words.len())..).unwrap_or_default();
    let stops = rest.first().is_some_and(|first| phrases(STOPS).any(|one| one == *first));
    let named = |list| rest.iter().any(|word| phrases(list).any(|one| one == *word));
    stops && rest.len() <= SHORT && (named(MESSAGES) || !named(OTHER_MATTERS))
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
                "YES THANKS",
                "OUI MERCI",
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
                "END",
                "QUIT",
                "REVOKE",
                "OPTOUT",
                "OPT OUT",
                "REMOVE ME",
                "PLEASE STOP",
            ],
        ),
        (Said::Cancel, &["CANCEL", "ANNULER"]),
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
            ("Déplacer svp", Said::Change),
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
            "should I stop my cream",
            "stop my cream?",
            "please stop my appointment",
            "stopped",
            "nonstop",
        ] {
            assert_eq!(said(text), Said::Other, "{text}");
        }
    }

    /// The words of the law, of the networks and of people, each a no.
    #[test]
    fn a_wish_for_no_more_texts_is_heard_however_it_is_put() {
        for text in [
            "STOP please",
            "please stop",
            "Please STOP!",
            "arrête",
            "ARRÊT svp",
            "opt out",
            "OPT-OUT",
            "opt-out",
            "OPTOUT",
            "END",
            "Quit.",
            "REVOKE",
            "please stop texting me",
            "can you stop texting me?",
            "ok stop",
            "yes stop",
            "remove me",
            "Remove me please",
            "remove me from your list",
            "désabonnez-moi",
            "Désabonnez-moi svp",
            "unsubscribe me",
            "I want to opt out",
            "don’t text me again",
            "no more texts please",
            "plus de textos svp",
            "stop appointment reminders",
            "Arrêtez les rappels",
        ] {
            assert_eq!(said(text), Said::Stop, "{text}");
        }
    }

    #[test]
    fn words_around_an_answer_are_understood_where_there_is_no_doubt() {
        for text in [
            "Yes, see you then!",
            "C thanks",
            "oui, merci",
            "Oui merci beaucoup 🙏",
            "ok thank you",
            "Yes please",
            "yes yes",
            "Hi, yes",
            "Bonjour, oui svp",
            "C you then",
            "I’ll be there",
            "Yes I will be there, thanks!",
            "Je serai là, à bientôt",
            "I confirm my appointment",
            "je confirme mon rendez-vous",
            "d’accord",
        ] {
            assert_eq!(said(text), Said::Confirm, "{text}");
        }
        for text in [
            "R please",
            "reschedule please",
            "I need to reschedule",
            "Can I reschedule?",
            "Je voudrais changer mon rendez-vous svp",
            "change my appointment",
        ] {
            assert_eq!(said(text), Said::Change, "{text}");
        }
        for text in ["start please", "Help please", "info svp"] {
            assert!(matches!(said(text), Said::Start | Said::Help), "{text}");
        }
    }

    /// By mail only the plain wish counts, since nothing but the first line is looked at.
    #[test]
    fn a_line_of_a_mail_asks_for_no_more_of_them_or_does_not() {
        for line in ["STOP", "unsubscribe", "arrêt", "Arrêt.", "Please unsubscribe me", "opt-out"]
        {
            assert!(is_plain_stop(line), "{line}");
        }
        for line in
            ["stop by at noon?", "stop texting me", "cancel", "yes", "", "thanks", "annuler"]
        {
            assert!(!is_plain_stop(line), "{line}");
        }
    }

    #[test]
    fn a_stop_that_may_mean_something_else_is_told_from_one_that_cannot() {
        for text in ["stop by at noon?", "Stop the bleeding", "could you stop the itch"] {
            assert!(said(text) == Said::Stop && may_mean_more(text), "{text}");
        }
        for text in ["STOP", "please stop texting me", "stop please", "Arrêtez les rappels"] {
            assert!(said(text) == Said::Stop && !may_mean_more(text), "{text}");
        }
    }

    #[test]
    fn what_may_mean_the_visit_is_for_a_person() {
        for text in [
            "cancel please",
            "please cancel",
            "cancel my appointment",
            "annuler svp",
            "NO",
            "NON",
            "no thank you",
            "thanks",
            "see you then",
            "my appointment",
            "can't come, sorry",
            "I can’t come",
            "yes but can it be later",
            "yes see you monday at 9",
            "yes no",
            "c or r",
            "end of the week?",
            "remove",
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
            "ok\u{0}no",
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
