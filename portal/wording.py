"""Numbers and durations as people read them."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _, ngettext

_MINUTE_S = 60
_HOUR_S = 3600
_DAY_S = 86400


def format_count(value: float | None) -> str:
    """A whole number with separators; a dash for None."""
    if value is None:
        return "–"
    return number_format(round(value), decimal_pos=0, force_grouping=True)


def format_percent(share: float | None, *, digits: int = 1) -> str:
    """A share (0..1) as "98.7 %"; never "100.0 %" or "0.0 %" for what is not all or nothing; a dash for None."""
    if share is None:
        return "–"
    if share in {0, 1}:
        return f"{round(share * 100)} %"
    smallest = 10**-digits
    rounded = round(share * 100, digits)  # number_format cuts digits off
    percent = min(max(rounded, smallest), 100 - smallest) if 0 < share < 1 else rounded
    return f"{number_format(percent, decimal_pos=digits)} %"


def format_duration(seconds: float | None) -> str:
    """Rough time for people: "40 s", "7 min", "2 h 5 min", "3 days"; a dash for None."""
    if seconds is None:
        return "–"
    if seconds < _MINUTE_S:
        return _("%d s") % round(seconds)
    if seconds < _HOUR_S:
        return _("%d min") % round(seconds / _MINUTE_S)
    if seconds < 2 * _DAY_S:
        hours, minutes = divmod(round(seconds / _MINUTE_S), 60)
        return _("%(h)d h %(m)d min") % {"h": hours, "m": minutes} if minutes else _("%d h") % hours
    days = round(seconds / _DAY_S)
    return ngettext("%d day", "%d days", days) % days


def format_rate(per_s: float | None) -> str:
    """Recipients per second, one digit only where it matters: "0.5", "42"; a dash for None."""
    if per_s is None:
        return "–"
    digits = 0 if per_s >= 10 or per_s == int(per_s) else 1  # noqa: PLR2004  # see the docstring
    return number_format(round(per_s, digits), decimal_pos=digits, force_grouping=True)
