//! The clinic's month: opening hours, holidays, closures and rental windows on one page, with forms to add and remove
//! closures and windows.

use askama::Template;
use axum::response::Response;
use serde_json::{Value, json};

use super::sections::{Section, manage_layout};
use crate::actions::catalogue::rental_windows::NewWindow;
use crate::actions::catalogue::{closures, rental_windows};
use crate::actions::manage::month;
use crate::actions::manage::month::MonthView;
use crate::actions::{Error, Result, catalogue};
use crate::domain::catalogue::closure::Closure;
use crate::domain::catalogue::device::Device;
use crate::domain::catalogue::practitioner::Practitioner;
use crate::domain::catalogue::room::Room;
use crate::domain::catalogue::site::Site;
use crate::domain::ids::{ClosureId, DeviceId};
use crate::domain::partner::settlement::Month;
use crate::web::frame::address::Id;
use crate::web::frame::errors::{PageError, PageResult};
use crate::web::frame::form::field::{Choice, Field, Kind, choice};
use crate::web::frame::form::sent::{Form, Query};
use crate::web::frame::form::spec::{FormSpec, FormView, Rejected, expected};
use crate::web::frame::layout::Layout;
use crate::web::frame::page::{app_page, redirect, status_of};
use crate::web::frame::signed_in::SignedIn;

#[derive(Template)]
#[template(path = "manage/calendar.html", config = ".askama.toml")]
struct CalendarPage {
    layout: Layout,
    note: Option<&'static str>,
    problem: Option<&'static str>,
    title: String,
    next: Month,
    view: MonthView,
    closure: FormView,
    window: Option<FormView>,
}

fn done_note(query: &Form) -> Option<&'static str> {
    Some(match query.get("done") {
        "closed" => {
            "The closure was added. Sessions that were booked already stay where they are; move those that cannot take place."
        }
        "reopened" => "The closure was removed.",
        "rented" => "The rental window was added.",
        "removed" => "The rental window was removed.",
        _ => return None,
    })
}

fn month_of(query: &Form) -> Option<Month> {
    query.parse("month")
}

/// The month as part of an address, if one is shown.
pub(super) fn month_query(query: &Form, before: char) -> String {
    month_of(query).map(|month| format!("{before}month={month}")).unwrap_or_default()
}

/// What can be closed.
async fn closable(user: &SignedIn) -> Result<Vec<Choice>> {
    let (app, caller) = (&user.app, user.caller());
    let mut all = vec![choice("everything", "Everything")];
    for site in catalogue::all::<Site>(app, &caller).await? {
        all.push(choice(&format!("site_id:{}", site.id), &format!("Site: {}", site.details.name)));
    }
    for person in catalogue::all::<Practitioner>(app, &caller).await? {
        all.push(choice(
            &format!("practitioner_id:{}", person.id),
            &format!("Person: {}", person.details.name),
        ));
    }
    for room in catalogue::all::<Room>(app, &caller).await? {
        all.push(choice(&format!("room_id:{}", room.id), &format!("Room: {}", room.details.name)));
    }
    for device in catalogue::all::<Device>(app, &caller).await? {
        all.push(choice(
            &format!("device_id:{}", device.id),
            &format!("Device: {}", device.details.code),
        ));
    }
    Ok(all)
}

async fn closure_form(user: &SignedIn, month: Month) -> Result<FormSpec> {
    Ok(FormSpec {
        action: format!("/manage/calendar/closures?month={month}"),
        button: "Add the closure",
        fields: vec![
            Field::new("whose", "Who or what is closed", Kind::One(closable(user).await?))
                .required(),
            Field::new("first_day", "First day", Kind::Day).required(),
            Field::new("last_day", "Last day", Kind::Day).hint("The first day alone unless set."),
            Field::new("from", "From", Kind::Time)
                .hint("On each of the days, such as 13:00; from their beginning unless set."),
            Field::new("until", "Until", Kind::Time).hint("To their end unless set."),
            Field::new("reason", "Reason", Kind::Text)
                .required()
                .hint("As the desk may say it to a caller."),
        ],
        unique: "",
    })
}

/// The form for a rental window; none while the clinic rents nothing.
async fn window_form(user: &SignedIn, month: Month) -> Result<Option<FormSpec>> {
    let devices = catalogue::all::<Device>(&user.app, &user.caller()).await?;
    let rented = devices.iter().filter(|device| device.is_rented() && device.details.active);
    let rented: Vec<_> = rented
        .map(|device| {
            choice(&device.id, &format!("{}, {}", device.details.code, device.details.name))
        })
        .collect();
    Ok((!rented.is_empty()).then(|| FormSpec {
        action: format!("/manage/calendar/windows?month={month}"),
        button: "Add the rental window",
        fields: vec![
            Field::new("device_id", "Device", Kind::One(rented)).required(),
            Field::new("start", "Delivery", Kind::Moment).required(),
            Field::new("end", "Collection", Kind::Moment).required(),
        ],
        unique: "start",
    }))
}

