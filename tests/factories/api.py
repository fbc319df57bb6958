"""API keys, and a client that holds one."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from credentials.api_keys.models import ApiKey
from credentials.api_keys.scopes import Scope
from credentials.api_keys.services import KeyWishes, NewKey, create_key


def make_key(name: str = "Shop", **wishes) -> NewKey:
    wishes.setdefault("scopes", Scope.values)
    wishes.setdefault("per_minute", 10_000)
    return create_key(KeyWishes(name, **wishes), actor=None)


class ApiClient:
    """Sends requests as a program does: a key, JSON, no cookie, no CSRF token."""

    def __init__(self, key: NewKey) -> None:
        self.key = key.key
        self.text = key.text
        self._client = Client(enforce_csrf_checks=True, raise_request_exception=False)

    def post(self, path: str, body: Any, *, once: str = "", raw: bytes | None = None, **headers: str):
        content = raw if raw is not None else json.dumps(body).encode()
        return self._client.post(path, content, content_type="application/json", headers=self._headers(once, headers))

    def get(self, path: str, query: dict[str, str] | None = None, **extra: Any):
        return self._client.get(path, query or {}, headers=self._headers("", {}), **extra)

    def delete(self, path: str):
        return self._client.delete(path, headers=self._headers("", {}))

    def _headers(self, once: str, more: dict[str, str]) -> dict[str, str]:
        given = {"Authorization": f"Bearer {self.text}", **more}
        return {**given, "Idempotency-Key": once} if once else given


def api_client(**wishes) -> ApiClient:
    return ApiClient(make_key(**wishes))


def make_test_key(**wishes) -> NewKey:
    return make_key(kind=ApiKey.Kind.TEST, **wishes)
