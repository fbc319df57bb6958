"""Choices between JSON and objects: read strictly on the way in, written plainly on the way out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit

from portal.errors import InvalidInput
from portal.mail.address import InvalidAddress, parse_address
from routing.recipients import ANY_KEY, read_recipient
from routing.rules.definition import (
    BOUNCE_CODES,
    Action,
    ActionJson,
    ActionKind,
    Choice,
    ChoiceJson,
    Comparison,
    Condition,
    ConditionJson,
    ConditionKind,
    Status,
    VerdictName,
)

MAX_CHOICES = 20
MAX_CONDITIONS = 20
MAX_ACTIONS = 20
MAX_PATTERNS = 200
MAX_LABELS = 20
MAX_TEXT_CHARS = 500
MAX_URL_CHARS = 1_000
_TESTS_OF = {
    ConditionKind.SENDER: (Comparison.IS_ONE_OF, Comparison.IS_NONE_OF),
    ConditionKind.SIZE: (Comparison.OVER, Comparison.UP_TO),
    ConditionKind.HEADER: (Comparison.EQUALS, Comparison.CONTAINS, Comparison.EXISTS, Comparison.MISSING),
}
_ENDS_ALONE = frozenset({ActionKind.DROP, ActionKind.HOLD})

Word = TypeVar("Word", bound=StrEnum)


def read_choices(raw: object) -> tuple[Choice, ...]:
    """Choices from JSON of the shape list[ChoiceJson]. Raises InvalidInput, which says which choice and what."""
    entries = _list_of(raw, "choices", most=MAX_CHOICES)
    if not entries:
        raise InvalidInput("A rule needs at least one choice.")
    return tuple(_read_choice(entry, f"choice {number}") for number, entry in enumerate(entries, 1))


def _read_choice(raw: object, place: str) -> Choice:
    entry = _object_of(raw, place)
    conditions = _list_of(entry.get("conditions", []), f"conditions of {place}", most=MAX_CONDITIONS)
    actions = _list_of(entry.get("actions", []), f"actions of {place}", most=MAX_ACTIONS)
    if not actions:
        raise InvalidInput(f"{place.capitalize()} does nothing: give it an action.")
    read = tuple(_read_action(action, place) for action in actions)
    _require_distinct(read, place)
    return Choice(tuple(_read_condition(condition, place) for condition in conditions), read)


def _require_distinct(actions: Sequence[Action], place: str) -> None:
    if len({(action.kind, action.destination) for action in actions}) < len(actions):
        raise InvalidInput(f"{place.capitalize()} has the same action twice.")
    if len(actions) > 1 and any(action.kind in _ENDS_ALONE for action in actions):
        raise InvalidInput(f"{place.capitalize()} drops or holds the mail: no other action can stand beside that.")


def _read_condition(raw: object, place: str) -> Condition:
    entry = _object_of(raw, f"a condition of {place}")
    kind = _word(ConditionKind, entry.get("kind"), f"the kind of a condition of {place}")
    return _CONDITION_READERS[kind](entry, place)


def _read_verdict(entry: dict[str, object], place: str) -> Condition:
    verdict = _word(VerdictName, entry.get("verdict"), f"the verdict in {place}")
    statuses = _list_of(entry.get("statuses"), f"the states of {verdict} in {place}", most=len(Status))
    found = frozenset(_word(Status, status, f"a state of {verdict} in {place}") for status in statuses)
    if not found:
        raise InvalidInput(f"{place.capitalize()}: say for which states of {verdict} it holds.")
    return Condition(ConditionKind.VERDICT, verdict=verdict, statuses=found)


def _read_sender(entry: dict[str, object], place: str) -> Condition:
    patterns = _list_of(entry.get("patterns"), f"the senders in {place}", most=MAX_PATTERNS)
    read = tuple(_sender_pattern(_text_of(each, f"a sender in {place}")) for each in patterns)
    if not read:
        raise InvalidInput(f"{place.capitalize()}: name at least one sender.")
    return Condition(ConditionKind.SENDER, test=_test_of(ConditionKind.SENDER, entry, place), patterns=read)


def _sender_pattern(text: str) -> str:
    """`user@example.com`, `*@example.com`, `@example.com`, `example.com`, or "" for the null sender."""
    stripped = text.strip()
    if not stripped or stripped == "<>":
        return ""
    local_part, _, domain = stripped.rpartition("@")
    return read_recipient(f"{local_part or ANY_KEY}@{domain}").key


def _read_size(entry: dict[str, object], place: str) -> Condition:
    size_bytes = entry.get("size_bytes")
    if not isinstance(size_bytes, int) or isinstance(size_bytes, bool) or size_bytes < 0:
        raise InvalidInput(f"{place.capitalize()}: the size must be a number of bytes.")
    return Condition(ConditionKind.SIZE, test=_test_of(ConditionKind.SIZE, entry, place), size_bytes=size_bytes)


def _read_header(entry: dict[str, object], place: str) -> Condition:
    name = _text_of(entry.get("name"), f"the header in {place}").strip().lower().removesuffix(":")
    test = _test_of(ConditionKind.HEADER, entry, place)
    value = _text_of(entry.get("value", ""), f"the value of the header in {place}")
    if not name or any(character.isspace() or character == ":" for character in name):
        raise InvalidInput(f"{place.capitalize()}: that is not the name of a header.")
    if test in {Comparison.EQUALS, Comparison.CONTAINS} and not value.strip():
        raise InvalidInput(f"{place.capitalize()}: say what the header {name} must hold.")
    return Condition(ConditionKind.HEADER, test=test, name=name, value=value)


_CONDITION_READERS: dict[ConditionKind, Callable[[dict[str, object], str], Condition]] = {
    ConditionKind.VERDICT: _read_verdict,
    ConditionKind.SENDER: _read_sender,
    ConditionKind.SIZE: _read_size,
    ConditionKind.HEADER: _read_header,
}


def _read_action(raw: object, place: str) -> Action:
    entry = _object_of(raw, f"an action of {place}")
    kind = _word(ActionKind, entry.get("kind"), f"the kind of an action of {place}")
    reader = _ACTION_READERS.get(kind)
    return reader(entry, place) if reader else Action(kind)


def _read_gmail(entry: dict[str, object], place: str) -> Action:
    account_id = entry.get("account_id")
    if not isinstance(account_id, int) or isinstance(account_id, bool) or account_id < 1:
        raise InvalidInput(f"{place.capitalize()}: choose a Gmail account.")
    labels = _list_of(entry.get("labels", []), f"the labels in {place}", most=MAX_LABELS)
    read = tuple(_text_of(label, f"a label in {place}").strip() for label in labels)
    is_spared = entry.get("never_spam", False)
    if not isinstance(is_spared, bool):
        raise InvalidInput(f"{place.capitalize()}: “never to spam” is yes or no.")
    return Action(ActionKind.GMAIL, account_id=account_id, labels=tuple(filter(None, read)), never_spam=is_spared)


def _read_bounce(entry: dict[str, object], place: str) -> Action:
    code = _text_of(entry.get("code", "no_mailbox"), f"the code of the bounce in {place}")
    if code not in BOUNCE_CODES:
        raise InvalidInput(f"{place.capitalize()}: there is no bounce “{code}”; there are {', '.join(BOUNCE_CODES)}.")
    text = _text_of(entry.get("text", ""), f"the text of the bounce in {place}")
    return Action(ActionKind.BOUNCE, code=code, text=" ".join(text.split()))


def _read_forward(entry: dict[str, object], place: str) -> Action:
    text = _text_of(entry.get("address"), f"the address in {place}")
    try:
        address = parse_address(text)
    except InvalidAddress as error:
        raise InvalidInput(f"{place.capitalize()}, forwarding: {error}") from error
    return Action(ActionKind.FORWARD, address=address.address)


def _read_webhook(entry: dict[str, object], place: str) -> Action:
    url = _text_of(entry.get("url"), f"the URL in {place}", most=MAX_URL_CHARS).strip()
    try:
        parts = urlsplit(url)
        is_web = url.isascii() and parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_web = False
    if not is_web:
        raise InvalidInput(f"{place.capitalize()}: a webhook needs an address that begins with https://.")
    return Action(ActionKind.WEBHOOK, url=url)


_ACTION_READERS: dict[ActionKind, Callable[[dict[str, object], str], Action]] = {
    ActionKind.GMAIL: _read_gmail,
    ActionKind.BOUNCE: _read_bounce,
    ActionKind.FORWARD: _read_forward,
    ActionKind.WEBHOOK: _read_webhook,
}


def choices_json(choices: Sequence[Choice]) -> list[ChoiceJson]:
    """The choices as they are stored; `read_choices` gives the same choices back."""
    return [
        {
            "conditions": [_condition_json(condition) for condition in choice.conditions],
            "actions": [action_json(action) for action in choice.actions],
        }
        for choice in choices
    ]


def _condition_json(condition: Condition) -> ConditionJson:
    if condition.kind is ConditionKind.VERDICT:
        statuses = [status.value for status in Status if status in condition.statuses]
        return {"kind": "verdict", "verdict": condition.verdict.value, "statuses": statuses}
    if condition.kind is ConditionKind.SENDER:
        return {"kind": "sender", "test": condition.test.value, "patterns": list(condition.patterns)}
    if condition.kind is ConditionKind.SIZE:
        return {"kind": "size", "test": condition.test.value, "size_bytes": condition.size_bytes}
    return {"kind": "header", "name": condition.name, "test": condition.test.value, "value": condition.value}


def action_json(action: Action) -> ActionJson:
    """One action as it is stored in rules and with deliveries."""
    if action.kind is ActionKind.GMAIL:
        labels = list(action.labels)
        return {"kind": "gmail", "account_id": action.account_id, "labels": labels, "never_spam": action.never_spam}
    if action.kind is ActionKind.BOUNCE:
        return {"kind": "bounce", "code": action.code, "text": action.text}
    if action.kind is ActionKind.FORWARD:
        return {"kind": "forward", "address": action.address}
    if action.kind is ActionKind.WEBHOOK:
        return {"kind": "webhook", "url": action.url}
    return {"kind": action.kind.value}


def read_action(raw: object) -> Action:
    """One action from JSON of the shape ActionJson. Raises InvalidInput."""
    return _read_action(raw, "this action")


def _test_of(kind: ConditionKind, entry: dict[str, object], place: str) -> Comparison:
    test = _word(Comparison, entry.get("test", _TESTS_OF[kind][0].value), f"the comparison in {place}")
    if test not in _TESTS_OF[kind]:
        raise InvalidInput(f"{place.capitalize()}: “{test}” does not go with {kind}.")
    return test


def _word(words: type[Word], raw: object, what: str) -> Word:
    try:
        return words(str(raw))
    except ValueError:
        known = ", ".join(word.value for word in words)
        raise InvalidInput(f"“{str(raw)[:40]}” is not {what}; there are {known}.") from None


def _object_of(raw: object, what: str) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise InvalidInput(f"There should be an object: {what}.")
    return raw


def _list_of(raw: object, what: str, *, most: int) -> list[object]:
    if not isinstance(raw, list):
        raise InvalidInput(f"There should be a list: {what}.")
    if len(raw) > most:
        raise InvalidInput(f"At most {most}: {what}.")
    return raw


def _text_of(raw: object, what: str, *, most: int = MAX_TEXT_CHARS) -> str:
    if not isinstance(raw, str):
        raise InvalidInput(f"There should be a text: {what}.")
    if len(raw) > most or "\x00" in raw:
        raise InvalidInput(f"At most {most} characters, none of them NUL: {what}.")
    return raw
