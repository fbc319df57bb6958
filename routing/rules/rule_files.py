"""Rules as files: JSON that holds everything, and CSV for spreadsheets with one row an action. Knows no database.

    {"format": "postroom-routing-rules", "version": 1,
     "rules": [{"pattern": "a@example.com", "name": "", "notes": "", "is_on": true, "choices": [...]}],
     "anything_else": [...]}

Choices are those of `routing.rules.definition`, but for Gmail accounts, which go by their address (`account`): ids mean
nothing to another installation.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from django.utils.translation import gettext as _

from portal.errors import InvalidInput
from routing.rules.patterns import read_pattern
from routing.rules.reading import choices_json, read_choices
from routing.rules.services import DEFAULT_KEY, RuleJson, default_rule

if TYPE_CHECKING:
    from routing.rules.definition import ChoiceJson

FORMAT, VERSION = "postroom-routing-rules", 1
MAX_BYTES = 5_000_000
MAX_RULES = 20_000
MAX_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class FileProblem:
    """Why a file cannot be used: where, and what to do."""

    place: str
    text: str


@dataclass(slots=True)
class RuleFile:
    """What a file asks for. `rules` by key, the default route under ""; usable only without problems."""

    rules: dict[str, RuleJson] = field(default_factory=dict)
    problems: list[FileProblem] = field(default_factory=list)
    places: dict[str, tuple[str, str]] = field(default_factory=dict)  # key -> where it stands, how it is written

    def take(self, place: str, raw: RuleJson, *, is_default: bool = False) -> None:
        """Add one rule, or say why not."""
        try:
            key = DEFAULT_KEY if is_default else read_pattern(raw["pattern"]).key
            choices = choices_json(read_choices(raw["choices"]))
        except InvalidInput as error:
            self.refuse(place, str(error))
            return
        if key in self.places:
            words = {"here": raw["pattern"], "there": self.places[key][1], "place": self.places[key][0]}
            text = _("“%(here)s” is the same as “%(there)s” (%(place)s): one rule for each.")
            self.refuse(place, text % words)
            return
        self.places[key] = (place, raw["pattern"])
        self.rules[key] = _blank("", choices) if is_default else {**raw, "choices": choices}

    def refuse(self, place: str, text: str) -> None:
        """Note why something cannot be used."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(FileProblem(place, text))


def write_json(rules: Iterable[RuleJson], default: RuleJson, accounts: Mapping[int, str]) -> bytes:
    """All rules as a file."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "rules": [{**rule, "choices": portable(rule["choices"], accounts)} for rule in rules],
        "anything_else": portable(default["choices"], accounts),
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def read_json(text: str, account_ids: Mapping[str, int]) -> RuleFile:
    """Read what `write_json` wrote, perhaps changed by hand. `account_ids` by address in lower case."""
    found = RuleFile()
    document = _document(text, found)
    if document is None:
        return found
    raw_rules = document.get("rules", [])
    if not isinstance(raw_rules, list) or len(raw_rules) > MAX_RULES:
        found.refuse("rules", _("There must be a list of at most %d rules.") % MAX_RULES)
        return found
    for number, raw in enumerate(raw_rules, 1):
        place = _("rule %d") % number
        if rule := _rule_of(raw, place, found):
            _take(found, place, rule, account_ids)
    if document.get("anything_else") is not None:
        last = _blank("", document["anything_else"])
        _take(found, _("anything else"), last, account_ids, is_default=True)
    return found


def _document(text: str, found: RuleFile) -> dict[str, Any] | None:
    try:
        document = json.loads(text)
        json.dumps(document, ensure_ascii=False).encode()  # half a surrogate pair is no text that a database takes
    except (ValueError, RecursionError) as error:
        found.refuse(_("file"), _("This is no JSON: %s") % str(error)[:200])
        return None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        found.refuse(_("file"), _("This is not a file of routing rules: its “format” must be %s.") % FORMAT)
        return None
    if document.get("version") != VERSION:
        words = {"theirs": str(document.get("version"))[:20], "ours": VERSION}
        found.refuse(_("file"), _("The file has version %(theirs)s; this Postroom reads version %(ours)d.") % words)
        return None
    return document


def _rule_of(raw: object, place: str, found: RuleFile) -> RuleJson | None:
    if not isinstance(raw, dict) or not isinstance(raw.get("pattern"), str):
        found.refuse(place, _("There is no pattern."))
        return None
    rule = _blank(raw["pattern"], raw.get("choices"))
    name, notes, is_on = raw.get("name", ""), raw.get("notes", ""), raw.get("is_on", True)
    if not isinstance(name, str) or not isinstance(notes, str) or not isinstance(is_on, bool):
        found.refuse(place, _("“name” and “notes” are texts, “is_on” is true or false."))
        return None
    if "\0" in name + notes + rule["pattern"]:
        found.refuse(place, _("There is a NUL in it."))
        return None
    return {**rule, "name": name[:120], "notes": notes, "is_on": is_on}


def _blank(pattern: str, choices: object) -> RuleJson:
    return {**default_rule(cast("list[ChoiceJson]", choices)), "pattern": pattern}


def _take(
    found: RuleFile, place: str, rule: RuleJson, account_ids: Mapping[str, int], *, is_default: bool = False
) -> None:
    try:
        own = own_accounts(rule["choices"], account_ids)
    except InvalidInput as error:
        found.refuse(place, str(error))
        return
    found.take(place, {**rule, "choices": own}, is_default=is_default)


def portable(choices: list[ChoiceJson], accounts: Mapping[int, str]) -> list[dict[str, Any]]:
    """The choices with Gmail accounts by address; an account that is gone keeps its id."""

    def by_address(action: dict[str, Any]) -> dict[str, Any]:
        address = accounts.get(action.get("account_id", 0))
        rest = {name: value for name, value in action.items() if name != "account_id"}
        return {**rest, "account": address} if address else action

    return _each_action(choices, by_address)


def own_accounts(choices: object, account_ids: Mapping[str, int]) -> list[ChoiceJson]:
    """The choices with the ids of our accounts. Raises InvalidInput for an account that is not connected here."""

    def by_id(action: dict[str, Any]) -> dict[str, Any]:
        if action.get("kind") != "gmail" or "account" not in action:
            return action
        account_id = account_ids.get(str(action["account"]).strip().lower())
        if account_id is None:
            text = _("There is no Gmail account %s here: connect it first.")
            raise InvalidInput(text % str(action["account"])[:100])
        rest = {name: value for name, value in action.items() if name != "account"}
        return {**rest, "account_id": account_id}

    return cast("list[ChoiceJson]", _each_action(choices, by_id))


def _each_action(choices: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> list[dict[str, Any]]:
    """Choices with each action changed; whatever has not their shape stays for `read_choices` to refuse."""
    if not isinstance(choices, list):
        return cast("list[dict[str, Any]]", choices)
    return [_with_actions(choice, change) for choice in choices]


def _with_actions(choice: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    if not isinstance(choice, dict) or not isinstance(choice.get("actions"), list):
        return choice
    actions = [change(action) if isinstance(action, dict) else action for action in choice["actions"]]
    return {**choice, "actions": actions}
