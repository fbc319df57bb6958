"""Differences on IAM in words, with what each cure does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

from credentials.smtp_users.drift_compare import Kind
from credentials.smtp_users.journal import CREATE_KEY
from credentials.smtp_users.models import SmtpUserStep
from credentials.smtp_users.names import cut_logins_short

if TYPE_CHECKING:
    from credentials.smtp_users.models import SmtpDrift

_TEXTS = {
    Kind.MISSING_USER: gettext_lazy("IAM has no user %(name)s any more: nobody can log in."),
    Kind.STRANGER: gettext_lazy("The user %(name)s on IAM is not the one that Postroom made."),
    Kind.MISSING_POLICY: gettext_lazy("Its policy is gone from IAM: nothing can be sent."),
    Kind.CHANGED_POLICY: gettext_lazy("Its policy on IAM is not the one that Postroom wrote."),
    Kind.FOREIGN_POLICY: gettext_lazy("It has a further policy, %(subject)s, which may allow more."),
    Kind.FOREIGN_ATTACHED: gettext_lazy("It has a further policy, %(subject)s, which may allow more."),
    Kind.GROUP: gettext_lazy("It is in the group %(subject)s, whose policies may allow more."),
    Kind.EXTRA_KEY: gettext_lazy("It has the access key %(subject)s, which Postroom did not make."),
    Kind.MISSING_KEY: gettext_lazy("Its access key %(subject)s is gone from IAM: that password works no more."),
    Kind.KEY_ACTIVE: gettext_lazy("Its access key %(subject)s can log in, and is not to."),
    Kind.KEY_INACTIVE: gettext_lazy("Its access key %(subject)s is inactive on IAM: that password does not work."),
    Kind.ORPHAN_USER: gettext_lazy("IAM has a user %(name)s under Postroom's path that belongs to nobody here."),
    Kind.ORPHAN_POLICY: gettext_lazy("IAM has a policy %(name)s under Postroom's path that belongs to nobody here."),
}
_LEFT_KEY = gettext_lazy(
    "It has the access key %(subject)s. Postroom came upon it after an answer of IAM was lost, and left it: by the time at"
    " which it was made, or because it is in use, it is somebody else's. Find out whose before you delete it."
)
_REWRITE, _DELETE_POLICY = gettext_lazy("Write its policy again"), gettext_lazy("Take the policy away")
_CURES = {
    Kind.MISSING_USER: gettext_lazy("Make it anew, with a new password"),
    Kind.STRANGER: gettext_lazy("Make it anew, with a new password"),
    Kind.MISSING_POLICY: _REWRITE,
    Kind.CHANGED_POLICY: _REWRITE,
    Kind.FOREIGN_POLICY: _DELETE_POLICY,
    Kind.FOREIGN_ATTACHED: _DELETE_POLICY,
    Kind.GROUP: gettext_lazy("Take it out of the group"),
    Kind.EXTRA_KEY: gettext_lazy("Delete the key"),
    Kind.MISSING_KEY: gettext_lazy("Forget the key; a new one is made if it was the current one"),
    Kind.KEY_ACTIVE: gettext_lazy("Make the key inactive"),
    Kind.KEY_INACTIVE: gettext_lazy("Make the key active"),
    Kind.ORPHAN_USER: gettext_lazy("Delete the user on IAM"),
    Kind.ORPHAN_POLICY: gettext_lazy("Delete the policy on IAM"),
}


@dataclass(frozen=True, slots=True)
class DriftLine:
    """One difference as a page shows it. `cure` labels the button; "" while the cure is under way."""

    row: SmtpDrift
    text: str
    cure: str


def drift_lines(rows: Iterable[SmtpDrift], *, in_full: bool = True) -> list[DriftLine]:
    """The differences in words, in their order; the ids of keys cut short for people who may not log in with them."""
    return [_line(row, in_full=in_full) for row in rows]


def _line(row: SmtpDrift, *, in_full: bool) -> DriftLine:
    kind = Kind(row.kind)
    words = _LEFT_KEY if kind is Kind.EXTRA_KEY and _was_left(row) else _TEXTS[kind]
    text = str(words) % {"name": row.iam_user_name, "subject": row.subject}
    is_asked = row.cure_asked_at is not None
    told = f"{text} {row.cure_problem}".strip()
    return DriftLine(row, told if in_full else cut_logins_short(told), "" if is_asked else str(_CURES[kind]))


def _was_left(row: SmtpDrift) -> bool:
    making = SmtpUserStep.objects.filter(user_id=row.user_id, call=CREATE_KEY, outcome=SmtpUserStep.Outcome.FAILED)
    return making.filter(detail__contains=row.subject).exists()
