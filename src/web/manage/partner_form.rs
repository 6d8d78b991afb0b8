//! The forms of a partner shop: its details, its papers with their last days, and a link to its list.

use chrono::NaiveDate;
use strum::VariantArray;

use super::catalogue_forms::{Note, hours_field};
use super::words;
use crate::domain::catalogue::partner::{Paper, PartnerDetails, Works};
use crate::domain::catalogue::service::Method;
use crate::domain::ids::PartnerId;
use crate::domain::patient::Language;
use crate::web::frame::form::field::{Choice, Field, Kind, choice};
use crate::web::frame::form::spec::FormSpec;
use crate::web::frame::text::title_words;

/// The state of each paper: not on file, expired, or ending soon; with `all`, also those that last.
pub(super) fn paper_notes(details: &PartnerDetails, today: NaiveDate, all: bool) -> Vec<Note> {
    let papers = details.papers.clone().unwrap_or_default();
    let named = [
        ("Licence", papers.licence),
        ("Inspection", papers.inspection),
        ("Insurance", papers.insurance),
        ("Device licence", papers.device_licence),
        ("Operator training", papers.operator_training),
    ];
    let note = |(what, paper): (&str, Option<Paper>)| match paper {
        None => Some((format!("{what} is not on file"), true)),
        Some(paper) => {
            let last = paper.valid_until.date();
            let far = || all.then(|| (format!("{what} lasts until {}", words::day(last)), false));
            words::until(what, last, today).or_else(far)
        }
    };
    named.into_iter().filter_map(note).collect()
}

/// The languages, to choose from.
pub(super) fn language_choices() -> Vec<Choice> {
    let language = |one: &Language| match one {
        Language::En => choice(one, "English"),
        Language::Fr => choice(one, "French"),
    };
    Language::VARIANTS.iter().map(language).collect()
}

fn paper_field(name: &'static str, label: &'static str) -> Field {
    let parts = vec![
        Field::new("number", "Number", Kind::Text),
        Field::new("dated", "Dated", Kind::Day),
        Field::new("result", "Result", Kind::Text),
        Field::new("valid_until", "Last day", Kind::Day).required(),
    ];
    Field::new(name, label, Kind::Group(parts))
}

fn fields(is_new: bool) -> Vec<Field> {
    let methods = Method::VARIANTS.iter().map(|one| choice(one, &title_words(one)));
    let works = Works::VARIANTS.iter().map(|one| match one {
        Works::SharedHours => choice(one, "Shares its hours: the desk books, the shop confirms"),
        Works::OnRequest => choice(one, "On request: the shop proposes the time"),
    });
    let mut all = vec![
        Field::new("name", "Name", Kind::Text).required(),
        Field::new("address", "Street address", Kind::Text).required(),
        Field::new("phone", "Telephone", Kind::Tel).required(),
        Field::new("contact", "Whom to ask for", Kind::Text),
        Field::new("languages", "Languages spoken there", Kind::Ticks(language_choices())),
        Field::new("methods", "How it treats", Kind::Ticks(methods.collect())),
        Field::new("wavelengths_nm", "Wavelengths of its lasers, nm", Kind::Numbers)
            .hint("With commas between them, such as 1064, 532."),
        Field::new("works", "How it works with the clinic", Kind::One(works.collect()))
            .hint("By shared hours unless set."),
        paper_field("papers/licence", "Licence of the city"),
        paper_field("papers/inspection", "Inspection by the health unit"),
        paper_field("papers/insurance", "Insurance"),
        paper_field("papers/device_licence", "Medical device licence of its laser"),
        paper_field("papers/operator_training", "Training of its operators"),
        Field::new("active", "Can be referred to", Kind::Tick),
    ];
    if is_new {
        all.push(hours_field("shop/hours"));
        all.push(
            Field::new("shop/chairs", "How many can be treated there at once", Kind::Whole)
                .hint("One unless set."),
        );
        all.push(Field::new(
            "shop/observes_holidays",
            "Closes on Ontario’s public holidays",
            Kind::Tick,
        ));
    }
    all
}

/// The form for a new partner.
pub(super) fn form_to_add() -> FormSpec {
    FormSpec {
        action: "/manage/partners/new".to_owned(),
        button: "Add the partner",
        fields: fields(true),
        unique: "name",
    }
}

/// The form of one that is there.
pub(super) fn form_to_change(id: PartnerId) -> FormSpec {
    FormSpec {
        action: format!("/manage/partners/{id}"),
        button: "Save",
        fields: fields(false),
        unique: "name",
    }
}

/// The form for a link to its list.
pub(super) fn link_form(id: PartnerId) -> FormSpec {
    FormSpec {
        action: format!("/manage/partners/{id}/links"),
        button: "Make a link",
        fields: vec![
            Field::new("label", "What it is called", Kind::Text)
                .required()
                .hint("So that one can be told from another, such as “The till”."),
        ],
        unique: "label",
    }
}
