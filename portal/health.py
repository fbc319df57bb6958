"""`/healthz`: whether this process can serve, for load balancers and monitors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import Error as DatabaseFailure, connection
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

if TYPE_CHECKING:
    from django.http import HttpRequest


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 with `{"database": "ok"}`, or 503 when the database does not answer. Needs no login, tells no details."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseFailure:
        return JsonResponse({"database": "unreachable"}, status=503)
    return JsonResponse({"database": "ok"})
