//! The audit of one patient: who looked at the record, or changed it. Looking at the audit is recorded too.

use askama::Template;

use super::patient_search::{PatientSearch, name_of_patient, page_start, search};
use super::sections::{Section, manage_layout};
use super::words;
use crate::actions::manage::audit;
use crate::actions::manage::audit::AuditLine;
use crate::actions::work::page::Page;
use crate::actions::{Error, Result};
use crate::domain::ids::PatientId;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::sent::{Form, Query};
use crate::web::frame::layout::Layout;
use crate::web::frame::page::{app_page, status_of};
use crate::web::frame::signed_in::SignedIn;
use crate::web::frame::text::{date_and_time, title_words};

/// How many lines a page holds.
const ROWS: u16 = 100;

#[derive(Template)]
#[template(path = "manage/audit.html", config = ".askama.toml")]
struct AuditPage {
    layout: Layout,
    path: &'static str,
    search: PatientSearch,
    audit: Option<AuditOfPatient>,
}

struct AuditOfPatient {
    name: String,
    rows: Vec<Row>,
    next: Option<String>,
}

struct Row {
    at: String,
    who: String,
    role: String,
    action: String,
    detail: String,
}

/// The lines about the patient that was chosen, or a search for one.
pub(super) async fn audit_page(user: SignedIn, Query(query): Query) -> PageResult {
    let search = search(&user, &query).await?;
    let audit = match query.get("patient_id") {
        "" => None,
        _ => Some(audit_of_patient(&user, &query).await?),
    };
    let status = status_of(search.problem.is_some());
    let layout = manage_layout(&user, Some(Section::Audit));
    Ok(app_page(status, &AuditPage { layout, path: "/manage/audit", search, audit }))
}

async fn audit_of_patient(user: &SignedIn, query: &Form) -> Result<AuditOfPatient> {
    let patient: PatientId = query.parse("patient_id").ok_or(Error::NotThere("patient"))?;
    let page = Page { limit: Some(ROWS), after: page_start(query) };
    let found = audit::list(&user.app, &user.caller(), patient, &page).await?;
    Ok(AuditOfPatient {
        name: name_of_patient(user, patient).await?,
        rows: found.items.into_iter().map(audit_row).collect(),
        next: found.next.map(|after| format!("/manage/audit?patient_id={patient}&after={after}")),
    })
}

fn audit_row(line: AuditLine) -> Row {
    Row {
        at: date_and_time(line.at),
        who: line.user,
        role: title_words(&line.role),
        action: words::audit_action(&line.action),
        detail: line.detail.unwrap_or_default(),
    }
}
