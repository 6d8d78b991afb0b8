"""Our own rules for the octets of a calendar object and of the mail that carries it.

Each fault begins with the number of its statement in the clinic's acceptance list. Written from
the RFCs, and reads the octets itself: parsers forgive what some calendar in the world does not.
Offsets come from the PyPI package tzdata, not from the machine.
"""

import email
import email.policy
import re
import unicodedata
import zoneinfo
from bisect import bisect_right
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser

from dateutil import rrule

zoneinfo.reset_tzpath(to=())
UTC = timezone.utc
CLINIC = "America/Toronto"

CLINICAL = re.compile(
    r"\b(lasers?|smp|(dermo|micro)pigmentations?|removals?|tattoos?|scalps?|hairs?|transplants?|devices?"
    r"|consultations?|sessions?|treatments?|test patch(es)?|patch tests?|saline?|adjustments?"
    r"|de?tatouages?|tatouages?|cheveux?|cuirs? chevelus?|greffes?|transplantations?|seances?|traitements?"
    r"|tests? cutanes?|appareils?|ajustements?)\b"
)
# An Ontario health card, and a day such as only a birth date would be written.
NUMBERS = re.compile(r"(?<!\d)\d{4}[ -]\d{3}[ -]\d{3}(?!\d)|(?<!\d)(19\d\d|200\d|201\d)-[01]\d-[0-3]\d(?!\d)")

UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.I)
UTC_TIME = re.compile(r"\d{8}T\d{6}Z")
LOCAL_TIME = re.compile(r"\d{8}T\d{6}")
OFFSET = re.compile(r"[+-]\d{4}(\d\d)?")
# The demo has no TLS, so its own address is as good as one with.
URI = re.compile(r"(https://|mailto:|tel:|http://(127\.0\.0\.1|localhost)(:\d+)?/)[^\s\x00-\x20\x7f\"<>]+", re.I)
NAME = re.compile(r"[A-Za-z0-9-]+")
PARAMETER = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"\x00-\x08\x0a-\x1f\x7f]*"|[^";:,\x00-\x08\x0a-\x1f\x7f]*)(?:,(?:"[^"\x00-\x08\x0a-\x1f\x7f]*"|[^";:,\x00-\x08\x0a-\x1f\x7f]*))*)')
PARAMETER_VALUE = re.compile(r'"[^"]*"|[^",]+|(?<=,)(?=,|$)|^$')

# Everything that we write. What is not here was put there by somebody else.
KNOWN = {
    "VCALENDAR": {"PRODID", "VERSION", "CALSCALE", "METHOD", "NAME", "X-WR-CALNAME", "X-WR-TIMEZONE",
                  "REFRESH-INTERVAL", "X-PUBLISHED-TTL", "LAST-MODIFIED"},
    "VEVENT": {"UID", "DTSTAMP", "DTSTART", "DTEND", "CREATED", "LAST-MODIFIED", "SEQUENCE", "SUMMARY", "DESCRIPTION",
               "LOCATION", "STATUS", "TRANSP", "CLASS", "ORGANIZER", "ATTENDEE", "URL", "CONFERENCE",
               "X-MICROSOFT-DISALLOW-COUNTER", "X-MICROSOFT-CDO-BUSYSTATUS"},
    "VALARM": {"ACTION", "DESCRIPTION", "TRIGGER"},
    "VTIMEZONE": {"TZID", "LAST-MODIFIED", "TZURL", "X-LIC-LOCATION"},
    "STANDARD": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME", "RRULE"},
    "DAYLIGHT": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME", "RRULE"},
}
INSIDE = {"": {"VCALENDAR"}, "VCALENDAR": {"VEVENT", "VTIMEZONE"}, "VEVENT": {"VALARM"},
          "VTIMEZONE": {"STANDARD", "DAYLIGHT"}}
ADDRESSES = {"ORGANIZER", "ATTENDEE", "URL", "CONFERENCE", "TZURL"}
TEXTS = {"PRODID", "NAME", "SUMMARY", "DESCRIPTION", "LOCATION", "TZNAME", "TZID", "UID", "X-WR-CALNAME"}
MANY = {"ATTENDEE", "CONFERENCE"}


class Property:
    def __init__(self, name, parameters, value):
        self.name, self.parameters, self.value = name, parameters, value

    def parameter(self, name):
        values = self.parameters.get(name)
        return values[0] if values else None


class Component:
    def __init__(self, name):
        self.name, self.properties, self.children = name, [], []

    def all(self, name):
        return [one for one in self.properties if one.name == name]

    def value(self, name):
        found = self.all(name)
        return found[0].value if found else None

    def inside(self, *names):
        return [one for one in self.children if one.name in names]

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()


def text_of(value):
    """A TEXT value as people read it."""
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], value)


def clinical(text):
    """What in a text tells of the treatment or of who is treated."""
    plain = unicodedata.normalize("NFD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub(r"\s+", " ", plain)
    return [match[0] for pattern in (CLINICAL, NUMBERS) for match in pattern.finditer(plain)]


def controls(text):
    return any(unicodedata.category(c) == "Cc" for c in text)


def lines_of(data, fault):
    """The content lines, unfolded."""
    if data.startswith(b"\xef\xbb\xbf"):
        fault(1, "a byte order mark")
        data = data[3:]
    if not data.endswith(b"\r\n"):
        fault(1, "the last line does not end in CRLF")
    if re.search(rb"\r(?!\n)|(?<!\r)\n", data):
        fault(1, "a bare CR or LF")
    lines = []
    for raw in re.split(rb"\r\n|\r|\n", re.sub(rb"(\r\n|\r|\n)\Z", b"", data)):
        if not raw.strip():
            fault(1, "a blank line")
            continue
        if len(raw) > 75:
            fault(2, f"a line of {len(raw)} octets")
        try:
            raw.decode()
        except UnicodeDecodeError:
            fault(3, f"a fold inside a character, or no UTF-8: {raw[:40]!r}")
        if raw[:1] in b" \t" and lines:
            lines[-1] += raw[1:]
        else:
            lines.append(raw)
    return [line.decode(errors="replace") for line in lines]


def property_of(line, fault):
    """A content line in its parts; None where it is none."""
    match = NAME.match(line)
    if not match:
        fault(6, f"no content line: {line[:40]!r}")
        return None
    parameters, at = {}, match.end()
    while found := PARAMETER.match(line, at):
        name, values = found[1].upper(), PARAMETER_VALUE.findall(found[2])
        if name in parameters:
            fault(5, f"{match[0]} has {name} twice")
        parameters[name] = [value.strip('"') for value in values]
        if len(values) > 1:
            fault(5, f"{match[0]} has several values of {name}")
        for value in values:
            bare = value.strip('"')
            if value.startswith('"') != bool(re.search("[:;,]", bare)):
                fault(5, f"{name} of {match[0]} is quoted though it need not be")
            if controls(bare):
                fault(5, f"a control character in {name} of {match[0]}")
        at = found.end()
    if line[at:at + 1] != ":":
        fault(5 if line[at:at + 1] == ";" or parameters else 6, f"no content line: {line[:60]!r}")
        return None
    return Property(match[0].upper(), parameters, line[at + 1:])


def tree_of(lines, fault):
    """The VCALENDARs."""
    top = Component("")
    open_ones = [top]
    for line in lines:
        one = property_of(line, fault)
        if one is None:
            continue
        if one.name == "BEGIN":
            child, parent = Component(one.value.upper()), open_ones[-1]
            if child.name not in KNOWN:
                fault(6, f"a component of nobody's: {child.name}")
            elif child.name not in INSIDE.get(parent.name, ()):
                fault(10, f"{child.name} inside {parent.name or 'nothing'}")
            parent.children.append(child)
            open_ones.append(child)
        elif one.name == "END":
            if len(open_ones) == 1 or open_ones[-1].name != one.value.upper():
                fault(10, f"END:{one.value} closes {open_ones[-1].name or 'nothing'}")
            if len(open_ones) > 1:
                open_ones.pop()
        elif len(open_ones) == 1:
            fault(10, f"{one.name} outside of any component")
        else:
            parent = open_ones[-1]
            if parent.children and one.name != "METHOD":
                fault(10, f"{one.name} after a component inside {parent.name}")
            parent.properties.append(one)
    if len(open_ones) > 1:
        fault(10, f"{open_ones[-1].name} is not closed")
    return top.children


def check_value(component, one, fault):
    where = f"{one.name} of {component.name}"
    if component.name in KNOWN and one.name not in KNOWN[component.name]:
        # METHOD and what only VTIMEZONE must not have are told of with their own statements.
        own = one.name == "METHOD" or one.name in {"RDATE", "EXDATE", "UID", "DTSTAMP"} and component.name not in {"VEVENT", "VCALENDAR"}
        if not own:
            fault(6, f"{one.name} in {component.name} is none of ours")
    if one.name in ADDRESSES:
        if not URI.fullmatch(one.value):
            fault(7, f"{where} is no address of https, mailto or tel: {one.value[:60]!r}")
    elif one.name in TEXTS or one.name.startswith("X-"):
        if controls(one.value):
            fault(4, f"a control character in {where}")
        if re.search(r"\\([^\\;,n]|$)", re.sub(r"\\\\", "", one.value)):
            fault(4, f"an escape that is none in {where}")
        if re.search("[;,]", re.sub(r"\\.", "", one.value)):
            fault(4, f"an unescaped comma or semicolon in {where}")
    elif controls(one.value):
        fault(6, f"a control character in {where}")
    for name in ("ALTREP", "DIR"):
        value = one.parameter(name)
        if value is not None and not URI.fullmatch(value):
            fault(7, f"{name} of {where} is no address: {value[:60]!r}")


def wall(text):
    """A wall time; None where there is no such day or hour."""
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%S")
    except ValueError:
        return None


def length(offset):
    sign = -1 if offset[0] == "-" else 1
    return sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5]), seconds=int(offset[5:7] or 0))


