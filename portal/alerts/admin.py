"""Alerts in the admin: the list, and who is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Count, Max, Q
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _, gettext_lazy

from portal.alerts.models import Alert, AlertNotice, AlertRecipient
from portal.alerts.views import one_alert, quiet_alert
from portal.list_words import ListWordsMixin
from portal.recorded_admin import RecordedMixin
from portal.templatetags.postroom import badge, local_time
from portal.wording import format_count

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


class OpenFilter(admin.SimpleListFilter):
    """What is wrong now, and what is over."""

    title = gettext_lazy("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return (("open", _("open")), ("past", _("over")))

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() in {"open", "past"}:
            return queryset.filter(cleared_at__isnull=self.value() == "open")
        return queryset


class AlertAdmin(ListWordsMixin):
    """Read-only: alerts are raised and cleared by what notices them; people may quiet them."""

    list_lead = gettext_lazy(
        "What is or was wrong, newest first. Each is told once when it begins and once when it is over."
    )
    list_empty = gettext_lazy("Nothing has been wrong yet.")
    list_icon = "bell"
    list_display = ("shown_text", "shown_severity", "since", "told", "quieted_by")
    list_display_links = None
    list_filter = (OpenFilter, "severity")
    ordering = ("-pk",)
    sortable_by = ()
    actions = None
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> Any:
        was_told = Q(notices__kind=AlertNotice.Kind.RAISED, notices__state=AlertNotice.State.SENT)
        failed = Q(notices__state=AlertNotice.State.FAILED) | (
            Q(notices__state=AlertNotice.State.WAITING) & ~Q(notices__error="")
        )
        return super().get_queryset(request).annotate(
            told_count=Count("notices", filter=was_told),
            told_at=Max("notices__sent_at", filter=was_told),
            failed_count=Count("notices", filter=failed),
        )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<int:alert_id>/quiet/", quiet_alert, name="portal_alert_quiet"),
            path("<int:alert_id>/", one_alert, name="portal_alert_one"),
        ]
        return [*own, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Alert | None = None) -> bool:
        return False  # quieting is a deed of its own

    def has_delete_permission(self, request: HttpRequest, obj: Alert | None = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("what"))
    def shown_text(self, alert: Alert) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("admin:portal_alert_one", args=[alert.pk]), alert.text)

    @admin.display(description=gettext_lazy("severity"))
    def shown_severity(self, alert: Alert) -> SafeString:
        if alert.cleared_at is not None:
            return badge(_("over"), tone="good")
        return badge(alert.get_severity_display(), tone=alert.severity)

    @admin.display(description=gettext_lazy("since"))
    def since(self, alert: Alert) -> SafeString:
        if alert.cleared_at is None:
            return local_time(alert.raised_at)
        return format_html("{} –<br>{}", local_time(alert.raised_at), local_time(alert.cleared_at))

    @admin.display(description=gettext_lazy("told"))
    def told(self, alert: Any) -> SafeString | str:
        if alert.failed_count:
            return badge(_("could not be told"), tone="bad")
        if not alert.told_count:
            return "–"
        return format_html("<span>{} · {}</span>", format_count(alert.told_count), local_time(alert.told_at))

    @admin.display(description=gettext_lazy("quieted by"))
    def quieted_by(self, alert: Alert) -> str:
        return alert.quieted_by_name or "–"


class AlertRecipientAdmin(RecordedMixin, ListWordsMixin):
    """The mailboxes that are told."""

    activity_subject = "alert_recipient"
    list_title = gettext_lazy("Who is told of alerts")
    list_lead = gettext_lazy(
        "Mailboxes that get a mail when something goes wrong, and one when it is over. Where SES itself has stopped, "
        "only the topic is heard: subscribe a mailbox to it, too."
    )
    list_empty = gettext_lazy("Nobody is told by e-mail yet.")
    list_icon = "bell"
    list_display = ("address", "is_told_warnings", "added")
    fields = ("address", "is_told_warnings")
    actions = None

    @admin.display(description=gettext_lazy("added"))
    def added(self, recipient: AlertRecipient) -> SafeString:
        return local_time(recipient.created_at)
