"""The mails that came in to the demo's association: what they say, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sandbox.seed import DEMO_DOMAIN

OBJECTS = "demo/"  # the beginning of their keys in the bucket


@dataclass(frozen=True, slots=True)
class PastMail:
    """One mail of the demo. `becomes` is a state of its deliveries that are not done as their rule says."""

    sender: str
    name: str
    to: str
    subject: str
    text: str
    ago: timedelta
    verdicts: Mapping[str, str] = field(default_factory=dict)  # those that are not PASS
    becomes: str = ""
    reason: str = ""
    detail: str = ""

    @property
    def recipient(self) -> str:
        """The whole address."""
        return f"{self.to}@{DEMO_DOMAIN}"

    def raw(self) -> bytes:
        """The mail with its headers, CRLF at each end."""
        lines = [
            f"From: {self.name} <{self.sender}>", f"To: {self.recipient}", f"Subject: {self.subject}",
            f"Message-ID: <{_number_of(self.subject + self.to)}@{self.sender.rpartition('@')[2]}>", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "", *self.text.splitlines(), "",
        ]  # fmt: skip
        return "\r\n".join(lines).encode()


def _number_of(text: str) -> int:
    """A number for a text, the same in every process."""
    return int.from_bytes(text.encode(), "big") % 10**12


_SPAM = {"spam": "FAIL", "dmarc": "FAIL"}
_FORGED = {"spf": "FAIL", "dkim": "GRAY", "dmarc": "FAIL"}

PAST_MAILS: tuple[PastMail, ...] = (
    PastMail("nora.lind@home.example", "Nora Lind", "info", "Is the hall free on 14 May?",
             "Hello,\nwe would like to rent the hall for a birthday, about 60 people.\nNora Lind", timedelta(days=6, hours=3)),
    PastMail("orders@caterer.example", "Mill Catering", "office", "Offer 2231: supper for 80",
             "Dear association,\nour offer is below. It is good until Friday.", timedelta(days=5, hours=7)),
    PastMail("prizes@lucky.example", "Lucky Draw", "info", "You have won!!!",
             "Click here to claim your prize.", timedelta(days=5), _SPAM),
    PastMail("t.brook@paper.example", "Tess Brook", "press", "Interview about the new roof?",
             "Could I call you on Thursday? I write for the Riverside Paper.", timedelta(days=4, hours=2)),
    PastMail("sven@choir.example", "Sven Aas", "old-newsletter", "Please take me off the old list",
             "I get the new one already, thank you.", timedelta(days=3, hours=20)),
    PastMail("board@partners.example", "Town Partners", "press", "Joint statement",
             "Please send your wording by noon.", timedelta(days=3), becomes="failed", reason="refused",
             detail="MessageRejected: Email address is not verified."),
    PastMail("post@scanner.example", "Scanner", "archive", "Scan 2026-118", "One page.", timedelta(days=2, hours=9),
             becomes="parked", reason="destination_broken", detail="invalid_grant"),
    PastMail("post@scanner.example", "Scanner", "archive", "Scan 2026-119", "Three pages.", timedelta(days=2, hours=8),
             becomes="parked", reason="destination_broken", detail="invalid_grant"),
    PastMail("kim@applicants.example", "Kim Osei", "jobs", "Application as caretaker",
             "Dear all,\nI should like to apply. When may I call?\nKim Osei", timedelta(days=2)),
    PastMail("lea@applicants.example", "Lea Roth", "jobs", "Caretaker: a question",
             "Is it full time?", timedelta(days=1, hours=11)),
    PastMail("m.koch@market.example", "Mara Koch", "press", "Photo for your poster",
             "As promised.", timedelta(days=1, hours=4), becomes="uncertain", reason="answer_lost", detail="ReadTimeout"),
    PastMail("amir.sahin@post.example", "Amir Sahin", "info", "Keys for Saturday",
             "Who has the keys of the back door on Saturday?", timedelta(hours=9)),
    PastMail("billing@forged.example", "Power Company", "old-newsletter", "Your bill is due",
             "Pay at once.", timedelta(hours=6), _FORGED),
    PastMail("jo@riverside.example", "Jo Field", "office", "Minutes of Tuesday",
             "Attached as text:\n1. Roof\n2. Concert\n3. Anything else", timedelta(hours=2)),
)  # fmt: skip

# What comes in when the sandbox starts with a new demo: it goes the real way, into the mailboxes of the double.
FRESH_MAILS: tuple[PastMail, ...] = (
    PastMail("nora.lind@home.example", "Nora Lind", "info", "Re: Is the hall free on 14 May?",
             "Thank you! We take it.\nNora", timedelta()),
    PastMail("orders@caterer.example", "Mill Catering", "office", "Offer 2231, once more",
             "With the cheese that you asked for.", timedelta()),
    PastMail("max@applicants.example", "Max Weiss", "jobs", "Application as caretaker",
             "Good morning,\nplease find my papers below.\nMax Weiss", timedelta()),
)  # fmt: skip
