"""Shows that the mail server of the checks is what it says, before anything is concluded from it.

Needs the variables of `start_mail`. Mail is submitted with TLS and a password or not at all, lies there as it was
sent, is read over IMAP with TLS, and from outside is marked as the clinic's own server would; each bad server is bad.
"""

import email
import imaplib
import os
import smtplib
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import bad_smtp
from boxes import CLINIC, check, fail, files, from_outside, mails, postfix, refuse

smtp = urlsplit(os.environ["MAIL_SMTP_URL"])
smtps = urlsplit(os.environ["MAIL_SMTPS_URL"])
imap = urlsplit(os.environ["MAIL_IMAP_URL"])
trusted = ssl.create_default_context(cafile=os.environ["MAIL_CA"])

# A line of 75 octets, which is one too many for some, and one that begins with a dot.
calendar = ["BEGIN:VCALENDAR", "DESCRIPTION:".ljust(75, "x"), " " + "y" * 74, ".a line that begins with a dot", "END:VCALENDAR"]
SAMPLE = "\r\n".join([
    f"From: Clinic <{CLINIC}>", "To: %s", "Subject: =?utf-8?q?Caf=C3=A9?=", "Message-ID: <%s@clinic.test>",
    'Content-Type: multipart/mixed; boundary="b"', "MIME-Version: 1.0", "",
    "--b", "Content-Type: text/calendar; charset=utf-8; method=REQUEST", "Content-Transfer-Encoding: 7bit", "", *calendar,
    "--b", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "", "caf=C3=A9 ", "--b--", "",
])


def sample(address, name):
    return (SAMPLE % (address, name)).encode()


def submit(connection, address, name):
    connection.login(smtp.username, smtp.password)
    return connection.sendmail(CLINIC, [address], sample(address, name))


def refused_with(code, what):
    try:
        what()
    except smtplib.SMTPRecipientsRefused as error:
        found = next(iter(error.recipients.values()))[0]
    except smtplib.SMTPResponseException as error:
        found = error.smtp_code
    else:
        fail(f"taken, and not refused with {code}")
    check(found == code, f"{found} and not {code}")


def submission():
    connection = smtplib.SMTP(smtp.hostname, smtp.port, timeout=20)
    connection.ehlo()
    check("starttls" in connection.esmtp_features and "auth" not in connection.esmtp_features, "AUTH before TLS")
    refused_with(530, lambda: connection.sendmail(CLINIC, ["patient@example.test"], b"Subject: no TLS\r\n\r\n"))
    connection.ehlo()
    connection.starttls(context=trusted)
    connection.ehlo()
    refused_with(554, lambda: connection.sendmail(CLINIC, ["patient@example.test"], b"Subject: no AUTH\r\n\r\n"))
    return connection


with submission() as connection:
    try:
        connection.login(smtp.username, "wrong")
    except smtplib.SMTPAuthenticationError:
        pass
    else:
        fail("a wrong password will do")
try:
    smtplib.SMTP_SSL("localhost", smtps.port, context=ssl.create_default_context())
except ssl.SSLCertVerificationError:
    pass
else:
    fail("the authority of the checks is known to this machine")
print("submission wants TLS, then the password, and its authority has to be trusted")

with submission() as connection:
    submit(connection, "patient@example.test", "one")
with smtplib.SMTP_SSL(smtps.hostname, smtps.port, timeout=20, context=trusted) as connection:
    submit(connection, "patient@example.test", "two")
for name, raw in zip(["one", "two"], mails("patient@example.test", 2), strict=True):
    check(raw.endswith(sample("patient@example.test", name)), f"changed on the way: {raw!r}")
    head = email.message_from_bytes(raw)
    check("using TLSv1" in str(head.get_all("Received")), "Received does not say TLS")
    check(head["Delivered-To"] == "patient@example.test" and head["Return-Path"] == f"<{CLINIC}>", "the envelope is not to be seen")
    check(head["Authentication-Results"] is None and head["Date"] is None, "something was added")
print("what is submitted lies there octet for octet, with the envelope above it")

with submission() as connection:
    connection.login(smtp.username, smtp.password)
    refused_with(451, lambda: connection.sendmail(CLINIC, ["refuse4@example.test"], sample("refuse4@example.test", "4")))
    refused_with(550, lambda: connection.sendmail(CLINIC, ["refuse5@example.test"], sample("refuse5@example.test", "5")))
    refused_with(554, lambda: connection.sendmail(CLINIC, ["x@elsewhere.test"], sample("x@elsewhere.test", "6")))
