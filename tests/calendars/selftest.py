"""Shows that the calendar checks can fail: samples with one thing wrong, each caught under its statement.

Takes the folder of tools. The good samples pass everything, with every engine.
"""

import base64
import re
import sys

import agree
import caldav
import octets

UID = "7d3c0b1e-52a4-4f0e-9c56-1f2a3b4c5d6e"
OTHER = "0f8fad5b-d9cb-469f-a165-70867728950e"
TORONTO = """BEGIN:VTIMEZONE
TZID:America/Toronto
BEGIN:DAYLIGHT
DTSTART:20250309T020000
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
TZNAME:EDT
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20251102T020000
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
TZNAME:EST
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
END:STANDARD
END:VTIMEZONE
"""
# A zone that stopped changing its clocks.
VANCOUVER = """BEGIN:VTIMEZONE
TZID:America/Vancouver
BEGIN:DAYLIGHT
DTSTART:20250309T020000
TZOFFSETFROM:-0800
TZOFFSETTO:-0700
TZNAME:PDT
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU;UNTIL=20260308T100000Z
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20251102T020000
TZOFFSETFROM:-0700
TZOFFSETTO:-0800
TZNAME:PST
END:STANDARD
END:VTIMEZONE
"""
REQUEST = (
    """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Fadeline//EN
CALSCALE:GREGORIAN
METHOD:REQUEST
"""
    + TORONTO
    + f"""BEGIN:VEVENT
UID:{UID}
DTSTAMP:20261001T120000Z
CREATED:20261001T120000Z
LAST-MODIFIED:20261001T120000Z
SEQUENCE:0
DTSTART;TZID=America/Toronto:20261110T093000
DTEND;TZID=America/Toronto:20261110T101500
SUMMARY:Appointment - Maple
DESCRIPTION:Please come 10 minutes early.\\nhttps://clinic.test/a/k3J\\; call
 : 416\\, then 1\\\\2
LOCATION:59 Hayden Street\\, Toronto é 日本語
STATUS:CONFIRMED
TRANSP:OPAQUE
CLASS:PRIVATE
URL:https://clinic.test/a/k3J
ORGANIZER;CN="Maple, desk":mailto:desk@clinic.test
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSV
 P=TRUE;CN=ann@mail.test:mailto:ann@mail.test
X-MICROSOFT-DISALLOW-COUNTER:TRUE
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Appointment - Maple
TRIGGER:-P1D
END:VALARM
END:VEVENT
END:VCALENDAR
"""
)
CANCEL = re.sub(r"BEGIN:VALARM\n.*END:VALARM\n", "", REQUEST, flags=re.S)
for old, new in (("METHOD:REQUEST", "METHOD:CANCEL"), ("CONFIRMED", "CANCELLED"), ("SEQUENCE:0", "SEQUENCE:3")):
    CANCEL = CANCEL.replace(old, new)
PEOPLE = re.compile(r"^(METHOD|ORGANIZER|ATTENDEE|X-MICROSOFT).*\n( .*\n)*", re.M)
DOWNLOAD = PEOPLE.sub("", REQUEST)
FEED = DOWNLOAD.replace(
    "CALSCALE:GREGORIAN\n",
    "CALSCALE:GREGORIAN\nNAME:Maple\\, Booked\nX-WR-CALNAME:Maple\\, Booked\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\nX-PUBLISHED-TTL:PT1H\n",
).replace(
    "END:VCALENDAR",
    # Two visits in the repeated hour, and one far ahead.
    "".join(
        f"""BEGIN:VEVENT
UID:{uid}
DTSTAMP:20261001T120000Z
SEQUENCE:1
DTSTART{start}
DTEND{end}
SUMMARY:Booked 7D3C0B1E
STATUS:TENTATIVE
TRANSP:OPAQUE
CLASS:PRIVATE
END:VEVENT
"""
        for uid, start, end in (
            (OTHER, ":20261101T053000Z", ":20261101T061500Z"),
            ("1c9f3f0a-8d3e-4b11-9f57-0a1b2c3d4e5f", ":20261101T063000Z", ":20261101T071500Z"),
            ("6f1d2e3c-4b5a-4968-8776-655443322110", ";TZID=America/Toronto:20270705T090000", ";TZID=America/Toronto:20270705T100000"),
        )
    )
    + "END:VCALENDAR",
)
EMPTY_FEED = re.sub(r"BEGIN:VTIMEZONE.*END:VEVENT\n", "", FEED, flags=re.S)
IN_VANCOUVER = DOWNLOAD.replace(TORONTO, VANCOUVER).replace("America/Toronto", "America/Vancouver")
IN_UTC = re.sub(r";TZID=America/Toronto:(\d+T\d+)", r":\1Z", DOWNLOAD.replace(TORONTO, ""))
GOOD = {"request": REQUEST, "cancel": CANCEL, "download": DOWNLOAD, "feed": FEED}


