//! Two records of one person made one by a manager: a search for the other, both side by side, what goes along, and undoing it.

use askama::Template;
use axum::response::Response;

use super::patient_search::{PatientSearch, search};
use super::sections::manage_layout;
use crate::actions::patient::merge;
use crate::actions::patient::merge::{MergeView, MergeWanted, Undoable};
use crate::actions::patient::patients;
use crate::actions::{Error, Expected, Result};
use crate::domain::ids::{DeedId, PatientId};
use crate::domain::patient::{Email, Language, Patient, PatientDetails};
use crate::domain::refusal::Refusal;
use crate::web::frame::address::Id;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::sent::{Form, Query};
use crate::web::frame::layout::Layout;
use crate::web::frame::page::{app_page, redirect, status_of};
use crate::web::frame::signed_in::SignedIn;
use crate::web::frame::text::{date_and_time, full_name};

#[derive(Template)]
#[template(path = "manage/merge.html", config = ".askama.toml")]
struct MergePage {
    layout: Layout,
    id: PatientId,
    path: String,
    patient_href: String,
    name: String,
    search: PatientSearch,
    preview: Option<Preview>,
    problem: Vec<String>,
    done: Option<&'static str>,
    undoable: Vec<UndoRow>,
}

/// Both records side by side.
struct Preview {
    other_id: PatientId,
    other_name: String,
    swapped: String,
    rows: Vec<Field>,
    carried: Vec<String>,
    refused: Vec<String>,
}

struct Field {
    label: &'static str,
    kept: String,
    other: String,
    /// What becomes of it where the two are not the same.
    note: &'static str,
}

struct UndoRow {
    deed_id: DeedId,
    name: String,
    at: String,
}

/// The page: the search for the other record, or both side by side once it is chosen.
pub(super) async fn merge_page(
    user: SignedIn,
    Id(id): Id<PatientId>,
    Query(query): Query,
) -> PageResult {
    let done = match query.get("done") {
        "merged" => {
            Some("Merged. It can be undone for 24 hours, as long as nothing else is changed.")
        }
        "undone" => Some("Undone: both records are as they were."),
        _ => None,
    };
    page_with(&user, id, &query, done, Vec::new()).await
}

async fn page_with(
    user: &SignedIn,
    id: PatientId,
    query: &Form,
    done: Option<&'static str>,
    problem: Vec<String>,
) -> PageResult {
    let patient = match patients::get(&user.app, &user.caller(), id).await {
        // The link of a record that was merged leads to the one that was kept.
        Err(Error::Merged(kept)) => return Ok(redirect(&format!("/manage/patients/{kept}/merge"))),
        found => found?.into_inner(),
    };
    let mut search = search(user, query).await?;
    search.found.retain(|one| one.id != id);
    let preview = match query.parse::<PatientId>("patient_id") {
        Some(other_id) => Some(preview(user, id, other_id).await?),
        None => None,
    };
    let undoable = merge::undoable(&user.app, &user.caller(), id).await?;
    let rejected = !problem.is_empty() || search.problem.is_some();
    let page = MergePage {
        layout: manage_layout(user, None),
        id,
        path: format!("/manage/patients/{id}/merge"),
        patient_href: format!("/desk?patient={id}"),
        name: full_name(&patient),
        search,
        preview,
        problem,
        done,
        undoable: undoable.into_iter().map(undo_row).collect(),
    };
    Ok(app_page(status_of(rejected), &page))
}

fn undo_row(one: Undoable) -> UndoRow {
    UndoRow { deed_id: one.deed_id, name: one.name, at: date_and_time(one.at) }
}

async fn preview(user: &SignedIn, id: PatientId, other_id: PatientId) -> Result<Preview> {
    let wanted = MergeWanted { other_id };
    let view = merge::preview(&user.app, &user.caller(), id, wanted).await?.into_inner();
    Ok(Preview {
        other_id,
        other_name: full_name(&view.other),
        swapped: format!("/manage/patients/{other_id}/merge?patient_id={id}"),
        rows: fields(&view),
        carried: carried(&view),
        refused: view.refused.iter().map(|refusal| refusal.message.clone()).collect(),
    })
}

