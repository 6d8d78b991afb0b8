//! The demo's clinic and partners: sites, rooms, devices with rental windows, services,
//! practitioners.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::read::{LoadError, read, with};
use crate::actions::App;
use crate::actions::partner::partners::furnish;
use crate::clock::Clock;
use crate::domain::catalogue::device::{Device, RentalWindow};
use crate::domain::catalogue::partner::Partner;
use crate::domain::catalogue::practitioner::Practitioner;
use crate::domain::catalogue::room::Room;
use crate::domain::catalogue::service::Service;
use crate::domain::catalogue::site::Site;
use crate::domain::ids::PartnerId;
use crate::domain::time::hours::{TimeOfDay, Weekday};
use crate::domain::time::time_zone::Tz;
use crate::domain::time::{civil, holidays};
use crate::storage;
use crate::storage::Tx;

/// What the stories take place in.
pub(super) struct Clinic {
    pub(super) site: Site,
    pub(super) practitioners: Vec<Practitioner>,
    pub(super) rooms: Vec<Room>,
    pub(super) devices: Vec<Device>,
    pub(super) windows: Vec<RentalWindow>,
    pub(super) services: Vec<Service>,
}

/// The same hours on several weekdays, as JSON.
fn hours(spans: &[(&[&str], &str, &str)]) -> Value {
    let each = spans.iter().flat_map(|(days, opens, closes)| {
        days.iter().map(move |day| json!({"weekday": day, "opens": opens, "closes": closes}))
    });
    each.collect()
}

const WEEK: &[&str] = &["mon", "tue", "wed", "thu", "fri"];

/// The three partner shops: Maple Fade, Harbour, Junction, in this order.
pub(super) async fn partners(tx: &mut Tx, app: &App) -> Result<[PartnerId; 3], LoadError> {
    let today = civil::date_of(app.zone, app.clock.now());
    let good = json!({"number": "DEMO-T-1", "valid_until": today + Days::new(400)});
    let papers = |inspection: Value| json!({"licence": good, "inspection": inspection, "device_licence": good, "insurance": good, "operator_training": good});
    let passed = json!({"dated": today - Days::new(200), "result": "pass", "valid_until": today + Days::new(165)});
    let expired = json!({"dated": today - Days::new(400), "result": "pass", "valid_until": today - Days::new(35)});
    let open = hours(&[(&["tue", "wed", "thu", "fri", "sat"], "11:00", "19:00")]);
    let mut ids = Vec::new();
    for (details, shop) in [
        (
            json!({"name": "Fictional Maple Fade Laser", "address": "1 Example Ave, Toronto, ON", "phone": "416-555-0181", "contact": "Mika Maple",
                "languages": ["en"], "methods": ["laser"], "wavelengths_nm": [1064, 532], "works": "shared_hours", "papers": papers(passed.clone())}),
            json!({"hours": open, "chairs": 2}),
        ),
        (
            json!({"name": "Imaginary Harbour Ink Reversal", "address": "2 Example Ave, Toronto, ON", "phone": "416-555-0182",
                "languages": ["en"], "methods": ["laser", "saline"], "wavelengths_nm": [1064], "works": "shared_hours", "papers": papers(expired)}),
            json!({"hours": open, "chairs": 1}),
        ),
        (
            json!({"name": "Pretend Junction Light Studio", "address": "3 Example Ave, Mississauga, ON", "phone": "416-555-0183", "contact": "Jo Junction",
                "languages": ["fr", "en"], "methods": ["laser"], "wavelengths_nm": [1064], "works": "on_request", "papers": papers(passed)}),
            json!({"hours": open, "chairs": 1}),
        ),
    ] {
        let partner = Partner { id: app.clock.id(), version: 1, details: read(details)? };
        storage::catalogue::partners::insert(tx, &partner).await?;
        furnish(tx, app, &partner, read(shop)?).await?;
        ids.push(partner.id);
    }
    ids.try_into().map_err(|_| LoadError::NoTime("the shops".to_owned()))
}

