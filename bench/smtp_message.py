"""The mail that bench.smtp sends by every sender: 10 kB, with a few letters beyond ASCII, as most mails have."""

from __future__ import annotations

SUBJECT = "Programme for {{ first_name }}"
TEXT = "The hall is open again – the choir’s first evening is Thursday at seven."
FIELDS = ("first_name", "last_name", "city", "code", "unsubscribe_url")
_PARAGRAPH = "<p>The hall is open again, and the choir’s evenings are as always on Thursdays at seven – do come.</p>\n"
_HTML_BYTES = 9_000


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
