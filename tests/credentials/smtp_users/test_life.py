"""The life of an SMTP user on IAM when all goes well."""

from __future__ import annotations

import pytest

from credentials.encryption.services import unseal
from credentials.smtp_users.models import SEALED_FOR, SmtpKey, SmtpUser, State
from credentials.smtp_users.names import OWNER_TAG, POLICY_NAME
from credentials.smtp_users.services import SmtpUserDraft, save_smtp_user
from portal.aws import iam

pytestmark = pytest.mark.django_db


def make_user(hints, **told) -> SmtpUser:
    draft = SmtpUserDraft(**{"username": "office-printer", "allowed_senders": ["scan@example.org"], **told})
    user = save_smtp_user(draft, actor=None)
    hints.run_all()
    user.refresh_from_db()
    return user


def password_of(key: SmtpKey) -> str:
    return unseal(key.sealed_password, table=SEALED_FOR, row=key.row)


def test_a_saved_user_becomes_active_with_a_login_that_works(hints, iam_double):
    user = make_user(hints)
    assert (user.state, user.is_settled, user.state_reason) == (State.ACTIVE, True, "")
    key = user.current_key
    assert iam_double.can_log_in(key.access_key_id, password_of(key))
    assert key.proven_how == "login"
    found = iam.get_user(user.iam_user_name)
    assert found.path == "/postroom/smtp-users/"
    assert found.tags[OWNER_TAG] == str(user.owner_tag)
    assert user.iam_user_name.startswith("ses-smtp-user-office-printer-")
    assert list(iam_double.inline_policies(user.iam_user_name)) == [POLICY_NAME]
