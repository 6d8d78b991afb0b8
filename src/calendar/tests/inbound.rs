//! Mail that comes back is read as patients' calendars and mail servers write it.

use base64::Engine;

use super::utc;
use crate::calendar::answer::{Answer, Method, Reply, Start, Unclear};
use crate::calendar::reply;
use crate::calendar::reply::{Inbound, MOST_BYTES};

/// Reads a mail that came to the clinic.
fn read(message: &[u8]) -> Inbound {
    reply::read(message, "visits@clinic.example")
}

const UID: &str = "12345678-9abc-4def-8123-456789abcdef";

/// An answer as Gmail writes it, with CRLF.
pub(super) fn gmail() -> String {
    let calendar = calendar("ACCEPTED");
    format!(
        "Return-Path: <ada@example.org>\r\n\
         Authentication-Results: mx.clinic.example; dkim=pass header.i=@example.org;\r\n\tdmarc=pass header.from=example.org\r\n\
         Authentication-Results: mx.evil.example; dmarc=fail\r\n\
         From: =?UTF-8?Q?Ad=C3=A1?= Lovelace <Ada@Example.org>\r\nTo: visits@clinic.example\r\n\
         Subject: =?utf-8?B?QWNjZXB0w6k=?= - Appointment\r\nMessage-ID: <abc@mail.example.org>\r\n\
         In-Reply-To: <request.1@clinic.example>\r\nReferences: <first@clinic.example> <request.1@clinic.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"outer\"\r\n\r\npreamble\r\n\
         --outer\r\nContent-Type: multipart/alternative; boundary=inner\r\n\r\n\
         --inner\r\nContent-Type: text/plain; charset=\"UTF-8\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nAda a accept=C3=A9.\r\n\
         --inner\r\nContent-Type: text/calendar; charset=\"UTF-8\"; method=REPLY\r\n\r\n{calendar}\r\n\
         --inner--\r\n\
         --outer\r\nContent-Type: application/ics; name=\"invite.ics\"\r\n\r\nnot looked at\r\n--outer--\r\n"
    )
}

