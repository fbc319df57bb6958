"""The list of SMTP users, with what is done to several at once; each has pages of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from credentials.smtp_users import form_views, screen, secret_views, services, views
from credentials.smtp_users.drift import open_drifts
from credentials.smtp_users.drift_wording import drift_lines
from credentials.smtp_users.export import export_users
from credentials.smtp_users.models import SmtpUser
from portal.errors import PortalError
from portal.list_words import ListWordsMixin
from portal.pages import actor_of
from portal.templatetags.postroom import badge, local_time
from portal.wording import format_count

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase
    from django.utils.safestring import SafeString

_PAGES = "credentials_smtpuser_"
_LOGIN_BEGINS = "keys__access_key_id__startswith"


class AttentionFilter(admin.SimpleListFilter):
    """Those that failed or broke their rules."""

    title = gettext_lazy("attention")
    parameter_name = "attention"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("wanted"))]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[SmtpUser]) -> QuerySet[SmtpUser]:
        if self.value() != "yes":
            return queryset
        return queryset.filter(pk__in=screen.wants_attention().values("pk"))


@admin.register(SmtpUser)
class SmtpUserAdmin(ListWordsMixin, admin.ModelAdmin[SmtpUser]):
    """People and machines that send through SES with a login of their own."""

    list_title = gettext_lazy("SMTP users")
    list_lead = gettext_lazy(
        "People, printers and programs that send with a login of their own, each only as its own addresses."
    )
    list_empty = gettext_lazy("No SMTP user yet.")
    list_icon = "key-round"
    list_display = ("shown_name", "shown_state", "shown_senders", "shown_used", "shown_sent", "shown_rotation")
    list_display_links = None
    list_filter = ("state", AttentionFilter)
    list_per_page = 100
    search_fields = ("username", "description", "owner_address", "allowed_senders")
    search_help_text = gettext_lazy("Name, description, or address")
    ordering = ("username_key",)
    actions = ("rotate_several", "disable_several", "enable_several", "export_several")

    class Media:
        css: ClassVar = {"all": ("postroom/css/smtp-users.css",)}

    def get_urls(self) -> list[URLPattern]:
        one = "<int:user_id>/"
        return [
            path("", self.admin_site.admin_view(self.changelist_view), name=_PAGES + "changelist"),
            path("add/", form_views.add, name=_PAGES + "add"),
            path("cure/<int:drift_id>/", views.cure, name=_PAGES + "cure"),
            path("preview.json", form_views.preview, name=_PAGES + "preview"),
            path(one, views.one, name=_PAGES + "change"),
            path(one + "state.json", views.state, name=_PAGES + "state"),
            path(one + "edit/", form_views.edit, name=_PAGES + "edit"),
            path(one + "deed/", views.deed, name=_PAGES + "deed"),
            path(one + "settings/<str:kind>", views.settings_file, name=_PAGES + "settings"),
            path(one + "password/", secret_views.password, name=_PAGES + "password"),
            path(one + "links/<int:handover_id>/end/", secret_views.end, name=_PAGES + "end_link"),
        ]

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Who may not see logins could find one letter by letter."""
        sees_logins = request.user.has_perm("credentials.reveal_smtpuser")
        return (*self.search_fields, *((_LOGIN_BEGINS,) if sees_logins else ()))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        orphans = drift_lines(open_drifts().filter(user=None))
        return super().changelist_view(request, {"orphans": orphans, **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> QuerySet[SmtpUser]:
        return screen.with_counts(super().get_queryset(request)).prefetch_related("keys")

    def has_delete_permission(self, request: HttpRequest, obj: SmtpUser | None = None) -> bool:
        return False  # on its own page, with time to take it back

    @admin.display(description=gettext_lazy("user name"), ordering="username_key")
    def shown_name(self, smtp_user: SmtpUser) -> SafeString:
        url = reverse("admin:credentials_smtpuser_change", args=[smtp_user.pk])
        return format_html(
            '<a href="{}">{}</a><br><span class="quiet">{}</span>', url, smtp_user.username, smtp_user.description
        )

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def shown_state(self, smtp_user: SmtpUser) -> SafeString:
        mark, reason = screen.state_mark(smtp_user), screen.reason_of(smtp_user)
        return format_html('{}<br><span class="quiet">{}</span>', mark, reason) if reason else mark

    @admin.display(description=gettext_lazy("may send as"))
    def shown_senders(self, smtp_user: SmtpUser) -> str:
        return screen.shown_senders(smtp_user)

    @admin.display(description=gettext_lazy("last used"), ordering="last_used_at")
    def shown_used(self, smtp_user: SmtpUser) -> SafeString:
        return local_time(smtp_user.last_used_at, "DATE_FORMAT")

    @admin.display(description=gettext_lazy("sent (30 d)"), ordering="sent_30")
    def shown_sent(self, smtp_user: Any) -> SafeString | str:
        sent, count = format_count(smtp_user.sent_30), smtp_user.violations_30
        if not count:
            return sent
        words = ngettext("%s violation", "%s violations", count) % format_count(count)
        return format_html("{}<br>{}", sent, badge(words, tone="bad"))

    @admin.display(description=gettext_lazy("renewal"))
    def shown_rotation(self, smtp_user: SmtpUser) -> SafeString | str:
        return screen.shown_rotation(smtp_user)

    @admin.action(description=gettext_lazy("Make new passwords"), permissions=["change"])
    def rotate_several(self, request: HttpRequest, queryset: QuerySet[SmtpUser]) -> None:
        _do_each(request, queryset, services.rotate_smtp_user)

    @admin.action(description=gettext_lazy("Disable"), permissions=["change"])
    def disable_several(self, request: HttpRequest, queryset: QuerySet[SmtpUser]) -> None:
        _do_each(request, queryset, services.disable_smtp_user)

    @admin.action(description=gettext_lazy("Enable"), permissions=["change"])
    def enable_several(self, request: HttpRequest, queryset: QuerySet[SmtpUser]) -> None:
        _do_each(request, queryset, services.enable_smtp_user)

    @admin.action(description=gettext_lazy("Export as CSV"), permissions=["change"])
    def export_several(self, request: HttpRequest, queryset: QuerySet[SmtpUser]) -> HttpResponseBase:
        return export_users(queryset, actor=actor_of(request))


def _do_each(request: HttpRequest, users: QuerySet[SmtpUser], act: Callable[..., object]) -> None:
    actor: User = actor_of(request)
    done_count, refused = 0, ""
    for smtp_user in users:
        try:
            act(smtp_user.pk, actor=actor)
        except PortalError as error:
            refused = f"{smtp_user.username}: {error}"
        else:
            done_count += 1
    if done_count:
        text = ngettext("%d SMTP user is being changed.", "%d SMTP users are being changed.", done_count)
        messages.success(request, text % done_count)
    if refused:
        messages.warning(request, _("Not all could be changed. The last one that could not: %s") % refused)
