//! Partners: writing one down, which makes its place as well, changing it and reading it. A
//! shop's own users read their own.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::actions::work::merge_patch::patched;
use crate::actions::work::page::{Items, Page};
use crate::actions::{Answer, App, Caller, Error, Expected, Found, Result, Work};
use crate::domain::catalogue::partner::{NewShop, Partner, PartnerDetails};
use crate::domain::catalogue::practitioner::Practitioner;
use crate::domain::catalogue::room::Room;
use crate::domain::catalogue::site::{Site, SiteDetails, SiteKind};
use crate::domain::ids::{PartnerId, SiteId};
use crate::storage::Tx;
use crate::storage::catalogue::{partners, practitioners, rooms, sites};

/// The most chairs that a new shop is made with.
const MOST_CHAIRS: u8 = 50;

/// Writes a partner down, with its place: a site, as many chairs as it has, and a person there who treats.
pub async fn add(app: &App, caller: &Caller, details: PartnerDetails) -> Result<Answer<Partner>> {
    let shop = details.shop.clone().unwrap_or_default();
    if !(1..=MOST_CHAIRS).contains(&shop.chairs.unwrap_or(1)) {
        return Err(Error::invalid("/shop/chairs", format!("must be 1 to {MOST_CHAIRS}")));
    }
    let mut work = Work::begin(app, caller).await?;
    let partner = Partner {
        id: app.clock.id(),
        version: 1,
        details: PartnerDetails { shop: None, ..details },
    };
    partners::insert(&mut work.tx, &partner).await?;
    furnish(&mut work.tx, app, &partner, shop).await?;
    work.audit("partner.add", ("partner", partner.id.0), None, None).await?;
    work.commit(Answer::Created(partner)).await
}

/// Makes the place of a partner.
pub async fn furnish(tx: &mut Tx, app: &App, partner: &Partner, shop: NewShop) -> Result<()> {
    let site = Site {
        id: app.clock.id(),
        version: 1,
        details: SiteDetails {
            kind: SiteKind::Partner,
            name: partner.details.name.clone(),
            address: partner.details.address.clone(),
            partner_id: Some(partner.id),
            hours: shop.hours.clone(),
            observes_holidays: shop.observes_holidays.unwrap_or(true),
            active: true,
        },
    };
    sites::insert(tx, &site).await?;
    let name = partner.details.contact.clone().unwrap_or_else(|| partner.details.name.clone());
    let contact = Practitioner {
        id: app.clock.id(),
        version: 1,
        details: made(
            json!({"site_id": site.id, "name": name, "skills": [], "hours": shop.hours}),
        )?,
    };
    practitioners::insert(tx, &contact).await?;
    for chair in 1..=shop.chairs.unwrap_or(1) {
        let room = Room {
            id: app.clock.id(),
            version: 1,
            details: made(
                json!({"site_id": site.id, "name": format!("Chair {chair}"), "capabilities": ["treatment", "consultation"]}),
            )?,
        };
        rooms::insert(tx, &room).await?;
    }
    Ok(())
}

fn made<T: serde::de::DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(|error| Error::Fault(error.to_string()))
}

/// One partner; another shop's is not there.
pub async fn get(app: &App, caller: &Caller, id: PartnerId) -> Result<Answer<Partner>> {
    let mut work = Work::look(app, caller).await?;
    Ok(Answer::Is(load_partner(&mut work, id).await?))
}

/// The partner with this id, as far as the caller may see it.
pub(super) async fn load_partner(work: &mut Work<'_>, id: PartnerId) -> Result<Partner> {
    let own = work.caller.actor.own_shop();
    partners::get(&mut work.tx, own, id).await.found("partner")
}

/// A page of partners; for a shop's users their own alone.
pub async fn list(app: &App, caller: &Caller, page: &Page) -> Result<Items<Partner>> {
    let after = page.after(PartnerId(Uuid::nil()))?;
    let mut work = Work::look(app, caller).await?;
    let found = partners::page(&mut work.tx, caller.actor.own_shop(), after, page.rows()?).await?;
    page.of(found, |partner| partner.id)
}

/// Changes a partner. Its place keeps its name and address as long as both are the partner's.
pub async fn change(
    app: &App,
    caller: &Caller,
    id: PartnerId,
    expected: &Expected,
    patch: Value,
) -> Result<Answer<Partner>> {
    let mut work = Work::begin(app, caller).await?;
    let current = load_partner(&mut work, id).await?;
    expected.check(current.version)?;
    let details: PartnerDetails = patched(&current.details, &patch)?;
    if details.shop.is_some() {
        return Err(Error::invalid(
            "/shop",
            "is for a new partner; change its site, and its chairs among the rooms",
        ));
    }
    let partner = Partner { id, version: current.version + 1, details };
    if !partners::update(&mut work.tx, &partner).await? {
        return Err(Error::Stale);
    }
    for site in sites::page(&mut work.tx, SiteId(Uuid::nil()), i64::MAX).await? {
        let (old, new) = (&current.details, &partner.details);
        if site.details.partner_id != Some(id) {
            continue;
        }
        let name = if site.details.name == old.name { &new.name } else { &site.details.name };
        let address =
            if site.details.address == old.address { &new.address } else { &site.details.address };
        if (name, address) == (&site.details.name, &site.details.address) {
            continue;
        }
        let renamed = Site {
            version: site.version + 1,
            details: SiteDetails {
                name: name.clone(),
                address: address.clone(),
                ..site.details.clone()
            },
            ..site
        };
        if !sites::update(&mut work.tx, &renamed).await? {
            return Err(Error::Stale);
        }
    }
    work.audit("partner.change", ("partner", id.0), None, None).await?;
    work.commit(Answer::Is(partner)).await
}
