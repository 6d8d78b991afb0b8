//! Users: who may sign in, as what, and with which second factor.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::json;
use strum::VariantArray;

use super::tabs::{Part, Tab, tabs};
use super::words;
use crate::actions::access::browsers::Person;
use crate::actions::access::by_command::NewUser;
use crate::actions::access::users::{ChangedUser, SecondFactor, UserView};
use crate::actions::access::{second_factor, users};
use crate::actions::partner::partners;
use crate::actions::work::page;
use crate::actions::{App, Caller, Error, Result, catalogue};
use crate::domain::ids::{PartnerId, UserId};
use crate::domain::patient::Email;
use crate::domain::role::Role;
use crate::domain::text::Line;
use crate::web::frame::error::error_page;
use crate::web::frame::form::field::{Choice, Field, Kind, choice};
use crate::web::frame::form::sent::{Asked, Form};
use crate::web::frame::form::spec::{FormSpec, FormView, Outcome, expected};
use crate::web::frame::form::wrong::Wrong;
use crate::web::frame::layout::{Here, Shell};
use crate::web::frame::page::{Named, named, shown_with_scripts};

#[derive(Template)]
#[template(path = "manage_users.html", config = ".askama.toml")]
struct Page {
    shell: Shell,
    tabs: Vec<Tab>,
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

impl From<UserView> for Row {
    fn from(user: UserView) -> Self {
        Self {
            id: user.id,
            second_factor: factor(&user),
            name: user.name.to_string(),
            email: user.email,
            role: words::role(user.role),
            shop: user.partner.map(|name| name.to_string()).unwrap_or_default(),
            active: user.active,
        }
    }
}

fn factor(user: &UserView) -> &'static str {
    match (user.second_factor, user.second_factor_required) {
        (SecondFactor::SetUp, true) => "Set up, and required",
        (SecondFactor::SetUp, false) => "Set up",
        (SecondFactor::Awaited, _) => "Required, not set up yet",
        (SecondFactor::None, _) => "None",
    }
}

fn note(asked: &Form) -> Option<&'static str> {
    Some(match asked.get("done") {
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

/// What somebody can be, and whose.
async fn who(app: &App, caller: &Caller) -> Result<(Vec<Choice>, Vec<Choice>)> {
    let roles = Role::VARIANTS.iter().filter(|role| **role != Role::Patient);
    let roles = roles.map(|role| choice(role, &words::role(*role))).collect();
    Ok((roles, shops(app, caller).await?))
}

/// The partner shops.
pub(super) async fn shops(app: &App, caller: &Caller) -> Result<Vec<Choice>> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = page::Page { limit: Some(200), after };
        let found = partners::list(app, caller, &page).await?;
        all.extend(found.items.iter().map(|shop| choice(&shop.id, &shop.details.name)));
        match found.next {
            Some(next) => after = Some(next),
            None => return Ok(all),
        }
    }
}

fn role_fields(roles: Vec<Choice>, shops: Vec<Choice>) -> Vec<Field> {
    vec![
        Field::new("name", "Name", Kind::Text).required(),
        Field::new("role", "Role", Kind::One(roles)).required(),
        Field::new("partner_id", "Shop", Kind::One(shops)).hint("For the role partner shop only."),
    ]
}

async fn form_to_add(app: &App, caller: &Caller) -> Result<FormSpec> {
    let (roles, shops) = who(app, caller).await?;
    let mut fields =
        vec![Field::new("email", "Email", Kind::Email).required().hint("They sign in with it.")];
    fields.extend(role_fields(roles, shops));
    fields.push(
        Field::new("password", "Password", Kind::Password)
            .hint("Ten characters or more. Without one they use tokens only."),
    );
    Ok(FormSpec {
        action: "/manage/users".to_owned(),
        button: "Add the user",
        fields,
        unique: "email",
    })
}

#[derive(Deserialize)]
struct Added {
    email: Email,
    name: Line,
    role: Role,
    partner_id: Option<PartnerId>,
    password: Option<String>,
}

/// The list.
pub(super) async fn page(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Asked(asked): Asked,
) -> Response {
    match listed(&app, &person, note(&asked), &Form::default(), &[]).await {
        Ok(page) => shown_with_scripts(StatusCode::OK, &page),
        Err(error) => error_page(error),
    }
}

