"""Reminders of the real service: by a real mail server, and by a provider of text messages that calls back.

Takes the program; needs the variables of `start_mail`. One demo, whose clock is moved through the weeks before visits
on both sides of a change of the clock, with a patient for each thing that a patient may answer. Prints what held; ends at the
first thing that does not.
"""

import heapq
import re
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from itertools import count

import provider as texting
from boxes import FOLDER, check, files, mails
from provider import call, incoming, report, signature
from service import REAL, Demo, holds, processes
from wording import PHONE, TORONTO, Reminder, short_time, text_faults

# Visits are from Monday 15 March on; the clock changes on the Sunday before.
NOW = "2027-03-04T15:00:00Z"
SOON = timedelta(seconds=20)


def utc(text):
    return datetime.fromisoformat(text).astimezone(timezone.utc)


def wall_days_before(start, days):
    """The same time on the wall, so many days earlier."""
    wall = start.astimezone(TORONTO).replace(tzinfo=None) - timedelta(days=days)
    return wall.replace(tzinfo=TORONTO).astimezone(timezone.utc)


class Patient:
    """Somebody who is reminded of a visit, and what is known of it."""

    free = []

    def __init__(self, demo, provider, name, **details):
        self.demo, self.provider, self.name, self.email = demo, provider, name, f"{name}@example.test"
        self.session = demo.book(name, self.free.pop(0), **details)
        self.start = utc(self.session["start"])
        self.week = wall_days_before(self.start, 7)
        self.two_days, self.two_hours = self.start - timedelta(hours=48), self.start - timedelta(hours=2)
        self.id = self.session["patient_id"]
        self.phone = demo.ask("GET", f"/patients/{self.id}")["phone"]

    def told(self, lead=None):
        """The rows of the ledger, or the last one that is so long before."""
        rows = self.demo.told(self.session)
        return rows if lead is None else [row for row in rows if row.get("lead") == lead][-1]

    def stands(self):
        return self.demo.ask("GET", f"/sessions/{self.session['id']}")

    def planned(self):
        """The rows of their reminders."""
        return [row for row in self.told() if row["kind"] == "reminder"]

    def tasks(self, kind):
        return [task for task in self.demo.tasks(self.session) if task["kind"] == kind]

    def opt_outs(self):
        return self.demo.ask("GET", f"/patients/{self.id}/opt-outs")["items"]

    def mails(self, number):
        """Their mails, of which there are so many; the first is the invitation."""
        raw = mails(self.email, number)
        check(len(raw) == number, f"{self.email} has {len(raw)} mails, not {number}")
        return raw

    def texts(self, number):
        """The texts that the provider took for them, of which there are so many."""
        found = self.provider.texts(self.phone)
        check(len(found) == number, f"{self.name} was texted {len(found)} times, not {number}: {[text.body for text in found]}")
        return found

    def says(self, body, sid=None):
        """They answer by text; the provider hands it over."""
        form = incoming(self.phone, body, sid)
        status, answer = call(f"{self.demo.url}/texts/incoming", form)
        check(status == 200 and answer.endswith("<Response></Response>"), f"{body!r} is answered with {status}: {answer}")
        return form

    def is_answered(self, body, number):
        """They write, and are texted: the last of so many texts."""
        self.says(body)
        self.demo.wait("PT1M")
        return self.texts(number)[-1]


def along(demo, stories):
    """Tells stories side by side: each is carried on when the clock has come to the instant that it waits for."""
    order = count()
    waiting = [(datetime.min.replace(tzinfo=timezone.utc), next(order), story) for story in stories]
    while waiting:
        at, _, story = heapq.heappop(waiting)
        if demo.now() < at:
            demo.wait_until(at)
        until = next(story, None)
        if until is not None:
            heapq.heappush(waiting, (until, next(order), story))


def is_near(shown, at):
    """Whether the ledger names this instant, give or take what the clock goes on while a server is spoken to."""
    return shown is not None and abs(utc(shown) - at) < timedelta(seconds=30)


