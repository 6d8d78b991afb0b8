"""What calendars get from a running demo: downloads, mails in their order, and feeds.

Takes the file with the demo's first line, and the folder of tools. Everything is asked over HTTP,
as the desk, a patient's calendar and a subscriber would. The numbers are those of the acceptance list.
"""

import gzip
import http.client
import itertools
import json
import re
import sys
import urllib.parse
import uuid
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import agree
import caldav
import octets

KEPT = {"booked", "pending", "arrived", "checked-in", "fulfilled"}
DAY = timedelta(days=1)
HOSTILE = 'Ann "Bo"; DROP, TABLE\\n: é'
ADDRESS = '59 Hayden Street; "7th" floor, Toronto\\n\\, ATTENDEE:mailto:bo@mail.test é 日本語 😀' + " and on" * 9

with open(sys.argv[1]) as file:
    line = file.readline()
if not line:
    sys.exit("the demo did not start")
demo = json.loads(line)
tools = sys.argv[2]
host = urllib.parse.urlsplit(demo["url"])
found = []


def check(holds, number, what):
    if not holds:
        found.append(f"{number}: {what}")


def call(method, path, role=None, body=None, **headers):
    """Status, headers in lower case, and the octets of an answer."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if role:
        headers["Authorization"] = f"Bearer {demo['tokens'][role]}"
    if body is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(body).encode()
    connection = http.client.HTTPConnection(host.hostname, host.port, timeout=60)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def api(method, path, body=None, role="front_desk"):
    """What the API answers, which has to be a success: without it the story cannot go on."""
    status, _, data = call(method, f"/api/v1{path}", role, body)
    if not 200 <= status < 300:
        sys.exit(f"{method} {path} {body} answers {status}: {data.decode()}")
    return json.loads(data) if data else None


def all_of(path):
    items, after = [], None
    while True:
        page = api("GET", f"{path}?limit=200" + (f"&after={urllib.parse.quote(after)}" if after else ""), role="manager")
        items += page["items"]
        after = page["next"]
        if not after:
            return items


def clock(**by):
    """Moves the clock, and answers what it shows."""
    status, _, data = call("POST" if by else "GET", "/demo/clock", None, by or None)
    if status != 200:
        sys.exit(f"/demo/clock answers {status}: {data.decode()}")
    return datetime.fromisoformat(json.loads(data)["now"])


def later():
    """Past the time in which a change can be thought better of."""
    clock(advance="PT4M")


def mails_of(session):
    """The mails about a session in the order in which they went out, as (list entry, octets)."""
    listed = json.loads(call("GET", "/demo/mailbox.json")[2])
    ours = [mail for mail in listed if mail["session_id"] == session["id"]]
    mails = []
    for mail in sorted(ours, key=lambda mail: datetime.fromisoformat(mail["at"])):
        status, _, raw = call("GET", f"/demo/mailbox/{mail['id']}.eml")
        if status != 200:
            sys.exit(f"the mail {mail['id']} answers {status}")
        mails.append((mail, raw))
    return mails


def told(data, name):
    """A TEXT property of an object as people read it."""
    quiet = lambda *_: None
    for part in (part for top in octets.tree_of(octets.lines_of(data, quiet), quiet) for part in top.walk()):
        if part.value(name) is not None:
            return octets.text_of(part.value(name))
    return None


# Downloads.

def downloads():
    """Every session's file; answers {name: octets} of those that take place."""
    objects, expected = {}, {}
    for session in all_of("/sessions"):
        path = f"/api/v1/sessions/{session['id']}/invite.ics"
        status, headers, data = call("GET", path, "front_desk")
        if session["status"] == "cancelled":
            check(status == 404, 65, f"the file of a cancelled session answers {status}")
        if session["status"] not in KEPT:
            continue
        name = f"download {session['id']}"
        check(status == 200, 58, f"{name} answers {status}")
        if status != 200:
            continue
        check(headers.get("content-type") == "text/calendar; charset=utf-8", 58, f"Content-Type {headers.get('content-type')}")
        check(headers.get("content-disposition") == 'attachment; filename="appointment.ics"', 58,
              f"Content-Disposition {headers.get('content-disposition')}")
        if len(objects) % 10 == 0:
            check(call("GET", path, "front_desk")[2] == data, 8, f"{name} has other octets the second time")
        objects[name] = data
        expected[name] = {session["uid"]: (session["start"], session["end"])}
        found.extend(f"{fault}, in {name}" for fault in octets.faults(data, "download"))
    if not objects:
        sys.exit("the demo has no sessions")
    found.extend(agree.disagreements(objects, expected, tools))
    print(f"{len(objects)} downloads")
    return objects


