//! How a partner's shop is told: where its mail and its texts go, by which way each kind of
//! message comes, when, and in which language.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use strum::VariantArray;

use super::fields::{Choice, Field, Kind, Problem, Typed, choice};
use super::form_view::{Came, FormView, Sheet, expected};
use super::partners::id_of;
use super::shown::Shown;
use super::tabs::{Part, Tab, tabs};
use crate::actions::access::browsers::Person;
use crate::actions::partner::{notifications, partners};
use crate::actions::{App, Error, Result};
use crate::domain::ids::PartnerId;
use crate::domain::patient::{Language, Way};
use crate::web::frame::form::{Asked, Form};
use crate::web::frame::layout::{Here, Shell};
use crate::web::frame::page::{Named, shown_with_scripts, sorry};

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

fn sheet(id: PartnerId) -> Sheet {
    let language = |one: &Language| match one {
        Language::En => choice(one, "English"),
        Language::Fr => choice(one, "French"),
    };
    let languages = Language::VARIANTS.iter().map(language).collect();
    let by =
        |name, label| Field::new(name, label, Kind::One(ways())).hint("Not at all unless chosen.");
    Sheet {
        action: format!("/manage/partners/{id}/told"),
        button: "Save",
        fields: vec![
            Field::new("email", "Where its mail goes", Kind::Email),
            Field::new("phone", "Where its text messages go", Kind::Tel),
            Field::new("language", "In which language", Kind::One(languages)).must(),
            by(
                "changes_by",
                "Told of changes, of what waits for its answer, and of an overdue report",
            ),
            by("day_list_by", "The list of the next day"),
            Field::new(
                "day_list_at",
                "When that list comes, the day before",
                Kind::Time,
            )
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
    Wrong(Typed, Vec<Problem>, i64),
    Overtaken(Typed),
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
    let sheet = sheet(id);
    Ok(Page {
        shell: Shell::of(app, person, Here::Manage),
        tabs: tabs(Some(Part::Partners)),
        id,
        name: partner.details.name.to_string(),
        changed,
        form: match left {
            Left::Nothing => sheet.of(&there, Some(told.version)),
            Left::Wrong(typed, problems, version) => sheet.with(&typed, Some(version), &problems),
            Left::Overtaken(typed) => sheet.overtaken(&typed, &there, told.version),
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
        Left::Wrong(..) | Left::Overtaken(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    match filled(app, person, id, changed, left).await {
        Ok(page) => shown_with_scripts(status, &page),
        Err(error) => sorry(error),
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
        Err(error) => sorry(error),
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
        Err(error) => return sorry(error),
    };
    let sheet = sheet(id);
    let typed = Typed::of_form(&sheet.fields, &form);
    let version = form.read("version").unwrap_or_default();
    let left = match typed.read(&sheet.fields) {
        Ok(written) => match sheet.came(
            notifications::change(&app, &person.caller(), id, &expected(&form), written).await,
        ) {
            Came::Done(_) => {
                return Redirect::to(&format!("/manage/partners/{id}/told?done")).into_response();
            }
            Came::Wrong(problems) => Left::Wrong(typed, problems, version),
            Came::Overtaken => Left::Overtaken(typed),
            Came::Failed(error) => return sorry(error),
        },
        Err(problems) => Left::Wrong(typed, problems, version),
    };
    answered(&app, &person, id, false, left).await
}
