//! How a partner's shop is notified: where its mail and its texts go, by which way each kind of message is sent, when,
//! and in which language.

use askama::Template;
use strum::VariantArray;

use super::partner_form::language_choices;
use super::sections::{Section, manage_layout};
use crate::actions::Error;
use crate::actions::partner::{notifications, partners};
use crate::domain::ids::PartnerId;
use crate::domain::patient::Way;
use crate::web::frame::address::Id;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::field::{Choice, Field, Kind, choice};
use crate::web::frame::form::sent::{Form, Query};
use crate::web::frame::form::spec::{FormSpec, FormView, Rejected, expected};
use crate::web::frame::layout::Layout;
use crate::web::frame::page::{app_page, redirect, status_of};
use crate::web::frame::signed_in::SignedIn;

#[derive(Template)]
#[template(path = "manage/partner_notifications.html", config = ".askama.toml")]
struct NotificationsPage {
    layout: Layout,
    id: PartnerId,
    name: String,
    changed: bool,
    form: FormView,
}

fn ways() -> Vec<Choice> {
    let way = |way: &Way| match way {
        Way::Email => choice(way, "By mail"),
        Way::Sms => choice(way, "By text message"),
    };
    Way::VARIANTS.iter().map(way).collect()
}

fn form_spec(id: PartnerId) -> FormSpec {
    let by =
        |name, label| Field::new(name, label, Kind::One(ways())).hint("Not at all unless chosen.");
    FormSpec {
        action: format!("/manage/partners/{id}/told"),
        button: "Save",
        fields: vec![
            Field::new("email", "Where its mail goes", Kind::Email),
            Field::new("phone", "Where its text messages go", Kind::Tel),
            Field::new("language", "In which language", Kind::One(language_choices())).required(),
            by(
                "changes_by",
                "Told of changes, of what waits for its answer, and of an overdue report",
            ),
            by("day_list_by", "The list of the next day"),
            Field::new("day_list_at", "When that list comes, the day before", Kind::Time)
                .hint("Toronto’s time; when the clinic sends them unless set."),
            by("before_by", "Told before each visit"),
            Field::new("before_minutes", "How many minutes before", Kind::Whole)
                .hint("10 to 1440; as long as the clinic says unless set."),
        ],
        unique: "email",
    }
}

pub(super) async fn notifications_page(
    user: SignedIn,
    Id(id): Id<PartnerId>,
    Query(query): Query,
) -> PageResult {
    notifications_page_with(&user, id, query.has("done"), None).await
}

async fn notifications_page_with(
    user: &SignedIn,
    id: PartnerId,
    changed: bool,
    rejected: Option<Rejected>,
) -> PageResult {
    let (app, caller) = (&user.app, user.caller());
    let partner = partners::get(app, &caller, id).await?.into_inner();
    let shown = notifications::get(app, &caller, id).await?.into_inner();
    let there =
        serde_json::to_value(&shown.details).map_err(|error| Error::Fault(error.to_string()))?;
    let page = NotificationsPage {
        layout: manage_layout(user, Some(Section::Partners)),
        id,
        name: partner.details.name.to_string(),
        changed,
        form: form_spec(id).filled(&there, Some(shown.version), rejected.as_ref()),
    };
    Ok(app_page(status_of(rejected.is_some()), &page))
}

/// Changes how a shop is notified.
pub(super) async fn change_notifications(
    user: SignedIn,
    Id(id): Id<PartnerId>,
    form: Form,
) -> PageResult {
    let (app, caller, expected) = (&user.app, user.caller(), expected(&form));
    let change = async |json| notifications::change(app, &caller, id, &expected, json).await;
    match form_spec(id).submit(&form, change).await? {
        Ok(_) => Ok(redirect(&format!("/manage/partners/{id}/told?done"))),
        Err(rejected) => notifications_page_with(&user, id, false, Some(rejected)).await,
    }
}
