"""Mail of the real service through a real mail server, and the answers to it.

Takes the program; needs the variables of `start_mail`. The service runs as its demo, whose clock is moved, and once
as it serves. What lies in the patients' boxes is held against the rules of tests/calendars/octets.py. No request may
take longer than two seconds, whatever the mail server does. Prints what held; ends at the first thing that does not.
"""

import email
import imaplib
import json
import os
import ssl
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "calendars"))

import bad_smtp  # noqa: E402
import octets  # noqa: E402
from boxes import CLINIC, FOLDER, arrived, check, files, from_outside, mails, order, postfix, refuse  # noqa: E402
from service import REAL, Demo, Service, holds, processes, work_on  # noqa: E402

# The weeks that are lived through begin on a Thursday morning.
NOW = "2026-11-26T15:30:00Z"


class Mail:
    """A mail as it lies in a box, nothing of which is wrong."""

    def __init__(self, raw):
        self.raw = raw
        self.head = email.message_from_bytes(raw)
        self.calendar = octets.calendar_of(raw)
        calendar = octets.tree_of(octets.lines_of(self.calendar, lambda *_: None), lambda *_: None)[0]
        event = calendar.inside("VEVENT")[0]
        self.method = calendar.value("METHOD")
        self.uid, self.stamp = event.value("UID"), event.value("DTSTAMP")
        self.sequence = int(event.value("SEQUENCE"))
        start = event.all("DTSTART")[0]
        self.start = datetime.strptime(start.value, "%Y%m%dT%H%M%S").replace(tzinfo=octets.zone_of(start.parameter("TZID")))
        wrong = octets.mail_faults(raw) + octets.faults(self.calendar, self.method.lower())
        check(not wrong, f"a mail to {self.head['To']}:\n  " + "\n  ".join(wrong))
        check(self.head["From"].endswith(f"<{CLINIC}>") or self.head["From"] == CLINIC, f"From: {self.head['From']}")
        check(self.head["Return-Path"] == f"<{CLINIC}>", f"MAIL FROM is {self.head['Return-Path']}")
        check(self.head["To"] == self.head["Delivered-To"], f"To is {self.head['To']}, RCPT TO {self.head['Delivered-To']}")
        received = " ".join(self.head.get_all("Received"))
        check("with ESMTPSA" in received and "using TLSv1" in received, f"not over TLS with a password: {received}")

    def starts(self, at):
        return self.start == datetime.fromisoformat(at)


def box(address, number):
    """The mails in a box, of which there are so many, no two the same."""
    raw = mails(address, number)
    check(len(raw) == number, f"{address} has {len(raw)} mails, not {number}")
    found = [Mail(one) for one in raw]
    ids = {mail.head["Message-ID"] for mail in found}
    check(len(ids) == number, f"{address} has one Message-ID twice")
    return found


def in_order(told, uid, methods):
    """Of one visit, in the order in which it arrived."""
    check([mail.method for mail in told] == methods, f"{[mail.method for mail in told]}, not {methods}")
    check({mail.uid for mail in told} == {uid}, f"UIDs {[mail.uid for mail in told]}, not {uid}")
    for before, after in pairwise(told):
        check(before.sequence < after.sequence, f"SEQUENCE {before.sequence}, then {after.sequence}")
        check(before.stamp < after.stamp, f"DTSTAMP {before.stamp}, then {after.stamp}")


def life(demo):
    session = demo.book("patient")
    demo.wait("PT4M")
    [invite] = box("patient@example.test", 1)
    check(invite.sequence == 0 and invite.starts(session["start"]), "the invitation is for another time")
    holds("a visit is invited to: over TLS, and nothing wrong with the mail that lies there")
    times = demo.times(session["course_id"])[1:11]
    check(len(times) == 10, f"only {len(times)} free times")
    for to in times:
        demo.ask("POST", f"/sessions/{session['id']}/reschedule", to)
    demo.wait("PT4M")
    moved = box("patient@example.test", 2)[1]
    check(moved.starts(to["start"]), f"ten moves, and told is {moved.start}, not {to['start']}")
    holds("ten quick moves are one mail, with the last time")
    demo.cancel(session)
    demo.wait("PT4M")
    demo.wait("PT3H")
    in_order(box("patient@example.test", 3), session["uid"], ["REQUEST", "REQUEST", "CANCEL"])
    holds("REQUEST, REQUEST, CANCEL: three mails, one UID, SEQUENCE and DTSTAMP rising")


