"""Each step of the plan, carried out on IAM and confirmed in the rows; every one may be done again after being cut off."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from credentials.encryption.services import prepare_seal, unseal
from credentials.smtp_users import proof
from credentials.smtp_users.facts import region_of, wished_policy
from credentials.smtp_users.iam_policy import drop_policies, write_policy
from credentials.smtp_users.journal import CREATE_KEY, PROVE_LOGIN, Outcome, journalled, lost_key_makings
from credentials.smtp_users.models import SEALED_FOR, SmtpKey, SmtpUser, SmtpUserStep
from credentials.smtp_users.names import INSTALLATION_TAG, OWNER_TAG
from credentials.smtp_users.password import smtp_password
from credentials.smtp_users.plan import Step
from credentials.smtp_users.policy import iam_user_name
from credentials.smtp_users.strays import find_strays
from credentials.smtp_users.trouble import LoginRefused, NotYet, TooManyKeys
from portal.aws import iam
from portal.errors import Refused

LISTED_AFTER_S = 30.0  # IAM may hide a key that was just made for so long
KNOWN_AFTER_S = 120.0  # a login may be refused for so long before that is a failure
DELETED, LEFT = "deleted", "left"
PROVEN, UNTRIED, ADOPTED = "login", "skipped", "adopted"


def create_user(user: SmtpUser) -> None:
    """Make the IAM user under a name that was written down before; nothing is made while nothing can be sealed."""
    prepare_seal(table=SEALED_FOR, row=str(user.owner_tag))
    name = user.iam_user_name or _choose_name(user, int(time.time()))
    try:
        with journalled(user, "CreateUser", detail=name):
            arn = iam.create_user(
                name, path=settings.SMTP_USER_PATH, tags=_tags(user), boundary_arn=settings.SMTP_USER_BOUNDARY_ARN
            )
    except Refused as error:
        if error.code != iam.EXISTS:
            raise
        found = iam.get_user(name)
        if not is_ours(user, found):
            _choose_name(user, int(name.rpartition("-")[2]) + 1)
            return
        arn = found.arn if found else ""
    _write(user, iam_user_arn=arn, region=settings.AWS_REGION)


def is_ours(user: SmtpUser, found: iam.IamUser | None) -> bool:
    """Whether this user on IAM was made for this row, and not by somebody else under the same name."""
    return found is not None and (user.is_adopted or found.tags.get(OWNER_TAG) == str(user.owner_tag))


def put_policy(user: SmtpUser) -> None:
    """Bring the policy of the wished senders in force."""
    policy = wished_policy(user)
    arn = write_policy(user, policy)
    _write(user, applied_policy=policy.document, managed_policy_arn=arn)


def create_key(user: SmtpUser) -> None:
    """Make a key, and have its password sealed and committed before anything else happens."""
    key = SmtpKey(user=user)
    seal_now = prepare_seal(table=SEALED_FOR, row=key.row)
    known = iam.list_keys(user.iam_user_name)
    if len(known) >= iam.MAX_KEYS:
        ours = set(user.keys.values_list("access_key_id", flat=True))
        raise TooManyKeys([each.key_id for each in known if each.key_id not in ours])
    with journalled(user, CREATE_KEY, known_keys=[each.key_id for each in known]):
        made = iam.create_key(user.iam_user_name)
        key.access_key_id, key.made_at = made.key_id, made.made_at
        key.sealed_password = seal_now(smtp_password(made.secret, region_of(user)))
        key.save()
    _write(user, proving_since=None)


def drop_stray_keys(user: SmtpUser) -> None:
    """Delete keys that were made by calls without an answer: their secrets are lost. Raises NotYet.

    Only keys that IAM did not have before the first of those calls, that have no row and that those calls can have made.
    """
    lost = list(lost_key_makings(user))
    ours = set(user.keys.values_list("access_key_id", flat=True))
    spared = ours | set(lost[0].known_keys)
    unknown = [key for key in iam.list_keys(user.iam_user_name) if key.key_id not in spared]
    kept_count = len(ours - set(lost[-1].known_keys))  # cut off only after its password was committed
    strays = find_strays(lost, unknown, most=len(lost) - kept_count)
    for key in strays:
        with journalled(user, "DeleteAccessKey", detail=key.key_id):
            iam.delete_key(user.iam_user_name, key.key_id)
    age_s = (timezone.now() - lost[-1].started_at).total_seconds()
    if not strays and not kept_count and age_s < LISTED_AFTER_S:
        raise NotYet(LISTED_AFTER_S - age_s)
    left = [key for key in unknown if key not in strays]
    told = [
        f"{word}: {', '.join(key.key_id for key in keys)}" for word, keys in ((DELETED, strays), (LEFT, left)) if keys
    ]
    lost_key_makings(user).update(outcome=Outcome.FAILED, detail="; ".join(told))


def prove_key(user: SmtpUser) -> None:
    """Log in with the new password. Raises NotYet while IAM may not have spread the key, LoginRefused after that."""
    key = user.keys.get(role=SmtpKey.Role.NEW)
    if not settings.SMTP_LOGIN_PROOF:
        _write_key(key, proven_at=timezone.now(), proven_how=UNTRIED)
        return
    since = user.proving_since or timezone.now()
    if user.proving_since is None:
        _write(user, proving_since=since)
    password = unseal(key.sealed_password, table=SEALED_FOR, row=key.row)
    try:
        with journalled(user, PROVE_LOGIN, detail=key.access_key_id):
            proof.prove_login(key.access_key_id, password, region=region_of(user))
    except LoginRefused:
        tried_s = (timezone.now() - since).total_seconds()
        if tried_s < KNOWN_AFTER_S:
            raise NotYet(min(1.0 + tried_s / 4, 15.0)) from None
        raise
    _write_key(key, proven_at=timezone.now(), proven_how=PROVEN)


def promote_key(user: SmtpUser) -> None:
    """The new key becomes the current one; an earlier one works on for the time to change over."""
    now = timezone.now()
    with transaction.atomic():
        earlier = user.keys.filter(role=SmtpKey.Role.CURRENT).update(role=SmtpKey.Role.OLD, retired_at=now)
        user.keys.filter(role=SmtpKey.Role.NEW).update(role=SmtpKey.Role.CURRENT)
        ends = now + timedelta(days=settings.SMTP_CHANGEOVER_DAYS) if earlier else None
        _write(user, rotation_asked_at=None, proving_since=None, changeover_until=ends)


def activate_keys(user: SmtpUser) -> None:
    """Let its passwords in again; one that was not proven yet gets its time to be known anew."""
    _set_status(user, is_active=True)
    _write(user, proving_since=None)


def deactivate_keys(user: SmtpUser) -> None:
    """Keep its passwords out."""
    _set_status(user, is_active=False)


def retire_key(user: SmtpUser) -> None:
    """The earlier key stops, then goes."""
    key = user.keys.get(role=SmtpKey.Role.OLD)
    if key.is_active:
        _set_key_status(user, key, is_active=False)
    _delete_key(user, key)
    _write(user, changeover_until=None)


def drop_new_key(user: SmtpUser) -> None:
    """A change of password was given up or taken back before its key was proven."""
    _delete_key(user, user.keys.get(role=SmtpKey.Role.NEW))
    _write(user, proving_since=None)


def tear_down(user: SmtpUser) -> None:
    """Take everything of it from IAM, as IAM has it, whatever the rows say. Raises NotYet."""
    name = user.iam_user_name
    found = iam.get_user(name)
    if found is None:
        _require_told(user)
    if is_ours(user, found):
        for listed in iam.list_keys(name):
            with journalled(user, "DeleteAccessKey", detail=listed.key_id):
                iam.delete_key(name, listed.key_id)
        user.keys.all().delete()
        drop_policies(user)
        for group in iam.list_groups(name):
            with journalled(user, "RemoveUserFromGroup", detail=group):
                iam.remove_from_group(name, group)
        with journalled(user, "DeleteUser", detail=name):
            iam.delete_user(name)
    else:
        user.keys.all().delete()
        drop_policies(user, is_user_gone=True)
    lost_key_makings(user).update(outcome=Outcome.FAILED)
    _write(user, iam_user_name="", iam_user_arn="", applied_policy="", managed_policy_arn="", proving_since=None)


def _require_told(user: SmtpUser) -> None:
    """IAM may not tell of a user yet that was just made: it would be left there. Raises NotYet."""
    newest = SmtpUserStep.objects.filter(user=user, call="CreateUser").order_by("-pk").first()
    age_s = (timezone.now() - newest.started_at).total_seconds() if newest else LISTED_AFTER_S
    if age_s < LISTED_AFTER_S:
        raise NotYet(LISTED_AFTER_S - age_s)


def _choose_name(user: SmtpUser, at_s: int) -> str:
    """Write the name down before it is used: a worker after us must find what we made."""
    name = iam_user_name(user.username, made_at_s=at_s)
    _write(user, iam_user_name=name)
    return name


def _tags(user: SmtpUser) -> dict[str, str]:
    return {OWNER_TAG: str(user.owner_tag), INSTALLATION_TAG: settings.QUEUE_PREFIX}


def _set_status(user: SmtpUser, *, is_active: bool) -> None:
    for key in user.keys.exclude(is_active=is_active):
        _set_key_status(user, key, is_active=is_active)


def _set_key_status(user: SmtpUser, key: SmtpKey, *, is_active: bool) -> None:
    """A key that is gone already cannot log in either; one that was on its way out was deleted before its end was put off."""
    try:
        with journalled(user, "UpdateAccessKey", detail=key.access_key_id):
            iam.set_key_status(user.iam_user_name, key.access_key_id, is_active=is_active)
    except Refused as error:
        if error.code != iam.MISSING or (is_active and key.role == SmtpKey.Role.CURRENT):
            raise
        if is_active:
            key.delete()
            return
    _write_key(key, is_active=is_active)


def _delete_key(user: SmtpUser, key: SmtpKey) -> None:
    with journalled(user, "DeleteAccessKey", detail=key.access_key_id):
        iam.delete_key(user.iam_user_name, key.access_key_id)
    key.delete()


def _write(user: SmtpUser, **confirmed: object) -> None:
    """Only what the machine owns: wishes may change at the same moment."""
    SmtpUser.objects.filter(pk=user.pk).update(**confirmed)
    for name, value in confirmed.items():
        setattr(user, name, value)


def _write_key(key: SmtpKey, **confirmed: object) -> None:
    SmtpKey.objects.filter(pk=key.pk).update(**confirmed)


STEPS: Final[dict[Step, Callable[[SmtpUser], None]]] = {
    Step.CREATE_USER: create_user,
    Step.PUT_POLICY: put_policy,
    Step.DROP_STRAY_KEYS: drop_stray_keys,
    Step.CREATE_KEY: create_key,
    Step.PROVE_KEY: prove_key,
    Step.PROMOTE_KEY: promote_key,
    Step.ACTIVATE_KEYS: activate_keys,
    Step.DEACTIVATE_KEYS: deactivate_keys,
    Step.RETIRE_KEY: retire_key,
    Step.DROP_NEW_KEY: drop_new_key,
    Step.TEAR_DOWN: tear_down,
}
