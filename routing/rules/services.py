"""Changing the rules: every change goes through `apply_changes`, which appends a RuleSetVersion.

Changes take turns by a lock on the default route's row, so the versions' order is that of their commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.activity import SYSTEM, record_activity
from portal.errors import Conflict, InvalidInput
from routing.recipients import read_recipient
from routing.rules.definition import ChoiceJson
from routing.rules.destinations import require_no_loop
from routing.rules.models import DefaultRoute, RoutingRule, RuleDestination, RuleSetVersion
from routing.rules.patterns import read_pattern
from routing.rules.reading import choices_json, read_choices

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from routing.rules.definition import Choice

DEFAULT_KEY = ""  # of the default route among changes
DEFAULT_ID = 1
MAX_SHOWN_KEYS = 20
_KEYS_AT_ONCE = 500


class RuleJson(TypedDict):
    """A rule as files, versions and drafts hold it. The default route has the pattern "" and only its choices count."""

    pattern: str
    name: str
    notes: str
    is_on: bool
    choices: list[ChoiceJson]


class ChangeJson(TypedDict):
    """One change of a RuleSetVersion."""

    key: str
    before: RuleJson | None
    after: RuleJson | None


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What the rule for one pattern shall be; `after` None deletes it."""

    key: str
    after: RuleJson | None


def rule_json(rule: RoutingRule) -> RuleJson:
    """The rule as files and versions hold it."""
    return {
        "pattern": rule.pattern,
        "name": rule.name,
        "notes": rule.notes,
        "is_on": rule.is_on,
        "choices": cast("list[ChoiceJson]", rule.choices),
    }


def default_rule(choices: list[ChoiceJson]) -> RuleJson:
    """A default route in the same shape."""
    return {"pattern": "", "name": "", "notes": "", "is_on": True, "choices": choices}


def default_json(route: DefaultRoute) -> RuleJson:
    """The stored default route in the same shape."""
    return default_rule(cast("list[ChoiceJson]", route.choices))


def default_route() -> DefaultRoute:
    """The last row; made at first use, holding everything."""
    return DefaultRoute.objects.get_or_create(pk=DEFAULT_ID)[0]


def read_default_route() -> DefaultRoute:
    """The last row for looking only: unsaved where it was not made yet."""
    return DefaultRoute.objects.filter(pk=DEFAULT_ID).first() or DefaultRoute()


def save_rule(wanted: RuleJson, *, actor: User | None, rule_id: int | None = None, reason: str = "") -> RoutingRule:
    """Make a rule, or change the one with `rule_id` (its pattern too). Raises InvalidInput, Conflict."""
    key = read_pattern(wanted["pattern"]).key
    with transaction.atomic():
        lock_rules()
        before = RoutingRule.objects.filter(pk=rule_id).first() if rule_id is not None else None
        if rule_id and before is None:
            raise Conflict(_("This rule was deleted meanwhile."))
        taken = RoutingRule.objects.filter(key=key).exclude(pk=rule_id or 0).first()
        if taken is not None:
            raise Conflict(_("There is a rule for %(pattern)s already.") % {"pattern": taken.pattern})
        if before is not None and before.key != key:
            return _renamed(before, wanted, actor=actor, reason=reason)
        apply_changes([RuleChange(key, wanted)], actor=actor, reason=reason)
        return RoutingRule.objects.get(key=key)


def _renamed(rule: RoutingRule, wanted: RuleJson, *, actor: User | None, reason: str) -> RoutingRule:
    """The row stays the same, so that its hits and deliveries do."""
    gone: ChangeJson = {"key": rule.key, "before": rule_json(rule), "after": None}
    made = _write(rule, wanted)
    _append([gone, {"key": made.key, "before": None, "after": rule_json(made)}], actor=actor, reason=reason)
    return made


def delete_rule(rule_id: int, *, actor: User | None, reason: str = "") -> None:
    """Delete a rule; one that is gone already is fine."""
    with transaction.atomic():
        lock_rules()
        rule = RoutingRule.objects.filter(pk=rule_id).first()
        if rule is not None:
            apply_changes([RuleChange(rule.key, None)], actor=actor, reason=reason)


def switch_rule(rule_id: int, *, is_on: bool, actor: User | None) -> RoutingRule:
    """Turn a rule on or off. Raises Conflict when it is gone."""
    with transaction.atomic():
        lock_rules()
        rule = RoutingRule.objects.filter(pk=rule_id).first()
        if rule is None:
            raise Conflict(_("This rule was deleted meanwhile."))
        apply_changes([RuleChange(rule.key, {**rule_json(rule), "is_on": is_on})], actor=actor)
        rule.refresh_from_db()
        return rule