class Zone:
    """A VTIMEZONE: when which offset begins."""

    def __init__(self, component, horizon, fault):
        self.id = component.value("TZID") or ""
        self.onsets = []
        observances = component.inside("STANDARD", "DAYLIGHT")
        if not self.id or not observances:
            fault(28, "a VTIMEZONE without TZID or without observances")
        for inner in component.walk():
            for name in ("UID", "DTSTAMP"):
                if inner.all(name):
                    fault(28, f"{name} inside VTIMEZONE {self.id}")
            for name in ("RDATE", "EXDATE"):
                if inner.all(name):
                    fault(27, f"{name} in VTIMEZONE {self.id}")
        for one in observances:
            self.observe(one, horizon, fault)
        self.onsets.sort()

    def observe(self, one, horizon, fault):
        where = f"{one.name} of {self.id}"
        needed = {}
        for name in ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO"):
            found = one.all(name)
            if len(found) != 1:
                fault(28, f"{where} has {len(found)} {name}")
                return
            needed[name] = found[0]
        start = needed["DTSTART"]
        begins = wall(start.value)
        if not LOCAL_TIME.fullmatch(start.value) or begins is None or start.parameters:
            fault(28, f"DTSTART of {where} is not a local time")
            return
        before, after = needed["TZOFFSETFROM"].value, needed["TZOFFSETTO"].value
        if not OFFSET.fullmatch(before) or not OFFSET.fullmatch(after):
            fault(28, f"{where} has offsets that are none")
            return
        before, after = length(before), length(after)
        times = [begins]
        rules = one.all("RRULE")
        if len(rules) > 1:
            fault(28, f"{where} has {len(rules)} RRULE")
        elif rules:
            rule = rules[0].value
            until = re.search(r"UNTIL=([^;]*)", rule)
            if until and not UTC_TIME.fullmatch(until[1]):
                fault(28, f"UNTIL of {where} is not in UTC")
                return
            if until:
                local = wall(until[1][:-1]) + before
                rule = rule.replace(until[1], local.strftime("%Y%m%dT%H%M%S"))
            try:
                repeated = rrule.rrulestr(rule, dtstart=begins)
            except (ValueError, KeyError) as error:
                fault(28, f"RRULE of {where}: {error}")
                return
            times += repeated.between(begins, horizon)
        self.onsets += [(at - before, after) for at in times]

    def offset_at(self, utc):
        """The offset at a naive instant; None before the first observance."""
        at = bisect_right(self.onsets, utc, key=lambda onset: onset[0])
        return self.onsets[at - 1][1] if at else None

    def instants(self, local):
        """The instants at which clocks show `local`: none in the gap of spring, two in the repeated hour."""
        offsets = {offset for _, offset in self.onsets}
        return sorted(local - offset for offset in offsets if self.offset_at(local - offset) == offset)


