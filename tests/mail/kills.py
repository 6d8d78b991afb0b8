"""`kill -9` of the service while a reminder is under way: between claim and send, and between send and mark.

Takes the program, and then addresses of empty PostgreSQL databases, two of them, or none; `PSQL` names psql. Each way has a
database of its own on each engine. The service is the real one, by the real clock; where days would have to pass, or the five
minutes of a claim, they are let pass in the database. Prints what held; ends at the first thing that does not.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

from bad_ways import ByMail, ByText, reminded
from boxes import check
from service import Demo, Service, holds, processes

# A step is taken every five seconds; a machine that has other things to do may be late.
PATIENCE = 40
NEVER = "2099-01-01T00:00:00+00:00"


class Database:
    """A database, to let time pass in and to look at."""

    def __init__(self, url):
        self.url = url

    def ask(self, *statements):
        """The rows of the last of these, as text."""
        if self.url.startswith("sqlite:"):
            with sqlite3.connect(self.url.removeprefix("sqlite:"), timeout=20) as connection:
                for statement in statements:
                    rows = connection.execute(statement).fetchall()
            connection.close()
            return [[str(value) for value in row] for row in rows]
        command = [os.environ.get("PSQL", "psql"), "-X", "-q", "-A", "-t", "-F", "|", "-v", "ON_ERROR_STOP=1", self.url]
        told = subprocess.run([*command, "-c", "; ".join(statements)], check=True, capture_output=True, text=True).stdout
        return [line.split("|") for line in told.splitlines()]

    def id_of(self, row):
        """How an id is written."""
        return f"x'{row.replace('-', '')}'" if self.url.startswith("sqlite:") else f"'{row}'"

    def falls_due(self, *rows):
        """The days until these reminders are over, the first one's first; nothing else is due for as long as anybody looks."""
        now = datetime.now(timezone.utc)
        due = []
        for number, row in enumerate(rows):
            at = (now - timedelta(seconds=60 - number)).strftime("%Y-%m-%dT%H:%M:%S+00:00")
            due.append(f"UPDATE messages SET due_at = '{at}', try_at = '{at}' WHERE id = {self.id_of(row)} AND status = 'scheduled'")
        self.ask(f"UPDATE messages SET try_at = '{NEVER}' WHERE status = 'scheduled' AND try_at < '2098-01-01'", *due)

    def claim_expires(self, row):
        """The five minutes of a claim are over. It is claimed, and nothing is known of its fate."""
        before = self.status(row)
        check(before[0] == "sending", f"killed, and {before}")
        past = (datetime.now(timezone.utc) - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S+00:00")
        self.ask(f"UPDATE messages SET claimed_until = '{past}' WHERE id = {self.id_of(row)}")
        return before

    def status(self, row):
        """Status, tries, and whether it was taken."""
        [found] = self.ask(f"SELECT status, attempts, sent_at IS NOT NULL FROM messages WHERE id = {self.id_of(row)}")
        return found[0], int(found[1]), found[2] in ("1", "t")


class Node(Service):
    """The real service on a database, known as it is to patients."""

    def __init__(self, way, database, token, listen):
        public = {"FADELINE_PUBLIC_URL": "https://visits.clinic.test", "FADELINE_MAIL_FROM": "appointments@clinic.test"}
        # It is day whenever the checks run: hours that end when they begin are never quiet.
        awake = {"FADELINE_POLICY__QUIET_FROM": "03:00", "FADELINE_POLICY__QUIET_UNTIL": "03:00"}
        super().__init__(way.settings | public | awake, "serve", "--database-url", database.url, "--listen", listen)
        self.url, self.token = f"http://{listen}", token

    def kill(self):
        """Like a power cut."""
        self.process.kill()
        self.process.wait()


def until(what, node, so):
    ends = time.monotonic() + PATIENCE
    while not so():
        check(node.process.poll() is None, f"the service ended by itself: {node.said()}")
        check(time.monotonic() < ends, f"{what}, even after {PATIENCE} s: {node.said()}")
        time.sleep(0.05)


def killed(way, lead, url):
    """Two reminders: the first is killed before it is sent, the second when it was sent and not yet marked."""
    database = Database(url)
    # The service that takes over has the real clock and no other, so the demo begins before it, more than the hour
    # that a reminder keeps from what its patient was just told. No hour or day is
    # special to it: visits lie ten days ahead or more, what is due is set by hand, and no hour is quiet.
    earlier = (datetime.now(timezone.utc) - timedelta(minutes=75)).strftime("%Y-%m-%dT%H:%M:%SZ")
    # Sends by nobody; the reminders themselves are all that will go out.
    demo = Demo({}, earlier, "--database-url", url)
    visits = [reminded(demo, name, **way.details) for name in ("pclaimed", "psent")]
    demo.wait("PT4M")
    rows = [next(row["id"] for row in demo.told(visit) if row.get("lead") == lead) for visit in visits]
    claimed, sent = rows
    listen, token = urlsplit(demo.url).netloc, demo.token
    demo.process.kill()
    demo.process.wait()

    database.falls_due(claimed)
    way.turn(way.waits)
    node = Node(way, database, token, listen)
    until("nobody asks the server", node, way.is_reached)
    node.kill()
    check(not way.took(visits[0]), "killed before it was sent, and it was sent")
    check(database.claim_expires(claimed) == ("sending", 1, False), f"killed between claim and send: {database.status(claimed)}")

    way.turn("ok")
    node = Node(way, database, token, listen)
    until("what was claimed by the dead does not go out", node, lambda: database.status(claimed)[0] == "sent")
    way.turn("timeout-after-accept")
    database.falls_due(sent)
    until("the second does not go out", node, lambda: way.took(visits[1]))
    node.kill()
    found = database.claim_expires(sent)
    check(found[0] == "sending" and not found[2], f"killed between send and mark: {found}")
    way.turn("ok")
    with Node(way, database, token, listen) as node:
        until("what was sent by the dead does not go out again", node, lambda: len(way.took(visits[1])) > 1)
        until("what was sent is not marked", node, lambda: database.status(sent)[0] == "sent")
        # Once more round than it takes to look for what is due.
        time.sleep(6)
        told = [next(row for row in node.told(visit) if row["id"] == id_) for visit, id_ in zip(visits, rows, strict=True)]
    once, twice = (way.took(visit) for visit in visits)
    check(len(once) == 1, f"killed between claim and send: arrived {len(once)} times")
    check(len(twice) == 2 and way.is_same(*twice), f"killed between send and mark: arrived {len(twice)} times, or not the same")
    check([row["status"] for row in told] == ["sent", "sent"], f"{told}")
    check([row["attempts"] for row in told] == [2, found[1] + 1], f"{told}")
    check([row["provider_id"] for row in told] == [way.known_as(once[0]), way.known_as(twice[1])], f"{told}")
    engine = urlsplit(url).scheme
    return (f"{way.__class__.__name__} on {engine}: kill -9 between claim and send, and a reminder arrives once; between send and mark, "
            "twice and the same; never not at all")


def all_of_it(folder):
    urls = [f"sqlite:{folder}/mail.db", f"sqlite:{folder}/texts.db", *sys.argv[2:4]]
    with ThreadPoolExecutor() as aside:
        ways = [(ByMail, "7d"), (ByText, "2h")] * (len(urls) // 2)
        for story in [aside.submit(killed, way(), lead, url) for (way, lead), url in zip(ways, urls, strict=True)]:
            holds(story.result())


if __name__ == "__main__":
    begun = time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as folder:
            all_of_it(folder)
    finally:
        for process in processes:
            process.kill()
    print(f"killed: all of it holds, in {time.monotonic() - begun:.0f} s", flush=True)
