"""Reminders by a mail server and a provider of texts that behave badly, each in every way that there is.

Takes the program; needs the variables of `start_mail`. Where a server had not taken a reminder, it arrives once when the
server is well again; where it had and never said so, at most twice, and the same; where it refuses for good, it is a task. Nobody
else waits for a server, and the ledger says what came to pass. Prints what held; ends at the first thing that does not.
"""

import email
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import bad_smtp
from boxes import check
from provider import Provider, call, report
from service import Demo, holds, processes, work_on

# No clock changes in the weeks that follow.
NOW = "2027-05-03T14:00:00Z"
SOON = timedelta(seconds=20)
WEEK = timedelta(days=7)


class ByMail:
    """The first reminder by mail. `answers` is how long the service waits for one, in seconds, at least."""

    waits, details, answers = "hang", {}, 15

    def __init__(self, **how):
        self.server = bad_smtp.Server("ok", **how).start()
        self.settings = {"FADELINE_SMTP_URL": f"smtp://127.0.0.1:{self.server.port}?tls=none"}

    def turn(self, mode):
        self.server.turn(mode)

    def mend(self):
        """It is well from the next connection on; who waits for an answer goes on waiting."""
        self.server.mode = "ok"

    def is_reached(self):
        return self.server.open

    def took(self, visit):
        """The reminders of a visit that were taken, octet for octet."""
        taken = [octets for recipients, octets in self.server.taken if recipients == [visit["email"]]]
        return [octets for octets in taken if email.message_from_bytes(octets)["Subject"].startswith("Reminder:")]

    def is_same(self, one, other):
        return one == other and email.message_from_bytes(one)["Message-ID"]

    def known_as(self, taken):
        return email.message_from_bytes(taken)["Message-ID"]


class ByText:
    """The first reminder by text."""

    waits, details, answers = "deaf", {"preferred_channel": "sms"}, 25

    def __init__(self, **how):
        self.server = Provider(**how).start()
        self.settings = self.server.settings()

    def turn(self, mode):
        self.server.turn({"ok": "takes", "timeout-after-accept": "silent-after-taking"}.get(mode, mode))

    def mend(self):
        self.server.mood = "takes"

    def is_reached(self):
        return self.server.connections

    def took(self, visit):
        """The texts that were taken for their number."""
        return self.server.texts(visit["phone"])

    def is_same(self, one, other):
        return one.is_same(other)

    def known_as(self, taken):
        return taken.sid


def reminded(demo, name, at=None, **details):
    """A visit of somebody new, with how they are reached and when they are reminded first."""
    session = demo.book(name, at, **details)
    who = demo.ask("GET", f"/patients/{session['patient_id']}")
    due = datetime.fromisoformat(session["start"]).astimezone(timezone.utc) - WEEK
    return session | {"email": who["email"], "phone": who["phone"], "due": due, "name": name}


def row_of(demo, visit, lead="7d"):
    [row] = [row for row in demo.told(visit) if row.get("lead") == lead]
    return row


def says(demo, visit, lead="7d", **expected):
    """What the ledger says of a reminder, which is to be this."""
    row = row_of(demo, visit, lead)
    found = {name: row.get(name) for name in expected}
    check(found == expected, f"{visit['name']}: the ledger says {found}, not {expected}: {row}")
    return row


def arrived(demo, way, visit, times, attempts, known=True):
    """It went out in the end, and arrived so many times, each the same; the ledger says so."""
    taken = way.took(visit)
    check(len(taken) == times, f"{visit['name']} arrived {len(taken)} times, not {times}")
    check(all(way.is_same(taken[0], other) for other in taken), f"{visit['name']} arrived twice, and not the same")
    name = way.known_as(taken[-1]) if known else None
    row = says(demo, visit, status="sent", attempts=attempts, last_error=None, provider_id=name)
    check(row["sent_at"] and datetime.fromisoformat(row["sent_at"]) >= visit["due"], f"{visit['name']}: {row}")


