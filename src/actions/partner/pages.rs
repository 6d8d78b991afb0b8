//! What the pages of a shop show to its own people who have signed in: what waits for its answer
//! or its report, its visits of some days, one referral, and its secret addresses. All of it is
//! made of what `shop_view` and `shop_visits` give, so nothing else of a record can be among it.

use std::collections::HashSet;

use chrono::{DateTime, FixedOffset};

use super::links::ShopLinkView;
use super::list::{ListedVisit, WaitsFor};
use super::referral_view::SeenReferral;
use super::referrals::ReferralsWanted;
use super::shop_views::ShopReferral;
use super::{links, list, notifications, partners, referrals};
use crate::actions::calendar::feeds;
use crate::actions::calendar::feeds::{FeedView, NewFeed};
use crate::actions::work::page::Page;
use crate::actions::{Answer, App, Caller, Error, Expected, Result, Work};
use crate::domain::catalogue::measure::Wavelength;
use crate::domain::ids::{FeedId, PartnerId, ReferralId};
use crate::domain::messages::feed::FeedKind;
use crate::domain::partner::referral::ReferralStatus;
use crate::domain::patient::Language;
use crate::domain::time::civil;
use crate::domain::time::civil::Day;
use crate::storage;

/// Whose pages they are.
#[derive(Debug, Clone)]
pub struct Front {
    /// The shop.
    pub id: PartnerId,
    /// What people call it.
    pub name: String,
    /// The language that it reads.
    pub language: Language,
    /// The wavelengths of its lasers.
    pub wavelengths: Vec<Wavelength>,
}

/// The shop of the caller.
pub async fn front(app: &App, caller: &Caller) -> Result<Front> {
    let id = caller.actor.own_shop().ok_or(Error::NotAllowed)?;
    let details = partners::get(app, caller, id).await?.into_inner().details;
    let notices = notifications::get(app, caller, id).await?.into_inner().details;
    Ok(Front {
        id,
        name: details.name.to_string(),
        language: notices.language,
        wavelengths: details.wavelengths_nm.unwrap_or_default(),
    })
}

/// What a shop's first page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Two weeks from a day on, or from today.
    Days(Option<Day>),
    /// What waits for the shop's answer.
    ToAnswer,
    /// What waits for its report.
    ToReport,
}

/// A shop's first page.
#[derive(Debug)]
pub struct ShopList {
    /// Whose.
    pub front: Front,
    /// From which day it shows.
    pub from: DateTime<FixedOffset>,
    /// How many requests and dates wait for an answer, on whatever day.
    pub to_answer: usize,
    /// How many visits wait for a report.
    pub to_report: usize,
    /// The requests that wait for an answer.
    pub requests: Vec<ShopReferral>,
    /// The visits.
    pub visits: Vec<ListedVisit>,
}

/// The most things of a kind that a page shows.
const MOST: u16 = 200;

/// A shop's first page. What it reads there it has received.
pub async fn list(app: &App, caller: &Caller, shown: Shown) -> Result<ShopList> {
    let front = front(app, caller).await?;
    let page = Page { limit: Some(MOST), after: None };
    let asked = asked(app, caller, front.id).await?;
    let (requests, visits) = match shown {
        Shown::Days(from) => {
            let wanted = list::days(app, from).1;
            let visits = list::list(app, caller, front.id, wanted, &page).await?.items;
            (requests(app, caller, &page).await?, visits)
        }
        Shown::ToAnswer => {
            let mut visits = list::waiting(app, caller, front.id, WaitsFor::Answer).await?;
            // The dates of a request are answered with it.
            visits.retain(|one| one.visit.referral_id.is_none_or(|id| !asked.open.contains(&id)));
            (requests(app, caller, &page).await?, visits)
        }
        Shown::ToReport => {
            (Vec::new(), list::waiting(app, caller, front.id, WaitsFor::Report).await?)
        }
    };
    let from = match shown {
        Shown::Days(from) => list::days(app, from).0,
        Shown::ToAnswer | Shown::ToReport => app.clock.now(),
    };
    Ok(ShopList {
        front,
        from: civil::shown(app.zone, from),
        to_answer: asked.to_answer,
        to_report: asked.to_report,
        requests,
        visits,
    })
}

