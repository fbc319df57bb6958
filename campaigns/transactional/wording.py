"""The frozen wording of messages: one version for all that say the same, so that it is stored and compiled once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from campaigns.attachments.models import FrozenAttachment
from campaigns.messages.models import Template
from campaigns.messages.services import compiled_source, draft_source, version_of
from campaigns.transactional.models import SharedVersion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.messages.compile import CompiledMessage
    from campaigns.messages.models import MessageVersion
    from campaigns.messages.source import MessageSource
    from campaigns.transactional.orders import AttachedFile, Wording


def compiled_wording(wording: Wording) -> tuple[MessageSource, CompiledMessage]:
    """What it says, compiled in the house layout without the link to unsubscribe. Raises TemplateInvalid."""
    source = draft_source(_content(wording))
    source = replace(source, layout=replace(source.layout, unsubscribe_label=""))
    return source, compiled_source(source)


def frozen_wording(
    wording: Wording, source: MessageSource, compiled: CompiledMessage, files: Sequence[AttachedFile]
) -> MessageVersion:
    """The version that says this with these files, made where there is none; call it in the order's transaction."""
    digest = _digest(source, files)
    shared = SharedVersion.objects.filter(digest=digest).select_related("version").first()
    if shared is not None:
        return shared.version
    version = version_of(_content(wording), source, compiled)
    version.save()
    FrozenAttachment.objects.bulk_create(_frozen(version, files))
    # Where two at once say something new both keep their own; the next ones share the first's.
    SharedVersion.objects.bulk_create([SharedVersion(digest=digest, version=version)], ignore_conflicts=True)
    return version


def _content(wording: Wording) -> Template:
    if isinstance(wording, Template):
        return wording
    return Template(subject=wording.subject, body=wording.body, kind=wording.kind, text_body=wording.text_body)


def _digest(source: MessageSource, files: Sequence[AttachedFile]) -> str:
    named = [(each.file.sha256, each.name, each.content_type, each.content_id) for each in files]
    text = json.dumps([asdict(source), named], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _frozen(version: MessageVersion, files: Sequence[AttachedFile]) -> list[FrozenAttachment]:
    return [
        FrozenAttachment(
            version=version, file=each.file, name=each.name, content_type=each.content_type,
            content_id=each.content_id, position=position,
        )
        for position, each in enumerate(files)
    ]  # fmt: skip
