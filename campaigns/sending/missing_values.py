"""How many of a draft's people lack a value that the text being written shows without a default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _, ngettext

from campaigns.messages.checks import Level, MessageCheck
from campaigns.messages.problems import TemplateInvalid
from campaigns.messages.services import compiled_source, required_fields
from campaigns.messages.variables import variables_of_message
from campaigns.sending.audience import audience_of, has_audience, lacking_value
from campaigns.sending.states import Reason
from portal.wording import format_count

if TYPE_CHECKING:
    from campaigns.messages.source import MessageSource
    from campaigns.sending.models import Campaign

COUNTED_PEOPLE = 20_000  # a larger audience is counted at the review only, not while somebody types


def count_lacking(campaign: Campaign, names: frozenset[str]) -> int | None:
    """People of the saved audience who would be left out for it; None when the audience is too large to ask often."""
    if not names or not has_audience(campaign):
        return 0
    people = audience_of(campaign)
    if people.order_by()[: COUNTED_PEOPLE + 1].count() > COUNTED_PEOPLE:
        return None
    return lacking_value(people, names).count()


def missing_values_checks(campaign: Campaign, source: MessageSource) -> list[MessageCheck]:
    """At most one check: how many people of the saved audience lack a value, and of which names."""
    try:
        names = required_fields(compiled_source(source))
    except TemplateInvalid:
        return []
    lacking = count_lacking(campaign, names)
    return [lacking_check(campaign, lacking, source, names)] if lacking else []


def lacking_check(campaign: Campaign, lacking: int, source: MessageSource, names: frozenset[str]) -> MessageCheck:
    """The amber point: how many, who, which of the `names` they need, where the first of them stands."""
    text = ngettext(
        "%(count)s person has no value for %(names)s, which the message shows without a default: they are left out.",
        "%(count)s people have no value for %(names)s, which the message shows without a default: they are left out.",
        lacking,
    )
    values = {"count": format_count(lacking), "names": ", ".join(sorted(names))}
    uses = variables_of_message(source)
    use = next((use for use in uses if use.name in names and not use.has_default), None)
    place, line, column = (use.place, use.line, use.column) if use else ("", 0, 0)
    cure = _("Give a default, such as {{ %(name)s | default: 'friend' }}, or fill in the values.") % {
        "name": min(names, default="first_name")
    }
    who = reverse("admin:campaigns_campaign_left_out", args=[campaign.pk, int(Reason.MISSING_VALUE)])
    return MessageCheck(
        Level.WARN, "missing_values", text % values, place=place, line=line, column=column, cure=cure, link=who
    )
