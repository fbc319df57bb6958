"""Changes that are looked at before they are made: imports and earlier versions; all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.errors import Conflict, InvalidInput
from routing.rules import services
from routing.rules.draft_models import RuleDraft
from routing.rules.models import RoutingRule, RuleSetVersion
from routing.rules.rule_files import MAX_BYTES, RuleFile, read_json
from routing.rules.rule_tables import read_csv
from routing.rules.services import DEFAULT_KEY, ChangeJson, RuleChange, RuleJson
from routing.rules.surroundings import account_names

if TYPE_CHECKING:
    from django.contrib.auth.models import User

DRAFT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Difference:
    """What a draft would do to the rules as they are now."""

    added: list[ChangeJson]
    changed: list[ChangeJson]
    removed: list[ChangeJson]
    unchanged_count: int

    @property
    def changes_nothing(self) -> bool:
        """Whether the rules are already so."""
        return not (self.added or self.changed or self.removed)


def read_rule_file(raw: bytes, name: str) -> RuleFile:
    """Read an uploaded file, JSON or CSV. Raises InvalidInput when it cannot be read at all."""
    if len(raw) > MAX_BYTES:
        raise InvalidInput(_("The file is larger than %d MB.") % (MAX_BYTES // 1_000_000))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(_("The file is not in UTF-8: save it as “CSV UTF-8”.")) from error
    account_ids = {address.lower(): pk for pk, address in account_names().items()}
    is_json = name.lower().endswith(".json") or text.lstrip().startswith("{")
    return (read_json if is_json else read_csv)(text, account_ids)


@transaction.atomic
def draft_of_file(found: RuleFile, *, name: str, removes_others: bool, actor: User | None) -> RuleDraft:
    """Keep what a file asks for. `removes_others`: rules that are not in it go. Raises InvalidInput on problems."""
    if found.problems:
        raise InvalidInput(_("The file has problems: nothing can be imported until they are mended."))
    changes = [RuleChange(key, rule) for key, rule in found.rules.items()]
    if removes_others:
        keys = RoutingRule.objects.values_list("key", flat=True).order_by("key")
        changes += [RuleChange(key, None) for key in keys if key not in found.rules]
    return _keep(changes, source=RuleDraft.Source.IMPORT, name=name, actor=actor)


@transaction.atomic
def draft_of_version(version: RuleSetVersion, *, actor: User | None) -> RuleDraft:
    """Keep the changes that make the rules what they were just after this version."""
    changes = services.changes_back_to(version.pk)
    return _keep(changes, source=RuleDraft.Source.RESTORE, name=str(version.pk), actor=actor)


def _keep(changes: Sequence[RuleChange], *, source: RuleDraft.Source, name: str, actor: User | None) -> RuleDraft:
    RuleDraft.objects.filter(created_at__lt=timezone.now() - timedelta(days=DRAFT_DAYS)).delete()
    kept = [{"key": change.key, "after": change.after} for change in changes]
    return RuleDraft.objects.create(source=source, name=name[:200], changes=kept, created_by=actor)


def changes_of(draft: RuleDraft) -> list[RuleChange]:
    """What the draft asks for."""
    return [RuleChange(change["key"], cast("RuleJson | None", change["after"])) for change in draft.changes]


def difference(changes: Sequence[RuleChange]) -> Difference:
    """Compare with the rules as they are now."""
    now = _rules_now({change.key for change in changes})
    found = Difference([], [], [], sum(now.get(change.key) == change.after for change in changes))
    for change in changes:
        before = now.get(change.key)
        if before == change.after:
            continue
        line: ChangeJson = {"key": change.key, "before": before, "after": change.after}
        (found.added if before is None else found.removed if change.after is None else found.changed).append(line)
    return found


def _rules_now(keys: set[str]) -> dict[str, RuleJson]:
    rules = {key: services.rule_json(rule) for key, rule in services.rules_by_key(sorted(keys)).items()}
    if DEFAULT_KEY in keys:
        rules[DEFAULT_KEY] = services.default_json(services.read_default_route())
    return rules


@transaction.atomic
def apply_draft(draft_id: int, *, stamp: int, actor: User | None) -> RuleSetVersion | None:
    """Make all changes of a draft, which then goes.

    `stamp` is that of the rules which the person compared with. Raises Conflict when they changed since or the draft is
    gone, InvalidInput when a rule cannot be used; then nothing has changed.
    """
    services.lock_rules()
    draft = RuleDraft.objects.select_for_update().filter(pk=draft_id).first()
    if draft is None:
        raise Conflict(_("This was done or thrown away meanwhile."))
    if services.version_stamp() != stamp:
        raise Conflict(_("Somebody changed the rules meanwhile. Look at what would change now."))
    words = {"name": draft.name}
    is_import = draft.source == RuleDraft.Source.IMPORT
    reason = _("Import of %(name)s") % words if is_import else _("Back to version %(name)s") % words
    version = services.apply_changes(changes_of(draft), actor=actor, reason=reason)
    draft.delete()
    return version


def discard_draft(draft_id: int) -> None:
    """Throw it away; nothing changes."""
    RuleDraft.objects.filter(pk=draft_id).delete()
