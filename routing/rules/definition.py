"""What a rule says: ordered choices, each with conditions (all must hold) and actions. Pure.

Rules keep their choices as JSON of the shape `ChoiceJson`; `read_choices` is the only way in and refuses whatever is
not of that shape, `choices_json` the only way out.

    [{"conditions": [{"kind": "verdict", "verdict": "spam", "statuses": ["FAIL", "PROCESSING_FAILED"]}],
      "actions": [{"kind": "drop"}]},
     {"conditions": [], "actions": [{"kind": "gmail", "account_id": 3, "labels": ["Work"], "never_spam": true}]}]
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict


class VerdictName(StrEnum):
    """What SES judges on each mail."""

    SPAM = "spam"
    VIRUS = "virus"
    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"


class Status(StrEnum):
    """What a verdict can be. One that SES did not give (old events have no DMARC) is DISABLED: nobody looked."""

    PASS = "PASS"  # noqa: S105
    FAIL = "FAIL"
    GRAY = "GRAY"
    PROCESSING_FAILED = "PROCESSING_FAILED"
    DISABLED = "DISABLED"


class ConditionKind(StrEnum):
    """What a condition looks at."""

    VERDICT = "verdict"  # holds when the verdict is one of `statuses`: each of the five is said or left out
    SENDER = "sender"  # the envelope sender or an address in From matches one of `patterns`
    SIZE = "size"  # `test` over or up_to, `size_bytes`
    HEADER = "header"  # `name`, `test` equals, contains, exists or missing, `value`


class Comparison(StrEnum):
    """How a condition compares."""

    EQUALS = "equals"
    CONTAINS = "contains"
    EXISTS = "exists"
    MISSING = "missing"
    OVER = "over"
    UP_TO = "up_to"
    IS_ONE_OF = "is_one_of"
    IS_NONE_OF = "is_none_of"


class ActionKind(StrEnum):
    """What can be done with a mail. Each is one `InboundDelivery` per recipient and destination."""

    GMAIL = "gmail"
    BOUNCE = "bounce"
    STORE = "store"
    DROP = "drop"
    HOLD = "hold"
    FORWARD = "forward"
    WEBHOOK = "webhook"


class ConditionJson(TypedDict, total=False):
    """A condition as it is stored; `kind` says which of the others it has."""

    kind: str
    verdict: str
    statuses: list[str]
    test: str
    patterns: list[str]
    size_bytes: int
    name: str
    value: str


class ActionJson(TypedDict, total=False):
    """An action as it is stored; `kind` says which of the others it has."""

    kind: str
    account_id: int  # gmail
    labels: list[str]  # gmail
    never_spam: bool  # gmail
    code: str  # bounce: one of `BOUNCE_CODES`
    text: str  # bounce
    address: str  # forward
    url: str  # webhook


class ChoiceJson(TypedDict):
    """A choice as it is stored."""

    conditions: list[ConditionJson]
    actions: list[ActionJson]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition; which fields count is told by `kind`."""

    kind: ConditionKind
    test: Comparison = Comparison.IS_ONE_OF
    verdict: VerdictName = VerdictName.SPAM
    statuses: frozenset[Status] = frozenset()
    patterns: tuple[str, ...] = ()  # normal form: user@example.com, *@example.com, or "" for the null sender
    size_bytes: int = 0
    name: str = ""  # lower case
    value: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do; which fields count is told by `kind`."""

    kind: ActionKind
    account_id: int = 0
    labels: tuple[str, ...] = ()
    never_spam: bool = False
    code: str = ""
    text: str = ""
    address: str = ""
    url: str = ""

    @property
    def destination(self) -> str:
        """What tells two actions of one kind apart: the account, the address or the URL; "" for the others."""
        if self.kind is ActionKind.GMAIL:
            return str(self.account_id)
        return self.address or self.url


@dataclass(frozen=True, slots=True)
class Choice:
    """Actions for mail that meets all conditions; without conditions it takes what comes."""

    conditions: tuple[Condition, ...]
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class BounceCode:
    """What a bounce says: SES's word for it, SMTP reply and enhanced status (RFC 3463)."""

    bounce_type: str
    reply: str
    status: str


# SES's own pairs, developer guide "Return bounce response action"; keys are what rules hold.
BOUNCE_CODES: dict[str, BounceCode] = {
    "no_mailbox": BounceCode("DoesNotExist", "550", "5.1.1"),
    "too_large": BounceCode("MessageTooLarge", "552", "5.3.4"),
    "mailbox_full": BounceCode("ExceededQuota", "552", "5.2.2"),
    "content": BounceCode("ContentRejected", "500", "5.6.1"),
    "refused": BounceCode("Undefined", "554", "5.0.0"),
    "later": BounceCode("TemporaryFailure", "450", "4.0.0"),
}

HELD = (Choice((), (Action(ActionKind.HOLD),)),)
