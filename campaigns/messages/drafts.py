"""Saving templates, house layouts and snippets: each save a version, each deed recorded."""

from __future__ import annotations

from itertools import chain, count
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.messages.expansion import snippet_problems
from campaigns.messages.models import HouseLayout, Snippet, Template
from campaigns.messages.problems import SNIPPET_PREFIX, Problem, TemplateInvalid
from campaigns.messages.revisions import MESSAGE_FIELDS, record_revision
from campaigns.messages.snippets import snippet_source, unfrozen_campaigns, used_snippets, uses_of
from portal.activity import record_activity
from portal.errors import Conflict

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def save_template(template: Template, *, actor: User | None) -> Template:
    """Write a new or changed template; campaigns that copied it stay as they are."""
    verb = "template.created" if template._state.adding else "template.changed"  # noqa: SLF001
    template.save()
    record_revision(template, actor=actor)
    record_activity(verb, actor=actor, target=template)
    return template


@transaction.atomic
def copy_template(template_id: int, *, actor: User | None) -> Template:
    """Make a new template that says the same, “Copy of …”; with a number where that name is taken."""
    source = Template.objects.get(pk=template_id)
    copy = Template(name=_free_name(source.name), **{name: getattr(source, name) for name in MESSAGE_FIELDS})
    return save_template(copy, actor=actor)


def _free_name(name: str) -> str:
    wanted = _("Copy of %(name)s") % {"name": name[:100]}
    names = chain([wanted], (f"{wanted} {number}" for number in count(2)))
    return next(free for free in names if not Template.objects.filter(name=free).exists())


@transaction.atomic
def delete_template(template: Template, *, actor: User) -> None:
    """Throw a template away; campaigns that copied it stay as they are."""
    record_activity("template.deleted", actor=actor, target=template)
    template.delete()


@transaction.atomic
def save_layout(layout: HouseLayout, *, actor: User | None) -> HouseLayout:
    """Write a house layout; campaigns that were started keep the one of their moment. One layout is the default."""
    verb = "layout.created" if layout._state.adding else "layout.changed"  # noqa: SLF001
    others = HouseLayout.objects.exclude(pk=layout.pk)
    layout.is_default = layout.is_default or not others.filter(is_default=True).exists()
    if layout.is_default:
        others.update(is_default=False)
    layout.save()
    record_revision(layout, actor=actor)
    record_activity(verb, actor=actor, target=layout)
    return layout


@transaction.atomic
def delete_layout(layout: HouseLayout, *, actor: User) -> None:
    """Throw a house layout away. Raises Conflict for the default one, and for one that templates or drafts chose."""
    if layout.is_default:
        raise Conflict(_("“%s” is the default. Make another house layout the default first.") % layout)
    if names := layout_users(layout):
        raise Conflict(
            _("“%(name)s” is in use by %(users)s. Choose another house layout there first.")
            % {"name": layout, "users": _listed(names)}
        )
    record_activity("layout.deleted", actor=actor, target=layout)
    layout.delete()


def layout_users(layout: HouseLayout) -> list[str]:
    """Names of the templates and unstarted campaigns that chose this house layout."""
    templates = Template.objects.filter(house_layout=layout).values_list("name", flat=True)
    return [*templates, *map(str, unfrozen_campaigns().filter(house_layout=layout))]


@transaction.atomic
def save_snippet(snippet: Snippet, *, actor: User | None) -> Snippet:
    """Write a new or changed snippet; campaigns that were started keep theirs.

    Raises TemplateInvalid when it would break what uses it, Conflict when its name is in use and would change.
    """
    require_sound_snippet(snippet)
    is_new = snippet._state.adding  # noqa: SLF001
    if not is_new:
        _require_same_name(snippet)
    snippet.save()
    record_revision(snippet, actor=actor)
    record_activity("snippet.created" if is_new else "snippet.changed", actor=actor, target=snippet)
    return snippet


@transaction.atomic
def delete_snippet(snippet: Snippet, *, actor: User) -> None:
    """Throw a snippet away. Raises Conflict while something uses it."""
    if uses := uses_of(snippet.name):
        raise Conflict(
            _("“%(name)s” is in use by %(users)s. Take it out there first.")
            % {"name": snippet.name, "users": _listed([use.name for use in uses])}
        )
    record_activity("snippet.deleted", actor=actor, target=snippet)
    snippet.delete()


def require_sound_snippet(snippet: Snippet) -> None:
    """Raise TemplateInvalid with what is wrong in a snippet, saved or not, or in those that it uses."""
    others = [other for other in used_snippets([snippet.body]) if other.name != snippet.name]
    problems = snippet_problems(snippet_source(snippet), others)
    if not snippet.body.strip():
        problems.append(Problem("empty_body", SNIPPET_PREFIX + snippet.name, 0, "The snippet has no text."))
    if problems:
        raise TemplateInvalid(problems)


def _require_same_name(snippet: Snippet) -> None:
    before = Snippet.objects.select_for_update().get(pk=snippet.pk).name
    if before != snippet.name and (uses := uses_of(before)):
        raise Conflict(
            _("“%(name)s” is in use by %(users)s, so its name must stay.")
            % {"name": before, "users": _listed([use.name for use in uses])}
        )


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:5])
    return _("%(names)s and %(count)d more") % {"names": shown, "count": len(names) - 5} if len(names) > 5 else shown  # noqa: PLR2004
