"""What people see: the consent page, and the mailboxes. No script anywhere; mail is shown as text only."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader

from sandbox.gmail_double.accounts import Consent
from sandbox.gmail_double.double import Double
from sandbox.gmail_double.request import Request
from sandbox.ses_double.reply import Reply

PAGES_DIR = Path(__file__).parent / "pages"
STYLE = Path(__file__).parent.parent / "ses_double" / "pages" / "mailbox.css"
HTML = "text/html; charset=utf-8"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SHOWN_BYTES = 200_000
# The answer to the consent form is a redirect to the portal, which browsers count as part of the form.
POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self' http://127.0.0.1:* http://localhost:*; "
    "base-uri 'none'; frame-ancestors 'none'"
)
SCOPE_WORDS = {
    "openid": "Tell who you are",
    "email": "See your e-mail address",
    "https://www.googleapis.com/auth/gmail.insert": "Put mail into your mailbox",
    "https://www.googleapis.com/auth/gmail.labels": "See and edit your labels",
    "https://www.googleapis.com/auth/gmail.readonly": "Read your mail",
}
ADDRESS = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+")


class Pages:
    """Answers requests for the pages; one is shared by all connections."""

    def __init__(self, double: Double) -> None:
        self._double = double
        self._pages = Environment(loader=FileSystemLoader(PAGES_DIR), autoescape=True, trim_blocks=True)
        self._pages.filters.update(moment=moment, scope=lambda scope: SCOPE_WORDS.get(scope, scope), json=json.loads)
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., Reply]]] = [
            ("GET", re.compile(r"/o/oauth2/v2/auth"), self._ask),
            ("POST", re.compile(r"/o/oauth2/v2/auth"), self._agree),
            ("GET", re.compile(r"/gmail/"), self._list),
            ("GET", re.compile(r"/gmail/style\.css"), self._style),
            ("GET", re.compile(r"/gmail/mail/([0-9a-f]+)/"), self._mail),
            ("GET", re.compile(r"/gmail/mail/([0-9a-f]+)/source"), self._source),
        ]

    def answer(self, request: Request) -> Reply:
        """Return the page for a request."""
        if request.path == "/":
            return redirect("/gmail/")
        for method, pattern, show in self._routes:
            match = pattern.fullmatch(request.path)
            if match and method == request.method:
                return show(request, *match.groups())
        return self._problem("There is no such page.", status=404)

    def _ask(self, request: Request) -> Reply:
        problem = self._wrong_in(request.query)
        if problem:
            return self._problem(problem, status=400)
        scopes = request.query["scope"].split()
        return self._page("consent.html", scopes=scopes, accounts=self._double.accounts.emails(), asked=request.query)

    def _agree(self, request: Request) -> Reply:
        """Send the person back with a code for what was left ticked, or with the refusal."""
        asked, form = request.query, request.form
        problem = self._wrong_in(asked)
        if problem:
            return self._problem(problem, status=400)
        if "deny" in form:
            return back(asked, error="access_denied")
        email = (form.get("other", "").strip() or form.get("email", "")).lower()
        if not ADDRESS.fullmatch(email):
            return self._problem("Choose an account, or type the address of one.", status=400)
        ticked = [scope for scope in asked["scope"].split() if f"scope:{scope}" in form]
        code = self._double.accounts.agree(
            Consent(email, asked["client_id"], asked["redirect_uri"], asked.get("code_challenge", ""),
                    " ".join(ticked), asked.get("access_type") == "offline")
        )  # fmt: skip
        return back(asked, code=code, scope=" ".join(ticked))

    def _wrong_in(self, asked: dict[str, str]) -> str:
        if asked.get("client_id") != self._double.accounts.settings.client_id:
            return "Error 401: invalid_client. The OAuth client was not found."
        if urlsplit(asked.get("redirect_uri", "")).hostname not in LOOPBACK:
            return "Error 400: redirect_uri_mismatch. This double sends people back to this machine only."
        if asked.get("response_type") != "code" or not asked.get("scope"):
            return "Error 400: invalid_request. response_type=code and scope are needed."
        if asked.get("code_challenge") and asked.get("code_challenge_method") != "S256":
            return "Error 400: invalid_request. Only S256 is understood here."
        return ""

    def _list(self, request: Request) -> Reply:
        email = request.query.get("email", "")
        mails = self._double.mailboxes.listed(email)
        names = {a: {label["id"]: label["name"] for label in self._double.mailboxes.labels_of(a)} for a in
                 self._double.accounts.emails()}  # fmt: skip
        return self._page("list.html", mails=mails, accounts=self._double.accounts.emails(), chosen=email, names=names)

    def _mail(self, _request: Request, gmail_id: str) -> Reply:
        mail = self._double.mailboxes.mail(gmail_id)
        if mail is None:
            return self._problem("This mail is not here.", status=404)
        text = mail["raw"][:SHOWN_BYTES].decode("utf-8", "replace").replace("\0", "\N{SYMBOL FOR NULL}")
        return self._page("mail.html", mail=mail, text=text, is_cut=mail["size_bytes"] > SHOWN_BYTES)

    def _source(self, _request: Request, gmail_id: str) -> Reply:
        mail = self._double.mailboxes.mail(gmail_id)
        if mail is None:
            return self._problem("This mail is not here.", status=404)
        headers = {"Content-Disposition": f'attachment; filename="{gmail_id}.eml"'}
        return Reply(200, mail["raw"], "message/rfc822", headers)

    def _style(self, _request: Request) -> Reply:
        return Reply(200, STYLE.read_bytes(), "text/css; charset=utf-8", {"Cache-Control": "max-age=300"})

    def _problem(self, reason: str, *, status: int) -> Reply:
        return self._page("absent.html", status=status, reason=reason)

    def _page(self, name: str, *, status: int = 200, **values: object) -> Reply:
        body = self._pages.get_template(name).render(**values).encode("utf-8", "replace")
        headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
        return Reply(status, body, HTML, headers)


def back(asked: dict[str, str], **answer: str) -> Reply:
    """Return the redirect to whoever asked, with the state that it gave."""
    if "state" in asked:
        answer["state"] = asked["state"]
    joint = "&" if "?" in asked["redirect_uri"] else "?"
    return redirect(asked["redirect_uri"] + joint + urlencode(answer))


def redirect(address: str) -> Reply:
    """Return a redirect."""
    return Reply(302, headers={"Location": address})


def moment(at_s: float) -> str:
    """Return a time for people, in UTC as there is no script to ask the browser."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%-d %b %Y, %H:%M:%S")
