"""Every variable of the environment that the settings read is explained in `.env.example`, and no other."""

from __future__ import annotations

import ast
import re
from functools import cache

from portal.env import Environment
from tests.contracts.source import ROOT, syntax_of

READERS = {name for name in vars(Environment) if not name.startswith("_")}


def _is_reader_call(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in READERS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
    )


@cache
def calls_in_settings() -> dict[str, ast.Call]:
    """Calls like `env.text("NAME", default)` by their variable's name."""
    calls = [node for node in ast.walk(syntax_of(ROOT / "portal" / "settings.py")) if _is_reader_call(node)]
    return {ast.literal_eval(call.args[0]): call for call in calls if isinstance(call, ast.Call)}


def variables_explained() -> list[tuple[str, str]]:
    """Names and the defaults written behind them."""
    return re.findall(r"^#?([A-Z][A-Z0-9_]*)=(.*)$", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)


def plain_default(call: ast.Call) -> str | None:
    """The default as the example writes it, or None where the settings work it out."""
    given = [*call.args[1:], *[keyword.value for keyword in call.keywords if keyword.arg == "default"]]
    if not given or not isinstance(given[0], ast.Constant):
        return None
    value = given[0].value
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def test_each_variable_that_is_read_is_explained():
    assert set(calls_in_settings()) - {name for name, _default in variables_explained()} == set()


def test_each_variable_that_is_explained_is_read():
    assert {name for name, _default in variables_explained()} - set(calls_in_settings()) == set()


def test_no_variable_is_explained_twice():
    names = [name for name, _default in variables_explained()]
    assert len(names) == len(set(names))


def test_the_defaults_are_those_of_the_settings():
    told = dict(variables_explained())
    known = {name: plain_default(call) for name, call in calls_in_settings().items()}
    wrong = {name: (told[name], real) for name, real in known.items() if real is not None and _differ(told[name], real)}
    assert wrong == {}


def _differ(told: str, real: str) -> bool:
    try:
        return float(told) != float(real)
    except ValueError:
        return told != real


def test_the_example_changes_nothing_when_it_is_copied_as_it_is():
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []
