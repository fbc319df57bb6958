"""The jump box: pages, people, campaigns and everything else with a name, found while somebody types.

Only what the person may see. A subject joins in by one entry in SOURCES; each is asked for a few rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_GET

from campaigns.audience import querysets
from campaigns.audience.models import Contact, ContactList, Tag
from campaigns.messages.models import Template
from campaigns.segments.models import Segment
from campaigns.sending.models import Campaign
from campaigns.sending.screen import home_of
from campaigns.sending.states import CampaignKind
from credentials.sending_domains.models import SendingDomain
from credentials.smtp_users.models import SmtpUser
from portal.mail.address import display_address
from portal.navigation import Label, first_url, navigation_for
from portal.pages import render_page
from routing.inbound.matching import found_messages
from routing.rules.screen import found_rules

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

SHOWN = 5  # of each source while somebody types
SHOWN_ON_PAGE = 25
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found, and where it is."""

    label: str
    url: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class HitGroup:
    """What one source has found."""

    label: str
    icon: str
    hits: list[Hit]


@dataclass(frozen=True, slots=True)
class JumpSource:
    """Things of one kind. `find` gets what was typed (never empty) and how many are shown at most."""

    label: Label
    icon: str
    permission: str
    find: Callable[[str, int], Iterable[Hit]]


def _people(typed: str, limit: int) -> Iterator[Hit]:
    found = querysets.first_matches(Contact.objects.only("address", "first_name", "last_name"), typed).contacts
    for contact in found.order_by("address_key")[:limit]:
        shown = display_address(contact.address)
        url = reverse("admin:campaigns_contact_person", args=[contact.pk])
        yield Hit(contact.full_name or shown, url, shown if contact.full_name else "")


def _campaigns(typed: str, limit: int) -> Iterator[Hit]:
    campaigns = Campaign.objects.filter(campaign_kind=CampaignKind.CAMPAIGN, name__icontains=typed)
    for campaign in campaigns.only("name", "status", "send_after").order_by("-pk")[:limit]:
        yield Hit(campaign.name, home_of(campaign), str(campaign.get_status_display()))


def _named(rows: QuerySet[Any], url_of: Callable[[Model], str]) -> Callable[[str, int], Iterator[Hit]]:
    """Finds rows by a part of their name; those whose page does not exist are left out."""

    def find(typed: str, limit: int) -> Iterator[Hit]:
        for row in rows.filter(name__icontains=typed).only("name").order_by("name")[:limit]:
            if url := url_of(row):
                yield Hit(row.name, url)

    return find


def _people_in(filter_name: str) -> Callable[[Model], str]:
    return lambda group: f"{reverse('admin:campaigns_contact_changelist')}?{filter_name}={group.pk}"


def _page_of(url_name: str) -> Callable[[Model], str]:
    return lambda row: first_url((url_name,), row.pk)


def _rules(typed: str, limit: int) -> Iterator[Hit]:
    for rule in found_rules(typed)[:limit]:
        url = reverse("admin:routing_routingrule_change", args=[rule.pk])
        yield Hit(display_address(rule.key), url, rule.name)


def _smtp_users(typed: str, limit: int) -> Iterator[Hit]:
    for smtp_user in SmtpUser.objects.filter(username__icontains=typed).order_by("username_key")[:limit]:
        url = reverse("admin:credentials_smtpuser_change", args=[smtp_user.pk])
        yield Hit(smtp_user.username, url, smtp_user.description)


def _inbound(typed: str, limit: int) -> Iterator[Hit]:
    for message in found_messages(typed, limit):
        url = reverse("admin:routing_inboundmessage_change", args=[message.pk])
        sender = display_address(message.sender_key) if message.sender_key else _("nobody (a bounce)")
        yield Hit(message.subject or _("without a subject"), url, sender)


SOURCES = (
    JumpSource(gettext_lazy("People"), "user", "campaigns.view_contact", _people),
    JumpSource(gettext_lazy("Campaigns"), "send", "campaigns.view_campaign", _campaigns),
    JumpSource(
        gettext_lazy("Templates"),
        "file-text",
        "campaigns.view_template",
        _named(Template.objects.all(), _page_of("admin:campaigns_template_change")),
    ),
    JumpSource(
        gettext_lazy("Lists"),
        "list",
        "campaigns.view_contactlist",
        _named(ContactList.objects.all(), _people_in("list")),
    ),
    JumpSource(gettext_lazy("Tags"), "tag", "campaigns.view_tag", _named(Tag.objects.all(), _people_in("tag"))),
    JumpSource(
        gettext_lazy("Segments"),
        "funnel",
        "campaigns.view_segment",
        _named(Segment.objects.all(), _page_of("admin:campaigns_segment_change")),
    ),
    JumpSource(gettext_lazy("Routing rules"), "list", "routing.view_routingrule", _rules),
    JumpSource(gettext_lazy("Mail that came in"), "mail", "routing.view_inboundmessage", _inbound),
    JumpSource(
        gettext_lazy("Sending domains"),
        "globe",
        "credentials.view_sendingdomain",
        _named(SendingDomain.objects.all(), _page_of("admin:credentials_sendingdomain_one")),
    ),
    JumpSource(gettext_lazy("SMTP users"), "key-round", "credentials.view_smtpuser", _smtp_users),
)


def find_things(request: HttpRequest, typed: str, *, limit: int = SHOWN) -> list[HitGroup]:
    """What is called like this, by source; nothing for nothing."""
    wanted = " ".join(typed.replace("\0", "").split())[:LONGEST]
    if not wanted:
        return []
    allowed = (source for source in SOURCES if request.user.has_perm(source.permission))
    groups = (HitGroup(str(source.label), source.icon, list(source.find(wanted, limit))) for source in allowed)
    return [group for group in groups if group.hits]


def find_pages(request: HttpRequest, typed: str) -> list[HitGroup]:
    """Pages of the navigation whose name holds what was typed; all of them for nothing."""
    wanted = typed.strip().casefold()
    entries = (entry for group in navigation_for(request) for entry in group.entries)
    hits = [Hit(str(entry.label), entry.url) for entry in entries if wanted in str(entry.label).casefold()]
    return [HitGroup(_("Pages"), "panels-top-left", hits)] if hits else []


@admin.site.admin_view
@require_GET
def jump_json(request: HttpRequest) -> HttpResponseBase:
    """What the box offers besides the pages, which it knows itself."""
    groups = find_things(request, request.GET.get("q", ""))
    return JsonResponse({"groups": [asdict(group) for group in groups]})


@admin.site.admin_view
@require_GET
def jump_page(request: HttpRequest) -> HttpResponseBase:
    """The same as a page: without scripts, and where the box found too much."""
    typed = request.GET.get("q", "").strip()[:LONGEST]
    groups = [*find_pages(request, typed), *find_things(request, typed, limit=SHOWN_ON_PAGE)]
    return render_page(request, "postroom/jump.html", {"typed": typed, "groups": groups}, title=_("Find"))