async fn listed(
    app: &App,
    person: &Person,
    note: Option<&'static str>,
    typed: &Form,
    problems: &[Wrong],
) -> Result<Page> {
    let caller = person.caller();
    Ok(Page {
        shell: Shell::of(app, person, Here::Manage),
        tabs: tabs(Some(Part::Users)),
        note,
        rows: users::list(app, &caller, None).await?.into_iter().map(Row::from).collect(),
        form: form_to_add(app, &caller).await?.with_wrong(typed, None, problems),
    })
}

/// Adds a user.
pub(super) async fn add(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    form: Form,
) -> Response {
    let caller = person.caller();
    let spec = match form_to_add(&app, &caller).await {
        Ok(spec) => spec,
        Err(error) => return error_page(error),
    };
    let typed = spec.typed(&form);
    let problems = match spec.read(&typed) {
        Ok(written) => match spec.outcome(added(&app, &caller, written).await) {
            Outcome::Done(_) => return Redirect::to("/manage/users?done=added").into_response(),
            Outcome::Wrong(problems) => problems,
            Outcome::Stale => Vec::new(),
            Outcome::Failed(error) => return error_page(error),
        },
        Err(problems) => problems,
    };
    match listed(&app, &person, None, &typed, &problems).await {
        Ok(page) => shown_with_scripts(StatusCode::UNPROCESSABLE_ENTITY, &page),
        Err(error) => error_page(error),
    }
}

async fn added(app: &App, caller: &Caller, written: serde_json::Value) -> Result<UserId> {
    let Added { email, name, role, partner_id, password } = catalogue::read(written)?;
    let new = NewUser { email, name, role, partner_id, password };
    users::add(app, caller, new).await
}

#[derive(Template)]
#[template(path = "manage_user.html", config = ".askama.toml")]
struct UserPage {
    shell: Shell,
    tabs: Vec<Tab>,
    note: Option<&'static str>,
    problem: Option<String>,
    user: UserView,
    factor: &'static str,
    is_self: bool,
    form: FormView,
    password: FormView,
}

#[derive(Deserialize)]
struct Changed {
    name: Line,
    role: Role,
    partner_id: Option<PartnerId>,
}

fn id_of(id: Named) -> Result<UserId> {
    named(id).parse().map(UserId).map_err(|_| Error::NotThere("user"))
}

fn password_form(id: UserId) -> FormSpec {
    FormSpec {
        action: format!("/manage/users/{id}/password"),
        button: "Set the password",
        fields: vec![
            Field::new("password", "New password", Kind::Password)
                .required()
                .hint("Ten characters or more. They are signed out everywhere."),
        ],
        unique: "",
    }
}

async fn form_to_change(app: &App, caller: &Caller, id: UserId) -> Result<FormSpec> {
    let (roles, shops) = who(app, caller).await?;
    Ok(FormSpec {
        action: format!("/manage/users/{id}"),
        button: "Save",
        fields: role_fields(roles, shops),
        unique: "role",
    })
}

/// What a form that failed carried.
enum Left {
    Nothing,
    /// With the version that the form was filled with, so that what somebody else writes meanwhile is noticed.
    Change(Form, Vec<Wrong>, i64),
    Stale(Form),
    Password(Vec<Wrong>),
    Words(String),
}

async fn user_page(
    app: &App,
    person: &Person,
    id: UserId,
    note: Option<&'static str>,
    left: Left,
) -> Result<UserPage> {
    let caller = person.caller();
    let user = users::get(app, &caller, id).await?;
    let spec = form_to_change(app, &caller, id).await?;
    let there = json!({"name": user.name, "role": user.role, "partner_id": user.partner_id});
    let passwords = password_form(id);
    let mut password = passwords.empty();
    let mut problem = None;
    let form = match left {
        Left::Nothing => spec.filled(&there, Some(user.version)),
        Left::Change(typed, problems, version) => spec.with_wrong(&typed, Some(version), &problems),
        Left::Stale(typed) => spec.with_newer(&typed, &there, user.version),
        Left::Password(problems) => {
            password = passwords.with_wrong(&Form::default(), None, &problems);
            spec.filled(&there, Some(user.version))
        }
        Left::Words(words) => {
            problem = Some(words);
            spec.filled(&there, Some(user.version))
        }
    };
    Ok(UserPage {
        shell: Shell::of(app, person, Here::Manage),
        tabs: tabs(Some(Part::Users)),
        note,
        problem,
        factor: factor(&user),
        is_self: id == person.actor.user_id,
        form,
        password,
        user,
    })
}

