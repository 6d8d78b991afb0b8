//! What is wrong with what was typed into a form, at which of its fields, and how that is said.

use crate::actions::Error;
use crate::domain::patient::Language;
use crate::domain::refusal::Refusal;
use crate::domain::text::TextError;
use crate::domain::words::words;
use crate::web::frame::text::capitalised;

/// Something that is wrong with what was typed.
#[derive(Debug, Clone)]
pub(in crate::web) struct FieldError {
    /// The name of the control; none where the whole form is wrong.
    pub(in crate::web) field: Option<String>,
    pub(in crate::web) words: String,
}

impl FieldError {
    pub(in crate::web) fn at_field(field: impl Into<String>, words: impl Into<String>) -> Self {
        Self { field: Some(field.into()), words: words.into() }
    }

    pub(in crate::web) fn of_form(words: impl Into<String>) -> Self {
        Self { field: None, words: words.into() }
    }
}

/// Whether `wrong` is about the field of that name, or about a part of it.
pub(super) fn is_at(wrong: &FieldError, name: &str) -> bool {
    let field = wrong.field.as_deref().unwrap_or_default();
    field.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What is wrong with the field of that name and its parts, in one line; `unit` is the word for its numbered parts.
pub(super) fn words_at(wrong: &[FieldError], name: &str, unit: &str) -> String {
    let inside = format!("{name}/");
    let number = |one: &FieldError| -> Option<usize> {
        let rest = one.field.as_deref()?.strip_prefix(&inside)?;
        rest.split('/').next()?.parse().ok()
    };
    let own = wrong.iter().filter(|one| is_at(one, name));
    let words: Vec<_> = own
        .map(|one| match number(one) {
            Some(number) => format!("{unit} {}: {}", number + 1, one.words),
            None => one.words.clone(),
        })
        .collect();
    words.join(" ")
}

/// `detail` as a sentence beside a field.
pub(in crate::web) fn sentence(detail: &str) -> String {
    let start = |with: &[&str]| with.iter().any(|word| detail.starts_with(word));
    let whole = if start(&["invalid ", "unknown ", "trailing ", "premature "]) {
        "This does not fit here".to_owned()
    } else if start(&["missing "]) {
        "Something is missing here".to_owned()
    } else if start(&["must ", "has ", "is ", "goes "]) {
        format!("This {detail}")
    } else if start(&["not "]) {
        format!("This is {detail}")
    } else {
        capitalised(detail)
    };
    if whole.ends_with(['.', '!', '?']) { whole } else { format!("{whole}.") }
}

/// What is wrong, each error at the field that it is about. `stale` is the sentence for a change by another user, and
/// `say` puts a refusal in words. An error that no form can mend is returned.
pub(in crate::web) fn field_errors(
    error: Error,
    stale: &str,
    say: impl Fn(Refusal) -> String,
) -> Result<Vec<FieldError>, Error> {
    match error {
        Error::Stale | Error::AnsweredMeanwhile => Ok(vec![FieldError::of_form(stale)]),
        error => errors_at_fields(error, control_at, str::to_owned, say),
    }
}

/// What an action refused, each error at the field that `field_of` finds for its pointer. An error that is about
/// nothing that was sent is returned.
pub(super) fn errors_at_fields(
    error: Error,
    field_of: impl Fn(&str) -> String,
    detail_in_words: impl Fn(&str) -> String,
    say: impl Fn(Refusal) -> String,
) -> Result<Vec<FieldError>, Error> {
    match error {
        Error::Refused(refusals) | Error::Explained(refusals, _) => Ok(refusals
            .into_iter()
            .map(|refusal| FieldError {
                field: refusal.field.as_deref().map(&field_of),
                words: say(refusal),
            })
            .collect()),
        Error::Invalid { pointer, detail } => {
            let words = detail_in_words(&detail);
            Ok(vec![FieldError::at_field(field_of(&pointer), words)])
        }
        error => Err(error),
    }
}

/// The field of a JSON form that a pointer is about, which is its path.
pub(super) fn field_at(pointer: &str) -> String {
    match pointer.trim_start_matches(['/', '-']) {
        // The command line calls it so.
        "partner" => "partner_id".to_owned(),
        path => path.to_owned(),
    }
}

/// The control of a record form that a pointer is about: `/parameter_sets/0/spot_mm` is `spot_mm.0`.
fn control_at(pointer: &str) -> String {
    let parts: Vec<_> = pointer.trim_start_matches('/').split('/').collect();
    match parts.as_slice() {
        [_, index, name] => format!("{name}.{index}"),
        [name, ..] => (*name).to_owned(),
        [] => String::new(),
    }
}

words! {
    struct FormWords {
        look_below: "Something is missing, or cannot be: see below." | "Quelque chose manque ou n’est pas possible : voyez plus bas.";
        needed: "This is needed." | "À remplir.";
        unreadable: "It holds characters that nobody can read; type it again." | "Il contient des caractères illisibles; veuillez le saisir de nouveau.";
    }
    impl {
        too_short(least: usize): "At least {least} characters, please." | "Au moins {least} caractères, s’il vous plaît.";
        too_long(most: usize): "That is too long: at most {most} characters." | "C’est trop long : {most} caractères au plus.";
    }
}

pub(in crate::web) fn look_below(language: Language) -> &'static str {
    FormWords::for_language(language).look_below
}

pub(in crate::web) fn required_text(language: Language) -> &'static str {
    FormWords::for_language(language).needed
}

pub(in crate::web) fn text_problem(language: Language, error: &TextError) -> String {
    let words = FormWords::for_language(language);
    match error {
        TextError::Empty => words.needed.to_owned(),
        TextError::TooShort(least) => words.too_short(*least),
        TextError::TooLong(most) => words.too_long(*most),
        TextError::Control => words.unreadable.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_into_a_request_is_the_name_of_a_control() {
        assert_eq!(control_at("/start"), "start");
        assert_eq!(control_at("/parameter_sets/1/wavelength_nm"), "wavelength_nm.1");
        assert_eq!(control_at(""), "");
    }
}
