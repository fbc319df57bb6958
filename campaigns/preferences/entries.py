"""Unsubscribes as lines of a person's time line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.person.entries import Entry, Kind
from campaigns.preferences.models import EndedOptOut, Unsubscription
from campaigns.sending.models import Campaign

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def unsubscribe_entries(keys: Iterable[str]) -> Iterator[Entry]:
    """When the person left lists or everything by the link in a mail, why, and when they took it back or were let back."""
    deeds = list(Unsubscription.objects.filter(address_key__in=list(keys)))
    names = dict(Campaign.objects.filter(pk__in={deed.campaign_id for deed in deeds}).values_list("pk", "name"))
    for deed in deeds:
        campaign = names.get(deed.campaign_id or 0, "")
        why = [str(deed.get_why_display()) if deed.why else "", deed.why_text]
        how = _("by the button of the mail program") if deed.is_one_click else _("on our page")
        left = _("left “%s”") % deed.list_names if deed.list_names else _("left everything")
        yield Entry(
            deed.at, f"unsubscribe-{deed.pk}", Kind.STOP, _("unsubscribed"), "warn",
            what=f"{left}, “{campaign}”" if campaign else left,
            url=reverse("admin:campaigns_campaign_change", args=[deed.campaign_id]) if campaign else "",
            permission="campaigns.view_campaign", words=", ".join(part for part in (how, *why) if part),
        )  # fmt: skip
        if deed.undone_at:
            yield Entry(
                deed.undone_at,
                f"unsubscribe-undone-{deed.pk}",
                Kind.STOP,
                _("took it back"),
                "good",
                what=deed.list_names,
            )
    for ended in EndedOptOut.objects.filter(address_key__in=list(keys)).select_related("contact_list", "ended_by"):
        yield Entry(
            ended.ended_at, f"let-back-{ended.pk}", Kind.STOP, _("may be on the list again"), "good",
            what=ended.contact_list.name, words=ended.why,
            who=ended.ended_by.get_username() if ended.ended_by else "",
        )  # fmt: skip
