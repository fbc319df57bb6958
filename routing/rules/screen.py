"""Rules as the list shows them: in the order in which they are asked, with hits and cautions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.functional import Promise

from portal.fields import prefix_range
from portal.mail.address import display_address, domain_in_ascii
from routing.recipients import PatternKind, read_recipient
from routing.rules.caution_words import ShownCaution, caution_words
from routing.rules.cautions import Looked, Surroundings, find_cautions
from routing.rules.figures import Hits, default_hits, hits_of
from routing.rules.models import RoutingRule
from routing.rules.surroundings import default_choices, look_at, read_surroundings
from routing.rules.words import GROUP_WORDS, describe_choices

if TYPE_CHECKING:
    from routing.rules.definition import Choice

PAGE_ROWS = 100  # cautions are looked for on the page alone
ORDER = (PatternKind.TAGGED, PatternKind.EXACT, PatternKind.DOMAIN, PatternKind.ANY)


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule of the list; `rule` is None for the last row."""

    rule: RoutingRule | None
    pattern: str
    does: list[str]
    hits: Hits
    messages_url: str
    cautions: list[ShownCaution]


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """The rules of one step of the precedence."""

    kind: str
    label: str | Promise
    lines: list[RuleLine]


@dataclass(frozen=True, slots=True)
class RuleList:
    """A page of rules, and the last row."""

    page: Page[RoutingRule]
    groups: list[RuleGroup]
    last: RuleLine


def list_rules(sought: str, page_number: str) -> RuleList:
    """The rules that `sought` finds (a part of a pattern's beginning, a domain, or a name), in the order of asking."""
    page = Paginator(found_rules(sought), PAGE_ROWS).get_page(page_number)
    rules = list(page.object_list)
    looked = [look_at(rule) for rule in rules]
    around = read_surroundings(looked)
    hits = hits_of([rule.pk for rule in rules])
    names = {pk: account.address for pk, account in around.accounts.items()}
    lines = [
        RuleLine(
            rule=rule,
            pattern=display_address(rule.key),
            does=describe_choices(look.choices, names),
            hits=hits.get(rule.pk, Hits()),
            messages_url=messages_url(f"rule={rule.pk}"),
            cautions=_cautions(look, around, rule.pk),
        )
        for rule, look in zip(rules, looked, strict=True)
    ]
    groups = [
        RuleGroup(kind, GROUP_WORDS[kind], [line for line in lines if line.rule and line.rule.kind == kind])
        for kind in ORDER
    ]
    return RuleList(page, [group for group in groups if group.lines], last_line(names))


def last_line(names: dict[int, str]) -> RuleLine:
    """The permanent last row."""
    choices = default_choices()
    looked = Looked("", "default", "", choices)
    cautions = _cautions(looked, read_surroundings([looked]), 0)
    does = describe_choices(choices, names)
    return RuleLine(None, "", does, default_hits(), messages_url("rule=none"), cautions)


def cautions_of(key: str, kind: str, choices: tuple[Choice, ...], rule_id: int) -> list[ShownCaution]:
    """What would be odd about a rule that is being edited."""
    looked = Looked(key, kind, read_recipient(key).domain, choices)
    return _cautions(looked, read_surroundings([looked]), rule_id)


def messages_url(query: str) -> str:
    """The log of mail, narrowed."""
    return f"{reverse('admin:routing_inboundmessage_changelist')}?{query}"


def _cautions(looked: Looked, around: Surroundings, rule_id: int) -> list[ShownCaution]:
    return [caution_words(caution, rule_id) for caution in find_cautions(looked, around)]


def found_rules(sought: str) -> QuerySet[RoutingRule]:
    """By the beginning of the pattern, its domain or a part of the name; all for nothing. In the order of asking."""
    place = Case(
        *(When(kind=kind, then=Value(number)) for number, kind in enumerate(ORDER)), output_field=IntegerField()
    )
    rules = RoutingRule.objects.annotate(place=place).order_by("place", "domain", "key")
    wanted = " ".join(sought.replace("\0", "").split()).lower()[:200]
    if not wanted:
        return rules
    domain = domain_in_ascii(wanted.removeprefix("*").removeprefix("@")) or wanted.removeprefix("@")
    low, high = prefix_range(read_recipient(wanted).key)
    return rules.filter(Q(key__gte=low, key__lt=high) | Q(domain=domain) | Q(name__icontains=wanted))
