//! The catalogue: a list of all that it holds, and one form for each kind of thing, to add one
//! and to change it. What the fields are stands in `things`.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Router};
use serde_json::Value;

use super::catalogue_forms::{Lists, Note, Thing};
use super::tabs::{Part, Tab, tabs};
use super::users::shops;
use crate::actions::access::browsers::Person;
use crate::actions::{App, Caller, Error, Result, catalogue};
use crate::domain::catalogue::device::Device;
use crate::domain::catalogue::practitioner::Practitioner;
use crate::domain::catalogue::room::Room;
use crate::domain::catalogue::service::Service;
use crate::domain::catalogue::site::Site;
use crate::domain::role::MANAGERS;
use crate::domain::time::civil;
use crate::web::access::auth::only;
use crate::web::frame::error::error_page;
use crate::web::frame::form::field::choice;
use crate::web::frame::form::sent::{Asked, Form};
use crate::web::frame::form::spec::{FormSpec, FormView, Outcome, expected};
use crate::web::frame::layout::{Here, Shell};
use crate::web::frame::page::{Named, named, shown_with_scripts};

/// The pages of the catalogue.
pub(super) fn routes(app: &App) -> Router<App> {
    Router::new()
        .route("/manage/catalogue", only(app, MANAGERS, get(page)))
        .merge(of::<Service>(app))
        .merge(of::<Practitioner>(app))
        .merge(of::<Room>(app))
        .merge(of::<Device>(app))
        .merge(of::<Site>(app))
}

fn of<T: Thing + 'static>(app: &App) -> Router<App> {
    let at = |end: &str| format!("/manage/catalogue/{}/{end}", T::PATH);
    Router::new()
        .route(&at("new"), only(app, MANAGERS, get(blank::<T>).post(add::<T>)))
        .route(&at("{id}"), only(app, MANAGERS, get(one::<T>).post(change::<T>)))
}

#[derive(Template)]
#[template(path = "manage_catalogue.html", config = ".askama.toml")]
struct Page {
    shell: Shell,
    tabs: Vec<Tab>,
    note: Option<&'static str>,
    sections: Vec<Section>,
}

struct Section {
    path: &'static str,
    many: &'static str,
    one: &'static str,
    rows: Vec<Row>,
}

struct Row {
    id: String,
    name: String,
    facts: String,
    notes: Vec<Note>,
    active: bool,
}

async fn section<T: Thing>(app: &App, caller: &Caller, lists: &Lists) -> Result<Section> {
    let today = civil::date_of(app.zone, app.clock.now());
    let mut things = catalogue::all::<T>(app, caller).await?;
    things.sort_by_key(|thing| (!thing.is_active(), thing.name().to_lowercase()));
    let row = |thing: &T| Row {
        id: thing.id().into().to_string(),
        name: thing.name(),
        facts: told(thing.facts(lists)),
        notes: thing.notes(today),
        active: thing.is_active(),
    };
    Ok(Section {
        path: T::PATH,
        many: T::MANY,
        one: T::ONE,
        rows: things.iter().map(row).collect(),
    })
}

/// Facts in a line; what is empty is left out.
fn told(mut facts: Vec<String>) -> String {
    facts.retain(|fact| !fact.is_empty());
    facts.join(" · ")
}

async fn lists(app: &App, caller: &Caller) -> Result<Lists> {
    let sites = catalogue::all::<Site>(app, caller).await?;
    let devices = catalogue::all::<Device>(app, caller).await?;
    Ok(Lists {
        sites: sites.iter().map(|site| choice(&site.id, &site.details.name)).collect(),
        devices: devices.iter().map(|device| choice(&device.id, &device.details.code)).collect(),
        shops: shops(app, caller).await?,
    })
}

/// All that the catalogue holds.
async fn page(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Asked(asked): Asked,
) -> Response {
    match listed(&app, &person, &asked).await {
        Ok(page) => shown_with_scripts(StatusCode::OK, &page),
        Err(error) => error_page(error),
    }
}

async fn listed(app: &App, person: &Person, asked: &Form) -> Result<Page> {
    let caller = person.caller();
    let lists = lists(app, &caller).await?;
    Ok(Page {
        shell: Shell::of(app, person, Here::Manage),
        tabs: tabs(Some(Part::Catalogue)),
        note: match asked.get("done") {
            "added" => Some("It was added."),
            "changed" => Some("It was changed."),
            _ => None,
        },
        sections: vec![
            section::<Service>(app, &caller, &lists).await?,
            section::<Practitioner>(app, &caller, &lists).await?,
            section::<Room>(app, &caller, &lists).await?,
            section::<Device>(app, &caller, &lists).await?,
            section::<Site>(app, &caller, &lists).await?,
        ],
    })
}

#[derive(Template)]
#[template(path = "manage_thing.html", config = ".askama.toml")]
struct ThingPage {
    shell: Shell,
    tabs: Vec<Tab>,
    back: &'static str,
    back_words: &'static str,
    title: String,
    form: FormView,
}

