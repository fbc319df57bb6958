"""The map of all addresses of the portal."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from portal.health import healthz

admin.autodiscover()

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("healthz", healthz, name="healthz"),
    path("admin/", include("portal.accounts.urls")),
    path("admin/", admin.site.urls),
    path("admin/", include("portal.accounts.allauth_names")),
    path("", include("campaigns.api.urls")),
    path("", include("campaigns.urls")),
    path("", include("credentials.urls")),
]
