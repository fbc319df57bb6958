"""Campaigns, and the people of one campaign, as rows."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.http import QueryDict
from django.utils.translation import gettext as _

from campaigns.exports.models import Export
from campaigns.exports.rows import Piece
from campaigns.importing.columns import EXPORT_MARK
from campaigns.sending.counts import count_column
from campaigns.sending.models import Acceptance, Campaign, Chunk, Delivery
from campaigns.sending.people import count_people, people_page
from campaigns.sending.people_filter import read_people_filter
from campaigns.sending.states import CampaignKind, CampaignStatus, DeliveryState
from campaigns.splits.models import letter_of
from campaigns.splits.parts import version_numbers
from campaigns.splits.versions import split_of
from portal.errors import InvalidInput
from portal.row_ids import row_id

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

VIEW_PERMISSION = "campaigns.view_campaign"


class People:
    """The people of one campaign: `campaign=7&state=bounced&reason=80&q=anna`."""

    VIEW_PERMISSION = VIEW_PERMISSION

    @staticmethod
    def label(query: str) -> str:
        return _campaign_of(query).name

    @staticmethod
    def expected(query: str, *, most: int) -> int | None:
        count = count_people(_campaign_of(query), read_people_filter(QueryDict(query).dict()))
        return None if count is None else min(count, most)

    @staticmethod
    def field_names(_query: str) -> list[str]:
        return []

    @staticmethod
    def header(export: Export) -> list[str]:
        own = [_("attempts"), _("since (UTC)"), _("SES message id")]
        usual = [_("address"), _("first name"), _("last name"), _("state"), _("reason")]
        tested = [_("version")] if split_of(_campaign_of(export.query)) else []
        return [*usual, *(own if export.columns == Export.Columns.ALL else own[1:2]), *tested, EXPORT_MARK]

    @staticmethod
    def read(export: Export, cursor: str, count: int) -> Piece:
        wanted = read_people_filter(QueryDict(export.query).dict())
        campaign = _campaign_of(export.query)
        found = people_page(campaign, wanted, cursor=cursor, size=count)
        accepted = Acceptance.objects.in_bulk([person.pk for person in found.deliveries])
        versions = version_numbers(campaign, [person.chunk_number for person in found.deliveries])
        is_tested = bool(versions) or split_of(campaign) is not None
        rows = [
            [
                *_person_row(person, accepted.get(person.pk), export),
                *([letter_of(versions.get(person.chunk_number, 0))] if is_tested else []),
                "",
            ]
            for person in found.deliveries
        ]
        return Piece(rows, found.next_cursor)


class Campaigns:
    """All campaigns with what came of them: `status=completed&q=may`."""

    VIEW_PERMISSION = VIEW_PERMISSION

    @staticmethod
    def label(query: str) -> str:
        _campaigns(query)
        status = QueryDict(query).get("status", "")
        return str(CampaignStatus(status).label) if status else ""

    @staticmethod
    def expected(query: str, *, most: int) -> int:
        return _campaigns(query)[:most].count()

    @staticmethod
    def field_names(_query: str) -> list[str]:
        return []

    @staticmethod
    def header(export: Export) -> list[str]:
        states = [str(state.label) for state in _states(export)]
        return [
            _("name"), _("subject"), _("status"), _("created (UTC)"), _("started (UTC)"), _("finished (UTC)"),
            _("people"), *states,
        ]  # fmt: skip

    @staticmethod
    def read(export: Export, cursor: str, count: int) -> Piece:
        found = list(_campaigns(export.query).filter(pk__gt=int(cursor or 0)).order_by("pk")[:count])
        counts = _counts_of(found)
        rows = [_campaign_row(campaign, counts.get(campaign.pk, {}), export) for campaign in found]
        return Piece(rows, str(found[-1].pk) if len(found) == count else "")


def _campaign_of(query: str) -> Campaign:
    number = row_id(QueryDict(query).get("campaign"))
    found = Campaign.objects.filter(pk=number).first() if number is not None else None
    if found is None:
        raise InvalidInput(_("There is no such campaign."))
    return found


def _campaigns(query: str) -> QuerySet[Campaign]:
    wanted = QueryDict(query)
    rows = Campaign.objects.filter(campaign_kind=CampaignKind.CAMPAIGN).order_by()
    status, begin = wanted.get("status", ""), wanted.get("q", "").replace("\0", "")
    if status and status not in CampaignStatus.values:
        raise InvalidInput(_("This filter means nothing. Go back and choose again."))
    rows = rows.filter(status=status) if status else rows
    return rows.filter(name__istartswith=begin) if begin else rows


def _states(export: Export) -> list[DeliveryState]:
    usual = (DeliveryState.DELIVERED, DeliveryState.BOUNCED, DeliveryState.COMPLAINED, DeliveryState.SKIPPED)
    return list(DeliveryState) if export.columns == Export.Columns.ALL else list(usual)


def _counts_of(campaigns: list[Campaign]) -> dict[int, dict[DeliveryState, int]]:
    sums = {count_column(state): Sum(count_column(state)) for state in DeliveryState}
    rows = Chunk.objects.filter(campaign__in=campaigns).order_by().values("campaign_id").annotate(**{
        f"total_{name}": total for name, total in sums.items()
    })  # fmt: skip
    return {
        row["campaign_id"]: {state: row[f"total_{count_column(state)}"] or 0 for state in DeliveryState} for row in rows
    }


def _campaign_row(campaign: Campaign, counts: dict[DeliveryState, int], export: Export) -> list[str]:
    times = [_time(moment) for moment in (campaign.created_at, campaign.started_at, campaign.finished_at)]
    numbers = [str(counts.get(state, 0)) for state in _states(export)]
    shown = [campaign.name, campaign.subject, str(campaign.get_status_display())]
    return [*shown, *times, str(sum(counts.values())), *numbers]


def _person_row(person: Delivery, acceptance: Acceptance | None, export: Export) -> list[str]:
    contact = person.contact
    usual = [
        person.address,
        contact.first_name if contact else "",
        contact.last_name if contact else "",
        str(person.get_state_display()),
        str(person.get_reason_display()),
    ]
    own = [str(person.attempt_count), _time(person.changed_at), acceptance.ses_message_id if acceptance else ""]
    return [*usual, *(own if export.columns == Export.Columns.ALL else own[1:2])]


def _time(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if moment else ""
