//! Partner shops: their papers and when these end, what they offer, their people, the links to
//! their lists, and their settlement month by month.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value, json};

use super::catalogue_forms::Note;
use super::partner_form::{form_to_add, form_to_change, link_spec, papers};
use super::tabs::{Part, Tab, tabs};
use super::words;
use crate::actions::access::browsers::Person;
use crate::actions::access::users;
use crate::actions::access::users::UserView;
use crate::actions::partner::links::{NewShopLink, ShopLinkView};
use crate::actions::partner::settlement::{FiguresWanted, Settlement};
use crate::actions::partner::{links, partners, settlement};
use crate::actions::work::page;
use crate::actions::{App, Caller, Error, Result, catalogue};
use crate::domain::catalogue::partner::{Partner, PartnerDetails};
use crate::domain::ids::{PartnerId, ShopLinkId};
use crate::domain::partner::settlement::{Days, Month};
use crate::domain::time::civil;
use crate::web::frame::error::error_page;
use crate::web::frame::form::sent::{Asked, Form};
use crate::web::frame::form::spec::{FormView, Outcome, expected};
use crate::web::frame::form::wrong::Wrong;
use crate::web::frame::layout::{Here, Shell};
use crate::web::frame::page::{Named, named, shown_with_scripts};

/// How many months of settlement are shown unless somebody says.
const MONTHS: u32 = 12;

#[derive(Template)]
#[template(path = "manage_partners.html", config = ".askama.toml")]
struct Page {
    shell: Shell,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
}

struct Row {
    id: PartnerId,
    name: String,
    works: &'static str,
    methods: String,
    notes: Vec<Note>,
    active: bool,
}

fn works(partner: &Partner) -> &'static str {
    if partner.proposes() { "On request" } else { "Shared hours" }
}

/// The list.
pub(super) async fn page(State(app): State<App>, Extension(person): Extension<Person>) -> Response {
    match listed(&app, &person).await {
        Ok(page) => shown_with_scripts(StatusCode::OK, &page),
        Err(error) => error_page(error),
    }
}

async fn listed(app: &App, person: &Person) -> Result<Page> {
    let (caller, today) = (person.caller(), civil::date_of(app.zone, app.clock.now()));
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = page::Page { limit: Some(200), after };
        let found = partners::list(app, &caller, &page).await?;
        rows.extend(found.items.iter().map(|partner| Row {
            id: partner.id,
            name: partner.details.name.to_string(),
            works: works(partner),
            methods: methods(partner),
            notes: papers(&partner.details, today, false),
            active: partner.details.active,
        }));
        match found.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    Ok(Page { shell: Shell::of(app, person, Here::Manage), tabs: tabs(Some(Part::Partners)), rows })
}

fn methods(partner: &Partner) -> String {
    let all = partner.details.methods.iter().flatten();
    all.map(words::code).collect::<Vec<_>>().join(", ")
}

#[derive(Template)]
#[template(path = "manage_thing.html", config = ".askama.toml")]
struct NewPage {
    shell: Shell,
    tabs: Vec<Tab>,
    back: &'static str,
    back_words: &'static str,
    title: &'static str,
    form: FormView,
}

fn new_page(app: &App, person: &Person, form: FormView) -> NewPage {
    NewPage {
        shell: Shell::of(app, person, Here::Manage),
        tabs: tabs(Some(Part::Partners)),
        back: "/manage/partners",
        back_words: "All partners",
        title: "Add a partner",
        form,
    }
}

/// The form for a new partner.
pub(super) async fn blank(
    State(app): State<App>,
    Extension(person): Extension<Person>,
) -> Response {
    let begins = json!({"active": true, "shop": {"observes_holidays": true, "chairs": 1}});
    shown_with_scripts(
        StatusCode::OK,
        &new_page(&app, &person, form_to_add().filled(&begins, None)),
    )
}

