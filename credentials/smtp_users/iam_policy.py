"""The policy of an SMTP user on IAM: inline where it fits, a managed one beyond; never two at once for longer than a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from credentials.smtp_users.journal import journalled
from credentials.smtp_users.models import SmtpUserStep
from credentials.smtp_users.names import OWNER_TAG, POLICY_NAME, managed_policy_name
from portal.aws import iam
from portal.errors import Refused

if TYPE_CHECKING:
    from credentials.smtp_users.models import SmtpUser
    from credentials.smtp_users.policy import CompiledPolicy


def write_policy(user: SmtpUser, policy: CompiledPolicy) -> str:
    """Put the policy in force, then take away the one of the other kind. Returns the ARN of a managed one, else ""."""
    name = user.iam_user_name
    if not policy.is_managed:
        with journalled(user, "PutUserPolicy", detail=POLICY_NAME):
            iam.put_inline_policy(name, POLICY_NAME, policy.document)
        _drop_managed(user, is_attached=True)
        return ""
    arn = _write_managed(user, policy.document)
    with journalled(user, "AttachUserPolicy", detail=arn):
        iam.attach_policy(name, arn)
    if POLICY_NAME in iam.list_inline_policies(name):
        with journalled(user, "DeleteUserPolicy", detail=POLICY_NAME):
            iam.delete_inline_policy(name, POLICY_NAME)
    return arn


def drop_policies(user: SmtpUser, *, is_user_gone: bool = False) -> None:
    """Take every policy from the IAM user, and delete the managed one that is ours."""
    name = user.iam_user_name
    if not is_user_gone:
        for policy_name in iam.list_inline_policies(name):
            with journalled(user, "DeleteUserPolicy", detail=policy_name):
                iam.delete_inline_policy(name, policy_name)
        for _policy_name, arn in iam.list_attached_policies(name):
            with journalled(user, "DetachUserPolicy", detail=arn):
                iam.detach_policy(name, arn)
    _drop_managed(user, is_attached=False)


def _write_managed(user: SmtpUser, document: str) -> str:
    policy_name = managed_policy_name(user.iam_user_name)
    arn = _managed_arn(user)
    if not arn:
        try:
            with journalled(user, "CreatePolicy", detail=policy_name):
                return iam.create_policy(
                    policy_name,
                    path=settings.SMTP_USER_PATH,
                    document=document,
                    tags={OWNER_TAG: str(user.owner_tag)},
                )
        except Refused as error:
            if error.code != iam.EXISTS:
                raise
        arn = _managed_arn(user)
    with journalled(user, "CreatePolicyVersion", detail=arn):
        iam.set_policy_document(arn, document)
    return arn


def _drop_managed(user: SmtpUser, *, is_attached: bool) -> None:
    arn = _managed_arn(user)
    if not arn:
        return
    if is_attached:
        with journalled(user, "DetachUserPolicy", detail=arn):
            iam.detach_policy(user.iam_user_name, arn)
    with journalled(user, "DeletePolicy", detail=arn):
        iam.delete_policy(arn)


def _managed_arn(user: SmtpUser) -> str:
    """The ARN of our managed policy, also where the answer to its making was lost; "" when there never was one."""
    if user.managed_policy_arn:
        return user.managed_policy_arn
    if not SmtpUserStep.objects.filter(user=user, call="CreatePolicy").exists():
        return ""
    return dict(iam.list_policies(settings.SMTP_USER_PATH)).get(managed_policy_name(user.iam_user_name), "")
