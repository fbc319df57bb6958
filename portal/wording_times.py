"""Moments as people say them in a sentence, in the reader's zone and language."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _

_WEEK = timedelta(days=6)


def format_day_and_time(moment: datetime | None) -> str:
    """ "14:20 today", "14:20 Tuesday" within a week, else with the date; a dash for None."""
    if moment is None:
        return "–"
    local = timezone.localtime(moment)
    time = date_format(local, "TIME_FORMAT")
    return _("%(time)s %(day)s") % {"time": time, "day": _day(local)}


def _day(local: datetime) -> str:
    today = timezone.localdate()
    if local.date() == today:
        return _("today")
    if local.date() == today + timedelta(days=1):
        return _("tomorrow")
    if timedelta(0) < local.date() - today <= _WEEK:
        return str(WEEKDAYS[local.weekday()])
    return date_format(local, "DATE_FORMAT")
