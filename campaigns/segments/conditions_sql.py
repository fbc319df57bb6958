"""Each condition as an expression of the database: on contacts' columns, their attributes and their groups.

Every expression is true or false for everybody, never unknown, so that "none of" is exactly the rest. Letters a to z
match in either case on both databases; others as `spellings` knows them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, Exists, F, FloatField, Func, OuterRef, Q, Subquery, TextField, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, In, LessThan, LessThanOrEqual, Regex
from django.utils import timezone

from campaigns.audience.consent import Consent
from campaigns.audience.field_values import DATE_PATTERN, NO, NUMBER_PATTERN, YES
from campaigns.audience.models import ContactTag, ListMembership
from campaigns.importing.models import ContactImport
from campaigns.segments.operators import Kind, Op
from campaigns.segments.spellings import folded, spellings
from campaigns.suppression.models import Suppression

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.db.models.expressions import Combinable

    from campaigns.segments.definition import Condition

ATTRIBUTE_PREFIX = "attr:"
# Rows of a set that PostgreSQL surely keeps in its 4 MB of work_mem; a larger one it might read anew for each person.
SMALL_GROUP = 100_000
_KEY_COLUMNS = {"address": "address_key", "first_name": "first_name_key", "last_name": "last_name_key"}


@dataclass(frozen=True, slots=True)
class Moment:
    """When the question is asked; relative dates count from here.

    `of_everybody`: the answer is about everybody at once, after `planner.by_reading_all`; then small groups are asked
    for as whole sets, which lets PostgreSQL share the work between processes.
    """

    now: datetime  # aware
    of_everybody: bool = False

    @property
    def today(self) -> date:
        return timezone.localdate(self.now, timezone.get_default_timezone())

    def days_ago(self, days: int) -> datetime:
        """The moment so many days before."""
        return self.now - timedelta(days=days)

    def day_ago(self, days: int) -> str:
        """The day so many days before, as it is stored."""
        return (self.today - timedelta(days=days)).isoformat()

    @staticmethod
    def start_of(day: str, *, later_by: int = 0) -> datetime:
        """Midnight at the beginning of a day, in the portal's time zone."""
        at = date.fromisoformat(day) + timedelta(days=later_by)
        return datetime.combine(at, time.min, timezone.get_default_timezone())


class _Folded(Func):
    """Letters A to Z made small, all others as they are, on both databases alike."""

    function = "LOWER"
    template = "%(function)s(%(expressions)s)"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template='LOWER((%(expressions)s) COLLATE "C")', **extra)


class _Bytewise(Func):
    """Text that PostgreSQL compares byte by byte, as SQLite does."""

    template = "(%(expressions)s)"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template='(%(expressions)s) COLLATE "C"', **extra)


def attribute_text(name: str) -> Combinable:
    """A contact's attribute as text; "" where there is none."""
    return Coalesce(KeyTextTransform(name, F("attributes")), Value(""), output_field=TextField())


def text_condition(condition: Condition, _moment: Moment) -> Q:
    """A text column or attribute."""
    text, wanted = _text_and_spellings(condition)
    if condition.op is Op.EMPTY:
        return Q(In(text, [""]))
    if condition.op is Op.FILLED:
        return ~Q(In(text, [""]))
    if condition.op in {Op.IS, Op.IS_NOT}:
        found = Q(In(text, sorted(wanted)))
        return ~found if condition.op is Op.IS_NOT else found
    lookup = text.get_lookup("startswith" if condition.op is Op.BEGINS else "contains")
    found = Q()
    for spelling in sorted(wanted):
        found |= Q(lookup(text, spelling))
    return ~found if condition.op is Op.CONTAINS_NOT else found


def _text_and_spellings(condition: Condition) -> tuple[Any, set[str]]:
    value = condition.values[0] if condition.values else ""
    if condition.field in _KEY_COLUMNS:
        column = _KEY_COLUMNS[condition.field]
        key = value.lower() if column == "address_key" else value.casefold()
        return Cast(F(column), TextField()), {key}
    if condition.field == "time_zone":
        return _Folded(F("time_zone")), {folded(value)}
    return _Folded(attribute_text(condition.field.removeprefix(ATTRIBUTE_PREFIX))), spellings(value)


def number_condition(condition: Condition, _moment: Moment) -> Q:
    """An attribute that is a number; what cannot be read as one has no value."""
    text = attribute_text(condition.field.removeprefix(ATTRIBUTE_PREFIX))
    is_number = Regex(text, NUMBER_PATTERN)
    if condition.op is Op.FILLED:
        return Q(is_number)
    if condition.op is Op.EMPTY:
        return ~Q(is_number)
    number = Cast(text, FloatField())
    bounds = [Value(float(value), output_field=FloatField()) for value in condition.values]
    return _where(is_number, _compared(number, condition.op, bounds))


def date_condition(condition: Condition, moment: Moment) -> Q:
    """An attribute that is a date; what cannot be read as one has no value."""
    text = attribute_text(condition.field.removeprefix(ATTRIBUTE_PREFIX))
    is_date = Regex(text, DATE_PATTERN)
    if condition.op is Op.FILLED:
        return Q(is_date)
    if condition.op is Op.EMPTY:
        return ~Q(is_date)
    bounds = [condition.date, condition.until]
    if condition.op is Op.WITHIN:
        bounds = [moment.day_ago(condition.days), moment.today.isoformat()]
    return _where(is_date, _compared(_Bytewise(text), condition.op, [Value(bound) for bound in bounds]))


