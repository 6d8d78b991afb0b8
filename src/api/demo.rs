//! What only the demo has: a clock that can be moved forward, and the mails that went out
//! as JSON and as they are. The page that shows them is `web`'s.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use chrono::{DateTime, Duration, FixedOffset, Utc};
use jiff::{Span, SpanRelativeTo};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::extract::{Json, Path};
use super::problem::Problem;
use crate::actions::App;
use crate::actions::messages::mailbox;
use crate::domain::ids::SessionId;
use crate::domain::patient::channel::Channel;
use crate::domain::time::civil;

/// Moves the clock to an instant, and does what falls due on the way; or says in words what went wrong.
pub type Forward = Arc<
    dyn Fn(DateTime<Utc>) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync,
>;

/// The routes of the demo.
pub fn routes(forward: Forward) -> Router<App> {
    Router::new()
        .route("/demo/clock", get(clock_time).post(move_forward))
        .route("/demo/mailbox.json", get(list_mails))
        .route("/demo/mailbox/{id}", get(raw_mail))
        .layer(Extension(forward))
}

#[derive(Serialize)]
struct Now {
    now: DateTime<FixedOffset>,
}

/// How far, or to when.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum Move {
    Advance(String),
    To(DateTime<FixedOffset>),
}

async fn clock_time(State(app): State<App>) -> axum::Json<Now> {
    axum::Json(Now { now: civil::shown(app.zone, app.clock.now()) })
}

async fn move_forward(
    State(app): State<App>,
    Extension(forward): Extension<Forward>,
    Json(by): Json<Move>,
) -> Result<axum::Json<Now>, Problem> {
    let now = app.clock.now();
    let to = match by {
        Move::Advance(text) => {
            now + length(&text)
                .ok_or_else(|| Problem::invalid("/advance", "not a length such as PT24H or P7D"))?
        }
        Move::To(instant) => instant.to_utc(),
    };
    if to < now || to > now + Duration::days(3660) {
        return Err(Problem::invalid("", "the clock is moved forward, at most ten years"));
    }
    // A client that hangs up does not stop the clock halfway.
    let done = tokio::spawn(forward(to)).await;
    done.map_err(|error| error.to_string()).and_then(|done| done).map_err(|error| {
        tracing::warn!(error, "what fell due could not be done");
        Problem::try_later("What fell due on the way could not all be done.")
    })?;
    Ok(clock_time(State(app)).await)
}

/// An ISO 8601 length without years and months, which have no one length.
fn length(text: &str) -> Option<Duration> {
    let span: Span = text.starts_with('P').then(|| text.parse().ok())??;
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    let length = Duration::from_std(length.unsigned_abs()).ok()?;
    (length <= Duration::days(36_600)).then_some(length)
}

#[derive(Serialize)]
struct Mail {
    id: Uuid,
    channel: Channel,
    to: String,
    subject: String,
    at: DateTime<FixedOffset>,
    session_id: Option<SessionId>,
}

async fn list_mails(State(app): State<App>) -> Result<axum::Json<Vec<Mail>>, Problem> {
    let mails = mailbox::all(&app).await?.into_iter().map(|mail| Mail {
        id: mail.id,
        channel: mail.channel,
        to: mail.recipient,
        subject: mail.subject,
        at: civil::shown(app.zone, mail.at),
        session_id: mail.session_id,
    });
    Ok(axum::Json(mails.collect()))
}

/// `/demo/mailbox/{id}.eml`: a mail as it would go over the wire.
async fn raw_mail(State(app): State<App>, Path(name): Path<String>) -> Result<Response, Problem> {
    let id = name.strip_suffix(".eml").and_then(|id| id.parse().ok());
    let id: Uuid = id.ok_or_else(|| Problem::not_found("There is nothing at this address."))?;
    let mail = mailbox::get(&app, id).await?;
    Ok(([(header::CONTENT_TYPE, "message/rfc822")], mail.raw).into_response())
}