def zone_of(name):
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


class Time:
    """DTSTART or DTEND. `utc` is naive, and None where it cannot be told."""

    def __init__(self, one, zones, fault):
        self.tzid = one.parameter("TZID")
        self.utc = self.local = None
        value = one.value
        if UTC_TIME.fullmatch(value) and wall(value[:-1]):
            if self.tzid:
                fault(23, f"{one.name} is in UTC and names a zone")
            self.utc = wall(value[:-1])
            return
        if not LOCAL_TIME.fullmatch(value) or not wall(value) or not self.tzid:
            fault(23, f"{one.name} floats, or is no time: {value}")
            return
        self.local = wall(value)
        zone, iana = zones.get(self.tzid), zone_of(self.tzid)
        if zone is None:
            fault(24, f"no VTIMEZONE for {self.tzid}")
        if iana is None:
            fault(26, f"{self.tzid} is no zone of the IANA")
            return
        first, second = (self.local.replace(tzinfo=iana, fold=fold).astimezone(UTC) for fold in (0, 1))
        if first.astimezone(iana).replace(tzinfo=None) != self.local:
            fault(30, f"{one.name} does not exist in {self.tzid}")
            return
        if first != second:
            fault(29, f"{one.name} is in the repeated hour, and not in UTC")
        self.utc = first.replace(tzinfo=None)
        if zone is None:
            return
        ours = zone.instants(self.local)
        if not ours and zone.onsets and self.local < zone.onsets[0][0] + zone.onsets[0][1]:
            fault(25, f"VTIMEZONE {self.tzid} begins only after {one.name}")
        elif self.utc not in ours:
            fault(26, f"VTIMEZONE {self.tzid} has another offset at {one.name} than the IANA")


def check_calendar(calendar, kind, fault):
    for name in ("PRODID", "VERSION"):
        if len(calendar.all(name)) != 1:
            fault(9, f"{len(calendar.all(name))} {name}")
    if calendar.value("VERSION") not in (None, "2.0"):
        fault(9, "VERSION is not 2.0")
    for name in ("METHOD", "CALSCALE", "NAME", "X-WR-CALNAME", "REFRESH-INTERVAL", "X-PUBLISHED-TTL", "X-WR-TIMEZONE"):
        if len(calendar.all(name)) > 1:
            fault(9, f"{len(calendar.all(name))} {name}")
    for inner in calendar.walk():
        if inner is not calendar and inner.all("METHOD"):
            fault(9, f"METHOD inside {inner.name}")
    if calendar.value("CALSCALE") not in (None, "GREGORIAN"):
        fault(9, "another CALSCALE")
    method = calendar.value("METHOD")
    if method is not None and method != method.upper():
        fault(9, f"METHOD is not in capitals: {method}")
    if kind == "request" and method != "REQUEST":
        fault(11, f"METHOD is {method}")
    if kind == "cancel" and method != "CANCEL":
        fault(40, f"METHOD is {method}")
    if kind in ("download", "feed") and method is not None:
        fault(59, "METHOD where nobody is invited")
    if kind == "feed":
        name = calendar.value("NAME")
        if not name or name != calendar.value("X-WR-CALNAME"):
            fault(59, "NAME and X-WR-CALNAME are not there, or differ")
        refresh = calendar.all("REFRESH-INTERVAL")
        if [(one.parameter("VALUE"), one.value) for one in refresh] != [("DURATION", "PT1H")]:
            fault(59, "REFRESH-INTERVAL;VALUE=DURATION:PT1H is not there")
        if calendar.value("X-PUBLISHED-TTL") != "PT1H":
            fault(59, "X-PUBLISHED-TTL:PT1H is not there")


