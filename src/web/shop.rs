//! A shop's list behind its link: today and the coming days, each visit with the packet, in the
//! language that the shop reads. It shows and changes nothing; what a shop answers goes through the API.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use chrono::{DateTime, Days, FixedOffset, NaiveDate};

use super::page::{Named, code, named, shown, sorry};
use super::shop_words::{ENGLISH, FRENCH, Words, term};
use super::style::STYLE;
use crate::actions::shop_visits::{self, ListedVisit, OpenedList};
use crate::actions::{App, Error};
use crate::domain::civil::Day;
use crate::domain::packet::Packet;
use crate::domain::patient::Language;
use crate::domain::wording;

/// A visit on the page.
struct Row {
    hours: String,
    status: String,
    name: String,
    phone: Option<String>,
    facts: Vec<String>,
    withheld: Option<&'static str>,
    report: Option<&'static str>,
}

struct DayOfRows {
    day: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "shop.html", config = ".askama.toml")]
struct Page<'a> {
    style: &'static str,
    lang: &'static str,
    words: &'static Words,
    name: &'a str,
    path: String,
    from: String,
    earlier: NaiveDate,
    later: NaiveDate,
    days: Vec<DayOfRows>,
}

pub(super) async fn page(State(app): State<App>, secret: Named, RawQuery(query): RawQuery) -> Response {
    let secret = named(secret);
    let query = query.unwrap_or_default();
    let from = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "from");
    let from = match from.map(|(_, text)| text.parse::<NaiveDate>().ok().and_then(|day| Day::try_from(day).ok())) {
        Some(None) => return sorry(Error::NotThere("page")),
        Some(day) => day,
        None => None,
    };
    match shop_visits::behind_link(&app, &secret, from).await {
        Ok(opened) => shown(&filled(&opened, &secret)),
        Err(error) => sorry(error),
    }
}

fn filled<'a>(opened: &'a OpenedList, secret: &str) -> Page<'a> {
    let language = opened.language;
    let words = match language {
        Language::En => &ENGLISH,
        Language::Fr => &FRENCH,
    };
    let mut days: Vec<DayOfRows> = Vec::new();
    for one in &opened.visits {
        let day = wording::day(language, one.visit.start.naive_local());
        let row = row(language, words, one);
        match days.last_mut() {
            Some(last) if last.day == day => last.rows.push(row),
            _ => days.push(DayOfRows { day, rows: vec![row] }),
        }
    }
    let first = opened.from.date_naive();
    Page {
        style: &STYLE,
        lang: code(language),
        words,
        name: &opened.name,
        path: format!("/shop/{secret}"),
        from: wording::day(language, opened.from.naive_local()),
        earlier: first.checked_sub_days(Days::new(14)).unwrap_or(first),
        later: first.checked_add_days(Days::new(14)).unwrap_or(first),
        days,
    }
}

fn row(language: Language, words: &Words, one: &ListedVisit) -> Row {
    let time = |at: DateTime<FixedOffset>| wording::time(language, at.naive_local());
    let visit = &one.visit;
    let packet = one.packet.as_ref();
    Row {
        hours: format!("{} – {}", time(visit.start), time(visit.end)),
        status: term(language, &visit.status.to_string()),
        name: packet.map_or_else(|| words.nobody.to_owned(), |packet| packet.name.clone()),
        phone: packet.and_then(|packet| packet.phone.as_ref()).map(ToString::to_string),
        facts: packet.map(|packet| facts(language, words, packet)).unwrap_or_default(),
        withheld: packet.and_then(|packet| packet.withheld).map(|_| wording::withheld(language)),
        report: match (visit.report_overdue, visit.report_due) {
            (true, _) => Some(words.report_overdue),
            (false, true) => Some(words.report_due),
            (false, false) => None,
        },
    }
}

/// What of the packet is known, besides name and telephone.
fn facts(language: Language, words: &Words, packet: &Packet) -> Vec<String> {
    fn code(thing: Option<impl ToString>) -> Option<String> {
        thing.map(|thing| thing.to_string())
    }
    let plain = |code: String| term(language, &code);
    let about = |what: &str, code: Option<String>| code.map(|code| format!("{what}: {}", plain(code)));
    let skin = packet.fitzpatrick.map(|skin| {
        let skin: &'static str = skin.into();
        format!("{} {skin}", words.skin)
    });
    let zones = packet.zones.as_ref().filter(|zones| !zones.is_empty());
    let zones = zones.map(|zones| zones.iter().map(|zone| plain(zone.to_string())).collect::<Vec<_>>().join(", "));
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
