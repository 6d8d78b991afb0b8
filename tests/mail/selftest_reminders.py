"""Shows that the checks of reminders can fail, and that the provider of texts is what it says, before anything is concluded.

Needs the variables of `start_mail`. A text in the wrong alphabet, too long or telling too much, a mail without its button or at
another time, something that arrives twice, and a call-back with any other signature are each noticed; each mood is what
its name says.
"""

import base64
import http.client
import threading
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlencode

import bad_ways
import provider as texting
from boxes import CLINIC, check
from provider import Provider, call, incoming, report, signature
from wording import Reminder, septets, text_faults

GOOD = "Hayden St Clinic: appointment Mon Mar 15, 10:00 a.m. Reply C to confirm, R to change, STOP to opt out. (647) 351-0061 https://v.ca/a/AbSMPcDe"
WRONG = {
    "a character that makes it two texts of another alphabet": GOOD.replace("Hayden", "Hayden’s"),
    "one character too many": GOOD.ljust(161, "."),
    "too many, for what takes two": GOOD.ljust(155, ".") + "€€€",
    "what is treated": GOOD.replace("appointment", "laser appointment"),
    "what is treated, in French": GOOD.replace("appointment", "détatouage"),
    "no way to stop": GOOD.replace("STOP", "Stop"),
    "nobody to call": GOOD.replace("(647)", ""),
    "nobody whom it is from": GOOD.replace("Hayden St ", ""),
}
check(not text_faults(GOOD), f"{text_faults(GOOD)}")
check(not text_faults(GOOD.ljust(160, ".")) and septets("€é") == 3 and septets("ê") == ["ê"], "the alphabet is another")
for what, body in WRONG.items():
    check(text_faults(body), f"{what} is not noticed: {body}")
print("a text of another alphabet, too long, telling too much or too little is noticed")

START = datetime(2027, 3, 15, 14, tzinfo=timezone.utc)
WORDS = "Monday, March 15, 2027 10:00 a.m. to 10:45 a.m. (America/Toronto) Hayden St Clinic (647) 351-0061 STOP http://127.0.0.1/a/x"
MAIL = "\r\n".join([
    f"Return-Path: <{CLINIC}>", "Delivered-To: p@example.test", "Received: from x with ESMTPSA using TLSv1.3", f"From: {CLINIC}",
    f"Reply-To: {CLINIC}", "To: p@example.test", "Subject: Reminder: your appointment on Mar 15, 10:00 a.m.", "Message-ID: <1@clinic.test>",
    "Date: Mon, 08 Mar 2027 15:00:00 +0000", "Auto-Submitted: auto-generated", "List-Unsubscribe: <http://127.0.0.1/a/x/unsubscribe>",
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click", "MIME-Version: 1.0", 'Content-Type: multipart/alternative; boundary="b"', "",
    "--b", "Content-Type: text/plain; charset=utf-8", "", WORDS,
    "--b", "Content-Type: text/html; charset=utf-8", "", f"<p>{WORDS}</p>", "--b--", ""])


def faults(text):
    return Reminder(text.encode()).faults(START)


check(not faults(MAIL), f"{faults(MAIL)}")
for what, (old, new) in {
    "no button": ("List-Unsubscribe: <http://127.0.0.1/a/x/unsubscribe>\r\n", ""), "a button of another kind": ("=One-Click", "=Yes"),
    "two buttons": ("MIME-Version", "List-Unsubscribe: <http://x/>\r\nMIME-Version"), "another hour": ("10:00 a.m. to", "11:00 a.m. to"),
    "another hour in the subject": ("15, 10:00", "15, 11:00"), "another sender": (f"From: {CLINIC}", "From: x@forged.test"),
    "another box": ("Delivered-To: p@", "Delivered-To: q@"), "no TLS": ("ESMTPSA", "ESMTP"),
    "what is treated": ("your appointment", "your laser appointment"), "no way to stop in the text": ("STOP", "Stop"),
}.items():
    check(old in MAIL and faults(MAIL.replace(old, new, 1)), f"{what} is not noticed")
print("a mail without its button, of another hour, or of another sender is noticed")


class Way(bad_ways.ByText):
    """A way by which texts arrived, without a service."""

    def __init__(self, *arrived):
        self.arrived = list(arrived)

    def took(self, visit):
        return self.arrived


class Ledger:
    """A service that says what it is made to say."""

    def __init__(self, **row):
        self.row = {"lead": "7d", "status": "sent", "attempts": 2, "last_error": None, "provider_id": "SM2",
                    "sent_at": "2027-03-08T10:00:00-05:00"} | row

    def told(self, visit):
        return [self.row]


def text(sid, **form):
    form = {"To": "+16475550001", "From": texting.SENDER, "Body": GOOD, "StatusCallback": "http://x/texts/status/1"} | form
    return texting.Text(form, "key", sid)