/// What waits for a shop, counted; whose it is, is not looked at.
struct AskedOf {
    open: HashSet<ReferralId>,
    to_answer: usize,
    to_report: usize,
}

async fn asked(app: &App, caller: &Caller, partner: PartnerId) -> Result<AskedOf> {
    let mut work = Work::look(app, caller).await?;
    let mut open = HashSet::new();
    for status in [ReferralStatus::Requested, ReferralStatus::Received] {
        let wanted = storage::partner::referrals::Wanted {
            partner: Some(partner),
            course: None,
            status: Some(status),
            sent_only: true,
        };
        let found = storage::partner::referrals::page(
            &mut work.tx,
            wanted,
            ReferralId(uuid::Uuid::nil()),
            MOST.into(),
        )
        .await?;
        open.extend(found.into_iter().map(|referral| referral.id));
    }
    let dates = list::rows_waiting(&mut work, partner, WaitsFor::Answer).await?;
    let dates = dates
        .iter()
        .filter(|session| session.referral_id.is_none_or(|id| !open.contains(&id)))
        .count();
    let to_report = list::rows_waiting(&mut work, partner, WaitsFor::Report).await?.len();
    work.abandon().await?;
    Ok(AskedOf { to_answer: open.len() + dates, to_report, open })
}

/// The requests that wait for a shop's answer, oldest first.
async fn requests(app: &App, caller: &Caller, page: &Page) -> Result<Vec<ShopReferral>> {
    let mut all = Vec::new();
    // Reading those that were sent receives them; what is more than can be received at once stays as it is.
    for status in [ReferralStatus::Requested, ReferralStatus::Received] {
        let wanted = ReferralsWanted { status: Some(status), ..ReferralsWanted::default() };
        let found = referrals::list(app, caller, wanted, page).await?;
        all.extend(found.items.into_iter().filter_map(own));
    }
    all.sort_by_key(|referral| referral.id);
    Ok(all)
}

/// A referral as its shop sees it; the clinic's view of it is for no page of a shop.
fn own(seen: SeenReferral) -> Option<ShopReferral> {
    match seen {
        SeenReferral::Shop(referral) => Some(*referral),
        SeenReferral::Clinic(_) => None,
    }
}

/// One referral. What is read has been received.
pub async fn referral(app: &App, caller: &Caller, id: ReferralId) -> Result<(Front, ShopReferral)> {
    let front = front(app, caller).await?;
    let referral =
        own(referrals::get(app, caller, id).await?.into_inner()).ok_or(Error::NotAllowed)?;
    Ok((front, referral))
}

/// The addresses that open something of a shop without a sign-in.
#[derive(Debug)]
pub struct Addresses {
    /// Whose.
    pub front: Front,
    /// Its calendar, where there is one.
    pub feed: Option<FeedView>,
    /// The links to its list.
    pub links: Vec<ShopLinkView>,
}

/// The addresses of a shop, without their secrets.
pub async fn addresses(app: &App, caller: &Caller) -> Result<Addresses> {
    let front = front(app, caller).await?;
    let page = Page { limit: Some(MOST), after: None };
    Ok(Addresses {
        feed: feeds::list(app, caller, &page).await?.items.into_iter().next(),
        links: links::list(app, caller, front.id, &page).await?.items,
        front,
    })
}

/// Gives a shop's calendar a new address, which is shown this once. `seen` is the calendar that was there when it was asked for,
/// so that a page which is sent twice does not end the address that it has just shown.
pub async fn new_calendar(
    app: &App,
    caller: &Caller,
    seen: Option<(FeedId, i64)>,
) -> Result<Answer<FeedView>> {
    if let Some((id, version)) = seen {
        return match feeds::rotate(app, caller, id, &Expected::Versions(vec![version])).await {
            // It was revoked meanwhile.
            Err(Error::NotThere(_)) => Err(Error::Stale),
            done => done,
        };
    }
    let addresses = addresses(app, caller).await?;
    if addresses.feed.is_some() {
        return Err(Error::Stale);
    }
    let new = NewFeed { kind: FeedKind::Partner, id: addresses.front.id.0 };
    feeds::make(app, caller, new).await
}