/// The clinic with all that can be booked in it.
pub(super) async fn clinic(tx: &mut Tx, clock: &Clock, zone: Tz) -> Result<Clinic, LoadError> {
    let today = civil::date_of(zone, clock.now());
    let details = read(json!({"kind": "clinic", "name": "The Toronto Hair Transplant Clinic",
        "address": "59 Hayden Street 7th Floor, Toronto, ON M4Y 0E7",
        "hours": hours(&[(WEEK, "09:00", "18:00"), (&["sat"], "10:00", "16:00")])}))?;
    let site = Site { id: clock.id(), version: 1, details };
    storage::catalogue::sites::insert(tx, &site).await?;
    let rooms = rooms(tx, clock, &site).await?;
    let (devices, windows) = devices(tx, clock, zone, &site, today).await?;
    let practitioners = practitioners(tx, clock, &site, &devices, today).await?;
    let services = services(tx, clock).await?;
    Ok(Clinic { site, practitioners, rooms, devices, windows, services })
}

async fn rooms(tx: &mut Tx, clock: &Clock, site: &Site) -> Result<Vec<Room>, LoadError> {
    let mut rooms = Vec::new();
    for (name, capabilities) in [
        ("Consult A", vec!["consultation"]),
        ("Treatment 1", vec!["laser_controlled_area", "treatment"]),
        ("Treatment 2", vec!["treatment", "consultation"]),
        ("Photo Bay", vec!["photography"]),
    ] {
        let details =
            read(json!({"site_id": site.id, "name": name, "capabilities": capabilities}))?;
        let room = Room { id: clock.id(), version: 1, details };
        storage::catalogue::rooms::insert(tx, &room).await?;
        rooms.push(room);
    }
    Ok(rooms)
}

async fn devices(
    tx: &mut Tx,
    clock: &Clock,
    zone: Tz,
    site: &Site,
    today: NaiveDate,
) -> Result<(Vec<Device>, Vec<RentalWindow>), LoadError> {
    let mode = |nm: u16,
                fluence: (f64, f64),
                spot: (f64, f64),
                hz: (f64, f64),
                width: f64,
                unit: &str| {
        let range = |(min, max): (f64, f64)| json!({"min": min, "max": max});
        json!({"wavelength_nm": nm, "fluence_j_cm2": range(fluence), "spot_mm": range(spot), "frequency_hz": range(hz),
            "pulse_width": range((width, width)), "pulse_width_unit": unit})
    };
    let papers = (today + Days::new(1400), today + Days::new(1200));
    let owned = json!({"site_id": site.id, "code": "LASER-OWN-1", "name": "Demo ND-10", "ownership": "owned",
        "licence_number": "DEMO-0001", "licence_class": "III", "licence_valid_until": papers.0, "service_due_on": papers.1,
        "modes": [mode(1064, (0.5, 10.0), (2.0, 8.0), (1.0, 10.0), 6.0, "ns"), mode(532, (0.2, 3.0), (2.0, 8.0), (1.0, 10.0), 6.0, "ns")]});
    let rented = json!({"site_id": site.id, "code": "LASER-RENT-1", "name": "Demo Pico-755", "ownership": "rented",
        "vendor": "Northshore Demo Rentals", "day_cost_cents": 65_000,
        "licence_number": "DEMO-0002", "licence_class": "III", "licence_valid_until": papers.0, "service_due_on": papers.1,
        "modes": [mode(755, (0.4, 6.0), (2.0, 6.0), (1.0, 5.0), 600.0, "ps")]});
    let mut devices = Vec::new();
    for details in [owned, rented] {
        let device = Device { id: clock.id(), version: 1, details: read(details)? };
        storage::catalogue::devices::insert(tx, &device).await?;
        devices.push(device);
    }
    let mut windows = Vec::new();
    let thursdays = (today - Days::new(430))
        .iter_days()
        .take(430 + 780)
        .filter(|day| Weekday::of_date(*day) == Weekday::Thu);
    for device in devices.iter().filter(|device| device.is_rented()) {
        for day in thursdays.clone().filter(|day| holidays::on(*day, true).is_none()) {
            // The last Thursday before Christmas is short.
            let closes = if day.format("%m-%d").to_string() == "12-24" { "13:00" } else { "17:00" };
            let at = |time: &str| Ok::<_, LoadError>(read::<TimeOfDay>(json!(time))?.on(day, zone));
            let window = RentalWindow {
                id: clock.id(),
                device_id: device.id,
                starts_at: at("09:00")?,
                ends_at: at(closes)?,
            };
            storage::catalogue::devices::insert_window(tx, &window).await?;
            windows.push(window);
        }
    }
    Ok((devices, windows))
}

