"""Finding what a request names: a list, a segment, a template, an account; by its name or its number."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from campaigns.api.problems import Problem, in_field
from campaigns.sending.identities import Alignment, alignment_of
from campaigns.sending.models import SendingAccount
from campaigns.sending.states import AccountKind
from portal.address_words import address_problem
from portal.mail.address import Address, InvalidAddress, parse_address

if TYPE_CHECKING:
    from django.db.models import QuerySet

Row = TypeVar("Row", bound=Model)
_MAX_NUMBER = 2**63 - 1


def named(rows: QuerySet[Row], wanted: str | int, *, field: str) -> Row:
    """The row with this number or name. Raises Problem in `field` where there is none."""
    found = rows.filter(name=wanted).first() if isinstance(wanted, str) else None
    number = int(wanted) if str(wanted).isascii() and str(wanted).isdecimal() and len(str(wanted)) < 20 else 0  # noqa: PLR2004
    if found is None and 0 < number <= _MAX_NUMBER:
        found = rows.filter(pk=number).first()
    if found is None:
        raise in_field(field, _("There is none with the name or number “%s”.") % str(wanted)[:80], code="not_found")
    return found


def read_address(text: str, *, field: str) -> Address:
    """The address. Raises Problem in `field`."""
    try:
        return parse_address(text)
    except InvalidAddress as error:
        raise in_field(field, address_problem(error), code="address") from error


def account_of(*, relay: str | int | None, ses: bool) -> SendingAccount:  # a field of the request
    """The account that the request asks to send through; the first one in use where it does not say. Raises Problem."""
    accounts = SendingAccount.objects.filter(is_active=True).order_by("pk")
    if relay is not None:
        return named(accounts.filter(kind=AccountKind.SMTP), relay, field="relay")
    found = (accounts.filter(kind=AccountKind.SES) if ses else accounts).first()
    if found is None:
        raise in_field("ses" if ses else "relay", _("No account to send through is set up."), code="not_found")
    return found


def require_own_sender(account: SendingAccount, address: Address) -> None:
    """Raise Problem where SES would refuse the From address; SES is asked at most once a minute."""
    if account.is_ses and alignment_of(address.address) is Alignment.NONE:
        text = _("SES would refuse mail from %s: neither the address nor its domain is verified there.")
        raise in_field("from_email", text % address.address, code="not_verified")


def not_found() -> Problem:
    """What is answered where there is nothing, or nothing that concerns the API."""
    return Problem(404, "not_found", _("There is nothing with this id, or this key may not see it."))
