//! The settlement figures of shops, month by month: for managers of all, for a shop's users of
//! their own. No patient's record is in them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::work::catalogue_cache::current;
use crate::actions::{App, Caller, Error, Result, Work};
use crate::domain::ids::PartnerId;
use crate::domain::partner::settlement::{Books, Days, Figures, Month};
use crate::domain::refusal::Code;
use crate::domain::time::civil;
use crate::storage::partner::settlement;

/// The longest range that is counted at once, months.
const LONGEST: usize = 120;

/// Which figures are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct FiguresWanted {
    /// The first month; this one unless set.
    pub from: Option<Month>,
    /// The last month; the first one unless set.
    pub to: Option<Month>,
    /// Only of this shop.
    pub partner_id: Option<PartnerId>,
}

/// The figures of one shop in one month, with its name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NamedFigures {
    /// The shop's name.
    pub partner: String,
    /// The figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// The figures of some months.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Settlement {
    /// By shop and month; a month in which nothing happened is left out.
    pub items: Vec<NamedFigures>,
}

/// The figures wanted.
pub async fn settled(app: &App, caller: &Caller, wanted: FiguresWanted) -> Result<Settlement> {
    let own = caller.actor.own_shop();
    if own.is_some() && wanted.partner_id.is_some_and(|partner| Some(partner) != own) {
        return Err(Error::NotThere("partner"));
    }
    let mut work = Work::look(app, caller).await?;
    let from = wanted.from.unwrap_or_else(|| Month::containing(civil::date_of(app.zone, work.now)));
    let to = wanted.to.unwrap_or(from);
    let months = std::iter::successors(Some(from), |month| Some(month.next())).take(LONGEST);
    if !months.into_iter().any(|month| month == to) {
        let words = format!("from is not after to, and at most {LONGEST} months before.");
        return Err(Error::refused(Code::RangeTooLong, words));
    }
    let (own, until) = (own.or(wanted.partner_id), to.next().begins(app.zone));
    // An answer in these months may be to what was sent before them; nothing that counts lies after them.
    let asked = settlement::asked(&mut work.tx, own, until).await?;
    let dated = settlement::dated(&mut work.tx, own, until).await?;
    let catalogue = current(&mut work.tx, app).await?;
    let (policy, now) = (&app.policy, work.now);
    let all =
        Books { asked: &asked, dated: &dated, policy, zone: app.zone, now }.figures((from, to));
    let named = all.into_iter().map(|figures| NamedFigures {
        partner: catalogue
            .partner(figures.partner_id)
            .map(|partner| partner.details.name.to_string())
            .unwrap_or_default(),
        figures,
    });
    Ok(Settlement { items: named.collect() })
}

impl Settlement {
    /// The same as comma-separated values (RFC 4180).
    pub fn csv(&self) -> Result<String> {
        let fault = |error: String| Error::Fault(error);
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        let head = [
            "month",
            "partner",
            "partner_id",
            "referred",
            "accepted",
            "declined",
            "done",
            "overdue",
            "median_days_to_answer",
            "median_days_to_treatment",
        ];
        writer.write_record(head).map_err(|error| fault(error.to_string()))?;
        let days = |days: Option<Days>| days.map(|days| days.to_string()).unwrap_or_default();
        for NamedFigures { partner, figures: f } in &self.items {
            let cells = [
                f.month.to_string(),
                no_formula(partner),
                f.partner_id.to_string(),
                f.referred.to_string(),
                f.accepted.to_string(),
                f.declined.to_string(),
                f.done.to_string(),
                f.overdue.to_string(),
                days(f.median_days_to_answer),
                days(f.median_days_to_treatment),
            ];
            writer.write_record(cells).map_err(|error| fault(error.to_string()))?;
        }
        let bytes = writer.into_inner().map_err(|error| fault(error.to_string()))?;
        String::from_utf8(bytes).map_err(|error| fault(error.to_string()))
    }
}

/// `text`, which no spreadsheet takes for a formula.
fn no_formula(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@']);
    format!("{}{text}", if formula { "'" } else { "" })
}