def by_mail(her):
    """A week and two days before by mail, two hours before by text; not a moment earlier."""
    planned = {row["lead"]: (row["channel"], row["purpose"], utc(row["due_at"]), row["status"]) for row in her.planned()}
    expected = {"7d": ("email", "prepare", her.week, "scheduled"), "48h": ("email", "confirm", her.two_days, "scheduled"),
                "2h": ("sms", "remind", her.two_hours, "scheduled")}
    check(planned == expected, f"planned is {planned}, not {expected}")
    for lead, number, due in (("7d", 2, her.week), ("48h", 3, her.two_days)):
        yield due - SOON
        her.mails(number - 1)
        yield due
        mail = Reminder(her.mails(number)[-1])
        wrong = mail.faults(her.start)
        check(not wrong, f"the mail {lead} before:\n  " + "\n  ".join(wrong))
        check(mail.date == due, f"the mail {lead} before is of {mail.date}, not {due}")
        row = her.told(lead)
        told = (row["status"], row["attempts"], row["last_error"], row["provider_id"])
        check(told == ("sent", 1, None, mail.id) and is_near(row["sent_at"], due), f"the ledger says {row}")
        with urllib.request.urlopen(mail.link(), timeout=20) as page:
            check(page.status == 200 and PHONE in page.read().decode(), "the link opens nothing")
    check(her.two_days.astimezone(TORONTO).hour != her.start.astimezone(TORONTO).hour, "the clock does not change in between")
    holds("a week before (by the wall) and 48 hours before (by the hours that pass) a mail lies there, dated then, "
          "and with one click to end it")
    yield her.two_hours - SOON
    her.texts(0)
    yield her.two_hours
    [text] = her.texts(1)
    row = her.told("2h")
    check(short_time(her.start) in text.body and f"{her.demo.url}/a/" in text.body, f"the text says {text.body}")
    check(text.callback == f"{her.demo.url}/texts/status/{row['id']}" and text.key == row["id"], f"{text.callback}, {text.key}")
    told = (row["status"], row["attempts"], row["last_error"], row["provider_id"])
    check(told == ("sent", 1, None, text.sid) and is_near(row["sent_at"], her.two_hours), f"the ledger says {row}")
    holds("two hours before a text goes out, by the name that the provider calls it back by")
    calls_back(her, text)
    yield her.start + timedelta(hours=1)
    her.mails(3)
    her.texts(1)


def calls_back(her, text):
    """What the provider says of a text is believed when it is signed, and then for good."""
    for status in ("queued", "sent"):
        check(call(text.callback, report(text, status))[0] == 204, f"{status} is not taken")
        check(her.told("2h")["status"] == "sent", f"{status}, and the ledger says {her.told('2h')}")
    before = her.told("2h")
    delivered = report(text, "delivered")
    for forged in (None, "x" * 28, signature(text.callback, delivered, "another token"), signature(text.callback, report(text, "sent")),
                   signature(text.callback.replace("http:", "https:"), delivered)):
        status, _ = call(text.callback, delivered, forged or "")
        check(status == 403, f"signed with {forged}: {status}")
    status, _ = call(f"{her.demo.url}/texts/incoming", incoming(her.phone, "STOP"), "forged")
    check(status == 403 and not her.opt_outs() and her.told("2h") == before, f"forged, and {her.told('2h')}, {her.opt_outs()}")
    holds("a call-back without the provider's signature is 403 and changes nothing")
    for _ in range(2):
        check(call(text.callback, delivered)[0] == 204, "delivered is not taken")
    row = her.told("2h")
    check(row["status"] == "delivered" and row["delivered_at"] and row["provider_id"] == text.sid, f"delivered: {row}")
    call(text.callback, report(text, "sent"))
    call(text.callback, report(text, "undelivered", 30003))
    check(her.told("2h") == row and not her.tasks("message_failed"), f"after it was delivered: {her.told('2h')}")
    holds("a signed one makes the text delivered, also twice, and what comes late changes nothing")