def waits(demo, visit, error):
    """It was tried once, in vain, and is tried again in a minute."""
    row = says(demo, visit, status="scheduled", attempts=1, sent_at=None, provider_id=None)
    check(error in (row["last_error"] or ""), f"{visit['name']}: {error!r} is not in {row['last_error']!r}")
    again = datetime.fromisoformat(row["next_try_at"]) - visit["due"]
    check(timedelta(minutes=1) <= again < timedelta(minutes=2), f"{visit['name']}: tried again after {again}")


def task_of(demo, visit, kind):
    return [task for task in demo.tasks(visit) if task["kind"] == kind]


def begun(way, name):
    """A demo by this way with somebody whose reminder is just about to fall due."""
    demo = Demo(way.settings, NOW)
    demo.clear()
    visit = reminded(demo, name, **way.details)
    demo.wait_until(visit["due"] - SOON)
    return demo, visit


def slow(way):
    demo, visit = begun(way, "pslow")
    with demo:
        way.turn("slow")
        sending = demo.wait_aside("PT30S")
        done = work_on(demo, sending.done)
        sending.result()
        way.turn("ok")
        demo.wait("PT2H")
        arrived(demo, way, visit, times=1, attempts=1)
    return f"{way.__class__.__name__}: a slow server keeps nobody waiting ({done} requests meanwhile), and a reminder arrives once"


def without_answer(way, mode, times):
    """Nothing is said for as long as the service is willing to wait, once; then the server is well."""
    demo, visit = begun(way, f"p{mode}")

    def tried():
        row = row_of(demo, visit)
        return row["last_error"] or row["status"] == "sent"

    with demo:
        way.turn(mode)
        way.server.open, way.server.connections = [], 0
        start = time.monotonic()
        sending = demo.wait_aside("PT30S")
        work_on(demo, lambda: way.took(visit) if times == 2 else way.is_reached())
        way.mend()
        done = work_on(demo, tried)
        took = time.monotonic() - start
        check(took > way.answers, f"{mode}: given up after {took:.0f} s, which was no waiting")
        sending.result()
        demo.wait("PT2H")
        arrived(demo, way, visit, times=times, attempts=2)
    return (f"{way.__class__.__name__}: {mode}, given up after {took:.0f} s ({done} requests meanwhile), is a reminder that arrives "
            f"{'once' if times == 1 else 'twice, and the same'}")


def different_times(demo, number):
    """Times for so many visits, on different days and at different times of day."""
    _, course = demo.patient("plooks")
    chosen = {}
    for slot in demo.times(course):
        day, hour = slot["start"][:10], slot["start"][11:16]
        if day not in chosen and hour not in chosen.values() and "10:00" <= hour < "18:00":
            chosen[day] = hour
    check(len(chosen) >= number, f"only {len(chosen)} times")
    return [f"{day}T{hour}" for day, hour in chosen.items()][:number]


