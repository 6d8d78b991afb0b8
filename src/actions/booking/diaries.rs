//! Loading the diary that `domain` decides from: first the candidates (catalogue),
//! then, once they are locked where something is to be written, what is taken.

use chrono::{Days, NaiveDate};

use super::choices::Choices;
use crate::actions::work::catalogue_cache::current;
use crate::actions::{App, Error, Result, Work};
use crate::domain::booking::diary::{Diary, Wanted};
use crate::domain::catalogue::device::Device;
use crate::domain::catalogue::practitioner::Practitioner;
use crate::domain::catalogue::room::Room;
use crate::domain::catalogue::service::Service;
use crate::domain::catalogue::site::{Site, SiteKind};
use crate::domain::course::case::Case;
use crate::domain::course::rules::at_shop::ShopTerms;
use crate::domain::course::session::{Place, Session};
use crate::domain::ids::{PatientId, ResourceId, SiteId};
use crate::domain::partner::referral::ReferralStatus;
use crate::domain::refusal::Code;
use crate::domain::time::civil;
use crate::domain::time::interval::Interval;
use crate::storage::Tx;
use crate::storage::booking::claims;
use crate::storage::booking::claims::Except;
use crate::storage::catalogue::{Catalogue, closures, devices};
use crate::storage::course::sessions;
use crate::storage::partner::referrals;
use crate::storage::patient::consents;

/// What is looked for: a service for a patient, somewhere, with whom the caller insists on.
#[derive(Debug, Clone)]
pub struct Search {
    /// For whom.
    pub patient: PatientId,
    /// What.
    pub service: Service,
    /// Where; wherever the wanted ones are, or at the clinic, unless set.
    pub site: Option<SiteId>,
    /// With whom, in which room, with what.
    pub wanted: Wanted,
    /// Who and what comes first where there is a choice: what a moved session had.
    pub prefer: Option<Place>,
    /// Whose claims are looked past.
    pub except: Except,
    /// What the rules of removal look at; none where time and place alone are in question.
    pub case: Option<Case>,
    /// Rules that the caller may go past, and has said why.
    pub pardoned: Vec<Code>,
    /// Whether the shop named the time itself.
    pub proposed: bool,
}

impl Search {
    /// A time for a service of a patient, anywhere at the clinic, with nothing insisted on or looked past.
    #[must_use]
    pub fn of(patient: PatientId, service: Service) -> Self {
        Self {
            patient,
            service,
            site: None,
            wanted: Wanted::default(),
            prefer: None,
            except: Except::default(),
            case: None,
            pardoned: Vec::new(),
            proposed: false,
        }
    }

    /// Where and with whom the caller insists on.
    pub(in crate::actions) fn insisting(self, on: Choices) -> Self {
        Self { site: on.site_id, wanted: on.wanted(), ..self }
    }

    /// Instead of a session: what it takes itself is looked past, and its place comes first.
    pub(in crate::actions) fn instead_of(self, session: &Session) -> Self {
        let except = Except { session: Some(session.id), hold: None };
        Self { prefer: Some(session.place), except, ..self }
    }
}

/// The service that programs call `code`.
pub async fn service(tx: &mut Tx, app: &App, code: &str) -> Result<Service> {
    let catalogue = current(tx, app).await?;
    let named = catalogue.services.iter().find(|service| service.details.code.as_str() == code);
    let unknown = || {
        Error::refused(Code::UnknownService, format!("There is no service with the code {code:?}."))
    };
    named.cloned().ok_or_else(unknown)
}

/// A diary for each site that comes into question, with its candidates but nothing taken yet.
pub async fn open(work: &mut Work<'_>, search: &Search) -> Result<Vec<Diary>> {
    let catalogue = current(&mut work.tx, work.app).await?;
    let named = Named::find(&catalogue, search.wanted)?;
    let mut diaries = Vec::new();
    for site in sites_for(&catalogue, search.site.or(named.site()))? {
        let mut diary = Diary {
            zone: work.app.zone,
            policy: work.app.policy.clone(),
            now: work.now,
            practitioners: candidates_at(named.practitioner, &catalogue.practitioners, |one| {
                one.details.site_id == site.id && one.details.active
            }),
            rooms: candidates_at(named.room, &catalogue.rooms, |one| {
                one.details.site_id == site.id && one.details.active
            }),
            devices: candidates_at(named.device, &catalogue.devices, |one| {
                one.details.site_id == site.id && one.details.active
            }),
            shop: shop_terms(work, &catalogue, &site, search).await?,
            site,
            service: search.service.clone(),
            patient: search.patient,
            case: search.case.clone(),
            pardoned: search.pardoned.clone(),
            wanted: search.wanted,
            windows: Vec::new(),
            closures: Vec::new(),
            claims: std::collections::HashMap::new(),
            look_alikes: Vec::new(),
        };
        if let Some(place) = search.prefer {
            diary.practitioners.sort_by_key(|person| person.id != place.practitioner_id);
            diary.rooms.sort_by_key(|room| Some(room.id) != place.room_id);
            diary.devices.sort_by_key(|device| Some(device.id) != place.device_id);
        }
        diaries.push(diary);
    }
    Ok(diaries)
}