def octets_of(text):
    return text.replace("\n", "\r\n").encode()


def swap(old, new):
    def change(text):
        assert old in text, old
        return text.replace(old, new, 1)

    return change


def swap_all(old, new):
    def change(text):
        assert old in text, old
        return text.replace(old, new)

    return change


def before(mark, line):
    return swap(mark, f"{line}\n{mark}")


EVENT = "SUMMARY:"
# Statement, kind, what is changed in the text of the good sample of that kind.
BROKEN = [
    (4, "request", swap("Hayden Street\\,", "Hayden Street,")),
    (4, "request", swap("k3J\\;", "k3J;")),
    (4, "request", swap("call\n :", "call\\:\n ")),
    (4, "request", swap("early.", "early.\t")),
    (4, "request", swap("\\\\2", "\\2")),
    (5, "request", swap('CN="Maple, desk"', "CN=Maple, desk")),
    (5, "request", swap('CN="Maple, desk"', 'CN="Maple "desk""')),
    (5, "request", swap('CN="Maple, desk"', 'CN="Maple"')),
    (5, "request", swap('CN="Maple, desk"', "CN=Maple; desk")),
    (6, "request", swap('CN="Maple, desk"', 'CN="Maple\nATTACH:https://evil.test/"')),
    (6, "request", before(EVENT, "ATTACH:https://evil.test/")),
    (6, "request", before(EVENT, "a line of somebody's")),
    (6, "request", before("BEGIN:VEVENT", "BEGIN:VTODO\nEND:VTODO")),
    (7, "request", swap("URL:https", "URL:javascript")),
    (7, "request", swap("URL:https://clinic.test/a/k3J", "URL:http://clinic.test/a/k3J")),
    (7, "request", swap("URL:https://clinic.test/a/k3J", "URL:https://clinic.test/a/k3J x")),
    (7, "request", swap("mailto:desk@clinic.test", "desk@clinic.test")),
    (7, "request", swap("mailto:ann@mail.test", "mailto:<ann@mail.test>")),
    (9, "request", lambda text: text + text),
    (9, "request", before("VERSION:2.0", "VERSION:2.0")),
    (9, "request", before("VERSION:2.0", "PRODID:-//Other//EN")),
    (9, "request", swap("VERSION:2.0\n", "")),
    (9, "request", swap("METHOD:REQUEST", "METHOD:request")),
    (9, "request", before(EVENT, "METHOD:REQUEST")),
    (9, "feed", swap("CALSCALE:GREGORIAN", "CALSCALE:GREGORIAN\nCALSCALE:GREGORIAN")),
    (10, "request", swap("END:VEVENT\n", "")),
    (10, "request", swap("END:VALARM\nEND:VEVENT", "END:VEVENT\nEND:VALARM")),
    (10, "request", before("BEGIN:VCALENDAR", "X-ELSE:1")),
    (10, "request", swap("BEGIN:VALARM", "BEGIN:VEVENT")),
    (11, "request", swap("METHOD:REQUEST", "METHOD:PUBLISH")),
    (11, "request", swap("METHOD:REQUEST\n", "")),
    (12, "request", lambda text: text.replace("END:VCALENDAR", re.search("BEGIN:VEVENT.*END:VEVENT\n", text, re.S)[0].replace(UID, OTHER) + "END:VCALENDAR")),
    (13, "request", swap(f"UID:{UID}\n", "")),
    (13, "request", swap("DTSTAMP:20261001T120000Z\n", "")),
    (13, "request", swap("DTSTART;TZID=America/Toronto:20261110T093000\n", "")),
    (13, "request", before(EVENT, "SUMMARY:Another")),
    (13, "request", before(EVENT, f"UID:{UID}")),
    (14, "request", swap(UID, f"{UID}@clinic.test")),
    (14, "request", swap(UID, "0189" + UID[4:14] + "7" + UID[15:])),
    (15, "feed", swap(OTHER, UID)),
    (16, "request", swap("DTSTAMP:20261001T120000Z", "DTSTAMP:20261001T120000")),
    (16, "request", swap("CREATED:20261001T120000Z", "CREATED;TZID=America/Toronto:20261001T120000")),
    (16, "request", swap("LAST-MODIFIED:20261001T120000Z", "LAST-MODIFIED:20261301T120000Z")),
    (17, "request", swap("DTEND;TZID=America/Toronto:20261110T101500", "DTEND:20261110T151500Z")),
    (17, "request", swap("T101500", "T093000")),
    (17, "request", swap("DTEND;TZID=America/Toronto:20261110T101500", "DURATION:PT45M")),
    (18, "request", swap("STATUS:CONFIRMED", "STATUS:BUSY")),
    (18, "request", swap("STATUS:CONFIRMED\n", "")),
    (18, "feed", swap("STATUS:TENTATIVE", "STATUS:CANCELLED")),
    (18, "request", swap("TRANSP:OPAQUE", "TRANSP:TRANSPARENT")),
    (18, "request", swap("CLASS:PRIVATE\n", "")),
    (19, "request", swap("SEQUENCE:0\n", "")),
    (19, "request", swap("SEQUENCE:0", "SEQUENCE:-1")),
    (20, "request", swap("ACTION:DISPLAY", "ACTION:AUDIO")),
    (20, "request", swap("ACTION:DISPLAY\nDESCRIPTION:Appointment - Maple\n", "ACTION:DISPLAY\n")),
    (20, "request", swap("TRIGGER:-P1D", "TRIGGER:-PT86400S")),
    (20, "request", before("TRIGGER:", "DTSTAMP:20261001T120000Z")),
    (22, "request", swap("X-MICROSOFT-DISALLOW-COUNTER:TRUE\n", "")),
    (23, "request", swap_all(";TZID=America/Toronto", "")),
    (23, "request", swap("DTSTART;TZID=America/Toronto:20261110T093000", "DTSTART;VALUE=DATE:20261110")),
    (24, "request", swap(TORONTO, "")),
    (24, "request", swap(TORONTO, TORONTO + TORONTO)),
    (24, "request", swap(TORONTO, TORONTO + VANCOUVER)),
    (25, "request", lambda text: text.replace("DTSTART:20250309", "DTSTART:20270314").replace("DTSTART:20251102", "DTSTART:20271107")),
    (26, "request", swap("TZOFFSETTO:-0500", "TZOFFSETTO:-0600")),
    (26, "request", swap("BYMONTH=11;BYDAY=1SU", "BYMONTH=11;BYDAY=3SU")),
    (26, "feed", swap("BYMONTH=3;BYDAY=2SU", "BYMONTH=8;BYDAY=2SU")),
    (26, "request", swap_all("America/Toronto", "Eastern Standard Time")),
    (26, "request", lambda text: text.replace(TORONTO, VANCOUVER.replace("TZOFFSETFROM:-0700\nTZOFFSETTO:-0800\nTZNAME:PST\n", "TZOFFSETFROM:-0700\nTZOFFSETTO:-0800\nTZNAME:PST\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\n")).replace("America/Toronto", "America/Vancouver")),
    (27, "request", swap("RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU", "RDATE:20261101T020000")),
    (27, "request", swap("END:VTIMEZONE", TORONTO[TORONTO.index("BEGIN:STANDARD"):].rstrip("\n"))),
    (28, "request", swap("TZOFFSETFROM:-0500\n", "")),
    (28, "request", swap("DTSTART:20250309T020000", "DTSTART:20250309T070000Z")),
    (28, "request", swap("BYDAY=2SU", "BYDAY=2SU;UNTIL=20280101T000000")),
    (28, "request", before("TZNAME:EDT", f"UID:{OTHER}")),
    (28, "request", swap("TZID:America/Toronto", "TZID:America/Toronto\nDTSTAMP:20261001T120000Z")),
    (29, "request", lambda text: text.replace("20261110T093000", "20261101T013000").replace("20261110T101500", "20261101T021500")),
    (30, "request", lambda text: text.replace("20261110T093000", "20270314T023000").replace("20261110T101500", "20270314T033000")),
    (35, "request", swap('ORGANIZER;CN="Maple, desk":mailto:desk@clinic.test\n', "")),
    (35, "request", swap("SUMMARY:Appointment - Maple\n", "")),
    (35, "request", before("X-MICROSOFT", "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSV\n P=TRUE:mailto:bo@mail.test")),
    (36, "request", swap("RSV\n P=TRUE;", "RSV\n P=FALSE;")),
    (36, "request", swap("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED")),
    (36, "request", swap("CUTYPE=INDIVIDUAL;", "")),
    (36, "request", swap("ROLE=REQ-PARTICIPANT;", "")),
    (40, "cancel", swap("STATUS:CANCELLED", "STATUS:CONFIRMED")),
    (40, "cancel", swap("METHOD:CANCEL", "METHOD:REQUEST")),
    (40, "cancel", swap("SEQUENCE:3", "SEQUENCE:0")),
    (40, "cancel", swap('ORGANIZER;CN="Maple, desk":mailto:desk@clinic.test\n', "")),
    (40, "cancel", before("END:VEVENT", "BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:x\nTRIGGER:-P1D\nEND:VALARM")),
    (53, "request", swap('CN="Maple, desk"', 'CN="Maple, desk";SENT-BY="mailto:bo@clinic.test"')),
    (59, "feed", swap("CALSCALE:GREGORIAN", "CALSCALE:GREGORIAN\nMETHOD:PUBLISH")),
    (59, "feed", before(EVENT, "ORGANIZER:mailto:desk@clinic.test")),
    (59, "feed", before(EVENT, "ATTENDEE:mailto:ann@mail.test")),
    (59, "download", before(EVENT, "ATTENDEE:mailto:ann@mail.test")),
    (59, "feed", swap("NAME:Maple\\, Booked\n", "")),
    (59, "feed", swap("X-PUBLISHED-TTL:PT1H\n", "")),
    (59, "feed", swap("REFRESH-INTERVAL;VALUE=DURATION:PT1H", "REFRESH-INTERVAL:PT1H")),
    (76, "request", swap("Appointment - Maple", "Laser appointment")),
    (76, "request", swap("SUMMARY:Appointment", "SUMMARY:Test \\npatch")),
    (76, "request", swap("Please come", "De\u0301tatouage. Please come")),
    (76, "feed", swap("SUMMARY:Booked", "SUMMARY:Séances")),
    (76, "request", swap("59 Hayden Street", "Clinique du cuir chevelu")),
    (76, "request", swap("CN=ann@mail.test", "CN=Ann Bo")),
    (76, "request", swap("Please come", "Born 1990-02-03. Please come")),
]
# The same for what is not seen in the text: octets in, octets out.
BROKEN_OCTETS = [
    (1, lambda data: data.replace(b"\r\n", b"\n")),
    (1, lambda data: data.replace(b"STATUS:CONFIRMED\r\n", b"STATUS:CONFIRMED\n")),
    (1, lambda data: data.replace(b"early.", b"early.\r")),
    (1, lambda data: data.removesuffix(b"\r\n")),
    (1, lambda data: data + b"\r\n"),
    (1, lambda data: data.replace(b"SUMMARY:", b"\r\nSUMMARY:")),
    (1, lambda data: b"\xef\xbb\xbf" + data),
    (2, lambda data: data.replace(b"call\r\n : 416", b"call: 416")),
    (2, lambda data: data.replace("日本語".encode(), "日本語".encode() * 6)),
    (3, lambda data: data.replace("本".encode(), "本".encode()[:1] + b"\r\n " + "本".encode()[1:])),
    (3, lambda data: data.replace("é".encode(), b"\xe9")),
]