fn calendar(answer: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nPRODID:-//Google Inc//Google Calendar 70.9054//EN\r\nVERSION:2.0\r\nCALSCALE:GREGORIAN\r\nMETHOD:REPLY\r\n\
         BEGIN:VEVENT\r\nDTSTART:20261110T143000Z\r\nDTEND:20261110T151500Z\r\nDTSTAMP:20261002T101112Z\r\n\
         ORGANIZER;CN=Fadeline:mailto:visits@clinic.example\r\nUID:{UID}\r\n\
         ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={answer};CN=Ada L\r\n ovelace;X-NUM-GUESTS=0:mailto:Ada@Example.org\r\n\
         COMMENT:I come\\, gladly\\nAda\r\nSEQUENCE:2\r\nSTATUS:CONFIRMED\r\nSUMMARY:Appointment\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

fn mail(headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    [headers.as_bytes(), b"\r\n", body.as_ref()].concat()
}

/// A mail that is nothing but a calendar.
fn bare(calendar: impl AsRef<[u8]>) -> Vec<u8> {
    mail(
        "From: ada@example.org\r\nContent-Type: text/calendar; charset=utf-8; method=REPLY\r\n",
        calendar,
    )
}

fn read_answer(message: &[u8]) -> Result<Reply, Unclear> {
    read(message).calendar.unwrap()
}

fn expected() -> Reply {
    Reply {
        method: Method::Reply,
        uid: UID.to_owned(),
        sequence: Some(2),
        start: Some(Start::At(utc("2026-11-10T14:30:00Z"))),
        stamp: Some(utc("2026-10-02T10:11:12Z")),
        attendee: "ada@example.org".to_owned(),
        answer: Answer::Accepted,
        comment: Some("I come, gladly\nAda".to_owned()),
    }
}

#[test]
fn an_answer_from_gmail_is_read_in_full() {
    let inbound = Inbound {
        from: Some("ada@example.org".to_owned()),
        answers: ["request.1@clinic.example", "request.1@clinic.example", "first@clinic.example"]
            .map(str::to_owned)
            .into(),
        automatic: false,
        report: None,
        authentication: vec![
            "mx.clinic.example; dkim=pass header.i=@example.org;\tdmarc=pass header.from=example.org".to_owned(),
            "mx.evil.example; dmarc=fail".to_owned(),
        ],
        subject: Some("Accepté - Appointment".to_owned()),
        text: Some("Ada a accepté.".to_owned()),
        calendar: Some(Ok(expected())),
    };
    assert_eq!(read(gmail().as_bytes()), inbound);
    assert_eq!(
        read(gmail().replace("\r\n", "\n").as_bytes()).calendar,
        inbound.calendar,
        "a Maildir keeps LF"
    );
}

#[test]
fn each_answer_is_told_from_the_others() {
    for (written, answer) in [
        ("DECLINED", Answer::Declined),
        ("tentative", Answer::Tentative),
        ("DELEGATED", Answer::Delegated),
        ("NEEDS-ACTION", Answer::Undecided),
        ("X-PERHAPS", Answer::Undecided),
        ("", Answer::Undecided),
    ] {
        assert_eq!(
            read_answer(&bare(calendar(written))).map(|reply| reply.answer),
            Ok(answer),
            "{written}"
        );
    }
    for (written, method) in [
        ("COUNTER", Method::Counter),
        ("reply", Method::Reply),
        ("REQUEST", Method::Other("REQUEST".to_owned())),
    ] {
        let calendar = calendar("ACCEPTED").replace("METHOD:REPLY", &format!("METHOD:{written}"));
        assert_eq!(read_answer(&bare(calendar)).map(|reply| reply.method), Ok(method));
    }
    let silent = calendar("ACCEPTED").replace("METHOD:REPLY\r\n", "");
    assert_eq!(
        read_answer(&bare(silent)).map(|reply| reply.method),
        Ok(Method::Reply),
        "the mail says it instead"
    );
}

#[test]
fn what_exchange_and_others_write_differently_is_read_too() {
    let plain = calendar("ACCEPTED");
    let windows = plain
        .replace("DTSTART:20261110T143000Z", "DTSTART;TZID=Eastern Standard Time:20261110T093000")
        .replace("ORGANIZER;CN=Fadeline:mailto:visits@clinic.example\r\n", "")
        .replace(
            "BEGIN:VEVENT",
            "BEGIN:VTIMEZONE\r\nTZID:Eastern Standard Time\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT",
        );
    let lower = plain
        .replace("BEGIN:", "begin:")
        .replace("END:", "end:")
        .replace("UID", "uid")
        .replace("ATTENDEE", "attendee")
        .replace("PARTSTAT", "partstat");
    let apple = plain.replace(":mailto:Ada@Example.org", ";EMAIL=ada@example.org:urn:uuid:1");
    let read_windows = read_answer(&bare(windows)).unwrap();
    assert!(matches!(read_windows.start, Some(Start::In(..))));
    assert_eq!(Reply { start: expected().start, ..read_windows }, expected());
    for calendar in [
        lower,
        apple,
        plain.replace("\r\n", "\n"),
        plain.replace("\r\n", "\r"),
        format!("\u{feff}{plain}"),
    ] {
        assert_eq!(read_answer(&bare(&calendar)), Ok(expected()), "{calendar}");
    }
    let escaped = plain.replace("mailto:Ada@Example.org", "MAILTO:a%3Fb%2541@example.org");
    assert_eq!(
        read_answer(&bare(escaped)).map(|reply| reply.attendee),
        Ok("a?b%41@example.org".to_owned())
    );
}

#[test]
fn a_line_folded_inside_a_character_is_put_together_again() {
    let (before, after) = calendar("ACCEPTED")
        .split_once("I come")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let folded = [before.as_bytes(), b"caf\xc3\r\n \xa9", after.as_bytes()].concat();
    assert_eq!(read_answer(&bare(folded)).unwrap().comment.unwrap(), "café, gladly\nAda");
    let latin = [before.as_bytes(), b"caf\xe9", after.as_bytes()].concat();
    let latin = mail("Content-Type: text/calendar; charset=iso-8859-1\r\n", latin);
    assert_eq!(read_answer(&latin).unwrap().comment.unwrap(), "café, gladly\nAda");
}

#[test]
fn an_encoded_calendar_is_decoded() {
    let headers = "Content-Type: text/calendar; method=REPLY\r\nContent-Transfer-Encoding: ";
    let quoted = calendar("ACCEPTED").replace('=', "=3D").replace("gladly", "glad=\r\nly");
    assert_eq!(
        read_answer(&mail(&format!("{headers}Quoted-Printable\r\n"), quoted)),
        Ok(expected())
    );
    let digits = base64::engine::general_purpose::STANDARD.encode(calendar("ACCEPTED"));
    let lines: Vec<_> = digits.as_bytes().chunks(76).collect();
    let base64 = mail(&format!("{headers}BASE64\r\n"), lines.join(b"\r\n".as_slice()));
    assert_eq!(read_answer(&base64), Ok(expected()));
}

#[test]
fn an_answer_for_several_people_or_events_is_not_one() {
    let plain = calendar("ACCEPTED");
    let attendee = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:eve@evil.example\r\n";
    let event = plain.split_once("BEGIN:VEVENT").unwrap().1.split_once("END:VCALENDAR").unwrap().0;
    for (calendar, error) in [
        (plain.replace("COMMENT", &format!("{attendee}COMMENT")), Unclear::SeveralAttendees),
        (
            plain.replace("END:VCALENDAR", &format!("BEGIN:VEVENT{event}END:VCALENDAR")),
            Unclear::SeveralEvents,
        ),
        (format!("{plain}{plain}"), Unclear::SeveralEvents),
        (plain.replace("ATTENDEE", "X-ATTENDEE"), Unclear::NoAttendee),
        (plain.replace("UID", "X-UID"), Unclear::NoUid),
        (plain.replace("VEVENT", "VTODO"), Unclear::NoEvent),
        (String::new(), Unclear::NoEvent),
        ("<html>Unavailable</html>".to_owned(), Unclear::NoEvent),
    ] {
        assert_eq!(read_answer(&bare(&calendar)), Err(error), "{calendar}");
    }
}

/// Whoever is named, and however the start's zone is, an answer is read, and is told from one about another time.
#[test]
fn a_start_in_any_zone_is_read_and_compared() {
    let plain = calendar("ACCEPTED");
    let start = |line: &str| {
        let calendar = plain.replace("DTSTART:20261110T143000Z", line);
        read_answer(&bare(calendar)).unwrap().start
    };
    let may_be =
        |line: &str, instant: &str| start(line).is_none_or(|start| start.may_be(utc(instant)));
    let at = "2026-11-10T14:30:00Z";
    for same in [
        "DTSTART:20261110T143000Z",
        "DTSTART;TZID=America/Toronto:20261110T093000",
        "DTSTART;TZID=Eastern Standard Time:20261110T093000",
        "DTSTART;TZID=\"(UTC-05:00) Eastern Time (US & Canada)\":20261110T093000",
        "DTSTART;TZID=/freeassociation.sourceforge.net/America/Toronto:20261110T093000",
        "DTSTART;TZID=Pacific Standard Time:20261110T063000",
        "DTSTART;TZID=British Columbia Standard Time:20261110T073000",
        "DTSTART;TZID=Customized Time Zone:20261110T093000",
        "DTSTART:20261110T093000",
        "DTSTART;VALUE=DATE:20261110",
        "DTSTART:nonsense",
        "X-NO-START:1",
    ] {
        assert!(may_be(same, at), "{same}: {:?}", start(same));
    }
    for other in [
        "DTSTART:20261110T153000Z",
        "DTSTART;TZID=America/Toronto:20261110T100000",
        "DTSTART;TZID=Eastern Standard Time:20261111T093000",
        "DTSTART;TZID=Customized Time Zone:20261112T093000",
        "DTSTART;TZID=Customized Time Zone:20261110T093700",
        "DTSTART;VALUE=DATE:20261113",
    ] {
        assert!(!may_be(other, at), "{other}: {:?}", start(other));
    }
}

#[test]
fn the_organizer_and_twins_among_the_attendees_are_looked_past() {
    let plain = calendar("DECLINED");
    let before = |lines: &str| plain.replace("ATTENDEE;CUTYPE", &format!("{lines}ATTENDEE;CUTYPE"));
    let chair = "ATTENDEE;ROLE=CHAIR;PARTSTAT=ACCEPTED:mailto:Visits@clinic.example\r\n";
    let twin = |answer: &str| format!("ATTENDEE;PARTSTAT={answer}:MAILTO:ada@example.org\r\n");
    let nobody_invites = |calendar: String| {
        calendar.replace("ORGANIZER;CN=Fadeline:mailto:visits@clinic.example\r\n", "")
    };
    for calendar in [
        before(chair),
        nobody_invites(before(chair)),
        before(&twin("DECLINED")),
        before(&twin("NEEDS-ACTION")),
        before(&format!("{chair}{}{chair}", twin("DECLINED"))),
    ] {
        let reply = read_answer(&bare(&calendar)).unwrap();
        assert_eq!(
            (reply.attendee.as_str(), reply.answer),
            ("ada@example.org", Answer::Declined),
            "{calendar}"
        );
    }
    // One person who says two things has to be asked which.
    assert_eq!(read_answer(&bare(before(&twin("ACCEPTED")))), Err(Unclear::SeveralAttendees));
    let alone = plain.replace("Ada@Example.org", "visits@clinic.example");
    assert_eq!(read_answer(&bare(alone)).unwrap().attendee, "visits@clinic.example");
}

/// A mail over a limit loses the excess, not everything.
#[test]
fn what_lies_beyond_a_limit_is_left_out_and_the_rest_is_read() {
    let photo = "/9j/4AAQSkZJRgABAQAAAQABAAD/".repeat(110_000);
    let picture = format!(
        "--b\r\nContent-Type: image/jpeg; name=\"a.jpg\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{photo}\r\n"
    );
    let words = "--b\r\nContent-Type: text/plain\r\n\r\nI cannot come on Monday\r\n";
    let blank = "--b\r\nContent-Type: text/plain\r\n\r\n \r\n";
    for parts in [[words, &picture, ""], [&picture, words, ""], [blank, &picture, words]] {
        let whole = mail(
            "From: ada@example.org\r\nSubject: Monday\r\nContent-Type: multipart/mixed; boundary=b\r\n",
            format!("{}--b--\r\n", parts.concat()),
        );
        assert!(whole.len() > 3_000_000);
        let read = read(&whole);
        assert_eq!(
            (read.from.as_deref(), read.subject.as_deref(), read.text.as_deref()),
            (Some("ada@example.org"), Some("Monday"), Some("I cannot come on Monday"))
        );
    }
    let long = mail("From: ada@example.org\r\n", "I cannot come. ".repeat(200_000));
    assert!(read(&long).text.unwrap().starts_with("I cannot come."));
}

#[test]
fn what_is_too_large_or_too_deep_is_not_parsed() {
    assert_eq!(read(&vec![b'a'; MOST_BYTES + 1]).text, None);
    let plain = calendar("ACCEPTED");
    let deep = |levels: usize| {
        plain.replace(
            "END:VEVENT",
            &format!("{}{}END:VEVENT", "BEGIN:X\r\n".repeat(levels), "END:X\r\n".repeat(levels)),
        )
    };
    assert_eq!(read_answer(&bare(deep(6))), Ok(expected()));
    assert_eq!(read_answer(&bare(deep(7))), Err(Unclear::TooDeep));
    assert_eq!(read_answer(&bare("begin;x=1:x\n".repeat(9))), Err(Unclear::TooDeep));
    assert_eq!(read_answer(&bare("BEGIN:VCALENDAR\n".repeat(5_000))), Err(Unclear::TooLarge));
    assert_eq!(
        read_answer(&bare(format!("{plain}{}", "X:1\r\n".repeat(2000)))),
        Err(Unclear::TooManyLines)
    );
    assert_eq!(
        read_answer(&bare(format!("{plain}X:{}\r\n", "1".repeat(66_000)))),
        Err(Unclear::TooLarge)
    );
    let nested = |levels: usize| {
        let open = (0..levels)
            .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"));
        format!("{}Content-Type: text/plain\r\n\r\nhello", open.collect::<String>())
    };
    assert_eq!(read(nested(8).as_bytes()).text.unwrap(), "hello");
    assert_eq!(read(nested(9).as_bytes()).text, None);
    let many = |count: usize| {
        let parts = "--b\r\nContent-Type: image/png\r\n\r\nx\r\n".repeat(count);
        let words = "--b\r\n\r\nhello\r\n";
        read(&mail("Content-Type: multipart/mixed; boundary=b\r\n", format!("{parts}{words}"))).text
    };
    assert_eq!((many(63).as_deref(), many(64)), (Some("hello"), None));
    let within = "Content-Type: message/rfc822\r\n\r\n".repeat(8000);
    assert_eq!(read(within.as_bytes()).text, None);
}

#[test]
fn what_was_forwarded_is_not_an_answer() {
    let inner = String::from_utf8(bare(calendar("DECLINED"))).unwrap();
    let body = format!(
        "--b\r\n\r\nSee below.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--b--\r\n"
    );
    let inbound = read(&mail(
        "From: eve@evil.example\r\nContent-Type: multipart/mixed; boundary=b\r\n",
        body,
    ));
    assert_eq!((inbound.text.as_deref(), inbound.calendar), (Some("See below."), None));
}

#[test]
fn a_mail_is_from_one_address_or_from_nobody() {
    let from = |headers: &str| read(&mail(headers, "")).from;
    assert_eq!(from("FROM: Ada@Example.org\r\n").as_deref(), Some("ada@example.org"));
    assert_eq!(
        from("From: \"eve@evil.example\" <ada@example.org>\r\n").as_deref(),
        Some("ada@example.org")
    );
    for headers in [
        "",
        "From:\r\n",
        "From: ada@example.org, eve@evil.example\r\n",
        "From: ada@example.org\r\nFrom: eve@evil.example\r\n",
        "From : ada@example.org\r\n",
        "Fr om: ada@example.org\r\n",
        "From: undisclosed-recipients:;\r\n",
    ] {
        assert_eq!(from(headers), None, "{headers}");
    }
}

#[test]
fn programs_and_mail_servers_are_told_from_people() {
    let automatic = |headers: &str| read(&mail(headers, "")).automatic;
    for headers in [
        "Auto-Submitted: auto-replied (vacation)\r\n",
        "AUTO-SUBMITTED: Auto-Generated; x=y\r\n",
        "Return-Path: <>\r\n",
        "Return-Path:< >\r\n",
        "Precedence: bulk\r\n",
        "X-Autoreply: yes\r\n",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n",
    ] {
        assert!(automatic(headers), "{headers}");
    }
    for headers in [
        "",
        "Auto-Submitted: no\r\n",
        "Auto-Submitted: NO (person)\r\n",
        "Return-Path: <ada@example.org>\r\n",
        "Precedence: normal\r\n",
    ] {
        assert!(!automatic(headers), "{headers}");
    }
}

#[test]
fn what_was_written_is_bounded_and_has_no_control_characters() {
    let body = format!("a\0b\u{7}\r\nc\u{1b}[31m\r\n{}", "é".repeat(5000));
    let text =
        read(&mail("Content-Type: text/plain; charset=utf-8\r\nSubject: a\0\r\n\tb\r\n", body));
    assert_eq!(text.subject.as_deref(), Some("a b"));
    let text = text.text.unwrap();
    assert!(text.starts_with("ab\nc[31m\né") && text.chars().count() == 2000);
    let page = mail("Content-Type: text/html\r\n", "<p>I cannot <b>come</b></p><script>x</script>");
    assert!(read(&page).text.unwrap().contains("I cannot come"));
    let long =
        format!("Authentication-Results: mx.clinic.example; dmarc=pass {}\r\n", "x".repeat(9000));
    assert_eq!(read(&mail(&long, "")).authentication, [""]);
}