def not_reached(his):
    yield his.two_hours
    [text] = his.texts(1)
    for _ in range(2):
        check(call(text.callback, report(text, "undelivered", 30005))[0] == 204, "undelivered is not taken")
    row = his.told("2h")
    check((row["status"], row["last_error"]) == ("failed", "undelivered: 30005"), f"undelivered: {row}")
    check(len(his.tasks("message_failed")) == 1, f"undelivered: {his.tasks('message_failed')}")
    holds("a text that did not reach the telephone is failed, and one task")


def confirms(her):
    """By text, before anybody has texted her."""
    yield her.week + timedelta(hours=1)
    # Handed over four times, twice of it at once.
    sid = "SM" + "c" * 32
    with ThreadPoolExecutor() as at_once:
        for done in [at_once.submit(her.says, "C", sid) for _ in range(2)]:
            done.result()
    first = her.stands()
    check(first["confirmed_at"] and first["status"] == "booked", f"C: {first}")
    her.demo.wait("PT1M")
    [thanks] = her.texts(1)
    her.says("C", sid)
    her.says(" c. ", sid)
    her.demo.wait("PT1M")
    check("thank you" in thanks.body and short_time(her.start) in thanks.body, f"C is answered with {thanks.body}")
    check(her.texts(1) and her.stands() == first, f"C once more: {her.stands()}")
    row = her.told("48h")
    check((row["status"], row["suppressed_reason"]) == ("superseded", "confirmed"), f"confirmed, and {row}")
    yield her.two_hours - SOON
    her.mails(2)
    yield her.two_hours
    her.texts(2)
    holds("C confirms, once however often it is handed over, is thanked, and nobody asks again")


def confirms_what_was_moved(her):
    """She answers a text about a time that is no longer hers."""
    yield her.two_days
    check("Reply C" in her.texts(2)[1].body or "C=confirm" in her.texts(2)[1].body, f"asked: {her.texts(2)[1].body}")
    her.demo.move(her.session)
    her.says("C")
    check(not her.stands().get("confirmed_at") and her.stands()["status"] == "booked", f"an old time is confirmed: {her.stands()}")
    check(len(her.tasks("reply_to_read")) == 1, f"{her.demo.tasks(her.session)}")
    holds("C to a reminder of a time that has moved confirms nothing, and somebody reads it")


def asks_for_another(her):
    yield her.two_days + timedelta(minutes=5)
    answer = her.is_answered("R", 1)
    times = re.findall(r"\w{3} \d{1,2} \d{1,2}:\d\d [ap]\.m\.", answer.body)
    check(len(times) == 3 and len(set(times)) == 3 and f"{her.demo.url}/a/" in answer.body, f"R is answered with {answer.body}")
    check(her.stands()["status"] == "booked" and not her.stands().get("confirmed_at"), f"R: {her.stands()}")
    her.is_answered("r", 2)
    check(len(her.tasks("visit_to_move")) == 1, f"R: {her.demo.tasks(her.session)}")
    # A secret is of the letters of base64url, of which "-" is one.
    with urllib.request.urlopen(re.search(r"https?://\S+/a/[\w-]+", answer.body)[0] + "?asked", timeout=20) as page:
        check(page.status == 200 and "name=\"start\"" in page.read().decode(), "no times behind the link")
    holds("R is answered with three times and where to choose, and is one task; the visit stands")


