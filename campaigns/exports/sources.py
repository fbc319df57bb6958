"""The one table of what can be exported. Each source reads its filter strictly and goes on behind a cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from django.utils.translation import gettext as _

from campaigns.exports import contact_rows
from campaigns.exports.campaign_rows import Campaigns, People
from campaigns.exports.models import Export
from campaigns.exports.record_rows import Activities, Suppressions
from portal.errors import InvalidInput

if TYPE_CHECKING:
    from campaigns.exports.rows import Piece

Kind = Export.Source


class RowSource(Protocol):
    """Where rows come from. `query` is the filter as in the address of the list; what it does not know it refuses."""

    VIEW_PERMISSION: str  # who may not see the list may not export it

    def label(self, query: str) -> str:
        """The filter in words. Raises InvalidInput."""

    def expected(self, query: str, *, most: int) -> int | None:
        """How many rows, counted no further than `most`; None = not known. Raises InvalidInput."""

    def field_names(self, query: str) -> list[str]:
        """Attributes among the columns."""

    def header(self, export: Export) -> list[str]:
        """Names of the columns."""

    def read(self, export: Export, cursor: str, count: int) -> Piece:
        """The next rows behind `cursor` ("" = from the start)."""


_SOURCES: dict[Kind, RowSource] = {
    Kind.CONTACTS: cast("RowSource", contact_rows),
    Kind.SUPPRESSIONS: Suppressions(),
    Kind.CAMPAIGNS: Campaigns(),
    Kind.CAMPAIGN_PEOPLE: People(),
    Kind.ACTIVITY: Activities(),
}


def source_of(name: str) -> RowSource:
    """Raises InvalidInput for what cannot be exported."""
    try:
        return _SOURCES[Kind(name)]
    except ValueError as error:
        raise InvalidInput(_("There is nothing of this kind to export.")) from error
