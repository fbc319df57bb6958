"""Taking over an IAM user and its key that an older system made for somebody's SMTP login; the login goes on working."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from credentials.encryption.services import seal
from credentials.smtp_users.models import SEALED_FOR, SmtpKey, SmtpUser
from credentials.smtp_users.names import username_key
from credentials.smtp_users.policy import compile_policy, require_username
from credentials.smtp_users.steps import ADOPTED
from portal.activity import record_activity
from portal.aws import iam
from portal.errors import Conflict, InvalidInput
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from credentials.smtp_users.services import SmtpUserDraft


@dataclass(frozen=True, slots=True)
class OldLogin:
    """A login that is in use. `password` "" means that nobody has it any more: it works on, and a new one can be made."""

    iam_user_name: str
    access_key_id: str
    password: str = field(default="", repr=False)
    region: str = ""  # "" means AWS_REGION


def adopt_smtp_user(draft: SmtpUserDraft, login: OldLogin, *, actor: User | None) -> SmtpUser:
    """Write down a login as an SMTP user of ours; the machine then puts the policy of the allowed senders beside what
    the IAM user has. Policies that others gave it stay, and are told as differences.

    Raises InvalidInput when the names cannot be used or IAM does not have them, Conflict when it is here already, and
    OutsideError.
    """
    username, senders = require_username(draft.username), list(compile_policy(draft.allowed_senders).patterns)
    found = iam.get_user(login.iam_user_name)
    listed = {key.key_id: key for key in iam.list_keys(login.iam_user_name)} if found else {}
    if found is None or login.access_key_id not in listed:
        raise InvalidInput(_("IAM has no user %(name)s with this key.") % {"name": login.iam_user_name})
    on_iam = listed[login.access_key_id]
    key = SmtpKey(
        role=SmtpKey.Role.CURRENT, access_key_id=on_iam.key_id, is_active=on_iam.is_active, made_at=on_iam.made_at,
        proven_at=timezone.now(), proven_how=ADOPTED,
    )  # fmt: skip
    if login.password:
        key.sealed_password = seal(login.password, table=SEALED_FOR, row=key.row)
    user = SmtpUser(
        username=username, username_key=username_key(username), description=draft.description.strip(),
        owner_address=draft.owner_address.strip(), allowed_senders=senders, rotate_every_days=draft.rotate_every_days,
        is_enabled=on_iam.is_active, region=login.region or settings.AWS_REGION, is_adopted=True,
        iam_user_name=found.name, iam_user_arn=found.arn, state_at=timezone.now(), created_by=actor,
    )  # fmt: skip
    return _write(user, key, actor)


def _write(user: SmtpUser, key: SmtpKey, actor: User | None) -> SmtpUser:
    try:
        with transaction.atomic():
            user.save()
            key.user = user
            key.save()
            record_activity("smtp_user.adopted", actor=actor, target=user)
            publish(TaskName.PROVISION_SMTP_USER, user_id=user.pk)
    except IntegrityError as error:
        raise Conflict(_("%(name)s, or its key, is an SMTP user here already.") % {"name": user.username}) from error
    return user