def stops(his):
    """For good: the provider hears nothing more of him, and he is phoned in its place."""
    yield his.week + timedelta(hours=2)
    form = his.says("Stop!")
    rows = [(row["lead"], row["status"], row["suppressed_reason"]) for row in his.planned() if row["channel"] == "sms"]
    check(rows == [("2h", "suppressed", "no_consent")], f"STOP: {rows}")
    [proof] = his.opt_outs()
    check((proof["channel"], proof["recipient"], proof["begun_by"]) == ("sms", his.phone, "text"), f"STOP: {proof}")
    check("Stop!" in proof["proof"] and form["MessageSid"] in proof["proof"] and not proof.get("ended_at"), f"the proof is {proof}")
    # Who has said STOP and asks who this is, is answered in the same call and not by a text of ours.
    status, words = call(f"{his.demo.url}/texts/incoming", incoming(his.phone, "HELP"))
    check(status == 200 and "<Message>" in words, f"HELP after STOP: {status} {words}")
    his.demo.wait("PT1M")
    yield his.two_days
    his.mails(3)
    yield his.two_hours - SOON
    check(not his.tasks("patient_to_phone"), "phoned too early")
    yield his.two_hours + timedelta(minutes=1)
    check(len(his.tasks("patient_to_phone")) == 1, f"STOP: {his.demo.tasks(his.session)}")
    check(not his.provider.tries(his.phone), "STOP, and texted")
    his.mails(3)
    holds("STOP ends texts at once and with proof: none is sent, mail goes on, and it is a task to phone when the text falls due")


def starts_again(her):
    yield her.week + timedelta(hours=3)
    her.says("ARRET")
    yield her.two_days
    check(her.told("2h")["suppressed_reason"] == "no_consent", f"STOP: {her.told('2h')}")
    her.says("START")
    row = her.told("2h")
    check(row["status"] == "scheduled" and utc(row["due_at"]) == her.two_hours, f"START: {row}")
    [proof] = her.opt_outs()
    check(proof["ended_by"] == "text" and "START" in proof["end_proof"], f"START: {proof}")
    yield her.two_hours
    her.texts(1)
    check(not her.tasks("patient_to_phone"), "START, and phoned all the same")
    holds("START brings texts back, and nobody is phoned")


def asks_and_wonders(his):
    yield his.week + timedelta(hours=4)
    answer = his.is_answered("HELP", 1)
    check("Questions?" in answer.body, f"HELP is answered with {answer.body}")
    strange, known = "+14165559876", len(his.provider.asked)
    status, words = call(f"{his.demo.url}/texts/incoming", incoming(strange, "help"))
    said = re.search("<Response><Message>(.*)</Message></Response>", words)
    check(status == 200 and said and not text_faults(said[1]), f"HELP of a stranger: {status} {words}")
    call(f"{his.demo.url}/texts/incoming", incoming(strange, "STOP"))
    his.demo.wait("PT1M")
    check(len(his.provider.asked) == known, "a stranger is texted")
    holds("HELP is answered, to strangers within the provider's own call")
    before = his.stands()
    for number, words in enumerate(("I may be late, é 👍 <b>&", "No", "", "CANCEL"), 1):
        his.says(words)
        his.demo.wait("PT1M")
        tasks = his.tasks("reply_to_read")
        told = any(words and words in task["detail"] for task in tasks)
        check(len(tasks) == number and told == (words == "CANCEL"), f"{words!r}: {tasks}")
        read = his.demo.ask("GET", f"/tasks/{tasks[-1]['id']}")["reply"]
        check(read["body"] == words and read["sender"] == his.phone, f"{words!r} is read as {read}")
        check(bool(his.opt_outs()) == (words == "CANCEL"), f"{words!r}: {his.opt_outs()}")
    check("will read your message" in his.texts(2)[-1].body, f"words are answered with {his.texts(2)[-1].body}")
    check(his.stands() == before, f"CANCEL and the like: {his.stands()}")
    holds("all else is for a person to read, cancels nothing, and is answered once a day; CANCEL alone ends texts besides")
    late = his.demo.book("plater", Patient.free.pop(0), phone=strange)
    rows = [(row["lead"], row["suppressed_reason"]) for row in his.demo.told(late) if row["channel"] == "sms" and row["kind"] == "reminder"]
    check(rows == [("2h", "no_consent")], f"STOP before there was a visit: {rows}")
    holds("STOP holds for a number also when its owner becomes a patient later")


