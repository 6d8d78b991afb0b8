"""What is wrong with a text message, or with a mail that reminds: our own rules, written from the standards.

A text is one segment of the alphabet of GSM 03.38 and tells nothing of what is treated. A mail that reminds is two
forms of the same words, from the clinic and to one person, with a button in the mail program to end it (RFC 8058).
"""

import email
import email.policy
import re
import sys
from datetime import timezone
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "calendars"))

import octets  # noqa: E402
from boxes import CLINIC  # noqa: E402

TORONTO = ZoneInfo("America/Toronto")
# Table by table as in 3GPP TS 23.038, 6.2.1 and 6.2.1.1.
BASIC = set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
            "¿abcdefghijklmnopqrstuvwxyzäöñüà")
EXTENSION = set("^{}\\[~]|€\f")
PHONE = "(647) 351-0061"
LABEL = "Hayden St Clinic"


def septets(text):
    """How long a text is, or which characters are not in the alphabet."""
    strange = [c for c in text if c not in BASIC and c not in EXTENSION]
    return strange or sum(2 if c in EXTENSION else 1 for c in text)


def text_faults(body, stop=True):
    """What is wrong with a text to a patient."""
    found = []
    length = septets(body)
    if isinstance(length, list):
        found.append(f"{''.join(length)!r} is not in the alphabet of text messages")
    elif length > 160:
        found.append(f"{length} characters, and not at most 160")
    # Links are names of the clinic's own choosing, with a secret behind them in which any letters may be.
    words = re.sub(r"https?://\S+", "", body)
    found += [f"{word!r} tells what is treated" for word in octets.clinical(words)]
    found += [f"{said!r} is not in it" for said in (LABEL, PHONE, *(["STOP"] if stop else [])) if said not in body]
    return [f"{what}: {body}" for what in found]


def short_time(start, language="en"):
    """How a text tells a time of day."""
    at = start.astimezone(TORONTO)
    if language == "fr":
        return f"{at.hour} h {at.minute:02}" if at.minute else f"{at.hour} h"
    return f"{(at.hour - 1) % 12 + 1}:{at.minute:02} {'a.m.' if at.hour < 12 else 'p.m.'}"


class Reminder:
    """A mail as it lies in a box, with what is wrong with it in `faults`."""

    def __init__(self, raw):
        self.raw = raw
        self.mail = email.message_from_bytes(raw, policy=email.policy.SMTP)
        self.date = self.mail["Date"].datetime.astimezone(timezone.utc)
        self.id = str(self.mail["Message-ID"]).strip()
        self.subject = str(self.mail["Subject"])
        self.parts = {part.get_content_type(): part.get_content() for part in self.mail.walk() if not part.is_multipart()}

    def one_click(self):
        """The address that ends messages when it is posted to."""
        found = re.fullmatch(r"<(https?://[^\s<>]+)>", str(self.mail["List-Unsubscribe"] or "").strip())
        return found and found[1]

    def link(self):
        """Where the patient is led to."""
        links = re.findall(r"https?://\S+", self.parts["text/plain"])
        return next(link for link in links if not link.endswith(("/messages", "/prepare")))

    def faults(self, start, language="en"):
        """What is wrong with a reminder of a visit at `start`."""
        mail, found = self.mail, []
        found += [f"no proper MIME: {defect!r}" for part in mail.walk() for defect in part.defects]
        kinds = [part.get_content_type() for part in mail.walk()]
        if kinds != ["multipart/alternative", "text/plain", "text/html"]:
            found.append(f"the parts are {kinds}")
        one = {name: octets.addresses(mail, name) for name in ("From", "Reply-To", "To")}
        if one["From"] != [CLINIC] or one["Reply-To"] != [CLINIC] or [str(mail["Delivered-To"])] != one["To"]:
            found.append(f"{one}, delivered to {mail['Delivered-To']}")
        if str(mail["Return-Path"]) != f"<{CLINIC}>":
            found.append(f"MAIL FROM is {mail['Return-Path']}")
        received = " ".join(mail.get_all("Received"))
        if "with ESMTPSA" not in received or "using TLSv1" not in received:
            found.append(f"not over TLS with a password: {received}")
        for name in ("Message-ID", "Date", "Subject", "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post"):
            if len(mail.get_all(name, [])) != 1:
                found.append(f"{len(mail.get_all(name, []))} {name}")
        if str(mail["List-Unsubscribe-Post"]) != "List-Unsubscribe=One-Click" or not self.one_click():
            found.append(f"{mail['List-Unsubscribe']}, {mail['List-Unsubscribe-Post']}")
        for kind, text in [("Subject", self.subject), *self.parts.items()]:
            shown = octets.Html(text).text if kind == "text/html" else text
            found += [f"{word!r} in {kind} tells what is treated" for word in octets.clinical(re.sub(r"https?://\S+", "", shown))]
            if kind != "Subject":
                found += [f"{kind} does not name {what}" for what in octets.says_when(shown, start.astimezone(TORONTO))]
                found += [f"{said!r} is not in {kind}" for said in (LABEL, PHONE, "STOP") if said not in shown]
        begins = {"en": ("Reminder:", "Please confirm:"), "fr": ("Rappel :", "À confirmer :")}[language]
        if not self.subject.startswith(begins) or short_time(start, language) not in self.subject:
            found.append(f"Subject is {self.subject}")
        return found
