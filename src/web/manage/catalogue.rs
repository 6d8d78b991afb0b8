//! The catalogue: a list of all that it holds, and one form for each kind of entry, to add one and to change it. The
//! fields are in `catalogue_forms`.

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use serde_json::Value;
use uuid::Uuid;

use super::catalogue_forms::{CatalogueForm, Lists, Note};
use super::entry_page::EntryPage;
use super::sections::{Section, manage_layout};
use super::user_form::shop_choices;
use crate::actions::{App, Error, Result, catalogue};
use crate::domain::catalogue::device::Device;
use crate::domain::catalogue::practitioner::Practitioner;
use crate::domain::catalogue::room::Room;
use crate::domain::catalogue::service::Service;
use crate::domain::catalogue::site::Site;
use crate::domain::role::MANAGERS;
use crate::web::access::auth::only;
use crate::web::frame::address::Id;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::field::choice;
use crate::web::frame::form::sent::{Form, Query};
use crate::web::frame::form::spec::{FormSpec, FormView, expected};
use crate::web::frame::layout::Layout;
use crate::web::frame::page::{app_page, redirect, status_of};
use crate::web::frame::signed_in::SignedIn;

/// The pages of the catalogue.
pub(super) fn routes(app: &App) -> Router<App> {
    Router::new()
        .route("/manage/catalogue", only(app, MANAGERS, get(catalogue_page)))
        .merge(routes_of_kind::<Service>(app))
        .merge(routes_of_kind::<Practitioner>(app))
        .merge(routes_of_kind::<Room>(app))
        .merge(routes_of_kind::<Device>(app))
        .merge(routes_of_kind::<Site>(app))
}

fn routes_of_kind<T: CatalogueForm + 'static>(app: &App) -> Router<App> {
    let at = |end: &str| format!("/manage/catalogue/{}/{end}", T::PATH);
    Router::new()
        .route(&at("new"), only(app, MANAGERS, get(new_entry_page::<T>).post(add_entry::<T>)))
        .route(&at("{id}"), only(app, MANAGERS, get(entry_page::<T>).post(change_entry::<T>)))
}

#[derive(Template)]
#[template(path = "manage/catalogue.html", config = ".askama.toml")]
struct CataloguePage {
    layout: Layout,
    note: Option<&'static str>,
    sections: Vec<KindSection>,
}

