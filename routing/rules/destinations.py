"""Destinations that lead back here are refused: at save, and again when mail is forwarded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from portal.errors import InvalidInput
from routing.domains.models import InboundDomain
from routing.recipients import read_recipient
from routing.rules.definition import ActionKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from routing.rules.definition import Choice


def require_no_loop(choices: Iterable[Choice]) -> None:
    """Raises InvalidInput when mail would be forwarded to a domain that receives here."""
    addresses = {action.address for choice in choices for action in choice.actions if action.kind is ActionKind.FORWARD}
    for address in sorted(addresses):
        if leads_back(address):
            raise InvalidInput(
                _("%(address)s receives its mail here: forwarding to it would go round in circles. Use a rule for it.")
                % {"address": address}
            )


def leads_back(address: str) -> bool:
    """Whether mail to the address comes in here again."""
    domain = read_recipient(address).domain
    return bool(domain) and InboundDomain.objects.filter(name=domain, receives=True).exists()
