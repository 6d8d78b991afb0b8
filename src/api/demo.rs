//! What only the demo has: a clock that can be moved forward.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use chrono::{DateTime, Duration, FixedOffset};
use serde::{Deserialize, Serialize};

use super::extract::Json;
use super::problem::Problem;
use crate::actions::App;
use crate::domain::civil;

/// The routes of the demo.
pub fn routes() -> Router<App> {
    Router::new().route("/demo/clock", get(read).post(forward))
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

async fn read(State(app): State<App>) -> axum::Json<Now> {
    axum::Json(Now {
        now: civil::shown(app.zone, app.clock.now()),
    })
}

async fn forward(State(app): State<App>, Json(by): Json<Move>) -> Result<axum::Json<Now>, Problem> {
    let by = match by {
        Move::Advance(text) => length(&text).ok_or_else(|| Problem::invalid("/advance", "not a length such as PT24H or P7D"))?,
        Move::To(instant) => instant.to_utc() - app.clock.now(),
    };
    if by < Duration::zero() || by > Duration::days(3660) {
        return Err(Problem::invalid("", "the clock is moved forward, at most ten years"));
    }
    app.clock.advance(by);
    Ok(read(State(app)).await)
}

/// An ISO 8601 length without years and months, which have no one length.
fn length(text: &str) -> Option<Duration> {
    let length: iso8601_duration::Duration = text.parse().ok()?;
    Duration::from_std(length.to_std()?).ok()
}
