"""The side navigation: which pages there are, under which subject, and what wants attention there.

An entry shows when its page exists (its URL name resolves) and the person has the permission. To add a page, add an
Entry to GROUPS, under `rare` what is not opened every day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal import badges
from portal.badges import Badge, read_badges

if TYPE_CHECKING:
    from django.http import HttpRequest

Label = str | Promise


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the navigation. `url_names` are tried in order; the first that resolves is it."""

    label: Label
    icon: str
    url_names: tuple[str, ...]
    permission: str = ""
    badge: str = ""  # one of portal.badges


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one subject; the `rare` ones are folded away until somebody wants them or one wants attention."""

    label: Label
    entries: tuple[Entry, ...]
    rare: tuple[Entry, ...] = ()


@dataclass(slots=True)
class ShownEntry:
    """An entry as one person sees it on one page."""

    label: Label
    icon: str
    url: str
    badge: Badge | None
    key: str = ""  # `g` and this letter lead there
    is_rare: bool = False
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group with at least one entry to show; `entries` has the folded ones, too."""

    label: Label
    entries: list[ShownEntry]

    @property
    def usual(self) -> list[ShownEntry]:
        """What always shows."""
        return [entry for entry in self.entries if not entry.is_rare]

    @property
    def rare(self) -> list[ShownEntry]:
        """What is folded away."""
        return [entry for entry in self.entries if entry.is_rare]

    @property
    def is_open(self) -> bool:
        """Whether the fold stands open: one is the current page or wants attention."""
        return any(entry.is_current or entry.badge for entry in self.rare)


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
                badges.LIVE,
            ),
            Entry(
                _("Approvals"),
                "check",
                ("admin:campaigns_approval_changelist",),
                "campaigns.view_approval",
                badges.APPROVALS,
            ),
            Entry(_("Templates"), "file-text", ("admin:campaigns_template_changelist",), "campaigns.view_template"),
            Entry(
                _("Messages"),
                "mail",
                ("admin:campaigns_transactionalmessage_changelist",),
                "campaigns.view_transactionalmessage",
            ),
        ),
        rare=(
            Entry(_("Snippets"), "braces", ("admin:campaigns_snippet_changelist",), "campaigns.view_snippet"),
            Entry(_("Images"), "image", ("admin:campaigns_image_changelist",), "campaigns.view_image"),
            Entry(_("Guest lists"), "eye", ("admin:campaigns_guestlist_changelist",), "campaigns.view_guestlist"),
            Entry(
                _("House layouts"),
                "layout-template",
                ("admin:campaigns_houselayout_changelist",),
                "campaigns.view_houselayout",
            ),
        ),
    ),
    Group(
        _("People"),
        (
            Entry(_("Contacts"), "users", ("admin:campaigns_contact_changelist",), "campaigns.view_contact"),
            Entry(_("Lists"), "list", ("admin:campaigns_contactlist_changelist",), "campaigns.view_contactlist"),
            Entry(_("Segments"), "funnel", ("admin:campaigns_segment_changelist",), "campaigns.view_segment"),
            Entry(
                _("Import contacts"),
                "upload",
                ("admin:campaigns_contactimport_changelist",),
                "campaigns.view_contactimport",
                badges.IMPORTS,
            ),
            Entry(_("Suppressions"), "ban", ("admin:campaigns_suppression_changelist",), "campaigns.view_suppression"),
        ),
        rare=(
            Entry(
                _("Ask about an address"),
                "circle-question-mark",
                ("admin:campaigns_contact_why",),
                "campaigns.view_contact",
            ),
            Entry(
                _("Unsubscribes"),
                "log-out",
                ("admin:campaigns_unsubscription_changelist",),
                "campaigns.view_unsubscription",
            ),
            Entry(
                _("Forgotten people"), "shield-user", ("admin:campaigns_erasure_changelist",), "campaigns.view_erasure"
            ),
            Entry(_("Tags"), "tag", ("admin:campaigns_tag_changelist",), "campaigns.view_tag"),
            Entry(_("Fields"), "braces", ("admin:campaigns_contactfield_changelist",), "campaigns.view_contactfield"),
            Entry(
                _("Sign-up forms"), "pencil", ("admin:campaigns_signupform_changelist",), "campaigns.view_signupform"
            ),
            Entry(
                _("Contact forms"), "inbox", ("admin:campaigns_contactform_changelist",), "campaigns.view_contactform"
            ),
            Entry(
                _("Drop folders"),
                "folder-down",
                ("admin:campaigns_dropfolder_changelist",),
                "campaigns.view_dropfolder",
            ),
            Entry(_("Exports"), "download", ("admin:campaigns_export_changelist",), "campaigns.view_export"),
            Entry(_("Bulk changes"), "undo-2", ("admin:campaigns_bulkchange_changelist",), "campaigns.view_bulkchange"),
        ),
    ),
    Group(
        _("Receive"),
        (
            Entry(
                _("Mail that came in"),
                "mail",
                ("admin:routing_inboundmessage_changelist",),
                "routing.view_inboundmessage",
                badges.INBOUND,
            ),
            Entry(
                _("Routing rules"),
                "list",
                ("admin:routing_routingrule_changelist",),
                "routing.view_routingrule",
            ),
            Entry(
                _("Where would this go?"),
                "search",
                ("admin:routing_routingrule_try",),
                "routing.view_routingrule",
            ),
            Entry(
                _("Domains that receive"),
                "globe",
                ("admin:routing_inbounddomain_changelist",),
                "routing.view_inbounddomain",
            ),
            Entry(
                _("Gmail accounts"),
                "inbox",
                ("admin:routing_gmailmailbox_changelist",),
                "routing.view_gmailmailbox",
                badges.GMAIL,
            ),
        ),
        rare=(Entry(_("Test mail"), "clock", ("admin:routing_canaryrun_changelist",), "routing.view_canaryrun"),),
    ),
    Group(
        _("Connect"),
        (
            Entry(
                _("Sending domains"),
                "globe",
                ("admin:credentials_sendingdomain_changelist",),
                "credentials.view_sendingdomain",
                badges.DOMAINS,
            ),
            Entry(
                _("SMTP users"),
                "key-round",
                ("admin:credentials_smtpuser_changelist",),
                "credentials.view_smtpuser",
                badges.SMTP_USERS,
            ),
        ),
    ),
    Group(
        _("Watch"),
        (
            Entry(_("Reports"), "chart-column", ("admin:campaigns_campaign_reports",), "campaigns.view_campaign"),
            Entry(_("Failures"), "triangle-alert", ("admin:failures",), "portal.view_failedmessage", badges.FAILURES),
            Entry(
                _("Uncertain"),
                "circle-question-mark",
                ("admin:campaigns_campaign_all_uncertain",),
                "campaigns.view_campaign",
                badges.UNCERTAIN,
            ),
            Entry(_("Alerts"), "bell", ("admin:portal_alert_changelist",), "portal.view_alert"),
            Entry(_("Activity"), "history", ("admin:portal_activity_changelist",), "portal.view_activity"),
        ),
    ),
    Group(
        _("Settings"),
        (),
        rare=(
            Entry(
                _("Webhooks"),
                "external-link",
                ("admin:campaigns_webhookendpoint_changelist",),
                "campaigns.view_webhookendpoint",
            ),
            Entry(
                _("Sending accounts"),
                "server",
                ("admin:campaigns_sendingaccount_changelist",),
                "campaigns.view_sendingaccount",
                badges.ACCOUNTS,
            ),
            Entry(
                _("Breakers"),
                "triangle-alert",
                ("admin:campaigns_breakerlimits_changelist",),
                "campaigns.view_sendingaccount",
                badges.BREAKERS,
            ),
            Entry(
                _("Feedback from SES"),
                "inbox",
                ("admin:campaigns_feedbackcount_changelist",),
                "campaigns.view_feedbackcount",
            ),
            Entry(
                _("Second person"), "shield-user", ("admin:campaigns_approval_rule",), "campaigns.change_approvalrule"
            ),
            Entry(
                _("Who is told of alerts"),
                "bell",
                ("admin:portal_alertrecipient_changelist",),
                "portal.view_alertrecipient",
            ),
            Entry(_("API keys"), "key-round", ("admin:credentials_apikey_changelist",), "credentials.view_apikey"),
            Entry(_("API reference"), "file-text", ("admin:api_reference",), "credentials.view_apikey"),
            Entry(_("People & roles"), "shield-user", ("admin:auth_user_changelist",), "auth.view_user"),
            Entry(_("Invitations"), "mail", ("invitations",), "auth.add_user"),
            Entry(_("Failed sign-ins"), "lock", ("admin:axes_accessattempt_changelist",), "axes.view_accessattempt"),
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
    "admin:routing_routingrule_changelist": "m",
}


def navigation_for(request: HttpRequest) -> list[ShownGroup]:
    """The navigation as this person sees it on this page; the entry whose address is the longest match is current."""
    found, shown = read_badges(), []
    for group in GROUPS:
        entries = _entries_of(group, request, found)
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


def _entries_of(group: Group, request: HttpRequest, found: dict[str, Badge]) -> list[ShownEntry]:
    usual = [entry for entry in (_show(entry, request, found) for entry in group.entries) if entry is not None]
    rare = [entry for entry in (_show(entry, request, found) for entry in group.rare) if entry is not None]
    return usual + [replace(entry, is_rare=True) for entry in rare]


def _show(entry: Entry, request: HttpRequest, found: dict[str, Badge]) -> ShownEntry | None:
    if entry.permission and not request.user.has_perm(entry.permission):
        return None
    url = first_url(entry.url_names)
    if not url:
        return None
    return ShownEntry(entry.label, entry.icon, url, found.get(entry.badge), KEYS.get(entry.url_names[0], ""))


def _mark_current(entries: list[ShownEntry], path: str) -> None:
    overview = reverse("admin:index")
    matching = [
        entry for entry in entries if path == entry.url or (entry.url != overview and path.startswith(entry.url))
    ]
    if matching:
        max(matching, key=lambda entry: len(entry.url)).is_current = True
