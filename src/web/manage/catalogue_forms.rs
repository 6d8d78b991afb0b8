//! The kinds of entries of the catalogue, as managers see them: the fields of each, and what a list shows of an entry.

use chrono::NaiveDate;
use serde_json::{Value, json};
use strum::VariantArray;

use super::words::{day, until};
use crate::actions::catalogue::entries::Entry;
use crate::domain::catalogue::device::{Device, Ownership, PulseWidthUnit};
use crate::domain::catalogue::practitioner::{Practitioner, Qualification};
use crate::domain::catalogue::room::{Capability, Room};
use crate::domain::catalogue::service::{Method, Purpose, Service, Skill};
use crate::domain::catalogue::site::{Site, SiteKind};
use crate::domain::ids::SiteId;
use crate::domain::time::civil::Day;
use crate::domain::time::hours::{OpenSpan, Weekday, WeeklyHours};
use crate::web::frame::form::field::{Choice, Field, Kind, choice};
use crate::web::frame::form::json::dollars;
use crate::web::frame::text::{code_words, title_words};

/// What entries refer to, as choices.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub(super) sites: Vec<Choice>,
    pub(super) shops: Vec<Choice>,
    pub(super) devices: Vec<Choice>,
}

impl Lists {
    fn site_name(&self, id: SiteId) -> String {
        let id = id.to_string();
        let found = self.sites.iter().find(|site| site.value == id);
        found.map(|site| site.label.clone()).unwrap_or_default()
    }
}

/// Something that expires, in words, and whether it is too late already.
pub(super) type Note = (String, bool);

/// A kind of entry with its form.
pub(super) trait CatalogueForm: Entry {
    /// The end of the address of its pages.
    const PATH: &'static str;
    const MANY: &'static str;
    const ONE: &'static str;

    fn fields(lists: &Lists) -> Vec<Field>;
    /// How a form for a new one begins.
    fn blank() -> Value {
        json!({"active": true})
    }
    fn name(&self) -> String;
    /// What a list shows of it.
    fn facts(&self, lists: &Lists) -> Vec<String>;
    /// What expires soon, or has.
    fn notes(&self, _today: NaiveDate) -> Vec<Note> {
        Vec::new()
    }
    fn is_active(&self) -> bool;
}

fn choices<T: VariantArray + ToString + 'static>() -> Vec<Choice> {
    T::VARIANTS.iter().map(|one| choice(one, &title_words(one))).collect()
}

fn text_field(name: &'static str, label: &'static str) -> Field {
    Field::new(name, label, Kind::Text)
}

fn active_field(label: &'static str) -> Field {
    Field::new("active", label, Kind::Tick)
}

fn site_field(lists: &Lists) -> Field {
    Field::new("site_id", "Site", Kind::One(lists.sites.clone())).required()
}

/// Weekly hours as rows.
pub(super) fn hours_field(name: &'static str) -> Field {
    let time = |name, label| Field::new(name, label, Kind::Time).required();
    let rows = vec![
        Field::new("weekday", "Weekday", Kind::One(choices::<Weekday>())).required(),
        time("opens", "Opens"),
        time("closes", "Closes"),
    ];
    Field::new(name, "Weekly hours", Kind::Rows(rows, 7)).hint(
        "Local time, such as 09:00; 24:00 is the end of the day. A weekday without a row is a day off; rows that stay empty are left out.",
    )
}

/// Weekly hours in a line.
fn week_words(hours: &WeeklyHours) -> String {
    let spans: Vec<OpenSpan> = hours.clone().into();
    if spans.is_empty() {
        return "no hours".to_owned();
    }
    let span =
        |span: &OpenSpan| format!("{} {}–{}", title_words(&span.weekday), span.opens, span.closes);
    spans.iter().map(span).collect::<Vec<_>>().join(", ")
}

fn joined_codes<T: ToString>(all: &[T]) -> String {
    all.iter().map(|one| code_words(one)).collect::<Vec<_>>().join(", ")
}

fn expiry_note(what: &str, last: Option<Day>, today: NaiveDate) -> Option<Note> {
    until(what, last?.date(), today)
}

impl CatalogueForm for Site {
    const PATH: &'static str = "sites";
    const MANY: &'static str = "Sites";
    const ONE: &'static str = "site";

