"""Brings one batch of validated rows to the contacts, their list and their tags, in the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from campaigns.audience.models import Tag
from campaigns.importing import staging_sql
from campaigns.importing.models import ContactImport, OnExisting
from campaigns.importing.passes import Committed

if TYPE_CHECKING:
    from datetime import datetime

    from campaigns.importing.batching import RowBatch


@dataclass(frozen=True, slots=True)
class StagingPlan:
    """What one import does with its people. `list_id` 0 means no list."""

    import_id: int
    on_existing: str
    list_id: int = 0
    tag_ids: tuple[int, ...] = ()
    consent_at: datetime | None = None  # None: nobody said that these people agreed
    consent_by_id: int | None = None


def plan_staging(contact_import: ContactImport) -> StagingPlan:
    """Settle what an import does; makes the tags that it puts on everybody."""
    tags = [Tag.objects.get_or_create(name=name)[0] for name in contact_import.tag_names]
    return StagingPlan(
        import_id=contact_import.pk,
        on_existing=contact_import.on_existing,
        list_id=contact_import.contact_list_id or 0,
        tag_ids=tuple(tag.pk for tag in tags),
        consent_at=contact_import.consent_at if contact_import.consent else None,
        consent_by_id=contact_import.consent_by_id,
    )


def bring_in(batch: RowBatch, plan: StagingPlan) -> Committed:
    """Add the new people of a batch, change those who are here as the plan says, join list and tags.

    The rows must have one line per address key, in the order of the keys. Everybody in the batch joins, also those who
    are left as they are.
    """
    if not batch.staged:
        return Committed()
    now = timezone.now()
    tags = [(row.address_key, tag) for row in batch.staged for tag in batch.tags_by_key.get(row.address_key, ())]
    staging_sql.stage(batch.staged, tags)
    created_count = staging_sql.insert_new_contacts(plan.import_id, now)
    changed_count = 0
    # Asking who would change costs as much as inserting; a batch of new people need not be asked.
    if created_count < len(batch.staged) and plan.on_existing != OnExisting.SKIP:
        changed_count = staging_sql.remember_contacts(plan.import_id, now, plan.on_existing)
        staging_sql.update_contacts(now, plan.on_existing)
    if plan.consent_at and created_count < len(batch.staged):
        staging_sql.record_consents(plan.import_id, at=plan.consent_at, by_id=plan.consent_by_id)
    if plan.list_id:
        staging_sql.join_list(plan.list_id, plan.import_id, now)
    for tag_id in plan.tag_ids:
        staging_sql.put_tag(tag_id, plan.import_id)
    if tags:
        staging_sql.put_row_tags(plan.import_id)
    return Committed(created_count=created_count, changed_count=changed_count)
