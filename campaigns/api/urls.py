"""Where the API is: all of it under /api/v1/, and what programs of the customer call also without a prefix."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from campaigns.api.body import BoundedParser
from campaigns.api.problems import Problem, problem_response, register_handlers
from campaigns.api.routes import all_routers, customer

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION = "1"

api = NinjaAPI(
    title="Postroom", version=VERSION, urls_namespace="api", docs_url=None, openapi_url=None, parser=BoundedParser()
)
bare = NinjaAPI(
    title="Postroom", version=VERSION, urls_namespace="api-bare", docs_url=None, openapi_url=None,
    parser=BoundedParser(),
)  # fmt: skip
for router in all_routers():
    api.add_router("", router)
bare.add_router("", customer)
register_handlers(api)
register_handlers(bare)


def unknown_address(_request: HttpRequest, **_parts: str) -> HttpResponse:
    """A problem document for addresses below /api/ that are none."""
    return problem_response(Problem(404, "not_found", _("There is no such address in the API.")))


unknown_address.csrf_exempt = True  # type: ignore[attr-defined]  # nothing is done here


def _in_problems(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ninja's own answer to a wrong method is plain text."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        allowed = response["Allow"]
        problem = problem_response(Problem(405, "method_not_allowed", _("Allowed here: %s.") % allowed))
        problem["Allow"] = allowed
        return problem

    return wrapped


def _patterns(of: NinjaAPI) -> list[URLPattern | URLResolver]:
    patterns = [each for each in of.urls[0] if isinstance(each, URLPattern) and each.name != "api-root"]
    for pattern in patterns:
        pattern.callback = _in_problems(pattern.callback)
    return [*patterns]


urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include((_patterns(api), "ninja"), namespace="api")),
    path("api/<path:rest>", unknown_address),
    path("", include((_patterns(bare), "ninja"), namespace="api-bare")),
    *(
        re_path(rf"^{place}/(?P<rest>.*)$", unknown_address)
        for place in ("smtp-campaign", "campaign-status", "contacts", "messages", "suppressions")
    ),
]
