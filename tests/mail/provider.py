"""A provider of text messages in the shape of Twilio's, in the clear on this machine.

Texts are posted to it; a request that is not as the provider's API wants it is answered with 400 or 401 and kept in
`wrong`. What comes of a proper one is decided by the mood that its number is in, one for each request, and by the mood
of all once those are used up:

  takes               takes it
  slow                the same, N seconds late
  cut                 takes it, and hangs up in the middle of the answer
  refuses             400 with code 21211: there is no such number
  unsubscribed        400 with code 21610: they have answered STOP
  401 403 429 500 503 what the status says
  drops               resets the connection, and has taken nothing
  drops-after-taking  has taken it, and resets the connection
  silent              never answers, and has taken nothing
  silent-after-taking has taken it, and never says so
  deaf                for all alone: accepts the connection, reads nothing and says nothing

It calls back like a provider: what became of a text, and texts that come in, signed by the account's token.
"""

import base64
import hashlib
import hmac
import http.client
import json
import re
import socket
import struct
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

ACCOUNT = "AC" + "0123456789abcdef" * 2
# With what has to be percent-encoded in an address.
TOKEN = "secret/of the+account"
SENDER = "+16475550100"
REFUSALS = {"refuses": (400, 21211, "The 'To' number {to} is not a valid phone number."),
            "unsubscribed": (400, 21610, "Attempt to send to unsubscribed recipient {to}"),
            "401": (401, 20003, "Authenticate"), "403": (403, 20003, "Forbidden"), "429": (429, 20429, "Too Many Requests"),
            "500": (500, 20500, "Internal Server Error"), "503": (503, 20503, "Service Unavailable")}
TAKES = ("takes", "slow", "cut", "drops-after-taking", "silent-after-taking")
MOODS = [*TAKES, *REFUSALS, "drops", "silent", "deaf"]


class Text:
    """A text as it was posted. `taken` says whether the provider took it, `sid` by which name it is known then."""

    def __init__(self, form, key, sid):
        self.to, self.sender, self.body = form["To"], form["From"], form["Body"]
        self.callback, self.key, self.sid, self.taken = form["StatusCallback"], key, sid, False

    def is_same(self, other):
        """Whether one is the other, sent once more."""
        return all(getattr(self, name) == getattr(other, name) for name in ("to", "sender", "body", "callback", "key"))


