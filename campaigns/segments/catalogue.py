"""What can be asked about people here: columns, the known fields, groups, history; with the rows to choose from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from campaigns.audience.fields import ContactField
from campaigns.audience.models import ContactList, Tag
from campaigns.importing.models import ContactImport
from campaigns.segments.definition import Field, conditions_of
from campaigns.segments.operators import Kind
from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignKind, CampaignStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.utils.functional import Promise

    from campaigns.segments.definition import Group

ATTRIBUTE_PREFIX = "attr:"
OFFERED_ROWS = 200

_COLUMNS: dict[str, tuple[Kind, str | Promise]] = {
    "address": (Kind.TEXT, _("e-mail address")),
    "first_name": (Kind.TEXT, _("first name")),
    "last_name": (Kind.TEXT, _("last name")),
    "time_zone": (Kind.TEXT, _("time zone")),
}
_GROUPS: dict[str, tuple[Kind, str | Promise]] = {
    "tag": (Kind.TAG, _("tags")),
    "list": (Kind.LIST, _("lists")),
    "added": (Kind.ADDED, _("added here")),
    "import": (Kind.IMPORT, _("imports")),
}
_HISTORY: dict[str, tuple[Kind, str | Promise]] = {
    "campaign": (Kind.CAMPAIGN, _("campaigns")),
    "mail": (Kind.MAIL, _("mail")),
    "unsubscribed": (Kind.UNSUBSCRIBED, _("unsubscribed")),
    "consent": (Kind.CONSENT, _("consent")),
}
_SENT = (CampaignStatus.IN_PROGRESS, CampaignStatus.PAUSED, CampaignStatus.COMPLETED, CampaignStatus.CANCELLED)
_ROWS: dict[Kind, tuple[Callable[[], QuerySet[Any]], str]] = {
    Kind.TAG: (Tag.objects.order_by, "name"),
    Kind.LIST: (ContactList.objects.order_by, "name"),
    Kind.IMPORT: (lambda: ContactImport.objects.filter(status="completed").order_by("-pk"), "file_name"),
    Kind.CAMPAIGN: (
        lambda: Campaign.objects.filter(campaign_kind=CampaignKind.CAMPAIGN, status__in=_SENT).order_by("-pk"),
        "name",
    ),
}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The fields that can be asked about, and what people call them."""

    fields: dict[str, Field] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)  # key: heading under which it is offered

    def add(self, key: str, kind: Kind, label: str, heading: str, *, options: tuple[str, ...] = ()) -> None:
        """Put a field in."""
        self.fields[key] = Field(key, kind, options)
        self.labels[key] = label
        self.groups[key] = heading


def known_catalogue() -> Catalogue:
    """All there is to ask about now; one query."""
    known = Catalogue()
    for heading, entries in ((_("Person"), _COLUMNS), (_("Groups"), _GROUPS), (_("What happened"), _HISTORY)):
        for key, (kind, label) in entries.items():
            known.add(key, kind, str(label), str(heading))
        if entries is _COLUMNS:
            _add_attributes(known)
    return known


def _add_attributes(known: Catalogue) -> None:
    for attribute in ContactField.objects.all():
        kind, options = Kind(attribute.field_type), tuple(attribute.options)
        known.add(ATTRIBUTE_PREFIX + attribute.name, kind, attribute.label, str(_("Fields")), options=options)


def offered_rows(kind: Kind) -> list[tuple[str, str]]:
    """(id, name) of the tags, lists, imports or campaigns to choose from; the newest where there are many."""
    rows, name = _ROWS[kind]
    return [(str(pk), str(label)) for pk, label in rows().values_list("pk", name)[:OFFERED_ROWS]]


def names_of(group: Group) -> dict[Kind, dict[str, str]]:
    """{kind: {id: name}} of every row that a definition names and that is still there."""
    ids: dict[Kind, set[int]] = {}
    for condition in conditions_of(group):
        if condition.kind in _ROWS:
            ids.setdefault(condition.kind, set()).update(int(value) for value in condition.values)
    return {kind: _names(kind, wanted) for kind, wanted in ids.items()}


def _names(kind: Kind, ids: Iterable[int]) -> dict[str, str]:
    rows, name = _ROWS[kind]
    model = rows().model
    return {str(pk): str(label) for pk, label in model.objects.filter(pk__in=ids).values_list("pk", name)}
