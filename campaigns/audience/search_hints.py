"""What to say when a search for contacts finds nobody: how search works, and what was perhaps meant."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from campaigns.importing.typos import suggest_domain
from portal.errors import InvalidInput
from portal.mail.address import domain_in_ascii, parse_address


@dataclass(frozen=True, slots=True)
class SearchHint:
    """One sentence; `search` is a better search, `address` one that could be added ("" = none)."""

    sentence: str
    search: str = ""
    address: str = ""


def hint_for(text: str) -> SearchHint:
    """The hint for a search that found nobody."""
    typed = " ".join(text.replace("\0", "").split())
    if typed.startswith("@") or _is_domain(typed):
        return SearchHint(_("Addresses are found by what stands before the @, not by their domain."))
    if "@" not in typed:
        return SearchHint(
            _(
                "No address, first name or last name begins like this. Search finds beginnings: “ber” finds Berg, “erg” does not."
            )
        )
    try:
        address = parse_address(typed).address
    except InvalidInput:
        return SearchHint(_("No address begins like this."))
    return _hint_for_address(address)


def _hint_for_address(address: str) -> SearchHint:
    local_part, _at, domain = address.rpartition("@")
    meant = suggest_domain(domain)
    if meant:
        return SearchHint(
            _("Nobody has this address. Perhaps the domain was meant to be another."), f"{local_part}@{meant}"
        )
    return SearchHint(_("Nobody has this address."), address=address)


def _is_domain(typed: str) -> bool:
    return "@" not in typed and "." in typed and " " not in typed and domain_in_ascii(typed) is not None