async fn practitioners(
    tx: &mut Tx,
    clock: &Clock,
    site: &Site,
    devices: &[Device],
    today: NaiveDate,
) -> Result<Vec<Practitioner>, LoadError> {
    let lasers: Vec<_> = devices.iter().map(|device| json!({"device_id": device.id})).collect();
    let own: Vec<_> = lasers.iter().take(1).cloned().collect();
    let valid = |days: u64| json!([{"kind": "laser safety certificate", "expires_on": today + Days::new(days)}]);
    let people = [
        json!({"name": "Dr. Imani Example", "qualification": "physician", "skills": ["consultation", "laser"], "device_authorisations": own, "credentials": valid(1300),
            "hours": hours(&[(&["mon", "wed", "fri"], "09:00", "15:00")])}),
        json!({"name": "Jun Demo", "qualification": "smp_technician", "skills": ["consultation", "adjustment", "saline"], "credentials": [],
            "hours": hours(&[(WEEK, "10:00", "18:00")])}),
        json!({"name": "Noor Sample RN", "qualification": "nurse", "laser_safety_officer": true, "day_list_to": "noor@example.test", "skills": ["consultation", "laser", "saline", "chemical"], "device_authorisations": lasers,
            "credentials": valid(1300), "hours": hours(&[(WEEK, "09:00", "18:00"), (&["sat"], "10:00", "16:00")])}),
        json!({"name": "Theo Placeholder", "qualification": "laser_practitioner", "skills": ["consultation", "laser"], "device_authorisations": lasers,
            "credentials": valid(42), "hours": hours(&[(&["tue", "thu"], "09:00", "18:00"), (&["sat"], "10:00", "16:00")])}),
    ];
    let mut practitioners = Vec::new();
    for person in people {
        let person = with(person, json!({"site_id": site.id}));
        let practitioner = Practitioner { id: clock.id(), version: 1, details: read(person)? };
        storage::catalogue::practitioners::insert(tx, &practitioner).await?;
        practitioners.push(practitioner);
    }
    Ok(practitioners)
}

async fn services(tx: &mut Tx, clock: &Clock) -> Result<Vec<Service>, LoadError> {
    let talk = |code: &str, name: &str, minutes: u16| json!({"code": code, "name": name, "duration_minutes": minutes, "skill": "consultation", "room": "consultation"});
    let treat = |code: &str, name: &str, minutes: u16, method: &str| json!({"code": code, "name": name, "duration_minutes": minutes, "skill": method, "room": "treatment", "method": method, "counts": code != "test_patch"});
    let mut services = Vec::new();
    for service in [
        talk("consultation", "Consultation", 45),
        talk("assessment", "Assessment", 30),
        treat("test_patch", "Test patch", 30, "laser"),
        treat("laser_partial", "Laser, part of the scalp", 45, "laser"),
        with(
            treat("laser_full", "Laser, full scalp", 75, "laser"),
            json!({"anaesthetic_minutes": 45}),
        ),
        treat("saline", "Saline lightening", 60, "saline"),
        treat("chemical", "Chemical fade", 45, "chemical"),
        treat("adjustment", "SMP adjustment", 120, "adjustment"),
        talk("review", "Review", 20),
    ] {
        let price = match service.get("code").and_then(Value::as_str) {
            Some("consultation") => json!(0),
            Some("test_patch") => json!(5_000),
            Some("laser_partial") => json!(25_000),
            Some("laser_full") => json!(45_000),
            Some("saline") => json!(20_000),
            Some("adjustment") => json!(40_000),
            _ => Value::Null,
        };
        let service = with(service, json!({"turnaround_minutes": 15, "price_cents": price}));
        let service = Service { id: clock.id(), version: 1, details: read(service)? };
        storage::catalogue::services::insert(tx, &service).await?;
        services.push(service);
    }
    Ok(services)
}
