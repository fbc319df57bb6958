"""Export, import and going back: what would change is looked at first, then all of it is done or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.activity import record_activity
from portal.errors import PortalError
from portal.pages import Crumb, actor_of, page, render_page
from portal.row_ids import row_id
from routing.rules import drafts, services
from routing.rules.change_words import count_words, shown_changes
from routing.rules.draft_models import RuleDraft
from routing.rules.guard import ask_first, moves_to_confirm, require_leave, shown_moves
from routing.rules.models import RoutingRule, RuleSetVersion
from routing.rules.replay_words import shown_replay
from routing.rules.rule_files import RuleFile, write_json
from routing.rules.rule_tables import write_csv
from routing.rules.surroundings import account_names
from routing.rules.trying import moved_examples, replay_last_week
from routing.rules.views import HOME, home_crumb

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from routing.rules.services import ChangeJson

SHOWN_CHANGES = 100
SHOWN_VERSIONS = 100
_WRITERS = {"json": (write_json, "application/json"), "csv": (write_csv, "text/csv; charset=utf-8")}


@page("routing.change_routingrule")
@require_POST
def export(request: HttpRequest, file_type: str) -> HttpResponseBase:
    """All rules as a file; it is on record that somebody took them."""
    if file_type not in _WRITERS:
        raise Http404
    record_activity("routing.rules_exported", actor=actor_of(request), file_type=file_type)
    write, content_type = _WRITERS[file_type]
    rules = [services.rule_json(rule) for rule in RoutingRule.objects.order_by("key")]
    body = write(rules, services.default_json(services.read_default_route()), account_names())
    name = f"routing-rules-{timezone.now():%Y-%m-%d}.{file_type}"
    return HttpResponse(
        body, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@page("routing.add_routingrule")
@require_http_methods(["GET", "POST"])
def bring(request: HttpRequest) -> HttpResponseBase:
    """Upload a file; the next page shows what would change."""
    found, problem, status = RuleFile(), "", 200
    file = request.FILES.get("file")
    if request.method == "POST":
        status = 422
        try:
            if file is None:
                problem = _("Choose a file: JSON or CSV, such as an export.")
            else:
                found = drafts.read_rule_file(file.read(), file.name or "")
                draft = drafts.draft_of_file(
                    found, name=file.name or "", removes_others="removes_others" in request.POST,
                    actor=actor_of(request),
                )  # fmt: skip
                return redirect("admin:routing_routingrule_draft", draft.pk)
        except PortalError as error:
            problem = str(error)
    context = {"problem": problem, "problems": found.problems, "removes_others": "removes_others" in request.POST}
    lead = _("JSON or CSV, such as an export. Nothing changes before you have seen what would.")
    return render_page(
        request, "routing/rules/import.html", context, status=status, title=_("Import rules"), lead=lead,
        crumbs=[home_crumb()],
    )  # fmt: skip


@page("routing.change_routingrule")
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, draft_id: int) -> HttpResponseBase:
    """What would change; POST makes the changes or throws them away."""
    found = get_object_or_404(RuleDraft.objects.select_related("created_by"), pk=draft_id)
    if request.method == "POST":
        return _decide(request, found)
    return _show(request, found, replays=request.GET.get("replay") == "yes")


def _decide(request: HttpRequest, found: RuleDraft) -> HttpResponseBase:
    if request.POST.get("deed") == "discard":
        drafts.discard_draft(found.pk)
        messages.success(request, _("Thrown away. No rule was changed."))
        return redirect(HOME)
    try:
        changes = drafts.changes_of(found)
        require_leave(request, changes)
        if moves := moves_to_confirm(request, changes):
            return ask_first(request, moves, back=home_crumb())
        stamp = row_id(request.POST.get("stamp"))
        version = drafts.apply_draft(found.pk, stamp=-1 if stamp is None else stamp, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
        return redirect("admin:routing_routingrule_draft", found.pk)
    if version is None:
        messages.info(request, _("The rules were like that already."))
        return redirect(HOME)
    messages.success(request, _("Done: the rules are changed."))
    return redirect("admin:routing_routingrule_version", version.pk)


def _show(request: HttpRequest, found: RuleDraft, *, replays: bool) -> HttpResponseBase:
    changes = drafts.changes_of(found)
    differences = drafts.difference(changes)
    context: dict[str, Any] = {
        "draft": found,
        "stamp": services.version_stamp(),
        "difference": differences,
        "parts": [
            _part(_("Added"), differences.added),
            _part(_("Changed"), differences.changed),
            _part(_("Removed"), differences.removed),
        ],
        "moves": shown_moves(moved_examples(changes)),
        "replay": shown_replay(replay_last_week(changes)) if replays else None,
    }
    words = {"name": found.name}
    is_import = found.source == RuleDraft.Source.IMPORT
    title = _("Import of %(name)s") % words if is_import else _("Back to version %(name)s") % words
    return render_page(request, "routing/rules/draft.html", context, title=title, crumbs=[home_crumb()])


def _part(label: str, changes: list[ChangeJson]) -> dict[str, Any]:
    shown = shown_changes(changes[:SHOWN_CHANGES], account_names())
    return {"label": label, "count": len(changes), "lines": shown, "more": len(changes) - len(shown)}


@page("routing.view_rulesetversion")
@require_GET
def history(request: HttpRequest) -> HttpResponseBase:
    """Every change to the rules: who, when and why."""
    versions = RuleSetVersion.objects.all()[:SHOWN_VERSIONS]
    lines = [{"version": version, **count_words(version.changes)} for version in versions]
    return render_page(
        request, "routing/rules/history.html", {"lines": lines}, title=_("History of the rules"), crumbs=[home_crumb()]
    )


@page("routing.view_rulesetversion")
@require_GET
def version(request: HttpRequest, version_id: int) -> HttpResponseBase:
    """What one version changed."""
    found = get_object_or_404(RuleSetVersion, pk=version_id)
    context = {
        "version": found,
        "changes": shown_changes(found.changes[:SHOWN_CHANGES], account_names()),
        "more": max(0, len(found.changes) - SHOWN_CHANGES),
        "is_newest": services.version_stamp() == found.pk,
    }
    title = _("Version %d of the rules") % found.pk
    return render_page(
        request, "routing/rules/version.html", context, title=title, crumbs=[home_crumb(), _history_crumb()]
    )


@page("routing.change_routingrule")
@require_POST
def restore(request: HttpRequest, version_id: int) -> HttpResponseBase:
    """Show what would change if the rules went back to how they were then."""
    found = get_object_or_404(RuleSetVersion, pk=version_id)
    made = drafts.draft_of_version(found, actor=actor_of(request))
    return redirect("admin:routing_routingrule_draft", made.pk)


def _history_crumb() -> Crumb:
    return Crumb(gettext_lazy("History"), reverse("admin:routing_routingrule_history_list"))
