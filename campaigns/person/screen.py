"""What a person's page shows, gathered for its template."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from campaigns.audience.consent import consents_of
from campaigns.audience.edits import ContactEdit
from campaigns.audience.models import ContactList, Tag
from campaigns.person.entries import Entry, Kind
from campaigns.person.other_entries import field_labels, label_of
from campaigns.person.timeline import timeline
from campaigns.person.why import WhyFacts, explain
from campaigns.person.why_facts import Asked, asked_contact, find_campaign, gather
from campaigns.person.why_words import GOT_IT, sentence, tone_of
from campaigns.preferences.models import ListOptOut
from campaigns.sending.models import Campaign, Delivery
from campaigns.sending.states import CampaignKind
from campaigns.suppression.models import Suppression
from portal.mail.address import display_address
from portal.row_ids import row_id

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest

    from campaigns.audience.models import Contact

OFFERED = 200
OFFERED_CAMPAIGNS = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to "why did they not get it?" as it is shown; `question` is "" for a person alone."""

    question: str
    sentence: SafeString
    tone: str
    url: str = ""
    action: str = ""


def called(contact: Contact) -> str:
    """What the page calls the person."""
    return contact.full_name or display_address(contact.address)


def answer_about(asked: Asked, campaign: Campaign | None) -> Answer:
    """The answer about one address and perhaps one campaign."""
    facts = gather(asked, campaign)
    name = (asked.contact.first_name or called(asked.contact)) if asked.contact else display_address(asked.address)
    return _answer(facts, asked, campaign, name)


def person_context(contact: Contact, request: HttpRequest) -> dict[str, Any]:
    """Everything the page shows beside its time line."""
    asked = asked_contact(contact)
    suppression = Suppression.objects.filter(address_key=contact.address_key).select_related("created_by").first()
    typed = request.GET.get("campaign", "")
    campaign = find_campaign(typed) if typed else None
    return {
        "contact": contact,
        "name": called(contact),
        "suppression": suppression,
        "answer": answer_about(asked, campaign) if campaign else _standing_answer(asked, is_stopped=bool(suppression)),
        "typed_campaign": typed,
        "is_unknown_campaign": bool(typed) and campaign is None,
        "facts": _facts(contact),
        "consents": consents_of(contact),
        "memberships": contact.memberships.select_related("contact_list").order_by("contact_list__name"),
        "left_lists": ListOptOut.objects.filter(address_key=contact.address_key).select_related("contact_list"),
        "tags": contact.tags.all(),
        "done": _done(contact, request.GET.get("done", "")),
        "campaign_names": campaign_names(),
        **_offers(contact),
    }


def timeline_context(contact: Contact, request: HttpRequest) -> dict[str, Any]:
    """One page of the time line; kinds and cursor are in the address."""
    words = [word for word in request.GET.get("kind", "").split(",") if word in Kind.values]
    cursor = request.GET.get("before", "").replace("\0", "")
    found = timeline(contact, kinds=frozenset(Kind(word) for word in words), cursor=cursor)
    kinds = ",".join(words)
    return {
        "entries": [_visible(entry, request) for entry in found.entries],
        "kind_choices": _kind_choices(kinds),
        "next_url": f"?{_query(kind=kinds, before=found.next_cursor)}#history" if found.next_cursor else "",
        "first_url": f"?{_query(kind=kinds)}#history" if cursor else "",
    }


def campaign_names() -> list[str]:
    """The newest campaigns as they are offered while somebody types."""
    newest = Campaign.objects.filter(campaign_kind=CampaignKind.CAMPAIGN).order_by("-pk")
    return [f"{name} (#{pk})" for pk, name in newest.values_list("pk", "name")[:OFFERED_CAMPAIGNS]]


def _standing_answer(asked: Asked, *, is_stopped: bool) -> Answer:
    """Without a question: why they get nothing, or why they did not get the newest campaign, or that all is well."""
    mails = Delivery.objects.filter(address_key=asked.key, campaign__campaign_kind=CampaignKind.CAMPAIGN)
    newest = None if is_stopped else mails.order_by("-campaign_id").select_related("campaign").first()
    if newest is not None:
        about = answer_about(asked, newest.campaign)
        if about.tone != "good":
            return about
    return answer_about(asked, None)


def _answer(facts: WhyFacts, asked: Asked, campaign: Campaign | None, name: str) -> Answer:
    why = explain(facts)
    question = ""
    if campaign is not None:
        text = _("Did %(name)s get “%(campaign)s”?") if why in GOT_IT else _("Why did %(name)s not get “%(campaign)s”?")
        question = text % {"name": name, "campaign": campaign.name}
    url, action = _more_about(facts, asked, campaign)
    return Answer(question, sentence(facts, name=name, address=asked.address), tone_of(why), url, action)


def _more_about(facts: WhyFacts, asked: Asked, campaign: Campaign | None) -> tuple[str, str]:
    """Where more is to be seen: the mail, else the suppression, else the campaign."""
    if campaign is not None and facts.delivery is not None:
        found = Delivery.objects.filter(campaign=campaign, address_key=asked.key).values_list("pk", flat=True).first()
        if found is not None:
            return reverse("admin:campaigns_campaign_person", args=[campaign.pk, found]), _("See the mail")
    if facts.is_suppressed:
        stop = Suppression.objects.filter(address_key=asked.key).values_list("pk", flat=True).first()
        if stop is not None:
            return reverse("admin:campaigns_suppression_change", args=[stop]), _("See the suppression")
    if campaign is not None:
        return reverse("admin:campaigns_campaign_change", args=[campaign.pk]), _("See the campaign")
    return "", ""


def _facts(contact: Contact) -> list[tuple[str, str]]:
    labels = field_labels()
    known = [label for label in labels if contact.attributes.get(label)]
    others = sorted(set(contact.attributes) - set(known))
    rows = [(label_of("time_zone", labels), contact.time_zone.replace("_", " "))] if contact.time_zone else []
    return rows + [
        (labels.get(name, name.replace("_", " ")), str(contact.attributes[name])) for name in [*known, *others]
    ]


def _offers(contact: Contact) -> dict[str, Any]:
    others = ContactList.objects.exclude(memberships__contact=contact)
    lists = others.exclude(opt_outs__address_key=contact.address_key).order_by("name")
    return {"other_lists": lists[:OFFERED], "known_tags": Tag.objects.exclude(contacts=contact)[:OFFERED]}


def _done(contact: Contact, number: str) -> ContactEdit | None:
    """The edit that was just made, to be undone."""
    return ContactEdit.objects.filter(pk=row_id(number) or 0, contact=contact, undone_by=None).first()


def _visible(entry: Entry, request: HttpRequest) -> Entry:
    """The line without a way to where this person may not go."""
    user: User = request.user  # type: ignore[assignment]  # pages are reached only after a login
    may_go = not entry.permission or user.has_perm(entry.permission)
    shown = entry if may_go else replace(entry, url="", seen_url="")
    return shown if user.has_perm("campaigns.view_rawevent") else replace(shown, raw_url="")


def _kind_choices(chosen: str) -> list[dict[str, Any]]:
    choices = [("", _("everything")), *Kind.choices]
    return [
        {"label": label, "url": f"?{_query(kind=word)}#history", "is_chosen": word == chosen} for word, label in choices
    ]


def _query(**fields: str) -> str:
    return urlencode({name: value for name, value in fields.items() if value})
