"""What the mail checks share: the Maildirs of the running server, and mail that comes to the clinic from outside."""

import os
import smtplib
import subprocess
import sys
import time
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid
from pathlib import Path

FOLDER = Path(os.environ["MAIL_FOLDER"])
OUTSIDE = int(os.environ["MAIL_OUTSIDE_PORT"])
POSTFIX = os.environ["MAIL_POSTFIX"]
REFUSED = Path(os.environ["MAIL_REFUSED"])
CLINIC = "appointments@clinic.test"
PATIENCE = 20


def fail(what):
    sys.exit(f"mail: {what}")


def check(holds, what):
    if not holds:
        fail(what)


def files(address):
    """The mails in somebody's box, in order of arrival."""
    found = [path for part in ("new", "cur") for path in (FOLDER / address / part).glob("*")]
    return sorted(found, key=lambda path: [int("".join(c for c in part if c.isdigit()) or 0) for part in path.name.split(".")[:2]])


def mails(address, count=0):
    """Their octets, once there are `count` of them."""
    until = time.monotonic() + PATIENCE
    while len(found := files(address)) < count:
        if time.monotonic() > until:
            fail(f"{address} has {len(found)} mails, not {count}")
        time.sleep(0.05)
    return [path.read_bytes() for path in found]


def postfix(verb):
    subprocess.run(["postfix", "-c", POSTFIX, verb], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def refuse(**replies):
    """From now on mail to these people at example.test is refused with the reply given, and to nobody else."""
    REFUSED.write_text("".join(f"{name}@example.test {reply}\n" for name, reply in replies.items()))
    postfix("stop")
    postfix("start")


def from_outside(sender, mail, envelope=None):
    """A mail comes to the clinic from somewhere in the world; `envelope` is its MAIL FROM."""
    if isinstance(mail, EmailMessage):
        del mail["Message-ID"]
        mail["Message-ID"] = make_msgid(domain="example.test")
        mail = mail.as_bytes(policy=SMTP)
    with smtplib.SMTP("127.0.0.1", OUTSIDE, timeout=PATIENCE) as server:
        server.sendmail(sender if envelope is None else envelope, [CLINIC], mail)
