"""Who is in a segment: the database's answer against the meaning of the definition, for random people and definitions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from campaigns.audience.consent import Consent
from campaigns.audience.models import Contact, ContactList, ContactTag, ListMembership, Tag
from campaigns.importing.models import ContactImport
from campaigns.segments.definition import MAX_DEPTH, Condition, Group, as_stored, read_stored
from campaigns.segments.operators import NEEDS, Kind, Need, Op
from campaigns.segments.people import everybody_in, people_in
from campaigns.sending.models import Campaign, Delivery, DeliveryEvent
from campaigns.sending.states import CampaignKind, DeliveryState
from campaigns.suppression.models import Suppression
from tests.factories.audience import make_list, make_tag
from tests.factories.segments import NOW, Person, asks, holds, of
from tests.factories.sending import make_campaign, make_contact

pytestmark = pytest.mark.django_db

MOMENTS = [NOW - timedelta(hours=hours) for hours in (1, 23, 25, 24 * 7 - 1, 24 * 7 + 1, 24 * 40)]
DAYS = [1, 7, 30]
DATES = ["2026-11-22", "2026-11-21", "2026-11-15", "2026-01-31", "2025-12-31"]
TEXTS = ["Graz", "graz", "GRÄZ", "Gräz", "gräz", "New Graz", "%", "_", "a_b", "50 %", "", "ß", "İ", "'", '"', "\\", "ǅ"]
NUMBERS = ["0", "-1", "1", "1.5", "10", "9", "999999999999999", "-0.25", "12", "1e3", "abc", ""]
KEPT_DATES = [*DATES, "2026-11-2", "soon", ""]
CHOICES = ["S", "M", "L", "s", ""]
TYPED = {"town": TEXTS, "seats": NUMBERS, "born": KEPT_DATES, "vegan": ["yes", "no", "maybe", ""], "size": CHOICES}
ATTRIBUTE_OF = {Kind.TEXT: "town", Kind.NUMBER: "seats", Kind.DATE: "born", Kind.YES_NO: "vegan", Kind.CHOICE: "size"}
STATES = ["queued", "accepted", "delivered", "bounced", "complained", "skipped"]


def moments():
    return st.sampled_from(MOMENTS)


def mails():
    happened = st.sampled_from(["open", "click", "delivery", "machine open", "machine click"])
    events = st.lists(st.tuples(happened, moments()), max_size=2)
    return st.tuples(st.integers(0, 2), st.sampled_from(STATES), moments(), events)


def persons():
    return st.builds(
        Person,
        address=st.just(""),
        first_name=st.sampled_from(["", "Zoë", "ZOË", "Anna", "Straße"]),
        attributes=st.fixed_dictionaries({}, optional={name: st.sampled_from(found) for name, found in TYPED.items()}),
        added=moments(),
        import_id=st.sampled_from([None, 0, 1]),
        tags=st.sets(st.integers(0, 1)),
        lists=st.dictionaries(st.integers(0, 1), moments()),
        suppressed=st.sampled_from(["", "", "bounce", "unsubscribe"]),
        suppressed_at=moments(),
        consents=st.lists(st.sampled_from(["given", "withdrawn"]), max_size=2),
        mails=st.lists(mails(), max_size=2, unique_by=lambda mail: mail[0]),
    )


def values_for(needs):
    if Need.TEXT in needs:
        return st.sampled_from([[text] for text in TEXTS if text])
    if needs & {Need.NUMBER, Need.NUMBERS}:
        numbers = st.sampled_from([text for text in NUMBERS if text and text not in {"abc", "1e3"}])
        size = 2 if Need.NUMBERS in needs else 1
        return st.lists(numbers, min_size=size, max_size=size).map(lambda found: sorted(found, key=float))
    if needs & {Need.IDS, Need.MAYBE_IDS, Need.OPTIONS}:
        names = ["S", "M", "L"] if Need.OPTIONS in needs else ["0", "1"]
        return st.lists(st.sampled_from(names), min_size=int(Need.MAYBE_IDS not in needs), max_size=2, unique=True)
    return st.just([])


def times_for(needs):
    if Need.DATES in needs:
        pair = st.tuples(st.sampled_from(DATES), st.sampled_from(DATES)).map(sorted)
        return pair.map(lambda found: {"date": found[0], "until": found[1]})
    if Need.DATE in needs:
        return st.sampled_from([{"date": day} for day in DATES])
    if needs & {Need.DAYS, Need.MAYBE_DAYS}:
        return st.sampled_from([{"days": days} for days in DAYS] + [{}] * (Need.MAYBE_DAYS in needs))
    return st.just({})


@st.composite
def conditions(draw):
    kind, op = draw(st.sampled_from(sorted(NEEDS, key=str)))
    needs = NEEDS[kind, op]
    name = f"attr:{ATTRIBUTE_OF[kind]}" if kind in ATTRIBUTE_OF else kind.value
    if kind is Kind.TEXT:
        name = draw(st.sampled_from([name, "first_name", "address"]))
    return Condition(name, kind, op, tuple(draw(values_for(needs))), **draw(times_for(needs)))


def groups(depth: int = 2):
    rule = conditions() if depth == 0 else st.one_of(conditions(), conditions(), groups(depth - 1))
    return st.builds(Group, st.sampled_from(["all", "any", "none"]), st.lists(rule, min_size=1, max_size=3).map(tuple))


class World:
    """The rows that people and definitions of a test name by 0, 1, 2."""

    def __init__(self) -> None:
        self.tags = [Tag.objects.create(name=name).pk for name in ("choir", "board")]
        self.lists = [ContactList.objects.create(name=name).pk for name in ("Members", "Friends")]
        self.imports = [ContactImport.objects.create(file_name=f"{n}.csv", consent=bool(n)).pk for n in range(2)]
        self.campaigns = [
            make_campaign("A").pk,
            make_campaign("B").pk,
            make_campaign("T", campaign_kind=CampaignKind.TEST).pk,
        ]

    def write(self, person: Person, number: int) -> None:
        person.address = f"Person{number}@Club.example"
        import_id = None if person.import_id is None else self.imports[person.import_id]
        contact = make_contact(
            person.address, first_name=person.first_name, attributes=person.attributes, created_import_id=import_id
        )
        Contact.objects.filter(pk=contact.pk).update(created_at=person.added)
        for tag in person.tags:
            ContactTag.objects.create(contact=contact, tag_id=self.tags[tag])
        for number_of_list, joined_at in person.lists.items():
            member = ListMembership.objects.create(contact=contact, contact_list_id=self.lists[number_of_list])
            ListMembership.objects.filter(pk=member.pk).update(joined_at=joined_at)
        if person.suppressed:
            found = Suppression.objects.create(
                address=person.address, address_key=contact.address_key, reason=person.suppressed, source="operator"
            )
            Suppression.objects.filter(pk=found.pk).update(created_at=person.suppressed_at)
        for age, kind in enumerate(person.consents):
            Consent.objects.create(
                contact=contact, address_key=contact.address_key, kind=kind, source="by-hand",
                at=NOW + timedelta(minutes=age),
            )  # fmt: skip
        self._write_mails(person, contact)

    def _write_mails(self, person: Person, contact: Contact) -> None:
        for campaign, state, changed_at, events in person.mails:
            mail = Delivery.objects.create(
                campaign_id=self.campaigns[campaign], contact=contact, address=contact.address,
                address_key=contact.address_key, chunk_number=0, state=DeliveryState[state.upper()],
                changed_at=changed_at,
            )  # fmt: skip
            for place, (happened, at) in enumerate(events):
                DeliveryEvent.objects.create(
                    delivery_id=mail.pk, event_key=f"{mail.pk}-{place}", event_type=happened.split()[-1],
                    machine_sign="scanner" if happened.startswith("machine") else "", happened_at=at,
                )  # fmt: skip

    def with_ids(self, rule: Condition | Group) -> Condition | Group:
        """The rule, its numbers replaced by ids of rows."""
        if isinstance(rule, Group):
            return Group(rule.join, tuple(self.with_ids(part) for part in rule.rules))
        rows = {Kind.TAG: self.tags, Kind.LIST: self.lists, Kind.IMPORT: self.imports, Kind.CAMPAIGN: self.campaigns}
        if rule.kind not in rows:
            return rule
        ids = tuple(str(rows[rule.kind][int(value)]) for value in rule.values)
        return Condition(rule.field, rule.kind, rule.op, ids, rule.date, rule.until, rule.days)


def as_meant(person: Person) -> Person:
    """The person without mails of tests, which no condition counts unless it names one; no definition here does."""
    person.import_consented = person.import_id == 1
    person.mails = [mail for mail in person.mails if mail[0] != 2]
    return person


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(people=st.lists(persons(), min_size=1, max_size=5), questions=st.lists(groups(), min_size=3, max_size=6))
def test_the_database_finds_exactly_those_of_whom_the_definition_holds(people, questions):
    _forget_everything()
    world = World()
    for number, person in enumerate(people):
        world.write(person, number)
    for question in questions:
        asked = world.with_ids(question)
        assert isinstance(asked, Group)
        stored = read_stored(as_stored(asked))
        found = set(people_in(stored, now=NOW).values_list("address", flat=True))
        assert found == {person.address for person in map(as_meant, people) if holds(question, person)}, stored
        assert found == set(everybody_in(stored, now=NOW).values_list("address", flat=True))


def _forget_everything() -> None:
    for model in (DeliveryEvent, Delivery, Campaign, Consent, Suppression, Contact, ContactImport, Tag, ContactList):
        model.objects.all()._raw_delete("default") if model is Consent else model.objects.all().delete()


def test_none_of_is_exactly_the_rest():
    for number in range(3):
        make_contact(f"p{number}@club.example", attributes={"seats": str(number)} if number else {})
    question = asks("attr:seats", Kind.NUMBER, Op.GREATER, "1")
    inside = people_in(of("all", question), now=NOW).count()
    assert (inside, people_in(of("none", question), now=NOW).count()) == (1, 2)


def test_a_value_that_is_no_number_breaks_no_count():
    make_contact(attributes={"seats": "many"})
    assert not people_in(of("all", asks("attr:seats", Kind.NUMBER, Op.LESS, "5")), now=NOW).exists()


def test_wildcards_are_letters_like_others():
    make_contact(attributes={"town": "axb"})
    assert not people_in(of("all", asks("attr:town", Kind.TEXT, Op.CONTAINS, "a_b")), now=NOW).exists()


@pytest.mark.parametrize(
    ("typed", "stored"), [("graz", "GRAZ"), ("Straße", "straße"), ("örebro", "Örebro"), ("ÖREBRO", "örebro")]
)
def test_large_and_small_letters_are_the_same_word(typed, stored):
    make_contact(attributes={"town": stored})
    assert people_in(of("all", asks("attr:town", Kind.TEXT, Op.IS, typed)), now=NOW).count() == 1


def test_the_deepest_definition_can_be_asked():
    rule = of("all", asks("attr:town", Kind.TEXT, Op.EMPTY))
    for _level in range(MAX_DEPTH - 1):
        rule = of("all", rule)
    make_contact()
    assert people_in(read_stored(as_stored(rule)), now=NOW).count() == 1


@pytest.mark.parametrize("op", [Op.ANY_OF, Op.NONE_OF])
def test_counting_everybody_asks_the_same_question(op):
    inside, outside = make_contact("in@club.example"), make_contact("out@club.example")
    members, choir = make_list("Members", inside), make_tag("choir", inside, outside)
    group = of("any", asks("list", Kind.LIST, op, str(members.pk)), asks("tag", Kind.TAG, op, str(choir.pk)))
    assert set(everybody_in(group, now=NOW)) == set(people_in(group, now=NOW))
