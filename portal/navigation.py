"""The side navigation: which pages there are, under which subject, and what wants attention there.

An entry shows when its page exists (its URL name resolves) and the person has the permission. To add a page, add an
Entry to GROUPS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, ngettext

from campaigns.approval.services import waiting_approvals
from campaigns.breakers.models import BreakerTrip
from campaigns.importing.models import ContactImport
from campaigns.sending.models import Campaign, SendingAccount
from campaigns.sending.states import CampaignKind, CampaignStatus
from campaigns.uncertain.listing import count_uncertain
from portal.failures.models import FailedMessage

if TYPE_CHECKING:
    from django.http import HttpRequest

Label = str | Promise


@dataclass(frozen=True, slots=True)
class Badge:
    """A short word on an entry; `tone` is one of the badge tones."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the navigation. `url_names` are tried in order; the first that resolves is it."""

    label: Label
    icon: str
    url_names: tuple[str, ...]
    permission: str = ""
    badge: Callable[[], Badge | None] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one subject."""

    label: Label
    entries: tuple[Entry, ...]


@dataclass(slots=True)
class ShownEntry:
    """An entry as one person sees it on one page."""

    label: Label
    icon: str
    url: str
    badge: Badge | None
    key: str = ""  # `g` and this letter lead there
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group with at least one entry to show."""

    label: Label
    entries: list[ShownEntry]


def _live_campaigns() -> Badge | None:
    live = (CampaignStatus.PENDING, CampaignStatus.IN_PROGRESS)
    count = Campaign.objects.filter(campaign_kind=CampaignKind.CAMPAIGN, status__in=live).count()
    return Badge(ngettext("%d live", "%d live", count) % count, "accent") if count else None


def _waiting_approvals() -> Badge | None:
    count = waiting_approvals().count()
    return Badge(str(count), "warn") if count else None


def _waiting_imports() -> Badge | None:
    status = ContactImport.Status
    count = ContactImport.objects.filter(status__in=(status.COLUMNS, status.CHECKED)).count()
    return Badge(str(count), "warn") if count else None


def _put_aside() -> Badge | None:
    count = FailedMessage.objects.filter(state=FailedMessage.State.PUT_ASIDE).count()
    return Badge(str(count), "bad") if count else None


def _account_problems() -> Badge | None:
    count = SendingAccount.objects.exclude(problem="", is_sending_enabled=True).count()
    return Badge(str(count), "bad") if count else None


def _open_trips() -> Badge | None:
    count = BreakerTrip.objects.filter(ended_at__isnull=True).count()
    return Badge(str(count), "bad") if count else None


def _undecided() -> Badge | None:
    total, left = count_uncertain()
    return Badge(str(total - left), "warn") if total > left else None


GROUPS = (
    Group("", (Entry(_("Overview"), "house", ("admin:index",)),)),
    Group(
        _("Send"),
        (
            Entry(
                _("Campaigns"),
                "send",
                ("admin:campaigns_campaign_changelist",),
                "campaigns.view_campaign",
                _live_campaigns,
            ),
            Entry(
                _("Approvals"),
                "check",
                ("admin:campaigns_approval_changelist",),
                "campaigns.view_approval",
                _waiting_approvals,
            ),
            Entry(_("Templates"), "file-text", ("admin:campaigns_template_changelist",), "campaigns.view_template"),
            Entry(_("Snippets"), "braces", ("admin:campaigns_snippet_changelist",), "campaigns.view_snippet"),
            Entry(_("Images"), "image", ("admin:campaigns_image_changelist",), "campaigns.view_image"),
        ),
    ),
    Group(
        _("People"),
        (
            Entry(_("Contacts"), "users", ("admin:campaigns_contact_changelist",), "campaigns.view_contact"),
            Entry(_("Lists"), "list", ("admin:campaigns_contactlist_changelist",), "campaigns.view_contactlist"),
            Entry(_("Tags"), "tag", ("admin:campaigns_tag_changelist",), "campaigns.view_tag"),
            Entry(_("Segments"), "funnel", ("admin:campaigns_segment_changelist",), "campaigns.view_segment"),
            Entry(_("Fields"), "braces", ("admin:campaigns_contactfield_changelist",), "campaigns.view_contactfield"),
            Entry(
                _("Import contacts"),
                "upload",
                ("admin:campaigns_contactimport_changelist",),
                "campaigns.view_contactimport",
                _waiting_imports,
            ),
            Entry(
                _("Sign-up forms"),
                "pencil",
                ("admin:campaigns_signupform_changelist",),
                "campaigns.view_signupform",
            ),
            Entry(_("Exports"), "download", ("admin:campaigns_export_changelist",), "campaigns.view_export"),
            Entry(_("Bulk changes"), "undo-2", ("admin:campaigns_bulkchange_changelist",), "campaigns.view_bulkchange"),
            Entry(_("Suppressions"), "ban", ("admin:campaigns_suppression_changelist",), "campaigns.view_suppression"),
            Entry(
                _("Unsubscribes"),
                "log-out",
                ("admin:campaigns_unsubscription_changelist",),
                "campaigns.view_unsubscription",
            ),
            Entry(
                _("Forgotten people"),
                "shield-user",
                ("admin:campaigns_erasure_changelist",),
                "campaigns.view_erasure",
            ),
        ),
    ),
    Group(
        _("Watch"),
        (
            Entry(_("Reports"), "chart-column", ("admin:campaigns_campaign_reports",), "campaigns.view_campaign"),
            Entry(_("Failures"), "triangle-alert", ("admin:failures",), "portal.view_failedmessage", _put_aside),
            Entry(
                _("Uncertain"),
                "circle-question-mark",
                ("admin:campaigns_campaign_all_uncertain",),
                "campaigns.view_campaign",
                _undecided,
            ),
            Entry(
                _("Ask about an address"),
                "circle-question-mark",
                ("admin:campaigns_contact_why",),
                "campaigns.view_contact",
            ),
            Entry(_("Alerts"), "bell", ("admin:portal_alert_changelist",), "portal.view_alert"),
            Entry(
                _("Feedback"), "inbox", ("admin:campaigns_feedbackcount_changelist",), "campaigns.view_feedbackcount"
            ),
            Entry(_("Activity"), "history", ("admin:portal_activity_changelist",), "portal.view_activity"),
            Entry(_("Failed sign-ins"), "lock", ("admin:axes_accessattempt_changelist",), "axes.view_accessattempt"),
        ),
    ),
    Group(
        _("Settings"),
        (
            Entry(
                _("Sending accounts"),
                "server",
                ("admin:campaigns_sendingaccount_changelist",),
                "campaigns.view_sendingaccount",
                _account_problems,
            ),
            Entry(
                _("Breakers"),
                "triangle-alert",
                ("admin:campaigns_breakerlimits_changelist",),
                "campaigns.view_sendingaccount",
                _open_trips,
            ),
            Entry(
                _("Second person"), "shield-user", ("admin:campaigns_approval_rule",), "campaigns.change_approvalrule"
            ),
            Entry(_("Guest lists"), "eye", ("admin:campaigns_guestlist_changelist",), "campaigns.view_guestlist"),
            Entry(
                _("House layouts"),
                "layout-template",
                ("admin:campaigns_houselayout_changelist",),
                "campaigns.view_houselayout",
            ),
            Entry(
                _("Drop folders"),
                "folder-down",
                ("admin:campaigns_dropfolder_changelist",),
                "campaigns.view_dropfolder",
            ),
            Entry(
                _("Who is told of alerts"),
                "bell",
                ("admin:portal_alertrecipient_changelist",),
                "portal.view_alertrecipient",
            ),
            Entry(_("People & roles"), "shield-user", ("admin:auth_user_changelist",), "auth.view_user"),
        ),
    ),
)


# The second letter of the shortcuts: `g c` goes to the campaigns.
KEYS = {
    "admin:index": "o",
    "admin:campaigns_campaign_changelist": "c",
    "admin:campaigns_template_changelist": "t",
    "admin:campaigns_contact_changelist": "p",
    "admin:campaigns_contactlist_changelist": "l",
    "admin:campaigns_tag_changelist": "g",
    "admin:campaigns_segment_changelist": "e",
    "admin:campaigns_contactimport_changelist": "i",
    "admin:campaigns_suppression_changelist": "s",
    "admin:campaigns_contact_why": "w",
    "admin:campaigns_campaign_reports": "r",
    "admin:portal_activity_changelist": "a",
}


def navigation_for(request: HttpRequest) -> list[ShownGroup]:
    """The navigation as this person sees it on this page; the entry whose address is the longest match is current."""
    shown = []
    for group in GROUPS:
        entries = [entry for entry in (_show(entry, request) for entry in group.entries) if entry is not None]
        if entries:
            shown.append(ShownGroup(group.label, entries))
    _mark_current([entry for group in shown for entry in group.entries], request.path)
    return shown


def first_url(url_names: tuple[str, ...], *arguments: object) -> str:
    """The address of the first URL name that exists; "" when none does."""
    for name in url_names:
        try:
            return reverse(name, args=arguments)
        except NoReverseMatch:
            continue
    return ""


def _show(entry: Entry, request: HttpRequest) -> ShownEntry | None:
    if entry.permission and not request.user.has_perm(entry.permission):
        return None
    url = first_url(entry.url_names)
    if not url:
        return None
    badge = entry.badge() if entry.badge else None
    return ShownEntry(entry.label, entry.icon, url, badge, KEYS.get(entry.url_names[0], ""))


def _mark_current(entries: list[ShownEntry], path: str) -> None:
    overview = reverse("admin:index")
    matching = [
        entry for entry in entries if path == entry.url or (entry.url != overview and path.startswith(entry.url))
    ]
    if matching:
        max(matching, key=lambda entry: len(entry.url)).is_current = True