def mail(calendar=REQUEST, encoding=None, **replaced):
    data = octets_of(calendar)
    method = re.search("METHOD:(.*)", calendar)[1]
    encoding = encoding or ("7bit" if data.isascii() else "base64")
    body = {"base64": base64.encodebytes(data), "base64 twice": base64.encodebytes(base64.encodebytes(data))}.get(encoding, data)
    words = "Your appointment: Tuesday, November 10, 2026\n9:30 a.m. to 10:15 a.m., Toronto time (America/Toronto)\n59 Hayden Street, Toronto é 日本語"
    text = f"""Return-Path: <desk@clinic.test>
Received: from a.test by b.test; Tue, 10 Nov 2026 08:00:00 +0000
X-RcptTo: ann@mail.test
From: Maple <desk@clinic.test>
Reply-To: desk@clinic.test
To: ann@mail.test
Subject: Your appointment on Nov 10, 9:30 a.m.
Message-ID: <3b0f0f2a.1@clinic.test>
Date: Thu, 01 Oct 2026 12:00:00 +0000
Auto-Submitted: auto-generated
X-Auto-Response-Suppress: OOF, AutoReply
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="m"

--m
Content-Type: multipart/alternative; boundary="a"

--a
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{words}
https://clinic.test/a/k3J

--a
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 8bit

<p>{words}</p><a href="https://clinic.test/a/k3J">Change</a>

--a
Content-Type: text/calendar; charset=utf-8; method={method}
Content-Transfer-Encoding: {encoding.split()[0]}

CALENDAR
--a--
--m
Content-Type: application/ics; name="invite.ics"
Content-Disposition: attachment; filename="invite.ics"
Content-Transfer-Encoding: base64

{base64.encodebytes(data).decode()}
--m--
"""
    return text.replace("\n", "\r\n").encode().replace(b"CALENDAR\r\n--a--", body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + b"\r\n--a--")