def readdressed(demo):
    session = demo.book("old")
    demo.wait("PT4M")
    demo.ask("PATCH", f"/patients/{session['patient_id']}", {"email": "new@example.test"})
    demo.wait("PT4M")
    old, [new] = box("old@example.test", 2), box("new@example.test", 1)
    in_order(old, session["uid"], ["REQUEST", "CANCEL"])
    in_order([old[0], new], session["uid"], ["REQUEST", "REQUEST"])
    holds("44: a new address is invited with a higher SEQUENCE, and the old one told that it is off")


def refused(demo):
    session = demo.book("refuse5")
    demo.wait("PT4M")
    [message] = demo.changes(session)
    check(message["status"] == "failed" and "nobody of that name" in message["last_error"], f"refused for good: {message}")
    check(len(demo.tasks(session)) == 1, f"refused for good: {demo.tasks(session)}")
    demo.wait("PT6H")
    check(demo.changes(session) == [message] and len(demo.tasks(session)) == 1, "what was refused for good is tried again")
    holds("57: who is refused for good is shown to people, with the server's words, and not tried again")
    session = demo.book("refuse4")
    demo.wait("PT4M")
    [first] = demo.changes(session)
    check(first["status"] == "scheduled" and first["attempts"] >= 1 and "not now" in first["last_error"], f"refused for now: {first}")
    demo.wait("PT3H")
    [later] = demo.changes(session)
    check(later["status"] == "scheduled" and later["attempts"] > first["attempts"], f"refused for now: {later}")
    check(later["attempts"] < 30, f"no pauses between {later['attempts']} tries")
    check(not files("refuse4@example.test") and not demo.tasks(session), "refused for now, and taken or given up")
    refuse(refuse5="550 5.1.1 nobody of that name")
    demo.wait("PT2H")
    [sent] = demo.changes(session)
    check(sent["status"] == "sent" and sent["attempts"] == later["attempts"] + 1, f"taken in the end: {sent}")
    demo.wait("PT6H")
    in_order(box("refuse4@example.test", 1), session["uid"], ["REQUEST"])
    holds(f"57: who is refused for now gets it once, at try {sent['attempts']}, after pauses that grow")


def gone(demo):
    moved, readdressed, cancelled = (demo.book(name) for name in ("pmoved", "pbefore", "pcancelled"))
    demo.wait("PT4M")
    for name in ("pmoved", "pbefore", "pcancelled"):
        box(f"{name}@example.test", 1)
    postfix("stop")
    booked = demo.book("pbooked")
    to = demo.move(moved)
    demo.move(cancelled)
    demo.ask("PATCH", f"/patients/{readdressed['patient_id']}", {"email": "pafter@example.test"})
    demo.wait("PT20M")
    demo.cancel(cancelled)
    demo.wait("PT40M")
    [waits] = demo.changes(booked)
    check(waits["status"] == "scheduled" and waits["attempts"] > 1, f"nobody is there: {waits}")
    postfix("start")
    demo.wait("PT2H")
    in_order(box("pbooked@example.test", 1), booked["uid"], ["REQUEST"])
    told = box("pmoved@example.test", 2)
    in_order(told, moved["uid"], ["REQUEST", "REQUEST"])
    check(told[1].starts(to), "the move that waited tells another time")
    in_order(box("pcancelled@example.test", 2), cancelled["uid"], ["REQUEST", "CANCEL"])
    # Across both boxes, by the time at which each arrived.
    told = sorted([*files("pbefore@example.test"), *files("pafter@example.test")], key=order)
    told = [Mail(path.read_bytes()) for path in told]
    check([mail.method for mail in told] == ["REQUEST", "CANCEL", "REQUEST"], f"{[mail.method for mail in told]}")
    check(all(a.stamp < b.stamp and a.uid == b.uid for a, b in pairwise(told)), "out of order")
    for session in (moved, readdressed, cancelled, booked):
        check(not demo.tasks(session), "a server that was away for an hour is nobody's task")
    holds("57: after an hour without a server what waited arrives once, and in order")


