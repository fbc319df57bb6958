"""What is wrong with an address, in the language of the reader; `portal.mail.address` itself knows no languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from portal.mail.address import MAX_ADDRESS_CHARS, MAX_LOCAL_PART_CHARS

if TYPE_CHECKING:
    from portal.mail.address import InvalidAddress

_TEXTS = {
    "empty": _("There is no address."),
    "control_character": _("The address has an invisible or control character in it."),
    "too_long": _("The address is longer than %(whole)d characters, or the part before the @ longer than %(local)d."),
    "two_addresses": _("There is more than one address here. Write one in each field."),
    "no_at": _("There is no @ in the address."),
    "bad_local_part": _("The part before the @ is not one that mail can be sent to."),
    "bad_domain": _("The part after the @ is not a domain name, such as example.org."),
}


def address_problem(error: InvalidAddress) -> str:
    """One sentence for the person who typed it."""
    limits = {"whole": MAX_ADDRESS_CHARS, "local": MAX_LOCAL_PART_CHARS}
    return str(_TEXTS[error.code]) % limits if error.code == "too_long" else str(_TEXTS[error.code])
