"""Puts cross-site-scripting vectors into every text that people or other systems may have written, whatever the model.

SQLite keeps to no maximum length, so each text holds all vectors, beginning with another one in each field. Texts that
stand for an address of a page hold one vector alone, because a scheme only counts at the beginning.
"""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import IntegrityError, models, transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLES = Path(__file__).parents[1] / "samples" / "attacks" / "cross_site_scripting.json"
OUR_APPS = frozenset({"campaigns", "portal", "routing", "credentials", "auth", "axes"})
# Written by our code alone, and read by it: names, codes, places of files.
NOT_FREE = frozenset(
    [
        "accent_color", "asked_fields", "codename", "content_type", "cursor", "delimiter", "encoding",
        "encoding_certainty", "field", "file_etag", "form_key", "frozen_segments", "held_cause", "held_facts", "key",
        "language", "lease_token", "local_time", "newline", "object_id", "object_type", "only_contact_ids", "page_color",
        "looks_like", "password", "place", "queue", "read_at", "session_hash", "signs", "text_color", "time_zone", "upload_hash", "verb", "zone",
    ]
)  # fmt: skip
# The first is made by us of letters and digits; the second is read with all checks of a rule at each look.
MADE_PLAIN = frozenset({"campaigns.Image.file_name", "routing.RuleDraft.changes"})
# Codes of ours, what IAM has by our hand, and the hash that a link is found by.
OWN_CODES = frozenset(
    [
        "credentials.SendingDomain.dns_problem", "credentials.DomainRecord.code", "credentials.SmtpDrift.kind",
        "credentials.SmtpHandover.token_hash", "credentials.SmtpKey.proven_how", "credentials.SmtpUser.allowed_senders",
        "credentials.SmtpUser.applied_policy",
    ]
)  # fmt: skip
ADDRESSES = re.compile(r"url|origin|query|bucket")
CODE = re.compile(r"[a-z0-9_.:/#-]*|\d{4}-\d\d-\d\d.*")


@cache
def vectors() -> dict[str, list[str]]:
    """`anywhere`: for any text; `whole`: for a text that is an address of its own."""
    found: dict[str, list[str]] = json.loads(SAMPLES.read_text(encoding="utf-8"))
    return found


def poison_everything() -> int:
    """Overwrite every free text of every row; returns how many texts hold the vectors now."""
    turn = count()
    with transaction.atomic():
        return sum(_poison_rows(model, turn) for model in apps.get_models() if model._meta.app_label in OUR_APPS)


def _poison_rows(model: type[models.Model], turn: Iterator[int]) -> int:
    fields = [field for field in model._meta.concrete_fields if _is_free(field)]
    if model._meta.label in {"auth.Permission", "auth.Group"} or not fields:
        return 0
    rows: models.QuerySet[models.Model] = models.QuerySet(model)
    # Not the manager: some of them forbid changes.
    return sum(_poison_row(row, {field.attname: _poisoned(row, field, next(turn)) for field in fields}) for row in rows)


def _poison_row(row: models.Model, texts: dict[str, Any]) -> int:
    """All texts at once, or one by one where the database refuses one of them; returns how many it took."""
    if _write(row, texts):
        return len(texts)
    return sum(_write(row, {name: text}) for name, text in texts.items())


def _write(row: models.Model, texts: dict[str, Any]) -> bool:
    try:
        with transaction.atomic():
            models.QuerySet(type(row)).filter(pk=row.pk).update(**texts)
    except IntegrityError:
        return False
    return True


def _is_free(field: models.Field[Any, Any]) -> bool:
    kinds = {"CharField", "TextField", "JSONField"}
    if field.get_internal_type() not in kinds or field.choices or field.name in NOT_FREE:
        return False
    if str(field) in MADE_PLAIN | OWN_CODES:
        return False
    return not field.name.endswith("_key")


def _poisoned(row: models.Model, field: models.Field[Any, Any], turn: int) -> Any:
    old = getattr(row, field.attname)
    if not isinstance(field, models.JSONField):
        return address(turn) if ADDRESSES.search(field.name) else text(turn)
    new = _poisoned_json(old, turn)
    if field.name == "attributes" and isinstance(new, dict):
        new[text(turn)[:400]] = text(turn)
    return new


def text(turn: int) -> str:
    """All vectors, beginning with the one whose turn it is."""
    anywhere = vectors()["anywhere"]
    start = turn % len(anywhere)
    return f"{turn} " + " ".join(anywhere[start:] + anywhere[:start])


def address(turn: int) -> str:
    whole = vectors()["whole"]
    return whole[turn % len(whole)]


def _poisoned_json(value: Any, turn: int) -> Any:
    if isinstance(value, dict):
        return {key: _poisoned_json(inner, turn + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_poisoned_json(inner, turn + 1) for inner in value]
    return text(turn) if isinstance(value, str) and not CODE.fullmatch(value) else value
