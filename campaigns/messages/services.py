"""Freezing what a campaign says, compiling it once per process, and checking it before it is sent."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from liquid.builtin.output import OutputNode

from campaigns.audience.known_fields import field_defaults
from campaigns.messages.compile import CompiledMessage, compile_message
from campaigns.messages.liquid import ParsedTemplate
from campaigns.messages.models import HouseLayout, MessageContent, MessageVersion
from campaigns.messages.source import LayoutValues, MessageKind, MessageSource
from campaigns.messages.variables import required_names, variables_of

if TYPE_CHECKING:
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


def message_source(content: MessageContent, layout: LayoutValues) -> MessageSource:
    """What the compiler needs of a template, a campaign or a version; the row may be unsaved."""
    return MessageSource(
        subject=content.subject,
        kind=cast(MessageKind, str(content.kind)),
        body=content.body,
        text_body=content.text_body,
        preheader=content.preheader,
        layout=layout if content.kind == MessageContent.Kind.MARKDOWN else LayoutValues(),
        field_defaults=_field_defaults(content),
    )


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

    Sets `campaign.version` without saving the campaign. Raises TemplateInvalid when the message cannot be compiled.
    """
    source = message_source(campaign, layout_values(house_layout()))
    compiled = compiled_source(source)
    is_markdown = campaign.kind == MessageContent.Kind.MARKDOWN
    version = MessageVersion.objects.create(
        kind=campaign.kind,
        subject=campaign.subject,
        preheader=campaign.preheader,
        body=campaign.body,
        text_body=campaign.text_body,
        layout=asdict(source.layout) if is_markdown else {},
        field_defaults=dict(compiled.field_defaults),
        created_by=actor,
    )
    campaign.version = version
    return version


def compiled_version(version_id: int) -> CompiledMessage:
    """Give a frozen version ready to render; one query, compiled at most once per process."""
    version = MessageVersion.objects.get(pk=version_id)
    return compiled_source(message_source(version, version_layout(version)))


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
    return required_fields(compiled_source(message_source(campaign, layout_values(house_layout()))))
