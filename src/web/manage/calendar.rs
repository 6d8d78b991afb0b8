//! The clinic's month: opening hours, holidays, closures and rental windows on one page, with
//! forms to add and remove both.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value, json};

use super::tabs::{Part, Tab, tabs};
use super::words;
use crate::actions::access::browsers::Person;
use crate::actions::catalogue::rental_windows::{NewWindow, WindowView};
use crate::actions::catalogue::{closures, rental_windows};
use crate::actions::course::session_view::SessionView;
use crate::actions::course::sessions;
use crate::actions::course::sessions::SessionsWanted;
use crate::actions::manage::month;
use crate::actions::manage::month::MonthView;
use crate::actions::patient::patients;
use crate::actions::work::page;
use crate::actions::{App, Caller, Error, Result, catalogue};
use crate::domain::catalogue::closure::Closure;
use crate::domain::catalogue::device::Device;
use crate::domain::catalogue::practitioner::Practitioner;
use crate::domain::catalogue::room::Room;
use crate::domain::catalogue::site::Site;
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{ClosureId, DeviceId, RentalWindowId};
use crate::domain::partner::settlement::Month;
use crate::web::frame::error::error_page;
use crate::web::frame::form::field::{Choice, Field, Kind, choice};
use crate::web::frame::form::sent::{Asked, Form};
use crate::web::frame::form::spec::{FormSpec, FormView, Outcome, expected};
use crate::web::frame::form::wrong::Wrong;
use crate::web::frame::layout::{Here, Shell};
use crate::web::frame::page::{Named, named, shown_with_scripts};

#[derive(Template)]
#[template(path = "manage_calendar.html", config = ".askama.toml")]
struct Page {
    shell: Shell,
    tabs: Vec<Tab>,
    note: Option<&'static str>,
    problem: Option<String>,
    title: String,
    next: Month,
    view: MonthView,
    closure: FormView,
    window: Option<FormView>,
}

fn note(asked: &Form) -> Option<&'static str> {
    Some(match asked.get("done") {
        "closed" => {
            "The closure was added. Sessions that were booked already stay where they are; move those that cannot take place."
        }
        "reopened" => "The closure was removed.",
        "rented" => "The rental window was added.",
        "removed" => "The rental window was removed.",
        _ => return None,
    })
}

fn month_of(asked: &Form) -> Option<Month> {
    asked.read("month")
}

/// What can be closed.
async fn closable(app: &App, caller: &Caller) -> Result<Vec<Choice>> {
    let mut all = vec![choice("everything", "Everything")];
    for site in catalogue::all::<Site>(app, caller).await? {
        all.push(choice(&format!("site_id:{}", site.id), &format!("Site: {}", site.details.name)));
    }
    for person in catalogue::all::<Practitioner>(app, caller).await? {
        all.push(choice(
            &format!("practitioner_id:{}", person.id),
            &format!("Person: {}", person.details.name),
        ));
    }
    for room in catalogue::all::<Room>(app, caller).await? {
        all.push(choice(&format!("room_id:{}", room.id), &format!("Room: {}", room.details.name)));
    }
    for device in catalogue::all::<Device>(app, caller).await? {
        all.push(choice(
            &format!("device_id:{}", device.id),
            &format!("Device: {}", device.details.code),
        ));
    }
    Ok(all)
}

