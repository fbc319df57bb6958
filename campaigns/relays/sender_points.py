"""Whether a relay lets a campaign's sender out, and what differs from SES when a relay sends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.messages.checks import Level, MessageCheck
from campaigns.messages.checks.point import FROM
from campaigns.relays.models import Relay

if TYPE_CHECKING:
    from campaigns.sending.models import Campaign

_OWN_ADDRESS_ONLY = frozenset({Relay.Preset.GMAIL, Relay.Preset.OUTLOOK})


def relay_points(campaign: Campaign) -> Iterator[MessageCheck]:
    """What the review says of a campaign that goes out through a relay; nothing for one that does not."""
    relay = Relay.objects.filter(account_id=campaign.account_id).first() if campaign.account_id else None
    if relay is None:
        return
    if campaign.from_address:
        yield _from_point(relay, campaign.from_address)
    text = _("It goes out through %s, which tells nothing later: who got it stays “sent, no answer yet”, and bounces come "
             "to the From address as mails.")  # fmt: skip
    yield MessageCheck(Level.GOOD, "relay_tells_nothing", text % relay.host)


def _from_point(relay: Relay, address: str) -> MessageCheck:
    allowed = allowed_senders(relay)
    values = {"server": relay.host, "address": address}
    if allowed:
        if _is_among(address, allowed):
            text = _("%(server)s lets us send from %(address)s.")
            return MessageCheck(Level.GOOD, "sender", text % values, place=FROM)
        text = _("%(address)s is not among the senders that are entered for %(server)s: it may refuse every mail.")
        cure = _("Take another From address, or enter this one at the sending account.")
        return MessageCheck(Level.WARN, "sender_not_entered", text % values, place=FROM, cure=cure)
    if relay.preset in _OWN_ADDRESS_ONLY and address.lower() != relay.username.lower():
        text = _("%(server)s sends from its own account's address (%(username)s): with %(address)s as From it refuses the "
                 "mails, or writes its own address over it, unless that is an alias of the account.")  # fmt: skip
        cure = _("Take the account's address, or enter the alias at the sending account.")
        values["username"] = relay.username
        return MessageCheck(Level.WARN, "sender_not_account", text % values, place=FROM, cure=cure)
    text = _("%(server)s decides whether %(address)s may send; a test shows it.")
    return MessageCheck(Level.GOOD, "sender", text % values, place=FROM)


def allowed_senders(relay: Relay) -> list[str]:
    """Addresses and domains that were entered, in lower case; a domain without its @."""
    return [word.strip().lower().removeprefix("@") for word in relay.allowed_from.split(",") if word.strip()]


def _is_among(address: str, allowed: list[str]) -> bool:
    lowered = address.lower()
    domain = lowered.rpartition("@")[2]
    return lowered in allowed or any(
        domain == name or domain.endswith(f".{name}") for name in allowed if "@" not in name
    )
