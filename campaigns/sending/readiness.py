"""What every mail needs before it can leave, said in words for its author."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.sending.audience import has_audience
from portal.errors import InvalidInput
from portal.mail.address import InvalidAddress, parse_address

if TYPE_CHECKING:
    from campaigns.sending.models import Campaign


def missing_parts(campaign: Campaign, *, for_test: bool = False) -> list[str]:
    """Sentences, one for each thing that is missing or unusable; empty when the campaign can be sent."""
    found = []
    if campaign.account is None:
        found.append(_("Choose an account to send through."))
    if not campaign.subject.strip():
        found.append(_("Write a subject."))
    if not campaign.body.strip():
        found.append(_("Write the message."))
    found += _address_problems(campaign)
    if not for_test and not has_audience(campaign):
        found.append(_("Choose who gets it: a list, a tag, or everybody."))
    return found


def require_ready(campaign: Campaign, *, for_test: bool = False) -> None:
    """Raise InvalidInput with all that is missing."""
    if found := missing_parts(campaign, for_test=for_test):
        raise InvalidInput(" ".join(found))


def _address_problems(campaign: Campaign) -> list[str]:
    if not campaign.from_address:
        return [_("Say which address it comes from.")]
    found = []
    for label, text in ((_("From address"), campaign.from_address), (_("Reply-to address"), campaign.reply_to)):
        if not text:
            continue
        try:
            parse_address(text)
        except InvalidAddress:
            found.append(_("%(label)s “%(text)s” is not an address.") % {"label": label, "text": text})
    return found
