//! The addresses at which a shop finds its list without signing in: long-lived, shown once,
//! revocable. The shop's own users make them, or a manager for it.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::partners;
use crate::actions::work::page::{Items, Page};
use crate::actions::{Answer, App, Caller, Error, Expected, Result, Work};
use crate::domain::access::secret::Secret;
use crate::domain::ids::{PartnerId, ShopLinkId};
use crate::domain::text::Line;
use crate::domain::time::civil;
use crate::storage::partner::links;
use crate::storage::partner::links::ShopLink;

/// A link to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"label": "The till"}))]
pub struct NewShopLink {
    /// What it is called, so that one can be told from another.
    pub label: Line,
}

/// A link.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ShopLinkView {
    /// Its id.
    pub id: ShopLinkId,
    /// Rises with each change.
    pub version: i64,
    /// Whose list it opens.
    pub partner_id: PartnerId,
    /// What it is called.
    pub label: Line,
    /// Its secret address; shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When it was made.
    pub created_at: DateTime<FixedOffset>,
}

fn view(app: &App, link: &ShopLink, secret: Option<&str>) -> ShopLinkView {
    ShopLinkView {
        id: link.id,
        version: link.version,
        partner_id: link.partner_id,
        label: link.label.clone(),
        url: secret.map(|secret| app.profile.public_url.to(&format!("/shop/{secret}"))),
        created_at: civil::shown(app.zone, link.created_at),
    }
}

/// Makes a link.
pub async fn make(
    app: &App,
    caller: &Caller,
    partner: PartnerId,
    new: NewShopLink,
) -> Result<Answer<ShopLinkView>> {
    let mut work = Work::begin(app, caller).await?;
    let partner = partners::theirs(&mut work, partner).await?.id;
    let secret = Secret::new(rand::random());
    let link = ShopLink {
        id: app.clock.id(),
        version: 1,
        partner_id: partner,
        label: new.label,
        hash: secret.hash(),
        created_by: caller.actor.user_id,
        created_at: work.now,
        revoked_at: None,
    };
    links::insert(&mut work.tx, &link).await?;
    work.audit("shop_link.make", ("shop link", link.id.0), None, None).await?;
    work.commit_secret(
        Answer::Created(view(app, &link, Some(secret.show()))),
        &view(app, &link, None),
    )
    .await
}

/// A page of a shop's links in use, without their addresses.
pub async fn list(
    app: &App,
    caller: &Caller,
    partner: PartnerId,
    page: &Page,
) -> Result<Items<ShopLinkView>> {
    let after = page.after(ShopLinkId(Uuid::nil()))?;
    let mut work = Work::look(app, caller).await?;
    let partner = partners::theirs(&mut work, partner).await?.id;
    let found =
        page.of(links::page(&mut work.tx, partner, after, page.rows()?).await?, |link| link.id)?;
    Ok(found.map(|link| view(app, &link, None)))
}

/// Revokes a link; its address opens nothing from now on.
pub async fn revoke(
    app: &App,
    caller: &Caller,
    partner: PartnerId,
    id: ShopLinkId,
    expected: &Expected,
) -> Result<()> {
    let mut work = Work::begin(app, caller).await?;
    let partner = partners::theirs(&mut work, partner).await?.id;
    let link = links::get(&mut work.tx, partner, id).await?.ok_or(Error::NotThere("link"))?;
    expected.check(link.version)?;
    if !links::revoke(&mut work.tx, id, link.version, work.now).await? {
        return Err(Error::Stale);
    }
    work.audit("shop_link.revoke", ("shop link", id.0), None, None).await?;
    work.done().await
}