async fn answered(app: &App, person: &Person, id: UserId, left: Left) -> Response {
    match user_page(app, person, id, None, left).await {
        Ok(page) => shown_with_scripts(StatusCode::UNPROCESSABLE_ENTITY, &page),
        Err(error) => error_page(error),
    }
}

/// One user.
pub(super) async fn one(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    Asked(asked): Asked,
) -> Response {
    let page = match id_of(id) {
        Ok(id) => user_page(&app, &person, id, note(&asked), Left::Nothing).await,
        Err(error) => Err(error),
    };
    match page {
        Ok(page) => shown_with_scripts(StatusCode::OK, &page),
        Err(error) => error_page(error),
    }
}

/// Changes name, role and shop.
pub(super) async fn change(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    form: Form,
) -> Response {
    let caller = person.caller();
    let (id, spec) = match id_of(id) {
        Ok(id) => match form_to_change(&app, &caller, id).await {
            Ok(spec) => (id, spec),
            Err(error) => return error_page(error),
        },
        Err(error) => return error_page(error),
    };
    let typed = spec.typed(&form);
    let version = form.read("version").unwrap_or_default();
    let left = match spec.read(&typed) {
        Ok(written) => {
            let changed = match catalogue::read(written) {
                Ok(Changed { name, role, partner_id }) => {
                    let changed = ChangedUser { name, role, partner_id };
                    users::change(&app, &caller, id, &expected(&form), changed).await
                }
                Err(error) => Err(error),
            };
            match spec.outcome(changed) {
                Outcome::Done(()) => return done(id, "changed"),
                Outcome::Wrong(problems) => Left::Change(typed, problems, version),
                Outcome::Stale => Left::Stale(typed),
                Outcome::Failed(error) => return error_page(error),
            }
        }
        Err(problems) => Left::Change(typed, problems, version),
    };
    answered(&app, &person, id, left).await
}

fn done(id: UserId, what: &str) -> Response {
    Redirect::to(&format!("/manage/users/{id}?done={what}")).into_response()
}

/// Lets a user in, or out.
pub(super) async fn set_active(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    form: Form,
) -> Response {
    let id = match id_of(id) {
        Ok(id) => id,
        Err(error) => return error_page(error),
    };
    let active = match form.get("active") {
        "yes" => true,
        "no" => false,
        _ => {
            return answered(
                &app,
                &person,
                id,
                Left::Words("Say whether they may sign in.".to_owned()),
            )
            .await;
        }
    };
    match users::set_active(&app, &person.caller(), id, active).await {
        Ok(()) => done(id, if active { "in" } else { "out" }),
        Err(Error::Taken(words)) => answered(&app, &person, id, Left::Words(words)).await,
        Err(error) => error_page(error),
    }
}

/// Sets another password.
pub(super) async fn set_password(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    form: Form,
) -> Response {
    let id = match id_of(id) {
        Ok(id) => id,
        Err(error) => return error_page(error),
    };
    let password = form.raw("password").unwrap_or_default().to_owned();
    let set = users::set_password(&app, &person.caller(), id, password).await;
    match password_form(id).outcome(set) {
        Outcome::Done(()) => done(id, "password"),
        Outcome::Wrong(problems) => answered(&app, &person, id, Left::Password(problems)).await,
        Outcome::Stale => answered(&app, &person, id, Left::Nothing).await,
        Outcome::Failed(error) => error_page(error),
    }
}

/// Requires a second factor, or no longer.
pub(super) async fn require(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    form: Form,
) -> Response {
    let id = match id_of(id) {
        Ok(id) => id,
        Err(error) => return error_page(error),
    };
    let required = match form.get("required") {
        "yes" => true,
        "no" => false,
        _ => {
            return answered(
                &app,
                &person,
                id,
                Left::Words("Say whether they need a second factor.".to_owned()),
            )
            .await;
        }
    };
    match second_factor::require(&app, &person.caller(), id, required).await {
        Ok(()) => done(id, if required { "required" } else { "not-required" }),
        Err(error) => error_page(error),
    }
}

/// Takes a second factor away.
pub(super) async fn take_away(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
) -> Response {
    let taken = match id_of(id) {
        Ok(id) => second_factor::take_away(&app, &person.caller(), id).await.map(|()| id),
        Err(error) => Err(error),
    };
    match taken {
        Ok(id) => done(id, "taken-away"),
        Err(error) => error_page(error),
    }
}
