"""Who must not be written to at the moment of an attempt, beside the suppressed: who left the list, who was forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.preferences.opt_outs import opted_out_among
from campaigns.preferences.people import first_of
from campaigns.privacy.forgotten import forgotten_among
from campaigns.privacy.hashes import hashes_of
from campaigns.privacy.models import ForgottenAddress
from campaigns.sending.audience import audience_of
from campaigns.sending.models import Campaign
from campaigns.sending.states import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.sending.ledger import WaitingRow
    from campaigns.sending.sender import Sender

# A person may sign up again after these, and is asked by mail whether it was them.
_OWN_WISH = (ForgottenAddress.Reason.UNSUBSCRIBE, ForgottenAddress.Reason.REQUEST)


def barred_among(campaign_id: int, rows: Sequence[WaitingRow], sender: Sender) -> dict[str, Reason]:
    """{address key: why} of those who must not get this mail."""
    keys = [row.address_key for row in rows]
    found = {
        key: Reason.FORGOTTEN
        for key, reason in forgotten_among(keys).items()
        if not (sender.reaches_unsubscribed and reason in _OWN_WISH)
    }
    return found | _left(campaign_id, rows, sender)


def hashes_text(rows: Sequence[WaitingRow]) -> str:
    """The hashes of the rows' addresses, for the statement that opens an attempt."""
    return " ".join([hashed for row in rows for hashed in hashes_of(row.address_key)])


def _left(campaign_id: int, rows: Sequence[WaitingRow], sender: Sender) -> dict[str, Reason]:
    """Those who left one of the lists since the people were settled, and are not in the audience by another way."""
    left = opted_out_among([row.address_key for row in rows], sender.list_ids)
    if not left:
        return {}
    suspects = {row.contact_id: row.address_key for row in rows if row.address_key in left and row.contact_id}
    campaign = first_of(Campaign.objects.get(pk=campaign_id))
    chosen = set(audience_of(campaign).filter(pk__in=list(suspects)).values_list("pk", flat=True))
    still = {suspects[contact_id] for contact_id in chosen}
    return dict.fromkeys(left - still, Reason.LEFT_LIST)
