"""The people of one campaign, page by page, by state, reason or beginning of the address.

No index knows the state of a delivery. The counters of the chunks say which chunks hold such people, and only their id
ranges are read; a search by address uses the unique index on the address.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from django.db import connection
from django.db.models import F, IntegerField, QuerySet, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from campaigns.sending.counts import cause_key, count_column
from campaigns.sending.models import Campaign, Chunk, Delivery
from campaigns.sending.states import DeliveryState, Reason
from campaigns.splits.parts import parts_of_version
from portal.fields import prefix_range
from portal.row_ids import row_id

PAGE_SIZE = 50
CHUNKS_PER_READ = 100
RANGES_PER_READ = 50
EXPORT_BATCH = 1000


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """Which people: in any of the states (none = all), for one reason, with addresses that begin like `prefix`, who got
    one version of an A/B test (0 = any), only in the test or also as the winner.
    """

    states: frozenset[DeliveryState] = frozenset()
    reason: Reason | None = None
    prefix: str = ""
    version: int = 0
    is_in_test: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.states and self.reason is None and not self.prefix and not self.version


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some people, and the cursor of the page behind them ("" = no more)."""

    deliveries: list[Delivery] = field(default_factory=list)
    next_cursor: str = ""


@dataclass(frozen=True, slots=True)
class IdRange:
    """Delivery ids, both ends included, that hold `people` matching deliveries."""

    first: int
    last: int
    people: int


def people_page(campaign: Campaign, wanted: PeopleFilter, *, cursor: str = "", size: int = PAGE_SIZE) -> PeoplePage:
    """Read one page. A search is ordered by address, everything else in the order of sending."""
    if wanted.prefix:
        return _page_by_address(campaign, wanted, cursor=cursor, size=size)
    after = row_id(cursor) or 0
    parts = _runs(_ranges(campaign, wanted, after=after), enough=size + 1)
    reads = _reads(parts, enough=size + 1)
    rows = (row for read in reads for row in _people_of(campaign, wanted, parts=read, after=after)[: size + 1])
    found = list(islice(rows, size + 1))
    has_more = len(found) > size
    return PeoplePage(found[:size], str(found[size - 1].pk) if has_more else "")


def all_people(campaign: Campaign, wanted: PeopleFilter) -> Iterator[Delivery]:
    """Walk everybody, with their contacts, in batches that do not grow with the campaign."""
    if wanted.prefix:
        return _by_address(campaign, wanted).iterator(chunk_size=EXPORT_BATCH)
    parts = _runs(_ranges(campaign, wanted, after=0), enough=EXPORT_BATCH)
    reads = _reads(parts, enough=EXPORT_BATCH)
    return (row for read in reads for row in _people_of(campaign, wanted, parts=read, after=0))


def count_people(campaign: Campaign, wanted: PeopleFilter) -> int | None:
    """How many there are by the counters; None for a search, which would have to be counted row by row."""
    if wanted.prefix:
        return None
    total = _chunks_of(campaign, wanted).aggregate(people=Coalesce(Sum(_people_in(wanted)), 0))
    return int(total["people"])


def _page_by_address(campaign: Campaign, wanted: PeopleFilter, *, cursor: str, size: int) -> PeoplePage:
    if wanted.states and count_people(campaign, replace(wanted, prefix="")) == 0:
        return PeoplePage()
    rows = _by_address(campaign, wanted)
    if cursor:
        rows = rows.filter(address_key__gt=cursor)
    found = list(rows[: size + 1])
    return PeoplePage(found[:size], found[size - 1].address_key if len(found) > size else "")


def _by_address(campaign: Campaign, wanted: PeopleFilter) -> QuerySet[Delivery]:
    low, high = prefix_range(wanted.prefix.lower())
    rows = _matching(wanted).filter(campaign=campaign, address_key__gte=low, address_key__lt=high)
    if wanted.version:
        rows = rows.filter(chunk_number__in=_chunks_of(campaign, wanted).values("number"))
    return rows.order_by("address_key")


