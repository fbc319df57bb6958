"""Pages of the portal that are not a model's list or form: permission, frame, title."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.utils.functional import Promise

    View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the breadcrumbs between the overview and the page."""

    label: str | Promise
    url: str


def page(permission: str) -> Callable[[View], View]:
    """Decorate a view: only people of the portal with this permission; others log in, or get a plain 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return admin.site.admin_view(guarded)

    return decorate


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200, **frame: Any
) -> TemplateResponse:
    """A page in the portal's frame. `frame`: title, crumbs (list of Crumb), lead, page_heading."""
    return TemplateResponse(
        request, template, {**admin.site.each_context(request), **frame, **(context or {})}, status=status
    )


def actor_of(request: HttpRequest) -> User:
    """Who does it; pages of the portal are reached only after a login."""
    return cast("User", request.user)
