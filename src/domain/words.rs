//! `words!`: texts in both languages, side by side. A text without one of its languages does not
//! compile, and neither does a new language without its texts.

/// Texts in both languages. `words!(language: "Your list for {day}" | "Votre liste du {day}")` is the one
/// that is asked for, filled in as by `format!`; with lists of texts it is the list. In the items that it makes, each text is
/// written the same way:
///
/// - `words! { struct ListWords { title: "Your list" | "Votre liste"; } }`: a struct with a text for each
///   name, and `ListWords::for_language(language)`. What follows as
///   `impl { undated(count: usize): "…" | "…"; }` are methods that fill in their arguments.
/// - `words! { fn busy: "…" | "…" }`: a text.
/// - `words! { fn questions { "…" | "…"; } }`: a list of texts.
/// - `words! { fn term { "code": "…" | "…"; } }`: what codes are called.
macro_rules! words {
    ($language:ident: [$($english:literal),+] | [$($french:literal),+]) => {
        match $language {
            $crate::domain::patient::Language::En => vec![$(format!($english)),+],
            $crate::domain::patient::Language::Fr => vec![$(format!($french)),+],
        }
    };
    ($language:ident: $english:literal | $french:literal) => {
        match $language {
            $crate::domain::patient::Language::En => format!($english),
            $crate::domain::patient::Language::Fr => format!($french),
        }
    };
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident { $($text:ident: $english:literal | $french:literal;)* }
    ) => {
        $(#[$meta])*
        $vis struct $name {
            $($vis $text: &'static str,)*
        }

        impl $name {
            $vis fn for_language(language: $crate::domain::patient::Language) -> &'static Self {
                static ENGLISH: $name = $name { $($text: $english,)* };
                static FRENCH: $name = $name { $($text: $french,)* };
                match language {
                    $crate::domain::patient::Language::En => &ENGLISH,
                    $crate::domain::patient::Language::Fr => &FRENCH,
                }
            }
        }
    };
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident { $($text:ident: $english:literal | $french:literal;)* }
        impl {
            $(
                $(#[$about:meta])*
                $method:ident($($given:ident: $kind:ty),*): $in_english:literal | $in_french:literal;
            )+
        }
    ) => {
        $(#[$meta])*
        $vis struct $name {
            $vis language: $crate::domain::patient::Language,
            $($vis $text: &'static str,)*
        }

        impl $name {
            $vis fn for_language(language: $crate::domain::patient::Language) -> &'static Self {
                use $crate::domain::patient::Language;
                static ENGLISH: $name = $name { language: Language::En, $($text: $english,)* };
                static FRENCH: $name = $name { language: Language::Fr, $($text: $french,)* };
                match language {
                    Language::En => &ENGLISH,
                    Language::Fr => &FRENCH,
                }
            }

            $(
                $(#[$about])*
                $vis fn $method(&self, $($given: $kind),*) -> String {
                    match self.language {
                        $crate::domain::patient::Language::En => format!($in_english),
                        $crate::domain::patient::Language::Fr => format!($in_french),
                    }
                }
            )+
        }
    };
    (
        $(#[$meta:meta])*
        $vis:vis fn $name:ident: $english:literal | $french:literal
    ) => {
        $(#[$meta])*
        $vis fn $name(language: $crate::domain::patient::Language) -> &'static str {
            match language {
                $crate::domain::patient::Language::En => $english,
                $crate::domain::patient::Language::Fr => $french,
            }
        }
    };
    (
        $(#[$meta:meta])*
        $vis:vis fn $name:ident { $($english:literal | $french:literal;)+ }
    ) => {
        $(#[$meta])*
        $vis fn $name(language: $crate::domain::patient::Language) -> &'static [&'static str] {
            match language {
                $crate::domain::patient::Language::En => &[$($english),+],
                $crate::domain::patient::Language::Fr => &[$($french),+],
            }
        }
    };
    (
        $(#[$meta:meta])*
        $vis:vis fn $name:ident { $($code:literal: $english:literal | $french:literal;)+ }
    ) => {
        $(#[$meta])*
        $vis fn $name(
            language: $crate::domain::patient::Language,
            code: &str,
        ) -> Option<&'static str> {
            let (english, french) = match code {
                $($code => ($english, $french),)+
                _ => return None,
            };
            Some(match language {
                $crate::domain::patient::Language::En => english,
                $crate::domain::patient::Language::Fr => french,
            })
        }
    };
}

pub(crate) use words;
