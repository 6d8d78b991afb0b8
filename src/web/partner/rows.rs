//! The sessions of a shop's list, day by day, as the page behind a link and the shop's own pages show them: when, the
//! patient, and what of the packet is known, in the language that the shop reads.

use chrono::{DateTime, FixedOffset};

use super::list_words::ListWords;
use crate::actions::partner::list::ListedVisit;
use crate::actions::partner::shop_views::ShopVisit;
use crate::domain::messages::wording;
use crate::domain::partner::packet::{Packet, withheld};
use crate::domain::patient::Language;
use crate::web::frame::terms::term;
use crate::web::frame::text::PhoneLink;

/// A session on a page.
pub(super) struct Row {
    pub(super) hours: String,
    pub(super) status: String,
    pub(super) patient: KnownPatient,
    pub(super) report: Option<&'static str>,
    pub(super) lead: Option<Lead>,
}

/// Where a row leads, if anywhere.
pub(super) struct Lead {
    pub(super) address: String,
    pub(super) words: &'static str,
}

/// The sessions of one day.
pub(super) struct DayOfRows {
    pub(super) day: String,
    pub(super) rows: Vec<Row>,
}

/// `visits`, which are in order of time, day by day, each with where `lead_of` says that it leads.
pub(super) fn by_day(
    language: Language,
    visits: &[ListedVisit],
    lead_of: impl Fn(&ShopVisit) -> Option<Lead>,
) -> Vec<DayOfRows> {
    let mut days: Vec<DayOfRows> = Vec::new();
    for one in visits {
        let day = wording::day(language, one.visit.start.naive_local());
        let row = session_row(language, one, lead_of(&one.visit));
        match days.last_mut() {
            Some(last) if last.day == day => last.rows.push(row),
            _ => days.push(DayOfRows { day, rows: vec![row] }),
        }
    }
    days
}

pub(super) fn hours(language: Language, visit: &ShopVisit) -> String {
    let time = |at: DateTime<FixedOffset>| wording::time(language, at.naive_local());
    format!("{} – {}", time(visit.start), time(visit.end))
}

/// Whether the shop owes a report of a session.
pub(super) fn report_state(language: Language, visit: &ShopVisit) -> Option<&'static str> {
    let words = ListWords::for_language(language);
    match (visit.report_overdue, visit.report_due) {
        (true, _) => Some(words.report_overdue),
        (false, true) => Some(words.report_due),
        (false, false) => None,
    }
}

fn session_row(language: Language, one: &ListedVisit, lead: Option<Lead>) -> Row {
    Row {
        hours: hours(language, &one.visit),
        status: term(language, &one.visit.status.to_string()),
        patient: known_patient(language, one.packet.as_ref()),
        report: report_state(language, &one.visit),
        lead,
    }
}

/// What a shop may know of a patient, in words.
pub(super) struct KnownPatient {
    pub(super) name: String,
    pub(super) phone: Option<PhoneLink>,
    pub(super) facts: Vec<String>,
    /// That something is withheld, where it is.
    pub(super) withheld: Option<&'static str>,
}

pub(super) fn known_patient(language: Language, packet: Option<&Packet>) -> KnownPatient {
    let nobody = || ListWords::for_language(language).nobody.to_owned();
    KnownPatient {
        name: packet.map_or_else(nobody, |packet| packet.name.clone()),
        phone: packet.and_then(Packet::dialled).map(|dialled| PhoneLink::new(&dialled, language)),
        facts: packet.map(|packet| facts(language, packet)).unwrap_or_default(),
        withheld: packet.and_then(|packet| packet.withheld).map(|_| withheld(language)),
    }
}

/// What the packet tells besides name and telephone.
fn facts(language: Language, packet: &Packet) -> Vec<String> {
    fn code(value: Option<impl ToString>) -> Option<String> {
        value.map(|value| value.to_string())
    }
    let words = ListWords::for_language(language);
    let plain = |code: String| term(language, &code);
    let about =
        |what: &str, code: Option<String>| code.map(|code| format!("{what}: {}", plain(code)));
    let skin = packet.fitzpatrick.map(|skin| {
        let skin: &'static str = skin.into();
        format!("{} {skin}", words.skin)
    });
    let zones = packet.zones.as_ref().filter(|zones| !zones.is_empty());
    let zones = zones.map(|zones| {
        zones.iter().map(|zone| plain(zone.to_string())).collect::<Vec<_>>().join(", ")
    });
    let facts = [
        code(packet.method).map(plain),
        code(packet.goal).map(plain),
        zones,
        about(words.pigment, code(packet.pigment)),
        about(words.depth, code(packet.depth)),
        skin,
        about(words.screening, code(packet.screening)),
        about(words.test_patch, code(packet.test_patch)),
        packet.last_laser.map(|day| format!("{}: {day}", words.last_laser)),
    ];
    facts.into_iter().flatten().collect()
}
