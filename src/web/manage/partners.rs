//! Partner shops: their papers and when these end, their people, the links to their lists, and their settlement month
//! by month.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::catalogue_forms::Note;
use super::entry_page::EntryPage;
use super::partner_form::{form_to_add, form_to_change, link_form, paper_notes};
use super::sections::{Section, manage_layout};
use crate::actions::access::users;
use crate::actions::access::users::UserView;
use crate::actions::partner::links::{NewShopLink, ShopLinkView};
use crate::actions::partner::settlement::{FiguresWanted, Settlement};
use crate::actions::partner::{links, partners, settlement};
use crate::actions::work::page::Page;
use crate::actions::{Error, Result, catalogue};
use crate::domain::catalogue::partner::{Partner, PartnerDetails};
use crate::domain::ids::{PartnerId, ShopLinkId};
use crate::domain::partner::settlement::{Days, Month};
use crate::web::frame::address::Id;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::sent::{Form, Query};
use crate::web::frame::form::spec::{FormView, Rejected, expected};
use crate::web::frame::layout::Layout;
use crate::web::frame::page::{app_page, redirect, status_of};
use crate::web::frame::signed_in::SignedIn;
use crate::web::frame::text::{code_words, date_and_time};

/// How many months of settlement are shown unless the address says.
const MONTHS: u32 = 12;

#[derive(Template)]
#[template(path = "manage/partners.html", config = ".askama.toml")]
struct PartnersPage {
    layout: Layout,
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

/// Every partner, page by page.
pub(super) async fn all_partners(user: &SignedIn) -> Result<Vec<Partner>> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = Page { limit: Some(200), after };
        let found = partners::list(&user.app, &user.caller(), &page).await?;
        all.extend(found.items);
        match found.next {
            Some(next) => after = Some(next),
            None => return Ok(all),
        }
    }
}

pub(super) async fn partners_page(user: SignedIn) -> PageResult {
    let today = user.today();
    let row = |partner: &Partner| Row {
        id: partner.id,
        name: partner.details.name.to_string(),
        works: if partner.proposes() { "On request" } else { "Shared hours" },
        methods: methods(partner),
        notes: paper_notes(&partner.details, today, false),
        active: partner.details.active,
    };
    let rows = all_partners(&user).await?.iter().map(row).collect();
    let page = PartnersPage { layout: manage_layout(&user, Some(Section::Partners)), rows };
    Ok(app_page(StatusCode::OK, &page))
}

fn methods(partner: &Partner) -> String {
    let all = partner.details.methods.iter().flatten();
    all.map(code_words).collect::<Vec<_>>().join(", ")
}

fn page_of_new(user: &SignedIn, form: FormView) -> EntryPage {
    EntryPage {
        layout: manage_layout(user, Some(Section::Partners)),
        back: "/manage/partners",
        back_words: "All partners",
        title: "Add a partner".to_owned(),
        form,
    }
}

/// The form for a new partner.
pub(super) async fn new_partner_page(user: SignedIn) -> PageResult {
    let begins = json!({"active": true, "shop": {"observes_holidays": true, "chairs": 1}});
    let form = form_to_add().filled(&begins, None, None);
    Ok(app_page(StatusCode::OK, &page_of_new(&user, form)))
}

pub(super) async fn add_partner(user: SignedIn, form: Form) -> PageResult {
    let add = async |json| {
        let details = catalogue::read::<PartnerDetails>(&json)?;
        partners::add(&user.app, &user.caller(), details).await
    };
    let spec = form_to_add();
    match spec.submit(&form, add).await? {
        Ok(added) => {
            let id = added.into_inner().id;
            Ok(redirect(&format!("/manage/partners/{id}?done=added")))
        }
        Err(rejected) => {
            let page = page_of_new(&user, spec.blank(Some(&rejected)));
            Ok(app_page(status_of(true), &page))
        }
    }
}

#[derive(Template)]
#[template(path = "manage/partner.html", config = ".askama.toml")]
struct PartnerPage {
    layout: Layout,
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
    months: Vec<SettledMonth>,
}

struct Link {
    id: ShopLinkId,
    version: i64,
    label: String,
    made: String,
}

struct SettledMonth {
    month: String,
    counts: [i64; 5],
    to_answer: String,
    to_treatment: String,
}

/// What a command about a partner came to, where the page itself says so.
enum Outcome {
    Change(Rejected),
    Link(Rejected),
    /// The address of a link that was just made.
    Made(Option<String>),
    Failed(&'static str),
}

/// The months of settlement that are asked for.
fn months_wanted(user: &SignedIn, query: &Form) -> (Month, Month) {
    let to = query.parse("to").unwrap_or_else(|| Month::containing(user.today()));
    (query.parse("from").unwrap_or_else(|| to.earlier(MONTHS - 1)), to)
}

async fn settled(user: &SignedIn, id: PartnerId, (from, to): (Month, Month)) -> Result<Settlement> {
    let wanted = FiguresWanted { from: Some(from), to: Some(to), partner_id: Some(id) };
    settlement::settled(&user.app, &user.caller(), wanted).await
}

fn done_note(query: &Form) -> Option<&'static str> {
    Some(match query.get("done") {
        "added" => {
            "The partner was added, with its place and chairs. Give its people a sign-in under Users, or make a link to its list below."
        }
        "changed" => "The partner was changed.",
        "revoked" => "The link was revoked; it opens nothing any more.",
        _ => return None,
    })
}

