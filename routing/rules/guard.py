"""What stands between a deed of the pages and the rules: leave to do it, and a question where saved examples would move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from portal.pages import Crumb, render_page
from routing.rules.services import DEFAULT_KEY
from routing.rules.surroundings import account_names
from routing.rules.trying import ExampleMove, moved_examples
from routing.rules.words import describe_actions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from routing.rules.services import RuleChange

CONFIRMED = "confirmed"


def require_leave(request: HttpRequest, changes: Iterable[RuleChange]) -> None:
    """Raises PermissionDenied unless the person may do all of it: deleting rules and changing the last row are each allowed by
    itself.
    """
    needed = {_permission_for(change) for change in changes}
    if not request.user.has_perms(needed):
        raise PermissionDenied


def _permission_for(change: RuleChange) -> str:
    if change.key == DEFAULT_KEY:
        return "routing.change_defaultroute"
    return "routing.delete_routingrule" if change.after is None else "routing.change_routingrule"


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