def check_zones(calendar, kind, horizon, fault):
    zones = {}
    for component in calendar.inside("VTIMEZONE"):
        zone = Zone(component, horizon, fault)
        if zone.id in zones:
            fault(24, f"two VTIMEZONEs {zone.id}")
        zones[zone.id] = zone
        if kind != "feed":
            for name in ("STANDARD", "DAYLIGHT"):
                if len(component.inside(name)) > 1:
                    fault(27, f"several {name} in VTIMEZONE {zone.id}")
    used = {one.parameter("TZID") for inner in calendar.walk() for one in inner.properties if one.parameter("TZID")}
    for tzid in set(zones) - used:
        fault(24, f"VTIMEZONE {tzid} is not used")
    return zones


def check_event(event, kind, zones, fault):
    for name in ("UID", "DTSTAMP", "DTSTART"):
        if not event.all(name):
            fault(13, f"no {name}")
    for name in {one.name for one in event.properties} - MANY:
        if len(event.all(name)) > 1:
            fault(13, f"{len(event.all(name))} {name}")
    uid = event.value("UID")
    if uid is not None and not UUID4.fullmatch(uid):
        fault(14, f"UID is no random UUID: {uid[:60]}")
    for name in ("DTSTAMP", "LAST-MODIFIED", "CREATED"):
        for one in event.all(name):
            if one.parameters or not UTC_TIME.fullmatch(one.value) or not wall(one.value[:-1]):
                fault(16, f"{name} is not in UTC")
    times = {name: Time(event.all(name)[0], zones, fault) for name in ("DTSTART", "DTEND") if event.all(name)}
    start, end = times.get("DTSTART"), times.get("DTEND")
    if end is None or event.all("DURATION"):
        fault(17, "no DTEND, or DURATION")
    elif start is not None:
        if start.tzid != end.tzid or (start.local is None) != (end.local is None):
            fault(17, "DTSTART and DTEND have different forms")
        if start.utc and end.utc and end.utc <= start.utc:
            fault(17, "DTEND is not after DTSTART")
    status = event.value("STATUS")
    if status not in ("CONFIRMED", "TENTATIVE", "CANCELLED"):
        fault(18, f"STATUS is {status}")
    elif (status == "CANCELLED") != (kind == "cancel"):
        fault(40 if kind == "cancel" else 18, f"STATUS is {status}")
    if event.value("TRANSP") != "OPAQUE":
        fault(18, "TRANSP is not OPAQUE")
    if event.value("CLASS") != "PRIVATE":
        fault(18, "CLASS is not PRIVATE")
    sequence = event.value("SEQUENCE")
    if sequence is None or not re.fullmatch(r"\d+", sequence):
        fault(19, f"SEQUENCE is {sequence}")
    for alarm in event.inside("VALARM"):
        texts = [len(alarm.all(name)) for name in ("ACTION", "DESCRIPTION", "TRIGGER")]
        trigger = alarm.all("TRIGGER")
        if texts != [1, 1, 1] or alarm.value("ACTION") != "DISPLAY" or not alarm.value("DESCRIPTION"):
            fault(20, "VALARM is not one DISPLAY with DESCRIPTION and TRIGGER")
        elif trigger[0].value not in ("-P1D", "-PT2H") or trigger[0].parameters:
            fault(20, f"TRIGGER is {trigger[0].value}")
        for name in ("DTSTAMP", "UID"):
            if alarm.all(name):
                fault(20, f"{name} inside VALARM")
    check_people(event, kind, fault)
    if kind == "request" and event.value("X-MICROSOFT-DISALLOW-COUNTER") != "TRUE":
        fault(22, "X-MICROSOFT-DISALLOW-COUNTER:TRUE is not there")
    return times


def check_people(event, kind, fault):
    organizers, attendees = event.all("ORGANIZER"), event.all("ATTENDEE")
    for one in organizers + attendees:
        if one.parameter("SENT-BY") is not None:
            fault(53, f"SENT-BY in {one.name}")
    for one in attendees:
        name = one.parameter("CN")
        if name is not None and f"mailto:{name}".lower() != one.value.lower():
            fault(76, "CN of ATTENDEE is not the address")
    if kind in ("download", "feed"):
        if organizers or attendees:
            fault(59, "ORGANIZER or ATTENDEE where nobody is invited")
        return
    number = 35 if kind == "request" else 40
    if len(organizers) != 1 or len(attendees) != 1:
        fault(number, f"{len(organizers)} ORGANIZER, {len(attendees)} ATTENDEE")
    if not event.value("SUMMARY"):
        fault(number, "no SUMMARY")
    for one in attendees if kind == "request" else ():
        wanted = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"}
        for name, value in wanted.items():
            if one.parameter(name) != value:
                fault(36, f"{name} of ATTENDEE is {one.parameter(name)}")
    if kind == "cancel":
        if event.inside("VALARM"):
            fault(40, "VALARM in what is called off")
        if event.value("SEQUENCE") == "0":
            fault(40, "SEQUENCE is not raised")