def with_bad(mode, **how):
    """A demo with a server that behaves badly from the first mail on."""
    server = bad_smtp.Server(mode, **how).start()
    return server, Demo({"FADELINE_SMTP_URL": f"smtp://127.0.0.1:{server.port}?tls=none"}, NOW)


def to(server, name):
    """The mails that a bad server took for somebody."""
    return [octets_ for recipients, octets_ in server.taken if recipients == [f"{name}@example.test"]]


def slow():
    server, demo = with_bad("slow", seconds=1)
    with demo:
        session = demo.book("pslow")
        sending = demo.wait_aside("PT210S")
        done = work_on(demo, sending.done)
        sending.result()
        check([one["status"] for one in demo.changes(session)] == ["sent"], f"slow: {demo.changes(session)}")
        server.turn("ok")
        demo.wait("PT2H")
        check(len(to(server, "pslow")) == 1, f"slow: taken {len(to(server, 'pslow'))} times")
    server.stop()
    return f"57: a slow server keeps nobody waiting ({done} requests meanwhile), and gets a mail once"


def hang():
    server, demo = with_bad("hang")
    with demo:
        session = demo.book("phang")
        begun = time.monotonic()
        sending = demo.wait_aside("PT210S")
        done = work_on(demo, lambda: demo.changes(session)[0]["last_error"])
        took = time.monotonic() - begun
        server.turn("ok")
        sending.result()
        demo.wait("PT2H")
        demo.wait("PT2H")
        check([one["status"] for one in demo.changes(session)] == ["sent"], f"hang: {demo.changes(session)}")
        check(len(to(server, "phang")) == 1, f"hang: taken {len(to(server, 'phang'))} times")
    server.stop()
    return (f"57: a server that never says a word keeps nobody waiting ({done} requests meanwhile), is given up after {took:.0f} s, "
            "and gets a mail once when it is well")


def without_word():
    server, demo = with_bad("timeout-after-accept")
    with demo:
        session = demo.book("pword")
        sending = demo.wait_aside("PT210S")
        work_on(demo, lambda: server.taken)
        server.turn("ok")
        sending.result()
        demo.wait("PT2H")
        demo.wait("PT2H")
        check([one["status"] for one in demo.changes(session)] == ["sent"], f"timeout-after-accept: {demo.changes(session)}")
        first, *again = to(server, "pword")
        check(again == [first], f"timeout-after-accept: taken {1 + len(again)} times, and not the same octets twice")
    server.stop()
    return "57: a mail of whose fate there was no word is sent again as the same octets, with the same Message-ID"


def refusing():
    server, demo = with_bad("drop-after-data")
    with demo:
        for mode in ("drop-after-data", "421", "451"):
            server.turn(mode)
            session = demo.book(f"p{mode}")
            demo.wait("PT210S")
            [message] = demo.changes(session)
            check(message["status"] == "scheduled" and message["last_error"], f"{mode}: {message}")
            check(not to(server, f"p{mode}"), f"{mode}: taken")
            server.turn("451" if mode == "451" else "ok")
            demo.wait("PT2H")
            demo.wait("PT2H")
            [message] = demo.changes(session)
            check(message["status"] == "sent" and message["attempts"] > 1, f"{mode}: {message}")
            check(len(to(server, f"p{mode}")) == 1, f"{mode}: taken {len(to(server, f'p{mode}'))} times")
        check(message["attempts"] == 3, f"451 twice: {message}")
        server.turn("550")
        server.tries = 0
        session = demo.book("p550")
        demo.wait("PT4H")
        check([one["status"] for one in demo.changes(session)] == ["failed"], f"550: {demo.changes(session)}")
        check(server.tries == 1 and len(demo.tasks(session)) == 1, f"550: {server.tries} tries, tasks {demo.tasks(session)}")
    server.stop()
    return "57: a connection that drops, 421, 451 are tried again until taken once; 550 is tried once and is a task"


