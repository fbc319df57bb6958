"""A campaign to exactly the people of one CSV file, for the command line: look, ask, import, send."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.audience.models import ContactList, ListMembership
from campaigns.importing.check import check_import
from campaigns.importing.local_import import check_local_import, run_local_import, take_local_file
from campaigns.importing.models import ContactImport
from campaigns.importing.problems import FileProblem
from campaigns.importing.run import run_import
from campaigns.importing.wording import describe_problem
from campaigns.messages.field_names import unknown_names
from campaigns.messages.models import MessageContent, Template
from campaigns.messages.services import compiled_source, draft_source
from campaigns.messages.variables import all_names, variables_of_message
from campaigns.sending.accounts import first_account
from campaigns.sending.drafts import Audience, save_draft, words_of
from campaigns.sending.identities import is_verified
from campaigns.sending.models import Campaign
from campaigns.sending.readiness import require_ready
from campaigns.sending.review import require_sendable
from campaigns.sending.services import send_now, start_campaign
from portal.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User

KINDS_BY_SUFFIX = {
    ".html": MessageContent.Kind.HTML,
    ".htm": MessageContent.Kind.HTML,
    ".mjml": MessageContent.Kind.MJML,
}
MAX_TEMPLATE_BYTES = 2_000_000
MEMBERS_PER_WRITE = 2_000
WAIT_S = 0.5
_ATTRIBUTE = "attribute:"


def letter_from(template: str, *, subject: str) -> Campaign:
    """An unsaved campaign with the words of a file (.md, .mjml, .html) or of a saved template. Raises InvalidInput."""
    letter = Campaign(account=first_account(), **_words(template))
    letter.subject = subject or letter.subject
    return letter


def _words(template: str) -> dict[str, Any]:
    path = Path(template)
    if path.is_file():
        if path.stat().st_size > MAX_TEMPLATE_BYTES:
            raise InvalidInput(_("“%s” is too large for a message.") % path)
        kind = KINDS_BY_SUFFIX.get(path.suffix.lower(), MessageContent.Kind.MARKDOWN)
        return {"kind": kind, "body": _text_of(path)}
    saved = Template.objects.filter(name=template).first()
    if saved is None:
        names = ", ".join(f"“{name}”" for name in Template.objects.values_list("name", flat=True)[:20]) or _("none")
        raise InvalidInput(
            _("There is neither a file nor a saved template “%(template)s”. Saved templates: %(names)s.")
            % {"template": template, "names": names}
        )
    return words_of(saved)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        raise InvalidInput(
            _("“%(path)s” cannot be read as UTF-8 text: %(error)s") % {"path": path, "error": error}
        ) from error


def check_file(path: Path, *, tag_names: list[str], has_consent: bool, actor: User | None) -> ContactImport:
    """Look through the whole file; no contact is written yet. Raises InvalidInput in words, OSError."""
    if not path.is_file():
        raise InvalidInput(_("There is no file “%s”.") % path)
    own_list = ContactList.objects.create(name=_list_name(path), description=_("Made by send_csv."))
    try:
        taken = take_local_file(path, actor=actor)
        checked = check_local_import(
            taken, contact_list=own_list, tag_names=tag_names, consent=has_consent, actor=actor
        )
    except FileProblem as error:
        own_list.delete()
        words = describe_problem({"code": error.code, "value": error.value})
        raise InvalidInput(f"{path.name}: {words}") from error
    _wait(checked, ContactImport.Status.CHECKING, check_import)
    return checked


def forget_check(checked: ContactImport) -> None:
    """The person said no: leave no empty list behind."""
    if checked.contact_list is not None:
        checked.contact_list.delete()


def require_fit(letter: Campaign, checked: ContactImport) -> None:
    """Raise InvalidInput for what would stop the letter later: its parts, its sender, names that nobody has."""
    require_ready(letter, for_test=True)
    if is_verified(letter.from_address) is False:
        text = _("SES would refuse every mail from %s: neither the address nor its domain is verified there.")
        raise InvalidInput(text % letter.from_address)
    source = draft_source(letter)
    compiled_source(source)
    targets = [str(column["target"]) for column in checked.columns]
    in_file = {target.removeprefix(_ATTRIBUTE) for target in targets}
    unknown = unknown_names(all_names(variables_of_message(source)) - in_file)
    if unknown:
        names = ", ".join(f"“{name}”" for name in unknown)
        raise InvalidInput(_("The message uses %s, which neither the file nor any contact has.") % names)


def import_people(checked: ContactImport, *, also_on: str, actor: User | None) -> int:
    """Bring the people in, also onto the list `also_on` ("" = none). Returns how many. Raises InvalidInput."""
    done = run_local_import(checked, actor=actor)
    _wait(done, ContactImport.Status.IMPORTING, run_import)
    if done.status != ContactImport.Status.COMPLETED:
        raise InvalidInput(_("The import did not end well: %s.") % done.get_status_display())
    if also_on and done.contact_list is not None:
        _put_on(ContactList.objects.get_or_create(name=also_on)[0], done.contact_list)
    return ListMembership.objects.filter(contact_list=done.contact_list).count()


def start_from_file(letter: Campaign, checked: ContactImport, *, actor: User | None) -> Campaign:
    """Save the letter as a campaign to the file's people and let it leave at once. Raises InvalidInput, Conflict."""
    assert checked.contact_list is not None  # made by check_file
    letter.name = letter.name or checked.contact_list.name
    with transaction.atomic():
        draft = save_draft(letter, Audience(include_lists=[checked.contact_list]), actor=actor)
    require_sendable(draft)
    start_campaign(draft.pk, actor=actor)
    return send_now(draft.pk, actor=actor)


def _list_name(path: Path) -> str:
    stamp = timezone.localtime().strftime("%Y-%m-%d %H:%M:%S")
    return f"{path.name[:80]}, {stamp}"


def _put_on(wanted: ContactList, own: ContactList) -> None:
    members = (
        ListMembership.objects.filter(contact_list=own).values_list("contact_id", flat=True).order_by("contact_id")
    )
    last = 0
    while block := list(members.filter(contact_id__gt=last)[:MEMBERS_PER_WRITE]):
        rows = [ListMembership(contact_list=wanted, contact_id=contact_id) for contact_id in block]
        ListMembership.objects.bulk_create(rows, ignore_conflicts=True)
        last = block[-1]


def _wait(contact_import: ContactImport, status: str, work: Callable[[int], None]) -> None:
    """Work on it until it has left `status`; a worker that holds it meanwhile does the same."""
    contact_import.refresh_from_db()
    while contact_import.status == status:
        work(contact_import.pk)
        contact_import.refresh_from_db()
        if contact_import.status == status:
            time.sleep(WAIT_S)
            contact_import.refresh_from_db()
