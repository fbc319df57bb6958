"""Reading contacts, lists and suppressions for programs, page by page."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from campaigns.api.named import named, read_address
from campaigns.api.problems import in_field
from campaigns.audience.models import Contact, ContactList
from campaigns.preferences.models import ListOptOut
from campaigns.suppression.models import Suppression

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

    from campaigns.api.schemas import ContactQuery, PageQuery


def contact_page(asked: ContactQuery) -> dict[str, Any]:
    """Contacts in the order in which they were added, with the cursor of the page behind. Raises Problem."""
    contacts = Contact.objects.prefetch_related("lists", "tags")
    if asked.email:
        contacts = contacts.filter(address_key=read_address(asked.email, field="email").key)
    if asked.contact_list:
        on = named(ContactList.objects.all(), asked.contact_list, field="list")
        contacts = contacts.filter(memberships__contact_list=on)
    rows, behind = _page(contacts, asked)
    return {"items": [contact_dict(contact) for contact in rows], "next_cursor": behind}


def list_page(asked: PageQuery) -> dict[str, Any]:
    """Lists in the order in which they were made. Raises Problem."""
    rows, behind = _page(ContactList.objects.all(), asked)
    return {"items": [list_dict(row) for row in rows], "next_cursor": behind}


def contact_dict(contact: Contact) -> dict[str, Any]:
    """A contact as the API shows it."""
    return {
        "id": contact.pk,
        "email": contact.address,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "time_zone": contact.time_zone or None,
        "attributes": contact.attributes,
        "lists": [{"id": each.pk, "name": each.name} for each in contact.lists.all()],
        "tags": [tag.name for tag in contact.tags.all()],
        "created_at": contact.created_at.isoformat(timespec="seconds"),
        "updated_at": contact.updated_at.isoformat(timespec="seconds"),
    }


def list_dict(contact_list: ContactList) -> dict[str, Any]:
    """A list as the API shows it."""
    return {"id": contact_list.pk, "name": contact_list.name, "description": contact_list.description}


def suppression_dict(email: str) -> dict[str, Any]:
    """Whether mail goes to an address, and which lists it left. Raises Problem."""
    address = read_address(email, field="email")
    found = Suppression.objects.filter(address_key=address.key).first()
    left = ListOptOut.objects.filter(address_key=address.key).select_related("contact_list")
    return {
        "email": address.address,
        "is_suppressed": found is not None,
        "reason": found.reason if found else None,
        "source": found.source if found else None,
        "note": found.note if found else None,
        "since": found.created_at.isoformat(timespec="seconds") if found else None,
        "lists_left": [{"id": each.contact_list_id, "name": each.contact_list.name} for each in left],
    }


def _page(rows: QuerySet[Any], asked: PageQuery) -> tuple[list[Any], str | None]:
    after, limit = _after(asked.cursor), asked.limit
    found: list[Model] = list(rows.filter(pk__gt=after).order_by("pk")[: limit + 1])
    has_more = len(found) > limit
    return found[:limit], _cursor(found[limit - 1].pk) if has_more else None


def _cursor(pk: int) -> str:
    return base64.urlsafe_b64encode(f"a{pk}".encode()).decode().rstrip("=")


def _after(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (ValueError, binascii.Error):
        text = ""
    if not (text.startswith("a") and text[1:].isdecimal() and len(text) < 20):  # noqa: PLR2004  # 64 bits
        raise in_field("cursor", _("This is no cursor of ours. Take next_cursor of the page before."))
    return int(text[1:])