def check_offsets(zones, times, fault):
    """From the first to the last time of the object, hour by hour."""
    instants = [time.utc for time in times if time.utc]
    for zone in zones.values():
        iana = zone_of(zone.id)
        if iana is None or not instants:
            continue
        at, last = min(instants), max(instants)
        while at <= last:
            ours = zone.offset_at(at)
            if ours != at.replace(tzinfo=UTC).astimezone(iana).utcoffset():
                fault(25 if ours is None else 26, f"VTIMEZONE {zone.id} at {at}Z: {ours}")
                break
            at += timedelta(hours=1)


def check_words(calendar, fault):
    for inner in calendar.walk():
        if inner.name in ("VTIMEZONE", "STANDARD", "DAYLIGHT"):
            continue
        for one in inner.properties:
            if one.name in ("DTSTART", "DTEND", "DTSTAMP", "CREATED", "LAST-MODIFIED", "UID", "PRODID"):
                continue
            texts = [text_of(one.value)] + [value for values in one.parameters.values() for value in values]
            for word in clinical("\n".join(texts)):
                fault(76, f"{word!r} in {one.name}")


def faults(data, kind):
    """What is wrong with one calendar object: a `request`, `cancel`, `download` or `feed`."""
    found = []

    def fault(number, what):
        found.append(f"{number}: {what}")

    calendars = tree_of(lines_of(data, fault), fault)
    if [one.name for one in calendars] != ["VCALENDAR"]:
        fault(9, f"not one VCALENDAR, but {[one.name for one in calendars]}")
    for calendar in calendars:
        for inner in calendar.walk():
            for one in inner.properties:
                check_value(inner, one, fault)
        check_calendar(calendar, kind, fault)
        events = calendar.inside("VEVENT")
        walls = [wall(one.value[:15]) for event in events for name in ("DTSTART", "DTEND") for one in event.all(name)]
        horizon = max(filter(None, walls), default=datetime(2030, 1, 1)) + timedelta(days=400)
        zones = check_zones(calendar, kind, horizon, fault)
        times = [time for event in events for time in check_event(event, kind, zones, fault).values()]
        check_offsets(zones, times, fault)
        if kind != "feed" and len(events) != 1:
            fault(12, f"{len(events)} VEVENTs")
        uids = [event.value("UID") for event in events]
        if len(set(uids)) != len(uids):
            fault(15, "one UID twice")
        check_words(calendar, fault)
    return list(dict.fromkeys(found))


def message_of(raw):
    """A message; a Maildir keeps it with LF, which is not how it was sent."""
    if b"\r\n" not in raw:
        raw = raw.replace(b"\n", b"\r\n")
    return email.message_from_bytes(raw, policy=email.policy.default)


def calendar_of(raw):
    """The octets of the first text/calendar part of a mail; empty where it has none."""
    for part in message_of(raw).walk():
        if part.get_content_type() == "text/calendar":
            return part.get_payload(decode=True)
    return b""


class Html(HTMLParser):
    """The text and the links of a page."""

    def __init__(self, page):
        super().__init__()
        self.text, self.links, self.hidden = "", [], 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.text += " "
        self.hidden += tag in ("style", "script", "title")
        if tag == "a":
            self.links += [value for name, value in attrs if name == "href" and value]

    def handle_endtag(self, tag):
        self.text += " "
        self.hidden -= tag in ("style", "script", "title")

    def handle_data(self, data):
        if not self.hidden:
            self.text += data


MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
}