def part(raw, kind):
    """A part of the good mail with its boundary, to be moved or doubled."""
    return re.search(rb"--a\r\nContent-Type: " + kind + rb".*?(?=--a)", raw, re.S)[0]


ASCII = REQUEST.replace(" é 日本語", "")
ATTACHED = re.compile(rb"--m\r\nContent-Type: application/ics.*?(?=--m--)", re.S)
BROKEN_MAILS = [
    (45, lambda raw: raw.replace(b"multipart/mixed", b"multipart/related")),
    (45, lambda raw: raw.replace(ATTACHED.search(raw)[0], b"").replace(b"--m\r\nContent-Type: multipart", ATTACHED.search(raw)[0] + b"--m\r\nContent-Type: multipart")),
    (46, lambda raw: raw.replace(part(raw, b"text/plain"), b"").replace(b"--a\r\nContent-Type: text/calendar", part(raw, b"text/plain") + b"--a\r\nContent-Type: text/calendar")),
    (46, lambda raw: raw.replace(part(raw, b"text/html"), b"")),
    (47, lambda raw: raw.replace(part(raw, b"text/calendar"), part(raw, b"text/calendar") * 2)),
    (47, lambda raw: raw.replace(b"; method=REQUEST", b"")),
    (47, lambda raw: raw.replace(b"method=REQUEST", b"method=request")),
    (47, lambda raw: raw.replace(b"method=REQUEST", b"method=CANCEL")),
    (47, lambda raw: raw.replace(b"text/calendar; charset=utf-8", b"text/calendar; charset=us-ascii")),
    (48, lambda raw: raw.replace(b"Content-Type: text/calendar", b"Content-Disposition: attachment\r\nContent-Type: text/calendar")),
    (49, lambda raw: mail(ASCII, "quoted-printable")),
    (49, lambda raw: mail(REQUEST, "7bit")),
    (49, lambda raw: mail(REQUEST, "8bit")),
    (49, lambda raw: mail(REQUEST, "base64 twice")),
    (50, lambda raw: raw.replace(ATTACHED.search(raw)[0], b"")),
    (50, lambda raw: raw.replace(b'name="invite.ics"', b'name="meeting.ics"')),
    (50, lambda raw: raw.replace(b"Content-Disposition: attachment", b"Content-Disposition: inline")),
    (50, lambda raw: ATTACHED.sub(lambda match: ATTACHED.search(mail(CANCEL))[0], raw)),
    (51, lambda raw: raw.replace(b"From: Maple <desk@", b"From: Maple <noreply@")),
    (51, lambda raw: raw.replace(b"Reply-To: desk@clinic.test\r\n", b"")),
    (51, lambda raw: raw.replace(b"Return-Path: <desk@clinic.test>", b"Return-Path: <desk@bulk.test>")),
    (52, lambda raw: raw.replace(b"To: ann@mail.test\r\n", b"To: Ann@mail.test\r\n")),
    (52, lambda raw: raw.replace(b"\r\nTo: ann@mail.test", b"\r\nTo: ann@mail.test, bo@mail.test")),
    (52, lambda raw: raw.replace(b"Subject:", b"Cc: bo@mail.test\r\nSubject:")),
    (53, lambda raw: mail(REQUEST.replace('CN="Maple, desk"', 'CN="Maple, desk";SENT-BY="mailto:bo@clinic.test"'))),
    (54, lambda raw: re.sub(rb"Message-ID: .*\r\n", b"", raw)),
    (54, lambda raw: re.sub(rb"Date: .*\r\n", b"", raw)),
    (54, lambda raw: raw.replace(b"auto-generated", b"no")),
    (54, lambda raw: re.sub(rb"X-Auto-Response-Suppress: .*\r\n", b"", raw)),
    (55, lambda raw: raw.replace(b"November 10, 2026", b"November 11, 2026", 1)),
    (55, lambda raw: raw.replace(b"<p>Your appointment: Tuesday, November 10, 2026", b"<p>Your appointment")),
    (55, lambda raw: raw.replace(b"9:30 a.m. to", b"9:30 p.m. to")),
    (55, lambda raw: raw.replace(b", Toronto time (America/Toronto)", b"")),
    (55, lambda raw: raw.replace(b"Toronto time (America/Toronto)", b"EDT")),
    (55, lambda raw: raw.replace(b"59 Hayden Street, Toronto", b"59 Hayden")),
    (55, lambda raw: raw.replace(b"\r\nhttps://clinic.test/a/k3J", b"")),
    (55, lambda raw: raw.replace(b'<a href="https://clinic.test/a/k3J">', b"<a>")),
    (76, lambda raw: raw.replace(b"Subject: Your", b"Subject: Your laser")),
    (76, lambda raw: raw.replace(b"Your appointment: ", "Votre séance : ".encode())),
    (76, lambda raw: raw.replace(b"</p>", b'</p><img src="https://track.test/1.png">')),
]

