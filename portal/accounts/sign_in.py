"""The login page: name and password by Django's form, then django-allauth's steps; single sign-on and passkeys beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from portal.accounts.codes import may_try, was_right
from portal.accounts.own_changes import note_password_change
from portal.demo_login import read_demo_login

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase


@method_decorator(never_cache, name="dispatch")
class SignInView(LoginView):
    """Django's own, but that a right password leads to the second step of whoever has one."""

    authentication_form = AdminAuthenticationForm
    template_name = "admin/login.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.ALLOW_PASSWORD_LOGIN:
            raise PermissionDenied
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        login = Login(user=form.get_user(), redirect_url=self.get_success_url())
        answer: HttpResponse = perform_password_login(self.request, {}, login)
        return answer


def sign_in(site: AdminSite, request: HttpRequest, extra_context: dict[str, Any] | None) -> HttpResponseBase:
    """What the admin site shows as its login page; whoever is logged in is led on."""
    if request.method == "GET" and site.has_permission(request):
        return redirect("admin:index")
    context = {
        **site.each_context(request),
        "title": _("Log in"),
        "app_path": request.get_full_path(),
        "demo_login": read_demo_login(),
        "password_allowed": settings.ALLOW_PASSWORD_LOGIN,
        "sign_on_name": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
        **(extra_context or {}),
    }
    return SignInView.as_view(extra_context=context)(request)


class OwnPasswordForm(AdminPasswordChangeForm):
    """The own password: guesses of the old one are counted, the change is recorded and told by mail."""

    def clean_old_password(self) -> str:
        if not may_try(self.user):
            raise ValidationError(_("Too many tries. Wait a quarter of an hour."))
        old: str = super().clean_old_password()
        was_right(self.user)
        return old

    def save(self, commit: bool = True) -> Any:
        person = super().save(commit)
        note_password_change(person)
        return person


def change_password(site: AdminSite, request: HttpRequest) -> HttpResponseBase:
    """What the admin site shows as the page of the own password."""
    view = PasswordChangeView.as_view(
        form_class=OwnPasswordForm,
        success_url=reverse("admin:password_change_done"),
        extra_context=site.each_context(request),
        template_name="registration/password_change_form.html",
    )
    return view(request)