async fn partner_page_with(
    user: &SignedIn,
    id: PartnerId,
    query: &Form,
    outcome: Option<Outcome>,
) -> PageResult {
    let (app, caller) = (&user.app, user.caller());
    let partner = partners::get(app, &caller, id).await?.into_inner();
    let status = match outcome {
        None => StatusCode::OK,
        Some(Outcome::Made(_)) => StatusCode::CREATED,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let (mut change, mut link, mut made, mut problem) = (None, None, None, None);
    match outcome {
        None => (),
        Some(Outcome::Change(rejected)) => change = Some(rejected),
        Some(Outcome::Link(rejected)) => link = Some(rejected),
        Some(Outcome::Made(address)) => made = address,
        Some(Outcome::Failed(words)) => problem = Some(words.to_owned()),
    }
    let (from, to) = months_wanted(user, query);
    let months = match settled(user, id, (from, to)).await {
        Ok(settled) => settled_months(&settled),
        Err(Error::Refused(all)) => {
            problem = all.into_iter().next().map(|one| one.message);
            Vec::new()
        }
        Err(error) => return Err(error.into()),
    };
    let there = json_of(&partner)?;
    let page = PartnerPage {
        layout: manage_layout(user, Some(Section::Partners)),
        note: done_note(query),
        problem,
        papers: paper_notes(&partner.details, user.today(), true),
        form: form_to_change(id).filled(&there, Some(partner.version), change.as_ref()),
        users: users::list(app, &caller, Some(id)).await?,
        links: links_of(user, id).await?,
        made,
        link_form: link_form(id).blank(link.as_ref()),
        from,
        to,
        months,
        partner,
    };
    Ok(app_page(status, &page))
}

fn json_of(partner: &Partner) -> Result<Value> {
    serde_json::to_value(&partner.details).map_err(|error| Error::Fault(error.to_string()))
}

fn settled_months(settled: &Settlement) -> Vec<SettledMonth> {
    let days = |days: Option<Days>| days.map_or_else(|| "–".to_owned(), |days| days.to_string());
    let row = |one: &settlement::NamedFigures| {
        let f = &one.figures;
        SettledMonth {
            month: f.month.to_string(),
            counts: [f.referred, f.accepted, f.declined, f.done, f.overdue],
            to_answer: days(f.median_days_to_answer),
            to_treatment: days(f.median_days_to_treatment),
        }
    };
    settled.items.iter().map(row).collect()
}

async fn links_of(user: &SignedIn, id: PartnerId) -> Result<Vec<Link>> {
    let page = Page { limit: Some(200), after: None };
    let found = links::list(&user.app, &user.caller(), id, &page).await?;
    let link = |link: ShopLinkView| Link {
        id: link.id,
        version: link.version,
        label: link.label.to_string(),
        made: date_and_time(link.created_at),
    };
    Ok(found.items.into_iter().map(link).collect())
}

async fn outcome_page(user: &SignedIn, id: PartnerId, outcome: Outcome) -> PageResult {
    partner_page_with(user, id, &Form::default(), Some(outcome)).await
}

pub(super) async fn partner_page(
    user: SignedIn,
    Id(id): Id<PartnerId>,
    Query(query): Query,
) -> PageResult {
    partner_page_with(&user, id, &query, None).await
}

pub(super) async fn change_partner(
    user: SignedIn,
    Id(id): Id<PartnerId>,
    form: Form,
) -> PageResult {
    let (app, caller, expected) = (&user.app, user.caller(), expected(&form));
    let change = async |json| partners::change(app, &caller, id, &expected, json).await;
    match form_to_change(id).submit(&form, change).await? {
        Ok(_) => Ok(redirect(&format!("/manage/partners/{id}?done=changed"))),
        Err(rejected) => outcome_page(&user, id, Outcome::Change(rejected)).await,
    }
}

/// Makes a link to the shop's list. Its address is shown this once, so it is shown on this very page.
pub(super) async fn make_link(user: SignedIn, Id(id): Id<PartnerId>, form: Form) -> PageResult {
    let make = async |json| {
        let new = catalogue::read::<NewShopLink>(&json)?;
        links::make(&user.app, &user.caller(), id, new).await
    };
    let outcome = match link_form(id).submit(&form, make).await? {
        Ok(link) => Outcome::Made(link.into_inner().url),
        Err(rejected) => Outcome::Link(rejected),
    };
    outcome_page(&user, id, outcome).await
}

pub(super) async fn revoke_link(
    user: SignedIn,
    Id((id, link)): Id<(PartnerId, ShopLinkId)>,
    form: Form,
) -> PageResult {
    match links::revoke(&user.app, &user.caller(), id, link, &expected(&form)).await {
        Ok(()) => Ok(redirect(&format!("/manage/partners/{id}?done=revoked"))),
        Err(Error::Stale | Error::NotThere("link")) => {
            let words = "That link was changed or revoked meanwhile.";
            outcome_page(&user, id, Outcome::Failed(words)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The settlement as comma-separated values.
pub(super) async fn settlement_csv(
    user: SignedIn,
    Id(id): Id<PartnerId>,
    Query(query): Query,
) -> PageResult {
    let csv = settled(&user, id, months_wanted(&user, &query)).await?.csv()?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"settlement.csv\""),
    ];
    Ok((headers, csv).into_response())
}
