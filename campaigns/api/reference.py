"""The reference of the API: the OpenAPI document, and a page made of it that needs no script and no foreign server."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.api.access import ApiKeyAuth
from campaigns.api.examples import curl
from portal.pages import Crumb, page, render_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class ShownField:
    """One field of a body or of the address; `name` is a path such as recipients[].email."""

    name: str
    kind: str
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True)
class ShownOperation:
    """One address with one method, as the page shows it."""

    method: str
    path: str
    summary: str
    description: str
    scope: str
    example: str
    is_bare: bool  # also without the prefix
    fields: list[ShownField] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return f"{self.method}{self.path}".lower().replace("/", "-").replace("{", "").replace("}", "")


@page("credentials.view_apikey")
def reference_page(request: HttpRequest) -> HttpResponseBase:
    """Every address with its fields and an example."""
    context = {"subjects": _subjects(), "base_url": settings.PUBLIC_URL + PREFIX, "bare_url": settings.PUBLIC_URL}
    crumbs = [Crumb(_("API keys"), reverse("admin:credentials_apikey_changelist"))]
    return render_page(request, "campaigns/api/reference.html", context, title=_("API reference"), crumbs=crumbs)


@page("credentials.view_apikey")
def openapi_document(request: HttpRequest) -> HttpResponseBase:
    """The OpenAPI document, for generators of clients."""
    return JsonResponse(openapi(), json_dumps_params={"indent": 2})


@cache
def openapi() -> dict[str, Any]:
    """The document; it changes with the release only."""
    from campaigns.api.urls import api  # noqa: PLC0415  # the addresses' module imports the admin's neighbours

    return dict(api.get_openapi_schema(path_prefix=PREFIX + "/"))


def _subjects() -> list[tuple[str, list[ShownOperation]]]:
    """Operations by subject, in the order in which they are declared."""
    found: dict[str, list[ShownOperation]] = {}
    for path, methods in openapi()["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append(_operation(method.upper(), path, operation))
    return list(found.items())


def _operation(method: str, path: str, operation: dict[str, Any]) -> ShownOperation:
    short = path.removeprefix(PREFIX)
    scope, is_bare = _declared()[method, short]
    parameters = [
        ShownField(each["name"], _kind(each["schema"]), each.get("required", False), each.get("description", ""))
        for each in operation.get("parameters", [])
    ]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return ShownOperation(
        method=method, path=short, summary=operation["summary"], description=operation.get("description", ""),
        scope=scope, example=curl(method, short, base_url=settings.PUBLIC_URL + ("" if is_bare else PREFIX)),
        is_bare=is_bare, fields=[*parameters, *_fields(content.get("schema", {}), "")],
    )  # fmt: skip


@cache
def _declared() -> dict[tuple[str, str], tuple[str, bool]]:
    """{(method, path): (scope, whether it also answers without the prefix)}."""
    from campaigns.api.routes import all_routers, customer  # noqa: PLC0415

    found = {}
    for router in all_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                auth = next(each for each in operation.auth_callbacks if isinstance(each, ApiKeyAuth))
                plain = re.sub(r"\{\w+:", "{", path)
                for method in operation.methods:
                    found[method, plain] = (str(auth.scope), router is customer)
    return found


def _fields(schema: dict[str, Any], prefix: str) -> Iterator[ShownField]:
    """The fields of an object, those of objects within below it."""
    resolved = _resolved(schema)
    required = resolved.get("required", [])
    for name, inner in resolved.get("properties", {}).items():
        yield ShownField(f"{prefix}{name}", _kind(inner), name in required, inner.get("description", ""))
        below = _object_within(inner)
        if below is not None:
            suffix = "[]" if _is_array(inner) else ""
            yield from _fields(below, f"{prefix}{name}{suffix}.")


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = openapi()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def _variants(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]


def _is_array(schema: dict[str, Any]) -> bool:
    return any(each.get("type") == "array" for each in _variants(schema))


def _object_within(schema: dict[str, Any]) -> dict[str, Any] | None:
    for variant in _variants(schema):
        inner = variant.get("items", {}) if variant.get("type") == "array" else variant
        if "$ref" in inner:
            return dict(inner)
    return None


def _kind(schema: dict[str, Any]) -> str:
    """The type in a word or two."""
    return _(" or ").join(dict.fromkeys(_kind_of_one(variant) for variant in _variants(schema)))


def _kind_of_one(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if "$ref" in schema:
        return _("object")
    if schema.get("type") == "array":
        return _("list of %s") % _kind(schema.get("items", {}))
    words = {
        "string": _("text"), "integer": _("number"), "number": _("number"), "boolean": _("true or false"),
        "object": _("object of names and values"),
    }  # fmt: skip
    return words.get(schema.get("type", ""), "")
