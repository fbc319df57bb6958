"""Bringing what stands on the list in SES into ours, page by page.

Who decides when the two differ: what is newer. An address that was released here after SES listed it stays released,
and is taken off there; one that SES listed after the release is suppressed again. What somebody removed in SES by hand
stays suppressed here, and is shown: only a person lets mail go again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from campaigns.privacy.forgotten import forgotten_among
from campaigns.suppression.models import EndedSuppression, Suppression
from campaigns.suppression.ses_models import SesListChange, SesListEntry, SesListSync
from campaigns.suppression.ses_wishes import OUR_REASON, Deed, want_taken_off
from portal.mail.address import InvalidAddress, parse_address

if TYPE_CHECKING:
    from datetime import datetime

    from portal.aws.ses_list import Listed, ListPage

READ_EVERY = timedelta(minutes=5)
READ_WHOLE_EVERY = timedelta(hours=24)
OVERLAP = timedelta(minutes=10)  # of two readings, as SES's clock is not ours


def is_reading_due(state: SesListSync) -> bool:
    """Whether a pass is under way, or it is time for one."""
    if state.pass_began_at is not None:
        return True
    return state.finished_at is None or timezone.now() - state.finished_at >= READ_EVERY


def begin_pass(state: SesListSync) -> None:
    """Start to read: all of it once a day, else what changed since the last reading."""
    now = timezone.now()
    is_whole = state.whole_pass_at is None or now - state.whole_pass_at >= READ_WHOLE_EVERY or state.read_until is None
    state.pass_number += 1
    state.is_whole_pass = is_whole
    state.page_token, state.pass_began_at = "", now
    state.read_from = None if is_whole or state.read_until is None else state.read_until - OVERLAP
    _save(state)


def give_up_pass(state: SesListSync) -> None:
    """Begin anew the next time: SES no longer knows the page."""
    state.page_token, state.pass_began_at = "", None
    _save(state)


@transaction.atomic
def take_page(state: SesListSync, page: ListPage) -> int:
    """Bring one page in, together with the place in the list; returns how many were suppressed by it."""
    added = _take_entries(page.entries, state.pass_number)
    state.page_token = page.next_token
    if not page.next_token:
        _end_pass(state)
    _save(state)
    return added


def _take_entries(entries: list[Listed], pass_number: int) -> int:
    by_key: dict[str, tuple[str, Listed]] = {}
    for entry in entries:
        try:
            parsed = parse_address(entry.address)
        except InvalidAddress:
            continue  # nothing that we could ever write to
        by_key[parsed.key] = (parsed.address, entry)
    for key in forgotten_among(by_key):  # their address is not ours to keep
        del by_key[key]
    _mirror(by_key, pass_number)
    return _suppress_listed(by_key)


def _mirror(by_key: dict[str, tuple[str, Listed]], pass_number: int) -> None:
    rows = [
        SesListEntry(address=address, address_key=key, reason=entry.reason, since=entry.since, pass_number=pass_number)
        for key, (address, entry) in sorted(by_key.items())
    ]
    SesListEntry.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["address_key"],
        update_fields=["address", "reason", "since", "pass_number", "gone_at"],
    )


def _suppress_listed(by_key: dict[str, tuple[str, Listed]]) -> int:
    keys = set(by_key)
    known = set(Suppression.objects.filter(address_key__in=keys).values_list("address_key", flat=True))
    leaving = SesListChange.objects.filter(address_key__in=keys, deed=Deed.DELETE, done_at=None)
    unknown = sorted(keys - known - set(leaving.values_list("address_key", flat=True)))
    released = _released_at(unknown)
    new = []
    for key in unknown:
        address, entry = by_key[key]
        if key in released and released[key] >= entry.since:
            want_taken_off(address, key, reason="")
        else:
            new.append(_suppression(address, key, entry))
    Suppression.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    return len(new)


def _released_at(keys: list[str]) -> dict[str, datetime]:
    ended = EndedSuppression.objects.filter(address_key__in=keys).order_by()
    return dict(ended.values_list("address_key").annotate(Max("ended_at")))


def _suppression(address: str, key: str, entry: Listed) -> Suppression:
    return Suppression(
        address=address,
        address_key=key,
        reason=OUR_REASON.get(entry.reason, Suppression.Reason.BOUNCE),
        source=Suppression.Source.SES_LIST,
        created_at=entry.since,
        is_noted_for_ses=True,
    )


def _end_pass(state: SesListSync) -> None:
    now = timezone.now()
    if state.is_whole_pass:
        _note_gone(state.pass_number)
        state.whole_pass_at = now
    state.read_until, state.finished_at, state.pass_began_at = state.pass_began_at, now, None


def _note_gone(pass_number: int) -> None:
    """What a whole pass no longer found was removed in SES; by hand, as what we take off we forget at once."""
    missing = SesListEntry.objects.filter(pass_number__lt=pass_number)
    of_ours = Suppression.objects.filter(address_key=OuterRef("address_key"))
    missing.exclude(Exists(of_ours)).delete()
    missing.filter(gone_at=None).update(gone_at=timezone.now())


def _save(state: SesListSync) -> None:
    """Without the lease, which the run renews."""
    names = ["pass_number", "is_whole_pass", "page_token", "pass_began_at", "read_from", "read_until", "whole_pass_at"]
    state.save(update_fields=[*names, "finished_at"])
