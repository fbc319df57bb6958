"""Whether the opens and clicks that a campaign asks for can be counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.messages.checks import Level, MessageCheck

if TYPE_CHECKING:
    from campaigns.sending.models import Campaign


def tracking_points(campaign: Campaign) -> Iterator[MessageCheck]:
    """Nothing for a campaign that counts neither."""
    if not campaign.is_tracked or campaign.account is None:
        return
    if not campaign.account.is_ses:
        text = _("Opens and clicks would not be counted: “%s” is an SMTP relay, and only SES counts them.")
        cure = _("Switch the counting off, or send it through SES.")
        yield MessageCheck(Level.WARN, "tracking_missing", text % campaign.account, cure=cure)
        return
    if campaign.account.tracking_configuration_set:
        text = _("SES counts who opens it and who clicks; opens and clicks of machines are set apart.")
        yield MessageCheck(Level.GOOD, "tracking", text)
        return
    text = _("Opens and clicks would not be counted: “%s” has no configuration set with tracking.")
    cure = _("Switch the counting off, or have the configuration set entered at the sending account.")
    yield MessageCheck(Level.WARN, "tracking_missing", text % campaign.account, cure=cure)
