"""Keys on IAM that have no row: made by a call of ours whose answer was lost, or by somebody else?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from portal.aws import iam
from portal.errors import Refused

if TYPE_CHECKING:
    from credentials.smtp_users.models import SmtpUserStep
    from portal.aws.iam import AccessKey

CALL_LASTS = timedelta(seconds=20)  # the one attempt of CreateAccessKey with its time-outs
CLOCKS_DIFFER = timedelta(seconds=30)  # ours and IAM's, which writes whole seconds


def find_strays(lost: Sequence[SmtpUserStep], unknown: Sequence[AccessKey], *, most: int) -> list[AccessKey]:
    """Those that calls without an answer made, of keys that have no row and were not there before.

    One that was made at another time, or was ever used, is somebody else's: of ours nobody has the secret. Where more are
    left than those calls can have made (`most`), none is taken for ours. Asks IAM; raises OutsideError.
    """
    fitting = [key for key in unknown if any(_fits(step, key) for step in lost) and not _was_used(key)]
    return fitting if len(fitting) <= most else []


def _fits(step: SmtpUserStep, key: AccessKey) -> bool:
    begins, ends = step.started_at - CLOCKS_DIFFER, step.started_at + CALL_LASTS + CLOCKS_DIFFER
    return begins <= key.made_at <= ends


def _was_used(key: AccessKey) -> bool:
    try:
        return iam.key_last_use(key.key_id).at is not None
    except Refused:
        return False  # it is gone, or the worker's role may not ask