def mails_one_by_one(way):
    with Demo(way.settings, NOW) as demo:
        demo.clear()
        modes = ["drop-after-data", "421", "451", "gone", "550"]
        visits = [reminded(demo, f"p{mode}", at) for mode, at in zip(modes, different_times(demo, len(modes)), strict=True)]
        for mode, visit in zip(modes, visits, strict=True):
            demo.wait_until(visit["due"] - SOON)
            port = way.server.port
            if mode == "gone":
                way.server.stop()
                way.turn("ok")
            else:
                way.turn(mode)
            way.server.tries = 0
            demo.wait_until(visit["due"] + SOON)
            check(not way.took(visit), f"{mode}: taken")
            if mode == "550":
                row = says(demo, visit, status="failed", attempts=1, sent_at=None, provider_id=None)
                check("nobody of that name" in row["last_error"], f"550: {row}")
                check(len(task_of(demo, visit, "message_failed")) == 1, f"550: {demo.tasks(visit)}")
                tries = way.server.tries
                way.turn("ok")
                demo.wait("PT6H")
                check(tries == 1 and not way.took(visit) and row_of(demo, visit) == row, f"550: {tries} tries, then {row_of(demo, visit)}")
                continue
            waits(demo, visit, {"421": "no time", "451": "not now"}.get(mode, ""))
            if mode == "gone":
                way.server = bad_smtp.Server("ok", port).start()
            elif mode != "451":
                way.turn("ok")
            demo.wait("PT2H")
            # 451 is said twice, and then it takes everything.
            arrived(demo, way, visit, times=1, attempts=3 if mode == "451" else 2)
            check(not task_of(demo, visit, "message_failed"), f"{mode}: {demo.tasks(visit)}")
    way.server.stop()
    return "by mail: a connection that drops, 421, 451 and nobody there are tried again until taken once; 550 is tried once and is a task"


# What each number's requests come to, what the ledger says after the first, and how it ends: tries, texts that arrived.
TEXTS = {
    "p429": (["429", "429"], "429", 3, 1),
    "p500": (["500"], "500", 2, 1),
    "p503": (["503", "500"], "503", 3, 1),
    "p401": (["401"], "401", 2, 1),
    "pdrops": (["drops"], "", 2, 1),
    "ptwice": (["drops-after-taking"], "", 2, 2),
}


def texts_side_by_side(way):
    with Demo(way.settings, NOW) as demo:
        demo.clear()
        _, course = demo.patient("plooks")
        hours = sorted(slot["start"] for slot in demo.times(course) if "10:00" <= slot["start"][11:16] < "18:00")[::3]
        visits = {name: reminded(demo, name, hours.pop(0), **way.details) for name in [*TEXTS, "pcut", "prefuses", "pstopped", "preported"]}
        late = reminded(demo, "plate", hours.pop(0))
        alone = {"pcut": "cut", "prefuses": "refuses", "pstopped": "unsubscribed", "preported": "drops-after-taking"}
        for name, visit in visits.items():
            way.server.will(visit["phone"], *TEXTS[name][0] if name in TEXTS else [alone[name]])
        way.server.will(late["phone"], *["503"] * 99)
        # Booked last, and so due after all of these.
        for name, (_, error, _, _) in sorted(TEXTS.items(), key=lambda item: visits[item[0]]["due"]):
            demo.wait_until(visits[name]["due"] + SOON)
            waits(demo, visits[name], error)
        refused, stopped, cut, reported = (visits[name] for name in ("prefuses", "pstopped", "pcut", "preported"))
        demo.wait_until(reported["due"] + SOON)
        waits(demo, reported, "")
        # The provider's word comes before ours.
        [text] = way.took(reported)
        check(call(text.callback, report(text, "delivered"))[0] == 204, "delivered is not taken")
        demo.wait_until(max(visit["due"] for visit in visits.values()) + timedelta(hours=2))
        for name, (_, _, attempts, times) in TEXTS.items():
            arrived(demo, way, visits[name], times, attempts)
            tries = len(way.server.tries(visits[name]["phone"]))
            check(tries == attempts, f"{name}: asked {tries} times")
        arrived(demo, way, cut, times=1, attempts=1, known=False)
        says(demo, reported, status="delivered", attempts=1, last_error=None, provider_id=text.sid)
        check(len(way.server.tries(reported["phone"])) == 1, "what was delivered is sent once more")
        for_good(demo, way, refused, stopped)
        too_late(demo, way, late)
        gone(demo, way)
    check(not way.server.wrong, f"asked wrongly: {way.server.wrong}")
    way.server.stop()
    return ("by text: 429, 500, 503, 401, a reset and nobody there are tried again until taken once, or twice the same where it was taken "
            "before the reset, unless it is reported meanwhile; a number that is none is a task, one that said STOP an opt-out; "
            "what is of no use any more is not sent")


