//! The answers of a shop to a referral: it accepts, declines with a reason, proposes another time, or cannot finish.
//! Each carries the version that was on the page, so that a shop answers only what it has seen.

use super::referral::{Answer, Rejected, referral_page_with};
use super::refusals::refusal_errors;
use super::words::Words;
use crate::actions::partner::answers::{Acceptance, NewProposal, Rejection};
use crate::actions::partner::{answers, outcomes, pages};
use crate::actions::{Error, Result};
use crate::domain::ids::ReferralId;
use crate::domain::patient::Language;
use crate::domain::text::Note;
use crate::domain::time::civil::When;
use crate::web::frame::address::Id;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::field_error::{FieldError, text_problem};
use crate::web::frame::form::sent::Form;
use crate::web::frame::form::spec::expected;
use crate::web::frame::page::redirect;
use crate::web::frame::signed_in::SignedIn;

pub(super) async fn accept(user: SignedIn, Id(id): Id<ReferralId>, form: Form) -> PageResult {
    let (app, caller, expected) = (&user.app, user.caller(), expected(&form));
    let done = answers::accept(app, &caller, id, &expected, Acceptance::default()).await;
    answer_page(&user, id, Answer::Accept, form, done.map(drop)).await
}

pub(super) async fn decline(user: SignedIn, Id(id): Id<ReferralId>, form: Form) -> PageResult {
    let why = match rejection(&user, &form).await? {
        Ok(why) => why,
        Err(wrong) => return rejected_page(&user, id, Answer::Decline, form, vec![wrong]).await,
    };
    let done = answers::reject(&user.app, &user.caller(), id, &expected(&form), why).await;
    answer_page(&user, id, Answer::Decline, form, done.map(drop)).await
}

/// The shop cannot finish.
pub(super) async fn fail(user: SignedIn, Id(id): Id<ReferralId>, form: Form) -> PageResult {
    let why = match rejection(&user, &form).await? {
        Ok(why) => why,
        Err(wrong) => return rejected_page(&user, id, Answer::Fail, form, vec![wrong]).await,
    };
    let done = outcomes::fail(&user.app, &user.caller(), id, &expected(&form), why).await;
    answer_page(&user, id, Answer::Fail, form, done.map(drop)).await
}

/// Proposes another time, or a first one.
pub(super) async fn propose(user: SignedIn, Id(id): Id<ReferralId>, form: Form) -> PageResult {
    let session_id = match form.get("session_id") {
        "" => None,
        text => Some(text.parse().map_err(|_| Error::NotThere("visit"))?),
    };
    let Some(start) = form.parse::<When>("start") else {
        let words = Words::for_language(language(&user).await?);
        let wrong = vec![FieldError::at_field("start", words.no_time)];
        return rejected_page(&user, id, Answer::Propose, form, wrong).await;
    };
    let new = NewProposal { start, session_id };
    let done = answers::propose(&user.app, &user.caller(), id, &expected(&form), new).await;
    answer_page(&user, id, Answer::Propose, form, done.map(drop)).await
}

async fn language(user: &SignedIn) -> Result<Language> {
    Ok(pages::front(&user.app, &user.caller()).await?.language)
}

/// What was typed, or what is wrong with it.
type Typed<T> = std::result::Result<T, FieldError>;

/// The reason as it was typed, or what is wrong with it.
async fn rejection(user: &SignedIn, form: &Form) -> Result<Typed<Rejection>> {
    Ok(match Note::try_from(form.get("reason")) {
        Ok(reason) => Ok(Rejection { reason, for_shop: false }),
        Err(error) => {
            Err(FieldError::at_field("reason", text_problem(language(user).await?, &error)))
        }
    })
}

/// Back to the referral, which says what was done, or shows the form again with what was refused.
async fn answer_page(
    user: &SignedIn,
    id: ReferralId,
    answer: Answer,
    form: Form,
    done: Result<()>,
) -> PageResult {
    let Err(error) = done else {
        return Ok(redirect(&format!("/partner/referrals/{id}?{}", answer.done_word())));
    };
    let front = pages::front(&user.app, &user.caller()).await?;
    // What speaks against a time is shown beside the time.
    let at_start =
        answer == Answer::Propose && !matches!(error, Error::Stale | Error::AnsweredMeanwhile);
    let words = Words::for_language(front.language);
    let mut wrong = refusal_errors(words, &front.wavelengths, error)?;
    for one in wrong.iter_mut().filter(|_| at_start) {
        one.field = Some("start".to_owned());
    }
    rejected_page(user, id, answer, form, wrong).await
}

/// The referral with the form of `answer` filled in, and what is wrong with it.
async fn rejected_page(
    user: &SignedIn,
    id: ReferralId,
    answer: Answer,
    form: Form,
    wrong: Vec<FieldError>,
) -> PageResult {
    let rejected = Rejected { answer, form, wrong };
    referral_page_with(user, id, &Form::default(), Some(&rejected)).await
}
