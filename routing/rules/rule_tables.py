"""Rules as CSV: one row an action, cells guarded against formulas. Most rules are one row with three cells filled."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from django.utils.translation import gettext as _

from portal.errors import InvalidInput
from portal.formula_guard import guard, unguard
from routing.rules.rule_files import MAX_RULES, RuleFile, own_accounts, portable

if TYPE_CHECKING:
    from routing.rules.services import RuleJson

COLUMNS = (
    "pattern", "on", "name", "notes", "choice", "conditions", "action", "to", "labels", "never_spam", "code", "text",
)  # fmt: skip
ANYTHING_ELSE = "anything else"
BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as something else
MAX_CHOICE_NUMBER = 1_000
_TO = {"gmail": "account", "forward": "address", "webhook": "url"}
_YES, _NO = frozenset({"yes", "true", "1", "on", "ja"}), frozenset({"no", "false", "0", "off", "nein"})

Row = dict[str, str]


def write_csv(rules: Iterable[RuleJson], default: RuleJson, accounts: Mapping[int, str]) -> bytes:
    """All rules as a table; `anything else` is the last."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for rule in (*rules, cast("RuleJson", {**default, "pattern": ANYTHING_ELSE})):
        for row in _rows_of(rule, accounts):
            writer.writerow([guard(row.get(column, "")) for column in COLUMNS])
    return (BYTE_ORDER_MARK + out.getvalue()).encode()


def _rows_of(rule: RuleJson, accounts: Mapping[int, str]) -> Iterable[Row]:
    head = {"pattern": rule["pattern"], "on": "yes" if rule["is_on"] else "no"}
    head |= {"name": rule["name"], "notes": rule["notes"]}
    for number, choice in enumerate(portable(rule["choices"], accounts), 1):
        conditions = json.dumps(choice["conditions"], ensure_ascii=False) if choice["conditions"] else ""
        for action in choice["actions"]:
            yield {**head, "choice": str(number), "conditions": conditions, **_action_cells(action)}


def _action_cells(action: dict[str, Any]) -> Row:
    kind = action["kind"]
    cells = {"action": kind, "to": str(action.get(_TO.get(kind, ""), "")), "code": action.get("code", "")}
    cells |= {"text": action.get("text", ""), "labels": _labels_cell(action.get("labels", []))}
    return {**cells, "never_spam": "yes" if action.get("never_spam") else ""}


def _labels_cell(labels: list[str]) -> str:
    has_sign = any(";" in label or label.startswith("[") for label in labels)
    return json.dumps(labels, ensure_ascii=False) if has_sign else "; ".join(labels)


def _labels(cell: str, line: int) -> object:
    if cell.strip().startswith("["):
        return _json(cell, line, "labels")
    return [label.strip() for label in cell.split(";") if label.strip()]


def read_csv(text: str, account_ids: Mapping[str, int]) -> RuleFile:
    """Read a table of rules; missing columns count as empty, rows of one pattern belong together."""
    found = RuleFile()
    rows = _rows(text, found)
    for pattern, numbered in _by_pattern(rows).items():
        place = _("line %d") % numbered[0][0]
        try:
            rule = _rule_of(pattern, numbered, account_ids)
        except InvalidInput as error:
            found.refuse(place, str(error))
            continue
        found.take(place, rule, is_default=pattern.strip().lower() == ANYTHING_ELSE)
    return found


def _rows(text: str, found: RuleFile) -> list[tuple[int, Row]]:
    """Each row with its line number, by column name in lower case."""
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        lines = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        found.refuse(_("line %d") % reader.line_num, str(error))
        return []
    names = [name.strip().lower() for name in lines[0][1]] if lines else []
    if not {"pattern", "action"} <= set(names):
        found.refuse(_("line %d") % 1, _("The first line must name the columns, “pattern” and “action” among them."))
        return []
    if len(lines) > MAX_RULES:
        found.refuse(_("file"), _("A file may have at most %d rows.") % MAX_RULES)
        return []
    padding = [""] * len(names)
    rows = [
        (line, dict(zip(names, [unguard(cell) for cell in cells] + padding, strict=False))) for line, cells in lines
    ]
    return [(line, row) for line, row in rows[1:] if any(row.values())]


def _by_pattern(rows: list[tuple[int, Row]]) -> dict[str, list[tuple[int, Row]]]:
    groups: dict[str, list[tuple[int, Row]]] = {}
    for line, row in rows:
        groups.setdefault(row["pattern"].strip(), []).append((line, row))
    return groups


def _rule_of(pattern: str, numbered: list[tuple[int, Row]], account_ids: Mapping[str, int]) -> RuleJson:
    head = numbered[0][1]
    if any("\0" in cell for _line, row in numbered for cell in row.values()):
        raise InvalidInput(_("There is a NUL in it."))
    choices: dict[int, dict[str, Any]] = {}
    for line, row in numbered:
        choice = choices.setdefault(_number(row, line), {"conditions": _conditions(row, line), "actions": []})
        choice["actions"].append(_action(row, line))
    ordered = [choices[number] for number in sorted(choices)]
    return {
        "pattern": pattern,
        "name": head.get("name", "")[:120],
        "notes": head.get("notes", ""),
        "is_on": _yes(head.get("on", ""), line=numbered[0][0], unsaid=True),
        "choices": own_accounts(ordered, account_ids),
    }


def _number(row: Row, line: int) -> int:
    text = row.get("choice", "").strip() or "1"
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= MAX_CHOICE_NUMBER):
        raise InvalidInput(_("Line %d: “choice” must be a number from 1.") % line)
    return int(text)


def _conditions(row: Row, line: int) -> object:
    text = row.get("conditions", "").strip()
    return _json(text, line, "conditions") if text else []


def _json(text: str, line: int, column: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        words = {"line": line, "column": column}
        raise InvalidInput(_("Line %(line)d: “%(column)s” must be JSON, as in an export.") % words) from None


def _action(row: Row, line: int) -> dict[str, Any]:
    kind = row["action"].strip().lower()
    action: dict[str, Any] = {"kind": kind}
    if kind in _TO:
        action[_TO[kind]] = row.get("to", "").strip()
    if kind == "gmail":
        action["labels"] = _labels(row.get("labels", ""), line)
        action["never_spam"] = _yes(row.get("never_spam", ""), line=line, unsaid=False)
    if kind == "bounce":
        action |= {"code": row.get("code", "").strip() or "no_mailbox", "text": row.get("text", "")}
    return action


def _yes(text: str, *, line: int, unsaid: bool) -> bool:
    word = text.strip().lower()
    if word and word not in _YES | _NO:
        raise InvalidInput(_("Line %(line)d: “%(word)s” is neither yes nor no.") % {"line": line, "word": word[:20]})
    return word in _YES if word else unsaid
