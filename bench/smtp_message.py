"""The mail that bench.smtp sends by every sender: a usual newsletter of 10 kB, HTML with its text, not only in ASCII.

Sender's name, subject, both bodies and List-Unsubscribe are the same for all, and every sender fills the same places.
"""

from __future__ import annotations

FROM_NAME = "Café am Fluß"
FROM_ADDRESS = "office@postroom.example"
SUBJECT = "The café’s programme for {{ first_name }}"
FIELDS = ("first_name", "last_name", "city", "code", "unsubscribe_url")
_SENTENCE = "The hall is open again, and the choir’s evenings are as always on Thursdays at seven – do come."
_PARAGRAPH = f"<p>{_SENTENCE}</p>\n"
_HTML_BYTES, _TEXT_BYTES = 7_500, 2_000


def text() -> str:
    """The text part: the same fields, a line each, between plain sentences."""
    holes = [f"Your {name}: {{{{ {name} }}}}\n" for name in FIELDS]
    filler = f"{_SENTENCE}\n\n" * (_TEXT_BYTES // len(_SENTENCE.encode()) // (len(holes) + 1))
    return filler.join(["", *holes, ""])


def html() -> str:
    """HTML with each of FIELDS in one place, as `{{ name }}`."""
    holes = [f"<p>Your {name}: {{{{ {name} }}}}</p>\n" for name in FIELDS]
    filler = _PARAGRAPH * (_HTML_BYTES // len(_PARAGRAPH.encode()) // (len(holes) + 1))
    return "<html><body>" + filler.join(["", *holes, ""]) + "</body></html>"


def values(number: int) -> dict[str, str]:
    """What the fields are for one person."""
    return {
        "first_name": "Anna",
        "last_name": "Berg",
        "city": "Graz",
        "code": f"C{number}",
        "unsubscribe_url": f"https://postroom.example/u/{number}",
    }
