//! Where else: every place at which the next session of a course could be, the clinic and each
//! partner's shop, with its first times or with why there are none.

use crate::actions::booking::choices::Choices;
use serde::Serialize;
use utoipa::ToSchema;

use super::slots::{Slots, SlotsWanted, find_slots};
use crate::actions::work::catalogue_cache::current;
use crate::actions::{App, Caller, Result, Work};
use crate::domain::ids::{PartnerId, SiteId};

/// How many times each place is shown with.
const TIMES: usize = 3;

/// A place.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlaceView {
    /// Where.
    pub site_id: SiteId,
    /// What people call it.
    pub name: String,
    /// Whose shop it is; none for the clinic's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partner_id: Option<PartnerId>,
    /// Its first times, or why there are none.
    #[serde(flatten)]
    pub slots: Slots,
}

/// Every place.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Places {
    /// Those with times first, the soonest of them first.
    pub items: Vec<PlaceView>,
}

/// Where a session could be: `wanted` asked of every place in turn.
pub async fn places(app: &App, caller: &Caller, wanted: SlotsWanted) -> Result<Places> {
    let mut work = Work::look(app, caller).await?;
    let catalogue = current(&mut work.tx, app).await?;
    drop(work);
    let mut items = Vec::new();
    for site in catalogue.sites.iter().filter(|site| site.details.active) {
        let here = SlotsWanted { choices: Choices::at(site.id), limit: TIMES, ..wanted.clone() };
        items.push(PlaceView {
            site_id: site.id,
            name: site.details.name.to_string(),
            partner_id: site.details.partner_id,
            slots: find_slots(app, caller, here).await?,
        });
    }
    items.sort_by_key(|place| {
        place.slots.items.first().map_or((true, None), |slot| (false, Some(slot.start)))
    });
    Ok(Places { items })
}