    fn fields(lists: &Lists) -> Vec<Field> {
        vec![
            text_field("name", "Name").required(),
            text_field("address", "Street address").required(),
            Field::new("kind", "Whose place it is", Kind::One(choices::<SiteKind>())).required(),
            Field::new("partner_id", "Shop", Kind::One(lists.shops.clone()))
                .hint("For a partner’s place only."),
            hours_field("hours"),
            Field::new("observes_holidays", "Closes on Ontario’s public holidays", Kind::Tick),
            active_field("In use"),
        ]
    }
    fn blank() -> Value {
        json!({"active": true, "observes_holidays": true, "kind": "clinic"})
    }
    fn name(&self) -> String {
        self.details.name.to_string()
    }
    fn facts(&self, _: &Lists) -> Vec<String> {
        let d = &self.details;
        vec![title_words(&d.kind), d.address.to_string(), week_words(&d.hours)]
    }
    fn is_active(&self) -> bool {
        self.details.active
    }
}

impl CatalogueForm for Practitioner {
    const PATH: &'static str = "people";
    const MANY: &'static str = "People";
    const ONE: &'static str = "person";

    fn fields(lists: &Lists) -> Vec<Field> {
        let authorisations = vec![
            Field::new("device_id", "Device", Kind::One(lists.devices.clone())).required(),
            Field::new("expires_on", "Last day, if it ends", Kind::Day),
        ];
        let credentials = vec![
            text_field("kind", "What it is").required(),
            Field::new("expires_on", "Last day", Kind::Day).required(),
        ];
        vec![
            text_field("name", "Name").required(),
            site_field(lists),
            Field::new("qualification", "They are", Kind::One(choices::<Qualification>()))
                .hint("What asks for a physician takes a physician’s sign-in."),
            Field::new("skills", "Trained for", Kind::Ticks(choices::<Skill>())),
            hours_field("hours"),
            Field::new(
                "device_authorisations",
                "Devices that they may use",
                Kind::Rows(authorisations, 3),
            )
            .hint("As the laser safety officer has authorised them."),
            Field::new("credentials", "Licences and certificates", Kind::Rows(credentials, 3))
                .hint("All of them must be valid on the day of a session."),
            Field::new("day_list_to", "Email for the list of their day", Kind::Email)
                .hint("Sent the evening before; not sent unless set."),
            Field::new("laser_safety_officer", "Laser safety officer", Kind::Tick),
            active_field("Works here"),
        ]
    }
    fn name(&self) -> String {
        self.details.name.to_string()
    }
    fn facts(&self, lists: &Lists) -> Vec<String> {
        let d = &self.details;
        vec![lists.site_name(d.site_id), joined_codes(&d.skills), week_words(&d.hours)]
    }
    fn notes(&self, today: NaiveDate) -> Vec<Note> {
        let d = &self.details;
        let credentials = d
            .credentials
            .iter()
            .filter_map(|one| expiry_note(&title_words(&one.kind), Some(one.expires_on), today));
        let devices = d
            .device_authorisations
            .iter()
            .filter_map(|one| expiry_note("An authorisation for a device", one.expires_on, today));
        credentials.chain(devices).collect()
    }
    fn is_active(&self) -> bool {
        self.details.active
    }
}

impl CatalogueForm for Room {
    const PATH: &'static str = "rooms";
    const MANY: &'static str = "Rooms";
    const ONE: &'static str = "room";

    fn fields(lists: &Lists) -> Vec<Field> {
        vec![
            text_field("name", "Name").required(),
            site_field(lists),
            Field::new("capabilities", "Fitted for", Kind::Ticks(choices::<Capability>())),
            active_field("In use"),
        ]
    }
    fn name(&self) -> String {
        self.details.name.to_string()
    }
    fn facts(&self, lists: &Lists) -> Vec<String> {
        vec![lists.site_name(self.details.site_id), joined_codes(&self.details.capabilities)]
    }
    fn is_active(&self) -> bool {
        self.details.active
    }
}

impl CatalogueForm for Device {
    const PATH: &'static str = "devices";
    const MANY: &'static str = "Devices";
    const ONE: &'static str = "device";

