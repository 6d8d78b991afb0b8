//! Every error as RFC 9457 `application/problem+json`: what happened, in words, and
//! every broken rule. What is our own mistake is logged and shown without details.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::{Error, Hindrance};
use crate::domain::ids::PatientId;
use crate::domain::patient::duplicate::Candidate;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::civil::spoken_day;
use crate::storage;

/// An error as clients read it (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({"type": "urn:fadeline:problem:clinic_closed", "title": "Refused by a rule", "status": 422,
    "detail": "Hayden Street is closed on Thursday 1 July 2027 (Canada Day).", "code": "clinic_closed",
    "violations": [{"code": "clinic_closed", "message": "Hayden Street is closed on Thursday 1 July 2027 (Canada Day).",
        "overridable": false, "earliest": "2027-07-02"}]}))]
pub struct Problem {
    /// Which kind of problem, as a URN that ends in `code`.
    #[serde(rename = "type")]
    #[schema(example = "urn:fadeline:problem:not_found")]
    pub kind: String,
    /// The kind in words.
    pub title: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What happened, in words.
    pub detail: String,
    /// Which kind, for programs; that of the first violation where there are any.
    pub code: String,
    /// Every rule that refuses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Refusal>,
    /// The first day with a time that all rules allow, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_day: Option<NaiveDate>,
    /// Which fields do not make sense, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Who is known already and may be the same person; of `possible_duplicate`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
    /// The record that has all of the one that was asked for; of `merged`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<PatientId>,
    /// When to try again, seconds; sent as `Retry-After`.
    #[serde(skip)]
    pub retry_after: Option<u64>,
}

/// A field that does not make sense.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer into the body, or the name of a parameter.
    pub pointer: String,
    /// What is wrong there.
    pub detail: String,
}

