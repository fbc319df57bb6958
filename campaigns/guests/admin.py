"""Guest lists in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.utils.translation import gettext_lazy

from campaigns.guests.forms import GuestListForm
from campaigns.guests.models import GuestList
from portal.list_words import ListWordsMixin
from portal.recorded_admin import RecordedMixin
from portal.time_columns import time_column

if TYPE_CHECKING:
    from typing import Any


@admin.register(GuestList)
class GuestListAdmin(ListWordsMixin, RecordedMixin):
    """Names and addresses; few rows."""

    activity_subject = "guest_list"
    form = GuestListForm
    list_display = ("name", "shown_addresses", "shown_changed")
    shown_changed = time_column("updated_at", gettext_lazy("changed"))
    list_lead = gettext_lazy("Colleagues and others who look at a message before it is sent to everybody.")
    list_empty = gettext_lazy("No guest list yet. With one, a test goes to all who should look at it, in one step.")
    list_icon = "users"
    fields = ("name", "addresses")
    actions = None

    def activity_details(self, obj: Any) -> dict[str, Any]:
        return {"guests": len(obj.addresses)}

    @admin.display(description=gettext_lazy("addresses"))
    def shown_addresses(self, guest_list: GuestList) -> str:
        shown = ", ".join(guest_list.addresses[:3])
        more = len(guest_list.addresses) - 3
        return f"{shown} +{more}" if more > 0 else shown