def says_when(text, at):
    """What a text leaves out of the day, the time and its zone."""
    text = re.sub(r"\s+", " ", text)
    english, french = MONTHS["en"][at.month - 1], MONTHS["fr"][at.month - 1]
    day = "(1er|1)" if at.day == 1 else str(at.day)
    if not re.search(rf"\b({english} {at.day}, {at.year}|{day} {french} {at.year}|{at:%Y-%m-%d})\b", text, re.I):
        yield f"the day {at:%Y-%m-%d}"
    half = "a" if at.hour < 12 else "p"
    # A full hour is said without its minutes in French.
    full = rf"0?{at.hour} h(?! ?\d)|" if at.minute == 0 else ""
    time = rf"(?<!\d)({at.hour % 12 or 12}:{at:%M} ?{half}\.?m\.?|0?{at.hour} h {at:%M}|{full}{at:%H:%M})"
    abbreviations = {"EST": "EST|HNE", "EDT": "EDT|HAE"}.get(at.tzname(), re.escape(at.tzname() or "-"))
    city = re.escape(at.tzinfo.key.rsplit("/", 1)[-1].replace("_", " "))
    zone = rf"\b({re.escape(at.tzinfo.key)}|{city} time|heure de {city}|Eastern time|heure de l.Est|{abbreviations})\b"
    times = list(re.finditer(time, text, re.I))
    if not times:
        yield f"the time {at:%H:%M}"
    elif not any(re.search(zone, text[match.end():match.end() + 80], re.I) for match in times):
        yield "the zone of the time"


def mail_faults(raw):
    """What is wrong with a delivered mail, its calendar object apart."""
    found = []

    def fault(number, what):
        found.append(f"{number}: {what}")

    message = message_of(raw)
    for part in message.walk():
        for defect in part.defects:
            fault(45, f"no proper MIME: {defect!r}")
    children = list(message.iter_parts()) if message.is_multipart() else []
    first = children[0] if children else None
    if message.get_content_type() != "multipart/mixed" or first is None or first.get_content_type() != "multipart/alternative":
        fault(45, f"{message.get_content_type()}, and in it first {first and first.get_content_type()}")
        first = next((part for part in message.walk() if part.get_content_type() == "multipart/alternative"), None)
    kinds = [part.get_content_type() for part in first.iter_parts()] if first else []
    if kinds != ["text/plain", "text/html", "text/calendar"]:
        fault(46, f"the alternatives are {kinds}")
    calendars = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    if len(calendars) != 1:
        fault(47, f"{len(calendars)} text/calendar")
    calendar, event, data = Component(""), Component(""), b""
    if calendars:
        data = check_calendar_part(calendars[0], fault)
        trees = tree_of(lines_of(data, lambda *_: None), lambda *_: None)
        calendar = trees[0] if trees else calendar
        event = next(iter(calendar.inside("VEVENT")), event)
        method = calendars[0]["Content-Type"].params.get("method")
        if method is None or method != calendar.value("METHOD"):
            fault(47, f"method={method}, and METHOD is {calendar.value('METHOD')}")
        if (calendars[0].get_content_charset() or "").lower() != "utf-8":
            fault(47, f"charset={calendars[0].get_content_charset()}")
    check_attachment(message, children, data, fault)
    check_headers(message, event, fault)
    check_bodies(message, calendar, event, fault)
    return list(dict.fromkeys(found))


def check_calendar_part(part, fault):
    if part["Content-Disposition"] is not None:
        fault(48, f"Content-Disposition: {part['Content-Disposition']}")
    encoding = str(part["Content-Transfer-Encoding"] or "7bit").strip().lower()
    data = part.get_payload(decode=True) or b""
    if encoding not in ("7bit", "base64"):
        fault(49, f"Content-Transfer-Encoding is {encoding}")
    elif encoding == "7bit" and not data.isascii():
        fault(49, "7bit, and not ASCII")
    if not data.startswith(b"BEGIN:VCALENDAR"):
        fault(49, f"does not decode to a calendar: {data[:30]!r}")
    return data


def check_attachment(message, children, data, fault):
    copies = [part for part in message.walk() if part.get_content_type() == "application/ics"]
    if len(copies) != 1 or copies != children[1:]:
        fault(50, f"{len(copies)} application/ics, and {len(children)} parts in all")
    for part in copies[:1]:
        if part["Content-Type"].params.get("name") != "invite.ics" or part.get_filename() != "invite.ics":
            fault(50, "the copy is not named invite.ics")
        if part.get_content_disposition() != "attachment":
            fault(50, "the copy is not attached")
        if part.get_payload(decode=True) != data:
            fault(50, "the copy has other octets")


