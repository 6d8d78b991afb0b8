//! The desk's day and week: the sessions of a stretch of days in one look, sorted into columns
//! of people, rooms or devices, with when each is to be had and how full a rented device's day is.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, Utc};
use uuid::Uuid;

use crate::actions::course::session_view::{SessionView, session_view};
use crate::actions::work::catalogue_cache::current;
use crate::actions::work::seen_lately;
use crate::actions::{App, Caller, Error, Result, Work};
use crate::domain::catalogue::closure::Closure;
use crate::domain::catalogue::device::{Device, RentalWindow, filled};
use crate::domain::catalogue::opening::{Opening, windows_of};
use crate::domain::catalogue::service;
use crate::domain::catalogue::site::Site;
use crate::domain::course::status::{ProcedureStatus, SessionStatus, Verb};
use crate::domain::course::{Goal, estimate};
use crate::domain::patient::full_name;
use crate::domain::patient::phone::Dialled;
use crate::domain::time::civil;
use crate::domain::time::interval::Interval;
use crate::storage::catalogue::{Catalogue, closures, devices};
use crate::storage::deeds;
use crate::storage::desk::day;
use crate::storage::desk::day::OnDay;

/// What the columns of a day are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, strum::EnumString, strum::Display)]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum By {
    #[default]
    Practitioner,
    Room,
    Device,
}

/// A session as the desk sees it.
#[derive(Debug, Clone)]
pub struct Card {
    /// The session.
    pub session: SessionView,
    /// When it is.
    pub when: Interval,
    /// Whose it is.
    pub name: String,
    /// How to reach them.
    pub phone: Dialled,
    /// What is done, as people call it.
    pub service: String,
    /// Which of the course's sessions it is, and of how many, where it is one that counts: `2 of 10`.
    pub count: Option<String>,
    /// What is missing before the patient can be treated.
    pub missing: Option<&'static str>,
    /// Whether the patient can be received now.
    pub can_check_in: bool,
    /// Whether they can be set down as not having come.
    pub can_no_show: bool,
    /// Whether its last change can be undone.
    pub can_undo: bool,
    /// Where, with whom, in which room and with what, as people call them.
    pub place: Vec<String>,
}

/// A column of a day.
#[derive(Debug, Clone)]
pub struct Column {
    /// The person or thing that it is of.
    pub id: Uuid,
    /// Whether it is a practitioner who treats at the clinic, to whom a session can be moved.
    pub is_person: bool,
    /// As people call it.
    pub name: String,
    /// What should be known of its day.
    pub note: Option<String>,
    /// When it is to be had; always where that is not known.
    pub open: Option<Vec<Interval>>,
    /// Its sessions, in order of start.
    pub cards: Vec<Card>,
}

/// A day.
#[derive(Debug, Clone)]
pub struct DayView {
    /// The day.
    pub date: NaiveDate,
    /// Today.
    pub today: NaiveDate,
    /// The moment at which it was looked at.
    pub now: DateTime<Utc>,
    /// Why the clinic is closed all day.
    pub closed: Option<String>,
    /// When the clinic is open.
    pub open: Vec<Interval>,
    /// Its columns: the clinic's own, then each partner's shop with sessions.
    pub columns: Vec<Column>,
    /// Sessions that were cancelled.
    pub called_off: Vec<Card>,
    /// Other once something has changed.
    pub stamp: String,
}

/// A day of the desk.
pub async fn day(app: &App, caller: &Caller, date: NaiveDate, by: By) -> Result<DayView> {
    let look = Look::at(app, caller, date, 1).await?;
    let site = look
        .catalogue
        .sites
        .iter()
        .find(|site| site.details.partner_id.is_none() && site.details.active);
    let opening = site.map(|site| look.opening(site));
    let (called_off, cards) = look
        .cards()
        .into_iter()
        .partition(|card: &Card| card.session.status == SessionStatus::Cancelled);
    Ok(DayView {
        date,
        today: civil::date_of(app.zone, look.now),
        now: look.now,
        closed: opening.and_then(|opening| opening.closed_all_day(date)),
        open: opening.map(|opening| opening.open_on(date)).unwrap_or_default(),
        columns: look.columns(cards, date, by),
        called_off,
        stamp: look.stamp,
    })
}

/// Seven days of the desk from `first` on, cancelled ones left out, and whether something has changed.
pub async fn week(
    app: &App,
    caller: &Caller,
    first: NaiveDate,
) -> Result<(Vec<(NaiveDate, Vec<Card>)>, String)> {
    let look = Look::at(app, caller, first, 7).await?;
    let mut cards = look.cards();
    cards.retain(|card| card.session.status != SessionStatus::Cancelled);
    let days = first.iter_days().take(7);
    let on =
        |day| cards.iter().filter(|card| card.session.start.date_naive() == day).cloned().collect();
    Ok((days.map(|day| (day, on(day))).collect(), look.stamp))
}