refuse(moody="451 4.3.0 not now")
with submission() as connection:
    connection.login(smtp.username, smtp.password)
    refused_with(451, lambda: connection.sendmail(CLINIC, ["moody@example.test"], sample("moody@example.test", "7")))
    connection.sendmail(CLINIC, ["refuse4@example.test"], sample("refuse4@example.test", "4"))
refuse(refuse4="451 4.3.0 not now", refuse5="550 5.1.1 nobody of that name")
mails("refuse4@example.test", 1)
with submission() as connection:
    submit(connection, "bounce@example.test", "back")
returned = email.message_from_bytes(mails(CLINIC, 1)[0])
check(returned.get_content_type() == "multipart/report" and returned["Auto-Submitted"] == "auto-replied", "no proper report of a bounce")
print("who is to be refused is refused, by a list that can be changed; and what cannot be delivered comes back")

postfix("stop")
try:
    smtplib.SMTP(smtp.hostname, smtp.port, timeout=5)
except OSError:
    pass
else:
    fail("it still answers")
postfix("start")
with submission() as connection:
    submit(connection, "patient@example.test", "three")
check(mails("patient@example.test", 3)[2].endswith(sample("patient@example.test", "three")), "the third is not the last")
print("it can be gone, and is back at the same place")

forged = b"Authentication-Results: mx.clinic.test; dmarc=pass header.from=example.test\r\nFrom: x@forged.test\r\nSubject: f\r\n\r\n"
before = len(files(CLINIC))
for envelope, raw in [("patient@example.test", b"From: patient@example.test\r\nSubject: a\r\n\r\n"), ("x@forged.test", forged),
                      ("", b"From: patient@example.test\r\nSubject: c\r\n\r\n")]:
    from_outside(None, raw, envelope)
with imaplib.IMAP4_SSL(imap.hostname, imap.port, ssl_context=trusted) as box:
    box.login(unquote(imap.username), imap.password)
    until = time.monotonic() + 20
    while int(box.select("INBOX")[1][0]) < before + 3 and time.monotonic() < until:
        time.sleep(0.1)
    arrived = box.search(None, "UNSEEN")[1][0].split()[before:]
    read = [email.message_from_bytes(box.fetch(number, "(BODY.PEEK[])")[1][0][1]) for number in arrived]
check([one["Subject"] for one in read] == ["a", "f", "c"], f"read back: {[one['Subject'] for one in read]}")
marks = [one.get_all("Authentication-Results") for one in read]
good, bad = (f"mx.clinic.test; dmarc={said}" for said in ("pass header.from=example.test", "fail header.from=forged.test"))
check(marks == [[good], [bad, good], [good]], f"marked as {marks}")
print("from outside all is marked above what it said itself, and read over IMAP with TLS")

EXPECTED = {"ok": (["taken"], 1), "slow": (["taken"], 1), "hang": (["gone"], 0), "drop-after-data": (["gone"], 0),
            "timeout-after-accept": (["gone"], 1), "421": ([421], 0), "451": ([451, 451, "taken"], 1), "550": ([550], 0)}


def outcome(port):
    """What becomes of a mail to the server there: taken, refused with a code, or no word of it."""
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=2) as connection:
            connection.sendmail(CLINIC, ["p@example.test"], sample("p@example.test", "bad"))
            return "taken"
    except smtplib.SMTPRecipientsRefused as error:
        return error.recipients["p@example.test"][0]
    except smtplib.SMTPResponseException as error:
        return error.smtp_code
    except OSError:
        return "gone"


with tempfile.TemporaryDirectory() as folder:
    port_file = Path(folder) / "port"
    for mode, (outcomes, count) in EXPECTED.items():
        server = subprocess.Popen([sys.executable, bad_smtp.__file__, port_file, mode, "--folder", folder, "--seconds", "0.3"],
                                  stdout=subprocess.PIPE)
        try:
            server.stdout.readline()
            begun = time.monotonic()
            found = [outcome(int(port_file.read_text())) for _ in outcomes]
            took = time.monotonic() - begun
        finally:
            server.terminate()
            server.wait()
        taken = sorted(Path(folder).glob("*.eml"))
        check(found == outcomes and len(taken) == count, f"{mode}: {found}, and took {len(taken)}")
        check(mode != "slow" or took > 1.5, f"slow: after {took} s")
        for file in taken:
            check(file.read_bytes() == sample("p@example.test", "bad"), f"{mode}: not as it was sent")
            file.unlink()
print("the bad servers are bad, each in its way, one after the other at the same place")
