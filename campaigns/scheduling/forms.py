"""The form of a schedule: a wall clock, whose it is, and what becomes of those for whom it has passed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from campaigns.scheduling.clock import LOCAL_FORMAT, matching_zones
from campaigns.scheduling.models import Schedule
from campaigns.scheduling.wish import Wish

YEARS = range(2000, 3000)  # beyond them lies what the clocks of some zone cannot show
SHOWN = 4  # zones that are named when it is not clear which one is meant


class ScheduleForm(forms.Form):
    """`wish` is what was chosen, once the form is valid."""

    at = forms.CharField(
        label=_("Send at"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL_FORMAT),
    )
    clock = forms.ChoiceField(
        label=_("By whose clock"),
        choices=Schedule.Clock.choices,
        initial=Schedule.Clock.ONE_ZONE,
        widget=forms.RadioSelect,
    )
    zone = forms.CharField(
        label=_("Time zone"),
        max_length=60,
        help_text=_(
            "Type a city to find it. By the recipients' clocks it is the zone of those whose own zone is not known."
        ),
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off"}),
    )
    past = forms.ChoiceField(
        label=_("Recipients where that time has passed already"),
        choices=Schedule.Past.choices,
        initial=Schedule.Past.SEND,
        widget=forms.RadioSelect,
    )

    def clean_at(self) -> str:
        text: str = self.cleaned_data["at"].strip()[:16]
        try:
            wished = datetime.strptime(text, LOCAL_FORMAT)  # noqa: DTZ007  # a wall clock
        except ValueError as error:
            raise ValidationError(gettext("Write a date and a time.")) from error
        if wished.year not in YEARS:
            raise ValidationError(gettext("Write a date and a time."))
        return wished.strftime(LOCAL_FORMAT)

    def clean_zone(self) -> str:
        found = matching_zones(self.cleaned_data["zone"])
        if not found:
            raise ValidationError(gettext("No time zone is called so. Type a larger city near it."))
        if len(found) > 1:
            names = ", ".join(found[:SHOWN])
            raise ValidationError(gettext("Several time zones are called so: %s. Choose one.") % names)
        return found[0]

    @property
    def wish(self) -> Wish:
        return Wish(*(self.cleaned_data[name] for name in ("at", "zone", "clock", "past")))


def first_values(schedule: Schedule | None) -> dict[str, str]:
    """What the form shows at first: the schedule as it is, else nine o'clock tomorrow in the reader's own zone."""
    if schedule is not None:
        return {"at": schedule.local_time, "zone": schedule.zone, "clock": schedule.clock, "past": schedule.past}
    tomorrow = timezone.localtime() + timedelta(days=1)
    return {"at": tomorrow.strftime("%Y-%m-%dT09:00"), "zone": timezone.get_current_timezone_name()}
