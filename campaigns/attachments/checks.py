"""What the files of a campaign are to its review: too large, refused, dangerous, missing for some people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _, ngettext

from campaigns.attachments.dangers import dangers_of
from campaigns.attachments.limits import HEAVY_BYTES
from campaigns.attachments.models import PersonalFile, PersonalFiles
from campaigns.attachments.owner import attachments_of, owner_of, personal_settings_of
from campaigns.attachments.sizes import size_text
from campaigns.attachments.weight import too_large_text, weigh_mail
from campaigns.messages.checks import Level, MessageCheck
from campaigns.messages.problems import TemplateInvalid
from campaigns.messages.services import compiled_source, draft_source
from campaigns.sending.states import Reason
from portal.wording import format_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from campaigns.attachments.models import NamedFile
    from campaigns.attachments.personal import Coverage
    from campaigns.messages.compile import CompiledMessage
    from campaigns.sending.models import Campaign

SES_USD_PER_GB = 0.12  # of attachments; SES pricing page
_LOOKED_AT = 2_000  # personal files that are looked at one by one
_SHOWN = 3


def file_points(campaign: Campaign) -> Iterator[MessageCheck]:
    """Size and kind of what goes with every mail, and of the files for single people; nobody is counted for it."""
    shared, own = attachments_of(campaign), _own_files(campaign)
    if not shared and personal_settings_of(campaign) is None:
        return
    weight = weigh_mail(campaign, _compiled(campaign))
    link = page_url(campaign)
    if weight.is_too_large:
        cure = _("Take files off, make them smaller, or put them on a page and link to it.")
        yield MessageCheck(Level.BAD, "attachments_too_large", too_large_text(weight), cure=cure, link=link)
    elif weight.total_bytes > HEAVY_BYTES:
        text = _("With its files a mail has %s. Many mailboxes refuse mails over 10 MB.")
        cure = _("Make the files smaller, or put them on a page and link to it.")
        yield MessageCheck(Level.WARN, "attachments_heavy", text % size_text(weight.total_bytes), cure=cure, link=link)
    yield from _danger_points(campaign, [*shared, *own])


def mass_points(campaign: Campaign, people: int, coverage: Coverage | None) -> Iterator[MessageCheck]:
    """How much leaves in all, and who has no file of their own; the people were counted for it."""
    shared = attachments_of(campaign)
    if coverage is not None:
        yield _coverage_point(campaign, coverage)
    if not shared and coverage is None:
        return
    weight = weigh_mail(campaign, _compiled(campaign))
    if weight.is_too_large:
        return
    values = {
        "each": size_text(weight.attached_bytes),
        "all": size_text(weight.attached_bytes * people),
        "people": format_count(people),
    }
    text = _("The files add %(each)s to each mail, at most %(all)s for %(people)s people.") % values
    if campaign.account is not None and campaign.account.is_ses:
        usd = weight.attached_bytes * people / 1_000_000_000 * SES_USD_PER_GB
        text += " " + _("SES charges about $%.2f for that.") % usd
    yield MessageCheck(Level.GOOD, "attachments", text)


def page_url(campaign: Campaign) -> str:
    """Where the files of a campaign are."""
    return reverse("admin:campaigns_campaign_attachments", args=[campaign.pk])


def _own_files(campaign: Campaign) -> list[PersonalFile]:
    if personal_settings_of(campaign) is None:
        return []
    files = PersonalFile.objects.filter(campaign=owner_of(campaign)).select_related("file").order_by("name_key")
    return list(files[:_LOOKED_AT])


def _compiled(campaign: Campaign) -> CompiledMessage | None:
    try:
        return compiled_source(draft_source(campaign))
    except TemplateInvalid:  # said by the other checks
        return None


def _danger_points(campaign: Campaign, files: list[NamedFile]) -> Iterator[MessageCheck]:
    """One point for each kind of danger, which names the first files and says how many more there are."""
    through_ses = campaign.account is None or campaign.account.is_ses
    by_code: dict[str, list[str]] = {}
    refused: set[str] = set()
    for file in files:
        for danger in dangers_of(file, through_ses=through_ses):
            by_code.setdefault(danger.code, []).append(danger.text)
            if danger.is_refused:
                refused.add(danger.code)
    for code, texts in by_code.items():
        level = Level.BAD if code in refused else Level.WARN
        text = " ".join(texts[:_SHOWN])
        if len(texts) > _SHOWN:
            text += " " + _("And %s more.") % format_count(len(texts) - _SHOWN)
        cure = _("Put it on a page and link to it.") if code in refused else _("Send it only if people expect it.")
        yield MessageCheck(level, code, text, cure=cure, link=page_url(campaign))


def _coverage_point(campaign: Campaign, coverage: Coverage) -> MessageCheck:
    settings = personal_settings_of(campaign)
    if not coverage.without_file:
        text = ngettext(
            "There is a file for the one person.", "There is a file for each of %s people.", coverage.people
        )
        shown = text % format_count(coverage.people) if "%s" in text else text
        return MessageCheck(Level.GOOD, "personal_files", shown)
    text = ngettext(
        "There is no file for %(count)s person (%(unnamed)s without a name in the field, %(lost)s whose file is not here).",
        "There is no file for %(count)s people (%(unnamed)s without a name in the field, %(lost)s whose file is not here).",
        coverage.without_file,
    )
    values = {
        "count": format_count(coverage.without_file),
        "unnamed": format_count(coverage.unnamed),
        "lost": format_count(coverage.not_found),
    }
    is_skipped = settings is not None and settings.when_missing == PersonalFiles.WhenMissing.SKIP
    cure = _("They are left out. Upload their files, or let them get the mail without one.")
    if not is_skipped:
        cure = _("They get the mail without a file.")
    who = reverse("admin:campaigns_campaign_left_out", args=[campaign.pk, int(Reason.FILE_MISSING)])
    return MessageCheck(Level.WARN, "personal_files_missing", text % values, cure=cure, link=who)
