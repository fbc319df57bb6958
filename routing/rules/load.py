"""The rules that may take some recipients, by one statement; nothing is kept between calls.

Written without the ORM: building its query costs twenty times what the database needs (docs/inbound.md). The index on
`key` answers at most four keys a recipient, whatever the number of rules. A database error is raised as it is: to take
it for "no rule" would send mail astray.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from portal.errors import InvalidInput
from routing.recipients import candidate_keys, read_recipient
from routing.rules.decide import Rule
from routing.rules.definition import HELD, Choice
from routing.rules.reading import read_choices

logger = logging.getLogger(__name__)

KEYS_PER_QUERY = 400
# The default route comes along under the key "", which no rule has.
_SQL = """
SELECT id, key, is_on, choices FROM routing_routingrule WHERE key IN ({marks})
UNION ALL
SELECT 0, '', TRUE, choices FROM routing_defaultroute WHERE id = 1
"""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """What `decide` needs for the recipients it was loaded for."""

    rules: dict[str, Rule]
    default: tuple[Choice, ...] = HELD


def load_rules(recipients: Iterable[str]) -> RuleSet:
    """Load the rules that may take these envelope recipients."""
    keys = {candidate.key for recipient in recipients for candidate in candidate_keys(read_recipient(recipient))}
    wanted = sorted(keys) or [""]
    rules: dict[str, Rule] = {}
    default: tuple[Choice, ...] = HELD
    for start in range(0, len(wanted), KEYS_PER_QUERY):
        for rule_id, key, is_on, choices in _rows(wanted[start : start + KEYS_PER_QUERY]):
            if rule_id:
                rules[key] = Rule(rule_id, key, bool(is_on), stored_choices(choices, rule_id))
            else:
                default = stored_choices(choices, 0)
    return RuleSet(rules, default)


def _rows(keys: Sequence[str]) -> list[tuple[Any, ...]]:
    marks = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(_SQL.format(marks=marks), [key.replace("\0", "") for key in keys])
        return list(cursor.fetchall())


def stored_choices(raw: object, rule_id: int) -> tuple[Choice, ...]:
    """Choices as a row holds them. A rule that cannot be read holds its mail: passing it over would send it astray."""
    try:
        return read_choices(json.loads(raw) if isinstance(raw, str) else raw)
    except (InvalidInput, ValueError) as error:
        logger.error("routing.rule_unreadable", extra={"rule_id": rule_id, "error": str(error)})  # noqa: TRY400
        return HELD
