"""A CalDAV server takes our appointments, finds them by their time, and takes a whole feed.

Takes the folder of tools and one with .ics files: `feed*.ics` are imported whole, the rest one by
one. Starts Radicale on this machine, and stops it. Acceptance list, statement 68.
"""

import http.client
import re
import socket
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import agree

USER = "Basic Y2hlY2tzOng="
CALENDAR = """<?xml version="1.0" encoding="utf-8"?>
<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>
<D:displayname>checks</D:displayname></D:prop></D:set></C:mkcalendar>"""
BETWEEN = """<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><C:calendar-data/></D:prop>
<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="{}" end="{}"/>
</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"""


class Server:
    """Radicale with a folder of its own."""

    def __init__(self, tools):
        self.folder = tempfile.TemporaryDirectory()
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = taken.getsockname()[1]
        self.log = open(Path(self.folder.name) / "log", "w+b")
        self.process = subprocess.Popen(
            [Path(tools) / "venv/bin/python", "-m", "radicale", "--config", "", "--hosts", f"127.0.0.1:{self.port}", "--auth-type", "none",
             "--storage-filesystem-folder", f"{self.folder.name}/store", "--web-type", "none", "--logging-level", "warning"],
            stdout=self.log, stderr=self.log)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)
        self.log.seek(0)
        message = self.log.read().decode(errors="replace")
        self.stop()
        sys.exit(f"the CalDAV server does not start: {message}")

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        self.folder.cleanup()

    def call(self, method, path, body=b"", kind="text/calendar; charset=utf-8", depth="1"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, {"Authorization": USER, "Content-Type": kind, "Depth": depth})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def between(self, calendar, start, end):
        """The UIDs in a calendar between two instants."""
        form = "%Y%m%dT%H%M%SZ"
        status, text = self.call("REPORT", calendar, BETWEEN.format(start.strftime(form), end.strftime(form)).encode(), "application/xml")
        return status, set(re.findall(r"^UID:(\S+)", text, re.M))


def instant(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


def check(tools, single, feeds):
    """What the server has against objects of one appointment and against feeds, both names to octets."""
    found = []
    # Python's icalendar tells the times to ask for; that it is right is the business of `agree`.
    times = {name: agree.by_icalendar(data)["events"] for name, data in (single | feeds).items()}
    server = Server(tools)
    try:
        status, text = server.call("MKCALENDAR", "/checks/single/", CALENDAR.encode(), "application/xml")
        if status != 201:
            found.append(f"68: MKCALENDAR answers {status} {text}")
        for name, data in single.items():
            event = times[name][0]
            status, text = server.call("PUT", f"/checks/single/{event['uid']}.ics", data)
            if status != 201:
                found.append(f"68: PUT of {name} answers {status} {text}")
                continue
            start, end = instant(event["start"]), instant(event["end"])
            status, inside = server.between("/checks/single/", start, end)
            if event["uid"] not in inside:
                found.append(f"68: {name} is not found at its time ({status})")
            hour = timedelta(hours=1)
            for after, before in ((end, end + hour), (start - hour, start)):
                if event["uid"] in server.between("/checks/single/", after, before)[1]:
                    found.append(f"68: {name} is found outside of its time")
        for turn, (name, data) in enumerate(feeds.items()):
            status, text = server.call("PUT", f"/checks/feed{turn}/", data)
            if status != 201:
                found.append(f"68: import of {name} answers {status} {text}")
                continue
            there = server.between(f"/checks/feed{turn}/", datetime(2000, 1, 1), datetime(2100, 1, 1))[1]
            if there != {event["uid"] for event in times[name]}:
                found.append(f"68: of {name}, {len(there)} of {len(times[name])} are there")
    finally:
        server.stop()
    return found


def main():
    files = sorted(Path(sys.argv[2]).glob("*.ics"))
    if not files:
        sys.exit("no .ics files")
    feeds = {file.name: file.read_bytes() for file in files if file.name.startswith("feed")}
    single = {file.name: file.read_bytes() for file in files if file.name not in feeds}
    found = check(sys.argv[1], single, feeds)
    for line in found:
        print(line)
    print(f"CalDAV: {len(single)} appointments and {len(feeds)} feeds, {len(found)} faults")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