/// One session as the desk sees it.
pub async fn card(
    app: &App,
    caller: &Caller,
    date: NaiveDate,
    id: crate::domain::ids::SessionId,
) -> Result<Option<Card>> {
    let look = Look::at(app, caller, date, 1).await?;
    Ok(look.cards().into_iter().find(|card| card.session.id == id))
}

/// The stamp of `days` days from `first` on: another one means that a deed has touched them.
pub async fn stamp(app: &App, first: NaiveDate, days: u64) -> Result<String> {
    let mut tx = app.db.read().await?;
    Ok(deeds::count_on(&mut tx, range(app, first, days)?).await?.to_string())
}

fn range(app: &App, first: NaiveDate, days: u64) -> Result<Interval> {
    let until = first.checked_add_days(Days::new(days)).unwrap_or(first);
    Interval::new(civil::day_start(app.zone, first), civil::day_start(app.zone, until))
        .ok_or(Error::NotThere("day"))
}

/// All that was loaded for one look.
struct Look<'a> {
    app: &'a App,
    now: DateTime<Utc>,
    range: Interval,
    rows: Vec<OnDay>,
    catalogue: Arc<Catalogue>,
    closures: Vec<Closure>,
    windows: Vec<RentalWindow>,
    stamp: String,
}

impl<'a> Look<'a> {
    async fn at(app: &'a App, caller: &Caller, first: NaiveDate, days: u64) -> Result<Self> {
        let range = range(app, first, days)?;
        let mut work = Work::look(app, caller).await?;
        // The stamp first: what changes in between is then seen as a change.
        let stamp = deeds::count_on(&mut work.tx, range).await?.to_string();
        let catalogue = current(&mut work.tx, app).await?;
        let rows = day::sessions(&mut work.tx, range).await?;
        let last = first.checked_add_days(Days::new(days)).unwrap_or(first);
        let closures = closures::within(&mut work.tx, first, last).await?;
        let mut windows = Vec::new();
        for site in catalogue.sites.iter().filter(|site| site.details.partner_id.is_none()) {
            windows.extend(devices::windows_within(&mut work.tx, site.id, range).await?);
        }
        let now = work.now;
        work.abandon().await?;
        let patients: BTreeSet<_> = rows.iter().map(|row| row.listed.session.patient_id).collect();
        seen_lately::audit_listed(app, caller, "session.list", patients.into_iter().collect())
            .await?;
        Ok(Self { app, now, range, rows, catalogue, closures, windows, stamp })
    }

    fn opening<'s>(&'s self, site: &'s Site) -> Opening<'s> {
        Opening { zone: self.app.zone, policy: &self.app.policy, site, closures: &self.closures }
    }

    fn cards(&self) -> Vec<Card> {
        self.rows.iter().filter_map(|row| self.card(row)).collect()
    }

    fn card(&self, row: &OnDay) -> Option<Card> {
        let (app, session) = (self.app, &row.listed.session);
        let service = self.catalogue.service(session.service_id)?;
        let may = |verb| session.after(verb, self.now, &app.policy, app.zone).is_ok();
        let usual =
            || estimate::usual(row.goal, row.pigment, row.depth).map(|(most, _)| i64::from(most));
        let lasered = row.goal != Goal::Adjust
            && service.treatment().is_some_and(service::Treatment::is_exposure);
        // A shop receives its patients itself.
        let at_shop = session.referral_id.is_some();
        let place = session.place;
        let site = self.catalogue.site(place.site_id);
        let names = [
            site.filter(|site| site.details.partner_id.is_some())
                .map(|site| site.details.name.to_string()),
            self.catalogue
                .practitioners
                .iter()
                .find(|one| one.id == place.practitioner_id)
                .map(|one| one.details.name.to_string()),
            self.catalogue
                .rooms
                .iter()
                .find(|one| Some(one.id) == place.room_id)
                .map(|one| one.details.name.to_string()),
            self.catalogue
                .devices
                .iter()
                .find(|one| Some(one.id) == place.device_id)
                .map(|one| one.details.code.to_string()),
        ];
        Some(Card {
            when: Interval::new(session.starts_at, session.ends_at)?,
            name: full_name(row.given_name.as_str(), row.family_name.as_str()),
            phone: Dialled { phone: row.phone.clone(), extension: row.phone_extension.clone() },
            service: service.details.name.to_string(),
            count: (row.listed.counts && session.procedure_status != ProcedureStatus::NotDone)
                .then(|| match row.planned_sessions.or_else(usual) {
                    Some(planned) if row.counted <= planned => {
                        format!("{} of {planned}", row.counted)
                    }
                    _ => format!("session {}", row.counted),
                }),
            missing: (lasered && !row.consented && !at_shop && session.status.is_live())
                .then_some("no consent to the laser"),
            can_check_in: !at_shop && (may(Verb::Arrive) || may(Verb::CheckIn)),
            can_no_show: !at_shop && may(Verb::NoShow),
            can_undo: self.now - session.updated_at <= app.policy.undo()
                && session.updated_at <= self.now,
            place: names.into_iter().flatten().collect(),
            session: session_view(app, row.listed.clone()),
        })
    }

