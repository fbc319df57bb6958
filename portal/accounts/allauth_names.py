"""The names under which django-allauth looks for pages that the portal has under its own names."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from portal.accounts.own_account import own_account

urlpatterns = [
    path("login/", admin.site.login, name="account_login"),
    path("account/", admin.site.admin_view(own_account), name="mfa_index"),
]
