//! How a partner's shop is told: where its mail and its texts go, by which way each kind of
//! message comes, when, and in which language.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use strum::VariantArray;

use super::partners::id_of;
use super::tabs::{Part, Tab, tabs};
use crate::actions::access::browsers::Person;
use crate::actions::partner::{notifications, partners};
use crate::actions::{App, Error, Result};
use crate::domain::ids::PartnerId;
use crate::domain::patient::{Language, Way};
use crate::web::frame::error::error_page;
use crate::web::frame::form::field::{Choice, Field, Kind, choice};
use crate::web::frame::form::sent::{Asked, Form};
use crate::web::frame::form::spec::{FormSpec, FormView, Outcome, expected};
use crate::web::frame::form::wrong::Wrong;
use crate::web::frame::layout::{Here, Shell};
use crate::web::frame::page::{Named, shown_with_scripts};

#[derive(Template)]
#[template(path = "manage_partner_told.html", config = ".askama.toml")]
struct Page {
    shell: Shell,
    tabs: Vec<Tab>,
    id: PartnerId,
    name: String,
    changed: bool,
    form: FormView,
}

fn ways() -> Vec<Choice> {
    let way = |way: &Way| match way {
        Way::Email => choice(way, "By mail"),
        Way::Sms => choice(way, "By text message"),
    };
    Way::VARIANTS.iter().map(way).collect()
}

fn spec(id: PartnerId) -> FormSpec {
    let language = |one: &Language| match one {
        Language::En => choice(one, "English"),
        Language::Fr => choice(one, "French"),
    };
    let languages = Language::VARIANTS.iter().map(language).collect();
    let by =
        |name, label| Field::new(name, label, Kind::One(ways())).hint("Not at all unless chosen.");
    FormSpec {
        action: format!("/manage/partners/{id}/told"),
        button: "Save",
        fields: vec![
            Field::new("email", "Where its mail goes", Kind::Email),
            Field::new("phone", "Where its text messages go", Kind::Tel),
            Field::new("language", "In which language", Kind::One(languages)).required(),
            by(
                "changes_by",
                "Told of changes, of what waits for its answer, and of an overdue report",
            ),
            by("day_list_by", "The list of the next day"),
            Field::new("day_list_at", "When that list comes, the day before", Kind::Time)
                .hint("Toronto’s time; when the clinic sends them unless set."),
            by("before_by", "Told before each visit"),
            Field::new("before_minutes", "How many minutes before", Kind::Whole)
                .hint("10 to 1440; as long as the clinic says unless set."),
        ],
        unique: "email",
    }
}

/// What a form that failed carried, and the page with it.
enum Left {
    Nothing,
    Wrong(Form, Vec<Wrong>, i64),
    Stale(Form),
}

async fn filled(
    app: &App,
    person: &Person,
    id: PartnerId,
    changed: bool,
    left: Left,
) -> Result<Page> {
    let caller = person.caller();
    let partner = partners::get(app, &caller, id).await?.into_inner();
    let told = notifications::get(app, &caller, id).await?.into_inner();
    let there =
        serde_json::to_value(&told.details).map_err(|error| Error::Fault(error.to_string()))?;
    let spec = spec(id);
    Ok(Page {
        shell: Shell::of(app, person, Here::Manage),
        tabs: tabs(Some(Part::Partners)),
        id,
        name: partner.details.name.to_string(),
        changed,
        form: match left {
            Left::Nothing => spec.filled(&there, Some(told.version)),
            Left::Wrong(typed, problems, version) => {
                spec.with_wrong(&typed, Some(version), &problems)
            }
            Left::Stale(typed) => spec.with_newer(&typed, &there, told.version),
        },
    })
}

async fn answered(
    app: &App,
    person: &Person,
    id: PartnerId,
    changed: bool,
    left: Left,
) -> Response {
    let status = match left {
        Left::Nothing => StatusCode::OK,
        Left::Wrong(..) | Left::Stale(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    match filled(app, person, id, changed, left).await {
        Ok(page) => shown_with_scripts(status, &page),
        Err(error) => error_page(error),
    }
}

/// The page.
pub(super) async fn page(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    Asked(asked): Asked,
) -> Response {
    match id_of(id) {
        Ok(id) => answered(&app, &person, id, asked.has("done"), Left::Nothing).await,
        Err(error) => error_page(error),
    }
}

/// Changes how it is told.
pub(super) async fn change(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    form: Form,
) -> Response {
    let id = match id_of(id) {
        Ok(id) => id,
        Err(error) => return error_page(error),
    };
    let spec = spec(id);
    let typed = spec.typed(&form);
    let version = form.read("version").unwrap_or_default();
    let left = match spec.read(&typed) {
        Ok(written) => match spec.outcome(
            notifications::change(&app, &person.caller(), id, &expected(&form), written).await,
        ) {
            Outcome::Done(_) => {
                return Redirect::to(&format!("/manage/partners/{id}/told?done")).into_response();
            }
            Outcome::Wrong(problems) => Left::Wrong(typed, problems, version),
            Outcome::Stale => Left::Stale(typed),
            Outcome::Failed(error) => return error_page(error),
        },
        Err(problems) => Left::Wrong(typed, problems, version),
    };
    answered(&app, &person, id, false, left).await
}
