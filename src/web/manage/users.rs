//! Users: who may sign in, in which role, and with which second factor.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::sections::{Section, manage_layout};
use super::user_form::{form_to_add, form_to_change, password_form};
use super::words;
use crate::actions::access::by_command::NewUser;
use crate::actions::access::users::{ChangedUser, SecondFactor, UserView};
use crate::actions::access::{second_factor, users};
use crate::actions::{Error, catalogue};
use crate::domain::ids::{PartnerId, PractitionerId, UserId};
use crate::domain::patient::Email;
use crate::domain::role::Role;
use crate::domain::text::Line;
use crate::web::frame::address::Id;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::sent::{Form, Query};
use crate::web::frame::form::spec::{FormView, Rejected, expected};
use crate::web::frame::layout::Layout;
use crate::web::frame::page::{app_page, redirect, status_of};
use crate::web::frame::signed_in::SignedIn;

#[derive(Template)]
#[template(path = "manage/users.html", config = ".askama.toml")]
struct UsersPage {
    layout: Layout,
    note: Option<&'static str>,
    rows: Vec<Row>,
    form: FormView,
}

struct Row {
    id: UserId,
    name: String,
    email: String,
    role: String,
    shop: String,
    active: bool,
    second_factor: &'static str,
}

fn user_row(user: UserView) -> Row {
    Row {
        id: user.id,
        second_factor: second_factor_words(&user),
        name: user.name.to_string(),
        email: user.email,
        role: words::role(user.role),
        shop: user.partner.map(|name| name.to_string()).unwrap_or_default(),
        active: user.active,
    }
}

fn second_factor_words(user: &UserView) -> &'static str {
    match (user.second_factor, user.second_factor_required) {
        (SecondFactor::SetUp, true) => "Set up, and required",
        (SecondFactor::SetUp, false) => "Set up",
        (SecondFactor::Awaited, _) => "Required, not set up yet",
        (SecondFactor::None, _) => "None",
    }
}

fn done_note(query: &Form) -> Option<&'static str> {
    Some(match query.get("done") {
        "added" => "The user was added.",
        "changed" => "The user was changed.",
        "in" => "The user may sign in again.",
        "out" => {
            "The user may not sign in any more. Wherever they were signed in, they are signed out; their tokens, and the calendar and list addresses that they made, have ended."
        }
        "password" => "The password was set. Wherever they were signed in, they are signed out.",
        "required" => "A second factor is required of them from now on.",
        "not-required" => "A second factor is no longer required of them.",
        "taken-away" => "The second factor was taken away, and they are signed out everywhere.",
        _ => return None,
    })
}

pub(super) async fn users_page(user: SignedIn, Query(query): Query) -> PageResult {
    users_page_with(&user, done_note(&query), None).await
}

async fn users_page_with(
    user: &SignedIn,
    note: Option<&'static str>,
    rejected: Option<Rejected>,
) -> PageResult {
    let users = users::list(&user.app, &user.caller(), None).await?;
    let page = UsersPage {
        layout: manage_layout(user, Some(Section::Users)),
        note,
        rows: users.into_iter().map(user_row).collect(),
        form: form_to_add(user).await?.blank(rejected.as_ref()),
    };
    Ok(app_page(status_of(rejected.is_some()), &page))
}

#[derive(Deserialize)]
struct Added {
    email: Email,
    name: Line,
    role: Role,
    partner_id: Option<PartnerId>,
    practitioner_id: Option<PractitionerId>,
    password: Option<String>,
}

pub(super) async fn add_user(user: SignedIn, form: Form) -> PageResult {
    let add = async |json: Value| {
        let Added { email, name, role, partner_id, practitioner_id, password } =
            catalogue::read(&json)?;
        let new = NewUser { email, name, role, partner_id, practitioner_id, password };
        users::add(&user.app, &user.caller(), new).await
    };
    match form_to_add(&user).await?.submit(&form, add).await? {
        Ok(_) => Ok(redirect("/manage/users?done=added")),
        Err(rejected) => users_page_with(&user, None, Some(rejected)).await,
    }
}

#[derive(Template)]
#[template(path = "manage/user.html", config = ".askama.toml")]
struct UserPage {
    layout: Layout,
    note: Option<&'static str>,
    problem: Option<String>,
    user: UserView,
    factor: &'static str,
    is_self: bool,
    form: FormView,
    password: FormView,
}

/// Why a command about a user failed.
enum Failed {
    Change(Rejected),
    Password(Rejected),
    Other(String),
}