/// The person, room and device that the caller named, as the catalogue has them.
struct Named<'a> {
    practitioner: Option<&'a Practitioner>,
    room: Option<&'a Room>,
    device: Option<&'a Device>,
}

impl<'a> Named<'a> {
    fn find(catalogue: &'a Catalogue, wanted: Wanted) -> Result<Self> {
        let practitioner = wanted.practitioner.map(|id| {
            let found = catalogue.practitioners.iter().find(|one| one.id == id);
            found.ok_or(Error::NotThere("practitioner"))
        });
        let room = wanted.room.map(|id| {
            let found = catalogue.rooms.iter().find(|one| one.id == id);
            found.ok_or(Error::NotThere("room"))
        });
        let device = wanted.device.map(|id| {
            let found = catalogue.devices.iter().find(|one| one.id == id);
            found.ok_or(Error::NotThere("device"))
        });
        Ok(Self {
            practitioner: practitioner.transpose()?,
            room: room.transpose()?,
            device: device.transpose()?,
        })
    }

    /// Where they are.
    fn site(&self) -> Option<SiteId> {
        let person = self.practitioner.map(|person| person.details.site_id);
        let room = self.room.map(|room| room.details.site_id);
        person.or(room).or(self.device.map(|device| device.details.site_id))
    }
}

/// The one that was named, or all that are at the site and in use.
fn candidates_at<T: Clone>(named: Option<&T>, all: &[T], is_there: impl Fn(&&T) -> bool) -> Vec<T> {
    named.map_or_else(|| here(all, is_there), |one| vec![one.clone()])
}

/// On which terms the patient can be treated at `site`, if that is a partner's.
async fn shop_terms(
    work: &mut Work<'_>,
    catalogue: &Catalogue,
    site: &Site,
    search: &Search,
) -> Result<Option<ShopTerms>> {
    let Some(partner) = site.details.partner_id else {
        return Ok(None);
    };
    let (tx, app) = (&mut work.tx, work.app);
    let late = work.now - chrono::Duration::days(app.policy.shop_report_days.into());
    let overdue = sessions::unreported(tx, search.patient, partner, late).await?;
    let overdue = overdue.iter().find(|session| search.except.session != Some(session.id));
    let mut open = referrals::open_of(tx, search.patient, partner).await?;
    let course = search.case.as_ref().map(|case| case.course_id);
    open.retain(|referral| {
        Some(referral.course_id) == course && referral.service_id == search.service.id
    });
    Ok(Some(ShopTerms {
        partner: catalogue.partner(partner).ok_or(Error::NotThere("partner"))?.clone(),
        disclosed: consents::is_disclosed(tx, search.patient, partner).await?,
        overdue: overdue.map(|session| civil::date_of(app.zone, session.starts_at)),
        on_hold: open.iter().any(|one| one.status == ReferralStatus::OnHold)
            && !open.iter().any(|one| one.status.takes_sessions()),
        proposed: search.proposed,
    }))
}

fn sites_for(catalogue: &Catalogue, site: Option<SiteId>) -> Result<Vec<Site>> {
    if let Some(id) = site {
        let named = catalogue.sites.iter().find(|site| site.id == id);
        return Ok(vec![named.cloned().ok_or(Error::NotThere("site"))?]);
    }
    let sites =
        here(&catalogue.sites, |site| site.details.kind == SiteKind::Clinic && site.details.active);
    if sites.is_empty() {
        return Err(Error::refused(
            Code::ClinicClosed,
            "The clinic has no site yet; a manager adds it.",
        ));
    }
    Ok(sites)
}

/// Those of `all` that are `wanted`, in the same order.
fn here<T: Clone>(all: &[T], wanted: impl Fn(&&T) -> bool) -> Vec<T> {
    all.iter().filter(wanted).cloned().collect()
}

/// Everyone and everything that `diaries` could take, besides the patient.
#[must_use]
pub fn candidates(diaries: &[Diary]) -> Vec<ResourceId> {
    let mut all = Vec::new();
    for diary in diaries {
        all.extend(diary.practitioners.iter().map(|person| ResourceId::from(person.id)));
        if diary.needs_room() {
            all.extend(diary.rooms.iter().map(|room| ResourceId::from(room.id)));
        }
        if diary.needs_device() {
            all.extend(diary.devices.iter().map(|device| ResourceId::from(device.id)));
        }
    }
    all
}

/// Fills `diary` with what is taken, closed and rented in the days `first` to `last`.
pub async fn fill(
    tx: &mut Tx,
    diary: &mut Diary,
    first: NaiveDate,
    last: NaiveDate,
    except: Except,
) -> Result<()> {
    // A day on either side, for what reaches over midnight.
    let (first, last) = (first - Days::new(1), last + Days::new(1));
    let range = Interval::new(
        civil::day_start(diary.zone, first),
        civil::day_start(diary.zone, last + Days::new(1)),
    );
    let range = range.ok_or_else(|| Error::invalid("/to", "is before from"))?;
    diary.closures = closures::within(tx, first, last).await?;
    diary.windows = devices::windows_within(tx, diary.site.id, range).await?;
    diary.claims =
        claims::within(tx, diary.site.id, diary.patient.into(), range, diary.now, except).await?;
    diary.look_alikes = claims::of_look_alikes(tx, diary.patient, range, diary.now).await?;
    Ok(())
}