    fn fields(lists: &Lists) -> Vec<Field> {
        let number = |name, label| Field::new(name, label, Kind::Decimal).required();
        let modes = vec![
            Field::new("wavelength_nm", "Wavelength, nm", Kind::Whole).required(),
            number("fluence_j_cm2/min", "Least fluence, J/cm²"),
            number("fluence_j_cm2/max", "Most fluence, J/cm²"),
            number("spot_mm/min", "Least spot, mm"),
            number("spot_mm/max", "Most spot, mm"),
            number("frequency_hz/min", "Least frequency, Hz"),
            number("frequency_hz/max", "Most frequency, Hz"),
            number("pulse_width/min", "Least pulse width"),
            number("pulse_width/max", "Most pulse width"),
            Field::new("pulse_width_unit", "Its unit", Kind::One(choices::<PulseWidthUnit>()))
                .required(),
        ];
        vec![
            text_field("code", "Code")
                .required()
                .hint("What the desk calls it, such as LASER-OWN-1; no other has it."),
            text_field("name", "Make and model").required(),
            site_field(lists),
            Field::new("ownership", "Owned or rented", Kind::One(choices::<Ownership>()))
                .required()
                .hint(
                    "A rented one is here in its rental windows only; they stand in the calendar.",
                ),
            text_field("vendor", "Who rents it out"),
            Field::new("day_cost_cents", "Cost of a rented day, dollars", Kind::Money),
            text_field("licence_number", "Number of its medical device licence"),
            text_field("licence_class", "Class of that licence").hint("II, III or IV."),
            Field::new("licence_valid_until", "Licence checked until", Kind::Day),
            Field::new("service_due_on", "Service due on", Kind::Day),
            Field::new("out_of_service", "Out of service", Kind::Tick),
            Field::new("modes", "What it can be set to", Kind::Rows(modes, 2))
                .hint("One row for each wavelength, from least to most."),
            active_field("In use"),
        ]
    }
    fn name(&self) -> String {
        format!("{}, {}", self.details.code, self.details.name)
    }
    fn facts(&self, lists: &Lists) -> Vec<String> {
        let d = &self.details;
        let cost = d.day_cost_cents.map(|cents| format!("${} a day", dollars(cents)));
        let nm: Vec<_> = d.modes.iter().map(|mode| mode.wavelength_nm.to_string()).collect();
        let nm = (!nm.is_empty()).then(|| format!("{} nm", nm.join(", ")));
        [Some(lists.site_name(d.site_id)), Some(code_words(&d.ownership)), cost, nm]
            .into_iter()
            .flatten()
            .collect()
    }
    fn notes(&self, today: NaiveDate) -> Vec<Note> {
        let d = &self.details;
        let out = d.out_of_service.then(|| ("Out of service".to_owned(), true));
        let licence = expiry_note("The check of its licence", d.licence_valid_until, today);
        let service = d.service_due_on.and_then(|due| {
            let (_, late) = until("", due.date(), today)?;
            let is = if late { "was" } else { "is" };
            Some((format!("Its service {is} due on {}", day(due.date())), late))
        });
        out.into_iter().chain(licence).chain(service).collect()
    }
    fn is_active(&self) -> bool {
        self.details.active
    }
}

impl CatalogueForm for Service {
    const PATH: &'static str = "services";
    const MANY: &'static str = "Services";
    const ONE: &'static str = "service";

    fn fields(_: &Lists) -> Vec<Field> {
        let minutes = |name, label| Field::new(name, label, Kind::Whole);
        vec![
            text_field("code", "Code")
                .required()
                .hint("What programs call it, such as laser_full; no other has it."),
            text_field("name", "Name").required(),
            minutes("duration_minutes", "Length of the visit, minutes").required(),
            minutes("anaesthetic_minutes", "Anaesthetic before it, minutes")
                .hint("Patient and room are taken; neither who treats nor the device."),
            minutes("preparation_minutes", "Preparation before it, minutes").hint("All are taken."),
            minutes("turnaround_minutes", "Turnaround after it, minutes").hint("All are taken."),
            Field::new("method", "Method", Kind::One(choices::<Method>())).hint("None for a visit without treatment."),
            Field::new("purpose", "What it is to a course", Kind::One(choices::<Purpose>())).hint("What its code says, unless set."),
            Field::new("price_cents", "Price of a visit, dollars", Kind::Money),
            Field::new("counts", "Counts as one of the sessions of a course", Kind::Tick),
            Field::new("skill", "Who treats is trained for", Kind::One(choices::<Skill>())).required(),
            Field::new("room", "The room is fitted for", Kind::One(choices::<Capability>()))
                .hint("None when it needs no room; a laser always needs its controlled area."),
            Field::new("reminders", "Reminders", Kind::Lines).hint(
                "One on each line, such as 48h confirm email or 7d prepare email. Empty for the clinic’s own; none for no reminders.",
            ),
            active_field("Can be booked"),
        ]
    }
    fn name(&self) -> String {
        self.details.name.to_string()
    }
    fn facts(&self, _: &Lists) -> Vec<String> {
        let d = &self.details;
        let minutes = Some(format!("{} minutes", u16::from(d.duration_minutes)));
        let price = d.price_cents.map(|cents| format!("${}", dollars(cents)));
        let counts = d.counts.then(|| "counts as a session".to_owned());
        [Some(d.code.to_string()), minutes, price, d.method.as_ref().map(code_words), counts]
            .into_iter()
            .flatten()
            .collect()
    }
    fn is_active(&self) -> bool {
        self.details.active
    }
}