def for_good(demo, way, refused, stopped):
    row = says(demo, refused, status="failed", attempts=1, sent_at=None, provider_id=None)
    check("21211" in row["last_error"] and refused["phone"] not in row["last_error"], f"refused: {row}")
    check(len(task_of(demo, refused, "message_failed")) == 1, f"refused: {demo.tasks(refused)}")
    says(demo, stopped, status="suppressed", attempts=1, suppressed_reason="no_consent", sent_at=None, provider_id=None)
    says(demo, stopped, "2h", status="suppressed", attempts=0, suppressed_reason="no_consent")
    [opt_out] = demo.ask("GET", f"/patients/{stopped['patient_id']}/opt-outs")["items"]
    check((opt_out["begun_by"], opt_out["recipient"]) == ("provider", stopped["phone"]), f"21610: {opt_out}")
    check("21610" in opt_out["proof"], f"21610: {opt_out}")
    check(not task_of(demo, stopped, "message_failed"), f"21610: {demo.tasks(stopped)}")
    for visit in (refused, stopped):
        check(len(way.server.tries(visit["phone"])) == 1, f"{visit['name']} is asked for again")
    demo.wait_until(stopped["due"] + timedelta(days=5, minutes=1))
    check(len(task_of(demo, stopped, "patient_to_phone")) == 1, f"21610: {demo.tasks(stopped)}")
    check(len(way.server.tries(stopped["phone"])) == 1, "who has said STOP to the provider is texted")


def gone(demo, way):
    """The provider cannot be reached at all, and is back at the same place."""
    _, course = demo.patient("plooks2")
    visit = reminded(demo, "pgone", demo.times(course)[0]["start"], **way.details)
    demo.wait_until(visit["due"] - SOON)
    before = way.server
    before.stop()
    demo.wait_until(visit["due"] + SOON)
    waits(demo, visit, "")
    way.server = Provider(port=before.port).start()
    way.server.asked, way.server.moods, way.server.numbers = before.asked, before.moods, before.numbers
    demo.wait("PT2H")
    arrived(demo, way, visit, times=1, attempts=2)


def too_late(demo, way, late):
    """Until the visit there is no way; then nobody is reminded of what has passed."""
    demo.wait_until(late["due"] + WEEK + timedelta(hours=1))
    tries = len(way.server.tries(late["phone"]))
    check(not way.took(late) and 3 < tries < 10, f"too late, and tried {tries} times")
    says(demo, late, "2h", status="suppressed", suppressed_reason="too_late", attempts=tries, sent_at=None, provider_id=None)


failed = []


def named(story, way, *more):
    """Tells a story, and which one it was when it does not hold. The others are not waited for then."""
    try:
        return story(way, *more)
    except SystemExit as error:
        failed.append(f"{error} (in {story.__name__}, {way.__class__.__name__}, {more})")
        for process in processes:
            process.kill()
        sys.exit(failed[0])


def all_of_it():
    with ThreadPoolExecutor() as aside:
        stories = [
            aside.submit(named, without_answer, ByText(), "timeout-after-accept", 2),
            aside.submit(named, without_answer, ByText(), "deaf", 1),
            aside.submit(named, without_answer, ByMail(), "timeout-after-accept", 2),
            aside.submit(named, without_answer, ByMail(), "hang", 1),
            aside.submit(named, slow, ByText(seconds=5)),
            aside.submit(named, slow, ByMail(seconds=1)),
            aside.submit(named, mails_one_by_one, ByMail()),
            aside.submit(named, texts_side_by_side, ByText()),
        ]
        for story in stories:
            holds(story.result())


if __name__ == "__main__":
    start = time.monotonic()
    try:
        all_of_it()
    finally:
        for process in processes:
            process.kill()
    print(f"bad servers: all of it holds, in {time.monotonic() - start:.0f} s", flush=True)