tools = sys.argv[1]
wrong = []


def caught(number, found, what):
    if number not in {int(fault.split(":")[0]) for fault in found}:
        wrong.append(f"{what}: a sample against statement {number} gives {found}")


GOOD_ONES = [*GOOD.items(), ("feed", EMPTY_FEED), ("download", IN_VANCOUVER), ("download", IN_UTC)]
for kind, text in GOOD_ONES:
    wrong += [f"good {kind}: {fault}" for fault in octets.faults(octets_of(text), kind)]
for turn, (number, kind, change) in enumerate(BROKEN):
    data = octets_of(change(GOOD[kind]))
    assert data != octets_of(GOOD[kind]), turn
    caught(number, octets.faults(data, kind), f"text {turn}")
for turn, (number, change) in enumerate(BROKEN_OCTETS):
    data = change(octets_of(REQUEST))
    assert data != octets_of(REQUEST), turn
    caught(number, octets.faults(data, "request"), f"octets {turn}")
for name, raw in (("base64", mail()), ("7bit", mail(ASCII).replace(" é 日本語".encode(), b"")), ("cancel", mail(CANCEL))):
    wrong += [f"good mail, {name}: {fault}" for fault in octets.mail_faults(raw)]
    # As a Maildir keeps it.
    wrong += [f"good mail, {name}, with LF: {fault}" for fault in octets.mail_faults(raw.replace(b"\r\n", b"\n"))]
