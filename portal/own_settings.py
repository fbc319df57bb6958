"""What one person of the portal has chosen for oneself: language and time zone; used for each of that person's pages."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.models import PersonSettings
from portal.pages import actor_of, render_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase


@cache
def time_zone_choices() -> list[tuple[str, str]]:
    """Every IANA zone, readable; the first stands for the browser's own."""
    names = sorted(name for name in available_timezones() if "/" in name or name == "UTC")
    return [(name, name.replace("_", " ")) for name in names]


class OwnSettingsForm(forms.ModelForm[PersonSettings]):
    """Language and time zone."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("All times are shown in it. Point at a time to see it in UTC."),
        required=False,
    )

    class Meta:
        model = PersonSettings
        fields = ("language", "time_zone")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["language"].choices = [("", _("as the browser says")), *settings.LANGUAGES]  # type: ignore[attr-defined]
        zones = [("", _("as this device says")), *time_zone_choices()]
        self.fields["time_zone"].choices = zones  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def own_settings(request: HttpRequest) -> HttpResponseBase:
    """The page on which one sets them; whoever may log in may do it, for oneself only."""
    person = actor_of(request)
    mine = PersonSettings.objects.filter(user=person).first() or PersonSettings(user=person)
    form = OwnSettingsForm(request.POST or None, instance=mine)
    if request.method == "POST" and form.is_valid():
        form.save()
        with translation.override(mine.language or translation.get_language()):
            messages.success(request, _("Your settings are saved."))
        return redirect("admin:own_settings")
    lead = _("For you alone; nobody else sees anything of it.")
    return render_page(request, "postroom/own_settings.html", {"form": form}, title=_("Your settings"), lead=lead)


def use_own_settings(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: answer people who are logged in in their language and their time zone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        mine = _settings_of(request)
        if mine is None:
            return get_response(request)
        request.LANGUAGE_CODE = mine.language or translation.get_language()
        request.own_time_zone = mine.time_zone  # type: ignore[attr-defined]  # for shell.js
        zone = ZoneInfo(mine.time_zone) if mine.time_zone else None
        with translation.override(request.LANGUAGE_CODE), timezone.override(zone):
            response = get_response(request)
            response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
            return response

    return middleware


def _settings_of(request: HttpRequest) -> PersonSettings | None:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return None
    return PersonSettings.objects.filter(user_id=request.user.pk).first()
