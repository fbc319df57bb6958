"""The mailbox as web pages: list, message, its HTML alone, its source.

No script anywhere. The message's HTML has an address of its own with a policy of its
own, and is shown in a frame that may do nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader

from sandbox.ses_double import fate
from sandbox.ses_double.double import Double
from sandbox.ses_double.mailbox_reader import MailboxReader
from sandbox.ses_double.mime import files_of, links_in, shown_fields, shown_parts, source_of, with_embedded
from sandbox.ses_double.reply import Reply

PAGES_DIR = Path(__file__).parent / "pages"
HTML = "text/html; charset=utf-8"
FILE_TYPES = {"mailbox.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Mail brings its own inline styles; it may run nothing, and load nothing but pictures from this machine.
MESSAGE_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data: http://127.0.0.1:* http://localhost:*; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

OUTCOME_WORDS = {
    fate.DELIVERED: "delivered",
    fate.OUT_OF_OFFICE: "delivered, out of office",
    fate.BOUNCED: "bounced",
    fate.MAILBOX_FULL: "bounced, mailbox full",
    fate.SUPPRESSED: "bounced, suppressed",
    fate.ACCOUNT_SUPPRESSED: "bounced, suppressed",
    fate.COMPLAINED: "complained",
    fate.REJECTED: "rejected",
    fate.DELAYED: "delayed, then delivered",
    fate.RENDERING_FAILURE: "not rendered",
}
OUTCOME_TONES = {
    fate.DELIVERED: "good",
    fate.OUT_OF_OFFICE: "good",
    fate.COMPLAINED: "warn",
    fate.DELAYED: "warn",
}


class MailboxPages:
    """Answers requests for the pages; one is shared by all connections."""

    def __init__(self, double: Double) -> None:
        self._double = double
        self._pages = Environment(loader=FileSystemLoader(PAGES_DIR), autoescape=True, trim_blocks=True)
        self._pages.filters.update(moment=moment, outcome=outcome_word, tone=outcome_tone)
        self._routes: list[tuple[re.Pattern[str], Callable[..., Reply]]] = [
            (re.compile(r"/mailbox/"), self._list),
            (re.compile(r"/mailbox/(mailbox\.css|icon\.svg)"), self._file),
            (re.compile(r"/mailbox/(\d{1,18})/"), self._mail),
            (re.compile(r"/mailbox/(\d{1,18})/html"), self._html),
            (re.compile(r"/mailbox/(\d{1,18})/source"), self._source),
            # A relay's receipt is its whole answer, with the id as the last word.
            (re.compile(r"/mailbox/by-message-id/(?:.*%20)?([\w-]+)"), self._by_message_id),
        ]

    def answer(self, method: str, path: str, query: Mapping[str, str]) -> Reply:
        """Return the page for a path."""
        if method != "GET":
            return self._not_found("Pages can only be read.", status=405)
        if path in ("/", "/mailbox"):
            return redirect("/mailbox/")
        for pattern, show in self._routes:
            match = pattern.fullmatch(path)
            if match:
                return show(query, *match.groups())
        return self._not_found("There is no such page.")

    def _list(self, query: Mapping[str, str]) -> Reply:
        reader = self._reader()
        if reader is None:
            return self._not_found("This sandbox was started without a mailbox.")
        search = query.get("q", "").strip()[:200]
        page = reader.page(
            search=search,
            older_than=_id(query.get("older_than")),
            newer_than=_id(query.get("newer_than")),
        )
        return self._page(
            "list.html",
            page=page,
            search=search,
            kept_count=reader.count(),
            older=_link(search, "older_than", page.older_than),
            newer=_link(search, "newer_than", page.newer_than),
        )

    def _mail(self, _query: Mapping[str, str], mail_id: str) -> Reply:
        reader = self._reader()
        mail = reader.mail(int(mail_id)) if reader else None
        if mail is None:
            return self._not_found("This mail is no longer kept.")
        text, html = shown_parts(mail)
        fields = shown_fields(mail)
        files = files_of(mail)
        return self._page(
            "mail.html", mail=mail, fields=fields, text=text, html=html, links=links_in(html), files=files
        )

    def _html(self, _query: Mapping[str, str], mail_id: str) -> Reply:
        reader = self._reader()
        mail = reader.mail(int(mail_id)) if reader else None
        if mail is None:
            return self._not_found("This mail is no longer kept.")
        _text, html = shown_parts(mail)
        headers = {"Content-Security-Policy": MESSAGE_POLICY, "Referrer-Policy": "no-referrer"}
        return Reply(200, with_embedded(mail, html).encode("utf-8", "replace"), HTML, headers)

    def _source(self, _query: Mapping[str, str], mail_id: str) -> Reply:
        reader = self._reader()
        mail = reader.mail(int(mail_id)) if reader else None
        if mail is None:
            return self._not_found("This mail is no longer kept.")
        headers = {"Content-Disposition": f'attachment; filename="mail-{mail_id}.eml"'}
        return Reply(200, source_of(mail), "message/rfc822", headers)

    def _by_message_id(self, _query: Mapping[str, str], ses_message_id: str) -> Reply:
        reader = self._reader()
        mail_id = reader.id_of(ses_message_id) if reader else None
        if mail_id is None:
            return self._not_found("This mail is no longer kept.")
        return redirect(f"/mailbox/{mail_id}/")

    def _file(self, _query: Mapping[str, str], name: str) -> Reply:
        return Reply(200, (PAGES_DIR / name).read_bytes(), FILE_TYPES[name], {"Cache-Control": "max-age=300"})

    def _reader(self) -> MailboxReader | None:
        """Return a reader that sees all mail accepted so far."""
        store = self._double.mailbox
        if store is None:
            return None
        store.flush()
        return MailboxReader(store.path)

    def _not_found(self, reason: str, *, status: int = 404) -> Reply:
        return self._page("absent.html", status=status, reason=reason)

    def _page(self, name: str, *, status: int = 200, **values: object) -> Reply:
        body = self._pages.get_template(name).render(**values).encode("utf-8", "replace")
        headers = {
            "Content-Security-Policy": PAGE_POLICY,
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }
        return Reply(status, body, HTML, headers)


def redirect(path: str) -> Reply:
    """Return a redirect within the mailbox."""
    return Reply(302, headers={"Location": path})


def moment(at_s: float) -> str:
    """Return a time for people, in UTC as there is no script to ask the browser."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%-d %b %Y, %H:%M:%S")


def outcome_word(outcome: str) -> str:
    """Return what became of a mail, in plain words."""
    return OUTCOME_WORDS.get(outcome, outcome)


def outcome_tone(outcome: str) -> str:
    """Return the tone of a badge: good, warn or bad."""
    return OUTCOME_TONES.get(outcome, "bad")


def _id(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{1,18}", text) else None


def _link(search: str, name: str, mail_id: int | None) -> str | None:
    if mail_id is None:
        return None
    query = {"q": search} if search else {}
    return "?" + urlencode({**query, name: mail_id})