/// Writes a partner down.
pub(super) async fn add(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    form: Form,
) -> Response {
    let (spec, caller) = (form_to_add(), person.caller());
    let typed = spec.typed(&form);
    let problems = match spec.read(&typed) {
        Ok(written) => {
            let added = match catalogue::read::<PartnerDetails>(written) {
                Ok(details) => partners::add(&app, &caller, details).await,
                Err(error) => Err(error),
            };
            match spec.outcome(added) {
                Outcome::Done(added) => {
                    let id = added.into_inner().id;
                    return Redirect::to(&format!("/manage/partners/{id}?done=added"))
                        .into_response();
                }
                Outcome::Wrong(problems) => problems,
                Outcome::Stale => Vec::new(),
                Outcome::Failed(error) => return error_page(error),
            }
        }
        Err(problems) => problems,
    };
    let page = new_page(&app, &person, spec.with_wrong(&typed, None, &problems));
    shown_with_scripts(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

#[derive(Template)]
#[template(path = "manage_partner.html", config = ".askama.toml")]
struct PartnerPage {
    shell: Shell,
    tabs: Vec<Tab>,
    note: Option<&'static str>,
    problem: Option<String>,
    partner: Partner,
    papers: Vec<Note>,
    form: FormView,
    users: Vec<UserView>,
    links: Vec<Link>,
    made: Option<String>,
    link_form: FormView,
    from: Month,
    to: Month,
    months: Vec<Settled>,
}

struct Link {
    id: ShopLinkId,
    version: i64,
    label: String,
    made: String,
}

struct Settled {
    month: String,
    counts: [i64; 5],
    to_answer: String,
    to_treatment: String,
}

/// What a form that failed carried.
enum Left {
    Nothing,
    Change(Form, Vec<Wrong>, i64),
    Stale(Form),
    Link(Form, Vec<Wrong>),
    Words(String),
}

pub(super) fn id_of(id: Named) -> Result<PartnerId> {
    named(id).parse().map_err(|_| Error::NotThere("partner"))
}

/// The months of settlement that are asked for.
fn months(app: &App, asked: &Form) -> (Month, Month) {
    let this = Month::of(civil::date_of(app.zone, app.clock.now()));
    let to = asked.read("to").unwrap_or(this);
    (asked.read("from").unwrap_or_else(|| to.earlier(MONTHS - 1)), to)
}

async fn settled(
    app: &App,
    caller: &Caller,
    id: PartnerId,
    (from, to): (Month, Month),
) -> Result<Settlement> {
    let wanted = FiguresWanted { from: Some(from), to: Some(to), partner_id: Some(id) };
    settlement::settled(app, caller, wanted).await
}

fn note(asked: &Form) -> Option<&'static str> {
    Some(match asked.get("done") {
        "added" => {
            "The partner was added, with its place and chairs. Give its people a sign-in under Users, or make a link to its list below."
        }
        "changed" => "The partner was changed.",
        "revoked" => "The link was revoked; it opens nothing any more.",
        _ => return None,
    })
}

async fn partner_page(
    app: &App,
    person: &Person,
    id: PartnerId,
    asked: &Form,
    left: Left,
) -> Result<PartnerPage> {
    let caller = person.caller();
    let partner = partners::get(app, &caller, id).await?.into_inner();
    let there = written_of(&partner)?;
    let (spec, links) = (form_to_change(id), link_spec(id));
    let (mut problem, mut link_form) = (None, links.empty());
    let form = match left {
        Left::Change(typed, problems, version) => spec.with_wrong(&typed, Some(version), &problems),
        Left::Stale(typed) => spec.with_newer(&typed, &there, partner.version),
        Left::Nothing => spec.filled(&there, Some(partner.version)),
        Left::Link(typed, problems) => {
            link_form = links.with_wrong(&typed, None, &problems);
            spec.filled(&there, Some(partner.version))
        }
        Left::Words(words) => {
            problem = Some(words);
            spec.filled(&there, Some(partner.version))
        }
    };
    let (from, to) = months(app, asked);
    let months = match settled(app, &caller, id, (from, to)).await {
        Ok(settled) => months_of(&settled),
        Err(Error::Refused(all)) => {
            problem = all.into_iter().next().map(|one| one.message);
            Vec::new()
        }
        Err(error) => return Err(error),
    };
    Ok(PartnerPage {
        shell: Shell::of(app, person, Here::Manage),
        tabs: tabs(Some(Part::Partners)),
        note: note(asked),
        problem,
        papers: papers(&partner.details, civil::date_of(app.zone, app.clock.now()), true),
        form,
        users: users::list(app, &caller, Some(id)).await?,
        links: links_of(app, &caller, id).await?,
        made: None,
        link_form,
        from,
        to,
        months,
        partner,
    })
}

fn written_of(partner: &Partner) -> Result<Value> {
    serde_json::to_value(&partner.details).map_err(|error| Error::Fault(error.to_string()))
}

fn months_of(settled: &Settlement) -> Vec<Settled> {
    let days = |days: Option<Days>| days.map_or_else(|| "–".to_owned(), |days| days.to_string());
    let row = |one: &settlement::NamedFigures| {
        let f = &one.figures;
        Settled {
            month: f.month.to_string(),
            counts: [f.referred, f.accepted, f.declined, f.done, f.overdue],
            to_answer: days(f.median_days_to_answer),
            to_treatment: days(f.median_days_to_treatment),
        }
    };
    settled.items.iter().map(row).collect()
}

async fn links_of(app: &App, caller: &Caller, id: PartnerId) -> Result<Vec<Link>> {
    let page = page::Page { limit: Some(200), after: None };
    let found = links::list(app, caller, id, &page).await?;
    let link = |link: ShopLinkView| Link {
        id: link.id,
        version: link.version,
        label: link.label.to_string(),
        made: words::moment(link.created_at),
    };
    Ok(found.items.into_iter().map(link).collect())
}

async fn answered(app: &App, person: &Person, id: PartnerId, asked: &Form, left: Left) -> Response {
    let status = match left {
        Left::Nothing => StatusCode::OK,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    match partner_page(app, person, id, asked, left).await {
        Ok(page) => shown_with_scripts(status, &page),
        Err(error) => error_page(error),
    }
}

/// One partner.
pub(super) async fn one(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    Asked(asked): Asked,
) -> Response {
    match id_of(id) {
        Ok(id) => answered(&app, &person, id, &asked, Left::Nothing).await,
        Err(error) => error_page(error),
    }
}

/// Changes a partner.
pub(super) async fn change(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    form: Form,
) -> Response {
    let (id, caller) = match id_of(id) {
        Ok(id) => (id, person.caller()),
        Err(error) => return error_page(error),
    };
    let spec = form_to_change(id);
    let typed = spec.typed(&form);
    let version = form.read("version").unwrap_or_default();
    let left = match spec.read(&typed) {
        Ok(written) => {
            match spec.outcome(partners::change(&app, &caller, id, &expected(&form), written).await)
            {
                Outcome::Done(_) => {
                    return Redirect::to(&format!("/manage/partners/{id}?done=changed"))
                        .into_response();
                }
                Outcome::Wrong(problems) => Left::Change(typed, problems, version),
                Outcome::Stale => Left::Stale(typed),
                Outcome::Failed(error) => return error_page(error),
            }
        }
        Err(problems) => Left::Change(typed, problems, version),
    };
    answered(&app, &person, id, &Form::default(), left).await
}

/// Makes a link to the shop's list, which is shown this once, and so on this very page.
pub(super) async fn make_link(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    form: Form,
) -> Response {
    let id = match id_of(id) {
        Ok(id) => id,
        Err(error) => return error_page(error),
    };
    let spec = link_spec(id);
    let typed = spec.typed(&form);
    let problems = match spec.read(&typed) {
        Ok(written) => {
            let made = match catalogue::read::<NewShopLink>(written) {
                Ok(new) => links::make(&app, &person.caller(), id, new).await,
                Err(error) => Err(error),
            };
            match spec.outcome(made) {
                Outcome::Done(link) => {
                    return with_link(&app, &person, id, link.into_inner()).await;
                }
                Outcome::Wrong(problems) => problems,
                Outcome::Stale => Vec::new(),
                Outcome::Failed(error) => return error_page(error),
            }
        }
        Err(problems) => problems,
    };
    answered(&app, &person, id, &Form::default(), Left::Link(typed, problems)).await
}

async fn with_link(app: &App, person: &Person, id: PartnerId, link: ShopLinkView) -> Response {
    match partner_page(app, person, id, &Form::default(), Left::Nothing).await {
        Ok(page) => {
            let page = PartnerPage { made: link.url, ..page };
            shown_with_scripts(StatusCode::CREATED, &page)
        }
        Err(error) => error_page(error),
    }
}

type LinkPath =
    std::result::Result<Path<(String, String)>, axum::extract::rejection::PathRejection>;

/// Revokes a link.
pub(super) async fn revoke_link(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    path: LinkPath,
    form: Form,
) -> Response {
    let read = |Path((id, link)): Path<(String, String)>| {
        Some((id.parse::<PartnerId>().ok()?, link.parse::<ShopLinkId>().ok()?))
    };
    let Some((id, link)) = path.ok().and_then(read) else {
        return error_page(Error::NotThere("link"));
    };
    match links::revoke(&app, &person.caller(), id, link, &expected(&form)).await {
        Ok(()) => Redirect::to(&format!("/manage/partners/{id}?done=revoked")).into_response(),
        Err(Error::Stale | Error::NotThere("link")) => {
            let words = "That link was changed or revoked meanwhile.".to_owned();
            answered(&app, &person, id, &Form::default(), Left::Words(words)).await
        }
        Err(error) => error_page(error),
    }
}

/// The settlement as comma-separated values.
pub(super) async fn csv(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    Asked(asked): Asked,
) -> Response {
    let written = match id_of(id) {
        Ok(id) => match settled(&app, &person.caller(), id, months(&app, &asked)).await {
            Ok(settled) => Ok(settled.csv()),
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"settlement.csv\""),
    ];
    match written {
        Ok(csv) => (headers, csv).into_response(),
        Err(error) => error_page(error),
    }
}
