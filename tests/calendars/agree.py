"""Five independent readings of calendar objects: icalendar, vobject and ics.py of Python, ical.js, libical.

vobject, ical.js and libical go by the VTIMEZONE of the object itself, icalendar and ics.py by the
zone's name and the PyPI package tzdata, so that they agree only if both are right. Each engine
reads all objects in one go.
"""

import json
import logging
import subprocess
import tempfile
import zoneinfo
from datetime import datetime, timezone
from pathlib import Path

import ics
import ics.utils
import vobject
from icalendar import Calendar

zoneinfo.reset_tzpath(to=())
# It asks the machine for zone data, of whatever age, and looks into VTIMEZONE only too late.
ics.utils.gettz = zoneinfo.ZoneInfo
logging.getLogger("vobject").setLevel(logging.CRITICAL)
HERE = Path(__file__).parent


def instant(time):
    """An aware time in UTC as text; None for a date, or a time that floats."""
    if not isinstance(time, datetime) or time.tzinfo is None:
        return None
    return f"{time.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"


def seconds(text):
    """A time of the API in UTC."""
    return instant(datetime.fromisoformat(text))


def by_icalendar(data):
    calendar = Calendar.from_ical(data)
    events = []
    for event in calendar.walk("VEVENT"):
        one = {"uid": str(event["UID"])}
        for name, key in (("SEQUENCE", "sequence"), ("STATUS", "status")):
            if name in event:
                one[key] = int(event[name]) if key == "sequence" else str(event[name])
        for name, key in (("DTSTAMP", "stamp"), ("DTSTART", "start"), ("DTEND", "end")):
            one[key] = instant(event[name].dt) if name in event else None
        events.append(one)
    errors = [f"{part.name} {error}" for part in calendar.walk() for error in part.errors]
    reading = {"events": events, "errors": errors}
    return reading | ({"method": str(calendar["METHOD"])} if "METHOD" in calendar else {})


def by_vobject(data):
    # What it read of a zone in one object it would use for the next.
    vars(vobject.icalendar)["__tzidMap"].clear()
    calendar = vobject.readOne(data.decode())
    calendar.validate(raiseException=True)
    events = []
    for event in getattr(calendar, "vevent_list", []):
        one = {"uid": event.uid.value}
        for name, key in (("sequence", "sequence"), ("status", "status")):
            if hasattr(event, name):
                one[key] = int(getattr(event, name).value) if key == "sequence" else getattr(event, name).value
        for name, key in (("dtstamp", "stamp"), ("dtstart", "start"), ("dtend", "end")):
            one[key] = instant(getattr(event, name).value) if hasattr(event, name) else None
        events.append(one)
    reading = {"events": events, "errors": []}
    return reading | ({"method": calendar.method.value} if hasattr(calendar, "method") else {})


def by_ics(data):
    calendar = ics.Calendar(data.decode())
    events = [{"uid": one.uid, "start": instant(one.begin.datetime), "end": instant(one.end.datetime)} for one in calendar.events]
    return {"events": events, "errors": []}


def guarded(read, data):
    try:
        return read(data)
    # Whatever a parser throws at us is its way to refuse.
    except Exception as error:
        return {"events": [], "errors": [f"{type(error).__name__}: {error}"]}


def readings(objects, tools):
    """What each engine reads in each of `objects`, names to octets: {engine: {name: reading}}."""
    read = {
        engine: {name: guarded(by, data) for name, data in objects.items()}
        for engine, by in (("icalendar", by_icalendar), ("vobject", by_vobject), ("ics.py", by_ics))
    }
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, data in enumerate(objects.values()):
            files.append(Path(folder) / f"{number}.ics")
            files[-1].write_bytes(data)
        commands = {
            "ical.js": ["node", str(HERE / "ical_js.mjs"), str(tools)],
            "libical": [str(Path(tools) / "libical_check")],
        }
        for engine, command in commands.items():
            printed = subprocess.run(command + [str(file) for file in files], capture_output=True, check=True, timeout=300).stdout
            read[engine] = dict(zip(objects, json.loads(printed), strict=True))
    return read


def disagreements(objects, expected, tools, read=None):
    """How the engines differ from `expected`, {name: {uid: (start, end)}} as the API wrote the times."""
    found = []
    for engine, by_name in (read or readings(objects, tools)).items():
        for name, reading in by_name.items():
            found += [f"32: {engine} refuses {name}: {error}" for error in reading["errors"]]
            ours = {one["uid"]: (one["start"], one["end"]) for one in reading["events"]}
            wanted = {uid: (seconds(start), seconds(end)) for uid, (start, end) in expected[name].items()}
            for uid in sorted(ours.keys() | wanted.keys(), key=str):
                if ours.get(uid) != wanted.get(uid):
                    found.append(f"32: {engine} reads {ours.get(uid)} for {uid} in {name}, expected {wanted.get(uid)}")
    return found
