"""From a waiting row to what the transport is handed, or why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from campaigns.messages.compile import RenderingRefused
from campaigns.preferences.links import unsubscribe_url
from campaigns.privacy.anonymous import is_anonymous
from campaigns.sending.outcomes import Outgoing
from campaigns.sending.states import Reason
from campaigns.suppression.models import Suppression

if TYPE_CHECKING:
    from campaigns.sending.ledger import WaitingRow
    from campaigns.sending.sender import Sender

SUPPRESSED_REASON: dict[str, Reason] = {
    Suppression.Reason.BOUNCE: Reason.SUPPRESSED_BOUNCE,
    Suppression.Reason.COMPLAINT: Reason.SUPPRESSED_COMPLAINT,
    Suppression.Reason.UNSUBSCRIBE: Reason.SUPPRESSED_UNSUBSCRIBE,
    Suppression.Reason.MANUAL: Reason.SUPPRESSED_MANUAL,
    Suppression.Reason.IMPORT: Reason.SUPPRESSED_IMPORT,
}


@dataclass(frozen=True, slots=True)
class Skip:
    """This row must not be sent, and why."""

    reason: Reason


def outgoing_of(row: WaitingRow, sender: Sender) -> Outgoing | Skip:
    """What the transport gets for this row; a Skip when the message cannot be made for this person."""
    if is_anonymous(row.address_key):
        return Skip(Reason.FORGOTTEN)  # while the call was on its way, or its answer in doubt
    if row.first_name is None and row.contact_id is not None:
        return Skip(Reason.CONTACT_GONE)
    values = {**row.merge_values(), **sender.given_values} if sender.given_values else row.merge_values()
    if not sender.is_test:
        for name in sender.required_fields:
            if not values.get(name):
                return Skip(Reason.MISSING_VALUE)
    file_id = sender.personal.file_id_of(values) if sender.personal else 0
    if sender.personal and sender.personal.must_have and not file_id and not sender.is_test:
        return Skip(Reason.FILE_MISSING)
    link = unsubscribe_url(row.delivery_id)
    values["unsubscribe_url"] = link
    try:
        holes = sender.message.hole_values(values)
    except RenderingRefused:
        return Skip(Reason.RENDERING_FAILED)
    return Outgoing(row.delivery_id, row.address, holes, link, file_id)