def addresses(message, name):
    return [one.addr_spec for header in message.get_all(name, []) for one in header.addresses]


def check_headers(message, event, fault):
    def mailto(name):
        return [re.sub("(?i)^mailto:", "", one.value) for one in event.all(name)]

    sender = addresses(message, "From")
    if len(sender) != 1 or sender != mailto("ORGANIZER"):
        fault(51, f"From is {sender}, ORGANIZER {mailto('ORGANIZER')}")
    if addresses(message, "Reply-To") != sender:
        fault(51, f"Reply-To is {addresses(message, 'Reply-To')}")
    for name in ("Return-Path", "X-MailFrom"):
        path = str(message[name] or "").strip().strip("<>")
        if path and sender and path.rsplit("@")[-1].lower() != sender[0].rsplit("@")[-1].lower():
            fault(51, f"MAIL FROM is {path}")
    if addresses(message, "To") != mailto("ATTENDEE") or len(addresses(message, "To")) != 1:
        fault(52, f"To is {addresses(message, 'To')}, ATTENDEE {mailto('ATTENDEE')}")
    for name in ("Cc", "Bcc"):
        if message[name] is not None:
            fault(52, f"{name} is there")
    if message["Sender"] is not None:
        fault(53, "Sender is there")
    for one in event.all("ORGANIZER"):
        if one.parameter("SENT-BY") is not None:
            fault(53, "SENT-BY in ORGANIZER")
    for name in ("Message-ID", "Date", "Auto-Submitted", "X-Auto-Response-Suppress", "Subject", "MIME-Version"):
        if len(message.get_all(name, [])) != 1:
            fault(54, f"{len(message.get_all(name, []))} {name}")
    if str(message["Auto-Submitted"] or "").strip().lower() != "auto-generated":
        fault(54, f"Auto-Submitted is {message['Auto-Submitted']}")
    if not re.fullmatch(r"<[^\s<>@]+@[^\s<>@]+>", str(message["Message-ID"] or "").strip()):
        fault(54, f"Message-ID is {message['Message-ID']}")
    if message["Date"] is None or getattr(message["Date"], "datetime", None) is None:
        fault(54, f"Date is {message['Date']}")
    if message["Subject"] is not None:
        for word in clinical(str(message["Subject"])):
            fault(76, f"{word!r} in Subject")


def check_bodies(message, calendar, event, fault):
    starts = event.all("DTSTART")
    at = None
    if starts:
        start = starts[0]
        zone = zone_of(start.parameter("TZID") or CLINIC)
        local = wall(start.value[:15])
        if zone and local and start.value.endswith("Z"):
            at = local.replace(tzinfo=UTC).astimezone(zone)
        elif zone and local:
            at = local.replace(tzinfo=zone)
    requested = calendar.value("METHOD") == "REQUEST"
    bodies = {}
    for part in message.walk():
        if part.get_content_type() in ("text/plain", "text/html"):
            bodies[part.get_content_type()] = part.get_content()
    for kind in ("text/plain", "text/html"):
        body = bodies.get(kind, "")
        page = Html(body) if kind == "text/html" else None
        text = page.text if page else body
        links = page.links if page else re.findall(r"https?://[^\s<>]+", body)
        links = [link for link in links if re.match("https?://", link)]
        for what in says_when(text, at) if at else ["the day and the time"]:
            fault(55, f"{kind} does not name {what}")
        place = text_of(event.value("LOCATION") or "")
        if requested and (not place or " ".join(place.split()) not in " ".join(text.split())):
            fault(55, f"{kind} does not name the place")
        # Who is told that it is off may be an old address, which gets no key to anything.
        if requested and not links:
            fault(55, f"{kind} has no link")
        for word in clinical(text + "\n" + "\n".join(links)):
            fault(76, f"{word!r} in {kind}")
        if page and re.search(r"<(img|link|iframe|script|object|embed|video|audio)\b|url\(", body, re.I):
            fault(76, "the page loads something from elsewhere")
