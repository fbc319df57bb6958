"""What follows a completed import: the fields it brought, and the campaign that its drop folder sends by itself."""

from __future__ import annotations

import logging

from django.db import transaction

from campaigns.audience.field_services import make_fields
from campaigns.importing.columns import ATTRIBUTE_PREFIX
from campaigns.importing.models import ContactImport
from campaigns.sending.for_tag import start_copy_for_tag
from campaigns.sending.identities import is_verified
from portal.activity import record_activity
from portal.errors import Conflict, InvalidInput

logger = logging.getLogger(__name__)


def note_fields(contact_import: ContactImport) -> None:
    """Make the fields that the file brought and nobody knew; in the transaction that completes the import."""
    targets = [str(column["target"]) for column in contact_import.columns]
    names = [target.removeprefix(ATTRIBUTE_PREFIX) for target in targets if target.startswith(ATTRIBUTE_PREFIX)]
    make_fields(names, actor=contact_import.created_by)


def ask_about_sender(contact_import: ContactImport) -> None:
    """Have SES asked about the sender of the campaign that is to start, before the transaction that starts it.

    The answer is known for a minute, so that nothing is held while SES is asked.
    """
    folder = contact_import.drop_folder
    if folder is not None and folder.campaign is not None and folder.send_by_itself:
        is_verified(folder.campaign.from_address)


def start_bound_campaign(contact_import: ContactImport) -> None:
    """Start the campaign that the drop folder is bound to; in the transaction that completes the import.

    A campaign that cannot start is written to the activity log; the import is complete all the same.
    """
    folder = contact_import.drop_folder
    if folder is None or folder.campaign is None or not folder.send_by_itself:
        return
    try:
        with transaction.atomic():
            start_copy_for_tag(folder.campaign.pk, tag_name=contact_import.people_tag, label=contact_import.file_name)
    except (Conflict, InvalidInput) as error:
        logger.warning("import.campaign_not_started", extra={"import_id": contact_import.pk})
        record_activity("import.campaign_not_started", actor=None, target=contact_import, reason=str(error))
