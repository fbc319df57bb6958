"""The outbox of mails about accounts: one call of SES for each, outside of any transaction, at least once.

As for alerts the mail goes without a configuration set: no events, no tracking, and its text is kept nowhere, for it
may hold a link that lets somebody in.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import F
from django.utils import timezone, translation

from portal.accounts.mail_words import words_of
from portal.accounts.models import AccountMail, Invitation
from portal.aws import ses
from portal.errors import ConfigurationError, PortalError
from portal.leases import claim, is_due, release
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

LEASE_S = 120
RETRY_S = (30, 120, 600, 1800)
TRIED_FOR = timedelta(days=1)
KEPT_FOR = timedelta(days=30)


def queue_mail(
    kind: AccountMail.Kind, recipient: str, *, user: User | None = None, of: Invitation | None = None
) -> None:
    """Write the mail into the outbox, in the transaction of the deed; it leaves after the commit."""
    if not recipient:
        return
    AccountMail.objects.create(
        kind=kind, recipient=recipient, user=user, invitation=of, language=translation.get_language() or "en"
    )
    publish(TaskName.SEND_ACCOUNT_MAIL)


def queue_notice(recipient: str, *, subject: str, text: str) -> None:
    """Write a mail with words of its own into the outbox, in the transaction of the deed; neither link nor secret in it."""
    AccountMail.objects.create(
        kind=AccountMail.Kind.NOTICE, recipient=recipient, subject=subject[:200], text=text,
        language=translation.get_language() or "en",
    )  # fmt: skip
    publish(TaskName.SEND_ACCOUNT_MAIL)


def send_waiting() -> int:
    """Send all that is due; returns how many left."""
    sent = 0
    for mail_id in list(_waiting().values_list("pk", flat=True)):
        token = claim(AccountMail.objects.filter(pk=mail_id, state=AccountMail.State.WAITING), lease_s=LEASE_S)
        if token is not None:
            sent += _send(AccountMail.objects.select_related("user", "invitation").get(pk=mail_id), token)
    return sent


def sweep_account_mail() -> int:
    """A hint when something is due, and what is old goes; called by the sweep. Returns how many mails wait."""
    AccountMail.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    count = _waiting().count()
    if count:
        publish(TaskName.SEND_ACCOUNT_MAIL)
    return count


def _waiting() -> QuerySet[AccountMail]:
    return AccountMail.objects.filter(is_due(), state=AccountMail.State.WAITING).order_by("pk")


def _send(mail: AccountMail, token: str) -> bool:
    mine = AccountMail.objects.filter(pk=mail.pk, lease_token=token)
    try:
        is_sent = _hand_over(mail)
    except PortalError as error:
        _put_off(mail, token, str(error))
        return False
    if mail.kind == AccountMail.Kind.PASSWORD_LOST:
        mine.delete()  # what strangers typed is not kept
    else:
        mine.update(state=AccountMail.State.SENT, try_count=F("try_count") + 1, lease_token="", lease_until=None)
    logger.info("account_mail.done", extra={"mail": mail.pk, "kind": mail.kind, "is_sent": is_sent})
    return is_sent


def _put_off(mail: AccountMail, token: str, error: str) -> None:
    logger.warning("account_mail.not_sent", extra={"mail": mail.pk, "kind": mail.kind, "error": error})
    rows = AccountMail.objects.filter(pk=mail.pk, lease_token=token)
    rows.update(error=error[:300], try_count=F("try_count") + 1)
    if timezone.now() - mail.created_at > TRIED_FOR:
        rows.update(state=AccountMail.State.FAILED)
    release(rows, token, retry_in_s=RETRY_S[min(mail.try_count, len(RETRY_S) - 1)])


def _hand_over(mail: AccountMail) -> bool:
    """One call; False when there is nothing to say any more. Raises PortalError."""
    with translation.override(mail.language):
        told = words_of(mail)
    if told is None:
        return False
    sender = settings.ALERTS_FROM_ADDRESS or settings.DEFAULT_FROM_ADDRESS
    if not sender:
        raise ConfigurationError("ALERTS_FROM_ADDRESS and DEFAULT_FROM_ADDRESS are both empty")
    simple = {
        "Subject": {"Data": told.subject[:200], "Charset": "UTF-8"},
        "Body": {"Text": {"Data": told.text, "Charset": "UTF-8"}},
        "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],
    }
    ses.send_raw_email(
        {"FromEmailAddress": sender, "Destination": {"ToAddresses": [mail.recipient]}, "Content": {"Simple": simple}}
    )
    return True