def noticed(arrivals, times, **row):
    """Whether the checks end when so many arrive and the ledger says that."""
    visit = {"name": "somebody", "due": datetime(2027, 3, 8, 15, tzinfo=timezone.utc)}
    try:
        bad_ways.arrived(Ledger(**row), Way(*arrivals), visit, times=times, attempts=2)
    except SystemExit:
        return True
    return False


twice = [text("SM1"), text("SM2")]
check(not noticed(twice, 2), "what is right is wrong")
for what, arrivals, times, row in [
    ("twice instead of once", twice, 1, {}), ("never", [], 1, {}), ("three times", [*twice, text("SM2")], 2, {}),
    ("twice with other words", [text("SM1", Body=GOOD + "."), text("SM2")], 2, {}), ("a mark too few", twice, 2, {"status": "sending"}),
    ("a try that was not told", twice, 2, {"attempts": 1}), ("another name", twice, 2, {"provider_id": "SM1"}),
    ("a time before it was due", twice, 2, {"sent_at": "2027-03-08T09:59:59-05:00"}),
    ("an error that is over", twice, 2, {"last_error": "x"}),
]:
    check(noticed(arrivals, times, **row), f"{what} is not noticed")
print("what arrives twice, never or changed, and a ledger that says anything else, is noticed")

# The example of the provider's own documentation.
documented = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234", "From": "+14158675309", "To": "+18005551212"}
signed = signature("https://mycompany.com/myapp.php?foo=1&bar=2", documented, "12345")
check(signed == "RSOYDt4T1cUTdK1PDd93/VVr8B8=", f"signed in another way: {signed}")


class Callee(BaseHTTPRequestHandler):
    """Whom the provider calls back; says what it got."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(self.headers["X-Twilio-Signature"]).encode() + b" " + body)

    def log_message(self, *_):
        """Nobody reads it."""


callee = HTTPServer(("127.0.0.1", 0), Callee)
threading.Thread(target=callee.serve_forever, daemon=True).start()
here = f"http://127.0.0.1:{callee.server_port}/texts"
for form in (report(text("SM1"), "undelivered", 30003), incoming("+16475550001", "é & =")):
    for public in (None, "https://visits.clinic.test/texts"):
        got = call(here, form, public=public)
        check(got == (200, f"{signature(public or here, form)} {urlencode(form)}"), f"called with {got}")
check(call(here, {}, signed="")[1].startswith("None "), "unsigned, and signed")
callee.shutdown()
callee.server_close()
print("the provider signs as its documentation says")

FORM = {"To": "+16475550001", "From": texting.SENDER, "Body": GOOD, "StatusCallback": "http://127.0.0.1:1/texts/status/1"}
EXPECTED = {"takes": (201, 1), "slow": (201, 1), "cut": ("cut", 1), "refuses": (400, 0), "unsubscribed": (400, 0), "401": (401, 0),
            "403": (403, 0), "429": (429, 0), "500": (500, 0), "503": (503, 0), "drops": ("gone", 0), "drops-after-taking": ("gone", 1),
            "silent": ("silence", 0), "silent-after-taking": ("silence", 1), "deaf": ("silence", 0)}


def posted(server, form=FORM, token=texting.TOKEN, **more):
    """What becomes of a text: a status, or how there was none."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=1)
    headers = {"Authorization": "Basic " + base64.b64encode(f"{texting.ACCOUNT}:{token}".encode()).decode(), "Idempotency-Key": "1",
               "Content-Type": "application/x-www-form-urlencoded"} | more
    try:
        connection.request("POST", f"/2010-04-01/Accounts/{texting.ACCOUNT}/Messages.json", urlencode(form), headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except TimeoutError:
        return "silence"
    except http.client.IncompleteRead:
        return "cut"
    except OSError:
        return "gone"
    finally:
        connection.close()


check(set(EXPECTED) == set(texting.MOODS), "a mood is not looked at")
for mood, (outcome, count) in EXPECTED.items():
    server = Provider(mood, seconds=0.3).start()
    found = posted(server)
    check((found, len(server.taken)) == (outcome, count), f"{mood}: {found}, and took {len(server.taken)}")
    # One number's own mood comes first, once.
    if mood != "deaf":
        server.turn("takes")
        server.will(FORM["To"], mood)
        found = [posted(server), posted(server)]
        check(found == [outcome, 201] and len(server.texts(FORM["To"])) == 2 * count + 1, f"{mood}, then takes: {found}")
    server.stop()
server = Provider().start()
for what, form, more in [("no Body", FORM | {"Body": ""}, {}), ("another sender", FORM | {"From": "+16475550101"}, {}),
                         ("more", FORM | {"x": "y"}, {}), ("no number", FORM | {"To": "647 555 0001"}, {}),
                         ("no key", FORM, {"Idempotency-Key": ""}), ("JSON", FORM, {"Content-Type": "text/json"})]:
    check(posted(server, form, **more) == 400, f"{what} is taken")
check(posted(server, token="wrong") == 401 and len(server.wrong) == 7 and not server.asked, f"wrong: {server.wrong}")
server.stop()
print("each mood of the provider is what it is called, and it takes nothing that its documentation does not have")
