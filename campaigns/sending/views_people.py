"""The people of a campaign, each with state and reason; one of them in detail; all of them as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaigns.feedback.raw import raw_urls
from campaigns.feedback.words import machine_words
from campaigns.sending.advice import what_next
from campaigns.sending.models import Acceptance, Attempt, Campaign, Chunk, Delivery, DeliveryEvent
from campaigns.sending.people import PeopleFilter, count_people, people_page
from campaigns.sending.people_filter import read_people_filter, version_word
from campaigns.sending.progress import state_counts
from campaigns.sending.screen import campaign_or_404, campaign_page, can_be_taken_back, home_of, state_tone, url_of
from campaigns.sending.states import DeliveryState, Reason
from campaigns.splits.models import letter_of
from campaigns.splits.parts import version_numbers
from campaigns.splits.versions import versions_of
from portal.errors import InvalidInput
from portal.pages import page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http.response import HttpResponseBase


@page("campaigns.view_campaign")
@require_GET
def people(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """One page of recipients; the filter is in the address."""
    campaign = campaign_or_404(campaign_id)
    if can_be_taken_back(campaign):
        return redirect(home_of(campaign))
    wanted = read_filter(request)
    found = people_page(campaign, wanted, cursor=request.GET.get("after", "").replace("\0", ""))
    context: dict[str, Any] = {
        "rows": with_versions(campaign, found.deliveries),
        "version_choices": _version_choices(campaign, wanted),
        "next_url": _address(campaign, wanted, after=found.next_cursor) if found.next_cursor else "",
        "first_url": _address(campaign, wanted) if request.GET.get("after") else "",
        "count": count_people(campaign, wanted),
        "wanted": wanted,
        "state_choices": _state_choices(campaign, wanted),
        "chosen_states": _state_words(wanted),
        "export_url": f"{url_of(campaign, 'people_export')}?{_query(wanted)}",
    }
    return campaign_page(request, "people.html", campaign, tab="people", title=_("People"), **context)


@page("campaigns.view_campaign")
@require_GET
def person(request: HttpRequest, campaign_id: int, delivery_id: int) -> HttpResponseBase:
    """One recipient: what was attempted, what the provider said, what became of it."""
    campaign = campaign_or_404(campaign_id)
    found = get_object_or_404(Delivery.objects.select_related("contact"), pk=delivery_id, campaign_id=campaign.pk)
    chunk = Chunk.objects.filter(campaign=campaign, number=found.chunk_number).first()
    attempts = Attempt.objects.filter(chunk=chunk, first_delivery_id__lte=found.pk, last_delivery_id__gte=found.pk)
    context = {
        "person": with_versions(campaign, [found])[0],
        "contact": found.contact,
        "attempts": attempts.order_by("pk"),
        "acceptance": Acceptance.objects.filter(pk=found.pk).first(),
        "events": _event_rows(request, found.pk),
        "what_next": what_next(DeliveryState(found.state), Reason(found.reason)) if found.reason else "",
    }
    return campaign_page(request, "person.html", campaign, tab="people", title=found.address, **context)


def _event_rows(request: HttpRequest, delivery_id: int) -> list[dict[str, Any]]:
    """What SES said, each with the way to the event as it came where it is still kept and the person may see it."""
    events = list(DeliveryEvent.objects.filter(delivery_id=delivery_id))
    kept = raw_urls([event.pk for event in events]) if request.user.has_perm("campaigns.view_rawevent") else {}
    return [
        {"event": event, "machine": machine_words(event.machine_sign), "raw_url": kept.get(event.pk, "")}
        for event in events
    ]


@page("campaigns.add_export")
@require_GET
def export(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """To the page where the export of these people begins."""
    campaign = campaign_or_404(campaign_id)
    query = f"campaign={campaign.pk}&{_query(read_filter(request))}".rstrip("&")
    asked = urlencode({"source": "campaign-people", "query": query})
    return redirect(f"{reverse('admin:campaigns_export_new')}?{asked}")


def read_filter(request: HttpRequest) -> PeopleFilter:
    """The filter in the address. Raises Http404 for unknown words."""
    try:
        return read_people_filter(request.GET.dict())
    except InvalidInput as error:
        raise Http404 from error


def with_versions(campaign: Campaign, deliveries: Sequence[Delivery]) -> list[dict[str, Any]]:
    """Recipients as lists show them, with the version of an A/B test that each gets."""
    versions = version_numbers(campaign, [person.chunk_number for person in deliveries])
    return [
        {**person_row(campaign, person), "version": letter_of(versions.get(person.chunk_number, 0))}
        for person in deliveries
    ]


def person_row(campaign: Campaign, delivery: Delivery) -> dict[str, Any]:
    """One recipient as lists show them."""
    return {
        "address": delivery.address,
        "name": delivery.contact.full_name if delivery.contact else "",
        "state": delivery.get_state_display(),
        "tone": state_tone(delivery.state),
        "reason": delivery.get_reason_display(),
        "attempts": delivery.attempt_count,
        "changed_at": delivery.changed_at,
        "url": url_of(campaign, "person", delivery.pk),
    }


def _state_choices(campaign: Campaign, wanted: PeopleFilter) -> list[dict[str, Any]]:
    counts = state_counts(campaign.pk)
    chosen = _state_words(wanted)
    groups = [(state.name.lower(), state.label, count) for state, count in counts.items() if count]
    known = {word for word, _label, _count in groups}
    everybody = [("", _("everybody"), sum(counts.values()))]
    several = [] if chosen in known or not chosen else [(chosen, _several(wanted), None)]
    return [
        {"word": word, "label": label, "count": count, "is_chosen": word == chosen}
        for word, label, count in [*everybody, *groups, *several]
    ]


def _version_choices(campaign: Campaign, wanted: PeopleFilter) -> list[dict[str, Any]]:
    """Nothing where nothing is tested."""
    letters = [version.letter for version in versions_of(campaign)]
    if len(letters) == 1:
        return []
    choices = [("", _("any"))]
    for letter in letters:
        choices += [(letter.lower(), letter), (f"{letter.lower()}-test", _("%s, in the test") % letter)]
    return [{"word": word, "label": label, "is_chosen": word == version_word(wanted)} for word, label in choices]


def _several(wanted: PeopleFilter) -> str:
    return ", ".join(str(state.label) for state in sorted(wanted.states))


def _state_words(wanted: PeopleFilter) -> str:
    return ",".join(state.name.lower() for state in sorted(wanted.states))


def _query(wanted: PeopleFilter, *, after: str = "") -> str:
    fields = {
        "state": _state_words(wanted),
        "reason": int(wanted.reason) if wanted.reason is not None else "",
        "q": wanted.prefix,
        "version": version_word(wanted),
        "after": after,
    }
    return urlencode({name: value for name, value in fields.items() if value != ""})


def _address(campaign: Campaign, wanted: PeopleFilter, *, after: str = "") -> str:
    return f"{url_of(campaign, 'people')}?{_query(wanted, after=after)}"