def _compared(value: Any, op: Op, bounds: list[Value]) -> Q:
    if op in {Op.LESS, Op.BEFORE}:
        return Q(LessThan(value, bounds[0]))
    if op in {Op.GREATER, Op.AFTER}:
        return Q(GreaterThan(value, bounds[0]))
    last = bounds[1] if op in {Op.BETWEEN, Op.WITHIN} else bounds[0]
    return Q(GreaterThanOrEqual(value, bounds[0])) & Q(LessThanOrEqual(value, last))


def _where(guard: Any, comparison: Q) -> Q:
    """The comparison where the guard holds, else false; CASE keeps a cast away from text that it would fail on."""
    return Q(
        Case(When(Q(guard), then=Case(When(comparison, then=Value(True)), default=Value(False))), default=Value(False))
    )


def choice_condition(condition: Condition, _moment: Moment) -> Q:
    """An attribute with one of a few values; yes and no, too."""
    text = attribute_text(condition.field.removeprefix(ATTRIBUTE_PREFIX))
    if condition.op in {Op.YES, Op.NO}:
        return Q(In(text, [YES if condition.op is Op.YES else NO]))
    if condition.op in {Op.EMPTY, Op.FILLED}:
        return Q(In(text, [""])) if condition.op is Op.EMPTY else ~Q(In(text, [""]))
    found = Q(In(text, list(condition.values)))
    return ~found if condition.op is Op.NONE_OF else found


def tag_condition(condition: Condition, moment: Moment) -> Q:
    """Carries any, or none, of the tags."""
    tagged = ContactTag.objects.order_by().filter(tag__in=_ids(condition))
    return _in_group(tagged, moment, is_in=condition.op is not Op.NONE_OF)


def list_condition(condition: Condition, moment: Moment) -> Q:
    """Is on any, or none, of the lists, or has been since when."""
    member = ListMembership.objects.order_by().filter(contact_list__in=_ids(condition))
    if condition.op is Op.JOINED_BEFORE:
        member = member.filter(joined_at__lt=moment.start_of(condition.date))
    elif condition.op is Op.JOINED_AFTER:
        member = member.filter(joined_at__gte=moment.start_of(condition.date, later_by=1))
    elif condition.op is Op.JOINED_WITHIN:
        member = member.filter(joined_at__gte=moment.days_ago(condition.days))
    return _in_group(member, moment, is_in=condition.op is not Op.NONE_OF)


def _in_group(rows: QuerySet[Any], moment: Moment, *, is_in: bool) -> Q:
    if is_in and moment.of_everybody and rows[: SMALL_GROUP + 1].count() <= SMALL_GROUP:
        return Q(pk__in=rows.values("contact"))
    found = Q(Exists(rows.filter(contact=OuterRef("pk"))))
    return found if is_in else ~found


def added_condition(condition: Condition, moment: Moment) -> Q:
    """When the contact came here."""
    if condition.op is Op.BEFORE:
        return Q(created_at__lt=moment.start_of(condition.date))
    if condition.op is Op.AFTER:
        return Q(created_at__gte=moment.start_of(condition.date, later_by=1))
    return Q(created_at__gte=moment.days_ago(condition.days))


def import_condition(condition: Condition, _moment: Moment) -> Q:
    """Was brought in by any, or none, of the imports."""
    brought = Q(created_import_id__isnull=False, created_import_id__in=_ids(condition))
    return ~brought if condition.op is Op.NONE_OF else brought


def mail_condition(condition: Condition, _moment: Moment) -> Q:
    """Whether they get mail at all (yes), or are on the suppression list (no)."""
    suppressed = Q(address_key__in=Suppression.objects.order_by().values("address_key"))
    return ~suppressed if condition.op is Op.YES else suppressed


def unsubscribed_condition(condition: Condition, moment: Moment) -> Q:
    """Whether they unsubscribed, ever or in the last days."""
    gone = Suppression.objects.order_by().filter(reason=Suppression.Reason.UNSUBSCRIBE)
    if condition.days:
        gone = gone.filter(created_at__gte=moment.days_ago(condition.days))
    found = Q(address_key__in=gone.values("address_key"))
    return ~found if condition.op is Op.NO else found


def consent_condition(condition: Condition, _moment: Moment) -> Q:
    """Whether they agreed: their newest consent says so, or, where they have none, that of the import that made them."""
    own = Consent.objects.filter(contact=OuterRef("pk")).order_by("-at", "-id").values("kind")[:1]
    consented = ContactImport.objects.filter(consent=True).values("pk")
    given, other = Value(Consent.Kind.GIVEN.value), Value(Consent.Kind.WITHDRAWN.value)
    of_import = Case(When(created_import_id__in=consented, then=given), default=other, output_field=CharField())
    agreed = Q(In(Coalesce(Subquery(own), of_import), [Consent.Kind.GIVEN.value]))
    return ~agreed if condition.op is Op.NO else agreed


def _ids(condition: Condition) -> list[int]:
    return [int(value) for value in condition.values]


ConditionSql = Callable[["Condition", Moment], Q]
CONDITION_SQL: dict[Kind, ConditionSql] = {
    Kind.TEXT: text_condition,
    Kind.NUMBER: number_condition,
    Kind.DATE: date_condition,
    Kind.YES_NO: choice_condition,
    Kind.CHOICE: choice_condition,
    Kind.TAG: tag_condition,
    Kind.LIST: list_condition,
    Kind.ADDED: added_condition,
    Kind.IMPORT: import_condition,
    Kind.MAIL: mail_condition,
    Kind.CONSENT: consent_condition,
    Kind.UNSUBSCRIBED: unsubscribed_condition,
}
