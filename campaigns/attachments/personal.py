"""A file of their own for each person of a campaign: the setting, the files, and who has none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from django.db import transaction
from django.db.models import CharField, F, Sum, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.approval.voiding import void_after_change
from campaigns.attachments.models import PersonalFile, PersonalFiles, StoredFile
from campaigns.attachments.names import clean_file_name, content_type_of, name_key
from campaigns.attachments.owner import owner_of, personal_settings_of
from campaigns.attachments.services import held_draft
from campaigns.attachments.storing import MAX_FILE_BYTES, store_file
from campaigns.attachments.unzipping import Bounds, ZipProblem, ZipRefused, files_within, is_zip
from campaigns.audience.models import Contact
from campaigns.messages.problems import TemplateInvalid
from campaigns.sending.audience import CONTACT_COLUMNS, AudienceReview, audience_of, with_reason
from campaigns.sending.states import Reason
from campaigns.splits.versions import campaign_required_fields
from portal.activity import record_activity
from portal.errors import InvalidInput

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet
    from django.db.models.expressions import Combinable

    from campaigns.sending.models import Campaign

MAX_UNZIPPED_BYTES = 2_000_000_000
MAX_FILES = 20_000  # of one campaign
MOST_NAMED = 1_000  # people without a file who are shown by name
MOST_COUNTED = 200_000  # people who are looked at before Send
_PROBLEMS = {
    ZipProblem.DAMAGED: gettext_lazy("The ZIP is damaged or was not sent whole. Nothing more was taken from it."),
    ZipProblem.ENCRYPTED: gettext_lazy("The ZIP has a password. Pack it without one."),
    ZipProblem.TOO_MANY: gettext_lazy("The ZIP holds more than 5,000 files. Split it."),
    ZipProblem.TOO_LARGE: gettext_lazy("“%s” in the ZIP is larger than any mail may be."),
    ZipProblem.TOO_MUCH: gettext_lazy("The files in the ZIP are larger than 2 GB together. Split it."),
    ZipProblem.SUSPICIOUS: gettext_lazy(
        "“%s” in the ZIP unpacks to far more than files usually do, so it was not taken."
    ),
    ZipProblem.TWICE: gettext_lazy("Two files in the ZIP are called “%s”. Give each its own name."),
    ZipProblem.LINK: gettext_lazy("“%s” in the ZIP is no file but a link to one."),
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who of a campaign's audience has a file: `people` were looked at; the others of them have none."""

    people: int
    unnamed: int  # their field is empty
    not_found: int  # their field names a file that is not here
    contact_ids: list[int] = field(default_factory=list)  # of the first of those without one
    unused: int = 0  # files that nobody's field names
    is_whole: bool = True

    @property
    def without_file(self) -> int:
        return self.unnamed + self.not_found


@transaction.atomic
def set_personal(campaign_id: int, *, field_name: str, when_missing: str, actor: User | None) -> PersonalFiles | None:
    """Say which field names each person's file; an empty name ends it. The files stay. Raises Conflict, InvalidInput."""
    held = held_draft(campaign_id)
    if not field_name:
        PersonalFiles.objects.filter(campaign=held).delete()
        _record(held, "campaign.personal_files_off", actor)
        return None
    if when_missing not in PersonalFiles.WhenMissing.values:
        raise InvalidInput(_("Say what happens to people without a file."))
    values = {"field_name": field_name[:100], "when_missing": when_missing}
    settings, _is_new = PersonalFiles.objects.update_or_create(campaign=held, defaults=values)
    _record(held, "campaign.personal_files_on", actor, field=field_name)
    return settings


def add_personal_files(campaign_id: int, stream: IO[bytes], *, name: str, actor: User | None) -> list[PersonalFile]:
    """Add one file, or all files of a ZIP; one of the same name takes the place of the earlier one.

    Each is committed by itself, so what was taken before a problem stays. Raises FileRefused, InvalidInput, Conflict.
    """
    added: list[PersonalFile] = []
    try:
        if is_zip(stream) and name.lower().endswith(".zip"):
            _add_all_within(campaign_id, stream, added)
        else:
            added.append(_add(campaign_id, stream, name))
    finally:
        if added:
            _record_added(campaign_id, len(added), actor)
    return added


def _add_all_within(campaign_id: int, stream: IO[bytes], added: list[PersonalFile]) -> None:
    try:
        for inner_name, content in files_within(stream, Bounds(MAX_FILE_BYTES, MAX_UNZIPPED_BYTES)):
            added.append(_add(campaign_id, content, inner_name))
    except ZipRefused as error:
        text = str(_PROBLEMS[error.problem])
        raise InvalidInput(text % error.name if "%s" in text else text) from error
    if not added:
        raise InvalidInput(_("There is no file in the ZIP."))


