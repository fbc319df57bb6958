"""What a row `ROUTE#<pattern>` / `RULE#v1` of an older table says, as a rule of ours.

The row has `actions`, a list of {type, target?, mailboxIds?}; older ones have `action` and `target` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from portal.errors import InvalidInput
from portal.older.rows import OldRow
from portal.older.values import Value, as_text, as_texts

if TYPE_CHECKING:
    from routing.rules.definition import ActionJson, ChoiceJson
    from routing.rules.services import RuleJson

PREFIX, SORT_KEY = "ROUTE#", "RULE#v1"
NAME_CHARS = 120
_WORDS = {
    "gmail": "gmail", "forward-to-gmail": "gmail", "deliver-to-gmail": "gmail", "import-to-gmail": "gmail",
    "bounce": "bounce", "reject": "bounce",
    "store": "store", "store-only": "store", "archive": "store", "save": "store",
    "drop": "drop", "discard": "drop", "silent-drop": "drop", "ignore": "drop",
    "forward": "forward", "forward-to-email": "forward", "redirect": "forward",
    "webhook": "webhook", "forward-to-webhook": "webhook", "http": "webhook",
}  # fmt: skip


def is_canary(row: OldRow) -> bool:
    """Whether the row belongs to the older system's own test mail."""
    return '"canary": true' in " ".join(row.text("metadata").lower().replace('":', '": ').split())


def read_rule(row: OldRow, accounts: Mapping[str, int]) -> RuleJson:
    """Read a row. `accounts`: ids of Gmail accounts by address in lower case. Raises InvalidInput, saying what to do."""
    if row.text("SK") != SORT_KEY:
        raise InvalidInput(
            f"The sort key is not {SORT_KEY}: this version of the row is not known. Enter the rule here."
        )
    is_on = row.values.get("enabled", True)
    if not isinstance(is_on, bool):
        raise InvalidInput("“enabled” is neither true nor false. Mend it in the table.")
    words = " ".join(row.text("description").split())
    return {
        "pattern": row.text("PK").removeprefix(PREFIX),
        "name": words[:NAME_CHARS],
        "notes": _notes(row, words),
        "is_on": is_on,
        "choices": [cast("ChoiceJson", {"conditions": [], "actions": _actions(row, accounts)})],
    }


def _notes(row: OldRow, words: str) -> str:
    lines = [words] if len(words) > NAME_CHARS else []
    metadata = row.text("metadata")
    return "\n".join([*lines, *([f"Metadata in the older system: {metadata}"] if metadata not in {"", "{}"} else [])])


def _actions(row: OldRow, accounts: Mapping[str, int]) -> list[ActionJson]:
    raw = row.values.get("actions")
    if raw is None and row.text("action"):
        raw = [{"type": row.values["action"], "target": row.values.get("target")}]
    if not isinstance(raw, list) or not raw:
        raise InvalidInput("There is no action in it. Enter the rule here.")
    read = [_action(one, accounts) for one in raw]
    return [action for number, action in enumerate(read) if action not in read[:number]]


def _action(raw: Value, accounts: Mapping[str, int]) -> ActionJson:
    if not isinstance(raw, dict):
        raise InvalidInput("One of its actions is no object. Enter the rule here.")
    word = as_text(raw.get("type")).strip().lower().replace("_", "-").replace(" ", "-")
    target = as_text(raw.get("target")).strip()
    kind = _WORDS.get(word)
    if kind is None:
        text = "Postroom has no action “{word}”{jmap}. Enter the rule here with another one."
        jmap = " (mail goes to JMAP mailboxes by forwarding to their addresses)" if "jmap" in word else ""
        raise InvalidInput(text.format(word=word[:40], jmap=jmap))
    if kind == "gmail":
        return _gmail(target, as_texts(raw.get("mailboxIds")), accounts)
    action: dict[str, str] = {"kind": kind}
    action |= {"forward": {"address": target}, "webhook": {"url": target}}.get(kind, {})
    if kind == "bounce":
        action |= {"code": "no_mailbox", "text": target}
    return cast("ActionJson", action)


def _gmail(target: str, labels: list[str], accounts: Mapping[str, int]) -> ActionJson:
    """The older system put all mail into one mailbox whatever the target; here the target decides."""
    address = target.lower()
    if not address and len(accounts) == 1:
        (address,) = accounts
    if address not in accounts:
        named = f"the Gmail account {target[:100]}" if target else "a Gmail account, and the row does not say which"
        raise InvalidInput(f"It needs {named}. Connect the account in the portal, then run this again.")
    return {"kind": "gmail", "account_id": accounts[address], "labels": labels, "never_spam": False}