/// Each field of the details, as it will be and as the other record has it.
fn fields(view: &MergeView) -> Vec<Field> {
    let (kept, other) = (words(&view.patient), words(&view.other));
    let names = NAMES.iter().zip(kept.into_iter().zip(other));
    let field = |((name, label), (kept, other)): (&(&str, &'static str), (String, String))| Field {
        label,
        kept,
        other,
        note: if view.taken.contains(name) {
            "taken from the other"
        } else if view.differing.contains(name) {
            "differs: not taken over"
        } else {
            ""
        },
    };
    names.map(field).collect()
}

/// The fields of the details, as the API names them and as people do.
const NAMES: [(&str, &str); 9] = [
    ("given_name", "Given name"),
    ("family_name", "Family name"),
    ("phone", "Phone"),
    ("email", "Email"),
    ("date_of_birth", "Date of birth"),
    ("preferred_language", "Language"),
    ("fitzpatrick", "Skin type"),
    ("calendar_invites", "Calendar entries"),
    ("preferred_channel", "Reminders by"),
];

fn words(patient: &Patient) -> [String; 9] {
    let PatientDetails {
        given_name,
        family_name,
        email,
        preferred_language,
        date_of_birth,
        fitzpatrick,
        calendar_invites,
        preferred_channel,
        ..
    } = &patient.details;
    [
        given_name.to_string(),
        family_name.to_string(),
        patient.details.dialled().to_string(),
        email.as_ref().map(Email::to_string).unwrap_or_default(),
        date_of_birth.map(|day| day.to_string()).unwrap_or_default(),
        if *preferred_language == Language::Fr { "French" } else { "English" }.to_owned(),
        fitzpatrick.map(|skin| <&str>::from(skin).to_owned()).unwrap_or_default(),
        if *calendar_invites { "yes" } else { "no" }.to_owned(),
        preferred_channel.map(|way| way.to_string()).unwrap_or_default(),
    ]
}

/// What goes along, as "2 courses".
fn carried(view: &MergeView) -> Vec<String> {
    let carried = &view.carried;
    let counts = [
        (carried.courses, "course"),
        (carried.sessions, "session"),
        (carried.consents, "consent"),
        (carried.locks, "lock-box instruction"),
        (carried.referrals, "referral"),
        (carried.messages, "message"),
        (carried.replies, "incoming message"),
        (carried.tasks, "task"),
        (carried.feeds, "subscribed calendar"),
    ];
    let words = |(count, what): (i64, &str)| match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        count => Some(format!("{count} {what}s")),
    };
    counts.into_iter().filter_map(words).collect()
}

/// Merges the records.
pub(super) async fn merge_records(user: SignedIn, Id(id): Id<PatientId>, form: Form) -> PageResult {
    let other_id = form.parse("patient_id").ok_or(Error::NotThere("patient"))?;
    let wanted = MergeWanted { other_id };
    let expected = Expected::Any;
    match merge::merge(&user.app, &user.caller(), id, &expected, wanted).await {
        Ok(_) => Ok(redirect(&format!("/manage/patients/{id}/merge?done=merged"))),
        Err(Error::Refused(refusals)) => {
            page_with(&user, id, &form, None, sentences(refusals)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Undoes a merge.
pub(super) async fn undo_merge(user: SignedIn, Id(id): Id<DeedId>, form: Form) -> PageResult {
    let kept: PatientId = form.parse("kept").ok_or(Error::NotThere("patient"))?;
    match merge::undo(&user.app, &user.caller(), id).await {
        Ok(_) => Ok(undone(kept)),
        Err(Error::Refused(refusals)) => {
            page_with(&user, kept, &Form::default(), None, sentences(refusals)).await
        }
        Err(error) => Err(error.into()),
    }
}

fn sentences(refusals: Vec<Refusal>) -> Vec<String> {
    refusals.into_iter().map(|refusal| refusal.message).collect()
}

fn undone(kept: PatientId) -> Response {
    redirect(&format!("/manage/patients/{kept}/merge?done=undone"))
}
