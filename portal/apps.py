"""Django's configuration of the portal and of its admin site."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig


class PortalConfig(AppConfig):
    """The portal itself; its checks and role groups are registered when Django is ready."""

    name = "portal"
    verbose_name = "Postroom"

    def ready(self) -> None:
        from portal import checks, roles  # noqa: F401, PLC0415  # registers system checks and the role groups
        from portal.accounts import checks as account_checks, factor_changes, sessions  # noqa: F401, PLC0415  # registers what signals tell
        from portal.failures.own_sources import register_own_sources  # noqa: PLC0415  # models are loaded only now

        register_own_sources()
        _believe_further_authority()


def _believe_further_authority() -> None:
    from django.conf import settings  # noqa: PLC0415  # of use only when Django is ready

    if settings.SMTP_CA_FILE:
        from portal.smtp.connecting import believe  # noqa: PLC0415  # most installations name none

        believe(settings.SMTP_CA_FILE)


class PortalAdminConfig(SimpleAdminConfig):
    """Makes Postroom's site the one that `admin.site` means.

    The admins of the apps are found by `portal.urls`, not here: a worker never shows a page, and its start is
    spared their third of the memory.
    """

    default_site = "portal.admin_site.PostroomAdminSite"