def in_french(her):
    yield her.week
    mail = Reminder(her.mails(2)[-1])
    yield her.two_days
    asked = Reminder(her.mails(3)[-1])
    wrong = mail.faults(her.start, "fr") + asked.faults(her.start, "fr")
    check(not wrong and asked.subject.startswith("À confirmer"), f"{asked.subject}\n  " + "\n  ".join(wrong))
    thanks = her.is_answered("Oui", 1)
    check("merci" in thanks.body and short_time(her.start, "fr") in thanks.body and her.stands()["confirmed_at"], f"oui: {thanks.body}")
    yield her.two_hours
    text = her.texts(2)[-1]
    check(short_time(her.start, "fr") in text.body and "STOP" in text.body, f"in French: {text.body}")
    her.says("Arrêt")
    check([one["begun_by"] for one in her.opt_outs()] == ["text"], f"ARRÊT: {her.opt_outs()}")
    holds("who speaks French is written to in French, and understood")


def one_click(his):
    yield his.week
    address = Reminder(his.mails(2)[-1]).one_click()
    with urllib.request.urlopen(address, timeout=20) as page:
        check(page.status == 200, "nothing is shown to who only looks")
    try:
        urllib.request.urlopen(urllib.request.Request(address, b"List-Unsubscribe=Two-Clicks", method="POST"), timeout=20)
        status = 200
    except urllib.error.HTTPError as error:
        status = error.code
    check(status == 400 and not his.opt_outs(), f"looked at, or something else was posted: {status}, {his.opt_outs()}")
    for _ in range(2):
        post = urllib.request.Request(address, b"List-Unsubscribe=One-Click", method="POST")
        with urllib.request.urlopen(post, timeout=20) as answer:
            check(answer.status in (200, 202, 204) and answer.url == address, f"one click is answered with {answer.status}")
    [proof] = his.opt_outs()
    check((proof["channel"], proof["begun_by"]) == ("email", "one_click"), f"one click: {proof}")
    check(his.told("48h")["suppressed_reason"] == "no_consent", f"one click: {his.told('48h')}")
    yield his.two_days - SOON
    check(not his.tasks("patient_to_phone"), "phoned too early")
    yield his.two_days + timedelta(minutes=1)
    his.mails(2)
    check(len(his.tasks("patient_to_phone")) == 1, f"one click: {his.demo.tasks(his.session)}")
    yield his.two_hours
    his.texts(1)
    holds("one click in a mail program ends mail at once (looking does not), texts go on, and it is a task to phone")


def all_of_it(demo, provider):
    demo.clear()
    _, course = demo.patient("plooks")
    hours = [one["start"] for one in demo.times(course, days=11) if 10 <= utc(one["start"]).astimezone(TORONTO).hour < 18]
    # One after another, so that nobody takes another's time.
    Patient.free = hours[::3]
    told = [by_mail, not_reached, confirms, asks_for_another, stops, starts_again, asks_and_wonders, one_click]
    stories = [story(Patient(demo, provider, f"p{story.__name__.replace('_', '')}")) for story in told]
    stories.append(in_french(Patient(demo, provider, "pfrench", preferred_language="fr")))
    stories.append(confirms_what_was_moved(Patient(demo, provider, "pmoves", preferred_channel="sms")))
    demo.wait("PT4M")
    along(demo, stories)
    # Until after the last visit.
    demo.wait("P5D")
    for text in provider.asked:
        wrong = text_faults(text.body)
        check(not wrong, "\n  ".join(wrong))
    keys = [text.key for text in provider.asked]
    check(not provider.wrong and len(keys) == len(set(keys)), f"asked wrongly {provider.wrong}, or twice: {keys}")
    holds(f"all {len(keys)} texts are neutral, one segment each, and were asked for once")
    for address in FOLDER.iterdir():
        ids = [Reminder(path.read_bytes()).id for path in files(address.name)]
        check(len(ids) == len(set(ids)), f"{address.name} has one Message-ID twice")


if __name__ == "__main__":
    begun = time.monotonic()
    provider = texting.Provider().start()
    try:
        with Demo(REAL | provider.settings(), NOW) as demo:
            all_of_it(demo, provider)
    finally:
        for process in processes:
            process.kill()
    print(f"reminders: all of it holds, in {time.monotonic() - begun:.0f} s", flush=True)
