"""Many SMTP users made at once among throttling, lost answers and dying workers. Long: `python -m tests.crash.smtp_users`."""

from __future__ import annotations

from contextlib import suppress

import pytest

from credentials.smtp_users.machine import reconcile
from credentials.smtp_users.models import SmtpUser, State
from credentials.smtp_users.services import SmtpUserDraft, save_smtp_user
from tests.crash.smtp_deeds import does_not_log_in, let_time_pass
from tests.doubles.iam import Killed, NoisyIam, moto_iam

pytestmark = pytest.mark.django_db

USERS, ROUNDS = 20, 40


def test_many_users_made_among_trouble_all_work_and_nothing_else_is_left(settings, tmp_path):
    with moto_iam(settings, tmp_path, kind=NoisyIam) as iam_double:
        for number in range(USERS):
            save_smtp_user(SmtpUserDraft(f"user-{number}", [f"user{number}@example.org"]), actor=None)
        iam_double.is_noisy = True
        for _round in range(ROUNDS):
            let_time_pass()
            for user in SmtpUser.objects.exclude(state=State.ACTIVE):
                with suppress(Killed):
                    reconcile(user.pk)
        iam_double.is_noisy = False
        assert set(SmtpUser.objects.values_list("state", flat=True)) == {State.ACTIVE}
        assert not [user for user in SmtpUser.objects.all() if does_not_log_in(iam_double, user)]
        assert iam_double.left_over() == {"users": USERS, "keys": USERS}
