"""The message that the benches send: 30 kB of HTML with five placeholders."""

from __future__ import annotations

TEXT = "The hall is open again."
SUBJECT = "News for {{ first_name }}"
FIELDS = ("first_name", "last_name", "city", "code", "unsubscribe_url")
_PARAGRAPH = "<p>The hall is open again, and the choir rehearses as always on Thursdays at seven.</p>\n"


def html(*, size_bytes: int = 30_000) -> str:
    """HTML of about `size_bytes` with each of FIELDS in one place."""
    holes = [f"<p>Your {name}: {{{{ {name} }}}}</p>\n" for name in FIELDS]
    filler = _PARAGRAPH * (size_bytes // len(_PARAGRAPH) // (len(holes) + 1))
    return "<html><body>" + filler.join(["", *holes, ""]) + "</body></html>"