class Provider(ThreadingHTTPServer):
    """The provider. `asked` holds every proper request, `taken` those that it took, both in order."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, mood="takes", port=0, seconds=3.0):
        super().__init__(("127.0.0.1", port), Conversation)
        self.mood, self.seconds = mood, seconds
        self.moods = defaultdict(list)
        self.asked, self.wrong, self.connections = [], [], 0
        self.numbers = count(1)
        self.lock = threading.Lock()
        self.turned = threading.Event()

    @property
    def port(self):
        return self.server_address[1]

    def settings(self):
        """What the service has to be told of it."""
        return {"FADELINE_SMS_URL": f"http://{ACCOUNT}:{quote(TOKEN, safe='')}@127.0.0.1:{self.port}", "FADELINE_SMS_FROM": SENDER}

    def start(self):
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self):
        """Is not there any more; who still waits for an answer gets none."""
        self.turn("takes")
        self.shutdown()
        self.server_close()

    def turn(self, mood):
        """All are in this mood from now on, and who waits is hung up on."""
        with self.lock:
            self.mood = mood
            self.turned.set()
            self.turned = threading.Event()

    def will(self, to, *moods):
        """What becomes of the next requests for a number; then it is as for all."""
        with self.lock:
            self.moods[to] = list(moods)

    def next_mood(self, to):
        moods = self.moods[to]
        return moods.pop(0) if moods else self.mood

    @property
    def taken(self):
        return [text for text in self.asked if text.taken]

    def tries(self, to):
        return [text for text in self.asked if text.to == to]

    def texts(self, to):
        """What it took for a number."""
        return [text for text in self.asked if text.to == to and text.taken]

    def handle_error(self, request, client_address):
        """A client that went away is no news."""


class Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Nobody reads it."""

    def handle(self):
        server = self.server
        with server.lock:
            server.connections += 1
            waits = server.turned if server.mood == "deaf" else None
        if waits:
            waits.wait()
        else:
            super().handle()

    def do_POST(self):
        server = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.close_connection = True
        form = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)
        if wrong := self.faults(form):
            with server.lock:
                server.wrong.append(wrong)
            return self.say(401 if "Authorization" in wrong else 400, {"code": 21604, "message": wrong})
        with server.lock:
            text = Text(dict(form), self.headers["Idempotency-Key"], f"SM{next(server.numbers):032x}")
            mood, turned = server.next_mood(text.to), server.turned
            text.taken = mood in TAKES
            server.asked.append(text)
        if mood in REFUSALS:
            status, code, words = REFUSALS[mood]
            return self.say(status, {"code": code, "status": status, "message": words.format(to=text.to)})
        if mood.startswith("drops"):
            return self.reset()
        if mood.startswith("silent"):
            turned.wait()
            return None
        if mood == "slow":
            time.sleep(server.seconds)
        return self.say(201, {"sid": text.sid, "status": "queued", "to": text.to, "body": text.body}, whole=mood != "cut")

    def faults(self, form):
        """What is wrong with a request, by the provider's own documentation."""
        names = [name for name, _ in form]
        expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if self.path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
            return f"posted to {self.path}"
        if self.headers["Authorization"] != f"Basic {expected}":
            return f"Authorization is {self.headers['Authorization']}"
        if self.headers["Content-Type"] != "application/x-www-form-urlencoded":
            return f"Content-Type is {self.headers['Content-Type']}"
        if sorted(names) != ["Body", "From", "StatusCallback", "To"]:
            return f"the parameters are {names}"
        told = dict(form)
        if not re.fullmatch(r"\+1\d{10}", told["To"]) or told["From"] != SENDER:
            return f"from {told['From']} to {told['To']}"
        if not told["Body"] or not re.match("https?://", told["StatusCallback"]) or not self.headers["Idempotency-Key"]:
            return f"no Body, StatusCallback or Idempotency-Key: {told}"
        return None

    def say(self, status, answer, whole=True):
        octets = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets if whole else octets[:9])

    def reset(self):
        """Not a proper end, but what is there when a machine goes away."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


def signature(url, form, token=TOKEN):
    """What the provider writes under a call, as its documentation has it: the address, then each parameter in order."""
    told = url + "".join(name + value for name, value in sorted(form.items()))
    return base64.b64encode(hmac.new(token.encode(), told.encode(), hashlib.sha1).digest()).decode()


def call(url, form, signed=None, public=None):
    """Calls the service back at `url`, under which it is known as `public`; answers status and text."""
    signed = signature(public or url, form) if signed is None else signed
    to = urlsplit(url)
    connection = http.client.HTTPConnection(to.hostname, to.port, timeout=30)
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"} | ({"X-Twilio-Signature": signed} if signed else {})
    try:
        connection.request("POST", to.path + (f"?{to.query}" if to.query else ""), urlencode(form), headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def report(text, status, error=None):
    """The form by which the provider says what became of a text."""
    form = {"MessageSid": text.sid, "SmsSid": text.sid, "AccountSid": ACCOUNT, "MessageStatus": status, "SmsStatus": status,
            "To": text.to, "From": text.sender, "ApiVersion": "2010-04-01"}
    return form | ({"ErrorCode": str(error)} if error else {})


incoming_numbers = count(1)


def incoming(sender, body, sid=None):
    """The form by which the provider hands over a text that came in."""
    sid = sid or f"SM{next(incoming_numbers) + (1 << 100):032x}"
    return {"MessageSid": sid, "SmsSid": sid, "AccountSid": ACCOUNT, "From": sender, "To": SENDER, "Body": body, "NumMedia": "0",
            "NumSegments": "1", "FromCountry": "CA", "FromCity": "", "ApiVersion": "2010-04-01"}
