"""Rules, choices, conditions and decisions in words of the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from portal.mail.address import display_address
from routing.recipients import PatternKind
from routing.rules.decide import KeyOutcome
from routing.rules.definition import ActionKind, Comparison, ConditionKind, Status, VerdictName

if TYPE_CHECKING:
    from routing.rules.decide import KeyTried
    from routing.rules.definition import Action, Choice, Condition

KIND_WORDS: dict[str, str | Promise] = {
    PatternKind.TAGGED: gettext_lazy("address with its tag"),
    PatternKind.EXACT: gettext_lazy("address, whatever its tag"),
    PatternKind.DOMAIN: gettext_lazy("every address of the domain"),
    PatternKind.ANY: gettext_lazy("every address"),
    "default": gettext_lazy("anything else"),
}
GROUP_WORDS: dict[str, str | Promise] = {
    PatternKind.TAGGED: gettext_lazy("Addresses with a tag"),
    PatternKind.EXACT: gettext_lazy("Addresses"),
    PatternKind.DOMAIN: gettext_lazy("Whole domains"),
    PatternKind.ANY: gettext_lazy("Every address"),
}
VERDICT_WORDS: dict[str, str | Promise] = {
    VerdictName.SPAM: gettext_lazy("spam check"),
    VerdictName.VIRUS: gettext_lazy("virus check"),
    VerdictName.SPF: gettext_lazy("SPF"),
    VerdictName.DKIM: gettext_lazy("DKIM"),
    VerdictName.DMARC: gettext_lazy("DMARC"),
}
STATUS_WORDS: dict[str, str | Promise] = {
    Status.PASS: gettext_lazy("passed"),
    Status.FAIL: gettext_lazy("failed"),
    Status.GRAY: gettext_lazy("undecided"),
    Status.PROCESSING_FAILED: gettext_lazy("could not be made"),
    Status.DISABLED: gettext_lazy("not made"),
}
BOUNCE_WORDS: dict[str, str | Promise] = {
    "no_mailbox": gettext_lazy("no such mailbox (550 5.1.1)"),
    "too_large": gettext_lazy("message too large (552 5.3.4)"),
    "mailbox_full": gettext_lazy("mailbox full (552 5.2.2)"),
    "content": gettext_lazy("content refused (500 5.6.1)"),
    "refused": gettext_lazy("refused (554 5.0.0)"),
    "later": gettext_lazy("try again later (450 4.0.0)"),
}
ACTION_WORDS: dict[str, str | Promise] = {
    ActionKind.GMAIL: gettext_lazy("Put into Gmail"),
    ActionKind.FORWARD: gettext_lazy("Forward to an address"),
    ActionKind.WEBHOOK: gettext_lazy("Post to a webhook"),
    ActionKind.STORE: gettext_lazy("Store only"),
    ActionKind.BOUNCE: gettext_lazy("Bounce"),
    ActionKind.HOLD: gettext_lazy("Hold for a person"),
    ActionKind.DROP: gettext_lazy("Drop"),
}
COMPARISON_WORDS: dict[str, str | Promise] = {
    Comparison.IS_ONE_OF: gettext_lazy("is one of"),
    Comparison.IS_NONE_OF: gettext_lazy("is none of"),
    Comparison.OVER: gettext_lazy("is over"),
    Comparison.UP_TO: gettext_lazy("is at most"),
    Comparison.EQUALS: gettext_lazy("equals"),
    Comparison.CONTAINS: gettext_lazy("contains"),
    Comparison.EXISTS: gettext_lazy("is there"),
    Comparison.MISSING: gettext_lazy("is missing"),
}
_SHOWN_SENDERS = 3

Accounts = Mapping[int, str]  # id -> address of the Gmail account


def describe_choices(choices: Sequence[Choice], accounts: Accounts) -> list[str]:
    """A sentence for each choice: `If the spam check failed: drop`, `Otherwise: store only`."""
    return [_describe_choice(choice, accounts, is_first=number == 0) for number, choice in enumerate(choices)]


def _describe_choice(choice: Choice, accounts: Accounts, *, is_first: bool) -> str:
    actions = describe_actions(choice.actions, accounts)
    if not choice.conditions:
        return actions if is_first else _("Otherwise: %s") % actions
    conditions = _(" and ").join(describe_condition(condition) for condition in choice.conditions)
    return _("If %(conditions)s: %(actions)s") % {"conditions": conditions, "actions": actions}


def describe_actions(actions: Sequence[Action], accounts: Accounts) -> str:
    """All actions of a choice, in one line."""
    return ", ".join(describe_action(action, accounts) for action in actions)


def describe_action(action: Action, accounts: Accounts) -> str:
    """One action with where it goes to."""
    if action.kind is ActionKind.GMAIL:
        return _describe_gmail(action, accounts)
    if action.kind is ActionKind.FORWARD:
        return _("forward to %s") % display_address(action.address)
    if action.kind is ActionKind.WEBHOOK:
        return _("post to %s") % action.url
    if action.kind is ActionKind.BOUNCE:
        return _("bounce: %s") % (action.text or BOUNCE_WORDS[action.code])
    plain = {ActionKind.STORE: _("store only"), ActionKind.DROP: _("drop"), ActionKind.HOLD: _("hold for a person")}
    return plain[action.kind]


def _describe_gmail(action: Action, accounts: Accounts) -> str:
    text = _("Gmail %s") % accounts.get(action.account_id, _("(an account that is gone)"))
    if action.labels:
        text += " " + _("with label %s") % ", ".join(action.labels)
    return text + (" " + _("never to spam") if action.never_spam else "")


def describe_condition(condition: Condition) -> str:
    """One condition, as it stands behind `if`."""
    return _CONDITION_WORDS[condition.kind](condition)


def _verdict_words(condition: Condition) -> str:
    statuses = [str(STATUS_WORDS[status]) for status in Status if status in condition.statuses]
    return _("%(check)s: %(results)s") % {
        "check": VERDICT_WORDS[condition.verdict],
        "results": _(" or ").join(statuses),
    }


def _sender_words(condition: Condition) -> str:
    shown = [display_address(pattern) if pattern else _("nobody (a bounce)") for pattern in condition.patterns]
    text = ", ".join(shown[:_SHOWN_SENDERS])
    more = len(shown) - _SHOWN_SENDERS
    if more > 0:
        text += " " + ngettext("and %d more", "and %d more", more) % more
    return _("the sender %(comparison)s %(senders)s") % {
        "comparison": COMPARISON_WORDS[condition.test],
        "senders": text,
    }


def _size_words(condition: Condition) -> str:
    return _("the mail %(comparison)s %(size)s") % {
        "comparison": COMPARISON_WORDS[condition.test],
        "size": filesizeformat(condition.size_bytes),
    }


def _header_words(condition: Condition) -> str:
    value = f" “{condition.value}”" if condition.value else ""
    return _("the header %(name)s %(comparison)s%(value)s") % {
        "name": condition.name,
        "comparison": COMPARISON_WORDS[condition.test],
        "value": value,
    }


_CONDITION_WORDS = {
    ConditionKind.VERDICT: _verdict_words,
    ConditionKind.SENDER: _sender_words,
    ConditionKind.SIZE: _size_words,
    ConditionKind.HEADER: _header_words,
}


def outcome_words(tried: KeyTried) -> str:
    """What came of a key, in one sentence."""
    words = {
        KeyOutcome.NO_RULE: _("There is no rule for it."),
        KeyOutcome.IS_OFF: _("Its rule is off, so the next one is asked."),
        KeyOutcome.NO_CHOICE: _("There is a rule, but nothing in it fits this mail, so the next one is asked."),
        KeyOutcome.DECIDED: _("This decides."),
    }
    return words[tried.outcome]
