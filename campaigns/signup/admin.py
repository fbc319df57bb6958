"""The list of sign-up forms; writing one is a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Count, Q
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.signup import screens
from campaigns.signup.models import SignupForm, SignupRequest
from portal.list_words import ListWordsMixin
from portal.templatetags.postroom import badge
from portal.wording import format_count

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.utils.safestring import SafeString


@admin.register(SignupForm)
class SignupFormAdmin(ListWordsMixin, admin.ModelAdmin[SignupForm]):
    """Forms with what came through them."""

    list_title = gettext_lazy("Sign-up forms")
    list_lead = gettext_lazy("Forms through which people join a list: each confirms by a mail that it was really them.")
    list_empty = gettext_lazy("No sign-up form yet. People fill it in on our page or on your website.")
    list_icon = "inbox"
    list_display = ("shown_title", "contact_list", "state", "requests", "confirmed", "waiting", "refused", "page_link")
    list_display_links = None
    list_filter = ("contact_list",)
    list_select_related = ("contact_list",)
    sortable_by = ()
    actions = None
    change_list_template = "campaigns/signup/forms.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[SignupForm]:
        waiting = Count("requests", filter=Q(requests__state=SignupRequest.State.PENDING))
        forms: QuerySet[SignupForm] = super().get_queryset(request)
        return forms.defer("confirmation_body", "intro").annotate(waiting_count=waiting)

    def add_view(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return screens.new_form(request)

    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if not object_id.isdecimal():
            return redirect(screens.LIST_URL)
        return screens.edit_form(request, form_id=int(object_id))

    def delete_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if request.method != "POST" or not object_id.isdecimal():
            return redirect(screens.LIST_URL)
        return screens.remove_form(request, form_id=int(object_id))

    def get_urls(self) -> list[URLPattern]:
        return [path("look/", screens.look, name="campaigns_signupform_look"), *super().get_urls()]

    @admin.display(description=gettext_lazy("form"))
    def shown_title(self, form: SignupForm) -> SafeString:
        url = reverse("admin:campaigns_signupform_change", args=[form.pk])
        return format_html('<a href="{}">{}</a>', url, form.title)

    @admin.display(description=gettext_lazy("state"))
    def state(self, form: SignupForm) -> SafeString:
        return badge(_("open"), tone="good") if form.is_open else badge(_("closed"))

    @admin.display(description=gettext_lazy("signed up"))
    def requests(self, form: SignupForm) -> str:
        return format_count(form.request_count)

    @admin.display(description=gettext_lazy("confirmed"))
    def confirmed(self, form: SignupForm) -> str:
        return format_count(form.confirmed_count)

    @admin.display(description=gettext_lazy("waiting"))
    def waiting(self, form: SignupForm) -> str:
        return format_count(form.waiting_count)  # type: ignore[attr-defined]  # annotated

    @admin.display(description=gettext_lazy("refused"))
    def refused(self, form: SignupForm) -> str:
        return format_count(form.trapped_count + form.limited_count)

    @admin.display(description=gettext_lazy("page"))
    def page_link(self, form: SignupForm) -> SafeString:
        url = reverse("signup", args=[form.form_key])
        return format_html('<a href="{}" aria-label="{}: {}">{}</a>', url, _("Open"), form.title, _("Open"))
