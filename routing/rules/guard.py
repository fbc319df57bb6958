"""Asks before a change that sends saved examples elsewhere: every deed of the pages goes through here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from portal.pages import Crumb, render_page
from routing.rules.surroundings import account_names
from routing.rules.trying import ExampleMove, moved_examples
from routing.rules.words import describe_actions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from routing.rules.services import RuleChange

CONFIRMED = "confirmed"


def moves_to_confirm(request: HttpRequest, changes: Sequence[RuleChange]) -> list[dict[str, object]]:
    """The examples that would go elsewhere, for the page; none once the person has said that it is right."""
    if CONFIRMED in request.POST:
        return []
    return shown_moves(moved_examples(changes))


def shown_moves(moves: Sequence[ExampleMove]) -> list[dict[str, object]]:
    """Each with where it goes and where it would go, in words."""
    names = account_names() if moves else {}
    return [
        {
            "example": move.example,
            "before": describe_actions(move.before, names),
            "after": describe_actions(move.after.actions, names),
        }
        for move in moves
    ]


def ask_first(request: HttpRequest, moves: list[dict[str, object]], *, back: Crumb) -> HttpResponseBase:
    """The page that lists them; its button sends the same again, confirmed."""
    sent = [
        (name, value) for name in request.POST for value in request.POST.getlist(name) if name != "csrfmiddlewaretoken"
    ]
    title = _("Saved examples would go elsewhere")
    context = {"moves": moves, "sent": sent, "back": back}
    return render_page(request, "routing/rules/confirm.html", context, status=422, title=title, crumbs=[back])
