//! Closures beyond what `catalogue` does with them: removing one, and listing public
//! holidays and closures of some days together.

use chrono::{Days, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::{App, Caller, Error, Expected, Result, Work};
use crate::domain::catalogue::closure::Closure;
use crate::domain::ids::ClosureId;
use crate::domain::refusal::Code;
use crate::domain::time::holidays;
use crate::storage::catalogue::closures;

/// A public holiday, computed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Holiday {
    /// Its day.
    pub date: NaiveDate,
    /// Its name.
    #[schema(example = "Canada Day")]
    pub name: &'static str,
}

/// Ontario's public holidays of a year, as the clinic keeps them.
pub fn holidays(app: &App, year: i32) -> Result<Vec<Holiday>> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).filter(|_| (1900..=2199).contains(&year));
    let first =
        first.ok_or_else(|| Error::refused(Code::RangeTooLong, "The year is 1900 to 2199."))?;
    let days = first
        .iter_days()
        .take_while(|day| *day < first + Days::new(366) && chrono::Datelike::year(day) == year);
    let civic = app.policy.observe_civic_holiday;
    Ok(days
        .filter_map(|date| holidays::on(date, civic).map(|name| Holiday { date, name }))
        .collect())
}

/// Removes a closure.
pub async fn remove(app: &App, caller: &Caller, id: ClosureId, expected: &Expected) -> Result<()> {
    let mut work = Work::begin(app, caller).await?;
    let closure: Closure =
        closures::get(&mut work.tx, id).await?.ok_or(Error::NotThere("closure"))?;
    expected.check(closure.version)?;
    closures::delete(&mut work.tx, id).await?;
    work.audit("closure.remove", ("closure", id.0), None, None).await?;
    work.done().await
}
