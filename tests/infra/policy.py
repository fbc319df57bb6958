"""What a policy document of IAM allows: actions, resources and the conditions that our policies use.

Source: IAM User Guide, "Policy evaluation logic": an explicit Deny wins, then one Allow is enough.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

Context = Mapping[str, Sequence[str]]


def is_allowed(document: str, action: str, resource: str, context: Context) -> bool:
    """Whether a call passes; `context` holds the values of condition keys that the call carries."""
    statements = json.loads(document)["Statement"]
    effects = {each["Effect"] for each in statements if _fits(each, action, resource, context)}
    return "Allow" in effects and "Deny" not in effects


def _fits(statement: dict[str, Any], action: str, resource: str, context: Context) -> bool:
    return (
        any(fnmatchcase(action.lower(), wanted.lower()) for wanted in _words(statement["Action"]))
        and any(fnmatchcase(resource, wanted) for wanted in _words(statement["Resource"]))
        and all(
            _holds(operator, context.get(key, ()), _words(wanted))
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _holds(operator: str, found: Sequence[str], wanted: Sequence[str]) -> bool:
    """Raises KeyError for an operator that our policies did not use when this was written."""
    is_for_all = operator.startswith("ForAllValues:")
    fits = {
        "StringEquals": lambda value: value in wanted,
        "ArnEquals": lambda value: any(fnmatchcase(value, pattern) for pattern in wanted),
    }[operator.removeprefix("ForAllValues:")]
    if is_for_all:
        return all(fits(value) for value in found)
    return bool(found) and all(fits(value) for value in found)


def _words(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