async fn closure_form(app: &App, caller: &Caller, month: Month) -> Result<FormSpec> {
    Ok(FormSpec {
        action: format!("/manage/calendar/closures?month={month}"),
        button: "Add the closure",
        fields: vec![
            Field::new("whose", "Who or what is closed", Kind::One(closable(app, caller).await?))
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
async fn window_form(app: &App, caller: &Caller, month: Month) -> Result<Option<FormSpec>> {
    let devices = catalogue::all::<Device>(app, caller).await?;
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

/// What a form that failed carried.
enum Left {
    Nothing,
    Closure(Form, Vec<Wrong>),
    Window(Form, Vec<Wrong>),
    Words(String),
}

async fn filled(app: &App, person: &Person, asked: &Form, left: Left) -> Result<Page> {
    let caller = person.caller();
    let view = month::show(app, &caller, month_of(asked)).await?;
    let closures = closure_form(app, &caller, view.month).await?;
    let windows = window_form(app, &caller, view.month).await?;
    let empty = Form::default();
    let (closure, window, problem) = match &left {
        Left::Nothing => ((&empty, &[][..]), (&empty, &[][..]), None),
        Left::Closure(typed, problems) => ((typed, problems.as_slice()), (&empty, &[][..]), None),
        Left::Window(typed, problems) => ((&empty, &[][..]), (typed, problems.as_slice()), None),
        Left::Words(words) => ((&empty, &[][..]), (&empty, &[][..]), Some(words.clone())),
    };
    Ok(Page {
        shell: Shell::of(app, person, Here::Manage),
        tabs: tabs(Some(Part::Calendar)),
        note: note(asked),
        problem,
        title: view.month.first_day().format("%B %Y").to_string(),
        next: view.month.next(),
        closure: closures.with_wrong(closure.0, None, closure.1),
        window: windows.map(|spec| spec.with_wrong(window.0, None, window.1)),
        view,
    })
}

async fn answered(app: &App, person: &Person, asked: &Form, left: Left) -> Response {
    let status = match left {
        Left::Nothing => StatusCode::OK,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    match filled(app, person, asked, left).await {
        Ok(page) => shown_with_scripts(status, &page),
        Err(error) => error_page(error),
    }
}

/// The month.
pub(super) async fn page(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Asked(asked): Asked,
) -> Response {
    answered(&app, &person, &asked, Left::Nothing).await
}

fn back(asked: &Form, done: &str) -> Response {
    let month = month_of(asked).map(|month| format!("&month={month}")).unwrap_or_default();
    Redirect::to(&format!("/manage/calendar?done={done}{month}")).into_response()
}

/// A closure as it is written: one choice names what is closed.
fn closure_of(mut written: Value) -> Value {
    let Value::Object(fields) = &mut written else {
        return written;
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
    written
}

/// Adds a closure.
pub(super) async fn close(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Asked(asked): Asked,
    form: Form,
) -> Response {
    let caller = person.caller();
    let month = month_of(&asked).unwrap_or_else(|| Month::containing(app.clock.now().date_naive()));
    let spec = match closure_form(&app, &caller, month).await {
        Ok(spec) => spec,
        Err(error) => return error_page(error),
    };
    let typed = spec.typed(&form);
    let problems = match spec.read(&typed) {
        Ok(written) => {
            let added =
                catalogue::add_from_form::<Closure>(&app, &caller, closure_of(written)).await;
            match spec.outcome(added) {
                Outcome::Done(_) => return back(&asked, "closed"),
                Outcome::Wrong(problems) => problems,
                Outcome::Stale => Vec::new(),
                Outcome::Failed(error) => return error_page(error),
            }
        }
        Err(problems) => problems,
    };
    answered(&app, &person, &asked, Left::Closure(typed, problems)).await
}

/// Removes a closure.
pub(super) async fn reopen(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    Asked(asked): Asked,
    form: Form,
) -> Response {
    let removed = match named(id).parse::<ClosureId>() {
        Ok(id) => closures::remove(&app, &person.caller(), id, &expected(&form)).await,
        Err(_) => Err(Error::NotThere("closure")),
    };
    match removed {
        Ok(()) => back(&asked, "reopened"),
        Err(Error::Stale) => {
            let words =
                "Somebody else changed this closure meanwhile; it stands below as it is now.";
            answered(&app, &person, &asked, Left::Words(words.to_owned())).await
        }
        Err(Error::NotThere(_)) => {
            let words = "That closure was removed meanwhile.";
            answered(&app, &person, &asked, Left::Words(words.to_owned())).await
        }
        Err(error) => error_page(error),
    }
}

/// Adds a rental window.
pub(super) async fn rent(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Asked(asked): Asked,
    form: Form,
) -> Response {
    let caller = person.caller();
    let month = month_of(&asked).unwrap_or_else(|| Month::containing(app.clock.now().date_naive()));
    let spec = match window_form(&app, &caller, month).await {
        Ok(Some(spec)) => spec,
        Ok(None) => return back(&asked, ""),
        Err(error) => return error_page(error),
    };
    let typed = spec.typed(&form);
    let problems = match spec.read(&typed) {
        Ok(written) => match spec.outcome(rented(&app, &caller, written).await) {
            Outcome::Done(()) => return back(&asked, "rented"),
            Outcome::Wrong(problems) => problems,
            Outcome::Stale => Vec::new(),
            Outcome::Failed(error) => return error_page(error),
        },
        Err(problems) => problems,
    };
    answered(&app, &person, &asked, Left::Window(typed, problems)).await
}

async fn rented(app: &App, caller: &Caller, mut written: Value) -> Result<()> {
    let device = written.as_object_mut().and_then(|fields| fields.remove("device_id"));
    let device: DeviceId = device
        .as_ref()
        .and_then(Value::as_str)
        .and_then(|id| id.parse().ok())
        .ok_or(Error::NotThere("device"))?;
    let new: NewWindow = catalogue::read(written)?;
    rental_windows::add(app, caller, device, new).await.map(|_| ())
}

/// A session that is, or would be, to be booked anew.
struct ToRebook {
    when: String,
    name: String,
    service: String,
}

#[derive(Template)]
#[template(path = "manage_window.html", config = ".askama.toml")]
struct WindowPage {
    shell: Shell,
    tabs: Vec<Tab>,
    back: String,
    /// The window that is to be removed, and where to say so; none on the list of what is to be booked anew.
    window: Option<(String, String)>,
    removed: bool,
    sessions: Vec<ToRebook>,
}

async fn lines(app: &App, caller: &Caller, sessions: &[SessionView]) -> Result<Vec<ToRebook>> {
    let mut all = Vec::new();
    for session in sessions {
        let patient = patients::get(app, caller, session.patient_id).await?.into_inner();
        all.push(ToRebook {
            when: words::moment(session.start),
            name: super::choose_patient::named(&patient),
            service: words::code(&session.service),
        });
    }
    Ok(all)
}

fn back_to(asked: &Form) -> String {
    let month = month_of(asked).map(|month| format!("?month={month}")).unwrap_or_default();
    format!("/manage/calendar{month}")
}

type Window = std::result::Result<Path<(String, String)>, axum::extract::rejection::PathRejection>;

fn window_of(window: Window) -> Result<(DeviceId, RentalWindowId)> {
    let gone = || Error::NotThere("rental window");
    let Path((device, id)) = window.map_err(|_| gone())?;
    Ok((device.parse().map_err(|_| gone())?, id.parse().map_err(|_| gone())?))
}

/// What removing a window would do, before it is done.
pub(super) async fn ask_to_remove(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    window: Window,
    Asked(asked): Asked,
) -> Response {
    match asking(&app, &person, window, &asked).await {
        Ok(page) => shown_with_scripts(StatusCode::OK, &page),
        Err(error) => error_page(error),
    }
}

async fn asking(app: &App, person: &Person, window: Window, asked: &Form) -> Result<WindowPage> {
    let caller = person.caller();
    let (device, id) = window_of(window)?;
    let (WindowView { start, end, .. }, booked) =
        rental_windows::booked_in(app, &caller, device, id).await?;
    let month = month_of(asked).map(|month| format!("?month={month}")).unwrap_or_default();
    Ok(WindowPage {
        shell: Shell::of(app, person, Here::Manage),
        tabs: tabs(Some(Part::Calendar)),
        back: back_to(asked),
        window: Some((
            format!("{} to {}", words::moment(start), words::moment(end)),
            format!("/manage/calendar/windows/{device}/{id}/remove{month}"),
        )),
        removed: false,
        sessions: lines(app, &caller, &booked).await?,
    })
}

/// Removes a window. What is to be booked anew is shown next.
pub(super) async fn remove(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    window: Window,
    Asked(asked): Asked,
) -> Response {
    let removed = match window_of(window) {
        Ok((device, id)) => rental_windows::remove(&app, &person.caller(), device, id).await,
        Err(error) => Err(error),
    };
    match removed {
        Ok(removed) if removed.clone().into_inner().rebook.is_empty() => back(&asked, "removed"),
        Ok(_) => {
            let month = month_of(&asked).map(|month| format!("&month={month}")).unwrap_or_default();
            Redirect::to(&format!("/manage/calendar/to-rebook?done=removed{month}")).into_response()
        }
        Err(Error::NotThere(_)) => {
            let words = "That rental window was removed meanwhile.";
            answered(&app, &person, &asked, Left::Words(words.to_owned())).await
        }
        Err(error) => error_page(error),
    }
}

/// The sessions that have to be booked anew, since their device is not here then.
pub(super) async fn to_rebook(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Asked(asked): Asked,
) -> Response {
    match rebooking(&app, &person, &asked).await {
        Ok(page) => shown_with_scripts(StatusCode::OK, &page),
        Err(error) => error_page(error),
    }
}

async fn rebooking(app: &App, person: &Person, asked: &Form) -> Result<WindowPage> {
    let caller = person.caller();
    let wanted =
        SessionsWanted { status: Some(SessionStatus::Pending), ..SessionsWanted::default() };
    let page = page::Page { limit: Some(200), after: None };
    let mut pending = sessions::list(app, &caller, wanted, &page).await?.items;
    pending.retain(|session| session.rebook_reason.is_some());
    Ok(WindowPage {
        shell: Shell::of(app, person, Here::Manage),
        tabs: tabs(Some(Part::Calendar)),
        back: back_to(asked),
        window: None,
        removed: asked.get("done") == "removed",
        sessions: lines(app, &caller, &pending).await?,
    })
}