def _people_of(campaign: Campaign, wanted: PeopleFilter, *, parts: Sequence[IdRange], after: int) -> QuerySet[Delivery]:
    """The people in these ranges; of several ranges their ids are read first, by one statement."""
    rows = _matching(wanted).filter(campaign=campaign).order_by("pk")
    if len(parts) == 1:
        return rows.filter(pk__gte=max(parts[0].first, after + 1), pk__lte=parts[0].last)
    return rows.filter(pk__in=_ids_in(campaign, wanted, parts=parts, after=after))


def _ids_in(campaign: Campaign, wanted: PeopleFilter, *, parts: Sequence[IdRange], after: int) -> list[int]:
    """Ids of the people in these ranges. Each range is an arm of its own: an OR over them can become a walk over all."""
    conditions, values = "campaign_id = %s AND id BETWEEN %s AND %s", [int(state) for state in wanted.states]
    if wanted.states:
        conditions += f" AND state IN ({', '.join(['%s'] * len(wanted.states))})"
    if wanted.reason is not None:
        conditions += " AND reason = %s"
        values.append(int(wanted.reason))
    arm = f"SELECT id FROM campaigns_delivery WHERE {conditions}"  # noqa: S608  # numbers only
    ranges = [(campaign.pk, max(part.first, after + 1), part.last, *values) for part in parts]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([arm] * len(parts)), [value for row in ranges for value in row])
        return [int(pk) for (pk,) in cursor.fetchall()]


def _matching(wanted: PeopleFilter) -> QuerySet[Delivery]:
    rows = Delivery.objects.select_related("contact")
    if wanted.states:
        rows = rows.filter(state__in=wanted.states)
    if wanted.reason is not None:
        rows = rows.filter(reason=wanted.reason)
    return rows


def _runs(ranges: Iterator[IdRange], *, enough: int) -> Iterator[IdRange]:
    """Join ranges that touch, until one holds enough: fewer reads when the people sit close together."""
    run: IdRange | None = None
    for part in ranges:
        if run is not None and run.last + 1 == part.first and run.people < enough:
            run = IdRange(run.first, part.last, run.people + part.people)
            continue
        if run is not None:
            yield run
        run = part
    if run is not None:
        yield run


def _reads(parts: Iterator[IdRange], *, enough: int) -> Iterator[list[IdRange]]:
    """Ranges to be read together: as many as hold enough, so that people who sit far apart cost few statements."""
    read: list[IdRange] = []
    for part in parts:
        read.append(part)
        if sum(each.people for each in read) >= enough or len(read) == RANGES_PER_READ:
            yield read
            read = []
    if read:
        yield read


def _ranges(campaign: Campaign, wanted: PeopleFilter, *, after: int) -> Iterator[IdRange]:
    """The chunks that hold such people behind delivery `after`, in order, read a hundred at a time."""
    chunks = _chunks_of(campaign, wanted).annotate(people=_people_in(wanted)).filter(people__gt=0)
    chunks = chunks.filter(last_delivery_id__gt=after).order_by("number").defer("cause_counts")
    number = -1
    while True:
        batch = list(chunks.filter(number__gt=number)[:CHUNKS_PER_READ])
        for chunk in batch:
            yield IdRange(chunk.first_delivery_id, chunk.last_delivery_id, chunk.people)
        if len(batch) < CHUNKS_PER_READ:
            return
        number = batch[-1].number


def _chunks_of(campaign: Campaign, wanted: PeopleFilter) -> QuerySet[Chunk]:
    """The campaign's chunks; of an A/B test those whose people got the wanted version."""
    chunks = Chunk.objects.filter(campaign=campaign)
    if not wanted.version:
        return chunks
    return chunks.filter(part__in=parts_of_version(campaign, wanted.version, is_in_test=wanted.is_in_test))


def _people_in(wanted: PeopleFilter) -> Combinable:
    """How many such people a chunk holds, by its counters."""
    total: Combinable = Value(0, output_field=IntegerField())
    for state in sorted(wanted.states or frozenset(DeliveryState)):
        total = total + (F(count_column(state)) if wanted.reason is None else _with_cause(state, wanted.reason))
    return total


def _with_cause(state: DeliveryState, reason: Reason) -> Combinable:
    text = KeyTextTransform(cause_key(state, reason), "cause_counts")
    return Coalesce(Cast(text, IntegerField()), 0)
