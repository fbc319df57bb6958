"""Gmail accounts as people see to them: connecting, looking, test messages."""

from __future__ import annotations

import io
import secrets
from email.message import EmailMessage
from email.utils import formatdate
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from django.urls import reverse
from django.utils.translation import gettext as _

from credentials.grants.health import lose_permission
from credentials.grants.services import ConsentRequest, finish_consent
from credentials.grants.tokens import access_token
from portal.activity import record_activity
from portal.errors import InvalidInput, OutsideError, Unavailable
from portal.google import gmail
from portal.google.errors import SERVICE, PermissionLost
from portal.whole_urls import whole_url
from routing.gmail.labels import IN_SIGHT
from routing.gmail.models import GmailMailbox

if TYPE_CHECKING:
    from django.contrib.auth.models import User

TEST_DOMAIN = "postroom.invalid"


def redirect_uri() -> str:
    """Where Google sends people back to: exactly this has to be registered there."""
    return whole_url(reverse("admin:routing_gmailmailbox_connected"))


def connect(request: ConsentRequest, code: str, *, actor: User | None) -> GmailMailbox:
    """Finish a consent; its account is a destination from now on. Raises as `finish_consent`."""
    grant = finish_consent(request, code, actor=actor)
    mailbox, _made = GmailMailbox.objects.get_or_create(grant=grant)
    return GmailMailbox.objects.select_related("grant").get(pk=mailbox.pk)


def code_from(answer: dict[str, str], *, state: str) -> str:
    """The code in Google's answer. Raises InvalidInput for a refusal, or an answer to another question."""
    if not secrets.compare_digest(answer.get("state", "").encode(), state.encode()):
        raise InvalidInput(_("This answer belongs to another attempt to connect. Begin again."))
    if answer.get("error") == "access_denied":
        raise InvalidInput(_("Google was told no: nothing was connected."))
    if answer.get("error") or not answer.get("code"):
        raise InvalidInput(_("Google gave no permission: %s") % answer.get("error", "")[:100])
    return answer["code"]


def read_pasted(text: str) -> dict[str, str]:
    """Google's answer from the address that the browser ended at. Raises InvalidInput when it holds none."""
    fields = parse_qs(urlsplit(text.strip()).query)
    if not fields:
        raise InvalidInput(_("Paste the whole address that the browser shows after Google's page, from http on."))
    return {name: values[0] for name, values in fields.items()}


def send_test_message(mailbox: GmailMailbox, *, actor: User) -> str:
    """Put a small message into the mailbox, now; its id at Gmail.

    Raises PermissionLost, OutsideError, ConfigurationError. A second press puts a second one there.
    """
    raw = _test_message(mailbox.grant.email)
    try:
        token = access_token(mailbox.grant)
        url = gmail.begin_import(token, size_bytes=len(raw), label_ids=list(IN_SIGHT), never_spam=True)
        outcome = gmail.put_import(token, url, io.BytesIO(raw), offset=0, size_bytes=len(raw))
    except PermissionLost as error:
        if mailbox.grant.is_working and error.code not in {"invalid_grant", "disconnected"}:
            lose_permission(mailbox.grant_id, reason=error.code)
        raise
    if not isinstance(outcome, gmail.Imported):
        raise Unavailable("Gmail took only a part", service=SERVICE, code="no_progress")
    record_activity("gmail.tested", actor=actor, target=mailbox)
    return outcome.gmail_message_id


def words_for(error: Exception) -> str:
    """What went wrong at Google, for the person who waits."""
    if isinstance(error, PermissionLost):
        return _("Google does not let Postroom into this account (%s). Connect it again.") % error.code
    if isinstance(error, OutsideError):
        return _("Google could not do it now (%s). Try again in a minute.") % (error.code or error.service)
    return str(error)


def _test_message(address: str) -> bytes:
    message = EmailMessage()
    message["Subject"] = _("Test message from Postroom")
    message["From"] = f"Postroom <test@{TEST_DOMAIN}>"
    message["To"] = address
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{secrets.token_hex(12)}@{TEST_DOMAIN}>"
    message.set_content(_("Mail that Postroom routes to this account arrives as this message did."))
    return message.as_bytes()
