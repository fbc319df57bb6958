"""Fills a database with people, lists, tags, suppressions and one sent campaign, by the database's own means."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from campaigns.audience.models import ContactList, Tag
from campaigns.segments.definition import Condition, Group, as_stored
from campaigns.segments.models import Segment
from campaigns.segments.operators import Kind, Op
from campaigns.sending.models import Campaign, SendingAccount
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason

FIRST_NAMES = "Anna    Kim     Robin   Maria   Peter   Paul    Lena    Zoe     Ida     Otto    Emil    "
LAST_NAMES = "Bergmann Lund     Ash      Brook    Dahl     Fisher   Hofmann  Klein    Lang     Moser    Noack    Ott      Pohl     "
CHUNK_ROWS = 500
NEEDLES = 20
RARE_PEOPLE = 60  # of one name, at every size, so that a search shows equally many rows

_PEOPLE = """
INSERT INTO campaigns_contact (id, address, address_key, first_name, last_name, first_name_key, last_name_key,
                               attributes, time_zone, created_import_id, created_at, updated_at)
WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {rows}),
     named AS (SELECT i, CASE i % {rare} WHEN 0 THEN 'Vera' ELSE trim(substr('{first}', 1 + 8 * (i % 11), 8)) END AS given,
                      CASE i % {rare} WHEN 0 THEN 'Zander' ELSE trim(substr('{last}', 1 + 9 * (i / 11 % 13), 9)) END
                      AS family FROM numbers),
     full_rows AS (SELECT i, given, family,
                          lower(given) || '.' || lower(family) || i || '@host' || (i % 997) || '.example' AS address
                     FROM named)
SELECT i, address, address, given, family, lower(given), lower(family), {attributes}, '',
       CASE WHEN i <= {rows} / 2 THEN 1 END, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP FROM full_rows
"""
# Every tenth in Graz; seats 0 to 59; a day of the years 2020 to 2026.
_ATTRIBUTES = (
    """'{"city": "' || CASE i % 10 WHEN 3 THEN 'Graz' ELSE 'Oldtown' END || '", "seats": "' || (i % 60)"""
    """ || '", "joined_on": "202' || (i % 7) || '-0' || (1 + i % 9) || '-15"}'"""
)
_MEMBERS = """INSERT INTO campaigns_listmembership (contact_list_id, contact_id, joined_at)
              SELECT {group}, id, CURRENT_TIMESTAMP FROM campaigns_contact WHERE id % 4 <> 0"""
_TAGGED = (
    "INSERT INTO campaigns_contacttag (tag_id, contact_id) SELECT {group}, id FROM campaigns_contact WHERE id % 10 = 0"
)
_SUPPRESSED = """INSERT INTO campaigns_suppression (address, address_key, reason, source, note, created_at, is_noted_for_ses)
                 SELECT address, address_key, 'bounce', 'ses-event', '', CURRENT_TIMESTAMP, {true}
                   FROM campaigns_contact WHERE id % 20 = 0"""
_DELIVERIES = """
INSERT INTO campaigns_delivery (id, campaign_id, contact_id, address, address_key, chunk_number, state, reason,
                                attempt_count, changed_at)
SELECT id, {campaign}, id, address, address_key, (id - 1) / {chunk}, {state},
       CASE id % 10 WHEN 0 THEN {reason} ELSE 0 END, 1, CURRENT_TIMESTAMP FROM campaigns_contact
"""
# Every tenth bounced; a few, at every size, were refused: the needles that a list finds without reading the hay.
_STATE = "CASE WHEN id % {rare} = 7 THEN {refused} WHEN id % 10 = 0 THEN {bounced} ELSE {delivered} END"
_CHUNKS = """
INSERT INTO campaigns_chunk (campaign_id, number, first_delivery_id, last_delivery_id, is_open, cause_counts,
                             lease_token, queued_count, sending_count, accepted_count, delivered_count,
                             bounced_count, complained_count, refused_count, deferred_count, uncertain_count,
                             skipped_count, cancelled_count, part, opened_count, clicked_count, machine_opened_count,
                             machine_clicked_count)
SELECT {campaign}, chunk_number, MIN(id), MAX(id), {false}, {causes}, '', 0, 0, 0,
       SUM(CASE state WHEN {delivered} THEN 1 ELSE 0 END), SUM(CASE state WHEN {bounced} THEN 1 ELSE 0 END),
       0, SUM(CASE state WHEN {refused} THEN 1 ELSE 0 END), 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM campaigns_delivery GROUP BY chunk_number
"""


@dataclass(frozen=True, slots=True)
class MadeRows:
    """Ids that the pages' addresses need."""

    list_id: int
    tag_id: int
    campaign_id: int
    segment_id: int


def fill(rows: int) -> MadeRows:
    """Make `rows` people in the default database, with everything that lists show about them."""
    members = ContactList.objects.create(name="Members")
    choir = Tag.objects.create(name="choir")
    account = SendingAccount.objects.create(name="Main", region="us-east-1")
    campaign = Campaign.objects.create(
        name="Letter", account=account, subject="Hello", body="Hello", status=CampaignStatus.COMPLETED
    )
    postgres = connection.vendor == "postgresql"
    named = (DeliveryState.BOUNCED, DeliveryState.DELIVERED, DeliveryState.REFUSED)
    states = {state.name.lower(): int(state) for state in named}
    causes = f'{{"{states["bounced"]}:{int(Reason.MAILBOX_UNKNOWN)}": {CHUNK_ROWS // 10}}}'
    cast = "'{}'::jsonb" if postgres else "'{}'"
    attributes = f"({_ATTRIBUTES})::jsonb" if postgres else _ATTRIBUTES
    with connection.cursor() as cursor:
        cursor.execute(
            _PEOPLE.format(
                rows=rows, rare=rows // RARE_PEOPLE, first=FIRST_NAMES, last=LAST_NAMES, attributes=attributes
            )
        )
        cursor.execute(_MEMBERS.format(group=members.pk))
        cursor.execute(_TAGGED.format(group=choir.pk))
        cursor.execute(_SUPPRESSED.format(true="true" if postgres else "1"))
        ids = {"campaign": campaign.pk, **states}
        reason, state = int(Reason.MAILBOX_UNKNOWN), _STATE.format(rare=rows // NEEDLES, **states)
        cursor.execute(_DELIVERIES.format(chunk=CHUNK_ROWS, reason=reason, state=state, **ids))
        cursor.execute(_CHUNKS.format(false="false" if postgres else "0", causes=cast.format(causes), **ids))
        if postgres:
            cursor.execute("VACUUM ANALYZE")  # as autovacuum does by itself
    return MadeRows(members.pk, choir.pk, campaign.pk, _make_segment())


def _make_segment() -> int:
    """Every tenth: the people in Graz."""
    in_graz = Group("all", (Condition("attr:city", Kind.TEXT, Op.IS, ("Graz",)),))
    return Segment.objects.create(name="Graz", definition=as_stored(in_graz)).pk
