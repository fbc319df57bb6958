"""The failed rows of campaigns' subjects by cause, with the cure; registered when the app is ready."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.bulk.models import BulkChange
from campaigns.exports.models import Export
from campaigns.failures import again
from campaigns.failures.mail import MOST_ROWS, SHOWN_FOR, register_mail_sources
from campaigns.importing.models import ContactImport
from campaigns.importing.problems import ProblemCode
from campaigns.importing.wording import describe_problem
from campaigns.privacy.models import Erasure
from campaigns.privacy.services import go_on_forgetting
from campaigns.suppression.ses_models import SesListSync
from portal.failures.sources import FailureSource, RowCause, RowRetry, RowState, register_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from django.contrib.auth.models import User
    from django.db.models import Model
    from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class FailedRow:
    """One row that failed, as it is grouped."""

    pk: int
    key: str
    text: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class RowKind:
    """How the failed rows of one model are found and shown."""

    model: type[Model]
    rows: Callable[[], Iterator[FailedRow]]  # ascending
    url_name: str  # of the list
    cure: Callable[[str], str]  # by key of the cause
    can_try: Callable[[str], bool] = lambda _key: True


def text_key(text: str) -> str:
    """The key of a cause that is known by its words."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def causes_of(kind: RowKind) -> Iterator[RowCause]:
    """Its failed rows, grouped."""
    groups: dict[str, list[FailedRow]] = defaultdict(list)
    for row in kind.rows():
        groups[row.key].append(row)
    for key, rows in groups.items():
        times = [row.at for row in rows if row.at]
        url = f"{reverse(kind.url_name)}?status__exact=failed"
        yield RowCause(
            key, rows[-1].text, kind.cure(key), len(rows), url,
            min(times, default=None), max(times, default=None), kind.can_try(key),
        )  # fmt: skip


def ids_of(kind: RowKind, key: str, after: int, limit: int) -> list[int]:
    """Ids of a cause behind `after`, ascending."""
    return sorted(row.pk for row in kind.rows() if row.key == key and row.pk > after)[:limit]


def _recent(model: type[Any], **status: str) -> Iterator[Any]:
    rows = model.objects.filter(created_at__gte=timezone.now() - SHOWN_FOR, **status).order_by("-pk")
    return iter(sorted(rows[:MOST_ROWS], key=lambda row: int(row.pk)))


def _failed_imports() -> Iterator[FailedRow]:
    for row in _recent(ContactImport, status=ContactImport.Status.FAILED):
        code = str(row.file_problem.get("code", ""))
        yield FailedRow(row.pk, code or "unknown", _import_text(row), row.finished_at or row.created_at)


def _import_text(row: ContactImport) -> str:
    return str(describe_problem(row.file_problem)) if row.file_problem else _("It stopped before the end.")


def _failed_with_problem(model: type[Any]) -> Callable[[], Iterator[FailedRow]]:
    def rows() -> Iterator[FailedRow]:
        for row in _recent(model, status="failed"):
            text = row.problem or _("It stopped before the end.")
            yield FailedRow(row.pk, text_key(text), text, row.finished_at or row.created_at)

    return rows


def _import_cure(key: str) -> str:
    if key == ProblemCode.KEEPS_FAILING:
        return _("When the reason is gone, let it go on: nothing is imported twice.")
    return _("Mend the file as its page says, and upload it again.")


IMPORTS = RowKind(
    ContactImport,
    _failed_imports,
    "admin:campaigns_contactimport_changelist",
    _import_cure,
    lambda key: key == ProblemCode.KEEPS_FAILING,
)
EXPORTS = RowKind(
    Export,
    _failed_with_problem(Export),
    "admin:campaigns_export_changelist",
    lambda _key: _("Try again: the file is written from its beginning."),
)
CHANGES = RowKind(
    BulkChange,
    _failed_with_problem(BulkChange),
    "admin:campaigns_bulkchange_changelist",
    lambda _key: _("Try again: it goes on with who was not reached. Or undo it on its page."),
)
ERASURES = RowKind(
    Erasure,
    _failed_with_problem(Erasure),
    "admin:campaigns_erasure_changelist",
    lambda _key: _("Try again: it goes on where it stopped. Until then the person is not forgotten."),
)


def _retry(kind: RowKind, permission: str, deed: Callable[[int, User | None], None]) -> RowRetry:
    def status_of(pk: int) -> str:
        return str(kind.model._default_manager.filter(pk=pk).values_list("status", flat=True).first() or "")  # noqa: SLF001

    def state_of(pk: int) -> RowState:
        status = status_of(pk)
        if status == "failed":
            return RowState.FAILED
        return RowState.WORKING if status in _AT_WORK else RowState.DONE

    def problem_of(pk: int) -> str:
        return next((row.text for row in kind.rows() if row.pk == pk), "")

    return RowRetry(permission, lambda key, after, most: ids_of(kind, key, after, most), deed, state_of, problem_of)


_AT_WORK = frozenset({"received", "checking", "importing", "undoing", "waiting", "running", "writing"})


def _forget_on(pk: int, actor: User | None) -> None:
    if actor is not None:
        go_on_forgetting(pk, actor=actor)


def _sync_causes() -> Iterator[RowCause]:
    for row in SesListSync.objects.exclude(problem=""):
        cure = _("It is tried again by itself. Look at the permissions of the account if it stays.")
        url = reverse("admin:campaigns_suppression_ses")
        yield RowCause(text_key(row.problem), row.problem, cure, 1, url, row.finished_at, None, can_try=False)


def _source(code: str, label: str | Promise, icon: str, kind: RowKind, retry: RowRetry) -> FailureSource:
    view = f"campaigns.view_{kind.model._meta.model_name}"  # noqa: SLF001
    return FailureSource(code, label, icon, view, lambda: causes_of(kind), retry)


def register_sources() -> None:
    """Tell the failures page of them."""
    register_mail_sources()
    imports = _retry(IMPORTS, "campaigns.change_contactimport", again.resume_import)
    exports = _retry(EXPORTS, "campaigns.add_export", again.rewrite_export)
    changes = _retry(CHANGES, "campaigns.change_bulkchange", again.resume_bulk_change)
    erasures = _retry(ERASURES, "campaigns.forget_person", _forget_on)
    register_source(_source("imports", gettext_lazy("Imports"), "upload", IMPORTS, imports))
    register_source(_source("exports", gettext_lazy("Exports"), "download", EXPORTS, exports))
    register_source(_source("bulk", gettext_lazy("Bulk changes"), "users", CHANGES, changes))
    register_source(_source("erasures", gettext_lazy("Forgetting people"), "shield-user", ERASURES, erasures))
    register_source(
        FailureSource(
            "ses-list", gettext_lazy("Suppression list in SES"), "ban", "campaigns.view_suppression", _sync_causes
        )
    )
