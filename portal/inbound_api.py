"""Where a mail would go, for programs: the same function that routes it. Neither app knows the other, so it stands here.

Named by API_ROUTERS in the settings, which campaigns.api.urls reads.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Annotated, Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import ConfigDict, Field, StringConstraints

from campaigns.api.access import ApiKeyAuth
from campaigns.api.problems import in_field
from credentials.api_keys.scopes import Scope
from routing.inbound.headers import Header
from routing.recipients import MAX_KEY_CHARS
from routing.rules.decide import decision_json
from routing.rules.definition import Action, ActionKind, Status, VerdictName
from routing.rules.facts import facts_of, facts_of_raw
from routing.rules.load import load_rules
from routing.rules.overlay import decide_with
from routing.rules.reading import action_json
from routing.rules.surroundings import account_names

if TYPE_CHECKING:
    from routing.rules.decide import Decision, Facts

router = Router()
MAX_HEADERS = 500
_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"


class HeaderIn(Schema):
    """One header of the mail."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_ONE_LINE)]
    value: Annotated[str, StringConstraints(max_length=8_000)]


class RouteQuestion(Schema):
    """A mail as far as rules may ask about it; what is left out is not there, and checks that are left out passed."""

    model_config = ConfigDict(extra="forbid")
    address: Annotated[str, StringConstraints(min_length=1, max_length=MAX_KEY_CHARS)] = Field(
        description="The envelope recipient."
    )
    sender: Annotated[str, StringConstraints(max_length=MAX_KEY_CHARS)] = Field(
        "", description="The envelope sender; left out: the null sender."
    )
    verdicts: dict[VerdictName, Status] = Field({}, description="spam, virus, spf, dkim, dmarc, as SES says them.")
    headers: Annotated[list[HeaderIn], Field(max_length=MAX_HEADERS)] = []
    size_bytes: Annotated[int, Field(ge=0)] | None = None
    raw: str | None = Field(None, description="Instead of headers and size_bytes: the whole mail in base64.")


@router.post("/route-decision", auth=ApiKeyAuth(Scope.READ_ROUTES), url_name="route_decision", tags=["Mail that comes in"],
             summary="Ask where a mail would go")  # fmt: skip
def route_decision(request: HttpRequest, order: RouteQuestion) -> JsonResponse:
    """Decides by the rules as they are and says every key that was tried. Nothing is sent, kept or counted."""
    decision = decide_with(load_rules([order.address]), order.address, _facts(order))
    return JsonResponse(_answer(decision))


def _facts(order: RouteQuestion) -> Facts:
    verdicts = {name: order.verdicts.get(name, Status.PASS) for name in VerdictName}
    if order.raw is None:
        headers: tuple[Header, ...] = tuple((each.name, each.value) for each in order.headers)
        return facts_of(headers, sender=order.sender, size_bytes=order.size_bytes, verdicts=verdicts)
    if order.headers or order.size_bytes is not None:
        raise in_field("raw", _("Give either raw, or headers and size_bytes."), code="one_of")
    try:
        raw = base64.b64decode("".join(order.raw.split()), validate=True)
    except (ValueError, binascii.Error) as error:
        raise in_field("raw", _("This is no base64."), code="base64") from error
    return facts_of_raw(raw, sender=order.sender, verdicts=verdicts)


def _answer(decision: Decision) -> dict[str, Any]:
    accounts = account_names()
    return {
        **decision_json(decision),
        "is_default": decision.is_default,
        "actions": [_action(action, accounts) for action in decision.actions],
    }


def _action(action: Action, accounts: dict[int, str]) -> dict[str, Any]:
    """As rules hold it; a Gmail account by its address, too."""
    shown: dict[str, Any] = {**action_json(action)}
    if action.kind is ActionKind.GMAIL:
        shown["account"] = accounts.get(action.account_id)
    return shown
