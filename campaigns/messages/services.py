"""Freezing what a campaign says, compiling it once per process, and checking it before it is sent."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from liquid.builtin.output import OutputNode

from campaigns.attachments.freezing import freeze_attachments
from campaigns.audience.known_fields import field_defaults
from campaigns.images.addresses import image_places
from campaigns.messages.compile import CompiledMessage, compile_message
from campaigns.messages.expansion import names_layout
from campaigns.messages.liquid import ParsedTemplate
from campaigns.messages.models import Draftable, HouseLayout, MessageContent, MessageVersion
from campaigns.messages.snippets import texts_of, used_snippets
from campaigns.messages.source import LayoutValues, MessageKind, MessageSource, SnippetSource
from campaigns.messages.variables import required_names, variables_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import User

    from campaigns.sending.models import Campaign

COMPILED_KEPT = 32  # compiled messages per process; a message of 30 kB takes about 100 kB
ALWAYS_GIVEN = frozenset({"address", "unsubscribe_url"})


def house_layout() -> HouseLayout:
    """The default house layout: the one marked so, else the oldest, else an unsaved one."""
    return HouseLayout.objects.order_by("-is_default", "pk").first() or HouseLayout()


def layout_values(layout: HouseLayout) -> LayoutValues:
    """What the compiler needs of the house layout."""
    return LayoutValues(
        organisation=layout.organisation,
        address=layout.postal_address,
        footer=layout.footer,
        logo_url=layout.logo_url,
        accent_colour=layout.accent_color,
        page_colour=layout.page_color,
        text_colour=layout.text_color,
    )


def draft_source(draft: Draftable) -> MessageSource:
    """What the compiler needs of a template or a campaign as it is now, saved or not, in the layout it chose."""
    return message_source(draft, layout_values(draft.house_layout or house_layout()))


def version_source(version: MessageVersion) -> MessageSource:
    """What the compiler needs of a frozen version; nothing that was changed since gets in."""
    return message_source(version, version_layout(version))


def message_source(content: MessageContent, layout: LayoutValues) -> MessageSource:
    """What the compiler needs of a message; the row may be unsaved. All that a version froze comes from the version."""
    snippets = _snippets(content)
    return MessageSource(
        subject=content.subject,
        kind=cast(MessageKind, str(content.kind)),
        body=content.body,
        text_body=content.text_body,
        preheader=content.preheader,
        layout=layout if _shows_layout(content, snippets) else LayoutValues(),
        snippets=snippets,
        field_defaults=_field_defaults(content),
        images=image_places(_all_texts(content, snippets), embedded=content.embeds_images),
    )


def _shows_layout(content: MessageContent, snippets: Iterable[SnippetSource]) -> bool:
    if content.kind == MessageContent.Kind.MARKDOWN:
        return True
    return any(map(names_layout, _all_texts(content, snippets)))


def _all_texts(content: MessageContent, snippets: Iterable[SnippetSource]) -> tuple[str, ...]:
    return (*texts_of(content), *(snippet.body for snippet in snippets))


def _snippets(content: MessageContent) -> tuple[SnippetSource, ...]:
    """Those that a version was frozen with; for all else, those that the message names, as they are now."""
    if isinstance(content, MessageVersion):
        return tuple(SnippetSource(name, kept["kind"], kept["body"]) for name, kept in sorted(content.snippets.items()))
    return used_snippets(texts_of(content))


def _field_defaults(content: MessageContent) -> tuple[tuple[str, str], ...]:
    """Those that a version was frozen with; for all else, those of now."""
    if isinstance(content, MessageVersion):
        return tuple(sorted(content.field_defaults.items()))
    return tuple(sorted(field_defaults().items()))


@lru_cache(maxsize=COMPILED_KEPT)
def compiled_source(source: MessageSource) -> CompiledMessage:
    """Compile a message, or take it from this process's cache. Raises TemplateInvalid."""
    return compile_message(source)


def freeze_message(campaign: Campaign, actor: User | None) -> MessageVersion:
    """Keep what the campaign says now as its version; call it in the transaction that starts the campaign.

    Sets `campaign.version` without saving the campaign. Raises TemplateInvalid when the message cannot be compiled,
    InvalidInput when its files make the mails too large.
    """
    source = draft_source(campaign)
    compiled = compiled_source(source)
    version = version_of(campaign, source, compiled)
    version.created_by = actor
    version.save()
    campaign.version = version
    freeze_attachments(campaign, version, compiled)
    return version


def version_of(content: MessageContent, source: MessageSource, compiled: CompiledMessage) -> MessageVersion:
    """A version that says `content` for ever, with the layout and snippets that its source holds; not saved yet."""
    return MessageVersion(
        kind=content.kind,
        subject=content.subject,
        preheader=content.preheader,
        body=content.body,
        text_body=content.text_body,
        embeds_images=content.embeds_images,
        layout=asdict(source.layout) if _shows_layout(content, source.snippets) else {},
        snippets={snippet.name: {"kind": snippet.kind, "body": snippet.body} for snippet in source.snippets},
        field_defaults=dict(compiled.field_defaults),
    )


def compiled_version(version_id: int) -> CompiledMessage:
    """Give a frozen version ready to render; one query, compiled at most once per process."""
    version = MessageVersion.objects.get(pk=version_id)
    return compiled_source(version_source(version))


def version_layout(version: MessageVersion) -> LayoutValues:
    """The layout as it was when the version was frozen; unknown keys of a later release are left out."""
    known = asdict(LayoutValues())
    kept = {name: value for name, value in version.layout.items() if name in known}
    return replace(LayoutValues(), **kept)


def required_fields(message: CompiledMessage) -> frozenset[str]:
    """Names shown to everybody without a default, their own or the field's: nobody can get the message who has no value for each of them.

    What stands inside a block (`{% if member %} … {{ number }}`) is shown to some only, so it keeps nobody out.
    """
    uses = (use for part in message.parts for use in variables_of(_always_shown(part.template)))
    return required_names(uses) - ALWAYS_GIVEN - message.field_defaults.keys()


def _always_shown(template: ParsedTemplate) -> ParsedTemplate:
    outputs = tuple(node for node in template.nodes if isinstance(node, OutputNode))
    return replace(template, nodes=outputs)


def message_required_fields(campaign: Campaign) -> frozenset[str]:
    """`required_fields` of the frozen version, or of the draft as it is now. Raises TemplateInvalid."""
    if campaign.version_id is not None:
        return required_fields(compiled_version(campaign.version_id))
    return required_fields(compiled_source(draft_source(campaign)))