# Mails.

def patient(language, name):
    """Registers somebody who may be written to, and opens a course."""
    address = f"calendar-{uuid.uuid4().hex[:12]}@example.test"
    registered = api("POST", "/patients", {
        "given_name": name, "family_name": "日本語 😀 O'Neil", "phone": f"416 555 {uuid.uuid4().int % 10000:04}",
        "email": address, "preferred_language": language, "date_of_birth": "1991-02-03"})
    api("POST", f"/patients/{registered['id']}/consents", {"kind": "messages", "text_version": "1"})
    course = api("POST", "/courses", {"patient_id": registered["id"], "goal": "remove", "zones": ["vertex"]})
    return registered, course


def free(course, ahead, but=(), **where):
    """A free time at least so many days ahead; none that is among `but`."""
    first = (clock() + ahead * DAY).date()
    query = {"course_id": course["id"], "service": "consultation", "from": first, "to": first + 14 * DAY, **where}
    slots = api("GET", f"/slots?{urllib.parse.urlencode(query)}")
    starts = [slot["start"] for slot in slots["items"] if slot["start"] not in but]
    if not starts:
        sys.exit(f"no free time: {slots['refused']}")
    return starts[0]


def book(course, ahead):
    return book_at(course, free(course, ahead))


def book_at(course, start, **where):
    return api("POST", "/sessions", {"course_id": course["id"], "service": "consultation", "start": start, **where})


def move(session, course, ahead, but=()):
    api("POST", f"/sessions/{session['id']}/reschedule", {"start": free(course, ahead, {session["start"], *but})})
    return api("GET", f"/sessions/{session['id']}")


def imported(messages):
    """What is left in a calendar that got these readings of iTIP messages, in this order: {uid: event}."""
    there, newest = {}, {}
    for message in messages:
        for event in message["events"]:
            age = (event.get("sequence", 0), event["stamp"])
            if age <= newest.get(event["uid"], (-1, "")):
                continue
            newest[event["uid"]] = age
            if message.get("method") == "REQUEST":
                there[event["uid"]] = event
            elif message.get("method") == "CANCEL":
                there.pop(event["uid"], None)
    return there


def mail_checks(name, who, raw, kind):
    data = octets.calendar_of(raw)
    found.extend(f"{fault}, in {name}" for fault in octets.mail_faults(raw) + octets.faults(data, kind))
    message = octets.message_of(raw)
    check(octets.addresses(message, "To") == [who["email"]], 52, f"{name} goes to {octets.addresses(message, 'To')}")
    texts = [part.get_payload(decode=True).decode() for part in message.walk() if not part.is_multipart()] + [str(message["Subject"])]
    for text in texts:
        # The greeting inside a mail may call a patient by their given name, and nothing else may.
        text = re.sub(r"(?m)^(<p>)?(Hello|Bonjour) .*,(</p>)?\r?$", "", text, count=1)
        # A header or a body that says whose it is tells it on a locked screen too.
        for secret in (who["given_name"], who["family_name"], "DROP", "1991"):
            check(secret not in text, 76, f"{secret!r} in {name}")
    return data