def save_default_route(choices: list[ChoiceJson], *, actor: User | None, reason: str = "") -> DefaultRoute:
    """Say what happens to mail that no rule takes. Raises InvalidInput."""
    apply_changes([RuleChange(DEFAULT_KEY, default_rule(choices))], actor=actor, reason=reason)
    return default_route()


def apply_changes(changes: Sequence[RuleChange], *, actor: User | None, reason: str = "") -> RuleSetVersion | None:
    """Apply all changes or none, as one version; None when they change nothing. Raises InvalidInput.

    Each change is by key: what is there under the key is changed, made or deleted.
    """
    with transaction.atomic():
        lock_rules()
        there = rules_by_key([change.key for change in changes])
        done = [_applied(change, there.get(change.key)) for change in changes]
        return _append([change for change in done if change["before"] != change["after"]], actor=actor, reason=reason)


def lock_rules() -> None:
    """Wait for one's turn to change the rules; it lasts as long as the transaction."""
    default_route()
    DefaultRoute.objects.select_for_update().get(pk=DEFAULT_ID)


def rules_by_key(keys: Sequence[str]) -> dict[str, RoutingRule]:
    """Those of the rules that there are."""
    parts = [keys[start : start + _KEYS_AT_ONCE] for start in range(0, len(keys), _KEYS_AT_ONCE)]
    return {rule.key: rule for part in parts for rule in RoutingRule.objects.filter(key__in=part)}


def _applied(change: RuleChange, rule: RoutingRule | None) -> ChangeJson:
    if change.key == DEFAULT_KEY:
        return _default_applied(change)
    before = rule_json(rule) if rule else None
    if change.after is None:
        if rule is not None:
            rule.delete()
        return {"key": change.key, "before": before, "after": None}
    return {"key": change.key, "before": before, "after": rule_json(_write(rule or RoutingRule(), change.after))}


def _default_applied(change: RuleChange) -> ChangeJson:
    route = default_route()
    before = default_json(route)
    if change.after is None:
        raise InvalidInput(_("The last row cannot be deleted."))
    choices = _usable(change.after)
    route.choices = choices_json(choices)
    route.save()
    _point(None, choices)
    return {"key": DEFAULT_KEY, "before": before, "after": default_json(route)}


def _usable(wanted: RuleJson) -> tuple[Choice, ...]:
    choices = read_choices(wanted["choices"])
    require_no_loop(choices)
    return choices


def _write(rule: RoutingRule, wanted: RuleJson) -> RoutingRule:
    pattern = read_pattern(wanted["pattern"])
    choices = _usable(wanted)
    rule.kind, rule.key = pattern.kind.value, pattern.key
    rule.pattern = wanted["pattern"].strip()
    rule.domain = read_recipient(pattern.key).domain
    rule.name, rule.notes = wanted.get("name", "").strip()[:120], wanted.get("notes", "")
    rule.is_on = wanted.get("is_on", True)
    rule.choices = choices_json(choices)
    rule.save()
    _point(rule, choices)
    return rule


def _point(rule: RoutingRule | None, choices: Sequence[Choice]) -> None:
    RuleDestination.objects.filter(rule=rule).delete()
    found = {(action.kind.value, action.destination) for choice in choices for action in choice.actions}
    RuleDestination.objects.bulk_create(
        RuleDestination(rule=rule, action=kind, destination=destination) for kind, destination in sorted(found)
    )


def _append(changes: list[ChangeJson], *, actor: User | None, reason: str) -> RuleSetVersion | None:
    if not changes:
        return None
    name = actor.get_username() if actor else SYSTEM
    version = RuleSetVersion.objects.create(
        at=timezone.now(), actor=actor, actor_name=name, reason=reason[:200], changes=changes
    )
    keys = [change["key"] or "*" for change in changes[:MAX_SHOWN_KEYS]]
    record_activity("routing.rules_changed", actor=actor, target=version, keys=keys, count=len(changes))
    return version


def version_stamp() -> int:
    """The id of the newest version; 0 before the first."""
    return RuleSetVersion.objects.order_by("-id").values_list("id", flat=True).first() or 0


def changes_back_to(version_id: int) -> list[RuleChange]:
    """The changes that make the rules what they were just after this version."""
    wanted: dict[str, RuleJson | None] = {}
    for version in RuleSetVersion.objects.filter(pk__gt=version_id).order_by("-pk"):
        for change in reversed(cast("list[ChangeJson]", version.changes)):
            wanted[change["key"]] = change["before"]
    return [RuleChange(key, before) for key, before in wanted.items()]
