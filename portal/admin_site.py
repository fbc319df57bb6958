"""The admin site: Postroom's titles, navigation and overview over Django's plain admin."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class PostroomAdminSite(admin.AdminSite):
    """Django's admin site under Postroom's names."""

    site_header = "Postroom"
    site_title = "Postroom"
    index_title = _("Overview")
