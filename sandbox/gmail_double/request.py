"""One HTTP request, as the parts of the double read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.gmail_double.errors import GoogleError


@dataclass(frozen=True, slots=True)
class Request:
    """Method, path, query, headers (lower case) and the whole body."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def read(cls, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request:
        """Return the request for a request line's target."""
        parts = urlsplit(target)
        lower = {name.lower(): value for name, value in headers.items()}
        return cls(method, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), lower, body)

    @property
    def form(self) -> dict[str, str]:
        """The fields of a posted form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; empty for no body. Raises GoogleError for anything else."""
        if not self.body:
            return {}
        try:
            parsed = json.loads(self.body)
        except ValueError as error:
            raise GoogleError("badRequest", "Parse Error") from error
        if not isinstance(parsed, dict):
            raise GoogleError("badRequest", "Parse Error")
        return parsed

    @property
    def bearer(self) -> str:
        """The access token."""
        return self.headers.get("authorization", "").removeprefix("Bearer ").strip()
