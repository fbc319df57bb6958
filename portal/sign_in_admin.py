"""Failed sign-ins: who is locked out and from where; deleting a row unlocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from portal.list_words import ListWordsMixin
from portal.paging import FastListMixin
from portal.recorded_admin import RecordedMixin
from portal.templatetags.postroom import local_time

if TYPE_CHECKING:
    from axes.models import AccessAttempt
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


class FailedSignInAdmin(FastListMixin, ListWordsMixin, RecordedMixin):
    """Read-only but for deleting, which lets the person try again at once."""

    activity_subject = "sign_in"
    list_title = _("Failed sign-ins")
    list_lead = _("After ten wrong passwords a name is locked for an hour. Delete its row to unlock it now.")
    list_empty = _("Nobody mistyped a password lately.")
    list_icon = "lock"
    list_display = ("who", "ip_address", "failures_since_start", "when")
    search_fields = ("username__startswith", "ip_address__startswith")
    ordering = ("-attempt_time",)
    fields = ("username", "ip_address", "failures_since_start", "when", "user_agent", "path_info")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AccessAttempt | None = None) -> bool:
        return False

    def activity_label(self, obj: AccessAttempt) -> str:
        return self.who(obj)

    @admin.display(description=_("name"), ordering="username")
    def who(self, attempt: AccessAttempt) -> str:
        return attempt.username or "–"

    @admin.display(description=_("last try"), ordering="attempt_time")
    def when(self, attempt: AccessAttempt) -> SafeString:
        return local_time(attempt.attempt_time)
