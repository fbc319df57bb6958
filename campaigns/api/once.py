"""Carrying a request out once, however often it is sent: the Idempotency-Key.

The answer is committed together with the deed. A process that dies in between leaves both or neither, so whoever sends
the same again gets the answer or has it done now.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.http import JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.api.body import body_of
from campaigns.api.models import ApiRequest
from campaigns.api.problems import Problem, in_field

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from credentials.api_keys.models import ApiKey

BUSY_S = 20
MAX_KEY_CHARS = 255


@dataclass(frozen=True, slots=True)
class Answer:
    """What a deed answers: status, JSON body, further headers."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Once:
    """The Idempotency-Key of one request and what it belongs to; `name` is "" where none was sent."""

    api_key: ApiKey
    name: str
    digest: str


def once_of(request: HttpRequest, api_key: ApiKey) -> Once:
    """The request's Idempotency-Key. Raises Problem for one that cannot be."""
    name = request.headers.get("Idempotency-Key", "")
    if len(name) > MAX_KEY_CHARS or not name.isascii() or not (name.isprintable() or not name):
        text = _("An Idempotency-Key has at most %d plain characters.") % MAX_KEY_CHARS
        raise in_field("Idempotency-Key", text)
    place = f"{request.method} {request.path_info}\n".encode()
    return Once(api_key, name, hashlib.sha256(place + body_of(request)).hexdigest() if name else "")


def carry_out(once: Once, deed: Callable[[], Answer]) -> JsonResponse:
    """Do it in one transaction with keeping its answer, or give the answer that it got before.

    Raises Problem where another request has written the same row at this moment: it finds it there when it is repeated.
    """
    try:
        with transaction.atomic():
            known = take(once)
            if known is not None and known.status:
                return response_of(kept_answer(known))
            answer = deed()
            keep(once, answer)
    except IntegrityError as error:
        raise _busy(1) from error
    return response_of(answer)


def take(once: Once) -> ApiRequest | None:
    """The row of this key, held against whoever sends the same now; None where it is new.

    Call it in a transaction. Raises Problem when another request has the key, or the same is being carried out.
    """
    if not once.name:
        return None
    if not _lock(once):
        raise _busy(1)
    known = ApiRequest.objects.filter(api_key=once.api_key, idempotency_key=once.name).first()
    if known is None:
        return None
    if known.body_digest != once.digest:
        text = _("This Idempotency-Key was sent with another request before. Make a new one for each request.")
        raise Problem(422, "key_reused", text)
    left_s = (known.busy_until - timezone.now()).total_seconds()
    if not known.status and left_s > 0:
        raise _busy(int(left_s) + 1)
    return known


def begin(once: Once, **fields: Any) -> ApiRequest | None:
    """Remember that a deed of several transactions has begun; None without an Idempotency-Key."""
    if not once.name:
        return None
    return ApiRequest.objects.create(
        api_key=once.api_key, idempotency_key=once.name, body_digest=once.digest,
        busy_until=timezone.now() + timedelta(seconds=BUSY_S), **fields,
    )  # fmt: skip


def keep(once: Once, answer: Answer) -> None:
    """Remember the answer, in the transaction of the deed."""
    if not once.name:
        return
    fields = {
        "status": answer.status,
        "busy_until": timezone.now(),
        "answer": {"body": answer.body, "headers": answer.headers},
    }
    begun = ApiRequest.objects.filter(api_key=once.api_key, idempotency_key=once.name)
    if not begun.update(**fields):
        own = {"api_key": once.api_key, "idempotency_key": once.name, "body_digest": once.digest}
        ApiRequest.objects.create(**own, **fields)


def kept_answer(known: ApiRequest) -> Answer:
    """What was answered before, marked as such."""
    headers = {**known.answer["headers"], "Idempotent-Replayed": "true"}
    return Answer(known.status, known.answer["body"], headers)


def response_of(answer: Answer) -> JsonResponse:
    """The answer as it goes out."""
    return JsonResponse(answer.body, status=answer.status, headers=answer.headers)


def forget_old_requests() -> int:
    """Delete what is older than API_IDEMPOTENCY_DAYS; called by the sweep. Returns how many."""
    oldest = timezone.now() - timedelta(days=settings.API_IDEMPOTENCY_DAYS)
    return ApiRequest.objects.filter(created_at__lt=oldest).delete()[0]


def _lock(once: Once) -> bool:
    """Keep out who sends the same at this moment; on SQLite the transaction itself has only one writer."""
    if connection.vendor != "postgresql":
        return True
    digest = hashlib.blake2b(f"{once.api_key.pk}\n{once.name}".encode(), digest_size=8, person=b"api-once").digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(digest, "big", signed=True)])
        return bool(cursor.fetchone()[0])


def _busy(wait_s: int) -> Problem:
    return Problem(
        409, "busy", _("The same request is being carried out. Ask again in a moment."), retry_after_s=wait_s
    )