for turn, (number, change) in enumerate(BROKEN_MAILS):
    raw = change(mail())
    assert raw != mail(), turn
    caught(number, octets.mail_faults(raw), f"mail {turn}")

shown = {number for number, *_ in BROKEN + BROKEN_OCTETS + BROKEN_MAILS}
for number in {*range(1, 8), *range(9, 21), *range(22, 31), 35, 36, 40, *range(45, 56), 59, 76} - shown:
    wrong.append(f"no sample is against statement {number}")

# The engines: they agree on the good ones, and none agrees with a time that is an hour off.
objects = {f"{turn} {kind}": octets_of(text) for turn, (kind, text) in enumerate(GOOD_ONES)}
one = ("2026-11-10T09:30:00-05:00", "2026-11-10T10:15:00-05:00")
expected = {name: {UID: one} for name in objects}
expected["3 feed"] = {
    UID: one,
    OTHER: ("2026-11-01T01:30:00-04:00", "2026-11-01T02:15:00-04:00"),
    "1c9f3f0a-8d3e-4b11-9f57-0a1b2c3d4e5f": ("2026-11-01T01:30:00-05:00", "2026-11-01T02:15:00-05:00"),
    "6f1d2e3c-4b5a-4968-8776-655443322110": ("2027-07-05T09:00:00-04:00", "2027-07-05T10:00:00-04:00"),
}
expected["4 feed"] = {}
expected["5 download"] = {UID: ("2026-11-10T09:30:00-07:00", "2026-11-10T10:15:00-07:00")}
expected["6 download"] = {UID: ("2026-11-10T09:30:00+00:00", "2026-11-10T10:15:00+00:00")}
wrong += agree.disagreements(objects, expected, tools)
read = agree.readings({"late": octets_of(DOWNLOAD)}, tools)
late = {"late": {UID: ("2026-11-10T10:30:00-05:00", "2026-11-10T11:15:00-05:00")}}
for engine, reading in read.items():
    if not agree.disagreements({}, late, tools, {engine: reading}):
        wrong.append(f"{engine} takes another time for the right one")