def serving(folder):
    """A demo is killed with a mail waiting, and the service takes over its database."""
    database = ["--database-url", f"sqlite:{folder}/fadeline.db"]
    # The service has the real clock and no other, so the demo that it takes over from begins just before it. No hour or day
    # is special to it: the visit lies ten days ahead or more, and an invitation waits for no hour.
    earlier = (datetime.now(timezone.utc) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    demo = Demo({}, earlier, *database)
    session = demo.book("pserved")
    demo.process.kill()
    demo.process.wait()
    check(not files("pserved@example.test"), "a demo without a mail server sent a mail")
    settings = REAL | {"FADELINE_SMTP_URL": os.environ["MAIL_SMTPS_URL"], "FADELINE_PUBLIC_URL": "https://visits.clinic.test"}
    with Service(settings, "serve", *database, "--listen", urlsplit(demo.url).netloc):
        in_order(box("pserved@example.test", 1), session["uid"], ["REQUEST"])
        # Once more round than it takes to look for what is due.
        time.sleep(6)
    box("pserved@example.test", 1)
    holds("57: what waited when the program was killed is sent once by the one that comes after, with TLS from the first byte")


def answer(mail, partstat, at, sequence=None):
    """A calendar's answer to an invitation."""
    attendee = mail.head["To"]
    text = "\r\n".join([
        "BEGIN:VCALENDAR", "PRODID:-//Example//A calendar//EN", "VERSION:2.0", "METHOD:REPLY", "BEGIN:VEVENT", f"UID:{mail.uid}",
        f"SEQUENCE:{mail.sequence if sequence is None else sequence}", f"DTSTAMP:{at:%Y%m%dT%H%M%SZ}", f"ORGANIZER:mailto:{CLINIC}",
        f"ATTENDEE;PARTSTAT={partstat}:mailto:{attendee}", "END:VEVENT", "END:VCALENDAR", ""])
    reply = words(attendee, f"{partstat.capitalize()}: {mail.head['Subject']}", "Sent by a calendar.")
    reply.add_alternative(text.encode(), "text", "calendar", params={"method": "REPLY", "charset": "utf-8"}, cte="base64")
    return reply


def words(sender, subject, text):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, CLINIC, subject
    mail["Date"] = format_datetime(datetime.now(timezone.utc))
    mail.set_content(text)
    return mail


class Desk:
    """Lets mail come in, and looks at what is made of it."""

    def __init__(self, demo):
        self.demo = demo

    def invited(self, name):
        session = self.demo.book(name)
        self.demo.wait("PT4M")
        return session, box(f"{name}@example.test", 1)[0]

    def comes(self, sender, mail, envelope=None):
        """A mail comes and is read; answers the tasks that there are because of it."""
        before, tasks = len(files(CLINIC)), {task["id"] for task in self.demo.tasks()}
        from_outside(sender, mail, envelope)
        arrived(CLINIC, before + 1)
        self.demo.wait("PT2M")
        return [task for task in self.demo.tasks() if task["id"] not in tasks]

    def status(self, session):
        return self.demo.changes(session)[-1]["status"]

    def stands(self, session):
        return self.demo.ask("GET", f"/sessions/{session['id']}")["status"] == "booked"


def answered(demo):
    desk = Desk(demo)
    session, invite = desk.invited("paccepts")
    tasks = desk.comes("paccepts@example.test", answer(invite, "ACCEPTED", demo.now()))
    check(desk.status(session) == "acknowledged" and not tasks, f"accepted: {demo.changes(session)}, {tasks}")
    holds("71: a REPLY that accepts, from the patient's verified address, is noted at the invitation")
    session, invite = desk.invited("pdeclines")
    tasks = desk.comes("pdeclines@example.test", answer(invite, "DECLINED", demo.now()))
    check([task.get("session_id") for task in tasks] == [session["id"]], f"declined: {tasks}")
    check(desk.stands(session), "declined, and the visit is gone")
    holds("73: one that declines is a task; the visit stands")

    session, invite = desk.invited("pvictim")
    forged = answer(invite, "ACCEPTED", demo.now())
    pretended = answer(invite, "ACCEPTED", demo.now())
    pretended["Authentication-Results"] = "mx.clinic.test; dmarc=pass header.from=example.test"
    named = answer(invite, "DECLINED", demo.now())
    named.replace_header("From", "x@forged.test")
    for mail in (forged, pretended, named):
        desk.comes("x@forged.test", mail)
        check(desk.status(session) == "sent" and desk.stands(session), f"forged: {demo.changes(session)}")
    # The envelope is verified, and somebody else's than the one who is named.
    desk.comes("paccepts@example.test", named)
    check(desk.status(session) == "sent", f"by another: {demo.changes(session)}")
    kinds = {task["kind"] for task in demo.tasks(session)}
    check("visit_declined" not in kinds, f"a forged REPLY that declines is believed: {kinds}")
    holds("71: a REPLY from elsewhere that names the patient is not believed, whatever it says of itself")

    session, invite = desk.invited("pstale")
    demo.move(session)
    demo.wait("PT4M")
    update = box("pstale@example.test", 2)[1]
    tasks = desk.comes("pstale@example.test", answer(invite, "DECLINED", demo.now()))
    check(desk.status(session) == "sent" and not tasks, f"stale: {demo.changes(session)}, {tasks}")
    desk.comes("pstale@example.test", answer(update, "ACCEPTED", demo.now()))
    check(desk.status(session) == "acknowledged", f"not stale: {demo.changes(session)}")
    desk.comes("pstale@example.test", answer(update, "DECLINED", demo.now() - timedelta(hours=1)))
    check(not demo.tasks(session), f"an older answer with the same SEQUENCE: {demo.tasks(session)}")
    holds("72: what answers an older SEQUENCE, or is older than the answer before, is ignored")

    session, invite = desk.invited("pwrites")
    tasks = desk.comes("pwrites@example.test", words("pwrites@example.test", "Re: your mail", "May I bring my dog?"))
    check(len(tasks) == 1 and "dog" not in json.dumps(tasks), f"words: {tasks}")
    check("dog" in json.dumps(demo.ask("GET", f"/tasks/{tasks[0]['id']}")), "words: they cannot be read")
    holds("what somebody writes is a task, and read only where that is opened")
    away = words("pwrites@example.test", "Out of office", "I am away.")
    away["Auto-Submitted"] = "auto-replied"
    check(not desk.comes("pwrites@example.test", away), "an automatic answer is a task")
    check(not desk.comes("pwrites@example.test", away, envelope=""), "an automatic answer without MAIL FROM is a task")
    box("pwrites@example.test", 1)
    holds("75: an automatic answer is nobody's task, and nothing is sent back")

    before = len(files(CLINIC))
    session = demo.book("bounce")
    demo.wait("PT4M")
    arrived(CLINIC, before + 1)
    demo.wait("PT2M")
    check(len(demo.tasks(session)) == 1, f"came back: {demo.tasks(session)}")
    holds("57: a mail that was taken and came back is a task")

    deep = "\r\n".join(["BEGIN:VCALENDAR", "METHOD:REPLY", *["BEGIN:VEVENT"] * 4000, ""])
    nested = words("pwrites@example.test", "deep", "x")
    nested.add_alternative(deep.encode(), "text", "calendar", params={"method": "REPLY"})
    large = words("pwrites@example.test", "large", "y" * 70 + "\n")
    large.add_attachment(b"z" * 2_000_000, "application", "octet-stream")
    for mail in (nested, large, b"\0\xff\r\n\r\nBEGIN:VCALENDAR\r\n", b"Content-Type: multipart/mixed; boundary=\r\n" * 40 + b"\r\n"):
        desk.comes("pwrites@example.test", mail)
    # The photo first and the words behind it, as a telephone sends them.
    photo = words("pwrites@example.test", "Monday", "")
    photo.clear_content()
    photo.make_mixed()
    photo.add_attachment(os.urandom(2_300_000), "image", "jpeg", filename="scalp.jpg")
    photo.add_attachment("I cannot come on Monday.\n", disposition="inline")
    [task] = desk.comes("pwrites@example.test", photo)
    read = demo.ask("GET", f"/tasks/{task['id']}")
    said = [read["reply"][name] for name in ("sender", "subject", "body")]
    check(said == ["pwrites@example.test", "Monday", "I cannot come on Monday."], f"a photo of 3 MB: {said}")
    check(read.get("patient_id"), f"a photo of 3 MB is nobody's: {read}")
    holds("69: of a mail that is too large the words are read, wherever they stand")
    session, invite = desk.invited("plast")
    desk.comes("plast@example.test", answer(invite, "ACCEPTED", demo.now()))
    check(desk.status(session) == "acknowledged", f"after junk: {demo.changes(session)}")
    holds("69: what is too large, too deep or no mail at all keeps nothing from being read after it")

    once(demo)


def once(demo):
    """Whoever reads the box with a mail program may leave everything unread; that is no news."""
    before = demo.tasks()
    told = urlsplit(REAL["FADELINE_IMAP_URL"])
    context = ssl.create_default_context(cafile=os.environ["MAIL_CA"])
    with imaplib.IMAP4_SSL(told.hostname, told.port, ssl_context=context) as mailbox:
        mailbox.login(unquote(told.username), told.password)
        mailbox.select("INBOX")
        check(not mailbox.search(None, "UNSEEN")[1][0], "what was read is not marked")
        mailbox.store("1:*", "-FLAGS.SILENT", "(\\Seen)")
    demo.wait("PT2M")
    demo.wait("PT2M")
    check(demo.tasks() == before, "a mail was read twice")
    holds("each mail is read once, even when somebody marks all of them as unread")


def nothing_more():
    """Nobody else was written to, and nobody twice."""
    time.sleep(1)
    found = {path.name: len(files(path.name)) for path in FOLDER.iterdir()}
    strangers = {name for name in found if not name.endswith("@example.test")} - {CLINIC}
    check(not strangers, f"mail went to {strangers}")
    for address in found:
        raw = [path.read_bytes() for path in files(address)] if address != CLINIC else []
        # Those of the demo's own data are reminded besides, and practitioners get their lists.
        for one in raw:
            if b"text/calendar" in one:
                Mail(one)
        ids = {email.message_from_bytes(one)["Message-ID"] for one in raw}
        check(len(ids) == len(raw), f"{address} has one Message-ID twice")
    holds(f"nobody else was written to, nobody twice: {sum(found.values()) - found[CLINIC]} mails in {len(found) - 1} boxes")


def all_of_it():
    # Those who wait for bad servers wait beside the others.
    badly = [aside.submit(story) for story in (hang, without_word, slow, refusing)]
    with Demo(REAL, NOW) as demo:
        life(demo)
        readdressed(demo)
        refused(demo)
        gone(demo)
        answered(demo)
    for story in badly:
        holds(story.result())
    with tempfile.TemporaryDirectory() as folder:
        serving(folder)
    nothing_more()


aside = ThreadPoolExecutor()
begun = time.monotonic()
check(not any(FOLDER.iterdir()), "there is mail from before")
try:
    all_of_it()
finally:
    # When something failed, nobody waits for the rest.
    for process in processes:
        process.kill()
print(f"mail: all of it holds, in {time.monotonic() - begun:.0f} s", flush=True)
