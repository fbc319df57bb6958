"""The frame of the pages of one's own account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic.base import ContextMixin

from portal.pages import Crumb

if TYPE_CHECKING:
    from django.http import HttpRequest


def account_crumbs() -> list[Crumb]:
    """Below the page of the own account."""
    return [Crumb(_("My account"), reverse("own_account"))]


class AccountFrame(ContextMixin):
    """Puts a class of django-allauth into the portal's frame."""

    request: HttpRequest
    title: Any = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **admin.site.each_context(self.request),
            **super().get_context_data(**kwargs),
            "title": self.title,
            "crumbs": account_crumbs(),
        }
