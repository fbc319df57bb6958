"""The pages of versions, the same for templates, drafts, house layouts and snippets: list, compare, bring back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from campaigns.messages.models import Revision
from campaigns.messages.revisions import compare_revisions, label_of, restore_revision, revisions_of, subject_of
from portal.errors import PortalError
from portal.pages import Crumb, actor_of, page, render_page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.contrib.auth.models import User
    from django.db.models import Model
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.utils.functional import Promise

SHOWN_VERSIONS = 200
SHOWN_CAMPAIGNS = 3


@dataclass(frozen=True, slots=True)
class Versioned:
    """One model whose saves are versions. `save(thing, actor)` is its service; `can_change` says whether it still may."""

    model: type[Model]
    plural: str | Promise
    save: Callable[..., object]
    can_change: Callable[..., bool] = lambda _thing: True

    def permission(self, verb: str) -> str:
        return f"campaigns.{verb}_{self.model.__name__.lower()}"

    def url_name(self, page_name: str) -> str:
        return f"campaigns_{self.model.__name__.lower()}_{page_name}"

    def url(self, page_name: str, *arguments: object) -> str:
        return reverse(f"admin:{self.url_name(page_name)}", args=arguments)


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version as the list shows it."""

    revision: Revision
    changed: str
    campaigns: list[tuple[str, str]]  # name and address of those that began with it, the first few
    more_campaigns: int


def version_urls(versioned: Versioned) -> list[URLPattern]:
    """The addresses below `<id>/versions/`, for the admin of the model."""
    view, change = page(versioned.permission("view")), page(versioned.permission("change"))
    given = {"versioned": versioned}
    one = "<int:object_id>/versions/"
    return [
        path(one, view(require_GET(list_versions)), given, name=versioned.url_name("versions")),
        path(f"{one}compare/", view(require_GET(compare)), given, name=versioned.url_name("compare")),
        path(f"{one}<int:number>/restore/", change(require_POST(restore)), given, name=versioned.url_name("restore")),
    ]


def list_versions(request: HttpRequest, object_id: int, versioned: Versioned) -> HttpResponseBase:
    """Who saved when, and what changed."""
    thing = get_object_or_404(versioned.model, pk=object_id)
    revisions = list(revisions_of(thing).select_related("created_by")[: SHOWN_VERSIONS + 1])
    context = {
        **_shared(request, versioned, thing),
        "rows": _rows(thing, revisions[:SHOWN_VERSIONS]),
        "has_more": len(revisions) > SHOWN_VERSIONS,
        "shows_campaigns": subject_of(thing) == "template",
    }
    return render_page(
        request,
        "campaigns/messages/versions.html",
        context,
        title=_("Versions of %(name)s") % {"name": thing},
        crumbs=_crumbs(versioned, thing),
        lead=_("Every save is kept. Bringing one back makes a new version."),
    )


def compare(request: HttpRequest, object_id: int, versioned: Versioned) -> HttpResponseBase:
    """Two versions, line by line; without numbers the last two."""
    thing = get_object_or_404(versioned.model, pk=object_id)
    old, new = _chosen(request, thing)
    context = {
        **_shared(request, versioned, thing),
        "old": old,
        "new": new,
        "fields": compare_revisions(old, new, thing),
        "newest_number": revisions_of(thing).values_list("number", flat=True)[0],
    }
    crumbs = [*_crumbs(versioned, thing), Crumb(_("Versions"), versioned.url("versions", thing.pk))]
    title = _("Version %(old)d and version %(new)d") % {"old": old.number, "new": new.number}
    return render_page(request, "campaigns/messages/compare.html", context, title=title, crumbs=crumbs)


def restore(request: HttpRequest, object_id: int, number: int, versioned: Versioned) -> HttpResponseBase:
    """Let a thing say again what it said in a version."""
    thing = get_object_or_404(versioned.model, pk=object_id)
    if not versioned.can_change(thing):
        raise PermissionDenied
    actor = actor_of(request)
    try:
        revision = restore_revision(thing, number, save=_saver(versioned, actor), actor=actor)
    except Revision.DoesNotExist as error:
        raise Http404 from error
    except PortalError as error:
        messages.error(request, str(error))
        return redirect(versioned.url("versions", object_id))
    values = {"number": number, "new": revision.number}
    messages.success(request, _("Version %(number)d is back, as version %(new)d.") % values)
    return redirect(versioned.url("change", object_id))


def _saver(versioned: Versioned, actor: User) -> Callable[[Model], object]:
    return lambda thing: versioned.save(thing, actor=actor)


def _shared(request: HttpRequest, versioned: Versioned, thing: Model) -> dict[str, object]:
    may_change = request.user.has_perm(versioned.permission("change"))
    return {
        "thing": thing,
        "can_restore": may_change and versioned.can_change(thing),
        "restore_url": f"admin:{versioned.url_name('restore')}",
        "compare_url": versioned.url("compare", thing.pk),
    }


def _crumbs(versioned: Versioned, thing: Model) -> list[Crumb]:
    return [
        Crumb(versioned.plural, versioned.url("changelist")),
        Crumb(str(thing), versioned.url("change", thing.pk)),
    ]


def _chosen(request: HttpRequest, thing: Model) -> tuple[Revision, Revision]:
    numbers = sorted(int(text) for text in (request.GET.get("old", ""), request.GET.get("new", "")) if _is_number(text))
    newest = revisions_of(thing)
    chosen = list(newest.filter(number__in=numbers) if numbers else newest[:2])
    if not chosen or (numbers and len(chosen) < len(set(numbers))):
        raise Http404
    if len(chosen) == 1:
        before = newest.filter(number__lt=chosen[0].number).first()
        return before or chosen[0], chosen[0]
    return chosen[1], chosen[0]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10  # noqa: PLR2004  # fits the column


def _rows(thing: Model, revisions: Sequence[Revision]) -> list[VersionRow]:
    started = _campaigns_started(revisions)
    return [
        VersionRow(
            revision,
            ", ".join(str(label_of(thing, name)) for name in revision.changed_fields),
            started[revision.pk][:SHOWN_CAMPAIGNS],
            max(len(started[revision.pk]) - SHOWN_CAMPAIGNS, 0),
        )
        for revision in revisions
    ]


def _campaigns_started(revisions: Sequence[Revision]) -> dict[int, list[tuple[str, str]]]:
    """Name and address of the campaigns that began with each of the versions."""
    campaigns = apps.get_model("campaigns", "Campaign")._default_manager  # noqa: SLF001  # it stands above this subject
    numbers = [revision.pk for revision in revisions if revision.template_id]
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = campaigns.filter(template_revision__in=numbers, parent=None).order_by("-pk")
    for pk, name, revision_id in rows.values_list("pk", "name", "template_revision_id"):
        found[revision_id].append((name, reverse("admin:campaigns_campaign_change", args=[pk])))
    return found