    /// The columns of a day, with `cards` in them.
    fn columns(&self, cards: Vec<Card>, date: NaiveDate, by: By) -> Vec<Column> {
        let is_ours = |card: &Card| {
            let site = self.catalogue.site(card.session.site_id);
            site.is_none_or(|site| site.details.partner_id.is_none())
        };
        let (ours, theirs): (Vec<Card>, Vec<Card>) = cards.into_iter().partition(is_ours);
        let mut columns = match by {
            By::Practitioner => self.people(&ours, date),
            By::Room => self.rooms(&ours, date),
            By::Device => self.devices(&ours, date),
        };
        let own: BTreeSet<_> =
            columns.iter().flat_map(|column| &column.cards).map(|card| card.session.id).collect();
        let rest: Vec<_> =
            ours.into_iter().filter(|card| !own.contains(&card.session.id)).collect();
        if !rest.is_empty() {
            columns.push(column(Uuid::nil(), format!("No {by}"), None, None, rest));
        }
        for site in self.catalogue.sites.iter().filter(|site| site.details.partner_id.is_some()) {
            let there: Vec<_> =
                theirs.iter().filter(|card| card.session.site_id == site.id).cloned().collect();
            if !there.is_empty() {
                let note = Some("partner shop".to_owned());
                columns.push(column(
                    site.id.0,
                    site.details.name.to_string(),
                    note,
                    Some(self.opening(site).open_on(date)),
                    there,
                ));
            }
        }
        columns
    }

    fn sites(&self) -> impl Iterator<Item = &Site> {
        self.catalogue.sites.iter().filter(|site| site.details.partner_id.is_none())
    }

    fn people(&self, cards: &[Card], date: NaiveDate) -> Vec<Column> {
        let mut columns = Vec::new();
        for site in self.sites() {
            for one in
                self.catalogue.practitioners.iter().filter(|one| one.details.site_id == site.id)
            {
                let own = of(cards, |card| card.session.practitioner_id == one.id);
                let works = self.opening(site).works_on(one, date);
                if !own.is_empty() || (one.details.active && !works.is_empty()) {
                    columns.push(Column {
                        is_person: true,
                        ..column(one.id.0, one.details.name.to_string(), None, Some(works), own)
                    });
                }
            }
        }
        columns
    }

    fn rooms(&self, cards: &[Card], date: NaiveDate) -> Vec<Column> {
        let mut columns = Vec::new();
        for site in self.sites() {
            for one in self.catalogue.rooms.iter().filter(|one| one.details.site_id == site.id) {
                let own = of(cards, |card| card.session.room_id == Some(one.id));
                if !own.is_empty() || one.details.active {
                    let open = self.opening(site).room_on(one, date);
                    columns.push(column(
                        one.id.0,
                        one.details.name.to_string(),
                        None,
                        Some(open),
                        own,
                    ));
                }
            }
        }
        columns
    }

    fn devices(&self, cards: &[Card], date: NaiveDate) -> Vec<Column> {
        let mut columns = Vec::new();
        for site in self.sites() {
            for one in self.catalogue.devices.iter().filter(|one| one.details.site_id == site.id) {
                let own = of(cards, |card| card.session.device_id == Some(one.id));
                if !own.is_empty() || one.details.active {
                    let (note, open) = self.hours_of(one, site, &own, date);
                    columns.push(column(
                        one.id.0,
                        one.details.code.to_string(),
                        Some(note),
                        Some(open),
                        own,
                    ));
                }
            }
        }
        columns
    }

    /// What should be known of a device's day, and when it can be used.
    fn hours_of(
        &self,
        device: &Device,
        site: &Site,
        cards: &[Card],
        date: NaiveDate,
    ) -> (String, Vec<Interval>) {
        if let Some(unfit) = device.unfit_on(date) {
            return (unfit, Vec::new());
        }
        if !device.is_rented() {
            return (device.details.name.to_string(), self.opening(site).device_on(device, date));
        }
        let mut usable = windows_of(device, &self.windows, &self.app.policy);
        usable.retain(|window| window.overlaps(self.range));
        let taken: Vec<_> = cards.iter().map(|card| card.when).collect();
        let time = |at| civil::wall_of(self.app.zone, at).format("%H:%M").to_string();
        let spans: Vec<_> = usable
            .iter()
            .map(|window| format!("{}–{}", time(window.start()), time(window.end())))
            .collect();
        let note = match filled(&usable, &taken) {
            Some(percent) => format!("rented {}, {percent}% filled", spans.join(", ")),
            None => "rented; not here this day".to_owned(),
        };
        (note, usable)
    }
}

fn of(cards: &[Card], own: impl Fn(&Card) -> bool) -> Vec<Card> {
    cards.iter().filter(|card| own(card)).cloned().collect()
}

fn column(
    id: Uuid,
    name: String,
    note: Option<String>,
    open: Option<Vec<Interval>>,
    cards: Vec<Card>,
) -> Column {
    Column { id, is_person: false, name, note, open, cards }
}
