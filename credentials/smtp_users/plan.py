"""What is to be done next for an SMTP user, from what is wished and what is confirmed; pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """One thing that the machine does between two looks; each may be done twice."""

    CREATE_USER = "create_user"
    PUT_POLICY = "put_policy"
    DROP_STRAY_KEYS = "drop_stray_keys"  # made by a call whose answer was lost, and the secret with it
    CREATE_KEY = "create_key"
    PROVE_KEY = "prove_key"
    PROMOTE_KEY = "promote_key"
    ACTIVATE_KEYS = "activate_keys"
    DEACTIVATE_KEYS = "deactivate_keys"
    RETIRE_KEY = "retire_key"
    DROP_NEW_KEY = "drop_new_key"
    TEAR_DOWN = "tear_down"
    FORGET = "forget"
    SETTLE = "settle"


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """One key as last confirmed."""

    is_active: bool = True
    is_proven: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """One SMTP user: wishes first, then what is confirmed."""

    is_enabled: bool = True
    is_leaving: bool = False
    is_grace_over: bool = False  # of the deletion
    is_rotation_asked: bool = False
    is_changeover_over: bool = False
    is_given_up: bool = False
    is_named: bool = False  # something of it may be on IAM
    is_made: bool = False
    has_policy: bool = False  # the wished one
    has_stray_keys: bool = False
    new_key: KeyFacts | None = None
    current_key: KeyFacts | None = None
    old_key: KeyFacts | None = None

    @property
    def keys(self) -> tuple[KeyFacts, ...]:
        """All that there are."""
        return tuple(key for key in (self.new_key, self.current_key, self.old_key) if key)

    @property
    def is_key_wished(self) -> bool:
        """Whether a new key is to be made, or is on its way."""
        return self.current_key is None or self.is_rotation_asked

    @property
    def is_undone(self) -> bool:
        """Its creation was given up: nothing may be left of it."""
        return self.is_given_up and self.current_key is None


def next_step(facts: Facts) -> Step:
    """The next step; SETTLE when all is as wished."""
    if facts.is_leaving and facts.is_grace_over:
        return Step.TEAR_DOWN if facts.is_named else Step.FORGET
    if facts.is_undone:
        return Step.TEAR_DOWN if facts.is_named else Step.SETTLE
    if facts.is_leaving or not facts.is_enabled:
        return _closing(facts)
    return _building(facts)


def _closing(facts: Facts) -> Step:
    """Keys first: nothing else is as urgent."""
    if any(key.is_active for key in facts.keys):
        return Step.DEACTIVATE_KEYS
    if facts.has_stray_keys:
        return Step.DROP_STRAY_KEYS
    if facts.is_leaving or not facts.is_made:
        return Step.SETTLE
    if not facts.has_policy:
        return Step.PUT_POLICY
    return Step.RETIRE_KEY if facts.old_key and facts.is_changeover_over else Step.SETTLE


def _building(facts: Facts) -> Step:
    if not facts.is_made:
        return Step.CREATE_USER
    if not facts.has_policy:
        return Step.PUT_POLICY
    if facts.has_stray_keys:
        return Step.DROP_STRAY_KEYS
    return _ending(facts) or _keying(facts)


def _ending(facts: Facts) -> Step | None:
    """What is to go goes first: it may be gone from IAM already, and cannot be activated then."""
    if facts.old_key and facts.is_changeover_over:
        return Step.RETIRE_KEY
    if facts.new_key and not facts.is_key_wished:
        return Step.DROP_NEW_KEY
    return Step.ACTIVATE_KEYS if any(not key.is_active for key in facts.keys) else None


def _keying(facts: Facts) -> Step:
    if facts.new_key is None:
        return Step.CREATE_KEY if facts.is_key_wished and facts.old_key is None else Step.SETTLE
    return Step.PROMOTE_KEY if facts.new_key.is_proven else Step.PROVE_KEY
