"""The list of rules, and the deeds on one: on and off, delete, cure, undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from portal.errors import PortalError
from portal.mail.address import display_address
from portal.pages import Crumb, actor_of, page, render_page
from portal.row_ids import row_id
from routing.rules import services
from routing.rules.cures import cure_of
from routing.rules.figures import unmatched_recipients
from routing.rules.guard import ask_first, moves_to_confirm, require_leave
from routing.rules.models import RoutingRule, RuleSetVersion
from routing.rules.screen import list_rules
from routing.rules.services import RuleChange

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

HOME = "admin:routing_routingrule_changelist"


def home_crumb() -> Crumb:
    """The list of rules, for the breadcrumbs of its pages."""
    return Crumb(gettext_lazy("Routing rules"), reverse(HOME))


@page("routing.view_routingrule")
@require_GET
def overview(request: HttpRequest) -> HttpResponseBase:
    """All rules in the order in which they are asked, `?q=` narrows them."""
    sought = request.GET.get("q", "")
    context: dict[str, Any] = {
        "list": list_rules(sought, request.GET.get("p", "")),
        "sought": sought,
        "undo": _undone_by(request),
        "unmatched": unmatched_recipients(most=5),
    }
    lead = _("The most specific pattern that has a rule decides; a rule that is off, or does not fit, gives way.")
    return render_page(request, "routing/rules/list.html", context, title=_("Routing rules"), lead=lead)


@page("routing.change_routingrule")
@require_POST
def switch(request: HttpRequest, rule_id: int) -> HttpResponseBase:
    """Turn a rule on or off."""
    rule = get_object_or_404(RoutingRule, pk=rule_id)
    is_on = request.POST.get("deed") == "on"
    changes = [RuleChange(rule.key, {**services.rule_json(rule), "is_on": is_on})]
    if moves := moves_to_confirm(request, changes):
        return ask_first(request, moves, back=home_crumb())
    try:
        services.switch_rule(rule_id, is_on=is_on, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
    else:
        text = _("The rule for %s is on.") if is_on else _("The rule for %s is off: the next one is asked.")
        messages.success(request, text % display_address(rule.key))
    return redirect(HOME)


@page("routing.delete_routingrule")
@require_POST
def delete(request: HttpRequest, rule_id: int) -> HttpResponseBase:
    """Delete a rule; the list then offers to undo it."""
    rule = get_object_or_404(RoutingRule, pk=rule_id)
    if moves := moves_to_confirm(request, [RuleChange(rule.key, None)]):
        return ask_first(request, moves, back=home_crumb())
    services.delete_rule(rule_id, actor=actor_of(request))
    return _deleted(request, rule)


@page("routing.change_routingrule")
@require_POST
def cure(request: HttpRequest, rule_id: int) -> HttpResponseBase:
    """Do what a caution of the list offers; 0 is the last row."""
    deed = request.POST.get("deed", "")
    rule = get_object_or_404(RoutingRule, pk=rule_id) if rule_id else None
    now = services.rule_json(rule) if rule else services.default_json(services.read_default_route())
    try:
        change = cure_of(rule.key if rule else services.DEFAULT_KEY, now, deed, request.POST.get("subject", ""))
        require_leave(request, [change])
        if moves := moves_to_confirm(request, [change]):
            return ask_first(request, moves, back=home_crumb())
        services.apply_changes([change], actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
        return redirect(HOME)
    if change.after is None and rule:
        return _deleted(request, rule)
    messages.success(request, _("Done: the rule is changed."))
    return redirect(HOME)


@page("routing.change_routingrule")
@require_POST
def undo(request: HttpRequest, version_id: int) -> HttpResponseBase:
    """Take one version back, as long as nothing came after it to the same patterns."""
    version = get_object_or_404(RuleSetVersion, pk=version_id)
    keys = {change["key"] for change in version.changes}
    later = RuleSetVersion.objects.filter(pk__gt=version_id)
    if any(change["key"] in keys for each in later for change in each.changes):
        messages.error(
            request, _("These rules were changed again since then. The history can bring back how they were.")
        )
        return redirect("admin:routing_routingrule_history_list")
    changes = [RuleChange(change["key"], change["before"]) for change in version.changes]
    require_leave(request, changes)
    if moves := moves_to_confirm(request, changes):
        return ask_first(request, moves, back=home_crumb())
    try:
        services.apply_changes(changes, actor=actor_of(request), reason=_("Undone: version %d") % version_id)
    except PortalError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Undone: the rules are as they were before."))
    return redirect(HOME)


def _deleted(request: HttpRequest, rule: RoutingRule) -> HttpResponseBase:
    messages.success(request, _("The rule for %s is deleted.") % display_address(rule.key))
    return redirect(f"{reverse(HOME)}?undo={services.version_stamp()}")


def _undone_by(request: HttpRequest) -> RuleSetVersion | None:
    """The version that the last deed made, offered to be undone."""
    return RuleSetVersion.objects.filter(pk=row_id(request.GET.get("undo")) or 0).first()