# A VTIMEZONE that lies is seen by those who go by it, and only by them.
lying = agree.readings({"lie": octets_of(DOWNLOAD.replace("TZOFFSETTO:-0500", "TZOFFSETTO:-0600"))}, tools)
for engine in ("vobject", "ical.js", "libical"):
    if not agree.disagreements({}, {"lie": {UID: one}}, tools, {engine: lying[engine]}):
        wrong.append(f"{engine} does not go by the VTIMEZONE")
for engine in ("icalendar", "ics.py"):
    if agree.disagreements({}, {"lie": {UID: one}}, tools, {engine: lying[engine]}):
        wrong.append(f"{engine} does not go by the zone's name")
# libical's table of what each method may carry.
tables = {
    "cancel without SEQUENCE": CANCEL.replace("SEQUENCE:3\n", ""),
    "request without ORGANIZER": re.sub("ORGANIZER.*\n", "", REQUEST),
    "request that is cancelled": REQUEST.replace("CONFIRMED", "CANCELLED"),
}
for name, reading in agree.readings({name: octets_of(text) for name, text in tables.items()}, tools)["libical"].items():
    if not reading["errors"]:
        wrong.append(f"libical has nothing against a {name}")

# The CalDAV server takes the good ones, and refuses two appointments in one resource.
wrong += caldav.check(tools, {"download": octets_of(DOWNLOAD)}, {"feed": octets_of(FEED)})
if not caldav.check(tools, {"two": octets_of(FEED)}, {}):
    wrong.append("the CalDAV server takes anything")

for line in wrong:
    print(line)
print(f"{len(BROKEN) + len(BROKEN_OCTETS)} broken objects and {len(BROKEN_MAILS)} broken mails, {len(wrong)} surprises")
sys.exit(1 if wrong else 0)
