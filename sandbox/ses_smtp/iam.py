"""Pure: does IAM let somebody do a thing? As much of its evaluation as policies about sending mail need.

Written from IAM's reference alone and not from the portal's simulator, so that each can find the other's mistakes. What is
not understood forbids: an operator or a variable that is not known never fulfils an Allow, and always a Deny.
Source: IAM user guide, "Policy evaluation logic", "Condition operators", "Variables and tags".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

# `Any`: policies are JSON from outside; their shapes are checked where they are read.
Json = Any
Context = Mapping[str, list[str]]

VARIABLE = re.compile(r"\$\{([^}]*)\}")
LITERALS = frozenset("*?$")


class Unknown(Exception):
    """A part of a policy that is not understood here."""


def is_allowed(policies: Iterable[str], *, action: str, resource: str, context: Context) -> bool:
    """Tell whether one statement allows it and none denies it; `context` has its keys in lower case."""
    statements = [statement for policy in policies for statement in _listed(json.loads(policy).get("Statement"))]
    effects = {
        str(statement.get("Effect"))
        for statement in statements
        if _applies(statement, action=action, resource=resource, context=context)
    }
    return "Allow" in effects and "Deny" not in effects


def matches_like(pattern: str, text: str, context: Context | None = None) -> bool:
    """Compare as StringLike does: `*` is any characters, `?` one, `${*}` a star, all in the case as it stands."""
    reached = {0}
    wanted = _tokens(pattern, context or {})
    for token in wanted:
        reached = _step(token, text, reached)
    return len(text) in reached


def _step(token: str, text: str, reached: set[int]) -> set[int]:
    """Return the places of the text that one token leads to from those reached: "*" and "?" are wild, "=x" is x."""
    if not reached:
        return reached
    if token == "*":
        return set(range(min(reached), len(text) + 1))
    wanted = token[1:]
    return {at + 1 for at in reached if at < len(text) and (token == "?" or text[at] == wanted)}


def _tokens(pattern: str, context: Context) -> list[str]:
    tokens: list[str] = []
    end = 0
    for variable in VARIABLE.finditer(pattern):
        tokens += [char if char in "*?" else f"={char}" for char in pattern[end : variable.start()]]
        tokens += [f"={char}" for char in _value_of(variable[1], context)]
        end = variable.end()
    return tokens + [char if char in "*?" else f"={char}" for char in pattern[end:]]


def _value_of(variable: str, context: Context) -> str:
    if variable in LITERALS:
        return variable
    name, _, default = (part.strip() for part in variable.partition(","))
    values = context.get(name.lower(), [])
    if len(values) == 1:
        return values[0]
    if default.startswith("'") and default.endswith("'") and not values:
        return default[1:-1]
    raise Unknown(variable)


def _applies(statement: Json, *, action: str, resource: str, context: Context) -> bool:
    actions = [str(each).lower() for each in _listed(statement.get("Action"))]
    if not any(matches_like(each, action.lower()) for each in actions):
        return False
    try:
        if not any(matches_like(str(each), resource, context) for each in _listed(statement.get("Resource"))):
            return False
        conditions = statement.get("Condition") or {}
        return all(
            _holds(operator, key, values, context)
            for operator, keys in conditions.items()
            for key, values in keys.items()
        )
    except Unknown:
        return bool(statement.get("Effect") == "Deny")


def _holds(operator: str, key: str, wanted: Json, context: Context) -> bool:
    quantifier, _, plain = operator.rpartition(":")
    name = plain.removesuffix("IfExists")
    given = context.get(key.lower(), [])
    if name == "Null":
        return bool(given) != bool(str(_listed(wanted)[0]).lower() == "true")
    compare = OPERATORS.get(name)
    if compare is None or quantifier not in {"", "ForAnyValue", "ForAllValues"}:
        raise Unknown(operator)
    if not given:
        return plain.endswith("IfExists") or quantifier == "ForAllValues" or name in NEGATED
    verdicts = [compare([str(each) for each in _listed(wanted)], value, context) for value in given]
    return any(verdicts) if quantifier == "ForAnyValue" else all(verdicts)


def _like(wanted: list[str], value: str, context: Context) -> bool:
    return any(matches_like(each, value, context) for each in wanted)


def _equals(wanted: list[str], value: str, context: Context) -> bool:
    return any("".join(token[1:] or token for token in _tokens(each, context)) == value for each in wanted)


def _equals_any_case(wanted: list[str], value: str, context: Context) -> bool:
    return _equals([each.lower() for each in wanted], value.lower(), context)


NEGATED = frozenset({"StringNotLike", "StringNotEquals", "StringNotEqualsIgnoreCase"})
OPERATORS: dict[str, Callable[[list[str], str, Context], bool]] = {
    "StringLike": _like,
    "StringNotLike": lambda wanted, value, context: not _like(wanted, value, context),
    "StringEquals": _equals,
    "StringNotEquals": lambda wanted, value, context: not _equals(wanted, value, context),
    "StringEqualsIgnoreCase": _equals_any_case,
    "StringNotEqualsIgnoreCase": lambda wanted, value, context: not _equals_any_case(wanted, value, context),
}


def _listed(value: Json) -> list[Json]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
