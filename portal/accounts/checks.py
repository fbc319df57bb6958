"""System checks of how people get in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from portal.roles import ROLE_LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence


@register
def there_is_a_way_in(**_kwargs: Any) -> Sequence[CheckMessage]:
    """portal.E020: without passwords there must be single sign-on."""
    if settings.ALLOW_PASSWORD_LOGIN or settings.OIDC_ISSUER:
        return []
    hint = "Set OIDC_ISSUER, or ALLOW_PASSWORD_LOGIN=yes."
    return [Error("Nobody could log in: neither by password nor by single sign-on.", hint=hint, id="portal.E020")]


@register
def single_sign_on_is_complete(**_kwargs: Any) -> Sequence[CheckMessage]:
    """portal.E021: an issuer alone is not enough; portal.E022: it must be asked over https."""
    if not settings.OIDC_ISSUER:
        return []
    found: list[CheckMessage] = []
    if not (settings.OIDC_CLIENT_ID and settings.OIDC_CLIENT_SECRET):
        hint = "Set OIDC_CLIENT_ID and OIDC_CLIENT_SECRET."
        found.append(Error("Single sign-on has no client of the provider.", hint=hint, id="portal.E021"))
    if not settings.OIDC_ISSUER.startswith("https://") and not settings.SANDBOX:
        found.append(Error("OIDC_ISSUER must begin with https://.", id="portal.E022"))
    return found


@register
def groups_lead_to_roles(**_kwargs: Any) -> Sequence[CheckMessage]:
    """portal.E023: each pair of OIDC_ROLES is group=Role with one of the four roles."""
    wrong = [
        pair
        for pair in settings.OIDC_ROLES
        if not pair.rpartition("=")[0] or pair.rpartition("=")[2] not in ROLE_LABELS
    ]
    hint = "Write group=Role, with Owner, Operator, Marketer or Viewer, several with commas."
    return [Error(f"OIDC_ROLES has {pair!r}, which is no pair.", hint=hint, id="portal.E023") for pair in wrong]