pub(super) async fn calendar_page(user: SignedIn, Query(query): Query) -> PageResult {
    calendar_page_with(&user, &query, None, None, None).await
}

/// The page, with a form that was rejected or what else is wrong.
pub(super) async fn calendar_page_with(
    user: &SignedIn,
    query: &Form,
    closure: Option<Rejected>,
    window: Option<Rejected>,
    problem: Option<&'static str>,
) -> PageResult {
    let view = month::show(&user.app, &user.caller(), month_of(query)).await?;
    let status = status_of(closure.is_some() || window.is_some() || problem.is_some());
    let page = CalendarPage {
        layout: manage_layout(user, Some(Section::Calendar)),
        note: done_note(query),
        problem,
        title: view.month.first_day().format("%B %Y").to_string(),
        next: view.month.next(),
        closure: closure_form(user, view.month).await?.blank(closure.as_ref()),
        window: window_form(user, view.month).await?.map(|spec| spec.blank(window.as_ref())),
        view,
    };
    Ok(app_page(status, &page))
}

/// Back to the month, which says what was done.
pub(super) fn calendar_redirect(query: &Form, done: &str) -> Response {
    redirect(&format!("/manage/calendar?done={done}{}", month_query(query, '&')))
}

/// A closure as an action reads it: one choice of the form names what is closed.
fn closure_json(mut json: Value) -> Value {
    let Value::Object(fields) = &mut json else {
        return json;
    };
    if let Some(Value::String(whose)) = fields.remove("whose")
        && let Some((kind, id)) = whose.split_once(':')
    {
        fields.insert(kind.to_owned(), json!(id));
    }
    if fields.get("last_day").is_none_or(Value::is_null) {
        let first = fields.get("first_day").cloned().unwrap_or_default();
        fields.insert("last_day".to_owned(), first);
    }
    json
}

fn shown_month(user: &SignedIn, query: &Form) -> Month {
    month_of(query).unwrap_or_else(|| Month::containing(user.app.clock.now().date_naive()))
}

pub(super) async fn add_closure(user: SignedIn, Query(query): Query, form: Form) -> PageResult {
    let (app, caller) = (&user.app, user.caller());
    let spec = closure_form(&user, shown_month(&user, &query)).await?;
    let add =
        async |json| catalogue::add_from_form::<Closure>(app, &caller, closure_json(json)).await;
    match spec.submit(&form, add).await? {
        Ok(_) => Ok(calendar_redirect(&query, "closed")),
        Err(rejected) => calendar_page_with(&user, &query, Some(rejected), None, None).await,
    }
}

pub(super) async fn remove_closure(
    user: SignedIn,
    id: std::result::Result<Id<ClosureId>, PageError>,
    Query(query): Query,
    form: Form,
) -> PageResult {
    let removed = match id {
        Ok(Id(id)) => closures::remove(&user.app, &user.caller(), id, &expected(&form)).await,
        Err(PageError(error)) => Err(error),
    };
    let problem = match removed {
        Ok(()) => return Ok(calendar_redirect(&query, "reopened")),
        Err(Error::Stale) => {
            "Somebody else changed this closure meanwhile; it stands below as it is now."
        }
        Err(Error::NotThere(_)) => "That closure was removed meanwhile.",
        Err(error) => return Err(error.into()),
    };
    calendar_page_with(&user, &query, None, None, Some(problem)).await
}

pub(super) async fn add_window(user: SignedIn, Query(query): Query, form: Form) -> PageResult {
    let Some(spec) = window_form(&user, shown_month(&user, &query)).await? else {
        return Ok(calendar_redirect(&query, ""));
    };
    match spec.submit(&form, async |json| add_window_from_form(&user, json).await).await? {
        Ok(()) => Ok(calendar_redirect(&query, "rented")),
        Err(rejected) => calendar_page_with(&user, &query, None, Some(rejected), None).await,
    }
}

async fn add_window_from_form(user: &SignedIn, mut json: Value) -> Result<()> {
    let device = json.as_object_mut().and_then(|fields| fields.remove("device_id"));
    let device: DeviceId = device
        .as_ref()
        .and_then(Value::as_str)
        .and_then(|id| id.parse().ok())
        .ok_or(Error::NotThere("device"))?;
    let new: NewWindow = catalogue::read(&json)?;
    rental_windows::add(&user.app, &user.caller(), device, new).await.map(|_| ())
}
