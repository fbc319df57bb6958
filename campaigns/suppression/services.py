"""Suppressing addresses, letting them go again, and asking who is suppressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from campaigns.suppression.models import EndedSuppression, Suppression
from campaigns.suppression.ses_wishes import want_taken_off
from portal.activity import record_activity
from portal.errors import InvalidInput
from portal.mail.address import parse_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import User


def suppress(
    address: str,
    *,
    reason: Suppression.Reason,
    source: Suppression.Source,
    note: str = "",
    actor: User | None = None,
) -> Suppression:
    """Stop writing to an address; the first entry stays when there is one already. Raises InvalidAddress.

    What the person says takes the place of the same said for them when they were merged: undoing the merge keeps it.
    """
    parsed = parse_address(address)
    suppression, created = Suppression.objects.get_or_create(
        address_key=parsed.key,
        defaults={
            "address": parsed.address,
            "reason": reason,
            "source": source,
            "note": note[:500],
            "created_by": actor,
        },
    )
    if not created and _is_said_for_them(suppression) and source != Suppression.Source.OPERATOR:
        suppression.reason, suppression.source, suppression.note = reason, source, note[:500]
        suppression.is_noted_for_ses = False
        suppression.save(update_fields=["reason", "source", "note", "is_noted_for_ses"])
    if created and actor is not None:
        record_activity("suppression.added", actor=actor, target=suppression, reason=str(reason))
    return suppression


def _is_said_for_them(suppression: Suppression) -> bool:
    is_own_word = suppression.reason in {Suppression.Reason.UNSUBSCRIBE, Suppression.Reason.COMPLAINT}
    return is_own_word and suppression.source == Suppression.Source.OPERATOR


@transaction.atomic
def release(suppression_id: int, *, reason_text: str, actor: User | None) -> None:
    """Let mail go to the address again. Raises InvalidInput without a reason; harmless when it is gone."""
    if not reason_text.strip():
        raise InvalidInput(_("Say why this address may get mail again."))
    suppression = Suppression.objects.select_for_update().filter(pk=suppression_id).first()
    if suppression is None:
        return
    ended_of(suppression, why=reason_text, actor=actor).save()
    want_taken_off(suppression.address, suppression.address_key, reason=suppression.reason)
    record_activity("suppression.released", actor=actor, target=suppression, reason=reason_text[:500])
    suppression.delete()


def ended_of(suppression: Suppression, *, why: str, actor: User | None) -> EndedSuppression:
    """What is kept of a suppression that is taken off; not saved yet."""
    return EndedSuppression(
        address_key=suppression.address_key,
        reason=suppression.reason,
        source=suppression.source,
        note=suppression.note,
        began_at=suppression.created_at,
        began_by_name=suppression.created_by.get_username() if suppression.created_by else "",
        ended_by=actor,
        ended_by_name=actor.get_username() if actor else "",
        why=why[:500],
    )


def reason_counts() -> list[tuple[str, str, int]]:
    """How many addresses are suppressed for each reason that there is: (value, words, count), most first."""
    found = Suppression.objects.order_by().values_list("reason").annotate(found=Count("pk")).order_by("-found")
    return [(reason, str(Suppression.Reason(reason).label), count) for reason, count in found]


def suppressed_among(keys: Sequence[str]) -> dict[str, str]:
    """Which of these address keys are suppressed, with the reason; one query, for the moment of an attempt."""
    if not keys:
        return {}
    places = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT address_key, reason FROM campaigns_suppression WHERE address_key IN ({places})",  # noqa: S608
            list(keys),
        )
        return dict(cursor.fetchall())
