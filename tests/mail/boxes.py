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
    # Whoever reads the box moves a mail from new to cur, so it may be seen in both.
    found = {path.name.split(":")[0]: path for part in ("new", "cur") for path in (FOLDER / address / part).glob("*")}
    return sorted(found.values(), key=order)


def order(path):
    """Seconds, then microseconds, as Dovecot names its files."""
    seconds, rest = path.name.split(".")[:2]
    return int(seconds), int(rest.split("M")[1].split("P")[0])


def arrived(address, number):
    """The same, once there are so many."""
    until = time.monotonic() + PATIENCE
    while len(found := files(address)) < number:
        if time.monotonic() > until:
            fail(f"{address} has {len(found)} mails, not {number}")
        time.sleep(0.05)
    return found


def mails(address, number):
    """Their octets."""
    return [path.read_bytes() for path in arrived(address, number)]


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
