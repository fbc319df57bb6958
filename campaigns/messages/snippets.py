"""Snippets: which of them a message puts in, and who uses one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from django.apps import apps
from django.db.models import Q
from django.urls import reverse

from campaigns.messages.expansion import SNIPPET_TAG, snippet_names
from campaigns.messages.models import Draftable, MessageContent, Snippet, Template
from campaigns.messages.source import SnippetKind, SnippetSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet

TEXT_FIELDS = ("subject", "preheader", "body", "text_body")


@dataclass(frozen=True, slots=True)
class SnippetUse:
    """One template, draft or snippet that uses a snippet; `subject` is template, campaign or snippet."""

    subject: str
    name: str
    url: str


def texts_of(content: MessageContent) -> tuple[str, ...]:
    """The four texts of a message."""
    return content.subject, content.preheader, content.body, content.text_body


def snippet_source(snippet: Snippet) -> SnippetSource:
    """What the compiler needs of a snippet, saved or not."""
    return SnippetSource(snippet.name, cast(SnippetKind, str(snippet.kind)), snippet.body)


def used_snippets(texts: Iterable[str]) -> tuple[SnippetSource, ...]:
    """The snippets that these texts name, and those that those name; no query where none is named."""
    found: dict[str, SnippetSource] = {}
    wanted = _names(texts)
    while wanted:
        new = [snippet_source(snippet) for snippet in Snippet.objects.filter(name__in=wanted)]
        found.update((snippet.name, snippet) for snippet in new)
        wanted = _names(snippet.body for snippet in new) - found.keys()
    return tuple(found[name] for name in sorted(found))


def uses_of(name: str) -> list[SnippetUse]:
    """Templates, drafts that have not started, and snippets whose text names this snippet."""
    return [*_template_uses(name), *_campaign_uses(name), *_snippet_uses(name)]


def unfrozen_campaigns() -> QuerySet[Draftable]:
    """Drafts and scheduled campaigns: those whose words are not frozen yet; tests are frozen at once."""
    campaigns = apps.get_model("campaigns", "Campaign")  # it stands above this subject
    return cast("QuerySet[Draftable]", campaigns._default_manager.filter(version=None))  # noqa: SLF001


def _names(texts: Iterable[str]) -> set[str]:
    return {name for text in texts for name in snippet_names(text)}


def _naming(contents: QuerySet[Draftable], name: str) -> Iterator[Draftable]:
    may_name = Q()
    for field in TEXT_FIELDS:
        may_name |= Q(**{f"{field}__contains": SNIPPET_TAG})
    return (content for content in contents.filter(may_name) if name in _names(texts_of(content)))


def _template_uses(name: str) -> Iterator[SnippetUse]:
    templates = cast("QuerySet[Draftable]", Template.objects.all())
    for template in _naming(templates, name):
        yield SnippetUse("template", str(template), reverse("admin:campaigns_template_change", args=[template.pk]))


def _campaign_uses(name: str) -> Iterator[SnippetUse]:
    for campaign in _naming(unfrozen_campaigns(), name):
        yield SnippetUse("campaign", str(campaign), reverse("admin:campaigns_campaign_change", args=[campaign.pk]))


def _snippet_uses(name: str) -> Iterator[SnippetUse]:
    for snippet in Snippet.objects.filter(body__contains=SNIPPET_TAG).exclude(name=name):
        if name in snippet_names(snippet.body):
            yield SnippetUse("snippet", snippet.name, reverse("admin:campaigns_snippet_change", args=[snippet.pk]))
