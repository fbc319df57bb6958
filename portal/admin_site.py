"""The admin site: Postroom's titles, navigation and overview over Django's plain admin."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, path
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.template.response import TemplateResponse


class PostroomAdminSite(admin.AdminSite):
    """Django's admin site under Postroom's names, with navigation by subject and the overview as its first page."""

    site_url = None

    @property
    def site_header(self) -> str:  # type: ignore[override]
        return str(settings.INSTALLATION_NAME)

    @property
    def site_title(self) -> str:  # type: ignore[override]
        return str(settings.INSTALLATION_NAME)

    @property
    def index_title(self) -> str:  # type: ignore[override]
        return _("Overview")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        from portal.alerts.bell import bell_for  # noqa: PLC0415
        from portal.navigation import navigation_for  # noqa: PLC0415  # the site is made before models are loaded

        return {
            **super().each_context(request),
            "navigation": partial(navigation_for, request),
            "bell": SimpleLazyObject(partial(bell_for, request)),
            "bar_tag": _("sandbox") if settings.SANDBOX else "",
        }

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        from portal.overview import overview_context  # noqa: PLC0415

        return super().index(request, {**overview_context(request), **(extra_context or {})})

    def get_urls(self) -> list[URLPattern | URLResolver]:
        from campaigns.restored.views import restored  # noqa: PLC0415
        from portal.failures.views import failures_urls  # noqa: PLC0415
        from portal.jump import jump_json, jump_page  # noqa: PLC0415
        from portal.overview import overview_json  # noqa: PLC0415
        from portal.own_settings import own_settings  # noqa: PLC0415

        return [
            path("overview.json", overview_json, name="overview_json"),
            path("jump.json", jump_json, name="jump_json"),
            path("jump/", jump_page, name="jump"),
            *failures_urls(),
            path("restored/", restored, name="restored"),
            path("own-settings/", self.admin_view(own_settings), name="own_settings"),
            *super().get_urls(),
        ]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        from portal.accounts.sign_in import sign_in  # noqa: PLC0415

        return sign_in(self, request, extra_context)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        from portal.accounts.sign_in import change_password  # noqa: PLC0415

        return change_password(self, request)