fn thing_page(app: &App, person: &Person, title: String, form: FormView) -> ThingPage {
    ThingPage {
        shell: Shell::of(app, person, Here::Manage),
        tabs: tabs(Some(Part::Catalogue)),
        back: "/manage/catalogue",
        back_words: "The whole catalogue",
        title,
        form,
    }
}

async fn spec<T: Thing>(app: &App, caller: &Caller, end: &str) -> Result<FormSpec> {
    let lists = lists(app, caller).await?;
    Ok(FormSpec {
        action: format!("/manage/catalogue/{}/{end}", T::PATH),
        button: "Save",
        fields: T::fields(&lists),
        unique: "code",
    })
}

/// The form for a new one.
async fn blank<T: Thing>(State(app): State<App>, Extension(person): Extension<Person>) -> Response {
    match spec::<T>(&app, &person.caller(), "new").await {
        Ok(spec) => {
            let page = thing_page(
                &app,
                &person,
                format!("Add a {}", T::ONE),
                spec.filled(&T::blank(), None),
            );
            shown_with_scripts(StatusCode::OK, &page)
        }
        Err(error) => error_page(error),
    }
}

/// Adds one.
async fn add<T: Thing>(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    form: Form,
) -> Response {
    let caller = person.caller();
    let spec = match spec::<T>(&app, &caller, "new").await {
        Ok(spec) => spec,
        Err(error) => return error_page(error),
    };
    let typed = spec.typed(&form);
    let problems = match spec.read(&typed) {
        Ok(written) => {
            match spec.outcome(catalogue::add_from_form::<T>(&app, &caller, written).await) {
                Outcome::Done(_) => {
                    return Redirect::to("/manage/catalogue?done=added").into_response();
                }
                Outcome::Wrong(problems) => problems,
                Outcome::Stale => Vec::new(),
                Outcome::Failed(error) => return error_page(error),
            }
        }
        Err(problems) => problems,
    };
    let page = thing_page(
        &app,
        &person,
        format!("Add a {}", T::ONE),
        spec.with_wrong(&typed, None, &problems),
    );
    shown_with_scripts(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn id_of<T: Thing>(id: Named) -> Result<T::Id> {
    let id: uuid::Uuid = named(id).parse().map_err(|_| Error::NotThere(T::NOUN))?;
    Ok(id.into())
}

fn written_of<T: Thing>(thing: &T) -> Result<Value> {
    serde_json::to_value(thing.details()).map_err(|error| Error::Fault(error.to_string()))
}

async fn found<T: Thing>(app: &App, caller: &Caller, id: Named) -> Result<(T, FormSpec)> {
    let thing = catalogue::get::<T>(app, caller, id_of::<T>(id)?).await?.into_inner();
    let spec = spec::<T>(app, caller, &thing.id().into().to_string()).await?;
    Ok((thing, spec))
}

/// The form of one.
async fn one<T: Thing>(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
) -> Response {
    let filled = match found::<T>(&app, &person.caller(), id).await {
        Ok((thing, spec)) => written_of(&thing)
            .map(|there| (thing.name(), spec.filled(&there, Some(thing.version())))),
        Err(error) => Err(error),
    };
    match filled {
        Ok((title, form)) => {
            shown_with_scripts(StatusCode::OK, &thing_page(&app, &person, title, form))
        }
        Err(error) => error_page(error),
    }
}

/// Changes one.
async fn change<T: Thing>(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    form: Form,
) -> Response {
    match changed::<T>(&app, &person, id, &form).await {
        Ok(None) => Redirect::to("/manage/catalogue?done=changed").into_response(),
        Ok(Some(page)) => shown_with_scripts(StatusCode::UNPROCESSABLE_ENTITY, &page),
        Err(error) => error_page(error),
    }
}

/// The form again, where it was not done.
async fn changed<T: Thing>(
    app: &App,
    person: &Person,
    id: Named,
    form: &Form,
) -> Result<Option<ThingPage>> {
    let caller = person.caller();
    let (thing, spec) = found::<T>(app, &caller, id).await?;
    let typed = spec.typed(form);
    // The version that the form was filled with stays, so that what somebody else writes meanwhile is noticed.
    let version = form.read("version").unwrap_or_default();
    let again = match spec.read(&typed) {
        Ok(written) => match spec.outcome(
            catalogue::change::<T>(app, &caller, thing.id(), &expected(form), written).await,
        ) {
            Outcome::Done(_) => return Ok(None),
            Outcome::Wrong(problems) => spec.with_wrong(&typed, Some(version), &problems),
            Outcome::Stale => {
                let now = catalogue::get::<T>(app, &caller, thing.id()).await?.into_inner();
                spec.with_newer(&typed, &written_of(&now)?, now.version())
            }
            Outcome::Failed(error) => return Err(error),
        },
        Err(problems) => spec.with_wrong(&typed, Some(version), &problems),
    };
    Ok(Some(thing_page(app, person, thing.name(), again)))
}
