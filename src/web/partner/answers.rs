//! What a shop answers to a referral: it accepts, declines with a reason, proposes another time, or
//! cannot finish. Each carries the version that was on the page, so that nobody answers what they have not seen.

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::path::{Which, expected, which};
use super::referral::{Tried, again};
use super::refused::wrong;
use super::words::Words;
use crate::actions::access::browsers::Person;
use crate::actions::partner::answers::{Acceptance, NewProposal, Rejection};
use crate::actions::partner::{answers, ends, pages};
use crate::actions::{App, Error, Result};
use crate::domain::ids::ReferralId;
use crate::domain::patient::Language;
use crate::domain::text::Note;
use crate::domain::time::civil::When;
use crate::web::frame::error::error_page;
use crate::web::frame::form::sent::Form;
use crate::web::frame::form::wrong::{Wrong, text_problem};

/// What came of an answer: nothing but a yes, or what is wrong with what was typed, or with the answer.
enum Outcome {
    Done,
    Typed(Vec<Wrong>),
    Refused(Error),
}

impl From<Result<()>> for Outcome {
    fn from(done: Result<()>) -> Self {
        match done {
            Ok(()) => Self::Done,
            Err(error) => Self::Refused(error),
        }
    }
}

/// The shop accepts.
pub(super) async fn accept(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    named: Which,
    form: Form,
) -> Response {
    let id = match which(named) {
        Ok(id) => id,
        Err(error) => return error_page(error),
    };
    let done =
        answers::accept(&app, &person.caller(), id, &expected(&form), Acceptance::default()).await;
    after(&app, &person, id, Tried::Accept, form, done.map(drop).into()).await
}

/// The shop declines.
pub(super) async fn decline(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    named: Which,
    form: Form,
) -> Response {
    let id = match which(named) {
        Ok(id) => id,
        Err(error) => return error_page(error),
    };
    let done = match why(&app, &person, &form).await {
        Ok(Ok(why)) => answers::reject(&app, &person.caller(), id, &expected(&form), why)
            .await
            .map(drop)
            .into(),
        Ok(Err(wrong)) => Outcome::Typed(vec![wrong]),
        Err(error) => Outcome::Refused(error),
    };
    after(&app, &person, id, Tried::Decline, form, done).await
}

/// The shop cannot finish.
pub(super) async fn fail(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    named: Which,
    form: Form,
) -> Response {
    let id = match which(named) {
        Ok(id) => id,
        Err(error) => return error_page(error),
    };
    let done = match why(&app, &person, &form).await {
        Ok(Ok(why)) => {
            ends::fail(&app, &person.caller(), id, &expected(&form), why).await.map(drop).into()
        }
        Ok(Err(wrong)) => Outcome::Typed(vec![wrong]),
        Err(error) => Outcome::Refused(error),
    };
    after(&app, &person, id, Tried::Fail, form, done).await
}

/// The shop proposes another time.
pub(super) async fn propose(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    named: Which,
    form: Form,
) -> Response {
    let id = match which(named) {
        Ok(id) => id,
        Err(error) => return error_page(error),
    };
    let session_id = match form.get("session_id") {
        "" => None,
        text => match text.parse() {
            Ok(session) => Some(session),
            Err(_) => return error_page(Error::NotThere("visit")),
        },
    };
    let done = match form.read::<When>("start") {
        Some(start) => {
            let new = NewProposal { start, session_id };
            answers::propose(&app, &person.caller(), id, &expected(&form), new)
                .await
                .map(drop)
                .into()
        }
        None => match language(&app, &person).await {
            Ok(language) => Outcome::Typed(vec![Wrong::with("start", Words::of(language).no_time)]),
            Err(error) => Outcome::Refused(error),
        },
    };
    after(&app, &person, id, Tried::Propose, form, done).await
}

async fn language(app: &App, person: &Person) -> Result<Language> {
    Ok(pages::front(app, &person.caller()).await?.language)
}

/// Why not, as it was typed.
async fn why(
    app: &App,
    person: &Person,
    form: &Form,
) -> Result<std::result::Result<Rejection, Wrong>> {
    Ok(match Note::try_from(form.get("reason")) {
        Ok(reason) => Ok(Rejection { reason, for_shop: false }),
        Err(error) => {
            Err(Wrong::with("reason", text_problem(language(app, person).await?, &error)))
        }
    })
}

/// Back to the referral, which says what came of it.
async fn after(
    app: &App,
    person: &Person,
    id: ReferralId,
    tried: Tried,
    form: Form,
    done: Outcome,
) -> Response {
    let error = match done {
        Outcome::Done => {
            return Redirect::to(&format!("/partner/referrals/{id}?{}", said(tried)))
                .into_response();
        }
        Outcome::Typed(wrong) => return again(app, person, id, tried, form, Ok(wrong)).await,
        Outcome::Refused(error) => error,
    };
    let front = match pages::front(app, &person.caller()).await {
        Ok(front) => front,
        Err(error) => return error_page(error),
    };
    // What speaks against a time stands beside the time.
    let beside_start =
        tried == Tried::Propose && !matches!(error, Error::Stale | Error::AnsweredMeanwhile);
    let wrong = wrong(Words::of(front.language), &front.wavelengths, error).map(|mut all| {
        for one in all.iter_mut().filter(|_| beside_start) {
            one.field = Some("start".to_owned());
        }
        all
    });
    again(app, person, id, tried, form, wrong).await
}

/// The note that says that it was done.
fn said(tried: Tried) -> &'static str {
    match tried {
        Tried::Accept => "accepted",
        Tried::Decline => "declined",
        Tried::Propose => "proposed",
        Tried::Fail => "failed",
    }
}