def life(language, name, ahead):
    """A session that is booked, moved twice and called off, as a patient's calendar sees it."""
    who, course = patient(language, name)
    session = book(course, ahead)
    steps = [session]
    later()
    for further in (ahead + 1, ahead + 2):
        session = move(session, course, further)
        steps.append(session)
        later()
    api("POST", f"/sessions/{session['id']}/cancel", {"reason": "patient_request"})
    later()
    steps.append(session)
    mails = mails_of(session)
    kinds = ["request", "request", "request", "cancel"]
    check(len(mails) == len(kinds), 57, f"{len(mails)} mails of one booking, two moves and a cancellation in {language}")
    objects, expected = {}, {}
    for turn, ((entry, raw), kind, step) in enumerate(zip(mails, kinds, steps)):
        title = f"mail {turn} in {language}"
        check(entry["channel"] == "email" and entry["to"] == who["email"], 52, f"{title} went to {entry['to']}")
        objects[title] = mail_checks(title, who, raw, kind)
        expected[title] = {session["uid"]: (step["start"], step["end"])}
    check(call("GET", f"/api/v1/sessions/{session['id']}/invite.ics", "front_desk")[0] == 404, 65, "a cancelled session has a file")
    read = agree.readings(objects, tools)
    found.extend(agree.disagreements(objects, expected, tools, read))
    for engine in ("icalendar", "vobject", "ical.js", "libical"):
        messages = list(read[engine].values())
        if len(messages) != len(kinds) or any(len(message["events"]) != 1 for message in messages):
            check(False, 12, f"{engine} does not read one event in each mail in {language}")
            continue
        events = [message["events"][0] for message in messages]
        methods = [message.get("method") for message in messages]
        check(methods == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"], 42, f"{engine} reads the methods {methods}")
        sequences, stamps = [event.get("sequence") for event in events], [event["stamp"] for event in events]
        check(sequences == [0, 1, 2, 3], 37, f"{engine} reads SEQUENCE {sequences}")
        check(stamps == sorted(set(stamps)), 43, f"{engine} reads DTSTAMP {stamps}")
        check({event["uid"] for event in events} == {session["uid"]}, 15, f"{engine} reads several UIDs")
        check(events[3].get("status") == "CANCELLED", 40, f"{engine} reads STATUS {events[3].get('status')}")
        for count, step in enumerate(steps[:3], 1):
            there = imported(messages[:count])
            check([event["start"] for event in there.values()] == [agree.seconds(step["start"])], 42,
                  f"{engine} has {there} after {count} mails")
        # Mail overtakes mail: what is left has to be the same in any order.
        for order in itertools.permutations(messages):
            check(not imported(order), 40, f"{engine} keeps a cancelled appointment")
    organizers = {re.search(rb"^ORGANIZER.*(\r\n .*)*", data, re.M)[0] for data in objects.values() if b"ORGANIZER" in data}
    check(len(organizers) == 1, 39, f"{len(organizers)} ORGANIZERs of one appointment")
    print(f"{len(mails)} mails of one life in {language}")
    return who


def slips():
    """What is undone in time reaches nobody, and of several quick moves only the last does. Answers who keeps a visit."""
    who, course = patient("en", HOSTILE)
    session = book(course, 9)
    api("POST", f"/sessions/{session['id']}/undo")
    later()
    check(not mails_of(session), 57, "a mail about a booking that was undone")
    session = book(course, 10)
    for ahead in (11, 12, 13):
        session = move(session, course, ahead)
    later()
    mails = mails_of(session)
    check(len(mails) == 1, 57, f"{len(mails)} mails of a booking with three quick moves")
    for _, raw in mails[-1:]:
        data = mail_checks("the mail after quick moves", who, raw, "request")
        check(told(data, "LOCATION") == ADDRESS, 4, f"LOCATION reads {told(data, 'LOCATION')}")
        expected = {"quick": {session["uid"]: (session["start"], session["end"])}}
        found.extend(agree.disagreements({"quick": data}, expected, tools))
        check(f"SEQUENCE:{session['sequence']}\r\n".encode() in data, 37, "another SEQUENCE than the session's")
    return who, session


# Feeds.

def secret_path(made):
    """A feed's path: its address may be the clinic's own, which is not where the demo listens."""
    return urllib.parse.urlsplit(made["url"]).path


def shop(site, partner):
    """Three visits at a partner's shop, which has two chairs: two at one time, and one on another day."""
    start = None
    for ahead, name in ((4, "Shy One"), (4, "Shy Two"), (6, "Shy Three")):
        who, course = patient("en", name)
        api("POST", f"/patients/{who['id']}/consents", {"kind": "disclosure", "partner_id": partner, "text_version": "2026-1"})
        start = start if start and ahead == 4 else free(course, ahead, {start}, site_id=site)
        book_at(course, start, site_id=site)


def answered_like_a_feed(path, name):
    """How a feed is served; answers its octets."""
    status, headers, data = call("GET", path)
    check(status == 200, 58, f"{name} answers {status}")
    wanted = {
        58: {"content-type": "text/calendar; charset=utf-8", "content-disposition": None},
        61: {"cache-control": "private, max-age=300", "referrer-policy": "no-referrer", "x-robots-tag": "noindex"},
    }
    for number, names in wanted.items():
        for header, value in names.items():
            check(headers.get(header) == value, number, f"{header} of {name} is {headers.get(header)}")
    tag = headers.get("etag", "")
    check(re.fullmatch(r'"[^"]+"', tag), 60, f"ETag of {name} is {tag}")
    try:
        parsedate_to_datetime(headers.get("last-modified", ""))
    except ValueError:
        check(False, 60, f"Last-Modified of {name} is {headers.get('last-modified')}")
    check(call("GET", path)[2] == data, 8, f"{name} has other octets the second time")
    status, again, body = call("GET", path, If_None_Match=tag)
    check((status, body, again.get("etag")) == (304, b"", tag), 60, f"If-None-Match of {name} answers {status}")
    check(call("GET", path, If_None_Match='"other"')[0] == 200, 60, f"another If-None-Match of {name} is a match")
    status, head, body = call("HEAD", path)
    same = all(head.get(key) == headers.get(key) for key in ("content-type", "etag", "content-length", "cache-control"))
    check(status == 200 and body == b"" and same, 62, f"HEAD of {name} answers {status} {head}")
    status, zipped, body = call("GET", path, Accept_Encoding="gzip")
    coded = zipped.get("content-encoding")
    check(status == 200 and coded == "gzip" and gzip.decompress(body) == data, 62, f"gzip of {name} answers {status} {coded}")
    check("accept-encoding" in zipped.get("vary", "").lower(), 62, f"{name} does not vary")
    check(len(data) < 1 << 20, 66, f"{name} has {len(data)} octets")
    found.extend(f"{fault}, in {name}" for fault in octets.faults(data, "feed"))
    return data


def merged(spans):
    """Spans that overlap or touch, as one."""
    one = []
    for start, end in sorted(spans):
        if one and start <= one[-1][1]:
            one[-1] = (one[-1][0], max(one[-1][1], end))
        else:
            one.append((start, end))
    return one


def feed_of(kind, subject):
    made = api("POST", "/feeds", {"kind": kind, "id": subject}, role="manager")
    secret = secret_path(made).removeprefix("/feeds/").removesuffix(".ics")
    check(len(secret) >= 22, 63, f"a secret of {len(secret)} characters")
    return made


def covered(sessions, events, name):
    """Holds a feed to the sessions of the API: none is missing and none too many."""
    now = clock()
    by_uid = {session["uid"]: session for session in sessions}
    inside = {
        uid for uid, session in by_uid.items()
        if session["status"] in KEPT and now - 29 * DAY < datetime.fromisoformat(session["start"]) < now + 364 * DAY
    }
    theirs = {event["uid"] for event in events}
    check(not inside - theirs, 66, f"{len(inside - theirs)} of {len(inside)} sessions are not in {name}")
    gone = {uid for uid in theirs if uid not in by_uid or by_uid[uid]["status"] not in KEPT | {"noshow"}}
    check(not gone, 65, f"{len(gone)} events of {name} take no place")
    for event in events:
        session = by_uid.get(event["uid"])
        if session:
            check(event["stamp"] == agree.seconds(session["updated_at"]), 16, f"DTSTAMP in {name} is not the last change of {session['id']}")
            check(event["sequence"] == session["sequence"], 19, f"SEQUENCE in {name} is not that of {session['id']}")
    print(f"{len(events)} events in {name}")


def feeds(who, kept):
    """Feeds of all kinds; answers {name: octets}."""
    sites = all_of("/sites")
    shop(*next((site["id"], site["partner_id"]) for site in sites if site["kind"] == "partner"))
    sessions = all_of("/sessions")
    taking_place = [session for session in sessions if session["status"] in KEPT]

    def busiest(key):
        keys = [key(session) for session in taking_place if key(session)]
        return max(sorted(set(keys)), key=keys.count, default=None)

    partner_of = {site["id"]: site["partner_id"] for site in sites}
    practitioner = busiest(lambda session: session["practitioner_id"])
    site = busiest(lambda session: session["site_id"])
    partner = busiest(lambda session: partner_of[session["site_id"]])
    # A name of a practitioner is in the name of a feed.
    named = 'Dr. Who, "MD"; \\n é 日本語 😀'
    api("PATCH", f"/practitioners/{practitioner}", {"name": named}, role="manager")
    idle, _ = patient("fr", "Vide")
    subjects = {
        "feed of a practitioner": ("practitioner", practitioner, lambda session: session["practitioner_id"] == practitioner),
        "feed of a site": ("site", site, lambda session: session["site_id"] == site),
        "feed of a partner": ("partner", partner, lambda session: partner_of[session["site_id"]] == partner),
        "feed of a patient": ("patient", who["id"], lambda session: session["patient_id"] == who["id"]),
        "feed of nothing yet": ("patient", idle["id"], lambda session: False),
    }
    made, objects, expected = {}, {}, {}
    for name, (kind, subject, _) in subjects.items():
        made[name] = feed_of(kind, subject)
        objects[name] = answered_like_a_feed(secret_path(made[name]), name)
    read = agree.readings(objects, tools)
    for name, (kind, _, ours) in subjects.items():
        sessions_here = [session for session in sessions if ours(session)]
        events = read["icalendar"][name]["events"]
        if kind == "partner":
            # Only when the shop is busy: the same time in all, whatever the events.
            spans = {(agree.seconds(one["start"]), agree.seconds(one["end"])) for one in sessions_here if one["status"] in KEPT | {"noshow"}}
            busy = merged({(event["start"], event["end"]) for event in events})
            check(set(busy) <= set(merged(spans)), 65, f"{name} is busy when nobody is there")
            now = clock()
            near = [span for span in merged(spans) if agree.instant(now - 29 * DAY) < span[0] < agree.instant(now + 364 * DAY)]
            check(set(near) <= set(busy), 66, f"{name} is free when somebody is there")
            check(len(busy) == len(events), 77, f"{name} tells visits apart")
            expected[name] = {event["uid"]: (event["start"], event["end"]) for event in events}
            print(f"{len(events)} events in {name}")
        else:
            covered(sessions_here, events, name)
            expected[name] = {session["uid"]: (session["start"], session["end"]) for session in sessions_here
                              if session["uid"] in {event["uid"] for event in events}}
    found.extend(agree.disagreements(objects, expected, tools, read))
    check([event["uid"] for event in read["icalendar"]["feed of a patient"]["events"]] == [kept["uid"]], 15, "the patient's feed has another UID")
    check(named in (told(objects["feed of a practitioner"], "NAME") or ""), 4, "NAME of the practitioner's feed is not whole")
    check(not read["icalendar"]["feed of nothing yet"]["events"], 66, "the feed of nothing has something")
    nobody_is_named(objects, who)
    gone_for_good(made, objects)
    return objects


def nobody_is_named(objects, own):
    """No patient in any feed but the patient's own."""
    for one in all_of("/patients"):
        secrets = [f"{one['given_name']} {one['family_name']}", one["family_name"], one.get("email"), one.get("phone"), one["id"]]
        for name, data in objects.items():
            if name == "feed of a patient" and one["id"] == own["id"]:
                continue
            text = octets.text_of(data.decode().replace("\r\n ", ""))
            for secret in filter(None, secrets):
                check(not re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", text, re.I), 77, f"{secret!r} in {name}")


def gone_for_good(made, objects):
    """A cancelled session leaves the feed; a revoked feed is as if it had never been."""
    who, course = patient("en", "Zed")
    session = book(course, 16)
    feed = feed_of("patient", who["id"])
    path = secret_path(feed)
    uid = session["uid"].encode()
    tag = call("GET", path)[1].get("etag")
    check(uid in call("GET", path)[2], 66, "a new session is not in its feed")
    api("POST", f"/sessions/{session['id']}/cancel", {"reason": "clinic_request"})
    status, headers, data = call("GET", path, If_None_Match=tag or "")
    check(status == 200 and headers.get("etag") != tag, 60, "ETag stays though the feed has changed")
    check(uid not in data, 65, "a cancelled session is in its feed")
    check("url" not in api("GET", "/feeds", role="manager")["items"][0], 63, "a secret is shown again")
    name = "feed of a practitioner"
    live, dead = secret_path(made[name]), [path]
    api("DELETE", f"/feeds/{feed['id']}", role="manager")
    # One that was fetched a moment ago and one that was not.
    dead.append(live)
    api("DELETE", f"/feeds/{made[name]['id']}", role="manager")
    secret = live.removeprefix("/feeds/").removesuffix(".ics")
    wrong = ["/feeds/" + secret[::-1] + ".ics", "/feeds/" + "A" * len(secret) + ".ics", "/feeds/x.ics", f"/feeds/{feed['id']}.ics"]
    for method in ("GET", "HEAD"):
        answers = {}
        for path in dead + wrong:
            status, headers, body = call(method, path)
            headers = {key: value for key, value in headers.items() if key not in ("date", "x-request-id")}
            answers[path] = (status, sorted(headers.items()), body)
        check({status for status, _, _ in answers.values()} == {404}, 62, f"{method} answers {[one[0] for one in answers.values()]}")
        for path in dead + wrong[1:]:
            check(answers[path] == answers[wrong[0]], 62, f"{method} of a dead secret answers {answers[path]}, of a wrong one {answers[wrong[0]]}")
        check(not any(secret.encode() in body for _, _, body in answers.values()), 64, "an error page repeats the secret")


objects = downloads()
clinic = next(site for site in all_of("/sites") if site["kind"] == "clinic")
api("PATCH", f"/sites/{clinic['id']}", {"address": ADDRESS}, role="manager")
life("en", HOSTILE, 3)
# Beyond the next change of the clocks.
now, toronto = clock(), octets.zone_of(octets.CLINIC)
ahead = next(days for days in range(366) if (now + days * DAY).astimezone(toronto).utcoffset() != now.astimezone(toronto).utcoffset())
life("fr", "Zoé 日本語 😀", ahead + 1)
subscribed = feeds(*slips())
every = max(1, len(objects) // 40)
found.extend(caldav.check(tools, dict(list(objects.items())[::every]), subscribed))
for line in found[:200]:
    print(line)
print(f"calendars: {len(found)} faults")
sys.exit(1 if found else 0)
