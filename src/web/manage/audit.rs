//! Who looked at whose record, or changed it. Looking at this is noted as well.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::choose_patient::Whom;
use super::tabs::{Part, Tab, tabs};
use super::{choose_patient, words};
use crate::actions::access::browsers::Person;
use crate::actions::manage::audit;
use crate::actions::manage::audit::AuditLine;
use crate::actions::work::page;
use crate::actions::{App, Error, Result};
use crate::domain::ids::PatientId;
use crate::web::frame::error::error_page;
use crate::web::frame::form::sent::{Asked, Form};
use crate::web::frame::layout::{Here, Shell};
use crate::web::frame::page::shown_with_scripts;

/// How many lines a page holds.
const ROWS: u16 = 100;

#[derive(Template)]
#[template(path = "manage_audit.html", config = ".askama.toml")]
struct Page {
    shell: Shell,
    tabs: Vec<Tab>,
    path: &'static str,
    whom: Whom,
    trail: Option<Trail>,
}

struct Trail {
    name: String,
    rows: Vec<Row>,
    next: Option<String>,
}

struct Row {
    at: String,
    who: String,
    role: String,
    deed: String,
    detail: String,
}

/// The lines about whom was asked for; else a search.
pub(super) async fn page(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Asked(asked): Asked,
) -> Response {
    match filled(&app, &person, &asked).await {
        Ok(page) if page.whom.problem.is_some() => {
            shown_with_scripts(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Ok(page) => shown_with_scripts(StatusCode::OK, &page),
        Err(error) => error_page(error),
    }
}

async fn filled(app: &App, person: &Person, asked: &Form) -> Result<Page> {
    let whom = choose_patient::search(app, person, asked).await?;
    let trail = if asked.get("patient_id").is_empty() {
        None
    } else {
        Some(trail(app, person, asked).await?)
    };
    Ok(Page {
        shell: Shell::of(app, person, Here::Manage),
        tabs: tabs(Some(Part::Audit)),
        path: "/manage/audit",
        whom,
        trail,
    })
}

async fn trail(app: &App, person: &Person, asked: &Form) -> Result<Trail> {
    let patient: PatientId = asked.read("patient_id").ok_or(Error::NotThere("patient"))?;
    let page = page::Page {
        limit: Some(ROWS),
        after: Some(asked.get("after").to_owned()).filter(|after| !after.is_empty()),
    };
    let found = audit::list(app, &person.caller(), patient, &page).await?;
    Ok(Trail {
        name: choose_patient::name_of(app, person, patient).await?,
        rows: found.items.into_iter().map(row).collect(),
        next: found.next.map(|after| format!("/manage/audit?patient_id={patient}&after={after}")),
    })
}

fn row(line: AuditLine) -> Row {
    Row {
        at: words::moment(line.at),
        who: line.user,
        role: words::title(&line.role),
        deed: words::deed(&line.action),
        detail: line.detail.unwrap_or_default(),
    }
}
