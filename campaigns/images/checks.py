"""What pictures within the mails make of a campaign, as a point of the checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from campaigns.images.embedding import MAX_EMBEDDED_BYTES, embedded_weight
from campaigns.messages.checks import Level, MessageCheck
from campaigns.messages.problems import BODY, TemplateInvalid
from campaigns.messages.services import compiled_source
from portal.wording import format_count

if TYPE_CHECKING:
    from campaigns.messages.source import MessageSource

LIGHT_BYTES = 200_000


def embedding_points(source: MessageSource, people: int) -> Iterator[MessageCheck]:
    """How much the pictures within each mail weigh, for one and for all; nothing where they are fetched."""
    try:
        weight = embedded_weight(compiled_source(source))
    except TemplateInvalid:  # said by the other checks
        return
    if not weight.image_count:
        return
    values = {
        "each": filesizeformat(weight.bytes_per_mail),
        "all": filesizeformat(weight.bytes_for(people)),
        "people": format_count(people),
    }
    text = _("The pictures in the mail add %(each)s to each, %(all)s for %(people)s people.") % values
    cure = _("Let mail programs fetch them instead: take the tick at “put the pictures into the mail” out.")
    if weight.image_bytes > MAX_EMBEDDED_BYTES:
        yield MessageCheck(Level.BAD, "embedded_too_heavy", text, place=BODY, cure=cure)
    elif weight.bytes_per_mail > LIGHT_BYTES:
        yield MessageCheck(Level.WARN, "embedded_heavy", text, place=BODY, cure=cure)
    else:
        yield MessageCheck(Level.GOOD, "embedded", text)