@transaction.atomic
def remove_personal_files(campaign_id: int, file_ids: list[int] | None, *, actor: User | None) -> int:
    """Take off some of the personal files, or (None) all. Raises Conflict."""
    held = held_draft(campaign_id)
    files = PersonalFile.objects.filter(campaign=held)
    if file_ids is not None:
        files = files.filter(pk__in=file_ids)
    count = files.delete()[0]
    _record(held, "campaign.personal_files_removed", actor, count=count)
    return count


def coverage_of(campaign: Campaign) -> Coverage | None:
    """Who has no file, of those who would get it otherwise; None where nobody gets one of their own.

    Looks at the first 200,000 people of the audience.
    """
    settings = personal_settings_of(campaign)
    if settings is None:
        return None
    here = set(PersonalFile.objects.filter(campaign=owner_of(campaign)).values_list("name_key", flat=True))
    named_files, unnamed, not_found, without, people = set[str](), 0, 0, list[int](), 0
    for contact_id, named in _named_files(_who_would_get_it(campaign), settings.field_name):
        people += 1
        key = name_key(named) if named.strip() else ""
        if key in here:
            named_files.add(key)
            continue
        unnamed, not_found = unnamed + (not key), not_found + bool(key)
        if len(without) < MOST_NAMED:
            without.append(contact_id)
    return Coverage(people, unnamed, not_found, without, len(here - named_files), people < MOST_COUNTED)


def without_the_fileless(audience: AudienceReview, campaign: Campaign, coverage: Coverage | None) -> AudienceReview:
    """The addition of the review, where people without a file are left out."""
    settings = personal_settings_of(campaign) if coverage and coverage.without_file else None
    if coverage is None or settings is None or settings.when_missing != PersonalFiles.WhenMissing.SKIP:
        return audience
    left_out = {**audience.left_out, Reason.FILE_MISSING: coverage.without_file}
    return AudienceReview(audience.total, left_out, audience.will_get - coverage.without_file)


def people_without_file(campaign: Campaign) -> QuerySet[Contact]:
    """The first thousand of those for whom there is no file."""
    coverage = coverage_of(campaign)
    return Contact.objects.filter(pk__in=coverage.contact_ids if coverage else [])


def personal_total(campaign: Campaign) -> tuple[int, int]:
    """How many personal files there are, and their bytes together."""
    files = PersonalFile.objects.filter(campaign=owner_of(campaign))
    return files.count(), files.aggregate(sum=Sum("file__size_bytes"))["sum"] or 0


def _who_would_get_it(campaign: Campaign) -> QuerySet[Contact]:
    people = audience_of(campaign)
    try:
        return with_reason(people, campaign_required_fields(campaign)).filter(skip_reason=0)
    except TemplateInvalid:
        return people


def _named_files(people: QuerySet[Contact], field_name: str) -> QuerySet[Contact, tuple[int, str]]:
    named: Combinable = F(field_name)
    if field_name not in CONTACT_COLUMNS:
        text = KeyTextTransform(field_name, F("attributes"))
        named = Coalesce(text, Value(""), output_field=CharField())
    found = people.annotate(_file=named).order_by("pk").values_list("pk", "_file")
    return found[:MOST_COUNTED]


def _add(campaign_id: int, stream: IO[bytes], name: str) -> PersonalFile:
    return _keep(campaign_id, store_file(stream, name=name), clean_file_name(name))


@transaction.atomic
def _keep(campaign_id: int, stored: StoredFile, name: str) -> PersonalFile:
    held = held_draft(campaign_id)
    files = PersonalFile.objects.filter(campaign=held)
    if files.count() >= MAX_FILES:
        raise InvalidInput(_("At most %d files of their own can go to the people of a campaign.") % MAX_FILES)
    StoredFile.objects.filter(pk=stored.pk).update(used_at=timezone.now())
    kept, _is_new = PersonalFile.objects.update_or_create(
        campaign=held,
        name_key=name_key(name),
        defaults={"file": stored, "name": name, "content_type": content_type_of(name)},
    )
    return kept


@transaction.atomic
def _record_added(campaign_id: int, count: int, actor: User | None) -> None:
    _record(held_draft(campaign_id), "campaign.personal_files_added", actor, count=count)


def _record(campaign: Campaign, verb: str, actor: User | None, **details: str | int) -> None:
    record_activity(verb, actor=actor, target=campaign, label=campaign.name, **details)
    void_after_change(campaign)
