"""Work inside the environment of tests.crash.inbound: makes the rule and prints its id."""

from __future__ import annotations

import json

import workers.app  # noqa: F401  # sets Django up
from routing.rules.services import save_rule

if __name__ == "__main__":
    wanted = {"pattern": "*@in.example", "name": "", "notes": "", "is_on": True}
    rule = save_rule({**wanted, "choices": [{"conditions": [], "actions": [{"kind": "store"}]}]}, actor=None)  # type: ignore[typeddict-item]
    print(json.dumps(rule.pk))
