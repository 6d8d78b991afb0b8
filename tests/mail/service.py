"""The running program and the desk that talks to it, for the stories of mail and of texts.

Takes the program as its first argument; needs the variables of `start_mail`. No request may take longer than two
seconds, whatever servers of mail and of texts do. A service that is stopped must have had nothing to complain of, and
must have written nothing into its log that is nobody's business.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from itertools import count

from boxes import CLINIC, check, fail

BINARY = sys.argv[1]
QUICK = 2
GIVES_UP = 150
REAL = {
    "FADELINE_SMTP_URL": os.environ["MAIL_SMTP_URL"],
    "FADELINE_SMTP_CA": os.environ["MAIL_CA"],
    "FADELINE_IMAP_URL": os.environ["MAIL_IMAP_URL"],
    "FADELINE_IMAP_CA": os.environ["MAIL_CA"],
    "FADELINE_IMAP_SERVER_ID": "mx.clinic.test",
}
numbers = count()
clocks = ThreadPoolExecutor()
processes = []


def holds(what):
    print(what, flush=True)


class Service:
    """The running program, and the desk that talks to it."""

    def __init__(self, settings, *command):
        self.log = tempfile.TemporaryFile()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FADELINE_")}
        environment |= {"FADELINE_MAIL_FROM": CLINIC} | settings
        self.process = subprocess.Popen([BINARY, *command, "--log", "warn"], env=environment, stdout=subprocess.PIPE, stderr=self.log)
        processes.append(self.process)

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        if failed:
            self.process.kill()
        else:
            self.stop()

    def stop(self):
        """Ends it in peace. That it had nothing to complain of is part of what is checked."""
        dead = self.process.poll()
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            fail("the service does not stop when it is asked to")
        check(dead is None, f"the service ended by itself with {dead}: {self.said()}")
        check(self.process.returncode == 0, f"the service ended with {self.process.returncode}: {self.said()}")
        said = self.said()
        check("ERROR" not in said and "panicked" not in said, f"the service complained: {said}")
        private = [word for word in ("secret", "@example.test", "+1647555") if word in said]
        check(not private, f"what is nobody's business is in the log: {private} in {said}")

    def said(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-4000:]

    def ask(self, method, path, body=None, quick=True, later=False):
        """What it answers, which must not be an error; nothing when it says to try `later`, where that is allowed."""
        path = path if path.startswith("/demo/") else f"/api/v1{path}"
        request = urllib.request.Request(f"{self.url}{path}", method=method, headers={"Authorization": f"Bearer {self.token}"})
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        begun = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=150) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            if later and error.code == 503:
                return None
            fail(f"{method} {path} is answered with {error.code}: {error.read().decode()}")
        except OSError as error:
            fail(f"{method} {path} is not answered: {error}; {self.said()}")
        took = time.monotonic() - begun
        check(took < QUICK or not quick, f"{method} {path} took {took:.1f} s")
        return json.loads(text) if text else None

    def wait(self, length):
        """The clock moves; what falls due on the way is done, and the mailbox read."""
        self.ask("POST", "/demo/clock", {"advance": length}, quick=False)

    def wait_aside(self, length):
        """The same, while others go on asking. It may take longer than a request may, and is then done all the same."""
        def wait():
            by = length
            while self.ask("POST", "/demo/clock", {"advance": by}, quick=False, later=True) is None:
                by = "PT0S"
        return clocks.submit(wait)

    def patient(self, name, **details):
        """Somebody new, who may be written to at `name`@example.test and has a course."""
        # Not a number of somebody in the demo's own data.
        who = {"given_name": name.capitalize(), "family_name": "Sample", "phone": f"647-555-{next(numbers) % 10_000:04}",
               "email": f"{name}@example.test"} | details
        patient = self.ask("POST", "/patients", who)["id"]
        self.ask("POST", f"/patients/{patient}/consents", {"kind": "messages", "text_version": "1"})
        course = {"patient_id": patient, "goal": "remove", "pigment": "smp", "depth": "correct", "zones": ["vertex"]}
        return patient, self.ask("POST", "/courses", course)["id"]

    def now(self):
        """What the demo's clock shows."""
        return datetime.fromisoformat(self.ask("GET", "/demo/clock")["now"]).astimezone(timezone.utc)

    def wait_until(self, instant):
        """The same, to an instant."""
        self.ask("POST", "/demo/clock", {"to": instant.isoformat()}, quick=False)

    def times(self, course, days=10):
        """Free times for a talk, from so many days on, all with whoever has most of them."""
        now = self.now()
        first, last = (now + timedelta(days=more) for more in (days, days + 10))
        found = self.ask("GET", f"/slots?course_id={course}&service=consultation&from={first:%F}&to={last:%F}&limit=200")["items"]
        check(found, "there is no free time")
        practitioner, _ = Counter(one["practitioner_id"] for one in found).most_common(1)[0]
        found = [one for one in found if one["practitioner_id"] == practitioner]
        return [{key: one[key] for key in ("start", "practitioner_id")} for one in found]

    def book(self, name, at=None, **details):
        """A talk is booked for somebody new: at that time, or at the first free one in ten days."""
        patient, course = self.patient(name, **details)
        time = {"start": at} if at else self.times(course)[0]
        booking = {"course_id": course, "service": "consultation", **time}
        return self.ask("POST", "/sessions", booking) | {"patient_id": patient}

    def move(self, session):
        """To another time, which is answered."""
        to = self.times(session["course_id"])[3]
        self.ask("POST", f"/sessions/{session['id']}/reschedule", to)
        return to["start"]

    def cancel(self, session):
        self.ask("POST", f"/sessions/{session['id']}/cancel", {"reason": "patient_request"})

    def clear(self):
        """Nobody of the demo's own data is told anything from now on."""
        now = self.now()
        days = f"from={now:%F}&to={now + timedelta(days=60):%F}"
        for session in self.ask("GET", f"/sessions?{days}&limit=200")["items"]:
            if session["status"] in ("booked", "pending") and datetime.fromisoformat(session["start"]) > now:
                self.cancel(session)
        self.wait("PT5M")

    def told(self, session):
        """What the ledger knows of it."""
        return self.ask("GET", f"/messages?session_id={session['id']}")["items"]

    def changes(self, session):
        """The same of its changes alone, which is what calendars are told."""
        return [row for row in self.told(session) if row["kind"] in ("invite", "update", "cancel") and row["channel"] == "email"]

    def tasks(self, session=None):
        """Those about a session, or all."""
        found = self.ask("GET", "/tasks?limit=200")["items"]
        return [task for task in found if session is None or task.get("session_id") == session["id"]]


class Demo(Service):
    """The demo, whose clock begins at `now`: no check depends on the day on which it runs."""

    def __init__(self, settings, now, *options):
        super().__init__(settings, "demo", "--json", "--listen", "127.0.0.1:0", "--now", now, *options)
        first = self.process.stdout.readline()
        if not first:
            self.process.wait()
            fail(f"the demo does not start: {self.said()}")
        told = json.loads(first)
        self.url, self.token = told["url"], told["tokens"]["manager"]


def work_on(demo, until):
    """People go on working until something is so; how many requests they made."""
    done, ends = 0, time.monotonic() + GIVES_UP
    while done < 15 or not until():
        check(time.monotonic() < ends, "the service does not give up a mail server that keeps it waiting")
        demo.ask("GET", "/patients?q=sample")
        demo.patient(f"p{next(numbers)}")
        done += 4
        time.sleep(0.5)
    return done
