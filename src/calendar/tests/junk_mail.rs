//! Whatever octets arrive, reading them ends soon and never takes the program down.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::inbound::gmail;
use crate::calendar::answer::Unclear;
use crate::calendar::reply;
use crate::calendar::reply::{Inbound, MOST_BYTES};

/// Far more than any of these takes, on a slow machine and without optimisation.
const SOON: Duration = Duration::from_secs(3);

fn read(message: &[u8]) -> Inbound {
    reply::read(message, "visits@clinic.example")
}

fn ends_soon(message: &[u8]) {
    let begun = Instant::now();
    let mail = read(message);
    assert!(mail.text.is_none_or(|text| text.chars().count() <= 2000));
    assert!(mail.subject.is_none_or(|subject| subject.chars().count() <= 200));
    if let Some(Ok(reply)) = mail.calendar {
        assert!(
            !reply.uid.is_empty()
                && reply.uid.chars().count() <= 320
                && reply.attendee.chars().count() <= 320
        );
    }
    if let Some(report) = mail.report {
        assert!(report.messages.len() <= 20 && report.visits.len() <= 20);
        assert!(report.recipients.len() <= 20);
        assert!(report.why.is_none_or(|why| why.chars().count() <= 200));
    }
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

/// Lines that mean something to a reader of calendars.
fn line() -> impl Strategy<Value = String> {
    let name = "(BEGIN|END|UID|DTSTAMP|DTSTART|SEQUENCE|ATTENDEE|COMMENT|RRULE|TRIGGER|DURATION|ATTACH|FREEBUSY|GEO|X-A|method|[A-Z]{1,3})";
    let param = "(;(TZID|VALUE|PARTSTAT|ENCODING|CHARSET|EMAIL|DELEGATED-TO|RELATED|[a-z]{1,2})(=(\"[^\"\r\n]{0,6}\"|DATE|PERIOD|BINARY|RECUR|UTC-OFFSET|BASE64|QUOTED-PRINTABLE|utf-7|[ -~]{0,6}))?)";
    let value = "(VCALENDAR|VEVENT|VALARM|[0-9]{0,9}T[0-9]{0,7}Z?|-?P[0-9]{0,20}[WDTHMS]{0,3}|FREQ=[A-Z]{0,8};[A-Z]{2,9}=[-+0-9,A-Z]{0,24}|mailto:[!-~]{0,12}|data:[!-~]{0,20}|[ -~\u{e9}\u{1f600}]{0,30}|-?[0-9]{0,30})";
    let end = "(\r\n|\n|\r|\r\n |\n\t|)";
    (name, prop::collection::vec(param, 0..3), value, end)
        .prop_map(|(name, params, value, end)| format!("{name}{}:{value}{end}", params.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn arbitrary_octets_are_survived(octets in prop::collection::vec(any::<u8>(), 0..3000)) {
        ends_soon(&octets);
        ends_soon(&[b"Content-Type: text/calendar\n\n", octets.as_slice()].concat());
        ends_soon(&[b"Content-Type: text/calendar; charset=utf-7\nContent-Transfer-Encoding: quoted-printable\n\n", octets.as_slice()].concat());
        ends_soon(&[b"From:", octets.as_slice()].concat());
        ends_soon(&[b"From: MAILER-DAEMON@x.test\n\n", octets.as_slice()].concat());
        ends_soon(&[b"Content-Type: message/delivery-status\n\n", octets.as_slice()].concat());
        ends_soon(&[b"Content-Type: multipart/mixed; boundary=\"", octets.as_slice()].concat());
    }

    #[test]
    fn calendars_of_odd_lines_are_survived(lines in prop::collection::vec(line(), 0..40)) {
        ends_soon(format!("Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{}", lines.concat()).as_bytes());
    }

    #[test]
    fn a_real_answer_that_was_damaged_is_survived(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..40, prop::collection::vec(any::<u8>(), 0..8)), 1..8),
    ) {
        let mut mail = gmail().into_bytes();
        for (at, gone, new) in edits {
            let from = at.index(mail.len());
            let until = (from + gone).min(mail.len());
            mail.splice(from..until, new);
            if mail.is_empty() {
                break;
            }
        }
        ends_soon(&mail);
    }
}

#[test]
fn the_largest_mails_are_read_soon() {
    let fill = |pattern: &str| pattern.repeat(MOST_BYTES / pattern.len());
    for pattern in [
        "a",
        "\n",
        "\r",
        ":",
        "a:\n",
        "a:b\n c\n",
        "From:",
        "From: a@b.c\n",
        "From: <a@b.c>,",
        "(",
        "\"",
        "=?utf-8?q?=41?= ",
        "<",
        "<a ",
        "&lt;",
        "--b\n",
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n",
        "References: <a>\n",
        "BEGIN:VEVENT\n",
        "\u{1f600}",
        "\0",
    ] {
        for prefix in [
            "",
            "Subject: ",
            "From: ",
            "References: ",
            "Content-Type: ",
            "Authentication-Results: ",
            "\n",
            "Content-Type: text/html\n\n",
            "Content-Type: text/calendar\n\n",
            "Content-Type: multipart/mixed; boundary=b\n\n",
            "Content-Transfer-Encoding: base64\n\n",
            "From: mailer-daemon@x.test\n\n",
            "Content-Type: message/delivery-status\n\n",
        ] {
            let mut mail = format!("{prefix}{}", fill(pattern)).into_bytes();
            mail.truncate(MOST_BYTES);
            ends_soon(&mail);
            if prefix.is_empty() {
                // What lies beyond the limit costs no more.
                mail.extend(fill(pattern).into_bytes());
                ends_soon(&mail);
            }
        }
    }
    let largest = format!(
        "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nX;{}",
        "a=\"b\";".repeat(10_000)
    );
    assert_eq!(read(largest.as_bytes()).calendar, Some(Err(Unclear::NoUid)));
}
