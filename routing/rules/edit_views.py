"""Writing a rule, and the last row: one form that any browser can use, tried before it is saved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.errors import PortalError
from portal.mail.address import display_address
from portal.pages import actor_of, page, render_page
from routing.rules import services
from routing.rules.edit_context import editor_context
from routing.rules.guard import moves_to_confirm
from routing.rules.models import RoutingRule
from routing.rules.patterns import read_pattern
from routing.rules.replay_words import shown_replay
from routing.rules.rule_form import RuleForm, form_of, read_form, reshape, rule_of
from routing.rules.services import DEFAULT_KEY, RuleChange, RuleJson
from routing.rules.trying import replay_last_week
from routing.rules.views import HOME, home_crumb

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

LOOK, REPLAY = "look", "replay"


@dataclass(slots=True)
class Editing:
    """What one request edits. `rule` is None for a new rule and for the last row."""

    form: RuleForm
    title: str
    may_change: bool
    rule: RoutingRule | None = None
    is_default: bool = False
    stamp: str = ""  # of what is stored, to notice that somebody changed it meanwhile
    moves: list[dict[str, object]] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)


@page("routing.add_routingrule")
@require_http_methods(["GET", "POST"])
def new_rule(request: HttpRequest) -> HttpResponseBase:
    """A new rule, for `?pattern=` when the list asks for one."""
    form = read_form(request.POST) if request.method == "POST" else RuleForm()
    if request.method != "POST":
        form.pattern = request.GET.get("pattern", "").replace("\0", "")[:320]
    return _edit(request, Editing(form, _("New rule"), may_change=True))


@page("routing.view_routingrule")
@require_http_methods(["GET", "POST"])
def edit_rule(request: HttpRequest, rule_id: int) -> HttpResponseBase:
    """A rule; for whoever may not change it, what it does."""
    rule = get_object_or_404(RoutingRule, pk=rule_id)
    may_change = request.user.has_perm("routing.change_routingrule")
    stamp = rule.changed_at.isoformat()
    form = read_form(request.POST) if request.method == "POST" else form_of(services.rule_json(rule), seen=stamp)
    return _edit(request, Editing(form, display_address(rule.key), may_change, rule, stamp=stamp))


@page("routing.view_routingrule")
@require_http_methods(["GET", "POST"])
def edit_default(request: HttpRequest) -> HttpResponseBase:
    """The last row: what happens to mail that no rule takes."""
    route = services.read_default_route()
    may_change = request.user.has_perm("routing.change_defaultroute")
    stamp = route.changed_at.isoformat() if route.pk else ""
    if request.method == "POST":
        form = read_form(request.POST, has_pattern=False)
    else:
        form = form_of(services.default_json(route), seen=stamp)
        form.has_pattern = False
    return _edit(request, Editing(form, _("Anything else"), may_change, is_default=True, stamp=stamp))


def _edit(request: HttpRequest, editing: Editing) -> HttpResponseBase:
    if request.method != "POST":
        return _show(request, editing)
    if not editing.may_change:
        raise PermissionDenied
    deed = request.POST.get("deed", "save")
    if reshape(editing.form, deed) or deed == LOOK:
        return _show(request, editing)
    wanted = rule_of(editing.form)
    if wanted is None:
        return _show(request, editing, status=422)
    if deed == REPLAY:
        return _replay(request, editing, wanted)
    return _save(request, editing, wanted)


def _replay(request: HttpRequest, editing: Editing, wanted: RuleJson) -> HttpResponseBase:
    """Show what the rule would have done with last week's mail; nothing is saved."""
    changes = _changes(editing, wanted)
    editing.moves = moves_to_confirm(request, changes)
    editing.extra["replay"] = shown_replay(replay_last_week(changes))
    return _show(request, editing)


def _save(request: HttpRequest, editing: Editing, wanted: RuleJson) -> HttpResponseBase:
    form = editing.form
    if form.seen != editing.stamp and (editing.rule or editing.is_default):
        form.seen = editing.stamp
        editing.extra["is_clash"] = True
        return _show(request, editing, status=422)
    editing.moves = moves_to_confirm(request, _changes(editing, wanted))
    if editing.moves:
        return _show(request, editing, status=422)
    try:
        _write(request, editing, wanted)
    except PortalError as error:
        form.problems.append(str(error))
        return _show(request, editing, status=422)
    messages.success(request, _("The rule is saved."))
    return redirect(HOME)


def _write(request: HttpRequest, editing: Editing, wanted: RuleJson) -> None:
    if editing.is_default:
        services.save_default_route(wanted["choices"], actor=actor_of(request))
        return
    rule_id = editing.rule.pk if editing.rule else None
    services.save_rule(wanted, actor=actor_of(request), rule_id=rule_id)


def _changes(editing: Editing, wanted: RuleJson) -> list[RuleChange]:
    if editing.is_default:
        return [RuleChange(DEFAULT_KEY, wanted)]
    key = read_pattern(wanted["pattern"]).key
    gone = [RuleChange(editing.rule.key, None)] if editing.rule and editing.rule.key != key else []
    return [*gone, RuleChange(key, wanted)]


def _show(request: HttpRequest, editing: Editing, *, status: int = 200) -> HttpResponseBase:
    context = {
        "editing": editing,
        "form": editing.form,
        "rule": editing.rule,
        "may_change": editing.may_change,
        "moves": editing.moves,
        **editor_context(editing.form, rule_id=editing.rule.pk if editing.rule else 0),
        **editing.extra,
    }
    return render_page(
        request, "routing/rules/edit.html", context, status=status, title=editing.title, crumbs=[home_crumb()]
    )
