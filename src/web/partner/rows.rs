//! The visits of a shop's list, day by day, as its page behind a link and its own pages show them:
//! when, whom, and what of the packet is known, in the language that the shop reads.

use chrono::{DateTime, FixedOffset};

use super::list_words::ListWords;
use crate::actions::partner::list::ListedVisit;
use crate::actions::partner::views::ShopVisit;
use crate::domain::messages::wording;
use crate::domain::partner::packet::Packet;
use crate::domain::patient::Language;
use crate::web::frame::terms::term;

/// A visit on a page.
pub(super) struct Row {
    pub(in crate::web) hours: String,
    pub(in crate::web) status: String,
    pub(in crate::web) name: String,
    pub(in crate::web) phone: Option<String>,
    pub(in crate::web) facts: Vec<String>,
    pub(in crate::web) withheld: Option<&'static str>,
    pub(in crate::web) report: Option<&'static str>,
    pub(in crate::web) leads_to: Option<Lead>,
}

/// Where a row leads, if anywhere.
pub(super) struct Lead {
    pub(in crate::web) address: String,
    pub(in crate::web) words: &'static str,
}

/// The visits of one day.
pub(super) struct DayOfRows {
    pub(in crate::web) day: String,
    pub(in crate::web) rows: Vec<Row>,
}

/// `visits`, which are in order of time, day by day. `leads_to` says where each leads.
pub(super) fn by_day(
    language: Language,
    visits: &[ListedVisit],
    leads_to: impl Fn(&ShopVisit) -> Option<Lead>,
) -> Vec<DayOfRows> {
    let mut days: Vec<DayOfRows> = Vec::new();
    for one in visits {
        let day = wording::day(language, one.visit.start.naive_local());
        let row = row(language, one, leads_to(&one.visit));
        match days.last_mut() {
            Some(last) if last.day == day => last.rows.push(row),
            _ => days.push(DayOfRows { day, rows: vec![row] }),
        }
    }
    days
}

/// From when to when.
pub(super) fn hours(language: Language, visit: &ShopVisit) -> String {
    let time = |at: DateTime<FixedOffset>| wording::time(language, at.naive_local());
    format!("{} – {}", time(visit.start), time(visit.end))
}

/// Whether the shop owes a report of a visit.
pub(super) fn report(language: Language, visit: &ShopVisit) -> Option<&'static str> {
    let words = ListWords::of(language);
    match (visit.report_overdue, visit.report_due) {
        (true, _) => Some(words.report_overdue),
        (false, true) => Some(words.report_due),
        (false, false) => None,
    }
}

fn row(language: Language, one: &ListedVisit, leads_to: Option<Lead>) -> Row {
    let packet = one.packet.as_ref();
    Row {
        hours: hours(language, &one.visit),
        status: term(language, &one.visit.status.to_string()),
        name: name(language, packet),
        phone: phone(packet),
        facts: packet.map(|packet| facts(language, packet)).unwrap_or_default(),
        withheld: withheld(language, packet),
        report: report(language, &one.visit),
        leads_to,
    }
}

/// Whom it is about, as long as the shop may know.
pub(super) fn name(language: Language, packet: Option<&Packet>) -> String {
    packet.map_or_else(|| ListWords::of(language).nobody.to_owned(), |packet| packet.name.clone())
}

/// Their telephone.
pub(super) fn phone(packet: Option<&Packet>) -> Option<String> {
    packet.and_then(|packet| packet.phone.as_ref()).map(ToString::to_string)
}

/// That something is withheld, where it is.
pub(super) fn withheld(language: Language, packet: Option<&Packet>) -> Option<&'static str> {
    packet.and_then(|packet| packet.withheld).map(|_| wording::withheld(language))
}

/// What of the packet is known, besides name and telephone.
pub(super) fn facts(language: Language, packet: &Packet) -> Vec<String> {
    fn code(thing: Option<impl ToString>) -> Option<String> {
        thing.map(|thing| thing.to_string())
    }
    let words = ListWords::of(language);
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
    let told = [
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
    told.into_iter().flatten().collect()
}
