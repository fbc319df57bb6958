"""A worker's hold of a leased row: claim it in one of some statuses, keep it while working, give it back.

Long work commits in slices. Each slice extends the lease in its own transaction, so that a worker that was taken over
commits nothing more.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db.models import F
from django.db.models.functions import Now

from portal.leases import LeasedModel, claim, release

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

LEASE_S = 120
SLICE_S = 600  # well below the visibility timeout of the queue; long work goes on in another task
MAX_CLAIMS = 5  # without one committed slice in between

Row = TypeVar("Row", bound=LeasedModel)


class HoldLost(Exception):  # not an error: the work was stopped, or another worker took it over
    """The row is not ours any more; whatever was not committed must not be."""


@dataclass(slots=True)
class Hold(Generic[Row]):
    """A claimed row. The model has `status` and `claim_count` beside the lease."""

    row: Row
    token: str
    _began_s: float = field(default_factory=time.monotonic)

    @property
    def is_hopeless(self) -> bool:
        """Whether too many workers died over it without getting on."""
        return int(getattr(self.row, "claim_count", 0)) > MAX_CLAIMS

    @property
    def is_time_over(self) -> bool:
        """Whether the rest belongs to another task."""
        return time.monotonic() - self._began_s > SLICE_S

    def keep(self, **changes: Any) -> None:
        """Extend the lease, write `changes` and count the slice as done. Raises HoldLost."""
        lease = {"lease_until": Now() + timedelta(seconds=LEASE_S), "claim_count": 0}
        if self._ours().update(**{**lease, **changes}) != 1:
            raise HoldLost

    def end(self, **changes: Any) -> None:
        """Give the row back in its new state. Raises HoldLost."""
        if self._ours().update(lease_token="", lease_until=None, claim_count=0, **changes) != 1:
            raise HoldLost

    def give_back(self, *, retry_in_s: float | None = None) -> None:
        """Give the row back as it is; it is due again at once, or after `retry_in_s`."""
        release(self._rows(), self.token, retry_in_s=retry_in_s)

    def _rows(self) -> QuerySet[Row]:
        return type(self.row)._default_manager.filter(pk=self.row.pk)  # noqa: SLF001

    def _ours(self) -> QuerySet[Row]:
        status = getattr(self.row, "status")  # noqa: B009  # of every model that is held; the base has none
        return self._rows().filter(status=status, lease_token=self.token)


def take_hold(rows: QuerySet[Row], *, statuses: Iterable[str]) -> Hold[Row] | None:
    """Claim the one row of `rows` if it is due in one of `statuses`; None when there is nothing to do for us."""
    wanted = rows.filter(status__in=list(statuses))
    token = claim(wanted, lease_s=LEASE_S)
    if token is None:
        return None
    rows.filter(lease_token=token).update(claim_count=F("claim_count") + 1)
    return Hold(rows.get(), token)