impl Problem {
    /// A problem without violations.
    #[must_use]
    pub fn new(
        status: StatusCode,
        code: &str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            kind: format!("urn:fadeline:problem:{code}"),
            title,
            status: status.as_u16(),
            detail: detail.into(),
            code: code.to_owned(),
            violations: Vec::new(),
            first_day: None,
            errors: Vec::new(),
            candidates: Vec::new(),
            merged_into: None,
            retry_after: None,
        }
    }

    /// What was sent cannot be read.
    #[must_use]
    pub fn unreadable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unreadable", "Unreadable", detail)
    }

    /// The request carries no valid token.
    #[must_use]
    pub fn no_credentials() -> Self {
        Self::not_signed_in("no_credentials", "Send a valid token as Authorization: Bearer TOKEN.")
    }

    fn not_signed_in(code: &str, detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, "Not signed in", detail)
    }

    fn conflict(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, "Conflict", detail)
    }

    /// The role may not.
    #[must_use]
    pub fn not_allowed() -> Self {
        Self::new(StatusCode::FORBIDDEN, "not_allowed", "Not allowed", "Your role may not do this.")
    }

    /// Not there, or not yours.
    #[must_use]
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "Not found", detail)
    }

    /// Understood, but a field makes no sense.
    #[must_use]
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let error = FieldError { pointer: pointer.into(), detail: detail.into() };
        let detail = format!(
            "{}: {}",
            if error.pointer.is_empty() { "/" } else { &error.pointer },
            error.detail
        );
        Self {
            errors: vec![error],
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Does not make sense", detail)
        }
    }

    fn slow_down(seconds: u64) -> Self {
        let detail = format!("Too many tries; try again in {seconds} seconds.");
        Self {
            retry_after: Some(seconds),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "slow_down", "Too many tries", detail)
        }
    }

    /// The service cannot answer at the moment.
    #[must_use]
    pub fn try_later(detail: impl Into<String>) -> Self {
        Self {
            retry_after: Some(5),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "try_later", "Try later", detail)
        }
    }

    /// Nothing can be written until an operator has done something. The request can then be sent again as it is.
    #[must_use]
    pub fn hindered(hindrance: Hindrance) -> Self {
        Self::try_later(format!(
            "{} Nothing was changed. {} Then send the request again; nothing has to be restarted.",
            sentence(&hindrance.to_string()),
            hindrance.cure()
        ))
    }

    /// Our own mistake.
    #[must_use]
    pub fn fault() -> Self {
        let detail = "That is our mistake, not yours; it has been noted.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "Internal error", detail)
    }

    fn refused(refusals: Vec<Refusal>, first_day: Option<NaiveDate>) -> Self {
        let conflict = refusals.iter().all(|refusal| refusal.code.is_conflict());
        let (status, title) = if conflict {
            (StatusCode::CONFLICT, "Conflict")
        } else {
            (StatusCode::UNPROCESSABLE_ENTITY, "Refused by a rule")
        };
        // A rule tells more than a clash does, so it gives the problem its name.
        let first =
            refusals.iter().find(|refusal| !refusal.code.is_conflict()).or(refusals.first());
        let code = first.map_or_else(|| "refused".to_owned(), |refusal| refusal.code.to_string());
        let sentences: Vec<_> = refusals.iter().map(|refusal| refusal.message.as_str()).collect();
        let mut detail = sentences.join(" ");
        if let Some(day) = first_day {
            detail = format!("{detail} The first day that works is {}.", spoken_day(day));
        }
        Self { violations: refusals, first_day, ..Self::new(status, &code, title, detail) }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotThere(what) => {
                Self::not_found(format!("There is no such {what}, or it is not yours."))
            }
            Error::Refused(refusals) => Self::refused(refusals, None),
            Error::Explained(refusals, first_day) => Self::refused(refusals, first_day),
            Error::Stale => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "stale",
                "Changed meanwhile",
                "It has changed since you read it; read it again, then decide.",
            ),
            Error::Invalid { pointer, detail } => Self::invalid(pointer, detail),
            Error::Taken(detail) => Self::conflict("taken", detail),
            Error::PossibleDuplicate(candidates) => Self {
                candidates,
                ..Self::conflict(
                    "possible_duplicate",
                    "Somebody with this number or email and this name is known already. Take their record, or send duplicate_ok: true to register another person.",
                )
            },
            Error::Merged(kept) => Self {
                merged_into: Some(kept),
                ..Self::new(
                    StatusCode::NOT_FOUND,
                    "merged",
                    "Merged into another record",
                    "This record was merged into another one, which has all of it: see merged_into.",
                )
            },
            Error::AnsweredMeanwhile => Self::conflict(
                "answered_meanwhile",
                "The same request was answered meanwhile; repeat it.",
            ),
            Error::NotAllowed => Self::not_allowed(),
            Error::WrongPassword => {
                Self::not_signed_in("wrong_password", "That email and password do not go together.")
            }
            Error::CodeNeeded => Self::not_signed_in(
                "second_factor_needed",
                "Send the code of the second factor too; one that is not set up yet is set up in the pages, under Account.",
            ),
            Error::SlowDown(seconds) => Self::slow_down(seconds),
            Error::Storage(error) => error.into(),
            Error::Fault(error) => {
                tracing::error!(error, "fault");
                Self::fault()
            }
        }
    }
}

impl From<storage::Error> for Problem {
    fn from(error: storage::Error) -> Self {
        match error {
            storage::Error::Away(error) => {
                tracing::warn!(%error, "the database is not to be reached");
                Self::try_later("The database is not to be reached at the moment.")
            }
            // The store has logged the hindrance, once for all requests that fail of it.
            storage::Error::Hindered(hindrance, _) => Self::hindered(hindrance),
            storage::Error::Overlap => {
                let taken =
                    Refusal::new(Code::ConflictPractitioner, "That time was taken a moment ago.");
                Self::refused(vec![taken], None)
            }
            storage::Error::Missing => {
                Self::invalid("", "something that is named here is not there")
            }
            error => {
                tracing::error!(%error, "storage");
                Self::fault()
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// Words as a sentence of their own.
pub(super) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).chain(['.']).collect()
}