async fn user_page_with(
    user: &SignedIn,
    id: UserId,
    note: Option<&'static str>,
    failed: Option<Failed>,
) -> PageResult {
    let shown = users::get(&user.app, &user.caller(), id).await?;
    let there = json!({"name": shown.name, "role": shown.role, "partner_id": shown.partner_id,
        "practitioner_id": shown.practitioner_id});
    let status = status_of(failed.is_some());
    let (change, password, problem) = match failed {
        None => (None, None, None),
        Some(Failed::Change(rejected)) => (Some(rejected), None, None),
        Some(Failed::Password(rejected)) => (None, Some(rejected), None),
        Some(Failed::Other(problem)) => (None, None, Some(problem)),
    };
    let form = form_to_change(user, id).await?;
    let page = UserPage {
        layout: manage_layout(user, Some(Section::Users)),
        note,
        problem,
        factor: second_factor_words(&shown),
        is_self: id == user.person.actor.user_id,
        form: form.filled(&there, Some(shown.version), change.as_ref()),
        password: password_form(id).blank(password.as_ref()),
        user: shown,
    };
    Ok(app_page(status, &page))
}

async fn failed_page(user: &SignedIn, id: UserId, failed: Failed) -> PageResult {
    user_page_with(user, id, None, Some(failed)).await
}

pub(super) async fn user_page(
    user: SignedIn,
    Id(id): Id<UserId>,
    Query(query): Query,
) -> PageResult {
    user_page_with(&user, id, done_note(&query), None).await
}

#[derive(Deserialize)]
struct Changed {
    name: Line,
    role: Role,
    partner_id: Option<PartnerId>,
    practitioner_id: Option<PractitionerId>,
}

/// Changes name, role and shop.
pub(super) async fn change_user(user: SignedIn, Id(id): Id<UserId>, form: Form) -> PageResult {
    let expected = expected(&form);
    let change = async |json: Value| {
        let Changed { name, role, partner_id, practitioner_id } = catalogue::read(&json)?;
        let changed = ChangedUser { name, role, partner_id, practitioner_id };
        users::change(&user.app, &user.caller(), id, &expected, changed).await
    };
    match form_to_change(&user, id).await?.submit(&form, change).await? {
        Ok(()) => Ok(user_redirect(id, "changed")),
        Err(rejected) => failed_page(&user, id, Failed::Change(rejected)).await,
    }
}

fn user_redirect(id: UserId, done: &str) -> Response {
    redirect(&format!("/manage/users/{id}?done={done}"))
}

/// The yes or no that a form carries.
fn yes_or_no(form: &Form, name: &str) -> Option<bool> {
    match form.get(name) {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// Permits a user to sign in, or forbids it.
pub(super) async fn set_active(user: SignedIn, Id(id): Id<UserId>, form: Form) -> PageResult {
    let Some(active) = yes_or_no(&form, "active") else {
        let problem = "Say whether they may sign in.".to_owned();
        return failed_page(&user, id, Failed::Other(problem)).await;
    };
    match users::set_active(&user.app, &user.caller(), id, active).await {
        Ok(()) => Ok(user_redirect(id, if active { "in" } else { "out" })),
        Err(Error::Taken(words)) => failed_page(&user, id, Failed::Other(words)).await,
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn set_password(user: SignedIn, Id(id): Id<UserId>, form: Form) -> PageResult {
    let password = form.raw("password").unwrap_or_default().to_owned();
    let set = users::set_password(&user.app, &user.caller(), id, password).await;
    match password_form(id).outcome(set, Form::default(), 0)? {
        Ok(()) => Ok(user_redirect(id, "password")),
        Err(rejected) => failed_page(&user, id, Failed::Password(rejected)).await,
    }
}

/// Requires a second factor of a user, or no longer.
pub(super) async fn require_second_factor(
    user: SignedIn,
    Id(id): Id<UserId>,
    form: Form,
) -> PageResult {
    let Some(required) = yes_or_no(&form, "required") else {
        let problem = "Say whether they need a second factor.".to_owned();
        return failed_page(&user, id, Failed::Other(problem)).await;
    };
    second_factor::require(&user.app, &user.caller(), id, required).await?;
    Ok(user_redirect(id, if required { "required" } else { "not-required" }))
}

pub(super) async fn remove_second_factor(user: SignedIn, Id(id): Id<UserId>) -> PageResult {
    second_factor::take_away(&user.app, &user.caller(), id).await?;
    Ok(user_redirect(id, "taken-away"))
}
