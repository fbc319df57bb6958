"""What django-allauth asks about accounts: nobody signs up by themselves, and the way in is the admin's login page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import login
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.middleware import client_ip

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest, HttpResponse

_BACKEND = "django.contrib.auth.backends.ModelBackend"
_STAGES = ["portal.accounts.second_factor.SecondStep"]


class AccountAdapter(DefaultAccountAdapter):
    """Logs in by the portal's own ways; sends no mail of allauth's, signals tell of what it did."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return _STAGES

    def pre_login(self, request: HttpRequest, user: User, **_kwargs: Any) -> HttpResponse | None:
        """People who may not log in get to know no more than that."""
        if user.is_active and user.is_staff:
            return None
        return self.respond_user_inactive(request, user)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        messages.error(request, _("This account may not log in. Ask an owner of the portal."))
        return redirect("admin:login")

    def login(self, request: HttpRequest, user: User) -> None:
        login(request, user, backend=_BACKEND)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        return redirect(kwargs.get("redirect_url") or reverse("admin:index"))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("admin:index")

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_ip(request)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, str]]:
        """By password or code on the portal's own page, by passkey on another."""
        kinds = set(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))
        methods = []
        if user.has_usable_password() or Authenticator.Type.TOTP in kinds:
            methods.append(_method("account_reauthenticate", _("with password or code")))
        if Authenticator.Type.WEBAUTHN in kinds:
            methods.append(_method("mfa_reauthenticate_webauthn", _("with a passkey")))
        return methods

    def add_message(self, *_args: Any, **_kwargs: Any) -> None:
        """The pages say it themselves."""

    def send_mail(self, *_args: Any, **_kwargs: Any) -> None:
        """Mails go through portal.accounts.outbox."""

    def send_notification_mail(self, *_args: Any, **_kwargs: Any) -> None:
        """As send_mail."""


def _method(url_name: str, description: str) -> dict[str, str]:
    return {"id": url_name, "description": description, "url": reverse(url_name)}