/// The entries of a kind.
struct KindSection {
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

async fn kind_section<T: CatalogueForm>(user: &SignedIn, lists: &Lists) -> Result<KindSection> {
    let today = user.today();
    let mut entries = catalogue::all::<T>(&user.app, &user.caller()).await?;
    entries.sort_by_key(|entry| (!entry.is_active(), entry.name().to_lowercase()));
    let row = |entry: &T| {
        let mut facts = entry.facts(lists);
        facts.retain(|fact| !fact.is_empty());
        Row {
            id: entry.id().into().to_string(),
            name: entry.name(),
            facts: facts.join(" · "),
            notes: entry.notes(today),
            active: entry.is_active(),
        }
    };
    let rows = entries.iter().map(row).collect();
    Ok(KindSection { path: T::PATH, many: T::MANY, one: T::ONE, rows })
}

async fn lists(user: &SignedIn) -> Result<Lists> {
    let (app, caller) = (&user.app, user.caller());
    let sites = catalogue::all::<Site>(app, &caller).await?;
    let devices = catalogue::all::<Device>(app, &caller).await?;
    Ok(Lists {
        sites: sites.iter().map(|site| choice(&site.id, &site.details.name)).collect(),
        devices: devices.iter().map(|device| choice(&device.id, &device.details.code)).collect(),
        shops: shop_choices(user).await?,
    })
}

/// All that the catalogue holds.
async fn catalogue_page(user: SignedIn, Query(query): Query) -> PageResult {
    let lists = lists(&user).await?;
    let page = CataloguePage {
        layout: manage_layout(&user, Some(Section::Catalogue)),
        note: match query.get("done") {
            "added" => Some("It was added."),
            "changed" => Some("It was changed."),
            _ => None,
        },
        sections: vec![
            kind_section::<Service>(&user, &lists).await?,
            kind_section::<Practitioner>(&user, &lists).await?,
            kind_section::<Room>(&user, &lists).await?,
            kind_section::<Device>(&user, &lists).await?,
            kind_section::<Site>(&user, &lists).await?,
        ],
    };
    Ok(app_page(StatusCode::OK, &page))
}

fn page_of_entry(user: &SignedIn, title: String, form: FormView) -> EntryPage {
    EntryPage {
        layout: manage_layout(user, Some(Section::Catalogue)),
        back: "/manage/catalogue",
        back_words: "The whole catalogue",
        title,
        form,
    }
}

async fn form_spec<T: CatalogueForm>(user: &SignedIn, end: &str) -> Result<FormSpec> {
    Ok(FormSpec {
        action: format!("/manage/catalogue/{}/{end}", T::PATH),
        button: "Save",
        fields: T::fields(&lists(user).await?),
        unique: "code",
    })
}

/// The form for a new entry.
async fn new_entry_page<T: CatalogueForm>(user: SignedIn) -> PageResult {
    let form = form_spec::<T>(&user, "new").await?.filled(&T::blank(), None, None);
    let page = page_of_entry(&user, format!("Add a {}", T::ONE), form);
    Ok(app_page(StatusCode::OK, &page))
}

async fn add_entry<T: CatalogueForm>(user: SignedIn, form: Form) -> PageResult {
    let (app, caller) = (&user.app, user.caller());
    let spec = form_spec::<T>(&user, "new").await?;
    let add = async |json| catalogue::add_from_form::<T>(app, &caller, json).await;
    match spec.submit(&form, add).await? {
        Ok(_) => Ok(redirect("/manage/catalogue?done=added")),
        Err(rejected) => {
            let form = spec.blank(Some(&rejected));
            let page = page_of_entry(&user, format!("Add a {}", T::ONE), form);
            Ok(app_page(status_of(true), &page))
        }
    }
}

fn json_of<T: CatalogueForm>(entry: &T) -> Result<Value> {
    serde_json::to_value(entry.details()).map_err(|error| Error::Fault(error.to_string()))
}

async fn entry_and_spec<T: CatalogueForm>(user: &SignedIn, id: Uuid) -> Result<(T, FormSpec)> {
    let entry = catalogue::get::<T>(&user.app, &user.caller(), id.into()).await?.into_inner();
    let spec = form_spec::<T>(user, &entry.id().into().to_string()).await?;
    Ok((entry, spec))
}

/// The form of an entry that is there.
async fn entry_page<T: CatalogueForm>(user: SignedIn, Id(id): Id<Uuid>) -> PageResult {
    let (entry, spec) = entry_and_spec::<T>(&user, id).await?;
    let form = spec.filled(&json_of(&entry)?, Some(entry.version()), None);
    Ok(app_page(StatusCode::OK, &page_of_entry(&user, entry.name(), form)))
}

async fn change_entry<T: CatalogueForm>(
    user: SignedIn,
    Id(id): Id<Uuid>,
    form: Form,
) -> PageResult {
    let (app, caller) = (&user.app, user.caller());
    let (entry, spec) = entry_and_spec::<T>(&user, id).await?;
    let expected = expected(&form);
    let change =
        async |json| catalogue::change::<T>(app, &caller, entry.id(), &expected, json).await;
    match spec.submit(&form, change).await? {
        Ok(_) => Ok(redirect("/manage/catalogue?done=changed")),
        Err(rejected) => {
            let now = catalogue::get::<T>(app, &caller, entry.id()).await?.into_inner();
            let form = spec.filled(&json_of(&now)?, Some(now.version()), Some(&rejected));
            Ok(app_page(status_of(true), &page_of_entry(&user, entry.name(), form)))
        }
    }
}
