"""The names that a template may use: those that every contact has, and the attributes that contacts carry."""

from __future__ import annotations

from campaigns.audience.fields import ContactField
from campaigns.audience.models import Contact

ALWAYS_KNOWN = ("first_name", "last_name", "address", "unsubscribe_url")
SAMPLED_CONTACTS = 500


def attribute_names() -> list[str]:
    """Names of the fields, and of attributes among the newest and the oldest contacts: a cost that does not grow."""
    found: set[str] = set(ContactField.objects.values_list("name", flat=True))
    for order in ("-pk", "pk"):
        for attributes in Contact.objects.order_by(order).values_list("attributes", flat=True)[:SAMPLED_CONTACTS]:
            found.update(attributes)
    return sorted(found)


def field_names() -> list[str]:
    """What the writer is offered to insert, the common ones first."""
    return [*ALWAYS_KNOWN, *(name for name in attribute_names() if name not in ALWAYS_KNOWN)]


def unknown_names(used: frozenset[str] | set[str]) -> list[str]:
    """Those of `used` that no contact at all has; a name outside the sample is looked for among all contacts."""
    doubtful = sorted(set(used) - set(field_names()))
    return [name for name in doubtful if not Contact.objects.filter(attributes__has_key=name).exists()]
